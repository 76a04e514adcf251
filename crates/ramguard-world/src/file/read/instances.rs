//! Instances, and the directory above the account.

use ramguard_policy::{Kind, Limits};

use super::{Code, FileProblem, FileSeverity, Place, Reader, shortened};
use crate::file::form::{BindingForm, DirectoryForm, InstanceForm, MetadataForm, WorldForm};
use crate::{
    Binding, ControlPolicy, Directory, DirectoryNode, Effect, Instance, MetadataMode, Network,
    Published, World,
};

impl Reader {
    pub(super) fn instances(&mut self, form: &WorldForm, root: &Place<'_>, world: &mut World) {
        let section = root.section("instances");
        self.names("instance", form.instances.keys(), None, &section, usize::MAX);
        for (id, instance) in &form.instances {
            let place = section.member(id);
            let instance = self.instance(id, instance, &place, world);
            self.apply(world, &place, &Effect::InstanceCreated(instance));
        }
    }

    fn instance(
        &mut self,
        id: &str,
        form: &InstanceForm,
        place: &Place<'_>,
        world: &World,
    ) -> Instance {
        if !world.has_region(&form.region) {
            let place = place.member("region");
            let message = format!("there is no region `{}`", shortened(&form.region));
            self.report(Code::DanglingName, &place, place.value_span(), message);
        }
        if let Some(group) = &form.resource_group
            && world.resource_group(group).is_none()
        {
            let place = place.member("resource_group");
            let message = format!("there is no resource group `{}`", shortened(group));
            self.report(Code::DanglingName, &place, place.value_span(), message);
        }
        if form.tags.len() > 20 {
            let place = place.member("tags");
            let message = "an instance has at most 20 tags".to_owned();
            self.report(Code::InvalidValue, &place, place.key_span(), message);
        }
        let network = match &form.vswitch {
            Some(id) => Network::Vpc { vpc_id: form.vpc.clone(), vswitch_id: id.clone() },
            None => Network::Classic,
        };
        let role = form.role.as_ref();
        let binding = role.and_then(|role| {
            let place = place.member("role");
            if network == Network::Classic {
                let message =
                    "an instance without a `vswitch` is of the classic network and carries no role";
                self.report(Code::ClassicNetwork, &place, place.key_span(), message.to_owned());
                return None;
            }
            self.binding(role, &place, world)
        });
        Instance {
            id: id.to_owned(),
            region: form.region.clone(),
            network,
            resource_group: form.resource_group.clone(),
            tags: form.tags.clone(),
            image_id: form.image.clone(),
            instance_type: form.r#type.clone(),
            metadata: match form.metadata {
                MetadataForm::Optional => MetadataMode::Optional,
                MetadataForm::Required => MetadataMode::Required,
                MetadataForm::Disabled => MetadataMode::Disabled,
            },
            created: form.created,
            client_token: form.client_token.clone(),
            binding,
        }
    }

    fn binding(&mut self, form: &BindingForm, place: &Place<'_>, world: &World) -> Option<Binding> {
        let name_place = place.member("name");
        let span = name_place.value_span();
        match world.role(&form.name) {
            // A role may be deleted while an instance carries it (decision A16).
            None => self.push(FileProblem {
                code: Code::DanglingName,
                severity: FileSeverity::Warning,
                span,
                pointer: name_place.pointer.clone(),
                message: format!("there is no role `{}`", shortened(&form.name)),
                help: None,
            }),
            Some(role) if !crate::trusts_ecs(world, role, form.bound) => {
                let message = format!("role `{}` does not trust ecs.aliyuncs.com", role.name);
                self.report(Code::NotEcsRole, &name_place, span, message);
            }
            Some(_) => {}
        }
        let policy = match &form.policy {
            Some(_) => {
                let place = place.member("policy");
                Some(self.document(Kind::Session, &place, Limits::ATTACH_POLICY_BYTES)?)
            }
            None => None,
        };
        let published = form.published.as_ref().map(|published| Published {
            role_id: published.role_id.clone(),
            serial: published.serial.clone(),
            issued: published.issued,
            expires: published.expires,
        });
        Some(Binding { role_name: form.name.clone(), policy, bound: form.bound, published })
    }

    pub(super) fn directory(
        &mut self,
        form: &DirectoryForm,
        place: &Place<'_>,
        world: &World,
    ) -> Directory {
        let limit = Limits::default().max_bytes(Kind::Control);
        let mut nodes = Vec::new();
        for (node, place) in form.nodes.iter().zip(place.member("nodes").elements()) {
            let section = place.section("policies");
            let (count, quota) = (node.policies.len(), world.quotas().control_policies_per_node);
            if count > quota {
                let message = format!("there are {count} policies, and the quota is {quota}");
                let place = &section.place;
                self.report(Code::QuotaExceeded, place, place.key_span(), message);
            }
            let mut policies = Vec::new();
            for name in node.policies.keys() {
                let document = self.document(Kind::Control, &section.member(name), limit);
                policies.extend(
                    document.map(|document| ControlPolicy { name: name.clone(), document }),
                );
            }
            nodes.push(DirectoryNode { name: node.name.clone(), policies });
        }
        Directory { enabled: form.enabled, management_account: form.management_account, nodes }
    }
}
