//! `ramguard world import`: a world file of saved answers.

use std::path::Path;

use ramguard_world::file::WorldFile;
use ramguard_world::import::Import;

use crate::args::WorldImportArgs;
use crate::command::{Exit, Failure};
use crate::files;
use crate::inputs::{Inputs, name_of, words_of};
use crate::render::escape::escape;
use crate::render::terminal::Terminal;
use crate::report::counted;

use super::save::note;

/// Not more answers than this are read.
const MAX_FILES: usize = 100_000;
/// The answers together have at most this many bytes.
const MAX_BYTES: usize = 256 << 20;

/// Imports the folder that `args` names.
pub(super) fn run(args: &WorldImportArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let answers = answers(Path::new(&args.folder))?;
    if answers.is_empty() {
        let folder = name_of(&args.folder);
        terminal.error(&format!("`{}` holds no saved answer, `*.json`", escape(&folder)));
        return Ok(Exit::Empty);
    }
    let import = Import::read(answers.iter().map(|(name, text)| (&**name, &**text)));
    let mut is_fatal = false;
    for problem in import.problems() {
        is_fatal |= problem.is_fatal();
        let words = problem.to_string();
        if problem.is_fatal() {
            terminal.error(&escape(&words));
        } else {
            note(&escape(&words), terminal);
        }
    }
    if is_fatal {
        return Ok(Exit::Error);
    }
    let text = import.to_json();
    let file = WorldFile::read(&text);
    match &args.write {
        Some(path) => files::write(Path::new(path), text.as_bytes())?,
        None => terminal.print(&super::printable(&text)),
    }
    if file.world().is_some() {
        return Ok(Exit::Yes);
    }
    let count = counted(file.problems().len(), "problem");
    terminal.error(&format!("the world has {count}; `ramguard world check` tells them"));
    Ok(Exit::No)
}

/// Reads the `.json` files that stand in a folder itself, each by its name.
fn answers(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let unreadable = |error: &std::io::Error| {
        let name = name_of(folder.as_os_str());
        Failure::new(format!("cannot read `{}`: {}", escape(&name), words_of(error)))
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(&error))? {
        let path = entry.map_err(|error| unreadable(&error))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
        if paths.len() > MAX_FILES {
            return Err(Failure::new(format!("there are more than {MAX_FILES} saved answers")));
        }
    }
    paths.sort();
    let mut inputs = Inputs::default();
    let mut answers = Vec::new();
    let mut bytes = 0;
    for path in paths {
        let (_, text) = super::read(path.as_os_str(), &mut inputs)?;
        bytes += text.len();
        if bytes > MAX_BYTES {
            return Err(Failure::new(format!("the answers have more than {MAX_BYTES} bytes")));
        }
        answers.push((name_of(path.file_name().unwrap_or_default()), text));
    }
    Ok(answers)
}
