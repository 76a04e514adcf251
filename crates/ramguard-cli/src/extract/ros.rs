//! Policies in templates of Resource Orchestration Service (ROS), in YAML or JSON, and policies
//! written as YAML.
//!
//! A document counts where a resource of RAM, Resource Manager or OSS has it in its properties.
//! Functions of the template (`Fn::Sub`, `Ref` and the others) stay as words in its text and are
//! marked as open; a document that is nothing but a function is noted and left out.

use ramguard_policy::Kind;
use ramguard_policy::json::{Kind as JsonKind, Value};
use ramguard_policy::text::Span;

use super::node::{MAX_NODES, Node, Text, Written};
use super::{Collector, ExtractError, json};

/// Returns whether an object of JSON is a template.
pub(super) fn is_template_json(root: Value<'_>) -> bool {
    root.get("ROSTemplateFormatVersion").is_some()
        || root.get("Resources").is_some_and(|resources| {
            resources.members().any(|member| {
                let resource_type = member.value.get("Type").and_then(Value::as_str);
                resource_type.is_some_and(|name| name.starts_with("ALIYUN::"))
            })
        })
}

/// Collects the policies of a template in JSON.
pub(super) fn collect_json(found: &mut Collector<'_>, root: Value<'_>) -> Result<(), ExtractError> {
    let mut left = MAX_NODES;
    let Some(node) = node_of(found.file, root, &mut left) else {
        let message = format!("the file holds more than {MAX_NODES} values");
        return Err(ExtractError::new(None, message));
    };
    collect_node(found, &node)
}

/// Takes JSON for nodes; `None` if there are more than are left. Nested no deeper than the reader
/// allows.
fn node_of(file: &str, value: Value<'_>, left: &mut usize) -> Option<Node> {
    *left = left.checked_sub(1)?;
    let host = value.span();
    Some(match value.kind() {
        JsonKind::String => Node::Text(text_of(file, value)),
        JsonKind::Array => {
            let items = value.elements().map(|element| node_of(file, element, left));
            Node::List(items.collect::<Option<_>>()?, host)
        }
        JsonKind::Object => {
            let members = value.members().map(|member| {
                let key = Node::Text(text_of(file, member.key_value()));
                Some((key, node_of(file, member.value, left)?))
            });
            Node::Map(members.collect::<Option<_>>()?, host)
        }
        JsonKind::Invalid => Node::Literal("null".into(), host),
        JsonKind::Null | JsonKind::Bool(_) | JsonKind::Number => {
            Node::Literal(value.raw().to_owned(), host)
        }
    })
}

fn text_of(file: &str, value: Value<'_>) -> Text {
    let host = value.span();
    let runs = json::decode(file, value).map_or_else(Vec::new, |(said, map)| map.runs(&said));
    Text { runs, host, is_open: false }
}

/// Collects the policies of one document of YAML, or of a template in JSON.
pub(super) fn collect_node(found: &mut Collector<'_>, root: &Node) -> Result<(), ExtractError> {
    let file = found.file;
    if matches!(root.get(file, "Statement"), Some(Node::List(..) | Node::Map(..))) {
        let written = filled(file, root).write(file);
        return found.add("document".into(), None, written);
    }
    let Some(resources) = root.get(file, "Resources") else { return Ok(()) };
    for (id, resource) in resources.members() {
        let Some(resource_type) = resource.get(file, "Type").and_then(|name| name.as_words(file))
        else {
            continue;
        };
        let families = ["ALIYUN::RAM::", "ALIYUN::ResourceManager::", "ALIYUN::OSS::"];
        if !families.iter().any(|family| resource_type.starts_with(family)) {
            continue;
        }
        let id = id.as_words(file).unwrap_or_default();
        if let Some(properties) = resource.get(file, "Properties") {
            let place = Place { id: &id, resource_type: &resource_type, policy_name: None };
            property(found, properties, &place)?;
        }
    }
    Ok(())
}

#[derive(Clone, Copy)]
struct Place<'a> {
    id: &'a str,
    resource_type: &'a str,
    policy_name: Option<&'a str>,
}

/// Looks for documents in the properties of a resource, whose nesting is bounded.
fn property(found: &mut Collector<'_>, node: &Node, place: &Place<'_>) -> Result<(), ExtractError> {
    let file = found.file;
    match node {
        Node::List(items, _) => {
            for item in items {
                property(found, item, place)?;
            }
        }
        Node::Map(members, _) => {
            let name = node.get(file, "PolicyName").and_then(|name| name.as_words(file));
            let place = Place { policy_name: name.as_deref().or(place.policy_name), ..*place };
            for (key, value) in members {
                let key = key.as_words(file).unwrap_or_default();
                match kind_of(&key, place.resource_type) {
                    Some(kind) => document(found, value, &place, kind)?,
                    None => property(found, value, &place)?,
                }
            }
        }
        Node::Text(_) | Node::Literal(..) | Node::Hole(..) => {}
    }
    Ok(())
}

/// Returns what a property of a resource holds if it holds a policy.
fn kind_of(key: &str, resource_type: &str) -> Option<Kind> {
    match key {
        "AssumeRolePolicyDocument" => Some(Kind::Trust),
        "PolicyDocument" | "PolicyDocumentUnchecked" => {
            Some(if resource_type.ends_with("::ControlPolicy") {
                Kind::Control
            } else {
                Kind::Identity
            })
        }
        "Policy" if resource_type.starts_with("ALIYUN::OSS::Bucket") => Some(Kind::Bucket),
        _ => None,
    }
}

