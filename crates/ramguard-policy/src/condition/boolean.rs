//! Truth values: `true` and `false` in any ASCII case, nothing else (Rule C-7, decision D-23).
// Nothing here may overflow or divide by zero.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use super::error::ValueErrorKind;

/// Reads a truth value; `None` if `text` is none. Allocates nothing.
pub(super) fn parse(text: &str) -> Option<bool> {
    // A byte that is a small letter once this bit is set is that letter in one of its cases.
    const SMALL: u32 = 0x2020_2020;
    match *text.as_bytes() {
        [a, b, c, d] => (u32::from_le_bytes([a, b, c, d]) | SMALL == u32::from_le_bytes(*b"true"))
            .then_some(true),
        [a, b, c, d, e] => (u32::from_le_bytes([a, b, c, d]) | SMALL
            == u32::from_le_bytes(*b"fals")
            && e | 0x20 == b'e')
            .then_some(false),
        _ => None,
    }
}

/// Returns whether `text` is a truth value in the spelling RAM documents, `true` or `false`.
///
/// Other cases are read all the same and reported as `bool-spelling`. Decision D-23.
pub fn is_canonical_bool(text: &str) -> bool {
    matches!(text, "true" | "false")
}

/// Reads the value of a policy, saying why it cannot be read.
pub(super) fn parse_value(text: &str) -> Result<bool, ValueErrorKind> {
    parse(text).ok_or_else(|| ValueErrorKind::NotBoolean { value: text.into() })
}

/// The truth value a word most likely stands for.
///
/// One table of the OSS documentation gives `http` and `https` as values of
/// `acs:SecureTransport`, whose examples use truth values.
pub(super) fn replacement(text: &str) -> Option<&'static str> {
    let word = text.trim();
    let is_any = |words: &[&str]| words.iter().any(|w| word.eq_ignore_ascii_case(w));
    if is_any(&["true", "yes", "on", "1", "https"]) {
        Some("true")
    } else if is_any(&["false", "no", "off", "0", "http"]) {
        Some("false")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_words_in_any_case() {
        assert_eq!(parse("true"), Some(true));
        assert_eq!(parse("FALSE"), Some(false));
        assert_eq!(parse("tRuE"), Some(true));
    }

    #[test]
    fn reads_nothing_else() {
        for text in ["", "1", "0", "yes", "t", "true ", " false", "truе", "ｔｒｕｅ"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn no_letter_of_the_words_may_be_another_byte() {
        for (word, value) in [("true", true), ("FALSE", false)] {
            for at in 0..word.len() {
                for byte in 0..=127_u8 {
                    let mut text = word.to_owned().into_bytes();
                    let is_letter = text[at].eq_ignore_ascii_case(&byte);
                    text[at] = byte;
                    let text = String::from_utf8(text).unwrap();
                    assert_eq!(parse(&text), is_letter.then_some(value), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn only_lower_case_is_canonical() {
        assert!(is_canonical_bool("true"));
        assert!(is_canonical_bool("false"));
        assert!(!is_canonical_bool("True"));
        assert!(!is_canonical_bool(""));
    }

    #[test]
    fn replaces_words_for_truth_values() {
        assert_eq!(replacement(" True"), Some("true"));
        assert_eq!(replacement("http"), Some("false"));
        assert_eq!(replacement("maybe"), None);
    }
}
