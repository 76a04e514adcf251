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
    // The rule on `Sid` has its say elsewhere.
    let flags = ["lint", "policies", "--now", "2026-06-01", "--ignore", "RAM223"];
    let arguments = [&flags, arguments].concat();
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

#[test]
fn what_is_gone_from_the_baseline_is_told_and_can_fail_the_run_and_be_taken_out() {
    let root = repository("settings-stale", "baseline = \"b.json\"\n");
    fs::copy(root.join("policies/pass.json"), root.join("policies/other.json")).unwrap();
    assert_eq!(lint(&root, &["--write-baseline"]).code, 0);
    let entries = || fs::read_to_string(root.join("b.json")).unwrap().lines().count() - 2;
    assert_eq!(entries(), 4);
    fs::write(root.join("policies/pass.json"), PASS.replace("\"*\"", "\"acs:ram:*:*:role/a\""))
        .unwrap();
    let run = lint(&root, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let words = "gone from the baseline: policies/pass.json: RAM604 /Statement/0/Action: can pass";
    assert!(run.stderr.contains(words), "{}", run.stderr);
    assert_eq!(lint(&root, &["--fail-on-stale-baseline"]).code, 1);
    assert_eq!(lint(&root, &["--output", "json"]).json()["stale"][0]["code"], "RAM604");
    // Nobody looked for it, so nobody knows.
    let flags = ["--fail-on-stale-baseline", "--ignore", "security"];
    assert_eq!(lint(&root, &flags).code, 0);
    assert_eq!(lint(&root, &["--prune-baseline"]).code, 0);
    assert_eq!(entries(), 3);
    assert_eq!(lint(&root, &["--fail-on-stale-baseline"]).code, 0);
    // A file that is no more has no findings.
    fs::remove_file(root.join("policies/other.json")).unwrap();
    assert_eq!(lint(&root, &["--fail-on-stale-baseline"]).code, 1);
}

#[test]
fn writing_a_baseline_keeps_what_the_run_did_not_look_at() {
    let root = repository("settings-baseline-part", "baseline = \"b.json\"\n");
    fs::copy(root.join("policies/pass.json"), root.join("policies/other.json")).unwrap();
    assert_eq!(lint(&root, &["--write-baseline"]).code, 0);
    let before = fs::read_to_string(root.join("b.json")).unwrap();
    let flags = ["lint", "policies/other.json", "--write-baseline", "--ignore", "RAM605,RAM223"];
    assert_eq!(run(command(flags).current_dir(&root)).code, 0);
    assert_eq!(fs::read_to_string(root.join("b.json")).unwrap(), before);
}

#[test]
fn a_file_that_is_no_baseline_is_not_written_over() {
    let root = repository("settings-baseline-over", "");
    let run = lint(&root, &["--baseline", "policies/pass.json", "--write-baseline"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("is no baseline"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(root.join("policies/pass.json")).unwrap(), PASS);
}

#[test]
fn the_word_that_names_fewer_rules_wins() {
    let root = repository(
        "settings-breadth",
        "[rules]\nRAM604 = \"note\"\nall = \"off\"\nsecurity = \"warning\"\n",
    );
    let report = lint(&root, &["--output", "json"]).json();
    let levels: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["level"].as_str().unwrap())
        .collect();
    assert_eq!(levels, ["note", "warning"]);
}

#[test]
fn settings_leave_files_and_folders_out_wherever_the_run_starts() {
    let root = repository("settings-exclude", "exclude = [\"policies/old\", \"*.bak.json\"]\n");
    fs::create_dir_all(root.join("policies/old/deep")).unwrap();
    for file in ["policies/old/a.json", "policies/old/deep/b.json", "policies/c.bak.json"] {
        fs::write(root.join(file), PASS).unwrap();
    }
    // Settings of a folder that is left out are not read.
    fs::write(root.join("policies/old/deep/ramguard.toml"), "nonsense").unwrap();
    for folder in [".", "policies", "policies/old"] {
        let flags = ["lint", folder, "--output", "json", "--exit-zero", "--allow-empty"];
        let run = run(command(flags).current_dir(&root));
        assert_eq!(run.code, 0, "{}", run.stderr);
        let expected = usize::from(folder != "policies/old");
        assert_eq!(run.json()["summary"]["documents"], expected, "{folder}");
        assert!(run.stderr.contains("left out by `exclude`"), "{}", run.stderr);
    }
    // From inside and from beside as well.
    for (start, folder) in [("policies/old/deep", "."), ("policies", "../policies")] {
        let flags = ["lint", folder, "--output", "json", "--exit-zero", "--allow-empty"];
        let run = run(command(flags).current_dir(root.join(start)));
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(run.json()["summary"]["documents"], usize::from(start == "policies"));
    }
    // What is named is checked, and without settings nothing is left out.
    let named = ["lint", "policies/old/a.json"];
    assert_eq!(run(command(named).current_dir(&root)).code, 1);
    let report = lint(&root, &["--output", "json", "--isolated"]).json();
    assert_eq!(report["summary"]["documents"], 4);
    let fmt = run(command(["fmt", "--check", "."]).current_dir(&root));
    assert_eq!(fmt.stdout, "policies/pass.json\n");
}

#[test]
fn settings_say_what_of_a_folder_is_looked_at() {
    let root = repository("settings-include", "include = [\"**/*.ram\"]\n");
    fs::write(root.join("policies/a.ram"), PASS).unwrap();
    let report = lint(&root, &["--output", "json"]).json();
    assert_eq!(report["findings"][0]["path"], "policies/a.ram");
    assert_eq!(report["summary"]["documents"], 1);
    assert_eq!(codes(&root, &["--include", "*.json"]), ["RAM604", "RAM605"]);
}

#[test]
fn settings_build_on_others_and_win_over_them() {
    let root =
        repository("settings-extends", "extends = \"shared/base.toml\"\nfail-on = [\"note\"]\n");
    fs::create_dir_all(root.join("shared")).unwrap();
    let base = "preset = \"audit\"\nfail-on = [\"never\"]\n[rules]\nRAM604 = \"note\"\n\
                RAM605 = \"off\"\n[[ignore]]\ncodes = [\"RAM601\"]\nreason = \"for others of us\"\n";
    fs::write(root.join("shared/base.toml"), base).unwrap();
    let run = lint(&root, &["--output", "concise"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("note RAM604"), "{}", run.stdout);
    assert!(!run.stdout.contains("RAM605"), "{}", run.stdout);
    // An ignore of the base that is not needed here may be needed elsewhere.
    assert!(!run.stdout.contains("RAM905"), "{}", run.stdout);
    // A mistake in the base is told at its place in the base.
    fs::write(root.join("shared/base.toml"), "\npreset = \"strikt\"\n").unwrap();
    let run = lint(&root, &[]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("shared/base.toml:2:10: "), "{}", run.stderr);
}

#[test]
fn a_base_lies_in_the_repository_and_is_not_built_on_itself() {
    let refused = |name: &str, base: &str, words: &str| {
        let root = repository(name, &format!("\nextends = \"{base}\"\n"));
        let run = lint(&root, &[]);
        assert_eq!(run.code, 2, "{base}");
        let place = format!("ramguard.toml:2:11: extends: {words}");
        assert!(run.stderr.contains(&place), "{}", run.stderr);
    };
    refused("settings-extends-up", "../base.toml", "the base lies outside of");
    refused("settings-extends-root", "/etc/passwd", "a base is named by a path relative");
    refused("settings-extends-self", "./ramguard.toml", "the base is built on this file");
    refused("settings-extends-none", "none.toml", "cannot read `none.toml`");
}

#[test]
fn what_is_forbidden_to_ignore_can_be_ignored_nowhere_below() {
    let ignore = "[[ignore]]\ncodes = [\"RAM604\"]\nreason = \"emergency role\"\n";
    let words = "RAM604 may not be ignored or turned down: `ramguard.toml` forbids it";
    let refused = |root: &Path, place: &str| {
        let run = lint(root, &[]);
        assert_eq!(run.code, 2, "{place}: {}", run.stdout);
        assert!(run.stderr.contains(&format!("{place}: {words}")), "{}", run.stderr);
    };
    let root = repository("settings-forbid", "forbid = [\"RAM604\"]\n");
    assert_eq!(codes(&root, &[]), ["RAM604", "RAM605"]);
    let nested = root.join("policies/ramguard.toml");
    for (text, place) in [
        (ignore, "2:10"),
        ("[rules]\nsecurity = \"off\"\n", "2:1"),
        ("[rules]\nRAM604 = \"note\"\n", "2:1"),
        ("[[per-file]]\npath = \"**\"\nignore = [\"RAM6\"]\n", "3:11"),
    ] {
        fs::write(&nested, text).unwrap();
        refused(&root, &format!("policies/ramguard.toml:{place}"));
    }
    fs::remove_file(&nested).unwrap();
    fs::write(root.join("policies/pass.json.ramguard.toml"), ignore).unwrap();
    refused(&root, "policies/pass.json.ramguard.toml:2:10");
    fs::remove_file(root.join("policies/pass.json.ramguard.toml")).unwrap();
    // Nor does a baseline hide it.
    assert_eq!(lint(&root, &["--baseline", "b.json", "--write-baseline"]).code, 1);
    assert_eq!(codes(&root, &["--baseline", "b.json"]), ["RAM604"]);
}

#[test]
fn a_rule_that_does_not_exist_is_told_at_its_place() {
    for (text, place) in [
        ("\nfail-on = [\"error\", \"RAM6044\"]\n", "2:21"),
        ("forbid = [\"RAM6044\"]\n", "1:11"),
        ("[rules]\nRAM6044 = \"off\"\n", "2:1"),
        ("[[per-file]]\npath = \"**\"\nignore = [\"RAM6044\"]\n", "3:11"),
    ] {
        let root = repository("settings-norule-place", text);
        let run = lint(&root, &[]);
        assert_eq!(run.code, 2);
        let words = format!("ramguard.toml:{place}: no rule is called `RAM6044`");
        assert!(run.stderr.contains(&words), "{}", run.stderr);
    }
}

#[test]
fn the_settings_in_the_documentation_are_settings() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/lint.md");
    let page = fs::read_to_string(page).unwrap();
    let example = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    // Without the files it names, which are not here.
    let is_there = |line: &&str| !line.starts_with("extends") && !line.starts_with("baseline =");
    let lines: Vec<&str> = example.lines().filter(is_there).collect();
    let root = repository("settings-documented", &lines.join("\n"));
    let run = lint(&root, &[]);
    assert_eq!(run.code, 1, "{}", run.stderr);
}
