use crate::Preset;
use crate::edit;
use crate::fix::Applicability;
use crate::marks::Marks;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::Subject;

rule! {
    /// # What it finds
    /// An upper-case letter in the user, group, role or policy name of a `ram` resource, or in the
    /// service or region field of any resource. The names are shown from the preset `strict` on,
    /// the fields in every preset: names are mostly given in mixed case, services and regions are
    /// not.
    ///
    /// # Why it matters
    /// ARNs of roles are published in lower case while the roles are named in mixed case. This
    /// program compares both alike; the service's own behaviour is not documented.
    ///
    /// # Instead
    /// `acs:ram:*:*:role/ecslogrole`
    pub(crate) struct RoleArnCase;
    code = 322, name = "role-arn-case", level = Note, preset = Strict, needs = Text;
    fix = Safe;
    message = "write `ram` names as published, lower-case: `{canon}`"
        / "`ram` 资源名请按公布的小写形式书写：`{canon}`";
    page_zh = "# 检查内容\n`ram` 资源的用户、用户组、角色或策略名中有大写字母，或任意资源的服务段、地域段中有大写字母。名称仅在 `strict` 及以上预设中提示，服务段和地域段在所有预设中提示：名称常为大小写混用，服务和地域则不然。\n\n# 为什么重要\n公布的角色 ARN 为小写，而角色名大小写混用。本程序视两者相同，服务端的行为没有文档。\n\n# 改法\n`acs:ram:*:*:role/ecslogrole`\n";
}

const FIELD: Text = Text::new(
    "write service and region in lower case: `{canon}`",
    "服务段和地域段请用小写：`{canon}`",
);
const WRITE: Text = Text::new("write `{canon}`", "改为 `{canon}`");

impl Rule for RoleArnCase {
    fn first_preset(&self) -> Preset {
        Preset::Default
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for (word, fields) in subject.readable().flat_map(|statement| &statement.arns) {
            if !word.marks.any(Marks::UPPER) {
                continue;
            }
            let has_upper = |text: &str| text.bytes().any(|byte| byte.is_ascii_uppercase());
            let in_fields = has_upper(fields.service) || has_upper(fields.region);
            let in_name = fields.service.eq_ignore_ascii_case("ram")
                && !fields.account.eq_ignore_ascii_case("system")
                && is_named(fields.relative_id)
                && has_upper(fields.relative_id);
            // What a placeholder is filled in with is not known: RAM315.
            if (!in_fields && !in_name) || word.placeholder().is_some() {
                continue;
            }
            let id = if in_name {
                fields.relative_id.to_ascii_lowercase()
            } else {
                fields.relative_id.to_owned()
            };
            let canon = format!(
                "acs:{}:{}:{}:{id}",
                fields.service.to_ascii_lowercase(),
                fields.region.to_ascii_lowercase(),
                fields.account,
            );
            let edits = [edit::to_string(word.span, &canon)];
            let draft = self.draft(word.span).arg("canon", canon);
            let draft = draft.fix(Applicability::Safe, WRITE, edits);
            found.push(if in_fields {
                draft.message(FIELD).diagnostic("arn-case").already_in(Preset::Default)
            } else {
                draft
            });
        }
    }
}

fn is_named(relative_id: &str) -> bool {
    relative_id.split_once('/').is_some_and(|(kind, _)| {
        ["user", "group", "role", "policy"].iter().any(|known| known.eq_ignore_ascii_case(kind))
    })
}
