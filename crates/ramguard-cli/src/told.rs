//! A report of ours read back from its JSON, for `ramguard convert`.
//!
//! Always holds here: a report that is read says nothing that this program could not have written.
//! Rules, levels and kinds are those it knows, places fit together, and of the text itself nothing
//! is believed: it is escaped where it is printed, as text of a policy is. The files that a report
//! names are not opened, so a report cannot make somebody else's file appear in another.

use std::borrow::Cow;
use std::collections::HashMap;

use ramguard_lint::{Applicability, Code, Confidence, Edit, Lang, Level, Meta, Severity, registry};
use ramguard_policy::Kind;
use ramguard_policy::text::{Position, Span};
use serde::Deserialize;

use crate::baseline::Stale;
use crate::finding::{Effect, Finding, FixOffer, RelatedPlace, RuleOf, State};
use crate::places::Told;
use crate::render::escape::escape;
use crate::render::json::{SCHEMA, Stretch};
use crate::render::report::{
    EditJson, FileJson, FindingJson, FixJson, ReportJson, RunJson, StaleJson, TOOL, UNCHANGED,
};
use crate::report::{FileReport, Report, Terms};

/// A version, a date or the name of a diagnostic is no longer than this.
const MAX_NAME_BYTES: usize = 64;

/// What tells one format from the next.
#[derive(Deserialize)]
struct Head {
    schema: u32,
}

/// Reads a report.
///
/// # Errors
/// It is not what this program writes: in words, not escaped.
pub(crate) fn report(bytes: &[u8]) -> Result<Report, String> {
    let in_words = |error: serde_json::Error| error.to_string();
    // The schema comes first: what is wrong with a report of another one tells nobody anything.
    let head: Head = serde_json::from_slice(bytes).map_err(in_words)?;
    if head.schema != SCHEMA {
        return Err(format!("it has schema {}, not {SCHEMA}", head.schema));
    }
    let json: ReportJson<'_> = serde_json::from_slice(bytes).map_err(in_words)?;
    if json.tool.name != TOOL {
        return Err(format!("it is a report of `{}`", json.tool.name));
    }
    let mut report = Report {
        fixed: json.summary.fixed,
        skipped: json.summary.skipped,
        excluded: json.summary.excluded,
        exit_code: json.run.exit_code,
        terms: terms(&json)?,
        ..Report::default()
    };
    report.unreadable = json.run.unreadable.iter().map(|words| escape(words).into()).collect();
    report.stale = json.stale.iter().map(stale).collect::<Result<_, _>>()?;
    report.files = files(&json.run, &json.findings)?;
    Ok(report)
}

fn terms(json: &ReportJson<'_>) -> Result<Terms, String> {
    let ReportJson { tool, run, .. } = json;
    let lang = match &*run.lang {
        "" => Lang::default(),
        code => Lang::parse(code).ok_or_else(|| format!("`{code}` is no language"))?,
    };
    let mut rules: Vec<Code> =
        run.rules.iter().map(|code| Ok(known(code)?.code)).collect::<Result<_, String>>()?;
    rules.sort_unstable();
    rules.dedup();
    Ok(Terms {
        version: plain(&tool.version)?,
        catalogue: plain(&tool.catalogue)?,
        lang,
        config: run.config.as_deref().map(str::to_owned),
        has_baseline: run.compared,
        rules,
    })
}

/// A version or a date, which is told as it is.
fn plain(text: &str) -> Result<Cow<'static, str>, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-+".contains(c);
    if text.len() > MAX_NAME_BYTES || !text.chars().all(is_plain) {
        return Err(format!("`{text}` is no version"));
    }
    Ok(Cow::Owned(text.to_owned()))
}

/// Returns whether a text is built as the names of diagnostics are.
fn is_name(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty() && text.len() <= MAX_NAME_BYTES && text.chars().all(is_plain)
}

fn known(code: &str) -> Result<&'static Meta, String> {
    let rule = code.parse().ok().and_then(registry::rule);
    rule.ok_or_else(|| format!("this version of {TOOL} has no rule `{code}`"))
}

fn stale(entry: &StaleJson<'_>) -> Result<Stale, String> {
    // A baseline may be older than a rule that is no more.
    entry.code.parse::<Code>().map_err(|_| format!("`{}` is no code", entry.code))?;
    Ok(Stale {
        path: entry.path.clone().into(),
        code: entry.code.clone().into(),
        pointer: entry.pointer.clone().into(),
        message: entry.message.clone().into(),
        fingerprint: entry.fingerprint.clone().into(),
    })
}

/// Puts findings under their files, which come in the order they are told in.
fn files(run: &RunJson<'_>, findings: &[FindingJson<'_>]) -> Result<Vec<FileReport>, String> {
    let mut files: Vec<FileReport> = Vec::new();
    let mut index: HashMap<&str, usize> = HashMap::new();
    for file in &run.files {
        let FileJson { path, documents, truncated } = file;
        let (documents, truncated) = (*documents as usize, *truncated as usize);
        // Standard input may have been given the name of a file.
        if let Some(file) = index.get(&**path).and_then(|at: &usize| files.get_mut(*at)) {
            file.documents += documents;
            file.truncated += truncated;
            continue;
        }
        index.insert(path, files.len());
        let name = path.clone().into();
        files.push(FileReport { name, documents, truncated, ..FileReport::default() });
    }
    for finding in findings {
        let at = *index.entry(&finding.path).or_insert_with(|| {
            let name = finding.path.clone().into();
            files.push(FileReport { name, ..FileReport::default() });
            files.len() - 1
        });
        let Some(file) = files.get_mut(at) else { continue };
        let told = file.told.get_or_insert_default();
        let finding = read(finding, told).map_err(|words| format!("{}: {words}", finding.path))?;
        file.findings.push(finding);
    }
    for file in &files {
        in_order(file.told.iter().flatten()).map_err(|words| format!("{}: {words}", file.name))?;
    }
    Ok(files)
}

