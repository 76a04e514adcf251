//! A few patterns told apart by single bytes of a text, counted from its start or its end.
//!
//! A row stands for one place of the text. It has a set of patterns for the lower half of the byte
//! there and one for the upper half; the patterns in both are those that have this byte there, or
//! none in particular. What is in the sets of all rows is worth checking. No key is made, nothing
//! is looked up, and patterns come out in the order of their numbers.
//!
//! Holds for every sieve: a pattern that fits a text is never held back, whatever the text.

use super::abreast;
use super::patterns::Patterns;
use crate::pattern::{Middle, Parts};

/// How many patterns a sieve can have.
pub(super) const MOST: usize = u32::BITS as usize;

/// How many rows it has at most.
const ROWS: usize = 8;

/// How many bytes from the start, and from the end, can be looked at.
const REACH: usize = 40;

/// A row is worth its work if it holds back one pattern more of so many texts.
const WORTH: usize = 3;

/// More patterns than this that are left for a text, on average, are too many.
const LEFT: usize = 3;

/// A sieve over all patterns of a set.
#[derive(Clone, Debug)]
pub(super) struct Sieve {
    all: u32,
    /// The spots of the patterns, by their numbers.
    spots: [u32; MOST],
    /// Rows that count from the start.
    starts: Vec<Row>,
    /// Rows that count from the end.
    ends: Vec<Row>,
}

/// From where the bytes of a text are counted.
#[derive(Clone, Copy)]
enum From {
    /// The first byte is 0.
    Start,
    /// The last byte is 1.
    End,
}

/// What a text has to start and to end with to fit a pattern; the same for a literal.
struct Ends<'p> {
    start: &'p [u8],
    end: &'p [u8],
}

impl<'p> Ends<'p> {
    fn of(parts: Parts<'p>) -> Ends<'p> {
        let end = if parts.middle == Middle::Empty { parts.head } else { parts.tail };
        Ends { start: parts.head, end }
    }

    /// Returns which byte a text has to have at a place, if it has to have a certain one there.
    fn byte(&self, from: From, at: usize) -> Option<u8> {
        match from {
            From::Start => self.start.get(at).copied(),
            From::End => self.end.len().checked_sub(at).and_then(|at| self.end.get(at)).copied(),
        }
    }
}

/// One place of a text, and which patterns go with which halves of the byte there.
#[derive(Clone, Debug)]
struct Row {
    /// The place, as [`From`] says.
    at: usize,
    low: [u32; 16],
    high: [u32; 16],
}

impl Row {
    /// Returns the patterns that go with a byte, or with none if the text does not reach there.
    #[inline]
    fn of(&self, byte: Option<&u8>) -> u32 {
        let byte = usize::from(byte.copied().unwrap_or(0));
        match (self.low.get(byte % 16), self.high.get(byte / 16)) {
            (Some(low), Some(high)) => low & high,
            _ => !0,
        }
    }

