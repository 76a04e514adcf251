//! One policy compiled once, to be part of many sets.

use std::sync::Arc;

use ramguard_policy::Policy;

use super::unit::Unit;

/// A policy compiled once and shared: cheap to clone, and part of as many sets as need it.
///
/// ```
/// use ramguard::{CompiledPolicy, Policy, PolicySet};
///
/// let read = CompiledPolicy::new(Policy::parse(
///     r#"{ "Version": "1", "Statement": [{
///         "Effect": "Allow", "Action": "oss:Get*", "Resource": "*" }] }"#,
/// )?);
/// let (alice, bob) = (PolicySet::of_shared([read.clone()]), PolicySet::of_shared([read]));
/// assert_eq!(alice.len(), bob.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CompiledPolicy {
    policy: Policy,
    unit: Option<Arc<Unit>>,
}

impl CompiledPolicy {
    /// Compiles a policy.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        let unit = Unit::new(std::slice::from_ref(&policy)).map(Arc::new);
        Self { policy, unit }
    }

    /// Returns the policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Returns how many bytes of memory the compiled form takes, the policy itself not counted.
    #[must_use]
    pub fn compiled_bytes(&self) -> usize {
        self.unit.as_ref().map_or(0, |unit| size_of::<Unit>() + unit.heap_bytes())
    }

    pub(super) fn into_parts(self) -> (Policy, Option<Arc<Unit>>) {
        (self.policy, self.unit)
    }
}

impl From<Policy> for CompiledPolicy {
    fn from(policy: Policy) -> Self {
        Self::new(policy)
    }
}
