//! RAM3xx: actions and resources.

use ramguard_policy::name::resource::{ArnFields, Resource};

use crate::rule::Rule;

pub(crate) mod action_blank;
pub(crate) mod action_case;
pub(crate) mod action_shape;
pub(crate) mod arn_account;
pub(crate) mod arn_blank;
pub(crate) mod arn_prefix;
pub(crate) mod arn_segments;
pub(crate) mod aws_syntax;
pub(crate) mod masked_account_id;
pub(crate) mod region_on_ram_resource;
pub(crate) mod role_arn_case;
pub(crate) mod template_placeholder;

pub(crate) static RULES: &[&dyn Rule] = &[
    &action_shape::ActionShape,
    &action_blank::ActionBlank,
    &action_case::ActionCase,
    &arn_prefix::ArnPrefix,
    &arn_segments::ArnSegments,
    &arn_blank::ArnBlank,
    &arn_account::ArnAccount,
    &masked_account_id::MaskedAccountId,
    &template_placeholder::TemplatePlaceholder,
    &role_arn_case::RoleArnCase,
    &aws_syntax::AwsSyntax,
    &region_on_ram_resource::RegionOnRamResource,
];

/// The fields of a resource the loader accepts; `None` for `*` and for one that is refused.
pub(super) fn arn_fields(text: &str) -> Option<ArnFields<'_>> {
    match Resource::parse(text) {
        Ok(Resource::Arn(fields)) => Some(fields),
        _ => None,
    }
}
