//! A finding a line with all that is needed to act on it, for programs that read text: place, rule,
//! what is wrong, what to do, and the edits of the fix.
//!
//! Always holds here: no colour; and whatever comes from a document stands between quotes, as JSON
//! writes text, so that nothing of it can pass for a word of this program.

use crate::finding::{Finding, FixOffer};
use crate::places::Places;
use crate::report::Report;

use super::escape::escape;
use super::json::to_line;

/// Returns the findings that count.
///
/// # Errors
/// Never for what is written here.
pub(crate) fn agent(report: &Report) -> Result<String, serde_json::Error> {
    let mut out = String::new();
    for file in report.files.iter().filter(|file| file.counting().next().is_some()) {
        let places = file.places();
        let name = name(&file.name)?;
        for finding in file.counting() {
            out.push_str(&line(&name, &places, finding)?);
            out.push('\n');
        }
    }
    Ok(out)
}

/// A path as it is, if it is made of nothing but letters, digits and plain signs; else quoted.
fn name(path: &str) -> Result<String, serde_json::Error> {
    let is_plain = |c: char| c.is_alphanumeric() || "/\\._-+@~".contains(c);
    let is_plain = !path.is_empty() && path.chars().all(is_plain) && escape(path) == path;
    if is_plain { Ok(path.to_owned()) } else { to_line(&path) }
}

fn line(name: &str, places: &Places<'_>, finding: &Finding) -> Result<String, serde_json::Error> {
    let place = places.position(finding.span.start);
    let rule = finding.rule.map_or("", |rule| rule.name);
    let mut line = format!(
        "{name}:{}:{}: {} {} {rule}",
        place.line,
        place.column,
        finding.level.name(),
        finding.id()
    );
    if let Some(policy) = &finding.policy {
        line.push_str(&format!(" policy {}", to_line(policy)?));
    }
    if !finding.pointer.is_empty() {
        line.push_str(&format!(" at {}", to_line(&finding.pointer)?));
    }
    line.push_str(&format!(": {}", to_line(&finding.message)?));
    if let Some(help) = &finding.help {
        line.push_str(&format!("; help {}", to_line(help)?));
    }
    if let Some(fix) = &finding.fix {
        line.push_str(&self::fix(places, fix)?);
    }
    Ok(line)
}

fn fix(places: &Places<'_>, fix: &FixOffer) -> Result<String, serde_json::Error> {
    let mut words = format!("; fix ({}) {}", fix.applicability.name(), to_line(&fix.message)?);
    for edit in &fix.edits {
        let (start, end) = (places.position(edit.span.start), places.position(edit.span.end));
        let text = to_line(&edit.text)?;
        words.push_str(&format!(
            ", replace {}:{}-{}:{} with {text}",
            start.line, start.column, end.line, end.column
        ));
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_words_in_it_is_quoted() {
        assert_eq!(name("policies/a-b_1.json").unwrap(), "policies/a-b_1.json");
        assert_eq!(name("a.json:1:1: error x\n").unwrap(), r#""a.json:1:1: error x\n""#);
    }
}
