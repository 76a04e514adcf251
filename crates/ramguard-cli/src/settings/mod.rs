//! What the command line and the settings files say, made into a linter.
//!
//! Always holds here: the command line wins over a settings file, and a settings file wins over
//! the preset.

mod discover;
mod file;

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use ramguard_catalog::Catalog;
use ramguard_lint::suppress::{Ledger, Origin, Remark, Suppression, unknown_rule};
use ramguard_lint::{
    Date, Lang, Level, Linter, Preset, Selector, Settings, SingleValue, UnknownRule, registry,
};
use ramguard_policy::{Limits, ProblemCode, ReadOptions};

pub(crate) use discover::{Governed, Projects};
use file::{Fault, Ignores, LevelWord, SettingsFile, SingleValueWord};

use crate::args::LintArgs;
use crate::command::Failure;
use crate::finding::Finding;
use crate::render::escape::escape;

/// What the command line says about rules, read once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    preset: Option<Preset>,
    select: Vec<Selector>,
    ignore: Vec<Selector>,
    levels: Vec<(Selector, Option<Level>)>,
    fail_on: Option<FailOn>,
    legacy_not_resource: bool,
    today: Option<Date>,
    baseline: Option<PathBuf>,
    /// The language of messages.
    pub(crate) lang: Lang,
}

/// Which findings make a run a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FailOn {
    level: Option<Level>,
    rules: Vec<Selector>,
}

/// The settings that are in force for some files.
#[derive(Debug)]
pub(crate) struct Project {
    /// Runs the rules.
    pub(crate) linter: Linter,
    /// The folder paths start from.
    root: PathBuf,
    /// The settings file as it is shown, and its text; empty if there is none.
    pub(crate) name: String,
    pub(crate) text: String,
    /// The baseline, if there is to be one.
    pub(crate) baseline: Option<PathBuf>,
    fail_on: FailOn,
    /// The rules somebody has given a level.
    levelled: Vec<Selector>,
    per_file: Vec<(GlobMatcher, Vec<Selector>)>,
    ignores: Vec<(Option<GlobMatcher>, Suppression)>,
    /// Names in the ignores that are no rules.
    unknown: Vec<(UnknownRule, Origin)>,
}

/// Which ignores of a project were used in a run.
pub(crate) struct Ledgers<'p> {
    project: &'p Project,
    ledgers: Vec<Ledger<'p>>,
}

impl Choice {
    /// Reads what the command line says.
    ///
    /// # Errors
    /// A name that no rule has, with what most likely was meant.
    pub(crate) fn new(args: &LintArgs) -> Result<Self, Failure> {
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
        let fail_on = (!args.fail_on.is_empty())
            .then(|| FailOn::parse(&args.fail_on).map_err(|error| error.on("--fail-on")));
        Ok(Self {
            preset: args.preset.map(Preset::from),
            select: selectors("--select", &args.select)?,
            ignore: selectors("--ignore", &args.ignore)?,
            levels,
            fail_on: fail_on.transpose()?,
            legacy_not_resource: args.legacy_not_resource,
            today: args.now.or_else(today),
            baseline: args.baseline.clone(),
            lang: args.lang.unwrap_or_default().into(),
        })
    }
}

/// A word that names no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoRule(UnknownRule);

