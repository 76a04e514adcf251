use ramguard_policy::condition::Family;
use ramguard_policy::condition::ip;

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A block with bits set behind its prefix, and one address written as a block of one.
    ///
    /// # Why it matters
    /// Bits behind the prefix are ignored, so `203.0.113.9/24` is the whole network and not one
    /// address. The documentation of 2021 asks for the plain address instead of `/32`.
    ///
    /// # Instead
    /// `203.0.113.0/24`; `203.0.113.9`
    pub(crate) struct CidrHostBits;
    code = 410, name = "cidr-host-bits", level = Note, preset = Default, needs = Text;
    fix = Safe;
    message = "`{v}` means `{net}`" / "`{v}` 表示 `{net}`";
    page_zh = "# 检查内容\n网段前缀之后的位不为零，或把单个地址写成网段。\n\n# 为什么重要\n前缀之后的位会被忽略，`203.0.113.9/24` 是整个网段而不是一个地址。2021 年的文档要求单个地址不写 `/32`。\n\n# 改法\n`203.0.113.0/24`；`203.0.113.9`\n";
}

const SINGLE: Text =
    Text::new("`{v}` is one address; write `{net}`", "`{v}` 是单个地址；请写 `{net}`");
const WRITE: Text = Text::new("write `{net}`", "改为 `{net}`");

impl Rule for CidrHostBits {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for test in subject.readable().flat_map(|statement| &statement.tests) {
            if test.operator.is_none_or(|operator| operator.family() != Family::Ip) {
                continue;
            }
            for value in &test.values {
                let Ok(block) = ip::parse_block(value.text) else { continue };
                let draft = self.draft(value.span).arg("v", value.text);
                let (draft, net) = if block.is_single_address_with_prefix() {
                    let draft = draft.message(SINGLE).diagnostic("single-address-as-block");
                    (draft, block.network().to_string())
                } else if block.has_host_bits() {
                    let net = format!("{}/{}", block.network(), block.prefix());
                    (draft.diagnostic("cidr-host-bits"), net)
                } else {
                    continue;
                };
                let edits = [edit::to_string(value.span, &net)];
                found.push(draft.arg("net", net).fix(Applicability::Safe, WRITE, edits));
            }
        }
    }
}
