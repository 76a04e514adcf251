//! What single operations do beyond what the guide walks through.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what it takes for granted")]

mod account;

use account::{ACCOUNT, Account, REGION, TRUST_ECS, allow, allow_if};
use proptest::prelude::*;
use proptest::sample::select;
use ramguard_world::{
    Caller, Effect, ErrorKind, IdentityRef, ManagedPolicy, Network, PolicyType, ResourceGroup,
    Settings, Timestamp,
};
use serde_json::Value;

fn deny(action: &str, resource: &str) -> String {
    allow(action, resource).replace("Allow", "Deny")
}

fn ids(ids: &[&str]) -> String {
    serde_json::to_string(ids).unwrap()
}

fn attach(account: &mut Account, caller: &Caller, ids: &str, role: &str) -> Result<Value, String> {
    let parameters = [("RegionId", REGION), ("InstanceIds", ids), ("RamRoleName", role)];
    let answer = account.call(caller, "AttachInstanceRamRole", &parameters);
    answer.map_err(|error| error.code().into_owned())
}

fn code(account: &mut Account, operation: &str, parameters: &[(&str, &str)]) -> String {
    match account.call(&Caller::Root, operation, parameters) {
        Ok(answer) => panic!("{operation} succeeds: {answer}"),
        Err(error) => error.code().into_owned(),
    }
}

#[test]
fn an_instance_named_twice_is_handled_once() {
    let mut account = Account::new();
    account.ecs_role("app");
    let id = account.new_instance();
    let answer = attach(&mut account, &Caller::Root, &ids(&[&id, &id]), "app").unwrap();
    assert_eq!((&answer["TotalCount"], &answer["FailCount"]), (&1.into(), &0.into()));
}

#[test]
fn some_instances_may_fail_while_others_succeed() {
    let mut account = Account::new();
    account.ecs_role("app");
    let (good, classic) = (account.new_instance(), account.new_classic_instance());
    let all = ids(&[&good, "i-none", &classic]);
    let answer = attach(&mut account, &Caller::Root, &all, "app").unwrap();
    assert_eq!((&answer["TotalCount"], &answer["FailCount"]), (&3.into(), &2.into()));
    let results = &answer["AttachInstanceRamRoleResults"]["AttachInstanceRamRoleResult"];
    let codes: Vec<&str> =
        results.as_array().unwrap().iter().map(|r| r["Code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["200", "InvalidInstanceId.NotFound", "InvalidNetworkType.MismatchRamRole"]);
    assert_eq!(results[0]["Message"], "success");
}

#[test]
fn an_instance_of_another_region_is_not_found() {
    let mut account = Account::new();
    account.ecs_role("app");
    let id = account.new_instance();
    let ids = ids(&[&id]);
    let parameters = [("RegionId", "cn-beijing"), ("InstanceIds", &*ids), ("RamRoleName", "app")];
    assert_eq!(account.root("AttachInstanceRamRole", &parameters)["FailCount"], 1);
}

#[test]
fn one_to_one_hundred_instances_are_taken() {
    let mut account = Account::new();
    account.ecs_role("app");
    let many: Vec<String> = (0..=100).map(|number| format!("i-{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let answer = attach(&mut account, &Caller::Root, &ids(&many[..100]), "app").unwrap();
    assert_eq!(answer["TotalCount"], 100);
    for malformed in
        [&*ids(&many), "[]", "[\"\"]", "[1]", "i-1", "", "[\"i-1\"", "[[\"i-1\"]]", "[\"a/b\"]"]
    {
        let got = attach(&mut account, &Caller::Root, malformed, "app").unwrap_err();
        let expected = match malformed {
            "" => "MissingParameter.InstanceIds",
            _ => "InvalidInstanceIds.Malformed",
        };
        assert_eq!(got, expected, "{malformed}");
    }
}

#[test]
fn a_bare_id_is_taken_where_the_settings_say_so() {
    let mut account = Account::with_settings(Settings::default().with_bare_instance_id(true));
    account.ecs_role("app");
    let id = account.new_instance();
    assert_eq!(attach(&mut account, &Caller::Root, &id, "app").unwrap()["FailCount"], 0);
}

#[test]
fn a_parameter_nobody_knows_is_refused() {
    let mut account = Account::new();
    let error = account.call(&Caller::Root, "GetRole", &[("RoleName", "a"), ("Rolename", "b")]);
    let error = error.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::UnsupportedParameter { parameter: "Rolename".into() });
}

#[test]
fn an_operation_is_named_exactly() {
    let mut account = Account::new();
    for name in ["getRole", "GetRole ", "", "PassRole"] {
        assert_eq!(code(&mut account, name, &[]), "InvalidAction.NotFound", "{name}");
    }
}

#[test]
fn an_explicit_deny_in_the_trust_policy_wins() {
    let mut account = Account::new();
    let trust = r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":["ecs.aliyuncs.com"]}},
        {"Effect":"Deny","Action":"sts:AssumeRole","Principal":{"Service":["ecs.aliyuncs.com"]}}]}"#;
    account.root("CreateRole", &[("RoleName", "no"), ("AssumeRolePolicyDocument", trust)]);
    let id = account.new_instance();
    let got = attach(&mut account, &Caller::Root, &ids(&[&id]), "no");
    assert_eq!(got.unwrap_err(), "InvalidRamRole.NotEcsRole");
}

#[test]
fn ecs_of_the_own_account_is_trusted_by_its_account_and_ecs_of_another_is_not() {
    let mut account = Account::new();
    let id = account.new_instance();
    for (name, owner, is_trusted) in [("own", ACCOUNT, true), ("other", "2", false)] {
        let trust = TRUST_ECS.replace("ecs.aliyuncs.com", &format!("{owner}@ecs.aliyuncs.com"));
        account.root("CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", &trust)]);
        let got = attach(&mut account, &Caller::Root, &ids(&[&id]), name);
        assert_eq!(got.is_ok(), is_trusted, "{name}: {got:?}");
    }
}

