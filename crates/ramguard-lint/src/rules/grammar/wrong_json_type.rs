use ramguard_policy::json::Kind as JsonKind;
use ramguard_policy::{Problem, ProblemKind};

use super::{element_zh, json_type_zh};
use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A number, Boolean, null, list or object where the grammar wants something else.
    ///
    /// # Why it matters
    /// RAM answers "data type mismatch".
    ///
    /// # Instead
    /// A string, or a list of strings.
    pub(crate) struct WrongJsonType;
    code = 216, name = "wrong-json-type", level = Error, preset = Default, needs = Text;
    fix = Safe;
    message = "expected {want}, found {got}" / "类型不符：应为 {want}，实际为 {got}";
    help = "{element} must be {want}" / "{element} 应为 {want}";
    page_zh = "# 检查内容\n语法要求字符串等类型的位置出现了数字、布尔值、null、列表或对象。\n\n# 为什么重要\nRAM 返回 \"data type mismatch\"。\n\n# 改法\n写字符串，或字符串列表。\n";
}

const FLATTEN: Text = Text::new("take the string out of the inner list", "去掉内层列表");

impl Rule for WrongJsonType {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::DataType { element, expected, found } = problem.kind() else {
            return Verdict::NotMine;
        };
        let span = problem.span();
        let inner = subject
            .value_at(span)
            .filter(|value| value.kind() == JsonKind::Array && value.span() == span)
            .filter(|_| element.starts_with("an entry of"))
            .filter(|value| value.len() == 1)
            .and_then(|value| value.elements().next())
            .filter(|value| value.kind() == JsonKind::String);
        let flatten = inner.map(|inner| edit::replace(span, inner.raw()));
        self.draft(span)
            .words("want", *expected, json_type_zh(expected))
            .words("got", *found, json_type_zh(found))
            .words("element", &**element, element_zh(element))
            .fix(Applicability::Safe, FLATTEN, flatten)
            .into()
    }
}
