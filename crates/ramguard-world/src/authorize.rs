//! One authorizer for every call: what a caller may do in a world, at a moment.
//!
//! Always holds: every permission of every operation is decided here, through
//! [`ramguard::Authorizer`], with the layers of section 5.2 of the language taken from the world:
//! control policies of the directory, session policy, policies of the caller and its groups,
//! policies granted on the resource group of the resource, trust policy of a role to be assumed.

use std::borrow::Cow;
use std::sync::Arc;

use ramguard::role::Check;
use ramguard::{
    Authorizer, Context, ContextEntry, Decision, Layers, Mode, PolicySet, Principal, Request,
    RequestError, Semantics, Values,
};
use ramguard_policy::condition::same_key;

use crate::error::{ApiError, Denied, ErrorKind, Service};
use crate::{Attachment, Caller, Role, Timestamp, World};

/// The service that receives the role of an instance (decision D-39).
const ECS: &str = "ecs.aliyuncs.com";

/// What one caller may do in a world, at a moment.
///
/// ```
/// use ramguard::{Context, Semantics};
/// use ramguard_world::{Authority, Caller, Timestamp, World};
///
/// let world = World::new("1000000000000001")?;
/// let now: Timestamp = "2024-11-08T12:00:00Z".parse()?;
/// let context = Context::default();
/// let root = Authority::new(&world, &Caller::Root, now, &context, Semantics::default())?;
/// let resource = "acs:ecs:cn-hangzhou:1000000000000001:instance/i-a";
/// assert!(root.decide("ecs:StopInstance", resource)?.is_allowed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Authority<'w> {
    world: &'w World,
    principal: Principal<'static>,
    attachments: Vec<&'w Attachment>,
    layers: Layers,
    semantics: Semantics,
    context: Vec<ContextEntry<'w>>,
}

impl<'w> Authority<'w> {
    /// Takes the policies in force for a caller.
    ///
    /// `context` holds what the host knows of the call, for example `acs:SourceIp`. The keys that
    /// follow from the world (`acs:CurrentTime`, `acs:PrincipalARN`, `acs:ResourceGroupId`, tags)
    /// are set here and win over the host's.
    ///
    /// # Errors
    /// [`ErrorKind::CallerNotFound`] if the user does not exist, [`ErrorKind::SessionEnded`] if the
    /// session has ended or its role is gone.
    pub fn new(
        world: &'w World,
        caller: &Caller,
        now: Timestamp,
        context: &Context<'w>,
        semantics: Semantics,
    ) -> Result<Self, ApiError> {
        let mut attachments: Vec<&Attachment> = Vec::new();
        let mut session = None;
        let principal = match caller {
            Caller::Root => Principal::root(world.account.clone()),
            Caller::User(name) => {
                let user = world.user(name).ok_or(ErrorKind::CallerNotFound)?;
                attachments.extend(&user.attachments);
                attachments.extend(world.groups_of(&user.name).flat_map(|g| &g.attachments));
                Principal::user(world.ram_arn(&format!("user/{}", user.name)))
            }
            Caller::Role(open) => {
                let role = open.role(world).filter(|_| now < open.expires);
                let role = role.ok_or(ErrorKind::SessionEnded)?;
                attachments.extend(&role.attachments);
                session = open.policy.clone().map(|policy| Arc::new(PolicySet::from(policy)));
                let session_arn = format!(
                    "arn:sts::{}:assumed-role/{}/{}",
                    world.account,
                    role.name.to_ascii_lowercase(),
                    open.session_name
                );
                Principal::role(world.ram_arn(&format!("role/{}", role.name))).map(|principal| {
                    principal.with_session_arn(session_arn).with_service_linked(role.service_linked)
                })
            }
        };
        let principal = principal.map_err(|error| internal(&error))?;
        let control = world.directory().filter(|directory| directory.applies()).map(|directory| {
            let nodes = directory.nodes.iter().map(|node| {
                Arc::new(PolicySet::new(node.policies.iter().map(|policy| policy.document.clone())))
            });
            nodes.collect()
        });
        let mut authority = Self {
            world,
            principal,
            attachments,
            layers: Layers { control, session, ..Layers::default() },
            semantics,
            context: context.entries().to_vec(),
        };
        authority.layers.account = authority.granted_on(None)?;
        for attachment in &authority.attachments {
            authority.granted_on(attachment.resource_group.as_deref())?;
        }
        authority.set("acs:CurrentTime", now.to_string());
        if let Some(arn) = authority.principal.principal_arn().map(Cow::into_owned) {
            authority.set("acs:PrincipalARN", arn);
        }
        Ok(authority)
    }

