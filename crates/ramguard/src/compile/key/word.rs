//! Texts looked at eight bytes at a time: their starts and ends without capitals, and where their parts
//! end.

use ramguard_match::same_bytes;

use super::{MAX_START, WORD};

/// Finds the first `/` among the first [`MAX_START`] bytes, eight bytes at a time.
#[inline]
pub(super) fn first_slash(text: &[u8]) -> Option<usize> {
    let text = text.get(..MAX_START).unwrap_or(text);
    let (words, rest) = text.as_chunks::<WORD>();
    for (index, word) in words.iter().enumerate() {
        let different = u64::from_le_bytes(*word) ^ (u64::from(b'/') * EACH);
        let equal = different.wrapping_sub(EACH) & !different & (0x80 * EACH);
        if equal != 0 {
            return Some(index * WORD + equal.trailing_zeros() as usize / WORD);
        }
    }
    rest.iter().position(|&byte| byte == b'/').map(|at| words.len() * WORD + at)
}

/// Finds the first four colons, eight bytes at a time; none if there are fewer.
pub(in crate::compile) fn first_colons(text: &[u8]) -> Option<[usize; 4]> {
    const REST: u64 = 0x7F * EACH;
    let mut places = [0; 4];
    let mut found = 0;
    let (words, rest) = text.as_chunks();
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    // Past the end stands nothing that is a colon.
    let last = folded_word(text, text.len() - rest.len());
    for (word, at) in words.chain([last]).zip((0..).step_by(WORD)) {
        let different = word ^ (u64::from(b':') * EACH);
        // The top bit of every byte that is a colon, and of no other.
        let mut equal = !(((different & REST) + REST) | different | REST);
        while equal != 0 {
            *places.get_mut(found)? = at + equal.trailing_zeros() as usize / 8;
            equal &= equal - 1;
            found += 1;
            if found == places.len() {
                return Some(places);
            }
        }
    }
    None
}

/// Returns a word with all bits set in its first `count` bytes.
#[inline]
pub(crate) fn lowest_bytes(count: usize) -> u64 {
    if count >= WORD { !0 } else { (1 << (8 * count)) - 1 }
}

/// How many of the first bytes of a word count, which are the lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::compile) struct First {
    /// Half of the shift that takes the others away, as no shift may be as long as the word.
    half: u8,
}

impl First {
    /// Counts so many bytes, at most eight.
    pub(in crate::compile) fn of(count: usize) -> Self {
        Self { half: 32_usize.saturating_sub(4 * count) as u8 }
    }

    /// Returns how many bytes count.
    pub(in crate::compile) fn count(self) -> usize {
        (32 - usize::from(self.half)) / 4
    }

    /// Returns what is left of a word, in another place, when bytes that do not count are taken away.
    #[inline]
    pub(in crate::compile) fn of_word(self, word: u64) -> u64 {
        let half = u32::from(self.half);
        word.wrapping_shl(half).wrapping_shl(half)
    }
}

/// How many bytes the end of a text is told by.
pub(crate) const END: usize = 4;

/// Returns the last four bytes of a text, ASCII capitals made small and zeros before its start.
#[inline]
pub(crate) fn folded_end(text: &[u8]) -> u32 {
    let end = match text.last_chunk() {
        Some(end) => u32::from_le_bytes(*end),
        None => text.iter().fold(0, |end, &byte| end >> 8 | u32::from(byte) << 24),
    };
    lowered(u64::from(end)) as u32
}

/// Returns the last eight bytes of a text, the last one first, ASCII capitals made small and zeros
/// past its start.
#[inline]
pub(crate) fn folded_back(text: &[u8]) -> u64 {
    lowered(match text.last_chunk() {
        Some(end) => u64::from_be_bytes(*end),
        None => text.iter().fold(0, |back, &byte| back << 8 | u64::from(byte)),
    })
}

/// How many of the last four bytes of a text count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::compile) struct Last {
    /// The shift that takes the others away.
    shift: u8,
}

impl Last {
    /// Counts so many bytes, at most four.
    pub(in crate::compile) fn of(count: usize) -> Self {
        Self { shift: 32_usize.saturating_sub(8 * count) as u8 }
    }

    /// Returns what is left of an [end](folded_end), in another place, when bytes that do not count
    /// are taken away.
    #[inline]
    pub(in crate::compile) fn of_end(self, end: u32) -> u64 {
        u64::from(end).wrapping_shr(self.shift.into())
    }
}

/// Returns the eight bytes of `text` at `at`, ASCII capitals made small, zeros past its end.
#[inline]
pub(crate) fn folded_word(text: &[u8], at: usize) -> u64 {
    let rest = text.get(at..).unwrap_or_default();
    if let Some(word) = rest.first_chunk() {
        return lowered(u64::from_le_bytes(*word));
    }
    if let Some(word) = text.last_chunk::<WORD>()
        && !rest.is_empty()
    {
        return lowered(u64::from_le_bytes(*word)) >> (8 * (WORD - rest.len()));
    }
    lowered(short_word(rest))
}

/// Returns less than eight bytes as a word.
#[inline]
pub(super) fn short_word(text: &[u8]) -> u64 {
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        return u64::from(first) | u64::from(last) << (8 * (text.len() - 4));
    }
    match *text {
        [] => 0,
        [a] => u64::from(a),
        [a, b] => u64::from(u16::from_le_bytes([a, b])),
        [a, b, c, ..] => u64::from(u32::from_le_bytes([a, b, c, 0])),
    }
}

