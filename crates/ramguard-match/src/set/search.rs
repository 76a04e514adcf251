//! One look-up: from a text through the index to the patterns that fit it.
//!
//! What is looked at is bounded by the index and not by the text alone: at most
//! 17 branches of heads with 9 cuts each; behind every head as many of tails; behind every pair of
//! them four windows at every place of the text. Every list is checked at most once. Where that can
//! still be a lot, the set has its patterns side by side as well, and a look-up that has done an
//! eighth of the work of asking them so forgets what it has found and does that.

use std::ops::{ControlFlow, Range};

use super::abreast::Abreast;
use super::index::{Index, Middles, Tails, end};
use super::patterns::{Asked, Patterns};
use super::table::Next;
use crate::pattern::Near;
use crate::steps;
use crate::window::WIDTH;
use crate::word::{WORD, highest_bytes, lowest_bytes, word_at, word_before};

/// What is done with the patterns that fit.
pub(super) trait Sink {
    /// Takes the number of a pattern that fits, and tells whether to go on.
    fn take(&mut self, number: u32) -> ControlFlow<()>;

    /// Returns whether the list with this first pattern was not visited before.
    fn visit(&mut self, first: u32) -> bool;

    /// Returns how many patterns were taken, if it keeps them apart.
    fn taken(&self) -> usize;

    /// Forgets all patterns but so many that were taken first, as the others will come again.
    fn forget(&mut self, taken: usize);

    /// Whether a few of the patterns were tried by themselves already.
    const TRIED: bool = false;
}

/// A look-up of one text; `LIMITED` says that it breaks off when it has been too much work.
struct Search<'s, 't, const FOLD: bool, const LIMITED: bool, S> {
    patterns: &'s Patterns,
    index: &'s Index,
    asked: Asked<'t>,
    bytes: &'t [u8],
    sink: &'s mut S,
    /// How much work is left until all patterns are better asked side by side.
    patience: u32,
    /// How much work more the first family that is checked may be.
    spare: u32,
    /// Whether that is the case.
    tired: bool,
}

/// Hands every pattern that fits `text` to `sink`, in no order, until told to stop.
#[inline]
pub(super) fn search<const FOLD: bool, S: Sink>(
    patterns: &Patterns,
    index: &Index,
    text: &str,
    sink: &mut S,
) -> ControlFlow<()> {
    if let Some(sieve) = &index.sieve {
        let mut left = sieve.left_for(text.as_bytes());
        if left == 0 {
            return ControlFlow::Continue(());
        }
        let asked = Asked::new::<FOLD>(text);
        while left != 0 {
            let number = left.trailing_zeros();
            left &= left - 1;
            let spot = sieve.spot(number);
            if let Some(number) = patterns.fitting::<FOLD>(spot, asked, Near::Unknown) {
                sink.take(number)?;
            }
        }
        return ControlFlow::Continue(());
    }
    index.always.iter().try_for_each(|&number| sink.take(number))?;
    if let Some(literals) = &index.literals {
        let take = |&spot: &u32| match patterns.equal::<FOLD>(spot, text) {
            Some(number) => sink.take(number),
            None => ControlFlow::Continue(()),
        };
        match literals.get(index.seeds.whole::<FOLD>(text.as_bytes())) {
            Next::One(spot) => [spot].iter().try_for_each(take)?,
            Next::List(start) => index.list(start).iter().try_for_each(take)?,
            _ => {}
        }
    }
    match index.root {
        Next::Nothing => ControlFlow::Continue(()),
        _ => by_index::<FOLD, S>(patterns, index, text, sink),
    }
}

/// Does what [`search`] does for the patterns below the root of the index; apart, for the sake of
/// the stack of all other sets.
#[inline(never)]
fn by_index<const FOLD: bool, S: Sink>(
    patterns: &Patterns,
    index: &Index,
    text: &str,
    sink: &mut S,
) -> ControlFlow<()> {
    let Some(all) = &index.abreast else {
        return Search::<FOLD, false, S>::new(patterns, index, text, sink).by_head();
    };
    let taken = sink.taken();
    let mut search = Search::<FOLD, true, S>::new(patterns, index, text, sink);
    search.patience = all.patience(text.len(), S::TRIED);
    search.spare = all.spare(text.len(), S::TRIED);
    let flow = search.by_head();
    if !search.tired {
        return flow;
    }
    sink.forget(taken);
    side_by_side::<FOLD, S>(patterns, all, text, sink)
}

/// Hands every pattern with a wildcard that fits `text` to `sink`; apart, as its rows of bits take
/// a page of the stack.
#[inline(never)]
fn side_by_side<const FOLD: bool, S: Sink>(
    patterns: &Patterns,
    all: &Abreast,
    text: &str,
    sink: &mut S,
) -> ControlFlow<()> {
    all.search::<FOLD>(patterns, text, |number| sink.take(number))
}

impl<'s, 't, const FOLD: bool, const LIMITED: bool, S: Sink> Search<'s, 't, FOLD, LIMITED, S> {
    #[inline]
    fn new(patterns: &'s Patterns, index: &'s Index, text: &'t str, sink: &'s mut S) -> Self {
        let (asked, bytes) = (Asked::new::<FOLD>(text), text.as_bytes());
        Search { patterns, index, asked, bytes, sink, patience: 0, spare: 0, tired: false }
    }

