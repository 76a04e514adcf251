//! Findings about a document for people, in a picture or on one line.

use annotate_snippets::Level as Severity;

use crate::finding::{Finding, FixOffer, Level};
use crate::places::Places;

use super::escape::escape;
use super::snippet::{Mark, Shown, Words, draw, tell};

/// Returns a finding with the lines it is about; where the text of its file is not here, with its
/// places alone.
pub(crate) fn human(
    is_coloured: bool,
    name: &str,
    places: &Places<'_>,
    finding: &Finding,
) -> String {
    let severity = match finding.level {
        Level::Error => Severity::ERROR,
        Level::Warning => Severity::WARNING,
        Level::Note => Severity::NOTE,
    };
    let id = finding.id();
    let message = match finding.rule {
        Some(rule) => format!("{} ({})", finding.message, rule.name),
        None => finding.message.clone(),
    };
    let mut footers: Vec<_> =
        finding.help.iter().map(|help| (Severity::HELP, help.clone())).collect();
    footers.extend(facts(finding).map(|facts| (Severity::NOTE, facts)));
    let words = Words { severity, code: Some(&id), message: &message, footers };
    let primary = Mark { span: finding.span, label: String::new() };
    let related: Vec<Mark> = finding
        .related
        .iter()
        .map(|place| Mark { span: place.span, label: place.message.clone() })
        .collect();
    match places {
        Places::Text(lines) => {
            draw(is_coloured, &words, &Shown { name, lines }, &primary, &related)
        }
        Places::Told(_) => tell(is_coloured, words, name, places, &primary, &related),
    }
}

/// Where the place is inside the policy, whether it can be repaired, and where to read more.
fn facts(finding: &Finding) -> Option<String> {
    let rule = finding.rule?;
    let mut facts = Vec::new();
    let mut place = finding.pointer.clone();
    if let Some(policy) = &finding.policy {
        place = format!("{policy} {place}").trim_end().to_owned();
    }
    if let Some(sid) = &finding.sid {
        place.push_str(&format!(" Sid={sid}"));
    }
    if !place.is_empty() {
        facts.push(place);
    }
    if let Some(FixOffer { applicability, .. }) = &finding.fix {
        facts.push(format!("fix available ({})", applicability.name()));
    }
    if let Some(severity) = rule.severity {
        facts.push(format!("severity {severity}"));
        facts.push(format!("confidence {}", rule.confidence.name()));
    }
    facts.push(format!("ramguard rule {}", rule.code));
    Some(facts.join("; "))
}

/// Returns a finding as `path:line:column: level code message`.
pub(crate) fn concise(name: &str, places: &Places<'_>, finding: &Finding) -> String {
    let position = places.position(finding.span.start);
    format!(
        "{}:{}:{}: {} {} {}\n",
        escape(name),
        position.line,
        position.column,
        finding.level.name(),
        escape(&finding.id()),
        escape(&finding.message)
    )
}
