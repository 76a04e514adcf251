//! Families: many patterns with the same head and tail, whose runs are looked for together.
//!
//! The runs of a family form a tree, written down from the root, parents before children; a run
//! that several patterns share at their start is looked for once, and if it is not found, all that
//! depends on it is skipped. What holds for every family:
//!
//! * head and tail of all its patterns are the same, byte for byte;
//! * every middle starts and ends with a star, so each run is wanted leftmost behind the one before;
//! * no run is deeper than [`MAX_DEPTH`].

use std::ops::ControlFlow;

use super::index::Patterns;
use crate::pattern::{Middle, Parts};
use crate::run::Run;
use crate::steps;
use crate::word::{Folding, WORD, lowest_bytes, not_any, word_at};

/// Fewer patterns than this are checked one by one.
pub(super) const SMALLEST: usize = 8;

/// How many runs a pattern of a family can have.
const MAX_DEPTH: usize = 63;

/// All families of a set.
#[derive(Clone, Debug, Default)]
pub(super) struct Families {
    families: Vec<Family>,
    nodes: Vec<Node>,
}

/// One family: its part of the nodes, and a pattern that has its head and tail.
#[derive(Clone, Copy, Debug)]
struct Family {
    from: u32,
    to: u32,
    model: u32,
}

/// A run of the tree, or the end of a pattern.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// How many runs come before this one.
    depth: u8,
    /// Whether the run has question marks.
    any: bool,
    /// How long the run is; nought for the end of a pattern.
    length: u16,
    /// Where the run is in the text of all patterns, or the number of the pattern that ends here.
    start: u32,
    /// The next node that does not depend on this one.
    skip: u32,
}

impl Families {
    /// Makes a family of those of `numbers` that can be in one, and returns which it is.
    ///
    /// The others are left in `numbers`, and all of them if too few would be in the family.
    pub(super) fn add(&mut self, patterns: &Patterns, numbers: &mut Vec<u32>) -> Option<u32> {
        let model = numbers.iter().copied().find(|&number| is_member(patterns.parts(number)))?;
        let Parts { head, tail, .. } = patterns.parts(model);
        let mut members = Vec::with_capacity(numbers.len());
        numbers.retain(|&number| {
            let parts = patterns.parts(number);
            let fits = parts.head == head && parts.tail == tail && is_member(parts);
            if fits {
                members.push((sort_key(parts.between), number));
            }
            !fits
        });
        if members.len() < SMALLEST {
            numbers.extend(members.into_iter().map(|(_, number)| number));
            numbers.sort_unstable();
            return None;
        }
        // Middles that start alike come together, and so do those that start with the same runs.
        members.sort_unstable_by(|left, right| {
            let between = |number: u32| patterns.parts(number).between;
            left.0.cmp(&right.0).then_with(|| between(left.1).cmp(between(right.1)))
        });
        let from = self.nodes.len();
        // The nodes on the way to the last one.
        let mut open: Vec<usize> = vec![];
        let mut last: &[u8] = &[];
        for (_, number) in members {
            let between = patterns.parts(number).between;
            let depth =
                runs(last).zip(runs(between)).take_while(|(old, new)| old.1 == new.1).count();
            self.close(&mut open, depth);
            for (depth, (at, run)) in runs(between).enumerate().skip(depth) {
                open.push(self.nodes.len());
                // `is_member` has seen that depth and length are small.
                let (depth, length) = (depth as u8, run.len() as u16);
                let start = patterns.between(number) + at as u32;
                self.nodes.push(Node { depth, any: run.contains(&b'?'), length, start, skip: 0 });
            }
            let (depth, skip) = (open.len() as u8, self.nodes.len() as u32 + 1);
            self.nodes.push(Node { depth, any: false, length: 0, start: number, skip });
            last = between;
        }
        self.close(&mut open, 0);
        self.families.push(Family { from: from as u32, to: self.nodes.len() as u32, model });
        Some(self.families.len() as u32 - 1)
    }