    /// Returns the caller as a principal.
    #[must_use]
    pub fn principal(&self) -> &Principal<'static> {
        &self.principal
    }

    /// Decides an action on a resource.
    ///
    /// A resource that is an instance of the world brings its resource group and tags along.
    ///
    /// # Errors
    /// [`RequestError`] if action or resource are not ones of a request (rule A-6).
    pub fn decide(&self, action: &str, resource: &str) -> Result<Decision, RequestError> {
        self.decide_with(action, resource, &[])
    }

    /// Decides an action on a resource, with further condition keys.
    ///
    /// # Errors
    /// As [`Authority::decide`], and if there are too many keys.
    pub fn decide_with(
        &self,
        action: &str,
        resource: &str,
        keys: &[(String, Vec<String>)],
    ) -> Result<Decision, RequestError> {
        let (authorizer, request) = self.question(action, resource, keys)?;
        Ok(authorizer.decide(&request))
    }

    /// Returns the policies in force for a question and the question itself, for whoever wants to
    /// have the decision explained.
    ///
    /// # Errors
    /// As [`Authority::decide_with`].
    pub fn question<'a>(
        &'a self,
        action: &'a str,
        resource: &'a str,
        keys: &'a [(String, Vec<String>)],
    ) -> Result<(Authorizer, Request<'a>), RequestError> {
        let (authorizer, context) = self.about(action, resource, keys)?;
        let request = Request::parse(action, resource)?
            .with_principal(self.principal.clone())
            .with_context(context);
        Ok((authorizer, request))
    }

    /// Decides a check of an operation; one of `ram:PassRole` carries `acs:Service`.
    ///
    /// # Errors
    /// As [`Authority::decide`].
    pub fn decide_check(&self, check: &Check) -> Result<Decision, RequestError> {
        let (authorizer, context) = self.about(&check.action, &check.resource, &[])?;
        let request = check.request(Some(&self.principal), &context)?;
        Ok(authorizer.decide(&request))
    }

    /// Decides whether the caller may assume a role: its own policies and the trust policy must
    /// both say so (rule E-8).
    ///
    /// # Errors
    /// As [`Authority::decide`].
    pub fn decide_assume_role(
        &self,
        role: &Role,
        keys: &[(String, Vec<String>)],
    ) -> Result<Decision, RequestError> {
        let resource = self.world.ram_arn(&format!("role/{}", role.name));
        let (_, context) = self.about("sts:AssumeRole", &resource, keys)?;
        let layers = Layers {
            resource: Some(Arc::new(PolicySet::from(role.trust.clone()))),
            ..self.layers.clone()
        };
        let request = Request::parse("sts:AssumeRole", resource)?
            .with_principal(self.principal.clone())
            .with_mode(Mode::AssumeRole)
            .with_context(context);
        Ok(Authorizer::with_layers(layers, self.semantics).decide(&request))
    }

    /// Fails unless an action of RAM or STS is allowed on each of the resources.
    pub(crate) fn require(
        &self,
        service: Service,
        action: &str,
        resources: &[String],
        keys: &[(String, Vec<String>)],
    ) -> Result<(), ApiError> {
        for resource in resources {
            let decision =
                self.decide_with(action, resource, keys).map_err(|error| internal(&error))?;
            if !decision.is_allowed() {
                return Err(denied(
                    ErrorKind::NoPermission { service },
                    action,
                    resource,
                    decision,
                ));
            }
        }
        Ok(())
    }

    /// Fails unless every check of an operation of ECS is allowed: first those of ECS, then those
    /// of `ram:PassRole`, so that a caller learns nothing about roles before it may call at all.
    pub(crate) fn require_checks(&self, checks: &[Check]) -> Result<(), ApiError> {
        let ecs = checks.iter().filter(|check| check.passes_role_to.is_none());
        let pass = checks.iter().filter(|check| check.passes_role_to.is_some());
        for check in ecs.chain(pass) {
            let decision = self.decide_check(check).map_err(|error| internal(&error))?;
            if !decision.is_allowed() {
                let kind = match check.passes_role_to {
                    None => ErrorKind::ForbiddenRam,
                    Some(_) => ErrorKind::PassRoleForbidden,
                };
                return Err(denied(kind, &check.action, &check.resource, decision));
            }
        }
        Ok(())
    }

    /// Returns the authorizer for a resource and the condition keys of a request about it.
    fn about<'a>(
        &'a self,
        action: &str,
        resource: &str,
        keys: &'a [(String, Vec<String>)],
    ) -> Result<(Authorizer, Context<'a>), RequestError> {
        let mut layers = self.layers.clone();
        let mut context: Vec<ContextEntry<'a>> = self.context.clone();
        if let Some(instance) = self.instance(resource) {
            if let Some(group) = &instance.resource_group {
                // Every scope was compiled once in `new`, so none fails here.
                layers.resource_group = self.granted_on(Some(group)).ok();
                set(&mut context, "acs:ResourceGroupId", group.as_str().into());
            }
            // Operations that list do not bring the tags of what they list (section 4.3).
            let lists = ["ecs:Describe", "ecs:List"].iter().any(|head| action.starts_with(head));
            for (key, value) in instance.tags.iter().filter(|_| !lists) {
                for prefix in ["acs:ResourceTag/", "ecs:tag/"] {
                    set(&mut context, &format!("{prefix}{key}"), value.as_str().into());
                }
            }
        }
        for (key, values) in keys {
            let values = values.iter().map(|value| Cow::Borrowed(value.as_str())).collect();
            set(&mut context, key, Values::Many(values));
        }
        Ok((Authorizer::with_layers(layers, self.semantics), Context::new(context)?))
    }

    fn instance(&self, resource: &str) -> Option<&'w crate::Instance> {
        let mut fields = resource.splitn(5, ':');
        let head = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let instance = self.world.instance(fields.next()?.strip_prefix("instance/")?)?;
        (head == ("acs", "ecs", &*instance.region, &*self.world.account)).then_some(instance)
    }

    /// Compiles what is granted to the caller in one scope. A policy that is not there poisons the
    /// whole, since it could hold a Deny (decision D-42).
    fn granted_on(&self, resource_group: Option<&str>) -> Result<Arc<PolicySet>, ApiError> {
        let mut policies = Vec::new();
        for attachment in &self.attachments {
            if attachment.resource_group.as_deref() == resource_group {
                let policy = self.world.policy(&attachment.policy).and_then(|p| p.document());
                let missing = || internal(&format!("the {} is missing", attachment.policy));
                policies.push(policy.ok_or_else(missing)?.clone());
            }
        }
        Ok(Arc::new(PolicySet::new(policies)))
    }

    fn set(&mut self, key: &'static str, value: String) {
        set(&mut self.context, key, value.into());
    }
}

fn set<'a>(context: &mut Vec<ContextEntry<'a>>, key: &str, values: Values<'a>) {
    context.retain(|entry| !same_key(&entry.key, key));
    context.push(ContextEntry { key: key.to_owned().into(), values });
}

fn denied(kind: ErrorKind, action: &str, resource: &str, decision: Decision) -> ApiError {
    ApiError::from(kind).with_denial(Denied {
        action: action.into(),
        resource: resource.into(),
        decision,
    })
}

/// What no caller can cause: parameters are checked before they become part of a request.
fn internal(reason: &impl ToString) -> ApiError {
    ApiError::from(ErrorKind::InternalError { service: Service::Ram })
        .with_detail(reason.to_string())
}

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
    let directory = world.directory().filter(|directory| directory.applies());
    let control = directory.map(|directory| {
        let nodes = directory.nodes.iter().map(|node| {
            Arc::new(PolicySet::new(node.policies.iter().map(|policy| policy.document.clone())))
        });
        nodes.collect()
    });
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
