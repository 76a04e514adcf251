//! The index: which patterns are worth checking against a text.
//!
//! Patterns are told apart by their head, then by their tail, then by the longest literal in their
//! middle, each time only if too many are left to check them one by one. Every pattern is found in
//! one place:
//!
//! * a pattern without wildcard under the key of its text, in a table of its own;
//! * a pattern of nothing but stars in [`Index::always`];
//! * every other under [`Index::root`], from which the keys of its head, its tail and a window of
//!   its longest literal lead to the list or the family it is in.
//!
//! Keys are hashes. Lists are made by equal keys, as they are found by equal keys, so a collision
//! makes a list longer and never loses a pattern; whoever finds a list checks its patterns whole.

use super::abreast::Abreast;
use super::build::Builder;
use super::family::Families;
use super::key::Seeds;
use super::patterns::Patterns;
use super::sieve::Sieve;
use super::table::{Next, Table};
use crate::window;
use crate::word::{Folding, between, roughly};

/// Patterns with the same head that end with the same `words` words, told apart by what stands
/// before these.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tails {
    /// Where those go on that have no tail.
    pub(super) free: Next,
    /// The set of the [`end`]s that all others have before the words, each `shift` bits shorter
    /// than a word.
    pub(super) ends: u64,
    pub(super) shift: u8,
    pub(super) words: u8,
    /// Bit `i` for `i < 8`: some tails are `i` bytes longer. Bit 8: some are longer than that.
    pub(super) cuts: u16,
}

/// Returns the bit that stands for the last bytes of a word, all but the first `shift` bits.
#[inline]
pub(super) fn end(word: u64, shift: u8) -> u64 {
    // At most four bytes are left.
    let bytes = word.wrapping_shr(u32::from(shift)) as u32;
    1 << (bytes.wrapping_mul(0x9E37_79B9) >> 26)
}

/// Patterns with the same head and tail, by what their middle contains.
#[derive(Clone, Copy, Debug)]
pub(super) struct Middles {
    /// Patterns of which nothing else is known: a family, and what does not belong to it.
    pub(super) family: Next,
    pub(super) rest: Next,
    pub(super) head: u32,
    pub(super) tail: u32,
    /// Whether the ends of literals are looked for rather than their starts.
    pub(super) ends: bool,
    /// With which bytes these start, or end.
    pub(super) edges: Edges,
    /// How long they are if they start, or end, with two bytes.
    pub(super) pairs: Pairs,
}

/// For two bytes next to each other, how long the literals are that start, or end, with these.
///
/// Four bits for each of 64 kinds of pairs. Bit `i` stands for the `i`th of
/// [`WINDOWS`](super::key::WINDOWS).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pairs([u64; 4]);

impl Pairs {
    /// Returns the number of the word and of the lowest bit that stand for a pair.
    #[inline]
    fn place<const FOLD: bool>(bytes: [u8; 2]) -> (usize, u32) {
        let both = u32::from(u16::from_le_bytes(bytes.map(|byte| Folding::<FOLD>.fold(byte))));
        let kind = both.wrapping_mul(0x9E37_79B9) >> 26;
        ((kind % 4) as usize, kind / 4 * 4)
    }

    /// Adds a literal that has this pair at its edge and a length of this class.
    pub(super) fn add(&mut self, bytes: [u8; 2], class: usize) {
        let (word, bit) = Pairs::place::<false>(bytes);
        if let Some(word) = self.0.get_mut(word) {
            *word |= 1 << (bit as usize + class);
        }
    }

    /// Returns the set of the classes of length that literals with this pair have, and maybe more.
    #[inline]
    pub(super) fn classes<const FOLD: bool>(&self, bytes: [u8; 2]) -> u64 {
        let (word, bit) = Pairs::place::<FOLD>(bytes);
        self.0.get(word).map_or(0, |word| word >> bit & 0xF)
    }

    /// Returns whether there are no literals.
    pub(super) fn is_empty(&self) -> bool {
        *self == Pairs::default()
    }
}

