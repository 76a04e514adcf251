//! The conditions of all statements: what has to hold besides action and resource.
//!
//! Set up by [`Conditions::add`], relied on by [`Conditions::hold`]:
//!
//! * the conditions of a statement stand side by side, those first of which no value is to be read;
//! * statements whose conditions are written the same share them: most policies ask for the same few
//!   things over and over, and what is asked often stays in a cache.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use ramguard_policy::condition::{Family, Operator, Test, Truth};
use ramguard_policy::{Statement, Tested};

use super::{Run, length, run};
use crate::compile::asked::Asked;
use crate::compile::crowd::{Memo, TextCrowd, TextNumber, key_bit};
use crate::compile::key::{AsItIs, Field, Seeds};
use crate::compile::statement::evaluate_seen;
use crate::steps;

/// Of more conditions than this, the keys that the request does not have are told at a glance, and
/// nobody looks whether another statement has the same.
const MOST: usize = 8;

/// One condition, kept here as well so that testing it does not lead through the policy.
#[derive(Clone, Debug)]
struct ConditionEntry {
    /// The number of the key.
    key: u32,
    /// How many statements have it.
    uses: u32,
    is_negated: bool,
    /// Its number among those that are asked together.
    text: Option<TextNumber>,
    test: Test,
}

/// The conditions of some statements.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions {
    all: Vec<ConditionEntry>,
    /// Condition keys, each several times if there are many.
    keys: Vec<(Box<str>, u64)>,
    texts: TextCrowd,
    /// Where conditions are, by keys of how they are written. Empty once all are there.
    known: HashMap<u64, Run, BuildHasherDefault<AsItIs>>,
}

impl Conditions {
    /// Takes the conditions of a statement; returns where they are.
    pub(super) fn add(&mut self, statement: Statement<'_>) -> Run {
        match statement.conditions().len() {
            0 => Run::default(),
            1..=MOST => {
                let key = key_of(statement);
                let known = self.known.get(&key).copied();
                if let Some(known) = known.filter(|known| self.are_those_of(*known, statement)) {
                    let shared = self.all.get_mut(known.range()).unwrap_or_default();
                    shared.iter_mut().for_each(|entry| entry.uses = entry.uses.saturating_add(1));
                    return known;
                }
                let own = self.push(statement);
                self.known.insert(key, own);
                own
            }
            _ => self.push(statement),
        }
    }

    fn push(&mut self, statement: Statement<'_>) -> Run {
        let first = self.all.len();
        for tested in in_order(statement) {
            let key = self.key(tested.key().text);
            let test = tested.test().clone();
            let is_negated = test.operator().is_negated();
            self.all.push(ConditionEntry { key, uses: 1, is_negated, text: None, test });
        }
        run(first, self.all.len())
    }

    /// Returns whether the conditions of a statement are written like those that are there.
    fn are_those_of(&self, known: Run, statement: Statement<'_>) -> bool {
        let known = self.all.get(known.range()).unwrap_or_default();
        let is_same = |(entry, tested): (&ConditionEntry, Tested<'_>)| {
            let key = self.keys.get(entry.key as usize);
            key.is_some_and(|(key, _)| **key == *tested.key().text) && entry.test == *tested.test()
        };
        known.len() == statement.conditions().len()
            && known.iter().zip(in_order(statement)).all(is_same)
    }

    /// Returns the number of a condition key; most policies use the same few over and over.
    fn key(&mut self, text: &str) -> u32 {
        const LOOK_BACK: usize = 16;
        let known = self.keys.iter().enumerate().rev().take(LOOK_BACK);
        let known = known.map(|(number, (key, _))| (number, &**key)).find(|(_, key)| *key == text);
        if let Some((number, _)) = known {
            return length(number);
        }
        self.keys.push((text.into(), key_bit(text)));
        length(self.keys.len() - 1)
    }

