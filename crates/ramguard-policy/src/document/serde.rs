//! Policies through serde: written as the canonical form, read by the one reader.
//!
//! Reading transcribes what the format delivers, repeated keys included, into JSON text and hands
//! that to [`Policy::parse_with`], so that serde accepts and refuses what the reader does. A format
//! does not deliver blanks and escapes, so they do not count towards the size. A string is taken
//! as the text of a document, the form in which RAM's own API carries one, and counts in full.

use std::fmt;

use ::serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use ::serde::{Deserialize, Serialize, Serializer};

use super::write::{self, Node};
use super::{Policy, ReadOptions};
use crate::Kind;

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write::document(self).serialize(serializer)
    }
}

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Node::Text(text) => serializer.serialize_str(text),
            Node::List(items) => serializer.collect_seq(items),
            Node::Map(members) => {
                serializer.collect_map(members.iter().map(|(key, value)| (key, value)))
            }
        }
    }
}

/// Reads an identity policy; other kinds go through [`PolicySeed`].
impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PolicySeed::new(Kind::Identity).deserialize(deserializer)
    }
}

/// Reads a policy of a kind from any format of serde.
///
/// ```
/// use ramguard_policy::{Kind, PolicySeed};
/// use serde::de::DeserializeSeed;
///
/// let text = r#"{ "Version": "1", "Statement": [{ "Effect": "Allow",
///     "Action": "sts:AssumeRole", "Principal": { "Service": ["ecs.aliyuncs.com"] } }] }"#;
/// let mut json = serde_json::Deserializer::from_str(text);
/// let policy = PolicySeed::new(Kind::Trust).deserialize(&mut json)?;
/// assert_eq!(policy.kind(), Kind::Trust);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PolicySeed {
    kind: Kind,
    options: ReadOptions,
}

impl PolicySeed {
    /// Reads a policy of `kind` under RAM's own limits.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self { kind, options: ReadOptions::default() }
    }

    /// Sets limits and options.
    #[must_use]
    pub fn with_options(mut self, options: ReadOptions) -> Self {
        self.options = options;
        self
    }
}

impl<'de> DeserializeSeed<'de> for PolicySeed {
    type Value = Policy;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Policy, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for PolicySeed {
    type Value = Policy;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the object or the text of a policy document")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Policy, E> {
        Policy::parse_with(self.kind, text, &self.options).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Policy, A::Error> {
        let limit = self.options.limits.max_read_bytes();
        let mut scribe = Scribe { text: String::new(), depth: 0, limit };
        Transcribe(&mut scribe).visit_map(map)?;
        self.visit_str(&scribe.text)
    }
}

/// JSON text under way.
struct Scribe {
    text: String,
    depth: u32,
    limit: usize,
}

/// Deeper than this nothing is transcribed: the reader refuses far less, and the formats of serde
/// recurse.
const MAX_DEPTH: u32 = 128;

struct Transcribe<'s>(&'s mut Scribe);

impl Transcribe<'_> {
    fn push<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.0.text.push_str(text);
        if self.0.text.len() > self.0.limit {
            return Err(E::custom("the document is too long to be read"));
        }
        Ok(())
    }

    fn descend<E: de::Error>(&mut self) -> Result<(), E> {
        self.0.depth += 1;
        if self.0.depth > MAX_DEPTH {
            return Err(E::custom("the document is nested too deeply to be read"));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Transcribe<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Transcribe<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        self.push(if value { "true" } else { "false" })
    }

    // A number is refused wherever it stands in a policy; that it is one is all that counts.
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.push(&value.to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        self.push(&value.to_string())
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<(), E> {
        self.push("0.5")
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.push("null")
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.push("null")
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<(), E> {
        let mut text = String::with_capacity(value.len() + 2);
        write::write_string(&mut text, value);
        self.push(&text)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        self.descend()?;
        self.0.text.push('[');
        let mut first = true;
        loop {
            let before = self.0.text.len();
            if !first {
                self.0.text.push(',');
            }
            if seq.next_element_seed(Transcribe(self.0))?.is_none() {
                self.0.text.truncate(before);
                break;
            }
            first = false;
        }
        self.0.depth -= 1;
        self.push("]")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        self.descend()?;
        self.0.text.push('{');
        let mut first = true;
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if !first {
                self.0.text.push(',');
            }
            first = false;
            write::write_string(&mut self.0.text, &key);
            self.0.text.push(':');
            map.next_value_seed(Transcribe(self.0))?;
        }
        self.0.depth -= 1;
        self.push("}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STOP: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ecs:StopInstance","Resource":"*"}]}"#;

    #[test]
    fn what_is_written_is_read_back_equal() {
        let policy = Policy::parse(STOP).unwrap();
        let text = serde_json::to_string(&policy).unwrap();
        assert_eq!(text, policy.to_json());
        assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), policy);
    }

    #[test]
    fn a_key_given_twice_is_refused_through_serde_too() {
        let text = STOP.replace(r#""Effect":"Allow""#, r#""Effect":"Deny","Effect":"Allow""#);
        assert!(Policy::parse(&text).is_err());
        assert!(serde_json::from_str::<Policy>(&text).is_err());
    }

    #[test]
    fn a_string_is_the_text_of_a_document() {
        let text = serde_json::to_string(STOP).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), Policy::parse(STOP).unwrap());
    }

    #[test]
    fn a_number_a_boolean_and_null_are_refused_where_they_stand() {
        for text in ["1", "null", "true", "[]", &STOP.replace("\"1\"", "1")] {
            assert!(serde_json::from_str::<Policy>(text).is_err(), "{text}");
        }
        for word in ["1", "true", "false", "null"] {
            let text = STOP.replace("\"*\"", word);
            let error = serde_json::from_str::<Policy>(&text).unwrap_err().to_string();
            assert!(error.starts_with(&Policy::parse(&text).unwrap_err().to_string()), "{error}");
        }
    }
}
