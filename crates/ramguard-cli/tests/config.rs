//! `--config` and `--config-from-git` of `ramguard lint` from outside.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be taken apart has failed the test"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{PASS, Run, folder, git, run_in};

/// A repository with one policy and a settings file, both committed.
fn repository(name: &str, settings: &str) -> PathBuf {
    let root = folder(name);
    fs::create_dir_all(root.join("policies")).unwrap();
    fs::write(root.join("policies/pass.json"), PASS).unwrap();
    fs::write(root.join("ramguard.toml"), settings).unwrap();
    git(&root, &["init", "-q"]);
    git(&root, &["add", "."]);
    git(&root, &["commit", "-q", "-m", "one"]);
    root
}

fn lint(root: &Path, arguments: &[&str]) -> Run {
    run_in(root, &[&["lint", "policies", "--now", "2026-06-01"], arguments].concat())
}

/// Code and level of what counts.
fn found(root: &Path, arguments: &[&str]) -> Vec<String> {
    let run = lint(root, &[&["--output", "json"], arguments].concat());
    let report = run.json();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .filter(|f| f["suppressed"].is_null() && f["baseline"] == "new")
        .map(|f| format!("{} {}", f["code"].as_str().unwrap(), f["level"].as_str().unwrap()))
        .collect()
}

fn refused(root: &Path, arguments: &[&str], words: &str) {
    let run = lint(root, arguments);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}: {}", run.stderr);
    assert!(run.stderr.contains(words), "{}", run.stderr);
}

#[test]
fn a_key_of_the_command_line_wins_over_the_settings_file_and_loses_to_a_flag() {
    let root = repository("config-wins", "[rules]\nRAM604 = \"note\"\nRAM605 = \"off\"\n");
    assert_eq!(found(&root, &[]), ["RAM604 note"]);
    let key = ["--config", "rules.RAM604=\"warning\""];
    assert_eq!(found(&root, &key), ["RAM604 warning"]);
    assert_eq!(found(&root, &[&key[..], &["--level", "RAM604=error"]].concat()), ["RAM604 error"]);
    // The last one wins, and without a settings file there is nothing to win over.
    let keys =
        ["--config", "rules.RAM604=\"warning\"", "--config", "rules.security='off'", "--isolated"];
    assert_eq!(found(&root, &keys), [""; 0]);
}

#[test]
fn a_key_stands_beside_a_settings_file_that_is_named() {
    let root = repository("config-beside", "");
    fs::write(root.join("other.toml"), "[rules]\nRAM605 = \"off\"\n").unwrap();
    let flags = ["--config", "other.toml", "--config", "fail-on=[\"never\"]"];
    assert_eq!(found(&root, &flags), ["RAM604 error"]);
    assert_eq!(lint(&root, &flags).code, 0);
    // A name with a folder is a file, whatever else is in it.
    fs::rename(root.join("other.toml"), root.join("a=b.toml")).unwrap();
    assert_eq!(found(&root, &["--config", "./a=b.toml"]), ["RAM604 error"]);
    refused(&root, &["--config", "./a=b.toml", "--config", "ramguard.toml"], "two settings files");
    refused(
        &root,
        &["--config", "ramguard.toml", "--isolated"],
        "cannot be used with `--isolated`",
    );
}

#[test]
fn a_key_names_the_baseline_and_adds_to_names() {
    let root = repository("config-baseline", "baseline = \"none.json\"\n");
    assert_eq!(run_in(&root, &["baseline", "write", "policies", "--baseline", "b.json"]).code, 0);
    assert_eq!(found(&root, &["--config", "baseline='b.json'"]), [""; 0]);
    let flags = ["--config", "preset='default'"];
    refused(&root, &flags, "there is no baseline `none.json`");
}

#[test]
fn a_key_is_checked_as_a_line_of_the_settings_file_is() {
    let root = repository("config-checked", "");
    refused(
        &root,
        &["--config", "prset=\"strict\""],
        "no setting is called `prset`; did you mean `preset`?",
    );
    refused(&root, &["--config", "preset=strict"], "a text stands in quotes");
    refused(&root, &["--config", "preset=\"strickt\""], "did you mean `strict`?");
    refused(&root, &["--config", "fail-on=[\"RAM6044\"]"], "no rule is called `RAM6044`");
    refused(&root, &["--config", "extends=\"x.toml\""], "`--config FILE`");
    refused(&root, &["--config", "none.toml"], "cannot read `none.toml`");
}

#[test]
fn what_settings_forbid_to_ignore_whoever_starts_the_command_may() {
    let root = repository("config-forbid", "forbid = [\"RAM604\"]\n");
    assert_eq!(found(&root, &["--config", "rules.RAM604='off'"]), ["RAM605 warning"]);
    // And may forbid more than the settings do.
    let ignore = "[[ignore]]\ncodes = [\"RAM605\"]\nreason = \"emergency role\"\n";
    fs::write(root.join("ramguard.toml"), ignore).unwrap();
    refused(&root, &["--config", "forbid=['RAM605']"], "RAM605 may not be ignored");
}

