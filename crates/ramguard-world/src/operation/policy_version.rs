//! CreatePolicyVersion, ListPolicyVersions, SetDefaultPolicyVersion and DeletePolicyVersion.
//!
//! Source: policy pages (RAM API reference).

use serde::Serialize;

use super::policy::{no_policy, permitted_policy, policy_arn, policy_document, policy_ref};
use super::{Done, Operation, Parameters, parameters::invalid};
use crate::control_plane::Call;
use crate::error::{ApiError, DeleteConflict, Entity, ErrorKind, Service};
use crate::name::POLICY;
use crate::{Effect, ManagedPolicy, PolicyVersion, Settings, VersionId};

/// A version as RAM answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyVersionObject {
    /// The id: `v1` and so on.
    pub version_id: String,
    /// Whether it is evaluated.
    pub is_default_version: bool,
    /// When it was made.
    pub create_date: String,
    /// The text of the document; left out where a version was only made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_document: Option<String>,
}

impl PolicyVersionObject {
    pub(super) fn of(policy: &ManagedPolicy, id: VersionId, version: &PolicyVersion) -> Self {
        let text = version.document.source().to_owned();
        Self {
            policy_document: Some(text),
            ..Self::made(id, version, policy.default_version == id)
        }
    }

    /// A version that was just made, whose document is not repeated.
    fn made(id: VersionId, version: &PolicyVersion, is_default_version: bool) -> Self {
        Self {
            version_id: id.to_string(),
            is_default_version,
            create_date: version.created.to_string(),
            policy_document: None,
        }
    }
}

/// The request to add a version to a custom policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreatePolicyVersion {
    /// The policy.
    pub policy_name: String,
    /// The text of the document.
    pub policy_document: String,
    /// Whether it becomes the default version.
    pub set_as_default: bool,
    /// `None`, or `DeleteOldestNonDefaultVersionWhenLimitExceeded`; `None` if left out.
    pub rotate_strategy: Option<String>,
}

/// The response of CreatePolicyVersion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyVersionResponse {
    /// The version.
    pub policy_version: PolicyVersionObject,
}

impl Operation for CreatePolicyVersion {
    type Response = PolicyVersionResponse;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "CreatePolicyVersion";
    const PARAMETERS: &'static [&'static str] =
        &["PolicyName", "PolicyDocument", "SetAsDefault", "RotateStrategy"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self {
            policy_name: parameters.required("PolicyName")?,
            policy_document: parameters.required("PolicyDocument")?,
            set_as_default: parameters.flag("SetAsDefault")?,
            rotate_strategy: parameters.optional("RotateStrategy"),
        })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let world = call.world();
        POLICY.check("PolicyName", &self.policy_name)?;
        let document = policy_document(world, &self.policy_document)?;
        let rotates = match self.rotate_strategy.as_deref() {
            None | Some("None") => false,
            Some("DeleteOldestNonDefaultVersionWhenLimitExceeded") => true,
            Some(_) => {
                let detail = "write `None` or `DeleteOldestNonDefaultVersionWhenLimitExceeded`";
                return Err(invalid("RotateStrategy", detail));
            }
        };
        let policy = permitted_policy(call, "ram:CreatePolicyVersion", &self.policy_name)?;
        let limit_exceeded = ErrorKind::LimitExceeded { entity: Entity::PolicyVersion };
        let mut rotated_out = None;
        if policy.versions.len() >= world.quotas().versions_per_policy {
            // Versions are ordered by age, since an id is never given again.
            let oldest = policy.versions.keys().find(|id| **id != policy.default_version);
            rotated_out = oldest.copied().filter(|_| rotates);
            if rotated_out.is_none() {
                return Err(limit_exceeded.into());
            }
        }
        let id = policy.last_version.next().ok_or(limit_exceeded)?;
        let version = PolicyVersion { document, created: call.moment().now() };
        let policy_version = PolicyVersionObject::made(id, &version, self.set_as_default);
        let effect = Effect::PolicyVersionCreated {
            policy_name: policy.name.clone(),
            id,
            version,
            is_default: self.set_as_default,
            rotated_out,
        };
        Ok((PolicyVersionResponse { policy_version }, vec![effect]))
    }
}

