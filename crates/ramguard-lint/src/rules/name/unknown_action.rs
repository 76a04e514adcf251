use std::collections::BTreeMap;

use ramguard_catalog::{Action, DATE, Known, misnamed};

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::{Operation, Subject};
use crate::{Confidence, Preset};

rule! {
    /// # What it finds
    /// An action of a known service that no document and no list of APIs names, or the name of an
    /// API that is checked under another one. A name that published policies use, or one of a
    /// service without a list of APIs, is shown from the preset `strict` on only: names of
    /// authorisation and of APIs differ, and the catalogue is not complete.
    ///
    /// # Why it matters
    /// An action that does not exist never matches, and nobody notices.
    ///
    /// # Instead
    /// `sts:GetCallerIdentity`, where `ram:GetCallerIdentity` was printed; `oss:GetObject` for
    /// HeadObject. Names that are missing here are added in the settings.
    pub(crate) struct UnknownAction;
    code = 304, name = "unknown-action", level = Warning, preset = Default, needs = Catalogue;
    fix = Unsafe;
    message = "unknown action `{v}`; did you mean {dym}?" / "未知的操作 `{v}`；是否想写 {dym}？";
    help = "not in the catalogue of {date}, which is not complete; actions can be added in the settings"
        / "{date} 的目录（并不完整）中没有；可在配置中添加操作";
    page_zh = "# 检查内容\n已知服务的操作，但没有文档或 API 列表提到；或写了 API 名，而鉴权用的是另一个名称。公开策略用过的名称、没有 API 列表的服务仅在 `strict` 及以上预设中提示：授权名与 API 名有差异，目录也不完整。\n\n# 为什么重要\n不存在的操作永远不会匹配，而且无人察觉。\n\n# 改法\n写 `sts:GetCallerIdentity`，而不是某示例中的 `ram:GetCallerIdentity`；HeadObject 写 `oss:GetObject`。缺少的名称可在配置中添加。\n";
}

const UNKNOWN: Text = Text::new("unknown action `{v}`", "未知的操作 `{v}`");
const CHECKED_AS: Text = Text::new("{why}", "鉴权时使用的是 {dym}");
const WRITE: Text = Text::new("write `{first}`", "改为 `{first}`");

/// Names longer than this, in bytes, come from no misspelling of an action there is.
const LONGEST: usize = 68;

impl Rule for UnknownAction {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let catalog = subject.settings.catalog();
        for statement in subject.readable() {
            let mut granted: BTreeMap<&str, bool> = BTreeMap::new();
            for &Operation { word, service, name, known } in &statement.operations {
                // Nearly every word: it is documented, and no other name is meant by it.
                let is_sought = known.is_none_or(Action::is_misnamed);
                let misnamed = if is_sought { misnamed(word.text) } else { None };
                if misnamed.is_none() && known.is_some_and(Action::is_verified) {
                    continue;
                }
                if subject.is_full(found) {
                    return;
                }
                let draft = || self.draft(word.span).arg("v", word.text).arg("date", DATE);
                if let Some((meant, why)) = misnamed {
                    // Both names side by side do no harm.
                    let is_granted = granted.entry(meant).or_insert_with(|| {
                        let words = statement.action_words();
                        words.iter().any(|other| other.covers_action(meant))
                    });
                    if !*is_granted {
                        let edits = [edit::to_string(word.span, meant)];
                        found.push(
                            draft()
                                .help(CHECKED_AS)
                                .whole_arg("why", why.to_owned())
                                .whole_arg("dym", format!("`{meant}`"))
                                .arg("first", meant)
                                .fix(Applicability::Unsafe, WRITE, edits),
                        );
                    }
                    continue;
                }
                let known = catalog.action_is_known(service, name);
                if known == Known::Yes || catalog.service_is_known(service) == Known::No {
                    continue;
                }
                let has_api = catalog.service(service).is_some_and(|service| service.has_api());
                if known == Known::SeenInPolicies || !has_api || name.len() > LONGEST {
                    let draft = draft().message(UNKNOWN).only_in(Preset::Strict);
                    found.push(draft.confidence(Confidence::Low));
                    continue;
                }
                let near = catalog.nearest_actions(service, name);
                found.push(match near.first() {
                    Some(first) => {
                        let edits = [edit::to_string(word.span, first)];
                        let list: Vec<String> =
                            near.iter().map(|name| format!("`{name}`")).collect();
                        draft().whole_arg("dym", list.join(", ")).arg("first", first).fix(
                            Applicability::Unsafe,
                            WRITE,
                            edits,
                        )
                    }
                    None => draft().message(UNKNOWN),
                });
            }
        }
    }
}
