//! CreatePolicy, GetPolicy, ListPolicies and DeletePolicy.
//!
//! Source: policy pages (RAM API reference).

use std::collections::BTreeMap;

use ramguard_policy::{Kind, Limits, Policy, ReadOptions};
use serde::Serialize;

use super::parameters::tag_keys;
use super::{Done, Operation, Page, Parameters, PolicyVersionObject, Rest};
use crate::control_plane::Call;
use crate::error::{ApiError, DeleteConflict, Entity, ErrorKind, Service};
use crate::name::{POLICY, check_text};
use crate::{Effect, IdentityRef, ManagedPolicy, PolicyRef, PolicyType, Settings, World};

/// A policy as RAM answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyObject {
    /// The name.
    pub policy_name: String,
    /// `System` or `Custom`.
    pub policy_type: &'static str,
    /// What it is for.
    pub description: String,
    /// The version that is evaluated.
    pub default_version: String,
    /// When it was made.
    pub create_date: String,
    /// When a version was last made or chosen.
    pub update_date: String,
    /// Whom it is attached to, counted; left out where it does not belong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment_count: Option<usize>,
}

impl PolicyObject {
    fn of(policy_type: PolicyType, policy: &ManagedPolicy) -> Self {
        Self {
            policy_name: policy.name.clone(),
            policy_type: policy_type.name(),
            description: policy.description.clone(),
            default_version: policy.default_version.to_string(),
            create_date: policy.created.to_string(),
            update_date: policy.updated.to_string(),
            attachment_count: None,
        }
    }

    fn counted(world: &World, policy_type: PolicyType, policy: &ManagedPolicy) -> Self {
        let reference = PolicyRef { policy_type, name: policy.name.clone() };
        let attachment_count = Some(world.holders(&reference).count());
        Self { attachment_count, ..Self::of(policy_type, policy) }
    }
}

/// The response of CreatePolicy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyResponse {
    /// The policy.
    pub policy: PolicyObject,
}

/// Policies, wrapped as the services wrap lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyList {
    /// The policies, by name; system policies first.
    pub policy: Vec<PolicyObject>,
}

/// The request to make a custom policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreatePolicy {
    /// 1 to 128 letters, digits or `-`.
    pub policy_name: String,
    /// The text of the document.
    pub policy_document: String,
    /// At most 1,024 characters.
    pub description: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

impl Operation for CreatePolicy {
    type Response = PolicyResponse;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "CreatePolicy";
    const PARAMETERS: &'static [&'static str] =
        &["PolicyName", "PolicyDocument", "Description", "Tag.N"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self {
            policy_name: parameters.required("PolicyName")?,
            policy_document: parameters.required("PolicyDocument")?,
            description: parameters.optional("Description"),
            tags: parameters.tags()?,
        })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let world = call.world();
        POLICY.check("PolicyName", &self.policy_name)?;
        let document = policy_document(world, &self.policy_document)?;
        let description = self.description.clone().unwrap_or_default();
        check_text("Description", &description, 1_024)?;
        let resource = world.ram_arn(&format!("policy/{}", self.policy_name));
        let keys = tag_keys(&self.tags);
        call.authority()?.require(Service::Ram, "ram:CreatePolicy", &[resource], &keys)?;
        if world.custom_policies.is_taken(&self.policy_name) {
            return Err(ErrorKind::AlreadyExists { entity: Entity::Policy }.into());
        }
        if world.custom_policies.len() >= world.quotas().policies {
            return Err(ErrorKind::LimitExceeded { entity: Entity::Policy }.into());
        }
        let mut policy =
            ManagedPolicy::new(self.policy_name.clone(), document, call.moment().now());
        policy.description = description;
        policy.tags = self.tags.clone();
        let policy_type = PolicyType::Custom;
        let response = PolicyResponse { policy: PolicyObject::of(policy_type, &policy) };
        Ok((response, vec![Effect::PolicyCreated { policy_type, policy }]))
    }
}