/// A set of bytes, with some more in it if it is not small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edges {
    /// So many bytes; one of them is in all places that are left.
    Few(u8, [u8; 4]),
    /// All ASCII bytes from one to another, none if the first is the greater, and all others.
    Between(u8, u8),
}

impl Edges {
    pub(super) const NONE: Edges = Edges::Few(0, [0; 4]);

    pub(super) fn with(self, byte: u8) -> Edges {
        match self {
            Edges::Few(count, mut bytes) => {
                if bytes.iter().take(usize::from(count)).any(|&other| other == byte) {
                    return self;
                }
                if let Some(slots @ [_, ..]) = bytes.get_mut(usize::from(count)..) {
                    slots.fill(byte);
                    return Edges::Few(count + 1, bytes);
                }
                bytes.iter().fold(Edges::Between(0x7F, 0), |all, &byte| all.with(byte)).with(byte)
            }
            Edges::Between(low, high) if byte.is_ascii() => {
                Edges::Between(low.min(byte), high.max(byte))
            }
            Edges::Between(..) => self,
        }
    }

    /// Returns the set of the places of `text`, which has up to 64, where one of these bytes
    /// stands, and maybe more.
    #[inline]
    pub(super) fn places<const FOLD: bool>(self, text: &[u8]) -> u64 {
        match self {
            Edges::Few(1, [byte, ..]) => window::places::<FOLD>(text, |word| roughly(word, byte)),
            Edges::Few(2, [byte, other, ..]) => {
                window::places::<FOLD>(text, |word| roughly(word, byte) | roughly(word, other))
            }
            Edges::Few(_, bytes) => window::places::<FOLD>(text, |word| {
                bytes.into_iter().fold(0, |places, byte| places | roughly(word, byte))
            }),
            Edges::Between(low, high) => {
                window::places::<FOLD>(text, |word| between(word, low, high))
            }
        }
    }
}

/// The index over the patterns of a set.
#[derive(Clone, Debug)]
pub(super) struct Index {
    /// All patterns, if they are few; there is nothing in the rest of the index then.
    pub(super) sieve: Option<Sieve>,
    pub(super) seeds: Seeds,
    /// Patterns without a wildcard, by their whole text.
    pub(super) literals: Option<Table>,
    /// The numbers of the patterns that fit every text.
    pub(super) always: Vec<u32>,
    /// Where the search for all other patterns starts.
    pub(super) root: Next,
    pub(super) table: Table,
    pub(super) tails: Vec<Tails>,
    pub(super) middles: Vec<Middles>,
    pub(super) families: Families,
    /// All patterns with wildcards once more, for texts that lead to too many of them.
    pub(super) abreast: Option<Box<Abreast>>,
    /// Every list is its length and then the spots of that many patterns.
    pub(super) lists: Vec<u32>,
}

impl Index {
    /// Makes the index. `seeds` is asked for new seeds if some turn out to be bad.
    pub(super) fn new(patterns: &Patterns, fold: bool, mut seeds: impl FnMut() -> Seeds) -> Index {
        if let Some(sieve) = Sieve::new(patterns, fold) {
            return Index { sieve: Some(sieve), ..Index::unsorted(&Patterns::default()) };
        }
        // Groups with the same key at different places of the index are next to impossible; if
        // they happen, other seeds are tried, and in the end a plain list is right as well.
        for _ in 0..4 {
            if let Some(index) = Builder::new(patterns, seeds()).build(fold) {
                return index;
            }
        }
        Index::unsorted(patterns)
    }

    fn unsorted(patterns: &Patterns) -> Index {
        let mut lists = vec![];
        let root = {
            let spots: Vec<u32> = patterns.spots().collect();
            list(&mut lists, spots.into_iter())
        };
        Index {
            sieve: None,
            seeds: Seeds::default(),
            literals: None,
            always: vec![],
            root,
            table: Table::default(),
            tails: vec![],
            middles: vec![],
            families: Families::default(),
            abreast: None,
            lists,
        }
    }

