//! The cost of hostile patterns and texts, counted in steps instead of timed.
#![cfg(feature = "steps")]

use ramguard_match::{Case, Pattern, steps};

fn steps_of(pattern: &str, text: &str) -> u64 {
    let pattern = Pattern::new(pattern, Case::Sensitive);
    steps::take();
    std::hint::black_box(pattern.is_match(text));
    steps::take()
}

/// Patterns that make a backtracking matcher explode, by how often their core is repeated.
fn hostile(times: usize) -> Vec<(&'static str, String)> {
    vec![
        ("stars-a", format!("{}b", "*a".repeat(times))),
        ("prefix-a", format!("svc:{}*z", "a*".repeat(times))),
        ("star-run", format!("{}b", "*".repeat(times))),
        ("star-any", format!("{}b", "*?".repeat(times))),
        ("star-literal", format!("*{}b", "a".repeat(times))),
        ("star-literal-star", format!("*{}b*", "a".repeat(times))),
        ("star-literal-first", format!("*b{}*", "a".repeat(times))),
        ("star-literal-middle", format!("*{0}b{0}*", "a".repeat(times))),
        ("periodic", format!("*{}aab*", "ab".repeat(times))),
    ]
}

#[test]
fn without_question_marks_in_a_run_cost_grows_with_pattern_plus_text() {
    for length in [64, 1_024, 16_384] {
        for times in [1, 4, 16, 64, 256, 1_024] {
            for (family, pattern) in hostile(times) {
                for letter in ["a", "ab", "aaaaaaaab"] {
                    let text = format!("svc:{}c", letter.repeat(length / letter.len()));
                    let taken = steps_of(&pattern, &text);
                    let bound = 6 * (pattern.len() + text.len()) as u64 + 64;
                    assert!(taken <= bound, "{family} {times} {length}: {taken} > {bound}");
                }
            }
        }
    }
}

#[test]
fn a_run_with_question_marks_costs_text_times_run_by_64_at_most() {
    for (symbol, wide) in [("a", false), ("é", true)] {
        for times in [4, 40, 500] {
            let run = format!("{symbol}?").repeat(times);
            let pattern = format!("*{run}b*");
            let text = symbol.repeat(10_000);
            let taken = steps_of(&pattern, &text);
            let product = (2 * times + 1) as u64 * (10_000 / 64 + 2);
            assert!(taken <= product + 64, "{times} {wide}: {taken} > {product}");
        }
    }
}