fn read(json: &FindingJson<'_>, told: &mut Told) -> Result<Finding, String> {
    let unknown = |what: &str, name: &str| format!("`{name}` is no {what}");
    let diagnostic = match json.diagnostic.as_deref() {
        None => None,
        Some(name) if is_name(name) => Some(Cow::Owned(name.to_owned())),
        Some(name) => return Err(unknown("diagnostic", name)),
    };
    let span = place(json.span, told)?;
    let mut related = Vec::with_capacity(json.related.len());
    for other in &json.related {
        let (pointer, message) = (other.pointer.clone().into(), other.message.clone().into());
        related.push(RelatedPlace { pointer, span: place(other.span, told)?, message });
    }
    let kind = match json.kind.as_deref() {
        None => None,
        Some(name) => {
            let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name);
            Some(kind.ok_or_else(|| unknown("kind of policy", name))?)
        }
    };
    let state = match &json.suppressed {
        Some(by) => State::Suppressed {
            by: by.by.clone().into(),
            reason: by.reason.as_deref().map(str::to_owned),
            until: by.until.as_deref().map(str::to_owned),
        },
        None if json.baseline == UNCHANGED => State::Baseline,
        None => State::New,
    };
    Ok(Finding {
        rule: Some(rule(json)?),
        diagnostic,
        level: Level::parse(&json.level).ok_or_else(|| unknown("level", &json.level))?,
        kind,
        policy: Some(json.policy.to_string()).filter(|policy| !policy.is_empty()),
        pointer: json.pointer.to_string(),
        sid: json.sid.as_deref().map(str::to_owned),
        span,
        message: json.message.to_string(),
        help: json.help.as_deref().map(str::to_owned),
        related,
        fix: json.fix.as_ref().map(|json| fix(json, told)).transpose()?,
        fingerprint: json.fingerprint.to_string(),
        state,
        fails: json.fails,
    })
}

/// What is told of the rule; its name and category are those that its code has.
fn rule(json: &FindingJson<'_>) -> Result<RuleOf, String> {
    let meta = known(&json.code)?;
    let severity = json.security_severity.as_deref().map(severity).transpose()?;
    let name = json.confidence.as_deref().unwrap_or(Confidence::High.name());
    let all = [Confidence::Low, Confidence::Medium, Confidence::High];
    let confidence = all.into_iter().find(|confidence| confidence.name() == name);
    let confidence = confidence.ok_or_else(|| format!("`{name}` is no confidence"))?;
    Ok(RuleOf { code: meta.code, name: meta.name, severity, confidence })
}

/// A severity as it is written, with one digit behind the point.
fn severity(text: &str) -> Result<Severity, String> {
    let refused = || format!("`{text}` is no severity");
    let tenths: String = text.split('.').collect();
    let severity = Severity::from_tenths(tenths.parse().map_err(|_| refused())?);
    if severity.to_string() == text { Ok(severity) } else { Err(refused()) }
}

fn fix(json: &FixJson<'_>, told: &mut Told) -> Result<FixOffer, String> {
    let all = [Applicability::Safe, Applicability::Unsafe, Applicability::Placeholder];
    let name = &*json.applicability;
    let applicability = all.into_iter().find(|applicability| applicability.name() == name);
    let applicability = applicability.ok_or_else(|| format!("`{name}` is no applicability"))?;
    let effect = match json.effect.as_deref() {
        None => None,
        Some(name) => Some(Effect::parse(name).ok_or_else(|| format!("`{name}` is no effect"))?),
    };
    let mut edits = Vec::with_capacity(json.edits.len());
    for edit in &json.edits {
        let EditJson { start_byte, end_byte, text, span } = edit;
        let stretch = span.ok_or("an edit has no place")?;
        let span = place(stretch, told)?;
        if (span.start, span.end) != (*start_byte, *end_byte) {
            return Err(format!("an edit at byte {start_byte} has another place"));
        }
        edits.push(Edit { span, text: text.to_string() });
    }
    Ok(FixOffer { applicability, message: json.message.to_string(), edits, effect })
}

/// Remembers the lines and columns of a stretch, and returns its bytes.
fn place(stretch: Stretch, told: &mut Told) -> Result<Span, String> {
    for end in [stretch.start, stretch.end] {
        let position = end.position();
        let Position { line, column, column_utf8, column_utf16 } = position;
        if [line, column, column_utf8, column_utf16].contains(&0) {
            return Err(format!("byte {} has no line or column", end.byte));
        }
        if *told.entry(end.byte).or_insert(position) != position {
            return Err(format!("byte {} has two places", end.byte));
        }
    }
    if stretch.end.byte < stretch.start.byte {
        return Err(format!("a place ends before it starts, at byte {}", stretch.start.byte));
    }
    Ok(Span::new(stretch.start.byte, stretch.end.byte))
}

/// Checks that a later byte does not come before an earlier one.
fn in_order<'t>(mut places: impl Iterator<Item = (&'t u32, &'t Position)>) -> Result<(), String> {
    let mut last = match places.next() {
        Some((_, first)) => *first,
        None => return Ok(()),
    };
    for (byte, place) in places {
        if (place.line, place.column) < (last.line, last.column) {
            return Err(format!("byte {byte} comes before the one before it"));
        }
        last = *place;
    }
    Ok(())
}
