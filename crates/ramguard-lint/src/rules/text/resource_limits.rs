use ramguard_policy::json::{FaultKind, Kind as JsonKind, Value};
use ramguard_policy::{Problem, ProblemKind};

use crate::message::Text;
use crate::rule::{Described, Draft, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// Lists and objects nested deeper than 32 levels, more than 1 MiB of text, or more than
    /// 10,000 strings. Nothing else is looked at then.
    ///
    /// # Why it matters
    /// No policy that RAM accepts is anywhere near; a text like that in a review is an accident or
    /// an attack on the reader.
    ///
    /// # Instead
    /// A policy of at most 6,144 bytes. The bounds are options of the command, never settings of
    /// the tree that is scanned.
    pub(crate) struct ResourceLimits;
    code = 107, name = "resource-limits", level = Error, preset = Default, needs = Text;
    message = "input exceeds the safety limit of {limit}" / "输入超出安全限制：{limit}";
    help = "the bounds are options of the command; settings inside the scanned tree cannot raise them"
        / "限制只能由命令行选项设置，被扫描目录中的配置不能放宽";
    page_zh = "# 检查内容\n嵌套超过 32 层、文本超过 1 MiB 或字符串超过 10,000 个。此时不再检查其他内容。\n\n# 为什么重要\nRAM 接受的策略远小于此；评审中出现这样的文本，不是事故就是针对读取者的攻击。\n\n# 改法\n策略不超过 6,144 字节。限制由命令行选项设置，不由被扫描目录中的配置设置。\n";
}

const DEPTH: Text = Text::new(
    "input exceeds the safety limit of {limit} levels of nesting",
    "输入超出安全限制：嵌套超过 {limit} 层",
);
const BYTES: Text = Text::new(
    "input exceeds the safety limit of {limit} bytes",
    "输入超出安全限制：超过 {limit} 字节",
);
const STRINGS: Text = Text::new(
    "input exceeds the safety limit of {limit} strings",
    "输入超出安全限制：字符串超过 {limit} 个",
);

const MAX_STRINGS: usize = 10_000;

impl Rule for ResourceLimits {
    fn explain(&self, _subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::Json(fault) = problem.kind() else { return Verdict::NotMine };
        let draft = self.draft(problem.span());
        match fault.kind() {
            FaultKind::TooDeep { limit } => draft.message(DEPTH).arg("limit", limit).into(),
            FaultKind::TooLong { limit, .. } => draft.message(BYTES).arg("limit", limit).into(),
            _ => Verdict::NotMine,
        }
    }
}

impl ResourceLimits {
    /// Returns a finding if there are more strings than a policy can have.
    pub(crate) fn too_many_strings(&self, subject: &Subject<'_>) -> Option<Draft> {
        // An empty string and the sign behind it take three bytes.
        if subject.text().len() < 3 * MAX_STRINGS {
            return None;
        }
        let root = subject.root()?;
        let too_many = count_strings(root) > MAX_STRINGS;
        too_many.then(|| self.draft(root.span()).message(STRINGS).arg("limit", MAX_STRINGS))
    }
}

fn count_strings(root: Value<'_>) -> usize {
    let mut count = 0;
    let mut open = vec![root];
    while let Some(value) = open.pop() {
        if count > MAX_STRINGS {
            break;
        }
        match value.kind() {
            JsonKind::String => count += 1,
            JsonKind::Array => open.extend(value.elements()),
            JsonKind::Object => {
                for member in value.members() {
                    count += 1;
                    open.push(member.value);
                }
            }
            _ => {}
        }
    }
    count
}
