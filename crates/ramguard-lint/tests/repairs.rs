//! What a fix offers is a repair: the finding is gone afterwards, the text around it stays, and
//! the rule said that it can do so.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "functions of tests fail like tests"
)]

use std::collections::BTreeMap;
use std::path::Path;

use ramguard_lint::{Applicability, Code, Finding, Linter, Preset, Settings, fix, registry};
use ramguard_policy::Kind;
use serde_json::Value;

fn table() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/lint/rules.json");
    let table: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    table["rules"].as_array().unwrap().clone()
}

fn linter() -> Linter {
    Linter::new(Settings::new().with_preset(Preset::Strict))
}

/// The examples of the table, and what else shows a fix of its rule.
fn examples() -> Vec<(Code, Kind, String)> {
    let statement = |members: &str| {
        format!(r#"{{"Version": "1", "Statement": [{{"Effect": "Allow", {members}}}]}}"#)
    };
    let more = [
        (102, "{\"Version\": \"1\", // why\n \"Statement\": []}".to_owned()),
        (102, "{'Version': \"1\", \"Statement\": []}".to_owned()),
        (102, "{Version: \"1\", \"Statement\": []}".to_owned()),
        (103, "\u{feff}{\"Version\": \"1\", \"Statement\": []}".to_owned()),
        (201, "{\n  \"Statement\": []\n}".to_owned()),
        (209, r#"{"Version": "1", "Statement": [{"Effect": "allow", "Action": "ecs:*", "Resource": "*"}]}"#.to_owned()),
        (218, statement(r#""Action": "ecs:*", "Resource": "*"}, {"Effect": "Allow", "Action": [], "Resource": "*""#)),
        (221, statement(r#""Action": "oss:*", "NotResource": "acs:oss:*:*:x/*""#)),
        (312, statement(r#""Action": "oss:*", "Resource": "acs:oss:*: 1:x""#)),
        (401, statement(r#""Action": "oss:*", "Resource": "*", "Condition": {"stringEquals": {"acs:SourceVpc": "v"}}"#)),
        (405, statement(r#""Action": "oss:*", "Resource": "*", "Condition": {"StringEquals": {"acs:SourceIp": "10.0.0.1"}}"#)),
        (406, statement(r#""Action": "oss:*", "Resource": "*", "Condition": {"Bool": {"acs:MFAPresent": "TRUE"}}"#)),
        (410, statement(r#""Action": "oss:*", "Resource": "*", "Condition": {"IpAddress": {"acs:SourceIp": "10.0.0.1/32"}}"#)),
        (426, statement(r#""Action": "oss:*", "Resource": "*", "Condition": {"Bool": {"acs:MFAPresent": ["true", "true"]}}"#)),
        (605, statement(r#""Action": ["ram:PassRole", "ecs:RunInstances"], "Resource": "acs:ram:*:*:role/x""#)),
    ];
    let table = table().into_iter().filter_map(|rule| {
        let code: Code = rule["code"].as_str().unwrap().parse().unwrap();
        let kind: Kind = rule["policy_kind"].as_str().unwrap().parse().ok()?;
        Some((code, kind, rule["tp"].as_str().unwrap().to_owned()))
    });
    let more = more.into_iter().map(|(code, text)| (Code::new(code), Kind::guess(&text), text));
    table.chain(more).collect()
}

fn count(findings: &[Finding], code: Code) -> usize {
    findings.iter().filter(|finding| finding.code() == code).count()
}

#[test]
fn a_finding_is_gone_once_its_fix_is_applied() {
    for (code, kind, text) in examples() {
        let findings = linter().lint(kind, &text);
        for finding in findings.iter().filter(|finding| finding.code() == code) {
            let Some(fix) = finding.fix() else { continue };
            let fixed = fix::apply(&text, fix.edits()).unwrap();
            let after = linter().lint(kind, &fixed);
            assert!(count(&after, code) < count(&findings, code), "{code}: {fixed}");
            assert_eq!(count(&after, Code::new(101)), 0, "{code}: {fixed}");
        }
    }
}

#[test]
fn a_rule_says_how_freely_its_fixes_may_be_applied() {
    let mut freest: BTreeMap<Code, Applicability> = BTreeMap::new();
    for (_, kind, text) in examples() {
        for finding in linter().lint(kind, &text) {
            let Some(fix) = finding.fix() else { continue };
            let seen = freest.entry(finding.code()).or_insert(fix.applicability());
            *seen = (*seen).max(fix.applicability());
        }
    }
    for (code, seen) in freest {
        let said = registry::rule(code).unwrap().fix;
        assert!(said.is_some_and(|said| said >= seen), "{code}: {said:?}, offers {seen:?}");
    }
}

#[test]
fn fixes_that_are_picked_can_be_applied_together() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/policies");
    let mut files: Vec<_> =
        std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut repaired = 0;
    for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "json")) {
        let text = std::fs::read_to_string(file).unwrap();
        let kind = Kind::guess(&text);
        let findings = linter().lint(kind, &text);
        let fixes = fix::pick(&findings, Applicability::Unsafe);
        let edits = fixes.iter().flat_map(|fix| fix.edits());
        let fixed = fix::apply(&text, edits).unwrap_or_else(|error| panic!("{file:?}: {error}"));
        repaired += usize::from(fixed != text);
        let broken = count(&linter().lint(kind, &fixed), Code::new(101));
        assert!(broken <= count(&findings, Code::new(101)), "{file:?}: {fixed}");
    }
    assert!(repaired > 100, "{repaired}");
}
