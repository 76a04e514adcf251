//! What programs on an instance see: the metadata service.
//!
//! Source: "View instance metadata" (ECS documentation). The role and its credentials stand under
//! `/latest/meta-data/ram/security-credentials/`. A credential is published when the first program
//! asks for it and replaced some time before it ends; the one before stays good until its own end
//! (decision A13). Always holds: what a request changes is at most the credential published last,
//! and that holds no secret.

use serde::Serialize;

use crate::authorize::ecs_may_assume;
use crate::credentials::Credentials;
use crate::moment::MIXED;
use crate::{
    Binding, ControlPlane, Effect, Instance, MetadataMode, Moment, Network, Published, Role,
    Session, Timestamp, World,
};

/// A request of a program on an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetadataRequest {
    /// `GET` or `PUT`.
    pub method: String,
    /// The path, for example `/latest/meta-data/instance-id`.
    pub path: String,
    /// The header `X-aliyun-ecs-metadata-token-ttl-seconds`.
    pub token_ttl_seconds: Option<String>,
    /// The header `X-aliyun-ecs-metadata-token`.
    pub token: Option<String>,
    /// Whether there is a header `X-Forwarded-For`, which a careless proxy adds.
    pub forwarded_for: bool,
}

impl MetadataRequest {
    /// Reads a path without a token.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: "GET".to_owned(), path: path.into(), ..Self::default() }
    }

    /// Asks for a token that lasts that many seconds.
    #[must_use]
    pub fn put_token(ttl_seconds: u32) -> Self {
        Self {
            method: "PUT".to_owned(),
            path: "/latest/api/token".to_owned(),
            token_ttl_seconds: Some(ttl_seconds.to_string()),
            ..Self::default()
        }
    }

    /// Sends a token along.
    #[must_use]
    pub fn with_token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }
}

/// The answer to a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataResponse {
    /// The text.
    pub body: String,
    /// What is to be stored: the credential published, if one was.
    pub effects: Vec<Effect>,
    /// The revision of the world the answer was computed from.
    pub revision: u64,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum MetadataError {
    /// The lifetime asked for is missing or not 1 to 21,600 seconds.
    #[error("Missing or Invalid Parameters")]
    BadRequest,
    /// The token is not one of this instance, or its time is over.
    #[error("Unauthorized")]
    Unauthorized,
    /// There is no token where one is needed, a token was asked for through a proxy, or metadata
    /// is switched off.
    #[error("Forbidden")]
    Forbidden,
    /// There is no such item; or the instance carries no role, or not this one, or gets no
    /// credentials for it.
    #[error("Not Found")]
    NotFound,
}

impl MetadataError {
    /// Returns the HTTP status.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
        }
    }
}

/// The credentials of an instance, members in the order of the documented samples.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstanceCredentials {
    /// `STS.` and more.
    pub access_key_id: String,
    /// The secret that signs requests.
    pub access_key_secret: String,
    /// When they end.
    pub expiration: Timestamp,
    /// The token that goes along with each request.
    pub security_token: String,
    /// When they were made.
    pub last_updated: Timestamp,
    /// `Success`.
    pub code: &'static str,
}

impl std::fmt::Debug for InstanceCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InstanceCredentials")
            .field("access_key_id", &self.access_key_id)
            .field("expiration", &self.expiration)
            .field("last_updated", &self.last_updated)
            .finish_non_exhaustive()
    }
}

/// The longest life of a token, in seconds.
const MAX_TTL_SECONDS: u64 = 21_600;
/// What a sealed metadata token is for.
const PURPOSE: &[u8] = b"metadata-token";

