//! Every rule is what the table of rules says, finds its example and leaves its counterexample
//! and the near misses alone.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "functions of tests fail like tests"
)]

use std::collections::BTreeSet;
use std::path::Path;

use ramguard_lint::suppress::{Anchor, Ledger, Origin, Suppression, unknown_rule};
use ramguard_lint::{Date, Finding, Linter, Needs, Preset, Selector, Settings, registry};
use ramguard_policy::Kind;
use serde_json::Value;

fn testdata(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/lint").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn table() -> Vec<Value> {
    let table: Value = serde_json::from_str(&testdata("rules.json")).unwrap();
    table["rules"].as_array().unwrap().clone()
}

/// The rules of the table that are written.
fn written() -> Vec<Value> {
    let codes: BTreeSet<String> = registry::rules().map(|meta| meta.code.to_string()).collect();
    table().into_iter().filter(|rule| codes.contains(rule["code"].as_str().unwrap())).collect()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("no `{key}` in {value}"))
}

/// Some examples are described, because they are long or cannot be printed.
fn document(code: &str, written: &str) -> String {
    let padded = |bytes: usize| {
        let head = "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"ecs:Describe*\",\
                    \"Resource\":\"*\"}]}";
        format!("{head}{}", " ".repeat(bytes - head.len()))
    };
    match (code, written) {
        ("RAM103", text) if text.starts_with("\\ufeff") => {
            let json = text.trim_start_matches("\\ufeff").trim_end_matches("(leading BOM)");
            format!("\u{feff}{}", json.trim_end())
        }
        ("RAM108", "(a 6,200-byte policy)") => padded(6_200),
        ("RAM109", "(a 5,700-byte policy)") => padded(5_700),
        ("RAM904", text) => text.replace("\\n", "\n"),
        (_, text) => text.to_owned(),
    }
}

fn lint(kind: &str, document: &str) -> Vec<Finding> {
    let kind: Kind = kind.parse().unwrap();
    Linter::new(Settings::new().with_preset(Preset::Audit)).lint(kind, document)
}

fn codes(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| finding.code().to_string()).collect()
}

/// The codes of what is said about a suppression, on 2026-11-21, over a policy with RAM604.
fn remarks(written: &str) -> Vec<String> {
    let written: Value = serde_json::from_str(written).unwrap();
    let today = Date::new(2026, 11, 21).unwrap();
    let linter = Linter::new(Settings::new().with_today(today));
    let mut said = Vec::new();
    let mut selectors = Vec::new();
    for rule in written["rules"].as_array().unwrap() {
        match Selector::parse(rule.as_str().unwrap()) {
            Ok(selector) => selectors.push(selector),
            Err(error) => {
                said.extend(unknown_rule(&error, &Origin::default(), linter.settings()));
            }
        }
    }
    let entries = [Suppression {
        codes: selectors,
        path: written["path"].as_str().map(str::to_owned),
        anchor: Anchor::File,
        reason: written["reason"].as_str().map(str::to_owned),
        until: written["until"].as_str().map(|until| until.parse().unwrap()),
        origin: Origin::default(),
    }];
    let mut ledger = Ledger::new(&entries, linter.settings());
    ledger.visit("p.json");
    let policy = r#"{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "ram:PassRole",
        "Resource": "*", "Condition": {"StringEquals": {"acs:Service": "ecs.aliyuncs.com"}}}]}"#;
    for finding in linter.lint(Kind::Identity, policy) {
        ledger.silence(&finding, "p.json", None);
    }
    said.extend(ledger.remarks());
    said.iter().map(|remark| remark.code().to_string()).collect()
}

