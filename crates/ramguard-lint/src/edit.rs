//! Builds edits for common repairs of JSON text: replace a string, remove or insert a member.

use ramguard_policy::json::{Kind as JsonKind, Member, Value};
use ramguard_policy::text::Span;

use crate::fix::Edit;

/// Returns `text` as a JSON string, in quotes; only what has to be escaped is.
pub(crate) fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                json.push('\\');
                json.push(c);
            }
            c if (c as u32) < 0x20 => json.push_str(&format!("\\u{:04x}", c as u32)),
            c => json.push(c),
        }
    }
    json.push('"');
    json
}

/// Replaces a string, a key or any other value by a string.
pub(crate) fn to_string(span: Span, text: &str) -> Edit {
    Edit { span, text: quoted(text) }
}

pub(crate) fn replace(span: Span, text: impl Into<String>) -> Edit {
    Edit { span, text: text.into() }
}

pub(crate) fn delete(span: Span) -> Edit {
    Edit { span, text: String::new() }
}

/// Removes parts of a list of parts with commas between them: each with the comma before it, those
/// at the start with the comma behind them.
fn remove_parts(parts: &[Span], is_removed: impl Fn(usize) -> bool) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut kept_before = false;
    for (index, part) in parts.iter().enumerate() {
        if !is_removed(index) {
            kept_before = true;
            continue;
        }
        let before = index.checked_sub(1).and_then(|i| parts.get(i)).filter(|_| kept_before);
        edits.push(delete(match (before, parts.get(index + 1)) {
            (Some(before), _) => Span::new(before.end, part.end),
            (None, Some(after)) => Span::new(part.start, after.start),
            (None, None) => *part,
        }));
    }
    edits
}

/// Removes the members whose keys stand at `key_spans` from `object`, their commas included.
pub(crate) fn remove_members(object: Value<'_>, key_spans: &[Span]) -> Vec<Edit> {
    let parts: Vec<(Span, Span)> =
        object.members().map(|member| (member.key_span, member.span())).collect();
    let spans: Vec<Span> = parts.iter().map(|(_, span)| *span).collect();
    remove_parts(&spans, |index| parts.get(index).is_some_and(|(key, _)| key_spans.contains(key)))
}

/// Removes the member whose key stands at `key_span` from `object`, its comma included.
pub(crate) fn remove_member(object: Value<'_>, key_span: Span) -> Option<Edit> {
    remove_members(object, &[key_span]).pop()
}

/// Removes the elements that stand at `spans` from `list`, their commas included.
pub(crate) fn remove_elements(list: Value<'_>, spans: &[Span]) -> Vec<Edit> {
    let parts: Vec<Span> = list.elements().map(|element| element.span()).collect();
    remove_parts(&parts, |index| parts.get(index).is_some_and(|part| spans.contains(part)))
}

/// Removes the element that stands at `span` from `list`, its comma included.
pub(crate) fn remove_element(list: Value<'_>, span: Span) -> Option<Edit> {
    remove_elements(list, &[span]).pop()
}

/// Inserts `element`, written out, behind the element that stands at `after` in `list`, laid out
/// like it.
pub(crate) fn insert_element(
    source: &str,
    list: Value<'_>,
    after: Span,
    element: &str,
) -> Option<Edit> {
    let parts: Vec<Span> = list.elements().map(|element| element.span()).collect();
    let index = parts.iter().position(|part| *part == after)?;
    let gap = |from: u32, to: u32| source.get(from as usize..to as usize);
    let behind_comma = |gap: &'_ str| gap.split_once(',').map(|(_, layout)| layout.to_owned());
    // How two neighbours are set apart, or how the only one is set apart from its bracket.
    let layout = match (index.checked_sub(1).and_then(|i| parts.get(i)), parts.get(index + 1)) {
        (_, Some(next)) => gap(after.end, next.start).and_then(behind_comma),
        (Some(before), None) => gap(before.end, after.start).and_then(behind_comma),
        (None, None) => {
            gap(list.span().start + 1, after.start).filter(|gap| !gap.is_empty()).map(str::to_owned)
        }
    };
    let layout = layout.filter(|layout| layout.trim().is_empty()).unwrap_or(" ".to_owned());
    Some(replace(Span::new(after.end, after.end), format!(",{layout}{element}")))
}

/// Inserts `member`, written out, before the first member of `object`, laid out like it.
pub(crate) fn insert_first(source: &str, object: Value<'_>, member: &str) -> Option<Edit> {
    if object.kind() != JsonKind::Object {
        return None;
    }
    let start = object.span().start + 1;
    let Some(first) = object.members().next() else {
        return Some(replace(Span::new(start, start), member));
    };
    let at = first.key_span.start;
    // What stands between the brace and the first key is how this object breaks its lines.
    let layout = source.get(start as usize..at as usize)?;
    let layout = if layout.is_empty() { " " } else { layout };
    Some(replace(Span::new(at, at), format!("{member},{layout}")))
}

