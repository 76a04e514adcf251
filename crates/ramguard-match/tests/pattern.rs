//! One pattern against one text, judged by the textbook recursion and by hand-made cases.
#![expect(clippy::indexing_slicing, reason = "a test may fail by panicking")]

use proptest::prelude::*;
use ramguard_match::{Case, Pattern};

/// The textbook definition, exponential and obvious. Folding is left to the caller.
fn fits(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|taken| fits(rest, &text[taken..])),
        Some(('?', rest)) => !text.is_empty() && fits(rest, &text[1..]),
        Some((symbol, rest)) => text.first() == Some(symbol) && fits(rest, &text[1..]),
    }
}

fn oracle(pattern: &str, text: &str, case: Case) -> bool {
    let chars = |text: &str| -> Vec<char> {
        match case {
            Case::Sensitive => text.chars().collect(),
            Case::AsciiInsensitive => text.to_ascii_lowercase().chars().collect(),
        }
    };
    fits(&chars(pattern), &chars(text))
}

/// Every string over `alphabet` with at most `longest` characters.
fn strings(alphabet: &str, longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut from = 0;
    for _ in 0..longest {
        let to = all.len();
        for at in from..to {
            for letter in alphabet.chars() {
                all.push(format!("{}{letter}", all[at]));
            }
        }
        from = to;
    }
    all
}

/// How much shorter the strings are where each takes a thousand times as long.
const LESS: usize = if cfg!(miri) { 3 } else { 0 };

fn agree_on_all(patterns: &[String], texts: &[String], case: Case) {
    let chars: Vec<Vec<char>> = texts.iter().map(|text| text.chars().collect()).collect();
    for pattern in patterns {
        let built = Pattern::new(pattern, case);
        let symbols: Vec<char> = pattern.chars().collect();
        for (text, characters) in texts.iter().zip(&chars) {
            let expected = match case {
                Case::Sensitive => fits(&symbols, characters),
                Case::AsciiInsensitive => oracle(pattern, text, case),
            };
            assert_eq!(built.is_match(text), expected, "`{pattern}` against `{text}`");
        }
    }
}

#[test]
fn agrees_with_the_definition_on_every_small_pattern_and_text() {
    agree_on_all(&strings("ab:/*?", 5 - LESS), &strings("ab:/", 4 - LESS), Case::Sensitive);
    agree_on_all(&strings("ab*?", 5 - LESS), &strings("ab:", 6 - LESS), Case::Sensitive);
}

#[test]
fn agrees_with_the_definition_on_characters_of_one_to_four_bytes() {
    agree_on_all(&strings("aé漢🦀*?", 4 - LESS / 2), &strings("aé漢🦀", 4 - LESS), Case::Sensitive);
}

#[test]
fn agrees_with_the_definition_when_case_does_not_count() {
    agree_on_all(
        &strings("aZ@é*?", 4 - LESS / 2),
        &strings("aAz`@É", 4 - LESS),
        Case::AsciiInsensitive,
    );
}

#[test]
fn a_question_mark_takes_one_character_and_not_one_byte() {
    let pattern = Pattern::new("?", Case::Sensitive);
    for text in ["a", "é", "漢", "🦀"] {
        assert!(pattern.is_match(text), "{text}");
    }
    for text in ["", "ab", "e\u{301}"] {
        assert!(!pattern.is_match(text), "{text}");
    }
}

#[test]
fn wildcards_in_the_text_are_ordinary_characters() {
    let pattern = Pattern::new("a?c", Case::Sensitive);
    assert!(pattern.is_match("a?c") && pattern.is_match("a*c"));
    assert!(!Pattern::new("abc", Case::Sensitive).is_match("a?c"));
    assert!(!Pattern::new("abc", Case::Sensitive).is_match("*"));
}

#[test]
fn a_run_that_starts_and_ends_with_nul_is_not_found_past_the_end() {
    // What is looked at past the end of a text reads as zeros.
    let pattern = Pattern::new("*\0abcdefgh\0*", Case::Sensitive);
    for length in 0..40 {
        let text = "x".repeat(length);
        assert!(!pattern.is_match(&text), "{length}");
        assert!(!pattern.is_match(&(text.clone() + "\0abcdefgh")), "{length}");
        assert!(pattern.is_match(&(text + "\0abcdefgh\0")), "{length}");
    }
}

#[test]
fn folding_is_for_the_26_ascii_letters_only() {
    let matches =
        |pattern: &str, text: &str| Pattern::new(pattern, Case::AsciiInsensitive).is_match(text);
    assert!(matches("ECS:describe*", "ecs:DescribeInstances"));
    assert!(matches("*STANCE?", "ecs:DescribeInstances"));
    for (pattern, text) in [("Ä", "ä"), ("@", "`"), ("[", "{"), ("K", "\u{212A}"), ("ſ", "s")] {
        assert!(!matches(pattern, text), "{pattern} {text}");
        assert!(!matches(&format!("*{pattern}*"), text), "{pattern} {text}");
        assert!(!matches(&format!("*?{pattern}*"), &format!("é{text}")), "{pattern} {text}");
    }
}

