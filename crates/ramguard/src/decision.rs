//! What was decided, and what settled it.

use std::fmt;

use crate::compile::StatementAt;
use crate::{PrincipalKind, Request};

/// The outcome of a request (rule E-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Outcome {
    /// It may proceed.
    Allow,
    /// A statement denies it.
    ExplicitDeny,
    /// Nothing allows it.
    ImplicitDeny,
}

impl Outcome {
    /// Returns the name used in reports and test cases.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::ExplicitDeny => "ExplicitDeny",
            Self::ImplicitDeny => "ImplicitDeny",
        }
    }

    /// Returns whether the request may proceed.
    #[must_use]
    pub const fn is_allowed(self) -> bool {
        matches!(self, Self::Allow)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A layer of the evaluation chain (section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "layer", rename_all = "snake_case"))]
pub enum Layer {
    /// A control policy of the resource directory, at a node counted from the member upward.
    Control {
        /// The node, 0 for the member itself.
        node: u32,
    },
    /// The session policy of a role session.
    Session,
    /// The policies of the caller at account level, direct and by group.
    Account,
    /// The policies granted on the resource group of the resource.
    ResourceGroup,
    /// The trust policy of the role or the bucket policy.
    Resource,
}

impl Layer {
    /// Returns the name used in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Control { .. } => "control policy",
            Self::Session => "session policy",
            Self::Account => "account-level policy",
            Self::ResourceGroup => "resource-group-level policy",
            Self::Resource => "resource-based policy",
        }
    }
}

/// A statement that settled a decision: which layer, policy and statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StatementRef {
    /// The layer.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub layer: Layer,
    /// The policy's number in the layer, from 0, in the order given.
    pub policy: usize,
    /// The statement's number in the policy, from 0.
    pub statement: usize,
}

impl StatementRef {
    pub(crate) fn new(layer: Layer, at: StatementAt) -> Self {
        Self { layer, policy: at.document as usize, statement: at.statement as usize }
    }
}

/// Why a request was decided as it was.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "kind", rename_all = "snake_case"))]
pub enum Reason {
    /// A statement allows or denies it; see [`Decision::statements`].
    Statement,
    /// No statement of this layer allows it.
    NothingAllows(Layer),
    /// The caller is the root of the account that owns the resource (rule E-10).
    Ownership,
    /// The root of an account cannot assume a role (rule E-10).
    RootCannotAssumeRole,
    /// The account of the caller does not own the resource, so the caller's own Allow counts for
    /// nothing, and no policy of the resource allows it (rule E-12).
    ForeignResource,
    /// A policy is in a place where its kind does not belong, so nothing is allowed (D-42).
    Poisoned(Layer),
}

/// The outcome of a request and what settled it. Small and free of allocation; the words are put
/// together when it is printed, the story behind it by
/// [`Authorizer::explain`](crate::Authorizer::explain).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "DecisionForm", try_from = "DecisionForm"))]
pub struct Decision {
    outcome: Outcome,
    reason: Reason,
    statements: [Option<StatementRef>; 2],
}

/// The form of a decision in serde.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct DecisionForm {
    outcome: Outcome,
    reason: Reason,
    #[serde(default)]
    statements: Vec<StatementRef>,
}

#[cfg(feature = "serde")]
impl From<Decision> for DecisionForm {
    fn from(decision: Decision) -> Self {
        let statements = decision.statements().collect();
        Self { outcome: decision.outcome, reason: decision.reason, statements }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<DecisionForm> for Decision {
    type Error = &'static str;

    fn try_from(form: DecisionForm) -> Result<Self, &'static str> {
        let statements = match form.statements.as_slice() {
            [] => [None, None],
            [one] => [Some(*one), None],
            [one, two] => [Some(*one), Some(*two)],
            _ => return Err("at most two statements settle a decision"),
        };
        if (form.reason == Reason::Statement) != statements.iter().any(Option::is_some) {
            return Err("statements settle a decision exactly if its reason says so");
        }
        Ok(Self { outcome: form.outcome, reason: form.reason, statements })
    }
}

impl Decision {
    pub(crate) fn new(outcome: Outcome, reason: Reason) -> Self {
        Self { outcome, reason, statements: [None, None] }
    }

    pub(crate) fn by(outcome: Outcome, statement: StatementRef) -> Self {
        Self { outcome, reason: Reason::Statement, statements: [Some(statement), None] }
    }

    pub(crate) fn by_both(outcome: Outcome, first: StatementRef, second: StatementRef) -> Self {
        Self { outcome, reason: Reason::Statement, statements: [Some(first), Some(second)] }
    }

