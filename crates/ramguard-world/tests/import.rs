//! Saved answers of RAM and ECS become the world they were asked of.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what it takes for granted")]

mod account;

use account::{Account, REGION, TRUST_ACCOUNT, allow};
use ramguard_world::file::{self, WorldFile};
use ramguard_world::import::Import;
use ramguard_world::{Effect, IdentityRef, ManagedPolicy, PolicyType, Timestamp, World};

/// An account with a bit of everything that RAM and ECS tell.
fn asked() -> Account {
    let mut account = Account::new();
    account.ecs_role("app");
    account.root(
        "CreateRole",
        &[
            ("RoleName", "people"),
            ("AssumeRolePolicyDocument", TRUST_ACCOUNT),
            ("Description", "for people"),
            ("MaxSessionDuration", "7200"),
        ],
    );
    let logs = account.attach(&IdentityRef::Role("app".into()), &allow("oss:Get*", "*"));
    account.root(
        "CreatePolicyVersion",
        &[("PolicyName", &logs), ("PolicyDocument", &allow("oss:*", "*"))],
    );
    account.user("alice.b", &[&allow("ecs:*", "*")]);
    account.root("CreateGroup", &[("GroupName", "ops"), ("Comments", "they operate")]);
    account.attach(&IdentityRef::Group("ops".into()), &allow("ram:PassRole", "*"));
    account.root("AddUserToGroup", &[("UserName", "alice.b"), ("GroupName", "ops")]);
    let document = ramguard_policy::Policy::parse(&allow("log:*", "*")).unwrap();
    let policy = ManagedPolicy::new("AliyunLogFullAccess", document, Timestamp::default());
    let policy_type = PolicyType::System;
    account.world.apply(&Effect::PolicyCreated { policy_type, policy }).unwrap();
    account.root(
        "AttachPolicyToUser",
        &[("PolicyType", "System"), ("PolicyName", "AliyunLogFullAccess"), ("UserName", "alice.b")],
    );
    account.new_instance_with(&[("RamRoleName", "app")]);
    account
}

/// Asks every question and keeps the answers under the names of the guide.
fn answers(account: &mut Account) -> Vec<(String, String)> {
    let mut saved: Vec<(String, String)> = Vec::new();
    let mut ask = |file: String, operation: &str, parameters: &[(&str, &str)]| {
        saved.push((format!("{file}.json"), account.root(operation, parameters).to_string()));
    };
    for operation in ["GetCallerIdentity", "ListUsers", "ListGroups", "ListRoles"] {
        ask(operation.to_owned(), operation, &[]);
    }
    ask("ListPolicies@1".to_owned(), "ListPolicies", &[]);
    let region = ("RegionId", REGION);
    ask(
        "DescribeInstanceRamRole.app".into(),
        "DescribeInstanceRamRole",
        &[region, ("RamRoleName", "app")],
    );
    let world = account.world.clone();
    let mut ask = |file: String, operation: &str, parameters: &[(&str, &str)]| {
        saved.push((format!("{file}.json"), account.root(operation, parameters).to_string()));
    };
    for role in world.roles() {
        let name = [("RoleName", &*role.name)];
        ask(format!("GetRole.{}", role.name), "GetRole", &name);
        ask(format!("ListPoliciesForRole.{}", role.name), "ListPoliciesForRole", &name);
    }
    for user in world.users() {
        let name = [("UserName", &*user.name)];
        ask(format!("ListPoliciesForUser.{}", user.name), "ListPoliciesForUser", &name);
        ask(format!("ListGroupsForUser.{}", user.name), "ListGroupsForUser", &name);
    }
    for group in world.groups() {
        let name = [("GroupName", &*group.name)];
        ask(format!("ListPoliciesForGroup.{}", group.name), "ListPoliciesForGroup", &name);
        ask(format!("ListUsersForGroup.{}", group.name), "ListUsersForGroup", &name);
    }
    for policy_type in [PolicyType::System, PolicyType::Custom] {
        for policy in world.policies(policy_type) {
            let about = [("PolicyType", policy_type.name()), ("PolicyName", &*policy.name)];
            ask(format!("GetPolicy.{}", policy.name), "GetPolicy", &about);
            let file = format!("ListPolicyVersions.{}.{}", policy_type.name(), policy.name);
            ask(file, "ListPolicyVersions", &about);
        }
    }
    saved
}

