//! What a call changes: a list of effects that a host stores, and that a [`World`] applies.
//!
//! Always holds: the effects of one outcome do not depend on each other, so each can be checked
//! against the world before any of them is applied, and all of them are or none is.

use super::{
    Attachment, Binding, Directory, Group, IdentityRef, Instance, ManagedPolicy, Network,
    PolicyRef, PolicyType, PolicyVersion, Published, ResourceGroup, Role, User, VersionId, World,
};
use crate::Timestamp;
use ramguard_policy::text::one_line;
use ramguard_policy::{Kind, Policy};

/// One change of the world. Names that it refers to exist, names that it makes do not yet; if not,
/// it does not fit and nothing happens.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A user is made, with nothing attached.
    UserCreated(User),
    /// A user without policies and groups is deleted.
    UserDeleted {
        /// Its name.
        name: String,
    },
    /// A group is made, with no member and nothing attached.
    GroupCreated(Group),
    /// A group without members and policies is deleted.
    GroupDeleted {
        /// Its name.
        name: String,
    },
    /// A user joins a group.
    UserAddedToGroup {
        /// The user.
        user: String,
        /// The group.
        group: String,
    },
    /// A user leaves a group.
    UserRemovedFromGroup {
        /// The user.
        user: String,
        /// The group.
        group: String,
    },
    /// A role is made, with nothing attached.
    RoleCreated(Role),
    /// Trust policy, description or session duration of a role are replaced.
    RoleUpdated {
        /// Its name.
        name: String,
        /// The new trust policy.
        trust: Option<Policy>,
        /// The new description.
        description: Option<String>,
        /// The new longest duration of a session.
        max_session_seconds: Option<u32>,
        /// When.
        at: Timestamp,
    },
    /// A role without policies is deleted. Bindings to it stay.
    RoleDeleted {
        /// Its name.
        name: String,
    },
    /// A policy is made.
    PolicyCreated {
        /// Who keeps it.
        policy_type: PolicyType,
        /// The policy.
        policy: ManagedPolicy,
    },
    /// A custom policy is deleted, with its versions and attachments.
    PolicyDeleted {
        /// Its name.
        name: String,
    },
    /// A version is added to a custom policy, in place of another one where the quota asks for it.
    PolicyVersionCreated {
        /// The policy.
        policy_name: String,
        /// The id of the version, the one after the last.
        id: VersionId,
        /// The version.
        version: PolicyVersion,
        /// Whether it becomes the default.
        is_default: bool,
        /// The version that makes room, never the default one.
        rotated_out: Option<VersionId>,
    },
    /// Another version of a custom policy becomes the default.
    DefaultPolicyVersionSet {
        /// The policy.
        policy_name: String,
        /// The version.
        id: VersionId,
        /// When.
        at: Timestamp,
    },
    /// A version of a custom policy is deleted, never the default one.
    PolicyVersionDeleted {
        /// The policy.
        policy_name: String,
        /// The version.
        id: VersionId,
    },
    /// A policy is attached.
    PolicyAttached {
        /// To whom.
        identity: IdentityRef,
        /// Which, on what, and when.
        attachment: Attachment,
    },
    /// A policy is detached.
    PolicyDetached {
        /// From whom.
        identity: IdentityRef,
        /// Which.
        policy: PolicyRef,
        /// On which resource group; `None` for the whole account.
        resource_group: Option<String>,
    },
    /// An instance is made, with its role.
    InstanceCreated(Instance),
    /// A role is bound to an instance that carries none.
    RoleBound {
        /// The instance.
        instance_id: String,
        /// The role.
        binding: Binding,
    },
    /// A role is taken back from an instance.
    RoleUnbound {
        /// The instance.
        instance_id: String,
        /// The role it carries.
        role_name: String,
    },
    /// A credential is published to an instance.
    CredentialPublished {
        /// The instance.
        instance_id: String,
        /// The credential.
        published: Published,
    },
    /// A resource group is made. No operation does this; a host sets its world up with it.
    ResourceGroupCreated(ResourceGroup),
    /// The account is placed in a directory or taken out. No operation does this either.
    DirectorySet(Option<Directory>),
}

/// An effect that does not fit the world, or an outcome computed from another revision of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the change does not fit the world: {}", one_line(.reason))]
pub struct Conflict {
    reason: Box<str>,
}

impl Conflict {
    fn new(reason: impl Into<Box<str>>) -> Self {
        Self { reason: reason.into() }
    }
}

fn ensure(holds: bool, reason: impl FnOnce() -> String) -> Result<(), Conflict> {
    if holds { Ok(()) } else { Err(Conflict::new(reason())) }
}

