//! Who makes a request.

use std::borrow::Cow;

use ramguard_policy::name::principal::TrustPrincipal;

use crate::RequestError;
use crate::request::is_same_text;

/// Who makes a request, as the host has authenticated it.
///
/// ```
/// use ramguard::Principal;
///
/// let alice = Principal::user("acs:ram::1000000000000001:user/alice")?;
/// assert_eq!(alice.account(), Some("1000000000000001"));
/// # Ok::<(), ramguard::RequestError>(())
/// ```
#[derive(Clone, Debug, Eq)]
pub struct Principal<'a> {
    kind: PrincipalKind,
    /// The ARN of a user or role, the account of a root, the name of a service or provider.
    id: Cow<'a, str>,
    /// Bounds of the account inside `id`; empty for a caller without one.
    account: (usize, usize),
    /// Where the name of a user or role starts inside `id`.
    name: usize,
    uid: Option<Cow<'a, str>>,
    session_arn: Option<Cow<'a, str>>,
    service_linked: bool,
}

impl PartialEq for Principal<'_> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        let Self { kind, id, account, name, uid, session_arn, service_linked } = self;
        let has_more = |one: &Self| one.uid.is_some() || one.session_arn.is_some();
        *kind == other.kind
            && *service_linked == other.service_linked
            && *account == other.account
            && *name == other.name
            // Who makes many requests makes them of the same texts.
            && is_same_text(id, &other.id)
            && (!(has_more(self) || has_more(other))
                || (*uid == other.uid && *session_arn == other.session_arn))
    }
}

/// The kinds of caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PrincipalKind {
    /// A RAM user.
    User,
    /// A session of a RAM role.
    Role,
    /// The account itself.
    Root,
    /// A service of the platform.
    Service,
    /// A caller that an identity provider vouches for: role SSO.
    Federated,
    /// Nobody: a request without credentials.
    Anonymous,
}

impl PrincipalKind {
    /// Returns the lower-case name used in requests and test cases.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role => "role",
            Self::Root => "root",
            Self::Service => "service",
            Self::Federated => "federated",
            Self::Anonymous => "anonymous",
        }
    }
}

impl<'a> Principal<'a> {
    /// A RAM user by ARN, `acs:ram::<account>:user/<name>`.
    ///
    /// # Errors
    /// [`RequestError::Principal`] if the text is not the ARN of a user.
    pub fn user(arn: impl Into<Cow<'a, str>>) -> Result<Self, RequestError> {
        let arn = arn.into();
        match TrustPrincipal::parse_ram(&arn) {
            Some(TrustPrincipal::User { account, name }) => {
                let (account, name) = (account.len(), name.len());
                Ok(Self::named(PrincipalKind::User, arn, account, name))
            }
            _ => Err(RequestError::Principal { found: arn.into_owned().into() }),
        }
    }

    /// A session of a RAM role by the role's ARN, `acs:ram::<account>:role/<name>`.
    ///
    /// # Errors
    /// [`RequestError::Principal`] if the text is not the ARN of a role.
    pub fn role(arn: impl Into<Cow<'a, str>>) -> Result<Self, RequestError> {
        let arn = arn.into();
        match TrustPrincipal::parse_ram(&arn) {
            Some(TrustPrincipal::Role { account, name }) => {
                let (account, name) = (account.len(), name.len());
                Ok(Self::named(PrincipalKind::Role, arn, account, name))
            }
            _ => Err(RequestError::Principal { found: arn.into_owned().into() }),
        }
    }

    /// The account itself, by its id (digits).
    ///
    /// # Errors
    /// [`RequestError::Principal`] if the id is not made of digits.
    pub fn root(account: impl Into<Cow<'a, str>>) -> Result<Self, RequestError> {
        let account = account.into();
        if account.is_empty() || !account.bytes().all(|b| b.is_ascii_digit()) {
            return Err(RequestError::Principal { found: account.into_owned().into() });
        }
        let bounds = (0, account.len());
        Ok(Self { account: bounds, ..Self::plain(PrincipalKind::Root, account) })
    }

    /// A service of the platform, for example `ecs.aliyuncs.com`.
    pub fn service(name: impl Into<Cow<'a, str>>) -> Self {
        Self::plain(PrincipalKind::Service, name.into())
    }

    /// A caller that an identity provider vouches for, by the provider's ARN.
    pub fn federated(provider: impl Into<Cow<'a, str>>) -> Self {
        Self::plain(PrincipalKind::Federated, provider.into())
    }

