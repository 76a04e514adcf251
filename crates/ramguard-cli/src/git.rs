//! What git knows about files: the text they had, and which of them have changed.
//!
//! Always holds here: git is started directly and never by way of a shell, with no word that it could
//! take for an option where a name is meant; it is given no terminal to ask on and fetches nothing;
//! what it prints is bounded. Whoever asks gets an answer or an error, never an empty answer in place
//! of an error.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::command::Failure;
use crate::inputs::words_of;
use crate::render::escape::escape;

/// A list of names that git prints has at most this many bytes.
const MAX_LIST_BYTES: u64 = 64 << 20;
/// The texts that are taken out of one commit have at most this many bytes together.
const MAX_TEXTS_BYTES: u64 = 256 << 20;
/// No more of what git complains about is read.
const MAX_WORDS_BYTES: u64 = 4 << 10;
/// The longest name of a commit that is passed on, in bytes.
const MAX_NAME_BYTES: usize = 1_024;

/// The work tree the command was started in.
#[derive(Clone, Debug)]
pub(crate) struct Repository {
    /// The folder of its files.
    top: PathBuf,
}

/// A commit, by what it was called and by its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    asked: String,
    id: String,
}

/// Since when files have changed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Since<'c> {
    /// What the next commit would hold.
    Staged,
    /// What differs from the last commit, files git does not know yet included.
    LastCommit,
    /// What differs from where the work left this commit, files git does not know yet included.
    Branch(&'c Commit),
}

/// Files that have changed, each by its whole path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changed {
    /// Those that are there.
    pub(crate) files: HashSet<PathBuf>,
    /// Those that are no more.
    pub(crate) gone: HashSet<PathBuf>,
}

impl Changed {
    /// Returns whether a file was written anew or removed.
    pub(crate) fn has(&self, path: &Path) -> bool {
        self.files.contains(path) || self.gone.contains(path)
    }
}

impl Commit {
    /// Returns the name it was asked for by, escaped.
    pub(crate) fn shown(&self) -> String {
        let short: String = self.id.chars().take(12).collect();
        if self.id.starts_with(&self.asked) {
            short
        } else {
            format!("{} ({short})", escape(&self.asked))
        }
    }
}

impl Commit {
    /// Returns what git calls a file of it, not escaped.
    pub(crate) fn name_of(&self, path: &Path) -> String {
        format!("{}:{}", self.asked, path.to_string_lossy().replace('\\', "/"))
    }
}

impl Repository {
    /// Finds the repository of the folder the command was started in.
    ///
    /// # Errors
    /// There is none, or no git.
    pub(crate) fn here() -> Result<Self, Failure> {
        let here = std::env::current_dir().unwrap_or_default();
        let printed = git(&here, &["rev-parse", "--show-toplevel"], None, MAX_LIST_BYTES)?;
        let line = printed.strip_suffix(b"\n").unwrap_or(&printed);
        let top = path_of(line.strip_suffix(b"\r").unwrap_or(line))?;
        // Git looks behind links, the command names files as they were named to it.
        let real = here.canonicalize().unwrap_or_default();
        let up = real.strip_prefix(&top).map_or(0, |below| below.components().count());
        let top = here
            .ancestors()
            .nth(up)
            .filter(|seen| {
                seen.canonicalize()
                    .is_ok_and(|seen| top.canonicalize().is_ok_and(|top| seen == top))
            })
            .map_or(top.clone(), Path::to_owned);
        Ok(Self { top })
    }

    /// Returns the folder of its files.
    pub(crate) fn top(&self) -> &Path {
        &self.top
    }

