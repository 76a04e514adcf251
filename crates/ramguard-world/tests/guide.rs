//! The guide to instance RAM roles, walked from an empty account: role, policy, binding,
//! credentials, decisions made with them, replacing, unbinding, deleting.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a test says what it takes for granted"
)]

mod account;

use account::{Account, allow};
use ramguard_world::{Caller, ErrorKind, IdentityRef, MetadataError, MetadataRequest};

const CREDENTIALS: &str = "/latest/meta-data/ram/security-credentials/";
const LOG_READ: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:Get*","oss:Put*"],"Resource":"*"}]}"#;
const ONLY_GET: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:Get*","Resource":"*"}]}"#;

/// What the administrator prepares: roles, a policy, an instance in a VPC.
fn prepared() -> Account {
    let mut account = Account::new();
    account.root(
        "CreateRole",
        &[("RoleName", "EcsRamRoleTest"), ("AssumeRolePolicyDocument", account::TRUST_ECS)],
    );
    account.root(
        "CreateRole",
        &[("RoleName", "OtherRole"), ("AssumeRolePolicyDocument", account::TRUST_ECS)],
    );
    account.root(
        "CreatePolicy",
        &[("PolicyName", "EcsRamRolePolicyTest"), ("PolicyDocument", LOG_READ)],
    );
    account.root(
        "AttachPolicyToRole",
        &[
            ("PolicyType", "Custom"),
            ("PolicyName", "EcsRamRolePolicyTest"),
            ("RoleName", "EcsRamRoleTest"),
        ],
    );
    account
}

fn ids(id: &str) -> String {
    format!("[\"{id}\"]")
}

/// Binds, reads credentials, decides with them, replaces, unbinds; all by `caller`.
fn walk(mut account: Account, caller: &Caller) {
    let instance = account.new_instance();
    let ids = ids(&instance);
    let region = ("RegionId", account::REGION);
    let attach = |account: &mut Account, role: &str, policy: Option<&str>| {
        let mut parameters = vec![region, ("InstanceIds", &*ids), ("RamRoleName", role)];
        parameters.extend(policy.map(|policy| ("Policy", policy)));
        account.call(caller, "AttachInstanceRamRole", &parameters)
    };
    // Before anything is bound there is no credential.
    assert_eq!(account.metadata(&instance, CREDENTIALS), Err(MetadataError::NotFound));

    let answer = attach(&mut account, "EcsRamRoleTest", None).unwrap();
    assert_eq!(answer["FailCount"], 0, "{answer}");
    assert_eq!(account.metadata(&instance, CREDENTIALS).as_deref(), Ok("EcsRamRoleTest"));

    // A program reads its credentials and may do what the role may.
    let session = account.instance_session(&instance, "EcsRamRoleTest");
    assert!(account.decides(&session, "oss:GetObject", "acs:oss:*:*:logs/today"));
    assert!(account.decides(&session, "oss:PutObject", "acs:oss:*:*:logs/today"));
    assert!(!account.decides(&session, "oss:DeleteObject", "acs:oss:*:*:logs/today"));
    let identity = account.call(&session, "GetCallerIdentity", &[]).unwrap();
    assert_eq!(identity["IdentityType"], "AssumedRoleUser");

    // An instance carries one role: another one has to wait until the first is detached.
    let answer = attach(&mut account, "OtherRole", None).unwrap();
    assert_eq!(answer["FailCount"], 1);
    let result = &answer["AttachInstanceRamRoleResults"]["AttachInstanceRamRoleResult"][0];
    assert_eq!(result["Code"], "InvalidInstance.RamRoleAlreadyBound");

    // Replacing is detaching and attaching; a session policy narrows the new credentials.
    let answer =
        account.call(caller, "DetachInstanceRamRole", &[region, ("InstanceIds", &ids)]).unwrap();
    assert_eq!(
        (&answer["FailCount"], &answer["RamRoleName"]),
        (&0.into(), &"EcsRamRoleTest".into())
    );
    attach(&mut account, "EcsRamRoleTest", Some(ONLY_GET)).unwrap();
    let narrowed = account.instance_session(&instance, "EcsRamRoleTest");
    assert!(account.decides(&narrowed, "oss:GetObject", "acs:oss:*:*:logs/today"));
    assert!(!account.decides(&narrowed, "oss:PutObject", "acs:oss:*:*:logs/today"));
    // The first session was handed out before and goes on (decision A17).
    assert!(account.decides(&session, "oss:PutObject", "acs:oss:*:*:logs/today"));

    // Detaching by name; the listing is empty at once.
    let named = [region, ("InstanceIds", &*ids), ("RamRoleName", "EcsRamRoleTest")];
    let answer = account.call(caller, "DetachInstanceRamRole", &named).unwrap();
    assert_eq!(answer["FailCount"], 0);
    assert_eq!(account.metadata(&instance, CREDENTIALS), Err(MetadataError::NotFound));

    // The administrator clears away; the sessions end with the role.
    account.root(
        "DetachPolicyFromRole",
        &[
            ("PolicyType", "Custom"),
            ("PolicyName", "EcsRamRolePolicyTest"),
            ("RoleName", "EcsRamRoleTest"),
        ],
    );
    assert!(!account.decides(&session, "oss:GetObject", "acs:oss:*:*:logs/today"));
    account.root("DeleteRole", &[("RoleName", "EcsRamRoleTest")]);
    account.root("DeletePolicy", &[("PolicyName", "EcsRamRolePolicyTest")]);
    let error = account.call(&session, "GetCallerIdentity", &[]).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::SessionEnded);
}

