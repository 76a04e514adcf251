//! The cases of `testdata/conformance/malformed.jsonl` and of `own-malformed.jsonl` beside it: what is
//! refused, and under which code.

#![expect(clippy::expect_used, reason = "a test says what it takes for granted")]

use std::collections::BTreeSet;

use ramguard_policy::{Document, Kind, ProblemCode};
use serde_json::Value;

fn cases() -> Vec<Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/conformance");
    ["malformed.jsonl", "own-malformed.jsonl"]
        .iter()
        .flat_map(|file| {
            let text = std::fs::read_to_string(format!("{folder}/{file}"));
            let text = text.expect("the cases are in the repository");
            let lines = text.lines().map(serde_json::from_str);
            lines.map(|case| case.expect("one object a line")).collect::<Vec<Value>>()
        })
        .collect()
}

#[test]
fn every_case_is_refused_or_accepted_as_stated() {
    let mut wrong = Vec::new();
    for case in cases() {
        let kind: Kind = case["kind"].as_str().expect("kind").parse().expect("a kind");
        let document = Document::read(kind, case["document"].as_str().expect("document"));
        let codes: Vec<_> = document.problems().iter().map(|p| p.code().name()).collect();
        let refused = !codes.is_empty();
        let reject = case["reject"] == true;
        let code = case["code"].as_str().filter(|_| reject);
        if refused != reject || code.is_some_and(|code| !codes.contains(&code)) {
            wrong.push(format!("{} {}: expected {code:?}, got {codes:?}", case["id"], case["why"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The codes of every problem of an otherwise sound document, in the order of the text.
fn codes_with(kind: Kind, member: &str) -> Vec<&'static str> {
    let target = match kind {
        Kind::Trust => r#""Action": "sts:AssumeRole""#,
        _ => r#""Action": "oss:*", "Resource": "*""#,
    };
    let text =
        format!(r#"{{"Version": "1", "Statement": [{{"Effect": "Allow", {target}, {member}}}]}}"#);
    Document::read(kind, &text).problems().iter().map(|p| p.code().name()).collect()
}

#[test]
fn an_unreadable_value_is_told_beside_a_second_boolean() {
    let found = |values| {
        let condition = format!(r#""Condition": {{"Bool": {{"acs:MFAPresent": {values}}}}}"#);
        codes_with(Kind::Identity, &condition)
    };
    assert_eq!(found(r#"["true", "false"]"#), ["multiple-boolean"]);
    assert_eq!(found(r#"["true", "maybe"]"#), ["multiple-boolean", "invalid-condition-value"]);
    assert_eq!(found(r#"["maybe"]"#), ["invalid-condition-value"]);
}

#[test]
fn an_unreadable_value_is_told_beside_one_without_quotes() {
    let condition = r#""Condition": {"NumericLessThan": {"oss:MaxKeys": [10, "1k"]}}"#;
    let found = codes_with(Kind::Identity, condition);
    assert_eq!(found, ["data-type-mismatch", "invalid-condition-value"]);
}

#[test]
fn what_stands_under_an_unknown_key_of_the_principals_is_checked_as_a_list() {
    let found = |values| codes_with(Kind::Trust, &format!(r#""Principal": {{"AWS": {values}}}"#));
    assert_eq!(found(r#"["acs:ram::1:root"]"#), ["invalid-principal"]);
    assert_eq!(found("[]"), ["invalid-principal", "empty-list"]);
    assert_eq!(found("[1]"), ["invalid-principal", "data-type-mismatch"]);
}

#[test]
fn every_reject_code_has_a_case_that_earns_it() {
    let mut earned = BTreeSet::new();
    for case in cases() {
        let kind: Kind = case["kind"].as_str().expect("kind").parse().expect("a kind");
        let document = Document::read(kind, case["document"].as_str().expect("document"));
        earned.extend(document.problems().iter().map(ramguard_policy::Problem::code));
    }
    let missing: Vec<_> = ProblemCode::ALL.iter().filter(|code| !earned.contains(code)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}
