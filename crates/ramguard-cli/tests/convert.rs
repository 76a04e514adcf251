//! `ramguard convert`: what a report holds is written in every other format as the run itself would
//! have written it, and what is no report is refused.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be taken apart has failed the test"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::{FORMATS, Run, acts, folder, ramguard, run, with_stdin};

/// A folder with files of every kind, one of them suppressed in part and one in a baseline.
fn project(name: &str) -> PathBuf {
    let root = folder(name);
    copy(&support::testdata().join("inputs"), &root.join("inputs"));
    rules(&root.join("rules"));
    fs::create_dir_all(root.join(".git")).unwrap();
    fs::write(root.join("wide.json"), WIDE).unwrap();
    fs::write(root.join("clean.json"), CLEAN).unwrap();
    fs::write(root.join("strict.toml"), SETTINGS).unwrap();
    root
}

/// Characters of every width before and inside of what is found.
const WIDE: &str = "{\"Version\": \"1\", \"Statement\": [{\"Sid\": \"é中😀\", \"Effect\": \"Allow\", \
    \"Action\": [\"ecs:é中😀*\", \"ecs: Stop\"], \"Resource\": \"acs:ecs:*:*:😀/x y\"}]}";
const CLEAN: &str = r#"{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "ecs:StopInstance", "Resource": "acs:ecs:*:*:instance/i-untold"}]}"#;
const SETTINGS: &str = "preset = \"strict\"\n[[ignore]]\ncodes = [\"RAM3\"]\npath = \"wide.json\"\n\
    reason = \"an <example>, for `people`\"\nuntil = 2999-12-31\n";

