use ramguard_policy::name::action::is_blank;
use ramguard_policy::{Problem, ProblemKind};

use super::arn_fields;
use crate::Level;
use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A blank or `/` in the first four fields of a resource, and a blank at either end of the
    /// last one. Blanks inside the last field are legal: OSS keys have them.
    ///
    /// # Why it matters
    /// In the first four fields RAM refuses it. At the ends of the last field it is text to
    /// match, so the statement says something about a name that starts or ends with a blank.
    ///
    /// # Instead
    /// `acs:oss:*:*:b/*`
    pub(crate) struct ArnBlank;
    code = 312, name = "arn-blank", level = Error, preset = Default, needs = Text;
    fix = Unsafe;
    message = "blank in resource `{v}`" / "资源 `{v}` 中有空白";
    page_zh = "# 检查内容\n资源前四段中有空白或 `/`，或最后一段首尾有空白。最后一段内部的空白合法：OSS 对象名可以含空白。\n\n# 为什么重要\n前四段有空白时 RAM 会拒绝；最后一段首尾的空白会参与匹配，语句针对的是带空白的名称。\n\n# 改法\n`acs:oss:*:*:b/*`\n";
}

const SLASH: Text =
    Text::new("`/` in the first four fields of resource `{v}`", "资源 `{v}` 的前四段中有 `/`");
const COLON: Text = Text::new(
    "is a colon missing? the form is `acs:service:region:account:resource`",
    "是否缺少冒号？形式为 `acs:service:region:account:resource`",
);
const TRIM: Text = Text::new("write `{fixed}`", "改为 `{fixed}`");

impl Rule for ArnBlank {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::InvalidArnField { found, .. } = problem.kind() else {
            return Verdict::NotMine;
        };
        let span = problem.span();
        let text = subject.value_at(span).and_then(|value| value.as_str()).unwrap_or_default();
        let draft = self.draft(span).arg("v", found);
        let fixed = trimmed(text);
        if fixed == text {
            return draft.message(SLASH).help(COLON).into();
        }
        if arn_fields(&fixed).is_none() {
            return draft.into();
        }
        let edits = [edit::to_string(span, &fixed)];
        draft.arg("fixed", fixed).fix(Applicability::Unsafe, TRIM, edits).into()
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for (word, fields) in subject.readable().flat_map(|statement| &statement.arns) {
            let id = fields.relative_id;
            if !id.starts_with(is_blank) && !id.ends_with(is_blank) {
                continue;
            }
            let fixed = trimmed(word.text);
            let draft = self.draft(word.span).arg("v", word.text).at_most(Level::Error);
            found.push(if arn_fields(&fixed).is_some() {
                let edits = [edit::to_string(word.span, &fixed)];
                draft.arg("fixed", fixed).fix(Applicability::Unsafe, TRIM, edits)
            } else {
                draft
            });
        }
    }
}

/// The text without blanks in its first four fields and at the ends of the last.
fn trimmed(text: &str) -> String {
    let mut fields: Vec<String> = text.splitn(5, ':').map(str::to_owned).collect();
    for (index, field) in fields.iter_mut().enumerate() {
        if index < 4 {
            field.retain(|c| !is_blank(c));
        } else {
            *field = field.trim_matches(is_blank).to_owned();
        }
    }
    fields.join(":")
}