/// The request to read a policy with its default version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GetPolicy {
    /// `System` or `Custom`.
    pub policy_type: String,
    /// The name.
    pub policy_name: String,
}

/// The response of GetPolicy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetPolicyResponse {
    /// The policy.
    pub policy: PolicyObject,
    /// The version that is evaluated.
    pub default_policy_version: PolicyVersionObject,
}

impl Operation for GetPolicy {
    type Response = GetPolicyResponse;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "GetPolicy";
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
        call.authority()?.require(Service::Ram, "ram:GetPolicy", &[resource], &[])?;
        let policy = world.policy(&reference).ok_or_else(no_policy)?;
        let version = policy.versions.get(&policy.default_version).ok_or_else(no_policy)?;
        let response = GetPolicyResponse {
            policy: PolicyObject::counted(world, reference.policy_type, policy),
            default_policy_version: PolicyVersionObject::of(
                policy,
                policy.default_version,
                version,
            ),
        };
        Ok((response, Vec::new()))
    }
}

/// The request to list policies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListPolicies {
    /// `System` or `Custom`; both if left out.
    pub policy_type: Option<String>,
    /// Which page. Where both types are listed, a marker goes on in the type it was given for:
    /// `system/<name>` or `custom/<name>`.
    pub page: Page,
}

/// The response of ListPolicies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListPoliciesResponse {
    /// The policies.
    pub policies: PolicyList,
    /// Whether there are more, and where they start.
    #[serde(flatten)]
    pub rest: Rest,
}

impl Operation for ListPolicies {
    type Response = ListPoliciesResponse;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "ListPolicies";
    const PARAMETERS: &'static [&'static str] = &["PolicyType", "Marker", "MaxItems"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self {
            policy_type: parameters.optional("PolicyType").filter(|text| !text.is_empty()),
            page: Page::read(parameters)?,
        })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let world = call.world();
        self.page.size()?;
        let wanted = self.policy_type.as_deref().map(policy_type).transpose()?;
        call.require_ram("ram:ListPolicies", &["policy/*"])?;
        // The key of a policy is its marker: custom policies sort before system policies.
        let mut all: Vec<(String, PolicyType, &ManagedPolicy)> =
            [PolicyType::Custom, PolicyType::System]
                .into_iter()
                .filter(|policy_type| wanted.is_none_or(|wanted| wanted == *policy_type))
                .flat_map(|policy_type| {
                    let head = policy_type.name().to_ascii_lowercase();
                    world
                        .policies(policy_type)
                        .map(move |policy| (format!("{head}/{}", policy.name), policy_type, policy))
                })
                .collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        let (page, rest) = self.page.cut(all.iter(), |(key, ..)| key)?;
        let policy = page
            .into_iter()
            .map(|(_, policy_type, policy)| PolicyObject::counted(world, *policy_type, policy))
            .collect();
        let policies = PolicyList { policy };
        Ok((ListPoliciesResponse { policies, rest }, Vec::new()))
    }
}

/// The request to delete a custom policy, which must have no version but the default one and be
/// attached to nobody.
///
/// With `cascading_delete` both are cleared away along with it; detaching it then needs the
/// permission to detach it from each holder, as if it were detached by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeletePolicy {
    /// The name.
    pub policy_name: String,
    /// Whether versions and attachments go along.
    pub cascading_delete: bool,
}

impl Operation for DeletePolicy {
    type Response = Done;

