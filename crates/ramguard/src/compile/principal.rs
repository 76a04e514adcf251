//! The principals of a statement in a trust or bucket policy.
//!
//! Always holds here: a list of more than [`PrincipalTest::FEW`] entries leads to those that the
//! caller may be among by key, and these are compared like the entries of a short one.
// Nothing here may overflow or divide by zero.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod keys;

use ramguard_policy::condition::Truth;
use ramguard_policy::name::principal::{BucketPrincipal, TrustPrincipal};
use ramguard_policy::{Effect, Statement, StatementPrincipal};

pub(super) use self::keys::{CallerKeys, EntryKeys, KeyedOwners};
use crate::{PrincipalKind, Request, steps};

/// Whom a statement is about.
#[derive(Clone, Debug)]
pub(crate) enum PrincipalTest {
    /// An identity, session or control policy: whoever it is attached to.
    Attached,
    /// The entries of a trust or bucket policy; one match is enough.
    Entries(Box<[EntryTest]>),
    /// The same, if they are many.
    Many(Box<ManyEntries>),
}

/// Entries that are found by their keys.
#[derive(Clone, Debug)]
pub(crate) struct ManyEntries {
    entries: Box<[EntryTest]>,
    numbers: KeyedOwners,
}

/// One entry.
#[derive(Clone, Debug)]
pub(crate) enum EntryTest {
    Account(Box<str>),
    User {
        account: Box<str>,
        name: Box<str>,
    },
    Role {
        account: Box<str>,
        name: Box<str>,
    },
    Service(Box<str>),
    Federated(Box<str>),
    /// `*` under a condition: everyone (decision D-43).
    Everyone,
    /// `*` without a condition in an Allow: everyone but the identities of the owner's account.
    EveryoneElse,
    /// `*` without a condition in a Deny: everyone but the owner's root.
    EveryoneButOwner,
    Uid(Box<str>),
    Session {
        prefix: Box<str>,
        session: Option<Box<str>>,
    },
}

impl PrincipalTest {
    /// Up to this many entries are compared one by one, which takes about as long as making the
    /// keys of a caller.
    const FEW: usize = 32;

    pub(crate) fn compile(statement: Statement<'_>) -> Self {
        let unconditional = statement.conditions().len() == 0;
        let entries: Box<[EntryTest]> = statement
            .principals()
            .map(|(principal, _)| match principal {
                StatementPrincipal::Trust(entry) => EntryTest::trust(entry),
                StatementPrincipal::Bucket(entry) => {
                    EntryTest::bucket(entry, statement.effect(), unconditional)
                }
            })
            .collect();
        match entries.len() {
            0 => Self::Attached,
            1..=Self::FEW => Self::Entries(entries),
            _ => {
                let keys = Self::keys(statement);
                Self::Many(Box::new(ManyEntries { entries, numbers: KeyedOwners::of_list(keys) }))
            }
        }
    }

    /// Returns the keys of all entries.
    pub(super) fn keys<'p>(statement: Statement<'p>) -> impl Iterator<Item = EntryKeys> + 'p {
        statement.principals().map(|(principal, _)| EntryKeys::of(&principal))
    }

    /// Returns how many bytes it takes outside itself.
    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Attached => 0,
            Self::Entries(entries) => heap_bytes(entries),
            Self::Many(many) => size_of::<ManyEntries>()
                .saturating_add(heap_bytes(&many.entries))
                .saturating_add(many.numbers.heap_bytes()),
        }
    }

    /// Returns whether the statement is about the caller; unknown where the host did not say by
    /// which name such an entry would know the caller.
    pub(crate) fn matches(&self, request: &Request<'_>) -> Truth {
        match self {
            Self::Attached => Truth::True,
            Self::Entries(entries) => any(entries.iter(), request),
            Self::Many(many) => many.matches(request),
        }
    }
}

impl ManyEntries {
    #[inline(never)]
    fn matches(&self, request: &Request<'_>) -> Truth {
        let found = self.numbers.of_caller(CallerKeys::of(request));
        any(found.filter_map(|number| self.entries.get(number as usize)), request)
    }
}

fn heap_bytes(entries: &[EntryTest]) -> usize {
    let texts: usize = entries.iter().map(EntryTest::heap_bytes).sum();
    size_of_val(entries).saturating_add(texts)
}

