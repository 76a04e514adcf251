//! The words of `ramguard lint`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use ramguard_lint::{Date, Zone};

use super::KindName;

/// Check policy documents and say what is wrong, where, and what to write instead
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramguard lint policies/
  ramguard lint policies/ --preset strict --output human --output sarif=ramguard.sarif
  ramguard lint --kind trust --stdin-filename role.json - < role.json

Policies are also found inside saved answers of `aliyun ram`, Terraform files and plans, ROS
templates and fenced blocks of Markdown. In a folder every *.json, *.tf, *.tofu, *.yaml and *.yml
is looked at; ignore files such as .gitignore are obeyed. A file that is named is always checked.

A RULE is a code (RAM604), the start of one (RAM6), a name (passrole-any-role), a category
(security) or `all`. `ramguard rule` lists them.

RAMGUARD_CONFIG and RAMGUARD_OUTPUT stand in for --config and --output where these are left out.

Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 usage or input error, 4 no policy found.")]
pub(crate) struct LintArgs {
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

    /// What ends in exit code 1: a level and all above it, `never`, or rules (repeatable); `error`
    /// if nothing else is said
    #[arg(long, value_name = "LEVEL|RULE", value_delimiter = ',')]
    pub(crate) fail_on: Vec<String>,

    /// End in exit code 1 as well if there are more warnings than this
    #[arg(long, value_name = "N")]
    pub(crate) max_warnings: Option<usize>,

    /// End in exit code 0 whatever is found
    #[arg(long)]
    pub(crate) exit_zero: bool,

    /// End in exit code 0 if there is no policy, not in 4
    #[arg(long)]
    pub(crate) allow_empty: bool,

    /// Use this settings file in place of the nearest `ramguard.toml` above each input
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    pub(crate) config: Option<PathBuf>,

    /// Use no settings file
    #[arg(long)]
    pub(crate) isolated: bool,

    /// The day it is, for ignores that end; today if left out
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) now: Option<Date>,

    /// Leave out what is in this baseline; only what is new fails the run
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// Write everything that is found into the baseline, `ramguard-baseline.json` if none is named
    #[arg(long)]
    pub(crate) write_baseline: bool,

    /// Take out of the baseline what is not found any more, and add nothing
    #[arg(long, conflicts_with = "write_baseline")]
    pub(crate) prune_baseline: bool,

    /// End in exit code 1 if the baseline holds what is not found any more
    #[arg(long)]
    pub(crate) fail_on_stale_baseline: bool,

    /// Apply safe fixes to the files; they change no decision. Standard input goes to standard
    /// output, what is found beside it
    #[arg(long)]
    pub(crate) fix: bool,

    /// Apply unsafe fixes as well
    #[arg(long)]
    pub(crate) unsafe_fixes: bool,

    /// Show what fixes would change instead; exit code 1 if they would
    #[arg(long)]
    pub(crate) diff: bool,

    /// End in exit code 1 if a fix was applied
    #[arg(long)]
    pub(crate) exit_non_zero_on_fix: bool,

    /// Accept `NotResource` as the complement of `Resource`
    #[arg(long)]
    pub(crate) legacy_not_resource: bool,

    /// Repair dates without a zone as if they had this one, `Z` or `+08:00` (RAM408)
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    pub(crate) assume_zone: Option<Zone>,

    /// The name to report for standard input
    #[arg(long, value_name = "NAME")]
    pub(crate) stdin_filename: Option<OsString>,

    /// Print findings only, no summary
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Print nothing but errors; reports go to files only
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) silent: bool,

    /// The language of messages
    #[arg(long, value_enum, value_name = "LANG")]
    pub(crate) lang: Option<LangName>,

    /// How findings are printed, and into which file; standard output if none is given
    /// (repeatable): human, concise, json, sarif, github, gitlab, junit
    #[arg(long = "output", value_name = "FORMAT[=FILE]")]
    pub(crate) outputs: Vec<OutputSpec>,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// With the lines they are about
    #[value(alias = "full")]
    Human,
    /// `path:line:column: level code message`
    Concise,
    /// One JSON object, schema 1
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// Workflow commands of GitHub
    Github,
    /// Code quality report of GitLab
    Gitlab,
    /// JUnit XML
    Junit,
}

impl Format {
    /// Returns whether it may share standard output with another format.
    pub(crate) fn is_lines(self) -> bool {
        matches!(self, Self::Human | Self::Concise | Self::Github)
    }
}

/// A format, and the file it goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OutputSpec {
    /// The format.
    pub(crate) format: Format,
    /// The file; `None` for standard output.
    pub(crate) file: Option<PathBuf>,
}

impl FromStr for OutputSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = match text.split_once('=') {
            Some((name, file)) => (name, Some(file)),
            None => (text, None),
        };
        if file == Some("") {
            return Err("the name of the file is missing after `=`".into());
        }
        let format = Format::from_str(name, false).map_err(|_| {
            let names: Vec<String> = Format::value_variants()
                .iter()
                .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
                .collect();
            format!("possible formats: {}", names.join(", "))
        })?;
        Ok(Self { format, file: file.map(PathBuf::from) })
    }
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

/// A language messages are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LangName {
    /// English
    #[default]
    En,
    /// Chinese, simplified
    Zh,
}

impl From<LangName> for ramguard_lint::Lang {
    fn from(name: LangName) -> Self {
        match name {
            LangName::En => Self::En,
            LangName::Zh => Self::Zh,
        }
    }
}
