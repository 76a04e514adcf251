//! Policies about a situation, and the cases they make with it.

use serde_json::{Map, Value, json};

use super::situation::{Facet, Situation};
use super::vocabulary::{ABROAD, HOME, OPERATIONS, REGIONS};
use super::wording::{generalised, in_drifting_case, moved};
use super::{ByteSource, condition};

/// Where a document goes, and with it what its statements consist of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Attached to the caller, as a control policy or to a session.
    Identity,
    /// The trust policy of the role.
    Trust,
    /// The bucket policy of the resource.
    Bucket,
}

/// Makes a whole case.
pub(super) fn case(source: &mut ByteSource<'_>) -> Value {
    let mut situation = Situation::any(source);
    let legacy = source.chance(12);
    let mut case = json!({"mode": situation.mode});
    let mut options = Map::new();
    if legacy {
        options.insert("legacy_not_resource".to_owned(), true.into());
    }
    for (percent, option) in
        [(6, "root_bypass"), (6, "detach_requires_passrole"), (6, "attach_checks_role_resource")]
    {
        if source.chance(percent) {
            options.insert(option.to_owned(), false.into());
        }
    }
    let mut put = |member: &str, value: Value| {
        if let Some(members) = case.as_object_mut() {
            members.insert(member.to_owned(), value);
        }
    };
    if !options.is_empty() {
        put("options", Value::Object(options));
    }
    let writer = Writer { situation: &situation, legacy };
    if situation.mode == "standard" && source.chance(15) {
        put("policy", writer.document(source, Place::Identity, 3));
    } else {
        put("policies", writer.policies(source));
    }
    if source.chance(55) {
        situation.move_by_one(source);
    }
    put("request", situation.to_json(source));
    if source.chance(9) {
        spoil(source, &mut case);
    }
    case
}

/// Writes policies about one situation.
pub(super) struct Writer<'a> {
    pub(super) situation: &'a Situation,
    /// Whether `NotResource` may be used.
    pub(super) legacy: bool,
}

