//! The settings that are in force for some files, made into a linter.
//!
//! Always holds here: the command line wins over a settings file, a settings file wins over those it
//! extends, and these win over the preset. Of two words about one rule in a file, the one that names
//! fewer rules wins.

use std::path::PathBuf;

use globset::{GlobMatcher, GlobSet};
use ramguard_catalog::Catalog;
use ramguard_lint::suppress::{Origin, Suppression};
use ramguard_lint::{
    Applicability, Date, Level, Linter, Preset, Selector, Settings, Severity, SingleValue,
    UnknownRule, registry,
};
use ramguard_policy::{Kind, Limits, ProblemCode, ReadOptions};

use super::chain::{self, Forbidden, Layer};
use super::fault::{Fault, place_of};
use super::file::{self, LevelWord, SettingsFile, SingleValueWord};
use super::globs::{glob, globs};
use super::ignores::{self, Ignores};
use super::{Choice, FailOn};

use crate::command::Failure;
use crate::finding::{Finding, RuleOf};
use crate::render::escape::escape;

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
    /// The whole paths of these files.
    pub(crate) paths: Vec<PathBuf>,
    /// The last of them, if it can be written to.
    pub(crate) own: Option<PathBuf>,
    /// The baseline, if there is to be one.
    pub(crate) baseline: Option<PathBuf>,
    /// The most severe finding a baseline may hold.
    baseline_max_severity: Option<Severity>,
    /// The rules whose fixes are offered, those whose are not, and those whose unsafe ones are safe.
    fixable: Option<Vec<Selector>>,
    unfixable: Vec<Selector>,
    safe: Vec<Selector>,
    pub(super) fail_on: FailOn,
    /// The rules somebody has given a level.
    pub(super) levelled: Vec<Selector>,
    pub(super) per_file: Vec<(GlobMatcher, Vec<Selector>)>,
    pub(super) ignores: Vec<(Option<GlobMatcher>, Suppression)>,
    /// Names in the ignores that are no rules.
    pub(super) unknown: Vec<(UnknownRule, Origin)>,
    /// What of folders is checked in place of the default, and what is not.
    pub(super) include: Option<GlobSet>,
    pub(super) exclude: GlobSet,
    /// Rules nobody may ignore.
    pub(super) forbidden: Vec<Forbidden>,
}

impl Project {
    /// Makes the linter of the files below `root` from settings files, the one all others are built
    /// on first and the one at `own` last; `above` is what files above them forbid to ignore.
    ///
    /// # Errors
    /// What is wrong with a settings file, with its place.
    pub(super) fn new(
        choice: &Choice,
        root: PathBuf,
        own: Option<PathBuf>,
        layers: &[Layer],
        above: Vec<Forbidden>,
    ) -> Result<Self, Failure> {
        let mut forbidden = above;
        for layer in layers.iter().chain(&choice.said) {
            forbidden.extend(layer.forbidden()?);
        }
        let forbidden = chain::each_once(forbidden);
        let table = chain::merged(layers, &choice.said);
        let (mut now, mut sizes) = (None, Vec::new());
        for layer in layers.iter().chain(&choice.said) {
            if let Some(value) = &layer.table.now {
                now = file::now(value).map_err(|fault| layer.refused(&fault))?;
            }
        }
        for layer in layers.iter().chain(&choice.said) {
            sizes.extend(layer.table.limits.sizes().map_err(|fault| layer.refused(&fault))?);
        }
        let (levels, levelled) = levels_of(choice, layers)?;
        let mut project = Self {
            linter: Linter::new(settings_of(choice, &table, now, &sizes, &levels)),
            fail_on: choice.fail_on.clone().unwrap_or_default(),
            files: layers.iter().map(|layer| (layer.name.clone(), layer.text.clone())).collect(),
            paths: layers.iter().map(|layer| layer.path.clone()).collect(),
            own,
            baseline: match (&choice.baseline, &table.baseline) {
                (Some(path), _) => Some(path.clone()),
                (None, Some(path)) => Some(root.join(path)),
                (None, None) => None,
            },
            baseline_max_severity: None,
            fixable: None,
            unfixable: Vec::new(),
            safe: Vec::new(),
            root,
            levelled,
            per_file: Vec::new(),
            ignores: Vec::new(),
            unknown: Vec::new(),
            include: None,
            exclude: GlobSet::empty(),
            forbidden,
        };
        for layer in layers.iter().chain(&choice.said) {
            project.take(choice, layer)?;
        }
        Ok(project)
    }

