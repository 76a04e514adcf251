//! Policies compiled together: their statements as flat lists, and an index over them if there are
//! enough to make one worth its while.

use std::cell::OnceCell;
use std::hint::black_box;

use ramguard_policy::Policy;

use super::asked::Asked;
use super::batch::{Batch, Narrowed, Trail};
use super::build::build;
use super::crowd::Memo;
use super::entry::{Entries, Reply, ResourceEntry};
use super::index::{Found, Index, Visit};
use super::small::{ANY_SERVICE, Small, services};
use super::{Polarity, Verdict};
use crate::steps;

/// Compiled policies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unit {
    entries: Entries,
    find: Find,
    /// The groups of services that can be covered, a bit each; with an index every bit.
    services: u64,
}

/// How the entries worth testing are found.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a small set is waited for together with its unit")]
enum Find {
    /// By the signatures of all that are about the service.
    Each(Small),
    By(Box<Index>),
}

impl Default for Find {
    fn default() -> Self {
        Self::Each(Small::default())
    }
}

impl Unit {
    /// Compiles policies; `None` if they are more than offsets can reach, 2 GiB of names.
    pub(crate) fn new(policies: &[Policy]) -> Option<Self> {
        let mut entries = Entries::default();
        entries.reserve(policies);
        let mut weights = Vec::with_capacity(policies.iter().map(Policy::len).sum());
        for (document, policy) in policies.iter().enumerate() {
            for statement in policy.statements() {
                weights.push(entries.push(document, policy, statement)?);
            }
        }
        entries.shrink();
        entries.gather(policies, &weights);
        if entries.resources.len() >= Found::LIMIT {
            return None;
        }
        let (find, services) = match Small::new(&entries) {
            Some(small) => (Find::Each(small), services(&entries)),
            None => (Find::By(Box::new(build(&entries))), ANY_SERVICE),
        };
        Some(Self { entries, find, services })
    }

