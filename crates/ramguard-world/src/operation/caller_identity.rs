//! GetCallerIdentity: who the caller is. Always allowed (rule E-13).

use serde::Serialize;

use super::{Operation, Parameters};
use crate::control_plane::Call;
use crate::error::{ApiError, Service};
use crate::{Caller, Effect, Settings};

/// The request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GetCallerIdentity;

/// The response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetCallerIdentityResponse {
    /// `Account`, `RAMUser` or `AssumedRoleUser`.
    pub identity_type: &'static str,
    /// The account.
    pub account_id: String,
    /// The account, the id of the user, or `<role id>:<session>`.
    pub principal_id: String,
    /// The id of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The id of the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_id: Option<String>,
    /// The ARN of the caller.
    pub arn: String,
}

impl Operation for GetCallerIdentity {
    type Response = GetCallerIdentityResponse;

    const SERVICE: Service = Service::Sts;
    const NAME: &'static str = "GetCallerIdentity";
    const PARAMETERS: &'static [&'static str] = &[];

    fn read(_: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self)
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let world = call.world();
        // Whoever does not exist any more cannot call at all.
        call.authority()?;
        let account_id = world.account().to_owned();
        let arn = call.caller().arn(world);
        let plain = GetCallerIdentityResponse {
            identity_type: "Account",
            principal_id: account_id.clone(),
            account_id,
            user_id: None,
            role_id: None,
            arn,
        };
        let response = match call.caller() {
            Caller::Root => plain,
            Caller::User(name) => {
                let id = world.user(name).map(|user| user.id.clone());
                GetCallerIdentityResponse {
                    identity_type: "RAMUser",
                    principal_id: id.clone().unwrap_or_default(),
                    user_id: id,
                    ..plain
                }
            }
            Caller::Role(session) => GetCallerIdentityResponse {
                identity_type: "AssumedRoleUser",
                principal_id: format!("{}:{}", session.role_id, session.session_name),
                role_id: Some(session.role_id.clone()),
                ..plain
            },
        };
        Ok((response, Vec::new()))
    }
}