    /// Returns the outcome.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Returns whether the request may proceed.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.outcome.is_allowed()
    }

    /// Returns why.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// Returns the statements that settled it: for AssumeRole one of each side, else at most one.
    /// Where several apply, it is the first in the order of the policies.
    pub fn statements(&self) -> impl Iterator<Item = StatementRef> {
        self.statements.into_iter().flatten()
    }

    /// Returns the layer that settled it.
    #[must_use]
    pub fn layer(&self) -> Option<Layer> {
        match self.reason {
            Reason::Statement => self.statements().next().map(|statement| statement.layer),
            Reason::NothingAllows(layer) | Reason::Poisoned(layer) => Some(layer),
            Reason::ForeignResource => Some(Layer::Resource),
            Reason::Ownership | Reason::RootCannotAssumeRole => None,
        }
    }

    /// Returns what RAM's diagnosis would say of a denial (section 5.3); `None` if it is allowed.
    #[must_use]
    pub fn denial(&self, request: &Request<'_>) -> Option<Denial> {
        let no_permission_type = match self.outcome {
            Outcome::Allow => return None,
            Outcome::ExplicitDeny | Outcome::ImplicitDeny => self.outcome.name(),
        };
        let is_assume_role = request.mode() != crate::Mode::Standard;
        let no_permission_policy_type = match self.layer() {
            Some(Layer::Control { .. }) => Some("ControlPolicy"),
            Some(Layer::Session) => Some("SessionPolicy"),
            Some(Layer::Account) => Some("AccountLevelIdentityBasedPolicy"),
            Some(Layer::ResourceGroup) => Some("ResourceGroupLevelIdentityBasedPolicy"),
            Some(Layer::Resource) if is_assume_role => Some("AssumeRolePolicy"),
            // The vocabulary has no word for other resource-based policies.
            Some(Layer::Resource) | None => None,
        };
        let auth_principal_type = match request.principal().map(crate::Principal::kind) {
            None | Some(PrincipalKind::User) => Some("SubUser"),
            Some(PrincipalKind::Role) => Some("AssumedRoleUser"),
            Some(PrincipalKind::Federated) => Some("Federated"),
            Some(PrincipalKind::Root) => Some("RootUser"),
            Some(PrincipalKind::Service | PrincipalKind::Anonymous) => None,
        };
        Some(Denial { no_permission_type, no_permission_policy_type, auth_principal_type })
    }
}

/// A denial in the vocabulary of RAM's own diagnosis. Source: "DecodeDiagnosticMessage" (RAM
/// documentation), section 5.3 of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "PascalCase"))]
pub struct Denial {
    /// `NoPermissionType`: `ImplicitDeny` or `ExplicitDeny`.
    pub no_permission_type: &'static str,
    /// `NoPermissionPolicyType`, for example `AccountLevelIdentityBasedPolicy`.
    pub no_permission_policy_type: Option<&'static str>,
    /// `AuthPrincipalType`, for example `SubUser`.
    pub auth_principal_type: Option<&'static str>,
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.outcome {
            Outcome::Allow => "allowed",
            Outcome::ExplicitDeny => "denied",
            Outcome::ImplicitDeny => "not allowed",
        };
        match self.reason {
            Reason::Statement => {
                write!(f, "{word} by ")?;
                for (i, at) in self.statements().enumerate() {
                    if i > 0 {
                        f.write_str(" and ")?;
                    }
                    write!(
                        f,
                        "statement {} of {} {}",
                        at.statement + 1,
                        at.layer.name(),
                        at.policy + 1
                    )?;
                    if let Layer::Control { node } = at.layer {
                        write!(f, " of node {}", node + 1)?;
                    }
                }
                Ok(())
            }
            Reason::NothingAllows(Layer::Control { node }) => {
                write!(f, "{word}: no control policy of node {} allows it", node + 1)
            }
            Reason::NothingAllows(layer) => write!(f, "{word}: no {} allows it", layer.name()),
            Reason::Ownership => write!(f, "{word}: the caller is the owner of the resource"),
            Reason::RootCannotAssumeRole => {
                write!(f, "{word}: the root of an account cannot assume a role")
            }
            Reason::ForeignResource => write!(
                f,
                "{word}: the resource belongs to another account, and no policy of it allows the \
                 caller"
            ),
            Reason::Poisoned(layer) => {
                write!(
                    f,
                    "{word}: a policy of the wrong kind stands in place of a {}",
                    layer.name()
                )
            }
        }
    }
}
