//! The plain way: every statement is tested in order.
// Nothing here may overflow or divide by zero.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use super::{Polarity, PolicySet, StatementTest, Verdict};
use crate::{Layer, Outcome, Request, StatementRef};

/// A set of policies that is decided by testing one statement after the other.
///
/// It gives the answers of [`PolicySet`] and is there to be compared with: by tests, which hold
/// the index to it, and by benchmarks, which tell what the index saves.
#[derive(Debug)]
pub struct Scan<'s> {
    set: &'s PolicySet,
    tests: Vec<StatementTest>,
}

impl<'s> Scan<'s> {
    /// Compiles every statement of a set.
    #[must_use]
    pub fn new(set: &'s PolicySet) -> Self {
        Self { set, tests: set.tests().collect() }
    }

    /// Decides a request against the set as one unit (rule E-1), and names the statement.
    #[must_use]
    pub fn decide(&self, request: &Request<'_>) -> (Outcome, Option<StatementRef>) {
        self.verdict(request).named()
    }

    pub(crate) fn verdict(&self, request: &Request<'_>) -> Verdict {
        let mut allowed = None;
        for test in &self.tests {
            // An Allow after the first one cannot change the outcome.
            if test.polarity() == Polarity::Allow && allowed.is_some() {
                continue;
            }
            if test.applies(request, self.set.policies()) {
                match test.polarity() {
                    Polarity::Deny => return Verdict::ExplicitDeny(test.at()),
                    Polarity::Allow => allowed = Some(test.at()),
                }
            }
        }
        allowed.map_or(Verdict::ImplicitDeny, Verdict::Allow)
    }
}

impl Verdict {
    /// Returns the outcome and the statement, as if the set were attached to the account.
    pub(crate) fn named(self) -> (Outcome, Option<StatementRef>) {
        let at = |at| Some(StatementRef::new(Layer::Account, at));
        match self {
            Self::ExplicitDeny(statement) => (Outcome::ExplicitDeny, at(statement)),
            Self::Allow(statement) => (Outcome::Allow, at(statement)),
            Self::ImplicitDeny => (Outcome::ImplicitDeny, None),
        }
    }
}