    #[inline]
    fn by_head(&mut self) -> ControlFlow<()> {
        let (Index { seeds, table, .. }, bytes) = (self.index, self.bytes);
        let ladder = &seeds.head;
        let mut next = self.index.root;
        let (mut sum, mut summed) = (0_u64, 0);
        while let Next::Heads { words, cuts } = next {
            let words = usize::from(words);
            // Only a key that was taken for another leads back.
            if words < summed {
                return ControlFlow::Continue(());
            }
            while summed < words {
                let word = word_at::<FOLD>(bytes, WORD * summed);
                sum = sum.wrapping_add(ladder.rung(summed).term(word));
                summed += 1;
            }
            let Some(room) = bytes.len().checked_sub(WORD * words) else {
                return ControlFlow::Continue(());
            };
            let (rung, word) = (ladder.rung(words), word_at::<FOLD>(bytes, WORD * words));
            let mut left = u32::from(cuts) & ((2 << room.min(WORD - 1)) - 1);
            while left != 0 {
                let more = left.trailing_zeros() as usize;
                left &= left - 1;
                steps::count(1);
                let key = ladder.cut(sum, more, rung.term(word & lowest_bytes(more)));
                if table.may_have(key) {
                    self.behind_head(key)?;
                }
            }
            if cuts >> WORD == 0 || room < WORD {
                return ControlFlow::Continue(());
            }
            steps::count(1);
            sum = sum.wrapping_add(rung.term(word));
            summed += 1;
            let key = ladder.branch(sum);
            if !table.may_have(key) {
                return ControlFlow::Continue(());
            }
            next = table.get(key);
        }
        // Few patterns are left, and whether their heads fit is not known.
        self.check(next, Near::Unknown)
    }

    #[inline]
    fn behind_head(&mut self, key: u64) -> ControlFlow<()> {
        match self.index.table.get(key) {
            Next::Tails(tails) => self.by_tail(tails, key),
            Next::Middles(middles) => self.by_middle(middles, key),
            next => self.check(next, Near::Unknown),
        }
    }

    #[inline]
    fn by_tail(&mut self, number: u32, parent: u64) -> ControlFlow<()> {
        let Some(tails) = self.index.tails.get(number as usize) else {
            return ControlFlow::Continue(());
        };
        // Patterns without a tail are where no word is known yet.
        self.behind_tail(tails.free, parent)?;
        match self.last_word(tails) {
            Some(_) => self.by_last_words(tails, parent),
            None => ControlFlow::Continue(()),
        }
    }

    /// Returns the last word of the text before those that are known, if there is room for them
    /// and some tails end with its last bytes.
    #[inline]
    fn last_word(&self, tails: &Tails) -> Option<u64> {
        let room = self.bytes.len().checked_sub(WORD * usize::from(tails.words))?;
        let word = word_before::<FOLD>(self.bytes, room);
        (end(word, tails.shift) & tails.ends != 0).then_some(word)
    }

    #[inline]
    fn by_last_words(&mut self, mut tails: &'s Tails, parent: u64) -> ControlFlow<()> {
        let (index, bytes) = (self.index, self.bytes);
        let (ladder, table) = (&index.seeds.tail, &index.table);
        let (mut sum, mut summed) = (parent, 0);
        while let Some(word) = self.last_word(tails) {
            let words = usize::from(tails.words);
            // Only a key that was taken for another leads back.
            if words < summed {
                return ControlFlow::Continue(());
            }
            while summed < words {
                let word = word_before::<FOLD>(bytes, bytes.len() - WORD * summed);
                sum = sum.wrapping_add(ladder.rung(summed).term(word));
                summed += 1;
            }
            let room = bytes.len() - WORD * words;
            let (rung, cuts) = (ladder.rung(words), tails.cuts);
            let mut left = u32::from(cuts) & ((2 << room.min(WORD - 1)) - 1);
            while left != 0 {
                let more = left.trailing_zeros() as usize;
                left &= left - 1;
                steps::count(1);
                let key = ladder.cut(sum, more, rung.term(word & highest_bytes(more)));
                if table.may_have(key) {
                    self.behind_tail(table.get(key), key)?;
                }
            }
            if cuts >> WORD == 0 || room < WORD {
                return ControlFlow::Continue(());
            }
            steps::count(1);
            sum = sum.wrapping_add(rung.term(word));
            summed += 1;
            let key = ladder.branch(sum);
            if !table.may_have(key) {
                return ControlFlow::Continue(());
            }
            match table.get(key) {
                Next::Tails(number) => match index.tails.get(number as usize) {
                    Some(next) => tails = next,
                    None => return ControlFlow::Continue(()),
                },
                next => return self.check(next, Near::Unknown),
            }
        }
        ControlFlow::Continue(())
    }

    #[inline]
    fn behind_tail(&mut self, next: Next, key: u64) -> ControlFlow<()> {
        match next {
            Next::Middles(middles) => self.by_middle(middles, key),
            next => self.check(next, Near::Unknown),
        }
    }

