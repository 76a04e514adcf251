//! What can be wrong with a JSON text, in words for the person who wrote it.
//!
//! Always holds here: a message is one line, quotes the text in backticks with everything that
//! does not print escaped, and quotes no more than [`SNIPPET_CHARS`] characters of it.

use crate::text::{Span, shown};
use std::fmt;

/// How many characters of the text a message quotes at most.
const SNIPPET_CHARS: usize = 40;

/// One reason why a text is not strict JSON: what, where and, where it is known, what to do.
///
/// Its `Display` is the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct Fault {
    kind: FaultKind,
    span: Span,
    related: Option<Span>,
}

impl Fault {
    /// States a fault of kind `kind` at `span`.
    pub(super) const fn new(kind: FaultKind, span: Span, related: Option<Span>) -> Self {
        Self { kind, span, related }
    }

    /// Returns what is wrong.
    #[must_use]
    pub const fn kind(&self) -> &FaultKind {
        &self.kind
    }

    /// Returns the class of the fault, which names the diagnostic.
    #[must_use]
    pub const fn code(&self) -> FaultCode {
        match self.kind {
            FaultKind::DuplicateKey { .. } => FaultCode::DuplicateKey,
            FaultKind::ByteOrderMark
            | FaultKind::NotUtf8 { .. }
            | FaultKind::LoneSurrogate { .. } => FaultCode::Encoding,
            FaultKind::TooDeep { .. } => FaultCode::Depth,
            FaultKind::TooLong { .. } => FaultCode::Size,
            _ => FaultCode::Syntax,
        }
    }

    /// Returns where in the text the fault is. An empty span is the place before its start.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// Returns a second place that explains the first: the key given before, the open bracket.
    #[must_use]
    pub const fn related(&self) -> Option<Span> {
        self.related
    }

    /// Returns what [`Fault::related`] shows, in the words of a label.
    #[must_use]
    pub const fn related_label(&self) -> Option<&'static str> {
        match (self.related, &self.kind) {
            (None, _) => None,
            (Some(_), FaultKind::DuplicateKey { .. }) => Some("first given here"),
            (Some(_), FaultKind::MissingComma) => Some("after this value"),
            (Some(_), FaultKind::MissingColon { .. } | FaultKind::MissingValue) => {
                Some("for this key")
            }
            (Some(_), _) => Some("opened here"),
        }
    }

    /// Returns what to do about it, where that is known.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let help = match &self.kind {
            FaultKind::Empty => "write a policy document, an object in `{` and `}`".to_owned(),
            FaultKind::EndsInside { missing, .. } => format!("add `{missing}` at the end"),
            FaultKind::NotClosed { open, .. } => {
                format!("add `{}` before this place", closing(*open))
            }
            FaultKind::WrongClose { expected, .. } => format!("write `{expected}`"),
            FaultKind::AfterEnd => {
                "keep one value and remove the rest; check that no bracket closes too early"
                    .to_owned()
            }
            FaultKind::Unexpected { .. } => "remove it".to_owned(),
            FaultKind::TrailingComma { .. } | FaultKind::ExtraComma => {
                "remove the comma".to_owned()
            }
            FaultKind::MissingComma => "add a comma between the two".to_owned(),
            FaultKind::MissingColon { .. } => "add a colon after the key".to_owned(),
            FaultKind::MissingKey => "write `\"key\": value`".to_owned(),
            FaultKind::MissingValue => "write the value after the colon".to_owned(),
            FaultKind::Punctuation { meant, .. } => format!("write `{meant}`"),
            FaultKind::Quotes { .. } => "write `\"` at both ends of the string".to_owned(),
            FaultKind::Blank { .. } => "replace it by an ordinary space or a line break".to_owned(),
            FaultKind::Comment | FaultKind::CommentNotClosed => {
                "remove the comment; notes can live beside the policy".to_owned()
            }
            FaultKind::UnquotedKey { word } | FaultKind::UnquotedValue { word } => {
                format!("write `\"{word}\"`")
            }
            FaultKind::UnknownWord { word } => match word.to_ascii_lowercase().as_str() {
                known @ ("true" | "false" | "null") => format!("write `{known}`"),
                "none" | "nil" | "undefined" => "write `null`, or remove it".to_owned(),
                _ => "JSON knows only finite decimal numbers; write one, in quotes if a condition \
                      compares it"
                    .to_owned(),
            },
            FaultKind::BadNumber { .. } => {
                "write a number like `0`, `-1.5` or `2e9`, or put the text in quotes".to_owned()
            }
            FaultKind::StringNotClosed => "add `\"` where the string should end".to_owned(),
            FaultKind::ControlCharacter { code } => {
                format!("write `{}` in its place", control_escape(*code))
            }
            FaultKind::UnknownEscape { after } => {
                format!("write `{after}`, or `\\\\{after}` if the backslash is meant")
            }
            FaultKind::BadUnicodeEscape => {
                "write `\\u` with four of `0` to `9`, `a` to `f`".to_owned()
            }
            FaultKind::LoneSurrogate { .. } => {
                "write both halves, as in `\\ud83d\\ude00`, or the character itself".to_owned()
            }
            FaultKind::DuplicateKey { .. } => {
                "keep one of the two; readers disagree on which one counts".to_owned()
            }
            FaultKind::ByteOrderMark => {
                "save the file as UTF-8 without a byte order mark".to_owned()
            }
            FaultKind::NotUtf8 { utf16: true, .. } => {
                "the file looks like UTF-16; save it as UTF-8".to_owned()
            }
            FaultKind::NotUtf8 { .. } => "save the file as UTF-8".to_owned(),
            FaultKind::TooDeep { .. } | FaultKind::TooLong { .. } => return None,
            FaultKind::TooMany { .. } => "repair these and read again".to_owned(),
        };
        Some(help)
    }
}

