//! `ramguard suppress`: writes the ignore of a finding, and why, where the linter reads it.
//!
//! Always holds here: what is written silences the findings that were meant and no other of the file;
//! the text around it stays; if anything is to be refused, nothing is written.

use std::ffi::OsStr;
use std::path::Path;

use ramguard_lint::suppress::Anchor;
use ramguard_lint::{Lang, Meta, registry};
use ramguard_policy::text::{LineIndex, Position};

use crate::args::{ChoiceArgs, CommitArgs, SuppressArgs};
use crate::files;
use crate::finding::{Finding, State};
use crate::inputs::{Inputs, Source, is_stdin, name_of};
use crate::render::escape::{escape, escape_lines};
use crate::render::terminal::Terminal;
use crate::settings::{Choice, NewIgnore, Project, Projects, selector, sidecar_path, with_ignores};

use super::lint::Check;
use super::{Exit, Failure};

/// No more places of a rule are told than these.
const MAX_PLACES: usize = 10;

/// Where a finding is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place<'a> {
    file: &'a str,
    line: u32,
    column: Option<u32>,
}

impl<'a> Place<'a> {
    /// Reads `FILE:LINE` or `FILE:LINE:COLUMN`.
    fn parse(text: &'a str) -> Option<Self> {
        let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number > 0);
        let (rest, last) = text.rsplit_once(':')?;
        let last = number(last)?;
        let place = match rest.rsplit_once(':').and_then(|(file, line)| Some((file, number(line)?)))
        {
            Some((file, line)) => Self { file, line, column: Some(last) },
            None => Self { file: rest, line: last, column: None },
        };
        (!place.file.is_empty()).then_some(place)
    }

    fn is(&self, position: Position) -> bool {
        position.line == self.line && self.column.is_none_or(|column| position.column == column)
    }
}

/// Writes the ignore that `args` asks for.
pub(crate) fn run(args: &SuppressArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let named = args.place.to_str().and_then(Place::parse);
    let place = named.ok_or_else(|| {
        let shown = name_of(&args.place);
        Failure::new(format!("`{}` is no place; write FILE:LINE", escape(&shown)))
    })?;
    let meta = one_rule(&args.rule)?;
    let is_off = ChoiceArgs { extend_select: vec![meta.code.to_string()], ..ChoiceArgs::default() };
    let mut projects = Projects::asked(
        Choice::new(&is_off, &args.settings)?,
        &args.settings,
        &CommitArgs::default(),
    )?;
    if is_stdin(OsStr::new(place.file)) {
        return Err(Failure::new("standard input has no file to write an ignore for"));
    }
    let governed = projects.of(OsStr::new(place.file))?;
    let Some(project) = projects.get(governed.project) else {
        return Err(Failure::new("there are no settings"));
    };
    refuse(args, meta, project)?;
    let source = Inputs::default().document(OsStr::new(place.file))?;
    let check = Check { kind: args.kind, lang: Lang::default() };
    let report = check.file(&source, true, &governed.path, project).map_err(Failure::new)?;
    let findings = report.map(|report| report.findings).unwrap_or_default();
    let text = source.text();
    let lines = LineIndex::new(&text);
    let meant = meant(args, &place, meta, &findings, &lines)?;

    let path = projects.absolute(Path::new(place.file));
    let own = project.own.as_deref().filter(|_| !args.sidecar && path.starts_with(&project.root));
    let beside = sidecar_path(Path::new(place.file));
    let shown = own.map_or_else(|| name_of(beside.as_os_str()), |own| projects.shown(own));
    let entry = |anchor: Anchor| NewIgnore {
        code: meta.code,
        path: own.is_some().then(|| governed.path.clone()),
        anchor,
        reason: args.reason.clone(),
        until: args.until,
    };
    let new: Vec<NewIgnore> = anchors(&meant, &findings).into_iter().map(entry).collect();
    write(Path::new(&shown), own.is_none(), &new)?;
    for entry in &new {
        terminal.print(&format!("{}\n", escape_lines(&entry.lines().join("\n"))));
    }
    terminal.log(&format!("Wrote to `{}`.", escape(&shown)));
    if new.iter().any(|entry| matches!(entry.anchor, Anchor::Fingerprint(_)))
        && meant
            .iter()
            .all(|finding| finding.sid.is_none() && finding.pointer.contains("/Statement/"))
    {
        terminal.log(
            "The statement has no `Sid`: any change of it ends the ignore; with a `Sid` of its own \
             it would stay.",
        );
    }
    Ok(Exit::Yes)
}

/// Returns the rule that is named, which is one.
fn one_rule(text: &str) -> Result<&'static Meta, Failure> {
    let rules = selector(text).map_err(|error| Failure::new(error.in_words()))?;
    let mut named = registry::rules().filter(|meta| rules.matches(meta.code));
    match (named.next(), named.next()) {
        (Some(meta), None) => Ok(meta),
        (Some(_), Some(_)) => {
            let words = format!("`{}` names several rules, an ignore is of one", escape(text));
            Err(Failure::new(words))
        }
        (None, _) => {
            let words = format!("`{}` is kept for a rule that is not written yet", escape(text));
            Err(Failure::new(words))
        }
    }
}

