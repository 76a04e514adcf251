//! Conditions of a statement: operators, keys, and tests of what a request carries.
//!
//! A [`Test`] is the right-hand side of one key under one operator. Its values are read when the
//! policy is loaded, so that evaluating it can only fail to read the request:
//!
//! * [`Test::parse`] refuses any value it could not compare with, and an empty list;
//! * [`Test::evaluate`] allocates nothing and leaves the polarity rule (Rule C-11) to its
//!   caller: what is [`Truth::Unknown`] does not count in an Allow and does count in a Deny;
//! * a negated operator is the negation of its positive counterpart, an absent key included
//!   (Rules C-2 and C-3).

mod boolean;
mod date;
mod error;
pub mod ip;
mod key;
mod numeric;
mod operator;
mod order;
mod reading;
mod string;

use std::sync::Arc;

use ramguard_match::{Case, Shape, same_bytes};

pub use self::boolean::is_canonical_bool;
pub use self::date::DateFault;
pub use self::error::{ValueError, ValueErrorKind};
pub use self::ip::AddressFault;
pub use self::key::{ConditionKey, compare_keys, same_key};
pub use self::numeric::NumberFault;
pub use self::operator::{Family, Operator};
pub use self::reading::Readings;

use self::date::OwnedInstant;
use self::ip::BlockSet;
use self::numeric::{OwnedNumber, Short};
use self::order::{Relation, any_holds};
use self::string::{ExactTexts, FoldedTexts, Patterns};

/// Whether a condition holds for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// The request carries something that cannot be compared. Rule C-11.
    Unknown,
}

impl Truth {
    /// Returns whether both hold: false if either is false, else unknown if either is unknown.
    ///
    /// So a false condition settles a statement before an unreadable one does. Rule C-11.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, Self::True) => Self::True,
            _ => Self::Unknown,
        }
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

/// What a key of the request has to be under one operator, ready to be compared.
///
/// Two tests are equal if operator and values are written the same, in the same order.
#[derive(Clone, Debug)]
pub struct Test {
    operator: Operator,
    /// Whether the operator is.
    is_negated: bool,
    texts: Texts,
    values: Values,
}

/// The values as written. Most lists have one, which then costs one allocation.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Texts {
    One(Arc<str>),
    Many(Arc<[Arc<str>]>),
}

impl Texts {
    fn as_slice(&self) -> &[Arc<str>] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

/// The values of a test, read for the positive counterpart of its operator.
#[derive(Clone, Debug)]
enum Values {
    /// The one text, as written.
    One,
    /// The one text is a pattern.
    Pattern(Shape),
    Exact(ExactTexts),
    Folded(FoldedTexts),
    Patterns(Box<Patterns>),
    /// The only one, as most are.
    ShortNumber(Relation, Short),
    /// Ascending.
    Numbers(Relation, Box<[OwnedNumber]>),
    /// Ascending.
    Instants(Relation, Box<[OwnedInstant]>),
    Bool(bool),
    Blocks(BlockSet),
}

impl Test {
    /// Reads the values of one key under `operator`.
    ///
    /// # Errors
    ///
    /// The first value that the operator cannot compare with, [`ValueErrorKind::NoValue`] if
    /// there is none, [`ValueErrorKind::MultipleBoolean`] if `Bool` has several.
    ///
    /// Spec 4.1; refused while loading by spec 4.2.
    pub fn parse<'a>(
        operator: Operator,
        values: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, ValueError> {
        let mut values = values.into_iter();
        let texts = match (values.next(), values.next()) {
            (None, _) => return Err(ValueError::new(0, ValueErrorKind::NoValue)),
            (Some(only), None) => Texts::One(only.into()),
            (Some(first), Some(second)) => {
                Texts::Many([first, second].into_iter().chain(values).map(Arc::from).collect())
            }
        };
        let values = Values::parse(operator, texts.as_slice())?;
        Ok(Self { operator, is_negated: operator.is_negated(), texts, values })
    }

    /// Checks one value on its own, without keeping it: for telling everything that is wrong
    /// with a long list in one pass.
    ///
    /// # Errors
    ///
    /// What [`Test::parse`] would have to say about this value alone.
    pub fn check_value(operator: Operator, text: &str) -> Result<(), ValueErrorKind> {
        match operator.family() {
            Family::String => Ok(()),
            Family::Numeric => numeric::parse_value(text).map(drop),
            Family::Date => date::parse_value(text).map(drop),
            Family::Bool => boolean::parse_value(text).map(drop),
            Family::Ip => ip::parse_value(text).map(drop),
        }
    }

