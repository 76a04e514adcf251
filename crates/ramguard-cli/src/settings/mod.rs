//! What the command line and the settings files say, made into a linter.
//!
//! Always holds here: what is said wrongly is refused with its place before anything is checked.

mod chain;
mod discover;
mod entry;
mod fault;
mod file;
mod globs;
mod ignores;
mod inline;
mod ledger;
mod project;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use ramguard_catalog::nearest;
use ramguard_lint::{Date, Lang, Level, Preset, Selector, UnknownRule, Zone, registry};

pub(crate) use discover::{Governed, Projects};
pub(crate) use entry::{NewIgnore, with_ignores};
pub(crate) use file::places_of;
pub(crate) use globs::{fits, globs};
pub(crate) use inline::Inline;
pub(crate) use ledger::{Ledgers, Sidecar, sidecar_path};
pub(crate) use project::Project;

use crate::args::{ChoiceArgs, SettingsArgs};
use crate::command::{Failure, semantics};
use crate::finding::Finding;
use crate::inputs::Inputs;
use crate::render::escape::escape;

/// What the command line says about rules, read once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    preset: Option<Preset>,
    select: Vec<Selector>,
    extend: Vec<Selector>,
    only: Vec<Selector>,
    ignore: Vec<Selector>,
    levels: Vec<(Selector, Option<Level>)>,
    fail_on: Option<FailOn>,
    legacy_not_resource: bool,
    catalogues: Vec<file::CatalogueTable>,
    assumed_zone: Option<Zone>,
    now: Option<Date>,
    baseline: Option<PathBuf>,
    /// What the command line says as a settings file would.
    said: Vec<chain::Layer>,
    /// The language of messages.
    pub(crate) lang: Lang,
}

/// Which findings make a run a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FailOn {
    level: Option<Level>,
    rules: Vec<Selector>,
}

impl Choice {
    /// Reads what the command line says.
    ///
    /// # Errors
    /// A name that no rule has, with what most likely was meant.
    pub(crate) fn new(args: &ChoiceArgs, settings: &SettingsArgs) -> Result<Self, Failure> {
        let selectors = |flag: &str, texts: &[String]| -> Result<Vec<Selector>, Failure> {
            texts.iter().map(|text| selector(text).map_err(|e| e.on(flag))).collect()
        };
        let mut levels = Vec::new();
        for text in &args.levels {
            let (rule, level) = text.split_once('=').unwrap_or((text, ""));
            let rule = selector(rule).map_err(|error| error.on("--level"))?;
            let level = level_of(level).ok_or_else(|| {
                let text = escape(text);
                Failure::new(format!("`--level {text}`: write RULE=error, warning, note or off"))
            })?;
            levels.push((rule, level));
        }
        Ok(Self {
            preset: args.preset.map(Preset::from),
            select: selectors("--select", &args.select)?,
            extend: selectors("--extend-select", &args.extend_select)?,
            only: selectors("--only", &args.only)?,
            ignore: selectors("--ignore", &args.ignore)?,
            levels,
            fail_on: None,
            legacy_not_resource: args.legacy_not_resource
                || semantics(&args.semantics)?.legacy_not_resource.unwrap_or(false),
            catalogues: args.catalogue.iter().map(catalogue).collect::<Result<_, _>>()?,
            assumed_zone: args.assume_zone.clone(),
            now: settings.now,
            baseline: None,
            said: Vec::new(),
            lang: args.lang.unwrap_or_default().into(),
        })
    }

    /// Says what makes a run a failure, unless `words` are none.
    ///
    /// # Errors
    /// A word that is neither a level nor a rule.
    pub(crate) fn with_fail_on(mut self, words: &[String]) -> Result<Self, Failure> {
        if !words.is_empty() {
            let fail_on = FailOn::parse(words).map_err(|error| error.on_level("--fail-on"))?;
            self.fail_on = Some(fail_on);
        }
        Ok(self)
    }

    /// Says which baseline is meant, if it is said at all.
    pub(crate) fn with_baseline(mut self, baseline: Option<&Path>) -> Self {
        self.baseline = baseline.map(Path::to_owned);
        self
    }
}

/// Reads a file of names that the catalogue does not know.
fn catalogue(path: &OsString) -> Result<file::CatalogueTable, Failure> {
    let source = Inputs::default().document(path)?;
    let text = source.text();
    file::read_catalogue(&text).map_err(|fault| Failure::new(fault.in_words(&source.name, &text)))
}

/// A word that names no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoRule(UnknownRule);

