//! The formats of `ramguard lint`: each is what the program that reads it expects.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what cannot be taken apart has failed the test"
)]

mod support;

use std::fs;

use serde_json::{Value, json};
use support::{FORMATS, Run, assert_golden, folder, ramguard, run};

fn lint(arguments: &[&str]) -> Run {
    ramguard(&[&["lint", "published.json", "developer.json"], arguments].concat())
}

fn assert_valid(schema: &Value, instance: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(instance)
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

fn sarif_schema() -> Value {
    let path = support::testdata().join("schema/sarif-schema-2.1.0.json");
    let mut schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    // The schema has a bracket too many in this pattern, which is no regular expression then.
    for owner in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][owner]["properties"]["language"]["pattern"];
        assert!(language.as_str().unwrap().ends_with("{2}]?$"));
        *language = "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$".into();
    }
    schema
}

#[test]
fn sarif_fits_the_published_schema() {
    assert_valid(&sarif_schema(), &lint(&["--output", "sarif"]).json());
}

#[test]
fn sarif_of_a_corpus_of_real_policies_fits_the_published_schema() {
    let folder = support::testdata().join("policies");
    let folder = folder.to_str().unwrap();
    let run = ramguard(&["lint", folder, "--preset", "audit", "--output", "sarif"]);
    assert!(run.json()["runs"][0]["results"].as_array().unwrap().len() > 100);
    assert_valid(&sarif_schema(), &run.json());
}

#[test]
fn sarif_without_findings_fits_the_published_schema_too() {
    let run = ramguard(&["lint", "attach-role.json", "--output", "sarif"]);
    assert_valid(&sarif_schema(), &run.json());
}

#[test]
fn sarif_that_compares_with_a_baseline_fits_the_published_schema_too() {
    let folder = folder("formats-absent");
    let lint = |flags: &[&str]| {
        let flags = [&["lint", ".", "--baseline", "b.json", "--isolated"], flags].concat();
        run(support::command(flags).current_dir(&folder))
    };
    fs::write(folder.join("p.json"), r#"{"Version": "2", "Statement": []}"#).unwrap();
    assert_eq!(lint(&["--write-baseline"]).code, 0);
    fs::write(folder.join("p.json"), r#"{"Version": "1", "Statement": []}"#).unwrap();
    let report = lint(&["--output", "sarif"]).json();
    assert_valid(&sarif_schema(), &report);
    let results = report["runs"][0]["results"].as_array().unwrap();
    let states: Vec<&Value> = results.iter().map(|result| &result["baselineState"]).collect();
    assert_eq!(states, ["unchanged", "absent"]);
}

#[test]
fn what_is_said_about_settings_has_fingerprints_of_its_own() {
    let folder = folder("formats-settings");
    fs::write(folder.join("p.json"), r#"{"Version": "1", "Statement": []}"#).unwrap();
    let ignore = "[[ignore]]\ncodes = [\"RAM604\", \"RAM60x\"]\n";
    fs::write(folder.join("ramguard.toml"), ignore.repeat(2)).unwrap();
    let run = run(support::command(["lint", ".", "--output", "gitlab"]).current_dir(&folder));
    let report = run.json();
    let issues = report.as_array().unwrap();
    let mut fingerprints: Vec<&str> =
        issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert!(fingerprints.iter().all(|fingerprint| fingerprint.len() == 16));
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), issues.len());
    assert!(issues.len() > 4);
}

#[test]
fn the_rules_of_sarif_are_those_its_results_point_at() {
    let report = lint(&["--output", "sarif"]).json();
    let run = &report["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
}

#[test]
fn json_fits_the_schema_that_is_published_with_it() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/report.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert_valid(&schema, &lint(&["--output", "json"]).json());
}

#[test]
fn gitlab_gets_a_list_in_which_every_fingerprint_is_another() {
    let report = lint(&["--output", "gitlab"]).json();
    let issues = report.as_array().unwrap();
    let mut fingerprints: Vec<&str> =
        issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert!(fingerprints.iter().all(|fingerprint| fingerprint.len() == 16));
    fingerprints.sort_unstable();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), issues.len());
    for member in ["description", "check_name", "severity", "location"] {
        assert!(!issues[0][member].is_null(), "{member}");
    }
}

