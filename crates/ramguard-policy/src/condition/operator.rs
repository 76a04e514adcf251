//! The 21 condition operators: their names, what they compare, and what to write instead of an
//! operator RAM does not have.
//!
//! * Names are exact: `stringequals` is no operator, only the reason for a suggestion.
//! * A negated operator is true exactly when its [`positive`](Operator::positive) counterpart is
//!   false, also for an absent key (Rules C-2 and C-3).
//! * Nothing here is on the decision path; suggestions may allocate.

use super::order::Relation;
use crate::suggest::nearest;

/// A condition operator. The list is complete: RAM has no others.
///
/// Spec 4.1. Source: RAM documentation, "Conditional operators".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operator {
    /// The same text, case included; `*` and `?` stand for themselves. Rule C-4.
    StringEquals,
    /// Negation of [`Operator::StringEquals`].
    StringNotEquals,
    /// The same text after lower-casing every character on its own. Decision D-19.
    StringEqualsIgnoreCase,
    /// Negation of [`Operator::StringEqualsIgnoreCase`].
    StringNotEqualsIgnoreCase,
    /// The text fits a pattern, case-sensitive: `*` is any run of characters, `?` is one.
    StringLike,
    /// Negation of [`Operator::StringLike`].
    StringNotLike,
    /// The same number, whatever its spelling: `10` is `10.0`. Rule C-5.
    NumericEquals,
    /// Negation of [`Operator::NumericEquals`].
    NumericNotEquals,
    /// The number in the request is below the policy's.
    NumericLessThan,
    /// The number in the request is not above the policy's.
    NumericLessThanEquals,
    /// The number in the request is above the policy's.
    NumericGreaterThan,
    /// The number in the request is not below the policy's.
    NumericGreaterThanEquals,
    /// The same instant, whatever its offset. Rule C-6.
    DateEquals,
    /// Negation of [`Operator::DateEquals`].
    DateNotEquals,
    /// The instant in the request is before the policy's.
    DateLessThan,
    /// The instant in the request is not after the policy's.
    DateLessThanEquals,
    /// The instant in the request is after the policy's.
    DateGreaterThan,
    /// The instant in the request is not before the policy's.
    DateGreaterThanEquals,
    /// The same truth value; takes one value only. Rule C-7.
    Bool,
    /// The address in the request lies in the policy's block. Rule C-8.
    IpAddress,
    /// Negation of [`Operator::IpAddress`].
    NotIpAddress,
}

/// What an operator compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Texts and text patterns.
    String,
    /// Decimal numbers.
    Numeric,
    /// Instants.
    Date,
    /// Truth values.
    Bool,
    /// IP addresses and blocks of them.
    Ip,
}

impl Operator {
    /// Every operator, family by family, each negation after what it negates.
    pub const ALL: [Self; 21] = [
        Self::StringEquals,
        Self::StringNotEquals,
        Self::StringEqualsIgnoreCase,
        Self::StringNotEqualsIgnoreCase,
        Self::StringLike,
        Self::StringNotLike,
        Self::NumericEquals,
        Self::NumericNotEquals,
        Self::NumericLessThan,
        Self::NumericLessThanEquals,
        Self::NumericGreaterThan,
        Self::NumericGreaterThanEquals,
        Self::DateEquals,
        Self::DateNotEquals,
        Self::DateLessThan,
        Self::DateLessThanEquals,
        Self::DateGreaterThan,
        Self::DateGreaterThanEquals,
        Self::Bool,
        Self::IpAddress,
        Self::NotIpAddress,
    ];

