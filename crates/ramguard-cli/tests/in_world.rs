//! `simulate --world`, `test --world` and the credentials of a world from outside.
#![expect(clippy::unwrap_used, reason = "what cannot be taken apart has failed the test")]

mod support;

use std::path::{Path, PathBuf};

use support::{assert_golden, folder, ramguard, testdata, with_stdin};

const NOW: &str = "2024-11-08T03:44:50Z";
const LATER: &str = "2024-11-08T09:44:50Z";
const WEB: &str = "acs:ecs:cn-hangzhou:1000000000000001:instance/i-web";
const DATABASE: &str = "acs:ecs:cn-hangzhou:1000000000000001:instance/i-db";
const LOG: &str = "acs:oss:*:*:logs/today";

/// The example, named from the folder of the fixtures.
const EXAMPLE: &str = "../../../../testdata/world/example.json";
const CASES: &str = "../../../../testdata/world/cases.jsonl";

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn simulate(caller: &str, arguments: &[&str]) -> support::Run {
    let head = ["simulate", "--world", EXAMPLE, "--now", NOW, "--principal", caller];
    ramguard(&[&head[..], arguments].concat())
}

/// A request file in a folder of its own.
fn request(name: &str, request: &str) -> PathBuf {
    let path = folder(name).join("request.json");
    std::fs::write(&path, request).unwrap();
    path
}

#[test]
fn a_simulation_in_a_world_takes_the_policies_of_the_caller_and_names_them() {
    let run = simulate("user/bob", &["--action", "ecs:StopInstance", "--resource", WEB]);
    assert_eq!(run.code, 0, "{}", run.told());
    assert_golden("world-simulate", &run.told());
}

#[test]
fn a_simulation_in_a_world_sees_the_groups_of_the_caller() {
    let run = simulate("user/bob", &["--action", "ecs:DescribeInstances", "--resource", DATABASE]);
    assert_eq!(run.code, 0, "{}", run.told());
    assert!(run.stdout.contains("custom policy describe"), "{}", run.stdout);
}

#[test]
fn a_simulation_in_a_world_denies_what_is_granted_on_another_resource_group() {
    let run = simulate("user/bob", &["--action", "ecs:StopInstance", "--resource", DATABASE]);
    assert_eq!(run.code, 1, "{}", run.told());
}

#[test]
fn a_simulation_in_a_world_needs_a_caller_of_it_and_takes_no_other_policy() {
    let asked = ["--action", "ecs:StopInstance", "--resource", WEB];
    assert_eq!(simulate("user/nobody", &asked).code, 2);
    let more = [&asked[..], &["--policy", "developer.json"]].concat();
    assert_eq!(simulate("user/bob", &more).code, 2);
    let nobody = [&["simulate", "--world", EXAMPLE][..], &asked].concat();
    let run = ramguard(&nobody);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("name a caller of the world"), "{}", run.stderr);
}

#[test]
fn a_caller_of_a_world_is_named_by_words_an_arn_or_an_object() {
    let asked = ["--action", "ecs:StopInstance", "--resource", WEB];
    let object = r#"{"type":"user","arn":"acs:ram::1000000000000001:user/bob"}"#;
    for caller in ["user/bob", "acs:ram::1000000000000001:user/bob", object, "root"] {
        assert_eq!(simulate(caller, &asked).code, 0, "{caller}");
    }
    assert_eq!(simulate("root:1000000000000001", &asked).code, 0);
    for stranger in ["root:2", "service:ecs.aliyuncs.com", "anonymous"] {
        assert_eq!(simulate(stranger, &asked).code, 2, "{stranger}");
    }
}

/// Instances in a resource group and outside one.
const DETACH: &str = r#"{ "op": { "api": "DetachInstanceRamRole", "region": "cn-hangzhou",
    "account": "1000000000000001", "instance_ids": ["i-web", "i-db"] } }"#;

#[test]
fn an_operation_is_simulated_with_the_roles_that_the_world_knows() {
    let file = request("in-world-op", DETACH);
    let run = simulate("user/alice", &["--request", text(&file)]);
    assert_eq!(run.code, 0, "{}", run.told());
    assert_golden("in-world-op", &run.told());
}

