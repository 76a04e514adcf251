//! What an explanation promises: the same decision, the nearest miss first, a grant that helps.
#![cfg(feature = "serde")]
#![expect(clippy::expect_used, reason = "a test says what it takes for granted")]

use std::sync::Arc;

use ramguard::case::{Case, Got};
use ramguard::explain::{ArnField, Miss};
use ramguard::{
    Authorizer, Context, Kind, Layer, Layers, Mode, Outcome, Policy, PolicySet, Principal, Request,
    Semantics,
};

fn policy(statements: &str) -> Policy {
    policy_as(Kind::Identity, statements)
}

fn policy_as(kind: Kind, statements: &str) -> Policy {
    let text = format!(r#"{{"Version":"1","Statement":[{statements}]}}"#);
    Policy::parse_as(kind, &text).expect("a policy")
}

fn stop(instance: &str) -> Request<'static> {
    let resource = format!("acs:ecs:cn-hangzhou:1:instance/{instance}");
    Request::parse("ecs:StopInstance", resource).expect("a request")
}

#[test]
fn the_statement_that_misses_one_condition_is_nearer_than_one_that_misses_the_resource() {
    let authorizer = Authorizer::new([policy(
        r#"{"Effect":"Allow","Action":"oss:*","Resource":"*"},
           {"Effect":"Allow","Action":"ecs:StopInstance","Resource":"acs:ecs:*:*:instance/i-b"},
           {"Effect":"Allow","Action":"ecs:*","Resource":"*","Condition":{"Bool":{"acs:MFAPresent":"true"}}}"#,
    )]);
    let explanation = authorizer.explain(&stop("i-a"));
    let order: Vec<usize> =
        explanation.near_misses().iter().map(|report| report.at.statement).collect();
    assert_eq!(order, [2, 1, 0]);
}

#[test]
fn a_missed_condition_tells_the_value_seen_and_the_values_wanted() {
    let authorizer = Authorizer::new([policy(
        r#"{"Effect":"Allow","Action":"ecs:*","Resource":"*","Condition":{"IpAddress":{"acs:SourceIp":["10.0.0.0/8","192.0.2.1"]}}}"#,
    )]);
    let context = Context::from_pairs([("acs:sourceip", "203.0.113.9")]).expect("one key");
    let explanation = authorizer.explain(&stop("i-a").with_context(context));
    let nearest = explanation.near_misses().first().expect("one miss");
    assert_eq!(
        nearest.misses.first().expect("one miss").to_string(),
        "condition IpAddress on `acs:SourceIp` wants `10.0.0.0/8`, `192.0.2.1`; the request has \
         `203.0.113.9`"
    );
}

#[test]
fn a_missed_condition_tells_an_absent_key_from_an_unreadable_value() {
    let authorizer = Authorizer::new([policy(
        r#"{"Effect":"Allow","Action":"ecs:*","Resource":"*","Condition":{"NumericLessThan":{"x:n":"5"}}}"#,
    )]);
    let message = |request: &Request<'_>| {
        let explanation = authorizer.explain(request);
        let nearest = explanation.near_misses().first().expect("one miss");
        nearest.misses.first().expect("one miss").to_string()
    };
    assert!(message(&stop("i-a")).ends_with("the request does not have the key"));
    let context = Context::from_pairs([("x:n", "many")]).expect("one key");
    assert!(message(&stop("i-a").with_context(context)).ends_with("which cannot be compared"));
}

