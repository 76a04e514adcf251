//! RAM7xx: trust policies and bucket policies.

use ramguard_policy::condition::{Family, Operator};
use ramguard_policy::name::principal::TrustPrincipal;
use ramguard_policy::text::Span;
use ramguard_policy::{Effect, Kind, Statement, StatementPrincipal};

use crate::edit;
use crate::fix::Edit;
use crate::rule::Rule;
use crate::subject::{StatementView, Subject};

pub(crate) mod bucket_source_ip_needs_vpc;
pub(crate) mod confused_deputy;
pub(crate) mod oidc_without_audience;
pub(crate) mod principal_shape;
pub(crate) mod saml_without_recipient;
pub(crate) mod trust_action;
pub(crate) mod trust_humans_and_services;
pub(crate) mod trust_many_services;
pub(crate) mod trust_own_root;
pub(crate) mod trust_service_name;
pub(crate) mod trust_whole_foreign_account;

pub(crate) static RULES: &[&dyn Rule] = &[
    &trust_whole_foreign_account::TrustWholeForeignAccount,
    &confused_deputy::ConfusedDeputy,
    &trust_own_root::TrustOwnRoot,
    &trust_service_name::TrustServiceName,
    &trust_many_services::TrustManyServices,
    &saml_without_recipient::SamlWithoutRecipient,
    &oidc_without_audience::OidcWithoutAudience,
    &trust_action::TrustAction,
    &principal_shape::PrincipalShape,
    &trust_humans_and_services::TrustHumansAndServices,
    &bucket_source_ip_needs_vpc::BucketSourceIpNeedsVpc,
];

/// The statements of a trust policy that let somebody in.
pub(super) fn trusting<'s, 'a>(
    subject: &'s Subject<'a>,
) -> impl Iterator<Item = (&'s StatementView<'a>, Statement<'a>)> {
    subject.sound().filter(|(_, statement)| {
        subject.kind() == Kind::Trust && statement.effect() == Effect::Allow
    })
}

/// The principals of a statement of a trust policy, in the order of the text.
pub(super) fn principals_of<'a>(
    statement: Statement<'a>,
) -> impl Iterator<Item = (TrustPrincipal<'a>, Span)> {
    statement.principals().filter_map(|(principal, span)| match principal {
        StatementPrincipal::Trust(principal) => Some((principal, span)),
        StatementPrincipal::Bucket(_) => None,
    })
}

/// Returns whether the statement asks `key` to be one of some values that are written out.
///
/// A pattern does not count, nor does a negated operator, which also holds where the key is absent
/// (rule C-2).
pub(super) fn pins(statement: &StatementView<'_>, key: &str) -> bool {
    statement.tests_of(key).any(|test| {
        let is_positive = test
            .operator
            .is_some_and(|operator| operator.family() == Family::String && !operator.is_negated());
        let is_pattern = test.operator == Some(Operator::StringLike)
            && test.values.iter().any(|value| value.text.contains(['*', '?']));
        is_positive && !is_pattern
    })
}

/// Asks `key` to be `value`, beside what the statement asks for already; nothing where it is about
/// the key in some way.
pub(super) fn insert_string_equals(
    subject: &Subject<'_>,
    statement: &StatementView<'_>,
    key: &str,
    value: &str,
) -> Option<Edit> {
    if statement.tests_of(key).next().is_some() {
        return None;
    }
    let source = subject.text();
    let test = format!("{}: [{}]", edit::quoted(key), edit::quoted(value));
    let operator = format!("\"StringEquals\": {{ {test} }}");
    let (object, member) = match statement.condition {
        None => (statement.value, format!("\"Condition\": {{ {operator} }}")),
        Some(condition) => match condition.get("StringEquals") {
            None => (condition, operator),
            Some(tests) => (tests, test),
        },
    };
    match object.members().last() {
        Some(last) => Some(edit::insert_after(source, &last, object, &member)),
        None => edit::insert_first(source, object, &member),
    }
}
