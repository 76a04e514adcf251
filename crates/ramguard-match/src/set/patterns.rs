//! The patterns of a set, one record behind the other: what is known of a pattern, then its text.
//!
//! A check that ends early, as most do, so reads one line of the cache. Whoever leads to a pattern
//! holds its *spot*: where its record starts, in steps of [`STEP`] bytes. Always holds here:
//!
//! * every record starts at a spot, has [`HEADER`] bytes before its text, and a [`WORD`] of zeros
//!   follows the last one, so that a word can be read where any text starts;
//! * all records together end before four gigabytes, and no text has [`LONGEST`] bytes or more;
//!   patterns for which that would not hold are refused;
//! * if letters match in either case, the texts are in small letters.

use crate::pattern::{Cut, Middle, Near, Parts};
use crate::steps;
use crate::word::{Folding, WORD, highest_bytes, lowest_bytes, word_at, word_before};

/// How many bytes of a tail are compared first.
const LAST: usize = size_of::<u32>();

/// How far spots are apart, in bytes, as a power of two.
const STEP_BITS: u32 = 2;
const STEP: usize = 1 << STEP_BITS;

/// How many bytes stand before the text of a pattern.
const HEADER: usize = 16;

/// Texts are shorter than this, in bytes, as lengths are kept in 24 bits.
const LONGEST: usize = 1 << 24;

/// The patterns of a set.
#[derive(Clone, Debug, Default)]
pub(super) struct Patterns {
    bytes: Vec<u8>,
    count: u32,
}

/// What a record says before the text.
#[derive(Clone, Copy)]
struct Header {
    number: u32,
    /// How long the head is, where the tail starts and where the text ends.
    head: u32,
    tail: u32,
    end: u32,
    middle: Middle,
    /// See [`Patterns::effort`].
    effort: u8,
}

impl Header {
    fn to_bytes(self) -> [u8; HEADER] {
        let words = [
            self.number,
            self.head | (self.middle as u32) << 24,
            self.tail | u32::from(self.effort) << 24,
            self.end,
        ];
        let mut bytes = [0; HEADER];
        for (to, word) in bytes.as_chunks_mut().0.iter_mut().zip(words) {
            *to = word.to_le_bytes();
        }
        bytes
    }

    #[inline]
    fn of(bytes: &[u8; HEADER]) -> Header {
        let [number, head, tail, end] = words(bytes);
        Header {
            number,
            head: lowest(head),
            tail: lowest(tail),
            end,
            middle: Middle::of((head >> 24) as u8),
            effort: (tail >> 24) as u8,
        }
    }
}

/// Returns the four numbers that a header is.
#[inline]
fn words(bytes: &[u8; HEADER]) -> [u32; 4] {
    let bits = u128::from_le_bytes(*bytes);
    [bits as u32, (bits >> 32) as u32, (bits >> 64) as u32, (bits >> 96) as u32]
}

/// Returns the length in a number of a header, which has something else in its highest byte.
#[inline]
fn lowest(word: u32) -> u32 {
    word & (LONGEST as u32 - 1)
}

/// A text with what every check of a pattern looks at first.
#[derive(Clone, Copy)]
pub(super) struct Asked<'t> {
    pub(super) text: &'t str,
    /// Its first eight bytes, zeros past its end.
    first: u64,
    /// Its last four bytes, zeros before its start.
    last: u32,
}

