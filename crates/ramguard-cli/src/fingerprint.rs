//! What stays the same about a finding when its file is laid out anew, its statements are moved or
//! others are added: the key of baselines and ignores.
//!
//! A fingerprint is the first 16 hexadecimal digits of SHA-256 over: the version of this recipe,
//! the code, the kind of policy, the path below the root, the name of the policy inside the file,
//! the `Sid` of the statement or else its canonical form, the canonical form of what was matched,
//! and a running number among equal ones. Neither lines, nor the index of the statement, nor the
//! words of the message, nor the version of this program are part of it.

use std::borrow::Cow;
use std::collections::HashMap;

use ramguard_lint::Finding;
use ramguard_policy::json::{Kind as JsonKind, Value};
use ramguard_policy::quote_json;
use sha2::{Digest as _, Sha256};

/// The version of the recipe.
const RECIPE: &str = "v1";
/// How many bytes of the hash are told.
const TOLD_BYTES: usize = 8;

/// Makes the fingerprints of one file.
#[derive(Debug, Default)]
pub(crate) struct Fingerprints {
    /// How often each has come up.
    seen: HashMap<[u8; 32], u32>,
}

/// The hashes of the values of one document, each made once: a statement may have many findings.
#[derive(Debug, Default)]
pub(crate) struct Canonical {
    known: HashMap<(u32, u32), [u8; 32]>,
}

impl Canonical {
    fn of(&mut self, value: Option<Value<'_>>) -> [u8; 32] {
        let Some(value) = value else { return [0; 32] };
        let span = value.span();
        let hash = || hash(canonical(value).as_bytes());
        *self.known.entry((span.start, span.end)).or_insert_with(hash)
    }
}

impl Fingerprints {
    /// Returns the fingerprint of a finding in the document whose tree has this root.
    pub(crate) fn of(
        &mut self,
        finding: &Finding,
        path: &str,
        policy: &str,
        root: Option<Value<'_>>,
        canonical: &mut Canonical,
    ) -> String {
        let (statement, element) = places(root, finding.pointer());
        let mut hasher = Sha256::new();
        let code = finding.code().to_string();
        for part in [RECIPE, &code, finding.kind().name(), path, policy] {
            hasher.update(part.as_bytes());
            hasher.update([0]);
        }
        match finding.sid() {
            Some(sid) => {
                hasher.update(b"sid");
                hasher.update(sid.as_bytes());
            }
            None => hasher.update(canonical.of(statement)),
        }
        hasher.update([0]);
        hasher.update(canonical.of(element));
        self.numbered(hasher)
    }

    /// Returns the fingerprint of what is said about `text` in a settings file.
    pub(crate) fn of_settings(&mut self, code: &str, text: &str) -> String {
        let mut hasher = Sha256::new();
        for part in [RECIPE, code, "settings", text] {
            hasher.update(part.as_bytes());
            hasher.update([0]);
        }
        self.numbered(hasher)
    }

