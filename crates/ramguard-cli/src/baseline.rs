//! Findings that were there when somebody began to look: they are counted, and fail no run.
//!
//! The file holds one entry a line in a fixed order, so that two branches merge without quarrel.
//! What is about a file that a run has not looked at, or about a rule that was off, stays as it is.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, State};
use crate::render::escape::escape;
use crate::render::json::{SCHEMA, to_line};
use crate::settings::Project;

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
    /// How many findings it stands for: 1, since equal findings of a file are numbered.
    #[serde(default = "one")]
    count: u32,
}

const fn one() -> u32 {
    1
}

/// A baseline that was read.
#[derive(Debug, Default)]
pub(crate) struct Baseline {
    entries: Vec<Entry>,
    /// The code of each fingerprint.
    known: HashMap<String, String>,
}

/// An entry that nothing was found for any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stale {
    /// The path of the file as it is to be shown.
    pub(crate) path: String,
    /// The code of the rule.
    pub(crate) code: String,
    /// The JSON Pointer it had.
    pub(crate) pointer: String,
    /// The words it had.
    pub(crate) message: String,
    /// Its fingerprint.
    pub(crate) fingerprint: String,
}

/// What came of the entries of a baseline.
#[derive(Debug, Default)]
pub(crate) struct Outcome<'b> {
    /// Those that were found again, or that nobody looked for.
    kept: Vec<&'b Entry>,
    /// Those that nothing was found for any more.
    gone: Vec<&'b Entry>,
}

/// What a run looked at, as far as baselines ask.
pub(crate) struct Looked<'l> {
    /// The paths of files that were checked, below the root.
    pub(crate) paths: HashSet<&'l str>,
    /// The fingerprints that were found and are in the baseline.
    pub(crate) found: HashSet<&'l str>,
    /// The folders paths start from.
    pub(crate) roots: Vec<&'l Path>,
    /// Whether a rule of this code may have said something.
    pub(crate) is_on: &'l dyn Fn(&str) -> bool,
}

impl Baseline {
    /// Reads the bytes of a baseline; `name` is what the file is called.
    ///
    /// # Errors
    /// It is not what this program writes; never taken for an empty one. In words, escaped.
    pub(crate) fn parse(name: &str, bytes: &[u8]) -> Result<Self, String> {
        let refused = |words: String| format!("`{}` is no baseline: {words}", escape(name));
        let file: BaselineFile = serde_json::from_slice(bytes)
            .map_err(|error| refused(escape(&error.to_string()).into_owned()))?;
        if file.schema != SCHEMA {
            return Err(refused(format!("it has schema {}, not {SCHEMA}", file.schema)));
        }
        let known = file.entries.iter().map(|e| (e.fingerprint.clone(), e.code.clone())).collect();
        Ok(Self { entries: file.entries, known })
    }

    /// Makes a baseline of what was found somewhere else, each by its fingerprint and its code, that
    /// nobody keeps in a file.
    pub(crate) fn passing(found: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { entries: Vec::new(), known: found.into_iter().collect() }
    }

    /// Returns how many entries it has.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns a line for each entry, not escaped, in their order; `shown` names a file for people.
    pub(crate) fn lines(&self, shown: impl Fn(&str) -> String) -> Vec<String> {
        let line = |entry: &Entry| {
            let Entry { path, code, pointer, message, .. } = entry;
            format!("{}: {code} {pointer}: {message}", shown(path))
        };
        self.entries.iter().map(line).collect()
    }

    /// Returns the text of the file, in the order this program writes it.
    ///
    /// # Errors
    /// Never for what was read here.
    pub(crate) fn text(&self) -> Result<String, serde_json::Error> {
        text_of(self.entries.clone())
    }

