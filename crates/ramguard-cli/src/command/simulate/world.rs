//! A simulation in a world: the policies are those in force for a caller of that world.

use std::ffi::OsStr;

use ramguard::case::CaseError;
use ramguard::policy::{Document, ReadOptions};
use ramguard::{Kind, Mode, Policy, Semantics};
use ramguard_world::{Caller, Policies, World};

use crate::args::SimulateArgs;
use crate::command::in_world::{Asking, Beside, caller_of};
use crate::command::world::credentials;
use crate::command::{Exit, Failure, world};
use crate::inputs::Inputs;
use crate::render::escape::escape;
use crate::render::terminal::Terminal;

use super::answer::Told;
use super::layers::{Loaded, options};
use super::question::{form, mode, principal, put_in_flags, refused, twice};
use super::{answer, refuse_policy};

/// Decides what `args` ask in the world of a file.
pub(super) fn run(
    args: &SimulateArgs,
    file: &OsStr,
    inputs: &mut Inputs,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let Some(mut form) = form(args, inputs, terminal)? else { return Ok(Exit::Error) };
    put_in_flags(args, &mut form)?;
    let mode = mode(args, &form)?;
    let semantics = options(&args.options)?.semantics();
    let Some(beside) = beside(args, mode, semantics, inputs, terminal)? else {
        return Ok(Exit::Error);
    };
    let shown = match &args.token.credentials {
        Some(file) => {
            let keys = credentials::token_keys(args.token.token_key_file.as_deref(), inputs)?;
            Some((credentials::shown(file, inputs)?, keys))
        }
        None => None,
    };
    let Some((_, _, world)) = world::load(file, inputs, terminal)? else { return Ok(Exit::Error) };
    let now = args.now.as_deref().map(|now| world::now(Some(now))).transpose()?;
    let clock = world::now(None)?;
    let context = form.to_context().map_err(|error| refused(&error))?;
    let given = usize::from(args.principal.is_some())
        + usize::from(form.principal.is_some())
        + usize::from(shown.is_some());
    let caller = match (&args.principal, &form.principal, shown) {
        _ if given > 1 => return Err(twice("caller")),
        (Some(who), ..) => named(&world, who)?,
        (_, Some(form), _) => caller_of(&world, form).map_err(|error| refused(&error))?,
        (.., Some((shown, keys))) => shown.caller(&world, keys, now.unwrap_or(clock))?,
        _ => {
            return Err(Failure::new(
                "nobody asks: name a caller of the world with `--principal`, or pass \
                 `--credentials`",
            ));
        }
    };
    if beside.session.is_some() && !matches!(caller, Caller::Role(_)) {
        return Err(Failure::new(
            "`--session-policy` narrows a session of a role; name one with `--principal role/<name>`",
        ));
    }
    let mut policies = Policies::new(&world);
    let asking = Asking::new(&mut policies, caller, &context, now, || clock, beside);
    let asking = asking.map_err(|message| Failure::new(escape(&message)))?;
    let asked = match asking.ask(&form, mode) {
        Ok(asked) => asked,
        Err(CaseError::Policy { place, error }) => {
            // The only policy inside a request is the session policy of an operation.
            let text = form.op.as_ref().and_then(|op| op.policy.as_deref());
            let name = format!("{place} of the request");
            refuse_policy(&name, text.unwrap_or_default(), &error, terminal);
            return Ok(Exit::Error);
        }
        Err(error) => return Err(refused(&error)),
    };
    let judged = asking.judge(&asked);
    // Of the checks of an operation, only the resource group tells the policies of one from those
    // of another.
    let mut groups: Vec<Option<&str>> = Vec::new();
    let mut decided: Vec<Loaded> = Vec::new();
    let mut requests = Vec::with_capacity(judged.questions.len());
    for (authorizer, request) in &judged.questions {
        let group = request.context().values("acs:ResourceGroupId");
        let group = group.and_then(|values| values.iter().next());
        let known = groups.iter().position(|other| *other == group);
        requests.push((Some(request.clone()), known.unwrap_or(groups.len())));
        if known.is_none() {
            groups.push(group);
            let files = asking.names(request);
            decided.push(Loaded { authorizer: authorizer.clone(), files });
        }
    }
    answer(
        args,
        Told {
            op: form.op.as_ref().map(|op| op.api.as_str()),
            principal: Some(asking.principal()),
            got: &judged.got,
            requests,
            policies: &decided,
        },
        terminal,
    )
}

/// Reads the policies that a world does not hold; `None` if one is refused, which standard error
/// has been told.
fn beside(
    args: &SimulateArgs,
    mode: Mode,
    semantics: Semantics,
    inputs: &mut Inputs,
    terminal: &mut Terminal,
) -> Result<Option<Beside>, Failure> {
    if args.resource_policy.is_some() && mode != Mode::Standard {
        return Err(Failure::new("the trust policy of a role comes from the world"));
    }
    let mut is_refused = false;
    let mut read = |kind: Kind, file: &Option<std::ffi::OsString>| {
        let Some(file) = file else { return Ok::<Option<Policy>, Failure>(None) };
        let source = inputs.document(file)?;
        let read_options: &ReadOptions = &semantics.reading;
        match Document::read_bytes(kind, &source.bytes, read_options).into_policy() {
            Ok(policy) => Ok(Some(policy)),
            Err(error) => {
                refuse_policy(&source.name, &source.text(), &error, terminal);
                is_refused = true;
                Ok(None)
            }
        }
    };
    let session = read(Kind::Session, &args.session_policy)?;
    let resource = read(Kind::Bucket, &args.resource_policy)?;
    Ok((!is_refused).then_some(Beside { session, resource, semantics }))
}

/// Returns the caller that `--principal` names.
fn named(world: &World, who: &str) -> Result<Caller, Failure> {
    // What is no name of this world may be one of the forms of a simulation without a world.
    world::caller(world, who).or_else(|failure| match principal(who) {
        Ok(form) => caller_of(world, &form).map_err(|_| failure),
        Err(_) => Err(failure),
    })
}
