//! Who calls: the account itself, one of its users, or a session of one of its roles.

use ramguard_policy::Policy;
use ramguard_policy::text::shown;

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

/// A text that names nobody who could call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{}` names no caller: write `root`, `user/<name>` or `role/<name>` of this account", shown(.found))]
pub struct CallerError {
    found: Box<str>,
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

    /// Reads how people name a caller of a world: `root`, `user/<name>`, `role/<name>` for a session
    /// of a role, `role/<name>/<session>`, or the ARN of one of them.
    ///
    /// A session named so lasts for ever and has no session policy: whoever names it vouches for it.
    ///
    /// ```
    /// use ramguard_world::{Caller, World};
    ///
    /// let world = World::new("1000000000000001")?;
    /// assert_eq!(Caller::named(&world, "acs:ram::1000000000000001:root"), Ok(Caller::Root));
    /// assert!(Caller::named(&world, "user/nobody").is_err());
    /// # Ok::<(), ramguard_world::AccountError>(())
    /// ```
    ///
    /// # Errors
    /// [`CallerError`] if the text names nobody in this world.
    pub fn named(world: &World, text: &str) -> Result<Self, CallerError> {
        let own = world.ram_arn("");
        let name = text.strip_prefix(&own).unwrap_or(text);
        let unknown = || CallerError { found: text.chars().take(120).collect::<String>().into() };
        if name == "root" {
            return Ok(Self::Root);
        }
        if let Some(name) = name.strip_prefix("user/") {
            return world.user(name).map(|user| Self::user(&user.name)).ok_or_else(unknown);
        }
        let name = name.strip_prefix("role/").or_else(|| name.strip_prefix("assumed-role/"));
        let name = name.ok_or_else(unknown)?;
        let (role, session) = name.split_once('/').unwrap_or((name, "session"));
        let role = world.role(role).filter(|_| crate::name::SESSION.accepts(session));
        let role = role.ok_or_else(unknown)?;
        Ok(Self::Role(Session::of(role, session, Timestamp::MAX)))
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