#[test]
fn a_role_for_people_carries_over_once_it_trusts_ecs_too() {
    let mut account = Account::new();
    let trust = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"RAM":["acs:ram::{ACCOUNT}:root"],"Service":["ecs.aliyuncs.com"]}}}}]}}"#
    );
    account.root("CreateRole", &[("RoleName", "both"), ("AssumeRolePolicyDocument", &trust)]);
    let id = account.new_instance();
    assert!(attach(&mut account, &Caller::Root, &ids(&[&id]), "both").is_ok());
}

#[test]
fn the_policy_of_a_binding_has_at_most_1024_bytes_and_narrows_renewed_credentials_too() {
    let mut account = Account::new();
    account.ecs_role("app");
    account.attach(&IdentityRef::Role("app".into()), &allow("oss:*", "*"));
    let id = account.new_instance();
    let all = ids(&[&id]);
    let long = format!("{}{}", allow("oss:Get*", "*"), " ".repeat(1_024));
    let with = |policy| {
        [("RegionId", REGION), ("InstanceIds", &*all), ("RamRoleName", "app"), ("Policy", policy)]
    };
    assert_eq!(code(&mut account, "AttachInstanceRamRole", &with(&long)), "InvalidParameter");
    assert_eq!(code(&mut account, "AttachInstanceRamRole", &with("")), "InvalidParameter");
    account.root("AttachInstanceRamRole", &with(&allow("oss:Get*", "*")));
    account.instance_session(&id, "app");
    account.pass_seconds(6 * 3_600);
    let renewed = account.instance_session(&id, "app");
    assert!(account.decides(&renewed, "oss:GetObject", "acs:oss:*:*:b/o"));
    assert!(!account.decides(&renewed, "oss:PutObject", "acs:oss:*:*:b/o"));
}

