//! `ramguard lint`: checks documents and says what is wrong, where, and what to write instead.
//!
//! Always holds here:
//!
//! * findings come in the order of path, place and code;
//! * a path that cannot be read is reported, the others are checked all the same, and the run ends
//!   as an error;
//! * the formats change nothing but the format: what a run ends with is the same in all of them.

mod change;
mod check;
mod earlier;
mod known;
mod repair;
mod selection;
mod threshold;
mod walk;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ramguard_lint::{Lang, Linter, registry};

use crate::args::{KindName, LintArgs, OutputSpec};
use crate::finding::Finding;
use crate::inputs::{InputError, Inputs, Source, is_stdin, listed_in, name_of};
use crate::render::escape::escape;
use crate::render::terminal::Terminal;
use crate::report::{FileReport, Report, Terms, counted, counted_fixes};
use crate::settings::{Choice, Governed, Ledgers, Projects, from_environment};

use super::outputs::{Outputs, Ways};
use super::{Exit, Failure};
pub(super) use check::Check;
use check::in_parallel;
use earlier::earlier;
use known::Baselines;
pub(super) use known::Deed;
pub(super) use repair::diff;
use repair::{Repair, refuse_unversioned};
use selection::Selection;
use threshold::Threshold;
pub(super) use walk::{Found, Listing, Walk};

/// A run shorter than this shows no progress.
const QUIET_SECONDS: u64 = 1;
/// No more of what is gone from a baseline is told line by line.
const MAX_STALE: usize = 10;

/// What came of one file.
enum Outcome {
    Checked(Box<FileReport>),
    /// It was found in a folder and holds no policy.
    Skipped,
    Unreadable(String),
}

/// Checks the documents that `args` names.
pub(crate) fn run(args: &LintArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    run_as(args, Deed::of(args), false, terminal)
}

/// Checks the documents that `args` names for the sake of their baselines alone: what is found is
/// written, and not told.
pub(super) fn keep_baseline(
    args: &LintArgs,
    deed: Deed,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    run_as(args, deed, true, terminal)
}

