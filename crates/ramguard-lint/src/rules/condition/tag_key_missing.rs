use ramguard_policy::{Problem, ProblemKind};

use crate::rule::{Described, Draft, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A tag key such as `acs:ResourceTag` without `/` and the name of the tag.
    ///
    /// # Why it matters
    /// No request carries it, so the condition never holds; with the `/` alone it is refused.
    ///
    /// # Instead
    /// `acs:ResourceTag/team`
    pub(crate) struct TagKeyMissing;
    code = 424, name = "tag-key-missing", level = Error, preset = Default, needs = Text;
    message = "`{key}` needs a tag name: `{key}/<name>`" / "`{key}` 需要标签名：`{key}/<name>`";
    page_zh = "# 检查内容\n`acs:ResourceTag` 等标签键没有 `/` 和标签名。\n\n# 为什么重要\n没有请求会携带它，条件永不成立；只写 `/` 会被拒绝。\n\n# 改法\n`acs:ResourceTag/team`\n";
}

/// Keys that name a tag behind a `/`.
const TAG_KEYS: [&str; 10] = [
    "acs:ResourceTag",
    "acs:RequestTag",
    "ecs:tag",
    "eci:tag",
    "kms:tag",
    "rds:ResourceTag",
    "vpc:tag",
    "oss:BucketTag",
    "oss:ExistingObjectTag",
    "oss:RequestObjectTag",
];

impl Rule for TagKeyMissing {
    fn explain(&self, _subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::InvalidKey { found } = problem.kind() else { return Verdict::NotMine };
        match found.strip_suffix('/') {
            Some(key) if is_tag_key(key) => self.draft(problem.span()).arg("key", key).into(),
            _ => Verdict::NotMine,
        }
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for test in subject.readable().flat_map(|statement| &statement.tests) {
            if is_tag_key(test.key) {
                found.push(self.draft(test.key_span).arg("key", test.key));
            }
        }
    }
}

fn is_tag_key(key: &str) -> bool {
    TAG_KEYS.iter().any(|known| known.eq_ignore_ascii_case(key))
}
