//! Sixty-four places of a text compared with one symbol at once.
//!
//! A set of places is a `u64`; bit `i` stands for the place `i` after the first. Comparisons are
//! done on eight bytes in a word, which every 64-bit machine does well, and which compilers turn
//! into vector instructions where there are some.

use crate::word::{EACH, Folding, WORD, folded, word_at, zero_bytes};

/// How many places are looked at together.
pub(crate) const WIDTH: usize = 64;

/// Returns the set of the first `count` places, all 64 if there are more.
#[inline]
pub(crate) fn lowest(count: usize) -> u64 {
    if count >= WIDTH { !0 } else { (1 << count) - 1 }
}

/// Returns `text` if it fills a window, and otherwise `padded` with the text copied to its start.
#[inline]
pub(crate) fn at_least_one<'t>(text: &'t [u8], padded: &'t mut [u8; WIDTH]) -> &'t [u8] {
    match padded.get_mut(..text.len()) {
        Some(start) => {
            start.copy_from_slice(text);
            padded
        }
        None => text,
    }
}

/// Returns the set of places `i` for which `text[at + i] | ignored == symbol`.
///
/// Places past the end of the text are not in the set. The text is at least 64 bytes long, or
/// the set is empty.
#[inline]
pub(crate) fn equal_at(text: &[u8], at: usize, symbol: u8, ignored: u8) -> u64 {
    let from = at.min(text.len().saturating_sub(WIDTH));
    let Some(window) = text.get(from..).and_then(|rest| rest.first_chunk::<WIDTH>()) else {
        return 0;
    };
    let places = equal(window, symbol, ignored);
    if at - from < WIDTH { places >> (at - from) } else { 0 }
}

/// Returns the set of places of `text`, which has up to 64, whose top bit `in_word` leaves.
///
/// It is given eight bytes at a time, ASCII capitals made small if `FOLD`, and zeros past the end
/// of a text of less.
#[inline]
pub(crate) fn places<const FOLD: bool>(text: &[u8], in_word: impl Fn(u64) -> u64) -> u64 {
    let Some(last) = text.last_chunk() else {
        return gathered(in_word(word_at::<FOLD>(text, 0))) & lowest(text.len());
    };
    let (words, _) = text.as_chunks::<WORD>();
    // Every word moves those before it down by its places, so that none has to be told which it
    // is; there are one to eight of them.
    let places = words.iter().fold(0, |places: u64, word| {
        places >> WORD | gathered(in_word(folded::<FOLD>(word))) << (WIDTH - WORD)
    });
    // The last bytes may be looked at twice.
    let rest = gathered(in_word(folded::<FOLD>(last)));
    places.wrapping_shr((WIDTH - WORD * words.len()) as u32)
        | rest.wrapping_shl((text.len() - WORD) as u32)
}

/// Returns the top bits of all bytes, one a bit.
#[inline]
pub(crate) fn gathered(word: u64) -> u64 {
    (word >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Returns the set of places where `window[i] | ignored == symbol`.
#[inline]
fn equal(window: &[u8; WIDTH], symbol: u8, ignored: u8) -> u64 {
    let symbols = u64::from(symbol) * EACH;
    let ignored = u64::from(ignored) * EACH;
    let (words, _) = window.as_chunks::<WORD>();
    let mut places = 0;
    for (index, word) in words.iter().enumerate() {
        let equal = zero_bytes((u64::from_le_bytes(*word) | ignored) ^ symbols);
        places |= gathered(equal) << (WORD * index);
    }
    places
}

/// A window of 64 characters, each kept as the three bytes of its number, that moves on one
/// character at a time.
///
/// The window is a ring: after `moved` steps place `i` is kept at `(moved + i) % 64`. A place past
/// the end of the text holds three bytes 0xFF, which is no character.
pub(crate) struct Characters<'t> {
    bytes: [[u8; WIDTH]; 3],
    coming: std::str::Chars<'t>,
    moved: usize,
}

impl<'t> Characters<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let mut window = Characters { bytes: [[0xFF; WIDTH]; 3], coming: text.chars(), moved: 0 };
        for slot in 0..WIDTH {
            if !window.fill(slot) {
                break;
            }
        }
        window
    }

    /// Moves the window on by one character.
    pub(crate) fn advance(&mut self) {
        self.fill(self.moved % WIDTH);
        self.moved = self.moved.wrapping_add(1);
    }

    /// Puts the next character of the text into `slot`; returns whether there was one.
    fn fill(&mut self, slot: usize) -> bool {
        let next = self.coming.next();
        let number = next.map_or(u32::MAX, u32::from).to_le_bytes();
        let slots = self.bytes.iter_mut().filter_map(|bytes| bytes.get_mut(slot));
        for (byte, part) in slots.zip(number) {
            *byte = part;
        }
        next.is_some()
    }

    /// Returns the set of places before the end of the text.
    pub(crate) fn present(&self) -> u64 {
        // The third byte of a character is at most 0x10.
        let [_, _, high] = &self.bytes;
        self.turned(!equal(high, 0xFF, 0))
    }

    /// Returns the set of places that hold `symbol`.
    pub(crate) fn equal<const FOLD: bool>(&self, symbol: char, folding: Folding<FOLD>) -> u64 {
        let number = u32::from(symbol);
        let (symbol, ignored) = match u8::try_from(number) {
            Ok(byte) => (u32::from(folding.fold(byte)), folding.ignored(byte)),
            Err(_) => (number, 0),
        };
        let [first, second, third, _] = symbol.to_le_bytes();
        let [low, middle, high] = &self.bytes;
        let mut places = equal(low, first, ignored);
        if places != 0 {
            places &= equal(middle, second, 0) & equal(high, third, 0);
        }
        self.turned(places)
    }

    fn turned(&self, slots: u64) -> u64 {
        slots.rotate_right((self.moved % WIDTH) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_finds_every_byte_at_every_place() {
        for symbol in (0..=255_u8).step_by(if cfg!(miri) { 85 } else { 1 }) {
            for place in (0..WIDTH).step_by(if cfg!(miri) { 9 } else { 1 }) {
                let mut window = [symbol.wrapping_add(1); WIDTH];
                window[place] = symbol;
                assert_eq!(equal(&window, symbol, 0), 1 << place);
            }
        }
    }

    #[test]
    fn places_of_a_text_of_up_to_a_window_are_those_where_the_byte_stands() {
        for length in 0..=WIDTH {
            for place in (0..=length).step_by(if cfg!(miri) { 23 } else { 1 }) {
                let mut text = vec![b'x'; length];
                if let Some(byte) = text.get_mut(place) {
                    *byte = b'A';
                }
                let wanted = if place < length { 1 << place } else { 0 };
                let of = |byte: u8| move |word| zero_bytes(word ^ (u64::from(byte) * EACH));
                assert_eq!(places::<false>(&text, of(b'A')), wanted, "{place} of {length}");
                assert_eq!(places::<true>(&text, of(b'a')), wanted, "{place} of {length}");
                assert_eq!(places::<false>(&text, of(b'x')), lowest(length) & !wanted);
                assert_eq!(places::<false>(&text, of(0)), 0, "{place} of {length}");
            }
        }
    }

    #[test]
    fn places_past_the_end_are_in_no_set() {
        let text = [b'a'; WIDTH + 8];
        for at in 0..3 * WIDTH {
            let inside = text.len().saturating_sub(at);
            assert_eq!(equal_at(&text, at, b'a', 0), lowest(inside), "{at}");
        }
        assert_eq!(equal_at(&text[..WIDTH - 1], 0, b'a', 0), 0);
    }
}