#[test]
fn github_gets_one_command_a_line_errors_first() {
    let run = lint(&["--output", "github"]);
    let words: Vec<&str> =
        run.stdout.lines().map(|line| line[2..].split(' ').next().unwrap()).collect();
    let sums = &lint(&["--output", "json"]).json()["summary"];
    let count = |word: &str| words.iter().filter(|found| **found == word).count();
    assert_eq!(
        (sums["errors"].clone(), sums["warnings"].clone()),
        (count("error").into(), count("warning").into())
    );
    assert!(
        words
            .is_sorted_by_key(|word| ["error", "warning", "notice"].iter().position(|w| w == word))
    );
    assert!(count("error") > 1 && count("warning") > 0);
}

#[test]
fn a_workflow_of_github_gets_its_commands_unasked() {
    let run = run(support::command(["lint", "published.json"]).env("GITHUB_ACTIONS", "true"));
    assert!(run.stdout.contains("\n::error file=published.json,line=2,"), "{}", run.stdout);
}

#[test]
fn junit_counts_what_fails_the_run() {
    let run = lint(&["--output", "junit"]);
    let sums = &lint(&["--output", "json"]).json()["summary"];
    let (tests, failures) = (&sums["findings"], &sums["errors"]);
    let head = format!("<testsuites name=\"ramguard\" tests=\"{tests}\" failures=\"{failures}\"");
    assert!(run.stdout.contains(&head), "{}", run.stdout);
    assert_eq!(failures, run.stdout.matches("<failure ").count());
    assert_eq!(tests, run.stdout.matches("<testcase ").count());
}

#[test]
fn one_run_writes_several_reports() {
    let folder = folder("formats-several");
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (sarif, junit) = (file("a.sarif"), file("a.xml"));
    let run = lint(&[
        "--output",
        "concise",
        "--output",
        &format!("sarif={sarif}"),
        "--output",
        &format!("junit={junit}"),
    ]);
    assert_eq!(run.code, 1);
    assert_eq!(run.stdout, lint(&["--output", "concise"]).stdout);
    assert_eq!(fs::read_to_string(sarif).unwrap(), lint(&["--output", "sarif"]).stdout);
    assert_eq!(fs::read_to_string(junit).unwrap(), lint(&["--output", "junit"]).stdout);
}

#[test]
fn every_run_gives_the_same_bytes() {
    let folder = support::testdata().join("policies");
    let folder = folder.to_str().unwrap();
    for format in ["human", "json", "sarif"] {
        let once = ramguard(&["lint", folder, "--output", format]).stdout;
        let again = ramguard(&["lint", folder, "--output", format]).stdout;
        assert!(once == again, "{format}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_number_of_threads_changes_no_byte() {
    let one_core = |arguments: &[&str]| {
        let mut command = std::process::Command::new("taskset");
        command.args(["-c", "0", env!("CARGO_BIN_EXE_ramguard")]).args(arguments).env_clear();
        command.env("PATH", "/usr/bin:/bin").output()
    };
    let folder = support::testdata().join("policies");
    let folder = folder.to_str().unwrap();
    let arguments = ["lint", folder, "--preset", "audit", "--output", "json"];
    let Ok(alone) = one_core(&arguments) else { return };
    if alone.status.code() == Some(1) {
        assert!(String::from_utf8(alone.stdout).unwrap() == ramguard(&arguments).stdout);
    }
}

#[test]
fn nothing_is_printed_in_silence_and_files_are_written_all_the_same() {
    let folder = folder("formats-silent");
    let file = folder.join("a.sarif").to_str().unwrap().to_owned();
    let run = lint(&["--silent", "--output", "human", "--output", &format!("sarif={file}")]);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str(), run.code), ("", "", 1));
    assert!(fs::read_to_string(file).unwrap().starts_with("{\"$schema\""));
}