#[test]
fn detaching_whatever_is_carried_needs_pass_role_on_every_role_concerned() {
    let mut account = Account::new();
    account.ecs_role("app");
    account.ecs_role("web");
    let (first, second) = (account.new_instance(), account.new_instance());
    for (id, role) in [(&first, "app"), (&second, "web")] {
        attach(&mut account, &Caller::Root, &ids(&[id]), role).unwrap();
    }
    let pass = allow("ram:PassRole", "acs:ram:*:*:role/app");
    let alice = account.user("alice", &[&allow("ecs:*", "*"), &pass]);
    let detach = |account: &mut Account, list: &[&str]| {
        let ids = ids(list);
        let answer = account.call(
            &alice,
            "DetachInstanceRamRole",
            &[("RegionId", REGION), ("InstanceIds", &ids)],
        );
        answer.map_err(|error| error.code().into_owned())
    };
    let both = detach(&mut account, &[&first, &second]);
    assert_eq!(both.unwrap_err(), "InvalidUser.PassRoleForbidden");
    assert_eq!(detach(&mut account, &[&first]).unwrap()["FailCount"], 0);
}

#[test]
fn detaching_need_not_ask_for_pass_role() {
    let semantics =
        ramguard::Semantics { detach_requires_passrole: false, ..ramguard::Semantics::default() };
    let mut account = Account::with_settings(Settings::default().with_semantics(semantics));
    account.ecs_role("app");
    let id = account.new_instance();
    let all = ids(&[&id]);
    attach(&mut account, &Caller::Root, &all, "app").unwrap();
    let alice = account.user("alice", &[&allow("ecs:*", "*")]);
    let parameters = [("RegionId", REGION), ("InstanceIds", &*all)];
    assert_eq!(account.call(&alice, "DetachInstanceRamRole", &parameters).unwrap()["FailCount"], 0);
}

#[test]
fn a_deleted_role_can_be_taken_back_and_is_still_described() {
    let mut account = Account::new();
    account.ecs_role("app");
    let id = account.new_instance();
    let all = ids(&[&id]);
    attach(&mut account, &Caller::Root, &all, "app").unwrap();
    account.root("DeleteRole", &[("RoleName", "app")]);
    let by_name = [("RegionId", REGION), ("RamRoleName", "app")];
    let answer = account.root("DescribeInstanceRamRole", &by_name);
    assert_eq!(answer["InstanceRamRoleSets"]["InstanceRamRoleSet"][0]["RamRoleName"], "app");
    let named = [("RegionId", REGION), ("InstanceIds", &*all), ("RamRoleName", "app")];
    assert_eq!(account.root("DetachInstanceRamRole", &named)["FailCount"], 0);
    assert_eq!(code(&mut account, "DescribeInstanceRamRole", &by_name), "InvalidRamRole.NotFound");
}

#[test]
fn describing_goes_page_by_page() {
    let mut account = Account::new();
    account.ecs_role("app");
    let made: Vec<String> = (0..12).map(|_| account.new_instance()).collect();
    let made: Vec<&str> = made.iter().map(String::as_str).collect();
    attach(&mut account, &Caller::Root, &ids(&made), "app").unwrap();
    let mut page = |number: &str, size: &str| {
        let answer = account.root(
            "DescribeInstanceRamRole",
            &[
                ("RegionId", REGION),
                ("RamRoleName", "app"),
                ("PageNumber", number),
                ("PageSize", size),
            ],
        );
        let list = answer["InstanceRamRoleSets"]["InstanceRamRoleSet"].as_array().unwrap().len();
        (answer["TotalCount"].as_u64().unwrap(), list)
    };
    assert_eq!(page("1", "10"), (12, 10));
    assert_eq!(page("2", "10"), (12, 2));
    assert_eq!(page("4294967295", "50"), (12, 0));
    for (number, size) in [("0", "10"), ("1", "0"), ("1", "51"), ("x", "1"), ("1", "+1")] {
        let parameters = [
            ("RegionId", REGION),
            ("RamRoleName", "app"),
            ("PageNumber", number),
            ("PageSize", size),
        ];
        assert_eq!(
            code(&mut account, "DescribeInstanceRamRole", &parameters),
            "InvalidParameter",
            "{number} {size}"
        );
    }
}

