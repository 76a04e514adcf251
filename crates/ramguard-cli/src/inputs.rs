//! Files and standard input, read whole and within bounds.
//!
//! Always holds here: nothing but a regular file or standard input is opened, so that no read waits
//! for a named pipe or runs on with a device; and standard input is read at most once.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::render::escape::escape;

/// A policy document or request has at most this many bytes.
pub(crate) const MAX_DOCUMENT_BYTES: u64 = 16 << 20;
/// A report that is converted has at most this many bytes: that of some 100,000 findings.
pub(crate) const MAX_REPORT_BYTES: u64 = 128 << 20;
/// A file of test cases has at most this many bytes.
pub(crate) const MAX_CASES_BYTES: u64 = 256 << 20;
/// A line of a file of test cases has at most this many bytes.
pub(crate) const MAX_LINE_BYTES: usize = 4 << 20;

/// The name that stands for standard input.
const STDIN: &str = "-";

/// Why an input cannot be read: one line for people, already escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InputError(pub(crate) String);

/// An input that was read: its name as given, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// The name, not escaped.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) bytes: Vec<u8>,
    /// Whether it is standard input, whatever it is called.
    pub(crate) is_stdin: bool,
}

impl Source {
    /// Returns the bytes as text of the same length: a byte that is not UTF-8 becomes `?`, so that
    /// places in the one are places in the other.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => {
                let mut text = String::with_capacity(self.bytes.len());
                for chunk in self.bytes.utf8_chunks() {
                    text.push_str(chunk.valid());
                    text.extend(chunk.invalid().iter().map(|_| '?'));
                }
                Cow::Owned(text)
            }
        }
    }
}

/// The inputs of one run.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    stdin_taken: bool,
    stdin_name: Option<String>,
}

/// Returns whether an argument stands for standard input.
pub(crate) fn is_stdin(argument: &OsStr) -> bool {
    argument == STDIN
}

/// Returns a path as text for reports, in which a part that is no text is marked.
pub(crate) fn name_of(path: &OsStr) -> String {
    path.to_string_lossy().into_owned()
}

/// Returns paths as they are named, those of a list in the place of `@LIST`: one a line. A file
/// whose name begins with `@` is named `./@..`.
///
/// # Errors
/// A list cannot be read or is no text.
pub(crate) fn listed_in(named: &[OsString]) -> Result<Vec<OsString>, InputError> {
    let mut paths = Vec::with_capacity(named.len());
    for name in named {
        let Some(list) = name.to_str().and_then(|name| name.strip_prefix('@')) else {
            paths.push(name.clone());
            continue;
        };
        let source = Inputs::default().document(OsStr::new(list))?;
        let text = std::str::from_utf8(&source.bytes)
            .map_err(|_| InputError(format!("`{}` is not UTF-8", escape(&source.name))))?;
        paths.extend(text.lines().filter(|line| !line.is_empty()).map(OsString::from));
    }
    Ok(paths)
}

impl Inputs {
    /// Calls standard input by another name in reports.
    pub(crate) fn with_stdin_name(name: Option<&OsString>) -> Self {
        Self { stdin_taken: false, stdin_name: name.map(|name| name_of(name)) }
    }

    /// Reads a document, `-` from standard input.
    pub(crate) fn document(&mut self, argument: &OsStr) -> Result<Source, InputError> {
        self.whole(argument, MAX_DOCUMENT_BYTES)
    }

    /// Reads a report, `-` from standard input.
    pub(crate) fn report(&mut self, argument: &OsStr) -> Result<Source, InputError> {
        self.whole(argument, MAX_REPORT_BYTES)
    }

    fn whole(&mut self, argument: &OsStr, max_bytes: u64) -> Result<Source, InputError> {
        let (name, mut reader, size) = self.open(argument, max_bytes)?;
        // One byte more shows the end without another piece of memory.
        let mut bytes = Vec::with_capacity(usize::try_from(size).map_or(0, |size| size + 1));
        reader
            .by_ref()
            .take(max_bytes + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| unreadable(&name, &error))?;
        if bytes.len() as u64 > max_bytes {
            return Err(too_large(&name, max_bytes));
        }
        Ok(Source { name, bytes, is_stdin: is_stdin(argument) })
    }

    /// Opens a file of lines, `-` for standard input.
    pub(crate) fn lines(&mut self, argument: &OsStr) -> Result<Lines, InputError> {
        let (name, reader, _) = self.open(argument, MAX_CASES_BYTES)?;
        Ok(Lines { name, reader: BufReader::new(reader), number: 0, left: MAX_CASES_BYTES })
    }

    /// Opens an input: its name, a reader, and how many bytes it is said to have, at most
    /// `max_bytes`.
    fn open(
        &mut self,
        argument: &OsStr,
        max_bytes: u64,
    ) -> Result<(String, Box<dyn Read>, u64), InputError> {
        if is_stdin(argument) {
            if std::mem::replace(&mut self.stdin_taken, true) {
                return Err(InputError("standard input is asked for twice".into()));
            }
            let name = self.stdin_name.clone().unwrap_or_else(|| "<stdin>".into());
            return Ok((name, Box::new(io::stdin().lock()), 0));
        }
        let name = name_of(argument);
        let (file, bytes) = open_file(Path::new(argument), &name)?;
        if bytes > max_bytes {
            return Err(too_large(&name, max_bytes));
        }
        Ok((name, Box::new(file), bytes))
    }
}