fn run_as(
    args: &LintArgs,
    deed: Deed,
    is_verb: bool,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let walk = Walk::new(&args.documents.include, &args.documents.exclude)?;
    let choice = Choice::new(&args.choice, &args.settings)?
        .with_fail_on(&args.fail_on)?
        .with_baseline(args.baseline.as_deref());
    let lang = choice.lang;
    let is_github = std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
    let mut asked = args.output.clone();
    if let ([], Some(text)) = (&*asked.formats, from_environment("RAMGUARD_OUTPUT")?) {
        let specs: Result<Vec<OutputSpec>, String> =
            text.split(',').map(|spec| spec.trim().parse()).collect();
        let refused = |words| Failure::new(format!("RAMGUARD_OUTPUT: {words}"));
        asked.formats = specs.map_err(refused)?;
    }
    let outputs = Outputs::new(&asked, is_github)?;
    let mut projects = Projects::asked(choice, &args.settings, &args.commit)?;
    let mut report = Report::default();
    let selection = Selection::new(&args.changed)?;
    let files = listed(args, &walk, selection.as_ref(), &mut projects, &mut report)?;
    let check = Check { kind: args.documents.kind, lang };
    let baselines = match &args.baseline_ref {
        Some(name) => Baselines::of_commit(earlier(name, &check, &files, &projects, terminal)?),
        None => {
            let governs = |project| files.iter().any(|file| file.governed.project == project);
            Baselines::read(deed, is_verb, args.baseline.is_some(), &projects, governs)?
        }
    };
    report.terms = terms(&projects, &baselines, lang);
    let repair = Repair::new(args);
    if repair.is_some_and(Repair::writes) && !args.allow_no_vcs {
        let written = files.iter().filter(|file| file.source.is_none());
        refuse_unversioned(written.map(|file| Path::new(&file.found.path)))?;
    }
    let settings = change::accepted(args, &check, &files, &projects)?;
    if let Some(words) = settings.filter(|_| !args.quiet && !args.silent) {
        terminal.log(&words);
    }
    let run = Run { check, repair: Repair::new(args), projects: &projects, baselines: &baselines };
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
    let mut skipped: Vec<&Listed> = Vec::new();
    for (outcome, listed) in outcomes.into_iter().zip(&files) {
        match outcome {
            Outcome::Checked(file) => {
                if let Some(ledger) = ledgers.get_mut(listed.governed.project) {
                    let told = file.findings.iter().map(|finding| finding.fingerprint.as_str());
                    ledger.visit(&listed.governed.path, file.raw.iter().zip(told));
                }
                checked.push((*file, &listed.governed));
            }
            Outcome::Skipped => {
                report.skipped += 1;
                skipped.push(listed);
            }
            Outcome::Unreadable(message) => report.unreadable.push(message),
        }
    }
    let is_empty = checked.iter().all(|(file, _)| file.documents == 0);
    if deed == Deed::Begin && (is_empty || !report.unreadable.is_empty()) {
        // What cannot be read would be forgotten, and a slip of the pen would forget everything.
        report.unreadable.iter().for_each(|message| terminal.error(message));
        terminal.log("No baseline was written.");
        return Ok(if report.unreadable.is_empty() { Exit::Empty } else { Exit::Error });
    }
    let skipped: Vec<&Governed> = skipped.into_iter().map(|listed| &listed.governed).collect();
    for words in baselines.settle(&projects, &mut checked, &skipped, &mut report)? {
        if !args.quiet && !args.silent {
            terminal.log(&words);
        }
    }
    let mut repaired = None;
    for (mut file, _) in checked {
        repaired = repaired.or(file.repaired.take());
        report.fixed += file.fixed;
        report.has_diff |= !file.diff.is_empty();
        if !file.remarks.is_empty() {
            file.findings.append(&mut file.remarks);
            file.findings.sort_by_key(|finding| (finding.span, finding.id()));
        }
        terminal.print(&std::mem::take(&mut file.diff));
        report.files.append(&mut file.beside);
        report.files.push(file);
    }
    // Whether some files were picked out, and not all of a folder looked at.
    let is_part = selection.is_some() || files.iter().all(|file| file.found.is_named);
    let mut told = BTreeSet::new();
    for (project, ledger) in projects.list().iter().zip(&ledgers) {
        // Several projects may be built on one file.
        let new = of_settings(project, ledger, is_part, lang);
        report.files.extend(new.into_iter().filter(|file| told.insert(file.name.clone())));
    }
    report.files.sort_by(|a, b| a.name.cmp(&b.name));
    let threshold = Threshold::new(args);
    for file in &mut report.files {
        file.findings.retain(|finding| threshold.passes(finding) && !args.fix_only);
    }
    let exit = exit_of(args, &report);
    if is_verb {
        report.unreadable.iter().for_each(|message| terminal.error(message));
        return Ok(exit);
    }
    report.exit_code = exit.code();
    if let Some(text) = &repaired {
        // For the next program, as `ramguard fmt -` does; what is found goes beside it.
        terminal.print(text);
    }
    let to_stderr = repaired.is_some();
    if args.show_fixes && !args.silent {
        tell_fixes(&report, terminal);
    }
    if !args.fix_only && (!args.diff || !args.output.formats.is_empty()) {
        let ways = Ways { to_stderr, is_silent: args.silent };
        outputs.write(&report, ways, terminal)?;
    }
    if !args.quiet && !args.silent {
        tell_stale(&report, terminal);
        for message in report.files.iter().flat_map(|file| &file.notes) {
            terminal.log(&format!("left out: {message}"));
        }
    }
    for message in &report.unreadable {
        terminal.error(message);
    }
    if !args.quiet && !args.silent && !args.no_summary {
        let words = if args.fix_only {
            let documents = counted(report.sums().documents, "document");
            format!("{} applied in {documents}.", counted_fixes(report.fixed))
        } else if args.changed.is_asked() && exit == Exit::Yes && report.sums().documents == 0 {
            "No policy among the files that have changed.".to_owned()
        } else {
            report.in_words(Linter::MAX_FINDINGS, began.elapsed())
        };
        terminal.log(&words);
    }
    Ok(exit)
}

/// Tells how a run is set up.
fn terms(projects: &Projects, baselines: &Baselines, lang: Lang) -> Terms {
    let runs = |code| projects.list().iter().any(|project| project.linter.runs(code));
    // The settings file that all of them use, unless it has the name that all of them have.
    let own = projects.list().iter().filter_map(|project| project.files.last());
    let names: BTreeSet<&OsStr> = own.filter_map(|(name, _)| Path::new(name).file_stem()).collect();
    let mut names = names.into_iter().map(|name| name_of(name).trim_matches('.').to_owned());
    let config = names.next().filter(|name| name != "ramguard" && names.next().is_none());
    Terms {
        lang,
        config,
        has_baseline: baselines.are_compared(),
        rules: registry::rules().map(|meta| meta.code).filter(|code| runs(*code)).collect(),
        ..Terms::default()
    }
}