    /// Makes the crowd of the patterns and gives back what is not needed, when everything is there.
    pub(super) fn finish(&mut self) {
        self.known = HashMap::default();
        self.all.shrink_to_fit();
        self.keys.shrink_to_fit();
        let tests = self.all.iter().filter_map(|entry| {
            let (key, _) = self.keys.get(entry.key as usize)?;
            Some((&**key, &entry.test, entry.uses))
        });
        let (texts, numbers) = TextCrowd::new(tests);
        self.texts = texts;
        for (entry, number) in self.all.iter_mut().zip(numbers) {
            entry.text = number;
        }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.all.capacity() * size_of::<ConditionEntry>()
            + self.all.iter().map(|condition| condition.test.heap_bytes()).sum::<usize>()
            + self.keys.iter().map(|key| size_of_val(key) + key.0.len()).sum::<usize>()
            + self.texts.heap_bytes()
    }

    /// Evaluates the conditions of a statement (rules C-1 and C-11); see
    /// [`StatementTest::applies`](crate::compile::StatementTest::applies). For an `ALLOW`, which
    /// applies only if all are true, one that is unknown may be told as false.
    pub(super) fn hold<'r, const ALLOW: bool>(
        &self,
        own: Run,
        asked: &Asked<'r>,
        memo: &Memo<'r>,
    ) -> Truth {
        let conditions = self.all.get(own.range()).unwrap_or_default();
        if conditions.len() > MOST {
            return self.many_hold::<ALLOW>(conditions, asked, memo);
        }
        self.all_hold::<ALLOW>(conditions, |_| false, asked, memo)
    }

    #[inline(never)]
    fn many_hold<'r, const ALLOW: bool>(
        &self,
        conditions: &[ConditionEntry],
        asked: &Asked<'r>,
        memo: &Memo<'r>,
    ) -> Truth {
        let may_have = memo.key_bits(asked.request());
        // An absent key meets a negated operator and fails any other (rule C-3).
        let is_met = |condition: &ConditionEntry| {
            condition.is_negated && self.key_bit(condition) & may_have == 0
        };
        self.all_hold::<ALLOW>(conditions, is_met, asked, memo)
    }

    #[inline]
    fn all_hold<'r, const ALLOW: bool>(
        &self,
        conditions: &[ConditionEntry],
        is_met: impl Fn(&ConditionEntry) -> bool,
        asked: &Asked<'r>,
        memo: &Memo<'r>,
    ) -> Truth {
        let mut all = Truth::True;
        for condition in conditions {
            steps::count(1);
            if is_met(condition) {
                continue;
            }
            match self.holds::<ALLOW>(condition, asked, memo) {
                Truth::True => {}
                // Settles the statement before one that is unknown does.
                Truth::False => return Truth::False,
                Truth::Unknown => all = Truth::Unknown,
            }
        }
        all
    }

    /// Returns the bit of the key of a condition; all of them for one that has no key.
    #[inline]
    fn key_bit(&self, condition: &ConditionEntry) -> u64 {
        self.keys.get(condition.key as usize).map_or(!0, |(_, bit)| *bit)
    }

    /// Its own function, as what it needs is not worth preparing for the one condition that most
    /// statements have.
    #[inline(never)]
    fn holds<'r, const ALLOW: bool>(
        &self,
        condition: &ConditionEntry,
        asked: &Asked<'r>,
        memo: &Memo<'r>,
    ) -> Truth {
        let key = self.keys.get(condition.key as usize).map_or("", |(key, _)| key);
        let seen = memo.seen(condition.key, key, asked.request());
        match condition.text {
            Some(text) if memo.spend(text.effort.into()) => {
                Truth::from(self.texts.fits(&memo.texts, text, seen) != condition.is_negated)
            }
            _ => evaluate_seen::<ALLOW>(&condition.test, seen, memo.readings()),
        }
    }
}

