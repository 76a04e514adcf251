//! What keeps a statement from applying, with what was seen and what is wanted.

use std::fmt;

use ramguard_policy::condition::{Operator, Truth};
use ramguard_policy::text::{Shown, shown};
use ramguard_policy::{Policy, Statement};

use crate::Request;
use crate::compile::{StatementTest, evaluate};

/// A message quotes at most this many of the wanted values.
const MAX_WANTED: usize = 5;

/// A message quotes at most this many characters of a name or value: most ARNs whole.
const MAX_QUOTED_CHARS: usize = 256;

/// One thing that keeps a statement from applying.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Miss {
    /// The action is not covered.
    Action {
        /// The action of the request.
        seen: Box<str>,
        /// The entries of the statement.
        wanted: Vec<Box<str>>,
        /// Whether they stand under `NotAction`, so that the action is excluded.
        excluded: bool,
        /// Whether an entry names at least the service.
        same_service: bool,
    },
    /// The resource is not covered.
    Resource {
        /// The resource of the request.
        seen: Box<str>,
        /// The entries of the statement.
        wanted: Vec<Box<str>>,
        /// Whether they stand under `NotResource`, so that the resource is excluded.
        excluded: bool,
        /// For the entry that comes nearest, the first field that does not match.
        field: Option<ArnField>,
    },
    /// The statement is about somebody else.
    Principal {
        /// The caller.
        seen: Box<str>,
    },
    /// A condition does not hold.
    Condition {
        /// The operator.
        operator: Operator,
        /// The condition key as the statement writes it.
        key: Box<str>,
        /// The values of the request; `None` if it does not have the key.
        seen: Option<Vec<Box<str>>>,
        /// The values of the statement.
        wanted: Vec<Box<str>>,
        /// Whether the value of the request could not be read as the operator asks (rule C-11).
        unreadable: bool,
    },
}

/// A field of an ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ArnField {
    /// The RAM code of the service.
    Service,
    /// The region.
    Region,
    /// The account.
    Account,
    /// What follows the fourth colon.
    RelativeId,
}

impl ArnField {
    /// Returns the name of the field.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Region => "region",
            Self::Account => "account",
            Self::RelativeId => "relative id",
        }
    }
}

impl Miss {
    pub(super) fn weight(&self) -> u32 {
        match self {
            Self::Condition { .. } => 1,
            Self::Principal { .. } => 8,
            Self::Resource { field, .. } => match field {
                Some(ArnField::RelativeId) => 16,
                Some(ArnField::Account) => 20,
                Some(ArnField::Region) => 24,
                Some(ArnField::Service) | None => 32,
            },
            Self::Action { same_service: true, .. } => 64,
            Self::Action { same_service: false, .. } => 256,
        }
    }
}

/// Returns what keeps the statement from applying; nothing if it applies.
pub(super) fn of(test: &StatementTest, request: &Request<'_>, policies: &[Policy]) -> Vec<Miss> {
    let at = test.at();
    let statement = policies
        .get(at.document as usize)
        .and_then(|policy| policy.statement(at.statement as usize));
    let Some(statement) = statement else { return Vec::new() };
    let mut misses = Vec::new();
    if !test.covers_action(request) {
        misses.push(action(statement, request));
    }
    if !test.covers_resource(request) {
        misses.push(resource(test, statement, request));
    }
    if !test.polarity().settle(test.names_caller(request)) {
        let seen = request.principal().map_or("a caller without a name", |caller| caller.id());
        misses.push(Miss::Principal { seen: seen.into() });
    }
    for tested in statement.conditions() {
        let truth = evaluate(tested, request);
        if test.polarity().settle(truth) {
            continue;
        }
        let seen = request.values(tested.key().text);
        let seen = seen.map(|seen| seen.iter().map(Into::into).collect());
        misses.push(Miss::Condition {
            operator: tested.operator(),
            key: tested.key().text.into(),
            seen,
            wanted: tested.values().map(|value| value.text.into()).collect(),
            unreadable: truth == Truth::Unknown,
        });
    }
    misses
}

fn action(statement: Statement<'_>, request: &Request<'_>) -> Miss {
    let service = |action: &str| action.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let own = service(request.action());
    Miss::Action {
        seen: request.action().into(),
        wanted: statement.actions().map(|entry| entry.text.into()).collect(),
        excluded: statement.is_not_action(),
        same_service: statement.actions().any(|entry| service(entry.text) == own),
    }
}

fn resource(test: &StatementTest, statement: Statement<'_>, request: &Request<'_>) -> Miss {
    Miss::Resource {
        seen: request.resource().into(),
        wanted: statement.resources().map(|entry| entry.text.into()).collect(),
        excluded: statement.is_not_resource(),
        field: test.nearest_resource_field(request),
    }
}

fn quoted(text: &str) -> Shown<'_> {
    shown(text).with_max_chars(MAX_QUOTED_CHARS)
}

struct List<'l>(&'l [Box<str>]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, text) in self.0.iter().take(MAX_WANTED).enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            write!(f, "`{}`", quoted(text))?;
        }
        match self.0.len().saturating_sub(MAX_WANTED) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Action { seen, wanted, excluded: false, .. } => {
                write!(f, "action `{}` is not covered by {}", quoted(seen), List(wanted))
            }
            Self::Action { seen, wanted, excluded: true, .. } => {
                write!(f, "action `{}` is excluded by `NotAction` {}", quoted(seen), List(wanted))
            }
            Self::Resource { seen, wanted, excluded: true, .. } => {
                write!(
                    f,
                    "resource `{}` is excluded by `NotResource` {}",
                    quoted(seen),
                    List(wanted)
                )
            }
            Self::Resource { seen, wanted, field, .. } => {
                write!(f, "resource `{}` is not covered by {}", quoted(seen), List(wanted))?;
                match field {
                    Some(field) => write!(f, " (the {} differs)", field.name()),
                    None if seen.as_ref() == "*" => f.write_str(
                        " (only `*` covers an operation without resource-level support)",
                    ),
                    None => Ok(()),
                }
            }
            Self::Principal { seen } => {
                write!(f, "`{}` is not among the principals", quoted(seen))
            }
            Self::Condition { operator, key, seen, wanted, unreadable } => {
                let (operator, key) = (operator.name(), quoted(key));
                write!(f, "condition {operator} on `{key}` wants {}; ", List(wanted))?;
                match seen {
                    None => f.write_str("the request does not have the key"),
                    Some(seen) if *unreadable => {
                        write!(f, "the request has {}, which cannot be compared", List(seen))
                    }
                    Some(seen) => write!(f, "the request has {}", List(seen)),
                }
            }
        }
    }
}

impl StatementTest {
    /// Returns the first field that does not match, for the entry that gets furthest.
    fn nearest_resource_field(&self, request: &Request<'_>) -> Option<ArnField> {
        self.resource_tests()
            .filter_map(|entry| entry.first_mismatch(request, self.polarity()))
            .max()
    }
}
