//! Sets of patterns, judged pattern by pattern and by tables of expected answers.
#![expect(clippy::panic, clippy::indexing_slicing, reason = "a test may fail by panicking")]

use proptest::prelude::*;
use ramguard_match::{Case, Matches, Pattern, PatternSet};

/// Reads `testdata/match/<name>.<part>`, one item a line.
fn lines(name: &str, part: &str) -> Vec<String> {
    let path = format!("{}/../../testdata/match/{name}.{part}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.lines().map(str::to_owned).collect()
}

fn agrees_with_the_table(name: &str) {
    let set = PatternSet::new(lines(name, "patterns"), Case::Sensitive);
    let mut found = Matches::new();
    let some = if cfg!(miri) { 3 } else { usize::MAX };
    for (subject, expected) in
        lines(name, "subjects").iter().zip(lines(name, "expected")).take(some)
    {
        set.matches_into(subject, &mut found);
        let numbers: Vec<String> = found.iter().map(|number| number.to_string()).collect();
        assert_eq!(numbers.join(","), expected, "{name}: `{subject}`");
        assert_eq!(set.is_match(subject), !expected.is_empty(), "{name}: `{subject}`");
    }
}

#[test]
fn finds_the_expected_literals() {
    agrees_with_the_table("literal-10");
    agrees_with_the_table("literal-100");
}

#[test]
fn finds_the_expected_actions() {
    agrees_with_the_table("actions-10");
    agrees_with_the_table("actions-100");
}

#[test]
fn finds_the_expected_resources() {
    agrees_with_the_table("resources-10");
    agrees_with_the_table("resources-100");
}

#[test]
fn finds_the_expected_patterns_of_mixed_kinds() {
    agrees_with_the_table("mixed-10");
    agrees_with_the_table("mixed-100");
}

#[test]
fn finds_the_expected_patterns_of_many_stars() {
    agrees_with_the_table("adversarial-10");
    agrees_with_the_table("adversarial-100");
}

/// Every string over `alphabet` with at most `longest` characters.
fn strings(alphabet: &str, longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut from = 0;
    for _ in 0..longest {
        let to = all.len();
        for at in from..to {
            let longer: Vec<String> =
                alphabet.chars().map(|letter| format!("{}{letter}", all[at])).collect();
            all.extend(longer);
        }
        from = to;
    }
    all
}

/// How much shorter the strings are where each takes a thousand times as long.
const LESS: usize = if cfg!(miri) { 3 } else { 0 };

/// What a set has to say, found out pattern by pattern.
fn one_by_one(patterns: &[String], text: &str, case: Case) -> Vec<usize> {
    let built = patterns.iter().map(|pattern| Pattern::new(pattern, case));
    built.enumerate().filter(|(_, pattern)| pattern.is_match(text)).map(|(at, _)| at).collect()
}

fn agrees_one_by_one(patterns: &[String], texts: &[String], case: Case) {
    let set = PatternSet::new(patterns, case);
    assert_eq!(set.len(), patterns.len());
    let mut found = Matches::new();
    for text in texts {
        let expected = one_by_one(patterns, text, case);
        set.matches_into(text, &mut found);
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "`{text}` in {patterns:?}");
        assert_eq!(set.is_match(text), !expected.is_empty(), "`{text}` in {patterns:?}");
    }
}

#[test]
fn one_set_of_all_small_patterns_agrees_with_them_one_by_one() {
    let patterns = strings("ab:*?", 4 - LESS / 2);
    agrees_one_by_one(&patterns, &strings("ab:", 5 - LESS), Case::Sensitive);
    agrees_one_by_one(&patterns, &strings("aBé", 4 - LESS), Case::AsciiInsensitive);
}

#[test]
fn sets_of_neighbouring_small_patterns_agree_with_them_one_by_one() {
    let patterns = strings("ab/*?", 4 - LESS / 2);
    let texts = strings("ab/", 4 - LESS);
    for size in [1, 2, 3, 5, 9, 30] {
        for some in patterns.chunks(size).step_by(7) {
            agrees_one_by_one(some, &texts, Case::Sensitive);
        }
    }
}

#[test]
fn an_empty_set_matches_nothing_and_an_empty_pattern_only_the_empty_text() {
    let mut found = Matches::new();
    let none = PatternSet::new(Vec::<String>::new(), Case::Sensitive);
    assert!(none.is_empty() && !none.is_match("") && !none.is_match("a"));
    none.matches_into("a", &mut found);
    assert!(found.is_empty());
    let empty = PatternSet::new([""], Case::Sensitive);
    assert!(empty.is_match("") && !empty.is_match("a"));
}

#[test]
fn a_text_is_not_taken_for_one_with_nul_before_its_start_or_behind_its_end() {
    // What is looked at before the start and past the end of a text reads as zeros.
    let patterns = ["*\0ab", "ab\0*", "?\0ab", "\0*\0", "*a*\0b"];
    let texts = ["", "a", "b", "ab", "\0ab", "x\0ab", "ab\0", "\0", "\0\0"];
    agrees_one_by_one(&patterns.map(String::from), &texts.map(String::from), Case::Sensitive);
}

