//! `ramguard test`: runs cases and says which of them do not come out as expected.
//!
//! Every line is looked at, whatever stands on the others. A case that passes prints nothing for
//! people and one object for programs.

use globset::{Glob, GlobMatcher};
use ramguard::case::{Case, CaseError, CaseResult, Got};
use serde::Serialize;

use crate::args::{Output, TestArgs};
use crate::inputs::{Inputs, Line};
use crate::render::decision::{operation_reason, reason};
use crate::render::escape::escape;
use crate::render::json::to_line;
use crate::render::terminal::{BAD, FAINT, GOOD, STRONG, Terminal};

use super::{Exit, Failure};

/// What a case that could not be decided came to.
const ERROR: &str = "Error";

/// The outcome of a case as JSON.
#[derive(Debug, Serialize)]
struct Verdict {
    id: Option<String>,
    expect: Option<String>,
    got: &'static str,
    pass: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// The number of the line, for a case without an id.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip)]
    why: Option<String>,
    #[serde(skip)]
    reason: Option<String>,
    /// Whether the line is no JSON, so that nobody can say which case it was meant to be.
    #[serde(skip)]
    is_unreadable: bool,
}

#[derive(Debug, Default)]
struct Counts {
    passed: usize,
    failed: usize,
    unselected: usize,
    unreadable: usize,
}

/// Runs the cases that `args` names.
pub(crate) fn run(args: &TestArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let selection = Selection::new(args)?;
    let mut inputs = Inputs::default();
    let mut counts = Counts::default();
    for file in &args.files {
        let mut lines = match inputs.lines(file) {
            Ok(lines) => lines,
            Err(error) => {
                counts.unreadable += 1;
                terminal.error(&error.0);
                continue;
            }
        };
        loop {
            let line = match lines.next_line() {
                Ok(Some(line)) => line,
                Ok(None) => break,
                Err(error) => {
                    counts.unreadable += 1;
                    terminal.error(&error.0);
                    break;
                }
            };
            let Some(verdict) = run_line(&line, &selection, &mut counts) else { continue };
            report(args, lines.name(), line.number, &verdict, terminal)?;
            if args.fail_fast && !verdict.pass {
                return Ok(finish(args, &counts, terminal));
            }
        }
    }
    if counts.passed + counts.failed == 0 && counts.unselected > 0 && counts.unreadable == 0 {
        return Err(Failure::new("no case fits `--filter` and `--rule`"));
    }
    Ok(finish(args, &counts, terminal))
}

fn finish(args: &TestArgs, counts: &Counts, terminal: &mut Terminal) -> Exit {
    if !args.quiet {
        let style = if counts.failed > 0 || counts.unreadable > 0 { BAD } else { GOOD };
        let mut words =
            format!("{style}{} passed, {} failed{style:#}", counts.passed, counts.failed);
        if counts.unselected > 0 {
            words.push_str(&format!(", {} left out", counts.unselected));
        }
        if counts.unreadable > 0 {
            words.push_str(&format!(", {} unreadable", counts.unreadable));
        }
        match args.output {
            Output::Human => terminal.line(&words),
            Output::Json => terminal.log(&words),
        }
    }
    if counts.unreadable > 0 {
        Exit::Error
    } else if counts.failed > 0 {
        Exit::No
    } else {
        Exit::Yes
    }
}

/// Which cases are run.
struct Selection {
    ids: Vec<IdTest>,
    rules: Vec<String>,
}

enum IdTest {
    Holds(String),
    Fits(GlobMatcher),
}

impl Selection {
    fn new(args: &TestArgs) -> Result<Self, Failure> {
        let id_test = |text: &String| {
            if text.contains(['*', '?']) {
                let glob = Glob::new(text)
                    .map_err(|error| Failure::new(escape(&error.to_string()).into_owned()))?;
                Ok(IdTest::Fits(glob.compile_matcher()))
            } else {
                Ok(IdTest::Holds(text.clone()))
            }
        };
        let ids: Result<Vec<_>, Failure> = args.filter.iter().map(id_test).collect();
        Ok(Self { ids: ids?, rules: args.rule.clone() })
    }

    fn is_everything(&self) -> bool {
        self.ids.is_empty() && self.rules.is_empty()
    }

    fn selects(&self, id: &str, rules: &[String]) -> bool {
        let id_fits = self.ids.iter().any(|test| match test {
            IdTest::Holds(text) => id.contains(text.as_str()),
            IdTest::Fits(glob) => glob.is_match(id),
        });
        let rule_fits = self
            .rules
            .iter()
            .any(|wanted| rules.iter().any(|rule| rule.eq_ignore_ascii_case(wanted)));
        (self.ids.is_empty() || id_fits) && (self.rules.is_empty() || rule_fits)
    }
}

