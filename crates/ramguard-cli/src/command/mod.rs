//! The verbs, and what they have in common: how a run starts and how it ends.

mod baseline;
mod completions;
mod convert;
mod fmt;
mod in_world;
mod lint;
mod outputs;
mod rule;
mod simulate;
mod suppress;
mod test;
mod world;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ColorChoice, CommandFactory, FromArgMatches};
use ramguard::case::SemanticsForm;

use crate::args::{Cli, Verb};
use crate::inputs::InputError;
use crate::render::escape::{escape_lines, is_unsafe};
use crate::render::terminal::{Terminal, is_colour_forced};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Allowed, all pass, clean: 0.
    Yes,
    /// Denied, some fail, findings: 1.
    No,
    /// The question could not be answered, or not wholly: 2.
    Error,
    /// There was no policy to look at: 4. Code 3 is kept for questions left undecided.
    Empty,
}

impl Exit {
    /// Returns the code the process ends with.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Yes => 0,
            Self::No => 1,
            Self::Error => 2,
            Self::Empty => 4,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a verb gave up: one line for people, already escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure(String);

impl Failure {
    /// Takes a message that is escaped already.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// Returns the message, which is escaped.
    pub(crate) fn into_words(self) -> String {
        self.0
    }
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        Self(error.0)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self(format!("cannot write the report: {error}"))
    }
}

/// Reads `NAME=BOOL`: the answers where the documentation gives none, as all verbs name them.
///
/// # Errors
/// No answer has the name, or one is given twice.
pub(crate) fn semantics(words: &[String]) -> Result<SemanticsForm, Failure> {
    simulate::semantics(words)
}

/// Runs the command with the arguments of the process.
pub(crate) fn main(arguments: Vec<OsString>) -> ExitCode {
    let words = Cli::command().color(colour_of_help(&arguments));
    let matches = words.try_get_matches_from(&arguments);
    let cli = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return refuse(&arguments, &error),
    };
    let mut terminal = Terminal::open(cli.color);
    let result = match &cli.verb {
        Verb::Simulate(args) => simulate::run(args, &mut terminal),
        Verb::Test(args) => test::run(args, &mut terminal),
        Verb::Lint(args) => lint::run(args, &mut terminal),
        Verb::Baseline(args) => baseline::run(args, &mut terminal),
        Verb::Suppress(args) => suppress::run(args, &mut terminal),
        Verb::Convert(args) => convert::run(args, &mut terminal),
        Verb::Fmt(args) => fmt::run(args, &mut terminal),
        Verb::Rule(args) => rule::run(args, &mut terminal),
        Verb::World(args) => world::run(args, &mut terminal),
        Verb::Completions(args) => completions::run(args, &mut terminal),
    };
    let exit = result.unwrap_or_else(|Failure(message)| {
        terminal.error(&message);
        Exit::Error
    });
    if terminal.finish() { exit.into() } else { Exit::Error.into() }
}

/// Returns the colour of help and of mistakes, which are printed before the command line is
/// understood.
fn colour_of_help(arguments: &[OsString]) -> ColorChoice {
    let values = arguments.iter().zip(arguments.iter().skip(1).map(Some).chain([None]));
    let asked = values.filter_map(|(argument, next)| match argument.to_str()? {
        "--color" => next?.to_str(),
        argument => argument.strip_prefix("--color="),
    });
    match asked.last() {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ if is_colour_forced() => ColorChoice::Always,
        _ => ColorChoice::Auto,
    }
}

/// Prints what the command line is not, or the help that it asks for.
fn refuse(arguments: &[OsString], error: &clap::Error) -> ExitCode {
    // Whoever closed the pipe does not want to read it.
    let hostile = arguments.iter().any(|argument| argument.to_string_lossy().contains(is_unsafe));
    if hostile && error.use_stderr() {
        let text = error.render().to_string();
        let mut terminal = Terminal::open(crate::args::Colour::Never);
        terminal.log_text(&escape_lines(&text));
        terminal.finish();
    } else {
        let _ = error.print();
    }
    if error.use_stderr() { Exit::Error.into() } else { Exit::Yes.into() }
}
