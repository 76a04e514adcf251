//! The index: which patterns are worth checking against a text.
//!
//! Patterns are told apart by their head, then by their tail, then by the longest literal in their
//! middle, each time only if too many are left to check them one by one. Every pattern is found in
//! one place:
//!
//! * a pattern without wildcard under the key of its text, in a table of its own;
//! * every other under [`Index::root`], from which the keys of its head, its tail and the start of
//!   its longest literal lead to the list it is in.
//!
//! Keys are hashes. Lists are made by equal keys, as they are found by equal keys, so a collision
//! makes a list longer and never loses a pattern; whoever finds a list checks its patterns whole.

use super::key::{MAX_HEAD, MAX_TAIL, Seeds, Starts, WINDOWS};
use super::table::{Next, Table};
use crate::pattern::Cut;
use crate::word::WORD;

/// Up to this many patterns are checked one by one rather than told apart by their heads.
const FEW_HEADS: usize = 4;
/// Up to this many patterns are checked one by one rather than told apart by their tails.
const FEW_TAILS: usize = 4;
/// Up to this many patterns are checked one by one rather than told apart by their middles.
const FEW_MIDDLES: usize = 4;

/// The patterns of a set, one after the other in one text, with all that is known of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Patterns {
    text: Vec<u8>,
    parts: Vec<Parts>,
}

/// Where a pattern and its parts are in [`Patterns::text`].
#[derive(Clone, Copy, Debug)]
struct Parts {
    start: u32,
    middle: u32,
    tail: u32,
    end: u32,
}

/// The three parts of one pattern.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pieces<'p> {
    pub(super) head: &'p [u8],
    pub(super) middle: &'p [u8],
    pub(super) tail: &'p [u8],
}

impl Patterns {
    /// Adds a pattern; returns `false` if there is no room for it.
    pub(super) fn push(&mut self, text: &str, fold: bool) -> bool {
        let start = self.text.len();
        let cut = Cut::of(text.as_bytes());
        let (Ok(start32), Ok(end), Ok(_)) = (
            u32::try_from(start),
            u32::try_from(start.saturating_add(text.len())),
            u32::try_from(self.parts.len()),
        ) else {
            return false;
        };
        self.text.extend_from_slice(text.as_bytes());
        if fold && let Some(added) = self.text.get_mut(start..) {
            added.make_ascii_lowercase();
        }
        // Offsets inside a text whose end fits in 32 bits fit as well.
        let (middle, tail) = (start32 + cut.head as u32, start32 + cut.tail as u32);
        self.parts.push(Parts { start: start32, middle, tail, end });
        true
    }

    pub(super) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.parts.shrink_to_fit();
    }

    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    /// Returns the parts of the pattern `number`, empty ones if there is no such pattern.
    #[inline]
    pub(super) fn pieces(&self, number: u32) -> Pieces<'_> {
        let parts = self.parts.get(number as usize);
        let &Parts { start, middle, tail, end } =
            parts.unwrap_or(&Parts { start: 0, middle: 0, tail: 0, end: 0 });
        let piece =
            |from: u32, to: u32| self.text.get(from as usize..to as usize).unwrap_or_default();
        Pieces { head: piece(start, middle), middle: piece(middle, tail), tail: piece(tail, end) }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.text.capacity() + self.parts.capacity() * size_of::<Parts>()
    }
}

impl<'p> Pieces<'p> {
    fn head_key_len(self) -> usize {
        self.head.len().min(MAX_HEAD)
    }

    fn tail_key_len(self) -> usize {
        self.tail.len().min(MAX_TAIL)
    }

    /// Returns the longest stretch of the middle without a wildcard.
    fn longest_literal(self) -> &'p [u8] {
        let mut longest: &[u8] = &[];
        for literal in self.middle.split(|&byte| byte == b'*' || byte == b'?') {
            if literal.len() > longest.len() {
                longest = literal;
            }
        }
        longest
    }
}

/// Patterns with the same head, by their tails.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tails {
    /// Bit `i`: some tails are `i` bytes long, as far as keys look at them.
    pub(super) lengths: u64,
    /// How long the head is, as far as keys look at it.
    pub(super) head: u32,
}

/// Patterns with the same head and tail, by what their middle contains.
#[derive(Clone, Copy, Debug)]
pub(super) struct Middles {
    /// Patterns of which nothing else is known.
    pub(super) rest: Next,
    pub(super) head: u32,
    pub(super) tail: u32,
    /// With which bytes the literals looked for start, for every length of [`WINDOWS`].
    pub(super) firsts: [Firsts; WINDOWS.len()],
}

