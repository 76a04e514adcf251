//! How patterns are laid side by side: which share a block, and what code each of their bytes has.
//!
//! Always holds here:
//!
//! * patterns come in the order of their heads, so that those of a block have long heads in common;
//!   these have no bits;
//! * no pattern of a block takes more bits than a chain has;
//! * the codes of bytes that occur are all different, and none is one of those with a meaning.

use super::rows::{ALL, CHAIN, Layout, Row, having};
use crate::pattern::Parts;
use crate::set::patterns::Patterns;

/// The code of all bytes that no pattern has. No pattern has it either, but the places that are
/// left over in a chain have.
const OTHER: u8 = 0;

/// The code of the places before the first symbols. No byte has it.
pub(super) const START: u8 = 1;

/// The first code of a byte.
const FIRST: u8 = 2;

/// The codes of all bytes.
#[derive(Clone, Debug)]
pub(super) struct Alphabet {
    /// The code of each byte; capitals have those of small letters if case does not count.
    pub(super) codes: [u8; 256],
    /// How many binary digits the codes have.
    pub(super) digits: usize,
    /// Whether there are question marks. The code of these has a one for every digit; no byte has it.
    pub(super) any: bool,
}

/// Patterns that are laid into one block.
pub(super) struct Group<'n> {
    pub(super) patterns: &'n [Laid],
    /// How many of their first bytes all have.
    pub(super) common: usize,
}

impl Alphabet {
    /// Gives every byte of the patterns a code that has bits.
    pub(super) fn of(patterns: &Patterns, groups: &[Group<'_>], fold: bool) -> Alphabet {
        let mut occurs = [false; 256];
        for group in groups {
            for laid in group.patterns {
                symbols(patterns, laid.spot, group.common).for_each(|byte| {
                    if let Some(occurs) = occurs.get_mut(usize::from(byte)) {
                        *occurs = true;
                    }
                });
            }
        }
        let [any, _] =
            [b'?', b'*'].map(|wild| occurs.get_mut(usize::from(wild)).is_some_and(std::mem::take));
        let (mut codes, mut next) = ([OTHER; 256], FIRST);
        for (code, _) in codes.iter_mut().zip(occurs).filter(|(_, occurs)| *occurs) {
            *code = next;
            // Some bytes are in no text, so that there is room for the codes with a meaning.
            next = next.saturating_add(1);
        }
        if fold {
            codes.copy_within(usize::from(b'a')..=usize::from(b'z'), usize::from(b'A'));
        }
        let last = if any { next } else { next - 1 };
        let digits = (u8::BITS - last.leading_zeros()) as usize;
        Alphabet { codes, digits, any }
    }

    /// Returns the code of a question mark.
    fn any_code(&self) -> u8 {
        !(!0_u16 << self.digits) as u8
    }

    /// Returns the places of question marks in a block with these rows.
    #[inline]
    pub(super) fn places_of_any(&self, digits: &[Row]) -> Row {
        if self.any { having(digits, self.any_code()) } else { Row::default() }
    }

    /// Returns the code of each symbol but the stars.
    pub(super) fn of_symbols(&self) -> [u8; 256] {
        let mut codes = self.codes;
        if let Some(code) = codes.get_mut(usize::from(b'?')) {
            *code = self.any_code();
        }
        codes
    }
}

/// Returns the symbols of a pattern without so many of its first bytes.
pub(super) fn symbols(
    patterns: &Patterns,
    spot: u32,
    without: usize,
) -> impl Iterator<Item = u8> + '_ {
    let Parts { head, between, tail, .. } = patterns.parts(spot);
    let head = head.get(without..).unwrap_or_default();
    head.iter().chain(between).chain(tail).copied()
}

/// Returns where a pattern of so many bits is put if `bit` is free: into one chain.
pub(super) fn placed(bit: usize, bits: usize) -> usize {
    if bit % CHAIN + bits > CHAIN { bit.next_multiple_of(CHAIN) } else { bit }
}

/// A pattern on its way to its place.
#[derive(Clone, Copy)]
pub(super) struct Laid {
    pub(super) spot: u32,
    /// The bits it needs, its head included.
    pub(super) bits: usize,
}

impl Laid {
    /// Measures the pattern at a spot.
    pub(super) fn new(patterns: &Patterns, spot: u32) -> Laid {
        let Parts { head, between, tail, .. } = patterns.parts(spot);
        // Counted in bytes, which the compiler does sixteen at a time.
        let count = |part: &[u8]| {
            part.iter().fold(0_u8, |stars, &byte| stars.wrapping_add(u8::from(byte == b'*')))
        };
        let stars: usize = between.chunks(128).map(|part| usize::from(count(part))).sum();
        Laid { spot, bits: 1 + head.len() + between.len() - stars + tail.len() }
    }
}

/// Puts patterns, which are in the order of their heads and all fit into a chain, into blocks.
pub(super) fn groups<'n>(patterns: &Patterns, all: &'n [Laid]) -> Vec<Group<'n>> {
    let head = |laid: &Laid| patterns.parts(laid.spot).head;
    let mut groups: Vec<Group<'n>> = vec![];
    // The first of the group, how many bytes all of it have in common, and the first free bit.
    let (mut start, mut common, mut free) = (0, 0, 0);
    for (at, laid) in all.iter().enumerate() {
        let before = all.get(start..at).unwrap_or_default();
        let shared = match before.first() {
            Some(first) => {
                let heads = head(first).iter().zip(head(laid));
                heads.take(common).take_while(|(left, right)| left == right).count()
            }
            None => head(laid).len(),
        };
        let behind = |free, bits: usize| placed(free, bits - shared) + bits - shared;
        if shared != common {
            free = before.iter().fold(0, |free, laid| behind(free, laid.bits));
        }
        free = behind(free, laid.bits);
        if free > ALL {
            groups.push(Group { patterns: before, common });
            (start, common) = (at, head(laid).len());
            free = laid.bits - common;
        } else {
            common = shared;
        }
    }
    if let Some(patterns) = all.get(start..).filter(|rest| !rest.is_empty()) {
        groups.push(Group { patterns, common });
    }
    groups
}

/// Lays symbols from a bit on; returns the first bit behind them.
pub(super) fn lay(
    layout: &mut Layout,
    mut bit: usize,
    symbols: impl Iterator<Item = u8>,
    codes: &[u8; 256],
) -> usize {
    layout.put(bit, START);
    symbols.for_each(|byte| {
        if byte == b'*' {
            layout.put_star(bit);
        } else {
            bit += 1;
            layout.put(bit, codes.get(usize::from(byte)).copied().unwrap_or_default());
        }
    });
    bit + 1
}

/// Lays what is left of a chain from a bit on; returns its last bit.
pub(super) fn close(layout: &mut Layout, bit: usize) -> usize {
    layout.put(bit, START);
    bit.next_multiple_of(CHAIN) - 1
}
