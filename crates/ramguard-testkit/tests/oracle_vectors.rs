//! The oracle against the conformance files: every decision and every refusal.
#![expect(clippy::panic, reason = "a test says what it found by failing")]

use std::collections::BTreeMap;

use ramguard_testkit::oracle;
use serde_json::Value;

/// Reads one file of `testdata/conformance`, a case a line.
fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/../../testdata/conformance/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let cases: Vec<Value> = text
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert!(!cases.is_empty(), "{path} holds no case");
    cases
}

fn text<'a>(case: &'a Value, member: &str) -> &'a str {
    case.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// Collects what is wrong by the id of the case, so that one run shows all of it.
fn failures(cases: &[Value], fault: impl Fn(&Value) -> Option<String>) -> BTreeMap<String, String> {
    cases.iter().filter_map(|case| Some((text(case, "id").to_owned(), fault(case)?))).collect()
}

#[test]
fn every_case_is_decided_as_the_conformance_file_expects() {
    let wrong = failures(&cases("semantics.jsonl"), |case| {
        let outcome = oracle::evaluate(case);
        (outcome.name() != text(case, "expect"))
            .then(|| format!("{outcome:?} instead of {}: {case}", text(case, "expect")))
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_document_is_refused_or_accepted_as_the_conformance_file_says() {
    let wrong = failures(&cases("malformed.jsonl"), |case| {
        let codes = oracle::reject_codes(text(case, "document"), text(case, "kind"));
        let rejected = case.get("reject") == Some(&Value::Bool(true));
        (codes.is_empty() == rejected).then(|| format!("{codes:?}: {case}"))
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_stated_code_is_among_those_a_refused_document_earns() {
    let wrong = failures(&cases("malformed.jsonl"), |case| {
        let codes = oracle::reject_codes(text(case, "document"), text(case, "kind"));
        let rejected = case.get("reject") == Some(&Value::Bool(true));
        (rejected && !codes.contains(&text(case, "code"))).then(|| format!("{codes:?}: {case}"))
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_checks_a_case_lists_are_those_its_call_expands_to() {
    let wrong = failures(&cases("semantics.jsonl"), |case| {
        let mut expanded = case.clone();
        expanded
            .get_mut("request")
            .filter(|request| request.get("op").is_some())?
            .as_object_mut()?
            .remove("checks");
        let outcome = oracle::evaluate(&expanded);
        (outcome.name() != text(case, "expect")).then(|| format!("{outcome:?}: {case}"))
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}
