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
    let zone = "+08:00".parse().unwrap();
    Linter::new(Settings::new().with_preset(Preset::Strict).with_assumed_zone(zone))
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
        (108, statement(r#""Action": "ecs:*", "Resource": "*""#) + &" ".repeat(6_200)),
        (201, "{\n  \"Statement\": []\n}".to_owned()),
        (209, r#"{"Version": "1", "Statement": [{"Effect": "allow", "Action": "ecs:*", "Resource": "*"}]}"#.to_owned()),
        (218, statement(r#""Action": "ecs:*", "Resource": "*"}, {"Effect": "Allow", "Action": [], "Resource": "*""#)),
        (221, statement(r#""Action": "oss:*", "NotResource": "acs:oss:*:*:x/*""#)),
        (312, statement(r#""Action": "oss:*", "Resource": "acs:oss:*: 1:x""#)),
        (320, statement(r#""Action": ["oss:ListBuckets", "oss:GetObject"], "Resource": ["acs:oss:*:*:b/*"]"#)),
        (320, statement(r#""Action": "oss:ListBuckets", "Resource": "acs:oss:*:*:b/*""#)),
        (324, statement(r#""Action": "ram:AddUserToGroup", "Resource": ["acs:ram:*:1111111111111111:group/x"]"#)),
        (324, statement(r#""Action": "ram:AttachPolicyToUser", "Resource": ["acs:ram:*:*:user/bob"]"#)),
        (324, statement(r#""Action": "ecs:AttachInstanceRamRole", "Resource": ["acs:ecs:*:*:instance/i-1", "acs:ram:*:*:role/logger"]"#)),
        (324, statement(r#""Action": "ecs:AttachInstanceRamRole", "Resource": "*""#)),
        (401, statement(r#""Action": "oss:*", "Resource": "*", "Condition": {"stringEquals": {"acs:SourceVpc": "v"}}"#)),
        (405, statement(r#""Action": "oss:*", "Resource": "*", "Condition": {"StringEquals": {"acs:SourceIp": "10.0.0.1"}}"#)),
        (404, statement(r#""Action": ["ecs:StopInstance", "oss:ListObjects"], "Resource": "*", "Condition": {"StringLike": {"oss:Prefix": "a/*"}, "Bool": {"acs:MFAPresent": "true"}}"#)),
        (405, statement(r#""Action": "oss:*", "Resource": "*", "Condition": {"NumericLessThan": {"acs:CurrentTime": "2030-01-01T00:00:00Z"}}"#)),
        (421, statement(r#""Action": ["ecs:DescribeInstances", "ecs:StopInstance"], "Resource": "*", "Condition": {"StringEquals": {"acs:ResourceTag/team": "dev"}}"#)),
        (421, statement(r#""Action": ["ecs:DescribeInstances"], "Resource": "*", "Condition": {"StringEquals": {"acs:ResourceTag/team": "dev", "acs:SourceVpc": "vpc-1"}}"#)),
        (408, statement(r#""Action": "oss:*", "Resource": "*", "Condition": {"DateLessThan": {"acs:CurrentTime": "2030-01-31T23:59"}}"#)),
        (104, statement(r#""Action": "oss:*", "Resource": "*", "Conditiоn": {}"#)),
        (104, statement(r#""Action": "oss:*", "Resource": "*", "Condition": {"StringEquаls": {"acs:SourceVpc": "v"}}"#)),
        (406, statement(r#""Action": "oss:*", "Resource": "*", "Condition": {"Bool": {"acs:MFAPresent": "TRUE"}}"#)),
        (410, statement(r#""Action": "oss:*", "Resource": "*", "Condition": {"IpAddress": {"acs:SourceIp": "10.0.0.1/32"}}"#)),
        (426, statement(r#""Action": "oss:*", "Resource": "*", "Condition": {"Bool": {"acs:MFAPresent": ["true", "true"]}}"#)),
        (904, "{\"Version\": \"1\", \"Statement\": []}\n\n\n".to_owned()),
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

/// Rules whose freest fix is not the one of the table, and why.
const OTHER_FIXES: [(&str, &str); 2] = [
    ("RAM324", "every policy or role would be too much: their names are left blank"),
    ("RAM703", "an identifier made up here would be in no one's hands: it is left blank"),
];

#[test]
fn a_rule_offers_the_fix_of_the_table() {
    for rule in table() {
        let code: Code = rule["code"].as_str().unwrap().parse().unwrap();
        let Some(meta) = registry::rule(code) else { continue };
        if OTHER_FIXES.iter().any(|(other, _)| *other == rule["code"]) {
            continue;
        }
        // "safe when ..., unsafe for ..." is as free as the freest.
        let written = rule["fix"].as_str().unwrap();
        let expected = if written.contains("unsafe") {
            Some(Applicability::Unsafe)
        } else {
            written.contains("safe").then_some(Applicability::Safe)
        };
        // RAM406 takes more than the spellings of the table, but only as unsafe fixes.
        let found = if code == Code::new(406) { expected } else { meta.fix };
        assert_eq!(found, expected, "{code}: {written}");
    }
}

#[test]
fn every_rule_that_says_so_offers_a_fix() {
    let mut seen: BTreeMap<Code, usize> = BTreeMap::new();
    for (_, kind, text) in examples() {
        for finding in linter().lint(kind, &text) {
            *seen.entry(finding.code()).or_default() += usize::from(finding.fix().is_some());
        }
    }
    let idle: Vec<String> = registry::rules()
        .filter(|meta| meta.fix.is_some() && seen.get(&meta.code).is_none_or(|&count| count == 0))
        .map(|meta| meta.code.to_string())
        .collect();
    // These two are about settings, not about a document.
    assert_eq!(idle, ["RAM905", "RAM908"]);
}

#[test]
fn a_date_without_zone_is_repaired_only_where_a_zone_is_given() {
    let date = |date: &str| {
        let text = r#"{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "oss:*", "Resource": "*",
            "Condition": {"DateLessThan": {"acs:CurrentTime": ""}}}]}"#;
        text.replace("\"\"", &format!("\"{date}\""))
    };
    let text = date("2030-01-31T23:59:59");
    let findings = linter().lint(Kind::Identity, &text);
    let of_rule = findings.iter().filter(|finding| finding.code() == Code::new(408));
    let fix = of_rule.filter_map(Finding::fix).next().unwrap();
    assert_eq!(fix.applicability(), Applicability::Safe);
    let fixed = fix::apply(&text, fix.edits()).unwrap();
    assert!(fixed.contains("\"2030-01-31T23:59:59+08:00\""), "{fixed}");
    let without = Linter::new(Settings::new()).lint(Kind::Identity, &text);
    assert!(without.iter().all(|finding| finding.fix().is_none()));
    // A zone makes no date of what lacks more than that.
    for other in ["2030-01-31", "2030-02-31T00:00", "1767139200"] {
        let findings = linter().lint(Kind::Identity, &date(other));
        let finding = findings.iter().find(|finding| finding.code() == Code::new(408)).unwrap();
        assert!(finding.fix().is_none(), "{other}");
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
