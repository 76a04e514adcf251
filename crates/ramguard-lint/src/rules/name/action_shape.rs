use ramguard_policy::{Problem, ProblemKind};

use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// An action that is neither `*` nor `<ram-code>:<action-name>`: no colon, two colons, an
    /// empty half, or a character that no action has.
    ///
    /// # Why it matters
    /// RAM refuses the policy.
    ///
    /// # Instead
    /// `ecs:DescribeInstances`, `ecs:Describe*`, `*`
    pub(crate) struct ActionShape;
    code = 301, name = "action-shape", level = Error, preset = Default, needs = Text;
    message = "action `{v}` is not of the form `service:Action`"
        / "操作 `{v}` 不符合 `service:Action` 的形式";
    page_zh = "# 检查内容\n操作既不是 `*`，也不是 `<ram-code>:<action-name>`：没有冒号、有两个冒号、某一半为空，或含有不允许的字符。\n\n# 为什么重要\nRAM 会拒绝该策略。\n\n# 改法\n`ecs:DescribeInstances`、`ecs:Describe*`、`*`\n";
}

const REMEDY: Text =
    Text::new("{remedy}", "请写 `*` 或 `<ram-code>:<action-name>`，例如 `ecs:StopInstance`");

impl Rule for ActionShape {
    fn explain(&self, _subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::InvalidAction { found, remedy } = problem.kind() else {
            return Verdict::NotMine;
        };
        let draft = self.draft(problem.span()).arg("v", found);
        draft.whole_arg("remedy", remedy.to_string()).help(REMEDY).into()
    }
}
