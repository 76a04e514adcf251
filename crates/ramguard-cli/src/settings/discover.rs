//! Which settings are in force for a file: the nearest `ramguard.toml` above it.
//!
//! Always holds here: nothing above the root of the repository is read, and without a repository
//! nothing above the folder the command was started in, so that a file somebody else left in a
//! shared folder changes nothing.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use crate::command::Failure;
use crate::inputs::{InputError, Inputs, name_of};
use crate::render::escape::escape;

use super::{Choice, Project};

/// What settings files are called; the first that is there counts.
const NAMES: [&str; 2] = ["ramguard.toml", ".ramguard.toml"];

/// The settings of a run.
pub(crate) struct Projects {
    choice: Choice,
    started_in: PathBuf,
    /// The settings file that was named, in place of all others.
    named: Option<usize>,
    list: Vec<Project>,
    by_folder: HashMap<PathBuf, usize>,
    by_root: HashMap<(Option<PathBuf>, PathBuf), usize>,
}

/// The settings of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Governed {
    /// Which of the projects.
    pub(crate) project: usize,
    /// The path of the file below the root of the project, with forward slashes.
    pub(crate) path: String,
}

impl Projects {
    /// Starts with what the command line says; `config` is a settings file that is named there.
    ///
    /// # Errors
    /// The settings file is missing or wrong.
    pub(crate) fn new(
        choice: Choice,
        config: Option<&Path>,
        is_isolated: bool,
    ) -> Result<Self, Failure> {
        let started_in = std::env::current_dir().unwrap_or_default();
        let mut projects = Self {
            choice,
            started_in,
            named: None,
            list: Vec::new(),
            by_folder: HashMap::new(),
            by_root: HashMap::new(),
        };
        if let Some(config) = config {
            let path = projects.absolute(config);
            let root = path.parent().unwrap_or(Path::new("")).to_owned();
            projects.named = Some(projects.open(Some(path), root)?);
        } else if is_isolated {
            let root = projects.started_in.clone();
            projects.named = Some(projects.open(None, root)?);
        }
        Ok(projects)
    }

    /// Returns the settings of every file so far.
    pub(crate) fn list(&self) -> &[Project] {
        &self.list
    }

    /// Returns one of them.
    pub(crate) fn get(&self, index: usize) -> Option<&Project> {
        self.list.get(index)
    }

    /// Finds the settings of a file.
    ///
    /// # Errors
    /// The nearest settings file cannot be read or is wrong.
    pub(crate) fn of(&mut self, file: &OsStr) -> Result<Governed, Failure> {
        let path = self.absolute(Path::new(file));
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let project = match (self.named, self.by_folder.get(&folder)) {
            (Some(named), _) => named,
            (None, Some(known)) => *known,
            (None, None) => {
                let (config, root) = self.nearest(&folder);
                let index = self.open(config, root)?;
                self.by_folder.insert(folder, index);
                index
            }
        };
        let root = self.list.get(project).map(|project| project.root.as_path());
        let below = root.and_then(|root| path.strip_prefix(root).ok()).unwrap_or(&path);
        let parts: Vec<String> = below.components().map(|part| name_of(part.as_os_str())).collect();
        Ok(Governed { project, path: parts.join("/") })
    }

    fn open(&mut self, config: Option<PathBuf>, root: PathBuf) -> Result<usize, Failure> {
        let key = (config.clone(), root.clone());
        if let Some(known) = self.by_root.get(&key) {
            return Ok(*known);
        }
        let project = match &config {
            None => Project::new(&self.choice, root, None)?,
            Some(path) => {
                let source = Inputs::default().document(path.as_os_str())?;
                let shown = self.shown(path);
                let text = String::from_utf8(source.bytes)
                    .map_err(|_| InputError(format!("`{}` is not UTF-8", escape(&shown))))?;
                Project::new(&self.choice, root, Some((&shown, &text)))?
            }
        };
        self.list.push(project);
        let index = self.list.len() - 1;
        self.by_root.insert(key, index);
        Ok(index)
    }

    /// Returns the nearest settings file at or above a folder, and the root paths start from.
    fn nearest(&self, folder: &Path) -> (Option<PathBuf>, PathBuf) {
        let repository = folder.ancestors().find(|folder| folder.join(".git").exists());
        let inside = folder.starts_with(&self.started_in);
        let top = repository.unwrap_or(if inside { &self.started_in } else { folder });
        for folder in folder.ancestors() {
            for name in NAMES {
                let path = folder.join(name);
                if path.is_file() {
                    return (Some(path), folder.to_owned());
                }
            }
            if folder == top {
                break;
            }
        }
        (None, top.to_owned())
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        normal(&self.started_in.join(path))
    }

    /// Returns a path as it is shown: relative to where the command was started, if it is below.
    pub(crate) fn shown(&self, path: &Path) -> String {
        name_of(path.strip_prefix(&self.started_in).unwrap_or(path).as_os_str())
    }
}

/// Takes `.` and `..` out of a path by its words alone.
fn normal(path: &Path) -> PathBuf {
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
}
