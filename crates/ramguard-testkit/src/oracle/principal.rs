//! Who calls, and whether a statement names that caller.
//!
//! Trust policies name callers by map, bucket policies by list; the two grammars share nothing.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::{self, Kind};
use super::resource::Resource;
use super::truth::Truth;
use super::witness::rule;

/// The caller of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A RAM user or a session of a role.
    Identity {
        /// Whether it is the session of a role, a user otherwise.
        is_role: bool,
        /// The account it belongs to.
        account: String,
        /// The name after `user/` or `role/`.
        name: String,
        /// The numeric id bucket policies use.
        uid: Option<String>,
        /// The name of the session as STS writes it.
        session: Option<String>,
        /// Whether the role is one of a service's own.
        service_linked: bool,
    },
    /// The owner of an account.
    Root {
        /// The account owned.
        account: String,
        /// The numeric id bucket policies use, the account's id unless given.
        uid: String,
    },
    /// A service that acts for itself.
    Service(String),
    /// Somebody an identity provider vouches for.
    Federated(String),
    /// Nobody in particular.
    Anonymous,
}

impl Caller {
    /// Reads the `principal` of a request; nothing given is user `alice` of the first account.
    ///
    /// # Errors
    ///
    /// One sentence when the type is unknown, a member is missing or no text, or the name and the
    /// account do not belong together.
    pub fn read(principal: Option<&Value>) -> Result<Caller, String> {
        let Some(principal) = principal else {
            return Ok(Caller::Identity {
                is_role: false,
                account: "1000000000000001".to_owned(),
                name: "alice".to_owned(),
                uid: None,
                session: None,
                service_linked: false,
            });
        };
        let optional = |member: &str| match principal.get(member) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("`{member}` of the principal is not a text")),
        };
        let required = |member: &str| {
            optional(member)?.ok_or_else(|| format!("the principal has no `{member}`"))
        };
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let account = || {
            required("account").and_then(|account| {
                if is_digits(&account) {
                    Ok(account)
                } else {
                    Err(format!("`{account}` is not an account"))
                }
            })
        };
        Ok(match required("type")?.as_str() {
            kind @ ("user" | "role") => {
                let arn = required("arn")?;
                // The ARN carries the account; stated as well, it must be the same.
                let account = match optional("account")? {
                    None => arn.split(':').nth(3).unwrap_or_default().to_owned(),
                    Some(_) => account()?,
                };
                if !is_digits(&account) {
                    return Err(format!("`{arn}` is of no account"));
                }
                let name = (arn.strip_prefix(&format!("acs:ram::{account}:{kind}/")))
                    .filter(|name| is_identity_name(name))
                    .ok_or_else(|| format!("`{arn}` is no {kind} of account {account}"))?
                    .to_owned();
                Caller::Identity {
                    is_role: kind == "role",
                    account,
                    name,
                    uid: optional("uid")?,
                    session: optional("session_arn")?,
                    service_linked: kind == "role"
                        && principal.get("service_linked") == Some(&Value::Bool(true)),
                }
            }
            "root" => {
                let account = account()?;
                let uid = optional("uid")?.unwrap_or_else(|| account.clone());
                Caller::Root { account, uid }
            }
            "service" => Caller::Service(required("service")?),
            "federated" => Caller::Federated(required("provider")?),
            "anonymous" => Caller::Anonymous,
            other => return Err(format!("`{other}` is not a type of principal")),
        })
    }

    /// Returns the account the caller belongs to, if it belongs to one.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match self {
            Caller::Identity { account, .. } | Caller::Root { account, .. } => Some(account),
            Caller::Service(_) | Caller::Federated(_) | Caller::Anonymous => None,
        }
    }

    /// Returns whether the caller belongs to the account that owns `resource`. Decision D-33.
    #[must_use]
    pub fn owns(&self, resource: &Resource) -> bool {
        self.account().is_some_and(|own| resource.account().is_none_or(|account| account == own))
    }
}

fn is_identity_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '@' | '-'))
}

/// Returns the codes the `Principal` of a trust or bucket policy earns.
///
/// Whatever is wrong with it is an `invalid-principal`; an empty list is an `empty-list` besides,
/// and what should be a text or a list and is not a `data-type-mismatch`.
///
/// Rules G-9, T-1, T-3, T-4, T-8; section 5.3 for buckets.
#[must_use]
pub fn reject_codes(value: &Value, kind: Kind) -> BTreeSet<&'static str> {
    let mut codes = BTreeSet::new();
    let sound = match (kind, value) {
        (Kind::Trust, Value::Object(map)) => {
            let mut sound = !map.is_empty();
            for (kind, entries) in map {
                for entry in document::strings(entries, &mut codes) {
                    sound &= is_trust_entry(kind, entry);
                }
            }
            sound
        }
        (Kind::Bucket, Value::Array(_)) => {
            document::strings(value, &mut codes).into_iter().all(is_bucket_entry)
        }
        (Kind::Trust, Value::String(_)) => false,
        _ => {
            codes.insert("data-type-mismatch");
            false
        }
    };
    if !sound || !codes.is_empty() {
        codes.insert("invalid-principal");
    }
    codes
}

