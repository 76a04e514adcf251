//! The words of the command line. What they mean is checked by the verbs.

mod baseline;
mod fmt;
mod lint;
mod output;
mod scope;
mod world;

use std::ffi::OsString;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub(crate) use baseline::{
    BaselineArgs, BaselineLintArgs, BaselineShowArgs, BaselineVerb, SuppressArgs,
};
pub(crate) use fmt::{FmtArgs, RuleArgs};
pub(crate) use lint::{LangName, LintArgs};
pub(crate) use output::{ConvertArgs, Format, OutputArgs, OutputSpec};
pub(crate) use scope::{
    ChangedArgs, ChoiceArgs, CommitArgs, ConfidenceName, DocumentArgs, MinSeverity, PresetName,
    SettingsArgs, severity_of,
};
pub(crate) use world::{
    CallerArgs, CredentialsArgs, FailOn, WorldArgs, WorldCallArgs, WorldCheckArgs, WorldImportArgs,
    WorldMetadataArgs, WorldShowArgs, WorldVerb,
};

/// Decide, test and check Alibaba Cloud RAM policies, offline.
#[derive(Debug, Parser)]
#[command(name = "ramguard", version, max_term_width = 100, disable_help_subcommand = true)]
#[command(
    after_help = "Exit codes: 0 yes (allowed, all pass, clean), 1 no, 2 usage or input error, \
                  4 no policy to look at."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,

    /// When to use colour; `auto` obeys NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Colour::Auto)]
    #[arg(display_order = 900)]
    pub(crate) color: Colour,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Simulate(Box<SimulateArgs>),
    Test(TestArgs),
    Lint(Box<LintArgs>),
    Baseline(BaselineArgs),
    Suppress(Box<SuppressArgs>),
    Convert(ConvertArgs),
    Fmt(FmtArgs),
    Rule(RuleArgs),
    World(Box<WorldArgs>),
    Completions(CompletionsArgs),
}

/// When output is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    Auto,
    Always,
    Never,
}

/// A report for people or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    Human,
    Json,
}

/// Decide one request, or one operation of ECS, against policies
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("question").args(["action", "request"]).required(true))]
#[command(after_help = "\
Examples:
  ramguard simulate --policy dev.json --action ecs:StopInstance \\
      --resource 'acs:ecs:cn-hangzhou:1000000000000001:instance/i-a' \\
      --context acs:SourceIp=203.0.113.9
  ramguard simulate --policy dev.json --request attach.json
  ramguard simulate --world testdata/world/example.json --principal user/bob \\
      --action ecs:StopInstance --resource 'acs:ecs:cn-hangzhou:1000000000000001:instance/i-web'

