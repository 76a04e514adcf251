//! Saving the world that a call has changed.

use std::ffi::OsStr;
use std::path::Path;

use ramguard_world::World;
use ramguard_world::file::form;

use crate::command::Failure;
use crate::files;
use crate::inputs::{Source, is_stdin};
use crate::render::escape::escape;
use crate::render::terminal::{FAINT, Terminal};
use crate::report::counted;

/// Refuses to write back what came from standard input.
pub(super) fn check(write: bool, file: &OsStr) -> Result<(), Failure> {
    if write && is_stdin(file) {
        return Err(Failure::new("standard input cannot be written back; name a file"));
    }
    Ok(())
}

/// Puts the changed world in the place of its file, whose text was `old`, unless somebody has
/// changed the file meanwhile. What the file said for editors stays.
pub(super) fn save(file: &OsStr, source: &Source, old: &str, world: &World) -> Result<(), Failure> {
    let mut form = form(world);
    let old: serde_json::Value = serde_json::from_str(old)?;
    form.schema = old.get("$schema").and_then(|schema| schema.as_str()).map(str::to_owned);
    let text = serde_json::to_string_pretty(&form)? + "\n";
    files::replace(Path::new(file), source, &text).map_err(Failure::new)
}

/// Says that changes were not saved, if there are any.
pub(super) fn not_saved(changes: usize, source: &Source, terminal: &mut Terminal) {
    if changes > 0 {
        let changes = counted(changes, "change");
        let name = escape(&source.name);
        let words = match source.is_stdin {
            true => format!("{changes} not saved; name a file to save to it with `--write`"),
            false => format!("{changes} not saved; `--write` saves to `{name}`"),
        };
        note(&words, terminal);
    }
}

/// Tells standard error something worth knowing.
pub(super) fn note(words: &str, terminal: &mut Terminal) {
    terminal.log(&format!("{FAINT}note{FAINT:#}: {words}"));
}
