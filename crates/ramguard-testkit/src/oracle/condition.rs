//! One condition operator against the values of one key.
//!
//! The twenty-one operators fall into a comparison, which tells for one value of the policy and
//! one of the request whether they fit, and a sense: the positive ones hold when one pair fits,
//! the negated ones when none does.

use std::cmp::Ordering;

use super::address::{Address, Block};
use super::instant::Instant;
use super::number::Decimal;
use super::truth::Truth;
use super::wildcard;

/// The names of all operators of the language. Section 4.1.
pub const OPERATORS: [&str; 21] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "IpAddress",
    "NotIpAddress",
];

/// Returns whether `operator` holds between the policy's values and the request's.
///
/// `request` is nothing when the request lacks the key, which an empty list equals. An operator
/// that does not exist and a policy value that cannot be read answer [`Truth::Unknown`]; a document
/// holding one is refused before it comes this far.
///
/// Rules C-1 to C-8, C-11, C-12.
#[must_use]
pub fn holds(operator: &str, policy: &[&str], request: Option<&[String]>) -> Truth {
    let (comparison, negated) = match operator {
        "StringNotEquals" => ("StringEquals", true),
        "StringNotEqualsIgnoreCase" => ("StringEqualsIgnoreCase", true),
        "StringNotLike" => ("StringLike", true),
        "NumericNotEquals" => ("NumericEquals", true),
        "DateNotEquals" => ("DateEquals", true),
        "NotIpAddress" => ("IpAddress", true),
        positive => (positive, false),
    };
    let request = request.unwrap_or_default();
    let some_pair_fits = Truth::any(policy.iter().flat_map(|wanted| {
        request.iter().map(move |given| fits(comparison, wanted, given).unwrap_or(Truth::Unknown))
    }));
    if negated { some_pair_fits.negated() } else { some_pair_fits }
}

/// Compares one value of the policy with one of the request; nothing where either is unreadable.
fn fits(comparison: &str, wanted: &str, given: &str) -> Option<Truth> {
    let answer = match comparison {
        "StringEquals" => wanted == given,
        "StringEqualsIgnoreCase" => {
            let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
            lower(wanted) == lower(given)
        }
        "StringLike" => wildcard::matches(wanted, given, false),
        "Bool" => truth_value(wanted)? == truth_value(given)?,
        "IpAddress" => Block::read(wanted)?.contains(Address::read(given)?),
        _ => {
            let (order, relation) = match comparison.strip_prefix("Numeric") {
                Some(relation) => (Decimal::read(given)?.cmp(&Decimal::read(wanted)?), relation),
                None => {
                    let relation = comparison.strip_prefix("Date")?;
                    (Instant::read(given)?.cmp(&Instant::read(wanted)?), relation)
                }
            };
            match relation {
                "Equals" => order == Ordering::Equal,
                "LessThan" => order == Ordering::Less,
                "LessThanEquals" => order != Ordering::Greater,
                "GreaterThan" => order == Ordering::Greater,
                "GreaterThanEquals" => order != Ordering::Less,
                _ => return None,
            }
        }
    };
    Some(answer.into())
}

/// Reads `true` or `false` in any ASCII case. Decision D-23.
fn truth_value(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// Returns whether a policy may put `value` under `operator`. Section 4.1, value syntax.
#[must_use]
pub fn is_readable(operator: &str, value: &str) -> bool {
    if operator.starts_with("Numeric") {
        Decimal::read(value).is_some()
    } else if operator.starts_with("Date") {
        Instant::read(value).is_some()
    } else if operator == "Bool" {
        truth_value(value).is_some()
    } else if operator.ends_with("IpAddress") {
        Block::read(value).is_some()
    } else {
        true
    }
}

/// Returns the form of a key under which all its spellings are one: what stands before the first
/// `/` in ASCII lower case, the rest as written.
///
/// Rules C-9 and C-10.
#[must_use]
pub fn folded_key(key: &str) -> String {
    match key.split_once('/') {
        Some((name, tag)) => format!("{}/{tag}", name.to_ascii_lowercase()),
        None => key.to_ascii_lowercase(),
    }
}

/// Returns whether `key` is `<ram-code>:<name>`, possibly with `/<tag-key>` behind it.
///
/// Rule C-9: `^[A-Za-z0-9][A-Za-z0-9-]*:[^\s/]+(/.+)?$`.
#[must_use]
pub fn is_key(key: &str) -> bool {
    let (name, tag) = match key.split_once('/') {
        Some((name, tag)) => (name, Some(tag)),
        None => (key, None),
    };
    let Some((code, rest)) = name.split_once(':') else { return false };
    code.starts_with(|first: char| first.is_ascii_alphanumeric())
        && code.chars().all(|other| other.is_ascii_alphanumeric() || other == '-')
        && !rest.is_empty()
        && !rest.contains(char::is_whitespace)
        && tag.is_none_or(|tag| !tag.is_empty() && !tag.contains('\n'))
}

#[cfg(test)]
mod tests {
    use super::{Truth, folded_key, holds, is_key};

    fn given(values: &[&str]) -> Vec<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn an_absent_key_fails_a_positive_operator_and_meets_a_negated_one() {
        assert_eq!(holds("StringEquals", &["a"], None), Truth::No);
        assert_eq!(holds("StringNotEquals", &["a"], None), Truth::Yes);
        assert_eq!(holds("NotIpAddress", &["10.0.0.1"], Some(&[])), Truth::Yes);
    }

    #[test]
    fn a_match_settles_a_key_that_also_has_an_unreadable_value() {
        let request = given(&["x", "10"]);
        assert_eq!(holds("NumericEquals", &["10"], Some(&request)), Truth::Yes);
        assert_eq!(holds("NumericNotEquals", &["10"], Some(&request)), Truth::No);
        assert_eq!(holds("NumericEquals", &["11"], Some(&request)), Truth::Unknown);
        assert_eq!(holds("NumericNotEquals", &["11"], Some(&request)), Truth::Unknown);
    }

    #[test]
    fn folding_is_per_character_and_not_per_word() {
        assert_eq!(holds("StringEqualsIgnoreCase", &["ΑΣ"], Some(&given(&["ας"]))), Truth::No);
        assert_eq!(holds("StringEqualsIgnoreCase", &["ΑΣ"], Some(&given(&["ασ"]))), Truth::Yes);
    }

    #[test]
    fn only_what_stands_before_the_first_slash_folds() {
        assert_eq!(folded_key("ECS:Tag/Team/A"), "ecs:tag/Team/A");
        assert_eq!(folded_key("acs:SourceIp"), "acs:sourceip");
    }

    #[test]
    fn keys_are_checked_by_their_letters() {
        for key in ["acs:SourceIp", "kms:tag/acs:alikafka:x", "ecs:tag/部门", "a:b:c", "9a-:x/ y"]
        {
            assert!(is_key(key), "{key}");
        }
        for key in ["acs", "acs:", ":x", "-a:x", "acs: x", "acs:tag/", "acs:/x", "a_b:x", ""] {
            assert!(!is_key(key), "{key}");
        }
    }
}
