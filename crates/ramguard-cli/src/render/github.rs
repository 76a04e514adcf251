//! Findings as workflow commands, which GitHub shows beside the lines of a change.
//!
//! Always holds here: one command a line, and nothing of a document can end its line or start a
//! command of its own.

use crate::finding::{Finding, Level};
use crate::places::Places;
use crate::report::Report;

use super::escape::escape;

/// GitHub shows this many annotations of each level for one step, and drops the others.
const SHOWN_OF_A_LEVEL: usize = 10;

/// Returns a command for each finding that counts, errors first, as far as GitHub shows them; the
/// last one says how many are left, and is one of the notices.
pub(crate) fn github(report: &Report) -> String {
    let sums = report.sums();
    let levels =
        [(Level::Error, sums.errors), (Level::Warning, sums.warnings), (Level::Note, sums.notes)];
    let is_cut = levels.iter().any(|(_, count)| *count > SHOWN_OF_A_LEVEL);
    let mut out = String::new();
    let mut shown = 0;
    for (level, _) in levels {
        let is_last_a_notice = is_cut && level == Level::Note;
        let most = SHOWN_OF_A_LEVEL - usize::from(is_last_a_notice);
        let mut left = most;
        for file in &report.files {
            let of_level = |finding: &&Finding| finding.level == level;
            if left == 0 || file.counting().find(of_level).is_none() {
                continue;
            }
            let places = file.places();
            for finding in file.counting().filter(of_level).take(left) {
                out.push_str(&command(&file.name, &places, finding));
                left -= 1;
            }
        }
        shown += most - left;
    }
    if is_cut {
        let hidden = sums.findings() - shown;
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
