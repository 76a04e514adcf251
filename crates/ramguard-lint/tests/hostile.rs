//! Texts made to keep a linter busy end with a finding that says so.

use ramguard_lint::{Finding, Linter, Preset, Settings};
use ramguard_policy::Kind;

fn lint(text: &str) -> Vec<Finding> {
    Linter::new(Settings::new().with_preset(Preset::Audit)).lint(Kind::Identity, text)
}

fn codes(text: &str) -> Vec<String> {
    lint(text).iter().map(|finding| finding.code().to_string()).collect()
}

fn policy(
    actions: impl Iterator<Item = String>,
    resources: impl Iterator<Item = String>,
) -> String {
    let list = |texts: Vec<String>| texts.join(",");
    let quoted = |text: String| format!("\"{text}\"");
    format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":[{}],"Resource":[{}]}}]}}"#,
        list(actions.map(quoted).collect()),
        list(resources.map(quoted).collect()),
    )
}

#[test]
fn a_megabyte_of_brackets_exceeds_the_depth() {
    assert!(codes(&"[".repeat(1 << 20)).contains(&"RAM107".to_owned()));
    assert!(codes(&"{\"a\":".repeat(100_000)).contains(&"RAM107".to_owned()));
}

#[test]
fn more_than_a_mebibyte_is_not_read() {
    let text = format!("{{\"Version\":\"{}\"}}", "1".repeat(1 << 20));
    assert!(codes(&text).contains(&"RAM107".to_owned()));
}

#[test]
fn tens_of_thousands_of_keys_are_counted_and_not_explained() {
    let members: Vec<String> = (0..30_000).map(|n| format!("\"k{n}\":1")).collect();
    let found = codes(&format!("{{{}}}", members.join(",")));
    assert_eq!(found, ["RAM107", "RAM108"].map(str::to_owned)[..found.len()]);
}

#[test]
fn findings_are_kept_to_a_bound() {
    let any = || std::iter::once("*".to_owned());
    for text in [
        policy((0..1_100).map(|n| format!("ecs:DescribeInstanse{n}")), any()),
        policy((0..9_000).map(|n| format!("sls:*a*{n}*")), any()),
        policy((0..1_100).map(|n| format!("s{n}v:Ab")), any()),
        policy((0..1_100).map(|n| format!("ecs:Discrib{n}*")), any()),
        policy((0..1_100).map(|_| "fc:CreateService".to_owned()), any()),
        policy((0..1_100).map(|_| "oss:HeadObject".to_owned()), any()),
        policy(any(), (0..1_100).map(|n| format!("acs:ecs:cn-hangzou{n}:*:x"))),
        policy(
            (0..1_100).map(|_| "ecs:StopInstance".to_owned()),
            (0..1_100).map(|n| format!("acs:ecs:*:*:disk/*a*b*{n}")),
        ),
    ] {
        assert!(lint(&text).len() <= Linter::MAX_FINDINGS);
    }
}

#[test]
fn a_pattern_of_stars_ends() {
    let stars = "*a".repeat(200_000);
    let text =
        policy([format!("ecs:{stars}")].into_iter(), [format!("acs:ecs:*:*:{stars}")].into_iter());
    assert!(codes(&text).contains(&"RAM108".to_owned()));
}

#[test]
fn no_prefix_of_a_policy_makes_the_linter_panic() {
    let text = r#"{"Version":"1","Statement":[{"Sid":"a","Effect":"Allow","NotAction":["ecs:\u4e2d*"],
        "Resource":"acs:ram:cn:123456789012****:role/${x}","Condition":{"StringEquals":
        {"acs:ResourceTag/部":["*"],"aws:SourceIp":"10.0.0.1/24"},"Bool":{"acs:MFAPresent":true}}}]}"#;
    for kind in Kind::ALL {
        let linter = Linter::new(Settings::new().with_preset(Preset::Audit));
        for end in 0..=text.len() {
            let Some(prefix) = text.get(..end) else { continue };
            let findings = linter.lint(kind, prefix);
            assert!(!findings.is_empty());
            for fix in findings.iter().filter_map(Finding::fix) {
                assert!(ramguard_lint::fix::apply(prefix, fix.edits()).is_ok());
            }
        }
    }
}
