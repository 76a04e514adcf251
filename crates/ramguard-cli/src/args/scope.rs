//! What the verbs that lint have in common: which documents, which rules, which settings.

use std::ffi::OsString;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use ramguard_lint::{Date, Level, Severity, Zone};

use super::{KindName, LangName};

/// Which documents are looked at.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct DocumentArgs {
    /// Files or folders; `-` is standard input, `@LIST` a file that names them, one a line
    #[arg(required = true, value_name = "PATH", help_heading = None)]
    pub(crate) paths: Vec<OsString>,

    /// What the documents are; `auto` looks at their `Principal`
    #[arg(long, value_enum, default_value_t = KindName::Auto)]
    pub(crate) kind: KindName,

    /// In folders, check files that fit this glob instead (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,

    /// In folders, leave out files and folders that fit this glob (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
}

/// Which of these documents are looked at, by what git knows of them.
#[derive(Clone, Debug, Default, Args)]
#[group(multiple = false)]
pub(crate) struct ChangedArgs {
    /// Look only at files that are staged for the next commit, as they are in the work tree
    #[arg(long)]
    pub(crate) staged: bool,

    /// Look only at files that differ from the last commit, those git does not know yet included
    #[arg(long)]
    pub(crate) changed: bool,

    /// Look only at files that differ from where the work left this commit, a branch say
    #[arg(long, value_name = "GIT_REF")]
    pub(crate) since: Option<String>,
}

impl ChangedArgs {
    /// Returns whether any of them is asked for.
    pub(crate) fn is_asked(&self) -> bool {
        self.staged || self.changed || self.since.is_some()
    }
}

/// Which rules are run, and what they take for granted.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ChoiceArgs {
    /// The rules to start from
    #[arg(long, value_enum, value_name = "PRESET")]
    pub(crate) preset: Option<PresetName>,

    /// Run these rules and no other, whatever the preset (repeatable)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) select: Vec<String>,

    /// Run these rules too, at their own levels (repeatable)
    #[arg(long, value_name = "RULE", value_delimiter = ',', conflicts_with = "select")]
    pub(crate) extend_select: Vec<String>,

    /// Of the rules that are on, run these and no other (repeatable)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) only: Vec<String>,

    /// Leave these rules out (repeatable)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,

    /// Give rules a level: `error`, `warning`, `note` or `off` (repeatable)
    #[arg(long = "level", value_name = "RULE=LEVEL", value_delimiter = ',')]
    pub(crate) levels: Vec<String>,

    /// A file of names that the catalogue does not know, with the keys of the table `[catalogue]` of
    /// the settings (repeatable)
    #[arg(long, value_name = "FILE")]
    pub(crate) catalogue: Vec<OsString>,

    /// Read policies by another answer where the documentation gives none, as `--option` of
    /// `ramguard simulate` does: only `legacy_not_resource` changes what is found (repeatable)
    #[arg(long, value_name = "NAME=BOOL")]
    pub(crate) semantics: Vec<String>,

    /// Accept `NotResource` as the complement of `Resource`, `--semantics legacy_not_resource=true`
    #[arg(long)]
    pub(crate) legacy_not_resource: bool,

    /// Repair dates without a zone as if they had this one, `Z` or `+08:00` (RAM408)
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    pub(crate) assume_zone: Option<Zone>,

    /// The language of messages
    #[arg(long, value_enum, value_name = "LANG")]
    pub(crate) lang: Option<LangName>,
}

/// Settings that a change does not bring itself.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct CommitArgs {
    /// Use the settings file, and the baseline it names, as they are in a commit, `main:ramguard.toml`
    /// say. It is an error if what has changed since touches settings and policies
    #[arg(long, value_name = "GIT_REF:PATH", conflicts_with = "isolated")]
    pub(crate) config_from_git: Option<String>,

    /// Accept a change that touches settings and policies
    #[arg(long, requires = "config_from_git")]
    pub(crate) allow_config_change: bool,
}

/// Which settings are in force.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SettingsArgs {
    /// Use this settings file in place of the nearest `ramguard.toml` above each input, or set one
    /// key as a line of it would, `preset="strict"` (repeatable)
    #[arg(long, value_name = "FILE|KEY=VALUE")]
    pub(crate) config: Vec<OsString>,

    /// Use no settings file
    #[arg(long)]
    pub(crate) isolated: bool,

    /// The day it is, for ignores that end; today if left out
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) now: Option<Date>,
}

/// The rules to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(crate) enum PresetName {
    /// High signal, for continuous integration
    Default,
    /// Adds hygiene and style
    Strict,
    /// Adds what depends on intent
    Audit,
}

impl From<PresetName> for ramguard_lint::Preset {
    fn from(name: PresetName) -> Self {
        match name {
            PresetName::Default => Self::Default,
            PresetName::Strict => Self::Strict,
            PresetName::Audit => Self::Audit,
        }
    }
}

/// Returns a severity, if the number is from 0 to 10 and has no more than one decimal place.
pub(crate) fn severity_of(number: f64) -> Option<Severity> {
    let is = |tenths: &u8| (f64::from(*tenths) - number * 10.0).abs() < 1e-6;
    (0..=100_u8).find(is).map(Severity::from_tenths)
}

/// How bad a finding is at least: a level, or a severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MinSeverity {
    /// Of this level or above.
    Level(Level),
    /// A security finding of this severity or above.
    Severity(Severity),
}

impl FromStr for MinSeverity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(level) = Level::parse(text) {
            return Ok(Self::Level(level));
        }
        let tenths = text.parse::<f64>().ok().and_then(severity_of);
        let words = "write `error`, `warning`, `note`, or a severity from 0 to 10";
        tenths.map(Self::Severity).ok_or_else(|| words.into())
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConfidenceName {
    /// It depends on things outside the policy
    Low,
    /// It depends on the catalogue
    Medium,
    /// It follows from the document and the language
    High,
}

impl From<ConfidenceName> for ramguard_lint::Confidence {
    fn from(name: ConfidenceName) -> Self {
        match name {
            ConfidenceName::Low => Self::Low,
            ConfidenceName::Medium => Self::Medium,
            ConfidenceName::High => Self::High,
        }
    }
}
