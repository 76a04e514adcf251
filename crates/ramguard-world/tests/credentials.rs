//! Security tokens: what is accepted, and that everything else is refused.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it takes for granted"
)]

mod account;

use account::{ACCOUNT, Account, TRUST_ACCOUNT, allow};
use proptest::prelude::*;
use ramguard_policy::{Kind, Policy};
use ramguard_world::{Caller, ControlPlane, Settings, TokenError, TokenKeys, World};
use serde_json::Value;

/// An account whose user `alice` has assumed the role `app`.
fn assumed(more: &[(&str, &str)]) -> (Account, Value) {
    let mut account = Account::new();
    let alice = account.user("alice", &[&allow("sts:*", "*")]);
    account.root("CreateRole", &[("RoleName", "app"), ("AssumeRolePolicyDocument", TRUST_ACCOUNT)]);
    let mut parameters =
        vec![("RoleArn", "acs:ram::1000000000000001:role/app"), ("RoleSessionName", "alice")];
    parameters.extend(more);
    let answer = account.call(&alice, "AssumeRole", &parameters).unwrap();
    let credentials = answer["Credentials"].clone();
    (account, credentials)
}

fn text<'v>(credentials: &'v Value, key: &str) -> &'v str {
    credentials[key].as_str().unwrap()
}

#[test]
fn a_token_leads_back_to_role_session_policy_and_end() {
    let policy = allow("oss:Get*", "*");
    let (mut account, credentials) =
        assumed(&[("Policy", &policy), ("DurationSeconds", "900"), ("SourceIdentity", "al")]);
    let Caller::Role(session) = account.authenticate(&credentials).unwrap() else { panic!() };
    assert_eq!((&*session.role_name, &*session.session_name), ("app", "alice"));
    assert_eq!(session.policy, Some(Policy::parse_as(Kind::Session, &policy).unwrap()));
    assert_eq!(session.source_identity.as_deref(), Some("al"));
    assert_eq!(session.expires.to_string(), text(&credentials, "Expiration"));
    assert_eq!(session.expires.seconds_since(account.now), 900);
}

#[test]
fn the_token_shows_nothing_of_what_it_holds() {
    let (_, credentials) = assumed(&[]);
    let token = text(&credentials, "SecurityToken");
    for word in ["app", "alice", ACCOUNT, "role"] {
        assert!(!token.contains(word), "{word}");
    }
    assert!(text(&credentials, "AccessKeyId").starts_with("STS."));
}

#[test]
fn a_token_is_refused_from_its_last_second_on() {
    let (mut account, credentials) = assumed(&[("DurationSeconds", "900")]);
    account.pass_seconds(899);
    assert!(account.authenticate(&credentials).is_ok());
    account.pass_seconds(1);
    let at = account.now;
    assert_eq!(account.authenticate(&credentials), Err(TokenError::Expired { at }));
}

#[test]
fn a_token_is_refused_with_another_access_key() {
    let (mut account, mut credentials) = assumed(&[]);
    credentials["AccessKeyId"] = "STS.another".into();
    assert_eq!(account.authenticate(&credentials), Err(TokenError::OtherAccessKey));
}

#[test]
fn a_token_is_refused_in_another_account() {
    let (mut account, credentials) = assumed(&[]);
    account.world = World::new("2").unwrap();
    assert_eq!(account.authenticate(&credentials), Err(TokenError::OtherAccount));
}

#[test]
fn a_token_is_refused_once_its_role_is_gone() {
    let (mut account, credentials) = assumed(&[]);
    account.root("DeleteRole", &[("RoleName", "app")]);
    assert_eq!(account.authenticate(&credentials), Err(TokenError::RoleGone));
}

#[test]
fn a_token_of_other_keys_is_refused_and_of_former_keys_accepted() {
    let (mut account, credentials) = assumed(&[]);
    let control = |keys| ControlPlane::new(Settings::default(), keys);
    account.control = control(TokenKeys::new([1; 32]));
    assert_eq!(account.authenticate(&credentials), Err(TokenError::Malformed));
    account.control = control(TokenKeys::new([1; 32]).with_former([42; 32]));
    assert!(account.authenticate(&credentials).is_ok());
}

