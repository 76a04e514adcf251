//! A table from keys to what comes next, filled once and then only read.
//!
//! Open addressing with linear probing; at most half of the slots are taken, so every probe ends.
//! In front of it stands a filter of two bits a key, small enough to stay in the cache, as most
//! look-ups find nothing.

/// Where a search goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nowhere.
    Nothing,
    /// The one pattern of this number is to be checked.
    One(u32),
    /// The patterns of a list are to be checked; it starts here with its length.
    List(u32),
    /// The patterns that start with the same `words` words, told apart by what follows.
    ///
    /// Bit `i` of `cuts` for `i < 8`: some heads are `i` bytes longer. Bit 8: some are longer
    /// than that.
    Heads { words: u8, cuts: u16 },
    /// The patterns with the same head, told apart by how they end; the number of their
    /// [`Tails`](super::index::Tails).
    Tails(u32),
    /// The patterns of a family are to be checked together.
    Family(u32),
    /// The patterns with the same head and tail, told apart by what their middle contains.
    Middles(u32),
}

/// The table.
#[derive(Clone, Debug)]
pub(super) struct Table {
    slots: Box<[Slot]>,
    filter: Box<[u64]>,
}

/// A slot is empty if it leads to nothing.
#[derive(Clone, Copy, Debug)]
struct Slot {
    key: u64,
    next: Next,
}

impl Default for Table {
    fn default() -> Table {
        let empty = Slot { key: 0, next: Next::Nothing };
        Table { slots: [empty].into(), filter: [0].into() }
    }
}

impl Table {
    /// Makes a table of the entries, or returns `None` if two of them have the same key.
    pub(super) fn new(entries: &[(u64, Next)]) -> Option<Table> {
        let empty = Slot { key: 0, next: Next::Nothing };
        let words = (entries.len() / 4).next_power_of_two();
        let mut table = Table {
            slots: vec![empty; 2 * entries.len() + 1].into(),
            filter: vec![0; words].into(),
        };
        for &(key, next) in entries {
            let mut place = table.home(key);
            loop {
                let slot = table.slots.get_mut(place)?;
                if slot.next == Next::Nothing {
                    *slot = Slot { key, next };
                    break;
                }
                if slot.key == key {
                    return None;
                }
                place = if place + 1 == table.slots.len() { 0 } else { place + 1 };
            }
            let word = table.filter_word(key);
            if let Some(bits) = table.filter.get_mut(word) {
                *bits |= filter_bits(key);
            }
        }
        Some(table)
    }

    /// Returns whether there may be something after `key`; says yes too often for one key in a
    /// hundred.
    #[inline]
    pub(super) fn may_have(&self, key: u64) -> bool {
        let bits = filter_bits(key);
        self.filter.get(self.filter_word(key)).is_some_and(|word| word & bits == bits)
    }

    /// Returns what comes after `key`, which is likely to be something.
    #[inline]
    pub(super) fn get(&self, key: u64) -> Next {
        let mut place = self.home(key);
        loop {
            match self.slots.get(place) {
                Some(slot) if slot.key == key => return slot.next,
                Some(slot) if slot.next != Next::Nothing => place += 1,
                Some(_) => return Next::Nothing,
                None => place = 0,
            }
        }
    }

    /// Returns how many bytes the table takes on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        size_of_val::<[Slot]>(&self.slots) + size_of_val::<[u64]>(&self.filter)
    }

    #[inline]
    fn home(&self, key: u64) -> usize {
        ((u128::from(key) * self.slots.len() as u128) >> 64) as usize
    }

    #[inline]
    fn filter_word(&self, key: u64) -> usize {
        (key >> 12) as usize & self.filter.len().wrapping_sub(1)
    }
}

/// Returns the bits that stand for `key` in its word of the filter.
#[inline]
fn filter_bits(key: u64) -> u64 {
    1 << (key % 64) | 1 << (key / 64 % 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_key_and_no_other() {
        let scrambled = crate::set::key::mixed;
        let entries: Vec<_> =
            (0..1_000).map(|key| (scrambled(key), Next::One(key as u32))).collect();
        let table = Table::new(&entries).unwrap();
        for (key, next) in entries {
            assert_eq!(table.get(key), next);
            assert!(table.may_have(key));
        }
        for key in 1_000..3_000 {
            assert_eq!(table.get(scrambled(key)), Next::Nothing);
        }
        let wrong = (1_000..11_000).filter(|&key| table.may_have(scrambled(key))).count();
        assert!(wrong < 200, "{wrong} of 10,000");
        // Each key starts to look in a slot of its own, as far as chance allows.
        let mut homes: Vec<usize> = (0..1_000).map(|key| table.home(scrambled(key))).collect();
        homes.sort_unstable();
        homes.dedup();
        assert!(homes.len() > 700, "{}", homes.len());
    }

    #[test]
    fn an_empty_table_has_no_keys_not_even_zero() {
        let table = Table::new(&[]).unwrap();
        assert_eq!((table.get(0), table.get(!0)), (Next::Nothing, Next::Nothing));
    }

    #[test]
    fn keys_that_all_belong_to_the_last_slot_run_over_to_the_first() {
        let entries: Vec<_> = (0..9).map(|key| (!0 - key, Next::One(key as u32))).collect();
        let table = Table::new(&entries).unwrap();
        assert!(entries.iter().all(|&(key, next)| table.get(key) == next));
        assert_eq!(table.get(!0 - 9), Next::Nothing);
    }

    #[test]
    fn refuses_a_key_that_comes_twice() {
        assert!(Table::new(&[(5, Next::One(0)), (5, Next::One(1))]).is_none());
    }
}
