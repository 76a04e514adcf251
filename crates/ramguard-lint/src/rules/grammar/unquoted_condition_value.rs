use ramguard_policy::json::Kind as JsonKind;
use ramguard_policy::{Problem, ProblemKind};

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A condition value written as a JSON number or Boolean.
    ///
    /// # Why it matters
    /// Numbers, dates, Booleans and addresses are all written as strings; RAM refuses the rest.
    ///
    /// # Instead
    /// `"Bool": { "acs:SecureTransport": "true" }`
    pub(crate) struct UnquotedConditionValue;
    code = 217, name = "unquoted-condition-value", level = Error, preset = Default, needs = Text;
    fix = Safe;
    message = "condition values are strings: write `\"{v}\"`" / "条件值必须是字符串：请写 `\"{v}\"`";
    page_zh = "# 检查内容\n条件值写成了 JSON 数字或布尔值。\n\n# 为什么重要\n数字、日期、布尔值和地址都要写成字符串，否则 RAM 会拒绝。\n\n# 改法\n`\"Bool\": { \"acs:SecureTransport\": \"true\" }`\n";
}

const QUOTE: Text = Text::new("put it in quotes", "加上引号");

impl Rule for UnquotedConditionValue {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::DataType { element, .. } = problem.kind() else {
            return Verdict::NotMine;
        };
        let element = element.strip_prefix("an entry of ").unwrap_or(element);
        let is_value = element == "a condition key" || element.starts_with("condition key `");
        let value = subject.value_at(problem.span());
        match value.filter(|_| is_value) {
            Some(value) if matches!(value.kind(), JsonKind::Number | JsonKind::Bool(_)) => self
                .draft(problem.span())
                .arg("v", value.raw())
                .fix(Applicability::Safe, QUOTE, [edit::to_string(value.span(), value.raw())])
                .into(),
            _ => Verdict::NotMine,
        }
    }
}
