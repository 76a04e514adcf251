//! Makes an [`Index`]: files every statement once by each of its resources, and what is crowded
//! once more by each of its actions.
//!
//! Takes time in proportion to the entries, but for a sort of the few groups that are filed by
//! action. The pairs of group and action are bounded by [`PAIRS`] times the entries, so that a
//! document cannot make its list of resources times its list of actions out of both; groups past
//! that bound stay lists.

use super::Polarity;
use super::entry::{ActionEntry, Entries, ResourceEntry};
use super::fields::Form;
use super::index::{
    ACCOUNT, Found, Index, Level, MAX_LENGTHS, Many, NAME_START, NOTHING, Node, REGION, ROUNDED,
    fields_key, group, node_key, wild_action, wild_service,
};
use super::key::{Field, MAX_START, Seeds, Starts};
use super::table::Table;

/// Up to this many statements under one key are tested one by one.
const FEW: usize = 8;

/// Pairs of group and action for each entry, at most.
const PAIRS: usize = 4;

/// One thing to file.
#[derive(Clone, Copy, Debug)]
struct Item {
    node: u32,
    /// The resource entry.
    entry: u32,
    base: u64,
    key: u64,
    /// Which fields are literal.
    set: u8,
    is_exact: bool,
    /// The length of the head.
    length: u8,
    /// The length of the first segment, or of the start of a name.
    segment: u8,
    /// The action entry, where filed by action.
    action: u32,
}

pub(super) fn build(entries: &Entries) -> Index {
    let seeds = Seeds::of_process();
    let mut index = Index::default();
    let mut any = Vec::new();
    let mut filer = Filer::new(entries.resources.len());
    for (number, entry) in (0_u32..).zip(&entries.resources) {
        if entry.is_any() {
            // One entry speaks for a statement that is found anyway.
            let last = any.last().and_then(|&last| statement_of(entries, last));
            if last != Some(entry.statement) {
                any.push(number);
            }
        } else {
            filer.has_wild |= entries.forms(entry).service != Form::Literal;
            filer.push_resource(seeds, entries, number, entry);
        }
    }
    let (level, mut groups) = filer.finish(|item, length| {
        entries.resources.get(item.entry as usize).map_or(0, |entry| {
            let id = entries.fields(entry).relative_id.as_bytes();
            Starts::new(seeds, Field::RelativeId, id).key(seeds, length)
        })
    });
    index.resources = level;
    let any_group = groups.len();
    groups.push(&any);
    let crowded = crowded(entries, &groups);
    let found: Vec<u32> = groups
        .iter()
        .zip(&crowded)
        .map(|(group, crowded)| match crowded {
            Some(number) => Found::Actions(*number).pack(),
            None => index.file(entries, group),
        })
        .collect();
    index.resources.slots.renumber(|group| found.get(group as usize).copied().unwrap_or(NOTHING));
    index.any = found.get(any_group).copied().filter(|_| !any.is_empty());
    index.file_by_action(seeds, entries, &groups, &crowded);
    index.many.shrink_to_fit();
    index.lists.shrink_to_fit();
    index
}

fn statement_of(entries: &Entries, entry: u32) -> Option<u32> {
    entries.resources.get(entry as usize).map(|entry| entry.statement)
}

/// Numbers the groups that are to be filed by action, the largest first, until the bound is met.
fn crowded(entries: &Entries, groups: &Groups) -> Vec<Option<u32>> {
    let mut room = PAIRS * (entries.actions.len() + entries.resources.len()) + 4096;
    let mut large: Vec<usize> =
        (0..groups.len()).filter(|&number| groups.group(number).len() > FEW).collect();
    large.sort_by_key(|&number| (std::cmp::Reverse(groups.group(number).len()), number));
    let mut numbers = vec![None; groups.len()];
    let mut next = 0;
    for number in large {
        let pairs: usize = groups
            .group(number)
            .iter()
            .filter_map(|&entry| entries.statement_of(entry))
            .map(|statement| (statement.actions.end - statement.actions.start) as usize)
            .sum();
        let Some(left) = room.checked_sub(pairs) else { continue };
        room = left;
        if let Some(slot) = numbers.get_mut(number) {
            *slot = Some(next);
            next += 1;
        }
    }
    numbers
}