    /// Returns how many bytes of memory it takes outside itself.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.entries.heap_bytes()
            + match &self.find {
                Find::Each(small) => small.heap_bytes(),
                Find::By(index) => size_of::<Index>() + index.heap_bytes(),
            }
    }

    /// Returns the groups of the services of which it can cover something, a bit each; see
    /// [`service_bit`](super::small::service_bit).
    pub(super) fn services(&self) -> u64 {
        self.services
    }

    /// Evaluates the unit: an applicable Deny wins over an applicable Allow, and the first of the
    /// winning effect in the order of the documents is named (rule E-1).
    #[inline(always)]
    pub(crate) fn decide(&self, asked: &Asked<'_>) -> Verdict {
        match self.settle(asked) {
            None => Verdict::ImplicitDeny,
            Some(entry) => match entry.polarity() {
                Polarity::Deny => Verdict::ExplicitDeny(entry.at),
                Polarity::Allow => Verdict::Allow(entry.at),
            },
        }
    }

    /// Returns an entry of the statement that settles a request. One address, so that it is handed
    /// over in a register.
    #[inline]
    fn settle(&self, asked: &Asked<'_>) -> Option<&ResourceEntry> {
        match (&self.find, asked.batch()) {
            (Find::Each(small), None) => self.decide_each(small, asked),
            (Find::By(index), None) => self.decide_by(index, asked),
            (_, Some(batch)) => self.decide_among(batch, asked),
        }
    }

    #[inline]
    fn decide_each(&self, small: &Small, asked: &Asked<'_>) -> Option<&ResourceEntry> {
        let mut allowed = None;
        // What is known of the statement that was tried last.
        let mut last = None;
        let memo = Memo::default();
        let starts = asked.starts();
        let list = small.list(starts.service);
        steps::count(list.len() as u64);
        for item in list {
            if !item.may_cover(starts.resource) {
                continue;
            }
            let Some(entry) = self.entries.resources.get(item.number as usize) else { continue };
            // Of several resources of a statement most are told by their ends. An Allow after the
            // first one cannot change the outcome.
            if !entry.may_cover(starts)
                || (entry.polarity() == Polarity::Allow && allowed.is_some())
            {
                continue;
            }
            let is_listed = match last {
                Some((statement, reply)) if statement == entry.statement => {
                    if reply == Reply::NotAtAll {
                        continue;
                    }
                    true
                }
                _ => false,
            };
            let reply = self.entries.applies(entry, is_listed, asked, &memo);
            if reply == Reply::Applies {
                match entry.polarity() {
                    Polarity::Deny => return Some(entry),
                    Polarity::Allow => allowed = Some(entry),
                }
            }
            last = Some((entry.statement, reply));
        }
        allowed
    }

    /// Decides one of many requests that are alike.
    #[inline(never)]
    fn decide_among(&self, batch: &Batch, asked: &Asked<'_>) -> Option<&ResourceEntry> {
        let known = batch.of(
            self,
            || self.begin(asked),
            |narrowed| match narrowed {
                Narrowed::Open(open) => Some(self.first_open(open, asked)),
                Narrowed::Found(trail) => self.follow(trail, asked),
            },
        );
        known.flatten().unwrap_or_else(|| self.decide_anew(asked))
    }

    /// Returns what is kept of the first of many requests that are alike.
    #[inline(never)]
    fn begin(&self, asked: &Asked<'_>) -> Narrowed {
        match &self.find {
            Find::Each(small) => Narrowed::Open(self.narrow(small, asked).into()),
            Find::By(_) => Narrowed::Found(Box::default()),
        }
    }

    /// Decides by an index that was asked the like before; none if it is better asked anew.
    #[inline(never)]
    fn follow(&self, trail: &mut Trail, asked: &Asked<'_>) -> Option<Option<&ResourceEntry>> {
        let (Find::By(index), Some(arn)) = (&self.find, asked.arn()) else { return None };
        let narrow = |found: &[u32]| self.narrow_found(index, found, asked);
        Some(self.first_open(trail.open(index, &arn, narrow)?, asked))
    }

    #[inline(never)]
    fn decide_anew(&self, asked: &Asked<'_>) -> Option<&ResourceEntry> {
        match &self.find {
            Find::Each(small) => self.decide_each(small, asked),
            Find::By(index) => self.decide_by(index, asked),
        }
    }

    /// Returns the first of these entries that applies, if [it may](Entries::may_apply).
    #[inline]
    fn first_open(&self, open: &[u32], asked: &Asked<'_>) -> Option<&ResourceEntry> {
        let memo = OnceCell::new();
        let resources = &self.entries.resources;
        open.iter()
            .filter_map(|&number| resources.get(number as usize))
            .find(|entry| self.entries.applies_after_all(entry, asked, &memo))
    }

    /// Returns the entries that may apply to a request that is like this one, in the order of what
    /// they settle.
    fn narrow(&self, small: &Small, asked: &Asked<'_>) -> Vec<u32> {
        let memo = Memo::default();
        let numbers = small.list(asked.starts().service).iter().map(|item| item.number);
        let may_apply = |number: &u32| {
            let entry = self.entries.resources.get(*number as usize);
            entry.is_some_and(|entry| self.entries.may_apply(entry, asked, &memo))
        };
        self.in_order(numbers.filter(may_apply).collect())
    }

    /// Returns the same of what an index has found; none if that is better tested anew for each
    /// request, as it is much or slow.
    #[inline(never)]
    fn narrow_found(&self, index: &Index, found: &[u32], asked: &Asked<'_>) -> Option<Vec<u32>> {
        let mut queue = found.to_vec();
        let mut open = Vec::new();
        let memo = Memo::default();
        let mut next = 0;
        while let Some(&found) = queue.get(next) {
            next += 1;
            let one;
            let (denies, allows) = match Found::unpack(found) {
                Found::Allow(number) | Found::Deny(number) => {
                    one = [number];
                    (one.as_slice(), [].as_slice())
                }
                Found::Many(number) => index.many(number),
                Found::Actions(number) => {
                    index.search_actions(number, asked, &mut queue);
                    continue;
                }
            };
            if queue.len() > WAITING || denies.len() + allows.len() > MOST_OPEN {
                return None;
            }
            for &number in denies.iter().chain(allows) {
                if found & Found::BY_ANY == 0 {
                    let entry = self.entries.resources.get(number as usize);
                    open.extend(
                        entry
                            .filter(|entry| self.entries.may_apply(entry, asked, &memo))
                            .map(|_| number),
                    );
                } else {
                    self.entries.may_apply_by_any(number, asked, &memo, &mut open);
                }
            }
        }
        let open = self.in_order(open);
        let is_open = |&number: &u32| {
            let entry = self.entries.resources.get(number as usize);
            entry.is_some_and(ResourceEntry::is_open)
        };
        (open.len() <= MOST_OPEN && !memo.is_tired() && !open.iter().any(is_open)).then_some(open)
    }

    /// Sorts entries so that the first that applies settles the request.
    fn in_order(&self, mut numbers: Vec<u32>) -> Vec<u32> {
        let entry = |number: u32| self.entries.resources.get(number as usize);
        // Entries are numbered in the order of their statements.
        numbers.sort_unstable_by_key(|&number| {
            (entry(number).map(|entry| entry.polarity() != Polarity::Deny), number)
        });
        // A special statement is asked as a whole, whichever entry leads to it.
        numbers.dedup_by(|later, first| {
            let pair = entry(*later).zip(entry(*first));
            later == first
                || pair.is_some_and(|(l, f)| l.is_special() && l.statement == f.statement)
        });
        numbers
    }

    #[inline(never)]
    fn decide_by(&self, index: &Index, asked: &Asked<'_>) -> Option<&ResourceEntry> {
        let mut hunt = Hunt {
            entries: &self.entries,
            index,
            asked,
            memo: Memo::default(),
            deny: None,
            allow: None,
            waiting: [0; WAITING],
            count: 0,
            known: Default::default(),
        };
        index.search(asked, &mut hunt);
        if !(hunt.is_much() && hunt.settle_by_crowd()) {
            hunt.settle();
        }
        hunt.deny.or(hunt.allow)
    }
}