/// What all threads of a run share.
struct Run<'r> {
    check: Check,
    repair: Option<Repair>,
    projects: &'r Projects,
    /// The baseline of each project.
    baselines: &'r Baselines,
}

impl Run<'_> {
    fn file(&self, file: &Listed) -> Outcome {
        match self.checked(file) {
            Ok(Some(report)) => Outcome::Checked(Box::new(report)),
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
        let baseline = self.baselines.of(*project);
        let is_asked = file.is_asked(&self.check);
        let Some(mut report) = self.check.file(source, is_asked, path, settings)? else {
            return Ok(None);
        };
        if let Some(repair) = self.repair {
            report = repair.file(&self.check, source, report, path, settings, baseline)?;
        }
        if let Some(baseline) = baseline {
            baseline.mark(&mut report.findings, settings);
        }
        Ok(Some(report))
    }
}

/// Returns what there is to say about the settings files of a project.
fn of_settings(
    project: &crate::settings::Project,
    ledger: &Ledgers<'_>,
    is_part: bool,
    lang: Lang,
) -> Vec<FileReport> {
    let remarks = ledger.remarks(is_part);
    let mut reports = Vec::new();
    for (name, text) in &project.files {
        let of_file = remarks.iter().filter(|remark| remark.origin().file == *name);
        let mut findings = Finding::of_remarks(of_file, text, lang);
        project.judge(&mut findings);
        if !findings.is_empty() {
            let (name, text) = (name.clone(), text.clone());
            reports.push(FileReport { name, text, findings, ..FileReport::default() });
        }
    }
    reports
}

/// A file to check; standard input has been read by then, since only one thread can.
struct Listed {
    found: Found,
    source: Option<Source>,
    governed: Governed,
}

impl Listed {
    /// Returns whether somebody says that it holds a policy.
    fn is_asked(&self, check: &Check) -> bool {
        self.found.is_named || check.kind != KindName::Auto
    }
}

/// Lists the files in order, each once, and reads standard input.
fn listed(
    args: &LintArgs,
    walk: &Walk,
    selection: Option<&Selection>,
    projects: &mut Projects,
    report: &mut Report,
) -> Result<Vec<Listed>, Failure> {
    let mut inputs = Inputs::with_stdin_name(args.stdin_filename.as_ref());
    let mut found = Listing::default();
    for path in &listed_in(&args.documents.paths)? {
        if is_stdin(path) {
            found.files.push(Ok(Found { path: path.clone(), is_named: true }));
        } else {
            walk.list(path, projects, &mut found)?;
        }
    }
    report.excluded = found.excluded;
    let mut found = found.sorted();
    if let Some(selection) = selection {
        selection.keep(&mut found, projects)?;
    }
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

/// Says which fixes were applied.
fn tell_fixes(report: &Report, terminal: &mut Terminal) {
    for file in &report.files {
        for (words, count) in &file.applied {
            let times = if *count > 1 { format!(" ({count} times)") } else { String::new() };
            terminal.log(&format!("fixed: {}: {}{times}", escape(&file.name), escape(words)));
        }
    }
}

/// Says what of the baseline is gone, up to a bound.
fn tell_stale(report: &Report, terminal: &mut Terminal) {
    for stale in report.stale.iter().take(MAX_STALE) {
        let words = format!("{}: {} {}: {}", stale.path, stale.code, stale.pointer, stale.message);
        terminal.log(&format!("gone from the baseline: {}", escape(&words)));
    }
    if report.stale.len() > MAX_STALE {
        terminal.log(&format!("and {} more", report.stale.len() - MAX_STALE));
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

/// Returns whether it is well if there is no policy: of files that have changed there may be none.
fn may_be_empty(args: &LintArgs) -> bool {
    args.allow_empty || args.changed.is_asked()
}

fn exit_of(args: &LintArgs, report: &Report) -> Exit {
    let sums = report.sums();
    let too_many = args.max_warnings.is_some_and(|max| sums.warnings > max);
    if !report.unreadable.is_empty() {
        Exit::Error
    } else if sums.documents == 0 && sums.findings() == 0 && !may_be_empty(args) {
        Exit::Empty
    } else if (sums.failing > 0
        || too_many
        || report.has_diff
        || (args.fail_on_stale_baseline && !report.stale.is_empty())
        || (args.exit_non_zero_on_fix && report.fixed > 0))
        && !args.exit_zero
    {
        Exit::No
    } else {
        Exit::Yes
    }
}