impl NoRule {
    /// Returns what is wrong in words, escaped.
    pub(crate) fn in_words(&self) -> String {
        let mut words = format!("no rule is called `{}`", escape(self.0.found()));
        if let Some(near) = self.0.suggestion() {
            words.push_str(&format!("; did you mean `{near}`?"));
        }
        words
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

impl Project {
    /// Makes the linter of the files below `root`; `file` is the name and text of a settings file.
    ///
    /// # Errors
    /// What is wrong with the settings file, with its place.
    pub(crate) fn new(
        choice: &Choice,
        root: PathBuf,
        file: Option<(&str, &str)>,
    ) -> Result<Self, Failure> {
        let (name, text) = file.unwrap_or_default();
        let refused = |fault: Fault| Failure::new(fault.in_words(name, text));
        let table = file::read(text).map_err(refused)?;
        let in_file =
            |error: NoRule| Failure::new(format!("{}: {}", escape(name), error.in_words()));
        let settings = settings_of(choice, &table).map_err(in_file)?;
        let fail_on = match &choice.fail_on {
            Some(fail_on) => fail_on.clone(),
            None if table.fail_on.is_empty() => FailOn::default(),
            None => FailOn::parse(&table.fail_on).map_err(in_file)?,
        };
        let glob =
            |text: &str| glob(text).map_err(|e| Failure::new(format!("{}: {e}", escape(name))));
        let mut levelled: Vec<Selector> = choice.levels.iter().map(|(rule, _)| *rule).collect();
        for rule in table.rules.keys() {
            levelled.push(selector(rule).map_err(in_file)?);
        }
        let mut per_file = Vec::new();
        for entry in &table.per_file {
            let rules: Result<Vec<Selector>, NoRule> =
                entry.ignore.iter().map(|rule| selector(rule)).collect();
            per_file.push((glob(&entry.path)?, rules.map_err(in_file)?));
        }
        let Ignores { entries, unknown } = file::ignores(name, &table.ignore).map_err(refused)?;
        let mut ignores = Vec::new();
        for (path, entry) in entries {
            ignores.push((path.as_deref().map(glob).transpose()?, entry));
        }
        let baseline = match (&choice.baseline, &table.baseline) {
            (Some(path), _) => Some(path.clone()),
            (None, Some(path)) => Some(root.join(path)),
            (None, None) => None,
        };
        Ok(Self {
            linter: Linter::new(settings),
            root,
            name: name.to_owned(),
            text: text.to_owned(),
            baseline,
            fail_on,
            levelled,
            per_file,
            ignores,
            unknown,
        })
    }

    /// Says of each finding whether it makes the run a failure. What RAM refuses is an error, however
    /// harmless the reason, unless somebody has given the rule another level.
    pub(crate) fn judge(&self, findings: &mut [Finding]) {
        for finding in findings {
            let is_refusal =
                ProblemCode::ALL.iter().any(|code| finding.diagnostic == Some(code.name()));
            let is_levelled = |rule: crate::finding::RuleOf| {
                self.levelled.iter().any(|selector| selector.matches(rule.code))
            };
            if is_refusal && !finding.rule.is_some_and(is_levelled) {
                finding.level = Level::Error;
            }
            finding.fails = self.fail_on.fails(finding);
        }
    }

    /// Returns whether a rule applies to the file at `path` at all.
    pub(crate) fn applies(&self, finding: &ramguard_lint::Finding, path: &str) -> bool {
        !self.per_file.iter().any(|(glob, rules)| {
            rules.iter().any(|rule| rule.matches(finding.code())) && glob.is_match(path)
        })
    }

    /// Returns why somebody decided to live with a finding in the file at `path`.
    pub(crate) fn ignored(
        &self,
        finding: &ramguard_lint::Finding,
        path: &str,
        fingerprint: &str,
    ) -> Option<&Suppression> {
        let today = self.linter.settings().today();
        let mut entries = self.ignores.iter().filter(|(glob, entry)| {
            glob.as_ref().is_none_or(|glob| glob.is_match(path))
                && entry.covers(finding, path, Some(fingerprint))
        });
        let holds = |entry: &Suppression| !today.is_some_and(|today| entry.is_expired(today));
        entries.find(|(_, entry)| holds(entry)).map(|(_, entry)| entry)
    }
}

impl<'p> Ledgers<'p> {
    /// Opens the ledgers of a project; nothing has been linted yet.
    pub(crate) fn new(project: &'p Project) -> Self {
        let settings = project.linter.settings();
        let open =
            |(_, entry): &'p (_, Suppression)| Ledger::new(std::slice::from_ref(entry), settings);
        Self { project, ledgers: project.ignores.iter().map(open).collect() }
    }

    /// Notes that the file at `path` was linted, and with what findings.
    pub(crate) fn visit<'f>(
        &mut self,
        path: &str,
        findings: impl Iterator<Item = (&'f ramguard_lint::Finding, &'f str)> + Clone,
    ) {
        for ((glob, _), ledger) in self.project.ignores.iter().zip(&mut self.ledgers) {
            if glob.as_ref().is_none_or(|glob| glob.is_match(path)) {
                ledger.visit(path);
                for (finding, fingerprint) in findings.clone() {
                    ledger.silence(finding, path, Some(fingerprint));
                }
            }
        }
    }

    /// Returns what there is to say about the settings file: RAM905 to RAM908.
    pub(crate) fn remarks(&self) -> Vec<Remark> {
        let settings = self.project.linter.settings();
        let unknown = self.project.unknown.iter();
        let mut remarks: Vec<Remark> =
            unknown.filter_map(|(error, origin)| unknown_rule(error, origin, settings)).collect();
        remarks.extend(self.ledgers.iter().flat_map(Ledger::remarks));
        remarks
    }
}

/// The ignores that travel beside one policy.
pub(crate) struct Sidecar {
    entries: Vec<Suppression>,
    unknown: Vec<(UnknownRule, Origin)>,
}

impl Sidecar {
    /// Reads a file beside a policy.
    ///
    /// # Errors
    /// What is wrong with it, with its place, escaped.
    pub(crate) fn read(name: &str, text: &str) -> Result<Self, String> {
        let ignores = file::read_sidecar(name, text).map_err(|fault| fault.in_words(name, text))?;
        let entries = ignores.entries.into_iter().map(|(_, entry)| entry).collect();
        Ok(Self { entries, unknown: ignores.unknown })
    }

