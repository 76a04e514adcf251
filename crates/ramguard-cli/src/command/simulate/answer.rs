//! The answer to a question, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use annotate_snippets::Level as Severity;
use ramguard::case::Got;
use ramguard::policy::text::LineIndex;
use ramguard::role::{Check, OperationDecision};
use ramguard::{Decision, Layer, Outcome, Principal, PrincipalKind, Request, StatementRef};
use serde::Serialize;

use crate::command::Failure;
use crate::render::decision::{
    Files, layer_code, operation_reason, reason, reason_code, statement_name,
};
use crate::render::escape::escape;
use crate::render::json::SCHEMA;
use crate::render::snippet::{Mark, Shown, Words, draw};
use crate::render::terminal::{BAD, FAINT, GOOD, Terminal};

use super::explain::{Explained, ExplanationJson};
use super::layers::Loaded;

/// What an answer is told from: what was asked, what was decided, and by which policies.
pub(super) struct Told<'a> {
    /// The operation that was asked about.
    pub(super) op: Option<&'a str>,
    /// The caller, unless left out.
    pub(super) principal: Option<&'a Principal<'static>>,
    /// What was decided.
    pub(super) got: &'a Got,
    /// The request, or one a check, with the number of the policies that decided it.
    pub(super) requests: Vec<(Option<Request<'a>>, usize)>,
    /// The policies; those of each check differ where a resource group has its own.
    pub(super) policies: &'a [Loaded],
}

impl<'a> Told<'a> {
    /// Returns the policies that decided a check, or a request, by its number.
    fn loaded(&self, check: usize) -> Option<&'a Loaded> {
        self.policies.get(self.number(check))
    }

    fn number(&self, check: usize) -> usize {
        self.requests.get(check).map_or(0, |(_, number)| *number)
    }

    fn request(&self, check: usize) -> Option<&Request<'a>> {
        self.requests.get(check)?.0.as_ref()
    }
}

/// What was decided.
enum Settled<'g> {
    /// One action on one resource.
    Request(Decision),
    /// Every check of an operation, or of a list.
    Checks(&'g OperationDecision),
}

/// What was decided, for which question, by which policies.
pub(super) struct Answer<'a> {
    told: Told<'a>,
    settled: Settled<'a>,
    explained: Option<Explained<'a>>,
}

impl<'a> Answer<'a> {
    /// Takes what the engine has decided.
    ///
    /// # Errors
    /// If the engine has not understood the request.
    pub(super) fn new(told: Told<'a>, explain: bool) -> Result<Self, Failure> {
        let settled = match told.got {
            Got::Refused(message) => {
                return Err(Failure::new(format!("the request: {}", escape(message))));
            }
            Got::Decision(decision) => Settled::Request(*decision),
            Got::Operation(decision) => Settled::Checks(decision),
        };
        let mut answer = Self { told, settled, explained: None };
        if explain {
            answer.explained = answer.explanation();
        }
        Ok(answer)
    }

    fn explanation(&self) -> Option<Explained<'a>> {
        let first = self.told.policies.first()?;
        let question = |number| Some((self.told.loaded(number)?, self.told.request(number)?));
        Some(match &self.settled {
            Settled::Request(_) => Explained::of(first, question(0).into_iter()),
            Settled::Checks(decision) => {
                let denied = decision.checks().enumerate().filter(|(_, (_, d))| !d.is_allowed());
                Explained::of(first, denied.filter_map(|(number, _)| question(number)))
            }
        })
    }

    /// Returns whether the request or operation may proceed.
    pub(super) fn is_allowed(&self) -> bool {
        self.outcome().is_allowed()
    }

    fn outcome(&self) -> Outcome {
        match &self.settled {
            Settled::Request(decision) => decision.outcome(),
            Settled::Checks(decision) => decision.outcome(),
        }
    }

    /// Returns the number and the decision of the check that settled the whole: the first that is
    /// not allowed, or the only request.
    fn settling(&self) -> Option<(usize, Decision)> {
        match &self.settled {
            Settled::Request(decision) => Some((0, *decision)),
            Settled::Checks(decision) => {
                decision.failed().map(|failed| (failed.index, failed.decision))
            }
        }
    }

    fn files(&self, check: usize) -> Option<&dyn Files> {
        self.told.loaded(check).map(|loaded| loaded as &dyn Files)
    }

    fn reason(&self) -> String {
        let files = self.files(self.settling().map_or(0, |(check, _)| check));
        match &self.settled {
            Settled::Request(decision) => reason(decision, files),
            Settled::Checks(decision) => operation_reason(decision, files),
        }
    }
}

