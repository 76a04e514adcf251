//! Where some runs occur in a short text, all places of all of them at once.
//!
//! A set of places is a pair of words, one bit a place. The places of a run are those of its first
//! byte, and one to the left of those of its second byte, and so on; the next place of a run is
//! then a shift and a count of zeros, whatever the run.

use crate::steps;
use crate::window::{self, WIDTH};
use crate::word::{Folding, WORD, word_at, zero_bytes};

/// How many runs are kept at most.
pub(super) const MAX_RUNS: usize = 32;

/// The longest text that is read, in bytes: a place, and the end of one, fit in seven bits.
pub(super) const MAX_TEXT: usize = 127;

/// The longest run that can be kept, in bytes.
pub(super) const MAX_RUN: usize = 63;

/// How many bytes that occur in runs are remembered.
const MAX_BYTES: usize = 4;

/// The places of some runs in one text.
pub(super) struct Occurrences {
    low: [u64; MAX_RUNS],
    high: [u64; MAX_RUNS],
    lengths: [u8; MAX_RUNS],
}

/// A set of places up to 127.
#[derive(Clone, Copy)]
struct Places {
    low: u64,
    high: u64,
}

impl Places {
    fn first(count: usize) -> Places {
        Places { low: window::lowest(count), high: window::lowest(count.saturating_sub(64)) }
    }

    /// Returns the exact places of `byte` in `text`.
    fn of<const FOLD: bool>(byte: u8, text: &[u8]) -> Places {
        let mut words = [0_u64; 2];
        let bytes = u64::from(Folding::<FOLD>.fold(byte)) * crate::word::EACH;
        for (word, text) in words.iter_mut().zip(text.chunks(WIDTH)) {
            for at in (0..text.len()).step_by(WORD) {
                let equal = zero_bytes(word_at::<FOLD>(text, at) ^ bytes);
                *word |= window::gathered(equal) << at;
            }
        }
        let [low, high] = words;
        // A text ends with zeros that do not belong to it.
        Places { low, high }.both(Places::first(text.len()))
    }

    fn both(self, other: Places) -> Places {
        Places { low: self.low & other.low, high: self.high & other.high }
    }

    /// Moves all places to the left by `count`, less than 64.
    fn left(self, count: usize) -> Places {
        if count == 0 {
            return self;
        }
        Places { low: self.low >> count | self.high << (64 - count), high: self.high >> count }
    }
}

impl Occurrences {
    /// Looks for up to [`MAX_RUNS`] runs of up to [`MAX_RUN`] bytes in `text`, which has up to
    /// [`MAX_TEXT`]. A `?` takes one byte.
    pub(super) fn new<'p, const FOLD: bool>(
        text: &[u8],
        runs: impl Iterator<Item = &'p [u8]>,
    ) -> Occurrences {
        let length = text.len();
        let mut found =
            Occurrences { low: [0; MAX_RUNS], high: [0; MAX_RUNS], lengths: [0; MAX_RUNS] };
        let mut known = [(b'?', Places::first(length)); MAX_BYTES];
        let mut newest = 0;
        let slots = found.low.iter_mut().zip(&mut found.high).zip(&mut found.lengths);
        for (run, ((low, high), size)) in runs.zip(slots) {
            // A run that is longer than the text has no place there.
            if run.len() > length {
                continue;
            }
            // A run has at most MAX_RUN bytes.
            *size = run.len() as u8;
            let mut starts = Places::first(length);
            for (at, &byte) in run.iter().enumerate() {
                steps::count(1);
                let places = match known.iter().find(|(other, _)| *other == byte) {
                    Some(&(_, places)) => places,
                    None => {
                        let places = Places::of::<FOLD>(byte, text);
                        // The first one, for the question mark, stays.
                        newest = newest % (MAX_BYTES - 1) + 1;
                        if let Some(slot) = known.get_mut(newest) {
                            *slot = (byte, places);
                        }
                        places
                    }
                };
                starts = starts.both(places.left(at));
            }
            (*low, *high) = (starts.low, starts.high);
        }
        found
    }

    /// Returns the end of the first place of a run from `place` on, `place` being at most the
    /// length of the text.
    #[inline]
    pub(super) fn end_behind(&self, run: u8, place: u32) -> Option<u32> {
        let run = usize::from(run) % MAX_RUNS;
        let (low, length) = (*self.low.get(run)?, u32::from(*self.lengths.get(run)?));
        if place < 64 && low >> place != 0 {
            return Some(place.wrapping_add((low >> place).trailing_zeros()).wrapping_add(length));
        }
        // Where there is no place, the count of zeros leads past the longest text.
        let from = place.max(64);
        let start = from.wrapping_add((*self.high.get(run)? >> (from % 64)).trailing_zeros());
        (start <= MAX_TEXT as u32).then_some(start.wrapping_add(length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_run_from_every_place_of_every_length_of_text() {
        let runs: [&[u8]; 9] =
            [b"a", b"aa", b"b", b"a?b", b"??", b"?", b"ab?a", b"cab", b"aaaaaaaaaaaaaaaaaaaab"];
        for length in (0..=MAX_TEXT).step_by(if cfg!(miri) { 47 } else { 1 }) {
            let text: Vec<u8> = (0..length).map(|at| b"aaabcaabab"[at * at % 10]).collect();
            let found = Occurrences::new::<false>(&text, runs.into_iter());
            for (id, run) in (0_u8..).zip(runs) {
                for place in 0..=length {
                    let fits = |window: &[u8]| {
                        window
                            .iter()
                            .zip(run)
                            .all(|(byte, symbol)| *symbol == b'?' || byte == symbol)
                    };
                    let expected = text[place..].windows(run.len()).position(fits);
                    let expected = expected.map(|at| place + at + run.len());
                    assert_eq!(
                        found.end_behind(id, place as u32),
                        expected.map(|end| end as u32),
                        "{id} {place} {length}"
                    );
                }
            }
        }
    }

    #[test]
    fn letters_match_in_either_case_when_told_to() {
        let found = Occurrences::new::<true>(b"xxABcaB", [&b"ab"[..], b"b?a"].into_iter());
        assert_eq!(found.end_behind(0, 0), Some(4));
        assert_eq!(found.end_behind(0, 3), Some(7));
        assert_eq!(found.end_behind(1, 0), Some(6));
    }
}
