//! Keys: 64-bit hashes of the start, the end and any short window of a text.
//!
//! The key of a start is a sum of one term for each eight bytes, so that after one pass over a
//! text the key of every start of it takes one multiplication more. The multipliers are drawn anew
//! for every set: whoever writes patterns or texts cannot choose ones whose keys collide. Equal
//! bytes of equal length have equal keys; the converse is only likely, and nothing but speed rests
//! on it.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use crate::word::{WORD, folded, lowest_bytes, word_at, word_before};

/// How many bytes of a head the keys look at.
pub(super) const MAX_HEAD: usize = 128;

/// How many bytes of a tail the keys look at.
pub(super) const MAX_TAIL: usize = 32;

/// The lengths that a window can have, in bytes.
pub(super) const WINDOWS: [usize; 4] = [2, 4, 8, 16];

const HEAD_WORDS: usize = MAX_HEAD / WORD;

/// The multipliers of one set.
#[derive(Clone, Debug)]
pub(super) struct Seeds {
    head: [(u64, u64); HEAD_WORDS + 1],
    tail: [(u64, u64); MAX_TAIL / WORD],
    window: [(u64, u64); 2],
    length: u64,
    /// Bits of a key that are kept; fewer than all of them only in tests of collisions.
    kept: u64,
}

impl Seeds {
    /// Draws seeds that nobody outside this process can foresee.
    pub(super) fn random(kept: u64) -> Seeds {
        let mut state = RandomState::new().hash_one(0_u64);
        let mut next = || {
            // The output function of a splitmix generator: a bijection that mixes all bits.
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut bits = state;
            bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            bits ^ (bits >> 31)
        };
        Seeds {
            head: std::array::from_fn(|_| (next(), next())),
            tail: std::array::from_fn(|_| (next(), next())),
            window: std::array::from_fn(|_| (next(), next())),
            length: next() | 1,
            kept,
        }
    }

    /// Adds the length to a sum of terms.
    #[inline]
    fn finish(&self, sum: u64, length: usize) -> u64 {
        sum.wrapping_add(self.length.wrapping_mul(length as u64 + 1)) & self.kept
    }

    /// Returns the term of the `index`th word of a head.
    #[inline]
    fn head_term(&self, index: usize, word: u64) -> u64 {
        let (add, multiply) = self.head.get(index).copied().unwrap_or((0, 1));
        product(word ^ add, multiply)
    }

    /// Returns the key of the last `length` bytes of `text` below the key `parent`.
    ///
    /// `length` is at most [`MAX_TAIL`] and at most the length of the text.
    #[inline]
    pub(super) fn tail<const FOLD: bool>(&self, parent: u64, text: &[u8], length: usize) -> u64 {
        let mut sum = parent.rotate_left(21);
        let (mut left, mut end) = (length, text.len());
        for (add, multiply) in self.tail {
            if left == 0 {
                break;
            }
            let taken = left.min(WORD);
            let word = word_before::<FOLD>(text, end) & !lowest_bytes(WORD - taken);
            sum = sum.wrapping_add(product(word ^ add, multiply));
            left -= taken;
            end -= taken;
        }
        self.finish(sum, length)
    }

    /// Returns the key of the `length` bytes of `text` at `at` below the key `parent`.
    ///
    /// `length` is one of [`WINDOWS`], and the text reaches that far.
    #[inline]
    pub(super) fn window<const FOLD: bool>(
        &self,
        parent: u64,
        text: &[u8],
        at: usize,
        length: usize,
    ) -> u64 {
        let [(add, multiply), (add_second, multiply_second)] = self.window;
        let first = word_at::<FOLD>(text, at) & lowest_bytes(length);
        let mut sum = parent.rotate_left(42).wrapping_add(product(first ^ add, multiply));
        if length > WORD {
            let second = word_at::<FOLD>(text, at + WORD);
            sum = sum.wrapping_add(product(second ^ add_second, multiply_second));
        }
        self.finish(sum, length)
    }
}

