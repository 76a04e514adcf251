//! Operations of ECS on roles: what they check, what they come to, and what ECS answers.

use ramguard::role::{
    CreateInstances, EcsError, InstanceOperation, OperationDecision, SessionPolicy,
};
use ramguard::{Authorizer, Context, Outcome, Policy, Principal};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

fn attach() -> InstanceOperation {
    InstanceOperation::AttachInstanceRamRole {
        region: "cn-hangzhou".into(),
        account: "1".into(),
        instance_ids: vec!["i-a".into()],
        ram_role_name: "app".into(),
        policy: None,
    }
}

fn decide(statements: &str, context: &Context<'_>) -> Result<OperationDecision> {
    let text = format!(r#"{{"Version":"1","Statement":[{statements}]}}"#);
    let caller = Principal::user("acs:ram::1:user/alice")?;
    let authorizer = Authorizer::new([Policy::parse(&text)?]);
    Ok(authorizer.decide_operation(&attach(), Some(&caller), context)?)
}

const ATTACH: &str = r#"{"Effect":"Allow","Action":"ecs:AttachInstanceRamRole","Resource":"*"}"#;
const PASS: &str = r#"{"Effect":"Allow","Action":"ram:PassRole","Resource":"acs:ram::1:role/app","Condition":{"StringEquals":{"acs:Service":"ecs.aliyuncs.com"}}}"#;

#[test]
fn all_checks_allowed_allow_the_operation() -> Result {
    let decision = decide(&format!("{ATTACH},{PASS}"), &Context::default())?;
    assert!(decision.is_allowed());
    assert_eq!(decision.checks().len(), 3);
    assert_eq!(decision.failed(), None);
    Ok(())
}

#[test]
fn without_pass_role_ecs_answers_pass_role_forbidden() -> Result {
    let decision = decide(ATTACH, &Context::default())?;
    assert!(!decision.is_allowed());
    assert_eq!(decision.outcome(), Outcome::ImplicitDeny);
    let failed = decision.failed().ok_or("a check failed")?;
    assert_eq!((failed.index, failed.error), (2, EcsError::PassRoleForbidden));
    assert_eq!(failed.error.to_string(), "InvalidUser.PassRoleForbidden");
    assert_eq!(failed.error.http_status(), 403);
    assert!(failed.error.message().contains("privilege to pass a RAM role"));
    Ok(())
}

#[test]
fn without_the_ecs_action_ecs_answers_forbidden_ram() -> Result {
    let decision = decide(PASS, &Context::default())?;
    let failed = decision.failed().ok_or("a check failed")?;
    assert_eq!((failed.index, failed.error), (0, EcsError::ForbiddenRam));
    assert_eq!(failed.error.to_string(), "Forbidden.RAM");
    assert!(failed.error.message().starts_with("User not authorized"));
    Ok(())
}

#[test]
fn a_later_explicit_deny_makes_the_outcome_explicit_and_the_first_failure_is_told() -> Result {
    let deny = r#"{"Effect":"Deny","Action":"ram:PassRole","Resource":"*"}"#;
    let decision = decide(deny, &Context::default())?;
    assert_eq!(decision.outcome(), Outcome::ExplicitDeny);
    assert_eq!(decision.failed().map(|failed| failed.index), Some(0));
    Ok(())
}

#[test]
fn the_context_cannot_claim_another_receiving_service() -> Result {
    let context = Context::from_pairs([("ACS:service", "fc.aliyuncs.com")])?;
    assert!(decide(&format!("{ATTACH},{PASS}"), &context)?.is_allowed());
    let for_fc = PASS.replace("ecs.aliyuncs.com", "fc.aliyuncs.com");
    assert!(!decide(&format!("{ATTACH},{for_fc}"), &context)?.is_allowed());
    Ok(())
}

#[test]
fn every_operation_has_the_name_of_its_call_and_action() {
    let new = || CreateInstances { region: "r".into(), account: "1".into(), ..Default::default() };
    for (operation, api) in [
        (attach(), "AttachInstanceRamRole"),
        (InstanceOperation::RunInstances(new()), "RunInstances"),
        (InstanceOperation::CreateInstance(new()), "CreateInstance"),
    ] {
        assert_eq!(operation.api(), api);
        assert_eq!(operation.action(), format!("ecs:{api}"));
    }
}

#[test]
fn the_policy_of_an_attach_has_at_most_1024_bytes() {
    let text = |len: usize| {
        let head = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ecs:"#;
        let tail = r#"","Resource":"*"}]}"#;
        format!("{head}{}{tail}", "x".repeat(len - head.len() - tail.len()))
    };
    assert!(SessionPolicy::parse(&text(1024)).is_ok());
    assert!(SessionPolicy::parse(&text(1025)).is_err());
}

#[test]
fn an_account_id_is_made_of_digits() {
    for account in ["", "1a", "acs"] {
        let operation = InstanceOperation::RunInstances(CreateInstances {
            region: "cn-hangzhou".into(),
            account: account.into(),
            image_id: Some("m-1".into()),
            ..Default::default()
        });
        assert!(operation.checks(&ramguard::Semantics::default()).is_err(), "{account}");
    }
}

#[test]
fn an_instance_id_may_hold_any_letter_and_no_separator_or_blank() -> Result {
    let text = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let authorizer = Authorizer::new([Policy::parse(text)?]);
    let allowed = |id: &str| {
        let operation = InstanceOperation::AttachInstanceRamRole {
            region: "cn-hangzhou".into(),
            account: "1".into(),
            instance_ids: vec![id.into()],
            ram_role_name: "app".into(),
            policy: None,
        };
        authorizer
            .decide_operation(&operation, None, &Context::default())
            .is_ok_and(|decision| decision.is_allowed())
    };
    for id in ["i-a", "~!", "i-部", &"i".repeat(128)] {
        assert!(allowed(id), "{id}");
    }
    for id in [
        "",
        ":",
        "//",
        "i:a",
        "i/a",
        "i a",
        "部:a",
        "部/a",
        "部 a",
        "部\u{3000}a",
        &"i".repeat(129),
    ] {
        assert!(!allowed(id), "{id}");
    }
    Ok(())
}
