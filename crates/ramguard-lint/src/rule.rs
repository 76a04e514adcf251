//! What a rule is: a page, metadata, and a check.
//!
//! A rule is one file under `rules/`, declared with [`rule!`]: its doc comment is its page, its
//! metadata stands beside it, and it implements [`Rule`]. There are two ways to find something:
//!
//! * [`Rule::explain`] takes a problem of the loader and says it in the words of the rule; which
//!   rules are asked, and in which order, is the table of `loader.rs`;
//! * [`Rule::check`] looks at a [`Subject`] for what the loader accepts.

use std::sync::Arc;

use ramguard_policy::Problem;
use ramguard_policy::text::Span;

use crate::fix::{Applicability, Edit, Fix};
use crate::message::{Argument, Text};
use crate::subject::Subject;
use crate::{Category, Code, Confidence, Level, Preset, Severity};

/// What is known about a rule without running it.
#[derive(Clone, Copy, Debug)]
pub struct Meta {
    /// The code.
    pub code: Code,
    /// The name, in lower case with hyphens.
    pub name: &'static str,
    /// The level of its findings unless they or the settings say otherwise.
    pub level: Level,
    /// The smallest preset it is part of.
    pub preset: Preset,
    /// What it has to know.
    pub needs: Needs,
    /// How severe its findings are, for security rules only.
    pub severity: Option<Severity>,
    /// The freest fix it offers.
    pub fix: Option<Applicability>,
    /// The template of its message.
    pub message: Text,
    /// The template of its help.
    pub help: Option<Text>,
    /// Its page, in Markdown.
    pub page: Text,
}

impl Meta {
    /// Returns what the rule looks at.
    #[must_use]
    pub fn category(&self) -> Category {
        self.code.category()
    }
}

/// What a rule has to know to say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Needs {
    /// The document.
    Text,
    /// The document and the catalogue.
    Catalogue,
    /// The exact set of requests a document is about. No rule of this crate needs it yet.
    Exact,
    /// A snapshot of what exists in the account. No rule of this crate needs it yet.
    World,
}

impl Needs {
    /// Returns the name, as output writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Catalogue => "catalogue",
            Self::Exact => "exact",
            Self::World => "world",
        }
    }
}

/// A rule's metadata; implemented by [`rule!`].
pub(crate) trait Described: Sync {
    fn meta(&self) -> &'static Meta;

    /// Starts a finding at `span` with the message and help of the rule.
    fn draft(&self, span: Span) -> Draft {
        let meta = self.meta();
        let confidence =
            if meta.needs == Needs::Text { Confidence::High } else { Confidence::Medium };
        Draft {
            meta,
            span,
            message: meta.message,
            help: meta.help,
            arguments: Vec::new(),
            related: Vec::new(),
            fix: None,
            confidence,
            at_most: Level::Error,
            preset: meta.preset,
            diagnostic: None,
        }
    }
}

/// A rule.
pub(crate) trait Rule: Described {
    /// The smallest preset in which one of its findings shows: that of the rule, unless it brings
    /// some into a smaller one ([`Draft::already_in`]).
    fn first_preset(&self) -> Preset {
        self.meta().preset
    }

    /// Says a problem of the loader in the words of this rule.
    fn explain(&self, _subject: &Subject<'_>, _problem: &Problem) -> Verdict {
        Verdict::NotMine
    }

    /// Looks for what the loader accepts.
    fn check(&self, _subject: &Subject<'_>, _found: &mut Vec<Draft>) {}
}

/// What a rule says about a problem of the loader.
pub(crate) enum Verdict {
    /// The problem belongs to another rule.
    NotMine,
    /// The problem, in the words of this rule.
    Finding(Box<Draft>),
    /// The problem follows from one that has been reported.
    Consequence,
}

impl From<Draft> for Verdict {
    fn from(draft: Draft) -> Self {
        Self::Finding(Box::new(draft))
    }
}

/// A finding before pointer, Sid and level are known.
pub(crate) struct Draft {
    pub(crate) meta: &'static Meta,
    pub(crate) span: Span,
    pub(crate) message: Text,
    pub(crate) help: Option<Text>,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) related: Vec<(Span, Text)>,
    pub(crate) fix: Option<Fix>,
    pub(crate) confidence: Confidence,
    pub(crate) at_most: Level,
    pub(crate) preset: Preset,
    pub(crate) diagnostic: Option<&'static str>,
}

