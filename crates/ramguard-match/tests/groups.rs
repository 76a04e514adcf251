//! Sets in which many patterns share a start, an end or the longest of their literals, so that an
//! index has to go on behind what they share. Judged by the textbook: a table of what fits where.
// Under Miri these would take hours; what they ask is the code that `set.rs` asks, and safe.
#![cfg(not(miri))]
#![expect(clippy::indexing_slicing, reason = "a test may fail by panicking")]

use ramguard_match::{Case, Matches, Pattern, PatternSet};

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    fn pick<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items[self.below(items.len())]
    }

    /// Up to `most` of the items, one behind the other.
    fn some(&mut self, items: &[&str], most: usize) -> String {
        (0..self.below(most + 1)).map(|_| self.pick(items)).collect()
    }
}

/// Whether a text fits a pattern, character by character.
fn fits(pattern: &str, text: &[char], case: Case) -> bool {
    let equal = |left: &char, right: &char| match case {
        Case::Sensitive => left == right,
        Case::AsciiInsensitive => left.eq_ignore_ascii_case(right),
    };
    // The ends of all starts of the text that fit what has been read of the pattern.
    let mut ends = vec![0];
    for symbol in pattern.chars() {
        ends = match (symbol, ends.first()) {
            (_, None) => return false,
            ('*', Some(&first)) => (first..=text.len()).collect(),
            _ => {
                let fits = |&at: &usize| {
                    text.get(at).is_some_and(|other| symbol == '?' || equal(&symbol, other))
                };
                ends.into_iter().filter(fits).map(|at| at + 1).collect()
            }
        };
    }
    ends.last() == Some(&text.len())
}

/// Asks a set about texts in every way there is. Returns how many patterns fit, over all texts.
fn judge(patterns: &[String], texts: &[String], case: Case) -> usize {
    let set = PatternSet::new(patterns, case);
    let mut found = Matches::new();
    let mut count = 0;
    for text in texts {
        let symbols: Vec<char> = text.chars().collect();
        let expected: Vec<usize> =
            (0..patterns.len()).filter(|&at| fits(&patterns[at], &symbols, case)).collect();
        set.matches_into(text, &mut found);
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "`{text}` in {patterns:?}");
        assert_eq!(set.is_match(text), !expected.is_empty(), "`{text}` in {patterns:?}");
        let mut marks = vec![0_u64; patterns.len() / 64 + 1];
        set.mark_into(text, &mut marks);
        let marked = (0..patterns.len()).filter(|at| marks[at / 64] >> (at % 64) & 1 == 1);
        assert!(marked.eq(expected.iter().copied()), "marks of `{text}` in {patterns:?}");
        count += expected.len();
    }
    count
}

/// A text that a pattern fits, its wildcards filled from `fill`, now and then with one character
/// more or less, or another one.
fn nearly(dice: &mut Dice, pattern: &str, fill: &[&str], most: usize) -> String {
    let mut text = String::new();
    for symbol in pattern.chars() {
        match symbol {
            '*' => text += &dice.some(fill, most),
            '?' => text += &dice.pick(fill).chars().take(1).collect::<String>(),
            _ => text.push(symbol),
        }
    }
    let mut symbols: Vec<char> = text.chars().collect();
    let at = dice.below(symbols.len() + 1);
    match dice.below(6) {
        0 if at < symbols.len() => {
            symbols.remove(at);
        }
        1 => symbols.insert(at, 'a'),
        2 if at < symbols.len() => symbols[at] = 'b',
        _ => {}
    }
    symbols.into_iter().collect()
}

/// Judges a set by texts made of its own patterns. Both cases are tried; folded, the texts are in
/// capitals. Returns how many patterns fit.
fn judge_by_own(dice: &mut Dice, patterns: &[String], fill: &[&str], most: usize) -> usize {
    let mut texts: Vec<String> = (0..12)
        .map(|_| {
            let pattern = &patterns[dice.below(patterns.len())];
            nearly(dice, pattern, fill, most)
        })
        .collect();
    let count = judge(patterns, &texts, Case::Sensitive);
    texts.iter_mut().for_each(|text| text.make_ascii_uppercase());
    count + judge(patterns, &texts, Case::AsciiInsensitive)
}

/// Runs that come in a middle besides the one that all have.
const RUNS: [&str; 12] = [
    "a",
    "b",
    "ab",
    "a?b",
    "?",
    "??a",
    "aab",
    "abababab",
    "ababababa",
    "aaaaaaaaaaaaaaab",
    "abababababababababababababababababababababababababababababababababababab",
    "b?",
];

