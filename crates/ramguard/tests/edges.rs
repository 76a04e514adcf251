//! Bounds, accessors and the corners of the chain: one fact a test.

use std::sync::Arc;

use ramguard::{
    Authorizer, CompiledPolicy, Context, Kind, Layer, Layers, Mode, Outcome, Policy, PolicySet,
    Principal, PrincipalKind, Reason, Request, RequestError, Semantics, StatementRef,
};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

fn set(kind: Kind, statements: &str) -> Result<Arc<PolicySet>> {
    let text = format!(r#"{{"Version":"1","Statement":[{statements}]}}"#);
    Ok(Arc::new(PolicySet::from(Policy::parse_as(kind, &text)?)))
}

const ALLOW_ALL: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
const DENY_ALL: &str = r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#;

#[test]
fn an_action_and_a_resource_of_the_longest_length_are_taken() -> Result {
    let action = |len: usize| format!("ecs:{}", "a".repeat(len - 4));
    let resource = |len: usize| format!("acs:ecs:::{}", "r".repeat(len - 10));
    let max = Request::MAX_BYTES;
    Request::parse(action(max), resource(max))?;
    let error = Err(RequestError::TooLarge { limit: max });
    assert_eq!(Request::parse(action(max + 1), "*"), error);
    assert_eq!(Request::parse("ecs:a", resource(max + 1)), error);
    Ok(())
}

#[test]
fn a_root_is_named_by_digits() {
    assert!(Principal::root("1000").is_ok());
    for account in ["", "10a0", "acs:ram::1:root"] {
        assert!(Principal::root(account).is_err(), "{account}");
    }
}

#[test]
fn the_principal_arn_of_a_role_is_lower_case_and_that_of_a_user_is_not() -> Result {
    let role = Principal::role("acs:ram::1:role/OpsRole")?;
    assert_eq!(role.principal_arn().as_deref(), Some("acs:ram::1:role/opsrole"));
    let user = Principal::user("acs:ram::1:user/Alice")?;
    assert_eq!(user.principal_arn().as_deref(), Some("acs:ram::1:user/Alice"));
    assert_eq!(Principal::root("1")?.principal_arn(), None);
    Ok(())
}

#[test]
fn the_engine_supplies_the_principal_arn_only_if_asked_and_over_the_context() -> Result {
    let statement = r#"{"Effect":"Allow","Action":"*","Resource":"*",
        "Condition":{"StringEquals":{"acs:PrincipalARN":"acs:ram::1:role/ops"}}}"#;
    let layers = Layers { account: set(Kind::Identity, statement)?, ..Layers::default() };
    let authorizer = Authorizer::with_layers(layers, Semantics::default());
    let request = Request::parse("ecs:a", "acs:ecs:cn:1:x")?
        .with_principal(Principal::role("acs:ram::1:role/Ops")?)
        .with_context(Context::from_pairs([("acs:principalArn", "acs:ram::1:role/other")])?);
    assert!(!authorizer.decide(&request).is_allowed());
    assert!(authorizer.decide(&request.supplying_principal_arn()).is_allowed());
    Ok(())
}

#[test]
fn a_stated_owner_is_told_and_counts_over_the_account_field() -> Result {
    let layers = Layers { account: set(Kind::Identity, ALLOW_ALL)?, ..Layers::default() };
    let authorizer = Authorizer::with_layers(layers, Semantics::default());
    let request = Request::parse("oss:GetObject", "acs:oss:*:*:b/k")?
        .with_principal(Principal::user("acs:ram::1:user/u")?);
    assert!(authorizer.decide(&request).is_allowed());
    let request = request.with_owner("2");
    assert_eq!(request.stated_owner(), Some("2"));
    let decision = authorizer.decide(&request);
    assert_eq!(decision.reason(), Reason::ForeignResource);
    Ok(())
}

