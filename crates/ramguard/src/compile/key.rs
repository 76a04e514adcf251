//! Keys: 64-bit hashes of a text and of its starts, without regard to ASCII case but for exact ones.
//!
//! A key is a sum of one term for each eight bytes, so that one pass over a text gives the key of
//! every start of it for one multiplication more. The multipliers are drawn anew for every
//! process: whoever writes policies or requests cannot choose texts whose keys collide. Equal
//! texts have equal keys; the converse is only likely, and nothing but speed rests on it, so the
//! seeds change no decision.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::OnceLock;

mod word;

pub(crate) use self::word::{END, folded_back, folded_end, folded_word, lowest_bytes, same};
pub(super) use self::word::{First, Last, first_colons};
use self::word::{first_slash, lowered, short_word};

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
    ConditionKey,
}

impl Seeds {
    /// Returns the seeds of this process.
    pub(crate) fn of_process() -> &'static Self {
        static SEEDS: OnceLock<Seeds> = OnceLock::new();
        SEEDS.get_or_init(|| Self::of(RandomState::new().hash_one(0_u64)))
    }

    /// Draws seeds from 64 bits that nobody knows.
    pub(super) fn of(mut state: u64) -> Self {
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
    }

    /// Returns the key of a text of any length.
    ///
    /// Most fields have at most sixteen bytes, which two words cover.
    #[inline]
    pub(crate) fn whole(&self, field: Field, text: &[u8]) -> u64 {
        let own = self.field(field);
        let [(first_add, _), (last_add, _), ..] = self.terms;
        match (text.first_chunk(), text.last_chunk()) {
            (Some(first), Some(last)) if text.len() <= 2 * WORD => {
                let first = lowered(u64::from_le_bytes(*first)) ^ first_add ^ own;
                let last = lowered(u64::from_le_bytes(*last)) ^ last_add;
                self.finish(product(first, last), text.len())
            }
            (Some(_), Some(_)) => self.long(own, text),
            _ => {
                let word = folded_word(text, 0) ^ first_add ^ own;
                self.finish(product(word, last_add), text.len())
            }
        }
    }

    /// The key of a long text: every term depends on the one before, so any number can be had.
    fn long(&self, own: u64, text: &[u8]) -> u64 {
        let [(add, multiply), ..] = self.terms;
        let (words, rest) = text.as_chunks();
        let term = |sum, word| product(sum ^ word ^ add, multiply);
        let whole = words.iter().map(|word| lowered(u64::from_le_bytes(*word))).fold(own, term);
        let sum = if rest.is_empty() {
            whole
        } else {
            term(whole, folded_word(text, text.len() - rest.len()))
        };
        self.finish(sum, text.len())
    }

    /// Returns a key of a text in which case counts.
    #[inline]
    pub(crate) fn exact(&self, field: Field, text: &[u8]) -> u64 {
        let [(add, multiply), ..] = self.terms;
        let own = self.field(field);
        let term = |sum: u64, word: u64| product(sum ^ word ^ add, multiply);
        let (words, _) = text.as_chunks();
        let sum = words.iter().map(|word| u64::from_le_bytes(*word)).fold(own, term);
        // What is left stands in the last eight bytes, some of which may have been read before.
        let rest =
            text.last_chunk().map_or_else(|| short_word(text), |word| u64::from_le_bytes(*word));
        self.finish(term(sum, rest), text.len())
    }

    /// Returns the key of a number, for what has no text.
    #[inline]
    pub(crate) fn number(&self, field: Field, number: u64) -> u64 {
        let [(add, multiply), ..] = self.terms;
        product(number ^ add ^ self.field(field), multiply)
    }

    #[inline]
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
pub(crate) struct Starts<'t> {
    text: &'t [u8],
    /// The sums of the words before each word.
    sums: [u64; WORDS],
    own: u64,
    /// Where the first `/` is, if a key reaches it.
    slash: Option<usize>,
}

impl<'t> Starts<'t> {
    #[inline]
    pub(crate) fn new(seeds: &Seeds, field: Field, text: &'t [u8]) -> Self {
        let own = seeds.field(field);
        Self { slash: first_slash(text), ..Self::after(seeds, field, text, &[own; WORDS], 0) }
    }

