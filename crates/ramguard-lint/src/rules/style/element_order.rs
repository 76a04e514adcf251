use ramguard_policy::json::{Member, Value};

use super::rearranged;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// Elements in another order than `Version`, `Statement`, and in a statement `Sid`, `Effect`,
    /// `Principal`, `Action` or `NotAction`, `Resource`, `Condition`.
    ///
    /// # Why it matters
    /// Statements that all read alike are compared at a glance. The order changes no decision.
    ///
    /// # Instead
    /// `{ "Effect": "Allow", "Action": "ecs:DescribeInstances", "Resource": "*" }`
    pub(crate) struct ElementOrder;
    code = 901, name = "element-order", level = Note, preset = Strict, needs = Text;
    fix = Safe;
    message = "order members as {order}" / "请按此顺序书写元素：{order}";
    page_zh = "# 检查内容\n元素顺序不是 `Version`、`Statement`；语句内不是 `Sid`、`Effect`、`Principal`、`Action` 或 `NotAction`、`Resource`、`Condition`。\n\n# 为什么重要\n写法一致的语句一眼就能比较。顺序不影响决策。\n\n# 改法\n`{ \"Effect\": \"Allow\", \"Action\": \"ecs:DescribeInstances\", \"Resource\": \"*\" }`\n";
}

const DOCUMENT: [&str; 2] = ["Version", "Statement"];
const STATEMENT: [&str; 8] =
    ["Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

const REORDER: Text = Text::new("write {order}", "按 {order} 的顺序书写");

impl Rule for ElementOrder {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        if !subject.document.tree().is_strict_json() {
            return;
        }
        found.extend(subject.root().and_then(|root| self.order(subject, root, &DOCUMENT)));
        for (view, _) in subject.sound() {
            found.extend(self.order(subject, view.value, &STATEMENT));
        }
    }
}

impl ElementOrder {
    /// Checks one object; one with a member of another name is left alone.
    fn order(&self, subject: &Subject<'_>, object: Value<'_>, names: &[&str]) -> Option<Draft> {
        // No key stands twice in strict JSON, so one more than there are names is an unknown one.
        let mut ranked: Vec<(usize, Member<'_>)> = Vec::new();
        for member in object.members() {
            ranked.push((names.iter().position(|name| *name == member.key)?, member));
        }
        let misplaced = ranked.windows(2).find_map(|pair| match pair {
            [(before, _), (after, member)] if before > after => Some(member.key_span),
            _ => None,
        })?;
        let places: Vec<_> = ranked.iter().map(|(_, member)| member.span()).collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        let order: Vec<&str> = ranked.iter().map(|(_, member)| member.key).collect();
        let moves = places.into_iter().zip(ranked.iter().map(|(_, member)| member.span()));
        Some(self.draft(misplaced).whole_arg("order", order.join(", ")).fix(
            Applicability::Safe,
            REORDER,
            rearranged(subject, moves),
        ))
    }
}
