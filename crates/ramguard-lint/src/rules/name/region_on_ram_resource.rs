use ramguard_policy::Effect;

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A `ram` resource whose region is neither empty nor `*`.
    ///
    /// # Why it matters
    /// RAM is global and requests carry no region: an Allow with one never matches, and in a Deny
    /// the region is ignored.
    ///
    /// # Instead
    /// `acs:ram:*:*:role/x` or `acs:ram::*:role/x`
    pub(crate) struct RegionOnRamResource;
    code = 325, name = "region-on-ram-resource", level = Warning, preset = Default, needs = Text;
    fix = Unsafe;
    message = "`ram` resources have no region; write `{fixed}`" / "`ram` 资源没有地域；请写 `{fixed}`";
    help = "an Allow with a region never matches; in a Deny the region is ignored"
        / "带地域的 Allow 永远不会匹配；Deny 中的地域会被忽略";
    page_zh = "# 检查内容\n`ram` 资源的地域段既不为空也不是 `*`。\n\n# 为什么重要\nRAM 是全局服务，请求不带地域：带地域的 Allow 永远不会匹配，Deny 中的地域会被忽略。\n\n# 改法\n`acs:ram:*:*:role/x` 或 `acs:ram::*:role/x`\n";
}

const WRITE: Text = Text::new("write `{fixed}`", "改为 `{fixed}`");

impl Rule for RegionOnRamResource {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for statement in subject.readable() {
            for (word, fields) in &statement.arns {
                let is_ram = fields.service.eq_ignore_ascii_case("ram");
                if !is_ram || matches!(fields.region, "" | "*") {
                    continue;
                }
                let fixed = format!("acs:ram:*:{}:{}", fields.account, fields.relative_id);
                let how = match statement.effect {
                    Some(Effect::Deny) => Applicability::Safe,
                    _ => Applicability::Unsafe,
                };
                let edits = [edit::to_string(word.span, &fixed)];
                found.push(
                    self.draft(word.span)
                        .diagnostic("region-on-global-resource")
                        .arg("fixed", fixed)
                        .fix(how, WRITE, edits),
                );
            }
        }
    }
}
