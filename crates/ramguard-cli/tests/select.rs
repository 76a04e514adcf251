//! Which rules and findings of `ramguard lint` are told, from outside.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be taken apart has failed the test"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Run, command, folder, run, run_in};

/// RAM604 (error), RAM605 (warning) and an action the catalogue does not know.
const PASS: &str = r#"{ "Version": "1", "Statement": [
  { "Effect": "Allow", "Action": ["ram:PassRole", "ecs:StopInstanceX"], "Resource": "*" }] }
"#;

fn repository(name: &str, settings: &str) -> PathBuf {
    let root = folder(name);
    fs::create_dir_all(root.join(".git")).unwrap();
    fs::write(root.join("p.json"), PASS).unwrap();
    fs::write(root.join("ramguard.toml"), settings).unwrap();
    root
}

fn lint(root: &Path, arguments: &[&str]) -> Run {
    run(command([&["lint", "p.json"], arguments].concat()).current_dir(root))
}

/// Codes of what counts.
fn codes(root: &Path, arguments: &[&str]) -> Vec<String> {
    let run = lint(root, &[&["--output", "json"], arguments].concat());
    let report = run.json();
    let findings = report["findings"].as_array().unwrap().iter();
    let new = findings.filter(|f| f["suppressed"].is_null() && f["baseline"] == "new");
    new.map(|f| f["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn of_the_rules_that_are_on_some_are_run() {
    let root = repository("select-only", "[rules]\nRAM605 = \"off\"\n");
    assert_eq!(codes(&root, &[]), ["RAM604", "RAM304"]);
    assert_eq!(codes(&root, &["--only", "RAM6"]), ["RAM604"]);
    assert_eq!(codes(&root, &["--only", "RAM605"]), [""; 0]);
    assert_eq!(codes(&root, &["--extend-select", "RAM605", "--only", "RAM605"]), ["RAM605"]);
    let run = lint(&root, &["--only", "RAM6055"]);
    assert!(run.stderr.contains("`--only`: no rule is called `RAM6055`"), "{}", run.stderr);
}

#[test]
fn what_is_not_bad_enough_is_neither_told_nor_counted() {
    let root = repository("select-severity", "fail-on = [\"note\"]\n");
    assert_eq!(codes(&root, &["--min-severity", "note"]).len(), 3);
    assert_eq!(codes(&root, &["--min-severity", "error"]), ["RAM604"]);
    // By number only security findings count, whatever their level.
    assert_eq!(codes(&root, &["--min-severity", "0"]), ["RAM604", "RAM605"]);
    assert_eq!(codes(&root, &["--min-severity", "10"]), [""; 0]);
    assert_eq!(lint(&root, &["--min-severity", "10"]).code, 0);
    for word in ["eror", "11", "-1", "NaN", "7.55"] {
        let flag = format!("--min-severity={word}");
        let run = lint(&root, &[&flag]);
        assert_eq!(run.code, 2, "{word}");
        assert!(run.stderr.contains("or a severity from 0 to 10"), "{}", run.stderr);
    }
}

#[test]
fn what_is_not_sure_enough_is_left_out() {
    let root = repository("select-confidence", "");
    assert_eq!(codes(&root, &["--min-confidence", "medium"]).len(), 3);
    assert_eq!(codes(&root, &["--min-confidence", "high"]), ["RAM604", "RAM605"]);
}

#[test]
fn what_is_left_out_is_not_gone_from_a_baseline_and_not_in_need_of_no_ignore() {
    let root = repository(
        "select-settled",
        "[[ignore]]\ncodes = [\"RAM604\"]\npath = \"p.json\"\nreason = \"reviewed in SEC-12\"\n",
    );
    assert_eq!(run_in(&root, &["baseline", "write", ".", "--baseline", "b.json"]).code, 0);
    let flags = ["--baseline", "b.json", "--fail-on-stale-baseline", "--min-severity", "error"];
    let run = lint(&root, &flags);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
}

#[test]
fn the_answers_to_open_questions_are_named_as_in_simulate() {
    let root = repository("select-semantics", "");
    let not = r#"{ "Version": "1", "Statement": [
      { "Effect": "Deny", "Action": "ecs:StopInstance", "NotResource": "acs:ecs:*:*:instance/i-a" }] }"#;
    fs::write(root.join("p.json"), not).unwrap();
    assert_eq!(codes(&root, &[]), ["RAM221"]);
    assert_eq!(codes(&root, &["--semantics", "legacy_not_resource=true"]), [""; 0]);
    assert_eq!(codes(&root, &["--semantics", "legacy_not_resource=false"]), ["RAM221"]);
    assert_eq!(codes(&root, &["--semantics", "root_bypass=true"]), ["RAM221"]);
    let run = lint(&root, &["--semantics", "legacy_not_resorce=true"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("is not an option; write `legacy_not_resource`"), "{}", run.stderr);
}

#[test]
fn names_of_ones_own_are_taken_from_a_file_as_from_the_settings() {
    let root = repository("select-catalogue", "");
    fs::write(root.join("names.toml"), "extra-actions = [\"ecs:StopInstanceX\"]\n").unwrap();
    assert_eq!(codes(&root, &["--catalogue", "names.toml"]), ["RAM604", "RAM605"]);
    fs::write(root.join("names.toml"), "\nextra-action = []\n").unwrap();
    let run = lint(&root, &["--catalogue", "names.toml"]);
    assert_eq!(run.code, 2);
    let words =
        "names.toml:2:1: no setting is called `extra-action`; did you mean `extra-actions`?";
    assert!(run.stderr.contains(words), "{}", run.stderr);
}

#[test]
fn settings_may_say_which_day_it_is() {
    let ignore =
        "[[ignore]]\ncodes = [\"RAM604\"]\nreason = \"reviewed in SEC-12\"\nuntil = 2026-05-31\n";
    let has = |now: &str, flags: &[&str]| {
        let root = repository("select-now", &format!("{now}\n{ignore}"));
        codes(&root, flags).contains(&"RAM604".to_owned())
    };
    assert!(!has("now = 2026-05-31", &[]));
    assert!(has("now = 2026-06-01", &[]));
    assert!(has("now = 2026-05-31", &["--now", "2026-06-01"]));
    assert!(!has("now = \"today\"", &["--now", "2026-05-01"]));
    let root = repository("select-now-place", "now = \"tomorrow\"\n");
    let run = lint(&root, &[]);
    assert_eq!(run.code, 2);
    let words = "ramguard.toml:1:7: `now` is a day, 2026-12-31 without quotes, or \"today\"";
    assert!(run.stderr.contains(words), "{}", run.stderr);
}

#[test]
fn an_account_with_another_quota_has_other_sizes() {
    let root = repository("select-limits", "[limits]\nidentity = 7000\n");
    let policy = format!("{}{PASS}", " ".repeat(6_500));
    fs::write(root.join("p.json"), policy).unwrap();
    assert_eq!(codes(&root, &["--only", "RAM108"]), [""; 0]);
    assert_eq!(codes(&root, &["--only", "RAM108", "--isolated"]), ["RAM108"]);
    assert_eq!(
        codes(&root, &["--only", "RAM108", "--config", "limits.identity=6_000"]),
        ["RAM108"]
    );
    for (value, words) in [
        ("2000000", "ramguard.toml:2:9: a limit is from 1 to 1048576 bytes"),
        ("\"7 KB\"", "ramguard.toml:2:9: write a number of bytes, not a text"),
        ("-1", "ramguard.toml:2:9: "),
    ] {
        fs::write(root.join("ramguard.toml"), format!("[limits]\ntrust = {value}\n")).unwrap();
        let run = lint(&root, &[]);
        assert_eq!(run.code, 2, "{value}");
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
}

#[test]
fn a_list_of_files_stands_for_its_lines() {
    let root = repository("select-list", "");
    fs::write(root.join("@q.json"), PASS).unwrap();
    fs::write(root.join("files"), "p.json\r\n\n./@q.json\n").unwrap();
    let summary = |path: &str| {
        let run =
            run(command(["lint", path, "--output", "json", "--exit-zero"]).current_dir(&root));
        run.json()["summary"]["documents"].clone()
    };
    assert_eq!(summary("@files"), 2);
    assert_eq!(summary("./@q.json"), 1);
    let none = run(command(["lint", "@none"]).current_dir(&root));
    assert_eq!(none.code, 2);
    assert!(none.stderr.contains("cannot read `none`"), "{}", none.stderr);
}

#[test]
fn what_is_not_there_yet_says_so() {
    let check = "[[check]]\nname = \"no-keys\"\nlevel = \"error\"\n";
    let root = repository("select-check", check);
    let run = lint(&root, &[]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("ramguard.toml:1:3: `[[check]]` is not there yet"),
        "{}",
        run.stderr
    );
    fs::write(root.join("ramguard.toml"), "[rule.RAM602]\nallow-services = [\"log\"]\n").unwrap();
    let run = lint(&root, &[]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no rule has options of its own yet"), "{}", run.stderr);
}
