//! Strings: their escapes, the slow path for those that have some, and the way back to the source.
//!
//! Always holds here: an escape is longer than what it stands for, so a string of the same length
//! before and after unescaping had none.

use super::fault::{FaultKind, snippet};
use super::read::Reader;
use super::scan;
use super::span_of;
use super::tape::{Decoded, Node, Tag};
use crate::text::Span;

/// One backslash and what belongs to it.
struct Escape {
    /// How many bytes it takes in the source, the backslash included.
    source_bytes: usize,
    /// What it stands for; `None` if it stands for nothing because the text ends or breaks here.
    character: Option<char>,
    /// Why it is not JSON.
    fault: Option<FaultKind>,
}

impl Escape {
    const fn good(source_bytes: usize, character: char) -> Self {
        Self { source_bytes, character: Some(character), fault: None }
    }

    /// Reads the escape whose backslash stands at `at`.
    fn read(text: &str, at: usize) -> Self {
        let after = text.get(at + 1..).unwrap_or_default();
        let Some(letter) = after.chars().next() else {
            // The missing end of the string is the fault here.
            return Self { source_bytes: 1, character: None, fault: None };
        };
        match letter {
            '"' | '\\' | '/' => Self::good(2, letter),
            'b' => Self::good(2, '\u{8}'),
            'f' => Self::good(2, '\u{c}'),
            'n' => Self::good(2, '\n'),
            'r' => Self::good(2, '\r'),
            't' => Self::good(2, '\t'),
            'u' => Self::read_unicode(after.as_bytes()),
            // The raw control character is the fault here.
            _ if letter < ' ' => Self { source_bytes: 1, character: None, fault: None },
            _ => Self {
                source_bytes: 1 + letter.len_utf8(),
                character: Some(letter),
                fault: Some(FaultKind::UnknownEscape {
                    after: snippet(after.get(..letter.len_utf8()).unwrap_or_default()),
                }),
            },
        }
    }

    /// Reads an escape of four digits, or two of them for a pair; `after` starts with the `u`.
    fn read_unicode(after: &[u8]) -> Self {
        let Some(unit) = hex_unit(after.get(1..5)) else {
            let fault = Some(FaultKind::BadUnicodeEscape);
            return Self { source_bytes: 2, character: Some('u'), fault };
        };
        if let Some(character) = char::from_u32(u32::from(unit)) {
            return Self::good(6, character);
        }
        if after.get(5..7) == Some(b"\\u")
            && let Some(second) = hex_unit(after.get(7..11))
            && let Some(Ok(character)) = char::decode_utf16([unit, second]).next()
        {
            return Self::good(12, character);
        }
        Self {
            source_bytes: 6,
            character: Some(char::REPLACEMENT_CHARACTER),
            fault: Some(FaultKind::LoneSurrogate { unit }),
        }
    }
}

/// Reads four hexadecimal digits.
fn hex_unit(digits: Option<&[u8]>) -> Option<u16> {
    digits?.iter().try_fold(0_u16, |unit, &digit| {
        let value = char::from(digit).to_digit(16)?;
        Some((unit << 4) | u16::try_from(value).ok()?)
    })
}

/// Returns whether a string that `open` began ends at `character`.
fn closes(open: char, character: char) -> bool {
    match open {
        '"' => character == '"',
        _ if is_single_quote(open) => is_single_quote(character),
        _ => character == '"' || is_double_quote(character),
    }
}

/// Returns whether `character` looks like a single quote.
pub(super) const fn is_single_quote(character: char) -> bool {
    matches!(
        character,
        '\'' | '`' | '\u{b4}' | '\u{2018}'..='\u{201b}' | '\u{ff07}' | '\u{2039}' | '\u{203a}'
    )
}

/// Returns whether `character` looks like a double quote without being `"`.
pub(super) const fn is_double_quote(character: char) -> bool {
    matches!(character, '\u{201c}'..='\u{201f}' | '\u{ff02}' | '\u{ab}' | '\u{bb}')
}

