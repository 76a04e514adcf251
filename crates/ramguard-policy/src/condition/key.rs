//! Condition keys: `acs:SourceIp`, `oss:Prefix`, `acs:ResourceTag/<tag key>`.
//!
//! * A [`ConditionKey`] passed the lexical check of Rule C-9 and keeps the text as written.
//! * Two spellings name the same key if they are equal up to ASCII case before the first `/` and
//!   exactly equal after it (Rules C-9 and C-10). [`same_key`] and [`compare_keys`] say so for
//!   any texts, valid or not, and agree with each other.

use std::cmp::Ordering;

use ramguard_match::same_bytes;

use crate::name::byte;

/// The key of a condition, as the policy spells it.
///
/// `==` compares spellings; [`ConditionKey::is_same_as`] compares what they name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConditionKey(Box<str>);

impl ConditionKey {
    /// Reads a key: letters, digits and hyphens, a colon, a name without blanks, and for tags a
    /// `/` and the tag key. `None` if `text` is nothing of that kind.
    ///
    /// The text has to fit `^[A-Za-z0-9][A-Za-z0-9-]*:[^\s/]+(/.+)?$`, where `\s` is any Unicode
    /// blank and `.` anything but a line feed: a tag key may hold blanks, colons and slashes.
    ///
    /// Rule C-9. Source: RAM documentation, "Validate policies"; check by decision D-25.
    pub fn parse(text: &str) -> Option<Self> {
        Self::is_valid(text).then(|| Self(text.into()))
    }

    /// Returns whether `text` is a key, without keeping it; see [`ConditionKey::parse`].
    pub fn is_valid(text: &str) -> bool {
        let bytes = text.as_bytes();
        let service = byte::run(bytes, byte::KEY_SERVICE);
        // What ends the service has to be the colon.
        let Some([b':', rest @ ..]) = bytes.get(service..) else { return false };
        let service_is_valid = !matches!(bytes, [b'-' | b':', ..]);
        let slash = rest.iter().position(|&byte| byte == b'/').unwrap_or(rest.len());
        let (name, tag_key) = rest.split_at_checked(slash).unwrap_or_default();
        let name_is_valid = !name.is_empty() && !holds_blank(name);
        // What follows is a slash and the tag key, or nothing.
        let tag_key_is_valid = tag_key.len() != 1 && !tag_key.contains(&b'\n');
        service_is_valid && name_is_valid && tag_key_is_valid
    }

    /// Returns the key as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the part before the colon, `acs` or the RAM code of a service, as written.
    pub fn service(&self) -> &str {
        self.0.split_once(':').map_or("", |(service, _)| service)
    }

    /// Returns the part whose case does not matter: everything before the first `/`.
    pub fn prefix(&self) -> &str {
        self.0.split_once('/').map_or(&self.0, |(prefix, _)| prefix)
    }

    /// Returns what follows the first `/`, where case matters: `team` of
    /// `acs:ResourceTag/team`. `None` if the key has no `/`.
    ///
    /// Rule C-10.
    pub fn tag_key(&self) -> Option<&str> {
        self.0.split_once('/').map(|(_, tag_key)| tag_key)
    }

    /// Returns whether both spellings name the same key; see [`same_key`].
    pub fn is_same_as(&self, other: &str) -> bool {
        same_key(&self.0, other)
    }
}

impl std::fmt::Display for ConditionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// Returns whether a blank stands in a piece of a text, between two characters of ASCII.
fn holds_blank(piece: &[u8]) -> bool {
    byte::run(piece, byte::SEEN) < piece.len()
        && std::str::from_utf8(piece).unwrap_or_default().contains(char::is_whitespace)
}

/// Returns whether `a` and `b` name the same condition key.
///
/// They do if they are equal up to ASCII case before the first `/` and exactly equal after it.
/// Neither needs to be a valid key. Allocates nothing.
///
/// Rules C-9 and C-10, decisions D-25 and D-26.
#[inline]
pub fn same_key(a: &str, b: &str) -> bool {
    // Most keys are spelled as documented, and most others differ in length.
    same_bytes(a.as_bytes(), b.as_bytes()) || (a.len() == b.len() && is_same_folded(a, b))
}

