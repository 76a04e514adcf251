//! Resources: `*`, or `acs:<ram-code>:<region>:<account-id>:<relative-id>`.
//!
//! A resource is split at its first four colons; the fifth field keeps any further colon
//! (rule R-2). Rules. Source: "Policy elements" and "Validate policies" (RAM
//! documentation).

use super::action::is_blank;
use super::byte;

/// The four variable fields of an ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArnFields<'a> {
    /// The RAM code of the service, for example `ecs`; never empty.
    pub service: &'a str,
    /// The region, for example `cn-hangzhou`; may be empty.
    pub region: &'a str,
    /// The account id; may be empty.
    pub account: &'a str,
    /// What follows the fourth colon, further colons included; never empty.
    pub relative_id: &'a str,
}

/// A resource, of a policy or of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource<'a> {
    /// `*`: in a policy every resource, in a request an operation without resource-level support
    /// (rules ).
    Any,
    /// Five fields.
    Arn(ArnFields<'a>),
}

/// Why a text is not a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArnError {
    /// It is not `*` and does not begin with `acs:`.
    #[error("a resource is `*` or begins with `acs:`")]
    Prefix,
    /// A field is missing or empty.
    #[error("{0}")]
    Missing(&'static str),
    /// A field holds a character it must not.
    #[error("{0}")]
    Field(&'static str),
}

impl<'a> Resource<'a> {
    /// Reads a resource. In a policy its fields may hold wildcards; in a request they are data
    /// (rule R-12).
    ///
    /// # Errors
    /// [`ArnError::Prefix`] unless the text is `*` or begins with `acs:`; [`ArnError::Missing`]
    /// for fewer than five fields, an empty service or an empty relative id;
    /// [`ArnError::Field`] for a blank or `/` in service, region or account.
    pub fn parse(text: &'a str) -> Result<Self, ArnError> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let Some(fields) = text.strip_prefix("acs") else { return Err(ArnError::Prefix) };
        let mut colons = [0; 4];
        let mut found = 0;
        // Whether anything before the relative id could be a blank or `/`.
        let mut is_odd = false;
        for (at, byte) in fields.bytes().enumerate() {
            if byte::is(byte, byte::FIELD) {
                continue;
            }
            if byte != b':' {
                is_odd = true;
            } else if let Some(slot) = colons.get_mut(found) {
                *slot = at;
                found += 1;
                if found == colons.len() {
                    break;
                }
            }
        }
        let [first, service, region, account] = colons;
        if !fields.is_empty() && (found == 0 || first != 0) {
            return Err(ArnError::Prefix);
        }
        if found < colons.len() {
            return Err(ArnError::Missing("an ARN has five fields"));
        }
        let field = |from: usize, to: usize| fields.get(from + 1..to).unwrap_or_default();
        let relative_id = fields.get(account + 1..).unwrap_or_default();
        let (service, region, account) =
            (field(0, service), field(service, region), field(region, account));
        if service.is_empty() {
            return Err(ArnError::Missing("the service is empty"));
        }
        if relative_id.is_empty() {
            return Err(ArnError::Missing("the relative id is empty"));
        }
        let bad = |field: &str| is_odd && field.chars().any(|c| c == '/' || is_blank(c));
        if bad(service) {
            return Err(ArnError::Field("the service holds a blank or `/`"));
        }
        if bad(region) {
            return Err(ArnError::Field("the region holds a blank or `/`"));
        }
        if bad(account) {
            return Err(ArnError::Field("the account holds a blank or `/`"));
        }
        Ok(Self::Arn(ArnFields { service, region, account, relative_id }))
    }
}

/// Says what to write instead of a resource with another prefix.
pub(crate) fn prefix_remedy(found: &str) -> String {
    const FORM: &str = "acs:<ram-code>:<region>:<account-id>:<relative-id>";
    let trimmed = found.trim();
    if found.is_empty() {
        return format!("write `*` or {FORM}");
    }
    if trimmed.chars().all(|c| c == '*') {
        return "for every resource write `*`".into();
    }
    if trimmed != found && trimmed.starts_with("acs:") {
        return format!("remove the blanks: `{trimmed}`");
    }
    if found.starts_with("arn:") {
        return format!("this is an ARN of another cloud; RAM writes {FORM}");
    }
    if found.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("acs:")) {
        return "the prefix `acs` is lower-case".into();
    }
    // `acs-cn:ecs:...` is a prefix misspelt, `ecs:...` one left out.
    let rest = match found.split_once(':') {
        Some((first, rest)) if first.starts_with("acs") => rest,
        _ => found,
    };
    if Resource::parse(&format!("acs:{rest}")).is_ok() {
        return format!("write `acs:{rest}`");
    }
    format!("write the whole ARN: {FORM}")
}

