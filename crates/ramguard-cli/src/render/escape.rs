//! Text of others made safe to print.
//!
//! A policy, a request or a file name may hold characters that move the cursor, turn the direction
//! of writing or show nothing at all. Everything that is printed passes [`escape`], which shows
//! them as `\u{202e}`; JSON output shows them as JSON escapes, which keeps the value.

use std::borrow::Cow;

pub(crate) use ramguard_policy::text::is_unsafe;
use ramguard_policy::text::write_visible;

/// Returns the text with every character shown that would act or hide.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    escape_except(text, |_| false)
}

/// As [`escape`], for a text of several lines: line feeds stay.
pub(crate) fn escape_lines(text: &str) -> Cow<'_, str> {
    escape_except(text, |c| c == '\n')
}

/// As [`escape`], for a line of source: tabs stay, since the renderer gives them a width.
pub(crate) fn escape_source(line: &str) -> Cow<'_, str> {
    escape_except(line, |c| c == '\t')
}

fn escape_except(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let shown = |c: char| is_unsafe(c) && !keep(c);
    if !text.contains(shown) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            c if !shown(c) => out.push(c),
            // Writing to a string cannot fail.
            c => drop(write_visible(&mut out, c)),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_of_any_script_is_left_alone() {
        for text in ["acs:oss:*:*:bucket/目录/ключ é", "", "😀 `quoted` \\n"] {
            assert!(matches!(escape(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn escape_sequences_become_visible() {
        assert_eq!(escape("\u{1b}[2J\u{7}\u{9b}1m\u{7f}"), "\\u{1b}[2J\\u{7}\\u{9b}1m\\u{7f}");
    }

    #[test]
    fn direction_overrides_become_visible() {
        assert_eq!(escape("a\u{202e}b\u{2066}c\u{200f}"), "a\\u{202e}b\\u{2066}c\\u{200f}");
    }

    #[test]
    fn characters_without_width_become_visible() {
        assert_eq!(escape("a\u{200b}b\u{feff}\u{e0041}"), "a\\u{200b}b\\u{feff}\\u{e0041}");
    }

    #[test]
    fn one_line_stays_one_line() {
        assert_eq!(escape("a\r\nb\tc\u{2028}"), "a\\r\\nb\\tc\\u{2028}");
    }

    #[test]
    fn nothing_unsafe_is_left_of_any_character() {
        for c in '\0'..=char::MAX {
            assert!(!escape(c.encode_utf8(&mut [0; 4])).contains(is_unsafe), "{c:?}");
        }
    }
}
