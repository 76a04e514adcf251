//! A simulation in a world: the policies are those in force for a caller of that world.

use std::collections::BTreeMap;
use std::ffi::OsStr;

use ramguard::case::CaseRequest;
use ramguard::{Layer, Mode, Request};
use ramguard_world::{Attachment, Authority, Caller, World};

use crate::args::SimulateArgs;
use crate::command::{Failure, world};
use crate::inputs::Inputs;
use crate::render::escape::escape;
use crate::render::terminal::Terminal;

use super::layers::{Loaded, options};
use super::question::{Question, form, put_in_context, refused, twice};

/// Reads the question and takes the policies of the world; `None` if the world or the request file
/// is refused, which standard error has been told.
pub(super) fn read(
    args: &SimulateArgs,
    file: &OsStr,
    inputs: &mut Inputs,
    terminal: &mut Terminal,
) -> Result<Option<(Question, Loaded)>, Failure> {
    let Some(mut form) = form(args, inputs, terminal)? else { return Ok(None) };
    put_in_context(args, &mut form)?;
    if form.principal.is_some() {
        return Err(twice("principal"));
    }
    if form.op.is_some() || form.checks.is_some() || form.mode.is_some() || form.owner.is_some() {
        return Err(Failure::new(
            "`--world` decides one action on one resource of the account; `ramguard world call` \
             calls operations",
        ));
    }
    let (action, resource) = (args.action.clone().or(form.action.take()), &args.resource);
    let resource = resource.clone().or(form.resource.take());
    let (Some(action), Some(resource)) = (action, resource) else {
        return Err(Failure::new("the request: `action` or `resource` is missing"));
    };
    let Some((_, _, world)) = world::load(file, inputs, terminal)? else { return Ok(None) };
    let caller = world::caller(&world, args.principal.as_deref().unwrap_or_default())?;
    let now = world::now(args.now.as_deref())?;
    let context = form.to_context().map_err(|error| refused(&error))?;
    let semantics = options(&args.options)?.semantics();
    let authority = Authority::new(&world, &caller, now, &context, semantics)
        .map_err(|error| Failure::new(escape(&error.to_string())))?;
    let (authorizer, request) =
        authority.question(&action, &resource, &[]).map_err(|error| refused(&error))?;
    let form = CaseRequest::from(&request);
    let question = Question {
        mode: Mode::Standard,
        context: form.to_context().map_err(|error| refused(&error))?,
        principal: Some(authority.principal().clone()),
        form,
    };
    let files = names(&world, &caller, &request);
    Ok(Some((question, Loaded { authorizer, files })))
}

/// Returns the names of the policies of each layer, in the order in which they were taken.
fn names(world: &World, caller: &Caller, request: &Request<'_>) -> BTreeMap<Layer, Vec<String>> {
    let mut attachments: Vec<&Attachment> = Vec::new();
    match caller {
        Caller::Root => {}
        Caller::User(name) => {
            attachments.extend(world.user(name).into_iter().flat_map(|user| &user.attachments));
            attachments.extend(world.groups_of(name).flat_map(|group| &group.attachments));
        }
        Caller::Role(session) => {
            let role = session.role(world).into_iter();
            attachments.extend(role.flat_map(|role| &role.attachments));
        }
    }
    let granted = |resource_group: Option<&str>| -> Vec<String> {
        attachments
            .iter()
            .filter(|attachment| attachment.resource_group.as_deref() == resource_group)
            .map(|attachment| attachment.policy.to_string())
            .collect()
    };
    let mut names = BTreeMap::from([(Layer::Account, granted(None))]);
    let keys = request.context().entries();
    let group = keys.iter().find(|entry| entry.key == "acs:ResourceGroupId");
    if let Some(group) = group.and_then(|entry| entry.values.iter().next()) {
        names.insert(Layer::ResourceGroup, granted(Some(group)));
    }
    let nodes = world.directory().into_iter().flat_map(|directory| &directory.nodes);
    for (node, at) in (0..).zip(nodes) {
        let policies = at.policies.iter().map(|policy| format!("control policy {}", policy.name));
        names.insert(Layer::Control { node }, policies.collect());
    }
    names
}
