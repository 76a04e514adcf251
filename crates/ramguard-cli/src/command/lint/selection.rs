//! Which of the files that would be checked have changed: `--staged`, `--changed`, `--since`.
//!
//! Always holds here: nothing is checked that would not be checked without these flags. A policy has
//! changed if the file beside it has; settings that have changed bring no file in.

use std::path::Path;

use crate::args::ChangedArgs;
use crate::command::Failure;
use crate::git::{Changed, Repository, Since};
use crate::inputs::is_stdin;
use crate::settings::{Projects, sidecar_path};

use super::walk::Found;

/// The files that have changed.
pub(super) struct Selection {
    changed: Changed,
}

impl Selection {
    /// Asks git, if it is to be asked.
    ///
    /// # Errors
    /// Git cannot tell.
    pub(super) fn new(args: &ChangedArgs) -> Result<Option<Self>, Failure> {
        if !args.is_asked() {
            return Ok(None);
        }
        let repository = Repository::here()?;
        let changed = match &args.since {
            Some(name) => repository.changed(Since::Branch(&repository.commit(name)?))?,
            None if args.staged => repository.changed(Since::Staged)?,
            None => repository.changed(Since::LastCommit)?,
        };
        Ok(Some(Self { changed }))
    }

    /// Keeps files that have changed. A file that is named and has been removed is no error.
    ///
    /// # Errors
    /// Standard input is among them: git knows nothing of it.
    pub(super) fn keep(
        &self,
        found: &mut Vec<Result<Found, String>>,
        projects: &Projects,
    ) -> Result<(), Failure> {
        let is_input =
            |item: &Result<Found, String>| item.as_ref().is_ok_and(|found| is_stdin(&found.path));
        if found.iter().any(is_input) {
            let words = "git knows nothing of standard input; leave out `-` or the flag";
            return Err(Failure::new(words));
        }
        found.retain(|item| {
            let Ok(found) = item else { return true };
            let path = projects.absolute(Path::new(&found.path));
            let is_missing = !path.exists() && !self.changed.gone.contains(&path);
            is_missing
                || self.changed.files.contains(&path)
                || (path.exists() && self.changed.has(&sidecar_path(&path)))
        });
        Ok(())
    }
}
