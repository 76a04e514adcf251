//! What the fuzzer found once stays found: each file of `fuzz/regressions` meets its law.
#![expect(clippy::expect_used, reason = "a test says what it found by failing")]

use std::fs;
use std::path::{Path, PathBuf};

use ramguard_testkit::laws::target::TARGETS;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let name = |entry: std::io::Result<fs::DirEntry>| {
        entry.expect("an entry").file_name().into_string().expect("ASCII names")
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

#[test]
fn every_find_meets_its_law() {
    let mut broken = Vec::new();
    let mut replayed = 0;
    for (target, law) in TARGETS {
        let folder = fuzz().join("regressions").join(target);
        for name in names(&folder) {
            let bytes = fs::read(folder.join(&name)).expect("a file");
            replayed += 1;
            broken.extend(law(&bytes).err().map(|why| format!("{target}/{name}: {why}")));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(replayed >= TARGETS.len(), "only {replayed} files were replayed");
}

#[test]
fn every_folder_of_finds_belongs_to_a_target() {
    let known: Vec<&str> = TARGETS.iter().map(|(target, _)| *target).collect();
    assert_eq!(names(&fuzz().join("regressions")), known);
}

#[test]
fn every_law_has_a_target_that_calls_it_and_a_line_in_the_list() {
    let list = fs::read_to_string(fuzz().join("README.md")).expect("the list of targets");
    let files = names(&fuzz().join("fuzz_targets"));
    assert_eq!(files.len(), TARGETS.len());
    for (target, _) in TARGETS {
        let source = fs::read_to_string(fuzz().join(format!("fuzz_targets/{target}.rs")));
        let source = source.expect("a target of that name");
        assert!(source.contains(&format!("laws::target::{target}(")), "{target}");
        assert!(list.contains(&format!("| `{target}` |")), "{target} is not listed");
    }
}
