//! One authorizer for every call: what a caller may do in a world, at a moment.
//!
//! Always holds: every permission of every operation is decided here, through
//! [`ramguard::Authorizer`], with the layers of section 5.2 of the language taken from the world:
//! control policies of the directory, session policy, policies of the caller and its groups,
//! policies granted on the resource group of the resource, trust policy of a role to be assumed.

mod ecs;
mod operation;
mod policies;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use ramguard::role::Checks;
use ramguard::{
    Authorizer, Context, ContextEntry, Decision, Layer, Layers, Mode, PolicySet, Principal,
    PrincipalKind, Request, RequestError, Semantics, Values,
};
use ramguard_policy::Policy;
use ramguard_policy::condition::same_key;

use crate::error::{ApiError, Denied, ErrorKind, Service};
use crate::{Attachment, Caller, Role, Timestamp, World};

pub(crate) use ecs::ecs_may_assume;
pub use ecs::trusts_ecs;
pub use policies::Policies;

/// The condition key of the service that receives a role (rule P-2).
const PASSED_TO: &str = "acs:Service";

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
    /// What is granted on resource groups, by their id.
    on_groups: BTreeMap<&'w str, Arc<PolicySet>>,
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
        Policies::new(world).authority(caller, now, context, semantics)
    }

    fn among(
        policies: &mut Policies<'w>,
        caller: &Caller,
        now: Timestamp,
        context: &Context<'w>,
        semantics: Semantics,
    ) -> Result<Self, ApiError> {
        let world = policies.world();
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
        let mut granted = policies.granted(&attachments)?;
        let account = granted.remove(&None).unwrap_or_default();
        let control = policies.control();
        let mut authority = Self {
            world,
            principal,
            attachments,
            layers: Layers { control, session, account, ..Layers::default() },
            on_groups: granted.into_iter().filter_map(|(id, set)| Some((id?, set))).collect(),
            semantics,
            context: context.entries().to_vec(),
        };
        authority.set("acs:CurrentTime", now.to_string());
        if let Some(arn) = authority.principal.principal_arn().map(Cow::into_owned) {
            authority.set("acs:PrincipalARN", arn);
        }
        Ok(authority)
    }

    /// Adds the policy of the resource, for example of a bucket, which is no part of a world. A
    /// policy of another kind than bucket or trust makes every decision a denial (decision D-42).
    #[must_use]
    pub fn with_resource_policy(mut self, policy: Policy) -> Self {
        self.layers.resource = Some(Arc::new(PolicySet::from(policy)));
        self
    }

    /// Returns the world.
    #[must_use]
    pub fn world(&self) -> &'w World {
        self.world
    }

    /// Returns whether nothing is allowed to the caller outside resource groups, whatever it asks:
    /// it is not the account itself, and no policy is attached to it at account level.
    pub(crate) fn is_granted_nothing(&self) -> bool {
        self.principal.kind() != PrincipalKind::Root
            && self.layers.account.is_empty()
            && self.layers.resource.is_none()
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
        self.asked(action, resource, keys, None)
    }

    fn asked<'a>(
        &'a self,
        action: &'a str,
        resource: &'a str,
        keys: &'a [(String, Vec<String>)],
        passes_role_to: Option<&'static str>,
    ) -> Result<(Authorizer, Request<'a>), RequestError> {
        let (layers, mut context) = self.about(action, resource, keys);
        if let Some(service) = passes_role_to {
            set(&mut context, PASSED_TO, service.into());
        }
        let request = Request::parse(action, resource)?
            .with_principal(self.principal.clone())
            .with_context(Context::new(context)?);
        Ok((Authorizer::with_layers(layers, self.semantics), request))
    }

    /// Decides `ram:PassRole` to a service on many roles, named by their ARN, in order.
    ///
    /// What the roles have in common is looked at once.
    ///
    /// # Errors
    /// As [`Authority::decide`].
    pub fn decide_pass_role(
        &self,
        service: &str,
        roles: &[String],
    ) -> Result<Vec<Decision>, RequestError> {
        let mut context = self.context.clone();
        set(&mut context, PASSED_TO, service.into());
        let context = Context::new(context)?;
        let requests = roles.iter().map(|arn| {
            let request = Request::parse("ram:PassRole", arn.as_str())?;
            Ok(request.with_principal(self.principal.clone()).with_shared_context(&context))
        });
        let requests: Result<Vec<Request<'_>>, RequestError> = requests.collect();
        let authorizer = Authorizer::with_layers(self.layers.clone(), self.semantics);
        Ok(authorizer.decide_many(&requests?))
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
        let (authorizer, request) = self.question_assume_role(role, keys)?;
        Ok(authorizer.decide(&request))
    }

    /// Returns the policies in force for assuming a role, its trust policy among them, and the
    /// request, for whoever wants to have the decision explained.
    ///
    /// # Errors
    /// As [`Authority::decide`].
    pub fn question_assume_role<'a>(
        &'a self,
        role: &Role,
        keys: &'a [(String, Vec<String>)],
    ) -> Result<(Authorizer, Request<'a>), RequestError> {
        let resource = self.world.ram_arn(&format!("role/{}", role.name));
        let (layers, context) = self.about("sts:AssumeRole", &resource, keys);
        let trust = Some(Arc::new(PolicySet::from(role.trust.clone())));
        let request = Request::parse("sts:AssumeRole", resource)?
            .with_principal(self.principal.clone())
            .with_mode(Mode::AssumeRole)
            .with_context(Context::new(context)?);
        let layers = Layers { resource: trust, ..layers };
        Ok((Authorizer::with_layers(layers, self.semantics), request))
    }

    /// Returns the names of the policies of each layer, in the order of [`Authorizer::statement`],
    /// for a question about something in a resource group, or in none.
    #[must_use]
    pub fn policy_names(&self, resource_group: Option<&str>) -> BTreeMap<Layer, Vec<String>> {
        let granted = |scope: Option<&str>| -> Vec<String> {
            let granted =
                self.attachments.iter().filter(|one| one.resource_group.as_deref() == scope);
            granted.map(|attachment| attachment.policy.to_string()).collect()
        };
        let mut names = BTreeMap::from([(Layer::Account, granted(None))]);
        if resource_group.is_some() {
            names.insert(Layer::ResourceGroup, granted(resource_group));
        }
        let nodes = self.world.directory().into_iter().flat_map(|directory| &directory.nodes);
        for (node, at) in (0..).zip(nodes) {
            let policies =
                at.policies.iter().map(|policy| format!("control policy {}", policy.name));
            names.insert(Layer::Control { node }, policies.collect());
        }
        names
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
    pub(crate) fn require_checks(&self, checks: &Checks) -> Result<(), ApiError> {
        let ecs = checks.iter().filter(|check| check.passes_role_to.is_none());
        let pass = checks.iter().filter(|check| check.passes_role_to.is_some());
        for check in ecs.chain(pass) {
            let decision = self.decide_check(check).map_err(|error| internal(&error))?;
            if !decision.is_allowed() {
                let kind = match check.passes_role_to {
                    None => ErrorKind::ForbiddenRam,
                    Some(_) => ErrorKind::PassRoleForbidden,
                };
                return Err(denied(kind, check.action, check.resource, decision));
            }
        }
        Ok(())
    }

    /// Returns the policies for a resource and the condition keys of a request about it.
    fn about<'a>(
        &'a self,
        action: &str,
        resource: &str,
        keys: &'a [(String, Vec<String>)],
    ) -> (Layers, Vec<ContextEntry<'a>>) {
        let mut layers = self.layers.clone();
        let mut context: Vec<ContextEntry<'a>> = self.context.clone();
        if let Some(instance) = self.instance(resource) {
            if let Some(group) = &instance.resource_group {
                let granted = self.on_groups.get(group.as_str()).cloned();
                layers.resource_group = Some(granted.unwrap_or_default());
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
        (layers, context)
    }

    fn instance(&self, resource: &str) -> Option<&'w crate::Instance> {
        let mut fields = resource.splitn(5, ':');
        let head = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let instance = self.world.instance(fields.next()?.strip_prefix("instance/")?)?;
        (head == ("acs", "ecs", &*instance.region, &*self.world.account)).then_some(instance)
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
