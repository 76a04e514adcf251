//! Findings as workflow commands, which GitHub shows beside the lines of a change.
//!
//! Always holds here: one command a line, and nothing of a document can end its line or start a
//! command of its own.

use crate::finding::{Finding, Level};
use crate::places::Places;
use crate::report::Report;

use super::escape::escape;

/// GitHub shows this many annotations of each level for one step.
const SHOWN_OF_A_LEVEL: usize = 10;

/// Returns a command for each finding that counts, errors first, and a last one that says how many
/// GitHub will not show.
pub(crate) fn github(report: &Report) -> String {
    let mut out = String::new();
    let mut hidden = 0;
    for level in [Level::Error, Level::Warning, Level::Note] {
        let mut count: usize = 0;
        for file in &report.files {
            if file.counting().all(|finding| finding.level != level) {
                continue;
            }
            let places = file.places();
            for finding in file.counting().filter(|finding| finding.level == level) {
                out.push_str(&command(&file.name, &places, finding));
                count += 1;
            }
        }
        hidden += count.saturating_sub(SHOWN_OF_A_LEVEL);
    }
    if hidden > 0 {
        let words = format!("{hidden} more findings are in the log, not beside the lines");
        out.push_str(&format!("::notice title=ramguard::{}\n", data(&words)));
    }
    out
}

fn command(path: &str, places: &Places<'_>, finding: &Finding) -> String {
    let word = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let (start, end) = (places.position(finding.span.start), places.position(finding.span.end));
    let mut place = format!("file={},line={},endLine={}", property(path), start.line, end.line);
    // Columns are only understood inside one line.
    if start.line == end.line {
        place.push_str(&format!(",col={},endColumn={}", start.column, end.column));
    }
    let name = finding.rule.map_or("", |rule| rule.name);
    let title = property(format!("{} {name}", finding.id()).trim_end());
    let mut text = data(&finding.message);
    if let Some(help) = &finding.help {
        text.push_str("%0A");
        text.push_str(&data(help));
    }
    format!("::{word} {place},title={title}::{text}\n")
}

/// The words of a command: what would end the line is shown, `%` is written as GitHub reads it.
fn data(text: &str) -> String {
    escape(text).replace('%', "%25")
}

/// A property of a command, in which `:` and `,` have a meaning as well.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_line_or_a_property() {
        assert_eq!(data("100%\r\n::error::x"), "100%25\\r\\n::error::x");
        assert_eq!(property("a,b:c"), "a%2Cb%3Ac");
    }
}
