//! Giving a role to a hundred instances at once, beside deciding one check.
#![expect(clippy::unwrap_used, reason = "a measurement may stop where it is wrong")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use ramguard::role::InstanceOperation;
use ramguard::{Authorizer, Context, Policy, Principal, Request};
use ramguard_benches::questions::{policies, work};
use ramguard_benches::units;
use ramguard_testkit::workload::Variant;

const ACCOUNT: &str = "123456789012";

fn attach(instances: usize) -> InstanceOperation {
    InstanceOperation::AttachInstanceRamRole {
        region: "cn-hangzhou".into(),
        account: ACCOUNT.into(),
        instance_ids: (0..instances).map(|n| format!("i-bp1{n:017}")).collect(),
        ram_role_name: "app-server".into(),
        policy: None,
    }
}

/// Three comparisons, each with its own base:
///
/// * (a) `attach/100` with `attach/1`: the same operation on a hundred instances and on one, each
///   from its parameters to its outcome, with every text and request it makes on the way. A
///   hundred instances are 102 checks and one is 3.
/// * (b) `decide-alike/100` with `one-check`: a hundred requests that are there and differ in the
///   instance only, decided together, beside one of them decided alone.
/// * (c) `attach/100` with `one-check`: the whole operation beside one decision on a request that
///   is there. Most of it is making a hundred texts and requests: `check-from-text` is one check
///   whose text is there and whose request is not.
///
/// `decide-many` is all checks of the operation on requests that are there.
fn roles_for_instances(c: &mut Criterion) {
    let grant = Policy::parse(
        r#"{ "Version": "1", "Statement": [
            { "Effect": "Allow", "Action": ["ecs:AttachInstanceRamRole", "ecs:Describe*"],
              "Resource": ["acs:ecs:*:*:instance/i-bp1*", "acs:ram:*:*:role/app-*"] },
            { "Effect": "Allow", "Action": "ram:PassRole", "Resource": "acs:ram:*:*:role/app-*",
              "Condition": { "StringEquals": { "acs:Service": "ecs.aliyuncs.com" } } }] }"#,
    )
    .unwrap();
    for others in [0, 8, 1_000] {
        let mut all = policies(&work(Variant::Conditions, others)).unwrap();
        all.push(grant.clone());
        let authorizer = Authorizer::new(all);
        let principal = Principal::user("acs:ram::123456789012:user/alice").unwrap();
        let context = Context::from_pairs([("acs:SourceIp", "10.0.0.7")]).unwrap();
        let mut group = c.benchmark_group(format!("operations/{others}-other-statements"));
        group.sample_size(40);
        group.bench_function("unit-x1000", |b| b.iter(|| units(1_000, black_box(1))));
        let resource = format!("acs:ecs:cn-hangzhou:{ACCOUNT}:instance/i-bp100000000000000007");
        let make = || {
            Request::parse("ecs:AttachInstanceRamRole", resource.as_str())
                .unwrap()
                .with_principal(principal.clone())
                .with_shared_context(&context)
        };
        let request = make();
        assert!(authorizer.decide(&request).is_allowed());
        group.bench_function("one-check", |b| b.iter(|| authorizer.decide(black_box(&request))));
        group.bench_function("check-from-text", |b| b.iter(|| authorizer.decide(&make())));
        for instances in [1, 100] {
            let operation = attach(instances);
            let decide =
                || authorizer.decide_operation(black_box(&operation), Some(&principal), &context);
            assert!(decide().unwrap().is_allowed());
            group.bench_function(BenchmarkId::new("attach", instances), |b| b.iter(decide));
            let checks = operation.checks(authorizer.semantics()).unwrap();
            let requests: Vec<Request<'_>> = checks
                .iter()
                .map(|check| check.request(Some(&principal), &context).unwrap())
                .collect();
            group.bench_function(BenchmarkId::new("decide-many", requests.len()), |b| {
                b.iter(|| authorizer.decide_many(black_box(&requests)));
            });
            if instances > 1 {
                let alike = requests.get(..instances).unwrap();
                let decisions = authorizer.decide_many(alike);
                let alone = alike.iter().map(|request| authorizer.decide(request));
                assert!(decisions.into_iter().eq(alone));
                group.bench_function(BenchmarkId::new("decide-alike", instances), |b| {
                    b.iter(|| authorizer.decide_many(black_box(alike)));
                });
            }
        }
        group.finish();
    }
}

criterion_group!(benches, roles_for_instances);
criterion_main!(benches);
