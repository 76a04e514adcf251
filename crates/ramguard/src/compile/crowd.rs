//! Many statements of one unit asked at once, where trying one pattern after the other would take
//! too long.
//!
//! A document may list hundreds of patterns that have to be matched before they fail. So the actions
//! and the resources of a unit are kept once more as sets of patterns that lead to statements. A
//! decision that has spent its [`PATIENCE`] on single patterns asks these sets, each once, and
//! has a bit for each statement that says whether it lists the action, one that says whether it
//! covers the resource, and one without which it is not about the caller.
//!
//! Always holds here:
//!
//! * what a bit says is the answer, of `NotAction`, `NotResource` and resources of RAM itself too;
//! * a crowd has at most [`MOST`] statements and as many actions and resources, so that all bits
//!   fit on the stack.

mod arns;
mod owned;
mod texts;

use std::cell::{Cell, OnceCell};

use ramguard_match::Case;
use ramguard_policy::condition::Readings;
use ramguard_policy::name::resource::{ArnFields, Resource};
use ramguard_policy::{Effect, Kind, Statement};

pub(super) use self::arns::ArnSet;
use self::owned::{Bits, MOST, Owned};
pub(super) use self::texts::{TextCrowd, TextMemo, TextNumber};
use super::asked::Asked;
use super::key::{Field, Seeds};
use super::principal::{CallerKeys, EntryKeys, KeyedOwners};
use super::{Polarity, PrincipalTest, StatementTest};
use crate::Request;
use crate::context::Values;
use crate::steps;

/// Units that are less work than this, a pattern at a time, do without; see [`effort`].
const LEAST: usize = 128;

/// What is not slow is left out of larger crowds.
const MOST_EASY: usize = 512;

/// So much work is done one by one before the crowd is asked; see [`effort`].
const PATIENCE: u32 = 15;

/// Returns about how much work it is to try a pattern of so many bytes, a few nanoseconds each.
#[inline]
pub(super) fn effort(is_slow: bool, length: usize) -> u32 {
    if is_slow { u32::try_from(8 + length / 8).unwrap_or(u32::MAX) } else { 1 }
}

/// Returns one of 64 bits that all spellings of a condition key share. Which one is different in
/// every process, so that nobody can choose keys that are told apart from none in the request.
pub(super) fn key_bit(key: &str) -> u64 {
    1 << (Seeds::of_process().whole(Field::ConditionKey, key.as_bytes()) >> 58)
}

/// What a crowd is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member<'p> {
    pub(super) kind: Kind,
    pub(super) statement: Statement<'p>,
}

/// How much work it is to try the patterns of a statement.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weight {
    actions: usize,
    resources: usize,
    /// Whether a pattern of it has to be searched for; see [`is_slow`].
    is_slow: bool,
    /// What trying all its patterns costs; see [`effort`].
    effort: usize,
}

impl Weight {
    /// Begins with so many actions and resources, none of which was weighed yet.
    pub(super) fn of(actions: usize, resources: usize) -> Self {
        Self { actions, resources, ..Self::default() }
    }

    /// Adds a pattern of so many bytes.
    pub(super) fn add(&mut self, is_slow: bool, length: usize) {
        self.is_slow |= is_slow;
        self.effort = self.effort.saturating_add(effort(is_slow, length) as usize);
    }

    /// Adds a statement that is tried as a whole, which is so much work.
    pub(super) fn add_whole(&mut self, effort: u32) {
        self.is_slow = true;
        self.effort = self.effort.saturating_add(effort as usize);
    }
}

/// The statements of a unit that are asked at once, if there are enough.
#[derive(Clone, Debug, Default)]
pub(super) struct Crowd(Option<Box<Members>>);

#[derive(Clone, Debug)]
struct Members {
    /// Every statement of the unit is here.
    is_whole: bool,
    /// Lead to statements.
    actions: Owned,
    resources: ArnSet,
    /// The statement of each resource.
    statements: Box<[u16]>,
    deny: Bits,
    not_action: Bits,
    not_resource: Bits,
    /// Statements that list every resource.
    any_resource: Bits,
    /// Lead to statements that do not name everyone, if there are any and that tells them apart.
    callers: KeyedOwners,
    /// Statements that name everyone or nobody.
    any_caller: Bits,
}

