use ramguard_catalog::{AccessLevel, Action, Basis};
use ramguard_policy::{Effect, Kind};

use super::grants_everything;
use crate::Confidence;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::{Subject, Word};

rule! {
    /// # What it finds
    /// An unconditional Allow on `*` of an action that changes things and that, as far as the
    /// catalogue knows, can be granted on single resources. One finding a statement.
    ///
    /// # Why it matters
    /// Whoever has it can change everything of that type in the account.
    ///
    /// # Instead
    /// `"Action": "ecs:StopInstance", "Resource": "acs:ecs:*:*:instance/i-1"`
    pub(crate) struct UnscopedWrite;
    code = 625, name = "unscoped-write", level = Note, preset = Strict, needs = Catalogue;
    message = "`{action}` can be limited to {formats}" / "`{action}` 可限定到 {formats}";
    page_zh = "# 检查内容\n无条件允许对 `*` 执行会产生变更、且据目录所知可限定到单个资源的操作。每条语句提示一次。\n\n# 为什么重要\n获得它就能改动账号中该类型的所有资源。\n\n# 改法\n`\"Action\": \"ecs:StopInstance\", \"Resource\": \"acs:ecs:*:*:instance/i-1\"`\n";
}

const EVERYTHING: Text = Text::new("granted on every resource", "作用于所有资源");
const ALSO: Text = Text::new("can be limited as well", "同样可以限定");

/// How many further actions and how many formats a finding shows.
const MAX_SHOWN: usize = 3;

impl Rule for UnscopedWrite {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        // Session and control policies only narrow what others grant.
        if subject.kind() != Kind::Identity {
            return;
        }
        for (view, statement) in subject.sound() {
            if statement.effect() != Effect::Allow
                || view.is_not_action
                || !view.is_unconditional()
                || grants_everything(view).is_some()
            {
                continue;
            }
            let Some(everything) = view.resource_words().iter().find(|word| word.text == "*")
            else {
                continue;
            };
            let mut writes = view
                .action_words()
                .iter()
                .filter_map(|word| Some((word, limitable_write(subject, word)?)));
            let Some((word, action)) = writes.next() else { continue };
            let is_derived = action.template_basis() == Some(Basis::Derived);
            let formats: Vec<String> =
                formats(action).take(MAX_SHOWN).map(|arn| format!("`{arn}`")).collect();
            let mut draft = self
                .draft(word.span)
                .arg("action", action)
                .whole_arg("formats", formats.join(", "))
                .related(everything.span, EVERYTHING)
                .confidence(if is_derived { Confidence::Low } else { Confidence::Medium });
            for (more, _) in writes.take(MAX_SHOWN) {
                draft = draft.related(more.span, ALSO);
            }
            found.push(draft);
        }
    }
}

/// The action of that name, if it changes something and can be limited to a resource.
fn limitable_write(subject: &Subject<'_>, word: &Word<'_>) -> Option<Action> {
    // RAM604 speaks of roles that are passed on `*`.
    if word.text.eq_ignore_ascii_case("ram:PassRole") {
        return None;
    }
    let (service, name) = word.text.split_once(':')?;
    let action = subject.settings.catalog().action(service, name)?;
    let is_write = matches!(action.level(), Some(AccessLevel::Write | AccessLevel::Permissions));
    // An operation that is also checked on `*` needs the grant on `*` as well.
    let needs_all = action.templates().any(|template| template == "*");
    (is_write && !needs_all && formats(action).next().is_some()).then_some(action)
}

/// The ARNs that name one resource: those with a variable behind the account.
fn formats(action: Action) -> impl Iterator<Item = &'static str> {
    action.templates().filter(|arn| arn.splitn(5, ':').nth(4).is_some_and(|id| id.contains("${")))
}
