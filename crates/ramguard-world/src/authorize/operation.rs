//! What an operation of ECS is checked for, in a world.

use std::collections::BTreeMap;

use ramguard::role::{
    Check, Checks, DetachedRoles, InstanceOperation, OperationDecision, OperationError,
    OperationRequestError,
};
use ramguard::{Authorizer, Decision, Request, RequestError};

use super::Authority;

impl<'w> Authority<'w> {
    /// Returns the checks of an operation in this world, in the order they are made.
    ///
    /// Where DetachInstanceRamRole names no role, the world says which roles are taken back,
    /// whatever the operation says of it; an instance that carries none brings no role to be
    /// checked.
    ///
    /// # Errors
    /// [`OperationError`] if a parameter is missing or not of its form.
    pub fn checks(&self, operation: &InstanceOperation) -> Result<Checks, OperationError> {
        let InstanceOperation::DetachInstanceRamRole {
            region,
            account,
            instance_ids,
            roles: DetachedRoles::Attached(_),
        } = operation
        else {
            return operation.checks(&self.semantics);
        };
        let checks_of = |instance_ids: Vec<String>, roles| {
            let operation = InstanceOperation::DetachInstanceRamRole {
                region: region.clone(),
                account: account.clone(),
                instance_ids,
                roles,
            };
            operation.checks(&self.semantics)
        };
        // Every instance is checked, whatever it carries, so the role named here is left out again.
        let is_of_instance = |check: &Check<'_>| check.resource.starts_with("acs:ecs:");
        let of_any_role = checks_of(instance_ids.clone(), DetachedRoles::Named("any".into()))?;
        let mut checks: Checks = of_any_role.iter().filter(is_of_instance).collect();
        let carried = |id: &str| {
            let instance = self.world.instance(id)?;
            let here = instance.region == *region && self.world.account() == account;
            Some(instance.binding.as_ref().filter(|_| here)?.role_name.clone())
        };
        let roles: BTreeMap<String, String> =
            instance_ids.iter().filter_map(|id| Some((id.clone(), carried(id)?))).collect();
        let mut bound = instance_ids.clone();
        bound.retain(|id| roles.contains_key(id));
        if !bound.is_empty() {
            let of_roles = checks_of(bound, DetachedRoles::Attached(roles))?;
            checks.extend(of_roles.iter().filter(|check| !is_of_instance(check)));
        }
        Ok(checks)
    }

    /// Returns the policies in force for a check and the check as a request, for whoever wants to
    /// have the decision explained; one of `ram:PassRole` carries `acs:Service`.
    ///
    /// # Errors
    /// As [`Authority::decide`].
    pub fn question_of<'a>(
        &'a self,
        check: Check<'a>,
    ) -> Result<(Authorizer, Request<'a>), RequestError> {
        self.asked(check.action, check.resource, &[], check.passes_role_to)
    }

    /// Decides a check of an operation; one of `ram:PassRole` carries `acs:Service`.
    ///
    /// # Errors
    /// As [`Authority::decide`].
    pub fn decide_check(&self, check: Check<'_>) -> Result<Decision, RequestError> {
        let (authorizer, request) = self.question_of(check)?;
        Ok(authorizer.decide(&request))
    }

    /// Decides an operation: every check of the call.
    ///
    /// This is the permission alone. Whether the role exists and trusts ECS, and what becomes of
    /// each instance, is said by [`ControlPlane::perform`](crate::ControlPlane::perform).
    ///
    /// ```
    /// use ramguard::role::InstanceOperation;
    /// use ramguard::{Context, Semantics};
    /// use ramguard_world::{Authority, Caller, Timestamp, World};
    ///
    /// let world = World::new("1000000000000001")?;
    /// let (now, context) = (Timestamp::default(), Context::default());
    /// let root = Authority::new(&world, &Caller::Root, now, &context, Semantics::default())?;
    /// let attach = InstanceOperation::AttachInstanceRamRole {
    ///     region: "cn-hangzhou".into(),
    ///     account: "1000000000000001".into(),
    ///     instance_ids: vec!["i-a".into(), "i-b".into()],
    ///     ram_role_name: "app".into(),
    ///     policy: None,
    /// };
    /// let decision = root.decide_operation(&attach)?;
    /// assert!(decision.is_allowed());
    /// assert_eq!(decision.checks().len(), 4); // two instances, the role, and passing it
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If a parameter of the operation is missing or not of its form; nothing is decided then, and
    /// the call must be refused.
    pub fn decide_operation(
        &self,
        operation: &InstanceOperation,
    ) -> Result<OperationDecision, OperationRequestError> {
        let checks = self.checks(operation)?;
        let decided = checks.iter().map(|check| Ok((check, self.decide_check(check)?)));
        let decided: Result<Vec<(Check<'_>, Decision)>, RequestError> = decided.collect();
        Ok(OperationDecision::combine(decided?))
    }
}
