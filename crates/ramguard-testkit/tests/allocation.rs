//! Deciding allocates nothing, whatever the set and the request, and an operation no more for a
//! hundred instances than for a few. Counted, not measured; one test,
//! since the count is that of the whole process.
#![expect(clippy::unwrap_used, reason = "a test may stop where it is wrong")]

use std::alloc::System;
use std::fmt::Write as _;
use std::hint::black_box;

use ramguard::policy::{Limits, ReadOptions};
use ramguard::role::InstanceOperation;
use ramguard::store::Store;
use ramguard::{Authorizer, CompiledPolicy, Context, Kind, Policy, Principal, Request};
use ramguard_testkit::workload::{self, Question, Variant};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn request(question: &Question) -> Request<'_> {
    let context = question.context.iter().map(|(key, value)| (*key, value.as_str()));
    Request::parse(question.action.as_str(), question.resource.as_str())
        .unwrap()
        .with_context(Context::from_pairs(context).unwrap())
}

/// Returns how many allocations `work` makes once it has run before: the least of a few rounds, as
/// the thread that started the test may allocate meanwhile, while `work` does what it does anew in
/// every round.
fn allocations(mut work: impl FnMut()) -> usize {
    work();
    let mut round = || {
        let region = Region::new(ALLOCATOR);
        work();
        let change = region.change();
        change.allocations + change.reallocations
    };
    (0..5).map(|_| round()).min().unwrap_or_default()
}

fn policy(text: &str) -> Policy {
    let limits = Limits::default().with_max_bytes_for_all(1 << 20);
    let options = ReadOptions { limits, ..ReadOptions::default() };
    Policy::parse_with(Kind::Identity, text, &options).unwrap()
}

/// A list of strings in JSON.
fn list(count: usize, item: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for number in 0..count {
        let _ = write!(text, "{}\"{}\"", if number > 0 { "," } else { "" }, item(number));
    }
    format!("[{text}]")
}

fn statement(action: &str, resource: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":{action},"Resource":{resource},"Condition":{condition}}}]}}"#
    )
}

/// Returns an operation on so many instances.
fn attach(instances: usize) -> InstanceOperation {
    InstanceOperation::AttachInstanceRamRole {
        region: "cn-hangzhou".to_owned(),
        account: "123456789012".to_owned(),
        instance_ids: (0..instances).map(|number| format!("i-bp1{number:017}")).collect(),
        ram_role_name: "app".to_owned(),
        policy: None,
    }
}

/// An operation allocates its checks and its answer, whatever the number of instances.
fn operations_allocate_a_handful() {
    let own = r#"{"Effect":"Allow","Action":["ecs:Attach*","ram:PassRole"],"Resource":"*"}"#;
    let other = |number: usize| {
        format!(
            r#"{{"Effect":"Deny","Action":"ecs:*","Resource":"acs:ecs:*:*:instance/x{number}"}}"#
        )
    };
    for others in [0, 8, 1_000] {
        let all: Vec<String> =
            (0..others).map(other).chain(std::iter::once(own.to_owned())).collect();
        let text = format!(r#"{{"Version":"1","Statement":[{}]}}"#, all.join(","));
        let authorizer = Authorizer::new([policy(&text)]);
        let context = Context::default();
        let caller = Principal::user("acs:ram::123456789012:user/alice").unwrap();
        let [one, hundred] = [1, 100].map(|instances| {
            let operation = attach(instances);
            allocations(|| {
                let decision = authorizer.decide_operation(&operation, Some(&caller), &context);
                assert!(black_box(decision).unwrap().is_allowed());
            })
        });
        assert!(one <= 6, "{others}: {one}");
        assert!(hundred <= one + 9, "{others}: {hundred}");
    }
}

#[test]
fn deciding_allocates_nothing() {
    operations_allocate_a_handful();

    for variant in [Variant::Plain, Variant::Conditions] {
        for statements in [1, 10, 100, 2_000] {
            let work = workload::decisions(variant, statements, 500, 21);
            let policies: Vec<Policy> = work.documents.iter().map(|text| policy(text)).collect();
            let requests: Vec<Request<'_>> = work.questions.iter().map(request).collect();
            let store = Store::new();
            let shared = policies.iter().take(3).cloned().map(CompiledPolicy::new);
            store.set_policies("alice", shared);
            let authorizer = Authorizer::new(policies);
            let merged = allocations(|| {
                for request in &requests {
                    black_box(authorizer.decide(request));
                }
            });
            let stored = allocations(|| {
                for request in &requests {
                    black_box(store.decide("alice", request));
                }
            });
            assert_eq!((merged, stored), (0, 0), "{variant:?} {statements}");
        }
    }

    // Documents of legal size that ask for as much as they can.
    let long_names = list(400, |number| format!("ecs:*a{number}*"));
    let like = list(1_400, |number| format!("*{}*", char::from(b'a' + (number % 26) as u8)));
    let equal = list(900, |number| format!("v{number}"));
    let resources = list(300, |number| format!("acs:ecs:*:*:a*b{number}"));
    let hostile = [
        include_str!("../../../testdata/bench/max-size-policy.json").to_owned(),
        statement(&long_names, r#""*""#, "{}"),
        statement(r#""*""#, &resources, "{}"),
        statement(r#""*""#, r#""*""#, &format!(r#"{{"StringLike":{{"acs:UserAgent":{like}}}}}"#)),
        statement(
            r#""*""#,
            r#""*""#,
            &format!(r#"{{"StringNotEquals":{{"acs:Referer":{equal}}}}}"#),
        ),
    ];
    let long = "a".repeat(120);
    let (action, resource) =
        (format!("ecs:{long}"), format!("acs:ecs:cn-hangzhou:123456789012:{long}"));
    let pairs = [("acs:UserAgent", long.to_uppercase()), ("acs:Referer", long.clone())];
    let context = Context::from_pairs(pairs.iter().map(|(k, v)| (*k, v.as_str()))).unwrap();
    let asked = Request::parse(action, resource).unwrap().with_context(context);
    for text in hostile {
        let authorizer = Authorizer::new([policy(&text)]);
        let made = allocations(|| {
            black_box(authorizer.decide(&asked));
        });
        assert_eq!(made, 0, "{text:.200}");
    }
}