impl<'t> Asked<'t> {
    #[inline]
    pub(super) fn new<const FOLD: bool>(text: &'t str) -> Asked<'t> {
        let bytes = text.as_bytes();
        let (first, last) = (word_at::<FOLD>(bytes, 0), word_before::<FOLD>(bytes, bytes.len()));
        Asked { text, first, last: (last >> 32) as u32 }
    }
}

impl Patterns {
    /// Adds a pattern; returns `false` if there is no room for it.
    pub(super) fn push(&mut self, text: &str, fold: bool) -> bool {
        let end = self.bytes.len().saturating_add(text.len()).saturating_add(HEADER + STEP + WORD);
        if text.len() >= LONGEST || u32::try_from(end).is_err() || self.count == u32::MAX {
            return false;
        }
        let cut = Cut::of(text.as_bytes());
        let between = text.as_bytes().get(cut.head..cut.tail).unwrap_or_default();
        // The lengths are below LONGEST.
        let header = Header {
            number: self.count,
            head: cut.head as u32,
            tail: cut.tail as u32,
            end: text.len() as u32,
            middle: cut.middle,
            effort: effort(cut.middle, between),
        };
        self.bytes.extend_from_slice(&header.to_bytes());
        let start = self.bytes.len();
        self.bytes.extend_from_slice(text.as_bytes());
        if fold {
            self.bytes.get_mut(start..).unwrap_or_default().make_ascii_lowercase();
        }
        self.bytes.resize(self.bytes.len().next_multiple_of(STEP), 0);
        self.count += 1;
        true
    }

    /// Says that no pattern will be added.
    pub(super) fn finish(&mut self) {
        self.bytes.extend_from_slice(&[0; WORD]);
        self.bytes.shrink_to_fit();
    }

    pub(super) fn len(&self) -> usize {
        self.count as usize
    }

    /// Returns the spots of all patterns, in the order of their numbers.
    pub(super) fn spots(&self) -> impl Iterator<Item = u32> + '_ {
        let mut next = 0;
        (0..self.count).map_while(move |_| {
            let spot = next;
            let (header, _) = self.record(spot)?;
            // What all records take fits in 32 bits.
            next += (HEADER + header.end as usize).div_ceil(STEP) as u32;
            Some(spot)
        })
    }

    /// Returns what stands at a spot, and all bytes behind it.
    #[inline]
    fn record(&self, spot: u32) -> Option<(Header, &[u8])> {
        let record = self.bytes.get((spot as usize) << STEP_BITS..)?;
        let (header, text) = record.split_first_chunk()?;
        Some((Header::of(header), text))
    }

    /// Returns the number of the pattern at a spot.
    #[inline]
    pub(super) fn number(&self, spot: u32) -> u32 {
        self.record(spot).map_or(0, |(header, _)| header.number)
    }

