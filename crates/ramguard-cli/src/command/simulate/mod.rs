//! `ramguard simulate`: decides one request or operation, and says why.

mod answer;
mod explain;
mod layers;
mod question;
mod world;

use std::ffi::OsString;

use ramguard::case::{CaseError, Got};
use ramguard::policy::PolicyError;

use crate::args::{Output, SimulateArgs};
use crate::finding::Finding;
use crate::inputs::{Inputs, is_stdin};
use crate::places::Places;
use crate::render::escape::escape;
use crate::render::finding::human;
use crate::render::json::to_line;
use crate::render::terminal::Terminal;

use super::{Exit, Failure};
use answer::{Answer, Told};
use layers::Loaded;
pub(super) use layers::options as semantics;
use question::Question;
pub(super) use question::context;

/// Decides what `args` ask.
pub(crate) fn run(args: &SimulateArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    if inputs_of(args).filter(|input| is_stdin(input)).count() > 1 {
        return Err(Failure::new("standard input `-` can be one input only"));
    }
    let mut inputs = Inputs::default();
    if let Some(file) = &args.world {
        return world::run(args, file, &mut inputs, terminal);
    }
    let Some((question, loaded)) = read(args, &mut inputs, terminal)? else {
        return Ok(Exit::Error);
    };
    let got = match question.form.decide(&loaded.authorizer, question.mode) {
        Ok(got) => got,
        Err(CaseError::Policy { place, error }) => {
            // The only policy inside a request is the session policy of an operation.
            let text = question.form.op.as_ref().and_then(|op| op.policy.as_deref());
            let name = format!("{} of the request", place);
            refuse_policy(&name, text.unwrap_or_default(), &error, terminal);
            return Ok(Exit::Error);
        }
        Err(error) => {
            return Err(Failure::new(format!("the request: {}", escape(&error.to_string()))));
        }
    };
    let requests = match &got {
        Got::Refused(_) => Vec::new(),
        Got::Decision(_) => vec![(Some(question.request()?), 0)],
        Got::Operation(decision) => (0..decision.checks().len())
            .map(|check| (question.request_of_check(decision, check), 0))
            .collect(),
    };
    let told = Told {
        op: question.form.op.as_ref().map(|op| op.api.as_str()),
        principal: question.principal.as_ref(),
        got: &got,
        requests,
        policies: std::slice::from_ref(&loaded),
    };
    answer(args, told, terminal)
}

/// Tells the answer in the form that `args` ask for.
fn answer(args: &SimulateArgs, told: Told<'_>, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let answer = Answer::new(told, args.explain)?;
    match args.output {
        Output::Human => answer.print(terminal),
        Output::Json => terminal.line(&to_line(&answer.to_json())?),
    }
    Ok(if answer.is_allowed() { Exit::Yes } else { Exit::No })
}

/// Reads the question and the policies; `None` if one is refused, which standard error has been
/// told.
fn read(
    args: &SimulateArgs,
    inputs: &mut Inputs,
    terminal: &mut Terminal,
) -> Result<Option<(Question, Loaded)>, Failure> {
    let Some(question) = Question::read(args, inputs, terminal)? else { return Ok(None) };
    let loaded = Loaded::read(args, question.mode, inputs, terminal)?;
    Ok(loaded.map(|loaded| (question, loaded)))
}

/// Every input that is read.
fn inputs_of(args: &SimulateArgs) -> impl Iterator<Item = &OsString> {
    args.policies
        .iter()
        .chain(&args.group_policies)
        .chain(&args.control_policies)
        .chain(&args.session_policy)
        .chain(&args.resource_group_policies)
        .chain(&args.resource_policy)
        .chain(&args.request)
        .chain(&args.world)
        .chain(&args.token.credentials)
        .chain(&args.token.token_key_file)
}

/// Tells standard error every problem of a policy that is refused.
fn refuse_policy(name: &str, text: &str, error: &PolicyError, terminal: &mut Terminal) {
    let places = Places::of(text);
    for problem in error.problems() {
        let drawn = human(terminal.err_is_coloured(), name, &places, &Finding::from(problem));
        terminal.log(&drawn);
    }
    let count = match error.problems().len() {
        1 => "1 problem".to_owned(),
        n => format!("{n} problems"),
    };
    terminal.error(&format!("`{}` is refused: {count}", escape(name)));
}
