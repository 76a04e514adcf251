//! All patterns of a set side by side, for texts that lead to too many of them.
//!
//! Every symbol of every pattern has a bit, and so has the place before the first. A bit is set
//! when the text read so far fits the pattern up to there. A byte of the text moves all bits on at
//! once, as in the Shift-And method of Baeza-Yates and Gonnet: bits go one to the left where the
//! next symbol is this byte, and stay where a star is. So the time is that of the text times the
//! words, whatever the patterns and the text are.
//!
//! Always holds here:
//!
//! * a block of eight words is two chains of four words; the bits of a pattern lie in one chain,
//!   from the place before its first symbol on: the next bit is that of the next word, and behind
//!   the last word the next one of the first. So moving on is mostly to take other words. What
//!   leaves a pattern meets the first bit of another, which no byte leads to;
//! * a `?` is passed by a byte that starts a character; the bytes that continue it leave the bit
//!   behind the `?` where it is;
//! * the bits that a byte leads to are those in the row of its column and in that of its line, in a
//!   table of all bytes that occur; the others share a cell. Those that continue a character have
//!   lines of their own, as no `?` is passed by them. There are two columns or more, and a `?` alone
//!   has a bit in both the first and the second.

use std::iter::repeat;
use std::ops::ControlFlow;

use super::patterns::{Asked, Patterns};
use crate::pattern::{Near, Parts};
use crate::steps;
use crate::word::Folding;

/// Sets of more patterns do without.
const MOST: usize = 512;

/// So do sets of which all patterns are checked with less work; see [`Patterns::effort`].
pub(super) const LEAST: u32 = 170;

/// It has to be so many times less work for a text of some length, in bytes, to be worth memory.
const WORTH: u32 = 6;
const USUAL: usize = 120;

/// The work of a few checks, which is no reason to ask the patterns side by side.
const EASY: u32 = 14;

/// How many words are moved on together.
const WORDS: usize = 8;

/// How many bits a word has.
const BITS: usize = u64::BITS as usize;

/// How many chains a block has, and how many bits a chain.
const CHAINS: usize = 2;
const CHAIN: usize = WORDS * BITS / CHAINS;

/// A bit for each of some symbols.
type Row = [u64; WORDS];

/// The patterns of a set, laid side by side.
#[derive(Clone, Debug)]
pub(super) struct Abreast {
    /// Where every byte is in the table: its column and its line.
    cells: [(u8, u8); 256],
    columns: usize,
    lines: usize,
    blocks: Vec<Block>,
    /// For each block the rows of all columns and then those of all lines.
    rows: Vec<Row>,
    /// The numbers of the patterns, in the order of their bits.
    numbers: Vec<u32>,
    /// The spots of patterns that have more symbols than a chain has bits, and how many.
    long: Vec<(u32, usize)>,
    /// The kinds of all bytes of ASCII, if there are few.
    few: Option<Box<Read>>,
}

/// Some words of bits.
#[derive(Clone, Debug, Default)]
struct Block {
    /// Where a star is.
    stars: Row,
    /// The places behind the last symbols.
    ends: Row,
    /// How many patterns end before this block.
    before: usize,
    /// The spot of a pattern, and how many of its first bytes all of the block have; these have no
    /// bits.
    model: u32,
    common: usize,
}

/// A symbol of a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Symbol {
    Byte(u8),
    Any,
    Star,
}

/// Returns the symbols of a pattern without so many of its first bytes.
fn symbols(parts: Parts<'_>, without: usize) -> impl Iterator<Item = Symbol> + Clone {
    let between = parts.between.iter().map(|&byte| match byte {
        b'*' => Symbol::Star,
        b'?' => Symbol::Any,
        byte => Symbol::Byte(byte),
    });
    let head = parts.head.iter().skip(without).copied().map(Symbol::Byte);
    head.chain(between).chain(parts.tail.iter().copied().map(Symbol::Byte))
}

