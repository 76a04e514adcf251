//! The policies of a world, made ready to decide with.

use std::collections::BTreeMap;
use std::sync::Arc;

use ramguard::{CompiledPolicy, Context, PolicySet, Semantics};

use super::{Authority, internal};
use crate::error::ApiError;
use crate::{Attachment, Caller, PolicyRef, Timestamp, World};

/// The policies of a world, each compiled at most once, for whoever asks about many callers.
///
/// It borrows the world, so it cannot outlive a change of it: after one, start anew.
///
/// ```
/// use ramguard::{Context, Semantics};
/// use ramguard_world::{Caller, Policies, Timestamp, World};
///
/// let world = World::new("1000000000000001")?;
/// let mut policies = Policies::new(&world);
/// let (now, context) = (Timestamp::default(), Context::default());
/// let root = policies.authority(&Caller::Root, now, &context, Semantics::default())?;
/// assert!(root.decide("ecs:StopInstance", "acs:ecs:cn-hangzhou:1000000000000001:instance/i-a")?.is_allowed());
/// assert_eq!(policies.compiled(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Policies<'w> {
    world: &'w World,
    control: Option<Vec<Arc<PolicySet>>>,
    attached: BTreeMap<&'w PolicyRef, CompiledPolicy>,
    compiled: usize,
}

impl<'w> Policies<'w> {
    /// Compiles the control policies of a world; its other policies are compiled when first needed.
    #[must_use]
    pub fn new(world: &'w World) -> Self {
        let control = control_policies(world);
        let compiled = control.iter().flatten().map(|node| node.len()).sum();
        Self { world, control, attached: BTreeMap::new(), compiled }
    }

    /// Returns how many documents have been compiled so far.
    #[must_use]
    pub fn compiled(&self) -> usize {
        self.compiled
    }

    /// Takes the policies in force for a caller, as [`Authority::new`] does.
    ///
    /// # Errors
    /// As [`Authority::new`].
    pub fn authority(
        &mut self,
        caller: &Caller,
        now: Timestamp,
        context: &Context<'w>,
        semantics: Semantics,
    ) -> Result<Authority<'w>, ApiError> {
        Authority::among(self, caller, now, context, semantics)
    }

    pub(super) fn world(&self) -> &'w World {
        self.world
    }

    pub(super) fn control(&self) -> Option<Vec<Arc<PolicySet>>> {
        self.control.clone()
    }

    /// Puts together what is granted in each scope: at account level, and on resource groups. A
    /// policy that is not there poisons the whole, since it could hold a Deny (decision D-42).
    pub(super) fn granted(
        &mut self,
        attachments: &[&'w Attachment],
    ) -> Result<BTreeMap<Option<&'w str>, Arc<PolicySet>>, ApiError> {
        let mut scopes: BTreeMap<Option<&str>, Vec<CompiledPolicy>> = BTreeMap::new();
        for attachment in attachments {
            let scope = scopes.entry(attachment.resource_group.as_deref()).or_default();
            scope.push(self.policy(&attachment.policy)?);
        }
        let set = |(scope, policies)| (scope, Arc::new(PolicySet::of_shared(policies)));
        Ok(scopes.into_iter().map(set).collect())
    }

    fn policy(&mut self, reference: &'w PolicyRef) -> Result<CompiledPolicy, ApiError> {
        if let Some(policy) = self.attached.get(reference) {
            return Ok(policy.clone());
        }
        let document = self.world.policy(reference).and_then(|policy| policy.document());
        let document = document.ok_or_else(|| internal(&format!("the {reference} is missing")))?;
        let policy = CompiledPolicy::new(document.clone());
        self.attached.insert(reference, policy.clone());
        self.compiled += 1;
        Ok(policy)
    }
}

/// Compiles the control policies that bind the callers of a world, a set a node; `None` where none
/// bind them (rule E-3).
pub(super) fn control_policies(world: &World) -> Option<Vec<Arc<PolicySet>>> {
    let directory = world.directory().filter(|directory| directory.applies())?;
    let node = |node: &crate::DirectoryNode| {
        let documents = node.policies.iter().map(|policy| policy.document.clone());
        Arc::new(PolicySet::new(documents))
    };
    Some(directory.nodes.iter().map(node).collect())
}
