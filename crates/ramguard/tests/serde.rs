//! Requests and decisions through serde: what is written is read back, what is malformed is refused.
#![cfg(feature = "serde")]

use ramguard::case::{Case, Got};
use ramguard::{Decision, Request};

#[test]
fn every_request_and_decision_of_the_cases_is_read_back_equal() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/conformance/semantics.jsonl");
    let text = std::fs::read_to_string(path).expect("the cases are in the repository");
    let mut decided = 0;
    for case in text.lines().map(|line| Case::parse(line).expect("a case a line")) {
        let result = case.run().expect("a case that can be decided");
        let Got::Decision(decision) = result.got else { continue };
        let mode = case.mode().expect("a known mode");
        let request = case.question().to_request(mode).expect("a request that was decided");
        let json = serde_json::to_string(&request).expect("a request can be written");
        let read: Request<'static> = serde_json::from_str(&json).expect("what was written");
        assert_eq!(result.authorizer.decide(&read), decision, "{}: {json}", case.id);
        assert_eq!(serde_json::to_string(&read).expect("again"), json, "{}", case.id);
        let json = serde_json::to_string(&decision).expect("a decision can be written");
        let read: Decision = serde_json::from_str(&json).expect("what was written");
        assert_eq!(read, decision, "{}: {json}", case.id);
        decided += 1;
    }
    assert!(decided > 150, "{decided}");
}

#[test]
fn a_request_that_is_not_valid_is_refused_through_serde_too() {
    for text in [
        r#"{"action":"ecs:*","resource":"*"}"#,
        r#"{"action":"ecs:Stop","resource":"acs:ecs:x"}"#,
        r#"{"action":"ecs:Stop"}"#,
        r#"{"action":"ecs:Stop","resource":"*","colour":"red"}"#,
        r#"{"action":"ecs:Stop","resource":"*","mode":"fast"}"#,
        r#"{"action":"ecs:Stop","resource":"*","context":{"acs:A":"1","acs:a":"2"}}"#,
        r#"{"action":"ecs:Stop","action":"ecs:Start","resource":"*"}"#,
        r#"{"action":"ecs:Stop","resource":"*","principal":{"type":"user","arn":"alice"}}"#,
        r#"{"action":"ecs:Stop","resource":"*","principal":{"type":"role","arn":"acs:ram::1:role/a","service":"ecs.aliyuncs.com"}}"#,
        r#"{"action":"ecs:Stop","resource":"*","principal":{"type":"anonymous","arn":"acs:ram::1:user/a"}}"#,
    ] {
        assert!(serde_json::from_str::<Request<'static>>(text).is_err(), "{text}");
    }
}

#[test]
fn a_decision_cannot_claim_statements_it_does_not_name() {
    for text in [
        r#"{"outcome":"Allow","reason":{"kind":"statement"}}"#,
        r#"{"outcome":"Allow","reason":{"kind":"ownership"},"statements":[{"layer":"account","policy":0,"statement":0}]}"#,
    ] {
        assert!(serde_json::from_str::<Decision>(text).is_err(), "{text}");
    }
}