/// Returns whether a byte of UTF-8 is not the first of a character.
fn is_later(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// Returns how much work so many blocks are for a text of so many bytes.
fn work(blocks: usize, length: usize) -> u32 {
    // A block moves on in a nanosecond and a half; what has no room in 32 bits is no question.
    u32::try_from(blocks.saturating_mul(length) / 7).unwrap_or(u32::MAX)
}

impl Block {
    /// Returns the places before the first symbols: those at which the chains begin, and those
    /// behind the ends of other patterns. The few at which no pattern begins lead nowhere.
    #[inline]
    fn starts(&self) -> Row {
        let [a, b, rest @ ..] = next(&self.ends);
        let [c, d, e, f, g, h] = rest;
        [a | 1, b | 1, c, d, e, f, g, h]
    }
}

/// Returns the next bits.
#[inline]
fn next(bits: &Row) -> Row {
    let [a, b, c, d, e, f, g, h] = *bits;
    [g << 1, h << 1, a, b, c, d, e, f]
}

/// Moves all bits on by a byte that leads to `to`; those in `stay` stay as well.
#[inline]
fn move_on(bits: &mut Row, to: &Row, stay: &Row) {
    steps::count(1);
    let moved = next(bits);
    for (((bits, moved), to), stay) in bits.iter_mut().zip(moved).zip(to).zip(stay) {
        *bits = moved & to | *bits & stay;
    }
}

#[inline]
fn both(left: &Row, right: &Row) -> Row {
    let mut both = *left;
    both.iter_mut().zip(right).for_each(|(bits, other)| *bits &= other);
    both
}

/// So many different bytes of a text are told apart ahead, those that no pattern has counted as one.
const KINDS: usize = 64;

/// No kind.
const NONE: u8 = u8::MAX;

/// Texts of protocols and names mostly have fewer.
const FEW: usize = 16;

/// So many bytes for each kind make it worth while to take the kinds of all of ASCII, which are
/// known, and not to look for those that a text has.
const LONG: usize = 4;

/// The kinds of bytes an ASCII text has.
#[derive(Clone, Debug)]
struct Read {
    /// The kind of each byte, [`NONE`] of what does not occur.
    kinds: [u8; 256],
    cells: [(u8, u8); KINDS],
    count: usize,
}

impl Read {
    /// Returns none for what is not ASCII or has too many kinds.
    fn of<const FOLD: bool>(text: &[u8], cells: &[(u8, u8); 256]) -> Option<Self> {
        let mut read = Read { kinds: [NONE; 256], cells: [(0, 0); KINDS], count: 0 };
        // There are at most 16 columns and 18 lines.
        let mut known = [NONE; 16 * 18];
        for &byte in text {
            let kind = read.kinds.get_mut(usize::from(byte)).filter(|_| byte.is_ascii())?;
            if *kind != NONE {
                continue;
            }
            let (column, line) = cells.get(usize::from(Folding::<FOLD>.fold(byte))).copied()?;
            let known = known.get_mut(16 * usize::from(line) + usize::from(column))?;
            if *known == NONE {
                *read.cells.get_mut(read.count)? = (column, line);
                *known = read.count as u8;
                read.count += 1;
            }
            *kind = *known;
        }
        Some(read)
    }

    /// Returns the kinds of all bytes of ASCII, capitals told from small letters.
    fn of_ascii(cells: &[(u8, u8); 256]) -> Option<Self> {
        let all: [u8; 128] = std::array::from_fn(|byte| byte as u8);
        Self::of::<false>(&all, cells)
    }

    /// Makes ASCII capitals the kinds that their small letters are.
    fn fold(&mut self) {
        self.kinds.copy_within(usize::from(b'a')..=usize::from(b'z'), usize::from(b'A'));
    }

    /// Returns the bits of a block behind the text; `rows` are at least as many as there are
    /// kinds.
    #[inline]
    fn pass<const ROWS: usize>(
        &self,
        text: &[u8],
        block: &Block,
        table: (&[Row], &[Row]),
        rows: &mut [Row; ROWS],
    ) -> Row {
        let (columns, lines) = table;
        for (row, &(column, line)) in rows.iter_mut().zip(&self.cells).take(self.count) {
            let cell = columns.get(usize::from(column)).zip(lines.get(usize::from(line)));
            *row = cell.map_or(Row::default(), |(column, line)| both(column, line));
        }
        let (mut bits, stay) = (block.starts(), block.stars);
        for &byte in text {
            if let Some(&kind) = self.kinds.get(usize::from(byte))
                && let Some(row) = rows.get(usize::from(kind) % ROWS)
            {
                move_on(&mut bits, row, &stay);
            }
        }
        bits
    }
}

/// Returns in which word a bit of a block is, and where there.
fn place(bit: usize) -> (usize, usize) {
    let (chain, bit) = (bit / CHAIN, bit % CHAIN);
    let words = WORDS / CHAINS;
    (CHAINS * (bit % words) + chain, bit / words)
}

/// Sets a bit of a row.
fn set(row: &mut Row, bit: usize) -> Option<()> {
    let (word, shift) = place(bit);
    *row.get_mut(word)? |= 1 << shift;
    Some(())
}

/// Returns where a pattern of so many bits is put if `bit` is free: into one chain.
fn placed(bit: usize, bits: usize) -> usize {
    if bit % CHAIN + bits > CHAIN { bit.next_multiple_of(CHAIN) } else { bit }
}

/// Returns how many bits a pattern needs without so many of its first bytes.
fn bits(patterns: &Patterns, spot: u32, without: usize) -> usize {
    let Parts { head, between, tail, .. } = patterns.parts(spot);
    let symbols = between.iter().filter(|&&byte| byte != b'*').count();
    1 + head.len() - without + symbols + tail.len()
}

/// Patterns that are laid into one block.
struct Group<'n> {
    spots: &'n [u32],
    /// How many of their first bytes all have.
    common: usize,
}

