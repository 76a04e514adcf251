//! The strict, bounded JSON reader: every key and value with its place in the text.
//!
//! [`read`] turns a text into a [`Tree`], which keeps the values in document order and, beside
//! them, every [`Fault`] the text has. Only a tree without faults is strict JSON ([RFC 8259] in
//! UTF-8, no byte order mark, no key given twice, no unpaired surrogate, bounded in size and
//! nesting); a tree with faults still holds whatever could be recovered, so that a linter can go
//! on, and must never be taken for a policy. Rule G-1, decision D-02.
//!
//! Always holds here:
//!
//! * reading takes time in proportion to the text, whatever its bytes are, and never recurses;
//! * a value is one node of 12 bytes on a flat tape, followed by the nodes inside it; in an object
//!   keys and values take turns;
//! * memory stays in proportion to the text: for a policy about its own size, for the densest text
//!   12 bytes of tape a byte of text and 18 while the tape grows; in addition at most 1 byte of
//!   unescaped text and, where an object has many keys, 16 bytes a key while it is checked;
//! * strings without escapes are borrowed from the text, the others are unescaped once;
//! * numbers keep their text and are never converted.
//!
//! ```
//! use ramguard_policy::json::{self, JsonLimits};
//!
//! let tree = json::read(r#"{ "Version": "1", "Statement": [] }"#, &JsonLimits::default());
//! let root = tree.root().ok_or("no value")?;
//! assert!(tree.is_strict_json());
//! assert_eq!(root.get("Version").and_then(|version| version.as_str()), Some("1"));
//!
//! let tree = json::read(r#"{ "Version": "1", }"#, &JsonLimits::default());
//! assert_eq!(tree.faults()[0].to_string(), "a comma stands before `}`");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [RFC 8259]: https://www.rfc-editor.org/rfc/rfc8259

mod duplicate;
mod fault;
mod read;
mod recover;
mod scan;
mod string;
mod tape;

pub use fault::{Fault, FaultCode, FaultKind};
pub use tape::{Elements, Kind, Member, Members, Tree, Value};

use crate::text::Span;

/// The most bytes any text may have, whatever [`JsonLimits::max_bytes`] says: 128 MiB.
///
/// Up to here every offset and every index of the tape fits its field.
pub const MAX_BYTES: usize = 1 << 27;

/// The most faults that are reported one by one. If there are more, a last fault says so.
pub const MAX_FAULTS: usize = 64;

/// How much a text may ask of the reader.
///
/// One past a bound, reading stops with a fault of code [`FaultCode::Depth`] or
/// [`FaultCode::Size`]. Rule G-1, decision D-02.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonLimits {
    /// How deep lists and objects may be nested; the outermost one is level 1. 32 by default.
    pub max_depth: u32,
    /// How many bytes the text may have, never more than [`MAX_BYTES`]. 1 MiB by default.
    pub max_bytes: usize,
}

impl Default for JsonLimits {
    fn default() -> Self {
        Self { max_depth: 32, max_bytes: 1 << 20 }
    }
}

/// Reads `text` and reports everything that keeps it from being strict JSON.
#[must_use]
pub fn read<'t>(text: &'t str, limits: &JsonLimits) -> Tree<'t> {
    let max_bytes = limits.max_bytes.min(MAX_BYTES);
    if text.len() > max_bytes {
        let kind = FaultKind::TooLong { bytes: text.len(), limit: max_bytes };
        let mut start = max_bytes;
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        return Tree::unread(text, vec![Fault::new(kind, span_of(start, text.len()), None)]);
    }
    read::Reader::new(text, limits.max_depth).read()
}

/// Reads `bytes` as [`read`] does, once they have proved to be UTF-8.
///
/// Where they are not, the tree holds no value and one fault of code [`FaultCode::Encoding`] for
/// every run of bytes that is not UTF-8. Its [`Tree::source`] is then the part before the first
/// such byte, and the spans of the later faults lie past the end of it.
#[must_use]
pub fn read_bytes<'t>(bytes: &'t [u8], limits: &JsonLimits) -> Tree<'t> {
    let max_bytes = limits.max_bytes.min(MAX_BYTES);
    if bytes.len() > max_bytes {
        // Nothing past the bound is looked at, so the text before it cannot be told either.
        let kind = FaultKind::TooLong { bytes: bytes.len(), limit: max_bytes };
        return Tree::unread("", vec![Fault::new(kind, span_of(max_bytes, bytes.len()), None)]);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => read(text, limits),
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let source = std::str::from_utf8(valid).unwrap_or_default();
            Tree::unread(source, encoding_faults(bytes))
        }
    }
}

/// Lists the runs of bytes that are not UTF-8.
fn encoding_faults(bytes: &[u8]) -> Vec<Fault> {
    let utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    let mut faults: Vec<Fault> = Vec::new();
    let mut end = 0;
    for chunk in bytes.utf8_chunks() {
        let start = end + chunk.valid().len();
        end = start + chunk.invalid().len();
        if chunk.invalid().is_empty() {
            continue;
        }
        let span = span_of(start, end);
        // Neighbours are one problem, not one for each byte.
        if let Some(last) = faults.last_mut().filter(|last| last.span().end == span.start) {
            *last = Fault::new(last.kind().clone(), last.span().join(span), None);
        } else if faults.len() == MAX_FAULTS {
            faults.push(Fault::new(FaultKind::TooMany { limit: MAX_FAULTS }, span, None));
            break;
        } else {
            let byte = chunk.invalid().first().copied().unwrap_or_default();
            faults.push(Fault::new(FaultKind::NotUtf8 { byte, utf16 }, span, None));
        }
    }
    faults
}

/// Returns the span from `start` to `end`, offsets past `u32` counting as the last one there is.
fn span_of(start: usize, end: usize) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(start), offset(end))
}
