use ramguard_policy::Effect;

use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;
use crate::{Level, Preset};

rule! {
    /// # What it finds
    /// An Allow with `NotAction` on every resource and without a condition. From the preset
    /// `strict` on, every other Allow with `NotAction` is shown as a note.
    ///
    /// # Why it matters
    /// It grants every other action of every service, those included that come to exist tomorrow.
    ///
    /// # Instead
    /// An Allow of what is needed; or an Allow of more and a Deny of the exception.
    pub(crate) struct AllowNotaction;
    code = 509, name = "allow-notaction", level = Warning, preset = Default, needs = Text;
    severity = 65;
    message = "Allow with `NotAction` grants every other action of every service, including future ones"
        / "Allow 与 `NotAction` 会授予所有服务的其他全部操作，包括将来新增的";
    help = "allow what is needed, or allow more and deny the exception"
        / "请只允许需要的操作，或用 Allow 放宽并用 Deny 写明例外";
    page_zh = "# 检查内容\n带 `NotAction` 的 Allow，作用于所有资源且无条件。`strict` 及以上预设中，其余带 `NotAction` 的 Allow 也会提示。\n\n# 为什么重要\n它授予所有服务的其他全部操作，包括将来新增的。\n\n# 改法\n只允许需要的操作；或用 Allow 放宽并用 Deny 写明例外。\n";
}

const LIMITED: Text = Text::new(
    "Allow with `NotAction` grants every other action on these resources, including future ones",
    "Allow 与 `NotAction` 会授予这些资源上的其他全部操作，包括将来新增的",
);

impl Rule for AllowNotaction {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for (view, statement) in subject.sound() {
            if statement.effect() != Effect::Allow || !statement.is_not_action() {
                continue;
            }
            let Some(actions) = &view.actions else { continue };
            let draft = self.draft(actions.key_span).diagnostic("allow-notaction");
            let is_everything = view.is_unconditional()
                && statement.resources().any(|resource| resource.text == "*");
            found.push(if is_everything {
                draft
            } else {
                draft.message(LIMITED).only_in(Preset::Strict).at_most(Level::Note)
            });
        }
    }
}
