//! The engine against the textbook evaluator, and against itself on a case that was changed.

use ramguard::case::{Case, Got};
use ramguard_policy::{Kind, Limits, Policy, ReadOptions};
use serde_json::{Map, Value, json};

use super::reordering::reordered;
use super::{Verdict, law};
use crate::generate::{self, ByteSource};
use crate::oracle::{self, Outcome};

/// What the engine makes of a case that may lack an expectation.
///
/// A refused document, and a request that is not one, are errors, as they are to the textbook.
fn engine(case: &Value) -> Outcome {
    engine_on_text(&complete(case).to_string())
}

/// Adds what a case needs to be one, if it is missing: a name and an expectation.
pub(super) fn complete(case: &Value) -> Value {
    let mut case = case.clone();
    if let Some(members) = case.as_object_mut() {
        members.entry("id").or_insert_with(|| "law".into());
        members.entry("expect").or_insert_with(|| "Allow".into());
    }
    case
}

fn engine_on_text(text: &str) -> Outcome {
    let result = match Case::parse(text).and_then(|case| case.run()) {
        Ok(result) => result,
        Err(error) => return Outcome::Error(error.to_string()),
    };
    if let Got::Refused(why) = &result.got {
        return Outcome::Error(why.to_string());
    }
    match result.outcome() {
        ramguard::Outcome::Allow => Outcome::Allow,
        ramguard::Outcome::ExplicitDeny => Outcome::ExplicitDeny,
        ramguard::Outcome::ImplicitDeny => Outcome::ImplicitDeny,
    }
}

/// Returns whether two outcomes are the same, whatever an error says.
fn alike(left: &Outcome, right: &Outcome) -> bool {
    matches!((left, right), (Outcome::Error(_), Outcome::Error(_))) || left == right
}

/// The engine decides a case as the textbook does, errors included. Rules E-1 to E-14.
///
/// # Errors
/// The case on which they differ.
pub fn engine_agrees(case: &Value) -> Verdict {
    let (got, expected) = (engine(case), oracle::evaluate(case));
    law(alike(&got, &expected), || {
        format!("the engine says {got:?}, the textbook {expected:?}: {case}")
    })
}

/// Any text that the engine takes for a case is decided as the textbook decides it; any other is
/// refused without a panic.
///
/// # Errors
/// The case on which they differ.
pub fn case_line_is_judged_alike(line: &str) -> Verdict {
    // Whatever the line is, reading and deciding it must end.
    let _ = engine_on_text(line);
    let case = match serde_json::from_str::<Value>(line) {
        Ok(case) => case,
        // A number that fits no `f64` is never converted by the engine, which takes it for JSON.
        Err(error) if error.to_string().starts_with("number out of range") => return Ok(()),
        Err(_) => {
            return law(Case::parse(line).is_err(), || format!("a case that is not JSON: {line}"));
        }
    };
    // Written anew, the line holds no key twice, which only the engine would see.
    let got = engine_on_text(&case.to_string());
    if matches!(got, Outcome::Error(_)) {
        // The textbook overlooks members of a case that do not exist; the engine does not.
        return Ok(());
    }
    let expected = oracle::evaluate(&case);
    law(alike(&got, &expected), || {
        format!("the engine says {got:?}, the textbook {expected:?}: {case}")
    })
}

/// Adding statements that deny never turns a denial into an Allow, in whatever layer they are put.
/// They are taken from `other`, a case of its own. Rule E-1.
///
/// # Errors
/// The case that is allowed with more denials in it.
pub fn deny_never_allows(case: &Value, other: &Value) -> Verdict {
    let before = engine(case);
    if before == Outcome::Allow {
        return Ok(());
    }
    let stricter = with_denials(case, other);
    let after = engine(&stricter);
    law(after != Outcome::Allow, || {
        format!("{before:?} became {after:?} with more denials: {case} became {stricter}")
    })
}

/// Adds the documents of `other`, turned into denials, to the layers of `case`. A layer that the
/// case does not have is added where that can only deny.
fn with_denials(case: &Value, other: &Value) -> Value {
    let mut stricter = case.clone();
    let Some(members) = stricter.as_object_mut() else { return stricter };
    let mut layers = layers_of(members);
    let added = other.as_object().map(|other| layers_of(&mut other.clone())).unwrap_or_default();
    for (name, layer) in added {
        let denials = denying(layer);
        match (layers.get_mut(&name), denials) {
            (Some(Value::Array(here)), Value::Array(more)) if name == "control" => {
                for (node, more) in here.iter_mut().zip(more) {
                    append(node, more);
                }
            }
            (Some(here @ Value::Array(_)), more) => append(here, more),
            (Some(here), more) => {
                // One document only: its statements are added.
                if let (Some(here), Some(more)) = (here.get_mut("Statement"), more.get("Statement"))
                {
                    append(here, more.clone());
                }
            }
            (None, more) => {
                layers.insert(name, more);
            }
        }
    }
    members.insert("policies".to_owned(), Value::Object(layers));
    stricter
}

