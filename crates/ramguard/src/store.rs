//! Many principals, each with policies of its own, read by many threads while some are replaced.
//!
//! Always holds here:
//!
//! * a reader never waits for a writer, and sees of every principal either what was there before a
//!   change or what is there after it;
//! * replacing what one principal has copies the shard the principal is in, a thousandth of the
//!   store, and touches nobody else;
//! * which shard a principal is in, and in which order shards hold them, shows in no answer.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::compile::{Asked, NearUnits};
use crate::decide::decide_near;
use crate::{
    Authorizer, CompiledPolicy, Decision, Layer, Layers, Outcome, PolicySet, Reason, Request,
    Semantics,
};

/// How many parts a store is made of; few where each step takes a thousand times as long.
const SHARDS: usize = if cfg!(miri) { 4 } else { 1 << 10 };

/// Names up to this many bytes lie in the table itself, so that finding one does not lead through
/// another place in memory.
const SHORT: usize = 46;

/// The name of a principal.
#[derive(Clone)]
enum Name {
    Short { length: u8, bytes: [u8; SHORT] },
    Long(Arc<str>),
}

impl Name {
    fn new(text: &str) -> Self {
        let mut bytes = [0; SHORT];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(start), Ok(length)) => {
                start.copy_from_slice(text.as_bytes());
                Self::Short { length, bytes }
            }
            _ => Self::Long(text.into()),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Short { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or_default(),
            Self::Long(text) => text.as_bytes(),
        }
    }
}

/// One principal, in two neighbouring lines of a cache.
#[derive(Clone)]
#[repr(align(128))]
struct Slot {
    hash: u64,
    name: Name,
    authorizer: Arc<Authorizer>,
    /// The policies of the authorizer if they are all it has and few, so that a decision need not
    /// look at it; else none.
    near: NearUnits,
}

impl Slot {
    fn new(hash: u64, name: &str, authorizer: Arc<Authorizer>) -> Self {
        let near = authorizer.near().cloned().unwrap_or_default();
        Self { hash, name: Name::new(name), authorizer, near }
    }

    #[inline]
    fn decide(&self, request: &Request<'_>) -> Decision {
        let asked = Asked::new(request);
        if !self.near.is_empty()
            && let Some(decision) = decide_near(&self.near, &asked)
        {
            return decision;
        }
        self.authorizer.decide_asked(&asked)
    }
}

/// Some of the principals: a table at most half full. Whoever finds the own place taken stands in
/// the next empty one, so that there is no gap between the place and the principal.
#[derive(Clone, Default)]
struct Shard {
    /// None or a power of two of them.
    slots: Vec<Option<Slot>>,
    count: usize,
}

impl Shard {
    fn places(&self, hash: u64) -> impl Iterator<Item = usize> + use<> {
        let slots = self.slots.len();
        // The lowest bits chose the shard.
        let first = (hash >> 32) as usize;
        (first..first + slots).map(move |place| place & slots.wrapping_sub(1))
    }

    fn place_of(&self, hash: u64, name: &[u8]) -> Option<usize> {
        for place in self.places(hash) {
            match self.slots.get(place)? {
                Some(slot) if slot.hash == hash && slot.name.bytes() == name => return Some(place),
                Some(_) => {}
                None => return None,
            }
        }
        None
    }

    fn get(&self, hash: u64, name: &str) -> Option<&Slot> {
        self.slots.get(self.place_of(hash, name.as_bytes())?)?.as_ref()
    }

    /// Puts a principal there, in place of one of that name.
    fn insert(&mut self, hash: u64, name: &str, authorizer: Arc<Authorizer>) {
        let slot = Slot::new(hash, name, authorizer);
        if let Some(place) = self.place_of(hash, name.as_bytes()) {
            if let Some(known) = self.slots.get_mut(place) {
                *known = Some(slot);
            }
            return;
        }
        if self.slots.len() < 2 * (self.count + 1) {
            let room = (2 * (self.count + 1)).next_power_of_two();
            let slots = std::mem::replace(&mut self.slots, vec![None; room]);
            slots.into_iter().flatten().for_each(|slot| self.put(slot));
        }
        self.put(slot);
        self.count += 1;
    }

