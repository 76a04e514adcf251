//! What the reader gives for texts that are JSON: values, places, bounds.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use ramguard_policy::json::{
    FaultCode, FaultKind, JsonLimits, Kind, MAX_FAULTS, Tree, Value, read, read_bytes,
};
use ramguard_policy::text::Span;
use std::fmt::Write as _;

fn tree(text: &str) -> Tree<'_> {
    read(text, &JsonLimits::default())
}

/// The texts that the elements of the list `value` are written as.
fn raws<'a>(value: Value<'a>) -> Vec<&'a str> {
    value.elements().map(Value::raw).collect()
}

#[test]
fn values_keep_their_kind_and_their_text() {
    let tree = tree(r#" [null, true, false, -1.5e3, "s", [], {}] "#);
    let root = tree.root().unwrap();
    let kinds: Vec<Kind> = root.elements().map(Value::kind).collect();
    let expected = [
        Kind::Null,
        Kind::Bool(true),
        Kind::Bool(false),
        Kind::Number,
        Kind::String,
        Kind::Array,
        Kind::Object,
    ];
    assert_eq!(kinds, expected);
    assert_eq!(raws(root), ["null", "true", "false", "-1.5e3", "\"s\"", "[]", "{}"]);
    assert_eq!(root.len(), 7);
    assert!(tree.is_strict_json() && tree.is_complete());
}

#[test]
fn every_key_and_value_has_its_place() {
    let text = r#"{ "Effect" : "Allow", "Action":["ecs:*"] }"#;
    let tree = tree(text);
    let places: Vec<(Span, Span, Span)> = tree
        .root()
        .unwrap()
        .members()
        .map(|member| (member.key_span, member.value.span(), member.span()))
        .collect();
    let span = Span::new;
    let expected =
        [(span(2, 10), span(13, 20), span(2, 20)), (span(22, 30), span(31, 40), span(22, 40))];
    assert_eq!(places, expected);
    assert_eq!(tree.root().unwrap().span(), span(0, 42));
}

#[test]
fn nested_values_are_stepped_over_not_walked_into() {
    let tree = tree(r#"{"a":[1,[2,{"b":3}]],"c":{"d":[4]},"e":5}"#);
    let root = tree.root().unwrap();
    let keys: Vec<&str> = root.members().map(|member| member.key).collect();
    assert_eq!(keys, ["a", "c", "e"]);
    assert_eq!(raws(root.get("a").unwrap()), ["1", "[2,{\"b\":3}]"]);
    assert_eq!(root.get("b").map(Value::raw), None);
}

#[test]
fn a_string_without_escapes_is_borrowed_from_the_text() {
    let text = String::from(r#"["acs:oss:*:*:mybucket/\u4e2d", "acs:oss:*:*:mybucket"]"#);
    let tree = tree(&text);
    let strings: Vec<&str> =
        tree.root().unwrap().elements().map(|value| value.as_str().unwrap()).collect();
    assert_eq!(strings, ["acs:oss:*:*:mybucket/\u{4e2d}", "acs:oss:*:*:mybucket"]);
    let borrowed: Vec<bool> = strings
        .iter()
        .map(|string| text.as_bytes().as_ptr_range().contains(&string.as_ptr()))
        .collect();
    assert_eq!(borrowed, [false, true]);
}

#[test]
fn keys_are_found_by_what_they_say_not_by_how_they_are_written() {
    let tree = tree(r#"{"\u0045ffect":"Allow"}"#);
    let member = tree.root().unwrap().members().next().unwrap();
    assert_eq!(member.key, "Effect");
    assert_eq!(member.key_value().raw(), r#""\u0045ffect""#);
    assert_eq!(member.key_value().str_offset(1), Some(8));
}

#[test]
fn a_value_that_is_no_list_or_object_has_nothing_inside() {
    for text in ["1", "\"a\"", "null"] {
        let tree = tree(text);
        let root = tree.root().unwrap();
        assert_eq!((root.is_empty(), root.len()), (true, 0), "{text}");
        assert_eq!(root.get("a").map(Value::raw), None, "{text}");
    }
}

#[test]
fn a_list_or_an_object_is_empty_if_nothing_is_inside() {
    for (text, length) in [("[]", 0), ("{}", 0), ("[null]", 1), ("[[]]", 1), (r#"{"":{}}"#, 1)] {
        let tree = tree(text);
        let root = tree.root().unwrap();
        assert_eq!((root.is_empty(), root.len()), (length == 0, length), "{text}");
    }
}

#[test]
fn nesting_is_counted_from_the_outermost_list_or_object() {
    let limits = JsonLimits { max_depth: 3, ..JsonLimits::default() };
    for (text, accepted) in [("[[[1]]]", true), ("{\"a\":[{}]}", true), ("[[[[]]]]", false)] {
        assert_eq!(read(text, &limits).is_strict_json(), accepted, "{text}");
    }
    let none = JsonLimits { max_depth: 0, ..JsonLimits::default() };
    assert!(read("1", &none).is_strict_json());
    assert!(!read("[]", &none).is_strict_json());
}

#[test]
fn too_deep_nesting_stops_reading_at_the_bracket_that_is_too_many() {
    let text = "[".repeat(1 << 20);
    let tree = tree(&text);
    let [fault] = tree.faults() else { panic!("{:?}", tree.faults()) };
    assert_eq!(fault.code(), FaultCode::Depth);
    assert_eq!(fault.span(), Span::new(32, 33));
    assert_eq!(fault.to_string(), "nesting exceeds 32 levels");
    assert!(!tree.is_complete());
}

#[test]
fn a_text_past_the_size_limit_is_not_read() {
    let limits = JsonLimits { max_bytes: 4, ..JsonLimits::default() };
    assert!(read("1234", &limits).is_strict_json());
    for tree in [read("12345", &limits), read_bytes(b"12345", &limits)] {
        let [fault] = tree.faults() else { panic!("{:?}", tree.faults()) };
        assert_eq!(fault.code(), FaultCode::Size);
        assert_eq!(fault.to_string(), "the document has 5 bytes, more than 4");
        assert_eq!(fault.span(), Span::new(4, 5));
        assert!(tree.root().is_none() && !tree.is_complete());
    }
}

#[test]
fn the_size_fault_does_not_point_into_a_character() {
    let limits = JsonLimits { max_bytes: 2, ..JsonLimits::default() };
    assert_eq!(read("\"\u{4e2d}\"", &limits).faults()[0].span(), Span::new(1, 5));
}

#[test]
fn bytes_that_are_not_utf8_are_pointed_at_one_run_a_fault() {
    let tree = read_bytes(b"{\"a\":\"\xC0\xAF b \xFF\"}", &JsonLimits::default());
    let places: Vec<(FaultCode, Span)> =
        tree.faults().iter().map(|fault| (fault.code(), fault.span())).collect();
    let encoding = FaultCode::Encoding;
    assert_eq!(places, [(encoding, Span::new(6, 8)), (encoding, Span::new(11, 12))]);
    assert_eq!(tree.faults()[0].to_string(), "byte 0xC0 is not UTF-8 here");
    assert_eq!(tree.source(), "{\"a\":\"");
    assert!(tree.root().is_none());
}

#[test]
fn utf16_is_recognised_by_its_mark() {
    let tree = read_bytes(b"\xFF\xFE{\0}\0", &JsonLimits::default());
    assert_eq!(
        tree.faults()[0].help().as_deref(),
        Some("the file looks like UTF-16; save it as UTF-8")
    );
}

#[test]
fn a_key_given_twice_is_found_behind_an_escape_and_the_first_is_named() {
    let tree = tree(r#"{"Effect":"Deny","\u0045ffect":"Allow"}"#);
    let [fault] = tree.faults() else { panic!("{:?}", tree.faults()) };
    assert_eq!(fault.code(), FaultCode::DuplicateKey);
    assert_eq!(fault.to_string(), "key `Effect` is given twice");
    assert_eq!((fault.span(), fault.related()), (Span::new(17, 30), Some(Span::new(1, 9))));
    assert_eq!(fault.related_label(), Some("first given here"));
    assert_eq!(tree.root().unwrap().get("Effect").and_then(Value::as_str), Some("Deny"));
    assert_eq!(tree.root().unwrap().len(), 2);
}

#[test]
fn keys_of_different_objects_do_not_clash() {
    assert!(tree(r#"{"a":{"a":[{"a":1},{"a":2}]},"b":{"a":3}}"#).is_strict_json());
}

#[test]
fn keys_that_differ_only_inside_do_not_clash() {
    // Same length, same first eight and last eight bytes.
    assert!(tree(r#"{"12345678a12345678":1,"12345678b12345678":2}"#).is_strict_json());
    assert!(tree(r#"{"":1,"\u0000":2,"\u0000\u0000":3}"#).is_strict_json());
}

/// An object of `count` members `k0`, `k1`, ..., and then `more`.
fn object(count: usize, more: &str) -> String {
    let mut text = String::from("{");
    for number in 0..count {
        write!(text, "\"k{number}\":[{number}],").unwrap();
    }
    text + more + "}"
}

#[test]
fn a_key_given_twice_is_found_in_objects_of_every_size() {
    for count in (2..70).step_by(if cfg!(miri) { 13 } else { 1 }) {
        let text = object(count, "\"k1\":0");
        let tree = tree(&text);
        let [fault] = tree.faults() else { panic!("{count}: {:?}", tree.faults()) };
        assert_eq!(fault.related(), Some(Span::new(10, 14)), "{count}");
        assert!(tree_of_unique(count), "{count}");
    }
}

fn tree_of_unique(count: usize) -> bool {
    tree(&object(count, "\"last\":0")).is_strict_json()
}

#[test]
fn every_repetition_is_reported_in_order_and_names_the_first() {
    for fill in [0, 40] {
        let text = object(fill, r#""a":1,"b":2,"a":3,"b":4,"a":5"#);
        let base = u32::try_from(text.len() - 30).unwrap();
        let tree = tree(&text);
        let places: Vec<(u32, u32)> = tree
            .faults()
            .iter()
            .map(|fault| (fault.span().start - base, fault.related().unwrap().start - base))
            .collect();
        assert_eq!(places, [(12, 0), (18, 6), (24, 0)], "{fill}");
    }
}

#[test]
fn faults_past_the_bound_are_one_fault() {
    let text = format!("[{}1]", "1,,".repeat(500));
    let tree = tree(&text);
    assert_eq!(tree.faults().len(), MAX_FAULTS + 1);
    assert_eq!(tree.faults()[MAX_FAULTS].kind(), &FaultKind::TooMany { limit: MAX_FAULTS });
    assert!(!tree.is_complete());
    let text = format!("[{}1]", "1,,".repeat(MAX_FAULTS));
    assert_eq!(read(&text, &JsonLimits::default()).faults().len(), MAX_FAULTS);
}

#[test]
fn repeated_keys_past_the_bound_are_one_fault_in_objects_of_every_size() {
    for count in [4, 16, 17, 100] {
        let text = format!("[{}{{{}\"a\":1}}]", "1,,".repeat(63), "\"a\":1,".repeat(count - 1));
        let tree = tree(&text);
        assert_eq!(tree.faults().len(), MAX_FAULTS + 1, "{count}");
        assert_eq!(tree.faults()[MAX_FAULTS].kind(), &FaultKind::TooMany { limit: MAX_FAULTS });
        assert!(!tree.is_complete(), "{count}");
    }
}

#[cfg_attr(miri, ignore = "long texts, of which Miri reads a few bytes a millisecond")]
#[test]
fn memory_stays_in_proportion_to_the_text() {
    let limits = JsonLimits { max_bytes: 1 << 24, ..JsonLimits::default() };
    let dense = ["1,", "[],", "\"\",", "{\"\":1},", "\"\\n\",", "{},"];
    for piece in dense {
        let text = format!("[{}0]", piece.repeat(100_000));
        let tree = read(&text, &limits);
        assert!(tree.is_strict_json(), "{piece}");
        assert!(tree.memory_bytes() <= 13 * text.len(), "{piece}: {}", tree.memory_bytes());
    }
}

#[cfg_attr(miri, ignore = "long texts, of which Miri reads a few bytes a millisecond")]
#[test]
fn a_million_keys_are_not_compared_each_with_each() {
    let limits = JsonLimits { max_bytes: 1 << 27, ..JsonLimits::default() };
    let time = |keys: usize| {
        let text = object(keys, "\"k5000\":0");
        let start = std::time::Instant::now();
        assert_eq!(read(&text, &limits).faults().len(), 1);
        start.elapsed()
    };
    // Twenty times the keys take some twenty times as long on any machine, and four hundred times
    // if each were compared with each. A busy moment is not mistaken for that: the shorter time of
    // the many counts, and the longer one of the few.
    let (few, many) = (time(50_000).max(time(50_000)), time(1_000_000));
    assert!(many < few * 100 || time(1_000_000) < few * 100, "{few:?} and {many:?}");
}
