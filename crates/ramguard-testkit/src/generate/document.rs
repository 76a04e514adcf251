//! Texts that are documents, or nearly.

use serde_json::{Map, Value, json};

use super::ByteSource;
use super::policy::{Place, Writer};
use super::situation::Situation;
use super::wording::moved;

/// Makes the kind of a document (`identity`, `session`, `control`, `trust`, `bucket`) and a text:
/// a sound document of the kind, more often than not after something has happened to it.
pub fn document(source: &mut ByteSource<'_>) -> (&'static str, String) {
    let kind = source.weighted(&[
        (4, "identity"),
        (1, "session"),
        (1, "control"),
        (2, "trust"),
        (2, "bucket"),
    ]);
    let situation = Situation::any(source);
    let writer = Writer { situation: &situation, legacy: source.chance(4) };
    let place = match kind {
        "trust" => Place::Trust,
        "bucket" => Place::Bucket,
        _ => Place::Identity,
    };
    let mut document = writer.document(source, place, 2);
    if source.chance(60) {
        let steps = 1 + source.below(2);
        for _ in 0..steps {
            disturb(source, &mut document);
        }
    }
    if source.chance(30) {
        break_a_rule(source, &mut document, kind);
    }
    let text = document.to_string();
    (kind, if source.chance(25) { disturbed_text(source, text) } else { text })
}

/// Breaks, in one statement, one rule of grammar that a change anywhere seldom meets; or puts an
/// empty value into a condition, which breaks none.
fn break_a_rule(source: &mut ByteSource<'_>, document: &mut Value, kind: &str) {
    let statements = document.get_mut("Statement").and_then(Value::as_array_mut);
    let Some(statements) = statements else { return };
    let at = source.below(statements.len());
    let Some(statement) = statements.get_mut(at).and_then(Value::as_object_mut) else { return };
    let mut put = |element: &str, value: Value| statement.insert(element.to_owned(), value);
    match source.weighted(&[(2, 0), (3, 1), (4, 2), (2, 3), (2, 4), (3, 5)]) {
        0 => {
            put("Sid", source.pick(&[Some(1), None]).into());
        }
        // A number or a word in place of a string, or nothing between the quotes.
        step @ (1 | 2) => {
            let key = source.pick(&["acs:SourceVpc", "oss:Prefix", "ecs:Amount"]);
            let value = match (step, source.below(3)) {
                (2, _) => "".into(),
                (_, 0) => 1.into(),
                (_, 1) => true.into(),
                _ => Value::Null,
            };
            put("Condition", json!({"StringEquals": {key: value}}));
        }
        3 => {
            let odd = ["ecs: Stop", "ecs：Stop", "ecs:Stop\u{200b}", "ecs:Stop\n", " *", "部:*"];
            put("Action", source.pick(&odd).into());
        }
        4 if matches!(kind, "trust" | "bucket") => {
            statement.remove("Principal");
        }
        4 => {
            put("Principal", json!(["*"]));
        }
        _ => {
            let odd = ["", "acs:ecs:*:*", "acs:ecs:a/b:*:*", "acs:::*:x"];
            put("Resource", source.pick(&odd).into());
        }
    }
}

/// Values that do not belong where they are put, most of the time.
const STRAYS: [&str; 16] = [
    "null",
    "true",
    "1",
    r#""""#,
    "[]",
    "{}",
    r#"["*"]"#,
    r#""*""#,
    r#"" ""#,
    r#"[["*"]]"#,
    r#"["*",null]"#,
    r#"{"a":"b"}"#,
    r#""ecs：Stop""#,
    r#""acs:ecs:*:*""#,
    r#"["true","false"]"#,
    r#""Allow""#,
];

/// Member names that belong somewhere, most of the time elsewhere.
const NAMES: [&str; 18] = [
    "Version",
    "Statement",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
    "Sid",
    "effect",
    "BoolIfExists",
    "Bool",
    "NumericEquals",
    "NotIpAddress",
    "acs:",
    "AWS",
];

/// Changes one member or item somewhere in the value, each as likely as any other.
fn disturb(source: &mut ByteSource<'_>, value: &mut Value) {
    let place = source.below(parts(value));
    disturb_at(source, value, place);
}

/// Counts the members and items inside a value, at whatever depth.
fn parts(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.values().map(|member| 1 + parts(member)).sum(),
        Value::Array(items) => items.iter().map(|item| 1 + parts(item)).sum(),
        _ => 0,
    }
}

