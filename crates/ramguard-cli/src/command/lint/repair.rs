//! Fixes applied to files: `--fix`, `--unsafe-fixes`, `--diff`.
//!
//! Always holds here: bytes outside an edit stay as they are; a file is written whole or not at
//! all, and not if somebody has changed it since it was read; what is ignored or in the baseline is
//! left alone. A fix can make room for another, so files are checked again until nothing changes.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use ramguard_lint::{Applicability, Edit, fix};
use similar::TextDiff;

use crate::args::LintArgs;
use crate::baseline::Baseline;
use crate::command::Failure;
use crate::files;
use crate::finding::Finding;
use crate::inputs::Source;
use crate::render::escape::{escape, escape_lines};
use crate::report::{FileReport, counted};
use crate::settings::Project;

use super::check::Check;
use super::threshold::Threshold;

/// A file is checked and repaired at most this many times in one run.
const MAX_ROUNDS: usize = 10;

/// How far repairs go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repair {
    allowed: Applicability,
    is_diff: bool,
    threshold: Threshold,
}

impl Repair {
    /// Returns what is asked for, if anything is.
    pub(super) fn new(args: &LintArgs) -> Option<Self> {
        let allowed = if args.unsafe_fixes { Applicability::Unsafe } else { Applicability::Safe };
        let threshold = Threshold::new(args);
        (args.fix || args.fix_only || args.unsafe_fixes || args.diff).then_some(Self {
            allowed,
            is_diff: args.diff,
            threshold,
        })
    }

    /// Returns whether files are written to.
    pub(super) fn writes(self) -> bool {
        !self.is_diff
    }

    /// Repairs one file that was checked, and returns what is left to say about it.
    ///
    /// # Errors
    /// The file cannot be written, or is not to be: in words, escaped.
    pub(super) fn file(
        self,
        check: &Check,
        source: &Source,
        report: FileReport,
        path: &str,
        project: &Project,
        baseline: Option<&Baseline>,
    ) -> Result<FileReport, String> {
        let Ok(original) = std::str::from_utf8(&source.bytes) else {
            if source.is_stdin && !self.is_diff {
                return Err("standard input is not UTF-8 and cannot be repaired".into());
            }
            return Ok(report);
        };
        let mut current = report;
        let mut text = original.to_owned();
        let mut fixed = 0;
        let mut applied: BTreeMap<String, usize> = BTreeMap::new();
        for _ in 0..MAX_ROUNDS {
            if let Some(baseline) = baseline {
                baseline.mark(&mut current.findings, project);
            }
            let edits = self.picked(&current.findings);
            let Ok(next) = fix::apply(&text, edits.values().flat_map(|edits| edits.iter())) else {
                break;
            };
            if next == text {
                break;
            }
            let bytes = next.clone().into_bytes();
            let again = Source { name: source.name.clone(), bytes, is_stdin: source.is_stdin };
            // A repair never makes a file into none.
            let Ok(Some(checked)) = check.file(&again, true, path, project) else { break };
            fixed += edits.len();
            for finding in edits.keys().filter_map(|(_, index)| current.findings.get(*index)) {
                let words = finding.fix.as_ref().map(|fix| fix.message.as_str());
                let words = format!("{} {}", finding.id(), words.unwrap_or_default());
                *applied.entry(words).or_default() += 1;
            }
            current = checked;
            text = next;
        }
        if source.is_stdin && !self.is_diff {
            current.repaired = Some(text);
            current.fixed = fixed;
            current.applied = applied;
            return Ok(current);
        }
        if text == original {
            return Ok(current);
        }
        if self.is_diff {
            // Everything is told as it is in the file, since nothing is written.
            let is_asked = true;
            let mut report = check.file(source, is_asked, path, project)?.unwrap_or_default();
            report.diff = diff(&source.name, original, &text);
            return Ok(report);
        }
        files::replace(Path::new(&source.name), source, &text)?;
        current.fixed = fixed;
        current.applied = applied;
        Ok(current)
    }

    /// Picks the fixes that can be applied together, in the order of the text: each only if it
    /// touches none picked before. Keyed by the place of the first edit.
    fn picked(self, findings: &[Finding]) -> BTreeMap<(u32, usize), Vec<Edit>> {
        let mut picked = BTreeMap::new();
        // Start of each stretch that is taken, with its end.
        let mut taken: BTreeMap<u32, u32> = BTreeMap::new();
        let is_told = |finding: &Finding| finding.is_new() && self.threshold.passes(finding);
        for (index, finding) in findings.iter().enumerate().filter(|(_, f)| is_told(f)) {
            let Some(fix) = &finding.fix else { continue };
            if fix.applicability > self.allowed || fix.applicability == Applicability::Placeholder {
                continue;
            }
            let free = |edit: &Edit| {
                // Neighbours count as touching, which is settled in the next round.
                let before = taken.range(..=edit.span.end).next_back();
                before.is_none_or(|(_, end)| *end < edit.span.start)
            };
            if !fix.edits.iter().all(free) {
                continue;
            }
            for edit in &fix.edits {
                taken.insert(edit.span.start, edit.span.end);
            }
            let first = fix.edits.first().map_or(0, |edit| edit.span.start);
            picked.insert((first, index), fix.edits.clone());
        }
        picked
    }
}

/// What a folder under version control has in it, or one above it.
const SIGNS: [&str; 7] = [".git", ".jj", ".hg", ".svn", ".pijul", ".fslckout", "_FOSSIL_"];

/// Refuses to write to files that no version control could bring back.
///
/// # Errors
/// There is one; nothing has been written yet.
pub(super) fn refuse_unversioned<'f>(files: impl Iterator<Item = &'f Path>) -> Result<(), Failure> {
    let mut known: HashMap<PathBuf, bool> = HashMap::new();
    let mut outside: Vec<&Path> = Vec::new();
    for file in files {
        // Where the file really is, and not where a link to its folder stands.
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).to_owned();
        let is_versioned = *known.entry(folder).or_insert_with_key(|folder| {
            let folder = folder.canonicalize().unwrap_or_default();
            folder.ancestors().any(|above| SIGNS.iter().any(|sign| above.join(sign).exists()))
        });
        if !is_versioned {
            outside.push(file);
        }
    }
    let Some(first) = outside.first() else { return Ok(()) };
    let (first, more) = (first.to_string_lossy(), outside.len() - 1);
    let rest =
        if more > 0 { format!(" and {} are", counted(more, "other file")) } else { " is".into() };
    Err(Failure::new(format!(
        "`{}`{rest} under no version control, which could undo a repair; `--diff` shows what would \
         change, `--allow-no-vcs` writes all the same",
        escape(&first)
    )))
}

/// Returns what has changed as a unified diff, escaped.
pub(crate) fn diff(name: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    let name = name.replace('\\', "/");
    let text = diff
        .unified_diff()
        .header(&format!("a/{}", escape(&name)), &format!("b/{}", escape(&name)))
        .to_string();
    escape_lines(&text).into_owned()
}
