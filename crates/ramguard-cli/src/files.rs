//! Files that are written: whole or not at all.
//!
//! Always holds here: a file is written beside its place and then put there in one step, so nobody
//! ever reads half of it, and a failure leaves the old one as it was.

use std::io::Write as _;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::inputs::{InputError, Inputs, Source, name_of, words_of};
use crate::render::escape::escape;

/// Writes a file, whatever was there before.
///
/// # Errors
/// The folder is missing or cannot be written to.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), InputError> {
    // What is no regular file, /dev/stdout say, is not replaced but written to.
    if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        return std::fs::write(path, bytes).map_err(|error| unwritable(path, &error));
    }
    let permissions = path.metadata().ok().map(|metadata| metadata.permissions());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ramguard-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any program would create it: the mask of the process takes its part away.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder.unwrap_or(Path::new(".")));
    let finish = |mut file: NamedTempFile| {
        file.write_all(bytes)?;
        if let Some(permissions) = permissions {
            file.as_file().set_permissions(permissions)?;
        }
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)
    };
    file.and_then(finish).map(drop).map_err(|error| unwritable(path, &error))
}

/// Puts a new text in the place of a file that was read, unless it is another file by now.
///
/// # Errors
/// The file is standard input or a link, has changed since it was read, or cannot be written; in
/// words, escaped.
pub(crate) fn replace(path: &Path, source: &Source, text: &str) -> Result<(), String> {
    let name = escape(&source.name);
    if source.is_stdin {
        return Err("standard input cannot be written to".into());
    }
    if path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink()) {
        return Err(format!("`{name}` is a link and stays as it is; name the file it leads to"));
    }
    let now = Inputs::default().document(path.as_os_str()).map_err(|error| error.0)?;
    if now.bytes != source.bytes {
        return Err(format!("`{name}` has changed since it was read and stays as it is"));
    }
    write(path, text.as_bytes()).map_err(|error| error.0)
}

fn unwritable(path: &Path, error: &std::io::Error) -> InputError {
    let name = name_of(path.as_os_str());
    InputError(format!("cannot write `{}`: {}", escape(&name), words_of(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn the_mode_of_a_file_is_kept() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        std::fs::write(&path, "one").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn a_file_that_has_changed_since_it_was_read_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        std::fs::write(&path, "one").unwrap();
        let source = Inputs::default().document(path.as_os_str()).unwrap();
        std::fs::write(&path, "two").unwrap();
        assert!(replace(&path, &source, "three").is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a.json"), folder.path().join("link.json"));
        std::fs::write(&path, "one").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let source = Inputs::default().document(link.as_os_str()).unwrap();
        assert!(replace(&link, &source, "two").is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
    }

    #[test]
    fn a_folder_that_is_missing_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write(&folder.path().join("no/a.json"), b"").is_err());
    }
}