/// Changes the member or item at `place`, counted as they are written, or what stands there
/// instead of any.
fn disturb_at(source: &mut ByteSource<'_>, value: &mut Value, mut place: usize) {
    let stray = serde_json::from_str(source.pick(&STRAYS)).unwrap_or(Value::Null);
    match value {
        Value::Object(members) => {
            let mut found = None;
            for (name, member) in members.iter_mut() {
                let inside = parts(member);
                if place == 0 {
                    found = Some(name.clone());
                    break;
                } else if place <= inside {
                    return disturb_at(source, member, place - 1);
                }
                place -= 1 + inside;
            }
            disturb_member(source, members, found, stray);
        }
        Value::Array(items) => {
            let mut found = None;
            for (at, item) in items.iter_mut().enumerate() {
                let inside = parts(item);
                if place == 0 {
                    found = Some(at);
                    break;
                } else if place <= inside {
                    return disturb_at(source, item, place - 1);
                }
                place -= 1 + inside;
            }
            match (found, source.below(4)) {
                (Some(at), 0) => {
                    items.remove(at);
                }
                (_, 1) | (None, _) => items.push(stray),
                (Some(at), _) => {
                    if let Some(item) = items.get_mut(at) {
                        *item = disturbed_part(source, item, stray);
                    }
                }
            }
        }
        scalar => *scalar = stray,
    }
}

/// Changes an object at the member of that name.
fn disturb_member(
    source: &mut ByteSource<'_>,
    members: &mut Map<String, Value>,
    name: Option<String>,
    stray: Value,
) {
    let other = source.pick(&NAMES).to_owned();
    let step = source.below(8);
    let Some(member) = name.as_ref().and_then(|name| members.get_mut(name)) else {
        members.insert(other, stray);
        return;
    };
    match (step, name) {
        (0, Some(name)) => {
            members.remove(&name);
        }
        (1, Some(name)) => {
            if let Some(member) = members.remove(&name) {
                members.insert(other, member);
            }
        }
        (2, Some(name)) => {
            let twin = member.clone();
            members.insert(if name == "Action" { "NotAction".to_owned() } else { other }, twin);
        }
        (3, _) => {
            members.insert(other, stray);
        }
        _ => *member = disturbed_part(source, member, stray),
    }
}

/// Returns something else for one value: another one, the same twice, or a text one step away.
fn disturbed_part(source: &mut ByteSource<'_>, value: &Value, stray: Value) -> Value {
    match (value.as_str(), source.below(5)) {
        (_, 0) => stray,
        // Two values are wrong for Booleans alone, and those are few.
        (_, 1) | (Some("true" | "false"), 2 | 3) => {
            Value::Array(vec![value.clone(), value.clone()])
        }
        (Some(text), 2) => moved(source, text).into(),
        (Some(text), 3) => {
            let mut symbols: Vec<char> = text.chars().collect();
            let at = source.below(symbols.len() + 1);
            symbols.insert(at, source.pick(&['*', ' ', ':', '\u{200b}', '/', '9']));
            symbols.into_iter().collect::<String>().into()
        }
        (Some(text), _) => text.replacen(source.pick(&[':', '/', 's', '.', '0']), "", 1).into(),
        (None, _) => stray,
    }
}

/// Changes one thing in the text, whatever it means.
fn disturbed_text(source: &mut ByteSource<'_>, text: String) -> String {
    let symbols: Vec<char> = text.chars().collect();
    let at = source.below(symbols.len() + 1);
    let head: String = symbols.iter().take(at).collect();
    let tail: String = symbols.iter().skip(at).collect();
    match source.below(8) {
        0 => head,
        1 => format!("{head}{}", symbols.iter().skip(at + 1).collect::<String>()),
        2 => {
            format!("{head}{}{tail}", source.pick(&[",", "\"", "}", "\\", "\u{1}", "\u{a0}", "1"]))
        }
        3 => format!("{}{text}", source.pick(&["\u{feff}", " ", "\n", "//"])),
        4 => format!("{text}{}", source.pick(&[" \r\n\t", "}", "{}", "\0", ","])),
        5 => {
            let levels = 20 + source.below(20);
            text.replacen("\"*\"", &format!("{}{}", "[".repeat(levels), "]".repeat(levels)), 1)
        }
        6 => text.replacen(
            '{',
            source.pick(&[
                "{\"Version\":\"1\",",
                "{\"\\u0056ersion\":\"1\",",
                "{\"Effect\":\"Deny\",",
            ]),
            1 + source.below(3),
        ),
        _ => {
            let padding = source.pick(&[1_000, 2_000, 4_000, 6_000]);
            format!("{text}{}", " ".repeat(padding + source.below(300)))
        }
    }
}