/// What one decision has found out about one unit.
#[derive(Debug, Default)]
pub(super) struct Memo<'r> {
    spent: Cell<u32>,
    lists: OnceCell<Bits>,
    covers: OnceCell<Bits>,
    names: OnceCell<Bits>,
    keys: OnceCell<u64>,
    /// The number of the key that was looked up last, from 1, and its values.
    seen_key: Cell<u32>,
    seen: Cell<Option<&'r Values<'r>>>,
    /// What pattern conditions the values of the request fit.
    pub(super) texts: OnceCell<TextMemo>,
    readings: Readings<'r>,
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
        &self.readings
    }

    /// Returns the [`key_bit`]s of all condition keys the request has.
    #[inline(never)]
    pub(super) fn key_bits(&self, request: &Request<'_>) -> u64 {
        *self.keys.get_or_init(|| request.keys().fold(0, |bits, key| bits | key_bit(key)))
    }

    /// Returns the values of the key with this number.
    #[inline(always)]
    pub(super) fn seen(
        &self,
        number: u32,
        key: &str,
        request: &'r Request<'_>,
    ) -> Option<&'r Values<'r>> {
        // Numbers of keys are far below the largest there is.
        if self.seen_key.get() == number.wrapping_add(1) {
            return self.seen.get();
        }
        steps::count(1);
        let seen = request.values(key);
        self.seen_key.set(number.wrapping_add(1));
        self.seen.set(seen);
        seen
    }

    /// Notes work that is about to be done; returns whether that would be too much.
    #[inline]
    pub(super) fn spend(&self, effort: u32) -> bool {
        let spent = self.spent.get().saturating_add(effort);
        self.spent.set(spent);
        spent > PATIENCE
    }

    /// Returns whether too much work was done one by one.
    #[inline]
    pub(super) fn is_tired(&self) -> bool {
        self.spent.get() > PATIENCE
    }
}

impl Crowd {
    /// Takes statements in their order; returns the number of each in the crowd as well, from 1,
    /// and 0 for those that have none.
    pub(super) fn new<'p>(
        statements: impl Iterator<Item = Member<'p>>,
        weights: &[Weight],
    ) -> (Self, Vec<u16>) {
        // All of them if that is not too much, else those that are slow, else none.
        let is_whole = is_within(weights.iter(), MOST_EASY) || weights.iter().all(|w| w.is_slow);
        let is_chosen = |weight: &&Weight| is_whole || weight.is_slow;
        let chosen = || weights.iter().filter(is_chosen);
        let effort: usize = chosen().map(|weight| weight.effort).sum();
        if effort < LEAST || !is_within(chosen(), MOST) || is_crowd_itself(weights) {
            return (Self::default(), Vec::new());
        }
        let mut next = 0;
        let number = |weight: &Weight| {
            if !is_chosen(&weight) {
                return 0;
            }
            next += 1;
            next
        };
        let numbers = weights.iter().map(number).collect();
        let members = statements.zip(weights).filter(|(_, weight)| is_chosen(weight));
        let members: Vec<Member<'_>> = members.map(|(member, _)| member).collect();
        (Self(Some(Box::new(Members::new(&members, is_whole)))), numbers)
    }

    /// Returns whether there is one. Where there is none, nobody need count what is spent.
    #[inline]
    pub(super) fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// Returns whether the statement with this number covers the action of the request.
    #[inline]
    pub(super) fn lists(&self, memo: &Memo<'_>, number: u16, asked: &Asked<'_>) -> Option<bool> {
        let (members, number) = (self.0.as_deref()?, usize::from(number).checked_sub(1)?);
        Some(has(members.lists(memo, asked), number))
    }

    /// Returns whether the statement with this number covers the resource of the request.
    #[inline]
    pub(super) fn covers(&self, memo: &Memo<'_>, number: u16, asked: &Asked<'_>) -> Option<bool> {
        let (members, number) = (self.0.as_deref()?, usize::from(number).checked_sub(1)?);
        Some(has(members.covers(memo, asked), number))
    }

    /// Returns whether the statement with this number covers action and resource of the request and
    /// may be about its caller.
    pub(super) fn applies(&self, memo: &Memo<'_>, number: u16, asked: &Asked<'_>) -> Option<bool> {
        let members = self.0.as_deref()?;
        let at = usize::from(number).checked_sub(1)?;
        let may_name = members.callers.is_empty() || has(members.names(memo, asked), at);
        Some(may_name && self.lists(memo, number, asked)? && self.covers(memo, number, asked)?)
    }

    /// Returns the numbers from 0 of all statements of this polarity that cover action and resource
    /// of the request and may be about its caller, in order, if the crowd is the whole unit.
    #[inline(never)]
    pub(super) fn open<'c>(
        &'c self,
        memo: &Memo<'_>,
        asked: &Asked<'_>,
        polarity: Polarity,
    ) -> Option<impl Iterator<Item = u32> + use<'c>> {
        let members = self.0.as_deref().filter(|members| members.is_whole)?;
        let mut open = *members.lists(memo, asked);
        let flip = if polarity == Polarity::Deny { 0 } else { !0 };
        open.iter_mut().zip(members.deny).for_each(|(word, deny)| *word &= deny ^ flip);
        if !members.callers.is_empty() {
            let names = members.names(memo, asked);
            open.iter_mut().zip(names).for_each(|(word, names)| *word &= names);
        }
        if open.iter().any(|&word| word != 0) {
            let covers = members.covers(memo, asked);
            open.iter_mut().zip(covers).for_each(|(word, covers)| *word &= covers);
        }
        Some(numbers(open))
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.0.as_deref().map_or(0, |members| {
            size_of::<Members>()
                + members.actions.heap_bytes()
                + members.resources.heap_bytes()
                + size_of_val(&*members.statements)
                + members.callers.heap_bytes()
        })
    }
}

