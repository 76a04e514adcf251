//! A world as tables: who can pass which role to which service, which instance carries what.
//!
//! Rows are data, ordered and complete; printing them is left to others.

use std::collections::{BTreeMap, BTreeSet};

use ramguard::{Context, Semantics};
use ramguard_policy::StatementPrincipal;
use ramguard_policy::name::principal::TrustPrincipal;

use crate::authorize::trusts_ecs;
use crate::{
    ApiError, Authority, Caller, IdentityRef, Policies, PolicyRef, Role, Session, Timestamp, World,
};

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
    // Many instances carry one role.
    let mut trusting: BTreeMap<&str, bool> = BTreeMap::new();
    let mut is_good = |role: &'_ str| -> Option<bool> {
        let role = world.role(role)?;
        Some(*trusting.entry(&role.name).or_insert_with(|| trusts_ecs(world, role, now)))
    };
    let rows = world.instances().map(|instance| {
        let binding = instance.binding.as_ref();
        let standing = match binding.map(|binding| is_good(&binding.role_name)) {
            None => RoleStanding::None,
            Some(None) => RoleStanding::Deleted,
            Some(Some(true)) => RoleStanding::Good,
            Some(Some(false)) => RoleStanding::NotEcsRole,
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

/// Who can pass which role to which service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passers {
    /// The first of them, by user or role, then by role that is passed, then by service.
    pub rows: Vec<PassRow>,
    /// How many there are, those left out included.
    pub total: usize,
    /// How many policy documents were compiled to find out: each at most once.
    pub compiled: usize,
}

/// Lists who can pass which role to which service: for every user and role of the account, every
/// role that trusts a service, and each service it trusts, whether `ram:PassRole` is allowed.
///
/// The account itself can pass every role and is not listed. `context` holds what the host knows of
/// the calls in question. At most `max_rows` are returned and all are counted: there can be as many
/// as identities times roles.
///
/// # Errors
/// As [`Authority::new`](crate::Authority::new); no world that keeps its promises causes one.
pub fn passers(
    world: &World,
    now: Timestamp,
    context: &Context<'_>,
    semantics: Semantics,
    max_rows: usize,
) -> Result<Passers, ApiError> {
    let mut callers: Vec<(IdentityRef, Caller)> = world
        .users()
        .map(|user| (IdentityRef::User(user.name.clone()), Caller::user(user.name.clone())))
        .collect();
    callers.extend(world.roles().map(|role| {
        let session = Session::of(role, "report", Timestamp::MAX);
        (IdentityRef::Role(role.name.clone()), Caller::Role(session))
    }));
    let passed = Passed::all(world);
    let mut policies = Policies::new(world);
    let mut passers = Passers::default();
    for (identity, caller) in callers {
        let authority = policies.authority(&caller, now, context, semantics)?;
        let pairs = passed.by(&authority);
        passers.total += pairs.len();
        let room = max_rows.saturating_sub(passers.rows.len());
        passers.rows.extend(pairs.into_iter().take(room).map(|(role, service)| PassRow {
            identity: identity.clone(),
            role: role.to_owned(),
            service: service.to_owned(),
        }));
    }
    passers.compiled = policies.compiled();
    Ok(passers)
}

/// Lists the roles that a caller can pass, each with the service that would receive it.
#[must_use]
pub fn passed_by(authority: &Authority<'_>) -> Vec<(String, String)> {
    let passed = Passed::all(authority.world());
    let pairs = passed.by(authority).into_iter();
    pairs.map(|(role, service)| (role.to_owned(), service.to_owned())).collect()
}

/// The roles of a world by the services that they trust.
struct Passed<'w>(BTreeMap<String, (Vec<&'w str>, Vec<String>)>);

impl<'w> Passed<'w> {
    fn all(world: &'w World) -> Self {
        let mut all: BTreeMap<String, (Vec<&str>, Vec<String>)> = BTreeMap::new();
        for role in world.roles() {
            for service in trusted_services(role) {
                let (names, arns) = all.entry(service).or_default();
                names.push(&role.name);
                arns.push(world.ram_arn(&format!("role/{}", role.name)));
            }
        }
        Self(all)
    }

    /// Returns the roles that may be passed and to whom, by role and service.
    fn by(&self, authority: &Authority<'_>) -> Vec<(&'w str, &str)> {
        let mut pairs = Vec::new();
        // Roles are in no resource group, so only what is granted at account level counts.
        if !authority.is_granted_nothing() {
            for (service, (names, arns)) in &self.0 {
                // What cannot be asked is not allowed.
                let decisions = authority.decide_pass_role(service, arns).unwrap_or_default();
                let allowed = names.iter().zip(decisions).filter(|(_, d)| d.is_allowed());
                pairs.extend(allowed.map(|(name, _)| (*name, service.as_str())));
            }
        }
        pairs.sort_unstable();
        pairs
    }
}
