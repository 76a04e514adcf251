//! AttachInstanceRamRole: gives a role to instances.
//!
//! Source: AttachInstanceRamRole (ECS API reference); order of checks as in the header of
//! `operation`, errors of instances stand in the result (decision A2).

use ramguard::role::{InstanceOperation, SessionPolicy};
use serde::Serialize;

use super::{Operation, Parameters, instance_ids, parameters::invalid};
use crate::authorize::trusts_ecs;
use crate::control_plane::Call;
use crate::error::{ApiError, ErrorKind, Service};
use crate::{Binding, Effect, Network, Settings};

/// The request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttachInstanceRamRole {
    /// The region of the instances.
    pub region_id: String,
    /// 1 to 100 instances; the same one twice counts once.
    pub instance_ids: Vec<String>,
    /// The name of the role, not its ARN, spelt exactly as it was created.
    pub ram_role_name: String,
    /// A policy of 1 to 1,024 characters that narrows the credentials of these instances until the
    /// role is detached (decision A12).
    pub policy: Option<String>,
}

/// The response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachInstanceRamRoleResponse {
    /// How many instances were tried.
    pub total_count: usize,
    /// How many of them failed.
    pub fail_count: usize,
    /// The role of the request.
    pub ram_role_name: String,
    /// One entry an instance, in the order of the request.
    pub attach_instance_ram_role_results: AttachResults,
}

/// The entries of the response, wrapped as the services wrap lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachResults {
    /// One entry an instance.
    pub attach_instance_ram_role_result: Vec<AttachResult>,
}

/// What became of one instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachResult {
    /// The instance.
    pub instance_id: String,
    /// `200`, or the code of an error.
    pub code: String,
    /// `success`, or the message of the error.
    pub message: String,
    /// Whether it carries the role now.
    pub success: bool,
}

/// Code and message of an instance, in the form the samples agree on (decision A18).
pub(super) fn code_and_message(error: Option<&ApiError>) -> (String, String) {
    match error {
        None => ("200".to_owned(), "success".to_owned()),
        Some(error) => (error.code().into_owned(), error.message().into_owned()),
    }
}

impl Operation for AttachInstanceRamRole {
    type Response = AttachInstanceRamRoleResponse;

    const SERVICE: Service = Service::Ecs;
    const NAME: &'static str = "AttachInstanceRamRole";
    const PARAMETERS: &'static [&'static str] =
        &["RegionId", "InstanceIds", "RamRoleName", "Policy"];

    fn read(parameters: &mut Parameters<'_>, settings: &Settings) -> Result<Self, ApiError> {
        let region_id = parameters.required("RegionId")?;
        let ids = parameters.required("InstanceIds")?;
        let ram_role_name = parameters.required("RamRoleName")?;
        Ok(Self {
            region_id,
            ram_role_name,
            policy: parameters.optional("Policy"),
            instance_ids: instance_ids::read(&ids, settings)?,
        })
    }

    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError> {
        let world = call.world();
        instance_ids::region(world, &self.region_id)?;
        let ids = instance_ids::distinct(&self.instance_ids)?;
        instance_ids::role_name(&self.ram_role_name)?;
        let policy = self.policy.as_deref().map(session_policy).transpose()?;

        let operation = InstanceOperation::AttachInstanceRamRole {
            region: self.region_id.clone(),
            account: world.account().to_owned(),
            instance_ids: self.instance_ids.clone(),
            ram_role_name: self.ram_role_name.clone(),
            policy: policy.clone(),
        };
        instance_ids::require(call, &operation)?;

        let role = world.role(&self.ram_role_name);
        let role = role.ok_or(ErrorKind::RamRoleNotFound { run_instances: false })?;
        if !trusts_ecs(world, role, call.moment().now()) {
            return Err(ErrorKind::NotEcsRole { creating: false }.into());
        }

        let mut results = Vec::with_capacity(ids.len());
        let mut effects = Vec::new();
        for id in &ids {
            let error = self.refusal(call, id).map(ApiError::from);
            if let Some(error) = &error
                && ids.len() == 1
                && call.settings().single_instance_errors_fail
            {
                return Err(error.clone());
            }
            if error.is_none() {
                effects.push(Effect::RoleBound {
                    instance_id: (*id).to_owned(),
                    binding: Binding {
                        role_name: role.name.clone(),
                        policy: policy.as_ref().map(|policy| policy.policy().clone()),
                        bound: call.moment().now(),
                        published: None,
                    },
                });
            }
            let (code, message) = code_and_message(error.as_ref());
            let instance_id = (*id).to_owned();
            results.push(AttachResult { instance_id, code, message, success: error.is_none() });
        }
        let response = AttachInstanceRamRoleResponse {
            total_count: results.len(),
            fail_count: results.iter().filter(|result| !result.success).count(),
            ram_role_name: role.name.clone(),
            attach_instance_ram_role_results: AttachResults {
                attach_instance_ram_role_result: results,
            },
        };
        Ok((response, effects))
    }
}

impl AttachInstanceRamRole {
    /// Why an instance does not get the role: it exists, is in a VPC, and carries none.
    fn refusal(&self, call: &Call<'_>, id: &str) -> Option<ErrorKind> {
        let instance = call.world().instance(id);
        match instance.filter(|instance| instance.region == self.region_id) {
            None => Some(ErrorKind::InstanceNotFound),
            Some(instance) if instance.network == Network::Classic => {
                Some(ErrorKind::ClassicNetwork)
            }
            Some(instance) if instance.binding.is_some() => Some(ErrorKind::RoleAlreadyBound),
            Some(_) => None,
        }
    }
}

/// Reads the `Policy` parameter (decision A12).
fn session_policy(text: &str) -> Result<SessionPolicy, ApiError> {
    // The documents count characters; the size of the kind counts bytes, whichever is more.
    SessionPolicy::parse(text).map_err(|error| {
        invalid("Policy", &format!("it has not passed the grammar check: {error}"))
    })
}
