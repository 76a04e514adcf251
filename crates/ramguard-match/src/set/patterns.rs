//! The texts of all patterns of a set, one after the other, with what is known of each.
//!
//! Offsets have 32 bits; patterns that would end past four gigabytes are refused. If letters match
//! in either case the texts are kept in small letters.

use crate::pattern::{Cut, Middle, Near, Parts};
use crate::steps;
use crate::word::{Folding, word_at};

/// The patterns of a set, one after the other in one text, with all that is known of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Patterns {
    text: Vec<u8>,
    places: Vec<Place>,
}

/// Where a pattern and its parts are in [`Patterns::text`].
#[derive(Clone, Copy, Debug)]
struct Place {
    start: u32,
    between: u32,
    tail: u32,
    end: u32,
    middle: Middle,
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
        self.places.push(Place { start: start32, between, tail, end, middle: cut.middle });
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
    #[inline]
    pub(super) fn parts(&self, number: u32) -> Parts<'_> {
        const NONE: Place = Place { start: 0, between: 0, tail: 0, end: 0, middle: Middle::Empty };
        let &Place { start, between, tail, end, middle } =
            self.places.get(number as usize).unwrap_or(&NONE);
        let part = |from: u32, to: u32| self.text.get(from as usize..to as usize);
        Parts {
            head: part(start, between).unwrap_or_default(),
            middle,
            between: part(between, tail).unwrap_or_default(),
            tail: part(tail, end).unwrap_or_default(),
        }
    }

    /// Returns whether `text` fits the pattern `number`.
    ///
    /// `near` is where the run of an enclosed middle is expected; see [`Parts::fits_between`].
    #[inline]
    pub(super) fn fits<const FOLD: bool>(&self, number: u32, text: &str, near: Near) -> bool {
        steps::count(1);
        let Some(&Place { start, between, tail, end, middle }) = self.places.get(number as usize)
        else {
            return false;
        };
        let (bytes, folding) = (text.as_bytes(), Folding::<FOLD>);
        let part = |from: u32, to: u32| self.text.get(from as usize..to as usize);
        let Some(head) = part(start, between) else { return false };
        if middle == Middle::Empty {
            return folding.equal(head, bytes);
        }
        let Some((first, rest)) = bytes.split_at_checked(head.len()) else { return false };
        if !folding.equal(head, first) {
            return false;
        }
        if middle == Middle::Stars && tail == end {
            return true;
        }
        let parts = self.parts(number);
        let Some(last) = rest.len().checked_sub(parts.tail.len()) else { return false };
        rest.get(last..).is_some_and(|rest| folding.equal(parts.tail, rest))
            && parts.fits_between(text, near, folding)
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
