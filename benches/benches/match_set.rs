//! How long does it take to find the patterns of a set that fit a text?

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ramguard_benches::patterns::{Mix, Workload};
use ramguard_benches::{plain, units};
use ramguard_match::{Case, Matches, PatternSet};

/// One text after the other against a set, all fitting patterns out; `unit` is a thousand of the
/// steps U, and `plain` asks the patterns one by one.
fn all_that_fit(c: &mut Criterion) {
    for mix in Mix::ALL {
        let mut group = c.benchmark_group(format!("match-set/{mix}"));
        group.throughput(Throughput::Elements(1));
        group.bench_function("unit-x1000", |b| b.iter(|| units(1_000, black_box(1))));
        for &count in mix.sizes() {
            let workload = Workload::new(mix, count);
            let set = PatternSet::new(&workload.patterns, Case::Sensitive);
            let mut found = Matches::new();
            for (text, expected) in workload.texts.iter().zip(&workload.expected) {
                set.matches_into(text, &mut found);
                assert!(found.iter().eq(expected.iter().copied()), "{mix} {count} `{text}`");
                assert_eq!(set.is_match(text), !expected.is_empty(), "{mix} {count} `{text}`");
            }
            let mut texts = workload.texts.iter().cycle();
            group.bench_function(BenchmarkId::new("matches", count), |b| {
                b.iter(|| {
                    if let Some(text) = texts.next() {
                        set.matches_into(black_box(text), &mut found);
                    }
                    found.len()
                });
            });
            group.bench_function(BenchmarkId::new("is-match", count), |b| {
                b.iter(|| texts.next().is_some_and(|text| set.is_match(black_box(text))));
            });
            if count <= 1_000 {
                group.bench_function(BenchmarkId::new("plain", count), |b| {
                    b.iter(|| {
                        let text = texts.next().map_or("", String::as_str);
                        workload.patterns.iter().filter(|pattern| plain(pattern, text)).count()
                    });
                });
            }
        }
        group.finish();
    }
}

/// Making a set: the time for all its patterns, with the unit beside it.
fn making(c: &mut Criterion) {
    let mut group = c.benchmark_group("match-set/new");
    group.sample_size(10);
    group.bench_function("unit-x1000", |b| b.iter(|| units(1_000, black_box(1))));
    for mix in Mix::ALL {
        for &count in mix.sizes() {
            let workload = Workload::new(mix, count);
            let text: usize = workload.patterns.iter().map(String::len).sum();
            let set = PatternSet::new(&workload.patterns, Case::Sensitive);
            let beyond = (set.heap_bytes() - text) / count;
            assert!(beyond <= 120, "{mix} {count}: {beyond} bytes a pattern beyond its text");
            group.throughput(Throughput::Elements(count as u64));
            group.bench_function(BenchmarkId::new(mix.to_string(), count), |b| {
                b.iter(|| PatternSet::new(black_box(&workload.patterns), Case::Sensitive));
            });
        }
    }
    group.finish();
}

/// Short rounds, as there are many of them and each does the same all over again.
fn short() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
}

criterion_group! {
    name = benches;
    config = short();
    targets = all_that_fit, making
}
criterion_main!(benches);
