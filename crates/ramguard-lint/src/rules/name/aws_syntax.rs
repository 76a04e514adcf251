use ramguard_policy::text::Span;
use ramguard_policy::{Problem, ProblemKind};

use crate::edit;
use crate::fix::{Applicability, Edit};
use crate::marks::Marks;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, Verdict, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// What only the policies of AWS have: `arn:aws...`, `Principal.AWS`, keys such as
    /// `aws:SourceIp` and `iam:PassedToService`, actions of `iam`, `s3`, `ec2` and `lambda`,
    /// `${aws:...}`, service names under `amazonaws.com`.
    ///
    /// # Why it matters
    /// RAM refuses some of it and never matches the rest.
    ///
    /// # Instead
    /// `aws:SourceIp` is `acs:SourceIp`, `aws:MultiFactorAuthPresent` is `acs:MFAPresent`,
    /// `iam:PassedToService` is `acs:Service`; `iam` is `ram`, `s3` is `oss`, `ec2` is `ecs`,
    /// `lambda` is `fc`.
    pub(crate) struct AwsSyntax;
    code = 323, name = "aws-syntax", level = Error, preset = Default, needs = Text;
    fix = Unsafe;
    message = "`{v}` is AWS syntax; the RAM form is `{equiv}`"
        / "`{v}` 是 AWS 语法；RAM 的写法是 `{equiv}`";
    page_zh = "# 检查内容\n只有 AWS 策略才有的写法：`arn:aws...`、`Principal.AWS`、`aws:SourceIp` 和 `iam:PassedToService` 等键、`iam`/`s3`/`ec2`/`lambda` 的操作、`${aws:...}`、`amazonaws.com` 下的服务名。\n\n# 为什么重要\n其中一些 RAM 会拒绝，其余永远不会匹配。\n\n# 改法\n`aws:SourceIp` 即 `acs:SourceIp`，`aws:MultiFactorAuthPresent` 即 `acs:MFAPresent`，`iam:PassedToService` 即 `acs:Service`；`iam` 即 `ram`，`s3` 即 `oss`，`ec2` 即 `ecs`，`lambda` 即 `fc`。\n";
}

const NO_FORM: Text = Text::new(
    "`{v}` is AWS syntax; RAM has nothing like it",
    "`{v}` 是 AWS 语法；RAM 没有对应写法",
);
const CONVERT: Text = Text::new("write `{equiv}`", "改为 `{equiv}`");

const ARN: &str = "acs:<service>:<region>:<account>:<resource>";

/// Condition keys of AWS and what RAM calls them.
const KEYS: [(&str, &str); 13] = [
    ("aws:SourceIp", "acs:SourceIp"),
    ("aws:CurrentTime", "acs:CurrentTime"),
    ("aws:SecureTransport", "acs:SecureTransport"),
    ("aws:MultiFactorAuthPresent", "acs:MFAPresent"),
    ("aws:SourceVpc", "acs:SourceVpc"),
    ("aws:VpcSourceIp", "acs:VpcSourceIp"),
    ("aws:PrincipalArn", "acs:PrincipalARN"),
    ("aws:PrincipalOrgID", "acs:PrincipalRDId"),
    ("aws:UserAgent", "acs:UserAgent"),
    ("aws:Referer", "acs:Referer"),
    ("aws:RequestTag", "acs:RequestTag"),
    ("aws:ResourceTag", "acs:ResourceTag"),
    ("iam:PassedToService", "acs:Service"),
];

/// RAM codes of AWS services; an action is only converted if it exists under the new code.
const SERVICES: [(&str, &str); 4] =
    [("iam", "ram"), ("s3", "oss"), ("ec2", "ecs"), ("lambda", "fc")];

