//! The text of `ramguard.toml`.
//!
//! Always holds here: a key that has no meaning is an error, so a slip of the pen never turns a
//! rule on or off in silence. `schema/settings.schema.json` is made from these types.

use std::collections::BTreeMap;

use ramguard_lint::{Date, MAX_READ_BYTES, Severity};
use ramguard_policy::Kind;
use ramguard_policy::text::Span;
use serde::Deserialize;
use toml::Spanned;

use crate::args::{PresetName, severity_of};

use super::fault::{Fault, fault, span};
use super::ignores::{IgnoreTable, MAX_NAMED, day, read_sidecar};

/// A settings file.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[cfg_attr(test, schemars(title = "Settings of `ramguard lint`: ramguard.toml"))]
pub(super) struct SettingsFile {
    /// The settings file this one is built on, relative to it.
    pub(super) extends: Option<String>,
    /// The rules to start from.
    pub(super) preset: Option<PresetName>,
    /// What ends in exit code 1: levels, `never`, rules.
    pub(super) fail_on: Option<Vec<String>>,
    /// In folders, check files that fit one of these globs and no other.
    pub(super) include: Option<Vec<String>>,
    /// In folders, leave out files and folders that fit one of these globs.
    pub(super) exclude: Option<Vec<String>>,
    /// Rules that nothing below this file may ignore, turn off or turn down.
    pub(super) forbid: Vec<String>,
    /// Accounts of one's own, for the rules on trust policies.
    pub(super) own_accounts: Vec<String>,
    /// The day it is, for ignores that end: a day, or `"today"`, which it is unless it is said.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(super) now: Option<Spanned<toml::Value>>,
    /// Whether an ignore has to say why (RAM907); on by default.
    pub(super) require_reason: Option<bool>,
    /// How an element with one value is to be written (RAM902).
    pub(super) single_value: Option<SingleValueWord>,
    /// Accept reads across all services, `*:Describe*` and the like (RAM306).
    pub(super) allow_any_service_read: Option<bool>,
    /// The baseline, relative to this file.
    pub(super) baseline: Option<String>,
    /// The most severe finding a baseline may hold, 0 to 10; one above it always counts.
    #[cfg_attr(test, schemars(with = "Option<f64>"))]
    pub(super) baseline_max_severity: Option<Spanned<f64>>,
    /// The rules whose fixes are offered, in place of all.
    pub(super) fixable: Option<Vec<String>>,
    /// Rules whose fixes are not offered.
    pub(super) unfixable: Vec<String>,
    /// Rules whose unsafe fixes count as safe.
    pub(super) extend_safe_fixes: Vec<String>,
    /// The level of rules: `RAM604 = "warning"`, `style = "off"`.
    pub(super) rules: BTreeMap<String, LevelWord>,
    /// Names the catalogue does not know.
    pub(super) catalogue: CatalogueTable,
    /// How large a policy may be, in bytes, where an account has another quota (RAM108, RAM109).
    pub(super) limits: LimitsTable,
    /// Rules that do not apply to some files.
    pub(super) per_file: Vec<PerFileTable>,
    /// Findings to live with.
    #[cfg_attr(test, schemars(with = "Vec<IgnoreTable>"))]
    pub(super) ignore: Vec<Spanned<IgnoreTable>>,
}

/// A level, or that a rule is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(super) enum LevelWord {
    Error,
    Warning,
    Note,
    Off,
}

/// How an element with one value is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(super) enum SingleValueWord {
    List,
    Scalar,
}

/// Names the catalogue does not know.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct CatalogueTable {
    /// RAM codes of services.
    pub(super) extra_services: Vec<String>,
    /// Actions, `service:Name`; their services come along.
    pub(super) extra_actions: Vec<String>,
    /// Condition keys.
    pub(super) extra_condition_keys: Vec<String>,
    /// Service principals, `name.aliyuncs.com`.
    pub(super) extra_service_principals: Vec<String>,
    /// Region ids.
    pub(super) extra_regions: Vec<String>,
}

