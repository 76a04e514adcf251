//! A statement with more conditions than are looked up one by one.
#![expect(clippy::expect_used, reason = "a test says what it takes for granted")]

use ramguard::role::InstanceOperation;
use ramguard::{Authorizer, Context, Outcome, Policy, Request};

/// Denies unless the service that gets the role is that of ECS; nine other keys are absent.
const ONLY_ECS: &str = r#"{ "Version": "1", "Statement": [
    { "Effect": "Allow", "Action": "*", "Resource": "*" },
    { "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": { "StringNotEquals": {
        "acs:service": "WANTED",
        "a:1": "", "a:2": "", "a:3": "", "a:4": "", "a:5": "",
        "a:6": "", "a:7": "", "a:8": "", "a:9": "" } } }] }"#;

fn pass(wanted: &str) -> Outcome {
    let policy = Policy::parse(&ONLY_ECS.replace("WANTED", wanted)).expect("a policy");
    let attach = InstanceOperation::AttachInstanceRamRole {
        region: "cn-hangzhou".into(),
        account: "1".into(),
        instance_ids: vec!["i-a".into()],
        ram_role_name: "app".into(),
        policy: None,
    };
    let decision = Authorizer::new([policy]).decide_operation(&attach, None, &Context::default());
    let decision = decision.expect("valid parameters");
    let (_, last) = decision.checks().last().expect("the check of ram:PassRole");
    last.outcome()
}

#[test]
fn the_key_that_the_engine_supplies_is_seen_among_many_absent_ones() {
    assert_eq!(pass("ecs.aliyuncs.com"), Outcome::Allow);
    assert_eq!(pass("fc.aliyuncs.com"), Outcome::ExplicitDeny);
}

#[test]
fn each_of_many_negated_conditions_sees_the_value_of_its_own_key() {
    // More keys than there are bits to tell them apart by.
    let keys: Vec<String> = (0..100).map(|n| format!("x:{n}")).collect();
    let conditions: Vec<String> = keys.iter().map(|key| format!(r#""{key}":"v""#)).collect();
    let text = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"*","Resource":"*",
        "Condition":{{"StringNotEquals":{{{}}}}}}}]}}"#,
        conditions.join(",")
    );
    let authorizer = Authorizer::new([Policy::parse(&text).expect("a policy")]);
    for meant in (0..keys.len()).step_by(3).map(Some).chain([None]) {
        let value = |n| if Some(n) == meant { "v" } else { "w" };
        let pairs = keys.iter().enumerate().map(|(n, key)| (key.as_str(), value(n)));
        let context = Context::from_pairs(pairs).expect("keys");
        let request = Request::parse("ecs:a", "acs:ecs:cn:1:i").expect("a request");
        let decision = authorizer.decide(&request.with_context(context));
        assert_eq!(decision.is_allowed(), meant.is_none(), "{meant:?}");
    }
}