impl Rule for AwsSyntax {
    fn explain(&self, subject: &Subject<'_>, problem: &Problem) -> Verdict {
        let span = problem.span();
        match problem.kind() {
            ProblemKind::InvalidArnPrefix { found, .. } if is_arn(found) => {
                self.finding(span, found, Some(ARN)).into()
            }
            ProblemKind::InvalidPrincipal { found, .. } => match &**found {
                "AWS" => self.finding(span, "AWS", Some("RAM")).into(),
                found if is_arn(found) => {
                    self.finding(span, found, Some("acs:ram::<account>:role/<name>")).into()
                }
                found => match service_of(subject, found) {
                    Some(equiv) => {
                        let edits = [edit::to_string(span, &equiv)];
                        self.finding(span, found, Some(&equiv))
                            .fix(Applicability::Unsafe, CONVERT, edits)
                            .into()
                    }
                    None if found.ends_with(".amazonaws.com") => {
                        self.finding(span, found, Some("<service>.aliyuncs.com")).into()
                    }
                    None => Verdict::NotMine,
                },
            },
            _ => Verdict::NotMine,
        }
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for statement in subject.readable() {
            for word in statement.action_words() {
                if let Some((equiv, is_action)) = action_of(subject, word.text) {
                    let fix: Option<Edit> = is_action.then(|| edit::to_string(word.span, &equiv));
                    found.push(self.finding(word.span, word.text, Some(&equiv)).fix(
                        Applicability::Unsafe,
                        CONVERT,
                        fix,
                    ));
                }
            }
            let values = statement.tests.iter().flat_map(|test| &test.values);
            let words = statement.resource_words().iter().chain(values);
            for word in words.filter(|word| word.marks.any(Marks::OPENING)) {
                if let Some(variable) = variable(word.text) {
                    found.push(
                        self.finding(word.span, variable, None).diagnostic("policy-variable"),
                    );
                }
            }
            for test in &statement.tests {
                if let Some(equiv) = key_of(test.key) {
                    let fix = equiv.as_deref().map(|key| edit::to_string(test.key_span, key));
                    found.push(self.finding(test.key_span, test.key, equiv.as_deref()).fix(
                        Applicability::Unsafe,
                        CONVERT,
                        fix,
                    ));
                }
                for value in &test.values {
                    if let Some(equiv) = service_of(subject, value.text) {
                        let fix = [edit::to_string(value.span, &equiv)];
                        found.push(self.finding(value.span, value.text, Some(&equiv)).fix(
                            Applicability::Unsafe,
                            CONVERT,
                            fix,
                        ));
                    } else if is_arn(value.text) {
                        found.push(self.finding(value.span, value.text, Some(ARN)));
                    }
                }
            }
        }
    }
}

impl AwsSyntax {
    fn finding(&self, span: Span, what: &str, equiv: Option<&str>) -> Draft {
        let draft = self.draft(span).arg("v", what);
        match equiv {
            Some(equiv) => draft.arg("equiv", equiv),
            None => draft.message(NO_FORM),
        }
    }
}

/// Returns the first policy variable of AWS in a text: RAM has none at all.
pub(super) fn variable(text: &str) -> Option<&str> {
    let rest = text.get(text.find("${aws:")?..)?;
    rest.get(..rest.find('}').map_or(rest.len(), |at| at + 1))
}

/// Returns whether the RAM code in an action is that of an AWS service.
pub(super) fn is_aws_service(service: &str) -> bool {
    SERVICES.iter().any(|(aws, _)| aws.eq_ignore_ascii_case(service))
}

fn is_arn(text: &str) -> bool {
    text.strip_prefix("arn:aws").is_some_and(|rest| rest.starts_with([':', '-']))
}

/// The condition key of RAM for one of AWS, `None` inside if there is none.
fn key_of(key: &str) -> Option<Option<String>> {
    let (name, tag) = key.split_once('/').map_or((key, None), |(name, tag)| (name, Some(tag)));
    let known = KEYS.iter().find(|(aws, _)| aws.eq_ignore_ascii_case(name));
    match (known, tag) {
        (Some((_, ram)), Some(tag)) => Some(Some(format!("{ram}/{tag}"))),
        (Some((_, ram)), None) => Some(Some((*ram).to_owned())),
        (None, _) => {
            let is_aws = name.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("aws:"));
            is_aws.then_some(None)
        }
    }
}

/// The action of RAM for one of AWS, and whether it is known to exist.
fn action_of(subject: &Subject<'_>, action: &str) -> Option<(String, bool)> {
    let (service, name) = action.split_once(':')?;
    let (_, code) = SERVICES.iter().find(|(aws, _)| aws.eq_ignore_ascii_case(service))?;
    let exists = subject.settings.catalog().action(code, name).is_some();
    Some((format!("{code}:{name}"), exists || name == "*"))
}

/// The service principal of RAM for one of AWS, if it is known.
pub(crate) fn service_of(subject: &Subject<'_>, text: &str) -> Option<String> {
    let service = text.strip_suffix(".amazonaws.com")?;
    let (_, code) = SERVICES.iter().find(|(aws, _)| *aws == service)?;
    let principal = format!("{code}.aliyuncs.com");
    subject.settings.catalog().service_principal_is_known(&principal).then_some(principal)
}
