//! Policies inside other files, as `ramguard lint` tells of them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be taken apart has failed the test"
)]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use support::{Run, command, folder, run, with_stdin};

fn inputs() -> PathBuf {
    support::testdata().join("inputs")
}

fn lint(arguments: &[&str]) -> Run {
    run(command([&["lint", "--output", "json"], arguments].concat()).current_dir(inputs()))
}

fn files() -> Vec<String> {
    let mut files: Vec<String> = fs::read_dir(inputs())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".tsv"))
        .collect();
    files.sort();
    files
}

/// What the loader refuses in a file: place, name of the policy, code, and the words at the place.
fn refusals(name: &str) -> String {
    let text = fs::read_to_string(inputs().join(name)).unwrap();
    let report = lint(&[name]).json();
    let mut rows = String::new();
    for finding in report["findings"].as_array().unwrap() {
        let Some(diagnostic) = finding["diagnostic"].as_str() else { continue };
        let (start, end) = (&finding["span"]["start"], &finding["span"]["end"]);
        let byte = |place: &serde_json::Value| usize::try_from(place["byte"].as_u64().unwrap());
        let words = &text[byte(start).unwrap()..byte(end).unwrap()];
        let words = words.lines().next().unwrap_or_default();
        writeln!(
            rows,
            "{name}\t{}\t{}\t{}\t{}\t{diagnostic}\t{words}",
            start["line"],
            start["column"],
            finding["policy"].as_str().unwrap(),
            finding["kind"].as_str().unwrap(),
        )
        .unwrap();
    }
    rows
}

#[test]
fn every_finding_points_at_its_words_in_the_host_file() {
    let path = inputs().join("expected.tsv");
    let mut table = "file\tline\tcolumn\tpolicy\tkind\tdiagnostic\twords\n".to_owned();
    for name in files() {
        table.push_str(&refusals(&name));
    }
    if std::env::var_os("RAMGUARD_BLESS").is_some_and(|value| value == "1") {
        fs::write(path, table).unwrap();
        return;
    }
    let expected = fs::read_to_string(path).unwrap();
    for (found, expected) in table.lines().zip(expected.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(table.lines().count(), expected.lines().count());
}

#[test]
fn a_folder_is_searched_for_every_kind_of_file_but_markdown() {
    let run = lint(&["."]);
    let report = run.json();
    let mut paths: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["path"].as_str().unwrap())
        .collect();
    paths.dedup();
    let expected: Vec<String> = files().into_iter().filter(|name| !name.ends_with(".md")).collect();
    assert_eq!(paths, expected);
}

#[test]
fn a_document_that_is_an_expression_is_told_and_left_out() {
    let run = lint(&["main.tf"]);
    let note = ":88:21: the document of `alicloud_ram_policy.from_file` is an expression";
    assert!(run.stderr.contains(note), "{}", run.stderr);
}

#[test]
fn a_string_that_a_template_fills_in_is_not_told_as_wrong() {
    let policy = |resource: &str| {
        format!(
            "resource \"alicloud_ram_policy\" \"p\" {{\n  policy_document = <<EOF\n{{\"Version\": \
             \"1\", \"Statement\": [{{\"Effect\": \"Allow\", \"Action\": \"oss:GetObject\", \
             \"Resource\": \"{resource}\"}}]}}\nEOF\n}}\n"
        )
    };
    let arguments = ["lint", "-", "--stdin-filename", "p.tf", "--output", "json"];
    let codes = |text: &str| {
        let report = with_stdin(&arguments, text.as_bytes()).json();
        let findings = report["findings"].as_array().unwrap().clone();
        findings.iter().any(|finding| finding["diagnostic"] == "missing-arn-field")
    };
    assert!(codes(&policy("acs:oss:name")));
    assert!(!codes(&policy("acs:oss:${var.name}")));
}

#[test]
fn a_comment_behind_a_value_in_quotes_is_no_part_of_it() {
    for (value, words) in [
        (r#""2"   # not "1""#, r#""2""#),
        ("'2' # it's", "'2'"),
        (r#""\x32\"" # x"#, r#""\x32\"""#),
        ("'2''' # x", "'2'''"),
        (r#"!!str "2" # x"#, r#""2""#),
    ] {
        let file = format!("Statement: []\nVersion: {value}\n");
        let arguments = ["lint", "-", "--stdin-filename", "p.yml", "--output", "json"];
        let report = with_stdin(&arguments, file.as_bytes()).json();
        let findings = report["findings"].as_array().unwrap();
        let version = findings.iter().find(|f| f["diagnostic"] == "invalid-version").unwrap();
        let byte = |place: &str| usize::try_from(version["span"][place]["byte"].as_u64().unwrap());
        assert_eq!(&file[byte("start").unwrap()..byte("end").unwrap()], words, "{value}");
    }
}

#[test]
fn a_file_that_cannot_be_read_as_what_it_is_called_is_an_error_with_its_place() {
    let arguments = ["lint", "-", "--stdin-filename"];
    for (name, text, place) in [
        ("a.tf", "resource \"alicloud_ram_policy\" \"p\" {\n  a b\n}\n", "a.tf:2:6: not Terraform"),
        ("a.yml", "Statement:\n  - [a\n", "a.yml:3:1: not YAML"),
    ] {
        let run = with_stdin(&[&arguments[..], &[name]].concat(), text.as_bytes());
        assert_eq!(run.code, 2, "{name}");
        assert!(run.stderr.contains(place), "{}", run.stderr);
    }
}

#[test]
fn nothing_of_a_hostile_file_reaches_the_terminal_as_it_is() {
    let name = "a\u{1b}[31m\u{202e}b";
    let policy = r#"{\"Version\": \"1\", \"Statement\": [{\"Effect\": \"\u001b[31m\"}]}"#;
    let file = format!(r#"{{"PolicyName": "{name}", "PolicyDocument": "{policy}"}}"#);
    for format in ["human", "concise", "json"] {
        let arguments = ["lint", "-", "--stdin-filename", "a.json", "--output", format];
        let run = with_stdin(&arguments, file.as_bytes());
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(!run.stdout.contains(support::acts), "{}", run.stdout);
        assert!(!run.stderr.contains(support::acts), "{}", run.stderr);
    }
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_and_pipes_end_at_once() {
    let root = folder("extract-links");
    std::os::unix::fs::symlink(&root, root.join("loop")).unwrap();
    std::os::unix::fs::symlink(root.join("self.tf"), root.join("self.tf")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(root.join("pipe.tf")).status();
    fs::write(root.join("a.json"), r#"{"Version": "1", "Statement": []}"#).unwrap();
    let run = run(command(["lint", "."]).current_dir(&root));
    assert_ne!(run.code, -1);
    if made.is_ok_and(|status| status.success()) {
        let run = support::run(command(["lint", "pipe.tf"]).current_dir(&root));
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains("pipe or device"), "{}", run.stderr);
    }
    let run = support::run(command(["lint", "self.tf"]).current_dir(&root));
    assert_eq!(run.code, 2);
}
