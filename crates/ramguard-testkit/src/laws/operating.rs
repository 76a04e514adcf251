//! The life of an account: whatever is called in whatever order, the world stays sound.
//!
//! Who may pass a role is asked of the textbook, which knows the documents in the world and
//! nothing of how the services come to their answer.

use std::collections::BTreeSet;

use ramguard::Context;
use ramguard_world::operation::{self, OperationEntry};
use ramguard_world::{
    ApiError, Attachment, Caller, ControlPlane, Effect, IdentityRef, Instance, MetadataMode,
    MetadataRequest, Moment, Network, PolicyType, Session, Settings, Timestamp, TokenKeys, World,
    file, trusts_ecs,
};
use serde_json::{Map, Value, json};

use super::{Verdict, is_message, law};
use crate::generate::{ByteSource, operations};
use crate::oracle;

const ACCOUNT: &str = "1000000000000001";
const REGION: &str = "cn-hangzhou";
/// A sequence has at most this many calls.
const MAX_CALLS: usize = 40;

/// An account that is being lived in.
struct Life {
    world: World,
    control: ControlPlane,
    now: Timestamp,
    calls: u8,
    /// Callers that were let in by credentials.
    sessions: Vec<Session>,
}

/// Whatever calls the choices of `source` make, one after the other, and by whom:
///
/// * a call that is refused changes nothing and says so in one line; what a call answers is JSON;
/// * effects fit the world they were computed from, and no other;
/// * nothing in the world refers to what does not exist, and the file it is written to is read
///   back as the same world;
/// * an instance carries at most one role, which it got while it carried none, in a VPC, while the
///   role trusted ECS, from somebody who may pass the role by the textbook; and only such a one
///   takes it away again;
/// * the credentials of an instance lead to a session of the role it carries.
///
/// Rules P-1 to P-9.
///
/// # Errors
/// The call after which something does not hold.
pub fn world_stays_sound(source: &mut ByteSource<'_>) -> Verdict {
    let mut life = Life::new()?;
    for _ in 0..1 + source.below(MAX_CALLS) {
        life.step(source)?;
    }
    // The whole of it survives being written and read.
    let text = file::write(&life.world);
    let read = file::WorldFile::read(&text).into_world();
    let read = read.map_err(|problems| format!("{problems:#?}\n{text}"))?;
    let again = file::write(&read);
    law(again == text, || format!("written {text}\nread and written again {again}"))
}

/// Any text is a world file or is refused with reasons that lie in it, and so are any saved
/// answers; what is taken is written in a form that is read back.
///
/// # Errors
/// The text that is taken otherwise.
pub fn world_files_are_judged(text: &str) -> Verdict {
    let file = file::WorldFile::read(text);
    for problem in file.problems() {
        let messages = [Some(problem.message()), problem.help()];
        for message in messages.into_iter().flatten() {
            law(is_message(message), || format!("{text:?}: not a message: {message:?}"))?;
        }
        law(text.get(problem.span().range()).is_some(), || {
            format!("{text:?}: {:?} of `{problem}` is no part of the text", problem.span())
        })?;
    }
    if let Ok(world) = file.into_world() {
        let written = file::write(&world);
        let back = file::WorldFile::read(&written).into_world();
        let back = back.map_err(|problems| format!("{text:?}: {problems:#?}\n{written}"))?;
        law(file::write(&back) == written, || format!("{text:?}: written twice: {written}"))?;
    }
    let import = ramguard_world::import::Import::read([("answers.json", text)]);
    import.problems().iter().map(ToString::to_string).try_for_each(|message| {
        law(is_message(&message), || format!("{text:?}: not a message: {message:?}"))
    })
}

impl Life {
    fn new() -> Result<Self, String> {
        let said = |error: &dyn std::fmt::Display| format!("no life to begin with: {error}");
        let now: Timestamp = "2024-11-08T03:44:50Z".parse().map_err(|error| said(&error))?;
        let mut world = World::new(ACCOUNT).map_err(|error| said(&error))?;
        for id in ["i-1", "i-2", "i-classic"] {
            let network = match id {
                "i-classic" => Network::Classic,
                _ => Network::Vpc { vpc_id: None, vswitch_id: "vsw-1".into() },
            };
            let instance = Instance {
                id: id.into(),
                region: REGION.into(),
                network,
                resource_group: None,
                tags: Default::default(),
                image_id: None,
                instance_type: None,
                metadata: MetadataMode::default(),
                created: now,
                client_token: None,
                binding: None,
            };
            world.apply(&Effect::InstanceCreated(instance)).map_err(|error| said(&error))?;
        }
        let control = ControlPlane::new(Settings::default(), TokenKeys::new([42; 32]));
        Ok(Self { world, control, now, calls: 0, sessions: Vec::new() })
    }

