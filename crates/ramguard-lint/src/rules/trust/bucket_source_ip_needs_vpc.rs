use std::net::IpAddr;

use ramguard_policy::Kind;
use ramguard_policy::condition::ip::{self, Block};
use ramguard_policy::condition::{Family, Operator};

use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;
use crate::{Confidence, Preset};

rule! {
    /// # What it finds
    /// A statement of a bucket policy that compares `acs:SourceIp` with addresses of private
    /// networks and says nothing about `acs:SourceVpc`. Shown from the preset `strict` on: the
    /// documentation of buckets itself has such examples.
    ///
    /// # Why it matters
    /// Private addresses are not unique: every VPC may use them. In one form the service was seen
    /// to refuse `acs:SourceIp` without `acs:SourceVpc`. Not documented.
    ///
    /// # Instead
    /// `"Condition": { "NotIpAddress": { "acs:SourceIp": ["10.0.0.0/8"] },
    ///    "StringNotEquals": { "acs:SourceVpc": ["vpc-1"] } }`
    pub(crate) struct BucketSourceIpNeedsVpc;
    code = 715, name = "bucket-source-ip-needs-vpc", level = Warning, preset = Default, needs = Text;
    message = "pair `acs:SourceIp` with `acs:SourceVpc`" / "请将 `acs:SourceIp` 与 `acs:SourceVpc` 一起使用";
    help = "`{v}` is private: any VPC may use it" / "`{v}` 是私网地址，任何 VPC 都可能使用";
    page_zh = "# 检查内容\nBucket 策略的语句用私网地址比较 `acs:SourceIp`，却没有 `acs:SourceVpc`。仅在 `strict` 及以上预设中提示：Bucket 文档中就有这样的示例。\n\n# 为什么重要\n私网地址并不唯一，任何 VPC 都可能使用。曾见到服务在某种写法下拒绝单独的 `acs:SourceIp`，没有文档。\n\n# 改法\n`\"Condition\": { \"NotIpAddress\": { \"acs:SourceIp\": [\"10.0.0.0/8\"] }, \"StringNotEquals\": { \"acs:SourceVpc\": [\"vpc-1\"] } }`\n";
}

impl Rule for BucketSourceIpNeedsVpc {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        if subject.kind() != Kind::Bucket {
            return;
        }
        for (view, _) in subject.sound() {
            if view.tests_of("acs:SourceVpc").next().is_some() {
                continue;
            }
            for test in view.tests_of("acs:SourceIp") {
                if test.operator.map(Operator::family) != Some(Family::Ip) {
                    continue;
                }
                let private = test.values.iter().find(|value| {
                    ip::parse_block(value.text).is_ok_and(|block| is_private(&block))
                });
                if let Some(value) = private {
                    let draft = self.draft(test.key_span).arg("v", value.text);
                    found.push(draft.confidence(Confidence::Low).only_in(Preset::Strict));
                }
            }
        }
    }
}

/// Returns whether every address of the block is private: RFC 1918, RFC 6598 (which the platform
/// uses inside its networks), or RFC 4193.
fn is_private(block: &Block) -> bool {
    let prefix = block.prefix();
    match block.network() {
        IpAddr::V4(network) => {
            let [a, b, ..] = network.octets();
            match a {
                10 => prefix >= 8,
                100 => prefix >= 10 && (64..128).contains(&b),
                172 => prefix >= 12 && (16..32).contains(&b),
                192 => prefix >= 16 && b == 168,
                _ => false,
            }
        }
        IpAddr::V6(network) => prefix >= 7 && network.is_unique_local(),
    }
}
