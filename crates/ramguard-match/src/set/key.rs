//! Keys: 64-bit hashes of the start, the end and any short window of a text.
//!
//! The key of a start is a sum of one term for each eight bytes, so that after one pass over a
//! text the key of every start of it takes one multiplication more. The multipliers are drawn anew
//! for every set: whoever writes patterns or texts cannot choose ones whose keys collide. Equal
//! bytes of equal length have equal keys; the converse is only likely, and nothing but speed rests
//! on it.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use crate::word::{WORD, lowest_bytes, word_at, word_before};

/// How many bytes of a head, and of a tail, the keys look at.
pub(super) const MAX_END: usize = WORD * MAX_WORDS;

/// The lengths that a window can have, in bytes.
pub(super) const WINDOWS: [usize; 4] = [2, 4, 8, 16];

const MAX_WORDS: usize = 16;

/// The multipliers of one set; by default they are all zero, for a set without keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Seeds {
    pub(super) head: Ladder,
    pub(super) tail: Ladder,
    window: [Lens; WINDOWS.len()],
    whole: [u64; 4],
}

impl Seeds {
    /// Draws seeds that nobody outside this process can foresee.
    pub(super) fn random() -> Seeds {
        let mut state = RandomState::new().hash_one(0_u64);
        Seeds::new(|| {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            mixed(state)
        })
    }

    /// Makes seeds of the numbers that `next` returns.
    pub(super) fn new(mut next: impl FnMut() -> u64) -> Seeds {
        Seeds {
            head: Ladder::new(&mut next),
            tail: Ladder::new(&mut next),
            window: WINDOWS.map(|length| Lens {
                length,
                mask: lowest_bytes(length),
                rung: Rung { add: next(), multiply: next() },
                second: (length > WORD).then(|| Rung { add: next(), multiply: next() }),
            }),
            whole: std::array::from_fn(|_| next()),
        }
    }

    /// Returns the key of a whole text, however long it is.
    #[inline]
    pub(super) fn whole<const FOLD: bool>(&self, text: &[u8]) -> u64 {
        let [first, second, third, fourth] = self.whole;
        let mut key = third ^ text.len() as u64;
        let Some(last) = text.last_chunk::<{ 2 * WORD }>() else {
            // The words overlap, or are the same one; the length tells where.
            let word = word_at::<FOLD>(text, 0);
            return product(word ^ first, word_before::<FOLD>(text, text.len()) ^ second ^ key);
        };
        let (chunks, _) = text.as_chunks::<{ 2 * WORD }>();
        for chunk in chunks {
            let (word, next) = (word_at::<FOLD>(chunk, 0), word_at::<FOLD>(chunk, WORD));
            key = product(word ^ first, next ^ key);
        }
        // The last bytes are read again, most of the time, rather than fewer of them.
        product(word_at::<FOLD>(last, 0) ^ second, word_at::<FOLD>(last, WORD) ^ fourth ^ key)
    }

    /// Returns what makes keys of the windows of one length, the `class`th of [`WINDOWS`].
    #[inline]
    pub(super) fn lens(&self, class: usize) -> Option<&Lens> {
        self.window.get(class)
    }
}

/// The multipliers for windows of one length.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lens {
    /// The length, in bytes.
    pub(super) length: usize,
    mask: u64,
    rung: Rung,
    second: Option<Rung>,
}

impl Lens {
    /// Returns the key of the window at `at` in `text`, which reaches that far, below the key
    /// `parent`.
    #[inline]
    pub(super) fn key<const FOLD: bool>(&self, parent: u64, text: &[u8], at: usize) -> u64 {
        let first = self.rung.term(word_at::<FOLD>(text, at) & self.mask);
        let second = self.second.map_or(0, |rung| rung.term(word_at::<FOLD>(text, at + WORD)));
        parent.wrapping_add(first).wrapping_add(second)
    }
}

/// The multipliers for one end of a text, from that end inwards.
///
/// Keys are made of the words that are counted off from that end. A sum stands for some of them
/// and for the key of what was known before; it grows by [`Rung::term`].
#[derive(Clone, Debug, Default)]
pub(super) struct Ladder {
    rungs: [Rung; MAX_WORDS + 1],
    /// Added to keys of ends that are so many bytes longer than the words of the sum.
    cuts: [u64; WORD],
    branch: u64,
}

/// The multiplier for the word of one number.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rung {
    add: u64,
    multiply: u64,
}

