//! What a decision says of itself, in a sentence and in the words of RAM's own diagnosis.

use std::sync::Arc;

use ramguard::{
    Authorizer, Decision, Kind, Layers, Mode, Outcome, Policy, PolicySet, Principal, Request,
    Semantics,
};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

fn set(kind: Kind, effect: &str) -> Result<Arc<PolicySet>> {
    let scope = match kind {
        Kind::Trust => r#""Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1:root"}"#,
        Kind::Bucket => r#""Action":"*","Resource":"*","Principal":["11"]"#,
        _ => r#""Action":"*","Resource":"*""#,
    };
    let text = format!(r#"{{"Version":"1","Statement":[{{"Effect":"{effect}",{scope}}}]}}"#);
    Ok(Arc::new(PolicySet::from(Policy::parse_as(kind, &text)?)))
}

fn silent() -> Arc<PolicySet> {
    Arc::new(PolicySet::default())
}

fn standard() -> Result<Request<'static>> {
    let caller = Principal::user("acs:ram::1:user/u")?.with_uid("11");
    Ok(Request::parse("oss:GetObject", "acs:oss:cn:1:b/k")?.with_principal(caller))
}

fn assuming() -> Result<Request<'static>> {
    Ok(Request::parse("sts:AssumeRole", "acs:ram::1:role/app")?
        .with_principal(Principal::user("acs:ram::1:user/u")?)
        .with_mode(Mode::AssumeRole))
}

fn decide(layers: Layers, request: &Request<'_>) -> Decision {
    Authorizer::with_layers(layers, Semantics::default()).decide(request)
}

#[test]
fn outcomes_are_written_by_their_names() {
    let written = [Outcome::Allow, Outcome::ExplicitDeny, Outcome::ImplicitDeny]
        .map(|outcome| outcome.to_string());
    assert_eq!(written, ["Allow", "ExplicitDeny", "ImplicitDeny"]);
}

#[test]
fn a_decision_by_one_statement_names_it() -> Result {
    let layers = Layers { account: set(Kind::Identity, "Allow")?, ..Layers::default() };
    let decision = decide(layers, &standard()?);
    assert_eq!(decision.to_string(), "allowed by statement 1 of account-level policy 1");
    Ok(())
}

#[test]
fn a_decision_by_two_statements_names_both() -> Result {
    let layers = Layers {
        account: set(Kind::Identity, "Allow")?,
        resource: Some(set(Kind::Trust, "Allow")?),
        ..Layers::default()
    };
    let decision = decide(layers, &assuming()?);
    assert_eq!(
        decision.to_string(),
        "allowed by statement 1 of account-level policy 1 and statement 1 of resource-based policy 1"
    );
    Ok(())
}

#[test]
fn a_decision_at_a_node_names_the_node() -> Result {
    let allow = || set(Kind::Control, "Allow");
    let denied =
        Layers { control: Some(vec![allow()?, set(Kind::Control, "Deny")?]), ..Layers::default() };
    let decision = decide(denied, &standard()?);
    assert_eq!(decision.to_string(), "denied by statement 1 of control policy 1 of node 2");
    let empty = Layers { control: Some(vec![allow()?, silent()]), ..Layers::default() };
    let decision = decide(empty, &standard()?);
    assert_eq!(decision.to_string(), "not allowed: no control policy of node 2 allows it");
    Ok(())
}

#[test]
fn a_decision_without_a_statement_says_why() -> Result {
    let nothing = decide(Layers::default(), &standard()?);
    assert_eq!(nothing.to_string(), "not allowed: no account-level policy allows it");
    let root = standard()?.with_principal(Principal::root("1")?);
    let owned = decide(Layers::default(), &root);
    assert_eq!(owned.to_string(), "allowed: the caller is the owner of the resource");
    let root = assuming()?.with_principal(Principal::root("1")?);
    let root = decide(Layers::default(), &root);
    assert!(root.to_string().contains("root of an account cannot assume a role"), "{root}");
    let layers = Layers { account: set(Kind::Identity, "Allow")?, ..Layers::default() };
    let foreign = decide(layers, &standard()?.with_owner("2"));
    assert!(foreign.to_string().contains("belongs to another account"), "{foreign}");
    let layers = Layers { account: set(Kind::Control, "Allow")?, ..Layers::default() };
    let poisoned = decide(layers, &standard()?);
    assert!(poisoned.to_string().contains("a policy of the wrong kind stands"), "{poisoned}");
    Ok(())
}

