//! `ramguard world metadata`: what a program on an instance reads of it.

use ramguard_world::{ControlPlane, MetadataRequest, Moment, Settings};

use crate::args::WorldMetadataArgs;
use crate::command::{Exit, Failure};
use crate::inputs::Inputs;
use crate::render::escape::escape;
use crate::render::terminal::Terminal;

use super::{credentials, save};

/// Where a path that does not start with a slash starts.
const ITEMS: &str = "/latest/meta-data/";

/// Reads what `args` ask for.
pub(super) fn run(args: &WorldMetadataArgs, terminal: &mut Terminal) -> Result<Exit, Failure> {
    save::check(args.write, &args.file)?;
    let now = super::now(args.now.as_deref())?;
    let mut inputs = Inputs::default();
    let keys = credentials::token_keys(args.token.token_key_file.as_deref(), &mut inputs)?;
    let Some((source, text, mut world)) = super::load(&args.file, &mut inputs, terminal)? else {
        return Ok(Exit::Error);
    };
    if world.instance(&args.instance).is_none() {
        let id = escape(&args.instance);
        return Err(Failure::new(format!("there is no instance `{id}` in the world")));
    }
    let mut request = match args.put_token {
        Some(seconds) => MetadataRequest::put_token(seconds),
        None if args.path.starts_with('/') => MetadataRequest::get(args.path.clone()),
        None => MetadataRequest::get(format!("{ITEMS}{}", args.path)),
    };
    if let Some(token) = &args.metadata_token {
        request = request.with_token(token.clone());
    }
    let control = ControlPlane::new(Settings::default(), keys);
    let moment = Moment::new(now, super::random()?);
    let answer = match control.metadata(&world, &args.instance, &request, &moment) {
        Ok(answer) => answer,
        Err(error) => {
            terminal.line(&format!("{} {error}", error.http_status()));
            return Ok(Exit::No);
        }
    };
    if args.write && !answer.effects.is_empty() {
        let committed = world.commit(answer.revision, &answer.effects);
        committed.map_err(|conflict| Failure::new(escape(&conflict.to_string())))?;
        save::save(&args.file, &source, &text, &world)?;
    }
    terminal.line(&super::printable(&answer.body));
    if !args.write {
        save::not_saved(answer.effects.len(), &source, terminal);
    }
    Ok(Exit::Yes)
}
