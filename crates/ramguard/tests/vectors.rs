//! The cases of `testdata/conformance/semantics.jsonl`: every one is decided as stated.
#![cfg(feature = "serde")]
#![expect(clippy::expect_used, reason = "a test says what it takes for granted")]

use ramguard::case::Case;

fn cases() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/conformance/semantics.jsonl");
    let text = std::fs::read_to_string(path).expect("the cases are in the repository");
    text.lines().map(|line| Case::parse(line).expect("a case a line")).collect()
}

#[test]
fn every_case_is_decided_as_stated() {
    let mut wrong = Vec::new();
    let cases = cases();
    for case in &cases {
        match case.run() {
            Ok(result) if result.passed(case) => {}
            Ok(result) => wrong.push(format!(
                "{} ({}): expected {}, got {} {:?}",
                case.id,
                case.why.as_deref().unwrap_or_default(),
                case.expect,
                result.outcome(),
                result.got
            )),
            Err(error) => wrong.push(format!("{}: {error}", case.id)),
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