/// What RAM would call the policy that denies.
fn policy_type(layers: Layers, request: &Request<'_>) -> Option<&'static str> {
    let denial = decide(layers, request).denial(request);
    denial.and_then(|denial| denial.no_permission_policy_type)
}

#[test]
fn the_layer_that_denies_is_named_as_ram_names_it() -> Result {
    let deny = |kind| set(kind, "Deny");
    let account = Layers { account: deny(Kind::Identity)?, ..Layers::default() };
    assert_eq!(policy_type(account, &standard()?), Some("AccountLevelIdentityBasedPolicy"));
    let group = Layers { resource_group: Some(deny(Kind::Identity)?), ..Layers::default() };
    assert_eq!(policy_type(group, &standard()?), Some("ResourceGroupLevelIdentityBasedPolicy"));
    let control = Layers { control: Some(vec![deny(Kind::Control)?]), ..Layers::default() };
    assert_eq!(policy_type(control, &standard()?), Some("ControlPolicy"));
    let session = Layers { session: Some(deny(Kind::Session)?), ..Layers::default() };
    let by_role = standard()?.with_principal(Principal::role("acs:ram::1:role/r")?);
    assert_eq!(policy_type(session, &by_role), Some("SessionPolicy"));
    let trust = Layers {
        account: set(Kind::Identity, "Allow")?,
        resource: Some(deny(Kind::Trust)?),
        ..Layers::default()
    };
    assert_eq!(policy_type(trust, &assuming()?), Some("AssumeRolePolicy"));
    Ok(())
}

#[test]
fn a_bucket_policy_has_no_name_in_rams_diagnosis() -> Result {
    let bucket = Layers { resource: Some(set(Kind::Bucket, "Deny")?), ..Layers::default() };
    let request = standard()?;
    let denial = decide(bucket, &request).denial(&request).ok_or("a denial")?;
    assert_eq!(denial.no_permission_type, "ExplicitDeny");
    assert_eq!(denial.no_permission_policy_type, None);
    Ok(())
}

#[test]
fn what_is_allowed_has_no_denial() -> Result {
    let layers = Layers { account: set(Kind::Identity, "Allow")?, ..Layers::default() };
    let request = standard()?;
    assert_eq!(decide(layers, &request).denial(&request), None);
    Ok(())
}

#[test]
fn the_caller_is_named_as_ram_names_it() -> Result {
    let named = |caller: Option<Principal<'static>>| -> Result<Option<&'static str>> {
        let mut request = Request::parse("oss:GetObject", "acs:oss:cn:1:b/k")?;
        if let Some(caller) = caller {
            request = request.with_principal(caller);
        }
        let denial = decide(Layers::default(), &request).denial(&request).ok_or("a denial")?;
        Ok(denial.auth_principal_type)
    };
    assert_eq!(named(None)?, Some("SubUser"));
    assert_eq!(named(Some(Principal::user("acs:ram::1:user/u")?))?, Some("SubUser"));
    assert_eq!(named(Some(Principal::role("acs:ram::1:role/r")?))?, Some("AssumedRoleUser"));
    assert_eq!(named(Some(Principal::federated("p")))?, Some("Federated"));
    assert_eq!(named(Some(Principal::root("2")?))?, Some("RootUser"));
    assert_eq!(named(Some(Principal::service("ecs.aliyuncs.com")))?, None);
    assert_eq!(named(Some(Principal::anonymous()))?, None);
    Ok(())
}
