//! What a look-up costs when nobody means harm, counted in steps: a set may be as large as it
//! likes, but a text is led to few of its patterns, and to these without a detour.
//!
//! Each bound is what a right set has been seen to take and half as much again, or is said in the
//! design notes.
#![cfg(feature = "steps")]

use ramguard_match::{Case, Matches, Pattern, PatternSet, steps};

fn set(count: usize, pattern: impl Fn(usize) -> String) -> PatternSet {
    PatternSet::new((0..count).map(pattern), Case::Sensitive)
}

fn steps_of(set: &PatternSet, text: &str) -> u64 {
    let mut found = Matches::new();
    steps::take();
    set.matches_into(text, &mut found);
    steps::take()
}

const TEXTS: usize = 200;

/// Fails if a text made of one of many numbers, most of them of patterns, takes more than `each`
/// steps, or all of them together more than `mean` each.
fn at_most(name: &str, (each, mean): (u64, f64), set: &PatternSet, text: impl Fn(usize) -> String) {
    let numbers = (0..TEXTS).map(|n| n * 37 % (set.len() + set.len() / 4));
    let all: Vec<u64> = numbers.map(|n| steps_of(set, &text(n))).collect();
    let (worst, sum) = (all.iter().max().copied().unwrap_or(0), all.iter().sum::<u64>());
    let count = set.len();
    assert!(worst <= each, "{name}, {count} patterns: {worst} steps");
    let rate = sum as f64 / TEXTS as f64;
    assert!(rate <= mean, "{name}, {count} patterns: {rate} steps on average");
}

const COUNTS: [usize; 4] = [40, 200, 2_000, 10_000];

#[test]
fn a_literal_is_compared_with_what_has_its_key() {
    for count in COUNTS {
        let literals = set(count, |n| format!("svc{}:Operation{n}", n % 9));
        at_most("literals", (1, 1.0), &literals, |n| format!("svc{}:Operation{n}", n % 9));
        at_most("others", (0, 0.0), &literals, |n| format!("svc{}:Operation{n}x", n % 9));
    }
}

#[test]
fn a_text_is_led_to_the_patterns_that_start_as_it_does() {
    for count in COUNTS {
        let heads = set(count, |n| format!("svc{}:Operation{n}*", n % 9));
        at_most("heads", (14, 9.0), &heads, |n| format!("svc{}:Operation{n}X", n % 9));
    }
}

#[test]
fn what_all_patterns_start_or_end_with_costs_no_step() {
    let shared = "what-all-of-them-share-at-an-end/".repeat(3);
    for count in COUNTS {
        let heads = set(count, |n| format!("{shared}{n:08}-*"));
        at_most("heads", (3, 3.0), &heads, |n| format!("{shared}{n:08}-X"));
        let tails = set(count, |n| format!("svc:*{n}{shared}"));
        at_most("tails", (13, 11.0), &tails, |n| format!("svc:X{n}{shared}"));
    }
}

/// Returns the steps of as many texts as [`at_most`] asks, together.
fn steps_of_all(set: &PatternSet, text: impl Fn(usize) -> String) -> u64 {
    (0..TEXTS).map(|n| steps_of(set, &text(n * 37 % set.len()))).sum()
}

#[test]
fn whole_words_that_all_patterns_start_with_cost_nothing_beside_those_without() {
    let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
    for count in COUNTS {
        let bare = set(count, |n| format!("{}{n}*", letter(n)));
        let bare = steps_of_all(&bare, |n| format!("{}{n}X", letter(n)));
        for shared in ["12345678", "12345678abcdefgh", "12345678abcdefgh12345678"] {
            let with = set(count, |n| format!("{shared}{}{n}*", letter(n)));
            let with = steps_of_all(&with, |n| format!("{shared}{}{n}X", letter(n)));
            assert!(with <= bare + bare / 10, "{count} {shared}: {with} steps, else {bare}");
        }
    }
}

#[test]
fn a_tail_that_all_patterns_share_costs_nothing_beside_none() {
    for count in COUNTS {
        let bare = set(count, |n| format!("h*-{n:05}-*"));
        let bare = steps_of_all(&bare, |n| format!("hx-{n:05}-x"));
        let with = set(count, |n| format!("h*-{n:05}-*:tail"));
        let with = steps_of_all(&with, |n| format!("hx-{n:05}-x:tail"));
        assert!(with <= bare + bare / 10, "{count}: {with} steps, else {bare}");
    }
}