/// Says what to write instead of a resource with a field missing. A short ARN is never completed
/// (decision D-31); this is a proposal.
pub(crate) fn missing_remedy(found: &str) -> String {
    let fields: Vec<&str> = found.split(':').collect();
    let proposal = match fields.as_slice() {
        // `acs:ram:<account>:role/x`: the region was left out.
        ["acs", service, account, id]
            if id.contains('/') && account.bytes().all(|b| b.is_ascii_digit() || b == b'*') =>
        {
            Some(format!("acs:{service}:*:{account}:{id}"))
        }
        // `acs:ram::*`: one wildcard was meant to stand for account and relative id.
        ["acs", service, region, "*"] if !service.is_empty() => {
            Some(format!("acs:{service}:{region}:*:*"))
        }
        ["acs", service, "*"] if !service.is_empty() => Some(format!("acs:{service}:*:*:*")),
        _ => None,
    };
    match proposal {
        Some(text) => format!("did you mean `{text}`?"),
        None => "write five fields: acs:<ram-code>:<region>:<account-id>:<relative-id>".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_field_keeps_further_colons() {
        let Ok(Resource::Arn(arn)) = Resource::parse("acs:fc:*:1:layerarn/acs:fc:x:2:l") else {
            panic!("refused");
        };
        assert_eq!(arn.account, "1");
        assert_eq!(arn.relative_id, "layerarn/acs:fc:x:2:l");
    }

    #[test]
    fn refuses_each_fault_by_its_own_error() {
        type Expected = fn(&ArnError) -> bool;
        let cases: [(&str, Expected); 13] = [
            ("", |e| *e == ArnError::Prefix),
            ("**", |e| *e == ArnError::Prefix),
            ("ACS:ecs:*:*:*", |e| *e == ArnError::Prefix),
            ("arn:aws:s3:::b", |e| *e == ArnError::Prefix),
            (" acs:ecs:*:*:*", |e| *e == ArnError::Prefix),
            ("acs", |e| matches!(e, ArnError::Missing(_))),
            ("acs:ram::*", |e| matches!(e, ArnError::Missing(_))),
            ("acs::*:*:x", |e| matches!(e, ArnError::Missing(_))),
            ("acs:ecs:*:*:", |e| matches!(e, ArnError::Missing(_))),
            ("acs:ecs: cn:*:*", |e| matches!(e, ArnError::Field(_))),
            ("acs:e cs:cn:*:*", |e| matches!(e, ArnError::Field(_))),
            ("acs:ecs:*:instance/i-a:x", |e| matches!(e, ArnError::Field(_))),
            ("acs:ecs:*:1\u{3000}:x", |e| matches!(e, ArnError::Field(_))),
        ];
        for (text, is_expected) in cases {
            let error = Resource::parse(text).unwrap_err();
            assert!(is_expected(&error), "{text}: {error:?}");
        }
    }

    #[test]
    fn a_blank_in_the_relative_id_is_data() {
        assert!(Resource::parse("acs:oss:*:*:b/my file").is_ok());
    }

    #[test]
    fn a_short_arn_gets_a_proposal() {
        assert!(missing_remedy("acs:ram:1000:role/x").contains("`acs:ram:*:1000:role/x`"));
        assert!(missing_remedy("acs:ram::*").contains("`acs:ram::*:*`"));
    }
}
