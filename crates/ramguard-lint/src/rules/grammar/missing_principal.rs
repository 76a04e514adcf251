use ramguard_policy::{Kind, Problem};

use super::is_misspelt_in;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A statement of a trust or bucket policy without `Principal`.
    ///
    /// # Why it matters
    /// RAM refuses it: nobody is named.
    ///
    /// # Instead
    /// `"Principal": { "Service": ["ecs.aliyuncs.com"] }` in a trust policy,
    /// `"Principal": ["<uid>"]` in a bucket policy.
    pub(crate) struct MissingPrincipal;
    code = 215, name = "missing-principal", level = Error, preset = Default, needs = Text;
    message = "statement has no `Principal`" / "语句缺少 `Principal`";
    help = "name who is trusted under `RAM`, `Service` or `Federated`"
        / "请在 `RAM`、`Service` 或 `Federated` 下写明受信主体";
    page_zh = "# 检查内容\n信任策略或 Bucket 策略的语句没有 `Principal`。\n\n# 为什么重要\nRAM 会拒绝：没有指明任何主体。\n\n# 改法\n信任策略：`\"Principal\": { \"Service\": [\"ecs.aliyuncs.com\"] }`；Bucket 策略：`\"Principal\": [\"<uid>\"]`。\n";
}

const BUCKET: Text =
    Text::new("add `\"Principal\": [\"<uid>\"]`", "请加上 `\"Principal\": [\"<uid>\"]`");

impl Rule for MissingPrincipal {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let object = subject.value_at(problem.span());
        let has_not_principal = object.is_some_and(|object| object.get("NotPrincipal").is_some());
        if has_not_principal || is_misspelt_in(object, "Principal") {
            return Verdict::Consequence;
        }
        let draft = self.draft(problem.span());
        if subject.kind() == Kind::Bucket { draft.help(BUCKET).into() } else { draft.into() }
    }
}
