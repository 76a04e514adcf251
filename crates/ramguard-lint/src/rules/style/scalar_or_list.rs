use ramguard_policy::json::{Kind as JsonKind, Value};

use crate::SingleValue;
use crate::edit;
use crate::fix::{Applicability, Edit};
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::{StatementView, Subject};

rule! {
    /// # What it finds
    /// `Action`, `NotAction`, `Resource` or the values of a condition given as a single text, not
    /// as a list. With `style.single = "scalar"` it is the other way round, for lists of one. One
    /// finding a statement.
    ///
    /// # Why it matters
    /// One form is easier to search, to compare and to add to. Both mean the same.
    ///
    /// # Instead
    /// `"Action": ["ecs:DescribeInstances"]`
    pub(crate) struct ScalarOrList;
    code = 902, name = "scalar-or-list", level = Note, preset = Strict, needs = Text;
    fix = Safe;
    message = "use a list" / "请使用列表";
    page_zh = "# 检查内容\n`Action`、`NotAction`、`Resource` 或条件值写成单个字符串而不是列表。设置 `style.single = \"scalar\"` 时相反，检查只有一个元素的列表。每条语句提示一次。\n\n# 为什么重要\n统一的写法便于搜索、比较和增补。两种写法含义相同。\n\n# 改法\n`\"Action\": [\"ecs:DescribeInstances\"]`\n";
}

const SCALAR: Text = Text::new("use a single text", "请使用单个字符串");
const HERE: Text = Text::new("here as well", "此处也是");
const REWRITE: Text =
    Text::new("write every value of the statement so", "统一该语句中所有值的写法");

/// How many further values of a statement are pointed at.
const MAX_SHOWN: usize = 8;

impl Rule for ScalarOrList {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        if !subject.document.tree().is_strict_json() {
            return;
        }
        let style = subject.settings.single_value();
        let statements: Vec<Vec<(Value<'_>, Edit)>> = subject
            .sound()
            .map(|(view, _)| {
                values_of(view)
                    .filter_map(|value| Some((value, rewritten(value, style)?)))
                    .collect()
            })
            .collect();
        // Lists are longer than texts, and blanks count: what RAM takes must not become too large.
        let limit = subject.settings.read_options().limits.max_bytes(subject.kind());
        let growth = 2 * statements.iter().map(Vec::len).sum::<usize>();
        if style == SingleValue::List && subject.text().len() + growth > limit {
            return;
        }
        for values in statements {
            let Some(((first, _), more)) = values.split_first() else { continue };
            let draft = self.draft(first.span());
            let mut draft = match style {
                SingleValue::List => draft,
                SingleValue::Scalar => draft.message(SCALAR),
            };
            for (value, _) in more.iter().take(MAX_SHOWN) {
                draft = draft.related(value.span(), HERE);
            }
            let edits = values.into_iter().map(|(_, edit)| edit);
            found.push(draft.fix(Applicability::Safe, REWRITE, edits));
        }
    }
}

/// The values that may stand in a list or alone.
fn values_of<'s, 'a>(view: &'s StatementView<'a>) -> impl Iterator<Item = Value<'a>> + use<'s, 'a> {
    let elements = [&view.actions, &view.resources];
    let elements = elements.into_iter().flatten().map(|words| words.value);
    elements.chain(view.tests.iter().map(|test| test.value))
}

/// The edit that gives a value the form of the style; `None` if it has it.
fn rewritten(value: Value<'_>, style: SingleValue) -> Option<Edit> {
    match (style, value.kind()) {
        (SingleValue::List, JsonKind::String) => {
            Some(edit::replace(value.span(), format!("[{}]", value.raw())))
        }
        (SingleValue::Scalar, JsonKind::Array) => {
            let mut elements = value.elements();
            let only = elements.next().filter(|only| only.kind() == JsonKind::String)?;
            elements.next().is_none().then(|| edit::replace(value.span(), only.raw()))
        }
        _ => None,
    }
}
