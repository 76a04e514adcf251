//! Principals found by key, where comparing one by one would take too long.
//!
//! Always holds here:
//!
//! * an entry that is about a caller, or about which it is unknown, shares a key with this caller:
//!   its own key says whom it names, that of its class is shared with callers of whom the host did
//!   not say by which name such an entry would know them;
//! * the converse is only likely. What is found is compared as it is written, so the seeds of the
//!   keys change no decision;
//! * names are compared without regard to ASCII case, all else with it, and so are their keys: nobody
//!   can write many entries with one key that are not the same.

use ramguard_policy::StatementPrincipal;
use ramguard_policy::name::principal::{BucketPrincipal, TrustPrincipal};

use crate::compile::key::{Field, Seeds};
use crate::{PrincipalKind, Request, steps};

/// What a key is about.
#[derive(Clone, Copy)]
enum About {
    Account,
    User,
    Role,
    Service,
    Federated,
    Uid,
    Session,
    EverySession,
    /// A class: everyone, under whatever name.
    Everyone,
    /// A class: the users of an account.
    UserOf,
    /// A class: whoever may have a numeric id.
    AnyUid,
    /// A class: whoever may have the name of a session.
    AnySession,
}

/// The keys of one entry.
#[derive(Clone, Copy, Debug)]
pub(in crate::compile) struct EntryKeys {
    /// Of whom it names.
    own: Option<u32>,
    /// Of the class it belongs to. All entries of a class say the same of callers that have this
    /// key.
    class: Option<u32>,
}

impl EntryKeys {
    pub(super) fn of(principal: &StatementPrincipal<'_>) -> Self {
        let (own, class) = match *principal {
            StatementPrincipal::Trust(entry) => match entry {
                TrustPrincipal::Account(account) => (Some(text(About::Account, account)), None),
                TrustPrincipal::User { account, name } => {
                    (Some(named(About::User, account, name)), Some(text(About::UserOf, account)))
                }
                TrustPrincipal::Role { account, name } => {
                    (Some(named(About::Role, account, name)), None)
                }
                TrustPrincipal::Service(service) => (Some(text(About::Service, service)), None),
                TrustPrincipal::Federated(provider) => {
                    (Some(text(About::Federated, provider)), None)
                }
            },
            StatementPrincipal::Bucket(entry) => match entry {
                BucketPrincipal::Anyone => (None, Some(text(About::Everyone, ""))),
                BucketPrincipal::Uid(uid) => {
                    (Some(text(About::Uid, uid)), Some(text(About::AnyUid, "")))
                }
                BucketPrincipal::Session { prefix, session } => {
                    let own = match session {
                        "*" => text(About::EverySession, prefix),
                        session => text(About::Session, prefix).wrapping_add(exact(session)),
                    };
                    (Some(own), Some(text(About::AnySession, "")))
                }
            },
        };
        Self { own, class }
    }

    /// Returns whether the entry is about everyone, at most with exceptions.
    pub(in crate::compile) fn is_everyone(&self) -> bool {
        self.own.is_none()
    }
}

/// The keys of the entries that a caller may be among.
#[derive(Clone, Copy, Debug)]
pub(in crate::compile) struct CallerKeys([Option<u32>; 6]);

impl CallerKeys {
    pub(in crate::compile) fn of(request: &Request<'_>) -> Self {
        let everyone = Some(text(About::Everyone, ""));
        let Some(caller) = request.principal() else {
            // Some user of the owner's account.
            let account = request.owner().map(|account| text(About::Account, account));
            let users = request.owner().map(|account| text(About::UserOf, account));
            return Self([everyone, account, users, Some(text(About::AnyUid, "")), None, None]);
        };
        let kind = caller.kind();
        let uid = match caller.uid() {
            Some(uid) => Some(text(About::Uid, uid)),
            None => (kind == PrincipalKind::User).then(|| text(About::AnyUid, "")),
        };
        let account = || caller.account().map(|account| text(About::Account, account));
        let name = |about| {
            let of = caller.account().zip(caller.name());
            of.map(|(account, name)| named(about, account, name))
        };
        let id = |about| Some(text(about, caller.id()));
        Self(match kind {
            PrincipalKind::User => [everyone, uid, account(), name(About::User), None, None],
            PrincipalKind::Role => {
                let [own, every] = sessions(caller.session_arn());
                [everyone, uid, account(), name(About::Role), own, every]
            }
            PrincipalKind::Service => [everyone, uid, id(About::Service), None, None, None],
            PrincipalKind::Federated => [everyone, uid, id(About::Federated), None, None, None],
            PrincipalKind::Root | PrincipalKind::Anonymous => {
                [everyone, uid, None, None, None, None]
            }
        })
    }
}

/// Returns the keys of the entries that may name a session of a role.
fn sessions(own: Option<&str>) -> [Option<u32>; 2] {
    let Some(own) = own else { return [Some(text(About::AnySession, "")), None] };
    // Entries name the role up to and including the second slash.
    let Some((second, _)) = own.match_indices('/').nth(1) else { return [None; 2] };
    let Some((prefix, session)) = own.split_at_checked(second.saturating_add(1)) else {
        return [None; 2];
    };
    let one = text(About::Session, prefix).wrapping_add(exact(session));
    [Some(one), Some(text(About::EverySession, prefix))]
}

