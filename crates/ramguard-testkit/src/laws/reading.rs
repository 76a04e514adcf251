//! The reader against `serde_json`, against the textbook, and against what it writes itself.

use ramguard_policy::json::{self, FaultCode, JsonLimits, MAX_FAULTS};
use ramguard_policy::{Document, Kind, Limits, Policy, PolicySeed, ReadOptions};
use serde::de::DeserializeSeed;
use serde_json::Value;

use super::{Verdict, is_message, law};
use crate::oracle;

/// As deep as `serde_json` reads.
const SERDE_DEPTH: u32 = 127;

/// The reader takes what `serde_json` takes, and reads the same, but for what it refuses on
/// purpose: a key given twice, a byte order mark. A number that fits no `f64` is the other way
/// round: it is never converted here. Rule G-1, decision D-02.
///
/// # Errors
/// The text on which they differ.
pub fn json_agrees(bytes: &[u8]) -> Verdict {
    let shown = || String::from_utf8_lossy(bytes).into_owned();
    let limits = JsonLimits { max_depth: SERDE_DEPTH, max_bytes: json::MAX_BYTES };
    let tree = json::read_bytes(bytes, &limits);
    law(tree.is_strict_json() == tree.faults().is_empty(), || {
        format!("{:?}: strict JSON with faults, or not strict without", shown())
    })?;
    let expected: Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(error) if error.to_string().starts_with("number out of range") => return Ok(()),
        Err(error) => {
            return law(!tree.is_strict_json(), || {
                format!("{:?}: accepted, but serde_json says {error}", shown())
            });
        }
    };
    let duplicates =
        tree.faults().iter().filter(|fault| fault.code() == FaultCode::DuplicateKey).count();
    if let Some(fault) = tree.faults().iter().find(|fault| fault.code() != FaultCode::DuplicateKey)
    {
        // So many duplicate keys that the rest was not read.
        return law(duplicates >= MAX_FAULTS, || {
            format!("{:?}: refused ({fault}), but serde_json takes it", shown())
        });
    }
    let read = tree.root().map(plain);
    law(duplicates > 0 || read.as_ref() == Some(&shape(&expected)), || {
        format!("{:?}: read as {read:?}, by serde_json as {expected}", shown())
    })
}

/// What a value says. Of numbers those that fit 64 bits are told; no policy holds any.
#[derive(Debug, PartialEq)]
enum Plain {
    Null,
    Bool(bool),
    Number(Option<u64>),
    Text(String),
    List(Vec<Plain>),
    Map(Vec<(String, Plain)>),
    /// What no sound text holds.
    Invalid,
}

/// Returns what the reader's value says. Recurses as deep as the text is nested: [`SERDE_DEPTH`].
fn plain(value: json::Value<'_>) -> Plain {
    match value.kind() {
        json::Kind::Null => Plain::Null,
        json::Kind::Bool(value) => Plain::Bool(value),
        json::Kind::Number => Plain::Number(value.raw().parse().ok()),
        json::Kind::String => Plain::Text(value.as_str().unwrap_or_default().to_owned()),
        json::Kind::Array => Plain::List(value.elements().map(plain).collect()),
        json::Kind::Object => {
            let mut members: Vec<_> = value
                .members()
                .map(|member| (member.key.to_owned(), plain(member.value)))
                .collect();
            members.sort_by(|(left, _), (right, _)| left.cmp(right));
            Plain::Map(members)
        }
        json::Kind::Invalid => Plain::Invalid,
    }
}

/// Returns what the value of `serde_json` says.
fn shape(value: &Value) -> Plain {
    match value {
        Value::Null => Plain::Null,
        Value::Bool(value) => Plain::Bool(*value),
        Value::Number(number) => Plain::Number(number.as_u64()),
        Value::String(text) => Plain::Text(text.clone()),
        Value::Array(items) => Plain::List(items.iter().map(shape).collect()),
        Value::Object(members) => {
            let mut members: Vec<_> =
                members.iter().map(|(key, value)| (key.clone(), shape(value))).collect();
            members.sort_by(|(left, _), (right, _)| left.cmp(right));
            Plain::Map(members)
        }
    }
}

