//! The short way to IPv4 addresses of eight bytes or more: eight characters at a time, without a
//! branch for how many digits a number has.
//!
//! Always holds here: what is read is what the grammar of the standard library reads.
// Nothing here may overflow or divide by zero.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

/// Reads the bits of an IPv4 address of at least eight bytes: most requests have one, and the grammar
/// of both families takes twice as long. `None` of a shorter one and of what is none.
pub(super) fn plain_ipv4(text: &[u8]) -> Option<u32> {
    plain_ipv4_if(text, |_| true)?
}

/// Reads the same, but no further than the first two numbers unless `may_be` says of their sixteen
/// bits that the others matter; `Some(None)` if they do not.
#[inline(always)]
pub(in crate::condition) fn plain_ipv4_if(
    text: &[u8],
    may_be: impl FnOnce(u32) -> bool,
) -> Option<Option<u32>> {
    // Two numbers of at most three digits and the dots behind them are eight bytes, and so are the
    // other two with the dots before them.
    let (front, back) = (text.first_chunk()?, text.last_chunk()?);
    let front = Half::of(u64::from_le_bytes(*front))?;
    let first = Half::read(front.forwards())?;
    if !may_be(first) {
        return Some(None);
    }
    let back = Half::of(u64::from_be_bytes(*back))?;
    let last = Half::read(back.backwards())?;
    // Both halves end at the dot between them.
    let length = front.ends[1].wrapping_add(back.ends[1]).wrapping_sub(6);
    (length as usize == text.len().wrapping_mul(8)).then_some(Some(first << 16 | last))
}

/// Two numbers of an IPv4 address, with a dot behind each, among eight characters. That which is met
/// first is in the lowest byte: the first of the text, or the last one.
#[derive(Clone, Copy)]
struct Half {
    /// The characters less `0`, so that those below ten are digits.
    digits: u64,
    /// The top bits of the two dots.
    ends: [u32; 2],
    /// How many bits each number has less its first eight.
    more: [u32; 2],
}

impl Half {
    /// Returns none if there are no two dots with one to four digits before each.
    #[inline(always)]
    fn of(characters: u64) -> Option<Self> {
        const TOP: u64 = EACH << 7;
        let digits = characters ^ (EACH * 0x30);
        // The top bit of every byte that is ten or more.
        let others = ((digits & !TOP).wrapping_add(EACH * 0x76) | digits) & TOP;
        let next = others & others.wrapping_sub(1);
        let ends @ [near, far] = [others.trailing_zeros(), next.trailing_zeros()];
        let more = [near.wrapping_sub(15), far.wrapping_sub(near).wrapping_sub(16)];
        let is_dot = |end: u32| digits.wrapping_shr(end.wrapping_sub(7)) as u8 == b'.' ^ b'0';
        let is_half = more[0] | more[1] < 32 && is_dot(near) && is_dot(far);
        is_half.then_some(Self { digits, ends, more })
    }

    /// Returns both numbers as their digits, a byte each, the one that comes first in the text first.
    #[inline(always)]
    fn forwards(&self) -> [(u64, u32); 2] {
        let ([_, far], [near_more, far_more]) = (self.ends, self.more);
        let digits = self.digits.swap_bytes();
        let second = lowest(digits.wrapping_shr(71_u32.wrapping_sub(far)), far_more);
        [(digits.wrapping_shr(56_u32.wrapping_sub(near_more)), near_more), (second, far_more)]
    }

    /// Returns the same where the last character was met first.
    #[inline(always)]
    fn backwards(&self) -> [(u64, u32); 2] {
        let ([near, _], [near_more, far_more]) = (self.ends, self.more);
        let first = lowest(self.digits.wrapping_shr(near.wrapping_add(1)), far_more);
        [(first, far_more), (lowest(self.digits, near_more), near_more)]
    }

    /// Reads two numbers of up to 255 without leading zeros, side by side in one word.
    #[inline(always)]
    fn read([(first, first_more), (second, second_more)]: [(u64, u32); 2]) -> Option<u32> {
        const BOTH: u64 = 0x1_0000_0001;
        const SIGNS: u64 = BOTH << 31;
        let numbers = first << 32 | second;
        // No digits are more than those of 255; those of 10 and 100 are the least of two and three.
        let most = BOTH * 0x02_0505;
        let least = 1_u64.wrapping_shl(second_more) | (1_u64 << 32).wrapping_shl(first_more);
        let least = least & !BOTH;
        let is_within =
            (most | SIGNS).wrapping_sub(numbers) & (numbers | SIGNS).wrapping_sub(least) & SIGNS;
        // A hundred is worth 65,536, and a ten 256, before.
        let tens = ((numbers >> 8) & (BOTH * 0xFF_FFFF)).wrapping_mul(246);
        let hundreds = ((numbers >> 16) & (BOTH * 0xFFFF)).wrapping_mul(2_460);
        let values = numbers.wrapping_sub(tens).wrapping_sub(hundreds);
        (is_within == SIGNS).then_some((values >> 24 | values) as u32 & 0xFFFF)
    }
}

