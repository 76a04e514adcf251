//! IP addresses and blocks: one strict grammar, containment by number (Rule C-8, decision D-24).
//!
//! * An address is four decimal octets without leading zeros, or IPv6 in any spelling of its
//!   own, without a zone. A block adds `/` and a prefix length without leading zeros.
//! * IPv4-mapped IPv6 is IPv4 from the moment it is read, a mapped block of at least 96 bits
//!   with it. The families never match each other.
//! * A `BlockSet` holds ascending ranges with a gap between any two, one list per family, so
//!   looking up an address takes a binary search however many blocks the policy lists.
// Nothing here may overflow or divide by zero.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod fault;
mod plain;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

pub use self::fault::AddressFault;
use self::fault::address_fault;
pub(super) use self::fault::replacement;
use self::plain::plain_ipv4;
pub(super) use self::plain::plain_ipv4_if;
use super::error::ValueErrorKind;

/// A block of IP addresses, or a single address.
///
/// `==` compares the addresses covered and the traits of the spelling that findings are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Host bits are masked.
    net: IpNet,
    has_prefix: bool,
    has_host_bits: bool,
}

impl Block {
    /// Returns the first address of the block, its host bits zero.
    pub fn network(&self) -> IpAddr {
        self.net.network()
    }

    /// Returns the prefix length in bits: 0 to 32 for IPv4, 0 to 128 for IPv6.
    ///
    /// A mapped block counts in IPv4: `::ffff:10.0.0.0/104` has 8.
    pub fn prefix(&self) -> u8 {
        self.net.prefix_len()
    }

    /// Returns whether the text had bits set past the prefix: `192.0.2.77/24`.
    ///
    /// They are ignored; the linter reports them as `cidr-host-bits`.
    pub fn has_host_bits(&self) -> bool {
        self.has_host_bits
    }

    /// Returns whether the text gives a single address as a block: `10.0.0.1/32`.
    ///
    /// The linter reports it as `single-address-as-block`.
    pub fn is_single_address_with_prefix(&self) -> bool {
        self.has_prefix && self.net.prefix_len() == self.net.max_prefix_len()
    }

    /// Returns whether `address` lies in this block.
    ///
    /// A block covers its own address family only: `0.0.0.0/0` does not cover `::1`. A mapped
    /// address counts as IPv4. Allocates nothing.
    ///
    /// Rule C-8. Source: RAM documentation, "Policy elements"; families apart by decision D-24.
    pub fn covers(&self, address: IpAddr) -> bool {
        self.net.contains(&address.to_canonical())
    }
}

/// Writes the block as a policy should have it: masked, and a single address without prefix.
impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.net.prefix_len() == self.net.max_prefix_len() {
            write!(f, "{}", self.net.network())
        } else {
            write!(f, "{}", self.net)
        }
    }
}

/// Reads an address or a block from the value of a policy. Allocates nothing.
///
/// # Errors
///
/// Says what keeps `text` from being one.
pub fn parse_block(text: &str) -> Result<Block, AddressFault> {
    let Some((address, prefix)) = text.split_once('/') else {
        let address: IpAddr = text.parse().map_err(|_| address_fault(text))?;
        return Ok(Block {
            net: IpNet::from(address.to_canonical()),
            has_prefix: false,
            has_host_bits: false,
        });
    };
    let address: IpAddr = address.parse().map_err(|_| address_fault(address))?;
    let max_bits = if address.is_ipv4() { 32 } else { 128 };
    let prefix = parse_prefix(prefix, max_bits)?;
    // A mapped block that reaches past the mapped range stays IPv6, and no prefix of IPv4 is as
    // long as that range is.
    let (address, prefix) = match (address.to_canonical(), prefix.checked_sub(96)) {
        (canonical @ IpAddr::V4(_), Some(shorter)) => (canonical, shorter),
        _ => (address, prefix),
    };
    let written =
        IpNet::new(address, prefix).map_err(|_| AddressFault::PrefixTooLong { max_bits })?;
    let net = written.trunc();
    Ok(Block { net, has_prefix: true, has_host_bits: written.addr() != net.addr() })
}

