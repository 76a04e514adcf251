//! What the verbs that lint have in common: which documents, which rules, which settings.

use std::ffi::OsString;

use clap::{Args, ValueEnum};
use ramguard_lint::{Date, Zone};

use super::{KindName, LangName};

/// Which documents are looked at.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct DocumentArgs {
    /// Files or folders; `-` is standard input
    #[arg(required = true, value_name = "PATH")]
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

    /// Leave these rules out (repeatable)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,

    /// Give rules a level: `error`, `warning`, `note` or `off` (repeatable)
    #[arg(long = "level", value_name = "RULE=LEVEL", value_delimiter = ',')]
    pub(crate) levels: Vec<String>,

    /// Accept `NotResource` as the complement of `Resource`
    #[arg(long)]
    pub(crate) legacy_not_resource: bool,

    /// Repair dates without a zone as if they had this one, `Z` or `+08:00` (RAM408)
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    pub(crate) assume_zone: Option<Zone>,

    /// The language of messages
    #[arg(long, value_enum, value_name = "LANG")]
    pub(crate) lang: Option<LangName>,
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

    /// Use the settings file, and the baseline it names, as they are in a commit, `main:ramguard.toml`
    /// say. It is an error if what has changed since touches settings and policies
    #[arg(long, value_name = "GIT_REF:PATH", conflicts_with = "isolated")]
    pub(crate) config_from_git: Option<String>,

    /// Accept a change that touches settings and policies
    #[arg(long, requires = "config_from_git")]
    pub(crate) allow_config_change: bool,

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
