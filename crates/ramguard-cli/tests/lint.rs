//! `ramguard lint` from outside.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be taken apart has failed the test"
)]

mod support;

use std::fs;

use support::{Run, assert_golden, folder, ramguard, run, with_stdin};

fn lint(arguments: &[&str]) -> Run {
    ramguard(&[&["lint"], arguments].concat())
}

fn codes(run: &Run) -> Vec<String> {
    let report = run.json();
    let findings = report["findings"].as_array().unwrap();
    let name = |finding: &serde_json::Value| finding["diagnostic"].as_str().map(str::to_owned);
    findings.iter().filter_map(name).collect()
}

#[test]
fn a_clean_document_has_no_findings() {
    let run = lint(&["attach-role.json"]);
    assert_eq!((run.stdout.as_str(), run.code), ("", 0));
    assert_eq!(run.stderr, "No findings in 1 document.\n");
}

#[test]
fn every_problem_is_told_with_its_place_its_line_and_a_remedy() {
    let run = lint(&["published.json"]);
    assert_eq!(run.code, 1);
    assert_golden("lint-human", &run.told());
}

#[test]
fn concise_is_one_line_a_finding() {
    let run = lint(&["published.json", "--output", "concise"]);
    assert_eq!(run.code, 1);
    assert_golden("lint-concise", &run.told());
}

#[test]
fn json_keeps_its_shape() {
    let run = lint(&["published.json", "--output", "json"]);
    assert_eq!(run.code, 1);
    let pretty = serde_json::to_string_pretty(&run.json()).unwrap();
    assert_golden("lint-json", &format!("{pretty}\n"));
}

#[test]
fn the_exit_code_does_not_depend_on_the_format() {
    for format in ["human", "concise", "json", "sarif", "github", "gitlab", "junit"] {
        assert_eq!(lint(&["published.json", "--output", format]).code, 1);
        assert_eq!(lint(&["developer.json", "--output", format]).code, 0);
        assert_eq!(lint(&["missing.json", "--output", format]).code, 2);
    }
}

#[test]
fn every_malformed_document_is_refused_with_the_stated_code_and_the_others_are_not() {
    let path = support::testdata().join("conformance/malformed.jsonl");
    for line in fs::read_to_string(path).unwrap().lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let kind = case["kind"].as_str().unwrap();
        let document = case["document"].as_str().unwrap();
        // Some of what the language remarks on is only of interest to an audit.
        let preset = if case["lint"] == true { "audit" } else { "default" };
        let flags = ["lint", "-", "--kind", kind, "--output", "json", "--preset", preset];
        let run = with_stdin(&flags, document.as_bytes());
        let codes = codes(&run);
        let id = &case["id"];
        if case["reject"] == true {
            assert_eq!(run.code, 1, "{id}");
            let report = run.json();
            let mut findings = report["findings"].as_array().unwrap().iter();
            assert!(
                findings.any(|f| f["diagnostic"] == case["code"] && f["level"] == "error"),
                "{id}: {codes:?}"
            );
        } else if case["lint"] == true {
            assert!(codes.iter().any(|code| case["code"] == *code), "{id}: {codes:?}");
        } else {
            let report = run.json();
            let findings = report["findings"].as_array().unwrap();
            assert_eq!((run.code, findings.len()), (0, 0), "{id}: {findings:?}");
        }
    }
}

#[test]
fn every_malformed_document_is_drawn_for_people_without_harm() {
    let path = support::testdata().join("conformance/malformed.jsonl");
    for line in fs::read_to_string(path).unwrap().lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let kind = case["kind"].as_str().unwrap();
        let document = case["document"].as_str().unwrap();
        let human = with_stdin(&["lint", "-", "--kind", kind], document.as_bytes());
        assert_eq!(human.stdout.contains("error["), human.code == 1, "{}", case["id"]);
        assert!(!human.stdout.contains(support::acts), "{}", case["id"]);
    }
}

#[test]
fn the_kind_is_guessed_from_the_principal() {
    assert_eq!(lint(&["trust.json", "bucket.json", "attach-role.json"]).code, 0);
    let run = lint(&["trust.json", "--kind", "identity", "--output", "json"]);
    assert!(codes(&run).contains(&"principal-not-allowed".to_owned()));
}

#[test]
fn standard_input_is_reported_under_the_name_it_is_given() {
    let run = with_stdin(
        &["lint", "-", "--stdin-filename", "role.json", "--output", "concise", "--kind", "trust"],
        br#"{"Version": "1"}"#,
    );
    assert_eq!(run.code, 1);
    assert!(run.stdout.starts_with("role.json:1:1: error RAM203 "), "{}", run.stdout);
}

