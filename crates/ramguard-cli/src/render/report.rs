//! The report of the linter as one JSON object, `--output json`, and its findings as one object a
//! line, `--output jsonl`.
//!
//! Schema 1, published in `schema/report.schema.json` and held to it by a test: members may be
//! added, none is removed and none changes its meaning. Lines and columns count from 1, columns
//! count characters, bytes count from 0. `told` reads what is written here.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::baseline::Stale;
use crate::finding::{Finding, State};
use crate::places::Places;
use crate::report::{FileReport, Report};

use super::json::{Place, SCHEMA, Stretch, to_line};

/// The name of this program in its reports.
pub(crate) const TOOL: &str = "ramguard";
/// What `baseline` says of a finding that is in one.
pub(crate) const UNCHANGED: &str = "unchanged";
/// What `baseline` says of any other.
const NEW: &str = "new";

/// The whole report.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(title = "Report of `ramguard lint`"))]
pub(crate) struct ReportJson<'r> {
    /// The version of this format.
    pub(crate) schema: u32,
    pub(crate) tool: ToolJson<'r>,
    pub(crate) summary: SummaryJson,
    /// What was found, by path, place and code.
    pub(crate) findings: Vec<FindingJson<'r>>,
    /// What is in a baseline and was not found any more.
    #[serde(default)]
    pub(crate) stale: Vec<StaleJson<'r>>,
    #[serde(default)]
    pub(crate) run: RunJson<'r>,
}

/// An entry of a baseline that nothing was found for.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct StaleJson<'r> {
    pub(crate) code: Cow<'r, str>,
    pub(crate) path: Cow<'r, str>,
    pub(crate) pointer: Cow<'r, str>,
    pub(crate) message: Cow<'r, str>,
    pub(crate) fingerprint: Cow<'r, str>,
}

/// The program that wrote the report.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ToolJson<'r> {
    pub(crate) name: Cow<'r, str>,
    pub(crate) version: Cow<'r, str>,
    /// The date of the catalogue of services and actions.
    pub(crate) catalogue: Cow<'r, str>,
}

/// The sums. `findings` counts neither what is suppressed nor what is in the baseline.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SummaryJson {
    documents: usize,
    findings: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    suppressed: usize,
    baseline: usize,
    /// Entries of baselines that nothing was found for any more.
    stale: usize,
    fixable: usize,
    unsafely_fixable: usize,
    pub(crate) fixed: usize,
    /// Files of folders that hold no policy.
    pub(crate) skipped: usize,
    /// Files of folders that settings leave out.
    pub(crate) excluded: usize,
    unreadable: usize,
    /// Documents with so many problems that only the first are told.
    truncated: usize,
}

/// How the linter was run, and what it looked at: what other formats tell beside the findings.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RunJson<'r> {
    /// What the process ended with.
    pub(crate) exit_code: u8,
    /// The language of messages, `en` or `zh`.
    pub(crate) lang: Cow<'r, str>,
    /// The settings file that was asked for, without its folder and ending.
    pub(crate) config: Option<Cow<'r, str>>,
    /// Whether findings were compared with a baseline.
    pub(crate) compared: bool,
    /// The codes of the rules that were looked at.
    pub(crate) rules: Vec<Cow<'r, str>>,
    /// The files that hold a policy or have a finding, by path.
    pub(crate) files: Vec<FileJson<'r>>,
    /// What could not be read, in words.
    pub(crate) unreadable: Vec<Cow<'r, str>>,
}

/// A file that was looked at.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct FileJson<'r> {
    pub(crate) path: Cow<'r, str>,
    /// How many policies it holds.
    pub(crate) documents: u32,
    /// Of how many of them only the first problems are told.
    pub(crate) truncated: u32,
}

