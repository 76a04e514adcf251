//! The table of errors: code, HTTP status and message of each kind.
//!
//! Sources: the error lists of the API pages (ECS, RAM and STS API reference), "Error messages"
//! (RAM documentation) and "Response results" (ECS documentation).

use std::borrow::Cow;

use super::{DeleteConflict, Entity, ErrorKind, MetadataOption, Service, StsParameter};

/// Code, status, message.
pub(super) struct Row(pub(super) Cow<'static, str>, pub(super) u16, pub(super) Cow<'static, str>);

fn row(code: &'static str, status: u16, message: &'static str) -> Row {
    Row(Cow::Borrowed(code), status, Cow::Borrowed(message))
}

impl ErrorKind {
    pub(super) fn row(&self) -> Row {
        match self {
            Self::UnknownOperation => row(
                "InvalidAction.NotFound",
                404,
                "Specified api is not found, please check your url and method.",
            ),
            Self::MissingParameter { parameter } => Row(
                format!("MissingParameter.{parameter}").into(),
                400,
                format!(
                    "The input parameter {parameter} that is mandatory for processing this request \
                     is missing."
                )
                .into(),
            ),
            Self::InvalidParameter { .. } => {
                row("InvalidParameter", 400, "The specified parameter is not valid")
            }
            Self::UnsupportedParameter { .. } => {
                row("UnsupportedParameter", 400, "The parameters is unsupported.")
            }
            Self::NoPermission { service: Service::Sts } => row(
                "NoPermission",
                403,
                "You are not authorized to do this action. You should be authorized by RAM.",
            ),
            Self::NoPermission { .. } => {
                row("NoPermission", 403, "You are not authorized to do this action.")
            }
            Self::Inactive => {
                row("Inactive", 403, "Your ram service is inactive, please activate it.")
            }
            Self::InternalError { service: Service::Ecs } => row(
                "InternalError",
                500,
                "The request processing has failed due to some unknown error, exception or \
                 failure.",
            ),
            Self::InternalError { .. } => row("InternalError", 500, "An internal error occurred."),
            Self::CallerNotFound => {
                row("InvalidAccessKeyId.NotFound", 404, "Specified access key is not found.")
            }
            Self::SessionEnded => {
                row("InvalidSecurityToken.Expired", 400, "Specified SecurityToken is expired.")
            }
            Self::ServiceLinkedRole => row(
                "NotSupported.ServiceLinkedRole",
                409,
                "The role is linked to a service, which alone may change it.",
            ),
            Self::ParameterLength { parameter } => Row(
                format!("InvalidParameter.{parameter}.Length").into(),
                400,
                format!("The parameter - \"{parameter}\" beyond the length limit.").into(),
            ),
            Self::ParameterChars { parameter } => Row(
                format!("InvalidParameter.{parameter}.InvalidChars").into(),
                400,
                format!("The parameter - \"{parameter}\" contains invalid chars.").into(),
            ),
            Self::PolicyType => row(
                "InvalidParameter.PolicyType",
                400,
                "The parameter - \"PolicyType\" is incorrect.",
            ),
            Self::MalformedPolicyDocument { details } => {
                Row("MalformedPolicyDocument".into(), 400, details.to_string().into())
            }
            Self::VersionIdFormat => row(
                "InvalidParameter.VersionId.Format",
                400,
                "The format of the parameter - \"VersionId\" is incorrect.",
            ),
            Self::NotExist { entity, service } => not_exist_row(*entity, *service),
            Self::AlreadyExists { entity } => already_exists_row(*entity),
            Self::LimitExceeded { entity } => limit_exceeded_row(*entity),
            Self::DeleteConflict { conflict } => delete_conflict_row(*conflict),
            Self::StsParameter { parameter } => sts_parameter_row(*parameter),
            Self::InstanceIdsMalformed => {
                row("InvalidInstanceIds.Malformed", 400, "The specified instanceIds are not valid.")
            }
            Self::RegionNotFound => {
                row("InvalidRegionId.NotFound", 404, "The specified RegionId does not exist.")
            }
            Self::InstanceNotFound => {
                row("InvalidInstanceId.NotFound", 404, "The specified instanceId does not exist.")
            }
            Self::ResourceGroupNotFound => row(
                "InvalidResourceGroup.NotFound",
                404,
                "The ResourceGroup provided does not exist in our records.",
            ),
            Self::ForbiddenRam => row(
                "Forbidden.RAM",
                403,
                "User not authorized to operate on the specified resource, or this API doesn't \
                 support RAM.",
            ),
            Self::ForbiddenUnauthorized => row(
                "Forbidden.Unauthorized",
                403,
                "User not authorized to operate on the specified resource.",
            ),
            Self::ForbiddenSubUser => {
                row("Forbidden.SubUser", 403, "The specified action is not available for you.")
            }
            Self::ForbiddenNotSupportRam => row(
                "Forbidden.NotSupportRAM",
                403,
                "This action does not support accessed by RAM mode.",
            ),
            Self::Throttling => row("Throttling", 400, "too many requests within a short time"),
            Self::OperationConflict => row(
                "OperationConflict",
                409,
                "Request was denied due to conflict with a previous request.",
            ),
            Self::PassRoleForbidden => row(
                "InvalidUser.PassRoleForbidden",
                403,
                "The RAM user does not have the privilege to pass a RAM role.",
            ),
            Self::RamRoleNotFound { run_instances: false } => {
                row("InvalidRamRole.NotFound", 404, "The specified RAMRoleName does not exist.")
            }
            Self::RamRoleNotFound { run_instances: true } => row(
                "InvalidRamRole.NotFound",
                404,
                "The specified parameter \"RAMRoleName\" does not exist.",
            ),
            Self::NotEcsRole { creating } => row(
                "InvalidRamRole.NotEcsRole",
                if *creating { 401 } else { 404 },
                "The specified ram role is not authorized for ecs, please check your role policy.",
            ),
            Self::ClassicNetwork => row(
                "InvalidNetworkType.MismatchRamRole",
                403,
                "Ram role cannot be applied to instances of Classic network type.",
            ),
            // The message is a placeholder in the documents; the words are ours.
            Self::AllEmpty => row(
                "InvalidParameter.AllEmpty",
                403,
                "The parameters InstanceIds and RamRoleName are both empty.",
            ),
            Self::DryRun => row(
                "DryRunOperation",
                400,
                "Request validation has been passed with DryRun flag set.",
            ),
            Self::MetadataOption { parameter: MetadataOption::HttpEndpoint } => row(
                "InvalidHttpEndpoint.NotSupported",
                400,
                "The specified HttpEndpoint not supported, you can use enabled(default) or \
                 disabled.",
            ),
            Self::MetadataOption { parameter: MetadataOption::HttpTokens } => row(
                "InvalidHttpTokens.NotSupported",
                400,
                "The specified HttpTokens not supported, you can use optional(default) or \
                 required.",
            ),
            Self::MetadataOption { parameter: MetadataOption::HttpPutResponseHopLimit } => row(
                "InvalidHttpPutResponseHopLimit.NotSupported",
                400,
                "The specified HttpPutResponseHopLimit not supported, more than 1 and less than \
                 64 is reasonable.",
            ),
            Self::RoleAlreadyBound => row(
                "InvalidInstance.RamRoleAlreadyBound",
                403,
                "The specified instance carries a ram role already; detach it first.",
            ),
            Self::RoleNotBound => row(
                "InvalidInstance.RamRoleNotBound",
                403,
                "The specified instance carries no ram role.",
            ),
            Self::OtherRoleBound => row(
                "InvalidInstance.RamRoleMismatch",
                403,
                "The specified instance carries another ram role.",
            ),
        }
    }
}