    /// A request without credentials.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::plain(PrincipalKind::Anonymous, Cow::Borrowed(""))
    }

    fn plain(kind: PrincipalKind, id: Cow<'a, str>) -> Self {
        Self {
            kind,
            id,
            account: (0, 0),
            name: 0,
            uid: None,
            session_arn: None,
            service_linked: false,
        }
    }

    fn named(kind: PrincipalKind, arn: Cow<'a, str>, account_len: usize, name_len: usize) -> Self {
        let start = "acs:ram::".len();
        let name = arn.len() - name_len;
        Self { account: (start, start + account_len), name, ..Self::plain(kind, arn) }
    }

    /// Sets the numeric id by which bucket policies name a user. A root's is its account id unless
    /// set.
    #[must_use]
    pub fn with_uid(mut self, uid: impl Into<Cow<'a, str>>) -> Self {
        self.uid = Some(uid.into());
        self
    }

    /// Sets the STS name of a role session, `arn:sts::<account>:assumed-role/<role>/<session>`, by
    /// which bucket policies name it.
    #[must_use]
    pub fn with_session_arn(mut self, arn: impl Into<Cow<'a, str>>) -> Self {
        self.session_arn = Some(arn.into());
        self
    }

    /// Marks a role as linked to a service, which frees it from control policies (rule E-11).
    #[must_use]
    pub fn with_service_linked(mut self, service_linked: bool) -> Self {
        self.service_linked = service_linked;
        self
    }

    /// Returns the kind of caller.
    #[must_use]
    pub fn kind(&self) -> PrincipalKind {
        self.kind
    }

    /// Returns the account of a user, role or root.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.id.get(self.account.0..self.account.1).filter(|account| !account.is_empty())
    }

    /// Returns the name of a user or role.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self.kind {
            PrincipalKind::User | PrincipalKind::Role => self.id.get(self.name..),
            _ => None,
        }
    }

    /// Returns the ARN of a user or role, the account of a root, the name of a service, the ARN of
    /// a provider; the empty text for an anonymous caller.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the numeric id that bucket policies compare, if it is known.
    #[must_use]
    pub fn uid(&self) -> Option<&str> {
        match (&self.uid, self.kind) {
            (Some(uid), _) => Some(uid),
            (None, PrincipalKind::Root) => self.account(),
            (None, _) => None,
        }
    }

    /// Returns the STS name of a role session, if it is known.
    #[must_use]
    pub fn session_arn(&self) -> Option<&str> {
        self.session_arn.as_deref()
    }

    /// Returns whether this is a service-linked role.
    #[must_use]
    pub fn is_service_linked(&self) -> bool {
        self.service_linked && self.kind == PrincipalKind::Role
    }

    /// Returns the value of `acs:PrincipalARN`: the ARN of a user, or that of a role with its name
    /// in lower case, as the service sends it (4.3).
    #[must_use]
    pub fn principal_arn(&self) -> Option<Cow<'_, str>> {
        match self.kind {
            PrincipalKind::User => Some(Cow::Borrowed(&*self.id)),
            PrincipalKind::Role => {
                let (head, name) = self.id.split_at_checked(self.name)?;
                Some(Cow::Owned(format!("{head}{}", name.to_ascii_lowercase())))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_are_the_same_in_every_part_or_not_at_all() -> Result<(), RequestError> {
        let one = "acs:ram::1000000000000001:user/alice";
        let role = "acs:ram::1000000000000001:role/alice";
        let all = || {
            let user = || Principal::user(one.to_owned());
            Ok::<_, RequestError>([
                user()?,
                Principal::user("acs:ram::1000000000000001:user/alicf")?,
                Principal::user("acs:ram::1000000000000002:user/alice")?,
                Principal::user("acs:ram::100000000000001:user/0alice")?,
                user()?.with_uid("1"),
                user()?.with_uid("2"),
                user()?.with_session_arn("a"),
                user()?.with_session_arn("b"),
                user()?.with_uid("1").with_session_arn("a"),
                user()?.with_uid("1").with_session_arn("b"),
                user()?.with_uid("2").with_session_arn("a"),
                Principal::role(role)?,
                Principal::role(role)?.with_service_linked(true),
                Principal::root("1000000000000001")?,
                Principal::service("1000000000000001"),
                Principal::service(one),
                Principal::federated(one),
                Principal::anonymous(),
            ])
        };
        for (a, left) in all()?.iter().enumerate() {
            for (b, right) in all()?.iter().enumerate() {
                assert_eq!(left == right, a == b, "{left:?} {right:?}");
            }
        }
        Ok(())
    }
}
