//! The cost of hostile patterns and texts, counted in steps instead of timed.
#![cfg(feature = "steps")]

use ramguard_match::{Case, Matches, Pattern, PatternSet, steps};

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

fn steps_of_set(patterns: &[String], text: &str) -> u64 {
    let set = PatternSet::new(patterns, Case::Sensitive);
    let mut found = Matches::new();
    steps::take();
    set.matches_into(text, &mut found);
    steps::take()
}

#[test]
fn patterns_that_differ_in_head_tail_or_middle_cost_no_more_when_there_are_more() {
    let text = "acs:ecs:cn-hangzhou:123456789012:instance/i-bp1abcdefghijkl/disk/d-0000000077";
    type Family = fn(u32) -> String;
    let families: [(&str, Family); 6] = [
        ("heads", |n| format!("acs:ecs:cn-hangzhou:{n:012}:*")),
        ("tails", |n| format!("*disk/d-{n:010}")),
        ("middles", |n| format!("acs:ecs:*:{n:012}:instance/*")),
        ("middles between ends", |n| format!("acs:*-{n:012}-*77")),
        ("literals", |n| format!("acs:ecs:cn-hangzhou:{n:012}:instance/i")),
        ("all of them", |n| format!("acs:{n}:*:{n}:*/d-{n:010}")),
    ];
    for (family, pattern) in families {
        let steps = |count| steps_of_set(&(0..count).map(pattern).collect::<Vec<_>>(), text);
        let (some, many) = (steps(100), steps(10_000));
        assert!(many <= some + 40, "{family}: {some} steps for 100, {many} for 10,000");
    }
}

#[test]
fn patterns_that_nothing_tells_apart_cost_their_number_times_pattern_plus_text_at_most() {
    let texts = ["a".repeat(100), "a".repeat(1_000), "ab".repeat(500)];
    for count in [100, 1_000] {
        // The same head, tail and longest literal; what differs is how often it comes.
        let repeated: Vec<String> =
            (0..count).map(|n| format!("a*{}b", "aa*".repeat(1 + n % 20))).collect();
        let marked: Vec<String> = (0..count).map(|n| format!("a?*aa?{}*b", n % 10)).collect();
        for patterns in [repeated, marked] {
            let length: usize = patterns.iter().map(String::len).sum();
            for text in &texts {
                let taken = steps_of_set(&patterns, &format!("{text}b"));
                let bound = 6 * (length + count * text.len()) as u64;
                assert!(taken <= bound, "{count} {}: {taken} > {bound}", text.len());
            }
        }
    }
}

#[test]
fn a_list_that_a_text_leads_to_from_many_places_is_checked_once() {
    let text = "/abcdefgh".repeat(200);
    let patterns: Vec<String> = (0..100).map(|n| format!("*/abcdefgh?{n}*x")).collect();
    let others = (0..1_000).map(|n| format!("*/{n:08}*x"));
    let patterns: Vec<String> = patterns.into_iter().chain(others).collect();
    let taken = steps_of_set(&patterns, &format!("{text}x"));
    let bound = 100 * 6 * text.len() as u64;
    assert!(taken <= bound, "{taken} > {bound}");
}

#[test]
fn a_set_that_a_text_leads_all_through_costs_no_more_than_its_patterns_side_by_side() {
    let letters = |count: usize, at: usize| char::from(b'a' + (at * at * 31 % 97 % count) as u8);
    let word = |n: usize, size: usize, count: usize| -> String {
        (0..size).map(|at| letters(count, 7 * n + at)).collect()
    };
    type Family<'f> = &'f dyn Fn(usize) -> String;
    let families: [(&str, Family<'_>); 6] = [
        ("pairs", &|n| {
            format!("*{}*{}*{}*-*", word(n, 2, 3), word(n + 5, 2, 3), word(n + 9, 2, 3))
        }),
        ("letters", &|n| format!("*{}*{}*-*", word(n, 1, 26), word(n + 3, 1, 26))),
        ("question marks", &|n| format!("*{}?{}*-*", word(n, 1, 3), word(n + 2, 1, 3))),
        ("question marks at the end", &|n| format!("*{}*{}?", word(n, 1, 3), word(n / 9, 1, 3))),
        ("heads", &|n| {
            format!("{}*{}*{}*-*", "a".repeat(n % 20), word(n, 1, 3), word(n + 1, 1, 3))
        }),
        ("many stars", &|n| (0..20).map(|at| format!("*{}", letters(3, n + at))).collect()),
    ];
    let texts = [
        "a".repeat(120),
        format!("-{}", (0..119).map(|at| letters(3, at)).collect::<String>()),
        format!("{}{}", "a".repeat(20), (0..100).map(|at| letters(26, at)).collect::<String>()),
    ];
    for (family, pattern) in families {
        let patterns: Vec<String> = (0..300).map(pattern).collect();
        let symbols: usize = patterns.iter().map(String::len).sum();
        for text in &texts {
            let taken = steps_of_set(&patterns, text);
            // A step moves 512 bits on; a few checks are done before.
            let bound = (text.len() * (symbols / 512 + 1) + 1_000) as u64;
            assert!(taken <= bound, "{family}: {taken} > {bound}");
        }
    }
}
