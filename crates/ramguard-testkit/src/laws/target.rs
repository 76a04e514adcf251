//! The laws by the name of their fuzz target: bytes in, verdict out.
//!
//! A file in `fuzz/regressions/<target>/` is the input of that target, so that the fuzzer and the
//! replay in `cargo test` cannot part ways.

use ramguard_cli::promise;
use ramguard_policy::{Document, Kind, ReadOptions};

use super::{
    Fixed, Verdict, canonical_form_changes_nothing, case_line_is_judged_alike, deciding,
    explanation_agrees, fixes_of_a_case_change_nothing, json_agrees, layout_keeps_every_token,
    load_agrees, match_agrees, no_bytes_are_a_token, safe_fixes_change_nothing, serde_agrees,
    set_agrees, token_leads_back, world_files_are_judged, world_stays_sound, writing_reads_back,
};
use crate::generate::{self, ByteSource};

/// A law on bytes, as a fuzz target calls it.
pub type Law = fn(&[u8]) -> Verdict;

/// Every fuzz target with its law, by name.
pub const TARGETS: [(&str, Law); 13] = [
    ("case_line", case_line),
    ("cli_inputs", cli_inputs),
    ("decide", decide),
    ("explain", explain),
    ("fix", fix),
    ("fmt", fmt),
    ("json", json),
    ("load", load),
    ("match_one", match_one),
    ("match_set", match_set),
    ("roundtrip", roundtrip),
    ("token", token),
    ("world", world),
];

/// Longer inputs teach nothing and cost the oracles, which take time in products, too much.
const MAX_BYTES: usize = 8 << 10;

/// The bytes are a line of a file of cases.
///
/// # Errors
/// See [`case_line_is_judged_alike`].
pub fn case_line(bytes: &[u8]) -> Verdict {
    text(bytes).map_or(Ok(()), case_line_is_judged_alike)
}

/// The bytes are the name of a file, a line feed, and what the file holds: a template, saved
/// answers, a world, settings, a baseline, by the name.
///
/// # Errors
/// See [`ramguard_cli::promise`] and [`world_files_are_judged`].
pub fn cli_inputs(bytes: &[u8]) -> Verdict {
    let Some((name, file)) = text(bytes).and_then(|text| text.split_once('\n')) else {
        return promise::baseline("baseline", bytes);
    };
    match name {
        "world.json" => world_files_are_judged(file),
        "baseline.json" => promise::baseline(name, file.as_bytes()),
        "ramguard.toml" => promise::settings(name, file),
        _ => {
            promise::extraction(name, file)?;
            promise::findings(name, file)
        }
    }
}

/// The bytes are choices of [`crate::generate::case`].
///
/// # Errors
/// See the laws of deciding.
pub fn decide(bytes: &[u8]) -> Verdict {
    deciding::all(bytes)
}

/// The bytes are a case, or choices of [`crate::generate::case`] if they are none.
///
/// # Errors
/// See [`explanation_agrees`].
pub fn explain(bytes: &[u8]) -> Verdict {
    explanation_agrees(&case(bytes))
}

/// The bytes are a document, read as every kind, or choices of [`crate::generate::case`] if they
/// do not begin like one.
///
/// # Errors
/// See [`safe_fixes_change_nothing`] and [`fixes_of_a_case_change_nothing`].
pub fn fix(bytes: &[u8]) -> Verdict {
    match text(bytes).filter(|text| text.trim_start().starts_with(['{', '[', '\u{feff}'])) {
        None => fixes_of_a_case_change_nothing(&case(bytes), &mut Fixed::new()),
        Some(text) => Kind::ALL
            .into_iter()
            .try_for_each(|kind| safe_fixes_change_nothing(kind, text, &mut Fixed::new())),
    }
}

/// The bytes are a document, laid out as every kind.
///
/// # Errors
/// See [`layout_keeps_every_token`] and [`canonical_form_changes_nothing`].
pub fn fmt(bytes: &[u8]) -> Verdict {
    let Some(text) = text(bytes) else { return Ok(()) };
    Kind::ALL.into_iter().try_for_each(|kind| {
        layout_keeps_every_token(kind, text)?;
        canonical_form_changes_nothing(kind, text)
    })
}

/// The bytes are what the JSON reader is given.
///
/// # Errors
/// See [`json_agrees`].
pub fn json(bytes: &[u8]) -> Verdict {
    json_agrees(bytes)
}

/// The bytes are a document, read as every kind.
///
/// # Errors
/// See [`load_agrees`] and [`serde_agrees`].
pub fn load(bytes: &[u8]) -> Verdict {
    let Some(text) = text(bytes) else {
        // Bytes that are no text must be refused for it, and never panic.
        let document = Document::read_bytes(Kind::Identity, bytes, &ReadOptions::default());
        return super::law(bytes.len() > MAX_BYTES || !document.problems().is_empty(), || {
            format!("{bytes:?} is no text and was accepted")
        });
    };
    Kind::ALL.into_iter().try_for_each(|kind| {
        load_agrees(kind, text)?;
        serde_agrees(kind, text)
    })
}

/// The bytes are a pattern, a line feed, and a text.
///
/// # Errors
/// See [`match_agrees`].
pub fn match_one(bytes: &[u8]) -> Verdict {
    let Some((pattern, text)) = text(bytes).and_then(|text| text.split_once('\n')) else {
        return Ok(());
    };
    match_agrees(pattern, text)
}

/// The bytes are a text and patterns, a line each.
///
/// # Errors
/// See [`set_agrees`].
pub fn match_set(bytes: &[u8]) -> Verdict {
    let Some((text, patterns)) = text(bytes).and_then(|text| text.split_once('\n')) else {
        return Ok(());
    };
    let patterns: Vec<&str> = patterns.split('\n').collect();
    set_agrees(&patterns, text)
}

/// The bytes are a document, written and read again as every kind.
///
/// # Errors
/// See [`writing_reads_back`].
pub fn roundtrip(bytes: &[u8]) -> Verdict {
    let Some(text) = text(bytes) else { return Ok(()) };
    Kind::ALL.into_iter().try_for_each(|kind| writing_reads_back(kind, text))
}

/// The bytes are offered as a token, and are the choices by which one is made and altered.
///
/// # Errors
/// See [`no_bytes_are_a_token`] and [`token_leads_back`].
pub fn token(bytes: &[u8]) -> Verdict {
    no_bytes_are_a_token(bytes)?;
    token_leads_back(&mut ByteSource::new(bytes))
}

/// The bytes are choices of calls to the services, one after the other.
///
/// # Errors
/// See [`world_stays_sound`].
pub fn world(bytes: &[u8]) -> Verdict {
    world_stays_sound(&mut ByteSource::new(bytes))
}

/// The case that the bytes are, else the one that is made of them.
fn case(bytes: &[u8]) -> serde_json::Value {
    let read = text(bytes).and_then(|text| serde_json::from_str(text).ok());
    read.filter(serde_json::Value::is_object)
        .unwrap_or_else(|| generate::case(&mut ByteSource::new(bytes)))
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| text.len() <= MAX_BYTES)
}