impl Index {
    /// Keeps a group as it is: one entry or a list.
    fn file(&mut self, entries: &Entries, group: &[u32]) -> u32 {
        let polarity =
            |entry: u32| entries.resources.get(entry as usize).map(ResourceEntry::polarity);
        // Groups are sorted, and hold an entry twice where two actions of it share a key.
        if let (Some(&only), true) = (group.first(), group.first() == group.last()) {
            return match polarity(only) {
                Some(Polarity::Deny) => Found::Deny(only).pack(),
                _ => Found::Allow(only).pack(),
            };
        }
        let fit = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let start = self.lists.len();
        let of = |wanted| {
            let mut last = None;
            group.iter().copied().filter(move |&entry| {
                last.replace(entry) != Some(entry) && polarity(entry) == Some(wanted)
            })
        };
        self.lists.extend(of(Polarity::Deny));
        let deny_end = self.lists.len();
        self.lists.extend(of(Polarity::Allow));
        self.many.push(Many {
            start: fit(start),
            deny_end: fit(deny_end),
            end: fit(self.lists.len()),
        });
        Found::Many(fit(self.many.len() - 1)).pack()
    }

    fn file_by_action(
        &mut self,
        seeds: &Seeds,
        entries: &Entries,
        groups: &Groups,
        crowded: &[Option<u32>],
    ) {
        let mut filer = Filer::new(0);
        let mut always: Vec<Vec<u32>> = Vec::new();
        for (group, number) in groups.iter().zip(crowded) {
            let Some(number) = *number else { continue };
            let slot = number as usize;
            always.resize_with(always.len().max(slot + 1), Vec::new);
            let mut last = None;
            for &entry in group {
                let statement = statement_of(entries, entry);
                if statement == last {
                    continue;
                }
                last = statement;
                let Some(statement) = entries.statement_of(entry) else { continue };
                if statement.actions.start == statement.actions.end {
                    if let Some(always) = always.get_mut(slot) {
                        always.push(entry);
                    }
                    continue;
                }
                for at in statement.actions.start..statement.actions.end {
                    let Some(action) = entries.actions.get(at as usize) else { continue };
                    filer.push_action(seeds, entries, number, entry, at, action);
                }
            }
        }
        let (level, groups) = filer.finish(|item, length| {
            entries.actions.get(item.action as usize).map_or(0, |action| {
                let name = entries.name_of(action).as_bytes();
                Starts::new(seeds, Field::ActionName, name).key(seeds, length)
            })
        });
        self.actions = level;
        let found: Vec<u32> =
            groups.iter().map(|group| self.file(entries, group) | Found::BY_ANY).collect();
        self.actions.slots.renumber(|group| found.get(group as usize).copied().unwrap_or(NOTHING));
        self.always = always
            .iter()
            .map(|group| match group.is_empty() {
                true => NOTHING,
                false => self.file(entries, group) | Found::BY_ANY,
            })
            .collect();
    }
}

/// Resource entries by the key they are filed under, in order within each group.
struct Groups {
    /// Where each group starts in `entries`, and the end of the last.
    starts: Vec<u32>,
    entries: Vec<u32>,
}

impl Groups {
    fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    fn group(&self, number: usize) -> &[u32] {
        let bounds = self.starts.get(number).zip(self.starts.get(number + 1));
        bounds
            .and_then(|(&start, &end)| self.entries.get(start as usize..end as usize))
            .unwrap_or_default()
    }

    fn iter(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.len()).map(|number| self.group(number))
    }

    /// Adds a group at the end.
    fn push(&mut self, group: &[u32]) {
        self.entries.extend_from_slice(group);
        self.starts.push(u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
    }
}

/// Puts items under nodes and keys.
struct Filer {
    items: Vec<Item>,
    nodes: Vec<(u64, Node)>,
    node_slots: Table,
    has_wild: bool,
}

