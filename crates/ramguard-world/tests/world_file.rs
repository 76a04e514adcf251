//! World files: what is read, what is reported and where, what is written.
#![expect(clippy::panic, reason = "a test says what it takes for granted")]

mod account;

use account::{Account, allow};
use proptest::prelude::*;
use ramguard_policy::text::LineIndex;
use ramguard_world::file::{self, FileSeverity, WorldFile};
use ramguard_world::{Caller, IdentityRef, PolicyType, World};

const EXAMPLE: &str = include_str!("../../../testdata/world/example.json");

fn read(text: &str) -> World {
    WorldFile::read(text).into_world().unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// The problems of a text, as `line:column code pointer: message`.
fn problems(text: &str) -> Vec<String> {
    let lines = LineIndex::new(text);
    let file = WorldFile::read(text);
    let is_sound = file.problems().iter().all(|p| p.severity() == FileSeverity::Warning);
    assert_eq!(file.world().is_some(), is_sound, "{:?}", file.problems());
    file.problems()
        .iter()
        .map(|problem| {
            let at = lines.position(problem.span().start);
            let (code, pointer) = (problem.code(), problem.pointer());
            format!("{}:{} {code} {pointer}: {problem}", at.line, at.column)
        })
        .collect()
}

/// A world file with these members beside the account.
fn with(members: &str) -> String {
    format!("{{ \"account\": \"1\",\n{members} }}")
}

#[test]
fn the_example_has_no_problem() {
    assert_eq!(problems(EXAMPLE), Vec::<String>::new());
    let world = read(EXAMPLE);
    assert_eq!(world.users().count(), 2);
    assert_eq!(world.policies(PolicyType::Custom).count(), 4);
    assert_eq!(world.instance("i-web").unwrap().binding.as_ref().unwrap().role_name, "AppRole");
}

#[test]
fn what_is_written_is_read_back_equal() {
    let world = read(EXAMPLE);
    let text = file::write(&world);
    assert_eq!(read(&text), world);
    assert_eq!(file::write(&read(&text)), text);
}

#[test]
fn a_world_that_has_been_played_through_is_read_back_equal() {
    let mut account = Account::new();
    account.ecs_role("app");
    let policy = account.attach(&IdentityRef::Role("app".into()), &allow("oss:*", "*"));
    for _ in 0..3 {
        account.root(
            "CreatePolicyVersion",
            &[("PolicyName", &policy), ("PolicyDocument", &allow("oss:Get*", "*"))],
        );
    }
    account.root("DeletePolicyVersion", &[("PolicyName", &policy), ("VersionId", "v4")]);
    account.root("SetDefaultPolicyVersion", &[("PolicyName", &policy), ("VersionId", "v2")]);
    account.user("alice", &[&allow("*", "*")]);
    account.root("CreateGroup", &[("GroupName", "ops"), ("Comments", "they operate")]);
    account.root("AddUserToGroup", &[("UserName", "alice"), ("GroupName", "ops")]);
    let instance = account.new_instance_with(&[
        ("RamRoleName", "app"),
        ("HttpTokens", "required"),
        ("Tag.1.Key", "k"),
    ]);
    let token = account.ask(&instance, &ramguard_world::MetadataRequest::put_token(9)).unwrap();
    let path = "/latest/meta-data/ram/security-credentials/app";
    let request = ramguard_world::MetadataRequest::get(path).with_token(token);
    account.ask(&instance, &request).unwrap();
    account.control_policies(&[&[&allow("*", "*")]]);

    let text = file::write(&account.world);
    let again = read(&text);
    assert_eq!(file::write(&again), text);
    // The credential goes on where it was, so the program on the instance sees no change.
    let before = account.ask(&instance, &request).unwrap();
    account.world = again;
    assert_eq!(account.ask(&instance, &request).unwrap(), before);
}

#[test]
fn the_published_schema_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/world.schema.json");
    if std::env::var_os("RAMGUARD_BLESS").is_some() {
        std::fs::write(path, file::schema()).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap_or_default();
    assert!(published == file::schema(), "run the test with RAMGUARD_BLESS=1 to write the schema");
}

#[test]
fn ids_left_out_are_the_same_every_time() {
    let id = |text: &str| read(text).user("alice").unwrap().id.clone();
    assert_eq!(id(EXAMPLE), id(EXAMPLE));
    assert_ne!(id(EXAMPLE), id(r#"{ "account": "2", "users": { "alice": {} } }"#));
}

#[test]
fn every_dangling_name_is_reported_at_its_place() {
    let text = with(
        r#""users": { "alice": { "policies": ["custom/none", { "policy": "system/None" }] } },
"groups": { "ops": { "members": ["alice", "nobody"] } },
"policies": { "p": { "versions": { "v1": { "document": { "Version": "1", "Statement":
  [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] } } }, "default_version": "v2" } },
"instances": { "i-a": { "region": "cn-nowhere", "vswitch": "vsw", "resource_group": "rg-none",
  "role": { "name": "gone" } } }"#,
    );
    assert_eq!(
        problems(&text),
        [
            "2:36 dangling-name /users/alice/policies/0: there is no custom policy `none`",
            "2:51 dangling-name /users/alice/policies/1: there is no system policy `None`",
            "3:43 dangling-name /groups/ops/members/1: there is no user `nobody`",
            "5:85 dangling-name /policies/p/default_version: there is no version `v2`",
            "6:35 dangling-name /instances/i-a/region: there is no region `cn-nowhere`",
            "6:85 dangling-name /instances/i-a/resource_group: there is no resource group `rg-none`",
            "7:21 dangling-name /instances/i-a/role/name: there is no role `gone`",
        ]
    );
}

#[test]
fn a_role_that_was_deleted_while_an_instance_carries_it_is_a_warning_only() {
    let text = with(
        r#""instances": { "i-a": { "region": "cn-hangzhou", "vswitch": "vsw",
  "role": { "name": "gone" } } }"#,
    );
    assert_eq!(
        problems(&text),
        ["3:21 dangling-name /instances/i-a/role/name: there is no role `gone`"]
    );
}

#[test]
fn a_problem_inside_a_policy_is_reported_at_its_place() {
    let object = with(
        r#""policies": { "p": { "document": { "Version": "1", "Statement":
  [{ "Effect": "Permit", "Action": "*", "Resource": "*" }] } } }"#,
    );
    let found = problems(&object);
    assert_eq!(found.len(), 1, "{found:?}");
    let head = "3:16 invalid-policy /policies/p/document/Statement/0/Effect: ";
    assert!(found[0].starts_with(head), "{found:?}");
}

