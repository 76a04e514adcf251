//! CreateRole, GetRole, ListRoles, UpdateRole and DeleteRole.
//!
//! Source: role pages (RAM API reference). A name that differs from a role's in case alone is
//! refused, since ARNs do not tell the two apart (decision A10); look-ups are by exact name. A
//! bound instance does not keep a role from being deleted (decision A16).

use std::collections::{BTreeMap, BTreeSet};

use ramguard_policy::name::principal::TrustPrincipal;
use ramguard_policy::{Kind, Policy, StatementPrincipal};
use serde::Serialize;

use super::parameters::{invalid, tag_keys};
use super::{Done, Operation, Page, Parameters, Rest};
use crate::control_plane::Call;
use crate::error::{ApiError, DeleteConflict, Entity, ErrorKind, Service};
use crate::name::{ROLE, check_text};
use crate::{Effect, Role, Settings, World};

/// A trust policy has at most this many bytes (decision D-10).
const MAX_TRUST_BYTES: usize = 6_144;
const MAX_DESCRIPTION_CHARS: usize = 1_024;
/// A session lasts an hour unless the role says otherwise.
const DEFAULT_SESSION_SECONDS: u32 = 3_600;

/// A role as RAM answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RoleObject {
    /// The numeric id.
    pub role_id: String,
    /// The name.
    pub role_name: String,
    /// `acs:ram::<account>:role/<name>`.
    pub arn: String,
    /// What it is for.
    pub description: String,
    /// The text of the trust policy; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assume_role_policy_document: Option<String>,
    /// How long a session may last, in seconds.
    pub max_session_duration: u32,
    /// When it was made.
    pub create_date: String,
    /// When it was last changed.
    pub update_date: String,
}

impl RoleObject {
    pub(super) fn of(world: &World, role: &Role, with_document: bool) -> Self {
        Self {
            role_id: role.id.clone(),
            role_name: role.name.clone(),
            arn: world.ram_arn(&format!("role/{}", role.name)),
            description: role.description.clone(),
            assume_role_policy_document: with_document.then(|| role.trust.source().to_owned()),
            max_session_duration: role.max_session_seconds,
            create_date: role.created.to_string(),
            update_date: role.updated.to_string(),
        }
    }
}

/// The response of CreateRole, GetRole and UpdateRole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RoleResponse {
    /// The role.
    pub role: RoleObject,
}

/// The request to make a role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateRole {
    /// 1 to 64 letters, digits, `.`, `-` or `_`.
    pub role_name: String,
    /// The text of the trust policy.
    pub assume_role_policy_document: String,
    /// At most 1,024 characters.
    pub description: Option<String>,
    /// 3,600 to 43,200 seconds; 3,600 if left out.
    pub max_session_duration: Option<u32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

impl Operation for CreateRole {
    type Response = RoleResponse;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "CreateRole";
    const PARAMETERS: &'static [&'static str] =
        &["RoleName", "AssumeRolePolicyDocument", "Description", "MaxSessionDuration", "Tag.N"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self {
            role_name: parameters.required("RoleName")?,
            assume_role_policy_document: parameters.required("AssumeRolePolicyDocument")?,
            description: parameters.optional("Description"),
            max_session_duration: parameters.number("MaxSessionDuration")?,
            tags: parameters.tags()?,
        })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let world = call.world();
        ROLE.check("RoleName", &self.role_name)?;
        let trust = trust_policy("AssumeRolePolicyDocument", &self.assume_role_policy_document)?;
        let description = self.description.clone().unwrap_or_default();
        check_text("Description", &description, MAX_DESCRIPTION_CHARS)?;
        let max_session_seconds = self.max_session_duration.unwrap_or(DEFAULT_SESSION_SECONDS);
        session_seconds("MaxSessionDuration", max_session_seconds)?;

        let mut keys = trusted_keys(&trust);
        keys.extend(tag_keys(&self.tags));
        let resource = world.ram_arn(&format!("role/{}", self.role_name));
        call.authority()?.require(Service::Ram, "ram:CreateRole", &[resource], &keys)?;

        if world.roles.is_taken(&self.role_name) {
            return Err(ErrorKind::AlreadyExists { entity: Entity::Role }.into());
        }
        if world.roles.len() >= world.quotas().roles {
            return Err(ErrorKind::LimitExceeded { entity: Entity::Role }.into());
        }
        let now = call.moment().now();
        let role = Role {
            name: self.role_name.clone(),
            id: call.moment().numeric_id("role"),
            description,
            trust,
            max_session_seconds,
            service_linked: false,
            tags: self.tags.clone(),
            created: now,
            updated: now,
            attachments: Vec::new(),
        };
        let response = RoleResponse { role: RoleObject::of(world, &role, true) };
        Ok((response, vec![Effect::RoleCreated(role)]))
    }
}

