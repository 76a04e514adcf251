//! Cases of a wrong form: each is told what is wrong with it, and none is decided.
#![cfg(feature = "serde")]
#![expect(clippy::expect_used, reason = "a test says what it takes for granted")]

use ramguard::case::{Case, CaseRequest, Got, OperationForm};
use ramguard::role::OperationDecision;
use ramguard::{Mode, Outcome, PolicySet, Request};

const ALLOW_ALL: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// What is told about a request that is no request.
fn refusal(request: &str) -> String {
    let line = format!(r#"{{"policy":{ALLOW_ALL},"request":{request},"expect":"Allow"}}"#);
    let case = Case::parse(&line).expect("a case, its request aside");
    case.run().expect_err(request).to_string()
}

/// An operation with some members besides those that every operation has.
fn operation(api: &str, members: &str) -> OperationForm {
    let text = format!(r#"{{"api":"{api}","region":"cn-hangzhou","account":"1"{members}}}"#);
    serde_json::from_str(&text).expect(&text)
}

#[test]
fn a_request_lacks_neither_action_nor_resource() {
    assert!(refusal(r#"{"resource":"*"}"#).contains("action"));
    assert!(refusal(r#"{"action":"ecs:a"}"#).contains("resource"));
}

#[test]
fn checks_and_operations_stand_alone() {
    let op = r#"{"api":"RunInstances","region":"cn","account":"1"}"#;
    for (member, value) in [("checks", "[]"), ("op", op)] {
        for beside in [r#""action":"ecs:a""#, r#""resource":"*""#] {
            let told = refusal(&format!(r#"{{"{member}":{value},{beside}}}"#));
            assert!(told.contains(&format!("beside `{member}`")), "{told}");
        }
    }
}

#[test]
fn what_holds_an_operation_or_checks_is_not_one_request() {
    let op = r#"{"op":{"api":"RunInstances","region":"cn","account":"1"}}"#;
    for text in [op, r#"{"checks":[]}"#] {
        let told = serde_json::from_str::<Request<'static>>(text).expect_err(text).to_string();
        assert!(told.contains("not one request"), "{told}");
    }
}

#[test]
fn an_owner_that_a_request_states_is_read() {
    let text = r#"{"action":"oss:a","resource":"acs:oss:*:*:b","owner":"2"}"#;
    let form: CaseRequest = serde_json::from_str(text).expect("a request");
    let request = form.to_request(Mode::Standard).expect("a sound one");
    assert_eq!(request.stated_owner(), Some("2"));
}

#[test]
fn a_call_that_attaches_or_detaches_takes_no_member_of_a_creation() {
    for api in ["AttachInstanceRamRole", "DetachInstanceRamRole"] {
        let role = r#","ram_role_name":"app","instance_ids":["i-1"]"#;
        operation(api, role).to_operation().expect("a sound call");
        for member in [
            r#""image_id":"m""#,
            r#""security_group_id":"sg""#,
            r#""security_group_ids":["sg"]"#,
            r#""snapshot_ids":["s"]"#,
            r#""key_pair_name":"k""#,
            r#""vswitch_id":"vsw""#,
            r#""vpc_id":"vpc""#,
        ] {
            let told = operation(api, &format!("{role},{member}")).to_operation();
            let told = told.expect_err(member).to_string();
            assert!(told.contains("of a creation"), "{told}");
        }
    }
}

#[test]
fn a_creation_takes_no_member_of_a_call_on_roles() {
    for api in ["RunInstances", "CreateInstance"] {
        operation(api, "").to_operation().expect("a sound call");
        for member in
            [r#""instance_ids":["i-1"]"#, r#""policy":"{}""#, r#""attached_roles":{"i-1":"app"}"#]
        {
            let told = operation(api, &format!(",{member}")).to_operation();
            let told = told.expect_err(member).to_string();
            assert!(told.contains("member of a creation"), "{told}");
        }
    }
}

#[test]
fn a_call_that_attaches_names_the_role() {
    let told = operation("AttachInstanceRamRole", r#","instance_ids":["i-1"]"#).to_operation();
    assert!(told.expect_err("no role").to_string().contains("ram_role_name"));
}

/// A case with these members beside a sound request.
fn beside(members: &str) -> Case {
    let request = r#"{"action":"ecs:a","resource":"*"}"#;
    Case::parse(&format!(r#"{{{members}"request":{request},"expect":"Allow"}}"#)).expect(members)
}

#[test]
fn a_case_about_a_world_brings_no_policies_of_the_account() {
    let policies = |member: &str, value: &str| format!(r#""policies":{{"{member}":{value}}},"#);
    for (members, mode) in [
        (format!(r#""policy":{ALLOW_ALL},"#), Mode::Standard),
        (policies("account", &format!("[{ALLOW_ALL}]")), Mode::Standard),
        (policies("control", "[]"), Mode::Standard),
        (policies("resource_group", "[]"), Mode::Standard),
        (policies("resource", ALLOW_ALL), Mode::AssumeRole),
    ] {
        let told = beside(&members).policies_beside_account(mode).expect_err(&members);
        assert!(told.to_string().contains("about a world"), "{told}");
    }
}

#[test]
fn a_case_about_a_world_may_bring_policies_of_session_and_resource() {
    let none = beside("").policies_beside_account(Mode::Standard).expect("nothing to refuse");
    assert_eq!(none, (None, None));
    let session = beside(&format!(r#""policies":{{"session":{ALLOW_ALL}}},"#));
    let (session, resource) = session.policies_beside_account(Mode::Standard).expect("a session");
    assert!(session.is_some() && resource.is_none());
    let bucket = r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":"oss:*","Resource":"*","Principal":["*"]}]}"#;
    let bucket = beside(&format!(r#""policies":{{"resource":{bucket}}},"#));
    let (session, resource) = bucket.policies_beside_account(Mode::Standard).expect("a bucket");
    assert!(session.is_none() && resource.is_some());
}

#[test]
fn a_case_without_a_check_is_allowed_nothing() {
    let line = format!(r#"{{"policy":{ALLOW_ALL},"request":{{"checks":[]}},"expect":"Allow"}}"#);
    let result = Case::parse(&line).expect("a case").run().expect("one that is decided");
    let outcome = match result.got {
        Got::Operation(decision) => Some(decision.outcome()),
        _ => None,
    };
    assert_eq!(outcome, Some(Outcome::ImplicitDeny));
    assert_eq!(OperationDecision::combine(Vec::new()).outcome(), Outcome::ImplicitDeny);
}

#[test]
fn a_creation_without_an_image_is_refused() {
    let line = format!(
        r#"{{"policy":{ALLOW_ALL},"request":{{"op":{{"api":"RunInstances","region":"cn",
        "account":"1"}},"context":{{}}}},"expect":"Allow"}}"#
    );
    let result = Case::parse(&line).expect("a case").run().expect("policies that load");
    let told = match result.got {
        Got::Refused(told) => told.to_string(),
        _ => String::new(),
    };
    assert!(told.contains("ImageId"), "{told}");
}

#[test]
fn a_set_is_empty_if_no_policy_of_it_has_a_statement() {
    assert!(PolicySet::default().is_empty());
    let policy = ramguard::Policy::parse(ALLOW_ALL).expect("a policy");
    assert!(!PolicySet::from(policy).is_empty());
}
