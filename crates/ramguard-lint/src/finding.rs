//! Findings: what a rule has to say about one place of one document.

use std::sync::Arc;

use ramguard_policy::Kind;
use ramguard_policy::text::Span;

use crate::fix::Fix;
use crate::message::{Argument, Lang, Text};
use crate::{Category, Code, Confidence, Level, Severity};

/// One thing a rule has found, ready for any output format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub(crate) code: Code,
    pub(crate) name: &'static str,
    pub(crate) level: Level,
    pub(crate) severity: Option<Severity>,
    pub(crate) confidence: Confidence,
    pub(crate) kind: Kind,
    pub(crate) pointer: String,
    pub(crate) sid: Option<String>,
    pub(crate) span: Span,
    pub(crate) message: Text,
    pub(crate) help: Option<Text>,
    pub(crate) arguments: Arc<[Argument]>,
    pub(crate) related: Vec<RelatedPlace>,
    pub(crate) fix: Option<Fix>,
    pub(crate) diagnostic: Option<&'static str>,
}

/// A second place that explains a [`Finding`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelatedPlace {
    /// JSON Pointer of the place.
    pub pointer: String,
    /// Where it is, in bytes of the document.
    pub span: Span,
    pub(crate) label: Text,
    pub(crate) arguments: Arc<[Argument]>,
}

impl RelatedPlace {
    /// Returns the words to print beside the place.
    #[must_use]
    pub fn label(&self, lang: Lang) -> String {
        self.label.fill(lang, &self.arguments)
    }
}

impl Finding {
    /// Returns the code of the rule.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// Returns the name of the rule, `passrole-any-role`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns how bad it is, settings considered.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// Returns what the rule looks at.
    #[must_use]
    pub fn category(&self) -> Category {
        self.code.category()
    }

    /// Returns how severe it is, for security rules only.
    #[must_use]
    pub fn security_severity(&self) -> Option<Severity> {
        self.severity
    }

    /// Returns how sure it is.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        self.confidence
    }

    /// Returns the kind the document was read as.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the JSON Pointer (RFC 6901) of the place, empty for the whole document.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Returns the `Sid` of the statement it is in.
    #[must_use]
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// Returns where it is, in bytes of the document.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// Returns what is wrong, in one line. It quotes text of the document: escape it for a
    /// terminal.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        self.message.fill(lang, &self.arguments)
    }

    /// Returns what to do about it, if there is something to say.
    #[must_use]
    pub fn help(&self, lang: Lang) -> Option<String> {
        self.help.map(|help| help.fill(lang, &self.arguments)).filter(|help| !help.is_empty())
    }

    /// Returns further places that explain it.
    #[must_use]
    pub fn related(&self) -> &[RelatedPlace] {
        &self.related
    }

    /// Returns how to repair it, where that can be written down.
    #[must_use]
    pub fn fix(&self) -> Option<&Fix> {
        self.fix.as_ref()
    }

    /// Returns the name the language has for it, `invalid-action-format` for example: set where
    /// the loader refuses the document for it, and for the findings of section 1.3.
    #[must_use]
    pub fn diagnostic(&self) -> Option<&'static str> {
        self.diagnostic
    }
}
