use ramguard_catalog::{DATE, Known};

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::{Subject, literal_action};

rule! {
    /// # What it finds
    /// A service in an action, before the colon, that the catalogue does not have, or the name of a
    /// product or API where RAM has another code. Services that published policies use are left
    /// alone otherwise.
    ///
    /// # Why it matters
    /// An action of no service never matches: an Allow grants nothing, a Deny denies nothing.
    ///
    /// # Instead
    /// `ecs:DescribeInstances`, not `esc:DescribeInstances`. A service of one's own is added in
    /// the settings.
    pub(crate) struct UnknownService;
    code = 303, name = "unknown-service", level = Warning, preset = Default, needs = Catalogue;
    fix = Unsafe;
    message = "unknown service `{svc}`; did you mean `{dym}`?"
        / "未知的服务 `{svc}`；是否想写 `{dym}`？";
    help = "not in the catalogue of {date}; services can be added in the settings"
        / "{date} 的目录中没有；可在配置中添加服务";
    page_zh = "# 检查内容\n操作中冒号前的服务不在目录中，或写成了产品名、API 代码而非 RAM 代码；公开策略用过的其他服务不提示。\n\n# 为什么重要\n不存在的服务永远不会匹配：Allow 不授予任何权限，Deny 不拒绝任何请求。\n\n# 改法\n写 `ecs:DescribeInstances`，不写 `esc:DescribeInstances`；自有服务可在配置中添加。\n";
}

const UNKNOWN: Text = Text::new("unknown service `{svc}`", "未知的服务 `{svc}`");
const WRITE: Text = Text::new("write `{dym}`", "改为 `{dym}`");

impl Rule for UnknownService {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let catalog = subject.settings.catalog();
        for word in subject.readable().flat_map(|statement| statement.action_words()) {
            let Some((service, name)) = word.text.split_once(':') else { continue };
            let is_foreign = super::aws_syntax::is_aws_service(service);
            if service.contains(['*', '?']) || !service.is_ascii() || is_foreign {
                continue;
            }
            if literal_action(word.text).is_none() && !name.contains(['*', '?']) {
                continue;
            }
            if catalog.service_is_known(service) != Known::No || subject.is_full(found) {
                continue;
            }
            let draft = self.draft(word.span).arg("svc", service).arg("date", DATE);
            found.push(match catalog.nearest_service(service) {
                Some(meant) => {
                    let edits = [edit::to_string(word.span, &format!("{meant}:{name}"))];
                    draft.arg("dym", meant).fix(Applicability::Unsafe, WRITE, edits)
                }
                None => draft.message(UNKNOWN),
            });
        }
    }
}
