//! Which statements are worth testing for a request: found by resource, then by action.
//!
//! A resource entry is filed under one key: of its service, region and account as far as they are
//! literal, and of the literal head of its relative id. Which lengths of heads and which fields
//! are in use is noted in a [`Node`] for every service and first segment (`instance/`), so that a
//! request computes a handful of keys and looks nowhere else. Where one key holds more statements
//! than are worth testing one by one, they are filed again by the service and the head of the name
//! of their actions, in the same way.
//!
//! Always holds here:
//!
//! * a statement that applies to a request is among those that [`Index::search`] visits; what is
//!   visited is tested whole, so that a key that is wrong costs time and no answer;
//! * a statement is visited in a bounded number of places: a node has at most
//!   [`MAX_LENGTHS`] lengths for each of four ways to be literal, and a request visits at most
//!   four nodes by resource;
//! * what one key holds is sorted by the order of the statements, Denies apart from Allows.

use super::asked::{ActionKeys, ArnKeys, Asked};
use super::key::{Field, MAX_START, Seeds, Starts};
use super::table::Table;

/// More lengths of heads than this in one node are rounded down to those of [`ROUNDED`].
pub(super) const MAX_LENGTHS: u32 = 12;

/// The lengths of heads, beyond the first segment, that a crowded node keeps.
pub(super) const ROUNDED: [usize; 10] = [0, 2, 4, 6, 8, 12, 16, 24, 32, 48];

/// The bytes of an action's name that lead to a node.
pub(super) const NAME_START: usize = 4;

/// In place of something found.
pub(super) const NOTHING: u32 = u32::MAX;

/// Region is literal.
pub(super) const REGION: usize = 1;
/// Account is literal.
pub(super) const ACCOUNT: usize = 2;

/// What is in use under one service and first segment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Node {
    /// For each set of literal fields: bit `i` if heads of `i` bytes are in use.
    pub(super) lengths: [u64; 4],
    /// Bit `i` if ids without wildcards are in use with the set `i` of literal fields.
    pub(super) exact: u8,
}

/// What a key leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// One resource entry of an Allow.
    Allow(u32),
    /// One resource entry of a Deny.
    Deny(u32),
    /// A list.
    Many(u32),
    /// A group of its own, filed by action.
    Actions(u32),
}

impl Found {
    const KIND: u32 = 30;

    /// Set beside the number of what was filed by action: any resource of the statement will do.
    pub(super) const BY_ANY: u32 = 1 << 29;

    /// Numbers are below this.
    pub(super) const LIMIT: usize = 1 << 29;

    pub(super) fn pack(self) -> u32 {
        let (kind, number) = match self {
            Self::Allow(number) => (0, number),
            Self::Deny(number) => (1, number),
            Self::Many(number) => (2, number),
            Self::Actions(number) => (3, number),
        };
        kind << Self::KIND | number
    }

    #[inline]
    pub(super) fn unpack(packed: u32) -> Self {
        let number = packed & (Self::BY_ANY - 1);
        match packed >> Self::KIND {
            0 => Self::Allow(number),
            1 => Self::Deny(number),
            2 => Self::Many(number),
            _ => Self::Actions(number),
        }
    }
}

/// Resource entries under one key: Denies, then Allows, each in order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Many {
    pub(super) start: u32,
    pub(super) deny_end: u32,
    pub(super) end: u32,
}

/// Nodes and what their keys lead to.
#[derive(Clone, Debug, Default)]
pub(super) struct Level {
    pub(super) node_slots: Table,
    pub(super) nodes: Vec<Node>,
    pub(super) slots: Table,
    /// Whether something is filed under a service with a wildcard.
    pub(super) has_wild: bool,
}

/// The index over some [`Entries`](super::entry::Entries).
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// What is found under every resource.
    pub(super) any: Option<u32>,
    pub(super) resources: Level,
    /// What is found in each group under every action, `u32::MAX` for nothing.
    pub(super) always: Vec<u32>,
    pub(super) actions: Level,
    pub(super) many: Vec<Many>,
    pub(super) lists: Vec<u32>,
}

/// The key of a service with a wildcard, in place of its own.
pub(super) fn wild_service(seeds: &Seeds) -> u64 {
    seeds.number(Field::Service, 1)
}

