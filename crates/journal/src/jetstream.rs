//! The log in a NATS JetStream stream.

use tokio::time::Instant;

use crate::entry::{Append, Record, State, Stored};
use crate::error::{AppendError, Error, ReadError, Refusal};

/// Where the stream is and what it is called.
#[derive(Clone, Debug)]
pub struct JetStreamConfig {
    /// The broker's address; may carry a user and a password, and may list several separated by
    /// commas.
    pub url: String,
    /// The stream's name.
    pub stream: String,
    /// The literal tokens before every entry's subject, such as `beffroi.v1.<tenant>`.
    pub subject_prefix: String,
    /// How many servers keep a copy, when the stream is created.
    pub replicas: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct JetStream {}

impl JetStream {
    pub(crate) async fn connect(_config: JetStreamConfig) -> Result<Self, Error> {
        Err(Error::Closed)
    }
    pub(crate) fn warnings(&self) -> &[String] {
        &[]
    }
    pub(crate) async fn append(&self, _: Append, _: Instant) -> Result<Stored, AppendError> {
        Err(Refusal::Closed.into())
    }
    pub(crate) async fn state(&self) -> Result<State, Error> {
        Err(Error::Closed)
    }
    pub(crate) async fn get(&self, _sequence: u64) -> Result<Option<Record>, Error> {
        Err(Error::Closed)
    }
    pub(crate) fn read(&self, _after: u64) -> JetStreamReader {
        JetStreamReader {}
    }
    pub(crate) async fn close(self) {}
}

#[derive(Debug)]
pub(crate) struct JetStreamReader {}

impl JetStreamReader {
    pub(crate) async fn next(&mut self, _: usize, _: usize) -> Result<Vec<Record>, ReadError> {
        Err(Error::Closed.into())
    }
}
