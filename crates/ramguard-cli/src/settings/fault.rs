//! What is wrong with a settings file, and where.
//!
//! Always holds here: it is told in the words of the file, and never in those of a programming language.

use ramguard_catalog::nearest;
use ramguard_policy::text::{LineIndex, Span};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::render::escape::escape;

/// What is wrong with a settings file: where, and in words that are not escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) span: Option<Span>,
    pub(super) message: String,
}

impl Fault {
    /// Returns the fault as `path:line:column: what is wrong`, escaped.
    pub(super) fn in_words(&self, name: &str, text: &str) -> String {
        let place = self.span.map_or_else(String::new, |span| {
            let position = LineIndex::new(text).position(span.start);
            format!(":{}:{}", position.line, position.column)
        });
        format!("{}{place}: {}", escape(name), escape(&self.message))
    }
}

pub(super) fn span(range: std::ops::Range<usize>) -> Span {
    let offset = |at| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(range.start), offset(range.end))
}

/// Returns where a word stands below a key of a settings file, as a key or as a value.
pub(super) fn place_of(text: &str, key: &str, word: &str) -> Option<Span> {
    fn within(value: &Spanned<DeValue<'_>>, word: &str) -> Option<Span> {
        match value.as_ref() {
            DeValue::String(text) => (text.as_ref() == word).then(|| span(value.span())),
            DeValue::Array(values) => values.iter().find_map(|value| within(value, word)),
            DeValue::Table(table) => table.iter().find_map(|(key, value)| {
                let is_key = key.as_ref().as_ref() == word;
                is_key.then(|| span(key.span())).or_else(|| within(value, word))
            }),
            _ => None,
        }
    }
    let table = DeTable::parse(text).ok()?;
    let below = table.as_ref().iter().find(|(name, _)| name.as_ref().as_ref() == key);
    below.and_then(|(_, value)| within(value, word))
}

/// Says what is wrong, with what most likely was meant by an unknown key.
pub(super) fn fault(error: &toml::de::Error) -> Fault {
    let message = error.message();
    let place = error.span().map(span);
    let mut quoted = message.split('`').skip(1).step_by(2);
    let message = match quoted.next() {
        Some("check") if quoted.clone().any(|known| known == "preset") => {
            "`[[check]]` is not there yet: checks of one's own need the algebra of requests".into()
        }
        Some("rule") if quoted.clone().any(|known| known == "preset") => {
            "no rule has options of its own yet; levels stand in `[rules]`".into()
        }
        Some(found) if message.starts_with("unknown field") => {
            let mut words = format!("no setting is called `{found}`");
            if let Some(near) = nearest(found, quoted) {
                words.push_str(&format!("; did you mean `{near}`?"));
            }
            words
        }
        Some(found) if message.starts_with("unknown variant") => {
            let possible: Vec<&str> = quoted.collect();
            let mut words = format!("`{found}` is none of `{}`", possible.join("`, `"));
            if let Some(near) = nearest(found, possible) {
                words.push_str(&format!("; did you mean `{near}`?"));
            }
            words
        }
        Some(found) if message.starts_with("missing field") => format!("`{found}` is missing"),
        _ => wanted(message).unwrap_or_else(|| message.replace('\n', " ")),
    };
    Fault { span: place, message }
}

/// Says which form a value must have, in the words of TOML and not of a programming language.
fn wanted(message: &str) -> Option<String> {
    let form = |expected: &str| match expected {
        "a sequence" => Some("a list, in `[` and `]`"),
        "a map" => Some("a table of `name = value`"),
        "a string" | "string" => Some("a text in quotes"),
        "usize" => Some("a number of bytes"),
        "a boolean" => Some("`true` or `false`"),
        "a TOML datetime" => Some("a day without quotes, as 2026-12-31"),
        _ => None,
    };
    if message == "wanted string or table" {
        return Some(format!("write {}", form("string")?));
    }
    let (found, expected) = message.strip_prefix("invalid type: ")?.rsplit_once(", expected ")?;
    let form = form(expected)?;
    let found = match found.split([' ', '`']).next()? {
        "map" => "a table",
        "sequence" => "a list",
        "string" => "a text",
        "integer" | "float" => "a number",
        "boolean" => "`true` or `false`",
        _ => return Some(format!("write {form}")),
    };
    Some(format!("write {form}, not {found}"))
}
