//! Whom an entry of a trust or bucket policy names: one caller named, one near miss not.

use std::sync::Arc;

use ramguard::{
    Authorizer, Kind, Layers, Mode, Outcome, Policy, PolicySet, Principal, Request, Semantics,
};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

const OWNER: &str = "1000000000000001";
const OTHER: &str = "1000000000000002";

fn user(account: &str, name: &str) -> Result<Principal<'static>> {
    Ok(Principal::user(format!("acs:ram::{account}:user/{name}"))?)
}

fn role(account: &str, name: &str) -> Result<Principal<'static>> {
    Ok(Principal::role(format!("acs:ram::{account}:role/{name}"))?)
}

/// Decides a read of a bucket of [`OWNER`] whose policy has one statement.
fn bucket(
    effect: &str,
    entry: &str,
    condition: &str,
    caller: Option<Principal<'_>>,
) -> Result<Outcome> {
    let text = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"{effect}","Principal":["{entry}"],"Action":"oss:*","Resource":"*"{condition}}}]}}"#
    );
    let policy = Policy::parse_as(Kind::Bucket, &text)?;
    let layers = Layers { resource: Some(Arc::new(PolicySet::from(policy))), ..Layers::default() };
    let mut request = Request::parse("oss:GetObject", format!("acs:oss:cn:{OWNER}:b/k"))?;
    if let Some(caller) = caller {
        request = request.with_principal(caller);
    }
    Ok(Authorizer::with_layers(layers, Semantics::default()).decide(&request).outcome())
}

/// Decides AssumeRole on a role of [`OWNER`] whose trust policy names `principal`, the caller's own
/// policies allowing everything.
fn trusts(principal: &str, caller: Option<Principal<'_>>) -> Result<bool> {
    let text = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"}}]}}"#
    );
    let trust = Policy::parse_as(Kind::Trust, &text)?;
    let own = Policy::parse(
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
    )?;
    let layers = Layers {
        account: Arc::new(PolicySet::from(own)),
        resource: Some(Arc::new(PolicySet::from(trust))),
        ..Layers::default()
    };
    let mut request = Request::parse("sts:AssumeRole", format!("acs:ram::{OWNER}:role/app"))?
        .with_mode(Mode::AssumeRole);
    if let Some(caller) = caller {
        request = request.with_principal(caller);
    }
    Ok(Authorizer::with_layers(layers, Semantics::default()).decide(&request).is_allowed())
}

#[test]
fn a_service_entry_names_that_service_and_no_user_of_its_name() -> Result {
    let ecs = r#"{"Service":"ecs.aliyuncs.com"}"#;
    assert!(trusts(ecs, Some(Principal::service("ecs.aliyuncs.com")))?);
    assert!(!trusts(ecs, Some(Principal::service("ECS.aliyuncs.com")))?);
    assert!(!trusts(ecs, Some(Principal::federated("ecs.aliyuncs.com")))?);
    Ok(())
}

