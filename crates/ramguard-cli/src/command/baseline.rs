//! `ramguard baseline`: the findings that were there when somebody began to look.
//!
//! Always holds here: what a baseline holds is found by `ramguard lint` and written by it; these
//! verbs only say what is to become of it.

use std::path::PathBuf;

use crate::args::{BaselineArgs, BaselineLintArgs, BaselineShowArgs, BaselineVerb};
use crate::args::{ChoiceArgs, CommitArgs, LintArgs, Output};
use crate::baseline::{Baseline, FILE_NAME};
use crate::render::escape::escape;
use crate::render::terminal::Terminal;
use crate::settings::{Choice, Projects};

use super::lint::{Deed, keep_baseline};
use super::{Exit, Failure};

/// Does what `args` asks for.
pub(crate) fn run(args: &BaselineArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    match &args.verb {
        BaselineVerb::Write(args) => keep(args, Deed::Begin, terminal),
        BaselineVerb::Update(args) => keep(args, Deed::Update, terminal),
        BaselineVerb::Prune(args) => keep(args, Deed::Prune, terminal),
        BaselineVerb::Show(args) => show(args, terminal),
    }
}

fn keep(args: &BaselineLintArgs, deed: Deed, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let lint = LintArgs {
        documents: args.documents.clone(),
        choice: args.choice.clone(),
        settings: args.settings.clone(),
        baseline: args.baseline.clone(),
        quiet: args.quiet,
        // A baseline is there because there are findings.
        exit_zero: true,
        ..LintArgs::default()
    };
    keep_baseline(&lint, deed, terminal)
}

fn show(args: &BaselineShowArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let choice = Choice::new(&ChoiceArgs::default(), &args.settings)?;
    let mut projects = Projects::asked(choice, &args.settings, &CommitArgs::default())?;
    let here = projects.of(FILE_NAME.as_ref())?;
    let project = projects.get(here.project);
    let named = project.and_then(|project| project.baseline.clone());
    let path = args.file.clone().or(named).unwrap_or_else(|| PathBuf::from(FILE_NAME));
    let bytes = match &args.file {
        Some(file) => Projects::in_folders(file)?,
        None => projects.named_by_settings(&path)?,
    };
    let shown = projects.shown(&path);
    let bytes =
        bytes.ok_or_else(|| Failure::new(format!("there is no baseline `{}`", escape(&shown))))?;
    let baseline = Baseline::parse(&shown, &bytes).map_err(Failure::new)?;
    if args.output == Output::Json {
        terminal.print(&baseline.text()?);
        return Ok(Exit::Yes);
    }
    let root = project.map(|project| project.root.clone()).unwrap_or_default();
    for line in baseline.lines(|path| projects.shown(&root.join(path))) {
        terminal.line(&escape(&line));
    }
    let entries = match baseline.len() {
        1 => "1 entry".to_owned(),
        entries => format!("{entries} entries"),
    };
    terminal.log(&format!("{entries} in `{}`.", escape(&shown)));
    Ok(Exit::Yes)
}
