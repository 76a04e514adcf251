//! The tape a text is read onto, and the values it is seen through.
//!
//! Always holds here:
//!
//! * a list or object links to the node just past the nodes inside it, so it can be stepped over;
//! * inside an object keys and values take turns, and only a text on which reading stopped can
//!   leave the last key without a value;
//! * there are fewer nodes than `1 << 28`, since no text is longer than `MAX_BYTES`, which is half
//!   of that, and every node stands for a byte of the text or for a fault.

use super::fault::Fault;
use super::string;
use crate::text::Span;
use std::fmt;

/// What a node is. Kept in the low four bits of [`Node`]'s link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Tag {
    Invalid = 0,
    Null = 1,
    False = 2,
    True = 3,
    Number = 4,
    /// A string in straight quotes without an escape: its text is between them.
    Plain = 5,
    /// Any other string; the link is its place among [`Tree::decoded`].
    Decoded = 6,
    Array = 7,
    Object = 8,
}

/// One value or key: its span, its tag and, for some tags, a link.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) start: u32,
    pub(super) end: u32,
    tagged_link: u32,
}

/// The largest link there is; as the parent of an open list or object it means "none".
pub(super) const NO_LINK: u32 = u32::MAX >> 4;

impl Node {
    /// Makes a node. `link` is at most [`NO_LINK`].
    #[inline]
    pub(super) const fn new(tag: Tag, start: u32, end: u32, link: u32) -> Self {
        Self { start, end, tagged_link: (link << 4) | tag as u32 }
    }

    #[inline]
    pub(super) const fn tag(self) -> Tag {
        match self.tagged_link & 0xF {
            1 => Tag::Null,
            2 => Tag::False,
            3 => Tag::True,
            4 => Tag::Number,
            5 => Tag::Plain,
            6 => Tag::Decoded,
            7 => Tag::Array,
            8 => Tag::Object,
            _ => Tag::Invalid,
        }
    }

    #[inline]
    pub(super) const fn link(self) -> u32 {
        self.tagged_link >> 4
    }

    /// Returns the index just past this node, which stands at `index`, and what is inside it.
    #[inline]
    pub(super) const fn next(self, index: u32) -> u32 {
        match self.tag() {
            Tag::Array | Tag::Object => self.link(),
            _ => index + 1,
        }
    }

    pub(super) const fn span(self) -> Span {
        Span::new(self.start, self.end)
    }
}

/// A string that is not simply the text between two straight quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decoded {
    /// The text without its quotes, as written.
    pub(super) inner: Span,
    /// Where its unescaped form lies in [`Tree::unescaped`].
    pub(super) from: u32,
    pub(super) to: u32,
}

/// A text as read: its values in document order and everything that is wrong with it.
///
/// Where there are faults, the values are what could be made out, good enough to look for further
/// problems and never to be taken for a policy.
#[derive(Clone)]
pub struct Tree<'t> {
    pub(super) text: &'t str,
    pub(super) nodes: Vec<Node>,
    pub(super) decoded: Vec<Decoded>,
    pub(super) unescaped: String,
    pub(super) faults: Vec<Fault>,
    pub(super) complete: bool,
}

impl<'t> Tree<'t> {
    /// Makes the tree of a text that was not read because of `faults`.
    pub(super) const fn unread(text: &'t str, faults: Vec<Fault>) -> Self {
        Self {
            text,
            nodes: Vec::new(),
            decoded: Vec::new(),
            unescaped: String::new(),
            faults,
            complete: false,
        }
    }

    /// Returns the outermost value. `None` only where nothing could be read at all.
    #[must_use]
    pub fn root(&self) -> Option<Value<'_>> {
        (!self.nodes.is_empty()).then_some(Value { tree: self, index: 0 })
    }

    /// Returns everything that is wrong, in the order of the text.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Returns the text that was read.
    #[must_use]
    pub const fn source(&self) -> &'t str {
        self.text
    }

    /// Returns whether the text is JSON and keeps to every rule of this reader.
    #[must_use]
    pub const fn is_strict_json(&self) -> bool {
        self.faults.is_empty()
    }

    /// Returns whether reading came to the end of the text.
    ///
    /// If not, because of a bound or because the text is not UTF-8, what is absent from the values
    /// may well be in the text.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.complete
    }

    /// Returns the memory the tree holds beside the text, in bytes.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>()
            + self.decoded.capacity() * size_of::<Decoded>()
            + self.unescaped.capacity()
            + self.faults.capacity() * size_of::<Fault>()
    }

    fn node(&self, index: u32) -> Node {
        const ABSENT: Node = Node::new(Tag::Invalid, 0, 0, 0);
        self.nodes.get(index as usize).copied().unwrap_or(ABSENT)
    }

    /// Returns the unescaped text of the string at `index`.
    #[inline]
    fn string(&self, node: Node) -> Option<&str> {
        string::text_of(self.text, &self.decoded, &self.unescaped, node)
    }
}

impl fmt::Debug for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree").field("root", &self.root()).field("faults", &self.faults).finish()
    }
}

