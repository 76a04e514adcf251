//! `ramguard baseline`, and baselines out of git, from outside.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be taken apart has failed the test"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{PASS, folder, git, run_in};

const ADMIN: &str = r#"{ "Version": "1", "Statement": [
  { "Effect": "Allow", "Action": "*", "Resource": "*" }] }
"#;

/// A folder with a policy and a settings file.
fn project(name: &str, settings: &str) -> PathBuf {
    let root = folder(name);
    fs::create_dir_all(root.join("policies")).unwrap();
    fs::write(root.join("policies/pass.json"), PASS).unwrap();
    fs::write(root.join("ramguard.toml"), settings).unwrap();
    root
}

/// The same, committed.
fn repository(name: &str, settings: &str) -> PathBuf {
    let root = project(name, settings);
    git(&root, &["init", "-q"]);
    git(&root, &["add", "."]);
    git(&root, &["commit", "-q", "-m", "one"]);
    root
}

fn codes_of_entries(root: &Path, file: &str) -> Vec<String> {
    let text = fs::read_to_string(root.join(file)).unwrap();
    let baseline: serde_json::Value = serde_json::from_str(&text).unwrap();
    let entries = baseline["entries"].as_array().unwrap().iter();
    entries.map(|entry| entry["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_baseline_is_begun_and_hides_what_it_holds() {
    let root = project("baseline-write", "");
    let written = run_in(&root, &["baseline", "write", "policies"]);
    assert_eq!((written.code, written.stdout.as_str()), (0, ""), "{}", written.stderr);
    assert_eq!(written.stderr, "Wrote `ramguard-baseline.json`: 2 new, 0 gone.\n");
    let flags = ["lint", "policies", "--baseline", "ramguard-baseline.json"];
    assert_eq!(run_in(&root, &flags).code, 0);
    let text = fs::read_to_string(root.join("ramguard-baseline.json")).unwrap();
    assert!(text.lines().nth(1).unwrap().ends_with("\"count\":1},"), "{text}");
}

#[test]
fn a_baseline_that_is_begun_anew_forgets_what_was_not_looked_at() {
    let root = project("baseline-anew", "baseline = \"b.json\"\n");
    fs::write(root.join("policies/admin.json"), ADMIN).unwrap();
    assert_eq!(run_in(&root, &["baseline", "write", "policies"]).code, 0);
    assert_eq!(codes_of_entries(&root, "b.json"), ["RAM601", "RAM604", "RAM605"]);
    assert_eq!(run_in(&root, &["baseline", "write", "policies/admin.json"]).code, 0);
    assert_eq!(codes_of_entries(&root, "b.json"), ["RAM601"]);
}

#[test]
fn a_baseline_is_not_begun_anew_from_what_cannot_be_read() {
    let root = project("baseline-unread", "baseline = \"b.json\"\n");
    assert_eq!(run_in(&root, &["baseline", "write", "policies"]).code, 0);
    let before = fs::read(root.join("b.json")).unwrap();
    fs::create_dir_all(root.join("empty")).unwrap();
    for (paths, code) in [(&["polices"][..], 2), (&["policies", "none.json"], 2), (&["empty"], 4)] {
        let run = run_in(&root, &[&["baseline", "write"], paths].concat());
        assert_eq!(run.code, code, "{}", run.stderr);
        assert!(run.stderr.ends_with("No baseline was written.\n"), "{}", run.stderr);
        assert_eq!(fs::read(root.join("b.json")).unwrap(), before);
    }
}

#[test]
fn a_baseline_is_brought_up_to_date_and_keeps_what_was_not_looked_at() {
    let root = project("baseline-update", "baseline = \"b.json\"\n");
    let missing = run_in(&root, &["baseline", "update", "policies"]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("`ramguard baseline write` makes it"), "{}", missing.stderr);
    assert_eq!(run_in(&root, &["baseline", "write", "policies"]).code, 0);
    fs::write(root.join("policies/admin.json"), ADMIN).unwrap();
    let updated = run_in(&root, &["baseline", "update", "policies/admin.json"]);
    assert_eq!(updated.stderr, "Wrote `b.json`: 1 new, 0 gone.\n");
    assert_eq!(codes_of_entries(&root, "b.json"), ["RAM601", "RAM604", "RAM605"]);
}

#[test]
fn folders_above_that_govern_nothing_get_no_baseline() {
    let root = project("baseline-above", "baseline = \"b.json\"\n");
    let inner = root.join("inner");
    fs::create_dir_all(&inner).unwrap();
    fs::rename(root.join("ramguard.toml"), inner.join("ramguard.toml")).unwrap();
    fs::rename(root.join("policies"), inner.join("policies")).unwrap();
    git(&root, &["init", "-q"]);
    let written = run_in(&inner, &["baseline", "write", "policies"]);
    assert_eq!(written.stderr, "Wrote `b.json`: 2 new, 0 gone.\n");
    assert!(!inner.join("ramguard-baseline.json").exists());
}

#[test]
fn a_baseline_is_pruned_and_nothing_is_added() {
    let root = project("baseline-prune", "baseline = \"b.json\"\n");
    assert_eq!(run_in(&root, &["baseline", "write", "policies"]).code, 0);
    fs::write(root.join("policies/pass.json"), ADMIN).unwrap();
    let pruned = run_in(&root, &["baseline", "prune", "policies"]);
    assert_eq!((pruned.code, pruned.stdout.as_str()), (0, ""));
    assert_eq!(pruned.stderr, "Wrote `b.json`: 0 new, 2 gone.\n");
    assert_eq!(codes_of_entries(&root, "b.json"), [""; 0]);
}

#[test]
fn a_baseline_is_shown_as_lines_and_as_it_would_be_written() {
    let root = project("baseline-show", "baseline = \"b.json\"\n");
    assert_eq!(run_in(&root, &["baseline", "show"]).code, 2);
    assert_eq!(run_in(&root, &["baseline", "write", "policies"]).code, 0);
    let shown = run_in(&root, &["baseline", "show"]);
    assert_eq!(shown.code, 0);
    let first = shown.stdout.lines().next().unwrap();
    assert!(first.starts_with("policies/pass.json: RAM604 /Statement/0/Action: "), "{first}");
    assert_eq!(shown.stderr, "2 entries in `b.json`.\n");
    let json = run_in(&root, &["baseline", "show", "b.json", "--output", "json"]);
    assert_eq!(json.stdout, fs::read_to_string(root.join("b.json")).unwrap());
}

#[test]
fn an_older_baseline_without_counts_is_read() {
    let root = project("baseline-count", "baseline = \"b.json\"\n");
    assert_eq!(run_in(&root, &["baseline", "write", "policies"]).code, 0);
    let text = fs::read_to_string(root.join("b.json")).unwrap();
    fs::write(root.join("b.json"), text.replace(",\"count\":1", "")).unwrap();
    assert_eq!(run_in(&root, &["lint", "policies"]).code, 0);
}

#[test]
fn what_is_too_severe_is_in_no_baseline() {
    let root = project("baseline-severity", "baseline-max-severity = 9\nbaseline = \"b.json\"\n");
    fs::write(root.join("policies/admin.json"), ADMIN).unwrap();
    assert_eq!(run_in(&root, &["baseline", "write", "policies"]).code, 0);
    assert_eq!(codes_of_entries(&root, "b.json"), ["RAM604", "RAM605"]);
    // Nor is it hidden by one that somebody else has written.
    fs::write(root.join("ramguard.toml"), "").unwrap();
    let flags = ["baseline", "write", "policies", "--baseline", "b.json"];
    assert_eq!(run_in(&root, &flags).code, 0);
    assert_eq!(codes_of_entries(&root, "b.json").len(), 3);
    fs::write(root.join("ramguard.toml"), "baseline-max-severity = 9.0\n").unwrap();
    let run = run_in(&root, &["lint", "policies", "--baseline", "b.json", "--output", "concise"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("RAM601") && !run.stdout.contains("RAM604"), "{}", run.stdout);
}

#[test]
fn a_severity_past_ten_is_refused_at_its_place() {
    let root = project("baseline-severity-place", "baseline-max-severity = 11\n");
    let run = run_in(&root, &["lint", "policies"]);
    assert_eq!(run.code, 2);
    let words = "ramguard.toml:1:25: a severity is from 0 to 10, with one decimal place";
    assert!(run.stderr.contains(words), "{}", run.stderr);
}

#[test]
fn only_what_was_not_there_in_a_commit_counts() {
    let root = repository("baseline-ref", "");
    let lint = |name: &str| {
        run_in(&root, &["lint", "policies", "--baseline-ref", name, "--output", "concise"])
    };
    let run = lint("HEAD");
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    assert!(run.stderr.contains("2 in the baseline"), "{}", run.stderr);
    // Another layout, another statement, another file.
    let more = PASS
        .replace("[\n", "[\n\n{ \"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\" },");
    fs::write(root.join("policies/pass.json"), more).unwrap();
    fs::write(root.join("policies/new.json"), PASS).unwrap();
    let run = lint("main");
    let codes: Vec<&str> = run.stdout.lines().map(|line| line.split(' ').nth(2).unwrap()).collect();
    assert_eq!((run.code, codes), (1, vec!["RAM604", "RAM605", "RAM601"]), "{}", run.stdout);
    // From a folder below the top as well.
    let flags = ["lint", ".", "--baseline-ref", "HEAD", "--output", "json"];
    let report = run_in(&root.join("policies"), &flags).json();
    assert_eq!(report["summary"]["findings"], 3);
    assert_eq!(report["summary"]["baseline"], 2);
}

#[test]
fn what_was_ignored_in_a_commit_was_there_all_the_same() {
    let ignore = "[[ignore]]\ncodes = [\"RAM604\", \"RAM605\"]\nreason = \"emergency role\"\n";
    let root = repository("baseline-ref-ignored", ignore);
    fs::write(root.join("ramguard.toml"), "").unwrap();
    let run = run_in(&root, &["lint", "policies", "--baseline-ref", "HEAD"]);
    assert_eq!(run.code, 0, "{}", run.stdout);
}

#[test]
fn what_cannot_be_asked_of_git_is_an_error_and_never_an_empty_baseline() {
    let root = repository("baseline-ref-refused", "");
    let refused = |name: &str, words: &str| {
        let flag = format!("--baseline-ref={name}");
        let run = run_in(&root, &["lint", "policies", &flag]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{name}");
        assert!(run.stderr.contains(words), "{}", run.stderr);
    };
    refused("nowhere", "git knows no commit `nowhere` here");
    refused("--output=x", "`--output=x` is no name of a commit");
    refused("-", "is no name of a commit");
    refused("HEAD:ramguard.toml", "git knows no commit");
    assert!(!root.join("x").exists());
    // Without git.
    let flags = ["lint", "policies", "--baseline-ref", "HEAD"];
    let run = support::run(support::command(flags).current_dir(&root).env("PATH", &root));
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("there is no `git` on the path"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn a_name_of_a_file_is_no_word_for_git() {
    let root = repository("baseline-ref-names", "");
    for name in
        ["policies/a b.json", "policies/ü\"'.json", "policies/-x.json", "policies/:(top).json"]
    {
        fs::write(root.join(name), PASS).unwrap();
    }
    git(&root, &["add", "."]);
    git(&root, &["commit", "-q", "-m", "two"]);
    let run = run_in(&root, &["lint", "policies", "--baseline-ref", "HEAD"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    assert!(run.stderr.contains("10 in the baseline"), "{}", run.stderr);
}
