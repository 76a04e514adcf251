//! Which attributes of which resources hold a policy, for Terraform and its plans.

use ramguard_policy::Kind;

/// An attribute that holds a policy, and what the policy is used as.
pub(super) struct Attribute {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// Returns the attributes of a resource type that hold a policy; none for any other type.
pub(super) fn attributes(resource_type: &str) -> &'static [Attribute] {
    const fn holds(name: &'static str, kind: Kind) -> Attribute {
        Attribute { name, kind }
    }
    const POLICY: &[Attribute] =
        &[holds("policy_document", Kind::Identity), holds("document", Kind::Identity)];
    const ROLE: &[Attribute] =
        &[holds("assume_role_policy_document", Kind::Trust), holds("document", Kind::Trust)];
    const CONTROL: &[Attribute] = &[holds("policy_document", Kind::Control)];
    const BUCKET: &[Attribute] = &[holds("policy", Kind::Bucket)];
    match resource_type {
        "alicloud_ram_policy" | "alicloud_resource_manager_policy" => POLICY,
        "alicloud_resource_manager_policy_version" => POLICY,
        "alicloud_ram_role" | "alicloud_resource_manager_role" => ROLE,
        "alicloud_resource_manager_control_policy" => CONTROL,
        "alicloud_oss_bucket" | "alicloud_oss_bucket_policy" => BUCKET,
        _ => &[],
    }
}
