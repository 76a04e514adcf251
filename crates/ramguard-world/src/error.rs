//! What RAM, STS and ECS answer when they refuse: code, HTTP status and message.
//!
//! Codes that no document states are our own and say so by [`ApiError::is_own`].

mod kind;
mod row;

use std::borrow::Cow;
use std::fmt;

pub use kind::{DeleteConflict, Entity, ErrorKind, MetadataOption, StsParameter};
use ramguard::Decision;
use ramguard_policy::text::one_line;
use row::Row;

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

    /// Returns the answer on the wire: id of the request, host of the service, code and message.
    #[must_use]
    pub fn to_json(&self, request_id: &str, service: Service) -> String {
        #[derive(serde::Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'e> {
            request_id: &'e str,
            host_id: &'e str,
            code: &'e str,
            message: &'e str,
        }
        let Row(code, _, message) = self.kind.row();
        let wire = Wire { request_id, host_id: service.host(), code: &code, message: &message };
        // Texts can always be written.
        serde_json::to_string(&wire).unwrap_or_default()
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
        write!(f, "{}: {}", one_line(&code), one_line(&message))?;
        match &self.detail {
            Some(detail) => write!(f, " ({})", one_line(detail)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ApiError {}
