//! Families: many patterns with the same head and tail, whose runs are looked for together.
//!
//! The middles of a family form a tree, written down from the root, parents before children. Runs
//! that several patterns share at their start are looked for once, and if one is not found, all
//! that depends on it is skipped. What holds for every family:
//!
//! * head and tail of all its patterns are the same, byte for byte;
//! * every middle starts and ends with a star and has no two of them together, so each run is
//!   wanted leftmost behind the one before;
//! * a family has at most two nodes for each of its patterns, however many runs these have;
//! * a family without nodes is more work than any look-up begins with: its patterns are found side
//!   by side.

use std::ops::ControlFlow;

use super::occurrences::{MAX_RUN, MAX_RUNS, MAX_TEXT, Occurrences};
use super::patterns::Patterns;
use crate::pattern::Parts;
use crate::run::{Run, first_fit};
use crate::steps;
use crate::word::{EACH, Folding, WORD, lowest_bytes, not_any, roughly, word_at};

/// Fewer patterns than this are checked one by one.
const SMALLEST: usize = 4;

/// The work before the first node of a family is looked at; see [`Patterns::effort`].
const FAMILY: u32 = 8;

/// How often the way from the root to a pattern can part from that of others.
const MAX_LEVEL: usize = 63;

/// More levels than there are, as a power of two.
const LEVELS: usize = 128;

/// All families of a set.
#[derive(Clone, Debug, Default)]
pub(super) struct Families {
    families: Vec<Family>,
    nodes: Vec<Node>,
    /// The different runs of every family that has few of them and no long ones.
    runs: Vec<(u32, u32)>,
    /// The runs of the nodes of these families, as numbers within the family, each node closed
    /// with [`NO_RUN`].
    sequences: Vec<u8>,
}

/// One family: its part of the nodes, and a pattern that has its head and tail.
#[derive(Clone, Copy, Debug)]
struct Family {
    from: u32,
    to: u32,
    model: u32,
    /// Whether there are question marks in some of the runs.
    any: bool,
    /// Its part of the different runs, empty if they are too many or too long.
    runs_from: u32,
    runs_to: u32,
    /// How many runs its nodes have together, [`GIVEN_UP`] if it has none any more.
    run_count: u32,
}

impl Family {
    /// Returns how much work there is if the places of all runs are found first, so that to find
    /// one is a count of zeros, without the work to find them.
    fn least_effort(&self) -> u32 {
        FAMILY + self.run_count / 16
    }
}

/// Runs that some patterns have in common, or the last ones of a single pattern.
#[derive(Clone, Copy, Debug)]
struct Node {
    /// Where the runs are in the text of all patterns; stars part them.
    start: u32,
    end: u32,
    /// Where the numbers of the runs are, if the family has few.
    sequence: u32,
    /// The number of the pattern that is complete with these runs, [`NO_PATTERN`] if they belong to several.
    pattern: u32,
    /// The next node that does not depend on this one.
    skip: u32,
    /// How many nodes this one depends on.
    level: u8,
    /// The letter of which its runs are, apart from question marks, [`NO_LETTER`] if there are
    /// several or none.
    letter: u8,
    /// How many bytes its runs have together, if they are of one letter.
    bytes: u16,
}

impl Node {
    /// Notes of which letter its runs are; `runs` has stars between them.
    fn note_letter(&mut self, runs: &[u8]) {
        let known = |byte: u8| byte != b'*' && byte != b'?';
        let letter = runs.iter().copied().find(|&byte| known(byte)).unwrap_or(NO_LETTER);
        let is_only = runs.iter().all(|&byte| byte == letter || !known(byte));
        let bytes = runs.iter().filter(|&&byte| byte != b'*').count();
        if let Ok(bytes) = u16::try_from(bytes)
            && is_only
        {
            (self.letter, self.bytes) = (letter, bytes);
        }
    }
}

/// A number that no pattern has.
const NO_PATTERN: u32 = u32::MAX;

/// More runs than any look-up looks for. Patterns of such a family are found side by side.
const GIVEN_UP: u32 = u32::MAX;

/// A number that no run has.
const NO_RUN: u8 = u8::MAX;

/// A byte that no text has.
const NO_LETTER: u8 = u8::MAX;

/// What is left to do while the nodes of a family are written down.
enum Task {
    /// Write the nodes of a part of the patterns, which agree up to the star at `star`.
    Write { from: usize, to: usize, star: usize, level: usize },
    /// Note that everything that depends on a node has been written.
    Close(usize),
}

