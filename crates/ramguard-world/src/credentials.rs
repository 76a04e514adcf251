//! Temporary credentials: access key, secret and a sealed security token.
//!
//! Always holds:
//!
//! * a token is opaque: its content is encrypted and authenticated by AES-256-GCM-SIV under a key
//!   derived from the host's, so it can be neither read nor made nor altered without that key;
//! * nothing secret is stored: the secret of an access key and the nonce of a token are derived from
//!   what they belong to by HMAC-SHA256 under keys of their own. Equal credentials have equal
//!   tokens, which is all that a repeated nonce tells under GCM-SIV.

use aes_gcm_siv::aead::{Aead, Payload};
use aes_gcm_siv::{Aes256GcmSiv, KeyInit};
use base64ct::{Base64UrlUnpadded, Encoding};
use ramguard_policy::{Kind, Policy, PolicySeed};
use serde::de::DeserializeSeed;
use serde::{Deserialize, Serialize};

use crate::moment::{MIXED, keyed_hash, spell};
use crate::{Session, Timestamp};

/// Temporary credentials, as STS hands them out.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The access key, `STS.` and 25 characters.
    pub access_key_id: String,
    /// The secret that signs requests.
    pub access_key_secret: String,
    /// The token that goes along with each request.
    pub security_token: String,
    /// When they end.
    pub expiration: Timestamp,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("expiration", &self.expiration)
            .finish_non_exhaustive()
    }
}

/// Why a security token is refused.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It was not made under these keys, or was altered.
    #[error("the security token is malformed or forged")]
    Malformed,
    /// It belongs to another access key.
    #[error("the security token does not belong to this access key")]
    OtherAccessKey,
    /// It belongs to another account.
    #[error("the security token belongs to another account")]
    OtherAccount,
    /// Its time is over.
    #[error("the security token expired at {at}")]
    Expired {
        /// When.
        at: Timestamp,
    },
    /// Its role was deleted, be there a new one of the same name.
    #[error("the role of the security token does not exist any more")]
    RoleGone,
}

impl TokenError {
    /// Returns the error code a gateway answers.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed | Self::OtherAccount | Self::RoleGone => {
                "InvalidSecurityToken.Malformed"
            }
            Self::OtherAccessKey => "InvalidSecurityToken.MismatchWithAccessKey",
            Self::Expired { .. } => "InvalidSecurityToken.Expired",
        }
    }
}

/// The keys that seal security tokens: one in use, and former ones whose tokens are still good.
#[derive(Clone)]
pub struct TokenKeys {
    current: TokenKey,
    former: Vec<TokenKey>,
}

#[derive(Clone)]
struct TokenKey {
    id: [u8; 4],
    seal: [u8; 32],
    nonce: [u8; 32],
    secret: [u8; 32],
}

impl std::fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenKeys").field("former", &self.former.len()).finish_non_exhaustive()
    }
}

impl TokenKey {
    fn derive(master: &[u8; 32]) -> Self {
        let derive = |purpose: &str| keyed_hash(master, &[b"token-key", purpose.as_bytes()]);
        let [a, b, c, d, ..] = derive("id");
        Self {
            id: [a, b, c, d],
            seal: derive("seal"),
            nonce: derive("nonce"),
            secret: derive("secret"),
        }
    }
}

/// What a token says, inside.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    account: String,
    access_key: String,
    role: String,
    role_id: String,
    session: String,
    expires: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source_identity: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
}

/// The first byte of a sealed text: how it was made.
const FORMAT: u8 = 1;
const NONCE: usize = 12;
/// Format, key id and nonce.
const HEAD: usize = 1 + 4 + NONCE;
/// A token with the longest session policy is about half as long.
const MAX_TOKEN: usize = 16 << 10;

impl TokenKeys {
    /// Takes 32 random bytes that only the host knows.
    #[must_use]
    pub fn new(master: [u8; 32]) -> Self {
        Self { current: TokenKey::derive(&master), former: Vec::new() }
    }

    /// Also accepts the tokens of a key used before.
    #[must_use]
    pub fn with_former(mut self, master: [u8; 32]) -> Self {
        self.former.push(TokenKey::derive(&master));
        self
    }

    /// Makes the credentials of a session. `serial` tells them from all others; equal input gives
    /// equal credentials. `None` only if the cipher refuses, which it does for texts of gigabytes.
    pub(crate) fn issue(
        &self,
        account: &str,
        session: &Session,
        serial: &str,
    ) -> Option<Credentials> {
        let about = [account, &session.role_id, &session.session_name, serial];
        let about = about.map(str::as_bytes);
        let key_id = spell(&keyed_hash(&self.current.secret, &about), MIXED, 25);
        let access_key_id = format!("STS.{key_id}");
        let claims = Claims {
            account: account.to_owned(),
            access_key: access_key_id.clone(),
            role: session.role_name.clone(),
            role_id: session.role_id.clone(),
            session: session.session_name.clone(),
            expires: session.expires,
            source_identity: session.source_identity.clone(),
            policy: session.policy.as_ref().map(Policy::to_json),
        };
        let claims = serde_json::to_vec(&claims).ok()?;
        Some(Credentials {
            access_key_secret: self.current.secret_of(&access_key_id),
            security_token: self.current.seal(b"security-token", &claims)?,
            expiration: session.expires,
            access_key_id,
        })
    }

