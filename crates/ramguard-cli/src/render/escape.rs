//! Text of others made safe to print.
//!
//! A policy, a request or a file name may hold characters that move the cursor, turn the direction
//! of writing or show nothing at all. Everything that is printed passes [`escape`], which shows
//! them as `\u{202e}`; JSON output shows them as JSON escapes, which keeps the value.
//!
//! It may also hold words that the machine which keeps the log takes for a command: `##[group]` and
//! `##vso[task.complete]` anywhere in a line, `::warning::` at the start of one. One sign of them is
//! shown in the same way, so that they are read by people alone.

use std::borrow::Cow;

pub(crate) use ramguard_policy::text::is_unsafe;
use ramguard_policy::text::write_visible;

/// Returns the text with every character shown that would act or hide.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    escape_except(text, |_| false)
}

/// Returns where the sign stands that makes a command of what follows: the last `#` of several, with
/// a word or none and a bracket behind it.
pub(crate) fn command_sign(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("##")) {
        let rest = text.get(from + at..).unwrap_or_default();
        let signs = rest.len() - rest.trim_start_matches('#').len();
        let after = rest.get(signs..).unwrap_or_default();
        let word = after.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        if word.starts_with('[') {
            return Some(from + at + signs - 1);
        }
        from += at + signs;
    }
    None
}

/// Returns where the first colon of a command stands at the start of a line, blanks passed over.
fn command_colon(line: &str) -> Option<usize> {
    let words = line.trim_start();
    words.starts_with("::").then(|| line.len() - words.len())
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
    // Where line feeds are shown there is one line.
    let end = if keep('\n') { '\n' } else { '\0' };
    let text = without_commands(text, end);
    if !text.contains(shown) {
        return text;
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

/// Shows one sign of each command in lines that end so.
fn without_commands(text: &str, end: char) -> Cow<'_, str> {
    let is_command = |line: &str| command_colon(line).is_some() || command_sign(line).is_some();
    if !text.split(end).any(is_command) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.split_inclusive(end) {
        let mut rest = line;
        if let Some(at) = command_colon(line) {
            out.push_str(line.get(..at).unwrap_or_default());
            out.push_str("\\u{3a}");
            rest = line.get(at + 1..).unwrap_or_default();
        }
        while let Some(at) = command_sign(rest) {
            out.push_str(rest.get(..at).unwrap_or_default());
            out.push_str("\\u{23}");
            rest = rest.get(at + 1..).unwrap_or_default();
        }
        out.push_str(rest);
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
    fn commands_of_build_servers_become_words() {
        for (text, shown) in [
            ("##vso[task.complete]", "#\\u{23}vso[task.complete]"),
            ("a ###[group]##[x", "a ##\\u{23}[group]#\\u{23}[x"),
            ("## heading", "## heading"),
            ("  ::error::x", "  \\u{3a}:error::x"),
            ("a::b", "a::b"),
        ] {
            assert_eq!(escape(text), shown);
        }
        assert_eq!(escape_lines("a\n ::x::\n"), "a\n \\u{3a}:x::\n");
    }

    #[test]
    fn nothing_unsafe_is_left_of_any_character() {
        for c in '\0'..=char::MAX {
            assert!(!escape(c.encode_utf8(&mut [0; 4])).contains(is_unsafe), "{c:?}");
        }
    }
}
