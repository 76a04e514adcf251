//! The words of `ramguard world`.

use std::ffi::OsString;

use clap::{Args, Subcommand};

use super::Output;

/// Work on an account kept as one JSON file: check it, show it, call operations in it
#[derive(Debug, Args)]
pub(crate) struct WorldArgs {
    #[command(subcommand)]
    pub(crate) verb: WorldVerb,
}

/// What to do with a world.
#[derive(Debug, Subcommand)]
pub(crate) enum WorldVerb {
    Check(WorldCheckArgs),
    Show(WorldShowArgs),
    Call(WorldCallArgs),
    Import(WorldImportArgs),
}

/// Tell every problem of a world file: dangling names, invalid policies, broken quotas
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ramguard world check testdata/world/example.json

Exit codes: 0 no problem, 1 problems or warnings, 2 usage or input error.")]
pub(crate) struct WorldCheckArgs {
    /// The world file; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: OsString,

    /// A report for people or one JSON object
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Output::Human)]
    pub(crate) output: Output,
}

/// Show who holds what, who can pass which role to which service, which instance carries what
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramguard world show testdata/world/example.json
  ramguard world show testdata/world/example.json --as user/alice

Exit codes: 0 shown, 2 usage or input error.")]
pub(crate) struct WorldShowArgs {
    /// The world file; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: OsString,

    /// Show what one caller holds and may do: `root`, `user/<name>`, `role/<name>` or their ARN
    #[arg(long = "as", value_name = "WHO")]
    pub(crate) caller: Option<String>,

    #[command(flatten)]
    pub(crate) circumstances: CallerArgs,

    /// Show at most this many rows of a table, and of `passes` in JSON; the rest is counted
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub(crate) max_rows: usize,

    /// Tables for people or one JSON object
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Output::Human)]
    pub(crate) output: Output,
}

/// When somebody calls, and what else is known of it.
#[derive(Debug, Args)]
pub(crate) struct CallerArgs {
    /// The time in UTC, for example 2024-11-08T03:44:50Z; the clock of the system if left out
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,

    /// A condition key of the call, for example `acs:SourceIp=203.0.113.9`; the same key again
    /// adds a value (repeatable)
    #[arg(long = "context", value_name = "KEY=VALUE")]
    pub(crate) context: Vec<String>,
}

/// Call an operation of RAM, STS or ECS in a world and print what the service would answer
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramguard world call testdata/world/example.json --as user/alice DetachInstanceRamRole \\
      --param RegionId=cn-hangzhou --param 'InstanceIds=[\"i-web\"]' --param RamRoleName=AppRole
  ramguard world call account.json --as root CreateUser --param UserName=carol --write

Exit codes: 0 answered, 1 refused by the service, 2 usage or input error.")]
pub(crate) struct WorldCallArgs {
    /// The world file; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: OsString,

    /// The operation, for example `AttachInstanceRamRole`
    #[arg(value_name = "OPERATION")]
    pub(crate) operation: String,

    /// Who calls: `root`, `user/<name>`, `role/<name>[/<session>]` or their ARN
    #[arg(long = "as", value_name = "WHO")]
    pub(crate) caller: String,

    /// A parameter of the operation (repeatable)
    #[arg(long = "param", value_name = "KEY=VALUE")]
    pub(crate) parameters: Vec<String>,

    #[command(flatten)]
    pub(crate) circumstances: CallerArgs,

    /// A file with 64 hexadecimal digits, the key that seals security tokens; a fresh key, which is
    /// forgotten, if left out
    #[arg(long, value_name = "FILE")]
    pub(crate) token_key_file: Option<OsString>,

    /// Save the changed world to FILE, unless somebody has changed FILE meanwhile
    #[arg(long)]
    pub(crate) write: bool,
}

/// Make a world file of saved answers of RAM and ECS
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  mkdir answers
  aliyun ram ListUsers > answers/ListUsers.json
  aliyun ram GetRole --RoleName app > answers/GetRole.app.json
  ramguard world import answers --write account.json

Files are named after the question: ListUsers, ListGroups, ListRoles, ListPolicies,
GetCallerIdentity; GetUser.<user>, GetGroup.<group>, GetRole.<role>, GetPolicy.<policy>,
ListPolicyVersions.Custom.<policy>, ListPoliciesForUser.<user> (or Group, Role),
ListUsersForGroup.<group>, ListGroupsForUser.<user>, DescribeInstances.<any>,
DescribeInstanceRamRole.<any>, each with `.json`.

Exit codes: 0 imported, 1 imported but the world has errors, 2 usage or input error,
4 no saved answer.")]
pub(crate) struct WorldImportArgs {
    /// The folder of the saved answers
    #[arg(value_name = "DIR")]
    pub(crate) folder: OsString,

    /// Write the world to this file, whatever was there before, instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) write: Option<OsString>,
}
