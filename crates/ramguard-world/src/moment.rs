//! When a call is made and what it may draw on: time and randomness, both given by the host.
//!
//! Everything a call makes up (request id, role id, instance ids, access keys) is derived from the
//! entropy of its moment by HMAC-SHA256 under a label of its own. Equal moments give equal results,
//! so a host never uses the entropy of one call for another.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Timestamp;

/// The time of a call and 32 random bytes that belong to it alone.
///
/// ```
/// use ramguard_world::{Moment, Timestamp};
///
/// let now: Timestamp = "2024-11-08T12:00:00Z".parse()?;
/// let moment = Moment::new(now, [7; 32]); // a host takes these bytes from its system
/// assert_eq!(moment.request_id().len(), 36);
/// # Ok::<(), ramguard_world::TimestampError>(())
/// ```
#[derive(Clone)]
pub struct Moment {
    now: Timestamp,
    entropy: [u8; 32],
}

impl std::fmt::Debug for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Access keys are derived from the entropy, so it is as secret as they are.
        f.debug_struct("Moment").field("now", &self.now).finish_non_exhaustive()
    }
}

impl Moment {
    /// Takes the time of the call and bytes from a cryptographic source, fresh for every call.
    #[must_use]
    pub const fn new(now: Timestamp, entropy: [u8; 32]) -> Self {
        Self { now, entropy }
    }

    /// Returns the time.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Returns the id of the request, a UUID in upper case as the services print it.
    #[must_use]
    pub fn request_id(&self) -> String {
        let bytes = self.bytes("request-id", 0);
        let hex: String = bytes.iter().take(16).map(|byte| format!("{byte:02X}")).collect();
        let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default();
        format!("{}-{}-{}-{}-{}", part(0..8), part(8..12), part(12..16), part(16..20), part(20..32))
    }

    /// Returns 32 bytes for one purpose and number.
    pub(crate) fn bytes(&self, purpose: &str, index: u32) -> [u8; 32] {
        keyed_hash(&self.entropy, &[b"moment", purpose.as_bytes(), &index.to_be_bytes()])
    }

    /// Returns an id of `length` characters of `alphabet`, at most 32.
    pub(crate) fn id(&self, purpose: &str, index: u32, alphabet: &[u8], length: usize) -> String {
        spell(&self.bytes(purpose, index), alphabet, length)
    }

    /// Returns the numeric id of a new user or role: 18 digits.
    pub(crate) fn numeric_id(&self, purpose: &str) -> String {
        format!("3{}", self.id(purpose, 0, DIGITS, 17))
    }
}

pub(crate) const DIGITS: &[u8] = b"0123456789";
pub(crate) const LOWER: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
pub(crate) const MIXED: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Spells bytes with the characters of an alphabet. A byte is taken modulo the alphabet: the ids
/// need not be uniform, and a secret is spelt long enough that the bias does not matter.
pub(crate) fn spell(bytes: &[u8], alphabet: &[u8], length: usize) -> String {
    bytes
        .iter()
        .take(length)
        .filter_map(|byte| alphabet.get(usize::from(*byte) % alphabet.len().max(1)))
        .map(|letter| char::from(*letter))
        .collect()
}

/// HMAC-SHA256 over parts, each preceded by its length, so that no two lists of parts look alike.
pub(crate) fn keyed_hash(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = [0; 64];
    for (slot, byte) in block.iter_mut().zip(key) {
        *slot = *byte;
    }
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_and_numbers_draw_different_bytes() {
        let moment = Moment::new(Timestamp::default(), [1; 32]);
        let drawn = [moment.bytes("a", 0), moment.bytes("a", 1), moment.bytes("b", 0)];
        assert!(drawn.iter().enumerate().all(|(i, a)| drawn.iter().skip(i + 1).all(|b| a != b)));
    }

    #[test]
    fn parts_are_kept_apart() {
        let key = [9; 32];
        assert_ne!(keyed_hash(&key, &[b"ab", b"c"]), keyed_hash(&key, &[b"a", b"bc"]));
    }

    #[test]
    fn the_hash_is_hmac_sha256() {
        // The key is padded with zeros to the block, so 32 bytes of key are as good as 64 with
        // zeros; the expected value was computed over the eight length bytes and the text.
        let mut direct = <Hmac<Sha256> as KeyInit>::new_from_slice(&[3; 32]).unwrap();
        direct.update(&[0, 0, 0, 0, 0, 0, 0, 2]);
        direct.update(b"hi");
        let direct: [u8; 32] = direct.finalize().into_bytes().into();
        assert_eq!(keyed_hash(&[3; 32], &[b"hi"]), direct);
    }

    #[test]
    fn debug_output_hides_the_entropy() {
        let text = format!("{:?}", Moment::new(Timestamp::default(), [171; 32]));
        assert!(!text.contains("171"), "{text}");
    }
}
