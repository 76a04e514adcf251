use ramguard_policy::name::action;
use ramguard_policy::{Problem, ProblemKind};

use crate::edit;
use crate::fix::Applicability;
use crate::marks::Marks;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, Verdict, rule};
use crate::subject::{Subject, Word};

rule! {
    /// # What it finds
    /// A character outside ASCII in an element, an operator, an action, one of the first four fields
    /// of a resource or the name of a condition key: full-width forms, CJK punctuation, typographic
    /// quotes, letters of other scripts. Names, tags and other free text are left alone.
    ///
    /// # Why it matters
    /// `ecs：DescribeInstances` looks right and never matches. It is typical of text typed with a
    /// Chinese input method; it can also be planted.
    ///
    /// # Instead
    /// The ASCII character it looks like: `ecs:DescribeInstances`.
    pub(crate) struct ConfusableCharacter;
    code = 104, name = "confusable-character", level = Error, preset = Default, needs = Text;
    severity = 50;
    fix = Unsafe;
    message = "`{ch}` (U+{hex}) looks like `{ascii}` but never matches it"
        / "`{ch}`（U+{hex}）看起来像 `{ascii}`，但永远不会匹配";
    help = "typical of text typed with a Chinese input method" / "常见于中文输入法输入的文本";
    page_zh = "# 检查内容\n元素名、运算符、操作、资源前四段或条件键名称中的非 ASCII 字符：全角字符、中文标点、弯引号、其他文字的字母。名称、标签等自由文本不检查。\n\n# 为什么重要\n`ecs：DescribeInstances` 看起来正确，却永远不会匹配。常见于中文输入法，也可能是有意为之。\n\n# 改法\n改用对应的 ASCII 字符：`ecs:DescribeInstances`。\n";
}

const NO_TWIN: Text = Text::new(
    "`{ch}` (U+{hex}) stands where only ASCII can match",
    "`{ch}`（U+{hex}）所在位置只有 ASCII 字符才能匹配",
);
const REPLACE: Text = Text::new("write `{fixed}`", "改为 `{fixed}`");

impl Rule for ConfusableCharacter {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        match problem.kind() {
            ProblemKind::InvalidAction { .. } => {}
            ProblemKind::UnknownElement { name: found, .. }
            | ProblemKind::InvalidOperator { found, .. }
            | ProblemKind::InvalidKey { found } => return self.of_key(subject, problem, found),
            _ => return Verdict::NotMine,
        }
        let Some(text) = subject.value_at(problem.span()).and_then(|value| value.as_str()) else {
            return Verdict::NotMine;
        };
        // A blank that nobody sees is RAM302.
        match text.chars().find(|&c| !c.is_ascii() && !action::is_blank(c)) {
            Some(c) => self.finding(Word::new(text, problem.span()), c).into(),
            None => Verdict::NotMine,
        }
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let outside = |text: &str| text.chars().find(|&c| !c.is_ascii() && !action::is_blank(c));
        for statement in subject.readable() {
            let foreign = statement.resource_words().iter().filter(|w| w.marks.any(Marks::FOREIGN));
            for word in foreign.filter(|word| word.text.starts_with("acs:")) {
                let mut fields = word.text.splitn(5, ':').skip(1);
                let service_and_region =
                    fields.next().and_then(outside).or_else(|| fields.next().and_then(outside));
                // A word of another script in place of the account is a placeholder: RAM313.
                let account = fields.next().and_then(outside).filter(|&c| twin(c).is_some());
                if let Some(c) = service_and_region.or(account) {
                    found.push(self.finding(*word, c));
                }
            }
            for test in statement.tests.iter().filter(|test| !test.key.is_ascii()) {
                let name = test.key.split('/').next().unwrap_or_default();
                // A key without an ASCII service is refused; RAM427 says so.
                if let Some(c) = name.split_once(':').and_then(|(_, name)| outside(name)) {
                    found.push(self.finding(Word::new(test.key, test.key_span), c));
                }
            }
        }
    }
}

impl ConfusableCharacter {
    /// Speaks of the name of a member that would be plain ASCII but for characters that look like
    /// it. Anything else in it is for the rules on elements, operators and keys.
    fn of_key(&self, subject: &Subject<'_>, problem: &Problem, found: &str) -> Verdict {
        let Some(first) = found.chars().find(|c| !c.is_ascii()) else { return Verdict::NotMine };
        if !found.chars().all(|c| c.is_ascii() || twin(c).is_some()) {
            return Verdict::NotMine;
        }
        let draft = self.finding(Word::new(found, problem.span()), first);
        let fixed = ascii(found);
        // Renaming must not give one member twice.
        let is_taken = subject.value_at(problem.span()).is_some_and(|v| v.get(&fixed).is_some());
        if is_taken { Draft { fix: None, ..draft }.into() } else { draft.into() }
    }

    fn finding(&self, word: Word<'_>, c: char) -> Draft {
        let draft = self.draft(word.span).arg("ch", c).arg("hex", format_args!("{:04X}", c as u32));
        let Some(looks) = twin(c) else { return draft.message(NO_TWIN).no_help() };
        let fixed = ascii(word.text);
        draft.arg("ascii", looks).arg("fixed", &fixed).fix(
            Applicability::Unsafe,
            REPLACE,
            [edit::to_string(word.span, &fixed)],
        )
    }
}

/// The text with every character that looks like an ASCII one replaced by it.
fn ascii(text: &str) -> String {
    text.chars().map(|c| twin(c).unwrap_or(c)).collect()
}

/// The ASCII character that `c` is most easily taken for.
pub(crate) fn twin(c: char) -> Option<char> {
    if let '\u{ff01}'..='\u{ff5e}' = c {
        return char::from_u32(c as u32 - 0xfee0);
    }
    Some(match c {
        '\u{2018}' | '\u{2019}' | '\u{2032}' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        '\u{3002}' => '.',
        '\u{3001}' => ',',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{3010}' => '[',
        '\u{3011}' => ']',
        '\u{2236}' | '\u{a789}' => ':',
        '\u{2217}' | '\u{204e}' | '\u{22c6}' => '*',
        // Letters of Cyrillic and Greek that share their shape with a Latin one.
        '\u{430}' => 'a',
        '\u{435}' => 'e',
        '\u{43e}' | '\u{3bf}' => 'o',
        '\u{440}' => 'p',
        '\u{441}' => 'c',
        '\u{443}' => 'y',
        '\u{445}' => 'x',
        '\u{456}' => 'i',
        '\u{455}' => 's',
        '\u{410}' | '\u{391}' => 'A',
        '\u{412}' | '\u{392}' => 'B',
        '\u{421}' => 'C',
        '\u{415}' | '\u{395}' => 'E',
        '\u{41e}' | '\u{39f}' => 'O',
        '\u{420}' | '\u{3a1}' => 'P',
        '\u{422}' | '\u{3a4}' => 'T',
        _ => return None,
    })
}
