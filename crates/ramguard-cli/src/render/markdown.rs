//! Findings as Markdown: the summary of a step, or a comment on a merge request.
//!
//! Always holds here: whatever comes from a document stands in a code span whose fence is longer than
//! any in it, on one line; so it makes no link, no picture, no mention and no heading, in GitHub, in
//! GitLab and anywhere else. The text fits a comment: what does not is counted.

use crate::finding::{Finding, Level};
use crate::places::Places;
use crate::report::{Report, counted};

use super::escape::escape;

/// A comment of GitHub has at most 65,536 characters; the last lines need some.
const MAX_BYTES: usize = 60_000;

/// Returns the findings that count, errors first.
pub(crate) fn markdown(report: &Report) -> String {
    let sums = report.sums();
    let documents = counted(sums.documents, "document");
    let mut out = match sums.findings() {
        0 => format!("### RamGuard: no findings in {documents}\n"),
        n => format!("### RamGuard: {} in {documents}\n", counted(n, "finding")),
    };
    let counts = [(sums.errors, "error"), (sums.warnings, "warning"), (sums.notes, "note")];
    let mut facts: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| counted(count, noun))
        .collect();
    let others = [
        (sums.baseline, "in the baseline"),
        (sums.suppressed, "suppressed"),
        (sums.fixable, "fixable with `--fix`"),
        (report.unreadable.len(), "unreadable"),
    ];
    let others = others.into_iter().filter(|(count, _)| *count > 0);
    facts.extend(others.map(|(count, words)| format!("{count} {words}")));
    if !facts.is_empty() {
        out.push_str(&format!("\n{}\n", facts.join(", ")));
    }
    let mut left = 0;
    for level in [Level::Error, Level::Warning, Level::Note] {
        for file in &report.files {
            let of_level = |finding: &&Finding| finding.level == level;
            if file.counting().find(of_level).is_none() {
                continue;
            }
            let places = file.places();
            for finding in file.counting().filter(of_level) {
                let item = item(&file.name, &places, finding);
                if left > 0 || out.len() + item.len() > MAX_BYTES {
                    left += 1;
                } else {
                    out.push_str(&item);
                }
            }
        }
    }
    if left > 0 {
        out.push_str(&format!("\n{left} more are in the log.\n"));
    }
    out
}

fn item(path: &str, places: &Places<'_>, finding: &Finding) -> String {
    let place = places.position(finding.span.start);
    let place = code(&format!("{path}:{}:{}", place.line, place.column));
    let rule = finding.rule.map_or("", |rule| rule.name);
    let mut item = format!("\n- **{}** {} {rule}, {place}", finding.level.name(), finding.id());
    if let Some(policy) = &finding.policy {
        item.push_str(&format!(", {}", code(policy)));
    }
    item.push_str(&format!("\n  {}\n", code(&finding.message)));
    if let Some(help) = &finding.help {
        item.push_str(&format!("  - help: {}\n", code(help)));
    }
    if let Some(fix) = &finding.fix {
        item.push_str(&format!("  - fix ({}): {}\n", fix.applicability.name(), code(&fix.message)));
    }
    item
}

/// A code span that shows a text and does nothing else.
fn code(text: &str) -> String {
    let text = escape(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // A blank at each end is taken away by readers, unless there is nothing else.
    if text.trim().is_empty() {
        format!("{fence}{text} {fence}")
    } else {
        format!("{fence} {text} {fence}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_longer_than_any_fence_in_it() {
        assert_eq!(code("a"), "` a `");
        assert_eq!(code("a``b`"), "``` a``b` ```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code(""), "` `");
    }

    #[test]
    fn a_span_stays_on_its_line() {
        assert_eq!(code("a\n\n# b\r<img>"), "` a\\n\\n# b\\r<img> `");
    }
}