#[test]
fn a_federated_entry_names_that_provider() -> Result {
    let provider = format!("acs:ram::{OWNER}:saml-provider/corp");
    let corp = format!(r#"{{"Federated":"{provider}"}}"#);
    assert!(trusts(&corp, Some(Principal::federated(provider.clone())))?);
    assert!(!trusts(&corp, Some(Principal::federated(format!("{provider}2"))))?);
    assert!(!trusts(&corp, Some(Principal::service(provider)))?);
    Ok(())
}

#[test]
fn an_account_entry_names_its_users_and_roles_only() -> Result {
    let root = format!(r#"{{"RAM":"acs:ram::{OTHER}:root"}}"#);
    assert!(trusts(&root, Some(user(OTHER, "u")?))?);
    assert!(trusts(&root, Some(role(OTHER, "r")?))?);
    assert!(!trusts(&root, Some(user(OWNER, "u")?))?);
    assert!(!trusts(&root, Some(Principal::root(OTHER)?))?);
    Ok(())
}

#[test]
fn a_user_entry_folds_the_name_and_keeps_to_account_and_type() -> Result {
    let alice = format!(r#"{{"RAM":"acs:ram::{OWNER}:user/Alice"}}"#);
    assert!(trusts(&alice, Some(user(OWNER, "aLICE")?))?);
    assert!(!trusts(&alice, Some(user(OWNER, "alice2")?))?);
    assert!(!trusts(&alice, Some(user(OTHER, "alice")?))?);
    assert!(!trusts(&alice, Some(role(OWNER, "alice")?))?);
    Ok(())
}

#[test]
fn a_caller_nobody_named_is_a_user_of_the_owner_and_of_no_other_account() -> Result {
    assert!(trusts(&format!(r#"{{"RAM":"acs:ram::{OWNER}:root"}}"#), None)?);
    assert!(!trusts(&format!(r#"{{"RAM":"acs:ram::{OTHER}:root"}}"#), None)?);
    assert!(!trusts(&format!(r#"{{"RAM":"acs:ram::{OWNER}:user/alice"}}"#), None)?);
    // By polarity the same doubt arms a Deny.
    assert_eq!(bucket("Deny", "2001", "", None)?, Outcome::ExplicitDeny);
    assert_eq!(bucket("Allow", "2001", "", None)?, Outcome::ImplicitDeny);
    let session = format!("arn:sts::{OWNER}:assumed-role/app/*");
    assert_eq!(bucket("Deny", &session, "", None)?, Outcome::ImplicitDeny);
    Ok(())
}

#[test]
fn a_caller_nobody_named_may_be_any_user_of_the_owner_a_deny_names() -> Result {
    let outcome = |denied: &str| -> Result<Outcome> {
        let text = format!(
            r#"{{"Version":"1","Statement":[
                {{"Effect":"Allow","Principal":{{"RAM":"acs:ram::{OWNER}:root"}},"Action":"sts:AssumeRole"}},
                {{"Effect":"Deny","Principal":{{"RAM":"{denied}"}},"Action":"sts:AssumeRole"}}]}}"#
        );
        let own = Policy::parse(
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
        )?;
        let layers = Layers {
            account: Arc::new(PolicySet::from(own)),
            resource: Some(Arc::new(PolicySet::from(Policy::parse_as(Kind::Trust, &text)?))),
            ..Layers::default()
        };
        let request = Request::parse("sts:AssumeRole", format!("acs:ram::{OWNER}:role/app"))?
            .with_mode(Mode::AssumeRole);
        Ok(Authorizer::with_layers(layers, Semantics::default()).decide(&request).outcome())
    };
    assert_eq!(outcome(&format!("acs:ram::{OWNER}:user/alice"))?, Outcome::ExplicitDeny);
    assert_eq!(outcome(&format!("acs:ram::{OTHER}:user/alice"))?, Outcome::Allow);
    assert_eq!(outcome(&format!("acs:ram::{OWNER}:role/alice"))?, Outcome::Allow);
    Ok(())
}

#[test]
fn everybody_without_a_condition_spares_the_owner_by_polarity() -> Result {
    let outcome = |effect, caller| bucket(effect, "*", "", Some(caller));
    for (caller, allowed, denied) in [
        (user(OTHER, "u")?, true, true),
        (Principal::anonymous(), true, true),
        (Principal::root(OTHER)?, true, true),
        (user(OWNER, "u")?, false, true),
        (role(OWNER, "r")?, false, true),
    ] {
        let got = outcome("Allow", caller.clone())?;
        assert_eq!(got.is_allowed(), allowed, "{caller:?}");
        let got = outcome("Deny", caller.clone())?;
        assert_eq!(got == Outcome::ExplicitDeny, denied, "{caller:?}");
    }
    // The owner is allowed by ownership, and the Deny does not reach it.
    assert_eq!(outcome("Deny", Principal::root(OWNER)?)?, Outcome::Allow);
    Ok(())
}

#[test]
fn everybody_under_a_condition_includes_the_owner() -> Result {
    let condition = r#","Condition":{"StringNotEquals":{"acs:Referer":"x"}}"#;
    let denied = bucket("Deny", "*", condition, Some(Principal::root(OWNER)?))?;
    assert_eq!(denied, Outcome::ExplicitDeny);
    assert_eq!(bucket("Allow", "*", condition, Some(user(OWNER, "u")?))?, Outcome::Allow);
    // An empty map is no condition.
    let none = r#","Condition":{}"#;
    assert_eq!(bucket("Allow", "*", none, Some(user(OWNER, "u")?))?, Outcome::ImplicitDeny);
    Ok(())
}

#[test]
fn a_uid_entry_names_the_caller_with_that_uid() -> Result {
    let with_uid = |uid: &'static str| user(OTHER, "u").map(|caller| caller.with_uid(uid));
    assert_eq!(bucket("Allow", "2001", "", Some(with_uid("2001")?))?, Outcome::Allow);
    assert_eq!(bucket("Allow", "2001", "", Some(with_uid("20010")?))?, Outcome::ImplicitDeny);
    assert_eq!(bucket("Deny", "2001", "", Some(with_uid("2002")?))?, Outcome::ImplicitDeny);
    // A root is known by its account id unless another uid is stated.
    assert_eq!(bucket("Allow", OTHER, "", Some(Principal::root(OTHER)?))?, Outcome::Allow);
    Ok(())
}

#[test]
fn a_uid_nobody_told_is_doubt_for_a_user_and_none_for_a_role() -> Result {
    assert_eq!(bucket("Deny", "2001", "", Some(user(OTHER, "u")?))?, Outcome::ExplicitDeny);
    assert_eq!(bucket("Allow", "2001", "", Some(user(OTHER, "u")?))?, Outcome::ImplicitDeny);
    assert_eq!(bucket("Deny", "2001", "", Some(role(OTHER, "r")?))?, Outcome::ImplicitDeny);
    Ok(())
}

#[test]
fn a_session_entry_names_one_session_or_every_session_of_the_role() -> Result {
    let entry = |session: &str| format!("arn:sts::{OTHER}:assumed-role/app/{session}");
    let caller =
        |session: &str| role(OTHER, "app").map(|caller| caller.with_session_arn(entry(session)));
    for (wanted, own, allowed) in [
        ("*", "s1", true),
        ("s1", "s1", true),
        ("s1", "s2", false),
        ("s1", "s11", false),
        // STS issues no such name, so nobody is meant by it.
        ("*", "", false),
        ("*", "s1/x", false),
        ("*", "a:b", false),
    ] {
        let got = bucket("Allow", &entry(wanted), "", Some(caller(own)?))?;
        assert_eq!(got.is_allowed(), allowed, "{wanted} for {own}");
    }
    let elsewhere =
        role(OTHER, "ops")?.with_session_arn(format!("arn:sts::{OTHER}:assumed-role/ops/s1"));
    assert_eq!(bucket("Deny", &entry("*"), "", Some(elsewhere))?, Outcome::ImplicitDeny);
    Ok(())
}

#[test]
fn a_session_name_that_is_unknown_or_impossible_arms_a_deny() -> Result {
    let entry = format!("arn:sts::{OTHER}:assumed-role/app/*");
    let unknown = role(OTHER, "app")?;
    assert_eq!(bucket("Deny", &entry, "", Some(unknown.clone()))?, Outcome::ExplicitDeny);
    assert_eq!(bucket("Allow", &entry, "", Some(unknown))?, Outcome::ImplicitDeny);
    let impossible =
        role(OTHER, "app")?.with_session_arn(format!("arn:sts::{OTHER}:assumed-role/app/s1/x"));
    assert_eq!(bucket("Deny", &entry, "", Some(impossible))?, Outcome::ExplicitDeny);
    // A user has no session, so there is no doubt.
    assert_eq!(bucket("Deny", &entry, "", Some(user(OTHER, "u")?))?, Outcome::ImplicitDeny);
    Ok(())
}