    /// Opens the security token that came with an access key.
    ///
    /// # Errors
    /// [`TokenError`], but for [`TokenError::RoleGone`], which only a world can tell.
    pub fn open(
        &self,
        account: &str,
        access_key_id: &str,
        token: &str,
        now: Timestamp,
    ) -> Result<Session, TokenError> {
        let (claims, _) = self.unseal(b"security-token", token).ok_or(TokenError::Malformed)?;
        let claims: Claims = serde_json::from_slice(&claims).map_err(|_| TokenError::Malformed)?;
        if claims.access_key != access_key_id {
            return Err(TokenError::OtherAccessKey);
        }
        if claims.account != account {
            return Err(TokenError::OtherAccount);
        }
        if now >= claims.expires {
            return Err(TokenError::Expired { at: claims.expires });
        }
        let policy = claims.policy.map(|text| {
            let mut json = serde_json::Deserializer::from_str(&text);
            PolicySeed::new(Kind::Session).deserialize(&mut json)
        });
        Ok(Session {
            role_name: claims.role,
            role_id: claims.role_id,
            session_name: claims.session,
            policy: policy.transpose().map_err(|_| TokenError::Malformed)?,
            source_identity: claims.source_identity,
            expires: claims.expires,
        })
    }

    /// Returns the secret of the access key a token of these keys belongs to, with which a gateway
    /// verifies signatures.
    ///
    /// # Errors
    /// [`TokenError::Malformed`] and [`TokenError::OtherAccessKey`], as [`TokenKeys::open`].
    pub fn secret(&self, access_key_id: &str, token: &str) -> Result<String, TokenError> {
        let (claims, key) = self.unseal(b"security-token", token).ok_or(TokenError::Malformed)?;
        let claims: Claims = serde_json::from_slice(&claims).map_err(|_| TokenError::Malformed)?;
        if claims.access_key != access_key_id {
            return Err(TokenError::OtherAccessKey);
        }
        Ok(key.secret_of(access_key_id))
    }

    /// Seals bytes for one purpose under the current key.
    pub(crate) fn seal(&self, purpose: &[u8], content: &[u8]) -> Option<String> {
        self.current.seal(purpose, content)
    }

    /// Opens what [`TokenKeys::seal`] made for that purpose.
    pub(crate) fn opened(&self, purpose: &[u8], text: &str) -> Option<Vec<u8>> {
        self.unseal(purpose, text).map(|(content, _)| content)
    }

    fn unseal(&self, purpose: &[u8], text: &str) -> Option<(Vec<u8>, &TokenKey)> {
        if text.len() > MAX_TOKEN {
            return None;
        }
        let bytes = Base64UrlUnpadded::decode_vec(text).ok()?;
        let (head, sealed) = bytes.split_at_checked(HEAD)?;
        let (&format, rest) = head.split_first()?;
        let (id, nonce) = rest.split_at_checked(4)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        if format != FORMAT {
            return None;
        }
        // Two keys may share an id, so each that has it is tried.
        std::iter::once(&self.current).chain(&self.former).filter(|key| key.id == id).find_map(
            |key| {
                let payload = Payload { msg: sealed, aad: purpose };
                let content = key.cipher().decrypt(&nonce.into(), payload).ok()?;
                Some((content, key))
            },
        )
    }
}

impl TokenKey {
    fn cipher(&self) -> Aes256GcmSiv {
        Aes256GcmSiv::new(&self.seal.into())
    }

    fn seal(&self, purpose: &[u8], content: &[u8]) -> Option<String> {
        let mut nonce = [0; NONCE];
        let hash = keyed_hash(&self.nonce, &[purpose, content]);
        for (slot, byte) in nonce.iter_mut().zip(hash) {
            *slot = byte;
        }
        let payload = Payload { msg: content, aad: purpose };
        let sealed = self.cipher().encrypt(&nonce.into(), payload).ok()?;
        let mut bytes = Vec::with_capacity(HEAD + sealed.len());
        bytes.push(FORMAT);
        bytes.extend(self.id);
        bytes.extend(nonce);
        bytes.extend(sealed);
        Some(Base64UrlUnpadded::encode_string(&bytes))
    }

    fn secret_of(&self, access_key_id: &str) -> String {
        let half = |number: &[u8]| {
            let parts = [b"access-key-secret".as_slice(), access_key_id.as_bytes(), number];
            spell(&keyed_hash(&self.secret, &parts), MIXED, 22)
        };
        half(b"1") + &half(b"2")
    }
}
