//! The index: which patterns are worth checking against a text.
//!
//! Patterns are told apart by their head, then by their tail, then by the longest literal in their
//! middle, each time only if too many are left to check them one by one. Every pattern is found in
//! one place:
//!
//! * a pattern without wildcard under the key of its text, in a table of its own;
//! * a pattern of nothing but stars in [`Index::always`];
//! * every other under [`Index::root`], from which the keys of its head, its tail and the start of
//!   its longest literal lead to the list it is in.
//!
//! Keys are hashes. Lists are made by equal keys, as they are found by equal keys, so a collision
//! makes a list longer and never loses a pattern; whoever finds a list checks its patterns whole.

use super::family::Families;
use super::key::{MAX_END, Seeds, WINDOWS};
use super::table::{Next, Table};
use crate::pattern::{Cut, Middle, Near, Parts};
use crate::steps;
use crate::word::{Folding, WORD, word_at, word_before};

/// Up to this many patterns are checked one by one rather than told apart.
const FEW: usize = 2;

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

/// Returns as much of a head as keys look at.
fn keyed_head(parts: Parts<'_>) -> &[u8] {
    parts.head.get(..MAX_END).unwrap_or(parts.head)
}

/// Returns as much of a tail as keys look at.
fn keyed_tail(parts: Parts<'_>) -> &[u8] {
    parts.tail.get(parts.tail.len().saturating_sub(MAX_END)..).unwrap_or_default()
}

/// Returns the longest stretch of the middle without a wildcard.
fn longest_literal(parts: Parts<'_>) -> &[u8] {
    let mut longest: &[u8] = &[];
    for literal in parts.between.split(|&byte| byte == b'*' || byte == b'?') {
        if literal.len() > longest.len() {
            longest = literal;
        }
    }
    longest
}

/// Patterns with the same head and tail, by what their middle contains.
#[derive(Clone, Copy, Debug)]
pub(super) struct Middles {
    /// Patterns of which nothing else is known: a family, and what does not belong to it.
    pub(super) family: Next,
    pub(super) rest: Next,
    pub(super) head: u32,
    pub(super) tail: u32,
    /// Bit `i`: literals as long as the `i`th of [`WINDOWS`] are looked for.
    pub(super) classes: u8,
    /// Whether their ends are looked for rather than their starts.
    pub(super) ends: bool,
    /// With which bytes these start, or end, for every length.
    pub(super) edges: [Edges; WINDOWS.len()],
}

/// A small set of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edges {
    None,
    One(u8),
    Two(u8, u8),
    Any,
}

impl Edges {
    fn with(self, byte: u8) -> Edges {
        match self {
            Edges::None => Edges::One(byte),
            Edges::One(first) if first != byte => Edges::Two(first, byte),
            Edges::Two(first, second) if first != byte && second != byte => Edges::Any,
            _ => self,
        }
    }
}

/// The index over the patterns of a set.
#[derive(Clone, Debug)]
pub(super) struct Index {
    pub(super) seeds: Seeds,
    /// Patterns without a wildcard, by their whole text.
    pub(super) literals: Option<Table>,
    /// Patterns that fit every text.
    pub(super) always: Vec<u32>,
    /// Where the search for all other patterns starts.
    pub(super) root: Next,
    pub(super) table: Table,
    pub(super) middles: Vec<Middles>,
    pub(super) families: Families,
    /// Every list is its length and then that many patterns.
    lists: Vec<u32>,
}

/// A group of patterns that has a place in the index but no form yet.
struct Group {
    /// Which part of the order of patterns it is.
    from: usize,
    to: usize,
    /// The key that leads here; none leads to the root.
    key: Option<u64>,
    known: Known,
}

/// What the patterns of a group have in common, as far as keys can tell.
#[derive(Clone, Copy)]
enum Known {
    /// So many words at the start.
    Start { words: usize },
    /// The head, of this length, and so many words at the end.
    Head { head: usize, words: usize, parent: u64 },
    /// The head and the tail, of these lengths.
    Ends { head: usize, tail: usize },
}

impl Index {
    /// Makes the index. `seeds` is asked for new seeds if some turn out to be bad.
    pub(super) fn new(patterns: &Patterns, mut seeds: impl FnMut() -> Seeds) -> Index {
        // Groups with the same key at different places of the index are next to impossible; if
        // they happen, other seeds are tried, and in the end a plain list is right as well.
        for _ in 0..4 {
            if let Some(index) = Builder::new(patterns, seeds()).build() {
                return index;
            }
        }
        Index::unsorted(patterns)
    }

