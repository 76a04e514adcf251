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
    let drawn = match places {
        Places::Text(lines) => {
            draw(is_coloured, &words, &Shown { name, lines }, &primary, &related)
        }
        Places::Told(_) => tell(is_coloured, words, name, places, &primary, &related),
    };
    with_place(drawn, finding)
}

/// Adds to the line under the title, which tells the place in the file, the place in the policy.
fn with_place(drawn: String, finding: &Finding) -> String {
    let mut place = String::new();
    let parts = [finding.policy.as_deref(), Some(&*finding.pointer)];
    for part in parts.into_iter().flatten().filter(|part| !part.is_empty()) {
        place.push_str(&format!("  {}", escape(part)));
    }
    if let Some(sid) = &finding.sid {
        place.push_str(&format!("  Sid={}", escape(sid)));
    }
    let mut ends = drawn.match_indices('\n').map(|(at, _)| at);
    match ends.nth(1).and_then(|end| drawn.split_at_checked(end)) {
        Some((head, rest)) if !place.is_empty() => format!("{head}{place}{rest}"),
        _ => drawn,
    }
}

/// Whether it can be repaired, how much it matters, and where to read more.
fn facts(finding: &Finding) -> Option<String> {
    let rule = finding.rule?;
    let mut facts = Vec::new();
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