impl Draft {
    /// Says what `{name}` stands for in message, help, labels and fix. Text of the document is
    /// cut to a readable length.
    pub(crate) fn arg(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.arguments.push(Argument::new(name, value));
        self
    }

    /// Says what `{name}` stands for with a text that was made here and is shown in full.
    pub(crate) fn whole_arg(mut self, name: &'static str, value: String) -> Self {
        self.arguments.push(Argument::whole(name, value));
        self
    }

    /// Says what `{name}` stands for with words of ours, in each language.
    pub(crate) fn words(
        mut self,
        name: &'static str,
        en: impl Into<String>,
        zh: impl Into<String>,
    ) -> Self {
        self.arguments.push(Argument::words(name, en.into(), zh.into()));
        self
    }

    /// Uses another message than the one of the rule.
    pub(crate) fn message(mut self, text: Text) -> Self {
        self.message = text;
        self
    }

    /// Uses another help than the one of the rule.
    pub(crate) fn help(mut self, text: Text) -> Self {
        self.help = Some(text);
        self
    }

    /// Leaves the help out.
    pub(crate) fn no_help(mut self) -> Self {
        self.help = None;
        self
    }

    /// Points at a second place.
    pub(crate) fn related(mut self, span: Span, label: Text) -> Self {
        self.related.push((span, label));
        self
    }

    /// Offers a fix; one without edits is none.
    pub(crate) fn fix(
        mut self,
        applicability: Applicability,
        message: Text,
        edits: impl IntoIterator<Item = Edit>,
    ) -> Self {
        let mut edits: Vec<Edit> = edits.into_iter().collect();
        edits.sort_by_key(|edit| edit.span);
        if !edits.is_empty() {
            self.fix = Some(Fix { applicability, message, arguments: Arc::default(), edits });
        }
        self
    }

    /// Says how sure it is.
    pub(crate) fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Lowers the level of this finding below that of the rule.
    pub(crate) fn at_most(mut self, level: Level) -> Self {
        self.at_most = level;
        self
    }

    /// Moves this finding to a larger preset than that of the rule.
    pub(crate) fn only_in(mut self, preset: Preset) -> Self {
        self.preset = self.preset.max(preset);
        self
    }

    /// Brings this finding into a smaller preset than that of the rule.
    pub(crate) fn already_in(mut self, preset: Preset) -> Self {
        self.preset = self.preset.min(preset);
        self
    }

    /// Gives the name the language has for it (section 1.3).
    pub(crate) fn diagnostic(mut self, name: &'static str) -> Self {
        self.diagnostic = Some(name);
        self
    }
}

/// Declares a rule: its page is the doc comment, in Markdown, and stays with it at run time.
macro_rules! rule {
    (
        $(#[doc = $page:literal])+
        $vis:vis struct $type:ident;
        code = $code:literal, name = $name:literal, level = $level:ident, preset = $preset:ident,
        needs = $needs:ident;
        $(severity = $severity:literal;)?
        $(fix = $fix:ident;)?
        message = $en:literal / $zh:literal;
        $(help = $help_en:literal / $help_zh:literal;)?
        page_zh = $page_zh:literal;
    ) => {
        $(#[doc = $page])+
        $vis struct $type;

        impl $crate::rule::Described for $type {
            #[allow(unused_mut, unused_assignments, reason = "parts of the declaration are optional")]
            fn meta(&self) -> &'static $crate::rule::Meta {
                static META: $crate::rule::Meta = {
                    let mut severity = None;
                    $(severity = Some($crate::Severity::from_tenths($severity));)?
                    let mut fix = None;
                    $(fix = Some($crate::fix::Applicability::$fix);)?
                    let mut help = None;
                    $(help = Some($crate::message::Text::new($help_en, $help_zh));)?
                    $crate::rule::Meta {
                        code: $crate::Code::new($code),
                        name: $name,
                        level: $crate::Level::$level,
                        preset: $crate::Preset::$preset,
                        needs: $crate::rule::Needs::$needs,
                        severity,
                        fix,
                        message: $crate::message::Text::new($en, $zh),
                        help,
                        page: $crate::message::Text::new(concat!($($page, "\n"),+), $page_zh),
                    }
                };
                &META
            }
        }
    };
}
pub(crate) use rule;
