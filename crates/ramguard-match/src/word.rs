//! Eight bytes of a text at once.
//!
//! A word has its first byte lowest. Bytes past either end of a text read as zero; where that
//! could be confused with a zero byte of the text, the caller compares lengths.

/// How many bytes a word has.
pub(crate) const WORD: usize = 8;

/// One in the lowest bit of every byte.
pub(crate) const EACH: u64 = 0x0101_0101_0101_0101;

/// One in the highest bit of every byte.
const TOP: u64 = 0x80 * EACH;

/// How bytes are compared: `FOLD` makes the ASCII letters equal in either case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Folding<const FOLD: bool>;

impl<const FOLD: bool> Folding<FOLD> {
    /// Returns the byte that stands for `byte` and its other case.
    #[inline]
    pub(crate) fn fold(self, byte: u8) -> u8 {
        if FOLD { byte.to_ascii_lowercase() } else { byte }
    }

    /// Returns the bits to set in a text byte before it is compared with `fold(byte)`.
    ///
    /// Two bytes that differ only in the bit 0x20 are the two cases of a letter if the one with
    /// the bit is a letter; hence the bit is ignored for letters and counts for all other bytes.
    #[inline]
    pub(crate) fn ignored(self, byte: u8) -> u8 {
        if FOLD && byte.is_ascii_alphabetic() { 0x20 } else { 0 }
    }

    /// Returns whether two byte strings are the same.
    ///
    /// Most are short, and comparing words is done before a call to the library would begin.
    #[inline]
    pub(crate) fn equal(self, left: &[u8], right: &[u8]) -> bool {
        if left.len() != right.len() {
            return false;
        }
        let (Some(last), Some(other)) = (left.last_chunk(), right.last_chunk()) else {
            return word_at::<FOLD>(left, 0) == word_at::<FOLD>(right, 0);
        };
        let (words, _) = left.as_chunks();
        let (others, _) = right.as_chunks();
        for (word, other) in words.iter().zip(others) {
            if !Self::same(word, other) {
                return false;
            }
        }
        // The last bytes may be read again, rather than one by one.
        Self::same(last, other)
    }

    /// Returns whether two words are the same. By far most that are, are written the same.
    #[inline]
    pub(crate) fn same(left: &[u8; WORD], right: &[u8; WORD]) -> bool {
        left == right || (FOLD && folded::<FOLD>(left) == folded::<FOLD>(right))
    }
}

/// Returns whether two byte strings are the same.
///
/// Says what `==` does. Up to 32 bytes, which most names have, it is done before a call to the
/// library would begin.
#[inline]
#[must_use]
pub fn same_bytes(left: &[u8], right: &[u8]) -> bool {
    /// Whether the first and the last bytes, which may share some, are the same; `None` if there are
    /// not as many.
    #[inline(always)]
    fn same_ends<const N: usize>(left: &[u8], right: &[u8]) -> Option<bool> {
        let (first, last) = (left.first_chunk::<N>()?, left.last_chunk::<N>()?);
        let (start, end) = (right.first_chunk::<N>()?, right.last_chunk::<N>()?);
        Some(first == start && last == end)
    }
    if left.len() != right.len() {
        return false;
    }
    if let Some(same) = same_ends::<{ 2 * WORD }>(left, right) {
        return same && (left.len() <= 4 * WORD || left == right);
    }
    if let Some(same) = same_ends::<WORD>(left, right) {
        return same;
    }
    same_ends::<{ WORD / 2 }>(left, right).unwrap_or_else(|| left == right)
}

/// Returns a word with all bits set in its first `count` bytes.
#[inline]
pub(crate) fn lowest_bytes(count: usize) -> u64 {
    if count >= WORD { !0 } else { !(u64::MAX.wrapping_shl((count as u32).wrapping_mul(8))) }
}

/// Returns a word with all bits set in its last `count` bytes.
#[inline]
pub(crate) fn highest_bytes(count: usize) -> u64 {
    if count >= WORD { !0 } else { !(u64::MAX.wrapping_shr((count as u32).wrapping_mul(8))) }
}