fn open_file(path: &Path, name: &str) -> Result<(File, u64), InputError> {
    // Asked before opening, since opening a named pipe waits for its writer; asked again after,
    // since the name may stand for another file by then.
    regular(&path.metadata().map_err(|error| unreadable(name, &error))?, name)?;
    let file = File::open(path).map_err(|error| unreadable(name, &error))?;
    let metadata = file.metadata().map_err(|error| unreadable(name, &error))?;
    regular(&metadata, name)?;
    Ok((file, metadata.len()))
}

fn regular(metadata: &std::fs::Metadata, name: &str) -> Result<(), InputError> {
    let name = escape(name);
    if metadata.is_file() {
        Ok(())
    } else if metadata.is_dir() {
        Err(InputError(format!("`{name}` is a folder, not a file")))
    } else {
        Err(InputError(format!(
            "`{name}` is a pipe or device, not a file; pass `-` and redirect it to standard input"
        )))
    }
}

fn unreadable(name: &str, error: &io::Error) -> InputError {
    InputError(format!("cannot read `{}`: {}", escape(name), words_of(error)))
}

/// Returns what went wrong in lower case and without the number of the operating system, which
/// tells people nothing.
pub(crate) fn words_of(error: &io::Error) -> String {
    let words = error.to_string();
    escape(words.split(" (os error").next().unwrap_or_default()).to_lowercase()
}

fn too_large(name: &str, max_bytes: u64) -> InputError {
    InputError(format!("`{}` has more than {max_bytes} bytes", escape(name)))
}

/// The lines of a file, one at a time, so that a large file is never held whole.
pub(crate) struct Lines {
    name: String,
    reader: BufReader<Box<dyn Read>>,
    number: u64,
    left: u64,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its number, from 1.
    pub(crate) number: u64,
    /// Its text; `None` if it is no UTF-8 or longer than [`MAX_LINE_BYTES`].
    pub(crate) text: Result<String, &'static str>,
}

impl Lines {
    /// Returns the name of the file, not escaped.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the next line without its end, or `None` after the last.
    pub(crate) fn next_line(&mut self) -> Result<Option<Line>, InputError> {
        let mut bytes = Vec::new();
        let max = MAX_LINE_BYTES as u64 + 1;
        let read = (&mut self.reader)
            .take(max)
            .read_until(b'\n', &mut bytes)
            .map_err(|error| unreadable(&self.name, &error))?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        self.spend(read)?;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        } else if read as u64 == max {
            self.skip_line()?;
            return Ok(Some(Line { number: self.number, text: Err("the line is too long") }));
        }
        let text = String::from_utf8(bytes).map_err(|_| "the line is not UTF-8");
        Ok(Some(Line { number: self.number, text }))
    }

    fn skip_line(&mut self) -> Result<(), InputError> {
        loop {
            let buffer = self.reader.fill_buf().map_err(|error| unreadable(&self.name, &error))?;
            let end = buffer.iter().position(|&byte| byte == b'\n');
            let used = end.map_or(buffer.len(), |end| end + 1);
            self.reader.consume(used);
            self.spend(used)?;
            if end.is_some() || used == 0 {
                return Ok(());
            }
        }
    }

    fn spend(&mut self, bytes: usize) -> Result<(), InputError> {
        match self.left.checked_sub(bytes as u64) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(too_large(&self.name, MAX_CASES_BYTES)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(bytes: &'static [u8]) -> Vec<Line> {
        let mut lines = Lines {
            name: "x".into(),
            reader: BufReader::new(Box::new(bytes)),
            number: 0,
            left: MAX_CASES_BYTES,
        };
        std::iter::from_fn(|| lines.next_line().unwrap()).collect()
    }

    #[test]
    fn a_last_line_without_an_end_is_a_line() {
        let texts: Vec<_> =
            lines_of(b"a\n\nb").into_iter().map(|line| line.text.unwrap()).collect();
        assert_eq!(texts, ["a", "", "b"]);
    }

    #[test]
    fn a_line_that_is_too_long_does_not_hide_the_next() {
        let mut bytes = vec![b'x'; MAX_LINE_BYTES + 70_000];
        bytes.extend(b"\nnext\n");
        let lines = lines_of(bytes.leak());
        assert_eq!(lines.len(), 2);
        assert!(lines[0].text.is_err());
        assert_eq!(lines[1], Line { number: 2, text: Ok("next".into()) });
    }

    #[test]
    fn a_line_of_exactly_the_bound_is_taken() {
        let mut bytes = vec![b'x'; MAX_LINE_BYTES];
        bytes.push(b'\n');
        let lines = lines_of(bytes.leak());
        assert_eq!(lines.len(), 1);
        assert!(lines[0].text.is_ok());
    }

    #[test]
    fn text_of_bytes_that_are_not_utf8_keeps_every_place() {
        let bytes = b"a\xff\xe4\xb8b\xe4\xb8\xad".to_vec();
        let source = Source { name: "x".into(), bytes, is_stdin: false };
        assert_eq!(source.text(), "a???b\u{4e2d}");
        assert_eq!(source.text().len(), source.bytes.len());
    }

    #[test]
    fn standard_input_is_taken_once() {
        let mut inputs = Inputs { stdin_taken: true, stdin_name: None };
        assert!(inputs.document(OsStr::new("-")).is_err());
    }
}