    /// Finds a commit by what people call it.
    ///
    /// # Errors
    /// Nothing is called so, or the name begins with `-`.
    pub(crate) fn commit(&self, name: &str) -> Result<Commit, Failure> {
        let shown = escape(name);
        let is_name = !name.is_empty()
            && name.len() <= MAX_NAME_BYTES
            && !name.starts_with('-')
            && !name.contains(|c: char| c.is_control() || c.is_whitespace());
        if !is_name {
            return Err(Failure::new(format!("`{shown}` is no name of a commit")));
        }
        let asked = format!("{name}^{{commit}}");
        let printed = self
            .ask(&["rev-parse", "--verify", "--quiet", &asked])
            .map_err(|_| Failure::new(format!("git knows no commit `{shown}` here")))?;
        let id = String::from_utf8_lossy(&printed).trim().to_owned();
        if !(40..=64).contains(&id.len()) || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Failure::new(format!("git knows no commit `{shown}` here")));
        }
        Ok(Commit { asked: name.to_owned(), id })
    }

    /// Returns the text a file had in a commit, `None` if it was none; `path` starts from the top.
    ///
    /// # Errors
    /// Git cannot tell.
    pub(crate) fn text(&self, commit: &Commit, path: &Path) -> Result<Option<Vec<u8>>, Failure> {
        let wanted = HashSet::from([path.to_owned()]);
        Ok(self.texts(commit, &wanted)?.remove(path))
    }

    /// Returns the texts that files had in a commit, links left out; paths start from the top.
    ///
    /// # Errors
    /// Git cannot tell, or there is more text than the bound.
    pub(crate) fn texts(
        &self,
        commit: &Commit,
        wanted: &HashSet<PathBuf>,
    ) -> Result<HashMap<PathBuf, Vec<u8>>, Failure> {
        let listed = self.ask(&["ls-tree", "-r", "-z", "--full-tree", &commit.id])?;
        let mut names: Vec<PathBuf> = Vec::new();
        let mut asked = String::new();
        for entry in listed.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()) {
            let tab = entry.iter().position(|byte| *byte == b'\t').unwrap_or(entry.len());
            let (facts, name) = entry.split_at_checked(tab).unwrap_or_default();
            let path = path_of(name.get(1..).unwrap_or_default())?;
            let facts = String::from_utf8_lossy(facts);
            let mut facts = facts.split(' ');
            let is_file = facts.next().is_some_and(|mode| mode.starts_with("100"));
            if let Some(id) = facts.nth(1).filter(|_| is_file && wanted.contains(&path)) {
                asked.push_str(id);
                asked.push('\n');
                names.push(path);
            }
        }
        let words = ["cat-file", "--batch"];
        let printed = git(&self.top, &words, Some(asked.into_bytes()), MAX_TEXTS_BYTES)?;
        let mut rest = printed.as_slice();
        let mut texts = HashMap::with_capacity(names.len());
        for name in names {
            let broken = || {
                Failure::new(format!("git has no text of `{}`", escape(&name.to_string_lossy())))
            };
            let end = rest.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
            let (head, after) = rest.split_at_checked(end).ok_or_else(broken)?;
            let head = String::from_utf8_lossy(head);
            let size = head.rsplit(' ').next().and_then(|size| size.parse::<usize>().ok());
            let after = after.get(1..).unwrap_or_default();
            let text = size.and_then(|size| after.split_at_checked(size));
            let (text, after) = text.ok_or_else(broken)?;
            rest = after.get(1..).unwrap_or_default();
            texts.insert(name, text.to_vec());
        }
        Ok(texts)
    }

    /// Returns the files that have changed.
    ///
    /// # Errors
    /// Git cannot tell; of a branch, because there is no commit it has in common with the work.
    pub(crate) fn changed(&self, since: Since<'_>) -> Result<Changed, Failure> {
        const DIFF: [&str; 7] = [
            "diff",
            "--name-status",
            "-z",
            "--no-renames",
            "--no-ext-diff",
            "--no-color",
            "--ignore-submodules",
        ];
        let mut changed = Changed::default();
        let mut with_unknown = true;
        let printed = match since {
            Since::Staged => {
                with_unknown = false;
                self.ask(&[&DIFF[..], &["--cached", "--"]].concat())?
            }
            Since::LastCommit => match self.commit("HEAD") {
                Ok(head) => self.ask(&[&DIFF[..], &[&head.id, "--"]].concat())?,
                // Before the first commit everything is new.
                Err(_) => self.ask(&[&DIFF[..], &["--cached", "--"]].concat())?,
            },
            Since::Branch(commit) => {
                let base = self.base(commit)?;
                self.ask(&[&DIFF[..], &[&base, "--"]].concat())?
            }
        };
        let mut fields = printed.split(|byte| *byte == 0).filter(|field| !field.is_empty());
        while let (Some(status), Some(name)) = (fields.next(), fields.next()) {
            let path = self.top.join(path_of(name)?);
            let list = if status == b"D" { &mut changed.gone } else { &mut changed.files };
            list.insert(path);
        }
        if with_unknown {
            let words = ["ls-files", "--others", "--exclude-standard", "-z"];
            let printed = self.ask(&words)?;
            for name in printed.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
                let path = self.top.join(path_of(name)?);
                changed.gone.remove(&path);
                changed.files.insert(path);
            }
        }
        Ok(changed)
    }

    /// Returns the last commit that the work and `commit` have in common.
    fn base(&self, commit: &Commit) -> Result<String, Failure> {
        let printed = self.ask(&["merge-base", &commit.id, "HEAD"]).unwrap_or_default();
        let base = String::from_utf8_lossy(&printed).trim().to_owned();
        if base.is_empty() {
            return Err(Failure::new(format!(
                "git knows no commit that {} and the work have in common; a clone without its \
                 history has none, fetch it",
                commit.shown()
            )));
        }
        Ok(base)
    }

    fn ask(&self, words: &[&str]) -> Result<Vec<u8>, Failure> {
        git(&self.top, words, None, MAX_LIST_BYTES)
    }
}

