//! The reader: one loop over the tokens of the text, with everything unusual left to `recover`.
//!
//! Always holds here:
//!
//! * a turn of the loop takes at least one byte or reports a fault, and faults are bounded, so
//!   reading takes time in proportion to the text;
//! * there is no stack: an open list or object keeps, as its link, the one around it;
//! * what this file accepts by itself is strict JSON; the rest goes through `recover`, which
//!   reports a fault for whatever it makes sense of.

use super::fault::{Fault, FaultKind};
use super::scan;
use super::tape::{Decoded, NO_LINK, Node, Tag, Tree};
use super::{MAX_FAULTS, span_of};
use crate::text::Span;

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    /// A value.
    Value(Place),
    /// A key, inside an object.
    Key(Place),
    /// The colon after a key.
    Colon,
    /// A comma or the closing bracket, inside a list or object.
    Next,
    /// The end of the text.
    End,
    /// Nothing: reading is over.
    Nothing,
}

/// What came just before a value or key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing at all.
    Document,
    /// The opening bracket, so the closing one may follow.
    First,
    /// A comma, which stands at [`Reader::comma`].
    AfterComma,
    /// The colon after a key.
    AfterColon,
}

/// The state of reading one text.
pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    /// The bytes of `text`.
    pub(super) bytes: &'t [u8],
    pub(super) nodes: Vec<Node>,
    pub(super) decoded: Vec<Decoded>,
    pub(super) unescaped: String,
    faults: Vec<Fault>,
    /// The fault that no longer fit.
    excess: Option<Span>,
    max_depth: u32,
    depth: u32,
    /// The innermost open list or object, or [`NO_LINK`].
    pub(super) open: u32,
    /// The tag of `open`; [`Tag::Invalid`] if nothing is open.
    pub(super) inside: Tag,
    /// Where the last comma stands.
    pub(super) comma: usize,
    /// Whether a bound was passed, so that reading ends here.
    pub(super) stopped: bool,
}

