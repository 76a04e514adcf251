//! What must hold of the oracle whatever the case: laws it was not written from.

use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};
use ramguard_testkit::generate::{self, ByteSource};
use ramguard_testkit::oracle::number::Decimal;
use ramguard_testkit::oracle::{self, Outcome, wildcard};
use serde_json::{Value, json};

/// Wildcards once more, by recursion, for short texts.
fn fits(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, first) => first.is_none(),
        (Some(('*', rest)), first) => {
            fits(rest, text) || first.is_some_and(|(_, shorter)| fits(pattern, shorter))
        }
        (Some((symbol, rest)), Some((first, shorter))) => {
            (*symbol == '?' || symbol == first) && fits(rest, shorter)
        }
        (Some(_), None) => false,
    }
}

/// Reverses every list of documents and statements; which values count is left alone.
fn reversed(value: &mut Value) {
    if let Some(members) = value.as_object_mut() {
        for (name, member) in members {
            if let ("Statement" | "account" | "resource_group", Some(list)) =
                (name.as_str(), member.as_array_mut())
            {
                list.reverse();
            }
            reversed(member);
        }
    } else if let Some(items) = value.as_array_mut() {
        items.iter_mut().for_each(reversed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn wildcards_fit_as_recursion_says(
        (pattern, text) in generate::patterns_and_texts()
    ) {
        let (symbols, letters): (Vec<char>, Vec<char>) =
            (pattern.chars().collect(), text.chars().collect());
        prop_assert_eq!(wildcard::matches(&pattern, &text, false), fits(&symbols, &letters));
    }

    #[test]
    fn decimals_order_as_integers_scaled_by_a_million(
        left in -3_000_000_i64..3_000_000, right in -3_000_000_i64..3_000_000
    ) {
        let written = |number: i64| {
            let sign = if number < 0 { "-" } else { "" };
            let number = number.unsigned_abs();
            Decimal::read(&format!("{sign}{}.{:06}", number / 1_000_000, number % 1_000_000))
        };
        prop_assert!(written(left).is_some());
        prop_assert_eq!(written(left).cmp(&written(right)), left.cmp(&right));
    }

    #[test]
    fn every_string_of_bytes_makes_a_case_that_is_decided(
        bytes in proptest::collection::vec(any::<u8>(), 0..200)
    ) {
        let case = generate::case(&mut ByteSource::new(&bytes));
        let again: Result<Value, _> = serde_json::from_str(&case.to_string());
        prop_assert_eq!(again.ok().map(|case| oracle::evaluate(&case)), Some(oracle::evaluate(&case)));
    }

    #[test]
    fn the_order_of_documents_and_statements_changes_no_decision(case in generate::cases()) {
        let mut other = case.clone();
        reversed(&mut other);
        prop_assert_eq!(oracle::evaluate(&case).decision(), oracle::evaluate(&other).decision());
    }

    #[test]
    fn one_more_deny_of_the_caller_never_allows(case in generate::cases()) {
        let before = oracle::evaluate(&case);
        let mut stricter = case;
        let deny = json!({"Version": "1", "Statement": [
            {"Effect": "Deny", "Action": "*:*e*", "Resource": "*"}]});
        if let Some(account) = stricter.pointer_mut("/policies/account").and_then(Value::as_array_mut) {
            account.push(deny);
        }
        prop_assert!(before == Outcome::Allow || oracle::evaluate(&stricter) != Outcome::Allow);
    }

    #[test]
    fn a_document_without_codes_denies_nobody_by_being_there(
        (kind, text) in generate::documents()
    ) {
        // A sound identity policy next to a full grant leaves Allow or an explicit Deny, never an
        // error and never an implicit one.
        if kind == "identity" && oracle::reject_codes(&text, kind).is_empty() {
            let document: Result<Value, _> = serde_json::from_str(&text);
            let case = json!({
                "policies": {"account": [document.unwrap_or_default(),
                    {"Version": "1", "Statement": [
                        {"Effect": "Allow", "Action": "*", "Resource": "*"}]}]},
                "request": {"action": "ecs:StopInstance", "context": {},
                    "resource": "acs:ecs:cn-hangzhou:1000000000000001:instance/i-a"},
            });
            let outcome = oracle::evaluate(&case);
            prop_assert!(
                matches!(outcome, Outcome::Allow | Outcome::ExplicitDeny), "{outcome:?}: {case}"
            );
        }
    }
}
