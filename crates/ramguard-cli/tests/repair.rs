//! `ramguard lint --fix` and `ramguard fmt` from outside, and the laws they keep.
#![expect(clippy::unwrap_used, reason = "what cannot be taken apart has failed the test")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use ramguard_lint::layout::{Indent, indented};
use ramguard_policy::json::{self, JsonLimits};
use ramguard_policy::{Kind, Policy};
use support::{Run, command, folder, run, with_stdin};

const VERSION: &str = "{ \"Version\":\"2012-10-17\",\t\"Statement\": [\r\n   { \"Effect\": \"Allow\",\
                       \"Action\": \"ecs:StopInstance\", \"Resource\": \"acs:ecs:*:*:instance/i-a\" }\n] }";

/// A folder under version control.
fn versioned(name: &str) -> PathBuf {
    let root = folder(name);
    fs::create_dir_all(root.join(".git")).unwrap();
    root
}

fn with_file(name: &str, text: &str) -> PathBuf {
    let root = versioned(name);
    fs::write(root.join("p.json"), text).unwrap();
    root
}

fn lint(root: &Path, arguments: &[&str]) -> Run {
    run(command([&["lint", "p.json"], arguments].concat()).current_dir(root))
}

fn text(root: &Path) -> String {
    fs::read_to_string(root.join("p.json")).unwrap()
}

