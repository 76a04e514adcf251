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
//! * the bits of a pattern lie together, and the place behind the last of them is one before the
//!   first symbol of a pattern, or the first of the chain. What leaves a pattern meets that place,
//!   which no byte leads to;
//! * what is left over of a chain is laid out as a pattern more, which is none and has no number;
//! * a `?` is passed by a byte that starts a character; the bytes that continue it leave the bit
//!   behind the `?` where it is.

mod lay;
mod read;
mod rows;

use std::ops::ControlFlow;

use self::lay::{Alphabet, Laid, START, close, groups, lay, placed, symbols};
use self::read::{Read, Text};
use self::rows::{CHAIN, Halves, Layout, Row, WHOLE, before, both, having, place, put_together};
use super::patterns::{Asked, Patterns};
use crate::pattern::Near;
use crate::word::Folding;

/// Sets of more patterns do without.
const MOST: usize = 512;

/// So do sets of which all patterns are checked with less work; see [`Patterns::effort`].
pub(super) const LEAST: u32 = 170;

/// It has to be so many times less work for a text of some length, in bytes, to be worth memory.
const WORTH: u32 = 6;
const USUAL: usize = 120;

/// How many bytes of a text take as long as a block takes to begin: 40 to 140, as its rows are for
/// few letters or for many.
const BEGIN: usize = 60;

/// The work of a few checks, which is no reason to ask the patterns side by side.
const EASY: u32 = 14;

/// So much more a family may be that is checked first, if to ask side by side is no less.
const LITTLE: u32 = 18;

/// A number that no pattern has.
const NO_PATTERN: u32 = u32::MAX;

/// The patterns of a set, laid side by side.
#[derive(Clone, Debug)]
pub(super) struct Abreast {
    alphabet: Alphabet,
    blocks: Vec<Block>,
    /// For each block the rows of all digits of codes, and one with the places where stars are.
    rows: Vec<Row>,
    /// The numbers of the patterns, in the order of the bits behind their last symbols.
    numbers: Vec<u32>,
    /// The spots of patterns that have more symbols than a chain has bits, and how many.
    long: Vec<(u32, u32)>,
}

/// Some patterns in one row of bits.
#[derive(Clone, Debug)]
struct Block {
    /// How many patterns end before this block.
    before: u32,
    /// The spot of a pattern, and how many of its first bytes all of the block have; these have no
    /// bits.
    model: u32,
    common: u32,
}

/// Returns how much work so many blocks are for a text of so many bytes.
fn work(blocks: usize, length: usize) -> u32 {
    // A block moves on in a nanosecond; before that its rows are put together. What has no room in 32
    // bits is no question.
    let each = length.saturating_add(BEGIN);
    u32::try_from(blocks.saturating_mul(each) / 10).unwrap_or(u32::MAX)
}

impl Abreast {
    /// Lays the patterns at these spots side by side; `None` if they are too many or too few, or
    /// if it would not be much more work to check them one by one. `fold` says that letters match
    /// in either case.
    pub(super) fn new(patterns: &Patterns, spots: &[u32], fold: bool) -> Option<Abreast> {
        if spots.len() > MOST {
            return None;
        }
        let one_by_one: u32 = spots.iter().map(|&spot| patterns.effort(spot)).sum();
        if one_by_one < LEAST {
            return None;
        }
        // Patterns with long heads in common are to be in one block.
        let mut laid: Vec<Laid> = spots.iter().map(|&spot| Laid::new(patterns, spot)).collect();
        laid.sort_by_key(|laid| patterns.parts(laid.spot).head);
        let mut long = vec![];
        laid.retain(|laid| {
            if laid.bits > CHAIN {
                // No pattern is so long that this would not fit.
                long.push((laid.spot, laid.bits as u32 - 1));
            }
            laid.bits <= CHAIN
        });
        let groups = groups(patterns, &laid);
        if work(groups.len().saturating_sub(1), USUAL).saturating_mul(WORTH) > one_by_one {
            return None;
        }
        let alphabet = Alphabet::of(patterns, &groups, fold);
        let mut rows = Vec::with_capacity(groups.len() * (alphabet.digits + 1));
        let mut blocks = Vec::with_capacity(groups.len());
        let mut numbers = Vec::with_capacity(laid.len());
        let of_symbols = alphabet.of_symbols();
        let mut ends = vec![];
        for group in groups {
            let model = group.patterns.first()?.spot;
            // There are fewer than patterns, and at most one more for each chain.
            let before = numbers.len() as u32;
            blocks.push(Block { before, model, common: group.common as u32 });
            let (mut layout, mut free) = (Layout::new(), 0);
            for &Laid { spot, bits } in group.patterns {
                let bit = placed(free, bits - group.common);
                if bit != free {
                    ends.push((place(close(&mut layout, free)), NO_PATTERN));
                }
                free = lay(&mut layout, bit, symbols(patterns, spot, group.common), &of_symbols);
                ends.push((place(free - 1), patterns.number(spot)));
            }
            if free % CHAIN != 0 {
                ends.push((place(close(&mut layout, free)), NO_PATTERN));
            }
            rows.extend(layout.rows(alphabet.digits));
            // They are read word by word.
            ends.sort_unstable();
            numbers.extend(ends.drain(..).map(|(_, number)| number));
        }
        numbers.shrink_to_fit();
        long.shrink_to_fit();
        Some(Abreast { alphabet, blocks, rows, numbers, long })
    }

