//! What a user sets: presets, levels, and what the rules need to know about the account.

use std::collections::{BTreeMap, BTreeSet};

use ramguard_catalog::{Catalog, nearest};
use ramguard_policy::text::shown;
use ramguard_policy::{Limits, ReadOptions};

use crate::rule::Meta;
use crate::{Category, Code, Date, Level, Preset, Zone, registry};

/// Nothing longer than this is read for linting, in bytes. It guards against hostile input.
pub const MAX_READ_BYTES: usize = 1 << 20;

/// Settings of a [`Linter`](crate::Linter).
#[derive(Clone, Debug)]
pub struct Settings {
    preset: Preset,
    levels: BTreeMap<Code, Option<Level>>,
    own_accounts: BTreeSet<String>,
    catalog: Catalog,
    read: ReadOptions,
    today: Option<Date>,
    require_reason: bool,
    single_value: SingleValue,
    allow_any_service_read: bool,
    assumed_zone: Option<Zone>,
}

/// How an element with one value is to be written (RAM902).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SingleValue {
    /// `["x"]`.
    #[default]
    List,
    /// `"x"`.
    Scalar,
}

impl Default for Settings {
    fn default() -> Self {
        let limits = Limits::default().with_max_read_bytes(MAX_READ_BYTES);
        Self {
            preset: Preset::Default,
            levels: BTreeMap::new(),
            own_accounts: BTreeSet::new(),
            catalog: Catalog::new(),
            read: ReadOptions { limits, ..ReadOptions::default() },
            today: None,
            require_reason: true,
            single_value: SingleValue::List,
            allow_any_service_read: false,
            assumed_zone: None,
        }
    }
}

impl Settings {
    /// Returns the settings nothing has been changed in: preset `default`, RAM's own limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the rules to start from.
    #[must_use]
    pub fn with_preset(mut self, preset: Preset) -> Self {
        self.preset = preset;
        self
    }

    /// Sets the level of every rule `selector` names, or turns them off with `None`. A rule that
    /// is given a level is on, whatever the preset. Later calls win.
    #[must_use]
    pub fn with_level(mut self, selector: Selector, level: Option<Level>) -> Self {
        for meta in registry::rules().filter(|meta| selector.matches(meta.code)) {
            self.levels.insert(meta.code, level);
        }
        self
    }

    /// Adds an account of the user's own, for the trust rules.
    #[must_use]
    pub fn with_own_account(mut self, account: impl Into<String>) -> Self {
        self.own_accounts.insert(account.into());
        self
    }

    /// Sets the catalogue, with what the user has added to it.
    #[must_use]
    pub fn with_catalog(mut self, catalog: Catalog) -> Self {
        self.catalog = catalog;
        self
    }

    /// Sets how documents are read: sizes by kind and nesting.
    #[must_use]
    pub fn with_read_options(mut self, read: ReadOptions) -> Self {
        self.read = read;
        self
    }

    /// Sets today, for suppressions that end. Without it none has ended.
    #[must_use]
    pub fn with_today(mut self, today: Date) -> Self {
        self.today = Some(today);
        self
    }

    /// Sets whether a suppression has to say why (RAM907). On by default.
    #[must_use]
    pub fn with_require_reason(mut self, require: bool) -> Self {
        self.require_reason = require;
        self
    }

    /// Sets how an element with one value is to be written (RAM902).
    #[must_use]
    pub fn with_single_value(mut self, style: SingleValue) -> Self {
        self.single_value = style;
        self
    }

    /// Accepts reads across all services, `*:Describe*` and the like (RAM306).
    #[must_use]
    pub fn with_any_service_read(mut self, allow: bool) -> Self {
        self.allow_any_service_read = allow;
        self
    }

    /// Sets the zone that dates without one are taken to be in, for the fix of RAM408.
    #[must_use]
    pub fn with_assumed_zone(mut self, zone: Zone) -> Self {
        self.assumed_zone = Some(zone);
        self
    }

    /// Returns the rules to start from.
    #[must_use]
    pub fn preset(&self) -> Preset {
        self.preset
    }

    /// Returns how documents are read.
    #[must_use]
    pub fn read_options(&self) -> &ReadOptions {
        &self.read
    }

    /// Returns the catalogue.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Returns today, if it was set.
    #[must_use]
    pub fn today(&self) -> Option<Date> {
        self.today
    }

    /// Returns whether a suppression has to say why.
    #[must_use]
    pub fn requires_reason(&self) -> bool {
        self.require_reason
    }

    /// Returns how an element with one value is to be written.
    #[must_use]
    pub fn single_value(&self) -> SingleValue {
        self.single_value
    }

    /// Returns whether reads across all services are accepted.
    #[must_use]
    pub fn allows_any_service_read(&self) -> bool {
        self.allow_any_service_read
    }

