//! Many patterns of one unit asked at once, where trying one after the other would take too long.
//!
//! A document may list hundreds of patterns that have to be matched before they fail. So the
//! actions and the resources of a unit are kept once more as sets of patterns. A decision that has
//! tried [`PATIENCE`] patterns of a kind looks the request up in the set, once, and reads a bit
//! for each of the others.
//!
//! Always holds here:
//!
//! * what a set says of an action is the answer; what it says of a resource is the answer too,
//!   unless the resource belongs to RAM itself, of which it only tells what cannot fit;
//! * sets are made of at most [`MOST`] patterns, so that their bits fit on the stack; what comes
//!   beyond has no number and is tried by itself.

use std::cell::{Cell, OnceCell};

use ramguard_match::{Case, PatternSet};
use ramguard_policy::condition::Readings;
use ramguard_policy::name::resource::ArnFields;

use super::asked::{Asked, AskedArn};
use super::key::{Field, Seeds};
use crate::Request;

/// Units with fewer patterns of a kind do without a set.
const LEAST: usize = 32;

/// A set has at most this many patterns.
const MOST: usize = 512;

/// So many patterns of a kind are tried one by one before the set is asked.
const PATIENCE: u8 = 3;

/// A bit for each pattern of a set.
pub(super) type Marks = [u64; MOST / 64];

/// Many ARNs against one resource, field by field.
#[derive(Clone, Debug)]
pub(super) struct ArnSet {
    /// Service, region, account; none where all ARNs have `*`.
    fields: [Option<PatternSet>; 3],
    id: PatternSet,
    /// The relative ids as RAM itself compares them, if some ARN can be of RAM.
    ram_id: Option<PatternSet>,
}

impl ArnSet {
    /// Takes ARNs in the order of their numbers; only the first [`MOST`] are told apart later.
    pub(super) fn new<'t>(arns: impl Iterator<Item = ArnFields<'t>> + Clone) -> Self {
        let of = |field: fn(ArnFields<'t>) -> &'t str| {
            let texts = arns.clone().map(field);
            let is_open = texts.clone().all(|text| text == "*");
            (!is_open).then(|| PatternSet::new(texts, Case::AsciiInsensitive))
        };
        let fields = [of(|arn| arn.service), of(|arn| arn.region), of(|arn| arn.account)];
        let [service, ..] = &fields;
        let is_ram = service.as_ref().is_none_or(|set| set.is_match("ram"));
        let ids = arns.map(|arn| arn.relative_id);
        let ram_id = is_ram.then(|| PatternSet::new(ids.clone(), Case::AsciiInsensitive));
        Self { fields, id: PatternSet::new(ids, Case::Sensitive), ram_id }
    }

    /// Marks the ARNs that cover a resource, and of RAM itself those that may.
    pub(super) fn mark(&self, arn: &ArnFields<'_>, is_ram: bool) -> Marks {
        let id = if is_ram { self.ram_id.as_ref() } else { Some(&self.id) };
        let mut marks = marked(id, arn.relative_id);
        let fields = [arn.service, arn.region, arn.account];
        for (number, (set, text)) in self.fields.iter().zip(fields).enumerate() {
            // The region of a resource of RAM itself is looked at by effect (rule R-7).
            let Some(set) = set.as_ref().filter(|_| !(is_ram && number == 1)) else { continue };
            if marks.iter().all(|&word| word == 0) {
                break;
            }
            let other = marked(Some(set), text);
            marks.iter_mut().zip(other).for_each(|(word, other)| *word &= other);
        }
        marks
    }

    /// Returns whether any of the ARNs may cover a resource.
    fn is_open(&self, arn: &ArnFields<'_>, is_ram: bool) -> bool {
        let id = if is_ram { self.ram_id.as_ref() } else { Some(&self.id) };
        let [service, _, account] = &self.fields;
        [(service, arn.service), (account, arn.account)]
            .into_iter()
            .all(|(set, text)| set.as_ref().is_none_or(|set| set.is_match(text)))
            && id.is_some_and(|set| set.is_match(arn.relative_id))
    }

    /// Returns whether `test` holds for any of `items`, which are what the ARNs of the set belong
    /// to, in their order; asks only where the ARN may cover the resource.
    pub(super) fn any_of<T>(
        &self,
        items: &[T],
        arn: &ArnFields<'_>,
        is_ram: bool,
        mut test: impl FnMut(&T) -> bool,
    ) -> bool {
        if items.len() > MOST {
            return self.is_open(arn, is_ram) && items.iter().any(test);
        }
        let marks = self.mark(arn, is_ram);
        marks.into_iter().zip(items.chunks(64)).any(|(mut word, items)| {
            while word != 0 {
                let at = word.trailing_zeros() as usize;
                word &= word - 1;
                if items.get(at).is_some_and(&mut test) {
                    return true;
                }
            }
            false
        })
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let sets = self.fields.iter().chain([&self.ram_id]).flatten().chain([&self.id]);
        sets.map(PatternSet::heap_bytes).sum()
    }
}