/// Inserts `member`, written out, behind the member `after` of `object`, laid out like it.
pub(crate) fn insert_after(
    source: &str,
    after: &Member<'_>,
    object: Value<'_>,
    member: &str,
) -> Edit {
    let end = after.span().end;
    let members: Vec<Span> = object.members().map(|member| member.span()).collect();
    let index = members.iter().position(|span| span.end == end).unwrap_or(0);
    let gap_start = match index.checked_sub(1).and_then(|i| members.get(i)) {
        Some(before) => before.end,
        None => object.span().start + 1,
    };
    let gap = source.get(gap_start as usize..after.key_span.start as usize).unwrap_or_default();
    let layout = gap.trim_start_matches(|c: char| c.is_whitespace()).trim_start_matches(',');
    let layout = if gap.starts_with(char::is_whitespace) && index == 0 { gap } else { layout };
    let layout = if layout.is_empty() { " " } else { layout };
    replace(Span::new(end, end), format!(",{layout}{member}"))
}

#[cfg(test)]
mod tests {
    use ramguard_policy::json::{self, JsonLimits};

    use super::*;
    use crate::fix::apply;

    fn on_root(text: &str, make: impl Fn(Value<'_>) -> Option<Edit>) -> String {
        let tree = json::read(text, &JsonLimits::default());
        let edit = make(tree.root().unwrap()).unwrap();
        apply(text, &[edit]).unwrap()
    }

    fn without(text: &str, key: &str) -> String {
        on_root(text, |root| {
            let member = root.members().find(|member| member.key == key)?;
            remove_member(root, member.key_span)
        })
    }

    #[test]
    fn removing_a_member_takes_exactly_one_comma_along() {
        assert_eq!(without(r#"{"a":1, "b":2, "c":3}"#, "a"), r#"{"b":2, "c":3}"#);
        assert_eq!(without(r#"{"a":1, "b":2, "c":3}"#, "b"), r#"{"a":1, "c":3}"#);
        assert_eq!(without(r#"{"a":1, "b":2, "c":3}"#, "c"), r#"{"a":1, "b":2}"#);
        assert_eq!(without(r#"{ "a":1 }"#, "a"), "{  }");
    }

    #[test]
    fn removing_several_members_leaves_commas_between_the_others() {
        let text = r#"{"a":1, "b":2, "c":3, "d":4}"#;
        let without = |keys: &[&str]| {
            let tree = json::read(text, &JsonLimits::default());
            let root = tree.root().unwrap();
            let members = root.members().filter(|member| keys.contains(&member.key));
            let spans: Vec<Span> = members.map(|member| member.key_span).collect();
            apply(text, &remove_members(root, &spans)).unwrap()
        };
        assert_eq!(without(&["a", "b"]), r#"{"c":3, "d":4}"#);
        assert_eq!(without(&["c", "d"]), r#"{"a":1, "b":2}"#);
        assert_eq!(without(&["b", "c"]), r#"{"a":1, "d":4}"#);
        assert_eq!(without(&["a", "c"]), r#"{"b":2, "d":4}"#);
        assert_eq!(without(&["a", "b", "c", "d"]), "{}");
    }

    #[test]
    fn an_element_is_inserted_in_the_layout_of_its_list() {
        let insert = |text: &str, at: usize| {
            on_root(text, |root| {
                let after = root.elements().nth(at)?;
                insert_element(text, root, after.span(), "9")
            })
        };
        assert_eq!(insert("[1]", 0), "[1, 9]");
        assert_eq!(insert("[1,2]", 1), "[1,2,9]");
        assert_eq!(insert("[1, 2]", 0), "[1, 9, 2]");
        assert_eq!(insert("[\n  1\n]", 0), "[\n  1,\n  9\n]");
        assert_eq!(insert("[\n  1,\n  2\n]", 1), "[\n  1,\n  2,\n  9\n]");
    }

    #[test]
    fn a_member_is_inserted_in_the_layout_of_its_object() {
        let insert = |text: &str| on_root(text, |root| insert_first(text, root, r#""V": "1""#));
        assert_eq!(insert(r#"{"a":1}"#), r#"{"V": "1", "a":1}"#);
        assert_eq!(insert("{\n  \"a\": 1\n}"), "{\n  \"V\": \"1\",\n  \"a\": 1\n}");
        assert_eq!(insert("{}"), r#"{"V": "1"}"#);
    }

    #[test]
    fn a_member_is_inserted_behind_another_in_its_layout() {
        let insert = |text: &str, key: &str| {
            on_root(text, |root| {
                let member = root.members().find(|member| member.key == key)?;
                Some(insert_after(text, &member, root, r#""V": "1""#))
            })
        };
        assert_eq!(insert("{\n  \"a\": 1\n}", "a"), "{\n  \"a\": 1,\n  \"V\": \"1\"\n}");
        assert_eq!(insert(r#"{"a":1,"b":2}"#, "b"), r#"{"a":1,"b":2, "V": "1"}"#);
        assert_eq!(
            insert("{\n  \"a\": 1,\n  \"b\": 2\n}", "b"),
            "{\n  \"a\": 1,\n  \"b\": 2,\n  \"V\": \"1\"\n}"
        );
    }

    #[test]
    fn a_string_is_quoted_with_what_json_asks_for() {
        assert_eq!(quoted("a\"\\\n部"), r#""a\"\\\u000a部""#);
    }
}