#[test]
fn a_fix_changes_its_place_and_nothing_around_it() {
    let root = with_file("repair-place", VERSION);
    let run = lint(&root, &["--fix"]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert_eq!(text(&root), VERSION.replace("2012-10-17", "1"));
    assert!(run.stderr.contains("1 fix applied"), "{}", run.stderr);
}

#[test]
fn an_unsafe_fix_is_applied_on_request_only() {
    let document = VERSION.replace("2012-10-17", "1").replace("ecs:Stop", "ecs: Stop");
    let root = with_file("repair-unsafe", &document);
    assert_eq!(lint(&root, &["--fix"]).code, 1);
    assert_eq!(text(&root), document);
    assert_eq!(lint(&root, &["--unsafe-fixes"]).code, 0);
    assert_eq!(text(&root), document.replace("ecs: Stop", "ecs:Stop"));
}

#[test]
fn a_diff_shows_the_fix_and_writes_nothing() {
    let root = with_file("repair-diff", VERSION);
    let run = lint(&root, &["--diff"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.starts_with("--- a/p.json\n+++ b/p.json\n@@"), "{}", run.stdout);
    assert!(run.stdout.contains("\n-{ \"Version\":\"2012-10-17\""), "{}", run.stdout);
    assert_eq!(text(&root), VERSION);
}

#[test]
fn what_is_ignored_is_not_repaired() {
    let root = with_file("repair-ignored", VERSION);
    let sidecar = "[[ignore]]\ncodes = [\"RAM202\"]\nreason = \"kept for a test\"\n";
    fs::write(root.join("p.json.ramguard.toml"), sidecar).unwrap();
    lint(&root, &["--fix"]);
    assert_eq!(text(&root), VERSION);
}

#[test]
fn standard_input_is_repaired_to_standard_output_and_findings_stand_beside_it() {
    let run = with_stdin(&["lint", "-", "--fix", "--output", "concise"], VERSION.as_bytes());
    assert_eq!((run.stdout, run.code), (VERSION.replace("2012-10-17", "1"), 0));
    assert!(run.stderr.ends_with("1 fix applied.\n"), "{}", run.stderr);
    // Also where there is nothing to repair, so that the next program gets its policy.
    let star = r#"{"Version": "1", "Statement": [{"Effect": "Allow"}]}"#;
    let run = with_stdin(&["lint", "-", "--fix", "--output", "concise"], star.as_bytes());
    assert_eq!((run.stdout.as_str(), run.code), (star, 1));
    assert!(run.stderr.starts_with("<stdin>:1:"), "{}", run.stderr);
}

#[test]
fn a_run_that_repairs_fails_on_request() {
    let root = with_file("repair-exit", VERSION);
    assert_eq!(lint(&root, &["--fix", "--exit-non-zero-on-fix"]).code, 1);
    assert_eq!(lint(&root, &["--fix", "--exit-non-zero-on-fix"]).code, 0);
}

#[test]
fn standard_input_is_shown() {
    let run = with_stdin(&["lint", "-", "--diff"], VERSION.as_bytes());
    assert_eq!(run.code, 1);
    assert!(run.stdout.starts_with("--- a/<stdin>"), "{}", run.stdout);
}

#[test]
fn a_policy_inside_a_template_is_repaired_where_it_stands() {
    let root = versioned("repair-template");
    let before = "resource \"alicloud_ram_policy\" \"p\" {\n  policy_name = \"p\"\n  policy_document = \
                  <<EOF\n{\"Version\": \"2012-10-17\", \"Statement\": [\n  {\"Effect\": \"Deny\", \
                  \"Action\": \"ecs:StopInstance\", \"Resource\": \"*\"}]}\nEOF\n}\n";
    fs::write(root.join("main.tf"), before).unwrap();
    let run = run(command(["lint", "main.tf", "--fix"]).current_dir(&root));
    assert_eq!(run.code, 0, "{}", run.stdout);
    let after = fs::read_to_string(root.join("main.tf")).unwrap();
    assert_eq!(after, before.replace("2012-10-17", "1"));
}

#[test]
fn formatting_is_shown_checked_and_done() {
    let document = VERSION.replace("2012-10-17", "1");
    let root = with_file("fmt-modes", &document);
    let fmt = |flags: &[&str]| run(command([&["fmt", "."], flags].concat()).current_dir(&root));
    let checked = fmt(&["--check"]);
    assert_eq!((checked.code, checked.stdout.as_str()), (1, "p.json\n"));
    assert_eq!(fmt(&["--diff"]).code, 1);
    assert_eq!(text(&root), document);
    assert_eq!(fmt(&[]).code, 0);
    assert!(text(&root).starts_with("{\n  \"Version\": \"1\",\n"), "{}", text(&root));
    assert_eq!(fmt(&["--check"]).code, 0);
}

#[test]
fn a_document_that_is_refused_is_not_formatted() {
    let root = with_file("fmt-refused", VERSION);
    let run = run(command(["fmt", "p.json"]).current_dir(&root));
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("stays as it is"), "{}", run.stderr);
    assert_eq!(text(&root), VERSION);
}

#[test]
fn standard_input_is_formatted_to_standard_output() {
    let document = VERSION.replace("2012-10-17", "1");
    let run = with_stdin(&["fmt", "-"], document.as_bytes());
    assert_eq!(run.code, 0);
    let tree = json::read(&document, &JsonLimits::default());
    assert_eq!(Some(run.stdout), indented(&tree, Indent::Two));
}

#[test]
fn what_is_formatted_has_no_finding_on_layout() {
    let root = with_file("fmt-lint", &VERSION.replace("2012-10-17", "1"));
    assert_eq!(run(command(["fmt", "p.json"]).current_dir(&root)).code, 0);
    let flags = ["--select", "RAM904", "--fail-on", "note"];
    assert_eq!(lint(&root, &flags).code, 0);
}

/// Formatting a policy that loads changes nothing but blanks, and doing it twice changes nothing.
fn assert_format_is_lawful(kind: Kind, text: &str) {
    let Ok(policy) = Policy::parse_as(kind, text) else { return };
    for indent in [Indent::Two, Indent::Four] {
        let tree = json::read(text, &JsonLimits::default());
        let once = indented(&tree, indent).unwrap();
        let tree = json::read(&once, &JsonLimits::default());
        assert_eq!(indented(&tree, indent).unwrap(), once);
        let options = ramguard_policy::ReadOptions {
            limits: ramguard_policy::Limits::default().with_max_read_bytes(json::MAX_BYTES),
            ..ramguard_policy::ReadOptions::default()
        };
        if let Ok(again) = Policy::parse_with(kind, &once, &options) {
            assert_eq!(again.to_json(), policy.to_json());
        }
    }
}

#[test]
fn formatting_keeps_the_meaning_of_every_policy_of_the_corpus() {
    for entry in fs::read_dir(support::testdata().join("policies")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = fs::read_to_string(path).unwrap();
            assert_format_is_lawful(Kind::guess(&text), &text);
        }
    }
}

proptest::proptest! {
    #[test]
    fn formatting_keeps_the_meaning_of_every_policy(
        (kind, text) in ramguard_testkit::generate::documents()
    ) {
        if let Ok(kind) = kind.parse() {
            assert_format_is_lawful(kind, &text);
        }
    }
}