/// One finding.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct FindingJson<'r> {
    /// `RAM604`.
    pub(crate) code: Cow<'r, str>,
    /// `passrole-any-role`.
    name: Cow<'r, str>,
    /// The name the language has for it, `invalid-action-format`.
    #[serde(default)]
    pub(crate) diagnostic: Option<Cow<'r, str>>,
    /// `error`, `warning` or `note`.
    pub(crate) level: Cow<'r, str>,
    category: Cow<'r, str>,
    /// 0.0 to 10.0, as text, for security rules.
    #[serde(default)]
    pub(crate) security_severity: Option<Cow<'r, str>>,
    /// `high`, `medium` or `low`.
    #[serde(default)]
    pub(crate) confidence: Option<Cow<'r, str>>,
    pub(crate) path: Cow<'r, str>,
    /// The kind the policy was read as.
    #[serde(default)]
    pub(crate) kind: Option<Cow<'r, str>>,
    /// The name of the policy inside the file, empty if the file is the policy.
    pub(crate) policy: Cow<'r, str>,
    /// JSON Pointer of the place inside the policy.
    pub(crate) pointer: Cow<'r, str>,
    #[serde(default)]
    pub(crate) sid: Option<Cow<'r, str>>,
    pub(crate) span: Stretch,
    line: u32,
    column: u32,
    pub(crate) message: Cow<'r, str>,
    #[serde(default)]
    pub(crate) help: Option<Cow<'r, str>>,
    /// Where to read more; `null` until the pages of the rules have an address.
    #[serde(default)]
    url: Option<Cow<'r, str>>,
    pub(crate) related: Vec<RelatedJson<'r>>,
    /// A request that shows it; `null` until rules ask for exact sets of requests.
    #[serde(default)]
    witness: Option<WitnessJson<'r>>,
    #[serde(default)]
    pub(crate) fix: Option<FixJson<'r>>,
    pub(crate) fingerprint: Cow<'r, str>,
    /// `new` or `unchanged`.
    pub(crate) baseline: Cow<'r, str>,
    #[serde(default)]
    pub(crate) suppressed: Option<SuppressedJson<'r>>,
    /// Whether it makes the run a failure.
    #[serde(default)]
    pub(crate) fails: bool,
}

/// A request.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct WitnessJson<'r> {
    principal: Option<Cow<'r, str>>,
    action: Cow<'r, str>,
    resource: Cow<'r, str>,
    context: serde_json::Map<String, serde_json::Value>,
}

/// A further place of a finding.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RelatedJson<'r> {
    pub(crate) pointer: Cow<'r, str>,
    pub(crate) span: Stretch,
    pub(crate) message: Cow<'r, str>,
}

/// A repair.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct FixJson<'r> {
    /// `safe`, `unsafe` or `placeholder`.
    pub(crate) applicability: Cow<'r, str>,
    pub(crate) message: Cow<'r, str>,
    pub(crate) edits: Vec<EditJson<'r>>,
    /// What it does to the set of requests that are allowed: `equivalent`, `narrower`, `wider` or
    /// `incomparable`; `null` where nobody has compared them.
    #[serde(default)]
    pub(crate) effect: Option<Cow<'r, str>>,
}

/// The replacement of bytes of the file.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct EditJson<'r> {
    pub(crate) start_byte: u32,
    pub(crate) end_byte: u32,
    pub(crate) text: Cow<'r, str>,
    /// The same place in lines and columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) span: Option<Stretch>,
}

/// Who decided to live with a finding.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SuppressedJson<'r> {
    /// The file that says so.
    pub(crate) by: Cow<'r, str>,
    #[serde(default)]
    pub(crate) reason: Option<Cow<'r, str>>,
    #[serde(default)]
    pub(crate) until: Option<Cow<'r, str>>,
}

/// Returns the findings, one JSON object a line.
///
/// # Errors
/// Never for what is written here.
pub(crate) fn lines(report: &Report) -> Result<String, serde_json::Error> {
    let mut out = String::new();
    for finding in report.files.iter().flat_map(findings_of) {
        out.push_str(&to_line(&finding)?);
        out.push('\n');
    }
    Ok(out)
}

impl<'r> ReportJson<'r> {
    /// Puts a report into its JSON form.
    pub(crate) fn new(report: &'r Report) -> Self {
        let sums = report.sums();
        let terms = &report.terms;
        Self {
            schema: SCHEMA,
            tool: ToolJson {
                name: TOOL.into(),
                version: (*terms.version).into(),
                catalogue: (*terms.catalogue).into(),
            },
            summary: SummaryJson {
                documents: sums.documents,
                findings: sums.findings(),
                errors: sums.errors,
                warnings: sums.warnings,
                notes: sums.notes,
                suppressed: sums.suppressed,
                baseline: sums.baseline,
                stale: report.stale.len(),
                fixable: sums.fixable,
                unsafely_fixable: sums.unsafely_fixable,
                fixed: report.fixed,
                skipped: report.skipped,
                excluded: report.excluded,
                unreadable: report.unreadable.len(),
                truncated: sums.truncated,
            },
            findings: report.files.iter().flat_map(findings_of).collect(),
            stale: report.stale.iter().map(StaleJson::from).collect(),
            run: RunJson {
                exit_code: report.exit_code,
                lang: terms.lang_code().into(),
                config: terms.config.as_deref().map(Cow::from),
                compared: terms.has_baseline,
                rules: terms.rules.iter().map(|code| code.to_string().into()).collect(),
                files: report.files.iter().map(FileJson::from).collect(),
                unreadable: report.unreadable.iter().map(Cow::from).collect(),
            },
        }
    }
}

