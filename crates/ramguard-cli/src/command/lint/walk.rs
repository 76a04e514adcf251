//! Which files of a folder are checked.
//!
//! Ignore files of the tree are obeyed, those of one machine are not, so that every machine checks
//! the same files. Links are not followed.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use globset::GlobSet;
use ignore::WalkBuilder;

use crate::command::Failure;
use crate::render::escape::escape;
use crate::settings::{Projects, fits, globs};

/// What is looked at in folders unless somebody says otherwise. Markdown is not: documentation
/// shows what not to do as often as what to do.
const DEFAULT_INCLUDE: [&str; 5] = ["*.json", "*.tf", "*.tofu", "*.yaml", "*.yml"];

/// Returns whether a file is looked at in folders unless somebody says otherwise.
pub(super) fn may_hold_policies(path: &Path) -> bool {
    let ends = |glob: &&str| {
        let name = path.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
        name.ends_with(glob.trim_start_matches('*'))
    };
    DEFAULT_INCLUDE.iter().any(ends)
}

/// How folders are walked.
pub(crate) struct Walk {
    /// What is asked for on the command line.
    include: Option<GlobSet>,
    /// What is looked at if nobody says otherwise.
    default: GlobSet,
    exclude: GlobSet,
    /// Whether settings may say what is looked at.
    asks_settings: bool,
}

/// A file to check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its path, or `-`.
    pub(crate) path: OsString,
    /// Whether it was named, and not found in a folder.
    pub(crate) is_named: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// The files, or why one cannot be listed: in words, escaped.
    pub(crate) files: Vec<Result<Found, String>>,
    /// How many files settings leave out that would have been looked at.
    pub(crate) excluded: usize,
}

impl Walk {
    /// Reads the globs of `--include` and `--exclude` of `ramguard lint`. They are matched against
    /// the path below the folder, and against the name alone.
    pub(crate) fn new(include: &[String], exclude: &[String]) -> Result<Self, Failure> {
        let asked = (!include.is_empty()).then(|| globs(include)).transpose();
        Ok(Self {
            include: asked.map_err(Failure::new)?,
            default: globs(&DEFAULT_INCLUDE.map(str::to_owned)).map_err(Failure::new)?,
            exclude: globs(exclude).map_err(Failure::new)?,
            asks_settings: true,
        })
    }

    /// Looks at files of one kind, whatever settings say.
    pub(crate) fn only(glob: &str, exclude: &[String]) -> Result<Self, Failure> {
        let walk = Self::new(&[glob.to_owned()], exclude)?;
        Ok(Self { asks_settings: false, ..walk })
    }

    /// Adds a file, or the files of a folder, or why one cannot be listed.
    ///
    /// # Errors
    /// Settings that have a say cannot be read or are wrong.
    pub(crate) fn list(
        &self,
        path: &OsStr,
        projects: &mut Projects,
        found: &mut Listing,
    ) -> Result<(), Failure> {
        let root = Path::new(path);
        if !root.is_dir() {
            found.files.push(Ok(Found { path: path.to_owned(), is_named: true }));
            return Ok(());
        }
        let mut builder = WalkBuilder::new(root);
        builder.require_git(false).git_global(false).git_exclude(false).follow_links(false);
        let exclude = self.exclude.clone();
        let top = root.to_owned();
        builder.filter_entry(move |entry| !fits(&exclude, below(&top, entry.path())));
        for entry in builder.build() {
            match entry {
                Ok(entry) => {
                    if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                        continue;
                    }
                    if projects.leaves_out(entry.path())? {
                        found.excluded += usize::from(self.is_default(root, entry.path()));
                    } else if self.includes(root, entry.path(), projects)? {
                        // What `.` holds is named as if it had been named.
                        let path = entry.path().strip_prefix(".").unwrap_or(entry.path());
                        let path = path.as_os_str().to_owned();
                        found.files.push(Ok(Found { path, is_named: false }));
                    }
                }
                Err(error) => found.files.push(Err(escape(&error.to_string()).into_owned())),
            }
        }
        Ok(())
    }

    fn is_default(&self, root: &Path, path: &Path) -> bool {
        fits(self.include.as_ref().unwrap_or(&self.default), below(root, path))
    }

    fn includes(&self, root: &Path, path: &Path, projects: &mut Projects) -> Result<bool, Failure> {
        if self.include.is_none()
            && self.asks_settings
            && let Some((globs, below)) = projects.included(path)?
        {
            return Ok(fits(globs, &below));
        }
        Ok(self.is_default(root, path))
    }
}

impl Listing {
    /// Puts the files in order, each once: one named twice, or named and found in a folder, is
    /// looked at once.
    pub(crate) fn sorted(self) -> Vec<Result<Found, String>> {
        let mut files = self.files;
        files.sort_by(|a, b| key(a).cmp(&key(b)));
        files.dedup_by(|b, a| matches!((a, b), (Ok(a), Ok(b)) if a.path == b.path));
        files
    }
}

fn key(found: &Result<Found, String>) -> (&OsStr, bool, &str) {
    match found {
        Ok(file) => (&file.path, !file.is_named, ""),
        Err(message) => (OsStr::new(""), false, message),
    }
}

fn below<'p>(root: &Path, path: &'p Path) -> &'p Path {
    path.strip_prefix(root).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_fits_the_name_or_the_path_below_the_folder() {
        let set = globs(&["vendor/**".into(), "*.bak.json".into()]).unwrap();
        assert!(fits(&set, Path::new("vendor/a.json")));
        assert!(fits(&set, Path::new("deep/a.bak.json")));
        assert!(!fits(&set, Path::new("deep/vendor/a.json")));
    }

    #[test]
    fn a_broken_glob_is_refused() {
        assert!(Walk::new(&["[".into()], &[]).is_err());
    }
}
