//! What can be wrong with a world file, and where.

use std::fmt;

use ramguard_policy::text::Span;

/// What is wrong with a world file.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileProblemCode {
    /// The text is not strict JSON.
    Json,
    /// A member is unknown, missing or of the wrong type.
    Form,
    /// A name, id or number is not one the services accept.
    InvalidValue,
    /// Two names differ in case alone, which ARNs of RAM do not tell apart.
    SameName,
    /// A name refers to nothing.
    DanglingName,
    /// A policy document is refused.
    InvalidPolicy,
    /// A quota is exceeded.
    QuotaExceeded,
    /// An instance of the classic network carries a role.
    ClassicNetwork,
    /// A role carried by an instance does not let ECS assume it.
    NotEcsRole,
}

impl FileProblemCode {
    /// Returns the code as it is printed.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Form => "form",
            Self::InvalidValue => "invalid-value",
            Self::SameName => "same-name",
            Self::DanglingName => "dangling-name",
            Self::InvalidPolicy => "invalid-policy",
            Self::QuotaExceeded => "quota-exceeded",
            Self::ClassicNetwork => "classic-network",
            Self::NotEcsRole => "not-ecs-role",
        }
    }
}

impl fmt::Display for FileProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileSeverity {
    /// The world can be worked with; RAM would have refused to let it come to this, or it is worth
    /// a look.
    Warning,
    /// There is no world.
    Error,
}

/// One thing that is wrong with a world file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem {
    pub(super) code: FileProblemCode,
    pub(super) severity: FileSeverity,
    pub(super) span: Span,
    pub(super) pointer: String,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl FileProblem {
    /// Returns what is wrong.
    #[must_use]
    pub fn code(&self) -> FileProblemCode {
        self.code
    }

    /// Returns how bad it is.
    #[must_use]
    pub fn severity(&self) -> FileSeverity {
        self.severity
    }

    /// Returns where it stands in the text of the file.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// Returns the JSON Pointer (RFC 6901) of the value it is about.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Returns what is wrong in one line.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns what to write instead, where that is known.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
