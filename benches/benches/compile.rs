//! How long does it take until policies can be decided with?
#![expect(clippy::unwrap_used, reason = "a measurement may stop where it is wrong")]

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ramguard::PolicySet;
use ramguard_benches::questions::{policies, work};
use ramguard_benches::units;
use ramguard_testkit::workload::Variant;

/// From texts to a set, and from policies to a set.
fn from_text_to_set(c: &mut Criterion) {
    for (name, variant) in [("plain", Variant::Plain), ("conditions", Variant::Conditions)] {
        let mut group = c.benchmark_group(format!("compile/{name}"));
        group.sample_size(20);
        group.bench_function("unit-x1000", |b| b.iter(|| units(1_000, black_box(1))));
        for statements in [10, 1_000, 10_000] {
            let work = work(variant, statements);
            let read = policies(&work).unwrap();
            group.throughput(Throughput::Elements(statements as u64));
            group.bench_function(BenchmarkId::new("load", statements), |b| {
                b.iter_batched(
                    || (),
                    |()| PolicySet::new(policies(&work).unwrap()),
                    BatchSize::LargeInput,
                );
            });
            group.bench_function(BenchmarkId::new("compile", statements), |b| {
                b.iter_batched(|| read.clone(), PolicySet::new, BatchSize::LargeInput);
            });
        }
        group.finish();
    }
}

criterion_group!(benches, from_text_to_set);
criterion_main!(benches);
