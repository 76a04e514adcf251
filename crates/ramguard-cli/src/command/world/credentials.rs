//! Credentials that a caller shows, and the key behind their security tokens.
//!
//! Always holds here: no message repeats any of a key, a secret or a token.

use std::ffi::OsStr;

use ramguard_world::{Caller, ControlPlane, Moment, Settings, Timestamp, TokenKeys, World};
use serde::Deserialize;

use crate::command::Failure;
use crate::inputs::Inputs;
use crate::render::escape::escape;

/// What a caller shows: an access key and the token that belongs to it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::command) struct Shown {
    access_key_id: String,
    security_token: String,
}

/// Credentials as the metadata service answers them, or inside the answer of AssumeRole.
#[derive(Deserialize)]
#[serde(untagged)]
enum Form {
    Wrapped {
        #[serde(rename = "Credentials")]
        credentials: Shown,
    },
    Bare(Shown),
}

/// Reads credentials.
pub(in crate::command) fn shown(file: &OsStr, inputs: &mut Inputs) -> Result<Shown, Failure> {
    let source = inputs.document(file)?;
    match serde_json::from_slice(&source.bytes) {
        Ok(Form::Wrapped { credentials } | Form::Bare(credentials)) => Ok(credentials),
        Err(_) => Err(Failure::new(format!(
            "`{}` holds no credentials: write a JSON object with `AccessKeyId` and `SecurityToken`",
            escape(&source.name)
        ))),
    }
}

impl Shown {
    /// Returns the caller behind the credentials.
    pub(in crate::command) fn caller(
        &self,
        world: &World,
        keys: TokenKeys,
        now: Timestamp,
    ) -> Result<Caller, Failure> {
        let control = ControlPlane::new(Settings::default(), keys);
        let moment = Moment::new(now, super::random()?);
        control
            .authenticate(world, &self.access_key_id, &self.security_token, &moment)
            .map_err(|error| Failure::new(format!("the credentials are refused: {error}")))
    }
}

/// Reads the key of a file, or draws a fresh one.
pub(in crate::command) fn token_keys(
    file: Option<&OsStr>,
    inputs: &mut Inputs,
) -> Result<TokenKeys, Failure> {
    let key = match file {
        Some(file) => token_key(file, inputs)?,
        None => super::random()?,
    };
    Ok(TokenKeys::new(key))
}

/// Reads the key of a file: 64 hexadecimal digits, blanks and line breaks around them aside.
fn token_key(file: &OsStr, inputs: &mut Inputs) -> Result<[u8; 32], Failure> {
    let source = inputs.document(file)?;
    key_of(&source.bytes).ok_or_else(|| {
        let name = escape(&source.name);
        Failure::new(format!("`{name}` holds no token key: write 64 hexadecimal digits"))
    })
}

fn key_of(bytes: &[u8]) -> Option<[u8; 32]> {
    let digits = bytes.trim_ascii();
    if digits.len() != 64 {
        return None;
    }
    let mut key = [0; 32];
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |index: usize| char::from(*pair.get(index)?).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_key_is_64_hexadecimal_digits() {
        let key = key_of(&[b"0aFf".repeat(16), b"\n".to_vec()].concat()).unwrap();
        assert_eq!(key.get(..4), Some(&[0x0a, 0xff, 0x0a, 0xff][..]));
        for bad in ["", "0", &"0".repeat(63), &"g0".repeat(32), &"+1".repeat(32)] {
            assert_eq!(key_of(bad.as_bytes()), None, "{bad}");
        }
    }
}
