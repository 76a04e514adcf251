use ramguard_policy::text::Span;

use super::rearranged;
use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::{Subject, Word};

rule! {
    /// # What it finds
    /// A list of actions, of resources or of the values of a condition that is not sorted, by bytes
    /// and without regard to ASCII case, or that names something twice.
    ///
    /// # Why it matters
    /// In a sorted list a name is found at once, and two versions differ only where they differ.
    /// Order never changes the decision.
    ///
    /// # Instead
    /// `"Action": ["ecs:DescribeInstances", "ecs:StopInstance"]`
    pub(crate) struct UnsortedList;
    code = 903, name = "unsorted-list", level = Note, preset = Strict, needs = Text;
    fix = Safe;
    message = "sort and de-duplicate" / "请排序并去重";
    help = "order never changes the decision" / "顺序不影响决策";
    page_zh = "# 检查内容\n操作、资源或条件值的列表没有排序（按字节，不区分 ASCII 大小写），或有重复项。\n\n# 为什么重要\n排好序的列表容易查找，两个版本之间也只显示真正的差异。顺序不影响决策。\n\n# 改法\n`\"Action\": [\"ecs:DescribeInstances\", \"ecs:StopInstance\"]`\n";
}

const TWICE: Text = Text::new("`{v}` is named twice", "`{v}` 重复出现");
const SORT: Text = Text::new("sort the list and name everything once", "排序并去除重复项");

impl Rule for UnsortedList {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        if !subject.document.tree().is_strict_json() {
            return;
        }
        for (view, _) in subject.sound() {
            let elements = [&view.actions, &view.resources].into_iter().flatten();
            let lists = elements.map(|words| words.words.as_slice());
            for list in lists.chain(view.tests.iter().map(|test| test.values.as_slice())) {
                found.extend(self.sort(subject, list));
            }
        }
    }
}

impl UnsortedList {
    fn sort(&self, subject: &Subject<'_>, list: &[Word<'_>]) -> Option<Draft> {
        let mut sorted: Vec<(String, Word<'_>)> =
            list.iter().map(|word| (word.text.to_ascii_lowercase(), *word)).collect();
        let misplaced = sorted.windows(2).find_map(|pair| match pair {
            [(before, _), (after, word)] if before > after => Some(*word),
            _ => None,
        });
        sorted.sort_by(|(a, left), (b, right)| (a, left.text).cmp(&(b, right.text)));
        let repeated = sorted.windows(2).find_map(|pair| match pair {
            [(_, before), (_, after)] if before.text == after.text => Some(*after),
            _ => None,
        });
        // Two spellings of one name may stand in any order.
        if misplaced.is_none() && repeated.is_none() {
            return None;
        }
        sorted.dedup_by(|(_, after), (_, before)| after.text == before.text);
        let places = list.iter().map(|word| word.span);
        let moves = places.zip(sorted.iter().map(|(_, word)| word.span));
        let mut edits = rearranged(subject, moves);
        let last_kept = sorted.len().checked_sub(1).and_then(|last| list.get(last));
        if let (Some(kept), Some(last)) = (last_kept, list.last())
            && kept.span != last.span
        {
            edits.push(edit::delete(Span::new(kept.span.end, last.span.end)));
        }
        let draft = match (misplaced, repeated) {
            (Some(word), _) => self.draft(word.span),
            (None, Some(word)) => self.draft(word.span).message(TWICE).arg("v", word.text),
            (None, None) => return None,
        };
        Some(draft.fix(Applicability::Safe, SORT, edits))
    }
}
