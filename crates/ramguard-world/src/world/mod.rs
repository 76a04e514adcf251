//! The world a call looks at: one account, its instances, and what stands around it.
//!
//! Set up by [`World::new`] and [`World::apply`], relied on by every operation:
//!
//! * every name that is referred to exists, but for the role of a binding (decision A16): members
//!   of groups, attached policies, resource groups, default versions;
//! * no two users, groups, roles or policies of one type differ in ASCII case alone, since the ARNs
//!   of RAM do not tell them apart (rule R-6, decision A10);
//! * an instance carries at most one role, and only in a VPC;
//! * trust policies are of kind trust, the policies of bindings of kind session, control policies
//!   of kind control, all others of kind identity.

mod directory;
mod effect;
mod identity;
mod instance;
mod name_map;
mod policy;
mod quota;

use std::collections::{BTreeMap, BTreeSet};

pub use directory::{ControlPolicy, Directory, DirectoryNode, ResourceGroup};
pub use effect::{Conflict, Effect};
pub use identity::{Attachment, Group, IdentityRef, Role, User};
pub use instance::{Binding, Instance, MetadataMode, Network, Published};
use name_map::NameMap;
pub use policy::{ManagedPolicy, PolicyRef, PolicyType, PolicyVersion, VersionId, VersionIdError};
pub use quota::Quotas;
use ramguard_policy::text::shown;

/// An account and everything a decision about it looks at.
///
/// A host that keeps its own store fills a world from it and writes the [`Effect`]s of each call
/// back; a test or a tool lets [`World::commit`] do both.
///
/// ```
/// use ramguard_world::World;
///
/// let world = World::new("1000000000000001")?;
/// assert_eq!(world.roles().count(), 0);
/// # Ok::<(), ramguard_world::AccountError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    pub(crate) account: String,
    pub(crate) ram_active: bool,
    pub(crate) regions: BTreeSet<String>,
    pub(crate) quotas: Quotas,
    pub(crate) users: NameMap<User>,
    pub(crate) groups: NameMap<Group>,
    pub(crate) roles: NameMap<Role>,
    pub(crate) custom_policies: NameMap<ManagedPolicy>,
    pub(crate) system_policies: NameMap<ManagedPolicy>,
    pub(crate) instances: BTreeMap<String, Instance>,
    pub(crate) resource_groups: BTreeMap<String, ResourceGroup>,
    pub(crate) directory: Option<Directory>,
    /// The VPC of each switch that is known.
    vswitches: BTreeMap<String, String>,
    revision: u64,
}

/// An account id that is not made of digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not an account id: write digits", shown(.found))]
pub struct AccountError {
    found: Box<str>,
}

/// The regions known unless the host says otherwise: public regions named in the ECS
/// documentation. Source: "Regions and zones" (ECS documentation).
const REGIONS: &[&str] = &[
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-southeast-1",
    "ap-southeast-3",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "cn-beijing",
    "cn-chengdu",
    "cn-fuzhou",
    "cn-guangzhou",
    "cn-hangzhou",
    "cn-heyuan",
    "cn-hongkong",
    "cn-huhehaote",
    "cn-nanjing",
    "cn-qingdao",
    "cn-shanghai",
    "cn-shenzhen",
    "cn-wuhan-lr",
    "cn-wulanchabu",
    "cn-zhangjiakou",
    "eu-central-1",
    "eu-west-1",
    "me-central-1",
    "me-east-1",
    "na-south-1",
    "us-east-1",
    "us-west-1",
];

impl World {
    /// An account with nothing in it.
    ///
    /// # Errors
    /// [`AccountError`] unless the id is 1 to 32 digits.
    pub fn new(account: impl Into<String>) -> Result<Self, AccountError> {
        let account = account.into();
        if !crate::name::is_account_id(&account) {
            return Err(AccountError {
                found: account.chars().take(40).collect::<String>().into(),
            });
        }
        Ok(Self {
            account,
            ram_active: true,
            regions: REGIONS.iter().map(|region| (*region).to_owned()).collect(),
            quotas: Quotas::default(),
            users: NameMap::default(),
            groups: NameMap::default(),
            roles: NameMap::default(),
            custom_policies: NameMap::default(),
            system_policies: NameMap::default(),
            instances: BTreeMap::new(),
            resource_groups: BTreeMap::new(),
            directory: None,
            vswitches: BTreeMap::new(),
            revision: 0,
        })
    }

    /// Sets the quotas.
    #[must_use]
    pub fn with_quotas(mut self, quotas: Quotas) -> Self {
        self.quotas = quotas;
        self
    }

    /// Sets the regions there are.
    #[must_use]
    pub fn with_regions(mut self, regions: impl IntoIterator<Item = String>) -> Self {
        self.regions = regions.into_iter().collect();
        self
    }

    /// Sets the switches that are known, each with the id of its VPC.
    #[must_use]
    pub fn with_vswitches(mut self, vswitches: impl IntoIterator<Item = (String, String)>) -> Self {
        self.vswitches = vswitches.into_iter().collect();
        self
    }

    /// Sets whether RAM is activated for the account. Where it is not, RAM answers `Inactive`.
    #[must_use]
    pub fn with_ram_active(mut self, active: bool) -> Self {
        self.ram_active = active;
        self
    }

    /// Returns the id of the account: digits.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Returns whether RAM is activated.
    #[must_use]
    pub fn is_ram_active(&self) -> bool {
        self.ram_active
    }

