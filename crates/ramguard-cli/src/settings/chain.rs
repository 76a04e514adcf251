//! A settings file and those it is built on: `extends`, and `forbid`.
//!
//! Always holds here: a base is named by a relative path and lies in the same repository, so the
//! settings of a change from outside read nothing else; no file is its own base; and what a base or
//! a settings file above forbids to ignore stays forbidden.

use std::path::{Path, PathBuf};

use ramguard_lint::{Code, Selector, registry};
use ramguard_policy::text::Span;

use crate::command::Failure;
use crate::inputs::{InputError, Inputs};
use crate::render::escape::escape;

use super::fault::{Fault, place_of};
use super::file::{self, LevelWord, SettingsFile, per_file_rules};
use super::globs::normal;
use super::{NoRule, selector};

/// What stands for the name of a file where the command line speaks.
pub(super) const SAID: &str = "--config";
/// No more settings files than this are built on one another.
const MAX_LAYERS: usize = 8;

/// One settings file.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    /// The file as it is shown.
    pub(super) name: String,
    /// Its path; empty if it is no file.
    pub(super) path: PathBuf,
    /// Its text.
    pub(super) text: String,
    /// What it says.
    pub(super) table: SettingsFile,
}

/// Rules whose findings nobody may ignore, and the file that says so.
#[derive(Clone, Debug)]
pub(super) struct Forbidden {
    rules: Selector,
    by: String,
}

impl Layer {
    /// Returns a fault of this file, in words.
    pub(super) fn refused(&self, fault: &Fault) -> Failure {
        Failure::new(fault.in_words(&self.name, &self.text))
    }

    /// Reads the name of a rule that stands at `word` below `key`.
    pub(super) fn rule(&self, key: &str, word: &str) -> Result<Selector, Failure> {
        selector(word).map_err(|error| self.no_rule(key, word, &error))
    }

    /// Says that a word below `key` names no rule.
    pub(super) fn no_rule(&self, key: &str, word: &str, error: &NoRule) -> Failure {
        let (span, message) = (place_of(&self.text, key, word), error.in_plain_words());
        self.refused(&Fault { span, message })
    }

    /// Returns what the file forbids to ignore.
    pub(super) fn forbidden(&self) -> Result<Vec<Forbidden>, Failure> {
        let one = |word: &String| {
            Ok(Forbidden { rules: self.rule("forbid", word)?, by: self.name.clone() })
        };
        self.table.forbid.iter().map(one).collect()
    }

    /// Refuses what these rules may not be: ignored, turned off, or made less than they are in a
    /// file other than the one that forbids it.
    pub(super) fn obey(&self, forbidden: &[Forbidden]) -> Result<(), Failure> {
        let check = |key: &str, word: &str| match selector(word) {
            Ok(rules) => match refusal(forbidden, rules) {
                Some(message) => {
                    let span = place_of(&self.text, key, word);
                    Err(self.refused(&Fault { span, message }))
                }
                None => Ok(()),
            },
            Err(_) => Ok(()),
        };
        for word in per_file_rules(&self.table) {
            check("per-file", word)?;
        }
        for (word, level) in &self.table.rules {
            let others = forbidden.iter().any(|forbidden| forbidden.by != self.name);
            if *level == LevelWord::Off || (others && *level != LevelWord::Error) {
                check("rules", word)?;
            }
        }
        Ok(())
    }
}

impl Forbidden {
    /// Returns whether it is about a rule.
    pub(super) fn is_about(&self, code: Code) -> bool {
        self.rules.matches(code)
    }
}

/// Returns what is forbidden without what is said again: every ignore is held against all of it.
pub(super) fn each_once(forbidden: Vec<Forbidden>) -> Vec<Forbidden> {
    let mut once: Vec<Forbidden> = Vec::new();
    for rule in forbidden {
        if !once.iter().any(|other| other.rules == rule.rules && other.by == rule.by) {
            once.push(rule);
        }
    }
    once
}

/// Says that a selector names what may not be ignored, if it does.
pub(super) fn refusal(forbidden: &[Forbidden], rules: Selector) -> Option<String> {
    let hit = registry::rules().find_map(|meta| {
        let by = forbidden.iter().find(|forbidden| forbidden.rules.matches(meta.code))?;
        rules.matches(meta.code).then_some((meta.code, &by.by))
    });
    hit.map(|(code, by)| format!("{code} may not be ignored or turned down: `{by}` forbids it"))
}