    const SERVICE: Service = Service::Ram;
    const NAME: &'static str = "DeletePolicy";
    const PARAMETERS: &'static [&'static str] = &["PolicyName", "CascadingDelete"];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self {
            policy_name: parameters.required("PolicyName")?,
            cascading_delete: parameters.flag("CascadingDelete")?,
        })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let world = call.world();
        let policy = permitted_policy(call, "ram:DeletePolicy", &self.policy_name)?;
        let reference = PolicyRef::custom(policy.name.clone());
        let mut conflict = None;
        for holder in world.holders(&reference) {
            if self.cascading_delete {
                detach_permitted(call, &holder, &reference)?;
            } else {
                conflict = Some(match holder {
                    IdentityRef::User(_) => DeleteConflict::PolicyUser,
                    IdentityRef::Group(_) => DeleteConflict::PolicyGroup,
                    IdentityRef::Role(_) => DeleteConflict::PolicyRole,
                });
                break;
            }
        }
        if !self.cascading_delete && policy.versions.len() > 1 {
            conflict = conflict.or(Some(DeleteConflict::PolicyVersion));
        }
        match conflict {
            Some(conflict) => Err(ErrorKind::DeleteConflict { conflict }.into()),
            None => Ok((Done {}, vec![Effect::PolicyDeleted { name: policy.name.clone() }])),
        }
    }
}

fn detach_permitted(
    call: &Call<'_>,
    holder: &IdentityRef,
    policy: &PolicyRef,
) -> Result<(), ApiError> {
    let action = match holder {
        IdentityRef::User(_) => "ram:DetachPolicyFromUser",
        IdentityRef::Group(_) => "ram:DetachPolicyFromGroup",
        IdentityRef::Role(name) => {
            if call.world().role(name).is_some_and(|role| role.service_linked) {
                return Err(ErrorKind::ServiceLinkedRole.into());
            }
            "ram:DetachPolicyFromRole"
        }
    };
    let identity = format!("{}/{}", holder.kind(), holder.name());
    let resources = [call.world().ram_arn(&identity), policy_arn(call.world(), policy)];
    call.authority()?.require(Service::Ram, action, &resources, &[])
}

/// Reads a document of an identity policy under the quota of the account.
pub(super) fn policy_document(world: &World, text: &str) -> Result<Policy, ApiError> {
    let limit = world.quotas().policy_bytes;
    // Bytes are never fewer than characters, so bytes are what is compared (decision D-10).
    if text.is_empty() || text.len() > limit {
        return Err(ErrorKind::ParameterLength { parameter: "PolicyDocument" }.into());
    }
    let limits = Limits::default().with_max_bytes(Kind::Identity, limit);
    let options = ReadOptions { limits, ..ReadOptions::default() };
    Policy::parse_with(Kind::Identity, text, &options).map_err(|error| {
        ErrorKind::MalformedPolicyDocument { details: error.to_string().into() }.into()
    })
}

pub(super) fn policy_type(name: &str) -> Result<PolicyType, ApiError> {
    PolicyType::from_name(name).ok_or_else(|| ErrorKind::PolicyType.into())
}

/// Reads type and name of a policy.
pub(super) fn policy_ref(type_name: &str, name: &str) -> Result<PolicyRef, ApiError> {
    let policy_type = policy_type(type_name)?;
    POLICY.check("PolicyName", name)?;
    Ok(PolicyRef { policy_type, name: name.to_owned() })
}

/// The resource of a policy: system policies belong to `system`.
pub(super) fn policy_arn(world: &World, policy: &PolicyRef) -> String {
    match policy.policy_type {
        PolicyType::System => format!("acs:ram::system:policy/{}", policy.name),
        PolicyType::Custom => world.ram_arn(&format!("policy/{}", policy.name)),
    }
}

pub(super) fn no_policy() -> ApiError {
    ErrorKind::NotExist { entity: Entity::Policy, service: Service::Ram }.into()
}

/// Checks the name and the permission, then looks the custom policy up.
pub(super) fn permitted_policy<'w>(
    call: &Call<'w>,
    action: &str,
    name: &str,
) -> Result<&'w ManagedPolicy, ApiError> {
    POLICY.check("PolicyName", name)?;
    call.require_ram(action, &[&format!("policy/{name}")])?;
    call.world().policy(&PolicyRef::custom(name)).ok_or_else(no_policy)
}
