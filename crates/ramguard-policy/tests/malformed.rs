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
