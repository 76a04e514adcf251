//! How findings are printed, and where: the words of `--output`, and those of `ramguard convert`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

/// The formats that are asked for.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct OutputArgs {
    /// How findings are printed, and into which file; standard output if none is given
    /// (repeatable): human (also called full), concise, json (json-v1 stays at schema 1), jsonl,
    /// sarif, github, gitlab, junit, checkstyle, rdjson, markdown, agent, azure
    #[arg(long = "output", value_name = "FORMAT[=FILE]")]
    pub(crate) formats: Vec<OutputSpec>,

    /// Leave out of SARIF what is suppressed or in the baseline; it is marked otherwise
    #[arg(long)]
    pub(crate) sarif_omit_suppressed: bool,
}

/// Write a report of `ramguard lint --output json` in other formats
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ramguard lint policies/ --output json=findings.json
  ramguard convert findings.json --output sarif=ramguard.sarif --output markdown

What is written is what the run itself would have written, but for the lines of source, which a
report does not hold: `human` tells places alone, and `sarif` has no snippets. The files that a
report names are not opened.

Exit codes: 0 written, 2 no report of ours, or a file that cannot be read or written.")]
pub(crate) struct ConvertArgs {
    /// The report; `-` is standard input
    #[arg(value_name = "FINDINGS.json")]
    pub(crate) report: OsString,

    #[command(flatten)]
    pub(crate) output: OutputArgs,
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
    #[value(alias = "json-v1")]
    Json,
    /// A JSON object a finding, one a line
    Jsonl,
    /// SARIF 2.1.0
    Sarif,
    /// Workflow commands of GitHub
    Github,
    /// Code quality report of GitLab
    Gitlab,
    /// JUnit XML
    Junit,
    /// Checkstyle XML
    Checkstyle,
    /// The diagnostic format of reviewdog
    Rdjson,
    /// The summary of a step, or a comment on a merge request
    Markdown,
    /// A line a finding with its fix, for programs that read text
    Agent,
    /// Logging commands of Azure Pipelines
    Azure,
}

impl Format {
    /// Returns whether it may share standard output with another format.
    pub(crate) fn is_lines(self) -> bool {
        matches!(self, Self::Human | Self::Concise | Self::Github | Self::Agent | Self::Azure)
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
