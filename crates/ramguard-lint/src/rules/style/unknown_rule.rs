use ramguard_policy::text::Span;

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};

rule! {
    /// # What it finds
    /// A setting, an option or a suppression that names a rule there has never been.
    ///
    /// # Why it matters
    /// The setting does nothing: a rule stays on or off against the author's will.
    ///
    /// # Instead
    /// `RAM604`, the start of a code as `RAM6`, `passrole-any-role`, `security` or `all`.
    pub(crate) struct UnknownRule;
    code = 908, name = "unknown-rule", level = Error, preset = Default, needs = Text;
    fix = Unsafe;
    message = "unknown rule `{v}`; did you mean `{dym}`?" / "未知的规则 `{v}`；是否想写 `{dym}`？";
    page_zh = "# 检查内容\n设置、选项或抑制项写了从未存在的规则。\n\n# 为什么重要\n该设置不起作用：规则会违背作者的意愿保持启用或停用。\n\n# 改法\n`RAM604`、代码前缀如 `RAM6`、`passrole-any-role`、`security` 或 `all`。\n";
}

const UNKNOWN: Text = Text::new("unknown rule `{v}`", "未知的规则 `{v}`");
const FORMS: Text = Text::new(
    "name a rule by its code, the start of one, its name or its category",
    "请用规则的代码、代码前缀、名称或类别",
);
const WRITE: Text = Text::new("write `{dym}`", "改为 `{dym}`");

impl Rule for UnknownRule {}

impl UnknownRule {
    /// `span` is the name without quotes.
    pub(crate) fn say(&self, span: Span, found: &str, suggestion: Option<&str>) -> Draft {
        let draft = self.draft(span).arg("v", found);
        match suggestion {
            Some(meant) => {
                let edits = [edit::replace(span, meant)];
                draft.arg("dym", meant).fix(Applicability::Unsafe, WRITE, edits)
            }
            None => draft.message(UNKNOWN).help(FORMS),
        }
    }
}
