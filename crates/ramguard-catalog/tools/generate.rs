//! Writes the tables of `src/generated/` from the files of `data/`.
//!
//! `cargo run -p ramguard-catalog --example generate`
#![expect(
    clippy::indexing_slicing,
    reason = "every row has the number of columns it was read with"
)]

use std::path::Path;

mod encode;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, bytes) in encode::encode(&root.join("data"))? {
        std::fs::write(root.join("src/generated").join(name), bytes)?;
    }
    Ok(())
}
