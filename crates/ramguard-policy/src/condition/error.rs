//! Why a value of a policy cannot stand under its operator, and what to write instead.
//!
//! * The message of a [`ValueErrorKind`] says what is wrong with "it": whoever prints it names
//!   the value first. It never holds text of the policy, so it is one line.
//! * A [`replacement`](ValueErrorKind::replacement) can be read by the same operator.

use super::date::DateFault;
use super::ip::AddressFault;
use super::numeric::NumberFault;
use super::{boolean, date, ip, numeric};

/// A value that the operator cannot compare with, and which of the values it is.
///
/// Rule: an unreadable value of a policy refuses the document, spec 4.2.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("value {} cannot be read: {kind}", .index.saturating_add(1))]
pub struct ValueError {
    index: usize,
    kind: ValueErrorKind,
}

impl ValueError {
    pub(super) fn new(index: usize, kind: ValueErrorKind) -> Self {
        Self { index, kind }
    }

    /// Returns the place of the value in the list it was given in, counted from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Returns what is wrong.
    pub fn kind(&self) -> &ValueErrorKind {
        &self.kind
    }

    /// Takes the error apart.
    pub fn into_parts(self) -> (usize, ValueErrorKind) {
        (self.index, self.kind)
    }
}

/// What can be wrong with the values of a condition.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueErrorKind {
    /// The list of values is empty. A negated operator over it would always hold. Decision D-09.
    #[error("no value is given")]
    NoValue,
    /// `Bool` has more than one value. Rule C-7.
    #[error("`Bool` takes one value, {count} are given")]
    MultipleBoolean {
        /// How many values there are.
        count: usize,
    },
    /// A value of `Bool` is neither `true` nor `false`. Decision D-23.
    #[error("it is neither `true` nor `false`")]
    NotBoolean {
        /// The value as written.
        value: Box<str>,
    },
    /// A value of a numeric operator is no plain decimal number. Decision D-21.
    #[error("{fault}")]
    NotNumber {
        /// The value as written.
        value: Box<str>,
        /// What keeps it from being one.
        fault: NumberFault,
    },
    /// A value of a date operator is no date with time and zone. Decision D-22.
    #[error("{fault}")]
    NotDate {
        /// The value as written.
        value: Box<str>,
        /// What keeps it from being one.
        fault: DateFault,
    },
    /// A value of an address operator is neither an IP address nor a block. Decision D-24.
    #[error("{fault}")]
    NotAddress {
        /// The value as written.
        value: Box<str>,
        /// What keeps it from being one.
        fault: AddressFault,
    },
}

impl ValueErrorKind {
    /// Says in one sentence what to write instead.
    pub fn help(&self) -> String {
        if let Some(replacement) = self.replacement() {
            return format!("write `{replacement}`");
        }
        let advice = match self {
            Self::NoValue => "give at least one value, or remove the key",
            Self::MultipleBoolean { .. } => "keep one of `true` and `false`",
            Self::NotBoolean { .. } => "write `true` or `false`",
            Self::NotNumber { fault, .. } => fault.help(),
            Self::NotDate { fault, .. } => fault.help(),
            Self::NotAddress { fault, .. } => fault.help(),
        };
        advice.to_owned()
    }

    /// Returns a value that most likely says what was meant and that the operator can read.
    ///
    /// `None` where the text leaves open what was meant: a date without a zone, for example.
    pub fn replacement(&self) -> Option<String> {
        match self {
            Self::NoValue | Self::MultipleBoolean { .. } => None,
            Self::NotBoolean { value } => boolean::replacement(value).map(str::to_owned),
            Self::NotNumber { value, fault } => {
                numeric::replacement(value, *fault).filter(|text| numeric::parse(text).is_ok())
            }
            Self::NotDate { value, fault } => {
                date::replacement(value, *fault).filter(|text| date::parse(text).is_ok())
            }
            Self::NotAddress { value, fault } => {
                ip::replacement(value, *fault).filter(|text| ip::parse_block(text).is_ok())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Family, Operator, Test};
    use super::*;

    #[test]
    fn a_message_holds_no_text_of_the_policy() {
        for operator in Operator::ALL.into_iter().filter(|o| o.family() != Family::String) {
            let error = Test::parse(operator, ["\n\u{202e}"]).unwrap_err();
            for text in [error.to_string(), error.kind().help()] {
                assert!(text.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{text:?}");
            }
        }
    }

    #[test]
    fn an_error_says_which_value_it_is_about() {
        for index in 0..3 {
            let values = (0..3).map(|at| if at == index { "x" } else { "1" });
            let error = Test::parse(Operator::NumericEquals, values).unwrap_err();
            assert_eq!(error.index(), index);
            assert_eq!(error.into_parts().0, index);
        }
    }

    #[test]
    fn help_is_the_replacement_where_there_is_one() {
        let kind = ValueErrorKind::NotBoolean { value: "https".into() };
        assert_eq!(kind.help(), "write `true`");
    }
}