    /// Returns how much work is done for a text of so many bytes before the patterns are asked side
    /// by side; see [`Patterns::effort`]. Less if whoever asks has tried a few of them already.
    pub(super) fn patience(&self, length: usize, has_tried: bool) -> u32 {
        let easy = if has_tried { 0 } else { EASY };
        easy + work(self.blocks.len(), length) / 8
    }

    /// Returns how much more than that a family may be that comes first: what it takes is known before,
    /// and it often leads to all there is, with less work than to ask the patterns side by side.
    pub(super) fn spare(&self, length: usize, has_tried: bool) -> u32 {
        if has_tried { 0 } else { work(self.blocks.len(), length).min(LITTLE) }
    }

    /// Returns whether so much work is more than is done for any text that is not very long.
    pub(super) fn is_hopeless(&self, effort: u32) -> bool {
        effort > EASY + self.patience(2 * USUAL, false)
    }

    /// Hands the numbers of the patterns that fit `text` to `take`.
    pub(super) fn search<const FOLD: bool>(
        &self,
        patterns: &Patterns,
        whole: &str,
        mut take: impl FnMut(u32) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Alphabet { codes, digits, any } = &self.alphabet;
        let bytes = whole.as_bytes();
        let mut text = Text { bytes, kinds: codes, has_later: *any && !bytes.is_ascii() };
        // The fewer rows there are, the sooner they are made empty.
        match *digits {
            ..=4 => self.search_blocks::<FOLD, 16>(patterns, text, None, &mut take)?,
            5 => self.search_blocks::<FOLD, 32>(patterns, text, None, &mut take)?,
            WHOLE => self.search_blocks::<FOLD, 64>(patterns, text, None, &mut take)?,
            _ => {
                let (read, mut halves) = (Read::of(bytes, codes), Halves::default());
                text.kinds = &read.kinds;
                let (codes, halves) = (read.codes(), &mut halves);
                if codes.len() <= 64 {
                    self.search_blocks::<FOLD, 64>(
                        patterns,
                        text,
                        Some((codes, halves)),
                        &mut take,
                    )?;
                } else {
                    self.search_blocks::<FOLD, 256>(
                        patterns,
                        text,
                        Some((codes, halves)),
                        &mut take,
                    )?;
                }
            }
        }
        let asked = Asked::new::<FOLD>(whole);
        // A symbol takes a byte or more, so few texts are long enough for these.
        self.long.iter().filter(|(_, symbols)| *symbols as usize <= bytes.len()).try_for_each(
            |&(spot, _)| match patterns.fitting::<FOLD>(spot, asked, Near::Unknown) {
                Some(number) => take(number),
                None => ControlFlow::Continue(()),
            },
        )
    }

