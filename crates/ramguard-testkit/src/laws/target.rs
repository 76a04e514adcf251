//! The laws by the name of their fuzz target: bytes in, verdict out.
//!
//! A file in `fuzz/regressions/<target>/` is the input of that target, so that the fuzzer and the
//! replay in `cargo test` cannot part ways.

use ramguard_policy::{Document, Kind, ReadOptions};

use super::{
    Verdict, case_line_is_judged_alike, deciding, json_agrees, load_agrees, match_agrees,
    serde_agrees, set_agrees, writing_reads_back,
};

/// A law on bytes, as a fuzz target calls it.
pub type Law = fn(&[u8]) -> Verdict;

/// Every fuzz target with its law, by name.
pub const TARGETS: [(&str, Law); 7] = [
    ("case_line", case_line),
    ("decide", decide),
    ("json", json),
    ("load", load),
    ("match_one", match_one),
    ("match_set", match_set),
    ("roundtrip", roundtrip),
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

/// The bytes are choices of [`crate::generate::case`].
///
/// # Errors
/// See the laws of deciding.
pub fn decide(bytes: &[u8]) -> Verdict {
    deciding::all(bytes)
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

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| text.len() <= MAX_BYTES)
}
