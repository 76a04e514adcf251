//! AssumeRole: temporary credentials of a role, for users and for sessions of roles.
//!
//! Source: AssumeRole (STS API reference). The caller's own policies and the trust policy must both
//! allow it (rule E-8). Whoever may not assume a role of that name is not told whether there is one.

use ramguard_policy::name::principal::TrustPrincipal;
use ramguard_policy::{Kind, Policy, ProblemCode};
use serde::Serialize;

use super::{Operation, Parameters};
use crate::control_plane::Call;
use crate::credentials::Credentials;
use crate::error::{ApiError, Denied, Entity, ErrorKind, Service, StsParameter};
use crate::moment::MIXED;
use crate::name::{SESSION, is_account_id};
use crate::{Caller, Effect, Session, Settings};

/// The request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssumeRole {
    /// `acs:ram::<account>:role/<name>`, the name spelt exactly as it was created.
    pub role_arn: String,
    /// 2 to 64 letters, digits, `.`, `@`, `-` or `_`.
    pub role_session_name: String,
    /// A policy of 1 to 2,048 characters that narrows the session.
    pub policy: Option<String>,
    /// 900 seconds to the longest session of the role; 3,600 if left out.
    pub duration_seconds: Option<u32>,
    /// What the trust policy may ask for: 2 to 1,224 characters.
    pub external_id: Option<String>,
    /// Who is behind the session: 2 to 64 characters. Needs `sts:SetSourceIdentity`.
    pub source_identity: Option<String>,
}

/// The response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssumeRoleResponse {
    /// The credentials.
    pub credentials: CredentialsObject,
    /// The session.
    pub assumed_role_user: AssumedRoleUser,
    /// Who is behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<String>,
}

/// Credentials as STS answers them.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CredentialsObject {
    /// `STS.` and more.
    pub access_key_id: String,
    /// The secret that signs requests.
    pub access_key_secret: String,
    /// The token that goes along with each request.
    pub security_token: String,
    /// When they end.
    pub expiration: String,
}

impl std::fmt::Debug for CredentialsObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CredentialsObject")
            .field("access_key_id", &self.access_key_id)
            .field("expiration", &self.expiration)
            .finish_non_exhaustive()
    }
}

impl From<Credentials> for CredentialsObject {
    fn from(credentials: Credentials) -> Self {
        Self {
            access_key_id: credentials.access_key_id,
            access_key_secret: credentials.access_key_secret,
            security_token: credentials.security_token,
            expiration: credentials.expiration.to_string(),
        }
    }
}

/// A session as STS answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssumedRoleUser {
    /// `<role id>:<session>`.
    pub assumed_role_id: String,
    /// `acs:ram::<account>:role/<role>/<session>`.
    pub arn: String,
}

impl Operation for AssumeRole {
    type Response = AssumeRoleResponse;