/// The key of the actions with a wildcard in their service.
pub(super) fn wild_action(seeds: &Seeds) -> u64 {
    seeds.number(Field::ActionService, 1)
}

/// The key of what is filed by action under the group `number`.
pub(super) fn group(seeds: &Seeds, number: u32) -> u64 {
    seeds.number(Field::Group, u64::from(number) + 2)
}

/// Turns the key of a first segment into that of its node.
pub(super) fn node_key(service: u64, segment: u64) -> u64 {
    service.rotate_left(17).wrapping_add(segment).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Tells keys of different sets of literal fields apart.
pub(super) fn fields_key(set: usize, region: u64, account: u64) -> u64 {
    let region = if set & REGION == 0 { 0 } else { region };
    let account = if set & ACCOUNT == 0 { 0 } else { account };
    region.wrapping_add(account)
}

/// Where one node and one set of literal fields lead: what all relative ids that begin with the same
/// segment share, if the other fields are the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    /// What the key of a head is added to.
    base: u64,
    /// Bit `i` if heads of `i` bytes are in use.
    lengths: u64,
    /// Whether ids without wildcards are in use.
    exact: bool,
}

/// Takes what is found, in no order.
pub(super) trait Visit {
    fn visit(&mut self, found: u32);
}

impl Index {
    /// Visits whatever is found for the resource.
    #[inline]
    pub(super) fn search(&self, asked: &Asked<'_>, visit: &mut impl Visit) {
        if let Some(any) = self.any {
            visit.visit(any);
        }
        let Some(arn) = asked.arn() else { return };
        let seeds = Seeds::of_process();
        let keys = &arn.keys(seeds);
        self.search_service(keys, keys.service, seeds, visit);
        if self.resources.has_wild {
            self.search_service(keys, wild_service(seeds), seeds, visit);
        }
    }

    #[inline(never)]
    fn search_service(
        &self,
        keys: &ArnKeys<'_>,
        service: u64,
        seeds: &Seeds,
        visit: &mut impl Visit,
    ) {
        let level = &self.resources;
        for node in level.nodes(keys, service, seeds).into_iter().flatten() {
            level.search_node(node, keys, service, seeds, visit);
        }
    }

    /// Adds every route by which an id with this first segment is found.
    pub(super) fn routes(&self, keys: &ArnKeys<'_>, seeds: &Seeds, routes: &mut Vec<Route>) {
        let wild = self.resources.has_wild.then(|| wild_service(seeds));
        for service in [Some(keys.service), wild].into_iter().flatten() {
            for node in self.resources.nodes(keys, service, seeds).into_iter().flatten() {
                let sets = node.lengths.iter().enumerate();
                let route = |(set, &lengths)| node.route(set, lengths, keys, service);
                routes.extend(sets.filter_map(route));
            }
        }
    }

    /// Visits what is found under the key of the whole id, if such are in use.
    pub(super) fn search_exact(&self, route: Route, whole: u64, visit: &mut impl Visit) {
        if route.exact
            && let Some(found) = self.resources.slots.find(route.base.wrapping_add(whole))
        {
            visit.visit(found);
        }
    }

    /// Takes what is found under the heads of an id, with the length of each.
    #[inline]
    pub(super) fn search_heads(
        &self,
        route: Route,
        id: &Starts<'_>,
        seeds: &Seeds,
        take: impl FnMut(usize, u32),
    ) {
        self.resources.search_heads(route.lengths, route.base, id, seeds, take);
    }

    /// Visits whatever is found for the action in the group `number`.
    pub(super) fn search_actions(&self, number: u32, asked: &Asked<'_>, visit: &mut impl Visit) {
        if let Some(&always) = self.always.get(number as usize).filter(|&&found| found != NOTHING) {
            visit.visit(always);
        }
        let seeds = Seeds::of_process();
        let keys: &ActionKeys<'_> = &asked.action_keys(seeds);
        let group = group(seeds, number);
        let level = &self.actions;
        let wild = wild_action(seeds);
        for service in [keys.service, wild].into_iter().take(1 + usize::from(level.has_wild)) {
            let base = service.wrapping_add(group);
            for start in [0, NAME_START] {
                if start > keys.name.len() {
                    break;
                }
                let Some(node) = level.node(node_key(base, keys.name.key(seeds, start))) else {
                    continue;
                };
                if node.exact != 0
                    && let Some(found) = level.slots.find(base.wrapping_add(keys.name.whole(seeds)))
                {
                    visit.visit(found);
                }
                let [lengths, ..] = node.lengths;
                level.search_heads(lengths, base, &keys.name, seeds, |_, found| visit.visit(found));
            }
        }
    }

