//! A safe fix changes no decision: each alone, and all together to the end.
//!
//! Where RAM takes a document, it still does after the fix, and every request is decided alike: on
//! the cases that the generators make up, on the conformance cases, and on the published policies
//! with requests made from their own patterns and conditions. Some hundred made-up cases in a
//! normal run; `PROPTEST_CASES` asks for more.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test says what it found by failing"
)]

use proptest::prelude::{ProptestConfig, TestCaseError, proptest};
use ramguard_lint::{Applicability, registry};
use ramguard_policy::{Kind, Policy};
use ramguard_testkit::laws::{
    Fixed, canonical_form_changes_nothing, decide_alone, fixes_of_a_case_change_nothing,
    safe_fixes_change_nothing,
};
use ramguard_testkit::{corpus, generate};
use serde_json::Value;

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok());
    ProptestConfig { failure_persistence: None, cases: cases.unwrap_or(150), ..Default::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_safe_fix_changes_no_decision_of_a_made_up_case(case in generate::cases()) {
        fixes_of_a_case_change_nothing(&case, &mut Fixed::new()).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn a_safe_fix_changes_no_decision_around_a_made_up_document(
        (kind, text) in generate::documents()
    ) {
        let kind = kind.parse().unwrap();
        safe_fixes_change_nothing(kind, &text, &mut Fixed::new()).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn the_canonical_form_of_a_made_up_document_is_stable_and_decides_alike(
        (kind, text) in generate::documents()
    ) {
        let kind = kind.parse().unwrap();
        canonical_form_changes_nothing(kind, &text).map_err(TestCaseError::fail)?;
    }
}

#[test]
fn the_canonical_form_of_a_published_policy_is_stable_and_decides_alike() {
    for source in corpus::sources().unwrap() {
        let bytes = corpus::read(&source.file).unwrap();
        let kind = corpus::kind_of(&source, &bytes);
        let law = canonical_form_changes_nothing(kind, &String::from_utf8_lossy(&bytes));
        law.unwrap_or_else(|error| panic!("{}: {error}", source.file));
    }
}

#[test]
fn a_safe_fix_changes_no_decision_of_a_conformance_case() {
    for file in ["semantics.jsonl", "own.jsonl"] {
        let path = corpus::testdata().join("conformance").join(file);
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            let law = fixes_of_a_case_change_nothing(&case, &mut Fixed::new());
            law.unwrap_or_else(|error| panic!("{}: {error}", case["id"]));
        }
    }
}

#[test]
fn a_safe_fix_changes_no_decision_of_a_published_policy() {
    for source in corpus::sources().unwrap() {
        let bytes = corpus::read(&source.file).unwrap();
        let kind = corpus::kind_of(&source, &bytes);
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let law = safe_fixes_change_nothing(kind, &text, &mut Fixed::new());
        law.unwrap_or_else(|error| panic!("{}: {error}", source.file));
    }
}

/// The documents of the fixtures and of the near misses, with their kinds.
fn examples() -> Vec<(Kind, String)> {
    let read = |name: &str| std::fs::read_to_string(corpus::testdata().join("lint").join(name));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let table: Value = serde_json::from_str(&read("rules.json").unwrap()).unwrap();
    let rules = table["rules"].as_array().unwrap().iter();
    let mut examples: Vec<(String, String)> = rules
        .flat_map(|rule| ["tp", "tn"].map(|side| (text(&rule["policy_kind"]), text(&rule[side]))))
        .collect();
    examples.extend(read("near-misses.jsonl").unwrap().lines().map(|line| {
        let case: Value = serde_json::from_str(line).unwrap();
        (text(&case["kind"]), text(&case["document"]))
    }));
    let kinds = examples.into_iter();
    kinds.filter_map(|(kind, text)| Some((kind.parse().ok()?, text))).collect()
}

#[test]
fn every_safe_fix_of_a_document_that_ram_takes_was_put_to_work() {
    let mut seen = Fixed::new();
    for (kind, text) in examples() {
        let law = safe_fixes_change_nothing(kind, &text, &mut seen);
        law.unwrap_or_else(|error| panic!("{error}"));
    }
    for seed in 0..150 {
        let law = fixes_of_a_case_change_nothing(&generate::seeded(seed), &mut seen);
        law.unwrap_or_else(|error| panic!("{seed}: {error}"));
    }
    let safe = registry::rules().filter(|meta| meta.fix == Some(Applicability::Safe));
    let idle: Vec<String> = safe
        .filter(|meta| !seen.contains_key(&meta.code))
        .map(|meta| meta.code.to_string())
        .collect();
    assert_eq!(idle, ONLY_WHERE_RAM_REFUSES, "{seen:?}");
}

/// Rules whose safe fixes repair what RAM refuses, and RAM905, which is about a settings file.
const ONLY_WHERE_RAM_REFUSES: [&str; 15] = [
    "RAM102", "RAM103", "RAM106", "RAM201", "RAM202", "RAM205", "RAM207", "RAM213", "RAM216",
    "RAM217", "RAM218", "RAM408", "RAM426", "RAM710", "RAM905",
];

#[test]
fn requests_around_a_policy_meet_its_statements() {
    let mut allowed = 0;
    let mut denied = 0;
    for source in corpus::sources().unwrap().iter().step_by(10) {
        let bytes = corpus::read(&source.file).unwrap();
        let kind = corpus::kind_of(source, &bytes);
        let text = String::from_utf8_lossy(&bytes);
        let Ok(policy) = Policy::parse_as(kind, &text) else { continue };
        let requests = generate::requests_around(&policy);
        let decisions = decide_alone(policy, &requests);
        let open = decisions.iter().filter(|decision| decision.is_allowed()).count();
        allowed += open;
        denied += decisions.len() - open;
    }
    assert!(allowed > 200 && denied > 200, "{allowed} allowed, {denied} denied");
}