impl World {
    /// Applies the effects of an outcome that was computed from `revision` of this world: all of
    /// them, or none.
    ///
    /// # Errors
    /// [`Conflict`] if the world has changed since, or an effect does not fit.
    pub fn commit(&mut self, revision: u64, effects: &[Effect]) -> Result<(), Conflict> {
        ensure(revision == self.revision(), || {
            format!("it was computed from revision {revision}, the world is at {}", self.revision)
        })?;
        for effect in effects {
            self.check(effect)?;
        }
        for effect in effects {
            self.apply(effect)?;
        }
        Ok(())
    }

    /// Applies one effect.
    ///
    /// # Errors
    /// [`Conflict`] if it does not fit; the world is left as it was.
    pub fn apply(&mut self, effect: &Effect) -> Result<(), Conflict> {
        self.check(effect)?;
        self.change(effect);
        self.revision = self.revision.wrapping_add(1);
        Ok(())
    }

    /// Checks what the header of [`World`] promises.
    fn check(&self, effect: &Effect) -> Result<(), Conflict> {
        let unknown = |what: &str, name: &str| format!("there is no {what} `{name}`");
        let twin = |what: &str, name: &str| format!("there is a {what} `{name}` already");
        match effect {
            Effect::UserCreated(user) => {
                ensure(!self.users.is_taken(&user.name), || twin("user", &user.name))?;
                self.check_attachments(&user.attachments)
            }
            Effect::UserDeleted { name } => {
                let user = self.user(name).ok_or_else(|| Conflict::new(unknown("user", name)))?;
                ensure(user.attachments.is_empty() && self.groups_of(name).next().is_none(), || {
                    format!("user `{name}` has policies or groups")
                })
            }
            Effect::GroupCreated(group) => {
                ensure(!self.groups.is_taken(&group.name), || twin("group", &group.name))?;
                for user in &group.members {
                    ensure(self.user(user).is_some(), || unknown("user", user))?;
                }
                self.check_attachments(&group.attachments)
            }
            Effect::GroupDeleted { name } => {
                let group =
                    self.group(name).ok_or_else(|| Conflict::new(unknown("group", name)))?;
                ensure(group.attachments.is_empty() && group.members.is_empty(), || {
                    format!("group `{name}` has policies or members")
                })
            }
            Effect::UserAddedToGroup { user, group } => {
                ensure(self.user(user).is_some(), || unknown("user", user))?;
                let members = self.group(group).map(|group| &group.members);
                ensure(members.is_some_and(|members| !members.contains(user)), || {
                    format!("there is no group `{group}` without user `{user}`")
                })
            }
            Effect::UserRemovedFromGroup { user, group } => {
                let members = self.group(group).map(|group| &group.members);
                ensure(members.is_some_and(|members| members.contains(user)), || {
                    format!("there is no group `{group}` with user `{user}`")
                })
            }
            Effect::RoleCreated(role) => {
                ensure(!self.roles.is_taken(&role.name), || twin("role", &role.name))?;
                ensure(role.trust.kind() == Kind::Trust, || wrong_kind("trust", &role.name))?;
                self.check_attachments(&role.attachments)
            }
            Effect::RoleUpdated { name, trust, .. } => {
                ensure(self.role(name).is_some(), || unknown("role", name))?;
                ensure(trust.as_ref().is_none_or(|trust| trust.kind() == Kind::Trust), || {
                    wrong_kind("trust", name)
                })
            }
            Effect::RoleDeleted { name } => {
                let role = self.role(name).ok_or_else(|| Conflict::new(unknown("role", name)))?;
                ensure(role.attachments.is_empty(), || format!("role `{name}` has policies"))
            }
            Effect::PolicyCreated { policy_type, policy } => {
                let policies = self.policies_of(*policy_type);
                ensure(!policies.is_taken(&policy.name), || twin("policy", &policy.name))?;
                let last = policy.versions.keys().next_back();
                ensure(
                    policy.document().is_some()
                        && last.is_some_and(|id| *id <= policy.last_version),
                    || format!("policy `{}` does not have the version it names", policy.name),
                )?;
                let mut documents = policy.versions.values().map(|version| &version.document);
                ensure(documents.all(|document| document.kind() == Kind::Identity), || {
                    wrong_kind("identity", &policy.name)
                })
            }
            Effect::PolicyDeleted { name } => {
                ensure(self.custom_policies.get(name).is_some(), || unknown("policy", name))
            }
            Effect::PolicyVersionCreated { policy_name, id, version, rotated_out, .. } => {
                let policy = self.custom_policy(policy_name)?;
                ensure(policy.last_version.next() == Some(*id), || {
                    format!("version {id} does not follow the last one")
                })?;
                ensure(version.document.kind() == Kind::Identity, || {
                    wrong_kind("identity", policy_name)
                })?;
                rotated_out.map_or(Ok(()), |old| deletable(policy, old))
            }
            Effect::DefaultPolicyVersionSet { policy_name, id, .. } => {
                let policy = self.custom_policy(policy_name)?;
                ensure(policy.versions.contains_key(id), || unknown("version", &id.to_string()))
            }
            Effect::PolicyVersionDeleted { policy_name, id } => {
                deletable(self.custom_policy(policy_name)?, *id)
            }
            Effect::PolicyAttached { identity, attachment } => {
                self.check_attachments(std::slice::from_ref(attachment))?;
                let held = self.held(identity, &attachment.policy, &attachment.resource_group)?;
                ensure(!held, || format!("{identity} has the {} already", attachment.policy))
            }
            Effect::PolicyDetached { identity, policy, resource_group } => {
                let held = self.held(identity, policy, resource_group)?;
                ensure(held, || format!("{identity} does not have the {policy}"))
            }
            Effect::InstanceCreated(instance) => {
                ensure(!self.instances.contains_key(&instance.id), || {
                    twin("instance", &instance.id)
                })?;
                let group = instance.resource_group.as_deref();
                ensure(group.is_none_or(|id| self.resource_group(id).is_some()), || {
                    unknown("resource group", group.unwrap_or_default())
                })?;
                instance.binding.as_ref().map_or(Ok(()), |binding| bindable(instance, binding))
            }
            Effect::RoleBound { instance_id, binding } => {
                let instance = self.known_instance(instance_id)?;
                ensure(instance.binding.is_none(), || {
                    format!("instance `{instance_id}` carries a role already")
                })?;
                ensure(self.role(&binding.role_name).is_some(), || {
                    unknown("role", &binding.role_name)
                })?;
                bindable(instance, binding)
            }
            Effect::RoleUnbound { instance_id, role_name } => {
                let binding = self.known_instance(instance_id)?.binding.as_ref();
                ensure(binding.is_some_and(|binding| binding.role_name == *role_name), || {
                    format!("instance `{instance_id}` does not carry role `{role_name}`")
                })
            }
            Effect::CredentialPublished { instance_id, .. } => {
                let instance = self.known_instance(instance_id)?;
                ensure(instance.binding.is_some(), || {
                    format!("instance `{instance_id}` carries no role")
                })
            }
            Effect::ResourceGroupCreated(group) => {
                ensure(!self.resource_groups.contains_key(&group.id), || {
                    twin("resource group", &group.id)
                })
            }
            Effect::DirectorySet(directory) => {
                let mut documents = directory
                    .iter()
                    .flat_map(|directory| &directory.nodes)
                    .flat_map(|node| &node.policies);
                ensure(documents.all(|policy| policy.document.kind() == Kind::Control), || {
                    wrong_kind("control", "of the directory")
                })
            }
        }
    }