/// For people.
impl Answer<'_> {
    /// Prints the answer.
    pub(super) fn print(&self, terminal: &mut Terminal) {
        let style = if self.is_allowed() { GOOD } else { BAD };
        terminal.line(&format!("{style}{}{style:#}: {}", self.outcome(), self.reason()));
        self.print_question(terminal);
        if let Settled::Checks(decision) = &self.settled {
            terminal.line("");
            terminal.print(&table(decision, self.told.op.is_some()));
        }
        for (loaded, at, title) in self.titles() {
            if let Some(drawn) = draw_statement(loaded, at, &title, terminal.is_coloured()) {
                terminal.line("");
                terminal.print(&drawn);
            }
        }
        if let Some(explained) = &self.explained {
            explained.print(terminal);
        }
    }

    fn print_question(&self, terminal: &mut Terminal) {
        let mut row = |name: &str, value: &str| {
            terminal.line(&format!("  {FAINT}{name:<10}{FAINT:#}{}", escape(value)));
        };
        match &self.settled {
            Settled::Request(_) => {
                if let Some(request) = self.told.request(0) {
                    row("request", &format!("{} on {}", request.action(), request.resource()));
                }
            }
            Settled::Checks(decision) => {
                if let Some(op) = self.told.op {
                    row("operation", op);
                }
                if let Some(failed) = decision.failed() {
                    let error = failed.error;
                    row("error", &format!("{} (HTTP {})", error.code(), error.http_status()));
                    row("message", error.message());
                }
            }
        }
        let caller = match self.told.principal {
            None => "a RAM user of the account that owns the resource".to_owned(),
            Some(principal) => match principal.kind() {
                PrincipalKind::Anonymous => "anonymous".to_owned(),
                kind => format!("{} {}", kind.name(), principal.id()),
            },
        };
        row("caller", &caller);
        if let Some((check, decision)) = self.settling()
            && let Some(request) = self.told.request(check)
            && let Some(denial) = decision.denial(request)
        {
            let words: Vec<&str> = std::iter::once(denial.no_permission_type)
                .chain(denial.no_permission_policy_type)
                .chain(denial.auth_principal_type)
                .collect();
            row("diagnosis", &words.join(", "));
        }
    }

    /// Returns the statements that settled the answer, each with its policies and a title for its
    /// picture.
    fn titles(&self) -> Vec<(&'_ Loaded, StatementRef, String)> {
        let verb = |decision: &Decision| if decision.is_allowed() { "allows" } else { "denies" };
        let decision = match &self.settled {
            Settled::Request(decision) => {
                let title = |at| {
                    let name = statement_name(at, self.files(0));
                    let title = format!("{name} {} the request", verb(decision));
                    Some((self.told.loaded(0)?, at, title))
                };
                return decision.statements().filter_map(title).collect();
            }
            Settled::Checks(decision) => decision,
        };
        // A statement that settles many checks is drawn once.
        let mut checks_of: BTreeMap<(usize, StatementRef), Vec<usize>> = BTreeMap::new();
        for (index, (_, one)) in decision.checks().enumerate() {
            let is_told = decision.failed().is_none_or(|failed| failed.index == index);
            // What differs between the checks of one call is what is granted on resource groups.
            let policies = |at: &StatementRef| match at.layer {
                Layer::ResourceGroup | Layer::Resource => self.told.number(index),
                Layer::Control { .. } | Layer::Session | Layer::Account => 0,
            };
            for at in one.statements().filter(|_| is_told) {
                checks_of.entry((policies(&at), at)).or_default().push(index + 1);
            }
        }
        let word = if decision.is_allowed() { "allows" } else { "denies" };
        checks_of
            .into_iter()
            .filter_map(|((policies, at), checks)| {
                let loaded = self.told.policies.get(policies)?;
                let name = statement_name(at, Some(loaded));
                Some((loaded, at, format!("{name} {word} {}", numbers(&checks))))
            })
            .collect()
    }
}

