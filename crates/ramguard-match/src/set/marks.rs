//! Look-ups without a buffer that grows: what is found goes to bits the caller has, and what was
//! visited is remembered in a few words on the stack.

use std::ops::ControlFlow;

use super::PatternSet;
use super::search::Sink;

impl PatternSet {
    /// Sets a bit of `marks` for every pattern that fits the whole of `text`: for the number `n`
    /// bit `n % 64` of word `n / 64`. Numbers past the last word are left out, and no bit is
    /// cleared. Allocates nothing.
    ///
    /// ```
    /// use ramguard_match::{Case, PatternSet};
    ///
    /// let set = PatternSet::new(["a*", "b*", "*c"], Case::Sensitive);
    /// let mut marks = [0];
    /// set.mark_into("abc", &mut marks);
    /// assert_eq!(marks, [0b101]);
    /// ```
    pub fn mark_into(&self, text: &str, marks: &mut [u64]) {
        let mut sink = Marks { marks, recent: None };
        let _ = self.search(text, &mut sink);
        for (number, pattern) in (self.patterns.len()..).zip(&self.late) {
            if pattern.is_match(text) {
                let _ = sink.take(u32::try_from(number).unwrap_or(u32::MAX));
            }
        }
    }
}

struct Marks<'m> {
    marks: &'m mut [u64],
    /// Made when it is needed, as most look-ups visit no list twice.
    recent: Option<Recent>,
}

impl Sink for Marks<'_> {
    /// Marks are for whoever has many patterns to try.
    const TRIED: bool = true;

    #[inline]
    fn taken(&self) -> usize {
        0
    }

    /// What is marked now is marked again.
    fn forget(&mut self, _: usize) {}

    #[inline]
    fn take(&mut self, number: u32) -> ControlFlow<()> {
        if let Some(word) = self.marks.get_mut(number as usize / 64) {
            *word |= 1 << (number % 64);
        }
        ControlFlow::Continue(())
    }

    #[inline]
    fn visit(&mut self, first: u32) -> bool {
        self.recent.get_or_insert_default().insert(first)
    }
}

/// Numbers below this are remembered for certain.
const CERTAIN: usize = 1024;

/// Where larger numbers are remembered until another takes the place.
const PLACES: usize = 32;

/// The lists visited in one look-up, as far as a few words can tell.
///
/// A list that was forgotten is checked again, which finds the same.
#[derive(Debug)]
pub(super) struct Recent {
    bits: [u64; CERTAIN / 64],
    places: [u32; PLACES],
}

impl Default for Recent {
    fn default() -> Self {
        Self { bits: [0; CERTAIN / 64], places: [0; PLACES] }
    }
}

impl Recent {
    /// Adds a list; returns whether it is not remembered.
    #[inline]
    pub(super) fn insert(&mut self, list: u32) -> bool {
        if let Some(word) = self.bits.get_mut(list as usize / 64) {
            let bit = 1 << (list % 64);
            let is_new = *word & bit == 0;
            *word |= bit;
            return is_new;
        }
        match self.places.get_mut(list as usize % PLACES) {
            Some(place) => std::mem::replace(place, list) != list,
            None => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Case, Matches};

    #[test]
    fn marks_are_the_numbers_that_a_buffer_gets() {
        let (many, more) = if cfg!(miri) { (40, 30) } else { (300, 90) };
        let patterns: Vec<String> = (0..many)
            .map(|n| format!("*{}*{}*", [b'a', b'b', b'c'][n % 3] as char, n % 7))
            .chain((0..more).map(|n| format!("{}*", "x".repeat(n % 30))))
            .collect();
        for case in [Case::Sensitive, Case::AsciiInsensitive] {
            let set = PatternSet::new(&patterns, case);
            let mut found = Matches::new();
            for text in ["", "a0", "xxA1b2", "cba0123456", "xxxxxxxxxxxxxxxxxxxxxxx"] {
                set.matches_into(text, &mut found);
                let mut marks = [0_u64; 7];
                set.mark_into(text, &mut marks);
                let marked: Vec<usize> =
                    (0..7 * 64).filter(|n| marks[n / 64] >> (n % 64) & 1 == 1).collect();
                assert!(found.iter().eq(marked), "{text}");
            }
        }
    }

    #[test]
    fn numbers_without_a_word_are_left_out() {
        let set = PatternSet::new(vec!["*"; 70], Case::Sensitive);
        let mut marks = [0];
        set.mark_into("x", &mut marks);
        assert_eq!(marks, [!0]);
        set.mark_into("x", &mut []);
    }

    #[test]
    fn small_numbers_are_never_forgotten_and_large_ones_seldom() {
        let mut recent = Recent::default();
        let numbers = || [0, 63, 64, 1_023, 1_024, 5_001];
        assert!(numbers().into_iter().all(|number| recent.insert(number)));
        assert!(!numbers().into_iter().any(|number| recent.insert(number)));
        assert!(recent.insert(1_024 + 32));
        assert!(recent.insert(1_024));
        assert!(!recent.insert(1_023));
    }
}
