//! Every rule of the language has a case that shows it, and every case of ours is a true one.
#![expect(clippy::expect_used, reason = "a test says what it found by failing")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use ramguard::case::Case;
use ramguard_testkit::{corpus, oracle};
use serde_json::Value;

const FILES: [&str; 4] = ["semantics.jsonl", "own.jsonl", "malformed.jsonl", "own-malformed.jsonl"];

fn lines(file: &str) -> Vec<String> {
    let path = corpus::testdata().join("conformance").join(file);
    let text = fs::read_to_string(path).expect("the cases are in the repository");
    text.lines().map(str::to_owned).collect()
}

fn cases(file: &str) -> Vec<Value> {
    let read = |line: &String| serde_json::from_str(line).expect("one object a line");
    lines(file).iter().map(read).collect()
}

fn text<'a>(case: &'a Value, member: &str) -> &'a str {
    case.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// Returns the rules that are listed.
fn rules() -> BTreeSet<String> {
    let rows = corpus::table("conformance/rules.tsv").expect("the table of rules");
    rows.into_iter().map(|[rule, _]| rule).collect()
}

/// Returns the rules that cases name, with the first case that does.
fn shown() -> BTreeMap<String, String> {
    let mut shown = BTreeMap::new();
    for case in FILES.iter().flat_map(|file| cases(file)) {
        let rules = case.get("rule").and_then(Value::as_array).into_iter().flatten();
        for rule in rules.filter_map(Value::as_str) {
            shown.entry(rule.to_owned()).or_insert_with(|| text(&case, "id").to_owned());
        }
    }
    shown
}

#[test]
fn the_table_lists_the_rules_of_each_section_without_a_gap() {
    let sections = [("G", 13), ("A", 7), ("R", 13), ("C", 14), ("E", 14), ("P", 7), ("T", 8)];
    let expected: BTreeSet<String> = sections
        .iter()
        .flat_map(|(section, last)| (1..=*last).map(move |number| format!("{section}-{number}")))
        .collect();
    assert_eq!(rules(), expected);
}

#[test]
fn every_rule_has_a_case_that_shows_it() {
    let shown = shown();
    let rules = rules();
    let bare: Vec<&String> = rules.iter().filter(|rule| !shown.contains_key(*rule)).collect();
    assert!(bare.is_empty(), "no case for {bare:?}");
}

#[test]
fn every_rule_that_a_case_names_is_listed() {
    let rules = rules();
    let unknown: Vec<_> = shown().into_iter().filter(|(rule, _)| !rules.contains(rule)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn no_two_cases_share_an_id() {
    let mut ids = BTreeSet::new();
    let all = FILES.iter().flat_map(|file| cases(file));
    let twice: Vec<String> = all
        .map(|case| text(&case, "id").to_owned())
        .filter(|id| id.is_empty() || !ids.insert(id.clone()))
        .collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn the_engine_decides_every_case_of_ours_as_stated() {
    let mut wrong = Vec::new();
    for line in lines("own.jsonl") {
        let case = Case::parse(&line).expect("a case a line");
        match case.run() {
            Ok(result) if result.passed(&case) => {}
            Ok(result) => wrong.push(format!("{}: {}", case.id, result.outcome())),
            Err(error) => wrong.push(format!("{}: {error}", case.id)),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_textbook_decides_every_case_of_ours_as_stated() {
    let mut wrong = Vec::new();
    for case in cases("own.jsonl") {
        let outcome = oracle::evaluate(&case);
        if outcome.name() != text(&case, "expect") {
            wrong.push(format!("{}: {outcome:?}", text(&case, "id")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_textbook_refuses_every_document_of_ours_as_stated() {
    let mut wrong = Vec::new();
    for case in cases("own-malformed.jsonl") {
        let codes = oracle::reject_codes(text(&case, "document"), text(&case, "kind"));
        let reject = case.get("reject") == Some(&Value::Bool(true));
        let earned = !reject || codes.contains(&text(&case, "code"));
        if codes.is_empty() == reject || !earned {
            wrong.push(format!("{}: {codes:?}", text(&case, "id")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