fn not_exist_row(entity: Entity, service: Service) -> Row {
    let message = match (entity, service) {
        (Entity::Role, Service::Sts) => "The specified Role not exists.",
        (Entity::User, _) => "The user does not exist.",
        (Entity::Group, _) => "The group does not exist.",
        (Entity::Role, _) => "The role does not exist.",
        (Entity::Policy, _) => "The policy does not exist.",
        (Entity::PolicyVersion, _) => "The policy version does not exist.",
        (Entity::UserGroup, _) => "The user has not joined the group.",
        (Entity::UserPolicy, _) => "The indicate policy of the user does not exist.",
        (Entity::GroupPolicy, _) => "The indicate policy attached to the group does not exist.",
        // No page states it; worded as its twins.
        (Entity::RolePolicy, _) => "The indicate policy of the role does not exist.",
    };
    Row(format!("EntityNotExist.{}", entity.code()).into(), 404, message.into())
}

fn already_exists_row(entity: Entity) -> Row {
    let message = match entity {
        Entity::User => "The user does already EXIST.",
        Entity::Group => "The group does already EXIST.",
        Entity::Role => "The role does already EXIST.",
        // The error list repeats the words about groups here, a slip.
        Entity::Policy | Entity::PolicyVersion => "The policy does already EXIST.",
        Entity::UserGroup => "The user has already joined the group.",
        Entity::UserPolicy => "The user has already been attached this policy.",
        Entity::GroupPolicy => "The group has already been attached this policy.",
        // No page states it; worded as its twins.
        Entity::RolePolicy => "The role has already been attached this policy.",
    };
    Row(format!("EntityAlreadyExists.{}", entity.code()).into(), 409, message.into())
}

