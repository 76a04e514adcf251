//! A policy as a template language spells it out, before it is JSON: values with their places in
//! the file, and holes where the template fills something in later.
//!
//! Always holds here:
//!
//! * [`Node::write`] gives one value of JSON, whatever the node holds;
//! * nesting was bounded by whoever built the node ([`MAX_DEPTH`]), so walking one may recurse;
//! * a string that has a hole in it is listed as open: what it will say is not known.

use ramguard_policy::text::Span;

use super::span_map::{MappedText, SpanMap};

/// How deep values of a template may be nested.
pub(super) const MAX_DEPTH: usize = 128;
/// How many values a template may have, those that aliases repeat included. A string counts once
/// more for every [`BYTES_OF_NODE`] bytes of it.
pub(super) const MAX_NODES: usize = 1 << 19;
/// How many bytes of a string count as much as a value.
pub(super) const BYTES_OF_NODE: usize = 32;

/// One value of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// A string.
    Text(Text),
    /// A number, `true`, `false` or `null`, as JSON writes it.
    Literal(String, Span),
    /// A list.
    List(Vec<Node>, Span),
    /// An object: keys and values.
    Map(Vec<(Node, Node)>, Span),
    /// A value that is filled in later, with the words that stand for it.
    Hole(String, Span),
}

/// A string of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    /// What it says, in order.
    pub(super) runs: Vec<Run>,
    /// Where it stands, with its quotes.
    pub(super) host: Span,
    /// Whether what it says is filled in later, wholly or in part, though no run is a hole.
    pub(super) is_open: bool,
}

/// A part of a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Run {
    /// What the file has there.
    Copy(Span),
    /// Something else than the file has there: an escape resolved, a line end folded.
    Put(String, Span),
    /// Something that is filled in later, with the words that stand for it.
    Hole(String, Span),
}

impl Run {
    pub(super) const fn host(&self) -> Span {
        match self {
            Self::Copy(host) | Self::Put(_, host) | Self::Hole(_, host) => *host,
        }
    }

    /// Returns what the run says; `file` is what it comes from.
    pub(super) fn words<'a>(&'a self, file: &'a str) -> &'a str {
        match self {
            Self::Copy(host) => file.get(host.range()).unwrap_or_default(),
            Self::Put(words, _) | Self::Hole(words, _) => words,
        }
    }
}

/// A text made from a template, the way back, and the strings in it that are not known.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) text: String,
    pub(super) map: SpanMap,
    pub(super) open: Vec<Span>,
}

impl Text {
    /// Returns a string made of `words` that stands for `host`.
    pub(super) fn put(words: impl Into<String>, host: Span) -> Self {
        Self { runs: vec![Run::Put(words.into(), host)], host, is_open: false }
    }

    /// Returns what the string says.
    pub(super) fn words(&self, file: &str) -> String {
        self.runs.iter().map(|run| run.words(file)).collect()
    }

    /// Returns whether a part of it is filled in later.
    pub(super) fn is_open(&self) -> bool {
        self.is_open || self.runs.iter().any(|run| matches!(run, Run::Hole(..)))
    }

    /// Turns every `${…}` within one run into a hole; `${!…}` stands for `${…}` itself.
    pub(super) fn with_placeholders(self, file: &str) -> Self {
        let mut runs = Vec::new();
        for run in self.runs {
            let Run::Copy(host) = run else {
                runs.push(run);
                continue;
            };
            let words = file.get(host.range()).unwrap_or_default();
            let mut done = 0;
            let part = |from: usize, to: usize| {
                // Offsets within a file of at most 16 MiB.
                let offset = |at: usize| host.start + u32::try_from(at).unwrap_or_default();
                Span::new(offset(from), offset(to))
            };
            while let Some(start) = words.get(done..).and_then(|rest| rest.find("${")) {
                let start = done + start;
                let Some(length) = words.get(start..).and_then(|rest| rest.find('}')) else {
                    break;
                };
                let end = start + length + 1;
                runs.push(Run::Copy(part(done, start)));
                let words = words.get(start..end).unwrap_or_default();
                runs.push(match words.strip_prefix("${!") {
                    Some(kept) => Run::Put(format!("${{{kept}"), part(start, end)),
                    None => Run::Hole(words.to_owned(), part(start, end)),
                });
                done = end;
            }
            runs.push(Run::Copy(part(done, words.len())));
        }
        Self { runs, ..self }
    }

