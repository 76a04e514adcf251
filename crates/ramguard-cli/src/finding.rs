//! What is said about a document: where, how bad, and what to do, ready for any format.
//!
//! Always holds here: places are bytes of the file that was named, words are in the language that
//! was asked for, and nothing is escaped yet. Everything that prints works on [`Finding`] alone.

use std::borrow::Cow;

use ramguard_lint::suppress::{Remark, Suppression};
use ramguard_lint::{Applicability, Category, Code, Confidence, Edit, Lang, Severity};
use ramguard_policy::text::Span;
use ramguard_policy::{Kind, Problem};

use crate::fingerprint::Fingerprints;

pub(crate) use ramguard_lint::Level;

/// One thing that is said about a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The rule, unless the loader itself speaks.
    pub(crate) rule: Option<RuleOf>,
    /// The name the language has for it, for example `invalid-version`.
    pub(crate) diagnostic: Option<Cow<'static, str>>,
    /// How bad it is.
    pub(crate) level: Level,
    /// The kind the document was read as; `None` for what is no policy, a settings file say.
    pub(crate) kind: Option<Kind>,
    /// The name of the policy inside the file, if the file holds more than the policy.
    pub(crate) policy: Option<String>,
    /// JSON Pointer of the place inside the policy.
    pub(crate) pointer: String,
    /// The `Sid` of the statement.
    pub(crate) sid: Option<String>,
    /// Where, in bytes of the file.
    pub(crate) span: Span,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) help: Option<String>,
    /// Further places that explain it.
    pub(crate) related: Vec<RelatedPlace>,
    /// How to repair it.
    pub(crate) fix: Option<FixOffer>,
    /// What stays the same when the file is laid out anew, empty where nothing does.
    pub(crate) fingerprint: String,
    /// Whether it counts.
    pub(crate) state: State,
    /// Whether it makes the run a failure, if it counts.
    pub(crate) fails: bool,
}

/// The rule behind a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RuleOf {
    /// Its code.
    pub(crate) code: Code,
    /// Its name.
    pub(crate) name: &'static str,
    /// How severe its findings are, for security rules only.
    pub(crate) severity: Option<Severity>,
    /// How sure this finding is.
    pub(crate) confidence: Confidence,
}

impl RuleOf {
    /// Returns what the rule looks at.
    pub(crate) fn category(&self) -> Category {
        self.code.category()
    }
}

/// A further place that explains a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RelatedPlace {
    /// JSON Pointer of the place inside the policy.
    pub(crate) pointer: String,
    /// Where, in bytes of the file.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) message: String,
}

/// A repair that is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FixOffer {
    /// How freely it may be applied.
    pub(crate) applicability: Applicability,
    /// What it does.
    pub(crate) message: String,
    /// Its edits, in bytes of the file.
    pub(crate) edits: Vec<Edit>,
    /// What it does to the set of requests that are allowed, where somebody knows.
    pub(crate) effect: Option<Effect>,
}

/// What a repair does to the set of requests that a document allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The same requests are allowed.
    Equivalent,
    /// Fewer are, and none that was not.
    Narrower,
    /// More are, and all that were.
    Wider,
    /// Some that were not, and not all that were.
    Incomparable,
}

impl Effect {
    /// Returns the name, as reports write it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Equivalent => "equivalent",
            Self::Narrower => "narrower",
            Self::Wider => "wider",
            Self::Incomparable => "incomparable",
        }
    }

    /// Finds an effect by its name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let all = [Self::Equivalent, Self::Narrower, Self::Wider, Self::Incomparable];
        all.into_iter().find(|effect| effect.name() == name)
    }
}

/// Whether a finding counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum State {
    /// It does.
    #[default]
    New,
    /// It was there when the baseline was written.
    Baseline,
    /// Somebody has decided to live with it.
    Suppressed {
        /// The file that says so.
        by: String,
        /// Why.
        reason: Option<String>,
        /// The last day it holds.
        until: Option<String>,
    },
}

impl From<&Suppression> for State {
    fn from(entry: &Suppression) -> Self {
        Self::Suppressed {
            by: entry.origin.file.clone(),
            reason: entry.reason.clone(),
            until: entry.until.map(|until| until.to_string()),
        }
    }
}

impl Finding {
    /// Returns whether it counts.
    pub(crate) fn is_new(&self) -> bool {
        self.state == State::New
    }