    /// Returns the operator of exactly this name, case included.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.name() == name)
    }

    /// Returns the name as a policy spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::StringEquals => "StringEquals",
            Self::StringNotEquals => "StringNotEquals",
            Self::StringEqualsIgnoreCase => "StringEqualsIgnoreCase",
            Self::StringNotEqualsIgnoreCase => "StringNotEqualsIgnoreCase",
            Self::StringLike => "StringLike",
            Self::StringNotLike => "StringNotLike",
            Self::NumericEquals => "NumericEquals",
            Self::NumericNotEquals => "NumericNotEquals",
            Self::NumericLessThan => "NumericLessThan",
            Self::NumericLessThanEquals => "NumericLessThanEquals",
            Self::NumericGreaterThan => "NumericGreaterThan",
            Self::NumericGreaterThanEquals => "NumericGreaterThanEquals",
            Self::DateEquals => "DateEquals",
            Self::DateNotEquals => "DateNotEquals",
            Self::DateLessThan => "DateLessThan",
            Self::DateLessThanEquals => "DateLessThanEquals",
            Self::DateGreaterThan => "DateGreaterThan",
            Self::DateGreaterThanEquals => "DateGreaterThanEquals",
            Self::Bool => "Bool",
            Self::IpAddress => "IpAddress",
            Self::NotIpAddress => "NotIpAddress",
        }
    }

    /// Returns what the operator compares.
    pub fn family(self) -> Family {
        match self {
            Self::StringEquals
            | Self::StringNotEquals
            | Self::StringEqualsIgnoreCase
            | Self::StringNotEqualsIgnoreCase
            | Self::StringLike
            | Self::StringNotLike => Family::String,
            Self::NumericEquals
            | Self::NumericNotEquals
            | Self::NumericLessThan
            | Self::NumericLessThanEquals
            | Self::NumericGreaterThan
            | Self::NumericGreaterThanEquals => Family::Numeric,
            Self::DateEquals
            | Self::DateNotEquals
            | Self::DateLessThan
            | Self::DateLessThanEquals
            | Self::DateGreaterThan
            | Self::DateGreaterThanEquals => Family::Date,
            Self::Bool => Family::Bool,
            Self::IpAddress | Self::NotIpAddress => Family::Ip,
        }
    }

    /// Returns whether the operator holds when *no* value matches, and so also when the request
    /// does not carry the key.
    ///
    /// Rules C-2 and C-3.
    #[inline]
    pub fn is_negated(self) -> bool {
        matches!(
            self,
            Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
                | Self::NumericNotEquals
                | Self::DateNotEquals
                | Self::NotIpAddress
        )
    }

    /// Returns the operator this one negates, or the operator itself if it negates none.
    pub fn positive(self) -> Self {
        match self {
            Self::StringNotEquals => Self::StringEquals,
            Self::StringNotEqualsIgnoreCase => Self::StringEqualsIgnoreCase,
            Self::StringNotLike => Self::StringLike,
            Self::NumericNotEquals => Self::NumericEquals,
            Self::DateNotEquals => Self::DateEquals,
            Self::NotIpAddress => Self::IpAddress,
            positive => positive,
        }
    }

    /// How the request's number or date has to stand to the policy's, negation aside.
    pub(super) fn relation(self) -> Relation {
        match self {
            Self::NumericLessThan | Self::DateLessThan => Relation::Less,
            Self::NumericLessThanEquals | Self::DateLessThanEquals => Relation::LessOrEqual,
            Self::NumericGreaterThan | Self::DateGreaterThan => Relation::Greater,
            Self::NumericGreaterThanEquals | Self::DateGreaterThanEquals => {
                Relation::GreaterOrEqual
            }
            _ => Relation::Equal,
        }
    }

    /// Explains why `name`, an operator of other policy languages, is none here, and what to
    /// write instead; `None` if it is nothing of that kind.
    ///
    /// Covers `…IfExists`, `Null`, `ForAllValues:`, `ForAnyValue:`, `Arn…` and `Binary…` in any
    /// case. Every replacement named is one that RAM evaluates the same way.
    ///
    /// Decision D-30; the replacements follow from Rules C-2, C-3 and C-12.
    pub fn why_unsupported(name: &str) -> Option<String> {
        if let Some(rest) = strip_prefix_ignoring_case(name, "ForAnyValue:") {
            return Some(match Self::suggest(rest) {
                Some(base) if base.is_negated() => format!(
                    "RAM has no set operators: `{base}` holds only if none of the request's \
                     values matches"
                ),
                Some(base) => format!(
                    "RAM has no set operators: write `{base}`, which already holds if any of \
                     the request's values matches"
                ),
                None => "RAM has no set operators: an operator already holds if any of the \
                         request's values matches"
                    .to_owned(),
            });
        }
        if strip_prefix_ignoring_case(name, "ForAllValues:").is_some() {
            return Some(
                "RAM has no set operators: an operator holds if any of the request's values \
                 matches, so deny the unwanted values by name in a statement of their own"
                    .to_owned(),
            );
        }
        if let Some(rest) = strip_suffix_ignoring_case(name, "IfExists") {
            return Some(match Self::suggest(rest) {
                Some(base) if base.is_negated() => format!(
                    "RAM has no `IfExists` operators: write `{base}`, which already holds when \
                     the request has no such key"
                ),
                Some(base) => format!(
                    "RAM has no `IfExists` operators: write one statement with `{base}` and a \
                     second one with `StringNotLike` and the value `*`, which holds only when \
                     the request has no such key"
                ),
                None => "RAM has no `IfExists` operators: a request without the key fails every \
                         operator except the negated ones"
                    .to_owned(),
            });
        }
        if name.eq_ignore_ascii_case("Null") {
            return Some(
                "RAM has no `Null`: write `StringNotLike` with the value `*` for a key that is \
                 absent, `StringLike` with the value `*` for one that is present"
                    .to_owned(),
            );
        }
        if let Some(rest) = strip_prefix_ignoring_case(name, "Arn") {
            let instead = if strip_prefix_ignoring_case(rest, "Not").is_some() {
                "`StringNotLike` for patterns or `StringNotEquals` for whole names"
            } else {
                "`StringLike` for patterns or `StringEquals` for whole names"
            };
            return Some(format!("RAM has no operators for resource names: write {instead}"));
        }
        if strip_prefix_ignoring_case(name, "Binary").is_some() {
            return Some(
                "RAM has no operators for binary values: compare their text with `StringEquals`"
                    .to_owned(),
            );
        }
        None
    }

    /// Returns the operator that `name` was probably meant to be.
    ///
    /// That is the one made of the same words in another order, case or form (`NotStringLike`,
    /// `DateTimeGreaterThan`, `IpAddressEquals`), or else the nearest within two edits. Long names
    /// get no suggestion.
    pub fn suggest(name: &str) -> Option<Self> {
        let by_words = Words::of(name).and_then(|words| {
            Self::ALL.into_iter().find(|operator| Words::of(operator.name()) == Some(words))
        });
        by_words.or_else(|| Self::parse(nearest(name, &Self::ALL.map(Self::name))?))
    }
}