fn limit_exceeded_row(entity: Entity) -> Row {
    let message = match entity {
        Entity::User => "The count of users beyond the current limits.",
        Entity::Group => "The count of groups beyond the current limits.",
        Entity::Role => "The count of roles beyond the current limits.",
        Entity::Policy => "The count of policy beyond the current limits.",
        Entity::PolicyVersion => "The count of policy version beyond the current limits.",
        Entity::UserGroup => {
            "The count of groups the target user joined beyond the current limits."
        }
        Entity::UserPolicy => {
            "The policy count of the user attached policies beyond the current limits."
        }
        Entity::GroupPolicy => "The policy count of the group beyond the current limits.",
        Entity::RolePolicy => {
            "The count of policies attached to the role beyond the current limits."
        }
    };
    Row(format!("LimitExceeded.{}", entity.code()).into(), 409, message.into())
}

fn delete_conflict_row(conflict: DeleteConflict) -> Row {
    let (code, message) = match conflict {
        DeleteConflict::UserGroup => {
            ("User.Group", "The user CAN NOT be in any group while deleting the user.")
        }
        DeleteConflict::UserPolicy => {
            ("User.Policy", "The user CAN NOT has any attached policy while deleting the user.")
        }
        DeleteConflict::GroupUser => {
            ("Group.User", "The group CAN NOT has any user member while deleting the group.")
        }
        DeleteConflict::GroupPolicy => {
            ("Group.Policy", "The entity CAN NOT has any attached policy while deleting the group.")
        }
        DeleteConflict::RolePolicy => {
            ("Role.Policy", "The role CAN NOT has any attached policy while deleting the role.")
        }
        DeleteConflict::PolicyUser => (
            "Policy.User",
            "The policy CAN NOT been attached to any user while deleting the policy.",
        ),
        DeleteConflict::PolicyGroup => (
            "Policy.Group",
            "The policy CAN NOT been attached to any group while deleting the policy.",
        ),
        DeleteConflict::PolicyRole => {
            ("Policy.Role", "The policy cannot be attached to any role when you delete it.")
        }
        DeleteConflict::PolicyVersion => {
            ("Policy.Version", "The policy CAN NOT has any version except the default version.")
        }
        DeleteConflict::PolicyVersionDefault => {
            ("Policy.Version.Default", "The default policy version CAN NOT been deleted directly.")
        }
    };
    Row(format!("DeleteConflict.{code}").into(), 409, message.into())
}

fn sts_parameter_row(parameter: StsParameter) -> Row {
    let (code, message) = match parameter {
        StsParameter::RoleArn => ("RoleArn", "The parameter RoleArn is wrongly formed."),
        StsParameter::RoleSessionName => {
            ("RoleSessionName", "The parameter RoleSessionName is wrongly formed.")
        }
        StsParameter::DurationSeconds => {
            ("DurationSeconds", "The Min/Max value of DurationSeconds is 15min/1hr.")
        }
        StsParameter::ExternalId => ("ExternalId", "The parameter ExternalId is wrongly formed."),
        StsParameter::SourceIdentity => {
            ("SourceIdentity", "The parameter SourceIdentity is wrongly formed.")
        }
        StsParameter::PolicyGrammar => {
            ("PolicyGrammar", "The parameter Policy has not passed grammar check.")
        }
        StsParameter::PolicySize => {
            ("PolicySize", "The size of Policy must be smaller than 2048 bytes.")
        }
    };
    Row(format!("InvalidParameter.{code}").into(), 400, message.into())
}

impl Entity {
    const fn code(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
            Self::Role => "Role",
            Self::Policy => "Policy",
            Self::PolicyVersion => "Policy.Version",
            Self::UserGroup => "User.Group",
            Self::UserPolicy => "User.Policy",
            Self::GroupPolicy => "Group.Policy",
            Self::RolePolicy => "Role.Policy",
        }
    }
}
