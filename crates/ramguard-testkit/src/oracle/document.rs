//! Which of the normative reject codes a policy document earns.
//!
//! Every rule looks at the parsed document on its own and adds its code; none relies on another
//! having passed. Codes come sorted, each once.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Options, condition, json, principal};

/// What a document is attached to, which settles what it may say. Section 1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A custom or system policy of a user, group or role.
    Identity,
    /// A policy given to a role session when it is made.
    Session,
    /// A control policy of a resource directory.
    Control,
    /// A role's trust policy.
    Trust,
    /// A bucket policy.
    Bucket,
}

impl Kind {
    /// Returns the kind of that name in the conformance files, or nothing.
    #[must_use]
    pub fn named(name: &str) -> Option<Kind> {
        Some(match name {
            "identity" => Kind::Identity,
            "session" => Kind::Session,
            "control" => Kind::Control,
            "trust" => Kind::Trust,
            "bucket" => Kind::Bucket,
            _ => return None,
        })
    }

    /// Returns the largest size of a document of this kind, in bytes. Section 1.4.
    #[must_use]
    pub fn max_bytes(self) -> usize {
        match self {
            Kind::Identity | Kind::Trust => 6_144,
            Kind::Session => 2_048,
            Kind::Control => 4_096,
            Kind::Bucket => 16_384,
        }
    }
}

type Codes = BTreeSet<&'static str>;

/// Returns every reject code of section 1.3 the text earns as a document of this kind; none for
/// a document that loads.
///
/// A text that is not JSON earns codes of its syntax and size only.
#[must_use]
pub fn reject_codes(text: &str, kind: Kind) -> Vec<&'static str> {
    let mut codes = Codes::new();
    // There are never more characters than bytes, so the larger of the two counts is the bytes.
    if text.len() > kind.max_bytes() {
        codes.insert("size-limit");
    }
    match json::read(text) {
        Ok(document) => codes.extend(reject_codes_of_value(&document, kind, Options::default())),
        Err(faults) => codes.extend(faults),
    }
    codes.into_iter().collect()
}

/// Returns the reject codes a parsed document earns; its text was sound and not too long.
#[must_use]
pub fn reject_codes_of_value(document: &Value, kind: Kind, options: Options) -> Vec<&'static str> {
    let mut codes = Codes::new();
    check_document(document, kind, options, &mut codes);
    codes.into_iter().collect()
}

fn check_document(document: &Value, kind: Kind, options: Options, codes: &mut Codes) {
    let Some(members) = document.as_object() else {
        codes.insert("data-type-mismatch");
        return;
    };
    if members.keys().any(|name| name != "Version" && name != "Statement") {
        codes.insert("unknown-element");
    }
    codes.extend(match members.get("Version") {
        None => Some("missing-version"),
        Some(Value::String(version)) => (version != "1").then_some("invalid-version"),
        Some(_) => Some("data-type-mismatch"),
    });
    match members.get("Statement") {
        None => {
            codes.insert("missing-statement");
        }
        Some(Value::Array(statements)) => {
            if statements.is_empty() {
                codes.insert("empty-statement");
            }
            for statement in statements {
                match statement.as_object() {
                    Some(statement) => check_statement(statement, kind, options, codes),
                    None => {
                        codes.insert("data-type-mismatch");
                    }
                }
            }
        }
        Some(_) => {
            codes.insert("data-type-mismatch");
        }
    }
}

fn check_statement(
    statement: &Map<String, Value>,
    kind: Kind,
    options: Options,
    codes: &mut Codes,
) {
    let resource_based = matches!(kind, Kind::Trust | Kind::Bucket);
    for (name, value) in statement {
        match name.as_str() {
            "Effect" => codes.extend(match value.as_str() {
                None => Some("data-type-mismatch"),
                Some("Allow" | "Deny") => None,
                Some(_) => Some("invalid-effect"),
            }),
            "Action" => check_actions(value, kind, codes),
            "NotAction" if !resource_based => check_actions(value, kind, codes),
            "Resource" if kind == Kind::Trust => {
                codes.insert("resource-not-allowed");
            }
            // Nothing about resources belongs here, and this element belongs nowhere.
            "NotResource" if kind == Kind::Trust => {
                codes.extend(["resource-not-allowed", "unknown-element"]);
            }
            "Resource" => check_resources(value, codes),
            "NotResource" if options.legacy_not_resource => {
                check_resources(value, codes);
            }
            "Principal" if resource_based => codes.extend(principal::reject_codes(value, kind)),
            "Principal" => {
                codes.insert("principal-not-allowed");
            }
            "Condition" => check_condition(value, codes),
            "Sid" => codes.extend((!value.is_string()).then_some("data-type-mismatch")),
            _ => {
                codes.insert("unknown-element");
            }
        }
    }
    let has = |name: &str| statement.contains_key(name);
    let has_other_resource = options.legacy_not_resource && has("NotResource");
    codes.extend((!has("Effect")).then_some("missing-effect"));
    match (has("Action"), has("NotAction") && !resource_based) {
        (true, true) => codes.extend(["action-conflict"]),
        (false, false) => codes.extend(["missing-action"]),
        _ => {}
    }
    if kind != Kind::Trust {
        match (has("Resource"), has_other_resource) {
            // The old grammar gave a statement one of the two; both together never had a meaning.
            (true, true) => codes.extend(["unknown-element"]),
            (false, false) => codes.extend(["missing-resource"]),
            _ => {}
        }
    }
    codes.extend((resource_based && !has("Principal")).then_some("missing-principal"));
}