impl Writer<'_> {
    fn policies(&self, source: &mut ByteSource<'_>) -> Value {
        let mut policies = Map::new();
        let mut put = |layer: &str, value: Value| policies.insert(layer.to_owned(), value);
        // Whom control policies do not bind is told by such policies alone.
        let bound = if self.situation.caller.service_linked { 80 } else { 25 };
        if source.chance(bound) {
            let nodes = 1 + source.below(3);
            let control: Value = (0..nodes).map(|_| self.control_node(source)).collect();
            put("control", control);
        }
        if self.situation.caller.kind == "role" && source.chance(50) || source.chance(3) {
            let session = if source.chance(50) {
                allow_everything()
            } else {
                self.document(source, Place::Identity, 2)
            };
            put("session", session);
        }
        let documents = source.weighted(&[(1, 0), (5, 1), (3, 2)]);
        let mut account: Vec<Value> =
            (0..documents).map(|_| self.document(source, Place::Identity, 3)).collect();
        // A call or an assumed role needs several grants at once; chance alone rarely gives them.
        let several = self.situation.facets.len() > 1 || self.situation.mode != "standard";
        if source.chance(if several { 90 } else { 15 }) {
            account.push(self.broad_document(source));
        }
        put("account", account.into());
        if source.chance(36) {
            let documents = source.weighted(&[(1, 0), (3, 1), (2, 2)]);
            let group: Value =
                (0..documents).map(|_| self.document(source, Place::Identity, 2)).collect();
            put("resource_group", group);
        }
        match self.situation.mode {
            "standard" if source.chance(35) => {
                put("resource", self.document(source, Place::Bucket, 3));
            }
            "standard" => {}
            _ if source.chance(95) => {
                put("resource", self.document(source, Place::Trust, 2));
            }
            _ => {}
        }
        Value::Object(policies)
    }

    /// Makes the policies of one node: mostly all is open but for what the others close.
    fn control_node(&self, source: &mut ByteSource<'_>) -> Value {
        let mut node = Vec::new();
        if !source.chance(20) {
            node.push(allow_everything());
        }
        let more = source.weighted(&[(5, 0), (4, 1), (1, 2)]);
        node.extend((0..more).map(|_| self.document(source, Place::Identity, 2)));
        node.into()
    }

    /// Makes a document that grants each facet of the situation in one broad stroke or another.
    fn broad_document(&self, source: &mut ByteSource<'_>) -> Value {
        if source.chance(40) {
            return allow_everything();
        }
        let statements: Value = self
            .situation
            .facets
            .iter()
            .map(|facet| {
                let resource = if source.chance(50) {
                    "*".to_owned()
                } else {
                    resource_pattern(source, facet)
                };
                json!({"Effect": "Allow", "Action": action_pattern(source, &facet.action),
                    "Resource": resource})
            })
            .collect();
        json!({"Version": "1", "Statement": statements})
    }

    /// Makes a document of one to `most` statements.
    pub(super) fn document(&self, source: &mut ByteSource<'_>, place: Place, most: usize) -> Value {
        let amount = 1 + source.below(most);
        let statements: Value = (0..amount).map(|_| self.statement(source, place)).collect();
        json!({"Version": "1", "Statement": statements})
    }

    fn statement(&self, source: &mut ByteSource<'_>, place: Place) -> Value {
        let nothing = Facet { action: String::new(), resource: None };
        let facets = &self.situation.facets;
        let facet = facets.get(source.below(facets.len())).unwrap_or(&nothing);
        let is_deny = source.chance(30);
        // A Deny about the very request settles it; too many of them would hide the rest.
        let about_it = !source.chance(if is_deny { 35 } else { 15 });
        let mut statement = Map::new();
        let mut put = |element: &str, value: Value| statement.insert(element.to_owned(), value);
        put("Effect", if is_deny { "Deny" } else { "Allow" }.into());
        match place {
            Place::Trust => {
                put("Action", scalar_or_list(source, vec!["sts:AssumeRole".to_owned()]));
            }
            Place::Identity if source.chance(15) => {
                put("NotAction", actions(source, facet, !about_it));
            }
            Place::Identity | Place::Bucket => {
                put("Action", actions(source, facet, about_it));
            }
        }
        match place {
            Place::Trust => {}
            _ if self.legacy && source.chance(50) => {
                put("NotResource", resources(source, facet, !about_it));
            }
            _ => {
                put("Resource", resources(source, facet, about_it));
            }
        }
        match place {
            Place::Identity => {}
            Place::Trust => {
                put("Principal", self.trust_principal(source));
            }
            Place::Bucket => {
                put("Principal", self.bucket_principal(source));
            }
        }
        if facet.action == "ram:PassRole" && about_it && source.chance(50) {
            put("Condition", condition::on_service(source));
        } else if source.chance(if is_deny { 65 } else { 50 }) {
            put("Condition", condition::about(source, self.situation));
        } else if source.chance(5) {
            put("Condition", json!({}));
        }
        if source.chance(4) {
            put("Sid", "s".into());
        }
        Value::Object(statement)
    }

    fn trust_principal(&self, source: &mut ByteSource<'_>) -> Value {
        let mut members: Map<String, Value> = Map::new();
        let mut entries = Vec::new();
        if !source.chance(15) {
            entries.push(self.situation.caller.trust_entry(source));
        }
        if entries.is_empty() || source.chance(45) {
            let other = source.pick(&[
                ("RAM", "acs:ram::1000000000000001:root"),
                ("RAM", "acs:ram::1000000000000002:root"),
                ("RAM", "acs:ram::1000000000000003:root"),
                ("RAM", "acs:ram::1000000000000001:user/ALICE"),
                ("RAM", "acs:ram::1000000000000001:role/alice"),
                ("Service", "ecs.aliyuncs.com"),
                ("Service", "fc.aliyuncs.com"),
                ("Service", "Ecs.aliyuncs.com"),
                ("Federated", "acs:ram::1000000000000001:saml-provider/Corp"),
                ("Federated", "acs:ram::1000000000000001:oidc-provider/ack"),
            ]);
            entries.push((other.0, other.1.to_owned()));
        }
        // Who comes first is asked first, and nobody after the one who is named.
        let rotated = source.below(entries.len());
        entries.rotate_left(rotated);
        for kind in ["RAM", "Service", "Federated"] {
            let of_kind: Vec<String> =
                entries.iter().filter(|entry| entry.0 == kind).map(|e| e.1.clone()).collect();
            if !of_kind.is_empty() {
                members.insert(kind.to_owned(), scalar_or_list(source, of_kind));
            }
        }
        Value::Object(members)
    }

    fn bucket_principal(&self, source: &mut ByteSource<'_>) -> Value {
        let mut entries = Vec::new();
        if !source.chance(20) {
            entries.push(if source.chance(30) {
                "*".to_owned()
            } else {
                self.situation.caller.bucket_entry(source)
            });
        }
        if entries.is_empty() || source.chance(25) {
            let other = source.pick(&[
                "2000000000000001",
                "2000000000000002",
                HOME,
                "arn:sts::1000000000000001:assumed-role/app/*",
                "arn:sts::1000000000000001:assumed-role/app/s1",
                "arn:sts::1000000000000002:assumed-role/app/*",
                ABROAD,
            ]);
            entries.push(other.to_owned());
        }
        entries.into()
    }
}

