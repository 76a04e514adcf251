//! Who can hold permissions: users, groups and roles, and the policies attached to them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

use ramguard_policy::Policy;

use super::policy::PolicyRef;
use crate::Timestamp;

/// A policy attached to a user, group or role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Which policy.
    pub policy: PolicyRef,
    /// The resource group it is granted on; `None` for the whole account (rule E-5).
    pub resource_group: Option<String>,
    /// When it was attached.
    pub attached: Timestamp,
}

/// A RAM user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The name.
    pub name: String,
    /// The numeric id.
    pub id: String,
    /// The name shown to people.
    pub display_name: String,
    /// Anything worth saying.
    pub comments: String,
    /// When it was made.
    pub created: Timestamp,
    /// The attached policies.
    pub attachments: Vec<Attachment>,
}

/// A group of users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The name.
    pub name: String,
    /// Anything worth saying.
    pub comments: String,
    /// When it was made.
    pub created: Timestamp,
    /// The names of its users.
    pub members: BTreeSet<String>,
    /// The attached policies.
    pub attachments: Vec<Attachment>,
}

/// A RAM role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// The name, unique without regard to ASCII case.
    pub name: String,
    /// The numeric id. A role made anew under an old name has another one, which is what ends the
    /// sessions of the old role.
    pub id: String,
    /// What it is for.
    pub description: String,
    /// Who may assume it: a policy of kind trust.
    pub trust: Policy,
    /// How long a session may last, in seconds.
    pub max_session_seconds: u32,
    /// Whether it belongs to a service, which alone may change and assume it (rule E-11).
    pub service_linked: bool,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
    /// The attached policies.
    pub attachments: Vec<Attachment>,
}

/// Whom a policy is attached to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityRef {
    /// A user, by name.
    User(String),
    /// A group, by name.
    Group(String),
    /// A role, by name.
    Role(String),
}

impl IdentityRef {
    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::User(name) | Self::Group(name) | Self::Role(name) => name,
        }
    }

    /// Returns the kind as the first part of a resource: `user`, `group` or `role`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Group(_) => "group",
            Self::Role(_) => "role",
        }
    }
}

impl fmt::Display for IdentityRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.name())
    }
}
