//! One question: may this caller do this to this resource?

use std::borrow::Cow;

use ramguard_policy::name::action::split_request;
use ramguard_policy::name::resource::{ArnError, ArnFields, Resource};
use ramguard_policy::text::shown;

use crate::compile::{
    FieldWords, folded_back, folded_end, folded_word, lowest_bytes, service_number,
};
use crate::context::Values;
use crate::{Context, Principal};

/// How the layers of policy are combined (section 5.2 of the language).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// An ordinary request: the caller's policies or a resource-based policy may allow it.
    #[default]
    Standard,
    /// AssumeRole: the caller's policies and the role's trust policy must both allow it (E-8).
    AssumeRole,
    /// Role SSO: for a federated caller the trust policy alone decides after the control policies
    /// (E-9); any other caller is judged as in [`Mode::AssumeRole`].
    RoleSso,
}

impl Mode {
    /// Returns the name used in test cases.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::AssumeRole => "assume_role",
            Self::RoleSso => "role_sso",
        }
    }
}

/// What can be wrong with a request. A request that is not understood is denied.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The action is not one action (rule A-6).
    #[error("`{}` is not an action: write `<ram-code>:<action-name>` without wildcards", shown(.found))]
    Action {
        /// The action given.
        found: Box<str>,
    },
    /// The resource is neither `*` nor an ARN of five fields (rule A-6).
    #[error("`{}` is not a resource: {error}", shown(.found))]
    Resource {
        /// The resource given.
        found: Box<str>,
        /// What is wrong with it.
        error: ArnError,
    },
    /// The caller is not named in a form RAM has.
    #[error("`{}` is not a principal of this type", shown(.found))]
    Principal {
        /// The name given.
        found: Box<str>,
    },
    /// A condition key is given twice, be it in another case (rule C-14).
    #[error("condition key `{}` is given twice", shown(.key))]
    DuplicateKey {
        /// The key, as it is written the second time.
        key: Box<str>,
    },
    /// More condition keys than [`Context::MAX_KEYS`].
    #[error("more than {limit} condition keys")]
    TooManyKeys {
        /// The bound.
        limit: usize,
    },
    /// More text than [`Request::MAX_BYTES`] or [`Context::MAX_WEIGHT`].
    #[error("more than {limit} bytes")]
    TooLarge {
        /// The bound.
        limit: usize,
    },
}

/// One action on one resource by one caller, with the keys its conditions look at.
///
/// It borrows the caller's strings or owns them, as they are given.
///
/// ```
/// use ramguard::{Context, Principal, Request};
///
/// let request = Request::parse("ecs:StopInstance", "acs:ecs:cn-hangzhou:1:instance/i-a")?
///     .with_principal(Principal::user("acs:ram::1:user/alice")?)
///     .with_context(Context::from_pairs([("acs:SourceIp", "203.0.113.9")])?);
/// assert_eq!(request.action(), "ecs:StopInstance");
/// # Ok::<(), ramguard::RequestError>(())
/// ```
// What every decision looks at stands in front, in as few lines of a cache as can be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(C, align(64))]
pub struct Request<'a> {
    starts: Starts,
    /// Where the name of the action starts, behind its colon.
    name_at: u16,
    is_ram: bool,
    /// Whether the engine supplies values: `passed_to` or `principal_arn`.
    has_engine_values: bool,
    mode: Mode,
    fields: Option<FieldEnds>,
    resource: Cow<'a, str>,
    field_words: FieldWords,
    action: Cow<'a, str>,
    principal: Option<Principal<'a>>,
    context: Keys<'a>,
    owner: Option<Cow<'a, str>>,
    passed_to: Option<Values<'static>>,
    principal_arn: Option<Values<'a>>,
}

/// The condition keys, of this request alone or shared with others.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Keys<'a> {
    Own(Context<'a>),
    Shared(&'a Context<'a>),
}

/// Where the fields of an ARN end in its text; the next one starts behind a colon. Offsets fit as
/// a resource has at most [`Request::MAX_BYTES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FieldEnds {
    pub(crate) service: u16,
    pub(crate) region: u16,
    pub(crate) account: u16,
}

