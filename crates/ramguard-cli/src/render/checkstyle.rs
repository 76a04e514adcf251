//! Findings as Checkstyle XML, which build servers and review bots read: a `file` a file, an `error`
//! a finding.
//!
//! Always holds here: the text is well-formed XML 1.0 whatever the documents hold. Checkstyle has no
//! place for help and fixes, so the help stands behind the message.

use crate::finding::{Finding, Level};
use crate::places::Places;
use crate::report::Report;

use super::xml::xml;

/// The version of Checkstyle whose form this is; readers ask for any.
const VERSION: &str = "4.3";

/// Returns the findings that count.
pub(crate) fn checkstyle(report: &Report) -> String {
    let mut out =
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"{VERSION}\">\n");
    for file in report.files.iter().filter(|file| file.counting().next().is_some()) {
        let places = file.places();
        out.push_str(&format!("  <file name=\"{}\">\n", xml(&file.name)));
        for finding in file.counting() {
            out.push_str(&error(&places, finding));
        }
        out.push_str("  </file>\n");
    }
    out.push_str("</checkstyle>\n");
    out
}

fn error(places: &Places<'_>, finding: &Finding) -> String {
    let place = places.position(finding.span.start);
    let severity = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "info",
    };
    let help = finding.help.as_deref().map(|help| format!("; {help}")).unwrap_or_default();
    format!(
        "    <error line=\"{}\" column=\"{}\" severity=\"{severity}\" message=\"{}\" \
         source=\"ramguard.{}\"/>\n",
        place.line,
        place.column,
        xml(&format!("{}{help}", finding.message)),
        xml(&finding.id())
    )
}