#[test]
fn equal_patterns_keep_numbers_of_their_own() {
    let mut found = Matches::new();
    for pattern in ["x", "x*", "*", "*x*", "?", "x*y*x", "*a*"] {
        let patterns = vec![pattern; 40];
        let set = PatternSet::new(&patterns, Case::Sensitive);
        for text in ["x", "xyx", "xax", ""] {
            set.matches_into(text, &mut found);
            let fits = Pattern::new(pattern, Case::Sensitive).is_match(text);
            assert_eq!(found.len(), if fits { 40 } else { 0 }, "{pattern} {text}");
        }
    }
}

#[cfg_attr(miri, ignore = "a pattern of megabytes, of which Miri reads a few bytes a millisecond")]
#[test]
fn patterns_behind_one_of_sixteen_mebibytes_are_found_under_their_numbers() {
    let long = "x".repeat(1 << 24) + "*";
    for case in [Case::Sensitive, Case::AsciiInsensitive] {
        let set = PatternSet::new(["a*", &long, "ab*", "*C", "B"], case);
        assert_eq!(set.len(), 5);
        let fold = case == Case::AsciiInsensitive;
        let mut found = Matches::new();
        for (text, sensitive, folded) in [
            ("abC", &[0, 2, 3][..], &[0, 2, 3][..]),
            ("b", &[], &[4]),
            ("c", &[], &[3]),
            ("d", &[], &[]),
            (&long, &[1], &[1]),
        ] {
            let expected: Vec<usize> = if fold { folded } else { sensitive }.to_vec();
            set.matches_into(text, &mut found);
            assert!(found.iter().eq(expected.iter().copied()), "{case:?}: {found:?}");
            assert_eq!(set.is_match(text), !expected.is_empty());
            let mut marks = [0];
            set.mark_into(text, &mut marks);
            assert_eq!(marks, [expected.iter().map(|number| 1_u64 << number).sum()]);
        }
    }
}

#[test]
fn a_buffer_can_go_from_set_to_set() {
    let (many, fitting) = if cfg!(miri) { (60, 40) } else { (5_000, 200) };
    let large = PatternSet::new((0..many).map(|n| format!("*-{n}-*")), Case::Sensitive);
    let small = PatternSet::new(["a*", "-*"], Case::Sensitive);
    let mut found = Matches::new();
    let text: String = (0..fitting).map(|n| format!("-{n}")).collect::<String>() + "-";
    for _ in 0..3 {
        large.matches_into(&text, &mut found);
        assert_eq!(found.iter().collect::<Vec<_>>(), (0..fitting).collect::<Vec<_>>());
        small.matches_into(&text, &mut found);
        assert_eq!(found.as_slice(), [1]);
    }
}

#[test]
fn runs_of_every_length_are_found_in_patterns_with_the_same_ends() {
    let text: String = (0..127).map(|at| char::from(b'a' + at % 26)).collect();
    for length in (1..=text.len()).step_by(if cfg!(miri) { 21 } else { 1 }) {
        let runs = [&text[..length], &text[text.len() - length..], "a", "zab", "b?d"];
        let patterns: Vec<String> = runs.iter().map(|run| format!("*{run}*")).collect();
        agrees_one_by_one(&patterns, &[text.clone(), text[1..].to_owned()], Case::Sensitive);
    }
}

/// Patterns of the kinds that are told apart in different ways, out of few pieces, so that many
/// of them share heads, tails and runs.
#[test]
fn sets_that_texts_lead_all_through_agree_with_their_patterns_one_by_one() {
    let pairs = |n: usize| -> [String; 3] {
        [n, n / 3, n / 7].map(|n| format!("{}{}", ["a", "b", "c"][n % 3], ["a", "b"][n % 2]))
    };
    type Family = fn([String; 3], usize) -> String;
    let families: [Family; 5] = [
        |[one, other, last], _| format!("*{one}*{other}*{last}*"),
        |[one, other, _], n| format!("{}*{one}*{other}*", "a".repeat(n % 5)),
        |[one, other, last], _| format!("*{one}?{other}*{last}"),
        |[one, other, _], n| format!("*{one}*{other}*{}", "b".repeat(n % 3)),
        |[one, _, last], n| format!("{}*{one}{last}?*", if n % 4 == 0 { "" } else { "?" }),
    ];
    let texts: Vec<String> = (0..if cfg!(miri) { 4 } else { 12 })
        .map(|n| {
            (0..n * n).map(|at| ["a", "b", "c", "A", "é"][at * at * 7 % (3 + n % 3)]).collect()
        })
        .collect();
    for family in families {
        for count in if cfg!(miri) { [4, 9, 33] } else { [20, 100, 512] } {
            let patterns: Vec<String> = (0..count).map(|n| family(pairs(n), n)).collect();
            agrees_one_by_one(&patterns, &texts, Case::Sensitive);
            agrees_one_by_one(&patterns, &texts, Case::AsciiInsensitive);
        }
    }
}

