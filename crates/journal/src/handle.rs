//! The journal: one of a closed set of backends behind one interface.

use std::path::Path;
use std::sync::Arc;

use tokio::time::Instant;

use crate::embedded::Embedded;
use crate::entry::{Append, Record, State, Stored};
use crate::error::{AppendError, Error};
use crate::jetstream::{JetStream, JetStreamConfig};
use crate::reader::Reader;

/// A handle on an event log; clones share it.
#[derive(Clone, Debug)]
pub struct Journal(Backend);

#[derive(Clone, Debug)]
enum Backend {
    Embedded(Embedded),
    JetStream(Arc<JetStream>),
}

impl Journal {
    /// Opens the embedded journal in the file `path`, creating it if there is none.
    ///
    /// Blocks while it reads the last two minutes of the log. One process at a time may have the
    /// file open; dropping the last handle waits for the writer and releases it.
    pub fn open_embedded(path: &Path) -> Result<Self, Error> {
        Ok(Self(Backend::Embedded(Embedded::open(path)?)))
    }

    /// Opens the embedded journal that a disk of the caller's holds.
    #[cfg(feature = "simulation")]
    pub fn open_embedded_on(disk: impl redb::StorageBackend) -> Result<Self, Error> {
        Ok(Self(Backend::Embedded(Embedded::open_on(disk)?)))
    }

    /// Connects to a JetStream stream, creating it if there is none.
    ///
    /// Fails if an existing stream's settings can lose events.
    pub async fn connect(config: JetStreamConfig) -> Result<Self, Error> {
        Ok(Self(Backend::JetStream(Arc::new(JetStream::connect(config).await?))))
    }

    /// Uses the stream of a broker that a test simulates.
    #[cfg(feature = "simulation")]
    pub async fn simulated(link: crate::Link, subject_prefix: &str) -> Result<Self, Error> {
        let jetstream = JetStream::simulated(link, subject_prefix).await?;
        Ok(Self(Backend::JetStream(Arc::new(jetstream))))
    }

    /// What an operator should know about the log's safety, each a sentence.
    pub fn warnings(&self) -> &[String] {
        match &self.0 {
            Backend::Embedded(_) => &[],
            Backend::JetStream(jetstream) => jetstream.warnings(),
        }
    }

    /// Stores the entries all together, durably, or not at all.
    ///
    /// Entries stored before, within two minutes, are not stored again: the answer gives their
    /// original sequences, even when the expectations no longer hold. Dropping the future leaves
    /// the outcome unknown.
    pub async fn append(
        &self,
        mut append: Append,
        deadline: Instant,
    ) -> Result<Stored, AppendError> {
        append.check()?;
        for entry in &mut append.entries {
            entry.headers.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
        match &self.0 {
            Backend::Embedded(embedded) => embedded.append(append, deadline).await,
            Backend::JetStream(jetstream) => jetstream.append(append, deadline).await,
        }
    }

    /// What the log holds now.
    pub async fn state(&self) -> Result<State, Error> {
        match &self.0 {
            Backend::Embedded(embedded) => embedded.state().await,
            Backend::JetStream(jetstream) => jetstream.state().await,
        }
    }

    /// The entry at `sequence`, if there is one.
    pub async fn get(&self, sequence: u64) -> Result<Option<Record>, Error> {
        match &self.0 {
            Backend::Embedded(embedded) => embedded.get(sequence).await,
            Backend::JetStream(jetstream) => jetstream.get(sequence).await,
        }
    }

    /// Reads on from the entry after position `after`; 0 reads from the beginning.
    pub fn read(&self, after: u64) -> Reader {
        match &self.0 {
            Backend::Embedded(embedded) => Reader::embedded(embedded.read(after)),
            Backend::JetStream(jetstream) => Reader::jetstream(jetstream.read(after)),
        }
    }

    /// Stores what is waiting, then releases the file or the connection, for all clones.
    pub async fn close(self) {
        match self.0 {
            Backend::Embedded(embedded) => embedded.close().await,
            Backend::JetStream(jetstream) => jetstream.close().await,
        }
    }
}
