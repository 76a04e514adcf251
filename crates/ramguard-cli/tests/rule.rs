//! `ramguard rule` from outside.
mod support;

use support::ramguard;

#[test]
fn a_rule_is_explained_by_code_or_by_name() {
    let run = ramguard(&["rule", "RAM604"]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.starts_with("RAM604 passrole-any-role\n"), "{}", run.stdout);
    for part in ["What it finds", "Why it matters", "Instead"] {
        assert!(run.stdout.contains(part), "{part}");
    }
    assert_eq!(run.stdout, ramguard(&["rule", "passrole-any-role"]).stdout);
}

#[test]
fn a_rule_is_explained_in_chinese() {
    let run = ramguard(&["rule", "RAM604", "--lang", "zh"]);
    assert!(run.stdout.contains("为什么重要"), "{}", run.stdout);
}

#[test]
fn without_a_name_all_rules_are_listed() {
    let run = ramguard(&["rule"]);
    let count = ramguard_lint::registry::rules().count();
    assert_eq!(run.stdout.lines().count(), count);
}

#[test]
fn all_rules_are_told_as_json() {
    let report = ramguard(&["rule", "--all", "--output", "json"]).json();
    let rules = report.as_array().unwrap();
    assert_eq!(rules.len(), ramguard_lint::registry::rules().count());
    assert_eq!(rules[0]["code"], "RAM101");
}

#[test]
fn a_rule_that_does_not_exist_is_a_mistake() {
    let run = ramguard(&["rule", "RAM6004"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("did you mean `RAM604`?"), "{}", run.stderr);
}

#[test]
fn a_rule_that_is_not_written_yet_says_so() {
    let run = ramguard(&["rule", "RAM602"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("not written yet"), "{}", run.stderr);
}