A request file holds {\"action\", \"resource\", \"principal\"?, \"context\"?}, or an operation:
  {\"op\": {\"api\": \"AttachInstanceRamRole\", \"region\": \"cn-hangzhou\",
          \"account\": \"1000000000000001\", \"instance_ids\": [\"i-a\"],
          \"ram_role_name\": \"app\"}, \"principal\"?, \"context\"?}

Exit codes: 0 allowed, 1 denied, 2 usage or input error.")]
pub(crate) struct SimulateArgs {
    /// A policy of the caller at account level; `-` is standard input (repeatable)
    #[arg(long = "policy", value_name = "FILE")]
    pub(crate) policies: Vec<OsString>,

    /// A policy of one of the caller's groups, at account level (repeatable)
    #[arg(long = "group-policy", value_name = "FILE")]
    pub(crate) group_policies: Vec<OsString>,

    /// A control policy, attached to the member (node 0) or to node N counted from the member
    /// upward (repeatable)
    #[arg(long = "control-policy", value_name = "[N:]FILE")]
    pub(crate) control_policies: Vec<OsString>,

    /// The session policy of a role session
    #[arg(long = "session-policy", value_name = "FILE")]
    pub(crate) session_policy: Option<OsString>,

    /// A policy granted to the caller on the resource group of the resource (repeatable)
    #[arg(long = "resource-group-policy", value_name = "FILE")]
    pub(crate) resource_group_policies: Vec<OsString>,

    /// The policy of the resource: the trust policy with `--mode assume_role` or `role_sso`, else
    /// the bucket policy
    #[arg(long = "resource-policy", value_name = "FILE")]
    pub(crate) resource_policy: Option<OsString>,

    /// Decide in this world: the policies are those in force for `--principal`, which is `root`,
    /// `user/<name>` or `role/<name>[/<session>]` of the world, or their ARN, or for
    /// `--credentials`; `-` is standard input
    #[arg(long, value_name = "FILE")]
    #[arg(conflicts_with_all = ["policies", "group_policies", "control_policies",
        "resource_group_policies"])]
    pub(crate) world: Option<OsString>,

    #[command(flatten)]
    pub(crate) token: CredentialsArgs,

    /// The time in the world, for example 2024-11-08T03:44:50Z; the clock of the system if left out
    #[arg(long, value_name = "TIME", requires = "world")]
    pub(crate) now: Option<String>,

    /// Who asks: the ARN of a user or role, `root:ACCOUNT`, `service:NAME`, `federated:ARN`,
    /// `anonymous`, or a JSON object; a RAM user of the resource's account if left out
    #[arg(long, value_name = "WHO")]
    pub(crate) principal: Option<String>,

    /// The action, for example `ecs:StopInstance`
    #[arg(long, requires = "resource")]
    pub(crate) action: Option<String>,

    /// The resource, `*` or `acs:<ram-code>:<region>:<account>:<relative-id>`
    #[arg(long, requires = "action")]
    pub(crate) resource: Option<String>,

    /// The account that owns the resource, where its name does not say
    #[arg(long, value_name = "ACCOUNT", requires = "action")]
    pub(crate) owner: Option<String>,

    /// A condition key of the request; the same key again adds a value (repeatable)
    #[arg(long = "context", value_name = "KEY=VALUE")]
    pub(crate) context: Vec<String>,

    /// The request or operation as JSON; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) request: Option<OsString>,

    /// How the layers are combined; `standard` if neither this nor the request file says
    #[arg(long, value_enum)]
    pub(crate) mode: Option<ModeName>,

    /// Change an option: `legacy_not_resource`, `detach_requires_passrole`,
    /// `attach_checks_role_resource` or `root_bypass`, to `true` or `false` (repeatable)
    #[arg(long = "option", value_name = "NAME=BOOL")]
    pub(crate) options: Vec<String>,

    /// Tell for each statement why it does not apply, and what would have been enough
    #[arg(long)]
    pub(crate) explain: bool,

    /// A report for people or one JSON object
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Output::Human)]
    pub(crate) output: Output,
}

/// How the layers are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum ModeName {
    /// An ordinary request
    Standard,
    /// The caller's policies and the trust policy must both allow
    AssumeRole,
    /// The trust policy alone decides
    RoleSso,
}

/// Run tests of policies: one case a line, with the outcome that is expected
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ramguard test cases.jsonl

A line of cases.jsonl:
  {\"id\": \"stop\", \"why\": \"developers stop instances\",
   \"policy\": {\"Version\": \"1\", \"Statement\": [
     {\"Effect\": \"Allow\", \"Action\": \"ecs:StopInstance\", \"Resource\": \"*\"}]},
   \"request\": {\"action\": \"ecs:StopInstance\", \"resource\": \"*\"},
   \"expect\": \"Allow\"}

`expect` is Allow, ExplicitDeny, ImplicitDeny, or Error for a policy that must be refused.
With `--world`, a case has no policies but those of a session or bucket, and names its caller:
   \"request\": {\"principal\": {\"type\": \"user\", \"arn\": \"acs:ram::1000000000000001:user/bob\"}, ...}
Exit codes: 0 all pass, 1 some fail, 2 unreadable input.")]
pub(crate) struct TestArgs {
    /// Files of JSON Lines; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<OsString>,

    /// Decide in this world: the policies are those in force for the caller that a case names
    #[arg(long, value_name = "WORLD")]
    pub(crate) world: Option<OsString>,

    /// The time in the world, for example 2024-11-08T03:44:50Z, unless a case states
    /// `acs:CurrentTime`; the clock of the system if left out
    #[arg(long, value_name = "TIME", requires = "world")]
    pub(crate) now: Option<String>,

    /// Run only cases whose id holds this text, or fits it if it has `*` or `?` (repeatable)
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Vec<String>,

    /// Run only cases about this rule, for example `P-3` (repeatable)
    #[arg(long, value_name = "ID")]
    pub(crate) rule: Vec<String>,

    /// Stop at the first case that fails
    #[arg(long)]
    pub(crate) fail_fast: bool,

    /// Print failures only, no summary
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// A report for people, or one JSON object a case
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Output::Human)]
    pub(crate) output: Output,
}

/// The kinds of policy document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindName {
    Identity,
    Session,
    Control,
    Trust,
    Bucket,
    #[default]
    Auto,
}

/// Print the completions of a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  ramguard completions bash > /etc/bash_completion.d/ramguard")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}
