//! YAML as nodes with places: the events of the reader put together, aliases repeated.
//!
//! Always holds here:
//!
//! * nodes are nested at most [`MAX_DEPTH`] deep and there are at most [`MAX_NODES`] of them, those
//!   that aliases repeat included;
//! * a tag of one's own, `!Sub x`, is the object `{Fn::Sub: x}`, as the template language reads it;
//! * what a scalar says is always what the reader says, wherever its parts are found in the file.

use std::borrow::Cow;
use std::collections::HashMap;

use ramguard_policy::text::Span;
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::node::{MAX_DEPTH, MAX_NODES, Node, Run, Text};
use super::{Collector, ExtractError, ros};

/// Collects the policies of a file.
pub(super) fn collect(found: &mut Collector<'_>) -> Result<(), ExtractError> {
    let words = ["ALIYUN::", "ROSTemplateFormatVersion", "Statement"];
    if !words.iter().any(|word| found.file.contains(word)) {
        return Ok(());
    }
    found.check_template_size()?;
    for root in read(found.file)? {
        ros::collect_node(found, &root)?;
    }
    Ok(())
}

/// Reads every document of a file.
pub(super) fn read(file: &str) -> Result<Vec<Node>, ExtractError> {
    let mut builder = Builder::new(file);
    for event in Parser::new_from_str(file) {
        let (event, span) = event.map_err(|error| {
            let at = builder.places.byte(error.marker().index());
            ExtractError::new(Some(Span::new(at, at)), format!("not YAML: {}", error.info()))
        })?;
        let span = Span::new(
            builder.places.byte(span.start.index()),
            builder.places.byte(span.end.index()),
        );
        builder.event(event, span)?;
    }
    Ok(builder.roots)
}

/// Returns where the scalars of a file stand, in order.
pub(super) fn scalars(file: &str) -> Result<Vec<Span>, ExtractError> {
    let places = Places::new(file);
    let mut scalars = Vec::new();
    for event in Parser::new_from_str(file) {
        let (event, span) = event
            .map_err(|error| ExtractError::new(None, format!("not YAML: {}", error.info())))?;
        if let Event::Scalar(_, style, ..) = event {
            let start = places.byte(span.start.index());
            let mut end = places.byte(span.end.index());
            if let Some(quote) = quote_of(style) {
                let raw = file.get(start as usize..end as usize).unwrap_or_default();
                end = quoted(raw, quote).map_or(end, |(_, end)| start.saturating_add(offset(end)));
            }
            scalars.push(Span::new(start, end));
        }
    }
    Ok(scalars)
}

/// Where in bytes the characters of a text stand.
struct Places<'f> {
    file: &'f str,
    /// The place of every character whose number is a multiple of [`Places::STEP`]; empty if every
    /// character is one byte.
    checkpoints: Vec<u32>,
}

impl<'f> Places<'f> {
    const STEP: usize = 64;

    fn new(file: &'f str) -> Self {
        let checkpoints = if file.is_ascii() {
            Vec::new()
        } else {
            file.char_indices().step_by(Self::STEP).map(|(at, _)| offset(at)).collect()
        };
        Self { file, checkpoints }
    }

    /// Returns where the character of this number starts, the end of the text past the last.
    fn byte(&self, index: usize) -> u32 {
        let end = offset(self.file.len());
        if self.checkpoints.is_empty() {
            return offset(index).min(end);
        }
        let Some(&start) = self.checkpoints.get(index / Self::STEP) else { return end };
        let rest = self.file.get(start as usize..).unwrap_or_default();
        rest.char_indices()
            .nth(index % Self::STEP)
            .map_or(end, |(at, _)| start.saturating_add(offset(at)))
    }
}

/// A list or object that is not closed yet.
struct Open {
    anchor: usize,
    tag: Option<String>,
    start: Span,
    is_map: bool,
    items: Vec<Node>,
}

struct Builder<'f> {
    file: &'f str,
    places: Places<'f>,
    stack: Vec<Open>,
    roots: Vec<Node>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

