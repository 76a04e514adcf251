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
const SERVICE_BITS: u32 = 8;

/// How many lists there are at most.
const LISTS: usize = 1 << SERVICE_BITS;

/// What a service with a wildcard can be.
pub(super) const ANY_SERVICE: u64 = !0;

/// The part of a [`Signature`] that is about the service.
const SERVICE: u64 = 0xFFFF_FFFF;

/// Returns the number that the services with these first bytes share; of `signature` the upper half
/// does not count.
#[inline]
pub(crate) fn service_number(signature: u64) -> u8 {
    let mixed = (signature & SERVICE).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> (u64::BITS - SERVICE_BITS)) as u8
}

/// Returns the bit of one of 64 groups of services, by the number of a service.
#[inline]
pub(super) fn service_bit(number: u8) -> u64 {
    1 << (number >> (SERVICE_BITS - u64::BITS.ilog2()))
}

/// Returns the groups of the services that the entries can cover, a bit each.
pub(super) fn services(entries: &Entries) -> u64 {
    let services = entries.resources.iter().map(|entry| entries.signature(entry).service());
    services.fold(0, |all, service| all | service.map_or(ANY_SERVICE, service_bit))
}

impl Signature {
    /// Returns the number of the service it fits; `None` if it fits several.
    fn service(&self) -> Option<u8> {
        (self.mask & SERVICE == SERVICE).then(|| service_number(self.word))
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

/// Why a set has no lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Misfit {
    /// One of them would be longer than [`MOST`].
    LongList,
    /// All of them together would be too much.
    ManyItems,
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
        // With twice as many lists as entries most lists are about one service; a few entries do with a
        // single list.
        let bits = if few <= 4 { 0 } else { (few.ilog2() + 1).min(SERVICE_BITS) };
        for bits in (0..=bits).rev() {
            match Self::of(&signatures, SERVICE_BITS - bits) {
                Ok(small) => return Some(small),
                // With fewer lists they are no shorter.
                Err(Misfit::LongList) => return None,
                Err(Misfit::ManyItems) => {}
            }
        }
        None
    }

    fn of(signatures: &[Signature], shift: u32) -> Result<Self, Misfit> {
        let lists = LISTS >> shift;
        let list_of = |sign: &Signature| sign.service().map(|number| usize::from(number) >> shift);
        let mut lengths = vec![0; lists];
        for sign in signatures {
            match list_of(sign) {
                Some(list) => lengths.get_mut(list).into_iter().for_each(|length| *length += 1),
                // What fits every service is on all lists.
                None => lengths.iter_mut().for_each(|length| *length += 1),
            }
        }
        if lengths.iter().any(|length| *length > MOST) {
            return Err(Misfit::LongList);
        }
        // That is not to make much more of it.
        if lengths.iter().sum::<usize>() > 4 * signatures.len() + MOST {
            return Err(Misfit::ManyItems);
        }
        let mut starts = [0; LISTS + 1];
        let [_, ends @ ..] = &mut starts;
        let mut next = Vec::with_capacity(lists);
        let mut sum = 0;
        for (end, length) in ends.iter_mut().zip(lengths) {
            next.push(sum);
            sum += length;
            *end = u16::try_from(sum).map_err(|_| Misfit::ManyItems)?;
        }
        let blank = Item { signature: Signature { word: 0, mask: 0 }, number: 0 };
        let mut items = vec![blank; sum];
        for (number, &signature) in (0..).zip(signatures) {
            let mut put = |at: &mut usize| {
                if let Some(item) = items.get_mut(*at) {
                    *item = Item { signature, number };
                }
                *at += 1;
            };
            match list_of(&signature) {
                Some(list) => next.get_mut(list).into_iter().for_each(&mut put),
                None => next.iter_mut().for_each(put),
            }
        }
        Ok(Self { shift, starts, items: items.into() })
    }

    /// Returns the list of a service by its number.
    #[inline]
    pub(super) fn list(&self, service: u8) -> &[Item] {
        let list = usize::from(service) >> (self.shift & 15);
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
            let Ok(small) = Small::of(&signatures, shift) else {
                // Two that fit every service would stand on 64 lists or more.
                assert!(shift < 3);
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
        assert!(of(MOST).is_ok());
        assert_eq!(of(MOST + 1).unwrap_err(), Misfit::LongList);
    }

    #[test]
    fn entries_that_fit_every_service_do_not_multiply() {
        let all = vec![signature("*"); MOST];
        assert_eq!(Small::of(&all, 0).unwrap_err(), Misfit::ManyItems);
        assert_eq!(Small::of(&all, SERVICE_BITS).unwrap().items.len(), MOST);
    }
}
