//! Keys: 64-bit hashes of a text and of its starts, without regard to ASCII case.
//!
//! A key is a sum of one term for each eight bytes, so that one pass over a text gives the key of
//! every start of it for one multiplication more. The multipliers are drawn anew for every
//! process: whoever writes policies or requests cannot choose texts whose keys collide. Equal
//! texts have equal keys; the converse is only likely, and nothing but speed rests on it, so the
//! seeds change no decision.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::OnceLock;

/// Bytes of a word.
pub(crate) const WORD: usize = 8;

/// Words of a text of which every start has a key.
pub(crate) const WORDS: usize = 8;

/// The longest start that has a key, in bytes.
pub(crate) const MAX_START: usize = WORDS * WORD - 1;

/// The multipliers of one process.
#[derive(Debug)]
pub(crate) struct Seeds {
    terms: [(u64, u64); WORDS],
    length: u64,
    /// One for each field a key can be about.
    fields: [u64; 8],
}

/// What a key is about; equal texts in different places have different keys.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Field {
    Service,
    Region,
    Account,
    RelativeId,
    ActionService,
    ActionName,
    Group,
}

impl Seeds {
    /// Returns the seeds of this process.
    pub(crate) fn of_process() -> &'static Self {
        static SEEDS: OnceLock<Seeds> = OnceLock::new();
        SEEDS.get_or_init(|| {
            let mut state = RandomState::new().hash_one(0_u64);
            let mut next = || {
                // The output function of a splitmix generator: a bijection that mixes all bits.
                state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
                let mut bits = state;
                bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                bits ^ (bits >> 31)
            };
            Self {
                terms: std::array::from_fn(|_| (next(), next())),
                length: next() | 1,
                fields: std::array::from_fn(|_| next()),
            }
        })
    }

    /// Returns the key of a text of any length.
    #[inline]
    pub(crate) fn whole(&self, field: Field, text: &[u8]) -> u64 {
        let own = self.field(field);
        if text.len() <= MAX_START {
            let mut sum = own;
            for (index, &(add, multiply)) in self.terms.iter().enumerate() {
                if index * WORD >= text.len() {
                    break;
                }
                let word = folded_word(text, index * WORD);
                sum = sum.wrapping_add(product(word ^ add ^ own, multiply));
            }
            return self.finish(sum, text.len());
        }
        self.long(own, text)
    }

    /// The key of a long text: every term depends on the one before, so any number can be had.
    fn long(&self, own: u64, text: &[u8]) -> u64 {
        let (add, multiply) = self.terms.first().copied().unwrap_or_default();
        let words = (0..text.len()).step_by(WORD);
        let sum = words.fold(own, |sum, at| product(sum ^ folded_word(text, at) ^ add, multiply));
        self.finish(sum, text.len())
    }

    /// Returns the key of a number, for what has no text.
    #[inline]
    pub(crate) fn number(&self, field: Field, number: u64) -> u64 {
        let (add, multiply) = self.terms.first().copied().unwrap_or_default();
        product(number ^ add ^ self.field(field), multiply)
    }

    fn field(&self, field: Field) -> u64 {
        self.fields.get(field as usize).copied().unwrap_or_default()
    }

    #[inline]
    fn finish(&self, sum: u64, length: usize) -> u64 {
        sum.wrapping_add(self.length.wrapping_mul(length as u64 + 1))
    }
}

/// The starts of one text, ready to be turned into keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Starts {
    /// The folded words of the text, zeros past its end.
    words: [u64; WORDS],
    /// The sums of the words before each word.
    sums: [u64; WORDS],
    own: u64,
    length: usize,
}

impl Starts {
    #[inline]
    pub(crate) fn new(seeds: &Seeds, field: Field, text: &[u8]) -> Self {
        let own = seeds.field(field);
        let mut starts = Self { words: [0; WORDS], sums: [0; WORDS], own, length: text.len() };
        let mut sum = own;
        let slots = starts.words.iter_mut().zip(&mut starts.sums).zip(&seeds.terms);
        for (index, ((word, before), &(add, multiply))) in slots.enumerate() {
            *before = sum;
            if index * WORD >= text.len() {
                break;
            }
            *word = folded_word(text, index * WORD);
            sum = sum.wrapping_add(product(*word ^ add ^ own, multiply));
        }
        starts
    }

