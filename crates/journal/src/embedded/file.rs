//! The redb file: its tables, how it is opened, and reads on it.

use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use redb::{
    Database, DatabaseError, ReadTransaction, ReadableDatabase, ReadableTable, StorageError,
    TableDefinition, TableError, WriteTransaction,
};
use uuid::Uuid;

use super::row;
use crate::entry::{Record, State};
use crate::error::Error;

/// Sequence to entry.
pub(super) const ENTRIES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("entries");
/// Subject to the sequence of its last entry.
pub(super) const SUBJECTS: TableDefinition<'_, &str, u64> = TableDefinition::new("subjects");
const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");

const FORMAT_KEY: &str = "format";
const EPOCH_KEY: &str = "epoch";
const FORMAT: u64 = 1;
/// The log is written at its end and read in order: a small cache serves.
const CACHE_BYTES: usize = 64 << 20;

/// An open file.
#[derive(Debug)]
pub(super) struct File {
    // Taken out when the journal is closed, while other handles may still exist.
    database: RwLock<Option<Database>>,
    epoch: String,
}

impl File {
    /// Opens the file, creating it if there is none.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        if is_missing(path) {
            return Self::create(path);
        }
        Self::of(database(path), path, false)
    }

    /// Creates the file beside its place and puts it there once it is complete: a crash meanwhile
    /// leaves no file that can never be opened, and after it the file's name is not lost.
    fn create(path: &Path) -> Result<Self, Error> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        let is_new = is_missing(&beside);
        let mut created = Self::of(database(&beside), path, is_new);
        if let Err(Error::NotAJournal { .. }) = created {
            std::fs::remove_file(&beside).map_err(storage)?;
            created = Self::of(database(&beside), path, true);
        }
        // As long as this one is open, no other process creates it.
        if !is_missing(path) {
            return Err(Error::Locked { path: path.to_owned() });
        }
        let file = created?;
        std::fs::rename(&beside, path).map_err(storage)?;
        if let Some(directory) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
            std::fs::File::open(directory).and_then(|it| it.sync_all()).map_err(storage)?;
        }
        Ok(file)
    }

    /// Opens what a disk of the caller's holds.
    #[cfg(feature = "simulation")]
    pub(super) fn open_on(disk: impl redb::StorageBackend) -> Result<Self, Error> {
        let is_new = disk.len().map_err(storage)? == 0;
        let database = Database::builder().set_cache_size(CACHE_BYTES).create_with_backend(disk);
        Self::of(database, Path::new("simulated"), is_new)
    }

    fn of(
        database: Result<Database, DatabaseError>,
        path: &Path,
        is_new: bool,
    ) -> Result<Self, Error> {
        let database = database.map_err(|error| open_error(path, error))?;
        let epoch = if is_new { create_tables(&database)? } else { check(&database, path)? };
        Ok(Self { database: RwLock::new(Some(database)), epoch })
    }

    /// Releases the file once the reads under way have ended.
    pub(super) fn close(&self) {
        drop(self.database.write().unwrap_or_else(PoisonError::into_inner).take());
    }

    pub(super) fn state(&self) -> Result<State, Error> {
        self.reading(|txn| {
            let entries = txn.open_table(ENTRIES).map_err(storage)?;
            let last = entries.last().map_err(storage)?.map_or(0, |(key, _)| key.value());
            Ok(State { epoch: self.epoch.clone(), first: 1, last })
        })
    }

    pub(super) fn get(&self, sequence: u64) -> Result<Option<Record>, Error> {
        self.reading(|txn| {
            let entries = txn.open_table(ENTRIES).map_err(storage)?;
            let bytes = entries.get(sequence).map_err(storage)?;
            bytes.map(|bytes| row::decode(sequence, bytes.value())).transpose()
        })
    }

    /// The entries after a position: at least one if there is one, else as many as both limits
    /// allow.
    pub(super) fn range(
        &self,
        after: u64,
        max_records: usize,
        max_bytes: usize,
    ) -> Result<Vec<Record>, Error> {
        self.reading(|txn| {
            let entries = txn.open_table(ENTRIES).map_err(storage)?;
            let mut records = Vec::new();
            let mut bytes_left = max_bytes;
            let rows = entries.range(after.saturating_add(1)..).map_err(storage)?;
            for row in rows.take(max_records.max(1)) {
                let (key, bytes) = row.map_err(storage)?;
                let bytes = bytes.value();
                if bytes.len() > bytes_left && !records.is_empty() {
                    break;
                }
                bytes_left = bytes_left.saturating_sub(bytes.len());
                records.push(row::decode(key.value(), bytes)?);
            }
            Ok(records)
        })
    }

    /// The newest entries, newest first, as long as `wanted` says so.
    pub(super) fn newest_while(
        &self,
        mut wanted: impl FnMut(&Record) -> bool,
    ) -> Result<Vec<Record>, Error> {
        self.reading(|txn| {
            let entries = txn.open_table(ENTRIES).map_err(storage)?;
            let mut records = Vec::new();
            for row in entries.iter().map_err(storage)?.rev() {
                let (key, bytes) = row.map_err(storage)?;
                let record = row::decode(key.value(), bytes.value())?;
                if !wanted(&record) {
                    break;
                }
                records.push(record);
            }
            Ok(records)
        })
    }

    /// Begins a write; only the writer's thread does.
    pub(super) fn begin_write(&self) -> Result<WriteTransaction, Error> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        database.as_ref().ok_or(Error::Closed)?.begin_write().map_err(storage)
    }

    fn reading<T>(
        &self,
        read: impl FnOnce(&ReadTransaction) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let txn = database.as_ref().ok_or(Error::Closed)?.begin_read().map_err(storage)?;
        read(&txn)
    }
}