impl<'f> Builder<'f> {
    fn new(file: &'f str) -> Self {
        Self {
            file,
            places: Places::new(file),
            stack: Vec::new(),
            roots: Vec::new(),
            anchors: HashMap::new(),
            nodes: 0,
        }
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), ExtractError> {
        match event {
            Event::Scalar(said, style, anchor, tag) => {
                let own = own_tag(tag.as_deref());
                let is_string = tag.as_ref().is_some_and(|tag| tag.suffix == "str");
                let node = self.scalar(&said, style, is_string, span);
                let node = tagged(own, node, span);
                self.finish(node, anchor, span)
            }
            Event::SequenceStart(anchor, tag) => self.open(anchor, tag, span, false),
            Event::MappingStart(anchor, tag) => self.open(anchor, tag, span, true),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.stack.pop() else { return Ok(()) };
                // A block has no end of its own: it ends where the last value in it ends.
                let last = open.items.last().map_or(open.start, Node::host);
                let end = if span.is_empty() { last.end } else { span.end };
                let host = Span::new(open.start.start, end);
                let node = if open.is_map {
                    let mut members = Vec::with_capacity(open.items.len() / 2);
                    let mut items = open.items.into_iter();
                    while let (Some(key), Some(value)) = (items.next(), items.next()) {
                        members.push((key, value));
                    }
                    Node::Map(merged(self.file, members), host)
                } else {
                    Node::List(open.items, host)
                };
                self.finish(tagged(open.tag, node, host), open.anchor, host)
            }
            Event::Alias(anchor) => {
                let node = match self.anchors.get(&anchor) {
                    Some(node) => {
                        self.nodes = self.nodes.saturating_add(node.count(self.file));
                        self.check(span)?;
                        if depth(node) + self.stack.len() > MAX_DEPTH {
                            return Err(too_deep(span));
                        }
                        node.repeated_at(self.file, span)
                    }
                    // An alias inside of what it stands for never comes to an end.
                    None => Node::Hole("${*}".into(), span),
                };
                self.finish(node, 0, span)
            }
            _ => Ok(()),
        }
    }

    fn open(
        &mut self,
        anchor: usize,
        tag: Option<Cow<'_, Tag>>,
        start: Span,
        is_map: bool,
    ) -> Result<(), ExtractError> {
        if self.stack.len() >= MAX_DEPTH {
            return Err(too_deep(start));
        }
        let tag = own_tag(tag.as_deref());
        self.stack.push(Open { anchor, tag, start, is_map, items: Vec::new() });
        Ok(())
    }

    fn finish(&mut self, node: Node, anchor: usize, span: Span) -> Result<(), ExtractError> {
        self.nodes = self.nodes.saturating_add(1);
        if anchor != 0 {
            self.nodes = self.nodes.saturating_add(node.count(self.file));
            self.check(span)?;
            self.anchors.insert(anchor, node.clone());
        }
        self.check(span)?;
        match self.stack.last_mut() {
            Some(open) => open.items.push(node),
            None => self.roots.push(node),
        }
        Ok(())
    }

    fn check(&self, span: Span) -> Result<(), ExtractError> {
        if self.nodes > MAX_NODES {
            let message = format!("the file holds more than {MAX_NODES} values");
            return Err(ExtractError::new(Some(span), message));
        }
        Ok(())
    }

    fn scalar(&self, said: &str, style: ScalarStyle, is_string: bool, span: Span) -> Node {
        if style == ScalarStyle::Plain
            && !is_string
            && let Some(literal) = literal(said)
        {
            return Node::Literal(literal, span);
        }
        let raw = self.file.get(span.range()).unwrap_or_default();
        let quote = quote_of(style);
        let host = match quote.and_then(|quote| quoted(raw, quote)) {
            Some((start, end)) => Span::new(
                span.start.saturating_add(offset(start)),
                span.start.saturating_add(offset(end)),
            ),
            // A tag or an anchor before the scalar is no part of what it says.
            None => Span::new(span.start.saturating_add(offset(skip_properties(raw))), span.end),
        };
        let inner = match quote {
            Some(_) => Span::new(host.start.saturating_add(1), host.end.saturating_sub(1)),
            None => host,
        };
        let runs = Aligner { file: self.file, inner, style, runs: Vec::new() }.align(said);
        // The line end after a block belongs to no value.
        let end = runs.last().map_or(host.end, |run| run.host().end);
        let host = if quote.is_some() { host } else { Span::new(host.start, end) };
        Node::Text(Text { runs, host, is_open: false })
    }
}