#[test]
fn every_rule_about_suppressions_finds_its_example() {
    let reason = r#""reason": "break-glass role, reviewed SEC-12""#;
    for (code, written) in [
        ("RAM905", format!(r#"{{"rules": ["RAM601"], {reason}}}"#)),
        ("RAM906", format!(r#"{{"rules": ["RAM604"], {reason}, "until": "2026-11-20"}}"#)),
        ("RAM907", r#"{"rules": ["RAM604"], "reason": "SEC-12 ok"}"#.to_owned()),
        ("RAM908", format!(r#"{{"rules": ["RAM6004"], {reason}}}"#)),
    ] {
        assert!(remarks(&written).contains(&code.to_owned()), "{code}: {written}");
    }
}

#[test]
fn every_rule_finds_its_example() {
    let mut missed = Vec::new();
    for rule in written().iter().filter(|rule| text(rule, "policy_kind") != "meta") {
        let code = text(rule, "code");
        let found = codes(&lint(text(rule, "policy_kind"), &document(code, text(rule, "tp"))));
        if !found.iter().any(|found| found == code) {
            missed.push(format!("{code}: found {found:?}"));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn no_rule_finds_its_counterexample() {
    let mut wrong = Vec::new();
    for rule in written().iter().filter(|rule| text(rule, "policy_kind") != "meta") {
        let code = text(rule, "code");
        let found = codes(&lint(text(rule, "policy_kind"), &document(code, text(rule, "tn"))));
        if found.iter().any(|found| found == code) {
            wrong.push(code.to_owned());
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_rule_finds_a_near_miss() {
    let mut wrong = Vec::new();
    for line in testdata("near-misses.jsonl").lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let code = text(&case, "code");
        let found = match text(&case, "kind") {
            "meta" => remarks(text(&case, "document")),
            kind => codes(&lint(kind, text(&case, "document"))),
        };
        if found.iter().any(|found| found == code) {
            wrong.push(format!("{code}: {}", text(&case, "why")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_rule_has_two_near_misses() {
    let lines = testdata("near-misses.jsonl");
    let near: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let few: Vec<String> = written()
        .iter()
        .map(|rule| text(rule, "code"))
        .filter(|code| near.iter().filter(|case| text(case, "code") == *code).count() < 2)
        .map(str::to_owned)
        .collect();
    assert!(few.is_empty(), "fewer than two near misses: {few:?}");
}

#[test]
fn every_rule_says_what_the_table_says() {
    for rule in written() {
        let meta =
            registry::rules().find(|meta| meta.code.to_string() == text(&rule, "code")).unwrap();
        let code = meta.code;
        assert_eq!(meta.name, text(&rule, "name"), "{code}");
        assert_eq!(meta.level.name(), text(&rule, "level"), "{code}");
        assert_eq!(meta.preset.name(), text(&rule, "preset"), "{code}");
        let severity = rule["security_severity"].as_f64().map(|value| (value * 10.0) as u8);
        assert_eq!(meta.severity.map(|severity| severity.tenths()), severity, "{code}");
    }
}

#[test]
fn the_registry_holds_the_table_and_nothing_else() {
    // Three rules have a trigger in the language that looks at one statement; the larger trigger
    // of the table waits for the exact set of requests.
    let early = ["RAM601", "RAM604", "RAM605"];
    let mut expected = BTreeSet::new();
    let mut waiting = BTreeSet::new();
    for rule in table() {
        let code = text(&rule, "code").to_owned();
        match text(&rule, "needs") {
            "exact" | "world" if !early.contains(&code.as_str()) => waiting.insert(code),
            _ => expected.insert(code),
        };
    }
    let reserved: BTreeSet<String> =
        registry::reserved().map(|(code, ..)| code.to_string()).collect();
    assert_eq!(reserved, waiting);
    assert!(registry::reserved().all(|(.., needs)| matches!(needs, Needs::Exact | Needs::World)));
    let found: BTreeSet<String> = registry::rules().map(|meta| meta.code.to_string()).collect();
    let missing: Vec<_> = expected.difference(&found).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(found.is_subset(&expected));
}

#[test]
fn every_rule_is_one_file_and_every_file_one_rule() {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let mut files = BTreeSet::new();
    for folder in std::fs::read_dir(rules).unwrap().map(|entry| entry.unwrap()) {
        if !folder.file_type().unwrap().is_dir() {
            continue;
        }
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            let name = name.strip_suffix(".rs").unwrap().to_owned();
            if name != "mod" {
                files.insert((folder.file_name().into_string().unwrap(), name.replace('_', "-")));
            }
        }
    }
    let rules: BTreeSet<_> = registry::rules()
        .map(|meta| (meta.category().name().to_owned(), meta.name.to_owned()))
        .collect();
    assert_eq!(files, rules);
    assert!(registry::rules().map(|meta| meta.code).is_sorted());
}