#[test]
fn root_walks_the_guide() {
    walk(prepared(), &Caller::Root);
}

#[test]
fn a_user_with_ecs_permission_and_pass_role_walks_the_guide() {
    let mut account = prepared();
    let alice = account.user("alice", &[&allow("ecs:*", "*"), &allow("ram:PassRole", "*")]);
    walk(account, &alice);
}

#[test]
fn a_user_whose_pass_role_is_limited_to_ecs_walks_the_guide() {
    let mut account = prepared();
    let pass = account::allow_if(
        "ram:PassRole",
        "*",
        r#"{"StringEquals":{"acs:Service":"ecs.aliyuncs.com"}}"#,
    );
    let alice = account.user("alice", &[&allow("ecs:*", "*"), &pass]);
    walk(account, &alice);
}

/// Tries to bind `role` and returns the code of the error.
fn refused(account: &mut Account, caller: &Caller, role: &str) -> String {
    let ids = ids(&account.new_instance());
    let parameters = [("RegionId", account::REGION), ("InstanceIds", &*ids), ("RamRoleName", role)];
    let error = account.call(caller, "AttachInstanceRamRole", &parameters);
    error.expect_err("the call is refused").code().into_owned()
}

#[test]
fn a_user_without_pass_role_cannot_bind() {
    let mut account = prepared();
    let alice = account.user("alice", &[&allow("ecs:*", "*")]);
    assert_eq!(refused(&mut account, &alice, "EcsRamRoleTest"), "InvalidUser.PassRoleForbidden");
}

#[test]
fn a_user_without_the_ecs_permission_is_not_told_whether_the_role_exists() {
    let mut account = prepared();
    let alice = account.user("alice", &[&allow("ram:PassRole", "*")]);
    assert_eq!(refused(&mut account, &alice, "EcsRamRoleTest"), "Forbidden.RAM");
    assert_eq!(refused(&mut account, &alice, "NoSuchRole"), "Forbidden.RAM");
}

#[test]
fn a_user_without_pass_role_is_not_told_whether_the_role_exists() {
    let mut account = prepared();
    let alice = account.user("alice", &[&allow("ecs:*", "*")]);
    assert_eq!(refused(&mut account, &alice, "NoSuchRole"), "InvalidUser.PassRoleForbidden");
}

#[test]
fn pass_role_limited_by_role_name_binds_that_role_only() {
    let mut account = prepared();
    let pass = allow("ram:PassRole", "acs:ram:*:*:role/ecsramroletest");
    let alice = account.user("alice", &[&allow("ecs:*", "*"), &pass]);
    assert_eq!(refused(&mut account, &alice, "OtherRole"), "InvalidUser.PassRoleForbidden");
    let ids = ids(&account.new_instance());
    let parameters =
        [("RegionId", account::REGION), ("InstanceIds", &*ids), ("RamRoleName", "EcsRamRoleTest")];
    assert!(account.call(&alice, "AttachInstanceRamRole", &parameters).is_ok());
}

#[test]
fn pass_role_limited_to_another_service_does_not_bind() {
    let mut account = prepared();
    let pass = account::allow_if(
        "ram:PassRole",
        "*",
        r#"{"StringEquals":{"acs:Service":"fc.aliyuncs.com"}}"#,
    );
    let alice = account.user("alice", &[&allow("ecs:*", "*"), &pass]);
    assert_eq!(refused(&mut account, &alice, "EcsRamRoleTest"), "InvalidUser.PassRoleForbidden");
}

#[test]
fn a_control_policy_takes_pass_role_away_from_a_user_but_not_from_root() {
    let mut account = prepared();
    let alice = account.user("alice", &[&allow("*", "*")]);
    account.control_policies(&[&[
        &allow("*", "*"),
        r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"ram:PassRole","Resource":"*"}]}"#,
    ]]);
    assert_eq!(refused(&mut account, &alice, "EcsRamRoleTest"), "InvalidUser.PassRoleForbidden");
    let ids = ids(&account.new_instance());
    let parameters =
        [("RegionId", account::REGION), ("InstanceIds", &*ids), ("RamRoleName", "EcsRamRoleTest")];
    assert!(account.call(&Caller::Root, "AttachInstanceRamRole", &parameters).is_ok());
}

