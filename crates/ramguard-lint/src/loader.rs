//! Says every problem of the loader once, in the words of a rule.
//!
//! The table of [`candidates`] names the rules that are asked about a problem, the most specific
//! first; the last of each line takes whatever the others leave. A finding made here carries the
//! loader's own name as its diagnostic.

use ramguard_policy::{ProblemCode, ProblemKind};

use crate::rule::{Draft, Rule, Verdict};
use crate::rules::{condition, grammar, name, text, trust};
use crate::subject::Subject;
use crate::{Category, Code};

/// Findings after which nothing but the text is looked at.
const STOP: [Code; 3] = [Code::new(101), Code::new(106), Code::new(107)];

fn candidates(code: ProblemCode) -> &'static [&'static dyn Rule] {
    match code {
        ProblemCode::JsonSyntax => &[
            &text::bad_encoding::BadEncoding,
            &text::json_extension::JsonExtension,
            &text::json_syntax_error::JsonSyntaxError,
        ],
        ProblemCode::JsonEncoding => &[&text::bad_encoding::BadEncoding],
        ProblemCode::JsonDuplicateKey => &[&text::duplicate_json_key::DuplicateJsonKey],
        ProblemCode::JsonDepth => &[&text::resource_limits::ResourceLimits],
        ProblemCode::SizeLimit => {
            &[&text::resource_limits::ResourceLimits, &text::policy_too_large::PolicyTooLarge]
        }
        ProblemCode::DataTypeMismatch => &[
            &text::document_not_object::DocumentNotObject,
            &grammar::invalid_version::InvalidVersion,
            &grammar::statement_not_array::StatementNotArray,
            &grammar::condition_shape::ConditionShape,
            &grammar::unquoted_condition_value::UnquotedConditionValue,
            &grammar::wrong_json_type::WrongJsonType,
        ],
        ProblemCode::MissingVersion => &[&grammar::missing_version::MissingVersion],
        ProblemCode::InvalidVersion => &[&grammar::invalid_version::InvalidVersion],
        ProblemCode::MissingStatement => &[&grammar::missing_statement::MissingStatement],
        ProblemCode::EmptyStatement => &[&grammar::empty_statement_list::EmptyStatementList],
        ProblemCode::UnknownElement => &[
            &grammar::notresource::Notresource,
            &grammar::notprincipal::Notprincipal,
            &trust::trust_action::TrustAction,
            &text::confusable_character::ConfusableCharacter,
            &grammar::element_case::ElementCase,
            &grammar::unknown_element::UnknownElement,
        ],
        ProblemCode::MissingEffect => &[&grammar::missing_effect::MissingEffect],
        ProblemCode::InvalidEffect => &[&grammar::invalid_effect::InvalidEffect],
        ProblemCode::MissingAction => &[&grammar::missing_action::MissingAction],
        ProblemCode::ActionConflict => &[&grammar::action_and_notaction::ActionAndNotaction],
        ProblemCode::MissingResource => &[&grammar::missing_resource::MissingResource],
        ProblemCode::ResourceNotAllowed => {
            &[&grammar::resource_in_trust_policy::ResourceInTrustPolicy]
        }
        ProblemCode::PrincipalNotAllowed => {
            &[&grammar::principal_in_identity_policy::PrincipalInIdentityPolicy]
        }
        ProblemCode::MissingPrincipal => &[&grammar::missing_principal::MissingPrincipal],
        ProblemCode::EmptyList => &[
            &grammar::empty_list::EmptyList,
            &grammar::condition_shape::ConditionShape,
            &condition::empty_condition_values::EmptyConditionValues,
        ],
        ProblemCode::InvalidActionFormat => &[
            &grammar::empty_list::EmptyList,
            &name::template_placeholder::TemplatePlaceholder,
            &trust::trust_action::TrustAction,
            &text::confusable_character::ConfusableCharacter,
            &name::action_blank::ActionBlank,
            &name::action_shape::ActionShape,
        ],
        ProblemCode::InvalidArnPrefix => &[
            &grammar::empty_list::EmptyList,
            &name::aws_syntax::AwsSyntax,
            &name::template_placeholder::TemplatePlaceholder,
            &name::arn_prefix::ArnPrefix,
        ],
        ProblemCode::MissingArnField => &[&name::arn_segments::ArnSegments],
        ProblemCode::InvalidArnField => {
            &[&name::template_placeholder::TemplatePlaceholder, &name::arn_blank::ArnBlank]
        }
        ProblemCode::InvalidPrincipal => &[
            &grammar::empty_list::EmptyList,
            &name::masked_account_id::MaskedAccountId,
            &name::aws_syntax::AwsSyntax,
            &name::template_placeholder::TemplatePlaceholder,
            &trust::trust_service_name::TrustServiceName,
            &trust::principal_shape::PrincipalShape,
        ],
        ProblemCode::InvalidConditionOperator => &[
            &text::confusable_character::ConfusableCharacter,
            &condition::unsupported_operator_form::UnsupportedOperatorForm,
            &grammar::condition_shape::ConditionShape,
            &condition::unknown_operator::UnknownOperator,
        ],
        ProblemCode::InvalidConditionKey => &[
            &text::confusable_character::ConfusableCharacter,
            &grammar::condition_shape::ConditionShape,
            &condition::tag_key_missing::TagKeyMissing,
            &condition::condition_key_shape::ConditionKeyShape,
        ],
        ProblemCode::InvalidConditionValue => &[
            &condition::invalid_boolean::InvalidBoolean,
            &condition::invalid_number::InvalidNumber,
            &condition::invalid_date::InvalidDate,
            &condition::invalid_ip::InvalidIp,
        ],
        ProblemCode::MultipleBoolean => &[&condition::multiple_boolean::MultipleBoolean],
        // The list of codes may grow; a test holds this table to it.
        _ => &[],
    }
}

