//! `ramguard simulate` from outside: what it prints and how it ends.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be taken apart has failed the test"
)]

mod support;

use support::{assert_golden, ramguard, with_stdin};

const STOP: [&str; 4] = ["--action", "ecs:StopInstance", "--resource", "*"];

fn simulate(arguments: &[&str]) -> support::Run {
    ramguard(&[&["simulate"], arguments].concat())
}

fn decision(arguments: &[&str]) -> (String, i32) {
    let run = simulate(&[arguments, &["--output", "json"]].concat());
    assert_eq!(run.stderr, "");
    (run.json()["decision"].as_str().unwrap().to_owned(), run.code)
}

#[test]
fn an_allowed_request_is_told_with_the_statement_that_allows_it() {
    let run = simulate(&[&["--policy", "developer.json"][..], &STOP].concat());
    assert_eq!(run.code, 0);
    assert_golden("simulate-allowed", &run.told());
}

#[test]
fn a_denied_request_is_told_with_the_statement_that_denies_it() {
    let run = simulate(&[
        "--policy",
        "everything.json",
        "--policy",
        "developer.json",
        "--action",
        "ecs:DeleteInstance",
        "--resource",
        "acs:ecs:cn-hangzhou:1:instance/i-a",
        "--principal",
        "acs:ram::1:user/alice",
    ]);
    assert_eq!(run.code, 1);
    assert_golden("simulate-denied", &run.told());
}

#[test]
fn a_request_that_nothing_allows_is_told_in_the_words_of_rams_diagnosis() {
    let run = simulate(&[
        "--policy",
        "pass-role.json",
        "--action",
        "ecs:StopInstance",
        "--resource",
        "*",
    ]);
    assert_eq!(run.code, 1);
    assert_golden("simulate-not-allowed", &run.told());
}

#[test]
fn an_operation_without_pass_role_names_the_failing_check_and_the_error_of_ecs() {
    let run = simulate(&["--policy", "developer.json", "--request", "attach.json"]);
    assert_eq!(run.code, 1);
    assert_golden("simulate-attach-without-passrole", &run.told());
}

#[test]
fn an_operation_with_pass_role_is_allowed_and_draws_each_statement_once() {
    let run = simulate(&[
        "--policy",
        "developer.json",
        "--policy",
        "pass-role.json",
        "--request",
        "attach.json",
    ]);
    assert_eq!(run.code, 0);
    assert_golden("simulate-attach", &run.told());
}

#[test]
fn an_explanation_of_a_denial_tells_the_nearest_miss_and_the_grant() {
    let run = simulate(&[
        "--policy",
        "developer.json",
        "--action",
        "oss:GetObject",
        "--resource",
        "acs:oss:oss-cn-hangzhou:1:reports/a.csv",
        "--context",
        "acs:SourceIp=198.51.100.7",
        "--explain",
    ]);
    assert_eq!(run.code, 1);
    assert_golden("simulate-explain", &run.told());
}

#[test]
fn an_explanation_of_an_operation_grants_what_all_its_checks_miss() {
    let run = simulate(&[
        "--policy",
        "nothing-in-ecs.json",
        "--control-policy",
        "nothing-in-ecs.json",
        "--request",
        "attach.json",
        "--explain",
        "--output",
        "json",
    ]);
    let grants = &run.json()["explanation"]["grants"];
    let statements = |layer: usize| grants[layer]["policy"]["Statement"].as_array().unwrap().len();
    assert_eq!(grants[0]["layer"], "control");
    assert_eq!(grants[1]["layer"], "account");
    assert_eq!((statements(0), statements(1)), (3, 3));
}

#[test]
fn a_refused_policy_is_told_with_every_problem_and_is_an_error() {
    let run = simulate(&[&["--policy", "published.json"][..], &STOP].concat());
    assert_eq!((run.stdout.as_str(), run.code), ("", 2));
    assert_golden("simulate-refused-policy", &run.told());
}

#[test]
fn a_request_file_with_a_member_too_many_is_told_with_its_line() {
    let run = simulate(&["--policy", "developer.json", "--request", "bad-request.json"]);
    assert_eq!((run.stdout.as_str(), run.code), ("", 2));
    assert_golden("simulate-bad-request", &run.told());
}

#[test]
fn json_keeps_its_shape() {
    let run =
        simulate(&["--policy", "developer.json", "--request", "attach.json", "--output", "json"]);
    assert_eq!(run.code, 1);
    let pretty = serde_json::to_string_pretty(&run.json()).unwrap();
    assert_golden("simulate-json", &format!("{pretty}\n"));
}

#[test]
fn equal_runs_print_equal_bytes() {
    let arguments = ["--policy", "developer.json", "--request", "attach.json", "--explain"];
    assert_eq!(simulate(&arguments).told(), simulate(&arguments).told());
}

