use ramguard_policy::condition::Test;
use ramguard_policy::name::resource::{ArnError, Resource};
use ramguard_policy::text::Span;
use ramguard_policy::{Problem, ProblemKind};

use super::aws_syntax::variable;
use crate::marks::Marks;
use crate::rule::{Described, Draft, Rule, Verdict, rule};
use crate::subject::Subject;
use crate::{Confidence, Level};

rule! {
    /// # What it finds
    /// A place that a template left open: `<account-id>`, `${acs:username}`, `{uid}`, `[...]`,
    /// `%s`, `YOUR_BUCKET`, `xxxx`.
    ///
    /// # Why it matters
    /// RAM has no policy variables: `${...}` and the rest are matched letter by letter, so the
    /// statement never applies to what was meant.
    ///
    /// # Instead
    /// The value, filled in before the policy is created.
    pub(crate) struct TemplatePlaceholder;
    code = 315, name = "template-placeholder", level = Error, preset = Default, needs = Text;
    message = "unresolved placeholder `{v}`" / "未替换的占位符 `{v}`";
    help = "RAM has no policy variables; `${...}` is matched literally"
        / "RAM 没有策略变量；`${...}` 按字面匹配";
    page_zh = "# 检查内容\n模板中未填写的位置：`<account-id>`、`${acs:username}`、`{uid}`、`[...]`、`%s`、`YOUR_BUCKET`、`xxxx`。\n\n# 为什么重要\nRAM 没有策略变量，`${...}` 等按字面匹配，语句永远不会作用于原本想要的对象。\n\n# 改法\n创建策略前填入实际值。\n";
}

impl Rule for TemplatePlaceholder {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let text = subject.value_at(problem.span()).and_then(|value| value.as_str());
        let is_mine = matches!(
            problem.kind(),
            ProblemKind::InvalidAction { .. }
                | ProblemKind::InvalidArnPrefix { .. }
                | ProblemKind::InvalidArnField { .. }
                | ProblemKind::InvalidPrincipal { .. }
        );
        match text.filter(|_| is_mine).and_then(placeholder) {
            Some(found) => self.finding(problem.span(), found).into(),
            None => Verdict::NotMine,
        }
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for statement in subject.readable() {
            let candidates = Marks::OPENING | Marks::FILLER;
            for word in statement.resource_words().iter().filter(|word| word.marks.any(candidates))
            {
                // The loader has refused the others, and `explain` has told them.
                if matches!(Resource::parse(word.text), Err(ArnError::Prefix | ArnError::Field(_)))
                {
                    continue;
                }
                // RAM323 speaks of the variables of AWS.
                if variable(word.text).is_some() {
                    continue;
                }
                if let Some(what) = word.placeholder() {
                    found.push(self.finding(word.span, what).diagnostic(language_name(what)));
                } else if let Some(what) = filler(word.text) {
                    // An account that is no number is told by RAM313.
                    let account = super::arn_fields(word.text).map(|fields| fields.account);
                    if account.is_some_and(|account| account.contains(what)) {
                        continue;
                    }
                    let draft = self.finding(word.span, what).confidence(Confidence::Medium);
                    found.push(draft.at_most(Level::Warning));
                }
            }
            let words = statement
                .tests
                .iter()
                .flat_map(|test| test.values.iter().map(move |word| (test.operator, word)))
                .filter(|(_, word)| word.marks.any(Marks::OPENING));
            for (operator, word) in words {
                // What the operator cannot read is refused, and has been told; so have variables of
                // AWS.
                if operator.is_some_and(|operator| Test::check_value(operator, word.text).is_err())
                    || variable(word.text).is_some()
                {
                    continue;
                }
                if let Some(what) = placeholder(word.text).filter(|what| is_marked(what)) {
                    found.push(self.finding(word.span, what).diagnostic(language_name(what)));
                }
            }
        }
    }
}

impl TemplatePlaceholder {
    fn finding(&self, span: Span, what: &str) -> Draft {
        self.draft(span).arg("v", what)
    }
}

fn language_name(what: &str) -> &'static str {
    if what.starts_with("${") { "policy-variable" } else { "placeholder" }
}

/// Values of conditions are free text, so only the unmistakable forms count there.
fn is_marked(what: &str) -> bool {
    what.starts_with("${")
        || what.starts_with("{{")
        || (what.starts_with('<') && what.ends_with('>'))
}

/// Returns the first placeholder in `text`: what stands in brackets, or `$` and `%s` forms.
pub(crate) fn placeholder(text: &str) -> Option<&str> {
    let is_opening = |byte| matches!(byte, b'$' | b'<' | b'>' | b'{' | b'}' | b'[');
    let start = text.bytes().position(is_opening).or_else(|| text.find("%s"))?;
    let rest = text.get(start..)?;
    let close = match rest.as_bytes().first() {
        Some(b'<') => ">",
        Some(b'[') => "]",
        _ if rest.starts_with("{{") || rest.starts_with("${{") => "}}",
        _ if rest.starts_with('{') || rest.starts_with("${") => "}",
        _ => "",
    };
    let end = if close.is_empty() {
        // `$regionid`, `%s`: the sign and the word behind it.
        let word = |c: char| c.is_alphanumeric() || c == '_';
        1 + rest.get(1..)?.find(|c| !word(c)).unwrap_or(rest.len() - 1)
    } else {
        rest.find(close).map_or(rest.len(), |at| at + close.len())
    };
    rest.get(..end)
}

/// Returns a filler such as `YOUR_BUCKET` or a run of at least four `x`.
fn filler(text: &str) -> Option<&str> {
    // What most words with one of the letters do not go on with.
    let begins = |two: &[u8]| matches!(two, b"xx" | b"XX" | [b'y' | b'Y', b'o' | b'O']);
    if !text.as_bytes().windows(2).any(begins) {
        return None;
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    text.split(|c| !is_word(c)).find(|word| {
        let head = word.get(..5).unwrap_or_default();
        let yours = head.eq_ignore_ascii_case("your_") || head.eq_ignore_ascii_case("your-");
        yours || word.contains("xxxx") || word.contains("XXXX")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_cut_out_of_its_text() {
        for (text, expected) in [
            ("acs:ecs:*:<account_id>:instance/*", Some("<account_id>")),
            ("home/${acs:username}/*", Some("${acs:username}")),
            ("acs:ecs:$regionid:*:x", Some("$regionid")),
            ("{{bucket}}/a", Some("{{bucket}}")),
            ("b/{uid}", Some("{uid}")),
            ("ecs:[ECS RAM Action]", Some("[ECS RAM Action]")),
            ("b/%s/c", Some("%s")),
            ("open <never closed", Some("<never closed")),
            ("$", Some("$")),
            ("b/50%", None),
            ("plain/*", None),
        ] {
            assert_eq!(placeholder(text), expected, "{text}");
        }
    }

    #[test]
    fn a_filler_is_a_word_of_its_own() {
        assert_eq!(filler("acs:oss:*:*:YOUR_BUCKET/*"), Some("YOUR_BUCKET"));
        assert_eq!(filler("acs:ecs:*:*:instance/i-bp1xxxxxx"), Some("i-bp1xxxxxx"));
        assert_eq!(filler("acs:oss:*:*:yours/*"), None);
    }
}
