//! What stands around the account: resource groups inside it, the resource directory above it.

use ramguard_policy::Policy;

/// A resource group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceGroup {
    /// The id, for example `rg-web`.
    pub id: String,
    /// The name shown to people.
    pub name: String,
}

/// Where the account stands in a resource directory, and the control policies above it (rule E-3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// Whether the feature is on. Off, control policies bind nobody.
    pub enabled: bool,
    /// Whether this is the management account, which control policies do not bind.
    pub management_account: bool,
    /// The nodes from the account itself upward to the root folder.
    pub nodes: Vec<DirectoryNode>,
}

/// The account itself or a folder above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryNode {
    /// The name shown to people.
    pub name: String,
    /// The control policies attached to it. A node without any denies everything (decision D-32).
    pub policies: Vec<ControlPolicy>,
}

/// A control policy by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlPolicy {
    /// The name.
    pub name: String,
    /// The document, of kind control.
    pub document: Policy,
}

impl Directory {
    /// Returns whether control policies bind the callers of this account.
    #[must_use]
    pub const fn applies(&self) -> bool {
        self.enabled && !self.management_account
    }
}
