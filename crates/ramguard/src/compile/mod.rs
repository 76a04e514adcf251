//! Policies made ready to decide with.
//!
//! Work that does not depend on the request is done here, once: patterns are cut, cases folded,
//! principals read. What is left for a decision is comparing.

mod principal;
mod resource;
mod statement;

use ramguard_match::{Case, Pattern};
use ramguard_policy::{Kind, Policy};

use crate::Request;
pub(crate) use principal::PrincipalTest;
pub(crate) use resource::ResourceTest;
pub(crate) use statement::{Polarity, StatementTest, evaluate};

/// Why a set of policies cannot be decided with: one document of the wrong kind poisons it, since
/// it could hold a Deny (poison rule, decision D-42).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("policy {document} is a {kind} policy, which does not belong in this place")]
pub struct Poison {
    /// The number of the policy in its set, from 0.
    pub document: usize,
    /// Its kind.
    pub kind: Kind,
}

/// Policies that are evaluated as one unit (rule E-1), compiled once and shared.
///
/// Cheap to share: put it in an [`std::sync::Arc`] and hand it to as many
/// [`Authorizer`](crate::Authorizer)s as need it.
#[derive(Clone, Debug, Default)]
pub struct PolicySet {
    policies: Vec<Policy>,
    statements: Vec<StatementTest>,
}

/// What a unit of policies says, and which statement said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    ExplicitDeny(StatementAt),
    Allow(StatementAt),
    ImplicitDeny,
}

/// Where a statement stands in its set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StatementAt {
    pub(crate) document: u32,
    pub(crate) statement: u32,
}

impl PolicySet {
    /// Compiles policies into one unit.
    #[must_use]
    pub fn new(policies: impl IntoIterator<Item = Policy>) -> Self {
        let policies: Vec<Policy> = policies.into_iter().collect();
        let mut statements = Vec::with_capacity(policies.iter().map(Policy::len).sum());
        for (document, policy) in policies.iter().enumerate() {
            for statement in policy.statements() {
                statements.push(StatementTest::compile(document, policy.kind(), statement));
            }
        }
        Self { policies, statements }
    }

    /// Returns the policies, in the order given.
    #[must_use]
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// Returns how many statements there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.statements.len()
    }

    /// Returns whether there is no statement.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// Returns the first policy whose kind is not among `kinds`.
    pub(crate) fn poison(&self, kinds: &[Kind]) -> Option<Poison> {
        self.policies.iter().enumerate().find_map(|(document, policy)| {
            let kind = policy.kind();
            (!kinds.contains(&kind)).then_some(Poison { document, kind })
        })
    }

    pub(crate) fn tests(&self) -> &[StatementTest] {
        &self.statements
    }

    /// Evaluates the unit: an applicable Deny wins over an applicable Allow, and the first of the
    /// winning effect in the order of the documents is named (rule E-1).
    pub(crate) fn decide(&self, request: &Request<'_>) -> Verdict {
        let mut allowed = None;
        for test in &self.statements {
            // An Allow after the first one cannot change the outcome.
            if test.polarity() == Polarity::Allow && allowed.is_some() {
                continue;
            }
            if test.applies(request, &self.policies) {
                match test.polarity() {
                    Polarity::Deny => return Verdict::ExplicitDeny(test.at()),
                    Polarity::Allow => allowed = Some(test.at()),
                }
            }
        }
        allowed.map_or(Verdict::ImplicitDeny, Verdict::Allow)
    }
}

impl From<Policy> for PolicySet {
    fn from(policy: Policy) -> Self {
        Self::new([policy])
    }
}

fn folded(text: &str) -> Pattern {
    Pattern::new(text, Case::AsciiInsensitive)
}
