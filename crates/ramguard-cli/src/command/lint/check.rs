//! One file: what it holds, and what there is to say about it.
//!
//! Files are checked on several threads. What comes back is put in the order of the files, so the
//! number of threads changes no byte of the report.

use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use ramguard_lint::{Lang, Linter};
use ramguard_policy::json::{self, JsonLimits, Kind as JsonKind};
use ramguard_policy::text::{LineIndex, Span};
use ramguard_policy::{Document, Kind};

use crate::args::KindName;
use crate::extract::{self, Extracted, Format};
use crate::finding::{Finding, State};
use crate::fingerprint::{Canonical, Fingerprints};
use crate::inputs::{Inputs, Source};
use crate::render::escape::escape;
use crate::report::FileReport;
use crate::settings::{Inline, Project, Sidecar, sidecar_path};

/// The line on which a policy is begun is looked for this far before its text.
const MAX_HEAD_BYTES: u32 = 4_096;
/// No more threads than this are started.
const MAX_THREADS: usize = 16;

/// How files are checked.
pub(crate) struct Check {
    /// What the documents are.
    pub(crate) kind: KindName,
    /// The language of messages.
    pub(crate) lang: Lang,
}

/// Where the documents of one file stand.
struct Place<'p> {
    project: &'p Project,
    /// The path below the root of the project.
    path: &'p str,
    made: Fingerprints,
    lines: LineIndex<'p>,
}

impl Place<'_> {
    /// Returns the line on which the policy is begun whose text starts at this place: that of the
    /// sign before it, if the text has lines of its own, as after `<<EOF` or `PolicyDocument: |`.
    fn head(&self, start: u32) -> u32 {
        let line = self.lines.position(start).line;
        let from = start.saturating_sub(MAX_HEAD_BYTES);
        let before = self.lines.text().as_bytes().get(from as usize..start as usize);
        let before = String::from_utf8_lossy(before.unwrap_or_default());
        let mut up = before.rsplit('\n').zip((1..=line).rev());
        if up.next().is_none_or(|(own, _)| !own.trim().is_empty()) {
            return line;
        }
        let word = |line: &str| {
            let words = line.split(" #").next().unwrap_or_default().trim().to_owned();
            (!words.is_empty() && !words.starts_with(['#', '/'])).then_some(words)
        };
        let begun = up.find_map(|(text, number)| Some((word(text)?, number)));
        begun
            .filter(|(w, _)| w.contains("<<") || w.ends_with([':', '=', '(', '|', '>', '-', '+']))
            .map_or(line, |(_, number)| number)
    }
}

/// Does `work` for every number below `count`, on several threads, and returns what comes of it in
/// the order of the numbers. `tick` is called on this thread after each.
pub(crate) fn in_parallel<T: Send>(
    count: usize,
    work: impl Fn(usize) -> T + Sync,
    mut tick: impl FnMut(),
) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = threads.min(MAX_THREADS).min(count);
    if threads <= 1 {
        let one = |index| {
            let done = work(index);
            tick();
            done
        };
        return (0..count).map(one).collect();
    }
    let next = AtomicUsize::new(0);
    let mut done: Vec<(usize, T)> = Vec::with_capacity(count);
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..threads {
            let sender = sender.clone();
            let (next, work) = (&next, &work);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count || sender.send((index, work(index))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for item in receiver {
            done.push(item);
            tick();
        }
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, item)| item).collect()
}

impl Check {
    /// Checks one file that was read; `None` if it holds no policy and is not asked for by name.
    ///
    /// # Errors
    /// The file is not what its name says, or past a bound; in words, escaped.
    pub(crate) fn file(
        &self,
        source: &Source,
        is_named: bool,
        path: &str,
        project: &Project,
    ) -> Result<Option<FileReport>, String> {
        let text = source.text();
        let Some(mut report) = self.documents(source, &text, is_named, path, project)? else {
            return Ok(None);
        };
        self.inside(source, &text, path, project, &mut report)?;
        self.beside(source, path, project, &mut report)?;
        project.judge(&mut report.findings);
        if !report.findings.is_empty() || !report.remarks.is_empty() {
            report.text = text.into_owned();
        }
        Ok(Some(report))
    }

