//! A change that is judged by settings it does not bring itself: `--config-from-git`.
//!
//! The change is all that differs between the work tree and where the work left the commit the
//! settings come from: what was committed since, what is staged, what is neither, and files git does
//! not know yet. It touches settings if it writes or removes a settings file, a file beside a policy,
//! a baseline, or a file that says what git or a folder leaves out; and policies if it writes a file
//! that holds one, whether this run looks at it or not.
//!
//! Always holds here: a file that cannot be read counts as a policy.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::args::LintArgs;
use crate::baseline;
use crate::command::Failure;
use crate::git::Since;
use crate::inputs::{Inputs, is_stdin};
use crate::render::escape::escape;
use crate::settings::Projects;

use super::Listed;
use super::check::Check;
use super::walk::may_hold_policies;

/// Files that say what is looked at or what is ignored, by their names.
const SETTINGS: [&str; 5] =
    ["ramguard.toml", ".ramguard.toml", baseline::FILE_NAME, ".gitignore", ".ignore"];
/// How files beside policies end.
const BESIDE: &str = ".ramguard.toml";
/// No more files of a kind are told than these.
const MAX_TOLD: usize = 5;

/// Returns what there is to say about the settings that come from a commit, if they do.
///
/// # Errors
/// The change touches settings and policies, and nobody has said that this is well.
pub(super) fn accepted(
    args: &LintArgs,
    check: &Check,
    files: &[Listed],
    projects: &Projects,
) -> Result<Option<String>, Failure> {
    let Some((repository, commit)) = projects.commit() else { return Ok(None) };
    let projects_of_commit = projects.list();
    let names = projects_of_commit.iter().flat_map(|project| &project.files);
    let names: Vec<String> = names.map(|(name, _)| format!("`{}`", escape(name))).collect();
    let told = format!("Settings: {}, {}.", names.join(", "), commit.shown());
    if args.commit.allow_config_change {
        return Ok(Some(told));
    }
    let changed = repository.changed(Since::Branch(commit))?;
    let mut known: HashSet<PathBuf> = HashSet::new();
    for project in projects_of_commit {
        known.extend(project.paths.iter().cloned());
        known.extend(project.baseline.as_deref().map(|path| projects.absolute(path)));
    }
    let is_settings = |path: &Path| {
        let name = path.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
        SETTINGS.contains(&&*name) || name.ends_with(BESIDE) || known.contains(path)
    };
    let named = files.iter().filter(|file| !is_stdin(&file.found.path));
    let looked: HashSet<PathBuf> =
        named.map(|file| projects.absolute(Path::new(&file.found.path))).collect();
    let is_policy = |path: &Path| {
        let may_hold = looked.contains(path) || may_hold_policies(path);
        may_hold && !is_settings(path) && holds_policy(check, path, projects)
    };
    let touched = changed.files.iter().chain(&changed.gone);
    let settings: Vec<&PathBuf> = touched.filter(|path| is_settings(path)).collect();
    if settings.is_empty() {
        return Ok(Some(told));
    }
    let policies: Vec<&PathBuf> = changed.files.iter().filter(|path| is_policy(path)).collect();
    if policies.is_empty() {
        return Ok(Some(told));
    }
    let list = |paths: Vec<&PathBuf>| {
        let mut names: Vec<String> = paths.iter().map(|path| projects.shown(path)).collect();
        names.sort();
        let more = names.len().saturating_sub(MAX_TOLD);
        let told: Vec<String> =
            names.iter().take(MAX_TOLD).map(|name| format!("`{}`", escape(name))).collect();
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{rest}", told.join(", "))
    };
    Err(Failure::new(format!(
        "the change since {} touches settings, {}, together with policies, {}; after a review \
         `--allow-config-change` accepts it",
        commit.shown(),
        list(settings),
        list(policies)
    )))
}

/// Returns whether a file holds a policy, or nobody can tell.
fn holds_policy(check: &Check, path: &Path, projects: &Projects) -> bool {
    if path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return false;
    }
    let Ok(source) = Inputs::default().document(path.as_os_str()) else { return true };
    let Some(project) = projects.list().first() else { return true };
    let found = check.documents(&source, &source.text(), false, "", project);
    found.map_or(true, |report| report.is_some_and(|report| report.documents > 0))
}