impl Families {
    /// Makes a family of the patterns at those of `spots` that can be in one, and returns which it is.
    ///
    /// The others are left in `spots`, and all of them if too few would be in the family.
    /// `is_hopeless` tells of so much work whether no look-up would begin with it; the family has
    /// no nodes then.
    pub(super) fn add(
        &mut self,
        patterns: &Patterns,
        spots: &mut Vec<u32>,
        is_hopeless: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        let model = spots.iter().copied().find(|&spot| is_member(patterns.parts(spot)))?;
        let Parts { head, tail, .. } = patterns.parts(model);
        let mut members = Vec::with_capacity(spots.len());
        spots.retain(|&spot| {
            let parts = patterns.parts(spot);
            let fits = parts.head == head && parts.tail == tail && is_member(parts);
            if fits {
                members.push((sort_key(parts.between), spot));
            }
            !fits
        });
        if members.len() < SMALLEST {
            spots.extend(members.into_iter().map(|(_, spot)| spot));
            spots.sort_unstable();
            return None;
        }
        // Middles that start alike come together, and so do those that start with the same runs.
        members.sort_unstable_by(|left, right| {
            let between = |spot: u32| patterns.parts(spot).between;
            left.0.cmp(&right.0).then_with(|| between(left.1).cmp(between(right.1)))
        });
        let members: Vec<u32> = members.into_iter().map(|(_, spot)| spot).collect();
        let any = members.iter().any(|&spot| patterns.parts(spot).between.contains(&b'?'));
        let from = self.nodes.len() as u32;
        self.write(patterns, &members);
        let run_count = self.nodes.iter().skip(from as usize).fold(0_u32, |count, node| {
            let length = node.end.saturating_sub(node.start) as usize;
            let stars = patterns.slice(node.start, length).iter().filter(|&&byte| byte == b'*');
            count.saturating_add(1).saturating_add(stars.count() as u32)
        });
        let runs_from = self.runs.len() as u32;
        let mut family =
            Family { from, to: from, model, any, runs_from, runs_to: runs_from, run_count };
        if is_hopeless(family.least_effort()) {
            self.nodes.truncate(from as usize);
            family.run_count = GIVEN_UP;
        } else {
            self.number_runs(patterns, from as usize);
            family.to = self.nodes.len() as u32;
            family.runs_to = self.runs.len() as u32;
        }
        self.families.push(family);
        Some(self.families.len() as u32 - 1)
    }

    /// Numbers the different runs of the nodes from `from` on, unless they are too many or too long.
    fn number_runs(&mut self, patterns: &Patterns, from: usize) {
        let (first_run, first_number) = (self.runs.len(), self.sequences.len());
        let mut known = Numbers::default();
        for node in self.nodes.iter_mut().skip(from) {
            let length = node.end.saturating_sub(node.start);
            node.note_letter(patterns.slice(node.start, length as usize));
            node.sequence = self.sequences.len() as u32;
            let mut start = node.start;
            while start < node.end {
                let rest = patterns.slice(start, (node.end - start) as usize);
                let run = rest.split(|&byte| byte == b'*').next().unwrap_or_default();
                let next = self.runs.len() - first_run;
                let number = known.number(run, |number| {
                    let run = self.runs.get(first_run + number);
                    run.map_or(&[], |&(start, length)| patterns.slice(start, length as usize))
                });
                let number = number.unwrap_or(next);
                if number >= MAX_RUNS || run.len() > MAX_RUN {
                    self.runs.truncate(first_run);
                    self.sequences.truncate(first_number);
                    return;
                }
                if number == next {
                    known.add(run, number);
                    self.runs.push((start, run.len() as u32));
                }
                self.sequences.push(number as u8);
                start += run.len() as u32 + 1;
            }
            self.sequences.push(NO_RUN);
        }
    }

