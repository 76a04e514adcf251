//! The options of section 12 of the language as one value.

/// How RAM is understood where Alibaba's documents leave a choice; the defaults are the documented
/// behaviour.
///
/// Two more options belong to reading: `legacy_not_resource` and the size limits are in
/// [`ramguard_policy::ReadOptions`], since they decide whether a document is a policy at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Semantics {
    /// DetachInstanceRamRole needs `ram:PassRole` on the role (decision D-36). Default: on.
    pub detach_requires_passrole: bool,
    /// AttachInstanceRamRole and DetachInstanceRamRole check the ECS action on the role as well
    /// (decision D-38). Default: on.
    pub attach_checks_role_resource: bool,
    /// The root of the account that owns the resource is allowed by ownership (rule E-10, decision
    /// D-34). Off is the closed side: root is then judged like any other caller. Default: on.
    pub root_bypass: bool,
}

impl Default for Semantics {
    fn default() -> Self {
        Self {
            detach_requires_passrole: true,
            attach_checks_role_resource: true,
            root_bypass: true,
        }
    }
}