/// Middles with the same longest literal, which is of no help in telling them apart, in sets of
/// every mixture: with runs of all lengths and with few short ones, on short and on long texts.
#[test]
fn middles_that_share_their_longest_literal_are_found_by_their_other_runs() {
    let mut dice = Dice(1);
    let long = "abcdefgh".repeat(10);
    let mut count = 0;
    for round in 0..48 {
        let (head, tail) = [("", ""), ("h", "t"), ("head-of-all:", ":tail")][round % 3];
        let shared = ["ccc", "cabcabcabc", &long][round / 3 % 3];
        // Without the long ones the runs can be numbered, and with all of them on top they are many.
        let runs = match round % 4 {
            0 => &RUNS[..4],
            1 => &RUNS[..7],
            2 => &RUNS[7..11],
            _ => &RUNS,
        };
        let number = [8, 40, 90][round % 3] + dice.below(20);
        let patterns: Vec<String> = (0..number)
            .map(|_| {
                let mut middle: Vec<String> =
                    (0..dice.below(5)).map(|_| dice.some(runs, 2)).collect();
                middle.retain(|run| !run.is_empty());
                middle.insert(dice.below(middle.len() + 1), shared.to_owned());
                format!("{head}*{}*{tail}", middle.join("*"))
            })
            .collect();
        let fill = [["a", "b", "ab"], ["a", "é", "ab"], ["c", "b", "ababababab"]][round / 2 % 3];
        count += judge_by_own(&mut dice, &patterns, &fill, [1, 4, 30][round % 3]);
    }
    assert!(count > 4_000, "{count}");
}

/// More runs than can be numbered, each of them in patterns that nothing else tells apart.
#[test]
fn a_family_of_more_runs_than_are_numbered_is_searched_all_the_same() {
    let mut dice = Dice(2);
    let mut count = 0;
    for number in [20, 31, 32, 33, 60] {
        let patterns: Vec<String> = (0..number)
            .flat_map(|n| {
                let (first, second) = (n % 9, n / 9);
                [format!("*{first}{second}*shared*"), format!("*shared*{first}{second}*a*")]
            })
            .collect();
        count += judge_by_own(&mut dice, &patterns, &["a", "1", "2", "0", "11"], 12);
    }
    assert!(count > 150, "{count}");
}

#[test]
fn a_run_that_ends_in_question_marks_is_not_found_past_the_end() {
    let run = "a".repeat(12) + "b?";
    let patterns: Vec<String> = (0..8).map(|number| format!("*{number}*{run}*")).collect();
    // Many places nearly fit, the last of them but for a byte that is not there.
    let near = [12, 64, 100, 200, 3_000].map(|before| format!("01234567{}b", "a".repeat(before)));
    assert_eq!(judge(&patterns, &near, Case::Sensitive), 0);
    let fitting = near.map(|text| text + "-");
    assert_eq!(judge(&patterns, &fitting, Case::Sensitive), 40);
}

/// Runs that are told apart behind a common start only, and those that have no end in common.
#[test]
fn runs_as_long_as_a_word_and_longer_are_compared_to_their_ends() {
    for length in [1, 7, 8, 9, 15, 16, 17, 62, 63, 64, 65] {
        let run = |last: char| format!("{}{last}", "a".repeat(length));
        let shared = "s".repeat(length + 2);
        let patterns: Vec<String> = "abcdefghijklmnopqrtuvwxyzABCDEFGHIJKLM"
            .chars()
            .map(|last| format!("*{shared}*{}*", run(last)))
            .collect();
        for room in [0, 3, 64, 200] {
            let texts: Vec<String> = ["c", "M", "ab", "b-", ""]
                .iter()
                .map(|last| {
                    let room = "a".repeat(room);
                    format!("{shared}{room}{}{last}", "a".repeat(length))
                })
                .collect();
            assert!(judge(&patterns, &texts, Case::Sensitive) > 0, "{length} {room}");
            // All but its first bytes is not the run.
            let short: Vec<String> = ["c", "M", "z"]
                .iter()
                .map(|last| {
                    let room = "-".repeat(room);
                    format!("{shared}{room}{}{last}{room}", "a".repeat(length.saturating_sub(1)))
                })
                .collect();
            assert_eq!(judge(&patterns, &short, Case::Sensitive), 0, "{length} {room}");
        }
    }
}