/// Puts patterns, which are in the order of their heads and all fit into a chain, into blocks.
fn groups<'n>(patterns: &Patterns, spots: &'n [u32]) -> Vec<Group<'n>> {
    let head = |spot: u32| patterns.parts(spot).head;
    let mut groups: Vec<Group<'n>> = vec![];
    // The bits that all patterns need, heads included, and the largest spot there can be of each.
    let (mut start, mut common) = (0, 0);
    let mut needs: Vec<usize> = vec![];
    for (at, &spot) in spots.iter().enumerate() {
        let need = bits(patterns, spot, 0);
        let shared = match spots.get(start) {
            Some(&first) if start < at => {
                let heads = head(first).iter().zip(head(spot));
                heads.take(common).take_while(|(left, right)| left == right).count()
            }
            _ => head(spot).len(),
        };
        needs.push(need);
        let end = needs.iter().fold(0, |bit, need| placed(bit, need - shared) + need - shared);
        if end > WORDS * BITS {
            groups.push(Group { spots: spots.get(start..at).unwrap_or_default(), common });
            (start, common) = (at, head(spot).len());
            needs = vec![need];
        } else {
            common = shared;
        }
    }
    if let Some(spots) = spots.get(start..).filter(|rest| !rest.is_empty()) {
        groups.push(Group { spots, common });
    }
    groups
}

