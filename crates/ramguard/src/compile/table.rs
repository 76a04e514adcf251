//! A hash table from keys to numbers, made once and then only read.
//!
//! A slot is eight bytes: the low half of a key and a number. The place of a key is its high bits,
//! linear probing follows. Keys that share the low half and meet while probing are one key to this
//! table, from the moment the second is added: whoever adds is told the number of the first.
//! Nothing is ever removed and the table never grows, so what a key leads to stays the same.

use crate::steps;

/// A table that is at most half full.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    slots: Box<[u64]>,
    shift: u32,
}

/// A slot without a number; no number is `u32::MAX`.
const EMPTY: u64 = u64::MAX;

impl Table {
    /// Makes a table with room for so many keys.
    pub(super) fn with_room(keys: usize) -> Self {
        let bits = (keys.max(1) * 2).next_power_of_two().trailing_zeros();
        Self { slots: vec![EMPTY; 1 << bits].into(), shift: 64 - bits }
    }

    /// Adds a key unless it is there; returns its number.
    pub(super) fn insert(&mut self, key: u64, number: u32) -> u32 {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = (key >> (self.shift & 63)) as usize;
        // There are at least as many empty slots as keys, so this ends.
        while let Some(slot) = self.slots.get_mut(at & mask) {
            if *slot == EMPTY {
                *slot = key << 32 | u64::from(number);
                return number;
            }
            if *slot >> 32 == key & 0xFFFF_FFFF {
                return *slot as u32;
            }
            at += 1;
        }
        number
    }

    /// Returns how many slots there are, twice the keys there is room for.
    pub(super) fn room(&self) -> usize {
        self.slots.len()
    }

    /// Replaces every number.
    pub(super) fn renumber(&mut self, new: impl Fn(u32) -> u32) {
        for slot in self.slots.iter_mut().filter(|slot| **slot != EMPTY) {
            *slot = *slot >> 32 << 32 | u64::from(new(*slot as u32));
        }
    }

    /// Returns the number of a key; seldom that of another key in place of none.
    #[inline]
    pub(super) fn find(&self, key: u64) -> Option<u32> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = (key >> (self.shift & 63)) as usize;
        loop {
            steps::count(1);
            let slot = *self.slots.get(at & mask)?;
            if slot == EMPTY {
                return None;
            }
            if slot >> 32 == key & 0xFFFF_FFFF {
                return Some(slot as u32);
            }
            at += 1;
        }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.slots.len() * size_of::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_cannot_be_told_apart_share_the_number_of_the_first() {
        let mut table = Table::with_room(3);
        assert_eq!(table.insert(7, 1), 1);
        assert_eq!(table.insert(1 << 33 | 7, 2), 1);
        assert_eq!(table.insert(8, 3), 3);
        assert_eq!((table.find(7), table.find(8), table.find(9)), (Some(1), Some(3), None));
    }

    #[test]
    fn an_empty_table_finds_nothing() {
        assert_eq!(Table::default().find(0), None);
        assert_eq!(Table::with_room(0).find(u64::MAX), None);
    }

    #[test]
    fn keys_that_differ_in_their_highest_bits_are_told_apart() {
        for room in [1, 3, 100] {
            let mut table = Table::with_room(room);
            assert_eq!((table.insert(7, 1), table.insert(1 << 63 | 7, 2)), (1, 2), "{room}");
            assert_eq!((table.find(7), table.find(1 << 63 | 7)), (Some(1), Some(2)), "{room}");
        }
    }

    #[test]
    fn a_table_with_room_for_some_keys_has_twice_the_slots() {
        for keys in 1..200 {
            let room = Table::with_room(keys).room();
            assert!((2 * keys..4 * keys).contains(&room), "{keys}: {room}");
        }
    }
}
