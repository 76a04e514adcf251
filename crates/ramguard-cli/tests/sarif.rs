//! What dashboards ask of SARIF beyond its schema, line by line as GitHub code scanning reads it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be taken apart has failed the test"
)]

mod support;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::{folder, ramguard, run, with_stdin};

fn sarif(policy: &str, flags: &[&str]) -> Value {
    let flags = [&["lint", "-", "--stdin-filename", "a b/p.json", "--output", "sarif"], flags];
    with_stdin(&flags.concat(), policy.as_bytes()).json()["runs"][0].clone()
}

fn result<'r>(run: &'r Value, code: &str) -> &'r Value {
    run["results"].as_array().unwrap().iter().find(|result| result["ruleId"] == code).unwrap()
}

fn rule<'r>(run: &'r Value, code: &str) -> &'r Value {
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    rules.iter().find(|rule| rule["id"] == code).unwrap()
}

/// A grant that is a hole, an action nobody knows and a statement in another order.
const POLICY: &str = "{\"Version\": \"1\", \"Statement\": [{\"Sid\": \"a\", \"Effect\": \"Allow\",\n \
    \"Action\": [\"ram:PassRole\", \"ecs:NoSuch\"], \"Resource\": [\"*\"]}]}";

#[test]
fn a_security_rule_has_a_severity_and_any_other_a_level() {
    let run = sarif(POLICY, &["--preset", "strict"]);
    let hole = rule(&run, "RAM604");
    assert_eq!(hole["name"], "PassroleAnyRole");
    assert_eq!(hole["properties"]["tags"], json!(["security", "iam", "alibaba-cloud"]));
    assert!(hole["properties"]["security-severity"].as_str().unwrap().parse::<f64>().is_ok());
    assert_eq!(hole["properties"]["precision"], "high");
    assert_eq!(hole["defaultConfiguration"]["level"], "error");
    assert!(hole["help"]["text"].as_str().unwrap().contains("# What it finds"));
    assert_eq!(hole["help"]["markdown"], hole["help"]["text"]);
    assert!(!hole["fullDescription"]["text"].as_str().unwrap().is_empty());
    let unknown = rule(&run, "RAM304");
    assert_eq!(unknown["properties"]["precision"], "medium");
    assert_eq!(unknown["properties"]["problem.severity"], "warning");
    assert!(unknown["properties"]["security-severity"].is_null());
    assert_eq!(unknown["properties"]["tags"], json!(["iam", "alibaba-cloud", "name"]));
}

#[test]
fn rules_are_those_that_were_looked_at_by_code() {
    let codes = |flags: &[&str]| -> Vec<String> {
        let run = sarif(POLICY, flags);
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap().iter();
        rules.map(|rule| rule["id"].as_str().unwrap().to_owned()).collect()
    };
    let (few, all) = (codes(&["--select", "RAM604,RAM202"]), codes(&["--preset", "audit"]));
    assert!(few.len() < 30 && few.contains(&"RAM604".to_owned()), "{few:?}");
    assert!(!few.contains(&"RAM605".to_owned()) && all.contains(&"RAM605".to_owned()));
    assert!(few.is_sorted() && all.is_sorted());
}

#[test]
fn a_place_is_a_region_in_units_of_utf16_of_a_uri_below_the_root() {
    let policy = r#"{"Version": "1", "Statement": [{"Sid": "中😀", "Effect": "allow", "Action": ["a:b"], "Resource": ["*"]}]}"#;
    let run = sarif(policy, &[]);
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    assert!(run["originalUriBaseIds"]["%SRCROOT%"].is_object());
    let place = &result(&run, "RAM209")["locations"][0];
    let physical = &place["physicalLocation"];
    assert_eq!(
        physical["artifactLocation"],
        json!({"uri": "a%20b/p.json", "uriBaseId": "%SRCROOT%"})
    );
    let before = policy.split("\"allow\"").next().unwrap().encode_utf16().count();
    assert_eq!(physical["region"]["startColumn"], before + 1);
    assert_eq!(physical["region"]["endColumn"], before + 8);
    assert_eq!(physical["region"]["snippet"]["text"], "\"allow\"");
    assert_eq!(place["logicalLocations"][0]["fullyQualifiedName"], "/Statement/0/Effect");
}

#[test]
fn a_result_has_a_fingerprint_of_ours_and_the_hash_of_its_line() {
    let run = sarif(POLICY, &[]);
    let fingerprints = |code: &str| result(&run, code)["partialFingerprints"].clone();
    let (hole, unknown) = (fingerprints("RAM604"), fingerprints("RAM304"));
    assert_ne!(hole["ramguard/v1"], unknown["ramguard/v1"]);
    assert_eq!(hole["primaryLocationLineHash"], unknown["primaryLocationLineHash"]);
    assert!(hole["primaryLocationLineHash"].as_str().unwrap().ends_with(":1"));
}

