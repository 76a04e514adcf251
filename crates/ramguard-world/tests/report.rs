//! The tables about a world.
#![expect(clippy::unwrap_used, reason = "a test says what it takes for granted")]

use ramguard::{Context, Semantics};
use ramguard_world::file::WorldFile;
use ramguard_world::report::{self, RoleStanding};
use ramguard_world::{Caller, Timestamp, World};

const EXAMPLE: &str = include_str!("../../../testdata/world/example.json");

fn example() -> World {
    WorldFile::read(EXAMPLE).into_world().unwrap()
}

#[test]
fn passers_are_those_whose_pass_role_is_allowed_to_a_service_the_role_trusts() {
    let world = example();
    let rows =
        report::passers(&world, Timestamp::default(), &Context::default(), Semantics::default());
    let rows: Vec<String> = rows
        .unwrap()
        .iter()
        .map(|row| format!("{} passes {} to {}", row.identity, row.role, row.service))
        .collect();
    assert_eq!(rows, ["user alice passes AppRole to ecs.aliyuncs.com"]);
}

#[test]
fn instances_tell_what_they_carry_and_how_the_role_stands() {
    let rows = report::instances(&example(), Timestamp::default());
    let rows: Vec<(&str, Option<&str>, RoleStanding)> =
        rows.iter().map(|row| (&*row.id, row.role.as_deref(), row.standing)).collect();
    assert_eq!(
        rows,
        [("i-db", None, RoleStanding::None), ("i-web", Some("AppRole"), RoleStanding::Good),]
    );
}

#[test]
fn identities_come_with_their_policies_groups_and_services() {
    let rows = report::identities(&example());
    let rows: Vec<String> = rows
        .iter()
        .map(|row| {
            let policies: Vec<String> =
                row.policies.iter().map(|(policy, _)| policy.to_string()).collect();
            format!("{}: {policies:?} {:?} {:?}", row.identity, row.groups, row.services)
        })
        .collect();
    assert_eq!(
        rows,
        [
            r#"user alice: ["system policy AliyunECSFullAccess", "custom policy pass-app"] [] []"#,
            r#"user bob: ["custom policy start-stop"] ["operators"] []"#,
            r#"group operators: ["custom policy describe"] [] []"#,
            r#"role AppRole: ["custom policy read-logs"] [] ["ecs.aliyuncs.com"]"#,
            r#"role FunctionRole: [] [] ["fc.aliyuncs.com"]"#,
        ]
    );
}

#[test]
fn callers_are_named_by_words_or_arns() {
    let world = example();
    let named = |text: &str| Caller::named(&world, text);
    assert_eq!(named("root"), Ok(Caller::Root));
    assert_eq!(named("user/alice"), Ok(Caller::user("alice")));
    assert_eq!(named("acs:ram::1000000000000001:user/alice"), Ok(Caller::user("alice")));
    let role = named("role/AppRole/deploy").unwrap();
    assert_eq!(role.arn(&world), "acs:ram::1000000000000001:assumed-role/AppRole/deploy");
    assert_eq!(named(&role.arn(&world)), Ok(role));
    for text in ["", "alice", "user/Alice", "role/none", "role/AppRole/a b", "acs:ram::2:root"] {
        assert!(named(text).is_err(), "{text}");
    }
}