/// What a decision compares first, read off the texts of a request once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Starts {
    /// The first eight bytes of the action's name, and the last eight, the last one first; ASCII
    /// capitals made small.
    pub(crate) name: [u64; 2],
    /// The same of the relative id.
    pub(crate) id: u64,
    /// The first four bytes of the service of the resource, and behind them those of its relative
    /// id.
    pub(crate) resource: u64,
    /// The last four bytes of the relative id, ASCII capitals made small.
    pub(crate) id_end: u32,
    /// The number of the resource's service; see [`service_number`].
    pub(crate) service: u8,
}

impl Starts {
    fn of(action: &str, name_at: u16, arn: Option<ArnFields<'_>>) -> Self {
        let name = action.as_bytes().get(name_at.into()..).unwrap_or_default();
        let name = [folded_word(name, 0), folded_back(name)];
        let Some(ArnFields { service, relative_id, .. }) = arn else {
            return Self { name, service: service_number(0), ..Self::default() };
        };
        let resource = folded_word(service.as_bytes(), 0) & lowest_bytes(4);
        let service = service_number(resource);
        let mut starts = Self { name, resource, service, ..Self::default() };
        starts.turn_to(relative_id.as_bytes());
        starts
    }

    /// Turns to a resource that has this relative id.
    ///
    /// In place, as what is written in parts could not be moved as a whole before all of them are
    /// in the cache.
    #[inline]
    fn turn_to(&mut self, relative_id: &[u8]) {
        self.id = folded_word(relative_id, 0);
        self.resource = self.id << 32 | self.resource & lowest_bytes(4);
        self.id_end = folded_end(relative_id);
    }
}

/// Where the service of an ARN starts.
const SERVICE_AT: usize = "acs:".len();

/// The resource of a request as bytes, and where its fields are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ArnBytes<'r> {
    /// All of it.
    pub(crate) text: &'r str,
    pub(crate) ends: FieldEnds,
}

impl<'r> ArnBytes<'r> {
    /// Where the service starts.
    pub(crate) const SERVICE_AT: usize = SERVICE_AT;

    /// Returns the service.
    #[inline]
    pub(crate) fn service(&self) -> &'r [u8] {
        self.field(SERVICE_AT, self.ends.service)
    }

    /// Returns the region.
    #[inline]
    pub(crate) fn region(&self) -> &'r [u8] {
        self.field(usize::from(self.ends.service) + 1, self.ends.region)
    }

    /// Returns the account.
    #[inline]
    pub(crate) fn account(&self) -> &'r [u8] {
        self.field(usize::from(self.ends.region) + 1, self.ends.account)
    }

    fn field(&self, from: usize, to: u16) -> &'r [u8] {
        self.text.as_bytes().get(from..to.into()).unwrap_or_default()
    }

    /// Returns the relative id.
    #[inline]
    pub(crate) fn relative_id(&self) -> &'r [u8] {
        self.text.as_bytes().get(usize::from(self.ends.account) + 1..).unwrap_or_default()
    }

    /// Returns the relative id as a text.
    pub(crate) fn relative_id_text(&self) -> &'r str {
        self.text.get(usize::from(self.ends.account) + 1..).unwrap_or_default()
    }
}

impl<'a> Request<'a> {
    /// An action or a resource has at most this many bytes.
    pub const MAX_BYTES: usize = 8 << 10;

