//! What happens in a case before any policy is written: who calls what on which resource.

use serde_json::{Map, Value, json};

use super::ByteSource;
use super::condition::drifted_key;
use super::datum::{Datum, Family};
use super::vocabulary::{
    ABROAD, ADDRESS_KEYS, FLAG_KEYS, HOME, MOMENT_KEYS, NUMBER_KEYS, OPERATIONS, PROVIDERS,
    REGIONS, ROLES, SERVICES, SESSION_POLICIES, TEXT_KEYS, UIDS, UNREADABLE, USERS,
};
use super::wording::{in_drifting_case, moved};
use crate::oracle::condition::folded_key;

/// The caller, by type.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) kind: &'static str,
    pub(super) account: &'static str,
    pub(super) name: String,
    uid: Option<&'static str>,
    session: Option<&'static str>,
    pub(super) service_linked: bool,
}

/// One key of the request's context with its values before they are spelt.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) data: Vec<Datum>,
}

/// One operation on one resource.
#[derive(Clone, Debug)]
pub(super) struct Facet {
    pub(super) action: String,
    /// Service, region, account and relative id; nothing for the resource `*`.
    pub(super) resource: Option<[String; 4]>,
}

/// Everything about a request; policies are written about it before it is moved.
#[derive(Clone, Debug)]
pub(super) struct Situation {
    pub(super) mode: &'static str,
    pub(super) caller: Caller,
    /// The checks, at least one. Those of a call are listed here for the policies to speak of.
    pub(super) facets: Vec<Facet>,
    /// The call the checks follow from.
    op: Option<Value>,
    pub(super) context: Vec<Entry>,
}

impl Entry {
    /// Makes a key with its values.
    pub(super) fn any(source: &mut ByteSource<'_>) -> Entry {
        let (keys, family): (&[&str], Family) =
            match source.weighted(&[(6, 0), (3, 1), (3, 2), (3, 3), (3, 4)]) {
                0 => (&TEXT_KEYS, Family::Text),
                1 => (&NUMBER_KEYS, Family::Number),
                2 => (&MOMENT_KEYS, Family::Moment),
                3 => (&FLAG_KEYS, Family::Flag),
                _ => (&ADDRESS_KEYS, Family::Address),
            };
        let key = source.pick(keys).to_owned();
        let amount = source.weighted(&[(14, 1), (5, 2), (1, 0)]);
        Entry { key, data: (0..amount).map(|_| Datum::any(source, family)).collect() }
    }
}

impl Caller {
    fn any(source: &mut ByteSource<'_>, mode: &str) -> Caller {
        let kind = source.weighted(match mode {
            "standard" => &[
                (50, "user"),
                (25, "role"),
                (17, "root"),
                (5, "anonymous"),
                (2, "service"),
                (2, "federated"),
            ],
            "assume_role" => {
                &[(37, "user"), (25, "role"), (35, "service"), (10, "root"), (2, "anonymous")]
            }
            _ => &[(80, "federated"), (20, "service"), (3, "root"), (2, "anonymous")],
        });
        let account = if source.chance(15) { ABROAD } else { HOME };
        let name = match kind {
            "user" => source.pick(&USERS),
            "role" => source.pick(&ROLES),
            "service" => source.pick(&SERVICES),
            "federated" => source.pick(&PROVIDERS),
            _ => "",
        };
        Caller {
            kind,
            account,
            name: name.to_owned(),
            uid: match kind {
                "user" if !source.chance(3) => Some(source.pick(&UIDS)),
                "root" if source.chance(50) => Some(account),
                _ => None,
            },
            session: (kind == "role" && !source.chance(3)).then_some("s1"),
            service_linked: kind == "role" && source.chance(25),
        }
    }

