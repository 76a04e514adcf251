//! What was decided where the documents of RAM are silent: one decision of `docs/decisions.md` a
//! test, for those that no other test cites. The smallest policy on either side of each.

use std::sync::Arc;

use ramguard::{
    Authorizer, Context, Kind, Layer, Layers, Outcome, Policy, PolicySet, Principal, Request,
    Semantics,
};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

const ALLOW_ALL: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
const DENY_ALL: &str = r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#;

fn document(statements: &str) -> String {
    format!(r#"{{"Version":"1","Statement":[{statements}]}}"#)
}

fn set(statements: &str) -> Result<Arc<PolicySet>> {
    Ok(Arc::new(PolicySet::from(Policy::parse_as(Kind::Identity, &document(statements))?)))
}

/// A statement that allows everything under a condition.
fn allow_if(condition: &str) -> String {
    format!(r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{{condition}}}}}"#)
}

/// What one statement comes to for a request with one key.
fn outcome(statement: &str, resource: &str, (key, value): (&str, &str)) -> Result<Outcome> {
    let authorizer = Authorizer::new([Policy::parse(&document(statement))?]);
    let request = Request::parse("ecs:StopInstance", resource)?
        .with_context(Context::from_pairs([(key, value)])?);
    Ok(authorizer.decide(&request).outcome())
}

