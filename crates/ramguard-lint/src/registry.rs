//! Every rule there is, and the codes that are kept for rules still to come.
//!
//! A test compares the list with the files under `rules/`.

use crate::rule::{Meta, Needs, Rule};
use crate::{Code, rules};

/// Every rule of this crate, by code.
pub(crate) fn all() -> impl Iterator<Item = &'static dyn Rule> {
    rules::CATEGORIES.iter().flat_map(|rules| rules.iter().copied())
}

/// Returns what is known about every rule, by code.
pub fn rules() -> impl Iterator<Item = &'static Meta> {
    all().map(|rule| rule.meta())
}

/// Finds a rule by its code.
#[must_use]
pub fn rule(code: Code) -> Option<&'static Meta> {
    rules().find(|meta| meta.code == code)
}

/// Returns the codes and names of rules that are specified and not written yet, with what they
/// wait for: the algebra of request sets, or a snapshot of an account. Settings may name them.
pub fn reserved() -> impl Iterator<Item = (Code, &'static str, Needs)> {
    RESERVED.iter().map(|&(number, name, needs)| (Code::new(number), name, needs))
}

/// Returns the code of a rule, written or reserved, by its name.
#[must_use]
pub fn by_name(name: &str) -> Option<Code> {
    let written = rules().map(|meta| (meta.code, meta.name));
    let reserved = reserved().map(|(code, name, _)| (code, name));
    written.chain(reserved).find(|(_, known)| *known == name).map(|(code, _)| code)
}

pub(crate) fn known_codes() -> impl Iterator<Item = Code> {
    rules().map(|meta| meta.code).chain(reserved().map(|(code, ..)| code))
}

pub(crate) fn known_names() -> impl Iterator<Item = &'static str> {
    rules().map(|meta| meta.name).chain(reserved().map(|(_, name, _)| name))
}

static RESERVED: &[(u16, &str, Needs)] = &[
    (319, "resource-service-mismatch", Needs::Exact),
    (414, "contradictory-condition", Needs::Exact),
    (415, "always-true-condition", Needs::Exact),
    (416, "date-window-over", Needs::Exact),
    (419, "mfa-deny-locks-enrolment", Needs::Exact),
    (420, "private-source-ip", Needs::Exact),
    (423, "redundant-condition-value", Needs::Exact),
    (425, "ambiguous-missing-key", Needs::Exact),
    (501, "statement-never-matches", Needs::Exact),
    (502, "allow-fully-denied", Needs::Exact),
    (503, "redundant-statement", Needs::Exact),
    (504, "duplicate-statement", Needs::Exact),
    (505, "redundant-action", Needs::Exact),
    (506, "redundant-resource", Needs::Exact),
    (507, "deny-without-overlap", Needs::Exact),
    (508, "mergeable-statements", Needs::Exact),
    (510, "notaction-misses-identity-twin", Needs::Exact),
    (511, "condition-bypassed", Needs::Exact),
    (512, "catch-all-deny", Needs::Exact),
    (602, "service-admin", Needs::Exact),
    (603, "identity-write-on-star", Needs::Exact),
    (606, "passrole-by-wildcard", Needs::Exact),
    (608, "assume-any-role", Needs::Exact),
    (609, "create-credentials-for-others", Needs::Exact),
    (610, "policy-mutation", Needs::Exact),
    (611, "trust-mutation", Needs::Exact),
    (612, "group-membership", Needs::Exact),
    (613, "mfa-and-login-settings", Needs::Exact),
    (614, "identity-provider-mutation", Needs::Exact),
    (615, "audit-tampering", Needs::Exact),
    (616, "data-read-everywhere", Needs::Exact),
    (617, "resource-exposure", Needs::Exact),
    (618, "credentials-in-response", Needs::Exact),
    (619, "run-code-on-any-instance", Needs::Exact),
    (620, "broad-delete", Needs::Exact),
    (621, "org-control", Needs::Exact),
    (622, "billing-control", Needs::Exact),
    (623, "no-source-restriction", Needs::Exact),
    (624, "service-linked-role-creation", Needs::Exact),
    (701, "trust-anyone", Needs::Exact),
    (709, "oidc-broad-subject", Needs::Exact),
    (713, "unknown-trusted-identity", Needs::World),
    (714, "public-bucket", Needs::Exact),
    (801, "escalation-self-contained", Needs::Exact),
    (802, "escalation-passrole", Needs::Exact),
    (803, "escalation-existing-compute", Needs::Exact),
    (804, "escalation-in-world", Needs::World),
    (805, "passrole-role-cannot-be-used", Needs::World),
    (806, "assume-cycle", Needs::World),
    (807, "overprivileged-service-role", Needs::World),
    (808, "toxic-combination", Needs::World),
];