impl<'r> From<&'r FileReport> for FileJson<'r> {
    fn from(file: &'r FileReport) -> Self {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let (documents, truncated) = (count(file.documents), count(file.truncated));
        Self { path: Cow::from(&file.name), documents, truncated }
    }
}

fn findings_of(file: &FileReport) -> Vec<FindingJson<'_>> {
    if file.findings.is_empty() {
        return Vec::new();
    }
    let places = file.places();
    file.findings.iter().map(|finding| FindingJson::new(&file.name, &places, finding)).collect()
}

impl<'r> FindingJson<'r> {
    fn new(path: &'r str, places: &Places<'_>, finding: &'r Finding) -> Self {
        let span = Stretch::of(places, finding.span);
        let rule = finding.rule;
        let related = finding.related.iter().map(|place| RelatedJson {
            pointer: Cow::from(&place.pointer),
            span: Stretch::of(places, place.span),
            message: Cow::from(&place.message),
        });
        let fix = finding.fix.as_ref().map(|fix| FixJson {
            applicability: fix.applicability.name().into(),
            message: Cow::from(&fix.message),
            edits: fix.edits.iter().map(|edit| EditJson::new(places, edit)).collect(),
            effect: fix.effect.map(|effect| effect.name().into()),
        });
        let suppressed = match &finding.state {
            State::Suppressed { by, reason, until } => Some(SuppressedJson {
                by: Cow::from(by),
                reason: reason.as_deref().map(Cow::from),
                until: until.as_deref().map(Cow::from),
            }),
            State::New | State::Baseline => None,
        };
        let is_known = finding.state == State::Baseline;
        Self {
            code: finding.id().into(),
            name: rule.map_or("", |rule| rule.name).into(),
            diagnostic: finding.diagnostic.as_deref().map(Cow::from),
            level: finding.level.name().into(),
            category: rule.map_or("", |rule| rule.category().name()).into(),
            security_severity: rule
                .and_then(|rule| rule.severity)
                .map(|severity| severity.to_string().into()),
            confidence: rule.map(|rule| rule.confidence.name().into()),
            path: path.into(),
            kind: finding.kind.map(|kind| kind.name().into()),
            policy: finding.policy.as_deref().unwrap_or_default().into(),
            pointer: Cow::from(&finding.pointer),
            sid: finding.sid.as_deref().map(Cow::from),
            span,
            line: span.start.line,
            column: span.start.column,
            message: Cow::from(&finding.message),
            help: finding.help.as_deref().map(Cow::from),
            url: None,
            related: related.collect(),
            witness: None,
            fix,
            fingerprint: Cow::from(&finding.fingerprint),
            baseline: if is_known { UNCHANGED } else { NEW }.into(),
            suppressed,
            fails: finding.fails && finding.is_new(),
        }
    }
}

impl<'r> From<&'r Stale> for StaleJson<'r> {
    fn from(stale: &'r Stale) -> Self {
        Self {
            code: Cow::from(&stale.code),
            path: Cow::from(&stale.path),
            pointer: Cow::from(&stale.pointer),
            message: Cow::from(&stale.message),
            fingerprint: Cow::from(&stale.fingerprint),
        }
    }
}

impl<'r> EditJson<'r> {
    fn new(places: &Places<'_>, edit: &'r ramguard_lint::Edit) -> Self {
        let span = Stretch::of(places, edit.span);
        let Place { byte: start_byte, .. } = span.start;
        let Place { byte: end_byte, .. } = span.end;
        Self { start_byte, end_byte, text: Cow::from(&edit.text), span: Some(span) }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;

    use schemars::generate::SchemaSettings;

    use super::*;

    /// Compares with `schema/<name>`, or writes it where `RAMGUARD_BLESS` is 1.
    pub(crate) fn assert_published(name: &str, schema: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(name);
        if std::env::var_os("RAMGUARD_BLESS").is_some_and(|value| value == "1") {
            std::fs::write(&path, schema).unwrap();
            return;
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(published, schema, "{name} is not current; RAMGUARD_BLESS=1 writes it anew");
    }

    #[test]
    fn the_published_schema_is_current() {
        // What is written, which is more than has to be there to be read.
        let settings = SchemaSettings::draft2020_12().for_serialize();
        let schema = settings.into_generator().into_root_schema_for::<ReportJson<'_>>();
        let text = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        assert_published("report.schema.json", &text);
    }
}
