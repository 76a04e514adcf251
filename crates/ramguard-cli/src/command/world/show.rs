//! `ramguard world show`: who holds what, who can pass what, what runs with it.

use ramguard::{Context, Semantics};
use ramguard_world::report::{self, IdentityRow, InstanceRow, PassRow};
use ramguard_world::{Authority, Caller, IdentityRef, Timestamp, World};
use serde::Serialize;

use crate::args::{Output, WorldShowArgs};
use crate::command::{Exit, Failure};
use crate::inputs::Inputs;
use crate::render::escape::escape;
use crate::render::json::{SCHEMA, to_line};
use crate::render::terminal::{FAINT, STRONG, Terminal};

/// What is shown, also as JSON.
#[derive(Debug, Serialize)]
struct View {
    schema: u32,
    account: String,
    /// The ARN of the caller whose view it is; everybody's if `null`.
    caller: Option<String>,
    identities: Vec<IdentityView>,
    passes: Vec<PassView>,
    /// How many passes there are, those left out included.
    passes_total: usize,
    instances: Vec<InstanceView>,
}

#[derive(Debug, Serialize)]
struct IdentityView {
    identity: String,
    policies: Vec<PolicyView>,
    groups: Vec<String>,
    trusted_services: Vec<String>,
}

#[derive(Debug, Serialize)]
struct PolicyView {
    policy: String,
    resource_group: Option<String>,
}

#[derive(Debug, Serialize)]
struct PassView {
    identity: String,
    role: String,
    service: String,
}

#[derive(Debug, Serialize)]
struct InstanceView {
    id: String,
    region: String,
    network: &'static str,
    role: Option<String>,
    standing: &'static str,
    narrowed: bool,
    /// Whether the caller may bind and unbind roles, `ram:PassRole` aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    may: Option<MayView>,
}

#[derive(Debug, Serialize)]
struct MayView {
    attach: bool,
    detach: bool,
}

/// Shows the world that `args` name.
pub(super) fn run(args: &WorldShowArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let now = super::now(args.circumstances.now.as_deref())?;
    let context = super::context(&args.circumstances)?;
    let loaded = super::load(&args.file, &mut Inputs::default(), terminal)?;
    let Some((_, _, world)) = loaded else { return Ok(Exit::Error) };
    let view = match &args.caller {
        None => of_everybody(&world, now, &context, args.max_rows)?,
        Some(who) => of_caller(&world, &super::caller(&world, who)?, now, &context)?,
    };
    match args.output {
        Output::Json => terminal.line(&to_line(&view)?),
        Output::Human => print(&view, args.max_rows, terminal),
    }
    Ok(Exit::Yes)
}

fn of_everybody(
    world: &World,
    now: Timestamp,
    context: &Context<'_>,
    max_rows: usize,
) -> Result<View, Failure> {
    let passers = report::passers(world, now, context, Semantics::default(), max_rows)
        .map_err(|error| Failure::new(escape(&error.to_string())))?;
    Ok(View {
        schema: SCHEMA,
        account: world.account().to_owned(),
        caller: None,
        identities: report::identities(world).iter().map(identity).collect(),
        passes: passers.rows.iter().map(pass).collect(),
        passes_total: passers.total,
        instances: report::instances(world, now).into_iter().map(instance).collect(),
    })
}

fn of_caller(
    world: &World,
    caller: &Caller,
    now: Timestamp,
    context: &Context<'_>,
) -> Result<View, Failure> {
    let authority = Authority::new(world, caller, now, context, Semantics::default())
        .map_err(|error| Failure::new(escape(&error.to_string())))?;
    // What cannot be asked is not allowed.
    let may = |action: &str, resource: &str| {
        authority.decide(action, resource).is_ok_and(|d| d.is_allowed())
    };
    let is_own = |row: &&IdentityRow| match (caller, &row.identity) {
        (Caller::User(name), IdentityRef::User(other)) => name == other,
        (Caller::User(name), IdentityRef::Group(group)) => {
            world.groups_of(name).any(|of| of.name == *group)
        }
        (Caller::Role(session), IdentityRef::Role(other)) => session.role_name == *other,
        _ => false,
    };
    let who = match caller {
        Caller::Root => "root".to_owned(),
        Caller::User(name) => IdentityRef::User(name.clone()).to_string(),
        Caller::Role(session) => IdentityRef::Role(session.role_name.clone()).to_string(),
    };
    let passes: Vec<PassView> = report::passed_by(&authority)
        .into_iter()
        .map(|(role, service)| PassView { identity: who.clone(), role, service })
        .collect();
    let instances = report::instances(world, now).into_iter().map(|row| {
        let arn = format!("acs:ecs:{}:{}:instance/{}", row.region, world.account(), row.id);
        let attach = may("ecs:AttachInstanceRamRole", &arn);
        let detach = may("ecs:DetachInstanceRamRole", &arn);
        InstanceView { may: Some(MayView { attach, detach }), ..instance(row) }
    });
    Ok(View {
        schema: SCHEMA,
        account: world.account().to_owned(),
        caller: Some(caller.arn(world)),
        instances: instances.collect(),
        identities: report::identities(world).iter().filter(is_own).map(identity).collect(),
        passes_total: passes.len(),
        passes,
    })
}

