//! `ramguard lint --staged`, `--changed` and `--since` from outside.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be taken apart has failed the test"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{PASS, folder, git, run_in};

/// A repository with two policies.
fn repository(name: &str) -> PathBuf {
    let root = folder(name);
    fs::create_dir_all(root.join("policies/deep")).unwrap();
    fs::write(root.join("policies/a.json"), PASS).unwrap();
    fs::write(root.join("policies/deep/b.json"), PASS).unwrap();
    git(&root, &["init", "-q"]);
    git(&root, &["add", "."]);
    git(&root, &["commit", "-q", "-m", "one"]);
    root
}

/// The files that a run looked at, and its exit code.
fn seen(root: &Path, arguments: &[&str]) -> (Vec<String>, i32) {
    let run =
        run_in(root, &[&["lint", "--output", "json", "--fail-on", "never"], arguments].concat());
    let report = run.json();
    let findings = report["findings"].as_array().unwrap().iter();
    let mut files: Vec<String> =
        findings.map(|finding| finding["path"].as_str().unwrap().to_owned()).collect();
    files.dedup();
    (files, run.code)
}

#[test]
fn nothing_has_changed_and_that_is_well() {
    let root = repository("changed-nothing");
    for flag in ["--staged", "--changed", "--since=HEAD"] {
        assert_eq!(seen(&root, &[".", flag]), (vec![], 0), "{flag}");
        let run = run_in(&root, &["lint", ".", flag]);
        assert_eq!(run.stderr, "No policy among the files that have changed.\n");
    }
}

#[test]
fn what_is_staged_is_looked_at_and_nothing_else() {
    let root = repository("changed-staged");
    fs::write(root.join("policies/a.json"), format!("{PASS}\n")).unwrap();
    fs::write(root.join("policies/deep/b.json"), format!("{PASS}\n")).unwrap();
    fs::write(root.join("policies/new.json"), PASS).unwrap();
    git(&root, &["add", "policies/a.json"]);
    assert_eq!(seen(&root, &[".", "--staged"]).0, ["policies/a.json"]);
    assert_eq!(seen(&root.join("policies"), &[".", "--staged"]).0, ["a.json"]);
}

#[test]
fn what_differs_from_the_last_commit_is_looked_at_known_or_not() {
    let root = repository("changed-worktree");
    fs::write(root.join("policies/a.json"), format!("{PASS}\n")).unwrap();
    fs::write(root.join("policies/new.json"), PASS).unwrap();
    fs::write(root.join("policies/ignored.json"), PASS).unwrap();
    fs::write(root.join(".gitignore"), "ignored.json\n").unwrap();
    assert_eq!(seen(&root, &[".", "--changed"]).0, ["policies/a.json", "policies/new.json"]);
    assert_eq!(seen(&root, &["policies/deep", "--changed"]), (vec![], 0));
}

#[test]
fn before_the_first_commit_everything_is_new() {
    let root = folder("changed-unborn");
    git(&root, &["init", "-q"]);
    fs::write(root.join("a.json"), PASS).unwrap();
    fs::write(root.join("b.json"), PASS).unwrap();
    git(&root, &["add", "a.json"]);
    assert_eq!(seen(&root, &[".", "--changed"]).0, ["a.json", "b.json"]);
    assert_eq!(seen(&root, &[".", "--staged"]).0, ["a.json"]);
}

#[test]
fn a_branch_is_compared_with_where_the_work_left_it() {
    let root = repository("changed-since");
    git(&root, &["checkout", "-q", "-b", "work"]);
    fs::write(root.join("policies/a.json"), format!("{PASS}\n")).unwrap();
    git(&root, &["commit", "-q", "-am", "two"]);
    // What happens on the branch meanwhile is not of this change.
    git(&root, &["checkout", "-q", "main"]);
    fs::write(root.join("policies/deep/b.json"), format!("{PASS}\n")).unwrap();
    git(&root, &["commit", "-q", "-am", "three"]);
    git(&root, &["checkout", "-q", "work"]);
    fs::write(root.join("policies/new.json"), PASS).unwrap();
    assert_eq!(seen(&root, &[".", "--since", "main"]).0, ["policies/a.json", "policies/new.json"]);
}

