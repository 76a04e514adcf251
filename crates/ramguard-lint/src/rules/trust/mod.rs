//! RAM7xx: trust policies and bucket policies.

use crate::rule::Rule;

pub(crate) mod principal_shape;
pub(crate) mod trust_action;
pub(crate) mod trust_service_name;

pub(crate) static RULES: &[&dyn Rule] = &[
    &trust_service_name::TrustServiceName,
    &trust_action::TrustAction,
    &principal_shape::PrincipalShape,
];