#[test]
fn the_environment_names_formats_and_settings_where_flags_do_not() {
    let folder = folder("formats-environment");
    fs::write(folder.join("c.toml"), "fail-on = [\"never\"]\n").unwrap();
    let lint = |flags: &[&str]| {
        let mut command = support::command([&["lint", "published.json"], flags].concat());
        command.env("RAMGUARD_OUTPUT", "concise").env("RAMGUARD_CONFIG", folder.join("c.toml"));
        run(&mut command)
    };
    let concise = lint(&[]);
    assert_eq!(concise.code, 0, "{}", concise.stderr);
    assert!(concise.stdout.starts_with("published.json:2:"), "{}", concise.stdout);
    let json = lint(&["--output", "json", "--isolated"]);
    assert_eq!(json.json()["schema"], 1);
    assert_eq!(json.code, 1);
    let mut wrong = support::command(["lint", "published.json"]);
    let wrong = run(wrong.env("RAMGUARD_OUTPUT", "yaml"));
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("RAMGUARD_OUTPUT: possible formats: human"), "{}", wrong.stderr);
}

#[test]
fn two_documents_do_not_fit_on_standard_output() {
    assert_eq!(lint(&["--output", "json", "--output", "sarif"]).code, 2);
    assert_eq!(lint(&["--output", "yaml"]).code, 2);
    assert_eq!(lint(&["--output", "json="]).code, 2);
}

/// The shape that the reviewdog project publishes for `DiagnosticResult`, as far as it is used, and
/// closed: a member that it does not name is a mistake.
fn rdjson_shape() -> Value {
    let closed = |properties: Value, required: &[&str]| {
        json!({ "type": "object", "properties": properties, "required": required,
                "additionalProperties": false })
    };
    let text = || json!({ "type": "string" });
    let count = || json!({ "type": "integer", "minimum": 1 });
    let position = closed(json!({ "line": count(), "column": count() }), &["line", "column"]);
    let range = closed(json!({ "start": position, "end": position }), &["start", "end"]);
    let location = closed(json!({ "path": text(), "range": range }), &["path", "range"]);
    let source = closed(json!({ "name": text(), "url": text() }), &["name"]);
    let code = closed(json!({ "value": text(), "url": text() }), &["value"]);
    let suggestion = closed(json!({ "range": range, "text": text() }), &["range", "text"]);
    let related = closed(json!({ "message": text(), "location": location }), &["location"]);
    let list = |items: Value| json!({ "type": "array", "items": items });
    let severity = json!({ "enum": ["UNKNOWN_SEVERITY", "ERROR", "WARNING", "INFO"] });
    let diagnostic = json!({
        "message": text(), "location": location, "severity": severity, "source": source,
        "code": code, "suggestions": list(suggestion), "original_output": text(),
        "related_locations": list(related),
    });
    let diagnostic = closed(diagnostic, &["message", "location"]);
    closed(
        json!({ "diagnostics": list(diagnostic), "source": source, "severity": severity }),
        &["diagnostics"],
    )
}

