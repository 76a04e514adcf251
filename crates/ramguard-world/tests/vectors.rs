//! The cases of `testdata/conformance` that are about an operation, played through the operation
//! itself: the world has the policies of the case, the instances and the role, and the call comes to
//! what the case expects.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test says what it takes for granted"
)]

mod account;

use account::{Account, REGION, TRUST_ECS};
use ramguard::case::ContextForm;
use ramguard_policy::{Kind, Policy};
use ramguard_world::{
    ApiError, Attachment, Caller, Effect, ErrorKind, IdentityRef, Instance, ManagedPolicy,
    MetadataMode, Network, PolicyRef, PolicyType, Quotas, Role, Session, Timestamp, User, World,
};
use serde_json::Value;

fn cases() -> Vec<Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/conformance");
    let read = |file: &str| {
        std::fs::read_to_string(format!("{folder}/{file}"))
            .expect("the cases are in the repository")
    };
    let texts = ["semantics.jsonl", "own.jsonl"].map(read);
    let lines = texts.iter().flat_map(|text| text.lines());
    let cases = lines.map(|line| serde_json::from_str(line).expect("a case a line"));
    cases.filter(|case: &Value| case["request"]["op"].is_object()).collect()
}

/// A world in which the request of the case is made, and who makes it.
fn prepared(case: &Value) -> (Account, Caller) {
    let op = &case["request"]["op"];
    let mut account = Account::new();
    let world = World::new(op["account"].as_str().unwrap()).unwrap();
    account.world = world.with_quotas(Quotas { custom_policies_per_user: 99, ..Quotas::default() });
    let mut apply = |effect: Effect| account.world.apply(&effect).unwrap();
    let role = |name: &str| Role {
        name: name.to_owned(),
        id: "1".to_owned(),
        description: String::new(),
        trust: Policy::parse_as(Kind::Trust, TRUST_ECS).unwrap(),
        max_session_seconds: 3_600,
        service_linked: false,
        tags: Default::default(),
        created: Timestamp::default(),
        updated: Timestamp::default(),
        attachments: Vec::new(),
    };
    if let Some(name) = op["ram_role_name"].as_str() {
        apply(Effect::RoleCreated(role(name)));
    }
    let principal = &case["request"]["principal"];
    let (caller, identity) = match principal["arn"].as_str().map(|arn| arn.split_once("role/")) {
        Some(Some((_, name))) => {
            apply(Effect::RoleCreated(role(name)));
            let mut session = Session::of(&role(name), "s1", Timestamp::MAX);
            if case["policies"]["session"].is_object() {
                let text = case["policies"]["session"].to_string();
                session = session.with_policy(Policy::parse_as(Kind::Session, &text).unwrap());
            }
            (Caller::Role(session), IdentityRef::Role(name.to_owned()))
        }
        _ => {
            let user = User {
                name: "alice".to_owned(),
                id: "1".to_owned(),
                display_name: String::new(),
                comments: String::new(),
                created: Timestamp::default(),
                attachments: Vec::new(),
            };
            apply(Effect::UserCreated(user));
            (Caller::user("alice"), IdentityRef::User("alice".to_owned()))
        }
    };
    let single = case["policy"].is_object().then(|| &case["policy"]);
    let account_level = case["policies"]["account"].as_array().into_iter().flatten().chain(single);
    for (number, document) in account_level.enumerate() {
        let name = format!("p{number}");
        let document = Policy::parse(&document.to_string()).unwrap();
        apply(Effect::PolicyCreated {
            policy_type: PolicyType::Custom,
            policy: ManagedPolicy::new(name.clone(), document, Timestamp::default()),
        });
        let attachment = Attachment {
            policy: PolicyRef::custom(name),
            resource_group: None,
            attached: Timestamp::default(),
        };
        apply(Effect::PolicyAttached { identity: identity.clone(), attachment });
    }
    for id in op["instance_ids"].as_array().into_iter().flatten() {
        let detaches = op["api"] == "DetachInstanceRamRole";
        apply(Effect::InstanceCreated(Instance {
            id: id.as_str().unwrap().to_owned(),
            region: REGION.to_owned(),
            network: Network::Vpc { vpc_id: None, vswitch_id: "vsw-1".to_owned() },
            resource_group: None,
            tags: Default::default(),
            image_id: None,
            instance_type: None,
            metadata: MetadataMode::Optional,
            created: Timestamp::default(),
            client_token: None,
            binding: detaches.then(|| ramguard_world::Binding {
                role_name: op["ram_role_name"].as_str().unwrap().to_owned(),
                policy: None,
                bound: Timestamp::default(),
                published: None,
            }),
        }));
    }
    if let Some(nodes) = case["policies"]["control"].as_array() {
        let texts: Vec<Vec<String>> = nodes
            .iter()
            .map(|node| node.as_array().unwrap().iter().map(Value::to_string).collect())
            .collect();
        let nodes: Vec<Vec<&str>> =
            texts.iter().map(|node| node.iter().map(String::as_str).collect()).collect();
        let nodes: Vec<&[&str]> = nodes.iter().map(Vec::as_slice).collect();
        account.control_policies(&nodes);
    }
    (account, caller)
}

