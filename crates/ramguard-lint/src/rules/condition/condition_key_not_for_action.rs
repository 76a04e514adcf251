use ramguard_match::{Case, Pattern};

use super::without_condition;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::{StatementView, Subject, Word};
use crate::{Confidence, Level, Preset};

rule! {
    /// # What it finds
    /// A condition key of a service in a statement none of whose actions is known to send it. If
    /// actions of that service are among them, if some actions send it and others do not, or if it
    /// is a tag, it is shown as a note from the preset `strict` on: the lists are not complete.
    ///
    /// # Why it matters
    /// A key that is not sent is absent: with a positive operator the statement never applies to
    /// these actions, with a negated one the condition always holds.
    ///
    /// # Instead
    /// A statement of its own for the actions that send the key.
    pub(crate) struct ConditionKeyNotForAction;
    code = 404, name = "condition-key-not-for-action", level = Warning, preset = Default, needs = Catalogue;
    fix = Unsafe;
    message = "`{key}` is not sent with {actions}; for them the statement never matches"
        / "{actions} 不发送 `{key}`；对它们该语句永远不匹配";
    help = "`{key}` is known to be sent with {carriers}" / "已知发送 `{key}` 的有：{carriers}";
    page_zh = "# 检查内容\n语句用了某服务的条件键，而其操作都不会发送它。若其中有该服务的操作、只有部分操作发送，或该键为标签键，则仅在 `strict` 及以上预设中提示：列表并不完整。\n\n# 为什么重要\n不发送的键视为缺失：肯定运算符使语句永不适用，否定运算符使条件总是成立。\n\n# 改法\n为会发送该键的操作单独写一条语句。\n";
}

const ALWAYS: Text = Text::new(
    "`{key}` is not sent with {actions}; for them the condition always holds",
    "{actions} 不发送 `{key}`；对它们该条件总是成立",
);

const MOVE: Text = Text::new(
    "drop the condition for these actions, in a statement of their own if others stay",
    "对这些操作去掉该条件；若还有其他操作，则另写一条语句",
);

/// How many names a message shows.
const SHOWN: usize = 3;

impl Rule for ConditionKeyNotForAction {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for statement in subject.readable().filter(|statement| !statement.is_not_action) {
            for test in &statement.tests {
                let Some(operator) = test.operator else { continue };
                let Some(key) = subject.settings.catalog().condition_key(test.key) else {
                    continue;
                };
                let is_global = key.name().starts_with("acs:") && key.name() != "acs:Service";
                if is_global || key.scopes().len() == 0 || subject.is_full(found) {
                    continue;
                }
                let scopes: Vec<&str> = key.scopes().collect();
                let (without, related) = actions_without(statement, &scopes);
                if without.is_empty() {
                    continue;
                }
                let mut carriers: Vec<&str> = scopes.iter().copied().take(SHOWN).collect();
                if scopes.len() > SHOWN {
                    carriers.push("\u{2026}");
                }
                let draft = self
                    .draft(test.key_span)
                    .arg("key", key.name())
                    .whole_arg("actions", listed(&without))
                    .whole_arg("carriers", carriers.join(", "));
                let draft = if operator.is_negated() { draft.message(ALWAYS) } else { draft };
                // Tags are sent by more services than the lists name.
                let is_certain = !key.takes_tag_key()
                    && without.len() == statement.action_words().len()
                    && !related
                    && key.is_verified();
                let may_repair = !related && !key.takes_tag_key() && key.is_verified();
                let edits = if may_repair {
                    without_condition(subject, statement, test, &without)
                } else {
                    Vec::new()
                };
                let draft = draft.fix(Applicability::Unsafe, MOVE, edits);
                found.push(if is_certain {
                    draft
                } else {
                    draft.only_in(Preset::Strict).at_most(Level::Note).confidence(Confidence::Low)
                });
            }
        }
    }
}

/// The actions of a statement that are not among the carriers of a key, and whether one of them
/// is of the same service as a carrier.
fn actions_without<'s, 'a>(
    statement: &'s StatementView<'a>,
    scopes: &[&str],
) -> (Vec<&'s Word<'a>>, bool) {
    let mut without = Vec::new();
    let mut related = false;
    for word in statement.action_words() {
        let pattern = Pattern::new(word.text, Case::AsciiInsensitive);
        let service = word.text.split_once(':').map_or("*", |(service, _)| service);
        let service = Pattern::new(service, Case::AsciiInsensitive);
        let carries = scopes.iter().any(|scope| match scope.split_once(':') {
            Some(_) => pattern.is_match(scope),
            None => service.is_match(scope),
        });
        if !carries {
            without.push(word);
            related |= scopes.iter().any(|scope| {
                service.is_match(scope.split_once(':').map_or(*scope, |(service, _)| service))
            });
        }
    }
    (without, related)
}

/// A few names in backticks, and how many more there are.
pub(super) fn listed(names: &[&Word<'_>]) -> String {
    let mut list: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{}`", name.text.chars().take(80).collect::<String>()))
        .collect();
    if names.len() > SHOWN {
        list.push(format!("+{}", names.len() - SHOWN));
    }
    list.join(", ")
}