/// How large a policy may be, in bytes, where an account has another quota.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct LimitsTable {
    /// A policy of users, groups and roles.
    #[cfg_attr(test, schemars(with = "Option<u32>"))]
    identity: Option<Spanned<usize>>,
    /// A session policy.
    #[cfg_attr(test, schemars(with = "Option<u32>"))]
    session: Option<Spanned<usize>>,
    /// A control policy.
    #[cfg_attr(test, schemars(with = "Option<u32>"))]
    control: Option<Spanned<usize>>,
    /// A trust policy.
    #[cfg_attr(test, schemars(with = "Option<u32>"))]
    trust: Option<Spanned<usize>>,
    /// A bucket policy.
    #[cfg_attr(test, schemars(with = "Option<u32>"))]
    bucket: Option<Spanned<usize>>,
}

impl LimitsTable {
    /// Returns the sizes that are said, each with its kind.
    ///
    /// # Errors
    /// One of them is nothing, or more than is read at all.
    pub(super) fn sizes(&self) -> Result<Vec<(Kind, usize)>, Fault> {
        let said = [
            (Kind::Identity, &self.identity),
            (Kind::Session, &self.session),
            (Kind::Control, &self.control),
            (Kind::Trust, &self.trust),
            (Kind::Bucket, &self.bucket),
        ];
        let said = said.into_iter().filter_map(|(kind, bytes)| Some((kind, bytes.as_ref()?)));
        let size = |(kind, bytes): (Kind, &Spanned<usize>)| match *bytes.as_ref() {
            size if (1..=MAX_READ_BYTES).contains(&size) => Ok((kind, size)),
            _ => Err(Fault {
                span: Some(span(bytes.span())),
                message: format!("a limit is from 1 to {MAX_READ_BYTES} bytes"),
            }),
        };
        said.map(size).collect()
    }
}

/// Rules that do not apply to some files.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PerFileTable {
    /// A glob, relative to the settings file.
    pub(super) path: String,
    /// The rules.
    pub(super) ignore: Vec<String>,
}

/// Reads a settings file.
///
/// # Errors
/// The first thing that is wrong with it.
pub(super) fn read(text: &str) -> Result<SettingsFile, Fault> {
    let file: SettingsFile = toml::from_str(text).map_err(|error| fault(&error))?;
    // Every finding is held against every one of these.
    let lists =
        [Some(&file.forbid), file.fail_on.as_ref(), file.include.as_ref(), file.exclude.as_ref()];
    let lists = lists.into_iter().flatten().map(Vec::len);
    let fixes = [&file.unfixable, &file.extend_safe_fixes].map(Vec::len);
    let fixable = file.fixable.as_ref().map(Vec::len);
    let per_file = [file.per_file.len(), per_file_rules(&file).count()];
    if lists.chain(fixes).chain(fixable).chain(per_file).any(|length| length > MAX_NAMED) {
        let message = format!("a list in a settings file has at most {MAX_NAMED} entries");
        return Err(Fault { span: None, message });
    }
    Ok(file)
}

/// Reads a text as either kind of file and returns the places that are told of it, with what is
/// wrong in words that are not escaped.
pub(crate) fn places_of(name: &str, text: &str) -> (Vec<Span>, Vec<String>) {
    let (mut places, mut messages) = (Vec::new(), Vec::new());
    let faults = [read(text).err(), read_sidecar(name, text).err()];
    for fault in faults.into_iter().flatten() {
        places.extend(fault.span);
        messages.push(fault.message);
    }
    if let Ok(ignores) = read_sidecar(name, text) {
        places.extend(ignores.entries.iter().map(|(_, entry)| entry.origin.span));
        places.extend(ignores.unknown.iter().map(|(_, origin)| origin.span));
        places.extend(ignores.named.iter().map(|(_, span)| *span));
    }
    (places, messages)
}

/// Reads a file of names that the catalogue does not know.
///
/// # Errors
/// The first thing that is wrong with it.
pub(super) fn read_catalogue(text: &str) -> Result<CatalogueTable, Fault> {
    toml::from_str(text).map_err(|error| fault(&error))
}

