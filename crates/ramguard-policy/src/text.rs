//! Places in a text: byte spans for machines, lines and columns for people. And [`shown`]: text of
//! others as a message may quote it.
//!
//! Always holds here:
//!
//! * a [`Span`] counts bytes, starts before or where it ends, and says nothing about which text
//!   it belongs to;
//! * lines and columns count from 1, and a line ends at `\n`, at `\r\n` or at a lone `\r`;
//! * a [`LineIndex`] answers for every offset there is: one inside a character counts as the start
//!   of that character, one past the end of the text as its end.

mod shown;

use std::ops::Range;

pub use shown::{MAX_SHOWN_CHARS, Shown, is_unsafe, one_line, shown, write_visible};

/// A stretch of a text in bytes, from `start` up to but without `end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset just past the last byte.
    pub end: u32,
}

impl Span {
    /// Returns the span from `start` to `end`; it is empty where `end` lies before `start`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end: if end < start { start } else { end } }
    }

    /// Returns the span of the first character of a text, which may have several bytes; an empty
    /// one for a text without any.
    #[must_use]
    pub fn of_first_char(text: &str) -> Self {
        let first = text.chars().next().map_or(0, char::len_utf8);
        // No character has more than four bytes.
        Self { start: 0, end: u32::try_from(first).unwrap_or(0) }
    }

    /// Returns how many bytes the span covers.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Returns whether the span covers no byte; it then names the place before `start`.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Returns the smallest span that covers this one and `other`.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Returns the span as a range, for slicing with `str::get`.
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A place in a text as people name it. All four numbers count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column in Unicode scalar values, as most reports count.
    pub column: u32,
    /// The column in bytes of UTF-8.
    pub column_utf8: u32,
    /// The column in 16-bit units of UTF-16, as editors count.
    pub column_utf16: u32,
}

/// Where the lines of one text begin, so that byte offsets can be told as lines and columns.
///
/// Built in one pass over the text. A look-up is a binary search over the lines and a count over
/// at most a few kilobytes, also where the whole text is one line. Texts past 4 GiB are indexed up
/// to there.
///
/// ```
/// use ramguard_policy::text::LineIndex;
///
/// let lines = LineIndex::new("a\r\n\u{4e2d}b");
/// let place = lines.position(6);
/// assert_eq!((place.line, place.column, place.column_utf8), (2, 2, 4));
/// assert_eq!(lines.line_text(2), "\u{4e2d}b");
/// ```
#[derive(Clone, Debug)]
pub struct LineIndex<'t> {
    text: &'t str,
    /// Offset of the first byte of every line; the first is 0.
    starts: Vec<u32>,
    /// Characters before every multiple of [`CHECKPOINT_BYTES`]; empty if the text is ASCII.
    checkpoints: Vec<Widths>,
}

/// How far apart, in bytes, the counts of characters are remembered.
const CHECKPOINT_BYTES: usize = 4096;

/// How many bytes are looked at together for an end of a line.
const PIECE_BYTES: usize = 16;

/// How long a piece of text is in scalar values and in units of UTF-16.
#[derive(Clone, Copy, Debug, Default)]
struct Widths {
    scalars: u32,
    utf16: u32,
}

impl Widths {
    /// Counts `bytes`, which are UTF-8: a character counts where its first byte stands.
    fn add(mut self, bytes: &[u8]) -> Self {
        for &byte in bytes {
            let starts = u32::from(byte & 0xC0 != 0x80);
            self.scalars = self.scalars.saturating_add(starts);
            self.utf16 = self.utf16.saturating_add(starts + u32::from(byte >= 0xF0));
        }
        self
    }
}

