//! `ramguard test` from outside.
#![expect(clippy::unwrap_used, reason = "what cannot be taken apart has failed the test")]

mod support;

use std::fmt::Write as _;

use support::{assert_golden, ramguard, with_stdin};

fn test(arguments: &[&str]) -> support::Run {
    ramguard(&[&["test"], arguments].concat())
}

fn conformance() -> String {
    let path = support::testdata().join("conformance/semantics.jsonl");
    path.to_str().unwrap().to_owned()
}

#[test]
fn every_conformance_case_passes() {
    let run = test(&[&conformance()]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.ends_with(" passed, 0 failed\n"), "{}", run.stdout);
}

#[test]
fn json_has_one_object_a_case_with_id_expect_got_and_pass() {
    let run = test(&[&conformance(), "--output", "json"]);
    assert_eq!(run.code, 0);
    let cases = std::fs::read_to_string(conformance()).unwrap();
    assert_eq!(run.stdout.lines().count(), cases.lines().count());
    for (line, case) in run.stdout.lines().zip(cases.lines()) {
        let got: serde_json::Value = serde_json::from_str(line).unwrap();
        let case: serde_json::Value = serde_json::from_str(case).unwrap();
        assert_eq!((&got["id"], &got["expect"]), (&case["id"], &case["expect"]));
        assert_eq!((&got["got"], &got["pass"]), (&case["expect"], &serde_json::Value::Bool(true)));
    }
}

#[test]
fn failures_are_told_with_what_was_expected_and_why_it_came_out_otherwise() {
    let run = test(&["cases.jsonl"]);
    assert_eq!(run.code, 1);
    assert_golden("test-failures", &run.told());
}

#[test]
fn json_of_failures_keeps_its_shape() {
    let run = test(&["cases.jsonl", "--output", "json"]);
    assert_eq!(run.code, 1);
    assert_golden("test-failures-json", &run.told());
}

#[test]
fn a_line_that_is_no_json_is_an_error_but_hides_no_other_line() {
    let mut input = String::from("not JSON\n");
    let cases = std::fs::read_to_string(support::fixtures().join("cases.jsonl")).unwrap();
    input.push_str(cases.lines().next().unwrap());
    let run = with_stdin(&["test", "-", "--output", "json"], input.as_bytes());
    assert_eq!(run.code, 2);
    let lines: Vec<serde_json::Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["got"], &lines[0]["line"]), (&"Error".into(), &1.into()));
    assert_eq!(lines[1]["pass"], true);
}

#[test]
fn a_missing_file_is_an_error_but_hides_no_other_file() {
    let run = test(&["missing.jsonl", "cases.jsonl", "--filter", "stop"]);
    assert_eq!(run.code, 2);
    assert!(run.stdout.contains("1 passed"), "{}", run.stdout);
}

#[test]
fn an_empty_input_has_nothing_that_fails() {
    let run = with_stdin(&["test", "-"], b"\n\n");
    assert_eq!((run.stdout.as_str(), run.code), ("0 passed, 0 failed\n", 0));
}

#[test]
fn cases_are_selected_by_id_glob_and_rule() {
    let passed = |arguments: &[&str]| {
        test(&[&["cases.jsonl"], arguments].concat()).stdout.lines().last().unwrap().to_owned()
    };
    assert_eq!(passed(&["--filter", "sto"]), "1 passed, 0 failed, 5 left out");
    assert_eq!(passed(&["--filter", "st*"]), "1 passed, 1 failed, 4 left out");
    assert_eq!(passed(&["--rule", "a-1"]), "1 passed, 0 failed, 5 left out");
    assert_eq!(
        passed(&["--filter", "stop", "--filter", "version"]),
        "2 passed, 0 failed, 4 left out"
    );
}

#[test]
fn a_selection_that_selects_nothing_is_an_error() {
    assert_eq!(test(&["cases.jsonl", "--filter", "none"]).code, 2);
}

#[test]
fn fail_fast_stops_at_the_first_failure() {
    let run = test(&["cases.jsonl", "--fail-fast"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.ends_with("1 passed, 1 failed\n"), "{}", run.stdout);
}

#[test]
fn quiet_prints_failures_only() {
    let run = test(&["cases.jsonl", "-q", "--filter", "stop"]);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str(), run.code), ("", "", 0));
}

#[test]
fn what_is_no_case_is_a_failure_and_never_a_crash() {
    let policy = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let request = r#"{"action":"ecs:StopInstance","resource":"*"}"#;
    let mut input = String::new();
    for line in [
        "1".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        format!(r#"{{"id":"a","policy":{policy},"request":{request},"expect":"Maybe"}}"#),
        format!(r#"{{"id":"b","request":{request},"expect":"Allow"}}"#),
        format!(
            r#"{{"id":"c","policy":{policy},"policies":{{}},"request":{request},"expect":"Allow"}}"#
        ),
        format!(r#"{{"id":"d","policy":{policy},"request":{{}},"expect":"Allow"}}"#),
        format!(
            r#"{{"id":"e","policy":{policy},"request":{request},"mode":"x","expect":"Error"}}"#
        ),
        format!(r#"{{"id":"f","policy":"text","request":{request},"expect":"Allow"}}"#),
        format!(
            r#"{{"id":"g","policy":{policy},"request":{{"op":{{"api":"X","region":"r","account":"1"}}}},"expect":"Allow"}}"#
        ),
    ] {
        writeln!(input, "{line}").unwrap();
    }
    let run = with_stdin(&["test", "-", "--output", "json"], input.as_bytes());
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert_eq!(run.stdout.lines().count(), 10);
    for line in run.stdout.lines() {
        let got: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!((&got["got"], &got["pass"]), (&"Error".into(), &false.into()), "{line}");
        assert!(got["message"].is_string(), "{line}");
    }
}

#[test]
fn a_request_that_is_not_valid_is_denied_with_a_message() {
    let run = test(&["cases.jsonl", "--output", "json"]);
    let last: serde_json::Value = serde_json::from_str(run.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(last["got"], "ImplicitDeny");
    assert!(last["message"].is_string());
}
