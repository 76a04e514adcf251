//! The services as one pure function: a world, a caller and a request go in, a response and its
//! effects come out.

use ramguard::Context;

use crate::authorize::Authority;
use crate::credentials::TokenKeys;
use crate::error::{ApiError, ErrorKind, Service};
use crate::operation::{self, Operation};
use crate::{Caller, Effect, Moment, Session, Settings, TokenError, World};

/// RAM, STS and ECS, as far as instance RAM roles are concerned.
///
/// It holds nothing but settings and keys, so one serves any number of worlds and threads.
#[derive(Clone, Debug)]
pub struct ControlPlane {
    settings: Settings,
    keys: TokenKeys,
}

/// One call under way: who calls, in which world, at which moment.
#[derive(Debug)]
pub struct Call<'c> {
    world: &'c World,
    caller: &'c Caller,
    moment: &'c Moment,
    settings: &'c Settings,
    keys: &'c TokenKeys,
    context: &'c Context<'c>,
}

/// What a call comes to: the response, and the changes to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome<R> {
    /// The id of the request.
    pub request_id: String,
    /// The response.
    pub response: R,
    /// The changes, none for a call that only reads.
    pub effects: Vec<Effect>,
    /// The revision of the world the call was computed from.
    pub revision: u64,
}

impl<R> Outcome<R> {
    /// Applies the changes to the world they were computed from.
    ///
    /// # Errors
    /// [`ErrorKind::OperationConflict`] if the world has changed since: the call is to be repeated.
    pub fn commit(&self, world: &mut World) -> Result<(), ApiError> {
        world.commit(self.revision, &self.effects).map_err(|conflict| {
            ApiError::from(ErrorKind::OperationConflict).with_detail(conflict.to_string())
        })
    }
}

impl ControlPlane {
    /// Takes settings and the keys that seal security tokens.
    #[must_use]
    pub fn new(settings: Settings, keys: TokenKeys) -> Self {
        Self { settings, keys }
    }

    /// Returns the settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns the keys.
    #[must_use]
    pub fn keys(&self) -> &TokenKeys {
        &self.keys
    }

    /// Makes a call.
    ///
    /// `context` holds the condition keys the host knows, for example `acs:SourceIp`.
    ///
    /// # Errors
    /// What the service answers; nothing changes then.
    pub fn perform<O: Operation>(
        &self,
        world: &World,
        caller: &Caller,
        moment: &Moment,
        context: &Context<'_>,
        request: &O,
    ) -> Result<Outcome<O::Response>, ApiError> {
        let call = self.start(world, caller, moment, context);
        if O::SERVICE == Service::Ram && !world.is_ram_active() {
            return Err(ErrorKind::Inactive.into());
        }
        let (response, effects) = request.run(&call)?;
        Ok(Outcome {
            request_id: moment.request_id(),
            response,
            effects,
            revision: world.revision(),
        })
    }

    /// Makes a call by its name and parameters, as they stand in a request on the wire. The
    /// response is the text of a JSON object, as the service prints it.
    ///
    /// ```
    /// use ramguard::Context;
    /// use ramguard_world::{Caller, ControlPlane, Moment, Settings, Timestamp, TokenKeys, World};
    ///
    /// let mut world = World::new("1000000000000001")?;
    /// let control = ControlPlane::new(Settings::default(), TokenKeys::new([1; 32]));
    /// let now: Timestamp = "2024-11-08T12:00:00Z".parse()?;
    /// let parameters = [
    ///     ("RoleName", "app"),
    ///     ("AssumeRolePolicyDocument", r#"{ "Version": "1", "Statement": [{ "Effect": "Allow",
    ///         "Action": "sts:AssumeRole", "Principal": { "Service": ["ecs.aliyuncs.com"] } }] }"#),
    /// ];
    /// let outcome = control.call(
    ///     &world,
    ///     &Caller::Root,
    ///     &Moment::new(now, [2; 32]),
    ///     &Context::default(),
    ///     "CreateRole",
    ///     parameters,
    /// )?;
    /// outcome.commit(&mut world)?;
    /// assert!(outcome.response.contains(r#""Arn":"acs:ram::1000000000000001:role/app""#));
    /// assert!(world.role("app").is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// What the service answers; [`ErrorKind::UnknownOperation`] for a name that none of
    /// [`operation::all`] has. An operation's name is compared exactly.
    pub fn call<'p>(
        &self,
        world: &World,
        caller: &Caller,
        moment: &Moment,
        context: &Context<'_>,
        operation: &str,
        parameters: impl IntoIterator<Item = (&'p str, &'p str)>,
    ) -> Result<Outcome<String>, ApiError> {
        let entry = operation::find(operation).ok_or(ErrorKind::UnknownOperation)?;
        if entry.service == Service::Ram && !world.is_ram_active() {
            return Err(ErrorKind::Inactive.into());
        }
        let call = self.start(world, caller, moment, context);
        let (response, effects) = entry.run(&call, parameters)?;
        Ok(Outcome {
            request_id: moment.request_id(),
            response,
            effects,
            revision: world.revision(),
        })
    }

    /// Returns the caller behind a security token and the access key it came with.
    ///
    /// # Errors
    /// [`TokenError`] if the token is not one of these keys, belongs to another access key or
    /// account, has expired, or stands for a role that is gone.
    pub fn authenticate(
        &self,
        world: &World,
        access_key_id: &str,
        token: &str,
        moment: &Moment,
    ) -> Result<Caller, TokenError> {
        let session: Session =
            self.keys.open(world.account(), access_key_id, token, moment.now())?;
        if session.role(world).is_none() {
            return Err(TokenError::RoleGone);
        }
        Ok(Caller::Role(session))
    }

    fn start<'c>(
        &'c self,
        world: &'c World,
        caller: &'c Caller,
        moment: &'c Moment,
        context: &'c Context<'c>,
    ) -> Call<'c> {
        Call { world, caller, moment, settings: &self.settings, keys: &self.keys, context }
    }
}

impl<'c> Call<'c> {
    /// Returns the world.
    #[must_use]
    pub fn world(&self) -> &'c World {
        self.world
    }

    /// Returns who calls.
    #[must_use]
    pub fn caller(&self) -> &'c Caller {
        self.caller
    }

    /// Returns when.
    #[must_use]
    pub fn moment(&self) -> &'c Moment {
        self.moment
    }

    /// Returns the settings.
    #[must_use]
    pub fn settings(&self) -> &'c Settings {
        self.settings
    }

    pub(crate) fn keys(&self) -> &'c TokenKeys {
        self.keys
    }

    /// Returns what the caller may do.
    ///
    /// # Errors
    /// As [`Authority::new`].
    pub fn authority(&self) -> Result<Authority<'c>, ApiError> {
        Authority::new(
            self.world,
            self.caller,
            self.moment.now(),
            self.context,
            self.settings.semantics,
        )
    }

    /// Fails unless the caller may do an action of RAM to each of these things of the account,
    /// named as in `role/app`.
    pub(crate) fn require_ram(&self, action: &str, relative_ids: &[&str]) -> Result<(), ApiError> {
        let resources: Vec<String> =
            relative_ids.iter().map(|relative_id| self.world.ram_arn(relative_id)).collect();
        self.authority()?.require(Service::Ram, action, &resources, &[])
    }
}
