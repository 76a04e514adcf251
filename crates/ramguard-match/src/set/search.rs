//! One look-up: from a text through the index to the patterns that fit it.
//!
//! The way is bounded by the index and not by the text alone: at most 17 branches of heads with 9
//! cuts each; behind every head at most 33 lengths of tails; behind every tail four windows at
//! every place of the text. Every list is checked at most once.

use std::ops::ControlFlow;

use super::index::{Firsts, Index, Middles, Patterns, Pieces};
use super::key::{Starts, WINDOWS};
use super::table::Next;
use crate::window::{self, WIDTH};
use crate::word::{Folding, WORD, lowest_bytes, word_at};
use crate::{pattern, steps};

/// What is done with the patterns that fit.
pub(super) trait Sink {
    /// Takes the number of a pattern that fits, and tells whether to go on.
    fn take(&mut self, number: u32) -> ControlFlow<()>;

    /// Returns whether the list with this first pattern was not visited before.
    fn visit(&mut self, first: u32) -> bool;
}

/// A look-up of one text.
struct Search<'s, 't, const FOLD: bool> {
    patterns: &'s Patterns,
    index: &'s Index,
    text: &'t str,
    bytes: &'t [u8],
}

/// Hands every pattern that fits `text` to `sink`, in no order, until told to stop.
pub(super) fn search<const FOLD: bool>(
    patterns: &Patterns,
    index: &Index,
    text: &str,
    sink: &mut impl Sink,
) -> ControlFlow<()> {
    let search = Search::<FOLD> { patterns, index, text, bytes: text.as_bytes() };
    let starts = Starts::new::<FOLD>(&index.seeds, search.bytes);
    if let Some(literals) = &index.literals {
        search.check(literals.get_likely(starts.whole()), sink)?;
    }
    search.by_head(&starts, sink)
}

impl<const FOLD: bool> Search<'_, '_, FOLD> {
    fn by_head(&self, starts: &Starts<'_>, sink: &mut impl Sink) -> ControlFlow<()> {
        let mut next = self.index.root;
        while let Next::Heads { at, cuts } = next {
            let at = usize::from(at);
            let Some(room) = self.bytes.len().checked_sub(at) else { break };
            let word = word_at::<FOLD>(self.bytes, at);
            let mut left = u64::from(cuts & 0xFF) & window::lowest(room + 1);
            while left != 0 {
                let more = left.trailing_zeros() as usize;
                left &= left - 1;
                steps::count(1);
                let key = starts.start(at + more, word & lowest_bytes(more));
                self.behind_head(self.index.table.get(key), key, sink)?;
            }
            if cuts >> WORD & 1 == 0 || room < WORD {
                return ControlFlow::Continue(());
            }
            steps::count(1);
            next = self.index.table.get(starts.branch(at + WORD));
        }
        // Few patterns are left, and whether their heads fit is not known.
        self.check(next, sink)
    }

    #[inline]
    fn behind_head(&self, next: Next, key: u64, sink: &mut impl Sink) -> ControlFlow<()> {
        match next {
            Next::Nothing => ControlFlow::Continue(()),
            Next::Tails(tails) => self.by_tail(tails, key, sink),
            _ => self.check(next, sink),
        }
    }

    fn by_tail(&self, tails: u32, parent: u64, sink: &mut impl Sink) -> ControlFlow<()> {
        let Some(tails) = self.index.tails.get(tails as usize) else {
            return ControlFlow::Continue(());
        };
        let Some(room) = self.bytes.len().checked_sub(tails.head as usize) else {
            return ControlFlow::Continue(());
        };
        let mut left = tails.lengths & window::lowest(room.saturating_add(1));
        while left != 0 {
            let length = left.trailing_zeros() as usize;
            left &= left - 1;
            steps::count(1);
            let key = self.index.seeds.tail::<FOLD>(parent, self.bytes, length);
            match self.index.table.get(key) {
                Next::Nothing => {}
                Next::Middles(middles) => {
                    if let Some(middles) = self.index.middles.get(middles as usize) {
                        self.by_middle(middles, key, sink)?;
                    }
                }
                next => self.check(next, sink)?,
            }
        }
        ControlFlow::Continue(())
    }

    fn by_middle(&self, middles: &Middles, parent: u64, sink: &mut impl Sink) -> ControlFlow<()> {
        self.check(middles.rest, sink)?;
        let from = middles.head as usize;
        let Some(to) = self.bytes.len().checked_sub(middles.tail as usize) else {
            return ControlFlow::Continue(());
        };
        let mut padded = [0; WIDTH];
        let text = window::at_least_one(self.bytes, &mut padded);
        for (firsts, length) in middles.firsts.into_iter().zip(WINDOWS) {
            if firsts == Firsts::None {
                continue;
            }
            let mut at = from;
            while at + length <= to {
                steps::count(1);
                let mut places =
                    window::lowest(to - length - at + 1) & firsts_at::<FOLD>(firsts, text, at);
                while places != 0 {
                    let place = at + places.trailing_zeros() as usize;
                    places &= places - 1;
                    steps::count(1);
                    let key = self.index.seeds.window::<FOLD>(parent, self.bytes, place, length);
                    match self.index.table.get(key) {
                        Next::Nothing => {}
                        next => {
                            if self.first(next).is_some_and(|first| sink.visit(first)) {
                                self.check(next, sink)?;
                            }
                        }
                    }
                }
                at += WIDTH;
            }
        }
        ControlFlow::Continue(())
    }

    fn first(&self, next: Next) -> Option<u32> {
        match next {
            Next::One(number) => Some(number),
            Next::List(start) => self.index.list(start).first().copied(),
            _ => None,
        }
    }

    /// Checks the patterns that `next` names, and hands those that fit to `sink`.
    #[inline]
    fn check(&self, next: Next, sink: &mut impl Sink) -> ControlFlow<()> {
        match next {
            Next::One(number) => self.check_one(number, sink),
            Next::List(start) => {
                self.index.list(start).iter().try_for_each(|&number| self.check_one(number, sink))
            }
            _ => ControlFlow::Continue(()),
        }
    }

    #[inline]
    fn check_one(&self, number: u32, sink: &mut impl Sink) -> ControlFlow<()> {
        let Pieces { head, middle, tail } = self.patterns.pieces(number);
        if pattern::fits(head, middle, tail, self.text, Folding::<FOLD>) {
            sink.take(number)
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// Returns the set of places from `at` on where one of `firsts` stands.
#[inline]
fn firsts_at<const FOLD: bool>(firsts: Firsts, text: &[u8], at: usize) -> u64 {
    let folding = Folding::<FOLD>;
    let place = |byte: u8| window::equal_at(text, at, folding.fold(byte), folding.ignored(byte));
    match firsts {
        Firsts::None => 0,
        Firsts::One(byte) => place(byte),
        Firsts::Two(one, other) => place(one) | place(other),
        Firsts::Any => !0,
    }
}