impl Filer {
    fn new(items: usize) -> Self {
        Self {
            items: Vec::with_capacity(items),
            nodes: Vec::new(),
            node_slots: Table::with_room(0),
            has_wild: false,
        }
    }

    fn push_resource(
        &mut self,
        seeds: &Seeds,
        entries: &Entries,
        number: u32,
        entry: &ResourceEntry,
    ) {
        let fields = entries.fields(entry);
        let id = fields.relative_id.as_bytes();
        let head = entry.shape.head_len();
        let is_exact = entry.shape.is_literal();
        let length = head.min(MAX_START);
        let literal = id.get(..length).unwrap_or_default();
        let starts = Starts::new(seeds, Field::RelativeId, if is_exact { id } else { literal });
        let segment = starts.segment();
        let is_ram = fields.service.eq_ignore_ascii_case("ram");
        let (service, is_wild) = match entries.forms(entry).service {
            Form::Literal => (seeds.whole(Field::Service, fields.service.as_bytes()), false),
            Form::Any | Form::Pattern => (wild_service(seeds), true),
        };
        // The region of a RAM resource does not count, or is blank (rule R-7).
        let region = entries.forms(entry).region == Form::Literal && !is_wild && !is_ram;
        let account = entries.forms(entry).account == Form::Literal;
        let set = if region { REGION } else { 0 } | if account { ACCOUNT } else { 0 };
        let whole = |wanted, field, text: &str| match wanted {
            true => seeds.whole(field, text.as_bytes()),
            false => 0,
        };
        let base = service.wrapping_add(fields_key(
            set,
            whole(region, Field::Region, fields.region),
            whole(account, Field::Account, fields.account),
        ));
        let key = match is_exact {
            true => starts.whole(seeds),
            false => starts.key(seeds, length),
        };
        self.push(
            node_key(service, starts.key(seeds, segment)),
            Item {
                node: 0,
                entry: number,
                base,
                key: base.wrapping_add(key),
                set: set as u8,
                is_exact,
                length: length as u8,
                segment: segment as u8,
                action: 0,
            },
        );
    }

    fn push_action(
        &mut self,
        seeds: &Seeds,
        entries: &Entries,
        number: u32,
        entry: u32,
        at: u32,
        action: &ActionEntry,
    ) {
        let name = entries.name_of(action).as_bytes();
        let (head, is_literal) = ActionEntry::head(name);
        let is_exact = is_literal && !action.is_bare();
        let length = head.min(MAX_START);
        let literal = name.get(..length).unwrap_or_default();
        let segment = if length < NAME_START { 0 } else { NAME_START };
        let starts = Starts::new(seeds, Field::ActionName, if is_exact { name } else { literal });
        let service = match entries.literal_service_of(action) {
            Some(service) => seeds.whole(Field::ActionService, service.as_bytes()),
            None => {
                self.has_wild = true;
                wild_action(seeds)
            }
        };
        let base = service.wrapping_add(group(seeds, number));
        let key = match is_exact {
            true => starts.whole(seeds),
            false => starts.key(seeds, length),
        };
        self.push(
            node_key(base, starts.key(seeds, segment)),
            Item {
                node: 0,
                entry,
                base,
                key: base.wrapping_add(key),
                set: 0,
                is_exact,
                length: length as u8,
                segment: segment as u8,
                action: at,
            },
        );
    }

    fn push(&mut self, node_key: u64, item: Item) {
        if self.nodes.len() * 2 >= self.node_slots.room() {
            self.grow();
        }
        let next = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let number = self.node_slots.insert(node_key, next);
        if number == next {
            self.nodes.push((node_key, Node::default()));
        }
        if let Some((_, node)) = self.nodes.get_mut(number as usize) {
            node.add(&item);
        }
        self.items.push(Item { node: number, ..item });
    }

