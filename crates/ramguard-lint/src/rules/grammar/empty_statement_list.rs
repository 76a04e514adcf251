use ramguard_policy::Problem;

use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// `"Statement": []`
    ///
    /// # Why it matters
    /// The policy grants and denies nothing, and RAM asks for at least one statement.
    ///
    /// # Instead
    /// Delete the policy, or write the statement that is missing.
    pub(crate) struct EmptyStatementList;
    code = 204, name = "empty-statement-list", level = Warning, preset = Default, needs = Text;
    message = "policy grants and denies nothing" / "策略既不允许也不拒绝任何操作";
    help = "delete the policy or add a statement" / "请删除该策略或添加语句";
    page_zh = "# 检查内容\n`\"Statement\": []`\n\n# 为什么重要\n策略不起任何作用，而 RAM 要求至少一条语句。\n\n# 改法\n删除策略，或补上缺少的语句。\n";
}

impl Rule for EmptyStatementList {
    fn explain(&self, _subject: &Subject<'_>, problem: &Problem) -> Verdict {
        self.draft(problem.span()).into()
    }
}
