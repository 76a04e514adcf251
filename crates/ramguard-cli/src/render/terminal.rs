//! Standard output and standard error.
//!
//! Always holds here:
//!
//! * a reader that went away (a closed pipe) is no error: the rest is dropped, the work is done and
//!   the exit code is the same as if somebody had read to the end;
//! * any other failure to write is remembered and makes the run an error.

use std::io::{self, BufWriter, StderrLock, StdoutLock, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::args::Colour;
use crate::finding::Level;
use crate::inputs::words_of;

/// The style of good news.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// The style of bad news.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// The style of what is stressed.
pub(crate) const STRONG: Style = Style::new().bold();
/// The style of what is less important.
pub(crate) const FAINT: Style = Style::new().dimmed();

/// A text of so many bytes is not kept back until more is printed.
const LONG_BYTES: usize = 8 << 10;

/// Returns whether FORCE_COLOR asks for colour where there is no terminal. As CLICOLOR_FORCE, which
/// the streams look at themselves, it gives way to NO_COLOR.
pub(crate) fn is_colour_forced() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_off =
        std::env::var_os("FORCE_COLOR").is_some_and(|value| value == "0" || value == "false");
    is_set("FORCE_COLOR") && !is_off && !is_set("NO_COLOR")
}

/// Both outputs of a run.
pub(crate) struct Terminal {
    out: BufWriter<AutoStream<StdoutLock<'static>>>,
    err: AutoStream<StderrLock<'static>>,
    is_coloured: bool,
    err_is_coloured: bool,
    is_closed: bool,
    failure: Option<io::Error>,
}

impl Terminal {
    /// Opens both outputs under a choice of colour.
    pub(crate) fn open(colour: Colour) -> Self {
        let choice = match colour {
            Colour::Auto if is_colour_forced() => ColorChoice::Always,
            Colour::Auto => ColorChoice::Auto,
            Colour::Always => ColorChoice::Always,
            Colour::Never => ColorChoice::Never,
        };
        let out = AutoStream::new(io::stdout().lock(), choice);
        let err = AutoStream::new(io::stderr().lock(), choice);
        Self {
            is_coloured: out.current_choice() != ColorChoice::Never,
            out: BufWriter::new(out),
            err_is_coloured: err.current_choice() != ColorChoice::Never,
            err,
            is_closed: false,
            failure: None,
        }
    }

    /// Returns whether standard output is coloured.
    pub(crate) fn is_coloured(&self) -> bool {
        self.is_coloured
    }

    /// Returns whether standard error is coloured.
    pub(crate) fn err_is_coloured(&self) -> bool {
        self.err_is_coloured
    }

    /// Prints text to standard output as it is; what comes from others is escaped by then.
    pub(crate) fn print(&mut self, text: &str) {
        if self.is_closed || self.failure.is_some() {
            return;
        }
        // A stream without colour looks for escape sequences byte by byte. A report that has none
        // goes around it, behind what was printed before.
        let result = if text.len() >= LONG_BYTES && is_plain(text) {
            self.out.flush().and_then(|()| io::stdout().lock().write_all(text.as_bytes()))
        } else {
            self.out.write_all(text.as_bytes())
        };
        self.note(result);
    }

    /// Prints a line to standard output.
    pub(crate) fn line(&mut self, text: &str) {
        self.print(text);
        self.print("\n");
    }

    /// Prints a line to standard error, after what standard output has got so far.
    pub(crate) fn log(&mut self, text: &str) {
        self.flush();
        // If standard error is gone there is nobody left to tell.
        let _ = writeln!(self.err, "{text}");
    }

    /// Prints an error to standard error. `message` is escaped already.
    pub(crate) fn error(&mut self, message: &str) {
        self.log(&format!("{BAD}{}{BAD:#}: {message}", Level::Error.name()));
    }

    /// Prints text of several lines to standard error.
    pub(crate) fn log_text(&mut self, text: &str) {
        self.log(text.trim_end_matches('\n'));
    }

    /// Ends the run: returns whether everything was written that somebody wanted to read.
    pub(crate) fn finish(mut self) -> bool {
        self.flush();
        match self.failure.take() {
            None => true,
            Some(error) => {
                self.error(&format!("cannot write the output: {}", words_of(&error)));
                false
            }
        }
    }

    fn flush(&mut self) {
        if !self.is_closed && self.failure.is_none() {
            let result = self.out.flush();
            self.note(result);
        }
    }

    fn note(&mut self, result: io::Result<()>) {
        match result {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.is_closed = true,
            Err(error) => self.failure = Some(error),
        }
    }
}

/// Returns whether a text holds no control character but ends of lines.
fn is_plain(text: &str) -> bool {
    let is_plain = |byte: u8| ((byte >= b' ') & (byte != 0x7f)) | (byte == b'\n');
    // Whole pieces are looked at in one go, which takes a tenth of the time.
    let mut pieces = text.as_bytes().chunks(1 << 10);
    pieces.all(|piece| piece.iter().fold(true, |all, &byte| all & is_plain(byte)))
}