    /// Makes room for more nodes; those that cannot be told apart any more become one.
    fn grow(&mut self) {
        let mut slots = Table::with_room(self.nodes.len() * 4);
        let mut new = Vec::with_capacity(self.nodes.len());
        let mut nodes: Vec<(u64, Node)> = Vec::with_capacity(self.nodes.len());
        for &(key, node) in &self.nodes {
            let next = u32::try_from(nodes.len()).unwrap_or(u32::MAX);
            let number = slots.insert(key, next);
            match nodes.get_mut(number as usize) {
                Some((_, same)) => same.join(&node),
                None => nodes.push((key, node)),
            }
            new.push(number);
        }
        if nodes.len() < self.nodes.len() {
            for item in &mut self.items {
                item.node = new.get(item.node as usize).copied().unwrap_or(item.node);
            }
        }
        (self.nodes, self.node_slots) = (nodes, slots);
    }

    /// Returns the nodes with a table that leads to groups, and the groups. `rekey` gives the key of
    /// a shorter head of an item.
    fn finish(mut self, rekey: impl Fn(&Item, usize) -> u64) -> (Level, Groups) {
        self.thin(rekey);
        let mut slots = Table::with_room(self.items.len());
        // First how many items each group has, then where each group starts, then the items.
        let mut sizes: Vec<u32> = Vec::with_capacity(self.items.len());
        for item in &mut self.items {
            let next = u32::try_from(sizes.len()).unwrap_or(u32::MAX);
            item.node = slots.insert(item.key, next);
            match sizes.get_mut(item.node as usize) {
                Some(size) => *size += 1,
                None => sizes.push(1),
            }
        }
        let mut starts = sizes;
        let mut sum = 0;
        for start in &mut starts {
            (*start, sum) = (sum, sum + *start);
        }
        starts.push(sum);
        let mut entries = vec![0; self.items.len()];
        let mut next = starts.clone();
        for item in &self.items {
            if let Some(next) = next.get_mut(item.node as usize)
                && let Some(slot) = entries.get_mut(*next as usize)
            {
                *slot = item.entry;
                *next += 1;
            }
        }
        let nodes = self.nodes.into_iter().map(|(_, node)| node).collect();
        let level = Level { node_slots: self.node_slots, nodes, slots, has_wild: self.has_wild };
        (level, Groups { starts, entries })
    }

    /// Takes lengths away from crowded nodes, so that a request has few keys to compute.
    fn thin(&mut self, rekey: impl Fn(&Item, usize) -> u64) {
        let crowded: Vec<bool> = self
            .nodes
            .iter()
            .map(|(_, node)| {
                node.lengths.iter().map(|lengths| lengths.count_ones()).sum::<u32>() > MAX_LENGTHS
            })
            .collect();
        if !crowded.contains(&true) {
            return;
        }
        for ((_, node), crowded) in self.nodes.iter_mut().zip(&crowded) {
            if *crowded {
                node.lengths = [0; 4];
            }
        }
        for item in &mut self.items {
            let at = item.node as usize;
            if item.is_exact || crowded.get(at) != Some(&true) {
                continue;
            }
            let beyond = usize::from(item.length - item.segment);
            let kept = ROUNDED.iter().rfind(|&&length| length <= beyond).copied().unwrap_or(0);
            item.length = item.segment + kept as u8;
            item.key = item.base.wrapping_add(rekey(item, usize::from(item.length)));
            if let Some((_, node)) = self.nodes.get_mut(at) {
                node.add(item);
            }
        }
    }
}

impl Node {
    fn add(&mut self, item: &Item) {
        if item.is_exact {
            self.exact |= 1 << item.set;
        } else if let Some(lengths) = self.lengths.get_mut(usize::from(item.set)) {
            *lengths |= 1 << item.length;
        }
    }

    fn join(&mut self, other: &Self) {
        self.exact |= other.exact;
        for (lengths, more) in self.lengths.iter_mut().zip(other.lengths) {
            *lengths |= more;
        }
    }
}

#[cfg(test)]
mod tests {
    use ramguard_policy::{Kind, Limits, Policy, ReadOptions};

    use super::*;
    use crate::Request;
    use crate::compile::asked::Asked;
    use crate::compile::index::Visit;