fn too_deep(span: Span) -> ExtractError {
    ExtractError::new(Some(span), format!("nesting exceeds {MAX_DEPTH} levels"))
}

/// Returns how deep a node is nested, which is bounded.
fn depth(node: &Node) -> usize {
    match node {
        Node::List(items, _) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Node::Map(members, _) => {
            let depths = members.iter().map(|(key, value)| depth(key).max(depth(value)));
            1 + depths.max().unwrap_or(0)
        }
        _ => 1,
    }
}

/// Returns the name of a tag of one's own.
fn own_tag(tag: Option<&Tag>) -> Option<String> {
    tag.filter(|tag| tag.handle == "!" && !tag.suffix.is_empty()).map(|tag| tag.suffix.clone())
}

/// Spells a tag out as the object it stands for.
fn tagged(tag: Option<String>, node: Node, host: Span) -> Node {
    let Some(tag) = tag else { return node };
    let name = if tag == "Ref" { tag } else { format!("Fn::{tag}") };
    let at = Span::new(host.start, host.start);
    Node::Map(vec![(Node::Text(Text::put(name, at)), node)], host)
}

/// Puts the members of `<<` in the place of that key.
fn merged(file: &str, members: Vec<(Node, Node)>) -> Vec<(Node, Node)> {
    let is_merge = |key: &Node| key.as_words(file).as_deref() == Some("<<");
    if !members.iter().any(|(key, value)| is_merge(key) && matches!(value, Node::Map(..))) {
        return members;
    }
    let mut all: Vec<(Node, Node)> = Vec::new();
    for (key, value) in members {
        match value {
            Node::Map(inner, _) if is_merge(&key) => all.extend(inner),
            value => all.push((key, value)),
        }
    }
    // What is given beside `<<` counts before what comes through it.
    let mut seen = HashMap::new();
    for (index, (key, _)) in all.iter().enumerate() {
        seen.insert(key.as_words(file), index);
    }
    let mut index = 0;
    all.retain(|(key, _)| {
        let words = key.as_words(file);
        index += 1;
        words.is_none() || seen.get(&words) == Some(&(index - 1))
    });
    all
}

/// Returns how JSON writes a plain scalar that is no string.
fn literal(said: &str) -> Option<String> {
    match said {
        "" | "~" | "null" | "Null" | "NULL" => return Some("null".into()),
        "true" | "True" | "TRUE" => return Some("true".into()),
        "false" | "False" | "FALSE" => return Some("false".into()),
        _ => {}
    }
    let digits = said.strip_prefix('-').unwrap_or(said);
    let (whole, part) = digits.split_once('.').map_or((digits, None), |(a, b)| (a, Some(b)));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_whole = is_number(whole) && (whole == "0" || !whole.starts_with('0'));
    (is_whole && part.is_none_or(is_number)).then(|| said.to_owned())
}

fn quote_of(style: ScalarStyle) -> Option<char> {
    match style {
        ScalarStyle::SingleQuoted => Some('\''),
        ScalarStyle::DoubleQuoted => Some('"'),
        _ => None,
    }
}