    /// Takes over what is said apart in each settings file.
    fn take(&mut self, choice: &Choice, layer: &Layer) -> Result<(), Failure> {
        // Who starts the command may say what a settings file may not.
        let is_said = layer.name == chain::SAID;
        if !is_said {
            layer.obey(&self.forbidden)?;
        }
        let table = &layer.table;
        let refused = |key: &str, word: &str, message: String| {
            layer.refused(&Fault { span: place_of(&layer.text, key, word), message })
        };
        if let (None, Some(words)) = (&choice.fail_on, &table.fail_on) {
            for word in words {
                FailOn::parse(std::slice::from_ref(word))
                    .map_err(|error| layer.no_rule("fail-on", word, &error))?;
            }
            self.fail_on = FailOn::parse(words).unwrap_or_default();
        }
        let rules = |key: &str, words: &[String]| -> Result<Vec<Selector>, Failure> {
            words.iter().map(|word| layer.rule(key, word)).collect()
        };
        if let Some(words) = &table.fixable {
            self.fixable = Some(rules("fixable", words)?);
        }
        self.unfixable.extend(rules("unfixable", &table.unfixable)?);
        self.safe.extend(rules("extend-safe-fixes", &table.extend_safe_fixes)?);
        if let Some(most) = &table.baseline_max_severity {
            let severity = file::severity(most).map_err(|fault| layer.refused(&fault))?;
            self.baseline_max_severity = Some(severity);
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
            ignores::ignores(&layer.name, &table.ignore).map_err(|fault| layer.refused(&fault))?;
        if !is_said {
            self.may_ignore(&ignores).map_err(|fault| layer.refused(&fault))?;
        }
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
    pub(super) fn may_ignore(&self, ignores: &Ignores) -> Result<(), Fault> {
        let refusal = |(rules, span): &(Selector, ramguard_policy::text::Span)| {
            let message = chain::refusal(&self.forbidden, *rules)?;
            Some(Fault { span: Some(*span), message })
        };
        ignores.named.iter().find_map(refusal).map_or(Ok(()), Err)
    }

    /// Returns why nobody may ignore a rule, escaped, unless everybody may.
    pub(crate) fn forbids(&self, rule: Selector) -> Option<String> {
        let message = chain::refusal(&self.forbidden, rule)?;
        Some(escape(&message).into_owned())
    }

    /// Returns whether a finding may be in a baseline: nobody forbids to ignore its rule, and it is
    /// not more severe than settings take.
    pub(crate) fn may_be_known(&self, finding: &Finding) -> bool {
        let Some(rule) = finding.rule else { return true };
        let is_forbidden = self.forbidden.iter().any(|forbidden| forbidden.is_about(rule.code));
        let is_mild = |most: Severity| rule.severity.is_none_or(|severity| severity <= most);
        !is_forbidden && self.baseline_max_severity.is_none_or(is_mild)
    }

    /// Returns how freely the fix of a rule may be applied, `None` if it is not to be offered.
    fn allowed(&self, rule: RuleOf, fix: Applicability) -> Option<Applicability> {
        let is_of = |rules: &[Selector]| rules.iter().any(|selector| selector.matches(rule.code));
        let is_offered = self.fixable.as_deref().is_none_or(is_of) && !is_of(&self.unfixable);
        let is_safe = fix == Applicability::Unsafe && is_of(&self.safe);
        is_offered.then_some(if is_safe { Applicability::Safe } else { fix })
    }

    /// Says of each finding what is to become of its fix, and whether it makes the run a failure. What RAM refuses is an error, however
    /// harmless the reason, unless somebody has given the rule another level.
    pub(crate) fn judge(&self, findings: &mut [Finding]) {
        for finding in findings {
            let is_refusal = ProblemCode::ALL
                .iter()
                .any(|code| finding.diagnostic.as_deref() == Some(code.name()));
            let is_levelled =
                |rule: RuleOf| self.levelled.iter().any(|selector| selector.matches(rule.code));
            if is_refusal && !finding.rule.is_some_and(is_levelled) {
                finding.level = Level::Error;
            }
            finding.fails = self.fail_on.fails(finding);
            if let (Some(rule), Some(mut fix)) = (finding.rule, finding.fix.take()) {
                let allowed = self.allowed(rule, fix.applicability);
                finding.fix = allowed.map(|allowed| {
                    fix.applicability = allowed;
                    fix
                });
            }
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

/// A rule or several, and the level they are given.
type Levels = Vec<(Selector, Option<Level>)>;

/// Returns the levels that settings files give to rules, the one that counts last, and every rule
/// that somebody has given one.
fn levels_of(choice: &Choice, layers: &[Layer]) -> Result<(Levels, Vec<Selector>), Failure> {
    let mut levels = Vec::new();
    for layer in layers.iter().chain(&choice.said) {
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

fn settings_of(
    choice: &Choice,
    table: &SettingsFile,
    now: Option<Date>,
    sizes: &[(Kind, usize)],
    levels: &Levels,
) -> Settings {
    let preset = choice.preset.or(table.preset.map(Preset::from)).unwrap_or_default();
    let limits = Limits::default().with_max_read_bytes(ramguard_lint::MAX_READ_BYTES);
    let limits =
        sizes.iter().fold(limits, |limits, (kind, bytes)| limits.with_max_bytes(*kind, *bytes));
    let read = ReadOptions { limits, legacy_not_resource: choice.legacy_not_resource };
    let mut settings = Settings::new()
        .with_preset(preset)
        .with_read_options(read)
        .with_catalog(catalog_of(choice, table))
        .with_require_reason(table.require_reason.unwrap_or(true))
        .with_any_service_read(table.allow_any_service_read.unwrap_or_default());
    if choice.legacy_not_resource
        && let Some(code) = registry::by_name("notresource")
    {
        // Whoever accepts it need not be told of it.
        settings = settings.with_level(code.into(), None);
    }
    if let Some(zone) = &choice.assumed_zone {
        settings = settings.with_assumed_zone(zone.clone());
    }
    if let Some(today) = choice.now.or(now).or_else(super::today) {
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
    for meta in registry::rules().filter(|_| !choice.only.is_empty()) {
        if !choice.only.iter().any(|selector| selector.matches(meta.code)) {
            settings = settings.with_level(meta.code.into(), None);
        }
    }
    settings
}

fn catalog_of(choice: &Choice, table: &SettingsFile) -> Catalog {
    let mut catalog = Catalog::new();
    for extra in choice.catalogues.iter().chain([&table.catalogue]) {
        extra.extra_services.iter().for_each(|name| catalog.add_service(name));
        extra.extra_actions.iter().for_each(|name| catalog.add_action(name));
        extra.extra_condition_keys.iter().for_each(|name| catalog.add_condition_key(name));
        extra.extra_service_principals.iter().for_each(|name| catalog.add_service_principal(name));
        extra.extra_regions.iter().for_each(|name| catalog.add_region(name));
    }
    catalog
}
