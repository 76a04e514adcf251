//! The policies of `testdata/policies`: texts that people published, and what becomes of each.
//!
//! Two tables stand beside the texts. `index.tsv` says where a text was found and what an earlier,
//! more tolerant checker thought of it. `expected.tsv` says what the reader of this project makes
//! of it: the kind it is read as, whether it is accepted, and every reject code it earns.
//!
//! Always true here: a line of a table has as many fields as its heading; files come in the order
//! of the table.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ramguard_policy::{Document, Kind, ReadOptions};

/// Returns the folder of test data of the repository.
#[must_use]
pub fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata")
}

/// One line of `index.tsv`: a text and where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file, below `testdata/policies`.
    pub file: String,
    /// What it was published as: a [`Kind`], or `resource` for the policy of a resource other than
    /// a bucket or a role.
    pub kind: String,
    /// Whether an earlier checker, more tolerant than the language, took it.
    pub valid_per_grammar: bool,
    /// Why that checker did not.
    pub why: String,
}

/// One line of `expected.tsv`: what the reader makes of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The file, below `testdata/policies`.
    pub file: String,
    /// The kind it is read as.
    pub kind: String,
    /// Whether it is accepted under RAM's own limits.
    pub accepted: bool,
    /// Every reject code it earns, each once, in the order of their names, separated by blanks.
    pub codes: String,
    /// The rule that settles it where this table and the index part ways; empty elsewhere.
    pub note: String,
}

impl Expectation {
    /// The heading of the table.
    pub const HEADING: &str = "file\tkind\taccepted\tcodes\tnote";

    /// Returns the line of the table, without its end.
    #[must_use]
    pub fn line(&self) -> String {
        let accepted = if self.accepted { "yes" } else { "no" };
        [&self.file, &self.kind, accepted, &self.codes, &self.note].join("\t")
    }
}

/// Reads `index.tsv`.
///
/// # Errors
/// If the file cannot be read or a line has another number of fields than the heading.
pub fn sources() -> io::Result<Vec<Source>> {
    let rows = table("policies/index.tsv")?;
    let source = |[file, kind, _, _, valid, why, _]: [String; 7]| Source {
        file,
        kind,
        valid_per_grammar: valid == "yes",
        why,
    };
    Ok(rows.into_iter().map(source).collect())
}

/// Reads `expected.tsv`.
///
/// # Errors
/// If the file cannot be read or a line has another number of fields than the heading.
pub fn expectations() -> io::Result<Vec<Expectation>> {
    let rows = table("policies/expected.tsv")?;
    let expectation = |[file, kind, accepted, codes, note]: [String; 5]| Expectation {
        file,
        kind,
        accepted: accepted == "yes",
        codes,
        note,
    };
    Ok(rows.into_iter().map(expectation).collect())
}

/// Reads the bytes of one text.
///
/// # Errors
/// If the file cannot be read.
pub fn read(file: &str) -> io::Result<Vec<u8>> {
    fs::read(testdata().join("policies").join(file))
}

/// Returns the kind a text of the index is read as.
///
/// The policies of other resources have no grammar in the language. One whose `Principal` is a map
/// is read as a trust policy, any other as a bucket policy: the reader guesses so too
/// ([`Kind::guess`]), and it is the form such a policy is nearest to.
#[must_use]
pub fn kind_of(source: &Source, text: &[u8]) -> Kind {
    source.kind.parse().unwrap_or_else(|_| Kind::guess(&String::from_utf8_lossy(text)))
}

/// Judges one text of the index by the reader, without a note.
///
/// # Errors
/// If the file cannot be read.
pub fn judge(source: &Source) -> io::Result<Expectation> {
    let bytes = read(&source.file)?;
    let kind = kind_of(source, &bytes);
    let document = Document::read_bytes(kind, &bytes, &ReadOptions::default());
    let mut codes: Vec<&str> = document.problems().iter().map(|p| p.code().name()).collect();
    codes.sort_unstable();
    codes.dedup();
    Ok(Expectation {
        file: source.file.clone(),
        kind: kind.name().to_owned(),
        accepted: codes.is_empty(),
        codes: codes.join(" "),
        note: String::new(),
    })
}

/// Reads the lines below the heading of a table of test data.
///
/// # Errors
/// If the file cannot be read or a line does not have `FIELDS` fields.
pub fn table<const FIELDS: usize>(file: &str) -> io::Result<Vec<[String; FIELDS]>> {
    let path = testdata().join(file);
    let fault = |line: usize, what: &str| {
        let place = format!("{}:{line}: {what}", path.display());
        io::Error::new(io::ErrorKind::InvalidData, place)
    };
    let text = fs::read_to_string(&path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
    let mut rows = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let row = <[String; FIELDS]>::try_from(fields)
            .map_err(|_| fault(number + 1, &format!("not {FIELDS} fields")))?;
        if number > 0 {
            rows.push(row);
        }
    }
    Ok(rows)
}
