//! Makes an index: groups of patterns are split by key until they are small.
//!
//! A group is a part of one long list of patterns; splitting it sorts that part by the keys that
//! tell its patterns apart and makes a group of every stretch of equal ones. What is left to do
//! stands on a stack, so nothing recurses, and every group knows more than the one it came from,
//! so it ends.

use super::abreast::Abreast;
use super::family::Families;
use super::index::{Edges, Index, Middles, Pairs, Tails, end, list};
use super::key::{MAX_END, Seeds, WINDOWS};
use super::patterns::Patterns;
use super::table::{Next, Table};
use crate::pattern::{Middle, Parts};
use crate::word::{WORD, word_at, word_before};

/// Up to this many patterns are checked one by one rather than told apart.
const FEW: usize = 2;

/// How many bytes at the end of tails are looked at before anything else.
const END: usize = 4;

/// How many patterns are looked at to find out which end of their literals is better.
const SAMPLE: usize = 200;

/// A group of patterns that has a place in the index but no form yet.
struct Group {
    /// Which part of the order of patterns it is.
    from: usize,
    to: usize,
    way: Way,
    known: Known,
}

/// What leads to a group.
#[derive(Clone, Copy)]
enum Way {
    Root,
    Key(u64),
    /// The tails of this number, as the patterns have none. What comes behind them has this key.
    Free(usize, u64),
}

/// What the patterns of a group have in common, as far as keys can tell.
#[derive(Clone, Copy)]
enum Known {
    /// So many words at the start, for which `sum` stands.
    Start { words: usize, sum: u64 },
    /// The head, of this length, and so many words at the end, for all of which `sum` stands.
    Head { head: usize, words: usize, sum: u64 },
    /// The head and the tail, of these lengths.
    Ends { head: usize, tail: usize },
}

/// A pattern on its way to its place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Placed {
    key: u64,
    /// How the key was made; collisions between different ways would hide patterns.
    kind: u8,
    spot: u32,
}

/// An index in the making.
pub(super) struct Builder<'p> {
    patterns: &'p Patterns,
    seeds: Seeds,
    always: Vec<u32>,
    /// The patterns with what tells them apart within their group.
    order: Vec<Placed>,
    groups: Vec<Group>,
    entries: Vec<(u64, Next)>,
    tails: Vec<Tails>,
    middles: Vec<Middles>,
    families: Families,
    abreast: Option<Box<Abreast>>,
    lists: Vec<u32>,
}

