//! The tables about a world.
#![expect(clippy::unwrap_used, reason = "a test says what it takes for granted")]

use ramguard::{Context, Semantics};
use ramguard_world::file::WorldFile;
use ramguard_world::report::{self, Passers, RoleStanding};
use ramguard_world::{Authority, Caller, Timestamp, World};

const EXAMPLE: &str = include_str!("../../../testdata/world/example.json");

fn example() -> World {
    WorldFile::read(EXAMPLE).into_world().unwrap()
}

#[test]
fn passers_are_those_whose_pass_role_is_allowed_to_a_service_the_role_trusts() {
    let world = example();
    let rows: Vec<String> = passers(&world, 100)
        .rows
        .iter()
        .map(|row| format!("{} passes {} to {}", row.identity, row.role, row.service))
        .collect();
    assert_eq!(rows, ["user alice passes AppRole to ecs.aliyuncs.com"]);
}

/// An account of that many users and roles; every user may pass every role.
fn crowd(size: usize) -> World {
    let users: Vec<String> = (0..size)
        .map(|n| format!(r#""u{n}": {{ "policies": ["custom/pass", "custom/deny-{}"] }}"#, n % 3))
        .collect();
    let trust = r#"{ "Version": "1", "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": { "Service": ["ecs.aliyuncs.com"] } }] }"#;
    let roles: Vec<String> =
        (0..size).map(|n| format!(r#""r{n}": {{ "trust": {trust} }}"#)).collect();
    let statement = |effect: &str, resource: &str| {
        format!(
            r#"{{ "document": {{ "Version": "1", "Statement": [{{ "Effect": "{effect}",
            "Action": "ram:PassRole", "Resource": "acs:ram:*:*:role/{resource}" }}] }} }}"#
        )
    };
    let denials: Vec<String> =
        (0..3).map(|n| format!(r#""deny-{n}": {}"#, statement("Deny", &format!("r{n}")))).collect();
    let text = format!(
        r#"{{ "account": "1", "users": {{ {} }}, "roles": {{ {} }},
        "policies": {{ "pass": {}, {} }} }}"#,
        users.join(","),
        roles.join(","),
        statement("Allow", "*"),
        denials.join(",")
    );
    WorldFile::read(&text).into_world().unwrap()
}

fn passers(world: &World, max_rows: usize) -> Passers {
    let (now, context) = (Timestamp::default(), Context::default());
    report::passers(world, now, &context, Semantics::default(), max_rows).unwrap()
}

#[test]
fn a_policy_is_compiled_once_however_many_hold_it() {
    for size in [3, 60] {
        assert_eq!(passers(&crowd(size), usize::MAX).compiled, 4, "{size} users and roles");
    }
}

#[test]
fn passers_left_out_are_counted() {
    let world = crowd(12);
    let all = passers(&world, usize::MAX);
    assert_eq!((all.rows.len(), all.total), (12 * 11, 12 * 11));
    let some = passers(&world, 20);
    assert_eq!((some.rows.len(), some.total), (20, 12 * 11));
    assert_eq!(some.rows, all.rows[..20]);
}

#[test]
fn passers_are_found_as_one_decision_at_a_time_would() {
    let world = crowd(7);
    let mut expected = Vec::new();
    for user in world.users() {
        let (caller, context) = (Caller::user(&*user.name), Context::default());
        let (now, semantics) = (Timestamp::default(), Semantics::default());
        let authority = Authority::new(&world, &caller, now, &context, semantics).unwrap();
        for role in world.roles() {
            let keys = [("acs:Service".to_owned(), vec!["ecs.aliyuncs.com".to_owned()])];
            let arn = world.ram_arn(&format!("role/{}", role.name));
            if authority.decide_with("ram:PassRole", &arn, &keys).unwrap().is_allowed() {
                expected.push((user.name.clone(), role.name.clone()));
            }
        }
    }
    let rows = passers(&world, usize::MAX).rows.into_iter();
    let got: Vec<_> = rows.map(|row| (row.identity.name().to_owned(), row.role)).collect();
    assert_eq!(got, expected);
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
