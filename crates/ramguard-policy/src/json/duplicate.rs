//! Keys that one object gives twice, escapes resolved. Rule G-1, decision D-02.
//!
//! Always holds here: an object is checked once, when it is closed, in time in proportion to its
//! members and the length of their keys, but for sorting the hashes of a large object.

use super::fault::{FaultKind, snippet};
use super::read::Reader;
use super::string;
use super::tape::{Node, Tag};
use std::hash::{BuildHasher, RandomState};

/// The most members that are compared each with each.
const FEW: usize = 16;

impl Reader<'_> {
    /// Reports every key of the object at `object`, the last one on the tape, that it gives again.
    #[inline]
    pub(super) fn check_keys(&mut self, object: u32) {
        let mut prints = [0_u64; FEW];
        let mut keys = [0_u32; FEW];
        let mut count = 0;
        let mut index = object + 1;
        let mut again = false;
        while let Some(&[key, value, ..]) = self.nodes.get(index as usize..) {
            let print = fingerprint(self.key_bytes(key));
            again |= prints.iter().take(count).any(|&other| other == print);
            let (Some(print_place), Some(key_place)) = (prints.get_mut(count), keys.get_mut(count))
            else {
                return self.check_many_keys(object);
            };
            *print_place = print;
            *key_place = index;
            count += 1;
            index = value.next(index + 1);
        }
        if again {
            self.check_few_keys(keys.get(..count).unwrap_or_default());
        }
    }

    /// Compares each of `keys` with those before it.
    #[cold]
    fn check_few_keys(&mut self, keys: &[u32]) {
        for (place, &key) in keys.iter().enumerate() {
            let before = keys.iter().take(place);
            let text = self.key_text(key);
            if let Some(&first) = before.clone().find(|&&first| self.key_text(first) == text) {
                self.report_duplicate(first, key);
            }
        }
    }

    /// Sorts the keys by a hash no document can foresee, so that equal ones become neighbours.
    #[cold]
    fn check_many_keys(&mut self, object: u32) {
        let hasher = RandomState::new();
        let mut hashes: Vec<(u64, u32)> = Vec::new();
        let mut index = object + 1;
        while let Some(&[key, value, ..]) = self.nodes.get(index as usize..) {
            hashes.push((hasher.hash_one(self.key_bytes(key)), index));
            index = value.next(index + 1);
        }
        hashes.sort_unstable();
        let mut found: Vec<(u32, u32)> = Vec::new();
        for same in hashes.chunk_by(|one, other| one.0 == other.0).filter(|same| same.len() > 1) {
            for (place, &(_, key)) in same.iter().enumerate() {
                let text = self.key_text(key);
                let before = same.iter().take(place);
                if let Some(&(_, first)) = before.clone().find(|one| self.key_text(one.1) == text) {
                    found.push((key, first));
                }
            }
        }
        // The order of the hashes differs from run to run; that of the document does not.
        found.sort_unstable();
        for (key, first) in found {
            self.report_duplicate(first, key);
            if self.stopped {
                return;
            }
        }
    }

    fn report_duplicate(&mut self, first: u32, second: u32) {
        let span_of = |index: u32| self.nodes.get(index as usize).map(|node| node.span());
        let (Some(first), Some(span)) = (span_of(first), span_of(second)) else { return };
        if span.is_empty() {
            // Stands for a key that is missing, which was reported.
            return;
        }
        let key = snippet(self.key_text(second));
        self.report(FaultKind::DuplicateKey { key }, span, Some(first));
    }

    fn key_text(&self, index: u32) -> &str {
        let node = self.nodes.get(index as usize).copied();
        let text = |node| string::text_of(self.text, &self.decoded, &self.unescaped, node);
        node.and_then(text).unwrap_or_default()
    }

    /// Returns the unescaped key as bytes, which saves finding the edges of its characters.
    #[inline]
    fn key_bytes(&self, node: Node) -> &[u8] {
        if node.tag() == Tag::Plain {
            let inner = node.start as usize + 1..(node.end as usize).saturating_sub(1);
            return self.bytes.get(inner).unwrap_or_default();
        }
        let text = string::text_of(self.text, &self.decoded, &self.unescaped, node);
        text.unwrap_or_default().as_bytes()
    }
}

/// Returns a number that equal texts share and most others do not: length, first and last bytes.
#[inline]
fn fingerprint(bytes: &[u8]) -> u64 {
    let length = (bytes.len() as u64) << 56;
    let edges = if let (Some(first), Some(last)) =
        (bytes.first_chunk::<8>(), bytes.last_chunk::<8>())
    {
        u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(29)
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32
    } else {
        bytes.iter().fold(0, |edges, &byte| edges << 8 | u64::from(byte))
    };
    edges ^ length
}
