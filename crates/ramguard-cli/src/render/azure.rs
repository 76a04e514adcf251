//! Findings as logging commands of Azure Pipelines, which shows them beside the log and on the
//! summary of a run.
//!
//! Always holds here: one command a line, and nothing of a document can end its line, its properties
//! or start a command of its own. Azure knows errors and warnings; a note is a warning that says so.

use crate::finding::{Finding, Level};
use crate::places::Places;
use crate::report::Report;

use super::escape::escape;

/// Returns a command for each finding that counts.
pub(crate) fn azure(report: &Report) -> String {
    let mut out = String::new();
    for file in report.files.iter().filter(|file| file.counting().next().is_some()) {
        let places = file.places();
        for finding in file.counting() {
            out.push_str(&command(&file.name, &places, finding));
        }
    }
    out
}

fn command(path: &str, places: &Places<'_>, finding: &Finding) -> String {
    let (kind, prefix) = match finding.level {
        Level::Error => ("error", ""),
        Level::Warning => ("warning", ""),
        Level::Note => ("warning", "note: "),
    };
    let place = places.position(finding.span.start);
    let help = finding.help.as_deref().map(|help| format!("; {help}")).unwrap_or_default();
    format!(
        "##vso[task.logissue type={kind};sourcepath={};linenumber={};columnnumber={};code={};]{}\n",
        property(path),
        place.line,
        place.column,
        property(&finding.id()),
        data(&format!("{prefix}{}{help}", finding.message))
    )
}

/// The words of a command: what would end the line is shown, `%` is written as Azure reads it.
fn data(text: &str) -> String {
    escape(text).replace('%', "%AZP25")
}

/// A property of a command, which `;` and `]` would end.
fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_line_or_a_property() {
        assert_eq!(property("a;b]c\n%0A"), "a%3Bb%5Dc\\n%AZP250A");
        assert_eq!(data("x\r\n##vso[task.complete]"), "x\\r\\n#\\u{23}vso[task.complete]");
    }
}
