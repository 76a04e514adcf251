//! `ramguard world call`: one operation in a world, answered as the service would.

use std::borrow::Cow;
use std::ffi::OsStr;

use ramguard_catalog::nearest;
use ramguard_world::operation::{all, find};
use ramguard_world::{ApiError, ControlPlane, ErrorKind, Moment, Service, Settings};

use crate::args::WorldCallArgs;
use crate::command::{Exit, Failure};
use crate::inputs::Inputs;
use crate::render::decision::reason;
use crate::render::escape::escape;
use crate::render::terminal::Terminal;

use super::credentials;
use super::save::{self, note};

/// Makes the call that `args` ask for.
pub(super) fn run(args: &WorldCallArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    save::check(args.write, &args.file)?;
    let mut inputs = Inputs::default();
    let parameters = parameters(args, &mut inputs)?;
    let parameters: Vec<(&str, &str)> =
        parameters.iter().map(|(name, text)| (*name, text.as_ref())).collect();
    let context = super::context(&args.circumstances)?;
    let now = super::now(args.circumstances.now.as_deref())?;
    let keys = credentials::token_keys(args.token.token_key_file.as_deref(), &mut inputs)?;
    let shown = args.credentials.as_deref().map(|file| credentials::shown(file, &mut inputs));
    let shown = shown.transpose()?;
    let Some((source, text, mut world)) = super::load(&args.file, &mut inputs, terminal)? else {
        return Ok(Exit::Error);
    };
    let caller = match shown {
        Some(shown) => shown.caller(&world, keys.clone(), now)?,
        None => super::caller(&world, args.caller.as_deref().unwrap_or_default())?,
    };
    let control = ControlPlane::new(Settings::default(), keys);
    let moment = Moment::new(now, super::random()?);
    let called = control.call(&world, &caller, &moment, &context, &args.operation, parameters);
    let outcome = match called {
        Ok(outcome) => outcome,
        Err(error) => {
            refuse(&args.operation, &error, &moment.request_id(), terminal);
            return Ok(Exit::No);
        }
    };
    if args.write && !outcome.effects.is_empty() {
        let committed = outcome.commit(&mut world);
        committed.map_err(|error| Failure::new(escape(&error.to_string())))?;
        save::save(&args.file, &source, &text, &world)?;
    }
    terminal.line(&super::printable(&outcome.response));
    if !args.write {
        save::not_saved(outcome.effects.len(), &source, terminal);
    }
    Ok(Exit::Yes)
}

/// Returns the parameters of the flags; a text from a file has no line break in the end.
fn parameters<'a>(
    args: &'a WorldCallArgs,
    inputs: &mut Inputs,
) -> Result<Vec<(&'a str, Cow<'a, str>)>, Failure> {
    let mut parameters = Vec::new();
    for argument in &args.parameters {
        let Some((name, text)) = argument.split_once('=') else {
            let argument = escape(argument);
            let words = format!("`{argument}` is not a parameter: write KEY=VALUE");
            return Err(Failure::new(words));
        };
        parameters.push((name, Cow::Borrowed(text)));
    }
    for argument in &args.parameter_files {
        let Some((name, file)) = argument.split_once('=') else {
            let argument = escape(argument);
            let words = format!("`{argument}` is not a parameter from a file: write KEY=FILE");
            return Err(Failure::new(words));
        };
        let (_, text) = super::read(OsStr::new(file), inputs)?;
        parameters.push((name, Cow::Owned(text.trim_end_matches(['\n', '\r']).to_owned())));
    }
    Ok(parameters)
}

/// Prints the error as the service would, and to standard error what the service does not tell.
fn refuse(operation: &str, error: &ApiError, request_id: &str, terminal: &mut Terminal) {
    // Whoever is asked for an operation that nobody offers, ECS answers.
    let service = find(operation).map_or(Service::Ecs, |entry| entry.service);
    terminal.line(&super::printable(&error.to_json(request_id, service)));
    if let Some(detail) = error.detail() {
        note(&escape(detail), terminal);
    }
    if let Some(denied) = error.denied() {
        let words = format!("{} on {}", denied.action, denied.resource);
        let because = reason(&denied.decision, None);
        note(&format!("{} is not allowed: {because}", escape(&words)), terminal);
    }
    match (error.kind(), find(operation)) {
        (ErrorKind::UnknownOperation, _) => {
            let names = all().iter().map(|entry| entry.name);
            if let Some(name) = nearest(operation, names.clone()) {
                note(&format!("did you mean `{name}`?"), terminal);
            }
            let names: Vec<&str> = names.collect();
            note(&format!("the operations are {}", names.join(", ")), terminal);
        }
        (
            ErrorKind::MissingParameter { .. } | ErrorKind::UnsupportedParameter { .. },
            Some(entry),
        ) => {
            let names = entry.parameters.join(", ");
            note(&format!("the parameters of {operation} are {names}"), terminal);
        }
        _ => {}
    }
}
