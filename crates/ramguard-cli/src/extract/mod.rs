//! The policies that a file holds: the file itself, or those written inside something else.
//!
//! | file | policies in it |
//! | --- | --- |
//! | `*.json` | the policy; lists and maps of policies; saved answers of the RAM API; the plan or state that `terraform show -json` prints; ROS templates |
//! | `*.tf`, `*.tofu` | documents of `alicloud_*` resources, `alicloud_ram_policy_document` |
//! | `*.yaml`, `*.yml` | ROS templates; a policy written as YAML |
//! | `*.md`, `*.markdown` | fenced blocks of JSON that are policies |
//! | any other | by its first words: one of the above |
//!
//! Always holds here:
//!
//! * a policy comes with the way back to the file, byte by byte where the file has the same bytes;
//! * what a template fills in later is marked as open, and a document of which nothing is known is
//!   noted and left out;
//! * sizes, nesting and the number of documents are bounded, and every reader takes time in
//!   proportion to the file.
//!
//! # Limits
//! [`MAX_DOCUMENTS`] documents a file; [`MAX_TEMPLATE_BYTES`] of Terraform or YAML; values nested
//! [`node::MAX_DEPTH`] deep. One past a bound the file is refused.

mod comment;
#[cfg(test)]
mod hostile;
mod json;
mod markdown;
mod node;
mod plan;
mod resource;
mod ros;
mod span_map;
mod terraform;
mod yaml;

use ramguard_policy::Kind;
use ramguard_policy::text::Span;

pub(crate) use comment::comments;
use node::Written;
pub(crate) use span_map::SpanMap;

/// How many documents a file may hold.
const MAX_DOCUMENTS: usize = 10_000;
/// How many bytes a Terraform file or a YAML template may have: 2 MiB. ROS takes 512 KiB.
const MAX_TEMPLATE_BYTES: usize = 2 << 20;
/// How many bytes all documents of a file may have together: 32 MiB.
const MAX_TEXT_BYTES: usize = 32 << 20;
/// How many notes are kept of a file; one more says that there were more.
const MAX_NOTES: usize = 100;
/// How long the name of a document may be; the rest is cut off.
const MAX_NAME_CHARS: usize = 256;

/// A policy that was found in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Extracted {
    /// What it is called there: the name of the policy or role, the address of the resource, a
    /// JSON Pointer, or the number of the block. Empty if the file is the policy. Not escaped.
    pub(crate) name: String,
    /// What it is used as, where the file says so.
    pub(crate) kind: Option<Kind>,
    /// The policy.
    pub(crate) text: String,
    /// The way back to the file.
    pub(crate) map: SpanMap,
    /// The strings of the policy that a template fills in later, in order.
    pub(crate) open: Vec<Span>,
}

/// A document that was found and left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    /// Where it stands in the file.
    pub(crate) span: Span,
    /// Why it was left out, not escaped.
    pub(crate) message: String,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extraction {
    /// Its policies, in order.
    pub(crate) documents: Vec<Extracted>,
    /// The documents that were left out, in order.
    pub(crate) notes: Vec<Note>,
}

/// Why a file cannot be searched for policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExtractError {
    /// Where, if anywhere.
    pub(crate) span: Option<Span>,
    /// What is wrong, not escaped.
    pub(crate) message: String,
}

/// What kind of file a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// JSON of any kind.
    Json,
    /// Terraform's own language.
    Terraform,
    /// YAML of any kind.
    Yaml,
    /// Markdown.
    Markdown,
}

impl Format {
    /// Returns the format of a file by its name, and by its first words where the name is silent.
    pub(crate) fn of(name: &str, text: &str) -> Self {
        let file = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let ending = file.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        match ending.as_deref() {
            Some("json" | "tfstate") => Self::Json,
            Some("tf" | "tofu") => Self::Terraform,
            Some("yaml" | "yml") => Self::Yaml,
            Some("md" | "markdown") => Self::Markdown,
            _ => Self::of_words(text),
        }
    }

