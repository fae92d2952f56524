//! Snapshot files: all rows of one moment of the projections, from which a node can start.
//!
//! A file is a mark and the version of its format, a manifest in JSON behind its length, the rows of
//! each table (compressed), and a trailer: SHA-256 of all before it, and a mark of the end. What
//! does not end so was cut off; what has another checksum was changed. Nothing of a file is used
//! before all of it was checked.

mod read;
mod write;

pub use read::Dump;
pub use write::dump;

use crate::schema::VERSION;
use crate::store;
use beffroi_domain::Timestamp;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error as ThisError;

/// How every snapshot begins, whatever its format.
const MARK: &[u8] = b"beffroi snapshot\n";
/// The format written and read here, the byte after the mark.
const FORMAT: u8 = 1;
/// How every snapshot of this format ends.
const END: &[u8; 8] = b"beffend\n";
/// The checksum and the end.
const TRAILER_BYTES: u64 = 40;
/// Longer manifests are not those of a snapshot.
const MANIFEST_BYTES_MAX: u32 = 1 << 20;
/// How the rows are compressed, as the manifest says it.
const COMPRESSION: &str = "deflate";

/// A snapshot cannot be written, read or restored.
#[derive(Debug, ThisError)]
pub enum Error {
    /// The file cannot be read or written.
    #[error("cannot read or write `{path}`")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is something else.
    #[error("`{0}` is not a snapshot")]
    NotASnapshot(PathBuf),
    /// The file is of another format.
    #[error(
        "`{path}` is a snapshot of format {found}, this release reads format 1: use the release \
         that wrote it, or fold the log again with `beffroi rebuild`"
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u8,
    },
    /// The end of the file is missing.
    #[error(
        "`{0}` has no end: it was cut off when it was written or copied; copy it again, or take \
         another snapshot"
    )]
    Cut(PathBuf),
    /// The file is not what was written.
    #[error(
        "the checksum of `{0}` is not that of its content: it was damaged after it was written; \
         copy it again, or take another snapshot"
    )]
    Changed(PathBuf),
    /// The file has the right checksum, and rows that cannot be.
    #[error("`{path}` is not a snapshot that can be restored: {what}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The rows are of another version.
    #[error(
        "`{path}` holds projections of version {found}, this release reads version {needed}: start \
         without it, the log is folded again (`beffroi rebuild`), then take a new snapshot"
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// The version of its rows.
        found: u8,
        /// The version of this release.
        needed: u8,
    },
    /// A file is there already.
    #[error("`{0}` is there already: name another file")]
    Exists(PathBuf),
    /// There are projections already.
    #[error("there are projections at `{0}` already: --replace replaces them")]
    InPlace(PathBuf),
    /// The projections failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// What a snapshot holds. It can be read by any release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the rows.
    pub version: u8,
    /// The log's identity.
    pub log: String,
    /// The last sequence folded.
    pub sequence: u64,
    /// The rolling digest of the log up to the sequence, in hexadecimal digits.
    pub digest: String,
    /// When it was taken, in microseconds since 1970.
    pub created_at: Timestamp,
    /// The release that took it.
    pub release: String,
    /// How the rows are compressed.
    pub compression: String,
    /// How many rows each table has, in the order in which they follow.
    pub tables: Vec<TableRows>,
}

/// How many rows a table has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRows {
    /// The table.
    pub name: String,
    /// Its rows.
    pub rows: u64,
}

impl Manifest {
    /// How many rows there are in all.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|it| it.rows).fold(0, u64::saturating_add)
    }

    /// Refuses rows that this release does not read.
    fn check_version(&self, path: &Path) -> Result<(), Error> {
        if self.version == VERSION {
            return Ok(());
        }
        Err(Error::Version { path: path.to_owned(), found: self.version, needed: VERSION })
    }
}

/// Gives the file to an error of the operating system.
fn at(path: &Path) -> impl Fn(io::Error) -> Error + '_ {
    |source| Error::File { path: path.to_owned(), source }
}

/// Puts on the disk what is called how in a directory.
fn sync_directory(directory: &Path) -> Result<(), Error> {
    let synced = std::fs::File::open(directory).and_then(|it| it.sync_all());
    synced.map_err(at(directory))
}
