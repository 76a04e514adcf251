//! RAM4xx: conditions.

use ramguard_policy::Effect;
use ramguard_policy::condition::Operator;
use ramguard_policy::text::Span;

use crate::fix::Edit;
use crate::rule::Rule;
use crate::split::{Change, split};
use crate::subject::{StatementView, Subject, TestView, Word};

pub(crate) mod cidr_host_bits;
pub(crate) mod condition_key_not_for_action;
pub(crate) mod condition_key_repeated;
pub(crate) mod condition_key_shape;
pub(crate) mod empty_condition_values;
pub(crate) mod invalid_boolean;
pub(crate) mod invalid_date;
pub(crate) mod invalid_ip;
pub(crate) mod invalid_number;
pub(crate) mod like_without_wildcard;
pub(crate) mod mfa_deny_misses_access_keys;
pub(crate) mod multiple_boolean;
pub(crate) mod negated_operator_many_values;
pub(crate) mod operator_type_mismatch;
pub(crate) mod tag_condition_unsupported;
pub(crate) mod tag_key_missing;
pub(crate) mod unknown_condition_key;
pub(crate) mod unknown_operator;
pub(crate) mod unsupported_operator_form;
pub(crate) mod wildcard_without_like;

pub(crate) static RULES: &[&dyn Rule] = &[
    &unknown_operator::UnknownOperator,
    &unsupported_operator_form::UnsupportedOperatorForm,
    &unknown_condition_key::UnknownConditionKey,
    &condition_key_not_for_action::ConditionKeyNotForAction,
    &operator_type_mismatch::OperatorTypeMismatch,
    &invalid_boolean::InvalidBoolean,
    &invalid_number::InvalidNumber,
    &invalid_date::InvalidDate,
    &invalid_ip::InvalidIp,
    &cidr_host_bits::CidrHostBits,
    &wildcard_without_like::WildcardWithoutLike,
    &like_without_wildcard::LikeWithoutWildcard,
    &empty_condition_values::EmptyConditionValues,
    &condition_key_repeated::ConditionKeyRepeated,
    &mfa_deny_misses_access_keys::MfaDenyMissesAccessKeys,
    &tag_condition_unsupported::TagConditionUnsupported,
    &negated_operator_many_values::NegatedOperatorManyValues,
    &tag_key_missing::TagKeyMissing,
    &multiple_boolean::MultipleBoolean,
    &condition_key_shape::ConditionKeyShape,
];

/// Returns whether the operator of `test` can be renamed to `to` without touching another key and
/// without giving the condition one operator twice.
pub(super) fn can_rename_operator(
    statement: &StatementView<'_>,
    test: &TestView<'_>,
    to: Operator,
) -> bool {
    let operator = statement
        .condition
        .and_then(|condition| condition.members().find(|m| m.key_span == test.operator_span));
    operator.is_some_and(|operator| operator.value.len() == 1)
        && statement.condition.is_some_and(|condition| condition.get(to.name()).is_none())
}

/// Drops a condition for actions that do not send its key, in a statement of their own if others
/// stay. A Deny whose condition never holds for them is left alone: without it, it would deny them
/// to everybody.
pub(super) fn without_condition(
    subject: &Subject<'_>,
    statement: &StatementView<'_>,
    test: &TestView<'_>,
    actions: &[&Word<'_>],
) -> Vec<Edit> {
    let is_negated = test.operator.is_some_and(Operator::is_negated);
    if statement.effect != Some(Effect::Allow) && !is_negated {
        return Vec::new();
    }
    let spans: Vec<Span> = actions.iter().map(|word| word.span).collect();
    let change = Change::without_test(statement, test);
    change.and_then(|change| split(subject, statement, &spans, change)).unwrap_or_default()
}
