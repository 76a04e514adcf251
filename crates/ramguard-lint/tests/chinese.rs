//! What is said in Chinese says no less than in English.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "functions of tests fail like tests"
)]

use std::path::Path;

use ramguard_lint::{Finding, Lang, Linter, Preset, Settings};
use ramguard_policy::Kind;
use serde_json::Value;

/// Documents of which each shows the loader something else.
fn documents() -> Vec<(Kind, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/conformance");
    let mut documents = Vec::new();
    for file in ["malformed.jsonl", "own-malformed.jsonl"] {
        for line in std::fs::read_to_string(folder.join(file)).unwrap().lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            let kind = case["kind"].as_str().unwrap_or("identity").parse().unwrap();
            if let Some(text) = case["document"].as_str() {
                documents.push((kind, text.to_owned()));
            }
        }
    }
    let broken = [
        "",
        "{",
        "[{]",
        "{}}",
        "{} x",
        "{,}",
        "{\"a\" 1}",
        "{\"a\":}",
        "{\"a\":1 \"b\":2}",
        "{a: 1}",
        "{\"a\": b}",
        "{\"a\": True}",
        "{\"a\": None}",
        "{\"a\": NaN}",
        "{\"a\": 01}",
        "{\"a\": 'b'}",
        "{\"a\": \"b}",
        "{\"a\": \"\u{1}\"}",
        "{\"a\": \"\\x\"}",
        "{\"a\": \"\\u00g\"}",
        "{\"a\": 1,}",
        "{\"a\":: 1}",
        "// x\n{}",
        "{ /* x",
        "{\u{a0}}",
        "{\"a\"\u{ff1a} 1}",
        "{\"a\": \u{201c}b\u{201d}}",
        "{\"\": 1, : 2}",
        "{\"a\": 1;}",
    ];
    documents.extend(broken.map(|text| (Kind::Identity, text.to_owned())));
    let value = |operator: &str, key: &str, value: &str| {
        format!(
            "{{\"Version\":\"1\",\"Statement\":[{{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\
             \"*\",\"Condition\":{{\"{operator}\":{{\"{key}\":[\"{value}\"]}}}}}}]}}"
        )
    };
    for text in ["", " 1", "1e3", "0x10", ".5", "1,000", "ten"] {
        documents.push((Kind::Identity, value("NumericEquals", "oss:MaxKeys", text)));
    }
    for text in [
        " 2024-01-01T00:00:00Z",
        "2024-01-01",
        "2024-01-01T00:00:00",
        "1700000000",
        "2024-02-30T00:00:00Z",
        "2024-01-01T25:00:00Z",
        "2024-01-01T00:00:00+8",
        "yesterday",
    ] {
        documents.push((Kind::Identity, value("DateLessThan", "acs:CurrentTime", text)));
    }
    for text in [
        "",
        "10.0.0.1 ",
        "10.0.*.*",
        "42.120.XX.X/24",
        "10.0.0.0/255.0.0.0",
        "10.0.0.0/33",
        "::/129",
        "10.0.0.0/08",
        "010.0.0.1",
        "10.0.0.256",
        "10.0.1",
        "fe80::1%eth0",
        "10.0.0.1-10.0.0.9",
        "10.0.0.1:80",
        "example.com",
        "?",
    ] {
        documents.push((Kind::Identity, value("IpAddress", "acs:SourceIp", text)));
    }
    documents
}

/// Whether two words of English stand side by side outside of what is quoted; one alone is a name.
fn is_english(text: &str) -> bool {
    let bare: String = text.split('`').step_by(2).collect();
    let is_word = |word: &str| word.len() > 1 && word.bytes().all(|b| b.is_ascii_lowercase());
    let words: Vec<&str> = bare.split(' ').collect();
    words.windows(2).any(|pair| pair.iter().all(|word| is_word(word)))
}

fn texts(finding: &Finding, lang: Lang) -> Vec<String> {
    let mut texts = vec![finding.message(lang)];
    texts.extend(finding.help(lang));
    texts.extend(finding.related().iter().map(|related| related.label(lang)));
    texts
}

#[test]
fn nothing_is_said_in_english_to_who_asks_for_chinese() {
    let linter = Linter::new(Settings::new().with_preset(Preset::Audit));
    let mut untold = Vec::new();
    for (kind, text) in documents() {
        for finding in linter.lint(kind, &text) {
            let (en, zh) = (texts(&finding, Lang::En), texts(&finding, Lang::Zh));
            assert_eq!(en.len(), zh.len(), "{}: {text}", finding.code());
            for (en, zh) in en.iter().zip(&zh) {
                if is_english(zh) {
                    untold.push(format!("{}: {en} / {zh}", finding.code()));
                }
            }
        }
    }
    assert!(untold.is_empty(), "{untold:#?}");
}
