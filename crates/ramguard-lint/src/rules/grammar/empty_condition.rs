use ramguard_policy::json::Kind as JsonKind;

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// `"Condition": {}`
    ///
    /// # Why it matters
    /// It is legal and means that the statement is unconditional; mostly somebody forgot the
    /// restriction.
    ///
    /// # Instead
    /// The condition that was meant, or no `Condition`.
    pub(crate) struct EmptyCondition;
    code = 219, name = "empty-condition", level = Warning, preset = Default, needs = Text;
    severity = 30;
    fix = Safe;
    message = "empty condition restricts nothing" / "空条件不起任何限制作用";
    help = "usually a forgotten restriction: add it, or remove the element"
        / "通常是遗漏了限制：请补上，或删除该元素";
    page_zh = "# 检查内容\n`\"Condition\": {}`\n\n# 为什么重要\n写法合法，但等于没有条件；多半是遗漏了限制。\n\n# 改法\n补上条件，或删除 `Condition`。\n";
}

const REMOVE: Text = Text::new("remove the element", "删除该元素");

impl Rule for EmptyCondition {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for statement in &subject.statements {
            let Some(condition) = statement.condition else { continue };
            if condition.kind() != JsonKind::Object || !condition.is_empty() {
                continue;
            }
            let key = statement.value.members().find(|member| member.key == "Condition");
            let remove =
                key.and_then(|member| edit::remove_member(statement.value, member.key_span));
            found.push(self.draft(condition.span()).fix(Applicability::Safe, REMOVE, remove));
        }
    }
}
