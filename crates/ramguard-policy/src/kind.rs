//! The kinds of policy document and which elements each may hold.

use std::fmt;
use std::str::FromStr;

/// What a policy document is attached to, which decides the elements it may hold and its size.
///
/// | element | identity, session, control | trust | bucket |
/// | --- | --- | --- | --- |
/// | `Action` | or `NotAction` | `sts:AssumeRole` only | `Action` only |
/// | `Resource` | required | forbidden: it is the role | required |
/// | `Principal` | forbidden | required, a map | required, a list |
///
/// Source: "Policy elements" (RAM documentation); table of section 1.1 of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A custom or system policy attached to a user, group or role.
    Identity,
    /// The `Policy` of AssumeRole or AttachInstanceRamRole: it can only narrow.
    Session,
    /// A control policy of a resource directory.
    Control,
    /// The trust policy of a role: who may assume it.
    Trust,
    /// The policy of an OSS bucket.
    Bucket,
}

impl Kind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 5] =
        [Self::Identity, Self::Session, Self::Control, Self::Trust, Self::Bucket];

    /// Returns the lower-case name used by the command line and by test cases.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Session => "session",
            Self::Control => "control",
            Self::Trust => "trust",
            Self::Bucket => "bucket",
        }
    }

    /// Returns whether a statement of this kind names its principals itself.
    #[must_use]
    pub const fn has_principal(self) -> bool {
        matches!(self, Self::Trust | Self::Bucket)
    }

    /// Returns whether a statement of this kind names resources; in a trust policy it is the role.
    #[must_use]
    pub const fn has_resource(self) -> bool {
        !matches!(self, Self::Trust)
    }

    /// Returns whether `NotAction` may stand instead of `Action`.
    #[must_use]
    pub const fn allows_not_action(self) -> bool {
        !self.has_principal()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or(UnknownKind)
    }
}

/// A text names no kind of policy document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of policy; expected identity, session, control, trust or bucket")]
pub struct UnknownKind;
