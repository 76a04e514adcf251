//! What is said about a document: where, how bad, and what to do.
//!
//! The reader's problems become findings here; further sources of findings add theirs to
//! [`findings`], and everything that prints works on [`Finding`] alone.

use ramguard_policy::text::Span;
use ramguard_policy::{Document, Problem};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// The document is refused.
    Error,
}

impl Level {
    /// Returns the word used in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
        }
    }
}

/// One thing that is said about a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The stable code, for example `invalid-version`.
    pub(crate) diagnostic: &'static str,
    /// How bad it is.
    pub(crate) level: Level,
    /// What is wrong, not escaped.
    pub(crate) message: String,
    /// What to do about it, not escaped.
    pub(crate) help: Option<String>,
    /// Where, in bytes of the document.
    pub(crate) span: Span,
    /// Further places that explain it.
    pub(crate) related: Vec<RelatedPlace>,
}

/// A further place that explains a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RelatedPlace {
    /// Where, in bytes of the document.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) message: String,
}

impl From<&Problem> for Finding {
    fn from(problem: &Problem) -> Self {
        let related = problem
            .related()
            .map(|related| RelatedPlace { span: related.span, message: related.label.into() });
        Self {
            diagnostic: problem.code().name(),
            level: Level::Error,
            message: problem.kind().to_string(),
            help: problem.help(),
            span: problem.span(),
            related: related.into_iter().collect(),
        }
    }
}

/// Returns everything there is to say about a document, by place and code.
pub(crate) fn findings(document: &Document<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = document.problems().iter().map(Finding::from).collect();
    findings.sort_by(|a, b| (a.span, a.diagnostic).cmp(&(b.span, b.diagnostic)));
    findings
}
