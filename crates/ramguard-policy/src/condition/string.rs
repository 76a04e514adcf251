//! Lists of texts: exact, without regard to case, and as patterns (Rule C-4).
//!
//! * [`ExactTexts`] and [`FoldedTexts`] are sorted and hold no text twice; UTF-8 sorts as its
//!   characters do, so a search among the folded may compare either.
//! * Folded is what `char::to_lowercase` makes of every character on its own (decision D-19).
//!   It knows no language and no context: the final sigma stays what it is.
// Nothing here may overflow or divide by zero.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::cmp::Ordering;
use std::sync::Arc;

use ramguard_match::{Case, PatternSet, same_bytes};

/// So many texts are compared one by one, which takes less than searching them: most are of another
/// length.
const FEW: usize = 4;

/// Texts to be met exactly, the shorter ones first; `*` and `?` stand for themselves.
#[derive(Clone, Debug)]
pub(super) struct ExactTexts(Box<[Arc<str>]>);

impl ExactTexts {
    pub(super) fn new(texts: &[Arc<str>]) -> Self {
        let mut sorted = texts.to_vec();
        sorted.sort_unstable_by(|one, other| compare_exact(one, other));
        sorted.dedup();
        Self(sorted.into())
    }

    /// Returns whether `seen` is one of the texts, by binary search unless they are few. Allocates
    /// nothing.
    pub(super) fn contains(&self, seen: &str) -> bool {
        if self.0.len() <= FEW {
            return self.0.iter().any(|text| same_bytes(text.as_bytes(), seen.as_bytes()));
        }
        self.0.binary_search_by(|text| compare_exact(text, seen)).is_ok()
    }

    /// The texts belong to all copies of the test and are not counted.
    pub(super) fn heap_bytes(&self) -> usize {
        size_of_val(&*self.0)
    }
}

/// Lengths first, since those of most texts differ.
fn compare_exact(one: &str, other: &str) -> Ordering {
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

/// Texts to be met without regard to case.
#[derive(Clone, Debug)]
pub(super) struct FoldedTexts(Box<[Box<str>]>);

impl FoldedTexts {
    pub(super) fn new(texts: &[Arc<str>]) -> Self {
        let mut sorted: Vec<Box<str>> =
            texts.iter().map(|text| folded(text).collect::<String>().into()).collect();
        sorted.sort_unstable();
        sorted.dedup();
        Self(sorted.into())
    }

    /// Returns whether `seen` is one of the texts up to case, by binary search. Allocates
    /// nothing.
    pub(super) fn contains(&self, seen: &str) -> bool {
        let found = if seen.is_ascii() {
            self.0.binary_search_by(|text| compare_ascii(text, seen))
        } else {
            self.0.binary_search_by(|text| text.chars().cmp(folded(seen)))
        };
        found.is_ok()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let texts: usize = self.0.iter().map(|text| text.len()).sum();
        size_of_val(&*self.0).saturating_add(texts)
    }
}

/// Patterns of which one has to fit.
#[derive(Clone, Debug)]
pub(super) struct Patterns(PatternSet);

impl Patterns {
    pub(super) fn new(texts: &[Arc<str>]) -> Self {
        Self(PatternSet::new(texts, Case::Sensitive))
    }

    /// Returns whether any pattern fits `seen`.
    pub(super) fn is_match(&self, seen: &str) -> bool {
        self.0.is_match(seen)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.0.heap_bytes()
    }
}

/// The characters of `text`, each replaced by its lower-case expansion.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// Orders `text`, which is folded, against the folded form of `seen`, which is ASCII.
fn compare_ascii(text: &str, seen: &str) -> Ordering {
    text.bytes().cmp(seen.bytes().map(|byte| byte.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    fn list(texts: &[&str]) -> Vec<Arc<str>> {
        texts.iter().map(|text| Arc::from(*text)).collect()
    }

    #[test]
    fn exact_texts_know_case_and_no_wildcard() {
        let texts = ExactTexts::new(&list(&["hangzhou/", "", "log-*"]));
        assert!(texts.contains("hangzhou/"));
        assert!(texts.contains(""));
        assert!(texts.contains("log-*"));
        assert!(!texts.contains("Hangzhou/"));
        assert!(!texts.contains("log-7"));
    }

    #[test]
    #[cfg_attr(miri, ignore = "measures time")]
    fn a_long_list_of_exact_texts_is_searched_and_not_read() {
        let all: Vec<Arc<str>> = (0..20_000).map(|n| format!("{n:08}").into()).collect();
        let texts = ExactTexts::new(&all);
        // The least of many rounds, so that what else the machine does is not counted.
        let least = |contains: &dyn Fn(&str) -> bool| {
            let round = |_| {
                let began = Instant::now();
                assert!(!contains("99999999"));
                began.elapsed()
            };
            (0..50).map(round).min().unwrap_or(Duration::MAX)
        };
        let searched = least(&|seen| texts.contains(seen));
        let read = least(&|seen| all.iter().any(|text| **text == *seen));
        // Fifteen comparisons in place of 20,000.
        assert!(searched * 20 < read, "{searched:?}, and {read:?} for reading all");
    }

    #[test]
    fn folding_is_character_by_character() {
        for (policy, seen, equal) in [
            ("HangZhou", "hANGzHOU", true),
            ("ÄÖ部", "äö部", true),
            ("K", "\u{212a}", true), // The sign for kelvin is a K in lower case.
            ("straße", "STRASSE", false),
            ("ΌΔΟΣ", "όδοσ", true),
            ("ΌΔΟΣ", "όδος", false),
            ("İ", "i\u{307}", true),
            ("İ", "i", false),
            ("hangzhou", "hangzhou/", false),
            ("", "", true),
        ] {
            assert_eq!(FoldedTexts::new(&list(&[policy])).contains(seen), equal, "{policy} {seen}");
        }
    }

    #[test]
    fn patterns_match_whole_texts_and_know_case() {
        let patterns = Patterns::new(&list(&["Development/*", "", "部?"]));
        assert!(patterns.is_match("Development/a/b"));
        assert!(patterns.is_match(""));
        assert!(patterns.is_match("部门"));
        assert!(!patterns.is_match("development/a"));
        assert!(!patterns.is_match("x/Development/"));
    }

    proptest! {
        #[test]
        fn a_search_agrees_with_comparing_every_text(
            texts in proptest::collection::vec("[aAbİßſkK\u{212a}]{0,3}", 1..9),
            seen in "[aAbİßſkK\u{212a}]{0,3}",
        ) {
            let texts: Vec<Arc<str>> = texts.into_iter().map(Arc::from).collect();
            let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
            for seen in texts.iter().map(|text| &**text).chain([&*seen]) {
                prop_assert_eq!(
                    ExactTexts::new(&texts).contains(seen),
                    texts.iter().any(|text| &**text == seen)
                );
                prop_assert_eq!(
                    FoldedTexts::new(&texts).contains(seen),
                    texts.iter().any(|text| lower(text) == lower(seen))
                );
            }
        }
    }
}