#[test]
fn a_role_name_spelt_in_another_case_is_another_role() {
    let mut account = prepared();
    assert_eq!(refused(&mut account, &Caller::Root, "ecsramroletest"), "InvalidRamRole.NotFound");
    let error = account
        .call(
            &Caller::Root,
            "CreateRole",
            &[("RoleName", "ecsramroletest"), ("AssumeRolePolicyDocument", account::TRUST_ECS)],
        )
        .unwrap_err();
    assert_eq!(error.code(), "EntityAlreadyExists.Role");
}

#[test]
fn credentials_are_renewed_half_an_hour_before_they_end_and_the_old_ones_go_on() {
    let mut account = prepared();
    let instance = account.new_instance();
    let ids = ids(&instance);
    account.root(
        "AttachInstanceRamRole",
        &[("RegionId", account::REGION), ("InstanceIds", &ids), ("RamRoleName", "EcsRamRoleTest")],
    );
    let first = account.credentials(&instance, "EcsRamRoleTest");
    account.pass_seconds(5 * 3_600 + 1_799);
    assert_eq!(account.credentials(&instance, "EcsRamRoleTest"), first);
    account.pass_seconds(1);
    let second = account.credentials(&instance, "EcsRamRoleTest");
    assert_ne!(second["AccessKeyId"], first["AccessKeyId"]);
    assert!(account.authenticate(&first).is_ok());
    assert!(account.authenticate(&second).is_ok());
    account.pass_seconds(1_800);
    assert!(account.authenticate(&first).is_err());
    assert!(account.authenticate(&second).is_ok());
}

#[test]
fn a_role_made_anew_under_the_old_name_does_not_take_over_the_old_sessions() {
    let mut account = prepared();
    let instance = account.new_instance();
    let ids = ids(&instance);
    let role = [("RoleName", "OtherRole")];
    account.root(
        "AttachInstanceRamRole",
        &[("RegionId", account::REGION), ("InstanceIds", &ids), ("RamRoleName", "OtherRole")],
    );
    let old = account.credentials(&instance, "OtherRole");
    account.root("DeleteRole", &role);
    assert_eq!(account.metadata(&instance, CREDENTIALS), Err(MetadataError::NotFound));
    account.root("CreateRole", &[role[0], ("AssumeRolePolicyDocument", account::TRUST_ECS)]);
    assert!(account.authenticate(&old).is_err());
    // The binding stayed, so the instance gets credentials of the new role (decision A16).
    let new = account.credentials(&instance, "OtherRole");
    assert_ne!(new["AccessKeyId"], old["AccessKeyId"]);
    assert!(account.authenticate(&new).is_ok());
}

#[test]
fn a_role_that_no_longer_trusts_ecs_gets_no_new_credentials() {
    let mut account = prepared();
    let instance = account.new_instance();
    let ids = ids(&instance);
    account.root(
        "AttachInstanceRamRole",
        &[("RegionId", account::REGION), ("InstanceIds", &ids), ("RamRoleName", "OtherRole")],
    );
    let first = account.credentials(&instance, "OtherRole");
    account.root(
        "UpdateRole",
        &[("RoleName", "OtherRole"), ("NewAssumeRolePolicyDocument", account::TRUST_ACCOUNT)],
    );
    account.pass_seconds(6 * 3_600 - 1);
    assert_eq!(account.credentials(&instance, "OtherRole"), first);
    assert!(account.authenticate(&first).is_ok());
    account.pass_seconds(1);
    assert_eq!(account.metadata(&instance, CREDENTIALS), Err(MetadataError::NotFound));
    assert!(account.authenticate(&first).is_err());
}

#[test]
fn programs_on_an_instance_in_hardened_mode_need_a_token() {
    let mut account = prepared();
    let instance = account.new_instance_with(&[("HttpTokens", "required")]);
    let other = account.new_instance();
    let get = MetadataRequest::get("/latest/meta-data/instance-id");
    assert_eq!(account.ask(&instance, &get), Err(MetadataError::Forbidden));
    let token = account.ask(&instance, &MetadataRequest::put_token(60)).unwrap();
    let with_token = get.with_token(token);
    assert_eq!(account.ask(&instance, &with_token), Ok(instance.clone()));
    assert_eq!(account.ask(&other, &with_token), Err(MetadataError::Unauthorized));
    account.pass_seconds(60);
    assert_eq!(account.ask(&instance, &with_token), Err(MetadataError::Unauthorized));
}

#[test]
fn groups_lend_their_policies_to_their_members() {
    let mut account = prepared();
    let alice = account.user("alice", &[]);
    account.root("CreateGroup", &[("GroupName", "ops")]);
    account.attach(&IdentityRef::Group("ops".into()), &allow("ram:GetRole", "*"));
    let read = [("RoleName", "OtherRole")];
    assert_eq!(account.call(&alice, "GetRole", &read).unwrap_err().code(), "NoPermission");
    account.root("AddUserToGroup", &[("UserName", "alice"), ("GroupName", "ops")]);
    assert!(account.call(&alice, "GetRole", &read).is_ok());
}
