//! A policy: a document that was proved free of problems.

use std::sync::Arc;

use super::parts::{Parts, Statement};
use super::{Document, ReadOptions, write};
use crate::{Kind, PolicyError};

/// A policy document without a problem: the only thing that can be compiled and decided with.
///
/// Cheap to clone: clones share one copy. Two policies are equal if they are of one kind and have
/// the same canonical form ([`Policy::to_json`]): white space, escapes, the order of members and
/// the scalar or list form of a single entry do not count.
///
/// ```
/// use ramguard_policy::{Effect, Policy};
///
/// let policy = Policy::parse(
///     r#"{ "Version": "1", "Statement": [{
///         "Effect": "Allow", "Action": ["ecs:Describe*"], "Resource": "*" }] }"#,
/// )?;
/// let statement = policy.statements().next().expect("one statement");
/// assert_eq!(statement.effect(), Effect::Allow);
/// assert_eq!(statement.actions().next().map(|entry| entry.text), Some("ecs:Describe*"));
/// # Ok::<(), ramguard_policy::PolicyError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Policy {
    kind: Kind,
    parts: Arc<Parts>,
}

impl Policy {
    /// Reads an identity policy under RAM's own limits.
    ///
    /// # Errors
    /// Every problem of the document, in the order of the text.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        Self::parse_as(Kind::Identity, text)
    }

    /// Reads a policy of a kind under RAM's own limits.
    ///
    /// # Errors
    /// Every problem of the document, in the order of the text.
    pub fn parse_as(kind: Kind, text: &str) -> Result<Self, PolicyError> {
        Document::read(kind, text).into_policy()
    }

    /// Reads a policy of a kind under limits and options of the caller.
    ///
    /// # Errors
    /// Every problem of the document, in the order of the text.
    pub fn parse_with(kind: Kind, text: &str, options: &ReadOptions) -> Result<Self, PolicyError> {
        Document::read_with(kind, text, options).into_policy()
    }

    pub(super) fn from_parts(kind: Kind, parts: Parts) -> Self {
        Self { kind, parts: Arc::new(parts) }
    }

    /// Returns the kind it was read as.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the text it was read from; spans of its statements point into it.
    #[must_use]
    pub fn source(&self) -> &str {
        self.parts.source()
    }

    /// Returns its statements in the order of the document; there is at least one.
    pub fn statements(&self) -> impl Iterator<Item = Statement<'_>> {
        self.parts.sound_statements()
    }

    /// Returns the statement of that number, from 0.
    #[must_use]
    pub fn statement(&self, index: usize) -> Option<Statement<'_>> {
        self.parts.statement(index)
    }

    /// Returns how many statements it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.statements.len()
    }

    /// Returns whether it has no statement, which no policy is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.statements.is_empty()
    }

    /// Writes it in canonical form: members in a fixed order, lists and conditions in the order of
    /// the document, one entry as a scalar, no blanks. Reading the result gives an equal policy.
    #[must_use]
    pub fn to_json(&self) -> String {
        write::compact(self)
    }

    /// Writes it for people: indented by two blanks, short lists on one line.
    #[must_use]
    pub fn to_json_pretty(&self) -> String {
        write::pretty(self)
    }
}

impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
            && (Arc::ptr_eq(&self.parts, &other.parts) || self.to_json() == other.to_json())
    }
}

impl Eq for Policy {}