/// A small set of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Firsts {
    None,
    One(u8),
    Two(u8, u8),
    Any,
}

impl Firsts {
    fn with(self, byte: u8) -> Firsts {
        match self {
            Firsts::None => Firsts::One(byte),
            Firsts::One(first) if first != byte => Firsts::Two(first, byte),
            Firsts::Two(first, second) if first != byte && second != byte => Firsts::Any,
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
    /// Where the search for all other patterns starts.
    pub(super) root: Next,
    pub(super) table: Table,
    pub(super) tails: Vec<Tails>,
    pub(super) middles: Vec<Middles>,
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
enum Known {
    /// The first bytes.
    Start(usize),
    /// The head of this length.
    Head(usize),
    /// The head and the tail of these lengths.
    Ends(usize, usize),
}

impl Index {
    /// Makes the index. `kept` are the bits of keys that are used, all but in tests.
    pub(super) fn new(patterns: &Patterns, kept: u64) -> Index {
        // Groups with the same key at different places of the index are next to impossible; if
        // they happen, other seeds are tried, and in the end a plain list is right as well.
        for _ in 0..4 {
            if let Some(index) = Builder::new(patterns, Seeds::random(kept)).build() {
                return index;
            }
        }
        Index::unsorted(patterns)
    }

    fn unsorted(patterns: &Patterns) -> Index {
        let mut lists = vec![];
        let root = list(&mut lists, 0..patterns.len() as u32);
        Index {
            seeds: Seeds::random(!0),
            literals: None,
            root,
            table: Table::default(),
            tails: vec![],
            middles: vec![],
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
            + self.tails.capacity() * size_of::<Tails>()
            + self.middles.capacity() * size_of::<Middles>()
            + self.lists.capacity() * size_of::<u32>()
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
    /// From how many bytes the key was made; collisions between these would hide patterns.
    length: u16,
    number: u32,
}

struct Builder<'p> {
    patterns: &'p Patterns,
    seeds: Seeds,
    /// The patterns with what tells them apart within their group.
    order: Vec<Placed>,
    groups: Vec<Group>,
    entries: Vec<(u64, Next)>,
    tails: Vec<Tails>,
    middles: Vec<Middles>,
    lists: Vec<u32>,
}

impl<'p> Builder<'p> {
    fn new(patterns: &'p Patterns, seeds: Seeds) -> Builder<'p> {
        Builder {
            patterns,
            seeds,
            order: vec![],
            groups: vec![],
            entries: vec![],
            tails: vec![],
            middles: vec![],
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
            known: Known::Start(0),
        });
        while let Some(group) = self.groups.pop() {
            let next = match group.known {
                Known::Start(at) => self.by_head(group.from, group.to, at),
                Known::Head(head) => self.by_tail(group.from, group.to, group.key, head),
                Known::Ends(head, tail) => {
                    self.by_middle(group.from, group.to, group.key, head, tail)
                }
            };
            match group.key {
                Some(key) => self.entries.push((key, next)),
                None => root = next,
            }
        }
        let table = Table::new(&self.entries)?;
        self.tails.shrink_to_fit();
        self.middles.shrink_to_fit();
        self.lists.shrink_to_fit();
        Some(Index {
            seeds: self.seeds,
            literals,
            root,
            table,
            tails: self.tails,
            middles: self.middles,
            lists: self.lists,
        })
    }

    /// Puts the patterns without wildcards into a table, and orders the others.
    fn literals(&mut self) -> Option<Option<Table>> {
        let mut literals = vec![];
        for number in 0..self.patterns.len() as u32 {
            let pieces = self.patterns.pieces(number);
            if pieces.middle.is_empty() {
                let key = Starts::new::<false>(&self.seeds, pieces.head).whole();
                literals.push((key, number));
            } else {
                self.order.push(Placed { key: 0, length: 0, number });
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

    /// Sorts a part of the order by the keys and lengths given by `key`, and calls `each` for
    /// every stretch of equal ones with its bounds and its first pattern.
    fn split(
        &mut self,
        from: usize,
        to: usize,
        key: impl Fn(Pieces<'_>) -> (u64, usize),
        mut each: impl FnMut(&mut Self, usize, usize, Placed),
    ) {
        let patterns = self.patterns;
        let Some(part) = self.order.get_mut(from..to) else { return };
        for placed in part.iter_mut() {
            let (key, length) = key(patterns.pieces(placed.number));
            // Keys look at no more than MAX_HEAD bytes.
            (placed.key, placed.length) = (key, length as u16);
        }
        part.sort_unstable();
        let mut start = from;
        while let Some(&first) = self.order.get(start).filter(|_| start < to) {
            let part = self.order.get(start..to).unwrap_or_default();
            let equal = |other: &&Placed| (other.key, other.length) == (first.key, first.length);
            let end = start + part.iter().take_while(equal).count();
            each(self, start, end, first);
            start = end;
        }
    }

    /// Tells apart patterns whose heads start with the same `at` bytes.
    fn by_head(&mut self, from: usize, to: usize, at: usize) -> Next {
        if to - from <= FEW_HEADS {
            return self.list_of(from, to);
        }
        let at = self.common_words(from, to, at);
        let seeds = self.seeds.clone();
        let mut cuts = 0;
        self.split(
            from,
            to,
            |pieces| {
                let head = pieces.head.get(..pieces.head_key_len()).unwrap_or_default();
                let starts = Starts::new::<false>(&seeds, head);
                if head.len() - at < WORD {
                    (starts.whole(), head.len() - at)
                } else {
                    (starts.branch(at + WORD), WORD)
                }
            },
            |this, from, to, first| {
                let more = usize::from(first.length);
                cuts |= 1 << more;
                let known =
                    if more < WORD { Known::Head(at + more) } else { Known::Start(at + WORD) };
                this.groups.push(Group { from, to, key: Some(first.key), known });
            },
        );
        // Keys look at no more than MAX_HEAD bytes.
        Next::Heads { at: at as u16, cuts }
    }

    /// Returns how many bytes all heads start with, in whole words, if they agree on `at`.
    fn common_words(&self, from: usize, to: usize, at: usize) -> usize {
        let heads = self.order.get(from..to).unwrap_or_default().iter().map(|placed| {
            let pieces = self.patterns.pieces(placed.number);
            pieces.head.get(at..pieces.head_key_len()).unwrap_or_default()
        });
        let common = heads.clone().next().map_or(0, |first| {
            heads.fold(first.len(), |common, head| {
                common.min(first.iter().zip(head).take_while(|(a, b)| a == b).count())
            })
        });
        at + common / WORD * WORD
    }

    /// Tells apart patterns with the same head.
    fn by_tail(&mut self, from: usize, to: usize, key: Option<u64>, head: usize) -> Next {
        let Some(parent) = key.filter(|_| to - from > FEW_TAILS) else {
            return self.list_of(from, to);
        };
        let seeds = self.seeds.clone();
        let mut lengths = 0;
        self.split(
            from,
            to,
            |pieces| {
                let length = pieces.tail_key_len();
                (seeds.tail::<false>(parent, pieces.tail, length), length)
            },
            |this, from, to, first| {
                let tail = usize::from(first.length);
                lengths |= 1 << tail;
                let known = Known::Ends(head, tail);
                this.groups.push(Group { from, to, key: Some(first.key), known });
            },
        );
        self.tails.push(Tails { lengths, head: head as u32 });
        Next::Tails(self.tails.len() as u32 - 1)
    }

    /// Tells apart patterns with the same head and tail.
    fn by_middle(
        &mut self,
        from: usize,
        to: usize,
        key: Option<u64>,
        head: usize,
        tail: usize,
    ) -> Next {
        let Some(parent) = key.filter(|_| to - from > FEW_MIDDLES) else {
            return self.list_of(from, to);
        };
        let seeds = self.seeds.clone();
        let patterns = self.patterns;
        let mut firsts = [Firsts::None; WINDOWS.len()];
        let mut rest = vec![];
        let many = (to - from) / 4;
        self.split(
            from,
            to,
            |pieces| {
                let literal = pieces.longest_literal();
                match WINDOWS.iter().rfind(|&&length| length <= literal.len()) {
                    Some(&length) => (seeds.window::<false>(parent, literal, 0, length), length),
                    None => (0, 0),
                }
            },
            |this, from, to, first| {
                let class = WINDOWS.iter().position(|&length| length == first.length.into());
                let slot = class.and_then(|class| firsts.get_mut(class));
                let part = this.order.get(from..to).unwrap_or_default();
                match slot {
                    Some(slot) if part.len() <= many => {
                        for placed in part {
                            let literal = patterns.pieces(placed.number).longest_literal();
                            *slot = literal.first().map_or(*slot, |&byte| slot.with(byte));
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
        let rest = list(&mut self.lists, rest.into_iter());
        if firsts == [Firsts::None; WINDOWS.len()] {
            return rest;
        }
        self.middles.push(Middles { rest, head: head as u32, tail: tail as u32, firsts });
        Next::Middles(self.middles.len() as u32 - 1)
    }
}
