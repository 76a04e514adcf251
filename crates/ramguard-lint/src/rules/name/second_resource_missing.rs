use ramguard_policy::Effect;
use ramguard_policy::json::Kind as JsonKind;
use ramguard_policy::name::resource::{ArnFields, Resource};

use super::template_placeholder::placeholder;
use crate::edit;
use crate::fix::{Applicability, Edit};
use crate::message::Text;
use crate::overlap::Overlap;
use crate::rule::{Described, Draft, Rule, rule};
use crate::split::insert_statement;
use crate::subject::{StatementView, Subject, Word};

rule! {
    /// # What it finds
    /// An action that RAM checks on several resources, where the policy grants it on some of them
    /// only: a user and a policy, a user and a group, an instance and the role it is given.
    ///
    /// # Why it matters
    /// Every check has to pass, so the call fails.
    ///
    /// The fix adds what is missing. Where that is a policy to attach or a role to hand over, the
    /// name is left for a person to fill in: every policy or every role would be too much.
    ///
    /// # Instead
    /// Both resources: `["acs:ram:*:*:user/bob", "acs:ram:*:*:group/readers"]`
    pub(crate) struct SecondResourceMissing;
    code = 324, name = "second-resource-missing", level = Warning, preset = Default, needs = Catalogue;
    fix = Placeholder;
    message = "`{action}` is checked on {all}; not granted: {missing}"
        / "`{action}` 会检查 {all}；尚未授予：{missing}";
    help = "every check has to pass: grant the action on all of them" / "每项检查都要通过：请在所有资源上授予该操作";
    page_zh = "# 检查内容\nRAM 会在多个资源上检查的操作，而策略只在其中一部分上授予：用户与策略、用户与用户组、实例与角色。\n\n# 为什么重要\n每项检查都要通过，否则调用失败。修复会补上缺少的资源；若缺少的是要附加的策略或要交出的角色，则名称留待人工填写：全部策略或全部角色太大了。\n\n# 改法\n写上两种资源：`[\"acs:ram:*:*:user/bob\", \"acs:ram:*:*:group/readers\"]`\n";
}

const PASS_ROLE: Text = Text::new(
    "`{action}` also needs `ram:PassRole` on the role, which the policy does not grant",
    "`{action}` 还需要对该角色的 `ram:PassRole`，策略没有授予",
);

const ADD: Text = Text::new("grant it on {added} too", "同时在 {added} 上授予");
const ADD_STATEMENT: Text = Text::new(
    "let the role be passed to ECS, in a statement of its own",
    "另写一条语句，允许把该角色传递给 ECS",
);

/// What a check is about in English and Chinese, and the resources it is on.
type Checked = (&'static str, &'static str, &'static str);

const USER: Checked = ("a user", "用户", "acs:ram:*:*:user/*");
const GROUP: Checked = ("a group", "用户组", "acs:ram:*:*:group/*");
const ROLE: Checked = ("a role", "角色", "acs:ram:*:*:role/*");
const POLICY: Checked = ("a policy", "策略", "acs:ram:*:*:policy/*");
const INSTANCE: Checked = ("an instance", "实例", "acs:ecs:*:*:instance/*");
const IMAGE: Checked = ("an image", "镜像", "acs:ecs:*:*:image/*");
const GROUP_OF_ECS: Checked = ("a security group", "安全组", "acs:ecs:*:*:securitygroup/*");
const VSWITCH: Checked = ("a vSwitch", "交换机", "acs:vpc:*:*:vswitch/*");

/// Actions and what each is checked on (rule R-9, section 6 of the language).
const CHECKED: &[(&str, &[Checked])] = &[
    ("ram:AddUserToGroup", &[USER, GROUP]),
    ("ram:RemoveUserFromGroup", &[USER, GROUP]),
    ("ram:AttachPolicyToUser", &[USER, POLICY]),
    ("ram:DetachPolicyFromUser", &[USER, POLICY]),
    ("ram:AttachPolicyToGroup", &[GROUP, POLICY]),
    ("ram:DetachPolicyFromGroup", &[GROUP, POLICY]),
    ("ram:AttachPolicyToRole", &[ROLE, POLICY]),
    ("ram:DetachPolicyFromRole", &[ROLE, POLICY]),
    ("ecs:AttachInstanceRamRole", &[INSTANCE, ROLE]),
    ("ecs:DetachInstanceRamRole", &[INSTANCE, ROLE]),
    ("ecs:RunInstances", &[INSTANCE, IMAGE, GROUP_OF_ECS, VSWITCH]),
    ("ecs:CreateInstance", &[INSTANCE, IMAGE, GROUP_OF_ECS, VSWITCH]),
];

impl Rule for SecondResourceMissing {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        let mut overlap = Overlap::new();
        for (action, checks) in CHECKED {
            // Only who names the action is asked about it; `ecs:*` is about more than one call.
            let Some((view, word, resources)) = grants(subject, action) else { continue };
            let mut missing = Vec::new();
            for check @ (_, _, template) in *checks {
                // `None` is `*`, which covers all of them.
                let is_granted = resources.contains(&None)
                    || overlap.any_with_template(resources.iter().flatten(), template);
                if !is_granted {
                    missing.push(*check);
                }
            }
            // Where none is granted the resources are of another kind: RAM318 says so.
            if !missing.is_empty() && missing.len() < checks.len() {
                let added: Vec<String> =
                    missing.iter().map(|check| repaired(action, check, &resources)).collect();
                let is_blank = added.iter().any(|resource| placeholder(resource).is_some());
                let list: Vec<String> = added.iter().map(|added| format!("`{added}`")).collect();
                let how = if is_blank { Applicability::Placeholder } else { Applicability::Unsafe };
                found.push(
                    self.draft(word.span)
                        .arg("action", action)
                        .words("all", english(checks), chinese(checks))
                        .words("missing", english(&missing), chinese(&missing))
                        .whole_arg("added", list.join(", "))
                        .fix(how, ADD, add(subject, view, &added)),
                );
            } else if missing.is_empty() && action.ends_with("InstanceRamRole") {
                let passes = subject.statements.iter().any(|statement| {
                    statement.effect == Some(Effect::Allow)
                        && statement.covers_action("ram:PassRole")
                });
                if !passes {
                    let (how, edit) = pass_role(subject, view, &resources);
                    found.push(self.draft(word.span).message(PASS_ROLE).arg("action", action).fix(
                        how,
                        ADD_STATEMENT,
                        edit,
                    ));
                }
            }
        }
    }
}

