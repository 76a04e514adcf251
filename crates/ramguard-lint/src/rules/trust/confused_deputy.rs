use ramguard_policy::condition::Operator;
use ramguard_policy::name::principal::TrustPrincipal;

use super::{insert_string_equals, principals_of, trusting};
use crate::fix::Applicability;
use crate::message::Text;
use crate::rule::{Described, Draft, Rule, rule};
use crate::subject::{StatementView, Subject, Word};
use crate::{Confidence, Level, Preset};

rule! {
    /// # What it finds
    /// A trust policy that lets in somebody of another account without asking for an
    /// `sts:ExternalId` that is hard to guess: under `StringEquals`, at least 8 characters, not a
    /// mere number as account ids are. Which accounts are your own is a setting; where none is named the rule cannot
    /// tell, and speaks as a note from the preset `strict` on.
    ///
    /// # Why it matters
    /// The other account may work for many customers. Another of them can name your role and have
    /// it used on their behalf; only a secret between you and the other account tells the two
    /// apart.
    ///
    /// # Instead
    /// `"Condition": { "StringEquals": { "sts:ExternalId": ["9f2c7a51-vendor"] } }`
    pub(crate) struct ConfusedDeputy;
    code = 703, name = "confused-deputy", level = Warning, preset = Default, needs = Text;
    severity = 65;
    fix = Placeholder;
    message = "add `sts:ExternalId`; account {id} may act for many customers"
        / "请加上 `sts:ExternalId`；账号 {id} 可能代表许多客户";
    help = "`sts:ExternalId` is a parameter of AssumeRole, 2 to 1,224 characters; agree on one nobody can guess"
        / "`sts:ExternalId` 是 AssumeRole 的参数，长 2 到 1,224 个字符；请约定一个难以猜测的值";
    page_zh = "# 检查内容\n信任策略信任其他账号的身份，但没有要求难以猜测的 `sts:ExternalId`：写在 `StringEquals` 下，至少 8 个字符，且不是账号 ID 那样的纯数字。自己的账号由设置给出；未设置时无法判断，仅在 `strict` 及以上预设中提示。\n\n# 为什么重要\n对方账号可能服务许多客户，其中另一个客户可以报出你的角色并借对方之手使用它；只有你与对方之间的秘密能区分二者。\n\n# 改法\n`\"Condition\": { \"StringEquals\": { \"sts:ExternalId\": [\"9f2c7a51-vendor\"] } }`\n";
}

const KEY: &str = "sts:ExternalId";

/// Shorter values are tried out quickly.
const MIN_CHARS: usize = 8;

const GUESSABLE: Text = Text::new(
    "`{v}` is easy to guess; account {id} may act for many customers",
    "`{v}` 容易猜到；账号 {id} 可能代表许多客户",
);
const INSERT: Text = Text::new(
    "ask for an `sts:ExternalId` that you agree on with account {id}",
    "要求与账号 {id} 约定的 `sts:ExternalId`",
);

impl Rule for ConfusedDeputy {
    fn check(&self, subject: &Subject<'_>, found: &mut Vec<Draft>) {
        for (view, statement) in trusting(subject) {
            let secret = secret_of(view);
            if matches!(secret, Secret::Strong) {
                continue;
            }
            // One account is enough to tell: the remedy is one condition for all of them.
            let foreign = principals_of(statement).find_map(|(principal, span)| {
                let account = account_of(principal)?;
                let own = subject.settings.is_own_account(account);
                (own != Some(true)).then_some((account, span, own))
            });
            let Some((account, span, own)) = foreign else { continue };
            let draft = match secret {
                Secret::Weak(word) => self.draft(word.span).message(GUESSABLE).arg("v", word.text),
                Secret::Absent | Secret::Strong => self.draft(span).fix(
                    Applicability::Placeholder,
                    INSERT,
                    insert_string_equals(subject, view, KEY, "<external id>"),
                ),
            };
            let draft = draft.arg("id", account);
            found.push(match own {
                Some(_) => draft,
                None => {
                    draft.confidence(Confidence::Low).at_most(Level::Note).only_in(Preset::Strict)
                }
            });
        }
    }
}

fn account_of(principal: TrustPrincipal<'_>) -> Option<&str> {
    match principal {
        TrustPrincipal::Account(account)
        | TrustPrincipal::User { account, .. }
        | TrustPrincipal::Role { account, .. } => Some(account),
        TrustPrincipal::Service(_) | TrustPrincipal::Federated(_) => None,
    }
}

/// What a statement asks of `sts:ExternalId`.
enum Secret<'a> {
    Absent,
    /// One of the values that are let through can be guessed.
    Weak(Word<'a>),
    Strong,
}

fn secret_of<'a>(statement: &StatementView<'a>) -> Secret<'a> {
    let mut secret = Secret::Absent;
    for test in statement.tests_of(KEY) {
        let is_like = match test.operator {
            Some(Operator::StringEquals | Operator::StringEqualsIgnoreCase) => false,
            Some(Operator::StringLike) => true,
            _ => continue,
        };
        let weak = test
            .values
            .iter()
            .find(|value| is_guessable(value.text) || (is_like && value.text.contains(['*', '?'])));
        // All tests of a statement must hold, so one that is strong is enough.
        match weak {
            Some(word) => secret = Secret::Weak(*word),
            None => return Secret::Strong,
        }
    }
    secret
}

/// Returns whether a value is too short, or a mere number as account ids are.
fn is_guessable(value: &str) -> bool {
    value.chars().count() < MIN_CHARS || value.bytes().all(|byte| byte.is_ascii_digit())
}
