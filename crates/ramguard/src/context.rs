//! What the conditions of a policy look at: the keys and values of a request.
//!
//! Set up by [`Context::new`], relied on by every look-up: no key is there twice, not even in
//! another case (decision D-25), and the whole is within [`Context::MAX_KEYS`] and
//! [`Context::MAX_WEIGHT`].

use std::borrow::Cow;

use ramguard_match::same_bytes;
use ramguard_policy::condition::{compare_keys, same_key};

use crate::RequestError;

/// One key of a request and its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextEntry<'a> {
    /// The condition key, for example `acs:SourceIp`.
    pub key: Cow<'a, str>,
    /// Its values. An empty list counts as an absent key (rule C-12); an empty string does not
    /// (rule C-3).
    pub values: Values<'a>,
}

/// The values of one key of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values<'a> {
    /// The usual case.
    One(Cow<'a, str>),
    /// A multi-valued key, for example `ram:ServiceNames`.
    Many(Vec<Cow<'a, str>>),
}

impl Values<'_> {
    /// Returns the values, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        let values = match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        };
        values.iter().map(|value| &**value)
    }
}

impl<'a> From<&'a str> for Values<'a> {
    fn from(value: &'a str) -> Self {
        Self::One(Cow::Borrowed(value))
    }
}

impl From<String> for Values<'_> {
    fn from(value: String) -> Self {
        Self::One(Cow::Owned(value))
    }
}

/// The condition keys of a request.
///
/// ```
/// use ramguard::Context;
///
/// let context = Context::from_pairs([("acs:SourceIp", "203.0.113.9")])?;
/// assert!(context.values("ACS:sourceip").is_some_and(|values| values.iter().eq(["203.0.113.9"])));
/// # Ok::<(), ramguard::RequestError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Context<'a> {
    entries: Vec<ContextEntry<'a>>,
    /// Bit `i`: some key is `i` bytes long, counted modulo 64. Most keys that a policy asks for and
    /// a request does not have are told by that.
    lengths: u64,
}

impl<'a> Context<'a> {
    /// A request has at most this many keys.
    pub const MAX_KEYS: usize = 256;
    /// Keys and values of a request have at most this many bytes, one added for each value.
    pub const MAX_WEIGHT: usize = 64 << 10;

    /// Takes the keys of a request.
    ///
    /// # Errors
    /// [`RequestError::DuplicateKey`] if a key is there twice, be it in another case (rule C-14);
    /// [`RequestError::TooManyKeys`] and [`RequestError::TooLarge`] past the bounds.
    pub fn new(entries: Vec<ContextEntry<'a>>) -> Result<Self, RequestError> {
        if entries.len() > Self::MAX_KEYS {
            return Err(RequestError::TooManyKeys { limit: Self::MAX_KEYS });
        }
        let weight: usize = entries
            .iter()
            .map(|e| e.key.len() + e.values.iter().map(|value| value.len() + 1).sum::<usize>())
            .sum();
        if weight > Self::MAX_WEIGHT {
            return Err(RequestError::TooLarge { limit: Self::MAX_WEIGHT });
        }
        match first_duplicate(&entries) {
            Some(key) => Err(RequestError::DuplicateKey { key: key.into() }),
            None => {
                let lengths = entries.iter().fold(0, |set, entry| set | length_bit(&entry.key));
                Ok(Self { entries, lengths })
            }
        }
    }

    /// Takes keys with one value each.
    ///
    /// # Errors
    /// As [`Context::new`].
    pub fn from_pairs(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, RequestError> {
        let entries: Vec<_> = pairs
            .into_iter()
            .map(|(key, value)| ContextEntry { key: key.into(), values: value.into() })
            .collect();
        Self::new(entries)
    }

    /// Returns the values of a key, if the request has it.
    #[must_use]
    #[inline(always)]
    pub fn values(&self, key: &str) -> Option<&Values<'a>> {
        // Spellings of one key are of one length, which tells most keys apart.
        if self.lengths & length_bit(key) == 0 {
            return None;
        }
        let mut is_near = false;
        for entry in &self.entries {
            if entry.key.len() == key.len() {
                // Nearly all keys are spelled as documented.
                if same_bytes(entry.key.as_bytes(), key.as_bytes()) {
                    return Some(&entry.values);
                }
                is_near = true;
            }
        }
        if is_near { self.values_in_another_spelling(key) } else { None }
    }