/// Refuses what the linter would call wrong the moment it reads it.
fn refuse(args: &SuppressArgs, meta: &Meta, project: &Project) -> Result<(), Failure> {
    if let Some(message) = project.forbids(meta.code.into()) {
        return Err(Failure::new(message));
    }
    let settings = project.linter.settings();
    let length = args.reason.as_deref().map_or(0, |reason| reason.trim().chars().count());
    if settings.requires_reason() && length < 10 {
        return Err(Failure::new("an ignore says why: `--reason`, in ten characters or more"));
    }
    match (args.until, settings.today()) {
        (Some(until), Some(today)) if until < today => {
            Err(Failure::new(format!("`--until {until}` is over, it is {today}")))
        }
        _ => Ok(()),
    }
}

/// Returns the findings that are meant.
fn meant<'f>(
    args: &SuppressArgs,
    place: &Place<'_>,
    meta: &Meta,
    findings: &'f [Finding],
    lines: &LineIndex<'_>,
) -> Result<Vec<&'f Finding>, Failure> {
    let (file, code) = (escape(place.file), meta.code);
    let at = |finding: &Finding| lines.position(finding.span.start);
    let is_of_rule = |finding: &&Finding| finding.rule.is_some_and(|rule| rule.code == code);
    let of_rule: Vec<&Finding> = findings.iter().filter(is_of_rule).collect();
    let here: Vec<&Finding> =
        of_rule.iter().copied().filter(|finding| place.is(at(finding))).collect();
    let open: Vec<&Finding> = here.iter().copied().filter(|finding| finding.is_new()).collect();
    if let Some(State::Suppressed { by, .. }) = here.first().map(|finding| &finding.state)
        && open.is_empty()
    {
        let words = format!("{code} there is ignored already, in `{}`", escape(by));
        return Err(Failure::new(words));
    }
    let places = |findings: &[&Finding]| {
        let told = findings.iter().take(MAX_PLACES).map(|finding| at(finding));
        let told = told.map(|at| format!("{}:{}", at.line, at.column)).collect::<Vec<_>>();
        let more = if findings.len() > MAX_PLACES { " and more" } else { "" };
        format!("{}{more}", told.join(", "))
    };
    if open.is_empty() {
        let rest = match of_rule.as_slice() {
            [] => String::new(),
            of_rule => format!("; it has at {}", places(of_rule)),
        };
        return Err(Failure::new(format!("`{file}` has no {code} in line {}{rest}", place.line)));
    }
    if open.len() > 1 && !args.all {
        return Err(Failure::new(format!(
            "`{file}` has {code} at {}: name one as FILE:LINE:COLUMN, or all of them with `--all`",
            places(&open)
        )));
    }
    Ok(open)
}

/// Returns what the ignores are hung on: a `Sid` if it is that of these findings of the rule and of
/// no other in the file, else the fingerprint of each.
fn anchors(meant: &[&Finding], findings: &[Finding]) -> Vec<Anchor> {
    let of_rule = |finding: &&Finding| {
        meant
            .first()
            .is_some_and(|first| finding.rule.map(|r| r.code) == first.rule.map(|r| r.code))
    };
    let sid = meant.first().and_then(|finding| finding.sid.as_deref());
    let is_of_all = meant.iter().all(|finding| finding.sid.as_deref() == sid);
    let bearing = findings.iter().filter(of_rule).filter(|finding| finding.sid.as_deref() == sid);
    match sid {
        Some(sid) if is_of_all && bearing.count() == meant.len() => vec![Anchor::Sid(sid.into())],
        _ => meant.iter().map(|f| Anchor::Fingerprint(f.fingerprint.clone())).collect(),
    }
}

/// Adds the ignores to the end of a file, which is begun if it is none beside a policy yet.
fn write(path: &Path, is_beside: bool, new: &[NewIgnore]) -> Result<(), Failure> {
    if is_beside && path.symlink_metadata().is_err() {
        let name = name_of(path.as_os_str());
        let text = with_ignores(&name, "", is_beside, new).map_err(Failure::new)?;
        return Ok(files::write(path, text.as_bytes())?);
    }
    let source: Source = Inputs::default().document(path.as_os_str())?;
    let Ok(old) = std::str::from_utf8(&source.bytes) else {
        return Err(Failure::new(format!("`{}` is not UTF-8", escape(&source.name))));
    };
    let text = with_ignores(&source.name, old, is_beside, new).map_err(Failure::new)?;
    files::replace(path, &source, &text).map_err(Failure::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_file_a_line_and_perhaps_a_column() {
        let place = |file, line, column| Some(Place { file, line, column });
        assert_eq!(Place::parse("a.json:3"), place("a.json", 3, None));
        assert_eq!(Place::parse("a.json:3:14"), place("a.json", 3, Some(14)));
        assert_eq!(Place::parse("C:\\a.json:3"), place("C:\\a.json", 3, None));
        for text in ["a.json", "a.json:", "a.json:0", ":3", "a.json:x", "a.json:99999999999"] {
            assert_eq!(Place::parse(text), None, "{text}");
        }
    }
}