/// Returns where a scalar in quotes starts and ends, quotes included. The reader counts a comment
/// behind it as a part of it.
fn quoted(raw: &str, quote: char) -> Option<(usize, usize)> {
    let start = raw.find(quote)?;
    let mut inner = raw.char_indices().skip_while(|(at, _)| *at <= start).peekable();
    while let Some((at, c)) = inner.next() {
        if c == '\\' && quote == '"' {
            inner.next();
        } else if c == quote {
            let is_escape = quote == '\'' && inner.peek().is_some_and(|(_, next)| *next == quote);
            if !is_escape {
                return Some((start, at.saturating_add(c.len_utf8())));
            }
            inner.next();
        }
    }
    Some((start, raw.len()))
}

/// Returns how many bytes tags and anchors take before a scalar, blanks included.
fn skip_properties(raw: &str) -> usize {
    let mut rest = raw;
    while rest.starts_with(['!', '&']) {
        let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
        rest = rest.get(word..).unwrap_or_default().trim_start();
        // Of a block scalar the span begins at its tag, and its header is no text of it.
        if rest.starts_with(['|', '>']) {
            let line = rest.find('\n').map_or(rest.len(), |end| end + 1);
            rest = rest.get(line..).unwrap_or_default();
            break;
        }
    }
    raw.len() - rest.len()
}

/// Finds the parts of what a scalar says in the file.
struct Aligner<'f> {
    file: &'f str,
    inner: Span,
    style: ScalarStyle,
    runs: Vec<Run>,
}

impl Aligner<'_> {
    /// Goes through both texts once. Where they differ, the file has an escape, a folded line end
    /// or an indent; where nothing fits, the rest is told as a whole.
    fn align(mut self, said: &str) -> Vec<Run> {
        let raw = self.file.get(self.inner.range()).unwrap_or_default();
        let (mut at, mut copied) = (0, 0);
        let mut left = said;
        while let Some(c) = left.chars().next() {
            let here = raw.get(at..).unwrap_or_default();
            let escape = self.escape_bytes(here);
            if escape == 0 && here.starts_with(c) {
                at += c.len_utf8();
                left = left.get(c.len_utf8()..).unwrap_or_default();
                continue;
            }
            self.copy(copied, at);
            if escape > 0 && here.get(1..2).is_some_and(|next| next == "\n" || next == "\r") {
                // A backslash at the end of a line joins it with the next one.
                let rest = here.get(1..).unwrap_or_default();
                at += 1 + (rest.len() - rest.trim_start().len());
            } else if escape > 0 {
                self.put(c.encode_utf8(&mut [0; 4]), at, at + escape);
                at += escape;
                left = left.get(c.len_utf8()..).unwrap_or_default();
            } else {
                let blanks = here.len() - here.trim_start().len();
                let said_blanks = left.len() - left.trim_start().len();
                if blanks == 0 {
                    break;
                }
                let (meant, rest) = left.split_at_checked(said_blanks).unwrap_or(("", left));
                self.put(meant, at, at + blanks);
                at += blanks;
                left = rest;
            }
            copied = at;
        }
        if left.is_empty() {
            self.copy(copied, at);
        } else {
            self.copy(copied, at);
            self.put(left, at, raw.len());
        }
        self.runs
    }

    /// Returns how long the escape at the start of `here` is, 0 if there is none.
    fn escape_bytes(&self, here: &str) -> usize {
        match self.style {
            ScalarStyle::SingleQuoted if here.starts_with("''") => 2,
            ScalarStyle::DoubleQuoted if here.starts_with('\\') => match here.chars().nth(1) {
                Some('x') => 4,
                Some('u') => 6,
                Some('U') => 10,
                Some(c) => 1 + c.len_utf8(),
                None => 1,
            },
            _ => 0,
        }
    }

    fn part(&self, from: usize, to: usize) -> Span {
        let place = |at: usize| self.inner.start.saturating_add(offset(at)).min(self.inner.end);
        Span::new(place(from), place(to))
    }

    fn copy(&mut self, from: usize, to: usize) {
        if from < to {
            self.runs.push(Run::Copy(self.part(from, to)));
        }
    }

    fn put(&mut self, words: &str, from: usize, to: usize) {
        if !words.is_empty() {
            self.runs.push(Run::Put(words.to_owned(), self.part(from, to)));
        }
    }
}