/// Returns whether two texts are the same, up to ASCII case if `fold`.
///
/// By far most texts that are the same are written the same, so that is what is looked at first.
#[inline]
pub(crate) fn same(left: &[u8], right: &[u8], fold: bool) -> bool {
    same_bytes(left, right) || (fold && left.len() == right.len() && same_folded(left, right))
}

/// Returns whether two texts of one length are the same up to ASCII case.
fn same_folded(left: &[u8], right: &[u8]) -> bool {
    let (Some(first), Some(other)) = (left.first_chunk(), right.first_chunk()) else {
        return lowered(short_word(left)) == lowered(short_word(right));
    };
    let word = |bytes: &[u8; WORD]| lowered(u64::from_le_bytes(*bytes));
    if word(first) != word(other) {
        return false;
    }
    let (Some(last), Some(other)) = (left.last_chunk(), right.last_chunk()) else { return false };
    word(last) == word(other) && (left.len() <= 2 * WORD || left.eq_ignore_ascii_case(right))
}

/// One in the lowest bit of every byte.
const EACH: u64 = 0x0101_0101_0101_0101;

/// Makes the ASCII capitals among eight bytes small.
#[inline]
pub(super) fn lowered(word: u64) -> u64 {
    // The top bit of every byte tells: 0x3F + x reaches it from `A` on, 0x25 + x from past `Z` on.
    let low = word & (0x7F * EACH);
    let from_a = low + 0x3F * EACH;
    let past_z = low + 0x25 * EACH;
    let capital = from_a & !past_z & !word & (0x80 * EACH);
    word | (capital >> 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_backwards_the_last_byte_of_a_text_comes_first() {
        for (text, back) in [
            ("", [0; 8]),
            ("A", *b"a\0\0\0\0\0\0\0"),
            ("Run", *b"nur\0\0\0\0\0"),
            ("abcdefg", *b"gfedcba\0"),
            ("abcdefgH", *b"hgfedcba"),
            ("ecs:abcdefgH", *b"hgfedcba"),
        ] {
            assert_eq!(folded_back(text.as_bytes()).to_le_bytes(), back, "{text}");
        }
    }

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
    fn sameness_is_that_of_slices_at_every_length() {
        let left: Vec<u8> = (b'A'..=b'z').collect();
        for length in (0..left.len()).step_by(if cfg!(miri) { 19 } else { 1 }) {
            let left = &left[..length];
            assert!(same(left, &[left, b""].concat(), false));
            assert!(same(left, &left.to_ascii_uppercase(), true));
            assert!(!same(left, &[left, b"x"].concat(), true));
            for at in 0..length {
                let mut right = left.to_vec();
                right[at] = b'!';
                assert!(!same(left, &right, true), "{length} {at}");
                right[at] = left[at] ^ 0x20;
                assert_eq!(same(left, &right, true), left[at].is_ascii_alphabetic());
                assert!(!same(left, &right, false));
            }
        }
    }

    #[test]
    fn the_end_of_a_text_is_its_last_bytes_without_capitals() {
        let end = |text: &[u8]| folded_end(text).to_le_bytes();
        assert_eq!(end(b"abcDEf"), *b"cdef");
        assert_eq!(end(b"WXYZ"), *b"wxyz");
        assert_eq!(end(b"aB"), *b"\0\0ab");
        assert_eq!(end(b""), [0; 4]);
        assert_eq!(end("x\u{c9}A".as_bytes()), *b"x\xC3\x89a");
    }

    #[test]
    fn as_many_last_bytes_are_compared_as_count() {
        let differing = folded_end(b"abcd") ^ folded_end(b"abxd");
        for count in 0..=4 {
            assert_eq!(Last::of(count).of_end(differing) == 0, count < 2, "{count}");
        }
    }

    #[test]
    fn as_many_first_bytes_are_compared_as_count() {
        for count in 0..=WORD {
            let first = First::of(count);
            assert_eq!(first.count(), count);
            for at in 0..WORD {
                assert_eq!(first.of_word(0x80 << (8 * at)) == 0, at >= count, "{count} {at}");
            }
        }
    }

    #[test]
    fn the_first_slash_is_found_wherever_a_key_reaches() {
        for at in 0..100 {
            let mut text = vec![b'0'; 100];
            text[at] = b'/';
            let expected = (at < MAX_START).then_some(at);
            assert_eq!(first_slash(&text), expected);
            assert_eq!(first_slash(&text[..=at]), expected);
            assert_eq!(first_slash(&text[..at]), None);
        }
    }

    #[test]
    fn the_first_four_colons_are_found_wherever_they_are() {
        let plain = |text: &[u8]| {
            let all: Vec<usize> = (0..text.len()).filter(|&at| text[at] == b':').collect();
            all.first_chunk().copied()
        };
        for length in 0..30 {
            for places in (0_u32..1 << 10).step_by(if cfg!(miri) { 300 } else { 1 }) {
                let is_colon = |at: usize| places >> (at % 10) & 1 == 1 && at % 3 != 1;
                // `;` differs in one bit, as `\u{ba}` would if only seven bits counted.
                let other = |at: usize| [b';', 0xBA, 0, b'Z'][at % 4];
                let byte = |at| if is_colon(at) { b':' } else { other(at) };
                let text: Vec<u8> = (0..length).map(byte).collect();
                assert_eq!(first_colons(&text), plain(&text), "{text:?}");
            }
        }
    }

    #[test]
    fn the_lowest_bytes_of_a_word_are_as_many_as_asked_for() {
        for count in 0..=WORD + 1 {
            let expected = std::array::from_fn(|at| if at < count { 0xFF } else { 0 });
            assert_eq!(lowest_bytes(count).to_le_bytes(), expected, "{count}");
        }
    }
}