    /// Returns whether the test holds for `seen`, all values the request carries for the key.
    ///
    /// No value at all means that the key is absent: a positive operator is false then and a
    /// negated one true (Rule C-3). An empty text is a value. A positive operator holds if any
    /// value of the request fits any value of the policy, a negated one if none does (Rules C-2
    /// and C-12). A request value that cannot be read fits as [`Truth::Unknown`], which gives
    /// way to a value that does fit (Rule C-11). Stops at the first that does; allocates nothing.
    pub fn evaluate<'v>(&self, seen: impl IntoIterator<Item = &'v str>) -> Truth {
        self.evaluate_with(seen, &Readings::default())
    }

    /// Returns what [`Test::evaluate`] would; a value that another test has read already is not
    /// read again.
    #[inline(never)]
    pub fn evaluate_with<'v>(
        &self,
        seen: impl IntoIterator<Item = &'v str>,
        readings: &Readings<'v>,
    ) -> Truth {
        let mut fits = Truth::False;
        for text in seen {
            match self.fit(text, readings) {
                Some(true) => {
                    fits = Truth::True;
                    break;
                }
                Some(false) => {}
                None => fits = Truth::Unknown,
            }
        }
        if self.is_negated { !fits } else { fits }
    }

    /// Returns what [`Test::evaluate_with`] would for the only value the request carries.
    #[inline]
    pub fn evaluate_one<'v>(&self, seen: &'v str, readings: &Readings<'v>) -> Truth {
        let fits = self.fit(seen, readings);
        fits.map_or(Truth::Unknown, |fits| (fits != self.is_negated).into())
    }

    /// Returns whether [`Test::evaluate_one`] says [`Truth::True`], which is all that an Allow asks: of
    /// a value that does not fit however it goes on, the rest is not read.
    #[inline]
    pub fn is_true_of<'v>(&self, seen: &'v str, readings: &Readings<'v>) -> bool {
        match &self.values {
            Values::Blocks(blocks) if !self.is_negated => lies_in_blocks(blocks, seen, readings),
            _ => self.evaluate_one(seen, readings) == Truth::True,
        }
    }

    /// Returns how many bytes of memory a copy of this test takes outside itself. The texts as
    /// written, which copies share, are not counted.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        match &self.values {
            Values::One | Values::Pattern(_) | Values::ShortNumber(..) | Values::Bool(_) => 0,
            Values::Exact(texts) => texts.heap_bytes(),
            Values::Folded(texts) => texts.heap_bytes(),
            Values::Patterns(patterns) => size_of::<Patterns>() + patterns.heap_bytes(),
            Values::Numbers(_, sorted) => {
                size_of_val(&**sorted) + sorted.iter().map(OwnedNumber::heap_bytes).sum::<usize>()
            }
            Values::Instants(_, sorted) => {
                size_of_val(&**sorted) + sorted.iter().map(OwnedInstant::heap_bytes).sum::<usize>()
            }
            Values::Blocks(blocks) => blocks.heap_bytes(),
        }
    }

    /// Whether `seen` fits any of the values; `None` if it cannot be compared.
    #[inline(always)]
    fn fit<'v>(&self, seen: &'v str, readings: &Readings<'v>) -> Option<bool> {
        match &self.values {
            Values::One => Some(self.is_only(seen)),
            Values::Pattern(shape) => Some(self.fits_pattern(*shape, seen)),
            Values::Bool(value) => boolean::parse(seen).map(|seen| seen == *value),
            Values::Blocks(blocks) => fit_in_blocks(blocks, seen, readings),
            Values::ShortNumber(relation, number) => fit_number(*number, *relation, seen, readings),
            _ => self.fit_in_list(seen, readings),
        }
    }

    #[inline(never)]
    fn is_only(&self, seen: &str) -> bool {
        same_bytes(self.only().as_bytes(), seen.as_bytes())
    }

    #[inline(never)]
    fn fits_pattern(&self, shape: Shape, seen: &str) -> bool {
        shape.is_match(self.only(), seen, Case::Sensitive)
    }

    /// Whether `seen` fits any of the values that [`Test::fit`] leaves to this.
    #[inline(never)]
    fn fit_in_list<'v>(&self, seen: &'v str, readings: &Readings<'v>) -> Option<bool> {
        Some(match &self.values {
            Values::One
            | Values::Pattern(_)
            | Values::ShortNumber(..)
            | Values::Bool(_)
            | Values::Blocks(_) => return None,
            Values::Exact(texts) => texts.contains(seen),
            Values::Folded(texts) => texts.contains(seen),
            Values::Patterns(patterns) => patterns.is_match(seen),
            Values::Numbers(relation, sorted) => {
                let seen = readings.number(seen)?;
                any_holds(sorted, *relation, |number| number.compare(&seen))
            }
            Values::Instants(relation, sorted) => {
                let seen = readings.instant(seen)?;
                any_holds(sorted, *relation, |instant| instant.compare(&seen))
            }
        })
    }

    /// Returns the text of a list of one.
    fn only(&self) -> &str {
        match &self.texts {
            Texts::One(text) => text,
            Texts::Many(_) => "",
        }
    }

    /// Returns the operator.
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// Returns the values as the policy writes them, in its order.
    pub fn value_texts(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.texts.as_slice().iter().map(|text| &**text)
    }

    /// Explains why a value of a request makes this test [`Truth::Unknown`]; `None` if it does
    /// not.
    ///
    /// Rule C-11.
    pub fn why_unreadable(&self, seen: &str) -> Option<ValueErrorKind> {
        match self.values {
            Values::One
            | Values::Pattern(_)
            | Values::Exact(_)
            | Values::Folded(_)
            | Values::Patterns(_) => None,
            Values::ShortNumber(..) | Values::Numbers(..) => numeric::parse_value(seen).err(),
            Values::Instants(..) => date::parse_value(seen).err(),
            Values::Bool(_) => boolean::parse_value(seen).err(),
            Values::Blocks(_) => match ip::parse_address(seen) {
                Some(_) => None,
                None => Some(ip::parse_value(seen).err().unwrap_or_else(|| {
                    let fault = AddressFault::BlockInRequest;
                    ValueErrorKind::NotAddress { value: seen.into(), fault }
                })),
            },
        }
    }
}

