//! The operations of RAM, STS and ECS, one file a family.
//!
//! Always holds for each: parameters are checked first, then the ECS or RAM permission, then
//! `ram:PassRole`, then whether the role exists and trusts ECS, then each instance; so that an error
//! tells a caller nothing it may not know. A call fails without effects or succeeds with them.

mod assume_role;
mod attach_instance_ram_role;
mod caller_identity;
mod create_instances;
mod describe_instance_ram_role;
mod detach_instance_ram_role;
mod group;
mod instance_ids;
mod parameters;
mod policy;
mod policy_attachment;
mod policy_version;
mod role;
mod user;

use serde::Serialize;

pub use assume_role::{AssumeRole, AssumeRoleResponse, AssumedRoleUser, CredentialsObject};
pub use attach_instance_ram_role::{
    AttachInstanceRamRole, AttachInstanceRamRoleResponse, AttachResult, AttachResults,
};
pub use caller_identity::{GetCallerIdentity, GetCallerIdentityResponse};
pub use create_instances::{
    CreateInstance, CreateInstanceResponse, InstanceIdSets, NewInstance, RunInstances,
    RunInstancesResponse,
};
pub use describe_instance_ram_role::{
    DescribeInstanceRamRole, DescribeInstanceRamRoleResponse, InstanceRamRoleSet,
    InstanceRamRoleSets,
};
pub use detach_instance_ram_role::{
    DetachInstanceRamRole, DetachInstanceRamRoleResponse, DetachResult, DetachResults,
};
pub use group::{
    AddUserToGroup, CreateGroup, DeleteGroup, GetGroup, GroupList, GroupObject, GroupResponse,
    ListGroups, ListGroupsForUser, ListGroupsResponse, ListUsersForGroup,
    ListUsersForGroupResponse, MemberList, MemberObject, RemoveUserFromGroup,
};
pub use parameters::Parameters;
pub use policy::{
    CreatePolicy, DeletePolicy, GetPolicy, GetPolicyResponse, ListPolicies, ListPoliciesResponse,
    PolicyList, PolicyObject, PolicyResponse,
};
pub use policy_attachment::{
    AttachPolicyToGroup, AttachPolicyToRole, AttachPolicyToUser, AttachedPolicy,
    AttachedPolicyList, DetachPolicyFromGroup, DetachPolicyFromRole, DetachPolicyFromUser,
    ListPoliciesForGroup, ListPoliciesForResponse, ListPoliciesForRole, ListPoliciesForUser,
};
pub use policy_version::{
    CreatePolicyVersion, DeletePolicyVersion, ListPolicyVersions, ListPolicyVersionsResponse,
    PolicyVersionList, PolicyVersionObject, PolicyVersionResponse, SetDefaultPolicyVersion,
};
pub use role::{
    CreateRole, DeleteRole, GetRole, ListRoles, ListRolesResponse, RoleList, RoleObject,
    RoleResponse, UpdateRole,
};
pub use user::{
    CreateUser, DeleteUser, GetUser, ListUsers, ListUsersResponse, UserList, UserObject,
    UserResponse,
};

use crate::control_plane::Call;
use crate::error::{ApiError, ErrorKind, Service};
use crate::{Effect, Settings};

/// A request of one operation, its parameters typed.
///
/// [`ControlPlane::perform`](crate::ControlPlane::perform) makes the call.
pub trait Operation: Sized {
    /// The response, but for the id of the request.
    type Response: Serialize;

    /// The service that offers it.
    const SERVICE: Service;
    /// Its name.
    const NAME: &'static str;
    /// The names of its parameters; one that ends in `.N` is a list.
    const PARAMETERS: &'static [&'static str];

    /// Reads the parameters of a request on the wire.
    ///
    /// # Errors
    /// If one that is needed is missing, or one cannot be read at all. What it says is checked by
    /// [`Operation::run`].
    fn read(parameters: &mut Parameters<'_>, settings: &Settings) -> Result<Self, ApiError>;

    /// Answers the request.
    ///
    /// # Errors
    /// What the service answers; nothing changes then.
    fn run(&self, call: &Call<'_>) -> Result<(Self::Response, Vec<Effect>), ApiError>;
}

/// The response of an operation that answers nothing but the id of the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Done {}

/// An operation in the table of all operations.
#[derive(Clone, Copy, Debug)]
pub struct OperationEntry {
    /// The service that offers it.
    pub service: Service,
    /// Its name.
    pub name: &'static str,
    /// The names of its parameters; one that ends in `.N` is a list.
    pub parameters: &'static [&'static str],
    run: Run,
}

type Run = for<'c, 'p> fn(&Call<'c>, Parameters<'p>) -> Result<(String, Vec<Effect>), ApiError>;

impl OperationEntry {
    const fn of<O: Operation>() -> Self {
        Self { service: O::SERVICE, name: O::NAME, parameters: O::PARAMETERS, run: run::<O> }
    }

    pub(crate) fn run<'p>(
        &self,
        call: &Call<'_>,
        parameters: impl IntoIterator<Item = (&'p str, &'p str)>,
    ) -> Result<(String, Vec<Effect>), ApiError> {
        (self.run)(call, Parameters::new(parameters)?)
    }
}

/// A response on the wire: the id of the request and what the operation answers.
#[derive(Serialize)]
struct Wire<'r, R> {
    #[serde(rename = "RequestId")]
    request_id: String,
    #[serde(flatten)]
    response: &'r R,
}

