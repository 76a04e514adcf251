//! The policies of a simulation, layer by layer, and the files they come from.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::sync::Arc;

use ramguard::case::SemanticsForm;
use ramguard::policy::{Document, ReadOptions};
use ramguard::{Authorizer, Kind, Layer, Layers, Mode, Policy, PolicySet, StatementRef};

use crate::args::SimulateArgs;
use crate::command::Failure;
use crate::inputs::Inputs;
use crate::render::decision::Files;
use crate::render::escape::escape;
use crate::render::terminal::Terminal;

use super::refuse_policy;

/// Nodes of a resource directory are numbered below this; five folders is what RAM allows.
const MAX_NODES: u32 = 16;

/// Policies ready to decide with.
pub(super) struct Loaded {
    /// What decides.
    pub(super) authorizer: Authorizer,
    /// The files of each layer, in the order of its policies.
    pub(super) files: BTreeMap<Layer, Vec<String>>,
}

impl Loaded {
    /// Reads every policy that `args` names; `None` if one is refused, which standard error has
    /// been told with every problem of every policy.
    pub(super) fn read(
        args: &SimulateArgs,
        mode: Mode,
        inputs: &mut Inputs,
        terminal: &mut Terminal,
    ) -> Result<Option<Self>, Failure> {
        let options = options(&args.options)?;
        let read_options = ReadOptions {
            legacy_not_resource: options.legacy_not_resource.unwrap_or(false),
            ..ReadOptions::default()
        };
        let resource_kind = match mode {
            Mode::Standard => Kind::Bucket,
            Mode::AssumeRole | Mode::RoleSso => Kind::Trust,
        };
        let mut wanted: Vec<(Layer, Kind, &OsStr)> = Vec::new();
        let account = args.policies.iter().chain(&args.group_policies);
        wanted.extend(account.map(|file| (Layer::Account, Kind::Identity, file.as_os_str())));
        for argument in &args.control_policies {
            let (node, file) = node_and_file(argument)?;
            wanted.push((Layer::Control { node }, Kind::Control, file));
        }
        wanted.extend(
            args.session_policy
                .iter()
                .map(|file| (Layer::Session, Kind::Session, file.as_os_str())),
        );
        wanted.extend(
            args.resource_group_policies
                .iter()
                .map(|file| (Layer::ResourceGroup, Kind::Identity, file.as_os_str())),
        );
        wanted.extend(
            args.resource_policy
                .iter()
                .map(|file| (Layer::Resource, resource_kind, file.as_os_str())),
        );
        without_gaps(&wanted)?;

        let mut policies: BTreeMap<Layer, Vec<Policy>> = BTreeMap::new();
        let mut files: BTreeMap<Layer, Vec<String>> = BTreeMap::new();
        let mut is_refused = false;
        for (layer, kind, file) in wanted {
            let source = inputs.document(file)?;
            match Document::read_bytes(kind, &source.bytes, &read_options).into_policy() {
                Ok(policy) => {
                    policies.entry(layer).or_default().push(policy);
                    files.entry(layer).or_default().push(source.name);
                }
                Err(error) => {
                    refuse_policy(&source.name, &source.text(), &error, terminal);
                    is_refused = true;
                }
            }
        }
        if is_refused {
            return Ok(None);
        }
        let authorizer = Authorizer::with_layers(layers_of(policies), options.semantics());
        Ok(Some(Self { authorizer, files }))
    }
}

impl Files for Loaded {
    fn file(&self, at: StatementRef) -> Option<&str> {
        self.files.get(&at.layer)?.get(at.policy).map(String::as_str)
    }
}

fn layers_of(policies: BTreeMap<Layer, Vec<Policy>>) -> Layers {
    let mut layers = Layers::default();
    // Nodes come in ascending order and without a gap.
    for (layer, policies) in policies {
        let set = Arc::new(PolicySet::new(policies));
        match layer {
            Layer::Control { .. } => layers.control.get_or_insert_default().push(set),
            Layer::Session => layers.session = Some(set),
            Layer::Account => layers.account = set,
            Layer::ResourceGroup => layers.resource_group = Some(set),
            Layer::Resource => layers.resource = Some(set),
        }
    }
    layers
}

