//! Writing a snapshot.

use super::{COMPRESSION, END, Error, FORMAT, MARK, Manifest, TableRows, at, sync_directory};
use crate::schema::{EachTable, VERSION, each_table};
use crate::snapshot::Snapshot;
use beffroi_domain::Timestamp;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use redb::{Key, ReadableTable, ReadableTableMetadata, TableDefinition, TableHandle, Value};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// Rows between two looks at the progress.
const ROWS_TOLD: u64 = 4096;
const BUFFER_BYTES: usize = 1 << 20;

/// Writes all rows of one moment to the new file `path`, telling `progress` how many of how many.
///
/// The file has its name once it is whole and on the disk, and only its owner may read it.
pub fn dump(
    snapshot: &Snapshot,
    path: &Path,
    now: Timestamp,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Manifest, Error> {
    if path.exists() {
        return Err(Error::Exists(path.to_owned()));
    }
    let manifest = manifest(snapshot, now)?;
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        Some(_) | None => Path::new("."),
    };
    let mut beside = tempfile::Builder::new();
    beside.prefix("snapshot-").suffix(".partial");
    let beside = beside.tempfile_in(directory).map_err(at(directory))?;
    write(snapshot, &manifest, &beside, progress).map_err(|failed| match failed {
        Failed::File(source) => Error::File { path: path.to_owned(), source },
        Failed::Store(error) => Error::Store(error),
    })?;
    beside.as_file().sync_all().map_err(at(path))?;
    beside.persist_noclobber(path).map_err(|failed| {
        if failed.error.kind() == io::ErrorKind::AlreadyExists {
            Error::Exists(path.to_owned())
        } else {
            Error::File { path: path.to_owned(), source: failed.error }
        }
    })?;
    sync_directory(directory)?;
    Ok(manifest)
}

fn manifest(snapshot: &Snapshot, now: Timestamp) -> Result<Manifest, Error> {
    let mut count = Count { snapshot, tables: Vec::new() };
    each_table(&mut count)?;
    let checkpoint = snapshot.checkpoint();
    Ok(Manifest {
        version: VERSION,
        log: checkpoint.log.clone(),
        sequence: checkpoint.sequence,
        digest: hexadecimal(&checkpoint.digest.rolling),
        created_at: now,
        release: env!("CARGO_PKG_VERSION").to_owned(),
        compression: COMPRESSION.to_owned(),
        tables: count.tables,
    })
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

struct Count<'a> {
    snapshot: &'a Snapshot,
    tables: Vec<TableRows>,
}

impl EachTable for Count<'_> {
    type Error = Error;

    fn table<K: Key + 'static, V: Value + 'static>(
        &mut self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), Error> {
        let rows = self.snapshot.table(table)?.len().map_err(crate::store::Error::from)?;
        self.tables.push(TableRows { name: table.name().to_owned(), rows });
        Ok(())
    }
}

/// Why a file is not whole.
enum Failed {
    File(io::Error),
    Store(crate::store::Error),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

impl From<crate::store::Error> for Failed {
    fn from(error: crate::store::Error) -> Self {
        Self::Store(error)
    }
}

fn write(
    snapshot: &Snapshot,
    manifest: &Manifest,
    file: &NamedTempFile,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), Failed> {
    let text = serde_json::to_vec(manifest).map_err(io::Error::from)?;
    let file = BufWriter::with_capacity(BUFFER_BYTES, file.as_file());
    let mut file = Summed { file, sum: Sha256::new() };
    file.write_all(MARK)?;
    file.write_all(&[FORMAT])?;
    file.write_all(&length(text.len())?)?;
    file.write_all(&text)?;
    let rows = DeflateEncoder::new(file, Compression::fast());
    let rows = BufWriter::with_capacity(BUFFER_BYTES, rows);
    let (done, total) = (0, manifest.rows());
    let mut tables = Tables { snapshot, rows, done, total, progress };
    each_table(&mut tables)?;
    let rows = tables.rows.into_inner().map_err(io::IntoInnerError::into_error)?;
    let Summed { mut file, sum } = rows.finish()?;
    file.write_all(&sum.finalize())?;
    file.write_all(END)?;
    file.flush()?;
    Ok(())
}

fn length(bytes: usize) -> io::Result<[u8; 4]> {
    u32::try_from(bytes).map(u32::to_be_bytes).map_err(io::Error::other)
}

/// What is written is summed.
struct Summed<W> {
    file: W,
    sum: Sha256,
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write_all(bytes)?;
        self.sum.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

struct Tables<'a, W: Write> {
    snapshot: &'a Snapshot,
    rows: W,
    done: u64,
    total: u64,
    progress: &'a mut dyn FnMut(u64, u64),
}

impl<W: Write> EachTable for Tables<'_, W> {
    type Error = Failed;

    fn table<K: Key + 'static, V: Value + 'static>(
        &mut self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), Failed> {
        let table = self.snapshot.table(table)?;
        for row in table.iter().map_err(crate::store::Error::from)? {
            let (key, value) = row.map_err(crate::store::Error::from)?;
            let (key, value) = (key.value(), value.value());
            let (key, value) = (K::as_bytes(&key), V::as_bytes(&value));
            for bytes in [key.as_ref(), value.as_ref()] {
                self.rows.write_all(&length(bytes.len())?)?;
                self.rows.write_all(bytes)?;
            }
            self.done += 1;
            if self.done.is_multiple_of(ROWS_TOLD) {
                (self.progress)(self.done, self.total);
            }
        }
        Ok(())
    }
}