    /// Returns the spots of the patterns in the list that starts at `start`.
    #[inline]
    pub(super) fn list(&self, start: u32) -> &[u32] {
        match self.lists.get(start as usize..) {
            Some([length, rest @ ..]) => rest.get(..*length as usize).unwrap_or_default(),
            _ => &[],
        }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.sieve.as_ref().map_or(0, Sieve::heap_bytes)
            + self.literals.as_ref().map_or(0, Table::heap_bytes)
            + self.table.heap_bytes()
            + self.tails.capacity() * size_of::<Tails>()
            + self.middles.capacity() * size_of::<Middles>()
            + self.families.heap_bytes()
            + self.abreast.as_ref().map_or(0, |all| size_of::<Abreast>() + all.heap_bytes())
            + (self.always.capacity() + self.lists.capacity()) * size_of::<u32>()
    }
}

/// Writes a list of spots and returns how to get to it.
pub(super) fn list(lists: &mut Vec<u32>, spots: impl ExactSizeIterator<Item = u32>) -> Next {
    let mut spots = spots.peekable();
    match (spots.len(), spots.peek()) {
        (0, _) => Next::Nothing,
        (1, Some(&only)) => Next::One(only),
        (length, _) => {
            // A list is not longer than there are patterns, and all lists together hold every
            // pattern once, so lengths and starts fit in 32 bits up to a third of four thousand
            // million patterns, which the text of that many patterns would not.
            let start = lists.len() as u32;
            lists.push(length as u32);
            lists.extend(spots);
            Next::List(start)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_stand_where_they_are_and_few_of_them_nowhere_else() {
        let text: Vec<u8> = (0..=255).collect();
        let mut edges = Edges::NONE;
        for (count, byte) in (1..).zip([b'-', b'/', b'a', b'M', b'_', 0xC3, b'0', b'~']) {
            edges = edges.with(byte).with(byte);
            assert_eq!(count <= 4, matches!(edges, Edges::Few(..)), "{count}");
            for at in (0..text.len()).step_by(64) {
                let places = edges.places::<false>(&text[at..at + 64]);
                let found = (0..64).filter(|place| places >> place & 1 == 1);
                let found: Vec<u8> = found.map(|place| text[at + place]).collect();
                assert_eq!(found.contains(&byte), (at..at + 64).contains(&byte.into()), "{byte}");
                // A byte behind one of them may be taken for it if it is next to it.
                let known = |&byte: &u8| match edges {
                    Edges::Few(_, bytes) => {
                        bytes.iter().any(|&edge| byte == edge || byte == edge + 1)
                    }
                    Edges::Between(low, high) => (low..=high).contains(&byte) || !byte.is_ascii(),
                };
                assert!(found.iter().all(known), "{found:?}");
            }
        }
        assert_eq!(edges, Edges::Between(b'-', b'~'));
    }

    #[test]
    fn pairs_tell_how_long_the_literals_are_that_have_them() {
        let mut pairs = Pairs::default();
        assert!(pairs.is_empty());
        let all = [(*b"-a", 0), (*b"-a", 3), (*b"xy", 1), (*b"yx", 2), (*b"pq", 3)];
        for (bytes, class) in all {
            pairs.add(bytes, class);
            assert!(!pairs.is_empty());
        }
        assert_eq!(pairs.classes::<false>(*b"-a"), 0b1001);
        assert_eq!(pairs.classes::<true>(*b"-A"), 0b1001);
        assert_eq!(pairs.classes::<false>(*b"xy"), 0b10);
        assert_eq!(pairs.classes::<false>(*b"yx"), 0b100);
        assert_eq!(pairs.classes::<false>(*b"pq"), 0b1000);
        let others = (0..=255).flat_map(|a| (0..=255).map(move |b| [a, b]));
        let taken = others.filter(|&two| pairs.classes::<false>(two) != 0).count();
        // Four kinds of pairs of 64.
        assert!((3_000..6_000).contains(&taken), "{taken}");
    }
}