    /// Takes the string for the text of a document.
    ///
    /// A hole inside a string of that document stays text; one outside stands for a value and
    /// becomes a string. Both make the string they are in an open one.
    pub(super) fn into_document(self, file: &str) -> Written {
        let mut out = MappedText::default();
        let mut open = Vec::new();
        let mut reader = Quotes::default();
        for run in &self.runs {
            match run {
                Run::Hole(words, host) if reader.is_inside => {
                    reader.has_hole = true;
                    out.put(&escaped(words), *host);
                }
                Run::Hole(words, host) => {
                    let start = out.length();
                    out.put(&quoted(words), *host);
                    open.push(Span::new(start, out.length()));
                }
                Run::Copy(host) => {
                    reader.read(run.words(file), out.length(), &mut open);
                    out.copy(file, *host);
                }
                Run::Put(words, host) => {
                    reader.read(words, out.length(), &mut open);
                    out.put(words, *host);
                }
            }
        }
        if self.is_open {
            open = vec![Span::new(0, out.length())];
        }
        let (text, map) = out.finish();
        Written { text, map, open }
    }
}

/// Where the strings of a JSON text begin and end.
#[derive(Default)]
struct Quotes {
    is_inside: bool,
    is_escaped: bool,
    has_hole: bool,
    start: u32,
}

impl Quotes {
    fn read(&mut self, words: &str, from: u32, open: &mut Vec<Span>) {
        for (byte, at) in words.bytes().zip(from..) {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' if self.is_inside => self.is_escaped = true,
                b'"' if self.is_inside => {
                    self.is_inside = false;
                    if std::mem::take(&mut self.has_hole) {
                        open.push(Span::new(self.start, at + 1));
                    }
                }
                b'"' => {
                    self.is_inside = true;
                    self.start = at;
                }
                _ => {}
            }
        }
    }
}

impl Node {
    /// Returns where the value stands.
    pub(super) const fn host(&self) -> Span {
        match self {
            Self::Text(text) => text.host,
            Self::Literal(_, host)
            | Self::List(_, host)
            | Self::Map(_, host)
            | Self::Hole(_, host) => *host,
        }
    }

    /// Returns what a string says, if all of it is known.
    pub(super) fn as_words(&self, file: &str) -> Option<String> {
        match self {
            Self::Text(text) if !text.is_open() => Some(text.words(file)),
            _ => None,
        }
    }

    /// Returns the members of an object; none for anything else.
    pub(super) fn members(&self) -> &[(Self, Self)] {
        match self {
            Self::Map(members, _) => members,
            _ => &[],
        }
    }

    /// Returns the value of the first member with this key.
    pub(super) fn get(&self, file: &str, key: &str) -> Option<&Self> {
        let mut members = self.members().iter();
        members
            .find(|(name, _)| name.as_words(file).as_deref() == Some(key))
            .map(|(_, value)| value)
    }

    /// Returns how much the node counts against [`MAX_NODES`].
    pub(super) fn count(&self, file: &str) -> usize {
        match self {
            Self::List(items, _) => 1 + items.iter().map(|item| item.count(file)).sum::<usize>(),
            Self::Map(members, _) => {
                let count = |(key, value): &(Self, Self)| key.count(file) + value.count(file);
                1 + members.iter().map(count).sum::<usize>()
            }
            Self::Text(text) => {
                let bytes: usize = text.runs.iter().map(|run| run.words(file).len()).sum();
                1 + bytes / BYTES_OF_NODE
            }
            Self::Literal(words, _) | Self::Hole(words, _) => 1 + words.len() / BYTES_OF_NODE,
        }
    }

    /// Returns the same value as if it stood at another place.
    pub(super) fn repeated_at(&self, file: &str, host: Span) -> Self {
        match self {
            Self::Text(text) => {
                let is_open = text.is_open();
                Self::Text(Text { is_open, ..Text::put(text.words(file), host) })
            }
            Self::Literal(words, _) => Self::Literal(words.clone(), host),
            Self::Hole(words, _) => Self::Hole(words.clone(), host),
            Self::List(items, _) => {
                Self::List(items.iter().map(|item| item.repeated_at(file, host)).collect(), host)
            }
            Self::Map(members, _) => {
                let repeat = |(key, value): &(Self, Self)| {
                    (key.repeated_at(file, host), value.repeated_at(file, host))
                };
                Self::Map(members.iter().map(repeat).collect(), host)
            }
        }
    }

    /// Writes the value as JSON.
    pub(super) fn write(&self, file: &str) -> Written {
        let mut writer = Writer { file, out: MappedText::default(), open: Vec::new() };
        writer.value(self);
        let (text, map) = writer.out.finish();
        Written { text, map, open: writer.open }
    }
}

struct Writer<'f> {
    file: &'f str,
    out: MappedText,
    open: Vec<Span>,
}