fn run<O: Operation>(
    call: &Call<'_>,
    mut parameters: Parameters<'_>,
) -> Result<(String, Vec<Effect>), ApiError> {
    let request = O::read(&mut parameters, call.settings())?;
    parameters.finish()?;
    let (response, effects) = request.run(call)?;
    let wire = Wire { request_id: call.moment().request_id(), response: &response };
    let text = serde_json::to_string(&wire)
        .map_err(|_| ApiError::from(ErrorKind::InternalError { service: O::SERVICE }))?;
    Ok((text, effects))
}

/// Every operation, by service and name.
const ALL: &[OperationEntry] = &[
    OperationEntry::of::<AttachInstanceRamRole>(),
    OperationEntry::of::<CreateInstance>(),
    OperationEntry::of::<DescribeInstanceRamRole>(),
    OperationEntry::of::<DetachInstanceRamRole>(),
    OperationEntry::of::<RunInstances>(),
    OperationEntry::of::<AddUserToGroup>(),
    OperationEntry::of::<AttachPolicyToGroup>(),
    OperationEntry::of::<AttachPolicyToRole>(),
    OperationEntry::of::<AttachPolicyToUser>(),
    OperationEntry::of::<CreateGroup>(),
    OperationEntry::of::<CreatePolicy>(),
    OperationEntry::of::<CreatePolicyVersion>(),
    OperationEntry::of::<CreateRole>(),
    OperationEntry::of::<CreateUser>(),
    OperationEntry::of::<DeleteGroup>(),
    OperationEntry::of::<DeletePolicy>(),
    OperationEntry::of::<DeletePolicyVersion>(),
    OperationEntry::of::<DeleteRole>(),
    OperationEntry::of::<DeleteUser>(),
    OperationEntry::of::<DetachPolicyFromGroup>(),
    OperationEntry::of::<DetachPolicyFromRole>(),
    OperationEntry::of::<DetachPolicyFromUser>(),
    OperationEntry::of::<GetGroup>(),
    OperationEntry::of::<GetPolicy>(),
    OperationEntry::of::<GetRole>(),
    OperationEntry::of::<GetUser>(),
    OperationEntry::of::<ListGroups>(),
    OperationEntry::of::<ListGroupsForUser>(),
    OperationEntry::of::<ListPolicies>(),
    OperationEntry::of::<ListPoliciesForGroup>(),
    OperationEntry::of::<ListPoliciesForRole>(),
    OperationEntry::of::<ListPoliciesForUser>(),
    OperationEntry::of::<ListPolicyVersions>(),
    OperationEntry::of::<ListRoles>(),
    OperationEntry::of::<ListUsers>(),
    OperationEntry::of::<ListUsersForGroup>(),
    OperationEntry::of::<RemoveUserFromGroup>(),
    OperationEntry::of::<SetDefaultPolicyVersion>(),
    OperationEntry::of::<UpdateRole>(),
    OperationEntry::of::<AssumeRole>(),
    OperationEntry::of::<GetCallerIdentity>(),
];

/// Returns every operation, by service and name.
#[must_use]
pub fn all() -> &'static [OperationEntry] {
    ALL
}

/// Returns the operation of that exact name.
#[must_use]
pub fn find(name: &str) -> Option<&'static OperationEntry> {
    ALL.iter().find(|entry| entry.name == name)
}

/// What a list operation of RAM leaves for the next page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Rest {
    /// Whether there is anything.
    pub is_truncated: bool,
    /// The marker it starts at, which the next call sends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marker: Option<String>,
}

/// What a list operation of RAM is asked for: where to go on, and how much to return.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The `Marker` of the page before, which is the last name on it.
    pub marker: Option<String>,
    /// 1 to 1,000; 100 if left out.
    pub max_items: Option<u32>,
}

impl Page {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            marker: parameters.optional("Marker").filter(|marker| !marker.is_empty()),
            max_items: parameters.number("MaxItems")?,
        })
    }

    /// Checks the bounds and returns how much to return.
    fn size(&self) -> Result<usize, ApiError> {
        match self.max_items.unwrap_or(100) {
            size @ 1..=1_000 => Ok(size as usize),
            _ => Err(parameters::invalid("MaxItems", "write 1 to 1000")),
        }
    }

    /// Cuts the page out of all things, which come ordered by `name`. Returns them and what is left
    /// for the next page.
    fn cut<'i, T>(
        &self,
        all: impl Iterator<Item = &'i T>,
        name: impl Fn(&T) -> &str,
    ) -> Result<(Vec<&'i T>, Rest), ApiError> {
        let size = self.size()?;
        let mut rest = all
            .skip_while(|item| self.marker.as_deref().is_some_and(|marker| name(item) <= marker));
        let page: Vec<&T> = rest.by_ref().take(size).collect();
        let more = rest.next().is_some();
        let marker = page.last().filter(|_| more).map(|last| name(last).to_owned());
        Ok((page, Rest { is_truncated: more, marker }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_listed_by_service_and_name_without_twins() {
        assert!(ALL.windows(2).all(|pair| match pair {
            [a, b] => (a.service, a.name) < (b.service, b.name),
            _ => false,
        }));
    }

    #[test]
    fn pages_put_together_are_the_whole_list() {
        let names: Vec<String> = (10..35).map(|number| format!("n{number}")).collect();
        let mut page = Page { marker: None, max_items: Some(10) };
        let mut seen: Vec<String> = Vec::new();
        loop {
            let (cut, rest) = page.cut(names.iter(), |name| name).unwrap();
            seen.extend(cut.into_iter().cloned());
            match rest.marker {
                Some(marker) => page.marker = Some(marker),
                None => break,
            }
        }
        assert_eq!(seen, names);
    }
}
