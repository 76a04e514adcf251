//! Many patterns, one text: which of them fit?

use crate::{Case, Pattern};

/// A set of wildcard patterns that is asked which of them fit a text.
///
/// Patterns are numbered from 0 in the order they were given; equal patterns keep numbers of their
/// own. All of them agree on case.
///
/// ```
/// use ramguard_match::{Case, Matches, PatternSet};
///
/// let set = PatternSet::new(["ecs:*", "oss:Get*", "*:Describe*"], Case::AsciiInsensitive);
/// let mut found = Matches::new();
/// set.matches_into("ecs:DescribeInstances", &mut found);
/// assert_eq!(found.as_slice(), [0, 2]);
/// assert!(!set.is_match("oss:PutObject"));
/// ```
#[derive(Clone, Debug)]
pub struct PatternSet {
    patterns: Vec<Pattern>,
}

/// The patterns that were found to fit a text, in ascending order.
///
/// A buffer to be kept and used again: once it has grown to what a set needs, asking the set
/// allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct Matches {
    numbers: Vec<u32>,
}

impl PatternSet {
    /// Reads every text as a pattern, as [`Pattern::new`] does.
    pub fn new<I>(patterns: I, case: Case) -> PatternSet
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let patterns = patterns.into_iter().map(|text| Pattern::new(text.as_ref(), case)).collect();
        PatternSet { patterns }
    }

    /// Returns the number of patterns.
    #[must_use]
    pub fn len(&self) -> usize {
        self.patterns.len()
    }

    /// Returns whether there are no patterns, so that no text fits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Returns whether any pattern fits the whole of `text`. Stops at the first that does.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.is_match(text))
    }

    /// Replaces what is in `found` with the numbers of all patterns that fit the whole of `text`.
    pub fn matches_into(&self, text: &str, found: &mut Matches) {
        found.numbers.clear();
        for (number, pattern) in (0_u32..).zip(&self.patterns) {
            if pattern.is_match(text) {
                found.numbers.push(number);
            }
        }
    }
}

impl Matches {
    /// Returns an empty buffer.
    #[must_use]
    pub fn new() -> Matches {
        Matches::default()
    }

    /// Returns the numbers of the patterns that fit, ascending and each of them once.
    #[must_use]
    pub fn as_slice(&self) -> &[u32] {
        &self.numbers
    }

    /// Returns the numbers of the patterns that fit, ascending and each of them once.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = usize> + DoubleEndedIterator {
        self.numbers.iter().map(|&number| number as usize)
    }

    /// Returns how many patterns fit.
    #[must_use]
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Returns whether no pattern fits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }
}
