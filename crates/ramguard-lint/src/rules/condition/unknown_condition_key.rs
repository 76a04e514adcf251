use ramguard_catalog::Known;
use ramguard_policy::condition::ConditionKey;

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;
use crate::{Confidence, Preset};

rule! {
    /// # What it finds
    /// A condition key that no document names. Case does not matter, nor does what follows a `/`.
    /// Keys of services are an open set: without a likely spelling they are shown from the preset
    /// `strict` on only.
    ///
    /// # Why it matters
    /// A key that is never sent is absent: positive operators never match on it, negated ones
    /// always do.
    ///
    /// # Instead
    /// `acs:MFAPresent`, where `acs:RAMMFAPresent` was copied from.
    pub(crate) struct UnknownConditionKey;
    code = 403, name = "unknown-condition-key", level = Warning, preset = Default, needs = Catalogue;
    fix = Unsafe;
    message = "unknown condition key `{v}`; did you mean `{dym}`?"
        / "未知的条件键 `{v}`；是否想写 `{dym}`？";
    help = "a key that is never sent is absent: positive operators never match, negated ones always do"
        / "从不发送的键视为缺失：肯定运算符永不成立，否定运算符总是成立";
    page_zh = "# 检查内容\n没有文档提到的条件键；不区分大小写，`/` 之后的部分不参与比较。各服务的键是开放集合：没有相近拼写时仅在 `strict` 及以上预设中提示。\n\n# 为什么重要\n从不发送的键视为缺失：肯定运算符永不成立，否定运算符总是成立。\n\n# 改法\n`acs:MFAPresent`，而不是 `acs:RAMMFAPresent`。\n";
}

const UNKNOWN: Text = Text::new("unknown condition key `{v}`", "未知的条件键 `{v}`");
const WRITE: Text = Text::new("write `{dym}`", "改为 `{dym}`");

/// Keys that are often made up, and the one that is meant.
const INVENTED: [(&str, &str); 5] = [
    ("acs:RAMMFAPresent", "acs:MFAPresent"),
    ("acs:MultiFactorAuthPresent", "acs:MFAPresent"),
    ("acs:PassedToService", "acs:Service"),
    ("acs:SourceVpcIp", "acs:VpcSourceIp"),
    ("ram:PassedToService", "acs:Service"),
];

impl Rule for UnknownConditionKey {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let catalog = subject.settings.catalog();
        for test in subject.readable().flat_map(|statement| &statement.tests) {
            let Some(key) = ConditionKey::parse(test.key) else { continue };
            let is_global = key.service().eq_ignore_ascii_case("acs");
            // RAM323 speaks of keys of another cloud, RAM104 of characters that only look right.
            let is_foreign = ["aws", "iam"].iter().any(|s| key.service().eq_ignore_ascii_case(s));
            let known = catalog.condition_key_is_known(test.key);
            if is_foreign || !key.prefix().is_ascii() || known == Known::Yes {
                continue;
            }
            if known == Known::SeenInPolicies && !is_global {
                continue;
            }
            let invented =
                INVENTED.iter().find(|(name, _)| name.eq_ignore_ascii_case(key.prefix()));
            let near = match invented {
                Some((_, meant)) => Some(*meant),
                None => catalog.nearest_condition_key(key.prefix()),
            };
            let draft = self.draft(test.key_span).arg("v", test.key);
            let draft = if is_global { draft.diagnostic("unknown-global-key") } else { draft };
            found.push(match near {
                Some(near) => {
                    let tag = key.tag_key().map(|tag| format!("/{tag}")).unwrap_or_default();
                    let meant = format!("{near}{tag}");
                    let edits = [edit::to_string(test.key_span, &meant)];
                    draft.arg("dym", meant).fix(Applicability::Unsafe, WRITE, edits)
                }
                None if is_global => draft.message(UNKNOWN),
                None => draft.message(UNKNOWN).only_in(Preset::Strict).confidence(Confidence::Low),
            });
        }
    }
}