/// How many things found wait until everything is found; more are tested at once.
const WAITING: usize = 24;

/// Of more entries than this that may apply to requests that are alike, none is kept for the next.
const MOST_OPEN: usize = 16;

/// If so many things wait, a crowd that can tell is asked at once. What is filed by action counts
/// for several, as looking there is.
const MANY: usize = 16;
const OF_ACTIONS: usize = 4;

/// One decision under way. Nothing is tested until everything is found, and Allows after all
/// Denies.
struct Hunt<'e, 'u, 'a> {
    entries: &'e Entries,
    index: &'u Index,
    asked: &'u Asked<'a>,
    memo: Memo<'a>,
    /// An entry of the first statement found to apply, of each effect.
    deny: Option<&'e ResourceEntry>,
    allow: Option<&'e ResourceEntry>,
    waiting: [u32; WAITING],
    count: usize,
    /// What the crowd says is the first Allow and the first Deny that applies.
    known: [OnceCell<Option<Option<&'e ResourceEntry>>>; 2],
}

impl Visit for Hunt<'_, '_, '_> {
    #[inline]
    fn visit(&mut self, found: u32) {
        match self.waiting.get_mut(self.count) {
            Some(slot) => {
                *slot = found;
                self.count += 1;
            }
            None => self.test_at_once(found),
        }
    }
}

impl<'e> Hunt<'e, '_, '_> {
    #[inline(never)]
    fn test_at_once(&mut self, found: u32) {
        if let Found::Actions(number) = Found::unpack(found) {
            self.index.search_actions(number, self.asked, self);
        }
        self.deny_by(found);
        self.allow_by(found);
    }

    /// Returns whether testing what waits is about as much work as asking a crowd.
    #[inline]
    fn is_much(&self) -> bool {
        // Most decisions find less than could be much.
        self.count >= MANY / OF_ACTIONS && {
            let waiting = self.waiting.iter().take(self.count);
            let work = |&found: &u32| match Found::unpack(found) {
                Found::Actions(_) => OF_ACTIONS,
                Found::Allow(_) | Found::Deny(_) | Found::Many(_) => 1,
            };
            waiting.map(work).sum::<usize>() >= MANY
        }
    }

    /// Asks the crowd alone, if it can tell.
    #[inline(never)]
    fn settle_by_crowd(&mut self) -> bool {
        let Some(deny) = self.first_of_crowd(Polarity::Deny) else { return false };
        self.deny = deny;
        if deny.is_none() {
            self.allow = self.first_of_crowd(Polarity::Allow).flatten();
        }
        true
    }