impl std::fmt::Display for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl std::fmt::Display for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::String => "string",
            Self::Numeric => "number",
            Self::Date => "date",
            Self::Bool => "Boolean",
            Self::Ip => "IP address",
        })
    }
}

/// The words of an operator's name, one bit each, whatever their order and form. Two operators
/// never have the same words.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Words(u16);

impl Words {
    const STRING: u16 = 1;
    const NUMERIC: u16 = 1 << 1;
    const DATE: u16 = 1 << 2;
    const BOOL: u16 = 1 << 3;
    const IP: u16 = 1 << 4;
    const NOT: u16 = 1 << 5;
    const EQUALS: u16 = 1 << 6;
    const IGNORE_CASE: u16 = 1 << 7;
    const LIKE: u16 = 1 << 8;
    const LESS: u16 = 1 << 9;
    const GREATER: u16 = 1 << 10;
    const ADDRESS: u16 = 1 << 11;

    /// What is read as a word; of two that begin alike the longer one stands first.
    const FORMS: [(&'static str, u16); 21] = [
        ("string", Self::STRING),
        ("numeric", Self::NUMERIC),
        ("number", Self::NUMERIC),
        ("datetime", Self::DATE),
        ("date", Self::DATE),
        ("boolean", Self::BOOL),
        ("bool", Self::BOOL),
        ("ip", Self::IP),
        ("address", Self::ADDRESS),
        ("not", Self::NOT),
        ("equals", Self::EQUALS),
        ("equal", Self::EQUALS),
        ("ignorecase", Self::IGNORE_CASE),
        ("like", Self::LIKE),
        ("lessthan", Self::LESS),
        ("less", Self::LESS),
        ("greaterthan", Self::GREATER),
        ("greater", Self::GREATER),
        ("than", 0),
        ("or", 0),
        ("to", 0),
    ];

    /// Reads a name, `None` if it is not made of these words alone or says one of them twice.
    fn of(name: &str) -> Option<Self> {
        let (mut words, mut rest) = (0, name);
        while !rest.is_empty() {
            let (bits, after) = Self::FORMS.iter().find_map(|(form, bits)| {
                strip_prefix_ignoring_case(rest, form).map(|after| (*bits, after))
            })?;
            if words & bits != 0 {
                return None;
            }
            words |= bits;
            rest = after;
        }
        // Truth values and addresses have one comparison, which needs no word.
        if words & (Self::BOOL | Self::IP) != 0 {
            words &= !(Self::EQUALS | Self::ADDRESS);
        }
        Some(Self(words))
    }
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn strip_suffix_ignoring_case<'a>(text: &'a str, suffix: &str) -> Option<&'a str> {
    let cut = text.len().checked_sub(suffix.len())?;
    let (rest, tail) = text.split_at_checked(cut)?;
    tail.eq_ignore_ascii_case(suffix).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_is_read_back_from_its_name() {
        for operator in Operator::ALL {
            assert_eq!(Operator::parse(operator.name()), Some(operator));
        }
    }

    #[test]
    fn families_are_named_for_people() {
        let named: Vec<String> =
            [Family::String, Family::Numeric, Family::Date, Family::Bool, Family::Ip]
                .iter()
                .map(ToString::to_string)
                .collect();
        assert_eq!(named, ["string", "number", "date", "Boolean", "IP address"]);
    }

