use ramguard_policy::json::FaultKind;
use ramguard_policy::text::Span;
use ramguard_policy::{Problem, ProblemKind};

use crate::edit;
use crate::fix::{Applicability, Edit};
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// What other readers take for JSON and RAM does not: comments, a comma before a closing
    /// bracket, strings in single quotes, keys without quotes, `NaN`, hexadecimal numbers.
    ///
    /// # Why it matters
    /// Editors and some tools accept such a file in silence; RAM refuses the policy.
    ///
    /// # Instead
    /// Plain JSON. Notes can live beside the policy, in a sidecar file.
    pub(crate) struct JsonExtension;
    code = 102, name = "json-extension", level = Error, preset = Default, needs = Text;
    fix = Safe;
    message = "{feature} is not valid JSON and RAM will reject it"
        / "{feature} 不是合法的 JSON，RAM 会拒绝";
    help = "write plain JSON; notes can live in a file beside the policy"
        / "请使用标准 JSON；说明可写在策略旁的文件中";
    page_zh = "# 检查内容\n其他解析器接受而 RAM 不接受的写法：注释、末尾逗号、单引号字符串、不带引号的键、`NaN`、十六进制数。\n\n# 为什么重要\n编辑器和一些工具会默默接受，RAM 会拒绝该策略。\n\n# 改法\n使用标准 JSON，说明写在策略旁的文件中。\n";
}

const COMMENT: Text = Text::new(
    "a comment is not valid JSON and RAM will reject it",
    "注释不是合法的 JSON，RAM 会拒绝",
);
const TRAILING_COMMA: Text = Text::new(
    "a comma before a closing bracket is not valid JSON and RAM will reject it",
    "右括号前的逗号不是合法的 JSON，RAM 会拒绝",
);
const SINGLE_QUOTES: Text = Text::new(
    "a string in single quotes is not valid JSON and RAM will reject it",
    "单引号字符串不是合法的 JSON，RAM 会拒绝",
);
const UNQUOTED_KEY: Text = Text::new(
    "key `{feature}` without quotes is not valid JSON and RAM will reject it",
    "不带引号的键 `{feature}` 不是合法的 JSON，RAM 会拒绝",
);
const LITERAL: Text = Text::new(
    "`{feature}` is not valid JSON and RAM will reject it",
    "`{feature}` 不是合法的 JSON，RAM 会拒绝",
);
const PLAIN: Text = Text::new("write it as plain JSON", "改为标准 JSON");

impl Rule for JsonExtension {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::Json(fault) = problem.kind() else { return Verdict::NotMine };
        let span = problem.span();
        let source = subject.text();
        let written = source.get(span.range()).unwrap_or_default();
        let (message, fix): (Text, Option<Edit>) = match fault.kind() {
            FaultKind::Comment => (COMMENT, Some(edit::delete(comment(source, span)))),
            FaultKind::TrailingComma { .. } => (TRAILING_COMMA, Some(edit::delete(span))),
            FaultKind::Quotes { quote: '\'' } => (SINGLE_QUOTES, requoted(subject, span)),
            FaultKind::UnquotedKey { .. } => (UNQUOTED_KEY, Some(edit::to_string(span, written))),
            FaultKind::UnknownWord { word } if is_json5_word(word) => (LITERAL, None),
            FaultKind::BadNumber { text } if is_json5_number(text) => (LITERAL, None),
            _ => return Verdict::NotMine,
        };
        self.draft(span)
            .arg("feature", written)
            .message(message)
            .fix(Applicability::Safe, PLAIN, fix)
            .into()
    }
}

/// A comment to the end of the line is removed without the line break.
fn comment(source: &str, span: Span) -> Span {
    let text = source.get(span.range()).unwrap_or_default();
    let kept = text.trim_end_matches(['\n', '\r']).len();
    u32::try_from(kept).map_or(span, |kept| Span::new(span.start, span.start + kept))
}

fn requoted(subject: &Subject<'_>, span: Span) -> Option<Edit> {
    let source = subject.text().get(span.range())?;
    let inner = source.strip_prefix('\'')?.strip_suffix('\'')?;
    let is_plain = !inner.contains(['\'', '\\', '"']);
    is_plain.then(|| edit::to_string(span, inner))
}

fn is_json5_word(word: &str) -> bool {
    matches!(word, "NaN" | "Infinity")
}

fn is_json5_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    let lower = digits.to_ascii_lowercase();
    lower.starts_with("0x")
        || matches!(lower.as_str(), "nan" | "infinity")
        || digits.starts_with('.')
        || digits.ends_with('.')
        || text.starts_with('+')
}