/// The class of a [`Fault`]: the names of section 1.3 of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultCode {
    /// The text breaks the grammar of RFC 8259.
    Syntax,
    /// One object gives a key twice.
    DuplicateKey,
    /// The text is not UTF-8, starts with a byte order mark or holds half of a surrogate pair.
    Encoding,
    /// Lists and objects are nested too deep.
    Depth,
    /// The text is too long.
    Size,
}

impl FaultCode {
    /// Returns the name of the diagnostic, such as `json-syntax`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "json-syntax",
            Self::DuplicateKey => "json-duplicate-key",
            Self::Encoding => "json-encoding",
            Self::Depth => "json-depth",
            Self::Size => "size-limit",
        }
    }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What can be wrong with a JSON text.
///
/// Text of the document is held as it is shown: shortened, and escaped where it does not print.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// There is no value.
    #[error("the document is empty")]
    Empty,
    /// The text ends while lists or objects are open; `missing` would close them all.
    #[error("the document ends before `{open}` is closed")]
    EndsInside {
        /// The innermost open bracket.
        open: char,
        /// The closing brackets that are missing, in order.
        missing: Box<str>,
    },
    /// A bracket of another kind comes before the list or object is closed.
    #[error("`{open}` is not closed before `{found}`")]
    NotClosed {
        /// The bracket that stays open.
        open: char,
        /// The bracket found instead.
        found: char,
    },
    /// A list or object is closed by the wrong kind of bracket.
    #[error("`{found}` in place of `{expected}`")]
    WrongClose {
        /// The bracket found.
        found: char,
        /// The bracket that closes what is open.
        expected: char,
    },
    /// More text follows the value.
    #[error("text after the end of the document")]
    AfterEnd,
    /// A sign where none belongs.
    #[error("`{}` does not belong here", snippet(.found.encode_utf8(&mut [0; 4])))]
    Unexpected {
        /// The sign found.
        found: char,
    },
    /// A comma after the last element of a list or the last member of an object.
    #[error("a comma stands before `{close}`")]
    TrailingComma {
        /// The bracket that follows.
        close: char,
    },
    /// A comma with nothing before it.
    #[error("nothing stands before this comma")]
    ExtraComma,
    /// Two values or members without a comma between them.
    #[error("a comma is missing")]
    MissingComma,
    /// A key without a colon after it.
    #[error("key `{key}` has no colon")]
    MissingColon {
        /// The key.
        key: Box<str>,
    },
    /// A value in an object without a key before it.
    #[error("a key is missing")]
    MissingKey,
    /// A key without a value.
    #[error("a value is missing")]
    MissingValue,
    /// A look-alike of the sign that JSON uses, such as the full-width comma.
    #[error("`{found}` in place of `{meant}`")]
    Punctuation {
        /// The sign found.
        found: char,
        /// The sign JSON knows.
        meant: char,
    },
    /// A string in single or typographic quotes.
    #[error("`{quote}` in place of `\"`")]
    Quotes {
        /// The opening quote.
        quote: char,
    },
    /// A character that looks blank and is not white space in JSON.
    #[error("U+{:04X} is not white space in JSON", u32::from(*.found))]
    Blank {
        /// The character.
        found: char,
    },
    /// A comment of any style.
    #[error("comments are not part of JSON")]
    Comment,
    /// A comment that starts with `/*` and has no end.
    #[error("the comment is not closed")]
    CommentNotClosed,
    /// A key without quotes.
    #[error("key `{word}` is not in quotes")]
    UnquotedKey {
        /// The key.
        word: Box<str>,
    },
    /// A text without quotes.
    #[error("`{word}` is not in quotes")]
    UnquotedValue {
        /// The text.
        word: Box<str>,
    },
    /// A word of another language, such as `NaN`, `undefined` or `True`.
    #[error("`{word}` is not a JSON value")]
    UnknownWord {
        /// The word.
        word: Box<str>,
    },
    /// A number in a form JSON does not know, such as `01`, `+1`, `.5` or `0x10`.
    #[error("`{text}` is not a JSON number")]
    BadNumber {
        /// The number.
        text: Box<str>,
    },
    /// A string without its second quote.
    #[error("the string is not closed")]
    StringNotClosed,
    /// A raw control character inside a string.
    #[error("raw control character U+{code:04X} in a string")]
    ControlCharacter {
        /// The character, below 0x20.
        code: u8,
    },
    /// A backslash before a character that needs none and has no such meaning.
    #[error("`\\{after}` is not an escape of JSON")]
    UnknownEscape {
        /// The character after the backslash, as shown.
        after: Box<str>,
    },
    /// `\u` without four hexadecimal digits.
    #[error("`\\u` without four hexadecimal digits")]
    BadUnicodeEscape,
    /// Half of a surrogate pair.
    #[error("`\\u{unit:04x}` is half of a character")]
    LoneSurrogate {
        /// The unit of UTF-16.
        unit: u16,
    },
    /// One object gives a key twice, escapes resolved. Readers disagree on which one counts.
    #[error("key `{key}` is given twice")]
    DuplicateKey {
        /// The key.
        key: Box<str>,
    },
    /// The text starts with a byte order mark.
    #[error("the document starts with a byte order mark")]
    ByteOrderMark,
    /// Bytes that are not UTF-8.
    #[error("byte 0x{byte:02X} is not UTF-8 here")]
    NotUtf8 {
        /// The first of the bytes.
        byte: u8,
        /// Whether the text starts with a byte order mark of UTF-16.
        utf16: bool,
    },
    /// Lists and objects are nested deeper than `JsonLimits::max_depth`.
    #[error("nesting exceeds {limit} levels")]
    TooDeep {
        /// The bound.
        limit: u32,
    },
    /// The text is longer than `JsonLimits::max_bytes`.
    #[error("the document has {bytes} bytes, more than {limit}")]
    TooLong {
        /// The length of the text.
        bytes: usize,
        /// The bound.
        limit: usize,
    },
    /// There are more faults than are reported; reading stopped at this one.
    #[error("more than {limit} problems; the rest was not read")]
    TooMany {
        /// The bound.
        limit: usize,
    },
}

/// Returns the bracket that closes `open`.
pub(super) const fn closing(open: char) -> char {
    if open == '{' { '}' } else { ']' }
}

/// Returns how a control character is written in JSON.
fn control_escape(code: u8) -> String {
    match code {
        0x08 => "\\b".to_owned(),
        0x09 => "\\t".to_owned(),
        0x0A => "\\n".to_owned(),
        0x0C => "\\f".to_owned(),
        0x0D => "\\r".to_owned(),
        _ => format!("\\u{code:04x}"),
    }
}

/// Returns `text` as a message may show it: on one line, visible, and not too long.
pub(super) fn snippet(text: &str) -> Box<str> {
    shown(text).with_max_chars(SNIPPET_CHARS).to_string().into()
}
