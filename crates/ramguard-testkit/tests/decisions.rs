//! `docs/decisions.md` is complete, and what it names exists: every decision of the language has
//! its line, every switch changes something, every decision that is cited is listed.
#![expect(clippy::expect_used, reason = "a test says what it takes for granted")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use ramguard::case::Case;
use ramguard::role::{CreateInstances, InstanceOperation};
use ramguard::{
    Authorizer, CreationChecks, Kind, Policy, Principal, ReadOptions, Request, Semantics,
};
use ramguard_policy::Limits;
use ramguard_testkit::corpus;
use serde_json::{Value, json};

/// The decisions of the language, D-01 to this one.
const LAST: usize = 45;

fn document() -> String {
    let path = corpus::testdata().join("../docs/decisions.md");
    fs::read_to_string(path).expect("the decisions are in the repository")
}

/// The lines of the table of decisions: number, question, alternatives, decision, switch.
fn rows() -> Vec<[String; 5]> {
    // Further below, readings within a rule or decision have a table of their own.
    document()
        .lines()
        .take_while(|line| !line.starts_with("## "))
        .filter(|line| line.starts_with("| D-"))
        .map(|line| {
            let inner = line.strip_prefix('|').and_then(|line| line.strip_suffix('|'));
            let cells: Vec<String> = inner
                .expect("a line of a table")
                .split('|')
                .map(|cell| cell.trim().to_owned())
                .collect();
            cells.try_into().expect("five cells a line")
        })
        .collect()
}

#[test]
fn every_decision_has_a_line_with_question_alternatives_and_answer() {
    let rows = rows();
    let numbers: Vec<&str> = rows.iter().map(|[number, ..]| number.as_str()).collect();
    let expected: Vec<String> = (1..=LAST).map(|number| format!("D-{number:02}")).collect();
    assert_eq!(numbers, expected);
    for [number, question, alternatives, decision, _] in &rows {
        assert!(![question, alternatives, decision].contains(&&String::new()), "{number}");
    }
}

/// What a case comes to with an option at either value.
fn outcomes(case: &Value, option: &str) -> [String; 2] {
    [true, false].map(|value| {
        let mut case = case.clone();
        let members = case.as_object_mut().expect("a case");
        members.insert("options".to_owned(), json!({option: value}));
        members.insert("expect".to_owned(), "Allow".into());
        let case = Case::parse(&case.to_string()).expect("a case");
        case.run().expect("policies that load").outcome().name().to_owned()
    })
}

/// An instance whose role is taken away by somebody who may do so, but not pass the role.
fn detaching(statements: &Value) -> Value {
    json!({
        "policy": {"Version": "1", "Statement": statements},
        "request": {"op": {
            "api": "DetachInstanceRamRole", "region": "cn-hangzhou", "ram_role_name": "app",
            "account": "1000000000000001", "instance_ids": ["i-1"],
        }},
    })
}

