//! RunInstances and CreateInstance, as far as the role is concerned.
//!
//! Source: RunInstances and CreateInstance (ECS API reference). The role is checked when `DryRun` is
//! set, too (decision A15). Any failure fails the whole request. Parameters that have nothing to do
//! with roles, networks or permissions are not offered and refused as unsupported.

use std::collections::BTreeMap;

use ramguard::role::InstanceOperation;
use serde::Serialize;

use super::{Operation, Parameters, instance_ids, parameters::invalid};
use crate::authorize::trusts_ecs;
use crate::control_plane::Call;
use crate::error::{ApiError, ErrorKind, MetadataOption, Service};
use crate::moment::LOWER;
use crate::{Binding, Effect, Instance, MetadataMode, Network, Settings};

/// What both requests say about the new instances.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewInstance {
    /// The region.
    pub region_id: String,
    /// The image.
    pub image_id: String,
    /// The type.
    pub instance_type: Option<String>,
    /// The security groups.
    pub security_group_ids: Vec<String>,
    /// The snapshots of data disks.
    pub snapshot_ids: Vec<String>,
    /// The key pair.
    pub key_pair_name: Option<String>,
    /// The switch. Without one the instance is of the classic network and can carry no role.
    pub vswitch_id: Option<String>,
    /// The role the instance gets.
    pub ram_role_name: Option<String>,
    /// The resource group.
    pub resource_group_id: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// `enabled` or `disabled`: whether metadata can be read at all.
    pub http_endpoint: Option<String>,
    /// `optional` or `required`: whether reading metadata takes a token.
    pub http_tokens: Option<String>,
    /// 1 to 64.
    pub http_put_response_hop_limit: Option<u32>,
    /// Checks everything and creates nothing.
    pub dry_run: bool,
    /// A repeated call with the same token answers the instances of the first one.
    pub client_token: Option<String>,
}

/// The request to create several instances.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunInstances {
    /// What they are like.
    pub instance: NewInstance,
    /// 1 to 100; 1 if left out.
    pub amount: Option<u32>,
}

/// The request to create one instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateInstance {
    /// What it is like.
    pub instance: NewInstance,
}

/// The response of RunInstances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RunInstancesResponse {
    /// The new instances.
    pub instance_id_sets: InstanceIdSets,
}

/// Ids, wrapped as the services wrap lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstanceIdSets {
    /// The ids.
    pub instance_id_set: Vec<String>,
}

/// The response of CreateInstance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateInstanceResponse {
    /// The new instance.
    pub instance_id: String,
}

impl Operation for RunInstances {
    type Response = RunInstancesResponse;

    const SERVICE: Service = Service::Ecs;
    const NAME: &'static str = "RunInstances";
    const PARAMETERS: &'static [&'static str] = &[
        "RegionId",
        "ImageId",
        "InstanceType",
        "SecurityGroupId",
        "SecurityGroupIds.N",
        "DataDisk.N.SnapshotId",
        "KeyPairName",
        "VSwitchId",
        "RamRoleName",
        "ResourceGroupId",
        "Tag.N",
        "HttpEndpoint",
        "HttpTokens",
        "HttpPutResponseHopLimit",
        "Amount",
        "DryRun",
        "ClientToken",
    ];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        let amount = parameters.number("Amount")?;
        let mut instance = NewInstance::read(parameters)?;
        instance.security_group_ids.extend(parameters.list("SecurityGroupIds"));
        Ok(Self { instance, amount })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let amount = self.amount.unwrap_or(1);
        if !(1..=100).contains(&amount) {
            return Err(invalid("Amount", "write 1 to 100"));
        }
        let operation = InstanceOperation::RunInstances(self.instance.to_checked(call));
        let (ids, effects) = self.instance.create(call, &operation, amount)?;
        let instance_id_sets = InstanceIdSets { instance_id_set: ids };
        Ok((RunInstancesResponse { instance_id_sets }, effects))
    }
}

impl Operation for CreateInstance {
    type Response = CreateInstanceResponse;

    const SERVICE: Service = Service::Ecs;
    const NAME: &'static str = "CreateInstance";
    const PARAMETERS: &'static [&'static str] = &[
        "RegionId",
        "ImageId",
        "InstanceType",
        "SecurityGroupId",
        "DataDisk.N.SnapshotId",
        "KeyPairName",
        "VSwitchId",
        "RamRoleName",
        "ResourceGroupId",
        "Tag.N",
        "HttpEndpoint",
        "HttpTokens",
        "HttpPutResponseHopLimit",
        "DryRun",
        "ClientToken",
    ];

    fn read(parameters: &mut Parameters<'_>, _: &Settings) -> Result<Self, ApiError> {
        Ok(Self { instance: NewInstance::read(parameters)? })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let operation = InstanceOperation::CreateInstance(self.instance.to_checked(call));
        let (ids, effects) = self.instance.create(call, &operation, 1)?;
        let instance_id = ids.into_iter().next();
        let instance_id = instance_id.ok_or(ErrorKind::InternalError { service: Service::Ecs })?;
        Ok((CreateInstanceResponse { instance_id }, effects))
    }
}