#[test]
fn a_file_that_was_removed_is_no_error_and_one_that_never_was_is() {
    let root = repository("changed-removed");
    fs::remove_file(root.join("policies/a.json")).unwrap();
    assert_eq!(seen(&root, &["policies/a.json", "--changed"]), (vec![], 0));
    assert_eq!(seen(&root, &["policies/none.json", "--changed"]), (vec![], 2));
}

#[test]
fn a_policy_has_changed_if_the_file_beside_it_has() {
    let root = repository("changed-sidecar");
    let ignore = "[[ignore]]\ncodes = [\"RAM604\"]\nreason = \"emergency role\"\n";
    fs::write(root.join("policies/a.json.ramguard.toml"), ignore).unwrap();
    assert_eq!(seen(&root, &[".", "--changed"]).0, ["policies/a.json"]);
}

#[test]
fn what_git_cannot_tell_is_an_error() {
    let root = repository("changed-refused");
    let refused = |arguments: &[&str], words: &str| {
        let run = run_in(&root, &[&["lint"], arguments].concat());
        assert_eq!(run.code, 2, "{}", run.stdout);
        assert!(run.stderr.contains(words), "{}", run.stderr);
    };
    refused(&[".", "--since", "nowhere"], "git knows no commit `nowhere` here");
    refused(&[".", "--since=--upload-pack=x"], "is no name of a commit");
    refused(&["-", "--changed"], "git knows nothing of standard input");
    refused(&[".", "--changed", "--staged"], "cannot be used with");
    git(&root, &["checkout", "-q", "--orphan", "other"]);
    git(&root, &["commit", "-q", "-m", "other"]);
    refused(&[".", "--since", "main"], "a clone without its history has none");
}

#[test]
fn what_a_hook_inherits_and_what_git_is_told_for_people_change_nothing() {
    let root = repository("changed-hook");
    for (key, value) in [
        ("diff.relative", "true"),
        ("color.ui", "always"),
        ("diff.external", "false"),
        ("status.relativePaths", "true"),
        ("core.quotePath", "true"),
        ("diff.renames", "copies"),
        ("diff.mnemonicPrefix", "true"),
    ] {
        git(&root, &["config", key, value]);
    }
    git(&root, &["mv", "policies/a.json", "policies/\u{fc}.json"]);
    let flags = ["lint", ".", "--staged", "--output", "json", "--fail-on", "never"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut hook = support::command(flags);
    hook.current_dir(root.join("policies")).env("PATH", path);
    hook.env("GIT_DIR", ".git").env("GIT_PREFIX", "policies/").env("GIT_WORK_TREE", "nowhere");
    let run = support::run(&mut hook);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(run.json()["findings"][0]["path"], "\u{fc}.json");
}

#[test]
fn a_wide_ignore_is_not_called_needless_by_a_run_that_saw_a_part() {
    let root = repository("changed-unused");
    let ignore = "[[ignore]]\ncodes = [\"RAM601\"]\npath = \"policies/**\"\nreason = \"old ones\"\n\
                  [[ignore]]\ncodes = [\"RAM601\"]\npath = \"policies/a.json\"\nreason = \"old ones\"\n";
    fs::write(root.join("ramguard.toml"), ignore.replace("old ones", "old ones, SEC-12")).unwrap();
    let lines = |arguments: &[&str]| -> Vec<u64> {
        let flags = ["lint", "--output", "json", "--select", "RAM601,RAM905"];
        let report = run_in(&root, &[&flags, arguments].concat()).json();
        let findings = report["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["line"].as_u64().unwrap()).collect()
    };
    fs::write(root.join("policies/a.json"), format!("{PASS}\n")).unwrap();
    assert_eq!(lines(&["."]), [1, 5]);
    assert_eq!(lines(&[".", "--changed"]), [5]);
    assert_eq!(lines(&["policies/a.json"]), [5]);
}
