//! The patterns of many conditions against the values of one key.
//!
//! Always holds here: conditions have at most [`MOST`] patterns, and each condition with a number
//! has all its patterns in the set of its key, so that its bit is the answer of the positive
//! operator.

use std::cell::{Cell, OnceCell};

use ramguard_match::Case;
use ramguard_policy::condition::{Operator, Test, same_key};

use super::owned::{Bits, MOST, Owned};
use super::{LEAST, effort, is_slow};
use crate::context::Values;

/// At most so many keys have sets; a bit of a word says which were asked.
const MOST_KEYS: usize = 64;

/// The number of a condition in a [`TextCrowd`] and that of its key; what has none is tested by
/// itself.
#[derive(Clone, Copy, Debug)]
pub(in crate::compile) struct TextNumber {
    key: u8,
    number: u16,
    /// What testing it by itself costs.
    pub(in crate::compile) effort: u16,
}

/// The patterns of many conditions, by key.
#[derive(Clone, Debug, Default)]
pub(in crate::compile) struct TextCrowd(Box<[Owned]>);

/// What is known in one decision.
#[derive(Debug)]
pub(in crate::compile) struct TextMemo {
    asked: Cell<u64>,
    fit: [Cell<u64>; MOST / 64],
}

impl Default for TextMemo {
    fn default() -> Self {
        Self { asked: Cell::new(0), fit: [const { Cell::new(0) }; MOST / 64] }
    }
}

impl TextCrowd {
    /// Takes conditions in their order, and how many statements have each; returns a number for each
    /// as well, if they are worth a crowd.
    pub(in crate::compile) fn new<'c>(
        conditions: impl Iterator<Item = (&'c str, &'c Test, u32)>,
    ) -> (Self, Vec<Option<TextNumber>>) {
        let mut keys: Vec<(&str, Vec<(&str, usize)>)> = Vec::new();
        let mut numbers = Vec::new();
        let (mut next, mut patterns, mut all) = (0_u16, 0, 0_usize);
        for (key, test, uses) in conditions {
            numbers.push(None);
            if test.operator().positive() != Operator::StringLike {
                continue;
            }
            let known = keys.iter().position(|(known, _)| same_key(known, key));
            let at = known.unwrap_or(keys.len());
            if at == MOST_KEYS {
                continue;
            }
            if known.is_none() {
                keys.push((key, Vec::new()));
            }
            let texts = test.value_texts();
            patterns += texts.len();
            if patterns > MOST {
                return (Self::default(), Vec::new());
            }
            // A set of patterns is seldom much more work than a few of them.
            let efforts = texts.clone().map(|text| effort(is_slow(text), text.len()));
            let own = efforts.fold(0, u32::saturating_add).min(200);
            all = all.saturating_add((own as usize).saturating_mul(uses as usize));
            if let (Some((_, of_key)), Some(last)) = (keys.get_mut(at), numbers.last_mut()) {
                of_key.extend(texts.map(|text| (text, usize::from(next))));
                *last = Some(TextNumber { key: at as u8, number: next, effort: own as u16 });
            }
            next += 1;
        }
        if all < LEAST {
            return (Self::default(), Vec::new());
        }
        let owned = |(_, texts): (_, Vec<_>)| Owned::new(texts.into_iter(), Case::Sensitive);
        (Self(keys.into_iter().map(owned).collect()), numbers)
    }

    /// Returns whether any of the values of its key fits any of the patterns of a condition.
    #[inline(never)]
    pub(in crate::compile) fn fits(
        &self,
        memo: &OnceCell<TextMemo>,
        of: TextNumber,
        seen: Option<&Values<'_>>,
    ) -> bool {
        let memo = memo.get_or_init(Default::default);
        let asked = memo.asked.get();
        if asked >> of.key & 1 == 0 {
            memo.asked.set(asked | 1 << of.key);
            let mut bits = Bits::default();
            if let Some(owned) = self.0.get(usize::from(of.key)) {
                let values = seen.into_iter().flat_map(Values::iter);
                values.for_each(|value| owned.mark(value, &mut bits));
            }
            for (fit, bits) in memo.fit.iter().zip(bits) {
                fit.set(fit.get() | bits);
            }
        }
        let word = memo.fit.get(usize::from(of.number / 64));
        word.is_some_and(|word| word.get() >> (of.number % 64) & 1 == 1)
    }

    pub(in crate::compile) fn heap_bytes(&self) -> usize {
        self.0.iter().map(|owned| size_of::<Owned>() + owned.heap_bytes()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tests(count: usize) -> Vec<(String, Test)> {
        let test = |at: usize| {
            let operator = [Operator::StringLike, Operator::StringNotLike][at % 2];
            let texts = [format!("*{at}*x*"), format!("{at}?")];
            let key = ["acs:a", "acs:b", "ACS:A"][at % 3];
            (key.into(), Test::parse(operator, texts.iter().map(|text| &**text)).unwrap())
        };
        (0..count).map(test).collect()
    }

    #[test]
    fn a_bit_says_whether_any_value_fits_any_pattern_of_the_condition() {
        let tests = tests(40);
        let (crowd, numbers) = TextCrowd::new(tests.iter().map(|(key, test)| (&**key, test, 1)));
        assert_eq!(numbers.len(), tests.len());
        let memo = OnceCell::new();
        let many = Values::Many(vec!["-7-x".into(), "18.".into(), "-33".into()]);
        for ((key, test), number) in tests.iter().zip(numbers) {
            let seen = if key == "acs:b" { None } else { Some(&many) };
            let values: Vec<&str> = seen.into_iter().flat_map(Values::iter).collect();
            let fits = crowd.fits(&memo, number.unwrap(), seen) != test.operator().is_negated();
            assert_eq!(ramguard_policy::condition::Truth::from(fits), test.evaluate(values));
        }
    }

    #[cfg_attr(miri, ignore = "sets of a thousand patterns, which take Miri an hour")]
    #[test]
    fn a_few_patterns_and_too_many_have_no_crowd() {
        for count in [3, MOST / 2 + 1] {
            let tests = tests(count);
            let (_, numbers) = TextCrowd::new(tests.iter().map(|(key, test)| (&**key, test, 1)));
            assert!(numbers.is_empty(), "{count}");
        }
    }
}