/// Reads the address in a request, mapped IPv6 as IPv4. Allocates nothing.
pub(super) fn parse_address(text: &str) -> Option<IpAddr> {
    match plain_ipv4(text.as_bytes()) {
        Some(bits) => Some(IpAddr::V4(Ipv4Addr::from_bits(bits))),
        None => text.parse::<IpAddr>().ok().map(|address| address.to_canonical()),
    }
}

/// Reads the value of a policy, saying why it cannot be read.
pub(super) fn parse_value(text: &str) -> Result<Block, ValueErrorKind> {
    parse_block(text).map_err(|fault| ValueErrorKind::NotAddress { value: text.into(), fault })
}

/// The addresses that any block of a list covers.
#[derive(Clone, Debug)]
pub(super) struct BlockSet {
    /// In bits.
    v4: Box<[(u32, u32)]>,
    v6: Box<[(Ipv6Addr, Ipv6Addr)]>,
}

impl BlockSet {
    pub(super) fn new(blocks: impl IntoIterator<Item = Block>) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for block in blocks {
            match block.net {
                IpNet::V4(net) => v4.push((net.network().to_bits(), net.broadcast().to_bits())),
                IpNet::V6(net) => v6.push((net.network(), net.broadcast())),
            }
        }
        Self {
            v4: joined(v4, |last| last.checked_add(1)),
            v6: joined(v6, |last| last.to_bits().checked_add(1).map(Ipv6Addr::from_bits)),
        }
    }

    /// Returns whether any block covers `address`, which is not a mapped one.
    pub(super) fn covers(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.covers_v4(address.to_bits()),
            IpAddr::V6(address) => lies_in_any(&self.v6, &address),
        }
    }

    /// Returns whether any block may cover an IPv4 address whose first two numbers are these.
    #[inline]
    pub(super) fn may_cover_v4(&self, first: u32) -> bool {
        let may = |(from, to): (u32, u32)| from >> 16 <= first && first <= to >> 16;
        match *self.v4 {
            [only] => may(only),
            [one, other] => may(one) || may(other),
            _ => true,
        }
    }

    /// Returns whether any block covers the IPv4 address with these bits.
    #[inline]
    pub(super) fn covers_v4(&self, address: u32) -> bool {
        match *self.v4 {
            // Most lists have a block or two.
            [(first, last)] => first <= address && address <= last,
            [(first, last), (next, end)] => {
                (first <= address && address <= last) || (next <= address && address <= end)
            }
            _ => lies_in_any(&self.v4, &address),
        }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        size_of_val(&*self.v4).saturating_add(size_of_val(&*self.v6))
    }
}

/// Sorts ranges and joins those that overlap or touch. `next` is the address after another.
fn joined<A: Copy + Ord>(mut ranges: Vec<(A, A)>, next: impl Fn(A) -> Option<A>) -> Box<[(A, A)]> {
    ranges.sort_unstable();
    ranges.dedup_by(|later, earlier| {
        let touches = next(earlier.1).is_none_or(|after| later.0 <= after);
        if touches {
            earlier.1 = earlier.1.max(later.1);
        }
        touches
    });
    ranges.into()
}

#[inline(never)]
fn lies_in_any<A: Ord>(ranges: &[(A, A)], address: &A) -> bool {
    let after = ranges.partition_point(|(first, _)| first <= address);
    after
        .checked_sub(1)
        .and_then(|candidate| ranges.get(candidate))
        .is_some_and(|(_, last)| address <= last)
}

