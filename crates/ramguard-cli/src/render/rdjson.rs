//! Findings in the diagnostic format of reviewdog, `rdjson`: one JSON object for the run.
//!
//! Always holds here: columns count bytes of UTF-8 from 1 and the end of a range is not part of it,
//! as the format has it; an edit is a suggestion, and a fix that needs words of somebody is none.

use ramguard_lint::Applicability;
use ramguard_policy::text::Span;
use serde_json::{Map, Value, json};

use crate::finding::{Finding, Level};
use crate::places::Places;
use crate::report::Report;

use super::report::TOOL;

/// Returns the findings that count.
pub(crate) fn rdjson(report: &Report) -> Value {
    let mut diagnostics = Vec::new();
    for file in report.files.iter().filter(|file| file.counting().next().is_some()) {
        let places = file.places();
        let all = file.counting().map(|finding| diagnostic(&file.name, &places, finding));
        diagnostics.extend(all);
    }
    json!({ "source": { "name": TOOL }, "diagnostics": diagnostics })
}

fn diagnostic(path: &str, places: &Places<'_>, finding: &Finding) -> Value {
    let mut told = Map::new();
    let help = finding.help.as_deref().map(|help| format!("; {help}")).unwrap_or_default();
    told.insert("message".into(), format!("{}{help}", finding.message).into());
    told.insert("location".into(), location(path, places, finding.span));
    let severity = match finding.level {
        Level::Error => "ERROR",
        Level::Warning => "WARNING",
        Level::Note => "INFO",
    };
    told.insert("severity".into(), severity.into());
    told.insert("code".into(), json!({ "value": finding.id() }));
    let fix = finding.fix.as_ref().filter(|fix| fix.applicability != Applicability::Placeholder);
    let suggestions: Vec<Value> = fix
        .iter()
        .flat_map(|fix| &fix.edits)
        .map(|edit| json!({ "range": range(places, edit.span), "text": edit.text }))
        .collect();
    if !suggestions.is_empty() {
        told.insert("suggestions".into(), suggestions.into());
    }
    let related: Vec<Value> = finding
        .related
        .iter()
        .map(|other| {
            json!({ "message": other.message, "location": location(path, places, other.span) })
        })
        .collect();
    if !related.is_empty() {
        told.insert("related_locations".into(), related.into());
    }
    Value::Object(told)
}

fn location(path: &str, places: &Places<'_>, span: Span) -> Value {
    json!({ "path": path.replace('\\', "/"), "range": range(places, span) })
}

fn range(places: &Places<'_>, span: Span) -> Value {
    let place = |byte| {
        let position = places.position(byte);
        json!({ "line": position.line, "column": position.column_utf8 })
    };
    json!({ "start": place(span.start), "end": place(span.end) })
}
