//! `ramguard convert`: a report of `ramguard lint` in other formats, without looking at a policy
//! again.

use crate::args::ConvertArgs;
use crate::inputs::Inputs;
use crate::render::escape::escape;
use crate::render::terminal::Terminal;
use crate::told;

use super::outputs::{Outputs, Ways};
use super::{Exit, Failure};

/// Writes the report that `args` names in the formats it asks for.
pub(crate) fn run(args: &ConvertArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    if args.output.formats.is_empty() {
        return Err(Failure::new("nothing to write: `--output FORMAT[=FILE]` is missing"));
    }
    // A workflow of GitHub gets its annotations from the run itself.
    let outputs = Outputs::new(&args.output, false)?;
    let source = Inputs::default().report(&args.report)?;
    let report = told::report(&source.bytes).map_err(|words| {
        let (name, words) = (escape(&source.name), escape(&words).into_owned());
        Failure::new(format!("`{name}` is no report of `ramguard lint`: {words}"))
    })?;
    outputs.write(&report, Ways::default(), terminal)?;
    Ok(Exit::Yes)
}
