//! The list of mutants that no test kills names functions that are there.

use std::collections::{HashMap, HashSet};

#[test]
fn every_listed_mutant_is_of_a_function_that_is_still_there_and_has_a_reason() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let table = include_str!("../../../docs/mutants.tsv");
    let mut sources: HashMap<&str, String> = HashMap::new();
    let mut seen = HashSet::new();
    for line in table.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [file, function, place, mutation, reason] = columns[..] else {
            panic!("five columns: {line}");
        };
        let source = sources.entry(file).or_insert_with(|| {
            std::fs::read_to_string(format!("{root}/{file}"))
                .unwrap_or_else(|error| panic!("{file}: {error}"))
        });
        let is_there = |name: &str| source.contains(&format!("fn {name}"));
        assert!(is_there(function), "{file} has no function {function}");
        assert!(!reason.trim().is_empty(), "no reason: {line}");
        assert!(seen.insert((file, place, mutation)), "listed twice: {line}");
    }
    assert!(!seen.is_empty());
}