    fn unsorted(patterns: &Patterns) -> Index {
        let mut lists = vec![];
        let root = list(&mut lists, 0..patterns.len() as u32);
        Index {
            seeds: Seeds::random(),
            literals: None,
            always: vec![],
            root,
            table: Table::default(),
            middles: vec![],
            families: Families::default(),
            lists,
        }
    }

    /// Returns the patterns in the list that starts at `start`.
    #[inline]
    pub(super) fn list(&self, start: u32) -> &[u32] {
        let Some((&length, rest)) =
            self.lists.get(start as usize..).and_then(|rest| rest.split_first())
        else {
            return &[];
        };
        rest.get(..length as usize).unwrap_or_default()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.literals.as_ref().map_or(0, Table::heap_bytes)
            + self.table.heap_bytes()
            + self.middles.capacity() * size_of::<Middles>()
            + self.families.heap_bytes()
            + (self.always.capacity() + self.lists.capacity()) * size_of::<u32>()
    }
}

/// Writes a list and returns how to get to it.
fn list(lists: &mut Vec<u32>, numbers: impl ExactSizeIterator<Item = u32>) -> Next {
    let mut numbers = numbers.peekable();
    match (numbers.len(), numbers.peek()) {
        (0, _) => Next::Nothing,
        (1, Some(&only)) => Next::One(only),
        (length, _) => {
            // A list is not longer than there are patterns, and all lists together hold every
            // pattern once, so lengths and starts fit in 32 bits up to a third of four thousand
            // million patterns, which the text of that many patterns would not.
            let start = lists.len() as u32;
            lists.push(length as u32);
            lists.extend(numbers);
            Next::List(start)
        }
    }
}

/// A pattern on its way to its place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Placed {
    key: u64,
    /// How the key was made; collisions between different ways would hide patterns.
    kind: u8,
    number: u32,
}

struct Builder<'p> {
    patterns: &'p Patterns,
    seeds: Seeds,
    always: Vec<u32>,
    /// The patterns with what tells them apart within their group.
    order: Vec<Placed>,
    groups: Vec<Group>,
    entries: Vec<(u64, Next)>,
    middles: Vec<Middles>,
    families: Families,
    lists: Vec<u32>,
}