    /// Writes down the tree of `members`, which are sorted.
    fn write(&mut self, patterns: &Patterns, members: &[u32]) {
        let between = |at: usize| -> &[u8] {
            members.get(at).map_or(&[], |&spot| patterns.parts(spot).between)
        };
        let mut tasks = vec![Task::Write { from: 0, to: members.len(), star: 0, level: 0 }];
        while let Some(task) = tasks.pop() {
            let (from, to, star, level) = match task {
                Task::Write { from, to, star, level } => (from, to, star, level),
                Task::Close(node) => {
                    let end = self.nodes.len() as u32;
                    if let Some(node) = self.nodes.get_mut(node) {
                        node.skip = end;
                    }
                    continue;
                }
            };
            if to - from <= 1 || level == MAX_LEVEL {
                for spot in members.get(from..to).unwrap_or_default() {
                    self.push(patterns, *spot, star, None, level);
                }
                continue;
            }
            // What the first and the last have in common, all have, as they are sorted.
            let shared = last_common_star(between(from), between(to.saturating_sub(1)), star);
            let (mut level, first) = (level, members.get(from).copied().unwrap_or_default());
            if shared > star {
                tasks.push(Task::Close(self.nodes.len()));
                self.push(patterns, first, star, Some(shared), level);
                level += 1;
            }
            // The last part comes first, to be taken from the end of the tasks in order.
            let mut to = to;
            while to > from {
                let run = next_run(between(to - 1), shared);
                let same = (from..to)
                    .rev()
                    .take_while(|&at| !run.is_empty() && next_run(between(at), shared) == run)
                    .count()
                    .max(1);
                tasks.push(Task::Write { from: to - same, to, star: shared, level });
                to -= same;
            }
        }
    }

    /// Writes a node with the runs of a pattern from the star at `star` to that at `end`, or all
    /// that are left.
    fn push(
        &mut self,
        patterns: &Patterns,
        spot: u32,
        star: usize,
        end: Option<usize>,
        level: usize,
    ) {
        let start = patterns.between(spot);
        let last = patterns.parts(spot).between.len().saturating_sub(1);
        // Offsets inside a pattern fit in 32 bits, as the text of all patterns does.
        let (from, to) = (start + star as u32 + 1, start + end.unwrap_or(last) as u32);
        let pattern = if end.is_none() { patterns.number(spot) } else { NO_PATTERN };
        let skip = self.nodes.len() as u32 + 1;
        self.nodes.push(Node {
            start: from,
            end: to,
            sequence: 0,
            pattern,
            skip,
            level: level as u8,
            letter: NO_LETTER,
            bytes: 0,
        });
    }

    /// Returns how much work it is at most to check the patterns of a family; see
    /// [`Patterns::effort`].
    pub(super) fn effort(&self, family: u32) -> u32 {
        self.families.get(family as usize).map_or(0, |family| {
            match family.runs_to.saturating_sub(family.runs_from) {
                0 => FAMILY + family.run_count / 2,
                runs => family.least_effort() + runs / 2,
            }
        })
    }

    /// Hands the patterns of a family that fit `text` to `take`.
    pub(super) fn search<const FOLD: bool>(
        &self,
        family: u32,
        patterns: &Patterns,
        text: &str,
        take: impl FnMut(u32) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let family = self.families.get(family as usize).and_then(|&family| {
            Some((family, patterns.parts(family.model).room(text, Folding::<FOLD>)?))
        });
        let Some((family, room)) = family else { return ControlFlow::Continue(()) };
        let ascii = !family.any || room.is_ascii();
        let runs = self.runs.get(family.runs_from as usize..family.runs_to as usize);
        match runs {
            Some(runs @ [_, ..]) if ascii && room.len() <= MAX_TEXT => {
                let runs =
                    runs.iter().map(|&(start, length)| patterns.slice(start, length as usize));
                let found = Occurrences::new::<FOLD>(room.as_bytes(), runs);
                let (letter, repeated) = repeated::<FOLD>(room.as_bytes());
                self.walk(family, take, |node, mut place: u32| {
                    // Where a letter is repeated, runs of it fit one behind the other.
                    let end = place.wrapping_add(node.bytes.into());
                    if node.letter == letter && end <= repeated {
                        steps::count(1);
                        return Some(end);
                    }
                    let mut at = node.sequence as usize;
                    while let Some(&run) = self.sequences.get(at).filter(|&&run| run != NO_RUN) {
                        steps::count(1);
                        place = found.end_behind(run, place)?;
                        at = at.wrapping_add(1);
                    }
                    Some(place)
                })
            }
            _ => {
                let runs = Runs::<FOLD> { patterns, room, any: family.any, ascii };
                self.walk(family, take, |node, place| runs.find(node.start, node.end, place))
            }
        }
    }

