//! The report as SARIF 2.1.0, for GitHub code scanning and other dashboards.
//!
//! Always holds here: columns count units of UTF-16 (`columnKind`), paths are relative with
//! forward slashes wherever they were given so, and what is suppressed or in the baseline is told
//! as such, not left out. A test holds the output to the published schema.

use std::collections::BTreeSet;

use ramguard_lint::{Applicability, Code, Lang, Level, Meta, Needs, Preset, registry};
use ramguard_policy::text::Span;
use serde_json::{Map, Value, json};

use crate::baseline::Stale;
use crate::finding::{Finding, FixOffer, State};
use crate::places::Places;
use crate::report::{FileReport, Report, Terms};

use super::line_hash::LineHashes;

const SCHEMA_URI: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";
/// A snippet holds at most this many characters.
const MAX_SNIPPET_CHARS: usize = 200;

/// Returns the report as SARIF, what is suppressed or in the baseline marked, or left out.
pub(crate) fn sarif(report: &Report, omits_suppressed: bool) -> Value {
    let Terms { lang, has_baseline, .. } = report.terms;
    let is_told = |finding: &Finding| finding.is_new() || !omits_suppressed;
    // Two runs with settings of two names are two analyses, and neither closes what the other found.
    let name = report.terms.config.as_deref().unwrap_or("lint");
    let rules = looked_at(report);
    let mut results: Vec<Value> = report
        .files
        .iter()
        .filter(|file| file.findings.iter().any(is_told))
        .flat_map(|file| {
            let places = file.places();
            let hashes = LineHashes::of(places.text());
            let told = file.findings.iter().filter(|finding| is_told(finding));
            let result = |finding| result(file, &places, &hashes, finding, &rules, has_baseline);
            told.map(result).collect::<Vec<_>>()
        })
        .collect();
    // What is gone was in the baseline.
    let gone = report.stale.iter().filter(|_| !omits_suppressed);
    results.extend(gone.map(|stale| absent(stale, &rules)));
    let notifications: Vec<Value> = report
        .unreadable
        .iter()
        .map(|message| json!({ "level": "error", "message": { "text": message } }))
        .collect();
    json!({
        "$schema": SCHEMA_URI,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "ramguard",
                "semanticVersion": report.terms.version,
                "rules": rules.iter().map(|meta| rule(meta, lang)).collect::<Vec<_>>(),
            } },
            "columnKind": "utf16CodeUnits",
            "automationDetails": { "id": format!("ramguard/{name}/") },
            "originalUriBaseIds": {
                "%SRCROOT%": { "description": { "text": "the folder ramguard was started in" } },
            },
            "invocations": [{
                "executionSuccessful": report.exit_code != 2,
                "exitCode": report.exit_code,
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    })
}

/// The rules that were looked at and those that something is said of, by code.
fn looked_at(report: &Report) -> Vec<&'static Meta> {
    let found = report.files.iter().flat_map(|file| &file.findings).filter_map(|f| f.rule);
    let mut codes: BTreeSet<Code> = found.map(|rule| rule.code).collect();
    codes.extend(&report.terms.rules);
    codes.extend(report.stale.iter().filter_map(|stale| stale.code.parse::<Code>().ok()));
    registry::rules().filter(|meta| codes.contains(&meta.code)).collect()
}

fn rule(meta: &Meta, lang: Lang) -> Value {
    let page = meta.page.in_lang(lang).trim();
    let mut properties = Map::new();
    let mut tags = vec!["iam", "alibaba-cloud", meta.category().name()];
    // As sure as its findings are: what is proven, what follows from the document, what depends on
    // a catalogue that is not complete, and what depends on an account that nobody has seen.
    let precision = match meta.needs {
        Needs::Exact => "very-high",
        Needs::Text => "high",
        Needs::Catalogue => "medium",
        Needs::World => "low",
    };
    properties.insert("precision".into(), precision.into());
    match meta.severity {
        Some(severity) => {
            // Tags are a set, and the category may have this name.
            tags.retain(|tag| *tag != "security");
            tags.insert(0, "security");
            properties.insert("security-severity".into(), severity.to_string().into());
        }
        None => {
            properties.insert("problem.severity".into(), problem_severity(meta.level).into());
        }
    }
    properties.insert("tags".into(), json!(tags));
    json!({
        "id": meta.code.to_string(),
        "name": pascal(meta.name),
        "shortDescription": { "text": meta.name.replace('-', " ") },
        "fullDescription": { "text": first_paragraph(page) },
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": { "level": meta.level.name() },
        "properties": properties,
    })
}

fn problem_severity(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "recommendation",
    }
}

/// `passrole-any-role` as `PassroleAnyRole`, which viewers expect.
fn pascal(name: &str) -> String {
    name.split('-')
        .flat_map(|word| {
            let mut chars = word.chars();
            chars.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(chars)
        })
        .collect()
}

