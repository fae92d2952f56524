//! Following the stream from a position: a pull loop of our own over a consumer without acks.
//!
//! Whatever goes wrong with the consumer, it is made anew from the position reached. The stream is
//! then looked at first: another creation time, a shorter log, or another entry at the position ends
//! the reading.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use async_nats::StatusCode;
use async_nats::jetstream::consumer::pull;
use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};
use uuid::Uuid;

use super::connection::Delivery;
use super::{Log, message};
use crate::entry::Record;
use crate::error::{Error, ReadError};

const HEARTBEAT: Duration = Duration::from_secs(5);
const PULL_EXPIRES: Duration = Duration::from_secs(15);
/// Without any sign of life for so long, the consumer is taken for lost.
const SILENCE_MAX: Duration = Duration::from_secs(11);
const PAUSE_MIN: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// The most messages of one pull; two are under way at a time.
const PULL_MESSAGES_MAX: usize = 2000;
/// The most bytes of one pull, unless one message may be larger.
const PULL_BYTES_MAX: usize = 16 << 20;

type Starting = Pin<Box<dyn Future<Output = Result<Pull, ReadError>> + Send + Sync>>;

pub(crate) struct JetStreamReader {
    log: Log,
    position: u64,
    // What was read at the position, if anything was.
    last: Option<Identity>,
    pull: Option<Pull>,
    // Kept here, so that a caller who drops the read early and often still gets a consumer.
    starting: Option<Starting>,
    pause: Duration,
    // A record that did not fit the last answer.
    held: VecDeque<Record>,
}

/// What tells an entry from another that takes its place when a log lost its end and grew again.
type Identity = (Uuid, DateTime<Utc>);

fn identity(record: &Record) -> Identity {
    (record.entry.id, record.recorded_at)
}

/// A consumer that is being pulled from.
#[derive(Debug)]
struct Pull {
    delivery: Delivery,
    // Asked for and not yet delivered.
    outstanding: usize,
    alive_at: Instant,
    disconnects: watch::Receiver<u64>,
}

/// What came from the broker.
enum Event {
    Record(Record),
    Status,
    Lost,
}

impl fmt::Debug for JetStreamReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JetStreamReader").field("position", &self.position).finish_non_exhaustive()
    }
}

impl JetStreamReader {
    pub(super) fn new(log: Log, after: u64) -> Self {
        Self {
            log,
            position: after,
            last: None,
            pull: None,
            starting: None,
            pause: PAUSE_MIN,
            held: VecDeque::new(),
        }
    }

    pub(crate) async fn next(
        &mut self,
        max_records: usize,
        max_bytes: usize,
    ) -> Result<Vec<Record>, ReadError> {
        while self.held.is_empty() {
            self.wait().await?;
        }
        // From here to the return nothing waits, so a dropped future loses nothing.
        while self.held.len() < max_records
            && let Some(Some(event)) = self.pull.as_mut().map(|pull| pull.ready(&self.log.prefix))
        {
            self.take(event)?;
        }
        let mut records = Vec::with_capacity(self.held.len().min(max_records));
        let mut bytes = 0;
        while records.len() < max_records.max(1)
            && let Some(record) = self.held.pop_front()
        {
            bytes += record.entry.size();
            if bytes > max_bytes && !records.is_empty() {
                self.held.push_front(record);
                break;
            }
            records.push(record);
        }
        Ok(records)
    }

    /// Waits for something to happen, and for the consumer if there is none.
    async fn wait(&mut self) -> Result<(), ReadError> {
        let Some(pull) = &mut self.pull else {
            let starting = self
                .starting
                .get_or_insert_with(|| Box::pin(start(self.log.clone(), self.position, self.last)));
            let started = starting.await;
            self.starting = None;
            match started {
                Ok(pull) => self.pull = Some(pull),
                Err(error) => self.pause_after(error).await?,
            }
            return Ok(());
        };
        if pull.refill(&self.log).await.is_err() {
            self.pull = None;
            return Ok(());
        }
        let asked = pull.delivery.subject.clone();
        let event = pull.event(&self.log.prefix);
        let event = self.log.connection.permitted(&asked, event).await;
        self.take(event.map_err(Error::from)?)
    }

