//! The file of the key under which citizens' identifiers are hashed.
//!
//! Whoever has the key can tell whether a telephone number is known; whoever loses it cannot find
//! any citizen by their number again. It belongs in the backup, apart from the data.

use beffroi_domain::{IdentifierKey, InvalidKey, KeyId};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// No key file is longer; a file of another kind is not read whole.
const BYTES_MAX: u64 = 1024;
const OWNER_ONLY: u32 = 0o600;
const OTHERS: u32 = 0o077;

/// The key file cannot be used. What it holds is not shown.
#[derive(Debug, Error)]
pub enum InvalidKeyFile {
    /// It cannot be read.
    #[error("cannot read the identifier key `{path}`")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is none, and the log holds identifiers already.
    #[error(
        "there is no identifier key `{path}`, and the log's identifiers are hashed with the key \
         {log}: bring that one back from its backup, or from another node, or name its file with \
         --identifier-key"
    )]
    Missing {
        /// The file.
        path: PathBuf,
        /// The key that is needed.
        log: KeyId,
    },
    /// It holds another key than that of the log.
    #[error(
        "`{path}` holds the identifier key {found}, but the log's identifiers are hashed with the \
         key {log}: give this node that key, or the directory or broker that belongs to this one"
    )]
    Other {
        /// The file.
        path: PathBuf,
        /// The key it holds.
        found: KeyId,
        /// The key that is needed.
        log: KeyId,
    },
    /// It cannot be made.
    #[error("cannot make the identifier key `{path}`")]
    NotMade {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It holds something else than a key.
    #[error("`{path}` is not an identifier key")]
    NotAKey {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: InvalidKey,
    },
    /// It is not a text.
    #[error("`{path}` is not an identifier key: expected a file of 64 hexadecimal digits")]
    NotText {
        /// The file.
        path: PathBuf,
    },
}

/// The key of a node whose log has identifiers hashed with the key `log`, or none yet: only then is
/// a key made when there is no file.
pub(crate) fn node_key(path: &Path, log: Option<KeyId>) -> Result<IdentifierKey, InvalidKeyFile> {
    let Some(log) = log else { return read_or_make_key(path) };
    let file = File::open(path).map_err(|source| {
        if source.kind() == ErrorKind::NotFound {
            InvalidKeyFile::Missing { path: path.to_owned(), log }
        } else {
            InvalidKeyFile::Unreadable { path: path.to_owned(), source }
        }
    })?;
    let key = read(path, file)?;
    let found = key.id();
    if found == log {
        Ok(key)
    } else {
        Err(InvalidKeyFile::Other { path: path.to_owned(), found, log })
    }
}

/// Reads the key of a node, or makes one when there is no file.
///
/// A key that is made is whole on the disk before it is used, or not there at all.
fn read_or_make_key(path: &Path) -> Result<IdentifierKey, InvalidKeyFile> {
    let unreadable = |source| InvalidKeyFile::Unreadable { path: path.to_owned(), source };
    match File::open(path) {
        Ok(file) => read(path, file),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make(path)
                .map_err(|source| InvalidKeyFile::NotMade { path: path.to_owned(), source })?;
            read(path, File::open(path).map_err(unreadable)?)
        }
        Err(error) => Err(unreadable(error)),
    }
}

fn read(path: &Path, file: File) -> Result<IdentifierKey, InvalidKeyFile> {
    let unreadable = |source| InvalidKeyFile::Unreadable { path: path.to_owned(), source };
    let mode = file.metadata().map_err(unreadable)?.permissions().mode();
    if mode & OTHERS != 0 {
        let mode = format!("{:04o}", mode & 0o7777);
        tracing::warn!(path = %path.display(), mode, "others can use the identifier key: chmod 600 it");
    }
    let mut bytes = Vec::new();
    file.take(BYTES_MAX).read_to_end(&mut bytes).map_err(unreadable)?;
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Err(InvalidKeyFile::NotText { path: path.to_owned() });
    };
    let key = text.trim_ascii().parse();
    key.map_err(|source| InvalidKeyFile::NotAKey { path: path.to_owned(), source })
}

/// Makes the file, unless another process has made it meanwhile.
fn make(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = path.file_name().ok_or(ErrorKind::InvalidFilename)?.to_owned();
    name.push(format!(".{}.new", uuid::Uuid::new_v4().simple()));
    let draft = folder.join(name);
    let made = write(&draft).and_then(|()| match fs::hard_link(&draft, path) {
        // Unlike a renaming, a link never takes the place of a key that is in use.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let removed = fs::remove_file(&draft);
    made?;
    removed?;
    File::open(folder)?.sync_all()
}

fn write(draft: &Path) -> io::Result<()> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    let text = IdentifierKey::new(bytes).to_secret_text();
    let mut file = OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(draft)?;
    file.write_all(format!("{text}\n").as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::chain;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identifier.key");
        let made = read_or_make_key(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, OWNER_ONLY);
        assert_eq!(read_or_make_key(&path).unwrap(), made);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");
        let other = read_or_make_key(&folder.path().join("other.key")).unwrap();
        assert_ne!(made, other);
    }

    #[test]
    fn nodes_that_start_together_get_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identifier.key");
        let keys: Vec<IdentifierKey> = std::thread::scope(|scope| {
            let nodes: Vec<_> =
                (0..8).map(|_| scope.spawn(|| read_or_make_key(&path).unwrap())).collect();
            nodes.into_iter().map(|it| it.join().unwrap()).collect()
        });
        assert!(keys.windows(2).all(|it| it[0] == it[1]));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_is_no_key_is_named_and_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identifier.key");
        let check = |content: &[u8], expected: &str| {
            fs::write(&path, content).unwrap();
            let error = chain(&read_or_make_key(&path).unwrap_err());
            assert!(error.contains("identifier.key`") && error.contains(expected), "{error}");
            assert_eq!(fs::read(&path).unwrap(), content, "it is left as it is");
        };
        check(b"", "it has 0 characters, expected 64");
        check("ab".repeat(31).as_bytes(), "it has 62 characters, expected 64");
        check("zz".repeat(32).as_bytes(), "its character 1 is not a hexadecimal digit");
        check(&[0xff; 64], "expected a file of 64 hexadecimal digits");
        check(&vec![b'a'; 1 << 20], "it has 1024 characters");
        fs::write(&path, format!("{}\r\n", "0F".repeat(32))).unwrap();
        assert_eq!(read_or_make_key(&path).unwrap(), IdentifierKey::new([15; 32]));
    }

    #[test]
    fn a_key_is_never_made_beside_identifiers_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identifier.key");
        let log = IdentifierKey::new([1; 32]);
        let missing = node_key(&path, Some(log.id())).unwrap_err();
        assert!(matches!(missing, InvalidKeyFile::Missing { .. }), "{missing}");
        assert!(!path.exists());
        let own = node_key(&path, None).unwrap();
        assert_eq!(node_key(&path, Some(own.id())).unwrap(), own);
        let other = node_key(&path, Some(log.id())).unwrap_err().to_string();
        assert!(other.contains(&own.id().to_string()), "{other}");
        assert!(other.contains(&log.id().to_string()), "{other}");
    }

    #[test]
    fn a_file_that_cannot_be_read_or_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = chain(&read_or_make_key(folder.path()).unwrap_err());
        assert!(error.starts_with("cannot read the identifier key"), "{error}");
        let path = folder.path().join("missing/identifier.key");
        let error = chain(&read_or_make_key(&path).unwrap_err());
        assert!(error.starts_with("cannot make the identifier key"), "{error}");
    }
}