impl NoRule {
    /// Returns what is wrong in words, escaped.
    pub(crate) fn in_words(&self) -> String {
        escape(&self.in_plain_words()).into_owned()
    }

    /// Returns what is wrong in words, not escaped.
    fn in_plain_words(&self) -> String {
        let mut words = format!("no rule is called `{}`", self.0.found());
        // A part of a name is what people remember.
        let holds = |name: &&str| self.0.found().len() > 2 && name.contains(self.0.found());
        let part = || registry::rules().map(|meta| meta.name).find(holds).map(str::to_owned);
        if let Some(near) = self.0.suggestion().map(|near| near.to_string()).or_else(part) {
            words.push_str(&format!("; did you mean `{near}`?"));
        }
        words
    }

    fn on_level(&self, flag: &str) -> Failure {
        let found = escape(self.0.found());
        let near = nearest(self.0.found(), ["error", "warning", "note", "never"]);
        match near {
            Some(near) => Failure::new(format!(
                "`{flag}`: `{found}` is neither a level nor a rule; did you mean `{near}`?"
            )),
            None => self.on(flag),
        }
    }

    fn on(&self, flag: &str) -> Failure {
        Failure::new(format!("`{flag}`: {}", self.in_words()))
    }
}

/// Reads the name of a rule, or of several.
pub(crate) fn selector(text: &str) -> Result<Selector, NoRule> {
    Selector::parse(text.trim()).map_err(NoRule)
}

/// Reads a level or `off`.
pub(crate) fn level_of(text: &str) -> Option<Option<Level>> {
    match text {
        "off" => Some(None),
        level => Level::parse(level).map(Some),
    }
}

impl Default for FailOn {
    fn default() -> Self {
        Self { level: Some(Level::Error), rules: Vec::new() }
    }
}

impl FailOn {
    /// Reads levels, `never` and rules. Of several levels the lowest counts; without a level only
    /// the rules do.
    pub(crate) fn parse(words: &[String]) -> Result<Self, NoRule> {
        let mut fail_on = Self { level: None, rules: Vec::new() };
        for word in words {
            match Level::parse(word) {
                Some(level) => {
                    fail_on.level = Some(fail_on.level.map_or(level, |other| other.min(level)));
                }
                None if word == "never" => {}
                None => fail_on.rules.push(selector(word)?),
            }
        }
        Ok(fail_on)
    }

    /// Returns whether a finding makes a run a failure, if it counts.
    pub(crate) fn fails(&self, finding: &Finding) -> bool {
        self.level.is_some_and(|level| finding.level >= level)
            || finding.rule.is_some_and(|rule| self.rules.iter().any(|s| s.matches(rule.code)))
    }
}

/// Returns a variable of the environment, unless it is empty.
///
/// # Errors
/// It is no text.
pub(crate) fn from_environment(name: &str) -> Result<Option<String>, Failure> {
    let value = std::env::var_os(name).filter(|value| !value.is_empty());
    let text = value.map(|value| value.into_string()).transpose();
    text.map_err(|_| Failure::new(format!("{name} is not UTF-8")))
}

/// Returns the day it is, in UTC, so that the answer is the same all over the world.
fn today() -> Option<Date> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
    day_of(since.as_secs() / 86_400)
}

/// Returns the day that is `days` after 1970-01-01.
fn day_of(mut days: u64) -> Option<Date> {
    let is_leap = |year: u16| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut year = 1970;
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if days < length {
            break;
        }
        days -= length;
        year = year.checked_add(1).filter(|year| *year <= 9_999)?;
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    Date::new(year, month, u8::try_from(days + 1).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail_on(words: &[&str]) -> FailOn {
        FailOn::parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn of_several_levels_the_lowest_counts() {
        assert_eq!(fail_on(&["error", "note"]).level, Some(Level::Note));
        assert_eq!(fail_on(&["never"]).level, None);
    }

    #[test]
    fn days_are_counted_from_1970() {
        let day = |days| day_of(days).unwrap().to_string();
        assert_eq!(day(0), "1970-01-01");
        assert_eq!(day(58), "1970-02-28");
        assert_eq!(day(11_016), "2000-02-29");
        assert_eq!(day(20_453), "2025-12-31");
        assert_eq!(day(20_454), "2026-01-01");
    }

    #[test]
    fn a_word_that_is_no_level_is_a_rule() {
        assert_eq!(fail_on(&["RAM604"]).rules.len(), 1);
        assert!(FailOn::parse(&["eror".to_owned()]).is_err());
    }
}
