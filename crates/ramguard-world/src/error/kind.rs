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

    /// Returns every kind, each with parameters of an example: the table of errors as data.
    #[must_use]
    pub fn every() -> Vec<Self> {
        let entities = [
            Entity::User,
            Entity::Group,
            Entity::Role,
            Entity::Policy,
            Entity::PolicyVersion,
            Entity::UserGroup,
            Entity::UserPolicy,
            Entity::GroupPolicy,
            Entity::RolePolicy,
        ];
        let conflicts = [
            DeleteConflict::UserGroup,
            DeleteConflict::UserPolicy,
            DeleteConflict::GroupUser,
            DeleteConflict::GroupPolicy,
            DeleteConflict::RolePolicy,
            DeleteConflict::PolicyUser,
            DeleteConflict::PolicyGroup,
            DeleteConflict::PolicyRole,
            DeleteConflict::PolicyVersion,
            DeleteConflict::PolicyVersionDefault,
        ];
        let sts = [
            StsParameter::RoleArn,
            StsParameter::RoleSessionName,
            StsParameter::DurationSeconds,
            StsParameter::ExternalId,
            StsParameter::SourceIdentity,
            StsParameter::PolicyGrammar,
            StsParameter::PolicySize,
        ];
        let metadata = [
            MetadataOption::HttpEndpoint,
            MetadataOption::HttpTokens,
            MetadataOption::HttpPutResponseHopLimit,
        ];
        let service = Service::Ram;
        let mut every = vec![
            Self::UnknownOperation,
            Self::MissingParameter { parameter: "RegionId" },
            Self::InvalidParameter { parameter: "Policy".into() },
            Self::UnsupportedParameter { parameter: "RoleName".into() },
            Self::InstanceIdsMalformed,
            Self::RegionNotFound,
            Self::InstanceNotFound,
            Self::ResourceGroupNotFound,
            Self::ForbiddenRam,
            Self::ForbiddenUnauthorized,
            Self::ForbiddenSubUser,
            Self::ForbiddenNotSupportRam,
            Self::Throttling,
            Self::OperationConflict,
            Self::InternalError { service: Service::Ecs },
            Self::InternalError { service: Service::Ram },
            Self::InternalError { service: Service::Sts },
            Self::PassRoleForbidden,
            Self::RamRoleNotFound { run_instances: false },
            Self::RamRoleNotFound { run_instances: true },
            Self::NotEcsRole { creating: false },
            Self::NotEcsRole { creating: true },
            Self::ClassicNetwork,
            Self::AllEmpty,
            Self::DryRun,
            Self::RoleAlreadyBound,
            Self::RoleNotBound,
            Self::OtherRoleBound,
            Self::NoPermission { service: Service::Ram },
            Self::NoPermission { service: Service::Sts },
            Self::Inactive,
            Self::ParameterLength { parameter: "RoleName" },
            Self::ParameterChars { parameter: "RoleName" },
            Self::PolicyType,
            Self::VersionIdFormat,
            Self::MalformedPolicyDocument { details: "the details".into() },
            Self::NotExist { entity: Entity::Role, service: Service::Sts },
            Self::ServiceLinkedRole,
            Self::CallerNotFound,
            Self::SessionEnded,
        ];
        every.extend(metadata.map(|parameter| Self::MetadataOption { parameter }));
        every.extend(entities.map(|entity| Self::NotExist { entity, service }));
        // A version is never made twice: its id is new every time.
        let made = entities.into_iter().filter(|entity| *entity != Entity::PolicyVersion);
        every.extend(made.map(|entity| Self::AlreadyExists { entity }));
        every.extend(entities.map(|entity| Self::LimitExceeded { entity }));
        every.extend(conflicts.map(|conflict| Self::DeleteConflict { conflict }));
        every.extend(sts.map(|parameter| Self::StsParameter { parameter }));
        every
    }
}