#[test]
fn describing_needs_no_pass_role() {
    let mut account = Account::new();
    account.ecs_role("app");
    let describe = allow("ecs:DescribeInstanceRamRole", "*");
    let alice = account.user("alice", &[&describe]);
    let parameters = [("RegionId", REGION), ("RamRoleName", "app")];
    assert!(account.call(&alice, "DescribeInstanceRamRole", &parameters).is_ok());
}

const RUN: [(&str, &str); 4] =
    [("RegionId", REGION), ("ImageId", "m-1"), ("VSwitchId", "vsw-1"), ("RamRoleName", "app")];

#[test]
fn new_instances_carry_the_role_they_are_run_with() {
    let mut account = Account::new();
    account.ecs_role("app");
    let answer = account.root("RunInstances", &[&RUN[..], &[("Amount", "3")]].concat());
    let made = answer["InstanceIdSets"]["InstanceIdSet"].as_array().unwrap().clone();
    assert_eq!(made.len(), 3);
    for id in made {
        let instance = account.world.instance(id.as_str().unwrap()).unwrap();
        assert_eq!(instance.binding.as_ref().unwrap().role_name, "app");
    }
}

#[test]
fn a_dry_run_checks_everything_and_makes_nothing() {
    let mut account = Account::new();
    account.ecs_role("app");
    let dry = [&RUN[..], &[("DryRun", "true")]].concat();
    assert_eq!(code(&mut account, "RunInstances", &dry), "DryRunOperation");
    assert_eq!(account.world.instances().count(), 0);
    account.root("DeleteRole", &[("RoleName", "app")]);
    assert_eq!(code(&mut account, "RunInstances", &dry), "InvalidRamRole.NotFound");
}

#[test]
fn a_call_repeated_with_its_client_token_makes_nothing_new() {
    let mut account = Account::new();
    account.ecs_role("app");
    let parameters = [&RUN[..], &[("ClientToken", "once"), ("Amount", "2")]].concat();
    let first = account.root("RunInstances", &parameters);
    let mut sorted: Vec<&str> = first["InstanceIdSets"]["InstanceIdSet"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap())
        .collect();
    sorted.sort_unstable();
    let second = account.root("RunInstances", &parameters);
    assert_eq!(second["InstanceIdSets"]["InstanceIdSet"], serde_json::json!(sorted));
    assert_eq!(account.world.instances().count(), 2);
}

#[test]
fn permissions_may_hang_on_the_tags_and_the_resource_group_of_an_instance() {
    let mut account = Account::new();
    account.ecs_role("app");
    let group = ResourceGroup { id: "rg-web".into(), name: "web".into() };
    account.world.apply(&Effect::ResourceGroupCreated(group)).unwrap();
    let tagged = account.new_instance_with(&[("Tag.1.Key", "stage"), ("Tag.1.Value", "test")]);
    let grouped = account.new_instance_with(&[("ResourceGroupId", "rg-web")]);
    let plain = account.new_instance();
    let on_role = allow("ecs:AttachInstanceRamRole", "acs:ram:*:*:role/*");
    let on_tag = allow_if(
        "ecs:AttachInstanceRamRole",
        "acs:ecs:*:*:instance/*",
        r#"{"StringEquals":{"acs:ResourceTag/stage":"test"}}"#,
    );
    let pass = allow("ram:PassRole", "*");
    let alice = account.user("alice", &[&on_role, &on_tag, &pass]);
    let bob = account.user("bob", &[&on_role, &pass]);
    let document = ramguard_policy::Policy::parse(&allow("ecs:*", "*")).unwrap();
    account
        .world
        .apply(&Effect::PolicyCreated {
            policy_type: PolicyType::Custom,
            policy: ManagedPolicy::new("in-group", document, Timestamp::default()),
        })
        .unwrap();
    account
        .world
        .apply(&Effect::PolicyAttached {
            identity: IdentityRef::User("bob".into()),
            attachment: ramguard_world::Attachment {
                policy: ramguard_world::PolicyRef::custom("in-group"),
                resource_group: Some("rg-web".into()),
                attached: Timestamp::default(),
            },
        })
        .unwrap();
    for (caller, may) in [(&alice, &tagged), (&bob, &grouped)] {
        for id in [&tagged, &grouped, &plain] {
            let got = attach(&mut account.clone(), caller, &ids(&[id]), "app");
            assert_eq!(got.is_ok(), id == may, "{caller:?} {id}: {got:?}");
        }
    }
}