    /// Counts equal findings, so that each has a fingerprint of its own.
    fn numbered(&mut self, hasher: Sha256) -> String {
        let key: [u8; 32] = hasher.finalize().into();
        let number = self.seen.entry(key).or_insert(0);
        let told = if *number == 0 {
            key
        } else {
            hash(&[key.as_slice(), &number.to_le_bytes()].concat())
        };
        *number = number.saturating_add(1);
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
        told.iter().take(TOLD_BYTES).flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Returns the statement a pointer leads into, and what it points at.
fn places<'v>(root: Option<Value<'v>>, pointer: &str) -> (Option<Value<'v>>, Option<Value<'v>>) {
    let mut statement = None;
    let mut value = root;
    for (depth, token) in pointer.split('/').skip(1).enumerate() {
        let token = match token.contains('~') {
            true => Cow::Owned(token.replace("~1", "/").replace("~0", "~")),
            false => Cow::Borrowed(token),
        };
        value = value.and_then(|value| match value.kind() {
            JsonKind::Array => value.elements().nth(token.parse().ok()?),
            _ => value.get(&token),
        });
        if depth <= 1 && value.is_some_and(|value| value.kind() == JsonKind::Object) {
            statement = value;
        }
    }
    (statement, value.or(root.filter(|_| pointer.is_empty())))
}

/// Returns a value without layout, its members and elements sorted. The reader bounds the nesting.
fn canonical(value: Value<'_>) -> String {
    let mut out = String::new();
    write_canonical(value, &mut out);
    out
}

fn write_canonical(value: Value<'_>, out: &mut String) {
    match value.kind() {
        JsonKind::Object => {
            out.push('{');
            write_sorted(value.members(), out, |member, out| {
                out.push_str(&quote_json(member.key));
                out.push(':');
                write_canonical(member.value, out);
            });
            out.push('}');
        }
        JsonKind::Array => {
            out.push('[');
            write_sorted(value.elements(), out, write_canonical);
            out.push(']');
        }
        JsonKind::String => out.push_str(&quote_json(value.as_str().unwrap_or_default())),
        _ => out.push_str(value.raw()),
    }
}

/// Writes parts in the order of what is written, with commas between them.
fn write_sorted<P>(
    parts: impl Iterator<Item = P>,
    out: &mut String,
    write: impl Fn(P, &mut String),
) {
    let start = out.len();
    let mut places = Vec::new();
    for part in parts {
        let from = out.len() - start;
        write(part, out);
        places.push(from..out.len() - start);
    }
    let unsorted = out.split_off(start);
    let mut texts: Vec<&str> = places.into_iter().filter_map(|place| unsorted.get(place)).collect();
    texts.sort_unstable();
    for (index, text) in texts.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use ramguard_lint::{Linter, Settings};
    use ramguard_policy::{Document, Kind};

    use super::*;

    fn fingerprints(text: &str) -> Vec<String> {
        let linter = Linter::new(Settings::new());
        let document = Document::read(Kind::Identity, text);
        let (mut made, mut canonical) = (Fingerprints::default(), Canonical::default());
        let found = linter.check(&document);
        let root = document.tree().root();
        let mut all: Vec<String> =
            found.iter().map(|f| made.of(f, "p.json", "", root, &mut canonical)).collect();
        all.sort();
        all
    }

    const PASS: &str =
        r#"{"Effect":"Allow","Action":["ram:PassRole","ecs:StopInstance"],"Resource":"*"}"#;
    const ADMIN: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;

    fn document(statements: &[&str]) -> String {
        format!(r#"{{"Version":"1","Statement":[{}]}}"#, statements.join(","))
    }

    #[test]
    fn a_new_layout_keeps_every_fingerprint() {
        let text = document(&[PASS, ADMIN]);
        let spread =
            text.replace(',', " ,\n  ").replace(':', " : ").replace("ram : Pass", "ram:Pass");
        let spread = spread.replace("ecs : Stop", "ecs:Stop");
        assert!(!fingerprints(&text).is_empty());
        assert_eq!(fingerprints(&text), fingerprints(&spread));
    }

    #[test]
    fn another_order_of_statements_members_and_elements_keeps_every_fingerprint() {
        let turned =
            r#"{"Resource":"*","Action":["ecs:StopInstance","ram:PassRole"],"Effect":"Allow"}"#;
        assert_eq!(
            fingerprints(&document(&[PASS, ADMIN])),
            fingerprints(&document(&[ADMIN, turned]))
        );
    }

    #[test]
    fn a_statement_more_keeps_the_fingerprints_of_the_others() {
        let alone = fingerprints(&document(&[PASS]));
        let both = fingerprints(&document(&[ADMIN, PASS]));
        assert!(alone.iter().all(|fingerprint| both.contains(fingerprint)));
    }

    #[test]
    fn equal_findings_have_different_fingerprints() {
        let mut both = fingerprints(&document(&[ADMIN, ADMIN]));
        let count = both.len();
        both.dedup();
        assert_eq!(both.len(), count);
    }
}
