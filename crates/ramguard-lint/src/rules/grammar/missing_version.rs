use ramguard_policy::Problem;

use super::is_misspelt_in;
use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A document without `Version`.
    ///
    /// # Why it matters
    /// RAM refuses it; there is no default version.
    ///
    /// # Instead
    /// `"Version": "1"`
    pub(crate) struct MissingVersion;
    code = 201, name = "missing-version", level = Error, preset = Default, needs = Text;
    fix = Safe;
    message = "policy has no `Version`" / "策略缺少 `Version`";
    help = "add `\"Version\": \"1\"`" / "请加上 `\"Version\": \"1\"`";
    page_zh = "# 检查内容\n文档没有 `Version`。\n\n# 为什么重要\nRAM 会拒绝，版本没有默认值。\n\n# 改法\n`\"Version\": \"1\"`\n";
}

const ADD: Text = Text::new("add `\"Version\": \"1\"`", "加上 `\"Version\": \"1\"`");

impl Rule for MissingVersion {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let root = subject.root();
        if is_misspelt_in(root, "Version") {
            return Verdict::Consequence;
        }
        let insert =
            root.and_then(|root| edit::insert_first(subject.text(), root, "\"Version\": \"1\""));
        self.draft(problem.span()).fix(Applicability::Safe, ADD, insert).into()
    }
}