#[test]
fn a_policy_in_the_wrong_layer_poisons_the_whole() -> Result {
    let trust =
        r#"{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"a.aliyuncs.com"}}"#;
    let trust = set(Kind::Trust, trust)?;
    let identity = set(Kind::Identity, ALLOW_ALL)?;
    let account = identity.clone();
    let wrong = [
        Layers { account: trust.clone(), ..Layers::default() },
        Layers { account: account.clone(), session: Some(trust.clone()), ..Layers::default() },
        Layers {
            account: account.clone(),
            resource_group: Some(trust.clone()),
            ..Layers::default()
        },
        Layers { account: account.clone(), resource: Some(identity.clone()), ..Layers::default() },
        Layers {
            account: account.clone(),
            control: Some(vec![identity, trust]),
            ..Layers::default()
        },
    ];
    let request = Request::parse("ecs:a", "*")?;
    for layers in wrong {
        let authorizer = Authorizer::with_layers(layers, Semantics::default());
        let (layer, _) = authorizer.poison().ok_or("poisoned")?;
        let decision = authorizer.decide(&request);
        assert_eq!(decision.outcome(), Outcome::ImplicitDeny);
        assert_eq!(decision.reason(), Reason::Poisoned(layer));
    }
    let sound = Layers { account, ..Layers::default() };
    assert_eq!(Authorizer::with_layers(sound, Semantics::default()).poison(), None);
    Ok(())
}

#[test]
fn an_authorizer_shows_what_it_was_given() -> Result {
    let semantics = Semantics { root_bypass: false, ..Semantics::default() };
    let layers = Layers { account: set(Kind::Identity, ALLOW_ALL)?, ..Layers::default() };
    let authorizer = Authorizer::with_layers(layers, semantics);
    assert_eq!(authorizer.layers().account.len(), 1);
    assert_eq!(authorizer.semantics(), &semantics);
    let at = StatementRef { layer: Layer::Account, policy: 0, statement: 0 };
    let (policy, statement) = authorizer.statement(at).ok_or("there is one")?;
    assert_eq!(policy.len(), 1);
    assert_eq!(statement.actions().next().map(|entry| entry.text), Some("*"));
    for at in [
        StatementRef { policy: 1, ..at },
        StatementRef { statement: 1, ..at },
        StatementRef { layer: Layer::Session, ..at },
    ] {
        assert!(authorizer.statement(at).is_none(), "{at:?}");
    }
    Ok(())
}

/// What the root of account 1 gets on a resource of `owner`, its account's policies being
/// `statements`.
fn root_without_bypass(owner: &str, mode: Mode, statements: &str) -> Result<ramguard::Decision> {
    let trust =
        r#"{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1:root"}}"#;
    let layers = Layers {
        account: set(Kind::Identity, statements)?,
        resource: (mode != Mode::Standard).then(|| set(Kind::Trust, trust)).transpose()?,
        ..Layers::default()
    };
    let semantics = Semantics { root_bypass: false, ..Semantics::default() };
    let (action, resource) = match mode {
        Mode::Standard => ("ecs:a", format!("acs:ecs:cn:{owner}:x")),
        _ => ("sts:AssumeRole", format!("acs:ram::{owner}:role/r")),
    };
    let request =
        Request::parse(action, resource)?.with_principal(Principal::root("1")?).with_mode(mode);
    Ok(Authorizer::with_layers(layers, semantics).decide(&request))
}

#[test]
fn without_the_bypass_root_is_judged_by_its_policies_on_its_own_resources_only() -> Result {
    let outcome = |owner, statements| {
        root_without_bypass(owner, Mode::Standard, statements).map(|decision| decision.outcome())
    };
    assert_eq!(outcome("1", ALLOW_ALL)?, Outcome::Allow);
    assert_eq!(outcome("1", DENY_ALL)?, Outcome::ExplicitDeny);
    assert_eq!(outcome("2", ALLOW_ALL)?, Outcome::ImplicitDeny);
    assert_eq!(outcome("2", DENY_ALL)?, Outcome::ImplicitDeny);
    Ok(())
}

#[test]
fn without_the_bypass_root_still_assumes_no_role() -> Result {
    for mode in [Mode::AssumeRole, Mode::RoleSso] {
        let decision = root_without_bypass("1", mode, ALLOW_ALL)?;
        assert_eq!(decision.outcome(), Outcome::ImplicitDeny);
        assert_eq!(decision.reason(), Reason::RootCannotAssumeRole);
    }
    Ok(())
}

#[test]
fn an_allowed_assume_role_names_a_statement_of_each_side() -> Result {
    let trust =
        r#"{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1:root"}}"#;
    let layers = Layers {
        account: set(Kind::Identity, ALLOW_ALL)?,
        resource: Some(set(Kind::Trust, trust)?),
        ..Layers::default()
    };
    let request = Request::parse("sts:AssumeRole", "acs:ram::1:role/r")?
        .with_principal(Principal::user("acs:ram::1:user/u")?)
        .with_mode(Mode::AssumeRole);
    let decision = Authorizer::with_layers(layers, Semantics::default()).decide(&request);
    let layers: Vec<Layer> = decision.statements().map(|at| at.layer).collect();
    assert_eq!(layers, [Layer::Account, Layer::Resource]);
    Ok(())
}

