//! The story behind an answer: which statements apply, which nearly do, which grant is missing.

use std::collections::BTreeMap;

use annotate_snippets::Level as Severity;
use ramguard::explain::{Explanation, Miss, StatementReport};
use ramguard::policy::text::{LineIndex, Span};
use ramguard::policy::{Effect, Policy, Statement};
use ramguard::{Layer, Request};
use serde::Serialize;

use crate::render::decision::{Files, layer_code, layer_name, statement_name};
use crate::render::escape::escape_lines;
use crate::render::snippet::{Mark, Shown, Words, draw};
use crate::render::terminal::{STRONG, Terminal};

use super::answer::StatementJson;
use super::layers::Loaded;

/// The explanation of a request; of an operation, that of its first check that is not allowed, and
/// the grants that are missing for all of them.
pub(super) struct Explained<'a> {
    /// The policies that decided what `applied` and `near_misses` are about.
    loaded: &'a Loaded,
    applied: Vec<StatementReport>,
    near_misses: Vec<StatementReport>,
    grants: Vec<(Layer, Policy)>,
    is_allowed: bool,
    has_explicit_deny: bool,
}

impl<'a> Explained<'a> {
    /// Explains a request, or those of an operation that are not allowed, each with the policies
    /// that decided it; `loaded` are those of the first.
    pub(super) fn of<'r>(
        loaded: &'a Loaded,
        questions: impl Iterator<Item = (&'a Loaded, &'r Request<'r>)>,
    ) -> Self {
        let mut questions = questions.peekable();
        let loaded = questions.peek().map_or(loaded, |(loaded, _)| loaded);
        let explanations = questions.map(|(loaded, request)| loaded.authorizer.explain(request));
        Self::of_explanations(loaded, explanations)
    }

    fn of_explanations(
        loaded: &'a Loaded,
        explanations: impl Iterator<Item = Explanation>,
    ) -> Self {
        let mut explained = Self {
            loaded,
            applied: Vec::new(),
            near_misses: Vec::new(),
            grants: Vec::new(),
            is_allowed: true,
            has_explicit_deny: false,
        };
        let mut grants: BTreeMap<Layer, Vec<Policy>> = BTreeMap::new();
        let mut helps = true;
        for (number, explanation) in explanations.enumerate() {
            if number == 0 {
                explained.applied = explanation.applied().to_vec();
                explained.near_misses = explanation.near_misses().to_vec();
            }
            let outcome = explanation.decision().outcome();
            if !outcome.is_allowed() {
                explained.is_allowed = false;
                explained.has_explicit_deny |= outcome == ramguard::Outcome::ExplicitDeny;
                helps &= !explanation.grants().is_empty();
            }
            for grant in explanation.grants() {
                grants.entry(grant.layer).or_default().push(grant.policy.clone());
            }
        }
        // Grants for some checks of an operation do not allow it.
        if helps {
            explained.grants = grants
                .into_iter()
                .filter_map(|(layer, policies)| Some((layer, joined(&policies)?)))
                .collect();
        }
        explained
    }
}

/// Returns one policy with the statements of all, each once.
fn joined(policies: &[Policy]) -> Option<Policy> {
    let first = policies.first()?;
    let mut statements: Vec<serde_json::Value> = Vec::new();
    for policy in policies {
        let mut document: serde_json::Value = serde_json::from_str(&policy.to_json()).ok()?;
        for statement in document.get_mut("Statement")?.as_array_mut()?.drain(..) {
            if !statements.contains(&statement) {
                statements.push(statement);
            }
        }
    }
    let text = serde_json::json!({ "Version": "1", "Statement": statements }).to_string();
    let limits = ramguard::policy::Limits::default();
    let options = ramguard::policy::ReadOptions {
        limits: limits.with_max_bytes_for_all(limits.max_read_bytes()),
        ..ramguard::policy::ReadOptions::default()
    };
    Policy::parse_with(first.kind(), &text, &options).ok()
}

