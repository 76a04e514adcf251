//! Policies in JSON: the file itself, lists and maps of policies, and answers of the RAM API, in
//! which the document is a string.

use ramguard_policy::Kind;
use ramguard_policy::json::{self, JsonLimits, Kind as JsonKind, Tree, Value};
use ramguard_policy::text::Span;

use super::node::{MAX_DEPTH, Written};
use super::span_map::{MappedText, SpanMap};
use super::{Collector, ExtractError, plan, ros};

/// A policy that is an object of the file is looked for this many levels below the whole.
const MAX_LEVEL: usize = 3;

/// Collects the policies of a file.
pub(super) fn collect(found: &mut Collector<'_>) -> Result<(), ExtractError> {
    let tree = read(found.file);
    let Some(root) = tree.root() else { return Ok(()) };
    if root.kind() == JsonKind::Object {
        if ros::is_template_json(root) {
            return ros::collect_json(found, root);
        }
        if plan::is_plan(root) {
            return plan::collect(found, root);
        }
        if is_policy(root) || root.get("Version").is_some() {
            let all = found.all();
            return found.add_copy(String::new(), None, all);
        }
    }
    Search { file: found.file, outer: None, label: "", found }.search(root, &Around::default())
}

/// Collects the policies of a text that stands in the file at `outer`.
pub(super) fn collect_within(
    found: &mut Collector<'_>,
    text: &str,
    outer: &SpanMap,
    label: &str,
) -> Result<(), ExtractError> {
    let tree = read(text);
    let Some(root) = tree.root() else { return Ok(()) };
    if is_policy(root) {
        let written = Written { text: text.to_owned(), map: outer.clone(), open: Vec::new() };
        return found.add(label.to_owned(), None, written);
    }
    Search { file: text, outer: Some(outer), label, found }.search(root, &Around::default())
}

fn read(text: &str) -> Tree<'_> {
    let limits = JsonLimits {
        max_bytes: json::MAX_BYTES,
        max_depth: u32::try_from(MAX_DEPTH).unwrap_or(u32::MAX),
    };
    json::read(text, &limits)
}

/// Returns whether an object is meant as a policy: it has statements, or nothing but a version.
pub(super) fn is_policy(value: Value<'_>) -> bool {
    let is_statement = |key: &str| key.eq_ignore_ascii_case("Statement");
    value.members().any(|member| {
        is_statement(member.key)
            && matches!(member.value.kind(), JsonKind::Array | JsonKind::Object)
    }) || (value.len() == 1 && value.get("Version").is_some())
}

/// Returns what the string `value` says and the way back through its escapes.
pub(super) fn decode(file: &str, value: Value<'_>) -> Option<(String, SpanMap)> {
    let said = value.as_str()?;
    let inner = value.inner_span()?;
    let raw = file.get(inner.range())?;
    let mut out = MappedText::default();
    let mut left = said;
    let mut at = 0;
    // Offsets within a file of at most 128 MiB.
    let place = |at: usize| inner.start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
    while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = rest.find('\\').unwrap_or(rest.len());
        let Some(after) = rest.get(..plain).and_then(|plain| left.strip_prefix(plain)) else {
            break;
        };
        out.copy(file, Span::new(place(at), place(at + plain)));
        left = after;
        at += plain;
        if plain < rest.len() {
            let bytes = escape_bytes(rest.get(plain..).unwrap_or_default());
            let mut chars = left.chars();
            if let Some(c) = chars.next() {
                out.put(c.encode_utf8(&mut [0; 4]), Span::new(place(at), place(at + bytes)));
                left = chars.as_str();
            }
            at += bytes;
        }
    }
    // Where an escape is broken the two may part; the rest is then told as a whole.
    out.put(left, Span::new(place(at).min(inner.end), inner.end));
    Some(out.finish())
}