/// Returns a word with all bits set in the bytes that are not question marks in `word`.
#[inline]
pub(crate) fn not_any(word: u64) -> u64 {
    let marks = zero_bytes(word ^ (u64::from(b'?') * EACH)) >> 7;
    !((marks << 8).wrapping_sub(marks))
}

/// Returns the top bit of every byte of `word` that is zero.
///
/// No carry leaves a byte, as 0x7F + 0x7F stays below 0x100.
#[inline]
pub(crate) fn zero_bytes(word: u64) -> u64 {
    const REST: u64 = 0x7F * EACH;
    !(((word & REST) + REST) | word | REST)
}

/// Returns the top bit of every byte of `word` that is `byte`, and maybe of some behind those.
///
/// A borrow from a byte of zeros reaches the next one only if that differs in its lowest bit and
/// in nothing else. The lowest bit set is always right.
#[inline]
pub(crate) fn roughly(word: u64, byte: u8) -> u64 {
    let differing = word ^ (u64::from(byte) * EACH);
    differing.wrapping_sub(EACH) & !differing & TOP
}

/// Returns the top bit of every byte of `word` that is ASCII from `low` to `high`, which are ASCII,
/// or not ASCII.
///
/// Nothing is borrowed from one byte by another, as each has its top bit set before.
#[inline]
pub(crate) fn between(word: u64, low: u8, high: u8) -> u64 {
    let at_least = (word | TOP).wrapping_sub(u64::from(low) * EACH);
    let at_most = ((u64::from(high) * EACH) | TOP).wrapping_sub(word & !TOP);
    (at_least & at_most | word) & TOP
}

/// Returns eight bytes as a word, its ASCII capitals made small if `FOLD`.
#[inline]
pub(crate) fn folded<const FOLD: bool>(bytes: &[u8; WORD]) -> u64 {
    let word = u64::from_le_bytes(*bytes);
    if FOLD { lowered(word) } else { word }
}

#[inline]
fn lowered(word: u64) -> u64 {
    // The top bit of every byte tells: 0x3F + x reaches it from `A` on, 0x25 + x from past `Z` on.
    let low = word & (0x7F * EACH);
    let from_a = low + 0x3F * EACH;
    let past_z = low + 0x25 * EACH;
    let capital = from_a & !past_z & !word & (0x80 * EACH);
    word | (capital >> 2)
}

/// Returns the eight bytes of `text` at `at`, zeros past its end.
#[inline]
pub(crate) fn word_at<const FOLD: bool>(text: &[u8], at: usize) -> u64 {
    if let Some(bytes) = text.get(at..).and_then(|rest| rest.first_chunk()) {
        return folded::<FOLD>(bytes);
    }
    let rest = text.len().saturating_sub(at);
    if rest == 0 {
        return 0;
    }
    if let Some(bytes) = text.last_chunk() {
        return folded::<FOLD>(bytes) >> (8 * (WORD - rest));
    }
    let word = short_word(text) >> (8 * at);
    if FOLD { lowered(word) } else { word }
}

