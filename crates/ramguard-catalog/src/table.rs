//! The generated tables as bytes: rows of fixed width and one piece of text they point into.
//!
//! Always holds here, checked by the generator and its test:
//!
//! * a reference to a text is four bytes, little-endian: 24 bits of offset, 8 bits of length;
//! * rows are sorted by the ASCII-lower-cased name they start with, actions within their service;
//! * nothing is read, copied or allocated before somebody asks.

static TEXTS: &str = include_str!("generated/texts.txt");

/// One generated table.
#[derive(Clone, Copy)]
pub(crate) struct Table {
    bytes: &'static [u8],
    width: usize,
}

/// One row of a table; what lies outside it reads as zero.
#[derive(Clone, Copy)]
pub(crate) struct Row(&'static [u8]);

pub(crate) static SERVICES: Table = Table::new(include_bytes!("generated/services.bin"), 18);
pub(crate) static ACTIONS: Table = Table::new(include_bytes!("generated/actions.bin"), 9);
/// For each slot of `slot.rs` the index of an action and one, zero for none.
pub(crate) static SLOTS: Table = Table::new(include_bytes!("generated/slots.bin"), 2);
pub(crate) static TEMPLATES: Table = Table::new(include_bytes!("generated/templates.bin"), 4);
pub(crate) static PRINCIPALS: Table = Table::new(include_bytes!("generated/principals.bin"), 4);
pub(crate) static KEYS: Table = Table::new(include_bytes!("generated/keys.bin"), 8);
pub(crate) static SCOPES: Table = Table::new(include_bytes!("generated/scopes.bin"), 4);
pub(crate) static PASSROLES: Table = Table::new(include_bytes!("generated/passroles.bin"), 13);
pub(crate) static REGIONS: Table = Table::new(include_bytes!("generated/regions.bin"), 4);
pub(crate) static ALIASES: Table = Table::new(include_bytes!("generated/aliases.bin"), 8);
pub(crate) static MISNAMED: Table = Table::new(include_bytes!("generated/misnamed.bin"), 12);
pub(crate) static RENAMED: Table = Table::new(include_bytes!("generated/renamed.bin"), 12);

impl Table {
    const fn new(bytes: &'static [u8], width: usize) -> Self {
        Self { bytes, width }
    }

    pub(crate) const fn len(&self) -> usize {
        self.bytes.len() / self.width
    }

    pub(crate) fn row(&self, index: usize) -> Row {
        let start = index.saturating_mul(self.width);
        Row(self.bytes.get(start..start.saturating_add(self.width)).unwrap_or_default())
    }

    pub(crate) fn rows(&self, from: usize, to: usize) -> impl Iterator<Item = Row> + use<> {
        let table = *self;
        (from..to.min(table.len())).map(move |index| table.row(index))
    }

    /// Returns the first place in `from..to` whose name is not below `name`, case folded.
    pub(crate) fn lower_bound(&self, from: usize, to: usize, name: &str) -> usize {
        let (mut low, mut high) = (from, to.min(self.len()));
        while low < high {
            let middle = low + (high - low) / 2;
            if is_below(self.row(middle).text(0), name) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Returns the row in `from..to` whose name is `name` up to ASCII case.
    pub(crate) fn find_in(&self, from: usize, to: usize, name: &str) -> Option<(usize, Row)> {
        let index = self.lower_bound(from, to, name);
        (index < to.min(self.len()))
            .then(|| (index, self.row(index)))
            .filter(|(_, row)| row.text(0).eq_ignore_ascii_case(name))
    }

    pub(crate) fn find(&self, name: &str) -> Option<(usize, Row)> {
        self.find_in(0, self.len(), name)
    }
}

/// Returns whether `a` comes before `b`, case folded.
fn is_below(a: &str, b: &str) -> bool {
    let mut pairs = a.bytes().zip(b.bytes());
    // Most bytes are equal as they stand; only others are folded.
    let differing = pairs.find(|(a, b)| a != b && !a.eq_ignore_ascii_case(b));
    match differing {
        Some((a, b)) => a.to_ascii_lowercase() < b.to_ascii_lowercase(),
        None => a.len() < b.len(),
    }
}

impl Row {
    pub(crate) fn byte(self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or(0)
    }

    pub(crate) fn u16(self, at: usize) -> usize {
        usize::from(u16::from_le_bytes([self.byte(at), self.byte(at + 1)]))
    }

    pub(crate) fn u32(self, at: usize) -> usize {
        let bytes = [self.byte(at), self.byte(at + 1), self.byte(at + 2), self.byte(at + 3)];
        u32::from_le_bytes(bytes) as usize
    }

    pub(crate) fn text(self, at: usize) -> &'static str {
        let reference = self.u32(at);
        let (start, length) = (reference >> 8, reference & 0xFF);
        TEXTS.get(start..start + length).unwrap_or_default()
    }
}
