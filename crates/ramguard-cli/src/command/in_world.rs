//! Questions about a world: what `simulate --world` and `test --world` have in common.
//!
//! Always holds here: the policies of the caller come from the world and from nowhere else; what a
//! world does not hold, the policy of a session or of a bucket, may be added. A question is decided
//! by the one authorizer of worlds, an operation by the checks that the operation itself makes.

use std::collections::BTreeMap;

use ramguard::case::{CaseError, CaseRequest, Got, PrincipalForm};
use ramguard::role::{Check, Checks, OperationDecision};
use ramguard::{
    Authorizer, Context, Layer, Mode, Policy, Principal, Request, RequestError, Semantics,
};
use ramguard_world::{Authority, Caller, Policies, Timestamp, World};

/// Condition keys and their values.
type Keys = Vec<(String, Vec<String>)>;

/// What a world is asked with, beside the question itself.
#[derive(Default)]
pub(super) struct Beside {
    /// What narrows the session of a role.
    pub(super) session: Option<Policy>,
    /// The policy of the resource, in the standard mode.
    pub(super) resource: Option<Policy>,
    /// The options of the engine.
    pub(super) semantics: Semantics,
}

/// Who asks a world, at which moment and with which condition keys: whatever can be asked then.
pub(super) struct Asking<'w> {
    authority: Authority<'w>,
    session: Option<Policy>,
}

/// A question made ready for a world.
pub(super) enum Asked {
    /// One action on one resource.
    Request { action: String, resource: String, owner: Option<String> },
    /// Whether the role of that name may be assumed.
    AssumeRole { name: String },
    /// Every check of an operation.
    Checks(Checks),
    /// Every check of a list, with the condition keys of each.
    Listed(Checks, Vec<Keys>),
    /// An operation that cannot be checked, which makes it a denial.
    Refused(Box<str>),
}

/// A question with its answer: each request that was decided, and by which policies.
pub(super) struct Judged<'a> {
    /// The answer.
    pub(super) got: Got,
    /// One request, or one a check.
    pub(super) questions: Vec<(Authorizer, Request<'a>)>,
}

/// Returns the caller that a principal of a question stands for.
///
/// # Errors
/// [`CaseError::Form`] if nobody of this world is meant.
pub(super) fn caller_of(world: &World, principal: &PrincipalForm) -> Result<Caller, CaseError> {
    let unknown = |name: &str| CaseError::form("caller in this world", name);
    // What contradicts itself is nobody.
    let checked = principal.to_principal().map_err(|error| unknown(&error.to_string()))?;
    if checked.account() != Some(world.account()) {
        return Err(unknown(checked.id()));
    }
    let named = match principal.r#type.as_str() {
        "root" => "root".to_owned(),
        "user" => checked.id().to_owned(),
        "role" => {
            let session = principal.session_arn.as_deref().and_then(|arn| arn.rsplit('/').next());
            session.map_or_else(|| checked.id().to_owned(), |s| format!("{}/{s}", checked.id()))
        }
        _ => return Err(unknown(checked.id())),
    };
    Caller::named(world, &named).map_err(|_| unknown(&named))
}

impl<'w> Asking<'w> {
    /// Takes the policies in force. The time is that of the condition key `acs:CurrentTime` if the
    /// question has it, else `now`, else what `clock` says.
    ///
    /// # Errors
    /// In words, not escaped: the time is given twice or is none, or the world does not let the
    /// caller in.
    pub(super) fn new(
        policies: &mut Policies<'w>,
        caller: Caller,
        context: &Context<'w>,
        now: Option<Timestamp>,
        clock: impl FnOnce() -> Timestamp,
        beside: Beside,
    ) -> Result<Self, String> {
        let stated = context.values("acs:CurrentTime").and_then(|values| values.iter().next());
        let now = match (stated, now) {
            (Some(_), Some(_)) => {
                return Err("the time is given by `--now` and by `acs:CurrentTime`".to_owned());
            }
            (Some(text), None) => {
                text.parse().map_err(|error| format!("`acs:CurrentTime`: {error}"))?
            }
            (None, Some(now)) => now,
            (None, None) => clock(),
        };
        let caller = match (caller, &beside.session) {
            (Caller::Role(session), Some(policy)) => {
                Caller::Role(session.with_policy(policy.clone()))
            }
            (caller, _) => caller,
        };
        let session = match &caller {
            Caller::Role(session) => session.policy.clone(),
            Caller::Root | Caller::User(_) => None,
        };
        let authority = policies.authority(&caller, now, context, beside.semantics);
        let mut authority = authority.map_err(|error| error.to_string())?;
        if let Some(policy) = beside.resource {
            authority = authority.with_resource_policy(policy);
        }
        Ok(Self { authority, session })
    }

