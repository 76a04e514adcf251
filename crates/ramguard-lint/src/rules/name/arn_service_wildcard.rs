use ramguard_policy::name::resource::ArnFields;

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::{StatementView, Subject};

rule! {
    /// # What it finds
    /// A wildcard in the service of a resource: `acs:*:*:*:prod/*`.
    ///
    /// # Why it matters
    /// It reaches resources of every service with such a path. Where the actions are those of one
    /// service it is dead weight; with `NotAction` or `*` it is reach.
    ///
    /// # Instead
    /// `acs:oss:*:*:prod/*`
    pub(crate) struct ArnServiceWildcard;
    code = 317, name = "arn-service-wildcard", level = Warning, preset = Strict, needs = Text;
    fix = Unsafe;
    message = "`{v}` covers resources of every service with this path"
        / "`{v}` 涵盖所有服务中具有该路径的资源";
    help = "name the service" / "请写明服务";
    page_zh = "# 检查内容\n资源的服务段含通配符：`acs:*:*:*:prod/*`。\n\n# 为什么重要\n会涉及所有服务中具有该路径的资源。操作只属一个服务时它是多余的；与 `NotAction` 或 `*` 同用则扩大了范围。\n\n# 改法\n`acs:oss:*:*:prod/*`\n";
}

const WRITE: Text = Text::new("write `{fixed}`", "改为 `{fixed}`");

impl Rule for ArnServiceWildcard {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for statement in subject.readable() {
            let mut service = None;
            let is_open = |fields: &ArnFields<'_>| fields.service.contains(['*', '?']);
            for (word, fields) in statement.arns.iter().filter(|(_, fields)| is_open(fields)) {
                let service = *service.get_or_insert_with(|| only_service(statement));
                let draft = self.draft(word.span).arg("v", word.text);
                let Some(service) = service else {
                    found.push(draft);
                    continue;
                };
                let fixed = format!(
                    "acs:{service}:{}:{}:{}",
                    fields.region, fields.account, fields.relative_id
                );
                let edits = [edit::to_string(word.span, &fixed)];
                found.push(draft.arg("fixed", fixed).fix(Applicability::Unsafe, WRITE, edits));
            }
        }
    }
}

/// The one service all actions of a statement belong to.
fn only_service<'a>(statement: &StatementView<'a>) -> Option<&'a str> {
    let service = |text: &'a str| {
        text.split_once(':').map(|(service, _)| service).filter(|s| !s.contains(['*', '?']))
    };
    let (first, rest) = statement.action_words().split_first()?;
    let first = service(first.text)?;
    let all =
        rest.iter().all(|word| service(word.text).is_some_and(|s| s.eq_ignore_ascii_case(first)));
    (all && !statement.is_not_action).then_some(first)
}