#[test]
fn a_metadata_token_is_no_security_token() {
    let (mut account, mut credentials) = assumed(&[]);
    let instance = account.new_instance();
    let request = ramguard_world::MetadataRequest::put_token(60);
    credentials["SecurityToken"] = account.ask(&instance, &request).unwrap().into();
    assert_eq!(account.authenticate(&credentials), Err(TokenError::Malformed));
}

#[test]
fn the_secret_of_an_access_key_is_found_again_through_its_token() {
    let (account, credentials) = assumed(&[]);
    let (key, token) = (text(&credentials, "AccessKeyId"), text(&credentials, "SecurityToken"));
    let keys = account.control.keys();
    assert_eq!(keys.secret(key, token).as_deref(), Ok(text(&credentials, "AccessKeySecret")));
    assert_eq!(keys.secret("STS.another", token), Err(TokenError::OtherAccessKey));
}

#[test]
fn a_token_that_is_empty_or_huge_is_refused() {
    let (mut account, mut credentials) = assumed(&[]);
    let token = text(&credentials, "SecurityToken").to_owned();
    let twice = token.repeat(2);
    for refused in
        ["", " ", "A", &twice, &"A".repeat(1 << 24), &(token.clone() + &"A".repeat(1 << 24))]
    {
        credentials["SecurityToken"] = (*refused).into();
        assert_eq!(account.authenticate(&credentials), Err(TokenError::Malformed));
    }
}

#[test]
fn a_token_with_the_longest_session_policy_is_accepted() {
    let resource = "x".repeat(1_900);
    let policy = allow("oss:Get*", &format!("acs:oss:*:*:{resource}"));
    let (mut account, credentials) = assumed(&[("Policy", &policy)]);
    let Caller::Role(session) = account.authenticate(&credentials).unwrap() else { panic!() };
    assert!(session.policy.is_some());
}

#[test]
fn how_long_credentials_of_an_instance_last_is_a_setting() {
    let settings = Settings::default().with_instance_credentials(600, 60);
    let mut account = Account::with_settings(settings);
    account.ecs_role("ecs");
    let instance = account.new_instance_with(&[("RamRoleName", "ecs")]);
    let first = account.credentials(&instance, "ecs");
    assert_eq!(text(&first, "Expiration"), account.now.after(600).unwrap().to_string());
    account.pass_seconds(539);
    assert_eq!(account.credentials(&instance, "ecs"), first);
    account.pass_seconds(1);
    let second = account.credentials(&instance, "ecs");
    assert_ne!(second, first);
    account.pass_seconds(59);
    assert!(account.authenticate(&first).is_ok());
    account.pass_seconds(1);
    assert!(matches!(account.authenticate(&first), Err(TokenError::Expired { .. })));
    assert!(account.authenticate(&second).is_ok());
}

#[test]
fn sessions_of_one_role_have_different_credentials() {
    let (mut account, first) = assumed(&[]);
    let parameters =
        [("RoleArn", "acs:ram::1000000000000001:role/app"), ("RoleSessionName", "alice")];
    let answer = account.call(&Caller::user("alice"), "AssumeRole", &parameters).unwrap();
    for key in ["AccessKeyId", "AccessKeySecret", "SecurityToken"] {
        assert_ne!(answer["Credentials"][key], first[key], "{key}");
    }
}

#[test]
fn debug_output_hides_secrets() {
    let (mut account, _) = assumed(&[]);
    let moment = account.moment();
    let shown = format!("{:?} {moment:?}", account.control);
    assert!(!shown.contains("42, 42"), "{shown}");
    let instance = account.new_instance();
    account.ecs_role("ecs");
    account.root(
        "AttachInstanceRamRole",
        &[
            ("RegionId", account::REGION),
            ("InstanceIds", &format!("[\"{instance}\"]")),
            ("RamRoleName", "ecs"),
        ],
    );
    let moment = account.moment();
    let (made, _) =
        account.control.instance_credentials(&account.world, &instance, "ecs", &moment).unwrap();
    let shown = format!("{made:?}");
    assert!(!shown.contains(&made.access_key_secret) && !shown.contains(&made.security_token));
}

