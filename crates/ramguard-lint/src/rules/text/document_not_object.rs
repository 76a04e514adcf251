use ramguard_policy::json::{self, JsonLimits, Kind as JsonKind};
use ramguard_policy::{Problem, ProblemKind};

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::rules::grammar::json_type_zh;
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A document whose outermost value is no object: a list, a number, or a string that holds a
    /// policy once more.
    ///
    /// # Why it matters
    /// RAM refuses it. A policy inside a string comes from an API response that was not decoded.
    ///
    /// # Instead
    /// `{ "Version": "1", "Statement": [ ... ] }`
    pub(crate) struct DocumentNotObject;
    code = 106, name = "document-not-object", level = Error, preset = Default, needs = Text;
    fix = Safe;
    message = "a policy is a JSON object, found {type}" / "策略应为 JSON 对象，实际为 {type}";
    help = "if the text came out of an API response, decode `PolicyDocument` once more"
        / "如果文本来自 API 响应，请将 `PolicyDocument` 再解码一次";
    page_zh = "# 检查内容\n文档最外层不是对象：是列表、数字，或内含策略的字符串。\n\n# 为什么重要\nRAM 会拒绝。字符串形式的策略通常来自未解码的 API 响应。\n\n# 改法\n`{ \"Version\": \"1\", \"Statement\": [ ... ] }`\n";
}

const DECODE: Text = Text::new("decode the string once", "将字符串解码一次");

impl Rule for DocumentNotObject {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::DataType { element, found, .. } = problem.kind() else {
            return Verdict::NotMine;
        };
        let root = match subject.root() {
            Some(root) if root.span() == problem.span() && &**element == "a policy" => root,
            _ => return Verdict::NotMine,
        };
        let draft = self.draft(problem.span()).words("type", *found, json_type_zh(found));
        match root.as_str().filter(|text| is_policy(text)) {
            Some(text) => {
                draft.fix(Applicability::Safe, DECODE, [edit::replace(root.span(), text)]).into()
            }
            None => draft.into(),
        }
    }
}

fn is_policy(text: &str) -> bool {
    let tree = json::read(text, &JsonLimits::default());
    tree.root()
        .is_some_and(|root| root.kind() == JsonKind::Object && root.get("Statement").is_some())
}
