//! The few words all cases are made of, so few that they keep meeting each other.

/// The account most things belong to, and the one most callers come from.
pub(super) const HOME: &str = "1000000000000001";
/// Somebody else's account.
pub(super) const ABROAD: &str = "1000000000000002";

/// Regions of requests. RAM has none, buckets write `*`.
pub(super) const REGIONS: [&str; 4] = ["cn-hangzhou", "cn-beijing", "*", ""];

/// Operations and resources that belong together: action, service and relative id.
pub(super) const OPERATIONS: [(&str, &str, &str); 16] = [
    ("ecs:StopInstance", "ecs", "instance/i-a"),
    ("ecs:DescribeInstances", "ecs", "instance/*"),
    ("ecs:DeleteDisk", "ecs", "disk/d-1"),
    ("oss:GetObject", "oss", "b/dir/k"),
    ("oss:PutObject", "oss", "b/k:1"),
    ("oss:ListObjects", "oss", "b"),
    ("ram:PassRole", "ram", "role/App"),
    ("ram:GetUser", "ram", "user/alice"),
    ("ram:AttachPolicyToUser", "ram", "policy/Ops"),
    ("sts:AssumeRole", "ram", "role/app"),
    ("kms:Decrypt", "kms", "key"),
    ("fc:InvokeFunction", "fc", "layerarn/acs:fc:cn-hangzhou:1000000000000002:layers/l"),
    ("vpc:DescribeVSwitches", "vpc", "vswitch/vsw-1"),
    ("log:GetLogs", "log", "project/部门/logstore/a"),
    ("bss:DescribeOrderList", "bss", "order"),
    ("ecs:StopInstances", "ECS", "instance/I-A"),
];

/// Names of users.
pub(super) const USERS: [&str; 3] = ["alice", "Bob", "a.b_c"];
/// Names of roles.
pub(super) const ROLES: [&str; 5] = ["app", "App", "app-web", "ops", "aliyunserviceroleforess"];
/// Numeric ids of users, as bucket policies use them.
pub(super) const UIDS: [&str; 2] = ["2000000000000001", "2000000000000002"];
/// Services that act for themselves.
pub(super) const SERVICES: [&str; 3] =
    ["ecs.aliyuncs.com", "fc.aliyuncs.com", "1000000000000001@ecs.aliyuncs.com"];
/// Policies for the credentials of an instance, the last of them unusable.
pub(super) const SESSION_POLICIES: [&str; 3] = [
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:*","Resource":"*"}]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#,
    r#"{"Version":"1","Statement":[]}"#,
];
/// What stands behind the account in the name of an identity provider.
pub(super) const PROVIDERS: [&str; 2] = ["saml-provider/corp", "oidc-provider/ack"];

/// Keys whose values are texts.
pub(super) const TEXT_KEYS: [&str; 9] = [
    "oss:Prefix",
    "acs:SourceVpc",
    "acs:PrincipalARN",
    "acs:Service",
    "ram:ServiceNames",
    "acs:RequestTag/team",
    "acs:RequestTag/Team",
    "ecs:tag/部门",
    "kms:tag/acs:alikafka:x/y",
];
/// Keys whose values are numbers.
pub(super) const NUMBER_KEYS: [&str; 2] = ["oss:object-remaining-retention-days", "ecs:Amount"];
/// Keys whose values are instants.
pub(super) const MOMENT_KEYS: [&str; 2] = ["acs:CurrentTime", "ecs:Since"];
/// Keys whose values are true or false.
pub(super) const FLAG_KEYS: [&str; 2] = ["acs:SecureTransport", "acs:MFAPresent"];
/// Keys whose values are addresses.
pub(super) const ADDRESS_KEYS: [&str; 2] = ["acs:SourceIp", "acs:VpcSourceIp"];

/// Values of text keys.
pub(super) const TEXTS: [&str; 15] = [
    "dir/k",
    "dir/*",
    "",
    "Dir/K",
    "vpc-1",
    "vpc-*",
    "d?r/*",
    "ecs.aliyuncs.com",
    "acs:ram::1000000000000001:role/app",
    "部门",
    "*",
    "STRASSE",
    "straße",
    "İstanbul",
    "ΟΔΟΣ",
];
/// Values no operator but those of texts can read.
pub(super) const UNREADABLE: [&str; 12] = [
    "many",
    "",
    "1e3",
    "0x10",
    " 1",
    "2024-01-01",
    "2024-02-30T00:00:00Z",
    "10.0.0.0/8",
    "010.0.0.1",
    "yes",
    "fe80::1%eth0",
    "1.",
];