impl<'p> Builder<'p> {
    pub(super) fn new(patterns: &'p Patterns, seeds: Seeds) -> Builder<'p> {
        Builder {
            patterns,
            seeds,
            always: vec![],
            order: vec![],
            groups: vec![],
            entries: vec![],
            tails: vec![],
            middles: vec![],
            families: Families::default(),
            abreast: None,
            lists: vec![],
        }
    }

    /// Returns the index, `None` if keys collide between groups. `fold` says that letters match in
    /// either case.
    pub(super) fn build(mut self, fold: bool) -> Option<Index> {
        let literals = self.literals()?;
        let wild: Vec<u32> = self.order.iter().map(|placed| placed.spot).collect();
        let abreast = Abreast::new(self.patterns, &wild, fold).map(Box::new);
        self.abreast = abreast;
        let mut root = Next::Nothing;
        self.groups.push(Group {
            from: 0,
            to: self.order.len(),
            way: Way::Root,
            known: Known::Start { words: 0, sum: 0 },
        });
        while let Some(group) = self.groups.pop() {
            let Group { from, to, way, known } = group;
            let next = match (known, way) {
                _ if to - from <= FEW => self.list_of(from, to),
                (Known::Start { words, sum }, _) => self.by_head(from, to, words, sum),
                (Known::Head { head, words, sum }, _) => self.by_tail(from, to, head, words, sum),
                (Known::Ends { head, tail }, Way::Key(key) | Way::Free(_, key)) => {
                    self.by_middle(from, to, key, head, tail)
                }
                (Known::Ends { head, tail }, Way::Root) => self.by_middle(from, to, 0, head, tail),
            };
            match way {
                Way::Root => root = next,
                Way::Key(key) => self.entries.push((key, next)),
                Way::Free(tails, _) => {
                    if let Some(tails) = self.tails.get_mut(tails) {
                        tails.free = next;
                    }
                }
            }
        }
        let table = Table::with_filter(&self.entries)?;
        self.tails.shrink_to_fit();
        self.middles.shrink_to_fit();
        self.families.shrink();
        self.lists.shrink_to_fit();
        Some(Index {
            sieve: None,
            seeds: self.seeds,
            literals,
            always: self.always,
            root,
            table,
            tails: self.tails,
            middles: self.middles,
            families: self.families,
            abreast: self.abreast,
            lists: self.lists,
        })
    }

    /// Puts the patterns without wildcards into a table, and orders the others.
    fn literals(&mut self) -> Option<Option<Table>> {
        let mut literals = vec![];
        for spot in self.patterns.spots() {
            let parts = self.patterns.parts(spot);
            if parts.middle == Middle::Empty {
                let key = self.seeds.whole::<false>(parts.head);
                literals.push((key, spot));
            } else if parts.middle == Middle::Stars
                && parts.head.is_empty()
                && parts.tail.is_empty()
            {
                self.always.push(self.patterns.number(spot));
            } else {
                self.order.push(Placed { key: 0, kind: 0, spot });
            }
        }
        if literals.is_empty() {
            return Some(None);
        }
        literals.sort_unstable();
        let equal = literals.chunk_by(|left, right| left.0 == right.0);
        let entries: Vec<(u64, Next)> = equal
            .filter_map(|equal| {
                let next = list(&mut self.lists, equal.iter().map(|&(_, spot)| spot));
                equal.first().map(|&(key, _)| (key, next))
            })
            .collect();
        Table::new(&entries).map(Some)
    }

    /// Returns a list of a part of the order.
    fn list_of(&mut self, from: usize, to: usize) -> Next {
        let part = self.order.get(from..to).unwrap_or_default();
        list(&mut self.lists, part.iter().map(|placed| placed.spot))
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
        let part = self.order.get_mut(from..to).unwrap_or_default();
        for placed in part.iter_mut() {
            let (key, kind) = key(patterns.parts(placed.spot));
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
    ///
    /// Equal keys of branches come from equal sums, so one sum stands for the words of all of them
    /// even if some of the words collide.
    fn by_head(&mut self, from: usize, to: usize, known: usize, sum: u64) -> Next {
        let patterns = self.patterns;
        let head_of = |placed: &Placed| keyed_head(patterns.parts(placed.spot));
        let heads = self.order.get(from..to).unwrap_or_default().iter().map(head_of);
        let first = heads.clone().next().unwrap_or_default();
        let words = known + common_words(heads, WORD * known, |head, at| head.get(at));
        let ladder = self.seeds.head.clone();
        let word = |head: &[u8], index: usize| word_at::<false>(head, WORD * index);
        let sum = (known..words)
            .fold(sum, |sum, index| sum.wrapping_add(ladder.rung(index).term(word(first, index))));
        let rung = ladder.rung(words);
        let mut cuts = 0;
        self.split(
            from,
            to,
            |parts| {
                let head = keyed_head(parts);
                let (more, term) = (head.len() - WORD * words, rung.term(word(head, words)));
                if more < WORD {
                    (ladder.cut(sum, more, term), more)
                } else {
                    (ladder.branch(sum.wrapping_add(term)), WORD)
                }
            },
            |this, from, to, placed| {
                let more = usize::from(placed.kind);
                cuts |= 1 << more;
                let known = if more < WORD {
                    Known::Head { head: WORD * words + more, words: 0, sum: placed.key }
                } else {
                    let term = rung.term(word(head_of(&placed), words));
                    Known::Start { words: words + 1, sum: sum.wrapping_add(term) }
                };
                this.groups.push(Group { from, to, way: Way::Key(placed.key), known });
            },
        );
        // Keys look at no more than MAX_END bytes.
        Next::Heads { words: words as u8, cuts }
    }

    /// Tells apart patterns with the same head whose tails end with the same words.
    fn by_tail(&mut self, from: usize, to: usize, head: usize, known: usize, sum: u64) -> Next {
        let patterns = self.patterns;
        let tail_of = |placed: &Placed| keyed_tail(patterns.parts(placed.spot));
        let mut tails = self.order.get(from..to).unwrap_or_default().iter().map(tail_of);
        let first = tails.clone().next().unwrap_or_default();
        if known == 0 && tails.all(|tail| tail == first) {
            return self.by_middle(from, to, sum, head, first.len());
        }
        let tails = self.order.get(from..to).unwrap_or_default().iter().map(tail_of);
        let words =
            known + common_words(tails.clone(), WORD * known, |tail, at| tail.iter().rev().nth(at));
        let ladder = self.seeds.tail.clone();
        let word =
            |tail: &[u8], index: usize| word_before::<false>(tail, tail.len() - WORD * index);
        let sum = (known..words)
            .fold(sum, |sum, index| sum.wrapping_add(ladder.rung(index).term(word(first, index))));
        let rung = ladder.rung(words);
        // Patterns without a tail need no key.
        let lengths = tails.map(|tail| tail.len() - WORD * words);
        let shortest = lengths.filter(|&more| words > 0 || more > 0).min().unwrap_or(0).min(END);
        let number = self.tails.len();
        let shift = (u64::BITS as usize - 8 * shortest) as u8;
        let (mut ends, mut cuts) = (0, 0);
        self.tails.push(Tails { free: Next::Nothing, ends, shift, words: words as u8, cuts });
        self.split(
            from,
            to,
            |parts| {
                let tail = keyed_tail(parts);
                let (more, term) = (tail.len() - WORD * words, rung.term(word(tail, words)));
                if more < WORD {
                    (ladder.cut(sum, more, term), more)
                } else {
                    (ladder.branch(sum.wrapping_add(term)), WORD)
                }
            },
            |this, from, to, placed| {
                let more = usize::from(placed.kind);
                let word = word(tail_of(&placed), words);
                let mut way = Way::Key(placed.key);
                if words == 0 && more == 0 {
                    way = Way::Free(number, sum);
                } else {
                    cuts |= 1 << more;
                    ends |= if shortest == 0 { !0 } else { end(word, shift) };
                }
                let known = if more < WORD {
                    Known::Ends { head, tail: WORD * words + more }
                } else {
                    Known::Head { head, words: words + 1, sum: sum.wrapping_add(rung.term(word)) }
                };
                this.groups.push(Group { from, to, way, known });
            },
        );
        if let Some(tails) = self.tails.get_mut(number) {
            (tails.ends, tails.cuts) = (ends, cuts);
        }
        // There are fewer of them than patterns.
        Next::Tails(number as u32)
    }

    /// Returns whether the ends of the longest literals tell patterns apart better than their
    /// starts, or as well and with fewer places of a text to look at.
    ///
    /// Some hundred patterns are enough to tell; in their order they are mixed well.
    fn better_at_end(&self, from: usize, to: usize) -> bool {
        let part = self.order.get(from..to.min(from + SAMPLE)).unwrap_or_default();
        let literals: Vec<(&[u8], &[u8])> = part
            .iter()
            .map(|placed| {
                let parts = self.patterns.parts(placed.spot);
                (parts.between, longest_literal(parts))
            })
            .collect();
        let rate = |ends: bool| {
            let (mut windows, mut places) = (Vec::with_capacity(part.len()), 0);
            for &(between, literal) in &literals {
                let Some((class, window)) = window(literal, ends) else { continue };
                let lens = self.seeds.lens(class);
                windows.push(lens.map(|lens| lens.key::<false>(0, window, 0)));
                let edge = if ends { literal.last() } else { literal.first() };
                places += between.iter().filter(|&byte| Some(byte) == edge).count();
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
        let (mut edges, mut pairs) = (Edges::NONE, Pairs::default());
        let mut rest = vec![];
        let many = (to - from) / 4;
        self.split(
            from,
            to,
            |parts| match window(longest_literal(parts), ends) {
                Some((class, window)) => {
                    let key = seeds.lens(class).map(|lens| lens.key::<false>(parent, window, 0));
                    // Counted from one, as nought stands for no window at all.
                    (key.unwrap_or_default(), class + 1)
                }
                None => (0, 0),
            },
            |this, from, to, first| {
                let part = this.order.get(from..to).unwrap_or_default();
                match first.kind.checked_sub(1) {
                    Some(class) if part.len() <= many.max(1) => {
                        // Windows have two bytes or more.
                        let windows = part.iter().filter_map(|placed| {
                            let literal = longest_literal(patterns.parts(placed.spot));
                            window(literal, ends).map(|(_, window)| window)
                        });
                        for window in windows {
                            let two = if ends { window.last_chunk() } else { window.first_chunk() };
                            let edge = if ends { window.last() } else { window.first() };
                            edges = edge.map_or(edges, |&byte| edges.with(byte));
                            two.into_iter().for_each(|&two| pairs.add(two, class.into()));
                        }
                        let next = this.list_of(from, to);
                        this.entries.push((first.key, next));
                    }
                    // What a good part of the patterns contains is not worth looking for.
                    _ => rest.extend(part.iter().map(|placed| placed.spot)),
                }
            },
        );
        rest.sort_unstable();
        let is_hopeless = |effort| self.abreast.as_ref().is_some_and(|all| all.is_hopeless(effort));
        let family = self.families.add(patterns, &mut rest, is_hopeless);
        let family = family.map_or(Next::Nothing, Next::Family);
        let rest = list(&mut self.lists, rest.into_iter());
        match (family, rest) {
            _ if !pairs.is_empty() => {}
            (only, Next::Nothing) | (Next::Nothing, only) => return only,
            _ => {}
        }
        let (head, tail) = (head as u32, tail as u32);
        self.middles.push(Middles { family, rest, head, tail, ends, edges, pairs });
        Next::Middles(self.middles.len() as u32 - 1)
    }
}

/// Returns the start or the end of a literal, as long as a window can be, and the number of that
/// length in [`WINDOWS`].
fn window(literal: &[u8], ends: bool) -> Option<(usize, &[u8])> {
    let class = WINDOWS.iter().rposition(|&length| length <= literal.len())?;
    let length = *WINDOWS.get(class)?;
    let window = if ends { literal.get(literal.len() - length..) } else { literal.get(..length) };
    Some((class, window?))
}

/// Returns how many words, from the byte `at` on, all ends have in common; `byte` reads them.
fn common_words<'p>(
    mut ends: impl Iterator<Item = &'p [u8]>,
    at: usize,
    byte: impl Fn(&'p [u8], usize) -> Option<&'p u8>,
) -> usize {
    let first = ends.next().unwrap_or_default();
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
    let (mut longest, mut length) = (0..0, 0);
    for (at, &byte) in (1..).zip(parts.between) {
        length = if byte == b'*' || byte == b'?' { 0 } else { length + 1 };
        if length > longest.len() {
            longest = at - length..at;
        }
    }
    parts.between.get(longest).unwrap_or_default()
}
