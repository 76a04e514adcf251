//! Principals: who a trust policy or a bucket policy is about.
//!
//! A trust policy names RAM identities, services and identity providers (rules T-1 to T-4); a
//! bucket policy names UIDs, role sessions by their STS name, or everybody (section 5.2).
//! No entry holds a wildcard beyond the two forms of the bucket policy (rule T-8, decision D-40).

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while_m_n, take_while1};
use nom::character::complete::digit1;
use nom::combinator::{all_consuming, map, opt, recognize, rest, verify};
use nom::multi::many0_count;
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

/// One entry of the `Principal` of a trust policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustPrincipal<'a> {
    /// `acs:ram::<account>:root`: every user and role of the account (rule T-2).
    Account(&'a str),
    /// `acs:ram::<account>:user/<name>`.
    User {
        /// Digits.
        account: &'a str,
        /// The user's name; compared without regard to ASCII case (rule T-6).
        name: &'a str,
    },
    /// `acs:ram::<account>:role/<name>`.
    Role {
        /// Digits.
        account: &'a str,
        /// The role's name; compared without regard to ASCII case (rule T-6).
        name: &'a str,
    },
    /// `<service>.aliyuncs.com`, optionally with `<account>@` before it; compared exactly (T-3).
    Service(&'a str),
    /// A SAML or OIDC provider by its ARN; compared exactly (T-4).
    Federated(&'a str),
}

/// One entry of the `Principal` of a bucket policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BucketPrincipal<'a> {
    /// `*`; whom it reaches depends on the statement's condition (decision D-43).
    Anyone,
    /// The numeric id of a user or an account.
    Uid(&'a str),
    /// `arn:sts::<account>:assumed-role/<role>/<session>`, the session exact or `*`.
    Session {
        /// Everything up to and including the slash after the role.
        prefix: &'a str,
        /// The session's name, or `*` for every session of the role.
        session: &'a str,
    },
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '@' | '-')
}

fn name(input: &str) -> IResult<&str, &str> {
    take_while_m_n(1, 64, is_name_char).parse(input)
}

fn ram_account(input: &str) -> IResult<&str, &str> {
    terminated(preceded(tag("acs:ram::"), digit1), tag(":")).parse(input)
}

impl<'a> TrustPrincipal<'a> {
    /// Reads an entry of the list under `RAM`.
    #[must_use]
    pub fn parse_ram(text: &'a str) -> Option<Self> {
        enum Rest<'a> {
            Root,
            User(&'a str),
            Role(&'a str),
        }
        let rest = alt((
            map(tag("root"), |_| Rest::Root),
            map(preceded(tag("user/"), name), Rest::User),
            map(preceded(tag("role/"), name), Rest::Role),
        ));
        let parsed: IResult<_, _> = all_consuming((ram_account, rest)).parse(text);
        let (_, (account, rest)) = parsed.ok()?;
        Some(match rest {
            Rest::Root => Self::Account(account),
            Rest::User(name) => Self::User { account, name },
            Rest::Role(name) => Self::Role { account, name },
        })
    }

    /// Reads an entry of the list under `Service`.
    #[must_use]
    pub fn parse_service(text: &'a str) -> Option<Self> {
        fn label(input: &str) -> IResult<&str, &str> {
            take_while1(|c: char| c.is_ascii_alphanumeric() || c == '-').parse(input)
        }
        let host = text.strip_suffix(".aliyuncs.com")?;
        let labels = (label, many0_count(preceded(tag("."), label)));
        let account = opt(terminated(digit1, tag("@")));
        let parsed: IResult<_, _> = all_consuming(recognize((account, labels))).parse(host);
        parsed.ok().map(|_| Self::Service(text))
    }

    /// Reads an entry of the list under `Federated`.
    #[must_use]
    pub fn parse_federated(text: &'a str) -> Option<Self> {
        let kind = alt((tag("saml-provider/"), tag("oidc-provider/")));
        let provider = take_while_m_n(1, 128, is_name_char);
        let parsed: IResult<_, _> = all_consuming((ram_account, kind, provider)).parse(text);
        parsed.ok().map(|_| Self::Federated(text))
    }
}

impl<'a> BucketPrincipal<'a> {
    /// Reads an entry of the list.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Anyone);
        }
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            return Some(Self::Uid(text));
        }
        let prefix = recognize((
            tag("arn:sts::"),
            digit1,
            tag(":assumed-role/"),
            take_while1(is_name_char),
            tag("/"),
        ));
        let session = verify(rest, |session: &str| {
            session == "*" || (!session.is_empty() && session.chars().all(is_name_char))
        });
        let parsed: IResult<_, _> = all_consuming((prefix, session)).parse(text);
        let (_, (prefix, session)) = parsed.ok()?;
        Some(Self::Session { prefix, session })
    }
}

