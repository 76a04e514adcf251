//! The report of the linter as one JSON object: `--output json`.
//!
//! Schema 1, published in `schema/report.schema.json` and held to it by a test: members may be
//! added, none is removed and none changes its meaning. Lines and columns count from 1, columns
//! count characters, bytes count from 0.

use ramguard_policy::text::LineIndex;
use serde::Serialize;

use crate::baseline::Stale;
use crate::finding::{Finding, State};
use crate::report::{FileReport, Report};

use super::json::{SCHEMA, Stretch};

/// The whole report.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(title = "Report of `ramguard lint`"))]
pub(crate) struct ReportJson {
    /// The version of this format.
    schema: u32,
    tool: ToolJson,
    summary: SummaryJson,
    /// What was found, by path, place and code.
    findings: Vec<FindingJson>,
    /// What is in a baseline and was not found any more.
    stale: Vec<StaleJson>,
}

/// An entry of a baseline that nothing was found for.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct StaleJson {
    code: String,
    path: String,
    pointer: String,
    message: String,
    fingerprint: String,
}

/// The program that wrote the report.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ToolJson {
    name: &'static str,
    version: &'static str,
    /// The date of the catalogue of services and actions.
    catalogue: &'static str,
}

/// The sums. `findings` counts neither what is suppressed nor what is in the baseline.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SummaryJson {
    documents: usize,
    findings: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    suppressed: usize,
    baseline: usize,
    /// Entries of baselines that nothing was found for any more.
    stale: usize,
    fixable: usize,
    unsafely_fixable: usize,
    fixed: usize,
    /// Files of folders that hold no policy.
    skipped: usize,
    /// Files of folders that settings leave out.
    excluded: usize,
    unreadable: usize,
    /// Documents with so many problems that only the first are told.
    truncated: usize,
}

/// One finding.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FindingJson {
    /// `RAM604`.
    code: String,
    /// `passrole-any-role`.
    name: &'static str,
    /// The name the language has for it, `invalid-action-format`.
    diagnostic: Option<&'static str>,
    /// `error`, `warning` or `note`.
    level: &'static str,
    category: &'static str,
    /// 0.0 to 10.0, as text, for security rules.
    security_severity: Option<String>,
    confidence: Option<&'static str>,
    path: String,
    /// The kind the policy was read as.
    kind: Option<&'static str>,
    /// The name of the policy inside the file, empty if the file is the policy.
    policy: String,
    /// JSON Pointer of the place inside the policy.
    pointer: String,
    sid: Option<String>,
    span: Stretch,
    line: u32,
    column: u32,
    message: String,
    help: Option<String>,
    related: Vec<RelatedJson>,
    fix: Option<FixJson>,
    fingerprint: String,
    /// `new` or `unchanged`.
    baseline: &'static str,
    suppressed: Option<SuppressedJson>,
}

/// A further place of a finding.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RelatedJson {
    pointer: String,
    span: Stretch,
    message: String,
}

/// A repair.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FixJson {
    /// `safe`, `unsafe` or `placeholder`.
    applicability: &'static str,
    message: String,
    edits: Vec<EditJson>,
}

/// The replacement of bytes of the file.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EditJson {
    start_byte: u32,
    end_byte: u32,
    text: String,
}

/// Who decided to live with a finding.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SuppressedJson {
    /// The file that says so.
    by: String,
    reason: Option<String>,
    until: Option<String>,
}

impl ReportJson {
    /// Puts a report into its JSON form.
    pub(crate) fn new(report: &Report) -> Self {
        let sums = report.sums();
        Self {
            schema: SCHEMA,
            tool: ToolJson {
                name: "ramguard",
                version: env!("CARGO_PKG_VERSION"),
                catalogue: ramguard_catalog::DATE,
            },
            summary: SummaryJson {
                documents: sums.documents,
                findings: sums.findings(),
                errors: sums.errors,
                warnings: sums.warnings,
                notes: sums.notes,
                suppressed: sums.suppressed,
                baseline: sums.baseline,
                stale: report.stale.len(),
                fixable: sums.fixable,
                unsafely_fixable: sums.unsafely_fixable,
                fixed: report.fixed,
                skipped: report.skipped,
                excluded: report.excluded,
                unreadable: report.unreadable.len(),
                truncated: sums.truncated,
            },
            findings: report.files.iter().flat_map(findings_of).collect(),
            stale: report.stale.iter().map(StaleJson::from).collect(),
        }
    }
}

fn findings_of(file: &FileReport) -> Vec<FindingJson> {
    if file.findings.is_empty() {
        return Vec::new();
    }
    let lines = file.lines();
    file.findings.iter().map(|finding| FindingJson::new(&file.name, &lines, finding)).collect()
}

impl FindingJson {
    fn new(path: &str, lines: &LineIndex<'_>, finding: &Finding) -> Self {
        let span = Stretch::of(lines, finding.span);
        let rule = finding.rule;
        let related = finding.related.iter().map(|place| RelatedJson {
            pointer: place.pointer.clone(),
            span: Stretch::of(lines, place.span),
            message: place.message.clone(),
        });
        let fix = finding.fix.as_ref().map(|fix| FixJson {
            applicability: fix.applicability.name(),
            message: fix.message.clone(),
            edits: fix.edits.iter().map(EditJson::from).collect(),
        });
        let suppressed = match &finding.state {
            State::Suppressed { by, reason, until } => Some(SuppressedJson {
                by: by.clone(),
                reason: reason.clone(),
                until: until.clone(),
            }),
            State::New | State::Baseline => None,
        };
        Self {
            code: finding.id(),
            name: rule.map_or("", |rule| rule.name),
            diagnostic: finding.diagnostic,
            level: finding.level.name(),
            category: rule.map_or("", |rule| rule.category().name()),
            security_severity: rule.and_then(|rule| rule.severity).map(|s| s.to_string()),
            confidence: rule.map(|rule| rule.confidence.name()),
            path: path.to_owned(),
            kind: finding.kind.map(|kind| kind.name()),
            policy: finding.policy.clone().unwrap_or_default(),
            pointer: finding.pointer.clone(),
            sid: finding.sid.clone(),
            span,
            line: span.start.line,
            column: span.start.column,
            message: finding.message.clone(),
            help: finding.help.clone(),
            related: related.collect(),
            fix,
            fingerprint: finding.fingerprint.clone(),
            baseline: if finding.state == State::Baseline { "unchanged" } else { "new" },
            suppressed,
        }
    }
}

impl From<&Stale> for StaleJson {
    fn from(stale: &Stale) -> Self {
        Self {
            code: stale.code.clone(),
            path: stale.path.clone(),
            pointer: stale.pointer.clone(),
            message: stale.message.clone(),
            fingerprint: stale.fingerprint.clone(),
        }
    }
}

impl From<&ramguard_lint::Edit> for EditJson {
    fn from(edit: &ramguard_lint::Edit) -> Self {
        Self { start_byte: edit.span.start, end_byte: edit.span.end, text: edit.text.clone() }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;

    use super::*;

    /// Compares with `schema/<name>`, or writes it where `RAMGUARD_BLESS` is 1.
    pub(crate) fn assert_published(name: &str, schema: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(name);
        if std::env::var_os("RAMGUARD_BLESS").is_some_and(|value| value == "1") {
            std::fs::write(&path, schema).unwrap();
            return;
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(published, schema, "{name} is not current; RAMGUARD_BLESS=1 writes it anew");
    }

    #[test]
    fn the_published_schema_is_current() {
        let schema = schemars::schema_for!(ReportJson);
        let text = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        assert_published("report.schema.json", &text);
    }
}
