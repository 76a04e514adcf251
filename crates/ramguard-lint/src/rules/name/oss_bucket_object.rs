use ramguard_catalog::{Action, Basis};

use super::resource_patterns;
use crate::Preset;
use crate::edit;
use crate::fix::{Applicability, Edit};
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::{Operation, StatementView, Subject, fits_in_any_case};

rule! {
    /// # What it finds
    /// An action on objects of OSS where the statement names buckets only, or an action on buckets
    /// where it names objects only. Where other actions of the statement have their form and another
    /// statement names OSS in the other form, the author knows the two, and it is a note from the
    /// preset `strict` on: the console writes such policies.
    ///
    /// # Why it matters
    /// `mybucket` and `mybucket/*` are different resources; the statement does not apply to the
    /// action, and no other statement of the policy does.
    ///
    /// # Instead
    /// `"Resource": ["acs:oss:*:*:mybucket", "acs:oss:*:*:mybucket/*"]`
    pub(crate) struct OssBucketObject;
    code = 321, name = "oss-bucket-object", level = Warning, preset = Default, needs = Catalogue;
    fix = Unsafe;
    message = "`{action}` needs `{form}`" / "`{action}` 需要 `{form}`";
    help = "list both forms, the bucket and its objects, when a statement mixes them"
        / "语句同时涉及两者时，请把 Bucket 和对象两种形式都列出";
    page_zh = "# 检查内容\nOSS 的对象操作只写了 Bucket，或 Bucket 操作只写了对象。若语句中其他操作的形式正确，且另一语句以另一形式写了 OSS 资源，说明作者了解两者（控制台会生成此类策略），仅在 `strict` 及以上预设中提示。\n\n# 为什么重要\n`mybucket` 与 `mybucket/*` 是不同的资源，语句对该操作不起作用。\n\n# 改法\n`\"Resource\": [\"acs:oss:*:*:mybucket\", \"acs:oss:*:*:mybucket/*\"]`\n";
}

const ADD: Text = Text::new("add `{form}`", "加上 `{form}`");

/// What an action of OSS is checked on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Bucket,
    Object,
}

impl Rule for OssBucketObject {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for (view, statement) in subject.sound() {
            let is_oss = |operation: &Operation<'_>| operation.service.eq_ignore_ascii_case("oss");
            if statement.is_not_action() || !view.operations.iter().any(is_oss) {
                continue;
            }
            let forms = Forms::of(view);
            if !forms.names_oss || (forms.bucket && forms.object) {
                continue;
            }
            let mut knows_both = None;
            for Operation { word, service, known, .. } in &view.operations {
                if !service.eq_ignore_ascii_case("oss") || subject.is_full(found) {
                    continue;
                }
                let Some((action, level)) = known.and_then(|a| Some((a, level(a)?))) else {
                    continue;
                };
                if forms.has(level) || is_elsewhere(subject, view, word.text, level) {
                    continue;
                }
                let mut draft = self.draft(word.span).arg("action", action);
                if *knows_both.get_or_insert_with(|| knows_both_forms(subject, view, &forms)) {
                    draft = draft.only_in(Preset::Strict).at_most(crate::Level::Note);
                }
                found.push(match other_form(view, level) {
                    Some((form, edit)) => {
                        draft.arg("form", form).fix(Applicability::Unsafe, ADD, [edit])
                    }
                    None if level == Level::Object => draft.arg("form", "acs:oss:*:*:<bucket>/*"),
                    None => draft.arg("form", "acs:oss:*:*:<bucket>"),
                });
            }
        }
    }
}

/// Which forms the resources of a statement have.
struct Forms {
    names_oss: bool,
    bucket: bool,
    object: bool,
}

impl Forms {
    fn of(statement: &StatementView<'_>) -> Self {
        let Some(patterns) = resource_patterns(statement) else {
            return Self { names_oss: true, bucket: true, object: true };
        };
        let mut forms = Self { names_oss: false, bucket: false, object: false };
        for (_, pattern) in patterns {
            if fits_in_any_case(pattern.service, "oss") {
                let id = pattern.relative_id;
                forms.names_oss = true;
                // A star reaches over `/`, so a pattern without one names buckets only; a pattern
                // with a `/` of its own names objects only.
                forms.object |= id.contains(['/', '*', '?']);
                forms.bucket |= !id.contains('/');
            }
        }
        forms
    }

    fn has(&self, level: Level) -> bool {
        if level == Level::Object { self.object } else { self.bucket }
    }
}

/// Returns whether another statement of the same effect names the action with the other form, so
/// that nothing is lost here.
fn is_elsewhere(
    subject: &Subject<'_>,
    statement: &StatementView<'_>,
    action: &str,
    level: Level,
) -> bool {
    subject.statements.iter().take(MAX_STATEMENTS).any(|other| {
        other.effect == statement.effect
            && other.value.span() != statement.value.span()
            && other.covers_action(action)
            && Forms::of(other).has(level)
    })
}

/// Returns whether an action of the statement has the form it needs, while another statement of the
/// same effect names OSS in the form that is missing here.
fn knows_both_forms(subject: &Subject<'_>, statement: &StatementView<'_>, forms: &Forms) -> bool {
    let fits = statement.operations.iter().any(|operation| {
        let action = operation.known.filter(|_| operation.service.eq_ignore_ascii_case("oss"));
        action.and_then(level).is_some_and(|level| forms.has(level))
    });
    fits && subject.statements.iter().take(MAX_STATEMENTS).any(|other| {
        let found = Forms::of(other);
        let is_other = other.effect == statement.effect && found.names_oss;
        is_other && (found.bucket && !forms.bucket || found.object && !forms.object)
    })
}

/// So many other statements are looked at.
const MAX_STATEMENTS: usize = 200;

/// What the documents say the action is checked on, if it is one of the two.
fn level(action: Action) -> Option<Level> {
    if action.template_basis() != Some(Basis::Documented) {
        return None;
    }
    let is_object = |template: &str| template.ends_with(":${BucketName}/${ObjectName}");
    let is_bucket = |template: &str| template.ends_with(":${BucketName}");
    let mut templates = action.templates();
    if templates.len() == 0 {
        None
    } else if templates.clone().all(is_object) {
        Some(Level::Object)
    } else if templates.all(is_bucket) {
        Some(Level::Bucket)
    } else {
        None
    }
}

/// The other form of the one resource of a statement, and the edit that adds it.
fn other_form(statement: &StatementView<'_>, level: Level) -> Option<(String, Edit)> {
    let resources = statement.resources.as_ref()?;
    let [only] = resources.words.as_slice() else { return None };
    let form = match level {
        Level::Object => format!("{}/*", only.text),
        Level::Bucket => {
            let id = only.text.splitn(5, ':').nth(4)?;
            let bucket = id.split('/').next()?;
            format!("{}{bucket}", only.text.strip_suffix(id)?)
        }
    };
    let list = format!("[{}, {}]", edit::quoted(only.text), edit::quoted(&form));
    Some((form, edit::replace(resources.value.span(), list)))
}
