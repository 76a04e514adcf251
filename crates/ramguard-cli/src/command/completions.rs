//! `ramguard completions`: the script that teaches a shell the words of the command line.

use clap::CommandFactory;

use crate::args::{Cli, CompletionsArgs};
use crate::render::terminal::Terminal;

use super::{Exit, Failure};

/// Prints the completions of a shell.
pub(crate) fn run(args: &CompletionsArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "ramguard", &mut script);
    terminal.print(&String::from_utf8_lossy(&script));
    Ok(Exit::Yes)
}