impl Members {
    fn new(members: &[Member<'_>], is_whole: bool) -> Self {
        let all = || members.iter().map(|member| member.statement).zip(0..);
        let bits = |is: &dyn Fn(&Member<'_>) -> bool| {
            let mut bits = Bits::default();
            let own = members.iter().zip(0..).filter(|(member, _)| is(member));
            own.for_each(|(_, number)| set(&mut bits, number));
            bits
        };
        let actions = all()
            .flat_map(|(statement, number)| statement.actions().map(move |a| (a.text, number)));
        let arns = || {
            all().flat_map(|(statement, number)| {
                let arns = statement.resources().filter_map(|entry| arn(entry.text));
                arns.map(move |arn| (arn, number))
            })
        };
        let is_any = |member: &Member<'_>| {
            let mut keys = PrincipalTest::keys(member.statement);
            !member.kind.has_principal() || keys.any(|keys| keys.is_everyone())
        };
        let any_caller = bits(&is_any);
        let keys = all().filter(|&(_, number)| !has(&any_caller, number));
        let callers = KeyedOwners::new(keys.flat_map(|(statement, number)| {
            PrincipalTest::keys(statement).map(move |keys: EntryKeys| (keys, number as u32))
        }));
        // Fewer keys than statements tell few of these apart.
        let callers = if callers.keys() < members.len() { KeyedOwners::default() } else { callers };
        let of: Vec<ArnFields<'_>> = arns().map(|(arn, _)| arn).collect();
        Self {
            is_whole,
            actions: Owned::new(actions, Case::AsciiInsensitive),
            resources: ArnSet::new(of.iter().copied()),
            // A crowd has few statements.
            statements: arns().map(|(_, number)| number as u16).collect(),
            deny: bits(&|member| member.statement.effect() == Effect::Deny),
            not_action: bits(&|member| member.statement.is_not_action()),
            not_resource: bits(&|member| member.statement.is_not_resource()),
            any_resource: bits(&|member| {
                !member.kind.has_resource()
                    || member.statement.resources().any(|entry| arn(entry.text).is_none())
            }),
            callers,
            any_caller,
        }
    }

    /// Marks the statements that may be about the caller.
    #[inline(never)]
    fn names<'m>(&self, memo: &'m Memo<'_>, asked: &Asked<'_>) -> &'m Bits {
        memo.names.get_or_init(|| {
            let mut names = self.any_caller;
            let named = self.callers.of_caller(CallerKeys::of(asked.request()));
            named.for_each(|number| set(&mut names, number as usize));
            names
        })
    }

    /// Rules A-3 and A-4.
    #[inline]
    fn lists<'m>(&self, memo: &'m Memo<'_>, asked: &Asked<'_>) -> &'m Bits {
        memo.lists.get_or_init(|| {
            let mut lists = Bits::default();
            self.actions.mark(asked.request().action(), &mut lists);
            lists.iter_mut().zip(self.not_action).for_each(|(word, not)| *word ^= not);
            lists
        })
    }

    /// Rules R-1 to R-8. Under `NotResource` the entries are matched at the opposite polarity of
    /// the statement (decision D-05).
    #[inline]
    fn covers<'m>(&self, memo: &'m Memo<'_>, asked: &Asked<'_>) -> &'m Bits {
        memo.covers.get_or_init(|| {
            let mut covers = self.any_resource;
            let request = asked.request();
            if let Some(arn) = request.arn() {
                let mark = |polarity, covers: &mut Bits| {
                    let arns = self.resources.mark(&arn, request.is_ram(), polarity);
                    let owners = numbers(arns).filter_map(|at| self.statements.get(at as usize));
                    owners.for_each(|&number| set(covers, number.into()));
                };
                if request.is_ram() {
                    let (mut deny, mut allow) = (Bits::default(), Bits::default());
                    mark(Polarity::Deny, &mut deny);
                    mark(Polarity::Allow, &mut allow);
                    let sides = self.deny.iter().zip(self.not_resource);
                    for (((word, deny), allow), (is_deny, not)) in
                        covers.iter_mut().zip(deny).zip(allow).zip(sides)
                    {
                        let side = is_deny ^ not;
                        *word |= deny & side | allow & !side;
                    }
                } else {
                    // Only resources of RAM itself are judged by polarity.
                    mark(Polarity::Deny, &mut covers);
                }
            }
            covers.iter_mut().zip(self.not_resource).for_each(|(word, not)| *word ^= not);
            covers
        })
    }
}

