use ramguard_catalog::KeyType;
use ramguard_policy::condition::{Family, Operator, Test};

use super::can_rename_operator;
use crate::Level;
use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::{Subject, TestView};

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
    fix = Unsafe;
    message = "`{key}` is a {type} key; use {ops}" / "`{key}` 是 {type} 类型的键；请用 {ops}";
    page_zh = "# 检查内容\n运算符的类型与键不符：对日期或地址用 `StringEquals`，对文本用 `Bool`。用 `true`/`false` 文本比较布尔键为警告。\n\n# 为什么重要\n作为文本，`203.0.113.0/24` 不是网段，`2026-01-01T00:00:00Z` 也不是时刻：条件永不成立，写在 Deny 中则什么也不拒绝。\n\n# 改法\n`acs:SourceIp` 用 `IpAddress`，`acs:CurrentTime` 用 `Date...`，`acs:SecureTransport` 和 `acs:MFAPresent` 用 `Bool`。\n";
}

const DIFFERS: Text =
    Text::new("`{op}` compares another type of value", "`{op}` 比较的是另一种类型的值");

const SWAP: Text = Text::new("write `{swapped}`", "改为 `{swapped}`");

impl Rule for OperatorTypeMismatch {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let readable = subject.readable();
        let tests = readable.flat_map(|view| view.tests.iter().map(move |test| (view, test)));
        for (statement, test) in tests {
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
            let swapped = counterpart(operator, wanted)
                .filter(|&swapped| reads(swapped, test))
                .filter(|&swapped| can_rename_operator(statement, test, swapped));
            let draft = match swapped {
                Some(swapped) => {
                    let edits = [edit::to_string(test.operator_span, swapped.name())];
                    draft.arg("swapped", swapped).fix(Applicability::Unsafe, SWAP, edits)
                }
                None => draft,
            };
            // The types of service keys were taken from tables that are not always right.
            let lowered = !is_global || is_text_of_bool;
            found.push(if lowered { draft.at_most(Level::Warning) } else { draft });
        }
    }
}

/// The operator that asks the same of another type of value, if there is one.
fn counterpart(operator: Operator, wanted: Family) -> Option<Operator> {
    let name = operator.name();
    let asks = ["String", "Numeric", "Date"].iter().find_map(|family| name.strip_prefix(family));
    let asks = match (operator, asks) {
        (Operator::Bool | Operator::IpAddress, _) => "Equals",
        (Operator::NotIpAddress, _) => "NotEquals",
        (_, Some("EqualsIgnoreCase" | "Like")) => "Equals",
        (_, Some("NotEqualsIgnoreCase" | "NotLike")) => "NotEquals",
        (_, asks) => asks?,
    };
    match (wanted, asks) {
        (Family::Bool, "Equals") => Some(Operator::Bool),
        (Family::Ip, "Equals") => Some(Operator::IpAddress),
        (Family::Ip, "NotEquals") => Some(Operator::NotIpAddress),
        (Family::String, _) => Operator::parse(&format!("String{asks}")),
        (Family::Numeric, _) => Operator::parse(&format!("Numeric{asks}")),
        (Family::Date, _) => Operator::parse(&format!("Date{asks}")),
        _ => None,
    }
}

/// Returns whether an operator can read every value of a test.
fn reads(operator: Operator, test: &TestView<'_>) -> bool {
    Test::parse(operator, test.values.iter().map(|value| value.text)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counterpart_asks_the_same_of_another_type() {
        for (operator, wanted, expected) in [
            (Operator::StringEquals, Family::Ip, Some(Operator::IpAddress)),
            (Operator::StringNotLike, Family::Ip, Some(Operator::NotIpAddress)),
            (Operator::StringEquals, Family::Bool, Some(Operator::Bool)),
            (Operator::StringNotEquals, Family::Bool, None),
            (Operator::NumericLessThan, Family::Date, Some(Operator::DateLessThan)),
            (Operator::NumericLessThan, Family::String, None),
            (Operator::NotIpAddress, Family::String, Some(Operator::StringNotEquals)),
            (Operator::Bool, Family::String, Some(Operator::StringEquals)),
            (Operator::DateGreaterThan, Family::Ip, None),
        ] {
            assert_eq!(counterpart(operator, wanted), expected, "{operator} {wanted}");
        }
    }
}
