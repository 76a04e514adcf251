//! `ramguard world`: an account in one file, and the services as they would answer in it.
//!
//! Always holds here: the clock is read and randomness is drawn in this module and nowhere else; a
//! world is used only if no error stands against its file.

mod call;
mod check;
pub(super) mod credentials;
mod import;
mod metadata;
mod save;
mod show;

use std::ffi::OsStr;
use std::time::SystemTime;

use ramguard::Context;
use ramguard::case::CaseRequest;
use ramguard_world::file::WorldFile;
use ramguard_world::{Caller, Timestamp, World};

use crate::args::{CallerArgs, WorldArgs, WorldVerb};
use crate::inputs::{Inputs, Source};
use crate::render::escape::{escape, is_unsafe};
use crate::render::terminal::Terminal;
use crate::report::counted;

use super::{Exit, Failure, simulate};

/// Does what `args` ask.
pub(crate) fn run(args: &WorldArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    match &args.verb {
        WorldVerb::Check(args) => check::run(args, terminal),
        WorldVerb::Show(args) => show::run(args, terminal),
        WorldVerb::Call(args) => call::run(args, terminal),
        WorldVerb::Metadata(args) => metadata::run(args, terminal),
        WorldVerb::Import(args) => import::run(args, terminal),
    }
}

/// Reads a file whose every byte counts.
///
/// # Errors
/// It cannot be read or is not UTF-8.
fn read(file: &OsStr, inputs: &mut Inputs) -> Result<(Source, String), Failure> {
    let source = inputs.document(file)?;
    match str::from_utf8(&source.bytes) {
        Ok(text) => {
            let text = text.to_owned();
            Ok((source, text))
        }
        Err(error) => Err(Failure::new(format!(
            "`{}` is not UTF-8 at byte {}",
            escape(&source.name),
            error.valid_up_to()
        ))),
    }
}

/// Reads a world; `None` if it is refused, which standard error has been told.
pub(super) fn load(
    file: &OsStr,
    inputs: &mut Inputs,
    terminal: &mut Terminal,
) -> Result<Option<(Source, String, World)>, Failure> {
    let (source, text) = read(file, inputs)?;
    match WorldFile::read(&text).into_world() {
        Ok(world) => Ok(Some((source, text, world))),
        Err(problems) => {
            let drawn = check::drawn(&source.name, &text, &problems, terminal.err_is_coloured());
            terminal.log_text(&drawn);
            let count = counted(problems.len(), "problem");
            terminal.error(&format!("`{}` is refused: {count}", escape(&source.name)));
            Ok(None)
        }
    }
}

/// Returns who is meant.
pub(super) fn caller(world: &World, who: &str) -> Result<Caller, Failure> {
    Caller::named(world, who).map_err(|error| Failure::new(escape(&error.to_string())))
}

/// Returns the time that is asked for, else that of the system.
pub(super) fn now(asked: Option<&str>) -> Result<Timestamp, Failure> {
    match asked {
        Some(text) => text
            .parse()
            .map_err(|error| Failure::new(format!("`--now`: {}", escape(&format!("{error}"))))),
        None => SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .ok()
            .and_then(|since| Timestamp::from_unix_seconds(since.as_secs()))
            .ok_or_else(|| {
                Failure::new("the clock of the system is not between 1970 and 9999; pass `--now`")
            }),
    }
}

/// Returns the condition keys of the flags.
fn context(args: &CallerArgs) -> Result<Context<'static>, Failure> {
    let form = simulate::context(&args.context)?;
    let request = CaseRequest { context: Some(form), ..CaseRequest::default() };
    request
        .to_context()
        .map_err(|error| Failure::new(format!("`--context`: {}", escape(&error.to_string()))))
}

/// Returns 32 bytes of the system's randomness.
fn random() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::new(format!("the system gives no randomness: {error}")))?;
    Ok(bytes)
}

/// Returns a JSON text in which nothing acts on a terminal; it reads back as the same value.
///
/// What would act can stand only inside a string of the text, where an escape means the same; line
/// feeds stand only outside.
fn printable(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if is_unsafe(c) && c != '\n' {
            let units = c.encode_utf16(&mut [0; 2]).to_vec();
            text.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_json_reads_back_as_the_same_value() {
        let value = serde_json::json!({ "a\u{202e}": ["\u{9b}\u{e0041}", "\u{1b}\n"] });
        let text = serde_json::to_string_pretty(&value).unwrap();
        let shown = printable(&text);
        assert!(!shown.contains(|c| is_unsafe(c) && c != '\n'), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
