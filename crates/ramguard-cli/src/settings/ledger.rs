//! Which ignores were used in a run, those of settings files and those beside policies.

use std::path::{Path, PathBuf};

use ramguard_lint::suppress::{Ledger, Origin, Remark, Suppression, unknown_rule};
use ramguard_lint::{Settings, UnknownRule, registry};

use super::Project;
use super::fault::Fault;
use super::ignores;

/// What a glob of more than one file has in it.
const WILD: [char; 4] = ['*', '?', '[', '{'];

/// Which ignores of a project were used in a run.
pub(crate) struct Ledgers<'p> {
    project: &'p Project,
    ledgers: Vec<Ledger<'p>>,
}

impl<'p> Ledgers<'p> {
    /// Opens the ledgers of a project; nothing has been linted yet.
    pub(crate) fn new(project: &'p Project) -> Self {
        let settings = project.linter.settings();
        let open =
            |(_, entry): &'p (_, Suppression)| Ledger::new(std::slice::from_ref(entry), settings);
        Self { project, ledgers: project.ignores.iter().map(open).collect() }
    }

    /// Notes that the file at `path` was linted, and with what findings.
    pub(crate) fn visit<'f>(
        &mut self,
        path: &str,
        findings: impl Iterator<Item = (&'f ramguard_lint::Finding, &'f str)> + Clone,
    ) {
        for ((glob, _), ledger) in self.project.ignores.iter().zip(&mut self.ledgers) {
            if glob.as_ref().is_none_or(|glob| glob.is_match(path)) {
                ledger.visit(path);
                for (finding, fingerprint) in findings.clone() {
                    ledger.silence(finding, path, Some(fingerprint));
                }
            }
        }
    }

    /// Returns what there is to say about the settings files: RAM905 to RAM908. That an ignore of a
    /// file that is extended is not needed is left out: it may be for others that extend it. So is
    /// one of many files after a run that was to look at a part of them.
    pub(crate) fn remarks(&self, is_part: bool) -> Vec<Remark> {
        let settings = self.project.linter.settings();
        let own = self.project.files.last().map(|(name, _)| name.as_str());
        let unused = registry::by_name("unused-suppression");
        let is_others =
            |remark: &Remark| Some(remark.code()) == unused && Some(&*remark.origin().file) != own;
        let unknown = self.project.unknown.iter();
        let mut remarks: Vec<Remark> =
            unknown.filter_map(|(error, origin)| unknown_rule(error, origin, settings)).collect();
        for ((glob, _), ledger) in self.project.ignores.iter().zip(&self.ledgers) {
            let of_many = glob.as_ref().is_none_or(|glob| glob.glob().glob().contains(WILD));
            let is_known = |remark: &Remark| !(is_part && of_many && Some(remark.code()) == unused);
            remarks.extend(ledger.remarks().into_iter().filter(is_known));
        }
        remarks.retain(|remark| !is_others(remark));
        remarks
    }
}

/// The ignores that travel beside one policy.
pub(crate) struct Sidecar {
    entries: Vec<Suppression>,
    unknown: Vec<(UnknownRule, Origin)>,
}

impl Sidecar {
    /// Reads a file beside a policy of a project.
    ///
    /// # Errors
    /// What is wrong with it, with its place, escaped.
    pub(crate) fn read(name: &str, text: &str, project: &Project) -> Result<Self, String> {
        let refused = |fault: Fault| fault.in_words(name, text);
        let ignores = ignores::read_sidecar(name, text).map_err(refused)?;
        project.may_ignore(&ignores).map_err(refused)?;
        let entries = ignores.entries.into_iter().map(|(_, entry)| entry).collect();
        Ok(Self { entries, unknown: ignores.unknown })
    }

    /// Opens the ledger of its entries.
    pub(crate) fn ledger<'s>(&'s self, settings: &'s Settings) -> Ledger<'s> {
        Ledger::new(&self.entries, settings)
    }

    /// Returns what there is to say about names that are no rules.
    pub(crate) fn unknown(&self, settings: &Settings) -> Vec<Remark> {
        let remark =
            |(error, origin): &(UnknownRule, Origin)| unknown_rule(error, origin, settings);
        self.unknown.iter().filter_map(remark).collect()
    }
}

/// Returns where the file beside a policy stands: `<policy>.ramguard.toml`.
pub(crate) fn sidecar_path(policy: &Path) -> PathBuf {
    let mut name = policy.as_os_str().to_owned();
    name.push(".ramguard.toml");
    name.into()
}
