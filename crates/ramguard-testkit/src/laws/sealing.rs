//! Security tokens: what was sealed is opened again, and nothing else is.

use std::sync::OnceLock;

use ramguard::Context;
use ramguard_world::operation::{AssumeRole, CreateRole, CreateUser};
use ramguard_world::{
    Caller, ControlPlane, Moment, Session, Settings, Timestamp, TokenError, TokenKeys, World,
};

use super::{Verdict, law};
use crate::generate::ByteSource;

const ACCOUNT: &str = "1000000000000001";
const TRUST: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["acs:ram::1000000000000001:root"]}}]}"#;
const POLICY: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*"}]}"#;
/// The letters of a token, and some that no token has.
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= .\n\0";

/// An account in which `alice` may assume the role `app`.
struct Scene {
    world: World,
    control: ControlPlane,
    now: Timestamp,
}

impl Scene {
    /// The one scene: nothing in it changes once it stands.
    fn stands() -> Result<&'static Self, String> {
        static SCENE: OnceLock<Result<Scene, String>> = OnceLock::new();
        SCENE.get_or_init(|| Self::new(7)).as_ref().map_err(Clone::clone)
    }

    fn new(key: u8) -> Result<Self, String> {
        let now: Timestamp = "2024-11-08T03:44:50Z".parse().map_err(said)?;
        let world = World::new(ACCOUNT).map_err(said)?;
        let control = ControlPlane::new(Settings::default(), TokenKeys::new([key; 32]));
        let mut scene = Self { world, control, now };
        let user = CreateUser { user_name: "alice".into(), ..CreateUser::default() };
        scene.root(1, &user)?;
        let role = CreateRole {
            role_name: "app".into(),
            assume_role_policy_document: TRUST.into(),
            ..CreateRole::default()
        };
        scene.root(2, &role)?;
        let parameters = [("PolicyName", "sts"), ("PolicyDocument", POLICY)];
        scene.call(3, "CreatePolicy", &parameters)?;
        let parameters = [("PolicyType", "Custom"), ("PolicyName", "sts"), ("UserName", "alice")];
        scene.call(4, "AttachPolicyToUser", &parameters)?;
        Ok(scene)
    }

    fn moment(&self, entropy: u8) -> Moment {
        Moment::new(self.now, [entropy; 32])
    }

    fn root<O: ramguard_world::operation::Operation>(
        &mut self,
        entropy: u8,
        request: &O,
    ) -> Verdict {
        let moment = self.moment(entropy);
        let context = Context::default();
        let outcome = self.control.perform(&self.world, &Caller::Root, &moment, &context, request);
        outcome.map_err(said)?.commit(&mut self.world).map_err(said)
    }

    fn call(&mut self, entropy: u8, name: &str, parameters: &[(&str, &str)]) -> Verdict {
        let moment = self.moment(entropy);
        let parameters = parameters.iter().copied();
        let context = Context::default();
        let outcome =
            self.control.call(&self.world, &Caller::Root, &moment, &context, name, parameters);
        outcome.map_err(said)?.commit(&mut self.world).map_err(said)
    }
}

fn said(error: impl std::fmt::Display) -> String {
    format!("the scene does not stand: {error}")
}

fn not_opened(token: &str, what: &str) -> impl FnOnce() -> String {
    let message = format!("{what} is accepted: {token:?}");
    move || message
}

/// A token made from the choices of `source` leads back to the session it was made for, under the
/// keys and the access key it belongs to; changed in any place, cut or lengthened it is refused,
/// and so is it under other keys, with another access key and from its last second on.
///
/// # Errors
/// The token and what was done to it.
pub fn token_leads_back(source: &mut ByteSource<'_>) -> Verdict {
    let scene = Scene::stands()?;
    let name: String =
        (0..2 + source.below(30)).map(|_| char::from(source.pick(b"abcXYZ019._@-"))).collect();
    let seconds = 900 + u32::try_from(source.below(2_701)).unwrap_or(0);
    let request = AssumeRole {
        role_arn: format!("acs:ram::{ACCOUNT}:role/app"),
        role_session_name: name.clone(),
        duration_seconds: Some(seconds),
        policy: source.chance(50).then(|| POLICY.to_owned()),
        ..AssumeRole::default()
    };
    let moment = scene.moment(u8::try_from(source.below(256)).unwrap_or(0));
    let (alice, context) = (Caller::user("alice"), Context::default());
    let made = scene.control.perform(&scene.world, &alice, &moment, &context, &request);
    let made = made.map_err(|error| format!("{name:?} for {seconds} s is refused: {error}"))?;
    let credentials = made.response.credentials;
    let (key, token) = (&*credentials.access_key_id, &*credentials.security_token);

    let keys = scene.control.keys();
    let open = |key: &str, token: &str| keys.open(ACCOUNT, key, token, scene.now);
    let Session { role_name, session_name, expires, .. } =
        open(key, token).map_err(|error| format!("a fresh token is refused: {error}: {token}"))?;
    law(role_name == "app" && session_name == name, || {
        format!("sealed for {name:?}, opened as {session_name:?} of {role_name:?}")
    })?;
    law(expires.seconds_since(scene.now) == u64::from(seconds), || {
        format!("{seconds} s became {expires}")
    })?;
    law(keys.open(ACCOUNT, key, token, expires).is_err(), not_opened(token, "an expired token"))?;
    law(keys.open("2", key, token, scene.now).is_err(), not_opened(token, "another account"))?;
    let other = TokenKeys::new([8; 32]);
    law(
        other.open(ACCOUNT, key, token, scene.now) == Err(TokenError::Malformed),
        not_opened(token, "a token of other keys"),
    )?;
    law(open("STS.another", token).is_err(), not_opened(token, "another access key"))?;
    for _ in 0..8 {
        let altered = altered(source, token);
        law(altered == token || open(key, &altered) == Err(TokenError::Malformed), || {
            format!("an altered token is accepted: {token:?} became {altered:?}")
        })?;
        law(altered == token || keys.secret(key, &altered).is_err(), || {
            format!("a secret for an altered token: {token:?} became {altered:?}")
        })?;
    }
    Ok(())
}

/// Changes a token in one place, or its length.
fn altered(source: &mut ByteSource<'_>, token: &str) -> String {
    let mut bytes = token.as_bytes().to_vec();
    let at = source.below(bytes.len());
    let letter = source.pick(LETTERS);
    match source.below(6) {
        0..=1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = letter;
            }
        }
        2 => bytes.insert(at, letter),
        3 => drop(bytes.remove(at)),
        4 => bytes.truncate(at),
        _ => bytes.push(letter),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// No bytes of anybody's are a security token or a token of the metadata service; reading them
/// ends.
///
/// # Errors
/// The bytes that are accepted.
pub fn no_bytes_are_a_token(bytes: &[u8]) -> Verdict {
    let text = String::from_utf8_lossy(bytes);
    let scene = Scene::stands()?;
    let keys = scene.control.keys();
    for key in ["STS.x", &text] {
        law(
            keys.open(ACCOUNT, key, &text, scene.now) == Err(TokenError::Malformed),
            not_opened(&text, "a made-up token"),
        )?;
        law(keys.secret(key, &text).is_err(), not_opened(&text, "a made-up token"))?;
        let caller = scene.control.authenticate(&scene.world, key, &text, &scene.moment(5));
        law(caller.is_err(), not_opened(&text, "a made-up token"))?;
    }
    Ok(())
}