/// Returns one of 64 bits that all spellings of a condition key share. Which one is different in
/// every process, so that nobody can choose keys that are told apart from none in the request.
pub(super) fn key_bit(key: &str) -> u64 {
    1 << (Seeds::of_process().whole(Field::ConditionKey, key.as_bytes()) >> 58)
}

fn marked(set: Option<&PatternSet>, text: &str) -> Marks {
    let mut marks = Marks::default();
    if let Some(set) = set {
        set.mark_into(text, &mut marks);
    }
    marks
}

/// Returns whether a number is marked, none for numbers that have no bit.
#[inline]
pub(super) fn is_marked(marks: &Marks, number: usize) -> Option<bool> {
    marks.get(number / 64).map(|word| word >> (number % 64) & 1 == 1)
}

/// The sets of a unit. Numbers start from 1; 0 is what has none.
#[derive(Clone, Debug, Default)]
pub(super) struct Crowd {
    actions: Option<Box<PatternSet>>,
    resources: Option<Box<ArnSet>>,
}

/// What one decision has found out about one unit.
#[derive(Debug, Default)]
pub(super) struct Memo<'r> {
    actions_tried: Cell<u8>,
    resources_tried: Cell<u8>,
    actions: OnceCell<Marks>,
    resources: OnceCell<Marks>,
    keys: OnceCell<u64>,
    readings: OnceCell<Readings<'r>>,
    /// Special statements that do not apply, by their numbers among these.
    pub(super) special: Failed,
    /// Statements that do not apply by any of their resources.
    pub(super) by_any: Failed,
}

/// What is known not to apply: bit `n` stands for number `n`. What is numbered too high is forgotten.
#[derive(Debug, Default)]
pub(super) struct Failed(Cell<[u64; 2]>);

impl Failed {
    #[inline]
    pub(super) fn has(&self, number: u32) -> bool {
        let words = self.0.get();
        words.get(number as usize / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    pub(super) fn note(&self, number: u32) {
        let mut words = self.0.get();
        if let Some(word) = words.get_mut(number as usize / 64) {
            *word |= 1 << (number % 64);
        }
        self.0.set(words);
    }
}

impl<'r> Memo<'r> {
    /// Returns the values of the request that were read already.
    #[inline]
    pub(super) fn readings(&self) -> &Readings<'r> {
        self.readings.get_or_init(Readings::default)
    }

    /// Returns whether the request may have a condition key with this [`key_bit`].
    #[inline]
    pub(super) fn may_have_key(&self, bit: u64, request: &Request<'_>) -> bool {
        let all = || request.keys().fold(0, |bits, key| bits | key_bit(key));
        self.keys.get_or_init(all) & bit != 0
    }
}

/// Counts one more that was tried; returns whether that is enough of them.
#[inline]
fn is_tired(tried: &Cell<u8>) -> bool {
    let count = tried.get();
    if count < PATIENCE {
        tried.set(count + 1);
    }
    count >= PATIENCE
}

impl Crowd {
    /// Takes the actions and the resources that are to be asked at once, by the numbers that
    /// [`numbers`] gave.
    pub(super) fn new<'t>(
        actions: &[&'t str],
        resources: impl ExactSizeIterator<Item = ArnFields<'t>> + Clone,
    ) -> Self {
        let is_crowd = resources.len() > 0;
        Self {
            actions: (!actions.is_empty())
                .then(|| Box::new(PatternSet::new(actions, Case::AsciiInsensitive))),
            resources: is_crowd.then(|| Box::new(ArnSet::new(resources))),
        }
    }