/// The request to read a role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GetRole {
    /// The name.
    pub role_name: String,
}

impl Operation for GetRole {
    type Response = RoleResponse;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "GetRole";
    const PARAMETERS: &'static [&'static str] = &["RoleName"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self { role_name: parameters.required("RoleName")? })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let role = permitted_role(call, "ram:GetRole", &self.role_name)?;
        Ok((RoleResponse { role: RoleObject::of(call.world(), role, true) }, Vec::new()))
    }
}

/// The request to list roles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListRoles {
    /// Which page.
    pub page: Page,
}

/// The response of ListRoles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListRolesResponse {
    /// The roles.
    pub roles: RoleList,
    /// Whether there are more, and where they start.
    #[serde(flatten)]
    pub rest: Rest,
}

/// Roles, wrapped as the services wrap lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RoleList {
    /// The roles, by name.
    pub role: Vec<RoleObject>,
}

impl Operation for ListRoles {
    type Response = ListRolesResponse;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "ListRoles";
    const PARAMETERS: &'static [&'static str] = &["Marker", "MaxItems"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self { page: Page::read(parameters)? })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let world = call.world();
        self.page.size()?;
        call.require_ram("ram:ListRoles", &["role/*"])?;
        let (page, rest) = self.page.cut(world.roles(), |role| &role.name)?;
        let role = page.into_iter().map(|role| RoleObject::of(world, role, false)).collect();
        Ok((ListRolesResponse { roles: RoleList { role }, rest }, Vec::new()))
    }
}

/// The request to change a role. What is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateRole {
    /// The name.
    pub role_name: String,
    /// The text of the new trust policy.
    pub new_assume_role_policy_document: Option<String>,
    /// At most 1,024 characters.
    pub new_description: Option<String>,
    /// 3,600 to 43,200 seconds.
    pub new_max_session_duration: Option<u32>,
}

impl Operation for UpdateRole {
    type Response = RoleResponse;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "UpdateRole";
    const PARAMETERS: &'static [&'static str] =
        &["RoleName", "NewAssumeRolePolicyDocument", "NewDescription", "NewMaxSessionDuration"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self {
            role_name: parameters.required("RoleName")?,
            new_assume_role_policy_document: parameters.optional("NewAssumeRolePolicyDocument"),
            new_description: parameters.optional("NewDescription"),
            new_max_session_duration: parameters.number("NewMaxSessionDuration")?,
        })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        ROLE.check("RoleName", &self.role_name)?;
        let trust = self.new_assume_role_policy_document.as_deref();
        let trust =
            trust.map(|text| trust_policy("NewAssumeRolePolicyDocument", text)).transpose()?;
        if let Some(description) = &self.new_description {
            check_text("NewDescription", description, MAX_DESCRIPTION_CHARS)?;
        }
        if let Some(seconds) = self.new_max_session_duration {
            session_seconds("NewMaxSessionDuration", seconds)?;
        }
        let role = permitted_role(call, "ram:UpdateRole", &self.role_name)?;
        if role.service_linked {
            return Err(ErrorKind::ServiceLinkedRole.into());
        }
        let now = call.moment().now();
        let updated = Role {
            trust: trust.clone().unwrap_or_else(|| role.trust.clone()),
            description: self.new_description.clone().unwrap_or_else(|| role.description.clone()),
            max_session_seconds: self.new_max_session_duration.unwrap_or(role.max_session_seconds),
            updated: now,
            ..role.clone()
        };
        let effect = Effect::RoleUpdated {
            name: role.name.clone(),
            trust,
            description: self.new_description.clone(),
            max_session_seconds: self.new_max_session_duration,
            at: now,
        };
        let response = RoleResponse { role: RoleObject::of(call.world(), &updated, true) };
        Ok((response, vec![effect]))
    }
}

