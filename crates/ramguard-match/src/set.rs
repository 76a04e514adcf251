//! Many patterns, one text: which of them fit?
//!
//! A set is made once and then only read. It keeps the texts of all patterns, and an index that
//! leads from a text to the few patterns worth checking; every one of those is checked whole, so
//! that the index can cost time when it is wrong, but no answer.

mod abreast;
mod build;
mod family;
mod index;
mod key;
mod marks;
mod occurrences;
mod patterns;
mod search;
mod sieve;
mod table;

use std::ops::ControlFlow;

use crate::{Case, Pattern};
use index::Index;
use key::Seeds;
use marks::Recent;
use patterns::Patterns;
use search::{Sink, search};

/// A set of wildcard patterns that is asked which of them fit a text.
///
/// Patterns are numbered from 0 in the order they were given; equal patterns keep numbers of their
/// own. All of them agree on case.
///
/// ```
/// use ramguard_match::{Case, Matches, PatternSet};
///
/// let set = PatternSet::new(["ecs:*", "oss:Get*", "*:Describe*"], Case::AsciiInsensitive);
/// let mut found = Matches::new();
/// set.matches_into("ecs:DescribeInstances", &mut found);
/// assert_eq!(found.as_slice(), [0, 2]);
/// assert!(!set.is_match("oss:PutObject"));
/// ```
#[derive(Clone, Debug)]
pub struct PatternSet {
    case: Case,
    patterns: Patterns,
    index: Index,
    /// Patterns that came after the index was full, checked one by one.
    late: Vec<Pattern>,
}

/// The patterns that were found to fit a text, in ascending order.
///
/// A buffer to be kept and used again: once it has grown to what a set needs, asking the set
/// allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct Matches {
    numbers: Vec<u32>,
    visited: Visited,
    /// Room for a set of numbers, all zeros between look-ups.
    bits: Vec<u64>,
}

impl PatternSet {
    /// Reads every text as a pattern, as [`Pattern::new`] does.
    ///
    /// Takes time in proportion to the number of patterns and their lengths (a sort by hash is the
    /// only part that grows faster, by its logarithm), and less than 120 bytes a pattern beyond its
    /// text. Up to 512 patterns that could be slow to check one by one take more if they have more
    /// than seventy letters, of more than sixty different ones: a byte for each of their letters and
    /// up to 70.
    ///
    /// # Limits
    /// Patterns up to a total length of 4 GiB are indexed; those that come later, or behind
    /// one of 16 MiB or more, are checked one by one.
    pub fn new<I>(patterns: I, case: Case) -> PatternSet
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        PatternSet::with_seeds(patterns, case, Seeds::random)
    }

    fn with_seeds<I>(texts: I, case: Case, seeds: impl FnMut() -> Seeds) -> PatternSet
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let mut patterns = Patterns::default();
        let mut late = vec![];
        for text in texts {
            let text = text.as_ref();
            if !late.is_empty() || !patterns.push(text, case == Case::AsciiInsensitive) {
                late.push(Pattern::new(text, case));
            }
        }
        patterns.finish();
        let index = Index::new(&patterns, case == Case::AsciiInsensitive, seeds);
        PatternSet { case, patterns, index, late }
    }

    /// Returns the number of patterns.
    #[must_use]
    pub fn len(&self) -> usize {
        self.patterns.len() + self.late.len()
    }

    /// Returns whether there are no patterns, so that no text fits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns whether any pattern fits the whole of `text`. Stops at the first that does.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        let mut sink = First { visited: None };
        self.search(text, &mut sink).is_break()
            || self.late.iter().any(|pattern| pattern.is_match(text))
    }

    /// Replaces what is in `found` with the numbers of all patterns that fit the whole of `text`.
    pub fn matches_into(&self, text: &str, found: &mut Matches) {
        found.numbers.clear();
        found.visited.clear();
        // Going on to the end is all this sink ever asks for.
        let _ = self.search(text, found);
        sort(&mut found.numbers, self.patterns.len(), &mut found.bits);
        for (number, pattern) in (self.patterns.len()..).zip(&self.late) {
            if pattern.is_match(text) {
                // No machine holds four thousand million patterns; see `Patterns::push`.
                found.numbers.push(u32::try_from(number).unwrap_or(u32::MAX));
            }
        }
    }

    /// Returns how many bytes of memory the set takes outside itself, the texts included.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let late: usize = self.late.iter().map(|pattern| pattern.text().len()).sum();
        self.patterns.heap_bytes()
            + self.index.heap_bytes()
            + self.late.capacity() * size_of::<Pattern>()
            + late
    }

    fn search(&self, text: &str, sink: &mut impl Sink) -> ControlFlow<()> {
        match self.case {
            Case::Sensitive => search::<false, _>(&self.patterns, &self.index, text, sink),
            Case::AsciiInsensitive => search::<true, _>(&self.patterns, &self.index, text, sink),
        }
    }
}

