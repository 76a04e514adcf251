//! What `SECURITY.md` says is held by a test is held by a test of that name.
#![expect(clippy::expect_used, reason = "a test says what it takes for granted")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files and tests of the table of bounds, row by row.
fn rows(text: &str) -> Vec<(String, String)> {
    let table = text.split("## Bounds").nth(1).expect("the table of bounds");
    let table = table.split("\n## ").next().expect("its end");
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(2);
    rows.map(|row| {
        let cell = row.trim_end_matches(" |").rsplit(" | ").next().expect("a last cell");
        let mut words = cell.split('`').filter(|word| !word.trim().is_empty());
        let mut next = || words.next().unwrap_or_default().to_owned();
        (next(), next())
    })
    .collect()
}

#[test]
fn every_bound_is_held_by_the_test_it_names() {
    let text = fs::read_to_string(root().join("SECURITY.md")).expect("the promise");
    let rows = rows(&text);
    assert!(rows.len() > 20, "{rows:?}");
    let missing: Vec<_> = rows
        .iter()
        .filter(|(file, test)| {
            let source = fs::read_to_string(root().join("crates").join(file));
            let is_test = format!("#[test]\nfn {test}()");
            let is_inner = format!("#[test]\n    fn {test}()");
            let unix = source.unwrap_or_default();
            !unix.contains(&is_test) && !unix.contains(&is_inner)
        })
        .collect();
    assert!(missing.is_empty(), "no such test: {missing:#?}");
}

#[test]
fn a_row_is_read_as_its_file_and_its_test() {
    let text =
        "## Bounds\n| B | V | T |\n| --- | --- | --- |\n| a `?` | 1 | `x/y.rs` `z_holds` |\n";
    assert_eq!(rows(text), [("x/y.rs".to_owned(), "z_holds".to_owned())]);
}