fn perform(account: &mut Account, caller: &Caller, case: &Value) -> Result<String, ApiError> {
    let op = &case["request"]["op"];
    let keys: ContextForm =
        serde_json::from_value(case["request"]["context"].clone()).unwrap_or_default();
    let context = keys.to_context().unwrap();
    let mut parameters: Vec<(&str, String)> = Vec::new();
    let mut push = |name: &'static str, value: &Value| {
        if let Some(text) = value.as_str() {
            parameters.push((name, text.to_owned()));
        }
    };
    push("RegionId", &op["region"]);
    push("RamRoleName", &op["ram_role_name"]);
    push("ImageId", &op["image_id"]);
    push("SecurityGroupId", &op["security_group_id"]);
    push("VSwitchId", &op["vswitch_id"]);
    if op["instance_ids"].is_array() {
        parameters.push(("InstanceIds", op["instance_ids"].to_string()));
    }
    let parameters: Vec<(&str, &str)> =
        parameters.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let (moment, api) = (account.moment(), op["api"].as_str().unwrap());
    let called = account.control.call(&account.world, caller, &moment, &context, api, parameters);
    called.map(|outcome| outcome.response)
}

#[test]
fn every_operation_of_the_cases_comes_to_what_is_expected() {
    let cases = cases();
    assert!(cases.len() >= 34, "{}", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let (mut account, caller) = prepared(case);
        let got = perform(&mut account, &caller, case);
        let outcome = match &got {
            // A role without a switch is refused once all permissions are there.
            Ok(_) => "Allow",
            Err(error) if error.kind() == &ErrorKind::ClassicNetwork => "Allow",
            Err(error) => match error.denied() {
                // The error names the first check that is not allowed; in none of the cases a
                // later one is denied more firmly (rule E-14).
                Some(denied) => denied.decision.outcome().name(),
                None => panic!("{}: {error}", case["id"]),
            },
        };
        if case["expect"] != outcome {
            wrong.push(format!("{}: expected {}, got {got:?}", case["id"], case["expect"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_failed_check_answers_the_error_of_ecs_or_of_pass_role() {
    for case in cases() {
        let (mut account, caller) = prepared(&case);
        let got = perform(&mut account, &caller, &case);
        let Some(denied) = got.as_ref().err().and_then(ApiError::denied) else { continue };
        let expected = match &*denied.action {
            "ram:PassRole" => ErrorKind::PassRoleForbidden,
            _ => ErrorKind::ForbiddenRam,
        };
        assert_eq!(got.as_ref().err().map(ApiError::kind), Some(&expected), "{}", case["id"]);
    }
}