fn import(saved: &[(String, String)]) -> Import {
    Import::read(saved.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

fn world(import: &Import) -> World {
    let file = WorldFile::read(&import.to_json());
    file.into_world().unwrap_or_else(|problems| panic!("{problems:#?}"))
}

#[test]
fn the_answers_to_every_question_make_the_world_that_was_asked() {
    let mut account = asked();
    let saved = answers(&mut account);
    let import = import(&saved);
    assert_eq!(import.problems(), []);
    let mut expected = file::form(&account.world);
    // What an instance is beyond its role, and when it was bound, is not asked for.
    for instance in expected.instances.values_mut() {
        instance.vswitch = Some("unknown".into());
        instance.image = None;
        instance.created = Timestamp::default();
        if let Some(role) = &mut instance.role {
            role.bound = Timestamp::default();
        }
    }
    let expected = serde_json::to_string_pretty(&expected).unwrap() + "\n";
    assert_eq!(file::write(&world(&import)), expected);
}

#[test]
fn the_order_of_the_files_does_not_matter() {
    let mut account = asked();
    let mut saved = answers(&mut account);
    let forward = import(&saved).to_json();
    saved.reverse();
    assert_eq!(import(&saved).to_json(), forward);
}

#[test]
fn what_is_missing_is_said_together_with_how_to_save_it() {
    let mut account = asked();
    let mut saved = answers(&mut account);
    saved.retain(|(name, _)| {
        name != "GetRole.app.json" && !name.contains("AliyunLog") && !name.contains("GetCaller")
    });
    let import = import(&saved);
    let messages: Vec<String> = import.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            "the trust policy of role `app` is missing: save `aliyun ram GetRole --RoleName app` \
             as `GetRole.app.json`",
            "the document of policy `AliyunLogFullAccess` is missing: save `aliyun ram GetPolicy \
             --PolicyType System --PolicyName AliyunLogFullAccess` as \
             `GetPolicy.AliyunLogFullAccess.json`",
        ]
    );
    assert!(import.problems().iter().all(|problem| problem.is_fatal()));
}

/// Asks for a list page by page and keeps each under the name of the guide.
fn paged(account: &mut Account, operation: &str, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut saved = Vec::new();
    let mut marker = String::new();
    loop {
        let mut parameters = more.to_vec();
        parameters.extend([("MaxItems", "2"), ("Marker", &*marker)]);
        let answer = account.root(operation, &parameters);
        let about: String = more.iter().map(|(_, name)| format!(".{name}")).collect();
        saved.push((format!("{operation}{about}@{}.json", saved.len() + 1), answer.to_string()));
        match answer.get("Marker").and_then(|marker| marker.as_str()) {
            Some(next) => marker = next.to_owned(),
            None => return saved,
        }
    }
}

#[test]
fn lists_that_came_in_pages_are_put_together_and_a_missing_page_is_fatal() {
    let mut account = asked();
    for number in 0..5 {
        let name = format!("user-{number}");
        account.user(&name, &[]);
        account.root("AddUserToGroup", &[("UserName", &name), ("GroupName", "ops")]);
    }
    let mut saved = answers(&mut account);
    let whole = import(&saved).to_json();
    saved.retain(|(name, _)| name != "ListUsers.json" && name != "ListUsersForGroup.ops.json");
    saved.extend(paged(&mut account, "ListUsers", &[]));
    saved.extend(paged(&mut account, "ListUsersForGroup", &[("GroupName", "ops")]));
    let in_pages = import(&saved);
    assert_eq!(in_pages.problems(), []);
    assert_eq!(in_pages.to_json(), whole);

    let (last, _) = saved.pop().unwrap();
    assert_eq!(last, "ListUsersForGroup.ops@3.json");
    let cut = import(&saved);
    let messages: Vec<String> = cut.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        ["`ListUsersForGroup.ops` goes on after page 2: ask again with the `Marker` of that page \
          and save it as `ListUsersForGroup.ops@3.json`"]
    );
    assert!(cut.problems().iter().all(|problem| problem.is_fatal()));
}

#[test]
fn instances_left_on_another_page_are_counted() {
    let instances = r#"{ "PageNumber": 1, "PageSize": 1, "TotalCount": 3, "Instances": { "Instance": [
        { "InstanceId": "i-a", "RegionId": "cn-hangzhou" }] } }"#;
    let saved = [
        ("GetCallerIdentity.json", r#"{ "AccountId": "1" }"#),
        ("DescribeInstances.cn-hangzhou@1.json", instances),
    ];
    let import = Import::read(saved);
    let [problem] = import.problems() else { panic!("{:?}", import.problems()) };
    assert!(problem.message().starts_with("`DescribeInstances.cn-hangzhou` holds 1 of 3"));
    assert!(!problem.is_fatal());
}

#[test]
fn whose_policies_nobody_asked_for_is_said() {
    let mut account = asked();
    let mut saved = answers(&mut account);
    saved.retain(|(name, _)| {
        name != "ListPoliciesForUser.alice.b.json"
            && !name.contains("ForUser.")
            && !name.contains("ListUsersForGroup")
    });
    let messages: Vec<String> = import(&saved).problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            "user `alice.b` is taken to have no policies: save `aliyun ram ListPoliciesForUser \
             --UserName alice.b` as `ListPoliciesForUser.alice.b.json`",
            "who belongs to group `ops` may not be known: save `aliyun ram ListUsersForGroup \
             --GroupName ops` as `ListUsersForGroup.ops.json`",
        ]
    );
}

