//! The reader and `serde_json` agree on what is JSON, and on what it says: the law
//! [`laws::json_agrees`] on texts apt to part two readers, and what the tree promises of any text.
//!
//! A few thousand mutated texts in a normal run; three million where `RAMGUARD_LONG=1` is set.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::HashSet;

use ramguard_policy::json::{JsonLimits, MAX_BYTES, MAX_FAULTS, Tree, Value, read_bytes};
use ramguard_testkit::laws;

/// As deep as `serde_json` reads.
const LIMITS: JsonLimits = JsonLimits { max_depth: 127, max_bytes: MAX_BYTES };

/// Holds `bytes` to the law of the reader, and the tree to its own promises.
fn parity(bytes: &[u8]) {
    promises(&read_bytes(bytes, &LIMITS));
    if let Err(broken) = laws::json_agrees(bytes) {
        panic!("{broken}");
    }
}

/// Checks what holds for the tree of any text.
fn promises(tree: &Tree<'_>) {
    let faults = tree.faults();
    assert!(faults.len() <= MAX_FAULTS + 1);
    assert!(faults.iter().take(MAX_FAULTS).is_sorted_by_key(|fault| fault.span().start));
    for fault in faults {
        let words = [fault.to_string(), fault.help().unwrap_or_default()];
        assert!(!words[0].is_empty());
        for text in words {
            assert!(!text.contains(char::is_control) && text.chars().count() < 200, "{text:?}");
        }
        if tree.is_complete() {
            assert!(tree.source().get(fault.span().range()).is_some(), "{fault:?}");
            if let Some(related) = fault.related() {
                assert!(tree.source().get(related.range()).is_some(), "{fault:?}");
                assert!(related.start <= fault.span().start, "{fault:?}");
            }
        }
    }
    assert!(tree.root().is_some() || !tree.is_strict_json());
    if let Some(root) = tree.root() {
        inside(root, (0, tree.source().len()), tree.source());
    }
}

/// Checks that `value` stands between the two offsets and everything in it inside it, in order.
fn inside(value: Value<'_>, (start, end): (usize, usize), source: &str) {
    let span = value.span().range();
    assert!(start <= span.start && span.start <= span.end && span.end <= end, "in {source:?}");
    assert!(source.get(span.clone()).is_some(), "in {source:?}");
    let mut before = span.start;
    for element in value.elements() {
        inside(element, (before, span.end), source);
        before = element.span().range().end;
    }
    for member in value.members() {
        inside(member.key_value(), (before, span.end), source);
        inside(member.value, (member.key_span.range().end, span.end), source);
        before = member.value.span().range().end;
    }
    if let (Some(text), Some(inner)) = (value.as_str(), value.inner_span()) {
        let inner = inner.range();
        assert!(span.start <= inner.start && inner.end <= span.end, "in {source:?}");
        let offsets: Vec<u32> =
            (0..=text.len().min(200)).map(|byte| value.str_offset(byte).unwrap()).collect();
        assert!(offsets.is_sorted(), "in {source:?}");
        assert!(
            offsets
                .iter()
                .all(|&offset| inner.start <= offset as usize && offset as usize <= inner.end),
            "in {source:?}"
        );
    }
}

/// A small generator of numbers that are the same in every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % (bound as u64).max(1)).unwrap()
    }

    fn pick<'a>(&mut self, from: &[&'a [u8]]) -> &'a [u8] {
        from.get(self.below(from.len())).copied().unwrap_or_default()
    }
}

/// Texts to start from: the ones below, and the documents of the conformance cases where they are
/// at hand.
fn seeds() -> Vec<Vec<u8>> {
    let cases = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/conformance/malformed.jsonl");
    let cases = std::fs::read_to_string(cases).unwrap_or_default();
    let documents = cases.lines().filter_map(|line| {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        case.get("document")?.as_str().map(|document| document.as_bytes().to_vec())
    });
    SEEDS.iter().map(|seed| seed.to_vec()).chain(documents).collect()
}

const SEEDS: &[&[u8]] = &[
    br#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["ecs:Describe*","oss:GetObject"],"Resource":"*","Condition":{"IpAddress":{"acs:SourceIp":["10.0.0.0/8","2001:db8::/32"]}}}]}"#,
    b"{\r\n\t\"Version\": \"1\",\r\n\t\"Statement\": [\r\n\t\t{ \"Effect\" : \"Deny\" , \"Action\" : \"*\" , \"Resource\" : [ ] }\r\n\t]\r\n}\r\n",
    br#"["\u00e9\ud83d\ude00\n\t\"\\\/\b\f\r", "\u4e2d\u6587", "", "plain", "a\\b"]"#,
    br#"[0, -0, 1.5, -12.25e+10, 3E-7, 1e5, 9007199254740993, 18446744073709551616, 1e308]"#,
    br#"[true, false, null, [], {}, [[[]]], {"a":{"b":{"c":[null]}}}]"#,
    br#"{"":1,"a":2,"A":3,"\u0061b":4,"ab":5,"k1":0,"k2":0,"k3":0,"k4":0,"k5":0,"k6":0,"k7":0,"k8":0,"k9":0,"k10":0,"k11":0,"k12":0,"k13":0}"#,
    "{\"\u{4e2d}\u{6587}\":\"\u{e9}\u{1f600}\u{7f}\u{2028}\",\"b\":\"\u{feff}\u{a0}\u{201c}\u{ff0c}\"}".as_bytes(),
    br#""acs:ram:*:123456789012****:role/ecslogrole""#,
    b" 42 ",
    b"                                        [                    1                ,\n\n\n\n\n2]",
];

