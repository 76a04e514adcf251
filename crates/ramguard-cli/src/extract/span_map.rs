//! The way back from the text of a policy to the file it was taken from.
//!
//! Always holds here:
//!
//! * the pieces of a map cover its text without a gap, in order, none of them empty;
//! * a copied piece has as many bytes in the file as in the text; any other piece stands as a
//!   whole for its place in the file, however long the two are;
//! * a map has at most [`MAX_PIECES`] pieces: what comes after is one piece, told less exactly.

use ramguard_policy::text::Span;

use super::node::Run;

/// How many pieces a map has at most.
const MAX_PIECES: usize = 1 << 18;

/// Turns places of a policy text into places of its host file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SpanMap {
    pieces: Vec<Piece>,
    /// How long the text is, in bytes.
    length: u32,
    /// Whether the file takes JSON as it is where the text was copied from.
    takes_json: bool,
}

/// A stretch of the text, and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    /// Where in the text it starts; it ends where the next one starts.
    at: u32,
    /// Where in the file it comes from.
    host: Span,
    /// Whether each byte of it is a byte of the file.
    is_copy: bool,
}

impl SpanMap {
    /// Returns the map of a text that is `host` of the file, byte for byte.
    pub(crate) fn copy_of(host: Span) -> Self {
        let piece = Piece { at: 0, host, is_copy: true };
        let pieces = if host.is_empty() { vec![] } else { vec![piece] };
        Self { pieces, length: host.len(), takes_json: true }
    }

    /// Says that the file takes JSON as it is where the text was copied from: no escapes are
    /// needed, and the text is not put together from another language.
    pub(super) fn taking_json(self) -> Self {
        Self { takes_json: true, ..self }
    }

    /// Returns the smallest place of the file that a place of the text comes from.
    ///
    /// The end of something that was not copied byte by byte is told as the end of what it was
    /// made from. A place past the end of the text counts as its end.
    pub(crate) fn span(&self, span: Span) -> Span {
        let start = self.start(span.start);
        if span.is_empty() {
            return Span::new(start, start);
        }
        Span::new(start, self.end(span.end).max(start))
    }

    /// Returns the place of the file that holds the same bytes as `span` and where JSON can be
    /// written as it is, if there is one: only such a place can be edited.
    pub(crate) fn copied(&self, span: Span) -> Option<Span> {
        if !self.takes_json || span.end > self.length {
            return None;
        }
        let piece = self.piece(span.start)?;
        let start = piece.host.start + (span.start - piece.at);
        let end = start.checked_add(span.len())?;
        (piece.is_copy && end <= piece.host.end).then_some(Span::new(start, end))
    }

    /// Returns this map of a text onto a middle text, continued by the map of that one.
    pub(super) fn within(&self, outer: &Self) -> Self {
        let mut made = Self { takes_json: self.takes_json && outer.takes_json, ..Self::default() };
        for (index, piece) in self.pieces.iter().enumerate() {
            let length = self.end_of(index) - piece.at;
            if !piece.is_copy {
                made.push(length, outer.span(piece.host), false);
                continue;
            }
            let mut at = piece.host.start;
            let mut index = outer.pieces.partition_point(|outer| outer.at <= at).saturating_sub(1);
            while let Some(next) = outer.pieces.get(index).filter(|_| at < piece.host.end) {
                let until = outer.end_of(index).min(piece.host.end).max(at);
                let host = if next.is_copy { outer.span(Span::new(at, until)) } else { next.host };
                made.push(until - at, host, next.is_copy);
                at = until;
                index += 1;
            }
            let rest = Span::new(at, piece.host.end);
            made.push(rest.len(), outer.span(rest), false);
        }
        made
    }

    /// Returns `text`, whose map this is, as runs.
    pub(super) fn runs(&self, text: &str) -> Vec<Run> {
        let pieces = self.pieces.iter().enumerate();
        let run = |(index, piece): (usize, &Piece)| {
            let span = Span::new(piece.at, self.end_of(index));
            if piece.is_copy {
                Run::Copy(piece.host)
            } else {
                Run::Put(text.get(span.range()).unwrap_or_default().to_owned(), piece.host)
            }
        };
        pieces.map(run).collect()
    }

    /// Adds `length` bytes of text that come from `host`.
    fn push(&mut self, length: u32, host: Span, is_copy: bool) {
        if length == 0 {
            return;
        }
        let is_copy = is_copy && host.len() == length;
        let is_full = self.pieces.len() >= MAX_PIECES;
        match self.pieces.last_mut() {
            Some(last) if is_copy && last.is_copy && last.host.end == host.start => {
                last.host.end = host.end;
            }
            Some(last) if is_full => {
                last.is_copy = false;
                last.host = last.host.join(host);
            }
            _ => self.pieces.push(Piece { at: self.length, host, is_copy }),
        }
        self.length = self.length.saturating_add(length);
    }

    fn start(&self, byte: u32) -> u32 {
        match self.piece(byte) {
            Some(piece) if byte >= self.length => piece.host.end,
            Some(piece) if piece.is_copy => piece.host.start + (byte - piece.at),
            Some(piece) => piece.host.start,
            None => 0,
        }
    }

