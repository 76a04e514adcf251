//! Whether ECS itself may assume a role: what its trust policy and the control policies say.

use std::sync::Arc;

use ramguard::{Authorizer, Context, Layers, Mode, PolicySet, Principal, Request, Semantics};

use super::policies::control_policies;
use crate::{Role, Timestamp, World};

/// The service that receives the role of an instance (decision D-39).
const ECS: &str = "ecs.aliyuncs.com";

/// Returns whether the trust policy of a role lets ECS of the own account assume it.
///
/// One Allow for `ecs.aliyuncs.com` is enough, whatever else the role trusts; an explicit Deny wins
/// (decision A25). `<account>@ecs.aliyuncs.com` counts for the own account only (decision A26).
#[must_use]
pub fn trusts_ecs(world: &World, role: &Role, now: Timestamp) -> bool {
    assumed_by_ecs(world, role, now, None)
}

/// Returns whether ECS gets credentials for a role: the control policies allow it and the trust
/// policy does (rule E-9).
#[must_use]
pub(crate) fn ecs_may_assume(world: &World, role: &Role, now: Timestamp) -> bool {
    let control = control_policies(world);
    // Control policies do not bind service-linked roles (rule E-11).
    assumed_by_ecs(world, role, now, control.filter(|_| !role.service_linked))
}

fn assumed_by_ecs(
    world: &World,
    role: &Role,
    now: Timestamp,
    control: Option<Vec<Arc<PolicySet>>>,
) -> bool {
    let trust = Some(Arc::new(PolicySet::from(role.trust.clone())));
    let layers = Layers { control, resource: trust, ..Layers::default() };
    let authorizer = Authorizer::with_layers(layers, Semantics::default());
    let decide = |service: String| -> Option<ramguard::Outcome> {
        let time = now.to_string();
        let context = Context::from_pairs([("acs:CurrentTime", &*time)]).ok()?;
        let request =
            Request::parse("sts:AssumeRole", world.ram_arn(&format!("role/{}", role.name))).ok()?;
        let request = request
            .with_principal(Principal::service(service))
            .with_mode(Mode::AssumeRole)
            .with_context(context);
        Some(authorizer.decide(&request).outcome())
    };
    let outcomes = [decide(ECS.to_owned()), decide(format!("{}@{ECS}", world.account))];
    outcomes.contains(&Some(ramguard::Outcome::Allow))
        && !outcomes.contains(&Some(ramguard::Outcome::ExplicitDeny))
        && !outcomes.contains(&None)
}
