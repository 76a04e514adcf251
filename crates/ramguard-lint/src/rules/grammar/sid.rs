use std::collections::{BTreeMap, BTreeSet};

use ramguard_policy::text::Span;

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;
use crate::{Level, Preset};

rule! {
    /// # What it finds
    /// A `Sid` that is empty, used twice in the policy, or not made of 1 to 64 letters, digits,
    /// `_` and `-`. That RAM accepts the element without documenting it is said once a document in
    /// every preset, at the first `Sid`, and at each of them in the preset `audit`.
    ///
    /// # Why it matters
    /// A `Sid` has no meaning for RAM. A unique one is the most stable place to hang a suppression
    /// or a baseline on; one that is used twice is none.
    ///
    /// # Instead
    /// `"Sid": "ReadLogs"`, once.
    pub(crate) struct Sid;
    code = 223, name = "sid", level = Note, preset = Strict, needs = Text;
    fix = Safe;
    message = "`Sid` is not documented for RAM; it is accepted and has no meaning"
        / "`Sid` 未见于 RAM 文档；可被接受，但没有含义";
    help = "a unique `Sid` is the most stable anchor for suppressions and baselines"
        / "唯一的 `Sid` 是抑制与基线最稳定的锚点";
    page_zh = "# 检查内容\n`Sid` 为空、在策略中重复，或不是 1 到 64 个字母、数字、`_`、`-`。RAM 接受该元素但没有文档：任何预设都在文档的第一个 `Sid` 处提示一次，预设 `audit` 逐个提示。\n\n# 为什么重要\n`Sid` 对 RAM 没有含义；唯一的 `Sid` 是抑制与基线最稳定的锚点，重复则无法使用。\n\n# 改法\n`\"Sid\": \"ReadLogs\"`，只用一次。\n";
}

const EMPTY: Text = Text::new("`Sid` is empty", "`Sid` 为空");
const REPEATED: Text = Text::new("`Sid` `{v}` is repeated", "`Sid` `{v}` 重复");
const MALFORMED: Text = Text::new("`Sid` `{v}` is malformed", "`Sid` `{v}` 格式不正确");
const FIRST: Text = Text::new("first used here", "第一次出现在这里");
const RENAME: Text = Text::new("make it unique: `{fixed}`", "改为唯一：`{fixed}`");

impl Rule for Sid {
    fn first_preset(&self) -> Preset {
        Preset::Default
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let mut seen: BTreeMap<&str, (Span, usize)> = BTreeMap::new();
        let sids = || subject.statements.iter().filter_map(|statement| statement.sid);
        let mut all: Option<BTreeSet<&str>> = None;
        let tells_all =
            subject.settings.level_of(self.meta(), Preset::Audit, Level::Error).is_some();
        for sid in sids() {
            let is_first = seen.is_empty();
            let is_new = !seen.contains_key(sid.text);
            if is_new && !is_first && !tells_all && is_well_formed(sid.text) {
                seen.insert(sid.text, (sid.span, 1));
                continue;
            }
            let draft = self.draft(sid.span).arg("v", sid.text).diagnostic("sid-present");
            if let Some((first, count)) = seen.get_mut(sid.text) {
                *count += 1;
                let mut fixed = format!("{}-{count}", sid.text);
                let all = all.get_or_insert_with(|| sids().map(|sid| sid.text).collect());
                while all.contains(fixed.as_str()) {
                    fixed.push('x');
                }
                found.push(
                    draft.message(REPEATED).related(*first, FIRST).arg("fixed", &fixed).fix(
                        Applicability::Safe,
                        RENAME,
                        [edit::to_string(sid.span, &fixed)],
                    ),
                );
                continue;
            }
            seen.insert(sid.text, (sid.span, 1));
            let draft = if sid.text.is_empty() {
                draft.message(EMPTY)
            } else if !is_well_formed(sid.text) {
                draft.message(MALFORMED)
            } else {
                draft.only_in(Preset::Audit)
            };
            found.push(if is_first { draft.already_in(Preset::Default) } else { draft });
        }
    }
}

fn is_well_formed(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}
