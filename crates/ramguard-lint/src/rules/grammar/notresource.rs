use ramguard_policy::text::Span;
use ramguard_policy::{Effect, Problem, ProblemKind};

use crate::edit;
use crate::fix::{Applicability, Edit};
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, Verdict, rule};
use crate::subject::{StatementView, Subject};

rule! {
    /// # What it finds
    /// `NotResource`.
    ///
    /// # Why it matters
    /// It has not been in the documentation since 2019, and RAM refuses it.
    ///
    /// # Instead
    /// An Allow for what is meant and a Deny for the exception.
    pub(crate) struct Notresource;
    code = 221, name = "notresource", level = Error, preset = Default, needs = Text;
    severity = 60;
    fix = Unsafe;
    message = "`NotResource` is not a documented RAM element" / "`NotResource` 不是有文档的 RAM 元素";
    help = "write an Allow for what is meant and a Deny for the exception"
        / "请用 Allow 写明允许的内容，用 Deny 写明例外";
    page_zh = "# 检查内容\n出现 `NotResource`。\n\n# 为什么重要\n该元素自 2019 年起已从文档中移除，RAM 会拒绝。\n\n# 改法\n用 Allow 写明允许的内容，用 Deny 写明例外。\n";
}

const SPLIT: Text = Text::new(
    "allow every resource and deny these in a statement of their own",
    "允许所有资源，并另写一条语句拒绝这些资源",
);

impl Rule for Notresource {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        match problem.kind() {
            ProblemKind::UnknownElement { name, .. } if &**name == "NotResource" => {
                self.finding(subject, problem.span()).into()
            }
            _ => Verdict::NotMine,
        }
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        // Settings may let it pass the loader.
        for (view, statement) in subject.sound() {
            let key = view.value.members().find(|member| member.key == "NotResource");
            if let Some(member) = key.filter(|_| statement.is_not_resource()) {
                found.push(self.finding(subject, member.key_span));
            }
        }
    }
}

impl Notresource {
    fn finding(&self, subject: &Subject<'_>, key_span: Span) -> Draft {
        let statement = subject.statement_at(key_span);
        let edits = statement.and_then(|statement| split(statement, key_span)).unwrap_or_default();
        self.draft(key_span).fix(Applicability::Unsafe, SPLIT, edits)
    }
}

fn split(statement: &StatementView<'_>, key_span: Span) -> Option<Vec<Edit>> {
    let action = statement.value.get("Action")?;
    let member = statement.value.members().find(|member| member.key_span == key_span)?;
    if statement.effect != Some(Effect::Allow) || statement.value.get("Resource").is_some() {
        return None;
    }
    let deny = format!(
        ", {{ \"Effect\": \"Deny\", \"Action\": {}, \"Resource\": {} }}",
        action.raw(),
        member.value.raw()
    );
    let end = statement.value.span().end;
    Some(vec![
        edit::replace(member.span(), "\"Resource\": \"*\""),
        edit::replace(Span::new(end, end), deny),
    ])
}