/// The first lines of a page that are no heading.
fn first_paragraph(page: &str) -> String {
    let lines = page.lines().map(str::trim).skip_while(|l| l.is_empty() || l.starts_with('#'));
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

fn result(
    file: &FileReport,
    places: &Places<'_>,
    hashes: &LineHashes,
    finding: &Finding,
    rules: &[&Meta],
    has_baseline: bool,
) -> Value {
    let mut result = Map::new();
    result.insert("ruleId".into(), finding.id().into());
    let code = finding.rule.map(|rule| rule.code);
    if let Some(index) = rules.iter().position(|meta| Some(meta.code) == code) {
        result.insert("ruleIndex".into(), index.into());
    }
    result.insert("level".into(), finding.level.name().into());
    // What depends on intent is for somebody to look at; it has no other level than this kind's.
    let is_audit = |meta: &&&Meta| Some(meta.code) == code && meta.preset == Preset::Audit;
    let is_review = finding.level == Level::Note && rules.iter().any(|meta| is_audit(&meta));
    if is_review {
        result.insert("level".into(), "none".into());
    }
    result.insert("kind".into(), if is_review { "review" } else { "fail" }.into());
    let mut text = finding.message.clone();
    if let Some(help) = &finding.help {
        text.push_str("; ");
        text.push_str(help);
    }
    result.insert("message".into(), json!({ "text": text }));
    let mut location = location(file, places, finding.span);
    if let Some(location) = location.as_object_mut() {
        let name = format!("{}{}", finding.policy.as_deref().unwrap_or_default(), finding.pointer);
        if !name.is_empty() {
            let logical = json!([{ "fullyQualifiedName": name }]);
            location.insert("logicalLocations".into(), logical);
        }
    }
    result.insert("locations".into(), json!([location]));
    let related: Vec<Value> = finding
        .related
        .iter()
        .enumerate()
        .map(|(id, place)| {
            let mut related = self::location(file, places, place.span);
            if let Some(related) = related.as_object_mut() {
                related.insert("id".into(), (id + 1).into());
                related.insert("message".into(), json!({ "text": place.message }));
            }
            related
        })
        .collect();
    if !related.is_empty() {
        result.insert("relatedLocations".into(), related.into());
    }
    if !finding.fingerprint.is_empty() {
        let mut fingerprints = Map::new();
        fingerprints.insert("ramguard/v1".into(), finding.fingerprint.as_str().into());
        if let Some(hash) = hashes.of_line(places.position(finding.span.start).line) {
            fingerprints.insert("primaryLocationLineHash".into(), hash.into());
        }
        result.insert("partialFingerprints".into(), fingerprints.into());
    }
    if let Some(fix) = &finding.fix
        && fix.applicability != Applicability::Placeholder
    {
        result.insert("fixes".into(), json!([fix_of(file, places, fix)]));
    }
    if let State::Suppressed { reason, .. } = &finding.state {
        let mut suppression = Map::new();
        suppression.insert("kind".into(), "external".into());
        suppression.insert("status".into(), "accepted".into());
        if let Some(reason) = reason {
            suppression.insert("justification".into(), reason.as_str().into());
        }
        result.insert("suppressions".into(), json!([suppression]));
    }
    if has_baseline {
        let known = finding.state == State::Baseline;
        result.insert("baselineState".into(), if known { "unchanged" } else { "new" }.into());
    }
    let mut properties = Map::new();
    if let Some(diagnostic) = &finding.diagnostic {
        properties.insert("diagnostic".into(), (**diagnostic).into());
    }
    if let Some(rule) = finding.rule {
        properties.insert("confidence".into(), rule.confidence.name().into());
    }
    result.insert("properties".into(), properties.into());
    Value::Object(result)
}

/// What is in the baseline and was not found any more.
fn absent(stale: &Stale, rules: &[&Meta]) -> Value {
    let mut result = Map::new();
    result.insert("ruleId".into(), stale.code.as_str().into());
    if let Some(index) = rules.iter().position(|meta| meta.code.to_string() == stale.code) {
        result.insert("ruleIndex".into(), index.into());
    }
    result.insert("level".into(), "none".into());
    result.insert("kind".into(), "notApplicable".into());
    result.insert("message".into(), json!({ "text": stale.message }));
    result.insert("baselineState".into(), "absent".into());
    result.insert("partialFingerprints".into(), json!({ "ramguard/v1": stale.fingerprint }));
    let location = json!({ "physicalLocation": { "artifactLocation": artifact(&stale.path) } });
    result.insert("locations".into(), json!([location]));
    Value::Object(result)
}

fn location(file: &FileReport, places: &Places<'_>, span: Span) -> Value {
    let mut region = region(places, span);
    let text = places.quote(span);
    if !text.is_empty()
        && let Some(region) = region.as_object_mut()
    {
        let snippet: String = text.chars().take(MAX_SNIPPET_CHARS).collect();
        region.insert("snippet".into(), json!({ "text": snippet }));
    }
    json!({ "physicalLocation": { "artifactLocation": artifact(&file.name), "region": region } })
}

fn region(places: &Places<'_>, span: Span) -> Value {
    let (start, end) = (places.position(span.start), places.position(span.end));
    json!({
        "startLine": start.line,
        "startColumn": start.column_utf16,
        "endLine": end.line,
        "endColumn": end.column_utf16,
    })
}

fn fix_of(file: &FileReport, places: &Places<'_>, fix: &FixOffer) -> Value {
    let replacements: Vec<Value> = fix
        .edits
        .iter()
        .map(|edit| {
            json!({
                "deletedRegion": region(places, edit.span),
                "insertedContent": { "text": edit.text },
            })
        })
        .collect();
    json!({
        "description": { "text": fix.message },
        "artifactChanges": [{
            "artifactLocation": artifact(&file.name),
            "replacements": replacements,
        }],
    })
}

fn artifact(name: &str) -> Value {
    let path = name.replace('\\', "/");
    if path.starts_with('/') {
        json!({ "uri": format!("file://{}", encoded(&path)) })
    } else {
        json!({ "uri": encoded(&path), "uriBaseId": "%SRCROOT%" })
    }
}

/// Returns a path as a part of a URI: what is neither a letter, a digit nor a plain sign becomes
/// `%` and two digits.
fn encoded(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for &byte in path.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_pascal_case() {
        assert_eq!(pascal("passrole-any-role"), "PassroleAnyRole");
    }

    #[test]
    fn a_path_is_a_uri_whatever_it_holds() {
        assert_eq!(encoded("a b/\u{e9}#?.json"), "a%20b/%C3%A9%23%3F.json");
    }
}
