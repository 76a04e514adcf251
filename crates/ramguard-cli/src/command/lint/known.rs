//! The baselines of a run: read before, compared while, and written after it.
//!
//! Always holds here: a file that is no baseline is never written over, and what a run has not looked
//! at stays in the baseline as it is.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::args::LintArgs;
use crate::baseline::{self, Baseline, Looked};
use crate::files;
use crate::finding::State;
use crate::render::escape::escape;
use crate::render::terminal::Terminal;
use crate::report::{FileReport, Report};
use crate::settings::{Governed, Projects};

use super::Failure;

/// The baselines of a run.
pub(super) struct Baselines {
    /// Every baseline by its path, and the projects it is for.
    files: BTreeMap<PathBuf, (Baseline, Vec<usize>)>,
    /// The baseline of each project.
    of_project: HashMap<usize, PathBuf>,
    /// Whether findings are compared with them, and not only written to them.
    are_compared: bool,
}

impl Baselines {
    /// Reads the baseline of each project.
    ///
    /// # Errors
    /// One is missing or none; only where it is to be written it may be missing.
    pub(super) fn read(args: &LintArgs, projects: &Projects) -> Result<Self, Failure> {
        let mut all =
            Self { files: BTreeMap::new(), of_project: HashMap::new(), are_compared: false };
        for (index, project) in projects.list().iter().enumerate() {
            let default = || args.write_baseline.then(|| baseline::FILE_NAME.into());
            let Some(path) = project.baseline.clone().or_else(default) else { continue };
            all.of_project.insert(index, path.clone());
            if let Some((_, projects)) = all.files.get_mut(&path) {
                projects.push(index);
                continue;
            }
            let is_new = args.write_baseline && !path.exists();
            let read = if is_new {
                Ok(Baseline::default())
            } else if path.exists() {
                Baseline::read(&path)
            } else {
                let shown = projects.shown(&path);
                Err(format!(
                    "there is no baseline `{}`; `--write-baseline` makes it",
                    escape(&shown)
                ))
            };
            all.files.insert(path, (read.map_err(Failure::new)?, vec![index]));
        }
        all.are_compared = !args.write_baseline && !all.files.is_empty();
        Ok(all)
    }

    /// Returns whether findings are compared with a baseline.
    pub(super) fn are_compared(&self) -> bool {
        self.are_compared
    }

    /// Returns what the findings of a project are compared with.
    pub(super) fn of(&self, project: usize) -> Option<&Baseline> {
        let path = self.of_project.get(&project).filter(|_| self.are_compared)?;
        self.files.get(path).map(|(baseline, _)| baseline)
    }

    /// Tells what is gone, and writes the baselines if that is asked for.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(super) fn settle(
        &self,
        args: &LintArgs,
        projects: &Projects,
        checked: &mut [(FileReport, &Governed)],
        skipped: &[&Governed],
        report: &mut Report,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        for (path, (baseline, members)) in &self.files {
            let of_these: Vec<&(FileReport, &Governed)> =
                checked.iter().filter(|(_, at)| members.contains(&at.project)).collect();
            let roots: Vec<&Path> = members
                .iter()
                .filter_map(|index| projects.get(*index))
                .map(|project| project.root.as_path())
                .collect();
            let is_on = |code: &str| {
                let on = |code| {
                    members.iter().any(|m| projects.get(*m).is_some_and(|p| p.linter.runs(code)))
                };
                code.parse().map_or(true, on)
            };
            let looked = looked(&of_these, skipped, members, roots, &is_on);
            let outcome = baseline.outcome(&looked);
            let shown = |path: &str| {
                let root = looked.roots.first().copied().unwrap_or(Path::new(""));
                projects.shown(&root.join(path))
            };
            if !args.write_baseline && !args.prune_baseline {
                report.stale.extend(outcome.stale(shown));
                continue;
            }
            let is_written = |file: &FileReport| args.write_baseline && file.documents > 0;
            let written = of_these.iter().filter(|(file, _)| is_written(file));
            let text = outcome.written(written.map(|(file, at)| (file, at.path.as_str())))?;
            files::write(path, text.as_bytes())?;
            if !args.quiet && !args.silent {
                terminal.log(&format!("Wrote `{}`.", escape(&projects.shown(path))));
            }
        }
        if args.write_baseline {
            for (file, at) in checked {
                let project = projects.get(at.project);
                for finding in &mut file.findings {
                    let is_forbidden = project.is_some_and(|project| project.forbids(finding));
                    if finding.is_new() && !is_forbidden {
                        finding.state = State::Baseline;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Sums up what a run looked at for the projects of one baseline.
fn looked<'l>(
    checked: &[&'l (FileReport, &'l Governed)],
    skipped: &[&'l Governed],
    members: &[usize],
    roots: Vec<&'l Path>,
    is_on: &'l dyn Fn(&str) -> bool,
) -> Looked<'l> {
    // Of a document with too many findings nobody knows the rest.
    let whole = checked.iter().filter(|(file, _)| file.truncated == 0);
    let mut paths: HashSet<&str> = whole.map(|(_, at)| at.path.as_str()).collect();
    let others = skipped.iter().filter(|at| members.contains(&at.project));
    paths.extend(others.map(|at| at.path.as_str()));
    let findings = checked.iter().flat_map(|(file, _)| &file.findings);
    let known = findings.filter(|finding| !matches!(finding.state, State::Suppressed { .. }));
    let found = known.map(|finding| finding.fingerprint.as_str()).collect();
    Looked { paths, found, roots, is_on }
}