/// Hundreds of patterns with the same ends and a dozen runs of a letter, which are not worth
/// looking for one by one.
#[test]
fn patterns_of_many_runs_with_the_same_ends_agree_with_them_one_by_one() {
    let mut state = 1_u32;
    let mut letter = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'a' + (state >> 24) as u8 % 26)
    };
    let runs: Vec<Vec<String>> = (0..if cfg!(miri) { 40 } else { 400 })
        .map(|_| (0..12).map(|_| letter().to_string()).collect())
        .collect();
    let patterns: Vec<String> = runs.iter().map(|runs| format!("h*{}*t", runs.join("*"))).collect();
    let alphabet: String = ('a'..='z').collect();
    let texts: Vec<String> = (0..if cfg!(miri) { 1 } else { 13 })
        .flat_map(|n| {
            let filled = runs[n * 30 % runs.len()].join(&alphabet[n..2 * n]);
            ["", "-", "é"].map(|fill| format!("h{fill}{filled}t"))
        })
        .chain([format!("h{}t", alphabet.repeat(12)), format!("h{}t", alphabet.repeat(3))])
        .collect();
    agrees_one_by_one(&patterns, &texts, Case::Sensitive);
    agrees_one_by_one(&patterns, &texts, Case::AsciiInsensitive);
}

/// How many times fewer patterns there are where each takes a thousand times as long.
const FEWER: usize = if cfg!(miri) { 6 } else { 1 };

fn patterns() -> impl Strategy<Value = Vec<String>> {
    let piece = prop_oneof![
        6 => prop_oneof![Just("a"), Just("b"), Just(":"), Just("/"), Just("aa"), Just("ab")],
        2 => Just("svc:"),
        2 => Just("account-0123456789:"),
        1 => Just("a-piece-that-is-longer-than-any-word-or-window/"),
        4 => Just("*"),
        1 => Just("?"),
        1 => Just("é"),
        1 => Just("K"),
    ];
    let pattern = proptest::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat());
    proptest::collection::vec(pattern, 0..120 / FEWER)
}

/// A text that some pattern is likely to fit: a pattern with its wildcards filled in.
fn filled(pattern: &str, fill: &[&str]) -> String {
    let mut fill = fill.iter().cycle();
    pattern
        .split_inclusive(['*', '?'])
        .map(|piece| match (piece.strip_suffix('*'), piece.strip_suffix('?')) {
            (Some(start), _) => format!("{start}{}", fill.next().unwrap_or(&"")),
            (_, Some(start)) => format!("{start}x"),
            _ => piece.to_owned(),
        })
        .collect()
}

proptest! {
    /// A set finds exactly the patterns that fit when asked one by one.
    #[test]
    fn a_set_agrees_with_its_patterns_one_by_one(
        patterns in patterns(),
        fill in proptest::collection::vec(
            prop_oneof![Just(""), Just("a"), Just("b:"), Just("é"), Just("aab/"), Just("account-")],
            1..5,
        ),
        insensitive in any::<bool>(),
    ) {
        let case = if insensitive { Case::AsciiInsensitive } else { Case::Sensitive };
        let mut texts: Vec<String> =
            patterns.iter().map(|pattern| filled(pattern, &fill)).take(30 / FEWER).collect();
        texts.push(texts.concat());
        if insensitive {
            texts.iter_mut().for_each(|text| text.make_ascii_uppercase());
        }
        agrees_one_by_one(&patterns, &texts, case);
    }

    /// Families: patterns with the same ends, whose runs are found together.
    #[test]
    fn patterns_with_the_same_ends_agree_with_them_one_by_one(
        middles in proptest::collection::vec("[ab?*]{0,12}", 10..80 / FEWER),
        texts in proptest::collection::vec("[ab]{0,60}", 1..10),
        long in any::<bool>(),
        wide in any::<bool>(),
    ) {
        let patterns: Vec<String> =
            middles.iter().map(|middle| format!("h*{middle}*t")).collect();
        let texts: Vec<String> = texts
            .iter()
            .map(|text| {
                let text = if wide { text.replace("bb", "é") } else { text.clone() };
                format!("h{}t", text.repeat(if long { 5 } else { 1 }))
            })
            .collect();
        agrees_one_by_one(&patterns, &texts, Case::Sensitive);
    }
}

#[test]
fn every_byte_of_a_head_counts_however_long_it_is() {
    let mut found = Matches::new();
    for length in 1..=40 {
        let head: String = ('a'..='z').cycle().take(length).collect();
        for case in [Case::Sensitive, Case::AsciiInsensitive] {
            let set = PatternSet::new([format!("{head}*")], case);
            set.matches_into(&format!("{head}x"), &mut found);
            assert_eq!(found.as_slice(), [0], "{head}");
            for at in 0..length {
                let mut text = format!("{head}x");
                text.replace_range(at..=at, "-");
                set.matches_into(&text, &mut found);
                assert_eq!(found.as_slice(), [], "{head} {text}");
            }
        }
    }
}