/// Returns whether two texts of one length name the same key.
#[cold]
fn is_same_folded(a: &str, b: &str) -> bool {
    // Texts that differ only in case have their first slash at the same place, so the cut of one
    // serves both; where it does not, the heads differ.
    let cut = a.bytes().position(|byte| byte == b'/').unwrap_or(a.len());
    match (a.as_bytes().split_at_checked(cut), b.as_bytes().split_at_checked(cut)) {
        (Some((a_head, a_tail)), Some((b_head, b_tail))) => {
            a_head.eq_ignore_ascii_case(b_head) && a_tail == b_tail
        }
        _ => false,
    }
}

/// Orders condition keys so that exactly the spellings of one key are equal.
///
/// A list sorted this way can be searched for any spelling of a key. Apart from that the order
/// means nothing. Agrees with [`same_key`]; allocates nothing.
pub fn compare_keys(a: &str, b: &str) -> Ordering {
    folded(a).cmp(folded(b))
}

/// The bytes of a key, upper-case ASCII letters before the first `/` made lower-case.
fn folded(key: &str) -> impl Iterator<Item = u8> {
    let mut in_tag_key = false;
    key.bytes().map(move |byte| {
        in_tag_key |= byte == b'/';
        if in_tag_key { byte } else { byte.to_ascii_lowercase() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_keys_of_services_and_tags() {
        for text in [
            "acs:SourceIp",
            "oss:x-oss-acl",
            "a:b",
            "0-:b:c",
            "ecs:tag/部门",
            "kms:tag/acs:alikafka:x",
            "acs:ResourceTag/two words",
            "acs:ResourceTag/a/b//c",
            "acs:ResourceTag//",
            "acs:名",
        ] {
            assert_eq!(ConditionKey::parse(text).map(|k| k.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn refuses_what_is_no_key() {
        for text in [
            "",
            ":",
            "acs",
            "acs:",
            ":SourceIp",
            "-acs:SourceIp",
            "a_b:c",
            "部:c",
            "acs: SourceVpc",
            "acs:Source\u{3000}Ip",
            "acs:SourceIp ",
            " acs:SourceIp",
            "acs:ResourceTag/",
            "acs:/team",
            "acs/x:y",
            "acs:ResourceTag/a\nb",
            "acs:ResourceTag/a\n",
        ] {
            assert_eq!(ConditionKey::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn case_counts_only_in_the_tag_key() {
        for (a, b, same) in [
            ("acs:SourceIp", "ACS:sourceip", true),
            ("acs:ResourceTag/Team", "ACS:resourcetag/Team", true),
            ("acs:ResourceTag/Team", "acs:ResourceTag/team", false),
            ("acs:ResourceTag/a/B", "acs:ResourceTag/a/b", false),
            ("acs:SourceIp", "acs:SourceIp/", false),
            ("acs:SourceIp/a", "acs:SourceIpXa", false),
            ("acs:É", "acs:é", false),
        ] {
            assert_eq!(same_key(a, b), same, "{a} {b}");
            assert_eq!(compare_keys(a, b).is_eq(), same, "{a} {b}");
        }
    }

    #[test]
    fn parts_are_as_written() {
        let key = ConditionKey::parse("ACS:ResourceTag/a/B").unwrap();
        assert_eq!(key.as_str(), "ACS:ResourceTag/a/B");
        assert_eq!(key.service(), "ACS");
        assert_eq!(key.prefix(), "ACS:ResourceTag");
        assert_eq!(key.tag_key(), Some("a/B"));
        assert_eq!(ConditionKey::parse("acs:SourceIp").unwrap().tag_key(), None);
    }

    #[test]
    fn a_key_is_the_same_as_its_other_spellings_only() {
        let key = ConditionKey::parse("acs:SourceIp").unwrap();
        assert!(key.is_same_as("ACS:sourceip"));
        assert!(!key.is_same_as("acs:SourceVpc"));
    }

    proptest::proptest! {
        #[test]
        fn order_and_sameness_agree(a in "[aA/部]{0,4}", b in "[aA/部]{0,4}") {
            proptest::prop_assert_eq!(compare_keys(&a, &b).is_eq(), same_key(&a, &b));
            proptest::prop_assert_eq!(compare_keys(&a, &b), compare_keys(&b, &a).reverse());
        }

        #[test]
        fn sameness_folds_before_the_slash_only(a in "[aAb/]{0,5}", b in "[aAb/]{0,5}") {
            let fold = |key: &str| match key.split_once('/') {
                Some((head, tail)) => format!("{}/{tail}", head.to_ascii_lowercase()),
                None => key.to_ascii_lowercase(),
            };
            proptest::prop_assert_eq!(same_key(&a, &b), fold(&a) == fold(&b));
        }
    }
}
