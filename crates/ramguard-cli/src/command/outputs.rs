//! Where the report goes: one or more formats, to standard output or into files.

use std::path::Path;

use crate::args::{Format, OutputArgs, OutputSpec};
use crate::command::Failure;
use crate::files;
use crate::finding::Finding;
use crate::places::Places;
use crate::render::agent::agent;
use crate::render::azure::azure;
use crate::render::checkstyle::checkstyle;
use crate::render::escape::escape;
use crate::render::finding::{concise, human};
use crate::render::github::github;
use crate::render::gitlab::gitlab;
use crate::render::json::to_line;
use crate::render::junit::junit;
use crate::render::markdown::markdown;
use crate::render::rdjson::rdjson;
use crate::render::report::{ReportJson, lines};
use crate::render::sarif::sarif;
use crate::render::terminal::Terminal;
use crate::report::Report;

/// What is asked for.
pub(crate) struct Outputs {
    specs: Vec<OutputSpec>,
    omits_suppressed: bool,
}

/// Where reports may go.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ways {
    /// Whether standard output is taken by a document.
    pub(crate) to_stderr: bool,
    /// Whether only files are written.
    pub(crate) is_silent: bool,
}

impl Outputs {
    /// Checks what is asked for. Without a wish findings are for people, and in a workflow of
    /// GitHub for its annotations too.
    ///
    /// # Errors
    /// Two formats for standard output of which one is no list of lines, or one file twice.
    pub(crate) fn new(asked: &OutputArgs, is_github: bool) -> Result<Self, Failure> {
        let mut specs = asked.formats.clone();
        let to_stdout = |format| OutputSpec { format, file: None };
        if specs.is_empty() {
            specs.push(to_stdout(Format::Human));
            if is_github {
                specs.push(to_stdout(Format::Github));
            }
        }
        let direct = || specs.iter().filter(|spec| spec.file.is_none());
        if direct().count() > 1 && !direct().all(|spec| spec.format.is_lines()) {
            let words = "standard output takes one report; write `--output FORMAT=FILE`";
            return Err(Failure::new(words));
        }
        for (index, spec) in specs.iter().enumerate() {
            let earlier = specs.iter().take(index);
            if spec.file.is_some() && earlier.into_iter().any(|other| other.file == spec.file) {
                let file = spec.file.as_deref().unwrap_or(Path::new("")).to_string_lossy();
                let file = escape(&file);
                return Err(Failure::new(format!("two reports are to be written to `{file}`")));
            }
        }
        Ok(Self { specs, omits_suppressed: asked.sarif_omit_suppressed })
    }

    /// Writes the report in every format.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn write(
        &self,
        report: &Report,
        ways: Ways,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        for spec in &self.specs {
            if spec.file.is_none() && ways.is_silent {
                continue;
            }
            let is_coloured =
                if ways.to_stderr { terminal.err_is_coloured() } else { terminal.is_coloured() };
            let is_coloured = spec.file.is_none() && is_coloured;
            let text = self.rendered(spec.format, report, is_coloured)?;
            match &spec.file {
                None if ways.to_stderr && text.is_empty() => {}
                None if ways.to_stderr => terminal.log_text(&text),
                None => terminal.print(&text),
                Some(file) => files::write(file, text.as_bytes())?,
            }
        }
        Ok(())
    }

    fn rendered(
        &self,
        format: Format,
        report: &Report,
        colour: bool,
    ) -> Result<String, serde_json::Error> {
        let line = |line: String| format!("{line}\n");
        Ok(match format {
            Format::Human => for_each(report, |name, places, finding| {
                format!("{}\n", human(colour, name, places, finding))
            }),
            Format::Concise => for_each(report, concise),
            Format::Json => line(to_line(&ReportJson::new(report))?),
            Format::Jsonl => lines(report)?,
            Format::Sarif => line(to_line(&sarif(report, self.omits_suppressed))?),
            Format::Github => github(report),
            Format::Gitlab => line(to_line(&gitlab(report))?),
            Format::Junit => junit(report),
            Format::Checkstyle => checkstyle(report),
            Format::Rdjson => line(to_line(&rdjson(report))?),
            Format::Markdown => markdown(report),
            Format::Agent => agent(report)?,
            Format::Azure => azure(report),
        })
    }
}

fn for_each(report: &Report, draw: impl Fn(&str, &Places<'_>, &Finding) -> String) -> String {
    let mut out = String::new();
    for file in report.files.iter().filter(|file| file.counting().next().is_some()) {
        let places = file.places();
        for finding in file.counting() {
            out.push_str(&draw(&file.name, &places, finding));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn specs(texts: &[&str]) -> OutputArgs {
        let formats = texts.iter().map(|text| text.parse().unwrap()).collect();
        OutputArgs { formats, ..OutputArgs::default() }
    }

    #[test]
    fn standard_output_takes_one_report_or_several_lists_of_lines() {
        assert!(Outputs::new(&specs(&["json", "sarif"]), false).is_err());
        assert!(Outputs::new(&specs(&["json", "sarif=x"]), false).is_ok());
        assert!(Outputs::new(&specs(&["human", "github"]), false).is_ok());
    }

    #[test]
    fn a_file_takes_one_report() {
        assert!(Outputs::new(&specs(&["json=x", "sarif=x"]), false).is_err());
    }
}
