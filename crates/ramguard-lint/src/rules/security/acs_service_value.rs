use ramguard_catalog::{Catalog, alias, service_principals};
use ramguard_match::{Case, Pattern};
use ramguard_policy::condition::{Family, Operator};

use crate::edit;
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::rules::name::aws_syntax;
use crate::rules::name::template_placeholder::placeholder;
use crate::rules::trust::trust_service_name::is_below_service;
use crate::subject::{Subject, TestView};

rule! {
    /// # What it finds
    /// A value of `acs:Service` that is no service principal the catalogue knows, and a pattern
    /// that fits none. A name under a known service is accepted as it is.
    ///
    /// # Why it matters
    /// The key holds the service that receives a role, as `ecs.aliyuncs.com`. `ecs` alone or
    /// `ecs.amazonaws.com` never match: an Allow grants nothing, a Deny stops nothing.
    ///
    /// # Instead
    /// `"Condition": { "StringEquals": { "acs:Service": ["ecs.aliyuncs.com"] } }`
    pub(crate) struct AcsServiceValue;
    code = 607, name = "acs-service-value", level = Warning, preset = Default, needs = Catalogue;
    fix = Unsafe;
    message = "`{v}` is not a known service principal" / "`{v}` 不是已知的服务主体";
    help = "a service principal is `<service>.aliyuncs.com`; `ecs` alone or `ecs.amazonaws.com` never match"
        / "服务主体的形式为 `<service>.aliyuncs.com`；只写 `ecs` 或 `ecs.amazonaws.com` 永不匹配";
    page_zh = "# 检查内容\n`acs:Service` 的值不是目录中的服务主体，或模式与任何服务主体都不匹配。已知服务的下级名称予以接受。\n\n# 为什么重要\n该键的值是接收角色的服务，如 `ecs.aliyuncs.com`。只写 `ecs` 或 `ecs.amazonaws.com` 永不匹配：Allow 不会授权，Deny 不会阻止。\n\n# 改法\n`\"Condition\": { \"StringEquals\": { \"acs:Service\": [\"ecs.aliyuncs.com\"] } }`\n";
}

const WRITE: Text = Text::new("write `{dym}`", "改为 `{dym}`");
const MEANT: Text = Text::new("did you mean `{dym}`?", "是否想写 `{dym}`？");

/// Longer values are no names; looking for near ones would only cost time.
const MAX_BYTES: usize = 128;

impl Rule for AcsServiceValue {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let tests = subject.readable().flat_map(|statement| statement.tests_of("acs:Service"));
        for test in tests.filter(|test| is_about_text(test)) {
            for value in &test.values {
                // RAM315 speaks of placeholders, RAM323 of what it can turn into a name of RAM.
                if is_known(subject, test.operator, value.text)
                    || placeholder(value.text).is_some()
                    || aws_syntax::service_of(subject, value.text).is_some()
                {
                    continue;
                }
                let draft = self.draft(value.span).arg("v", value.text);
                found.push(match meant(subject.settings.catalog(), value.text) {
                    Some(name) => {
                        let edits = [edit::to_string(value.span, &name)];
                        draft.arg("dym", name).help(MEANT).fix(Applicability::Unsafe, WRITE, edits)
                    }
                    None => draft,
                });
            }
        }
    }
}

fn is_about_text(test: &TestView<'_>) -> bool {
    test.operator.is_some_and(|operator| operator.family() == Family::String)
}

fn is_known(subject: &Subject<'_>, operator: Option<Operator>, value: &str) -> bool {
    let catalog = subject.settings.catalog();
    let is_like = matches!(operator, Some(Operator::StringLike | Operator::StringNotLike));
    let folded;
    let value = match operator {
        Some(Operator::StringEqualsIgnoreCase | Operator::StringNotEqualsIgnoreCase) => {
            folded = value.to_ascii_lowercase();
            &folded
        }
        _ => value,
    };
    if is_like && value.contains(['*', '?']) {
        // Every principal a user adds ends alike, so a pattern for that end is about some service.
        let pattern = Pattern::new(value, Case::Sensitive);
        return value.ends_with(".aliyuncs.com")
            || service_principals().any(|p| pattern.is_match(p));
    }
    catalog.service_principal_is_known(value) || is_below_service(subject, value)
}

/// The service principal that was most likely meant: the service's code alone, a name of the
/// service people use, the right code under a wrong domain, or a slip of the pen.
fn meant(catalog: &Catalog, value: &str) -> Option<String> {
    if value.len() > MAX_BYTES {
        return None;
    }
    let label = value.split_once('.').map_or(value, |(label, _)| label).to_ascii_lowercase();
    let named = [Some(label.as_str()), alias(&label)].into_iter().flatten();
    let mut principals = named.map(|code| format!("{code}.aliyuncs.com"));
    principals
        .find(|name| catalog.service_principal_is_known(name))
        .or_else(|| catalog.nearest_service_principal(value).map(str::to_owned))
}
