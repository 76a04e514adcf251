//! The published pages are those of the rules.

use std::path::Path;

#[path = "../tools/pages.rs"]
mod pages;

#[test]
fn published_pages_are_current() {
    for (file, lang) in pages::FILES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let published = std::fs::read_to_string(path).unwrap();
        assert!(published == pages::pages(lang), "{file} is stale: run the example `rules`");
    }
}
