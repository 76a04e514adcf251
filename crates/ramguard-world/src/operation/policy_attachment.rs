//! AttachPolicyTo and DetachPolicyFrom users, groups and roles, and ListPoliciesFor them.
//!
//! Source: policy pages (RAM API reference). The permission is asked for on the identity and on the
//! policy. Only attachments of the whole account are made here; those on resource groups belong to
//! another service.

use serde::Serialize;

use super::policy::{no_policy, policy_arn, policy_ref};
use super::{Done, Operation, Parameters};
use crate::control_plane::Call;
use crate::error::{ApiError, Entity, ErrorKind, Service};
use crate::name::{GROUP, NameRule, ROLE, USER};
use crate::{Attachment, Effect, IdentityRef, PolicyRef, Settings, World};

/// A policy attached to somebody, as RAM answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachedPolicy {
    /// The name.
    pub policy_name: String,
    /// `System` or `Custom`.
    pub policy_type: &'static str,
    /// What it is for.
    pub description: String,
    /// The version that is evaluated.
    pub default_version: String,
    /// When it was attached.
    pub attach_date: String,
}

/// Attached policies, wrapped as the services wrap lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachedPolicyList {
    /// The policies, in the order they were attached.
    pub policy: Vec<AttachedPolicy>,
}

/// The response of ListPoliciesForUser, ListPoliciesForGroup and ListPoliciesForRole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListPoliciesForResponse {
    /// The policies.
    pub policies: AttachedPolicyList,
}

/// What the three kinds of identity differ in.
struct Holder {
    identity: fn(String) -> IdentityRef,
    parameter: &'static str,
    rule: NameRule,
    entity: Entity,
    attached: Entity,
}

const USER_HOLDER: Holder = Holder {
    identity: IdentityRef::User,
    parameter: "UserName",
    rule: USER,
    entity: Entity::User,
    attached: Entity::UserPolicy,
};
const GROUP_HOLDER: Holder = Holder {
    identity: IdentityRef::Group,
    parameter: "GroupName",
    rule: GROUP,
    entity: Entity::Group,
    attached: Entity::GroupPolicy,
};
const ROLE_HOLDER: Holder = Holder {
    identity: IdentityRef::Role,
    parameter: "RoleName",
    rule: ROLE,
    entity: Entity::Role,
    attached: Entity::RolePolicy,
};

impl Holder {
    /// Checks names and permission, then that policy and identity exist, and that RAM lets this
    /// identity be changed.
    fn permitted(
        &self,
        call: &Call<'_>,
        operation: &str,
        type_name: &str,
        policy_name: &str,
        name: &str,
    ) -> Result<(IdentityRef, PolicyRef), ApiError> {
        let world = call.world();
        let policy = policy_ref(type_name, policy_name)?;
        self.rule.check(self.parameter, name)?;
        let identity = (self.identity)(name.to_owned());
        let resources =
            [world.ram_arn(&format!("{}/{name}", identity.kind())), policy_arn(world, &policy)];
        let action = format!("ram:{operation}");
        call.authority()?.require(Service::Ram, &action, &resources, &[])?;
        if world.policy(&policy).is_none() {
            return Err(no_policy());
        }
        self.existing(world, &identity)?;
        if let IdentityRef::Role(name) = &identity
            && world.role(name).is_some_and(|role| role.service_linked)
        {
            return Err(ErrorKind::ServiceLinkedRole.into());
        }
        Ok((identity, policy))
    }

