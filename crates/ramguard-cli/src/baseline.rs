//! Findings that were there when somebody began to look: they are counted, and fail no run.
//!
//! The file holds one entry a line in a fixed order, so that two branches merge without quarrel.

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, State};
use crate::inputs::{Inputs, name_of};
use crate::render::escape::escape;
use crate::render::json::{SCHEMA, to_line};
use crate::report::FileReport;

/// What a baseline is called unless somebody says otherwise.
pub(crate) const FILE_NAME: &str = "ramguard-baseline.json";

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BaselineFile {
    schema: u32,
    entries: Vec<Entry>,
}

/// One entry; what is told beside the fingerprint is for people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    code: String,
    pointer: String,
    fingerprint: String,
    message: String,
}

/// A baseline that was read.
#[derive(Debug)]
pub(crate) struct Baseline {
    known: HashMap<String, String>,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// It is missing or not what this program writes; never taken for an empty one.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let source = Inputs::default().document(path.as_os_str()).map_err(|error| error.0)?;
        let name = name_of(path.as_os_str());
        let refused = |words: String| format!("`{}` is no baseline: {words}", escape(&name));
        let file: BaselineFile = serde_json::from_slice(&source.bytes)
            .map_err(|error| refused(escape(&error.to_string()).into_owned()))?;
        if file.schema != SCHEMA {
            return Err(refused(format!("it has schema {}, not {SCHEMA}", file.schema)));
        }
        let known = file.entries.into_iter().map(|entry| (entry.fingerprint, entry.code));
        Ok(Self { known: known.collect() })
    }

    /// Marks the findings it knows.
    pub(crate) fn mark(&self, findings: &mut [Finding]) {
        for finding in findings.iter_mut().filter(|finding| finding.is_new()) {
            if self.known.get(&finding.fingerprint).is_some_and(|code| *code == finding.id()) {
                finding.state = State::Baseline;
            }
        }
    }
}

/// Returns the baseline of everything that counts or was in a baseline before.
///
/// # Errors
/// Never for what is written here.
pub(crate) fn written<'f>(
    files: impl IntoIterator<Item = (&'f FileReport, &'f str)>,
) -> Result<String, serde_json::Error> {
    let mut entries: Vec<Entry> = Vec::new();
    for (file, path) in files {
        let kept = file.findings.iter().filter(|finding| {
            !matches!(finding.state, State::Suppressed { .. }) && !finding.fingerprint.is_empty()
        });
        entries.extend(kept.map(|finding| Entry {
            path: path.to_owned(),
            code: finding.id(),
            pointer: finding.pointer.clone(),
            fingerprint: finding.fingerprint.clone(),
            message: finding.message.clone(),
        }));
    }
    entries.sort();
    let lines: Result<Vec<String>, _> = entries.iter().map(to_line).collect();
    let lines = lines?.join(",\n");
    let gap = if lines.is_empty() { "" } else { "\n" };
    Ok(format!("{{\"schema\":{SCHEMA},\"entries\":[{gap}{lines}{gap}]}}\n"))
}
