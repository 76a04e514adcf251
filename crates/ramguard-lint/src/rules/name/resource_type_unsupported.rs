use std::collections::BTreeMap;

use ramguard_catalog::{Action, Basis};
use ramguard_policy::Effect;

use super::{resource_patterns, service_level};
use crate::Level;
use crate::message::Text;
use crate::overlap::Overlap;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::{Operation, Subject};

rule! {
    /// # What it finds
    /// An action in an Allow that acts on none of the resources of its statement, by the ARNs a
    /// document gives for it. Where other actions of the statement do, it is a warning.
    ///
    /// # Why it matters
    /// The grant never takes effect.
    ///
    /// # Instead
    /// The resources the action is checked on: `acs:ecs:*:*:instance/*` for `ecs:StopInstance`.
    pub(crate) struct ResourceTypeUnsupported;
    code = 318, name = "resource-type-unsupported", level = Error, preset = Default, needs = Catalogue;
    message = "`{action}` does not act on any of these resources; it expects {formats}"
        / "`{action}` 不作用于这些资源；应为 {formats}";
    page_zh = "# 检查内容\nAllow 中的操作按文档给出的 ARN 不作用于该语句的任何资源；若语句中其他操作作用于这些资源，则为警告。\n\n# 为什么重要\n该授权永远不会生效。\n\n# 改法\n写操作实际检查的资源：`ecs:StopInstance` 对应 `acs:ecs:*:*:instance/*`。\n";
}

const RESOURCES: Text = Text::new("the resources are here", "资源在这里");

/// How many ARNs a message shows.
const SHOWN: usize = 3;

impl Rule for ResourceTypeUnsupported {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let mut overlap = Overlap::new();
        for (view, statement) in subject.sound() {
            if statement.effect() != Effect::Allow || statement.is_not_action() {
                continue;
            }
            let Some(patterns) = resource_patterns(view) else { continue };
            let mut known: BTreeMap<&str, bool> = BTreeMap::new();
            let mut reaches = |overlap: &mut Overlap, action: Action| {
                action.templates().any(|template| {
                    *known.entry(template).or_insert_with(|| {
                        overlap
                            .any_with_template(patterns.iter().map(|(_, fields)| fields), template)
                    })
                })
            };
            let mut failing = Vec::new();
            for Operation { word, known, .. } in &view.operations {
                let Some(action) = *known else { continue };
                // RAM320 and RAM321 know more about these.
                let is_other = service_level(action) || action.service() == "oss";
                let is_documented = action.template_basis() == Some(Basis::Documented);
                if is_other || !is_documented || reaches(&mut overlap, action) {
                    continue;
                }
                failing.push((*word, action));
            }
            let all_fail = failing.len() == view.action_words().len();
            for (word, action) in failing {
                let mut draft = self
                    .draft(word.span)
                    .arg("action", action)
                    .whole_arg("formats", formats(action));
                if let Some(resources) = &view.resources {
                    draft = draft.related(resources.key_span, RESOURCES);
                }
                found.push(if all_fail { draft } else { draft.at_most(Level::Warning) });
            }
        }
    }
}

/// The ARNs a document gives for an action, in backticks.
fn formats(action: Action) -> String {
    let mut formats = String::new();
    for arn in action.templates().take(SHOWN) {
        if !formats.is_empty() {
            formats.push_str(", ");
        }
        formats.extend(["`", arn, "`"]);
    }
    if action.templates().len() > SHOWN {
        formats.push_str(", \u{2026}");
    }
    formats
}
