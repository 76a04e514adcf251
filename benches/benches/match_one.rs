//! How long does it take to tell whether a text fits one pattern, kind or hostile?

use std::hint::black_box;
use std::time::Duration;

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

/// Patterns that no text of one letter fits, by how often their core is repeated.
fn families(times: usize) -> [(&'static str, String); 6] {
    [
        ("stars-a", format!("{}b", "*a".repeat(times))),
        ("prefix-a", format!("svc:{}z", "a*".repeat(times))),
        ("star-run", format!("{}b", "*".repeat(times))),
        ("star-any", format!("{}b", "*?".repeat(times))),
        ("star-literal", format!("*{}b", "a".repeat(8 * times))),
        ("star-literal-star", format!("*{}b*", "a".repeat(8 * times))),
    ]
}

/// Every family at every length: the cost stays in proportion to the text, and with the feature
/// `peers` it is compared with an expression compiled for the same pattern.
fn lengths(c: &mut Criterion) {
    let mut group = c.benchmark_group("match-one/lengths");
    group.bench_function("unit-x1000", |b| b.iter(|| units(1_000, black_box(1))));
    for times in [1, 8, 24] {
        for (family, pattern) in families(times) {
            let built = Pattern::new(&pattern, Case::Sensitive);
            #[cfg(feature = "peers")]
            let expression = expression(&pattern);
            for length in [16, 128, 1_024] {
                let start = if family == "prefix-a" { "svc:" } else { "" };
                let text = format!("{start}{}", "a".repeat(length));
                assert!(!built.is_match(&text) && !plain(&pattern, &text), "{pattern} {text}");
                let id = |who: &str| BenchmarkId::new(format!("{family}-x{times}/{who}"), length);
                group.bench_function(id("ramguard"), |b| {
                    b.iter(|| built.is_match(black_box(&text)));
                });
                #[cfg(feature = "peers")]
                if let Some(expression) = &expression {
                    assert!(!expression.is_match(text.as_bytes()), "{pattern} {text}");
                    group.bench_function(id("regex"), |b| {
                        b.iter(|| expression.is_match(black_box(text.as_bytes())));
                    });
                }
            }
        }
    }
    group.finish();
}

/// Returns the pattern as an expression over bytes.
#[cfg(feature = "peers")]
fn expression(pattern: &str) -> Option<regex::bytes::Regex> {
    let symbols = pattern.chars().map(|symbol| match symbol {
        '*' => ".*".to_owned(),
        '?' => ".".to_owned(),
        symbol => regex::escape(&symbol.to_string()),
    });
    let expression = format!("(?s-u)^{}$", symbols.collect::<String>());
    regex::bytes::Regex::new(&expression).ok()
}

/// Asserts that no pattern of the families takes four times as long as its expression, whatever
/// the repetition and the length of the text.
///
/// Both are timed in turns, as the least of many rounds, so that a busy machine slows down both.
#[cfg(feature = "peers")]
fn within_four_times_an_expression(_: &mut Criterion) {
    fn least(rounds: &mut [f64; 2], which: usize, mut answer: impl FnMut() -> bool) {
        let start = std::time::Instant::now();
        for _ in 0..20 {
            assert!(!answer());
        }
        let taken = start.elapsed().as_nanos() as f64 / 20.0;
        if let Some(round) = rounds.get_mut(which) {
            *round = round.min(taken);
        }
    }
    let mut worst = std::collections::BTreeMap::new();
    for times in [1, 2, 3, 4, 6, 8, 12, 16, 24] {
        for (family, pattern) in families(times) {
            let built = Pattern::new(&pattern, Case::Sensitive);
            let Some(expression) = expression(&pattern) else { continue };
            for length in [16, 32, 64, 128, 256, 512, 1_024] {
                let start = if family == "prefix-a" { "svc:" } else { "" };
                let text = format!("{start}{}", "a".repeat(length));
                let mut taken = [f64::INFINITY; 2];
                for _ in 0..40 {
                    least(&mut taken, 0, || built.is_match(black_box(&text)));
                    least(&mut taken, 1, || expression.is_match(black_box(text.as_bytes())));
                }
                let [ours, theirs] = taken;
                let entry = worst.entry(family).or_insert((0.0, 0, 0));
                if ours / theirs > entry.0 {
                    *entry = (ours / theirs, times, length);
                }
            }
        }
    }
    assert!(worst.values().all(|&(ratio, ..)| ratio <= 4.0), "{worst:?}");
}

/// Does nothing, as there is no expression to compare with.
#[cfg(not(feature = "peers"))]
fn within_four_times_an_expression(_: &mut Criterion) {}

/// Short rounds, as there are many of them and each does the same all over again.
fn short() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
}

criterion_group! {
    name = benches;
    config = short();
    targets = usual, hostile, lengths, within_four_times_an_expression
}
criterion_main!(benches);
