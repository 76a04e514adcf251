//! How much of everything an account may have.

/// The quotas of an account; the defaults are the documented ones. Source: "Limits" (RAM
/// documentation, 2021 and 2026), section 1.4 of the language.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(deny_unknown_fields, default)]
pub struct Quotas {
    /// Users in the account.
    pub users: usize,
    /// Groups in the account.
    pub groups: usize,
    /// Roles in the account.
    pub roles: usize,
    /// Custom policies in the account.
    pub policies: usize,
    /// Versions of a custom policy.
    pub versions_per_policy: usize,
    /// Groups of a user.
    pub groups_per_user: usize,
    /// System policies attached to a user, in each scope.
    pub system_policies_per_user: usize,
    /// Custom policies attached to a user, in each scope.
    pub custom_policies_per_user: usize,
    /// System policies attached to a group, in each scope.
    pub system_policies_per_group: usize,
    /// Custom policies attached to a group, in each scope.
    pub custom_policies_per_group: usize,
    /// System policies attached to a role, in each scope.
    pub system_policies_per_role: usize,
    /// Custom policies attached to a role, in each scope.
    pub custom_policies_per_role: usize,
    /// Bytes of a custom policy document.
    pub policy_bytes: usize,
    /// Control policies attached to a node of the directory.
    pub control_policies_per_node: usize,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            users: 1_000,
            groups: 50,
            roles: 1_000,
            policies: 1_500,
            versions_per_policy: 5,
            groups_per_user: 5,
            system_policies_per_user: 20,
            custom_policies_per_user: 10,
            system_policies_per_group: 20,
            custom_policies_per_group: 5,
            system_policies_per_role: 20,
            custom_policies_per_role: 5,
            policy_bytes: 6_144,
            control_policies_per_node: 10,
        }
    }
}

impl Quotas {
    /// Returns how many policies of a type may be attached to an identity, in each scope.
    #[must_use]
    pub fn attachments(
        &self,
        identity: &super::IdentityRef,
        policy_type: super::PolicyType,
    ) -> usize {
        use super::{IdentityRef, PolicyType};
        match (identity, policy_type) {
            (IdentityRef::User(_), PolicyType::System) => self.system_policies_per_user,
            (IdentityRef::User(_), PolicyType::Custom) => self.custom_policies_per_user,
            (IdentityRef::Group(_), PolicyType::System) => self.system_policies_per_group,
            (IdentityRef::Group(_), PolicyType::Custom) => self.custom_policies_per_group,
            (IdentityRef::Role(_), PolicyType::System) => self.system_policies_per_role,
            (IdentityRef::Role(_), PolicyType::Custom) => self.custom_policies_per_role,
        }
    }
}
