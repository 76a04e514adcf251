//! `ramguard lint`: checks documents and says what is wrong, where, and what to write instead.
//!
//! Always holds here:
//!
//! * findings come in the order of path, place and code;
//! * a path that cannot be read is reported, the others are checked all the same, and the run ends
//!   as an error;
//! * the formats change nothing but the format: what a run ends with is the same in all of them.

mod check;
mod outputs;
mod repair;
mod walk;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ramguard_lint::{Lang, Linter};

use crate::args::{KindName, LintArgs};
use crate::baseline::{self, Baseline};
use crate::files;
use crate::finding::{Finding, State};
use crate::inputs::{InputError, Inputs, Source, is_stdin};
use crate::render::terminal::Terminal;
use crate::report::{FileReport, Report};
use crate::settings::{Choice, Governed, Ledgers, Projects};

use super::{Exit, Failure};
use check::{Check, in_parallel};
use outputs::{Outputs, Ways};
use repair::Repair;
pub(super) use repair::diff;
pub(super) use walk::{Found, Walk};

/// A run shorter than this shows no progress.
const QUIET_SECONDS: u64 = 1;

/// What came of one file.
enum Outcome {
    Checked(FileReport),
    /// It was found in a folder and holds no policy.
    Skipped,
    Unreadable(String),
}

/// Checks the documents that `args` names.
pub(crate) fn run(args: &LintArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let walk = Walk::new(&args.include, &args.exclude)?;
    let choice = Choice::new(args)?;
    let lang = choice.lang;
    let is_github = std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
    let outputs = Outputs::new(&args.outputs, is_github)?;
    let mut projects = Projects::new(choice, args.config.as_deref(), args.isolated)?;
    let mut report = Report::default();
    let files = listed(args, &walk, &mut projects, &mut report)?;
    let baselines = baselines(args, &projects)?;
    let has_baseline = baselines.iter().any(Option::is_some);
    let run = Run {
        check: Check { kind: args.kind, lang },
        repair: Repair::new(args),
        projects: &projects,
        baselines: &baselines,
    };
    let bar = progress(files.len());
    let began = Instant::now();
    let outcomes = in_parallel(
        files.len(),
        |index| files.get(index).map_or(Outcome::Skipped, |file| run.file(file)),
        || {
            bar.inc(1);
            if began.elapsed() > Duration::from_secs(QUIET_SECONDS) {
                bar.tick();
            }
        },
    );
    bar.finish_and_clear();
    let mut ledgers: Vec<Ledgers<'_>> = projects.list().iter().map(Ledgers::new).collect();
    let mut checked: Vec<(FileReport, &Governed)> = Vec::new();
    for (outcome, listed) in outcomes.into_iter().zip(&files) {
        match outcome {
            Outcome::Checked(file) => {
                if let Some(ledger) = ledgers.get_mut(listed.governed.project) {
                    let told = file.findings.iter().map(|finding| finding.fingerprint.as_str());
                    ledger.visit(&listed.governed.path, file.raw.iter().zip(told));
                }
                checked.push((file, &listed.governed));
            }
            Outcome::Skipped => report.skipped += 1,
            Outcome::Unreadable(message) => report.unreadable.push(message),
        }
    }
    if args.write_baseline {
        write_baselines(&projects, &mut checked, terminal, args.quiet)?;
    }
    for (mut file, _) in checked {
        report.fixed += file.fixed;
        report.has_diff |= !file.diff.is_empty();
        terminal.print(&std::mem::take(&mut file.diff));
        report.files.append(&mut file.beside);
        report.files.push(file);
    }
    for (project, ledger) in projects.list().iter().zip(&ledgers) {
        report.files.extend(of_settings(project, ledger, lang));
    }
    report.files.sort_by(|a, b| a.name.cmp(&b.name));
    let exit = exit_of(args, &report);
    report.exit_code = exit.code();
    if !args.diff || !args.outputs.is_empty() {
        outputs.write(&report, Ways { lang, has_baseline }, terminal)?;
    }
    for message in report.files.iter().flat_map(|file| &file.notes) {
        terminal.log(&format!("left out: {message}"));
    }
    for message in &report.unreadable {
        terminal.error(message);
    }
    if !args.quiet {
        terminal.log(&report.in_words(Linter::MAX_FINDINGS));
    }
    Ok(exit)
}

/// What all threads of a run share.
struct Run<'r> {
    check: Check,
    repair: Option<Repair>,
    projects: &'r Projects,
    /// The baseline of each project.
    baselines: &'r [Option<Baseline>],
}

impl Run<'_> {
    fn file(&self, file: &Listed) -> Outcome {
        match self.checked(file) {
            Ok(Some(report)) => Outcome::Checked(report),
            Ok(None) => Outcome::Skipped,
            Err(message) => Outcome::Unreadable(message),
        }
    }

    fn checked(&self, file: &Listed) -> Result<Option<FileReport>, String> {
        let read;
        let source = match &file.source {
            Some(source) => source,
            None => {
                read = Inputs::default().document(&file.found.path).map_err(|error| error.0)?;
                &read
            }
        };
        let Governed { project, path } = &file.governed;
        let Some(settings) = self.projects.get(*project) else { return Ok(None) };
        let baseline = self.baselines.get(*project).and_then(Option::as_ref);
        let is_asked = file.found.is_named || self.check.kind != KindName::Auto;
        let Some(mut report) = self.check.file(source, is_asked, path, settings)? else {
            return Ok(None);
        };
        if let Some(repair) = self.repair {
            report = repair.file(&self.check, source, report, path, settings, baseline)?;
        }
        if let Some(baseline) = baseline {
            baseline.mark(&mut report.findings);
        }
        Ok(Some(report))
    }
}

