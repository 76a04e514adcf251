//! Cases nobody thought of: policies and requests made up from a string of bytes.
//!
//! A case starts from a situation: a caller, an operation, a resource and a context. Its policies
//! are written about that situation, with wildcards, other spellings and now and then something
//! else; then the request is as often as not moved by one character, one bit, one tick, one key.
//! So most requests nearly fit most statements, which is where two evaluators part ways.
//!
//! Always true here: equal bytes give equal cases; every string of bytes gives a case, the empty
//! one included; fewer and smaller bytes give plainer cases, so shrinking the bytes shrinks the
//! case. A fuzzer, proptest and a plain loop over seeds thus drive the same generators.

mod around;
mod condition;
mod datum;
mod document;
pub(crate) mod operations;
mod policy;
mod situation;
mod vocabulary;
mod wording;

use proptest::strategy::Strategy;
use serde_json::Value;

pub use around::{MAX_REQUESTS, requests_around};
pub use document::document;

/// Choices read from a string of bytes, zeros once it has ended.
#[derive(Clone, Debug)]
pub struct ByteSource<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl<'a> ByteSource<'a> {
    /// Reads the choices from `bytes`, from the first one on.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> ByteSource<'a> {
        ByteSource { bytes: bytes.iter() }
    }

    /// Returns a number below `bound`, 0 for a bound of 0 or 1. Takes one byte for a bound of at
    /// most 256 and four for a greater one.
    pub fn below(&mut self, bound: usize) -> usize {
        let width = match bound {
            0 | 1 => return 0,
            2..=256 => 1,
            _ => 4,
        };
        let number = self.bytes.by_ref().take(width);
        number.fold(0, |number: usize, byte| (number << 8) | usize::from(*byte)) % bound
    }

    /// Returns true in about `percent` of 100 cases, false when the bytes have ended.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) + percent >= 100 && percent > 0
    }

    /// Returns one of `items`, the first when the bytes have ended, the default of an empty list.
    pub fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        items.get(self.below(items.len())).copied().unwrap_or_default()
    }

    /// Returns one of `items` with a chance in proportion to its weight.
    pub fn weighted<T: Copy + Default>(&mut self, items: &[(usize, T)]) -> T {
        let total = items.iter().map(|(weight, _)| weight).sum();
        let mut left = self.below(total);
        for (weight, item) in items {
            if left < *weight {
                return *item;
            }
            left -= weight;
        }
        T::default()
    }
}

/// Makes a case in the format of `testdata/conformance/semantics.jsonl`, without `expect`.
///
/// About one in eleven is malformed somewhere, in a document or in the request.
pub fn case(source: &mut ByteSource<'_>) -> Value {
    policy::case(source)
}

/// The number of bytes [`seeded`] and [`cases`] put into one case at most; few cases read more.
pub const CASE_BYTES: usize = 1_024;

/// Returns the bytes of a seed: the same for the same seed, without visible order otherwise.
#[must_use]
pub fn bytes_of_seed(seed: u64) -> Vec<u8> {
    // The splitmix64 sequence, whose constants are those of its publication.
    let mut state = seed;
    std::iter::repeat_with(|| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).to_le_bytes()
    })
    .flatten()
    .take(CASE_BYTES)
    .collect()
}

/// Makes the case of a seed.
#[must_use]
pub fn seeded(seed: u64) -> Value {
    case(&mut ByteSource::new(&bytes_of_seed(seed)))
}

/// Returns a strategy of cases that shrinks towards plainer ones.
pub fn cases() -> impl Strategy<Value = Value> {
    proptest::collection::vec(proptest::num::u8::ANY, 0..=CASE_BYTES)
        .prop_map(|bytes| case(&mut ByteSource::new(&bytes)))
}

/// Returns a strategy of document kinds and texts, see [`document()`].
pub fn documents() -> impl Strategy<Value = (&'static str, String)> {
    proptest::collection::vec(proptest::num::u8::ANY, 0..=CASE_BYTES)
        .prop_map(|bytes| document(&mut ByteSource::new(&bytes)))
}

/// Returns a strategy of a wildcard pattern and a text that mostly nearly fits it.
pub fn patterns_and_texts() -> impl Strategy<Value = (String, String)> {
    proptest::collection::vec(proptest::num::u8::ANY, 0..=64)
        .prop_map(|bytes| pattern_and_text(&mut ByteSource::new(&bytes)))
}

/// Makes a wildcard pattern and a text that mostly nearly fits it, of few different characters.
pub fn pattern_and_text(source: &mut ByteSource<'_>) -> (String, String) {
    let length = source.below(24);
    let text: String =
        (0..length).map(|_| source.pick(&['a', 'b', 'A', '/', ':', '部', 'ß', '*', '?'])).collect();
    let mut pattern = wording::generalised(source, &text);
    if source.chance(50) {
        pattern = wording::generalised(source, &pattern);
    }
    let text = if source.chance(50) { wording::moved(source, &text) } else { text };
    (pattern, text)
}

#[cfg(test)]
mod tests {
    use super::{ByteSource, case};

    #[test]
    fn equal_bytes_give_equal_cases() {
        let bytes = super::bytes_of_seed(7);
        assert_eq!(case(&mut ByteSource::new(&bytes)), case(&mut ByteSource::new(&bytes)));
    }

    #[test]
    fn no_bytes_give_a_case_too() {
        let case = case(&mut ByteSource::new(&[]));
        assert!(case.get("request").is_some(), "{case}");
    }

    #[test]
    fn choices_are_zero_once_the_bytes_have_ended() {
        let mut source = ByteSource::new(&[255]);
        assert_eq!(source.below(256), 255);
        assert_eq!(source.below(256), 0);
        assert!(!source.chance(99));
    }
}
