//! The options of section 12 of the language as one value.

use ramguard_policy::{Kind, Policy, PolicyError, ReadOptions};

/// How RAM is understood where Alibaba's documents leave a choice; the defaults are the documented
/// behaviour.
///
/// ```
/// use ramguard::{Kind, Semantics};
///
/// let mut semantics = Semantics::default();
/// semantics.reading.legacy_not_resource = true;
/// let text = r#"{ "Version": "1", "Statement": [{
///     "Effect": "Allow", "Action": "oss:GetObject", "NotResource": "acs:oss:*:*:secret/*" }] }"#;
/// assert!(semantics.read(Kind::Identity, text).is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Semantics {
    /// What counts as a policy: size limits by kind, and `legacy_not_resource` (decision D-05).
    /// Used by [`Semantics::read`].
    pub reading: ReadOptions,
    /// Which resources RunInstances and CreateInstance are checked on (decision D-37).
    pub creation_checks: CreationChecks,
    /// DetachInstanceRamRole needs `ram:PassRole` on the role (decision D-36). Default: on.
    pub detach_requires_passrole: bool,
    /// AttachInstanceRamRole and DetachInstanceRamRole check the ECS action on the role as well
    /// (decision D-38). Default: on.
    pub attach_checks_role_resource: bool,
    /// The root of the account that owns the resource is allowed by ownership (rule E-10, decision
    /// D-34). Off is the closed side: root is then judged like any other caller. Default: on.
    pub root_bypass: bool,
}

/// Which resources the creation of instances is checked on. Alibaba's tables of 2021 and 2026
/// disagree (decision D-37); a host with a list of its own makes its checks itself, through
/// [`Check::request`](crate::role::Check::request).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum CreationChecks {
    /// Each resource of the call: instance, image, security groups and so on (table of 2021).
    #[default]
    PerResource,
    /// All resources at once: the request resource is `*` (table of 2026).
    AllResources,
}

impl Semantics {
    /// Reads a policy under the options of [`Semantics::reading`].
    ///
    /// # Errors
    /// Every problem of the document, in the order of the text.
    pub fn read(&self, kind: Kind, text: &str) -> Result<Policy, PolicyError> {
        Policy::parse_with(kind, text, &self.reading)
    }
}

impl Default for Semantics {
    fn default() -> Self {
        Self {
            reading: ReadOptions::default(),
            creation_checks: CreationChecks::default(),
            detach_requires_passrole: true,
            attach_checks_role_resource: true,
            root_bypass: true,
        }
    }
}