    /// Fills the first empty place for a slot; there is one.
    fn put(&mut self, slot: Slot) {
        for place in self.places(slot.hash) {
            if let Some(empty @ None) = self.slots.get_mut(place) {
                *empty = Some(slot);
                return;
            }
        }
    }

    /// Takes a principal away; returns whether it was there.
    fn remove(&mut self, hash: u64, name: &str) -> bool {
        let Some(place) = self.place_of(hash, name.as_bytes()) else { return false };
        let room = self.slots.len();
        let slots = std::mem::replace(&mut self.slots, vec![None; room]);
        let others = slots.into_iter().enumerate().filter(|(at, _)| *at != place);
        others.filter_map(|(_, slot)| slot).for_each(|slot| self.put(slot));
        self.count -= 1;
        true
    }
}

/// The policies in force for each of many principals.
///
/// Policies are compiled once and shared ([`CompiledPolicy`]), so that a hundred thousand
/// principals who draw on two thousand policies cost little more than the two thousand. The name
/// of a principal is any text the host likes, for example an ARN.
///
/// ```
/// use ramguard::store::Store;
/// use ramguard::{CompiledPolicy, Policy, Request};
///
/// let read = CompiledPolicy::new(Policy::parse(
///     r#"{ "Version": "1", "Statement": [{
///         "Effect": "Allow", "Action": "oss:Get*", "Resource": "acs:oss:*:*:mybucket/*" }] }"#,
/// )?);
/// let store = Store::new();
/// store.set_policies("alice", [read.clone()]);
/// let request = Request::parse("oss:GetObject", "acs:oss:*:1:mybucket/a")?;
/// assert!(store.decide("alice", &request).is_allowed());
/// assert!(!store.decide("bob", &request).is_allowed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Store {
    shards: Box<[ArcSwap<Shard>]>,
    hasher: RandomState,
}

impl Default for Store {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("principals", &self.len()).finish_non_exhaustive()
    }
}

impl Store {
    /// Makes a store without principals.
    #[must_use]
    pub fn new() -> Self {
        let shards = (0..SHARDS).map(|_| ArcSwap::from_pointee(Shard::default())).collect();
        Self { shards, hasher: RandomState::new() }
    }

    /// Takes many principals at once, which is faster than one after the other. Of a principal
    /// that comes twice, the later counts.
    #[must_use]
    pub fn of_policies<N, P>(principals: impl IntoIterator<Item = (N, P)>) -> Self
    where
        N: AsRef<str>,
        P: IntoIterator<Item = CompiledPolicy>,
    {
        let store = Self::new();
        let mut shards: Vec<Shard> = vec![Shard::default(); SHARDS];
        for (principal, policies) in principals {
            let principal = principal.as_ref();
            let hash = store.hash_of(principal);
            if let Some(shard) = shards.get_mut(number_of(hash)) {
                shard.insert(hash, principal, Arc::new(authorizer(policies)));
            }
        }
        for (slot, shard) in store.shards.iter().zip(shards) {
            slot.store(Arc::new(shard));
        }
        store
    }

