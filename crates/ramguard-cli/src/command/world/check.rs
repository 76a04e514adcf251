//! `ramguard world check`: everything that is wrong with a world file, and where.

use annotate_snippets::Level as Severity;
use ramguard_policy::text::LineIndex;
use ramguard_world::file::{FileProblem, FileSeverity, WorldFile};
use serde::Serialize;

use crate::args::{FailOn, Output, WorldCheckArgs};
use crate::command::{Exit, Failure};
use crate::inputs::Inputs;
use crate::places::Places;
use crate::render::escape::escape;
use crate::render::json::{SCHEMA, Stretch, to_line};
use crate::render::snippet::{Mark, Shown, Words, draw};
use crate::render::terminal::{BAD, GOOD, STRONG, Terminal};
use crate::report::counted;

/// What was found as JSON.
#[derive(Debug, Serialize)]
struct ReportJson<'a> {
    schema: u32,
    file: &'a str,
    /// Whether the world can be worked with, warnings or not.
    usable: bool,
    problems: Vec<ProblemJson<'a>>,
}

#[derive(Debug, Serialize)]
struct ProblemJson<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    pointer: &'a str,
    #[serde(flatten)]
    place: Stretch,
}

/// Checks the file that `args` names.
pub(super) fn run(args: &WorldCheckArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let (source, text) = super::read(&args.file, &mut Inputs::default())?;
    let file = WorldFile::read(&text);
    let problems = file.problems();
    match args.output {
        Output::Json => {
            let places = Places::of(&text);
            let report = ReportJson {
                schema: SCHEMA,
                file: &source.name,
                usable: file.world().is_some(),
                problems: problems.iter().map(|problem| json(&places, problem)).collect(),
            };
            terminal.line(&to_line(&report)?);
        }
        Output::Human => {
            terminal.print(&drawn(&source.name, &text, problems, terminal.is_coloured()));
            let name = escape(&source.name);
            if problems.is_empty() {
                terminal.line(&format!("{GOOD}no problem{GOOD:#} in {name}"));
            } else {
                let errors = count(problems, FileSeverity::Error);
                let warnings = count(problems, FileSeverity::Warning);
                let found =
                    format!("{}, {}", counted(errors, "error"), counted(warnings, "warning"));
                let style = if errors > 0 { BAD } else { STRONG };
                terminal.line(&format!("{style}{found}{style:#} in {name}"));
            }
        }
    }
    let fails = match args.fail_on {
        FailOn::Error => count(problems, FileSeverity::Error) > 0,
        FailOn::Warning => !problems.is_empty(),
        FailOn::Never => false,
    };
    Ok(if fails { Exit::No } else { Exit::Yes })
}

fn count(problems: &[FileProblem], severity: FileSeverity) -> usize {
    problems.iter().filter(|problem| problem.severity() == severity).count()
}

fn severity(problem: &FileProblem) -> &'static str {
    match problem.severity() {
        FileSeverity::Error => "error",
        FileSeverity::Warning => "warning",
    }
}

fn json<'a>(places: &Places<'_>, problem: &'a FileProblem) -> ProblemJson<'a> {
    ProblemJson {
        code: problem.code().name(),
        severity: severity(problem),
        message: problem.message(),
        help: problem.help(),
        pointer: problem.pointer(),
        place: Stretch::of(places, problem.span()),
    }
}

/// Returns problems with the lines they are about and an empty line after each.
pub(super) fn drawn(name: &str, text: &str, problems: &[FileProblem], is_coloured: bool) -> String {
    let lines = LineIndex::new(text);
    let shown = Shown { name, lines: &lines };
    let mut all = String::new();
    for problem in problems {
        let severity = match problem.severity() {
            FileSeverity::Error => Severity::ERROR,
            FileSeverity::Warning => Severity::WARNING,
        };
        let mut footers = Vec::new();
        footers.extend(problem.help().map(|help| (Severity::HELP, help.to_owned())));
        if !problem.pointer().is_empty() {
            footers.push((Severity::NOTE, problem.pointer().to_owned()));
        }
        let words = Words {
            severity,
            code: Some(problem.code().name()),
            message: problem.message(),
            footers,
        };
        let mark = Mark { span: problem.span(), label: String::new() };
        all.push_str(&draw(is_coloured, &words, &shown, &mark, &[]));
        all.push('\n');
    }
    all
}