impl Matches {
    /// Returns an empty buffer.
    #[must_use]
    pub fn new() -> Matches {
        Matches::default()
    }

    /// Returns the numbers of the patterns that fit, ascending and each of them once.
    #[must_use]
    pub fn as_slice(&self) -> &[u32] {
        &self.numbers
    }

    /// Returns the numbers of the patterns that fit, ascending and each of them once.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = usize> + DoubleEndedIterator {
        self.numbers.iter().map(|&number| number as usize)
    }

    /// Returns how many patterns fit.
    #[must_use]
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Returns whether no pattern fits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }
}

impl Sink for Matches {
    #[inline]
    fn taken(&self) -> usize {
        self.numbers.len()
    }

    fn forget(&mut self, taken: usize) {
        self.numbers.truncate(taken);
    }

    #[inline]
    fn take(&mut self, number: u32) -> ControlFlow<()> {
        self.numbers.push(number);
        ControlFlow::Continue(())
    }

    #[inline]
    fn visit(&mut self, first: u32) -> bool {
        self.visited.insert(first)
    }
}

/// Stops at the first pattern that fits.
struct First {
    /// Made when it is needed, as most look-ups visit no list twice.
    visited: Option<Recent>,
}

impl Sink for First {
    #[inline]
    fn taken(&self) -> usize {
        0
    }

    /// There is nothing to forget, as the first pattern that fits is the end.
    fn forget(&mut self, _: usize) {}

    #[inline]
    fn take(&mut self, _: u32) -> ControlFlow<()> {
        ControlFlow::Break(())
    }

    #[inline]
    fn visit(&mut self, first: u32) -> bool {
        self.visited.get_or_insert_default().insert(first)
    }
}

/// Sorts four numbers without a branch.
#[inline]
fn in_fours([a, b, c, d]: [u32; 4]) -> [u32; 4] {
    let (a, b) = (a.min(b), a.max(b));
    let (c, d) = (c.min(d), c.max(d));
    let (a, c) = (a.min(c), a.max(c));
    let (b, d) = (b.min(d), b.max(d));
    let (b, c) = (b.min(c), b.max(c));
    [a, b, c, d]
}

/// Sorts eight numbers without a branch: two sorted fours, merged.
#[inline]
fn in_eights([a, b, c, d, e, f, g, h]: [u32; 8]) -> [u32; 8] {
    let [a, b, c, d] = in_fours([a, b, c, d]);
    let [e, f, g, h] = in_fours([e, f, g, h]);
    // The smaller half and the larger half of both; each rises and then falls.
    let [low_a, low_b, low_c, low_d] = in_fours([a.min(h), b.min(g), c.min(f), d.min(e)]);
    let [high_a, high_b, high_c, high_d] = in_fours([a.max(h), b.max(g), c.max(f), d.max(e)]);
    [low_a, low_b, low_c, low_d, high_a, high_b, high_c, high_d]
}