    #[cold]
    #[inline(never)]
    fn values_in_another_spelling(&self, key: &str) -> Option<&Values<'a>> {
        self.entries.iter().find(|entry| same_key(&entry.key, key)).map(|entry| &entry.values)
    }

    /// Returns the keys and values.
    #[must_use]
    pub fn entries(&self) -> &[ContextEntry<'a>] {
        &self.entries
    }
}

fn length_bit(key: &str) -> u64 {
    1 << (key.len() % 64)
}

fn first_duplicate<'e>(entries: &'e [ContextEntry<'_>]) -> Option<&'e str> {
    if entries.len() <= 16 {
        return entries.iter().enumerate().find_map(|(i, entry)| {
            let earlier = entries.get(..i).unwrap_or_default();
            earlier.iter().any(|other| same_key(&other.key, &entry.key)).then_some(&*entry.key)
        });
    }
    let mut keys: Vec<&str> = entries.iter().map(|entry| &*entry.key).collect();
    keys.sort_unstable_by(|a, b| compare_keys(a, b));
    keys.windows(2).find_map(|pair| match pair {
        [a, b] if same_key(a, b) => Some(*b),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_one_key_are_an_error() {
        let error = Context::from_pairs([("acs:SourceIp", "1.1.1.1"), ("acs:sourceIP", "2.2.2.2")]);
        assert!(matches!(error, Err(RequestError::DuplicateKey { .. })));
    }

    #[test]
    fn tag_keys_that_differ_in_case_are_two_keys() {
        assert!(Context::from_pairs([("ecs:tag/A", "1"), ("ecs:tag/a", "2")]).is_ok());
    }

    #[test]
    fn a_key_is_not_found_by_another_one_of_its_length() -> Result<(), RequestError> {
        let context = Context::from_pairs([("acs:SourceIp", "1.1.1.1"), ("x:k", "v")])?;
        assert!(context.values("ACS:SOURCEIP").is_some());
        let keys: Vec<&str> = context.entries().iter().map(|entry| &*entry.key).collect();
        assert_eq!(keys, ["acs:SourceIp", "x:k"]);
        assert_eq!(context.values("acs:SourceIq"), None);
        assert_eq!(context.values("x:l"), None);
        Ok(())
    }

    #[test]
    fn a_key_of_any_length_is_found() -> Result<(), RequestError> {
        for length in [1, 63, 64, 65, 4_094, 4_095, 4_096, 5_000] {
            let key = format!("x:{}", "k".repeat(length));
            let context = Context::from_pairs([(key.as_str(), "v")])?;
            assert!(context.values(&key).is_some(), "{length}");
            assert_eq!(context.values(&format!("{key}k")), None, "{length}");
        }
        Ok(())
    }

    #[test]
    fn a_duplicate_among_many_keys_is_found() {
        let names: Vec<String> =
            (0..100).map(|i| format!("x:k{i}")).chain(["X:K7".into()]).collect();
        let error = Context::from_pairs(names.iter().map(|name| (name.as_str(), "v")));
        assert!(matches!(error, Err(RequestError::DuplicateKey { .. })));
    }

    #[test]
    fn one_key_past_the_bound_is_refused() {
        let names: Vec<String> = (0..=Context::MAX_KEYS).map(|i| format!("x:k{i}")).collect();
        let pairs = |n: usize| names.iter().take(n).map(|name| (name.as_str(), "v"));
        assert!(Context::from_pairs(pairs(Context::MAX_KEYS)).is_ok());
        assert!(Context::from_pairs(pairs(Context::MAX_KEYS + 1)).is_err());
    }

    #[test]
    fn one_byte_past_the_weight_is_refused() {
        let value = "v".repeat(Context::MAX_WEIGHT - "x:k".len());
        assert!(Context::from_pairs([("x:k", value.get(1..).unwrap())]).is_ok());
        assert!(Context::from_pairs([("x:k", value.as_str())]).is_err());
    }
}