/// Splits `[N:]FILE`. Whoever has a file of that name writes `./0:file`.
fn node_and_file(argument: &OsString) -> Result<(u32, &OsStr), Failure> {
    let Some(text) = argument.to_str() else { return Ok((0, argument)) };
    let Some((digits, file)) = text.split_once(':') else { return Ok((0, argument)) };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok((0, argument));
    }
    match digits.parse() {
        Ok(node) if node < MAX_NODES => Ok((node, OsStr::new(file))),
        _ => Err(Failure::new(format!(
            "`{}` names no node; nodes are 0 (the member) to {}",
            escape(text),
            MAX_NODES - 1
        ))),
    }
}

/// A node between others that has no control policy would deny everything without a word.
fn without_gaps(wanted: &[(Layer, Kind, &OsStr)]) -> Result<(), Failure> {
    let nodes = || {
        wanted.iter().filter_map(|(layer, ..)| match layer {
            Layer::Control { node } => Some(*node),
            _ => None,
        })
    };
    let highest = nodes().max().unwrap_or(0);
    match (0..highest).find(|node| !nodes().any(|other| other == *node)) {
        None => Ok(()),
        Some(node) => Err(Failure::new(format!(
            "node {node} has no control policy but node {highest} has; RAM attaches \
             FullAliyunAccess to every node unless it is replaced"
        ))),
    }
}

/// Reads `--option NAME=BOOL`, and `--semantics NAME=BOOL` of `ramguard lint`.
pub(in crate::command) fn options(arguments: &[String]) -> Result<SemanticsForm, Failure> {
    let mut form = SemanticsForm::default();
    for argument in arguments {
        let refused = || {
            Failure::new(format!(
                "`{}` is not an option; write `legacy_not_resource`, `detach_requires_passrole`, \
                 `attach_checks_role_resource` or `root_bypass` with `=true` or `=false`",
                escape(argument)
            ))
        };
        let (name, value) = argument.split_once('=').ok_or_else(refused)?;
        let value = match value {
            "true" => true,
            "false" => false,
            _ => return Err(refused()),
        };
        let slot = match name {
            "legacy_not_resource" => &mut form.legacy_not_resource,
            "detach_requires_passrole" => &mut form.detach_requires_passrole,
            "attach_checks_role_resource" => &mut form.attach_checks_role_resource,
            "root_bypass" => &mut form.root_bypass,
            _ => return Err(refused()),
        };
        if slot.replace(value).is_some() {
            return Err(Failure::new(format!("option `{}` is given twice", escape(name))));
        }
    }
    Ok(form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_policy_is_attached_to_the_member_unless_a_node_is_named() {
        let split = |text: &str| {
            let argument = OsString::from(text);
            node_and_file(&argument).map(|(node, file)| (node, file.to_owned())).unwrap()
        };
        assert_eq!(split("a.json"), (0, "a.json".into()));
        assert_eq!(split("2:a.json"), (2, "a.json".into()));
        assert_eq!(split("./2:a.json"), (0, "./2:a.json".into()));
        assert_eq!(split("C:a.json"), (0, "C:a.json".into()));
        assert!(node_and_file(&"99999999999:a".into()).is_err());
    }

    #[test]
    fn an_option_that_is_not_known_is_refused() {
        for text in ["root_bypass", "root_bypass=1", "x=true"] {
            assert!(options(&[text.into()]).is_err(), "{text}");
        }
        assert_eq!(options(&["root_bypass=false".into()]).unwrap().root_bypass, Some(false));
    }

    #[test]
    fn an_option_given_twice_is_refused() {
        assert!(options(&["root_bypass=false".into(), "root_bypass=true".into()]).is_err());
    }
}