    /// Walks through the tree of a family and hands over the patterns whose nodes are all found.
    ///
    /// `find` returns where the text behind the runs of a node starts, if they are found from a
    /// place on.
    #[inline]
    fn walk<P: Copy + Default>(
        &self,
        family: Family,
        mut take: impl FnMut(u32) -> ControlFlow<()>,
        find: impl Fn(&Node, P) -> Option<P>,
    ) -> ControlFlow<()> {
        // Where the text behind the runs found so far starts, for every level.
        let mut places = [P::default(); LEVELS];
        let nodes = self.nodes.get(..family.to as usize).unwrap_or_default();
        let mut at = family.from as usize;
        while let Some(node) = nodes.get(at) {
            let level = usize::from(node.level);
            let place = places.get(level % LEVELS).copied().unwrap_or_default();
            at = match find(node, place) {
                Some(place) if node.pattern == NO_PATTERN => {
                    if let Some(next) = places.get_mut((level + 1) % LEVELS) {
                        *next = place;
                    }
                    // What depends on a node comes right behind it.
                    at.wrapping_add(1)
                }
                Some(_) => {
                    take(node.pattern)?;
                    node.skip as usize
                }
                None => node.skip as usize,
            };
        }
        ControlFlow::Continue(())
    }

    pub(super) fn shrink(&mut self) {
        self.families.shrink_to_fit();
        self.nodes.shrink_to_fit();
        self.runs.shrink_to_fit();
        self.sequences.shrink_to_fit();
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.families.capacity() * size_of::<Family>()
            + self.nodes.capacity() * size_of::<Node>()
            + self.runs.capacity() * size_of::<(u32, u32)>()
            + self.sequences.capacity()
    }
}

/// A table from runs to their numbers, by a hash of their first word and their length.
struct Numbers {
    slots: [u8; 4 * MAX_RUNS],
}

impl Default for Numbers {
    fn default() -> Numbers {
        Numbers { slots: [NO_RUN; 4 * MAX_RUNS] }
    }
}

impl Numbers {
    /// Returns the slots in the order in which a run is looked for.
    fn slots(&self, run: &[u8]) -> impl Iterator<Item = usize> + use<> {
        let word = word_at::<false>(run, 0) ^ run.len() as u64;
        let home = (word.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 57) as usize;
        (0..4 * MAX_RUNS).map(move |more| (home + more) % (4 * MAX_RUNS))
    }

    /// Returns the number of a run, if it has one; `runs` returns the runs by number.
    fn number<'p>(&self, run: &[u8], runs: impl Fn(usize) -> &'p [u8]) -> Option<usize> {
        let taken = self.slots(run).map_while(|slot| {
            self.slots.get(slot).filter(|&&number| number != NO_RUN).map(|&number| number.into())
        });
        taken.into_iter().find(|&number| runs(number) == run)
    }

    /// Gives a number to a run that has none.
    fn add(&mut self, run: &[u8], number: usize) {
        let free = self.slots(run).find(|&slot| self.slots.get(slot) == Some(&NO_RUN));
        if let Some(slot) = free.and_then(|slot| self.slots.get_mut(slot)) {
            // Numbers are below MAX_RUNS.
            *slot = number as u8;
        }
    }
}

/// Looks for the runs of nodes in a text.
struct Runs<'s, 't, const FOLD: bool> {
    patterns: &'s Patterns,
    room: &'t str,
    any: bool,
    /// Whether `?` takes one byte.
    ascii: bool,
}

impl<const FOLD: bool> Runs<'_, '_, FOLD> {
    /// Looks for the runs from `start` to `end` in the text of all patterns, one behind the other,
    /// from `place` on. Returns the offset just past the last.
    #[inline]
    fn find(&self, mut start: u32, end: u32, mut place: usize) -> Option<usize> {
        let bytes = self.room.as_bytes();
        while start < end {
            steps::count(1);
            let word = self.patterns.word(start);
            // A run ends at the next star, and the last one where the node ends.
            let length = (roughly(word, b'*').trailing_zeros() / 8).min(end - start);
            if length as usize == WORD || !self.ascii {
                let rest = self.patterns.slice(start, (end - start) as usize);
                let run = rest.split(|&byte| byte == b'*').next().unwrap_or_default();
                let room = self.room.get(place..)?;
                place += Run::new(run, Folding::<FOLD>).end_in(room, self.ascii)?;
                start += run.len() as u32 + 1;
                continue;
            }
            let mut mask = lowest_bytes(length as usize);
            if self.any {
                mask &= not_any(word);
            }
            if (word_at::<FOLD>(bytes, place) ^ word) & mask == 0 {
                // Most runs fit right here.
                place += length as usize;
            } else {
                place += first_fit::<FOLD>(bytes.get(place..)?, word & mask, mask)?;
                place += length as usize;
            }
            if place > bytes.len() {
                return None;
            }
            start += length + 1;
        }
        Some(place)
    }
}