    /// Makes those of a text that begins for `common` bytes like another one, by the [sums](Self::sums)
    /// of that; its first segment is left out.
    #[inline]
    pub(super) fn after(
        seeds: &Seeds,
        field: Field,
        text: &'t [u8],
        sums: &[u64; WORDS],
        common: usize,
    ) -> Self {
        let own = seeds.field(field);
        let mut starts = Self { text, sums: *sums, own, slash: None };
        let (words, _) = text.as_chunks::<WORD>();
        let known = common / WORD;
        let mut sum = sums.get(known).copied().unwrap_or_default();
        let sums = starts.sums.iter_mut().skip(known + 1);
        let words = words.iter().zip(&seeds.terms).skip(known);
        for ((word, &(add, multiply)), after) in words.zip(sums) {
            sum =
                sum.wrapping_add(product(lowered(u64::from_le_bytes(*word)) ^ add ^ own, multiply));
            *after = sum;
        }
        starts
    }

    /// Returns the sums of the words before each word.
    #[inline]
    pub(super) fn sums(&self) -> &[u64; WORDS] {
        &self.sums
    }

    /// Returns the key of the first `length` bytes, which are at most [`MAX_START`] and at most
    /// as many as the text has.
    #[inline]
    pub(crate) fn key(&self, seeds: &Seeds, length: usize) -> u64 {
        let index = length / WORD;
        let (Some(sum), Some(&(add, multiply))) = (self.sums.get(index), seeds.terms.get(index))
        else {
            return 0;
        };
        let word = folded_word(self.text, index * WORD) & lowest_bytes(length % WORD);
        seeds.finish(sum.wrapping_add(product(word ^ add ^ self.own, multiply)), length)
    }

    /// Returns the key of the whole text, which is no start of another.
    #[inline]
    pub(crate) fn whole(&self, seeds: &Seeds) -> u64 {
        let key = if self.text.len() <= MAX_START {
            self.key(seeds, self.text.len())
        } else {
            seeds.long(self.own, self.text)
        };
        key.rotate_left(32)
    }

    /// Returns the length of the first segment, its `/` included; 0 if there is no `/` that a key
    /// reaches.
    #[inline]
    pub(crate) fn segment(&self) -> usize {
        self.slash.map_or(0, |slash| slash + 1)
    }

    /// Returns the length of the text.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }
}

/// Returns the two halves of the product, one laid over the other.
#[inline]
fn product(left: u64, right: u64) -> u64 {
    let whole = u128::from(left).wrapping_mul(u128::from(right));
    (whole as u64) ^ ((whole >> 64) as u64)
}