/// Returns whether these statements, their actions and their resources are each no more than that.
fn is_within<'w>(weights: impl Iterator<Item = &'w Weight>, most: usize) -> bool {
    let mut left = [most; 3];
    for weight in weights {
        for (left, more) in left.iter_mut().zip([1, weight.actions, weight.resources]) {
            match left.checked_sub(more) {
                Some(rest) => *left = rest,
                None => return false,
            }
        }
    }
    true
}

/// Returns whether there is one statement, which has sets of its own for what could be slow.
fn is_crowd_itself(weights: &[Weight]) -> bool {
    let [weight] = weights else { return false };
    let has_set = |length: usize| (StatementTest::LONG + 1..=MOST_EASY).contains(&length);
    let lengths = [weight.actions, weight.resources];
    lengths.into_iter().any(has_set) && lengths.into_iter().all(|n| n <= 1 || has_set(n))
}

/// Returns the fields of a resource, none if it is `*`.
fn arn(text: &str) -> Option<ArnFields<'_>> {
    match Resource::parse(text) {
        Ok(Resource::Arn(arn)) => Some(arn),
        // A policy holds nothing that does not parse.
        _ => None,
    }
}

#[inline]
fn has(bits: &Bits, number: usize) -> bool {
    bits.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
}

fn set(bits: &mut Bits, number: usize) {
    if let Some(word) = bits.get_mut(number / 64) {
        *word |= 1 << (number % 64);
    }
}

/// Returns the numbers of all bits that are set, ascending.
fn numbers(bits: Bits) -> impl Iterator<Item = u32> {
    let (mut word, mut first) = (0_u64, 0);
    let mut next = 0;
    std::iter::from_fn(move || {
        while word == 0 {
            word = *bits.get(next)?;
            first = 64 * next as u32;
            next += 1;
        }
        let at = word.trailing_zeros();
        word &= word - 1;
        Some(first + at)
    })
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
    use ramguard_policy::Policy;

    use super::*;

    /// Makes a crowd of statements, some of them slow; returns how many it has.
    fn members(easy: usize, slow: usize) -> usize {
        let of = |action: &str, count: usize| {
            let one = format!(r#"{{"Effect":"Deny","Action":"{action}","Resource":"*"}}"#);
            vec![one; count]
        };
        let all = [of("ecs:Get", easy), of("ecs:*a*b", slow)].concat().join(",");
        let limits = ramguard_policy::Limits::default().with_max_bytes_for_all(1 << 22);
        let options = ramguard_policy::ReadOptions { limits, ..Default::default() };
        let text = format!(r#"{{"Version":"1","Statement":[{all}]}}"#);
        let policy = Policy::parse_with(Kind::Identity, &text, &options).unwrap();
        let weigh = |statement: Statement<'_>| {
            let mut weight = Weight::of(1, 1);
            statement.actions().for_each(|a| weight.add(is_slow(a.text), a.text.len()));
            weight
        };
        let weights: Vec<Weight> = policy.statements().map(weigh).collect();
        let members = policy.statements();
        let members = members.map(|statement| Member { kind: Kind::Identity, statement });
        let (_, numbers) = Crowd::new(members, &weights);
        numbers.into_iter().filter(|&number| number != 0).count()
    }

    #[cfg_attr(miri, ignore = "sets of a thousand patterns, which take Miri an hour")]
    #[test]
    fn what_is_little_work_has_no_crowd_and_of_too_much_only_what_is_slow() {
        let each = effort(true, "ecs:*a*b".len()) as usize;
        let enough = LEAST.div_ceil(each);
        assert_eq!(members(3, enough - 2), 0);
        assert_eq!(members(3, enough), enough + 3);
        assert_eq!(members(MOST_EASY - 20, 20), MOST_EASY);
        assert_eq!(members(MOST_EASY, 20), 20);
        assert_eq!(members(MOST, MOST), MOST);
        assert_eq!(members(0, MOST), MOST);
        assert_eq!(members(0, MOST + 1), 0);
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

    #[test]
    fn numbers_are_those_of_the_bits_that_are_set() {
        let mut bits = Bits::default();
        let expected = [0, 63, 64, 700, MOST - 1];
        expected.iter().for_each(|&number| set(&mut bits, number));
        assert!((0..MOST).all(|number| has(&bits, number) == expected.contains(&number)));
        assert!(numbers(bits).eq(expected.map(|number| number as u32)));
    }
}
