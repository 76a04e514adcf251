//! Text of others made fit for a message: one line, every character visible, not too long.
//!
//! Always holds here: what is written holds no character for which [`is_unsafe`] is true, and a
//! text without one, that is short enough, is written as it is. Each message of the workspace that
//! quotes a document, a request or a name passes through this file.

use std::fmt::{self, Write};

/// How many characters of a quoted text a message shows; one sign more says that it goes on.
pub const MAX_SHOWN_CHARS: usize = 80;

/// Returns whether a character would act on a terminal, or mislead who reads it, instead of being
/// seen: controls, direction marks, line separators, and what has no width.
#[must_use]
pub const fn is_unsafe(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'      // C0, DEL, C1
        | '\u{ad}' | '\u{34f}' | '\u{61c}'          // soft hyphen, joiner, Arabic letter mark
        | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'                   // zero width, direction marks
        | '\u{2028}'..='\u{202e}'                   // separators, embeddings and overrides
        | '\u{2060}'..='\u{206f}'                   // invisible operators, isolates
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}'                 // tags, more variation selectors
    )
}

/// Writes a character so that it is seen: one for which [`is_unsafe`] is true as an escape such as
/// `\n` or `\u{202e}`, any other as it is.
///
/// # Errors
/// Those of `out`.
pub fn write_visible(out: &mut impl Write, c: char) -> fmt::Result {
    match c {
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        c if is_unsafe(c) => write!(out, "\\u{{{:x}}}", u32::from(c)),
        c => out.write_char(c),
    }
}

/// A text as a message shows it. Made by [`shown`] and [`one_line`].
#[derive(Clone, Copy, Debug)]
pub struct Shown<'t> {
    text: &'t str,
    max_chars: usize,
}

/// Returns a text as a message quotes it: on one line, every character visible, cut behind
/// [`MAX_SHOWN_CHARS`] characters.
///
/// ```
/// use ramguard_policy::text::shown;
///
/// assert_eq!(shown("ecs:\n\u{1b}[2J\u{202e}x").to_string(), r"ecs:\n\u{1b}[2J\u{202e}x");
/// assert_eq!(shown(&"部".repeat(100)).to_string(), "部".repeat(80) + "…");
/// ```
#[must_use]
pub fn shown(text: &str) -> Shown<'_> {
    Shown { text, max_chars: MAX_SHOWN_CHARS }
}

/// Returns a text on one line with every character visible, however long: for a sentence that
/// already holds quoted text.
#[must_use]
pub fn one_line(text: &str) -> Shown<'_> {
    Shown { text, max_chars: usize::MAX }
}

impl Shown<'_> {
    /// Cuts the text behind another number of characters.
    #[must_use]
    pub fn with_max_chars(self, max_chars: usize) -> Self {
        Self { max_chars, ..self }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = |byte: u8| matches!(byte, b' '..=b'~');
        if self.text.len() <= self.max_chars && self.text.bytes().all(is_plain) {
            return f.write_str(self.text);
        }
        let end = self.text.char_indices().nth(self.max_chars).map(|(end, _)| end);
        let kept = end.and_then(|end| self.text.get(..end)).unwrap_or(self.text);
        // Whole stretches are written at once; most texts are one.
        let mut rest = kept;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_unsafe(*c)) {
            let (safe, from) = rest.split_at(at);
            f.write_str(safe)?;
            write_visible(f, c)?;
            rest = from.strip_prefix(c).unwrap_or_default();
        }
        f.write_str(rest)?;
        if end.is_some() { f.write_char('…') } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_of_any_script_is_shown_as_it_is() {
        for text in ["acs:oss:*:*:bucket/目录/ключ é", "", "😀 `quoted` \\n"] {
            assert_eq!(shown(text).to_string(), text);
        }
    }

    #[test]
    fn nothing_unsafe_is_left_of_any_character() {
        let last = if cfg!(miri) { '\u{7ff}' } else { char::MAX };
        for c in '\0'..=last {
            assert!(!one_line(c.encode_utf8(&mut [0; 4])).to_string().contains(is_unsafe), "{c:?}");
        }
    }

    #[test]
    fn a_character_is_written_as_it_is_unless_it_is_unsafe() {
        let mut out = String::new();
        for c in ['a', '部', '\n', '\r', '\t', '\u{202e}', '`'] {
            write_visible(&mut out, c).unwrap();
        }
        assert_eq!(out, "a部\\n\\r\\t\\u{202e}`");
    }

    #[test]
    fn one_line_stays_one_line() {
        assert_eq!(one_line("a\r\nb\tc\u{2028}").to_string(), "a\\r\\nb\\tc\\u{2028}");
    }

    #[test]
    fn a_text_is_cut_by_characters_before_it_is_escaped() {
        let text = "\u{202e}".repeat(MAX_SHOWN_CHARS);
        assert_eq!(shown(&text).to_string(), "\\u{202e}".repeat(MAX_SHOWN_CHARS));
        assert!(shown(&format!("{text}x")).to_string().ends_with("\\u{202e}…"));
    }
}