/// Writes the example of every rule.
fn rules(to: &Path) {
    let text = fs::read_to_string(support::testdata().join("lint/rules.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    fs::create_dir_all(to).unwrap();
    for rule in all["rules"].as_array().unwrap() {
        let name = format!("{}.json", rule["code"].as_str().unwrap());
        fs::write(to.join(name), rule["tp"].as_str().unwrap_or_default()).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Documentation is looked at too.
const INCLUDED: [&str; 12] = [
    "lint",
    ".",
    "--include",
    "*.md",
    "--include",
    "*.json",
    "--include",
    "*.tf",
    "--include",
    "*.yml",
    "--include",
    "*.yaml",
];

fn lint(root: &Path, flags: &[&str]) -> Run {
    run(support::command([&INCLUDED[..], flags].concat())
        .current_dir(root)
        .env("RAMGUARD_CONFIG", "strict.toml"))
}

fn convert(root: &Path, format: &str) -> Run {
    let flags = ["convert", "report.txt", "--output", format];
    run(support::command(flags).current_dir(root))
}

/// Leaves out of a SARIF report what only the text of a file tells.
fn without_source(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.remove("snippet");
            members.remove("primaryLocationLineHash");
            members.values_mut().for_each(without_source);
        }
        Value::Array(items) => items.iter_mut().for_each(without_source),
        _ => {}
    }
}

fn assert_same(root: &Path, flags: &[&str]) {
    let to_file = [flags, &["--output", "json=report.txt"]].concat();
    let report = lint(root, &to_file);
    assert_eq!(report.code, 1, "{}", report.stderr);
    for format in FORMATS {
        let direct = lint(root, &[flags, &["--output", format]].concat());
        let converted = convert(root, format);
        assert_eq!(converted.code, 0, "{}", converted.stderr);
        assert_eq!(converted.stderr, "");
        match format {
            "sarif" => {
                let (mut direct, converted) = (direct.json(), converted.json());
                without_source(&mut direct);
                assert!(direct == converted, "sarif");
            }
            // Only the places are told; the lines of source stand between a bar and a number.
            "human" => {}
            _ => assert!(direct.stdout == converted.stdout, "{format}"),
        }
    }
}

#[test]
fn every_format_is_the_same_as_if_the_run_had_written_it() {
    let root = project("convert-same");
    assert_same(&root, &[]);
    assert_same(&root, &["--lang", "zh", "--preset", "audit"]);
}

#[test]
fn a_baseline_and_ignores_are_told_as_in_the_run() {
    let root = project("convert-baseline");
    lint(&root, &["--write-baseline", "--baseline", "b.json"]);
    fs::write(root.join("new.json"), WIDE.replace("ecs: Stop", "ecs: Start")).unwrap();
    assert_same(&root, &["--baseline", "b.json"]);
    let report = lint(&root, &["--baseline", "b.json", "--output", "json"]).json();
    assert!(report["summary"]["baseline"].as_u64().unwrap() > 10);
    assert!(report["summary"]["suppressed"].as_u64().unwrap() > 0);
}

#[test]
fn a_file_that_cannot_be_read_is_told_as_in_the_run() {
    let root = project("convert-unreadable");
    let flags = ["lint", "clean.json", "none.json", "wide.json"];
    let direct = |format: &str| {
        let flags = [&flags[..], &["--output", format]].concat();
        run(support::command(flags).current_dir(&root))
    };
    fs::write(root.join("report.txt"), direct("json").stdout).unwrap();
    for format in ["json", "junit", "gitlab"] {
        assert!(direct(format).stdout == convert(&root, format).stdout, "{format}");
    }
    assert_eq!(direct("sarif").json()["runs"][0]["invocations"][0]["exitCode"], 2);
    let converted = convert(&root, "sarif").json();
    assert_eq!(
        converted["runs"][0]["invocations"],
        direct("sarif").json()["runs"][0]["invocations"]
    );
}

#[test]
fn people_get_the_places_and_everything_but_the_lines() {
    let root = project("convert-human");
    let direct = lint(&root, &["--output", "human", "--output", "json=report.txt"]).stdout;
    let converted = convert(&root, "human").stdout;
    let heads = |text: &str| -> Vec<String> {
        let kept = |line: &&str| {
            ["error[", "warning[", "note["].iter().any(|head| line.starts_with(head))
                || line.contains(" = help: ")
                || line.contains("ramguard rule ")
        };
        text.lines().filter(kept).map(|line| line.trim_start().to_owned()).collect()
    };
    assert!(heads(&direct).len() > 100);
    assert_eq!(heads(&direct), heads(&converted));
    assert!(converted.contains("--> wide.json:1:"), "{converted}");
}

fn report() -> Value {
    ramguard(&["lint", "published.json", "--output", "json"]).json()
}

fn refused(report: &Value) -> String {
    let run = with_stdin(&["convert", "-", "--output", "concise"], report.to_string().as_bytes());
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{report}");
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    run.stderr
}

#[test]
fn a_report_of_another_schema_is_refused() {
    let mut other = report();
    other["schema"] = 2.into();
    assert!(refused(&other).contains("it has schema 2, not 1"));
    other["findings"] = "something else".into();
    assert!(refused(&other).contains("it has schema 2, not 1"));
}

#[test]
fn members_that_are_added_later_are_passed_over() {
    let mut later = report();
    later["more"] = json!({"a": [1, 2]});
    later["findings"][0]["more"] = json!(null);
    later["findings"][0]["span"]["start"]["more"] = json!("x");
    let run = with_stdin(&["convert", "-", "--output", "json"], later.to_string().as_bytes());
    assert_eq!(run.json(), report());
}

#[test]
fn a_report_that_does_not_say_how_it_was_run_is_read() {
    let mut older = report();
    older.as_object_mut().unwrap().remove("run");
    let run = with_stdin(&["convert", "-", "--output", "concise"], older.to_string().as_bytes());
    assert_eq!(run.stdout, ramguard(&["lint", "published.json", "--output", "concise"]).stdout);
}

#[test]
fn what_no_run_could_have_found_is_refused() {
    for (pointer, value, words) in [
        ("/tool/name", json!("another"), "a report of `another`"),
        ("/tool/version", json!("1\n::error::x"), "is no version"),
        ("/run/lang", json!("fr"), "`fr` is no language"),
        ("/run/rules/0", json!("RAM000"), "no rule `RAM000`"),
        ("/findings/0/code", json!("RAM999"), "no rule `RAM999`"),
        ("/findings/0/code", json!("x"), "no rule `x`"),
        ("/findings/0/level", json!("fatal"), "`fatal` is no level"),
        ("/findings/0/kind", json!("x"), "`x` is no kind"),
        ("/findings/0/diagnostic", json!("a b"), "`a b` is no diagnostic"),
        ("/findings/1/security_severity", json!("40"), "`40` is no severity"),
        ("/findings/1/security_severity", json!("11.0"), "`11.0` is no severity"),
        ("/findings/0/confidence", json!("x"), "`x` is no confidence"),
        ("/findings/0/span/start/line", json!(0), "has no line or column"),
        ("/findings/1/span/end/line", json!(1), "two places"),
        ("/findings/2/span/start/line", json!(1), "before the one before it"),
        ("/findings/0/span/start/line", json!(-1), "invalid value"),
        ("/findings/0/span/start/byte", json!(4_294_967_296_u64), "invalid value"),
        ("/findings/0/span/end/byte", json!(1), "ends before it starts"),
        ("/findings/0/fix/edits/0/span/start/column", json!(99), "has two places"),
        ("/findings/0/fix/edits/0/start_byte", json!(1), "has another place"),
        ("/findings/0/fix/applicability", json!("x"), "`x` is no applicability"),
        ("/findings/0/fix/effect", json!("x"), "`x` is no effect"),
        ("/findings/0/message", json!(1), "invalid type"),
        ("/run/files/0/documents", json!(u64::MAX), "invalid value"),
    ] {
        let mut report = report();
        *report.pointer_mut(pointer).unwrap() = value;
        let told = refused(&report);
        assert!(told.contains(words), "{pointer}: {told}");
    }
}

#[test]
fn what_is_no_report_is_refused_and_said_in_one_line() {
    for text in
        ["", "{", "[]", "null", "{\"schema\": 1}", "{\"schema\": \"1\"}", "\u{1b}[2J\n\r\u{202e}"]
    {
        let run = with_stdin(&["convert", "-", "--output", "json"], text.as_bytes());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{text}");
        assert!(run.stderr.contains("is no report of `ramguard lint`"), "{}", run.stderr);
        assert!(!run.stderr.contains(acts) && run.stderr.lines().count() == 1, "{}", run.stderr);
    }
    let deep = "[".repeat(1 << 20);
    assert_eq!(with_stdin(&["convert", "-", "--output", "json"], deep.as_bytes()).code, 2);
    assert_eq!(ramguard(&["convert", "none.json", "--output", "json"]).code, 2);
    assert_eq!(ramguard(&["convert", "published.json"]).code, 2);
}

#[test]
fn the_files_that_a_report_names_are_not_opened() {
    let root = project("convert-closed");
    let mut report = ramguard(&["lint", "published.json", "--output", "json"]).json();
    for finding in report["findings"].as_array_mut().unwrap() {
        finding["path"] = "clean.json".into();
    }
    report["run"]["files"][0]["path"] = "clean.json".into();
    fs::write(root.join("report.txt"), report.to_string()).unwrap();
    for format in FORMATS {
        let run = convert(&root, format);
        assert_eq!(run.code, 0);
        assert!(!run.stdout.contains("untold"), "{format}");
    }
}
