//! Conditions about a situation.

use serde_json::{Map, Value, json};

use super::ByteSource;
use super::datum::{Datum, Family};
use super::situation::{Entry, Situation};
use super::wording::in_drifting_case;

/// The operators of a family.
fn operators(family: Family) -> &'static [&'static str] {
    match family {
        Family::Text => &[
            "StringEquals",
            "StringNotEquals",
            "StringEqualsIgnoreCase",
            "StringNotEqualsIgnoreCase",
        ],
        Family::Pattern => &["StringLike", "StringNotLike"],
        Family::Number => &[
            "NumericEquals",
            "NumericNotEquals",
            "NumericLessThan",
            "NumericLessThanEquals",
            "NumericGreaterThan",
            "NumericGreaterThanEquals",
        ],
        Family::Moment => &[
            "DateEquals",
            "DateNotEquals",
            "DateLessThan",
            "DateLessThanEquals",
            "DateGreaterThan",
            "DateGreaterThanEquals",
        ],
        Family::Flag => &["Bool"],
        Family::Address => &["IpAddress", "NotIpAddress"],
    }
}

const FAMILIES: [Family; 6] =
    [Family::Text, Family::Pattern, Family::Number, Family::Moment, Family::Flag, Family::Address];

/// Makes a condition of one to three constraints, about keys of the situation for the most part.
pub(super) fn about(source: &mut ByteSource<'_>, situation: &Situation) -> Value {
    let constraints = source.weighted(&[(7, 1), (2, 2), (1, 3)]);
    let mut condition = Map::new();
    for _ in 0..constraints {
        let entry = match situation.context.get(source.below(situation.context.len())) {
            Some(entry) if !source.chance(20) => entry.clone(),
            _ => Entry::any(source),
        };
        let family = match entry.data.first() {
            Some(datum) if !source.chance(10) => datum.family(source),
            _ => source.pick(&FAMILIES),
        };
        let values = values(source, &entry, family);
        let drift = if entry.key.contains('/') { 60 } else { 22 };
        let key =
            if source.chance(drift) { drifted_key(source, &entry.key) } else { entry.key.clone() };
        // Both spellings of a key have to hold, each with its own values.
        let twin = source
            .chance(12)
            .then(|| (in_drifting_case(source, &key), self::values(source, &entry, family)));
        let keys = condition
            .entry(source.pick(operators(family)))
            .or_insert_with(|| Value::Object(Map::new()));
        if let Some(keys) = keys.as_object_mut() {
            keys.extend(twin);
            keys.insert(key, values);
        }
    }
    Value::Object(condition)
}

/// Makes a condition on the service that a role is handed to, that of calls for the most part.
pub(super) fn on_service(source: &mut ByteSource<'_>) -> Value {
    let service = source.weighted(&[(5, "ecs.aliyuncs.com"), (2, "fc.aliyuncs.com"), (1, "ECS.*")]);
    let family = source.pick(&[Family::Text, Family::Pattern]);
    let operator = source.pick(operators(family));
    let key = "acs:Service";
    let key = if source.chance(22) { drifted_key(source, key) } else { key.to_owned() };
    json!({operator: {key: service}})
}

/// Makes the values of a key, a scalar or a list.
fn values(source: &mut ByteSource<'_>, entry: &Entry, family: Family) -> Value {
    let value = |source: &mut ByteSource<'_>| -> Value {
        let datum = entry.data.get(source.below(entry.data.len()));
        let other = Datum::any(source, family);
        let datum = if source.chance(20) { &other } else { datum.unwrap_or(&other) };
        datum.spelt_in_policy(source, family).into()
    };
    let amount =
        if family == Family::Flag { 1 } else { source.weighted(&[(6, 1), (3, 2), (1, 3)]) };
    if amount == 1 && !source.chance(30) {
        value(source)
    } else {
        (0..amount).map(|_| value(source)).collect()
    }
}

/// Returns a key as somebody else would write it, tag key included, which makes it another key.
pub(super) fn drifted_key(source: &mut ByteSource<'_>, key: &str) -> String {
    match key.split_once('/') {
        Some((name, tag)) if !source.chance(60) => {
            format!("{}/{tag}", in_drifting_case(source, name))
        }
        _ => in_drifting_case(source, key),
    }
}
