use ramguard_policy::{Problem, ProblemKind};

use crate::chinese;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// Text that is not one complete JSON value (RFC 8259). Only the first such place is reported,
    /// and nothing but the text is looked at: what follows a broken bracket says little.
    ///
    /// # Why it matters
    /// RAM checks the JSON of every policy that is created or changed and refuses it.
    ///
    /// # Instead
    /// Write the sign that is named, or close the bracket that the finding points at.
    pub(crate) struct JsonSyntaxError;
    code = 101, name = "json-syntax-error", level = Error, preset = Default, needs = Text;
    message = "invalid JSON: {detail} at line {line}, column {col}"
        / "JSON 无效：第 {line} 行第 {col} 列，{detail}";
    page_zh = "# 检查内容\n文本不是一个完整的 JSON 值（RFC 8259）。每个文件只报告第一处，其后的规则不再运行。\n\n# 为什么重要\nRAM 在创建和修改策略时检查 JSON，会拒绝该策略。\n\n# 改法\n写上提示的符号，或闭合提示所指的括号。\n";
}

const REMEDY: Text = Text::new("{remedy}", "{remedy}");
const RELATED: Text = Text::new("{related}", "{related}");

impl Rule for JsonSyntaxError {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::Json(fault) = problem.kind() else { return Verdict::NotMine };
        let place = subject.document.line_index().position(fault.span().start);
        let mut draft = self
            .draft(problem.span())
            .words("detail", fault.to_string(), chinese::fault(fault.kind()))
            .arg("line", place.line)
            .arg("col", place.column);
        if let (Some(remedy), Some(zh)) = (fault.help(), chinese::fault_help(fault)) {
            draft = draft.words("remedy", remedy, zh).help(REMEDY);
        }
        if let (Some(span), Some(label)) = (fault.related(), fault.related_label()) {
            let zh = chinese::related_label(fault);
            draft = draft.words("related", label, zh).related(span, RELATED);
        }
        draft.into()
    }
}
