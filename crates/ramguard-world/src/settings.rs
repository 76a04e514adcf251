//! How the services behave where the documents leave a choice; the defaults are the decisions
//! named at each field.

use ramguard::Semantics;

/// The choices of a [`ControlPlane`](crate::ControlPlane).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How policies are decided.
    pub semantics: Semantics,
    /// An error of the only instance of a call fails the call instead of standing in its result
    /// (decision A2). Default: off.
    pub single_instance_errors_fail: bool,
    /// `InstanceIds` may be one bare id (decision A22). Default: off.
    pub bare_instance_id: bool,
    /// How long the credentials of an instance last, in seconds (decision A13). Default: 6 hours.
    pub instance_credential_seconds: u32,
    /// How long before its end the credential of an instance is replaced, in seconds (decision
    /// A13). Default: 30 minutes.
    pub refresh_before_seconds: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            semantics: Semantics::default(),
            single_instance_errors_fail: false,
            bare_instance_id: false,
            instance_credential_seconds: 6 * 60 * 60,
            refresh_before_seconds: 30 * 60,
        }
    }
}

impl Settings {
    /// Sets how policies are decided.
    #[must_use]
    pub fn with_semantics(mut self, semantics: Semantics) -> Self {
        self.semantics = semantics;
        self
    }

    /// Sets [`Settings::single_instance_errors_fail`].
    #[must_use]
    pub fn with_single_instance_errors_failing(mut self, on: bool) -> Self {
        self.single_instance_errors_fail = on;
        self
    }

    /// Sets [`Settings::bare_instance_id`].
    #[must_use]
    pub fn with_bare_instance_id(mut self, on: bool) -> Self {
        self.bare_instance_id = on;
        self
    }

    /// Sets how long the credentials of an instance last and how long before their end they are
    /// replaced, in seconds.
    #[must_use]
    pub fn with_instance_credentials(mut self, seconds: u32, refresh_before_seconds: u32) -> Self {
        self.instance_credential_seconds = seconds;
        self.refresh_before_seconds = refresh_before_seconds;
        self
    }
}