impl Abreast {
    /// Lays the patterns at these spots side by side; `None` if they are too many or too few, or
    /// if it would not be much more work to check them one by one.
    pub(super) fn new(patterns: &Patterns, spots: &[u32]) -> Option<Abreast> {
        if spots.len() > MOST {
            return None;
        }
        let one_by_one: u32 = spots.iter().map(|&spot| patterns.effort(spot)).sum();
        if one_by_one < LEAST {
            return None;
        }
        // Patterns with long heads in common are to be in one block.
        let mut spots = spots.to_vec();
        spots.sort_by_key(|&spot| patterns.parts(spot).head);
        let mut long = vec![];
        spots.retain(|&spot| {
            let symbols = bits(patterns, spot, 0) - 1;
            if symbols >= CHAIN {
                long.push((spot, symbols));
            }
            symbols < CHAIN
        });
        let groups = groups(patterns, &spots);
        if work(groups.len().saturating_sub(1), USUAL).saturating_mul(WORTH) > one_by_one {
            return None;
        }
        // Which bytes occur: those that start a character, and those that continue one.
        let mut occurs = [false; 256];
        for (&spot, common) in
            groups.iter().flat_map(|group| group.spots.iter().zip(repeat(group.common)))
        {
            let Parts { head, between, tail, .. } = patterns.parts(spot);
            let head = head.get(common..).unwrap_or_default();
            head.iter().chain(between).chain(tail).for_each(|&byte| {
                if let Some(occurs) = occurs.get_mut(usize::from(byte)) {
                    *occurs = true;
                }
            });
        }
        let [any, _] =
            [b'?', b'*'].map(|wild| occurs.get_mut(usize::from(wild)).is_some_and(std::mem::take));
        let of_kind = |later| (0..=255).filter(move |&byte| is_later(byte) == later);
        let count = |later| {
            of_kind(later).filter(|&byte| occurs.get(usize::from(byte)) == Some(&true)).count()
        };
        // The first cell is for all bytes that do not occur; only a `?` is passed by them. Those
        // that continue a character need one of their own if there is a `?`.
        let (firsts, laters) = (1 + count(false), count(true));
        let laters = if any || laters > 0 { 1 + laters } else { 0 };
        let columns = (2..16).find(|side| side * side >= firsts).unwrap_or(16);
        let first_lines = firsts.div_ceil(columns);
        let lines = first_lines + laters.div_ceil(columns);
        let mut cells = [(0_u8, 0_u8); 256];
        for (later, line) in [(false, 0), (true, if laters > 0 { first_lines } else { 0 })] {
            let mut next = 1;
            let cells = (0..=255).zip(&mut cells).filter(|(byte, _)| is_later(*byte) == later);
            for (byte, cell) in cells {
                let at = if occurs.get(usize::from(byte)) == Some(&true) {
                    next += 1;
                    next - 1
                } else {
                    0
                };
                // At most 16 columns, and 13 and 5 lines.
                *cell = ((at % columns) as u8, (line + at / columns) as u8);
            }
        }
        let few = Read::of_ascii(&cells).filter(|read| read.count <= FEW).map(Box::new);
        let (blocks, rows, numbers) = (vec![], vec![], vec![]);
        let mut abreast = Abreast { cells, columns, lines, blocks, rows, numbers, long, few };
        let mut ends = vec![];
        for Group { spots, common } in groups {
            let model = spots.first().copied()?;
            abreast.blocks.push(Block { model, common, ..Block::default() });
            abreast.rows.resize(abreast.rows.len() + columns + lines, Row::default());
            let mut bit = 0;
            for &spot in spots {
                let bits = bits(patterns, spot, common);
                bit = placed(bit, bits);
                abreast.lay(symbols(patterns.parts(spot), common), bit, first_lines)?;
                bit += bits;
                let (word, shift) = place(bit - 1);
                ends.push((abreast.blocks.len(), word, shift, patterns.number(spot)));
            }
        }
        // They are read word by word.
        ends.sort_unstable();
        for (number, block) in (1..).zip(&mut abreast.blocks) {
            block.before = ends.partition_point(|(block, ..)| *block < number);
        }
        abreast.numbers = ends.into_iter().map(|(.., number)| number).collect();
        abreast.blocks.shrink_to_fit();
        abreast.rows.shrink_to_fit();
        abreast.numbers.shrink_to_fit();
        abreast.long.shrink_to_fit();
        Some(abreast)
    }

    /// Lays the symbols of a pattern into the last block, from a bit on.
    fn lay(
        &mut self,
        mut symbols: impl Iterator<Item = Symbol>,
        mut bit: usize,
        first_lines: usize,
    ) -> Option<()> {
        let block = self.blocks.last_mut()?;
        let rows = self.rows.len().checked_sub(self.columns + self.lines)?;
        let (columns, lines) = self.rows.get_mut(rows..)?.split_at_mut_checked(self.columns)?;
        symbols.try_for_each(|symbol| {
            match symbol {
                Symbol::Star => set(&mut block.stars, bit)?,
                Symbol::Any => {
                    bit += 1;
                    let lines = lines.iter_mut().take(first_lines);
                    columns.iter_mut().chain(lines).try_for_each(|row| set(row, bit))?;
                }
                Symbol::Byte(byte) => {
                    bit += 1;
                    let &(column, line) = self.cells.get(usize::from(byte))?;
                    set(columns.get_mut(usize::from(column))?, bit)?;
                    set(lines.get_mut(usize::from(line))?, bit)?;
                }
            }
            Some(())
        })?;
        set(&mut block.ends, bit)
    }