    /// Lets all open nodes from `depth` on end here.
    fn close(&mut self, open: &mut Vec<usize>, depth: usize) {
        let end = self.nodes.len() as u32;
        for at in open.drain(depth.min(open.len())..) {
            if let Some(node) = self.nodes.get_mut(at) {
                node.skip = end;
            }
        }
    }

    /// Hands the patterns of a family that fit `text` to `take`.
    pub(super) fn search<const FOLD: bool>(
        &self,
        family: u32,
        patterns: &Patterns,
        text: &str,
        mut take: impl FnMut(u32) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Some(&Family { from, to, model }) = self.families.get(family as usize) else {
            return ControlFlow::Continue(());
        };
        let folding = Folding::<FOLD>;
        let Some(room) = patterns.parts(model).room(text, folding) else {
            return ControlFlow::Continue(());
        };
        let ascii = room.is_ascii();
        // Where the text behind the runs found so far starts.
        let mut places = [0; MAX_DEPTH + 1];
        let mut at = from;
        while at < to {
            let Some(&node) = self.nodes.get(at as usize) else { break };
            if node.length == 0 {
                take(node.start)?;
                at += 1;
                continue;
            }
            steps::count(1);
            let depth = usize::from(node.depth);
            let Some((&place, next)) = places.get_mut(depth..).and_then(|places| match places {
                [place, next, ..] => Some((&*place, next)),
                _ => None,
            }) else {
                break;
            };
            match node.end_behind::<FOLD>(patterns, room, place, ascii) {
                Some(end) => {
                    *next = end;
                    at += 1;
                }
                None => at = node.skip,
            }
        }
        ControlFlow::Continue(())
    }

    pub(super) fn shrink(&mut self) {
        self.families.shrink_to_fit();
        self.nodes.shrink_to_fit();
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.families.capacity() * size_of::<Family>() + self.nodes.capacity() * size_of::<Node>()
    }
}

impl Node {
    /// Returns the offset in `room` just past the leftmost place behind `place` where this run
    /// fits.
    #[inline]
    fn end_behind<const FOLD: bool>(
        self,
        patterns: &Patterns,
        room: &str,
        place: usize,
        ascii: bool,
    ) -> Option<usize> {
        let length = usize::from(self.length);
        if length <= WORD && (ascii || !self.any) {
            // Most runs are short and fit right here.
            let word = patterns.word(self.start) & lowest_bytes(length);
            let mask = lowest_bytes(length) & if self.any { not_any(word) } else { !0 };
            let here = word_at::<FOLD>(room.as_bytes(), place);
            if (here ^ word) & mask == 0 && place + length <= room.len() {
                return Some(place + length);
            }
        }
        let run = Run::new(patterns.slice(self.start, length), Folding::<FOLD>);
        run.end_in(room.get(place..)?, ascii).map(|end| place + end)
    }
}

/// Returns whether a pattern can be in a family.
fn is_member(parts: Parts<'_>) -> bool {
    let stars = matches!(parts.between, [b'*'] | [b'*', .., b'*']);
    parts.middle != Middle::Empty
        && stars
        && runs(parts.between).count() <= MAX_DEPTH
        && runs(parts.between).all(|(_, run)| u16::try_from(run.len()).is_ok())
}

/// Returns the runs of a middle that starts and ends with a star, and where in it they start.
fn runs(between: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    let runs = between.split(|&byte| byte == b'*').map(move |run| {
        let start = at;
        at += run.len() + 1;
        (start, run)
    });
    runs.filter(|(_, run)| !run.is_empty())
}

/// Returns the first bytes behind the star a middle starts with, as a number in the same order.
fn sort_key(between: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    for (to, from) in bytes.iter_mut().zip(between.iter().skip(1)) {
        *to = *from;
    }
    u64::from_be_bytes(bytes)
}