impl<'p> Builder<'p> {
    fn new(patterns: &'p Patterns, seeds: Seeds) -> Builder<'p> {
        Builder {
            patterns,
            seeds,
            always: vec![],
            order: vec![],
            groups: vec![],
            entries: vec![],
            middles: vec![],
            families: Families::default(),
            lists: vec![],
        }
    }

    /// Returns the index, `None` if keys collide between groups.
    fn build(mut self) -> Option<Index> {
        let literals = self.literals()?;
        let mut root = Next::Nothing;
        self.groups.push(Group {
            from: 0,
            to: self.order.len(),
            key: None,
            known: Known::Start { words: 0 },
        });
        while let Some(group) = self.groups.pop() {
            let Group { from, to, key, known } = group;
            let next = match known {
                _ if to - from <= FEW => self.list_of(from, to),
                Known::Start { words } => self.by_head(from, to, words),
                Known::Head { head, words, parent } => self.by_tail(from, to, head, words, parent),
                Known::Ends { head, tail } => {
                    self.by_middle(from, to, key.unwrap_or_default(), head, tail)
                }
            };
            match group.key {
                Some(key) => self.entries.push((key, next)),
                None => root = next,
            }
        }
        let table = Table::new(&self.entries)?;
        self.middles.shrink_to_fit();
        self.families.shrink();
        self.lists.shrink_to_fit();
        Some(Index {
            seeds: self.seeds,
            literals,
            always: self.always,
            root,
            table,
            middles: self.middles,
            families: self.families,
            lists: self.lists,
        })
    }

    /// Puts the patterns without wildcards into a table, and orders the others.
    fn literals(&mut self) -> Option<Option<Table>> {
        let mut literals = vec![];
        for number in 0..self.patterns.len() as u32 {
            let parts = self.patterns.parts(number);
            if parts.middle == Middle::Empty {
                let key = self.seeds.whole::<false>(parts.head);
                literals.push((key, number));
            } else if parts.middle == Middle::Stars
                && parts.head.is_empty()
                && parts.tail.is_empty()
            {
                self.always.push(number);
            } else {
                self.order.push(Placed { key: 0, kind: 0, number });
            }
        }
        if literals.is_empty() {
            return Some(None);
        }
        literals.sort_unstable();
        let mut entries = Vec::with_capacity(literals.len());
        for equal in literals.chunk_by(|left, right| left.0 == right.0) {
            if let Some(&(key, _)) = equal.first() {
                let next = list(&mut self.lists, equal.iter().map(|&(_, number)| number));
                entries.push((key, next));
            }
        }
        Table::new(&entries).map(Some)
    }

    /// Returns a list of a part of the order.
    fn list_of(&mut self, from: usize, to: usize) -> Next {
        let part = self.order.get(from..to).unwrap_or_default();
        list(&mut self.lists, part.iter().map(|placed| placed.number))
    }

    /// Sorts a part of the order by the keys and kinds given by `key`, and calls `each` for
    /// every stretch of equal ones with its bounds and its first pattern.
    fn split(
        &mut self,
        from: usize,
        to: usize,
        key: impl Fn(Parts<'_>) -> (u64, usize),
        mut each: impl FnMut(&mut Self, usize, usize, Placed),
    ) {
        let patterns = self.patterns;
        let Some(part) = self.order.get_mut(from..to) else { return };
        for placed in part.iter_mut() {
            let (key, kind) = key(patterns.parts(placed.number));
            // A kind is at most WORD.
            (placed.key, placed.kind) = (key, kind as u8);
        }
        part.sort_unstable();
        let mut start = from;
        while let Some(&first) = self.order.get(start).filter(|_| start < to) {
            let part = self.order.get(start..to).unwrap_or_default();
            let equal = |other: &&Placed| (other.key, other.kind) == (first.key, first.kind);
            let end = start + part.iter().take_while(equal).count();
            each(self, start, end, first);
            start = end;
        }
    }

    /// Tells apart patterns whose heads start with the same words.
    fn by_head(&mut self, from: usize, to: usize, words: usize) -> Next {
        let patterns = self.patterns;
        let heads = self.order.get(from..to).unwrap_or_default().iter();
        let heads = heads.map(|placed| keyed_head(patterns.parts(placed.number)));
        let words = words + common_words(heads, WORD * words, |head, at| head.get(at));
        let ladder = self.seeds.head.clone();
        let mut cuts = 0;
        self.split(
            from,
            to,
            |parts| {
                let head = keyed_head(parts);
                let term = |index| ladder.rung(index).term(word_at::<false>(head, WORD * index));
                let more = (head.len() - WORD * words).min(WORD);
                let sum = (0..words + more / WORD)
                    .fold(0, |sum: u64, index| sum.wrapping_add(term(index)));
                if more < WORD {
                    (ladder.cut(sum, more, term(words)), more)
                } else {
                    (ladder.branch(sum), WORD)
                }
            },
            |this, from, to, first| {
                let more = usize::from(first.kind);
                cuts |= 1 << more;
                let known = if more < WORD {
                    Known::Head { head: WORD * words + more, words: 0, parent: first.key }
                } else {
                    Known::Start { words: words + 1 }
                };
                this.groups.push(Group { from, to, key: Some(first.key), known });
            },
        );
        // Keys look at no more than MAX_END bytes.
        Next::Heads { words: words as u8, cuts }
    }

    /// Tells apart patterns with the same head whose tails end with the same words.
    fn by_tail(&mut self, from: usize, to: usize, head: usize, words: usize, parent: u64) -> Next {
        let patterns = self.patterns;
        let tails = self.order.get(from..to).unwrap_or_default().iter();
        let mut tails = tails.map(|placed| keyed_tail(patterns.parts(placed.number)));
        if let Some(tail) = tails.clone().next()
            && words == 0
            && tails.all(|other| other == tail)
        {
            return self.by_middle(from, to, parent, head, tail.len());
        }
        let tails = self.order.get(from..to).unwrap_or_default().iter();
        let tails = tails.map(|placed| keyed_tail(patterns.parts(placed.number)));
        let words = words + common_words(tails, WORD * words, |tail, at| tail.iter().rev().nth(at));
        let ladder = self.seeds.tail.clone();
        let mut cuts = 0;
        self.split(
            from,
            to,
            |parts| {
                let tail = keyed_tail(parts);
                let word = |index| word_before::<false>(tail, tail.len() - WORD * index);
                let term = |index| ladder.rung(index).term(word(index));
                let more = (tail.len() - WORD * words).min(WORD);
                let sum = (0..words + more / WORD)
                    .fold(parent, |sum: u64, index| sum.wrapping_add(term(index)));
                if more < WORD {
                    (ladder.cut(sum, more, term(words)), more)
                } else {
                    (ladder.branch(sum), WORD)
                }
            },
            |this, from, to, first| {
                let more = usize::from(first.kind);
                cuts |= 1 << more;
                let known = if more < WORD {
                    Known::Ends { head, tail: WORD * words + more }
                } else {
                    Known::Head { head, words: words + 1, parent }
                };
                this.groups.push(Group { from, to, key: Some(first.key), known });
            },
        );
        Next::Tails { words: words as u8, cuts }
    }

    /// Returns whether the ends of the longest literals tell patterns apart better than their
    /// starts, or as well and with fewer places of a text to look at.
    fn better_at_end(&self, from: usize, to: usize) -> bool {
        let part = self.order.get(from..to).unwrap_or_default();
        let rate = |ends: bool| {
            let (mut windows, mut places) = (Vec::with_capacity(part.len()), 0);
            for placed in part {
                let parts = self.patterns.parts(placed.number);
                let Some((class, window)) = window(parts, ends) else { continue };
                let lens = self.seeds.lens(class);
                windows.push(lens.map(|lens| lens.key::<false>(0, window, 0)));
                let edge = edge(parts, ends);
                places += parts.between.iter().filter(|&&byte| Some(byte) == edge).count();
            }
            windows.sort_unstable();
            windows.dedup();
            (windows.len(), places)
        };
        let ((starts, start_places), (ends, end_places)) = (rate(false), rate(true));
        // One in eight is a difference that may be due to chance.
        ends > starts + starts / 8 || (ends + ends / 8 >= starts && end_places < start_places)
    }

    /// Tells apart patterns with the same head and tail.
    fn by_middle(&mut self, from: usize, to: usize, parent: u64, head: usize, tail: usize) -> Next {
        let seeds = self.seeds.clone();
        let patterns = self.patterns;
        let ends = self.better_at_end(from, to);
        let mut edges = [Edges::None; WINDOWS.len()];
        let mut rest = vec![];
        let many = (to - from) / 4;
        self.split(
            from,
            to,
            |parts| match window(parts, ends) {
                Some((class, window)) => {
                    let key = seeds.lens(class).map(|lens| lens.key::<false>(parent, window, 0));
                    // Counted from one, as nought stands for no window at all.
                    (key.unwrap_or_default(), class + 1)
                }
                None => (0, 0),
            },
            |this, from, to, first| {
                let class = usize::from(first.kind).checked_sub(1);
                let slot = class.and_then(|class| edges.get_mut(class));
                let part = this.order.get(from..to).unwrap_or_default();
                match slot {
                    Some(slot) if part.len() <= many.max(1) => {
                        for placed in part {
                            let edge = edge(patterns.parts(placed.number), ends);
                            *slot = edge.map_or(*slot, |byte| slot.with(byte));
                        }
                        let next = this.list_of(from, to);
                        this.entries.push((first.key, next));
                    }
                    // What a good part of the patterns contains is not worth looking for.
                    _ => rest.extend(part.iter().map(|placed| placed.number)),
                }
            },
        );
        rest.sort_unstable();
        let family = self.families.add(patterns, &mut rest).map_or(Next::Nothing, Next::Family);
        let rest = list(&mut self.lists, rest.into_iter());
        match (family, rest) {
            _ if edges != [Edges::None; WINDOWS.len()] => {}
            (only, Next::Nothing) | (Next::Nothing, only) => return only,
            _ => {}
        }
        let classes = (0..)
            .zip(edges)
            .fold(0, |classes, (class, edges)| classes | u8::from(edges != Edges::None) << class);
        let (head, tail) = (head as u32, tail as u32);
        self.middles.push(Middles { family, rest, head, tail, classes, ends, edges });
        Next::Middles(self.middles.len() as u32 - 1)
    }
}

/// Returns the start or the end of the longest literal of a middle, as long as a window can be,
/// and the number of that length in [`WINDOWS`].
fn window(parts: Parts<'_>, ends: bool) -> Option<(usize, &[u8])> {
    let literal = longest_literal(parts);
    let class = WINDOWS.iter().rposition(|&length| length <= literal.len())?;
    let length = *WINDOWS.get(class)?;
    let window = if ends { literal.get(literal.len() - length..) } else { literal.get(..length) };
    Some((class, window?))
}

/// Returns the first or the last byte of the longest literal of a middle.
fn edge(parts: Parts<'_>, ends: bool) -> Option<u8> {
    let literal = longest_literal(parts);
    if ends { literal.last().copied() } else { literal.first().copied() }
}

/// Returns how many words, from the byte `at` on, all ends have in common; `byte` reads them.
fn common_words<'p>(
    ends: impl Iterator<Item = &'p [u8]>,
    at: usize,
    byte: impl Fn(&'p [u8], usize) -> Option<&'p u8>,
) -> usize {
    let mut ends = ends.peekable();
    let Some(&first) = ends.peek() else { return 0 };
    let mut common = first.len().saturating_sub(at);
    for end in ends {
        common =
            (0..common).take_while(|more| byte(first, at + more) == byte(end, at + more)).count();
        if common < WORD {
            return 0;
        }
    }
    common / WORD
}