/// For people.
impl Explained<'_> {
    /// Prints what applies, what nearly does and which grant is missing.
    pub(super) fn print(&self, terminal: &mut Terminal) {
        let loaded = self.loaded;
        // What settled the answer has been drawn; what else applies is told.
        let settled = if self.has_explicit_deny { Effect::Deny } else { Effect::Allow };
        for report in self.applied.iter().filter(|report| report.effect != settled) {
            let name = statement_name(report.at, Some(loaded));
            let verb = verb(report.effect);
            terminal.line(&format!("\n{name} applies too and {verb} it"));
        }
        for report in &self.near_misses {
            if let Some(drawn) = draw_miss(loaded, report, terminal.is_coloured()) {
                terminal.line("");
                terminal.print(&drawn);
            }
        }
        if self.is_allowed {
            return;
        }
        if self.grants.is_empty() {
            let why = if self.has_explicit_deny {
                "No grant helps: a Deny wins over every Allow."
            } else {
                "No policy that could be written would allow it."
            };
            terminal.line(&format!("\n{why}"));
        }
        for (layer, policy) in &self.grants {
            let name = layer_name(*layer);
            terminal.line(&format!("\n{STRONG}The smallest grant, as {}{STRONG:#}", a(&name)));
            terminal.line(&escape_lines(policy.to_json_pretty().trim_end()));
        }
    }
}

fn a(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}:")
}

fn verb(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allows",
        Effect::Deny => "denies",
    }
}

/// Draws a statement that nearly applies, with marks on what fails.
fn draw_miss(loaded: &Loaded, report: &StatementReport, is_coloured: bool) -> Option<String> {
    let (policy, statement) = loaded.authorizer.statement(report.at)?;
    let lines = LineIndex::new(policy.source());
    let shown = Shown { name: loaded.file(report.at).unwrap_or_default(), lines: &lines };
    let name = statement_name(report.at, Some(loaded));
    let title = match report.misses.len() {
        1 => format!("{name} would allow it, but for one thing"),
        n => format!("{name} would allow it, but for {n} things"),
    };
    let words = Words {
        severity: Severity::NOTE,
        code: None,
        message: &title,
        footers: report.misses.iter().map(|miss| (Severity::NOTE, miss.to_string())).collect(),
    };
    let marks: Vec<Mark> = report
        .misses
        .iter()
        .map(|miss| Mark { span: place(statement, miss), label: String::new() })
        .collect();
    let (first, others) = marks.split_first()?;
    Some(draw(is_coloured, &words, &shown, first, others))
}

/// Returns where the element stands that a miss is about, else the statement.
fn place(statement: Statement<'_>, miss: &Miss) -> Span {
    let join = |spans: &mut dyn Iterator<Item = Span>| spans.reduce(Span::join);
    let span = match miss {
        Miss::Action { .. } => join(&mut statement.actions().map(|entry| entry.span)),
        Miss::Resource { .. } => join(&mut statement.resources().map(|entry| entry.span)),
        Miss::Principal { .. } => join(&mut statement.principals().map(|(_, span)| span)),
        Miss::Condition { operator, key, .. } => statement
            .conditions()
            .find(|tested| tested.operator() == *operator && tested.key().text == &**key)
            .map(|tested| {
                let values = tested.values().map(|value| value.span);
                values.fold(tested.key().span, Span::join)
            }),
        _ => None,
    };
    span.unwrap_or(statement.span())
}

/// An explanation as JSON.
#[derive(Debug, Serialize)]
pub(super) struct ExplanationJson {
    applied: Vec<StatementJson>,
    near_misses: Vec<NearMissJson>,
    grants: Vec<GrantJson>,
}

#[derive(Debug, Serialize)]
struct NearMissJson {
    #[serde(flatten)]
    statement: StatementJson,
    distance: u32,
    misses: Vec<MissJson>,
}

#[derive(Debug, Serialize)]
struct MissJson {
    element: &'static str,
    message: String,
}

#[derive(Debug, Serialize)]
struct GrantJson {
    layer: &'static str,
    policy: Policy,
}

/// For programs.
impl Explained<'_> {
    /// Puts the explanation into its JSON form.
    pub(super) fn to_json(&self) -> ExplanationJson {
        let loaded = self.loaded;
        let near_miss = |report: &StatementReport| {
            let miss = |miss: &Miss| MissJson { element: element(miss), message: miss.to_string() };
            Some(NearMissJson {
                statement: StatementJson::new(loaded, report.at)?,
                distance: report.distance(),
                misses: report.misses.iter().map(miss).collect(),
            })
        };
        ExplanationJson {
            applied: self
                .applied
                .iter()
                .filter_map(|report| StatementJson::new(loaded, report.at))
                .collect(),
            near_misses: self.near_misses.iter().filter_map(near_miss).collect(),
            grants: self
                .grants
                .iter()
                .map(|(layer, policy)| GrantJson {
                    layer: layer_code(*layer),
                    policy: policy.clone(),
                })
                .collect(),
        }
    }
}

fn element(miss: &Miss) -> &'static str {
    match miss {
        Miss::Action { .. } => "action",
        Miss::Resource { .. } => "resource",
        Miss::Principal { .. } => "principal",
        Miss::Condition { .. } => "condition",
        _ => "other",
    }
}
