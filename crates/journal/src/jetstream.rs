//! The log in a NATS JetStream stream: the one place that knows NATS.
//!
//! Duplicates are answered by the log itself. The broker recognises an id within its window but,
//! for a batch or behind a stale expectation, does not say where the entry is; then the entry's
//! subject is read from the stream's leader, over the window, to find it. Nothing need be
//! remembered for this, so it holds across restarts and for what other nodes stored.

mod append;
mod connect;
mod message;
mod publish;
mod publisher;
mod read;
mod recent;

use std::sync::Arc;

use async_nats::Client;
use async_nats::jetstream::Context;
use async_nats::jetstream::response::Response;
use async_nats::jetstream::stream::{Info, RawMessageErrorKind, Stream};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{mpsc, watch};

use self::publisher::Job;
pub(crate) use self::read::JetStreamReader;
use self::recent::Recent;
use crate::entry::{Record, State};
use crate::error::Error;

/// Where the stream is and what it is called.
#[derive(Clone, Debug)]
pub struct JetStreamConfig {
    /// The broker's address; may carry a user and a password, and may list several, separated by
    /// commas.
    pub url: String,
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
    client: Client,
    context: Context,
    stream: Stream<()>,
    name: Arc<str>,
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
        // Draining fails only on a connection that is closed.
        let _ = self.log.client.drain().await;
    }
}

impl Log {
    /// What the stream's leader says of it.
    async fn state(&self) -> Result<State, Error> {
        let info: Info = request(&self.context, format!("STREAM.INFO.{}", self.name), &()).await?;
        let (first, last) = (info.state.first_sequence, info.state.last_sequence);
        Ok(State { epoch: connect::epoch(&info), first: first.max(1), last })
    }

    /// Reads one entry from the stream's leader.
    async fn get(&self, sequence: u64) -> Result<Option<Record>, Error> {
        if sequence == 0 {
            return Ok(None);
        }
        let found = self.stream.raw_message_builder().sequence(sequence).send().await;
        self.found(found)
    }

    /// Reads from the stream's leader the first entry of `subject` from `sequence` on.
    async fn next_of(&self, subject: &str, sequence: u64) -> Result<Option<Record>, Error> {
        let subject = format!("{}{subject}", self.prefix);
        let get = self.stream.raw_message_builder().next_by_subject(subject);
        self.found(get.sequence(sequence).send().await)
    }

    fn found(
        &self,
        found: Result<
            async_nats::jetstream::message::StreamMessage,
            async_nats::jetstream::stream::RawMessageError,
        >,
    ) -> Result<Option<Record>, Error> {
        let error = match found {
            Ok(message) => return message::from_stored(&self.prefix, message).map(Some),
            Err(error) => error,
        };
        match error.kind() {
            RawMessageErrorKind::NoMessageFound => Ok(None),
            RawMessageErrorKind::JetStream(error) => Err(broker_error(&error)),
            RawMessageErrorKind::InvalidSubject | RawMessageErrorKind::Other => {
                Err(Error::Unreachable(error.to_string()))
            }
        }
    }
}

/// Asks the broker's own interface.
async fn request<T: DeserializeOwned>(
    context: &Context,
    subject: String,
    payload: &impl Serialize,
) -> Result<T, Error> {
    match context.request(subject, payload).await {
        Ok(Response::Ok(answer)) => Ok(answer),
        Ok(Response::Err { error }) => Err(broker_error(&error)),
        Err(error) => Err(Error::Unreachable(error.to_string())),
    }
}

fn broker_error(error: &async_nats::jetstream::Error) -> Error {
    Error::Broker { code: error.error_code().0, description: error.to_string() }
}
