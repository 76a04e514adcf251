//! What published policies taught the rules: sensible documents that RAM takes are left alone in
//! the default preset, and one fault is told once.

#![expect(clippy::unwrap_used, reason = "functions of tests fail like tests")]

use std::collections::BTreeMap;
use std::path::Path;

use ramguard_lint::{Finding, Lang, Level, Linter, Preset, Settings};
use ramguard_policy::Kind;

fn lint(preset: Preset, kind: Kind, text: &str) -> Vec<Finding> {
    Linter::new(Settings::new().with_preset(preset)).lint(kind, text)
}

fn codes(kind: Kind, text: &str) -> Vec<String> {
    let findings = lint(Preset::Default, kind, text);
    findings.iter().map(|finding| finding.code().to_string()).collect()
}

fn policy(statements: &str) -> String {
    format!(r#"{{"Version": "1", "Statement": [{statements}]}}"#)
}

fn allow(actions: &str, resource: &str) -> String {
    format!(r#"{{"Effect": "Allow", "Action": [{actions}], "Resource": [{resource}]}}"#)
}

/// What makes a policy that of a service-linked role.
const DELETES_ITSELF: &str = r#"{"Effect": "Allow", "Action": "ram:DeleteServiceLinkedRole", "Resource": "*",
    "Condition": {"StringEquals": {"ram:ServiceName": "config.aliyuncs.com"}}}"#;

#[test]
fn names_in_the_policy_of_a_service_linked_role_are_notes_for_the_strict() {
    let names = allow(r#""*:DescribeTags", "sls:GetLogs", "fc:ListServiceVersions""#, r#""*""#);
    let alone = policy(&names);
    assert_eq!(codes(Kind::Identity, &alone), ["RAM306", "RAM303", "RAM308"]);
    let linked = policy(&format!("{names}, {DELETES_ITSELF}"));
    assert_eq!(codes(Kind::Identity, &linked), Vec::<String>::new());
    let strict = lint(Preset::Strict, Kind::Identity, &linked);
    for code in ["RAM303", "RAM306", "RAM308"] {
        let found = strict.iter().find(|finding| finding.code().to_string() == code).unwrap();
        assert_eq!(found.level(), Level::Note, "{code}");
    }
}

#[test]
fn who_may_delete_any_service_linked_role_is_not_one() {
    let names = allow(r#""*:DescribeTags""#, r#""*""#);
    for other in [
        DELETES_ITSELF.replace("StringEquals", "StringLike"),
        DELETES_ITSELF.replace("config.aliyuncs.com", "*"),
        DELETES_ITSELF.replace("ram:DeleteServiceLinkedRole", "ram:*"),
        DELETES_ITSELF.replace("Allow", "Deny"),
    ] {
        let text = policy(&format!("{names}, {other}"));
        assert!(codes(Kind::Identity, &text).contains(&"RAM306".to_owned()), "{text}");
    }
}

#[test]
fn a_product_code_beside_the_ram_code_does_no_harm() {
    let both = policy(&allow(r#""cbn:TagResources", "cen:TagResources""#, r#""*""#));
    assert_eq!(codes(Kind::Identity, &both), Vec::<String>::new());
    let covered = policy(&allow(r#""sas:DescribeGroupedVul", "yundun-sas:*""#, r#""*""#));
    assert_eq!(codes(Kind::Identity, &covered), Vec::<String>::new());
    let other = policy(&allow(r#""cbn:TagResources", "cen:DescribeCens""#, r#""*""#));
    assert_eq!(codes(Kind::Identity, &other), ["RAM303"]);
}

#[test]
fn the_two_forms_of_oss_in_two_statements_are_known_to_their_author() {
    let objects = allow(r#""oss:GetObject", "oss:ListObjectVersions""#, r#""acs:oss:*:*:logs/*""#);
    let bucket = allow(r#""oss:ListObjects""#, r#""acs:oss:*:*:logs""#);
    let both = policy(&format!("{objects}, {bucket}"));
    assert_eq!(codes(Kind::Identity, &both), Vec::<String>::new());
    assert_eq!(codes(Kind::Identity, &policy(&objects)), ["RAM321"]);
    let misplaced = allow(r#""oss:ListObjectVersions""#, r#""acs:oss:*:*:logs/*""#);
    let nothing_fits = policy(&format!("{misplaced}, {bucket}"));
    assert_eq!(codes(Kind::Identity, &nothing_fits), ["RAM321"]);
}

#[test]
fn what_a_refused_statement_would_grant_is_not_called_missing() {
    let policies = allow(r#""ram:AttachPolicyToRole""#, r#""acs:ram:*:*:policy/*""#);
    let roles = allow(r#""ram:AttachPolicyToRole""#, r#""acs:ram:*:*:role/*""#);
    assert_eq!(codes(Kind::Identity, &policy(&policies)), ["RAM324"]);
    let refused = roles.replace("Allow", "allow");
    assert_eq!(codes(Kind::Identity, &policy(&format!("{policies}, {refused}"))), ["RAM209"]);
}

#[test]
fn a_placeholder_is_told_once() {
    let account = policy(&allow(r#""oss:GetObject""#, r#""acs:oss:*:174649585760xxxx:logs/*""#));
    assert_eq!(codes(Kind::Identity, &account), ["RAM313"]);
    let condition = r#"{"Effect": "Allow", "Action": "oss:GetObject", "Resource": "acs:oss:*:*:logs/*",
        "Condition": {"IpAddress": {"acs:SourceIp": "${range}"}}}"#;
    assert_eq!(codes(Kind::Identity, &policy(condition)), ["RAM409"]);
    let text = condition.replace("IpAddress", "StringEquals").replace("acs:SourceIp", "oss:Prefix");
    assert_eq!(codes(Kind::Identity, &policy(&text)), ["RAM315"]);
}

#[test]
fn a_mask_is_shown_in_the_field_it_is_in() {
    let text = policy(&allow(r#""oss:GetObject""#, r#""acs:oss:*:****************:logs/*""#));
    let findings = lint(Preset::Default, Kind::Identity, &text);
    let messages: Vec<String> = findings.iter().map(|finding| finding.message(Lang::En)).collect();
    assert!(matches!(messages.as_slice(), [only] if only.contains("`****************`")));
}

#[test]
fn a_word_before_the_service_of_a_trust_is_told_to_be_no_account() {
    let text = policy(
        r#"{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": ["my account@log.aliyuncs.com"]}}"#,
    );
    let findings = lint(Preset::Default, Kind::Trust, &text);
    let help: Vec<_> = findings.iter().filter_map(|finding| finding.help(Lang::En)).collect();
    assert_eq!(help, ["write the digits of the account: `<account-id>@log.aliyuncs.com`"]);
}

/// The number of findings of each rule on the published policies.
fn golden() -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for line in read("golden.txt").lines() {
        // path:line:column: level code message
        let code = line.split(' ').nth(2).unwrap();
        *count.entry(code.to_owned()).or_default() += 1;
    }
    count
}

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/lint").join(name);
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn the_review_of_the_findings_on_published_policies_is_current() {
    let mut reviewed = BTreeMap::new();
    for line in read("REVIEW.md").lines().filter(|line| line.starts_with("| RAM")) {
        let mut cells = line.split('|').map(str::trim).skip(1);
        let (code, count) = (cells.next().unwrap(), cells.next().unwrap());
        reviewed.insert(code.to_owned(), count.parse().unwrap());
    }
    assert_eq!(golden(), reviewed, "look at the findings, then set down what they are");
}
