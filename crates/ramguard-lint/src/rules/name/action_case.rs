use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::{Operation, Subject};

rule! {
    /// # What it finds
    /// An action that is in the catalogue except for upper and lower case.
    ///
    /// # Why it matters
    /// RAM compares actions without regard to case "in most cases" and asks for the documented
    /// spelling.
    ///
    /// # Instead
    /// `ecs:DescribeInstances`, not `ecs:describeinstances`.
    pub(crate) struct ActionCase;
    code = 307, name = "action-case", level = Note, preset = Strict, needs = Catalogue;
    fix = Safe;
    message = "write `{canon}`" / "请写作 `{canon}`";
    help = "the documentation compares without regard to case only \"in most cases\""
        / "文档只说“多数情况下”不区分大小写";
    page_zh = "# 检查内容\n操作与目录中的名称仅大小写不同。\n\n# 为什么重要\nRAM 比较操作时“多数情况下”不区分大小写，并建议使用文档中的写法。\n\n# 改法\n写 `ecs:DescribeInstances`，不写 `ecs:describeinstances`。\n";
}

const WRITE: Text = Text::new("write `{canon}`", "改为 `{canon}`");

impl Rule for ActionCase {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let operations = subject.readable().flat_map(|statement| &statement.operations);
        for Operation { word, service, name, known } in operations {
            let Some(action) = *known else { continue };
            if *service == action.service() && *name == action.name() {
                continue;
            }
            let canon = action.to_string();
            let edits = [edit::to_string(word.span, &canon)];
            found.push(
                self.draft(word.span).diagnostic("action-case-drift").arg("canon", canon).fix(
                    Applicability::Safe,
                    WRITE,
                    edits,
                ),
            );
        }
    }
}