#[test]
fn a_user_may_not_assume_a_role_that_trusts_a_service_only() {
    let mut account = Account::new();
    let alice = account.user("alice", &[&allow("*", "*")]);
    account.ecs_role("ecs");
    let parameters =
        [("RoleArn", "acs:ram::1000000000000001:role/ecs"), ("RoleSessionName", "alice")];
    let error = account.call(&alice, "AssumeRole", &parameters).unwrap_err();
    assert_eq!(error.code(), "NoPermission");
}

#[test]
fn the_account_itself_assumes_no_role() {
    let (mut account, _) = assumed(&[]);
    for role in ["app", "none"] {
        let arn = format!("acs:ram::1000000000000001:role/{role}");
        let parameters = [("RoleArn", &*arn), ("RoleSessionName", "root")];
        let error = account.call(&Caller::Root, "AssumeRole", &parameters).unwrap_err();
        assert_eq!(error.code(), "NoPermission", "{role}");
    }
}

#[test]
fn a_session_may_go_on_to_another_role() {
    let (mut account, credentials) = assumed(&[]);
    account
        .root("CreateRole", &[("RoleName", "next"), ("AssumeRolePolicyDocument", TRUST_ACCOUNT)]);
    let session = account.authenticate(&credentials).unwrap();
    let parameters =
        [("RoleArn", "acs:ram::1000000000000001:role/next"), ("RoleSessionName", "on")];
    let error = account.call(&session, "AssumeRole", &parameters).unwrap_err();
    assert_eq!(error.code(), "NoPermission");
    account.attach(&ramguard_world::IdentityRef::Role("app".into()), &allow("sts:*", "*"));
    assert!(account.call(&session, "AssumeRole", &parameters).is_ok());
}

#[test]
fn a_session_lasts_no_longer_than_its_role_allows() {
    let (mut account, _) = assumed(&[]);
    let alice = Caller::user("alice");
    let parameters = [
        ("RoleArn", "acs:ram::1000000000000001:role/app"),
        ("RoleSessionName", "alice"),
        ("DurationSeconds", "3601"),
    ];
    let error = account.call(&alice, "AssumeRole", &parameters).unwrap_err();
    assert_eq!(error.code(), "InvalidParameter.DurationSeconds");
    account.root("UpdateRole", &[("RoleName", "app"), ("NewMaxSessionDuration", "7200")]);
    assert!(account.call(&alice, "AssumeRole", &parameters).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_altered_token_is_refused(at in any::<prop::sample::Index>(), letter in "[A-Za-z0-9_=+/ -]") {
        let (mut account, mut credentials) = assumed(&[]);
        let token = text(&credentials, "SecurityToken").to_owned();
        let at = at.index(token.len());
        prop_assume!(token[at..=at] != *letter);
        let altered = format!("{}{letter}{}", &token[..at], &token[at + 1..]);
        credentials["SecurityToken"] = altered.into();
        prop_assert_eq!(account.authenticate(&credentials), Err(TokenError::Malformed));
    }

    #[test]
    fn a_token_cut_short_or_made_up_is_refused(made_up in "[A-Za-z0-9_-]{0,300}", keep in 0_usize..200) {
        let (mut account, mut credentials) = assumed(&[]);
        let token = text(&credentials, "SecurityToken");
        let cut = token.get(..keep.min(token.len() - 1)).unwrap().to_owned();
        for text in [cut, made_up] {
            credentials["SecurityToken"] = text.into();
            prop_assert_eq!(account.authenticate(&credentials), Err(TokenError::Malformed));
        }
    }
}
