use ramguard_policy::condition::{DateFault, Test, ValueErrorKind};
use ramguard_policy::{Problem, ProblemKind};

use crate::chinese;
use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// A value of a date operator that is not ISO 8601 with a time and a zone, or a day that does
    /// not exist.
    ///
    /// # Why it matters
    /// RAM cannot compare with it, and the policy is refused. A date without a zone would mean
    /// another instant to every reader. Where the zone that was meant is given (`--assume-zone`), it
    /// can be added: RAM refuses the policy as it is, so no decision changes.
    ///
    /// # Instead
    /// `2026-01-31T23:59:59+08:00`
    pub(crate) struct InvalidDate;
    code = 408, name = "invalid-date", level = Error, preset = Default, needs = Text;
    fix = Safe;
    message = "`{v}` is not an ISO 8601 time such as `2026-01-31T23:59:59+08:00`"
        / "`{v}` 不是 ISO 8601 时间，例如 `2026-01-31T23:59:59+08:00`";
    page_zh = "# 检查内容\n日期运算符的值不是带时间和时区的 ISO 8601 格式，或日期不存在。\n\n# 为什么重要\nRAM 无法比较，策略会被拒绝。不带时区的时间对不同读者是不同的时刻。若用 `--assume-zone` 给出时区，可自动补上：RAM 本来就会拒绝该策略，因此不改变任何判定。\n\n# 改法\n`2026-01-31T23:59:59+08:00`\n";
}

const REMEDY: Text = Text::new("{detail}: {remedy}", "{detail}：{remedy}");

const ZONE: Text = Text::new("add the zone: `{dated}`", "加上时区：`{dated}`");

impl Rule for InvalidDate {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::InvalidValue { found, kind, operator } = problem.kind() else {
            return Verdict::NotMine;
        };
        let ValueErrorKind::NotDate { value, fault } = kind else { return Verdict::NotMine };
        let draft = self
            .draft(problem.span())
            .arg("v", found)
            .words("detail", kind.to_string(), chinese::value(kind))
            .words("remedy", kind.help(), chinese::value_help(kind))
            .help(REMEDY);
        let zone = subject.settings.assumed_zone().filter(|_| *fault == DateFault::NoZone);
        let dated = zone
            .map(|zone| format!("{value}{zone}"))
            .filter(|dated| Test::check_value(*operator, dated).is_ok());
        match dated {
            Some(dated) => {
                let edits = [edit::to_string(problem.span(), &dated)];
                draft.arg("dated", dated).fix(Applicability::Safe, ZONE, edits).into()
            }
            None => draft.into(),
        }
    }
}
