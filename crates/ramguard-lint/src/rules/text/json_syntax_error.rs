use ramguard_policy::json::FaultKind;
use ramguard_policy::{Problem, ProblemKind};

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

const REMEDY: Text = Text::new("{remedy}", "请按提示改正，或对照标准 JSON");
const RELATED: Text = Text::new("{related}", "相关位置");

impl Rule for JsonSyntaxError {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::Json(fault) = problem.kind() else { return Verdict::NotMine };
        let place = subject.document.line_index().position(fault.span().start);
        let mut draft = self
            .draft(problem.span())
            .words("detail", fault.to_string(), in_chinese(fault.kind()))
            .arg("line", place.line)
            .arg("col", place.column);
        if let Some(remedy) = fault.help() {
            draft = draft.whole_arg("remedy", remedy).help(REMEDY);
        }
        if let (Some(span), Some(label)) = (fault.related(), fault.related_label()) {
            draft = draft.arg("related", label).related(span, RELATED);
        }
        draft.into()
    }
}

/// What is wrong, in Chinese; the loader says it in English.
fn in_chinese(kind: &FaultKind) -> String {
    match kind {
        FaultKind::Empty => "文档为空".to_owned(),
        FaultKind::EndsInside { open, missing } => {
            format!("文档在 `{open}` 闭合前结束，缺少 `{missing}`")
        }
        FaultKind::NotClosed { open, found } => format!("`{open}` 在 `{found}` 之前没有闭合"),
        FaultKind::WrongClose { found, expected } => format!("应为 `{expected}`，实际为 `{found}`"),
        FaultKind::AfterEnd => "文档结束后还有文本".to_owned(),
        FaultKind::Unexpected { found } => format!("此处不应有 `{found}`"),
        FaultKind::TrailingComma { close } => format!("`{close}` 之前多了逗号"),
        FaultKind::ExtraComma => "逗号之前没有内容".to_owned(),
        FaultKind::MissingComma => "缺少逗号".to_owned(),
        FaultKind::MissingColon { key } => format!("键 `{key}` 后缺少冒号"),
        FaultKind::MissingKey => "缺少键".to_owned(),
        FaultKind::MissingValue => "缺少值".to_owned(),
        FaultKind::Punctuation { found, meant } => format!("应为 `{meant}`，实际为 `{found}`"),
        FaultKind::Quotes { quote } => format!("应为 `\"`，实际为 `{quote}`"),
        FaultKind::Blank { found } => format!("U+{:04X} 在 JSON 中不是空白", u32::from(*found)),
        FaultKind::Comment => "JSON 没有注释".to_owned(),
        FaultKind::CommentNotClosed => "注释没有结束".to_owned(),
        FaultKind::UnquotedKey { word } => format!("键 `{word}` 没有引号"),
        FaultKind::UnquotedValue { word } => format!("`{word}` 没有引号"),
        FaultKind::UnknownWord { word } => format!("`{word}` 不是 JSON 值"),
        FaultKind::BadNumber { text } => format!("`{text}` 不是 JSON 数字"),
        FaultKind::StringNotClosed => "字符串没有结束".to_owned(),
        FaultKind::ControlCharacter { code } => format!("字符串中有控制字符 U+{code:04X}"),
        FaultKind::UnknownEscape { after } => format!("`\\{after}` 不是 JSON 的转义"),
        FaultKind::BadUnicodeEscape => "`\\u` 后不是四位十六进制数".to_owned(),
        FaultKind::TooMany { limit } => format!("问题超过 {limit} 个，其余未读"),
        other => other.to_string(),
    }
}