#[test]
fn ends_that_no_tail_has_ask_for_no_key_of_a_tail() {
    let words = ["Instances", "Routes", "Snapshots", "Disks", "Keys", "Users", "Roles", "Groups"];
    let word = |n: usize| words.get(n % 9).copied().unwrap_or_default();
    // What heads take alone, which go by the digits of their numbers.
    for (count, heads) in [(45, 3.3), (450, 4.4), (4_500, 6.5)] {
        let tails = set(count, |n| match n % 9 {
            8 => format!("svc{}:*", n - 8),
            _ => format!("svc{}:*{}", n / 9 * 9, word(n)),
        });
        for end in ["Addresses", "Images", "Policies", "Cases", "x"] {
            let taken = steps_of_all(&tails, |n| format!("svc{}:List{end}", n / 9 * 9));
            let rate = taken as f64 / TEXTS as f64;
            assert!(rate <= heads, "{count} {end}: {rate} steps on average");
        }
    }
}

#[test]
fn a_text_is_led_to_the_patterns_that_end_as_it_does() {
    for count in COUNTS {
        let tails = set(count, |n| format!("svc{}:*Name{n}", n % 9));
        at_most("tails", (9, 8.0), &tails, |n| format!("svc{}:SetName{n}", n % 9));
        let tails = set(count, |n| match n % 10 {
            0 => format!("svc{n}:*"),
            _ => format!("svc{}:*Name{n}", n / 10 * 10),
        });
        at_most("tails or none", (12, 10.0), &tails, |n| format!("svc{}:SetName{n}", n / 10 * 10));
        at_most("none", (10, 8.0), &tails, |n| format!("svc{}:SetName{n}x", n / 10 * 10));
    }
}

#[test]
fn a_text_that_ends_as_no_pattern_does_asks_for_no_tail() {
    for count in [40, 200] {
        let tails = set(count, |n| format!("svc{}:*Name{n}", n % 9));
        at_most("tails", (5, 2.5), &tails, |n| format!("svc{}:SetName{n}x", n % 9));
    }
}

#[test]
fn short_tails_ask_for_no_key_of_a_longer_one() {
    let tails = set(2_000, |n| format!("*{:02}-{n:04}", n % 90));
    for n in 0..40 {
        let end = format!("{:02}-{n:04}", n % 90);
        let long = format!("{}{end}", "x".repeat(40));
        assert_eq!(steps_of(&tails, &long), steps_of(&tails, &end), "{long}");
    }
}

#[test]
fn a_tail_of_a_word_and_more_asks_for_one_key_of_each_length() {
    let tails = set(2_000, |n| format!("*-{n:011}"));
    for n in 0..40 {
        // The last word, the four bytes before it, and the comparison.
        let steps = steps_of(&tails, &format!("{}-{n:011}", "x".repeat(40)));
        assert!(steps <= 3, "{n}: {steps} steps");
    }
}

#[test]
fn patterns_alone_behind_their_heads_are_compared_at_once() {
    let heads = set(2_000, |n| format!("{n:04}-*middle*end-{n}"));
    for n in 0..40 {
        let steps = steps_of(&heads, &format!("{n:04}-a-middle-and-an-end-{n}"));
        assert!(steps <= 4, "{n}: {steps} steps");
    }
}

#[test]
fn literals_are_looked_for_by_the_edge_that_tells_them_apart() {
    let long = "-what-is-in-the-middle-of-all-of-them-";
    let ends = set(2_000, |n| format!("*S{:07}{long}{n:07}E*", n % 40));
    let all = steps_of_all(&ends, |n| format!("x-S{:07}{long}{n:07}E-x", n % 40));
    assert!(all <= 6 * TEXTS as u64, "{all} steps by ends");
    // The starts stand at more places of a text, which does not make up for it.
    let starts = set(2_000, |n| format!("*S{n:07}-S{long}{:07}E*", n % 64));
    let all = steps_of_all(&starts, |n| format!("x-S{n:07}-S{long}{:07}E-x", n % 64));
    assert!(all <= 8 * TEXTS as u64, "{all} steps by starts");
}

