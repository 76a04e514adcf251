//! Whether a text fits a wildcard pattern, told by following every way of reading the pattern.
//!
//! `*` stands for any run of characters, the empty one included, `?` for exactly one character;
//! nothing else is special and nothing can be escaped. Characters are Unicode scalars. Time and
//! room are those of the full table, pattern times text: this is here to be believed, not to be
//! fast.

/// Returns whether the whole of `text` fits the whole of `pattern`.
///
/// With `fold_ascii` the letters `A` to `Z` and `a` to `z` compare alike, all others exactly.
///
/// Rules; unit by decision D-19.
#[must_use]
pub fn matches(pattern: &str, text: &str, fold_ascii: bool) -> bool {
    let same = |left: char, right: char| {
        left == right || (fold_ascii && left.eq_ignore_ascii_case(&right))
    };
    let text: Vec<char> = text.chars().collect();
    // Entry n tells whether the pattern read so far fits the first n characters of the text.
    let mut fits: Vec<bool> = std::iter::once(true).chain(text.iter().map(|_| false)).collect();
    for symbol in pattern.chars() {
        fits = if symbol == '*' {
            let mut some_shorter = false;
            fits.iter()
                .map(|fit| {
                    some_shorter |= fit;
                    some_shorter
                })
                .collect()
        } else {
            let one_more =
                |(fit, next): (&bool, &char)| *fit && (symbol == '?' || same(symbol, *next));
            std::iter::once(false).chain(fits.iter().zip(&text).map(one_more)).collect()
        };
    }
    fits.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_takes_any_run_and_the_empty_one() {
        for text in ["ac", "abc", "a/b:c", "accc"] {
            assert!(matches("a*c", text, false), "{text}");
        }
        assert!(!matches("a*c", "acd", false));
    }

    #[test]
    fn a_question_mark_takes_one_character_whatever_its_bytes() {
        assert!(matches("部?", "部门", false));
        assert!(!matches("部?", "部", false));
        assert!(!matches("?", "", false));
    }

    #[test]
    fn only_ascii_letters_fold_and_only_when_asked() {
        assert!(matches("ABC", "abc", true));
        assert!(!matches("ABC", "abc", false));
        assert!(!matches("Ä", "ä", true));
    }

    #[test]
    fn a_later_star_may_give_back_what_an_earlier_one_could_take() {
        assert!(matches("*ab*ab", "abxabab", false));
        assert!(!matches("*ab*ab", "abxaba", false));
    }

    #[test]
    fn the_empty_pattern_fits_the_empty_text_only() {
        assert!(matches("", "", false));
        assert!(!matches("", "a", false));
        assert!(matches("**", "", false));
    }
}