    /// Returns whether the action with this number covers the action of the request, if the set
    /// says so.
    #[inline]
    pub(super) fn lists(&self, memo: &Memo<'_>, number: u16, asked: &Asked<'_>) -> Option<bool> {
        let number = usize::from(number).checked_sub(1)?;
        if !is_tired(&memo.actions_tried) {
            return None;
        }
        let set = self.actions.as_deref();
        is_marked(memo.actions.get_or_init(|| marked(set, asked.request().action())), number)
    }

    /// Returns whether the resource with this number covers the resource of the request, or that
    /// it may in case of RAM itself, if the set says so.
    #[inline]
    pub(super) fn covers(
        &self,
        memo: &Memo<'_>,
        number: u16,
        asked: &Asked<'_>,
        arn: &AskedArn<'_>,
    ) -> Option<bool> {
        let number = usize::from(number).checked_sub(1)?;
        if !is_tired(&memo.resources_tried) {
            return None;
        }
        let set = self.resources.as_deref()?;
        let fields = || asked.request().arn().map(|fields| set.mark(&fields, arn.is_ram));
        is_marked(memo.resources.get_or_init(|| fields().unwrap_or_default()), number)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let actions = self.actions.as_ref().map(|set| size_of::<PatternSet>() + set.heap_bytes());
        let resources = self.resources.as_ref().map(|set| size_of::<ArnSet>() + set.heap_bytes());
        actions.unwrap_or(0) + resources.unwrap_or(0)
    }
}

/// Numbers what belongs into a set, from 1: everything if that is not too much, else what is slow
/// to match, else nothing. `slow` says of each thing whether it is; what has no number gets 0.
pub(super) fn numbers(slow: impl ExactSizeIterator<Item = bool> + Clone) -> Vec<u16> {
    let all = slow.len();
    let count = || slow.clone().filter(|slow| *slow).take(MOST + 1).count();
    let chosen = if all <= MOST { all } else { count() };
    if !(LEAST..=MOST).contains(&chosen) {
        return Vec::new();
    }
    let mut next = 0;
    slow.map(|slow| {
        if slow || all <= MOST {
            next += 1;
            next
        } else {
            0
        }
    })
    .collect()
}

/// Returns whether a pattern has to be searched for: it has a `?`, or a literal between stars.
pub(super) fn is_slow(pattern: &str) -> bool {
    let bytes = pattern.as_bytes();
    let star = |byte: &u8| *byte == b'*';
    let first = bytes.iter().position(star);
    let last = bytes.iter().rposition(star);
    let between = first.zip(last).and_then(|(first, last)| bytes.get(first..last));
    bytes.contains(&b'?') || between.is_some_and(|between| !between.iter().all(star))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_things_get_no_numbers_and_too_many_only_the_slow_ones() {
        let of = |all: usize, slow: usize| numbers((0..all).map(|n| n < slow));
        assert!(of(LEAST - 1, LEAST - 1).is_empty());
        assert_eq!(of(LEAST, 0).last(), Some(&(LEAST as u16)));
        assert_eq!(of(MOST, 3).last(), Some(&(MOST as u16)));
        assert!(of(MOST + 1, LEAST - 1).is_empty());
        assert_eq!(of(MOST + 1, LEAST).iter().max(), Some(&(LEAST as u16)));
        assert_eq!(of(MOST + 1, LEAST).last(), Some(&0));
        assert!(of(MOST + 1, MOST + 1).is_empty());
    }

    #[test]
    fn slow_is_what_has_a_literal_between_stars_or_a_question_mark() {
        for pattern in ["", "*", "a", "a*", "*a", "a*b", "a**b"] {
            assert!(!is_slow(pattern), "{pattern}");
        }
        for pattern in ["?", "a?", "*a*", "a*b*c", "*:*"] {
            assert!(is_slow(pattern), "{pattern}");
        }
    }
}
