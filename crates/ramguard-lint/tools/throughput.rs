//! How long the default rules take for a document: lints every file of a folder again and again in
//! one thread, and prints the least microseconds a document took, the number of findings, and how
//! many documents were linted in all: for whoever counts the time of the processor instead.
//!
//! ```sh
//! cargo run --release -p ramguard-lint --example throughput -- FOLDER
//! ```

use std::error::Error;
use std::io::Write as _;
use std::time::Instant;

use ramguard_lint::{Linter, Settings};
use ramguard_policy::Kind;

/// Every document is linted this often.
const ROUNDS: u32 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("name a folder of policies")?;
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        texts.push(std::fs::read_to_string(entry?.path())?);
    }
    let linter = Linter::new(Settings::new());
    let mut least = f64::INFINITY;
    let mut found = 0;
    for _ in 0..ROUNDS {
        let began = Instant::now();
        found = texts.iter().map(|text| linter.lint(Kind::Identity, text).len()).sum::<usize>();
        least = least.min(began.elapsed().as_secs_f64());
    }
    let count = u32::try_from(texts.len().max(1))?;
    let micros = least * 1e6 / f64::from(count);
    let linted = count * ROUNDS;
    writeln!(std::io::stdout(), "{micros:.2} {found} {linted}")?;
    Ok(())
}
