//! The names RAM and ECS accept (section 1.4 of the language) and what is wrong with others.

use ramguard_policy::name::action::is_blank;

use crate::error::{ApiError, ErrorKind};

pub(crate) fn is_account_id(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A kind of name: how long, and which characters beside letters and digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NameRule {
    max_chars: usize,
    others: &'static [char],
}

pub(crate) const USER: NameRule = NameRule { max_chars: 64, others: &['.', '_', '-'] };
pub(crate) const GROUP: NameRule = NameRule { max_chars: 64, others: &['.', '_', '-'] };
/// `_` is in some official texts only and accepted; `@` is refused (decision A19).
pub(crate) const ROLE: NameRule = NameRule { max_chars: 64, others: &['.', '_', '-'] };
pub(crate) const POLICY: NameRule = NameRule { max_chars: 128, others: &['-'] };
pub(crate) const SESSION: NameRule = NameRule { max_chars: 64, others: &['.', '@', '_', '-'] };

impl NameRule {
    pub(crate) fn has_length(self, name: &str) -> bool {
        !name.is_empty() && name.chars().nth(self.max_chars).is_none()
    }

    pub(crate) fn has_chars(self, name: &str) -> bool {
        name.chars().all(|c| c.is_ascii_alphanumeric() || self.others.contains(&c))
    }

    pub(crate) fn accepts(self, name: &str) -> bool {
        self.has_length(name) && self.has_chars(name)
    }

    /// Checks a parameter of RAM.
    pub(crate) fn check(self, parameter: &'static str, name: &str) -> Result<(), ApiError> {
        if !self.has_length(name) {
            return Err(ErrorKind::ParameterLength { parameter }.into());
        }
        if !self.has_chars(name) {
            return Err(ErrorKind::ParameterChars { parameter }.into());
        }
        Ok(())
    }
}

/// Checks a text of RAM that may hold anything, up to a number of characters.
pub(crate) fn check_text(
    parameter: &'static str,
    text: &str,
    max_chars: usize,
) -> Result<(), ApiError> {
    if text.chars().nth(max_chars).is_some() {
        return Err(ErrorKind::ParameterLength { parameter }.into());
    }
    Ok(())
}

/// Returns whether a text can become one part of an ARN: not empty, short, no separator, no blank.
pub(crate) fn is_arn_part(text: &str) -> bool {
    (1..=128).contains(&text.len()) && !text.chars().any(|c| matches!(c, ':' | '/') || is_blank(c))
}
