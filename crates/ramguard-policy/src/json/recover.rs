//! What the reader makes of a text that is not JSON: one fault for what is wrong, and on.
//!
//! Always holds here:
//!
//! * every function reports a fault before it accepts anything;
//! * every function takes at least one byte of the text or reports a fault, so that together with
//!   the bound on faults reading ends;
//! * a sign is reported where it is taken, so a function may leave it to the next one.

use super::fault::{FaultKind, closing, snippet};
use super::read::{Expect, Place, Reader};
use super::span_of;
use super::string::{is_double_quote, is_single_quote};
use super::tape::{NO_LINK, Node, Tag};

/// A character as it stands and as it was most likely meant.
#[derive(Clone, Copy)]
struct Sign {
    found: char,
    meant: char,
}

impl Sign {
    const fn width(self) -> usize {
        self.found.len_utf8()
    }
}

impl Reader<'_> {
    /// Goes on where a value should start and none of JSON does.
    #[cold]
    pub(super) fn unusual_value(&mut self, at: usize, place: Place) -> (usize, Expect) {
        let expect = Expect::Value(place);
        if let Some(end) = self.unusual_blank(at) {
            return (end, expect);
        }
        let Some(sign) = self.sign(at) else { return self.end_of_text(at, expect) };
        let end = at + sign.width();
        match (sign.meant, place) {
            ('"', _) => (self.awkward_string(at, sign.found), self.after_value()),
            ('{' | '[', _) => self.unusual_open(at, sign),
            ('}' | ']' | ',' | ':', Place::Document) | (':', _) => {
                self.unexpected(at, sign);
                (end, expect)
            }
            ('}' | ']' | ',', Place::AfterColon) => {
                self.missing_value(at);
                (at, Expect::Next)
            }
            (',', _) => {
                self.report(FaultKind::ExtraComma, span_of(at, end), None);
                (end, Expect::Value(Place::First))
            }
            ('}' | ']', _) => {
                self.trailing_comma(sign, place);
                (at, Expect::Next)
            }
            _ => self.bare_value(at),
        }
    }

    /// Goes on where a key should start and none of JSON does.
    #[cold]
    pub(super) fn unusual_key(&mut self, at: usize, place: Place) -> (usize, Expect) {
        let expect = Expect::Key(place);
        if let Some(end) = self.unusual_blank(at) {
            return (end, expect);
        }
        let Some(sign) = self.sign(at) else { return self.end_of_text(at, expect) };
        let end = at + sign.width();
        match sign.meant {
            '"' => (self.awkward_string(at, sign.found), Expect::Colon),
            '{' | '[' => {
                self.missing_key(at);
                (at, Expect::Value(Place::AfterColon))
            }
            ':' => {
                self.missing_key(at);
                (at, Expect::Colon)
            }
            ',' => {
                self.report(FaultKind::ExtraComma, span_of(at, end), None);
                (end, Expect::Key(Place::First))
            }
            '}' | ']' => {
                self.trailing_comma(sign, place);
                (at, Expect::Next)
            }
            _ => {
                let end = self.word_end(at, true);
                let word = snippet(self.text.get(at..end).unwrap_or_default());
                self.report(FaultKind::UnquotedKey { word }, span_of(at, end), None);
                self.push_word(at, end);
                (end, Expect::Colon)
            }
        }
    }

    /// Goes on where the colon after a key should be.
    #[cold]
    pub(super) fn unusual_colon(&mut self, at: usize) -> (usize, Expect) {
        if let Some(end) = self.unusual_blank(at) {
            return (end, Expect::Colon);
        }
        let Some(sign) = self.sign(at) else { return self.end_of_text(at, Expect::Colon) };
        let end = at + sign.width();
        let value = Expect::Value(Place::AfterColon);
        match sign.meant {
            ':' | '=' => {
                let arrow = sign.found == '=' && self.bytes.get(end) == Some(&b'>');
                let end = end + usize::from(arrow);
                let kind = FaultKind::Punctuation { found: sign.found, meant: ':' };
                self.report(kind, span_of(at, end), None);
                (end, value)
            }
            ',' | '}' | ']' => {
                self.missing_value(at);
                (at, Expect::Next)
            }
            _ => {
                let key = self.nodes.last().copied().map(Node::span);
                let text = key.and_then(|span| self.text.get(span.range())).unwrap_or_default();
                let shown = snippet(text.trim_matches('"'));
                let place = self.end_of_previous(at);
                let kind = FaultKind::MissingColon { key: shown };
                self.report(kind, span_of(place, place), key);
                (at, value)
            }
        }
    }

    /// Goes on after a value where neither a comma nor the right bracket follows.
    #[cold]
    pub(super) fn unusual_next(&mut self, at: usize) -> (usize, Expect) {
        if let Some(end) = self.unusual_blank(at) {
            return (end, Expect::Next);
        }
        let Some(sign) = self.sign(at) else { return self.end_of_text(at, Expect::Next) };
        let end = at + sign.width();
        let item = |place: Place| match self.inside {
            Tag::Object => Expect::Key(place),
            _ => Expect::Value(place),
        };
        match sign.meant {
            ',' => {
                let expect = item(Place::AfterComma);
                self.punctuation(at, sign);
                self.comma = at;
                (end, expect)
            }
            '}' | ']' => self.unusual_close(at, sign),
            ':' => {
                // Taken for a comma, so that what follows it is still looked at.
                let expect = item(Place::First);
                self.unexpected(at, sign);
                (end, expect)
            }
            _ => {
                let expect = item(Place::First);
                let place = self.end_of_previous(at);
                self.report(FaultKind::MissingComma, span_of(place, place), None);
                (at, expect)
            }
        }
    }

    /// Goes on where the text should be over.
    #[cold]
    pub(super) fn unusual_end(&mut self, at: usize) -> (usize, Expect) {
        if let Some(end) = self.unusual_blank(at) {
            return (end, Expect::End);
        }
        let rest = self.text.get(at..).unwrap_or_default();
        let end = at + rest.trim_end().len();
        self.report(FaultKind::AfterEnd, span_of(at, end), None);
        (self.text.len(), Expect::Nothing)
    }

    /// Reports that the text is over too early.
    fn end_of_text(&mut self, at: usize, expect: Expect) -> (usize, Expect) {
        if self.open == NO_LINK {
            self.report(FaultKind::Empty, span_of(at, at), None);
            return (at, Expect::Nothing);
        }
        if matches!(expect, Expect::Colon | Expect::Value(Place::AfterColon)) {
            self.push(Tag::Invalid, at, at, 0);
        }
        let mut missing = String::new();
        let mut index = self.open;
        while let Some(node) = self.nodes.get(index as usize).filter(|_| missing.len() < 64) {
            missing.push(if node.tag() == Tag::Object { '}' } else { ']' });
            index = node.link();
        }
        let opened = self.nodes.get(self.open as usize).copied().map(Node::span);
        let open = if self.inside == Tag::Object { '{' } else { '[' };
        let missing = missing.into_boxed_str();
        self.report(FaultKind::EndsInside { open, missing }, span_of(at, at), opened);
        (at, Expect::Nothing)
    }

    /// Opens a list or object by a look-alike of its bracket.
    fn unusual_open(&mut self, at: usize, sign: Sign) -> (usize, Expect) {
        self.punctuation(at, sign);
        let tag = if sign.meant == '{' { Tag::Object } else { Tag::Array };
        self.open(at, sign.width(), tag)
    }

    /// Closes by a bracket that does not fit what is open, or by a look-alike of one that does.
    ///
    /// If something further out waits for this bracket, what is open inside it has lost its own;
    /// otherwise this one is the wrong kind.
    fn unusual_close(&mut self, at: usize, sign: Sign) -> (usize, Expect) {
        let fits = if sign.meant == '}' { Tag::Object } else { Tag::Array };
        let span = span_of(at, at + sign.width());
        let opened = self.nodes.get(self.open as usize).copied().map(Node::span);
        let open = if self.inside == Tag::Object { '{' } else { '[' };
        if self.inside == fits {
            self.punctuation(at, sign);
        } else if self.is_open(fits) {
            self.report(FaultKind::NotClosed { open, found: sign.meant }, span, opened);
            self.close(self.end_of_previous(at), 0);
            return (at, Expect::Next);
        } else {
            let expected = closing(open);
            self.report(FaultKind::WrongClose { found: sign.found, expected }, span, opened);
        }
        self.close(at, sign.width())
    }

    /// Returns whether anything open has the tag `tag`.
    fn is_open(&self, tag: Tag) -> bool {
        let mut index = self.open;
        while let Some(node) = self.nodes.get(index as usize) {
            if node.tag() == tag {
                return true;
            }
            index = node.link();
        }
        false
    }

    /// Reads a value that is a word without quotes.
    fn bare_value(&mut self, at: usize) -> (usize, Expect) {
        let end = self.word_end(at, false);
        let word = self.text.get(at..end).unwrap_or_default();
        let shown = snippet(word);
        let unsigned = word.trim_start_matches(['+', '-']);
        let lower = if unsigned.len() <= 9 { unsigned.to_ascii_lowercase() } else { String::new() };
        let tag = match lower.as_str() {
            "true" => Tag::True,
            "false" => Tag::False,
            "null" | "none" | "nil" => Tag::Null,
            "undefined" | "nan" | "inf" | "infinity" => Tag::Invalid,
            _ => {
                let numeric = word.starts_with(|first: char| {
                    first.is_ascii_digit() || matches!(first, '+' | '-' | '.')
                }) && word.bytes().all(super::read::continues_word);
                if numeric {
                    self.report(FaultKind::BadNumber { text: shown }, span_of(at, end), None);
                    return self.leaf(Tag::Number, at, end);
                }
                let kind = FaultKind::UnquotedValue { word: shown };
                self.report(kind, span_of(at, end), None);
                self.push_word(at, end);
                return (end, self.after_value());
            }
        };
        self.report(FaultKind::UnknownWord { word: shown }, span_of(at, end), None);
        self.leaf(tag, at, end)
    }

    /// Adds a word without quotes as a string.
    fn push_word(&mut self, start: usize, end: usize) {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let link = offset(self.decoded.len());
        let from = offset(self.unescaped.len());
        self.unescaped.push_str(self.text.get(start..end).unwrap_or_default());
        let to = offset(self.unescaped.len());
        self.decoded.push(super::tape::Decoded { inner: span_of(start, end), from, to });
        self.push(Tag::Decoded, start, end, link);
    }

    /// Returns the end of the word at `at`, which has at least one character.
    fn word_end(&self, at: usize, is_key: bool) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let stops = |character: char| match character {
            ',' | '{' | '}' | '[' | ']' | '"' => true,
            ':' | '=' => is_key,
            _ if character.is_ascii() => character <= ' ' || character == '\u{7f}',
            _ => {
                is_blank_lookalike(character)
                    || is_double_quote(character)
                    || likely_meant(character) != character
            }
        };
        let after = rest.get(first..).unwrap_or_default();
        at + first + after.find(stops).unwrap_or(after.len())
    }

    /// Takes a comment or a run of characters that only look blank; returns its end.
    fn unusual_blank(&mut self, at: usize) -> Option<usize> {
        let rest = self.text.get(at..).unwrap_or_default();
        let first = rest.chars().next()?;
        let (kind, width) = if rest.starts_with("//") || first == '#' {
            (FaultKind::Comment, rest.find(['\n', '\r']).unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            match rest.get(2..).and_then(|body| body.find("*/")) {
                Some(body) => (FaultKind::Comment, body + 4),
                None => (FaultKind::CommentNotClosed, rest.len()),
            }
        } else if first == '\u{feff}' && at == 0 {
            (FaultKind::ByteOrderMark, first.len_utf8())
        } else if is_blank_lookalike(first) {
            let width = rest.find(|other| other != first).unwrap_or(rest.len());
            (FaultKind::Blank { found: first }, width)
        } else {
            return None;
        };
        self.report(kind, span_of(at, at + width), None);
        Some(at + width)
    }

    /// Returns the character at `at`; `None` at the end of the text.
    fn sign(&self, at: usize) -> Option<Sign> {
        let found = self.text.get(at..)?.chars().next()?;
        Some(Sign { found, meant: likely_meant(found) })
    }

    /// Reports a sign that is not the one JSON uses.
    fn punctuation(&mut self, at: usize, sign: Sign) {
        if sign.found != sign.meant {
            let kind = FaultKind::Punctuation { found: sign.found, meant: sign.meant };
            self.report(kind, span_of(at, at + sign.width()), None);
        }
    }

    fn unexpected(&mut self, at: usize, sign: Sign) {
        let kind = FaultKind::Unexpected { found: sign.found };
        self.report(kind, span_of(at, at + sign.width()), None);
    }

    /// Reports the comma before the bracket `sign`, if there is one.
    fn trailing_comma(&mut self, sign: Sign, place: Place) {
        if place == Place::AfterComma {
            let kind = FaultKind::TrailingComma { close: sign.meant };
            let width = self.sign(self.comma).map_or(1, Sign::width);
            self.report(kind, span_of(self.comma, self.comma + width), None);
        }
    }

    /// Reports that there is no key before `at`, and stands an empty one in for it.
    fn missing_key(&mut self, at: usize) {
        self.report(FaultKind::MissingKey, span_of(at, at), None);
        self.push_word(at, at);
    }

    /// Reports that the key just read has no value before `at`, and stands one in for it.
    fn missing_value(&mut self, at: usize) {
        let key = self.nodes.last().copied().map(Node::span);
        let place = self.end_of_previous(at);
        self.report(FaultKind::MissingValue, span_of(place, place), key);
        self.push(Tag::Invalid, place, place, 0);
    }

    /// Returns the end of what stands before `at`, white space apart.
    fn end_of_previous(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or_default();
        // White space that a string without its closing quote ends in belongs to it.
        let last = self.nodes.last().map_or(0, |node| node.end as usize);
        before.trim_end_matches([' ', '\t', '\r', '\n']).len().max(last)
    }
}

/// Returns whether `character`, which is not white space of JSON, shows as nothing or as a blank.
fn is_blank_lookalike(character: char) -> bool {
    match character {
        ' ' | '\t' | '\n' | '\r' => false,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{a0}' | '\u{ad}' => true,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => true,
        '\u{2060}'..='\u{2069}' | '\u{feff}' => true,
        _ => character.is_whitespace(),
    }
}

/// Returns the sign of JSON that `character` was most likely meant as; itself, if none.
const fn likely_meant(character: char) -> char {
    match character {
        '\u{ff0c}' | '\u{3001}' | '\u{fe50}' | '\u{fe51}' | '\u{ff1b}' | ';' => ',',
        '\u{ff1a}' | '\u{fe55}' | '\u{fe13}' | '\u{2236}' => ':',
        '\u{ff5b}' => '{',
        '\u{ff5d}' => '}',
        '\u{ff3b}' | '\u{3010}' => '[',
        '\u{ff3d}' | '\u{3011}' => ']',
        _ if is_single_quote(character) || is_double_quote(character) => '"',
        _ => character,
    }
}