    /// Takes an action and a resource, both of one request: wildcard characters in the resource
    /// are data (rule R-12).
    ///
    /// # Errors
    /// [`RequestError::Action`] unless the action has exactly one colon and no wildcard or blank;
    /// [`RequestError::Resource`] unless the resource is `*` or has five fields (rule A-6);
    /// [`RequestError::TooLarge`] past [`Self::MAX_BYTES`].
    pub fn parse(
        action: impl Into<Cow<'a, str>>,
        resource: impl Into<Cow<'a, str>>,
    ) -> Result<Self, RequestError> {
        let (action, resource) = (action.into(), resource.into());
        if action.len() > Self::MAX_BYTES || resource.len() > Self::MAX_BYTES {
            return Err(RequestError::TooLarge { limit: Self::MAX_BYTES });
        }
        let Some((service, _)) = split_request(&action) else {
            return Err(RequestError::Action { found: action.into_owned().into() });
        };
        let name_at = offset(service.len() + 1);
        let arn = match Resource::parse(&resource) {
            Ok(Resource::Any) => None,
            Ok(Resource::Arn(arn)) => Some(arn),
            Err(error) => {
                return Err(RequestError::Resource { found: resource.into_owned().into(), error });
            }
        };
        let is_ram = arn.is_some_and(|arn| arn.service.eq_ignore_ascii_case("ram"));
        let starts = Starts::of(&action, name_at, arn);
        let fields = arn.as_ref().map(FieldEnds::of);
        // The region of a resource of RAM itself is blank (rule R-7).
        let field_words = arn.map_or_else(FieldWords::default, |arn| {
            let region = if is_ram { "" } else { arn.region };
            FieldWords::of(arn.service.as_bytes(), region.as_bytes(), arn.account.as_bytes())
        });
        Ok(Self {
            action,
            resource,
            name_at,
            fields,
            is_ram,
            has_engine_values: false,
            starts,
            field_words,
            owner: None,
            principal: None,
            context: Keys::Own(Context::default()),
            mode: Mode::Standard,
            passed_to: None,
            principal_arn: None,
        })
    }

    /// Sets the caller. Without one, the request is taken as made by a RAM user of the account
    /// that owns the resource, whom no trust or bucket policy names.
    #[must_use]
    pub fn with_principal(mut self, principal: Principal<'a>) -> Self {
        self.principal = Some(principal);
        self
    }

    /// Sets the condition keys.
    #[must_use]
    pub fn with_context(mut self, context: Context<'a>) -> Self {
        self.context = Keys::Own(context);
        self
    }

    /// Sets the condition keys to a context that several requests share.
    #[must_use]
    pub fn with_shared_context(mut self, context: &'a Context<'a>) -> Self {
        self.context = Keys::Shared(context);
        self
    }

    /// Sets how the layers are combined.
    #[must_use]
    pub fn with_mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// States the account that owns the resource, where its ARN does not carry it (decision D-33).
    #[must_use]
    pub fn with_owner(mut self, account: impl Into<Cow<'a, str>>) -> Self {
        self.owner = Some(account.into());
        self
    }

    /// Lets the engine supply `acs:PrincipalARN` from the caller, over whatever the context says:
    /// the ARN of a user, or that of a role with its name in lower case, as the service sends it
    /// (section 4.3). A caller without an ARN, or none, leaves the context as it is.
    #[must_use]
    pub fn supplying_principal_arn(mut self) -> Self {
        self.principal_arn = self
            .principal
            .as_ref()
            .and_then(Principal::principal_arn)
            .map(|arn| Values::from(arn.into_owned()));
        self.has_engine_values = self.passed_to.is_some() || self.principal_arn.is_some();
        self
    }

    /// Sets `acs:Service` to the service that receives the role, over whatever the context says
    /// (rule P-2).
    pub(crate) fn passing_role_to(mut self, service: &'static str) -> Self {
        self.passed_to = Some(Values::from(service));
        self.has_engine_values = true;
        self
    }

    /// Returns the action.
    #[must_use]
    pub fn action(&self) -> &str {
        &self.action
    }

