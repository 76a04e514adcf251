//! Places in a world file: a value, its pointer, and where it stands.

use std::collections::BTreeMap;

use ramguard_policy::json::{Member, Value};
use ramguard_policy::text::Span;

/// A value of the file, or the place where it should be.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    pub(super) pointer: String,
    pub(super) value: Option<Value<'a>>,
    span: Span,
}

impl<'a> Place<'a> {
    pub(super) fn root(value: Option<Value<'a>>) -> Self {
        let span = value.map_or(Span::default(), Value::span);
        Self { pointer: String::new(), value, span }
    }

    fn below(&self, key: &str, found: Option<Member<'a>>) -> Self {
        let pointer = format!("{}/{}", self.pointer, key.replace('~', "~0").replace('/', "~1"));
        match found {
            Some(member) => Self { pointer, value: Some(member.value), span: member.key_span },
            None => Self { pointer, value: None, span: self.span },
        }
    }

    /// Goes to a member. A member that is not there stands where its object does.
    pub(super) fn member(&self, key: &str) -> Self {
        let mut members = self.value.into_iter().flat_map(Value::members);
        self.below(key, members.find(|member| member.key == key))
    }

    /// Goes to an element.
    pub(super) fn element(&self, index: usize) -> Self {
        let pointer = format!("{}/{index}", self.pointer);
        match self.value.and_then(|value| value.elements().nth(index)) {
            Some(value) => Self { pointer, value: Some(value), span: value.span() },
            None => Self { pointer, value: None, span: self.span },
        }
    }

    /// Goes through the elements, in order.
    pub(super) fn elements(&self) -> impl Iterator<Item = Place<'a>> {
        let elements = self.value.into_iter().flat_map(Value::elements);
        elements.enumerate().map(|(index, value)| Place {
            pointer: format!("{}/{index}", self.pointer),
            value: Some(value),
            span: value.span(),
        })
    }

    /// Where the value stands, for a complaint about what it says.
    pub(super) fn value_span(&self) -> Span {
        self.value.map_or(self.span, Value::span)
    }

    /// Where the key stands, for a complaint about a name; an element's own place.
    pub(super) fn key_span(&self) -> Span {
        self.span
    }

    /// Indexes the members, for objects that may have many.
    pub(super) fn section(&self, key: &str) -> Section<'a> {
        let place = self.member(key);
        let members = place.value.into_iter().flat_map(Value::members);
        let members = members.map(|member| (member.key, member)).collect();
        Section { place, members }
    }
}

/// An object with many members, found by key.
#[derive(Debug)]
pub(super) struct Section<'a> {
    pub(super) place: Place<'a>,
    members: BTreeMap<&'a str, Member<'a>>,
}

impl<'a> Section<'a> {
    pub(super) fn member(&self, key: &str) -> Place<'a> {
        self.place.below(key, self.members.get(key).copied())
    }
}
