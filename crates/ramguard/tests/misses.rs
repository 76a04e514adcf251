//! The words in which an explanation says what keeps a statement from applying.
#![expect(clippy::expect_used, reason = "a test says what it takes for granted")]

use std::sync::Arc;

use ramguard::explain::{ArnField, Miss};
use ramguard::{
    Authorizer, CompiledPolicy, Kind, Layers, Mode, Policy, PolicySet, Principal, ReadOptions,
    Request, Semantics,
};

const ON: &str = "acs:ecs:cn-hangzhou:1:instance/i-a";

/// What the one statement of a policy misses on a request, in words.
fn misses(statement: &str, request: &Request<'_>) -> Vec<String> {
    let text = format!(r#"{{"Version":"1","Statement":[{{"Effect":"Allow",{statement}}}]}}"#);
    let options = ReadOptions { legacy_not_resource: true, ..ReadOptions::default() };
    let policy = Policy::parse_with(Kind::Identity, &text, &options).expect("a policy");
    let explanation = Authorizer::new([policy]).explain(request);
    let nearest = explanation.near_misses().first().expect("one statement");
    nearest.misses.iter().map(ToString::to_string).collect()
}

fn request(resource: &'static str) -> Request<'static> {
    Request::parse("ecs:StopInstance", resource).expect("a request")
}

#[test]
fn an_action_is_not_covered_or_excluded() {
    assert_eq!(
        misses(r#""Action":["ecs:Start*","oss:*"],"Resource":"*""#, &request(ON)),
        ["action `ecs:StopInstance` is not covered by `ecs:Start*`, `oss:*`"]
    );
    assert_eq!(
        misses(r#""NotAction":"ecs:*","Resource":"*""#, &request(ON)),
        ["action `ecs:StopInstance` is excluded by `NotAction` `ecs:*`"]
    );
}

#[test]
fn the_field_of_a_resource_that_differs_is_named() {
    for (pattern, field) in [
        ("acs:vpc:cn-hangzhou:1:instance/i-a", "service"),
        ("acs:ecs:cn-beijing:1:instance/i-a", "region"),
        ("acs:ecs:cn-hangzhou:2:instance/i-a", "account"),
        ("acs:ecs:cn-hangzhou:1:instance/i-b", "relative id"),
    ] {
        let statement = format!(r#""Action":"*","Resource":"{pattern}""#);
        let expected =
            format!("resource `{ON}` is not covered by `{pattern}` (the {field} differs)");
        assert_eq!(misses(&statement, &request(ON)), [expected]);
    }
    let names = [ArnField::Service, ArnField::Region, ArnField::Account, ArnField::RelativeId];
    assert_eq!(names.map(ArnField::name), ["service", "region", "account", "relative id"]);
}

#[test]
fn a_resource_of_which_no_field_is_named_is_told_alone() {
    let miss = Miss::Resource {
        seen: ON.into(),
        wanted: vec!["acs:ecs:*:*:*".into()],
        excluded: false,
        field: None,
    };
    assert_eq!(miss.to_string(), format!("resource `{ON}` is not covered by `acs:ecs:*:*:*`"));
}

#[test]
fn a_request_without_a_resource_is_told_that_only_a_star_covers_it() {
    let told = misses(r#""Action":"*","Resource":"acs:ecs:*:*:*""#, &request("*"));
    let told = told.first().expect("a miss");
    assert!(told.ends_with("(only `*` covers an operation without resource-level support)"));
}

#[test]
fn a_resource_is_excluded_by_the_old_element() {
    let told = misses(r#""Action":"*","NotResource":"acs:ecs:*:*:*""#, &request(ON));
    assert_eq!(told, [format!("resource `{ON}` is excluded by `NotResource` `acs:ecs:*:*:*`")]);
}

#[test]
fn a_long_list_of_what_is_wanted_is_cut() {
    let actions: Vec<String> = (0..7).map(|number| format!("\"oss:Get{number}\"")).collect();
    let statement = format!(r#""Action":[{}],"Resource":"*""#, actions.join(","));
    let told = misses(&statement, &request(ON));
    assert!(told.first().is_some_and(|told| told.ends_with("`oss:Get4` and 2 more")), "{told:?}");
}

#[test]
fn a_caller_who_is_not_meant_is_named() {
    let text = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
        "Principal":{"RAM":"acs:ram::1:user/alice"}}]}"#;
    let trust = Policy::parse_as(Kind::Trust, text).expect("a trust policy");
    let layers = Layers { resource: Some(Arc::new(PolicySet::from(trust))), ..Layers::default() };
    let request = Request::parse("sts:AssumeRole", "acs:ram::1:role/app")
        .expect("a request")
        .with_principal(Principal::user("acs:ram::1:user/bob").expect("a user"))
        .with_mode(Mode::AssumeRole);
    let explanation = Authorizer::with_layers(layers, Semantics::default()).explain(&request);
    let nearest = explanation.near_misses().first().expect("one statement");
    let told: Vec<String> = nearest.misses.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["`acs:ram::1:user/bob` is not among the principals"]);
}

#[test]
fn a_policy_that_is_compiled_once_says_what_it_is_and_takes() {
    let text = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let policy = Policy::parse(text).expect("a policy");
    let compiled = CompiledPolicy::from(policy.clone());
    assert_eq!(compiled.policy(), &policy);
    assert!(compiled.compiled_bytes() > 0);
}