fn identity(row: &IdentityRow) -> IdentityView {
    let policies = row.policies.iter().map(|(policy, group)| PolicyView {
        policy: format!("{}/{}", policy.policy_type.name().to_ascii_lowercase(), policy.name),
        resource_group: group.clone(),
    });
    IdentityView {
        identity: row.identity.to_string(),
        policies: policies.collect(),
        groups: row.groups.clone(),
        trusted_services: row.services.clone(),
    }
}

fn pass(row: &PassRow) -> PassView {
    PassView {
        identity: row.identity.to_string(),
        role: row.role.clone(),
        service: row.service.clone(),
    }
}

fn instance(row: InstanceRow) -> InstanceView {
    InstanceView {
        id: row.id,
        region: row.region,
        network: row.network,
        role: row.role,
        standing: row.standing.name(),
        narrowed: row.is_narrowed,
        may: None,
    }
}

/// Prints the view as tables of at most `max_rows` rows.
fn print(view: &View, max_rows: usize, terminal: &mut Terminal) {
    let text = |text: &str| escape(text).into_owned();
    let account = escape(&view.account);
    match &view.caller {
        None => terminal.line(&format!("account {account}")),
        Some(arn) => terminal.line(&format!("account {account}, as {}", escape(arn))),
    }
    let identities = view.identities.iter().map(|row| {
        let policies = row.policies.iter().map(|one| match &one.resource_group {
            None => one.policy.clone(),
            Some(group) => format!("{} on {group}", one.policy),
        });
        let policies: Vec<String> = policies.collect();
        vec![
            text(&row.identity),
            text(&row.groups.join(", ")),
            text(&row.trusted_services.join(", ")),
            text(&policies.join(", ")),
        ]
    });
    let headings = ["who", "groups", "trusted services", "policies"];
    let left_out = |total: usize| total.saturating_sub(max_rows);
    let all = view.identities.len();
    let rows = identities.take(max_rows).collect();
    table("Who holds what", &headings, rows, left_out(all), terminal);
    let passes = view.passes.iter().take(max_rows);
    let passes = passes.map(|row| vec![text(&row.identity), text(&row.role), text(&row.service)]);
    table(
        "Who can pass which role to which service",
        &["who", "role", "service"],
        passes.collect(),
        left_out(view.passes_total),
        terminal,
    );
    let mut headings = vec!["instance", "region", "network", "role", "standing", "narrowed"];
    if view.caller.is_some() {
        headings.extend(["may attach", "may detach"]);
    }
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let instances = view.instances.iter().take(max_rows).map(|row| {
        let mut cells = vec![
            text(&row.id),
            text(&row.region),
            row.network.to_owned(),
            text(row.role.as_deref().unwrap_or_default()),
            row.standing.to_owned(),
            yes(row.narrowed),
        ];
        cells.extend(row.may.iter().flat_map(|may| [yes(may.attach), yes(may.detach)]));
        cells
    });
    let (rows, all) = (instances.collect(), view.instances.len());
    table("Which instance carries what", &headings, rows, left_out(all), terminal);
}

/// Prints rows of cells, which are escaped already, in columns, and how many more there are; an
/// empty cell is a dash.
fn table(
    title: &str,
    headings: &[&str],
    rows: Vec<Vec<String>>,
    left_out: usize,
    terminal: &mut Terminal,
) {
    terminal.line("");
    terminal.line(&format!("{STRONG}{title}{STRONG:#}"));
    if rows.is_empty() && left_out == 0 {
        terminal.line(&format!("  {FAINT}nothing{FAINT:#}"));
        return;
    }
    let mut widths: Vec<usize> = headings.iter().map(|heading| heading.len()).collect();
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded = cells.zip(&widths).map(|(cell, &width)| {
            let cell = if cell.is_empty() { "-" } else { cell };
            format!("{cell:width$}")
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let heading = line(&mut headings.iter().copied());
    terminal.line(&format!("  {FAINT}{heading}{FAINT:#}"));
    for row in &rows {
        terminal.line(&format!("  {}", line(&mut row.iter().map(String::as_str))));
    }
    if left_out > 0 {
        let words = format!("{left_out} more; `--max-rows` and `--as` tell");
        terminal.line(&format!("  {FAINT}{words}{FAINT:#}"));
    }
}
