//! Users, groups and roles, and what is attached to them.

use std::collections::{BTreeMap, BTreeSet};

use ramguard_policy::{Kind, Limits};

use super::{Code, Place, Reader, shortened};
use crate::file::form::{AttachmentForm, RoleForm, WorldForm};
use crate::moment::{DIGITS, keyed_hash, spell};
use crate::{
    Attachment, Effect, Group, IdentityRef, PolicyRef, PolicyType, Role, User, World, name,
};

impl Reader {
    pub(super) fn users(&mut self, form: &WorldForm, root: &Place<'_>, world: &mut World) {
        let section = root.section("users");
        let (keys, quota) = (form.users.keys(), form.quotas.users);
        self.names("user", keys, Some(name::USER), &section, quota);
        let mut memberships: BTreeMap<&str, usize> = BTreeMap::new();
        for group in form.groups.values() {
            for member in group.members.iter().collect::<BTreeSet<_>>() {
                *memberships.entry(member).or_default() += 1;
            }
        }
        for (name, user) in &form.users {
            let place = section.member(name);
            let groups = memberships.get(name.as_str()).copied().unwrap_or_default();
            let quota = form.quotas.groups_per_user;
            if groups > quota {
                let message =
                    format!("user `{name}` is in {groups} groups, and the quota is {quota}");
                self.report(Code::QuotaExceeded, &place, place.key_span(), message);
            }
            let identity = IdentityRef::User(name.clone());
            let user = User {
                name: name.clone(),
                id: self.id("user", name, user.id.as_deref(), &place),
                display_name: user.display_name.clone(),
                comments: user.comments.clone(),
                created: user.created,
                attachments: self.attachments(&identity, &user.policies, &place, world),
            };
            self.apply(world, &place, &Effect::UserCreated(user));
        }
    }

    pub(super) fn groups(&mut self, form: &WorldForm, root: &Place<'_>, world: &mut World) {
        let section = root.section("groups");
        let (keys, quota) = (form.groups.keys(), form.quotas.groups);
        self.names("group", keys, Some(name::GROUP), &section, quota);
        for (name, group) in &form.groups {
            let place = section.member(name);
            let mut members = BTreeSet::new();
            for (index, member) in group.members.iter().enumerate() {
                let place = || place.member("members").element(index);
                if world.user(member).is_none() {
                    let message = || format!("there is no user `{}`", shortened(member));
                    self.report_at(Code::DanglingName, place, message);
                } else if !members.insert(member.clone()) {
                    let message = || format!("user `{member}` is listed twice");
                    self.report_at(Code::InvalidValue, place, message);
                }
            }
            let identity = IdentityRef::Group(name.clone());
            let group = Group {
                name: name.clone(),
                comments: group.comments.clone(),
                created: group.created,
                members,
                attachments: self.attachments(&identity, &group.policies, &place, world),
            };
            self.apply(world, &place, &Effect::GroupCreated(group));
        }
    }

    pub(super) fn roles(&mut self, form: &WorldForm, root: &Place<'_>, world: &mut World) {
        let section = root.section("roles");
        let (keys, quota) = (form.roles.keys(), form.quotas.roles);
        self.names("role", keys, Some(name::ROLE), &section, quota);
        for (name, role) in &form.roles {
            let place = section.member(name);
            let role = self.role(name, role, &place, world);
            if let Some(role) = role {
                self.apply(world, &place, &Effect::RoleCreated(role));
            }
        }
    }

    fn role(
        &mut self,
        name: &str,
        form: &RoleForm,
        place: &Place<'_>,
        world: &World,
    ) -> Option<Role> {
        let limit = Limits::default().max_bytes(Kind::Trust);
        let trust = self.document(Kind::Trust, &place.member("trust"), limit);
        if !(3_600..=43_200).contains(&form.max_session_seconds) {
            let place = place.member("max_session_seconds");
            let message = "a session lasts 3600 to 43200 seconds".to_owned();
            self.report(Code::InvalidValue, &place, place.value_span(), message);
        }
        let identity = IdentityRef::Role(name.to_owned());
        let attachments = self.attachments(&identity, &form.policies, place, world);
        Some(Role {
            name: name.to_owned(),
            id: self.id("role", name, form.id.as_deref(), place),
            description: form.description.clone(),
            trust: trust?,
            max_session_seconds: form.max_session_seconds,
            service_linked: form.service_linked,
            tags: form.tags.clone(),
            created: form.created,
            updated: form.updated.unwrap_or(form.created),
            attachments,
        })
    }