/// Draws a statement with its lines.
pub(super) fn draw_statement(
    loaded: &Loaded,
    at: StatementRef,
    title: &str,
    is_coloured: bool,
) -> Option<String> {
    let (policy, statement) = loaded.authorizer.statement(at)?;
    let lines = LineIndex::new(policy.source());
    let shown = Shown { name: loaded.file(at).unwrap_or_default(), lines: &lines };
    let words = Words { severity: Severity::NOTE, code: None, message: title, footers: Vec::new() };
    let mark = Mark { span: statement.span(), label: String::new() };
    Some(draw(is_coloured, &words, &shown, &mark, &[]))
}

/// Returns `check 1`, or `checks 1 to 3 and 5`.
fn numbers(checks: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &check in checks {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == check => *last = check,
            _ => runs.push((check, check)),
        }
    }
    let words: Vec<String> = runs
        .iter()
        .map(|&(first, last)| match last - first {
            0 => first.to_string(),
            1 => format!("{first} and {last}"),
            _ => format!("{first} to {last}"),
        })
        .collect();
    format!("check{} {}", if checks.len() == 1 { "" } else { "s" }, words.join(" and "))
}

/// Returns the checks of an operation as a table; the first that fails is marked.
/// Of an operation the engine sets the service that receives the role; of a list it does not.
fn table(decision: &OperationDecision, is_operation: bool) -> String {
    let action_width = decision.checks().map(|(check, _)| width(check.action)).max().unwrap_or(0);
    let mut table = String::new();
    for (index, (check, one)) in decision.checks().enumerate() {
        let failed = decision.failed().is_some_and(|failed| failed.index == index);
        let mark = if failed { ">" } else { " " };
        let style = if one.is_allowed() { GOOD } else { BAD };
        let action = escape(check.action);
        let blanks = " ".repeat(action_width.saturating_sub(width(check.action)));
        // Writing to a string cannot fail.
        let _ = write!(
            table,
            "{mark} {:>3}  {style}{:<12}{style:#}  {action}{blanks}  {}",
            index + 1,
            one.outcome().name(),
            escape(check.resource),
        );
        if let Some(service) = check.passes_role_to.filter(|_| is_operation) {
            let _ = write!(table, "  {FAINT}(acs:Service = {service}){FAINT:#}");
        }
        table.push('\n');
    }
    table
}

fn width(text: &str) -> usize {
    escape(text).chars().count()
}

/// An answer as JSON.
#[derive(Debug, Serialize)]
pub(super) struct AnswerJson {
    schema: u32,
    decision: &'static str,
    reason: &'static str,
    message: String,
    layer: Option<&'static str>,
    statements: Vec<StatementJson>,
    denial: Option<DenialJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    op: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checks: Option<Vec<CheckJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<FailedJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<ExplanationJson>,
}

/// A statement as JSON: its numbers count from 1, its pointer tells the index.
#[derive(Debug, Serialize)]
pub(super) struct StatementJson {
    layer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<u32>,
    file: Option<String>,
    policy: usize,
    statement: usize,
    pointer: String,
    sid: Option<String>,
    effect: &'static str,
    line: u32,
    column: u32,
}

/// A denial in RAM's own vocabulary (section 5.3 of the language).
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct DenialJson {
    no_permission_type: &'static str,
    no_permission_policy_type: Option<&'static str>,
    auth_principal_type: Option<&'static str>,
    auth_action: String,
    auth_resource: String,
    auth_principal_owner_id: Option<String>,
}

#[derive(Debug, Serialize)]
struct CheckJson {
    action: String,
    resource: String,
    decision: &'static str,
    reason: &'static str,
    layer: Option<&'static str>,
    statements: Vec<StatementJson>,
}

