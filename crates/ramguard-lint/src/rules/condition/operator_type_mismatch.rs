use ramguard_catalog::KeyType;
use ramguard_policy::condition::Family;

use crate::Level;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// An operator that compares another type than the key has: `StringEquals` on a date or an
    /// address, `Bool` on text. Comparing a Boolean key as text with `true` or `false` is a
    /// warning.
    ///
    /// # Why it matters
    /// As text `203.0.113.0/24` is no block and `2026-01-01T00:00:00Z` no instant: the condition
    /// never holds, and in a Deny nothing is denied.
    ///
    /// # Instead
    /// `IpAddress` for `acs:SourceIp`, `Date...` for `acs:CurrentTime`, `Bool` for
    /// `acs:SecureTransport` and `acs:MFAPresent`.
    pub(crate) struct OperatorTypeMismatch;
    code = 405, name = "operator-type-mismatch", level = Error, preset = Default, needs = Catalogue;
    message = "`{key}` is a {type} key; use {ops}" / "`{key}` 是 {type} 类型的键；请用 {ops}";
    page_zh = "# 检查内容\n运算符的类型与键不符：对日期或地址用 `StringEquals`，对文本用 `Bool`。用 `true`/`false` 文本比较布尔键为警告。\n\n# 为什么重要\n作为文本，`203.0.113.0/24` 不是网段，`2026-01-01T00:00:00Z` 也不是时刻：条件永不成立，写在 Deny 中则什么也不拒绝。\n\n# 改法\n`acs:SourceIp` 用 `IpAddress`，`acs:CurrentTime` 用 `Date...`，`acs:SecureTransport` 和 `acs:MFAPresent` 用 `Bool`。\n";
}

const DIFFERS: Text =
    Text::new("`{op}` compares another type of value", "`{op}` 比较的是另一种类型的值");

impl Rule for OperatorTypeMismatch {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for test in subject.readable().flat_map(|statement| &statement.tests) {
            let Some(operator) = test.operator else { continue };
            let key = subject.settings.catalog().condition_key(test.key);
            let Some((key, key_type)) = key.and_then(|key| Some((key, key.key_type()?))) else {
                continue;
            };
            let (wanted, type_zh, operators) = match key_type {
                KeyType::String => (Family::String, "字符串", "`StringEquals`, `StringLike`"),
                KeyType::Numeric => (Family::Numeric, "数字", "`NumericEquals`, `NumericLessThan`"),
                KeyType::Date => (Family::Date, "日期", "`DateLessThan`, `DateGreaterThan`"),
                KeyType::Bool => (Family::Bool, "布尔", "`Bool`"),
                KeyType::Ip => (Family::Ip, "IP 地址", "`IpAddress`, `NotIpAddress`"),
            };
            if operator.family() == wanted || !key.is_verified() {
                continue;
            }
            let is_global = key.name().starts_with("acs:");
            let is_text_of_bool = wanted == Family::Bool
                && operator.family() == Family::String
                && test.values.iter().all(|value| matches!(value.text, "true" | "false"));
            let draft = self
                .draft(test.operator_span)
                .help(DIFFERS)
                .arg("key", key.name())
                .words("type", key_type.name(), type_zh)
                .arg("op", operator.name())
                .whole_arg("ops", operators.to_owned());
            let draft = if is_global { draft.diagnostic("operator-type-mismatch") } else { draft };
            // The types of service keys were taken from tables that are not always right.
            let lowered = !is_global || is_text_of_bool;
            found.push(if lowered { draft.at_most(Level::Warning) } else { draft });
        }
    }
}