    fn end(&self, byte: u32) -> u32 {
        let byte = byte.min(self.length);
        match self.piece(byte.saturating_sub(1)) {
            Some(piece) if piece.is_copy => piece.host.start + (byte - piece.at),
            Some(piece) => piece.host.end,
            None => 0,
        }
    }

    /// Returns the piece that holds a byte, the last one for a byte past the end.
    fn piece(&self, byte: u32) -> Option<&Piece> {
        let index = self.pieces.partition_point(|piece| piece.at <= byte);
        self.pieces.get(index.checked_sub(1)?)
    }

    fn end_of(&self, index: usize) -> u32 {
        self.pieces.get(index + 1).map_or(self.length, |next| next.at)
    }
}

/// A text that is put together from parts of a file, and the way back.
#[derive(Debug, Default)]
pub(super) struct MappedText {
    text: String,
    map: SpanMap,
}

impl MappedText {
    /// Returns how long the text is so far, in bytes.
    pub(super) fn length(&self) -> u32 {
        self.map.length
    }

    /// Adds a part of the file as it is.
    pub(super) fn copy(&mut self, file: &str, span: Span) {
        if let Some(part) = file.get(span.range()) {
            self.text.push_str(part);
            self.map.push(span.len(), span, true);
        }
    }

    /// Adds words that stand for a part of the file.
    pub(super) fn put(&mut self, words: &str, host: Span) {
        self.text.push_str(words);
        // No text is made from more than a file of 16 MiB.
        self.map.push(u32::try_from(words.len()).unwrap_or(u32::MAX), host, false);
    }

    /// Returns the text and the way back.
    pub(super) fn finish(self) -> (String, SpanMap) {
        (self.text, self.map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `ab` copied from 10, `"` that stands for two bytes, `cd` copied after it.
    fn sample() -> SpanMap {
        let file = "..........ab\\\"cd";
        let mut text = MappedText::default();
        text.copy(file, Span::new(10, 12));
        text.put("\"", Span::new(12, 14));
        text.copy(file, Span::new(14, 16));
        let (text, map) = text.finish();
        assert_eq!(text, "ab\"cd");
        map.taking_json()
    }

    #[test]
    fn a_place_in_a_copy_is_told_to_the_byte() {
        assert_eq!(sample().span(Span::new(1, 2)), Span::new(11, 12));
        assert_eq!(sample().span(Span::new(3, 5)), Span::new(14, 16));
    }

    #[test]
    fn a_place_over_an_escape_covers_all_of_the_escape() {
        assert_eq!(sample().span(Span::new(2, 3)), Span::new(12, 14));
        assert_eq!(sample().span(Span::new(1, 4)), Span::new(11, 15));
    }

    #[test]
    fn an_empty_place_stays_empty_and_the_end_of_the_text_is_the_end_of_the_copy() {
        assert_eq!(sample().span(Span::new(3, 3)), Span::new(14, 14));
        assert_eq!(sample().span(Span::new(5, 5)), Span::new(16, 16));
        assert_eq!(sample().span(Span::new(99, 120)), Span::new(16, 16));
    }

    #[test]
    fn only_what_was_copied_can_be_edited() {
        assert_eq!(sample().copied(Span::new(0, 2)), Some(Span::new(10, 12)));
        assert_eq!(sample().copied(Span::new(0, 3)), None);
        assert_eq!(sample().copied(Span::new(2, 3)), None);
        assert_eq!(sample().copied(Span::new(4, 6)), None);
    }

    #[test]
    fn copies_side_by_side_are_one_piece() {
        let mut text = MappedText::default();
        text.copy("abcd", Span::new(0, 2));
        text.copy("abcd", Span::new(2, 4));
        let map = text.finish().1.taking_json();
        assert_eq!(map.copied(Span::new(1, 3)), Some(Span::new(1, 3)));
    }

    #[test]
    fn where_json_needs_escapes_nothing_can_be_edited() {
        let mut text = MappedText::default();
        text.copy("abcd", Span::new(0, 2));
        assert_eq!(text.finish().1.copied(Span::new(0, 1)), None);
    }

    #[test]
    fn a_map_of_a_map_leads_back_to_the_outer_file() {
        let outer = sample();
        let whole = SpanMap::copy_of(Span::new(0, 5)).within(&outer);
        assert_eq!(whole, outer);
        let part = SpanMap::copy_of(Span::new(2, 4)).within(&outer);
        assert_eq!(part.span(Span::new(0, 1)), Span::new(12, 14));
        assert_eq!(part.span(Span::new(1, 2)), Span::new(14, 15));
    }

    #[test]
    fn a_text_of_too_many_pieces_is_still_mapped_onto_itself() {
        let mut text = MappedText::default();
        for at in 0..u32::try_from(MAX_PIECES).unwrap() + 100 {
            text.put("x", Span::new(at * 2, at * 2 + 2));
        }
        let (_, map) = text.finish();
        assert_eq!(map.pieces.len(), MAX_PIECES);
        let last = map.length;
        assert_eq!(map.span(Span::new(last - 1, last)).end, last * 2);
    }
}