    /// Returns whether there is such a region.
    #[must_use]
    pub fn has_region(&self, region: &str) -> bool {
        self.regions.contains(region)
    }

    /// Returns the regions, in order.
    pub fn regions(&self) -> impl Iterator<Item = &str> {
        self.regions.iter().map(String::as_str)
    }

    /// Returns the switches that are known with the ids of their VPCs, by id.
    pub fn vswitches(&self) -> impl Iterator<Item = (&str, &str)> {
        self.vswitches.iter().map(|(vswitch, vpc)| (vswitch.as_str(), vpc.as_str()))
    }

    /// Returns the VPC of a switch: as the world lists it, else as an instance at the switch says.
    #[must_use]
    pub fn vpc_of(&self, vswitch: &str) -> Option<&str> {
        let by_instance = || {
            self.instances.values().find_map(|instance| match &instance.network {
                Network::Vpc { vpc_id: Some(vpc), vswitch_id } if vswitch_id == vswitch => {
                    Some(vpc.as_str())
                }
                _ => None,
            })
        };
        self.vswitches.get(vswitch).map(String::as_str).or_else(by_instance)
    }

    /// Returns the quotas.
    #[must_use]
    pub fn quotas(&self) -> &Quotas {
        &self.quotas
    }

    /// Returns a user by its exact name.
    #[must_use]
    pub fn user(&self, name: &str) -> Option<&User> {
        self.users.get(name)
    }

    /// Returns the users, by name.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    /// Returns a group by its exact name.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.groups.get(name)
    }

    /// Returns the groups, by name.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.values()
    }

    /// Returns the groups a user belongs to, by name.
    pub fn groups_of<'w>(&'w self, user: &'w str) -> impl Iterator<Item = &'w Group> {
        self.groups.values().filter(move |group| group.members.contains(user))
    }

    /// Returns a role by its exact name.
    #[must_use]
    pub fn role(&self, name: &str) -> Option<&Role> {
        self.roles.get(name)
    }

    /// Returns the roles, by name.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.roles.values()
    }

    /// Returns a policy by its type and exact name.
    #[must_use]
    pub fn policy(&self, policy: &PolicyRef) -> Option<&ManagedPolicy> {
        self.policies_of(policy.policy_type).get(&policy.name)
    }

    /// Returns the policies of a type, by name.
    pub fn policies(&self, policy_type: PolicyType) -> impl Iterator<Item = &ManagedPolicy> {
        self.policies_of(policy_type).values()
    }

    /// Returns an instance by its id.
    #[must_use]
    pub fn instance(&self, id: &str) -> Option<&Instance> {
        self.instances.get(id)
    }

    /// Returns the instances, by id.
    pub fn instances(&self) -> impl Iterator<Item = &Instance> {
        self.instances.values()
    }

    /// Returns a resource group by its id.
    #[must_use]
    pub fn resource_group(&self, id: &str) -> Option<&ResourceGroup> {
        self.resource_groups.get(id)
    }

    /// Returns the resource groups, by id.
    pub fn resource_groups(&self) -> impl Iterator<Item = &ResourceGroup> {
        self.resource_groups.values()
    }

    /// Returns the directory, if the account belongs to one.
    #[must_use]
    pub fn directory(&self) -> Option<&Directory> {
        self.directory.as_ref()
    }

    /// Returns the policies attached to an identity; `None` if it does not exist.
    #[must_use]
    pub fn attachments(&self, identity: &IdentityRef) -> Option<&[Attachment]> {
        match identity {
            IdentityRef::User(name) => self.user(name).map(|user| user.attachments.as_slice()),
            IdentityRef::Group(name) => self.group(name).map(|group| group.attachments.as_slice()),
            IdentityRef::Role(name) => self.role(name).map(|role| role.attachments.as_slice()),
        }
    }

    /// Returns whom a policy is attached to, in whatever scope.
    pub fn holders<'w>(&'w self, policy: &'w PolicyRef) -> impl Iterator<Item = IdentityRef> + 'w {
        let holds = |attachments: &[Attachment]| attachments.iter().any(|a| a.policy == *policy);
        let users = self.users.values().filter(move |user| holds(&user.attachments));
        let groups = self.groups.values().filter(move |group| holds(&group.attachments));
        let roles = self.roles.values().filter(move |role| holds(&role.attachments));
        users
            .map(|user| IdentityRef::User(user.name.clone()))
            .chain(groups.map(|group| IdentityRef::Group(group.name.clone())))
            .chain(roles.map(|role| IdentityRef::Role(role.name.clone())))
    }

    /// Returns how often the world has changed. An outcome is committed only to the revision it
    /// was computed from, so no update is lost.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Starts counting changes anew, for a world that has just been read.
    pub(crate) fn reset_revision(&mut self) {
        self.revision = 0;
    }

    /// Returns the canonical ARN of something RAM keeps in this account, for example of
    /// `role/app`: RAM is global, so the region is blank (rule R-7).
    #[must_use]
    pub fn ram_arn(&self, relative_id: &str) -> String {
        format!("acs:ram::{}:{relative_id}", self.account)
    }

    fn policies_of(&self, policy_type: PolicyType) -> &NameMap<ManagedPolicy> {
        match policy_type {
            PolicyType::System => &self.system_policies,
            PolicyType::Custom => &self.custom_policies,
        }
    }
}
