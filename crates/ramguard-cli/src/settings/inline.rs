//! Ignores that stand in the file itself, where its format has comments: Terraform and YAML.
//!
//! `# ramguard: ignore[RAM604] why` is about what starts on its line, or on the next one if it has a
//! line of its own; of the line a policy starts on, it is about the whole policy. `ignore-file` is
//! about the whole file, `ignore-start` and `ignore-end` about the lines between them.

use std::collections::HashMap;

use ramguard_lint::suppress::{Anchor, Ledger, Origin, Remark, Suppression, unknown_rule};
use ramguard_lint::{Selector, Settings};
use ramguard_policy::text::{LineIndex, Span};

use crate::extract::comments;

use super::Project;
use super::fault::Fault;
use super::ignores::{Ignores, MAX_NAMED, too_many};

/// What a comment begins with to be an ignore.
const SIGN: &str = "ramguard:";
/// A file has at most this many.
const MAX_IGNORES: usize = 1_000;

/// The ignores of one file.
#[derive(Debug, Default)]
pub(crate) struct Inline {
    ignores: Ignores,
    /// The lines each entry is about, first and last.
    lines: Vec<(u32, u32)>,
}

/// Which of them were used.
pub(crate) struct InlineLedgers<'i> {
    ledgers: Vec<Ledger<'i>>,
    /// The entries about one line.
    by_line: HashMap<u32, Vec<usize>>,
    /// The entries about several, with these.
    wide: Vec<(usize, (u32, u32))>,
}

impl Inline {
    /// Reads the ignores of a file of a project.
    ///
    /// # Errors
    /// A comment begins like an ignore and is none, or ignores what may not be ignored: in words with
    /// the place, escaped.
    pub(crate) fn read(name: &str, text: &str, project: &Project) -> Result<Self, String> {
        let mut inline = Self::default();
        if !text.contains(SIGN) {
            return Ok(inline);
        }
        let refused = |fault: Fault| fault.in_words(name, text);
        // A file that cannot be read as what it is called has been refused by then.
        let comments = comments(name, text).unwrap_or_default();
        let lines = LineIndex::new(text);
        let line_of = |span: Span| lines.position(span.start).line;
        let alone: HashMap<u32, ()> = comments
            .iter()
            .filter(|comment| comment.is_alone)
            .map(|comment| (line_of(comment.span), ()))
            .collect();
        let mut open: Vec<usize> = Vec::new();
        for comment in &comments {
            let Some(words) = comment.words.strip_prefix(SIGN) else { continue };
            let fault = |message: &str| {
                refused(Fault { span: Some(comment.span), message: message.into() })
            };
            if inline.lines.len() >= MAX_IGNORES {
                return Err(fault(&format!("a file has at most {MAX_IGNORES} ignores")));
            }
            let (verb, rest) = words.trim().split_once('[').unwrap_or((words.trim(), ""));
            let line = line_of(comment.span);
            if verb.trim() == "ignore-end" {
                let codes = rest.split(']').next().unwrap_or_default();
                let closes = |index: &usize| {
                    let entry = inline.ignores.entries.get(*index);
                    codes.is_empty() || entry.is_some_and(|(_, e)| names(e) == listed(codes))
                };
                let Some(at) = open.iter().rposition(closes) else {
                    return Err(fault("no `ignore-start` is open here"));
                };
                if let Some(entry) = inline.lines.get_mut(open.remove(at)) {
                    entry.1 = line;
                }
                continue;
            }
            let Some((codes, reason)) = rest.split_once(']').filter(|(c, _)| !c.trim().is_empty())
            else {
                return Err(fault("an ignore names rules: `ramguard: ignore[RAM604] why`"));
            };
            let about = match verb.trim() {
                "ignore" if comment.is_alone => {
                    let mut next = line + 1;
                    while alone.contains_key(&next) {
                        next += 1;
                    }
                    (next, next)
                }
                "ignore" => (line, line),
                "ignore-file" => (1, u32::MAX),
                "ignore-start" => {
                    open.push(inline.lines.len());
                    (line, u32::MAX)
                }
                _ => {
                    let words = "write `ignore[..]`, `ignore-file[..]`, `ignore-start[..]` or \
                                 `ignore-end`";
                    return Err(fault(words));
                }
            };
            if codes.split(',').count() > MAX_NAMED.saturating_sub(inline.ignores.len()) {
                return Err(fault(&too_many()));
            }
            inline.add(name, text, comment.span, codes, reason.trim(), about);
        }
        if let Some((_, entry)) = open.first().and_then(|open| inline.ignores.entries.get(*open)) {
            let span = Some(entry.origin.span);
            return Err(refused(Fault { span, message: "no `ignore-end` follows".into() }));
        }
        project.may_ignore(&inline.ignores).map_err(refused)?;
        Ok(inline)
    }