impl NewInstance {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, ApiError> {
        let optional = |parameters: &mut Parameters<'_>, name| {
            parameters.optional(name).filter(|text| !text.is_empty())
        };
        Ok(Self {
            region_id: parameters.required("RegionId")?,
            image_id: parameters.required("ImageId")?,
            instance_type: optional(parameters, "InstanceType"),
            security_group_ids: optional(parameters, "SecurityGroupId").into_iter().collect(),
            snapshot_ids: parameters.member_list("DataDisk", "SnapshotId"),
            key_pair_name: optional(parameters, "KeyPairName"),
            vswitch_id: optional(parameters, "VSwitchId"),
            ram_role_name: optional(parameters, "RamRoleName"),
            resource_group_id: optional(parameters, "ResourceGroupId"),
            tags: parameters.tags()?,
            http_endpoint: optional(parameters, "HttpEndpoint"),
            http_tokens: optional(parameters, "HttpTokens"),
            http_put_response_hop_limit: parameters.number("HttpPutResponseHopLimit")?,
            dry_run: parameters.flag("DryRun")?,
            client_token: optional(parameters, "ClientToken"),
        })
    }

    /// What the permission checks look at.
    fn to_checked(&self, call: &Call<'_>) -> ramguard::role::CreateInstances {
        ramguard::role::CreateInstances {
            region: self.region_id.clone(),
            account: call.world().account().to_owned(),
            image_id: Some(self.image_id.clone()),
            security_group_ids: self.security_group_ids.clone(),
            snapshot_ids: self.snapshot_ids.clone(),
            key_pair_name: self.key_pair_name.clone(),
            vswitch_id: self.vswitch_id.clone(),
            // A VPC nobody knows could be any: only a permission on all of them covers it, as `*`
            // in the place of an id is nothing but that text (rule R-12).
            vpc_id: self.vpc_id(call).or(self.vswitch_id.as_ref().map(|_| "*".to_owned())),
            ram_role_name: self.ram_role_name.clone(),
        }
    }

    /// The VPC of the switch, where the world knows it.
    fn vpc_id(&self, call: &Call<'_>) -> Option<String> {
        call.world().vpc_of(self.vswitch_id.as_deref()?).map(str::to_owned)
    }

    fn metadata_mode(&self) -> Result<MetadataMode, ApiError> {
        let refused = |parameter| ApiError::from(ErrorKind::MetadataOption { parameter });
        if self.http_put_response_hop_limit.is_some_and(|limit| !(1..=64).contains(&limit)) {
            return Err(refused(MetadataOption::HttpPutResponseHopLimit));
        }
        let tokens = match self.http_tokens.as_deref() {
            None | Some("optional") => MetadataMode::Optional,
            Some("required") => MetadataMode::Required,
            Some(_) => return Err(refused(MetadataOption::HttpTokens)),
        };
        match self.http_endpoint.as_deref() {
            None | Some("enabled") => Ok(tokens),
            Some("disabled") => Ok(MetadataMode::Disabled),
            Some(_) => Err(refused(MetadataOption::HttpEndpoint)),
        }
    }

    fn create(
        &self,
        call: &Call<'_>,
        operation: &InstanceOperation,
        amount: u32,
    ) -> Result<(Vec<String>, Vec<Effect>), ApiError> {
        let world = call.world();
        instance_ids::region(world, &self.region_id)?;
        if let Some(name) = &self.ram_role_name {
            instance_ids::role_name(name)?;
        }
        let metadata = self.metadata_mode()?;
        if self.client_token.as_ref().is_some_and(|token| token.len() > 64 || !token.is_ascii()) {
            return Err(invalid("ClientToken", "write at most 64 ASCII characters"));
        }
        instance_ids::require(call, operation)?;

        if let Some(id) = &self.resource_group_id {
            world.resource_group(id).ok_or(ErrorKind::ResourceGroupNotFound)?;
        }
        let binding = self.binding(call, operation)?;
        let network = match &self.vswitch_id {
            Some(id) => Network::Vpc { vpc_id: self.vpc_id(call), vswitch_id: id.clone() },
            None if binding.is_some() => return Err(ErrorKind::ClassicNetwork.into()),
            None => Network::Classic,
        };
        if self.dry_run {
            return Err(ErrorKind::DryRun.into());
        }
        if let Some(made) = self.made_before(call) {
            return Ok((made, Vec::new()));
        }
        let instance = |number: u32| Instance {
            id: format!("i-{}", call.moment().id("instance", number, LOWER, 20)),
            region: self.region_id.clone(),
            network: network.clone(),
            resource_group: self.resource_group_id.clone(),
            tags: self.tags.clone(),
            image_id: Some(self.image_id.clone()),
            instance_type: self.instance_type.clone(),
            metadata,
            created: call.moment().now(),
            client_token: self.client_token.clone(),
            binding: binding.clone(),
        };
        let instances: Vec<Instance> = (0..amount).map(instance).collect();
        let ids = instances.iter().map(|instance| instance.id.clone()).collect();
        Ok((ids, instances.into_iter().map(Effect::InstanceCreated).collect()))
    }

    /// The binding of the new instances: the role exists and trusts ECS.
    fn binding(
        &self,
        call: &Call<'_>,
        operation: &InstanceOperation,
    ) -> Result<Option<Binding>, ApiError> {
        let Some(name) = &self.ram_role_name else { return Ok(None) };
        let run_instances = matches!(operation, InstanceOperation::RunInstances(_));
        let role = call.world().role(name).ok_or(ErrorKind::RamRoleNotFound { run_instances })?;
        if !trusts_ecs(call.world(), role, call.moment().now()) {
            return Err(ErrorKind::NotEcsRole { creating: true }.into());
        }
        Ok(Some(Binding {
            role_name: role.name.clone(),
            policy: None,
            bound: call.moment().now(),
            published: None,
        }))
    }

    /// The instances of an earlier call with the same token.
    fn made_before(&self, call: &Call<'_>) -> Option<Vec<String>> {
        let token = self.client_token.as_ref()?;
        let made = call.world().instances().filter(|instance| {
            instance.client_token.as_ref() == Some(token) && instance.region == self.region_id
        });
        let made: Vec<String> = made.map(|instance| instance.id.clone()).collect();
        (!made.is_empty()).then_some(made)
    }
}
