//! Instance RAM roles, the whole life cycle, as one pure function.
//!
//! A [`World`], a [`Caller`] and a request go into a [`ControlPlane`]; a response and a list of
//! [`Effect`]s come out, or an [`ApiError`] with the code, status and message of the service. Time
//! and randomness come with each call as a [`Moment`]; nothing here reads a clock, opens a file or
//! keeps a secret, so equal inputs give equal outputs.
//!
//! # Not covered
//! Passwords, access keys and devices of users; providers of role SSO; other accounts; what an
//! instance is beyond its role.
#![forbid(unsafe_code)]

pub mod authorize;
mod caller;
mod control_plane;
mod credentials;
mod error;
pub mod file;
pub mod metadata;
mod moment;
mod name;
pub mod operation;
mod settings;
mod time;
mod world;

pub use authorize::{Authority, trusts_ecs};
pub use caller::{Caller, Session};
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