/// A policy on what creating an instance at a switch touches, with this VPC.
fn creator(vpc: &str) -> String {
    let of = |service: &str, rest: &str| format!(r#""acs:{service}:*:*:{rest}""#);
    format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"ecs:CreateInstance","Resource":[{}]}}]}}"#,
        [of("ecs", "instance/*"), of("ecs", "image/*"), of("vpc", "vswitch/*"), of("vpc", vpc)]
            .join(",")
    )
}

#[test]
fn creating_an_instance_is_checked_on_the_vpc_of_its_switch() {
    let mut account = Account::new();
    account.world = account.world.clone().with_vswitches([("vsw-1".into(), "vpc-1".into())]);
    let alice = account.user("alice", &[&creator("vpc/vpc-1")]);
    let create = |account: &mut Account, switch: &str| {
        let parameters = [("RegionId", REGION), ("ImageId", "m-1"), ("VSwitchId", switch)];
        let error = account.call(&alice, "CreateInstance", &parameters).err();
        error.and_then(|error| Some(error.denied()?.resource.to_string()))
    };
    assert_eq!(create(&mut account, "vsw-1"), None);
    let instance = account.world.instances().next().unwrap();
    assert!(matches!(&instance.network, Network::Vpc { vpc_id: Some(id), .. } if id == "vpc-1"));
    // A switch nobody knows may be in any VPC.
    let unknown = format!("acs:vpc:{REGION}:{}:vpc/*", ACCOUNT);
    assert_eq!(create(&mut account, "vsw-2"), Some(unknown));
    let bob = account.user("bob", &[&creator("vpc/*")]);
    let parameters = [("RegionId", REGION), ("ImageId", "m-1"), ("VSwitchId", "vsw-2")];
    assert!(account.call(&bob, "CreateInstance", &parameters).is_ok());
    // RunInstances is checked on the switch alone (section 6 of the language).
    let run = account.call(&alice, "RunInstances", &parameters).unwrap_err();
    assert_eq!(
        run.denied().unwrap().resource.to_string(),
        format!("acs:ecs:{REGION}:{}:instance/*", ACCOUNT)
    );
}

#[test]
fn the_vpc_of_a_switch_is_told_by_another_instance_at_it() {
    let text = r#"{ "account": "1", "instances": {
        "i-1": { "region": "cn-hangzhou", "vswitch": "vsw-1", "vpc": "vpc-9" } } }"#;
    let world = ramguard_world::file::WorldFile::read(text).into_world().unwrap();
    assert_eq!((world.vpc_of("vsw-1"), world.vpc_of("vsw-2")), (Some("vpc-9"), None));
}