    /// Returns how much work is done for a text of so many bytes before the patterns are asked side
    /// by side; see [`Patterns::effort`]. Less if whoever asks has tried a few of them already.
    pub(super) fn patience(&self, length: usize, has_tried: bool) -> u32 {
        let easy = if has_tried { 0 } else { EASY };
        easy + work(self.blocks.len(), length) / 8
    }

    /// Returns whether so much work is more than is done for any text that is not very long.
    pub(super) fn is_hopeless(&self, effort: u32) -> bool {
        effort > EASY + self.patience(2 * USUAL, false)
    }

    /// Hands the numbers of the patterns that fit `text` to `take`.
    pub(super) fn search<const FOLD: bool>(
        &self,
        patterns: &Patterns,
        text: &str,
        mut take: impl FnMut(u32) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let bytes = text.as_bytes();
        let read = self.read::<FOLD>(bytes);
        // The rows of a text with few kinds are sooner made empty.
        if read.as_ref().is_some_and(|read| read.count <= FEW) {
            self.search_blocks::<FOLD, FEW>(patterns, bytes, read.as_ref(), &mut take)?;
        } else {
            self.search_blocks::<FOLD, KINDS>(patterns, bytes, read.as_ref(), &mut take)?;
        }
        let asked = Asked::new::<FOLD>(text);
        // A symbol takes a byte or more, so few texts are long enough for these.
        self.long.iter().filter(|(_, symbols)| *symbols <= bytes.len()).try_for_each(
            |&(spot, _)| match patterns.fitting::<FOLD>(spot, asked, Near::Unknown) {
                Some(number) => take(number),
                None => ControlFlow::Continue(()),
            },
        )
    }

    /// Returns the kinds of bytes of a text; none if it is not ASCII or has too many.
    fn read<const FOLD: bool>(&self, bytes: &[u8]) -> Option<Read> {
        match self.few.as_deref() {
            Some(few) if few.count * LONG <= bytes.len() && bytes.is_ascii() => {
                let mut read = few.clone();
                if FOLD {
                    read.fold();
                }
                Some(read)
            }
            _ => Read::of::<FOLD>(bytes, &self.cells),
        }
    }

