//! Instances, as far as their role is concerned.

use std::collections::BTreeMap;

use ramguard_policy::Policy;

use crate::Timestamp;

/// What an instance is connected to. Only one in a VPC can carry a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Network {
    /// A switch of a VPC.
    Vpc {
        /// The VPC, where it is known.
        vpc_id: Option<String>,
        /// The switch.
        vswitch_id: String,
    },
    /// The classic network.
    Classic,
}

impl Network {
    /// Returns the value of the metadata item `network-type`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Vpc { .. } => "vpc",
            Self::Classic => "classic",
        }
    }
}

/// How programs on an instance may read its metadata.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MetadataMode {
    /// With a token or without.
    #[default]
    Optional,
    /// With a token only (`HttpTokens=required`).
    Required,
    /// Not at all (`HttpEndpoint=disabled`).
    Disabled,
}

/// An instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// The id.
    pub id: String,
    /// The region it runs in.
    pub region: String,
    /// What it is connected to.
    pub network: Network,
    /// The resource group it belongs to.
    pub resource_group: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// The image it was made from, where it is known.
    pub image_id: Option<String>,
    /// The type, where it is known.
    pub instance_type: Option<String>,
    /// How its metadata may be read.
    pub metadata: MetadataMode,
    /// When it was made.
    pub created: Timestamp,
    /// The `ClientToken` of the call that made it, by which a repeated call is known.
    pub client_token: Option<String>,
    /// The role it carries: at most one.
    pub binding: Option<Binding>,
}

/// The role an instance carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The name of the role. It stays when the role is deleted (decision A16).
    pub role_name: String,
    /// What narrows the credentials of this instance: the `Policy` of AttachInstanceRamRole, of
    /// kind session.
    pub policy: Option<Policy>,
    /// When the role was bound.
    pub bound: Timestamp,
    /// The credential published last.
    pub published: Option<Published>,
}

/// A credential that was published to an instance. It holds no secret: access key, secret and token
/// are derived from it under the keys of the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The id of the role it was made for.
    pub role_id: String,
    /// What tells it from every other credential.
    pub serial: String,
    /// When it was made: `LastUpdated`.
    pub issued: Timestamp,
    /// When it ends: `Expiration`.
    pub expires: Timestamp,
}
