//! The linter says everything the language says about a document, once and by its name.

#![expect(clippy::unwrap_used, reason = "functions of tests fail like tests")]

use std::path::Path;

use ramguard_lint::{Finding, Lang, Linter, Preset, Settings, registry};
use ramguard_policy::{Document, Kind};
use serde_json::Value;

fn cases() -> Vec<Value> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/conformance/malformed.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn read(case: &Value) -> (Kind, &str) {
    (case["kind"].as_str().unwrap().parse().unwrap(), case["document"].as_str().unwrap())
}

fn lint(case: &Value) -> Vec<Finding> {
    let (kind, document) = read(case);
    Linter::new(Settings::new().with_preset(Preset::Audit)).lint(kind, document)
}

#[test]
fn an_accepted_document_has_a_finding_of_the_language_where_the_case_says_so() {
    for case in cases().iter().filter(|case| case["reject"] == false) {
        let found: Vec<_> = lint(case).iter().filter_map(Finding::diagnostic).collect();
        match case.get("code").and_then(Value::as_str) {
            Some(code) => assert!(found.contains(&code), "{}: {found:?}", case["id"]),
            None => assert!(found.is_empty(), "{}: {found:?}", case["id"]),
        }
        assert_eq!(!found.is_empty(), case["lint"] == true, "{}", case["id"]);
    }
}

#[test]
fn the_default_preset_says_something_about_every_document_with_a_fault() {
    let linter = Linter::new(Settings::new());
    let silent: Vec<String> = cases()
        .iter()
        .filter(|case| case["lint"] == true)
        .filter(|case| {
            let (kind, document) = read(case);
            linter.lint(kind, document).is_empty()
        })
        .map(|case| format!("{} {}", case["id"], case["why"]))
        .collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn the_default_preset_is_silent_about_a_document_without_fault() {
    let linter = Linter::new(Settings::new());
    for case in cases().iter().filter(|case| case["lint"] == false) {
        let (kind, document) = read(case);
        let found: Vec<_> = linter
            .lint(kind, document)
            .iter()
            .map(|finding| format!("{} {}", finding.code(), finding.message(Lang::En)))
            .collect();
        assert!(found.is_empty(), "{}: {found:?}", case["id"]);
    }
}

#[test]
fn a_refused_document_has_an_error_with_the_name_of_the_loader() {
    for case in cases().iter().filter(|case| case["reject"] == true) {
        let findings = lint(case);
        let code = case["code"].as_str().unwrap();
        let found: Vec<_> = findings.iter().filter_map(Finding::diagnostic).collect();
        assert!(found.contains(&code), "{}: {code} not in {found:?}", case["id"]);
    }
}

#[test]
fn a_problem_of_the_loader_is_never_told_twice() {
    for case in cases() {
        let (kind, document) = read(&case);
        let document = Document::read(kind, document);
        let findings = lint(&case);
        for problem in document.problems() {
            let told = findings
                .iter()
                .filter(|finding| finding.span() == problem.span())
                .filter(|finding| finding.diagnostic() == Some(problem.code().name()))
                .count();
            let same = document
                .problems()
                .iter()
                .filter(|other| other.span() == problem.span() && other.code() == problem.code())
                .count();
            assert!(told <= same, "{}: {problem}", case["id"]);
        }
    }
}

#[test]
fn every_template_has_the_same_names_in_both_languages() {
    let names = |text: &str| {
        let mut names: Vec<String> = text
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}').map(|(name, _)| name.to_owned()))
            .filter(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase()))
            .collect();
        names.sort();
        names
    };
    for meta in registry::rules() {
        assert_eq!(names(meta.message.en), names(meta.message.zh), "{}", meta.code);
    }
}

#[test]
fn every_finding_is_filled_in_in_both_languages() {
    for case in cases() {
        for finding in lint(&case) {
            for lang in [Lang::En, Lang::Zh] {
                let texts = [Some(finding.message(lang)), finding.help(lang)];
                for text in texts.into_iter().flatten() {
                    assert!(!text.contains('\n'), "{}: {text}", case["id"]);
                    for name in ["{v}", "{dym}", "{fixed}", "{canon}", "{remedy}", "{key}", "{n}"] {
                        assert!(!text.contains(name), "{} {}: {text}", case["id"], finding.code());
                    }
                }
            }
        }
    }
}

#[test]
fn every_page_has_its_three_parts_in_both_languages() {
    for meta in registry::rules() {
        for part in ["# What it finds", "# Why it matters", "# Instead"] {
            assert!(meta.page.en.contains(part), "{}: {part}", meta.code);
        }
        for part in ["# 检查内容", "# 为什么重要", "# 改法"] {
            assert!(meta.page.zh.contains(part), "{}: {part}", meta.code);
        }
    }
}