    /// Returns the entry of a trust policy that names the caller, or now and then somebody who
    /// differs from it in one thing, and the member it belongs to.
    pub(super) fn trust_entry(&self, source: &mut ByteSource<'_>) -> (&'static str, String) {
        let Caller { account, name, kind, .. } = self;
        let is_other = source.chance(50);
        let account = if is_other && source.chance(85) { other_account(account) } else { account };
        match *kind {
            "user" | "role" if !source.chance(50) => {
                let name = match source.below(10) {
                    0..=6 => in_drifting_case(source, name),
                    7 | 8 if is_other => source.pick(&USERS).to_owned(),
                    _ => name.clone(),
                };
                ("RAM", format!("acs:ram::{account}:{kind}/{name}"))
            }
            // The name of this service may be a part of that of the other.
            "service" if is_other || source.chance(50) => {
                ("Service", source.pick(&SERVICES).to_owned())
            }
            "service" => ("Service", name.clone()),
            "federated" if is_other && source.chance(50) => {
                ("Federated", format!("acs:ram::{account}:{}", source.pick(&PROVIDERS)))
            }
            "federated" => ("Federated", format!("acs:ram::{account}:{name}")),
            _ => ("RAM", format!("acs:ram::{account}:root")),
        }
    }

    /// Returns an entry of a bucket policy that names the caller, `*` for those without a name.
    pub(super) fn bucket_entry(&self, source: &mut ByteSource<'_>) -> String {
        let Caller { account, name, .. } = self;
        match self.kind {
            "root" => (*account).to_owned(),
            "user" => self.uid.unwrap_or("*").to_owned(),
            "role" => {
                let session = source.pick(&["*", "s1"]);
                format!("arn:sts::{account}:assumed-role/{name}/{session}")
            }
            _ => "*".to_owned(),
        }
    }

    /// Moves the caller by one thing.
    fn move_by_one(&mut self, source: &mut ByteSource<'_>) {
        match source.below(5) {
            0 => self.name = in_drifting_case(source, &self.name),
            1 => self.account = other_account(self.account),
            2 => self.session = self.session.map(|_| source.pick(&["s2", "S1"])),
            3 => self.uid = self.uid.map(|_| "2000000000000009"),
            _ => {
                self.name = match self.kind {
                    "user" => source.pick(&USERS).to_owned(),
                    "role" => source.pick(&ROLES).to_owned(),
                    "service" => source.pick(&SERVICES).to_owned(),
                    _ => self.name.clone(),
                }
            }
        }
    }

    fn to_json(&self) -> Value {
        let Caller { account, name, kind, .. } = self;
        let mut principal = Map::new();
        let mut put = |member: &str, value: Value| principal.insert(member.to_owned(), value);
        put("type", (*kind).into());
        match *kind {
            "user" | "role" => {
                put("account", (*account).into());
                put("arn", format!("acs:ram::{account}:{kind}/{name}").into());
            }
            "root" => {
                put("account", (*account).into());
            }
            "service" => {
                put("service", name.as_str().into());
            }
            "federated" => {
                put("provider", format!("acs:ram::{account}:{name}").into());
            }
            _ => {}
        }
        if let Some(uid) = self.uid {
            put("uid", uid.into());
        }
        if let Some(session) = self.session {
            put("session_arn", format!("arn:sts::{account}:assumed-role/{name}/{session}").into());
        }
        if self.service_linked {
            put("service_linked", true.into());
        }
        Value::Object(principal)
    }
}

fn other_account(account: &str) -> &'static str {
    if account == HOME { ABROAD } else { HOME }
}

impl Facet {
    fn any(source: &mut ByteSource<'_>, caller: &Caller) -> Facet {
        let (action, service, relative) = source.pick(&OPERATIONS);
        let home = if caller.account.is_empty() { HOME } else { caller.account };
        let account = source.weighted(&[(40, home), (4, HOME), (6, ABROAD), (1, "*"), (1, "")]);
        let region = match service {
            "ram" => source.weighted(&[(8, ""), (1, "cn-hangzhou"), (1, "*")]),
            _ => source.pick(&REGIONS),
        };
        let resource = [service, region, account, relative].map(str::to_owned);
        Facet { action: action.to_owned(), resource: (!source.chance(9)).then_some(resource) }
    }

