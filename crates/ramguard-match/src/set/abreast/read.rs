//! A text as it is read by patterns side by side: a row for each kind of byte, and the bits it leads
//! to.

use super::rows::{Row, either, move_on, without};

/// So many bytes are read without asking for the end of the text, which takes a seventh off each.
const AT_ONCE: usize = 8;

/// A text and what its bytes are told apart by.
#[derive(Clone, Copy)]
pub(super) struct Text<'t> {
    pub(super) bytes: &'t [u8],
    /// The kind of each byte, which is the number of its row.
    pub(super) kinds: &'t [u8; 256],
    /// Whether a `?` is to tell the rest of a character from its first byte.
    pub(super) has_later: bool,
}

/// Returns whether a byte of UTF-8 is not the first of a character.
fn is_later(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

impl Text<'_> {
    /// Returns the bits behind the text that begins with these; `stars` stay where they are, and
    /// `any` is where a `?` is.
    pub(super) fn pass<const ROWS: usize>(
        self,
        bits: &Row,
        rows: &[Row; ROWS],
        stars: &Row,
        any: &Row,
    ) -> Row {
        if self.has_later {
            self.by_characters(bits, rows, stars, any)
        } else {
            self.by_bytes(bits, rows, stars)
        }
    }

    /// Does so if there are no question marks or all characters are bytes; apart, as the compiler
    /// else keeps the bits in memory.
    #[inline(never)]
    fn by_bytes<const ROWS: usize>(self, bits: &Row, rows: &[Row; ROWS], stars: &Row) -> Row {
        let (mut bits, stay) = (*bits, *stars);
        let mut step = |&byte: &u8| {
            if let Some(to) = self.row(rows, byte) {
                move_on(&mut bits, to, &stay);
            }
        };
        let (many, rest) = self.bytes.as_chunks::<AT_ONCE>();
        many.iter().for_each(|bytes| bytes.iter().for_each(&mut step));
        rest.iter().for_each(&mut step);
        bits
    }

    #[inline(never)]
    fn by_characters<const ROWS: usize>(
        self,
        bits: &Row,
        rows: &[Row; ROWS],
        stars: &Row,
        any: &Row,
    ) -> Row {
        let (mut bits, stay, stay_later) = (*bits, *stars, either(stars, any));
        for bytes in self.bytes.chunks(AT_ONCE) {
            if let Ok(bytes) = <&[u8; AT_ONCE]>::try_from(bytes)
                && bytes.is_ascii()
            {
                for &byte in bytes {
                    if let Some(to) = self.row(rows, byte) {
                        move_on(&mut bits, to, &stay);
                    }
                }
                continue;
            }
            for &byte in bytes {
                let Some(to) = self.row(rows, byte) else { continue };
                if is_later(byte) {
                    move_on(&mut bits, &without(to, any), &stay_later);
                } else {
                    move_on(&mut bits, to, &stay);
                }
            }
        }
        bits
    }

    #[inline]
    fn row<'r, const ROWS: usize>(&self, rows: &'r [Row; ROWS], byte: u8) -> Option<&'r Row> {
        let kind = *self.kinds.get(usize::from(byte))?;
        rows.get(usize::from(kind) % ROWS)
    }
}

/// No kind.
const NONE: u8 = u8::MAX;

/// The codes that the bytes of a text have, each of them once.
pub(super) struct Read {
    /// The number of the code of each byte, [`NONE`] of what does not occur.
    pub(super) kinds: [u8; 256],
    codes: [u8; 256],
    count: usize,
}

impl Read {
    /// Numbers the codes of a text in the order in which they come.
    pub(super) fn of(text: &[u8], codes: &[u8; 256]) -> Self {
        let mut read = Read { kinds: [NONE; 256], codes: [0; 256], count: 0 };
        let mut known = [NONE; 256];
        for &byte in text {
            let byte = usize::from(byte);
            let (Some(kind), Some(&code)) = (read.kinds.get_mut(byte), codes.get(byte)) else {
                continue;
            };
            if *kind != NONE {
                continue;
            }
            let Some(known) = known.get_mut(usize::from(code)) else { continue };
            if *known == NONE
                && let Some(to) = read.codes.get_mut(read.count)
            {
                *to = code;
                // No text has more than 243 different bytes.
                *known = read.count as u8;
                read.count += 1;
            }
            *kind = *known;
        }
        read
    }

    /// Returns the codes in the order of their numbers.
    pub(super) fn codes(&self) -> &[u8] {
        self.codes.get(..self.count).unwrap_or_default()
    }
}
