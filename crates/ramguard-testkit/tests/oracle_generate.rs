//! The generators against the oracle: that made-up cases are worth deciding.

use std::collections::{BTreeMap, BTreeSet};

use ramguard_testkit::generate;
use ramguard_testkit::oracle::condition::{OPERATORS, folded_key, holds};
use ramguard_testkit::oracle::truth::Truth;
use ramguard_testkit::oracle::{self, Outcome};
use serde_json::Value;

const SEEDS: u64 = 5_000;

#[test]
fn each_decision_is_made_for_at_least_fifteen_cases_in_a_hundred() {
    let mut tally: BTreeMap<&str, u64> = BTreeMap::new();
    for seed in 0..SEEDS {
        *tally.entry(oracle::evaluate(&generate::seeded(seed)).decision().name()).or_default() += 1;
    }
    for decision in ["Allow", "ExplicitDeny", "ImplicitDeny"] {
        let share = tally.get(decision).copied().unwrap_or_default() * 100 / SEEDS;
        assert!(share >= 15, "{decision} makes up {share} %: {tally:?}");
    }
}

#[test]
fn at_most_one_case_in_ten_is_malformed_and_some_are() {
    let malformed = (0..SEEDS)
        .map(|seed| oracle::evaluate(&generate::seeded(seed)))
        .filter(|outcome| matches!(outcome, Outcome::Error(_)))
        .count();
    assert!((50..=500).contains(&malformed), "{malformed} of {SEEDS}");
}

/// Collects every value found under a member of that name, however deep.
fn collect<'a>(value: &'a Value, member: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if name == member {
                    found.push(value);
                }
                collect(value, member, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, member, found)),
        _ => {}
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        single => single.as_str().into_iter().collect(),
    }
}

#[test]
fn every_operator_comes_out_met_unmet_and_undecided_if_it_can() {
    let mut seen: BTreeMap<&str, BTreeSet<Truth>> = BTreeMap::new();
    for seed in 0..SEEDS {
        let case = generate::seeded(seed);
        let (mut conditions, mut contexts) = (Vec::new(), Vec::new());
        collect(&case, "Condition", &mut conditions);
        collect(&case, "context", &mut contexts);
        for (operator, keys) in conditions.iter().filter_map(|c| c.as_object()).flatten() {
            let Some(operator) = OPERATORS.into_iter().find(|known| known == operator) else {
                continue;
            };
            for (key, wanted) in keys.as_object().into_iter().flatten() {
                for context in contexts.iter().filter_map(|context| context.as_object()) {
                    let given: Vec<String> = context
                        .iter()
                        .filter(|(name, _)| folded_key(name) == folded_key(key))
                        .flat_map(|(_, value)| texts(value))
                        .map(str::to_owned)
                        .collect();
                    // An absent key says nothing about how an operator compares.
                    if !given.is_empty() {
                        let truth = holds(operator, &texts(wanted), Some(&given));
                        seen.entry(operator).or_default().insert(truth);
                    }
                }
            }
        }
    }
    for operator in OPERATORS {
        let expected = if operator.starts_with("String") { 2 } else { 3 };
        let truths = seen.get(operator).map(BTreeSet::len);
        assert_eq!(truths, Some(expected), "{operator}: {:?}", seen.get(operator));
    }
}

#[test]
fn every_kind_of_caller_gets_every_decision_it_can_get() {
    let mut seen: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for seed in 0..SEEDS {
        let case = generate::seeded(seed);
        let member = |pointer: &str| {
            case.pointer(pointer).and_then(Value::as_str).unwrap_or("standard").to_owned()
        };
        let scene = format!("{} in {}", member("/request/principal/type"), member("/mode"));
        seen.entry(scene).or_default().insert(oracle::evaluate(&case).decision().name());
    }
    for scene in [
        "user in standard",
        "role in standard",
        "root in standard",
        "anonymous in standard",
        "user in assume_role",
        "role in assume_role",
        "service in assume_role",
        "federated in role_sso",
    ] {
        assert_eq!(seen.get(scene).map(BTreeSet::len), Some(3), "{scene}: {:?}", seen.get(scene));
    }
}

#[test]
fn made_up_documents_are_sound_and_broken_in_every_kind() {
    let mut sound: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    let mut earned: BTreeSet<&str> = BTreeSet::new();
    for seed in 0..SEEDS {
        let bytes = generate::bytes_of_seed(seed);
        let (kind, text) = generate::document(&mut generate::ByteSource::new(&bytes));
        let codes = oracle::reject_codes(&text, kind);
        let [accepted, refused] = sound.entry(kind).or_default();
        *(if codes.is_empty() { accepted } else { refused }) += 1;
        earned.extend(codes);
    }
    for (kind, [accepted, refused]) in &sound {
        assert!(*accepted > 50 && *refused > 50, "{kind}: {sound:?}");
    }
    assert_eq!(earned.len(), 29, "every reject code is earned by some document: {earned:?}");
}

#[test]
fn no_case_holds_a_document_over_its_size_limit() {
    for seed in 0..SEEDS {
        let case = generate::seeded(seed);
        let mut sessions = Vec::new();
        collect(&case, "session", &mut sessions);
        let session = sessions.iter().map(|session| session.to_string().len()).max();
        assert!(session.unwrap_or_default() <= 2_048, "seed {seed}");
        assert!(case.to_string().len() <= 16_384, "seed {seed}");
    }
}
