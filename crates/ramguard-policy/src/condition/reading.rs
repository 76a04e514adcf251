//! What was read of the values of a request, kept while many tests look at the same ones.
//!
//! Always holds here: a value is known by where it stands in memory, and it stays there as long as
//! it is borrowed, so what is kept is what reading it again would give.
// Nothing here may overflow or divide by zero.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::cell::{Cell, OnceCell};
use std::net::IpAddr;

use super::date::{self, Instant};
use super::ip;
use super::numeric::{self, Number};

/// How many values are kept; a decision on hundreds of conditions looks at a few keys.
const SLOTS: usize = 4;

/// The dates, numbers and addresses of one request that were read last, each once for all tests
/// that compare with it. Allocates nothing.
///
/// See [`Test::evaluate_with`](super::Test::evaluate_with).
#[derive(Debug, Default)]
pub struct Readings<'v> {
    /// Not there before the first value is read, as most requests need none.
    slots: OnceCell<[Reading<'v>; SLOTS]>,
    next: Cell<usize>,
    /// The IPv4 address that was read last, which most conditions on addresses look at: finding it
    /// here, or keeping it, is a fraction of reading it.
    v4_text: Cell<Option<&'v str>>,
    v4: Cell<u32>,
}

/// One value and what it was read as.
#[derive(Debug, Default)]
struct Reading<'v> {
    text: Cell<Option<&'v str>>,
    value: Cell<Value<'v>>,
}

/// None for what cannot be read.
#[derive(Clone, Copy, Debug, Default)]
enum Value<'v> {
    #[default]
    Nothing,
    Number(Option<Number<&'v [u8]>>),
    Instant(Option<Instant<&'v [u8]>>),
    Address(Option<IpAddr>),
}

impl<'v> Readings<'v> {
    pub(super) fn number(&self, text: &'v str) -> Option<Number<&'v [u8]>> {
        let known = |value| if let Value::Number(number) = value { Some(number) } else { None };
        self.known(text, known).unwrap_or_else(|| {
            let number = numeric::parse(text).ok();
            self.keep(text, Value::Number(number));
            number
        })
    }

    pub(super) fn instant(&self, text: &'v str) -> Option<Instant<&'v [u8]>> {
        let known = |value| if let Value::Instant(instant) = value { Some(instant) } else { None };
        self.known(text, known).unwrap_or_else(|| {
            let instant = date::parse(text).ok();
            self.keep(text, Value::Instant(instant));
            instant
        })
    }

    /// Returns the bits of an IPv4 address; `None` if it is none that is written as such.
    #[inline]
    pub(super) fn plain_v4(&self, text: &'v str) -> Option<u32> {
        self.plain_v4_if(text, |_| true)?
    }

    /// Returns the same, or `Some(None)` if `may_be` says of its first sixteen bits that the others
    /// do not matter, be they of an address or not.
    #[inline]
    pub(super) fn plain_v4_if(
        &self,
        text: &'v str,
        may_be: impl FnOnce(u32) -> bool,
    ) -> Option<Option<u32>> {
        if self.v4_text.get().is_some_and(|known| std::ptr::eq(known, text)) {
            return Some(Some(self.v4.get()));
        }
        let address = ip::plain_ipv4_if(text.as_bytes(), may_be)?;
        if let Some(address) = address {
            self.v4_text.set(Some(text));
            self.v4.set(address);
        }
        Some(address)
    }

    /// Returns an address that is no [plain one](Self::plain_v4).
    #[cold]
    pub(super) fn other_address(&self, text: &'v str) -> Option<IpAddr> {
        let known = |value| if let Value::Address(address) = value { Some(address) } else { None };
        self.known(text, known).unwrap_or_else(|| {
            let address = ip::parse_address(text);
            self.keep(text, Value::Address(address));
            address
        })
    }

    /// Returns what a value was read as, if `of` says that it is of the kind wanted.
    #[inline]
    fn known<T>(&self, text: &str, of: impl Fn(Value<'v>) -> Option<T>) -> Option<T> {
        let is_text = |slot: &&Reading<'v>| slot.text.get().is_some_and(|t| std::ptr::eq(t, text));
        self.slots.get()?.iter().filter(is_text).find_map(|slot| of(slot.value.get()))
    }

    /// Keeps a value in place of the one that was kept longest.
    fn keep(&self, text: &'v str, value: Value<'v>) {
        let next = self.next.get();
        if let Some(slot) = self.slots.get_or_init(Default::default).get(next) {
            slot.text.set(Some(text));
            slot.value.set(value);
        }
        self.next.set(next.wrapping_add(1) % SLOTS);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Operator, Test, Truth};
    use super::*;

    #[test]
    fn tests_that_share_readings_answer_as_each_does_alone() {
        let values = [
            "1",
            "2",
            "10.0.0.1",
            "10.200.3.40",
            "11.200.3.40",
            "10.200.3.x",
            "11.200.3.x",
            "11.20.30.40.5",
            "2026-01-01T00:00:00Z",
            "x",
            "",
            "1.50",
            "::1",
            "::ffff:10.0.0.1",
        ];
        let tests = [
            (Operator::NumericLessThan, "2"),
            (Operator::DateGreaterThan, "2025-01-01T00:00:00Z"),
            (Operator::IpAddress, "10.0.0.0/8"),
            (Operator::NotIpAddress, "::1"),
            (Operator::NotIpAddress, "10.0.0.0/8"),
            (Operator::IpAddress, "10.200.3.40"),
            (Operator::StringEquals, "x"),
            (Operator::NumericEquals, "1.5"),
        ];
        let tests = tests.map(|(operator, value)| Test::parse(operator, [value]).unwrap());
        let readings = Readings::default();
        for round in 0..3 {
            for seen in values {
                for test in &tests {
                    let alone: Truth = test.evaluate([seen]);
                    assert_eq!(test.evaluate_with([seen], &readings), alone, "{seen} {round}");
                    assert_eq!(test.evaluate_one(seen, &readings), alone, "{seen} {round}");
                    for readings in [&readings, &Readings::default()] {
                        let is_true = test.is_true_of(seen, readings);
                        assert_eq!(is_true, alone == Truth::True, "{seen} {round}");
                    }
                }
            }
        }
    }

    #[test]
    fn an_address_that_was_kept_is_that_of_its_own_text() {
        let readings = Readings::default();
        let texts = ["10.0.0.1", "10.0.0.2", "255.255.255.255", "10.0.0.1x"];
        for round in 0..2 {
            for (text, bits) in texts.iter().zip([Some(0x0A00_0001), Some(0x0A00_0002), Some(!0)]) {
                assert_eq!(readings.plain_v4(text), bits, "{text} {round}");
                assert_eq!(readings.plain_v4(text), bits, "{text} {round}");
            }
            assert_eq!(readings.plain_v4(texts[3]), None);
            assert_eq!(readings.plain_v4(&texts[2][..10]), None);
        }
    }

    #[test]
    fn a_value_is_read_once_as_long_as_few_others_come_between() {
        let readings = Readings::default();
        let texts = ["1", "22", "333", "4444", "55555"];
        for text in texts.iter().take(SLOTS) {
            assert!(readings.number(text).is_some());
        }
        let is_known = |text: &str| {
            readings.known(text, |value| matches!(value, Value::Number(_)).then_some(())).is_some()
        };
        assert!(texts.iter().take(SLOTS).all(|text| is_known(text)));
        assert!(readings.number("55555").is_some());
        assert!(!is_known(texts[0]));
    }
}
