//! What many requests that differ only in the relative id of their resource have in common.
//!
//! Always holds here:
//!
//! * of the entries that are kept, the first that applies settles the request: the Denies stand in
//!   front, and each kind in the order of the statements;
//! * an entry that is left out applies to none of the requests, whatever their relative ids.
// Nothing here may overflow or divide by zero.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::cell::RefCell;

use super::asked::{ArnKeys, AskedArn};
use super::index::{Index, Route, Visit};
use super::key::{Field, MAX_START, Seeds, Starts, WORD, WORDS};
use super::unit::Unit;

/// For every unit that was asked, what is left when the relative id alone is open.
///
/// Belongs to one run of requests that are alike; must not see any other.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// By the address of the unit, which stays where it is while a decision borrows it.
    units: RefCell<Vec<(usize, Narrowed)>>,
}

/// What one unit keeps for the run.
#[derive(Debug)]
pub(super) enum Narrowed {
    /// The entries that may apply.
    Open(Box<[u32]>),
    /// What an index found for the request before.
    Found(Box<Trail>),
}

/// What is found for one relative id after the other, which often begin alike.
#[derive(Debug)]
pub(super) struct Trail {
    /// How long the first segment is that `routes` lead on from; they are not known for zero.
    segment: usize,
    routes: Vec<Route>,
    /// The longest head in use on any of them, and whether whole ids are.
    longest: usize,
    has_exact: bool,
    /// How the relative id of the request before began, and the sums its keys are made of.
    before: Vec<u8>,
    sums: [u64; WORDS],
    /// What its heads led to, with the length of each.
    heads: Vec<(usize, u32)>,
    /// Everything that was found for it, and room for what is found next.
    found: Vec<u32>,
    next: Vec<u32>,
    /// Of what was found, the entries that may apply; none if the unit is better asked anew.
    open: Option<Vec<u32>>,
}

impl Default for Trail {
    fn default() -> Self {
        // Where nothing is found, nothing can apply.
        let open = Some(Vec::new());
        Self {
            segment: 0,
            routes: Vec::new(),
            longest: 0,
            has_exact: false,
            before: Vec::new(),
            sums: [0; WORDS],
            heads: Vec::new(),
            found: Vec::new(),
            next: Vec::new(),
            open,
        }
    }
}

impl Batch {
    /// Takes what is kept of a unit, which is made first if there is nothing yet.
    #[inline]
    pub(super) fn of<R>(
        &self,
        unit: &Unit,
        make: impl FnOnce() -> Narrowed,
        take: impl FnOnce(&mut Narrowed) -> R,
    ) -> Option<R> {
        let address = std::ptr::from_ref(unit).addr();
        // A unit asks no other one, so nothing is taken twice at once.
        let mut units = self.units.try_borrow_mut().ok()?;
        let at = match units.iter().position(|(known, _)| *known == address) {
            Some(at) => at,
            None => {
                units.push((address, make()));
                units.len().saturating_sub(1)
            }
        };
        units.get_mut(at).map(|(_, narrowed)| take(narrowed))
    }
}

impl Visit for Vec<u32> {
    fn visit(&mut self, found: u32) {
        self.push(found);
    }
}

impl Trail {
    /// Returns the entries that may apply to a request; none if the unit is better asked without
    /// regard to others. `narrow` says the same of what an index has found.
    pub(super) fn open(
        &mut self,
        index: &Index,
        arn: &AskedArn<'_>,
        narrow: impl FnOnce(&[u32]) -> Option<Vec<u32>>,
    ) -> Option<&[u32]> {
        let id = arn.bytes.relative_id();
        let common = common_start(&self.before, id);
        let seeds = Seeds::of_process();
        let is_on_route = self.segment != 0 && self.segment <= common;
        let keys = if is_on_route {
            if !self.has_exact && self.longest <= common {
                return self.open.as_deref();
            }
            self.heads.retain(|&(length, _)| length <= common);
            Starts::after(seeds, Field::RelativeId, id, &self.sums, common)
        } else {
            let keys = arn.keys(seeds);
            self.set_out(index, &keys, seeds);
            keys.relative_id
        };
        self.next.clear();
        self.next.extend(index.any);
        if self.has_exact {
            let whole = keys.whole(seeds);
            self.routes.iter().for_each(|route| index.search_exact(*route, whole, &mut self.next));
        }
        if !is_on_route || self.longest > common {
            for &route in &self.routes {
                let new = if is_on_route { route.beyond(common) } else { route };
                index.search_heads(new, &keys, seeds, |length, found| {
                    self.heads.push((length, found));
                });
            }
            self.sums = *keys.sums();
            self.before.clear();
            self.before.extend_from_slice(id.get(..MAX_START).unwrap_or(id));
        }
        self.next.extend(self.heads.iter().map(|(_, found)| found));
        // One by one: what was just written one by one is not there to be read at once.
        if !self.next.iter().eq(&self.found) {
            self.open = narrow(&self.next);
            std::mem::swap(&mut self.next, &mut self.found);
        }
        self.open.as_deref()
    }

    /// Finds the routes of all ids with this first segment.
    fn set_out(&mut self, index: &Index, keys: &ArnKeys<'_>, seeds: &Seeds) {
        self.segment = keys.relative_id.segment();
        self.routes.clear();
        index.routes(keys, seeds, &mut self.routes);
        self.longest = self.routes.iter().map(Route::longest).max().unwrap_or(0);
        self.has_exact = self.routes.iter().any(Route::is_exact);
        self.heads.clear();
    }
}

/// Returns how many bytes two texts begin with alike.
fn common_start(left: &[u8], right: &[u8]) -> usize {
    let (left_words, _) = left.as_chunks::<WORD>();
    let (right_words, _) = right.as_chunks::<WORD>();
    let words = left_words.iter().zip(right_words).take_while(|(left, right)| left == right);
    let start = words.count().saturating_mul(WORD);
    let pairs = left.iter().zip(right).skip(start);
    start.saturating_add(pairs.take_while(|(left, right)| left == right).count())
}
