use std::collections::BTreeMap;

use ramguard_catalog::renamed;
use ramguard_policy::json::Kind as JsonKind;
use ramguard_policy::text::Span;

use crate::edit;
use crate::fix::{Applicability, Edit};
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::{Operation, Subject, Word, Words};
use crate::{Level, Preset};

rule! {
    /// # What it finds
    /// An action that has a successor, where the statement does not name the successor too. In the
    /// policy of a service-linked role, which only its service can change, it is a note from the
    /// preset `strict` on.
    ///
    /// # Why it matters
    /// Calls of the new API are checked under the new name, and the old grant does not cover them.
    ///
    /// # Instead
    /// Both during a migration, then the new one: `fc:CreateFunction` for `fc:CreateService`.
    pub(crate) struct RenamedAction;
    code = 308, name = "renamed-action", level = Warning, preset = Default, needs = Catalogue;
    fix = Unsafe;
    message = "`{v}` was replaced by `{new}`" / "`{v}` 已由 `{new}` 取代";
    help = "{why}; grant both during a migration" / "迁移期间请同时授予两者（{why}）";
    page_zh = "# 检查内容\n操作已有后继，而语句没有同时写明后继。服务关联角色的策略只能由服务修改，仅在 `strict` 及以上预设中提示。\n\n# 为什么重要\n新 API 按新名称鉴权，旧授权不覆盖。\n\n# 改法\n迁移期间同时授予两者，之后只写新的：`fc:CreateService` 改为 `fc:CreateFunction`。\n";
}

const ADD: Text = Text::new("add `{new}`", "加上 `{new}`");

impl Rule for RenamedAction {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let of_service = subject.is_of_service_linked_role();
        for statement in subject.readable() {
            let Some(actions) = &statement.actions else { continue };
            let mut granted: BTreeMap<&str, bool> = BTreeMap::new();
            for Operation { word, known, .. } in &statement.operations {
                if known.is_some_and(|action| !action.is_renamed()) {
                    continue;
                }
                let Some((new, why)) = renamed(word.text) else { continue };
                let is_granted = granted
                    .entry(new)
                    .or_insert_with(|| actions.words.iter().any(|other| other.covers_action(new)));
                if *is_granted || subject.is_full(found) {
                    continue;
                }
                let draft = self
                    .draft(word.span)
                    .arg("v", word.text)
                    .arg("new", new)
                    .whole_arg("why", why.to_owned())
                    .fix(Applicability::Unsafe, ADD, [add(actions, *word, new)]);
                found.push(if of_service {
                    draft.only_in(Preset::Strict).at_most(Level::Note)
                } else {
                    draft
                });
            }
        }
    }
}

fn add(actions: &Words<'_>, word: Word<'_>, new: &str) -> Edit {
    let (old, new) = (edit::quoted(word.text), edit::quoted(new));
    if actions.value.kind() == JsonKind::Array {
        edit::replace(Span::new(word.span.end, word.span.end), format!(", {new}"))
    } else {
        edit::replace(word.span, format!("[{old}, {new}]"))
    }
}
