//! A table from keys to what comes next, filled once and then only read.
//!
//! Open addressing with linear probing; at most half of the slots are taken, so every probe ends.
//! A slot is eight bytes: the low half of a key, and what comes next. Its place comes from the high
//! half. Keys that share the low half and meet while probing cannot be told apart, so no table is
//! made with two such keys; a look-up of a key that is not there may still find what belongs to
//! another, once in four thousand million times, which costs time and no answer.
//!
//! In front of a table can stand a filter of two bits a key, small enough to stay in the cache, as
//! most look-ups find nothing.

/// Where a search goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nowhere.
    Nothing,
    /// The one pattern at this spot is to be checked.
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

impl Next {
    /// Numbers of lists, tails and middles are below this; there are fewer than patterns.
    const LIMIT: u32 = 1 << 29;

    /// Puts it into 32 bits: a spot if the highest is zero, else a kind in the highest three or
    /// four; all ones are nothing.
    fn packed(self) -> u32 {
        match self {
            // Spots are less than 2^30, as all records take less than four gigabytes.
            Next::One(spot) => spot & !(1 << 31),
            Next::List(start) => 0b100 << 29 | start & (Self::LIMIT - 1),
            Next::Tails(number) => 0b101 << 29 | number & (Self::LIMIT - 1),
            Next::Middles(number) => 0b110 << 29 | number & (Self::LIMIT - 1),
            Next::Family(number) => 0b1110 << 28 | number & (Self::LIMIT / 2 - 1),
            Next::Heads { words, cuts } => {
                0b1_1110 << 27 | u32::from(words) << 16 | u32::from(cuts)
            }
            Next::Nothing => u32::MAX,
        }
    }

    #[inline]
    fn unpacked(bits: u32) -> Next {
        match bits >> 29 {
            0b000..=0b011 => Next::One(bits),
            0b100 => Next::List(bits & (Self::LIMIT - 1)),
            0b101 => Next::Tails(bits & (Self::LIMIT - 1)),
            0b110 => Next::Middles(bits & (Self::LIMIT - 1)),
            _ if bits >> 28 == 0b1110 => Next::Family(bits & (Self::LIMIT / 2 - 1)),
            _ if bits == u32::MAX => Next::Nothing,
            _ => Next::Heads { words: (bits >> 16) as u8, cuts: bits as u16 },
        }
    }
}

/// The table.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// The low half of a key above what comes next.
    slots: Box<[u64]>,
    filter: Box<[u64]>,
}

/// A slot that leads to nothing.
const EMPTY: u64 = u64::MAX;

/// The half of a key that a slot keeps.
const LOW_HALF: u64 = u32::MAX as u64;

impl Default for Table {
    fn default() -> Table {
        Table { slots: [EMPTY].into(), filter: [0].into() }
    }
}

impl Table {
    /// Makes a table of the entries, or returns `None` if two of them cannot be told apart.
    pub(super) fn new(entries: &[(u64, Next)]) -> Option<Table> {
        let mut table =
            Table { slots: vec![EMPTY; 2 * entries.len() + 1].into(), filter: [].into() };
        for &(key, next) in entries {
            let mut place = table.home(key);
            loop {
                let slot = table.slots.get_mut(place)?;
                if *slot == EMPTY {
                    *slot = key << 32 | u64::from(next.packed());
                    break;
                }
                if *slot >> 32 == key & LOW_HALF {
                    return None;
                }
                place = if place + 1 == table.slots.len() { 0 } else { place + 1 };
            }
        }
        Some(table)
    }

    /// Makes a table with a filter; see [`Table::new`].
    pub(super) fn with_filter(entries: &[(u64, Next)]) -> Option<Table> {
        let mut table = Table::new(entries)?;
        table.filter = vec![0; (entries.len() / 4).next_power_of_two()].into();
        for &(key, _) in entries {
            let word = table.filter_word(key);
            if let Some(bits) = table.filter.get_mut(word) {
                *bits |= filter_bits(key);
            }
        }
        Some(table)
    }

    /// Returns whether there may be something after `key`; says yes too often for one key in a
    /// hundred, and never if there is no filter.
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
                Some(slot) if slot >> 32 == key & LOW_HALF => return Next::unpacked(*slot as u32),
                Some(&EMPTY) => return Next::Nothing,
                Some(_) => place = place.wrapping_add(1),
                None => place = 0,
            }
        }
    }

    /// Returns how many bytes the table takes on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        size_of_val::<[u64]>(&self.slots) + size_of_val::<[u64]>(&self.filter)
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
        let table = Table::with_filter(&entries).unwrap();
        for (key, next) in entries {
            assert_eq!(table.get(key), next);
            assert!(table.may_have(key));
        }
        for key in (1_000..3_000).step_by(if cfg!(miri) { 40 } else { 1 }) {
            assert_eq!(table.get(scrambled(key)), Next::Nothing);
        }
        let wrong = (1_000..11_000)
            .step_by(if cfg!(miri) { 40 } else { 1 })
            .filter(|&key| table.may_have(scrambled(key)))
            .count();
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
    fn what_comes_next_is_the_same_when_it_is_taken_out_again() {
        let least = [0, 1, 1_000, (1 << 28) - 1];
        for number in least {
            for next in [
                Next::One(number),
                Next::List(number),
                Next::Tails(number),
                Next::Middles(number),
                Next::Family(number),
            ] {
                assert_eq!(Next::unpacked(next.packed()), next);
            }
        }
        for words in 0..=16 {
            for cuts in [0, 1, 0x1FF] {
                let next = Next::Heads { words, cuts };
                assert_eq!(Next::unpacked(next.packed()), next);
            }
        }
        assert_eq!(Next::unpacked(Next::Nothing.packed()), Next::Nothing);
        assert_eq!(Next::unpacked(Next::One((1 << 30) - 1).packed()), Next::One((1 << 30) - 1));
    }

    #[test]
    fn refuses_keys_that_meet_and_share_the_half_that_is_kept() {
        let table = Table::new(&[(5, Next::One(0)), (1 << 40 | 5, Next::One(1))]);
        assert!(table.is_none());
    }

    #[test]
    fn refuses_a_key_that_comes_twice() {
        assert!(Table::new(&[(5, Next::One(0)), (5, Next::One(1))]).is_none());
    }
}