/// Shows that the switch of that name changes an answer; false for a name nobody knows.
fn changes_something(switch: &str) -> bool {
    let allow = |action: &str, resource: &str| {
        let resources = json!({"Effect": "Allow", "Action": action, "Resource": resource});
        json!({"Version": "1", "Statement": [resources]}).to_string()
    };
    match switch {
        "Limits" => {
            let text = allow("*", "*");
            let tight = Limits::default().with_max_bytes(Kind::Identity, text.len() - 1);
            let options = ReadOptions { limits: tight, ..ReadOptions::default() };
            Policy::parse(&text).is_ok()
                && Policy::parse_with(Kind::Identity, &text, &options).is_err()
        }
        "legacy_not_resource" => {
            let text = allow("*", "*").replace("Resource", "NotResource");
            let options = ReadOptions { legacy_not_resource: true, ..ReadOptions::default() };
            Policy::parse(&text).is_err()
                && Policy::parse_with(Kind::Identity, &text, &options).is_ok()
        }
        "Request::with_owner" => {
            let policy = Policy::parse(&allow("oss:*", "*")).expect("a policy");
            let authorizer = Authorizer::new([policy]);
            let alice = Principal::user("acs:ram::1000000000000001:user/alice").expect("a user");
            let request = Request::parse("oss:GetObject", "acs:oss:*:*:b/k").expect("a request");
            let request = request.with_principal(alice);
            let own = authorizer.decide(&request).is_allowed();
            own && !authorizer.decide(&request.with_owner("1000000000000009")).is_allowed()
        }
        "creation_checks" => {
            let call = InstanceOperation::RunInstances(CreateInstances {
                region: "cn-hangzhou".to_owned(),
                account: "1000000000000001".to_owned(),
                image_id: Some("m-1".to_owned()),
                security_group_ids: vec!["sg-1".to_owned()],
                ..CreateInstances::default()
            });
            let [one, other] = [CreationChecks::PerResource, CreationChecks::AllResources].map(
                |creation_checks| {
                    let semantics = Semantics { creation_checks, ..Semantics::default() };
                    call.checks(&semantics).map_or(0, |checks| checks.len())
                },
            );
            one != other
        }
        "detach_requires_passrole" => {
            let [on, off] = outcomes(
                &detaching(&json!([{"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}])),
                switch,
            );
            on == "ImplicitDeny" && off == "Allow"
        }
        "attach_checks_role_resource" => {
            let [on, off] = outcomes(
                &detaching(&json!([
                    {"Effect": "Allow", "Action": "ecs:*", "Resource": "acs:ecs:*:*:*"},
                    {"Effect": "Allow", "Action": "ram:PassRole", "Resource": "*"},
                ])),
                switch,
            );
            on == "ImplicitDeny" && off == "Allow"
        }
        "root_bypass" => {
            let case = json!({
                "policies": {"account": []},
                "request": {
                    "action": "ecs:StopInstance", "context": {},
                    "resource": "acs:ecs:cn-hangzhou:1000000000000001:instance/i-1",
                    "principal": {"type": "root", "account": "1000000000000001"},
                },
            });
            let [on, off] = outcomes(&case, switch);
            on == "Allow" && off == "ImplicitDeny"
        }
        _ => false,
    }
}

#[test]
fn every_switch_that_is_named_changes_an_answer() {
    let switches: BTreeSet<String> = rows()
        .into_iter()
        .map(|[.., switch]| switch.trim_matches('`').to_owned())
        .filter(|switch| !switch.is_empty())
        .collect();
    let idle: Vec<&String> = switches.iter().filter(|name| !changes_something(name)).collect();
    assert!(idle.is_empty(), "named and without effect: {idle:?}");
    for known in ["Limits", "Request::with_owner", "creation_checks", "root_bypass"] {
        assert!(switches.contains(known), "{known} is in no line");
    }
}

/// Calls `visit` with the text of every Rust file below `folder`.
fn each_source(folder: &Path, visit: &mut dyn FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            each_source(&path, visit);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            visit(&path, &fs::read_to_string(&path).expect("text"));
        }
    }
}

/// The numbers of decisions a text cites.
fn cited(text: &str) -> impl Iterator<Item = usize> {
    text.split("D-").skip(1).filter_map(|rest| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        (digits.len() == 2).then(|| digits.parse().ok()).flatten()
    })
}

#[test]
fn every_decision_that_the_code_cites_is_listed() {
    let mut unlisted = Vec::new();
    let crates = corpus::testdata().join("../crates");
    for name in ["ramguard-match", "ramguard-policy", "ramguard", "ramguard-testkit"] {
        each_source(&crates.join(name).join("src"), &mut |path, text| {
            for number in cited(text).filter(|number| !(1..=LAST).contains(number)) {
                unlisted.push(format!("D-{number:02} in {}", path.display()));
            }
        });
    }
    assert!(unlisted.is_empty(), "{unlisted:?}");
}