/// Reads the baseline of each project.
fn baselines(args: &LintArgs, projects: &Projects) -> Result<Vec<Option<Baseline>>, Failure> {
    let read = |path: &PathBuf| match args.write_baseline {
        // What is to be written need not be there.
        true => Ok(None),
        false => Baseline::read(path).map(Some).map_err(Failure::new),
    };
    let of = |project: &crate::settings::Project| project.baseline.as_ref().map(read);
    projects.list().iter().map(|project| Ok(of(project).transpose()?.flatten())).collect()
}

/// Writes the baseline of each project, and takes what is in it as known.
fn write_baselines(
    projects: &Projects,
    checked: &mut [(FileReport, &Governed)],
    terminal: &mut Terminal,
    is_quiet: bool,
) -> Result<(), Failure> {
    let mut targets: BTreeMap<PathBuf, Vec<usize>> = BTreeMap::new();
    for (index, project) in projects.list().iter().enumerate() {
        let path = project.baseline.clone().unwrap_or_else(|| baseline::FILE_NAME.into());
        targets.entry(path).or_default().push(index);
    }
    for (path, members) in targets {
        let files = checked.iter().filter(|(_, at)| members.contains(&at.project));
        let text = baseline::written(files.map(|(file, at)| (file, at.path.as_str())))?;
        files::write(&path, text.as_bytes())?;
        if !is_quiet {
            let shown = projects.shown(&path);
            terminal.log(&format!("Wrote `{}`.", crate::render::escape::escape(&shown)));
        }
    }
    for finding in checked.iter_mut().flat_map(|(file, _)| &mut file.findings) {
        if finding.is_new() {
            finding.state = State::Baseline;
        }
    }
    Ok(())
}

/// Returns what there is to say about a settings file.
fn of_settings(
    project: &crate::settings::Project,
    ledger: &Ledgers<'_>,
    lang: Lang,
) -> Option<FileReport> {
    let remarks = ledger.remarks();
    let mut findings: Vec<Finding> =
        remarks.iter().map(|remark| Finding::from((remark, lang))).collect();
    findings.sort_by_key(|finding| (finding.span, finding.id()));
    project.judge(&mut findings);
    let (name, text) = (project.name.clone(), project.text.clone());
    (!findings.is_empty()).then(|| FileReport { name, text, findings, ..FileReport::default() })
}

/// A file to check; standard input has been read by then, since only one thread can.
struct Listed {
    found: Found,
    source: Option<Source>,
    governed: Governed,
}

/// Lists the files in order, each once, and reads standard input.
fn listed(
    args: &LintArgs,
    walk: &Walk,
    projects: &mut Projects,
    report: &mut Report,
) -> Result<Vec<Listed>, Failure> {
    let mut inputs = Inputs::with_stdin_name(args.stdin_filename.as_ref());
    let mut found = Vec::new();
    for path in &args.paths {
        if is_stdin(path) {
            found.push(Ok(Found { path: path.clone(), is_named: true }));
        } else {
            walk.list(path, &mut found);
        }
    }
    // A file named twice, or named and found in a folder, is checked once.
    found.sort_by(|a, b| key(a).cmp(&key(b)));
    found.dedup_by(|b, a| matches!((a, b), (Ok(a), Ok(b)) if a.path == b.path));
    let mut listed = Vec::with_capacity(found.len());
    for item in found {
        match item {
            Ok(found) if is_stdin(&found.path) => match inputs.document(&found.path) {
                Ok(source) => {
                    let governed = projects.of(OsStr::new(&source.name))?;
                    listed.push(Listed { found, source: Some(source), governed });
                }
                Err(InputError(message)) => report.unreadable.push(message),
            },
            // The files beside policies are read with their policies.
            Ok(found) => {
                let governed = projects.of(&found.path)?;
                listed.push(Listed { found, source: None, governed });
            }
            Err(message) => report.unreadable.push(message),
        }
    }
    Ok(listed)
}

fn key(found: &Result<Found, String>) -> (&OsStr, bool, &str) {
    match found {
        Ok(file) => (&file.path, !file.is_named, ""),
        Err(message) => (OsStr::new(""), false, message),
    }
}

/// A bar on a terminal, nothing anywhere else.
fn progress(files: usize) -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(4);
    let bar = ProgressBar::with_draw_target(Some(files as u64), target);
    match ProgressStyle::with_template("{bar:30} {pos}/{len} files") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn exit_of(args: &LintArgs, report: &Report) -> Exit {
    let sums = report.sums();
    let too_many = args.max_warnings.is_some_and(|max| sums.warnings > max);
    if !report.unreadable.is_empty() {
        Exit::Error
    } else if sums.documents == 0 && sums.findings() == 0 && !args.allow_empty {
        Exit::Empty
    } else if (sums.failing > 0 || too_many || report.has_diff) && !args.exit_zero {
        Exit::No
    } else {
        Exit::Yes
    }
}
