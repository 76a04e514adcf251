//! Puts the checks of an operation together (rules R-9 and E-14).
// Nothing here may overflow or divide by zero.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::fmt;

use super::checks::{Check, Checks};
use super::operation::{InstanceOperation, OperationError};
use crate::{Authorizer, Context, Decision, Outcome, Principal, RequestError};

/// What ECS answers when a check fails. Source: error lists of AttachInstanceRamRole and of the
/// common codes (ECS API reference).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EcsError {
    /// A check of an ECS action is not allowed.
    ForbiddenRam,
    /// The check of `ram:PassRole` is not allowed.
    PassRoleForbidden,
}

impl EcsError {
    /// Returns the error code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ForbiddenRam => "Forbidden.RAM",
            Self::PassRoleForbidden => "InvalidUser.PassRoleForbidden",
        }
    }

    /// Returns the HTTP status.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        403
    }

    /// Returns the message ECS sends along.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::ForbiddenRam => {
                "User not authorized to operate on the specified resource, or this API doesn't \
                 support RAM."
            }
            Self::PassRoleForbidden => {
                "The RAM user does not have the privilege to pass a RAM role."
            }
        }
    }
}

impl fmt::Display for EcsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The first check of an operation that is not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedCheck {
    /// Its number among the checks, from 0.
    pub index: usize,
    /// What was decided for it.
    pub decision: Decision,
    /// What ECS answers.
    pub error: EcsError,
}

/// What an operation comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationDecision {
    outcome: Outcome,
    checks: Checks,
    /// One for each check.
    decisions: Vec<Decision>,
    failed: Option<FailedCheck>,
}

impl OperationDecision {
    /// Puts decided checks together: allowed only if all are, else an explicit denial if any is
    /// one, else an implicit one (rule E-14). Without a check nothing is allowed.
    ///
    /// For a host whose checks are not all decided by one authorizer, as where each instance is in
    /// a resource group of its own.
    #[must_use]
    pub fn combine<'c>(decided: impl IntoIterator<Item = (Check<'c>, Decision)>) -> Self {
        let mut checks = Checks::default();
        let mut decisions = Vec::new();
        for (check, decision) in decided {
            checks.push(check);
            decisions.push(decision);
        }
        Self::of(checks, decisions)
    }

    /// Takes checks with the decision on each.
    fn of(checks: Checks, decisions: Vec<Decision>) -> Self {
        let index = decisions.iter().position(|decision| !decision.is_allowed());
        let is_denied = |decision: &Decision| decision.outcome() == Outcome::ExplicitDeny;
        let outcome = if index.is_some() && decisions.iter().any(is_denied) {
            Outcome::ExplicitDeny
        } else if index.is_none() && !decisions.is_empty() {
            Outcome::Allow
        } else {
            Outcome::ImplicitDeny
        };
        let failed = index.and_then(|index| {
            let error = match checks.get(index)?.passes_role_to {
                Some(_) => EcsError::PassRoleForbidden,
                None => EcsError::ForbiddenRam,
            };
            Some(FailedCheck { index, decision: *decisions.get(index)?, error })
        });
        Self { outcome, checks, decisions, failed }
    }

    /// Returns the outcome of all checks together.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Returns whether the operation may proceed.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.outcome.is_allowed()
    }

    /// Returns every check with its decision, in the order they are made.
    pub fn checks(&self) -> impl ExactSizeIterator<Item = (Check<'_>, &Decision)> + Clone {
        self.checks.iter().zip(&self.decisions)
    }

    /// Returns the first check that is not allowed, with the error of ECS.
    #[must_use]
    pub fn failed(&self) -> Option<&FailedCheck> {
        self.failed.as_ref()
    }
}

/// Why an operation could not be decided; it is denied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OperationRequestError {
    /// A parameter of the operation is missing or not of its form.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// A check is no valid request.
    #[error(transparent)]
    Request(#[from] RequestError),
}

impl Authorizer {
    /// Decides an operation of ECS: every check of the call, made by `principal` under `context`.
    ///
    /// The engine sets `acs:Service` in the check of `ram:PassRole`, over whatever the context
    /// says.
    ///
    /// ```
    /// use ramguard::role::InstanceOperation;
    /// use ramguard::{Authorizer, Context, Policy};
    ///
    /// let policy = Policy::parse(
    ///     r#"{ "Version": "1", "Statement": [{
    ///         "Effect": "Allow", "Action": "ecs:AttachInstanceRamRole", "Resource": "*" }] }"#,
    /// )?;
    /// let attach = InstanceOperation::AttachInstanceRamRole {
    ///     region: "cn-hangzhou".into(),
    ///     account: "1000000000000001".into(),
    ///     instance_ids: vec!["i-a".into()],
    ///     ram_role_name: "app".into(),
    ///     policy: None,
    /// };
    /// let decision =
    ///     Authorizer::new([policy]).decide_operation(&attach, None, &Context::default())?;
    /// let error = decision.failed().map(|failed| failed.error.code());
    /// assert_eq!(error, Some("InvalidUser.PassRoleForbidden"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If a parameter of the operation is missing or not of its form; nothing is decided then, and
    /// the call must be refused.
    pub fn decide_operation(
        &self,
        operation: &InstanceOperation,
        principal: Option<&Principal<'_>>,
        context: &Context<'_>,
    ) -> Result<OperationDecision, OperationRequestError> {
        let checks = operation.checks(self.semantics())?;
        let decisions = self.decide_checks(&checks, principal, context)?;
        Ok(OperationDecision::of(checks, decisions))
    }

    /// Decides checks one after the other. Those on a hundred instances are one request, turned from
    /// one instance to the next.
    fn decide_checks(
        &self,
        checks: &Checks,
        principal: Option<&Principal<'_>>,
        context: &Context<'_>,
    ) -> Result<Vec<Decision>, RequestError> {
        let mut decisions = Vec::with_capacity(checks.len());
        let mut items = checks.items();
        let mut next = items.next();
        while let Some(item) = next {
            let first = checks.check(item);
            let mut request = first.request(principal, context)?;
            decisions.push(self.decide(&request));
            let mut run = self.run(&request);
            next = items.next();
            while let Some(item) = next
                && checks.turn(&mut request, &first, item)
            {
                decisions.push(*run.decide(&request));
                next = items.next();
            }
        }
        Ok(decisions)
    }
}