impl ControlPlane {
    /// Answers a program on an instance.
    ///
    /// # Errors
    /// [`MetadataError`], for which the service answers the HTTP status of that name.
    pub fn metadata(
        &self,
        world: &World,
        instance_id: &str,
        request: &MetadataRequest,
        moment: &Moment,
    ) -> Result<MetadataResponse, MetadataError> {
        let instance = world.instance(instance_id).ok_or(MetadataError::NotFound)?;
        // The service is reached from inside a VPC only.
        if instance.metadata == MetadataMode::Disabled || instance.network == Network::Classic {
            return Err(MetadataError::Forbidden);
        }
        let path = request.path.strip_prefix("/latest/").ok_or(MetadataError::NotFound)?;
        let answer =
            |body| MetadataResponse { body, effects: Vec::new(), revision: world.revision() };
        match (&*request.method, path) {
            ("PUT", "api/token") => self.token(instance, request, moment).map(answer),
            ("GET", _) => {
                self.admit(instance, request, moment.now())?;
                let item = path.strip_prefix("meta-data/").ok_or(MetadataError::NotFound)?;
                let role_item = ["ram", "Ram"].iter().find_map(|head| {
                    item.strip_prefix(head)?.strip_prefix("/security-credentials")
                });
                match role_item {
                    Some("" | "/") => self.role_name(world, instance, moment.now()).map(answer),
                    Some(rest) => {
                        let name = rest.strip_prefix('/').ok_or(MetadataError::NotFound)?;
                        let (credentials, effects) =
                            self.instance_credentials(world, instance_id, name, moment)?;
                        let body = serde_json::to_string(&credentials)
                            .map_err(|_| MetadataError::NotFound)?;
                        Ok(MetadataResponse { body, effects, revision: world.revision() })
                    }
                    None => plain_item(world, instance, item).map(answer),
                }
            }
            _ => Err(MetadataError::NotFound),
        }
    }

    /// Returns the credentials of an instance for the role it carries, named exactly, and what is
    /// to be stored if they were made just now.
    ///
    /// # Errors
    /// [`MetadataError::NotFound`] if the instance carries no role or another one (decision A14),
    /// the role is gone, or neither a good credential is there nor may a new one be made, because
    /// the role does not trust ECS any more or a control policy stands against it (decision A16).
    pub fn instance_credentials(
        &self,
        world: &World,
        instance_id: &str,
        role_name: &str,
        moment: &Moment,
    ) -> Result<(InstanceCredentials, Vec<Effect>), MetadataError> {
        let instance = world.instance(instance_id).ok_or(MetadataError::NotFound)?;
        let (binding, role) = bound(world, instance)?;
        if binding.role_name != role_name {
            return Err(MetadataError::NotFound);
        }
        let (published, is_new) =
            self.publication(world, binding, role, moment).ok_or(MetadataError::NotFound)?;
        let session = Session {
            role_name: role.name.clone(),
            role_id: role.id.clone(),
            session_name: format!("vm-ram-{}", instance.id),
            policy: binding.policy.clone(),
            source_identity: None,
            expires: published.expires,
        };
        let Credentials { access_key_id, access_key_secret, security_token, expiration } = self
            .keys()
            .issue(world.account(), &session, &published.serial)
            .ok_or(MetadataError::NotFound)?;
        let credentials = InstanceCredentials {
            access_key_id,
            access_key_secret,
            expiration,
            security_token,
            last_updated: published.issued,
            code: "Success",
        };
        let effect = Effect::CredentialPublished { instance_id: instance.id.clone(), published };
        Ok((credentials, is_new.then_some(effect).into_iter().collect()))
    }

    /// Returns the credential to show, and whether it is a new one.
    fn publication(
        &self,
        world: &World,
        binding: &Binding,
        role: &Role,
        moment: &Moment,
    ) -> Option<(Published, bool)> {
        let now = moment.now();
        // A credential of a deleted role is not one of the new role of that name.
        let last = binding.published.as_ref().filter(|published| published.role_id == role.id);
        let refresh = u64::from(self.settings().refresh_before_seconds);
        let is_fresh = |published: &&Published| {
            now >= published.issued && published.expires.seconds_since(now) > refresh
        };
        if let Some(fresh) = last.filter(is_fresh) {
            return Some((fresh.clone(), false));
        }
        if ecs_may_assume(world, role, now) {
            let published = Published {
                role_id: role.id.clone(),
                serial: moment.id("published", 0, MIXED, 24),
                issued: now,
                expires: now.after(u64::from(self.settings().instance_credential_seconds))?,
            };
            return Some((published, true));
        }
        last.filter(|published| now < published.expires).map(|last| (last.clone(), false))
    }

