//! JSON for programs, on one line, safe to print.
//!
//! Schema 1: members may be added, none is removed and none changes its meaning.

use std::io;

use ramguard_policy::text::{Position, Span};
use serde::{Deserialize, Serialize};
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

use crate::places::Places;

use super::escape::{command_sign, is_unsafe};

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
        // Nearly every text is plain ASCII, where nothing acts but a command, which has a `#`.
        if fragment.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'#') {
            return self.0.write_string_fragment(writer, fragment);
        }
        let mut rest = fragment;
        // What a build server would take for a command is still the same text to who reads JSON.
        while let Some(at) = command_sign(rest) {
            self.visible(writer, rest.get(..at).unwrap_or_default())?;
            write!(writer, "\\u0023")?;
            rest = rest.get(at + 1..).unwrap_or_default();
        }
        self.visible(writer, rest)
    }
}

impl Printable {
    fn visible<W: ?Sized + io::Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        let mut rest = text;
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Place {
    /// The line.
    pub(crate) line: u32,
    /// The column.
    pub(crate) column: u32,
    /// The offset.
    pub(crate) byte: u32,
    /// The column in bytes of UTF-8, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) column_utf8: Option<u32>,
    /// The column in units of UTF-16, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) column_utf16: Option<u32>,
}

impl Place {
    /// Returns a byte of a file with its line and columns.
    pub(crate) fn of(places: &Places<'_>, byte: u32) -> Self {
        let Position { line, column, column_utf8, column_utf16 } = places.position(byte);
        let other = |told: u32| Some(told).filter(|told| *told != column);
        let (column_utf8, column_utf16) = (other(column_utf8), other(column_utf16));
        Self { line, column, byte, column_utf8, column_utf16 }
    }

    /// Returns the line and the columns.
    pub(crate) fn position(self) -> Position {
        let Self { line, column, column_utf8, column_utf16, .. } = self;
        let (column_utf8, column_utf16) =
            (column_utf8.unwrap_or(column), column_utf16.unwrap_or(column));
        Position { line, column, column_utf8, column_utf16 }
    }
}

/// A stretch of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Stretch {
    /// Where it starts.
    pub(crate) start: Place,
    /// Just past its last character.
    pub(crate) end: Place,
}

impl Stretch {
    /// Returns a span of a file in lines and columns.
    pub(crate) fn of(places: &Places<'_>, span: Span) -> Self {
        Self { start: Place::of(places, span.start), end: Place::of(places, span.end) }
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
    fn what_a_build_server_would_obey_is_an_escape_and_reads_back_the_same() {
        let text = "a ##vso[task.complete]\n##[group]x ## y";
        let line = to_line(&text).unwrap();
        assert_eq!(line, r###""a #\u0023vso[task.complete]\n#\u0023[group]x ## y""###);
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), text);
    }

    #[test]
    fn places_count_characters_from_one() {
        let stretch = Stretch::of(&Places::of("ab\r\nxc"), Span::new(5, 6));
        let line = to_line(&stretch).unwrap();
        assert_eq!(
            line,
            r#"{"start":{"line":2,"column":2,"byte":5},"end":{"line":2,"column":3,"byte":6}}"#
        );
    }

    #[test]
    fn other_ways_to_count_columns_are_told_where_they_differ() {
        let place = Place::of(&Places::of("ab\n\u{4e2d}\u{1f600}c"), 10);
        let line = to_line(&place).unwrap();
        assert_eq!(line, r#"{"line":2,"column":3,"byte":10,"column_utf8":8,"column_utf16":4}"#);
        assert_eq!(serde_json::from_str::<Place>(&line).unwrap(), place);
        assert_eq!(place.position(), Places::of("ab\n\u{4e2d}\u{1f600}c").position(10));
    }
}
