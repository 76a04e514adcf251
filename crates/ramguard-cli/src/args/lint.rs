//! The words of `ramguard lint`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{
    ChangedArgs, ChoiceArgs, CommitArgs, ConfidenceName, DocumentArgs, MinSeverity, OutputArgs,
    SettingsArgs,
};

/// Check policy documents and say what is wrong, where, and what to write instead
#[derive(Debug, Default, Args)]
#[command(after_help = "\
Examples:
  ramguard lint policies/
  ramguard lint policies/ --preset strict --output human --output sarif=ramguard.sarif
  ramguard lint policies/ --since origin/main --baseline-ref origin/main
  ramguard lint --kind trust --stdin-filename role.json - < role.json

Policies are also found inside saved answers of `aliyun ram`, Terraform files and plans, ROS
templates and fenced blocks of Markdown. In a folder every *.json, *.tf, *.tofu, *.yaml and *.yml
is looked at; ignore files such as .gitignore are obeyed. A file that is named is always checked.

A RULE is a code (RAM604), the start of one (RAM6), a name (passrole-any-role), a category
(security) or `all`. `ramguard rule` lists them.

RAMGUARD_CONFIG and RAMGUARD_OUTPUT stand in for --config and --output where these are left out.

Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 usage or input error, 4 no policy found.")]
pub(crate) struct LintArgs {
    #[command(flatten, next_help_heading = "Documents")]
    pub(crate) documents: DocumentArgs,

    #[command(flatten, next_help_heading = "Documents")]
    pub(crate) changed: ChangedArgs,

    #[command(flatten, next_help_heading = "Rules")]
    pub(crate) choice: ChoiceArgs,

    #[command(flatten, next_help_heading = "Settings")]
    pub(crate) settings: SettingsArgs,

    #[command(flatten, next_help_heading = "Settings")]
    pub(crate) commit: CommitArgs,

    /// Leave out what is below this level, or below this severity of security findings, 0 to 10
    #[arg(long, value_name = "LEVEL|NUMBER")]
    #[arg(help_heading = "Report")]
    pub(crate) min_severity: Option<MinSeverity>,

    /// Leave out what is less sure than this
    #[arg(long, value_enum, value_name = "CONFIDENCE")]
    #[arg(help_heading = "Report")]
    pub(crate) min_confidence: Option<ConfidenceName>,

    /// What ends in exit code 1: a level and all above it, `never`, or rules (repeatable); `error`
    /// if nothing else is said
    #[arg(long, value_name = "LEVEL|RULE", value_delimiter = ',')]
    #[arg(help_heading = "Outcome")]
    pub(crate) fail_on: Vec<String>,

    /// End in exit code 1 as well if there are more warnings than this
    #[arg(long, value_name = "N")]
    #[arg(help_heading = "Outcome")]
    pub(crate) max_warnings: Option<usize>,

    /// End in exit code 0 whatever is found
    #[arg(long)]
    #[arg(help_heading = "Outcome")]
    pub(crate) exit_zero: bool,

    /// End in exit code 0 if there is no policy, not in 4
    #[arg(long)]
    #[arg(help_heading = "Outcome")]
    pub(crate) allow_empty: bool,

    /// Leave out what is in this baseline; only what is new fails the run
    #[arg(long, value_name = "FILE")]
    #[arg(help_heading = "Baseline")]
    pub(crate) baseline: Option<PathBuf>,

    /// Leave out what was there in this commit, a branch say; only what is new since fails the run
    #[arg(long, value_name = "GIT_REF")]
    #[arg(conflicts_with_all = ["baseline", "write_baseline", "prune_baseline",
        "fail_on_stale_baseline"])]
    #[arg(help_heading = "Baseline")]
    pub(crate) baseline_ref: Option<String>,

    /// Write everything that is found into the baseline, `ramguard-baseline.json` if none is named
    #[arg(long)]
    #[arg(help_heading = "Baseline")]
    pub(crate) write_baseline: bool,

    /// Take out of the baseline what is not found any more, and add nothing
    #[arg(long, conflicts_with = "write_baseline")]
    #[arg(help_heading = "Baseline")]
    pub(crate) prune_baseline: bool,

    /// End in exit code 1 if the baseline holds what is not found any more
    #[arg(long)]
    #[arg(help_heading = "Baseline")]
    pub(crate) fail_on_stale_baseline: bool,

    /// Apply safe fixes to the files; they change no decision. Standard input goes to standard
    /// output, what is found beside it
    #[arg(long)]
    #[arg(help_heading = "Fixes")]
    pub(crate) fix: bool,

    /// Apply unsafe fixes as well
    #[arg(long)]
    #[arg(help_heading = "Fixes")]
    pub(crate) unsafe_fixes: bool,

    /// Apply fixes, and tell nothing of what is left
    #[arg(long)]
    #[arg(help_heading = "Fixes")]
    pub(crate) fix_only: bool,

    /// Tell which fixes were applied
    #[arg(long)]
    #[arg(help_heading = "Fixes")]
    pub(crate) show_fixes: bool,

    /// Apply fixes to files that no version control could bring back
    #[arg(long)]
    #[arg(help_heading = "Fixes")]
    pub(crate) allow_no_vcs: bool,

    /// Show what fixes would change instead; exit code 1 if they would
    #[arg(long)]
    #[arg(help_heading = "Fixes")]
    pub(crate) diff: bool,

    /// End in exit code 1 if a fix was applied
    #[arg(long)]
    #[arg(help_heading = "Fixes")]
    pub(crate) exit_non_zero_on_fix: bool,

    /// The name to report for standard input
    #[arg(long, value_name = "NAME")]
    #[arg(help_heading = "Documents")]
    pub(crate) stdin_filename: Option<OsString>,

    /// Print findings and errors only
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Print no summary
    #[arg(long)]
    pub(crate) no_summary: bool,

    /// Print nothing but errors; reports go to files only
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) silent: bool,

    #[command(flatten)]
    pub(crate) output: OutputArgs,
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
