//! The texts of all patterns of a set, one after the other, with what is known of each.
//!
//! Offsets have 32 bits; patterns that would end past four gigabytes are refused. If letters match
//! in either case the texts are kept in small letters.

use crate::pattern::{Cut, Middle, Near, Parts};
use crate::steps;
use crate::word::{Folding, WORD, highest_bytes, lowest_bytes, word_at, word_before};

/// How many bytes of a tail are kept apart.
const LAST: usize = size_of::<u32>();

/// The patterns of a set, one after the other in one text, with all that is known of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Patterns {
    text: Vec<u8>,
    places: Vec<Place>,
}

/// Where a pattern and its parts are in [`Patterns::text`], and how it starts and ends.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The first eight bytes of the head, zeros where it is shorter.
    first: u64,
    /// The last four bytes of the tail, zeros where it is shorter; of a literal, zeros.
    last: u32,
    start: u32,
    between: u32,
    tail: u32,
    end: u32,
    middle: Middle,
    /// See [`Patterns::effort`].
    effort: u8,
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
        let start = self.text.len();
        let cut = Cut::of(text.as_bytes());
        let (Ok(start32), Ok(end), Ok(_)) = (
            u32::try_from(start),
            u32::try_from(start.saturating_add(text.len())),
            u32::try_from(self.places.len()),
        ) else {
            return false;
        };
        self.text.extend_from_slice(text.as_bytes());
        if fold && let Some(added) = self.text.get_mut(start..) {
            added.make_ascii_lowercase();
        }
        // Offsets inside a text whose end fits in 32 bits fit as well.
        let (between, tail) = (start32 + cut.head as u32, start32 + cut.tail as u32);
        let part = |from: u32| self.text.get(from as usize..).unwrap_or_default();
        let (head, tail_text) = (part(start32), part(tail));
        let first = word_at::<false>(head, 0) & lowest_bytes(cut.head);
        let last = (word_before::<false>(tail_text, tail_text.len()) >> 32) as u32;
        let middle = cut.middle;
        let effort = effort(middle, text.as_bytes().get(cut.head..cut.tail).unwrap_or_default());
        self.places.push(Place { first, last, start: start32, between, tail, end, middle, effort });
        true
    }

    pub(super) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.places.shrink_to_fit();
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Returns the parts of the pattern `number`, empty ones if there is no such pattern.
    pub(super) fn parts(&self, number: u32) -> Parts<'_> {
        const NONE: Place = Place {
            first: 0,
            last: 0,
            start: 0,
            between: 0,
            tail: 0,
            end: 0,
            middle: Middle::Empty,
            effort: 1,
        };
        self.parts_at(self.places.get(number as usize).unwrap_or(&NONE))
    }

    #[inline]
    fn parts_at(&self, place: &Place) -> Parts<'_> {
        let &Place { start, between, tail, end, middle, .. } = place;
        let part = |from: u32, to: u32| self.text.get(from as usize..to as usize);
        Parts {
            head: part(start, between).unwrap_or_default(),
            middle,
            between: part(between, tail).unwrap_or_default(),
            tail: part(tail, end).unwrap_or_default(),
        }
    }

    /// Returns whether `asked` fits the pattern `number`.
    ///
    /// `near` is where the run of an enclosed middle is expected; see [`Parts::fits_between`].
    #[inline]
    pub(super) fn fits<const FOLD: bool>(&self, number: u32, asked: Asked<'_>, near: Near) -> bool {
        steps::count(1);
        let Some(place) = self.places.get(number as usize) else { return false };
        let &Place { first, last, start, between, tail, end, middle, .. } = place;
        let (bytes, folding) = (asked.text.as_bytes(), Folding::<FOLD>);
        let (head_len, tail_len) = ((between - start) as usize, (end - tail) as usize);
        let differing = (asked.first ^ first) & lowest_bytes(head_len);
        let ends = (asked.last ^ last) & (highest_bytes(tail_len) >> 32) as u32;
        if differing != 0 || ends != 0 {
            return false;
        }
        let Some((start_of_text, rest)) = bytes.split_at_checked(head_len) else { return false };
        if head_len > WORD
            && !self
                .text
                .get(start as usize..between as usize)
                .is_some_and(|head| folding.equal(head, start_of_text))
        {
            return false;
        }
        match middle {
            Middle::Empty => rest.is_empty(),
            Middle::Stars if tail == end => true,
            _ => self.fits_behind::<FOLD>(place, asked.text, near),
        }
    }

    /// Returns whether `text`, which starts with the head of the pattern at `place`, fits it.
    fn fits_behind<const FOLD: bool>(&self, place: &Place, text: &str, near: Near) -> bool {
        let (bytes, folding) = (text.as_bytes(), Folding::<FOLD>);
        let parts = self.parts_at(place);
        let equal = |last| bytes.get(last..).is_some_and(|rest| folding.equal(parts.tail, rest));
        (parts.tail.len() <= LAST || bytes.len().checked_sub(parts.tail.len()).is_some_and(equal))
            && parts.fits_between(text, near, folding)
    }

    /// Returns whether `text` is the pattern `number`, which has no wildcard.
    #[inline]
    pub(super) fn is<const FOLD: bool>(&self, number: u32, text: &str) -> bool {
        steps::count(1);
        let pattern = self
            .places
            .get(number as usize)
            .and_then(|place| self.text.get(place.start as usize..place.end as usize));
        pattern.is_some_and(|pattern| Folding::<FOLD>.equal(pattern, text.as_bytes()))
    }

    /// Returns about how much work it is to check the pattern `number` against a text in which all
    /// of it but the last is found, in steps of ten nanoseconds.
    #[inline]
    pub(super) fn effort(&self, number: u32) -> u32 {
        self.places.get(number as usize).map_or(1, |place| place.effort.into())
    }

    /// Returns where the middle of the pattern `number` is in the text of all patterns.
    pub(super) fn between(&self, number: u32) -> u32 {
        self.places.get(number as usize).map_or(0, |place| place.between)
    }

    /// Returns the word of the text of all patterns at `start`.
    #[inline]
    pub(super) fn word(&self, start: u32) -> u64 {
        word_at::<false>(&self.text, start as usize)
    }

    /// Returns the bytes of the text of all patterns from `start` on.
    #[inline]
    pub(super) fn slice(&self, start: u32, length: usize) -> &[u8] {
        self.text.get(start as usize..).and_then(|rest| rest.get(..length)).unwrap_or_default()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.text.capacity() + self.places.capacity() * size_of::<Place>()
    }
}

/// Returns about how much work it is to check a middle, at least one and no more than fits.
fn effort(middle: Middle, between: &[u8]) -> u8 {
    let runs = between.split(|&byte| byte == b'*').filter(|run| !run.is_empty()).count();
    match middle {
        Middle::Empty | Middle::Stars => 1,
        Middle::Enclosed => 3,
        Middle::Starred | Middle::Other => u8::try_from(2 + 2 * runs).unwrap_or(u8::MAX),
    }
}
