//! What is wrong with a document before it means anything: its text, not its content.
//!
//! serde_json judges the syntax. It keeps the last of two equal members, so members are collected
//! here as they come, and counts nesting its own way, so brackets are counted on the text.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The number of lists and objects that may stand inside each other. Rule G-1, decision D-02.
const MAX_DEPTH: usize = 32;

/// The text of an error raised on a member name given twice.
const GIVEN_TWICE: &str = "member given twice";

/// Reads one JSON text, or returns the codes it earns: `json-encoding`, `json-depth`,
/// `json-duplicate-key`, `json-syntax`.
///
/// A lone surrogate is a fault of encoding to some and of syntax to others and earns both codes.
///
/// # Errors
///
/// At least one code when the text breaks rule G-1.
pub fn read(text: &str) -> Result<Value, Vec<&'static str>> {
    let mut codes = Vec::new();
    if text.starts_with('\u{feff}') {
        codes.push("json-encoding");
    }
    if depth(text) > MAX_DEPTH {
        codes.push("json-depth");
    }
    match serde_json::from_str::<Strict>(text) {
        Ok(Strict(value)) if codes.is_empty() => return Ok(value),
        Ok(_) => {}
        Err(error) if error.to_string().starts_with(GIVEN_TWICE) => {
            codes.push("json-duplicate-key");
        }
        Err(error) => {
            // "lone leading surrogate in hex escape", "unexpected end of hex escape".
            if error.to_string().contains("hex escape") {
                codes.push("json-encoding");
            }
            codes.push("json-syntax");
        }
    }
    Err(codes)
}

/// Counts how deep brackets outside strings are nested, at the deepest place.
fn depth(text: &str) -> usize {
    let (mut deepest, mut open) = (0_usize, 0_usize);
    let (mut in_string, mut escaped) = (false, false);
    for symbol in text.chars() {
        match symbol {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            '[' | '{' if !in_string => {
                open += 1;
                deepest = deepest.max(open);
            }
            ']' | '}' if !in_string => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// A JSON value in which no object gives a member twice.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Strict, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = items.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, Strict>()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom(GIVEN_TWICE));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_member_name_hidden_behind_an_escape_is_still_given_twice() {
        assert_eq!(read(r#"{"a":1,"\u0061":2}"#), Err(vec!["json-duplicate-key"]));
    }

    #[test]
    fn thirty_two_levels_are_read_and_one_more_is_not() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(read(&nested(32)).is_ok());
        assert_eq!(read(&nested(33)), Err(vec!["json-depth"]));
    }

    #[test]
    fn brackets_inside_strings_nest_nothing() {
        assert!(read(&format!("\"{}\\\"{}\"", "[".repeat(40), "{".repeat(40))).is_ok());
    }

    #[test]
    fn a_lone_surrogate_is_refused() {
        assert_eq!(read(r#""\ud800""#), Err(vec!["json-encoding", "json-syntax"]));
    }
}
