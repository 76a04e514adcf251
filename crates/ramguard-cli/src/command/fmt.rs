//! `ramguard fmt`: lays documents out in one way.
//!
//! Always holds here: only blanks between tokens change, so the policy is the same before and
//! after; a document that RAM refuses is left as it is; a file is written whole or not at all, and
//! not if somebody has changed it since it was read. Laid out twice is laid out once.

use std::path::Path;

use ramguard_lint::layout::{Indent, indented};
use ramguard_policy::{Document, Kind, ReadOptions};

use crate::args::{FmtArgs, KindName};
use crate::extract;
use crate::files;
use crate::inputs::{Inputs, Source, is_stdin};
use crate::render::escape::escape;
use crate::render::terminal::Terminal;
use crate::report::counted;
use crate::settings::{Choice, Projects};

use super::lint::{Found, Listing, Walk, diff};
use super::{Exit, Failure};

/// What came of one file.
enum Outcome {
    /// It is laid out as it should be.
    Same,
    /// The text it should have.
    Other(String),
    /// It was found in a folder and is no policy, or holds more than one.
    Skipped,
}

#[derive(Default)]
struct Sums {
    documents: usize,
    changed: usize,
    refused: usize,
}

/// Lays out the documents that `args` names.
pub(crate) fn run(args: &FmtArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let walk = Walk::only("*.json", &args.exclude)?;
    let mut projects = Projects::new(Choice::default(), None, args.isolated)?;
    let mut inputs = Inputs::default();
    let mut found = Listing::default();
    for path in &args.paths {
        if is_stdin(path) {
            found.files.push(Ok(Found { path: path.clone(), is_named: true }));
        } else {
            walk.list(path, &mut projects, &mut found)?;
        }
    }
    let mut sums = Sums::default();
    for item in found.sorted() {
        let done = item.and_then(|found| one(args, &found, &mut inputs, &mut sums, terminal));
        if let Err(message) = done {
            sums.refused += 1;
            terminal.error(&message);
        }
    }
    if !args.quiet {
        let verb = if args.check || args.diff { "would change" } else { "changed" };
        let of = counted(sums.documents, "document");
        terminal.log(&format!("{} of {of} {verb}.", sums.changed));
    }
    Ok(if sums.refused > 0 {
        Exit::Error
    } else if sums.documents == 0 && !args.allow_empty {
        Exit::Empty
    } else if sums.changed > 0 && (args.check || args.diff) {
        Exit::No
    } else {
        Exit::Yes
    })
}

fn one(
    args: &FmtArgs,
    found: &Found,
    inputs: &mut Inputs,
    sums: &mut Sums,
    terminal: &mut Terminal,
) -> Result<(), String> {
    let source = inputs.document(&found.path).map_err(|error| error.0)?;
    let text = source.text();
    let new = match laid_out(args, &source, &text, found.is_named)? {
        Outcome::Skipped => return Ok(()),
        Outcome::Same => None,
        Outcome::Other(new) => Some(new),
    };
    sums.documents += 1;
    sums.changed += usize::from(new.is_some());
    if args.diff {
        if let Some(new) = new {
            terminal.print(&diff(&source.name, &text, &new));
        }
    } else if args.check {
        if new.is_some() {
            terminal.line(&escape(&source.name));
        }
    } else if source.is_stdin {
        // Laid out for the next program, not for a terminal; a sound policy holds no raw controls.
        terminal.print(new.as_deref().unwrap_or(&text));
    } else if let Some(new) = new {
        files::replace(Path::new(&found.path), &source, &new)?;
    }
    Ok(())
}

fn laid_out(
    args: &FmtArgs,
    source: &Source,
    text: &str,
    is_named: bool,
) -> Result<Outcome, String> {
    let name = escape(&source.name);
    if !is_named {
        let extraction = extract::documents(&source.name, text).unwrap_or_default();
        match extraction.documents.as_slice() {
            [only] if only.is_file() => {}
            _ => return Ok(Outcome::Skipped),
        }
    }
    let kind = match args.kind {
        KindName::Identity => Kind::Identity,
        KindName::Session => Kind::Session,
        KindName::Control => Kind::Control,
        KindName::Trust => Kind::Trust,
        KindName::Bucket => Kind::Bucket,
        KindName::Auto => Kind::guess(text),
    };
    // `NotResource` is laid out like anything else: whether RAM takes it is for the linter.
    let options = ReadOptions { legacy_not_resource: true, ..ReadOptions::default() };
    let document = Document::read_bytes(kind, &source.bytes, &options);
    if !document.problems().is_empty() {
        let problems = counted(document.problems().len(), "problem");
        return Err(format!("`{name}` stays as it is: {problems}; `ramguard lint` tells them"));
    }
    let indent = if args.indent == "4" { Indent::Four } else { Indent::Two };
    let Some(new) = indented(document.tree(), indent) else {
        return Err(format!("`{name}` stays as it is: it is no strict JSON"));
    };
    if new == text {
        return Ok(Outcome::Same);
    }
    // Blanks count towards the limit of RAM: a policy that fits must not become too large.
    if Document::read_with(kind, &new, &options).problems().is_empty() {
        Ok(Outcome::Other(new))
    } else {
        Err(format!("`{name}` stays as it is: laid out it would be larger than RAM takes"))
    }
}