#[test]
fn columns_count_characters_and_bytes_count_bytes() {
    let run = with_stdin(
        &["lint", "-", "--output", "json"],
        "{\"目录\": 1, \"Version\": \"2\", \"Statement\": []}".as_bytes(),
    );
    let report = run.json();
    let version = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["diagnostic"] == "invalid-version")
        .unwrap();
    assert_eq!((&version["line"], &version["column"]), (&1.into(), &22.into()));
    assert_eq!(version["span"]["start"]["byte"], 25);
    assert_eq!(version["pointer"], "/Version");
}

#[test]
fn bytes_that_are_not_utf8_are_found_at_their_place() {
    let run = with_stdin(&["lint", "-", "--output", "concise"], b"{\n \"a\xff\": \"\xfe\"}");
    assert_eq!(run.code, 1);
    assert!(run.stdout.starts_with("<stdin>:2:4: error RAM103 "), "{}", run.stdout);
}

fn tree(name: &str) -> std::path::PathBuf {
    let root = folder(name);
    let bad = r#"{"Version": "2", "Statement": []}"#;
    for folder in ["a", "b/deep", "vendor", "ignored", ".hidden"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    for file in [
        "z.json",
        "a/one.json",
        "b/deep/two.json",
        "vendor/three.json",
        "ignored/four.json",
        ".hidden/five.json",
        "a/policy.txt",
    ] {
        fs::write(root.join(file), bad).unwrap();
    }
    fs::write(root.join("package.json"), r#"{"name": "x", "version": "1"}"#).unwrap();
    fs::write(root.join(".gitignore"), "ignored/\n").unwrap();
    root
}

fn paths(run: &Run) -> Vec<String> {
    let report = run.json();
    let findings = report["findings"].as_array().unwrap();
    let mut paths: Vec<String> = findings
        .iter()
        .map(|finding| finding["path"].as_str().unwrap().replace('\\', "/"))
        .collect();
    paths.dedup();
    paths
}

fn lint_in(root: &std::path::Path, arguments: &[&str]) -> Run {
    let arguments = [&["lint", "--output", "json"], arguments].concat();
    run(support::command(arguments).current_dir(root))
}

#[test]
fn a_folder_is_walked_in_order_and_ignore_files_are_obeyed() {
    let root = tree("lint-walk");
    let run = lint_in(&root, &["."]);
    assert_eq!(run.code, 1);
    assert_eq!(paths(&run), ["a/one.json", "b/deep/two.json", "vendor/three.json", "z.json"]);
    assert_eq!(run.json()["summary"]["skipped"], 1);
}

#[test]
fn folders_and_files_can_be_left_out_or_added() {
    let root = tree("lint-globs");
    assert_eq!(
        paths(&lint_in(&root, &[".", "--exclude", "vendor/", "--exclude", "z.*"])),
        ["a/one.json", "b/deep/two.json"]
    );
    assert_eq!(paths(&lint_in(&root, &[".", "--include", "*.txt"])), ["a/policy.txt"]);
}

#[test]
fn a_file_that_is_named_is_checked_whatever_it_is_called_and_only_once() {
    let root = tree("lint-named");
    let run = lint_in(&root, &["ignored/four.json", "a", "a/one.json", "package.json"]);
    assert_eq!(paths(&run), ["a/one.json", "ignored/four.json", "package.json"]);
    assert_eq!(run.json()["summary"]["documents"], 3);
}

#[test]
fn a_path_that_cannot_be_read_hides_no_other_path() {
    let run = lint(&["missing.json", "published.json", "--output", "json"]);
    assert_eq!(run.code, 2);
    assert!(!codes(&run).is_empty());
    assert_eq!(run.json()["summary"]["unreadable"], 1);
    assert!(run.stderr.contains("cannot read `missing.json`"), "{}", run.stderr);
}

#[test]
fn a_broken_glob_is_an_error() {
    assert_eq!(lint(&[".", "--exclude", "["]).code, 2);
}

#[test]
fn quiet_leaves_the_summary_out() {
    assert_eq!(lint(&["attach-role.json", "-q"]).stderr, "");
}

#[test]
fn legacy_not_resource_is_accepted_on_request() {
    let document = br#"{"Version": "1", "Statement": [
        {"Effect": "Deny", "Action": "*", "NotResource": "acs:oss:*:*:a"}]}"#;
    assert_eq!(with_stdin(&["lint", "-"], document).code, 1);
    assert_eq!(with_stdin(&["lint", "-", "--legacy-not-resource"], document).code, 0);
}

#[test]
fn no_policy_is_exit_code_4_unless_that_is_allowed() {
    let root = folder("lint-empty");
    fs::write(root.join("package.json"), "{}").unwrap();
    assert_eq!(lint_in(&root, &["."]).code, 4);
    assert_eq!(lint_in(&root, &[".", "--allow-empty"]).code, 0);
}

