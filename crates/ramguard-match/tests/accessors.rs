//! What sets, buffers and shapes say about themselves.

use ramguard_match::{Case, Matches, Pattern, PatternSet, Shape};

#[test]
fn a_set_counts_its_patterns_and_is_empty_without_one() {
    for count in 0..5 {
        let set = PatternSet::new(vec!["a*"; count], Case::Sensitive);
        assert_eq!((set.len(), set.is_empty()), (count, count == 0));
        assert_eq!(set.is_match("ab"), count > 0);
    }
}

#[test]
fn a_set_takes_at_least_the_bytes_of_its_texts() {
    let long = "a".repeat(10_000);
    let few = PatternSet::new([&long], Case::Sensitive).heap_bytes();
    let many = PatternSet::new([&long, &format!("{long}b")], Case::Sensitive).heap_bytes();
    assert!(few >= long.len() && few < 3 * long.len(), "{few}");
    assert!(many >= few + long.len(), "{few} {many}");
}

#[cfg_attr(miri, ignore = "a pattern of megabytes, of which Miri reads a few bytes a millisecond")]
#[test]
fn a_pattern_too_long_for_the_index_and_what_comes_behind_it_are_found() {
    let long = format!("{}*", "a".repeat(1 << 24));
    let set = PatternSet::new(["b*", &long, "*b", "b?"], Case::AsciiInsensitive);
    let mut found = Matches::new();
    for (text, numbers) in [("Bb", vec![0, 2, 3]), ("ab", vec![2]), ("c", vec![])] {
        set.matches_into(text, &mut found);
        assert_eq!(found.as_slice(), numbers);
        assert_eq!(set.is_match(text), !numbers.is_empty());
        let mut marks = [0];
        set.mark_into(text, &mut marks);
        assert_eq!(marks, [numbers.iter().map(|number| 1 << number).sum::<u64>()]);
    }
    set.matches_into(&long, &mut found);
    assert_eq!((set.len(), found.as_slice()), (4, [1].as_slice()));
    assert!(set.heap_bytes() > long.len());
}

#[test]
fn a_buffer_tells_what_fits_in_every_form() {
    let set = PatternSet::new(["b*", "a*", "*b", "c"], Case::Sensitive);
    let mut found = Matches::new();
    assert!(found.is_empty());
    set.matches_into("ab", &mut found);
    assert_eq!((found.as_slice(), found.len(), found.is_empty()), ([1, 2].as_slice(), 2, false));
    assert!(found.iter().eq([1, 2]));
    assert!(found.iter().rev().eq([2, 1]));
    set.matches_into("d", &mut found);
    assert_eq!((found.as_slice(), found.len(), found.is_empty()), ([].as_slice(), 0, true));
}

/// Patterns of which those with a number of `fitting` fit `text`, found one by one in an order
/// that has nothing to do with their numbers.
fn scattered(count: usize, text: &str, fitting: impl Fn(usize) -> bool) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    (0..count)
        .map(|number| {
            let cut = number * 7 % (letters.len() + 1);
            let (head, tail): (String, String) =
                (letters.iter().take(cut).collect(), letters.iter().skip(cut).collect());
            match (fitting(number), number % 4) {
                (false, _) => format!("{head}!{number}*{tail}"),
                (true, 0) => format!("{head}*"),
                (true, 1) => format!("*{tail}"),
                (true, 2) => format!("{head}*{tail}"),
                (true, _) => format!("{head}**{tail}"),
            }
        })
        .collect()
}

#[test]
fn numbers_come_ascending_however_many_fit_and_however_far_apart() {
    let text = "acs:ecs:cn:1:instance/i-abcdef";
    let mut found = Matches::new();
    let most = if cfg!(miri) { 9 } else { 700 };
    for count in [1, 2, 3, 4, 5, 7, 8, 9, 16, 33, 64, 65, 130, 700] {
        if count > most {
            break;
        }
        for step in [1, 2, 3, 5, 17, 63, 64, 65, 129] {
            let patterns = scattered(count, text, |number| number % step == 0);
            let set = PatternSet::new(&patterns, Case::Sensitive);
            let expected: Vec<u32> = (0..)
                .zip(&patterns)
                .filter(|(number, _)| number % step == 0)
                .map(|(number, _)| u32::try_from(number).expect("few"))
                .collect();
            // Twice, since a buffer must come out of a search as it went in.
            for _ in 0..2 {
                set.matches_into(text, &mut found);
                assert_eq!(found.as_slice(), expected, "{count} patterns, each {step}");
            }
        }
    }
}

#[test]
fn a_shape_tells_its_literal_head_and_whether_it_is_all_of_it() {
    for (pattern, head, is_literal) in [
        ("", 0, true),
        ("abc", 3, true),
        ("*", 0, false),
        ("?", 0, false),
        ("abc*", 3, false),
        ("ab?c", 2, false),
        ("a*b?c", 1, false),
        ("abcdefgh", 8, true),
        ("abcdefghi?", 9, false),
        ("abcdefg*i?", 7, false),
        ("部*", 3, false),
    ] {
        let shape = Shape::of(pattern);
        assert_eq!((shape.head_len(), shape.is_literal()), (head, is_literal), "{pattern}");
    }
}

#[test]
fn a_shape_answers_as_its_pattern_does() {
    let texts = ["", "a", "b", "ab", "ba", "aab", "abb", "aXb", "AB", "部b", "a部b", "abab"];
    for pattern in ["", "a", "*", "?", "a*", "*b", "a*b", "a?b", "*a*", "a**b", "?*b", "a*?", "*?*"]
    {
        for case in [Case::Sensitive, Case::AsciiInsensitive] {
            let compiled = Pattern::new(pattern, case);
            for text in texts {
                let got = Shape::of(pattern).is_match(pattern, text, case);
                assert_eq!(got, compiled.is_match(text), "`{pattern}` on `{text}` ({case:?})");
            }
        }
    }
}
