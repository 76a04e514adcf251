//! Long runs between stars are found where they are, after any number of places that only look
//! like them, and what follows them is looked for behind them.

use ramguard_match::{Case, Pattern, PatternSet};
use ramguard_testkit::oracle::wildcard;

/// Runs of `length` that are hard to find among many `a`: a `b` near the end, and `?` or nothing
/// unusual at some place.
fn runs(length: usize) -> Vec<String> {
    let plain = format!("{}b", "a".repeat(length - 1));
    let mut all = vec![plain.clone(), format!("{}ba", "a".repeat(length - 2))];
    for at in [0, 1, 7, 8, length / 2, length - 2, length - 1] {
        let with = |symbol| -> String {
            plain.chars().enumerate().map(|(i, own)| if i == at { symbol } else { own }).collect()
        };
        all.extend([with('?'), with('c')]);
    }
    // Ends in `?`, which takes a character that has to be there.
    all.push(format!("{}?", plain.get(1..).unwrap_or_default()));
    all
}

fn texts() -> Vec<String> {
    let mut all = Vec::new();
    for before in [0, 5, 8, 20, 21, 40, 63, 64, 65, 70, 100, 127, 128, 129, 150] {
        let many = "a".repeat(before);
        all.extend([
            format!("{many}b"),
            format!("{many}ab"),
            format!("{many}bc"),
            format!("{many}ba"),
            format!("{many}b{many}b"),
            format!("{many}bc{many}bbc"),
            format!("{many}部b{many}bc"),
        ]);
    }
    all
}

#[test]
fn a_long_run_after_many_false_starts_is_found_where_it_is_and_nowhere_else() {
    let texts = texts();
    for length in [9, 12, 16, 17, 24, 33, 40, 65] {
        for run in runs(length) {
            for next in ["", "b", "c*", "?", "bc", "b*c"] {
                let pattern = format!("*{run}*{next}");
                let compiled = Pattern::new(&pattern, Case::Sensitive);
                let set = PatternSet::new([&pattern, "x*y"], Case::Sensitive);
                for text in &texts {
                    let expected = wildcard::matches(&pattern, text, false);
                    assert_eq!(compiled.is_match(text), expected, "`{pattern}` on `{text}`");
                    assert_eq!(set.is_match(text), expected, "`{pattern}` in a set on `{text}`");
                }
            }
        }
    }
}
