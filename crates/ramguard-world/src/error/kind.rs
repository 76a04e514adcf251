//! What can be refused, with the parameters of its message.

use std::borrow::Cow;

use super::Service;

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

impl ErrorKind {
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