    fn take(&mut self, event: Event) -> Result<(), ReadError> {
        match event {
            Event::Record(record) => {
                let expected = self.position + 1;
                if record.sequence != expected {
                    return Err(ReadError::Gap { expected, found: record.sequence });
                }
                self.position = record.sequence;
                self.last = Some(identity(&record));
                self.pause = PAUSE_MIN;
                self.held.push_back(record);
            }
            Event::Status => {}
            Event::Lost => self.pull = None,
        }
        Ok(())
    }

    async fn pause_after(&mut self, error: ReadError) -> Result<(), ReadError> {
        if !matches!(error, ReadError::Backend(Error::Unreachable(_) | Error::Broker { .. })) {
            return Err(error);
        }
        tracing::debug!(%error, journal.position = self.position, "reading is interrupted");
        sleep(self.pause).await;
        self.pause = (self.pause * 2).min(PAUSE_MAX);
        Ok(())
    }
}

/// Checks that this is still the log, and makes a consumer after the position.
async fn start(log: Log, position: u64, last: Option<Identity>) -> Result<Pull, ReadError> {
    let state = log.state().await?;
    if *state.epoch != *log.epoch {
        let expected = log.epoch.to_string();
        return Err(ReadError::Recreated { expected, found: state.epoch });
    }
    if state.last < position {
        return Err(ReadError::Regressed { position, last: state.last });
    }
    if state.first > position + 1 {
        return Err(ReadError::Gap { expected: position + 1, found: state.first });
    }
    if last.is_some() && log.get(position).await?.as_ref().map(identity) != last {
        return Err(ReadError::Changed { sequence: position });
    }
    Ok(Pull::start(&log, position + 1).await?)
}

impl Pull {
    async fn start(log: &Log, from: u64) -> Result<Self, Error> {
        let mut disconnects = log.disconnects.clone();
        disconnects.mark_unchanged();
        Ok(Self {
            delivery: log.connection.consume(from).await?,
            outstanding: 0,
            alive_at: Instant::now(),
            disconnects,
        })
    }

    /// Keeps between one and two pulls under way, so that the broker never waits for us.
    async fn refill(&mut self, log: &Log) -> Result<(), Error> {
        while self.outstanding <= PULL_MESSAGES_MAX {
            let request = pull::BatchConfig {
                batch: PULL_MESSAGES_MAX,
                expires: Some(PULL_EXPIRES),
                max_bytes: PULL_BYTES_MAX.max(log.connection.max_payload() * 2),
                idle_heartbeat: HEARTBEAT,
                ..pull::BatchConfig::default()
            };
            log.connection.pull(&self.delivery, &request).await?;
            self.outstanding += PULL_MESSAGES_MAX;
        }
        Ok(())
    }

    /// The next event, waiting for it.
    async fn event(&mut self, prefix: &str) -> Event {
        let next = tokio::select! {
            biased;
            next = timeout_at(self.alive_at + SILENCE_MAX, self.delivery.messages.next()) => next,
            // What was asked for over the lost connection will not come over the next.
            Ok(()) = self.disconnects.changed() => return Event::Lost,
        };
        match next {
            Ok(Some(message)) => self.receive(prefix, message),
            Ok(None) | Err(_) => Event::Lost,
        }
    }

    /// The next event if it is here.
    fn ready(&mut self, prefix: &str) -> Option<Event> {
        let message = self.delivery.messages.ready()?;
        Some(self.receive(prefix, message))
    }

    fn receive(&mut self, prefix: &str, message: async_nats::Message) -> Event {
        self.alive_at = Instant::now();
        match message.status {
            None | Some(StatusCode::OK) => {
                self.outstanding = self.outstanding.saturating_sub(1);
                message::from_delivered(prefix, message).map_or(Event::Lost, Event::Record)
            }
            Some(StatusCode::IDLE_HEARTBEAT) => Event::Status,
            // A pull that ended, by time or by bytes, says how much of it was not delivered.
            Some(_) => match undelivered(&message) {
                Some(count) => {
                    self.outstanding = self.outstanding.saturating_sub(count);
                    Event::Status
                }
                None => Event::Lost,
            },
        }
    }
}

fn undelivered(message: &async_nats::Message) -> Option<usize> {
    message.headers.as_ref()?.get("Nats-Pending-Messages")?.as_str().parse().ok()
}
