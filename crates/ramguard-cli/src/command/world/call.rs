//! `ramguard world call`: one operation in a world, answered as the service would.

use std::ffi::OsStr;
use std::path::Path;

use ramguard_world::file::form;
use ramguard_world::operation::{all, find};
use ramguard_world::{
    ApiError, ControlPlane, ErrorKind, Moment, Service, Settings, TokenKeys, World,
};

use crate::args::WorldCallArgs;
use crate::command::{Exit, Failure};
use crate::files;
use crate::inputs::{Inputs, Source, is_stdin};
use crate::render::decision::reason;
use crate::render::escape::escape;
use crate::render::terminal::{FAINT, Terminal};
use crate::report::counted;

/// Makes the call that `args` ask for.
pub(super) fn run(args: &WorldCallArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    if args.write && is_stdin(&args.file) {
        return Err(Failure::new("standard input cannot be written back; name a file"));
    }
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
    let keys = match &args.token_key_file {
        Some(file) => token_key(file, &mut inputs)?,
        None => super::random()?,
    };
    let Some((source, text, mut world)) = super::load(&args.file, &mut inputs, terminal)? else {
        return Ok(Exit::Error);
    };
    let caller = super::caller(&world, &args.caller)?;
    let control = ControlPlane::new(Settings::default(), TokenKeys::new(keys));
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
        let new = written(&world, &text)?;
        files::replace(Path::new(&args.file), &source, &new).map_err(Failure::new)?;
    }
    terminal.line(&super::printable(&outcome.response));
    if !args.write && !outcome.effects.is_empty() {
        let changes = counted(outcome.effects.len(), "change");
        note(&format!("{changes} not saved; `--write` saves to {}", name(&source)), terminal);
    }
    Ok(Exit::Yes)
}

fn name(source: &Source) -> String {
    format!("`{}`", escape(&source.name))
}

fn note(words: &str, terminal: &mut Terminal) {
    terminal.log(&format!("{FAINT}note{FAINT:#}: {words}"));
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

/// Returns the text of a world that was changed. What the file said for editors stays.
fn written(world: &World, old: &str) -> Result<String, Failure> {
    let mut form = form(world);
    let old: serde_json::Value = serde_json::from_str(old)?;
    form.schema = old.get("$schema").and_then(|schema| schema.as_str()).map(str::to_owned);
    Ok(serde_json::to_string_pretty(&form)? + "\n")
}

/// Reads the key of a file: 64 hexadecimal digits, blanks and line breaks around them aside. No
/// message repeats any of it.
fn token_key(file: &OsStr, inputs: &mut Inputs) -> Result<[u8; 32], Failure> {
    let source = inputs.document(file)?;
    key_of(&source.bytes).ok_or_else(|| {
        Failure::new(format!("{} holds no token key: write 64 hexadecimal digits", name(&source)))
    })
}

fn key_of(bytes: &[u8]) -> Option<[u8; 32]> {
    let digits = bytes.trim_ascii();
    if digits.len() != 64 {
        return None;
    }
    let mut key = [0; 32];
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |index: usize| char::from(*pair.get(index)?).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_key_is_64_hexadecimal_digits() {
        let key = key_of(&[b"0aFf".repeat(16), b"\n".to_vec()].concat()).unwrap();
        assert_eq!(key.get(..4), Some(&[0x0a, 0xff, 0x0a, 0xff][..]));
        for bad in ["", "0", &"0".repeat(63), &"g0".repeat(32), &"+1".repeat(32)] {
            assert_eq!(key_of(bad.as_bytes()), None, "{bad}");
        }
    }
}
