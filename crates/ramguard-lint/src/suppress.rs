//! Suppressions: findings that somebody has looked at and decided to live with.
//!
//! Settings files, sidecar files and comments of host languages are read by whoever knows their
//! format; each entry keeps where it came from, so that one that is unused, expired or without a
//! reason can be reported at its own place. A [`Ledger`] silences findings and keeps count of the
//! entries; what it and [`unknown_rule`] have to say are [`Remark`]s: findings about a settings
//! file, not about a policy.
//!
//! An entry that has expired silences nothing.

use std::sync::Arc;

use ramguard_policy::text::Span;

use crate::fix::Fix;
use crate::message::{Argument, Lang, Text};
use crate::rule::Draft;
use crate::rules::style;
use crate::{Code, Date, Finding, Level, Selector, Settings, UnknownRule, registry};

/// One entry: which findings, where, why, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The rules that are silenced; an entry without one silences nothing.
    pub codes: Vec<Selector>,
    /// The file it is about, relative to the root with forward slashes; `None` for the file it
    /// travels with.
    pub path: Option<String>,
    /// The place inside the file.
    pub anchor: Anchor,
    /// Why.
    pub reason: Option<String>,
    /// The last day it holds.
    pub until: Option<Date>,
    /// Where it is written. The fix of RAM905 removes this place, so it should span the whole
    /// entry with the end of its last line.
    pub origin: Origin,
}

/// The place a suppression is about. Line numbers are not offered: they move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Everything in the file.
    File,
    /// The statement with this `Sid`.
    Sid(String),
    /// This JSON Pointer and what lies below it.
    Pointer(String),
    /// One finding by its fingerprint.
    Fingerprint(String),
}

/// Where a suppression is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The file, as it is to be shown.
    pub file: String,
    /// The place in it, in bytes.
    pub span: Span,
}

impl Suppression {
    /// Returns whether the entry is about `finding`, which is in the file at `path`. Its date is
    /// not looked at.
    #[must_use]
    pub fn covers(&self, finding: &Finding, path: &str, fingerprint: Option<&str>) -> bool {
        self.codes.iter().any(|selector| selector.matches(finding.code()))
            && self.is_about(path)
            && self.anchors(finding, fingerprint)
    }

    fn is_about(&self, path: &str) -> bool {
        self.path.as_deref().is_none_or(|wanted| wanted == path)
    }

    fn anchors(&self, finding: &Finding, fingerprint: Option<&str>) -> bool {
        match &self.anchor {
            Anchor::File => true,
            Anchor::Sid(sid) => finding.sid() == Some(sid),
            Anchor::Pointer(pointer) => finding
                .pointer()
                .strip_prefix(pointer.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
            Anchor::Fingerprint(wanted) => fingerprint == Some(wanted.as_str()),
        }
    }

    /// Returns whether it has ended by `today`.
    #[must_use]
    pub fn is_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    /// Returns whether it says why, in at least ten characters.
    #[must_use]
    pub fn has_reason(&self) -> bool {
        self.reason.as_deref().is_some_and(|reason| reason.trim().chars().count() >= 10)
    }
}

/// Silences findings and keeps count of which suppressions did.
///
/// Entries that travel with a file belong into a ledger of that file: an entry without a path is
/// about every file of its ledger.
///
/// ```
/// use ramguard_lint::suppress::{Anchor, Ledger, Origin, Suppression};
/// use ramguard_lint::{Lang, Linter, Selector, Settings};
/// use ramguard_policy::Kind;
///
/// let linter = Linter::new(Settings::new());
/// let entries = [Suppression {
///     codes: vec![Selector::parse("RAM604")?, Selector::parse("RAM601")?],
///     path: None,
///     anchor: Anchor::File,
///     reason: Some("emergency role, reviewed in SEC-12".into()),
///     until: None,
///     origin: Origin::default(),
/// }];
/// let mut ledger = Ledger::new(&entries, linter.settings());
/// let text = r#"{ "Version": "1", "Statement": [{
///     "Effect": "Allow", "Action": "ram:PassRole", "Resource": "*" }] }"#;
/// ledger.visit("p.json");
/// let left: Vec<String> = linter
///     .lint(Kind::Identity, text)
///     .iter()
///     .filter(|finding| ledger.silence(finding, "p.json", None).is_none())
///     .map(|finding| finding.code().to_string())
///     .collect();
/// assert_eq!(left, ["RAM605"]);
/// let remarks: Vec<String> = ledger.remarks().iter().map(|r| r.message(Lang::En)).collect();
/// assert_eq!(remarks, ["suppression of RAM601 is not needed"]);
/// # Ok::<(), ramguard_lint::UnknownRule>(())
/// ```
#[derive(Clone, Debug)]
pub struct Ledger<'s> {
    settings: &'s Settings,
    lines: Vec<Line<'s>>,
}