    /// The listing names the role while there is a credential for it to be had.
    fn role_name(
        &self,
        world: &World,
        instance: &Instance,
        now: Timestamp,
    ) -> Result<String, MetadataError> {
        let (binding, role) = bound(world, instance)?;
        let moment = Moment::new(now, [0; 32]);
        let publication = self.publication(world, binding, role, &moment);
        publication.map(|_| role.name.clone()).ok_or(MetadataError::NotFound)
    }

    /// Makes a token of the hardened mode: it holds the instance and its end, sealed.
    fn token(
        &self,
        instance: &Instance,
        request: &MetadataRequest,
        moment: &Moment,
    ) -> Result<String, MetadataError> {
        if request.forwarded_for {
            return Err(MetadataError::Forbidden);
        }
        let ttl = request.token_ttl_seconds.as_deref().unwrap_or_default();
        let is_number = !ttl.is_empty() && ttl.bytes().all(|byte| byte.is_ascii_digit());
        let seconds: u64 =
            ttl.parse().ok().filter(|_| is_number).ok_or(MetadataError::BadRequest)?;
        if !(1..=MAX_TTL_SECONDS).contains(&seconds) {
            return Err(MetadataError::BadRequest);
        }
        let expires = moment.now().after(seconds).ok_or(MetadataError::BadRequest)?;
        let serial = moment.id("metadata-token", 0, MIXED, 16);
        let content = format!("{}\n{expires}\n{serial}", instance.id);
        self.keys().seal(PURPOSE, content.as_bytes()).ok_or(MetadataError::BadRequest)
    }

    /// Lets a request in: a token must be good, and must be there where the instance asks for one.
    fn admit(
        &self,
        instance: &Instance,
        request: &MetadataRequest,
        now: Timestamp,
    ) -> Result<(), MetadataError> {
        let Some(token) = &request.token else {
            return match instance.metadata {
                MetadataMode::Required => Err(MetadataError::Forbidden),
                _ => Ok(()),
            };
        };
        let content = self.keys().opened(PURPOSE, token).ok_or(MetadataError::Unauthorized)?;
        let content = String::from_utf8(content).map_err(|_| MetadataError::Unauthorized)?;
        let mut lines = content.lines();
        let is_own = lines.next() == Some(&*instance.id);
        let expires: Option<Timestamp> = lines.next().and_then(|line| line.parse().ok());
        if is_own && expires.is_some_and(|expires| now < expires) {
            Ok(())
        } else {
            Err(MetadataError::Unauthorized)
        }
    }
}

fn bound<'w>(
    world: &'w World,
    instance: &'w Instance,
) -> Result<(&'w Binding, &'w Role), MetadataError> {
    let binding = instance.binding.as_ref().ok_or(MetadataError::NotFound)?;
    let role = world.role(&binding.role_name).ok_or(MetadataError::NotFound)?;
    Ok((binding, role))
}

/// The items beside the role that this world knows.
fn plain_item(world: &World, instance: &Instance, item: &str) -> Result<String, MetadataError> {
    let (vpc_id, vswitch_id) = match &instance.network {
        Network::Vpc { vpc_id, vswitch_id } => (vpc_id.as_deref(), Some(vswitch_id.as_str())),
        Network::Classic => (None, None),
    };
    let items: [(&str, Option<&str>); 8] = [
        ("image-id", instance.image_id.as_deref()),
        ("instance-id", Some(&instance.id)),
        ("instance/instance-type", instance.instance_type.as_deref()),
        ("network-type", Some(instance.network.name())),
        ("owner-account-id", Some(world.account())),
        ("region-id", Some(&instance.region)),
        ("vpc-id", vpc_id),
        ("vswitch-id", vswitch_id),
    ];
    if item.is_empty() {
        let mut names: Vec<&str> = items
            .iter()
            .filter(|(_, value)| value.is_some())
            .filter_map(|(name, _)| name.split('/').next())
            .collect();
        if instance.binding.is_some() {
            names.push("ram/");
        }
        names.sort_unstable();
        return Ok(names.join("\n"));
    }
    let found = items.iter().find(|(name, _)| *name == item).and_then(|(_, value)| *value);
    found.map(str::to_owned).ok_or(MetadataError::NotFound)
}