    #[test]
    fn names_are_exact() {
        for name in ["stringequals", "StringEquals ", "", "String", "BOOL", "IPAddress"] {
            assert_eq!(Operator::parse(name), None, "{name}");
        }
    }

    #[test]
    fn six_operators_are_negated() {
        let negated: Vec<_> =
            Operator::ALL.into_iter().filter(|o| o.is_negated()).map(Operator::name).collect();
        assert_eq!(
            negated,
            [
                "StringNotEquals",
                "StringNotEqualsIgnoreCase",
                "StringNotLike",
                "NumericNotEquals",
                "DateNotEquals",
                "NotIpAddress",
            ]
        );
    }

    #[test]
    fn a_negation_stays_in_its_family() {
        for operator in Operator::ALL {
            assert_eq!(operator.family(), operator.positive().family());
            assert!(!operator.positive().is_negated());
        }
    }

    #[test]
    fn suggests_the_operator_that_was_meant() {
        for (written, meant) in [
            ("stringequals", Some(Operator::StringEquals)),
            ("StringEqual", Some(Operator::StringEquals)),
            ("StringNotEqual", Some(Operator::StringNotEquals)),
            ("IPAddress", Some(Operator::IpAddress)),
            ("NotIPAdress", Some(Operator::NotIpAddress)),
            ("NumericLessThanOrEquals", Some(Operator::NumericLessThanEquals)),
            ("DateGreaterThanOrEqualTo", Some(Operator::DateGreaterThanEquals)),
            ("DateTimeGreaterThan", Some(Operator::DateGreaterThan)),
            ("NumberEquals", Some(Operator::NumericEquals)),
            ("NotStringLike", Some(Operator::StringNotLike)),
            ("StringIgnoreCaseNotEquals", Some(Operator::StringNotEqualsIgnoreCase)),
            ("IpAddressEquals", Some(Operator::IpAddress)),
            ("IpNotAddress", Some(Operator::NotIpAddress)),
            ("IpAddressNot", Some(Operator::NotIpAddress)),
            ("Boolean", Some(Operator::Bool)),
            ("BoolEquals", Some(Operator::Bool)),
            // Nothing of the same meaning is left to suggest.
            ("BoolNotEquals", None),
            ("StringLikeIgnoreCase", None),
            ("Equals", None),
            ("OrOrOr", None),
            ("Matches", None),
            ("", None),
            ("StringEqualsStringEqualsStringEquals", None),
        ] {
            assert_eq!(Operator::suggest(written), meant, "{written}");
        }
    }

    #[test]
    fn no_suggestion_turns_a_comparison_around() {
        // Miri takes seconds for a name.
        let step = if cfg!(miri) { 9 } else { 1 };
        for operator in Operator::ALL.into_iter().step_by(step) {
            for (index, _) in operator.name().char_indices().step_by(step) {
                let mut name = operator.name().to_owned();
                name.remove(index);
                let meant = Operator::suggest(&name);
                assert!(
                    meant.is_none_or(|meant| (meant.is_negated(), meant.relation())
                        == (operator.is_negated(), operator.relation())),
                    "{name}: {meant:?}"
                );
            }
        }
    }

    #[test]
    fn explains_operators_of_other_languages_and_only_those() {
        for name in [
            "BoolIfExists",
            "StringNotEqualsIfExists",
            "WhateverIfExists",
            "Null",
            "ForAllValues:StringEquals",
            "ForAnyValue:StringLike",
            "foranyvalue:StringNotLike",
            "ForAnyValue:部",
            "ArnLike",
            "ArnNotEquals",
            "BinaryEquals",
        ] {
            assert!(Operator::why_unsupported(name).is_some(), "{name}");
        }
        for name in ["StringEquals", "Nul", "部门部门部门", ""] {
            assert_eq!(Operator::why_unsupported(name), None, "{name}");
        }
    }

    #[test]
    fn if_exists_on_a_negated_operator_is_the_operator_itself() {
        let text = Operator::why_unsupported("StringNotEqualsIfExists").unwrap();
        assert!(text.contains("write `StringNotEquals`"), "{text}");
        assert!(text.contains("already holds when the request has no such key"), "{text}");
        let text = Operator::why_unsupported("StringEqualsIfExists").unwrap();
        assert!(text.contains("one statement with `StringEquals` and a second one"), "{text}");
    }

    #[test]
    fn any_value_of_a_negated_operator_is_told_to_be_none_of_them() {
        let text = Operator::why_unsupported("ForAnyValue:StringNotLike").unwrap();
        assert!(text.contains("`StringNotLike` holds only if none"), "{text}");
        let text = Operator::why_unsupported("ForAnyValue:StringLike").unwrap();
        assert!(text.contains("write `StringLike`, which already holds if any"), "{text}");
    }
}
