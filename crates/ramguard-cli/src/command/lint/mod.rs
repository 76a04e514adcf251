//! `ramguard lint`: checks documents and reports every problem with its place and remedy.
//!
//! Findings come in the order of path, place and code. A path that cannot be read is reported, the
//! others are checked all the same, and the run ends as an error.

mod walk;

use std::ffi::OsStr;

use ramguard_policy::text::LineIndex;
use ramguard_policy::{Document, Kind, ReadOptions};
use serde::Serialize;

use crate::args::{KindName, LintArgs, LintOutput};
use crate::finding::findings;
use crate::inputs::{Inputs, Source, is_stdin};
use crate::render::finding::{FindingJson, concise, human};
use crate::render::json::{SCHEMA, to_line};
use crate::render::snippet::Shown;
use crate::render::terminal::Terminal;

use super::{Exit, Failure};
use walk::{Found, Walk};

/// What a run came to.
#[derive(Debug, Default, Serialize)]
struct Summary {
    documents: usize,
    findings: usize,
    errors: usize,
    skipped: usize,
    unreadable: usize,
    /// Documents with so many problems that only the first are told.
    truncated: usize,
}

/// The report of a run as JSON.
#[derive(Debug, Serialize)]
struct Report {
    schema: u32,
    findings: Vec<FindingJson>,
    summary: Summary,
}

/// Checks the documents that `args` names.
pub(crate) fn run(args: &LintArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let walk = Walk::new(&args.include, &args.exclude)?;
    let mut linter = Linter {
        args,
        inputs: Inputs::with_stdin_name(args.stdin_filename.as_ref()),
        report: Report { schema: SCHEMA, findings: Vec::new(), summary: Summary::default() },
    };
    let mut found = Vec::new();
    for path in &args.paths {
        if is_stdin(path) {
            found.push(Ok(Found { path: path.clone(), is_named: true }));
        } else {
            walk.list(path, &mut found);
        }
    }
    // A file named twice, or named and found in a folder, is checked once.
    found.sort_by(|a, b| key(a).cmp(&key(b)));
    found.dedup_by(|b, a| matches!((a, b), (Ok(a), Ok(b)) if a.path == b.path));
    for item in &found {
        let checked = match item {
            Ok(file) => linter.file(&file.path, file.is_named, terminal),
            Err(message) => Err(Failure::new(message.clone())),
        };
        if let Err(Failure(message)) = checked {
            linter.report.summary.unreadable += 1;
            terminal.error(&message);
        }
    }
    linter.finish(terminal)
}

fn key(found: &Result<Found, String>) -> (&OsStr, bool, &str) {
    match found {
        Ok(file) => (&file.path, !file.is_named, ""),
        Err(message) => (OsStr::new(""), false, message),
    }
}

struct Linter<'a> {
    args: &'a LintArgs,
    inputs: Inputs,
    report: Report,
}

impl Linter<'_> {
    fn file(
        &mut self,
        path: &OsStr,
        is_named: bool,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let source = self.inputs.document(path)?;
        let text = source.text();
        if !is_named && self.args.kind == KindName::Auto && !walk::looks_like_policy(&text) {
            self.report.summary.skipped += 1;
            return Ok(());
        }
        self.document(&source, &text, terminal);
        Ok(())
    }

    fn document(&mut self, source: &Source, text: &str, terminal: &mut Terminal) {
        let kind = kind_of(self.args.kind, text);
        let options = ReadOptions {
            legacy_not_resource: self.args.legacy_not_resource,
            ..ReadOptions::default()
        };
        let document = Document::read_bytes(kind, &source.bytes, &options);
        let lines = LineIndex::new(text);
        let shown = Shown { name: &source.name, lines: &lines };
        self.report.summary.documents += 1;
        if document.problems().len() >= Document::MAX_PROBLEMS {
            self.report.summary.truncated += 1;
        }
        for finding in findings(&document) {
            self.report.summary.findings += 1;
            self.report.summary.errors += 1;
            match self.args.output {
                LintOutput::Human => {
                    terminal.line(&human(terminal.is_coloured(), &shown, &finding));
                }
                LintOutput::Concise => terminal.print(&concise(&shown, &finding)),
                LintOutput::Json => {
                    let finding = FindingJson::new(&shown, kind, &document, finding);
                    self.report.findings.push(finding);
                }
            }
        }
    }

    fn finish(self, terminal: &mut Terminal) -> Result<Exit, Failure> {
        let summary = &self.report.summary;
        let exit = if summary.unreadable > 0 {
            Exit::Error
        } else if summary.findings > 0 {
            Exit::No
        } else {
            Exit::Yes
        };
        let words = in_words(summary);
        if self.args.output == LintOutput::Json {
            terminal.line(&to_line(&self.report)?);
        }
        if !self.args.quiet {
            terminal.log(&words);
        }
        Ok(exit)
    }
}

fn in_words(summary: &Summary) -> String {
    let mut words = match summary.findings {
        0 => "No findings".to_owned(),
        n => format!("Found {}", counted(n, "finding")),
    };
    words.push_str(&format!(" in {}", counted(summary.documents, "document")));
    if summary.skipped > 0 {
        let others = counted(summary.skipped, "other JSON file");
        words.push_str(&format!("; {others} left out, without `Statement` or `Version`"));
    }
    if summary.truncated > 0 {
        let documents = counted(summary.truncated, "document");
        let limit = Document::MAX_PROBLEMS;
        words.push_str(&format!("; only the first {limit} problems of {documents} are told"));
    }
    if summary.unreadable > 0 {
        words.push_str(&format!("; {} unreadable", counted(summary.unreadable, "path")));
    }
    words.push('.');
    words
}

fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

fn kind_of(name: KindName, text: &str) -> Kind {
    match name {
        KindName::Identity => Kind::Identity,
        KindName::Session => Kind::Session,
        KindName::Control => Kind::Control,
        KindName::Trust => Kind::Trust,
        KindName::Bucket => Kind::Bucket,
        KindName::Auto => Kind::guess(text),
    }
}
