//! RAM4xx: conditions.

use crate::rule::Rule;

pub(crate) mod cidr_host_bits;
pub(crate) mod condition_key_shape;
pub(crate) mod empty_condition_values;
pub(crate) mod invalid_boolean;
pub(crate) mod invalid_date;
pub(crate) mod invalid_ip;
pub(crate) mod invalid_number;
pub(crate) mod multiple_boolean;
pub(crate) mod operator_type_mismatch;
pub(crate) mod tag_key_missing;
pub(crate) mod unknown_condition_key;
pub(crate) mod unknown_operator;
pub(crate) mod unsupported_operator_form;
pub(crate) mod wildcard_without_like;

pub(crate) static RULES: &[&dyn Rule] = &[
    &unknown_operator::UnknownOperator,
    &unsupported_operator_form::UnsupportedOperatorForm,
    &unknown_condition_key::UnknownConditionKey,
    &operator_type_mismatch::OperatorTypeMismatch,
    &invalid_boolean::InvalidBoolean,
    &invalid_number::InvalidNumber,
    &invalid_date::InvalidDate,
    &invalid_ip::InvalidIp,
    &cidr_host_bits::CidrHostBits,
    &wildcard_without_like::WildcardWithoutLike,
    &empty_condition_values::EmptyConditionValues,
    &tag_key_missing::TagKeyMissing,
    &multiple_boolean::MultipleBoolean,
    &condition_key_shape::ConditionKeyShape,
];