    /// Returns how many principals there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.load().count).sum()
    }

    /// Returns whether there is no principal.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shards.iter().all(|shard| shard.load().count == 0)
    }

    /// Returns what a principal has. It stays as it is while it is held, whatever is replaced
    /// meanwhile.
    #[must_use]
    pub fn authorizer(&self, principal: &str) -> Option<Arc<Authorizer>> {
        let hash = self.hash_of(principal);
        self.shard_of(hash)?.load().get(hash, principal).map(|slot| Arc::clone(&slot.authorizer))
    }

    /// Decides a request against what the principal has at this moment. A principal that is not
    /// there has no policies, so nothing is allowed.
    ///
    /// The name only chooses the policies; who makes the request, for conditions and trust
    /// policies, is said by the request. Allocates nothing and waits for nobody.
    #[must_use]
    pub fn decide(&self, principal: &str, request: &Request<'_>) -> Decision {
        let hash = self.hash_of(principal);
        let shard = self.shard_of(hash).map(ArcSwap::load);
        match shard.as_ref().and_then(|shard| shard.get(hash, principal)) {
            Some(slot) => slot.decide(request),
            None => Decision::new(Outcome::ImplicitDeny, Reason::NothingAllows(Layer::Account)),
        }
    }

    /// Gives a principal policies at account level, in place of whatever it had.
    pub fn set_policies(
        &self,
        principal: &str,
        policies: impl IntoIterator<Item = CompiledPolicy>,
    ) {
        self.set(principal, authorizer(policies));
    }

    /// Gives a principal layers of its own, in place of whatever it had.
    pub fn set(&self, principal: &str, authorizer: Authorizer) {
        let authorizer = Arc::new(authorizer);
        self.change(principal, |shard, hash| {
            shard.insert(hash, principal, Arc::clone(&authorizer));
        });
    }

    /// Puts `policy` in place of number `index` of the policies at account level, from 0, and
    /// leaves the other layers as they are. Returns whether there was one.
    ///
    /// Nothing but the new policy was compiled, and that by the caller.
    pub fn replace_policy(&self, principal: &str, index: usize, policy: &CompiledPolicy) -> bool {
        let mut was_there = false;
        self.change(principal, |shard, hash| {
            was_there = false;
            let Some(before) = shard.get(hash, principal) else { return };
            let before = &before.authorizer;
            let Some(account) = before.layers().account.with_replaced(index, policy.clone()) else {
                return;
            };
            let layers = Layers { account: Arc::new(account), ..before.layers().clone() };
            let after = Authorizer::with_layers(layers, *before.semantics());
            shard.insert(hash, principal, Arc::new(after));
            was_there = true;
        });
        was_there
    }

    /// Takes a principal away; returns whether it was there.
    pub fn remove(&self, principal: &str) -> bool {
        let mut was_there = false;
        self.change(principal, |shard, hash| was_there = shard.remove(hash, principal));
        was_there
    }

    /// Changes the shard of a principal: on a copy, which then takes its place. If another writer
    /// was faster, the change is made again on what that one left.
    fn change(&self, principal: &str, mut change: impl FnMut(&mut Shard, u64)) {
        let hash = self.hash_of(principal);
        let Some(shard) = self.shard_of(hash) else { return };
        shard.rcu(|before| {
            let mut after = Shard::clone(before);
            change(&mut after, hash);
            after
        });
    }

    fn hash_of(&self, principal: &str) -> u64 {
        self.hasher.hash_one(principal)
    }

    fn shard_of(&self, hash: u64) -> Option<&ArcSwap<Shard>> {
        self.shards.get(number_of(hash))
    }
}

/// Returns the number of the shard that the principal with this hash is in.
fn number_of(hash: u64) -> usize {
    hash as usize & (SHARDS - 1)
}

