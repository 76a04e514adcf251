//! Instance RAM roles, the whole life cycle, as one pure function.
//!
//! A [`World`], a [`Caller`] and a request go into a [`ControlPlane`]; a response and a list of
//! [`Effect`]s come out, or an [`ApiError`] with the code, status and message of RAM, STS or ECS.
//! Time and randomness come with each call as a [`Moment`]. Nothing here reads a clock, opens a file
//! or keeps a secret, so equal inputs give equal outputs; a control plane, a gateway or an emulator
//! stores the effects as it likes, or lets [`Outcome::commit`] apply them to the world in memory.
//!
//! ```
//! use ramguard::{Context, Semantics};
//! use ramguard_world::operation::{AttachInstanceRamRole, CreateInstance, CreateRole, NewInstance};
//! use ramguard_world::{
//!     Authority, Caller, ControlPlane, MetadataRequest, Moment, Settings, Timestamp, TokenKeys, World,
//! };
//!
//! let mut world = World::new("1000000000000001")?;
//! let control = ControlPlane::new(Settings::default(), TokenKeys::new([7; 32]));
//! let now: Timestamp = "2024-11-08T03:44:50Z".parse()?;
//! let context = Context::default();
//! let root = Caller::Root;
//!
//! // A role that ECS may assume, and an instance in a VPC.
//! let create = CreateRole {
//!     role_name: "app".into(),
//!     assume_role_policy_document: r#"{ "Version": "1", "Statement": [{ "Effect": "Allow",
//!         "Action": "sts:AssumeRole", "Principal": { "Service": ["ecs.aliyuncs.com"] } }] }"#.into(),
//!     ..CreateRole::default()
//! };
//! let moment = Moment::new(now, [1; 32]); // 32 fresh random bytes for each call
//! control.perform(&world, &root, &moment, &context, &create)?.commit(&mut world)?;
//! let instance = NewInstance {
//!     region_id: "cn-hangzhou".into(),
//!     image_id: "m-1".into(),
//!     vswitch_id: Some("vsw-1".into()),
//!     ..NewInstance::default()
//! };
//! let moment = Moment::new(now, [2; 32]);
//! let made = control.perform(&world, &root, &moment, &context, &CreateInstance { instance })?;
//! made.commit(&mut world)?;
//! let id = made.response.instance_id;
//!
//! // The role is bound to the instance; a program on it reads its credentials.
//! let attach = AttachInstanceRamRole {
//!     region_id: "cn-hangzhou".into(),
//!     instance_ids: vec![id.clone()],
//!     ram_role_name: "app".into(),
//!     policy: None,
//! };
//! let moment = Moment::new(now, [3; 32]);
//! control.perform(&world, &root, &moment, &context, &attach)?.commit(&mut world)?;
//! let moment = Moment::new(now, [4; 32]);
//! let (credentials, _) = control.instance_credentials(&world, &id, "app", &moment)?;
//!
//! // Whoever calls with them is a session of the role, which may do what the role may: nothing yet.
//! let (key, token) = (&credentials.access_key_id, &credentials.security_token);
//! let caller = control.authenticate(&world, key, token, &moment)?;
//! let authority = Authority::new(&world, &caller, now, &context, Semantics::default())?;
//! assert!(!authority.decide("oss:GetObject", "acs:oss:*:1000000000000001:logs/today")?.is_allowed());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # In a control plane
//! A server keeps the world behind a lock, or in its own store, and answers calls as they come on
//! the wire. Two callers at a time lose nothing: an outcome fits only the revision it was computed
//! from, so whoever comes second is computed anew.
//!
//! ```
//! use std::sync::{PoisonError, RwLock};
//!
//! use ramguard::Context;
//! use ramguard_world::{Caller, ControlPlane, ErrorKind, Moment, Service, Settings, TokenKeys, World};
//!
//! struct Server {
//!     world: RwLock<World>,
//!     control: ControlPlane,
//! }
//!
//! impl Server {
//!     /// Answers one call. Who calls was found by the access key of the request: a user by its
//!     /// own, a session by `ControlPlane::authenticate`.
//!     fn answer(&self, caller: &Caller, operation: &str, parameters: &[(&str, &str)]) -> String {
//!         // A server takes the clock and fresh random bytes of its system here.
//!         let moment = Moment::new("2024-11-08T12:00:00Z".parse().unwrap_or_default(), [9; 32]);
//!         let context = Context::default(); // `acs:SourceIp` and what else the request tells
//!         loop {
//!             let world = self.world.read().unwrap_or_else(PoisonError::into_inner).clone();
//!             let parameters = parameters.iter().copied();
//!             let called =
//!                 self.control.call(&world, caller, &moment, &context, operation, parameters);
//!             let outcome = match called {
//!                 Ok(outcome) => outcome,
//!                 Err(error) => return error.to_json(&moment.request_id(), Service::Ecs),
//!             };
//!             let mut world = self.world.write().unwrap_or_else(PoisonError::into_inner);
//!             match outcome.commit(&mut world) {
//!                 // Here `outcome.effects` go to the store of the server as well.
//!                 Ok(()) => return outcome.response,
//!                 Err(error) if *error.kind() == ErrorKind::OperationConflict => continue,
//!                 Err(error) => return error.to_json(&moment.request_id(), Service::Ecs),
//!             }
//!         }
//!     }
//! }
//!
//! let server = Server {
//!     world: RwLock::new(World::new("1000000000000001")?),
//!     control: ControlPlane::new(Settings::default(), TokenKeys::new([7; 32])),
//! };
//! let made = server.answer(&Caller::Root, "CreateUser", &[("UserName", "alice")]);
//! assert!(made.contains(r#""UserName":"alice""#));
//! let again = server.answer(&Caller::Root, "CreateUser", &[("UserName", "alice")]);
//! assert!(again.contains("EntityAlreadyExists.User"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Modules
//! [`operation`] holds the requests and responses of every operation; [`ControlPlane::call`] makes
//! them by name and parameters, as on the wire. [`metadata`] is what an instance sees. [`mod@file`]
//! keeps a world as one JSON file, [`import`] makes one from saved answers of RAM, [`report`] shows
//! one as tables.
//!
//! # Limits
//! Names, documents and counts have the limits of the services, those of an account in [`Quotas`].
//! A world file has at most 64 MiB and is nested at most 40 levels deep; of its problems the first
//! 1,000 are reported. Credentials of an instance last 6 hours and are replaced 30 minutes before
//! they end; [`Settings`] says otherwise.
//!
//! # Not covered
//! Passwords, access keys and devices of users; role SSO; callers of other accounts; launch
//! templates; tags after creation; what an instance is beyond its role. Where the documents of the
//! services leave a choice, the decision is named at the place it was taken; A1 to A27 and D-01 to
//! D-45 stand in `docs/decisions.md`.
#![forbid(unsafe_code)]

pub mod authorize;
mod caller;
mod control_plane;
mod credentials;
mod error;
pub mod file;
pub mod import;
pub mod metadata;
mod moment;
mod name;
pub mod operation;
pub mod report;
mod settings;
mod time;
mod world;

pub use authorize::{Authority, Policies, trusts_ecs};
pub use caller::{Caller, CallerError, Session};
pub use control_plane::{Call, ControlPlane, Outcome};
pub use credentials::{Credentials, TokenError, TokenKeys};
pub use error::{
    ApiError, DeleteConflict, Denied, Entity, ErrorKind, MetadataOption, Service, StsParameter,
};
pub use metadata::{InstanceCredentials, MetadataError, MetadataRequest, MetadataResponse};
pub use moment::Moment;
pub use settings::Settings;
pub use time::{Timestamp, TimestampError};
pub use world::{
    AccountError, Attachment, Binding, Conflict, ControlPolicy, Directory, DirectoryNode, Effect,
    Group, IdentityRef, Instance, ManagedPolicy, MetadataMode, Network, PolicyRef, PolicyType,
    PolicyVersion, Published, Quotas, ResourceGroup, Role, User, VersionId, VersionIdError, World,
};
