//! A document as it was read, faults included; and the policy it is if there are none.
//!
//! [`Document`] feeds linters and editors. [`Policy`] exists only if no problem was found, and is
//! the only thing that can be compiled and decided with: a Deny that cannot be read must never
//! turn into an Allow (poison rule, decision D-42).

mod check;
mod parts;
mod policy;
#[cfg(feature = "serde")]
mod serde;
mod write;

use std::fmt::{self, Write as _};

pub use parts::{Entries, Entry, Statement, StatementPrincipal, Tested};
pub use policy::Policy;
#[cfg(feature = "serde")]
pub use serde::PolicySeed;
pub use write::quote_json;

use crate::json::{self, JsonLimits, Kind as JsonKind, Tree, Value};
use crate::text::{LineIndex, Span};
use crate::{Kind, Limits, PolicyError, Problem};
use parts::Parts;

/// What a statement does to the requests it applies to (rule G-6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// Grants, unless something denies.
    Allow,
    /// Denies, whatever else grants.
    Deny,
}

impl Effect {
    /// Returns the effect as a document writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a document is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// Sizes and nesting.
    pub limits: Limits,
    /// Accepts `NotResource`, gone from the documentation since 2019, as the complement of
    /// `Resource` (rule G-8, decision D-05). Off by default.
    pub legacy_not_resource: bool,
}

/// A document as it was read: its text, its JSON tree, every problem, and the statements that are
/// free of problems.
///
/// ```
/// use ramguard_policy::{Document, Kind};
///
/// let document = Document::read(Kind::Identity, r#"{ "Version": "2016-10-17" }"#);
/// let codes: Vec<_> = document.problems().iter().map(|problem| problem.code().name()).collect();
/// assert_eq!(codes, ["missing-statement", "invalid-version"]);
/// ```
#[derive(Debug)]
pub struct Document<'t> {
    kind: Kind,
    tree: Tree<'t>,
    problems: Vec<Problem>,
    parts: Parts,
}

impl<'t> Document<'t> {
    /// No more problems than this are kept of one document: whoever writes a million faults is
    /// told of the first thousand.
    pub const MAX_PROBLEMS: usize = 1_000;

    /// Reads a document under RAM's own limits. Never fails: problems are kept.
    #[must_use]
    pub fn read(kind: Kind, text: &'t str) -> Self {
        Self::read_with(kind, text, &ReadOptions::default())
    }

    /// Reads a document. Never fails: problems are kept.
    #[must_use]
    pub fn read_with(kind: Kind, text: &'t str, options: &ReadOptions) -> Self {
        let tree = json::read(text, &json_limits(&options.limits));
        Self::from_tree(kind, tree, options)
    }

    /// Reads a document from bytes; text that is not UTF-8 is a problem like any other.
    #[must_use]
    pub fn read_bytes(kind: Kind, bytes: &'t [u8], options: &ReadOptions) -> Self {
        let tree = json::read_bytes(bytes, &json_limits(&options.limits));
        Self::from_tree(kind, tree, options)
    }

    fn from_tree(kind: Kind, tree: Tree<'t>, options: &ReadOptions) -> Self {
        let (parts, problems) = check::check(kind, &tree, options);
        Self { kind, tree, problems, parts }
    }

    /// Returns the kind it was read as.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the text it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        self.tree.source()
    }

    /// Returns the JSON tree, with spans.
    #[must_use]
    pub fn tree(&self) -> &Tree<'t> {
        &self.tree
    }

    /// Returns every problem, in the order of the text, at most [`Self::MAX_PROBLEMS`].
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Returns the statements that are free of problems, in order.
    pub fn statements(&self) -> impl Iterator<Item = Statement<'_>> {
        self.parts.sound_statements()
    }

    /// Returns the lines of the text, to turn a span into line and column.
    #[must_use]
    pub fn line_index(&self) -> LineIndex<'_> {
        LineIndex::new(self.text())
    }

    /// Returns the JSON Pointer (RFC 6901) of the innermost value that holds `span`, the empty
    /// string for the whole document. A span in a key belongs to the key's member.
    #[must_use]
    pub fn pointer(&self, span: Span) -> String {
        let mut pointer = String::with_capacity(POINTER_BYTES);
        let mut value = self.tree.root();
        // The tree is at most `Limits::max_depth` deep, and each step goes one level down.
        while let Some(current) = value {
            value = step_into(current, span, &mut pointer);
        }
        pointer
    }

    /// Turns the document into a policy if nothing is wrong with it.
    ///
    /// # Errors
    /// Every problem of the document, if there is one.
    pub fn into_policy(self) -> Result<Policy, PolicyError> {
        if self.problems.is_empty() {
            Ok(Policy::from_parts(self.kind, self.parts))
        } else {
            Err(PolicyError::new(self.problems, self.tree.source()))
        }
    }
}

fn step_into<'v>(value: Value<'v>, span: Span, pointer: &mut String) -> Option<Value<'v>> {
    let holds = |outer: Span| outer.start <= span.start && span.end <= outer.end;
    match value.kind() {
        JsonKind::Object => {
            let member = value.members().find(|member| holds(member.span()))?;
            pointer.push('/');
            push_escaped(pointer, member.key);
            Some(member.value)
        }
        JsonKind::Array => {
            let (index, element) =
                value.elements().enumerate().find(|(_, element)| holds(element.span()))?;
            // Writing to a string cannot fail.
            let _ = write!(pointer, "/{index}");
            Some(element)
        }
        _ => None,
    }
}

/// Long enough for nearly every place of a policy.
const POINTER_BYTES: usize = 48;

/// Adds a key with its `~` as `~0` and its `/` as `~1` (RFC 6901).
fn push_escaped(pointer: &mut String, key: &str) {
    if !key.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
        return pointer.push_str(key);
    }
    for c in key.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

fn json_limits(limits: &Limits) -> JsonLimits {
    JsonLimits { max_bytes: limits.max_read_bytes(), max_depth: limits.max_depth() }
}

impl Kind {
    /// Guesses the kind of a document from its text: a `Principal` that is a map makes a trust
    /// policy, any other `Principal` a bucket policy, everything else an identity policy.
    #[must_use]
    pub fn guess(text: &str) -> Self {
        let tree = json::read(text, &json_limits(&Limits::default()));
        let statements = tree.root().and_then(|root| root.get("Statement"));
        let mut statements: Vec<Value<'_>> = match statements {
            Some(value) if value.kind() == JsonKind::Array => value.elements().collect(),
            Some(value) => vec![value],
            None => Vec::new(),
        };
        statements.retain(|statement| statement.kind() == JsonKind::Object);
        for statement in &statements {
            match statement.get("Principal") {
                Some(value) if value.kind() == JsonKind::Object => return Self::Trust,
                Some(value)
                    if value.kind() == JsonKind::Array || statement.get("Resource").is_some() =>
                {
                    return Self::Bucket;
                }
                Some(_) => return Self::Trust,
                None => {}
            }
        }
        // A trust policy that forgot its principal still gives itself away by its only action.
        let assumes = |statement: &Value<'_>| {
            statement.get("Resource").is_none()
                && statement
                    .get("Action")
                    .and_then(|action| action.as_str())
                    .is_some_and(|action| action.eq_ignore_ascii_case("sts:AssumeRole"))
        };
        if !statements.is_empty() && statements.iter().all(assumes) {
            return Self::Trust;
        }
        Self::Identity
    }
}
