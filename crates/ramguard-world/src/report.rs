//! A world as tables: who can pass which role to which service, which instance carries what.
//!
//! Rows are data, ordered and complete; printing them is left to others.

use std::collections::BTreeSet;

use ramguard::{Context, Semantics};
use ramguard_policy::StatementPrincipal;
use ramguard_policy::name::principal::TrustPrincipal;

use crate::authorize::trusts_ecs;
use crate::{ApiError, Authority, Caller, IdentityRef, PolicyRef, Role, Session, Timestamp, World};

/// Somebody who can pass a role to a service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PassRow {
    /// The user or role that can.
    pub identity: IdentityRef,
    /// The role that is passed.
    pub role: String,
    /// The service that would receive it, one that the role trusts.
    pub service: String,
}

/// An instance and what it carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceRow {
    /// The instance.
    pub id: String,
    /// Its region.
    pub region: String,
    /// `vpc` or `classic`.
    pub network: &'static str,
    /// The role it carries.
    pub role: Option<String>,
    /// How the role stands.
    pub standing: RoleStanding,
    /// Whether a session policy narrows its credentials.
    pub is_narrowed: bool,
}

/// Whether an instance can get credentials for the role it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RoleStanding {
    /// It carries none.
    None,
    /// It can.
    Good,
    /// The role was deleted.
    Deleted,
    /// The role does not trust ECS.
    NotEcsRole,
}

impl RoleStanding {
    /// Returns the words for a table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "no role",
            Self::Good => "good",
            Self::Deleted => "role deleted",
            Self::NotEcsRole => "role does not trust ECS",
        }
    }
}

/// A user, group or role and what is attached to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityRow {
    /// Who.
    pub identity: IdentityRef,
    /// The policies attached to it, and on which resource group.
    pub policies: Vec<(PolicyRef, Option<String>)>,
    /// The groups of a user.
    pub groups: Vec<String>,
    /// The services a role trusts.
    pub services: Vec<String>,
}

/// Lists the instances, by id.
#[must_use]
pub fn instances(world: &World, now: Timestamp) -> Vec<InstanceRow> {
    let rows = world.instances().map(|instance| {
        let binding = instance.binding.as_ref();
        let standing = match binding.map(|binding| world.role(&binding.role_name)) {
            None => RoleStanding::None,
            Some(None) => RoleStanding::Deleted,
            Some(Some(role)) if trusts_ecs(world, role, now) => RoleStanding::Good,
            Some(Some(_)) => RoleStanding::NotEcsRole,
        };
        InstanceRow {
            id: instance.id.clone(),
            region: instance.region.clone(),
            network: instance.network.name(),
            role: binding.map(|binding| binding.role_name.clone()),
            standing,
            is_narrowed: binding.is_some_and(|binding| binding.policy.is_some()),
        }
    });
    rows.collect()
}

/// Lists users, groups and roles with what is attached to them.
#[must_use]
pub fn identities(world: &World) -> Vec<IdentityRow> {
    let row = |identity: IdentityRef, groups: Vec<String>, services: Vec<String>| {
        let attachments = world.attachments(&identity).unwrap_or_default();
        let policies = attachments.iter().map(|a| (a.policy.clone(), a.resource_group.clone()));
        IdentityRow { policies: policies.collect(), identity, groups, services }
    };
    let users = world.users().map(|user| {
        let groups = world.groups_of(&user.name).map(|group| group.name.clone()).collect();
        row(IdentityRef::User(user.name.clone()), groups, Vec::new())
    });
    let groups =
        world.groups().map(|g| row(IdentityRef::Group(g.name.clone()), Vec::new(), Vec::new()));
    let roles = world
        .roles()
        .map(|role| row(IdentityRef::Role(role.name.clone()), Vec::new(), trusted_services(role)));
    users.chain(groups).chain(roles).collect()
}

/// Returns the services that the trust policy of a role names in a statement that allows, in order.
#[must_use]
pub fn trusted_services(role: &Role) -> Vec<String> {
    let mut services = BTreeSet::new();
    for statement in role.trust.statements() {
        if statement.effect() == ramguard_policy::Effect::Allow {
            for (principal, _) in statement.principals() {
                if let StatementPrincipal::Trust(TrustPrincipal::Service(name)) = principal {
                    services.insert(name.to_owned());
                }
            }
        }
    }
    services.into_iter().collect()
}

/// Lists who can pass which role to which service: for every user and role of the account, every
/// role that trusts a service, and each service it trusts, whether `ram:PassRole` is allowed.
///
/// The account itself can pass every role and is not listed. `context` holds what the host knows of
/// the calls in question.
///
/// # Errors
/// As [`Authority::new`]; no world that keeps its promises causes one.
pub fn passers(
    world: &World,
    now: Timestamp,
    context: &Context<'_>,
    semantics: Semantics,
) -> Result<Vec<PassRow>, ApiError> {
    let mut callers: Vec<(IdentityRef, Caller)> = world
        .users()
        .map(|user| (IdentityRef::User(user.name.clone()), Caller::user(user.name.clone())))
        .collect();
    callers.extend(world.roles().map(|role| {
        let session = Session::of(role, "report", Timestamp::MAX);
        (IdentityRef::Role(role.name.clone()), Caller::Role(session))
    }));
    let passed: Vec<(String, &Role, Vec<String>)> = world
        .roles()
        .map(|role| (world.ram_arn(&format!("role/{}", role.name)), role, trusted_services(role)))
        .collect();
    let mut rows = Vec::new();
    for (identity, caller) in callers {
        let authority = Authority::new(world, &caller, now, context, semantics)?;
        for (arn, role, services) in &passed {
            for service in services {
                let keys = [("acs:Service".to_owned(), vec![service.clone()])];
                let decision = authority.decide_with("ram:PassRole", arn, &keys);
                if decision.is_ok_and(|decision| decision.is_allowed()) {
                    rows.push(PassRow {
                        identity: identity.clone(),
                        role: role.name.clone(),
                        service: service.clone(),
                    });
                }
            }
        }
    }
    Ok(rows)
}