/// What kind of value a [`Value`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number; [`Value::raw`] is its text.
    Number,
    /// A string; [`Value::as_str`] is what it says.
    String,
    /// A list; see [`Value::elements`].
    Array,
    /// An object; see [`Value::members`].
    Object,
    /// No value of JSON: a word such as `NaN`, or nothing where a value should be. It is among the
    /// faults already, so there is no more to say about it.
    Invalid,
}

/// One value of a [`Tree`]. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    tree: &'a Tree<'a>,
    index: u32,
}

impl<'a> Value<'a> {
    /// Returns what kind of value this is.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.node().tag() {
            Tag::Invalid => Kind::Invalid,
            Tag::Null => Kind::Null,
            Tag::False => Kind::Bool(false),
            Tag::True => Kind::Bool(true),
            Tag::Number => Kind::Number,
            Tag::Plain | Tag::Decoded => Kind::String,
            Tag::Array => Kind::Array,
            Tag::Object => Kind::Object,
        }
    }

    /// Returns where the value stands, with its quotes or brackets.
    #[must_use]
    pub fn span(self) -> Span {
        self.node().span()
    }

    /// Returns the text of the value as written, with its quotes or brackets.
    #[must_use]
    pub fn raw(self) -> &'a str {
        self.tree.text.get(self.span().range()).unwrap_or_default()
    }

    /// Returns what a string says, escapes resolved; `None` for any other value.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        self.tree.string(self.node())
    }

    /// Returns where the text of a string stands, without its quotes; `None` for other values.
    #[must_use]
    pub fn inner_span(self) -> Option<Span> {
        let node = self.node();
        string::inner_span(&self.tree.decoded, node)
    }

    /// Returns where in the source the byte at `byte` of a string's unescaped text was written.
    ///
    /// For a byte that comes from an escape, that is the start of the escape; for the length of
    /// the string, the place of its closing quote. `None` past that and for other values. Takes
    /// time in proportion to the length of the string.
    #[must_use]
    pub fn str_offset(self, byte: usize) -> Option<u32> {
        let length = self.as_str()?.len();
        let inner = self.inner_span()?;
        string::source_offset(self.tree.text, inner, length, byte)
    }

    /// Returns the elements of a list in order; nothing for any other value.
    #[must_use]
    pub fn elements(self) -> Elements<'a> {
        let inside = self.inside(Tag::Array);
        Elements { tree: self.tree, next: inside.0, end: inside.1 }
    }

    /// Returns the members of an object in order, equal keys included; nothing for other values.
    #[must_use]
    pub fn members(self) -> Members<'a> {
        let inside = self.inside(Tag::Object);
        Members { tree: self.tree, next: inside.0, end: inside.1 }
    }

    /// Returns the value of the first member whose key is `key`.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        self.members().find(|member| member.key == key).map(|member| member.value)
    }

    /// Returns how many elements or members there are, 0 for any other value. Counts them.
    #[must_use]
    pub fn len(self) -> usize {
        match self.kind() {
            Kind::Array => self.elements().count(),
            Kind::Object => self.members().count(),
            _ => 0,
        }
    }

    /// Returns whether there is no element and no member.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.elements().next().is_none() && self.members().next().is_none()
    }

    fn node(self) -> Node {
        self.tree.node(self.index)
    }

    /// Returns the nodes inside this value if its tag is `tag`, else none.
    fn inside(self, tag: Tag) -> (u32, u32) {
        let node = self.node();
        if node.tag() == tag { (self.index + 1, node.link()) } else { (0, 0) }
    }
}

impl fmt::Debug for Value<'_> {
    /// Shows one level: nesting may be as deep as the limits allow, and this does not recurse.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Value")
            .field("kind", &self.kind())
            .field("span", &self.span())
            .field("raw", &self.raw())
            .finish()
    }
}

/// The elements of a list. See [`Value::elements`].
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    tree: &'a Tree<'a>,
    next: u32,
    end: u32,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        if self.next >= self.end {
            return None;
        }
        let value = Value { tree: self.tree, index: self.next };
        self.next = value.node().next(self.next);
        Some(value)
    }
}

/// The members of an object. See [`Value::members`].
#[derive(Clone, Debug)]
pub struct Members<'a> {
    tree: &'a Tree<'a>,
    next: u32,
    end: u32,
}

/// One member of an object.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// The key, escapes resolved.
    pub key: &'a str,
    /// Where the key stands, with its quotes.
    pub key_span: Span,
    /// The value.
    pub value: Value<'a>,
    key_value: Value<'a>,
}

impl<'a> Member<'a> {
    /// Returns the key as a string value, for the places inside it.
    #[must_use]
    pub const fn key_value(&self) -> Value<'a> {
        self.key_value
    }

    /// Returns where the member stands, from its key to the end of its value.
    #[must_use]
    pub fn span(&self) -> Span {
        self.key_span.join(self.value.span())
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = Member<'a>;

    fn next(&mut self) -> Option<Member<'a>> {
        let index = self.next.checked_add(1).filter(|&index| index < self.end)?;
        let key_value = Value { tree: self.tree, index: self.next };
        let value = Value { tree: self.tree, index };
        self.next = value.node().next(index);
        let key = key_value.as_str().unwrap_or_default();
        Some(Member { key, key_span: key_value.span(), value, key_value })
    }
}