#[test]
fn a_missed_resource_names_the_field_that_differs() {
    let field = |resource: &str| {
        let statement = format!(r#"{{"Effect":"Allow","Action":"ecs:*","Resource":"{resource}"}}"#);
        let explanation = Authorizer::new([policy(&statement)]).explain(&stop("i-a"));
        let nearest = explanation.near_misses().first().expect("one miss").misses.first().cloned();
        match nearest {
            Some(Miss::Resource { field, .. }) => field,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(field("acs:oss:*:*:*"), Some(ArnField::Service));
    assert_eq!(field("acs:ecs:cn-beijing:*:*"), Some(ArnField::Region));
    assert_eq!(field("acs:ecs:*:2:*"), Some(ArnField::Account));
    assert_eq!(field("acs:ecs:*:*:disk/*"), Some(ArnField::RelativeId));
}

#[test]
fn an_explicit_deny_names_every_deny_that_applies_and_offers_no_grant() {
    let authorizer = Authorizer::new([policy(
        r#"{"Effect":"Allow","Action":"*","Resource":"*"},
           {"Effect":"Deny","Action":"ecs:Stop*","Resource":"*"},
           {"Effect":"Deny","Action":"oss:*","Resource":"*"},
           {"Effect":"Deny","Action":"ecs:*","Resource":"*"}"#,
    )]);
    let explanation = authorizer.explain(&stop("i-a"));
    let order: Vec<usize> =
        explanation.applied().iter().map(|report| report.at.statement).collect();
    assert_eq!(order, [1, 3, 0]);
    assert!(explanation.grants().is_empty());
    assert!(explanation.near_misses().is_empty());
}

#[test]
fn the_grant_is_exactly_what_was_asked() {
    let explanation = Authorizer::new([]).explain(&stop("i-a"));
    let grant = explanation.grants().first().expect("a grant");
    assert_eq!(grant.layer, Layer::Account);
    assert_eq!(
        grant.policy.to_json(),
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ecs:StopInstance","Resource":"acs:ecs:cn-hangzhou:1:instance/i-a"}]}"#
    );
}

#[test]
fn the_grant_of_pass_role_is_for_one_role_and_one_service() {
    let context = Context::from_pairs([("acs:Service", "ecs.aliyuncs.com")]).expect("one key");
    let request = Request::parse("ram:PassRole", "acs:ram:cn-hangzhou:1:role/app")
        .expect("a request")
        .with_context(context);
    let explanation = Authorizer::new([]).explain(&request);
    assert_eq!(
        explanation.grants().first().expect("a grant").policy.to_json(),
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:PassRole","Resource":"acs:ram::1:role/app","Condition":{"StringEquals":{"acs:Service":"ecs.aliyuncs.com"}}}]}"#
    );
}

#[test]
fn assuming_a_role_may_need_a_grant_on_both_sides() {
    let other = policy_as(
        Kind::Trust,
        r#"{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ecs.aliyuncs.com"}}"#,
    );
    let layers = Layers { resource: Some(Arc::new(PolicySet::from(other))), ..Layers::default() };
    let request = Request::parse("sts:AssumeRole", "acs:ram::1:role/app")
        .expect("a request")
        .with_mode(Mode::AssumeRole)
        .with_principal(Principal::user("acs:ram::1:user/alice").expect("a user"));
    let explanation = Authorizer::with_layers(layers, Semantics::default()).explain(&request);
    let layers: Vec<Layer> = explanation.grants().iter().map(|grant| grant.layer).collect();
    assert_eq!(layers, [Layer::Account, Layer::Resource]);
    let trust = explanation.grants().last().expect("a trust policy");
    assert_eq!(trust.policy.kind(), Kind::Trust);
    assert!(trust.policy.to_json().contains("acs:ram::1:user/alice"));
}

#[test]
fn a_resource_of_another_account_needs_no_grant_on_the_side_of_the_caller() {
    let request = Request::parse("oss:GetObject", "acs:oss:*:1:bucket/a").expect("a request");
    let caller = Principal::user("acs:ram::2:user/alice").expect("a user").with_uid("20");
    let explanation = Authorizer::new([]).explain(&request.with_principal(caller));
    let layers: Vec<Layer> = explanation.grants().iter().map(|grant| grant.layer).collect();
    assert_eq!(layers, [Layer::Resource]);
}

#[test]
fn no_grant_is_offered_on_the_side_of_a_resource_to_whom_it_cannot_name() {
    let request = Request::parse("oss:GetObject", "acs:oss:*:1:bucket/a").expect("a request");
    // A bucket policy names users by number, and that of this one is not known.
    let caller = Principal::user("acs:ram::2:user/alice").expect("a user");
    let explanation = Authorizer::new([]).explain(&request.with_principal(caller));
    assert!(explanation.grants().is_empty());
}

#[test]
fn every_case_is_explained_as_it_is_decided() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/conformance/semantics.jsonl");
    let text = std::fs::read_to_string(path).expect("the cases are in the repository");
    let (mut denied, mut granted) = (0, 0);
    for case in text.lines().map(|line| Case::parse(line).expect("a case a line")) {
        let result = case.run().expect("a case that can be decided");
        let Got::Decision(decision) = result.got else { continue };
        let mode = case.mode().expect("a known mode");
        let request = case.question().to_request(mode).expect("a request that was decided");
        let explanation = result.authorizer.explain(&request);
        assert_eq!(explanation.decision(), decision, "{}", case.id);
        match decision.outcome() {
            Outcome::ImplicitDeny => {
                denied += 1;
                granted += usize::from(!explanation.grants().is_empty());
            }
            outcome => {
                assert!(explanation.grants().is_empty(), "{}", case.id);
                let by_owner = decision.statements().next().is_none();
                assert!(by_owner || !explanation.applied().is_empty(), "{} {outcome}", case.id);
            }
        }
    }
    // Most denials have a grant that turns them into an Allow; those that have none are of root,
    // anonymous and foreign callers.
    assert!(granted * 10 > denied * 8, "{granted} of {denied}");
}
