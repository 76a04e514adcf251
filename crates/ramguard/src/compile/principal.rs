//! The principals of a statement in a trust or bucket policy.
// Nothing here may overflow or divide by zero.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use ramguard_policy::condition::Truth;
use ramguard_policy::name::principal::{BucketPrincipal, TrustPrincipal};
use ramguard_policy::{Effect, Statement, StatementPrincipal};

use crate::{PrincipalKind, Request, steps};

/// Whom a statement is about.
#[derive(Clone, Debug)]
pub(crate) enum PrincipalTest {
    /// An identity, session or control policy: whoever it is attached to.
    Attached,
    /// The entries of a trust or bucket policy; one match is enough.
    Entries(Box<[EntryTest]>),
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
        if entries.is_empty() { Self::Attached } else { Self::Entries(entries) }
    }

    /// Returns how many bytes it takes outside itself.
    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Attached => 0,
            Self::Entries(entries) => {
                let texts: usize = entries.iter().map(EntryTest::heap_bytes).sum();
                size_of_val(&**entries).saturating_add(texts)
            }
        }
    }

    /// Returns whether the statement is about the caller; unknown where the host did not say by
    /// which name such an entry would know the caller.
    pub(crate) fn matches(&self, request: &Request<'_>) -> Truth {
        let Self::Entries(entries) = self else { return Truth::True };
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