/// Whether the number `seen` stands in `relation` to `number`; `None` if it is no number.
#[inline(never)]
fn fit_number<'v>(
    number: Short,
    relation: Relation,
    seen: &'v str,
    readings: &Readings<'v>,
) -> Option<bool> {
    let only = std::slice::from_ref(&number);
    if let Some(seen) = Short::read(seen) {
        return Some(any_holds(only, relation, |number| number.cmp(&seen)));
    }
    let seen = readings.number(seen)?;
    Some(any_holds(only, relation, |number| number.compare(&seen)))
}

/// Whether a block covers the address `seen`; `None` if it is no address.
#[inline(never)]
fn fit_in_blocks<'v>(blocks: &BlockSet, seen: &'v str, readings: &Readings<'v>) -> Option<bool> {
    match readings.plain_v4(seen) {
        Some(address) => Some(blocks.covers_v4(address)),
        None => fit_other_address(blocks, seen, readings),
    }
}

/// Whether `seen` is an address that a block covers.
#[inline(never)]
fn lies_in_blocks<'v>(blocks: &BlockSet, seen: &'v str, readings: &Readings<'v>) -> bool {
    match readings.plain_v4_if(seen, |first| blocks.may_cover_v4(first)) {
        Some(address) => address.is_some_and(|address| blocks.covers_v4(address)),
        None => fit_other_address(blocks, seen, readings) == Some(true),
    }
}

#[cold]
fn fit_other_address<'v>(
    blocks: &BlockSet,
    seen: &'v str,
    readings: &Readings<'v>,
) -> Option<bool> {
    readings.other_address(seen).map(|address| blocks.covers(address))
}

impl PartialEq for Test {
    fn eq(&self, other: &Self) -> bool {
        // The typed values follow from these two.
        self.operator == other.operator && self.texts == other.texts
    }
}

impl Eq for Test {}

impl Values {
    fn parse(operator: Operator, texts: &[Arc<str>]) -> Result<Self, ValueError> {
        Ok(match (operator.positive(), texts) {
            (Operator::StringEquals, [_]) => Self::One,
            (Operator::StringLike, [only]) => Self::Pattern(Shape::of(only)),
            (positive, [only]) if positive.family() == Family::Numeric => match Short::read(only) {
                Some(number) => Self::ShortNumber(positive.relation(), number),
                None => Self::parse_list(positive, texts)?,
            },
            (positive, _) => Self::parse_list(positive, texts)?,
        })
    }

