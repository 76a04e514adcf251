//! Condition keys: names, types, and the actions that carry them.

use std::fmt;

use crate::table::{KEYS, Row, SCOPES};

/// What the values of a key are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyType {
    /// Text.
    String,
    /// A decimal number.
    Numeric,
    /// A date and time.
    Date,
    /// `true` or `false`.
    Bool,
    /// An IP address.
    Ip,
}

impl KeyType {
    /// Returns the name as a message writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Numeric => "number",
            Self::Date => "date",
            Self::Bool => "Boolean",
            Self::Ip => "IP address",
        }
    }
}

/// One condition key of the catalogue. Cheap to copy.
#[derive(Clone, Copy)]
pub struct ConditionKey {
    row: Row,
}

impl ConditionKey {
    /// Returns the name, without the tag key if it [takes one](Self::takes_tag_key).
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row.text(0)
    }

    /// Returns the type, where a document states it.
    #[must_use]
    pub fn key_type(self) -> Option<KeyType> {
        match self.row.byte(4) & 0b111 {
            1 => Some(KeyType::String),
            2 => Some(KeyType::Numeric),
            3 => Some(KeyType::Date),
            4 => Some(KeyType::Bool),
            5 => Some(KeyType::Ip),
            _ => None,
        }
    }

    /// Returns whether `/` and a tag key follow the name.
    #[must_use]
    pub fn takes_tag_key(self) -> bool {
        (self.row.byte(4) >> 3) & 1 == 1
    }

    /// Returns whether anything but a published policy names it.
    #[must_use]
    pub fn is_verified(self) -> bool {
        (self.row.byte(4) >> 4) & 1 == 1
    }

    /// Returns whether a request can carry several values.
    #[must_use]
    pub fn is_multi_valued(self) -> bool {
        (self.row.byte(4) >> 5) & 1 == 1
    }

    /// Returns what carries the key: `service` or `service:Action` entries; none where that is
    /// every request or not known.
    pub fn scopes(self) -> impl ExactSizeIterator<Item = &'static str> + Clone + use<> {
        let start = self.row.u16(5);
        let count = usize::from(self.row.byte(7));
        (start..start + count).map(|index| SCOPES.row(index).text(0))
    }
}

impl fmt::Debug for ConditionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConditionKey({})", self.name())
    }
}

/// Returns every condition key, ordered by name without regard to case.
pub fn condition_keys() -> impl ExactSizeIterator<Item = ConditionKey> + Clone {
    (0..KEYS.len()).map(|index| ConditionKey { row: KEYS.row(index) })
}

/// Finds a condition key. The name compares without regard to ASCII case; what follows a `/` is a
/// tag key and is not looked at (rules C-9 and C-10).
#[must_use]
pub fn condition_key(text: &str) -> Option<ConditionKey> {
    let name = text.split_once('/').map_or(text, |(name, _)| name);
    KEYS.find(name).map(|(_, row)| ConditionKey { row })
}
