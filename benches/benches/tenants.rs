//! A hundred thousand principals with three policies each, drawn from two thousand documents: what
//! does one more of them cost, beside a tenant that is alone, if nobody knows who comes next?
//!
//! What may be had is one and a half times the decision of a single tenant and twice the wait for
//! memory. That wait is measured in the same run ([`Chase`]), and how many of it there are is
//! printed.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement may stop where it is wrong"
)]

use std::hint::black_box;
use std::time::Instant;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
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

/// Lines of a cache, one for each principal, as far from each other as to cover as much memory as
/// the store takes; each tells which comes next, in an order nobody can foresee.
struct Chase {
    lines: Vec<[usize; 8]>,
    at: usize,
}

impl Chase {
    fn new(bytes: usize, seeded: &mut Seeded) -> Self {
        let apart = (bytes / size_of::<[usize; 8]>() / PRINCIPALS).max(1);
        let mut order: Vec<usize> = (0..PRINCIPALS).map(|line| line * apart).collect();
        for end in (1..order.len()).rev() {
            order.swap(end, seeded.below(end + 1));
        }
        let mut lines = vec![[0; 8]; PRINCIPALS * apart];
        for (at, next) in order.iter().zip(order.iter().cycle().skip(1)) {
            lines.get_mut(*at).unwrap()[0] = *next;
        }
        Self { lines, at: 0 }
    }

    /// Goes from line to line.
    fn run(&mut self, steps: usize) -> usize {
        for _ in 0..steps {
            self.at = self.lines.get(self.at).map_or(0, |line| line[0]);
        }
        self.at
    }
}

/// The names of a thousand principals, each as likely as any other.
fn pick(seeded: &mut Seeded) -> Vec<String> {
    (0..1_000).map(|_| name(seeded.below(PRINCIPALS))).collect()
}

/// Returns the median of `times`.
fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Prints how often a decision for a random principal waits for the memory.
///
/// The three are measured in turns, so that whoever else uses the machine disturbs them alike.
fn waits(store: &Store, single: &Authorizer, requests: &[Request<'_>], chase: &mut Chase) {
    const ROUNDS: usize = 200;
    let mut seeded = Seeded::new(2);
    let (mut alone, mut random, mut wait) = (Vec::new(), Vec::new(), Vec::new());
    let timed = |times: &mut Vec<f64>, run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        times.push(start.elapsed().as_secs_f64() * 1e9 / requests.len() as f64);
    };
    for _ in 0..ROUNDS {
        let names = pick(&mut seeded);
        timed(&mut alone, &mut || {
            requests.iter().for_each(|request| {
                black_box(single.decide(request));
            });
        });
        timed(&mut random, &mut || {
            names.iter().zip(requests).for_each(|(name, request)| {
                black_box(store.decide(name, request));
            });
        });
        timed(&mut wait, &mut || {
            black_box(chase.run(requests.len()));
        });
    }
    let (alone, random, wait) = (median(alone), median(random), median(wait));
    let waits = (random - 1.5 * alone) / wait;
    println!(
        "a random principal takes {random:.0} ns: 1.5 times a single tenant ({alone:.1} ns) and \
         {waits:.2} waits for the memory ({wait:.0} ns)"
    );
    assert!(waits < 3.0, "two were wanted");
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
    // Where the kernel does not say, the table alone.
    let mut bytes = 256 * PRINCIPALS;
    if let (Some(before), Some(after)) = (before, resident_kib()) {
        let taken = after.saturating_sub(before);
        println!("{PRINCIPALS} principals take {} MiB", taken / 1024);
        assert!(after < 1 << 20, "more than 1 GiB");
        bytes = taken as usize * 1024;
    }
    let questions = workload::decisions(Variant::Conditions, 2_000, 1_000, SEED).questions;
    let requests: Vec<Request<'_>> = requests(&questions).unwrap();
    let mut seeded = Seeded::new(1);
    let single =
        Authorizer::new(of(0).map(|compiled| compiled.policy().clone()).collect::<Vec<_>>());
    for (name, request) in pick(&mut seeded).iter().zip(&requests) {
        let principal: usize = name.rsplit('-').next().unwrap().parse().unwrap();
        let alone = Authorizer::new(of(principal).map(|c| c.policy().clone()));
        assert_eq!(store.decide(name, request), alone.decide(request), "{name}");
    }
    let mut chase = Chase::new(bytes, &mut seeded);
    waits(&store, &single, &requests, &mut chase);

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
    // One step waits for the memory once.
    group.bench_function("wait-for-memory", |b| b.iter(|| chase.run(1_000)));
    // The name of whoever comes was just read, so it is at hand.
    group.bench_function("random-principal", |b| {
        b.iter_batched(
            || pick(&mut seeded),
            |names| {
                let asked = names.iter().zip(&requests);
                asked.filter(|(name, request)| store.decide(name, request).is_allowed()).count()
            },
            BatchSize::PerIteration,
        );
    });
    group.throughput(Throughput::Elements(1));
    group.bench_function("replace-one-policy", |b| {
        let mut turn = 0;
        b.iter(|| {
            turn += 1;
            let with = documents.get(turn % DOCUMENTS).unwrap();
            assert!(store.replace_policy(&name(turn % PRINCIPALS), turn % EACH, with));
        });
    });
    group.finish();
}

criterion_group!(benches, many_tenants);
criterion_main!(benches);
