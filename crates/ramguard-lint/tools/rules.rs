//! Writes `RULES.md` and `RULES.zh.md` from the rules.
//!
//! `cargo run -p ramguard-lint --example rules`

use std::path::Path;

mod pages;

fn main() -> Result<(), std::io::Error> {
    for (file, lang) in pages::FILES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        std::fs::write(path, pages::pages(lang))?;
    }
    Ok(())
}