/// Reports the loader's problems, marks the statements whose grammar is at fault, and returns
/// whether anything but the text is worth looking at.
pub(crate) fn explain(subject: &mut Subject<'_>, found: &mut Vec<Draft>) -> bool {
    let mut goes_on = subject.document.tree().is_complete();
    let mut faulty = Vec::new();
    let mut has_syntax_error = false;
    // A text that no policy can be is not looked at any further, so what follows may take time in
    // proportion to the number of strings for every problem.
    let too_many = text::resource_limits::ResourceLimits.too_many_strings(subject);
    for problem in subject.document.problems() {
        if too_many.is_some() && !matches!(problem.kind(), ProblemKind::Json(_)) {
            continue;
        }
        let verdict = candidates(problem.code())
            .iter()
            .map(|rule| rule.explain(subject, problem))
            .find(|verdict| !matches!(verdict, Verdict::NotMine));
        let draft = match verdict {
            Some(Verdict::Finding(draft)) => draft.diagnostic(problem.code().name()),
            Some(Verdict::Consequence) => {
                faulty.push(problem.span());
                continue;
            }
            Some(Verdict::NotMine) | None => continue,
        };
        if matches!(draft.meta.code.category(), Category::Text | Category::Grammar) {
            faulty.push(draft.span);
        }
        if STOP.contains(&draft.meta.code) {
            goes_on = false;
        }
        // Only the first syntax error of a text is worth telling.
        if draft.meta.code == Code::new(101) && std::mem::replace(&mut has_syntax_error, true) {
            continue;
        }
        found.push(draft);
    }
    if let Some(draft) = too_many {
        goes_on = false;
        found.push(draft);
    }
    if !goes_on {
        found.retain(|draft| draft.meta.code.category() == Category::Text);
    }
    for span in faulty {
        let at = subject.statements.partition_point(|view| view.value.span().end < span.end);
        if let Some(view) = subject.statements.get_mut(at)
            && view.value.span().start <= span.start
        {
            view.has_grammar_fault = true;
        }
    }
    goes_on
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_loader_has_a_rule() {
        for code in ProblemCode::ALL {
            assert!(!candidates(code).is_empty(), "{code}");
        }
    }
}