    /// Returns the key of the first `length` bytes, which are at most [`MAX_START`] and at most
    /// as many as the text has.
    #[inline]
    pub(crate) fn key(&self, seeds: &Seeds, length: usize) -> u64 {
        let index = length / WORD;
        let (Some(word), Some(sum), Some(&(add, multiply))) =
            (self.words.get(index), self.sums.get(index), seeds.terms.get(index))
        else {
            return 0;
        };
        let word = word & lowest_bytes(length % WORD);
        seeds.finish(sum.wrapping_add(product(word ^ add ^ self.own, multiply)), length)
    }

    /// Returns the key of the whole text, which is no start of another.
    #[inline]
    pub(crate) fn whole(&self, seeds: &Seeds, text: &[u8]) -> u64 {
        let key = if self.length <= MAX_START {
            self.key(seeds, self.length)
        } else {
            seeds.long(self.own, text)
        };
        key.rotate_left(32)
    }

    /// Returns the length of the text.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.length
    }
}

/// Returns a word with all bits set in its first `count` bytes.
#[inline]
pub(crate) fn lowest_bytes(count: usize) -> u64 {
    if count >= WORD { !0 } else { (1 << (8 * count)) - 1 }
}

/// Returns the eight bytes of `text` at `at`, ASCII capitals made small, zeros past its end.
#[inline]
pub(crate) fn folded_word(text: &[u8], at: usize) -> u64 {
    let rest = text.get(at..).unwrap_or_default();
    let word = match rest.first_chunk() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => match text.last_chunk::<WORD>() {
            Some(chunk) if !rest.is_empty() => {
                u64::from_le_bytes(*chunk) >> (8 * (WORD - rest.len()))
            }
            _ => rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
        },
    };
    lowered(word)
}

/// Makes the ASCII capitals among eight bytes small.
#[inline]
fn lowered(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // The top bit of every byte tells: 0x3F + x reaches it from `A` on, 0x25 + x from past `Z` on.
    let low = word & (0x7F * EACH);
    let from_a = low + 0x3F * EACH;
    let past_z = low + 0x25 * EACH;
    let capital = from_a & !past_z & !word & (0x80 * EACH);
    word | (capital >> 2)
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
    fn folding_a_word_lowers_the_ascii_capitals_and_nothing_else() {
        for byte in 0..=255_u8 {
            let mut bytes = [0xC3, byte, b'Z', byte, b'@', b'[', byte, 0xFF];
            let word = folded_word(&bytes, 0);
            bytes.make_ascii_lowercase();
            assert_eq!(word.to_le_bytes(), bytes);
        }
    }

    #[test]
    fn a_word_reads_zeros_past_the_end_of_the_text() {
        let text = b"abcdefghijklm";
        for length in 0..text.len() {
            for at in 0..=length + 2 {
                let mut expected = [0; WORD];
                for (slot, byte) in expected.iter_mut().zip(text[..length].iter().skip(at)) {
                    *slot = *byte;
                }
                assert_eq!(folded_word(&text[..length], at).to_le_bytes(), expected);
            }
        }
    }

    #[test]
    fn the_key_of_a_start_depends_on_its_bytes_and_not_on_what_follows() {
        let seeds = Seeds::of_process();
        let text: Vec<u8> = (b'A'..=b'z').cycle().take(100).collect();
        let whole = Starts::new(seeds, Field::RelativeId, &text);
        for length in 0..=MAX_START {
            let alone = text[..length].to_ascii_lowercase();
            let alone = Starts::new(seeds, Field::RelativeId, &alone);
            assert_eq!(whole.key(seeds, length), alone.key(seeds, length), "{length}");
            assert_ne!(whole.key(seeds, length), whole.key(seeds, length.wrapping_sub(1) % 60));
        }
    }

    #[test]
    fn every_byte_of_a_long_text_counts_and_case_does_not() {
        let seeds = Seeds::of_process();
        let text: Vec<u8> = (b'a'..=b'z').cycle().take(200).collect();
        let key = |text: &[u8]| seeds.whole(Field::Service, text);
        assert_eq!(key(&text), key(&text.to_ascii_uppercase()));
        for at in 0..text.len() {
            let mut other = text.clone();
            other[at] ^= 1;
            assert_ne!(key(&text), key(&other), "byte {at}");
        }
    }
}
