//! The story behind a decision: what applied, what nearly did, and what grant is missing.
//!
//! Apart from the fast path: it tests every statement of the layers that mattered and allocates as
//! it likes. It reaches its facts through the same tests as [`Authorizer::decide`], so the two
//! cannot tell different stories.

mod grant;
mod miss;

use ramguard_policy::Effect;

pub use grant::Grant;
pub use miss::{ArnField, Miss};

use crate::compile::{Polarity, PolicySet};
use crate::{Authorizer, Decision, Layer, Outcome, Reason, Request, StatementRef};

/// At most this many near misses are told, nearest first.
pub const MAX_NEAR_MISSES: usize = 10;

/// Why a request was decided as it was, for people.
#[derive(Clone, Debug)]
pub struct Explanation {
    decision: Decision,
    applied: Vec<StatementReport>,
    near_misses: Vec<StatementReport>,
    grants: Vec<Grant>,
}

/// One statement and what kept it from applying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementReport {
    /// The statement.
    pub at: StatementRef,
    /// Its effect.
    pub effect: Effect,
    /// What failed, in the order action, resource, principal, conditions; empty if it applies.
    pub misses: Vec<Miss>,
}

impl StatementReport {
    /// How far the statement is from applying: a condition that does not hold weighs least, an
    /// action of another service most.
    #[must_use]
    pub fn distance(&self) -> u32 {
        self.misses.iter().map(Miss::weight).sum()
    }
}

impl Explanation {
    /// Returns the decision, the same as [`Authorizer::decide`] gives.
    #[must_use]
    pub fn decision(&self) -> Decision {
        self.decision
    }

    /// Returns every statement that applies, in the layers that were asked, those of the deciding
    /// effect first.
    #[must_use]
    pub fn applied(&self) -> &[StatementReport] {
        &self.applied
    }

    /// Returns the statements of the deciding layers that would have allowed the request but for
    /// what their report names, nearest first; none for an allowed request.
    #[must_use]
    pub fn near_misses(&self) -> &[StatementReport] {
        &self.near_misses
    }

    /// Returns the smallest grants that would have allowed the request: one policy for each layer
    /// that is silent. Empty for an allowed request, and where no grant helps: an explicit Deny, or
    /// a caller no policy of the layer can name.
    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }
}

impl Authorizer {
    /// Explains the decision of a request.
    ///
    /// ```
    /// use ramguard::{Authorizer, Policy, Request};
    ///
    /// let policy = Policy::parse(
    ///     r#"{ "Version": "1", "Statement": [{
    ///         "Effect": "Allow", "Action": "ecs:Stop*", "Resource": "acs:ecs:*:*:instance/i-a" }] }"#,
    /// )?;
    /// let request = Request::parse("ecs:StopInstance", "acs:ecs:cn-hangzhou:1:instance/i-b")?;
    /// let explanation = Authorizer::new([policy]).explain(&request);
    /// let nearest = &explanation.near_misses()[0];
    /// assert_eq!(nearest.misses.len(), 1);
    /// assert!(nearest.misses[0].to_string().contains("instance/i-b"));
    /// assert!(explanation.grants()[0].policy.to_json().contains("ecs:StopInstance"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn explain(&self, request: &Request<'_>) -> Explanation {
        let decision = self.decide(request);
        let mut applied = Vec::new();
        let mut near_misses = Vec::new();
        for layer in self.layers_asked(decision) {
            let Some(set) = self.set(layer) else { continue };
            for report in reports(set, layer, request) {
                if report.misses.is_empty() {
                    applied.push(report);
                } else if report.effect == Effect::Allow {
                    near_misses.push(report);
                }
            }
        }
        let deciding = match decision.outcome() {
            Outcome::Allow | Outcome::ImplicitDeny => Effect::Allow,
            Outcome::ExplicitDeny => Effect::Deny,
        };
        applied.sort_by_key(|report| (report.effect != deciding, report.at));
        if decision.outcome() == Outcome::ImplicitDeny {
            near_misses.sort_by_key(|report| (report.distance(), report.at));
            near_misses.truncate(MAX_NEAR_MISSES);
        } else {
            near_misses.clear();
        }
        let grants = grant::missing(self, request, decision);
        Explanation { decision, applied, near_misses, grants }
    }

    /// The layers whose statements settled the decision or could have.
    fn layers_asked(&self, decision: Decision) -> Vec<Layer> {
        match (decision.reason(), decision.layer()) {
            (Reason::Statement, _) => {
                let mut layers: Vec<Layer> = decision.statements().map(|at| at.layer).collect();
                layers.dedup();
                layers
            }
            (Reason::NothingAllows(Layer::Account | Layer::ResourceGroup), _) => {
                vec![Layer::Account, Layer::ResourceGroup, Layer::Resource]
            }
            (Reason::ForeignResource, _) => vec![Layer::Resource],
            (_, Some(layer)) => vec![layer],
            (_, None) => Vec::new(),
        }
    }
}

fn reports<'r>(
    set: &'r PolicySet,
    layer: Layer,
    request: &'r Request<'_>,
) -> impl Iterator<Item = StatementReport> + 'r {
    set.tests().map(move |test| StatementReport {
        at: StatementRef::new(layer, test.at()),
        effect: match test.polarity() {
            Polarity::Allow => Effect::Allow,
            Polarity::Deny => Effect::Deny,
        },
        misses: miss::of(&test, request, set.policies()),
    })
}