#[test]
fn a_user_that_comes_by_role_sso_needs_both_sides() -> Result {
    let trust =
        r#"{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1:root"}}"#;
    let layers = Layers { resource: Some(set(Kind::Trust, trust)?), ..Layers::default() };
    let request = Request::parse("sts:AssumeRole", "acs:ram::1:role/r")?
        .with_principal(Principal::user("acs:ram::1:user/u")?)
        .with_mode(Mode::RoleSso);
    let decision = Authorizer::with_layers(layers, Semantics::default()).decide(&request);
    assert_eq!(decision.reason(), Reason::NothingAllows(Layer::Account));
    Ok(())
}

#[test]
fn a_denial_speaks_the_words_of_the_diagnosis() -> Result {
    let allow = || set(Kind::Identity, ALLOW_ALL);
    let deny = || set(Kind::Identity, DENY_ALL);
    let user = || Principal::user("acs:ram::1:user/u");
    let role = || Principal::role("acs:ram::1:role/r");
    let told = |layers: Layers, principal: Principal<'_>| -> Result<(String, String)> {
        let request = Request::parse("ecs:a", "acs:ecs:cn:1:x")?.with_principal(principal);
        let decision = Authorizer::with_layers(layers, Semantics::default()).decide(&request);
        let denial = decision.denial(&request).ok_or("denied")?;
        let policy_type = denial.no_permission_policy_type.unwrap_or("none");
        let principal_type = denial.auth_principal_type.unwrap_or("none");
        Ok((format!("{} {policy_type}", denial.no_permission_type), principal_type.to_owned()))
    };
    let control = Layers { account: allow()?, control: Some(vec![deny()?]), ..Layers::default() };
    assert_eq!(told(control, user()?)?, ("ExplicitDeny ControlPolicy".into(), "SubUser".into()));
    let session = Layers {
        account: allow()?,
        session: Some(Arc::new(PolicySet::default())),
        ..Layers::default()
    };
    assert_eq!(
        told(session, role()?)?,
        ("ImplicitDeny SessionPolicy".into(), "AssumedRoleUser".into())
    );
    assert_eq!(told(Layers::default(), user()?)?.0, "ImplicitDeny AccountLevelIdentityBasedPolicy");
    let group = Layers { resource_group: Some(deny()?), ..Layers::default() };
    assert_eq!(told(group, user()?)?.0, "ExplicitDeny ResourceGroupLevelIdentityBasedPolicy");
    Ok(())
}

#[test]
fn a_trust_policy_that_is_silent_is_an_assume_role_policy_in_the_diagnosis() -> Result {
    let trust =
        r#"{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"a.aliyuncs.com"}}"#;
    let layers = Layers { resource: Some(set(Kind::Trust, trust)?), ..Layers::default() };
    let request = Request::parse("sts:AssumeRole", "acs:ram::1:role/r")?
        .with_principal(Principal::federated("acs:ram::1:saml-provider/p"))
        .with_mode(Mode::RoleSso);
    let decision = Authorizer::with_layers(layers, Semantics::default()).decide(&request);
    let denial = decision.denial(&request).ok_or("denied")?;
    assert_eq!(denial.no_permission_policy_type, Some("AssumeRolePolicy"));
    assert_eq!(denial.auth_principal_type, Some("Federated"));
    Ok(())
}

#[test]
fn every_kind_of_caller_has_the_name_of_its_type() {
    let names: Vec<&str> = [
        PrincipalKind::User,
        PrincipalKind::Role,
        PrincipalKind::Root,
        PrincipalKind::Service,
        PrincipalKind::Federated,
        PrincipalKind::Anonymous,
    ]
    .into_iter()
    .map(PrincipalKind::name)
    .collect();
    assert_eq!(names, ["user", "role", "root", "service", "federated", "anonymous"]);
}

#[test]
fn a_policy_is_replaced_in_a_set_that_was_compiled_as_a_whole_too() -> Result {
    let policy = |effect: &str| {
        let text = format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"{effect}","Action":"ecs:a","Resource":"*"}}]}}"#
        );
        Policy::parse(&text).map(CompiledPolicy::new)
    };
    let (allow, deny) = (policy("Allow")?, policy("Deny")?);
    let request = Request::parse("ecs:a", "*")?;
    let whole = PolicySet::new([allow.policy().clone()]);
    for set in [whole, PolicySet::of_shared([allow])] {
        let after = set.with_replaced(0, deny.clone()).ok_or("there is one")?;
        assert_eq!(set.decide_alone(&request).0, Outcome::Allow);
        assert_eq!(after.decide_alone(&request).0, Outcome::ExplicitDeny);
        assert!(set.with_replaced(1, deny.clone()).is_none());
    }
    Ok(())
}

