//! The compiled matchers against the table of the textbook.

use ramguard_match::{Case, Matches, Pattern, PatternSet};

use super::{Verdict, law};
use crate::oracle::wildcard;

/// Both ways of treating case, and whether letters fold in it.
const CASES: [(Case, bool); 2] = [(Case::Sensitive, false), (Case::AsciiInsensitive, true)];

/// A compiled pattern fits a text if, and only if, the textbook says so. Rules.
///
/// # Errors
/// The pattern and text on which they differ.
pub fn match_agrees(pattern: &str, text: &str) -> Verdict {
    CASES.into_iter().try_for_each(|(case, fold)| {
        let got = Pattern::new(pattern, case).is_match(text);
        law(got == wildcard::matches(pattern, text, fold), || {
            format!("`{pattern}` on `{text}` ({case:?}): the matcher says {got}")
        })
    })
}

/// A set finds exactly the patterns that fit by the textbook, in ascending order, whether asked
/// for all or for any, and also when the buffer has been used before.
///
/// # Errors
/// The patterns and the text on which they differ.
pub fn set_agrees(patterns: &[&str], text: &str) -> Verdict {
    CASES.into_iter().try_for_each(|(case, fold)| {
        let expected: Vec<usize> = (0..)
            .zip(patterns)
            .filter(|(_, pattern)| wildcard::matches(pattern, text, fold))
            .map(|(number, _)| number)
            .collect();
        let set = PatternSet::new(patterns, case);
        let mut found = Matches::new();
        for _ in 0..2 {
            set.matches_into(text, &mut found);
            law(found.iter().eq(expected.iter().copied()), || {
                format!(
                    "{patterns:?} on `{text}` ({case:?}): expected {expected:?}, got {:?}",
                    found.as_slice()
                )
            })?;
        }
        law(set.is_match(text) != expected.is_empty(), || {
            format!("{patterns:?} on `{text}` ({case:?}): any is not some of {expected:?}")
        })
    })
}