impl<'t> LineIndex<'t> {
    /// Finds the lines of `text`.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        let mut starts = vec![0];
        let bytes = text.as_bytes();
        for (number, piece) in bytes.chunks(PIECE_BYTES).enumerate() {
            // Nearly every byte stands above both ends of lines; pieces are looked at in one go.
            if !piece.iter().fold(false, |any, &byte| any | (byte <= b'\r')) {
                continue;
            }
            for (at, &byte) in (number * PIECE_BYTES..).zip(piece) {
                if byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                    starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
                }
            }
        }
        let mut checkpoints = Vec::new();
        if !text.is_ascii() {
            let mut widths = Widths::default();
            for chunk in text.as_bytes().chunks(CHECKPOINT_BYTES) {
                checkpoints.push(widths);
                widths = widths.add(chunk);
            }
        }
        Self { text, starts, checkpoints }
    }

    /// Returns the text this index was built for.
    #[must_use]
    pub const fn text(&self) -> &'t str {
        self.text
    }

    /// Returns how many lines there are: one more than line ends.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    /// Returns the line and the columns of the byte at `byte_offset`.
    #[must_use]
    pub fn position(&self, byte_offset: u32) -> Position {
        let mut offset = (byte_offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|&start| start as usize <= offset);
        let start =
            line.checked_sub(1).and_then(|index| self.starts.get(index)).copied().unwrap_or(0);
        let (here, there) = (self.widths_before(offset), self.widths_before(start as usize));
        let one_based = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: one_based(here.scalars.saturating_sub(there.scalars) as usize),
            column_utf8: one_based(offset - start as usize),
            column_utf16: one_based(here.utf16.saturating_sub(there.utf16) as usize),
        }
    }

    /// Returns line `line`, counted from 1, without its line end; empty for a line there is not.
    #[must_use]
    pub fn line_text(&self, line: u32) -> &'t str {
        let Some(&start) = line.checked_sub(1).and_then(|index| self.starts.get(index as usize))
        else {
            return "";
        };
        let end = self.starts.get(line as usize).map_or(self.text.len(), |&next| next as usize);
        let text = self.text.get(start as usize..end).unwrap_or("");
        let text = text.strip_suffix('\n').unwrap_or(text);
        text.strip_suffix('\r').unwrap_or(text)
    }

    /// Counts the characters before `offset`, which lies on a character boundary.
    fn widths_before(&self, offset: usize) -> Widths {
        let index = offset / CHECKPOINT_BYTES;
        let checkpoint = match self.checkpoints.get(index) {
            Some(&widths) => (widths, index * CHECKPOINT_BYTES),
            // The end of a text whose length is a multiple of the distance has no entry of its own.
            None => match self.checkpoints.last() {
                Some(&widths) => (widths, (self.checkpoints.len() - 1) * CHECKPOINT_BYTES),
                None => {
                    let count = u32::try_from(offset).unwrap_or(u32::MAX);
                    return Widths { scalars: count, utf16: count };
                }
            },
        };
        checkpoint.0.add(self.text.as_bytes().get(checkpoint.1..offset).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line and column as an editor would say them.
    fn place(text: &str, offset: u32) -> (u32, u32) {
        let position = LineIndex::new(text).position(offset);
        (position.line, position.column)
    }

    #[test]
    fn every_kind_of_line_end_starts_a_new_line() {
        let text = "a\nb\r\nc\rd";
        let lines: Vec<u32> = (0..=8).map(|offset| place(text, offset).0).collect();
        assert_eq!(lines, [1, 1, 2, 2, 2, 3, 3, 4, 4]);
    }

    #[test]
    fn a_text_that_ends_in_a_line_end_has_an_empty_last_line() {
        for text in ["a\n", "a\r\n", "a\r"] {
            let lines = LineIndex::new(text);
            assert_eq!(lines.line_count(), 2, "{text:?}");
            assert_eq!(lines.line_text(2), "", "{text:?}");
            assert_eq!(place(text, u32::MAX), (2, 1), "{text:?}");
        }
    }

    #[test]
    fn a_line_end_is_one_wherever_it_stands() {
        for before in 0..2 * PIECE_BYTES {
            let head = "a".repeat(before);
            for (end, lines) in [("\n", 2), ("\r", 2), ("\r\n", 2), ("\n\r", 3), ("\r\r\n", 3)] {
                let text = format!("{head}{end}b");
                let index = LineIndex::new(&text);
                assert_eq!(index.line_count(), lines, "{text:?}");
                assert_eq!(index.line_text(1), head, "{text:?}");
                assert_eq!(index.line_text(lines), "b", "{text:?}");
            }
        }
    }

    #[test]
    fn columns_count_scalars_bytes_and_utf16_units_apart() {
        let position = LineIndex::new("\u{4e2d}\u{1f600}x").position(7);
        let columns = (position.column, position.column_utf8, position.column_utf16);
        assert_eq!(columns, (3, 8, 4));
    }

    #[test]
    fn an_offset_inside_a_character_counts_as_its_start() {
        let lines = LineIndex::new("a\u{1f600}b");
        for offset in 1..5 {
            assert_eq!(lines.position(offset), lines.position(1));
        }
    }

    #[test]
    fn line_text_leaves_the_line_end_out() {
        let lines = LineIndex::new("a\r\nb\rc\nd");
        let texts: Vec<&str> = (0..=5).map(|line| lines.line_text(line)).collect();
        assert_eq!(texts, ["", "a", "b", "c", "d", ""]);
    }

    #[test]
    fn columns_of_a_long_line_equal_a_plain_count() {
        let text = "x\u{e9}\u{1f600}\u{4e2d}".repeat(3000);
        let lines = LineIndex::new(&text);
        for (count, (offset, _)) in text.char_indices().enumerate().step_by(997) {
            let position = lines.position(u32::try_from(offset).unwrap());
            assert_eq!(position.column as usize, count + 1);
            let utf16: usize = text[..offset].chars().map(char::len_utf16).sum();
            assert_eq!(position.column_utf16 as usize, utf16 + 1);
        }
        assert_eq!(lines.position(u32::MAX).column as usize, text.chars().count() + 1);
    }

    #[test]
    fn joined_spans_cover_both() {
        assert_eq!(Span::new(4, 6).join(Span::new(1, 2)), Span::new(1, 6));
        assert_eq!(Span::new(5, 3), Span::new(5, 5));
    }
}