    /// Returns the caller.
    pub(super) fn principal(&self) -> &Principal<'static> {
        self.authority.principal()
    }

    /// Makes a question ready.
    ///
    /// # Errors
    /// [`CaseError`] if it is none, or names what the world says itself.
    pub(super) fn ask(&self, form: &CaseRequest, mode: Mode) -> Result<Asked, CaseError> {
        let alone = |member: &'static str| match (&form.action, &form.resource) {
            (None, None) => Ok(()),
            _ => Err(CaseError::form(member, "action or resource")),
        };
        if let Some(checks) = &form.checks {
            alone("member beside `checks`")?;
            let (mut listed, mut keys) = (Checks::default(), Vec::with_capacity(checks.len()));
            for form in checks {
                listed.push(listed_check(form)?);
                keys.push(form.context.clone().unwrap_or_default().0);
            }
            return Ok(Asked::Listed(listed, keys));
        }
        if let Some(op) = &form.op {
            alone("member beside `op`")?;
            if !op.attached_roles.is_empty() {
                return Err(CaseError::form("member of an operation in a world", "attached_roles"));
            }
            return Ok(match self.authority.checks(&op.to_operation()?) {
                Ok(checks) => Asked::Checks(checks),
                Err(error) => Asked::Refused(error.to_string().into()),
            });
        }
        let action = form.action.clone().ok_or_else(|| CaseError::missing("action"))?;
        let resource = form.resource.clone().ok_or_else(|| CaseError::missing("resource"))?;
        match mode {
            Mode::Standard => Ok(Asked::Request { action, resource, owner: form.owner.clone() }),
            Mode::AssumeRole if !action.eq_ignore_ascii_case("sts:AssumeRole") => {
                Err(CaseError::form("action of the mode `assume_role`", &action))
            }
            Mode::AssumeRole => {
                let name = self.role_named(&resource);
                let name = name.ok_or_else(|| CaseError::form("role of this world", &resource))?;
                Ok(Asked::AssumeRole { name })
            }
            Mode::RoleSso => Err(CaseError::form("mode of a question about a world", "role_sso")),
        }
    }

    /// Returns the name of the role that the resource of a request names.
    fn role_named(&self, resource: &str) -> Option<String> {
        let world = self.authority.world();
        let mut fields = resource.splitn(5, ':');
        let head = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let name = fields.next()?.strip_prefix("role/")?;
        let is_own =
            matches!(head, ("acs", "ram", "" | "*", account) if account == world.account());
        // ARNs do not tell the cases of a name apart.
        let role = world.roles().find(|role| role.name.eq_ignore_ascii_case(name))?;
        is_own.then(|| role.name.clone())
    }

    /// Answers a question. A part that is no valid request makes it [`Got::Refused`].
    pub(super) fn judge<'a>(&'a self, asked: &'a Asked) -> Judged<'a> {
        self.judged(asked).unwrap_or_else(|error| Judged {
            got: Got::Refused(error.to_string().into()),
            questions: Vec::new(),
        })
    }

    fn judged<'a>(&'a self, asked: &'a Asked) -> Result<Judged<'a>, RequestError> {
        let one = |(authorizer, request): (Authorizer, Request<'a>)| Judged {
            got: Got::Decision(authorizer.decide(&request)),
            questions: vec![(authorizer, request)],
        };
        match asked {
            Asked::Request { action, resource, owner } => {
                let (authorizer, mut request) = self.authority.question(action, resource, &[])?;
                if let Some(owner) = owner {
                    request = request.with_owner(owner.as_str());
                }
                Ok(one((authorizer, request)))
            }
            Asked::AssumeRole { name } => match self.authority.world().role(name) {
                Some(role) => Ok(one(self.authority.question_assume_role(role, &[])?)),
                None => Ok(refused("the role does not exist")),
            },
            Asked::Checks(checks) => {
                all_of(checks.iter().map(|check| (check, self.authority.question_of(check))))
            }
            Asked::Listed(checks, keys) => all_of(checks.iter().zip(keys).map(|(check, keys)| {
                (check, self.authority.question(check.action, check.resource, keys))
            })),
            Asked::Refused(message) => Ok(refused(message)),
        }
    }

    /// Returns the names of the policies of each layer that decide a request.
    pub(super) fn names(&self, request: &Request<'_>) -> BTreeMap<Layer, Vec<String>> {
        let group = request.context().values("acs:ResourceGroupId");
        let mut names = self.authority.policy_names(group.and_then(|group| group.iter().next()));
        if self.session.is_some() {
            names.insert(Layer::Session, vec!["session policy".to_owned()]);
        }
        let resource = match request.mode() {
            Mode::Standard => "policy of the resource".to_owned(),
            Mode::AssumeRole | Mode::RoleSso => format!("trust policy of {}", request.resource()),
        };
        names.insert(Layer::Resource, vec![resource]);
        names
    }
}

fn refused<'a>(message: &str) -> Judged<'a> {
    Judged { got: Got::Refused(message.into()), questions: Vec::new() }
}

/// Decides checks, each with the question it comes to.
fn all_of<'a>(
    checks: impl Iterator<Item = (Check<'a>, Result<(Authorizer, Request<'a>), RequestError>)>,
) -> Result<Judged<'a>, RequestError> {
    let (mut decided, mut questions) = (Vec::new(), Vec::new());
    for (check, question) in checks {
        let (authorizer, request) = question?;
        decided.push((check, authorizer.decide(&request)));
        questions.push((authorizer, request));
    }
    Ok(Judged { got: Got::Operation(OperationDecision::combine(decided)), questions })
}

/// Takes one check of a list, all made by the caller of the question.
fn listed_check(form: &CaseRequest) -> Result<Check<'_>, CaseError> {
    let beside = |member: &str| CaseError::form("member of a check in a world", member);
    for (member, is_given) in [
        ("principal", form.principal.is_some()),
        ("owner", form.owner.is_some()),
        ("mode", form.mode.is_some()),
        ("op", form.op.is_some()),
        ("checks", form.checks.is_some()),
    ] {
        if is_given {
            return Err(beside(member));
        }
    }
    let action = form.action.as_deref().ok_or_else(|| CaseError::missing("action"))?;
    let resource = form.resource.as_deref().ok_or_else(|| CaseError::missing("resource"))?;
    // Which service receives the role is said by the condition keys.
    let passes_role = action.eq_ignore_ascii_case("ram:PassRole");
    let passes_role_to = passes_role.then_some("ecs.aliyuncs.com");
    Ok(Check { action, resource, passes_role_to })
}
