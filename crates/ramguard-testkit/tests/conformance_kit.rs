//! The runner for other implementations: it passes the textbook and catches whoever is wrong.
#![expect(clippy::expect_used, reason = "a test says what it takes for granted")]

use std::process::{Command, Output};

const RUNNER: &str = env!("CARGO_BIN_EXE_conformance");

fn judge(command: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, .. } =
        Command::new(RUNNER).arg("judge").args(command).output().expect("the runner starts");
    (status.code(), String::from_utf8(stdout).expect("text"))
}

#[test]
fn the_textbook_passes_every_case_through_the_runner() {
    let (status, report) = judge(&[RUNNER, "answer"]);
    assert_eq!(status, Some(0), "{report}");
    assert!(report.ends_with(" passed, 0 failed, 0 skipped\n"), "{report}");
}

#[test]
#[cfg(unix)]
fn whoever_allows_everything_fails_and_is_told_where() {
    let (status, report) = judge(&["sed", "s/.*/Allow/"]);
    assert_eq!(status, Some(1));
    assert!(report.contains("semantics.jsonl "), "{report}");
    assert!(report.contains("expected ExplicitDeny, got \"Allow\""), "{report}");
}

#[test]
#[cfg(unix)]
fn what_is_skipped_is_counted_and_no_failure() {
    let (status, report) = judge(&["sed", "s/.*/skip/"]);
    assert_eq!(status, Some(0), "{report}");
    assert!(report.starts_with("0 passed, 0 failed, "), "{report}");
}

#[test]
#[cfg(unix)]
fn whoever_stops_answering_is_an_error() {
    let (status, _) = judge(&["true"]);
    assert_eq!(status, Some(2));
}
