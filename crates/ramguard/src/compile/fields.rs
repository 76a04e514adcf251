//! What stands before the relative id of a resource: service, region and account, in words.
//!
//! Most entries of a policy say one of a few things in these fields, and say it in a few bytes. So
//! a unit keeps each different way once, and a request brings the same bytes in the same places: to
//! compare three fields is to compare seven words.
//!
//! Always holds here:
//!
//! * words that differ where a mask has bits say that a field does not fit;
//! * words that do not differ say that all fit, unless [`Fields::is_told`] says that they leave
//!   something open, which the texts then tell.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use ramguard_match::{Case, Shape};

use super::Polarity;
use super::key::{AsItIs, Field, Seeds, WORD, folded_word, lowest_bytes, same};
use crate::request::ArnBytes;

/// The first bytes of a field that stand in words.
const SHOWN: usize = 2 * WORD;

/// Two words for each field, and the lengths of all three.
type Words = [u64; 7];

/// The fields of one resource that is asked for; the region is blank if it is one of RAM itself,
/// which has none (rule R-7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldWords(Words);

impl FieldWords {
    pub(crate) fn of(service: &[u8], region: &[u8], account: &[u8]) -> Self {
        Self([
            folded_word(service, 0),
            folded_word(service, WORD),
            folded_word(region, 0),
            folded_word(region, WORD),
            folded_word(account, 0),
            folded_word(account, WORD),
            lengths(service.len(), region.len(), account.len()),
        ])
    }
}

/// Puts lengths below 65,536 into one word.
fn lengths(service: usize, region: usize, account: usize) -> u64 {
    service as u64 | (region as u64) << 16 | (account as u64) << 32
}

/// How a field of a resource is matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Any text fits.
    Any,
    /// The text fits that is the same up to ASCII case.
    Literal,
    /// A wildcard stands somewhere in it.
    Pattern,
}

/// How service, region and account are matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Forms {
    pub(super) service: Form,
    pub(super) region: Form,
    pub(super) account: Form,
}

impl Forms {
    /// Returns whether a wildcard stands somewhere in any of them.
    pub(super) fn has_pattern(self) -> bool {
        [self.service, self.region, self.account].contains(&Form::Pattern)
    }
}

/// The fields of a resource of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fields {
    words: Words,
    /// The bits of `words` that count.
    masks: Words,
    /// Where the fields end in the ARN.
    ends: [u16; 3],
    pub(super) forms: Forms,
    /// Whether the words tell all.
    is_told: bool,
}

impl Fields {
    /// Reads the fields off an ARN without capitals, by where they end; offsets are below 65,536.
    fn new(arn: &[u8], [service_end, region_end, account_end]: [usize; 3], deny: bool) -> Self {
        let field = |from: usize, to: usize| arn.get(from..to).unwrap_or_default();
        let service = field(ArnBytes::SERVICE_AT, service_end);
        let region = field(service_end + 1, region_end);
        let account = field(region_end + 1, account_end);
        let FieldWords(words) = FieldWords::of(service, region, account);
        let forms = Forms { service: form(service), region: form(region), account: form(account) };
        // Of a resource of RAM itself a Deny does not look at the region (rule R-7).
        let may_be_ram = deny && (forms.service != Form::Literal || service == b"ram");
        let is_open = may_be_ram && forms.region != Form::Any;
        let region_form = if is_open { Form::Any } else { forms.region };
        let is_told = is_shown(service)
            && is_shown(account)
            && if is_open { forms.service == Form::Literal } else { is_shown(region) };
        let [s, t] = masks(service, forms.service);
        let [r, q] = masks(region, region_form);
        let [a, b] = masks(account, forms.account);
        let whole = |form| if form == Form::Literal { 0xFFFF } else { 0 };
        let counted = lengths(whole(forms.service), whole(region_form), whole(forms.account));
        let masks = [s, t, r, q, a, b, counted];
        let mut counted = words;
        counted.iter_mut().zip(masks).for_each(|(word, mask)| *word &= mask);
        Self {
            words: counted,
            masks,
            ends: [service_end as u16, region_end as u16, account_end as u16],
            forms,
            is_told,
        }
    }

    /// Returns where service, region and account end in the ARN.
    pub(super) fn ends(&self) -> [usize; 3] {
        self.ends.map(usize::from)
    }