/// Says what to write instead of a principal that is refused in a trust policy.
pub(crate) fn trust_remedy(map_key: &str, found: &str) -> String {
    if found.contains("**") || found.to_ascii_uppercase().contains("XX") {
        return "this is a masked id from documentation; write the whole account id".into();
    }
    if found.contains(['*', '?']) {
        return "a trust policy takes no wildcard; name each account, role or service".into();
    }
    // Some services are named with the account they act for.
    if let ("Service", Some((_, service))) = (map_key, found.split_once('@'))
        && TrustPrincipal::parse_service(service).is_some()
    {
        return format!(
            "write the account id, digits only, before the `@`: `<account-id>@{service}`"
        );
    }
    match map_key {
        "Service" => "write `<service>.aliyuncs.com`, for example `ecs.aliyuncs.com`".into(),
        "Federated" => "write `acs:ram::<account-id>:saml-provider/<name>` or \
                        `acs:ram::<account-id>:oidc-provider/<name>`"
            .into(),
        _ => "write `acs:ram::<account-id>:root`, `acs:ram::<account-id>:user/<name>` or \
              `acs:ram::<account-id>:role/<name>`"
            .into(),
    }
}

/// Says what to write instead of a principal that is refused in a bucket policy.
pub(crate) fn bucket_remedy(found: &str) -> String {
    if found.starts_with("acs:ram:") {
        return "a bucket policy names users and accounts by UID (digits) and role sessions by \
                `arn:sts::<account-id>:assumed-role/<role>/*`"
            .into();
    }
    "write `*`, a UID (digits), or `arn:sts::<account-id>:assumed-role/<role>/<session or *>`"
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ram_entry_names_an_account_a_user_or_a_role() {
        assert_eq!(
            TrustPrincipal::parse_ram("acs:ram::1:root"),
            Some(TrustPrincipal::Account("1"))
        );
        assert_eq!(
            TrustPrincipal::parse_ram("acs:ram::1:role/a.b-c_d@e"),
            Some(TrustPrincipal::Role { account: "1", name: "a.b-c_d@e" })
        );
        for text in [
            "",
            "*",
            "acs:ram::*:root",
            "acs:ram::1****:root",
            "acs:ram:*:1:root",
            "acs:ram::1:user/",
            "acs:ram::1:user/*",
            "acs:ram::1:group/g",
            "acs:ram::1:root ",
            "acs:ram::1:role/a/session",
        ] {
            assert_eq!(TrustPrincipal::parse_ram(text), None, "{text}");
        }
    }

    #[test]
    fn a_service_entry_ends_in_the_domain_of_the_platform() {
        for text in ["ecs.aliyuncs.com", "a.b-c.aliyuncs.com", "12@log.aliyuncs.com"] {
            assert_eq!(TrustPrincipal::parse_service(text), Some(TrustPrincipal::Service(text)));
        }
        for text in
            ["ecs", ".aliyuncs.com", "*.aliyuncs.com", "x@log.aliyuncs.com", "e..aliyuncs.com"]
        {
            assert_eq!(TrustPrincipal::parse_service(text), None, "{text}");
        }
    }

    #[test]
    fn the_remedy_for_a_word_before_a_service_is_the_account_id() {
        let remedy = trust_remedy("Service", "Alibaba Cloud account ID@log.aliyuncs.com");
        assert!(remedy.contains("`<account-id>@log.aliyuncs.com`"), "{remedy}");
        for found in ["ecs", "a@b", "a@b@log.aliyuncs.com"] {
            assert!(trust_remedy("Service", found).contains("`<service>.aliyuncs.com`"), "{found}");
        }
    }

    #[test]
    fn a_federated_entry_is_the_arn_of_a_provider() {
        assert!(TrustPrincipal::parse_federated("acs:ram::1:saml-provider/corp").is_some());
        assert!(TrustPrincipal::parse_federated("acs:ram::1:oidc-provider/ack-rrsa").is_some());
        assert!(TrustPrincipal::parse_federated("acs:ram::1:user/corp").is_none());
        assert!(TrustPrincipal::parse_federated("acs:ram::1:saml-provider/*").is_none());
    }

    #[test]
    fn a_bucket_entry_is_a_uid_a_session_or_everybody() {
        assert_eq!(BucketPrincipal::parse("*"), Some(BucketPrincipal::Anyone));
        assert_eq!(BucketPrincipal::parse("200"), Some(BucketPrincipal::Uid("200")));
        assert_eq!(
            BucketPrincipal::parse("arn:sts::1:assumed-role/app/*"),
            Some(BucketPrincipal::Session { prefix: "arn:sts::1:assumed-role/app/", session: "*" })
        );
        for text in [
            "",
            "20*",
            "acs:ram::1:user/a",
            "arn:sts::1:assumed-role/*/*",
            "arn:sts::1:assumed-role/a/",
        ] {
            assert_eq!(BucketPrincipal::parse(text), None, "{text}");
        }
    }
}