    /// Makes a row of what each pattern has at a place.
    fn new(at: usize, bytes: impl Iterator<Item = Option<u8>>, fold: bool) -> Row {
        let mut row = Row { at, low: [0; 16], high: [0; 16] };
        for (number, byte) in bytes.enumerate().take(MOST) {
            let bit = 1 << number;
            let Some(byte) = byte else {
                row.low.iter_mut().chain(&mut row.high).for_each(|set| *set |= bit);
                continue;
            };
            // Patterns are kept in small letters. The cases of a letter differ in the upper half,
            // so both halves together still stand for these two bytes and no others.
            for byte in [byte, if fold { byte.to_ascii_uppercase() } else { byte }] {
                let (low, high) = (usize::from(byte % 16), usize::from(byte / 16));
                if let (Some(low), Some(high)) = (row.low.get_mut(low), row.high.get_mut(high)) {
                    *low |= bit;
                    *high |= bit;
                }
            }
        }
        row
    }
}

/// A place that rows can be made of, and what such a row would do.
struct Choice {
    from: From,
    at: usize,
    /// So many patterns are held back at most by it and the rows there are, over all texts.
    most: u32,
    /// So many are held back by it alone.
    alone: u32,
    /// For the text that is made for each pattern, the patterns that are held back.
    held: [u32; MOST],
}

impl Choice {
    /// Returns all places at which some pattern has a byte, and some other another one.
    fn all(patterns: &[Ends<'_>]) -> Vec<Choice> {
        let longest =
            |end: fn(&Ends<'_>) -> usize| patterns.iter().map(end).max().unwrap_or(0).min(REACH);
        let starts = (0..longest(|ends| ends.start.len())).map(|at| (From::Start, at));
        let ends = (1..=longest(|ends| ends.end.len())).map(|at| (From::End, at));
        // Which patterns have which byte at the place, all empty between two places.
        let mut with = [0_u32; 256];
        let mut choices = vec![];
        for (from, at) in starts.chain(ends) {
            let mut of_none = 0;
            for (number, ends) in patterns.iter().enumerate() {
                let set = ends.byte(from, at).and_then(|byte| with.get_mut(usize::from(byte)));
                *set.unwrap_or(&mut of_none) |= 1 << number;
            }
            let (mut held, mut most) = ([0; MOST], 0);
            for (ends, held) in patterns.iter().zip(&mut held) {
                let byte = ends.byte(from, at).map(usize::from);
                let with = byte.and_then(|byte| with.get(byte)).copied().unwrap_or(0);
                *held = !(of_none | with) & (u32::MAX >> (MOST - patterns.len()));
                most += held.count_ones();
            }
            if most > 0 {
                choices.push(Choice { from, at, most, alone: most, held });
            }
            for byte in patterns.iter().filter_map(|ends| ends.byte(from, at)) {
                with.get_mut(usize::from(byte)).into_iter().for_each(|set| *set = 0);
            }
        }
        choices
    }

    /// Takes away the choice that holds back most of what is left, if it is worth a row.
    fn best(choices: &mut Vec<Choice>, left: &[u32]) -> Option<Choice> {
        let mut best = ((0, 0), 0);
        for (index, choice) in choices.iter_mut().enumerate() {
            // What is left gets less, and so does what can be held back.
            if (choice.most, choice.alone) > best.0 {
                let held = choice.held.iter().zip(left).map(|(held, left)| held & left);
                choice.most = held.map(u32::count_ones).sum();
                // Of equals the one that tells more apart is better for other texts as well.
                if (choice.most, choice.alone) > best.0 {
                    best = ((choice.most, choice.alone), index);
                }
            }
        }
        let ((most, _), index) = best;
        (most > 0 && most as usize * WORTH >= left.len()).then(|| choices.swap_remove(index))
    }
}

impl Sieve {
    /// Returns a sieve for `patterns`, `None` if there are too many or single bytes do not tell
    /// them apart, or to check them one by one can be too much work. `fold` says that letters match
    /// in either case.
    ///
    /// Rows are chosen one after the other, each time the one that holds back most from texts made
    /// for each of the patterns, where a wildcard takes what is unlike everything else.
    pub(super) fn new(patterns: &Patterns, fold: bool) -> Option<Sieve> {
        let count = patterns.len();
        let effort: u32 = patterns.spots().take(MOST).map(|spot| patterns.effort(spot)).sum();
        if count > MOST || count == 0 || effort >= abreast::LEAST {
            return None;
        }
        let all = u32::MAX >> (MOST - count);
        let ends: Vec<Ends<'_>> =
            patterns.spots().map(|spot| Ends::of(patterns.parts(spot))).collect();
        let mut choices = Choice::all(&ends);
        let mut left = vec![all; count];
        let mut spots = [0; MOST];
        for (to, spot) in spots.iter_mut().zip(patterns.spots()) {
            *to = spot;
        }
        let mut sieve = Sieve { all, spots, starts: vec![], ends: vec![] };
        while sieve.starts.len() + sieve.ends.len() < ROWS {
            let Some(Choice { from, at, held, .. }) = Choice::best(&mut choices, &left) else {
                break;
            };
            for (left, held) in left.iter_mut().zip(held) {
                *left &= !held;
            }
            let row = Row::new(at, ends.iter().map(|ends| ends.byte(from, at)), fold);
            match from {
                From::Start => sieve.starts.push(row),
                From::End => sieve.ends.push(row),
            }
        }
        sieve.starts.shrink_to_fit();
        sieve.ends.shrink_to_fit();
        let left: u32 = left.into_iter().map(u32::count_ones).sum();
        (left as usize <= LEFT * count).then_some(sieve)
    }

    /// Returns the set of patterns worth checking.
    #[inline]
    pub(super) fn left_for(&self, text: &[u8]) -> u32 {
        let mut left = self.all;
        for row in &self.starts {
            left &= row.of(text.get(row.at));
        }
        for row in &self.ends {
            left &= row.of(text.get(text.len().wrapping_sub(row.at)));
        }
        left
    }

    /// Returns the spot of a pattern.
    #[inline]
    pub(super) fn spot(&self, number: u32) -> u32 {
        self.spots.get(number as usize % MOST).copied().unwrap_or_default()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        (self.starts.capacity() + self.ends.capacity()) * size_of::<Row>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Case, Matches, Pattern, PatternSet};

    fn sieve(patterns: &[&str], fold: bool) -> Option<Sieve> {
        let mut all = Patterns::default();
        assert!(patterns.iter().all(|pattern| all.push(pattern, fold)));
        all.finish();
        Sieve::new(&all, fold)
    }

    #[test]
    fn a_pattern_that_fits_is_left_whatever_the_text() {
        let patterns = ["svc:Get", "svc:Put*", "SVC:*x", "é*", "e*é", "\0", ""];
        let mut texts = vec![String::new()];
        for symbols in
            [["svc:", "SVC:", "e", "\0"], ["Get", "put", "x", "é"], ["x", "X", "\0", "é"]]
        {
            let longer: Vec<String> = texts
                .iter()
                .flat_map(|text| symbols.iter().map(move |symbol| format!("{text}{symbol}")))
                .collect();
            texts.extend(longer);
        }
        for (fold, case) in [(false, Case::Sensitive), (true, Case::AsciiInsensitive)] {
            let sieve = sieve(&patterns, fold).unwrap();
            for text in &texts {
                for (number, pattern) in patterns.iter().enumerate() {
                    let fits = Pattern::new(pattern, case).is_match(text);
                    let left = sieve.left_for(text.as_bytes()) >> number & 1 == 1;
                    if fits {
                        assert!(left, "{pattern} {text}");
                    }
                }
            }
        }
    }

    #[test]
    fn patterns_with_bytes_of_their_own_are_told_apart_by_one_row() {
        let sieve = sieve(&["a:*", "b:*", "c:*", "d:*"], false).unwrap();
        assert_eq!((sieve.starts.len(), sieve.ends.len()), (1, 0));
        assert_eq!(sieve.left_for(b"c:x"), 0b100);
        assert_eq!(sieve.left_for(b"x:x"), 0);
        assert_eq!(sieve.left_for(b""), 0);
    }

    #[test]
    fn patterns_that_end_in_bytes_of_their_own_are_told_apart_from_the_end() {
        let sieve = sieve(&["*-a1", "*-b1", "*-c1", "*-d1"], false).unwrap();
        assert_eq!((sieve.starts.len(), sieve.ends.len()), (0, 1));
        assert_eq!(sieve.left_for(b"x-c1"), 0b100);
        assert_eq!(sieve.left_for(b"x-x1"), 0);
        assert_eq!(sieve.left_for(b""), 0);
    }

    #[test]
    fn the_place_that_tells_most_patterns_apart_is_enough() {
        let sieve = sieve(&["xa1*", "xa2*", "ya3*", "ya4*", "yb5*"], false).unwrap();
        let places: Vec<usize> = sieve.starts.iter().map(|row| row.at).collect();
        assert_eq!((places, sieve.ends.len()), (vec![2], 0));
    }

    #[test]
    fn a_second_row_tells_apart_what_the_first_does_not() {
        let sieve = sieve(&["aax*", "aay*", "bbx*", "bby*"], false).unwrap();
        assert!(sieve.starts.iter().any(|row| row.at == 2));
        assert_eq!(sieve.starts.len(), 2);
        for (number, text) in ["aax", "aay", "bbx", "bby"].iter().enumerate() {
            assert_eq!(sieve.left_for(text.as_bytes()), 1 << number);
        }
    }

    #[test]
    fn a_row_is_made_if_it_holds_back_one_pattern_more_for_three_texts() {
        // The first bytes leave two patterns together, and for two texts of all that is one more.
        let rows = |patterns: &[&str]| sieve(patterns, false).unwrap().starts.len();
        assert_eq!(rows(&["a1*", "a2*", "b*", "c*", "d*", "e*"]), 2);
        assert_eq!(rows(&["a1*", "a2*", "b*", "c*", "d*", "e*", "f*"]), 1);
    }

    #[test]
    fn patterns_that_only_their_middles_tell_apart_get_no_sieve() {
        assert!(sieve(&["*a*", "*b*", "*c*", "*d*"], false).is_none());
        assert!(sieve(&["*a*", "*b*", "*c*"], false).is_some());
        assert!(sieve(&[], false).is_none());
    }

    #[test]
    fn one_pattern_more_than_fit_into_a_sieve_changes_no_answer() {
        let mut found = Matches::new();
        for count in [MOST - 1, MOST, MOST + 1] {
            let patterns: Vec<String> = (0..count).map(|n| format!("s{n}:*{}", n % 3)).collect();
            let set = PatternSet::new(&patterns, Case::Sensitive);
            for (number, text) in (0..count).map(|n| (n, format!("s{n}:x{}", n % 3))) {
                set.matches_into(&text, &mut found);
                assert_eq!(found.as_slice(), [number as u32]);
                assert!(set.is_match(&text));
            }
        }
    }
}