    /// Opens the ledger of its entries.
    pub(crate) fn ledger<'s>(&'s self, settings: &'s Settings) -> Ledger<'s> {
        Ledger::new(&self.entries, settings)
    }

    /// Returns what there is to say about names that are no rules.
    pub(crate) fn unknown(&self, settings: &Settings) -> Vec<Remark> {
        let remark =
            |(error, origin): &(UnknownRule, Origin)| unknown_rule(error, origin, settings);
        self.unknown.iter().filter_map(remark).collect()
    }
}

fn settings_of(choice: &Choice, table: &SettingsFile) -> Result<Settings, NoRule> {
    let preset = choice.preset.or(table.preset.map(Preset::from)).unwrap_or_default();
    let limits = Limits::default().with_max_read_bytes(ramguard_lint::MAX_READ_BYTES);
    let read = ReadOptions { limits, legacy_not_resource: choice.legacy_not_resource };
    let mut settings = Settings::new()
        .with_preset(preset)
        .with_read_options(read)
        .with_catalog(catalog_of(table))
        .with_require_reason(table.require_reason.unwrap_or(true))
        .with_any_service_read(table.allow_any_service_read);
    if choice.legacy_not_resource
        && let Some(code) = registry::by_name("notresource")
    {
        // Whoever accepts it need not be told of it.
        settings = settings.with_level(code.into(), None);
    }
    if let Some(today) = choice.today {
        settings = settings.with_today(today);
    }
    if table.single_value == Some(SingleValueWord::Scalar) {
        settings = settings.with_single_value(SingleValue::Scalar);
    }
    for account in &table.own_accounts {
        settings = settings.with_own_account(account);
    }
    for (rule, level) in &table.rules {
        let level = match level {
            LevelWord::Error => Some(Level::Error),
            LevelWord::Warning => Some(Level::Warning),
            LevelWord::Note => Some(Level::Note),
            LevelWord::Off => None,
        };
        settings = settings.with_level(selector(rule)?, level);
    }
    if !choice.select.is_empty() {
        // The largest preset without all that is not selected: what is left keeps the levels of
        // its own.
        settings = settings.with_preset(Preset::Audit);
        for meta in registry::rules() {
            if !choice.select.iter().any(|selector| selector.matches(meta.code)) {
                settings = settings.with_level(meta.code.into(), None);
            }
        }
    }
    for &(selector, level) in &choice.levels {
        settings = settings.with_level(selector, level);
    }
    for &selector in &choice.ignore {
        settings = settings.with_level(selector, None);
    }
    Ok(settings)
}

fn catalog_of(table: &SettingsFile) -> Catalog {
    let mut catalog = Catalog::new();
    let extra = &table.catalogue;
    extra.extra_services.iter().for_each(|name| catalog.add_service(name));
    extra.extra_actions.iter().for_each(|name| catalog.add_action(name));
    extra.extra_condition_keys.iter().for_each(|name| catalog.add_condition_key(name));
    extra.extra_service_principals.iter().for_each(|name| catalog.add_service_principal(name));
    extra.extra_regions.iter().for_each(|name| catalog.add_region(name));
    catalog
}

/// Reads a glob; `*` stays inside a folder, `**` does not.
fn glob(text: &str) -> Result<GlobMatcher, String> {
    let glob = GlobBuilder::new(text).literal_separator(true).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|e| escape(&e.to_string()).into_owned())
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

/// Returns where the file beside a policy stands: `<policy>.ramguard.toml`.
pub(crate) fn sidecar_path(policy: &Path) -> PathBuf {
    let mut name = policy.as_os_str().to_owned();
    name.push(".ramguard.toml");
    name.into()
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
