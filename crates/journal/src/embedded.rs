//! The log in one redb file, for tests and small towns.
//!
//! One thread writes: it commits what is waiting together, so that one wait for the disk serves
//! many appends. Reads are snapshots and wait for nobody.

mod file;
mod read;
mod row;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, timeout_at};

use crate::entry::{Append, Record, State, Stored};
use crate::error::{AppendError, Doubt, Error, Refusal};

use self::file::File;
pub(crate) use self::read::EmbeddedReader;
use self::writer::Job;

/// How many appends may wait for the writer.
const JOBS_MAX: usize = 4096;

/// A handle on an open file; the last one to go closes it.
#[derive(Clone, Debug)]
pub(crate) struct Embedded(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    file: Arc<File>,
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    last: watch::Receiver<u64>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Embedded {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        Self::of(File::open(path)?)
    }

    #[cfg(feature = "simulation")]
    pub(crate) fn open_on(disk: impl redb::StorageBackend) -> Result<Self, Error> {
        Self::of(File::open_on(disk)?)
    }

    fn of(file: File) -> Result<Self, Error> {
        let file = Arc::new(file);
        let (jobs, waiting) = mpsc::channel(JOBS_MAX);
        let (last, writer) = writer::start(Arc::clone(&file), waiting)?;
        Ok(Self(Arc::new(Shared {
            file,
            jobs: Mutex::new(Some(jobs)),
            last,
            writer: Mutex::new(Some(writer)),
        })))
    }

    pub(crate) async fn append(
        &self,
        append: Append,
        deadline: Instant,
    ) -> Result<Stored, AppendError> {
        let jobs = lock(&self.0.jobs).clone().ok_or(Refusal::Closed)?;
        let (reply, answer) = oneshot::channel();
        let slot = timeout_at(deadline, jobs.reserve()).await.map_err(|_| Refusal::Busy)?;
        slot.map_err(|_| Refusal::Closed)?.send(Job { append, reply });
        // The writer ends only after the last sender, so this one must not wait for the answer.
        drop(jobs);
        match timeout_at(deadline, answer).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(Doubt::WriterEnded.into()),
            Err(_) => Err(Doubt::Deadline.into()),
        }
    }

    pub(crate) async fn state(&self) -> Result<State, Error> {
        blocking(&self.0.file, File::state).await
    }

    pub(crate) async fn get(&self, sequence: u64) -> Result<Option<Record>, Error> {
        blocking(&self.0.file, move |file| file.get(sequence)).await
    }

    pub(crate) fn read(&self, after: u64) -> EmbeddedReader {
        EmbeddedReader::new(Arc::clone(&self.0.file), self.0.last.clone(), after)
    }

    pub(crate) async fn close(self) {
        let shared = Arc::clone(&self.0);
        // An error would mean that the runtime is going down, which closes the file as well.
        let _ = tokio::task::spawn_blocking(move || {
            shared.end_writer();
            shared.file.close();
        })
        .await;
    }
}

impl Shared {
    /// Lets the writer finish what is waiting, and waits for it.
    fn end_writer(&self) {
        drop(lock(&self.jobs).take());
        let writer = lock(&self.writer).take();
        if let Some(writer) = writer
            && writer.join().is_err()
        {
            tracing::error!("the journal's writer panicked");
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.end_writer();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a read where it may block.
async fn blocking<T: Send + 'static>(
    file: &Arc<File>,
    read: impl FnOnce(&File) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let file = Arc::clone(file);
    tokio::task::spawn_blocking(move || read(&file)).await.unwrap_or(Err(Error::Closed))
}
