//! The words of `ramguard baseline` and `ramguard suppress`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use ramguard_lint::Date;

use super::{ChoiceArgs, DocumentArgs, KindName, Output, SettingsArgs};

/// Keep the list of findings that were there when somebody began to look
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramguard baseline write policies/
  ramguard baseline update policies/
  ramguard baseline prune policies/
  ramguard baseline show

`ramguard lint --baseline FILE` leaves out what is in it, and so does the setting `baseline`. What a
baseline may not hold, by `forbid` or `baseline-max-severity`, is not written.

Exit codes: 0 done, 2 usage or input error, 4 no policy found.")]
pub(crate) struct BaselineArgs {
    #[command(subcommand)]
    pub(crate) verb: BaselineVerb,
}

/// What to do with a baseline.
#[derive(Debug, Subcommand)]
pub(crate) enum BaselineVerb {
    /// Begin a baseline of everything that is found; one that is there is begun anew
    Write(Box<BaselineLintArgs>),
    /// Bring a baseline up to date: add what is new, drop what is gone, keep what was not looked at
    Update(Box<BaselineLintArgs>),
    /// Drop what is gone, and add nothing
    Prune(Box<BaselineLintArgs>),
    Show(BaselineShowArgs),
}

/// How the documents of a baseline are checked.
#[derive(Debug, Args)]
pub(crate) struct BaselineLintArgs {
    #[command(flatten, next_help_heading = "Documents")]
    pub(crate) documents: DocumentArgs,

    #[command(flatten, next_help_heading = "Rules")]
    pub(crate) choice: ChoiceArgs,

    #[command(flatten, next_help_heading = "Settings")]
    pub(crate) settings: SettingsArgs,

    /// The baseline; else what the settings name, else `ramguard-baseline.json`
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// Do not tell what was written
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Print what a baseline holds
#[derive(Debug, Args)]
pub(crate) struct BaselineShowArgs {
    /// The baseline; else what the settings of this folder name, else `ramguard-baseline.json`
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) settings: SettingsArgs,

    /// A line an entry, or the baseline as JSON
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Output::Human)]
    pub(crate) output: Output,
}

/// Live with a finding: write an ignore of it, and why, where the linter reads it
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramguard suppress RAM604 policies/deploy.json:14 --reason 'reviewed in SEC-12' --until 2026-12-31
  ramguard suppress RAM604 policies/deploy.json:14 --reason 'reviewed in SEC-12' --sidecar

The ignore is hung on the `Sid` of the statement if that silences nothing else, else on the
fingerprint of the finding. It goes into the nearest ramguard.toml, or where there is none into
`<policy>.ramguard.toml` beside the file; what is written there already stays as it is.

Exit codes: 0 written, 2 usage or input error, or nothing to write.")]
pub(crate) struct SuppressArgs {
    /// The rule: a code or a name
    #[arg(value_name = "RULE")]
    pub(crate) rule: String,

    /// Where the finding is told
    #[arg(value_name = "FILE:LINE[:COLUMN]")]
    pub(crate) place: OsString,

    /// Why, in ten characters or more
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,

    /// The last day it holds
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) until: Option<Date>,

    /// All findings of the rule on the line, if there are several
    #[arg(long)]
    pub(crate) all: bool,

    /// Write beside the file, not into the settings
    #[arg(long)]
    pub(crate) sidecar: bool,

    /// What the documents are; `auto` looks at their `Principal`
    #[arg(long, value_enum, default_value_t = KindName::Auto)]
    pub(crate) kind: KindName,

    #[command(flatten)]
    pub(crate) settings: SettingsArgs,
}
