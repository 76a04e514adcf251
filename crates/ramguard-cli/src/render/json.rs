//! JSON for programs, on one line, safe to print.
//!
//! Schema 1: members may be added, none is removed and none changes its meaning.

use std::io;

use ramguard_policy::text::{LineIndex, Span};
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

use super::escape::is_unsafe;

/// The version of the reports this command writes.
pub(crate) const SCHEMA: u32 = 1;

/// Returns a value as one line of JSON in which nothing acts on a terminal.
///
/// # Errors
/// Never for the reports of this crate, whose keys are text.
pub(crate) fn to_line(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Printable(CompactFormatter)))?;
    // What serde_json writes is UTF-8.
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

/// Writes characters that would act or hide as escapes, which readers turn back.
struct Printable(CompactFormatter);

impl Formatter for Printable {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_unsafe(*c)) {
            let (safe, from) = rest.split_at(at);
            self.0.write_string_fragment(writer, safe)?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = from.strip_prefix(c).unwrap_or_default();
        }
        self.0.write_string_fragment(writer, rest)
    }
}

/// A place in a text: line and column count from 1, columns count characters, bytes count from 0.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Place {
    /// The line.
    pub(crate) line: u32,
    /// The column.
    pub(crate) column: u32,
    /// The offset.
    pub(crate) byte: u32,
}

/// A stretch of a text.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Stretch {
    /// Where it starts.
    pub(crate) start: Place,
    /// Just past its last character.
    pub(crate) end: Place,
}

impl Stretch {
    /// Returns a span of the text of `lines` in lines and columns.
    pub(crate) fn of(lines: &LineIndex<'_>, span: Span) -> Self {
        let place = |byte| {
            let position = lines.position(byte);
            Place { line: position.line, column: position.column, byte }
        };
        Self { start: place(span.start), end: place(span.end) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_act_on_a_terminal_is_an_escape_and_reads_back_the_same() {
        let text = "a\u{1b}[31m\u{202e}\u{7f}\u{9b}\u{e0041}\n\"é😀";
        let line = to_line(&text).unwrap();
        assert!(!line.contains(is_unsafe), "{line}");
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }

    #[test]
    fn places_count_characters_from_one() {
        let lines = LineIndex::new("ab\n\u{4e2d}c");
        let stretch = Stretch::of(&lines, Span::new(6, 7));
        let line = to_line(&stretch).unwrap();
        assert_eq!(
            line,
            r#"{"start":{"line":2,"column":2,"byte":6},"end":{"line":2,"column":3,"byte":7}}"#
        );
    }
}
