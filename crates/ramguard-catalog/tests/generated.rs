//! The generated tables are what the generator makes of the data, and stay small.
#![expect(
    clippy::indexing_slicing,
    reason = "every row has the number of columns it was read with"
)]

use std::path::Path;

#[path = "../tools/encode.rs"]
mod encode;

const MAX_BYTES: usize = 2 << 20;

#[test]
fn generated_tables_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, bytes) in encode::encode(&root.join("data")).unwrap() {
        let found = std::fs::read(root.join("src/generated").join(name)).unwrap();
        assert!(found == bytes, "{name} is stale: run the example `generate`");
    }
}

#[test]
fn generated_tables_take_less_than_two_mebibytes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let total: usize =
        encode::encode(&root.join("data")).unwrap().iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(total <= MAX_BYTES, "{total} bytes");
}
