//! What the measurements have in common: workloads made from seeds, a plain baseline, and a unit.
//!
//! The same seed gives the same workload on every machine. Answers are found out by [`plain`], one
//! pattern at a time, so a measurement can check what it measures.

#![forbid(unsafe_code)]

pub mod patterns;
pub mod questions;

/// Returns whether `text` fits `pattern`, by the plain loop that goes back to the last star.
///
/// Bytes only, so both are ASCII. Takes pattern times text at worst.
#[must_use]
pub fn plain(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut place) = (0, 0);
    let mut back = None;
    loop {
        match (pattern.get(at), text.get(place)) {
            (Some(b'*'), _) => {
                at += 1;
                back = Some((at, place));
                continue;
            }
            (Some(symbol), Some(byte)) if *symbol == b'?' || symbol == byte => {
                at += 1;
                place += 1;
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        match back {
            Some((star, from)) if from < text.len() => {
                back = Some((star, from + 1));
                (at, place) = (star, from + 1);
            }
            _ => return false,
        }
    }
}

/// Does the step U `count` times, each of which waits for the one before, and returns the result.
///
/// Times are told as multiples of this step, as nanoseconds differ from machine to machine.
#[must_use]
pub fn units(count: u64, start: u64) -> u64 {
    (0..count).fold(start, |x, _| (x ^ (x >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9))
}

/// A source of numbers that is the same on every machine.
#[derive(Clone, Debug)]
pub struct Dice {
    state: u64,
}

impl Dice {
    /// Starts from a seed.
    #[must_use]
    pub fn new(seed: u64) -> Dice {
        Dice { state: seed }
    }

    /// Returns a number below `end`, which is not zero.
    pub fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^= bits >> 31;
        // The high half of a product is below `end` and nearly even.
        ((u128::from(bits) * end as u128) >> 64) as usize
    }

    /// Returns one of `items`, the default if there are none.
    pub fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        let at = self.below(items.len().max(1));
        items.get(at).copied().unwrap_or_default()
    }

    /// Returns `length` small letters and digits.
    pub fn word(&mut self, length: usize) -> String {
        let letters: Vec<char> = ('a'..='z').chain('0'..='9').collect();
        (0..length).map(|_| self.pick(&letters)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_loop_takes_and_refuses_what_it_should() {
        for (pattern, text) in [("", ""), ("*", ""), ("a*b?*", "axxbyz"), ("*ab", "aab")] {
            assert!(plain(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("", "a"), ("?", ""), ("a*b?*", "axxb"), ("*ab", "aba")] {
            assert!(!plain(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn equal_seeds_give_equal_numbers_below_the_end() {
        let (mut one, mut other) = (Dice::new(7), Dice::new(7));
        for end in 1..1_000 {
            let number = one.below(end);
            assert!(number < end && number == other.below(end));
        }
    }
}