#[test]
fn a_policy_and_a_request_come_from_standard_input_as_well() {
    let policy = std::fs::read(support::fixtures().join("everything.json")).unwrap();
    let run = with_stdin(&[&["simulate", "--policy", "-"][..], &STOP].concat(), &policy);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let request = br#"{"action": "ecs:StopInstance", "resource": "*"}"#;
    let run = with_stdin(&["simulate", "--policy", "everything.json", "--request", "-"], request);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn standard_input_cannot_be_two_inputs() {
    let run = with_stdin(&["simulate", "--policy", "-", "--request", "-"], b"{}");
    assert_eq!(run.code, 2);
}

#[test]
fn without_a_policy_nothing_is_allowed() {
    assert_eq!(decision(&STOP), ("ImplicitDeny".into(), 1));
}

#[test]
fn a_group_policy_counts_at_account_level() {
    let arguments = [&["--group-policy", "everything.json"][..], &STOP].concat();
    assert_eq!(decision(&arguments), ("Allow".into(), 0));
}

#[test]
fn a_control_policy_bounds_what_is_allowed() {
    let arguments =
        [&["--policy", "everything.json", "--control-policy", "nothing-in-ecs.json"][..], &STOP]
            .concat();
    assert_eq!(decision(&arguments), ("ImplicitDeny".into(), 1));
}

#[test]
fn control_policies_of_one_node_are_one_unit_and_each_node_must_allow() {
    let at = |node: &str| {
        let upper = format!("{node}:nothing-in-ecs.json");
        let arguments = [
            &[
                "--policy",
                "everything.json",
                "--control-policy",
                "everything.json",
                "--control-policy",
                &upper,
            ][..],
            &STOP,
        ];
        decision(&arguments.concat()).0
    };
    assert_eq!(at("0"), "Allow");
    assert_eq!(at("1"), "ImplicitDeny");
}

#[test]
fn a_node_without_a_control_policy_is_a_mistake_of_the_caller() {
    let run = simulate(&[&["--control-policy", "1:everything.json"][..], &STOP].concat());
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("node 0 has no control policy"), "{}", run.stderr);
}

#[test]
fn a_session_policy_narrows_a_role_session() {
    let arguments = [
        &[
            "--policy",
            "everything.json",
            "--session-policy",
            "nothing-in-ecs.json",
            "--principal",
            "acs:ram::1:role/app",
        ][..],
        &STOP,
    ]
    .concat();
    assert_eq!(decision(&arguments), ("ImplicitDeny".into(), 1));
}

#[test]
fn the_resource_group_is_asked_where_the_account_is_silent() {
    let arguments = [&["--resource-group-policy", "everything.json"][..], &STOP].concat();
    assert_eq!(decision(&arguments), ("Allow".into(), 0));
}

#[test]
fn a_bucket_policy_allows_a_foreign_caller() {
    let arguments = [
        "--resource-policy",
        "bucket.json",
        "--principal",
        "anonymous",
        "--action",
        "oss:GetObject",
        "--resource",
        "acs:oss:*:1:reports/a.csv",
    ];
    assert_eq!(decision(&arguments), ("Allow".into(), 0));
}

#[test]
fn assuming_a_role_needs_the_trust_policy_and_the_callers_policy() {
    let arguments = [
        "--resource-policy",
        "trust.json",
        "--mode",
        "assume_role",
        "--principal",
        "acs:ram::1000000000000001:user/alice",
        "--action",
        "sts:AssumeRole",
        "--resource",
        "acs:ram::1000000000000001:role/app",
    ];
    assert_eq!(decision(&arguments), ("ImplicitDeny".into(), 1));
    let both = [&["--policy", "everything.json"][..], &arguments].concat();
    assert_eq!(decision(&both), ("Allow".into(), 0));
    let run = simulate(&both);
    assert_golden("simulate-assume-role", &run.told());
}

#[test]
fn a_service_assumes_a_role_by_the_trust_policy_alone() {
    let arguments = [
        "--resource-policy",
        "trust.json",
        "--mode",
        "assume_role",
        "--principal",
        "service:ecs.aliyuncs.com",
        "--action",
        "sts:AssumeRole",
        "--resource",
        "acs:ram::1000000000000001:role/app",
    ];
    assert_eq!(decision(&arguments), ("Allow".into(), 0));
}

#[test]
fn options_change_what_is_checked() {
    let checks = |option: &str| {
        let run = simulate(&[
            "--policy",
            "everything.json",
            "--request",
            "attach.json",
            "--output",
            "json",
            "--option",
            option,
        ]);
        run.json()["checks"].as_array().unwrap().len()
    };
    assert_eq!(checks("attach_checks_role_resource=true"), 4);
    assert_eq!(checks("attach_checks_role_resource=false"), 3);
}

#[test]
fn the_owner_of_the_resource_can_be_stated() {
    let arguments = [
        "--policy",
        "everything.json",
        "--principal",
        "acs:ram::1:user/alice",
        "--action",
        "oss:GetObject",
        "--resource",
        "acs:oss:*:*:reports/a",
        "--owner",
        "2",
    ];
    assert_eq!(decision(&arguments), ("ImplicitDeny".into(), 1));
}

