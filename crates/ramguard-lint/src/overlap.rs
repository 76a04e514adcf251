//! Whether two resources with wildcards have a resource in common.
//!
//! Exact for `*` and `?`, field by field as the language matches (rules ). The work is
//! bounded: past the budget of a [`Overlap`] every answer is "yes, they may", so a rule that asks
//! stays silent rather than slow. It says nothing about sets of requests; that is the algebra's.

use ramguard_policy::name::resource::{ArnFields, Resource};

/// Steps one rule may spend on one document.
const BUDGET: usize = 4_000_000;

/// Compares resources with the ARNs of the catalogue.
pub(crate) struct Overlap {
    budget: usize,
    /// The template at hand as a pattern; kept for its memory.
    wanted: String,
}

impl Overlap {
    pub(crate) fn new() -> Self {
        Self { budget: BUDGET, wanted: String::new() }
    }

    /// Returns whether one of `patterns` and `template` have a resource in common. Variables of
    /// the template, `${Name}`, stand for any text.
    pub(crate) fn any_with_template<'p, 'a: 'p>(
        &mut self,
        patterns: impl IntoIterator<Item = &'p ArnFields<'a>>,
        template: &str,
    ) -> bool {
        let mut text = std::mem::take(&mut self.wanted);
        write_without_variables(template, &mut text);
        let found = match Resource::parse(&text) {
            Ok(Resource::Arn(wanted)) => {
                patterns.into_iter().any(|pattern| self.resources(pattern, &wanted))
            }
            _ => patterns.into_iter().next().is_some(),
        };
        self.wanted = text;
        found
    }

    /// Returns whether a pattern and an ARN of the catalogue have a resource in common.
    fn resources(&mut self, pattern: &ArnFields<'_>, wanted: &ArnFields<'_>) -> bool {
        let is_ram = wanted.service.eq_ignore_ascii_case("ram");
        // The region of a ram resource is blank in every request (rule R-7); RAM325 speaks of it.
        self.texts(pattern.service, wanted.service, true)
            && (is_ram || self.texts(pattern.region, wanted.region, true))
            && self.texts(pattern.account, wanted.account, true)
            && self.texts(pattern.relative_id, wanted.relative_id, is_ram)
    }

    /// Returns whether two patterns have a text in common.
    pub(crate) fn texts(&mut self, a: &str, b: &str, folds: bool) -> bool {
        // Nearly all fields are settled by what stands before their wildcards.
        if a == "*" || b == "*" {
            return true;
        }
        match heads_agree(a, b, folds) {
            Heads::Differ => return false,
            Heads::Suffice => return true,
            Heads::Open => {}
        }
        let read = |text: &str| -> Vec<char> {
            text.chars().map(|c| if folds { c.to_ascii_lowercase() } else { c }).collect()
        };
        let (a, b) = (read(a), read(b));
        let cost = (a.len() + 1).saturating_mul(b.len() + 1);
        if cost > self.budget {
            self.budget = 0;
            return true;
        }
        self.budget -= cost;
        overlap(&a, &b)
    }
}

/// What two patterns have in common before the first wildcard of either.
enum Heads {
    /// They differ: no text fits both.
    Differ,
    /// They agree, and whatever follows in one of them fits what follows in the other.
    Suffice,
    /// It depends on what follows.
    Open,
}

fn heads_agree(a: &str, b: &str, folds: bool) -> Heads {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let is_wild = |byte: &u8| matches!(byte, b'*' | b'?');
    let is_end = |(a, b): (&u8, &u8)| {
        is_wild(a) || is_wild(b) || !(a == b || (folds && a.eq_ignore_ascii_case(b)))
    };
    let at = a.iter().zip(b).position(is_end).unwrap_or(a.len().min(b.len()));
    let rest = |text: &'_ [u8]| -> (Option<u8>, bool) {
        let rest = text.get(at..).unwrap_or_default();
        (rest.first().copied(), rest.iter().all(|byte| *byte == b'*'))
    };
    match (rest(a), rest(b)) {
        // Stars take any text, and there is one that fits the other rest.
        ((Some(_), true), _) | (_, (Some(_), true)) | ((None, _), (None, _)) => Heads::Suffice,
        ((Some(a), _), (Some(b), _)) if is_wild(&a) || is_wild(&b) => Heads::Open,
        // A star may stand for nothing; anything else in the longer one has no counterpart.
        _ => Heads::Differ,
    }
}