    fn custom_policy(&self, name: &str) -> Result<&ManagedPolicy, Conflict> {
        let policy = self.custom_policies.get(name);
        policy.ok_or_else(|| Conflict::new(format!("there is no policy `{name}`")))
    }

    fn known_instance(&self, id: &str) -> Result<&Instance, Conflict> {
        self.instance(id).ok_or_else(|| Conflict::new(format!("there is no instance `{id}`")))
    }

    fn check_attachments(&self, attachments: &[Attachment]) -> Result<(), Conflict> {
        for attachment in attachments {
            ensure(self.policy(&attachment.policy).is_some(), || {
                format!("there is no {}", attachment.policy)
            })?;
            if let Some(id) = &attachment.resource_group {
                ensure(self.resource_group(id).is_some(), || {
                    format!("there is no resource group `{id}`")
                })?;
            }
        }
        Ok(())
    }

    fn held(
        &self,
        identity: &IdentityRef,
        policy: &PolicyRef,
        resource_group: &Option<String>,
    ) -> Result<bool, Conflict> {
        let attachments = self
            .attachments(identity)
            .ok_or_else(|| Conflict::new(format!("there is no {identity}")))?;
        Ok(attachments.iter().any(|a| a.policy == *policy && a.resource_group == *resource_group))
    }