/// One suppression and what has become of it.
#[derive(Clone, Debug)]
struct Line<'s> {
    entry: &'s Suppression,
    is_expired: bool,
    /// Whether a file it is about was linted.
    is_seen: bool,
    /// Whether each of its codes has silenced something.
    used: Vec<bool>,
}

impl<'s> Ledger<'s> {
    /// Opens a ledger of these entries; nothing has been linted yet.
    #[must_use]
    pub fn new(entries: &'s [Suppression], settings: &'s Settings) -> Self {
        let today = settings.today();
        let line = |entry: &'s Suppression| Line {
            entry,
            is_expired: today.is_some_and(|today| entry.is_expired(today)),
            is_seen: false,
            used: vec![false; entry.codes.len()],
        };
        Self { settings, lines: entries.iter().map(line).collect() }
    }

    /// Notes that the file at `path` was linted, whether it had findings or not.
    pub fn visit(&mut self, path: &str) {
        for line in self.lines.iter_mut().filter(|line| line.entry.is_about(path)) {
            line.is_seen = true;
        }
    }

    /// Returns the first entry that silences a finding in the file at `path`, and counts every
    /// entry that does. `None`: the finding is to be reported.
    pub fn silence(
        &mut self,
        finding: &Finding,
        path: &str,
        fingerprint: Option<&str>,
    ) -> Option<&'s Suppression> {
        let mut by = None;
        for line in self.lines.iter_mut().filter(|line| !line.is_expired) {
            if !line.entry.covers(finding, path, fingerprint) {
                continue;
            }
            for (selector, used) in line.entry.codes.iter().zip(&mut line.used) {
                *used |= selector.matches(finding.code());
            }
            by = by.or(Some(line.entry));
        }
        by
    }

    /// Returns what there is to say about the entries, in their order: RAM906 of one that has
    /// expired, RAM905 for each code of another that silenced nothing, RAM907 of one without a
    /// reason.
    ///
    /// RAM905 is said only where a file of the entry was linted and some rule of the code was on:
    /// otherwise nobody knows.
    #[must_use]
    pub fn remarks(&self) -> Vec<Remark> {
        let mut remarks = Vec::new();
        for line in &self.lines {
            let entry = line.entry;
            let mut say = |draft| remarks.extend(self.remark(draft, &entry.origin));
            let span = entry.origin.span;
            match entry.until.filter(|_| line.is_expired) {
                Some(until) => {
                    let codes = names_of(&entry.codes);
                    say(style::suppression_expired::SuppressionExpired.say(span, &codes, until));
                }
                None if line.is_seen => {
                    let is_whole = !line.used.contains(&true)
                        && entry.codes.iter().all(|selector| self.is_on(*selector));
                    for (selector, used) in entry.codes.iter().zip(&line.used) {
                        if !used && self.is_on(*selector) {
                            let code = selector.to_string();
                            let rule = &style::unused_suppression::UnusedSuppression;
                            say(rule.say(span, &code, is_whole));
                        }
                    }
                }
                None => {}
            }
            if self.settings.requires_reason() && !entry.has_reason() {
                let codes = names_of(&entry.codes);
                let rule = &style::suppression_without_reason::SuppressionWithoutReason;
                say(rule.say(span, &codes));
            }
        }
        remarks
    }

    /// Returns whether a rule that the selector names may have said something in this run.
    fn is_on(&self, selector: Selector) -> bool {
        registry::rules()
            .filter(|meta| selector.matches(meta.code))
            .any(|meta| self.settings.level_of(meta, meta.preset, meta.level).is_some())
    }

    fn remark(&self, draft: Draft, origin: &Origin) -> Option<Remark> {
        Remark::new(draft, origin.file.clone(), self.settings)
    }
}

fn names_of(codes: &[Selector]) -> String {
    codes.iter().map(Selector::to_string).collect::<Vec<_>>().join(", ")
}

