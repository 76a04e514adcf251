use ramguard_catalog::services;
use ramguard_match::{Case, Pattern};
use ramguard_policy::Effect;

use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;
use crate::{Level, Preset};

rule! {
    /// # What it finds
    /// A wildcard in the service of an action: `*:Describe*`, `yundun*:Get*`. In a Deny it is
    /// shown as a note from the preset `strict` on: there it denies more, not less; so it is in the
    /// policy of a service-linked role, which only its service can change.
    ///
    /// # Why it matters
    /// It reaches every service with a fitting name, also one that comes to exist tomorrow.
    ///
    /// # Instead
    /// The services that are meant, one by one. Reads across all services can be accepted in the
    /// settings.
    pub(crate) struct WildcardInService;
    code = 306, name = "wildcard-in-service", level = Warning, preset = Default, needs = Text;
    severity = 40;
    message = "wildcard in the service name reaches services you did not list: {services}"
        / "服务名中的通配符会涉及未列出的服务：{services}";
    help = "list the services; reads across all services can be accepted in the settings"
        / "请逐一列出服务；跨服务的只读操作可在配置中允许";
    page_zh = "# 检查内容\n操作的服务部分含通配符：`*:Describe*`、`yundun*:Get*`。写在 Deny 中仅在 `strict` 及以上预设中提示：那只会拒绝得更多；服务关联角色的策略只能由服务修改，同样处理。\n\n# 为什么重要\n会涉及所有名称匹配的服务，包括将来新增的。\n\n# 改法\n逐一列出服务；跨服务的只读操作可在配置中允许。\n";
}

const EVERY: Text = Text::new(
    "wildcard in the service name reaches every service",
    "服务名中的通配符会涉及所有服务",
);
const NONE: Text = Text::new(
    "wildcard in the service name reaches no known service",
    "服务名中的通配符不匹配任何已知服务",
);

/// How many services a message names.
const SHOWN: usize = 8;

impl Rule for WildcardInService {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let of_service = subject.is_of_service_linked_role();
        for statement in subject.readable() {
            for word in statement.action_words().iter().filter(|word| word.has_wildcard()) {
                let Some((service, name)) = word.text.split_once(':') else { continue };
                if !service.contains(['*', '?']) || subject.is_full(found) {
                    continue;
                }
                let allowed = subject.settings.allows_any_service_read();
                if allowed && service == "*" && is_read(name) {
                    continue;
                }
                let pattern = Pattern::new(service, Case::AsciiInsensitive);
                let mut names: Vec<&str> = services()
                    .map(|service| service.name())
                    .filter(|name| pattern.is_match(name))
                    .collect();
                let draft = self.draft(word.span);
                let draft = if names.len() == services().len() {
                    draft.message(EVERY)
                } else if names.is_empty() {
                    draft.message(NONE)
                } else {
                    let more = names.len().saturating_sub(SHOWN);
                    names.truncate(SHOWN);
                    let mut list = names.join(", ");
                    if more > 0 {
                        list.push_str(&format!(", +{more}"));
                    }
                    draft.whole_arg("services", list)
                };
                found.push(if statement.effect == Some(Effect::Deny) || of_service {
                    draft.only_in(Preset::Strict).at_most(Level::Note)
                } else {
                    draft
                });
            }
        }
    }
}

fn is_read(name: &str) -> bool {
    ["Describe", "Get", "List", "Query", "Check", "BatchGet"]
        .iter()
        .any(|verb| name.get(..verb.len()).is_some_and(|head| head.eq_ignore_ascii_case(verb)))
}
