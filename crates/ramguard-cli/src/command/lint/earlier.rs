//! What was found in the files of a commit: `--baseline-ref`.
//!
//! Always holds here: the files of this run are looked at, by the rules and settings of this run, in
//! the text they had then. Ignores of then and now have no say: what was there is not new.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::baseline::Baseline;
use crate::command::Failure;
use crate::git::Repository;
use crate::inputs::Source;
use crate::render::terminal::Terminal;
use crate::settings::Projects;

use super::Listed;
use super::check::{Check, in_parallel};

/// Checks the files of a run as they were in a commit, and returns what was found, by project.
///
/// # Errors
/// There is no such commit, or git cannot tell what it holds.
pub(super) fn earlier(
    name: &str,
    check: &Check,
    files: &[Listed],
    projects: &Projects,
    terminal: &mut Terminal,
) -> Result<HashMap<usize, Baseline>, Failure> {
    let repository = Repository::here()?;
    let commit = repository.commit(name)?;
    let paths: Vec<Option<PathBuf>> = files
        .iter()
        .map(|file| {
            let name = file
                .source
                .as_ref()
                .map_or(Path::new(&file.found.path), |source| Path::new(&source.name));
            Some(projects.absolute(name).strip_prefix(repository.top()).ok()?.to_owned())
        })
        .collect();
    let wanted: HashSet<PathBuf> = paths.iter().flatten().cloned().collect();
    let texts = repository.texts(&commit, &wanted)?;
    let one = |index: usize| {
        let (file, path) = (files.get(index)?, paths.get(index)?.as_ref()?);
        let bytes = texts.get(path)?.clone();
        let project = projects.get(file.governed.project)?;
        let name = crate::inputs::name_of(&file.found.path);
        let source = Source { name, bytes, is_stdin: false };
        Some(check.documents(
            &source,
            &source.text(),
            file.is_asked(check),
            &file.governed.path,
            project,
        ))
    };
    let mut known: HashMap<usize, Vec<(String, String)>> = HashMap::new();
    for (found, file) in in_parallel(files.len(), one, || ()).into_iter().zip(files) {
        match found {
            Some(Ok(Some(report))) => {
                let of_file = report.findings.iter().map(|f| (f.fingerprint.clone(), f.id()));
                known.entry(file.governed.project).or_default().extend(of_file);
            }
            Some(Err(message)) => {
                terminal.log(&format!("in {}, so all of it is new: {message}", commit.shown()));
            }
            Some(Ok(None)) | None => {}
        }
    }
    Ok(known.into_iter().map(|(project, found)| (project, Baseline::passing(found))).collect())
}
