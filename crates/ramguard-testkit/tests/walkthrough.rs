//! The walkthrough: one user, one role, four calls, and the policy as it was once published.
#![expect(clippy::expect_used, reason = "a test says what it found by failing")]

use std::fs;

use ramguard::case::{CaseRequest, Got};
use ramguard::{Authorizer, Kind, Layers, Mode, Outcome, Policy, Principal, Request, Semantics};
use ramguard_policy::Document;
use ramguard_testkit::corpus::testdata;

const CALLS: [&str; 4] =
    ["attach.json", "detach.json", "create-instance.json", "run-instances.json"];

fn text(file: &str) -> String {
    fs::read_to_string(testdata().join("walkthrough").join(file)).expect("the file is there")
}

fn policy(file: &str) -> Policy {
    Policy::parse(&text(file)).expect("a policy")
}

fn narrowed_policy() -> Policy {
    let narrowed = text("user-policy.json").replace(
        "\"Action\": \"ram:PassRole\",\n      \"Resource\": \"*\"",
        "\"Action\": \"ram:PassRole\",
      \"Resource\": \"acs:ram::1000000000000001:role/EcsRamRoleDocumentTesting\",
      \"Condition\": { \"StringEquals\": { \"acs:Service\": \"ecs.aliyuncs.com\" } }",
    );
    assert_ne!(narrowed, text("user-policy.json"), "the statement is written otherwise");
    Policy::parse(&narrowed).expect("a policy")
}

/// Decides a call and names the error of ECS, if there is one.
fn decide(policy: Policy, call: &str) -> (Outcome, Option<&'static str>) {
    let request: CaseRequest = serde_json::from_str(&text(call)).expect("a request");
    let got = request.decide(&Authorizer::new([policy]), Mode::Standard).expect("a decision");
    match got {
        Got::Operation(decision) => {
            (decision.outcome(), decision.failed().map(|failed| failed.error.code()))
        }
        Got::Decision(_) | Got::Refused(_) => (Outcome::ImplicitDeny, Some("no operation")),
    }
}

#[test]
fn the_mended_policy_allows_all_four_calls() {
    for call in CALLS {
        assert_eq!(decide(policy("user-policy.json"), call), (Outcome::Allow, None), "{call}");
    }
}

#[test]
fn a_statement_on_this_role_for_ecs_is_enough_for_all_four_calls() {
    for call in CALLS {
        assert_eq!(decide(narrowed_policy(), call), (Outcome::Allow, None), "{call}");
    }
}

#[test]
fn without_the_passrole_statement_each_call_answers_pass_role_forbidden() {
    for call in CALLS {
        assert_eq!(
            decide(policy("user-policy-without-passrole.json"), call),
            (Outcome::ImplicitDeny, Some("InvalidUser.PassRoleForbidden")),
            "{call}"
        );
    }
}

#[test]
fn without_the_ecs_statement_each_call_answers_forbidden_ram() {
    let pass_role = Policy::parse(
        r#"{ "Version": "1", "Statement": [{
            "Effect": "Allow", "Action": "ram:PassRole", "Resource": "*" }] }"#,
    )
    .expect("a policy");
    for call in CALLS {
        let (outcome, error) = decide(pass_role.clone(), call);
        assert_eq!((outcome, error), (Outcome::ImplicitDeny, Some("Forbidden.RAM")), "{call}");
    }
}

#[test]
fn the_published_policy_is_refused_at_each_fault_with_its_remedy() {
    let text = text("user-policy-as-published.json");
    let document = Document::read(Kind::Identity, &text);
    let lines = document.line_index();
    let problems: Vec<(u32, u32, &str, String)> = document
        .problems()
        .iter()
        .map(|problem| {
            let place = lines.position(problem.span().start);
            let remedy = problem.help().unwrap_or_default();
            (place.line, place.column, problem.code().name(), remedy)
        })
        .collect();
    let template = "write `*` or `<ram-code>:<action-name>`, for example `ecs:StopInstance`";
    let blank = |action| format!("a blank or look-alike character never matches; write `{action}`");
    assert_eq!(
        problems,
        [
            (2, 20, "invalid-version", "RAM knows one version: write `\"1\"`".to_owned()),
            (7, 17, "invalid-action-format", template.to_owned()),
            (8, 17, "invalid-action-format", blank("ecs:CreateInstance")),
            (9, 17, "invalid-action-format", blank("ecs:AttachInstanceRamRole")),
            (10, 17, "invalid-action-format", blank("ecs:DetachInstanceRAMRole")),
        ]
    );
}

#[test]
fn the_published_policy_is_no_policy_to_decide_with() {
    assert!(Policy::parse(&text("user-policy-as-published.json")).is_err());
}

#[test]
fn the_role_is_assumed_by_ecs_and_by_no_other_service() {
    let trust = Policy::parse_as(Kind::Trust, &text("trust-policy.json")).expect("a policy");
    let layers = Layers { resource: Some(std::sync::Arc::new(trust.into())), ..Layers::default() };
    let authorizer = Authorizer::with_layers(layers, Semantics::default());
    let outcome = |service: &'static str| {
        let role = "acs:ram::1000000000000001:role/EcsRamRoleDocumentTesting";
        let request = Request::parse("sts:AssumeRole", role)
            .expect("a request")
            .with_mode(Mode::AssumeRole)
            .with_principal(Principal::service(service));
        authorizer.decide(&request).outcome()
    };
    assert_eq!(outcome("ecs.aliyuncs.com"), Outcome::Allow);
    assert_eq!(outcome("fc.aliyuncs.com"), Outcome::ImplicitDeny);
}
