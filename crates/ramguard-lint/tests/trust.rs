//! What trust rules say depends on which accounts are the user's own, and their repairs repair.

use ramguard_lint::{Applicability, Confidence, Finding, Linter, Preset, Settings, fix};
use ramguard_policy::Kind;

const OWN: &str = "1111111111111111";
const FOREIGN: &str = "2222222222222222";

fn trust(principal: &str, condition: &str) -> String {
    let condition =
        if condition.is_empty() { String::new() } else { format!(r#","Condition":{condition}"#) };
    format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":["sts:AssumeRole"]{condition}}}]}}"#
    )
}

fn ram(account: &str, rest: &str) -> String {
    format!(r#"{{"RAM":["acs:ram::{account}:{rest}"]}}"#)
}

fn lint(settings: Settings, text: &str) -> Vec<Finding> {
    Linter::new(settings).lint(Kind::Trust, text)
}

fn codes(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| finding.code().to_string()).collect()
}

fn audit() -> Settings {
    Settings::new().with_preset(Preset::Audit).with_own_account(OWN)
}

#[test]
fn another_account_as_a_whole_is_a_warning_once_the_own_ones_are_known() {
    let text = trust(&ram(FOREIGN, "root"), "");
    assert_eq!(codes(&lint(Settings::new(), &text)), Vec::<String>::new());
    let findings = lint(Settings::new().with_own_account(OWN), &text);
    assert_eq!(codes(&findings), ["RAM702", "RAM703"]);
    assert!(findings.iter().all(|finding| finding.confidence() == Confidence::High));
}

#[test]
fn where_no_own_account_is_known_the_finding_is_a_guess() {
    let text = trust(&ram(FOREIGN, "user/alice"), "");
    let findings = lint(Settings::new().with_preset(Preset::Strict), &text);
    assert_eq!(codes(&findings), ["RAM703"]);
    assert!(findings.iter().all(|finding| finding.confidence() == Confidence::Low));
}

#[test]
fn the_own_account_as_a_whole_is_for_audits_only() {
    let text = trust(&ram(OWN, "root"), "");
    assert_eq!(codes(&lint(audit(), &text)), ["RAM704"]);
    assert!(lint(audit().with_preset(Preset::Strict), &text).is_empty());
}

#[test]
fn an_external_id_that_can_be_guessed_is_no_secret() {
    for value in ["k3v9", FOREIGN, "1234567"] {
        let condition = format!(r#"{{"StringEquals":{{"sts:ExternalId":["{value}"]}}}}"#);
        let text = trust(&ram(FOREIGN, "role/vendor"), &condition);
        let findings = lint(audit(), &text);
        assert_eq!(codes(&findings), ["RAM703"], "{value}");
    }
    for condition in [
        r#"{"StringLike":{"sts:ExternalId":["9f2c7a51-*"]}}"#,
        r#"{"StringNotEquals":{"sts:ExternalId":["9f2c7a51-vendor"]}}"#,
        r#"{"StringEquals":{"sts:ExternalId":["9f2c7a51-vendor","short"]}}"#,
    ] {
        let text = trust(&ram(FOREIGN, "role/vendor"), condition);
        assert_eq!(codes(&lint(audit(), &text)), ["RAM703"], "{condition}");
    }
}

#[test]
fn a_blank_external_id_is_never_filled_in_by_a_program() {
    let findings = lint(audit(), &trust(&ram(FOREIGN, "role/vendor"), ""));
    let found = findings.first().and_then(Finding::fix);
    assert_eq!(found.map(fix::Fix::applicability), Some(Applicability::Placeholder));
    assert!(fix::pick(&findings, Applicability::Unsafe).is_empty());
}

#[test]
fn the_recipient_is_inserted_beside_what_is_asked_already() {
    let provider = r#"{"Federated":["acs:ram::1111111111111111:saml-provider/corp"]}"#;
    for condition in [
        "",
        "{}",
        r#"{"Bool":{"acs:MFAPresent":["true"]}}"#,
        r#"{"StringEquals":{"acs:SourceVpc":["vpc-1"]}}"#,
    ] {
        let text = trust(provider, condition);
        let findings = lint(Settings::new(), &text);
        let of_rule = findings.iter().filter(|finding| finding.name() == "saml-without-recipient");
        let edits = of_rule.filter_map(Finding::fix).flat_map(fix::Fix::edits);
        let fixed = fix::apply(&text, edits);
        let fixed = fixed.as_deref().unwrap_or_default();
        assert!(fixed.contains("https://signin.aliyun.com/saml-role/sso"), "{text}");
        assert!(codes(&lint(Settings::new(), fixed)).iter().all(|c| c != "RAM707"), "{fixed}");
        assert!(ramguard_policy::Policy::parse_as(Kind::Trust, fixed).is_ok(), "{fixed}");
    }
}

#[test]
fn both_issuer_and_audience_are_asked_for() {
    let provider = r#"{"Federated":["acs:ram::1111111111111111:oidc-provider/ack"]}"#;
    let issuer = r#"{"StringEquals":{"oidc:iss":["https://issuer.example"]}}"#;
    let findings = lint(Settings::new(), &trust(provider, issuer));
    let help = findings.first().and_then(|finding| finding.help(ramguard_lint::Lang::En));
    assert_eq!(help.as_deref(), Some("add to `StringEquals`: `oidc:aud`"));
}
