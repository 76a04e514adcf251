//! What a run of the linter came to: every file with its findings, and the sums.
//!
//! Always holds here: files come in the order of their paths, findings of a file in the order of
//! place and code, so equal inputs give equal reports whatever the number of threads.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use ramguard_lint::{Applicability, Code, Lang, Level};

use crate::baseline::Stale;
use crate::finding::{Finding, State};
use crate::places::{Places, Told};

/// Everything a run has to say.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// The files that were looked at and held something, or have a finding.
    pub(crate) files: Vec<FileReport>,
    /// What is in a baseline and was not found any more.
    pub(crate) stale: Vec<Stale>,
    /// What stands in the place of files that cannot be read, escaped already.
    pub(crate) unreadable: Vec<String>,
    /// How many files of folders were left out because they hold no policy.
    pub(crate) skipped: usize,
    /// How many files of folders were left out because settings say so.
    pub(crate) excluded: usize,
    /// How many fixes were applied.
    pub(crate) fixed: usize,
    /// Whether fixes would change something that was only shown.
    pub(crate) has_diff: bool,
    /// What the process will end with.
    pub(crate) exit_code: u8,
    /// How it was run.
    pub(crate) terms: Terms,
}

/// What a run was asked for, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// The version of the program.
    pub(crate) version: Cow<'static, str>,
    /// The date of the catalogue of services and actions.
    pub(crate) catalogue: Cow<'static, str>,
    /// The language of messages.
    pub(crate) lang: Lang,
    /// The name of the settings file that was asked for, without its folder and ending.
    pub(crate) config: Option<String>,
    /// Whether findings were compared with a baseline.
    pub(crate) has_baseline: bool,
    /// The rules that were looked at, by code.
    pub(crate) rules: Vec<Code>,
}

impl Terms {
    /// Returns the short name of the language.
    pub(crate) fn lang_code(&self) -> &'static str {
        match self.lang {
            Lang::En => "en",
            Lang::Zh => "zh",
        }
    }
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").into(),
            catalogue: ramguard_catalog::DATE.into(),
            lang: Lang::default(),
            config: None,
            has_baseline: false,
            rules: Vec::new(),
        }
    }
}

/// One file.
#[derive(Debug, Default)]
pub(crate) struct FileReport {
    /// Its path as it is to be shown, not escaped.
    pub(crate) name: String,
    /// Its text; empty if there is nothing to say about it.
    pub(crate) text: String,
    /// The places of its findings, where nothing else is known of it.
    pub(crate) told: Option<Told>,
    /// How many policies it holds.
    pub(crate) documents: usize,
    /// How many of them have so much wrong that only the first part is told.
    pub(crate) truncated: usize,
    /// What was found in it and left out, in words, escaped already.
    pub(crate) notes: Vec<String>,
    /// What there is to say.
    pub(crate) findings: Vec<Finding>,
    /// The same in the words of the rules, as long as the ignores of the settings are not counted.
    pub(crate) raw: Vec<ramguard_lint::Finding>,
    /// For each finding, the line of the file on which the policy it is about is begun.
    pub(crate) heads: Vec<u32>,
    /// What there is to say about ignores in the file itself.
    pub(crate) remarks: Vec<Finding>,
    /// What there is to say about files beside it.
    pub(crate) beside: Vec<FileReport>,
    /// How many fixes were applied to it.
    pub(crate) fixed: usize,
    /// What these fixes did, in words, not escaped, and how often.
    pub(crate) applied: BTreeMap<String, usize>,
    /// What fixes would change, ready to print.
    pub(crate) diff: String,
    /// What standard input holds once it is repaired, if that was asked for.
    pub(crate) repaired: Option<String>,
}

/// The sums of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) documents: usize,
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) notes: usize,
    pub(crate) suppressed: usize,
    pub(crate) baseline: usize,
    pub(crate) truncated: usize,
    pub(crate) fixable: usize,
    pub(crate) unsafely_fixable: usize,
    /// Findings that make the run a failure.
    pub(crate) failing: usize,
}

impl Sums {
    /// Returns how many findings count.
    pub(crate) fn findings(&self) -> usize {
        self.errors + self.warnings + self.notes
    }
}

