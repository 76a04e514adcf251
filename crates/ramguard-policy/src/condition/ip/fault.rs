//! Why a text is no IP address or block, and which block it most likely stands for.
//!
//! Only texts that [`parse_block`](super::parse_block) refused come here, while a policy is
//! loaded or a decision is explained; the order of the checks is that of the better advice.

use std::net::{IpAddr, Ipv4Addr};

/// What keeps a text from being an IP address or a block.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum AddressFault {
    /// There is nothing.
    #[error("it is empty")]
    Empty,
    /// There are blanks around or inside it.
    #[error("it holds a blank")]
    Blank,
    /// It holds a `*`.
    #[error("addresses take no wildcard")]
    Wildcard,
    /// Parts of it are masked with `X`, as in samples of the documentation.
    #[error("parts of it are masked")]
    Masked,
    /// The block is given by a dotted mask instead of a prefix length.
    #[error("the mask is not a prefix length")]
    DottedMask,
    /// The prefix length is longer than the address.
    #[error("the prefix is longer than {max_bits} bits")]
    PrefixTooLong {
        /// 32 or 128, by family.
        max_bits: u8,
    },
    /// What follows the `/` is no plain number.
    #[error("the prefix length is not a plain number")]
    Prefix,
    /// An octet has a leading zero, which some readers take for octal.
    #[error("an octet has a leading zero")]
    LeadingZero,
    /// An octet is above 255.
    #[error("an octet is above 255")]
    OctetTooLarge,
    /// It has fewer or more than four octets.
    #[error("an IPv4 address has four octets")]
    OctetCount,
    /// It names the interface of a link-local address, as `fe80::1%eth0`.
    #[error("it has a zone")]
    Zone,
    /// It is a range from one address to another.
    #[error("it is a range")]
    Range,
    /// It carries a port or brackets.
    #[error("it has a port or brackets")]
    Port,
    /// It is the name of a host.
    #[error("it is a name")]
    Name,
    /// It is a block where a single address is wanted, in a request.
    #[error("it is a block, not one address")]
    BlockInRequest,
    /// It is nothing like an address.
    #[error("it has another form")]
    Form,
}

impl AddressFault {
    pub(in crate::condition) fn help(self) -> &'static str {
        match self {
            Self::Empty | Self::Form | Self::OctetCount => {
                "write an address such as `192.0.2.1` or `2001:db8::1`, or a block such as \
                 `192.0.2.0/24`"
            }
            Self::Blank => "write the address without blanks, several as a list",
            Self::Wildcard => "write a block; every address is `0.0.0.0/0` and `::/0`",
            Self::Masked => "fill in the real address",
            Self::DottedMask => "write the length of the mask in bits",
            Self::PrefixTooLong { max_bits: 32 } => "write a prefix length from 0 to 32",
            Self::PrefixTooLong { .. } => "write a prefix length from 0 to 128",
            Self::Prefix => "write the prefix length as a number without sign or leading zero",
            Self::LeadingZero => "write the octets in decimal without leading zeros",
            Self::OctetTooLarge => "write octets from 0 to 255",
            Self::Zone => "write the address without `%` and what follows it",
            Self::Range => "write the blocks that make up the range, as a list",
            Self::Port => "write the address alone",
            Self::Name => "write the addresses of the host; names are not looked up",
            Self::BlockInRequest => "give one address",
        }
    }
}

/// Names what keeps `text`, which did not parse, from being an address.
#[cold]
pub(super) fn address_fault(text: &str) -> AddressFault {
    let holds = |what: fn(char) -> bool| text.contains(what);
    if text.is_empty() {
        AddressFault::Empty
    } else if holds(char::is_whitespace) {
        AddressFault::Blank
    } else if holds(|c| c == '*') {
        AddressFault::Wildcard
    } else if holds(|c| c == '%') {
        AddressFault::Zone
    } else if has_port(text) {
        AddressFault::Port
    } else if text.split_once('-').is_some_and(|(first, _)| first.parse::<IpAddr>().is_ok()) {
        AddressFault::Range
    } else if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        octet_fault(text)
    } else if is_masked(text) {
        AddressFault::Masked
    } else if holds(|c| c.is_alphabetic()) && !holds(|c| c == ':') {
        AddressFault::Name
    } else {
        AddressFault::Form
    }
}