/// Reads one to three digits without a leading zero, at most `max_bits`.
///
/// The bound has to hold here: behind an IPv4 address, a prefix of 96 or more would be taken for one
/// of a mapped address and be shortened, so that `10.0.0.0/96` would cover every address.
fn parse_prefix(text: &str, max_bits: u8) -> Result<u8, AddressFault> {
    let is_plain = !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'));
    if is_plain {
        match text.parse() {
            Ok(prefix) if prefix <= max_bits => Ok(prefix),
            _ => Err(AddressFault::PrefixTooLong { max_bits }),
        }
    } else if text.contains(char::is_whitespace) {
        Err(AddressFault::Blank)
    } else if text.contains('*') {
        Err(AddressFault::Wildcard)
    } else if text.contains('.') {
        Err(AddressFault::DottedMask)
    } else {
        Err(AddressFault::Prefix)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_first_half_may_lie_in_a_block_if_some_address_does() {
        for blocks in [
            &["10.20.0.0/16"][..],
            &["10.20.255.255"],
            &["10.20.0.0", "10.22.0.0"],
            &["10.20.128.0/17", "192.168.0.0/16"],
            &["9.0.0.0/8", "10.20.30.40"],
            &["10.16.0.0/12"],
            &["0.0.0.0/0"],
            &["::1"],
            &["10.20.0.0", "10.22.0.0", "10.24.0.0"],
        ] {
            let set = BlockSet::new(blocks.iter().map(|block| parse_block(block).unwrap()));
            for first in [0x0000, 0x0A0F, 0x0A13, 0x0A14, 0x0A15, 0x0A16, 0xC0A8, 0xFFFF] {
                let does = (0..=0xFFFF).any(|last| set.covers_v4(first << 16 | last));
                // Of no block and of many nothing is said.
                let expected = does || !(1..=2).contains(&set.v4.len());
                assert_eq!(set.may_cover_v4(first), expected, "{blocks:?} {first:x}");
            }
        }
    }

    fn covers(block: &str, address: &str) -> bool {
        let blocks = BlockSet::new([parse_block(block).unwrap()]);
        let by_set = blocks.covers(parse_address(address).unwrap());
        let address: IpAddr = address.parse().unwrap();
        assert_eq!(by_set, parse_block(block).unwrap().covers(address));
        by_set
    }

    #[test]
    fn containment_is_by_number() {
        assert!(covers("10.0.0.0/31", "10.0.0.1"));
        assert!(!covers("10.0.0.0/31", "10.0.0.10"));
        assert!(covers("2001:0db8:85a3:0000:0000:8a2e:0370:7334", "2001:db8:85a3::8a2e:370:7334"));
        assert!(covers("2001:db8::/32", "2001:DB8:ffff::1"));
        assert!(!covers("2001:db8::/32", "2001:db9::"));
    }

    #[test]
    fn host_bits_are_masked_and_remembered() {
        let block = parse_block("192.0.2.77/24").unwrap();
        assert!(block.has_host_bits());
        assert_eq!(block.to_string(), "192.0.2.0/24");
        assert!(covers("192.0.2.77/24", "192.0.2.1"));
        assert!(!parse_block("192.0.2.0/24").unwrap().has_host_bits());
        assert!(!parse_block("192.0.2.77").unwrap().has_host_bits());
    }

    #[test]
    fn a_single_address_written_as_a_block_is_remembered() {
        for (text, single) in [
            ("10.0.0.1/32", true),
            ("::1/128", true),
            ("::ffff:10.0.0.1/128", true),
            ("10.0.0.1", false),
            ("::1/127", false),
        ] {
            assert_eq!(parse_block(text).unwrap().is_single_address_with_prefix(), single);
        }
        assert_eq!(parse_block("10.0.0.1/32").unwrap().to_string(), "10.0.0.1");
    }

    #[test]
    fn every_address_of_a_family_fits_in_a_block() {
        assert!(covers("0.0.0.0/0", "255.255.255.255"));
        assert!(covers("0.0.0.0/0", "0.0.0.0"));
        assert!(covers("::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
    }

    #[test]
    fn families_never_match_each_other() {
        assert!(!covers("0.0.0.0/0", "::1"));
        assert!(!covers("::/0", "10.0.0.1"));
        assert!(!covers("::10.0.0.1", "10.0.0.1"));
    }

    #[test]
    fn mapped_addresses_are_ipv4_on_both_sides() {
        assert!(covers("192.0.2.0/24", "::ffff:192.0.2.5"));
        assert!(covers("192.0.2.0/24", "::FFFF:c000:205"));
        assert!(covers("::ffff:192.0.2.0/120", "192.0.2.5"));
        assert!(covers("::ffff:192.0.2.5", "192.0.2.5"));
        assert!(covers("::ffff:0:0/96", "1.2.3.4"));
        assert!(!covers("::ffff:0:0/95", "1.2.3.4"));
        assert!(!covers("::/0", "::ffff:1.2.3.4"));
        assert_eq!(parse_block("::ffff:10.1.0.0/104").unwrap().prefix(), 8);
        assert_eq!(parse_block("::ffff:10.0.0.0/95").unwrap().prefix(), 95);
    }

    #[test]
    fn blocks_that_touch_are_one_range() {
        let blocks = ["10.0.1.0/24", "10.0.0.0/24", "10.0.0.7", "255.255.255.255", "255.0.0.0/8"];
        let set = BlockSet::new(blocks.map(|text| parse_block(text).unwrap()));
        assert_eq!(set.v4.len(), 2);
        assert!(set.covers(parse_address("10.0.1.255").unwrap()));
        assert!(!set.covers(parse_address("10.0.2.0").unwrap()));
    }

    /// Few distinct bits, so that blocks overlap, touch and miss each other narrowly.
    fn net() -> impl Strategy<Value = IpNet> {
        let v4 = (any::<u32>(), 0..=32_u8, any::<bool>()).prop_map(|(bits, prefix, small)| {
            let bits = if small { 0x0a00_0000 | (bits & 0xf) } else { bits };
            let prefix = if small { 28 + prefix % 5 } else { prefix };
            IpNet::new(Ipv4Addr::from_bits(bits).into(), prefix).unwrap()
        });
        let v6 = (any::<u128>(), 0..=128_u8, any::<bool>()).prop_map(|(bits, prefix, small)| {
            let bits = if small { 0xfd00 << 112 | (bits & 0xf) } else { bits };
            let prefix = if small { 124 + prefix % 5 } else { prefix };
            IpNet::new(Ipv6Addr::from_bits(bits).into(), prefix).unwrap()
        });
        prop_oneof![v4, v6]
    }

    #[test]
    fn a_prefix_of_ipv6_behind_an_address_of_ipv4_is_too_long() {
        for text in ["0.0.0.0/33", "10.0.0.0/96", "0.0.0.0/96", "10.0.0.0/104", "10.0.0.1/128"] {
            let fault = parse_block(text).unwrap_err();
            assert_eq!(fault, AddressFault::PrefixTooLong { max_bits: 32 }, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_set_of_blocks_agrees_with_ipnet(
            nets in proptest::collection::vec(net(), 1..12),
            seen in net(),
        ) {
            let blocks = nets.iter().map(|net| parse_block(&net.to_string()).unwrap());
            let set = BlockSet::new(blocks);
            for address in nets.iter().map(IpNet::addr).chain([seen.addr()]) {
                let address = address.to_canonical();
                let expected = nets.iter().any(|net| net.contains(&address));
                prop_assert_eq!(set.covers(address), expected);
            }
        }

        #[test]
        fn writing_and_reading_a_block_gives_the_same_addresses(net in net()) {
            let block = parse_block(&net.to_string()).unwrap();
            let again = parse_block(&block.to_string()).unwrap();
            prop_assert_eq!(again.network(), block.network());
            prop_assert_eq!(again.prefix(), block.prefix());
            prop_assert!(!again.has_host_bits());
        }

        #[test]
        fn whatever_is_read_ipnet_reads_as_well(
            text in "[0-9a-f:./]{0,18}|([0-2]?[0-9]{1,2}\\.){3}[0-9]{1,3}(/[0-9]{1,2})?",
        ) {
            if let Ok(block) = parse_block(&text) {
                let plain = || text.parse::<IpAddr>().map(IpNet::from);
                let theirs = text.parse::<IpNet>().or_else(|_| plain());
                let theirs = theirs.unwrap().trunc();
                if theirs.addr().to_canonical() == theirs.addr() {
                    prop_assert_eq!(block.net, theirs);
                }
            }
        }
    }
}