/// Returns the conditions of a statement in the order they are tested: all have to hold, so those
/// come first of which a value need not be read.
fn in_order(statement: Statement<'_>) -> impl Iterator<Item = Tested<'_>> {
    let of_rank =
        move |rank| statement.conditions().filter(move |tested| rank_of(tested.operator()) == rank);
    (0..RANKS).flat_map(of_rank)
}

const RANKS: u8 = 4;

fn rank_of(operator: Operator) -> u8 {
    match operator.family() {
        Family::Bool | Family::String => 0,
        Family::Numeric => 1,
        Family::Ip => 2,
        Family::Date => 3,
    }
}

/// Returns a key of how the conditions of a statement are written, but for capitals. Of several that
/// share one the last is remembered, and what is remembered is compared, so that a key that is shared
/// costs room and no answer.
fn key_of(statement: Statement<'_>) -> u64 {
    let seeds = Seeds::of_process();
    let part = |sum: u64, text: &str| {
        let text = seeds.whole(Field::ConditionKey, text.as_bytes());
        seeds.number(Field::ConditionKey, sum ^ text)
    };
    in_order(statement).fold(0, |sum, tested| {
        let sum = part(sum ^ tested.operator() as u64, tested.key().text);
        tested.test().value_texts().fold(sum, part)
    })
}

#[cfg(test)]
mod tests {
    use ramguard_policy::Policy;

    use super::*;

    fn statements(conditions: &[&str]) -> Policy {
        let statement = |condition: &&str| {
            format!(
                r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{{condition}}}}}"#
            )
        };
        let all: Vec<String> = conditions.iter().map(statement).collect();
        Policy::parse(&format!(r#"{{"Version":"1","Statement":[{}]}}"#, all.join(","))).unwrap()
    }

    #[test]
    fn statements_share_conditions_that_are_written_the_same_and_no_others() {
        let nine: Vec<String> = (0..9).map(|n| format!(r#""x:{n}":"a""#)).collect();
        let nine = format!(r#""StringLike":{{{}}}"#, nine.join(","));
        let written = [
            r#""StringLike":{"x:k":"a"}"#,
            r#""StringLike":{"x:k":["a"]}"#,
            r#""StringLike":{"x:k":"b"}"#,
            r#""StringLike":{"x:l":"a"}"#,
            r#""StringEquals":{"x:k":"a"}"#,
            r#""StringLike":{"x:k":["a","b"]}"#,
            r#""StringLike":{"x:k":"a"},"Bool":{"x:b":"true"}"#,
            r#""StringLike":{"x:k":"a"},"StringEquals":{"x:k":"a"}"#,
            r#""IpAddress":{"x:i":"10.0.0.0/8"},"Bool":{"x:b":"true"}"#,
            r#""Bool":{"x:b":"true"},"IpAddress":{"x:i":"10.0.0.0/8"}"#,
            &nine,
            &nine,
        ];
        let same = [(0, 1), (8, 9)];
        let policy = statements(&written);
        let mut all = Conditions::default();
        let runs: Vec<Run> = policy.statements().map(|statement| all.add(statement)).collect();
        for (a, statement) in policy.statements().enumerate() {
            assert_eq!(runs[a].range().len(), statement.conditions().len());
            for (b, run) in runs.iter().enumerate().filter(|(b, _)| *b != a) {
                let is_same = same.contains(&(a.min(b), a.max(b)));
                assert_eq!(runs[a] == *run, is_same, "{} {}", written[a], written[b]);
                // Whatever led there, they are looked at.
                let are_those = is_same || written[a] == written[b];
                assert_eq!(all.are_those_of(*run, statement), are_those, "{a} {b}");
            }
        }
        assert_eq!(all.all[runs[0].range()][0].uses, 2);
        let none = r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
        let none = Policy::parse(none).unwrap();
        assert_eq!(all.add(none.statements().next().unwrap()), Run::default());
    }

    #[test]
    fn conditions_of_which_no_value_is_read_come_first() {
        let policy = statements(&[r#""DateLessThan":{"x:d":"2026-01-01T00:00:00Z"},
            "IpAddress":{"x:i":"10.0.0.0/8"},"NumericEquals":{"x:n":"1"},
            "StringLike":{"x:s":"a*"},"Bool":{"x:b":"true"}"#]);
        let keys = in_order(policy.statements().next().unwrap()).map(|tested| tested.key().text);
        assert_eq!(keys.collect::<Vec<_>>(), ["x:s", "x:b", "x:n", "x:i", "x:d"]);
    }
}