#[test]
fn a_problem_inside_a_policy_given_as_text_is_reported_at_its_place() {
    let text = with(
        r#""policies": { "p": { "document": "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Permit\",\"Action\":\"*\",\"Resource\":\"*\"}]}" } }"#,
    );
    let found = problems(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    let at = text.lines().nth(1).unwrap().find("\\\"Permit").unwrap() + 1;
    assert!(
        found[0].starts_with(&format!("2:{at} invalid-policy /policies/p/document: ")),
        "{found:?} {at}"
    );
}

#[test]
fn exceeded_quotas_are_warnings() {
    let text = with(
        r#""quotas": { "users": 1, "custom_policies_per_user": 0, "groups_per_user": 0,
  "policy_bytes": 10 },
"users": { "alice": { "policies": ["custom/p"] }, "bob": {} },
"groups": { "g": { "members": ["alice"] } },
"policies": { "p": { "document":
  { "Version": "1", "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] } } }"#,
    );
    assert_eq!(
        problems(&text),
        [
            "4:1 quota-exceeded /users: there are 2 of them, and the quota is 1",
            "4:12 quota-exceeded /users/alice: user `alice` is in 1 groups, and the quota is 0",
            "4:23 quota-exceeded /users/alice/policies: user alice has 1 custom policies in one \
             scope, and the quota is 0",
            "7:3 quota-exceeded /policies/p/document: the document has 76 bytes, and the limit is \
             10",
        ]
    );
}

#[test]
fn blanks_between_the_members_of_a_document_do_not_count() {
    let blanks = " ".repeat(7_000);
    let text = with(&format!(
        r#""policies": {{ "p": {{ "document": {{ {blanks} "Version": "1", "Statement":
  [{{ "Effect": "Allow", "Action": "*", "Resource": "*" }}] }} }} }}"#
    ));
    assert_eq!(problems(&text), Vec::<String>::new());
}

