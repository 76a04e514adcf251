//! How long does a decision take, and how does that grow with the policies?
#![expect(clippy::unwrap_used, reason = "a measurement may stop where it is wrong")]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ramguard::{Authorizer, Context, Layers, Outcome, Policy, PolicySet, Request, Scan, Semantics};
use ramguard_benches::questions::{SEED, check, policies, request, requests, work};
use ramguard_benches::units;
use ramguard_testkit::workload::{self, Variant};

fn authorizer(set: PolicySet) -> Authorizer {
    let layers = Layers { account: Arc::new(set), ..Layers::default() };
    Authorizer::with_layers(layers, Semantics::default())
}

/// A thousand requests, one after the other, against one user's policies: half of them allowed, a
/// quarter denied, a quarter neither. `unit-x1000` is a thousand of the steps U.
fn a_thousand_requests(c: &mut Criterion) {
    for (name, variant) in [("plain", Variant::Plain), ("conditions", Variant::Conditions)] {
        let mut group = c.benchmark_group(format!("decide/{name}"));
        group.throughput(Throughput::Elements(1_000));
        group.sample_size(40);
        group.bench_function("unit-x1000", |b| b.iter(|| units(1_000, black_box(1))));
        for statements in [1, 10, 100, 1_000, 10_000, 100_000] {
            let work = work(variant, statements);
            let requests = requests(&work.questions).unwrap();
            let set = PolicySet::new(policies(&work).unwrap());
            if statements <= 10_000 {
                check(&set, &requests);
            }
            if statements <= 1_000 {
                let scan = Scan::new(&set);
                group.bench_function(BenchmarkId::new("plain-scan", statements), |b| {
                    b.iter(|| requests.iter().filter(|r| is_allowed(scan.decide(r).0)).count());
                });
            }
            let authorizer = authorizer(set);
            group.bench_function(BenchmarkId::new("decide", statements), |b| {
                b.iter(|| {
                    requests.iter().filter(|r| authorizer.decide(black_box(r)).is_allowed()).count()
                });
            });
            if statements == 1_000 {
                group.bench_function(BenchmarkId::new("request-and-decide", statements), |b| {
                    b.iter(|| {
                        let asked = work.questions.iter().map(|q| request(black_box(q)).unwrap());
                        asked.filter(|r| authorizer.decide(r).is_allowed()).count()
                    });
                });
            }
        }
        group.finish();
    }
}

fn is_allowed(outcome: Outcome) -> bool {
    black_box(outcome) == Outcome::Allow
}

/// A million different requests against 100,000 statements, so that hardly anything is in a cache.
fn cold_requests(c: &mut Criterion) {
    let mut group = c.benchmark_group("decide/cold");
    group.sample_size(10);
    group.bench_function("unit-x1000", |b| b.iter(|| units(1_000, black_box(1))));
    for (name, variant) in [("plain", Variant::Plain), ("conditions", Variant::Conditions)] {
        let work = workload::decisions(variant, 100_000, 1_000_000, SEED);
        let authorizer = authorizer(PolicySet::new(policies(&work).unwrap()));
        let requests = requests(&work.questions).unwrap();
        group.throughput(Throughput::Elements(1_000_000));
        group.bench_function(BenchmarkId::new(name, 100_000), |b| {
            b.iter(|| requests.iter().filter(|r| authorizer.decide(r).is_allowed()).count());
        });
    }
    group.finish();
}