/// Hashes a number to itself; the keys are hashes already.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(self.0.rotate_left(8) ^ u64::from(byte)));
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_key_counts_every_byte_its_case_and_the_length() {
        let seeds = Seeds::of(7);
        let text: Vec<u8> = (b'a'..=b'z').collect();
        let mut keys =
            vec![seeds.exact(Field::Account, &text), seeds.exact(Field::RelativeId, &[])];
        for length in 1..=text.len() {
            keys.push(seeds.exact(Field::RelativeId, &text[..length]));
            for at in 0..length {
                let mut other = text[..length].to_vec();
                other[at] ^= 0x20;
                keys.push(seeds.exact(Field::RelativeId, &other));
            }
        }
        // Zeros and what is read twice are told by the length.
        keys.extend((1..20).map(|length| seeds.exact(Field::RelativeId, &[0; 20][..length])));
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }

    #[test]
    fn keys_by_the_sums_of_another_text_are_those_of_the_text_itself() {
        let seeds = Seeds::of(7);
        let other: Vec<u8> = (b'a'..=b'z').cycle().take(100).collect();
        let before = Starts::new(&seeds, Field::RelativeId, &other);
        for length in 0..100 {
            for common in [0, 1, 7, 8, 9, 16, 40, 55, 56, 63] {
                let mut text = other[..common.min(length)].to_vec();
                text.resize(length, b'/');
                let own = Starts::new(&seeds, Field::RelativeId, &text);
                let again = Starts::after(
                    &seeds,
                    Field::RelativeId,
                    &text,
                    before.sums(),
                    common.min(length),
                );
                assert_eq!(again.whole(&seeds), own.whole(&seeds), "{length} {common}");
                for start in 0..=length.min(MAX_START) {
                    assert_eq!(
                        again.key(&seeds, start),
                        own.key(&seeds, start),
                        "{length} {common}"
                    );
                }
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
            assert_ne!(whole.key(seeds, length), alone.whole(seeds));
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

    #[test]
    fn seeds_are_the_numbers_of_a_splitmix_generator_and_that_of_the_length_is_odd() {
        let Seeds { terms: [(first, second), (third, fourth), ..], .. } = Seeds::of(0);
        // The first outputs that are published for the state 0.
        let expected = [
            0xE220_A839_7B1D_CDAF,
            0x6E78_9E6A_A1B9_65F4,
            0x06C4_5D18_8009_454F,
            0xF88B_B8A8_724C_81EC,
        ];
        assert_eq!([first, second, third, fourth], expected);
        for state in 0..64 {
            let Seeds { length, .. } = Seeds::of(state);
            assert_eq!(length % 2, 1, "{state} {length}");
            assert!(length > u32::MAX.into(), "{state} {length}");
        }
    }

    /// All keys that a text of at most [`MAX_START`] bytes, or a longer one, can have.
    fn keys(seeds: &Seeds, text: &[u8]) -> Vec<u64> {
        let starts = Starts::new(seeds, Field::RelativeId, text);
        let start = (text.len() <= MAX_START).then(|| starts.key(seeds, text.len()));
        let whole = [seeds.whole(Field::RelativeId, text), starts.whole(seeds)];
        whole.into_iter().chain(start).collect()
    }

    #[test]
    fn texts_that_differ_in_one_bit_have_different_keys() {
        // Digits, of which no bit that is turned makes a letter of another case.
        let text: Vec<u8> = (b'0'..=b'9').cycle().take(90).collect();
        for state in 0..3 {
            let seeds = Seeds::of(state);
            for length in (0..text.len()).step_by(if cfg!(miri) { 29 } else { 1 }) {
                let own = keys(&seeds, &text[..length]);
                for bit in 0..8 * length {
                    let mut other = text[..length].to_vec();
                    other[bit / 8] ^= 1 << (bit % 8);
                    let other = keys(&seeds, &other);
                    assert!(own.iter().zip(&other).all(|(a, b)| a != b), "{length}, bit {bit}");
                }
            }
        }
    }

    #[test]
    fn texts_that_differ_in_zeros_at_the_end_have_different_keys() {
        let seeds = Seeds::of(1);
        let texts: Vec<Vec<u8>> =
            (0..90).map(|zeros| [&b"a"[..], &vec![0; zeros]].concat()).collect();
        let mut whole: Vec<u64> =
            texts.iter().map(|text| seeds.whole(Field::Service, text)).collect();
        whole.sort_unstable();
        whole.dedup();
        assert_eq!(whole.len(), texts.len());
    }

    #[test]
    fn one_text_or_number_in_different_fields_has_different_keys() {
        let seeds = Seeds::of(2);
        let fields = [
            Field::Service,
            Field::Region,
            Field::Account,
            Field::RelativeId,
            Field::ActionService,
            Field::ActionName,
            Field::Group,
            Field::ConditionKey,
        ];
        let numbers = || (0..64).map(|bit| 1 << bit).chain([0]);
        let mut keys: Vec<u64> = Vec::new();
        for field in fields {
            for text in ["", "a", "cn-hangzhou", "a text of more than two words"] {
                keys.push(seeds.whole(field, text.as_bytes()));
                keys.push(Starts::new(&seeds, field, text.as_bytes()).whole(&seeds));
            }
            keys.extend(numbers().map(|number| seeds.number(field, number)));
        }
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), all);
    }

    #[test]
    fn each_bit_of_a_product_is_set_about_as_often_as_not() {
        let Seeds { terms, fields, .. } = Seeds::of(3);
        let factors: Vec<u64> =
            terms.iter().flat_map(|&(add, multiply)| [add, multiply]).chain(fields).collect();
        let products: Vec<u64> =
            factors.iter().flat_map(|&a| factors.iter().map(move |&b| product(a, b))).collect();
        for bit in 0..64 {
            let set = products.iter().filter(|product| *product >> bit & 1 == 1).count();
            let share = 100 * set / products.len();
            assert!((35..=65).contains(&share), "bit {bit}: {share} of 100");
        }
    }

    #[test]
    fn the_first_segment_ends_behind_its_slash() {
        let segment = |text: &str| {
            Starts::new(Seeds::of_process(), Field::RelativeId, text.as_bytes()).segment()
        };
        assert_eq!(["", "role", "/", "role/", "role/a/b"].map(segment), [0, 0, 1, 5, 5]);
    }
}