/// Reads a settings file and those it extends, the one all others are built on first. None of them
/// lies outside of `top`; `shown` names a file for people, and `open` reads it.
///
/// # Errors
/// One of them is missing or wrong, or they go round in a circle.
pub(super) fn read(
    path: &Path,
    top: &Path,
    shown: impl Fn(&Path) -> String,
    open: impl Fn(&Path, &str) -> Result<Vec<u8>, InputError>,
) -> Result<Vec<Layer>, Failure> {
    let mut layers: Vec<Layer> = Vec::new();
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next.take() {
        let name = shown(&path);
        let read = open(&path, &name).and_then(|bytes| {
            String::from_utf8(bytes)
                .map_err(|_| InputError(format!("`{}` is not UTF-8", escape(&name))))
        });
        let text = read.map_err(|error| match layers.last() {
            Some(layer) => of_base(layer, &error.0),
            None => Failure::new(error.0),
        })?;
        let layer = Layer { name, path: path.clone(), text, table: SettingsFile::default() };
        let table = file::read(&layer.text).map_err(|fault| layer.refused(&fault))?;
        let layer = Layer { table, ..layer };
        paths.push(path.clone());
        if let Some(base) = &layer.table.extends {
            let refused = |words: &str| of_base(&layer, words);
            if Path::new(base).is_absolute() || base.contains(':') || base.contains('\\') {
                return Err(refused("a base is named by a path relative to this file, with `/`"));
            }
            let base = normal(&path.parent().unwrap_or(Path::new("")).join(base));
            if !base.starts_with(top) {
                let top = escape(&shown(top)).into_owned();
                let top = if top.is_empty() { ".".to_owned() } else { top };
                return Err(refused(&format!("the base lies outside of `{top}`")));
            }
            if paths.contains(&base) {
                return Err(refused("the base is built on this file"));
            }
            if paths.len() >= MAX_LAYERS {
                let words =
                    format!("more than {MAX_LAYERS} settings files are built on one another");
                return Err(refused(&words));
            }
            next = Some(base);
        }
        layers.push(layer);
    }
    layers.reverse();
    Ok(layers)
}

/// Says what is wrong with the base that a file names; `words` are escaped.
fn of_base(layer: &Layer, words: &str) -> Failure {
    let base = layer.table.extends.as_deref().unwrap_or_default();
    let span: Option<Span> = place_of(&layer.text, "extends", base);
    let place = Fault { span, message: "extends".into() };
    Failure::new(format!("{}: {words}", place.in_words(&layer.name, &layer.text)))
}

/// Reads a file of the folder.
///
/// # Errors
/// It is missing, or past a bound.
pub(super) fn open(path: &Path, name: &str) -> Result<Vec<u8>, InputError> {
    // By the name people know, so that an error tells it; it is lossy only where the path is no text.
    let known = if path.to_str().is_some() { Path::new(name) } else { path };
    Ok(Inputs::default().document(known.as_os_str())?.bytes)
}

/// Reads `KEY=VALUE` of the command line, as a line of a settings file.
///
/// # Errors
/// It is none.
pub(super) fn said(text: &str) -> Result<Layer, Failure> {
    let (name, path) = (SAID.to_owned(), PathBuf::new());
    let layer = Layer { name, path, text: text.to_owned(), table: SettingsFile::default() };
    let table = file::read(&layer.text).map_err(|fault| {
        let value = text.split_once('=').map_or("", |(_, value)| value.trim());
        let is_bare = value.starts_with(|c: char| c.is_ascii_alphabetic());
        let hint = "; a text stands in quotes, which the shell must leave, `'preset=\"strict\"'`";
        let hint = if is_bare && !["true", "false"].contains(&value) { hint } else { "" };
        layer.refused(&Fault { message: format!("{}{hint}", fault.message), ..fault })
    })?;
    if table.extends.is_some() {
        let words =
            "a settings file is built on another, the command line names it: `--config FILE`";
        return Err(Failure::new(words));
    }
    Ok(Layer { table, ..layer })
}

/// Puts the settings of several files together, the base first: what a later file says wins, and
/// lists of names add up. Ignores stay with their file; a baseline is not handed on. `said` is what
/// the command line says.
pub(super) fn merged(layers: &[Layer], said: &[Layer]) -> SettingsFile {
    let mut merged = SettingsFile::default();
    for layer in layers.iter().chain(said) {
        let table = &layer.table;
        merged.preset = table.preset.or(merged.preset);
        merged.require_reason = table.require_reason.or(merged.require_reason);
        merged.single_value = table.single_value.or(merged.single_value);
        merged.allow_any_service_read =
            table.allow_any_service_read.or(merged.allow_any_service_read);
        if layer.name != SAID || table.baseline.is_some() {
            merged.baseline.clone_from(&table.baseline);
        }
        for (into, from) in [
            (&mut merged.fail_on, &table.fail_on),
            (&mut merged.include, &table.include),
            (&mut merged.exclude, &table.exclude),
        ] {
            if let Some(words) = from {
                *into = Some(words.clone());
            }
        }
        let (into, from) = (&mut merged.catalogue, &table.catalogue);
        for (into, from) in [
            (&mut merged.own_accounts, &table.own_accounts),
            (&mut into.extra_services, &from.extra_services),
            (&mut into.extra_actions, &from.extra_actions),
            (&mut into.extra_condition_keys, &from.extra_condition_keys),
            (&mut into.extra_service_principals, &from.extra_service_principals),
            (&mut into.extra_regions, &from.extra_regions),
        ] {
            into.extend_from_slice(from);
        }
    }
    merged
}
