//! Reading a case, deciding it, and comparing with what is expected.

use std::sync::Arc;

use ramguard_policy::Kind;
use ramguard_policy::text::{one_line, shown};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::form::{CaseRequest, PrincipalForm, SemanticsForm, mode};
use crate::role::{Check, OperationDecision, OperationRequestError};
use crate::{
    Authorizer, Decision, Layers, Mode, Outcome, Policy, PolicyError, PolicySet, Principal,
    RequestError, Semantics,
};

/// The caller of a case that names none (section 11).
const DEFAULT_ACCOUNT: &str = "1000000000000001";
const DEFAULT_USER: &str = "acs:ram::1000000000000001:user/alice";

/// Policies, a request, and the outcome that is expected.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// A name that is printed when the case fails; may be left out.
    #[serde(default)]
    pub id: String,
    /// The sentence the case proves.
    #[serde(default)]
    pub why: Option<String>,
    /// Where the rule is documented.
    #[serde(default)]
    pub source: Option<String>,
    /// The rules the case is about.
    #[serde(default)]
    pub rule: Vec<String>,
    /// `documented` or `inferred`.
    #[serde(default)]
    pub confidence: Option<String>,
    #[serde(default)]
    policy: Option<Box<RawValue>>,
    #[serde(default)]
    policies: Option<CasePolicies>,
    #[serde(default)]
    mode: Option<String>,
    #[serde(default)]
    options: SemanticsForm,
    /// The question.
    pub request: CaseRequest,
    /// `Allow`, `ExplicitDeny`, `ImplicitDeny`, or `Error` for policies that must be refused.
    pub expect: String,
}

/// The policies of a case, layer by layer, each as the text of a document.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CasePolicies {
    /// Control policies, one list a node, from the member upward; absent where they do not apply.
    #[serde(default)]
    pub control: Option<Vec<Vec<Box<RawValue>>>>,
    /// The session policy of a role session.
    #[serde(default)]
    pub session: Option<Box<RawValue>>,
    /// Policies at account level.
    #[serde(default)]
    pub account: Vec<Box<RawValue>>,
    /// Policies granted on the resource group of the resource.
    #[serde(default)]
    pub resource_group: Option<Vec<Box<RawValue>>>,
    /// The trust policy (modes `assume_role` and `role_sso`) or the bucket policy.
    #[serde(default)]
    pub resource: Option<Box<RawValue>>,
}

/// Why a case could not be decided.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// It is not JSON of the form of a case.
    #[error("not a test case: {}", one_line(&.0.to_string()))]
    Json(#[from] serde_json::Error),
    /// A member has a value that the form does not know.
    #[error("`{}` is not a known {member}", shown(.found))]
    Form {
        /// The member.
        member: &'static str,
        /// Its value.
        found: Box<str>,
    },
    /// A member is missing.
    #[error("`{member}` is missing")]
    Missing {
        /// The member.
        member: &'static str,
    },
    /// A policy is refused.
    #[error("{place}: {error}")]
    Policy {
        /// The layer the policy stands in.
        place: Box<str>,
        /// What is wrong with it.
        error: PolicyError,
    },
}

impl CaseError {
    /// Says that a member has a value that the form does not know.
    #[must_use]
    pub fn form(member: &'static str, found: &str) -> Self {
        Self::Form { member, found: found.into() }
    }

    /// Says that a member is missing.
    #[must_use]
    pub fn missing(member: &'static str) -> Self {
        Self::Missing { member }
    }

    pub(super) fn policy(place: impl Into<Box<str>>, error: PolicyError) -> Self {
        Self::Policy { place: place.into(), error }
    }
}

/// What a case came to.
#[derive(Clone, Debug)]
pub enum Got {
    /// One request was decided.
    Decision(Decision),
    /// An operation, or a list of checks, was decided.
    Operation(OperationDecision),
    /// The request is not a valid one, which makes it a denial (decision D-45).
    Refused(Box<str>),
}

/// What a case came to, and the authorizer that decided it.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// What it came to.
    pub got: Got,
    /// The policies it was decided with.
    pub authorizer: Authorizer,
}

impl Got {
    /// Returns the outcome; a request that is not valid is denied.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Decision(decision) => decision.outcome(),
            Self::Operation(decision) => decision.outcome(),
            Self::Refused(_) => Outcome::ImplicitDeny,
        }
    }
}