/// Ends of patterns that are told apart eight bytes at a time, among them ends that are no longer
/// than what all of them share.
#[test]
fn tails_that_share_whole_words_are_told_apart_by_what_stands_before() {
    let mut dice = Dice(3);
    let mut count = 0;
    for round in 0..36 {
        let shared = "12345678abcdefgh12345678".split_at(24 - 8 * (round % 4)).1;
        let head = ["", "h", "a-head-that-is-long:"][round % 3];
        let most = [3, 9, 18][round / 4 % 3];
        let patterns: Vec<String> = (0..40 + round)
            .map(|_| format!("{head}*{}{shared}", dice.some(&["a", "b"], most)))
            .collect();
        count += judge_by_own(&mut dice, &patterns, &["a", "b", "ab"], [0, 1, 20][round % 3]);
    }
    assert!(count > 1_000, "{count}");
}

/// The same from the front.
#[test]
fn heads_that_share_whole_words_are_told_apart_by_what_follows() {
    let mut dice = Dice(4);
    let mut count = 0;
    for round in 0..36 {
        let shared = "12345678abcdefgh12345678".split_at(8 * (round % 4)).0;
        let tail = ["", "t", ":a-tail-that-is-long"][round % 3];
        let most = [3, 9, 18][round / 4 % 3];
        let patterns: Vec<String> = (0..40 + round)
            .map(|_| format!("{shared}{}*{tail}", dice.some(&["a", "b"], most)))
            .collect();
        count += judge_by_own(&mut dice, &patterns, &["a", "b", "ab"], [0, 1, 20][round % 3]);
    }
    assert!(count > 1_000, "{count}");
}

/// Heads and tails past what any key looks at.
#[test]
fn ends_that_differ_a_long_way_from_the_edge_are_told_apart() {
    let mut dice = Dice(5);
    for length in [120, 127, 128, 129, 300] {
        let long = "x".repeat(length);
        for (before, after) in [(&*long, ""), ("", &*long), (&*long, &*long)] {
            let patterns: Vec<String> =
                (0..45).map(|n| format!("{before}{}*m{}*{}{after}", n % 3, n % 5, n % 7)).collect();
            judge_by_own(&mut dice, &patterns, &["m0", "m3", "1", "x"], 4);
        }
    }
}

/// Literals in the middle that begin and end with bytes that are easily taken for each other, on
/// texts longer than the places that are looked at together.
#[test]
fn middles_are_found_at_every_place_of_a_text() {
    let mut dice = Dice(6);
    let mut count = 0;
    for round in 0..30 {
        let edges: &[&str] = match round % 3 {
            0 => &["`", "a"],
            1 => &["`", "a", "b", "c"],
            _ => &["`", "a", "b", "c", "d", "e", "f", "@", "A"],
        };
        let longest = [2, 3, 9, 20][round / 3 % 4];
        // Several groups, each with a head and a tail of its own.
        let patterns: Vec<String> = (0..150)
            .map(|n| {
                let (first, last) = (dice.pick(edges), dice.pick(edges));
                let inner: String =
                    (0..1 + dice.below(longest)).map(|_| dice.pick(&["0", "1", "2"])).collect();
                let rest = dice.pick(&["", "*0", "?*1"]);
                format!("{}*{first}{inner}{last}{rest}*{}", ["", "g:", "h:"][n % 3], n / 3 % 2)
            })
            .collect();
        let fill = ["`", "a", "0", "1", "b", "2", "aaaaaaaaaaaaaaaa"];
        count += judge_by_own(&mut dice, &patterns, &fill, [3, 20, 45][round % 3]);
    }
    assert!(count > 1_000, "{count}");
}

/// One literal more at each place of a text of three blocks, among patterns that look for others.
#[test]
fn a_middle_that_crosses_a_block_is_found() {
    let needles = ["nd", "need", "needle-8", "needle-that-has-16"];
    let others = (0..60).map(|n| format!("*-{n:04}-*"));
    let patterns: Vec<String> =
        needles.iter().map(|needle| format!("*{needle}*")).chain(others).collect();
    let set = PatternSet::new(&patterns, Case::Sensitive);
    let mut found = Matches::new();
    for (number, needle) in needles.iter().enumerate() {
        for at in 0..200 {
            let text = format!("{}{needle}{}", ".".repeat(at), ".".repeat(200 - at));
            set.matches_into(&text, &mut found);
            let expected: Vec<usize> =
                (0..=number).filter(|&n| needle.contains(needles[n])).collect();
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{needle} at {at}");
        }
    }
}