    /// Returns the parts of the pattern at a spot, empty ones if there is none.
    pub(super) fn parts(&self, spot: u32) -> Parts<'_> {
        self.record(spot).map_or(
            Parts { head: &[], middle: Middle::Empty, between: &[], tail: &[] },
            |(header, text)| parts_of(header, text),
        )
    }

    /// Returns the number of the pattern at a spot if `asked` fits it.
    ///
    /// `near` is where the run of an enclosed middle is expected; see [`Parts::fits_between`].
    #[inline]
    pub(super) fn fitting<const FOLD: bool>(
        &self,
        spot: u32,
        asked: Asked<'_>,
        near: Near,
    ) -> Option<u32> {
        steps::count(1);
        let record = self.bytes.get((spot as usize) << STEP_BITS..)?;
        let (header, text) = record.split_first_chunk()?;
        let first = u64::from_le_bytes(*text.first_chunk()?);
        let [number, head, tail, end] = words(header);
        let (middle, head_len, tail) = (head >> 24, lowest(head) as usize, lowest(tail));
        let (bytes, folding) = (asked.text.as_bytes(), Folding::<FOLD>);
        if (asked.first ^ first) & lowest_bytes(head_len) != 0 {
            return None;
        }
        let tail_len = end.wrapping_sub(tail) as usize;
        if tail_len != 0 {
            // Where the tail is shorter than that, what stands before it is left out.
            let last = record.get(HEADER - LAST + end as usize..)?;
            let last = u32::from_le_bytes(*last.first_chunk()?);
            if (asked.last ^ last) & (highest_bytes(tail_len) >> 32) as u32 != 0 {
                return None;
            }
        }
        let (start_of_text, rest) = bytes.split_at_checked(head_len)?;
        if head_len > WORD {
            let head = text.get(..head_len)?;
            let same = match (head.last_chunk(), start_of_text.last_chunk()) {
                (Some(last), Some(other)) if head_len <= 2 * WORD => {
                    Folding::<FOLD>::same(last, other)
                }
                _ => folding.equal(head, start_of_text),
            };
            if !same {
                return None;
            }
        }
        let fits = if middle == Middle::Empty as u32 {
            rest.is_empty()
        } else if middle == Middle::Stars as u32 && tail == end {
            true
        } else {
            let pattern = text.get(..end as usize)?;
            let (before, tail) = pattern.split_at_checked(tail as usize)?;
            let (head, between) = before.split_at_checked(head_len)?;
            let parts = Parts { head, middle: Middle::of(middle as u8), between, tail };
            let equal = |last| bytes.get(last..).is_some_and(|rest| folding.equal(tail, rest));
            (tail_len <= LAST || bytes.len().checked_sub(tail_len).is_some_and(equal))
                && parts.fits_between(asked.text, near, folding)
        };
        fits.then_some(number)
    }

    /// Returns the number of the pattern at a spot, which has no wildcard, if `text` is that.
    #[inline]
    pub(super) fn equal<const FOLD: bool>(&self, spot: u32, text: &str) -> Option<u32> {
        steps::count(1);
        let (header, pattern) = self.record(spot)?;
        let pattern = pattern.get(..header.end as usize)?;
        Folding::<FOLD>.equal(pattern, text.as_bytes()).then_some(header.number)
    }

    /// Returns about how much work it is to check the pattern at a spot against a text in which all
    /// of it but the last is found, in steps of ten nanoseconds.
    #[inline]
    pub(super) fn effort(&self, spot: u32) -> u32 {
        self.record(spot).map_or(1, |(header, _)| header.effort.into())
    }

    /// Returns where the middle of the pattern at a spot is in the bytes of all patterns.
    pub(super) fn between(&self, spot: u32) -> u32 {
        let head = self.record(spot).map_or(0, |(header, _)| header.head);
        (spot << STEP_BITS) + HEADER as u32 + head
    }

    /// Returns the word of the bytes of all patterns at `start`.
    #[inline]
    pub(super) fn word(&self, start: u32) -> u64 {
        word_at::<false>(&self.bytes, start as usize)
    }

    /// Returns the bytes of all patterns from `start` on.
    #[inline]
    pub(super) fn slice(&self, start: u32, length: usize) -> &[u8] {
        self.bytes.get(start as usize..).and_then(|rest| rest.get(..length)).unwrap_or_default()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.bytes.capacity()
    }
}

#[inline]
fn parts_of(header: Header, text: &[u8]) -> Parts<'_> {
    let Header { head, tail, end, middle, .. } = header;
    let part = |from: u32, to: u32| text.get(from as usize..to as usize).unwrap_or_default();
    Parts { head: part(0, head), middle, between: part(head, tail), tail: part(tail, end) }
}

/// Returns about how much work it is to check a middle, at least one and no more than fits.
fn effort(middle: Middle, between: &[u8]) -> u8 {
    match middle {
        Middle::Empty | Middle::Stars => 1,
        Middle::Enclosed => 3,
        Middle::Starred | Middle::Other => u8::try_from(2 + 2 * runs(between)).unwrap_or(u8::MAX),
    }
}

/// Returns how many stretches without a star there are.
fn runs(between: &[u8]) -> usize {
    let first = usize::from(between.first().is_some_and(|&byte| byte != b'*'));
    // Counted in bytes, which the compiler does sixteen at a time.
    let begin = |(left, right): (&[u8], &[u8])| {
        left.iter().zip(right).fold(0_u8, |runs, (&left, &right)| {
            runs.wrapping_add(u8::from((left == b'*') & (right != b'*')))
        })
    };
    let behind = between.get(1..).unwrap_or_default();
    let others = between.chunks(128).zip(behind.chunks(128)).map(begin);
    first + others.map(usize::from).sum::<usize>()
}
