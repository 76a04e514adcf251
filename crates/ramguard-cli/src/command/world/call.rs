//! `ramguard world call`: one operation in a world, answered as the service would.

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
    let parameters: Result<Vec<(&str, &str)>, Failure> = args
        .parameters
        .iter()
        .map(|argument| {
            argument.split_once('=').ok_or_else(|| {
                let argument = escape(argument);
                Failure::new(format!("`{argument}` is not a parameter: write KEY=VALUE"))
            })
        })
        .collect();
    let parameters = parameters?;
    let context = super::context(&args.circumstances)?;
    let now = super::now(args.circumstances.now.as_deref())?;
    let mut inputs = Inputs::default();
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
    if matches!(error.kind(), ErrorKind::UnknownOperation) {
        let names: Vec<&str> = all().iter().map(|entry| entry.name).collect();
        note(&format!("the operations are {}", names.join(", ")), terminal);
    }
}