#[test]
fn what_depends_on_intent_is_for_review() {
    let run = sarif(POLICY, &["--preset", "audit"]);
    let results = run["results"].as_array().unwrap().iter();
    let kinds: Vec<(&Value, &Value)> = results.map(|r| (&r["kind"], &r["level"])).collect();
    assert!(kinds.contains(&(&"fail".into(), &"error".into())));
    for (kind, level) in kinds {
        assert_eq!(*kind != "fail", *level == "none");
    }
}

#[test]
fn a_fix_replaces_a_region_and_one_that_needs_words_is_left_out() {
    let run = sarif(r#"{"Version": "2012-10-17", "Statement": []}"#, &[]);
    let fix = &result(&run, "RAM202")["fixes"][0];
    assert!(fix["description"]["text"].as_str().unwrap().contains("write"));
    let replaced = &fix["artifactChanges"][0]["replacements"][0];
    assert_eq!(replaced["insertedContent"]["text"], "\"1\"");
    assert_eq!(replaced["deletedRegion"]["startColumn"], 13);
}

#[test]
fn what_the_run_ended_with_is_told_and_exit_zero_shows_in_it() {
    let code = |flags: &[&str]| sarif(POLICY, flags)["invocations"][0].clone();
    let ended = |exit: u8| json!({"executionSuccessful": true, "exitCode": exit, "toolExecutionNotifications": []});
    assert_eq!(code(&[]), ended(1));
    assert_eq!(code(&["--exit-zero"]), ended(0));
    assert_eq!(code(&["--fail-on", "never"]), ended(0));
    let unreadable = ramguard(&["lint", "none.json", "--output", "sarif", "--exit-zero"]);
    let told = &unreadable.json()["runs"][0]["invocations"][0];
    assert_eq!((unreadable.code, &told["exitCode"]), (2, &json!(2)));
    assert_eq!(told["executionSuccessful"], false);
    assert_eq!(told["toolExecutionNotifications"][0]["level"], "error");
}

fn project(name: &str) -> std::path::PathBuf {
    let root = folder(name);
    fs::create_dir_all(root.join(".git")).unwrap();
    fs::write(root.join("p.json"), POLICY).unwrap();
    let ignore = "[[ignore]]\ncodes = [\"RAM304\"]\npath = \"p.json\"\nreason = \"reviewed\"\n";
    fs::write(root.join("cloud.toml"), ignore).unwrap();
    root
}

fn lint(root: &Path, flags: &[&str]) -> Value {
    let flags = [&["lint", ".", "--output", "sarif"], flags].concat();
    run(support::command(flags).current_dir(root)).json()["runs"][0].clone()
}

#[test]
fn what_is_suppressed_is_marked_or_left_out() {
    let root = project("sarif-suppressed");
    let run = lint(&root, &["--config", "cloud.toml"]);
    let expected = json!([{"kind": "external", "status": "accepted", "justification": "reviewed"}]);
    assert_eq!(result(&run, "RAM304")["suppressions"], expected);
    assert!(result(&run, "RAM604")["suppressions"].is_null());
    let count = run["results"].as_array().unwrap().len();
    let run = lint(&root, &["--config", "cloud.toml", "--sarif-omit-suppressed"]);
    assert_eq!(run["results"].as_array().unwrap().len(), count - 1);
}

#[test]
fn what_is_in_the_baseline_is_unchanged_new_or_absent() {
    let root = project("sarif-baseline");
    let baseline = ["--baseline", "b.json", "--isolated"];
    let flags = [&["lint", ".", "--write-baseline"], &baseline[..]].concat();
    assert_eq!(run(support::command(flags).current_dir(&root)).code, 0);
    fs::write(root.join("p.json"), POLICY.replace("ecs:NoSuch", "ecs:NoneSuch")).unwrap();
    let states = |flags: &[&str]| -> Vec<String> {
        let run = lint(&root, &[&baseline[..], flags].concat());
        let results = run["results"].as_array().unwrap().iter();
        let mut states: Vec<String> =
            results.map(|r| r["baselineState"].as_str().unwrap().to_owned()).collect();
        states.sort();
        states.dedup();
        states
    };
    assert_eq!(states(&[]), ["absent", "new", "unchanged"]);
    assert_eq!(states(&["--sarif-omit-suppressed"]), ["new"]);
    assert!(lint(&root, &["--isolated"])["results"][0]["baselineState"].is_null());
}

#[test]
fn settings_of_a_name_of_their_own_are_an_analysis_of_their_own() {
    let root = project("sarif-config");
    let id = |flags: &[&str]| lint(&root, flags)["automationDetails"]["id"].clone();
    assert_eq!(id(&["--config", "cloud.toml"]), "ramguard/cloud/");
    assert_eq!(id(&["--isolated"]), "ramguard/lint/");
    fs::rename(root.join("cloud.toml"), root.join(".ramguard.toml")).unwrap();
    assert_eq!(id(&[]), "ramguard/lint/");
}
