//! Writes a policy: the canonical form for machines, an indented one for people.
//!
//! Both go through one small value tree, so they hold the same members in the same order.

use super::Policy;
use super::parts::{Entries, PrincipalKind, Statement};

/// What is written: text, lists and maps; no policy holds anything else.
pub(super) enum Node<'p> {
    Text(&'p str),
    List(Vec<Node<'p>>),
    Map(Vec<(&'p str, Node<'p>)>),
}

pub(super) fn compact(policy: &Policy) -> String {
    let mut out = String::with_capacity(policy.source().len());
    write_compact(&mut out, &document(policy));
    out
}

pub(super) fn pretty(policy: &Policy) -> String {
    let mut out = String::with_capacity(policy.source().len() * 2);
    write_pretty(&mut out, &document(policy), 0);
    out.push('\n');
    out
}

pub(super) fn document(policy: &Policy) -> Node<'_> {
    let statements = policy.statements().map(statement).collect();
    Node::Map(vec![("Version", Node::Text("1")), ("Statement", Node::List(statements))])
}

fn statement(statement: Statement<'_>) -> Node<'_> {
    let mut members = Vec::with_capacity(6);
    if let Some(sid) = statement.sid() {
        members.push(("Sid", Node::Text(sid)));
    }
    members.push(("Effect", Node::Text(statement.effect().name())));
    if let Some(principal) = principal(statement) {
        members.push(("Principal", principal));
    }
    let action = if statement.is_not_action() { "NotAction" } else { "Action" };
    members.push((action, scalar_or_list(statement.actions())));
    if statement.resources().len() > 0 {
        let resource = if statement.is_not_resource() { "NotResource" } else { "Resource" };
        members.push((resource, scalar_or_list(statement.resources())));
    }
    if statement.conditions().len() > 0 {
        members.push(("Condition", conditions(statement)));
    }
    Node::Map(members)
}

fn scalar_or_list(mut entries: Entries<'_>) -> Node<'_> {
    match (entries.len(), entries.next()) {
        (1, Some(only)) => Node::Text(only.text),
        (_, first) => {
            Node::List(first.into_iter().chain(entries).map(|e| Node::Text(e.text)).collect())
        }
    }
}

fn principal(statement: Statement<'_>) -> Option<Node<'_>> {
    let all = statement.principal_entries();
    let of = |kind: PrincipalKind| {
        let mut texts: Vec<_> =
            all.clone().filter(|(k, _)| *k == kind).map(|(_, e)| Node::Text(e.text)).collect();
        match texts.len() {
            0 => None,
            // The list of a bucket policy stays a list, the form its documentation shows.
            1 if kind != PrincipalKind::Bucket => texts.pop(),
            _ => Some(Node::List(texts)),
        }
    };
    if let Some(list) = of(PrincipalKind::Bucket) {
        return Some(list);
    }
    let map: Vec<_> = [
        ("RAM", PrincipalKind::Ram),
        ("Service", PrincipalKind::Service),
        ("Federated", PrincipalKind::Federated),
    ]
    .into_iter()
    .filter_map(|(key, kind)| of(kind).map(|node| (key, node)))
    .collect();
    (!map.is_empty()).then_some(Node::Map(map))
}

fn conditions(statement: Statement<'_>) -> Node<'_> {
    let mut operators: Vec<(&str, Vec<(&str, Node<'_>)>)> = Vec::new();
    // Keys of one operator are neighbours: a document gives each operator once.
    for tested in statement.conditions() {
        let name = tested.operator().name();
        let member = (tested.key().text, scalar_or_list(tested.values()));
        match operators.last_mut() {
            Some((last, members)) if *last == name => members.push(member),
            _ => operators.push((name, vec![member])),
        }
    }
    Node::Map(operators.into_iter().map(|(name, keys)| (name, Node::Map(keys))).collect())
}

fn write_compact(out: &mut String, node: &Node<'_>) {
    match node {
        Node::Text(text) => write_string(out, text),
        Node::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_compact(out, item);
            }
            out.push(']');
        }
        Node::Map(members) => {
            out.push('{');
            for (i, (key, value)) in members.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_string(out, key);
                out.push(':');
                write_compact(out, value);
            }
            out.push('}');
        }
    }
}

fn write_pretty(out: &mut String, node: &Node<'_>, level: usize) {
    let line = |out: &mut String, level: usize| {
        out.push('\n');
        for _ in 0..level {
            out.push_str("  ");
        }
    };
    match node {
        Node::Text(text) => write_string(out, text),
        Node::List(items) => {
            let on_one_line = matches!(items.as_slice(), [] | [Node::Text(_)]);
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                if !on_one_line {
                    line(out, level + 1);
                }
                write_pretty(out, item, level + 1);
            }
            if !on_one_line {
                line(out, level);
            }
            out.push(']');
        }
        Node::Map(members) => {
            out.push('{');
            for (i, (key, value)) in members.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                line(out, level + 1);
                write_string(out, key);
                out.push_str(": ");
                write_pretty(out, value, level + 1);
            }
            line(out, level);
            out.push('}');
        }
    }
}

/// Returns `text` as a JSON string, quotes included, with the fewest escapes.
#[must_use]
pub fn quote_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_string(&mut out, text);
    out
}

/// Writes a JSON string with the fewest escapes: only what RFC 8259 asks for.
pub(super) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_plain) {
        out.push_str(text);
        out.push('"');
        return;
    }
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => {
                const HEX: [char; 16] = [
                    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
                ];
                let code = c as usize;
                out.push_str("\\u00");
                out.extend([HEX.get(code >> 4), HEX.get(code & 15)].into_iter().flatten());
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_key_written_with_an_escape_is_the_key_it_says() {
        let with = |key: &str| {
            let text = format!(
                r#"{{"Version":"1","Statement":[{{"Effect":"Deny","Action":"*","Resource":"*",
                "Condition":{{"Bool":{{"{key}":"false"}}}}}}]}}"#
            );
            Policy::parse(&text).unwrap()
        };
        let escaped = with(r"acs\u003aMFAPresent");
        assert_eq!(escaped.to_json(), with("acs:MFAPresent").to_json());
    }

    #[test]
    fn a_string_has_an_escape_where_json_asks_for_one_and_nowhere_else() {
        for (text, written) in [
            ("", r#""""#),
            ("a/部\u{7f}\u{2028}😀", "\"a/部\u{7f}\u{2028}😀\""),
            ("\"", r#""\"""#),
            ("\\", r#""\\""#),
            ("\n\r\t\u{8}\u{c}", r#""\n\r\t\b\f""#),
            ("\0\u{b}\u{1f} ", r#""\u0000\u000b\u001f ""#),
        ] {
            assert_eq!(quote_json(text), written);
        }
    }
}