    fn moment(&mut self) -> Moment {
        self.calls = self.calls.wrapping_add(1);
        Moment::new(self.now, [self.calls; 32])
    }

    fn caller(&self, source: &mut ByteSource<'_>) -> Caller {
        match source.weighted(&[(4, 0), (4, 1), (1, 2)]) {
            0 => Caller::Root,
            1 => Caller::user(source.pick(&operations::USERS)),
            _ => {
                let at = source.below(self.sessions.len());
                self.sessions.get(at).cloned().map_or(Caller::Root, Caller::Role)
            }
        }
    }

    fn step(&mut self, source: &mut ByteSource<'_>) -> Verdict {
        if source.chance(10) {
            let seconds = u64::try_from(source.below(1 << 16)).unwrap_or(0);
            self.now = self.now.after(seconds).unwrap_or(self.now);
        }
        if source.chance(15) {
            return self.ask_metadata(source);
        }
        let caller = self.caller(source);
        let at = source.below(operation::all().len());
        let Some(entry) = operation::all().get(at) else { return Ok(()) };
        let parameters = operations::parameters(source, entry.parameters, &self.world);
        self.call(&caller, entry, &parameters)
    }

    fn call(
        &mut self,
        caller: &Caller,
        entry: &OperationEntry,
        parameters: &[(String, String)],
    ) -> Verdict {
        let at = format!("{} {parameters:?} by {caller:?}", entry.name);
        let moment = self.moment();
        let context = Context::default();
        let wire = parameters.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        let made = self.control.call(&self.world, caller, &moment, &context, entry.name, wire);
        let outcome = match made {
            Ok(outcome) => outcome,
            Err(error) => return refusal_is_sound(&at, entry, &error),
        };
        let answer: Value = serde_json::from_str(&outcome.response)
            .map_err(|error| format!("{at}: answered {}: {error}", outcome.response))?;
        let before = self.world.clone();
        outcome.commit(&mut self.world).map_err(|error| format!("{at}: {error}"))?;
        if self.world.revision() != before.revision() {
            let after = self.world.clone();
            law(outcome.commit(&mut self.world).is_err() && self.world == after, || {
                format!("{at}: committed twice")
            })?;
        }
        self.nothing_dangles().map_err(|broken| format!("{at}: {broken}"))?;
        self.roles_moved_rightly(&before, caller).map_err(|broken| format!("{at}: {broken}"))?;
        if let Some(credentials) = answer.get("Credentials") {
            self.let_in(credentials);
        }
        Ok(())
    }

    /// Remembers who comes with these credentials.
    fn let_in(&mut self, credentials: &Value) {
        let text = |key: &str| credentials.get(key).and_then(Value::as_str).map(str::to_owned);
        if let (Some(key), Some(token)) = (text("AccessKeyId"), text("SecurityToken")) {
            let moment = self.moment();
            let caller = self.control.authenticate(&self.world, &key, &token, &moment);
            if let Ok(Caller::Role(session)) = caller {
                self.sessions.push(session);
            }
        }
    }

    fn ask_metadata(&mut self, source: &mut ByteSource<'_>) -> Verdict {
        let at = source.below(self.world.instances().count());
        let Some(instance) = self.world.instances().nth(at).cloned() else { return Ok(()) };
        let carried = instance.binding.map(|binding| binding.role_name);
        let role = carried.clone().unwrap_or_else(|| source.pick(&operations::ROLES).to_owned());
        let path = format!("/latest/meta-data/ram/security-credentials/{role}");
        let moment = self.moment();
        let mut request = MetadataRequest::get(path);
        if source.chance(30) {
            let ask = MetadataRequest::put_token(60);
            let token = self.control.metadata(&self.world, &instance.id, &ask, &moment);
            request = request.with_token(token.map(|answer| answer.body).unwrap_or_default());
        }
        let made = self.control.metadata(&self.world, &instance.id, &request, &moment);
        let Ok(answer) = made else { return Ok(()) };
        let committed = self.world.commit(answer.revision, &answer.effects);
        committed.map_err(|error| format!("metadata of {}: {error}", instance.id))?;
        law(carried.as_deref() == Some(&*role), || {
            format!("{} carries {carried:?} and got credentials of {role}", instance.id)
        })?;
        let body: Value = serde_json::from_str(&answer.body).map_err(|error| error.to_string())?;
        self.let_in(&body);
        law(self.sessions.last().is_some_and(|session| session.role_name == role), || {
            format!("the credentials of {} lead nowhere: {body}", instance.id)
        })
    }