    /// Returns the resource.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// Returns the caller, if one is set.
    #[must_use]
    pub fn principal(&self) -> Option<&Principal<'a>> {
        self.principal.as_ref()
    }

    /// Returns the condition keys as the host gave them.
    #[must_use]
    pub fn context(&self) -> &Context<'a> {
        match &self.context {
            Keys::Own(context) => context,
            Keys::Shared(context) => context,
        }
    }

    /// Returns how the layers are combined.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns the fields of the resource, or `None` for `*`.
    #[must_use]
    pub fn arn(&self) -> Option<ArnFields<'_>> {
        let FieldEnds { service, region, account } = self.fields?;
        let field = |from: usize, to: u16| self.resource.get(from..to.into()).unwrap_or_default();
        Some(ArnFields {
            service: field(SERVICE_AT, service),
            region: field(usize::from(service) + 1, region),
            account: field(usize::from(region) + 1, account),
            relative_id: self.resource.get(usize::from(account) + 1..).unwrap_or_default(),
        })
    }

    /// Asks about another resource, if that is the same up to its relative id; returns whether it
    /// is. It then is a valid one too, as there is nothing in a relative id that is not.
    ///
    /// That the two begin alike for `known` bytes is taken for granted.
    #[inline]
    pub(crate) fn turn_to(&mut self, resource: &'a str, known: usize) -> bool {
        let Some(ends) = self.fields else { return false };
        let at = usize::from(ends.account) + 1;
        let (own, other) = (self.resource.as_bytes(), resource.as_bytes());
        let begins_alike = known >= at || other.get(..at) == own.get(..at);
        debug_assert!(!begins_alike || other.get(..at) == own.get(..at));
        let is_like = begins_alike && other.len() > at;
        if !is_like || other.len() > Self::MAX_BYTES {
            return false;
        }
        self.starts.turn_to(other.get(at..).unwrap_or_default());
        self.resource = Cow::Borrowed(resource);
        true
    }

    /// Returns whether two requests are the same but for the relative id of their resource.
    #[inline]
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let same_context = match (&self.context, &other.context) {
            (Keys::Shared(own), Keys::Shared(other)) if std::ptr::eq(*own, *other) => true,
            _ => self.context() == other.context(),
        };
        // Both are `*` if neither has fields.
        let (same_ends, end) = match (self.fields, other.fields) {
            (Some(own), Some(other)) => (own == other, own.account.into()),
            (None, None) => (true, 0),
            _ => (false, 0),
        };
        let has_more = |one: &Self| one.owner.is_some() || one.has_engine_values;
        let same_more = || {
            self.owner == other.owner
                && self.passed_to == other.passed_to
                && self.principal_arn == other.principal_arn
        };
        same_ends
            && self.mode == other.mode
            && same_context
            && is_same_text(&self.action, &other.action)
            && (!(has_more(self) || has_more(other)) || same_more())
            && self.principal == other.principal
            && self.resource.as_bytes().get(..end) == other.resource.as_bytes().get(..end)
    }

    /// Returns the resource in bytes, or `None` for `*`.
    #[inline]
    pub(crate) fn arn_bytes(&self) -> Option<ArnBytes<'_>> {
        Some(ArnBytes { text: &self.resource, ends: self.fields? })
    }

    /// Returns where the name of the action starts, behind its colon.
    #[inline]
    pub(crate) fn name_at(&self) -> usize {
        self.name_at.into()
    }

    /// Returns how name and resource start.
    #[inline]
    pub(crate) fn starts(&self) -> &Starts {
        &self.starts
    }

    /// Returns service, region and account of the resource.
    #[inline]
    pub(crate) fn field_words(&self) -> &FieldWords {
        &self.field_words
    }

    /// Returns whether the resource belongs to RAM itself, whose names fold case and whose region
    /// is blank (rules R-6 and R-7).
    pub(crate) fn is_ram(&self) -> bool {
        self.is_ram
    }

    /// Returns the account the host states as the owner of the resource.
    #[must_use]
    pub fn stated_owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// Returns the account that owns the resource: as stated, else the account field. `None` where
    /// that is empty, `*` or `system`, which counts as the caller's own (decision D-33).
    pub(crate) fn owner(&self) -> Option<&str> {
        if let Some(owner) = &self.owner {
            return Some(owner);
        }
        let FieldEnds { region, account, .. } = self.fields?;
        let account = self.resource.get(usize::from(region) + 1..account.into())?;
        (!matches!(account, "" | "*" | "system")).then_some(account)
    }

    /// Returns whether the caller's account owns the resource. An owner that nobody states counts
    /// as the caller's own account (decision D-33); a caller without an account owns nothing.
    pub(crate) fn caller_owns_resource(&self) -> bool {
        let Some(principal) = &self.principal else { return true };
        principal.account().is_some_and(|own| self.owner().is_none_or(|owner| owner == own))
    }

    /// Returns the value of a condition key that has exactly one.
    pub(crate) fn single_value(&self, key: &str) -> Option<&str> {
        let mut all = self.values(key)?.iter();
        all.next().filter(|_| all.next().is_none())
    }

    /// Returns every condition key that has values, those the engine supplies first, maybe one
    /// of them twice.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        let passed = self.passed_to.as_ref().map(|_| "acs:Service");
        let principal = self.principal_arn.as_ref().map(|_| "acs:PrincipalARN");
        let own = self.context().entries().iter().map(|entry| &*entry.key);
        passed.into_iter().chain(principal).chain(own)
    }

    /// Returns the value of a condition key that the engine supplies.
    #[inline(never)]
    fn engine_value(&self, key: &str) -> Option<&Values<'a>> {
        let is = |own| ramguard_policy::condition::same_key(key, own);
        let service = self.passed_to.as_ref().filter(|_| is("acs:Service"));
        service.or_else(|| self.principal_arn.as_ref().filter(|_| is("acs:PrincipalARN")))
    }

    /// Returns the values of a condition key for the conditions of a policy.
    #[inline]
    pub(crate) fn values(&self, key: &str) -> Option<&Values<'a>> {
        if self.has_engine_values
            && let Some(value) = self.engine_value(key)
        {
            return Some(value);
        }
        self.context().values(key)
    }
}