    fn new(action: &str, service: &str, region: &str, account: &str, relative: &str) -> Facet {
        let resource = [service, region, account, relative].map(str::to_owned);
        Facet { action: action.to_owned(), resource: Some(resource) }
    }

    /// Moves the operation or the resource by one thing.
    fn move_by_one(&mut self, source: &mut ByteSource<'_>) {
        if source.chance(30) {
            self.action = match self.action.split_once(':') {
                Some((service, name)) if !source.chance(20) => {
                    format!("{service}:{}", moved(source, name))
                }
                _ => in_drifting_case(source, &self.action),
            };
            return;
        }
        let Some([service, region, account, relative]) = &mut self.resource else { return };
        match source.weighted(&[(1, 0), (2, 1), (2, 2), (5, 3), (2, 4), (1, 5)]) {
            0 => *service = source.pick(&["ecs", "oss", "ram", "vpc"]).to_owned(),
            1 => *region = source.pick(&REGIONS).to_owned(),
            2 => *account = source.pick(&[HOME, ABROAD, "system", "*", ""]).to_owned(),
            3 => *relative = moved(source, relative),
            4 => *relative = in_drifting_case(source, relative),
            _ => self.resource = None,
        }
    }

    fn to_json(&self, context: &Value) -> Value {
        let resource = match &self.resource {
            Some(fields) => format!("acs:{}", fields.join(":")),
            None => "*".to_owned(),
        };
        json!({"action": self.action, "resource": resource, "context": context})
    }
}

impl Situation {
    /// Makes a situation: a plain request, a call of several checks, or a role being assumed.
    pub(super) fn any(source: &mut ByteSource<'_>) -> Situation {
        let (mode, is_call) = source.weighted(&[
            (45, ("standard", false)),
            (36, ("standard", true)),
            (23, ("assume_role", false)),
            (13, ("role_sso", false)),
        ]);
        let caller = Caller::any(source, mode);
        let keys = 1 + source.below(4);
        let mut context: Vec<Entry> = Vec::new();
        for _ in 0..keys {
            let entry = Entry::any(source);
            let folded = folded_key(&entry.key);
            if !context.iter().any(|known| folded_key(&known.key) == folded) {
                context.push(entry);
            }
        }
        let mut situation = Situation { mode, caller, facets: Vec::new(), op: None, context };
        if mode != "standard" {
            let account = source.weighted(&[(9, HOME), (1, ABROAD)]);
            let role = format!("role/{}", source.pick(&ROLES));
            situation.facets.push(Facet::new("sts:AssumeRole", "ram", "", account, &role));
        } else if is_call && source.chance(80) {
            situation.call(source);
        } else {
            let amount = if is_call { 1 + source.below(3) } else { 1 };
            for _ in 0..amount {
                situation.facets.push(Facet::any(source, &situation.caller));
            }
        }
        situation
    }

