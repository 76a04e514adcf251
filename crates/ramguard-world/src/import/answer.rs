//! One saved answer, looked into without trust in its form.

use serde_json::Value;

use crate::Timestamp;

/// A value of an answer.
#[derive(Clone, Copy)]
pub(super) struct Answer<'v>(pub(super) &'v Value);

impl<'v> Answer<'v> {
    /// Returns a text, or a number or truth value as text.
    pub(super) fn text(self, member: &str) -> Option<String> {
        match self.0.get(member)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(value) => Some(value.to_string()),
            _ => None,
        }
    }

    /// Returns a number, be it written as a text.
    pub(super) fn number(self, member: &str) -> Option<u64> {
        self.text(member)?.parse().ok()
    }

    /// Returns whether a truth value is there and true, be it written as a text.
    pub(super) fn is_true(self, member: &str) -> bool {
        self.text(member).is_some_and(|text| text == "true")
    }

    pub(super) fn object(self, member: &str) -> Option<Answer<'v>> {
        self.0.get(member).filter(|value| value.is_object()).map(Answer)
    }

    /// Returns a list as the services wrap it, `{ "Roles": { "Role": [ … ] } }`; an empty wrapper
    /// is an empty list.
    pub(super) fn list(self, outer: &str, inner: &str) -> Option<Vec<Answer<'v>>> {
        match self.0.get(outer)? {
            Value::Array(items) => Some(items.iter().map(Answer).collect()),
            Value::Object(wrapper) => match wrapper.get(inner) {
                Some(Value::Array(items)) => Some(items.iter().map(Answer).collect()),
                None => Some(Vec::new()),
                Some(_) => None,
            },
            _ => None,
        }
    }
}

/// Reads a time as RAM writes it, or as ECS does without seconds.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    let to_the_minute = || format!("{}:00Z", text.strip_suffix('Z')?).parse().ok();
    text.parse().ok().or_else(to_the_minute)
}
