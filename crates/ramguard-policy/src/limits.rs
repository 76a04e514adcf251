//! How large a document may be: every bound of the reader in one value.
//!
//! Sources: "Limits" and the CreatePolicy, AssumeRole, AttachInstanceRamRole, CreateControlPolicy
//! and bucket-policy pages of Alibaba Cloud. What is counted is decision D-10: the raw document,
//! blanks included, by characters or bytes, whichever is more. UTF-8 never needs fewer bytes than
//! characters, so bytes are what is compared.

use crate::Kind;

/// The bounds a document is read under, keyed by its [`Kind`].
///
/// The defaults are RAM's own limits. A host with another quota (`PolicySizeQuota`) sets its own:
///
/// ```
/// use ramguard_policy::{Kind, Limits};
///
/// let limits = Limits::default().with_max_bytes(Kind::Identity, 10_240);
/// assert_eq!(limits.max_bytes(Kind::Identity), 10_240);
/// assert_eq!(limits.max_bytes(Kind::Session), 2_048);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    identity_bytes: usize,
    session_bytes: usize,
    control_bytes: usize,
    trust_bytes: usize,
    bucket_bytes: usize,
    max_depth: u32,
    max_read_bytes: usize,
}

impl Limits {
    /// Bytes of the optional `Policy` of AttachInstanceRamRole: 1 to 1,024.
    pub const ATTACH_POLICY_BYTES: usize = 1_024;

    /// Lists and objects may be nested this deep unless set otherwise (decision D-02).
    pub const DEFAULT_MAX_DEPTH: u32 = 32;

    /// Nothing longer than this is read at all unless set otherwise: 16 MiB. Between the limit of
    /// the kind and this bound a document is refused, but its other problems are still reported.
    pub const DEFAULT_MAX_READ_BYTES: usize = 16 << 20;

    /// Returns the largest document of `kind` that is accepted, in bytes.
    #[must_use]
    pub const fn max_bytes(&self, kind: Kind) -> usize {
        match kind {
            Kind::Identity => self.identity_bytes,
            Kind::Session => self.session_bytes,
            Kind::Control => self.control_bytes,
            Kind::Trust => self.trust_bytes,
            Kind::Bucket => self.bucket_bytes,
        }
    }

    /// Sets the largest document of `kind` that is accepted, in bytes.
    #[must_use]
    pub const fn with_max_bytes(mut self, kind: Kind, bytes: usize) -> Self {
        match kind {
            Kind::Identity => self.identity_bytes = bytes,
            Kind::Session => self.session_bytes = bytes,
            Kind::Control => self.control_bytes = bytes,
            Kind::Trust => self.trust_bytes = bytes,
            Kind::Bucket => self.bucket_bytes = bytes,
        }
        self
    }

    /// Sets one size for every kind, for hosts that store documents RAM itself would refuse.
    #[must_use]
    pub const fn with_max_bytes_for_all(mut self, bytes: usize) -> Self {
        self.identity_bytes = bytes;
        self.session_bytes = bytes;
        self.control_bytes = bytes;
        self.trust_bytes = bytes;
        self.bucket_bytes = bytes;
        self
    }

    /// Returns how deep lists and objects may be nested; the outermost object is depth 1.
    #[must_use]
    pub const fn max_depth(&self) -> u32 {
        self.max_depth
    }

    /// Returns the length, in bytes, past which a text is not read at all.
    #[must_use]
    pub const fn max_read_bytes(&self) -> usize {
        self.max_read_bytes
    }

    /// Sets the length, in bytes, past which a text is not read at all.
    #[must_use]
    pub const fn with_max_read_bytes(mut self, bytes: usize) -> Self {
        self.max_read_bytes = bytes;
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            identity_bytes: 6_144,
            session_bytes: 2_048,
            control_bytes: 4_096,
            // Not documented; the figure of custom policies is taken (decision D-10).
            trust_bytes: 6_144,
            bucket_bytes: 16 << 10,
            max_depth: Self::DEFAULT_MAX_DEPTH,
            max_read_bytes: Self::DEFAULT_MAX_READ_BYTES,
        }
    }
}