/// A document loads if, and only if, the textbook has no reject code for it; where it is JSON,
/// both name at least one code alike: a fault may bear two names, and one may hide another. Every
/// problem lies in the text. Rules G-1 to G-13.
///
/// # Errors
/// The document on which they differ, with both lists of codes.
pub fn load_agrees(kind: Kind, text: &str) -> Verdict {
    let document = Document::read(kind, text);
    let problems = document.problems();
    let mut codes: Vec<&str> = problems.iter().map(|problem| problem.code().name()).collect();
    codes.sort_unstable();
    codes.dedup();
    let expected = oracle::reject_codes(text, kind.name());
    law(codes.is_empty() == expected.is_empty(), || {
        format!("{kind} {text:?}: the reader says {codes:?}, the textbook {expected:?}")
    })?;
    // Of a text that is not JSON the reader recovers what it can; the textbook does not try.
    let comparable = document.tree().is_strict_json() && problems.len() < Document::MAX_PROBLEMS;
    let shared = expected.is_empty() || codes.iter().any(|code| expected.contains(code));
    law(!comparable || shared, || {
        format!("{kind} {text:?}: the reader says {codes:?}, the textbook {expected:?}")
    })?;
    if let Err(error) = Policy::parse_with(kind, text, &roomy()) {
        law(is_message(&error.to_string()), || format!("{kind} {text:?}: not a message: {error}"))?;
    }
    for problem in problems {
        for message in [Some(problem.to_string()), problem.help()].into_iter().flatten() {
            law(is_message(&message), || format!("{kind} {text:?}: not a message: {message}"))?;
        }
        let spans = [Some(problem.span()), problem.related().map(|related| related.span)];
        for span in spans.into_iter().flatten() {
            law(text.get(span.range()).is_some(), || {
                format!("{kind} {text:?}: {span:?} of `{problem}` is no part of the text")
            })?;
        }
    }
    Ok(())
}

/// Limits under which only the form of a document counts.
pub(super) fn roomy() -> ReadOptions {
    let limits = Limits::default().with_max_bytes_for_all(Limits::DEFAULT_MAX_READ_BYTES);
    ReadOptions { limits, ..ReadOptions::default() }
}

/// What is written is read back as an equal policy, compact and for people; writing it once more
/// changes nothing.
///
/// # Errors
/// The policy that came back otherwise.
pub fn writing_reads_back(kind: Kind, text: &str) -> Verdict {
    let Ok(policy) = Policy::parse_with(kind, text, &roomy()) else { return Ok(()) };
    for written in [policy.to_json(), policy.to_json_pretty()] {
        let back = Policy::parse_with(kind, &written, &roomy());
        let back = back.map_err(|error| format!("{kind} {text:?}: written {written}: {error}"))?;
        law(back == policy, || format!("{kind} {text:?}: written as another policy: {written}"))?;
        law(back.to_json() == policy.to_json(), || {
            format!("{kind} {text:?}: written differently the second time: {written}")
        })?;
    }
    let Ok(value) = serde_json::from_str::<Value>(&policy.to_json()) else {
        return Err(format!("{kind} {text:?}: not JSON once written"));
    };
    law(serde_json::to_value(&policy).ok().as_ref() == Some(&value), || {
        format!("{kind} {text:?}: serialized as another value")
    })
}

/// Reading through serde takes and refuses what reading the text does, and gives an equal policy.
///
/// # Errors
/// The document that serde reads otherwise.
pub fn serde_agrees(kind: Kind, text: &str) -> Verdict {
    let direct = Policy::parse_with(kind, text, &roomy()).ok();
    let seed = PolicySeed::new(kind).with_options(roomy());
    let mut reader = serde_json::Deserializer::from_str(text);
    let through = seed.deserialize(&mut reader).ok().filter(|_| reader.end().is_ok());
    // A text in quotes is the text of a document to serde only.
    let quoted = text.trim_start_matches([' ', '\t', '\n', '\r']).starts_with('"');
    law(quoted || direct == through, || {
        let of = |policy: &Option<Policy>| policy.as_ref().map(Policy::to_json);
        format!("{kind} {text:?}: read as {:?}, by serde as {:?}", of(&direct), of(&through))
    })
}