/// One in the lowest bit of every byte.
const EACH: u64 = 0x0101_0101_0101_0101;

/// Returns the lowest eight bits of a word and so many more, at most 24.
#[inline(always)]
fn lowest(word: u64, more: u32) -> u64 {
    word & 0xFFFF_FFFF_u64.wrapping_shr(24_u32.wrapping_sub(more))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_short_way_to_ipv4_takes_what_the_whole_grammar_takes() {
        let octets = [
            "", "0", "00", "01", "1", "9", "10", "25", "099", "100", "199", "249", "255", "256",
            "260", "300", "999", "1000", "a", "1a", "+1", " 1", "/", ":", "1:", "20:", "20/",
            "1:1", "\u{661}", "1\u{661}", "10\u{7f}",
        ];
        for octet in octets {
            for text in [
                format!("{octet}.2.3.4"),
                format!("{octet}.20.30.40"),
                format!("1.{octet}.3.4"),
                format!("10.{octet}.30.40"),
                format!("1.2.{octet}.4"),
                format!("100.200.{octet}.250"),
                format!("1.2.3.{octet}"),
                format!("10.20.30.{octet}"),
                format!("100.200.100.{octet}"),
                format!("1.2.3.4{octet}"),
                format!("1.2.3.4.{octet}"),
                format!("10.20.30.40.{octet}"),
                format!("100.200.100.200{octet}"),
                format!("1.2.3{octet}"),
                format!("10.20.30{octet}"),
            ] {
                let whole = text.parse::<Ipv4Addr>().ok().map(Ipv4Addr::to_bits);
                let expected = whole.filter(|_| text.len() >= 8);
                assert_eq!(plain_ipv4(text.as_bytes()), expected, "{text}");
            }
        }
    }

    #[test]
    fn what_lacks_numbers_is_no_address() {
        for text in
            ["..10.20.30.40", "10.20.30.40..", "..1.2.3.4", "........", "1.2.3.4..", "10.20.3.."]
        {
            assert_eq!(plain_ipv4(text.as_bytes()), None, "{text}");
            assert_eq!(plain_ipv4_if(text.as_bytes(), |_| false).is_some(), text.starts_with('1'));
        }
    }

    #[test]
    fn an_address_is_read_to_its_end_if_its_first_half_says_so() {
        let half = |text: &str, wanted| plain_ipv4_if(text.as_bytes(), |first| first == wanted);
        assert_eq!(half("10.20.30.40", 0x0A14), Some(Some(0x0A14_1E28)));
        assert_eq!(half("10.20.30.40", 0x0A15), Some(None));
        // What comes then is not looked at.
        assert_eq!(half("10.20.x.", 0x0A15), Some(None));
        assert_eq!(half("10.20.x.", 0x0A14), None);
        assert_eq!(half("10.020.30.40", 0x0A15), None);
    }

    proptest! {
        #[test]
        fn the_short_way_to_ipv4_takes_no_more_and_no_less(
            octets in proptest::array::uniform4(prop_oneof![0_u16..300, 0_u16..12, 95_u16..105]),
            at in 0_usize..20,
            other in proptest::option::of(proptest::sample::select(&b"0129.:/- x"[..])),
            cut in proptest::bool::weighted(0.2),
        ) {
            let mut text = octets.map(|octet| octet.to_string()).join(".").into_bytes();
            if let (Some(other), Some(byte)) = (other, text.get_mut(at)) {
                *byte = other;
            }
            if cut && at < text.len() {
                text.remove(at);
            }
            let text = String::from_utf8(text).unwrap();
            let whole = text.parse::<Ipv4Addr>().ok().map(Ipv4Addr::to_bits);
            let expected = whole.filter(|_| text.len() >= 8);
            prop_assert_eq!(plain_ipv4(text.as_bytes()), expected);
        }
    }
}