    /// Checks the policies of a file with this text, without regard to ignores in the file or beside
    /// it; `None` if it holds none and is not asked for by name.
    ///
    /// # Errors
    /// The file is not what its name says, or past a bound; in words, escaped.
    pub(crate) fn documents(
        &self,
        source: &Source,
        text: &str,
        is_named: bool,
        path: &str,
        project: &Project,
    ) -> Result<Option<FileReport>, String> {
        let extraction = extract::documents(&source.name, text)
            .map_err(|error| in_words(&source.name, text, error.span, &error.message))?;
        let mut report = FileReport { name: source.name.clone(), ..FileReport::default() };
        for note in &extraction.notes {
            let words = in_words(&source.name, text, Some(note.span), &note.message);
            report.notes.push(words);
        }
        let lines = LineIndex::new(text);
        let mut place = Place { project, path, made: Fingerprints::default(), lines };
        let is_json = Format::of(&source.name, text) == Format::Json;
        if !extraction.documents.is_empty() {
            for held in &extraction.documents {
                self.held(source, held, &mut place, &mut report);
            }
        } else if is_json && (is_named || looks_broken(text)) {
            self.whole(source, text, &mut place, &mut report);
        } else if !is_named && report.notes.is_empty() {
            return Ok(None);
        }
        Ok(Some(report))
    }

    /// Checks a file that is a policy, or is to be read as one.
    fn whole(&self, source: &Source, text: &str, at: &mut Place<'_>, report: &mut FileReport) {
        let options = at.project.linter.settings().read_options();
        let document = Document::read_bytes(self.kind_of(text, None), &source.bytes, options);
        // What is no text cannot be edited.
        let is_text = std::str::from_utf8(&source.bytes).is_ok();
        let copied = |span: Span| is_text.then_some(span);
        self.document(&document, None, |_| false, |span| span, copied, at, report);
    }

    /// Checks a policy that was found inside a file.
    fn held(&self, source: &Source, held: &Extracted, at: &mut Place<'_>, report: &mut FileReport) {
        if held.is_file() && held.text.len() == source.bytes.len() {
            return self.whole(source, &held.text, at, report);
        }
        let options = at.project.linter.settings().read_options();
        let kind = self.kind_of(&held.text, held.kind);
        let document = Document::read_with(kind, &held.text, options);
        let name = Some(held.name.as_str()).filter(|name| !name.is_empty());
        let is_text = std::str::from_utf8(&source.bytes).is_ok();
        let copied = |span: Span| held.map.copied(span).filter(|_| is_text);
        // Nobody knows yet what stands where a template is filled in later.
        let is_open = |span: Span| held.is_open(span);
        self.document(&document, name, is_open, |span| held.map.span(span), copied, at, report);
    }

    #[expect(clippy::too_many_arguments, reason = "one document, and the ways back to its file")]
    fn document(
        &self,
        document: &Document<'_>,
        name: Option<&str>,
        is_open: impl Fn(Span) -> bool,
        place: impl Fn(Span) -> Span,
        copied: impl Fn(Span) -> Option<Span>,
        at: &mut Place<'_>,
        report: &mut FileReport,
    ) {
        report.documents += 1;
        let found = at.project.linter.check(document);
        if document.problems().len() >= Document::MAX_PROBLEMS
            || found.len() >= Linter::MAX_FINDINGS
        {
            report.truncated += 1;
        }
        let is_accepted = document.problems().is_empty();
        let root = document.tree().root();
        let head = at.head(place(Span::new(0, 0)).start);
        let mut canonical = Canonical::default();
        for raw in found {
            if is_open(raw.span()) || !at.project.applies(&raw, at.path) {
                continue;
            }
            let finding = Finding::of_rule(&raw, self.lang, name, &place, &copied);
            let mut finding = finding.with_effect(is_accepted);
            let policy = name.unwrap_or_default();
            finding.fingerprint = at.made.of(&raw, at.path, policy, root, &mut canonical);
            if let Some(entry) = at.project.ignored(&raw, at.path, &finding.fingerprint) {
                finding.state = State::from(entry);
            }
            report.findings.push(finding);
            report.raw.push(raw);
            report.heads.push(head);
        }
    }