    /// Tests what waits.
    fn settle(&mut self) {
        let mut next = 0;
        let mut touched = 0;
        // What is filed by action leads to more.
        while let Some(&found) = self.waiting.get(next).filter(|_| next < self.count) {
            next += 1;
            match Found::unpack(found) {
                Found::Actions(number) => self.index.search_actions(number, self.asked, self),
                Found::Allow(entry) | Found::Deny(entry) => {
                    let entry = self.entries.resources.get(entry as usize);
                    touched ^= entry.map_or(0, |entry| entry.statement);
                }
                Found::Many(number) => {
                    let (denies, allows) = self.index.many(number);
                    touched ^= denies.first().or(allows.first()).copied().unwrap_or_default();
                }
            }
        }
        self.touch_lists();
        // Large sets are not in a cache. A look at every entry before the first is tested lets the
        // memory bring all of them at once.
        black_box(touched);
        let (waiting, count) = (self.waiting, self.count);
        let all = || waiting.into_iter().take(count);
        all().for_each(|found| self.deny_by(found));
        if self.deny.is_none() {
            all().for_each(|found| self.allow_by(found));
        }
    }

    /// Looks at every entry of the lists found, whose lists were looked at.
    #[inline]
    fn touch_lists(&self) {
        let mut touched = 0;
        for &found in self.waiting.iter().take(self.count) {
            if let Found::Many(number) = Found::unpack(found) {
                let (denies, allows) = self.index.many(number);
                for &entry in denies.iter().chain(allows) {
                    let entry = self.entries.resources.get(entry as usize);
                    touched ^= entry.map_or(0, |entry| entry.statement);
                }
            }
        }
        black_box(touched);
    }

    #[inline]
    fn deny_by(&mut self, found: u32) {
        self.deny = match Found::unpack(found) {
            Found::Deny(entry) => self.first_of(&[entry], found, self.deny),
            Found::Many(number) => {
                let (denies, _) = self.index.many(number);
                self.first_of(denies, found, self.deny)
            }
            Found::Allow(_) | Found::Actions(_) => self.deny,
        };
    }

    #[inline]
    fn allow_by(&mut self, found: u32) {
        self.allow = match Found::unpack(found) {
            Found::Allow(entry) => self.first_of(&[entry], found, self.allow),
            Found::Many(number) => {
                let (_, allows) = self.index.many(number);
                self.first_of(allows, found, self.allow)
            }
            Found::Deny(_) | Found::Actions(_) => self.allow,
        };
    }

    /// Returns the first among the sorted `entries` that applies, if its statement is before that
    /// of `best`, else `best`.
    #[inline]
    fn first_of(
        &self,
        entries: &[u32],
        found: u32,
        best: Option<&'e ResourceEntry>,
    ) -> Option<&'e ResourceEntry> {
        let mut failed = None;
        let resources = &self.entries.resources;
        for entry in entries.iter().filter_map(|&number| resources.get(number as usize)) {
            if self.memo.is_tired()
                && let Some(first) = self.first_of_crowd(entry.polarity())
            {
                return first;
            }
            if best.is_some_and(|best| entry.statement >= best.statement) {
                break;
            }
            if failed == Some(entry.statement) {
                continue;
            }
            match self.applies(entry, found) {
                Some(Reply::Applies) => return Some(entry),
                Some(Reply::NotAtAll) => failed = Some(entry.statement),
                Some(Reply::Listed) | None => {}
            }
        }
        best
    }

    /// Returns the first entry of this polarity that applies, if the crowd can tell.
    #[inline(never)]
    fn first_of_crowd(&self, polarity: Polarity) -> Option<Option<&'e ResourceEntry>> {
        let of_crowd = || self.entries.first_of_crowd(polarity, self.asked, &self.memo);
        let known = self.known.get(polarity as usize)?;
        *known.get_or_init(of_crowd)
    }

    /// Asks for a statement by one of its entries; `None` if another one may be covered.
    #[inline]
    fn applies(&self, entry: &ResourceEntry, found: u32) -> Option<Reply> {
        if found & Found::BY_ANY != 0 {
            let applies = self.entries.applies_by_any(entry, self.asked, &self.memo);
            return Some(Reply::of_statement(applies));
        }
        let may_cover = entry.may_cover(self.asked.starts());
        may_cover.then(|| self.entries.applies(entry, false, self.asked, &self.memo))
    }
}
