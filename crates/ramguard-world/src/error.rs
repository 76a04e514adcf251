//! What RAM, STS and ECS answer when they refuse: code, HTTP status and message.
//!
//! Sources: the error lists of the API pages (ECS, RAM and STS API reference), "Error messages"
//! (RAM documentation) and "Response results" (ECS documentation). Codes that no document states
//! are our own and say so by [`ApiError::is_own`]. Where pages differ, a variant says which one is
//! followed.

use std::borrow::Cow;
use std::fmt;

use ramguard::Decision;

/// Which service answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Elastic Compute Service, version 2014-05-26.
    Ecs,
    /// Resource Access Management, version 2015-05-01.
    Ram,
    /// Security Token Service, version 2015-04-01.
    Sts,
}

impl Service {
    /// Returns the code of the service as actions write it: `ecs`, `ram` or `sts`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ecs => "ecs",
            Self::Ram => "ram",
            Self::Sts => "sts",
        }
    }

    /// Returns the version of the API.
    #[must_use]
    pub const fn api_version(self) -> &'static str {
        match self {
            Self::Ecs => "2014-05-26",
            Self::Ram => "2015-05-01",
            Self::Sts => "2015-04-01",
        }
    }

    /// Returns the host that is named in an error.
    #[must_use]
    pub const fn host(self) -> &'static str {
        match self {
            Self::Ecs => "ecs.aliyuncs.com",
            Self::Ram => "ram.aliyuncs.com",
            Self::Sts => "sts.aliyuncs.com",
        }
    }
}

/// What RAM keeps, or what ties two such things together, as error codes name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is the word of the error code")]
pub enum Entity {
    User,
    Group,
    Role,
    Policy,
    PolicyVersion,
    UserGroup,
    UserPolicy,
    GroupPolicy,
    RolePolicy,
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

/// What keeps something from being deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is the word of the error code")]
pub enum DeleteConflict {
    UserGroup,
    UserPolicy,
    GroupUser,
    GroupPolicy,
    RolePolicy,
    PolicyUser,
    PolicyGroup,
    PolicyRole,
    PolicyVersion,
    PolicyVersionDefault,
}

/// Every refusal, with the parameters of its message.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// There is no such operation.
    UnknownOperation,
    /// A parameter that is needed is not there.
    MissingParameter {
        /// The parameter.
        parameter: &'static str,
    },
    /// A parameter is not of its form.
    InvalidParameter {
        /// The parameter.
        parameter: Cow<'static, str>,
    },
    /// A parameter that the operation does not have.
    UnsupportedParameter {
        /// The parameter.
        parameter: Box<str>,
    },
    /// ECS: the ids of instances are not a JSON array of 1 to 100 ids.
    InstanceIdsMalformed,
    /// ECS: there is no such region.
    RegionNotFound,
    /// ECS: there is no such instance.
    InstanceNotFound,
    /// ECS: a resource group that is named does not exist.
    ResourceGroupNotFound,
    /// ECS: the caller lacks the ECS permission.
    ForbiddenRam,
    /// ECS: raised by a host whose callers have no access to an operation.
    ForbiddenUnauthorized,
    /// ECS: raised by a host that closes an operation to RAM users.
    ForbiddenSubUser,
    /// ECS: raised by a host for an operation that RAM does not govern.
    ForbiddenNotSupportRam,
    /// ECS: raised by a host that limits the rate of calls.
    Throttling,
    /// ECS: the world changed between a call and its commit.
    OperationConflict,
    /// The service cannot answer. No caller can cause it.
    InternalError {
        /// Which service says so; the message differs.
        service: Service,
    },
    /// ECS: the caller lacks `ram:PassRole` on the role.
    PassRoleForbidden,
    /// ECS: there is no such role.
    RamRoleNotFound {
        /// RunInstances words its message differently.
        run_instances: bool,
    },
    /// ECS: the trust policy of the role does not let ECS assume it.
    NotEcsRole {
        /// Creating instances answers 401, attaching 404 (decision A4).
        creating: bool,
    },
    /// ECS: the instance is not in a VPC.
    ClassicNetwork,
    /// ECS: neither instances nor a role are named.
    AllEmpty,
    /// ECS: `DryRun` was set and every check passed.
    DryRun,
    /// ECS: a metadata option of a new instance is not one of its values.
    MetadataOption {
        /// `HttpEndpoint`, `HttpTokens` or `HttpPutResponseHopLimit`.
        parameter: MetadataOption,
    },
    /// ECS, our own: the instance carries a role already (decision A3).
    RoleAlreadyBound,
    /// ECS, our own: the instance carries no role (decision A7).
    RoleNotBound,
    /// ECS, our own: the instance carries another role than the one named (decision A7).
    OtherRoleBound,
    /// RAM or STS: the caller lacks the permission.
    NoPermission {
        /// Which service says so; the message differs.
        service: Service,
    },
    /// RAM is not activated.
    Inactive,
    /// RAM: a name or text is too short or too long.
    ParameterLength {
        /// The parameter.
        parameter: &'static str,
    },
    /// RAM: a name has characters that it may not have.
    ParameterChars {
        /// The parameter.
        parameter: &'static str,
    },
    /// RAM: `PolicyType` is neither `System` nor `Custom`.
    PolicyType,
    /// RAM: `VersionId` is not the id of a version.
    VersionIdFormat,
    /// RAM: a policy document is refused; the message says why.
    MalformedPolicyDocument {
        /// The details.
        details: Box<str>,
    },
    /// RAM or STS: it does not exist.
    NotExist {
        /// What.
        entity: Entity,
        /// Which service says so; the message differs.
        service: Service,
    },
    /// RAM: it exists already.
    AlreadyExists {
        /// What.
        entity: Entity,
    },
    /// RAM: a quota is used up.
    LimitExceeded {
        /// Of what.
        entity: Entity,
    },
    /// RAM: something is still attached to it.
    DeleteConflict {
        /// What.
        conflict: DeleteConflict,
    },
    /// RAM, our own: a service-linked role is changed by its service alone.
    ServiceLinkedRole,
    /// STS: a parameter is not of its form.
    StsParameter {
        /// Which one.
        parameter: StsParameter,
    },
    /// The user or role that calls does not exist. Common code of the API gateway.
    CallerNotFound,
    /// The session of the caller has ended. Common code of the API gateway.
    SessionEnded,
}

