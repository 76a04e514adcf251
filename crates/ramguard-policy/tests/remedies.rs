//! What a reader is told to write instead of an action, a resource or a value that is refused, and
//! what is refused through serde.

use ramguard_policy::{Document, Kind, Policy, Problem, ReadOptions};

/// The advice on a document with one statement.
fn advice(statement: &str) -> Vec<String> {
    let text = format!(r#"{{"Version":"1","Statement":[{{"Effect":"Allow",{statement}}}]}}"#);
    Document::read(Kind::Identity, &text).problems().iter().filter_map(Problem::help).collect()
}

fn is_advised(statement: &str, wanted: &str) {
    let given = advice(statement);
    assert!(given.iter().any(|help| help.contains(wanted)), "{statement}: {given:?}");
}

#[test]
fn a_faulty_action_is_told_what_its_form_is() {
    for (action, wanted) in [
        (":Stop", "the RAM code is missing"),
        ("ecs:", "the action name is missing"),
        ("ecs*", "for every action of a service write `ecs:*`"),
        ("e-c/s*", "write `*` or `<ram-code>:<action-name>`"),
        ("ecs:a:b", "exactly one colon"),
        ("ecs:Stop\u{85}", "write `ecs:Stop`"),
        ("部门*", "write `*` or `<ram-code>:<action-name>`"),
        (":部门", "the RAM code is missing"),
    ] {
        is_advised(&format!(r#""Action":"{action}","Resource":"*""#), wanted);
    }
}

#[test]
fn a_faulty_resource_is_told_the_nearest_sound_one() {
    for (resource, wanted) in [
        ("", "write `*` or acs:"),
        ("**", "for every resource write `*`"),
        (" acs:ecs:*:*:*", "remove the blanks: `acs:ecs:*:*:*`"),
        (" ecs:*:*:*", "write the whole ARN"),
        ("arn:ecs:*:*:*", "an ARN of another cloud"),
        ("ACS:ecs:*:*:*", "the prefix `acs` is lower-case"),
        ("ecs:*:*:instance/*", "write `acs:ecs:*:*:instance/*`"),
        ("acs", "write five fields"),
        ("acsecs", "write the whole ARN"),
        ("acs-x:*:*:i", "write the whole ARN"),
        ("acs-x:ecs:*:1:instance/i", "write `acs:ecs:*:1:instance/i`"),
        ("acs:ram:1:role/x", "did you mean `acs:ram:*:1:role/x`?"),
        ("acs:ram:cn/1:role/x", "write five fields"),
        ("acs:ram::*", "did you mean `acs:ram::*:*`?"),
        ("acs:::*", "write five fields"),
        ("acs:ram:*", "did you mean `acs:ram:*:*:*`?"),
        ("acs::*", "write five fields"),
    ] {
        is_advised(&format!(r#""Action":"*","Resource":"{resource}""#), wanted);
    }
}

#[test]
fn a_prefix_with_a_wildcard_and_a_mask_with_dots_are_told_apart() {
    let of = |value: &str| {
        let condition = format!(r#"{{"IpAddress":{{"acs:SourceIp":"{value}"}}}}"#);
        advice(&format!(r#""Action":"*","Resource":"*","Condition":{condition}"#))
    };
    let all: Vec<Vec<String>> =
        ["10.0.0.0/*", "10.0.0.0/255.0.0.0", "10.0.0.0/ 8", "10.0.0.0/08", "10.0.0.0/33"]
            .into_iter()
            .map(of)
            .collect();
    assert!(all.iter().all(|given| !given.is_empty()), "{all:?}");
    for (at, given) in all.iter().enumerate() {
        assert!(!all.iter().skip(at + 1).any(|other| other == given), "{all:?}");
    }
}

#[test]
fn a_name_longer_than_any_known_one_is_compared_with_none() {
    let long = format!("Resource{}", "s".repeat(60));
    let close = advice(r#""Action":"*","Resource":"*","Resources":"*""#);
    assert!(close.iter().any(|help| help.contains("`Resource`")), "{close:?}");
    let far = advice(&format!(r#""Action":"*","Resource":"*","{long}":"*""#));
    assert!(!far.iter().any(|help| help.contains("`Resource`")), "{far:?}");
}

#[test]
fn policies_of_different_kinds_are_not_equal_whatever_they_say() {
    let text = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let read = |kind| Policy::parse_as(kind, text).expect("a policy");
    assert_eq!(read(Kind::Identity), read(Kind::Identity));
    assert_ne!(read(Kind::Identity), read(Kind::Control));
}

#[test]
fn a_control_character_in_a_value_is_written_as_an_escape() {
    for (code, escape) in [(1, "\\u0001"), (0x1f, "\\u001f"), (8, "\\b"), (9, "\\t")] {
        let text = format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"*","Resource":"*",
            "Condition":{{"StringEquals":{{"x:k":"a\u{code:04x}"}}}}}}]}}"#
        );
        let policy = Policy::parse(&text).expect("a policy");
        assert!(policy.to_json().contains(&format!("a{escape}")), "{}", policy.to_json());
        assert_eq!(Policy::parse(&policy.to_json()).expect("what was written"), policy);
    }
}

#[test]
fn bytes_that_are_no_text_are_told_up_to_a_number_of_places() {
    let options = ReadOptions::default();
    let mut bytes = br#"{"Version":"1","Statement":[]}"#.to_vec();
    let problems =
        |bytes: &[u8]| Document::read_bytes(Kind::Identity, bytes, &options).problems().len();
    let sound = problems(&bytes);
    for _ in 0..1_000 {
        bytes.extend(b" \xff");
    }
    let told = problems(&bytes);
    assert!(told > sound && told < 1_000, "{told}");
}

#[cfg(feature = "serde")]
mod through_serde {
    use ramguard_policy::{Limits, Policy};
    use serde::Deserialize;
    use serde::de::value::Error as Refusal;
    use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, Visitor};

    /// An object in an object, and so on for so many levels, in a format without a bound of its
    /// own.
    struct Nested(u32);

    impl<'de> serde::Deserializer<'de> for Nested {
        type Error = Refusal;

        fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
            visitor.visit_map(self)
        }

        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
            option unit unit_struct newtype_struct seq tuple tuple_struct map struct enum
            identifier ignored_any
        }
    }

    impl<'de> MapAccess<'de> for Nested {
        type Error = Refusal;

        fn next_key_seed<K: DeserializeSeed<'de>>(
            &mut self,
            seed: K,
        ) -> Result<Option<K::Value>, Refusal> {
            match self.0 {
                0 => Ok(None),
                _ => seed.deserialize("a".into_deserializer()).map(Some),
            }
        }

        fn next_value_seed<T: DeserializeSeed<'de>>(
            &mut self,
            seed: T,
        ) -> Result<T::Value, Refusal> {
            seed.deserialize(Nested(std::mem::take(&mut self.0).saturating_sub(1)))
        }
    }

    #[test]
    fn a_value_nested_too_deeply_is_refused_before_it_is_read() {
        for (levels, is_too_deep) in [(100, false), (140, true), (100_000, true)] {
            let told = Policy::deserialize(Nested(levels)).expect_err("no policy").to_string();
            assert_eq!(told.contains("nested too deeply"), is_too_deep, "{levels}: {told}");
        }
    }

    #[test]
    fn a_value_far_past_every_limit_is_refused_before_it_is_read() {
        let told = |bytes: usize| {
            let text = format!("{{\"a\":\"{}\"}}", "x".repeat(bytes));
            serde_json::from_str::<Policy>(&text).expect_err("no policy").to_string()
        };
        let most = Limits::default().max_read_bytes();
        assert!(!told(most - 100).contains("too long to be read"));
        assert!(told(most + 100).contains("too long to be read"));
    }

    #[test]
    fn a_boolean_is_no_part_of_a_policy() {
        for value in ["true", "false", "1", "-1", "null"] {
            assert!(serde_json::from_str::<Policy>(value).is_err(), "{value}");
        }
    }
}