fn is_trust_entry(kind: &str, entry: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    // The account and what follows it, for the two member kinds that name something of RAM.
    let of_account = || {
        entry
            .strip_prefix("acs:ram::")
            .and_then(|rest| rest.split_once(':'))
            .filter(|(account, _)| is_digits(account))
            .map(|(_, named)| named)
    };
    match kind {
        "RAM" => of_account().is_some_and(|named| {
            named == "root"
                || ["user/", "role/"]
                    .iter()
                    .filter_map(|prefix| named.strip_prefix(prefix))
                    .any(is_identity_name)
        }),
        "Federated" => of_account().is_some_and(|named| {
            ["saml-provider/", "oidc-provider/"].iter().filter_map(|p| named.strip_prefix(p)).any(
                |name| {
                    (1..=128).contains(&name.len())
                        && name
                            .chars()
                            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
                },
            )
        }),
        "Service" => {
            let host = match entry.split_once('@') {
                Some((account, host)) if is_digits(account) => host,
                Some(_) => return false,
                None => entry,
            };
            host.strip_suffix(".aliyuncs.com").is_some_and(|service| {
                service.split('.').all(|label| {
                    !label.is_empty()
                        && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                })
            })
        }
        _ => false,
    }
}

fn is_bucket_entry(entry: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_name = |text: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '@' | '-');
        !text.is_empty() && text.chars().all(plain)
    };
    entry == "*"
        || is_digits(entry)
        || entry.strip_prefix("arn:sts::").is_some_and(|rest| {
            rest.split_once(":assumed-role/").is_some_and(|(account, path)| {
                is_digits(account)
                    && path.split_once('/').is_some_and(|(role, session)| {
                        is_name(role) && (session == "*" || is_name(session))
                    })
            })
        })
}

/// Returns whether the `Principal` of a trust policy's statement names `caller`.
///
/// Rules T-1 to T-4, T-6.
#[must_use]
pub fn trust_names(principal: &Value, caller: &Caller) -> Truth {
    let entries = |kind: &str| {
        let mut faults = BTreeSet::new();
        principal.get(kind).map(|entries| document::strings(entries, &mut faults))
    };
    let named = match caller {
        Caller::Identity { is_role, account, name, .. } => {
            let kind = if *is_role { "role" } else { "user" };
            entries("RAM").unwrap_or_default().into_iter().any(|entry| {
                if entry.ends_with(":root") {
                    return rule("T-2", entry == format!("acs:ram::{account}:root"));
                }
                let trusted = entry.strip_prefix(&format!("acs:ram::{account}:{kind}/"));
                let folded = trusted.is_some_and(|trusted| trusted.eq_ignore_ascii_case(name));
                // Met where nothing but folding lets it fit.
                rule("T-6", folded && trusted != Some(name));
                rule("T-1", folded)
            })
        }
        Caller::Service(service) => {
            let entries = entries("Service").unwrap_or_default();
            entries.into_iter().any(|entry| rule("T-3", entry == service))
        }
        Caller::Federated(provider) => {
            let entries = entries("Federated").unwrap_or_default();
            entries.into_iter().any(|entry| rule("T-4", entry == provider))
        }
        // The `root` of a trust policy is the account's users and roles and never its owner.
        Caller::Root { .. } | Caller::Anonymous => false,
    };
    named.into()
}

/// Returns whether the `Principal` of a bucket policy's statement names `caller`.
///
/// `unconditional` tells that the statement has no condition, in which case `*` spares some of
/// the owner's own (decision D-43). A user without `uid` and a role without `session_arn` cannot
/// be told from those named by one.
#[must_use]
pub fn bucket_names(
    principal: &Value,
    caller: &Caller,
    resource: &Resource,
    is_deny: bool,
    unconditional: bool,
) -> Truth {
    let entries = principal.as_array().map(Vec::as_slice).unwrap_or_default();
    Truth::any(entries.iter().filter_map(Value::as_str).map(|entry| {
        if entry == "*" {
            let spared = match caller {
                Caller::Root { .. } => caller.owns(resource),
                _ => caller.owns(resource) && !is_deny,
            };
            return (!(unconditional && spared)).into();
        }
        let is_session_entry = entry.starts_with("arn:sts::");
        match caller {
            Caller::Root { uid, .. } => (entry == uid).into(),
            Caller::Identity { is_role: true, session, .. } if is_session_entry => match session {
                Some(session) => session_fits(entry, session),
                None => Truth::Unknown,
            },
            Caller::Identity { is_role, uid, .. } if !is_session_entry => match uid {
                Some(uid) => (entry == uid).into(),
                None if *is_role => Truth::No,
                None => Truth::Unknown,
            },
            _ => Truth::No,
        }
    }))
}

/// Compares an entry `…/<role>/<session>` or `…/<role>/*` with the name of a session, exactly.
///
/// What follows the role and is no name of a session leaves it open whether `*` means it.
fn session_fits(entry: &str, session: &str) -> Truth {
    let Some(role) = entry.strip_suffix("/*") else { return (entry == session).into() };
    match session.strip_prefix(role).and_then(|rest| rest.strip_prefix('/')) {
        Some(name) if name.is_empty() || name.contains('/') => Truth::Unknown,
        Some(_) => Truth::Yes,
        None => Truth::No,
    }
}