    /// Turns the situation into one of the calls that hand over a role.
    fn call(&mut self, source: &mut ByteSource<'_>) {
        let api = source.pick(&[
            "AttachInstanceRamRole",
            "DetachInstanceRamRole",
            "RunInstances",
            "CreateInstance",
        ]);
        let account = if self.caller.account.is_empty() { HOME } else { self.caller.account };
        let region = "cn-hangzhou";
        let action = format!("ecs:{api}");
        let role = source.pick(&ROLES);
        let mut op = json!({"api": api, "region": region, "account": account});
        let mut put = |member: &str, value: Value| {
            if let Some(members) = op.as_object_mut() {
                members.insert(member.to_owned(), value);
            }
        };
        let mut facets = Vec::new();
        let mut facet = |service: &str, relative: &str| {
            facets.push(Facet::new(&action, service, region, account, relative));
        };
        let mut with_role = true;
        if api.ends_with("RamRole") {
            let instances: &[&str] = if source.chance(30) { &["i-a", "i-b"] } else { &["i-a"] };
            put("instance_ids", json!(instances));
            for instance in instances {
                facet("ecs", &format!("instance/{instance}"));
            }
            if api == "DetachInstanceRamRole" && source.chance(25) {
                let mut attached = json!({"i-a": role});
                if source.chance(70) {
                    attached = json!({"i-a": role, "i-b": source.pick(&ROLES)});
                }
                put("attached_roles", attached);
            } else {
                put("ram_role_name", role.into());
            }
            if api == "AttachInstanceRamRole" && source.chance(10) {
                put("policy", source.pick(&SESSION_POLICIES).into());
            }
        } else {
            put("image_id", "m-1".into());
            put("security_group_id", "sg-1".into());
            for relative in ["instance/*", "image/m-1", "securitygroup/sg-1"] {
                facet("ecs", relative);
            }
            if source.chance(30) {
                put("vswitch_id", "vsw-1".into());
                facet("vpc", "vswitch/vsw-1");
            }
            if source.chance(20) {
                put("snapshot_ids", json!(["s-1"]));
                put("key_pair_name", "k-1".into());
            }
            if api == "CreateInstance" && source.chance(20) {
                put("vpc_id", "vpc-1".into());
            }
            with_role = source.chance(70);
            if with_role {
                put("ram_role_name", role.into());
            }
        }
        if with_role {
            let role = format!("role/{role}");
            if api.ends_with("RamRole") {
                facets.push(Facet::new(&action, "ram", "", account, &role));
            }
            facets.push(Facet::new("ram:PassRole", "ram", "", account, &role));
        }
        self.facets = facets;
        self.op = Some(op);
    }

    /// Moves one thing of the request, after the policies have been written about it.
    pub(super) fn move_by_one(&mut self, source: &mut ByteSource<'_>) {
        let facet = source.below(self.facets.len());
        match source.weighted(&[(4, 0), (1, 1), (3, 2)]) {
            0 => {
                if let Some(facet) = self.facets.get_mut(facet) {
                    facet.move_by_one(source);
                }
            }
            1 => self.caller.move_by_one(source),
            _ => {
                let at = source.below(self.context.len());
                let step = source.below(6);
                match (self.context.get_mut(at), step) {
                    (Some(entry), 0) => entry.key = drifted_key(source, &entry.key),
                    (Some(_), 1) => {
                        self.context.remove(at);
                    }
                    (Some(entry), 2) => {
                        entry.data.push(Datum::Text(source.pick(&UNREADABLE).to_owned()));
                    }
                    (Some(entry), 3) => {
                        entry.data = vec![Datum::Text(source.pick(&UNREADABLE).to_owned())];
                    }
                    (Some(entry), _) => {
                        entry.data =
                            entry.data.iter().map(|datum| datum.neighbour(source)).collect();
                    }
                    (None, _) => self.context.push(Entry::any(source)),
                }
            }
        }
    }

    /// Writes the request down.
    pub(super) fn to_json(&self, source: &mut ByteSource<'_>) -> Value {
        let mut context = Map::new();
        for Entry { key, data } in &self.context {
            let mut spelt = |datum: &Datum| match datum {
                Datum::Text(text) => text.clone(),
                _ if source.chance(22) => source.pick(&UNREADABLE).to_owned(),
                _ => datum.spelt(source),
            };
            let mut values: Vec<String> = data.iter().map(&mut spelt).collect();
            let value = match values.pop() {
                Some(only) if values.is_empty() && !source.chance(15) => only.into(),
                last => values.into_iter().chain(last).collect(),
            };
            context.insert(key.clone(), value);
        }
        let context = Value::Object(context);
        let mut request = match (&self.op, self.facets.as_slice()) {
            (Some(op), _) => json!({"op": op, "context": context}),
            (None, [only]) => only.to_json(&context),
            (None, several) => {
                let checks: Value = several.iter().map(|facet| facet.to_json(&context)).collect();
                json!({"checks": checks})
            }
        };
        let caller = &self.caller;
        let is_default = (caller.kind, caller.account, caller.name.as_str(), caller.uid)
            == ("user", HOME, "alice", None);
        if let Some(members) = request.as_object_mut()
            && !is_default
        {
            members.insert("principal".to_owned(), caller.to_json());
        }
        request
    }
}