    fn parse_list(positive: Operator, texts: &[Arc<str>]) -> Result<Self, ValueError> {
        Ok(match positive {
            Operator::StringEqualsIgnoreCase => Self::Folded(FoldedTexts::new(texts)),
            Operator::StringLike => Self::Patterns(Box::new(Patterns::new(texts))),
            positive => match positive.family() {
                Family::String => Self::Exact(ExactTexts::new(texts)),
                Family::Numeric => {
                    let mut numbers = read_all(texts, numeric::parse_value)?;
                    numbers.sort_unstable_by(OwnedNumber::compare);
                    Self::Numbers(positive.relation(), numbers.into())
                }
                Family::Date => {
                    let mut instants = read_all(texts, date::parse_value)?;
                    instants.sort_unstable_by(OwnedInstant::compare);
                    Self::Instants(positive.relation(), instants.into())
                }
                Family::Bool => match texts {
                    [text] => Self::Bool(
                        boolean::parse_value(text).map_err(|kind| ValueError::new(0, kind))?,
                    ),
                    _ => {
                        let kind = ValueErrorKind::MultipleBoolean { count: texts.len() };
                        return Err(ValueError::new(1, kind));
                    }
                },
                Family::Ip => Self::Blocks(BlockSet::new(read_all(texts, ip::parse_value)?)),
            },
        })
    }
}

