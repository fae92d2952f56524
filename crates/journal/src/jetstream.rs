//! The log in a NATS JetStream stream: the one place that knows NATS.
//!
//! Duplicates are answered by the log itself. The broker recognises an id within its window but,
//! for a batch or behind a stale expectation, does not say where the entry is; then the entry's
//! subject is read from the stream's leader, over the window, to find it. Nothing need be
//! remembered for this, so it holds across restarts and for what other nodes stored.

mod access;
mod append;
mod connect;
mod connection;
mod denial;
mod message;
mod publish;
mod publisher;
mod read;
mod recent;
mod settings;
#[cfg(feature = "simulation")]
mod simulated;

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

pub use self::access::{Access, ClientCertificate, Login};
use self::connection::Connection;
use self::publisher::Job;
pub(crate) use self::read::JetStreamReader;
use self::recent::Recent;
#[cfg(feature = "simulation")]
pub use self::simulated::{Call, Link, Publication, Reply};
use crate::entry::{Record, State};
use crate::error::Error;

/// Where the stream is and what it is called.
#[derive(Clone, Debug)]
pub struct JetStreamConfig {
    /// The broker's address; may carry a user and a password, and may list several, separated by
    /// commas.
    pub url: String,
    /// How the node and the broker know each other.
    pub access: Access,
    /// The stream's name.
    pub stream: String,
    /// The literal tokens before every entry's subject, such as `beffroi.v1.<tenant>`.
    pub subject_prefix: String,
    /// How many servers keep a copy, when the stream is created.
    pub replicas: usize,
}

/// A stream with its publisher.
#[derive(Debug)]
pub(crate) struct JetStream {
    log: Log,
    jobs: mpsc::Sender<Job>,
    recent: Recent,
    warnings: Vec<String>,
}

/// The stream itself, without the publisher.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    connection: Connection,
    // Ends in a dot.
    prefix: Arc<str>,
    // When the journal was opened.
    epoch: Arc<str>,
    // Counts how often the connection was lost.
    disconnects: watch::Receiver<u64>,
}

impl JetStream {
    pub(crate) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    pub(crate) async fn state(&self) -> Result<State, Error> {
        self.log.state().await
    }

    pub(crate) async fn get(&self, sequence: u64) -> Result<Option<Record>, Error> {
        self.log.get(sequence).await
    }

    pub(crate) fn read(&self, after: u64) -> JetStreamReader {
        JetStreamReader::new(self.log.clone(), after)
    }

    pub(crate) async fn close(&self) {
        let (done, finished) = tokio::sync::oneshot::channel();
        if self.jobs.send(Job::Close(done)).await.is_ok() {
            // The publisher may have ended already.
            let _ = finished.await;
        }
        self.log.connection.drain().await;
    }
}

impl Log {
    async fn state(&self) -> Result<State, Error> {
        self.connection.state().await
    }

    /// Reads one entry from the stream's leader.
    async fn get(&self, sequence: u64) -> Result<Option<Record>, Error> {
        if sequence == 0 {
            return Ok(None);
        }
        self.connection.get(&self.prefix, sequence).await
    }

    /// Reads from the stream's leader the first entry of `subject` from `sequence` on.
    async fn next_of(&self, subject: &str, sequence: u64) -> Result<Option<Record>, Error> {
        let subject = format!("{}{subject}", self.prefix);
        self.connection.next_of(&self.prefix, (subject, sequence)).await
    }
}
