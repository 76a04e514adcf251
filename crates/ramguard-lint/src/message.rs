//! Messages in English and Chinese, written once a rule and filled in once a finding.
//!
//! A template holds names in braces; what they stand for comes from the finding. Text of a policy is
//! cut at [`MAX_ARGUMENT_CHARS`] and put in on one line with every character visible; the argument
//! itself keeps it as it is.

use std::fmt::Write as _;

use ramguard_policy::text::one_line;

/// How many characters of one argument a message shows at most.
pub const MAX_ARGUMENT_CHARS: usize = 80;

/// A language messages are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese, simplified.
    Zh,
}

impl Lang {
    /// Finds a language by its code, `en` or `zh`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "en" => Some(Self::En),
            "zh" => Some(Self::Zh),
            _ => None,
        }
    }
}

/// One template in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// In English: lower case, no full stop.
    pub en: &'static str,
    /// In Chinese.
    pub zh: &'static str,
}

impl Text {
    /// Makes a template.
    #[must_use]
    pub const fn new(en: &'static str, zh: &'static str) -> Self {
        Self { en, zh }
    }

    /// Returns the template in one language.
    #[must_use]
    pub const fn in_lang(self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
        }
    }

    /// Returns the template with every `{name}` replaced. A name without an argument stays.
    #[must_use]
    pub fn fill(self, lang: Lang, arguments: &[Argument]) -> String {
        let mut filled = String::new();
        let mut rest = self.in_lang(lang);
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let name = after.split_once('}');
            let argument = name.and_then(|(name, rest)| {
                arguments.iter().find(|argument| argument.name == name).map(|found| (found, rest))
            });
            match argument {
                Some((argument, behind)) => {
                    // Writing to a string cannot fail.
                    let _ = write!(filled, "{}", one_line(argument.in_lang(lang)));
                    rest = behind;
                }
                None => {
                    filled.push('{');
                    rest = after;
                }
            }
        }
        filled.push_str(rest);
        filled
    }
}

/// What one name of a template stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The name in braces.
    pub name: &'static str,
    /// The text in its place.
    pub value: Box<str>,
    /// The text in its place in Chinese, where it is not the same.
    pub value_zh: Option<Box<str>>,
}

impl Argument {
    pub(crate) fn new(name: &'static str, value: impl std::fmt::Display) -> Self {
        let mut text = value.to_string();
        if text.len() > MAX_ARGUMENT_CHARS
            && let Some((end, _)) = text.char_indices().nth(MAX_ARGUMENT_CHARS)
        {
            text.truncate(end);
            text.push('\u{2026}');
        }
        Self { name, value: text.into(), value_zh: None }
    }

    /// Gives what `name` stands for in each language: words of ours, not of the document.
    pub(crate) fn words(name: &'static str, en: String, zh: String) -> Self {
        Self { name, value: en.into(), value_zh: Some(zh.into()) }
    }

    /// Returns the text in its place in one language.
    #[must_use]
    pub fn in_lang(&self, lang: Lang) -> &str {
        match (lang, &self.value_zh) {
            (Lang::Zh, Some(zh)) => zh,
            _ => &self.value,
        }
    }

    /// Keeps a text that was made here in full: a list of names, a remedy.
    pub(crate) fn whole(name: &'static str, value: String) -> Self {
        Self { name, value: value.into(), value_zh: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: Text = Text::new("`{v}` is not {w}", "`{v}` 不是 {w}");

    #[test]
    fn text_put_in_is_not_read_as_a_template_again() {
        let arguments = [Argument::new("v", "{w}"), Argument::new("w", "x")];
        assert_eq!(TEXT.fill(Lang::En, &arguments), "`{w}` is not x");
        assert_eq!(TEXT.fill(Lang::Zh, &arguments), "`{w}` 不是 x");
    }

    #[test]
    fn nothing_of_a_policy_acts_in_a_message() {
        let arguments =
            [Argument::new("v", "a\n\u{1b}[2J\u{202e}\u{2028}"), Argument::new("w", "x")];
        let shown = "`a\\n\\u{1b}[2J\\u{202e}\\u{2028}` is not x";
        assert_eq!(TEXT.fill(Lang::En, &arguments), shown);
    }

    #[test]
    fn a_name_without_argument_stays() {
        assert_eq!(TEXT.fill(Lang::En, &[]), "`{v}` is not {w}");
        assert_eq!(Text::new("a { b", "").fill(Lang::En, &[]), "a { b");
    }

    #[test]
    fn a_long_argument_is_cut() {
        let argument = Argument::new("v", "部".repeat(100));
        assert_eq!(argument.value.chars().count(), MAX_ARGUMENT_CHARS + 1);
    }
}