pub(super) fn storage(error: impl Into<redb::Error>) -> Error {
    Error::Storage(error.into())
}

fn database(path: &Path) -> Result<Database, DatabaseError> {
    Database::builder().set_cache_size(CACHE_BYTES).create(path)
}

fn is_missing(path: &Path) -> bool {
    std::fs::metadata(path).map_or(true, |it| it.len() == 0)
}

fn create_tables(database: &Database) -> Result<String, Error> {
    let epoch = Uuid::new_v4().to_string();
    let txn = database.begin_write().map_err(storage)?;
    txn.open_table(ENTRIES).map_err(storage)?;
    txn.open_table(SUBJECTS).map_err(storage)?;
    let mut meta = txn.open_table(META).map_err(storage)?;
    meta.insert(FORMAT_KEY, FORMAT.to_le_bytes().as_slice()).map_err(storage)?;
    meta.insert(EPOCH_KEY, epoch.as_bytes()).map_err(storage)?;
    drop(meta);
    txn.commit().map_err(storage)?;
    Ok(epoch)
}

/// Checks that the file is a journal of the known format and returns its epoch.
fn check(database: &Database, path: &Path) -> Result<String, Error> {
    let not_a_journal = |reason: &str| not_a_journal(path, reason);
    let txn = database.begin_read().map_err(storage)?;
    let meta = match txn.open_table(META) {
        Ok(meta) => meta,
        // A crash between the creation of the file and of its tables leaves no table at all.
        Err(TableError::TableDoesNotExist(_)) if has_no_tables(&txn)? => {
            return create_tables(database);
        }
        Err(TableError::Storage(error)) => return Err(storage(error)),
        Err(error) => return Err(not_a_journal(&error.to_string())),
    };
    let value = |key: &str| -> Result<Option<Vec<u8>>, Error> {
        Ok(meta.get(key).map_err(storage)?.map(|it| it.value().to_vec()))
    };
    let format = value(FORMAT_KEY)?.and_then(|it| it.try_into().ok()).map(u64::from_le_bytes);
    match format {
        Some(FORMAT) => {}
        Some(found) => {
            return Err(Error::Format { path: path.to_owned(), found, needed: FORMAT });
        }
        None => return Err(not_a_journal("it has no format number")),
    }
    let epoch = value(EPOCH_KEY)?.and_then(|it| String::from_utf8(it).ok());
    epoch.ok_or_else(|| not_a_journal("it has no epoch"))
}

fn has_no_tables(txn: &ReadTransaction) -> Result<bool, Error> {
    Ok(txn.list_tables().map_err(storage)?.next().is_none())
}

fn not_a_journal(path: &Path, reason: &str) -> Error {
    Error::NotAJournal { path: PathBuf::from(path), reason: reason.to_owned() }
}

fn open_error(path: &Path, error: DatabaseError) -> Error {
    if matches!(error, DatabaseError::DatabaseAlreadyOpen) {
        return Error::Locked { path: path.to_owned() };
    }
    let is_foreign = if let DatabaseError::Storage(StorageError::Io(io)) = &error {
        io.kind() == std::io::ErrorKind::InvalidData
    } else {
        matches!(
            error,
            DatabaseError::UpgradeRequired(_) | DatabaseError::Storage(StorageError::Corrupted(_))
        )
    };
    if is_foreign { not_a_journal(path, &error.to_string()) } else { storage(error) }
}
