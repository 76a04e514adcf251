use std::collections::{BTreeMap, BTreeSet};

use ramguard_catalog::{DATE, Known, alias};
use ramguard_match::{Case, Pattern};
use ramguard_policy::Effect;

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::{Subject, literal_action};
use crate::{Level, Preset};

rule! {
    /// # What it finds
    /// A service in an action, before the colon, that the catalogue does not have, or the name of a
    /// product or API where RAM has another code, unless the policy names the same action under
    /// that code as well. Services that published policies use are left alone otherwise. In the
    /// policy of a service-linked role, which only its service can change, it is a note from the
    /// preset `strict` on.
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
    page_zh = "# 检查内容\n操作中冒号前的服务不在目录中，或写成了产品名、API 代码而非 RAM 代码（策略已用 RAM 代码写了同一操作的除外）；公开策略用过的其他服务不提示。服务关联角色的策略只能由服务修改，仅在 `strict` 及以上预设中提示。\n\n# 为什么重要\n不存在的服务永远不会匹配：Allow 不授予任何权限，Deny 不拒绝任何请求。\n\n# 改法\n写 `ecs:DescribeInstances`，不写 `esc:DescribeInstances`；自有服务可在配置中添加。\n";
}

const UNKNOWN: Text = Text::new("unknown service `{svc}`", "未知的服务 `{svc}`");
const CODE: Text = Text::new(
    "`{svc}` is a name of the product or its API; in policies its actions begin with `{dym}:`",
    "`{svc}` 是产品或 API 的名称；策略中其操作以 `{dym}:` 开头",
);
const WRITE: Text = Text::new("write `{dym}`", "改为 `{dym}`");

impl Rule for UnknownService {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let catalog = subject.settings.catalog();
        let of_service = subject.is_of_service_linked_role();
        let words = subject
            .readable()
            .flat_map(|view| view.action_words().iter().map(move |word| (view.effect, word)));
        let mut granted: BTreeMap<Option<Effect>, Granted> = BTreeMap::new();
        let mut known: Option<&str> = None;
        for (effect, word) in words {
            // Actions of one service stand together.
            let rest = known.and_then(|known| word.text.strip_prefix(known));
            if rest.is_some_and(|rest| rest.starts_with(':')) {
                continue;
            }
            let Some((service, name)) = word.text.split_once(':') else { continue };
            let is_foreign = super::aws_syntax::is_aws_service(service);
            if service.contains(['*', '?']) || !service.is_ascii() || is_foreign {
                continue;
            }
            if literal_action(word.text).is_none() && !name.contains(['*', '?']) {
                continue;
            }
            if catalog.service_is_known(service) != Known::No {
                known = Some(service);
                continue;
            }
            if subject.is_full(found) {
                continue;
            }
            let mut draft = self.draft(word.span).arg("svc", service).arg("date", DATE);
            if of_service {
                draft = draft.only_in(Preset::Strict).at_most(Level::Note);
            }
            let Some(meant) = catalog.nearest_service(service) else {
                found.push(draft.message(UNKNOWN));
                continue;
            };
            let written = format!("{meant}:{name}");
            if alias(service).is_some() {
                draft = draft.help(CODE);
                // Both names side by side do no harm.
                let granted = granted.entry(effect).or_insert_with(|| Granted::of(subject, effect));
                if granted.covers(&written) {
                    continue;
                }
            }
            let edits = [edit::to_string(word.span, &written)];
            found.push(draft.arg("dym", meant).fix(Applicability::Unsafe, WRITE, edits));
        }
    }
}

/// The actions that the statements of one effect list, set up once a document.
struct Granted {
    names: BTreeSet<String>,
    patterns: Vec<Pattern>,
}

impl Granted {
    /// More patterns than these are not asked: whoever writes more of them is told of names that
    /// one of the others covers.
    const MAX_PATTERNS: usize = 200;

    fn of(subject: &Subject<'_>, effect: Option<Effect>) -> Self {
        let listing = subject.statements.iter().filter(|view| !view.is_not_action);
        let same = listing.filter(|view| view.effect == effect);
        let words = same.flat_map(|view| view.action_words()).map(|word| word.text);
        let (patterns, names): (Vec<&str>, Vec<&str>) =
            words.partition(|text| text.contains(['*', '?']));
        let pattern = |text: &str| Pattern::new(text, Case::AsciiInsensitive);
        Self {
            names: names.into_iter().map(str::to_ascii_lowercase).collect(),
            patterns: patterns.into_iter().take(Self::MAX_PATTERNS).map(pattern).collect(),
        }
    }

    fn covers(&self, action: &str) -> bool {
        self.names.contains(&action.to_ascii_lowercase())
            || self.patterns.iter().any(|pattern| pattern.is_match(action))
    }
}