#[test]
fn a_mistake_on_the_command_line_is_an_error() {
    for arguments in [
        &[][..],
        &["--action", "ecs:StopInstance"],
        &["--action", "ecs:StopInstance", "--resource", "*", "--request", "attach.json"],
        &["--action", "ecs:*", "--resource", "*"],
        &["--action", "ecs:StopInstance", "--resource", "instance/i-a"],
        &["--action", "ecs:StopInstance", "--resource", "*", "--context", "acs:SourceIp"],
        &[
            "--action",
            "ecs:StopInstance",
            "--resource",
            "*",
            "--context",
            "a:b=1",
            "--context",
            "A:B=1",
        ],
        &["--action", "ecs:StopInstance", "--resource", "*", "--principal", "alice"],
        &["--action", "ecs:StopInstance", "--resource", "*", "--option", "x=true"],
        &["--action", "ecs:StopInstance", "--resource", "*", "--mode", "other"],
        &["--action", "ecs:StopInstance", "--resource", "*", "--policy", "missing.json"],
        &["--action", "ecs:StopInstance", "--resource", "*", "--policy", "."],
        &["--request", "missing.json"],
        &["--request", "developer.json"],
    ] {
        let run = simulate(arguments);
        assert_eq!((run.stdout.as_str(), run.code), ("", 2), "{arguments:?}");
        assert!(!run.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_request_that_is_no_request_is_an_error_in_every_form() {
    for request in [
        "",
        "[]",
        "{}",
        r#"{"action": "ecs:StopInstance"}"#,
        r#"{"action": "ecs:StopInstance", "resource": "*", "mode": "other"}"#,
        r#"{"action": "ecs:StopInstance", "resource": "*", "principal": {"type": "user"}}"#,
        r#"{"op": {"api": "Other", "region": "r", "account": "1"}}"#,
        r#"{"op": {"api": "AttachInstanceRamRole", "region": "r", "account": "1",
            "instance_ids": [], "ram_role_name": "app"}}"#,
        r#"{"op": {"api": "AttachInstanceRamRole", "region": "r", "account": "1",
            "instance_ids": ["i-a"], "ram_role_name": "app", "policy": "{}"}}"#,
        r#"{"checks": [{"action": "ecs:*", "resource": "*"}]}"#,
        r#"{"action": "a:b", "action": "a:b", "resource": "*"}"#,
    ] {
        let run = with_stdin(&["simulate", "--request", "-"], request.as_bytes());
        assert_eq!((run.stdout.as_str(), run.code), ("", 2), "{request}");
        assert!(!run.stderr.is_empty(), "{request}");
    }
}

#[test]
fn flags_complete_a_request_file_but_do_not_contradict_it() {
    let request = br#"{"action": "ecs:StopInstance", "resource": "*",
                       "principal": {"type": "root", "account": "1"}}"#;
    let base = ["simulate", "--request", "-"];
    let run = with_stdin(&[&base[..], &["--context", "acs:SourceIp=1.1.1.1"]].concat(), request);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let run = with_stdin(&[&base[..], &["--principal", "anonymous"]].concat(), request);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("by a flag and by the request file"), "{}", run.stderr);
}

#[test]
fn checks_of_a_list_may_each_have_their_own_caller() {
    let request = br#"{"principal": {"type": "user", "arn": "acs:ram::1:user/alice"}, "checks": [
        {"action": "oss:GetObject", "resource": "acs:oss:*:1:reports/a"},
        {"action": "oss:GetObject", "resource": "acs:oss:*:1:reports/a",
         "principal": {"type": "anonymous"}}]}"#;
    let run = with_stdin(
        &[
            "simulate",
            "--policy",
            "everything.json",
            "--request",
            "-",
            "--output",
            "json",
            "--explain",
        ],
        request,
    );
    assert_eq!(run.code, 1, "{}", run.stderr);
    let answer = run.json();
    assert_eq!(answer["failed"]["index"], 1);
    assert_eq!(answer["denial"]["AuthPrincipalType"], serde_json::Value::Null);
}

#[test]
fn a_call_that_checks_nothing_is_not_allowed() {
    let run = with_stdin(
        &["simulate", "--policy", "everything.json", "--request", "-", "--output", "json"],
        br#"{"checks": []}"#,
    );
    assert_eq!((run.json()["reason"].as_str(), run.code), (Some("no-checks"), 1));
}

#[test]
fn a_session_policy_inside_a_request_is_refused_with_its_problems() {
    let request = br#"{"op": {"api": "AttachInstanceRamRole", "region": "r", "account": "1",
        "instance_ids": ["i-a"], "ram_role_name": "app",
        "policy": "{\"Version\": \"1\", \"Statement\": []}"}}"#;
    let run = with_stdin(&["simulate", "--request", "-"], request);
    assert_eq!((run.stdout.as_str(), run.code), ("", 2));
    assert!(run.stderr.contains("error[empty-statement]"), "{}", run.stderr);
    assert!(run.stderr.contains("op.policy of the request:1:31"), "{}", run.stderr);
}