/// Returns the first byte of a text, which has no more than [`MAX_TEXT`], and how often it stands there.
fn repeated<const FOLD: bool>(text: &[u8]) -> (u8, u32) {
    let [letter, ..] = word_at::<FOLD>(text, 0).to_le_bytes();
    let mut count = 0;
    while count < text.len() {
        let others = word_at::<FOLD>(text, count) ^ (u64::from(letter) * EACH);
        count += others.trailing_zeros() as usize / 8;
        if others != 0 {
            break;
        }
    }
    // Past the end of a text there are bytes that are zero, as its first may be.
    (letter, count.min(text.len()) as u32)
}

/// Returns whether a pattern can be in a family.
fn is_member(parts: Parts<'_>) -> bool {
    matches!(parts.between, [b'*'] | [b'*', .., b'*'])
        && !parts.between.windows(2).any(|two| two == b"**")
}

/// Returns where the last star is that two middles have in common, with all that stands before,
/// if they agree up to the one at `star`.
fn last_common_star(left: &[u8], right: &[u8], star: usize) -> usize {
    let pairs = left.iter().zip(right).enumerate().skip(star);
    let common = pairs.take_while(|(_, (left, right))| left == right);
    common.filter(|(_, (byte, _))| **byte == b'*').last().map_or(star, |(at, _)| at)
}

/// Returns the run behind the star at `star`, with the star that ends it; nothing if there is
/// none.
fn next_run(between: &[u8], star: usize) -> &[u8] {
    let rest = between.get(star + 1..).unwrap_or_default();
    let length = rest.iter().position(|&byte| byte == b'*').map_or(0, |at| at + 1);
    rest.get(..length).unwrap_or_default()
}

/// Returns the first bytes behind the star a middle starts with, as a number in the same order.
fn sort_key(between: &[u8]) -> u128 {
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(between.iter().skip(1)) {
        *to = *from;
    }
    u128::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Case, Matches, Pattern, PatternSet};

    #[test]
    fn the_first_byte_of_a_text_is_counted_as_far_as_it_is_repeated() {
        for length in 0..=MAX_TEXT {
            for repeats in (1..=length).step_by(if cfg!(miri) { 19 } else { 1 }) {
                for (byte, other) in [(b'a', b'b'), (0, 1), (b'a', 0), (b'A', b'b')] {
                    let mut text = vec![byte; repeats];
                    text.resize(length, other);
                    assert_eq!(repeated::<false>(&text), (byte, repeats as u32), "{text:?}");
                    let small = byte.to_ascii_lowercase();
                    assert_eq!(repeated::<true>(&text), (small, repeats as u32), "{text:?}");
                }
            }
        }
        assert_eq!(repeated::<false>(b"").1, 0);
        assert_eq!(repeated::<true>(b"aAAab"), (b'a', 4));
    }

    #[test]
    fn runs_of_one_letter_are_found_where_it_is_repeated_and_elsewhere() {
        let pieces = ["a", "aa", "a?", "?a", "?", "??", "b", "ab", "?b?", "aaaaaaaaa", "\0"];
        let many = if cfg!(miri) { 60 } else { 600 };
        let patterns: Vec<String> = (0..many)
            .map(|n| {
                let piece = |at: usize| pieces[at % pieces.len()];
                format!("*{}*{}*{}*b", piece(n), piece(n / 11), piece(n / 121 + n))
            })
            .collect();
        let mut found = Matches::new();
        for case in [Case::Sensitive, Case::AsciiInsensitive] {
            let set = PatternSet::new(&patterns, case);
            for start in ["", "a", "aaa", "aaaaaa", "aaaaaaaaaaaaaaaaaa", "\0\0", "b", "AaA", "é"]
            {
                for end in ["b", "ab", "xb", "aab", "baab", "x\0aab", "éb"] {
                    let text = format!("{start}{end}");
                    set.matches_into(&text, &mut found);
                    let fits = |&n: &usize| Pattern::new(&patterns[n], case).is_match(&text);
                    assert!(found.iter().eq((0..many).filter(fits)), "{text} {case:?}");
                }
            }
        }
    }
}
