use super::template_placeholder::placeholder;
use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A region of a resource that is neither empty, a pattern, nor a known region. The OSS form
    /// `oss-cn-hangzhou` is one of them.
    ///
    /// # Why it matters
    /// A region that does not exist never matches. A documented sample says `hanghzou`.
    ///
    /// # Instead
    /// `acs:ecs:cn-hangzhou:*:instance/*`
    pub(crate) struct ArnRegion;
    code = 316, name = "arn-region", level = Warning, preset = Default, needs = Catalogue;
    fix = Unsafe;
    message = "unknown region `{v}`; did you mean `{dym}`?" / "未知的地域 `{v}`；是否想写 `{dym}`？";
    page_zh = "# 检查内容\n资源的地域段非空、不是模式，也不是已知地域；OSS 的 `oss-cn-hangzhou` 写法也属此类。\n\n# 为什么重要\n不存在的地域永远不会匹配；某文档示例写成 `hanghzou`。\n\n# 改法\n`acs:ecs:cn-hangzhou:*:instance/*`\n";
}

const UNKNOWN: Text = Text::new("unknown region `{v}`", "未知的地域 `{v}`");
const LOCATION: Text = Text::new(
    "`{v}` is an OSS location; the region is `{dym}`",
    "`{v}` 是 OSS 的 Location；地域为 `{dym}`",
);
const WRITE: Text = Text::new("write `{dym}`", "改为 `{dym}`");

impl Rule for ArnRegion {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let catalog = subject.settings.catalog();
        let mut last = None;
        for (word, fields) in subject.readable().flat_map(|statement| &statement.arns) {
            let region = fields.region;
            // Resources of one region stand together.
            if last == Some(region) || region.is_empty() || region.contains(['*', '?']) {
                continue;
            }
            if catalog.region_is_known(region) {
                last = Some(region);
                continue;
            }
            // RAM has no region (RAM325), a placeholder is RAM315, other scripts are RAM104.
            let is_other = fields.service.eq_ignore_ascii_case("ram")
                || placeholder(region).is_some()
                || !region.is_ascii();
            if is_other || subject.is_full(found) {
                continue;
            }
            let location =
                region.strip_prefix("oss-").filter(|region| catalog.region_is_known(region));
            let draft = self.draft(word.span).arg("v", region);
            let meant = location.or_else(|| catalog.nearest_region(region));
            let Some(meant) = meant else {
                found.push(draft.message(UNKNOWN));
                continue;
            };
            let fixed =
                format!("acs:{}:{meant}:{}:{}", fields.service, fields.account, fields.relative_id);
            let draft = draft.arg("dym", meant).fix(
                Applicability::Unsafe,
                WRITE,
                [edit::to_string(word.span, &fixed)],
            );
            found.push(if location.is_some() { draft.message(LOCATION) } else { draft });
        }
    }
}
