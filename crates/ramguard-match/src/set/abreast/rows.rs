//! Rows of bits: one bit for each place of a block, and how a byte of a text moves them on.
//!
//! Always holds here:
//!
//! * a block of eight words is two chains of four words; the bits of a pattern lie in one chain,
//!   from the place before its first symbol on: the next bit is that of the next word, and behind
//!   the last word the next one of the first. So moving on is mostly to take other words. What
//!   leaves a chain is lost;
//! * every place of a block has a code, of which there is a row for each binary digit. So the
//!   places that have a code are what the rows, or all that is not in them, have in common.

use crate::steps;

/// How many words are moved on together.
pub(super) const WORDS: usize = 8;

/// How many bits a word has.
const BITS: usize = u64::BITS as usize;

/// How many bits a row has.
pub(super) const ALL: usize = WORDS * BITS;

/// How many chains a block has, and how many bits a chain.
const CHAINS: usize = 2;
pub(super) const CHAIN: usize = ALL / CHAINS;

/// A bit for each place of a block.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
pub(super) struct Row(pub(super) [u64; WORDS]);

impl Row {
    /// All bits.
    pub(super) const ALL: Row = Row([!0; WORDS]);

    pub(super) fn is_empty(&self) -> bool {
        self.0 == [0; WORDS]
    }
}

/// Returns in which word a bit of a block is, and where there.
pub(super) fn place(bit: usize) -> (usize, usize) {
    let (chain, bit) = (bit / CHAIN, bit % CHAIN);
    let words = WORDS / CHAINS;
    (CHAINS * (bit % words) + chain, bit / words)
}

/// Returns the bits before those of a row, the last of a chain before its first.
#[inline]
pub(super) fn before(bits: &Row) -> Row {
    let Row([a, b, c, d, e, f, g, h]) = *bits;
    Row([c, d, e, f, g, h, a.rotate_right(1), b.rotate_right(1)])
}

/// Moves all bits on by a byte that leads to `to`; those in `stay` stay as well.
#[inline]
pub(super) fn move_on(bits: &mut Row, to: &Row, stay: &Row) {
    steps::count(1);
    let Row([a, b, c, d, e, f, g, h]) = *bits;
    let next = [g << 1, h << 1, a, b, c, d, e, f];
    for (((bits, next), to), stay) in bits.0.iter_mut().zip(next).zip(to.0).zip(stay.0) {
        *bits = next & to | *bits & stay;
    }
}

/// Returns what is made of two rows word by word.
#[inline]
fn by_words(left: &Row, right: &Row, each: impl Fn(u64, u64) -> u64) -> Row {
    let mut row = *left;
    row.0.iter_mut().zip(right.0).for_each(|(left, right)| *left = each(*left, right));
    row
}

#[inline]
pub(super) fn both(left: &Row, right: &Row) -> Row {
    by_words(left, right, |left, right| left & right)
}

#[inline]
pub(super) fn either(left: &Row, right: &Row) -> Row {
    by_words(left, right, |left, right| left | right)
}

/// Returns the bits that are in a row and not in another.
#[inline]
pub(super) fn without(row: &Row, other: &Row) -> Row {
    by_words(row, other, |bits, others| bits & !others)
}

/// So many digits make a half of a code, and so many are put together as a whole.
const HALF: usize = 4;
pub(super) const WHOLE: usize = 6;

/// A row for each half of a code.
#[derive(Default)]
pub(super) struct Halves {
    low: [Row; 1 << HALF],
    high: [Row; 1 << HALF],
}

/// Puts the places of all codes of up to [`WHOLE`] digits into `codes`, each with those in `any` as
/// well, which has a bit in the rows of all digits.
pub(super) fn put_together<const ROWS: usize>(digits: &[Row], any: &Row, codes: &mut [Row; ROWS]) {
    let none = &Row::default();
    match digits {
        [a, b, c, d, e, f, ..] => by_pairs::<4, 4, ROWS>([a, b, c, d, e, f], any, codes),
        [a, b, c, d, e] => by_pairs::<4, 2, ROWS>([a, b, c, d, e, none], any, codes),
        [a, b, c, d] => by_pairs::<4, 1, ROWS>([a, b, c, d, none, none], any, codes),
        [a, b, c] => by_pairs::<2, 1, ROWS>([a, b, c, none, none, none], any, codes),
        [a, b] => by_pairs::<1, 1, ROWS>([a, b, none, none, none, none], any, codes),
        [a] => by_pairs::<1, 1, ROWS>([a, none, none, none, none, none], any, codes),
        [] => {}
    }
}