impl CaseResult {
    /// Returns the outcome; a request that is not valid is denied.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.got.outcome()
    }

    /// Returns whether the outcome is the one that `case` expects.
    #[must_use]
    pub fn passed(&self, case: &Case) -> bool {
        self.outcome().name() == case.expect
    }
}

impl Case {
    /// Reads a case from one JSON object.
    ///
    /// # Errors
    /// [`CaseError::Json`] if it is not JSON of the form of a case, [`CaseError::Form`] if it
    /// expects an outcome there is not.
    pub fn parse(text: &str) -> Result<Self, CaseError> {
        let case: Self = serde_json::from_str(text)?;
        match case.expect.as_str() {
            "Allow" | "ExplicitDeny" | "ImplicitDeny" | "Error" => Ok(case),
            other => Err(CaseError::form("expect", other)),
        }
    }

    /// Decides the case.
    ///
    /// # Errors
    /// If a policy is refused, or the mode or operation is not known. A request that is not valid
    /// is no error but a denial: [`Got::Refused`].
    pub fn run(&self) -> Result<CaseResult, CaseError> {
        let mode = self.mode()?;
        let authorizer = self.authorizer(mode)?;
        let got = self.question().decide(&authorizer, mode)?;
        Ok(CaseResult { got, authorizer })
    }

    /// Returns how the layers are combined.
    ///
    /// # Errors
    /// [`CaseError::Form`] if the mode is not known.
    pub fn mode(&self) -> Result<Mode, CaseError> {
        mode(self.mode.as_deref().or(self.request.mode.as_deref()))
    }

    /// Returns the question with its caller: the default user of test cases if it names none.
    #[must_use]
    pub fn question(&self) -> CaseRequest {
        let default = || PrincipalForm {
            r#type: "user".into(),
            account: Some(DEFAULT_ACCOUNT.into()),
            arn: Some(DEFAULT_USER.into()),
            ..PrincipalForm::default()
        };
        let principal = self.request.principal.clone().or_else(|| Some(default()));
        CaseRequest { principal, ..self.request.clone() }
    }

    /// Returns the options of the case.
    #[must_use]
    pub fn semantics(&self) -> Semantics {
        self.options.semantics()
    }

    /// Returns the policies of a case whose caller, with all that is attached to it, stands in an
    /// account kept elsewhere: the session policy and the policy of the resource.
    ///
    /// # Errors
    /// [`CaseError::Form`] if the case brings policies of the caller or above the account all the
    /// same, [`CaseError::Policy`] if one is refused.
    pub fn policies_beside_account(
        &self,
        mode: Mode,
    ) -> Result<(Option<Policy>, Option<Policy>), CaseError> {
        let beside = |member: &str| CaseError::form("member of a case about a world", member);
        if self.policy.is_some() {
            return Err(beside("policy"));
        }
        let Some(policies) = &self.policies else { return Ok((None, None)) };
        for (member, is_given) in [
            ("policies.account", !policies.account.is_empty()),
            ("policies.control", policies.control.is_some()),
            ("policies.resource_group", policies.resource_group.is_some()),
            ("policies.resource", policies.resource.is_some() && mode != Mode::Standard),
        ] {
            if is_given {
                return Err(beside(member));
            }
        }
        let read = |kind, place: &str, text: &Option<Box<RawValue>>| {
            let policy = text.as_ref().map(|text| self.semantics().read(kind, text.get()));
            policy.transpose().map_err(|error| CaseError::policy(place, error))
        };
        Ok((
            read(Kind::Session, "policies.session", &policies.session)?,
            read(Kind::Bucket, "policies.resource", &policies.resource)?,
        ))
    }