#[test]
fn a_text_is_led_to_the_patterns_with_a_literal_that_it_holds() {
    for count in COUNTS {
        let middles = set(count, |n| format!("acs:oss:*:*:bucket-{n:05}/*"));
        at_most("middles", (14, 12.0), &middles, |n| format!("acs:oss:cn:12:bucket-{n:05}/x"));
        let starts = set(count, |n| format!("*{n:06}-which-all-of-them-share*"));
        at_most("starts", (20, 15.0), &starts, |n| format!("xy{n:06}-which-all-of-them-share-"));
        let ends = set(count, |n| format!("*which-all-of-them-share-{n:06}*"));
        at_most("ends", (22, 22.0), &ends, |n| format!("xywhich-all-of-them-share-{n:06}-"));
    }
}

#[test]
fn a_literal_is_looked_for_where_its_rarer_edge_stands() {
    let many = "0".repeat(60);
    for count in COUNTS {
        let ends = set(count, |n| format!("*0{n:06}z*"));
        at_most("ends", (9, 9.0), &ends, |n| format!("{many}0{n:06}z-"));
        let starts = set(count, |n| format!("*z{n:06}0*"));
        at_most("starts", (9, 9.0), &starts, |n| format!("{many}z{n:06}0-"));
    }
}

#[test]
fn a_text_without_an_edge_of_a_literal_asks_for_no_key() {
    for count in COUNTS {
        let middles = set(count, |n| format!("*/x{n:06}*"));
        at_most("no edge", (3, 3.0), &middles, |n| "x".repeat(60 + n % 2));
        // One step a place, as the byte beside the edge is another.
        at_most("no pair", (66, 66.0), &middles, |n| "/".repeat(60 + n % 2));
        // Behind each of nine heads the edge is looked for, and met once.
        let behind = set(count, |n| format!("{}*/x{n:06}*", "a".repeat(n % 9)));
        at_most("behind heads", (42, 42.0), &behind, |n| format!("aaaaaaaaaaaaa/{n}"));
    }
}

#[test]
fn heads_that_differ_by_zero_bytes_are_told_apart() {
    let zeros = |n: usize| "\0".repeat(n % 4);
    for count in COUNTS {
        let heads = set(count, |n| format!("svc:{}{}*", n / 4, zeros(n)));
        at_most("heads", (20, 14.0), &heads, |n| format!("svc:{}{}x", n / 4, zeros(n)));
        let tails = set(count, |n| format!("svc:*{}{}", zeros(n), n / 4));
        at_most("tails", (20, 14.0), &tails, |n| format!("svc:x{}{}", zeros(n), n / 4));
    }
}

#[test]
fn a_run_that_many_patterns_share_is_looked_for_once() {
    for count in [1_000, 5_000] {
        let family = set(count, |n| format!("a*shared*missing*{n}*b"));
        at_most("missing", (12, 12.0), &family, |n| format!("a-shared-{n}-b"));
    }
}

#[test]
fn few_short_runs_cost_a_step_each_time_they_are_asked_for() {
    let runs = ["x", "y", "xy", "yx", "xx", "yy"];
    let with_any = ["x", "y", "x?", "yx", "x?x", "yy"];
    for (runs, count) in [(runs, 600), (runs, 1_296), (with_any, 1_296)] {
        let run = |n: usize| runs.get(n % runs.len()).copied().unwrap_or_default();
        let family = set(count, |n| {
            format!("a*shared*{}*{}*{}*{}*b", run(n), run(n / 6), run(n / 36), run(n / 216))
        });
        // A step a node, and at most as many nodes as there are shared starts and patterns.
        let bound = (count + count / 6 + 200) as u64;
        at_most("all", (bound, bound as f64), &family, |n| {
            format!("a-shared-{}-{}b", "xxyyx".repeat(10), "xyx".repeat(n % 10))
        });
        at_most("one", (400, 400.0), &family, |n| format!("a-shared-{}b", "x".repeat(n % 50)));
    }
}

/// So many patterns of four to nine runs of one letter and question marks.
fn of_one_letter(count: usize) -> PatternSet {
    let runs = ["a", "aa", "aaa", "?a", "a?", "a?a", "aa?"];
    set(count, |n| {
        let (mut number, mut pattern) = (n * 0x9E37_79B9, String::from("*"));
        for _ in 0..4 + n % 6 {
            pattern += runs.get(number % runs.len()).copied().unwrap_or_default();
            pattern.push('*');
            number /= runs.len();
        }
        pattern + "b"
    })
}

