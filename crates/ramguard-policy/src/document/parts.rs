//! How a document is kept once it is read: flat lists over one text.
//!
//! Set up by `check`, relied on by every view:
//!
//! * `text` is the source, followed by the strings of the source that held an escape, unescaped;
//! * every [`Text`] lies inside `text` and on character boundaries;
//! * a statement marked sound has an effect, an action and what its kind asks for.
//!
//! Memory is in proportion to the document: one copy of the text and a few words an entry.

use std::ops::Range;

use super::Effect;
use crate::condition::{Operator, Test};
use crate::name::principal::{BucketPrincipal, TrustPrincipal};
use crate::text::Span;

/// A piece of [`Parts::text`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// A run of one of the flat lists.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Run {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Run {
    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct EntryParts {
    pub(super) text: Text,
    pub(super) span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PrincipalKind {
    Ram,
    Service,
    Federated,
    Bucket,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct PrincipalParts {
    pub(super) kind: PrincipalKind,
    pub(super) entry: EntryParts,
}

#[derive(Clone, Debug)]
pub(super) struct TestedParts {
    pub(super) operator_span: Span,
    pub(super) key: EntryParts,
    pub(super) test: Test,
    pub(super) values: Run,
}

#[derive(Clone, Debug)]
pub(super) struct StatementParts {
    pub(super) span: Span,
    pub(super) sound: bool,
    pub(super) sid: Option<Text>,
    pub(super) effect: Option<Effect>,
    pub(super) not_action: bool,
    pub(super) actions: Run,
    pub(super) not_resource: bool,
    pub(super) resources: Run,
    pub(super) principals: Run,
    pub(super) conditions: Run,
}

/// A document in flat lists.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    pub(super) text: String,
    /// Length of the source, in bytes; unescaped strings follow it.
    pub(super) source_len: usize,
    pub(super) statements: Vec<StatementParts>,
    pub(super) entries: Vec<EntryParts>,
    pub(super) principals: Vec<PrincipalParts>,
    pub(super) conditions: Vec<TestedParts>,
}

impl Parts {
    pub(super) fn source(&self) -> &str {
        self.text.get(..self.source_len).unwrap_or_default()
    }

    fn str(&self, text: Text) -> &str {
        self.text.get(text.start as usize..text.end as usize).unwrap_or_default()
    }

    fn entry(&self, entry: &EntryParts) -> Entry<'_> {
        Entry { text: self.str(entry.text), span: entry.span }
    }

    pub(super) fn entries(&self, run: Run) -> Entries<'_> {
        Entries { parts: self, rest: self.entries.get(run.range()).unwrap_or_default() }
    }

    pub(super) fn statement(&self, index: usize) -> Option<Statement<'_>> {
        self.statements.get(index).map(|inner| Statement { parts: self, inner, index })
    }

    pub(super) fn sound_statements(&self) -> impl Iterator<Item = Statement<'_>> {
        self.statements
            .iter()
            .enumerate()
            .filter(|(_, inner)| inner.sound)
            .map(|(index, inner)| Statement { parts: self, inner, index })
    }
}

/// A string of a document and where it stands, quotes included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'p> {
    /// The text, unescaped.
    pub text: &'p str,
    /// Where it stands in the document.
    pub span: Span,
}

/// The entries of a list, in the order of the document.
#[derive(Clone, Debug)]
pub struct Entries<'p> {
    parts: &'p Parts,
    rest: &'p [EntryParts],
}

impl<'p> Iterator for Entries<'p> {
    type Item = Entry<'p>;

    fn next(&mut self) -> Option<Entry<'p>> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(self.parts.entry(first))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.rest.len(), Some(self.rest.len()))
    }
}

impl ExactSizeIterator for Entries<'_> {}

/// One statement of a document: an effect, what it is about, and under which conditions.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'p> {
    parts: &'p Parts,
    inner: &'p StatementParts,
    index: usize,
}

/// One entry of the `Principal` of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementPrincipal<'p> {
    /// In a trust policy.
    Trust(TrustPrincipal<'p>),
    /// In a bucket policy.
    Bucket(BucketPrincipal<'p>),
}

/// One condition: a key, the operator it stands under, and the values wanted.
#[derive(Clone, Copy, Debug)]
pub struct Tested<'p> {
    parts: &'p Parts,
    inner: &'p TestedParts,
}