/// Policies of every kind of fault: the example of each rule.
fn examples() -> Vec<String> {
    let text = fs::read_to_string(support::testdata().join("lint/rules.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let rules = all["rules"].as_array().unwrap().iter();
    rules.filter_map(|rule| Some(rule["tp"].as_str()?.to_owned())).collect()
}

#[test]
fn rdjson_fits_the_shape_that_is_published() {
    let run = lint(&["--output", "rdjson"]);
    assert_valid(&rdjson_shape(), &run.json());
    for policy in examples().iter().take(40) {
        let run = support::with_stdin(&["lint", "-", "--output", "rdjson"], policy.as_bytes());
        assert_valid(&rdjson_shape(), &run.json());
    }
}

#[test]
fn rdjson_counts_columns_in_bytes() {
    let policy = r#"{"Version": "1", "Statement": [{"Sid": "中😀", "Effect": "allow"}]}"#;
    let run = support::with_stdin(&["lint", "-", "--output", "rdjson"], policy.as_bytes());
    let report = run.json();
    let mut found = report["diagnostics"].as_array().unwrap().iter();
    let effect = found.rfind(|found| found["code"]["value"] == "RAM209").unwrap();
    let start = &effect["location"]["range"]["start"];
    assert_eq!(start["column"], policy.find("\"allow\"").unwrap() + 1);
    assert_eq!(effect["suggestions"][0]["text"], "\"Allow\"");
}

/// Reads XML to its end and returns its elements with their attributes; anything that is not
/// well-formed fails the test.
fn xml(text: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut rest = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap();
    let (mut open, mut all) = (Vec::new(), Vec::new());
    while let Some(at) = rest.find('<') {
        assert!(!rest[..at].contains('>'), "{rest}");
        let end = rest.find('>').unwrap();
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().unwrap(), name);
            continue;
        }
        let (tag, is_closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, mut words) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut attributes = Vec::new();
        while let Some((key, value)) = words.split_once("=\"") {
            let (value, more) = value.split_once('"').unwrap();
            assert!(!value.contains('<') && !key.contains(['"', '<', ' ']), "{tag}");
            let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
            let read = plain.iter().fold(value.to_owned(), |v, (from, to)| v.replace(from, to));
            assert_eq!(value.matches('&').count(), count_entities(value), "{value}");
            attributes.push((key.to_owned(), read));
            words = more.trim_start();
        }
        assert_eq!(words, "", "{tag}");
        if !is_closed {
            open.push(name.to_owned());
        }
        all.push((name.to_owned(), attributes));
    }
    assert!(open.is_empty() && rest.trim().is_empty());
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
    all
}

fn count_entities(value: &str) -> usize {
    ["&lt;", "&gt;", "&quot;", "&amp;"].iter().map(|entity| value.matches(entity).count()).sum()
}

#[test]
fn checkstyle_is_a_file_a_file_and_an_error_a_finding() {
    let run = lint(&["--output", "checkstyle"]);
    let elements = xml(&run.stdout);
    assert_eq!(elements[0].0, "checkstyle");
    assert_eq!(elements[1], ("file".into(), vec![("name".into(), "developer.json".into())]));
    let errors: Vec<_> = elements.iter().filter(|(name, _)| name == "error").collect();
    assert_eq!(errors.len(), lint(&["--output", "jsonl"]).stdout.lines().count());
    for (_, attributes) in errors {
        let keys: Vec<&str> = attributes.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["line", "column", "severity", "message", "source"]);
        assert!(["error", "warning", "info"].contains(&attributes[2].1.as_str()));
    }
}

#[test]
fn xml_is_well_formed_whatever_the_policies_hold() {
    let hostile = "</error><x a='\\\"&amp;]]>\\u0000\\u001b\\ufffe\\ud83d\\ude00";
    let policy = format!(
        "{{\"Version\": \"{hostile}\", \"<&>\": 1, \"Statement\": [{{\"Effect\": \"<!--\", \
         \"Action\": [\"{hostile}\", \"a: b\"], \"Resource\": \"{hostile}\"}}]}}"
    );
    for policy in examples().iter().take(30).chain([&policy]) {
        for format in ["checkstyle", "junit"] {
            let name = ["--stdin-filename", "a<b>&\".json", "--output", format];
            let run = support::with_stdin(&[&["lint", "-"], &name[..]].concat(), policy.as_bytes());
            if format == "checkstyle" {
                xml(&run.stdout);
            } else {
                assert_eq!(run.stdout.matches('<').count(), run.stdout.matches('>').count());
            }
        }
    }
}

