//! What files of any content, however broken, may do to the search: nothing but end.

use std::path::Path;

use super::{Extraction, documents};
use crate::promise;

/// Every example, with its name.
fn examples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/inputs");
    let mut examples: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .filter(|(name, _)| !name.ends_with(".tsv"))
        .collect();
    examples.sort();
    examples
}

#[test]
fn any_change_to_an_example_ends_in_documents_or_an_error() {
    let examples = examples();
    assert!(examples.len() > 10);
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\\",
        "\\u",
        "\\ud83d",
        ",",
        ":",
        "\n",
        "\r\n",
        "\t",
        "  ",
        "- ",
        "<<EOF\n",
        "<<-EOF\n",
        "EOF",
        "${",
        "$${",
        "%{ if a }",
        "}",
        "~}",
        "jsonencode(",
        ")",
        "```",
        "```json",
        "> ",
        "|",
        ">-",
        "&a ",
        "*a",
        "!Sub ",
        "<<: *a",
        "'",
        "#",
        "/*",
        "é",
        "\u{feff}",
        "😀",
        "\0",
        "Statement",
        "PolicyDocument",
        "null",
        "local.nightly",
    ];
    // A small generator of its own keeps every run the same.
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below.max(1) as u64).unwrap()
    };
    for round in 0..3_000 {
        let (name, text) = &examples[round % examples.len()];
        let mut chars: Vec<char> = text.chars().collect();
        for _ in 0..=next(4) {
            let from = next(chars.len());
            let to = (from + next(12)).min(chars.len());
            match next(4) {
                0 => drop(chars.drain(from..to)),
                1 => {
                    let piece = pieces[next(pieces.len())];
                    chars.splice(from..from, piece.chars());
                }
                2 => {
                    let piece: Vec<char> = pieces[next(pieces.len())].chars().collect();
                    chars.splice(from..to, piece);
                }
                _ => {
                    let copy: Vec<char> = chars[from..to].to_vec();
                    let at = next(chars.len());
                    chars.splice(at..at, copy);
                }
            }
        }
        if next(8) == 0 {
            chars.truncate(next(chars.len()));
        }
        let file: String = chars.into_iter().collect();
        promise::extraction(name, &file).unwrap();
    }
}

#[test]
fn every_example_holds_what_the_module_promises() {
    for (name, file) in examples() {
        let found = documents(&name, &file).unwrap();
        assert!(!found.documents.is_empty(), "{name}");
        promise::extracted(&name, &file, &found).unwrap();
    }
}

#[test]
fn every_example_is_the_same_with_the_line_ends_of_another_system() {
    for (name, file) in examples() {
        let plain = documents(&name, &file).unwrap();
        let file = file.replace('\n', "\r\n");
        let found = documents(&name, &file).unwrap();
        promise::extracted(&name, &file, &found).unwrap();
        let names = |found: &Extraction| -> Vec<String> {
            found.documents.iter().map(|document| document.name.clone()).collect()
        };
        assert_eq!(names(&plain), names(&found), "{name}");
    }
}

#[test]
fn nesting_and_repetition_end_in_an_error_or_nothing() {
    let opened = |before: &str, piece: &str| format!("{before}{}", piece.repeat(50_000));
    for (name, file) in [
        ("a.json", opened("", "[")),
        ("a.json", opened("", "{\"PolicyDocument\":")),
        (
            "a.json",
            opened("{\"Resources\": {\"a\": {\"Type\": \"ALIYUN::RAM::Role\"}}, \"b\":", "["),
        ),
        ("a.json", opened("{\"planned_values\": {\"root_module\": ", "{\"child_modules\": [")),
        ("a.tf", opened("alicloud_ = ", "[")),
        ("a.tf", opened("alicloud_ = ", "(")),
        ("a.tf", opened("alicloud_ = ", "\"${")),
        ("a.tf", opened("alicloud_ = ", "a ? ")),
        ("a.tf", opened("", "alicloud_ {\n")),
        ("a.yml", opened("Statement: ", "[")),
        ("a.yml", opened("Statement: ", "- ")),
        ("a.yml", opened("Statement: ", "&a ")),
        ("a.yml", opened("Statement: ", "!a ")),
        ("a.yml", opened("Statement: ", "? ")),
        ("a.md", opened("Statement\n", "```json\n")),
        ("a.md", opened("Statement\n", "> ```json\n{\n")),
        ("a.md", opened("```json\n{\"Statement\":", "[")),
    ] {
        if let Ok(found) = documents(name, &file) {
            assert!(found.documents.len() <= 1, "{name}");
        }
    }
}

#[test]
fn a_file_with_too_many_documents_is_refused() {
    let file = format!("[{}{{}}]", r#"{"Version":"1","Statement":[]},"#.repeat(10_001));
    assert!(documents("a.json", &file).unwrap_err().message.contains("10000"));
}

#[test]
fn a_template_that_is_too_long_is_refused() {
    let file = format!("# alicloud_ Statement\n{}", " ".repeat(3 << 20));
    for name in ["a.tf", "a.yml"] {
        assert!(documents(name, &file).unwrap_err().message.contains("bytes"), "{name}");
    }
}