#[test]
fn what_fails_a_run_is_chosen_by_level_or_by_rule() {
    let code = |flags: &[&str]| lint(&[&["developer.json"], flags].concat()).code;
    assert_eq!(code(&[]), 0);
    assert_eq!(code(&["--fail-on", "warning"]), 1);
    assert_eq!(code(&["--fail-on", "RAM324"]), 1);
    assert_eq!(code(&["--fail-on", "RAM6"]), 0);
    assert_eq!(code(&["--fail-on", "warning", "--exit-zero"]), 0);
    assert_eq!(code(&["--max-warnings", "0"]), 1);
    assert_eq!(code(&["--max-warnings", "1"]), 0);
    assert_eq!(lint(&["everything.json", "--fail-on", "never"]).code, 0);
}

#[test]
fn rules_are_selected_left_out_and_given_a_level() {
    let rules = |flags: &[&str]| -> Vec<String> {
        let run =
            lint(&[&["everything.json", "developer.json", "--output", "json"], flags].concat());
        let report = run.json();
        let findings = report["findings"].as_array().unwrap();
        let code = |f: &serde_json::Value| {
            format!("{} {}", f["code"].as_str().unwrap(), f["level"].as_str().unwrap())
        };
        findings.iter().map(code).collect()
    };
    let all = rules(&["--ignore", "grammar"]);
    assert_eq!(all, ["RAM324 warning", "RAM601 error"]);
    assert_eq!(rules(&["--ignore", "RAM3,grammar"]), ["RAM601 error"]);
    assert_eq!(rules(&["--select", "full-admin"]), ["RAM601 error"]);
    let flags = ["--level", "RAM601=note", "--ignore", "name,grammar"];
    assert_eq!(rules(&flags), ["RAM601 note"]);
    assert_eq!(rules(&["--level", "RAM601=off,RAM324=off,grammar=off"]), [""; 0]);
    let more = rules(&["--extend-select", "style", "--ignore", "grammar"]);
    assert!(more.len() > 2 && more.iter().any(|rule| rule.starts_with("RAM9")), "{more:?}");
}

#[test]
fn a_rule_that_does_not_exist_is_a_mistake_with_a_suggestion() {
    let run = lint(&["developer.json", "--select", "RAM6004"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("did you mean `RAM604`?"), "{}", run.stderr);
}

#[test]
fn a_mistake_says_what_was_most_likely_meant() {
    for (flags, words) in [
        (&["--fail-on", "eror"][..], "neither a level nor a rule; did you mean `error`?"),
        (&["--select", "passrole-any-rol"], "did you mean `passrole-any-role`?"),
        (&["--select", "passrole"], "did you mean `passrole-any-role`?"),
        (
            &["--baseline", "none.json"],
            "there is no baseline `none.json`; `ramguard baseline write` makes it",
        ),
        (&["--exclude", "[a"], "`[a` is no glob: unclosed character class"),
    ] {
        let run = lint(&[&["developer.json"], flags].concat());
        assert_eq!(run.code, 2, "{flags:?}");
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
    let empty = folder("lint-nothing");
    assert_eq!(lint_in(&empty, &["."]).stderr, "No policy found.\n");
}

#[test]
fn messages_are_told_in_chinese_on_request() {
    let run = lint(&["everything.json", "--lang", "zh", "--output", "concise"]);
    assert!(run.stdout.contains("管理员"), "{}", run.stdout);
}

#[test]
fn a_policy_inside_a_template_is_found_at_its_place_in_the_file() {
    let root = folder("lint-template");
    let text = "resource \"alicloud_ram_policy\" \"p\" {\n  policy_name = \"p\"\n  policy_document = \
                <<EOF\n{\"Version\": \"1\", \"Statement\": [\n  {\"Effect\": \"Allow\", \"Action\": \
                \"*\", \"Resource\": \"*\"}]}\nEOF\n}\n";
    fs::write(root.join("main.tf"), text).unwrap();
    let run = lint_in(&root, &["."]);
    let report = run.json();
    let finding = &report["findings"][0];
    assert_eq!(finding["code"], "RAM601");
    assert_eq!((&finding["line"], &finding["path"]), (&5.into(), &"main.tf".into()));
    assert_ne!(finding["policy"], "");
}

#[test]
fn the_summary_counts_files_and_milliseconds_and_can_be_left_out() {
    let folder = support::testdata().join("inputs");
    let flags = ["lint", folder.to_str().unwrap()];
    let output = support::command(flags).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    let summary = told.lines().next_back().unwrap();
    assert!(summary.contains(" documents of ") && summary.contains(" files, "), "{summary}");
    let time = summary.split(" ms").next().unwrap().rsplit(' ').next().unwrap();
    assert!(time.parse::<u64>().is_ok(), "{summary}");
    let whole = ramguard(&flags);
    let without = ramguard(&[&flags[..], &["--no-summary"]].concat());
    assert_eq!(whole.stdout, without.stdout);
    assert!(
        without.stderr.contains("left out: ") && !without.stderr.contains("Found "),
        "{}",
        without.stderr
    );
    let quiet = ramguard(&[&flags[..], &["--quiet"]].concat());
    assert_eq!((quiet.stdout, quiet.stderr.as_str()), (whole.stdout, ""));
}
