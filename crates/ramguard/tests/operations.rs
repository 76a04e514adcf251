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

/// Checks of one call are much alike, and what they share is looked at once.
#[test]
fn an_operation_comes_to_what_its_checks_come_to_one_by_one() -> Result {
    let statements = r#"{"Effect":"Allow","Action":"ecs:*Instance*","Resource":["acs:ecs:*:*:*/i-1*","acs:ram:*:*:role/app"]},
        {"Effect":"Allow","Action":"ecs:*","Resource":"acs:ecs:*:1:*/*2*","Condition":{"StringEquals":{"a:b":"c"}}},
        {"Effect":"Allow","Action":"ram:PassRole","Resource":"*","Condition":{"StringEquals":{"acs:Service":"ecs.aliyuncs.com"}}},
        {"Effect":"Deny","Action":"ecs:*","Resource":["acs:ecs:*:*:*/x*","acs:ecs:*:*:securitygroup/sg*"]}"#;
    let other =
        |n| format!(r#"{{"Effect":"Allow","Action":"x:O","Resource":"acs:x:*:*:other/{n}"}}"#);
    let ids: Vec<String> = (0..60).map(|n| format!("i-{}", n % 50)).chain(["x3".into()]).collect();
    let mut new = CreateInstances { region: "r".into(), account: "1".into(), ..Default::default() };
    new.image_id = Some("m-12".into());
    new.security_group_ids = vec!["sg-1".into(), "s-2".into(), "s-3".into()];
    new.vswitch_id = Some("v-2".into());
    new.ram_role_name = Some("app".into());
    let on = |instance_ids| InstanceOperation::AttachInstanceRamRole {
        region: "cn-hangzhou".into(),
        account: "1".into(),
        instance_ids,
        ram_role_name: "app".into(),
        policy: None,
    };
    let operations = [
        on(ids.clone()),
        on(ids.into_iter().take(20).collect()),
        InstanceOperation::RunInstances(new.clone()),
        InstanceOperation::CreateInstance(new),
    ];
    let context = Context::from_pairs([("a:b", "c")])?;
    let caller = Principal::user("acs:ram::1:user/alice")?;
    let mut outcomes = std::collections::HashSet::new();
    for others in [0, 3, 200] {
        let all: Vec<String> =
            std::iter::once(statements.to_owned()).chain((0..others).map(other)).collect();
        let text = format!(r#"{{"Version":"1","Statement":[{}]}}"#, all.join(","));
        let limits = ramguard::policy::Limits::default().with_max_bytes_for_all(1 << 20);
        let options = ramguard::ReadOptions { limits, ..Default::default() };
        let policy = Policy::parse_with(ramguard::Kind::Identity, &text, &options)?;
        let authorizer = Authorizer::new([policy]);
        for operation in &operations {
            let decision = authorizer.decide_operation(operation, Some(&caller), &context)?;
            let checks = operation.checks(authorizer.semantics())?;
            assert_eq!(decision.checks().len(), checks.len());
            for (check, (own, together)) in checks.iter().zip(decision.checks()) {
                let alone = authorizer.decide(&check.request(Some(&caller), &context)?);
                assert_eq!((check, &alone), (own, together));
                outcomes.insert((check.action.to_owned(), alone.outcome()));
            }
        }
    }
    // Three actions come to all three outcomes, and the role may be passed.
    assert_eq!(outcomes.len(), 10, "{outcomes:?}");
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

/// The checks on instances as they are made without anything in common: each id once, as it is.
fn instances_once(ids: &[String]) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for id in ids {
        if !once.contains(id) {
            once.push(id.clone());
        }
    }
    once
}

/// Ids that end, begin or only differ where a word of eight bytes begins or ends, in the case of a
/// letter, in their length, or not at all.
fn hostile_ids() -> Vec<String> {
    let mut ids = Vec::new();
    for length in [1, 2, 7, 8, 9, 15, 16, 17, 31, 64, 127, 128] {
        let id = "i".repeat(length);
        for at in [0, 6, 7, 8, length - 1] {
            for byte in ["I", "~", "*"] {
                let mut other = id.clone();
                if at < length {
                    other.replace_range(at..=at, byte);
                }
                ids.push(other);
            }
        }
        ids.push(id);
    }
    ids.extend(["\u{90e8}", "i-\u{90e8}", "i-\u{90e9}", "?", "i-?"].map(String::from));
    ids
}

#[test]
fn each_instance_is_checked_once_in_the_order_given() -> Result {
    let all = hostile_ids();
    assert!(all.len() > 150);
    for start in 0..all.len() {
        let ids: Vec<String> = all.iter().cycle().skip(start).take(100).cloned().collect();
        let operation = InstanceOperation::AttachInstanceRamRole {
            region: "r".into(),
            account: "1".into(),
            instance_ids: ids.clone(),
            ram_role_name: "app".into(),
            policy: None,
        };
        let checks = operation.checks(&ramguard::Semantics::default())?;
        let once = instances_once(&ids);
        let expected = once.iter().map(|id| format!("acs:ecs:r:1:instance/{id}"));
        let role = ["acs:ram::1:role/app".to_owned(), "acs:ram::1:role/app".to_owned()];
        assert!(checks.iter().map(|check| check.resource).eq(expected.chain(role)), "{start}");
        let actions: Vec<&str> = checks.iter().map(|check| check.action).collect();
        let (last, others) = actions.split_last().ok_or("checks")?;
        assert_eq!(*last, "ram:PassRole");
        assert!(others.iter().all(|action| *action == operation.action()));
    }
    Ok(())
}

#[test]
fn no_byte_of_an_id_is_passed_over_when_it_is_looked_at() {
    for length in [1, 7, 8, 9, 16, 22, 31, 128] {
        for at in 0..length {
            for (bad, times) in [" ", ":", "/", "\u{7f}", "\n", "\0", "\u{85}"]
                .into_iter()
                .flat_map(|bad| [(bad, 1), (bad, 8)])
            {
                // One alone, and eight in a row: as many as are looked at together.
                let mut id = "i".repeat(length);
                let end = (at + times).min(length);
                id.replace_range(at..end, &bad.repeat(end - at));
                let operation = InstanceOperation::AttachInstanceRamRole {
                    region: "r".into(),
                    account: "1".into(),
                    instance_ids: vec![id.clone()],
                    ram_role_name: "app".into(),
                    policy: None,
                };
                let is_taken = operation.checks(&ramguard::Semantics::default()).is_ok();
                // What is no blank to the language is data.
                assert_eq!(is_taken, is_data(bad) && id.len() <= 128, "{id:?}");
            }
        }
    }
}

fn is_data(text: &str) -> bool {
    !text.chars().any(|c| matches!(c, ':' | '/') || ramguard::policy::name::action::is_blank(c))
}
