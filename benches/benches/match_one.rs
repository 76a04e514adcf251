//! How long does it take to tell whether a text fits one pattern, kind or hostile?

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use ramguard_benches::{plain, units};
use ramguard_match::{Case, Pattern};

/// Patterns as policies have them, against a text they fit.
fn usual(c: &mut Criterion) {
    let mut group = c.benchmark_group("match-one/usual");
    group.bench_function("unit-x1000", |b| b.iter(|| units(1_000, black_box(1))));
    let resource = "acs:ecs:cn-hangzhou:123456789012:instance/i-bp1prod0042";
    for (name, pattern, text) in [
        ("literal", "ecs:DescribeInstances", "ecs:DescribeInstances"),
        ("prefix", "ecs:Describe*", "ecs:DescribeInstances"),
        ("both-ends", "ecs:*Instances", "ecs:DescribeInstances"),
        ("resource", "acs:ecs:*:123456789012:instance/*", resource),
        ("question-marks", "acs:ecs:*:*:instance/i-???prod*", resource),
    ] {
        for (case, kind) in [(Case::Sensitive, "exact"), (Case::AsciiInsensitive, "folded")] {
            let built = Pattern::new(pattern, case);
            assert!(built.is_match(text) && plain(pattern, text));
            group.bench_function(BenchmarkId::new(name, kind), |b| {
                b.iter(|| built.is_match(black_box(text)));
            });
        }
        group.bench_function(BenchmarkId::new(name, "plain"), |b| {
            b.iter(|| plain(black_box(pattern), black_box(text)));
        });
        group.bench_function(BenchmarkId::new(name, "new"), |b| {
            b.iter(|| Pattern::new(black_box(pattern), Case::Sensitive));
        });
    }
    group.finish();
}

/// Patterns that make a backtracking matcher explode, against a kilobyte they almost fit.
fn hostile(c: &mut Criterion) {
    let mut group = c.benchmark_group("match-one/hostile");
    group.bench_function("unit-x1000", |b| b.iter(|| units(1_000, black_box(1))));
    let text = "a".repeat(1_024);
    for (name, pattern) in [
        ("stars", format!("{}b", "*a".repeat(24))),
        ("inner-stars", format!("{}b*", "*a".repeat(24))),
        ("singles", format!("{}b", "*?".repeat(24))),
        ("run-at-end", format!("*{}b", "a".repeat(192))),
        ("run-inside", format!("*{}b*", "a".repeat(192))),
        ("run-inside-first", format!("*b{}*", "a".repeat(192))),
        ("run-of-singles", format!("*{}b*", "a?".repeat(96))),
    ] {
        let built = Pattern::new(&pattern, Case::Sensitive);
        assert!(!built.is_match(&text) && !plain(&pattern, &text));
        group.bench_function(BenchmarkId::new(name, 1_024), |b| {
            b.iter(|| built.is_match(black_box(&text)));
        });
        group.bench_function(BenchmarkId::new(name, "plain"), |b| {
            b.iter(|| plain(black_box(&pattern), black_box(&text)));
        });
    }
    group.finish();
}

criterion_group!(benches, usual, hostile);
criterion_main!(benches);
