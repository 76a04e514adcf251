use ramguard_catalog::Basis;
use ramguard_match::{Case, Pattern};
use ramguard_policy::Effect;
use ramguard_policy::text::Span;

use super::{resource_patterns, service_level};
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::split::{Change, split};
use crate::subject::{Operation, Subject};

rule! {
    /// # What it finds
    /// An action in an Allow that is documented for all resources only, while the statement lists
    /// single ones.
    ///
    /// # Why it matters
    /// RAM checks such an action on the resource `*`, which only the pattern `*` covers: the grant
    /// never takes effect.
    ///
    /// # Instead
    /// A statement of its own with `"Resource": "*"`.
    pub(crate) struct ActionNeedsStar;
    code = 320, name = "action-needs-star", level = Warning, preset = Default, needs = Catalogue;
    fix = Unsafe;
    message = "`{action}` cannot be limited to a resource; the statement never grants it"
        / "`{action}` 不支持资源级授权；该语句永远不会授予它";
    help = "move it to a statement with `\"Resource\": \"*\"`"
        / "请移到 `\"Resource\": \"*\"` 的语句中";
    page_zh = "# 检查内容\nAllow 中的操作按文档只支持全部资源，而语句列出了具体资源。\n\n# 为什么重要\nRAM 在资源 `*` 上检查此类操作，只有模式 `*` 能覆盖：授权永远不会生效。\n\n# 改法\n另写一条 `\"Resource\": \"*\"` 的语句。\n";
}

const MOVE: Text = Text::new(
    "grant it on `*`, in a statement of its own if others stay",
    "在 `*` 上授予它；若还有其他操作，则另写一条语句",
);
const RESOURCES: Text = Text::new("the resources are here", "资源在这里");

/// So many findings of one statement carry the edits that repair all of them.
const SHARED: usize = 20;

impl Rule for ActionNeedsStar {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for (view, statement) in subject.sound() {
            if statement.effect() != Effect::Allow || statement.is_not_action() {
                continue;
            }
            let Some(patterns) = resource_patterns(view) else { continue };
            let mut flagged = Vec::new();
            for Operation { word, known, .. } in &view.operations {
                let Some(action) = *known else { continue };
                let is_documented = action.template_basis() == Some(Basis::Documented);
                if !is_documented || !service_level(action) {
                    continue;
                }
                // Where the documented form is `acs:oss:*:<account>:*`, a pattern of that width
                // will do as well.
                let has_form = action.templates().any(|template| template != "*");
                let covers = |id: &str| {
                    id.starts_with(['*', '?']) && Pattern::new(id, Case::Sensitive).is_match("*")
                };
                if has_form && patterns.iter().any(|(_, pattern)| covers(pattern.relative_id)) {
                    continue;
                }
                flagged.push((word.span, action));
            }
            if flagged.is_empty() {
                continue;
            }
            let spans: Vec<Span> = flagged.iter().map(|(span, _)| *span).collect();
            let edits =
                Change::any_resource(view).and_then(|change| split(subject, view, &spans, change));
            for (index, (span, action)) in flagged.into_iter().enumerate() {
                let mut draft = self.draft(span).arg("action", action);
                if let Some(resources) = &view.resources {
                    draft = draft.related(resources.key_span, RESOURCES);
                }
                // All of them move together. Long lists are told once, or the edits would grow
                // with the square of their length.
                let edits = edits.clone().filter(|_| index < SHARED);
                found.push(draft.fix(Applicability::Unsafe, MOVE, edits.unwrap_or_default()));
            }
        }
    }
}