fn english(checks: &[Checked]) -> String {
    checks.iter().map(|(label, ..)| *label).collect::<Vec<_>>().join(", ")
}

fn chinese(checks: &[Checked]) -> String {
    checks.iter().map(|(_, label, _)| *label).collect::<Vec<_>>().join("、")
}

/// The resource to add for a check, in the account the others name. Who may attach every policy
/// or hand every role to an instance is an administrator, so these names are left blank.
fn repaired(action: &str, check: &Checked, granted: &[Option<ArnFields<'_>>]) -> String {
    let (_, _, template) = *check;
    let is_power = *check == POLICY || (*check == ROLE && action.ends_with("InstanceRamRole"));
    let template = match template.strip_suffix('*') {
        Some(kind) if is_power => format!("{kind}<name>"),
        _ => template.to_owned(),
    };
    let account =
        granted.iter().flatten().map(|fields| fields.account).find(|account| {
            !account.is_empty() && account.bytes().all(|byte| byte.is_ascii_digit())
        });
    match account {
        Some(account) => template.replacen(":*:*:", &format!(":*:{account}:"), 1),
        None => template,
    }
}

/// Adds resources to a statement.
fn add(subject: &Subject<'_>, view: &StatementView<'_>, added: &[String]) -> Option<Edit> {
    let resources = view.resources.as_ref()?;
    let added: Vec<String> = added.iter().map(|text| edit::quoted(text)).collect();
    let added = added.join(", ");
    if resources.value.kind() == JsonKind::Array {
        let last = resources.value.elements().last()?;
        return edit::insert_element(subject.text(), resources.value, last.span(), &added);
    }
    let only = resources.words.first()?;
    let list = format!("[{}, {added}]", edit::quoted(only.text));
    Some(edit::replace(resources.value.span(), list))
}

/// Adds a statement that lets the roles of `granted` be passed to ECS. Where no role is named, the
/// name is left blank.
fn pass_role(
    subject: &Subject<'_>,
    view: &StatementView<'_>,
    granted: &[Option<ArnFields<'_>>],
) -> (Applicability, Option<Edit>) {
    let is_role = |fields: &&ArnFields<'_>| {
        let name = fields.relative_id.strip_prefix("role/");
        fields.service.eq_ignore_ascii_case("ram")
            && name.is_some_and(|name| !name.starts_with(['*', '?']))
    };
    let roles: Vec<String> = granted
        .iter()
        .flatten()
        .filter(is_role)
        .map(|role| format!("acs:ram:*:{}:{}", role.account, role.relative_id))
        .map(|role| edit::quoted(&role))
        .collect();
    let (how, roles) = if roles.is_empty() {
        (Applicability::Placeholder, edit::quoted("acs:ram:*:*:role/<name>"))
    } else {
        (Applicability::Unsafe, roles.join(", "))
    };
    let statement = format!(
        "{{ \"Effect\": \"Allow\", \"Action\": [\"ram:PassRole\"], \"Resource\": [{roles}], \
         \"Condition\": {{ \"StringEquals\": {{ \"acs:Service\": [\"ecs.aliyuncs.com\"] }} }} }}"
    );
    (how, insert_statement(subject, view, &statement))
}

/// Where the policy names `action` in an Allow, and every resource it grants it on; `None` inside
/// is every resource.
fn grants<'s, 'a>(subject: &'s Subject<'a>, action: &str) -> Option<Granted<'s, 'a>> {
    let mut place = None;
    let mut resources = Vec::new();
    // What a statement grants that is refused as it is, only its author knows.
    let refused = |view: &&StatementView<'_>| view.sound.is_none() && view.covers_action(action);
    if subject.statements.iter().find(refused).is_some() {
        return None;
    }
    for (view, statement) in subject.sound() {
        if statement.effect() != Effect::Allow || !view.covers_action(action) {
            continue;
        }
        if !view.is_not_action && place.is_none() {
            let named = |word: &&Word<'_>| !word.text.contains(['*', '?']);
            let covering = |word: &&Word<'_>| word.covers_action(action);
            let word = view.action_words().iter().filter(named).find(covering).copied();
            place = word.map(|word| (view, word));
        }
        for word in view.resource_words() {
            if placeholder(word.text).is_some() {
                return None;
            }
            match Resource::parse(word.text) {
                Ok(Resource::Any) => resources.push(None),
                Ok(Resource::Arn(fields)) => resources.push(Some(fields)),
                Err(_) => {}
            }
        }
    }
    place.map(|(view, word)| (view, word, resources))
}

/// The statement and the word that name an action, and all it is granted on.
type Granted<'s, 'a> = (&'s StatementView<'a>, Word<'a>, Vec<Option<ArnFields<'a>>>);