    const SERVICE: Service = Service::Sts;
    const NAME: &'static str = "AssumeRole";
    const PARAMETERS: &'static [&'static str] = &[
        "RoleArn",
        "RoleSessionName",
        "Policy",
        "DurationSeconds",
        "ExternalId",
        "SourceIdentity",
    ];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        let duration = parameters.number("DurationSeconds");
        Ok(Self {
            role_arn: parameters.required("RoleArn")?,
            role_session_name: parameters.required("RoleSessionName")?,
            policy: parameters.optional("Policy"),
            duration_seconds: duration.map_err(|_| refused(StsParameter::DurationSeconds))?,
            external_id: parameters.optional("ExternalId"),
            source_identity: parameters.optional("SourceIdentity"),
        })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let world = call.world();
        let (account, name) = self.role()?;
        let policy = self.checked()?;

        let mut keys = Vec::new();
        for (key, value) in
            [("sts:ExternalId", &self.external_id), ("sts:SourceIdentity", &self.source_identity)]
        {
            keys.extend(value.clone().map(|value| (key.to_owned(), vec![value])));
        }
        let authority = call.authority()?;
        let denied = |action: &str, decision| {
            ApiError::from(ErrorKind::NoPermission { service: Service::Sts }).with_denial(Denied {
                action: action.into(),
                resource: self.role_arn.clone().into(),
                decision,
            })
        };
        // A role of another account is not in this world, and neither is what it trusts.
        let role = world.role(name).filter(|_| account == world.account());
        let Some(role) = role else {
            // The caller's own policies decide whether it may learn that there is no such role.
            if matches!(call.caller(), Caller::Root) {
                return Err(ErrorKind::NoPermission { service: Service::Sts }.into());
            }
            let own = [self.role_arn.clone()];
            authority.require(Service::Sts, "sts:AssumeRole", &own, &keys)?;
            return Err(ErrorKind::NotExist { entity: Entity::Role, service: Service::Sts }.into());
        };
        let decision = authority.decide_assume_role(role, &keys).map_err(|_| internal())?;
        if !decision.is_allowed() {
            return Err(denied("sts:AssumeRole", decision));
        }
        if self.source_identity.is_some() {
            let own = [self.role_arn.clone()];
            authority.require(Service::Sts, "sts:SetSourceIdentity", &own, &keys)?;
        }
        let seconds = self.duration_seconds.unwrap_or(3_600);
        if seconds > role.max_session_seconds {
            return Err(refused(StsParameter::DurationSeconds));
        }
        let expires = call.moment().now().after(u64::from(seconds)).ok_or_else(internal)?;
        let session = Session {
            role_name: role.name.clone(),
            role_id: role.id.clone(),
            session_name: self.role_session_name.clone(),
            policy,
            source_identity: self.source_identity.clone(),
            expires,
        };
        let serial = call.moment().id("session", 0, MIXED, 24);
        let credentials = call.keys().issue(world.account(), &session, &serial);
        let response = AssumeRoleResponse {
            credentials: credentials.ok_or_else(internal)?.into(),
            assumed_role_user: AssumedRoleUser {
                assumed_role_id: format!("{}:{}", role.id, self.role_session_name),
                arn: world.ram_arn(&format!("role/{}/{}", role.name, self.role_session_name)),
            },
            source_identity: self.source_identity.clone(),
        };
        Ok((response, Vec::new()))
    }
}

impl AssumeRole {
    /// Returns account and name of the role.
    fn role(&self) -> Result<(&str, &str), ApiError> {
        match TrustPrincipal::parse_ram(&self.role_arn) {
            Some(TrustPrincipal::Role { account, name }) if is_account_id(account) => {
                Ok((account, name))
            }
            _ => Err(refused(StsParameter::RoleArn)),
        }
    }

    /// Checks the parameters that do not depend on the role and reads the policy.
    fn checked(&self) -> Result<Option<Policy>, ApiError> {
        let name = &self.role_session_name;
        if name.len() < 2 || !SESSION.accepts(name) {
            return Err(refused(StsParameter::RoleSessionName));
        }
        if self.duration_seconds.is_some_and(|seconds| !(900..=43_200).contains(&seconds)) {
            return Err(refused(StsParameter::DurationSeconds));
        }
        let is_id = |text: &String, max: usize, others: &str| {
            (2..=max).contains(&text.len())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
        };
        if self.external_id.as_ref().is_some_and(|id| !is_id(id, 1_224, "_+=,.@:/-")) {
            return Err(refused(StsParameter::ExternalId));
        }
        if self.source_identity.as_ref().is_some_and(|id| !is_id(id, 64, "_+=,.@-")) {
            return Err(refused(StsParameter::SourceIdentity));
        }
        let Some(text) = &self.policy else { return Ok(None) };
        Policy::parse_as(Kind::Session, text).map(Some).map_err(|error| {
            let too_long = error.problems().iter().any(|p| p.code() == ProblemCode::SizeLimit);
            let parameter =
                if too_long { StsParameter::PolicySize } else { StsParameter::PolicyGrammar };
            refused(parameter).with_detail(error.to_string())
        })
    }
}

fn refused(parameter: StsParameter) -> ApiError {
    ErrorKind::StsParameter { parameter }.into()
}

fn internal() -> ApiError {
    ErrorKind::InternalError { service: Service::Sts }.into()
}
