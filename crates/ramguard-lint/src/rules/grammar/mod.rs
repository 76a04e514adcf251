//! RAM2xx: the elements of a document.

use ramguard_catalog::nearest;
use ramguard_policy::Kind;
use ramguard_policy::json::Value;

use crate::rule::Rule;

pub(crate) mod action_and_notaction;
pub(crate) mod condition_shape;
pub(crate) mod element_case;
pub(crate) mod empty_condition;
pub(crate) mod empty_list;
pub(crate) mod empty_statement_list;
pub(crate) mod invalid_effect;
pub(crate) mod invalid_version;
pub(crate) mod missing_action;
pub(crate) mod missing_effect;
pub(crate) mod missing_principal;
pub(crate) mod missing_resource;
pub(crate) mod missing_statement;
pub(crate) mod missing_version;
pub(crate) mod notprincipal;
pub(crate) mod notresource;
pub(crate) mod principal_in_identity_policy;
pub(crate) mod resource_in_trust_policy;
pub(crate) mod sid;
pub(crate) mod statement_not_array;
pub(crate) mod unknown_element;
pub(crate) mod unquoted_condition_value;
pub(crate) mod wrong_json_type;

pub(crate) static RULES: &[&dyn Rule] = &[
    &missing_version::MissingVersion,
    &invalid_version::InvalidVersion,
    &missing_statement::MissingStatement,
    &empty_statement_list::EmptyStatementList,
    &statement_not_array::StatementNotArray,
    &unknown_element::UnknownElement,
    &element_case::ElementCase,
    &missing_effect::MissingEffect,
    &invalid_effect::InvalidEffect,
    &missing_action::MissingAction,
    &action_and_notaction::ActionAndNotaction,
    &missing_resource::MissingResource,
    &resource_in_trust_policy::ResourceInTrustPolicy,
    &principal_in_identity_policy::PrincipalInIdentityPolicy,
    &missing_principal::MissingPrincipal,
    &wrong_json_type::WrongJsonType,
    &unquoted_condition_value::UnquotedConditionValue,
    &empty_list::EmptyList,
    &empty_condition::EmptyCondition,
    &condition_shape::ConditionShape,
    &notresource::Notresource,
    &notprincipal::Notprincipal,
    &sid::Sid,
];

/// The elements an object of a document may hold: those of the document, or of a statement.
pub(super) fn known_elements(kind: Kind, is_document: bool) -> &'static [&'static str] {
    match (is_document, kind) {
        (true, _) => &["Version", "Statement"],
        (false, Kind::Trust) => &["Sid", "Effect", "Principal", "Action", "Condition"],
        (false, Kind::Bucket) => &["Sid", "Effect", "Principal", "Action", "Resource", "Condition"],
        (false, _) => &["Sid", "Effect", "Action", "NotAction", "Resource", "Condition"],
    }
}

/// Returns whether `object` lacks `element` only because it is misspelt: RAM206 or RAM207 says so
/// then, and that it is missing is a consequence.
pub(super) fn is_misspelt_in(object: Option<Value<'_>>, element: &str) -> bool {
    object.is_some_and(|object| {
        object.members().any(|member| {
            let known =
                ["Version", "Statement", "Sid", "Effect", "Action", "NotAction", "Resource"];
            !known.contains(&member.key) && nearest(member.key, [element]).is_some()
        })
    })
}

/// The Chinese word for a type of JSON, by the loader's English one.
pub(crate) fn json_type_zh(en: &str) -> &str {
    match en {
        "null" => "null",
        "a Boolean" => "布尔值",
        "a number" => "数字",
        "a string" => "字符串",
        "a list" => "列表",
        "an object" => "对象",
        "a string or a list of strings" => "字符串或字符串列表",
        "a string in quotes" => "带引号的字符串",
        "a list of strings" => "字符串列表",
        "a list of statements" => "语句列表",
        "a map" => "映射",
        "a map from key to values" => "键到值的映射",
        "a map from operator to key to values" => "运算符到键到值的映射",
        "an object with `Version` and `Statement`" => "含 `Version` 和 `Statement` 的对象",
        "the string `\"Allow\"` or `\"Deny\"`" => "字符串 `\"Allow\"` 或 `\"Deny\"`",
        "the string `\"1\"`" => "字符串 `\"1\"`",
        other => other,
    }
}

/// The Chinese name of an element, by the loader's English one.
pub(crate) fn element_zh(en: &str) -> String {
    if let Some(element) = en.strip_prefix("an entry of ") {
        return format!("{} 中的一项", element_zh(element));
    }
    match en {
        "a policy" => "策略".to_owned(),
        "a statement" => "语句".to_owned(),
        "a condition key" => "条件键".to_owned(),
        other => other.replacen("condition key ", "条件键 ", 1).replacen(
            "condition operator ",
            "条件运算符 ",
            1,
        ),
    }
}