/// Middles of which each is the start of the next, over and over.
#[test]
fn middles_that_go_on_where_others_end_are_told_apart_at_any_depth() {
    let patterns: Vec<String> = (1..=90)
        .map(|runs| format!("h*{}t", "a*b*".repeat(runs / 2) + &"a*".repeat(runs % 2)))
        .collect();
    let texts: Vec<String> = [0, 1, 2, 30, 63, 64, 65, 80, 90, 100]
        .into_iter()
        .map(|runs| format!("h{}t", "-ab".repeat(runs / 2) + &"a".repeat(runs % 2)))
        .collect();
    assert!(judge(&patterns, &texts, Case::Sensitive) > 300);
}

/// Patterns that each place of a text tells apart from one of the others and from no more.
#[test]
fn patterns_that_differ_at_a_place_of_their_own_are_told_apart() {
    for count in [8, 9, 30, 32, 33] {
        let text = |at: usize, other: char| -> String {
            (0..count).map(|place| if place == at { other } else { 'a' }).collect()
        };
        let patterns: Vec<String> = (0..count).map(|at| text(at, 'b') + "*").collect();
        let texts: Vec<String> = (0..=count).map(|at| text(at, 'b')).collect();
        assert_eq!(judge(&patterns, &texts, Case::Sensitive), count);
        let texts: Vec<String> = (0..count).map(|at| text(at, 'B') + "x").collect();
        assert_eq!(judge(&patterns, &texts, Case::AsciiInsensitive), count);
    }
}

/// The only run of all patterns is too long for some ways to keep its places.
#[test]
fn a_single_long_run_is_found_wherever_it_stands() {
    for length in [62, 63, 64, 65, 126, 127, 128] {
        let run: String = (0..length).map(|at| char::from(b'a' + (at % 23) as u8)).collect();
        let patterns = vec![format!("*{run}*"); 40];
        for more in [0, 1, 40] {
            let texts = [
                format!("{run}{}", "-".repeat(more)),
                format!("{}{run}", "-".repeat(more)),
                format!("{}{}", "-".repeat(more), &run[1..]),
            ];
            assert_eq!(judge(&patterns, &texts, Case::Sensitive), 80, "{length} {more}");
        }
    }
}

/// Bytes that have no bit in common with those of a run, and bytes that differ in every bit.
#[test]
fn a_run_is_not_found_where_the_bytes_are_the_opposite_of_its_own() {
    let patterns = vec!["*=@*abcde*".to_owned(); 40];
    let filler = "z".repeat(200);
    let texts = ["¿*abcde*", "\"!*abcde*", "=@*abcde*", "--=@--abcde", "=!*abcde*"]
        .map(|start| format!("{start}{filler}"));
    assert_eq!(judge(&patterns, &texts, Case::Sensitive), 80);
}

#[test]
fn patterns_that_are_asked_side_by_side_are_found_behind_heads_of_every_kind() {
    // Letters between stars, most of which a text of all these letters fits.
    let middle = |number: usize| {
        let letter = |at: u32| char::from(b'v' + (number / 5_usize.pow(at) % 5) as u8);
        (0..6).map(|at| format!("*{}", letter(at))).collect::<String>() + "*"
    };
    for heads in [["a", "b"], ["ab", "b"], ["ab", "ac"], ["abc", "acb"], ["", "b"], ["a", "ab"]] {
        for few in [1, 7, 20] {
            let head = |number: usize| heads[usize::from(number >= few)];
            let patterns: Vec<String> =
                (0..400).map(|number| format!("{}{}", head(number), middle(number * 7))).collect();
            for case in [Case::Sensitive, Case::AsciiInsensitive] {
                let set = PatternSet::new(&patterns, case);
                let mut found = Matches::new();
                for head in heads.into_iter().chain(["", "a", "ba"]) {
                    for body in ["vwxyz".repeat(4), "zyxwv".repeat(4), "-".repeat(20)] {
                        let text = format!("{head}{body}");
                        let fits = |pattern: &String| Pattern::new(pattern, case).is_match(&text);
                        let expected: Vec<usize> =
                            (0..patterns.len()).filter(|&at| fits(&patterns[at])).collect();
                        set.matches_into(&text, &mut found);
                        assert!(found.iter().eq(expected), "{heads:?} {few} `{text}`");
                    }
                }
            }
        }
    }
}