    fn authorizer(&self, mode: Mode) -> Result<Authorizer, CaseError> {
        let semantics = self.semantics();
        let read = |kind, place: &str, text: &RawValue| {
            semantics.read(kind, text.get()).map_err(|error| CaseError::policy(place, error))
        };
        let set = |kind, place: &str, texts: &[Box<RawValue>]| {
            let policies: Result<Vec<_>, _> =
                texts.iter().map(|text| read(kind, place, text)).collect();
            Ok::<_, CaseError>(Arc::new(PolicySet::new(policies?)))
        };
        let mut layers = Layers::default();
        match (&self.policy, &self.policies) {
            (Some(_), Some(_)) => {
                return Err(CaseError::form("member beside `policy`", "policies"));
            }
            (None, None) => return Err(CaseError::missing("policy")),
            (Some(policy), None) => {
                let policy = read(Kind::Identity, "policy", policy)?;
                layers.account = Arc::new(PolicySet::from(policy));
            }
            (None, Some(policies)) => {
                layers.account = set(Kind::Identity, "policies.account", &policies.account)?;
                if let Some(nodes) = &policies.control {
                    let nodes: Result<Vec<_>, _> = nodes
                        .iter()
                        .map(|node| set(Kind::Control, "policies.control", node))
                        .collect();
                    layers.control = Some(nodes?);
                }
                if let Some(session) = &policies.session {
                    let policy = read(Kind::Session, "policies.session", session)?;
                    layers.session = Some(Arc::new(PolicySet::from(policy)));
                }
                if let Some(group) = &policies.resource_group {
                    layers.resource_group =
                        Some(set(Kind::Identity, "policies.resource_group", group)?);
                }
                if let Some(resource) = &policies.resource {
                    let kind = match mode {
                        Mode::Standard => Kind::Bucket,
                        Mode::AssumeRole | Mode::RoleSso => Kind::Trust,
                    };
                    let policy = read(kind, "policies.resource", resource)?;
                    layers.resource = Some(Arc::new(PolicySet::from(policy)));
                }
            }
        }
        Ok(Authorizer::with_layers(layers, semantics))
    }
}

impl CaseRequest {
    /// Decides it with an authorizer.
    ///
    /// # Errors
    /// [`CaseError`] if it is neither a request nor an operation, or the operation is not known.
    pub fn decide(&self, authorizer: &Authorizer, mode: Mode) -> Result<Got, CaseError> {
        let refused = |error: RequestError| Got::Refused(error.to_string().into());
        if let Some(checks) = &self.checks {
            if self.action.is_some() || self.resource.is_some() {
                return Err(CaseError::form("member beside `checks`", "action or resource"));
            }
            let mut decided = Vec::with_capacity(checks.len());
            for check in checks {
                let principal = check.principal.as_ref().or(self.principal.as_ref()).cloned();
                let check = CaseRequest { principal, ..check.clone() };
                match check.to_request(mode) {
                    Ok(request) => {
                        let decision = authorizer.decide(&request);
                        decided.push((request, decision));
                    }
                    Err(error) => return Ok(refused(error)),
                }
            }
            let decided = decided.iter().map(|(request, decision)| {
                let passes_role = request.action().eq_ignore_ascii_case("ram:PassRole");
                let check = Check {
                    action: request.action(),
                    resource: request.resource(),
                    passes_role_to: passes_role.then_some("ecs.aliyuncs.com"),
                };
                (check, *decision)
            });
            return Ok(Got::Operation(OperationDecision::combine(decided)));
        }
        if let Some(op) = &self.op {
            if self.action.is_some() || self.resource.is_some() {
                return Err(CaseError::form("member beside `op`", "action or resource"));
            }
            let operation = op.to_operation()?;
            let principal = self.principal.as_ref().map(PrincipalForm::to_principal).transpose();
            let (principal, context) = match (principal, self.to_context()) {
                (Ok(principal), Ok(context)) => (principal, context),
                (Err(error), _) | (_, Err(error)) => return Ok(refused(error)),
            };
            return Ok(self.decide_operation(authorizer, &operation, principal.as_ref(), &context));
        }
        if self.action.is_none() {
            return Err(CaseError::missing("action"));
        }
        if self.resource.is_none() {
            return Err(CaseError::missing("resource"));
        }
        Ok(match self.to_request(mode) {
            Ok(request) => Got::Decision(authorizer.decide(&request)),
            Err(error) => refused(error),
        })
    }

    fn decide_operation(
        &self,
        authorizer: &Authorizer,
        operation: &crate::role::InstanceOperation,
        principal: Option<&Principal<'_>>,
        context: &crate::Context<'_>,
    ) -> Got {
        match authorizer.decide_operation(operation, principal, context) {
            Ok(decision) => Got::Operation(decision),
            Err(
                error @ (OperationRequestError::Operation(_) | OperationRequestError::Request(_)),
            ) => Got::Refused(error.to_string().into()),
        }
    }
}