    /// Returns whether service, region and account of a resource fit; `own` is the ARN these fields
    /// are of.
    #[inline]
    pub(super) fn cover<'o>(
        &self,
        own: impl FnOnce() -> &'o [u8],
        polarity: Polarity,
        asked: &FieldWords,
        arn: &ArnBytes<'_>,
        is_ram: bool,
    ) -> bool {
        let pairs = self.words.iter().zip(&self.masks).zip(&asked.0);
        let differing = pairs.fold(0, |all, ((word, mask), asked)| all | (word ^ (asked & mask)));
        differing == 0 && (self.is_told || self.cover_as_texts(own(), polarity, arn, is_ram))
    }

    #[inline(never)]
    fn cover_as_texts(
        &self,
        own: &[u8],
        polarity: Polarity,
        arn: &ArnBytes<'_>,
        is_ram: bool,
    ) -> bool {
        let &Self { ends: [service_end, region_end, account_end], forms, .. } = self;
        let own = |from: usize, to: u16| own.get(from..to.into()).unwrap_or_default();
        let own_region = own(usize::from(service_end) + 1, region_end);
        // The region of a RAM resource is blank: an Allow has to match that, a Deny need not look
        // (rule R-7).
        let fits_region = match (is_ram, polarity) {
            (false, _) => fits_field(forms.region, own_region, arn.region()),
            (true, Polarity::Allow) => fits_field(forms.region, own_region, &[]),
            (true, Polarity::Deny) => true,
        };
        let own_account = own(usize::from(region_end) + 1, account_end);
        fits_region
            && fits_field(forms.service, own(ArnBytes::SERVICE_AT, service_end), arn.service())
            && fits_field(forms.account, own_account, arn.account())
    }
}

/// All different fields of a unit.
#[derive(Clone, Debug, Default)]
pub(super) struct AllFields {
    all: Vec<Fields>,
    /// None once everything is there. In another place, as a unit is moved when it is made.
    known: Option<Box<Known>>,
}

/// What tells fields that are there already.
#[derive(Clone, Debug, Default)]
struct Known {
    /// The numbers of some, by keys of their texts.
    numbers: HashMap<u64, u32, BuildHasherDefault<AsItIs>>,
    /// Where the first ARN with the fields of each number starts, and whether it is denied.
    firsts: Vec<(usize, bool)>,
}

impl AllFields {
    /// Returns the number of the fields of the ARN without capitals that starts at `start`; `text`
    /// holds all that came before at their places.
    pub(super) fn number(
        &mut self,
        text: &[u8],
        start: usize,
        ends: [usize; 3],
        is_deny: bool,
    ) -> u32 {
        let [_, _, end] = ends;
        let fields_at = |start: usize| text.get(start..start + end);
        let own = fields_at(start).unwrap_or_default();
        let key = Seeds::of_process().whole(Field::Service, own) ^ u64::from(is_deny);
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let known = self.known.get_or_insert_default();
        let number = *known.numbers.entry(key).or_insert(next);
        if let Some(&(first, denies)) = known.firsts.get(number as usize)
            && denies == is_deny
            && fields_at(first) == Some(own)
        {
            return number;
        }
        // New, or one of two texts with one key, of which the second has none.
        known.firsts.push((start, is_deny));
        self.all.push(Fields::new(text.get(start..).unwrap_or_default(), ends, is_deny));
        next
    }

    #[inline]
    pub(super) fn get(&self, number: u32) -> Option<&Fields> {
        self.all.get(number as usize)
    }

    /// Gives back what was needed to take more.
    pub(super) fn shrink(&mut self) {
        self.all.shrink_to_fit();
        self.known = None;
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.all.capacity() * size_of::<Fields>()
    }
}

/// Returns how many bytes stand before the first wildcard, and whether there is none.
pub(super) fn literal_head(bytes: &[u8]) -> (usize, bool) {
    match bytes.iter().position(|byte| matches!(byte, b'*' | b'?')) {
        Some(head) => (head, false),
        None => (bytes.len(), true),
    }
}

/// How a field is matched.
fn form(field: &[u8]) -> Form {
    match field {
        b"*" => Form::Any,
        _ if literal_head(field).1 => Form::Literal,
        _ => Form::Pattern,
    }
}

/// Returns the bits that count of the two words of a field.
fn masks(field: &[u8], form: Form) -> [u64; 2] {
    match (form, literal_head(field).0) {
        (Form::Any, _) => [0; 2],
        // Past the end of a text its words are zeros.
        (Form::Literal, _) => [!0; 2],
        (Form::Pattern, head) => [lowest_bytes(head), lowest_bytes(head.saturating_sub(WORD))],
    }
}

/// Returns whether a field is told by its words: a short text, or a short head and a star.
fn is_shown(field: &[u8]) -> bool {
    let (head, _) = literal_head(field);
    let rest = field.get(head..).unwrap_or_default();
    head <= SHOWN && rest.iter().all(|&byte| byte == b'*')
}