impl Writer<'_> {
    fn value(&mut self, node: &Node) {
        let (start, end) = ends(node.host());
        match node {
            Node::Text(text) => self.text(text),
            Node::Literal(words, host) => self.out.put(words, *host),
            Node::Hole(words, host) => {
                let from = self.out.length();
                self.out.put(&quoted(words), *host);
                self.open.push(Span::new(from, self.out.length()));
            }
            Node::List(items, _) => {
                self.out.put("[", start);
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.out.put(",", ends(item.host()).0);
                    }
                    self.value(item);
                }
                self.out.put("]", end);
            }
            Node::Map(members, _) => {
                self.out.put("{", start);
                for (index, (key, value)) in members.iter().enumerate() {
                    if index > 0 {
                        self.out.put(",", ends(key.host()).0);
                    }
                    self.key(key);
                    self.out.put(":", ends(key.host()).1);
                    self.value(value);
                }
                self.out.put("}", end);
            }
        }
    }

    /// Writes a key, which JSON wants to be a string.
    fn key(&mut self, key: &Node) {
        match key {
            Node::Text(text) => self.text(text),
            Node::Literal(words, host) => self.text(&Text::put(words.as_str(), *host)),
            Node::Hole(words, host) => self.value(&Node::Hole(words.clone(), *host)),
            Node::List(_, host) | Node::Map(_, host) => {
                self.value(&Node::Hole("${}".into(), *host));
            }
        }
    }

    fn text(&mut self, text: &Text) {
        let from = self.out.length();
        let first = text.runs.first().map_or(text.host.end, |run| run.host().start);
        let last = text.runs.last().map_or(text.host.end, |run| run.host().end);
        self.out.put("\"", Span::new(text.host.start, first.max(text.host.start)));
        for run in &text.runs {
            match run {
                Run::Copy(host) => self.copy_escaped(*host),
                Run::Put(words, host) | Run::Hole(words, host) => {
                    self.out.put(&escaped(words), *host);
                }
            }
        }
        self.out.put("\"", Span::new(last.min(text.host.end), text.host.end));
        if text.is_open() {
            self.open.push(Span::new(from, self.out.length()));
        }
    }

    fn copy_escaped(&mut self, host: Span) {
        let words = self.file.get(host.range()).unwrap_or_default();
        let mut from = host.start;
        for (c, at) in words.char_indices().filter(|(_, c)| needs_escape(*c)).map(|(at, c)| {
            // Offsets within a file of at most 16 MiB.
            (c, host.start + u32::try_from(at).unwrap_or_default())
        }) {
            self.out.copy(self.file, Span::new(from, at));
            from = at + 1;
            self.out.put(&escaped(c.encode_utf8(&mut [0; 4])), Span::new(at, from));
        }
        self.out.copy(self.file, Span::new(from, host.end));
    }
}

/// Returns the empty places at the two ends of a place.
const fn ends(host: Span) -> (Span, Span) {
    (Span::new(host.start, host.start), Span::new(host.end, host.end))
}

const fn needs_escape(c: char) -> bool {
    c < ' ' || matches!(c, '"' | '\\')
}

fn quoted(words: &str) -> String {
    format!("\"{}\"", escaped(words))
}

/// Returns words as they stand inside a string of JSON.
fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(file: &str, from: u32, to: u32) -> Node {
        let host = Span::new(from, to);
        assert!(file.get(host.range()).is_some());
        Node::Text(Text { runs: vec![Run::Copy(host)], host, is_open: false })
    }

    #[test]
    fn a_node_is_written_as_json_and_every_token_leads_back() {
        let file = "a: x\"y\n";
        let node = Node::Map(vec![(text(file, 0, 1), text(file, 3, 6))], Span::new(0, 6));
        let written = node.write(file);
        assert_eq!(written.text, r#"{"a":"x\"y"}"#);
        assert_eq!(written.map.span(Span::new(5, 11)), Span::new(3, 6));
        assert_eq!(written.map.span(Span::new(7, 9)), Span::new(4, 5));
        assert_eq!(written.map.span(Span::new(1, 4)), Span::new(0, 1));
    }

    #[test]
    fn a_hole_in_a_string_of_a_document_stays_text_and_opens_that_string_only() {
        let file = r#"{"a": "x${b}", "c": "d"}"#;
        let end = u32::try_from(file.len()).unwrap();
        let Node::Text(whole) = text(file, 0, end) else { panic!() };
        let written = whole.with_placeholders(file).into_document(file);
        assert_eq!(written.text, file);
        assert_eq!(written.open, [Span::new(6, 13)]);
    }

    #[test]
    fn a_hole_outside_strings_becomes_a_string_so_that_the_rest_can_be_read() {
        let file = r#"{"a": [${b}]}"#;
        let end = u32::try_from(file.len()).unwrap();
        let Node::Text(whole) = text(file, 0, end) else { panic!() };
        let written = whole.with_placeholders(file).into_document(file);
        assert_eq!(written.text, r#"{"a": ["${b}"]}"#);
        assert_eq!(written.open, [Span::new(7, 13)]);
        assert_eq!(written.map.span(written.open[0]), Span::new(7, 11));
    }

    #[test]
    fn an_escaped_placeholder_is_plain_text() {
        let file = "${!a}";
        let Node::Text(whole) = text(file, 0, 5) else { panic!() };
        let text = whole.with_placeholders(file);
        assert!(!text.is_open());
        assert_eq!(text.words(file), "${a}");
    }
}