impl FileReport {
    /// Returns the findings that count.
    pub(crate) fn counting(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.is_new())
    }

    /// Returns the lines and columns of the file.
    pub(crate) fn places(&self) -> Places<'_> {
        self.told.as_ref().map_or_else(|| Places::of(&self.text), Places::Told)
    }
}

impl Report {
    /// Adds up.
    pub(crate) fn sums(&self) -> Sums {
        let mut sums = Sums::default();
        for file in &self.files {
            sums.documents += file.documents;
            sums.truncated += file.truncated;
            for finding in &file.findings {
                match finding.state {
                    State::Suppressed { .. } => sums.suppressed += 1,
                    State::Baseline => sums.baseline += 1,
                    State::New => sums.count(finding),
                }
            }
        }
        sums
    }

    /// Returns the sums in one sentence, with the time that a run took.
    pub(crate) fn in_words(&self, max_problems: usize, taken: Duration) -> String {
        let sums = self.sums();
        let mut words = match sums.findings() {
            0 if sums.documents == 0 && self.unreadable.is_empty() => "No policy found".to_owned(),
            0 => "No findings".to_owned(),
            n => {
                let parts =
                    [(sums.errors, "error"), (sums.warnings, "warning"), (sums.notes, "note")];
                let parts: Vec<String> = parts
                    .into_iter()
                    .filter(|(count, _)| *count > 0)
                    .map(|(count, noun)| counted(count, noun))
                    .collect();
                format!("Found {} ({})", counted(n, "finding"), parts.join(", "))
            }
        };
        if words != "No policy found" {
            words.push_str(&format!(" in {}", counted(sums.documents, "document")));
            let files = self.files.iter().filter(|file| file.documents > 0).count();
            if files != sums.documents && files > 0 {
                words.push_str(&format!(" of {}", counted(files, "file")));
            }
            words.push_str(&format!(", {} ms", taken.as_millis()));
        }
        if sums.suppressed > 0 {
            words.push_str(&format!("; {} suppressed", sums.suppressed));
        }
        if sums.baseline > 0 {
            words.push_str(&format!("; {} in the baseline", sums.baseline));
        }
        if !self.stale.is_empty() {
            let stale = self.stale.len();
            words.push_str(&format!(
                "; {stale} of the baseline gone, `--prune-baseline` drops them"
            ));
        }
        if self.fixed > 0 {
            words.push_str(&format!("; {} applied", counted_fixes(self.fixed)));
        }
        if sums.fixable > 0 {
            words.push_str(&format!("; {} fixable with `--fix`", sums.fixable));
        }
        if sums.unsafely_fixable > 0 {
            words.push_str(&format!("; {} with `--unsafe-fixes`", sums.unsafely_fixable));
        }
        if self.skipped > 0 {
            let others = counted(self.skipped, "other file");
            words.push_str(&format!("; {others} left out, without `Statement` or `Version`"));
        }
        if self.excluded > 0 {
            let files = counted(self.excluded, "file");
            words.push_str(&format!("; {files} left out by `exclude`"));
        }
        if sums.truncated > 0 {
            let documents = counted(sums.truncated, "document");
            words.push_str(&format!("; only the first {max_problems} of {documents} are told"));
        }
        if !self.unreadable.is_empty() {
            words.push_str(&format!("; {} unreadable", counted(self.unreadable.len(), "path")));
        }
        words.push('.');
        words
    }
}

impl Sums {
    fn count(&mut self, finding: &Finding) {
        match finding.level {
            Level::Error => self.errors += 1,
            Level::Warning => self.warnings += 1,
            Level::Note => self.notes += 1,
        }
        if finding.fails {
            self.failing += 1;
        }
        match finding.fix.as_ref().map(|fix| fix.applicability) {
            Some(Applicability::Safe) => self.fixable += 1,
            Some(Applicability::Unsafe) => self.unsafely_fixable += 1,
            Some(Applicability::Placeholder) | None => {}
        }
    }
}

/// Returns a number of fixes.
pub(crate) fn counted_fixes(n: usize) -> String {
    format!("{n} fix{}", if n == 1 { "" } else { "es" })
}

/// Returns a number and its noun.
pub(crate) fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}
