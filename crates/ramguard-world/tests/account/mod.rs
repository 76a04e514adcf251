//! An account to play through: a world, its services, a clock and a source of entropy.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::panic,
    reason = "it serves tests"
)]

use ramguard::{Context, Semantics};
use ramguard_policy::{Kind, Policy};
use ramguard_world::{
    ApiError, Authority, Caller, ControlPlane, ControlPolicy, Directory, DirectoryNode, Effect,
    IdentityRef, MetadataError, MetadataRequest, Moment, Settings, Timestamp, TokenError,
    TokenKeys, World,
};
use serde_json::Value;

pub(crate) const ACCOUNT: &str = "1000000000000001";
pub(crate) const REGION: &str = "cn-hangzhou";
pub(crate) const TRUST_ECS: &str = r#"{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":["ecs.aliyuncs.com"]}}],"Version":"1"}"#;
pub(crate) const TRUST_ACCOUNT: &str = r#"{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"RAM":["acs:ram::1000000000000001:root"]}}],"Version":"1"}"#;

/// A policy of one Allow.
pub(crate) fn allow(action: &str, resource: &str) -> String {
    format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}]}}"#
    )
}

/// A policy of one Allow under a condition.
pub(crate) fn allow_if(action: &str, resource: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"{resource}","Condition":{condition}}}]}}"#
    )
}

#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) world: World,
    pub(crate) control: ControlPlane,
    pub(crate) now: Timestamp,
    calls: u64,
}

impl Account {
    pub(crate) fn new() -> Self {
        Self::with_settings(Settings::default())
    }

    pub(crate) fn with_settings(settings: Settings) -> Self {
        Self {
            world: World::new(ACCOUNT).unwrap(),
            control: ControlPlane::new(settings, TokenKeys::new([42; 32])),
            now: "2024-11-08T03:44:50Z".parse().unwrap(),
            calls: 0,
        }
    }

    pub(crate) fn moment(&mut self) -> Moment {
        self.calls += 1;
        let mut entropy = [0; 32];
        entropy[..8].copy_from_slice(&self.calls.to_be_bytes());
        Moment::new(self.now, entropy)
    }

    pub(crate) fn pass_seconds(&mut self, seconds: u64) {
        self.now = self.now.after(seconds).unwrap();
    }

    /// Makes a call and commits what it changes.
    pub(crate) fn call(
        &mut self,
        caller: &Caller,
        operation: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Value, ApiError> {
        let moment = self.moment();
        let outcome = self.control.call(
            &self.world,
            caller,
            &moment,
            &Context::default(),
            operation,
            parameters.iter().copied(),
        )?;
        outcome.commit(&mut self.world)?;
        Ok(serde_json::from_str(&outcome.response).expect("a response is JSON"))
    }

    /// Makes a call that succeeds, as root.
    pub(crate) fn root(&mut self, operation: &str, parameters: &[(&str, &str)]) -> Value {
        match self.call(&Caller::Root, operation, parameters) {
            Ok(answer) => answer,
            Err(error) => panic!("{operation}: {error}"),
        }
    }

    /// Makes a user with policies.
    pub(crate) fn user(&mut self, name: &str, policies: &[&str]) -> Caller {
        self.root("CreateUser", &[("UserName", name)]);
        for policy in policies {
            self.attach(&IdentityRef::User(name.into()), policy);
        }
        Caller::user(name)
    }

    /// Makes a policy and attaches it. Returns its name.
    pub(crate) fn attach(&mut self, identity: &IdentityRef, document: &str) -> String {
        let name = format!("made-{}", self.calls);
        self.root("CreatePolicy", &[("PolicyName", &name), ("PolicyDocument", document)]);
        let (operation, parameter) = match identity {
            IdentityRef::User(_) => ("AttachPolicyToUser", "UserName"),
            IdentityRef::Group(_) => ("AttachPolicyToGroup", "GroupName"),
            IdentityRef::Role(_) => ("AttachPolicyToRole", "RoleName"),
        };
        self.root(
            operation,
            &[("PolicyType", "Custom"), ("PolicyName", &name), (parameter, identity.name())],
        );
        name
    }

    /// Makes a role that trusts ECS.
    pub(crate) fn ecs_role(&mut self, name: &str) {
        self.root("CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", TRUST_ECS)]);
    }

    /// Makes an instance in a VPC. Returns its id.
    pub(crate) fn new_instance(&mut self) -> String {
        self.new_instance_with(&[])
    }

    pub(crate) fn new_instance_with(&mut self, more: &[(&str, &str)]) -> String {
        let mut parameters = vec![("RegionId", REGION), ("ImageId", "m-1"), ("VSwitchId", "vsw-1")];
        parameters.extend(more);
        self.created(&parameters)
    }

    /// Makes an instance of the classic network. Returns its id.
    pub(crate) fn new_classic_instance(&mut self) -> String {
        self.created(&[("RegionId", REGION), ("ImageId", "m-1")])
    }

    fn created(&mut self, parameters: &[(&str, &str)]) -> String {
        let answer = self.root("CreateInstance", parameters);
        answer["InstanceId"].as_str().unwrap().to_owned()
    }

    /// Places the account in a directory, nodes from the account upward.
    pub(crate) fn control_policies(&mut self, nodes: &[&[&str]]) {
        let nodes = nodes.iter().map(|documents| DirectoryNode {
            name: "node".into(),
            policies: documents
                .iter()
                .map(|document| ControlPolicy {
                    name: "control".into(),
                    document: Policy::parse_as(Kind::Control, document).unwrap(),
                })
                .collect(),
        });
        let directory =
            Directory { enabled: true, management_account: false, nodes: nodes.collect() };
        self.world.apply(&Effect::DirectorySet(Some(directory))).unwrap();
    }

    /// Asks the metadata service and commits what it publishes.
    pub(crate) fn ask(
        &mut self,
        instance: &str,
        request: &MetadataRequest,
    ) -> Result<String, MetadataError> {
        let moment = self.moment();
        let answer = self.control.metadata(&self.world, instance, request, &moment)?;
        self.world.commit(answer.revision, &answer.effects).unwrap();
        Ok(answer.body)
    }

    pub(crate) fn metadata(&mut self, instance: &str, path: &str) -> Result<String, MetadataError> {
        self.ask(instance, &MetadataRequest::get(path))
    }

    /// Reads the credentials of an instance.
    pub(crate) fn credentials(&mut self, instance: &str, role: &str) -> Value {
        let path = format!("/latest/meta-data/ram/security-credentials/{role}");
        let body = self.metadata(instance, &path).expect("there are credentials");
        serde_json::from_str(&body).unwrap()
    }

    /// Returns the caller behind credentials.
    pub(crate) fn authenticate(&mut self, credentials: &Value) -> Result<Caller, TokenError> {
        let moment = self.moment();
        let text = |key: &str| credentials[key].as_str().unwrap().to_owned();
        self.control.authenticate(
            &self.world,
            &text("AccessKeyId"),
            &text("SecurityToken"),
            &moment,
        )
    }

    /// Reads the credentials of an instance and returns the caller behind them.
    pub(crate) fn instance_session(&mut self, instance: &str, role: &str) -> Caller {
        let credentials = self.credentials(instance, role);
        self.authenticate(&credentials).expect("the credentials are good")
    }

    /// Decides whether a caller may do an action on a resource.
    pub(crate) fn decides(&self, caller: &Caller, action: &str, resource: &str) -> bool {
        let context = Context::default();
        let authority =
            Authority::new(&self.world, caller, self.now, &context, Semantics::default());
        authority.unwrap().decide(action, resource).unwrap().is_allowed()
    }
}