/// Does so for so many codes of the second and the third pair of digits, word by word, so that what
/// is put together from stays in registers.
#[inline]
#[expect(clippy::indexing_slicing, reason = "word < WORDS, and there are as many codes as asked")]
fn by_pairs<const SECOND: usize, const THIRD: usize, const ROWS: usize>(
    [a, b, c, d, e, f]: [&Row; WHOLE],
    any: &Row,
    codes: &mut [Row; ROWS],
) {
    if 4 * SECOND * THIRD > ROWS {
        return;
    }
    let of_two = |low: u64, high: u64, any: u64| {
        [!(low | high) | any, low & !high | any, high & !low | any, low & high]
    };
    for word in 0..WORDS {
        let any = any.0[word];
        let first = of_two(a.0[word], b.0[word], any);
        let second = of_two(c.0[word], d.0[word], any);
        let third = of_two(e.0[word], f.0[word], any);
        for (at_third, third) in third.iter().take(THIRD).enumerate() {
            for (at_second, second) in second.iter().take(SECOND).enumerate() {
                let second = if THIRD == 1 { *second } else { second & third };
                for (at, first) in first.iter().enumerate() {
                    codes[4 * (SECOND * at_third + at_second) + at].0[word] = first & second;
                }
            }
        }
    }
}

impl Halves {
    /// Puts the places of some codes of any number of digits into `rows`, as [`put_together`] does.
    pub(super) fn put_together(
        &mut self,
        digits: &[Row],
        any: &Row,
        codes: &[u8],
        rows: &mut [Row],
    ) {
        let Halves { low, high } = self;
        let (first, last) = digits.split_at_checked(HALF).unwrap_or_default();
        put_together(first, any, low);
        put_together(last, any, high);
        for (row, &code) in rows.iter_mut().zip(codes) {
            let (first, last) = (usize::from(code) % low.len(), usize::from(code) >> HALF);
            if let (Some(low), Some(high)) = (low.get(first), high.get(last)) {
                *row = both(low, high);
            }
        }
    }
}

/// Returns the places that have this code, which no `?` has.
#[inline]
pub(super) fn having(digits: &[Row], code: u8) -> Row {
    digits.iter().enumerate().fold(Row::ALL, |places, (at, digit)| {
        if code >> at & 1 == 1 { both(&places, digit) } else { without(&places, digit) }
    })
}

/// A block in the making: what stands at each bit, in the order of the words.
pub(super) struct Layout {
    codes: [u8; ALL],
    /// One where a star is, nought elsewhere.
    stars: [u8; ALL],
}

impl Layout {
    /// Returns a block in which all bits have the code nought.
    pub(super) fn new() -> Layout {
        Layout { codes: [0; ALL], stars: [0; ALL] }
    }

    /// Gives a bit its code.
    #[inline]
    pub(super) fn put(&mut self, bit: usize, code: u8) {
        let (word, shift) = place(bit);
        if let Some(place) = self.codes.get_mut(BITS * word + shift) {
            *place = code;
        }
    }

    #[inline]
    pub(super) fn put_star(&mut self, bit: usize) {
        let (word, shift) = place(bit);
        if let Some(place) = self.stars.get_mut(BITS * word + shift) {
            *place = 1;
        }
    }

    /// Returns the rows of so many digits of the codes, and that of the stars.
    pub(super) fn rows(&self, digits: usize) -> impl Iterator<Item = Row> + '_ {
        let of_digits = (0..digits).map(|digit| gathered(&self.codes, digit));
        of_digits.chain(std::iter::once_with(|| gathered(&self.stars, 0)))
    }
}

/// Returns the row of one binary digit of the bytes at all bits.
fn gathered(places: &[u8; ALL], digit: usize) -> Row {
    const EACH: u64 = u64::MAX / 255;
    // Takes the lowest bit of byte `n` to bit 56 + n.
    const TOGETHER: u64 = 0x0102_0408_1020_4080;
    let mut row = Row::default();
    for (word, places) in row.0.iter_mut().zip(places.as_chunks::<BITS>().0) {
        let eights =
            places.as_chunks().0.iter().map(|&eight| {
                (u64::from_le_bytes(eight) >> digit & EACH).wrapping_mul(TOGETHER) >> 56
            });
        *word = eights.rev().fold(0, |word, eight| word << 8 | eight);
    }
    row
}
