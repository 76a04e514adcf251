use ramguard_match::{Case, Pattern};
use ramguard_policy::name::resource::Resource;

use super::pass_role_grants;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// An Allow of `ram:PassRole` on every role of the account.
    ///
    /// # Why it matters
    /// Whoever can also create an instance can give it any role and read that role's credentials.
    ///
    /// # Instead
    /// `{ "Effect": "Allow", "Action": "ram:PassRole", "Resource": "acs:ram:*:*:role/ecslogrole",
    ///    "Condition": { "StringEquals": { "acs:Service": "ecs.aliyuncs.com" } } }`
    pub(crate) struct PassroleAnyRole;
    code = 604, name = "passrole-any-role", level = Error, preset = Default, needs = Text;
    severity = 80;
    message = "can pass any role of the account to a service" / "可将账号的任意角色传递给服务";
    help = "name the roles: `acs:ram:*:<account>:role/<name>`" / "请写明角色：`acs:ram:*:<account>:role/<name>`";
    page_zh = "# 检查内容\n允许对账号的所有角色执行 `ram:PassRole`。\n\n# 为什么重要\n如果还能创建实例，就可以把任意角色交给实例并读取其凭证。\n\n# 改法\n`{ \"Effect\": \"Allow\", \"Action\": \"ram:PassRole\", \"Resource\": \"acs:ram:*:*:role/ecslogrole\", \"Condition\": { \"StringEquals\": { \"acs:Service\": \"ecs.aliyuncs.com\" } } }`\n";
}

const RESOURCE: Text = Text::new("on every role", "作用于所有角色");

impl Rule for PassroleAnyRole {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for (statement, action) in pass_role_grants(subject) {
            let any = statement.resource_words().iter().find(|word| is_any_role(word.text));
            if let Some(resource) = any {
                found.push(
                    self.draft(action.span)
                        .diagnostic("passrole-any-role")
                        .related(resource.span, RESOURCE),
                );
            }
        }
    }
}

fn is_any_role(resource: &str) -> bool {
    let arn = match Resource::parse(resource) {
        Ok(Resource::Any) => return true,
        Ok(Resource::Arn(arn)) => arn,
        Err(_) => return false,
    };
    let covers =
        |field: &str, text: &str| Pattern::new(field, Case::AsciiInsensitive).is_match(text);
    // Nothing but stars stands where the name of the role is.
    let id = arn.relative_id.trim_end_matches('*');
    let is_open = arn.relative_id.ends_with('*')
        && (id.is_empty() || id.eq_ignore_ascii_case("role") || id.eq_ignore_ascii_case("role/"));
    is_open && covers(arn.service, "ram") && covers(arn.region, "")
}