/// Reads which day it is; `None` for the day it is today.
///
/// # Errors
/// It is neither a day nor `today`.
pub(super) fn now(value: &Spanned<toml::Value>) -> Result<Option<Date>, Fault> {
    let date = match value.as_ref() {
        toml::Value::String(word) if word == "today" => return Ok(None),
        toml::Value::Datetime(datetime) => day(datetime),
        _ => None,
    };
    let message = "`now` is a day, 2026-12-31 without quotes, or \"today\"";
    let refused = || Fault { span: Some(span(value.span())), message: message.into() };
    date.map(Some).ok_or_else(refused)
}

/// Reads how severe a finding is.
///
/// # Errors
/// It is not from 0 to 10, or has more than one decimal place.
pub(super) fn severity(value: &Spanned<f64>) -> Result<Severity, Fault> {
    severity_of(*value.as_ref()).ok_or_else(|| Fault {
        span: Some(span(value.span())),
        message: "a severity is from 0 to 10, with one decimal place".into(),
    })
}

/// Returns the rules that do not apply to some files.
pub(super) fn per_file_rules(table: &SettingsFile) -> impl Iterator<Item = &str> {
    table.per_file.iter().flat_map(|entry| &entry.ignore).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_refused_with_the_nearest_one() {
        let fault = read("prset = \"strict\"").unwrap_err();
        assert_eq!(fault.message, "no setting is called `prset`; did you mean `preset`?");
        assert_eq!(
            fault.in_words("r.toml", "prset = \"strict\"").split(": ").next(),
            Some("r.toml:1:1")
        );
    }

    #[test]
    fn a_value_of_another_form_is_told_in_the_words_of_the_file() {
        for (text, message) in [
            ("fail-on = \"error\"", "write a list, in `[` and `]`, not a text"),
            ("rules = [1]", "write a table of `name = value`, not a list"),
            ("[rules]\nRAM604 = true", "write a text in quotes"),
            ("own-accounts = [1]", "write a text in quotes, not a number"),
            ("require-reason = \"no\"", "write `true` or `false`, not a text"),
            ("[[ignore]]\nreason = \"x\"", "`codes` is missing"),
            (
                "[[ignore]]\ncodes = []\nuntil = \"2026-12-31\"",
                "write a day without quotes, as 2026-12-31, not a text",
            ),
            (
                "preset = \"strickt\"",
                "`strickt` is none of `default`, `strict`, `audit`; did you mean `strict`?",
            ),
        ] {
            assert_eq!(read(text).unwrap_err().message, message, "{text}");
        }
    }

    #[test]
    fn more_than_anybody_writes_by_hand_is_refused() {
        let list = |words: usize| vec!["\"RAM6044\""; words].join(",");
        assert!(read(&format!("forbid = [{}]", list(MAX_NAMED))).is_ok());
        assert!(read(&format!("forbid = [{}]", list(MAX_NAMED + 1))).is_err());
        let ignore = |words| format!("[[ignore]]\ncodes = [{}]\n", list(words));
        assert!(read_sidecar("p", &ignore(MAX_NAMED)).is_ok());
        assert!(read_sidecar("p", &ignore(MAX_NAMED + 1)).is_err());
        assert!(read_sidecar("p", &ignore(0).repeat(MAX_NAMED + 1)).is_err());
        let per_file = "[[per-file]]\npath = \"a\"\nignore = []\n";
        assert!(read(&per_file.repeat(MAX_NAMED + 1)).is_err());
    }

    #[test]
    fn an_unknown_key_of_an_ignore_is_refused_as_well() {
        let fault = read("[[ignore]]\ncodes = [\"RAM604\"]\nreson = \"x\"").unwrap_err();
        assert_eq!(fault.message, "no setting is called `reson`; did you mean `reason`?");
    }

    #[test]
    fn the_published_schema_is_current() {
        let schema = schemars::schema_for!(SettingsFile);
        let text = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        crate::render::report::tests::assert_published("settings.schema.json", &text);
    }
}