/// What the keys of all starts of one text are made of.
pub(super) struct Starts<'s> {
    seeds: &'s Seeds,
    /// Item `i` is the sum of the terms of the first `i` words.
    sums: [u64; HEAD_WORDS + 1],
    whole: u64,
}

impl<'s> Starts<'s> {
    /// Reads `text` once.
    #[inline]
    pub(super) fn new<const FOLD: bool>(seeds: &'s Seeds, text: &[u8]) -> Starts<'s> {
        let mut sums = [0; HEAD_WORDS + 1];
        let mut sum = 0_u64;
        let (words, rest) = text.as_chunks::<WORD>();
        for ((index, word), slot) in words.iter().enumerate().zip(sums.iter_mut().skip(1)) {
            sum = sum.wrapping_add(seeds.head_term(index, folded::<FOLD>(word)));
            *slot = sum;
        }
        let mut whole = sum;
        if words.len() <= HEAD_WORDS {
            let word = word_at::<FOLD>(text, text.len() - rest.len());
            whole = sum.wrapping_add(seeds.head_term(words.len(), word));
        } else {
            // Here the terms depend on each other, so that any number of them can be had.
            let [(add, multiply), ..] = seeds.head;
            for at in (MAX_HEAD..text.len()).step_by(WORD) {
                whole = product(whole ^ word_at::<FOLD>(text, at) ^ add, multiply);
            }
        }
        Starts { seeds, sums, whole: seeds.finish(whole, text.len()) }
    }

    /// Returns the key of the whole text, however long it is.
    #[inline]
    pub(super) fn whole(&self) -> u64 {
        self.whole
    }

    /// Returns the key of the first `length` bytes, of which `word` holds those from the last
    /// multiple of eight on and zeros for the others. `length` is at most [`MAX_HEAD`] and at
    /// most the length of the text.
    #[inline]
    pub(super) fn start(&self, length: usize, word: u64) -> u64 {
        let index = length / WORD;
        let sum = self.sums.get(index).copied().unwrap_or(0);
        self.seeds.finish(sum.wrapping_add(self.seeds.head_term(index, word)), length)
    }

    /// Returns the key of a branch behind the first `length` bytes, a multiple of eight.
    ///
    /// It is another key than that of the start of the same length.
    #[inline]
    pub(super) fn branch(&self, length: usize) -> u64 {
        let sum = self.sums.get(length / WORD).copied().unwrap_or(0);
        self.seeds.finish(sum.rotate_left(32), length)
    }
}

/// Returns the two halves of the product, one laid over the other.
#[inline]
fn product(left: u64, right: u64) -> u64 {
    let whole = u128::from(left).wrapping_mul(u128::from(right));
    (whole as u64) ^ ((whole >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_start_is_that_of_the_same_bytes_standing_alone() {
        let seeds = Seeds::random(!0);
        let text: Vec<u8> = (0..200).collect();
        let starts = Starts::new::<false>(&seeds, &text);
        for length in 0..=MAX_HEAD {
            let alone = &text[..length];
            let word = word_at::<false>(alone, length / WORD * WORD);
            assert_eq!(starts.start(length, word), Starts::new::<false>(&seeds, alone).whole());
        }
    }

    #[test]
    fn keys_of_tails_and_windows_do_not_depend_on_what_stands_around() {
        let seeds = Seeds::random(!0);
        let text: Vec<u8> = (0..100).collect();
        for length in 0..=MAX_TAIL {
            let alone = &text[text.len() - length..];
            let key = seeds.tail::<false>(7, &text, length);
            assert_eq!(key, seeds.tail::<false>(7, alone, length));
        }
        for length in WINDOWS {
            let key = seeds.window::<false>(7, &text, 30, length);
            assert_eq!(key, seeds.window::<false>(7, &text[30..30 + length], 0, length));
        }
    }
}