fn fits_field(form: Form, own: &[u8], text: &[u8]) -> bool {
    match form {
        Form::Any => true,
        Form::Literal => same(own, text, true),
        Form::Pattern => {
            // Fields are what lies between two colons of a text.
            let str_of = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
            let (own, text) = (str_of(own), str_of(text));
            Shape::of(own).is_match(own, text, Case::AsciiInsensitive)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use super::*;
    use crate::request::FieldEnds;

    fn ends(arn: &str) -> [usize; 3] {
        let colons: Vec<usize> = arn.match_indices(':').map(|(at, _)| at).collect();
        [colons[1], colons[2], colons[3]]
    }

    /// Returns what the words say, and what the texts say.
    fn covers(own: &str, deny: bool, asked: &str) -> (bool, bool) {
        let fields = Fields::new(own.as_bytes(), ends(own), deny);
        let [service, region, account] = ends(asked).map(|end| end as u16);
        let arn = ArnBytes { text: asked, ends: FieldEnds { service, region, account } };
        let is_ram = arn.service() == b"ram";
        let region = if is_ram { b"" } else { arn.region() };
        let words = FieldWords::of(arn.service(), region, arn.account());
        let polarity = if deny { Polarity::Deny } else { Polarity::Allow };
        (
            fields.cover(|| own.as_bytes(), polarity, &words, &arn, is_ram),
            fields.cover_as_texts(own.as_bytes(), polarity, &arn, is_ram),
        )
    }

    #[test]
    fn words_say_of_all_fields_what_the_texts_say() {
        let texts = [
            "",
            "*",
            "**",
            "a",
            "ab",
            "ram",
            "ra*",
            "r?m",
            "*m",
            "12345678",
            "123456789",
            "1234567890123456",
            "12345678901234567",
            "1234567890123456*",
            "12345678901234567*",
            "1234567890123456?",
            "12345678*",
            "12*9",
            "a\0",
            "\u{e9}",
        ];
        let literals = texts.iter().filter(|text| !text.contains(['*', '?']));
        let asked: Vec<[&str; 3]> = literals
            .clone()
            .flat_map(|one| [["ram", one, "a"], [one, "a", "a"], ["a", one, "1"], ["a", "b", one]])
            .step_by(if cfg!(miri) { 9 } else { 1 })
            .collect();
        for own in texts.into_iter().step_by(if cfg!(miri) { 7 } else { 1 }) {
            for own in [
                [own, "*", "*"],
                ["*", own, "*"],
                ["*", "*", own],
                ["ram", own, "*"],
                ["a", own, own],
            ] {
                let own = format!("acs:{}:x", own.join(":"));
                for asked in &asked {
                    let asked = format!("acs:{}:x", asked.join(":"));
                    for deny in [false, true] {
                        let (by_words, by_texts) = covers(&own, deny, &asked);
                        assert_eq!(by_words, by_texts, "{own} {asked} {deny}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_capital_in_a_request_does_not_count() {
        assert_eq!(covers("acs:ecs:cn-a:*:x", false, "acs:ECS:cn-A:1:x"), (true, true));
    }

    #[test]
    fn what_is_said_alike_is_kept_once() {
        let mut all = AllFields::default();
        let mut text = String::new();
        let mut number = |arn: &str, deny| {
            let start = text.len();
            text.push_str(arn);
            all.number(text.as_bytes(), start, ends(arn), deny)
        };
        assert_eq!(number("acs:ecs:*:1:a", false), 0);
        assert_eq!(number("acs:ecs:*:1:b/c", false), 0);
        assert_eq!(number("acs:ecs:*:2:a", false), 1);
        assert_eq!(number("acs:ram:x:2:a", false), 2);
        assert_eq!(number("acs:ram:x:2:a", true), 3);
    }

    #[test]
    fn fields_are_kept_once_whichever_keys_their_texts_have() {
        let mut all = AllFields::default();
        let mut text = String::new();
        for _ in 0..2 {
            let mut expected = 0;
            for deny in [false, true] {
                for n in 0..20 {
                    let start = text.len();
                    let arn = format!("acs:ecs:cn-{n}:1:i");
                    text.push_str(&arn);
                    assert_eq!(all.number(text.as_bytes(), start, ends(&arn), deny), expected);
                    expected += 1;
                }
            }
        }
    }

    #[test]
    fn what_is_short_or_ends_in_a_star_is_told_by_its_words() {
        for (field, is_told) in [
            ("", true),
            ("ecs", true),
            ("*", true),
            ("**", true),
            ("1234567890123456", true),
            ("1234567890123456*", true),
            ("12345678901234567", false),
            ("12345678901234567*", false),
            ("*m", false),
            ("r?", false),
        ] {
            for fields in [[field, "a", "a"], ["a", field, "a"], ["a", "a", field]] {
                let arn = format!("acs:{}:x", fields.join(":"));
                let fields = Fields::new(arn.as_bytes(), ends(&arn), false);
                assert_eq!(fields.is_told, is_told, "{arn}");
            }
        }
    }

    #[test]
    fn a_star_alone_is_told_from_patterns_and_both_from_literals() {
        let forms = ["*", "", "a", "a*", "?", "**"].map(|field| form(field.as_bytes()));
        let [any, literal, pattern] = [Form::Any, Form::Literal, Form::Pattern];
        assert_eq!(forms, [any, literal, literal, pattern, pattern, pattern]);
    }

    #[test]
    fn a_key_that_is_a_hash_already_is_its_own_hash() {
        for key in [0, 1, 7, u64::MAX] {
            assert_eq!(BuildHasherDefault::<AsItIs>::default().hash_one(key), key);
        }
    }
}