impl Rung {
    /// Returns what is added to a sum for `word`.
    #[inline]
    pub(super) fn term(self, word: u64) -> u64 {
        product(word ^ self.add, self.multiply)
    }
}

impl Ladder {
    fn new(mut next: impl FnMut() -> u64) -> Ladder {
        Ladder {
            rungs: std::array::from_fn(|_| Rung { add: next(), multiply: next() }),
            cuts: std::array::from_fn(|_| next()),
            branch: next(),
        }
    }

    /// Returns the rung of the `index`th word.
    #[inline]
    pub(super) fn rung(&self, index: usize) -> Rung {
        self.rungs.get(index).copied().unwrap_or_default()
    }

    /// Returns the key of an end that is `more` bytes longer than the words of `sum`.
    ///
    /// `term` is that of the next word with only these bytes kept, the others zero.
    #[inline]
    pub(super) fn cut(&self, sum: u64, more: usize, term: u64) -> u64 {
        let cut = self.cuts.get(more % WORD).copied().unwrap_or(0);
        sum.wrapping_add(cut).wrapping_add(term)
    }

    /// Returns the key of a branch behind the words of `sum`, another one than that of a cut.
    #[inline]
    pub(super) fn branch(&self, sum: u64) -> u64 {
        sum.wrapping_add(self.branch).rotate_left(32)
    }
}

/// Returns the output of a splitmix generator in this state: a bijection that mixes all bits.
pub(super) fn mixed(state: u64) -> u64 {
    let bits = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
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
    fn every_bit_of_a_text_counts_and_so_does_its_length() {
        let seeds = Seeds::random();
        let text: Vec<u8> = (0..200).map(|at| at ^ 0x80).collect();
        for length in (0..text.len()).step_by(if cfg!(miri) { 23 } else { 1 }) {
            let text = &text[..length];
            for bit in (0..8 * length).step_by(if cfg!(miri) { 131 } else { 1 }) {
                let mut other = text.to_vec();
                other[bit / 8] ^= 1 << (bit % 8);
                let key = seeds.whole::<false>(&other);
                assert_ne!(seeds.whole::<false>(text), key, "bit {bit} of {length} bytes");
            }
            let longer = seeds.whole::<false>(&[text, b"\0"].concat());
            assert_ne!(seeds.whole::<false>(text), longer, "{length}");
        }
    }

    #[test]
    fn texts_of_zero_bytes_have_keys_of_their_own_by_their_length() {
        for _ in 0..if cfg!(miri) { 1 } else { 20 } {
            let seeds = Seeds::random();
            let mut keys: Vec<u64> =
                (0..100).map(|length| seeds.whole::<false>(&vec![0; length])).collect();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), 100);
        }
    }

    #[cfg_attr(miri, ignore = "a count of ten thousand keys")]
    #[test]
    fn every_bit_of_a_key_is_set_for_half_of_the_texts() {
        let seeds = Seeds::random();
        let mut set = [0_u32; 64];
        for number in 0..10_000 {
            let key = seeds.whole::<false>(format!("ecs:Describe{number}").as_bytes());
            set.iter_mut().enumerate().for_each(|(bit, set)| *set += (key >> bit & 1) as u32);
        }
        assert!(set.iter().all(|set| (4_000..6_000).contains(set)), "{set:?}");
    }

    /// The first numbers of the generator that starts from zero, as published with it.
    #[test]
    fn seeds_are_drawn_by_splitmix() {
        let step = 0x9E37_79B9_7F4A_7C15_u64;
        let drawn = [1, 2, 3].map(|number| mixed(step.wrapping_mul(number)));
        assert_eq!(drawn, [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F]);
    }

    #[test]
    fn a_text_of_capitals_has_the_key_of_its_small_letters_when_folded() {
        let seeds = Seeds::random();
        let text = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ[abcdefghijklmnopqrstuvwxyz]";
        for length in 0..text.len() {
            let text = &text[..length];
            let small = text.to_ascii_lowercase();
            assert_eq!(seeds.whole::<true>(text), seeds.whole::<false>(&small));
        }
    }

    #[test]
    fn keys_of_windows_do_not_depend_on_what_stands_around() {
        let seeds = Seeds::random();
        let text: Vec<u8> = (0..100).collect();
        for (class, length) in WINDOWS.into_iter().enumerate() {
            let lens = seeds.lens(class).unwrap();
            let key = lens.key::<false>(7, &text, 30);
            assert_eq!(key, lens.key::<false>(7, &text[30..30 + length], 0));
        }
    }
}