/// Says that a setting or a suppression names a rule there has never been (RAM908); `None` if the
/// settings turn that off. `origin` spans the name alone, without its quotes.
#[must_use]
pub fn unknown_rule(error: &UnknownRule, origin: &Origin, settings: &Settings) -> Option<Remark> {
    let rule = &style::unknown_rule::UnknownRule;
    let draft = rule.say(origin.span, error.found(), error.suggestion());
    Remark::new(draft, origin.file.clone(), settings)
}

/// A finding about a settings file or a suppression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    code: Code,
    name: &'static str,
    level: Level,
    origin: Origin,
    message: Text,
    help: Option<Text>,
    arguments: Arc<[Argument]>,
    fix: Option<Fix>,
}

impl Remark {
    /// Completes a draft about `file`, unless the settings turn it off.
    fn new(draft: Draft, file: String, settings: &Settings) -> Option<Self> {
        let level = settings.level_of(draft.meta, draft.preset, draft.at_most)?;
        let arguments: Arc<[Argument]> = draft.arguments.into();
        let fix = draft.fix.map(|fix| Fix { arguments: Arc::clone(&arguments), ..fix });
        Some(Self {
            code: draft.meta.code,
            name: draft.meta.name,
            level,
            origin: Origin { file, span: draft.span },
            message: draft.message,
            help: draft.help,
            arguments,
            fix,
        })
    }