/// The request to list the versions of a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListPolicyVersions {
    /// `System` or `Custom`.
    pub policy_type: String,
    /// The policy.
    pub policy_name: String,
}

/// The response of ListPolicyVersions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListPolicyVersionsResponse {
    /// The versions.
    pub policy_versions: PolicyVersionList,
}

/// Versions, wrapped as the services wrap lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyVersionList {
    /// The versions, oldest first.
    pub policy_version: Vec<PolicyVersionObject>,
}

impl Operation for ListPolicyVersions {
    type Response = ListPolicyVersionsResponse;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "ListPolicyVersions";
    const PARAMETERS: &'static [&'static str] = &["PolicyType", "PolicyName"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self {
            policy_type: parameters.required("PolicyType")?,
            policy_name: parameters.required("PolicyName")?,
        })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let world = call.world();
        let reference = policy_ref(&self.policy_type, &self.policy_name)?;
        let resource = policy_arn(world, &reference);
        call.authority()?.require(Service::Ram, "ram:ListPolicyVersions", &[resource], &[])?;
        let policy = world.policy(&reference).ok_or_else(no_policy)?;
        let versions = policy.versions.iter();
        let policy_version =
            versions.map(|(id, version)| PolicyVersionObject::of(policy, *id, version)).collect();
        let policy_versions = PolicyVersionList { policy_version };
        Ok((ListPolicyVersionsResponse { policy_versions }, Vec::new()))
    }
}

/// The request to make a version the default one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetDefaultPolicyVersion {
    /// The policy.
    pub policy_name: String,
    /// The version.
    pub version_id: String,
}

impl Operation for SetDefaultPolicyVersion {
    type Response = Done;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "SetDefaultPolicyVersion";
    const PARAMETERS: &'static [&'static str] = &["PolicyName", "VersionId"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self {
            policy_name: parameters.required("PolicyName")?,
            version_id: parameters.required("VersionId")?,
        })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let (policy, id) =
            permitted_version(call, Self::NAME, &self.policy_name, &self.version_id)?;
        let effect = Effect::DefaultPolicyVersionSet {
            policy_name: policy.name.clone(),
            id,
            at: call.moment().now(),
        };
        Ok((Done {}, vec![effect]))
    }
}

/// The request to delete a version, which must not be the default one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeletePolicyVersion {
    /// The policy.
    pub policy_name: String,
    /// The version.
    pub version_id: String,
}

impl Operation for DeletePolicyVersion {
    type Response = Done;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "DeletePolicyVersion";
    const PARAMETERS: &'static [&'static str] = &["PolicyName", "VersionId"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self {
            policy_name: parameters.required("PolicyName")?,
            version_id: parameters.required("VersionId")?,
        })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let (policy, id) =
            permitted_version(call, Self::NAME, &self.policy_name, &self.version_id)?;
        if policy.default_version == id {
            let conflict = DeleteConflict::PolicyVersionDefault;
            return Err(ErrorKind::DeleteConflict { conflict }.into());
        }
        let policy_name = policy.name.clone();
        Ok((Done {}, vec![Effect::PolicyVersionDeleted { policy_name, id }]))
    }
}

/// Checks name, id and permission, then looks the version up.
fn permitted_version<'w>(
    call: &Call<'w>,
    operation: &str,
    policy_name: &str,
    version_id: &str,
) -> Result<(&'w ManagedPolicy, VersionId), ApiError> {
    POLICY.check("PolicyName", policy_name)?;
    let id: VersionId = version_id.parse().map_err(|_| ErrorKind::VersionIdFormat)?;
    let policy = permitted_policy(call, &format!("ram:{operation}"), policy_name)?;
    if !policy.versions.contains_key(&id) {
        let entity = Entity::PolicyVersion;
        return Err(ErrorKind::NotExist { entity, service: Service::Ram }.into());
    }
    Ok((policy, id))
}