#[test]
fn settings_and_their_base_and_baseline_are_taken_from_a_commit() {
    let root = repository("git-taken", "extends = \"base.toml\"\nbaseline = \"b.json\"\n");
    fs::write(root.join("base.toml"), "[rules]\nRAM605 = \"off\"\n").unwrap();
    assert_eq!(run_in(&root, &["baseline", "write", "policies"]).code, 0);
    git(&root, &["add", "."]);
    git(&root, &["commit", "-q", "-m", "two"]);
    // What the work tree says does not count.
    fs::write(root.join("ramguard.toml"), "[rules]\nall = \"off\"\n").unwrap();
    fs::write(root.join("base.toml"), "nonsense").unwrap();
    fs::remove_file(root.join("b.json")).unwrap();
    let flags = ["--config-from-git", "main:ramguard.toml"];
    let run = lint(&root, &flags);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let words = "Settings: `main:base.toml`, `main:ramguard.toml`, main (";
    assert!(run.stderr.starts_with(words), "{}", run.stderr);
    assert!(run.stderr.contains("1 in the baseline"), "{}", run.stderr);
    // A baseline that is named is one of the work tree, and that of a commit is not written.
    refused(
        &root,
        &[&flags[..], &["--baseline", "b.json"]].concat(),
        "there is no baseline `b.json`",
    );
    refused(&root, &[&flags[..], &["--write-baseline"]].concat(), "name a file with `--baseline`");
    let quiet = lint(&root, &[&flags[..], &["-q"]].concat());
    assert_eq!(quiet.stderr, "");
}

#[test]
fn a_settings_file_in_a_folder_of_the_repository_speaks_for_that_folder() {
    let root = repository("git-folder", "");
    fs::write(
        root.join("policies/strict.toml"),
        "[[per-file]]\npath = \"pass.json\"\nignore = [\"RAM604\"]\n",
    )
    .unwrap();
    git(&root, &["add", "."]);
    git(&root, &["commit", "-q", "-m", "two"]);
    assert_eq!(
        found(&root, &["--config-from-git", "HEAD:policies/strict.toml"]),
        ["RAM605 warning"]
    );
}

#[test]
fn a_change_that_touches_settings_and_policies_is_refused_unless_somebody_accepts_it() {
    let flags = ["--config-from-git", "main:ramguard.toml"];
    let accepting = [&flags[..], &["--allow-config-change"]].concat();
    for (number, setting) in [
        "ramguard.toml",
        "deep/.ramguard.toml",
        "policies/pass.json.ramguard.toml",
        "ramguard-baseline.json",
        "policies/.gitignore",
        "known.json",
    ]
    .iter()
    .enumerate()
    {
        let root = repository(&format!("git-change-{number}"), "baseline = \"known.json\"\n");
        run_in(&root, &["baseline", "write", "policies"]);
        git(&root, &["add", "."]);
        git(&root, &["commit", "-q", "-m", "two"]);
        git(&root, &["checkout", "-q", "-b", "change"]);
        // Settings alone.
        fs::create_dir_all(root.join("deep")).unwrap();
        fs::write(root.join(setting), "[[ignore]]\ncodes = [\"all\"]\n").unwrap();
        let alone = lint(&root, &flags);
        assert!(!alone.stderr.contains("touches settings"), "{setting}: {}", alone.stderr);
        // And with a policy, committed or not, looked at or not.
        fs::write(root.join("policies/pass.json"), format!("{PASS}\n")).unwrap();
        git(&root, &["add", "-A", "-f"]);
        git(&root, &["commit", "-q", "-m", "three"]);
        refused(&root, &flags, &format!("touches settings, `{setting}`, together with policies"));
        let accepted = lint(&root, &accepting);
        assert!(!accepted.stderr.contains("touches settings"), "{}", accepted.stderr);
    }
}

#[test]
fn a_change_of_policies_alone_or_of_other_files_is_none_of_settings() {
    let root = repository("git-change-policies", "");
    let flags = ["--config-from-git", "main:ramguard.toml"];
    git(&root, &["checkout", "-q", "-b", "change"]);
    fs::write(root.join("policies/new.json"), PASS).unwrap();
    assert_eq!(found(&root, &flags).len(), 4);
    // Other files hold no policy.
    fs::remove_file(root.join("policies/new.json")).unwrap();
    fs::write(root.join("ramguard.toml"), "[rules]\nall = \"off\"\n").unwrap();
    fs::write(root.join("package.json"), "{ \"name\": \"x\", \"version\": \"1\" }").unwrap();
    fs::write(root.join("main.rs"), "fn main() {}").unwrap();
    assert_eq!(found(&root, &flags).len(), 2);
    // A policy that nobody was to look at is one.
    fs::create_dir_all(root.join("elsewhere")).unwrap();
    fs::write(root.join("elsewhere/p.json"), PASS).unwrap();
    refused(&root, &flags, "together with policies, `elsewhere/p.json`;");
}

#[test]
fn a_place_in_git_that_is_none_is_an_error() {
    let root = repository("git-place", "");
    let refused = |place: &str, words: &str| refused(&root, &["--config-from-git", place], words);
    refused("main", "write `--config-from-git GIT_REF:PATH`");
    refused("nowhere:ramguard.toml", "git knows no commit `nowhere` here");
    refused("main:none.toml", "there is no `main:none.toml`");
    refused("main:../ramguard.toml", "starts from the top of the repository");
    refused("main:", "starts from the top of the repository");
    fs::write(root.join("ramguard.toml"), "nonsense = 1\n").unwrap();
    git(&root, &["commit", "-q", "-am", "two"]);
    refused("main:ramguard.toml", "main:ramguard.toml:1:1: no setting is called `nonsense`");
}
