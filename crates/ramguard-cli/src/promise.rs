//! What the readers of this crate promise of a file of anybody's, put so that it can be checked.
//!
//! The laws of the testkit and the tests of `extract` call these functions; the command does not.
//! Each answers `Ok`, or says in one text which promise the file breaks.

use ramguard_lint::{Linter, Preset, Settings};
use ramguard_policy::text::Span;
use ramguard_policy::{Document, Kind};

use crate::baseline::Baseline;
use crate::extract::{self, Extracted, Extraction};
use crate::render::escape::{escape, escape_lines, is_unsafe};
use crate::settings::places_of;

/// No more documents of a file are linted here; the rest would teach nothing.
const MAX_LINTED: usize = 20;

/// Searching a file for policies ends, and what it tells lies in the file:
///
/// * every place of every policy leads back into the file, to the same byte where it was copied;
/// * notes and errors stand in the file; searching twice finds the same;
/// * nothing that is told of the file acts on a terminal once it is escaped.
///
/// # Errors
/// The promise that is broken, with the place.
pub fn extraction(name: &str, file: &str) -> Result<(), String> {
    let found = extract::documents(name, file);
    if found != extract::documents(name, file) {
        return Err(format!("{name}: found otherwise the second time"));
    }
    match found {
        Ok(found) => extracted(name, file, &found),
        Err(error) => {
            within(name, file, error.span.unwrap_or_default())?;
            visible(name, &error.message)
        }
    }
}

/// Every finding of the linter about a policy in a file leads back into the file, and so does every
/// edit of its fixes that would be applied.
///
/// # Errors
/// The promise that is broken, with the place.
pub fn findings(name: &str, file: &str) -> Result<(), String> {
    let Ok(found) = extract::documents(name, file) else { return Ok(()) };
    found.documents.iter().take(MAX_LINTED).try_for_each(|held| linted(name, file, held))
}

/// Holds what was found in a file to what the module `extract` promises of any.
pub(crate) fn extracted(name: &str, file: &str, found: &Extraction) -> Result<(), String> {
    for document in &found.documents {
        let length = u32::try_from(document.text.len()).unwrap_or(u32::MAX);
        within(name, file, document.map.span(Span::new(0, length)))?;
        for (at, byte) in (0..length).zip(document.text.bytes()) {
            let here = Span::new(at, at + 1);
            within(name, file, document.map.span(here))?;
            if let Some(host) = document.map.copied(here)
                && file.as_bytes().get(host.start as usize) != Some(&byte)
            {
                return Err(format!("{name}: byte {at} of `{}` is another", document.name));
            }
        }
        if document.open.iter().any(|open| document.text.get(open.range()).is_none())
            || !document.open.is_sorted()
        {
            return Err(format!("{name}: what is open in `{}` is not in it", document.name));
        }
        visible(name, &document.name)?;
    }
    found.notes.iter().try_for_each(|note| {
        within(name, file, note.span)?;
        visible(name, &note.message)
    })
}

/// Holds the findings about a policy, and their fixes, to places of the file.
fn linted(name: &str, file: &str, held: &Extracted) -> Result<(), String> {
    let linter = Linter::new(Settings::new().with_preset(Preset::Audit));
    let kind = held.kind.unwrap_or_else(|| Kind::guess(&held.text));
    let options = linter.settings().read_options();
    for finding in linter.check(&Document::read_with(kind, &held.text, options)) {
        let places = finding.related().iter().map(|place| place.span).chain([finding.span()]);
        for place in places {
            within(name, file, held.map.span(place))?;
        }
        let edits = finding.fix().into_iter().flat_map(|fix| fix.edits());
        for copied in edits.filter_map(|edit| held.map.copied(edit.span)) {
            if file.get(copied.range()).is_none() {
                return Err(format!("{name}: {} would cut a character", finding.code()));
            }
        }
    }
    Ok(())
}

/// Reading a baseline ends, and whatever is said about it is one line.
///
/// # Errors
/// The promise that is broken.
pub fn baseline(name: &str, file: &[u8]) -> Result<(), String> {
    match Baseline::parse(name, file) {
        Ok(_) => Ok(()),
        Err(message) if message.contains(is_unsafe) => {
            Err(format!("{name}: not a message: {message:?}"))
        }
        Err(_) => Ok(()),
    }
}

/// Reading a settings file, and one that travels beside a policy, ends; every place that is told of
/// it lies in it, and nothing that is said of it acts on a terminal once it is escaped.
///
/// # Errors
/// The promise that is broken.
pub fn settings(name: &str, file: &str) -> Result<(), String> {
    let (places, messages) = places_of(name, file);
    places.into_iter().try_for_each(|place| within(name, file, place))?;
    messages.iter().try_for_each(|message| visible(name, message))
}

fn within(name: &str, file: &str, span: Span) -> Result<(), String> {
    // Single bytes are asked about as well, so a place may end inside of a character.
    let fits = span.start <= span.end && span.end as usize <= file.len();
    if fits { Ok(()) } else { Err(format!("{name}: {span:?} is no part of {file:?}")) }
}

fn visible(name: &str, text: &str) -> Result<(), String> {
    let acts = |c: char| is_unsafe(c) && c != '\n';
    if escape(text).contains(is_unsafe) || escape_lines(text).contains(acts) {
        return Err(format!("{name}: {text:?} acts on a terminal"));
    }
    Ok(())
}