#[test]
fn runs_of_the_letter_that_a_text_repeats_take_one_step_together() {
    for count in [600, 2_000] {
        let family = of_one_letter(count);
        // A node for each pattern and for what some of them share; the places of the runs besides.
        let bound = (2 * count + 50) as u64;
        at_most("one letter", (bound, bound as f64), &family, |n| "a".repeat(60 + n % 60) + "b");
    }
}

#[test]
fn runs_that_stand_at_the_start_of_what_is_left_are_not_looked_for() {
    let pattern = Pattern::new(&format!("*{}b", "?a*aaa*a?a*aaaaaaa?*".repeat(5)), Case::Sensitive);
    steps::take();
    assert!(pattern.is_match(&("a".repeat(80) + "b")));
    // A step for both ends together, and two for a run that is looked for.
    assert_eq!(steps::take(), 1);
    assert!(pattern.is_match(&("xa".repeat(100) + &"a".repeat(100) + "b")));
    assert!(steps::take() > 1);
    assert!(!pattern.is_match(&("a".repeat(79) + "b")));
}

#[test]
fn a_first_family_is_checked_if_to_ask_side_by_side_is_as_much_work() {
    let text = "a".repeat(99) + "b";
    let steps = |count| steps_of(&of_one_letter(count), &text);
    for count in [50, 70, 90] {
        assert!(steps(count) <= 2 * count as u64, "{count}: {} steps", steps(count));
    }
    // A step for each byte and block, of which there are four, and one more.
    assert_eq!(steps(100), 401);
}

#[test]
fn a_long_text_that_leads_to_few_patterns_is_not_read_once_for_all_of_them() {
    let patterns = set(500, |n| format!("?*a*b?*{:03}", n / 10));
    let text = |n: usize| format!("{}{:03}", "x".repeat(2_000), n / 10);
    at_most("ten of them", (6_000, 6_000.0), &patterns, text);
}

#[test]
fn few_patterns_are_told_apart_by_bytes_that_differ() {
    let services = ["ecs", "oss", "ram", "vpc", "log", "slb", "rds", "kms", "fc", "mns"];
    let service = |n: usize| services.get(n % 10).copied().unwrap_or_default();
    for count in [4, 10, 20, 32] {
        let literals = set(count, |n| format!("svc{}:Operation{n}", n % 9));
        at_most("literals", (1, 1.0), &literals, |n| format!("svc{}:Operation{n}", n % 9));
        let heads = set(count, |n| format!("svc{}:Operation{n}*", n % 9));
        at_most("heads", (3, 2.0), &heads, |n| format!("svc{}:Operation{n}X", n % 9));
        let tails = set(count, |n| format!("acs:ecs:*:*:instance/i-{n}"));
        at_most("tails", (5, 4.0), &tails, |n| format!("acs:ecs:cn:1:instance/i-{n}"));
        let fields = set(count, |n| format!("acs:{}:*:*:*", service(n)));
        at_most("others", (3, 3.0), &fields, |n| format!("acs:other:cn:1:instance/i-{n}"));
    }
}

#[test]
fn a_list_is_checked_once_by_whoever_asks() {
    let text = format!("{}x", "/abcdefgh".repeat(200));
    let alike = (0..100).map(|n| format!("*/abcdefgh?{n}*x"));
    let others = (0..1_000).map(|n| format!("*/{n:08}*x"));
    let set = PatternSet::new(alike.chain(others), Case::Sensitive);
    let bound = 100 * 6 * text.len() as u64;
    steps::take();
    assert!(!set.is_match(&text));
    let asked = steps::take();
    set.mark_into(&text, &mut [0; 20]);
    let marked = steps::take();
    assert!(asked <= bound && marked <= bound, "{asked} and {marked} > {bound}");
}

