//! Which settings are in force for a file: the nearest `ramguard.toml` above it.
//!
//! Always holds here: nothing above the root of the repository is read, and without a repository
//! nothing above the folder the command was started in, so that a file somebody else left in a
//! shared folder changes nothing; and no settings are read from a folder that settings above it
//! leave out.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use globset::GlobSet;

use crate::args::{CommitArgs, SettingsArgs};
use crate::command::Failure;
use crate::git::{Commit, Repository};
use crate::inputs::{InputError, Inputs, name_of};
use crate::render::escape::escape;

use super::chain::{self, Forbidden};
use super::globs::normal;
use super::{Choice, Project, fits, from_environment};

/// What settings files are called; the first that is there counts.
const NAMES: [&str; 2] = ["ramguard.toml", ".ramguard.toml"];

/// The settings of a run.
pub(crate) struct Projects {
    choice: Choice,
    started_in: PathBuf,
    /// The commit that settings come from, if not from the folders.
    commit: Option<(Repository, Commit)>,
    /// The settings file that was named, in place of all others.
    named: Option<usize>,
    list: Vec<Project>,
    by_folder: HashMap<PathBuf, usize>,
    by_root: HashMap<(Option<PathBuf>, PathBuf), usize>,
    /// Whether settings leave a folder out.
    is_left_out: HashMap<PathBuf, bool>,
}

/// Returns whether a word of `--config` is `KEY=VALUE` and no file: there is no folder in a key.
fn is_line(word: &str) -> bool {
    let is_key = |c: char| c.is_ascii_alphanumeric() || "_-.\"' ".contains(c);
    word.split_once('=').is_some_and(|(key, _)| !key.trim().is_empty() && key.chars().all(is_key))
}

