//! Globs of files and folders, and paths by their words alone.

use std::path::{Component, Path, PathBuf};

use globset::{Glob, GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};

use crate::render::escape::escape;

/// Reads a glob; `*` stays inside a folder, `**` does not.
pub(super) fn glob(text: &str) -> Result<GlobMatcher, String> {
    one_glob(text).map(|glob| glob.compile_matcher())
}

fn one_glob(text: &str) -> Result<Glob, String> {
    let glob = GlobBuilder::new(text.trim_end_matches('/')).literal_separator(true).build();
    glob.map_err(|error| format!("`{}` is no glob: {}", escape(text), error.kind()))
}

/// Reads globs of files and folders.
///
/// # Errors
/// One of them is none: in words, escaped.
pub(crate) fn globs(texts: &[String]) -> Result<GlobSet, String> {
    let mut set = GlobSetBuilder::new();
    for text in texts {
        set.add(one_glob(text)?);
    }
    set.build().map_err(|error| escape(&error.to_string()).into_owned())
}

/// Returns whether a path below the folder that globs start from, or its name alone, fits one.
pub(crate) fn fits(globs: &GlobSet, below: &Path) -> bool {
    !below.as_os_str().is_empty()
        && (globs.is_match(below) || below.file_name().is_some_and(|name| globs.is_match(name)))
}

/// Takes `.` and `..` out of a path by its words alone.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            part => normal.push(part),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_taken_out_of_a_path() {
        assert_eq!(normal(Path::new("/a/./b/../c")), Path::new("/a/c"));
        assert_eq!(normal(Path::new("/../a")), Path::new("/a"));
    }

    #[test]
    fn a_glob_that_is_none_is_refused_with_the_reason() {
        assert_eq!(
            globs(&["[a".into()]).unwrap_err(),
            "`[a` is no glob: unclosed character class; missing ']'"
        );
    }
}
