//! What `terraform show -json` prints of a plan or a state, and state files themselves.

use ramguard_policy::json::{Kind as JsonKind, Value};

use super::json::decode;
use super::node::Written;
use super::{Collector, ExtractError, resource};

/// Returns whether an object is a plan or a state.
pub(super) fn is_plan(root: Value<'_>) -> bool {
    let has = |key| root.get(key).is_some();
    has("planned_values")
        || has("resource_changes")
        || (has("terraform_version") && has("values"))
        || (has("terraform_version") && has("resources"))
}

/// Collects the documents of what is planned, or else of what is.
pub(super) fn collect(found: &mut Collector<'_>, root: Value<'_>) -> Result<(), ExtractError> {
    let values = root.get("planned_values").or_else(|| root.get("values"));
    if let Some(module) = values.and_then(|values| values.get("root_module")) {
        return module_resources(found, module);
    }
    let lists = ["resource_changes", "resources"].map(|key| root.get(key));
    for item in lists.into_iter().flatten().flat_map(Value::elements) {
        if let Some(after) = item.get("change").and_then(|change| change.get("after")) {
            resource_documents(found, item, after)?;
        }
        for instance in item.get("instances").into_iter().flat_map(Value::elements) {
            if let Some(attributes) = instance.get("attributes") {
                resource_documents(found, item, attributes)?;
            }
        }
    }
    Ok(())
}

/// Goes down into modules, which are nested no deeper than the reader allows.
fn module_resources(found: &mut Collector<'_>, module: Value<'_>) -> Result<(), ExtractError> {
    for item in module.get("resources").into_iter().flat_map(Value::elements) {
        if let Some(values) = item.get("values") {
            resource_documents(found, item, values)?;
        }
    }
    for child in module.get("child_modules").into_iter().flat_map(Value::elements) {
        module_resources(found, child)?;
    }
    Ok(())
}

fn resource_documents(
    found: &mut Collector<'_>,
    item: Value<'_>,
    values: Value<'_>,
) -> Result<(), ExtractError> {
    let word = |key| item.get(key).and_then(Value::as_str);
    let resource_type = word("type").unwrap_or_default();
    let attributes = resource::attributes(resource_type);
    if attributes.is_empty() || values.kind() != JsonKind::Object || word("mode") == Some("data") {
        return Ok(());
    }
    let address = match word("address") {
        Some(address) => address.to_owned(),
        None => {
            let parts = [word("module"), Some(resource_type), word("name")];
            parts.into_iter().flatten().collect::<Vec<_>>().join(".")
        }
    };
    let mut is_known = false;
    for attribute in attributes {
        let document = values.get(attribute.name).and_then(|value| decode(found.file, value));
        // The old and the new name of an attribute hold the same document.
        if let Some((text, map)) = document.filter(|(text, _)| !is_known && !text.is_empty()) {
            is_known = true;
            let written = Written { text, map, open: Vec::new() };
            found.add(address.clone(), Some(attribute.kind), written)?;
        }
    }
    if !is_known && resource_type != "alicloud_oss_bucket" {
        let message = format!("the document of `{address}` is not known before it is applied");
        found.note(item.span(), message);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::documents;

    #[test]
    fn modules_are_searched_and_both_names_of_an_attribute_count_once() {
        let file = r#"{"format_version": "1.2", "planned_values": {"root_module": {
            "resources": [{"address": "alicloud_ram_policy.a", "type": "alicloud_ram_policy",
                "values": {"document": "{}", "policy_document": "{}"}}],
            "child_modules": [{"resources": [{"address": "module.m.alicloud_ram_role.b",
                "type": "alicloud_ram_role", "values": {"document": "{}"}}]}]}}}"#;
        let found = documents("plan.json", file).unwrap();
        let names: Vec<&str> = found.documents.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["alicloud_ram_policy.a", "module.m.alicloud_ram_role.b"]);
        assert!(found.notes.is_empty());
    }

    #[test]
    fn a_document_that_is_known_after_apply_is_noted() {
        let file = r#"{"resource_changes": [{"address": "alicloud_ram_policy.a",
            "type": "alicloud_ram_policy", "change": {"after": {"name": "x"}}}]}"#;
        let found = documents("plan.json", file).unwrap();
        assert!(found.documents.is_empty());
        assert!(found.notes[0].message.contains("`alicloud_ram_policy.a`"));
    }
}