/// A metadata option of a new instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is the parameter of that name")]
pub enum MetadataOption {
    HttpEndpoint,
    HttpTokens,
    HttpPutResponseHopLimit,
}

/// A parameter of AssumeRole with a code of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is the code it prints")]
pub enum StsParameter {
    RoleArn,
    RoleSessionName,
    DurationSeconds,
    ExternalId,
    /// Our own wording: the code follows the pattern of the others.
    SourceIdentity,
    PolicyGrammar,
    PolicySize,
}

/// Code, status, message.
struct Row(Cow<'static, str>, u16, Cow<'static, str>);

fn row(code: &'static str, status: u16, message: &'static str) -> Row {
    Row(Cow::Borrowed(code), status, Cow::Borrowed(message))
}

impl ErrorKind {
    fn row(&self) -> Row {
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
            Self::ParameterLength { .. }
            | Self::ParameterChars { .. }
            | Self::PolicyType
            | Self::VersionIdFormat
            | Self::MalformedPolicyDocument { .. } => self.ram_parameter_row(),
            Self::NotExist { entity, service } => not_exist_row(*entity, *service),
            Self::AlreadyExists { entity } => already_exists_row(*entity),
            Self::LimitExceeded { entity } => limit_exceeded_row(*entity),
            Self::DeleteConflict { conflict } => delete_conflict_row(*conflict),
            Self::StsParameter { parameter } => sts_parameter_row(*parameter),
            _ => self.ecs_row(),
        }
    }

    fn ecs_row(&self) -> Row {
        match self {
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
            Self::Throttling => {
                row("Throttling", 400, "Request was denied due to request throttling.")
            }
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
            // Every other kind has its row in `row`.
            _ => row("InternalError", 500, "An internal error occurred."),
        }
    }

    fn ram_parameter_row(&self) -> Row {
        match self {
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
            _ => row(
                "InvalidParameter.VersionId.Format",
                400,
                "The format of the parameter - \"VersionId\" is incorrect.",
            ),
        }
    }

    /// Returns whether no document states the code, so that it is our own.
    #[must_use]
    pub const fn is_own(&self) -> bool {
        matches!(
            self,
            Self::RoleAlreadyBound
                | Self::RoleNotBound
                | Self::OtherRoleBound
                | Self::ServiceLinkedRole
                | Self::StsParameter { parameter: StsParameter::SourceIdentity }
        )
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

/// A refusal of RAM, STS or ECS.
///
/// ```
/// use ramguard_world::{ApiError, ErrorKind};
///
/// let error = ApiError::from(ErrorKind::PassRoleForbidden);
/// assert_eq!((error.http_status(), &*error.code()), (403, "InvalidUser.PassRoleForbidden"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    kind: ErrorKind,
    detail: Option<Box<str>>,
    denial: Option<Box<Denied>>,
}

/// The check that was not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// The action.
    pub action: Box<str>,
    /// The resource.
    pub resource: Box<str>,
    /// What was decided.
    pub decision: Decision,
}

impl ApiError {
    /// Adds words of ours to the documented message, for people.
    pub(crate) fn with_detail(mut self, detail: impl Into<Box<str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    pub(crate) fn with_denial(mut self, denial: Denied) -> Self {
        self.denial = Some(Box::new(denial));
        self
    }

    /// Returns what happened, with its parameters.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns the error code.
    #[must_use]
    pub fn code(&self) -> Cow<'static, str> {
        self.kind.row().0
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        self.kind.row().1
    }

    /// Returns the message the service sends.
    #[must_use]
    pub fn message(&self) -> Cow<'static, str> {
        self.kind.row().2
    }

    /// Returns what we can add to the message: which value, and what is wrong with it. Not part
    /// of the answer on the wire.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// Returns the check that was not allowed, for a missing permission. Not part of the answer on
    /// the wire.
    #[must_use]
    pub fn denied(&self) -> Option<&Denied> {
        self.denial.as_deref()
    }

    /// Returns whether no document states the code, so that it is our own.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.kind.is_own()
    }
}

impl From<ErrorKind> for ApiError {
    fn from(kind: ErrorKind) -> Self {
        Self { kind, detail: None, denial: None }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Row(code, _, message) = self.kind.row();
        write!(f, "{code}: {message}")?;
        match &self.detail {
            Some(detail) => write!(f, " ({detail})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ApiError {}