    fn add(
        &mut self,
        name: &str,
        text: &str,
        span: Span,
        codes: &str,
        reason: &str,
        about: (u32, u32),
    ) {
        let mut selectors = Vec::new();
        for code in codes.split(',').map(str::trim) {
            // The names are parts of the text, so their places are known.
            let from = (code.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
            let offset = |at| u32::try_from(at).unwrap_or(u32::MAX);
            let place = Span::new(offset(from), offset(from + code.len()));
            match Selector::parse(code) {
                Ok(selector) => {
                    selectors.push(selector);
                    self.ignores.named.push((selector, place));
                }
                Err(error) => {
                    self.ignores.unknown.push((error, Origin { file: name.into(), span: place }));
                }
            }
        }
        let entry = Suppression {
            codes: selectors,
            path: None,
            anchor: Anchor::File,
            reason: Some(reason).filter(|reason| !reason.is_empty()).map(str::to_owned),
            until: None,
            origin: Origin { file: name.into(), span },
        };
        self.ignores.entries.push((None, entry));
        self.lines.push(about);
    }

    /// Opens the ledgers of the file at `path`.
    pub(crate) fn ledgers<'i>(&'i self, path: &str, settings: &'i Settings) -> InlineLedgers<'i> {
        let open = |(_, entry): &'i (_, Suppression)| {
            let mut ledger = Ledger::new(std::slice::from_ref(entry), settings);
            ledger.visit(path);
            ledger
        };
        let ledgers = self.ignores.entries.iter().map(open).collect();
        let mut by_line: HashMap<u32, Vec<usize>> = HashMap::new();
        let mut wide = Vec::new();
        for (index, lines) in self.lines.iter().enumerate() {
            if lines.0 == lines.1 {
                by_line.entry(lines.0).or_default().push(index);
            } else {
                wide.push((index, *lines));
            }
        }
        InlineLedgers { ledgers, by_line, wide }
    }

    /// Returns what there is to say about names that are no rules.
    pub(crate) fn unknown(&self, settings: &Settings) -> Vec<Remark> {
        let unknown = self.ignores.unknown.iter();
        unknown.filter_map(|(error, origin)| unknown_rule(error, origin, settings)).collect()
    }

    /// Returns whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.ignores.unknown.is_empty()
    }
}

impl<'i> InlineLedgers<'i> {
    /// Returns the entry that is about a finding on this line, in a policy that starts on the line
    /// `head`, and counts every entry that is.
    pub(crate) fn silence(
        &mut self,
        finding: &ramguard_lint::Finding,
        path: &str,
        line: u32,
        head: u32,
    ) -> Option<&'i Suppression> {
        let of_line = |line: u32| self.by_line.get(&line).into_iter().flatten().copied();
        let mut about: Vec<usize> = of_line(line).collect();
        if head != line {
            about.extend(of_line(head));
        }
        let holds = |lines: &(u32, u32)| (lines.0..=lines.1).contains(&line);
        about.extend(self.wide.iter().filter(|(_, lines)| holds(lines)).map(|(index, _)| *index));
        let mut by = None;
        for index in about {
            if let Some(ledger) = self.ledgers.get_mut(index) {
                by = by.or(ledger.silence(finding, path, None));
            }
        }
        by
    }

    /// Returns what there is to say about them: RAM905 to RAM907.
    pub(crate) fn remarks(&self) -> Vec<Remark> {
        self.ledgers.iter().flat_map(Ledger::remarks).collect()
    }
}

fn names(entry: &Suppression) -> Vec<String> {
    entry.codes.iter().map(Selector::to_string).collect()
}

fn listed(codes: &str) -> Vec<String> {
    codes.split(',').map(|code| code.trim().to_owned()).collect()
}
