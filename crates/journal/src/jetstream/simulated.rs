//! A connection to a broker that a test simulates: what is said over it goes through a channel.

use std::time::Duration;

use async_nats::client::RequestErrorKind;
use async_nats::{HeaderMap, Message};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, timeout};

use super::message;
use crate::entry::{Record, State};
use crate::error::Error;

/// How long one question may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Subject, headers and payload.
pub type Publication = (String, HeaderMap, Bytes);
/// Where an answer goes; dropped: it is lost.
pub type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// What a node says to the broker.
#[derive(Debug)]
pub enum Call {
    /// A message, and where its acknowledgement goes if one is wanted.
    Publish(Publication, Option<oneshot::Sender<Bytes>>),
    /// What does the stream hold?
    State(Reply<State>),
    /// The message at a sequence, delivered as a consumer would.
    Get(u64, Reply<Option<Message>>),
    /// The first message of a subject from a sequence on.
    NextOf(String, u64, Reply<Option<Message>>),
    /// Deliver what comes from a sequence on.
    Consume(u64, mpsc::UnboundedSender<Message>, Reply<()>),
}

/// A node's end of a simulated connection.
#[derive(Clone, Debug)]
pub struct Link {
    /// Where what is said goes.
    pub calls: mpsc::UnboundedSender<Call>,
    /// Whether the connection is up.
    pub up: watch::Receiver<bool>,
    /// How often it was lost.
    pub disconnects: watch::Receiver<u64>,
    /// A moment of the runtime's clock and what the time was then.
    pub since: (Instant, DateTime<Utc>),
}

impl Link {
    pub(super) fn is_up(&self) -> bool {
        *self.up.borrow()
    }

    /// The time by the runtime's clock, which a test may have stopped.
    pub fn now(&self) -> DateTime<Utc> {
        let (instant, time) = self.since;
        time + TimeDelta::from_std(instant.elapsed()).unwrap_or(TimeDelta::MAX)
    }

    pub(super) fn publish(&self, publication: Publication) -> Result<(), Error> {
        self.say(Call::Publish(publication, None))
    }

    pub(super) async fn request(
        &self,
        publication: Publication,
        patience: Duration,
    ) -> Result<Bytes, RequestErrorKind> {
        let (ack, answer) = oneshot::channel();
        self.say(Call::Publish(publication, Some(ack))).map_err(|_| RequestErrorKind::Other)?;
        let answer = timeout(patience, answer).await.map_err(|_| RequestErrorKind::TimedOut)?;
        answer.map_err(|_| RequestErrorKind::Other)
    }

    pub(super) async fn state(&self) -> Result<State, Error> {
        self.ask(Call::State).await
    }

    pub(super) async fn get(&self, prefix: &str, sequence: u64) -> Result<Option<Record>, Error> {
        let found = self.ask(|reply| Call::Get(sequence, reply)).await?;
        found.map(|it| message::from_delivered(prefix, it)).transpose()
    }

    pub(super) async fn next_of(
        &self,
        prefix: &str,
        (subject, sequence): (String, u64),
    ) -> Result<Option<Record>, Error> {
        let found = self.ask(|reply| Call::NextOf(subject, sequence, reply)).await?;
        found.map(|it| message::from_delivered(prefix, it)).transpose()
    }

    pub(super) async fn consume(
        &self,
        sequence: u64,
    ) -> Result<mpsc::UnboundedReceiver<Message>, Error> {
        let (messages, delivered) = mpsc::unbounded_channel();
        self.ask(|reply| Call::Consume(sequence, messages, reply)).await?;
        Ok(delivered)
    }

    async fn ask<T>(&self, call: impl FnOnce(Reply<T>) -> Call) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        self.say(call(reply))?;
        let lost = || Error::Unreachable("no answer".to_owned());
        timeout(TIMEOUT, answer).await.map_err(|_| lost())?.map_err(|_| lost())?
    }

    fn say(&self, call: Call) -> Result<(), Error> {
        self.calls.send(call).map_err(|_| Error::Unreachable("the broker is gone".to_owned()))
    }
}