impl<'t> Reader<'t> {
    /// Makes ready to read `text`, which is no longer than `MAX_BYTES`.
    pub(super) fn new(text: &'t str, max_depth: u32) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            // Policies have a value or key for every 15 to 30 bytes.
            nodes: Vec::with_capacity(text.len() / 16 + 4),
            decoded: Vec::new(),
            unescaped: String::new(),
            faults: Vec::new(),
            excess: None,
            max_depth,
            depth: 0,
            open: NO_LINK,
            inside: Tag::Invalid,
            comma: 0,
            stopped: false,
        }
    }

    /// Reads the whole text.
    pub(super) fn read(mut self) -> Tree<'t> {
        let end = self.run();
        while self.open != NO_LINK {
            self.close(end, 0);
        }
        self.faults.sort_by_key(|fault| fault.span().start);
        if let Some(span) = self.excess {
            self.faults.push(Fault::new(FaultKind::TooMany { limit: MAX_FAULTS }, span, None));
        }
        Tree {
            text: self.text,
            nodes: self.nodes,
            decoded: self.decoded,
            unescaped: self.unescaped,
            faults: self.faults,
            complete: !self.stopped,
        }
    }

    /// Reads until the text or a bound ends it; returns where that is.
    fn run(&mut self) -> usize {
        let bytes = self.bytes;
        let mut at = 0;
        let mut expect = Expect::Value(Place::Document);
        while !self.stopped {
            at = scan::blank_end(bytes, at);
            let byte = bytes.get(at).copied();
            (at, expect) = match expect {
                Expect::Value(place) => match byte {
                    Some(b'"') => (self.string(at), self.after_value()),
                    Some(b'{') => self.open(at, 1, Tag::Object),
                    Some(b'[') => self.open(at, 1, Tag::Array),
                    Some(b']') if place == Place::First => self.close(at, 1),
                    Some(b'-' | b'0'..=b'9') => match number_end(bytes, at) {
                        Some(end) => self.leaf(Tag::Number, at, end),
                        None => self.unusual_value(at, place),
                    },
                    Some(b't') if is_literal(bytes, at, b"true") => {
                        self.leaf(Tag::True, at, at + 4)
                    }
                    Some(b'f') if is_literal(bytes, at, b"false") => {
                        self.leaf(Tag::False, at, at + 5)
                    }
                    Some(b'n') if is_literal(bytes, at, b"null") => {
                        self.leaf(Tag::Null, at, at + 4)
                    }
                    _ => self.unusual_value(at, place),
                },
                Expect::Key(place) => match byte {
                    Some(b'"') => {
                        let end = self.string(at);
                        if bytes.get(end) == Some(&b':') {
                            (end + 1, Expect::Value(Place::AfterColon))
                        } else {
                            (end, Expect::Colon)
                        }
                    }
                    Some(b'}') if place == Place::First => self.close(at, 1),
                    _ => self.unusual_key(at, place),
                },
                Expect::Colon => match byte {
                    Some(b':') => (at + 1, Expect::Value(Place::AfterColon)),
                    _ => self.unusual_colon(at),
                },
                Expect::Next => match (byte, self.inside) {
                    (Some(b','), Tag::Object) => {
                        self.comma = at;
                        (at + 1, Expect::Key(Place::AfterComma))
                    }
                    (Some(b','), _) => {
                        self.comma = at;
                        (at + 1, Expect::Value(Place::AfterComma))
                    }
                    (Some(b'}'), Tag::Object) | (Some(b']'), Tag::Array) => self.close(at, 1),
                    _ => self.unusual_next(at),
                },
                Expect::End => match byte {
                    None => break,
                    Some(_) => self.unusual_end(at),
                },
                Expect::Nothing => break,
            };
        }
        at
    }

    /// Reads the string whose quote stands at `at`; returns its end.
    #[inline]
    fn string(&mut self, at: usize) -> usize {
        let end = scan::string_end(self.bytes, at + 1);
        if self.bytes.get(end) == Some(&b'"') {
            self.push(Tag::Plain, at, end + 1, 0);
            end + 1
        } else {
            self.awkward_string(at, '"')
        }
    }

    /// Adds a value without parts.
    #[inline]
    pub(super) fn leaf(&mut self, tag: Tag, start: usize, end: usize) -> (usize, Expect) {
        self.push(tag, start, end, 0);
        (end, self.after_value())
    }

    /// Adds a node to the tape. Offsets fit `u32`, since no text is longer than `MAX_BYTES`.
    #[inline]
    pub(super) fn push(&mut self, tag: Tag, start: usize, end: usize, link: u32) {
        self.nodes.push(Node::new(tag, start as u32, end as u32, link));
    }

    /// Returns what comes after a value.
    #[inline]
    pub(super) fn after_value(&self) -> Expect {
        if self.inside == Tag::Invalid { Expect::End } else { Expect::Next }
    }

    /// Opens a list or object by the bracket of `width` bytes at `at`.
    #[inline]
    pub(super) fn open(&mut self, at: usize, width: usize, tag: Tag) -> (usize, Expect) {
        if self.depth >= self.max_depth {
            let kind = FaultKind::TooDeep { limit: self.max_depth };
            self.report(kind, span_of(at, at + width), None);
            self.stopped = true;
            return (at, Expect::Nothing);
        }
        self.depth += 1;
        let index = self.nodes.len() as u32;
        self.push(tag, at, at + width, self.open);
        self.open = index;
        self.inside = tag;
        let expect = match tag {
            Tag::Object => Expect::Key(Place::First),
            _ => Expect::Value(Place::First),
        };
        (at + width, expect)
    }

    /// Closes the innermost list or object by the bracket of `width` bytes at `at`.
    #[inline]
    pub(super) fn close(&mut self, at: usize, width: usize) -> (usize, Expect) {
        let index = self.open;
        let next = self.nodes.len() as u32;
        let end = at + width;
        if let Some(node) = self.nodes.get_mut(index as usize) {
            self.open = node.link();
            *node = Node::new(self.inside, node.start, end as u32, next);
        }
        if self.inside == Tag::Object && !self.stopped {
            self.check_keys(index);
        }
        self.inside = self.nodes.get(self.open as usize).map_or(Tag::Invalid, |node| node.tag());
        self.depth = self.depth.saturating_sub(1);
        (end, self.after_value())
    }

    /// Notes a fault. One past the bound ends reading.
    #[cold]
    pub(super) fn report(&mut self, kind: FaultKind, span: Span, related: Option<Span>) {
        if self.stopped {
            return;
        }
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(Fault::new(kind, span, related));
        } else {
            self.excess = Some(span);
            self.stopped = true;
        }
    }
}

/// Returns whether the word at `at` is `word` and nothing more.
#[inline]
fn is_literal(bytes: &[u8], at: usize, word: &[u8]) -> bool {
    bytes.get(at..).is_some_and(|rest| rest.starts_with(word))
        && !bytes.get(at + word.len()).copied().is_some_and(continues_word)
}

/// Returns the end of the number that starts at `at`, by the grammar of RFC 8259, section 6;
/// `None` if what stands there is no such number or goes on after it.
fn number_end(bytes: &[u8], at: usize) -> Option<usize> {
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        from + rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len())
    };
    let some_digits = |from: usize| Some(digits(from)).filter(|&end| end > from);
    let integer = if bytes.get(at) == Some(&b'-') { at + 1 } else { at };
    let mut end = match bytes.get(integer)? {
        b'0' => integer + 1,
        _ => some_digits(integer)?,
    };
    if bytes.get(end) == Some(&b'.') {
        end = some_digits(end + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        let signed = matches!(bytes.get(end + 1), Some(b'+' | b'-'));
        end = some_digits(end + 1 + usize::from(signed))?;
    }
    (!bytes.get(end).copied().is_some_and(continues_word)).then_some(end)
}

/// Returns whether `byte` right after a number or word makes it a longer one.
pub(super) const fn continues_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'+' | b'-')
}
