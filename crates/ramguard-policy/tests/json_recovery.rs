//! What the reader says about texts that are not JSON, and what it makes of them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use ramguard_policy::json::{FaultCode, JsonLimits, Kind, Tree, Value, read};
use std::fmt::Write as _;

fn tree(text: &str) -> Tree<'_> {
    read(text, &JsonLimits::default())
}

/// The faults of `text`, each as the text at its place and its message.
fn faults(text: &str) -> Vec<(String, String)> {
    let tree = tree(text);
    tree.faults()
        .iter()
        .map(|fault| (text[fault.span().range()].to_owned(), fault.to_string()))
        .collect()
}

/// Asserts that `text` has the one fault `message`, that it points at `place`, and that the
/// remedy is `help`.
#[track_caller]
fn one_fault(text: &str, place: &str, message: &str, help: &str) {
    assert_eq!(faults(text), [(place.to_owned(), message.to_owned())], "{text}");
    let tree = tree(text);
    assert_eq!(
        tree.faults().first().and_then(|fault| fault.help()).as_deref(),
        Some(help),
        "{text}"
    );
    assert!(!tree.is_strict_json());
}

/// Writes what was made of `text` as strict JSON, with `?` for what is no value.
fn recovered(text: &str) -> String {
    let tree = tree(text);
    let mut out = String::new();
    if let Some(root) = tree.root() {
        write_value(root, &mut out);
    }
    out
}

fn write_value(value: Value<'_>, out: &mut String) {
    match value.kind() {
        Kind::Array => {
            out.push('[');
            for (place, element) in value.elements().enumerate() {
                out.push_str(if place == 0 { "" } else { "," });
                write_value(element, out);
            }
            out.push(']');
        }
        Kind::Object => {
            out.push('{');
            for (place, member) in value.members().enumerate() {
                let comma = if place == 0 { "" } else { "," };
                write!(out, "{comma}{:?}:", member.key).unwrap();
                write_value(member.value, out);
            }
            out.push('}');
        }
        Kind::String => write!(out, "{:?}", value.as_str().unwrap()).unwrap(),
        Kind::Null => out.push_str("null"),
        Kind::Bool(flag) => write!(out, "{flag}").unwrap(),
        Kind::Number => out.push_str(value.raw()),
        Kind::Invalid => out.push('?'),
    }
}