#[test]
fn a_pattern_keeps_the_text_it_was_made_of() {
    let pattern = Pattern::new("Oss:*?", Case::AsciiInsensitive);
    assert_eq!(pattern.text(), "Oss:*?");
    assert_eq!(pattern.case(), Case::AsciiInsensitive);
    assert!(!pattern.is_literal() && Pattern::new("oss", Case::Sensitive).is_literal());
}

/// Pieces that runs are made of, so that random patterns and texts share long stretches.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => Just("a"),
        1 => Just("b"),
        1 => Just("aab"),
        1 => Just("abababab"),
        1 => Just("é"),
        1 => Just("🦀"),
        1 => Just("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        1 => Just(":"),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// A pattern made from a text by putting stars and question marks into it matches that text.
    #[test]
    fn hiding_parts_of_a_text_behind_wildcards_keeps_the_match(
        text in pieces(),
        hidden in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..8), 0..6),
        singles in proptest::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let mut symbols: Vec<String> = text.chars().map(String::from).collect();
        if !symbols.is_empty() {
            for at in &singles {
                let at = at.index(symbols.len());
                symbols[at] = "?".into();
            }
            for (at, length) in &hidden {
                let at = at.index(symbols.len());
                let end = (at + length).min(symbols.len());
                for symbol in &mut symbols[at..end] {
                    symbol.clear();
                }
                symbols[at].insert(0, '*');
            }
        }
        // A star put before a character keeps it, a star put over characters replaces them.
        let pattern = symbols.concat();
        prop_assert!(Pattern::new(&pattern, Case::Sensitive).is_match(&text), "{pattern} {text}");
        let shouted = text.to_ascii_uppercase();
        prop_assert!(Pattern::new(&pattern, Case::AsciiInsensitive).is_match(&shouted));
    }

    /// One long run is found exactly where a plain search finds it.
    #[test]
    fn a_run_between_two_stars_is_a_substring_search(run in pieces(), text in pieces()) {
        let pattern = Pattern::new(&format!("*{run}*"), Case::Sensitive);
        prop_assert_eq!(pattern.is_match(&text), text.contains(&run));
    }

    /// One long run with question marks is found exactly where comparing place by place finds it.
    #[test]
    fn a_run_with_question_marks_is_found_at_every_place(
        text in pieces(),
        from in any::<prop::sample::Index>(),
        length in 0_usize..150,
        singles in proptest::collection::vec(any::<prop::sample::Index>(), 1..4),
        wrong in any::<bool>(),
    ) {
        let characters: Vec<char> = text.chars().collect();
        let from = from.index(characters.len() + 1);
        let mut run = characters[from..(from + length).min(characters.len())].to_vec();
        if !run.is_empty() {
            for at in &singles {
                let at = at.index(run.len());
                run[at] = '?';
            }
            if wrong {
                let last = run.len() - 1;
                run[last] = 'b';
            }
        }
        let expected = run.is_empty() || characters.windows(run.len()).any(|window| {
            window.iter().zip(&run).all(|(have, want)| *want == '?' || have == want)
        });
        let pattern: String = run.iter().collect();
        let pattern = Pattern::new(&format!("*{pattern}*"), Case::Sensitive);
        prop_assert_eq!(pattern.is_match(&text), expected);
    }
}

#[test]
fn characters_that_share_a_byte_of_their_number_are_told_apart_behind_a_question_mark() {
    // U+0061, U+0161 and U+10061.
    for (pattern, own, others) in [("*?a*", "a", ["š", "𐁡"]), ("*?š*", "š", ["a", "ȡ"])] {
        let pattern = Pattern::new(pattern, Case::Sensitive);
        assert!(pattern.is_match(&format!("é{own}")));
        assert!(others.iter().all(|other| !pattern.is_match(&format!("é{other}"))));
    }
}

#[test]
fn a_long_run_with_question_marks_is_found_behind_many_places_that_nearly_fit() {
    for (length, any) in [(40, 20), (40, 0), (100, 70)] {
        // All of it but the last but one symbol fits anywhere among the letters before.
        let mut run = "a".repeat(length);
        run.replace_range(any..any + 1, "?");
        let run = format!("{run}ca");
        for case in [Case::Sensitive, Case::AsciiInsensitive] {
            let pattern = Pattern::new(&format!("*x{run}*"), case);
            let without_edge = Pattern::new(&format!("*{run}*"), case);
            for before in [0, 100, 3_000] {
                let near = "xaa".repeat(before) + &"a".repeat(before);
                let text = format!("{near}x{}ca-", "a".repeat(length));
                assert!(pattern.is_match(&text), "{length} {any} {before}");
                assert!(without_edge.is_match(&text), "{length} {any} {before}");
                assert!(!pattern.is_match(&text.replace("ca", "cb")), "{length} {any} {before}");
            }
        }
    }
}
