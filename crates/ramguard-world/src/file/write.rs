//! From a world to the text of a world file.

use super::form::{
    AttachmentForm, BindingForm, DirectoryForm, DocumentForm, FullAttachmentForm, GroupForm,
    InstanceForm, MetadataForm, NodeForm, PolicyForm, PublishedForm, ResourceGroupForm, RoleForm,
    UserForm, VersionForm, WorldForm,
};
use crate::{
    Attachment, Binding, Directory, Instance, ManagedPolicy, MetadataMode, Network, PolicyType,
    Timestamp, VersionId, World,
};

/// Writes a world as the text of a file, for people: indented, members in a fixed order, a line
/// break at the end. Reading it back gives an equal world, but for its revision, and for blanks in
/// policy documents.
#[must_use]
pub fn write(world: &World) -> String {
    let text = serde_json::to_string_pretty(&form(world));
    // Only maps with other keys than strings cannot be written, and the form has none.
    text.unwrap_or_default() + "\n"
}

/// Returns the members of the file of a world.
#[must_use]
pub fn form(world: &World) -> WorldForm {
    let default_regions = World::new(world.account()).ok();
    let are_default = default_regions.is_some_and(|other| other.regions().eq(world.regions()));
    let regions = world.regions().map(str::to_owned).collect();
    WorldForm {
        schema: None,
        account: world.account().to_owned(),
        ram_active: world.is_ram_active(),
        regions: Some(regions).filter(|_| !are_default),
        quotas: *world.quotas(),
        users: world
            .users()
            .map(|user| {
                let form = UserForm {
                    id: Some(user.id.clone()),
                    display_name: user.display_name.clone(),
                    comments: user.comments.clone(),
                    created: user.created,
                    policies: attachments(&user.attachments),
                };
                (user.name.clone(), form)
            })
            .collect(),
        groups: world
            .groups()
            .map(|group| {
                let form = GroupForm {
                    comments: group.comments.clone(),
                    created: group.created,
                    members: group.members.iter().cloned().collect(),
                    policies: attachments(&group.attachments),
                };
                (group.name.clone(), form)
            })
            .collect(),
        roles: world
            .roles()
            .map(|role| {
                let form = RoleForm {
                    id: Some(role.id.clone()),
                    description: role.description.clone(),
                    trust: DocumentForm::Policy(role.trust.clone()),
                    max_session_seconds: role.max_session_seconds,
                    service_linked: role.service_linked,
                    tags: role.tags.clone(),
                    created: role.created,
                    updated: Some(role.updated).filter(|updated| *updated != role.created),
                    policies: attachments(&role.attachments),
                };
                (role.name.clone(), form)
            })
            .collect(),
        policies: policies(world, PolicyType::Custom).collect(),
        system_policies: policies(world, PolicyType::System).collect(),
        vswitches: world
            .vswitches()
            .map(|(vswitch, vpc)| (vswitch.to_owned(), vpc.to_owned()))
            .collect(),
        instances: world
            .instances()
            .map(|instance| (instance.id.clone(), instance_form(instance)))
            .collect(),
        resource_groups: world
            .resource_groups()
            .map(|group| (group.id.clone(), ResourceGroupForm { name: group.name.clone() }))
            .collect(),
        directory: world.directory().map(directory_form),
    }
}

fn attachments(attachments: &[Attachment]) -> Vec<AttachmentForm> {
    let forms = attachments.iter().map(|attachment| {
        let kind = attachment.policy.policy_type.name().to_ascii_lowercase();
        let policy = format!("{kind}/{}", attachment.policy.name);
        match (&attachment.resource_group, attachment.attached) {
            (None, attached) if attached == Timestamp::default() => AttachmentForm::Name(policy),
            (resource_group, attached) => AttachmentForm::Full(FullAttachmentForm {
                policy,
                resource_group: resource_group.clone(),
                attached,
            }),
        }
    });
    forms.collect()
}

fn policies(
    world: &World,
    policy_type: PolicyType,
) -> impl Iterator<Item = (String, PolicyForm)> + '_ {
    world.policies(policy_type).map(|policy| (policy.name.clone(), policy_form(policy)))
}

fn policy_form(policy: &ManagedPolicy) -> PolicyForm {
    let is_plain = policy.versions.len() == 1
        && policy.versions.get(&VersionId::FIRST).is_some_and(|v| v.created == policy.created);
    let only = policy.versions.get(&VersionId::FIRST).filter(|_| is_plain);
    let versions = policy.versions.iter().filter(|_| !is_plain).map(|(id, version)| {
        let document = DocumentForm::Policy(version.document.clone());
        (id.to_string(), VersionForm { document, created: version.created })
    });
    let highest = policy.versions.keys().next_back();
    PolicyForm {
        description: policy.description.clone(),
        tags: policy.tags.clone(),
        document: only.map(|version| DocumentForm::Policy(version.document.clone())),
        versions: versions.collect(),
        default_version: Some(policy.default_version.to_string()).filter(|_| !is_plain),
        last_version: Some(policy.last_version.to_string())
            .filter(|_| highest != Some(&policy.last_version)),
        created: policy.created,
        updated: Some(policy.updated).filter(|updated| *updated != policy.created),
    }
}

fn instance_form(instance: &Instance) -> InstanceForm {
    let (vpc, vswitch) = match &instance.network {
        Network::Vpc { vpc_id, vswitch_id } => (vpc_id.clone(), Some(vswitch_id.clone())),
        Network::Classic => (None, None),
    };
    InstanceForm {
        region: instance.region.clone(),
        vswitch,
        vpc,
        resource_group: instance.resource_group.clone(),
        tags: instance.tags.clone(),
        image: instance.image_id.clone(),
        r#type: instance.instance_type.clone(),
        metadata: match instance.metadata {
            MetadataMode::Optional => MetadataForm::Optional,
            MetadataMode::Required => MetadataForm::Required,
            MetadataMode::Disabled => MetadataForm::Disabled,
        },
        created: instance.created,
        client_token: instance.client_token.clone(),
        role: instance.binding.as_ref().map(binding_form),
    }
}

fn binding_form(binding: &Binding) -> BindingForm {
    BindingForm {
        name: binding.role_name.clone(),
        policy: binding.policy.clone().map(DocumentForm::Policy),
        bound: binding.bound,
        published: binding.published.as_ref().map(|published| PublishedForm {
            role_id: published.role_id.clone(),
            serial: published.serial.clone(),
            issued: published.issued,
            expires: published.expires,
        }),
    }
}

fn directory_form(directory: &Directory) -> DirectoryForm {
    let nodes = directory.nodes.iter().map(|node| {
        let policies = node
            .policies
            .iter()
            .map(|policy| (policy.name.clone(), DocumentForm::Policy(policy.document.clone())));
        NodeForm { name: node.name.clone(), policies: policies.collect() }
    });
    DirectoryForm {
        enabled: directory.enabled,
        management_account: directory.management_account,
        nodes: nodes.collect(),
    }
}