#[test]
fn a_trailing_comma_is_pointed_at_and_dropped() {
    one_fault("[1, ]", ",", "a comma stands before `]`", "remove the comma");
    one_fault("{\"a\":1 , \n}", ",", "a comma stands before `}`", "remove the comma");
    assert_eq!(recovered("{\"a\":[1,],}"), r#"{"a":[1]}"#);
}

#[test]
fn a_comma_too_many_is_one_fault() {
    one_fault("[,]", ",", "nothing stands before this comma", "remove the comma");
    one_fault("[1,,2]", ",", "nothing stands before this comma", "remove the comma");
    one_fault("{\"a\":1,,\"b\":2}", ",", "nothing stands before this comma", "remove the comma");
    assert_eq!(recovered("[,1,,2]"), "[1,2]");
}

#[test]
fn a_missing_comma_is_placed_right_after_the_value_before_it() {
    let text = "{\"a\":1\n  \"b\":[\"c\" \"d\"]}";
    let tree = tree(text);
    let starts: Vec<u32> = tree.faults().iter().map(|fault| fault.span().start).collect();
    assert_eq!(starts, [6, 17]);
    assert!(tree.faults().iter().all(|fault| fault.to_string() == "a comma is missing"));
    assert_eq!(recovered(text), r#"{"a":1,"b":["c","d"]}"#);
}

#[test]
fn full_width_signs_are_named_with_the_sign_that_is_meant() {
    one_fault("[1\u{ff0c}2]", "\u{ff0c}", "`\u{ff0c}` in place of `,`", "write `,`");
    one_fault("{\"a\"\u{ff1a}1}", "\u{ff1a}", "`\u{ff1a}` in place of `:`", "write `:`");
    one_fault("{\"a\":1\u{ff5d}", "\u{ff5d}", "`\u{ff5d}` in place of `}`", "write `}`");
    one_fault("[1;2]", ";", "`;` in place of `,`", "write `,`");
    one_fault("{\"a\" => 1}", "=>", "`=` in place of `:`", "write `:`");
    let text = "\u{ff5b}\"a\"\u{ff1a}\u{ff3b}1\u{ff0c}\"b\"\u{3001}2\u{ff3d}\u{ff5d}";
    assert_eq!(recovered(text), r#"{"a":[1,"b",2]}"#);
}

#[test]
fn strings_in_other_quotes_are_read_all_the_same() {
    let help = "write `\"` at both ends of the string";
    one_fault("['a']", "'", "`'` in place of `\"`", help);
    one_fault("{\u{201c}a\u{201d}:1}", "\u{201c}", "`\u{201c}` in place of `\"`", help);
    let text = "{'a':'it\\'s',\u{201c}b\u{201d}:\u{201e}c\u{201c},`d`:\u{2018}e\u{2019}}";
    assert_eq!(recovered(text), r#"{"a":"it's","b":"c","d":"e"}"#);
}

#[test]
fn the_places_in_a_string_of_other_quotes_are_those_between_them() {
    let tree = tree("\u{201c}ecs:*\u{201d}");
    let value = tree.root().unwrap();
    assert_eq!(&tree.source()[value.inner_span().unwrap().range()], "ecs:*");
    assert_eq!(value.str_offset(4), Some(7));
}

#[test]
fn comments_of_every_style_are_pointed_at_and_left_out() {
    let help = "remove the comment; notes can live beside the policy";
    for comment in ["// a", "# a", "/* a\n b */"] {
        let text = format!("[1,{comment}\n2]");
        one_fault(&text, comment, "comments are not part of JSON", help);
        assert_eq!(recovered(&text), "[1,2]");
    }
    one_fault("1 /* a", "/* a", "the comment is not closed", help);
}

#[test]
fn words_of_other_languages_are_told_from_text_without_quotes() {
    one_fault("[True]", "True", "`True` is not a JSON value", "write `true`");
    one_fault("[None]", "None", "`None` is not a JSON value", "write `null`, or remove it");
    one_fault("[Allow]", "Allow", "`Allow` is not in quotes", "write `\"Allow\"`");
    one_fault("{Effect:1}", "Effect", "key `Effect` is not in quotes", "write `\"Effect\"`");
    assert_eq!(
        recovered("{Effect: Allow, Action: ecs:Get*, a: NaN, b: -Infinity, c: FALSE}"),
        r#"{"Effect":"Allow","Action":"ecs:Get*","a":?,"b":?,"c":false}"#
    );
}

#[test]
fn numbers_in_other_forms_are_no_numbers() {
    let help = "write a number like `0`, `-1.5` or `2e9`, or put the text in quotes";
    for number in ["01", "+1", "1.", ".5", "1e", "-", "0x10", "1_000", "--1", "1.2.3"] {
        let message = format!("`{number}` is not a JSON number");
        one_fault(&format!("[{number}]"), number, &message, help);
    }
}

#[test]
fn a_key_without_its_colon_or_value_is_named() {
    one_fault("{\"a\" 1}", "", "key `a` has no colon", "add a colon after the key");
    one_fault("{\"a\":}", "", "a value is missing", "write the value after the colon");
    one_fault("{\"a\"}", "", "a value is missing", "write the value after the colon");
    one_fault("{:1}", "", "a key is missing", "write `\"key\": value`");
    assert_eq!(recovered(r#"{"a" 1,"b":,"c"}"#), r#"{"a":1,"b":?,"c":?}"#);
}

#[test]
fn two_missing_keys_are_not_one_key_given_twice() {
    let text = "{:1,:2}";
    assert!(tree(text).faults().iter().all(|fault| fault.code() == FaultCode::Syntax));
}

#[test]
fn a_bracket_left_open_is_reported_with_the_place_where_it_opens() {
    let text = "{\"a\":[1,2}";
    one_fault(text, "}", "`[` is not closed before `}`", "add `]` before this place");
    assert_eq!(tree(text).faults()[0].related().map(|span| span.start), Some(5));
    assert_eq!(recovered(text), r#"{"a":[1,2]}"#);
}

#[test]
fn a_bracket_of_the_wrong_kind_closes_what_is_open() {
    one_fault("[1,2}", "}", "`}` in place of `]`", "write `]`");
    assert_eq!(recovered("[[1},2]"), "[[1],2]");
}

#[test]
fn a_text_that_breaks_off_is_told_what_would_close_it() {
    let text = "{\"a\":[{\"b\":[1";
    one_fault(text, "", "the document ends before `[` is closed", "add `]}]}` at the end");
    assert_eq!(tree(text).faults()[0].related().map(|span| span.start), Some(11));
    assert_eq!(recovered(text), r#"{"a":[{"b":[1]}]}"#);
}

#[test]
fn text_after_the_end_is_one_fault() {
    let help = "keep one value and remove the rest; check that no bracket closes too early";
    one_fault("{} , [1 2] \n", ", [1 2]", "text after the end of the document", help);
}

#[test]
fn an_empty_text_is_told_what_is_missing() {
    for text in ["", " ", "\n\n"] {
        let help = "write a policy document, an object in `{` and `}`";
        one_fault(text, "", "the document is empty", help);
        assert!(tree(text).root().is_none());
    }
}

#[test]
fn an_unknown_escape_names_both_repairs() {
    one_fault(
        r#""ecs: \[""#,
        r"\[",
        r"`\[` is not an escape of JSON",
        r"write `[`, or `\\[` if the backslash is meant",
    );
    one_fault(
        r#""\u12""#,
        r"\u",
        r"`\u` without four hexadecimal digits",
        r"write `\u` with four of `0` to `9`, `a` to `f`",
    );
}

#[test]
fn half_of_a_surrogate_pair_is_a_fault_of_encoding() {
    for (text, place) in [
        (r#""\ud83d""#, r"\ud83d"),
        (r#""\uDE00x""#, r"\uDE00"),
        (r#""\ud83d\u0041""#, r"\ud83d"),
        (r#""\ud83d\ud83d\ude00""#, r"\ud83d"),
    ] {
        let message = format!("`{}` is half of a character", place.to_lowercase());
        assert_eq!(faults(text), [(place.to_owned(), message)], "{text}");
        assert_eq!(tree(text).faults()[0].code(), FaultCode::Encoding);
    }
}

#[test]
fn a_byte_order_mark_is_a_fault_of_encoding_only_at_the_start() {
    let text = "\u{feff}{}";
    let help = "save the file as UTF-8 without a byte order mark";
    one_fault(text, "\u{feff}", "the document starts with a byte order mark", help);
    assert_eq!(tree(text).faults()[0].code(), FaultCode::Encoding);
    assert_eq!(tree(" \u{feff}{}").faults()[0].code(), FaultCode::Syntax);
    assert!(tree("\"\u{feff}\"").is_strict_json());
}

#[test]
fn characters_that_only_look_blank_are_named() {
    let help = "replace it by an ordinary space or a line break";
    for (text, message) in [
        ("\u{a0}", "U+00A0 is not white space in JSON"),
        ("\u{3000}\u{3000}", "U+3000 is not white space in JSON"),
        ("\u{200b}", "U+200B is not white space in JSON"),
        ("\u{b}", "U+000B is not white space in JSON"),
        ("\0", "U+0000 is not white space in JSON"),
    ] {
        one_fault(&format!("[1,{text}2]"), text, message, help);
    }
}

#[test]
fn a_raw_control_character_is_kept_in_the_string_and_reported() {
    let message = "raw control character U+0009 in a string";
    one_fault("\"a\tb\"", "\t", message, "write `\\t` in its place");
    assert_eq!(recovered("[\"a\nb c\"]"), r#"["a\nb c"]"#);
}

#[test]
fn a_quote_forgotten_at_the_end_of_a_line_spoils_that_string_only() {
    let text = "{\n  \"Effect\": \"Allow,\n  \"Action\": [\"a\n  ]\n}";
    let message = "the string is not closed";
    let expected = ["\"Allow", "\"a"].map(|place| (place.to_owned(), message.to_owned()));
    assert_eq!(faults(text), expected);
    assert_eq!(recovered(text), r#"{"Effect":"Allow","Action":["a"]}"#);
}

#[test]
fn messages_quote_the_text_on_one_line_and_not_at_length() {
    let key = format!("\\n\\u001b\\u202e{}", "k".repeat(1000));
    let text = format!("{{\"{key}\":1,\"{key}\":2}}");
    let shown = format!("\\n\\u{{1b}}\\u{{202e}}{}\u{2026}", "k".repeat(37));
    assert_eq!(tree(&text).faults()[0].to_string(), format!("key `{shown}` is given twice"));
}

#[test]
fn several_problems_are_reported_in_the_order_of_the_text() {
    let text = "{ // c\n \"a\":1 \"a\":[2,], b:\u{201c}x\u{201d}\u{ff0c}\"c\":NaN}";
    let found: Vec<u32> = tree(text).faults().iter().map(|fault| fault.span().start).collect();
    assert_eq!(found.len(), 8);
    assert!(found.is_sorted());
    assert_eq!(recovered(text), r#"{"a":1,"a":[2],"b":"x","c":?}"#);
}

#[cfg_attr(miri, ignore = "long texts, of which Miri reads a few bytes a millisecond")]
#[test]
fn hostile_texts_end_quickly() {
    let pieces = [
        "/*",
        "//",
        "#",
        "\"",
        "'",
        "\u{201c}",
        "\\",
        "\"\\",
        "\"\n",
        "\n",
        "\u{a0}",
        ",",
        ":",
        "}",
        "]",
        "[",
        "{",
        "{\"a\":",
        "[1 ",
        "\"\\ud800",
        "-",
        "x",
        "1",
        "\"\t",
        "{}",
        "\n\"",
        "a\n",
        "\"a\n b",
        "\"\\\n",
        "'\n",
        "\u{ff0c}",
        "\u{feff}",
        "/",
        "\"\\u",
    ];
    let limits = JsonLimits { max_bytes: 1 << 24, ..JsonLimits::default() };
    let start = std::time::Instant::now();
    for piece in pieces {
        for opening in ["", "[", "{\"a\":[{", "\"", "'", "{\"k\":\""] {
            let text = format!("{opening}{}", piece.repeat(200_000));
            let tree = read(&text, &limits);
            assert!(tree.faults().len() <= 65);
        }
    }
    // Two hundred texts of some hundred kilobytes: a second unoptimised, hours if quadratic.
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}
