//! The `ramguard` command: decides requests, runs tests of policies and checks documents.
//!
//! Always holds here:
//!
//! * only this crate reads files, prints and chooses an exit code;
//! * exit code 0 is a yes (allowed, all pass, clean), 1 a no, 2 a question that could not be
//!   answered, 4 that there was nothing to ask about; 3 is kept;
//! * equal arguments and inputs give equal bytes on standard output;
//! * no text of a document, a request or a file name reaches a terminal unescaped.
#![forbid(unsafe_code)]

mod args;
mod baseline;
mod command;
mod extract;
mod files;
mod finding;
mod fingerprint;
mod inputs;
mod render;
mod report;
mod settings;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::main(std::env::args_os().collect())
}