    /// Marks the findings of a project it knows.
    pub(crate) fn mark(&self, findings: &mut [Finding], project: &Project) {
        for finding in findings.iter_mut().filter(|finding| finding.is_new()) {
            let is_known =
                self.known.get(&finding.fingerprint).is_some_and(|code| *code == finding.id());
            if is_known && project.may_be_known(finding) {
                finding.state = State::Baseline;
            }
        }
    }

    /// Tells the entries that are gone from the others. One is gone if its file was checked, or is
    /// no more, and its rule was on and did not find it.
    pub(crate) fn outcome(&self, looked: &Looked<'_>) -> Outcome<'_> {
        let is_gone = |entry: &Entry| {
            let is_checked = || looked.paths.contains(entry.path.as_str());
            let is_there = || looked.roots.iter().any(|root| root.join(&entry.path).exists());
            !looked.found.contains(entry.fingerprint.as_str())
                && (looked.is_on)(&entry.code)
                && (is_checked() || !is_there())
        };
        let (gone, kept) = self.entries.iter().partition(|entry| is_gone(entry));
        Outcome { kept, gone }
    }
}

impl Outcome<'_> {
    /// Returns what is gone; `shown` names a file of the baseline for people.
    pub(crate) fn stale(&self, shown: impl Fn(&str) -> String) -> Vec<Stale> {
        let stale = |entry: &&Entry| Stale {
            path: shown(&entry.path),
            code: entry.code.clone(),
            pointer: entry.pointer.clone(),
            message: entry.message.clone(),
            fingerprint: entry.fingerprint.clone(),
        };
        self.gone.iter().map(stale).collect()
    }

    /// Returns the text of a baseline of what is kept, and of what counts or was in the baseline
    /// before in these files, each with its path, and how many entries of it are new.
    ///
    /// # Errors
    /// Never for what is written here.
    pub(crate) fn written<'f>(
        &self,
        found: impl IntoIterator<Item = (&'f Finding, &'f str)>,
    ) -> Result<Written, serde_json::Error> {
        let mut entries: Vec<Entry> = self.kept.iter().map(|entry| (*entry).clone()).collect();
        let before: HashSet<&str> = self.kept.iter().map(|e| e.fingerprint.as_str()).collect();
        let mut added = HashSet::new();
        for (finding, path) in found {
            if matches!(finding.state, State::Suppressed { .. }) || finding.fingerprint.is_empty() {
                continue;
            }
            if !before.contains(finding.fingerprint.as_str()) {
                added.insert(finding.fingerprint.as_str());
            }
            entries.push(Entry {
                path: path.to_owned(),
                code: finding.id(),
                pointer: finding.pointer.clone(),
                fingerprint: finding.fingerprint.clone(),
                message: finding.message.clone(),
                count: one(),
            });
        }
        let (added, gone) = (added.len(), self.gone.len());
        Ok(Written { text: text_of(entries)?, added, gone })
    }
}

/// A baseline that is to be written.
#[derive(Debug)]
pub(crate) struct Written {
    /// The text of the file.
    pub(crate) text: String,
    /// How many entries were not there before.
    pub(crate) added: usize,
    /// How many entries are not there any more.
    pub(crate) gone: usize,
}

/// Returns the text of a baseline: one entry a line, sorted, each once.
fn text_of(entries: Vec<Entry>) -> Result<String, serde_json::Error> {
    // What was found anew tells its place as it is now, so it stands for what was kept.
    let mut by_fingerprint: BTreeMap<String, Entry> = BTreeMap::new();
    for entry in entries {
        by_fingerprint.insert(entry.fingerprint.clone(), entry);
    }
    let mut entries: Vec<Entry> = by_fingerprint.into_values().collect();
    entries.sort();
    let lines: Result<Vec<String>, _> = entries.iter().map(to_line).collect();
    let lines = lines?.join(",\n");
    let gap = if lines.is_empty() { "" } else { "\n" };
    Ok(format!("{{\"schema\":{SCHEMA},\"entries\":[{gap}{lines}{gap}]}}\n"))
}