    /// Makes a change that was checked.
    fn change(&mut self, effect: &Effect) {
        match effect {
            Effect::UserCreated(user) => {
                self.users.insert(&user.name, user.clone());
            }
            Effect::UserDeleted { name } => {
                self.users.remove(name);
            }
            Effect::GroupCreated(group) => {
                self.groups.insert(&group.name, group.clone());
            }
            Effect::GroupDeleted { name } => {
                self.groups.remove(name);
            }
            Effect::UserAddedToGroup { user, group } => {
                if let Some(group) = self.groups.get_mut(group) {
                    group.members.insert(user.clone());
                }
            }
            Effect::UserRemovedFromGroup { user, group } => {
                if let Some(group) = self.groups.get_mut(group) {
                    group.members.remove(user);
                }
            }
            Effect::RoleCreated(role) => {
                self.roles.insert(&role.name, role.clone());
            }
            Effect::RoleUpdated { name, trust, description, max_session_seconds, at } => {
                if let Some(role) = self.roles.get_mut(name) {
                    role.trust = trust.clone().unwrap_or_else(|| role.trust.clone());
                    if let Some(description) = description {
                        role.description.clone_from(description);
                    }
                    role.max_session_seconds =
                        max_session_seconds.unwrap_or(role.max_session_seconds);
                    role.updated = *at;
                }
            }
            Effect::RoleDeleted { name } => {
                self.roles.remove(name);
            }
            Effect::PolicyCreated { policy_type, policy } => {
                let policies = match policy_type {
                    PolicyType::System => &mut self.system_policies,
                    PolicyType::Custom => &mut self.custom_policies,
                };
                policies.insert(&policy.name, policy.clone());
            }
            Effect::PolicyDeleted { name } => {
                let policy = PolicyRef::custom(name.clone());
                for identity in self.holders(&policy).collect::<Vec<_>>() {
                    if let Some(list) = self.attachments_mut(&identity) {
                        list.retain(|attachment| attachment.policy != policy);
                    }
                }
                self.custom_policies.remove(name);
            }
            Effect::PolicyVersionCreated { policy_name, id, version, is_default, rotated_out } => {
                if let Some(policy) = self.custom_policies.get_mut(policy_name) {
                    if let Some(old) = rotated_out {
                        policy.versions.remove(old);
                    }
                    policy.versions.insert(*id, version.clone());
                    policy.last_version = *id;
                    policy.updated = version.created;
                    if *is_default {
                        policy.default_version = *id;
                    }
                }
            }
            Effect::DefaultPolicyVersionSet { policy_name, id, at } => {
                if let Some(policy) = self.custom_policies.get_mut(policy_name) {
                    policy.default_version = *id;
                    policy.updated = *at;
                }
            }
            Effect::PolicyVersionDeleted { policy_name, id } => {
                if let Some(policy) = self.custom_policies.get_mut(policy_name) {
                    policy.versions.remove(id);
                }
            }
            Effect::PolicyAttached { identity, attachment } => {
                if let Some(list) = self.attachments_mut(identity) {
                    list.push(attachment.clone());
                }
            }
            Effect::PolicyDetached { identity, policy, resource_group } => {
                if let Some(list) = self.attachments_mut(identity) {
                    list.retain(|a| a.policy != *policy || a.resource_group != *resource_group);
                }
            }
            Effect::InstanceCreated(instance) => {
                self.instances.insert(instance.id.clone(), instance.clone());
            }
            Effect::RoleBound { instance_id, binding } => {
                self.set_binding(instance_id, Some(binding.clone()));
            }
            Effect::RoleUnbound { instance_id, .. } => self.set_binding(instance_id, None),
            Effect::CredentialPublished { instance_id, published } => {
                let instance = self.instances.get_mut(instance_id);
                if let Some(binding) = instance.and_then(|instance| instance.binding.as_mut()) {
                    binding.published = Some(published.clone());
                }
            }
            Effect::ResourceGroupCreated(group) => {
                self.resource_groups.insert(group.id.clone(), group.clone());
            }
            Effect::DirectorySet(directory) => self.directory.clone_from(directory),
        }
    }

    fn attachments_mut(&mut self, identity: &IdentityRef) -> Option<&mut Vec<Attachment>> {
        match identity {
            IdentityRef::User(name) => self.users.get_mut(name).map(|user| &mut user.attachments),
            IdentityRef::Group(name) => {
                self.groups.get_mut(name).map(|group| &mut group.attachments)
            }
            IdentityRef::Role(name) => self.roles.get_mut(name).map(|role| &mut role.attachments),
        }
    }

    fn set_binding(&mut self, instance_id: &str, binding: Option<Binding>) {
        if let Some(instance) = self.instances.get_mut(instance_id) {
            instance.binding = binding;
        }
    }
}

fn wrong_kind(kind: &str, name: &str) -> String {
    format!("the policy `{name}` is not of kind {kind}")
}

fn deletable(policy: &ManagedPolicy, id: VersionId) -> Result<(), Conflict> {
    ensure(policy.versions.contains_key(&id) && policy.default_version != id, || {
        format!("policy `{}` has no version {id} beside the default one", policy.name)
    })
}

fn bindable(instance: &Instance, binding: &Binding) -> Result<(), Conflict> {
    ensure(matches!(instance.network, Network::Vpc { .. }), || {
        format!("instance `{}` is not in a VPC", instance.id)
    })?;
    ensure(binding.policy.as_ref().is_none_or(|policy| policy.kind() == Kind::Session), || {
        wrong_kind("session", &binding.role_name)
    })
}