fn document(
    found: &mut Collector<'_>,
    value: &Node,
    place: &Place<'_>,
    kind: Kind,
) -> Result<(), ExtractError> {
    let file = found.file;
    let name = match place.policy_name {
        Some(policy) if kind == Kind::Identity && place.resource_type.ends_with("::Role") => {
            format!("{}.{policy}", place.id)
        }
        _ => place.id.to_owned(),
    };
    let written: Option<Written> = match filled(file, value) {
        node @ Node::Map(..) => Some(node.write(file)),
        Node::Text(text) => {
            let words = text.words(file);
            words
                .trim_start()
                .starts_with('{')
                .then(|| Text { is_open: false, ..text }.into_document(file))
        }
        _ => None,
    };
    match written {
        Some(written) => found.add(name, Some(kind), written),
        None => {
            found.note(value.host(), format!("the document of `{name}` is an expression"));
            Ok(())
        }
    }
}

/// Returns a value with holes where functions of the template stand. Its nesting is bounded.
fn filled(file: &str, node: &Node) -> Node {
    match node {
        Node::List(items, host) => {
            Node::List(items.iter().map(|item| filled(file, item)).collect(), *host)
        }
        Node::Map(members, host) => match members.as_slice() {
            [(key, value)] => match key.as_words(file) {
                Some(name) if name == "Ref" || name.starts_with("Fn::") => {
                    function(file, &name, value, *host)
                }
                _ => Node::Map(vec![(key.clone(), filled(file, value))], *host),
            },
            _ => {
                let fill = |(key, value): &(Node, Node)| (key.clone(), filled(file, value));
                Node::Map(members.iter().map(fill).collect(), *host)
            }
        },
        Node::Text(_) | Node::Literal(..) | Node::Hole(..) => node.clone(),
    }
}

fn function(file: &str, name: &str, value: &Node, host: Span) -> Node {
    let argument = match value {
        Node::List(items, _) => items.first(),
        value => Some(value),
    };
    match (name, argument) {
        ("Fn::Sub", Some(Node::Text(text))) => Node::Text(text.clone().with_placeholders(file)),
        ("Ref", Some(Node::Text(text))) => Node::Hole(format!("${{{}}}", text.words(file)), host),
        _ => Node::Hole(format!("${{{name}}}"), host),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Extraction, documents};
    use super::*;

    const TEMPLATE: &str = "\
ROSTemplateFormatVersion: '2015-09-01'
Resources:
  Role:
    Type: ALIYUN::RAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '1'
        Statement:
          - Action: sts:AssumeRole
            Effect: Allow
            Principal:
              RAM:
                - !Sub acs:ram::${Account}:root
      Policies:
        - PolicyName: inline
          PolicyDocument:
            Version: '1'
            Statement: []
  Other:
    Type: ALIYUN::RAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Fn::GetAtt: [X, Y]
  Text:
    Type: ALIYUN::RAM::ManagedPolicy
    Properties:
      PolicyDocument: |
        {\"Version\": \"1\"}
";

    fn found(file: &str) -> Extraction {
        documents("x.yml", file).unwrap()
    }

    #[test]
    fn every_document_of_a_template_is_found_and_called_by_its_resource() {
        let found = found(TEMPLATE);
        let told: Vec<(&str, Option<Kind>)> =
            found.documents.iter().map(|one| (one.name.as_str(), one.kind)).collect();
        assert_eq!(
            told,
            [
                ("Role", Some(Kind::Trust)),
                ("Role.inline", Some(Kind::Identity)),
                ("Text", Some(Kind::Identity))
            ]
        );
        assert_eq!(found.notes[0].message, "the document of `Other` is an expression");
    }

    #[test]
    fn a_function_in_a_document_is_open_and_the_rest_is_not() {
        let found = found(TEMPLATE);
        let role = &found.documents[0];
        assert_eq!(
            role.text,
            r#"{"Version":"1","Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"RAM":["acs:ram::${Account}:root"]}}]}"#
        );
        assert_eq!(role.open.len(), 1);
        assert_eq!(&role.text[role.open[0].range()], r#""acs:ram::${Account}:root""#);
    }

    #[test]
    fn a_template_in_json_is_read_like_one_in_yaml() {
        let file = r#"{"ROSTemplateFormatVersion": "2015-09-01", "Resources": {"P": {
            "Type": "ALIYUN::RAM::ManagedPolicy", "Properties": {"PolicyName": "p",
            "PolicyDocument": {"Version": "1", "Statement": [{"Resource": {"Ref": "R"},
            "Action": "a\u003ab"}]}}}}}"#;
        let found = documents("x.json", file).unwrap();
        assert_eq!(
            found.documents[0].text,
            r#"{"Version":"1","Statement":[{"Resource":"${R}","Action":"a:b"}]}"#
        );
    }

    #[test]
    fn other_yaml_holds_no_policy() {
        for file in ["Statement: x\n", "{{ not: yaml"] {
            assert!(found(file).documents.is_empty(), "{file}");
        }
    }
}
