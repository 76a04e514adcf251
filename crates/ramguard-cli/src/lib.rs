//! The `ramguard` command: decides requests, runs tests of policies and checks documents.
//!
//! Always holds here:
//!
//! * only this crate reads files, prints and chooses an exit code;
//! * exit code 0 is a yes (allowed, all pass, clean), 1 a no, 2 a question that could not be
//!   answered, 4 that there was nothing to ask about; 3 is kept;
//! * equal arguments and inputs give equal bytes on standard output;
//! * no text of a document, a request or a file name reaches a terminal unescaped.
//!
//! The command is the interface: everything it does is reached through [`main`], and no other part
//! of this library is meant to be used or keeps its form.
#![forbid(unsafe_code)]

mod args;
mod baseline;
mod command;
mod extract;
mod files;
mod finding;
mod fingerprint;
mod git;
mod inputs;
mod places;
#[doc(hidden)]
pub mod promise;
mod render;
mod report;
mod settings;
mod told;

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the command with its arguments, the first being its own name, and returns what the process
/// ends with.
#[must_use]
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    command::main(arguments)
}
