//! Patterns that belong to somebody: whose fit this text?
//!
//! Always holds here:
//!
//! * a pattern that several own is in a set once, and leads to all of them by words of their bits;
//! * sets are small enough for the bound on their look-ups that the crate `ramguard-match` gives,
//!   unless there are more than [`MOST`] patterns, of which [`Owned::mark`] knows the first only.

use std::collections::HashMap;

use ramguard_match::{Case, PatternSet};

/// At most so many owners have a bit.
pub(in crate::compile) const MOST: usize = 1_536;

/// So many patterns are in a set; larger ones are not asked side by side.
const EACH: usize = 512;

/// A bit for each owner.
pub(in crate::compile) type Bits = [u64; MOST / 64];

/// Patterns and their owners.
#[derive(Clone, Debug)]
pub(super) struct Owned {
    sets: Box<[PatternSet]>,
    /// For each pattern where its words start and end.
    spans: Box<[(u32, u32)]>,
    /// The numbers of words, and the owners that have their bits there.
    words: Box<[(u32, u64)]>,
}

impl Owned {
    /// Takes patterns with the numbers of their owners.
    pub(super) fn new<'t>(patterns: impl Iterator<Item = (&'t str, usize)>, case: Case) -> Self {
        let mut texts = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        let mut pairs: Vec<(usize, usize)> = patterns
            .map(|(text, owner)| {
                let number = *known.entry(text).or_insert_with(|| {
                    texts.push(text);
                    texts.len() - 1
                });
                (number, owner)
            })
            .filter(|&(_, owner)| owner < MOST)
            .collect();
        pairs.sort_unstable();
        let mut words: Vec<(u32, u64)> = Vec::new();
        let mut spans = vec![(0, 0); texts.len()];
        for pairs in pairs.chunk_by(|(left, _), (right, _)| left == right) {
            let start = words.len();
            for of_word in pairs.chunk_by(|(_, left), (_, right)| left / 64 == right / 64) {
                let bits = of_word.iter().fold(0, |bits, (_, owner)| bits | 1 << (owner % 64));
                let word = of_word.first().map_or(0, |(_, owner)| owner / 64);
                words.push((word as u32, bits));
            }
            let number = pairs.first().map_or(0, |&(number, _)| number);
            if let Some(span) = spans.get_mut(number) {
                // There are no more words than patterns that were given.
                let place = |at| u32::try_from(at).unwrap_or(u32::MAX);
                *span = (place(start), place(words.len()));
            }
        }
        let each = if texts.len() <= MOST { EACH } else { texts.len() };
        let sets = texts.chunks(each).map(|texts| PatternSet::new(texts, case)).collect();
        Self { sets, spans: spans.into(), words: words.into() }
    }

    /// Returns whether all there is is `*`.
    pub(super) fn is_open(&self) -> bool {
        matches!((&*self.sets, &*self.spans), ([set], [_]) if set.is_match("") && set.is_match("x"))
    }

    /// Returns whether any of the patterns fits.
    pub(super) fn is_match(&self, text: &str) -> bool {
        self.sets.iter().any(|set| set.is_match(text))
    }

    /// Sets the bits of all owners of a pattern that fits.
    pub(super) fn mark(&self, text: &str, owners: &mut Bits) {
        for (set, spans) in self.sets.iter().zip(self.spans.chunks(EACH)) {
            let mut marks = [0; EACH / 64];
            set.mark_into(text, &mut marks);
            for (mut word, spans) in marks.into_iter().zip(spans.chunks(64)) {
                while word != 0 {
                    let span = spans.get(word.trailing_zeros() as usize);
                    word &= word - 1;
                    let of_span =
                        span.and_then(|&(from, to)| self.words.get(from as usize..to as usize));
                    for &(at, bits) in of_span.unwrap_or_default() {
                        if let Some(owners) = owners.get_mut(at as usize) {
                            *owners |= bits;
                        }
                    }
                }
            }
        }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let sets = self.sets.iter().map(|set| size_of::<PatternSet>() + set.heap_bytes());
        sets.sum::<usize>() + size_of_val(&*self.spans) + size_of_val(&*self.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owners(owned: &Owned, text: &str) -> Vec<usize> {
        let mut bits = [0; MOST / 64];
        owned.mark(text, &mut bits);
        (0..MOST).filter(|at| bits[at / 64] >> (at % 64) & 1 == 1).collect()
    }

    #[cfg_attr(miri, ignore = "sets of a thousand patterns, which take Miri an hour")]
    #[test]
    fn all_owners_of_all_patterns_that_fit_are_marked() {
        let texts = ["a*", "*b", "a*", "c", "*"];
        let all = (0..MOST).map(|at| (texts[at % 5], at));
        let owned = Owned::new(all, Case::Sensitive);
        let of = |picks: &[usize]| (0..MOST).filter(|at| picks.contains(&(at % 5))).collect();
        let expected: [Vec<usize>; 3] = [of(&[0, 1, 2, 4]), of(&[3, 4]), of(&[4])];
        assert_eq!(["ab", "c", "C"].map(|text| owners(&owned, text)), expected);
    }

    #[cfg_attr(miri, ignore = "sets of a thousand patterns, which take Miri an hour")]
    #[test]
    fn patterns_of_several_sets_keep_their_owners() {
        let texts: Vec<String> = (0..MOST).map(|at| format!("*-{at}")).collect();
        let owned = Owned::new(texts.iter().map(|text| &**text).zip(0..), Case::Sensitive);
        for at in [0, EACH - 1, EACH, 2 * EACH + 7, MOST - 1] {
            assert_eq!(owners(&owned, &format!("x-{at}")), [at]);
        }
        assert!(owned.is_match("x-9"));
        assert!(!owned.is_match("x-9."));
    }

    #[test]
    fn only_stars_are_open() {
        let is_open =
            |texts: &[&str]| Owned::new(texts.iter().copied().zip(0..), Case::Sensitive).is_open();
        assert!(is_open(&["*"]));
        assert!(is_open(&["*", "*"]));
        assert!([&["", ""][..], &["a*"], &["?*"], &["*", "a"]].iter().all(|texts| !is_open(texts)));
    }

    #[cfg_attr(miri, ignore = "sets of a thousand patterns, which take Miri an hour")]
    #[test]
    fn owners_without_a_bit_are_left_out() {
        let texts: Vec<String> = (0..MOST + 9).map(|at| format!("*-{at}")).collect();
        let owned = Owned::new(texts.iter().map(|text| &**text).zip(0..), Case::Sensitive);
        assert!(owners(&owned, &format!("-{MOST}")).is_empty());
        assert!(owned.is_match(&format!("-{MOST}")));
    }
}