    /// Reads the ignores in the comments of a file, marks what they are about and says what there is
    /// to say about them.
    fn inside(
        &self,
        source: &Source,
        text: &str,
        path: &str,
        project: &Project,
        report: &mut FileReport,
    ) -> Result<(), String> {
        let inline = Inline::read(&source.name, text, project)?;
        if inline.is_empty() {
            return Ok(());
        }
        let settings = project.linter.settings();
        let lines = LineIndex::new(text);
        let mut ledgers = inline.ledgers(path, settings);
        let found = report.findings.iter_mut().zip(&report.raw).zip(&report.heads);
        for ((finding, raw), head) in found {
            let line = lines.position(finding.span.start).line;
            if let Some(entry) = ledgers.silence(raw, path, line, *head) {
                finding.state = State::from(entry);
            }
        }
        let mut remarks = inline.unknown(settings);
        remarks.extend(ledgers.remarks());
        report.remarks = Finding::of_remarks(remarks.iter(), text, self.lang);
        project.judge(&mut report.remarks);
        Ok(())
    }

    /// Reads the ignores beside a policy, marks what they are about and says what there is to say
    /// about them.
    fn beside(
        &self,
        source: &Source,
        path: &str,
        project: &Project,
        report: &mut FileReport,
    ) -> Result<(), String> {
        let beside = sidecar_path(Path::new(&source.name));
        if source.is_stdin || !beside.is_file() {
            return Ok(());
        }
        let ignores = Inputs::default().document(beside.as_os_str()).map_err(|error| error.0)?;
        let text = ignores.text().into_owned();
        let sidecar = Sidecar::read(&ignores.name, &text, project)?;
        let settings = project.linter.settings();
        let mut ledger = sidecar.ledger(settings);
        ledger.visit(path);
        for (finding, raw) in report.findings.iter_mut().zip(&report.raw) {
            if let Some(entry) = ledger.silence(raw, path, Some(&finding.fingerprint)) {
                finding.state = State::from(entry);
            }
        }
        let mut remarks = sidecar.unknown(settings);
        remarks.extend(ledger.remarks());
        let mut findings = Finding::of_remarks(remarks.iter(), &text, self.lang);
        project.judge(&mut findings);
        if !findings.is_empty() {
            let name = ignores.name;
            report.beside.push(FileReport { name, text, findings, ..FileReport::default() });
        }
        Ok(())
    }

    fn kind_of(&self, text: &str, hint: Option<Kind>) -> Kind {
        match self.kind {
            KindName::Identity => Kind::Identity,
            KindName::Session => Kind::Session,
            KindName::Control => Kind::Control,
            KindName::Trust => Kind::Trust,
            KindName::Bucket => Kind::Bucket,
            KindName::Auto => hint.unwrap_or_else(|| Kind::guess(text)),
        }
    }
}

/// Returns whether a text is so broken that nobody can tell whether it is meant as a policy.
fn looks_broken(text: &str) -> bool {
    let limits = JsonLimits { max_bytes: json::MAX_BYTES, ..JsonLimits::default() };
    let tree = json::read(text, &limits);
    match tree.root() {
        Some(root) if root.kind() == JsonKind::Object => root
            .members()
            .any(|member| member.key == "Version" || member.key.eq_ignore_ascii_case("Statement")),
        Some(_) => !tree.is_strict_json(),
        None => true,
    }
}

/// Returns `path:line:column: message`, escaped.
fn in_words(name: &str, text: &str, span: Option<Span>, message: &str) -> String {
    let place = span.map_or_else(String::new, |span| {
        let position = LineIndex::new(text).position(span.start);
        format!(":{}:{}", position.line, position.column)
    });
    format!("{}{place}: {}", escape(name), escape(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_json_is_not_taken_for_a_policy() {
        for text in [r#"{"name": "x", "version": "1"}"#, "[1, 2]", r#"{"action": "ecs:Stop"}"#] {
            assert!(!looks_broken(text), "{text}");
        }
    }

    #[test]
    fn a_policy_with_faults_is_taken_for_one() {
        for text in [r#"{"Version": "1",}"#, r#"{"statement": []}"#, "", "Version 1"] {
            assert!(looks_broken(text), "{text}");
        }
    }

    #[test]
    fn what_comes_back_is_in_order_whatever_the_threads_do() {
        let mut ticks = 0;
        let squares = in_parallel(1_000, |n| n * n, || ticks += 1);
        assert!(squares.iter().enumerate().all(|(n, square)| n * n == *square));
        assert_eq!(ticks, 1_000);
    }
}