/// Takes the layers out of a case; a single policy is one at account level.
pub(super) fn layers_of(case: &mut Map<String, Value>) -> Map<String, Value> {
    match (case.remove("policy"), case.remove("policies")) {
        (_, Some(Value::Object(layers))) => layers,
        (Some(policy), _) => Map::from_iter([("account".to_owned(), json!([policy]))]),
        _ => Map::new(),
    }
}

fn append(list: &mut Value, more: Value) {
    if let (Some(list), Value::Array(more)) = (list.as_array_mut(), more) {
        list.extend(more);
    }
}

/// Turns every `Effect` in a value into a denial.
fn denying(mut value: Value) -> Value {
    if let Some(members) = value.as_object_mut() {
        for (name, member) in members {
            *member = if name == "Effect" { "Deny".into() } else { denying(member.take()) };
        }
    } else if let Some(items) = value.as_array_mut() {
        for item in items {
            *item = denying(item.take());
        }
    }
    value
}

/// The order of policies, statements, entries, members and values changes no outcome. Rules G-5
/// and E-1. `source` chooses the order.
///
/// # Errors
/// The two cases that are decided differently.
pub fn order_changes_nothing(case: &Value, source: &mut ByteSource<'_>) -> Verdict {
    let text = reordered(source, &complete(case));
    let (before, after) = (engine(case), engine_on_text(&text));
    law(alike(&before, &after), || {
        format!("{before:?} became {after:?} in another order: {case} became {text}")
    })
}

/// A case is decided alike with each of its policies read and written anew.
///
/// # Errors
/// The case that is decided differently.
pub fn rewriting_changes_nothing(case: &Value) -> Verdict {
    let before = engine(case);
    if matches!(before, Outcome::Error(_)) {
        return Ok(());
    }
    let legacy = case.pointer("/options/legacy_not_resource") == Some(&Value::Bool(true));
    let trust = case.get("mode").and_then(Value::as_str).is_some_and(|mode| mode != "standard");
    let mut rewritten = case.clone();
    for layer in ["/policy", "/policies"] {
        if let Some(value) = rewritten.pointer_mut(layer) {
            rewrite(value, Kind::Identity, legacy, trust)?;
        }
    }
    let after = engine(&rewritten);
    law(alike(&before, &after), || {
        format!("{before:?} became {after:?} once written anew: {case} became {rewritten}")
    })
}

/// Replaces every document in a value by what it is written as.
fn rewrite(value: &mut Value, kind: Kind, legacy: bool, trust: bool) -> Verdict {
    match value {
        Value::Object(members) if members.contains_key("Statement") => {
            let limits = Limits::default();
            let options = ReadOptions { limits, legacy_not_resource: legacy };
            let text = Value::Object(members.clone()).to_string();
            let policy = Policy::parse_with(kind, &text, &options)
                .map_err(|error| format!("decided with, but refused: {text}: {error}"))?;
            *value = serde_json::to_value(&policy).map_err(|error| error.to_string())?;
            Ok(())
        }
        Value::Object(members) => members.iter_mut().try_for_each(|(layer, member)| {
            let kind = match (layer.as_str(), trust) {
                ("control", _) => Kind::Control,
                ("session", _) => Kind::Session,
                ("resource", true) => Kind::Trust,
                ("resource", false) => Kind::Bucket,
                _ => Kind::Identity,
            };
            rewrite(member, kind, legacy, trust)
        }),
        Value::Array(items) => {
            items.iter_mut().try_for_each(|item| rewrite(item, kind, legacy, trust))
        }
        _ => Ok(()),
    }
}

/// All laws of deciding on the cases made from `bytes`; used by the fuzzer.
pub(super) fn all(bytes: &[u8]) -> Verdict {
    let (front, back) = bytes.split_at(bytes.len() * 3 / 4);
    let case = generate::case(&mut ByteSource::new(front));
    let other = generate::case(&mut ByteSource::new(back));
    engine_agrees(&case)?;
    deny_never_allows(&case, &other)?;
    order_changes_nothing(&case, &mut ByteSource::new(back))?;
    rewriting_changes_nothing(&case)
}
