//! One policy compiled once, to be part of many sets.

use std::sync::Arc;

use ramguard_policy::Policy;

use super::small::service_bit;
use super::unit::Unit;
use super::{Asked, StatementAt, Verdict};

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
    shared: Arc<Shared>,
}

/// A policy and its compiled form, in one place in memory.
#[derive(Debug)]
struct Shared {
    policy: Policy,
    /// None if the names of the policy take more than 2 GiB.
    unit: Option<Unit>,
}

impl Shared {
    fn compiled_bytes(&self) -> usize {
        self.unit.as_ref().map_or(0, |unit| size_of::<Unit>() + unit.heap_bytes())
    }
}

impl CompiledPolicy {
    /// Compiles a policy.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        let unit = Unit::new(std::slice::from_ref(&policy));
        Self { shared: Arc::new(Shared { policy, unit }) }
    }

    /// Returns the policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.shared.policy
    }

    /// Returns how many bytes of memory the compiled form takes, the policy itself not counted.
    #[must_use]
    pub fn compiled_bytes(&self) -> usize {
        self.shared.compiled_bytes()
    }
}

/// How many units a set holds without another place in memory to go to; most have no more.
const NEAR: usize = 4;

/// Policies that are parts of other sets too, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedUnits {
    near: NearUnits,
    far: Box<[SharedUnit]>,
}

/// At most [`NEAR`] of them, without another place in memory: none is there after one that is
/// missing.
#[derive(Clone, Debug, Default)]
pub(crate) struct NearUnits([Option<SharedUnit>; NEAR]);

/// One policy of a set.
#[derive(Clone, Debug)]
struct SharedUnit {
    shared: Arc<Shared>,
    /// The services it can cover something of, kept here as well, so that most policies are passed
    /// over without a look at them.
    services: u64,
}

impl SharedUnit {
    /// Returns none if the policy has no compiled form.
    fn new(policy: CompiledPolicy) -> Option<Self> {
        let services = policy.shared.unit.as_ref()?.services();
        Some(Self { shared: policy.shared, services })
    }
}

impl SharedUnits {
    /// Returns none if some policy has no compiled form.
    pub(super) fn new(policies: impl IntoIterator<Item = CompiledPolicy>) -> Option<Self> {
        let units: Option<Vec<SharedUnit>> = policies.into_iter().map(SharedUnit::new).collect();
        let mut units = units?.into_iter();
        let near = NearUnits(std::array::from_fn(|_| units.next()));
        Some(Self { near, far: units.collect() })
    }

    /// Puts another policy in place of number `index`; returns whether that could be done.
    pub(super) fn replace(&mut self, index: usize, policy: CompiledPolicy) -> bool {
        let slot = match index.checked_sub(NEAR) {
            Some(index) => self.far.get_mut(index),
            None => self.near.0.get_mut(index).and_then(Option::as_mut),
        };
        match (slot, SharedUnit::new(policy)) {
            (Some(slot), Some(unit)) => {
                *slot = unit;
                true
            }
            _ => false,
        }
    }

    /// Returns all of them if they are few.
    pub(crate) fn all_near(&self) -> Option<&NearUnits> {
        self.far.is_empty().then_some(&self.near)
    }

    fn iter(&self) -> impl Iterator<Item = &SharedUnit> {
        self.near.iter().chain(&*self.far)
    }

    /// Evaluates the policies as one unit (rule E-1).
    #[inline]
    pub(crate) fn decide(&self, asked: &Asked<'_>) -> Verdict {
        evaluate(self.iter(), asked)
    }

    /// Returns how many bytes the compiled forms take, which other sets may share.
    pub(super) fn heap_bytes(&self) -> usize {
        self.iter().map(|unit| unit.shared.compiled_bytes()).sum()
    }
}

impl NearUnits {
    fn iter(&self) -> impl Iterator<Item = &SharedUnit> {
        self.0.iter().flatten()
    }

    /// Returns whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Evaluates the policies as one unit (rule E-1).
    #[inline]
    pub(crate) fn decide(&self, asked: &Asked<'_>) -> Verdict {
        evaluate(self.iter(), asked)
    }
}

#[inline]
fn evaluate<'u>(units: impl Iterator<Item = &'u SharedUnit>, asked: &Asked<'_>) -> Verdict {
    let mut allowed = None;
    for (number, unit) in units.enumerate() {
        if unit.services & service_bit(asked.starts().service) == 0 {
            continue;
        }
        // None is without its compiled form; to pass over one could pass over a Deny.
        let Shared { unit: Some(unit), .. } = &*unit.shared else {
            return Verdict::ImplicitDeny;
        };
        let at = |at: StatementAt| StatementAt::new(number, at.statement as usize);
        match unit.decide(asked) {
            Verdict::ExplicitDeny(found) => return Verdict::ExplicitDeny(at(found)),
            Verdict::Allow(found) => allowed = allowed.or(Some(at(found))),
            Verdict::ImplicitDeny => {}
        }
    }
    allowed.map_or(Verdict::ImplicitDeny, Verdict::Allow)
}

impl From<Policy> for CompiledPolicy {
    fn from(policy: Policy) -> Self {
        Self::new(policy)
    }
}
