use ramguard_policy::{Problem, ProblemKind};

use crate::Level;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// An identifier masked with asterisks, the way documentation prints it:
    /// `123456789012****` as an account, `i-bp1****` as an instance.
    ///
    /// # Why it matters
    /// In a resource the asterisks are live: the pattern matches every identifier with that
    /// prefix. A trust policy that was copied like this would open the role to a range of
    /// accounts; RAM refuses it there.
    ///
    /// # Instead
    /// The whole identifier.
    pub(crate) struct MaskedAccountId;
    code = 314, name = "masked-account-id", level = Error, preset = Default, needs = Text;
    severity = 85;
    message = "`{v}` is a masked sample: as a pattern it matches every account with that prefix"
        / "`{v}` 是打码的示例：作为模式会匹配所有以此开头的账号";
    help = "write the whole identifier" / "请写完整的标识";
    page_zh = "# 检查内容\n像文档那样用星号打码的标识：账号 `123456789012****`、实例 `i-bp1****`。\n\n# 为什么重要\n在资源中星号是有效的通配符，会匹配所有以此开头的标识。照抄到信任策略中会把角色开放给一批账号，RAM 会拒绝。\n\n# 改法\n写完整的标识。\n";
}

const IDENTIFIER: Text = Text::new(
    "`{v}` holds a masked sample: as a pattern it matches every name with that prefix",
    "`{v}` 含有打码的示例：作为模式会匹配所有以此开头的名称",
);

impl Rule for MaskedAccountId {
    fn explain(&self, _subject: &Subject<'_>, problem: &Problem) -> Verdict {
        match problem.kind() {
            ProblemKind::InvalidPrincipal { found, .. } if holds_masked_number(found) => {
                self.draft(problem.span()).arg("v", found).into()
            }
            _ => Verdict::NotMine,
        }
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for (word, fields) in subject.readable().flat_map(|statement| &statement.arns) {
            if !word.has_wildcard() || !word.text.as_bytes().windows(2).any(|two| two == b"**") {
                continue;
            }
            let draft = self.draft(word.span).diagnostic("masked-identifier");
            if holds_masked_number(fields.account) {
                found.push(draft.arg("v", fields.account));
            } else if word.text.contains("****") {
                let fields = [fields.relative_id, fields.account, fields.region];
                let masked = fields.into_iter().find(|field| field.contains("****"));
                let draft = draft.arg("v", masked.unwrap_or(word.text)).message(IDENTIFIER);
                found.push(draft.at_most(Level::Warning));
            }
        }
    }
}

/// Returns whether a digit is followed by two asterisks or more.
fn holds_masked_number(text: &str) -> bool {
    text.as_bytes()
        .windows(3)
        .any(|three| matches!(three, [digit, b'*', b'*'] if digit.is_ascii_digit()))
}
