//! DetachInstanceRamRole: takes the role back from instances.
//!
//! Source: DetachInstanceRamRole (ECS API reference). Without `RamRoleName` whatever role an
//! instance carries is taken back; with it, only that one (decision A7). `ram:PassRole` is asked for
//! unless the settings say otherwise (decisions A6 and D-36). A role that was deleted meanwhile can
//! be taken back (decision A16).

use std::collections::BTreeMap;

use ramguard::role::{DetachedRoles, InstanceOperation};
use serde::Serialize;

use super::attach_instance_ram_role::code_and_message;
use super::{InstanceRamRoleSet, InstanceRamRoleSets, Operation, Parameters, instance_ids};
use crate::control_plane::Call;
use crate::error::{ApiError, ErrorKind, Service};
use crate::{Effect, Instance, Network, Settings};

/// The request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DetachInstanceRamRole {
    /// The region of the instances.
    pub region_id: String,
    /// 1 to 100 instances; the same one twice counts once.
    pub instance_ids: Vec<String>,
    /// The role to take back; left out, whatever role each instance carries.
    pub ram_role_name: Option<String>,
}

/// The response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DetachInstanceRamRoleResponse {
    /// How many instances were tried.
    pub total_count: usize,
    /// How many of them failed.
    pub fail_count: usize,
    /// The role of the request; without one, the role taken back, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ram_role_name: Option<String>,
    /// One entry an instance, in the order of the request.
    pub detach_instance_ram_role_results: DetachResults,
}

/// The entries of the response, wrapped as the services wrap lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DetachResults {
    /// One entry an instance.
    pub detach_instance_ram_role_result: Vec<DetachResult>,
}

/// What became of one instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DetachResult {
    /// The instance.
    pub instance_id: String,
    /// `200`, or the code of an error.
    pub code: String,
    /// `success`, or the message of the error.
    pub message: String,
    /// Whether the role was taken back.
    pub success: bool,
    /// The role that was taken back.
    pub instance_ram_role_sets: InstanceRamRoleSets,
}

impl Operation for DetachInstanceRamRole {
    type Response = DetachInstanceRamRoleResponse;

    const SERVICE: Service = Service::Ecs;
    const NAME: &'static str = "DetachInstanceRamRole";
    const PARAMETERS: &'static [&'static str] = &["RegionId", "InstanceIds", "RamRoleName"];

    fn read(parameters: &mut Parameters<'_>, settings: &Settings) -> Result<Self, ApiError> {
        let region_id = parameters.required("RegionId")?;
        let ids = parameters.required("InstanceIds")?;
        Ok(Self {
            region_id,
            ram_role_name: parameters.optional("RamRoleName").filter(|name| !name.is_empty()),
            instance_ids: instance_ids::read(&ids, settings)?,
        })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let world = call.world();
        instance_ids::region(world, &self.region_id)?;
        let ids = instance_ids::distinct(&self.instance_ids)?;
        if let Some(name) = &self.ram_role_name {
            instance_ids::role_name(name)?;
        }
        let roles = match &self.ram_role_name {
            Some(name) => DetachedRoles::Named(name.clone()),
            None => DetachedRoles::Attached(BTreeMap::new()),
        };
        let operation = InstanceOperation::DetachInstanceRamRole {
            region: self.region_id.clone(),
            account: call.world().account().to_owned(),
            instance_ids: self.instance_ids.clone(),
            roles,
        };
        instance_ids::require(call, &operation)?;

        if let Some(name) = &self.ram_role_name {
            let is_carried = ids.iter().any(|id| self.bound_role(call, id) == Some(name.as_str()));
            if world.role(name).is_none() && !is_carried {
                return Err(ErrorKind::RamRoleNotFound { run_instances: false }.into());
            }
        }
        let mut results = Vec::with_capacity(ids.len());
        let mut effects = Vec::new();
        for id in &ids {
            let taken = self.take_back(call, id).map_err(ApiError::from);
            if let Err(error) = &taken
                && ids.len() == 1
                && call.settings().single_instance_errors_fail
            {
                return Err(error.clone());
            }
            let (code, message) = code_and_message(taken.as_ref().err());
            let mut sets = Vec::new();
            if let Ok(role_name) = &taken {
                effects.push(Effect::RoleUnbound {
                    instance_id: (*id).to_owned(),
                    role_name: role_name.clone(),
                });
                sets.push(InstanceRamRoleSet {
                    instance_id: (*id).to_owned(),
                    ram_role_name: role_name.clone(),
                });
            }
            results.push(DetachResult {
                instance_id: (*id).to_owned(),
                code,
                message,
                success: taken.is_ok(),
                instance_ram_role_sets: InstanceRamRoleSets { instance_ram_role_set: sets },
            });
        }
        let response = DetachInstanceRamRoleResponse {
            total_count: results.len(),
            fail_count: results.iter().filter(|result| !result.success).count(),
            ram_role_name: self.ram_role_name.clone().or_else(|| only_role(&effects)),
            detach_instance_ram_role_results: DetachResults {
                detach_instance_ram_role_result: results,
            },
        };
        Ok((response, effects))
    }
}

impl DetachInstanceRamRole {
    fn instance<'w>(&self, call: &Call<'w>, id: &str) -> Option<&'w Instance> {
        call.world().instance(id).filter(|instance| instance.region == self.region_id)
    }

    fn bound_role<'w>(&self, call: &Call<'w>, id: &str) -> Option<&'w str> {
        self.instance(call, id)?.binding.as_ref().map(|binding| binding.role_name.as_str())
    }

    /// Returns the role to take back from an instance.
    fn take_back(&self, call: &Call<'_>, id: &str) -> Result<String, ErrorKind> {
        let instance = self.instance(call, id).ok_or(ErrorKind::InstanceNotFound)?;
        if instance.network == Network::Classic {
            return Err(ErrorKind::ClassicNetwork);
        }
        let binding = instance.binding.as_ref().ok_or(ErrorKind::RoleNotBound)?;
        match &self.ram_role_name {
            Some(name) if *name != binding.role_name => Err(ErrorKind::OtherRoleBound),
            _ => Ok(binding.role_name.clone()),
        }
    }
}

fn only_role(effects: &[Effect]) -> Option<String> {
    let mut roles = effects.iter().filter_map(|effect| match effect {
        Effect::RoleUnbound { role_name, .. } => Some(role_name),
        _ => None,
    });
    let first = roles.next()?;
    roles.all(|role| role == first).then(|| first.clone())
}