/// Returns the strings of a scalar or list, adding a code for what is neither. Rules G-5, G-13.
pub(super) fn strings<'a>(value: &'a Value, codes: &mut Codes) -> Vec<&'a str> {
    let items = match value {
        Value::Array(items) => {
            codes.extend(items.is_empty().then_some("empty-list"));
            items.iter().collect()
        }
        single => vec![single],
    };
    if !items.iter().all(|item| item.is_string()) {
        codes.insert("data-type-mismatch");
    }
    items.into_iter().filter_map(Value::as_str).collect()
}

fn check_actions(value: &Value, kind: Kind, codes: &mut Codes) {
    for action in strings(value, codes) {
        let allowed = match kind {
            Kind::Trust => action.eq_ignore_ascii_case("sts:AssumeRole"),
            _ => is_action_pattern(action),
        };
        codes.extend((!allowed).then_some("invalid-action-format"));
    }
}

/// Returns whether a policy may write this action.
///
/// Rule A-1: `^(\*|[A-Za-z0-9*?][A-Za-z0-9*?_-]*:[A-Za-z0-9*?_./-]+)$`.
fn is_action_pattern(action: &str) -> bool {
    let plain = |symbol: char| symbol.is_ascii_alphanumeric() || matches!(symbol, '*' | '?');
    let Some((service, operation)) = action.split_once(':') else { return action == "*" };
    service.starts_with(plain)
        && service.chars().all(|symbol| plain(symbol) || matches!(symbol, '_' | '-'))
        && !operation.is_empty()
        && operation.chars().all(|symbol| plain(symbol) || matches!(symbol, '_' | '.' | '/' | '-'))
}

fn check_resources(value: &Value, codes: &mut Codes) {
    for resource in strings(value, codes) {
        if resource != "*" {
            codes.extend(arn_fault(resource));
        }
    }
}

/// Returns the code a resource name earns that is not `*`, or nothing. Rules R-1, R-2, R-10.
///
/// The empty string lacks prefix and fields alike; it counts as a wrong prefix.
#[must_use]
pub fn arn_fault(resource: &str) -> Option<&'static str> {
    let fields: Vec<&str> = resource.splitn(5, ':').collect();
    if fields.first() != Some(&"acs") {
        return Some("invalid-arn-prefix");
    }
    let [_, service, region, account, relative] = fields.as_slice() else {
        return Some("missing-arn-field");
    };
    if service.is_empty() || relative.is_empty() {
        return Some("missing-arn-field");
    }
    let misplaced = |symbol: char| symbol == '/' || is_blank(symbol);
    [service, region, account]
        .into_iter()
        .any(|field| field.contains(misplaced))
        .then_some("invalid-arn-field")
}

/// Returns whether a character shows as nothing: a blank of any kind, a control character, or one
/// that only steers how others are shown. Rules A-5, A-6 and R-10.
#[must_use]
pub fn is_blank(symbol: char) -> bool {
    let steers = matches!(
        u32::from(symbol),
        0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xfeff
    );
    steers || symbol.is_whitespace() || symbol.is_control()
}

fn check_condition(value: &Value, codes: &mut Codes) {
    let Some(operators) = value.as_object() else {
        codes.insert("data-type-mismatch");
        return;
    };
    for (operator, keys) in operators {
        let known = condition::OPERATORS.contains(&operator.as_str());
        codes.extend((!known).then_some("invalid-condition-operator"));
        let Some(keys) = keys.as_object() else {
            codes.insert("data-type-mismatch");
            continue;
        };
        codes.extend(keys.is_empty().then_some("empty-list"));
        for (key, values) in keys {
            codes.extend((!condition::is_key(key)).then_some("invalid-condition-key"));
            let values = strings(values, codes);
            codes.extend((operator == "Bool" && values.len() > 1).then_some("multiple-boolean"));
            let readable = |value: &&str| condition::is_readable(operator, value);
            codes.extend((!values.iter().all(readable)).then_some("invalid-condition-value"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, reject_codes};

    #[test]
    fn a_sound_document_earns_no_code() {
        let text =
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        assert_eq!(reject_codes(text, Kind::Identity), Vec::<&str>::new());
    }

    #[test]
    fn all_problems_of_a_document_are_told() {
        let text =
            r#"{"Version":"2","Statement":[{"Effect":"allow","Action":"x","Resource":"y"}]}"#;
        assert_eq!(
            reject_codes(text, Kind::Control),
            ["invalid-action-format", "invalid-arn-prefix", "invalid-effect", "invalid-version"]
        );
    }

    #[test]
    fn the_size_of_a_text_is_counted_in_bytes() {
        let text = format!("\"{}\"", "部".repeat(700));
        assert!(reject_codes(&text, Kind::Session).contains(&"size-limit"));
        assert!(!reject_codes(&text, Kind::Control).contains(&"size-limit"));
    }
}