    /// Returns the zone that dates without one are taken to be in, if it was set.
    #[must_use]
    pub fn assumed_zone(&self) -> Option<&Zone> {
        self.assumed_zone.as_ref()
    }

    /// Returns whether `account` is the user's own; `None` if no own account was named.
    #[must_use]
    pub fn is_own_account(&self, account: &str) -> Option<bool> {
        (!self.own_accounts.is_empty()).then(|| self.own_accounts.contains(account))
    }

    /// Returns the level a rule reports with, `None` if it is off. `preset` is the preset the
    /// finding belongs to and `at_most` the level it reaches, unless the user has set one.
    pub(crate) fn level_of(&self, meta: &Meta, preset: Preset, at_most: Level) -> Option<Level> {
        match self.levels.get(&meta.code) {
            Some(level) => *level,
            None => (preset <= self.preset).then(|| meta.level.min(at_most)),
        }
    }
}

/// Names one rule or several: `RAM604`, `RAM6`, `passrole-any-role`, `security`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selector {
    from: u16,
    to: u16,
}

impl Selector {
    /// Reads a code, the start of one, the name of a rule or of a category, or `all`.
    ///
    /// # Errors
    /// [`UnknownRule`] if nothing has ever had that code or name.
    pub fn parse(text: &str) -> Result<Self, UnknownRule> {
        let unknown = || UnknownRule { found: text.into(), suggestion: suggest(text) };
        if text == "all" {
            return Ok(Self { from: 0, to: u16::MAX });
        }
        if let Some(category) = Category::ALL.into_iter().find(|c| c.name() == text) {
            let digit = category as u16 + 1;
            return Ok(Self { from: digit * 100, to: digit * 100 + 99 });
        }
        if let Some(code) = registry::by_name(text) {
            return Ok(Self { from: code.number(), to: code.number() });
        }
        let digits = text.strip_prefix("RAM").ok_or_else(unknown)?;
        let is_number = !digits.is_empty()
            && digits.len() <= 3
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number: u16 = digits.parse().ok().filter(|_| is_number).ok_or_else(unknown)?;
        let width = match digits.len() {
            1 => 100,
            2 => 10,
            _ => 1,
        };
        let (from, to) = (number * width, number * width + width - 1);
        let names_any = registry::known_codes().any(|code| (from..=to).contains(&code.number()));
        if names_any { Ok(Self { from, to }) } else { Err(unknown()) }
    }

    /// Returns whether it names the rule with this code.
    #[must_use]
    pub fn matches(self, code: Code) -> bool {
        (self.from..=self.to).contains(&code.number())
    }
}

impl std::fmt::Display for Selector {
    /// Writes the code, the start of the codes, or `all`; a category is written as its digit.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.to.saturating_sub(self.from) {
            0 => write!(f, "RAM{:03}", self.from),
            9 => write!(f, "RAM{:02}", self.from / 10),
            99 => write!(f, "RAM{}", self.from / 100),
            _ => f.write_str("all"),
        }
    }
}

impl From<Code> for Selector {
    fn from(code: Code) -> Self {
        Self { from: code.number(), to: code.number() }
    }
}

/// The nearest code or name: what most likely was meant.
fn suggest(text: &str) -> Option<Box<str>> {
    let codes: Vec<String> = registry::known_codes().map(|code| code.to_string()).collect();
    let names = registry::known_names().chain(Category::ALL.into_iter().map(Category::name));
    let near = nearest(text, codes.iter().map(String::as_str))
        .or_else(|| nearest(text, names.map(|name| -> &str { name })));
    near.map(Into::into)
}

/// A code or name that no rule has or ever had (RAM908).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown rule `{}`", shown(.found))]
pub struct UnknownRule {
    found: Box<str>,
    suggestion: Option<Box<str>>,
}

impl UnknownRule {
    /// Returns what was written.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }

    /// Returns what most likely was meant.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_is_a_code_a_prefix_a_name_or_a_category() {
        let matches =
            |text: &str, number| Selector::parse(text).unwrap().matches(Code::new(number));
        assert!(matches("RAM201", 201) && !matches("RAM201", 202));
        assert!(matches("RAM2", 299) && !matches("RAM2", 300));
        assert!(matches("RAM20", 209) && !matches("RAM20", 210));
        assert!(matches("missing-version", 201));
        assert!(matches("grammar", 223) && !matches("grammar", 301));
        assert!(matches("all", 999));
    }

    #[test]
    fn an_unknown_rule_gets_a_suggestion() {
        let error = Selector::parse("RAM2001").unwrap_err();
        assert_eq!(error.suggestion(), Some("RAM201"));
        let error = Selector::parse("mising-version").unwrap_err();
        assert_eq!(error.suggestion(), Some("missing-version"));
    }
}
