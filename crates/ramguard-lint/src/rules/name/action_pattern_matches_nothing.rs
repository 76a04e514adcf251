use ramguard_catalog::{DATE, Service, nearest};
use ramguard_match::{Case, Pattern};

use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;
use crate::{Confidence, Preset};

rule! {
    /// # What it finds
    /// A pattern of actions that fits no known action of its service. Without a likely spelling it
    /// is shown from the preset `strict` on only, since the catalogue is not complete; services
    /// without a list of APIs are left out.
    ///
    /// # Why it matters
    /// Mostly a misspelt name; the statement does nothing.
    ///
    /// # Instead
    /// `ecs:Describe*`, not `ecs:Discribe*`.
    pub(crate) struct ActionPatternMatchesNothing;
    code = 305, name = "action-pattern-matches-nothing", level = Warning, preset = Default, needs = Catalogue;
    message = "no known `{svc}` action matches `{v}`" / "没有已知的 `{svc}` 操作与 `{v}` 匹配";
    help = "not in the catalogue of {date}, which is not complete; actions can be added in the settings"
        / "{date} 的目录（并不完整）中没有；可在配置中添加操作";
    page_zh = "# 检查内容\n操作模式不匹配所属服务的任何已知操作。没有相近拼写时仅在 `strict` 及以上预设中提示，因为目录并不完整；没有 API 列表的服务不检查。\n\n# 为什么重要\n多半是拼写错误，语句不起作用。\n\n# 改法\n写 `ecs:Describe*`，不写 `ecs:Discribe*`。\n";
}

const MEANT: Text = Text::new(
    "actions of `{svc}` begin with `{dym}`; is that what was meant?",
    "`{svc}` 的操作以 `{dym}` 开头；是否想写它？",
);

/// Beginnings shorter than this, in bytes, are too near to each other to be misspellings.
const SHORTEST: usize = 5;

impl Rule for ActionPatternMatchesNothing {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let catalog = subject.settings.catalog();
        let words = subject.readable().flat_map(|statement| statement.action_words());
        for word in words.filter(|word| word.has_wildcard()) {
            let Some((service, name)) = word.text.split_once(':') else { continue };
            if service.contains(['*', '?']) || !name.contains(['*', '?']) {
                continue;
            }
            // `ecs:*` fits whatever there is.
            if name.bytes().all(|byte| byte == b'*') || subject.is_full(found) {
                continue;
            }
            let Some(known) = catalog.service(service).filter(|service| service.has_api()) else {
                continue;
            };
            let pattern = Pattern::new(name, Case::AsciiInsensitive);
            let mut names = known
                .actions()
                .map(|action| -> &str { action.name() })
                .chain(catalog.added_actions(service));
            if names.any(|name| pattern.is_match(name)) {
                continue;
            }
            let draft = self
                .draft(word.span)
                .arg("svc", known.name())
                .arg("v", word.text)
                .arg("date", DATE);
            found.push(match nearest_beginning(known, name) {
                Some(meant) => draft.help(MEANT).arg("dym", meant),
                None => draft.only_in(Preset::Strict).confidence(Confidence::Low),
            });
        }
    }
}

/// The beginning of an action that the beginning of a pattern is a misspelling of.
fn nearest_beginning(service: Service, pattern: &str) -> Option<String> {
    let written = pattern.split(['*', '?']).next().filter(|text| text.len() >= SHORTEST)?;
    let beginnings = service.actions().filter(|action| action.is_verified()).flat_map(|action| {
        let name = action.name();
        let lengths = written.len().saturating_sub(1)..=written.len() + 1;
        lengths.filter_map(move |length| name.get(..length))
    });
    nearest(written, beginnings.map(|text| -> &str { text })).map(str::to_owned)
}
