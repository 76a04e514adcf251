//! The laws on what the generators make up, on the published policies and on the conformance cases.
//!
//! Some hundred made-up inputs a law in a normal run; `PROPTEST_CASES` asks for more.
#![expect(clippy::expect_used, reason = "a test says what it found by failing")]

use std::fs;

use proptest::prelude::{ProptestConfig, TestCaseError, any, proptest};
use ramguard_policy::{Document, Kind};
use ramguard_testkit::generate::{self, ByteSource};
use ramguard_testkit::{corpus, laws};

/// Makes a broken law fail the property, so that it is shrunk.
fn held(verdict: laws::Verdict) -> Result<(), TestCaseError> {
    verdict.map_err(TestCaseError::fail)
}

fn kind(name: &str) -> Kind {
    name.parse().expect("the generators name kinds there are")
}

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok());
    ProptestConfig { failure_persistence: None, cases: cases.unwrap_or(600), ..Default::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_pattern_fits_what_the_textbook_says((pattern, text) in generate::patterns_and_texts()) {
        held(laws::match_agrees(&pattern, &text))?;
    }

    #[test]
    fn a_set_finds_what_the_textbook_says(
        pairs in proptest::collection::vec(generate::patterns_and_texts(), 0..40),
        (pattern, text) in generate::patterns_and_texts(),
    ) {
        let mut patterns: Vec<&str> = pairs.iter().map(|(pattern, _)| pattern.as_str()).collect();
        patterns.push(&pattern);
        held(laws::set_agrees(&patterns, &text))?;
        for (_, text) in &pairs {
            held(laws::set_agrees(&patterns, text))?;
        }
    }

    #[test]
    fn a_document_loads_if_the_textbook_has_no_code_for_it(
        (name, text) in generate::documents()
    ) {
        held(laws::load_agrees(kind(name), &text))?;
    }

    #[test]
    fn a_document_is_what_it_is_whatever_kind_it_is_read_as((_, text) in generate::documents()) {
        for kind in Kind::ALL {
            held(laws::load_agrees(kind, &text))?;
            held(laws::serde_agrees(kind, &text))?;
            held(laws::writing_reads_back(kind, &text))?;
        }
    }

    #[test]
    fn the_reader_takes_the_json_that_serde_json_takes((_, text) in generate::documents()) {
        held(laws::json_agrees(text.as_bytes()))?;
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        held(laws::json_agrees(&bytes))?;
        held(laws::target::load(&bytes))?;
    }

    #[test]
    fn the_engine_decides_as_the_textbook_does(case in generate::cases()) {
        held(laws::engine_agrees(&case))?;
    }

    #[test]
    fn adding_a_deny_never_turns_a_denial_into_an_allow(
        case in generate::cases(), other in generate::cases()
    ) {
        held(laws::deny_never_allows(&case, &other))?;
    }

    #[test]
    fn shuffling_changes_no_decision(
        case in generate::cases(), order in proptest::collection::vec(any::<u8>(), 200)
    ) {
        held(laws::order_changes_nothing(&case, &mut ByteSource::new(&order)))?;
    }

    #[test]
    fn writing_policies_anew_changes_no_decision(case in generate::cases()) {
        held(laws::rewriting_changes_nothing(&case))?;
    }
}

#[test]
fn the_laws_of_reading_hold_on_every_published_policy() {
    let mut broken = Vec::new();
    for source in corpus::sources().expect("the index") {
        let bytes = corpus::read(&source.file).expect("the index lists files that exist");
        let kind = corpus::kind_of(&source, &bytes);
        let text = String::from_utf8(bytes).expect("every file is UTF-8");
        let verdicts = [
            laws::json_agrees(text.as_bytes()),
            laws::load_agrees(kind, &text),
            laws::serde_agrees(kind, &text),
            laws::writing_reads_back(kind, &text),
        ];
        broken.extend(
            verdicts.into_iter().filter_map(Result::err).map(|why| (source.file.clone(), why)),
        );
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_laws_of_deciding_hold_on_every_conformance_case() {
    let folder = corpus::testdata().join("conformance");
    let text = fs::read_to_string(folder.join("semantics.jsonl")).expect("the cases are there");
    let mut broken = Vec::new();
    for (seed, line) in (0..).zip(text.lines()) {
        let case = serde_json::from_str(line).expect("a case a line");
        let bytes = generate::bytes_of_seed(seed);
        let verdicts = [
            laws::engine_agrees(&case),
            laws::case_line_is_judged_alike(line),
            laws::deny_never_allows(&case, &generate::seeded(seed)),
            laws::order_changes_nothing(&case, &mut ByteSource::new(&bytes)),
            laws::rewriting_changes_nothing(&case),
        ];
        broken.extend(verdicts.into_iter().filter_map(Result::err));
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn a_message_shows_a_line_break_and_whatever_acts_on_a_terminal() {
    let messages = |action: &str| -> Vec<String> {
        let text = format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"*"}}]}}"#
        );
        let document = Document::read(Kind::Identity, &text);
        document.problems().iter().map(ToString::to_string).collect()
    };
    assert_eq!(messages(r"ecs:\nx"), [r"invalid action format `ecs:\nx`"]);
    assert_eq!(
        messages(r"ecs:\u001b[2J \u202e\u2028"),
        [r"invalid action format `ecs:\u{1b}[2J \u{202e}\u{2028}`"]
    );
    let long = messages(&"部 ".repeat(2_000));
    assert!(long.iter().all(|message| message.chars().count() < 200), "{long:?}");
}