fn has_port(text: &str) -> bool {
    let after_address = |(address, port): (&str, &str)| {
        address.parse::<Ipv4Addr>().is_ok() && port.bytes().all(|b| b.is_ascii_digit())
    };
    text.contains(['[', ']']) || text.split_once(':').is_some_and(after_address)
}

fn octet_fault(text: &str) -> AddressFault {
    if text.split('.').count() != 4 || text.split('.').any(str::is_empty) {
        AddressFault::OctetCount
    } else if text.split('.').any(|octet| octet.len() > 1 && octet.starts_with('0')) {
        AddressFault::LeadingZero
    } else {
        AddressFault::OctetTooLarge
    }
}

/// Whether `text` is an address with whole parts replaced by `X` or `XX`.
fn is_masked(text: &str) -> bool {
    let is_mask = |part: &str| !part.is_empty() && part.bytes().all(|b| matches!(b, b'x' | b'X'));
    let is_part = |part: &str| part.bytes().all(|b| b.is_ascii_hexdigit());
    text.split(['.', ':']).any(is_mask)
        && text.split(['.', ':']).all(|part| is_mask(part) || is_part(part))
}

/// A block that most likely says what `text` meant.
pub(in crate::condition) fn replacement(text: &str, fault: AddressFault) -> Option<String> {
    match fault {
        AddressFault::Blank => Some(text.trim().to_owned()),
        AddressFault::Wildcard => wildcard_as_block(text),
        AddressFault::DottedMask => {
            let (address, mask) = text.split_once('/')?;
            let mask: Ipv4Addr = mask.parse().ok()?;
            let prefix = ipnet::ipv4_mask_to_prefix(mask).ok()?;
            let address: Ipv4Addr = address.parse().ok()?;
            let net = ipnet::Ipv4Net::new(address, prefix).ok()?;
            Some(net.trunc().to_string())
        }
        AddressFault::Port => {
            let bracketed = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
            let address = match bracketed {
                Some((address, _)) => address,
                None => text.split_once(':')?.0,
            };
            Some(address.to_owned())
        }
        _ => None,
    }
}

