//! The baselines of a run: read before, compared while, and written after it.
//!
//! Always holds here: a file that is no baseline is never written over, and what a run has not looked
//! at stays in the baseline as it is.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::args::LintArgs;
use crate::baseline::{self, Baseline, Looked};
use crate::files;
use crate::finding::{Finding, State};
use crate::render::escape::escape;
use crate::report::{FileReport, Report};
use crate::settings::{Governed, Projects};

use super::Failure;

/// What a run does with baselines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Findings are compared with what is in them.
    Compare,
    /// `--write-baseline`: they are brought up to date, or begun where there is none.
    Store,
    /// `ramguard baseline write`: they are begun, whatever they held.
    Begin,
    /// `ramguard baseline update`: they are brought up to date.
    Update,
    /// What is gone is taken out, and nothing added.
    Prune,
}

impl Deed {
    /// Returns what the flags of `ramguard lint` ask for.
    pub(super) fn of(args: &LintArgs) -> Self {
        match (args.write_baseline, args.prune_baseline) {
            (true, _) => Self::Store,
            (_, true) => Self::Prune,
            _ => Self::Compare,
        }
    }

    /// Returns whether what is found goes into them.
    fn adds(self) -> bool {
        matches!(self, Self::Store | Self::Begin | Self::Update)
    }

    /// Returns whether a baseline that is named nowhere has the usual name.
    fn has_default(self, is_verb: bool) -> bool {
        is_verb || self == Self::Store
    }

    /// Returns whether a baseline may be missing.
    fn begins(self) -> bool {
        matches!(self, Self::Store | Self::Begin)
    }
}

/// The baselines of a run.
pub(super) struct Baselines {
    /// Every baseline by its path, and the projects it is for.
    files: BTreeMap<PathBuf, (Baseline, Vec<usize>)>,
    /// The baseline of each project.
    of_project: HashMap<usize, PathBuf>,
    /// What was there in a commit, for each project, in place of files.
    of_commit: Option<HashMap<usize, Baseline>>,
    deed: Deed,
}

impl Baselines {
    /// Reads the baseline of each project; `is_named` if the command line names it. Only projects that
    /// `governs` says have a file in this run have one that is named nowhere.
    ///
    /// # Errors
    /// One is missing or none; only where it is begun it may be missing.
    pub(super) fn read(
        deed: Deed,
        is_verb: bool,
        is_named: bool,
        projects: &Projects,
        governs: impl Fn(usize) -> bool,
    ) -> Result<Self, Failure> {
        if deed != Deed::Compare && !is_named && projects.commit().is_some() {
            let words = "the baseline of a commit stays as it is; name a file with `--baseline`";
            return Err(Failure::new(words));
        }
        let (files, of_project) = (BTreeMap::new(), HashMap::new());
        let mut all = Self { files, of_project, of_commit: None, deed };
        for (index, project) in projects.list().iter().enumerate() {
            let has_default = deed.has_default(is_verb) && governs(index);
            let default = || has_default.then(|| baseline::FILE_NAME.into());
            let Some(path) = project.baseline.clone().or_else(default) else { continue };
            all.of_project.insert(index, path.clone());
            if let Some((_, projects)) = all.files.get_mut(&path) {
                projects.push(index);
                continue;
            }
            let shown = projects.shown(&path);
            let bytes = if is_named {
                Projects::in_folders(&path)?
            } else {
                projects.named_by_settings(&path)?
            };
            let baseline = match bytes {
                Some(bytes) => Baseline::parse(&shown, &bytes).map_err(Failure::new)?,
                None if deed.begins() => Baseline::default(),
                None => {
                    let shown = escape(&shown);
                    let words = format!(
                        "there is no baseline `{shown}`; `ramguard baseline write` makes it"
                    );
                    return Err(Failure::new(words));
                }
            };
            all.files.insert(path, (baseline, vec![index]));
        }
        Ok(all)
    }

    /// Compares with what was there in a commit, project by project, in place of files.
    pub(super) fn of_commit(known: HashMap<usize, Baseline>) -> Self {
        let (files, of_project) = (BTreeMap::new(), HashMap::new());
        Self { files, of_project, of_commit: Some(known), deed: Deed::Compare }
    }

    /// Returns whether findings are compared with a baseline.
    pub(super) fn are_compared(&self) -> bool {
        !self.deed.adds() && (self.of_commit.is_some() || !self.files.is_empty())
    }

    /// Returns what the findings of a project are compared with.
    pub(super) fn of(&self, project: usize) -> Option<&Baseline> {
        if let Some(known) = &self.of_commit {
            return known.get(&project);
        }
        let path = self.of_project.get(&project).filter(|_| self.are_compared())?;
        self.files.get(path).map(|(baseline, _)| baseline)
    }

    /// Tells what is gone, and writes the baselines if that is asked for.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(super) fn settle(
        &self,
        projects: &Projects,
        checked: &mut [(FileReport, &Governed)],
        skipped: &[&Governed],
        report: &mut Report,
    ) -> Result<Vec<String>, Failure> {
        let mut told = Vec::new();
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
            let none = Baseline::default();
            let outcome = if self.deed == Deed::Begin { &none } else { baseline }.outcome(&looked);
            let shown = |path: &str| {
                let root = looked.roots.first().copied().unwrap_or(Path::new(""));
                projects.shown(&root.join(path))
            };
            if self.deed == Deed::Compare {
                report.stale.extend(outcome.stale(shown));
                continue;
            }
            let written =
                of_these.iter().filter(|(file, _)| self.deed.adds() && file.documents > 0);
            let found = written.flat_map(|(file, at)| {
                let project = projects.get(at.project);
                let holds =
                    move |finding: &&Finding| project.is_none_or(|p| p.may_be_known(finding));
                file.findings.iter().filter(holds).map(|finding| (finding, at.path.as_str()))
            });
            let written = outcome.written(found)?;
            files::write(path, written.text.as_bytes())?;
            let shown = projects.shown(path);
            let (added, gone) = (written.added, written.gone);
            told.push(format!("Wrote `{}`: {added} new, {gone} gone.", escape(&shown)));
        }
        if self.deed.adds() {
            for (file, at) in checked {
                let project = projects.get(at.project);
                for finding in &mut file.findings {
                    let is_known = project.is_none_or(|project| project.may_be_known(finding));
                    if finding.is_new() && is_known {
                        finding.state = State::Baseline;
                    }
                }
            }
        }
        Ok(told)
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