    fn existing<'w>(
        &self,
        world: &'w World,
        identity: &IdentityRef,
    ) -> Result<&'w [Attachment], ApiError> {
        let not_exist = ErrorKind::NotExist { entity: self.entity, service: Service::Ram };
        world.attachments(identity).ok_or_else(|| not_exist.into())
    }

    fn attach(
        &self,
        call: &Call<'_>,
        identity: IdentityRef,
        policy: PolicyRef,
    ) -> Result<(Done, Vec<Effect>), ApiError> {
        let world = call.world();
        let held = self.existing(world, &identity)?.iter();
        let held: Vec<&Attachment> = held.filter(|a| a.resource_group.is_none()).collect();
        if held.iter().any(|attachment| attachment.policy == policy) {
            return Err(ErrorKind::AlreadyExists { entity: self.attached }.into());
        }
        let same_type = held.iter().filter(|a| a.policy.policy_type == policy.policy_type).count();
        if same_type >= world.quotas().attachments(&identity, policy.policy_type) {
            return Err(ErrorKind::LimitExceeded { entity: self.attached }.into());
        }
        let attached = call.moment().now();
        let attachment = Attachment { policy, resource_group: None, attached };
        Ok((Done {}, vec![Effect::PolicyAttached { identity, attachment }]))
    }

    fn detach(
        &self,
        call: &Call<'_>,
        identity: IdentityRef,
        policy: PolicyRef,
    ) -> Result<(Done, Vec<Effect>), ApiError> {
        let mut held = self.existing(call.world(), &identity)?.iter();
        if !held.any(|a| a.resource_group.is_none() && a.policy == policy) {
            let entity = self.attached;
            return Err(ErrorKind::NotExist { entity, service: Service::Ram }.into());
        }
        Ok((Done {}, vec![Effect::PolicyDetached { identity, policy, resource_group: None }]))
    }

    fn list(
        &self,
        call: &Call<'_>,
        operation: &str,
        name: &str,
    ) -> Result<(ListPoliciesForResponse, Vec<Effect>), ApiError> {
        let world = call.world();
        self.rule.check(self.parameter, name)?;
        let identity = (self.identity)(name.to_owned());
        call.require_ram(&format!("ram:{operation}"), &[&format!("{}/{name}", identity.kind())])?;
        let held = self.existing(world, &identity)?.iter();
        let policy = held
            .filter(|attachment| attachment.resource_group.is_none())
            .filter_map(|attachment| {
                let policy = world.policy(&attachment.policy)?;
                Some(AttachedPolicy {
                    policy_name: policy.name.clone(),
                    policy_type: attachment.policy.policy_type.name(),
                    description: policy.description.clone(),
                    default_version: policy.default_version.to_string(),
                    attach_date: attachment.attached.to_string(),
                })
            })
            .collect();
        Ok((ListPoliciesForResponse { policies: AttachedPolicyList { policy } }, Vec::new()))
    }
}

/// Writes out the three operations of one kind of identity, which differ in names alone.
macro_rules! operations_of {
    ($holder:expr, $parameter:literal, $field:ident, $whom:literal,
     $attach:ident $detach:ident $list:ident) => {
        #[doc = concat!("The request to attach a policy to a ", $whom, ".")]
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $attach {
            /// `System` or `Custom`.
            pub policy_type: String,
            /// The policy.
            pub policy_name: String,
            #[doc = concat!("The ", $whom, ".")]
            pub $field: String,
        }

        #[doc = concat!("The request to detach a policy from a ", $whom, ".")]
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $detach {
            /// `System` or `Custom`.
            pub policy_type: String,
            /// The policy.
            pub policy_name: String,
            #[doc = concat!("The ", $whom, ".")]
            pub $field: String,
        }

        #[doc = concat!("The request to list the policies of a ", $whom, ".")]
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $list {
            #[doc = concat!("The ", $whom, ".")]
            pub $field: String,
        }

        operations_of!(@change $holder, $parameter, $field, $attach, attach);
        operations_of!(@change $holder, $parameter, $field, $detach, detach);

        impl Operation for $list {
            type Response = ListPoliciesForResponse;

            const SERVICE: Service = Service::Ram;
            const NAME: &'static str = stringify!($list);
            const PARAMETERS: &'static [&'static str] = &[$parameter];

            fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
                Ok(Self { $field: parameters.required($parameter)? })
            }

            fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
                $holder.list(call, Self::NAME, &self.$field)
            }
        }
    };
    (@change $holder:expr, $parameter:literal, $field:ident, $name:ident, $change:ident) => {
        impl Operation for $name {
            type Response = Done;

            const SERVICE: Service = Service::Ram;
            const NAME: &'static str = stringify!($name);
            const PARAMETERS: &'static [&'static str] = &["PolicyType", "PolicyName", $parameter];

            fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
                Ok(Self {
                    policy_type: parameters.required("PolicyType")?,
                    policy_name: parameters.required("PolicyName")?,
                    $field: parameters.required($parameter)?,
                })
            }

            fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
                let (policy_type, policy_name) = (&self.policy_type, &self.policy_name);
                let (identity, policy) = $holder.permitted(
                    call, Self::NAME, policy_type, policy_name, &self.$field)?;
                $holder.$change(call, identity, policy)
            }
        }
    };
}

operations_of!(USER_HOLDER, "UserName", user_name, "user",
    AttachPolicyToUser DetachPolicyFromUser ListPoliciesForUser);
operations_of!(GROUP_HOLDER, "GroupName", group_name, "group",
    AttachPolicyToGroup DetachPolicyFromGroup ListPoliciesForGroup);
operations_of!(ROLE_HOLDER, "RoleName", role_name, "role",
    AttachPolicyToRole DetachPolicyFromRole ListPoliciesForRole);