#[test]
fn jsonl_holds_the_findings_of_the_report_one_a_line() {
    let lines = lint(&["--output", "jsonl"]).stdout;
    let found: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lint(&["--output", "json"]).json()["findings"], Value::from(found));
}

#[test]
fn a_format_has_one_meaning_under_both_of_its_names() {
    for (name, other) in [("human", "full"), ("json", "json-v1")] {
        let (one, two) = (lint(&["--output", name]), lint(&["--output", other]));
        assert_eq!(one.stdout, two.stdout);
    }
}

#[test]
fn each_format_for_people_and_machines_is_as_it_was() {
    // These three have golden files of their own, with more in them.
    let others = ["human", "concise", "json"];
    for format in FORMATS.into_iter().filter(|format| !others.contains(format)) {
        let run = ramguard(&[
            "lint",
            "published.json",
            "--select",
            "RAM202,RAM302,RAM105",
            "--output",
            format,
        ]);
        assert_golden(&format!("format-{format}"), &run.stdout);
    }
}

#[test]
fn github_gets_ten_of_each_level_and_a_last_notice_counts_the_others() {
    let folder = support::testdata().join("policies");
    let flags = ["lint", folder.to_str().unwrap(), "--preset", "strict", "--output"];
    let run = ramguard(&[&flags[..], &["github"]].concat());
    let count = |word: &str| run.stdout.lines().filter(|line| line.starts_with(word)).count();
    // The notices are nine, since the last one is a notice itself.
    assert_eq!((count("::error "), count("::warning "), count("::notice ")), (10, 10, 10));
    let all = ramguard(&[&flags[..], &["jsonl"]].concat()).stdout.lines().count();
    let last = run.stdout.lines().next_back().unwrap();
    let words = format!("{} more findings are in the log", all - 29);
    assert!(last.starts_with("::notice title=ramguard::") && last.contains(&words), "{last}");
}

#[test]
fn github_gets_columns_inside_one_line_only() {
    let policy = "{\"Version\": \"1\",\n\"Statement\": [\n{\"Effect\": \"Allow\"}\n]}";
    let run = support::with_stdin(
        &["lint", "-", "--preset", "strict", "--output", "github"],
        policy.as_bytes(),
    );
    for line in run.stdout.lines() {
        let number =
            |key: &str| line.split([',', ' ', ':']).find_map(|part| part.strip_prefix(key));
        let is_one = number("line=") == number("endLine=");
        assert_eq!(is_one, line.contains(",col=") && line.contains(",endColumn="), "{line}");
    }
    assert!(run.stdout.lines().any(|line| line.contains(",col=")), "{}", run.stdout);
}

#[test]
fn gitlab_gets_the_level_and_what_is_severe_blocks() {
    let hole = r#"{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "allow", "Action": "ecs:NoSuch", "Resource": "*"}]}"#;
    let run = support::with_stdin(
        &["lint", "-", "--preset", "strict", "--output", "gitlab"],
        hole.as_bytes(),
    );
    let json = support::with_stdin(
        &["lint", "-", "--preset", "strict", "--output", "jsonl"],
        hole.as_bytes(),
    );
    let issues = run.json();
    for (issue, found) in issues.as_array().unwrap().iter().zip(json.stdout.lines()) {
        let found: Value = serde_json::from_str(found).unwrap();
        let severity = found["security_severity"].as_str().unwrap_or("0").parse::<f64>().unwrap();
        let expected = match found["level"].as_str().unwrap() {
            "error" if severity >= 9.0 => "blocker",
            "error" => "critical",
            "warning" => "major",
            _ => "info",
        };
        assert_eq!(issue["severity"], expected, "{found}");
    }
    let severities: Vec<&Value> =
        issues.as_array().unwrap().iter().map(|i| &i["severity"]).collect();
    for severity in ["blocker", "critical", "info"] {
        assert!(severities.contains(&&severity.into()), "{severities:?}");
    }
}
