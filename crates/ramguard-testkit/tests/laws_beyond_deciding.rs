//! The laws of explaining, laying out, sealing, operating and reading files, on what the generators
//! make up and on the test data. Fixes have theirs in the tests of the linter.
//!
//! A hundred made-up inputs a law in a normal run; `PROPTEST_CASES` asks for more.

use std::fs;

use proptest::prelude::{ProptestConfig, TestCaseError, any, proptest};
use ramguard_policy::Kind;
use ramguard_testkit::generate::{self, ByteSource};
use ramguard_testkit::{corpus, laws};

fn held(verdict: laws::Verdict) -> Result<(), TestCaseError> {
    verdict.map_err(TestCaseError::fail)
}

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok());
    ProptestConfig { failure_persistence: None, cases: cases.unwrap_or(100), ..Default::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_explanation_agrees_with_the_textbook(case in generate::cases()) {
        held(laws::explanation_agrees(&case))?;
    }

    #[test]
    fn laying_out_keeps_every_token((_, text) in generate::documents()) {
        for kind in Kind::ALL {
            held(laws::layout_keeps_every_token(kind, &text))?;
        }
    }

    #[test]
    fn a_token_leads_back_and_nothing_else_is_one(
        bytes in proptest::collection::vec(any::<u8>(), 0..200)
    ) {
        held(laws::token_leads_back(&mut ByteSource::new(&bytes)))?;
        held(laws::no_bytes_are_a_token(&bytes))?;
    }

    #[test]
    fn whatever_is_called_the_world_stays_sound(
        bytes in proptest::collection::vec(any::<u8>(), 0..600)
    ) {
        held(laws::world_stays_sound(&mut ByteSource::new(&bytes)))?;
    }

    #[test]
    fn a_file_of_any_name_is_read_to_its_end((_, text) in generate::documents(), name in 0..7_usize) {
        let names = ["a.json", "a.tf", "a.yml", "a.md", "baseline.json", "ramguard.toml", "a"];
        let name = names.get(name).unwrap_or(&"a");
        held(laws::target::cli_inputs(format!("{name}\n{text}").as_bytes()))?;
    }

    #[test]
    fn any_text_is_a_world_or_is_refused((_, text) in generate::documents()) {
        held(laws::world_files_are_judged(&text))?;
    }
}

#[test]
fn every_conformance_case_is_explained_as_the_textbook_says() {
    let mut broken = Vec::new();
    for file in ["semantics.jsonl", "own.jsonl"] {
        let path = corpus::testdata().join("conformance").join(file);
        let text = fs::read_to_string(path).expect("the cases are there");
        for line in text.lines() {
            let case = serde_json::from_str(line).expect("a case a line");
            broken.extend(laws::explanation_agrees(&case).err());
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_published_policy_is_laid_out_token_by_token() {
    for source in corpus::sources().expect("the index") {
        let bytes = corpus::read(&source.file).expect("the index lists files that exist");
        let kind = corpus::kind_of(&source, &bytes);
        let text = String::from_utf8(bytes).expect("every file is UTF-8");
        let law = laws::layout_keeps_every_token(kind, &text);
        law.unwrap_or_else(|why| panic!("{}: {why}", source.file));
    }
}

#[test]
fn the_example_world_is_read_back_as_it_was_written() {
    for file in ["example.json", "errors-world.json"] {
        let text = fs::read_to_string(corpus::testdata().join("world").join(file));
        let law = laws::world_files_are_judged(&text.expect("the file is there"));
        law.unwrap_or_else(|why| panic!("{file}: {why}"));
    }
}