    fn by_middle(&mut self, middles: u32, parent: u64) -> ControlFlow<()> {
        let Some(middles) = self.index.middles.get(middles as usize) else {
            return ControlFlow::Continue(());
        };
        if let Next::Family(family) = middles.family {
            self.check_family(family)?;
        }
        self.check(middles.rest, Near::Unknown)?;
        if middles.pairs.is_empty() {
            return ControlFlow::Continue(());
        }
        let bytes = self.bytes;
        let room = middles.head as usize..bytes.len().saturating_sub(middles.tail as usize);
        // Where the first pair of bytes stands whose last, or first, is the edge of a window, and
        // where there is none any more.
        let before = usize::from(middles.ends);
        let (mut at, to) = (room.start + before, (room.end + before).saturating_sub(1));
        for text in bytes.get(at..to).unwrap_or_default().chunks(WIDTH) {
            steps::count(1);
            let mut places = middles.edges.places::<FOLD>(text);
            while places != 0 {
                let place = at + places.trailing_zeros() as usize;
                places &= places - 1;
                steps::count(1);
                let two = bytes.get(place - before..).and_then(|rest| rest.first_chunk());
                let classes = two.map_or(0, |&two| middles.pairs.classes::<FOLD>(two));
                if classes != 0 {
                    self.at_place(place, classes, middles, &room, parent)?;
                }
            }
            at += WIDTH;
        }
        ControlFlow::Continue(())
    }

    /// Looks for the windows of these classes that start or end at `place`, and lie in `room`.
    #[inline]
    fn at_place(
        &mut self,
        place: usize,
        mut classes: u64,
        middles: &Middles,
        room: &Range<usize>,
        parent: u64,
    ) -> ControlFlow<()> {
        let Index { seeds, table, .. } = self.index;
        while classes != 0 {
            let class = classes.trailing_zeros() as usize;
            classes &= classes - 1;
            steps::count(1);
            let Some(lens) = seeds.lens(class) else { break };
            let start = if middles.ends { (place + 1).wrapping_sub(lens.length) } else { place };
            // A start before that of the text has wrapped around.
            if start < room.start || start.saturating_add(lens.length) > room.end {
                break;
            }
            let key = lens.key::<FOLD>(parent, self.bytes, start);
            if table.may_have(key) {
                let near = if middles.ends { Near::End(place + 1) } else { Near::Start(place) };
                self.visit(table.get(key), near)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Checks the patterns that `next` names unless that was done before.
    #[inline]
    fn visit(&mut self, next: Next, near: Near) -> ControlFlow<()> {
        let first = match next {
            Next::One(spot) => Some(spot),
            Next::List(start) => self.index.list(start).first().copied(),
            _ => None,
        };
        match first {
            Some(first) if self.sink.visit(self.patterns.number(first)) => self.check(next, near),
            _ => ControlFlow::Continue(()),
        }
    }

    /// Checks the patterns that `next` names, and hands those that fit to the sink.
    ///
    /// `near` is where the longest literal of their middles seems to be.
    #[inline]
    fn check(&mut self, next: Next, near: Near) -> ControlFlow<()> {
        match next {
            Next::Nothing => ControlFlow::Continue(()),
            Next::One(spot) => self.check_one(spot, near),
            _ => self.check_many(next, near),
        }
    }

    fn check_many(&mut self, next: Next, near: Near) -> ControlFlow<()> {
        match next {
            Next::List(start) => {
                let index = self.index;
                index.list(start).iter().try_for_each(|&spot| self.check_one(spot, near))
            }
            Next::Family(family) => self.check_family(family),
            _ => ControlFlow::Continue(()),
        }
    }

    fn check_family(&mut self, family: u32) -> ControlFlow<()> {
        let families = &self.index.families;
        if LIMITED {
            let effort = families.effort(family);
            let most = self.patience.saturating_add(std::mem::take(&mut self.spare));
            if effort <= most {
                // The first may be more than is left, as it often leads to all there is.
                self.patience = self.patience.max(effort);
            }
            self.spend(|| effort)?;
        }
        let text = self.asked.text;
        families.search::<FOLD>(family, self.patterns, text, |number| self.sink.take(number))
    }

    #[inline]
    fn check_one(&mut self, spot: u32, near: Near) -> ControlFlow<()> {
        let patterns = self.patterns;
        self.spend(|| patterns.effort(spot))?;
        match patterns.fitting::<FOLD>(spot, self.asked, near) {
            Some(number) => self.sink.take(number),
            None => ControlFlow::Continue(()),
        }
    }

    /// Notes that there is some work to do; breaks off if that is too much.
    #[inline]
    fn spend(&mut self, effort: impl FnOnce() -> u32) -> ControlFlow<()> {
        if !LIMITED {
            return ControlFlow::Continue(());
        }
        match self.patience.checked_sub(effort()) {
            Some(patience) => {
                self.patience = patience;
                ControlFlow::Continue(())
            }
            None => {
                self.tired = true;
                ControlFlow::Break(())
            }
        }
    }
}