    /// The entries of Allows with these actions and resources.
    fn entries(statements: impl IntoIterator<Item = (Vec<String>, Vec<String>)>) -> Entries {
        let of = |(actions, resources): (Vec<String>, Vec<String>)| {
            format!(r#"{{"Effect":"Allow","Action":{actions:?},"Resource":{resources:?}}}"#)
        };
        let all: Vec<String> = statements.into_iter().map(of).collect();
        let text = format!(r#"{{"Version":"1","Statement":[{}]}}"#, all.join(","));
        let limits = Limits::default().with_max_bytes_for_all(1 << 22);
        let options = ReadOptions { limits, ..ReadOptions::default() };
        let policy = Policy::parse_with(Kind::Identity, &text, &options).unwrap();
        let mut entries = Entries::default();
        assert!(policy.statements().all(|one| entries.push(0, &policy, one).is_some()));
        entries
    }

    /// `count` statements, of which each has one action and one resource.
    fn pairs(
        count: usize,
        action: impl Fn(usize) -> String,
        resource: impl Fn(usize) -> String,
    ) -> Entries {
        entries((0..count).map(|n| (vec![action(n)], vec![resource(n)])))
    }

    /// What a request is led to: entries, and groups that are filed by action.
    #[derive(Default)]
    struct Led {
        found: Vec<u32>,
        groups: Vec<u32>,
    }

    impl Visit for Led {
        fn visit(&mut self, found: u32) {
            match Found::unpack(found) {
                Found::Actions(group) => self.groups.push(group),
                _ => self.found.push(found),
            }
        }
    }

    /// Returns the resource entries that a request is led to, and by way of how many groups.
    fn led(index: &Index, action: &str, resource: &str) -> (Vec<u32>, usize) {
        let request = Request::parse(action, resource).unwrap();
        let asked = Asked::new(&request);
        let mut led = Led::default();
        index.search(&asked, &mut led);
        let groups = std::mem::take(&mut led.groups);
        groups.iter().for_each(|&group| index.search_actions(group, &asked, &mut led));
        let mut entries: Vec<u32> = Vec::new();
        for &found in &led.found {
            match Found::unpack(found) {
                Found::Many(number) => {
                    let (denies, allows) = index.many(number);
                    entries.extend(denies.iter().chain(allows));
                }
                Found::Allow(entry) | Found::Deny(entry) => entries.push(entry),
                Found::Actions(_) => {}
            }
        }
        entries.sort_unstable();
        (entries, groups.len())
    }

    #[test]
    fn a_request_is_led_to_the_resource_that_starts_as_its_own() {
        for (resource, asked) in [
            (|n| format!("acs:ecs:*:*:disk/d-{n:03}*"), "acs:ecs:cn:1:disk/d-042x"),
            (|n| format!("acs:ecs:*:*:disk/d-{n:03}"), "acs:ecs:cn:1:disk/d-042"),
            (|n| format!("acs:ecs:cn-{n:03}:*:disk/*"), "acs:ecs:cn-042:1:disk/d"),
            (|n| format!("acs:ecs:*:{n:03}:disk/*"), "acs:ecs:cn:042:disk/d"),
            (|n| format!("acs:s{n:03}:*:*:disk/*"), "acs:s042:cn:1:disk/d"),
        ] as [(fn(usize) -> String, &str); 5]
        {
            let index = build(&pairs(100, |_| "ecs:Get*".into(), resource));
            assert_eq!(led(&index, "ecs:GetDisk", asked), (vec![42], 0), "{asked}");
        }
    }

    #[test]
    fn a_request_is_led_to_the_action_that_starts_as_its_own_where_resources_are_alike() {
        for (action, asked) in [
            (|n| format!("ecs:Get{n:03}"), "ecs:Get042"),
            (|n| format!("ecs:Get{n:03}*"), "ecs:Get042s"),
            (|n| format!("ecs:{n:03}*"), "ecs:042s"),
            (|n| format!("s{n:03}:Get*"), "s042:GetDisk"),
        ] as [(fn(usize) -> String, &str); 4]
        {
            let index = build(&pairs(100, action, |_| "acs:ecs:*:*:disk/*".into()));
            assert!(!index.actions.has_wild, "{asked}");
            assert_eq!(led(&index, asked, "acs:ecs:cn:1:disk/d"), (vec![42], 1), "{asked}");
        }
    }

    #[test]
    fn first_segments_and_starts_of_names_have_nodes_of_their_own() {
        let index = build(&pairs(100, |_| "ecs:Get*".into(), |n| format!("acs:ecs:*:*:s{n}/*")));
        assert_eq!(index.resources.nodes.len(), 100);
        let of = |name: fn(usize) -> String| {
            let index = build(&pairs(100, name, |_| "acs:ecs:*:*:disk/*".into()));
            index.actions.nodes.len()
        };
        assert_eq!(of(|n| format!("ecs:{n:04}*")), 100);
        assert_eq!(of(|n| format!("ecs:{n:03}*")), 1);
    }

    #[test]
    fn only_more_than_a_few_statements_under_one_key_are_filed_by_action() {
        for (count, groups) in [(2, 0), (FEW, 0), (FEW + 1, 1), (3 * FEW, 1)] {
            let entries = pairs(count, |n| format!("ecs:Get{n}"), |_| "acs:ecs:*:*:disk/*".into());
            let (_, by_way_of) = led(&build(&entries), "ecs:Get0", "acs:ecs:cn:1:disk/d");
            assert_eq!(by_way_of, groups, "{count}");
        }
    }

    #[test]
    fn groups_are_filed_by_action_until_the_bound_of_pairs_is_met() {
        let (lists, statements) = (20, 60);
        let actions: Vec<String> = (0..lists).map(|n| format!("ecs:Get{n}*")).collect();
        let resources: Vec<String> = (0..lists).map(|n| format!("acs:ecs:*:*:d{n:02}/*")).collect();
        let index = build(&entries(vec![(actions, resources); statements]));
        // Every resource is a group of all statements, and each of these has all actions.
        let of_group = statements * lists;
        let bound = PAIRS * 2 * statements * lists + 4096;
        let filed = (0..lists)
            .filter(|n| {
                let resource = format!("acs:ecs:cn:1:d{n:02}/x");
                let (all, by_way_of) = led(&index, "ecs:Get1", &resource);
                assert_eq!(all.len(), statements, "{n}");
                by_way_of == 1
            })
            .count();
        assert_eq!(filed, bound / of_group);
        assert!(filed < lists);
    }

    #[test]
    fn a_node_has_no_more_lengths_than_the_bound_and_all_of_them_below_it() {
        for (count, left) in [
            (1, 1),
            (MAX_LENGTHS, MAX_LENGTHS),
            (MAX_LENGTHS + 1, 6),
            (40, ROUNDED.len() as u32 - 1),
        ] {
            // Heads of one to so many bytes behind the first segment, and literals beside them.
            let head = |n: usize| format!("acs:ecs:*:*:disk/{}*", "a".repeat(1 + n));
            let literal = |n: usize| format!("acs:ecs:*:*:disk/{}{n}", "b".repeat(40));
            let count = count as usize;
            let entries = pairs(
                count + 30,
                |_| "ecs:*".into(),
                |n| match n.checked_sub(count) {
                    None => head(n),
                    Some(n) => literal(n),
                },
            );
            let index = build(&entries);
            let lengths = index.resources.nodes.iter().flat_map(|node| node.lengths);
            assert_eq!(lengths.map(u64::count_ones).sum::<u32>(), left, "{count}");
            // All that cover it, whatever their heads were rounded down to, and more of them then.
            let (of_head, _) =
                led(&index, "ecs:Get", &format!("acs:ecs:cn:1:disk/{}", "a".repeat(count)));
            assert_eq!(of_head.len(), count);
            let asked = format!("acs:ecs:cn:1:disk/{}7", "b".repeat(40));
            let (of_literal, _) = led(&index, "ecs:Get", &asked);
            assert!(of_literal.contains(&(count as u32 + 7)), "{count}: {of_literal:?}");
        }
    }

    #[test]
    fn services_with_a_wildcard_have_keys_that_nobody_knows() {
        let keys = |state| {
            let seeds = Seeds::of(state);
            [wild_service(&seeds), wild_action(&seeds)]
        };
        let mut all: Vec<u64> = (0..9).flat_map(keys).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 18);
    }
}