    /// Returns the id given, or one derived from account and name, which is the same every time.
    fn id(&mut self, kind: &str, name: &str, given: Option<&str>, place: &Place<'_>) -> String {
        if let Some(id) = given {
            if !name::is_account_id(id) {
                let place = place.member("id");
                let message = format!("`{}` is not an id: write digits", shortened(id));
                self.report(Code::InvalidValue, &place, place.value_span(), message);
            }
            return id.to_owned();
        }
        let parts = [b"world-file", self.account.as_bytes(), kind.as_bytes(), name.as_bytes()];
        format!("3{}", spell(&keyed_hash(&[0; 32], &parts), DIGITS, 17))
    }

    fn attachments(
        &mut self,
        identity: &IdentityRef,
        forms: &[AttachmentForm],
        place: &Place<'_>,
        world: &World,
    ) -> Vec<Attachment> {
        let mut attachments: Vec<Attachment> = Vec::new();
        let mut seen = BTreeSet::new();
        for (index, form) in forms.iter().enumerate() {
            let place = || place.member("policies").element(index);
            let (text, resource_group, attached) = match form {
                AttachmentForm::Name(text) => (text, None, Default::default()),
                AttachmentForm::Full(full) => {
                    (&full.policy, full.resource_group.clone(), full.attached)
                }
            };
            let Some(policy) = policy_ref(text) else {
                let message = || {
                    format!(
                        "`{}` names no policy: write `custom/<name>` or `system/<name>`",
                        shortened(text)
                    )
                };
                self.report_at(Code::InvalidValue, place, message);
                continue;
            };
            if world.policy(&policy).is_none() {
                let kind = policy.policy_type.name().to_ascii_lowercase();
                let message = || format!("there is no {kind} policy `{}`", shortened(&policy.name));
                self.report_at(Code::DanglingName, place, message);
                continue;
            }
            if let Some(id) = &resource_group
                && world.resource_group(id).is_none()
            {
                let message = || format!("there is no resource group `{}`", shortened(id));
                self.report_at(Code::DanglingName, place, message);
                continue;
            }
            if !seen.insert((policy.clone(), resource_group.clone())) {
                let message = || format!("the {policy} is attached twice");
                self.report_at(Code::InvalidValue, place, message);
                continue;
            }
            attachments.push(Attachment { policy, resource_group, attached });
        }
        let mut counts: BTreeMap<(PolicyType, Option<&str>), usize> = BTreeMap::new();
        for attachment in &attachments {
            let scope = (attachment.policy.policy_type, attachment.resource_group.as_deref());
            *counts.entry(scope).or_default() += 1;
        }
        for ((policy_type, _), count) in counts {
            let quota = world.quotas().attachments(identity, policy_type);
            if count > quota {
                let kind = policy_type.name().to_ascii_lowercase();
                let place = place.member("policies");
                let message = format!(
                    "{identity} has {count} {kind} policies in one scope, and the quota is {quota}"
                );
                self.report(Code::QuotaExceeded, &place, place.key_span(), message);
            }
        }
        attachments
    }
}

/// Reads `custom/<name>` or `system/<name>`.
fn policy_ref(text: &str) -> Option<PolicyRef> {
    let (policy_type, name) = text.split_once('/')?;
    let policy_type = match policy_type {
        "custom" => PolicyType::Custom,
        "system" => PolicyType::System,
        _ => return None,
    };
    Some(PolicyRef { policy_type, name: name.to_owned() })
}