impl Reader<'_> {
    /// Reads the string that `quote` opens at `start`, whatever is in it; returns its end.
    #[cold]
    pub(super) fn awkward_string(&mut self, start: usize, quote: char) -> usize {
        let inner_start = start + quote.len_utf8();
        let from = self.unescaped.len();
        if quote != '"' {
            let span = span_of(start, inner_start);
            self.report(FaultKind::Quotes { quote }, span, None);
        }
        let mut at = inner_start;
        let (inner_end, end) = loop {
            let stop = self.string_stop(at, quote);
            let run = self.text.get(at..stop).unwrap_or_default();
            let after = self.text.get(stop..).and_then(|rest| rest.chars().next());
            match after {
                None => {
                    self.unescaped.push_str(run);
                    self.report(FaultKind::StringNotClosed, span_of(start, stop), None);
                    break (stop, stop);
                }
                Some('\\') => {
                    self.unescaped.push_str(run);
                    at = self.escape(stop);
                }
                Some('\n' | '\r') if self.line_ends_string(stop) => {
                    // The comma that follows the string is not a part of it.
                    let kept = run.trim_end();
                    let kept = kept.strip_suffix(',').unwrap_or(kept).trim_end();
                    self.unescaped.push_str(kept);
                    let end = at + kept.len();
                    self.report(FaultKind::StringNotClosed, span_of(start, end), None);
                    break (end, end);
                }
                Some(control) if control < ' ' => {
                    let code = u8::try_from(control).unwrap_or_default();
                    let kind = FaultKind::ControlCharacter { code };
                    self.report(kind, span_of(stop, stop + 1), None);
                    // Blanks after a line end were looked at; taking them keeps this linear.
                    at = match code {
                        b'\n' | b'\r' => scan::blank_end(self.bytes, stop),
                        _ => stop + 1,
                    };
                    self.unescaped.push_str(run);
                    self.unescaped.push_str(self.text.get(stop..at).unwrap_or_default());
                }
                Some(close) => {
                    self.unescaped.push_str(run);
                    break (stop, stop + close.len_utf8());
                }
            }
            if self.stopped {
                break (at, at);
            }
        };
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let link = offset(self.decoded.len());
        let (from, to) = (offset(from), offset(self.unescaped.len()));
        self.decoded.push(Decoded { inner: span_of(inner_start, inner_end), from, to });
        self.push(Tag::Decoded, start, end, link);
        end
    }

    /// Returns the place of the next character that is not simply taken into the string.
    fn string_stop(&self, at: usize, quote: char) -> usize {
        if quote == '"' {
            return scan::string_end(self.bytes, at);
        }
        let rest = self.text.get(at..).unwrap_or_default();
        let stops =
            |character: char| character < ' ' || character == '\\' || closes(quote, character);
        at + rest.find(stops).unwrap_or(rest.len())
    }

    /// Takes the escape at `at` into the buffer; returns its end.
    fn escape(&mut self, at: usize) -> usize {
        let escape = Escape::read(self.text, at);
        let end = at + escape.source_bytes;
        self.unescaped.extend(escape.character);
        if let Some(kind) = escape.fault {
            self.report(kind, span_of(at, end), None);
        }
        end
    }

    /// Returns whether the string has most likely lost its closing quote on the line that ends
    /// at `at`: what follows looks like the next token and not like more of its text.
    fn line_ends_string(&self, at: usize) -> bool {
        let next = self.bytes.get(scan::blank_end(self.bytes, at));
        matches!(next, None | Some(b'"' | b'{' | b'}' | b'[' | b']'))
    }
}

/// Returns what the string at `node` says; `None` if it is no string.
#[inline]
pub(super) fn text_of<'a>(
    text: &'a str,
    decoded: &[Decoded],
    unescaped: &'a str,
    node: Node,
) -> Option<&'a str> {
    match node.tag() {
        Tag::Plain => text.get(node.start as usize + 1..(node.end as usize).saturating_sub(1)),
        Tag::Decoded => {
            let found = decoded.get(node.link() as usize)?;
            unescaped.get(found.from as usize..found.to as usize)
        }
        _ => None,
    }
}

/// Returns where the text of the string at `node` stands; `None` if it is no string.
pub(super) fn inner_span(decoded: &[Decoded], node: Node) -> Option<Span> {
    match node.tag() {
        Tag::Plain => Some(Span::new(node.start + 1, node.end.saturating_sub(1))),
        Tag::Decoded => decoded.get(node.link() as usize).map(|found| found.inner),
        _ => None,
    }
}

/// Returns where the byte at `byte` of the unescaped text, `length` bytes long, was written.
pub(super) fn source_offset(text: &str, inner: Span, length: usize, byte: usize) -> Option<u32> {
    if byte > length {
        return None;
    }
    let (start, end) = (inner.start as usize, inner.end as usize);
    let mut source = start;
    if length == inner.len() as usize {
        source += byte;
    } else {
        let body = text.get(..end)?;
        let mut unescaped = 0;
        while unescaped < byte && source < end {
            let run = body.get(source..)?;
            let run = run.find('\\').unwrap_or(run.len()).min(byte - unescaped);
            source += run;
            unescaped += run;
            if unescaped < byte {
                let escape = Escape::read(body, source);
                let width = escape.character.map_or(0, char::len_utf8);
                if unescaped + width > byte {
                    break;
                }
                unescaped += width;
                source += escape.source_bytes;
            }
        }
    }
    u32::try_from(source).ok()
}

#[cfg(test)]
mod tests {
    use crate::json::{JsonLimits, read};

    /// Where each byte of the unescaped string was written, the end included.
    fn offsets(text: &str) -> Vec<u32> {
        let tree = read(text, &JsonLimits::default());
        let value = tree.root().unwrap();
        (0..=value.as_str().unwrap().len()).map(|byte| value.str_offset(byte).unwrap()).collect()
    }

    #[test]
    fn bytes_of_a_plain_string_lie_behind_its_quote() {
        assert_eq!(offsets(r#" "abc""#), [2, 3, 4, 5]);
    }

    #[test]
    fn every_byte_of_an_escape_leads_to_its_backslash() {
        assert_eq!(
            offsets(r#""a\nb\u00e9\ud83d\ude00c""#),
            [1, 2, 4, 5, 5, 11, 11, 11, 11, 23, 24]
        );
    }

    #[test]
    fn there_is_no_offset_past_the_end_of_a_string() {
        let tree = read(r#""a\n""#, &JsonLimits::default());
        assert_eq!(tree.root().unwrap().str_offset(3), None);
    }

    #[test]
    fn an_unknown_escape_keeps_the_character_and_drops_the_backslash() {
        let tree = read(r#""ecs: \[a\]\u12""#, &JsonLimits::default());
        assert_eq!(tree.root().unwrap().as_str(), Some("ecs: [a]u12"));
    }
}
