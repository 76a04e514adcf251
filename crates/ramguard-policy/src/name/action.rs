//! Actions: `*`, or `<ram-code>:<action-name>` with wildcards on either side.
//!
//! Rules. Source: "Policy elements" and "Validate policies" (RAM
//! documentation); the lexical check is that of section 2 of the language.

use nom::bytes::complete::take_while;
use nom::sequence::pair;
use nom::{IResult, Parser};

use super::byte;

/// Returns whether `text` is an action as a policy may write it (rule A-1): `*` alone, or
/// `<ram-code>:<action-name>` with exactly one colon, wildcards allowed on both sides.
#[must_use]
pub fn is_pattern(text: &str) -> bool {
    let bytes = text.as_bytes();
    // What ends the RAM code has to be the colon.
    match bytes.get(byte::run(bytes, byte::SERVICE)..) {
        Some([b':', name @ ..]) => {
            bytes.first().is_some_and(|&first| byte::is(first, byte::SERVICE_START))
                && !name.is_empty()
                && byte::run(name, byte::NAME) == name.len()
        }
        _ => text == "*",
    }
}

/// Splits an action of a request at its colon: `ecs:StopInstance` into `ecs` and `StopInstance`.
///
/// Returns `None` if the text has not exactly one colon with something on both sides, or holds a
/// wildcard, a blank, a control or an invisible character (rule A-6).
#[must_use]
pub fn split_request(text: &str) -> Option<(&str, &str)> {
    let (service, name) = text.split_once(':')?;
    // The blanks among ASCII are what lies outside `!` to `~`.
    let is_plain_ascii = |byte: u8| matches!(byte, b'!'..=b'~') && !matches!(byte, b'*' | b'?');
    if text.bytes().all(is_plain_ascii) {
        let one_colon = !name.bytes().any(|byte| byte == b':');
        return (!service.is_empty() && !name.is_empty() && one_colon).then_some((service, name));
    }
    let plain = !service.is_empty()
        && !name.is_empty()
        && text.chars().all(|c| !matches!(c, '*' | '?') && !is_blank(c))
        && !name.contains(':');
    plain.then_some((service, name))
}

/// Returns whether `c` is a blank in the sense of the language: white space of any script, a
/// control character, or a character nobody sees.
#[must_use]
pub fn is_blank(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_whitespace() || c.is_ascii_control();
    }
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}' | '\u{feff}'
        )
}

/// Says what to write instead of an action that is refused.
pub(crate) fn remedy(found: &str) -> String {
    const FORM: &str = "write `*` or `<ram-code>:<action-name>`, for example `ecs:StopInstance`";
    let trimmed: String =
        found.chars().filter(|&c| !is_blank(c)).map(|c| if c == '：' { ':' } else { c }).collect();
    if trimmed != found && is_pattern(&trimmed) {
        return format!("a blank or look-alike character never matches; write `{trimmed}`");
    }
    let mut halves = pair(take_while(|c| c != ':'), take_while(|_| true));
    let halves: IResult<&str, (&str, &str)> = halves.parse(found);
    match halves {
        Ok((_, ("", rest))) if rest.len() > 1 => format!("the RAM code is missing; {FORM}"),
        Ok((_, (_, ":"))) => format!("the action name is missing; {FORM}"),
        Ok((_, (before, ""))) if before.ends_with('*') && is_pattern(&format!("{before}:x")) => {
            format!("for every action of a service write `{}:*`", before.trim_end_matches('*'))
        }
        Ok((_, (_, rest))) if rest.matches(':').count() > 1 => {
            format!("an action has exactly one colon; {FORM}")
        }
        _ => FORM.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_every_form_of_the_lexical_check() {
        for text in [
            "*",
            "ecs:StopInstance",
            "ecs:*",
            "*:Describe*",
            "ecs-workbench:Login",
            "?s:a",
            "*:*",
            "a_b-c:d.e/f-g_h",
            "1a:2",
        ] {
            assert!(is_pattern(text), "{text}");
        }
    }

    #[test]
    fn refuses_what_the_lexical_check_leaves_out() {
        for text in [
            "",
            "**",
            "ecs",
            "ecs:",
            ":Stop",
            "ecs:a:b",
            "ecs: Stop",
            "ecs:Stop ",
            " ecs:Stop",
            "_a:b",
            "-a:b",
            "ecs：Stop",
            "ecs:\u{200b}Stop",
            "ecs:[x]",
            "e.cs:a",
            "ecs:部",
        ] {
            assert!(!is_pattern(text), "{text}");
        }
    }

    #[test]
    fn a_request_names_one_action() {
        assert_eq!(split_request("ecs:StopInstance"), Some(("ecs", "StopInstance")));
        for text in ["ecs", "a:b:c", "ecs:*", "e?s:a", "ecs: a", ":a", "a:", "ecs:a\u{200b}", ""] {
            assert_eq!(split_request(text), None, "{text}");
        }
    }

    #[test]
    fn a_request_beyond_ascii_names_one_action_too() {
        assert_eq!(split_request("ecs:部"), Some(("ecs", "部")));
        for text in [":部", "部:", ":", "部:b:c", "部:*", "部:?", "部:\u{9b}", "部:\u{85}"] {
            assert_eq!(split_request(text), None, "{text}");
        }
    }

    #[test]
    fn controls_of_both_sets_and_what_nobody_sees_are_blanks() {
        let blanks = ['\0', ' ', '\t', '\u{7f}', '\u{80}', '\u{85}', '\u{9b}', '\u{9f}', '\u{a0}'];
        assert!(blanks.into_iter().chain(['\u{ad}', '\u{3000}', '\u{feff}']).all(is_blank));
        assert!(!['!', '~', '\u{a1}', '部', ':'].into_iter().any(is_blank));
    }

    #[test]
    fn the_remedy_for_a_blank_is_the_name_without_it() {
        assert!(remedy("ecs: CreateInstance").contains("`ecs:CreateInstance`"));
        assert!(remedy("ecs：Stop").contains("`ecs:Stop`"));
        assert!(remedy("ecs*").contains("`ecs:*`"));
    }
}