/// Returns the key of what is called so, case for case.
fn text(about: About, text: &str) -> u32 {
    let seeds = Seeds::of_process();
    high(seeds.exact(Field::Account, text.as_bytes()))
        .wrapping_add(high(seeds.number(Field::Group, about as u64)))
}

/// Returns the key of a name in an account.
fn named(about: About, account: &str, name: &str) -> u32 {
    let name = Seeds::of_process().whole(Field::RelativeId, name.as_bytes());
    text(about, account).wrapping_add(high(name))
}

/// Returns what the name of a session adds to the key of its role.
fn exact(session: &str) -> u32 {
    high(Seeds::of_process().exact(Field::RelativeId, session.as_bytes()))
}

/// Returns the half of a key that all bits of the text count in.
fn high(key: u64) -> u32 {
    (key >> 32) as u32
}

/// Owners of entries, by the keys of these.
#[derive(Clone, Debug, Default)]
pub(in crate::compile) struct KeyedOwners {
    /// Sorted, each once.
    pairs: Box<[(u32, u32)]>,
}

impl KeyedOwners {
    /// Returns how many keys there are.
    pub(in crate::compile) fn keys(&self) -> usize {
        self.pairs.chunk_by(|(left, _), (right, _)| left == right).count()
    }

    /// Takes the keys of entries with the numbers of their owners, all of which are found.
    pub(in crate::compile) fn new(entries: impl Iterator<Item = (EntryKeys, u32)>) -> Self {
        let all = entries.flat_map(|(EntryKeys { own, class }, owner)| {
            [own, class].into_iter().flatten().map(move |key| (key, owner))
        });
        let mut pairs: Vec<(u32, u32)> = all.collect();
        pairs.sort_unstable();
        pairs.dedup();
        Self { pairs: pairs.into() }
    }

    /// Takes the keys of the entries of one list, which are numbered as they come; of each class
    /// the first is found.
    pub(super) fn of_list(entries: impl Iterator<Item = EntryKeys>) -> Self {
        let (mut own, mut class) = (Vec::new(), Vec::new());
        for (keys, number) in entries.zip(0..) {
            own.extend(keys.own.map(|key| (key, number)));
            class.extend(keys.class.map(|key| (key, number)));
        }
        class.sort_unstable();
        class.dedup_by_key(|&mut (key, _)| key);
        own.extend(class);
        own.sort_unstable();
        Self { pairs: own.into() }
    }

    /// Returns whether there is none.
    pub(in crate::compile) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Returns the numbers of all owners of entries that the caller may be among.
    pub(in crate::compile) fn of_caller(&self, caller: CallerKeys) -> impl Iterator<Item = u32> {
        caller.0.into_iter().flatten().flat_map(|wanted| {
            steps::count(1);
            let start = self.pairs.partition_point(|&(key, _)| key < wanted);
            let rest = self.pairs.get(start..).unwrap_or_default().iter();
            rest.take_while(move |&&(key, _)| key == wanted).map(|&(_, owner)| owner)
        })
    }

    pub(in crate::compile) fn heap_bytes(&self) -> usize {
        size_of_val(&*self.pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_case_where_the_language_does() {
        let long = "a".repeat(70);
        let loud = format!("{}A", "a".repeat(69));
        for (small, large) in [("ab", "aB"), ("ab", "Ab"), ("aBc", "abC"), (&long, &loud)] {
            assert_ne!(text(About::Session, small), text(About::Session, large));
            assert_ne!(exact(small), exact(large));
            assert_eq!(named(About::User, "1", small), named(About::User, "1", large));
        }
    }

    #[test]
    fn one_text_has_another_key_for_everything_it_can_be_about() {
        let all = [
            About::Account,
            About::User,
            About::Role,
            About::Service,
            About::Federated,
            About::Uid,
            About::Session,
            About::EverySession,
            About::Everyone,
            About::UserOf,
            About::AnyUid,
            About::AnySession,
        ];
        let mut keys = all.map(|about| text(about, "1"));
        keys.sort_unstable();
        assert!(keys.windows(2).all(|pair| pair[0] != pair[1]));
        assert_ne!(named(About::User, "12", "3"), named(About::User, "1", "23"));
    }

    #[test]
    fn of_what_is_listed_twice_each_owner_is_found_once() {
        let keys = |uid| EntryKeys::of(&StatementPrincipal::Bucket(BucketPrincipal::Uid(uid)));
        let all = [(keys("1"), 7), (keys("2"), 7), (keys("1"), 7), (keys("1"), 3)];
        let owners = KeyedOwners::new(all.into_iter());
        let of = |caller| owners.of_caller(CallerKeys([None, caller, None, None, None, None]));
        assert!(of(Some(text(About::Uid, "1"))).eq([3, 7]));
        assert!(of(Some(text(About::Uid, "2"))).eq([7]));
        assert!(of(Some(text(About::AnyUid, ""))).eq([3, 7]));
        assert_eq!(of(None).count(), 0);
        assert_eq!(owners.heap_bytes(), 5 * 8);
        assert_eq!((owners.keys(), KeyedOwners::default().keys()), (3, 0));
        let first = KeyedOwners::of_list([keys("1"), keys("2")].into_iter());
        let caller = CallerKeys([Some(text(About::AnyUid, "")), None, None, None, None, None]);
        assert!(first.of_caller(caller).eq([0]));
    }
}
