//! Who calls: the account itself, one of its users, or a session of one of its roles.

use ramguard_policy::Policy;

use crate::{Role, Timestamp, World};

/// Who makes a call, as the host has authenticated it. All callers are of the world's own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// The account itself.
    Root,
    /// A RAM user, by name.
    User(String),
    /// A session of a role.
    Role(Session),
}

/// A session of a role, as a security token stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The role.
    pub role_name: String,
    /// The id of the role, which a role made anew under the same name does not have.
    pub role_id: String,
    /// The name of the session.
    pub session_name: String,
    /// What narrows the session, of kind session.
    pub policy: Option<Policy>,
    /// Who is behind the session, as AssumeRole was told.
    pub source_identity: Option<String>,
    /// When the session ends.
    pub expires: Timestamp,
}

impl Session {
    /// Starts a session of a role that a host has let in by its own means, without a session
    /// policy.
    #[must_use]
    pub fn of(role: &Role, session_name: impl Into<String>, expires: Timestamp) -> Self {
        Self {
            role_name: role.name.clone(),
            role_id: role.id.clone(),
            session_name: session_name.into(),
            policy: None,
            source_identity: None,
            expires,
        }
    }

    /// Sets what narrows the session.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// Returns the role if it still is the one the session was opened for. A role that was deleted
    /// ends its sessions, be there a new one of the same name (decision A16).
    #[must_use]
    pub fn role<'w>(&self, world: &'w World) -> Option<&'w Role> {
        world.role(&self.role_name).filter(|role| role.id == self.role_id)
    }
}

impl Caller {
    /// Names a user.
    #[must_use]
    pub fn user(name: impl Into<String>) -> Self {
        Self::User(name.into())
    }

    /// Returns the ARN by which the service names the caller: `acs:ram::<account>:root`,
    /// `…:user/<name>`, or `acs:ram::<account>:assumed-role/<role>/<session>`.
    #[must_use]
    pub fn arn(&self, world: &World) -> String {
        match self {
            Self::Root => world.ram_arn("root"),
            Self::User(name) => world.ram_arn(&format!("user/{name}")),
            Self::Role(session) => world
                .ram_arn(&format!("assumed-role/{}/{}", session.role_name, session.session_name)),
        }
    }
}
