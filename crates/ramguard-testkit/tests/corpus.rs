//! The published policies: each is accepted or refused as `testdata/policies/expected.tsv` says.
//!
//! To write the table anew after a change of the language, run this with `RAMGUARD_BLESS=1` and
//! read the difference line by line: notes are kept, verdicts are not.

use std::collections::BTreeMap;
use std::fs;

use ramguard_testkit::corpus::{self, Expectation};

fn notes() -> BTreeMap<String, String> {
    let table = corpus::expectations().unwrap_or_default();
    table.into_iter().map(|line| (line.file, line.note)).collect()
}

#[test]
fn every_published_policy_is_accepted_or_refused_as_the_table_says() {
    let sources = corpus::sources().expect("the index is in the repository");
    if std::env::var_os("RAMGUARD_BLESS").is_some() {
        let mut notes = notes();
        let mut text = format!("{}\n", Expectation::HEADING);
        for source in &sources {
            let mut line = corpus::judge(source).expect("the index lists files that exist");
            line.note = notes.remove(&line.file).unwrap_or_default();
            text.push_str(&line.line());
            text.push('\n');
        }
        fs::write(corpus::testdata().join("policies/expected.tsv"), text).expect("written");
    }
    let expected = corpus::expectations().expect("the table is in the repository");
    assert_eq!(expected.len(), sources.len(), "the index and the table list the same files");
    let mut wrong = Vec::new();
    for (source, expected) in sources.iter().zip(expected) {
        let mut got = corpus::judge(source).expect("the index lists files that exist");
        got.note.clone_from(&expected.note);
        if got != expected {
            wrong.push(format!("expected {}\n     got {}", expected.line(), got.line()));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_file_of_the_folder_is_in_the_index() {
    let listed: Vec<String> =
        corpus::sources().expect("the index").into_iter().map(|source| source.file).collect();
    let mut found = Vec::new();
    for (folder, prefix) in [("policies", ""), ("policies/broken", "broken/")] {
        for entry in fs::read_dir(corpus::testdata().join(folder)).expect("a folder") {
            let name = entry.expect("an entry").file_name().into_string().expect("ASCII names");
            if name.ends_with(".json") || name.ends_with(".txt") {
                found.push(format!("{prefix}{name}"));
            }
        }
    }
    found.retain(|file| !listed.contains(file));
    assert!(found.is_empty(), "not in the index: {found:?}");
}

#[test]
fn a_verdict_that_parts_from_the_index_says_which_rule_settles_it() {
    let sources = corpus::sources().expect("the index");
    let expected = corpus::expectations().expect("the table");
    let silent: Vec<String> = sources
        .iter()
        .zip(&expected)
        .filter(|(source, expected)| {
            source.valid_per_grammar != expected.accepted && expected.note.is_empty()
        })
        .map(|(source, expected)| format!("{} ({})", expected.line(), source.why))
        .collect();
    assert!(silent.is_empty(), "{} without a note:\n{}", silent.len(), silent.join("\n"));
}