    /// Nothing refers to what is not there.
    fn nothing_dangles(&self) -> Verdict {
        let world = &self.world;
        for group in world.groups() {
            for member in &group.members {
                law(world.user(member).is_some(), || format!("{} has {member}", group.name))?;
            }
        }
        let attached = |attachments: &[Attachment]| {
            attachments.iter().try_for_each(|attachment| {
                let policy = world.policy(&attachment.policy);
                law(policy.is_some(), || format!("{attachment:?} is of no policy"))
            })
        };
        world.users().try_for_each(|user| attached(&user.attachments))?;
        world.groups().try_for_each(|group| attached(&group.attachments))?;
        world.roles().try_for_each(|role| attached(&role.attachments))?;
        for policy in world.policies(PolicyType::Custom) {
            law(policy.document().is_some(), || format!("{} has no document", policy.name))?;
            for holder in world.holders(&ramguard_world::PolicyRef::custom(&*policy.name)) {
                law(world.attachments(&holder).is_some(), || format!("{holder} is not there"))?;
            }
        }
        let mut names = BTreeSet::new();
        world
            .roles()
            .map(|role| ("role", &role.name))
            .chain(world.users().map(|user| ("user", &user.name)))
            .try_for_each(|(kind, name)| {
                law(names.insert((kind, name.to_ascii_lowercase())), || format!("two of {name}"))
            })
    }

    /// Every role that an instance got or lost was given and taken by the rules.
    fn roles_moved_rightly(&self, before: &World, caller: &Caller) -> Verdict {
        for instance in self.world.instances() {
            let role_of = |instance: &Instance| {
                instance.binding.as_ref().map(|binding| binding.role_name.clone())
            };
            let had = before.instance(&instance.id).and_then(role_of);
            let (lost, got) = match (had, role_of(instance)) {
                (had, has) if had == has => continue,
                (Some(had), Some(has)) => {
                    return Err(format!("{} carried {had}, now {has}", instance.id));
                }
                moved => moved,
            };
            if let Some(name) = &got {
                law(instance.network != Network::Classic, || format!("{name} outside a VPC"))?;
                let role = before.role(name).ok_or_else(|| format!("{name} is no role"))?;
                law(trusts_ecs(before, role, self.now), || format!("{name} trusts no ECS"))?;
            }
            for name in lost.iter().chain(&got) {
                law(may_pass(before, caller, name, self.now), || {
                    format!("{caller:?} may not pass {name} by the textbook")
                })?;
            }
        }
        Ok(())
    }
}

fn refusal_is_sound(at: &str, entry: &OperationEntry, error: &ApiError) -> Verdict {
    let message = error.to_string();
    law(is_message(&message), || format!("{at}: not a message: {message:?}"))?;
    let wire: Result<Value, _> = serde_json::from_str(&error.to_json("id", entry.service));
    law(wire.is_ok(), || format!("{at}: the answer is not JSON: {error}"))?;
    law((400..600).contains(&error.http_status()), || format!("{at}: {}", error.http_status()))
}

/// Whether the textbook lets a caller pass a role to ECS.
fn may_pass(world: &World, caller: &Caller, role: &str, now: Timestamp) -> bool {
    let documents = |identity: &IdentityRef| -> Vec<Value> {
        let attachments = world.attachments(identity).unwrap_or_default().iter();
        let account_wide = attachments.filter(|attachment| attachment.resource_group.is_none());
        account_wide
            .filter_map(|attachment| world.policy(&attachment.policy)?.document())
            .filter_map(|document| serde_json::from_str(&document.to_json()).ok())
            .collect()
    };
    let account = world.account();
    let (principal, account_level, session) = match caller {
        Caller::Root => return true,
        Caller::User(name) => {
            let mut documents_of = documents(&IdentityRef::User(name.clone()));
            for group in world.groups_of(name) {
                documents_of.extend(documents(&IdentityRef::Group(group.name.clone())));
            }
            let arn = format!("acs:ram::{account}:user/{name}");
            (json!({"type": "user", "account": account, "arn": arn}), documents_of, None)
        }
        Caller::Role(session) => {
            let name = &session.role_name;
            let arn = format!("acs:ram::{account}:role/{name}");
            let session_arn =
                format!("acs:ram::{account}:assumed-role/{name}/{}", session.session_name);
            let principal = json!({
                "type": "role", "account": account, "arn": arn, "session_arn": session_arn,
            });
            (principal, documents(&IdentityRef::Role(name.clone())), session.policy.as_ref())
        }
    };
    let mut policies = Map::from_iter([("account".to_owned(), json!(account_level))]);
    let session = session.map(|policy| serde_json::from_str(&policy.to_json()).unwrap_or_default());
    policies.extend(session.map(|policy| ("session".to_owned(), policy)));
    let case = json!({
        "policies": policies,
        "request": {
            "action": "ram:PassRole", "resource": format!("acs:ram:*:{account}:role/{role}"),
            "principal": principal,
            "context": {"acs:Service": "ecs.aliyuncs.com", "acs:CurrentTime": now.to_string()},
        },
    });
    oracle::evaluate(&case) == oracle::Outcome::Allow
}