#[test]
fn names_that_differ_in_case_alone_are_refused() {
    let text = with(r#""users": { "Alice": {}, "alice": {} }"#);
    assert_eq!(
        problems(&text),
        [
            "2:25 same-name /users/alice: `Alice` and `alice` differ in case alone, which ARNs do not \
          tell apart"
        ]
    );
}

#[test]
fn values_that_the_services_do_not_accept_are_refused() {
    let text = with(
        r#""users": { "a b": { "id": "x" } },
"roles": { "r": { "trust": { "Version": "1", "Statement": [{ "Effect": "Allow",
  "Action": "sts:AssumeRole", "Principal": { "Service": "ecs.aliyuncs.com" } }] },
  "max_session_seconds": 60 } },
"instances": { "i-c": { "region": "cn-hangzhou", "role": { "name": "r" } } }"#,
    );
    assert_eq!(
        problems(&text),
        [
            "2:12 invalid-value /users/a b: `a b` is not the name of a user",
            "2:27 invalid-value /users/a b/id: `x` is not an id: write digits",
            "5:26 invalid-value /roles/r/max_session_seconds: a session lasts 3600 to 43200 seconds",
            "6:50 classic-network /instances/i-c/role: an instance without a `vswitch` is of the \
             classic network and carries no role",
        ]
    );
}

#[test]
fn a_member_nobody_knows_is_refused_where_it_stands() {
    let found = problems(&with(r#""usres": {}"#));
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("2:7 form"), "{found:?}");
    assert!(found[0].contains("`usres`"), "{found:?}");
}

#[test]
fn a_key_given_twice_is_refused() {
    let found = problems(&with(r#""users": {}, "users": {}"#));
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("2:14 json"), "{found:?}");
}

#[test]
fn a_hostile_file_is_refused_in_time_and_without_panic() {
    for text in [
        "",
        "null",
        "[]",
        "{}",
        r#"{ "account": 1 }"#,
        r#"{ "account": "" }"#,
        r#"{ "account": "1", "users": { "": {} } }"#,
        r#"{ "account": "1", "policies": { "p": {} } }"#,
        r#"{ "account": "1", "policies": { "p": { "document": 1 } } }"#,
        r#"{ "account": "1", "policies": { "p": { "versions": { "x": { "document": null } } } } }"#,
        &"[".repeat(100_000),
        &format!(r#"{{ "account": "{}" }}"#, "9".repeat(100_000)),
    ] {
        let file = WorldFile::read(text);
        assert!(file.world().is_none());
        assert!(!file.problems().is_empty());
    }
    let many: Vec<String> =
        (0..5_000).map(|i| format!(r#""u{i}": {{ "policies": ["custom/x"] }}"#)).collect();
    let file = WorldFile::read(&with(&format!(r#""users": {{ {} }}"#, many.join(","))));
    assert!(file.world().is_none());
    assert_eq!(file.problems().len(), 1_000);
}

#[test]
fn the_example_answers_calls() {
    let mut account = Account::new();
    account.world = read(EXAMPLE);
    let parameters = [("RegionId", "cn-hangzhou"), ("InstanceIds", r#"["i-web"]"#)];
    let alice = Caller::user("alice");
    let answer = account.call(&alice, "DetachInstanceRamRole", &parameters).unwrap();
    assert_eq!(answer["FailCount"], 0);
    let bob = Caller::user("bob");
    let error = account.call(&bob, "DetachInstanceRamRole", &parameters).unwrap_err();
    assert_eq!(error.code(), "Forbidden.RAM");
    assert!(account.decides(
        &bob,
        "ecs:StopInstance",
        "acs:ecs:cn-hangzhou:1000000000000001:instance/i-web"
    ));
    assert!(!account.decides(
        &bob,
        "ecs:StopInstance",
        "acs:ecs:cn-hangzhou:1000000000000001:instance/i-db"
    ));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_file_altered_anywhere_is_read_without_panic_and_its_problems_stand_inside_it(
        cuts in proptest::collection::vec(
            (any::<prop::sample::Index>(), 0_usize..20, "[\\[\\]{},:\"a-z0-9*\\\\é ]{0,4}"), 1..4)
    ) {
        let mut text: Vec<char> = EXAMPLE.chars().collect();
        for (at, length, insert) in &cuts {
            let start = at.index(text.len());
            let end = (start + length).min(text.len());
            text.splice(start..end, insert.chars());
            prop_assume!(!text.is_empty());
        }
        let text: String = text.into_iter().collect();
        let file = WorldFile::read(&text);
        let has_error = file.problems().iter().any(|p| p.severity() == FileSeverity::Error);
        prop_assert_eq!(file.world().is_none(), has_error);
        for problem in file.problems() {
            prop_assert!(problem.span().end as usize <= text.len());
            prop_assert!(!problem.message().is_empty() && !problem.message().contains('\n'));
        }
        if let Some(world) = file.world() {
            prop_assert_eq!(&read(&file::write(world)), world);
        }
    }
}