#[test]
fn more_policies_than_are_kept_by_themselves_decide_the_same_together() -> Result {
    let statement = |n: usize| {
        let effect = if n % 5 == 4 { "Deny" } else { "Allow" };
        format!(r#"{{"Effect":"{effect}","Action":"ecs:a{n}","Resource":"*"}}"#)
    };
    for count in [PolicySet::MOST_SHARED, PolicySet::MOST_SHARED + 1] {
        let mut policies = Vec::new();
        for n in 0..count {
            let text = format!(r#"{{"Version":"1","Statement":[{}]}}"#, statement(n));
            policies.push(Policy::parse(&text)?);
        }
        let shared = PolicySet::of_shared(policies.iter().cloned().map(CompiledPolicy::new));
        let (shared, whole) = (shared, PolicySet::new(policies));
        assert_eq!(shared.len(), count);
        let layers = |account| Layers { account: Arc::new(account), ..Layers::default() };
        let [shared, whole] =
            [shared, whole].map(|set| Authorizer::with_layers(layers(set), Semantics::default()));
        for n in 0..=count {
            let request = Request::parse(format!("ecs:a{n}"), "*")?;
            let expected = match n {
                _ if n == count => Outcome::ImplicitDeny,
                _ if n % 5 == 4 => Outcome::ExplicitDeny,
                _ => Outcome::Allow,
            };
            assert_eq!(shared.decide(&request).outcome(), expected, "{n} of {count}");
            assert_eq!(shared.decide(&request), whole.decide(&request), "{n} of {count}");
        }
    }
    Ok(())
}

#[test]
fn a_supplied_principal_arn_is_the_value_of_no_other_key() -> Result {
    let statement = r#"{"Effect":"Allow","Action":"*","Resource":"*",
        "Condition":{"StringEquals":{"acs:SourceVpc":"vpc-1"}}}"#;
    let layers = Layers { account: set(Kind::Identity, statement)?, ..Layers::default() };
    let authorizer = Authorizer::with_layers(layers, Semantics::default());
    for (vpc, expected) in [("vpc-1", true), ("acs:ram::1:user/u", false)] {
        let request = Request::parse("ecs:a", "acs:ecs:cn:1:x")?
            .with_principal(Principal::user("acs:ram::1:user/u")?)
            .with_context(Context::from_pairs([("acs:SourceVpc", vpc)])?)
            .supplying_principal_arn();
        assert_eq!(authorizer.decide(&request).is_allowed(), expected, "{vpc}");
    }
    Ok(())
}

#[test]
fn an_address_that_cannot_be_read_denies_and_does_not_allow() -> Result {
    // The first two numbers lie in the block or not; what follows is an address or not.
    let seen = [
        ("10.20.30.40", true, true),
        ("11.20.30.40", false, true),
        ("10.20.30.x", true, false),
        ("11.20.30.x", false, false),
        ("11.20.30.40.50", false, false),
        ("11.20.30.400", false, false),
        ("x", false, false),
        ("::1", false, true),
    ];
    for (effect, operator) in [
        ("Allow", "IpAddress"),
        ("Deny", "IpAddress"),
        ("Allow", "NotIpAddress"),
        ("Deny", "NotIpAddress"),
    ] {
        let policy = Policy::parse(&format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"{effect}","Action":"*","Resource":"*",
                "Condition":{{"{operator}":{{"acs:SourceIp":"10.0.0.0/8"}}}}}}]}}"#
        ))?;
        let authorizer = Authorizer::new([policy]);
        for (text, lies_in, is_address) in seen {
            let context = Context::from_pairs([("acs:SourceIp", text)])?;
            let request = Request::parse("ecs:a", "*")?.with_context(context);
            let holds = is_address && lies_in == (operator == "IpAddress");
            let expected = match (effect, holds, is_address) {
                ("Allow", true, _) => Outcome::Allow,
                ("Deny", true, _) | ("Deny", _, false) => Outcome::ExplicitDeny,
                _ => Outcome::ImplicitDeny,
            };
            assert_eq!(
                authorizer.decide(&request).outcome(),
                expected,
                "{effect} {operator} {text}"
            );
        }
    }
    Ok(())
}
