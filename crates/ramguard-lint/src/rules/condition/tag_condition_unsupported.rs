use ramguard_policy::Effect;
use ramguard_policy::condition::ConditionKey;

use super::condition_key_not_for_action::listed;
use super::without_condition;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::{Subject, Word};

rule! {
    /// # What it finds
    /// A condition on the tags of a resource for actions that do not send them: queries
    /// (`Describe...`, `List...`), all of `rds` for `acs:ResourceTag`, key pairs of `ecs`.
    ///
    /// # Why it matters
    /// The tag is absent: with a positive operator an Allow never grants these actions and a Deny
    /// never denies them; with a negated one the condition always holds.
    ///
    /// # Instead
    /// A statement of its own, without the condition, for the queries.
    pub(crate) struct TagConditionUnsupported;
    code = 421, name = "tag-condition-unsupported", level = Warning, preset = Default, needs = Catalogue;
    severity = 60;
    fix = Unsafe;
    message = "{actions} do not send `{key}`; this Allow never grants them"
        / "{actions} 不发送 `{key}`；该 Allow 永远不会授予它们";
    help = "put these actions into a statement without the tag" / "请将这些操作放入不含标签条件的语句";
    page_zh = "# 检查内容\n对不发送标签的操作使用资源标签条件：查询类（`Describe...`、`List...`）、`acs:ResourceTag` 下的全部 `rds` 操作、`ecs` 的密钥对。\n\n# 为什么重要\n标签视为缺失：肯定运算符使 Allow 永不授予、Deny 永不拒绝；否定运算符使条件总是成立。\n\n# 改法\n为查询类操作另写一条不含该条件的语句。\n";
}

const DENY: Text = Text::new(
    "{actions} do not send `{key}`; this Deny never denies them",
    "{actions} 不发送 `{key}`；该 Deny 永远不会拒绝它们",
);
const ALWAYS: Text = Text::new(
    "{actions} do not send `{key}`; for them the condition always holds",
    "{actions} 不发送 `{key}`；对它们该条件总是成立",
);

const MOVE: Text = Text::new(
    "drop the tag for these actions, in a statement of their own if others stay",
    "对这些操作去掉标签条件；若还有其他操作，则另写一条语句",
);

/// Keys that hold tags of the resource.
const TAG_KEYS: [&str; 6] =
    ["acs:ResourceTag", "ecs:tag", "rds:ResourceTag", "vpc:tag", "kms:tag", "eci:tag"];

impl Rule for TagConditionUnsupported {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for statement in subject.readable().filter(|statement| !statement.is_not_action) {
            for test in &statement.tests {
                let key = ConditionKey::parse(test.key).filter(|key| key.tag_key().is_some());
                let (Some(key), Some(operator)) = (key, test.operator) else { continue };
                let is_tag = TAG_KEYS.iter().any(|tag| tag.eq_ignore_ascii_case(key.prefix()));
                if !is_tag || subject.is_full(found) {
                    continue;
                }
                let is_global = key.prefix().eq_ignore_ascii_case("acs:ResourceTag");
                let silent: Vec<&Word<'_>> = statement
                    .action_words()
                    .iter()
                    .filter(|word| does_not_send(word.text, is_global))
                    .collect();
                if silent.is_empty() {
                    continue;
                }
                let draft = self
                    .draft(test.key_span)
                    .arg("key", key.prefix())
                    .whole_arg("actions", listed(&silent))
                    .fix(
                        Applicability::Unsafe,
                        MOVE,
                        without_condition(subject, statement, test, &silent),
                    );
                found.push(if operator.is_negated() {
                    draft.message(ALWAYS)
                } else if statement.effect == Some(Effect::Deny) {
                    draft.message(DENY)
                } else {
                    draft
                });
            }
        }
    }
}

/// Returns whether no operation the entry covers sends tags of the resource.
fn does_not_send(action: &str, is_global: bool) -> bool {
    let Some((service, name)) = action.split_once(':') else { return false };
    let starts =
        |verb: &str| name.get(..verb.len()).is_some_and(|head| head.eq_ignore_ascii_case(verb));
    let is_query = starts("Describe") || starts("List");
    let is_rds = is_global && service.eq_ignore_ascii_case("rds");
    let is_key_pair =
        service.eq_ignore_ascii_case("ecs") && name.to_ascii_lowercase().contains("keypair");
    is_query || is_rds || is_key_pair
}