/// Whether an Allow of `pattern` takes `resource`.
fn covers(pattern: &str, resource: &str) -> Result<bool> {
    let statement = format!(r#"{{"Effect":"Allow","Action":"*","Resource":"{pattern}"}}"#);
    Ok(outcome(&statement, resource, ("acs:SourceIp", "192.0.2.1"))?.is_allowed())
}

/// Decision D-01.
#[test]
fn a_statement_that_is_an_object_and_no_list_is_refused() {
    assert!(Policy::parse(&document(ALLOW_ALL)).is_ok());
    let single = format!(r#"{{"Version":"1","Statement":{ALLOW_ALL}}}"#);
    assert!(Policy::parse(&single).is_err());
}

/// Decision D-08.
#[test]
fn a_number_or_a_boolean_without_quotes_is_refused() {
    for (quoted, bare) in [
        (r#""NumericEquals":{"ecs:Amount":"10"}"#, r#""NumericEquals":{"ecs:Amount":10}"#),
        (r#""NumericEquals":{"ecs:Amount":["1"]}"#, r#""NumericEquals":{"ecs:Amount":[1]}"#),
        (r#""Bool":{"acs:MFAPresent":"true"}"#, r#""Bool":{"acs:MFAPresent":true}"#),
    ] {
        assert!(Policy::parse(&document(&allow_if(quoted))).is_ok(), "{quoted}");
        assert!(Policy::parse(&document(&allow_if(bare))).is_err(), "{bare}");
    }
}

/// Decision D-14.
#[test]
fn an_empty_region_takes_an_empty_region_and_no_other() -> Result {
    let pattern = "acs:ecs::*:instance/i";
    assert!(covers(pattern, "acs:ecs::1:instance/i")?);
    assert!(!covers(pattern, "acs:ecs:cn-hangzhou:1:instance/i")?);
    Ok(())
}

/// Decision D-16.
#[test]
fn four_stars_are_wildcards_and_no_mask() -> Result {
    for resource in ["acs:ecs:cn:1:instance/i-1", "acs:ecs:cn:1:instance/i-****", "acs:ecs:cn:1:i"]
    {
        let is_instance = resource.contains("instance/");
        assert_eq!(covers("acs:ecs:cn:****:instance/****", resource)?, is_instance, "{resource}");
    }
    Ok(())
}

/// Decision D-18.
#[test]
fn what_looks_like_a_variable_is_the_text_it_is() -> Result {
    let pattern = "acs:ecs:cn:1:instance/${acs:SourceIp}";
    assert!(!covers(pattern, "acs:ecs:cn:1:instance/192.0.2.1")?);
    assert!(covers(pattern, pattern)?);
    let prefix = allow_if(r#""StringLike":{"acs:SourceVpc":"${acs:PrincipalARN}"}"#);
    let given = |value| outcome(&prefix, "*", ("acs:SourceVpc", value));
    assert_eq!(given("acs:ram::1:user/u")?, Outcome::ImplicitDeny);
    assert_eq!(given("${acs:PrincipalARN}")?, Outcome::Allow);
    Ok(())
}

/// Decision D-29.
#[test]
fn a_key_nobody_knows_loads_and_is_absent_unless_it_is_given() -> Result {
    let positive = allow_if(r#""StringEquals":{"acs:NoSuchKey":"x"}"#);
    let negated = allow_if(r#""StringNotEquals":{"acs:NoSuchKey":"x"}"#);
    let other = ("acs:SourceIp", "192.0.2.1");
    assert_eq!(outcome(&positive, "*", other)?, Outcome::ImplicitDeny);
    assert_eq!(outcome(&negated, "*", other)?, Outcome::Allow);
    assert_eq!(outcome(&positive, "*", ("acs:NoSuchKey", "x"))?, Outcome::Allow);
    assert_eq!(outcome(&negated, "*", ("acs:NoSuchKey", "x"))?, Outcome::ImplicitDeny);
    Ok(())
}

/// What a caller of account 1 whom everything is allowed gets under some nodes of a directory.
fn under(nodes: &[&str], caller: Principal) -> Result<ramguard::Decision> {
    let layers = Layers {
        control: Some(nodes.iter().map(|statements| set(statements)).collect::<Result<_>>()?),
        account: set(ALLOW_ALL)?,
        ..Layers::default()
    };
    let request = Request::parse("ecs:StopInstance", "acs:ecs:cn:1:instance/i")?;
    let request = request.with_principal(caller);
    Ok(Authorizer::with_layers(layers, Semantics::default()).decide(&request))
}

/// Decision D-32.
#[test]
fn the_first_node_that_does_not_allow_settles_it() -> Result {
    let elsewhere = r#"{"Effect":"Allow","Action":"oss:*","Resource":"*"}"#;
    let user = || Principal::user("acs:ram::1:user/u");
    for (nodes, expected) in [
        ([ALLOW_ALL, ALLOW_ALL], Outcome::Allow),
        ([DENY_ALL, elsewhere], Outcome::ExplicitDeny),
        ([elsewhere, DENY_ALL], Outcome::ImplicitDeny),
        ([ALLOW_ALL, DENY_ALL], Outcome::ExplicitDeny),
    ] {
        let decision = under(&nodes, user()?)?;
        assert_eq!(decision.outcome(), expected, "{nodes:?}");
        if expected == Outcome::ExplicitDeny {
            let denied_by = decision.statements().next().map(|at| at.layer);
            let node = u32::from(nodes == [ALLOW_ALL, DENY_ALL]);
            assert_eq!(denied_by, Some(Layer::Control { node }), "{nodes:?}");
        }
    }
    Ok(())
}

/// Decision D-32.
#[test]
fn a_node_without_a_policy_allows_nothing_to_all_but_root_and_service_linked_roles() -> Result {
    let layers = |control| -> Result<Authorizer> {
        let layers = Layers { control, account: set(ALLOW_ALL)?, ..Layers::default() };
        Ok(Authorizer::with_layers(layers, Semantics::default()))
    };
    let empty = layers(Some(vec![Arc::new(PolicySet::default())]))?;
    let role = || Principal::role("acs:ram::1:role/r");
    for (caller, is_bound) in [
        (Principal::user("acs:ram::1:user/u")?, true),
        (role()?, true),
        (role()?.with_service_linked(true), false),
        (Principal::root("1")?, false),
    ] {
        let request = Request::parse("ecs:StopInstance", "acs:ecs:cn:1:instance/i")?;
        let request = request.with_principal(caller);
        assert!(layers(None)?.decide(&request).is_allowed());
        assert_eq!(empty.decide(&request).is_allowed(), !is_bound, "{:?}", request.principal());
    }
    Ok(())
}

/// Decision D-35.
#[test]
fn an_allow_of_the_account_stands_against_a_deny_of_the_resource_group() -> Result {
    let request = Request::parse("ecs:StopInstance", "acs:ecs:cn:1:instance/i")?;
    for (account, expected) in [
        (ALLOW_ALL, Outcome::Allow),
        (r#"{"Effect":"Allow","Action":"oss:*","Resource":"*"}"#, Outcome::ExplicitDeny),
    ] {
        let resource_group = Some(set(DENY_ALL)?);
        let layers = Layers { account: set(account)?, resource_group, ..Layers::default() };
        let authorizer = Authorizer::with_layers(layers, Semantics::default());
        assert_eq!(authorizer.decide(&request).outcome(), expected, "{account}");
    }
    Ok(())
}

/// Decision D-44.
#[test]
fn a_star_under_string_equals_is_a_star() -> Result {
    let exact = allow_if(r#""StringEquals":{"acs:SourceVpc":"vpc-*"}"#);
    let like = allow_if(r#""StringLike":{"acs:SourceVpc":"vpc-*"}"#);
    for (value, by_text) in [("vpc-1", Outcome::ImplicitDeny), ("vpc-*", Outcome::Allow)] {
        assert_eq!(outcome(&exact, "*", ("acs:SourceVpc", value))?, by_text);
        assert_eq!(outcome(&like, "*", ("acs:SourceVpc", value))?, Outcome::Allow);
    }
    Ok(())
}
