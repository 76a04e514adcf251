//! The words of `ramguard fmt` and `ramguard rule`.

use std::ffi::OsString;

use clap::Args;

use super::{KindName, LangName, Output};

/// Lay policy documents out in one way: a member or element a line, two blanks a level
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramguard fmt policies/
  ramguard fmt --check policies/
  ramguard fmt - < policy.json

Only blanks between words change: the order of members and elements, and every string, stay as
they are. A document that RAM refuses is left alone and reported. In a folder every *.json that is
a policy is laid out; templates and saved answers are not touched.

Exit codes: 0 laid out, 1 `--check` or `--diff` would change something, 2 usage or input error,
4 no policy found.")]
pub(crate) struct FmtArgs {
    /// Files or folders; `-` is standard input, laid out to standard output
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<OsString>,

    /// Change nothing, name the files that would change
    #[arg(long, conflicts_with = "diff")]
    pub(crate) check: bool,

    /// Change nothing, show what would change
    #[arg(long)]
    pub(crate) diff: bool,

    /// Blanks a level
    #[arg(long, value_name = "N", default_value = "2", value_parser = ["2", "4"])]
    pub(crate) indent: String,

    /// What the documents are; `auto` looks at their `Principal`
    #[arg(long, value_enum, default_value_t = KindName::Auto)]
    pub(crate) kind: KindName,

    /// In folders, leave out files and folders that fit this glob (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,

    /// Use no settings file: their `exclude` is for `ramguard fmt` too
    #[arg(long)]
    pub(crate) isolated: bool,

    /// End in exit code 0 if there is no policy, not in 4
    #[arg(long)]
    pub(crate) allow_empty: bool,

    /// Print no summary
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Explain a rule of the linter, or list all of them
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramguard rule
  ramguard rule RAM604
  ramguard rule passrole-any-role --lang zh
  ramguard rule --all --output json

Exit codes: 0 explained, 2 no such rule.")]
pub(crate) struct RuleArgs {
    /// Codes (RAM604), starts of codes (RAM6), names or categories; a list of all rules without
    #[arg(value_name = "RULE")]
    pub(crate) rules: Vec<String>,

    /// Explain every rule
    #[arg(long, conflicts_with = "rules")]
    pub(crate) all: bool,

    /// The language of the page
    #[arg(long, value_enum, value_name = "LANG", default_value_t = LangName::En)]
    pub(crate) lang: LangName,

    /// A page for people, or a list of JSON objects
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Output::Human)]
    pub(crate) output: Output,
}