/// Runs git in a folder and returns what it prints.
fn git(
    folder: &Path,
    words: &[&str],
    input: Option<Vec<u8>>,
    max_bytes: u64,
) -> Result<Vec<u8>, Failure> {
    let verb = words.first().copied().unwrap_or_default();
    let failed = |error: &io::Error| {
        if error.kind() == io::ErrorKind::NotFound {
            return Failure::new("there is no `git` on the path, and it is to be asked");
        }
        Failure::new(format!("`git {verb}`: {}", words_of(error)))
    };
    let mut command = Command::new("git");
    // A repository does not choose programs for us: neither one that watches files nor a pager.
    command.args(["-c", "core.fsmonitor=false", "--no-pager"]);
    command.args(words).current_dir(folder);
    // What a hook of git inherits; the index it names stays, since a commit may have its own.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_LITERAL_PATHSPECS"] {
        command.env_remove(name);
    }
    command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
    command.env("GIT_NO_LAZY_FETCH", "1");
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| failed(&error))?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (printed, complaint) = std::thread::scope(|scope| {
        scope.spawn(move || {
            // Git may end without reading all of it, which its exit code tells.
            if let (Some(mut stdin), Some(input)) = (stdin, input) {
                let _ = stdin.write_all(&input);
            }
        });
        let complaint = scope.spawn(move || {
            let mut words = Vec::new();
            if let Some(mut stderr) = stderr {
                let _ = stderr.by_ref().take(MAX_WORDS_BYTES).read_to_end(&mut words);
                let _ = io::copy(&mut stderr, &mut io::sink());
            }
            words
        });
        let mut printed = Vec::new();
        let read = stdout.map_or(Ok(0), |out| out.take(max_bytes + 1).read_to_end(&mut printed));
        if read.is_err() || printed.len() as u64 > max_bytes {
            let _ = child.kill();
        }
        (read.map(|_| printed), complaint.join().unwrap_or_default())
    });
    let status = child.wait().map_err(|error| failed(&error))?;
    let printed = printed.map_err(|error| failed(&error))?;
    if printed.len() as u64 > max_bytes {
        return Err(Failure::new(format!("`git {verb}` has more than {max_bytes} bytes to say")));
    }
    if !status.success() {
        let words = String::from_utf8_lossy(&complaint);
        let line = words.lines().next().unwrap_or("it failed");
        let line = line.strip_prefix("fatal: ").unwrap_or(line);
        return Err(Failure::new(format!("`git {verb}`: {}", escape(line))));
    }
    Ok(printed)
}

/// Returns the path of a name that git prints.
#[cfg(unix)]
fn path_of(name: &[u8]) -> Result<PathBuf, Failure> {
    use std::os::unix::ffi::OsStrExt as _;
    Ok(OsStr::from_bytes(name).into())
}

/// Returns the path of a name that git prints.
#[cfg(not(unix))]
fn path_of(name: &[u8]) -> Result<PathBuf, Failure> {
    let text = std::str::from_utf8(name);
    text.map(|text| OsStr::new(text).into())
        .map_err(|_| Failure::new("git names a file that is no text"))
}