#[test]
fn a_set_takes_less_than_120_bytes_a_pattern_beyond_its_text() {
    type Kind = fn(usize) -> String;
    let kinds: [(&str, Kind); 8] = [
        ("literals", |n| format!("svc{}:Operation{n}", n % 9)),
        ("heads", |n| format!("svc{}:Get{n}*", n % 9)),
        ("tails", |n| format!("svc{}:*Name{n}", n % 9)),
        ("middles", |n| format!("acs:oss:*:*:bucket-{n}/*")),
        ("all of them", |n| format!("acs:{n}:*:{n}:*/d-{n:010}")),
        ("pairs", |n| format!("*{}a*{}b*c{}*", n % 3, n % 5, n % 7)),
        ("runs", |n| format!("a*shared*{}*b", "aa*".repeat(1 + n % 20))),
        ("own runs", |n| format!("a*shared*{n}*{}*b", n * 7 % 1_000)),
    ];
    for (name, kind) in kinds {
        // One more than a power of two leaves the most room in what grows by doubling.
        for count in [515, 1_025, 2_049] {
            // A long text, so that room that was not given back is more than its share.
            let kind = |n| if n == count - 1 { "x".repeat(1 << 20) } else { kind(n) };
            let text: usize = (0..count).map(|n| kind(n).len()).sum();
            let taken = set(count, kind).heap_bytes();
            assert!(taken < text + 120 * count, "{name}: {} for {count}", (taken - text) / count);
        }
    }
}

/// Stars between pieces of so many letters of a few, no two patterns alike.
fn starred(number: usize, stars: usize, length: usize, letters: usize) -> String {
    let all: Vec<u8> =
        (b'a'..=b'z').chain(b'A'..=b'Z').chain(b'!'..=b'@').chain(b'['..=b'_').collect();
    let all: Vec<u8> =
        all.into_iter().chain(b'{'..=b'~').filter(|byte| !b"*?-".contains(byte)).collect();
    let mut state = number as u64;
    let mut pattern = String::new();
    for _ in 0..stars {
        pattern.push('*');
        for _ in 0..length {
            state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
            let letter = all.get((state >> 33) as usize % letters.min(all.len()));
            pattern.push(char::from(letter.copied().unwrap_or(b'a')));
        }
    }
    pattern + "*-*"
}

/// Returns how many bytes a set of so many of these takes for each beyond its text.
fn bytes_beyond_text(count: usize, pattern: impl Fn(usize) -> String) -> usize {
    let text: usize = (0..count).map(|n| pattern(n).len()).sum();
    (set(count, pattern).heap_bytes() - text) / count
}

#[test]
fn patterns_that_are_kept_side_by_side_take_less_than_120_bytes_beyond_their_text() {
    for (count, stars, length, letters) in [
        (48, 60, 1, 3),
        (91, 30, 1, 3),
        (48, 60, 1, 2),
        (91, 30, 1, 20),
        (275, 8, 1, 5),
        (512, 3, 1, 26),
        (512, 2, 1, 26),
        // As many as a document has room for.
        (41, 70, 1, 3),
        (29, 100, 1, 3),
        (91, 30, 1, 60),
        (48, 60, 1, 60),
        (48, 60, 1, 90),
        (288, 5, 2, 5),
        (48, 40, 2, 5),
        (319, 2, 3, 5),
        (512, 1, 2, 26),
        (512, 2, 1, 90),
    ] {
        let each = bytes_beyond_text(count, |n| starred(n, stars, length, letters));
        let kind = format!("{stars} stars between {length} of {letters} letters");
        assert!(each < 120, "{count} of {kind}: {each} bytes");
        // A question mark is one letter more.
        let each =
            bytes_beyond_text(count, |n| starred(n, stars, length, letters).replacen('*', "*?", 1));
        assert!(each < 125, "{count} of {kind}, with question marks: {each} bytes");
    }
}

#[test]
fn long_patterns_of_many_letters_take_a_byte_for_each_letter_and_70() {
    for (count, stars, length) in [(48, 40, 2), (32, 60, 2), (29, 100, 1), (24, 60, 3)] {
        let letters = stars * length + 2;
        let each = bytes_beyond_text(count, |n| starred(n, stars, length, 90));
        // What is left over of a chain of 256 letters is shared by those that are in it.
        let bound = 70 + 256 / (256 / letters);
        assert!(each <= bound, "{count} of {stars} stars between {length} letters: {each} bytes");
    }
}

#[test]
fn steps_are_counted_and_counted_from_zero_again() {
    let wild = set(100, |n| format!("*a{n}*"));
    let one = steps_of(&wild, "-a7-");
    assert!(one > 1);
    assert_eq!(steps::take(), 0);
    assert_eq!(steps_of(&wild, "-a7-"), one);
}