fn authorizer(policies: impl IntoIterator<Item = CompiledPolicy>) -> Authorizer {
    let account = Arc::new(PolicySet::of_shared(policies));
    Authorizer::with_layers(Layers { account, ..Layers::default() }, Semantics::default())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::{Mode, Policy, Principal};
    use ramguard_policy::Kind;

    fn policy(effect: &str, action: &str) -> CompiledPolicy {
        let text = format!(
            r#"{{ "Version": "1", "Statement": [{{
                "Effect": "{effect}", "Action": "{action}", "Resource": "*" }}] }}"#
        );
        CompiledPolicy::new(Policy::parse(&text).unwrap())
    }

    fn request(action: &'static str) -> Request<'static> {
        Request::parse(action, "acs:ecs:cn-hangzhou:1:instance/i-a").unwrap()
    }

    #[test]
    fn the_statement_named_is_that_of_the_policy_in_its_place() {
        let store = Store::new();
        let (list, stop) = (policy("Allow", "ecs:List*"), policy("Allow", "ecs:Stop*"));
        store.set_policies("alice", [list, stop]);
        let decision = store.decide("alice", &request("ecs:StopInstance"));
        assert_eq!(decision.statements().next().map(|at| at.policy), Some(1));
    }

    #[test]
    fn replacing_a_policy_changes_one_principal_and_leaves_what_is_held() {
        let store = Store::new();
        let stop = policy("Allow", "ecs:Stop*");
        for name in ["alice", "bob"] {
            store.set_policies(name, [policy("Allow", "ecs:List*"), stop.clone()]);
        }
        let held = store.authorizer("alice").unwrap();
        assert!(store.replace_policy("alice", 1, &policy("Deny", "ecs:Stop*")));
        let stop = request("ecs:StopInstance");
        assert_eq!(store.decide("alice", &stop).outcome(), Outcome::ExplicitDeny);
        assert!(store.decide("bob", &stop).is_allowed());
        assert!(held.decide(&stop).is_allowed());
    }

    #[test]
    fn there_is_nothing_to_replace_past_the_last_policy_or_for_a_stranger() {
        let store = Store::new();
        store.set_policies("alice", [policy("Allow", "ecs:List*")]);
        assert!(!store.replace_policy("alice", 1, &policy("Allow", "*")));
        assert!(!store.replace_policy("bob", 0, &policy("Allow", "*")));
        assert_eq!(store.len(), 1);
    }

    #[test]
    fn a_principal_that_was_removed_may_do_nothing() {
        let store = Store::of_policies([("alice", [policy("Allow", "*")])]);
        assert!(store.decide("alice", &request("ecs:StopInstance")).is_allowed());
        assert!(store.remove("alice"));
        assert!(!store.decide("alice", &request("ecs:StopInstance")).is_allowed());
        assert!(!store.remove("alice"));
        assert!(store.is_empty());
    }

    #[test]
    fn names_of_every_length_are_told_apart() {
        let step = if cfg!(miri) { 11 } else { 1 };
        let names: Vec<String> = (0..100).step_by(step).map(|length| "é".repeat(length)).collect();
        let store = Store::of_policies(names.iter().step_by(2).map(|name| {
            let allow: [CompiledPolicy; 1] = [policy("Allow", "*")];
            (name.as_str(), allow)
        }));
        for (number, name) in names.iter().enumerate() {
            let is_there = number % 2 == 0;
            assert_eq!(store.decide(name, &request("ecs:Stop")).is_allowed(), is_there, "{number}");
            assert_eq!(store.remove(name), is_there, "{number}");
        }
    }

    #[test]
    fn principals_that_share_a_hash_are_told_apart_and_stay_when_one_goes() {
        let mut shard = Shard::default();
        let nobody = Arc::new(Authorizer::new([]));
        let names: Vec<String> = (0..20).map(|number| format!("user-{number}")).collect();
        // Every place is near the end of the table, where looking on starts again at its front.
        let hash = |at: usize| u64::MAX << 32 | (at % 2) as u64;
        for (at, name) in names.iter().enumerate() {
            shard.insert(hash(at), name, Arc::clone(&nobody));
            shard.insert(hash(at), name, Arc::clone(&nobody));
        }
        assert_eq!(shard.count, names.len());
        for (at, name) in names.iter().enumerate() {
            assert!(shard.get(hash(at + 1), name).is_none());
            assert!(shard.remove(hash(at), name));
            assert!(!shard.remove(hash(at), name));
            for (later, name) in names.iter().enumerate().skip(at + 1) {
                assert!(shard.get(hash(later), name).is_some(), "{name} after {at}");
            }
        }
        assert_eq!(shard.count, 0);
    }

    #[test]
    fn a_principal_lies_in_two_neighbouring_lines_of_a_cache() {
        assert_eq!(size_of::<Option<Slot>>(), 128);
    }

    #[test]
    fn a_store_decides_as_the_authorizer_it_holds_whatever_its_layers_and_whoever_asks() {
        let trust = r#"{ "Version": "1", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": { "Service": ["ecs.aliyuncs.com"], "RAM": ["acs:ram::1:root"] } }] }"#;
        let trust = Policy::parse_as(Kind::Trust, trust).unwrap();
        let one = |effect, action| Arc::new(PolicySet::of_shared([policy(effect, action)]));
        let sets = [
            PolicySet::default(),
            PolicySet::of_shared([policy("Allow", "*")]),
            PolicySet::of_shared([policy("Allow", "*"), policy("Deny", "ecs:Stop*")]),
            PolicySet::of_shared(vec![policy("Allow", "ecs:Stop*"); 5]),
            PolicySet::new([policy("Allow", "sts:*").policy().clone()]),
            PolicySet::new([trust.clone()]),
        ];
        let store = Store::new();
        let mut names = Vec::new();
        for (at, set) in sets.into_iter().enumerate() {
            let plain = Layers { account: Arc::new(set), ..Layers::default() };
            let group = Layers { resource_group: Some(one("Allow", "*")), ..plain.clone() };
            let control = Layers { control: Some(vec![one("Deny", "*")]), ..plain.clone() };
            let session = Layers { session: Some(one("Allow", "ecs:List*")), ..plain.clone() };
            let resource = Some(Arc::new(PolicySet::new([trust.clone()])));
            let resource = Layers { resource, ..plain.clone() };
            for (kind, layers) in [plain, group, control, session, resource].into_iter().enumerate()
            {
                names.push(format!("{at}-{kind}"));
                let authorizer = Authorizer::with_layers(layers, Semantics::default());
                store.set(names.last().unwrap(), authorizer);
            }
        }
        let callers = [
            None,
            Some(Principal::user("acs:ram::1:user/alice").unwrap()),
            Some(Principal::user("acs:ram::2:user/mallory").unwrap()),
            Some(Principal::role("acs:ram::1:role/app").unwrap()),
            Some(Principal::root("1").unwrap()),
            Some(Principal::service("ecs.aliyuncs.com")),
            Some(Principal::anonymous()),
        ];
        let asked = [
            ("ecs:StopInstance", "acs:ecs:cn-hangzhou:1:instance/i-a"),
            ("oss:GetObject", "*"),
            ("sts:AssumeRole", "acs:ram::1:role/app"),
        ];
        let mut outcomes = [0; 3];
        for ((action, resource), caller) in
            asked.iter().flat_map(|a| callers.iter().map(move |c| (a, c)))
        {
            for mode in [Mode::Standard, Mode::AssumeRole, Mode::RoleSso] {
                let mut request = Request::parse(*action, *resource).unwrap().with_mode(mode);
                if let Some(caller) = caller {
                    request = request.with_principal(caller.clone());
                }
                for name in &names {
                    let alone = store.authorizer(name).unwrap().decide(&request);
                    let decision = store.decide(name, &request);
                    assert_eq!(decision, alone, "{name} {request:?}");
                    outcomes[decision.outcome() as usize] += 1;
                }
            }
        }
        assert!(outcomes.iter().all(|&count| count > 50), "{outcomes:?}");
    }

    #[test]
    fn readers_see_the_old_or_the_new_policy_while_one_is_replaced() {
        let store = Store::new();
        let (allow, deny) = (policy("Allow", "ecs:Stop*"), policy("Deny", "ecs:Stop*"));
        store.set_policies("alice", [allow.clone()]);
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for round in 0..if cfg!(miri) { 20 } else { 2_000 } {
                    let next = if round % 2 == 0 { &deny } else { &allow };
                    assert!(store.replace_policy("alice", 0, next));
                }
                done.store(true, Ordering::Release);
            });
            let stop = request("ecs:StopInstance");
            while !done.load(Ordering::Acquire) {
                assert_ne!(store.decide("alice", &stop).outcome(), Outcome::ImplicitDeny);
            }
        });
    }

    #[test]
    fn up_to_four_policies_stand_beside_the_name() {
        for count in 0..7 {
            let policies: Vec<CompiledPolicy> = vec![policy("Allow", "*"); count];
            let slot = Slot::new(0, "alice", Arc::new(authorizer(policies)));
            assert_eq!(slot.near.is_empty(), !(1..=4).contains(&count), "{count}");
        }
    }
}
