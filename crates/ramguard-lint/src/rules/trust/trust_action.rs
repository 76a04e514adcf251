use ramguard_policy::{Kind, Problem, ProblemKind};

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Rule, Verdict, rule};
use crate::subject::{Subject, covers_action};

rule! {
    /// # What it finds
    /// An action other than `sts:AssumeRole` in a trust policy, a pattern, or `NotAction`.
    ///
    /// # Why it matters
    /// A trust policy says who may assume the role, also through SAML and OIDC; RAM knows no other
    /// action there.
    ///
    /// # Instead
    /// `"Action": "sts:AssumeRole"`
    pub(crate) struct TrustAction;
    code = 710, name = "trust-action", level = Error, preset = Default, needs = Text;
    fix = Safe;
    message = "a trust policy action is `sts:AssumeRole`" / "信任策略的操作是 `sts:AssumeRole`";
    page_zh = "# 检查内容\n信任策略中出现 `sts:AssumeRole` 以外的操作、通配或 `NotAction`。\n\n# 为什么重要\n信任策略只说明谁可以扮演角色（SAML 和 OIDC 也一样），RAM 不接受其他操作。\n\n# 改法\n`\"Action\": \"sts:AssumeRole\"`\n";
}

const WRITE: Text = Text::new("write `sts:AssumeRole`", "改为 `sts:AssumeRole`");

impl Rule for TrustAction {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        if subject.kind() != Kind::Trust {
            return Verdict::NotMine;
        }
        let span = problem.span();
        match problem.kind() {
            ProblemKind::InvalidAction { found, .. } => {
                // A pattern that covers the one action is refused as it is, so naming the action
                // changes no decision.
                let covers = covers_action(found, "sts:AssumeRole");
                let fix = covers.then(|| edit::to_string(span, "sts:AssumeRole"));
                self.draft(span).fix(Applicability::Safe, WRITE, fix).into()
            }
            ProblemKind::UnknownElement { name, .. } if &**name == "NotAction" => {
                self.draft(span).into()
            }
            _ => Verdict::NotMine,
        }
    }
}
