//! Runs the rules over one document and puts what they find in order.

use std::sync::Arc;

use ramguard_policy::text::Span;
use ramguard_policy::{Document, Kind};

use crate::finding::RelatedPlace;
use crate::message::Argument;
use crate::rule::{Draft, Rule};
use crate::subject::Subject;
use crate::{Category, Code, Finding, Fix, Settings, loader, registry};

/// Runs the rules that the settings turn on.
///
/// ```
/// use ramguard_lint::{Linter, Settings};
/// use ramguard_policy::Kind;
///
/// let linter = Linter::new(Settings::new());
/// let findings = linter.lint(
///     Kind::Identity,
///     r#"{ "Version": "2012-10-17", "Statement": [{
///         "Effect": "Allow", "Action": "ecs:Describe*", "Resource": "*" }] }"#,
/// );
/// let codes: Vec<String> = findings.iter().map(|f| f.code().to_string()).collect();
/// assert_eq!(codes, ["RAM202"]);
/// assert_eq!(findings[0].diagnostic(), Some("invalid-version"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Linter {
    settings: Settings,
}

impl Linter {
    /// No more findings than this are kept of one document.
    pub const MAX_FINDINGS: usize = 1_000;

    /// Makes a linter.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings }
    }

    /// Returns the settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns whether the settings turn a rule on. A rule that is not written never is.
    #[must_use]
    pub fn runs(&self, code: Code) -> bool {
        registry::all().find(|rule| rule.meta().code == code).is_some_and(|rule| self.shows(rule))
    }

    /// Lints a text read as `kind`.
    #[must_use]
    pub fn lint(&self, kind: Kind, text: &str) -> Vec<Finding> {
        self.check(&Document::read_with(kind, text, self.settings.read_options()))
    }

    /// Lints bytes read as `kind`; text that is not UTF-8 is a finding like any other.
    #[must_use]
    pub fn lint_bytes(&self, kind: Kind, bytes: &[u8]) -> Vec<Finding> {
        self.check(&Document::read_bytes(kind, bytes, self.settings.read_options()))
    }

    /// Lints a document that has been read.
    ///
    /// Findings come in the order of the text, at one place by code; at most
    /// [`Self::MAX_FINDINGS`] are kept. Equal documents and settings give equal findings.
    #[must_use]
    pub fn check(&self, document: &Document<'_>) -> Vec<Finding> {
        let mut subject = Subject::new(document, &self.settings);
        let mut found = Vec::new();
        let goes_on = loader::explain(&mut subject, &mut found);
        for rule in registry::all() {
            let category = rule.meta().category();
            // A text that could not be read whole says nothing about what a policy grants.
            if (goes_on || category == Category::Text) && self.shows(rule) {
                rule.check(&subject, &mut found);
            }
        }
        let mut findings: Vec<Finding> =
            found.into_iter().filter_map(|draft| self.finish(&subject, draft)).collect();
        findings.sort_by_key(|finding| (finding.span.start, finding.code, finding.span.end));
        findings.truncate(Self::MAX_FINDINGS);
        for finding in &mut findings {
            finding.pointer = document.pointer(finding.span);
            for place in &mut finding.related {
                place.pointer = document.pointer(place.span);
            }
        }
        findings
    }

    /// Returns whether a finding of the rule can show.
    fn shows(&self, rule: &dyn Rule) -> bool {
        let meta = rule.meta();
        self.settings.level_of(meta, rule.first_preset(), meta.level).is_some()
    }

    /// Completes a draft, unless the settings turn it off.
    fn finish(&self, subject: &Subject<'_>, draft: Draft) -> Option<Finding> {
        let level = self.settings.level_of(draft.meta, draft.preset, draft.at_most)?;
        let sid = subject.statement_at(draft.span).and_then(|view| view.sid);
        let arguments: Arc<[Argument]> = draft.arguments.into();
        let place = |(span, label): (Span, _)| RelatedPlace {
            pointer: String::new(),
            span,
            label,
            arguments: Arc::clone(&arguments),
        };
        let related = draft.related.into_iter().map(place).collect();
        let fix = draft.fix.map(|fix| Fix { arguments: Arc::clone(&arguments), ..fix });
        Some(Finding {
            code: draft.meta.code,
            name: draft.meta.name,
            level,
            severity: draft.meta.severity,
            confidence: draft.confidence,
            kind: subject.kind(),
            pointer: String::new(),
            sid: sid.map(|sid| sid.text.to_owned()),
            span: draft.span,
            message: draft.message,
            help: draft.help,
            arguments,
            related,
            fix,
            diagnostic: draft.diagnostic,
        })
    }
}
