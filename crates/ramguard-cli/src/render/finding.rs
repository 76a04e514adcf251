//! Findings about a document, in each format of the linter.

use annotate_snippets::Level as Severity;
use ramguard_policy::{Document, Kind};
use serde::Serialize;

use crate::finding::{Finding, Level};

use super::escape::escape;
use super::json::Stretch;
use super::snippet::{Mark, Shown, Words, draw};

/// Returns a finding with the lines it is about.
pub(crate) fn human(is_coloured: bool, shown: &Shown<'_>, finding: &Finding) -> String {
    let severity = match finding.level {
        Level::Error => Severity::ERROR,
    };
    let help = finding.help.iter().map(|help| (Severity::HELP, help.clone()));
    let words = Words {
        severity,
        code: Some(finding.diagnostic),
        message: &finding.message,
        footers: help.collect(),
    };
    let primary = Mark { span: finding.span, label: String::new() };
    let related: Vec<Mark> = finding
        .related
        .iter()
        .map(|place| Mark { span: place.span, label: place.message.clone() })
        .collect();
    draw(is_coloured, &words, shown, &primary, &related)
}

/// Returns a finding as `path:line:column: level code message`.
pub(crate) fn concise(shown: &Shown<'_>, finding: &Finding) -> String {
    let position = shown.lines.position(finding.span.start);
    format!(
        "{}:{}:{}: {} {} {}\n",
        escape(shown.name),
        position.line,
        position.column,
        finding.level.name(),
        finding.diagnostic,
        escape(&finding.message)
    )
}

/// A finding as JSON.
#[derive(Debug, Serialize)]
pub(crate) struct FindingJson {
    diagnostic: &'static str,
    level: &'static str,
    path: String,
    kind: &'static str,
    pointer: String,
    span: Stretch,
    line: u32,
    column: u32,
    message: String,
    help: Option<String>,
    related: Vec<RelatedJson>,
}

/// A further place of a finding as JSON.
#[derive(Debug, Serialize)]
struct RelatedJson {
    pointer: String,
    span: Stretch,
    message: String,
}

impl FindingJson {
    /// Puts a finding about `document`, whose lines are `shown`, into its JSON form.
    pub(crate) fn new(
        shown: &Shown<'_>,
        kind: Kind,
        document: &Document<'_>,
        finding: Finding,
    ) -> Self {
        let span = Stretch::of(shown.lines, finding.span);
        let related = finding.related.into_iter().map(|place| RelatedJson {
            pointer: document.pointer(place.span),
            span: Stretch::of(shown.lines, place.span),
            message: place.message,
        });
        Self {
            diagnostic: finding.diagnostic,
            level: finding.level.name(),
            path: shown.name.to_owned(),
            kind: kind.name(),
            pointer: document.pointer(finding.span),
            span,
            line: span.start.line,
            column: span.start.column,
            message: finding.message,
            help: finding.help,
            related: related.collect(),
        }
    }
}