#[test]
fn a_denied_operation_is_explained_check_by_check() {
    let file = request("in-world-op-denied", DETACH);
    let run = simulate("user/bob", &["--request", text(&file), "--explain"]);
    assert_eq!(run.code, 1, "{}", run.told());
    assert_golden("in-world-op-denied", &run.told());
    let json = simulate("user/bob", &["--request", text(&file), "--output", "json"]).json();
    assert_eq!(json["op"], "DetachInstanceRamRole");
    assert_eq!(json["failed"]["code"], "Forbidden.RAM");
}

#[test]
fn statements_of_two_resource_groups_are_not_taken_for_one() {
    let allow = |action: &str| {
        format!(
            r#"{{ "document": {{ "Version": "1", "Statement": [{{ "Effect": "Allow",
            "Action": "{action}", "Resource": "*" }}] }} }}"#
        )
    };
    let attached = |group: &str| {
        format!(r#"{{ "policy": "custom/in-{group}", "resource_group": "rg-{group}" }}"#)
    };
    let instance = |group: &str| {
        format!(
            r#""i-{group}": {{ "region": "cn-hangzhou", "vswitch": "v", "resource_group": "rg-{group}" }}"#
        )
    };
    let world = format!(
        r#"{{ "account": "1", "users": {{ "u": {{ "policies": ["custom/pass", {}, {}] }} }},
        "policies": {{ "pass": {}, "in-a": {}, "in-b": {} }},
        "resource_groups": {{ "rg-a": {{}}, "rg-b": {{}} }}, "instances": {{ {}, {} }} }}"#,
        attached("a"),
        attached("b"),
        allow("*:*Role"),
        allow("ecs:Attach*"),
        allow("ecs:*"),
        instance("a"),
        instance("b"),
    )
    .replace("*:*Role", "ram:PassRole");
    let op = r#"{ "op": { "api": "AttachInstanceRamRole", "region": "cn-hangzhou", "account": "1",
        "instance_ids": ["i-a", "i-b"], "ram_role_name": "r" } }"#;
    let file = request("in-world-groups", op);
    let options = ["--option", "attach_checks_role_resource=false"];
    let arguments = ["simulate", "--world", "-", "--principal", "user/u", "--request", text(&file)];
    let run = with_stdin(&[&arguments[..], &options].concat(), world.as_bytes());
    assert_eq!(run.code, 0, "{}", run.told());
    for words in [
        "`custom policy in-a` (resource-group-level policy) allows check 1",
        "`custom policy in-b` (resource-group-level policy) allows check 2",
    ] {
        assert!(run.stdout.contains(words), "{}", run.stdout);
    }
}

