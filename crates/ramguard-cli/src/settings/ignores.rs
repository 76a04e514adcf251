//! The tables of ignores, in settings files and in the files that travel beside a policy.
//!
//! Always holds here: an ignore is hung on one place or on none, and a name that is no rule is kept with
//! its place, since somebody has to be told.

use ramguard_lint::suppress::{Anchor, Origin, Suppression};
use ramguard_lint::{Date, Selector, UnknownRule};
use ramguard_policy::text::Span;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::fault::{Fault, fault, span};

/// A file beside a policy, `<policy>.ramguard.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct SidecarFile {
    ignore: Vec<Spanned<IgnoreTable>>,
}

/// Findings to live with.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct IgnoreTable {
    /// The rules.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    codes: Vec<Spanned<String>>,
    /// A glob, relative to the settings file; every file if left out.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    path: Option<Spanned<String>>,
    /// The statement with this `Sid`.
    sid: Option<String>,
    /// This JSON Pointer and what lies below it.
    pointer: Option<String>,
    /// One finding, by the fingerprint that `--output json` tells.
    fingerprint: Option<String>,
    /// Why, in ten characters or more.
    reason: Option<String>,
    /// The last day it holds, `2026-12-31`.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    until: Option<Spanned<Datetime>>,
}

/// Findings to live with, and the names in them that are no rules.
#[derive(Clone, Debug, Default)]
pub(super) struct Ignores {
    /// The entries, each with the glob of the files it is about.
    pub(super) entries: Vec<(Option<String>, Suppression)>,
    /// Names of no rule, with the places of the names.
    pub(super) unknown: Vec<(UnknownRule, Origin)>,
    /// Every rule that is named, with its place.
    pub(super) named: Vec<(Selector, Span)>,
}

impl Ignores {
    /// Returns how many rules are named in them.
    pub(super) fn len(&self) -> usize {
        self.named.len() + self.unknown.len()
    }
}

/// A list in a settings file has at most this many entries, and its ignores name no more rules.
pub(super) const MAX_NAMED: usize = 10_000;

/// Says that there are more ignores than the bound.
pub(super) fn too_many() -> String {
    format!("the ignores of a file name at most {MAX_NAMED} rules")
}

/// Reads a file that travels beside a policy.
///
/// # Errors
/// The first thing that is wrong with it.
pub(super) fn read_sidecar(name: &str, text: &str) -> Result<Ignores, Fault> {
    let file: SidecarFile = toml::from_str(text).map_err(|error| fault(&error))?;
    let with_path = file.ignore.iter().find_map(|table| table.as_ref().path.as_ref());
    if let Some(path) = with_path {
        let message = "`path` has no meaning here: the file speaks for the policy beside it";
        return Err(Fault { span: Some(span(path.span())), message: message.into() });
    }
    ignores(name, &file.ignore)
}

/// Turns the tables of ignores into suppressions; `name` is the file they stand in.
pub(super) fn ignores(name: &str, tables: &[Spanned<IgnoreTable>]) -> Result<Ignores, Fault> {
    let mut ignores = Ignores::default();
    for spanned in tables {
        let place = span(spanned.span());
        if ignores.entries.len() >= MAX_NAMED {
            return Err(Fault { span: Some(place), message: too_many() });
        }
        let table = spanned.as_ref();
        let mut codes = Vec::new();
        for code in &table.codes {
            if ignores.len() >= MAX_NAMED {
                return Err(Fault { span: Some(span(code.span())), message: too_many() });
            }
            match Selector::parse(code.as_ref()) {
                Ok(selector) => {
                    codes.push(selector);
                    ignores.named.push((selector, span(code.span())));
                }
                Err(error) => {
                    // Without the quotes.
                    let whole = span(code.span());
                    let inner = Span::new(whole.start + 1, whole.end.max(whole.start + 2) - 1);
                    ignores.unknown.push((error, Origin { file: name.into(), span: inner }));
                }
            }
        }
        let anchors = [
            table.sid.clone().map(Anchor::Sid),
            table.pointer.clone().map(Anchor::Pointer),
            table.fingerprint.clone().map(Anchor::Fingerprint),
        ];
        let mut anchors = anchors.into_iter().flatten();
        let anchor = anchors.next().unwrap_or(Anchor::File);
        if anchors.next().is_some() {
            let message = "an ignore has one of `sid`, `pointer` and `fingerprint`";
            return Err(Fault { span: Some(place), message: message.into() });
        }
        let until = match &table.until {
            None => None,
            Some(until) => Some(day(until.as_ref()).ok_or_else(|| Fault {
                span: Some(span(until.span())),
                message: "`until` is a day: write it as 2026-12-31, without quotes".into(),
            })?),
        };
        let entry = Suppression {
            codes,
            path: None,
            anchor,
            reason: table.reason.clone(),
            until,
            origin: Origin { file: name.into(), span: place },
        };
        ignores.entries.push((table.path.as_ref().map(|path| path.as_ref().clone()), entry));
    }
    Ok(ignores)
}

pub(super) fn day(datetime: &Datetime) -> Option<Date> {
    match (datetime.date, datetime.time) {
        (Some(date), None) => Date::new(date.year, date.month, date.day),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::read;
    use super::*;

    #[test]
    fn an_ignore_keeps_its_place_its_reason_and_its_last_day() {
        let text = "[[ignore]]\ncodes = [\"RAM604\", \"RAM6044\"]\npath = \"a/**\"\nsid = \"S\"\n\
                    reason = \"reviewed in SEC-12\"\nuntil = 2026-12-31\n";
        let file = read(text).unwrap();
        let ignores = ignores("r.toml", &file.ignore).unwrap();
        let (glob, entry) = &ignores.entries[0];
        assert_eq!(glob.as_deref(), Some("a/**"));
        assert_eq!(entry.anchor, Anchor::Sid("S".into()));
        assert_eq!(entry.until, Date::new(2026, 12, 31));
        let (unknown, origin) = &ignores.unknown[0];
        assert_eq!(unknown.found(), "RAM6044");
        assert_eq!(&text[origin.span.range()], "RAM6044");
    }

    #[test]
    fn an_ignore_is_about_one_place() {
        let file = read("[[ignore]]\ncodes = []\nsid = \"S\"\npointer = \"/a\"").unwrap();
        assert!(ignores("r.toml", &file.ignore).is_err());
    }

    #[test]
    fn a_file_beside_a_policy_speaks_for_that_policy_only() {
        assert!(read_sidecar("p", "[[ignore]]\ncodes = []\npath = \"a\"").is_err());
        assert!(read_sidecar("p", "preset = \"strict\"").is_err());
        assert!(read_sidecar("p", "[[ignore]]\ncodes = [\"RAM604\"]").is_ok());
    }
}