    /// Returns the code of the rule, RAM905 to RAM908.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// Returns the name of the rule.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns how bad it is, settings considered.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// Returns the place it is about.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Returns what is wrong, in one line. It may quote the settings file: escape it for a
    /// terminal.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        self.message.fill(lang, &self.arguments)
    }

    /// Returns what to do about it, if there is something to say.
    #[must_use]
    pub fn help(&self, lang: Lang) -> Option<String> {
        self.help.map(|help| help.fill(lang, &self.arguments))
    }

    /// Returns how to repair it, as edits of the file it is about.
    #[must_use]
    pub fn fix(&self) -> Option<&Fix> {
        self.fix.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use ramguard_policy::Kind;

    use super::*;
    use crate::{Applicability, Linter, Preset, fix};

    const PASS_ROLE: &str = r#"{ "Version": "1", "Statement": [{ "Effect": "Allow",
        "Action": "ram:PassRole", "Resource": "*", "Condition": {
            "StringEquals": { "acs:Service": "ecs.aliyuncs.com" } } }] }"#;

    fn entry(codes: &[&str]) -> Suppression {
        Suppression {
            codes: codes.iter().map(|code| Selector::parse(code).unwrap()).collect(),
            path: Some("p.json".into()),
            anchor: Anchor::File,
            reason: Some("break-glass role, reviewed SEC-12".into()),
            until: None,
            origin: Origin { file: "ramguard.toml".into(), span: Span::new(3, 9) },
        }
    }

    fn today(settings: Settings) -> Settings {
        settings.with_today(Date::new(2026, 11, 21).unwrap())
    }

    /// Lints the policy at `p.json` and returns what is left and what is remarked.
    fn run(entry: Suppression, settings: Settings) -> (Vec<String>, Vec<String>) {
        let linter = Linter::new(settings);
        let entries = [entry];
        let mut ledger = Ledger::new(&entries, linter.settings());
        ledger.visit("p.json");
        let findings = linter.lint(Kind::Identity, PASS_ROLE);
        let left = findings
            .iter()
            .filter(|finding| ledger.silence(finding, "p.json", None).is_none())
            .map(|finding| finding.code().to_string())
            .collect();
        (left, ledger.remarks().iter().map(|remark| remark.message(Lang::En)).collect())
    }

    #[test]
    fn a_suppression_that_silences_something_is_needed() {
        for codes in [["RAM604"], ["RAM6"], ["passrole-any-role"], ["all"]] {
            assert_eq!(run(entry(&codes), Settings::new()), (vec![], vec![]), "{codes:?}");
        }
    }

    #[test]
    fn each_code_that_silences_nothing_is_named() {
        let (left, remarks) =
            run(entry(&["RAM604", "RAM60", "full-admin", "RAM2"]), Settings::new());
        assert!(left.is_empty());
        let expected = ["suppression of RAM601 is not needed", "suppression of RAM2 is not needed"];
        assert_eq!(remarks, expected);
    }

    #[test]
    fn nothing_is_said_of_a_file_that_was_not_linted() {
        let mut entry = entry(&["RAM601"]);
        entry.path = Some("other.json".into());
        assert_eq!(run(entry, Settings::new()).1, Vec::<String>::new());
    }

    #[test]
    fn nothing_is_said_of_a_rule_that_is_off_or_not_written() {
        assert_eq!(run(entry(&["RAM625", "RAM602"]), Settings::new()).1, Vec::<String>::new());
        let strict = Settings::new().with_preset(Preset::Strict);
        assert_eq!(run(entry(&["RAM625"]), strict).1, ["suppression of RAM625 is not needed"]);
    }

    #[test]
    fn an_expired_suppression_silences_nothing_and_is_told_once() {
        let mut expired = entry(&["RAM604", "RAM601"]);
        expired.until = Date::new(2025, 1, 1);
        let (left, remarks) = run(expired, today(Settings::new()));
        assert_eq!(left, ["RAM604"]);
        assert_eq!(remarks, ["suppression of RAM604, RAM601 expired on 2025-01-01"]);
    }

    #[test]
    fn a_suppression_holds_on_its_last_day_and_without_a_clock() {
        let mut last_day = entry(&["RAM604"]);
        last_day.until = Date::new(2026, 11, 21);
        assert_eq!(run(last_day.clone(), today(Settings::new())), (vec![], vec![]));
        last_day.until = Date::new(2025, 1, 1);
        assert_eq!(run(last_day, Settings::new()), (vec![], vec![]));
    }

    #[test]
    fn a_suppression_says_why_unless_the_settings_do_not_ask() {
        for reason in [None, Some(""), Some("  because  "), Some("123456789")] {
            let mut short = entry(&["RAM604"]);
            short.reason = reason.map(str::to_owned);
            let asked = run(short.clone(), Settings::new());
            assert_eq!(asked.1, ["say why RAM604 is suppressed"], "{reason:?}");
            let (_, unasked) = run(short, Settings::new().with_require_reason(false));
            assert!(unasked.is_empty(), "{reason:?}");
        }
    }

    #[test]
    fn a_suppression_without_a_reason_silences_all_the_same() {
        let mut silent = entry(&["RAM604"]);
        silent.reason = None;
        assert!(run(silent, Settings::new()).0.is_empty());
    }

    #[test]
    fn an_entry_without_use_is_removed_safely_and_only_as_a_whole() {
        let settings = Settings::new();
        let remarks = |codes: &[&str]| {
            let entries = [entry(codes)];
            let mut ledger = Ledger::new(&entries, &settings);
            ledger.visit("p.json");
            ledger.remarks()
        };
        let whole = remarks(&["RAM601"]);
        let fix = whole.first().and_then(Remark::fix).unwrap();
        assert_eq!(fix.applicability(), Applicability::Safe);
        assert_eq!(fix::apply("a\n[entry]b", fix.edits()).as_deref(), Ok("a\n[b"));
        let part = remarks(&["RAM601", "RAM602"]);
        assert!(part.iter().all(|remark| remark.fix().is_none()));
    }

    #[test]
    fn an_unknown_rule_is_told_at_its_place_with_the_rule_that_was_meant() {
        let error = Selector::parse("RAM6004").unwrap_err();
        let origin = Origin { file: "ramguard.toml".into(), span: Span::new(1, 8) };
        let remark = unknown_rule(&error, &origin, &Settings::new()).unwrap();
        assert_eq!(remark.message(Lang::En), "unknown rule `RAM6004`; did you mean `RAM604`?");
        assert_eq!((remark.code(), remark.level()), (Code::new(908), Level::Error));
        let edits = remark.fix().unwrap().edits();
        assert_eq!(fix::apply("\"RAM6004\"", edits).as_deref(), Ok("\"RAM604\""));
        let unlike = Selector::parse("no such rule at all").unwrap_err();
        let remark = unknown_rule(&unlike, &origin, &Settings::new()).unwrap();
        assert_eq!(remark.message(Lang::En), "unknown rule `no such rule at all`");
        assert!(Selector::parse("RAM604").is_ok());
    }

    #[test]
    fn a_remark_can_be_turned_off() {
        let off = Settings::new().with_level(Selector::parse("RAM905").unwrap(), None);
        assert_eq!(run(entry(&["RAM601"]), off).1, Vec::<String>::new());
    }
}