impl<'p> Statement<'p> {
    /// Returns its number in the document, from 0.
    #[must_use]
    pub fn index(self) -> usize {
        self.index
    }

    /// Returns where it stands in the document, braces included.
    #[must_use]
    pub fn span(self) -> Span {
        self.inner.span
    }

    /// Returns its `Sid`, which has no meaning (rule G-11).
    #[must_use]
    pub fn sid(self) -> Option<&'p str> {
        self.inner.sid.map(|sid| self.parts.str(sid))
    }

    /// Returns what it does to the requests it applies to.
    #[must_use]
    pub fn effect(self) -> Effect {
        // Only sound statements are handed out, and those have an effect; the closed side stands
        // in for what cannot happen.
        self.inner.effect.unwrap_or(Effect::Deny)
    }

    /// Returns whether its entries stand under `NotAction`: it covers an operation that none of
    /// them matches (rule A-4).
    #[must_use]
    pub fn is_not_action(self) -> bool {
        self.inner.not_action
    }

    /// Returns the entries of `Action` or `NotAction`.
    #[must_use]
    pub fn actions(self) -> Entries<'p> {
        self.parts.entries(self.inner.actions)
    }

    /// Returns whether its entries stand under `NotResource` (rule G-8, off by default).
    #[must_use]
    pub fn is_not_resource(self) -> bool {
        self.inner.not_resource
    }

    /// Returns the entries of `Resource`; none in a trust policy, where it is the role.
    #[must_use]
    pub fn resources(self) -> Entries<'p> {
        self.parts.entries(self.inner.resources)
    }

    /// Returns the entries of `Principal` and where they stand; none but in trust and bucket
    /// policies.
    pub fn principals(self) -> impl Iterator<Item = (StatementPrincipal<'p>, Span)> {
        let run = self.parts.principals.get(self.inner.principals.range()).unwrap_or_default();
        run.iter().filter_map(move |principal| {
            let entry = self.parts.entry(&principal.entry);
            let parsed = match principal.kind {
                PrincipalKind::Ram => {
                    StatementPrincipal::Trust(TrustPrincipal::parse_ram(entry.text)?)
                }
                PrincipalKind::Service => {
                    StatementPrincipal::Trust(TrustPrincipal::parse_service(entry.text)?)
                }
                PrincipalKind::Federated => {
                    StatementPrincipal::Trust(TrustPrincipal::parse_federated(entry.text)?)
                }
                PrincipalKind::Bucket => {
                    StatementPrincipal::Bucket(BucketPrincipal::parse(entry.text)?)
                }
            };
            Some((parsed, entry.span))
        })
    }

    pub(super) fn principal_entries(
        self,
    ) -> impl Iterator<Item = (PrincipalKind, Entry<'p>)> + Clone {
        let run = self.parts.principals.get(self.inner.principals.range()).unwrap_or_default();
        run.iter().map(move |principal| (principal.kind, self.parts.entry(&principal.entry)))
    }

    /// Returns its conditions in the order of the document; all must hold (rule C-1).
    pub fn conditions(self) -> impl ExactSizeIterator<Item = Tested<'p>> + Clone {
        let run = self.parts.conditions.get(self.inner.conditions.range()).unwrap_or_default();
        run.iter().map(move |inner| Tested { parts: self.parts, inner })
    }
}

impl<'p> Tested<'p> {
    /// Returns the operator.
    #[must_use]
    pub fn operator(self) -> Operator {
        self.inner.test.operator()
    }

    /// Returns where the operator stands.
    #[must_use]
    pub fn operator_span(self) -> Span {
        self.inner.operator_span
    }

    /// Returns the condition key as written and where it stands.
    #[must_use]
    pub fn key(self) -> Entry<'p> {
        self.parts.entry(&self.inner.key)
    }

    /// Returns the values as written.
    #[must_use]
    pub fn values(self) -> Entries<'p> {
        self.parts.entries(self.inner.values)
    }

    /// Returns the values as they were read under the operator.
    #[must_use]
    pub fn test(self) -> &'p Test {
        &self.inner.test
    }
}