/// Where the settings of a folder are.
struct Nearest {
    /// The settings file, if there is one.
    config: Option<PathBuf>,
    /// The folder paths start from.
    root: PathBuf,
    /// The folder above which nothing is read.
    top: PathBuf,
    /// Settings files above the nearest.
    above: Vec<PathBuf>,
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
            commit: None,
            named: None,
            list: Vec::new(),
            by_folder: HashMap::new(),
            by_root: HashMap::new(),
            is_left_out: HashMap::new(),
        };
        if let Some(config) = config {
            let path = projects.absolute(config);
            let root = path.parent().unwrap_or(Path::new("")).to_owned();
            let top = projects.top_of(&root);
            let nearest = Nearest { config: Some(path), root, top, above: Vec::new() };
            projects.named = Some(projects.open(nearest)?);
        } else if is_isolated {
            let root = projects.started_in.clone();
            let top = root.clone();
            projects.named =
                Some(projects.open(Nearest { config: None, root, top, above: Vec::new() })?);
        }
        Ok(projects)
    }

    /// Starts with what the command line and the environment say.
    ///
    /// # Errors
    /// The settings file that is named is missing or wrong, or two are named.
    pub(crate) fn asked(
        mut choice: Choice,
        args: &SettingsArgs,
        commit: &CommitArgs,
    ) -> Result<Self, Failure> {
        let mut file: Option<PathBuf> = None;
        for word in &args.config {
            if let Some(line) = word.to_str().filter(|word| is_line(word)) {
                choice.said.push(chain::said(line)?);
            } else if args.isolated || commit.config_from_git.is_some() {
                let other = if args.isolated { "--isolated" } else { "--config-from-git" };
                let words = format!("`--config` with a file cannot be used with `{other}`");
                return Err(Failure::new(words));
            } else if file.replace(word.into()).is_some() {
                return Err(Failure::new("`--config` names two settings files, and one is used"));
            }
        }
        if let Some(place) = &commit.config_from_git {
            return Self::of_commit(choice, place);
        }
        if file.is_none() && !args.isolated {
            file = from_environment("RAMGUARD_CONFIG")?.map(PathBuf::from);
        }
        Self::new(choice, file.as_deref(), args.isolated)
    }

    /// Starts with a settings file as it is in a commit, `place` being `GIT_REF:PATH`.
    fn of_commit(choice: Choice, place: &str) -> Result<Self, Failure> {
        let Some((name, path)) = place.split_once(':') else {
            let words =
                "write `--config-from-git GIT_REF:PATH`, the path from the top of the repository";
            return Err(Failure::new(words));
        };
        let repository = Repository::here()?;
        let commit = repository.commit(name)?;
        let is_below =
            |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
        if !Path::new(path).components().all(is_below) || path.is_empty() {
            let words = "the path of `--config-from-git` starts from the top of the repository";
            return Err(Failure::new(words));
        }
        let path = normal(&repository.top().join(path));
        let (root, top) = (path.parent().unwrap_or(&path).to_owned(), repository.top().to_owned());
        let mut projects = Self::new(choice, None, false)?;
        projects.commit = Some((repository, commit));
        let nearest = Nearest { config: Some(path), root, top, above: Vec::new() };
        projects.named = Some(projects.open(nearest)?);
        Ok(projects)
    }

    /// Returns the commit that settings come from, and its repository.
    pub(crate) fn commit(&self) -> Option<&(Repository, Commit)> {
        self.commit.as_ref()
    }

    /// Returns what a file holds, `None` if it is missing.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn in_folders(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
        if !path.exists() {
            return Ok(None);
        }
        Ok(Some(Inputs::default().document(path.as_os_str())?.bytes))
    }

    /// Returns what a file holds that settings name, `None` if it is missing: in the commit that
    /// settings come from, if they do.
    ///
    /// # Errors
    /// It cannot be read, or git cannot tell.
    pub(crate) fn named_by_settings(&self, path: &Path) -> Result<Option<Vec<u8>>, Failure> {
        let Some((repository, commit)) = &self.commit else { return Self::in_folders(path) };
        let path = self.absolute(path);
        match path.strip_prefix(repository.top()) {
            Ok(below) => repository.text(commit, below),
            Err(_) => Ok(None),
        }
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
        let project = self.of_folder(path.parent().unwrap_or(Path::new("")))?;
        let parts: Vec<String> =
            self.below(project, &path).components().map(|part| name_of(part.as_os_str())).collect();
        Ok(Governed { project, path: parts.join("/") })
    }

    /// Returns whether settings leave out a file that was found in a folder: it, or a folder it is
    /// in.
    ///
    /// # Errors
    /// A settings file that has a say cannot be read or is wrong.
    pub(crate) fn leaves_out(&mut self, file: &Path) -> Result<bool, Failure> {
        let path = self.absolute(file);
        let folder = path.parent().unwrap_or(Path::new(""));
        Ok(self.leaves_out_folder(folder)? || self.excludes(folder, &path)?)
    }

    /// Returns what the settings of a file that was found in a folder check in place of the
    /// default, and its path below them.
    ///
    /// # Errors
    /// A settings file that has a say cannot be read or is wrong.
    pub(crate) fn included(&mut self, file: &Path) -> Result<Option<(&GlobSet, PathBuf)>, Failure> {
        let path = self.absolute(file);
        let project = self.of_folder(path.parent().unwrap_or(Path::new("")))?;
        let below = self.below(project, &path).to_owned();
        let include = self.list.get(project).and_then(|project| project.include.as_ref());
        Ok(include.map(|globs| (globs, below)))
    }

    fn leaves_out_folder(&mut self, folder: &Path) -> Result<bool, Failure> {
        if let Some(known) = self.is_left_out.get(folder) {
            return Ok(*known);
        }
        // From the outermost folder inwards, so that the settings of a folder that is left out are
        // not read.
        let top = self.top_of(folder);
        let mut unknown: Vec<&Path> = Vec::new();
        let mut is_out = false;
        for folder in folder.ancestors().take_while(|folder| folder.starts_with(&top)) {
            if let Some(known) = self.is_left_out.get(folder) {
                is_out = *known;
                break;
            }
            unknown.push(folder);
        }
        for folder in unknown.into_iter().rev() {
            if let Some(parent) = folder.parent().filter(|_| !is_out && folder != top) {
                is_out = self.excludes(parent, folder)?;
            }
            self.is_left_out.insert(folder.to_owned(), is_out);
        }
        Ok(is_out)
    }

    /// Returns whether the settings of a folder leave out what lies in it at `path`.
    fn excludes(&mut self, folder: &Path, path: &Path) -> Result<bool, Failure> {
        let project = self.of_folder(folder)?;
        let below = self.below(project, path);
        Ok(self.list.get(project).is_some_and(|project| fits(&project.exclude, below)))
    }

    fn below<'p>(&self, project: usize, path: &'p Path) -> &'p Path {
        let root = self.list.get(project).map(|project| project.root.as_path());
        root.and_then(|root| path.strip_prefix(root).ok()).unwrap_or(path)
    }

    fn of_folder(&mut self, folder: &Path) -> Result<usize, Failure> {
        if let Some(known) = self.named.or_else(|| self.by_folder.get(folder).copied()) {
            return Ok(known);
        }
        let index = self.open(self.nearest(folder))?;
        self.by_folder.insert(folder.to_owned(), index);
        Ok(index)
    }

    fn open(&mut self, nearest: Nearest) -> Result<usize, Failure> {
        let Nearest { config, root, top, above } = nearest;
        let key = (config.clone(), root.clone());
        if let Some(known) = self.by_root.get(&key) {
            return Ok(*known);
        }
        let read = |path: &PathBuf| match &self.commit {
            None => chain::read(path, &top, |path| self.shown(path), chain::open),
            Some((repository, commit)) => {
                let below =
                    |path: &Path| path.strip_prefix(repository.top()).unwrap_or(path).to_owned();
                let shown = |path: &Path| commit.name_of(&below(path));
                let open = |path: &Path, name: &str| match repository.text(commit, &below(path)) {
                    Ok(Some(bytes)) => Ok(bytes),
                    Ok(None) => Err(InputError(format!("there is no `{}`", escape(name)))),
                    Err(failure) => Err(InputError(failure.into_words())),
                };
                chain::read(path, &top, shown, open)
            }
        };
        let layers = config.as_ref().map(read).transpose()?.unwrap_or_default();
        let mut forbidden: Vec<Forbidden> = Vec::new();
        for path in &above {
            for layer in read(path)? {
                forbidden.extend(layer.forbidden()?);
            }
        }
        // What stands in a commit stays as it is.
        let own = config.filter(|_| self.commit.is_none());
        self.list.push(Project::new(&self.choice, root, own, &layers, forbidden)?);
        let index = self.list.len() - 1;
        self.by_root.insert(key, index);
        Ok(index)
    }

    /// Returns the nearest settings file at or above a folder, and the root paths start from.
    fn nearest(&self, folder: &Path) -> Nearest {
        let top = self.top_of(folder);
        let mut found =
            folder.ancestors().take_while(|folder| folder.starts_with(&top)).filter_map(|folder| {
                NAMES.map(|name| folder.join(name)).into_iter().find(|p| p.is_file())
            });
        let config = found.next();
        let above = found.collect();
        let root = config.as_deref().and_then(Path::parent).unwrap_or(&top).to_owned();
        Nearest { config, root, top, above }
    }

    /// Returns the folder above which nothing is read for the files of a folder.
    fn top_of(&self, folder: &Path) -> PathBuf {
        let repository = folder.ancestors().find(|folder| folder.join(".git").exists());
        let inside = folder.starts_with(&self.started_in);
        repository.unwrap_or(if inside { &self.started_in } else { folder }).to_owned()
    }

    /// Returns the whole path of a file that is named from where the command was started.
    pub(crate) fn absolute(&self, path: &Path) -> PathBuf {
        normal(&self.started_in.join(path))
    }

    /// Returns a path as it is shown: relative to where the command was started, if it is below.
    pub(crate) fn shown(&self, path: &Path) -> String {
        name_of(path.strip_prefix(&self.started_in).unwrap_or(path).as_os_str())
    }
}
