//! The words of `ramguard world`.

use std::ffi::OsString;

use clap::{Args, Subcommand, ValueEnum};

use super::Output;

/// Work on an account kept as one JSON file: check it, show it, call operations in it
#[derive(Debug, Args)]
#[command(after_help = "\
An account with nothing in it is {\"account\": \"1000000000000001\"}; `call` with `--write` fills it.")]
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
    Metadata(WorldMetadataArgs),
    Import(WorldImportArgs),
}

/// Tell every problem of a world file: dangling names, invalid policies, broken quotas
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ramguard world check testdata/world/example.json

Exit codes: 0 nothing at or above --fail-on, 1 problems, 2 usage or input error.")]
pub(crate) struct WorldCheckArgs {
    /// The world file; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: OsString,

    /// What ends in exit code 1: this level and all above it, or nothing
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = FailOn::Error)]
    pub(crate) fail_on: FailOn,

    /// A report for people or one JSON object
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Output::Human)]
    pub(crate) output: Output,
}

/// Which problems of a world fail a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// A problem that keeps the world from being used
    Error,
    /// Any problem
    Warning,
    /// None
    Never,
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

/// The key behind security tokens.
#[derive(Debug, Args)]
pub(crate) struct TokenKeyArgs {
    /// A file with 64 hexadecimal digits, the key that seals security tokens; a fresh key, which is
    /// forgotten, if left out
    #[arg(long, value_name = "FILE")]
    pub(crate) token_key_file: Option<OsString>,
}

/// Who asks, by credentials.
#[derive(Debug, Args)]
pub(crate) struct CredentialsArgs {
    /// Ask with these credentials, as AssumeRole or an instance was given them: a JSON object with
    /// `AccessKeyId` and `SecurityToken`
    #[arg(long, value_name = "FILE", requires = "world", requires = "token_key_file")]
    #[arg(conflicts_with = "principal")]
    pub(crate) credentials: Option<OsString>,

    /// The file with the key that sealed their token
    #[arg(long, value_name = "FILE", requires = "credentials")]
    pub(crate) token_key_file: Option<OsString>,
}

/// Call an operation of RAM, STS or ECS in a world and print what the service would answer
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramguard world call testdata/world/example.json --as user/alice DetachInstanceRamRole \\
      --param RegionId=cn-hangzhou --param 'InstanceIds=[\"i-web\"]' --param RamRoleName=AppRole
  ramguard world call account.json --as root CreateRole --param RoleName=app \\
      --param-file AssumeRolePolicyDocument=trust.json --write

Exit codes: 0 answered, 1 refused by the service, 2 usage or input error.")]
pub(crate) struct WorldCallArgs {
    /// The world file; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: OsString,

    /// The operation, for example `AttachInstanceRamRole`
    #[arg(value_name = "OPERATION")]
    pub(crate) operation: String,

    /// Who calls: `root`, `user/<name>`, `role/<name>[/<session>]` or their ARN
    #[arg(long = "as", value_name = "WHO", required_unless_present = "credentials")]
    #[arg(conflicts_with = "credentials")]
    pub(crate) caller: Option<String>,

    /// Call with these credentials, as AssumeRole or an instance was given them: a JSON object with
    /// `AccessKeyId` and `SecurityToken`
    #[arg(long, value_name = "FILE", requires = "token_key_file")]
    pub(crate) credentials: Option<OsString>,

    /// A parameter of the operation (repeatable)
    #[arg(long = "param", value_name = "KEY=VALUE")]
    pub(crate) parameters: Vec<String>,

    /// A parameter whose text stands in a file, for example a policy document (repeatable)
    #[arg(long = "param-file", value_name = "KEY=FILE")]
    pub(crate) parameter_files: Vec<String>,

    #[command(flatten)]
    pub(crate) circumstances: CallerArgs,

    #[command(flatten)]
    pub(crate) token: TokenKeyArgs,

    /// Save the changed world to FILE, unless somebody has changed FILE meanwhile
    #[arg(long)]
    pub(crate) write: bool,
}

/// Read the metadata of an instance as a program on it would, its credentials among them
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramguard world metadata testdata/world/example.json i-web ram/security-credentials/
  head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \\n' > token.key
  ramguard world metadata account.json i-web ram/security-credentials/AppRole \\
      --token-key-file token.key --write > credentials.json
  ramguard simulate --world account.json --credentials credentials.json \\
      --token-key-file token.key --action oss:GetObject --resource 'acs:oss:*:*:logs/today'

Exit codes: 0 answered, 1 refused by the service, 2 usage or input error.")]
pub(crate) struct WorldMetadataArgs {
    /// The world file; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: OsString,

    /// The instance
    #[arg(value_name = "INSTANCE")]
    pub(crate) instance: String,

    /// What to read: a path, or an item below `/latest/meta-data/`
    #[arg(value_name = "PATH", default_value = "/latest/meta-data/")]
    pub(crate) path: String,

    /// Ask for a token that lasts this many seconds instead
    #[arg(long, value_name = "SECONDS")]
    pub(crate) put_token: Option<u32>,

    /// Send this token along, as an instance in hardened mode asks for
    #[arg(long, value_name = "TOKEN")]
    pub(crate) metadata_token: Option<String>,

    /// The time in UTC, for example 2024-11-08T03:44:50Z; the clock of the system if left out
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,

    #[command(flatten)]
    pub(crate) token: TokenKeyArgs,

    /// Save to FILE which credential was published, so that the next question is answered with the
    /// same one until it is renewed
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
DescribeInstanceRamRole.<any>, each with `.json`; pages of a list with `@1`, `@2` before it.

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