/// Returns whether any of these entries is about the caller.
#[inline]
fn any<'e>(entries: impl Iterator<Item = &'e EntryTest>, request: &Request<'_>) -> Truth {
    let mut found = Truth::False;
    for entry in entries {
        steps::count(1);
        match entry.matches(request) {
            Truth::True => return Truth::True,
            Truth::Unknown => found = Truth::Unknown,
            Truth::False => {}
        }
    }
    found
}

impl EntryTest {
    fn trust(entry: TrustPrincipal<'_>) -> Self {
        match entry {
            TrustPrincipal::Account(account) => Self::Account(account.into()),
            TrustPrincipal::User { account, name } => {
                Self::User { account: account.into(), name: name.into() }
            }
            TrustPrincipal::Role { account, name } => {
                Self::Role { account: account.into(), name: name.into() }
            }
            TrustPrincipal::Service(service) => Self::Service(service.into()),
            TrustPrincipal::Federated(provider) => Self::Federated(provider.into()),
        }
    }

    fn bucket(entry: BucketPrincipal<'_>, effect: Effect, unconditional: bool) -> Self {
        match (entry, effect, unconditional) {
            (BucketPrincipal::Anyone, _, false) => Self::Everyone,
            (BucketPrincipal::Anyone, Effect::Allow, true) => Self::EveryoneElse,
            (BucketPrincipal::Anyone, Effect::Deny, true) => Self::EveryoneButOwner,
            (BucketPrincipal::Uid(uid), ..) => Self::Uid(uid.into()),
            (BucketPrincipal::Session { prefix, session }, ..) => Self::Session {
                prefix: prefix.into(),
                session: (session != "*").then(|| session.into()),
            },
        }
    }

    fn heap_bytes(&self) -> usize {
        match self {
            Self::Account(text)
            | Self::Service(text)
            | Self::Federated(text)
            | Self::Uid(text)
            | Self::Session { prefix: text, session: None } => text.len(),
            Self::User { account: one, name: other }
            | Self::Role { account: one, name: other }
            | Self::Session { prefix: one, session: Some(other) } => {
                one.len().saturating_add(other.len())
            }
            Self::Everyone | Self::EveryoneElse | Self::EveryoneButOwner => 0,
        }
    }

    /// Inlined, so that what a loop asks of the caller is asked once.
    #[inline(always)]
    fn matches(&self, request: &Request<'_>) -> Truth {
        let Some(caller) = request.principal() else { return self.matches_unnamed(request) };
        let kind = caller.kind();
        let named = |account: &str, name: &str, wanted: PrincipalKind| {
            kind == wanted
                && caller.account() == Some(account)
                && caller.name().is_some_and(|own| own.eq_ignore_ascii_case(name))
        };
        Truth::from(match self {
            // `root` names every user and role of the account, not the root itself (rule T-2).
            Self::Account(account) => {
                matches!(kind, PrincipalKind::User | PrincipalKind::Role)
                    && caller.account() == Some(account)
            }
            Self::User { account, name } => named(account, name, PrincipalKind::User),
            Self::Role { account, name } => named(account, name, PrincipalKind::Role),
            Self::Service(service) => kind == PrincipalKind::Service && caller.id() == &**service,
            Self::Federated(provider) => {
                kind == PrincipalKind::Federated && caller.id() == &**provider
            }
            Self::Everyone => true,
            Self::EveryoneElse => !request.caller_owns_resource(),
            Self::EveryoneButOwner => {
                kind != PrincipalKind::Root || !request.caller_owns_resource()
            }
            Self::Uid(uid) => match (kind, caller.uid()) {
                (_, Some(own)) => own == &**uid,
                (PrincipalKind::User, None) => return Truth::Unknown,
                (_, None) => false,
            },
            Self::Session { prefix, session } => match (kind, caller.session_arn()) {
                (PrincipalKind::Role, Some(own)) => match (own.strip_prefix(&**prefix), session) {
                    (None, _) => false,
                    (Some(rest), Some(session)) => *rest == **session,
                    // What STS would never issue leaves open whether `*` means it.
                    (Some(rest), None) if rest.is_empty() || rest.contains(['/', ':', '*']) => {
                        return Truth::Unknown;
                    }
                    (Some(_), None) => true,
                },
                (PrincipalKind::Role, None) => return Truth::Unknown,
                _ => false,
            },
        })
    }

