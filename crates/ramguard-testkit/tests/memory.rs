//! What sets and compiled policies say of their memory is what the allocator gave them. One test,
//! since the count is that of the whole process.
#![expect(clippy::unwrap_used, reason = "a test may stop where it is wrong")]

use std::alloc::System;

use ramguard::policy::{Limits, ReadOptions};
use ramguard::{CompiledPolicy, Kind, Policy, PolicySet};
use ramguard_match::{Case, PatternSet};
use ramguard_testkit::workload::{self, Variant};
use ramguard_testkit::worst;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Fails unless what `make` makes holds so many bytes on the heap as `said` says, in one of a few
/// rounds, as the thread that started the test may allocate meanwhile.
fn holds<T>(name: &str, mut make: impl FnMut() -> T, said: impl Fn(&T) -> usize) {
    let round = |_| {
        let region = Region::new(ALLOCATOR);
        let made = make();
        let change = region.change();
        (said(&made), change.bytes_allocated - change.bytes_deallocated)
    };
    let differing = |(said, held): &(usize, usize)| said != held;
    let rounds: Vec<_> = (0..3).map(round).take_while(differing).collect();
    assert!(rounds.len() < 3, "{name} says and holds {rounds:?}");
}

/// Patterns of every kind that a set keeps in a way of its own.
fn pattern(kind: usize, n: usize) -> String {
    match kind {
        0 => format!("svc{}:Operation{n}", n % 9),
        1 => format!("svc{}:Get{n}*", n % 9),
        2 => format!("svc{}:*Name{n}", n % 9),
        3 => format!("acs:oss:*:*:bucket-{n}/*"),
        4 => format!("svc{}:??{n}*x*y{n}", n % 9),
        5 => format!("*{}a*{}b*c{}*", n % 3, n % 5, n % 7),
        6 => format!("a*shared*{}*b", "aa*".repeat(1 + n % 20)),
        7 => format!("*{}{n}*", "*abc".repeat(60 + n % 60)),
        8 => "*".to_owned(),
        _ => pattern(n % 9, n),
    }
}

fn policy(kind: Kind, text: &str) -> Policy {
    let limits = Limits::default().with_max_bytes_for_all(1 << 20);
    let options = ReadOptions { limits, ..ReadOptions::default() };
    Policy::parse_with(kind, text, &options).unwrap()
}

/// A document with every kind of principal, of a trust or a bucket policy.
fn with_principals(kind: Kind) -> Policy {
    let (principals, resource): (&[&str], _) = match kind {
        Kind::Trust => (
            &[
                r#""RAM":["acs:ram::123456789012:root","acs:ram::123456789012:user/a-user","acs:ram::123456789012:role/a-role"]"#,
                r#""Service":["ecs.aliyuncs.com","fc.aliyuncs.com"]"#,
                r#""Federated":"acs:ram::123456789012:saml-provider/p""#,
            ],
            "",
        ),
        _ => (
            &[
                r#"["123456789012345678","*","arn:sts::123456789012:assumed-role/r/*","arn:sts::123456789012:assumed-role/r/s"]"#,
            ],
            r#","Resource":"acs:oss:*:*:bucket/*""#,
        ),
    };
    let principals = match principals {
        [list] => (*list).to_owned(),
        members => format!("{{{}}}", members.join(",")),
    };
    let action = if resource.is_empty() { "sts:AssumeRole" } else { "oss:GetObject" };
    policy(
        kind,
        &format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"{action}","Principal":{principals}{resource}}}]}}"#
        ),
    )
}

#[test]
fn sets_and_compiled_policies_hold_as_many_bytes_as_they_say() {
    for kind in 0..10 {
        for count in [0, 1, 3, 20, 32, 33, 129, 513, 1_100] {
            let patterns: Vec<String> = (0..count).map(|n| pattern(kind, n)).collect();
            for case in [Case::Sensitive, Case::AsciiInsensitive] {
                let name = format!("{count} patterns of kind {kind}");
                holds(&name, || PatternSet::new(&patterns, case), PatternSet::heap_bytes);
            }
        }
    }

    // What is too long for the index is kept beside it, and so is what comes later.
    let long = "x".repeat(1 << 24);
    for late in [1, 3, 6] {
        let patterns = [&["a*", &long][..], &vec!["*late"; late - 1]].concat();
        let name = format!("{late} patterns beside the index");
        holds(&name, || PatternSet::new(&patterns, Case::Sensitive), PatternSet::heap_bytes);
    }

    let conditions = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{
        "StringEquals":{"acs:a":["x","y","x"],"acs:b":"z"},"StringEqualsIgnoreCase":{"acs:c":["Ab","cd"]},
        "StringLike":{"acs:d":["a*","*b","c"],"acs:e":"f*"},"NumericLessThan":{"acs:g":["1.25","-30"]},
        "DateGreaterThan":{"acs:CurrentTime":"2026-01-01T00:00:00.125Z"},"Bool":{"acs:h":"true"},
        "IpAddress":{"acs:SourceIp":["10.0.0.0/8","::1","192.168.0.0/16"]}}}]}"#;
    let mut policies = vec![
        policy(Kind::Identity, conditions),
        policy(Kind::Identity, include_str!("../../../testdata/bench/max-size-policy.json")),
        with_principals(Kind::Trust),
        with_principals(Kind::Bucket),
    ];
    policies.extend(
        worst::FAMILIES.iter().map(|family| policy(Kind::Identity, &worst::largest(family))),
    );
    for variant in [Variant::Plain, Variant::Conditions] {
        for statements in [1, 10, 100, 2_000] {
            let work = workload::decisions(variant, statements, 5, 21);
            let of_work: Vec<Policy> =
                work.documents.iter().map(|text| policy(Kind::Identity, text)).collect();
            // A copy of the list is made in every round and kept by the set.
            let list = size_of_val(&*of_work);
            let said = |set: &PolicySet| set.compiled_bytes() + list;
            let name = format!("{variant:?}, {statements} statements");
            holds(&name, || PolicySet::new(of_work.iter().cloned()), said);
            policies.extend(of_work.into_iter().take(3));
        }
    }
    for policy in &policies {
        // The policy itself and the two counters of an `Arc` stand beside the compiled form.
        let beside = size_of::<Policy>() + 2 * size_of::<usize>();
        let said = |one: &CompiledPolicy| one.compiled_bytes() + beside;
        holds(policy.source(), || CompiledPolicy::new(policy.clone()), said);
    }
    let compiled: Vec<CompiledPolicy> =
        policies.iter().take(9).cloned().map(CompiledPolicy::new).collect();
    for count in [0, 1, 4, 5, 9] {
        let some = || compiled.iter().take(count);
        let sum: usize = some().map(CompiledPolicy::compiled_bytes).sum();
        assert_eq!(PolicySet::of_shared(some().cloned()).compiled_bytes(), sum, "{count}");
    }
}