    /// Goes through all blocks; `read` has at most so many kinds as there are `ROWS`.
    fn search_blocks<const FOLD: bool, const ROWS: usize>(
        &self,
        patterns: &Patterns,
        bytes: &[u8],
        read: Option<&Read>,
        take: &mut impl FnMut(u32) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut of_kinds = [Row::default(); ROWS];
        let rows = self.rows.chunks_exact((self.columns + self.lines).max(1));
        for (block, rows) in self.blocks.iter().zip(rows) {
            let common = patterns.parts(block.model).head.get(..block.common).unwrap_or_default();
            let Some((first, rest)) = bytes.split_at_checked(block.common) else { continue };
            let (columns, lines) = rows.split_at_checked(self.columns).unwrap_or_default();
            if !Folding::<FOLD>.equal(common, first) {
                continue;
            }
            let bits = match read {
                Some(read) => read.pass(rest, block, (columns, lines), &mut of_kinds),
                None => self.pass::<FOLD>(block, columns, lines, rest),
            };
            let mut number = block.before;
            for (bits, mut ends) in bits.into_iter().zip(block.ends) {
                if bits & ends == 0 {
                    number += ends.count_ones() as usize;
                    continue;
                }
                while ends != 0 {
                    let lowest = ends & ends.wrapping_neg();
                    if bits & lowest != 0
                        && let Some(&number) = self.numbers.get(number)
                    {
                        take(number)?;
                    }
                    ends ^= lowest;
                    number += 1;
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Returns the bits of a block behind any text.
    fn pass<const FOLD: bool>(
        &self,
        block: &Block,
        columns: &[Row],
        lines: &[Row],
        text: &[u8],
    ) -> Row {
        let mut bits = block.starts();
        let behind_any = match columns {
            [first, second, ..] => both(first, second),
            _ => Row::default(),
        };
        for &byte in text {
            let byte = Folding::<FOLD>.fold(byte);
            let (column, line) = self.cells.get(usize::from(byte)).copied().unwrap_or_default();
            let (Some(column), Some(line)) =
                (columns.get(usize::from(column)), lines.get(usize::from(line)))
            else {
                return Row::default();
            };
            let mut stay = block.stars;
            if is_later(byte) {
                stay.iter_mut().zip(behind_any).for_each(|(stay, any)| *stay |= any);
            }
            move_on(&mut bits, &both(column, line), &stay);
        }
        bits
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.long.capacity() * size_of::<(u32, usize)>()
            + self.blocks.capacity() * size_of::<Block>()
            + self.rows.capacity() * size_of::<Row>()
            + self.numbers.capacity() * size_of::<u32>()
            + self.few.as_ref().map_or(0, |_| size_of::<Read>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Case, Pattern};

    /// Numbers that look random.
    fn dice(state: &mut u64) -> impl FnMut(usize) -> usize + '_ {
        |end| {
            *state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
            (*state >> 33) as usize % end
        }
    }

    fn joined(pieces: &[&str], count: usize, mut dice: impl FnMut(usize) -> usize) -> String {
        (0..count).map(|_| pieces[dice(pieces.len())]).collect()
    }

    fn agrees(patterns: &[String], texts: &[String]) {
        for (fold, case) in [(false, Case::Sensitive), (true, Case::AsciiInsensitive)] {
            let mut all = Patterns::default();
            assert!(patterns.iter().all(|pattern| all.push(pattern, fold)));
            all.finish();
            let numbers: Vec<u32> = (0..patterns.len() as u32).collect();
            let spots: Vec<u32> = all.spots().collect();
            let abreast = Abreast::new(&all, &spots).unwrap();
            for text in texts {
                let mut found = vec![];
                let take = |number| {
                    found.push(number);
                    ControlFlow::Continue(())
                };
                let _ = if fold {
                    abreast.search::<true>(&all, text, take)
                } else {
                    abreast.search::<false>(&all, text, take)
                };
                found.sort_unstable();
                let expected = numbers.iter().copied().filter(|&number| {
                    Pattern::new(&patterns[number as usize], case).is_match(text)
                });
                assert!(expected.eq(found.iter().copied()), "{text} {case:?}: {found:?}");
            }
        }
    }

    /// How much is asked: rounds, patterns and texts of each. Miri takes a thousand times as long.
    const ASKED: [usize; 3] = if cfg!(miri) { [2, 100, 2] } else { [20, 160, 60] };

    #[test]
    fn patterns_side_by_side_agree_with_them_one_by_one() {
        let [rounds, many, texts] = ASKED;
        let pieces = ["?", "*", "*", "a", "b", "A", "é", "è", "aa", "ab", "*b*"];
        let fill = ["a", "b", "ab", "B", "é", "x", "日"];
        let mut state = 1;
        for round in 0..rounds {
            let mut dice = dice(&mut state);
            // Without question marks, the rest of a character needs rows only where one occurs.
            let pieces = if round % 3 == 0 { &pieces[1..] } else { &pieces };
            let head = ["", "a", "é", "ab"][round % 4];
            let patterns: Vec<String> = (0..many)
                .map(|_| {
                    let count = dice(9);
                    format!("{head}{}", joined(pieces, count, &mut dice))
                })
                .collect();
            let ascii = round % 2 == 0;
            let fill = if ascii { &fill[..4] } else { &fill };
            let texts: Vec<String> = (0..texts)
                .map(|_| {
                    let count = dice(12);
                    format!("{head}{}", joined(fill, count, &mut dice))
                })
                .collect();
            agrees(&patterns, &texts);
        }
    }

    #[test]
    fn texts_of_any_length_and_of_many_different_letters_are_read() {
        let letters: Vec<String> = (b'!'..=b'~')
            .filter(|byte| !b"*?".contains(byte))
            .map(|byte| char::from(byte).to_string())
            .collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        let mut state = 2;
        let mut dice = dice(&mut state);
        let patterns: Vec<String> = (0..if cfg!(miri) { 40 } else { 100 })
            .map(|_| {
                let [one, other, last] = [(); 3].map(|()| letters[dice(letters.len())]);
                format!("*{one}*{other}?{last}*")
            })
            .collect();
        let lengths = [0, 1, 31, 32, 33, 127, 128, 129, 1_000, 5_000];
        let texts: Vec<String> = lengths
            .iter()
            .take(if cfg!(miri) { 3 } else { lengths.len() })
            .map(|&length| joined(&letters, length, &mut dice))
            .collect();
        agrees(&patterns, &texts);
    }

    #[test]
    fn patterns_up_to_and_past_the_length_of_a_chain_are_asked() {
        let lengths = [1, 63, 64, 255, 256, 62, 65, 127, 128, 253, 254, 257, 300, 600];
        let mut patterns: Vec<String> = lengths
            .iter()
            .take(if cfg!(miri) { 5 } else { lengths.len() })
            .flat_map(|&symbols| {
                [format!("*{}", "a".repeat(symbols)), format!("{}*b", "*a".repeat(symbols))]
            })
            .collect();
        patterns.push("*a?a*a?a*".into());
        let texts: Vec<String> = (0..70)
            .step_by(if cfg!(miri) { 35 } else { 1 })
            .flat_map(|step| {
                let text = "a".repeat(10 * step);
                [format!("{text}b"), text]
            })
            .collect();
        agrees(&patterns, &texts);
    }

    #[test]
    fn patterns_that_are_all_longer_than_a_chain_are_found() {
        let patterns: Vec<String> = (0..20)
            .step_by(if cfg!(miri) { 7 } else { 1 })
            .map(|n| format!("*{}*b{n}*", "a*".repeat(CHAIN + n)))
            .collect();
        let texts: Vec<String> = [CHAIN + 9, 0, CHAIN, 2 * CHAIN]
            .iter()
            .take(if cfg!(miri) { 1 } else { 4 })
            .flat_map(|&length| ["b7", "b19b18"].map(|end| "a".repeat(length) + end))
            .collect();
        agrees(&patterns, &texts);
    }

    #[test]
    fn a_text_without_what_all_patterns_start_with_fits_none() {
        let patterns: Vec<String> = (0..if cfg!(miri) { 40 } else { 200 })
            .map(|n| format!("acs:*{n}*a?b*{}", n % 7))
            .collect();
        let texts = ["", "a", "acs", "acs:", "xcs:0a-b0", "ac:s0a-b0", "acs:0a-b0"];
        agrees(&patterns, &texts.map(String::from));
    }

    #[cfg_attr(miri, ignore = "large sets, and only whether they are laid out is asked")]
    #[test]
    fn sets_that_are_checked_quickly_are_not_laid_side_by_side() {
        let laid = |patterns: Vec<String>| {
            let mut all = Patterns::default();
            assert!(patterns.iter().all(|pattern| all.push(pattern, false)));
            Abreast::new(&all, &all.spots().collect::<Vec<_>>()).is_some()
        };
        assert!(!laid((0..500).map(|n| format!("s{n:03}:Describe{n}*")).collect()));
        assert!(!laid((0..400).map(|n| format!("*/instance/i-{n:016}/*")).collect()));
        assert!(!laid((0..10).map(|n| format!("*a*b?*{n}")).collect()));
        assert!(laid((0..MOST).map(|n| format!("*a*b?*{n}")).collect()));
        assert!(!laid((0..=MOST).map(|n| format!("*a*b?*{n}")).collect()));
    }
}