/// What is apt to make a difference to a reader.
const PIECES: &[&[u8]] = &[
    b"\"",
    b"\\",
    b"\\u",
    b"\\ud83d",
    b"\\ude00",
    b"\\uD83D\\u0041",
    b"\\u00e9",
    b"\\u12",
    b"\\x",
    b"\\\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"0",
    b"-",
    b"1",
    b".",
    b"e",
    b"E+",
    b"01",
    b"1e9",
    b"-0.0",
    b"1.",
    b".5",
    b"true",
    b"tru",
    b"false",
    b"null",
    b"NaN",
    b"-Infinity",
    b"/",
    b"//",
    b"/*",
    b"*/",
    b"#",
    b"'",
    b"`",
    b";",
    b"=",
    b" ",
    b"\t",
    b"\n",
    b"\r",
    b"\x00",
    b"\x01",
    b"\x08",
    b"\x0b",
    b"\x0c",
    b"\x1f",
    b"\x7f",
    b"\x80",
    b"\xbf",
    b"\xc0\xaf",
    b"\xc2",
    b"\xc2\xa0",
    b"\xe2\x80\x9c",
    b"\xe2\x80\x9d",
    b"\xe2\x80\x98",
    b"\xe3\x80\x80",
    b"\xef\xbb\xbf",
    b"\xef\xbc\x8c",
    b"\xef\xbc\x9a",
    b"\xef\xbd\x9d",
    b"\xe2\x80\xa8",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x98\x80",
    b"\xf4\x90\x80\x80",
    b"\xff",
    b"\xff\xfe",
    b"\"a\":1",
    b"\"a\":1,",
    b",\"\\u0061\":2",
    b"{\"a\":{\"b\":[",
    b"]}}",
    b"[[[[[[[[",
    b"]]]]]]]]",
    b"\"\"",
    b"                ",
];

/// Changes `text` in one to four places.
fn mutate(text: &mut Vec<u8>, other: &[u8], numbers: &mut Numbers) {
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(text.len() + 1);
        let end = (at + numbers.below(12)).min(text.len());
        match numbers.below(8) {
            0 => text.splice(at..at, numbers.pick(PIECES).iter().copied()).for_each(drop),
            1 => text.splice(at..end, numbers.pick(PIECES).iter().copied()).for_each(drop),
            2 => text.drain(at..end).for_each(drop),
            3 => {
                if let Some(byte) = text.get_mut(at) {
                    *byte ^= 1 << numbers.below(8);
                }
            }
            4 => {
                let copy = text.get(at..end).unwrap_or_default().to_vec();
                text.splice(end..end, copy).for_each(drop);
            }
            5 => {
                let from = numbers.below(other.len() + 1);
                let to = (from + numbers.below(40)).min(other.len());
                let part = other.get(from..to).unwrap_or_default().to_vec();
                text.splice(at..at, part).for_each(drop);
            }
            6 if numbers.below(4) == 0 => text.truncate(at),
            _ => {
                if let Some(byte) = text.get_mut(at) {
                    *byte = u8::try_from(numbers.below(256)).unwrap();
                }
            }
        }
    }
}

#[test]
fn every_seed_reads_the_same_in_both_readers() {
    seeds().iter().for_each(|seed| parity(seed));
}

#[test]
fn mutated_texts_read_the_same_in_both_readers() {
    let long = std::env::var_os("RAMGUARD_LONG").is_some_and(|value| value == "1");
    let rounds = if long { 3_000_000 } else { 5_000 };
    let mut numbers = Numbers(0x5EED);
    let mut accepted = 0;
    let seeds = seeds();
    let seeds: Vec<&[u8]> = seeds.iter().map(Vec::as_slice).collect();
    for _ in 0..rounds {
        let mut text = numbers.pick(&seeds).to_vec();
        let other = numbers.pick(&seeds);
        mutate(&mut text, other, &mut numbers);
        accepted += usize::from(read_bytes(&text, &LIMITS).is_strict_json());
        parity(&text);
    }
    // Both answers must be common, or the test shows little.
    assert!(accepted * 20 > rounds && accepted * 2 < rounds, "{accepted} of {rounds} accepted");
}

#[test]
fn texts_made_of_pieces_read_the_same_in_both_readers() {
    let long = std::env::var_os("RAMGUARD_LONG").is_some_and(|value| value == "1");
    let mut numbers = Numbers(0xB17E);
    for _ in 0..if long { 3_000_000 } else { 5_000 } {
        let count = numbers.below(12);
        let text: Vec<u8> = (0..count).flat_map(|_| numbers.pick(PIECES).iter().copied()).collect();
        parity(&text);
    }
}

#[test]
fn every_pair_of_pieces_in_a_list_and_in_an_object_reads_the_same_in_both_readers() {
    let distinct: HashSet<&[u8]> = PIECES.iter().copied().collect();
    assert_eq!(distinct.len(), PIECES.len());
    for one in PIECES {
        for two in PIECES {
            parity(&[b"[", *one, *two, b"]"].concat());
            parity(&[b"{\"k\":", *one, *two, b"}"].concat());
            parity(&[b"[\"", *one, *two, b"\"]"].concat());
        }
    }
}

#[test]
fn nesting_is_bounded_at_the_same_level_in_both_readers() {
    for depth in 120..135 {
        parity(&[b"[".repeat(depth), b"]".repeat(depth)].concat());
        parity(&[b"{\"a\":".repeat(depth), b"1".to_vec(), b"}".repeat(depth)].concat());
    }
}
