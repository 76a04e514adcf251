//! Sets of patterns, judged pattern by pattern and by tables of expected answers.
#![expect(clippy::panic, reason = "a test may fail by panicking")]

use ramguard_match::{Case, Matches, PatternSet};

/// Reads `testdata/match/<name>.<part>`, one item a line.
fn lines(name: &str, part: &str) -> Vec<String> {
    let path = format!("{}/../../testdata/match/{name}.{part}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.lines().map(str::to_owned).collect()
}

fn agrees_with_the_table(name: &str) {
    let set = PatternSet::new(lines(name, "patterns"), Case::Sensitive);
    let mut found = Matches::new();
    for (subject, expected) in lines(name, "subjects").iter().zip(lines(name, "expected")) {
        set.matches_into(subject, &mut found);
        let numbers: Vec<String> = found.iter().map(|number| number.to_string()).collect();
        assert_eq!(numbers.join(","), expected, "{name}: `{subject}`");
        assert_eq!(set.is_match(subject), !expected.is_empty(), "{name}: `{subject}`");
    }
}

#[test]
fn finds_the_expected_literals() {
    agrees_with_the_table("literal-10");
    agrees_with_the_table("literal-100");
}

#[test]
fn finds_the_expected_actions() {
    agrees_with_the_table("actions-10");
    agrees_with_the_table("actions-100");
}

#[test]
fn finds_the_expected_resources() {
    agrees_with_the_table("resources-10");
    agrees_with_the_table("resources-100");
}

#[test]
fn finds_the_expected_patterns_of_mixed_kinds() {
    agrees_with_the_table("mixed-10");
    agrees_with_the_table("mixed-100");
}

#[test]
fn finds_the_expected_patterns_of_many_stars() {
    agrees_with_the_table("adversarial-10");
    agrees_with_the_table("adversarial-100");
}
