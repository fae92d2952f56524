//! The projections' file.

use crate::digest::Digest;
use crate::schema::{EachTable, VERSION, each_table};
use crate::snapshot::Snapshot;
use beffroi_domain::Timestamp;
use redb::{
    Builder, Database, DatabaseError, Durability, Key, ReadableDatabase, StorageError,
    TableDefinition, Value, WriteTransaction,
};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use thiserror::Error as ThisError;
use tokio::sync::{Mutex, MutexGuard, watch};
use tokio::task::JoinError;

/// The projections cannot be read or written.
#[derive(Debug, ThisError)]
pub enum Error {
    /// The file cannot be opened.
    #[error("cannot open the projections `{path}`")]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<redb::Error>,
    },
    /// Another process has the file open.
    #[error("the projections `{0}` are in use: is another `beffroi serve` running on this data?")]
    InUse(PathBuf),
    /// The file holds other bytes than were written.
    #[error(
        "the projections `{0}` are damaged: run `beffroi rebuild`, which folds them again from the log"
    )]
    Damaged(PathBuf),
    /// The store failed.
    #[error("the store of the projections failed")]
    Store(#[source] Box<redb::Error>),
    /// A row cannot be read: the file is damaged.
    #[error("row {key} of table `{table}` cannot be read: run `beffroi rebuild`")]
    Row {
        /// The table.
        table: &'static str,
        /// The key.
        key: String,
    },
    /// A row cannot be written.
    #[error("a row cannot be encoded")]
    Encode(#[source] postcard::Error),
}

impl<E: Into<redb::Error>> From<E> for Error {
    fn from(error: E) -> Self {
        Self::Store(Box::new(error.into()))
    }
}

/// How far the projections have come, committed together with them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The last sequence folded; 0: none.
    pub sequence: u64,
    /// The log's identity; empty: not bound to a log yet.
    pub log: String,
    /// What is known of the log up to the sequence.
    pub(crate) digest: Digest,
    /// The latest time of which an event of the log tells, imported history aside: it was not earlier
    /// than that when the next one was recorded.
    pub(crate) known_until: Option<Timestamp>,
}

/// What the fold has come to, for those who wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    pub sequence: u64,
    pub last_breach: u64,
}

/// A handle to the projections; cheap to clone.
#[derive(Clone, Debug)]
pub struct Projections {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Another one may be put in its place.
    store: RwLock<Arc<Store>>,
    /// Held while a batch is folded, and while another store is put in place.
    gate: Mutex<()>,
    mark: watch::Sender<Mark>,
    /// The last breach by itself: those who wait for one are not woken by anything else.
    raised: watch::Sender<u64>,
}

/// One file.
#[derive(Debug)]
pub(crate) struct Store {
    database: Arc<Database>,
    pub path: PathBuf,
    /// How many were there before it in this process: what was read of another one may be otherwise.
    pub generation: u64,
}

/// How much of the projections is kept in memory at most.
const CACHE_BYTES: usize = 512 << 20;

/// The path of what is on a disk of the caller's.
#[cfg(feature = "simulation")]
const SIMULATED: &str = "simulated";

impl Projections {
    /// The file that holds the projections of this version, in `directory`.
    pub fn file(directory: &Path) -> PathBuf {
        Self::file_of(directory, VERSION)
    }

    pub(crate) fn file_of(directory: &Path, version: u8) -> PathBuf {
        directory.join(format!("projections-v{version}.redb"))
    }

    /// Opens or creates the file `path`.
    pub fn open(path: &Path) -> Result<Self, Error> {
        if is_missing(path) {
            return Self::create(path);
        }
        Self::of(Builder::new().set_cache_size(CACHE_BYTES).create(path), path)
    }

