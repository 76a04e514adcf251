//! How the entries worth testing are found in a small set: by a few bytes of each, one after the
//! other.
//!
//! Always holds here:
//!
//! * an entry that covers a resource is on the list of the resource's service, and its signature
//!   fits that of the resource;
//! * a list is in the order of the statements and has at most [`MOST`] entries, so that passing
//!   over all of it costs less than a look into an index.

use super::entry::{Entries, Signature};

/// The longest list.
const MOST: usize = 48;

/// Services are told apart by so many bits.
const SERVICE_BITS: u32 = 6;

/// How many lists there are at most.
const LISTS: usize = 1 << SERVICE_BITS;

/// What a service with a wildcard can be.
pub(super) const ANY_SERVICE: u64 = !0;

/// The part of a [`Signature`] that is about the service.
const SERVICE: u64 = 0xFFFF_FFFF;

/// Returns the number, below 64, that the services with these first bytes share; of `signature`
/// the upper half does not count.
#[inline]
pub(crate) fn service_number(signature: u64) -> u32 {
    let mixed = (signature & SERVICE).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> (u64::BITS - SERVICE_BITS)) as u32
}

/// Returns the numbers of the services that the entries can cover, a bit each.
pub(super) fn services(entries: &Entries) -> u64 {
    entries.resources.iter().fold(0, |all, entry| all | entries.signature(entry).services())
}

impl Signature {
    /// Returns the numbers of the services it fits, a bit each.
    fn services(&self) -> u64 {
        match self.mask & SERVICE {
            SERVICE => 1 << service_number(self.word),
            _ => ANY_SERVICE,
        }
    }
}

/// One resource entry on a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    signature: Signature,
    pub(super) number: u32,
}

impl Item {
    /// Returns whether the entry may cover the resource with this signature.
    #[inline]
    pub(super) fn may_cover(&self, signature: u64) -> bool {
        (signature ^ self.signature.word) & self.signature.mask == 0
    }
}

/// The lists of a small set.
#[derive(Clone, Debug)]
pub(super) struct Small {
    /// Turns the number of a service into that of its list.
    shift: u32,
    /// Where each list starts, and the end of the last; here rather than in a place of its own, as
    /// a set that is not in a cache is waited for once less.
    starts: [u16; LISTS + 1],
    items: Box<[Item]>,
}

impl Default for Small {
    fn default() -> Self {
        Self { shift: 0, starts: [0; LISTS + 1], items: Box::default() }
    }
}

impl Small {
    /// Makes the lists; `None` if one would be too long.
    pub(super) fn new(entries: &Entries) -> Option<Self> {
        let few = entries.resources.len();
        if few > MOST << SERVICE_BITS {
            return None;
        }
        let signatures: Vec<Signature> =
            entries.resources.iter().map(|entry| entries.signature(entry)).collect();
        // With as many lists as entries most lists have one; a few entries do with a single list.
        let bits = if few <= 4 { 0 } else { few.ilog2().min(SERVICE_BITS) };
        (0..=bits).rev().find_map(|bits| Self::of(&signatures, SERVICE_BITS - bits))
    }

    fn of(signatures: &[Signature], shift: u32) -> Option<Self> {
        let lists = 1_u32 << (SERVICE_BITS - shift);
        let mut starts = [0; LISTS + 1];
        let mut items = Vec::new();
        // What fits every service is on all lists, which is not to make much more of it.
        let room = 4 * signatures.len() + MOST;
        let [_, ends @ ..] = &mut starts;
        for (list, end) in (0..lists).zip(ends) {
            let numbers = (ANY_SERVICE >> (64 - (1 << shift))) << (list << shift);
            let before = items.len();
            let own = (0_u32..).zip(signatures).filter(|(_, sign)| sign.services() & numbers != 0);
            items.extend(own.map(|(number, &signature)| Item { signature, number }));
            if items.len() - before > MOST || items.len() > room {
                return None;
            }
            *end = u16::try_from(items.len()).ok()?;
        }
        Some(Self { shift, starts, items: items.into() })
    }

    /// Returns the list of a service by its number.
    #[inline]
    pub(super) fn list(&self, service: u32) -> &[Item] {
        let list = (service >> (self.shift & 31)) as usize;
        let bounds = self.starts.get(list).zip(self.starts.get(list + 1));
        bounds
            .and_then(|(&start, &end)| self.items.get(usize::from(start)..usize::from(end)))
            .unwrap_or_default()
    }

    /// Returns how many bytes the lists take.
    pub(super) fn heap_bytes(&self) -> usize {
        size_of_val(&*self.items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(service: &str) -> Signature {
        let literal = service.trim_end_matches('*').len().min(4);
        let mut bytes = [0; 8];
        for (slot, byte) in bytes.iter_mut().zip(service.bytes().take(literal)) {
            *slot = byte;
        }
        let counted = if service.ends_with('*') { literal } else { 4 };
        let mask = if counted == 4 { SERVICE } else { (1 << (8 * counted)) - 1 };
        Signature { word: u64::from_le_bytes(bytes), mask }
    }

    #[test]
    fn a_list_holds_every_entry_that_may_cover_its_service_in_order() {
        let services = ["ecs", "oss", "ram", "e*", "kms", "*", "actiontrail", "ecs", "vpc", "log"];
        let signatures: Vec<Signature> = services.iter().map(|text| signature(text)).collect();
        for shift in 0..=SERVICE_BITS {
            let Some(small) = Small::of(&signatures, shift) else {
                // Two that fit every service would stand on 64 lists.
                assert_eq!(shift, 0);
                continue;
            };
            for service in services {
                let asked = signature(service).word;
                let on_list = small.list(service_number(asked)).iter();
                let found: Vec<u32> =
                    on_list.filter(|item| item.may_cover(asked)).map(|item| item.number).collect();
                let expected: Vec<u32> = (0_u32..)
                    .zip(&signatures)
                    .filter(|(_, own)| (own.word ^ asked) & own.mask == 0)
                    .map(|(number, _)| number)
                    .collect();
                assert_eq!(found, expected, "{service} {shift}");
            }
        }
    }

    #[test]
    fn a_set_with_too_many_entries_of_one_service_is_not_small() {
        let of = |count: usize| Small::of(&vec![signature("ecs"); count], 0);
        assert!(of(MOST).is_some());
        assert!(of(MOST + 1).is_none());
    }

    #[test]
    fn entries_that_fit_every_service_do_not_multiply() {
        let all = vec![signature("*"); MOST];
        assert!(Small::of(&all, 0).is_none());
        assert_eq!(Small::of(&all, SERVICE_BITS).unwrap().items.len(), MOST);
    }
}
