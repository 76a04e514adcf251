//! The `ramguard` command; see the library of this package.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    ramguard_cli::main(std::env::args_os().collect())
}