/// Puts `numbers`, all below `limit`, into ascending order, each of them once: a key that was taken for another may
/// have led to a pattern once more.
///
/// `bits` is all zeros before and after.
fn sort(numbers: &mut Vec<u32>, limit: usize, bits: &mut Vec<u64>) {
    match numbers.as_mut_slice() {
        [] | [_] => return,
        [a, b] => {
            (*a, *b) = ((*a).min(*b), (*a).max(*b));
            return numbers.dedup();
        }
        [a, b, c, rest @ ..] if rest.len() <= 1 => {
            let last = rest.first().copied().unwrap_or(u32::MAX);
            let [first, second, third, fourth] = in_fours([*a, *b, *c, last]);
            (*a, *b, *c) = (first, second, third);
            rest.fill(fourth);
            return numbers.dedup();
        }
        few if few.len() <= 8 => {
            let mut padded = [u32::MAX; 8];
            for (slot, &number) in padded.iter_mut().zip(few.iter()) {
                *slot = number;
            }
            for (slot, number) in few.iter_mut().zip(in_eights(padded)) {
                *slot = number;
            }
            return numbers.dedup();
        }
        _ => {}
    }
    let words = limit.div_ceil(64);
    if words / 4 > numbers.len() {
        numbers.sort_unstable();
        return numbers.dedup();
    }
    if bits.len() < words {
        bits.resize(words, 0);
    }
    for &number in numbers.iter() {
        if let Some(word) = bits.get_mut(number as usize / 64) {
            *word |= 1 << (number % 64);
        }
    }
    let mut slots = numbers.iter_mut();
    for (index, word) in bits.iter_mut().take(words).enumerate() {
        let (first, mut left) = (64 * index as u32, std::mem::take(word));
        while left != 0 {
            let Some(slot) = slots.next() else { break };
            *slot = first | left.trailing_zeros();
            left &= left.wrapping_sub(1);
        }
    }
    // What came more than once has left room at the end.
    let left = slots.len();
    numbers.truncate(numbers.len().saturating_sub(left));
}

/// How many lists are remembered without a table.
const FEW: usize = 16;

/// The lists visited in one look-up.
///
/// The first few are kept as they come. If there are more, `round` of every list says in which
/// look-up it was last visited, so that nothing has to be cleared between two of them.
#[derive(Clone, Debug, Default)]
struct Visited {
    few: [u32; FEW],
    count: usize,
    rounds: Vec<u32>,
    round: u32,
}

impl Visited {
    fn clear(&mut self) {
        self.count = 0;
    }

    /// Adds a list; returns whether it is new.
    fn insert(&mut self, list: u32) -> bool {
        if let Some(few) = self.few.get(..self.count) {
            if few.contains(&list) {
                return false;
            }
            if let Some(slot) = self.few.get_mut(self.count) {
                *slot = list;
                self.count += 1;
                return true;
            }
            self.begin_round();
            self.count = FEW + 1;
            for list in self.few {
                self.mark(list);
            }
        }
        self.mark(list)
    }

    fn begin_round(&mut self) {
        match self.round.checked_add(1) {
            Some(round) => self.round = round,
            None => {
                self.rounds.fill(0);
                self.round = 1;
            }
        }
    }