#[test]
fn a_session_policy_narrows_a_session_of_a_role() {
    let read = ["--action", "oss:GetObject", "--resource", LOG];
    assert_eq!(simulate("role/AppRole", &read).code, 0);
    let path = folder("in-world-session").join("session.json");
    let policy = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:Get*","Resource":"acs:oss:*:*:logs/public/*"}]}"#;
    std::fs::write(&path, policy).unwrap();
    let narrowed = [&read[..], &["--session-policy", text(&path)]].concat();
    let run = simulate("role/AppRole", &narrowed);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("no session policy allows it"), "{}", run.stdout);
    let run = simulate("user/alice", &narrowed);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("narrows a session of a role"), "{}", run.stderr);
}

#[test]
fn assuming_a_role_takes_its_trust_policy_from_the_world() {
    let assume = ["--mode", "assume_role", "--action", "sts:AssumeRole", "--resource"];
    let role = "acs:ram:*:1000000000000001:role/approle";
    let run = simulate("user/alice", &[&assume[..], &[role]].concat());
    assert_eq!(run.code, 1, "{}", run.told());
    let run =
        simulate("user/alice", &[&assume[..], &["acs:ram::1000000000000001:role/no"]].concat());
    assert_eq!(run.code, 2, "{}", run.told());
}

#[test]
fn the_time_of_a_simulation_is_stated_once() {
    let time = ["--action", "ecs:Stop", "--resource", WEB, "--context"];
    let twice = [&time[..], &["acs:CurrentTime=2024-11-08T03:44:50Z"]].concat();
    let run = simulate("user/bob", &twice);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("`--now` and by `acs:CurrentTime`"), "{}", run.stderr);
}

/// Writes a token key and asks the metadata service of a copy of the example for credentials.
fn credentials(name: &str) -> (PathBuf, PathBuf, PathBuf) {
    let folder = folder(name);
    let (world, key) = (folder.join("account.json"), folder.join("key"));
    std::fs::copy(testdata().join("world/example.json"), &world).unwrap();
    std::fs::write(&key, "0123456789abcdef".repeat(4) + "\n").unwrap();
    let path = "ram/security-credentials/AppRole";
    let ask = ["world", "metadata", text(&world), "i-web", path, "--now", NOW, "--write"];
    let run = ramguard(&[&ask[..], &["--token-key-file", text(&key)]].concat());
    assert_eq!((run.code, &*run.stderr), (0, ""), "{}", run.told());
    assert_eq!(run.json().get("Expiration"), Some(&LATER.into()));
    let shown = folder.join("credentials.json");
    std::fs::write(&shown, &run.stdout).unwrap();
    (world, key, shown)
}

#[test]
fn credentials_of_an_instance_are_good_for_what_its_role_may_do_until_they_end() {
    let (world, key, shown) = credentials("in-world-credentials");
    let ask = |now: &str, action: &str| {
        let who = ["--credentials", text(&shown), "--token-key-file", text(&key)];
        let head = ["simulate", "--world", text(&world), "--now", now];
        ramguard(&[&head[..], &who, &["--action", action, "--resource", LOG]].concat())
    };
    let run = ask(NOW, "oss:GetObject");
    assert_eq!(run.code, 0, "{}", run.told());
    assert!(run.stdout.contains("role acs:ram::1000000000000001:role/AppRole"), "{}", run.stdout);
    assert_eq!(ask(NOW, "oss:PutObject").code, 1);
    let late = ask(LATER, "oss:GetObject");
    assert_eq!(late.code, 2);
    assert!(late.stderr.contains("the security token expired at 2024-11-08T09:44:50Z"));
}

#[test]
fn a_program_calls_with_its_credentials() {
    let (world, key, shown) = credentials("in-world-call");
    let call = |key: &Path| {
        let head = ["world", "call", text(&world), "GetCallerIdentity", "--now", NOW];
        let who = ["--credentials", text(&shown), "--token-key-file", text(key)];
        ramguard(&[&head[..], &who].concat())
    };
    let identity = call(&key).json();
    assert_eq!(identity["IdentityType"], "AssumedRoleUser");
    let other = folder("in-world-call-other").join("key");
    std::fs::write(&other, "f".repeat(64)).unwrap();
    let run = call(&other);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("malformed or forged"), "{}", run.stderr);
}

#[test]
fn credentials_need_their_key_and_tell_nothing_when_they_are_none() {
    let shown = request("in-world-none", r#"{ "AccessKeyId": "STS.secret" }"#);
    let key = folder("in-world-none-key").join("key");
    std::fs::write(&key, "a".repeat(64)).unwrap();
    let asked = ["--action", "oss:GetObject", "--resource", LOG];
    let head = ["simulate", "--world", EXAMPLE, "--credentials", text(&shown)];
    assert_eq!(ramguard(&[&head[..], &asked].concat()).code, 2);
    let run = ramguard(&[&head[..], &asked, &["--token-key-file", text(&key)]].concat());
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("holds no credentials"), "{}", run.stderr);
    assert!(!run.stderr.contains("secret"), "{}", run.stderr);
}

#[test]
fn the_metadata_service_answers_as_it_would_a_program() {
    let ask = |arguments: &[&str]| {
        ramguard(&[&["world", "metadata", EXAMPLE], arguments, &["--now", NOW]].concat())
    };
    let listing = "ram/security-credentials/";
    assert_eq!(ask(&["i-web", listing]).stdout, "AppRole\n");
    assert_eq!(ask(&["i-web", "/latest/meta-data/instance-id"]).stdout, "i-web\n");
    let other = ask(&["i-web", "ram/security-credentials/OtherRole"]);
    assert_eq!((other.code, &*other.stdout), (1, "404 Not Found\n"));
    let classic = ask(&["i-db", listing]);
    assert_eq!((classic.code, &*classic.stdout), (1, "403 Forbidden\n"));
    assert_eq!(ask(&["i-web", "--put-token", "0"]).stdout, "400 Missing or Invalid Parameters\n");
    assert_eq!(ask(&["i-none", listing]).code, 2);
}

#[test]
fn cases_run_against_a_world() {
    let run = ramguard(&["test", "--world", EXAMPLE, CASES]);
    assert_eq!((run.code, &*run.stdout), (0, "16 passed, 0 failed\n"), "{}", run.told());
}

#[test]
fn cases_about_a_world_that_fail_say_why() {
    let bob = r#""principal": { "type": "user", "arn": "acs:ram::1000000000000001:user/bob" }"#;
    let nobody = r#""principal": { "type": "user", "arn": "acs:ram::1000000000000001:user/no" }"#;
    let service = r#""principal": { "type": "service", "service": "ecs.aliyuncs.com" }"#;
    let stop = format!(r#""action": "ecs:StopInstance", "resource": "{DATABASE}""#);
    let policy = r#"{ "Version": "1", "Statement": [] }"#;
    let attached = r#""op": { "api": "DetachInstanceRamRole", "region": "cn-hangzhou",
        "account": "1000000000000001", "instance_ids": ["i-web"], "attached_roles": { "i-web": "x" } }"#;
    let cases = [
        format!(r#"{{ "id": "denied", "request": {{ {bob}, {stop} }}, "expect": "Allow" }}"#),
        format!(r#"{{ "id": "unnamed", "request": {{ {stop} }}, "expect": "ImplicitDeny" }}"#),
        format!(
            r#"{{ "id": "nobody", "request": {{ {nobody}, {stop} }}, "expect": "ImplicitDeny" }}"#
        ),
        format!(
            r#"{{ "id": "service", "request": {{ {service}, {stop} }}, "expect": "ImplicitDeny" }}"#
        ),
        format!(
            r#"{{ "id": "own-policy", "policy": {policy}, "request": {{ {bob}, {stop} }}, "expect": "Error" }}"#
        ),
        format!(
            r#"{{ "id": "own-control", "policies": {{ "control": [] }}, "request": {{ {bob}, {stop} }}, "expect": "Error" }}"#
        ),
        format!(
            r#"{{ "id": "own-roles", "request": {{ {bob}, {attached} }}, "expect": "ImplicitDeny" }}"#
        ),
    ];
    let cases = cases.map(|case| case.replace('\n', " ")).join("\n");
    let run = with_stdin(&["test", "--world", EXAMPLE, "--now", NOW, "-"], cases.as_bytes());
    assert_golden("in-world-test", &run.told());
}

#[test]
fn cases_are_not_run_against_a_world_that_is_refused() {
    let run = with_stdin(&["test", "--world", "-", CASES], b"{}");
    assert_eq!((run.code, &*run.stdout), (2, ""));
    assert!(run.stderr.contains("missing field `account`"), "{}", run.stderr);
}

#[test]
fn a_case_keeps_the_time_that_it_states() {
    let world = r#"{ "account": "1", "users": { "u": { "policies": ["custom/then"] } }, "policies": {
        "then": { "document": { "Version": "1", "Statement": [{ "Effect": "Allow", "Action": "*",
        "Resource": "*", "Condition": { "DateLessThan": { "acs:CurrentTime": "2020-01-01T00:00:00Z" } } }] } } } }"#;
    let case = |id: &str, context: &str, expect: &str| {
        format!(
            r#"{{"id":"{id}","request":{{"principal":{{"type":"user","arn":"acs:ram::1:user/u"}},"action":"ecs:Stop","resource":"*","context":{context}}},"expect":"{expect}"}}"#
        )
    };
    let stated = case("stated", r#"{"acs:CurrentTime":"2019-06-01T00:00:00Z"}"#, "Allow");
    let cases = stated + "\n" + &case("now", "{}", "ImplicitDeny");
    let path = folder("in-world-time").join("cases.jsonl");
    std::fs::write(&path, cases).unwrap();
    let run = with_stdin(&["test", "--world", "-", "--now", NOW, text(&path)], world.as_bytes());
    assert_eq!(run.code, 0, "{}", run.told());
}
