use ramguard_policy::json::FaultKind;
use ramguard_policy::{Problem, ProblemKind};

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// Text that is not UTF-8, starts with a byte order mark, holds half of a surrogate pair or a
    /// raw control character inside a string.
    ///
    /// # Why it matters
    /// RAM reads policies as UTF-8 and refuses the rest; what an editor shows hides the difference.
    ///
    /// # Instead
    /// Save the file as UTF-8 without a byte order mark.
    pub(crate) struct BadEncoding;
    code = 103, name = "bad-encoding", level = Error, preset = Default, needs = Text;
    fix = Safe;
    message = "{what} in policy text" / "策略文本中有 {what}";
    help = "save the file as UTF-8 without a byte order mark" / "请以不带 BOM 的 UTF-8 保存文件";
    page_zh = "# 检查内容\n文本不是 UTF-8，以 BOM 开头，含有不成对的代理项，或字符串中有未转义的控制字符。\n\n# 为什么重要\nRAM 按 UTF-8 读取策略，其余一律拒绝，而编辑器看不出差别。\n\n# 改法\n以不带 BOM 的 UTF-8 保存文件。\n";
}

const BOM: Text = Text::new("byte order mark in policy text", "策略文本以 BOM 开头");
const BYTES: Text =
    Text::new("bytes that are not UTF-8 in policy text", "策略文本中有非 UTF-8 字节");
const HALF: Text =
    Text::new("half of a surrogate pair in policy text", "策略文本中有不成对的代理项");
const CONTROL: Text = Text::new(
    "raw control character U+{hex} in policy text",
    "策略文本中有未转义的控制字符 U+{hex}",
);
const ESCAPE: Text =
    Text::new("write it as an escape, such as `\\n` or `\\t`", "请写成转义形式，如 `\\n`、`\\t`");
const REMOVE: Text = Text::new("remove the byte order mark", "删除 BOM");

impl Rule for BadEncoding {
    fn explain(&self, _subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::Json(fault) = problem.kind() else { return Verdict::NotMine };
        let draft = self.draft(problem.span());
        match fault.kind() {
            FaultKind::ByteOrderMark => draft
                .message(BOM)
                .fix(Applicability::Safe, REMOVE, [edit::delete(problem.span())])
                .into(),
            FaultKind::NotUtf8 { .. } => draft.message(BYTES).into(),
            FaultKind::LoneSurrogate { .. } => draft.message(HALF).no_help().into(),
            FaultKind::ControlCharacter { code } => {
                draft.message(CONTROL).help(ESCAPE).arg("hex", format_args!("{code:04X}")).into()
            }
            _ => Verdict::NotMine,
        }
    }
}