    /// Creates the file beside its place and puts it there once it is complete: a crash meanwhile
    /// leaves no file that can never be opened.
    fn create(path: &Path) -> Result<Self, Error> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        let database = || Builder::new().set_cache_size(CACHE_BYTES).create(&beside);
        let mut created = Self::of(database(), path);
        if let Err(Error::Open { .. }) = created
            && beside.exists()
        {
            std::fs::remove_file(&beside)?;
            created = Self::of(database(), path);
        }
        let projections = created?;
        // As long as this one is open, no other process creates it.
        if !is_missing(path) {
            return Err(Error::InUse(path.to_owned()));
        }
        std::fs::rename(&beside, path)?;
        Ok(projections)
    }

    /// Opens or creates what a disk of the caller's holds. Whoever folds or keeps time over it does
    /// so on the caller's runtime and no other thread, so that a simulation goes the same way again.
    #[cfg(feature = "simulation")]
    pub fn open_on(disk: impl redb::StorageBackend) -> Result<Self, Error> {
        let database = Builder::new().set_cache_size(CACHE_BYTES).create_with_backend(disk);
        Self::of(database, Path::new(SIMULATED))
    }

    fn of(database: Result<Database, DatabaseError>, path: &Path) -> Result<Self, Error> {
        let database = database.map_err(|error| {
            if matches!(error, DatabaseError::DatabaseAlreadyOpen) {
                Error::InUse(path.to_owned())
            } else if matches!(error, DatabaseError::Storage(StorageError::Corrupted(_))) {
                Error::Damaged(path.to_owned())
            } else {
                Error::Open { path: path.to_owned(), source: Box::new(error.into()) }
            }
        })?;
        let txn = database.begin_write()?;
        each_table(&mut Create(&txn))?;
        txn.commit()?;
        let (mark, raised) = (watch::Sender::default(), watch::Sender::default());
        let store = Store { database: Arc::new(database), path: path.to_owned(), generation: 0 };
        let (store, gate) = (RwLock::new(Arc::new(store)), Mutex::default());
        let inner = Inner { store, gate, mark, raised };
        let projections = Self { inner: Arc::new(inner) };
        let snapshot = projections.snapshot()?;
        projections.publish(snapshot.mark()?);
        Ok(projections)
    }

    /// Whether they are on a disk of the caller's.
    #[cfg(feature = "simulation")]
    pub(crate) fn is_simulated(&self) -> bool {
        self.store().path.as_os_str() == SIMULATED
    }

    /// Runs what may block where it holds up nobody.
    pub(crate) async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        #[cfg(feature = "simulation")]
        if self.is_simulated() {
            return Ok(work());
        }
        tokio::task::spawn_blocking(work).await
    }

    /// One moment of the projections.
    pub fn snapshot(&self) -> Result<Snapshot, Error> {
        let store = self.store();
        Snapshot::new(store.database.begin_read()?, store)
    }

    fn store(&self) -> Arc<Store> {
        Arc::clone(&self.inner.store.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps anything from being folded, and another store from being put in place.
    pub(crate) async fn gate(&self) -> MutexGuard<'_, ()> {
        self.inner.gate.lock().await
    }

    /// Renames the file of `new` to `place` and reads and writes there from now on; gives the store
    /// before it, which whoever has a snapshot of goes on reading. `new` must be at the same place of
    /// the log and on the disk, and the gate must be held.
    pub(crate) fn put_in_place(&self, new: &Self, place: &Path) -> Result<Arc<Store>, Error> {
        let new = new.store();
        std::fs::rename(&new.path, place)?;
        if let Some(directory) = place.parent() {
            std::fs::File::open(directory)?.sync_all()?;
        }
        let generation = self.store().generation + 1;
        let database = Arc::clone(&new.database);
        let store = Arc::new(Store { database, path: place.to_owned(), generation });
        let old = {
            let mut place = self.inner.store.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *place, store)
        };
        self.publish(self.snapshot()?.mark()?);
        Ok(old)
    }

    /// The last sequence folded and visible.
    pub fn sequence(&self) -> u64 {
        self.inner.mark.borrow().sequence
    }

    /// Waits until the fold has come at least to `sequence`.
    pub async fn folded(&self, sequence: u64) {
        let mut mark = self.inner.mark.subscribe();
        // The sender lives as long as `self`: it cannot have gone.
        let _ = mark.wait_for(|mark| mark.sequence >= sequence).await;
    }

    /// Waits until a warning or a breach after `sequence` is visible.
    pub async fn raised_after(&self, sequence: u64) {
        let mut raised = self.inner.raised.subscribe();
        let _ = raised.wait_for(|last| *last > sequence).await;
    }

    pub(crate) fn begin(&self, durability: Durability) -> Result<WriteTransaction, Error> {
        let mut txn = self.store().database.begin_write()?;
        txn.set_durability(durability)?;
        Ok(txn)
    }

    pub(crate) fn publish(&self, mark: Mark) {
        self.inner.mark.send_replace(mark);
        self.inner.raised.send_if_modified(|last| {
            let is_new = *last != mark.last_breach;
            *last = mark.last_breach;
            is_new
        });
    }
}

fn is_missing(path: &Path) -> bool {
    std::fs::metadata(path).map_or(true, |it| it.len() == 0)
}

/// Creates the tables that are not there yet.
struct Create<'a>(&'a WriteTransaction);

impl EachTable for Create<'_> {
    type Error = Error;

    fn table<K: Key + 'static, V: Value + 'static>(
        &mut self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), Error> {
        self.0.open_table(table)?;
        Ok(())
    }
}
