//! Settings, ignores and baselines of `ramguard lint` from outside.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be taken apart has failed the test"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Run, command, folder, run};

const PASS: &str = r#"{ "Version": "1", "Statement": [
  { "Sid": "Break", "Effect": "Allow", "Action": "ram:PassRole", "Resource": "*" }] }
"#;

/// A repository with one policy and a settings file.
fn repository(name: &str, settings: &str) -> PathBuf {
    let root = folder(name);
    fs::create_dir_all(root.join(".git")).unwrap();
    fs::create_dir_all(root.join("policies")).unwrap();
    fs::write(root.join("policies/pass.json"), PASS).unwrap();
    fs::write(root.join("ramguard.toml"), settings).unwrap();
    root
}

fn lint(root: &Path, arguments: &[&str]) -> Run {
    let arguments = [&["lint", "policies", "--now", "2026-06-01"], arguments].concat();
    run(command(arguments).current_dir(root))
}

/// Codes of what counts.
fn codes(root: &Path, arguments: &[&str]) -> Vec<String> {
    let run = lint(root, &[&["--output", "json"], arguments].concat());
    let report = run.json();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .filter(|f| f["suppressed"].is_null() && f["baseline"] == "new")
        .map(|f| f["code"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_nearest_settings_file_up_to_the_repository_is_used() {
    let root = repository("settings-nearest", "[rules]\nRAM604 = \"off\"\n");
    assert_eq!(codes(&root, &[]), ["RAM605"]);
    assert_eq!(codes(&root, &["--isolated"]), ["RAM604", "RAM605"]);
    fs::write(root.join("policies/ramguard.toml"), "[rules]\nRAM605 = \"off\"\n").unwrap();
    assert_eq!(codes(&root, &[]), ["RAM604"]);
}

#[test]
fn nothing_above_the_repository_is_read() {
    let root = repository("settings-above", "");
    fs::remove_file(root.join("ramguard.toml")).unwrap();
    let inner = root.join("inner");
    fs::create_dir_all(inner.join(".git")).unwrap();
    fs::create_dir_all(inner.join("policies")).unwrap();
    fs::write(inner.join("policies/pass.json"), PASS).unwrap();
    fs::write(root.join("ramguard.toml"), "[rules]\nall = \"off\"\n").unwrap();
    assert_eq!(codes(&inner, &[]), ["RAM604", "RAM605"]);
}

#[test]
fn the_command_line_wins_over_the_settings_file() {
    let root = repository("settings-wins", "fail-on = [\"never\"]\n[rules]\nRAM604 = \"note\"\n");
    assert_eq!(lint(&root, &[]).code, 0);
    assert_eq!(lint(&root, &["--fail-on", "note"]).code, 1);
    assert_eq!(codes(&root, &["--ignore", "security"]), [""; 0]);
}

#[test]
fn an_unknown_setting_is_an_error_with_its_place_and_a_suggestion() {
    let root = repository("settings-unknown", "preset = \"strict\"\nown-acounts = []\n");
    let run = lint(&root, &[]);
    assert_eq!(run.code, 2);
    let words =
        "ramguard.toml:2:1: no setting is called `own-acounts`; did you mean `own-accounts`?";
    assert!(run.stderr.contains(words), "{}", run.stderr);
}

#[test]
fn a_level_for_a_rule_that_does_not_exist_is_an_error() {
    let root = repository("settings-norule", "[rules]\nRAM6044 = \"off\"\n");
    let run = lint(&root, &[]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("did you mean `RAM604`?"), "{}", run.stderr);
}

#[test]
fn rules_are_turned_off_for_some_files() {
    let root = repository(
        "settings-perfile",
        "[[per-file]]\npath = \"policies/**\"\nignore = [\"RAM6\"]\n",
    );
    assert_eq!(codes(&root, &[]), [""; 0]);
}

#[test]
fn an_ignore_by_path_and_sid_silences_and_is_counted() {
    let root = repository(
        "settings-ignore",
        "[[ignore]]\ncodes = [\"RAM604\", \"RAM605\"]\npath = \"policies/*.json\"\nsid = \"Break\"\n\
         reason = \"emergency role, SEC-12\"\nuntil = 2026-12-31\n",
    );
    let run = lint(&root, &[]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert_eq!(run.stderr, "No findings in 1 document; 2 suppressed.\n");
    let report = lint(&root, &["--output", "json"]).json();
    let suppressed = &report["findings"][0]["suppressed"];
    assert_eq!(suppressed["reason"], "emergency role, SEC-12");
    assert_eq!(suppressed["until"], "2026-12-31");
}

#[test]
fn an_ignore_that_has_ended_silences_nothing_and_is_reported() {
    let root = repository(
        "settings-expired",
        "[[ignore]]\ncodes = [\"RAM604\"]\nreason = \"emergency role\"\nuntil = 2026-05-31\n",
    );
    assert_eq!(codes(&root, &[]), ["RAM604", "RAM605", "RAM906"]);
}

#[test]
fn an_ignore_that_is_not_needed_is_reported_at_its_place() {
    let root = repository(
        "settings-unused",
        "[[ignore]]\ncodes = [\"RAM601\"]\nreason = \"emergency role\"\n",
    );
    let report = lint(&root, &["--output", "json"]).json();
    let finding = &report["findings"][2];
    assert_eq!(finding["code"], "RAM905");
    assert_eq!((&finding["path"], &finding["line"]), (&"ramguard.toml".into(), &1.into()));
}

#[test]
fn an_ignore_says_why_and_names_rules_that_exist() {
    let root = repository("settings-why", "[[ignore]]\ncodes = [\"RAM604\", \"RAM6055\"]\n");
    assert_eq!(codes(&root, &[]), ["RAM605", "RAM907", "RAM908"]);
}

#[test]
fn ignores_travel_beside_the_policy() {
    let root = repository("settings-sidecar", "");
    fs::write(
        root.join("policies/pass.json.ramguard.toml"),
        "[[ignore]]\ncodes = [\"RAM604\", \"RAM601\"]\nreason = \"emergency role\"\n",
    )
    .unwrap();
    assert_eq!(codes(&root, &[]), ["RAM605", "RAM905"]);
}

#[test]
fn a_baseline_leaves_only_what_is_new() {
    let root = repository("settings-baseline", "baseline = \"ramguard-baseline.json\"\n");
    assert_eq!(lint(&root, &[]).code, 2);
    let written = lint(&root, &["--write-baseline"]);
    assert_eq!(written.code, 0, "{}", written.stderr);
    assert_eq!(lint(&root, &[]).code, 0);
    // Another layout and another statement before it.
    let more = PASS.replace(
        "\"Statement\": [",
        "\"Statement\": [\n    { \"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\" },\n ",
    );
    fs::write(root.join("policies/pass.json"), more).unwrap();
    assert_eq!(codes(&root, &[]), ["RAM601"]);
    let run = lint(&root, &[]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("2 in the baseline"), "{}", run.stderr);
}

#[test]
fn a_baseline_that_is_none_is_an_error() {
    let root = repository("settings-nobaseline", "");
    fs::write(root.join("b.json"), "[]").unwrap();
    assert_eq!(lint(&root, &["--baseline", "b.json"]).code, 2);
}

#[test]
fn a_baseline_has_one_entry_a_line_in_a_fixed_order() {
    let root = repository("settings-baseline-text", "");
    assert_eq!(lint(&root, &["--baseline", "b.json", "--write-baseline"]).code, 0);
    let text = fs::read_to_string(root.join("b.json")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[1].starts_with("{\"path\":\"policies/pass.json\",\"code\":\"RAM604\""));
    assert!(lines[2].starts_with("{\"path\":\"policies/pass.json\",\"code\":\"RAM605\""));
}
