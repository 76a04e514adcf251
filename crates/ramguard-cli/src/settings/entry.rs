//! Ignores that are written into a settings file or beside a policy.
//!
//! Always holds here: the text that was there stays byte for byte and comes first; a text that would
//! not be read back as that and the new ignores is not returned.

use ramguard_lint::suppress::Anchor;
use ramguard_lint::{Code, Date};

use crate::render::escape::escape;

use super::{file, ignores};

/// An ignore to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewIgnore {
    /// The rule.
    pub(crate) code: Code,
    /// The file it is about, below the folder of the settings; `None` for a file beside a policy.
    pub(crate) path: Option<String>,
    /// The place in it.
    pub(crate) anchor: Anchor,
    /// Why.
    pub(crate) reason: Option<String>,
    /// The last day it holds.
    pub(crate) until: Option<Date>,
}

impl NewIgnore {
    /// Returns the entry as lines of TOML.
    pub(crate) fn lines(&self) -> Vec<String> {
        let text = |key: &str, value: &str| format!("{key} = {}", quoted(value));
        let mut lines = vec!["[[ignore]]".into(), format!("codes = [\"{}\"]", self.code)];
        // It is a glob, and the name of the file may look like one.
        lines.extend(self.path.as_deref().map(|path| text("path", &globset::escape(path))));
        lines.extend(match &self.anchor {
            Anchor::File => None,
            Anchor::Sid(sid) => Some(text("sid", sid)),
            Anchor::Pointer(pointer) => Some(text("pointer", pointer)),
            Anchor::Fingerprint(fingerprint) => Some(text("fingerprint", fingerprint)),
        });
        lines.extend(self.reason.as_deref().map(|reason| text("reason", reason)));
        lines.extend(self.until.map(|until| format!("until = {until}")));
        lines
    }
}

/// Returns a string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Returns the text of a settings file, or of one beside a policy, with these ignores at its end.
///
/// # Errors
/// They cannot stand there: in words with the place, escaped.
pub(crate) fn with_ignores(
    name: &str,
    old: &str,
    is_beside: bool,
    new: &[NewIgnore],
) -> Result<String, String> {
    let end = if old.contains("\r\n") { "\r\n" } else { "\n" };
    let mut text = old.to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push_str(end);
    }
    for entry in new {
        if !text.is_empty() {
            text.push_str(end);
        }
        for line in entry.lines() {
            text.push_str(&line);
            text.push_str(end);
        }
    }
    let read = |text: &str| {
        if is_beside {
            return ignores::read_sidecar(name, text);
        }
        let file = file::read(text)?;
        ignores::ignores(name, &file.ignore)
    };
    let before = read(old).map_err(|fault| fault.in_words(name, old))?.entries.len();
    let after = read(&text).map_err(|fault| {
        // What stands there is well by itself: a list of ignores in brackets takes no tables.
        let words = fault.in_words(name, &text);
        format!("{words}; write the ignores of the file as tables, `[[ignore]]`, first")
    })?;
    let is_there =
        |(entry, wanted): (&(Option<String>, ramguard_lint::suppress::Suppression), &NewIgnore)| {
            entry.1.anchor == wanted.anchor
                && entry.1.reason == wanted.reason
                && entry.1.until == wanted.until
                && entry.1.codes == [wanted.code.into()]
        };
    let added = after.entries.get(before..).unwrap_or_default();
    if added.len() != new.len() || !added.iter().zip(new).all(is_there) {
        return Err(format!("an ignore cannot be added to the end of `{}`", escape(name)));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(anchor: Anchor) -> NewIgnore {
        NewIgnore {
            code: Code::new(604),
            path: Some("a[1]/*.json".into()),
            anchor,
            reason: Some("he said \"yes\\no\"\u{7f}\n, SEC-12".into()),
            until: Date::new(2026, 12, 31),
        }
    }

    #[test]
    fn what_was_there_stays_and_what_is_new_is_read_back() {
        for old in ["", "# why\npreset = \"strict\"", "[rules]\r\nRAM604 = \"note\" # x\r\n"] {
            let text =
                with_ignores("r.toml", old, false, &[entry(Anchor::Sid("S".into()))]).unwrap();
            assert!(text.starts_with(old), "{text}");
            assert_eq!(
                text.matches('\n').count() == text.matches("\r\n").count(),
                old.contains('\r')
            );
        }
    }

    #[test]
    fn a_list_of_ignores_in_brackets_is_left_to_people() {
        let old = "ignore = [{ codes = [\"RAM601\"], reason = \"reviewed in SEC-1\" }]\n";
        let error = with_ignores("r.toml", old, false, &[entry(Anchor::File)]).unwrap_err();
        assert!(error.contains("as tables"), "{error}");
    }

    #[test]
    fn a_file_beside_a_policy_takes_no_path() {
        let with_path = [entry(Anchor::File)];
        assert!(with_ignores("p.ramguard.toml", "", true, &with_path).is_err());
        let without = [NewIgnore { path: None, ..entry(Anchor::File) }];
        assert!(with_ignores("p.ramguard.toml", "", true, &without).is_ok());
    }
}