/// Returns a text of less than eight bytes as a word.
#[inline]
fn short_word(text: &[u8]) -> u64 {
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

/// Returns the eight bytes of `text` before `end`, zeros before its start.
#[inline]
pub(crate) fn word_before<const FOLD: bool>(text: &[u8], end: usize) -> u64 {
    match text.get(..end).and_then(|start| start.last_chunk()) {
        Some(bytes) => folded::<FOLD>(bytes),
        None if end == 0 => 0,
        None => word_at::<FOLD>(text, 0) << (8 * (WORD - end)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_a_word_lowers_the_ascii_capitals_and_nothing_else() {
        for byte in 0..=255_u8 {
            let mut bytes = [0xC3, byte, b'Z', byte, b'@', b'[', byte, 0xFF];
            let word = folded::<true>(&bytes);
            bytes.make_ascii_lowercase();
            assert_eq!(word.to_le_bytes(), bytes);
        }
    }

    #[test]
    fn sameness_is_that_of_slices_at_every_length() {
        let left: Vec<u8> = (b'0'..=b'z').collect();
        for length in (0..left.len()).step_by(if cfg!(miri) { 19 } else { 1 }) {
            let left = &left[..length];
            assert!(same_bytes(left, &[left, b""].concat()));
            assert!(!same_bytes(left, &[left, b"x"].concat()));
            for at in 0..length {
                let mut right = left.to_vec();
                right[at] ^= 0x80;
                assert!(!same_bytes(left, &right), "{length} {at}");
            }
        }
    }

    #[test]
    fn a_word_reads_zeros_past_either_end_of_the_text() {
        let text = b"abcdefghijkl";
        assert_eq!(word_at::<false>(text, 10).to_le_bytes(), *b"kl\0\0\0\0\0\0");
        assert_eq!(word_at::<false>(text, 12), 0);
        assert_eq!(word_before::<false>(text, 3).to_le_bytes(), *b"\0\0\0\0\0abc");
        assert_eq!(word_before::<false>(text, 9).to_le_bytes(), *b"bcdefghi");
        assert_eq!(word_before::<false>(text, 0), 0);
    }

    #[test]
    fn short_texts_are_read_from_any_offset() {
        let text = b"ABCDEFG";
        for length in 0..=7 {
            for at in 0..=length {
                let mut expected = [0; WORD];
                expected[..length - at].copy_from_slice(&text[at..length]);
                assert_eq!(word_at::<false>(&text[..length], at).to_le_bytes(), expected);
                expected.make_ascii_lowercase();
                assert_eq!(word_at::<true>(&text[..length], at).to_le_bytes(), expected);
            }
        }
    }

    #[test]
    fn equality_agrees_with_that_of_slices_at_every_length() {
        for length in 0..40 {
            let left: Vec<u8> = (0..length).map(|at| b'a' + at % 26).collect();
            assert!(Folding::<false>.equal(&left, &left));
            assert!(Folding::<true>.equal(&left, &left.to_ascii_uppercase()));
            for at in 0..left.len() {
                let mut right = left.clone();
                right[at] ^= 0x20;
                assert!(!Folding::<false>.equal(&left, &right));
                assert!(Folding::<true>.equal(&left, &right));
                right[at] = b'.';
                assert!(!Folding::<true>.equal(&left, &right));
            }
            assert!(!Folding::<false>.equal(&left, &[left.clone(), vec![0]].concat()));
        }
    }

    #[test]
    fn masks_cover_as_many_bytes_as_asked_for() {
        for count in 0..=9 {
            assert_eq!(lowest_bytes(count).count_ones() as usize, 8 * count.min(WORD));
            assert_eq!(lowest_bytes(count).swap_bytes(), highest_bytes(count));
        }
    }

    #[test]
    fn a_byte_is_between_two_others_whatever_stands_beside_it() {
        for beside in [0, 0x7F, 0x80, 0xFF] {
            for byte in 0..=255_u8 {
                let word = u64::from_le_bytes([beside, byte, beside, byte, byte, 0, byte, beside]);
                for (low, high) in [(0, 0x7F), (b'A', b'Z'), (b'a', b'a'), (0x7F, 0), (0, 0)] {
                    let inside = |byte: u8| (low <= byte && byte <= high) || !byte.is_ascii();
                    let expected =
                        word.to_le_bytes().map(|byte| if inside(byte) { 0x80 } else { 0 });
                    assert_eq!(between(word, low, high).to_le_bytes(), expected, "{byte}");
                }
            }
        }
    }

    #[test]
    fn question_marks_are_masked_wherever_they_are() {
        assert_eq!(
            not_any(u64::from_le_bytes(*b"a?>@??\0?")).to_le_bytes(),
            [0xFF, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0]
        );
    }
}