/// Returns whether two texts are the same, without a look at them if they are at the same place.
#[inline]
pub(crate) fn is_same_text(own: &str, other: &str) -> bool {
    std::ptr::eq(own, other) || own == other
}

impl FieldEnds {
    fn of(arn: &ArnFields<'_>) -> Self {
        let service = SERVICE_AT + arn.service.len();
        let region = service + 1 + arn.region.len();
        let account = region + 1 + arn.account.len();
        Self { service: offset(service), region: offset(region), account: offset(account) }
    }
}

/// Offsets fit, as a request has at most [`Request::MAX_BYTES`].
fn offset(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "acs:ecs:cn-hangzhou:1:instance/i-a";

    #[test]
    fn a_request_that_is_turned_is_that_of_the_other_resource() {
        for id in ["i-b", "instance/i-a", "INSTANCE/i", "b", "a:b", "*", " ", "\u{fc}"] {
            let other = format!("acs:ecs:cn-hangzhou:1:{id}");
            let fields = "acs:ecs:cn-hangzhou:1:".len();
            for known in [0, fields - 1, fields] {
                let mut request = Request::parse("ecs:a", FROM).unwrap().with_owner("2");
                assert!(request.turn_to(&other, known));
                assert_eq!(request, Request::parse("ecs:a", &*other).unwrap().with_owner("2"));
            }
        }
    }

    #[test]
    fn a_request_is_turned_to_as_many_bytes_as_one_may_have() {
        let fields = "acs:ecs:cn-hangzhou:1:";
        for (bytes, can) in [(Request::MAX_BYTES, true), (Request::MAX_BYTES + 1, false)] {
            let other = format!("{fields}{}", "a".repeat(bytes - fields.len()));
            assert_eq!(Request::parse("ecs:a", FROM).unwrap().turn_to(&other, 0), can);
            assert_eq!(Request::parse("ecs:a", &*other).is_ok(), can);
        }
    }

    #[test]
    fn a_request_is_turned_to_no_other_fields_and_to_nothing_invalid() {
        let long = format!("acs:ecs:cn-hangzhou:1:{}", "a".repeat(Request::MAX_BYTES));
        for other in [
            "",
            "*",
            "acs:ecs:cn-hangzhou:1:",
            "acs:ecs:cn-hangzhou:1",
            "acs:ecs:cn-hangzhou:12:i",
            "acs:ecs:cn-hangzhoU:1:i",
            "acs:ecS:cn-hangzhou:1:i",
            &long,
        ] {
            let mut request = Request::parse("ecs:a", FROM).unwrap();
            assert!(!request.turn_to(other, 0), "{other}");
            assert_eq!(request, Request::parse("ecs:a", FROM).unwrap());
        }
        let mut any = Request::parse("ecs:a", "*").unwrap();
        assert!(!any.turn_to(FROM, 0));
        assert!(!any.turn_to("*", 0));
    }
}
