//! DescribeInstanceRamRole: which instance carries which role.
//!
//! Source: DescribeInstanceRamRole (ECS API reference). Up to 100 ids are taken (decision A8). The
//! name of a role that was deleted stays in the answer (decision A16). It never needs
//! `ram:PassRole`.

use ramguard::role::{Check, Checks};
use serde::Serialize;

use super::{Operation, Parameters, instance_ids, parameters::invalid};
use crate::control_plane::Call;
use crate::error::{ApiError, ErrorKind, Service};
use crate::{Effect, Instance, Network, Settings};

/// The request. Instances or a role are named, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DescribeInstanceRamRole {
    /// The region of the instances.
    pub region_id: String,
    /// 1 to 100 instances.
    pub instance_ids: Option<Vec<String>>,
    /// Only instances that carry this role.
    pub ram_role_name: Option<String>,
    /// The page, from 1; 1 if left out.
    pub page_number: Option<u32>,
    /// 1 to 50; 10 if left out.
    pub page_size: Option<u32>,
}

/// The response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeInstanceRamRoleResponse {
    /// The region of the request.
    pub region_id: String,
    /// How many instances there are on all pages.
    pub total_count: usize,
    /// The page.
    pub page_number: u32,
    /// The size of a page.
    pub page_size: u32,
    /// The instances and their roles.
    pub instance_ram_role_sets: InstanceRamRoleSets,
}

/// Instances and their roles, wrapped as the services wrap lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstanceRamRoleSets {
    /// One entry an instance.
    pub instance_ram_role_set: Vec<InstanceRamRoleSet>,
}

/// An instance and its role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstanceRamRoleSet {
    /// The instance.
    pub instance_id: String,
    /// The role it carries.
    pub ram_role_name: String,
}

impl Operation for DescribeInstanceRamRole {
    type Response = DescribeInstanceRamRoleResponse;

    const SERVICE: Service = Service::Ecs;
    const NAME: &'static str = "DescribeInstanceRamRole";
    const PARAMETERS: &'static [&'static str] =
        &["RegionId", "InstanceIds", "RamRoleName", "PageNumber", "PageSize"];

    fn read(parameters: &mut Parameters<'_>, settings: &Settings) -> Result<Self, ApiError> {
        let region_id = parameters.required("RegionId")?;
        let ids = parameters.optional("InstanceIds").filter(|ids| !ids.is_empty());
        Ok(Self {
            region_id,
            instance_ids: ids.map(|ids| instance_ids::read(&ids, settings)).transpose()?,
            ram_role_name: parameters.optional("RamRoleName").filter(|name| !name.is_empty()),
            page_number: parameters.number("PageNumber")?,
            page_size: parameters.number("PageSize")?,
        })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let world = call.world();
        instance_ids::region(world, &self.region_id)?;
        let page_number = self.page_number.unwrap_or(1);
        let page_size = self.page_size.unwrap_or(10);
        if page_number == 0 {
            return Err(invalid("PageNumber", "pages count from 1"));
        }
        if !(1..=50).contains(&page_size) {
            return Err(invalid("PageSize", "write 1 to 50"));
        }
        if self.instance_ids.is_none() && self.ram_role_name.is_none() {
            return Err(ErrorKind::AllEmpty.into());
        }
        let ids = self.instance_ids.as_deref().map(instance_ids::distinct).transpose()?;
        if let Some(name) = &self.ram_role_name {
            instance_ids::role_name(name)?;
        }
        call.authority()?.require_checks(&self.checks(world.account(), ids.as_deref()))?;

        let here = |instance: &&Instance| instance.region == self.region_id;
        if let Some(name) = &self.ram_role_name {
            let is_carried = world.instances().filter(here).any(|instance| carries(instance, name));
            if world.role(name).is_none() && !is_carried {
                return Err(ErrorKind::RamRoleNotFound { run_instances: false }.into());
            }
        }
        let mut found: Vec<&Instance> = match ids {
            None => world.instances().filter(here).collect(),
            Some(ids) => {
                let known = ids.into_iter().map(|id| {
                    let instance = world.instance(id).filter(here);
                    let instance = instance.ok_or(ErrorKind::InstanceNotFound)?;
                    match instance.network {
                        Network::Classic => Err(ErrorKind::ClassicNetwork),
                        Network::Vpc { .. } => Ok(instance),
                    }
                });
                known.collect::<Result<_, _>>()?
            }
        };
        found.retain(|instance| match &self.ram_role_name {
            Some(name) => carries(instance, name),
            None => instance.binding.is_some(),
        });
        // A page number too high to count with is a page past the last one.
        let skipped = (page_number as usize - 1).saturating_mul(page_size as usize);
        let sets = found.iter().skip(skipped).take(page_size as usize).filter_map(|instance| {
            let binding = instance.binding.as_ref()?;
            Some(InstanceRamRoleSet {
                instance_id: instance.id.clone(),
                ram_role_name: binding.role_name.clone(),
            })
        });
        let response = DescribeInstanceRamRoleResponse {
            region_id: self.region_id.clone(),
            total_count: found.len(),
            page_number,
            page_size,
            instance_ram_role_sets: InstanceRamRoleSets { instance_ram_role_set: sets.collect() },
        };
        Ok((response, Vec::new()))
    }
}

impl DescribeInstanceRamRole {
    /// Each instance that is named, and the role if it is.
    fn checks(&self, account: &str, ids: Option<&[&str]>) -> Checks {
        let instances = ids.unwrap_or_default().iter();
        let instances =
            instances.map(|id| format!("acs:ecs:{}:{account}:instance/{id}", self.region_id));
        let role = self.ram_role_name.iter().map(|name| format!("acs:ram::{account}:role/{name}"));
        let mut checks = Checks::default();
        for resource in instances.chain(role) {
            let action = "ecs:DescribeInstanceRamRole";
            checks.push(Check { action, resource: &resource, passes_role_to: None });
        }
        checks
    }
}

fn carries(instance: &Instance, role_name: &str) -> bool {
    instance.binding.as_ref().is_some_and(|binding| binding.role_name == role_name)
}
