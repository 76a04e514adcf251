use ramguard_policy::json::Kind as JsonKind;
use ramguard_policy::text::Span;

use crate::edit;
use crate::fix::Applicability;
use crate::layout::{Form, Indent, lay_out};
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A text laid out neither as `ramguard fmt` does, by two or four blanks, nor on one line with
    /// regular blanks or none, as programs write it.
    ///
    /// # Why it matters
    /// Changes of layout hide the changes that matter.
    ///
    /// # Instead
    /// What `ramguard fmt` writes: a member or element a line, lists of one on one line, line feeds,
    /// one at the end.
    pub(crate) struct Format;
    code = 904, name = "format", level = Note, preset = Strict, needs = Text;
    fix = Safe;
    message = "file is not formatted" / "文件未格式化";
    help = "run `ramguard fmt`" / "请运行 `ramguard fmt`";
    page_zh = "# 检查内容\n文本的排版既不是 `ramguard fmt` 的形式（缩进两个或四个空格），也不是程序写出的单行形式（空格规则或没有空格）。\n\n# 为什么重要\n排版的改动会掩盖真正的改动。\n\n# 改法\n`ramguard fmt` 的输出：每个成员或元素一行，只有一个元素的列表写在一行，使用换行符 LF，文件以一个换行结尾。\n";
}

const LAY_OUT: Text = Text::new("lay the text out again", "重新排版");

impl Rule for Format {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let text = subject.text();
        let limit = subject.settings.read_options().limits.max_bytes(subject.kind());
        let is_object = subject.root().is_some_and(|root| root.kind() == JsonKind::Object);
        // A text that is too large says so already, and laying it out could make it much larger.
        if !is_object || text.len() > limit || !subject.document.tree().is_strict_json() {
            return;
        }
        // Whether a line end follows is up to the file or the host the text stands in.
        let bare = text.strip_suffix('\n').unwrap_or(text);
        let forms = [
            Form::Compact,
            Form::Spaced,
            Form::Indented(Indent::Two),
            Form::Indented(Indent::Four),
        ];
        if forms.into_iter().any(|form| lay_out(text, form).trim_end_matches('\n') == bare) {
            return;
        }
        let formatted = lay_out(text, Form::Indented(Indent::of(text)));
        // Blanks count (decision D-10): what RAM takes must not become too large.
        if formatted.len() > limit {
            return;
        }
        let Some((span, replacement)) = difference(text, &formatted) else { return };
        let line = text.get(span.range()).and_then(|rest| rest.find('\n')).unwrap_or(usize::MAX);
        let line_end = u32::try_from(line).map_or(span.end, |line| span.end.min(span.start + line));
        let place = Span::new(span.start, line_end.max(span.start));
        let edits = [edit::replace(span, replacement)];
        found.push(self.draft(place).fix(Applicability::Safe, LAY_OUT, edits));
    }
}

/// The part of `old` that differs from `new`, and what stands there instead.
fn difference<'n>(old: &str, new: &'n str) -> Option<(Span, &'n str)> {
    let same = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| -> usize {
        a.zip(b).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
    };
    let start = same(&mut old.chars(), &mut new.chars());
    let (old_rest, new_rest) = (old.get(start..)?, new.get(start..)?);
    let tail = same(&mut old_rest.chars().rev(), &mut new_rest.chars().rev());
    let replacement = new_rest.get(..new_rest.len().checked_sub(tail)?)?;
    let offset = |at: usize| u32::try_from(at).ok();
    Some((Span::new(offset(start)?, offset(old.len().checked_sub(tail)?)?), replacement))
}
