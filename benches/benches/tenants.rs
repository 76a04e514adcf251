//! A hundred thousand principals with three policies each, drawn from two thousand documents.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement may stop where it is wrong"
)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ramguard::store::Store;
use ramguard::{Authorizer, CompiledPolicy, Policy, Request};
use ramguard_benches::questions::{SEED, requests};
use ramguard_benches::units;
use ramguard_testkit::workload::{self, Seeded, Variant};

const PRINCIPALS: usize = 100_000;
const DOCUMENTS: usize = 2_000;
const EACH: usize = 3;

fn name(principal: usize) -> String {
    format!("acs:ram::1000000000000001:user/user-{principal}")
}

/// Memory the kernel says this process has, in KiB.
fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn many_tenants(c: &mut Criterion) {
    let documents: Vec<CompiledPolicy> = workload::documents(DOCUMENTS, false, 3)
        .iter()
        .map(|text| CompiledPolicy::new(Policy::parse(text).unwrap()))
        .collect();
    let of = |principal| {
        workload::policies_of(principal, DOCUMENTS, EACH, SEED)
            .into_iter()
            .map(|at| documents.get(at).unwrap().clone())
    };
    let before = resident_kib();
    let store = Store::of_policies((0..PRINCIPALS).map(|p| (name(p), of(p))));
    assert_eq!(store.len(), PRINCIPALS);
    if let (Some(before), Some(after)) = (before, resident_kib()) {
        println!("{PRINCIPALS} principals take {} MiB", after.saturating_sub(before) / 1024);
        assert!(after < 1 << 20, "more than 1 GiB");
    }
    let questions = workload::decisions(Variant::Conditions, 2_000, 1_000, SEED).questions;
    let requests: Vec<Request<'_>> = requests(&questions).unwrap();
    let names: Vec<String> = (0..PRINCIPALS).map(name).collect();
    let mut seeded = Seeded::new(1);
    let picked: Vec<&str> =
        (0..1_000).map(|_| names.get(seeded.below(PRINCIPALS)).unwrap().as_str()).collect();
    let single =
        Authorizer::new(of(0).map(|compiled| compiled.policy().clone()).collect::<Vec<_>>());
    for (name, request) in picked.iter().zip(&requests) {
        let principal: usize = name.rsplit('-').next().unwrap().parse().unwrap();
        let alone = Authorizer::new(of(principal).map(|c| c.policy().clone()));
        assert_eq!(store.decide(name, request), alone.decide(request), "{name}");
    }

    let mut group = c.benchmark_group("tenants");
    group.sample_size(30);
    group.bench_function("unit-x1000", |b| b.iter(|| units(1_000, black_box(1))));
    group.throughput(Throughput::Elements(1_000));
    group.bench_function("single-tenant", |b| {
        b.iter(|| requests.iter().filter(|r| single.decide(black_box(r)).is_allowed()).count());
    });
    group.bench_function("same-principal", |b| {
        let name = name(0);
        b.iter(|| requests.iter().filter(|r| store.decide(&name, r).is_allowed()).count());
    });
    // What looking for a random name costs before anybody asks the store for it.
    group.bench_function("random-name-alone", |b| {
        b.iter(|| {
            let read = requests.iter().map(|request| {
                black_box(request);
                let name = names.get(seeded.below(PRINCIPALS)).map_or("", String::as_str);
                name.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31) ^ u64::from(byte))
            });
            read.fold(0, |all, one| all ^ one)
        });
    });
    group.bench_function("random-principal", |b| {
        b.iter(|| {
            let asked = requests.iter().map(|request| {
                let name = names.get(seeded.below(PRINCIPALS)).map_or("", String::as_str);
                store.decide(name, request)
            });
            asked.filter(|decision| decision.is_allowed()).count()
        });
    });
    group.throughput(Throughput::Elements(1));
    group.bench_function("replace-one-policy", |b| {
        let mut turn = 0;
        b.iter(|| {
            turn += 1;
            let with = documents.get(turn % DOCUMENTS).unwrap();
            assert!(store.replace_policy(names.get(turn % PRINCIPALS).unwrap(), turn % EACH, with));
        });
    });
    group.finish();
}

criterion_group!(benches, many_tenants);
criterion_main!(benches);
