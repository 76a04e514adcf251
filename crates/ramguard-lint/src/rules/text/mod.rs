//! RAM1xx: the text and its JSON.

use crate::rule::Rule;

pub(crate) mod bad_encoding;
pub(crate) mod confusable_character;
pub(crate) mod document_not_object;
pub(crate) mod duplicate_json_key;
pub(crate) mod json_extension;
pub(crate) mod json_syntax_error;
pub(crate) mod policy_near_limit;
pub(crate) mod policy_too_large;
pub(crate) mod resource_limits;

pub(crate) static RULES: &[&dyn Rule] = &[
    &json_syntax_error::JsonSyntaxError,
    &json_extension::JsonExtension,
    &bad_encoding::BadEncoding,
    &confusable_character::ConfusableCharacter,
    &duplicate_json_key::DuplicateJsonKey,
    &document_not_object::DocumentNotObject,
    &resource_limits::ResourceLimits,
    &policy_too_large::PolicyTooLarge,
    &policy_near_limit::PolicyNearLimit,
];
