//! Codes and categories of rules.
//!
//! A code is `RAM` and three digits; the first digit is the category. Codes are never reused and
//! never change meaning; the level is not part of them.

use std::fmt;
use std::str::FromStr;

/// The code of a rule, printed as `RAM604`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(u16);

impl Code {
    /// Makes a code from its number, 101 to 999.
    #[must_use]
    pub const fn new(number: u16) -> Self {
        Self(number)
    }

    /// Returns the number, 604 for `RAM604`.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    /// Returns the category its first digit stands for.
    #[must_use]
    pub const fn category(self) -> Category {
        match self.0 / 100 {
            1 => Category::Text,
            2 => Category::Grammar,
            3 => Category::Name,
            4 => Category::Condition,
            5 => Category::Logic,
            6 => Category::Security,
            7 => Category::Trust,
            8 => Category::Escalation,
            _ => Category::Style,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RAM{:03}", self.0)
    }
}

impl FromStr for Code {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, NotACode> {
        let digits = text.strip_prefix("RAM").ok_or(NotACode)?;
        let is_code = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
        match digits.parse() {
            Ok(number @ 101..=999) if is_code => Ok(Self(number)),
            _ => Err(NotACode),
        }
    }
}

/// A text is not `RAM` and three digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the code of a rule; codes look like `RAM604`")]
pub struct NotACode;

/// What a rule looks at; the first digit of its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    /// 1: the text and its JSON.
    Text,
    /// 2: the elements of a document.
    Grammar,
    /// 3: actions and resources.
    Name,
    /// 4: conditions.
    Condition,
    /// 5: statements against each other.
    Logic,
    /// 6: what is granted.
    Security,
    /// 7: trust policies and bucket policies.
    Trust,
    /// 8: chains of grants.
    Escalation,
    /// 9: style and housekeeping.
    Style,
}

impl Category {
    /// Every category, by its digit.
    pub const ALL: [Self; 9] = [
        Self::Text,
        Self::Grammar,
        Self::Name,
        Self::Condition,
        Self::Logic,
        Self::Security,
        Self::Trust,
        Self::Escalation,
        Self::Style,
    ];

    /// Returns the name, as settings and output write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Grammar => "grammar",
            Self::Name => "name",
            Self::Condition => "condition",
            Self::Logic => "logic",
            Self::Security => "security",
            Self::Trust => "trust",
            Self::Escalation => "escalation",
            Self::Style => "style",
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_as_it_is_printed() {
        assert_eq!("RAM604".parse(), Ok(Code::new(604)));
        assert_eq!(Code::new(604).to_string(), "RAM604");
    }

    #[test]
    fn anything_but_ram_and_three_digits_is_no_code() {
        for text in ["", "RAM", "RAM60", "RAM6004", "ram604", "RAM+04", "RAM000", "604"] {
            assert_eq!(text.parse::<Code>(), Err(NotACode), "{text}");
        }
    }
}