#[derive(Debug, Serialize)]
struct FailedJson {
    index: usize,
    action: String,
    resource: String,
    code: &'static str,
    http_status: u16,
    message: &'static str,
}

impl StatementJson {
    /// Tells where a statement stands.
    pub(super) fn new(loaded: &Loaded, at: StatementRef) -> Option<Self> {
        let (policy, statement) = loaded.authorizer.statement(at)?;
        let position = LineIndex::new(policy.source()).position(statement.span().start);
        Some(Self {
            layer: layer_code(at.layer),
            node: match at.layer {
                Layer::Control { node } => Some(node),
                _ => None,
            },
            file: loaded.file(at).map(str::to_owned),
            policy: at.policy + 1,
            statement: at.statement + 1,
            pointer: format!("/Statement/{}", at.statement),
            sid: statement.sid().map(str::to_owned),
            effect: statement.effect().name(),
            line: position.line,
            column: position.column,
        })
    }

    fn of(loaded: Option<&Loaded>, decision: &Decision) -> Vec<Self> {
        let statements = decision.statements();
        statements.filter_map(|at| Self::new(loaded?, at)).collect()
    }
}

/// For programs.
impl Answer<'_> {
    /// Puts the answer into its JSON form, schema 1.
    pub(super) fn to_json(&self) -> AnswerJson {
        let settling = self.settling();
        let denial = settling.and_then(|(check, decision)| {
            let request = self.told.request(check)?;
            let denial = decision.denial(request)?;
            let owner = request.principal().and_then(Principal::account);
            Some(DenialJson {
                no_permission_type: denial.no_permission_type,
                no_permission_policy_type: denial.no_permission_policy_type,
                auth_principal_type: denial.auth_principal_type,
                auth_action: request.action().to_owned(),
                auth_resource: request.resource().to_owned(),
                auth_principal_owner_id: owner.map(str::to_owned),
            })
        });
        let decision = settling.as_ref().map(|(_, decision)| decision);
        let loaded = self.told.loaded(settling.map_or(0, |(check, _)| check));
        let mut answer = AnswerJson {
            schema: SCHEMA,
            decision: self.outcome().name(),
            reason: match decision {
                Some(decision) => reason_code(decision),
                None if self.is_allowed() => "all-checks-allowed",
                None => "no-checks",
            },
            message: self.reason(),
            layer: decision.and_then(|decision| decision.layer()).map(layer_code),
            statements: decision.map(|d| StatementJson::of(loaded, d)).unwrap_or_default(),
            denial,
            op: None,
            checks: None,
            failed: None,
            explanation: self.explained.as_ref().map(Explained::to_json),
        };
        if let Settled::Checks(decision) = &self.settled {
            self.add_checks(decision, &mut answer);
        }
        answer
    }

    fn add_checks(&self, decision: &OperationDecision, answer: &mut AnswerJson) {
        let check = |(index, (check, one)): (usize, (Check<'_>, &Decision))| CheckJson {
            action: check.action.to_owned(),
            resource: check.resource.to_owned(),
            decision: one.outcome().name(),
            reason: reason_code(one),
            layer: one.layer().map(layer_code),
            statements: StatementJson::of(self.told.loaded(index), one),
        };
        answer.op = self.told.op.map(str::to_owned);
        answer.checks = Some(decision.checks().enumerate().map(check).collect());
        answer.failed = decision.failed().and_then(|failed| {
            let (check, _) = decision.checks().nth(failed.index)?;
            Some(FailedJson {
                index: failed.index,
                action: check.action.to_owned(),
                resource: check.resource.to_owned(),
                code: failed.error.code(),
                http_status: failed.error.http_status(),
                message: failed.error.message(),
            })
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_checks_are_drawn_together() {
        assert_eq!(numbers(&[3]), "check 3");
        assert_eq!(numbers(&[1, 2]), "checks 1 and 2");
        assert_eq!(numbers(&[1, 2, 3, 5]), "checks 1 to 3 and 5");
    }
}
