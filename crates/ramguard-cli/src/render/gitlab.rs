//! Findings as a code quality report, which GitLab shows in merge requests.

use serde_json::{Value, json};

use crate::finding::{Finding, Level};
use crate::places::Places;
use crate::report::Report;

/// From this security severity on, in tenths, an error blocks.
const BLOCKER_TENTHS: u8 = 90;

/// Returns the findings that count as a list of issues.
pub(crate) fn gitlab(report: &Report) -> Value {
    let mut issues = Vec::new();
    for file in report.files.iter().filter(|file| file.counting().next().is_some()) {
        let places = file.places();
        issues.extend(file.counting().map(|finding| issue(&file.name, &places, finding)));
    }
    Value::Array(issues)
}

fn issue(path: &str, places: &Places<'_>, finding: &Finding) -> Value {
    let (start, end) = (places.position(finding.span.start), places.position(finding.span.end));
    json!({
        "description": format!("{}: {}", finding.id(), finding.message),
        "check_name": finding.id(),
        "fingerprint": finding.fingerprint,
        "severity": severity(finding),
        "location": {
            "path": path.replace('\\', "/"),
            "lines": { "begin": start.line, "end": end.line },
            "positions": {
                "begin": { "line": start.line, "column": start.column },
                "end": { "line": end.line, "column": end.column },
            },
        },
    })
}

fn severity(finding: &Finding) -> &'static str {
    let tenths = finding.rule.and_then(|rule| rule.severity).map_or(0, |s| s.tenths());
    match finding.level {
        Level::Error if tenths >= BLOCKER_TENTHS => "blocker",
        Level::Error => "critical",
        Level::Warning => "major",
        Level::Note => "info",
    }
}