/// The request to delete a role, which must have no policies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteRole {
    /// The name.
    pub role_name: String,
}

impl Operation for DeleteRole {
    type Response = Done;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "DeleteRole";
    const PARAMETERS: &'static [&'static str] = &["RoleName"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self { role_name: parameters.required("RoleName")? })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let role = permitted_role(call, "ram:DeleteRole", &self.role_name)?;
        if role.service_linked {
            return Err(ErrorKind::ServiceLinkedRole.into());
        }
        if !role.attachments.is_empty() {
            let conflict = DeleteConflict::RolePolicy;
            return Err(ErrorKind::DeleteConflict { conflict }.into());
        }
        Ok((Done {}, vec![Effect::RoleDeleted { name: role.name.clone() }]))
    }
}

/// Checks the name and the permission, then looks the role up.
fn permitted_role<'w>(call: &Call<'w>, action: &str, name: &str) -> Result<&'w Role, ApiError> {
    ROLE.check("RoleName", name)?;
    call.require_ram(action, &[&format!("role/{name}")])?;
    let not_exist = ErrorKind::NotExist { entity: Entity::Role, service: Service::Ram };
    call.world().role(name).ok_or_else(|| not_exist.into())
}

/// Reads a trust policy.
fn trust_policy(parameter: &'static str, text: &str) -> Result<Policy, ApiError> {
    // Bytes are never fewer than characters, so bytes are what is compared (decision D-10).
    if text.is_empty() || text.len() > MAX_TRUST_BYTES {
        return Err(ErrorKind::ParameterLength { parameter }.into());
    }
    Policy::parse_as(Kind::Trust, text).map_err(|error| {
        ErrorKind::MalformedPolicyDocument { details: error.to_string().into() }.into()
    })
}

fn session_seconds(parameter: &'static str, seconds: u32) -> Result<(), ApiError> {
    if (3_600..=43_200).contains(&seconds) {
        Ok(())
    } else {
        Err(invalid(parameter, "write 3600 to 43200 seconds"))
    }
}

/// The condition keys of CreateRole: which kinds of principals, and which services, the new role
/// trusts.
fn trusted_keys(trust: &Policy) -> Vec<(String, Vec<String>)> {
    let mut types = BTreeSet::new();
    let mut services = BTreeSet::new();
    for statement in trust.statements() {
        for (principal, _) in statement.principals() {
            let StatementPrincipal::Trust(principal) = principal else { continue };
            match principal {
                TrustPrincipal::Service(name) => {
                    types.insert("Service".to_owned());
                    services.insert(name.to_owned());
                }
                TrustPrincipal::Federated(_) => {
                    types.insert("Federated".to_owned());
                }
                TrustPrincipal::Account(_)
                | TrustPrincipal::User { .. }
                | TrustPrincipal::Role { .. } => {
                    types.insert("RAM".to_owned());
                }
            }
        }
    }
    vec![
        ("ram:TrustedPrincipalTypes".to_owned(), types.into_iter().collect()),
        ("ram:ServiceNames".to_owned(), services.into_iter().collect()),
    ]
}