    /// Returns the Denies and the Allows of a list.
    pub(super) fn many(&self, number: u32) -> (&[u32], &[u32]) {
        let Some(many) = self.many.get(number as usize) else { return (&[], &[]) };
        let part = |from: u32, to: u32| self.lists.get(from as usize..to as usize);
        (
            part(many.start, many.deny_end).unwrap_or_default(),
            part(many.deny_end, many.end).unwrap_or_default(),
        )
    }

    /// Returns how many bytes the index takes.
    pub(super) fn heap_bytes(&self) -> usize {
        self.resources.heap_bytes()
            + self.actions.heap_bytes()
            + self.always.capacity() * size_of::<u32>()
            + self.many.capacity() * size_of::<Many>()
            + self.lists.capacity() * size_of::<u32>()
    }
}

impl Route {
    /// Returns the route without the heads of at most so many bytes.
    pub(super) fn beyond(self, length: usize) -> Self {
        let longer = if length < MAX_START { !1 << length } else { 0 };
        Self { lengths: self.lengths & longer, ..self }
    }

    /// Returns how many bytes the longest head has that is in use.
    pub(super) fn longest(&self) -> usize {
        self.lengths.checked_ilog2().unwrap_or(0) as usize
    }

    /// Returns whether whole ids are in use.
    pub(super) fn is_exact(&self) -> bool {
        self.exact
    }
}

impl Node {
    /// Returns where the node leads with a set of literal fields, if that is in use.
    #[inline(always)]
    fn route(&self, set: usize, lengths: u64, keys: &ArnKeys<'_>, service: u64) -> Option<Route> {
        let exact = self.exact >> set & 1 == 1;
        if lengths == 0 && !exact {
            return None;
        }
        let base = service.wrapping_add(fields_key(set, keys.region, keys.account));
        Some(Route { base, lengths, exact })
    }
}

impl Level {
    #[inline]
    fn node(&self, key: u64) -> Option<&Node> {
        self.nodes.get(self.node_slots.find(key)? as usize)
    }

    /// Returns the nodes of a service that ids with this first segment are found by.
    #[inline]
    fn nodes(&self, keys: &ArnKeys<'_>, service: u64, seeds: &Seeds) -> [Option<&Node>; 2] {
        let id = &keys.relative_id;
        let node = |start| self.node(node_key(service, id.key(seeds, start)));
        let segment = id.segment();
        [if segment == 0 { None } else { node(segment) }, node(0)]
    }

    #[inline(never)]
    fn search_node(
        &self,
        node: &Node,
        keys: &ArnKeys<'_>,
        service: u64,
        seeds: &Seeds,
        visit: &mut impl Visit,
    ) {
        let id = &keys.relative_id;
        for (set, &lengths) in node.lengths.iter().enumerate() {
            let Some(route) = node.route(set, lengths, keys, service) else { continue };
            if route.exact
                && let Some(found) = self.slots.find(route.base.wrapping_add(id.whole(seeds)))
            {
                visit.visit(found);
            }
            self.search_heads(route.lengths, route.base, id, seeds, |_, found| visit.visit(found));
        }
    }

    /// Takes what is found under the heads of these lengths, with the length of each.
    #[inline]
    fn search_heads(
        &self,
        mut lengths: u64,
        base: u64,
        starts: &Starts<'_>,
        seeds: &Seeds,
        mut take: impl FnMut(usize, u32),
    ) {
        if starts.len() < MAX_START {
            lengths &= (2 << starts.len()) - 1;
        }
        while lengths != 0 {
            let length = lengths.trailing_zeros() as usize;
            lengths &= lengths - 1;
            if let Some(found) = self.slots.find(base.wrapping_add(starts.key(seeds, length))) {
                take(length, found);
            }
        }
    }

    fn heap_bytes(&self) -> usize {
        self.node_slots.heap_bytes()
            + self.slots.heap_bytes()
            + self.nodes.capacity() * size_of::<Node>()
    }
}