/// The published workloads with their expected answers, which were found without this engine.
fn published_requests(c: &mut Criterion) {
    let mut group = c.benchmark_group("decide/published");
    let files = [
        (
            "plain-10",
            include_str!("../../testdata/bench/plain-10.policies.json"),
            include_str!("../../testdata/bench/plain-10.requests.jsonl"),
        ),
        (
            "plain-100",
            include_str!("../../testdata/bench/plain-100.policies.json"),
            include_str!("../../testdata/bench/plain-100.requests.jsonl"),
        ),
        (
            "cond-10",
            include_str!("../../testdata/bench/cond-10.policies.json"),
            include_str!("../../testdata/bench/cond-10.requests.jsonl"),
        ),
        (
            "cond-100",
            include_str!("../../testdata/bench/cond-100.policies.json"),
            include_str!("../../testdata/bench/cond-100.requests.jsonl"),
        ),
    ];
    for (name, documents, lines) in files {
        let documents: Vec<serde_json::Value> = serde_json::from_str(documents).unwrap();
        let set: PolicySet =
            PolicySet::new(documents.iter().map(|d| Policy::parse(&d.to_string()).unwrap()));
        let lines: Vec<serde_json::Value> =
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let mut requests: Vec<Request<'static>> = Vec::new();
        for line in &lines {
            let member = |name: &str| line.get(name).map(text).unwrap_or_default();
            let context = line.get("context").and_then(|c| c.as_object()).unwrap();
            let entries = context.iter().map(|(key, value)| ramguard::ContextEntry {
                key: key.clone().into(),
                values: text(value).into(),
            });
            let request = Request::parse(member("action"), member("resource"))
                .unwrap()
                .with_context(Context::new(entries.collect()).unwrap());
            // Rule R-7 is not among the rules these answers follow.
            if !request.resource().starts_with("acs:ram:") {
                let expected = match set.decide_alone(&request).0 {
                    Outcome::Allow => "allow",
                    Outcome::ExplicitDeny => "explicit_deny",
                    Outcome::ImplicitDeny => "implicit_deny",
                };
                assert_eq!(expected, member("expect"), "{line}");
            }
            requests.push(request);
        }
        let authorizer = authorizer(set);
        group.throughput(Throughput::Elements(requests.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| requests.iter().filter(|r| authorizer.decide(r).is_allowed()).count());
        });
    }
    group.finish();
}

/// The worst documents of legal size: one of slow patterns, one of a long list of conditions.
fn hostile_documents(c: &mut Criterion) {
    let mut group = c.benchmark_group("decide/hostile");
    group.bench_function("unit-x1000", |b| b.iter(|| units(1_000, black_box(1))));
    let long = "a".repeat(120);
    let resource = format!("acs:ecs:cn-hangzhou:123456789012:{long}");
    let context = Context::from_pairs([("acs:UserAgent", "Mozilla/5.0 (X11)")]).unwrap();
    let request = Request::parse(format!("ecs:{long}"), resource).unwrap().with_context(context);
    let like: Vec<String> = (0..1_200).map(|n| format!("x{n}*")).collect();
    let one_of_many = |key: &str, value: serde_json::Value| {
        let mut statement = serde_json::json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        if let Some(members) = statement.as_object_mut() {
            members.insert(key.into(), value);
        }
        let text = serde_json::json!({"Version": "1", "Statement": [statement]}).to_string();
        let limits = ramguard_policy::Limits::default().with_max_bytes_for_all(1 << 16);
        let options = ramguard_policy::ReadOptions { limits, ..Default::default() };
        Policy::parse_with(ramguard::Kind::Identity, &text, &options).unwrap()
    };
    let actions: Vec<String> = (0..600).map(|n| format!("a:*b{n}")).collect();
    let resources: Vec<String> = (0..300).map(|n| format!("acs:ecs:*:*:a*b{n}")).collect();
    let same_place: Vec<serde_json::Value> = (0..70)
        .map(|_| {
            serde_json::json!({"Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": {"Bool": {"a:b": "true"}}})
        })
        .collect();
    let same_place = serde_json::json!({"Version": "1", "Statement": same_place}).to_string();
    let cases = [
        (
            "max-size-policy",
            Policy::parse(include_str!("../../testdata/bench/max-size-policy.json")).unwrap(),
        ),
        (
            "1200-string-like",
            one_of_many("Condition", serde_json::json!({"StringLike": {"acs:UserAgent": like}})),
        ),
        ("600-actions", one_of_many("Action", serde_json::json!(actions))),
        ("300-resources", one_of_many("Resource", serde_json::json!(resources))),
        ("70-statements-alike", Policy::parse(&same_place).unwrap()),
    ];
    for (name, policy) in cases {
        let authorizer = Authorizer::new([policy]);
        assert!(!authorizer.decide(&request).is_allowed(), "{name}");
        group.bench_function(name, |b| b.iter(|| authorizer.decide(black_box(&request))));
    }
    group.finish();
}

criterion_group!(
    benches,
    a_thousand_requests,
    published_requests,
    hostile_documents,
    cold_requests
);
criterion_main!(benches);
