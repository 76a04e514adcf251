//! Managed policies: custom ones with their versions, and the system policies of the platform.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use ramguard_policy::Policy;
use ramguard_policy::text::shown;

use crate::Timestamp;

/// Who keeps a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyType {
    /// The platform.
    System,
    /// The account.
    Custom,
}

impl PolicyType {
    /// Returns the value of the parameter `PolicyType`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Custom => "Custom",
        }
    }

    /// Reads the value of the parameter `PolicyType`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::System, Self::Custom].into_iter().find(|kind| kind.name() == name)
    }
}

/// Which policy: its type and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyRef {
    /// Who keeps it.
    pub policy_type: PolicyType,
    /// Its name.
    pub name: String,
}

impl PolicyRef {
    /// Names a custom policy.
    #[must_use]
    pub fn custom(name: impl Into<String>) -> Self {
        Self { policy_type: PolicyType::Custom, name: name.into() }
    }

    /// Names a system policy.
    #[must_use]
    pub fn system(name: impl Into<String>) -> Self {
        Self { policy_type: PolicyType::System, name: name.into() }
    }
}

impl fmt::Display for PolicyRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} policy {}", self.policy_type.name().to_ascii_lowercase(), self.name)
    }
}

/// The id of a version of a policy: `v1`, `v2` and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId(u32);

impl VersionId {
    /// The version a policy starts with.
    pub const FIRST: Self = Self(1);

    /// Returns the id that follows; `None` after the last number there is.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

/// A text that is not the id of a version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not the id of a version; they are `v1`, `v2` and so on", shown(.found))]
pub struct VersionIdError {
    found: Box<str>,
}

impl FromStr for VersionId {
    type Err = VersionIdError;

    fn from_str(text: &str) -> Result<Self, VersionIdError> {
        text.strip_prefix('v')
            .filter(|digits| !digits.starts_with(['0', '+']))
            .and_then(|digits| digits.parse().ok())
            .map(Self)
            .ok_or_else(|| VersionIdError {
                found: text.chars().take(40).collect::<String>().into(),
            })
    }
}

/// One version of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersion {
    /// The document.
    pub document: Policy,
    /// When it was made.
    pub created: Timestamp,
}

/// A policy that can be attached, with its versions; only the default one is evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedPolicy {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its versions; the default one is among them.
    pub versions: BTreeMap<VersionId, PolicyVersion>,
    /// The version that is evaluated.
    pub default_version: VersionId,
    /// The id of the version made last, which is never given again.
    pub last_version: VersionId,
    /// When it was made.
    pub created: Timestamp,
    /// When a version was last made or chosen.
    pub updated: Timestamp,
}

impl ManagedPolicy {
    /// Makes a policy with one version.
    #[must_use]
    pub fn new(name: impl Into<String>, document: Policy, created: Timestamp) -> Self {
        let first = PolicyVersion { document, created };
        Self {
            name: name.into(),
            description: String::new(),
            tags: BTreeMap::new(),
            versions: BTreeMap::from([(VersionId::FIRST, first)]),
            default_version: VersionId::FIRST,
            last_version: VersionId::FIRST,
            created,
            updated: created,
        }
    }

    /// Returns the document that is evaluated; `None` only if the default version is not among the
    /// versions, which no policy of a [`World`](crate::World) has.
    #[must_use]
    pub fn document(&self) -> Option<&Policy> {
        self.versions.get(&self.default_version).map(|version| &version.document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_ids_are_v_and_a_number_without_zeros_in_front() {
        assert_eq!("v12".parse::<VersionId>().map(|id| id.to_string()), Ok("v12".into()));
        for text in ["", "v", "v0", "v01", "v+1", "1", "V1", "v1 ", "v99999999999"] {
            assert!(text.parse::<VersionId>().is_err(), "{text}");
        }
    }
}
