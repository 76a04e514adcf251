//! Where an action stands among the slots that actions are found by.
//!
//! Shared with the generator, which fills the slots: an action stands in the slot of its name, or,
//! where that was taken, in the first free one behind it. Always holds here: names that differ in
//! the case of ASCII letters only have one slot.

/// How many slots there are, a power of two.
pub(crate) const SLOTS: usize = 1 << 16;

/// Returns the slot of an action, below [`SLOTS`].
pub(crate) fn slot_of(service: &str, name: &str) -> usize {
    let mixed = mix(mix(0, service.as_bytes()), name.as_bytes());
    // The upper bits have seen every byte.
    (mixed >> 48) as usize
}

/// The slot behind another one, the first behind the last.
pub(crate) fn next_slot(slot: usize) -> usize {
    (slot + 1) % SLOTS
}

fn mix(mixed: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mixed = words.iter().fold(mixed, |mixed, word| step(mixed, u64::from_le_bytes(*word)));
    step(mixed, rest.iter().fold(1, |word, &byte| (word << 8) | u64::from(byte)))
}

fn step(mixed: u64, word: u64) -> u64 {
    /// The bit that sets lower-case letters apart from upper-case ones, in every byte. What else
    /// falls together by it only shares a slot.
    const CASE: u64 = 0x2020_2020_2020_2020;
    /// 2^64 divided by the golden ratio, as odd numbers for multiplying are commonly chosen.
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    (mixed.rotate_left(23) ^ (word | CASE)).wrapping_mul(ODD)
}