    /// The caller of a request without a principal is some user of the owner's account.
    fn matches_unnamed(&self, request: &Request<'_>) -> Truth {
        match self {
            Self::Account(account) => Truth::from(request.owner() == Some(account)),
            Self::User { account, .. } if request.owner() == Some(account) => Truth::Unknown,
            Self::Uid(_) => Truth::Unknown,
            Self::Everyone | Self::EveryoneButOwner => Truth::True,
            Self::EveryoneElse
            | Self::User { .. }
            | Self::Role { .. }
            | Self::Service(_)
            | Self::Federated(_)
            | Self::Session { .. } => Truth::False,
        }
    }
}

#[cfg(test)]
mod tests {
    use ramguard_policy::{Kind, Policy};

    use super::*;
    use crate::Principal;

    const ACCOUNT: &str = "1000000000000001";

    /// Callers of every kind, with and without what bucket policies know them by.
    fn callers() -> Vec<Option<Principal<'static>>> {
        let user = |name: &str| Principal::user(format!("acs:ram::{ACCOUNT}:user/{name}")).unwrap();
        let role = |name: &str| Principal::role(format!("acs:ram::{ACCOUNT}:role/{name}")).unwrap();
        let session = |name: &str| {
            role("app").with_session_arn(format!("arn:sts::{ACCOUNT}:assumed-role/{name}"))
        };
        let far = "acs:ram::2000000000000002:user/u7";
        [
            user("u7"),
            user("U7"),
            user("r7").with_uid("20007"),
            user("u7").with_uid("9"),
            user("none").with_uid("20007").with_session_arn("a/b/c"),
            Principal::user(far).unwrap(),
            role("r7"),
            role("R7").with_uid("20007"),
            role("u7").with_session_arn(""),
            session("app/s7"),
            session("app/S7"),
            session("App/s7"),
            session("app/none"),
            session("all/none"),
            session("all/"),
            session("all/a/b"),
            session("all/*"),
            session("all"),
            Principal::root(ACCOUNT).unwrap(),
            Principal::root("20007").unwrap(),
            Principal::root("9").unwrap().with_uid("20007"),
            Principal::service("s7.aliyuncs.com"),
            Principal::service("S7.aliyuncs.com"),
            Principal::service("none.aliyuncs.com").with_uid("20007"),
            Principal::federated(format!("acs:ram::{ACCOUNT}:saml-provider/p7")),
            Principal::federated(format!("acs:ram::{ACCOUNT}:saml-provider/P7")),
            Principal::anonymous(),
            Principal::anonymous().with_uid("20007"),
        ]
        .into_iter()
        .map(Some)
        .chain([None])
        .collect()
    }

    fn requests() -> Vec<Request<'static>> {
        let of = |account: &'static str| {
            callers().into_iter().map(move |caller| {
                let arn = format!("acs:oss:*:{account}:b/x");
                let request = Request::parse("oss:GetObject", arn).unwrap();
                match caller {
                    Some(caller) => request.with_principal(caller),
                    None => request,
                }
            })
        };
        [ACCOUNT, "2000000000000002", ""].into_iter().flat_map(of).collect()
    }

    /// Policies of one statement each, about these; `kind` says which.
    fn policy(kind: Kind, principals: &[String], effect: &str, condition: &str) -> Policy {
        let about = match kind {
            Kind::Bucket => format!("{principals:?}"),
            _ => {
                let of = |is: fn(&str) -> bool| {
                    let of: Vec<&String> = principals.iter().filter(|text| is(text)).collect();
                    format!("{of:?}")
                };
                let federated = of(|text| text.contains("saml-provider"));
                let service = of(|text| text.ends_with(".com"));
                let ram = of(|text| !text.contains("saml-provider") && !text.ends_with(".com"));
                let all = [("RAM", ram), ("Service", service), ("Federated", federated)];
                let all = all.into_iter().filter(|(_, list)| list != "[]");
                let all: Vec<String> = all.map(|(key, list)| format!("{key:?}:{list}")).collect();
                format!("{{{}}}", all.join(","))
            }
        };
        let action = if kind == Kind::Bucket { "oss:*" } else { "sts:AssumeRole" };
        let resource = if kind == Kind::Bucket { r#","Resource":"*""# } else { "" };
        let text = format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"{effect}","Action":"{action}"{resource},
                "Principal":{about}{condition}}}]}}"#
        );
        Policy::parse_as(kind, &text).unwrap()
    }

    /// The entries of lists: each alone, with others of all kinds, and all of them.
    fn lists(entries: &[&str], fill: impl Fn(usize) -> String) -> Vec<Vec<String>> {
        let own = || entries.iter().map(|&entry| entry.to_owned());
        let mut lists: Vec<Vec<String>> = own()
            .flat_map(|one| {
                let filled = (0..PrincipalTest::FEW).map(&fill).chain([one.clone()]);
                [vec![one], filled.collect()]
            })
            .collect();
        lists.push(own().chain((0..PrincipalTest::FEW).map(&fill)).collect());
        lists
    }

    fn policies() -> Vec<Policy> {
        let bucket = lists(
            &[
                "*",
                "20007",
                ACCOUNT,
                "arn:sts::1000000000000001:assumed-role/app/s7",
                "arn:sts::1000000000000001:assumed-role/all/*",
            ],
            |n| format!("3000{n}"),
        );
        let sessions = lists(&["arn:sts::1000000000000001:assumed-role/app/s7", "20007"], |n| {
            format!("arn:sts::1000000000000001:assumed-role/r{n}/{}", ["*", "s7"][n % 2])
        });
        let trust = lists(
            &[
                "acs:ram::1000000000000001:root",
                "acs:ram::1000000000000001:user/u7",
                "acs:ram::1000000000000001:role/R7",
                "s7.aliyuncs.com",
                "acs:ram::1000000000000001:saml-provider/p7",
            ],
            |n| format!("acs:ram::2000000000000002:user/x{n}"),
        );
        let condition = r#","Condition":{"Bool":{"acs:SecureTransport":"true"}}"#;
        let each = |kind, lists: Vec<Vec<String>>| {
            lists.into_iter().flat_map(move |list| {
                [("Allow", ""), ("Deny", ""), ("Deny", condition)]
                    .map(|(effect, condition)| policy(kind, &list, effect, condition))
            })
        };
        let buckets = bucket.into_iter().chain(sessions).collect();
        each(Kind::Bucket, buckets).chain(each(Kind::Trust, trust)).collect()
    }

    #[test]
    fn a_list_found_by_key_says_of_every_caller_what_it_says_entry_by_entry() {
        let requests = requests();
        let mut seen = [0; 3];
        for policy in policies() {
            let statement = policy.statements().next().unwrap();
            let PrincipalTest::Many(many) = PrincipalTest::compile(statement) else { continue };
            for request in &requests {
                let expected = any(many.entries.iter(), request);
                assert_eq!(many.matches(request), expected, "{request:?} {}", policy.source());
                seen[expected as usize] += 1;
            }
        }
        assert!(seen.iter().all(|&count| count > 20), "{seen:?}");
    }

    #[test]
    fn a_statement_that_has_no_key_of_the_caller_is_not_about_it() {
        let policies = policies();
        let first = |policy: &Policy| -> Vec<EntryKeys> {
            PrincipalTest::keys(policy.statements().next().unwrap()).collect()
        };
        let owned = policies
            .iter()
            .zip(0..)
            .flat_map(|(policy, owner)| first(policy).into_iter().map(move |keys| (keys, owner)));
        let owners = KeyedOwners::new(owned);
        let mut left_out = 0;
        for request in requests() {
            let found: Vec<u32> = owners.of_caller(CallerKeys::of(&request)).collect();
            for (policy, number) in policies.iter().zip(0..) {
                let test = PrincipalTest::compile(policy.statements().next().unwrap());
                if !found.contains(&number) {
                    assert_eq!(test.matches(&request), Truth::False, "{request:?}");
                    left_out += 1;
                }
            }
        }
        assert!(left_out > 1_000, "{left_out}");
    }

    #[test]
    fn few_entries_are_kept_in_their_list_and_more_by_key() {
        for count in [1, PrincipalTest::FEW, PrincipalTest::FEW + 1] {
            let list: Vec<String> = (0..count).map(|n| format!("2000{n}")).collect();
            let policy = policy(Kind::Bucket, &list, "Allow", "");
            let test = PrincipalTest::compile(policy.statements().next().unwrap());
            let is_many = matches!(test, PrincipalTest::Many(_));
            assert_eq!(is_many, count > PrincipalTest::FEW, "{count}");
            let texts: usize = list.iter().map(String::len).sum();
            assert!(test.heap_bytes() >= texts + count * size_of::<EntryTest>(), "{count}");
        }
    }
}
