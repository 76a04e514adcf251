//! RAM3xx: actions and resources.

use ramguard_catalog::Action;
use ramguard_policy::name::resource::{ArnFields, Resource};

use crate::rule::Rule;
use crate::subject::{StatementView, Word};

pub(crate) mod action_blank;
pub(crate) mod action_case;
pub(crate) mod action_needs_star;
pub(crate) mod action_pattern_matches_nothing;
pub(crate) mod action_shape;
pub(crate) mod arn_account;
pub(crate) mod arn_blank;
pub(crate) mod arn_prefix;
pub(crate) mod arn_region;
pub(crate) mod arn_segments;
pub(crate) mod arn_service_wildcard;
pub(crate) mod aws_syntax;
pub(crate) mod masked_account_id;
pub(crate) mod oss_bucket_object;
pub(crate) mod region_on_ram_resource;
pub(crate) mod renamed_action;
pub(crate) mod resource_type_unsupported;
pub(crate) mod role_arn_case;
pub(crate) mod second_resource_missing;
pub(crate) mod template_placeholder;
pub(crate) mod unknown_action;
pub(crate) mod unknown_service;
pub(crate) mod wildcard_in_service;

pub(crate) static RULES: &[&dyn Rule] = &[
    &action_shape::ActionShape,
    &action_blank::ActionBlank,
    &unknown_service::UnknownService,
    &unknown_action::UnknownAction,
    &action_pattern_matches_nothing::ActionPatternMatchesNothing,
    &wildcard_in_service::WildcardInService,
    &action_case::ActionCase,
    &renamed_action::RenamedAction,
    &arn_prefix::ArnPrefix,
    &arn_segments::ArnSegments,
    &arn_blank::ArnBlank,
    &arn_account::ArnAccount,
    &masked_account_id::MaskedAccountId,
    &template_placeholder::TemplatePlaceholder,
    &arn_region::ArnRegion,
    &arn_service_wildcard::ArnServiceWildcard,
    &resource_type_unsupported::ResourceTypeUnsupported,
    &action_needs_star::ActionNeedsStar,
    &oss_bucket_object::OssBucketObject,
    &role_arn_case::RoleArnCase,
    &aws_syntax::AwsSyntax,
    &second_resource_missing::SecondResourceMissing,
    &region_on_ram_resource::RegionOnRamResource,
];

/// The fields of a resource the loader accepts; `None` for `*` and for one that is refused.
pub(super) fn arn_fields(text: &str) -> Option<ArnFields<'_>> {
    match Resource::parse(text) {
        Ok(Resource::Arn(fields)) => Some(fields),
        _ => None,
    }
}

/// The resources of a statement as patterns; `None` if one of them is `*`, which covers whatever
/// an action needs, if one is a placeholder, or if there are none.
pub(super) fn resource_patterns<'s, 'a>(
    statement: &'s StatementView<'a>,
) -> Option<&'s [(Word<'a>, ArnFields<'a>)]> {
    let words = statement.resource_words();
    // One that is left out of the ARNs is `*`, or refused.
    let is_whole = !words.is_empty() && statement.arns.len() == words.len();
    (is_whole && !statement.has_placeholder).then_some(&statement.arns)
}

/// Returns whether a document gives the action no narrower resource than all of them. OSS lists
/// buckets on `acs:oss:*:<account>:*`; elsewhere that form stands for any resource.
pub(super) fn service_level(action: Action) -> bool {
    let is_oss = action.service() == "oss";
    let is_listing_of_oss = |template: &str| template.splitn(5, ':').nth(4) == Some("*");
    action.templates().any(|template| template == "*" || (is_oss && is_listing_of_oss(template)))
}