    /// Goes through all blocks, with a row for each kind of byte; `of_kinds` are the codes of these,
    /// if they are not numbered by their codes.
    fn search_blocks<const FOLD: bool, const ROWS: usize>(
        &self,
        patterns: &Patterns,
        text: Text<'_>,
        mut of_kinds: Option<(&[u8], &mut Halves)>,
        take: &mut impl FnMut(u32) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut table = [Row::default(); ROWS];
        let rows = self.rows.chunks_exact(self.alphabet.digits + 1);
        for (block, rows) in self.blocks.iter().zip(rows) {
            let common = block.common as usize;
            let head = patterns.parts(block.model).head.get(..common).unwrap_or_default();
            let Some((first, rest)) = text.bytes.split_at_checked(common) else { continue };
            let Some((stars, digits)) = rows.split_last() else { continue };
            if !Folding::<FOLD>.equal(head, first) {
                continue;
            }
            let any = self.alphabet.places_of_any(digits);
            match &mut of_kinds {
                None => put_together(digits, &any, &mut table),
                Some((codes, halves)) => halves.put_together(digits, &any, codes, &mut table),
            }
            let starts = having(digits, START);
            let bits = Text { bytes: rest, ..text }.pass(&starts, &table, stars, &any);
            let ends = before(&starts);
            let found = both(&bits, &ends);
            if !found.is_empty() {
                self.take_found(block, &found, &ends, take)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Hands the numbers of the patterns to `take` that end at the bits in `found`, of all that end
    /// in a block.
    fn take_found(
        &self,
        block: &Block,
        found: &Row,
        ends: &Row,
        take: &mut impl FnMut(u32) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut before = block.before as usize;
        for (mut found, ends) in found.0.into_iter().zip(ends.0) {
            while found != 0 {
                let lowest = found & found.wrapping_neg();
                let earlier = (ends & (lowest - 1)).count_ones() as usize;
                if let Some(&number) = self.numbers.get(before + earlier)
                    && number != NO_PATTERN
                {
                    take(number)?;
                }
                found ^= lowest;
            }
            before += ends.count_ones() as usize;
        }
        ControlFlow::Continue(())
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.long.capacity() * size_of::<(u32, u32)>()
            + self.blocks.capacity() * size_of::<Block>()
            + self.rows.capacity() * size_of::<Row>()
            + self.numbers.capacity() * size_of::<u32>()
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
            let abreast = Abreast::new(&all, &spots, fold).unwrap();
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

    /// Returns all bytes of ASCII that are no wildcards, and some hundreds of other characters.
    fn characters() -> Vec<String> {
        let ascii = ('\0'..='~').filter(|letter| !"*?".contains(*letter));
        ascii.chain('\u{80}'..='\u{7ff}').map(String::from).collect()
    }

    #[test]
    fn sets_of_any_number_of_different_letters_are_asked() {
        let characters = characters();
        let mut state = 3;
        let mut dice = dice(&mut state);
        // Codes have one digit more from each of these on, with or without question marks; the
        // last two are of other characters as well, some hundreds and all there are of two bytes.
        let counts = [1, 4, 5, 6, 12, 13, 14, 28, 29, 30, 60, 61, 62, 120, 600, characters.len()];
        for (round, count) in counts.into_iter().enumerate().skip(if cfg!(miri) { 14 } else { 0 }) {
            // Small letters first, of which capitals are others, as long as there are some.
            let from = if count < 27 { usize::from(b'a') - 2 } else { 0 };
            let letters: Vec<&str> =
                characters.iter().skip(from).take(count).map(String::as_str).collect();
            for wild in ["?", "*"] {
                let patterns: Vec<String> = (0..if cfg!(miri) { 40 } else { 60.max(count) })
                    .take(MOST)
                    .map(|number| {
                        let one = letters[number % count];
                        let [other, last] = [(); 2].map(|()| letters[dice(count)]);
                        format!("*{one}*{other}{wild}{last}*")
                    })
                    .collect();
                let texts: Vec<String> = [3, 50, 300]
                    .iter()
                    .take(if cfg!(miri) { 2 } else { 4 })
                    .flat_map(|&length| {
                        let all: Vec<&str> = characters.iter().map(String::as_str).collect();
                        let all = if round % 2 == 0 { &all[..126] } else { &all };
                        [joined(&letters, length, &mut dice), joined(all, length, &mut dice)]
                    })
                    .collect();
                agrees(&patterns, &texts);
            }
        }
    }

    #[test]
    fn what_is_left_over_of_a_chain_is_found_by_no_text() {
        // Three of these fill a chain but for so many bits.
        for left in [0, 1, 2, 7, 80] {
            let symbols = (CHAIN - left) / 3 - 1;
            let patterns: Vec<String> = (0..if cfg!(miri) { 13 } else { 61 })
                .map(|n| format!("{}*{}", "a*".repeat(symbols - 1), char::from(b'b' + n % 9)))
                .collect();
            let near = [left.saturating_sub(2), left.saturating_sub(1), left, left + 1];
            let lengths = near.into_iter().chain((0..CHAIN).step_by(13));
            let lengths = lengths.take(if cfg!(miri) { 2 } else { CHAIN });
            let texts: Vec<String> =
                lengths.flat_map(|length| ["~".repeat(length), "a".repeat(length) + "c"]).collect();
            agrees(&patterns, &texts);
        }
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
            Abreast::new(&all, &all.spots().collect::<Vec<_>>(), false).is_some()
        };
        assert!(!laid((0..500).map(|n| format!("s{n:03}:Describe{n}*")).collect()));
        assert!(!laid((0..400).map(|n| format!("*/instance/i-{n:016}/*")).collect()));
        assert!(!laid((0..10).map(|n| format!("*a*b?*{n}")).collect()));
        assert!(laid((0..MOST).map(|n| format!("*a*b?*{n}")).collect()));
        assert!(!laid((0..=MOST).map(|n| format!("*a*b?*{n}")).collect()));
    }
}
