//! Addresses and blocks of addresses, as plain numbers.
//!
//! An IPv4 address mapped into IPv6 is an IPv4 address as soon as it is read, on either side of a
//! comparison, so the two families never meet.

use std::net::IpAddr;

/// One address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// An IPv4 address, mapped ones included.
    V4(u32),
    /// Any other IPv6 address.
    V6(u128),
}

/// An address and the number of its leading bits that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    base: Address,
    prefix_bits: u32,
}

impl Address {
    /// Reads one plain address, without a prefix length, or nothing. Rule C-8.
    #[must_use]
    pub fn read(text: &str) -> Option<Address> {
        match text.parse::<IpAddr>().ok()? {
            IpAddr::V4(address) => Some(Address::V4(address.to_bits())),
            IpAddr::V6(address) => Some(match address.to_ipv4_mapped() {
                Some(mapped) => Address::V4(mapped.to_bits()),
                None => Address::V6(address.to_bits()),
            }),
        }
    }
}

impl Block {
    /// Reads an address or `<address>/<prefix length>`, or nothing.
    ///
    /// A mapped block of 96 bits and more is the IPv4 block of 96 bits fewer; one of fewer bits
    /// stays an IPv6 block. Rule C-8, decision D-24.
    #[must_use]
    pub fn read(text: &str) -> Option<Block> {
        let Some((address, prefix)) = text.split_once('/') else {
            let base = Address::read(text)?;
            let prefix_bits = match base {
                Address::V4(_) => 32,
                Address::V6(_) => 128,
            };
            return Some(Block { base, prefix_bits });
        };
        let zero_led = prefix.len() > 1 && prefix.starts_with('0');
        if zero_led || !prefix.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let prefix_bits: u32 = prefix.parse().ok()?;
        match address.parse::<IpAddr>().ok()? {
            IpAddr::V4(address) => (prefix_bits <= 32)
                .then_some(Block { base: Address::V4(address.to_bits()), prefix_bits }),
            IpAddr::V6(address) if prefix_bits <= 128 => {
                Some(match (address.to_ipv4_mapped(), prefix_bits.checked_sub(96)) {
                    (Some(mapped), Some(prefix_bits)) => {
                        Block { base: Address::V4(mapped.to_bits()), prefix_bits }
                    }
                    _ => Block { base: Address::V6(address.to_bits()), prefix_bits },
                })
            }
            IpAddr::V6(_) => None,
        }
    }

    /// Returns whether `address` lies in the block. Families never match each other.
    #[must_use]
    pub fn contains(&self, address: Address) -> bool {
        let same_leading_bits = |left: u128, right: u128, width: u32| {
            (0..self.prefix_bits.min(width)).all(|bit| {
                let place = width - 1 - bit;
                (left >> place) & 1 == (right >> place) & 1
            })
        };
        match (self.base, address) {
            (Address::V4(base), Address::V4(address)) => {
                same_leading_bits(base.into(), address.into(), 32)
            }
            (Address::V6(base), Address::V6(address)) => same_leading_bits(base, address, 128),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, Block};

    fn within(block: &str, address: &str) -> bool {
        let block = Block::read(block).unwrap_or_else(|| panic!("`{block}` is a block"));
        block.contains(Address::read(address).unwrap_or_else(|| panic!("`{address}` is one")))
    }

    #[test]
    fn only_the_leading_bits_count() {
        assert!(within("192.0.2.77/24", "192.0.2.1"));
        assert!(!within("192.0.2.77/24", "192.0.3.1"));
        assert!(within("0.0.0.0/0", "255.255.255.255"));
        assert!(within("2001:db8::/33", "2001:db8:7fff::"));
        assert!(!within("2001:db8::/33", "2001:db8:8000::"));
    }

    #[test]
    fn families_never_match_each_other() {
        assert!(!within("0.0.0.0/0", "::1"));
        assert!(!within("::/0", "10.0.0.1"));
    }

    #[test]
    fn a_mapped_address_is_an_ipv4_address_on_both_sides() {
        assert!(within("192.0.2.0/24", "::ffff:192.0.2.5"));
        assert!(within("::ffff:192.0.2.0/120", "192.0.2.255"));
        assert!(!within("::ffff:192.0.2.0/120", "192.0.3.0"));
        assert!(!within("::ffff:0:0/95", "192.0.2.5"));
        assert!(!within("::/0", "::ffff:192.0.2.5"));
    }

    #[test]
    fn other_spellings_are_not_blocks() {
        for text in [
            "",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/08",
            "10.0.0.0/+8",
            "010.0.0.1",
            "10.0.0",
            "10.0.*.*",
            "10.0.0.0/255.0.0.0",
            "::/129",
            "fe80::1%eth0",
            "[::1]",
            " 10.0.0.1",
            "10.0.0.0/8/8",
            "42.120.XX.X/24",
        ] {
            assert_eq!(Block::read(text), None, "{text}");
        }
        assert_eq!(Address::read("10.0.0.1/32"), None);
    }
}
