//! What the command line and the settings files say, made into a linter.
//!
//! Always holds here: the command line wins over a settings file, a settings file wins over those it
//! extends, and these win over the preset. Of two words about one rule in a file, the one that names
//! fewer rules wins.

mod chain;
mod discover;
mod file;
mod inline;

use std::path::{Component, Path, PathBuf};

use globset::{Glob, GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};
use ramguard_catalog::Catalog;
use ramguard_lint::suppress::{Ledger, Origin, Remark, Suppression, unknown_rule};
use ramguard_lint::{
    Date, Lang, Level, Linter, Preset, Selector, Settings, SingleValue, UnknownRule, registry,
};
use ramguard_policy::{Limits, ProblemCode, ReadOptions};

use chain::{Forbidden, Layer};
pub(crate) use discover::{Governed, Projects};
pub(crate) use file::places_of;
use file::{Fault, Ignores, LevelWord, SettingsFile, SingleValueWord};
pub(crate) use inline::Inline;

use crate::args::LintArgs;
use crate::command::Failure;
use crate::finding::Finding;
use crate::render::escape::escape;

/// What the command line says about rules, read once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    preset: Option<Preset>,
    select: Vec<Selector>,
    extend: Vec<Selector>,
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
    pub(crate) root: PathBuf,
    /// The settings files it comes from, as they are shown, with their texts: those that are
    /// extended first, the project's own last.
    pub(crate) files: Vec<(String, String)>,
    /// The baseline, if there is to be one.
    pub(crate) baseline: Option<PathBuf>,
    fail_on: FailOn,
    /// The rules somebody has given a level.
    levelled: Vec<Selector>,
    per_file: Vec<(GlobMatcher, Vec<Selector>)>,
    ignores: Vec<(Option<GlobMatcher>, Suppression)>,
    /// Names in the ignores that are no rules.
    unknown: Vec<(UnknownRule, Origin)>,
    /// What of folders is checked in place of the default, and what is not.
    include: Option<GlobSet>,
    exclude: GlobSet,
    /// Rules nobody may ignore.
    forbidden: Vec<Forbidden>,
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
            extend: selectors("--extend-select", &args.extend_select)?,
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
        escape(&self.in_plain_words()).into_owned()
    }

    /// Returns what is wrong in words, not escaped.
    fn in_plain_words(&self) -> String {
        let mut words = format!("no rule is called `{}`", self.0.found());
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
    /// Makes the linter of the files below `root` from settings files, the one all others are built
    /// on first; `above` is what files above them forbid to ignore.
    ///
    /// # Errors
    /// What is wrong with a settings file, with its place.
    fn new(
        choice: &Choice,
        root: PathBuf,
        layers: &[Layer],
        above: Vec<Forbidden>,
    ) -> Result<Self, Failure> {
        let mut forbidden = above;
        for layer in layers {
            forbidden.extend(layer.forbidden()?);
        }
        let table = chain::merged(layers);
        let (levels, levelled) = levels_of(choice, layers)?;
        let mut project = Self {
            linter: Linter::new(settings_of(choice, &table, &levels)),
            fail_on: choice.fail_on.clone().unwrap_or_default(),
            files: layers.iter().map(|layer| (layer.name.clone(), layer.text.clone())).collect(),
            baseline: match (&choice.baseline, &table.baseline) {
                (Some(path), _) => Some(path.clone()),
                (None, Some(path)) => Some(root.join(path)),
                (None, None) => None,
            },
            root,
            levelled,
            per_file: Vec::new(),
            ignores: Vec::new(),
            unknown: Vec::new(),
            include: None,
            exclude: GlobSet::empty(),
            forbidden,
        };
        for layer in layers {
            project.take(choice, layer)?;
        }
        Ok(project)
    }

    /// Takes over what is said apart in each settings file.
    fn take(&mut self, choice: &Choice, layer: &Layer) -> Result<(), Failure> {
        layer.obey(&self.forbidden)?;
        let table = &layer.table;
        let refused = |key: &str, word: &str, message: String| {
            layer.refused(&Fault { span: file::place_of(&layer.text, key, word), message })
        };
        if let (None, Some(words)) = (&choice.fail_on, &table.fail_on) {
            for word in words {
                FailOn::parse(std::slice::from_ref(word))
                    .map_err(|error| layer.no_rule("fail-on", word, &error))?;
            }
            self.fail_on = FailOn::parse(words).unwrap_or_default();
        }
        let all = |key: &str, words: &[String]| -> Result<GlobSet, Failure> {
            for word in words {
                glob(word).map_err(|error| refused(key, word, error))?;
            }
            globs(words).map_err(Failure::new)
        };
        if let Some(words) = &table.include {
            self.include = Some(all("include", words)?);
        }
        if let Some(words) = &table.exclude {
            self.exclude = all("exclude", words)?;
        }
        for entry in &table.per_file {
            let rules: Result<Vec<Selector>, Failure> =
                entry.ignore.iter().map(|rule| layer.rule("per-file", rule)).collect();
            let path =
                glob(&entry.path).map_err(|error| refused("per-file", &entry.path, error))?;
            self.per_file.push((path, rules?));
        }
        let ignores =
            file::ignores(&layer.name, &table.ignore).map_err(|fault| layer.refused(&fault))?;
        self.may_ignore(&ignores).map_err(|fault| layer.refused(&fault))?;
        for (path, entry) in ignores.entries {
            let path = path
                .as_deref()
                .map(|path| glob(path).map_err(|error| refused("ignore", path, error)));
            self.ignores.push((path.transpose()?, entry));
        }
        self.unknown.extend(ignores.unknown);
        Ok(())
    }

    /// Refuses ignores of what may not be ignored.
    fn may_ignore(&self, ignores: &Ignores) -> Result<(), Fault> {
        let refusal = |(rules, span): &(Selector, ramguard_policy::text::Span)| {
            let message = chain::refusal(&self.forbidden, *rules)?;
            Some(Fault { span: Some(*span), message })
        };
        ignores.named.iter().find_map(refusal).map_or(Ok(()), Err)
    }

    /// Returns whether a finding may be in no baseline, since nobody may ignore its rule.
    pub(crate) fn forbids(&self, finding: &Finding) -> bool {
        let forbids = |rule: crate::finding::RuleOf| {
            self.forbidden.iter().any(|forbidden| forbidden.is_about(rule.code))
        };
        finding.rule.is_some_and(forbids)
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

    /// Returns what there is to say about the settings files: RAM905 to RAM908. That an ignore of a
    /// file that is extended is not needed is left out: it may be for others that extend it.
    pub(crate) fn remarks(&self) -> Vec<Remark> {
        let settings = self.project.linter.settings();
        let own = self.project.files.last().map(|(name, _)| name.as_str());
        let unused = registry::by_name("unused-suppression");
        let is_others =
            |remark: &Remark| Some(remark.code()) == unused && Some(&*remark.origin().file) != own;
        let unknown = self.project.unknown.iter();
        let mut remarks: Vec<Remark> =
            unknown.filter_map(|(error, origin)| unknown_rule(error, origin, settings)).collect();
        remarks.extend(self.ledgers.iter().flat_map(Ledger::remarks));
        remarks.retain(|remark| !is_others(remark));
        remarks
    }
}

/// The ignores that travel beside one policy.
pub(crate) struct Sidecar {
    entries: Vec<Suppression>,
    unknown: Vec<(UnknownRule, Origin)>,
}

impl Sidecar {
    /// Reads a file beside a policy of a project.
    ///
    /// # Errors
    /// What is wrong with it, with its place, escaped.
    pub(crate) fn read(name: &str, text: &str, project: &Project) -> Result<Self, String> {
        let refused = |fault: Fault| fault.in_words(name, text);
        let ignores = file::read_sidecar(name, text).map_err(refused)?;
        project.may_ignore(&ignores).map_err(refused)?;
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

/// A rule or several, and the level they are given.
type Levels = Vec<(Selector, Option<Level>)>;

/// Returns the levels that settings files give to rules, the one that counts last, and every rule
/// that somebody has given one.
fn levels_of(choice: &Choice, layers: &[Layer]) -> Result<(Levels, Vec<Selector>), Failure> {
    let mut levels = Vec::new();
    for layer in layers {
        let mut said: Vec<(usize, Selector, Option<Level>)> = Vec::new();
        for (word, level) in &layer.table.rules {
            let rules = layer.rule("rules", word)?;
            let breadth = registry::rules().filter(|meta| rules.matches(meta.code)).count();
            let level = match level {
                LevelWord::Error => Some(Level::Error),
                LevelWord::Warning => Some(Level::Warning),
                LevelWord::Note => Some(Level::Note),
                LevelWord::Off => None,
            };
            said.push((breadth, rules, level));
        }
        said.sort_by_key(|(breadth, ..)| std::cmp::Reverse(*breadth));
        levels.extend(said.into_iter().map(|(_, rules, level)| (rules, level)));
    }
    let levelled = levels.iter().chain(&choice.levels).map(|(rules, _)| *rules).collect();
    Ok((levels, levelled))
}

fn settings_of(choice: &Choice, table: &SettingsFile, levels: &Levels) -> Settings {
    let preset = choice.preset.or(table.preset.map(Preset::from)).unwrap_or_default();
    let limits = Limits::default().with_max_read_bytes(ramguard_lint::MAX_READ_BYTES);
    let read = ReadOptions { limits, legacy_not_resource: choice.legacy_not_resource };
    let mut settings = Settings::new()
        .with_preset(preset)
        .with_read_options(read)
        .with_catalog(catalog_of(table))
        .with_require_reason(table.require_reason.unwrap_or(true))
        .with_any_service_read(table.allow_any_service_read.unwrap_or_default());
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
    for &(selector, level) in levels {
        settings = settings.with_level(selector, level);
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
    for meta in registry::rules() {
        if choice.extend.iter().any(|selector| selector.matches(meta.code)) {
            settings = settings.with_level(meta.code.into(), Some(meta.level));
        }
    }
    for &(selector, level) in &choice.levels {
        settings = settings.with_level(selector, level);
    }
    for &selector in &choice.ignore {
        settings = settings.with_level(selector, None);
    }
    settings
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
    one_glob(text).map(|glob| glob.compile_matcher())
}

fn one_glob(text: &str) -> Result<Glob, String> {
    let glob = GlobBuilder::new(text.trim_end_matches('/')).literal_separator(true).build();
    glob.map_err(|error| escape(&error.to_string()).into_owned())
}

/// Reads globs of files and folders.
///
/// # Errors
/// One of them is none: in words, escaped.
pub(crate) fn globs(texts: &[String]) -> Result<GlobSet, String> {
    let mut set = GlobSetBuilder::new();
    for text in texts {
        set.add(one_glob(text)?);
    }
    set.build().map_err(|error| escape(&error.to_string()).into_owned())
}

/// Returns whether a path below the folder that globs start from, or its name alone, fits one.
pub(crate) fn fits(globs: &GlobSet, below: &Path) -> bool {
    !below.as_os_str().is_empty()
        && (globs.is_match(below) || below.file_name().is_some_and(|name| globs.is_match(name)))
}

/// Takes `.` and `..` out of a path by its words alone.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
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
