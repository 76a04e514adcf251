//! Which files of a folder are checked.
//!
//! Ignore files of the tree are obeyed, those of one machine are not, so that every machine checks
//! the same files. Links are not followed.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use ignore::WalkBuilder;

use crate::command::Failure;
use crate::render::escape::escape;

/// What is looked at in folders unless somebody says otherwise. Markdown is not: documentation
/// shows what not to do as often as what to do.
const DEFAULT_INCLUDE: [&str; 5] = ["*.json", "*.tf", "*.tofu", "*.yaml", "*.yml"];

/// How folders are walked.
pub(crate) struct Walk {
    include: GlobSet,
    exclude: GlobSet,
}

/// A file to check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its path, or `-`.
    pub(crate) path: OsString,
    /// Whether it was named, and not found in a folder.
    pub(crate) is_named: bool,
}

impl Walk {
    /// Reads the globs of `--include` and `--exclude`. They are matched against the path below the
    /// folder, and against the name alone.
    pub(crate) fn new(include: &[String], exclude: &[String]) -> Result<Self, Failure> {
        let default = DEFAULT_INCLUDE.map(str::to_owned);
        let include = if include.is_empty() { default.as_slice() } else { include };
        Ok(Self { include: globs(include)?, exclude: globs(exclude)? })
    }

    /// Adds a file, or the files of a folder, or why one cannot be listed.
    pub(crate) fn list(&self, path: &OsStr, found: &mut Vec<Result<Found, String>>) {
        let root = Path::new(path);
        if !root.is_dir() {
            found.push(Ok(Found { path: path.to_owned(), is_named: true }));
            return;
        }
        let mut builder = WalkBuilder::new(root);
        builder.require_git(false).git_global(false).git_exclude(false).follow_links(false);
        let exclude = self.exclude.clone();
        let top = root.to_owned();
        builder.filter_entry(move |entry| !fits(&exclude, &top, entry.path()));
        for entry in builder.build() {
            match entry {
                Ok(entry) => {
                    let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                    if is_file && fits(&self.include, root, entry.path()) {
                        // What `.` holds is named as if it had been named.
                        let path = entry.path().strip_prefix(".").unwrap_or(entry.path());
                        let path = path.as_os_str().to_owned();
                        found.push(Ok(Found { path, is_named: false }));
                    }
                }
                Err(error) => found.push(Err(escape(&error.to_string()).into_owned())),
            }
        }
    }
}

fn globs(patterns: &[String]) -> Result<GlobSet, Failure> {
    let refused = |error: globset::Error| Failure::new(escape(&error.to_string()).into_owned());
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let pattern = pattern.trim_end_matches('/');
        set.add(GlobBuilder::new(pattern).literal_separator(true).build().map_err(refused)?);
    }
    set.build().map_err(refused)
}

fn fits(globs: &GlobSet, root: &Path, path: &Path) -> bool {
    let below = path.strip_prefix(root).unwrap_or(path);
    !below.as_os_str().is_empty()
        && (globs.is_match(below) || below.file_name().is_some_and(|name| globs.is_match(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_fits_the_name_or_the_path_below_the_folder() {
        let set = globs(&["vendor/**".into(), "*.bak.json".into()]).unwrap();
        let root = Path::new("p");
        assert!(fits(&set, root, Path::new("p/vendor/a.json")));
        assert!(fits(&set, root, Path::new("p/deep/a.bak.json")));
        assert!(!fits(&set, root, Path::new("p/deep/vendor/a.json")));
    }

    #[test]
    fn a_broken_glob_is_refused() {
        assert!(Walk::new(&["[".into()], &[]).is_err());
    }
}