/// Runs the case of a line; `None` for a blank line or a case that is not selected.
fn run_line(line: &Line, selection: &Selection, counts: &mut Counts) -> Option<Verdict> {
    let mut verdict = match &line.text {
        Ok(text) if text.trim().is_empty() => return None,
        Ok(text) => match Case::parse(text) {
            Ok(case) if !selection.selects(&case.id, &case.rule) => {
                counts.unselected += 1;
                return None;
            }
            Ok(case) => decide(case),
            Err(error) => {
                let verdict = not_a_case(text, &error);
                let id = verdict.id.as_deref().unwrap_or_default();
                if !verdict.is_unreadable
                    && !selection.is_everything()
                    && !selection.selects(id, &[])
                {
                    counts.unselected += 1;
                    return None;
                }
                verdict
            }
        },
        Err(message) => Verdict::unreadable((*message).to_owned()),
    };
    if verdict.id.is_none() {
        verdict.line = Some(line.number);
    }
    if verdict.is_unreadable {
        counts.unreadable += 1;
    } else if verdict.pass {
        counts.passed += 1;
    } else {
        counts.failed += 1;
    }
    Some(verdict)
}

impl Verdict {
    fn unreadable(message: String) -> Self {
        Self {
            id: None,
            expect: None,
            got: ERROR,
            pass: false,
            message: Some(message),
            line: None,
            why: None,
            reason: None,
            is_unreadable: true,
        }
    }
}

fn decide(case: Case) -> Verdict {
    let result = case.run();
    let (got, pass, message, reason) = match &result {
        Ok(result) => {
            let message = match &result.got {
                Got::Refused(message) => Some(message.to_string()),
                Got::Decision(_) | Got::Operation(_) => None,
            };
            (result.outcome().name(), result.passed(&case), message, reason_of(result))
        }
        Err(error) => {
            // Only a policy that is refused is what `Error` expects; a case with a fault of its
            // own tests nothing.
            let pass = case.expect == ERROR && matches!(error, CaseError::Policy { .. });
            (ERROR, pass, Some(error.to_string()), None)
        }
    };
    Verdict {
        id: Some(case.id).filter(|id| !id.is_empty()),
        expect: Some(case.expect),
        got,
        pass,
        message,
        line: None,
        why: case.why,
        reason,
        is_unreadable: false,
    }
}

fn reason_of(result: &CaseResult) -> Option<String> {
    match &result.got {
        Got::Decision(decision) => Some(reason(decision, None)),
        Got::Operation(decision) => Some(operation_reason(decision, None)),
        Got::Refused(_) => None,
    }
}

/// Says what is known of a line that is no case.
fn not_a_case(text: &str, error: &CaseError) -> Verdict {
    let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else {
        return Verdict::unreadable(error.to_string());
    };
    let member = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
    Verdict {
        id: member("id"),
        expect: member("expect"),
        got: ERROR,
        pass: false,
        message: Some(error.to_string()),
        line: None,
        why: member("why"),
        reason: None,
        is_unreadable: false,
    }
}

fn report(
    args: &TestArgs,
    file: &str,
    line: u64,
    verdict: &Verdict,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    if args.output == Output::Json {
        if !(args.quiet && verdict.pass) {
            terminal.line(&to_line(verdict)?);
        }
        return Ok(());
    }
    if verdict.pass {
        return Ok(());
    }
    let text = |text: &Option<String>| text.as_deref().map(|text| escape(text).into_owned());
    let place = format!("{FAINT}({}:{line}){FAINT:#}", escape(file));
    let message = text(&verdict.message);
    if verdict.is_unreadable {
        terminal.line(&format!("{BAD}UNREADABLE{BAD:#} {place}"));
        terminal.line(&format!("     {}", message.unwrap_or_default()));
        return Ok(());
    }
    let id = text(&verdict.id).unwrap_or_else(|| "<no id>".into());
    let why = text(&verdict.why).map(|why| format!(": {why}")).unwrap_or_default();
    terminal.line(&format!("{BAD}FAIL{BAD:#} {STRONG}{id}{STRONG:#}{why} {place}"));
    let expect = text(&verdict.expect).unwrap_or_else(|| "<nothing>".into());
    let because = message.or_else(|| text(&verdict.reason));
    let because = because.map(|because| format!(": {because}")).unwrap_or_default();
    terminal.line(&format!("     expected {expect}, got {}{because}", verdict.got));
    Ok(())
}