    fn of_words(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text.lines().map(str::trim_start).take(200);
        let is = |line: &str, words: &[&str]| words.iter().any(|word| line.starts_with(word));
        if text.trim_start().starts_with(['{', '[']) {
            return Self::Json;
        }
        let found = lines.find_map(|line| {
            if is(line, &["ROSTemplateFormatVersion", "Resources:", "Statement:"]) {
                Some(Self::Yaml)
            } else if is(line, &["resource \"", "data \"", "locals {"]) {
                Some(Self::Terraform)
            } else if is(line, &["```", "~~~"]) {
                Some(Self::Markdown)
            } else {
                None
            }
        });
        found.unwrap_or(Self::Json)
    }
}

/// Returns the policies of a file by the name of `path`, which need not exist.
///
/// A file that is one policy, or may be meant as one, has one document without a name. None at all
/// means that no policy was found.
///
/// # Errors
/// If the file is not what its name says, or past a bound.
pub(crate) fn documents(path: &str, text: &str) -> Result<Extraction, ExtractError> {
    let mut found = Collector { file: text, extraction: Extraction::default(), bytes: 0 };
    match Format::of(path, text) {
        Format::Json => json::collect(&mut found)?,
        Format::Terraform => terraform::collect(&mut found)?,
        Format::Yaml => yaml::collect(&mut found)?,
        Format::Markdown => markdown::collect(&mut found)?,
    }
    let mut extraction = found.extraction;
    extraction.documents.sort_by_key(|document| document.map.span(Span::new(0, 0)).start);
    extraction.notes.sort_by_key(|note| note.span);
    Ok(extraction)
}

impl Extracted {
    /// Returns whether a place of the policy is a string that is filled in later, or lies in one:
    /// nobody knows yet what stands there.
    pub(crate) fn is_open(&self, span: Span) -> bool {
        let index = self.open.partition_point(|open| open.end < span.end);
        self.open.get(index).is_some_and(|open| open.start <= span.start && span.end <= open.end)
    }

    /// Returns whether the policy is all of the file.
    pub(crate) fn is_file(&self) -> bool {
        self.name.is_empty()
    }
}

impl ExtractError {
    fn new(span: Option<Span>, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }
}

/// What was found in a file so far.
struct Collector<'f> {
    file: &'f str,
    extraction: Extraction,
    bytes: usize,
}

impl Collector<'_> {
    /// Adds a document.
    fn add(
        &mut self,
        name: String,
        kind: Option<Kind>,
        written: Written,
    ) -> Result<(), ExtractError> {
        if self.extraction.documents.len() >= MAX_DOCUMENTS {
            let message = format!("the file holds more than {MAX_DOCUMENTS} policies");
            return Err(ExtractError::new(None, message));
        }
        self.bytes = self.bytes.saturating_add(written.text.len());
        if self.bytes > MAX_TEXT_BYTES {
            let message = format!("the policies have more than {MAX_TEXT_BYTES} bytes together");
            return Err(ExtractError::new(None, message));
        }
        let name = match name.char_indices().nth(MAX_NAME_CHARS) {
            Some((end, _)) => name.get(..end).unwrap_or_default().to_owned(),
            None => name,
        };
        let Written { text, map, open } = written;
        self.extraction.documents.push(Extracted { name, kind, text, map, open });
        Ok(())
    }

    /// Adds a part of the file, as it is.
    fn add_copy(
        &mut self,
        name: String,
        kind: Option<Kind>,
        span: Span,
    ) -> Result<(), ExtractError> {
        let text = self.file.get(span.range()).unwrap_or_default().to_owned();
        let written = Written { text, map: SpanMap::copy_of(span), open: Vec::new() };
        self.add(name, kind, written)
    }

    /// Notes that a document is left out.
    fn note(&mut self, span: Span, message: impl Into<String>) {
        let message = match self.extraction.notes.len() {
            0..MAX_NOTES => message.into(),
            MAX_NOTES => "this document and others below are not known either".to_owned(),
            _ => return,
        };
        self.extraction.notes.push(Note { span, message });
    }

    /// Refuses a template that is too long for its reader.
    fn check_template_size(&self) -> Result<(), ExtractError> {
        if self.file.len() > MAX_TEMPLATE_BYTES {
            let message = format!("a template has at most {MAX_TEMPLATE_BYTES} bytes");
            return Err(ExtractError::new(None, message));
        }
        Ok(())
    }

    /// Returns the place of all of the file.
    fn all(&self) -> Span {
        Span::new(0, u32::try_from(self.file.len()).unwrap_or(u32::MAX))
    }
}