/// Returns the policy that is attached everywhere by default.
fn allow_everything() -> Value {
    json!({"Version": "1", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
}

fn scalar_or_list(source: &mut ByteSource<'_>, mut items: Vec<String>) -> Value {
    match items.pop() {
        Some(only) if items.is_empty() && !source.chance(40) => only.into(),
        Some(last) => {
            items.push(last);
            items.into()
        }
        None => Value::Array(Vec::new()),
    }
}

/// Makes the entries of Action or NotAction; `about_it` tells whether one is to take the facet.
fn actions(source: &mut ByteSource<'_>, facet: &Facet, about_it: bool) -> Value {
    let mut entries = Vec::new();
    if about_it {
        entries.push(action_pattern(source, &facet.action));
    }
    let more = source.weighted(&[(7, 0), (2, 1), (1, 2)]);
    for _ in 0..more.max(usize::from(!about_it)) {
        let (other, _, _) = source.pick(&OPERATIONS);
        let entry = if source.chance(50) {
            // Close to the facet's operation without being it.
            facet.action.split_once(':').map(|(service, name)| {
                let near: String = moved(source, name)
                    .chars()
                    .filter(|symbol| symbol.is_ascii_alphanumeric())
                    .collect();
                format!("{service}:{near}1")
            })
        } else {
            None
        };
        entries.push(entry.unwrap_or_else(|| other.to_owned()));
    }
    let rotated = source.below(entries.len());
    entries.rotate_left(rotated);
    scalar_or_list(source, entries)
}

/// Returns a pattern that takes `action`, in whatever case.
fn action_pattern(source: &mut ByteSource<'_>, action: &str) -> String {
    if source.chance(15) {
        return "*".to_owned();
    }
    let Some((service, name)) = action.split_once(':') else { return "*".to_owned() };
    let service = if source.chance(20) { generalised(source, service) } else { service.to_owned() };
    let pattern = format!("{service}:{}", generalised(source, name));
    if source.chance(20) { in_drifting_case(source, &pattern) } else { pattern }
}

/// Makes the entries of Resource or NotResource; `about_it` tells whether one is to take the
/// facet.
fn resources(source: &mut ByteSource<'_>, facet: &Facet, about_it: bool) -> Value {
    let mut entries = Vec::new();
    if about_it {
        let whole = source.chance(25);
        entries.push(if whole { "*".to_owned() } else { resource_pattern(source, facet) });
    }
    let more = source.weighted(&[(7, 0), (2, 1), (1, 2)]);
    for _ in 0..more.max(usize::from(!about_it)) {
        let (_, service, relative) = source.pick(&OPERATIONS);
        let mut fields = match &facet.resource {
            Some(fields) if source.chance(70) => fields.clone(),
            _ => [service, "*", "*", relative].map(str::to_owned),
        };
        let [service, region, account, relative] = &mut fields;
        match source.below(5) {
            0 => *service = "rds".to_owned(),
            1 => *region = source.pick(&REGIONS).to_owned(),
            2 => *account = source.pick(&[ABROAD, "", "10000000000000010"]).to_owned(),
            3 => *relative = format!("{relative}/*"),
            _ => *relative = format!("{}1", moved(source, relative)),
        }
        entries.push(format!("acs:{}", fields.join(":")));
    }
    let rotated = source.below(entries.len());
    entries.rotate_left(rotated);
    scalar_or_list(source, entries)
}

/// Returns a pattern that takes the facet's resource, apart from the region of a RAM resource and
/// now and then an account left out.
fn resource_pattern(source: &mut ByteSource<'_>, facet: &Facet) -> String {
    let Some([service, region, account, relative]) = &facet.resource else {
        return "*".to_owned();
    };
    let is_ram = service.eq_ignore_ascii_case("ram");
    let service = if source.chance(15) { generalised(source, service) } else { service.clone() };
    let region = match source.below(4) {
        0 => region.clone(),
        1 if is_ram => source.pick(&["", "cn-hangzhou", "**", "?"]).to_owned(),
        2 => generalised(source, region),
        _ => "*".to_owned(),
    };
    let account = match source.below(4) {
        0 | 1 => "*".to_owned(),
        2 if source.chance(10) => String::new(),
        2 => account.clone(),
        _ => generalised(source, account),
    };
    // Case alone differs, which only RAM takes.
    let relative = match source.below(20) {
        0 | 8 => in_drifting_case(source, relative),
        1..=6 if is_ram => {
            let relative = generalised(source, relative);
            in_drifting_case(source, &relative)
        }
        7 if is_ram => in_drifting_case(source, relative),
        _ => generalised(source, relative),
    };
    format!("acs:{service}:{region}:{account}:{relative}")
}

/// Breaks one thing, in a document or in the request.
fn spoil(source: &mut ByteSource<'_>, case: &mut Value) {
    let action = source.pick(&["ecs", "ecs:*", "ecs:a:b", "ecs: Stop", "ecs:St?p"]);
    let resource =
        source.pick(&["acs:ecs:*:i-a", "**", "arn:ecs:::x", "acs:::1:x", "acs:ecs:a/b:1:x"]);
    let choice = source.weighted(&[(5, 0), (2, 1), (2, 2), (4, 3)]);
    if let Some(request) = case.get_mut("request").and_then(Value::as_object_mut)
        && choice < 3
    {
        match choice {
            0 if request.contains_key("action") => {
                request.insert("action".to_owned(), action.into());
            }
            1 if request.contains_key("resource") => {
                request.insert("resource".to_owned(), resource.into());
            }
            _ => {
                let context = request.entry("context").or_insert_with(|| json!({}));
                if let Some(context) = context.as_object_mut() {
                    context.insert("acs:Twice".to_owned(), "a".into());
                    context.insert("acs:twice".to_owned(), json!([]));
                }
            }
        }
        return;
    }
    let broken = source.pick(&[
        r#"{"Version":"2","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
        r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"ecs: *","Resource":"*"}]}"#,
        r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"ecs:*","Resource":"acs:ecs:*"}]}"#,
        r#"{"Version":"1","Statement":[{"Effect":"Deny","NotAction":[],"Resource":"*"}]}"#,
        r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"BoolIfExists":{"acs:MFAPresent":"false"}}}]}"#,
    ]);
    let documents = case.pointer_mut("/policies/account").and_then(Value::as_array_mut);
    if let (Some(documents), Ok(broken)) = (documents, serde_json::from_str(broken)) {
        documents.push(broken);
    }
}
