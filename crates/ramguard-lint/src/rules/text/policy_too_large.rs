use ramguard_policy::text::Span;
use ramguard_policy::{Problem, ProblemKind};

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A document longer than its kind may be, blanks included: custom policy 6,144, session
    /// policy 2,048, control policy 4,096 bytes, all bucket policies of one bucket 16 KiB. The
    /// limit of trust policies is not documented; that of custom policies is assumed.
    ///
    /// # Why it matters
    /// RAM answers `InvalidParameter.PolicyDocument.Length`.
    ///
    /// # Instead
    /// Remove blanks, merge statements, or split the policy in two.
    pub(crate) struct PolicyTooLarge;
    code = 108, name = "policy-too-large", level = Error, preset = Default, needs = Text;
    fix = Unsafe;
    message = "policy is {n} bytes, limit for {kind} is {max}"
        / "策略为 {n} 字节，{kind} 类策略的上限为 {max}";
    help = "remove blanks, merge statements, or split it into several policies"
        / "请去除空白、合并语句，或拆分为多个策略";
    page_zh = "# 检查内容\n文档（含空白）超过所属类型的上限：自定义策略 6,144、会话策略 2,048、管控策略 4,096 字节，单个 Bucket 的全部策略 16 KiB。信任策略的上限没有文档，按自定义策略计。\n\n# 为什么重要\nRAM 返回 `InvalidParameter.PolicyDocument.Length`。\n\n# 改法\n去除空白、合并语句，或拆成两个策略。\n";
}

const MINIFY: Text = Text::new("remove the blanks between values", "去除值之间的空白");

impl Rule for PolicyTooLarge {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::Size { kind, bytes, limit } = problem.kind() else {
            return Verdict::NotMine;
        };
        let draft = self.draft(problem.span()).arg("n", bytes).arg("kind", kind).arg("max", limit);
        let source = subject.text();
        let shorter = subject.document.tree().is_strict_json().then(|| minified(source));
        match (shorter, u32::try_from(source.len())) {
            (Some(text), Ok(end)) if text.len() <= *limit => {
                let whole = edit::replace(Span::new(0, end), text);
                draft.fix(Applicability::Unsafe, MINIFY, [whole]).into()
            }
            _ => draft.into(),
        }
    }
}

/// Strict JSON without the blanks between its values.
fn minified(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    // A quote ends a string unless an odd number of backslashes stands before it.
    let mut in_string = false;
    for part in source.split_inclusive('"') {
        if in_string {
            text.push_str(part);
            let body = part.strip_suffix('"').unwrap_or(part);
            let slashes = body.len() - body.trim_end_matches('\\').len();
            in_string = slashes % 2 == 1;
        } else {
            text.extend(part.chars().filter(|c| !matches!(c, ' ' | '\t' | '\n' | '\r')));
            in_string = true;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_inside_strings_stay() {
        assert_eq!(minified("{ \"a b\\\" \" : [ 1 , 2 ] }\n"), "{\"a b\\\" \":[1,2]}");
    }
}