/// `below[j]` tells whether the rest of `a` from `i + 1` and the rest of `b` from `j` have a text
/// in common; rows are filled from the end.
fn overlap(a: &[char], b: &[char]) -> bool {
    let stars_from = |text: &[char], at: usize| {
        text.get(at..).is_some_and(|rest| rest.iter().all(|&c| c == '*'))
    };
    let mut below: Vec<bool> = (0..=b.len()).map(|j| stars_from(b, j)).collect();
    for (i, &from_a) in a.iter().enumerate().rev() {
        let mut right = stars_from(a, i);
        let mut row = vec![right; b.len() + 1];
        for (j, &from_b) in b.iter().enumerate().rev() {
            let at = |cells: &[bool], index: usize| cells.get(index).copied().unwrap_or(false);
            let fits = if from_a == '*' || from_b == '*' {
                at(&below, j) || right
            } else {
                (from_a == from_b || from_a == '?' || from_b == '?') && at(&below, j + 1)
            };
            // A star takes a character of the other side, or ends; both are the neighbours above.
            right = fits;
            if let Some(cell) = row.get_mut(j) {
                *cell = fits;
            }
        }
        below = row;
    }
    below.first().copied().unwrap_or(false)
}

/// Makes `pattern` the template with `*` for every variable.
fn write_without_variables(template: &str, pattern: &mut String) {
    pattern.clear();
    let mut rest = template.chars();
    while let Some(c) = rest.next() {
        if c == '$' && rest.as_str().starts_with('{') {
            pattern.push('*');
            rest.find(|c| *c == '}');
        } else {
            pattern.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(a: &str, b: &str) -> bool {
        Overlap::new().texts(a, b, false)
    }

    #[test]
    fn patterns_overlap_if_some_text_fits_both() {
        for (a, b, expected) in [
            ("a*", "*b", true),
            ("a*", "b*", false),
            ("instance/*", "*/i-1", true),
            ("instance/*", "bucket/*", false),
            ("a?c", "ab*", true),
            ("a?c", "ab", false),
            ("*", "", true),
            ("?", "", false),
            ("", "", true),
            ("a*b*c", "a*x*c", true),
            ("*a", "*b", false),
            ("ab", "ab", true),
            ("**", "?", true),
        ] {
            assert_eq!(texts(a, b), expected, "{a} {b}");
            assert_eq!(texts(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn agrees_with_trying_every_short_text() {
        let signs = ['a', 'b', '*', '?'];
        let words = |length: u32| {
            (0..4usize.pow(length)).map(move |mut n| {
                let mut word = String::new();
                for _ in 0..length {
                    word.push(signs[n % 4]);
                    n /= 4;
                }
                word
            })
        };
        let patterns: Vec<String> = (0..=3).flat_map(words).collect();
        let texts_of = |length: u32| {
            (0..2usize.pow(length)).map(move |n| {
                (0..length).map(|i| if n >> i & 1 == 0 { 'a' } else { 'b' }).collect::<String>()
            })
        };
        let all: Vec<String> = (0..=6).flat_map(texts_of).collect();
        let fits: Vec<Vec<bool>> = patterns
            .iter()
            .map(|pattern| {
                let pattern =
                    ramguard_match::Pattern::new(pattern, ramguard_match::Case::Sensitive);
                all.iter().map(|text| pattern.is_match(text)).collect()
            })
            .collect();
        for (a, fits_a) in patterns.iter().zip(&fits) {
            for (b, fits_b) in patterns.iter().zip(&fits) {
                let expected = fits_a.iter().zip(fits_b).any(|(a, b)| *a && *b);
                assert_eq!(texts(a, b), expected, "{a} {b}");
            }
        }
    }

    #[test]
    fn past_its_budget_everything_may_overlap() {
        let mut overlap = Overlap { budget: 3, ..Overlap::new() };
        assert!(overlap.texts("*abc", "*xyz", false));
    }

    #[test]
    fn variables_stand_for_any_text() {
        let mut pattern = String::from("left over");
        for (template, expected) in [
            ("acs:ecs:${R}:${A}:instance/${I}", "acs:ecs:*:*:instance/*"),
            ("acs:ecs:*:*:a$b/${open", "acs:ecs:*:*:a$b/*"),
        ] {
            write_without_variables(template, &mut pattern);
            assert_eq!(pattern, expected);
        }
    }
}