    /// Returns the code of the rule, or the name of the loader where no rule speaks.
    pub(crate) fn id(&self) -> String {
        match self.rule {
            Some(rule) => rule.code.to_string(),
            None => self.diagnostic.clone().unwrap_or_default().into_owned(),
        }
    }

    /// Tells what its fix does to a document that RAM accepts or refuses as it is. A safe fix changes
    /// no decision, which tests of the linter hold every rule to; before RAM accepts a document there
    /// is nothing to compare with, and what an unsafe fix does nobody has worked out.
    pub(crate) fn with_effect(mut self, is_accepted: bool) -> Self {
        if let Some(fix) = &mut self.fix {
            let is_same = is_accepted && fix.applicability == Applicability::Safe;
            fix.effect = is_same.then_some(Effect::Equivalent);
        }
        self
    }

    /// Takes over what a rule has found in a document of a file; `place` turns bytes of the
    /// document into bytes of the file, and `copied` does so for what can be edited there.
    pub(crate) fn of_rule(
        finding: &ramguard_lint::Finding,
        lang: Lang,
        policy: Option<&str>,
        place: impl Fn(Span) -> Span,
        copied: impl Fn(Span) -> Option<Span>,
    ) -> Self {
        let related = finding.related().iter().map(|related| RelatedPlace {
            pointer: related.pointer.clone(),
            span: place(related.span),
            message: related.label(lang),
        });
        let fix = finding.fix().and_then(|fix| {
            let moved = |edit: &Edit| Some(Edit { span: copied(edit.span)?, ..edit.clone() });
            let edits: Option<Vec<Edit>> = fix.edits().iter().map(moved).collect();
            let (applicability, message) = (fix.applicability(), fix.message(lang));
            Some(FixOffer { applicability, message, edits: edits?, effect: None })
        });
        Self {
            rule: Some(RuleOf {
                code: finding.code(),
                name: finding.name(),
                severity: finding.security_severity(),
                confidence: finding.confidence(),
            }),
            diagnostic: finding.diagnostic().map(Cow::from),
            level: finding.level(),
            kind: Some(finding.kind()),
            policy: policy.map(str::to_owned),
            pointer: finding.pointer().to_owned(),
            sid: finding.sid().map(str::to_owned),
            span: place(finding.span()),
            message: finding.message(lang),
            help: finding.help(lang),
            related: related.collect(),
            fix,
            fingerprint: String::new(),
            state: State::New,
            fails: false,
        }
    }
}

impl Finding {
    /// Takes over what is said about a settings file with this text, in the order of place and code.
    /// Repairs of settings files are left to people.
    pub(crate) fn of_remarks<'r>(
        remarks: impl Iterator<Item = &'r Remark>,
        text: &str,
        lang: Lang,
    ) -> Vec<Self> {
        let mut made = Fingerprints::default();
        let mut findings: Vec<Self> = remarks.map(|remark| Self::of_remark(remark, lang)).collect();
        findings.sort_by_key(|finding| (finding.span, finding.id()));
        findings.dedup_by(|b, a| (a.span, a.id(), &a.message) == (b.span, b.id(), &b.message));
        for finding in &mut findings {
            let about = text.get(finding.span.range()).unwrap_or_default();
            finding.fingerprint = made.of_settings(&finding.id(), about);
        }
        findings
    }

    fn of_remark(remark: &Remark, lang: Lang) -> Self {
        Self {
            rule: Some(RuleOf {
                code: remark.code(),
                name: remark.name(),
                severity: None,
                confidence: Confidence::High,
            }),
            diagnostic: None,
            level: remark.level(),
            kind: None,
            policy: None,
            pointer: String::new(),
            sid: None,
            span: remark.origin().span,
            message: remark.message(lang),
            help: remark.help(lang),
            related: Vec::new(),
            fix: None,
            fingerprint: String::new(),
            state: State::New,
            fails: false,
        }
    }
}

impl From<&Problem> for Finding {
    fn from(problem: &Problem) -> Self {
        let related = problem.related().map(|related| RelatedPlace {
            pointer: String::new(),
            span: related.span,
            message: related.label.into(),
        });
        Self {
            rule: None,
            diagnostic: Some(problem.code().name().into()),
            level: Level::Error,
            kind: None,
            policy: None,
            pointer: String::new(),
            sid: None,
            span: problem.span(),
            message: problem.kind().to_string(),
            help: problem.help(),
            related: related.into_iter().collect(),
            fix: None,
            fingerprint: String::new(),
            state: State::New,
            fails: true,
        }
    }
}
