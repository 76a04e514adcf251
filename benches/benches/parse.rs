//! How long does it take to read a policy, beside reading any JSON?
#![expect(clippy::unwrap_used, reason = "a measurement may stop where it is wrong")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ramguard::{CompiledPolicy, Policy};
use ramguard_benches::units;
use ramguard_policy::json::{self, JsonLimits};
use ramguard_testkit::workload;

/// Two thousand documents, indented and not: a value of `serde_json` without positions, the tree of
/// this reader with them, a checked policy, a compiled one.
fn two_thousand_documents(c: &mut Criterion) {
    for (name, pretty) in [("pretty", true), ("compact", false)] {
        let documents = workload::documents(2_000, pretty, 5);
        let bytes: usize = documents.iter().map(String::len).sum();
        let mut group = c.benchmark_group(format!("parse/{name}"));
        group.sample_size(20);
        group.bench_function("unit-x1000", |b| b.iter(|| units(1_000, black_box(1))));
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_function("serde_json-value", |b| {
            b.iter(|| {
                let read = |text: &String| serde_json::from_str::<serde_json::Value>(text).is_ok();
                documents.iter().filter(|text| read(text)).count()
            });
        });
        group.bench_function("read", |b| {
            let limits = JsonLimits::default();
            let read = |text: &String| json::read(text, &limits).is_strict_json();
            b.iter(|| documents.iter().filter(|text| read(text)).count());
        });
        group.bench_function("policy", |b| {
            b.iter(|| {
                documents.iter().map(|text| Policy::parse(text).unwrap().len()).sum::<usize>()
            });
        });
        group.bench_function("compiled-policy", |b| {
            b.iter(|| {
                let compiled = |text: &String| CompiledPolicy::new(Policy::parse(text).unwrap());
                documents.iter().map(|text| compiled(text).policy().len()).sum::<usize>()
            });
        });
        group.finish();
    }
}

criterion_group!(benches, two_thousand_documents);
criterion_main!(benches);
