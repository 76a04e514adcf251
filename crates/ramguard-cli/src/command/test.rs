//! `ramguard test`: runs cases and says which of them do not come out as expected.
//!
//! Every line is looked at, whatever stands on the others. A case that passes prints nothing for
//! people and one object for programs.

use globset::{Glob, GlobMatcher};
use ramguard::Context;
use ramguard::case::{Case, CaseError, Got};
use ramguard_world::{Policies, Timestamp, World};
use serde::Serialize;

use crate::args::{Output, TestArgs};
use crate::inputs::{Inputs, Line};
use crate::render::decision::{operation_reason, reason};
use crate::render::escape::escape;
use crate::render::json::to_line;
use crate::render::terminal::{BAD, FAINT, GOOD, STRONG, Terminal};

use super::in_world::{Asking, Beside, caller_of};
use super::{Exit, Failure, world};

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
    let loaded = match &args.world {
        Some(file) => match world::load(file, &mut inputs, terminal)? {
            Some((_, _, world)) => Some(world),
            None => return Ok(Exit::Error),
        },
        None => None,
    };
    let now = args.now.as_deref().map(|now| world::now(Some(now))).transpose()?;
    let clock = world::now(None)?;
    let mut judge = match &loaded {
        Some(world) => Judge::World { policies: Policies::new(world), world, now, clock },
        None => Judge::Case,
    };
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
            let Some(verdict) = run_line(&line, &selection, &mut judge, &mut counts) else {
                continue;
            };
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
fn run_line(
    line: &Line,
    selection: &Selection,
    judge: &mut Judge<'_>,
    counts: &mut Counts,
) -> Option<Verdict> {
    let mut verdict = match &line.text {
        Ok(text) if text.trim().is_empty() => return None,
        Ok(text) => match Case::parse(text) {
            Ok(case) if !selection.selects(&case.id, &case.rule) => {
                counts.unselected += 1;
                return None;
            }
            Ok(case) => judge.decide(case),
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

/// Where the policies of the caller come from.
enum Judge<'w> {
    /// From the case itself.
    Case,
    /// From a world.
    World { policies: Policies<'w>, world: &'w World, now: Option<Timestamp>, clock: Timestamp },
}

impl<'w> Judge<'w> {
    fn decide(&mut self, case: Case) -> Verdict {
        let got = match self {
            Self::Case => case.run().map(|result| result.got),
            Self::World { policies, world, now, clock } => {
                in_world(&case, world, policies, *now, *clock)
            }
        };
        let (got, pass, message, reason) = match &got {
            Ok(got) => {
                let message = match got {
                    Got::Refused(message) => Some(message.to_string()),
                    Got::Decision(_) | Got::Operation(_) => None,
                };
                let outcome = got.outcome().name();
                (outcome, outcome == case.expect, message, reason_of(got))
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
}

/// Decides a case whose caller stands in a world.
fn in_world<'w>(
    case: &Case,
    world: &'w World,
    policies: &mut Policies<'w>,
    now: Option<Timestamp>,
    clock: Timestamp,
) -> Result<Got, CaseError> {
    let mode = case.mode()?;
    let (session, resource) = case.policies_beside_account(mode)?;
    let principal = case.request.principal.as_ref();
    let principal = principal.ok_or_else(|| CaseError::missing("request.principal"))?;
    let caller = caller_of(world, principal)?;
    // A request that is not valid is a denial (decision D-45).
    let refused = |error: &dyn std::fmt::Display| Ok(Got::Refused(error.to_string().into()));
    let context: Context<'static> = match case.request.to_context() {
        Ok(context) => context,
        Err(error) => return refused(&error),
    };
    let beside = Beside { session, resource, semantics: case.semantics() };
    // A case that states its time keeps it whatever the others are asked at.
    let stated = context.values("acs:CurrentTime").is_some();
    let now = now.filter(|_| !stated);
    match Asking::new(policies, caller, &context, now, || clock, beside) {
        Ok(asking) => {
            let asked = asking.ask(&case.request, mode)?;
            Ok(asking.judge(&asked).got)
        }
        Err(message) => refused(&message),
    }
}

fn reason_of(got: &Got) -> Option<String> {
    match got {
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
