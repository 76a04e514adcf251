use super::template_placeholder::placeholder;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::rules::text::confusable_character::twin;
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// An account field that is not empty, no pattern, not `system`, and not 15 to 17 digits.
    ///
    /// # Why it matters
    /// Twelve digits are an account of another cloud, a word is a placeholder; neither matches
    /// any resource.
    ///
    /// # Instead
    /// The 16 digits of the account, or `*`.
    pub(crate) struct ArnAccount;
    code = 313, name = "arn-account", level = Warning, preset = Default, needs = Text;
    message = "`{v}` is not an Alibaba Cloud account ID" / "`{v}` 不是阿里云账号 ID";
    help = "account IDs have 16 digits; write `*` for any account" / "账号 ID 通常为 16 位数字；任意账号请写 `*`";
    page_zh = "# 检查内容\n账号段非空、不是通配、不是 `system`，也不是 15 到 17 位数字。\n\n# 为什么重要\n12 位数字是其他云的账号，单词则是占位符，都不会匹配任何资源。\n\n# 改法\n写 16 位账号 ID，或 `*`。\n";
}

const WORD: Text = Text::new(
    "`{v}` stands for an account ID and was not filled in",
    "`{v}` 是账号 ID 的占位，尚未替换",
);

impl Rule for ArnAccount {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for (word, fields) in subject.readable().flat_map(|statement| &statement.arns) {
            let account = fields.account;
            let is_number = account.bytes().all(|byte| byte.is_ascii_digit());
            // Nearly every account there is.
            if account.is_empty() || (is_number && (15..=17).contains(&account.len())) {
                continue;
            }
            if account.contains(['*', '?']) || account.eq_ignore_ascii_case("system") {
                continue;
            }
            // RAM315 and RAM104 speak of these.
            if placeholder(account).is_some() || account.chars().any(|c| twin(c).is_some()) {
                continue;
            }
            let draft = self.draft(word.span).arg("v", account);
            found.push(if is_number {
                draft
            } else {
                draft.message(WORD).diagnostic("placeholder")
            });
        }
    }
}