#[test]
fn a_saved_error_is_told_and_a_mark_before_the_text_is_not_minded() {
    let saved = [
        ("GetCallerIdentity.json", "\u{feff}{ \"AccountId\": \"1\" }"),
        (
            "ListUsers.json",
            r#"{ "RequestId": "1", "Code": "NoPermission", "Message": "You are not." }"#,
        ),
    ];
    let import = Import::read(saved);
    let messages: Vec<String> = import.problems().iter().map(ToString::to_string).collect();
    assert_eq!(messages, ["ListUsers.json: is an error, not an answer: NoPermission"]);
    assert!(import.problems().iter().all(|problem| problem.is_fatal()));
    assert_eq!(import.form().account, "1");
}

#[test]
fn an_answer_that_cannot_be_read_is_fatal_and_a_file_nobody_asked_for_is_not() {
    for (name, text, is_fatal) in [
        ("ListPoliciesForUser.a.json", "{", true),
        ("ListPoliciesForUser.a.json", "{}", true),
        ("ListUsers.json", r#"{ "Roles": {} }"#, true),
        ("package.json", "{", false),
        ("package.json", "{}", false),
    ] {
        let import =
            Import::read([("GetCallerIdentity.json", r#"{ "AccountId": "1" }"#), (name, text)]);
        let fatal: Vec<bool> = import.problems().iter().map(|problem| problem.is_fatal()).collect();
        assert_eq!(fatal, [is_fatal], "{name} {text}");
    }
}

#[test]
fn instances_are_taken_from_describe_instances() {
    let saved = [
        ("GetCallerIdentity.json", r#"{ "AccountId": "1" }"#),
        (
            "DescribeInstances.json",
            r#"{ "Instances": { "Instance": [{ "InstanceId": "i-a", "RegionId": "cn-hangzhou",
                "VpcAttributes": { "VpcId": "vpc-1", "VSwitchId": "vsw-1" }, "ImageId": "m-1",
                "ResourceGroupId": "rg-a", "CreationTime": "2024-11-08T03:44Z",
                "Tags": { "Tag": [{ "TagKey": "stage", "TagValue": "test" }] } },
                { "InstanceId": "i-b", "RegionId": "cn-hangzhou", "ResourceGroupId": "",
                  "VpcAttributes": { "VpcId": "", "VSwitchId": "" } }] } }"#,
        ),
    ];
    let import = Import::read(saved);
    assert_eq!(import.problems(), []);
    let world = world(&import);
    let instance = world.instance("i-a").unwrap();
    assert_eq!(instance.created.to_string(), "2024-11-08T03:44:00Z");
    assert_eq!(instance.tags.get("stage").map(String::as_str), Some("test"));
    assert_eq!(instance.resource_group.as_deref(), Some("rg-a"));
    assert_eq!(world.instance("i-b").unwrap().network.name(), "classic");
}

#[test]
fn a_document_that_is_not_json_is_reported_by_the_file_it_goes_into() {
    let saved = [
        ("GetCallerIdentity.json", r#"{ "AccountId": "1" }"#),
        (
            "GetPolicy.p.json",
            r#"{ "Policy": { "PolicyName": "p", "PolicyType": "Custom", "DefaultVersion": "v1" },
                 "DefaultPolicyVersion": { "VersionId": "v1", "PolicyDocument": "{ \"Version\": \"1\", \"Version\": \"1\" }" } }"#,
        ),
    ];
    let import = Import::read(saved);
    assert_eq!(import.problems(), []);
    let file = WorldFile::read(&import.to_json());
    assert!(file.world().is_none());
    assert!(file.problems().iter().any(|problem| problem.message().contains("twice")));
}

#[test]
fn answers_that_are_none_are_reported_and_nothing_panics() {
    let texts = [
        "",
        "null",
        "[]",
        "{}",
        "1",
        r#"{ "Roles": 1, "Users": { "User": 1 } }"#,
        r#"{ "Roles": { "Role": [1, null, {}, { "RoleName": 1, "Arn": "x" }] } }"#,
        r#"{ "Policies": { "Policy": [{ "PolicyName": "p" }] } }"#,
    ];
    let names = [
        "ListRoles.json",
        "GetRole.json",
        "ListUsers.json",
        "ListPolicies.json",
        "GetPolicy.x.json",
        "ListPolicyVersions.json",
        "ListPolicyVersions.Custom.p.json",
        "ListPoliciesForUser.u.json",
        "ListUsersForGroup..json",
        "DescribeInstances.json",
        "DescribeInstanceRamRole.json",
        "GetCallerIdentity.json",
        "Unknown.json",
        "notes.txt",
        ".json",
        "",
    ];
    for name in names {
        for text in texts {
            let import = Import::read([(name, text)]);
            assert!(!import.problems().is_empty(), "{name} {text}");
            let _ = WorldFile::read(&import.to_json());
        }
    }
}
