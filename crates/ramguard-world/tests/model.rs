//! Random sequences of operations against a simple model of the account.
//!
//! The model keeps sets of names and nothing else: who exists, who belongs to what, what is
//! attached to whom, which instance carries which role, who was granted what. It predicts whether a
//! call succeeds and what changes; it decides permissions by looking at the few policies there are,
//! not by evaluating them. After every call world and model agree, and the world keeps what its
//! header promises. 300 sequences in a normal run, 10,000 with `RAMGUARD_LONG=1`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it takes for granted"
)]

mod account;

use std::collections::{BTreeMap, BTreeSet};

use account::{Account, REGION, TRUST_ACCOUNT, TRUST_ECS, allow};
use proptest::prelude::*;
use proptest::sample::select;
use ramguard_world::{
    ApiError, Caller, Effect, IdentityRef, Network, PolicyRef, PolicyType, Quotas, World, file,
};
use serde_json::Value;

const USERS: [&str; 3] = ["alice", "bob", "carol"];
const GROUPS: [&str; 2] = ["ops", "dev"];
const ROLES: [&str; 3] = ["app", "web", "people"];
/// Each policy grants one thing; what it grants is all the model knows of it.
const POLICIES: [(&str, Grant); 4] = [
    ("ecs", Grant::Ecs),
    ("pass-any", Grant::PassAny),
    ("pass-app", Grant::PassApp),
    ("ram", Grant::Ram),
];
const INSTANCES: [&str; 4] = ["i-1", "i-2", "i-3", "i-classic"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Grant {
    Ecs,
    PassAny,
    PassApp,
    Ram,
}

impl Grant {
    fn document(self) -> String {
        match self {
            Self::Ecs => allow("ecs:*", "*"),
            Self::PassAny => allow("ram:PassRole", "*"),
            Self::PassApp => allow("ram:PassRole", "acs:ram:*:*:role/app"),
            // Everything of RAM but passing roles.
            Self::Ram => r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:*","Resource":"*"},{"Effect":"Allow","Action":"sts:*","Resource":"*"}]}"#
                .to_owned(),
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    CreateUser(&'static str),
    DeleteUser(&'static str),
    CreateGroup(&'static str),
    DeleteGroup(&'static str),
    Join(&'static str, &'static str),
    Leave(&'static str, &'static str),
    CreateRole(&'static str),
    DeleteRole(&'static str),
    Trust(&'static str, bool),
    CreatePolicy(usize),
    DeletePolicy(usize, bool),
    AddVersion(usize),
    Attach(usize, Holder),
    Detach(usize, Holder),
    Bind(Vec<&'static str>, &'static str),
    Unbind(Vec<&'static str>, Option<&'static str>),
    Run(&'static str, bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Holder {
    User(&'static str),
    Group(&'static str),
    Role(&'static str),
}

impl Holder {
    fn identity(self) -> IdentityRef {
        match self {
            Self::User(name) => IdentityRef::User(name.into()),
            Self::Group(name) => IdentityRef::Group(name.into()),
            Self::Role(name) => IdentityRef::Role(name.into()),
        }
    }

    fn parameter(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::User(name) => ("User", "UserName", name),
            Self::Group(name) => ("Group", "GroupName", name),
            Self::Role(name) => ("Role", "RoleName", name),
        }
    }
}

fn holder() -> impl Strategy<Value = Holder> {
    prop_oneof![
        3 => select(&USERS[..]).prop_map(Holder::User),
        1 => select(&GROUPS[..]).prop_map(Holder::Group),
        1 => select(&ROLES[..]).prop_map(Holder::Role),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let user = || select(&USERS[..]);
    let group = || select(&GROUPS[..]);
    let role = || select(&ROLES[..]);
    let policy = || 0..POLICIES.len();
    let instances = || proptest::collection::vec(select(&INSTANCES[..]), 1..4);
    prop_oneof![
        2 => user().prop_map(Step::CreateUser),
        1 => user().prop_map(Step::DeleteUser),
        1 => group().prop_map(Step::CreateGroup),
        1 => group().prop_map(Step::DeleteGroup),
        2 => (user(), group()).prop_map(|(user, group)| Step::Join(user, group)),
        1 => (user(), group()).prop_map(|(user, group)| Step::Leave(user, group)),
        3 => role().prop_map(Step::CreateRole),
        1 => role().prop_map(Step::DeleteRole),
        1 => (role(), any::<bool>()).prop_map(|(role, ecs)| Step::Trust(role, ecs)),
        3 => policy().prop_map(Step::CreatePolicy),
        1 => (policy(), any::<bool>()).prop_map(|(policy, all)| Step::DeletePolicy(policy, all)),
        1 => policy().prop_map(Step::AddVersion),
        5 => (policy(), holder()).prop_map(|(policy, holder)| Step::Attach(policy, holder)),
        1 => (policy(), holder()).prop_map(|(policy, holder)| Step::Detach(policy, holder)),
        6 => (instances(), role()).prop_map(|(ids, role)| Step::Bind(ids, role)),
        3 => (instances(), proptest::option::of(role()))
            .prop_map(|(ids, role)| Step::Unbind(ids, role)),
        1 => (role(), any::<bool>()).prop_map(|(role, vpc)| Step::Run(role, vpc)),
    ]
}

/// Who calls: root half of the time, so that something happens.
fn caller() -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![Just(None), select(&USERS[..]).prop_map(Some)]
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
    users: BTreeSet<&'static str>,
    groups: BTreeMap<&'static str, BTreeSet<&'static str>>,
    /// Whether a role trusts ECS.
    roles: BTreeMap<&'static str, bool>,
    /// The number of versions of a policy.
    policies: BTreeMap<usize, usize>,
    attached: BTreeSet<(Holder, usize)>,
    carried: BTreeMap<String, &'static str>,
    /// How many instances were made on the way.
    made: usize,
}

impl Model {
    fn exists(&self, holder: Holder) -> bool {
        match holder {
            Holder::User(name) => self.users.contains(name),
            Holder::Group(name) => self.groups.contains_key(name),
            Holder::Role(name) => self.roles.contains_key(name),
        }
    }

    fn may(&self, caller: Option<&'static str>, grant: Grant) -> bool {
        let Some(user) = caller else { return true };
        let groups = self.groups.iter().filter(|(_, members)| members.contains(user));
        let holders = groups.map(|(name, _)| Holder::Group(name)).chain([Holder::User(user)]);
        let mut holders: Vec<Holder> = holders.collect();
        holders.retain(|holder| {
            self.attached
                .iter()
                .any(|(held, policy)| held == holder && POLICIES[*policy].1 == grant)
        });
        !holders.is_empty()
    }

    fn may_pass(&self, caller: Option<&'static str>, role: &str) -> bool {
        self.may(caller, Grant::PassAny)
            || self.may(caller, Grant::Ram)
            || (role == "app" && self.may(caller, Grant::PassApp))
    }

    fn holds_any(&self, holder: Holder) -> bool {
        self.attached.iter().any(|(held, _)| *held == holder)
    }

    /// Says what a call comes to: `None` if it is refused, else for each instance of the call
    /// whether it succeeded.
    fn play(&mut self, caller: Option<&'static str>, step: &Step) -> Option<Vec<bool>> {
        if caller.is_some_and(|user| !self.users.contains(user)) {
            return None;
        }
        let is_ecs = matches!(step, Step::Bind(..) | Step::Unbind(..) | Step::Run(..));
        if !self.may(caller, if is_ecs { Grant::Ecs } else { Grant::Ram }) {
            return None;
        }
        let done = |is_done: bool| is_done.then(Vec::new);
        match step {
            Step::CreateUser(name) => done(self.users.insert(name)),
            Step::DeleteUser(name) => {
                let is_member = self.groups.values().any(|members| members.contains(name));
                let free = !is_member && !self.holds_any(Holder::User(name));
                done(free && self.users.remove(name))
            }
            Step::CreateGroup(name) => {
                let is_new = !self.groups.contains_key(name);
                self.groups.entry(name).or_default();
                done(is_new)
            }
            Step::DeleteGroup(name) => {
                let is_empty = self.groups.get(name).is_some_and(BTreeSet::is_empty);
                let free = is_empty && !self.holds_any(Holder::Group(name));
                done(free && self.groups.remove(name).is_some())
            }
            Step::Join(user, group) => {
                let members = self.groups.get_mut(group).filter(|_| self.users.contains(user))?;
                done(members.insert(user))
            }
            Step::Leave(user, group) => {
                let members = self.groups.get_mut(group).filter(|_| self.users.contains(user))?;
                done(members.remove(user))
            }
            Step::CreateRole(name) => {
                let is_new = !self.roles.contains_key(name);
                self.roles.entry(name).or_insert(*name != "people");
                done(is_new)
            }
            Step::DeleteRole(name) => {
                let free = !self.holds_any(Holder::Role(name));
                done(free && self.roles.remove(name).is_some())
            }
            Step::Trust(name, ecs) => {
                *self.roles.get_mut(name)? = *ecs;
                Some(Vec::new())
            }
            Step::CreatePolicy(policy) => {
                let is_new = !self.policies.contains_key(policy);
                self.policies.entry(*policy).or_insert(1);
                done(is_new)
            }
            Step::DeletePolicy(policy, cascading) => {
                let versions = *self.policies.get(policy)?;
                let is_held = self.attached.iter().any(|(_, held)| held == policy);
                if !cascading && (is_held || versions > 1) {
                    return None;
                }
                self.attached.retain(|(_, held)| held != policy);
                self.policies.remove(policy);
                Some(Vec::new())
            }
            Step::AddVersion(policy) => {
                let versions = self.policies.get_mut(policy)?;
                *versions = (*versions + 1).min(5);
                Some(Vec::new())
            }
            Step::Attach(policy, holder) => {
                let known = self.policies.contains_key(policy) && self.exists(*holder);
                done(known && self.attached.insert((*holder, *policy)))
            }
            Step::Detach(policy, holder) => {
                let known = self.policies.contains_key(policy) && self.exists(*holder);
                done(known && self.attached.remove(&(*holder, *policy)))
            }
            Step::Bind(ids, role) => {
                if !self.may_pass(caller, role) || self.roles.get(role) != Some(&true) {
                    return None;
                }
                let mut results = Vec::new();
                for id in distinct(ids) {
                    let free = *id != *"i-classic" && !self.carried.contains_key(id);
                    if free {
                        self.carried.insert(id.to_owned(), role);
                    }
                    results.push(free);
                }
                Some(results)
            }
            Step::Unbind(ids, role) => {
                let ids = distinct(ids);
                let carried = |id: &&str| self.carried.get(*id).copied();
                let mut passed: Vec<&str> = match role {
                    Some(role) => vec![role],
                    None => ids.iter().filter_map(carried).collect(),
                };
                passed.retain(|role| !self.may_pass(caller, role));
                if !passed.is_empty() {
                    return None;
                }
                if let Some(role) = role {
                    let known = self.roles.contains_key(role);
                    if !known && !ids.iter().any(|id| carried(id) == Some(role)) {
                        return None;
                    }
                }
                let mut results = Vec::new();
                for id in ids {
                    let bound = self.carried.get(id).copied();
                    let is_taken = bound.is_some() && role.is_none_or(|role| bound == Some(role));
                    if is_taken {
                        self.carried.remove(id);
                    }
                    results.push(is_taken);
                }
                Some(results)
            }
            Step::Run(role, vpc) => {
                let good = self.may_pass(caller, role) && self.roles.get(role) == Some(&true);
                self.made += usize::from(good && *vpc);
                done(good && *vpc)
            }
        }
    }
}

fn distinct(ids: &[&'static str]) -> Vec<&'static str> {
    let mut seen = BTreeSet::new();
    ids.iter().copied().filter(|id| seen.insert(*id)).collect()
}

/// Makes the call of a step.
fn call(account: &mut Account, caller: &Caller, step: &Step) -> Result<Value, ApiError> {
    let json = |ids: &[&str]| serde_json::to_string(ids).unwrap();
    let policy_name = |policy: &usize| POLICIES[*policy].0;
    let mut make = |name: &str, parameters: &[(&str, &str)]| account.call(caller, name, parameters);
    match step {
        Step::CreateUser(name) => make("CreateUser", &[("UserName", name)]),
        Step::DeleteUser(name) => make("DeleteUser", &[("UserName", name)]),
        Step::CreateGroup(name) => make("CreateGroup", &[("GroupName", name)]),
        Step::DeleteGroup(name) => make("DeleteGroup", &[("GroupName", name)]),
        Step::Join(user, group) => {
            make("AddUserToGroup", &[("UserName", user), ("GroupName", group)])
        }
        Step::Leave(user, group) => {
            make("RemoveUserFromGroup", &[("UserName", user), ("GroupName", group)])
        }
        Step::CreateRole(name) => {
            let trust = if *name == "people" { TRUST_ACCOUNT } else { TRUST_ECS };
            make("CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", trust)])
        }
        Step::DeleteRole(name) => make("DeleteRole", &[("RoleName", name)]),
        Step::Trust(name, ecs) => {
            let trust = if *ecs { TRUST_ECS } else { TRUST_ACCOUNT };
            make("UpdateRole", &[("RoleName", name), ("NewAssumeRolePolicyDocument", trust)])
        }
        Step::CreatePolicy(policy) => {
            let document = POLICIES[*policy].1.document();
            let name = policy_name(policy);
            make("CreatePolicy", &[("PolicyName", name), ("PolicyDocument", &document)])
        }
        Step::DeletePolicy(policy, cascading) => {
            let cascading = if *cascading { "true" } else { "false" };
            let name = policy_name(policy);
            make("DeletePolicy", &[("PolicyName", name), ("CascadingDelete", cascading)])
        }
        Step::AddVersion(policy) => make(
            "CreatePolicyVersion",
            &[
                ("PolicyName", policy_name(policy)),
                ("PolicyDocument", &POLICIES[*policy].1.document()),
                ("SetAsDefault", "true"),
                ("RotateStrategy", "DeleteOldestNonDefaultVersionWhenLimitExceeded"),
            ],
        ),
        Step::Attach(policy, holder) | Step::Detach(policy, holder) => {
            let (kind, parameter, name) = holder.parameter();
            let operation = match step {
                Step::Attach(..) => format!("AttachPolicyTo{kind}"),
                _ => format!("DetachPolicyFrom{kind}"),
            };
            let parameters =
                [("PolicyType", "Custom"), ("PolicyName", policy_name(policy)), (parameter, name)];
            make(&operation, &parameters)
        }
        Step::Bind(ids, role) => make(
            "AttachInstanceRamRole",
            &[("RegionId", REGION), ("InstanceIds", &json(ids)), ("RamRoleName", role)],
        ),
        Step::Unbind(ids, role) => {
            let ids = json(ids);
            let mut parameters = vec![("RegionId", REGION), ("InstanceIds", &*ids)];
            parameters.extend(role.map(|role| ("RamRoleName", role)));
            make("DetachInstanceRamRole", &parameters)
        }
        Step::Run(role, vpc) => {
            let mut parameters =
                vec![("RegionId", REGION), ("ImageId", "m-1"), ("RamRoleName", role)];
            parameters.extend(vpc.then_some(("VSwitchId", "vsw-1")));
            make("RunInstances", &parameters)
        }
    }
}

fn results(answer: &Value) -> Vec<bool> {
    let lists = ["AttachInstanceRamRoleResult", "DetachInstanceRamRoleResult"];
    let lists = lists.iter().filter_map(|name| answer[format!("{name}s")][name].as_array());
    lists.flatten().map(|entry| entry["Success"] == true).collect()
}

/// What the header of `World` promises, and what the issue of instance roles asks for.
fn assert_sound(world: &World, model: &Model) {
    let names = |names: &mut dyn Iterator<Item = String>| names.collect::<BTreeSet<String>>();
    let model_names = |names: &mut dyn Iterator<Item = &&str>| {
        names.map(|name| (*name).to_owned()).collect::<BTreeSet<String>>()
    };
    assert_eq!(
        names(&mut world.users().map(|user| user.name.clone())),
        model_names(&mut model.users.iter())
    );
    assert_eq!(
        names(&mut world.groups().map(|group| group.name.clone())),
        model_names(&mut model.groups.keys())
    );
    assert_eq!(
        names(&mut world.roles().map(|role| role.name.clone())),
        model_names(&mut model.roles.keys())
    );
    for group in world.groups() {
        assert_eq!(group.members, model_names(&mut model.groups[&*group.name].iter()));
    }
    let policies = world.policies(PolicyType::Custom);
    let policies: BTreeMap<&str, usize> =
        policies.map(|policy| (&*policy.name, policy.versions.len())).collect();
    let expected: BTreeMap<&str, usize> =
        model.policies.iter().map(|(policy, count)| (POLICIES[*policy].0, *count)).collect();
    assert_eq!(policies, expected);
    for policy in world.policies(PolicyType::Custom) {
        assert!(policy.document().is_some(), "a policy has its default version");
    }
    for (number, (name, _)) in POLICIES.iter().enumerate() {
        let held: BTreeSet<IdentityRef> = world.holders(&PolicyRef::custom(*name)).collect();
        let expected = model.attached.iter().filter(|(_, policy)| *policy == number);
        assert_eq!(held, expected.map(|(holder, _)| holder.identity()).collect());
    }
    for instance in world.instances() {
        let carried = instance.binding.as_ref().map(|binding| &*binding.role_name);
        if INSTANCES.contains(&&*instance.id) {
            assert_eq!(carried, model.carried.get(&instance.id).copied());
        }
        assert!(carried.is_none() || instance.network != Network::Classic);
    }
    assert_eq!(world.instances().count(), INSTANCES.len() + model.made);
}

fn start() -> Account {
    let mut account = Account::new();
    let quotas = Quotas { custom_policies_per_role: 9, ..Quotas::default() };
    account.world = account.world.clone().with_quotas(quotas);
    for id in INSTANCES {
        let network = match id {
            "i-classic" => Network::Classic,
            _ => Network::Vpc { vpc_id: None, vswitch_id: "vsw-1".into() },
        };
        let instance = ramguard_world::Instance {
            id: id.into(),
            region: REGION.into(),
            network,
            resource_group: None,
            tags: BTreeMap::new(),
            image_id: None,
            instance_type: None,
            metadata: Default::default(),
            created: account.now,
            client_token: None,
            binding: None,
        };
        account.world.apply(&Effect::InstanceCreated(instance)).unwrap();
    }
    account
}

fn cases() -> u32 {
    if std::env::var_os("RAMGUARD_LONG").is_some() { 10_000 } else { 300 }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(), failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn world_and_model_agree_after_every_call(
        steps in proptest::collection::vec((caller(), step()), 1..60)
    ) {
        let mut account = start();
        let mut model = Model::default();
        for (who, step) in &steps {
            let before = account.world.clone();
            let caller = who.map_or(Caller::Root, Caller::user);
            let expected = model.clone().play(*who, step);
            let got = call(&mut account, &caller, step);
            match (&expected, &got) {
                (Some(expected), Ok(answer)) => {
                    model.play(*who, step);
                    prop_assert_eq!(expected, &results(answer), "{:?} by {:?}", step, who);
                    let changes = matches!(step, Step::Bind(..) | Step::Unbind(..));
                    let is_changed = account.world.revision() > before.revision();
                    prop_assert!(is_changed || (changes && !expected.contains(&true)));
                }
                (None, Err(_)) => prop_assert_eq!(&before, &account.world, "a refusal changes nothing"),
                _ => panic!("{step:?} by {who:?}: expected {expected:?}, got {got:?}"),
            }
            assert_sound(&account.world, &model);
        }
        // The whole of it survives being written and read.
        let text = file::write(&account.world);
        let read = file::WorldFile::read(&text).into_world();
        let read = read.unwrap_or_else(|problems| panic!("{problems:#?}\n{text}"));
        assert_eq!(file::write(&read), text);
    }

    #[test]
    fn an_outcome_is_committed_to_the_world_it_was_computed_from_or_not_at_all(
        steps in proptest::collection::vec(step(), 2..20)
    ) {
        let mut account = start();
        for pair in steps.chunks(2) {
            let [first, second] = pair else { break };
            // Both are computed from one world; only the first that changes something may stay.
            let mut other = account.clone();
            let base = account.world.clone();
            let one = call(&mut account, &Caller::Root, first);
            let two = call(&mut other, &Caller::Root, second);
            if one.is_ok() && two.is_ok() && account.world.revision() > base.revision() {
                let mut late = account.world.clone();
                prop_assert!(late.commit(base.revision(), &[]).is_err());
                prop_assert_eq!(late, account.world.clone());
            }
        }
    }
}
