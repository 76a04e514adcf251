use ramguard_policy::name::principal::TrustPrincipal;
use ramguard_policy::{Kind, Problem, ProblemKind, StatementPrincipal};

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, Verdict, rule};
use crate::subject::{Subject, words_of};
use crate::{Confidence, Level};

rule! {
    /// # What it finds
    /// An entry of `Principal.Service` that is no service principal: not under `.aliyuncs.com`, or
    /// nothing the catalogue knows. A name under a known service is accepted as it is, since
    /// service-linked roles use many of them.
    ///
    /// # Why it matters
    /// RAM refuses names of another form; a name that no service has trusts nobody.
    ///
    /// # Instead
    /// `ecs.aliyuncs.com`
    pub(crate) struct TrustServiceName;
    code = 705, name = "trust-service-name", level = Error, preset = Default, needs = Catalogue;
    fix = Unsafe;
    message = "unknown service principal `{v}`; did you mean `{dym}`?"
        / "未知的服务主体 `{v}`；是否想写 `{dym}`？";
    page_zh = "# 检查内容\n`Principal.Service` 中的名称不是服务主体：不以 `.aliyuncs.com` 结尾，或目录中没有。已知服务的下级名称予以接受，服务关联角色常用。\n\n# 为什么重要\n其他形式的名称 RAM 会拒绝；不存在的名称不信任任何人。\n\n# 改法\n`ecs.aliyuncs.com`\n";
}

const UNKNOWN: Text = Text::new("unknown service principal `{v}`", "未知的服务主体 `{v}`");
const FORM: Text = Text::new(
    "a service principal is `<service>.aliyuncs.com`",
    "服务主体的形式为 `<service>.aliyuncs.com`",
);
const ACCOUNT: Text =
    Text::new("what stands before `@` in `{v}` is no account ID", "`{v}` 中 `@` 之前不是账号 ID");
const DIGITS: Text =
    Text::new("write the digits of the account: `{remedy}`", "请写账号的数字 ID：`{remedy}`");
const WRITE: Text = Text::new("write `{dym}`", "改为 `{dym}`");

impl Rule for TrustServiceName {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let ProblemKind::InvalidPrincipal { found, .. } = problem.kind() else {
            return Verdict::NotMine;
        };
        let span = problem.span();
        let services = subject
            .statement_at(span)
            .and_then(|statement| statement.principal)
            .and_then(|principal| principal.get("Service"));
        let is_service = services
            .is_some_and(|services| words_of(services).iter().any(|word| word.span == span));
        if subject.kind() != Kind::Trust || !is_service || found.contains(['*', '?']) {
            return Verdict::NotMine;
        }
        if let Some((_, host)) = found.split_once('@')
            && TrustPrincipal::parse_service(host).is_some()
        {
            let draft = self.draft(span).message(ACCOUNT).help(DIGITS).arg("v", found);
            let draft = draft.whole_arg("remedy", format!("<account-id>@{host}"));
            return draft.confidence(Confidence::High).into();
        }
        self.finding(subject, found, span).confidence(Confidence::High).into()
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let catalog = subject.settings.catalog();
        for (_, statement) in subject.sound() {
            for (principal, span) in statement.principals() {
                let StatementPrincipal::Trust(TrustPrincipal::Service(name)) = principal else {
                    continue;
                };
                let host = name.split_once('@').map_or(name, |(_, host)| host);
                if catalog.service_principal_is_known(host) || is_below_service(subject, host) {
                    continue;
                }
                let draft = self.finding(subject, name, span);
                found.push(draft.at_most(Level::Warning));
            }
        }
    }
}

impl TrustServiceName {
    fn finding(
        &self,
        subject: &Subject<'_>,
        found: &str,
        span: ramguard_policy::text::Span,
    ) -> Draft {
        let draft = self.draft(span).arg("v", found);
        match subject.settings.catalog().nearest_service_principal(found) {
            Some(meant) => {
                let edits = [edit::to_string(span, meant)];
                draft.arg("dym", meant).fix(Applicability::Unsafe, WRITE, edits)
            }
            None => draft.message(UNKNOWN).help(FORM),
        }
    }
}

/// Returns whether the label before `.aliyuncs.com` is the RAM code of a service.
pub(crate) fn is_below_service(subject: &Subject<'_>, host: &str) -> bool {
    host.strip_suffix(".aliyuncs.com")
        .and_then(|host| host.rsplit('.').next())
        .is_some_and(|label| subject.settings.catalog().service(label).is_some())
}