#[test]
fn tags_of_what_is_made_can_be_asked_for() {
    let mut account = Account::new();
    let tagged = allow_if("ram:Create*", "*", r#"{"StringEquals":{"acs:RequestTag/team":"shop"}}"#);
    let alice = account.user("alice", &[&tagged]);
    let document = allow("oss:Get*", "*");
    for (operation, head) in [
        ("CreatePolicy", [("PolicyName", "made"), ("PolicyDocument", &*document)]),
        ("CreateRole", [("RoleName", "made"), ("AssumeRolePolicyDocument", TRUST_ECS)]),
    ] {
        let error = account.call(&alice, operation, &head).unwrap_err();
        assert_eq!(error.code(), "NoPermission");
        let with_tag = [&head[..], &[("Tag.1.Key", "team"), ("Tag.1.Value", "shop")]].concat();
        account.call(&alice, operation, &with_tag).unwrap();
    }
    let role = account.world.role("made").unwrap();
    let policy = account.world.policy(&ramguard_world::PolicyRef::custom("made")).unwrap();
    assert_eq!(role.tags, policy.tags);
    assert_eq!(policy.tags.get("team").map(String::as_str), Some("shop"));
}

#[test]
fn creating_a_role_may_be_limited_to_the_services_it_trusts() {
    let mut account = Account::new();
    let only_ecs = allow_if(
        "ram:CreateRole",
        "*",
        r#"{"StringEquals":{"ram:ServiceNames":"ecs.aliyuncs.com","ram:TrustedPrincipalTypes":"Service"}}"#,
    );
    let alice = account.user("alice", &[&only_ecs]);
    let mut create = |name: &str, trust: &str| {
        let parameters = [("RoleName", name), ("AssumeRolePolicyDocument", trust)];
        account.call(&alice, "CreateRole", &parameters).map_err(|e| e.code().into_owned())
    };
    assert!(create("ecs", TRUST_ECS).is_ok());
    let fc = TRUST_ECS.replace("ecs.", "fc.");
    assert_eq!(create("fc", &fc).unwrap_err(), "NoPermission");
    assert_eq!(create("people", account::TRUST_ACCOUNT).unwrap_err(), "NoPermission");
}

#[test]
fn attaching_a_policy_needs_the_permission_on_the_policy_as_well() {
    let mut account = Account::new();
    let on_users = allow("ram:AttachPolicyToUser", "acs:ram:*:*:user/*");
    let alice = account.user("alice", &[&on_users]);
    let strong = account.attach(&IdentityRef::User("alice".into()), &allow("oss:*", "*"));
    let parameters = [("PolicyType", "Custom"), ("PolicyName", &*strong), ("UserName", "alice")];
    let error = account.call(&alice, "AttachPolicyToUser", &parameters).unwrap_err();
    let denied = error.denied().unwrap();
    assert_eq!(&*denied.resource, format!("acs:ram::{ACCOUNT}:policy/{strong}"));
}

#[test]
fn a_new_version_counts_only_once_it_is_the_default() {
    let mut account = Account::new();
    let alice = account.user("alice", &[]);
    let name = account.attach(&IdentityRef::User("alice".into()), &allow("oss:Get*", "*"));
    let put = ("oss:PutObject", "acs:oss:*:*:b/o");
    let document = allow("oss:*", "*");
    let version = account
        .root("CreatePolicyVersion", &[("PolicyName", &name), ("PolicyDocument", &document)]);
    assert_eq!(version["PolicyVersion"]["VersionId"], "v2");
    assert!(!account.decides(&alice, put.0, put.1));
    account.root("SetDefaultPolicyVersion", &[("PolicyName", &name), ("VersionId", "v2")]);
    assert!(account.decides(&alice, put.0, put.1));
    account.root("DeletePolicyVersion", &[("PolicyName", &name), ("VersionId", "v1")]);
}

#[test]
fn rotation_deletes_the_oldest_version_that_is_not_the_default_and_ids_are_never_given_again() {
    let mut account = Account::new();
    let document = allow("oss:*", "*");
    account.root("CreatePolicy", &[("PolicyName", "p"), ("PolicyDocument", &document)]);
    let plain = [("PolicyName", "p"), ("PolicyDocument", &*document)];
    for _ in 2..=5 {
        account.root("CreatePolicyVersion", &plain);
    }
    assert_eq!(code(&mut account, "CreatePolicyVersion", &plain), "LimitExceeded.Policy.Version");
    let strategy = ("RotateStrategy", "DeleteOldestNonDefaultVersionWhenLimitExceeded");
    account.root("CreatePolicyVersion", &[&plain[..], &[strategy]].concat());
    let about = [("PolicyType", "Custom"), ("PolicyName", "p")];
    let answer = account.root("ListPolicyVersions", &about);
    let list = answer["PolicyVersions"]["PolicyVersion"].as_array().unwrap();
    let list: Vec<&str> =
        list.iter().map(|version| version["VersionId"].as_str().unwrap()).collect();
    assert_eq!(list, ["v1", "v3", "v4", "v5", "v6"]);
}

#[test]
fn deleting_a_policy_with_its_attachments_needs_the_permission_to_detach_it() {
    let mut account = Account::new();
    account.ecs_role("app");
    let name = account.attach(&IdentityRef::Role("app".into()), &allow("oss:*", "*"));
    let delete = allow("ram:DeletePolicy", "*");
    let alice = account.user("alice", &[&delete]);
    let parameters = [("PolicyName", &*name), ("CascadingDelete", "true")];
    let error = account.call(&alice, "DeletePolicy", &parameters).unwrap_err();
    assert_eq!(&*error.denied().unwrap().action, "ram:DetachPolicyFromRole");
    account.attach(&IdentityRef::User("alice".into()), &allow("ram:Detach*", "*"));
    account.call(&alice, "DeletePolicy", &parameters).unwrap();
    assert!(account.world.role("app").unwrap().attachments.is_empty());
}

#[test]
fn the_quota_of_attachments_counts_system_and_custom_policies_apart() {
    let mut account = Account::new();
    account.ecs_role("app");
    for _ in 0..5 {
        account.attach(&IdentityRef::Role("app".into()), &allow("oss:*", "*"));
    }
    let document = ramguard_policy::Policy::parse(&allow("log:*", "*")).unwrap();
    let policy = ManagedPolicy::new("AliyunLogFullAccess", document, Timestamp::default());
    let policy_type = PolicyType::System;
    account.world.apply(&Effect::PolicyCreated { policy_type, policy }).unwrap();
    let system =
        [("PolicyType", "System"), ("PolicyName", "AliyunLogFullAccess"), ("RoleName", "app")];
    account.root("AttachPolicyToRole", &system);
    let document = allow("oss:*", "*");
    account.root("CreatePolicy", &[("PolicyName", "sixth"), ("PolicyDocument", &document)]);
    let custom = [("PolicyType", "Custom"), ("PolicyName", "sixth"), ("RoleName", "app")];
    assert_eq!(code(&mut account, "AttachPolicyToRole", &custom), "LimitExceeded.Role.Policy");
}

#[test]
fn an_explicit_deny_of_a_user_wins_over_the_allow_of_its_group() {
    let mut account = Account::new();
    let alice = account.user("alice", &[&deny("ram:GetRole", "*")]);
    account.ecs_role("app");
    account.root("CreateGroup", &[("GroupName", "all")]);
    account.attach(&IdentityRef::Group("all".into()), &allow("*", "*"));
    account.root("AddUserToGroup", &[("UserName", "alice"), ("GroupName", "all")]);
    let error = account.call(&alice, "GetRole", &[("RoleName", "app")]).unwrap_err();
    assert_eq!(error.denied().unwrap().decision.outcome(), ramguard::Outcome::ExplicitDeny);
    assert!(account.call(&alice, "ListRoles", &[]).is_ok());
}

#[test]
fn responses_have_the_members_of_the_documented_samples_in_their_order() {
    let mut account = Account::new();
    account.ecs_role("app");
    let id = account.new_instance();
    let ids = ids(&[&id]);
    let moment = account.moment();
    let parameters = [("RegionId", REGION), ("InstanceIds", &*ids), ("RamRoleName", "app")];
    let outcome = account
        .control
        .call(
            &account.world,
            &Caller::Root,
            &moment,
            &ramguard::Context::default(),
            "AttachInstanceRamRole",
            parameters,
        )
        .unwrap();
    assert_eq!(
        outcome.response,
        format!(
            r#"{{"RequestId":"{}","TotalCount":1,"FailCount":0,"RamRoleName":"app","AttachInstanceRamRoleResults":{{"AttachInstanceRamRoleResult":[{{"InstanceId":"{id}","Code":"200","Message":"success","Success":true}}]}}}}"#,
            outcome.request_id
        )
    );
    outcome.commit(&mut account.world).unwrap();
    let path = "/latest/meta-data/Ram/security-credentials/app";
    let body = account.metadata(&id, path).unwrap();
    let keys =
        ["AccessKeyId", "AccessKeySecret", "Expiration", "SecurityToken", "LastUpdated", "Code"];
    let places: Vec<usize> =
        keys.iter().map(|key| body.find(&format!("\"{key}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "{body}");
    assert!(body.contains(r#""Expiration":"2024-11-08T09:44:50Z""#), "{body}");
    assert!(body.contains(r#""LastUpdated":"2024-11-08T03:44:50Z""#), "{body}");
}

#[test]
fn equal_inputs_give_equal_outputs() {
    let mut account = Account::new();
    account.ecs_role("app");
    let mut other = account.clone();
    let run = |account: &mut Account| account.root("RunInstances", &RUN);
    assert_eq!(run(&mut account), run(&mut other));
    assert_eq!(account.world, other.world);
}

#[test]
fn an_error_on_the_wire_is_code_message_request_and_host() {
    let error = ramguard_world::ApiError::from(ErrorKind::PassRoleForbidden);
    assert_eq!(
        error.to_json("1234", ramguard_world::Service::Ecs),
        r#"{"RequestId":"1234","HostId":"ecs.aliyuncs.com","Code":"InvalidUser.PassRoleForbidden","Message":"The RAM user does not have the privilege to pass a RAM role."}"#
    );
}

/// Texts that parameters are not meant to hold, and a few that they are.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec![
            "",
            " ",
            "app",
            "APP",
            "alice",
            "*",
            "acs:ram::1000000000000001:role/app",
            "v1",
            "v0",
            "v4294967295",
            "System",
            "Custom",
            "4294967296",
            "-1",
            "0",
            "900",
            "true",
            "cn-hangzhou",
            "[\"i-1\"]",
            "[\"i-1\",",
            "{}",
            "null",
            "\u{202e}",
            "a:b/c",
            "é",
        ])
        .prop_map(str::to_owned),
        Just(TRUST_ECS.to_owned()),
        Just(allow("*", "*")),
        Just("[".repeat(5_000)),
        Just("x".repeat(70_000)),
        ".{0,40}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_parameter_makes_an_operation_panic_and_a_refusal_changes_nothing(
        entry in select(ramguard_world::operation::all()),
        texts in proptest::collection::vec(proptest::option::of(text()), 20),
        as_user in any::<bool>(),
    ) {
        let mut account = Account::new();
        account.ecs_role("app");
        let alice = account.user("alice", &[&allow("*", "*")]);
        let named = entry.parameters.iter().map(|name| match *name {
            "Tag.N" => "Tag.1.Key".to_owned(),
            name => name.replace(".N", ".1"),
        });
        let named: Vec<(String, String)> =
            named.zip(texts).filter_map(|(name, text)| Some((name, text?))).collect();
        let parameters: Vec<(&str, &str)> =
            named.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let before = account.world.clone();
        let caller = if as_user { alice } else { Caller::Root };
        match account.call(&caller, entry.name, &parameters) {
            Ok(answer) => prop_assert!(answer["RequestId"].is_string()),
            Err(error) => {
                prop_assert_eq!(&before, &account.world);
                // Whatever a caller sends, it is never the fault of the service.
                prop_assert!(error.http_status() < 500, "{} {parameters:?}", error);
                let is_ours = matches!(error.kind(), ErrorKind::UnsupportedParameter { .. });
                prop_assert!(!is_ours, "{} does not take {error:?}", entry.name);
            }
        }
    }
}