/// Returns how long the escape at the start of `text` is, in bytes.
fn escape_bytes(text: &str) -> usize {
    let unit = |from: usize| {
        let digits = text.get(from..from + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(digits, 16).ok()
    };
    match unit(0) {
        Some(0xD800..=0xDBFF) if matches!(unit(6), Some(0xDC00..=0xDFFF)) => 12,
        Some(_) => 6,
        None => 1 + text.chars().nth(1).map_or(0, char::len_utf8),
    }
}

/// What is known about a value from what it stands in.
#[derive(Clone, Copy, Default)]
struct Around<'a> {
    parent: Option<&'a Self>,
    step: Step<'a>,
    name: Option<&'a str>,
    is_control: bool,
    level: usize,
}

/// One step from a value to one inside it.
#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl Default for Step<'_> {
    fn default() -> Self {
        Self::Index(0)
    }
}

struct Search<'s, 'c, 'f> {
    file: &'s str,
    outer: Option<&'s SpanMap>,
    label: &'s str,
    found: &'c mut Collector<'f>,
}

impl Search<'_, '_, '_> {
    /// Looks for policies in a value, which is nested no deeper than the reader allows.
    fn search(&mut self, value: Value<'_>, around: &Around<'_>) -> Result<(), ExtractError> {
        if value.kind() == JsonKind::Array {
            for (index, element) in value.elements().enumerate() {
                if matches!(element.kind(), JsonKind::Array | JsonKind::Object) {
                    self.entry(element, &around.below(Step::Index(index)))?;
                }
            }
            return Ok(());
        }
        let name = name_of(value).or(around.name);
        for member in value.members() {
            let mut inner = around.below(Step::Key(member.key));
            inner.name = name;
            inner.is_control |= plain(member.key).starts_with("controlpolic");
            match (member.value.kind(), kind_of_key(member.key, inner.is_control)) {
                (JsonKind::String, Some(kind)) => self.string(member.value, &inner, kind)?,
                (JsonKind::Object, Some(kind)) if is_policy(member.value) => {
                    self.add(member.value.span(), &inner, kind)?;
                }
                (JsonKind::Array | JsonKind::Object, _) => self.entry(member.value, &inner)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn entry(&mut self, value: Value<'_>, around: &Around<'_>) -> Result<(), ExtractError> {
        if (1..=MAX_LEVEL).contains(&around.level) && is_policy(value) {
            return self.add(value.span(), around, None);
        }
        self.search(value, around)
    }

    fn add(
        &mut self,
        span: Span,
        around: &Around<'_>,
        kind: Option<Kind>,
    ) -> Result<(), ExtractError> {
        let text = self.file.get(span.range()).unwrap_or_default().to_owned();
        self.finish(text, SpanMap::copy_of(span), around, kind)
    }

    fn string(
        &mut self,
        value: Value<'_>,
        around: &Around<'_>,
        kind: Option<Kind>,
    ) -> Result<(), ExtractError> {
        match decode(self.file, value) {
            Some((text, map)) if text.trim_start().starts_with('{') => {
                self.finish(text, map, around, kind)
            }
            _ => Ok(()),
        }
    }

    fn finish(
        &mut self,
        text: String,
        map: SpanMap,
        around: &Around<'_>,
        kind: Option<Kind>,
    ) -> Result<(), ExtractError> {
        let map = match self.outer {
            Some(outer) => map.within(outer),
            None => map,
        };
        let own = around.name.map_or_else(|| around.pointer(), str::to_owned);
        let name = if self.label.is_empty() { own } else { format!("{} {own}", self.label) };
        self.found.add(name, kind, Written { text, map, open: Vec::new() })
    }
}

impl<'a> Around<'a> {
    fn below<'b>(&'b self, step: Step<'b>) -> Around<'b> {
        Around { parent: Some(self), step, level: self.level + 1, ..*self }
    }

    /// Returns the JSON Pointer of the value.
    fn pointer(&self) -> String {
        let mut steps = Vec::new();
        let mut at = self;
        while let Some(parent) = at.parent {
            steps.push(at.step);
            at = parent;
        }
        let mut pointer = String::new();
        for step in steps.into_iter().rev() {
            pointer.push('/');
            match step {
                Step::Key(key) => {
                    // The name of a document is cut at that length in any case.
                    let key: String = key.chars().take(super::MAX_NAME_CHARS).collect();
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                }
                Step::Index(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }
}

/// Returns a key without what languages of programs put between its words.
fn plain(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '_' | '-')).map(|c| c.to_ascii_lowercase()).collect()
}

/// Returns whether a member with this key may be a policy, and of which kind.
fn kind_of_key(key: &str, is_control: bool) -> Option<Option<Kind>> {
    match plain(key).as_str() {
        "assumerolepolicydocument" => Some(Some(Kind::Trust)),
        "policydocument" if is_control => Some(Some(Kind::Control)),
        "policydocument" | "document" | "policy" => Some(None),
        _ => None,
    }
}

/// Returns what an object of the RAM API is called. A version of a policy is called after its
/// policy, which stands beside it if anywhere.
fn name_of(value: Value<'_>) -> Option<&str> {
    const NAMES: [&str; 6] =
        ["PolicyName", "RoleName", "ControlPolicyName", "policy_name", "role_name", "Name"];
    fn own(value: Value<'_>) -> Option<&str> {
        let mut members = value.members().filter(|member| NAMES.contains(&member.key));
        members.find_map(|member| member.value.as_str())
    }
    own(value).or_else(|| value.get("Policy").and_then(own))
}

#[cfg(test)]
mod tests {
    use super::super::documents;
    use super::*;

    #[test]
    fn every_byte_of_an_escaped_document_leads_back_to_its_escape() {
        let file = r#"["a\"\u00e9\ud83d\ude00\/\\z"]"#;
        let tree = read(file);
        let value = tree.root().unwrap().elements().next().unwrap();
        let (text, map) = decode(file, value).unwrap();
        assert_eq!(text, "a\"é😀/\\z");
        for (at, c) in text.char_indices() {
            let at = u32::try_from(at).unwrap();
            let host = map.span(Span::new(at, at + u32::try_from(c.len_utf8()).unwrap()));
            assert_eq!(Some(host.start), value.str_offset(at as usize), "{c}");
        }
    }

    #[test]
    fn a_broken_escape_loses_no_text() {
        let file = r#"["a\qb\u12\"c"]"#;
        let tree = read(file);
        let value = tree.root().unwrap().elements().next().unwrap();
        assert_eq!(decode(file, value).unwrap().0, value.as_str().unwrap());
    }

    fn names(file: &str) -> Vec<String> {
        let found = documents("x.json", file).unwrap();
        found.documents.into_iter().map(|document| document.name).collect()
    }

    #[test]
    fn a_policy_is_the_file_and_needs_no_name() {
        assert_eq!(names(r#"{"Version": "1", "Statement": []}"#), [""]);
        assert_eq!(names(r#"{"Version": "1"}"#), [""]);
    }

    #[test]
    fn lists_and_maps_of_policies_are_called_by_their_place() {
        let policy = r#"{"Version": "1", "Statement": []}"#;
        assert_eq!(names(&format!("[{policy}, {policy}]")), ["/0", "/1"]);
        assert_eq!(names(&format!(r#"{{"a/b": {policy}}}"#)), ["/a~1b"]);
        assert_eq!(names(&format!(r#"[{{"PolicyName": "p", "x": {policy}}}]"#)), ["p"]);
    }

    #[test]
    fn other_json_holds_no_policy() {
        for file in ["[]", "1", "{}", r#"{"name": "x"}"#, r#"{"policy": "none"}"#, ""] {
            assert!(names(file).is_empty(), "{file}");
        }
    }
}