/// Reads every text, or says which one cannot be read and why.
fn read_all<T>(
    texts: &[Arc<str>],
    read: impl Fn(&str) -> Result<T, ValueErrorKind>,
) -> Result<Vec<T>, ValueError> {
    texts
        .iter()
        .enumerate()
        .map(|(index, text)| read(text).map_err(|kind| ValueError::new(index, kind)))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn evaluate(operator: &str, values: &[&str], seen: &[&str]) -> Truth {
        let operator = Operator::parse(operator).unwrap();
        Test::parse(operator, values.iter().copied()).unwrap().evaluate(seen.iter().copied())
    }

    /// A value every operator of the family can read.
    fn sample(family: Family) -> &'static str {
        match family {
            Family::String => "text",
            Family::Numeric => "10",
            Family::Date => "2024-01-01T00:00:00Z",
            Family::Bool => "true",
            Family::Ip => "10.0.0.1",
        }
    }

    #[test]
    fn an_absent_key_fails_positive_operators_and_meets_negated_ones() {
        for operator in Operator::ALL {
            let test = Test::parse(operator, [sample(operator.family())]).unwrap();
            assert_eq!(test.evaluate([]), Truth::from(operator.is_negated()), "{operator}");
        }
    }

    #[test]
    fn an_empty_text_is_not_an_absent_key() {
        assert_eq!(evaluate("StringEquals", &["", "a"], &[""]), Truth::True);
        assert_eq!(evaluate("StringNotEquals", &[""], &[""]), Truth::False);
        assert_eq!(evaluate("Bool", &["true"], &[""]), Truth::Unknown);
    }

    #[test]
    fn a_negated_operator_holds_when_no_value_matches() {
        let values = ["Development/*", ""];
        assert_eq!(evaluate("StringNotLike", &values, &["Private/"]), Truth::True);
        assert_eq!(evaluate("StringNotLike", &values, &[""]), Truth::False);
        assert_eq!(evaluate("StringNotLike", &values, &["Private/", ""]), Truth::False);
    }

    #[test]
    fn a_pattern_alone_is_matched_and_one_text_alone_compared() {
        for (seen, like, equal) in
            [("team-a", true, false), ("team-*", true, true), ("tea", false, false)]
        {
            assert_eq!(evaluate("StringLike", &["team-*"], &[seen]), like.into(), "{seen}");
            assert_eq!(evaluate("StringEquals", &["team-*"], &[seen]), equal.into(), "{seen}");
        }
    }

    #[test]
    fn one_match_among_many_request_values_is_enough() {
        let seen = ["fc.aliyuncs.com", "ecs.aliyuncs.com"];
        assert_eq!(evaluate("StringEquals", &["ecs.aliyuncs.com"], &seen), Truth::True);
        assert_eq!(evaluate("StringEquals", &["oss.aliyuncs.com"], &seen), Truth::False);
    }

    #[test]
    fn an_unreadable_request_value_is_unknown_unless_another_one_matches() {
        for (seen, positive) in [
            (["x", "9"].as_slice(), Truth::Unknown),
            (["9", "x"].as_slice(), Truth::Unknown),
            (["x", "10"].as_slice(), Truth::True),
            (["10", "x"].as_slice(), Truth::True),
            (["9"].as_slice(), Truth::False),
        ] {
            assert_eq!(evaluate("NumericEquals", &["10"], seen), positive, "{seen:?}");
            assert_eq!(evaluate("NumericNotEquals", &["10"], seen), !positive, "{seen:?}");
        }
    }

    #[test]
    fn tests_are_equal_if_operator_and_values_are_written_the_same() {
        let test = |name: &str, values: &[&str]| {
            Test::parse(Operator::parse(name).unwrap(), values.iter().copied()).unwrap()
        };
        let one = test("StringLike", &["a", "b"]);
        assert_eq!(one, test("StringLike", &["a", "b"]));
        assert_ne!(one, test("StringNotLike", &["a", "b"]));
        assert_ne!(one, test("StringLike", &["a"]));
        assert_ne!(one, test("StringLike", &["b", "a"]));
        assert_ne!(test("NumericEquals", &["1"]), test("NumericEquals", &["1.0"]));
    }

    #[test]
    fn texts_are_never_unknown() {
        for operator in Operator::ALL.into_iter().filter(|o| o.family() == Family::String) {
            let test = Test::parse(operator, ["a"]).unwrap();
            assert_ne!(test.evaluate(["\u{0}部\n"]), Truth::Unknown);
            assert_eq!(test.why_unreadable("\u{0}"), None);
        }
    }

    #[test]
    fn bounds_are_strict_unless_the_name_says_equals() {
        let below = "2012-11-11T23:59:58Z";
        let bound = "2012-11-11T23:59:59Z";
        let above = "2012-11-12T07:59:59.001+08:00";
        for (name, expected) in [
            ("LessThan", [true, false, false]),
            ("LessThanEquals", [true, true, false]),
            ("GreaterThan", [false, false, true]),
            ("GreaterThanEquals", [false, true, true]),
            ("Equals", [false, true, false]),
            ("NotEquals", [true, false, true]),
        ] {
            for ((date, number), expected) in
                [below, bound, above].into_iter().zip(["9", "10.0", "10.01"]).zip(expected)
            {
                let date = evaluate(&format!("Date{name}"), &[bound], &[date]);
                let number = evaluate(&format!("Numeric{name}"), &["10"], &[number]);
                assert_eq!((date, number), (expected.into(), expected.into()), "{name}");
            }
        }
    }

    #[test]
    fn several_bounds_are_alternatives() {
        assert_eq!(evaluate("NumericLessThan", &["5", "10", "7"], &["9"]), Truth::True);
        assert_eq!(evaluate("NumericGreaterThan", &["5", "10", "7"], &["6"]), Truth::True);
        assert_eq!(evaluate("NumericGreaterThan", &["5", "10", "7"], &["5"]), Truth::False);
    }

    #[test]
    fn truth_values_compare_without_regard_to_case() {
        assert_eq!(evaluate("Bool", &["True"], &["tRUE"]), Truth::True);
        assert_eq!(evaluate("Bool", &["true"], &["false"]), Truth::False);
        assert_eq!(evaluate("Bool", &["true"], &["1"]), Truth::Unknown);
    }

    #[test]
    fn a_request_has_addresses_and_no_blocks() {
        assert_eq!(evaluate("IpAddress", &["10.0.0.0/8"], &["10.0.0.0/8"]), Truth::Unknown);
        assert_eq!(evaluate("NotIpAddress", &["192.0.2.0/24"], &["not-an-ip"]), Truth::Unknown);
        let test = Test::parse(Operator::IpAddress, ["10.0.0.0/8"]).unwrap();
        let why = test.why_unreadable("10.0.0.0/8").unwrap();
        assert!(why.to_string().ends_with("it is a block, not one address"), "{why}");
    }

    #[test]
    fn blocks_of_both_families_mix_in_one_list() {
        let values = ["192.168.0.0/16", "203.0.113.7", "2001:db8::/32"];
        assert_eq!(evaluate("IpAddress", &values, &["203.0.113.7"]), Truth::True);
        assert_eq!(evaluate("IpAddress", &values, &["2001:db8::7"]), Truth::True);
        assert_eq!(evaluate("NotIpAddress", &values, &["198.51.100.1"]), Truth::True);
    }

    #[test]
    fn refuses_an_empty_list_of_values() {
        for operator in Operator::ALL {
            let error = Test::parse(operator, []).unwrap_err();
            assert_eq!(error.kind(), &ValueErrorKind::NoValue, "{operator}");
        }
    }

    #[test]
    fn refuses_a_second_truth_value_and_points_at_it() {
        let error = Test::parse(Operator::Bool, ["true", "true"]).unwrap_err();
        assert_eq!(error.into_parts(), (1, ValueErrorKind::MultipleBoolean { count: 2 }));
    }

    #[test]
    fn points_at_the_first_value_that_cannot_be_read() {
        for (operator, bad) in [
            (Operator::NumericEquals, "many"),
            (Operator::DateLessThan, "2024-01-01"),
            (Operator::NotIpAddress, "10.0.*.*"),
        ] {
            let good = sample(operator.family());
            let error = Test::parse(operator, [good, bad, bad]).unwrap_err();
            assert_eq!(error.index(), 1, "{operator}");
        }
    }

    #[test]
    fn a_value_checked_alone_is_refused_for_the_same_reason() {
        for operator in Operator::ALL {
            for text in ["", "many", "10", "2024-01-01", "10.0.*.*", "true", "::1"] {
                let whole = Test::parse(operator, [text]).map(drop);
                let alone = Test::check_value(operator, text);
                assert_eq!(alone, whole.map_err(|error| error.into_parts().1), "{operator}");
            }
        }
    }

    #[test]
    fn values_are_kept_as_written() {
        let written = ["b", "a", "b", "A"];
        let test = Test::parse(Operator::StringEquals, written).unwrap();
        assert!(test.value_texts().eq(written));
    }

    #[test]
    fn truth_is_kleenes() {
        let all = [Truth::True, Truth::False, Truth::Unknown];
        for a in all {
            assert_eq!(!!a, a);
            assert_eq!(a.and(Truth::False), Truth::False);
            assert_eq!(a.and(Truth::True), a);
            for b in all {
                assert_eq!(a.and(b), b.and(a));
            }
        }
        assert_eq!(Truth::Unknown.and(Truth::Unknown), Truth::Unknown);
    }

    proptest! {
        #[test]
        fn a_list_is_true_when_a_pair_is_and_unknown_when_none_is_and_one_could_be(
            operator in proptest::sample::select(&Operator::ALL[..]),
            picks in proptest::collection::vec(0..5_usize, 1..6),
            seen in proptest::collection::vec(0..6_usize, 0..4),
        ) {
            let pool: [&str; 6] = match operator.family() {
                Family::String => ["a", "A", "a*", "?", "", "b"],
                Family::Numeric => ["1", "-1", "1.0", "2", "0", "x"],
                Family::Date => [
                    "2024-01-01T00:00Z",
                    "2024-01-01T08:00+08:00",
                    "2023-01-01T00:00Z",
                    "2025-01-01T00:00Z",
                    "2024-01-01T00:00:00.1Z",
                    "x",
                ],
                Family::Bool => ["true", "false", "True", "FALSE", "true", "x"],
                Family::Ip => ["10.0.0.1", "10.0.0.2", "::1", "::ffff:10.0.0.1", "1::", "x"],
            };
            let count = if operator == Operator::Bool { 1 } else { picks.len() };
            let values: Vec<&str> = picks.iter().take(count).map(|i| pool[*i]).collect();
            let seen: Vec<&str> = seen.iter().map(|i| pool[*i]).collect();
            let pairs: Vec<Truth> = seen
                .iter()
                .flat_map(|seen| values.iter().map(move |value| (*value, *seen)))
                .map(|(value, seen)| {
                    Test::parse(operator.positive(), [value]).unwrap().evaluate([seen])
                })
                .collect();
            let any = if pairs.contains(&Truth::True) {
                Truth::True
            } else if pairs.contains(&Truth::Unknown) {
                Truth::Unknown
            } else {
                Truth::False
            };
            let expected = if operator.is_negated() { !any } else { any };
            let test = Test::parse(operator, values.iter().copied()).unwrap();
            prop_assert_eq!(test.evaluate(seen.iter().copied()), expected);
        }
    }
}