/// `10.0.*.*` and `10.0.*` as `10.0.0.0/16`; `None` if a `*` stands before an octet.
fn wildcard_as_block(text: &str) -> Option<String> {
    let stars_from = text.find(".*")?;
    let (octets, stars) = text.split_at_checked(stars_from)?;
    let octet_count = octets.split('.').count();
    let star_count = stars.split('.').skip(1).count();
    let only_stars = stars.split('.').skip(1).all(|part| part == "*");
    if !only_stars || octet_count.saturating_add(star_count) > 4 {
        return None;
    }
    let zeros = ".0".repeat(4_usize.checked_sub(octet_count)?);
    Some(format!("{octets}{zeros}/{}", octet_count.saturating_mul(8)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{parse_block, parse_value};
    use super::*;

    #[test]
    fn refuses_other_spellings_and_says_why() {
        for (text, fault, replacement) in [
            ("", AddressFault::Empty, None),
            ("/24", AddressFault::Empty, None),
            (" 10.0.0.1", AddressFault::Blank, Some("10.0.0.1")),
            ("10.0.0.1, 10.0.0.2", AddressFault::Blank, None),
            ("10.0.0.0/ 8", AddressFault::Blank, None),
            ("10.0.*.*", AddressFault::Wildcard, Some("10.0.0.0/16")),
            ("10.*", AddressFault::Wildcard, Some("10.0.0.0/8")),
            ("10.0.0.*", AddressFault::Wildcard, Some("10.0.0.0/24")),
            ("10.*.0.1", AddressFault::Wildcard, None),
            ("10.0.0.1.*", AddressFault::Wildcard, None),
            ("999.*", AddressFault::Wildcard, None),
            ("*", AddressFault::Wildcard, None),
            ("42.120.XX.X/24", AddressFault::Masked, None),
            ("2001:db8:x::1", AddressFault::Masked, None),
            ("10.0.0.0/255.0.0.0", AddressFault::DottedMask, Some("10.0.0.0/8")),
            ("10.1.2.3/255.255.0.0", AddressFault::DottedMask, Some("10.1.0.0/16")),
            ("10.0.0.0/0.255.255.255", AddressFault::DottedMask, None),
            ("10.0.0.0/33", AddressFault::PrefixTooLong { max_bits: 32 }, None),
            ("::/129", AddressFault::PrefixTooLong { max_bits: 128 }, None),
            ("10.0.0.0/256", AddressFault::PrefixTooLong { max_bits: 32 }, None),
            ("10.0.0.0/99999999999", AddressFault::PrefixTooLong { max_bits: 32 }, None),
            ("10.0.0.0/08", AddressFault::Prefix, None),
            ("10.0.0.0/+8", AddressFault::Prefix, None),
            ("10.0.0.0/", AddressFault::Prefix, None),
            ("10.0.0.0/8/8", AddressFault::Prefix, None),
            ("010.0.0.1/8", AddressFault::LeadingZero, None),
            ("10.00.0.1", AddressFault::LeadingZero, None),
            ("10.0.0.256", AddressFault::OctetTooLarge, None),
            ("10.0.0", AddressFault::OctetCount, None),
            ("10.0/16", AddressFault::OctetCount, None),
            ("10.0..1", AddressFault::OctetCount, None),
            ("167772161", AddressFault::OctetCount, None),
            ("fe80::1%eth0", AddressFault::Zone, None),
            ("10.0.0.1-10.0.0.9", AddressFault::Range, None),
            ("10.0.0.1:80", AddressFault::Port, Some("10.0.0.1")),
            ("[::1]:443", AddressFault::Port, Some("::1")),
            ("[::1]", AddressFault::Port, Some("::1")),
            ("host:80", AddressFault::Form, None),
            ("10.0.0.1:http", AddressFault::Form, None),
            ("example.com", AddressFault::Name, None),
            ("-10.0.0.1", AddressFault::Form, None),
            ("1::2::3", AddressFault::Form, None),
            ("12345::", AddressFault::Form, None),
            ("1:2:3:4:5:6:7", AddressFault::Form, None),
            ("1:2:3:4:5:6:7:8:9", AddressFault::Form, None),
            ("::ffff:10.0.0.01", AddressFault::Form, None),
            ("１0.0.0.1", AddressFault::Form, None),
        ] {
            assert_eq!(parse_block(text).unwrap_err(), fault, "{text:?}");
            let error = parse_value(text).unwrap_err();
            assert_eq!(error.replacement().as_deref(), replacement, "{text:?}");
        }
    }

    #[test]
    fn advice_names_what_is_wrong() {
        for (fault, word) in [
            (AddressFault::Empty, "`192.0.2.1`"),
            (AddressFault::Blank, "blanks"),
            (AddressFault::Wildcard, "`0.0.0.0/0`"),
            (AddressFault::Masked, "real address"),
            (AddressFault::DottedMask, "in bits"),
            (AddressFault::PrefixTooLong { max_bits: 32 }, "0 to 32"),
            (AddressFault::PrefixTooLong { max_bits: 128 }, "0 to 128"),
            (AddressFault::Prefix, "leading zero"),
            (AddressFault::LeadingZero, "octets"),
            (AddressFault::OctetTooLarge, "0 to 255"),
            (AddressFault::Zone, "`%`"),
            (AddressFault::Range, "range"),
            (AddressFault::Port, "alone"),
            (AddressFault::Name, "looked up"),
            (AddressFault::BlockInRequest, "one address"),
        ] {
            assert!(fault.help().contains(word), "{fault:?}");
        }
    }

    proptest! {
        #[cfg_attr(miri, ignore = "Miri takes minutes to list all characters")]
        #[test]
        fn explaining_any_text_ends_in_a_block_or_in_nothing(
            text in "[0-9a-fx*:./% \\[\\]-]{0,18}|\\PC{0,12}",
        ) {
            if let Err(error) = parse_value(&text) {
                prop_assert!(!error.help().is_empty());
                prop_assert!(error.replacement().is_none_or(|text| parse_block(&text).is_ok()));
            }
        }
    }
}