/// Offsets within a file of at most 2 MiB.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the first value says, and where each of `words` in it stands.
    fn said(file: &str, words: &[&str]) -> (String, Vec<String>) {
        let roots = read(file).unwrap();
        let node = &roots[0].members()[0].1;
        let Node::Text(text) = node.clone() else { panic!("{node:?}") };
        let written = text.into_document(file);
        let found = words.iter().map(|word| {
            let at = offset(written.text.find(word).unwrap());
            let host = written.map.span(Span::new(at, at + offset(word.len())));
            file[host.range()].to_owned()
        });
        (written.text.clone(), found.collect())
    }

    #[test]
    fn every_style_of_scalar_says_what_it_says_and_is_found_where_it_stands() {
        for (file, expected) in [
            ("a: é xx yy", "é xx yy"),
            ("é: 'it''s xx'' yy'", "it's xx' yy"),
            ("a: \"\\u00e9\\\"xx\\x41\\\n   yy\"", "é\"xxAyy"),
            ("a: \"xx\n   yy\"", "xx yy"),
            ("a: |\n    xx\n      é\n\n    yy\n", "xx\n  é\n\nyy\n"),
            ("a: >-\n  xx\n  zz\n\n  yy\n", "xx zz\nyy"),
            ("a: |\r\n  xx\r\n  yy\r\n", "xx\nyy\n"),
            ("a: &b !!str xx yy", "xx yy"),
            ("a: &b |\n  xx\n  yy\n", "xx\nyy\n"),
        ] {
            let (said, places) = said(file, &["xx", "yy"]);
            assert_eq!(said, expected, "{file:?}");
            assert_eq!(places, ["xx", "yy"], "{file:?}");
        }
    }

    #[test]
    fn plain_words_of_yaml_are_values_of_json() {
        for (said, written) in
            [("1", Some("1")), ("-2.50", Some("-2.50")), ("~", Some("null")), ("yes", None)]
        {
            assert_eq!(literal(said).as_deref(), written, "{said}");
        }
        assert_eq!(literal("012"), None);
        assert_eq!(literal("2012-10-17"), None);
    }

    #[test]
    fn a_tag_of_one_s_own_is_spelled_out() {
        let file = "a: !Sub x\nb: !Ref y\nc: !GetAtt [p, q]\n";
        let written = read(file).unwrap()[0].write(file);
        assert_eq!(
            written.text,
            r#"{"a":{"Fn::Sub":"x"},"b":{"Ref":"y"},"c":{"Fn::GetAtt":["p","q"]}}"#
        );
    }

    #[test]
    fn aliases_repeat_and_merged_members_yield_to_those_beside_them() {
        let file = "a: &a {x: 1, y: 2}\nb: *a\nc:\n  <<: *a\n  x: 3\n";
        let written = read(file).unwrap()[0].write(file);
        assert_eq!(written.text, r#"{"a":{"x":1,"y":2},"b":{"x":1,"y":2},"c":{"y":2,"x":3}}"#);
    }

    #[test]
    fn aliases_of_aliases_are_refused_before_they_fill_the_memory() {
        let mut file = String::from("a0: &a0 [x, x]\n");
        for level in 1..40 {
            let of = level - 1;
            file.push_str(&format!("a{level}: &a{level} [*a{of}, *a{of}, *a{of}, *a{of}]\n"));
        }
        assert!(read(&file).unwrap_err().message.contains("values"));
    }

    #[test]
    fn aliases_of_a_long_string_are_refused_before_they_fill_the_memory() {
        let file = format!("- &a {}\n{}", "x".repeat(100_000), "- *a\n".repeat(10_000));
        assert!(read(&file).unwrap_err().message.contains("values"));
    }

    #[test]
    fn an_alias_inside_of_what_it_stands_for_ends() {
        assert!(read("&a [*a, *a]").is_ok());
    }

    #[test]
    fn nesting_is_bounded() {
        let file: String = (0..200).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
        assert!(read(&file).unwrap_err().message.contains("nesting"));
    }
}