    /// Marks a list as visited in this round; returns whether it was not.
    fn mark(&mut self, list: u32) -> bool {
        let list = list as usize;
        if self.rounds.len() <= list {
            self.rounds.resize(list + 1, 0);
        }
        match self.rounds.get_mut(list) {
            Some(round) if *round != self.round => {
                *round = self.round;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colliding_keys_lose_no_pattern() {
        let many = if cfg!(miri) { 48 } else { 300 };
        let patterns: Vec<String> = (0..many)
            .map(|number| match number % 6 {
                0 => format!("svc{number}:Get"),
                1 => format!("svc{number}:*"),
                2 => format!("svc:*{number}"),
                3 => format!("svc:*-{number}-*"),
                4 => format!("*-{number}-*:?"),
                _ => format!("svc{}:??{number}*x*y{number}", number % 10),
            })
            .collect();
        let texts = ["svc1:Get", "svc6:Get", "svc:x-9-2", "svc:-9--15-8", "a-4-b-10-:x"];
        let mut found = Matches::new();
        // Multipliers of zero make all keys the same, those of a power of two many of them.
        let weak = [(2, 0), (1, 0), (3, 0), (5, 0), (1, 1 << 63), (2, 1 << 60), (7, 1)];
        for (every, weak) in weak.into_iter().take(if cfg!(miri) { 1 } else { 7 }) {
            let mut state = 0_u64;
            let set = PatternSet::with_seeds(&patterns, Case::Sensitive, || {
                Seeds::new(|| {
                    state += 1;
                    let strong = state.wrapping_mul(0x9E37_79B9_7F4A_7C15);
                    if state.is_multiple_of(every) { weak } else { strong }
                })
            });
            for text in texts {
                let expected: Vec<usize> = (0..patterns.len())
                    .filter(|&n| Pattern::new(&patterns[n], Case::Sensitive).is_match(text))
                    .collect();
                set.matches_into(text, &mut found);
                assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{every} {weak} `{text}`");
                assert_eq!(set.is_match(text), !expected.is_empty());
            }
        }
    }

    /// Returns a set whose keys add nothing for the second word of a text, counted from either
    /// end, if that is `silent`, so that they lead back to where the first word led.
    fn leading_back(patterns: &[String], silent: &[u8; 8]) -> PatternSet {
        PatternSet::with_seeds(patterns, Case::Sensitive, || {
            let mut drawn = 0_u64;
            Seeds::new(|| {
                drawn += 1;
                // What is added to the second word of heads, and 43 numbers later of tails.
                match drawn {
                    3 | 46 => u64::from_le_bytes(*silent),
                    _ => key::mixed(drawn.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
                }
            })
        })
    }

    #[test]
    fn a_text_whose_start_leads_back_is_asked_once_and_found() {
        let patterns: Vec<String> = (0..200)
            .map(|n| format!("{}{}{n:09}*", ["service:", "another:"][n % 2], n % 7))
            .chain(["service:*".into()])
            .collect();
        let set = leading_back(&patterns, b"and-back");
        let mut found = Matches::new();
        set.matches_into("service:and-backand-backand-back", &mut found);
        assert_eq!(found.as_slice(), [200]);
        set.matches_into("another:and-backand-backand-back", &mut found);
        assert_eq!(found.as_slice(), []);
    }

    #[test]
    fn a_text_whose_end_leads_back_is_asked_once_and_found() {
        let patterns: Vec<String> = (0..200)
            .map(|n| format!("h*{n:09}{}{}", n % 7, [":service", ":another"][n % 2]))
            .chain(["h*:service".into(), "h*:another".into()])
            .collect();
        let set = leading_back(&patterns, b"and-back");
        let mut found = Matches::new();
        set.matches_into("hand-backand-backand-back:service", &mut found);
        assert_eq!(found.as_slice(), [200]);
        set.matches_into("hand-backand-backand-back:another", &mut found);
        assert_eq!(found.as_slice(), [201]);
    }

    #[test]
    fn literals_with_one_key_are_told_apart_by_their_texts() {
        // Without multipliers all texts of zero bytes have the same key.
        let literals: Vec<String> = (1..40).map(|length| "\0".repeat(length)).collect();
        let set = PatternSet::with_seeds(&literals, Case::Sensitive, || Seeds::new(|| 0));
        let mut found = Matches::new();
        for (number, text) in literals.iter().enumerate() {
            set.matches_into(text, &mut found);
            assert!(found.iter().eq([number]));
        }
        assert_eq!(["", &"\0".repeat(40)].map(|text| set.is_match(text)), [false; 2]);
    }

    #[test]
    fn sorting_few_and_many_dense_and_sparse_numbers_is_sorting() {
        let mut bits = vec![];
        for count in (0..200_u32).step_by(if cfg!(miri) { 45 } else { 1 }) {
            for stride in [1, 7, 1_000_003] {
                let mut numbers: Vec<u32> = (0..count).map(|at| (at * 37 % 211) * stride).collect();
                let mut expected = numbers.clone();
                expected.sort_unstable();
                let limit = numbers.iter().max().map_or(0, |&last| last as usize + 1);
                sort(&mut numbers, limit, &mut bits);
                assert_eq!(numbers, expected);
                assert!(bits.iter().all(|&word| word == 0));
            }
        }
    }

    #[test]
    fn a_number_that_comes_twice_is_told_once_however_many_there_are() {
        let mut bits = vec![];
        for count in (1..200_u32).step_by(if cfg!(miri) { 45 } else { 1 }) {
            for stride in [1, 1_000_003] {
                let expected: Vec<u32> = (0..count).map(|at| at * stride).collect();
                let mut numbers = expected.clone();
                numbers.extend(expected.iter().step_by(3));
                let limit = ((count - 1) * stride) as usize + 1;
                sort(&mut numbers, limit, &mut bits);
                assert_eq!(numbers, expected);
                assert!(bits.iter().all(|&word| word == 0));
            }
        }
    }

    #[test]
    fn a_list_is_new_once_in_every_look_up() {
        let mut visited = Visited::default();
        for _ in 0..3 {
            visited.clear();
            assert!((0..100).all(|list| visited.insert(list)));
            assert!(!(0..100).any(|list| visited.insert(list)));
        }
    }

    #[test]
    fn rounds_start_over_without_forgetting_this_one() {
        let mut visited = Visited { round: u32::MAX - 1, ..Visited::default() };
        for _ in 0..4 {
            visited.clear();
            assert!((0..40).all(|list| visited.insert(list)));
            assert!(!(0..40).any(|list| visited.insert(list)));
        }
    }
}
