//! Where the places of a file are known from: its text, or what a report tells of them.
//!
//! Always holds here: a place is asked for by its byte, and a report answers for every byte that it
//! names itself. Only a text can be quoted.

use std::collections::BTreeMap;

use ramguard_policy::text::{LineIndex, Position, Span};

/// The places of a file as a report tells them, by their bytes.
pub(crate) type Told = BTreeMap<u32, Position>;

/// The places of one file.
#[derive(Clone, Debug)]
pub(crate) enum Places<'f> {
    /// The text of the file is here.
    Text(LineIndex<'f>),
    /// Only the places that a report names are known.
    Told(&'f Told),
}

impl<'f> Places<'f> {
    /// Finds the lines of a text.
    pub(crate) fn of(text: &'f str) -> Self {
        Self::Text(LineIndex::new(text))
    }

    /// Returns the line and the columns of a byte.
    pub(crate) fn position(&self, byte: u32) -> Position {
        match self {
            Self::Text(lines) => lines.position(byte),
            Self::Told(places) => places.get(&byte).copied().unwrap_or(FIRST),
        }
    }

    /// Returns the text, if it is here.
    pub(crate) fn text(&self) -> Option<&'f str> {
        match self {
            Self::Text(lines) => Some(lines.text()),
            Self::Told(_) => None,
        }
    }

    /// Returns what stands there; nothing where the text is not here.
    pub(crate) fn quote(&self, span: Span) -> &'f str {
        self.text().and_then(|text| text.get(span.range())).unwrap_or_default()
    }
}

/// The start of any text.
const FIRST: Position = Position { line: 1, column: 1, column_utf8: 1, column_utf16: 1 };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_stands_for_the_text() {
        let text = "ab\n\u{1f600}c";
        let places = Places::of(text);
        let told: Told = [3, 7].map(|byte| (byte, places.position(byte))).into();
        let told = Places::Told(&told);
        assert_eq!(told.position(7), places.position(7));
        assert_eq!((told.position(7).column_utf8, told.position(7).column_utf16), (5, 3));
        assert_eq!((places.quote(Span::new(7, 8)), told.quote(Span::new(7, 8))), ("c", ""));
    }
}
