//! The connection to the broker: what is said over it, and nothing of what it means.

use std::sync::Arc;
use std::time::Duration;

use async_nats::client::RequestErrorKind;
use async_nats::connection::State as ConnectionState;
use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::message::StreamMessage;
use async_nats::jetstream::response::Response;
use async_nats::jetstream::stream::{Info, RawMessageError, RawMessageErrorKind, Stream};
use async_nats::{Client, HeaderMap, Message, Subscriber};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{FutureExt, StreamExt};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::denial::{self, Denials};
#[cfg(feature = "simulation")]
use super::simulated::Link;
use super::{connect, message};
use crate::entry::{Record, State};
use crate::error::{Denial, Error};

/// How long the broker keeps a consumer that nobody pulls from.
const CONSUMER_KEPT: Duration = Duration::from_secs(60);

/// A connection; clones share it.
#[derive(Clone, Debug)]
pub(super) enum Connection {
    Nats(Box<Nats>),
    #[cfg(feature = "simulation")]
    Simulated(Link),
}

/// A client with its stream.
#[derive(Clone, Debug)]
pub(super) struct Nats {
    pub(super) client: Client,
    pub(super) context: Context,
    pub(super) stream: Stream<()>,
    pub(super) name: Arc<str>,
    pub(super) denials: Denials,
}

/// Where a consumer delivers, and where it is asked for more.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) messages: Messages,
    pub(super) subject: String,
    inbox: String,
}

#[derive(Debug)]
pub(super) enum Messages {
    Nats(Subscriber),
    #[cfg(feature = "simulation")]
    Simulated(tokio::sync::mpsc::UnboundedReceiver<Message>),
}

impl Messages {
    /// The next message; `None`: no more will come.
    pub(super) async fn next(&mut self) -> Option<Message> {
        match self {
            Self::Nats(messages) => messages.next().await,
            #[cfg(feature = "simulation")]
            Self::Simulated(messages) => messages.recv().await,
        }
    }

    /// The next message if it is here.
    pub(super) fn ready(&mut self) -> Option<Message> {
        self.next().now_or_never()?
    }
}

impl Connection {
    pub(super) fn is_up(&self) -> bool {
        match self {
            Self::Nats(nats) => nats.client.connection_state() == ConnectionState::Connected,
            #[cfg(feature = "simulation")]
            Self::Simulated(link) => link.is_up(),
        }
    }

    /// The most bytes of one message.
    pub(super) fn max_payload(&self) -> usize {
        match self {
            Self::Nats(nats) => nats.client.max_payload(),
            #[cfg(feature = "simulation")]
            Self::Simulated(_) => 1 << 20,
        }
    }

    /// The time by which the age of an entry is told.
    pub(super) fn now(&self) -> DateTime<Utc> {
        match self {
            Self::Nats(_) => Utc::now(),
            #[cfg(feature = "simulation")]
            Self::Simulated(link) => link.now(),
        }
    }

    /// Waits for what is asked on a subject, or below it, unless the broker denies it.
    pub(super) async fn permitted<T>(
        &self,
        subject: &str,
        answer: impl Future<Output = T>,
    ) -> Result<T, Denial> {
        match self {
            Self::Nats(nats) => denial::permitted(&nats.denials, subject, answer).await,
            #[cfg(feature = "simulation")]
            Self::Simulated(_) => Ok(answer.await),
        }
    }

    /// Sends a message of which nobody says that it has come.
    pub(super) async fn publish(
        &self,
        (subject, headers, payload): (String, HeaderMap, Bytes),
    ) -> Result<(), Error> {
        match self {
            Self::Nats(nats) => {
                let sent = nats.client.publish_with_headers(subject, headers, payload);
                sent.await.map_err(|it| unreachable(&it))
            }
            #[cfg(feature = "simulation")]
            Self::Simulated(link) => link.publish((subject, headers, payload)),
        }
    }

    /// Sends a message and waits for what is answered.
    pub(super) async fn request(
        &self,
        (subject, headers, payload): (String, HeaderMap, Bytes),
        timeout: Duration,
    ) -> Result<Bytes, RequestErrorKind> {
        match self {
            Self::Nats(nats) => {
                let request = async_nats::Request::new()
                    .headers(headers)
                    .payload(payload)
                    .timeout(Some(timeout));
                let answer = nats.client.send_request(subject, request).await;
                answer.map(|it| it.payload).map_err(|error| error.kind())
            }
            #[cfg(feature = "simulation")]
            Self::Simulated(link) => link.request((subject, headers, payload), timeout).await,
        }
    }

    /// What the stream's leader says of it.
    pub(super) async fn state(&self) -> Result<State, Error> {
        match self {
            Self::Nats(nats) => {
                let subject = format!("STREAM.INFO.{}", nats.name);
                let info: Info = api((&nats.context, &nats.denials), &subject, &()).await?;
                let (first, last) = (info.state.first_sequence, info.state.last_sequence);
                Ok(State { epoch: connect::epoch(&info), first: first.max(1), last })
            }
            #[cfg(feature = "simulation")]
            Self::Simulated(link) => link.state().await,
        }
    }

    /// Reads one entry from the stream's leader.
    pub(super) async fn get(&self, prefix: &str, sequence: u64) -> Result<Option<Record>, Error> {
        match self {
            Self::Nats(nats) => {
                let get = nats.stream.raw_message_builder().sequence(sequence);
                found(prefix, nats.asked_of_leader(get.send()).await?)
            }
            #[cfg(feature = "simulation")]
            Self::Simulated(link) => link.get(prefix, sequence).await,
        }
    }

    /// Reads from the stream's leader the first entry of `subject` from `sequence` on.
    pub(super) async fn next_of(
        &self,
        prefix: &str,
        (subject, sequence): (String, u64),
    ) -> Result<Option<Record>, Error> {
        match self {
            Self::Nats(nats) => {
                let get = nats.stream.raw_message_builder().next_by_subject(subject);
                found(prefix, nats.asked_of_leader(get.sequence(sequence).send()).await?)
            }
            #[cfg(feature = "simulation")]
            Self::Simulated(link) => link.next_of(prefix, (subject, sequence)).await,
        }
    }

    /// Makes a consumer of what comes from `sequence` on.
    pub(super) async fn consume(&self, sequence: u64) -> Result<Delivery, Error> {
        match self {
            Self::Nats(nats) => nats.consume(sequence).await,
            #[cfg(feature = "simulation")]
            Self::Simulated(link) => {
                let messages = Messages::Simulated(link.consume(sequence).await?);
                Ok(Delivery { messages, inbox: String::new(), subject: String::new() })
            }
        }
    }

    /// Asks a consumer for more.
    pub(super) async fn pull(
        &self,
        delivery: &Delivery,
        batch: &pull::BatchConfig,
    ) -> Result<(), Error> {
        match self {
            Self::Nats(nats) => {
                let request = serde_json::to_vec(batch).map_err(|it| unreachable(&it))?;
                let (subject, inbox) = (delivery.subject.clone(), delivery.inbox.clone());
                let asked = nats.client.publish_with_reply(subject, inbox, request.into());
                asked.await.map_err(|it| unreachable(&it))
            }
            #[cfg(feature = "simulation")]
            Self::Simulated(_) => Ok(()),
        }
    }

    pub(super) async fn drain(&self) {
        match self {
            // Draining fails only on a connection that is closed.
            Self::Nats(nats) => drop(nats.client.drain().await),
            #[cfg(feature = "simulation")]
            Self::Simulated(_) => {}
        }
    }
}

impl Nats {
    async fn asked_of_leader<T>(&self, get: impl Future<Output = T>) -> Result<T, Denial> {
        let subject = format!("$JS.API.STREAM.MSG.GET.{}", self.name);
        denial::permitted(&self.denials, &subject, get).await
    }

    async fn consume(&self, sequence: u64) -> Result<Delivery, Error> {
        let inbox = self.client.new_inbox();
        let messages = self.client.subscribe(inbox.clone()).await.map_err(|it| unreachable(&it))?;
        let consumer = self.stream.create_consumer(pull::Config {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: sequence },
            ack_policy: AckPolicy::None,
            inactive_threshold: CONSUMER_KEPT,
            memory_storage: true,
            num_replicas: 1,
            ..pull::Config::default()
        });
        let subject = format!("$JS.API.CONSUMER.CREATE.{}", self.name);
        let consumer = denial::permitted(&self.denials, &subject, consumer).await?;
        let consumer = consumer.map_err(|it| unreachable(&it))?;
        let name = &consumer.cached_info().name;
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{}.{name}", self.name);
        Ok(Delivery { messages: Messages::Nats(messages), inbox, subject })
    }
}

fn found(
    prefix: &str,
    found: Result<StreamMessage, RawMessageError>,
) -> Result<Option<Record>, Error> {
    let error = match found {
        Ok(message) => return message::from_stored(prefix, message).map(Some),
        Err(error) => error,
    };
    match error.kind() {
        RawMessageErrorKind::NoMessageFound => Ok(None),
        RawMessageErrorKind::JetStream(error) => Err(broker_error(&error)),
        RawMessageErrorKind::InvalidSubject | RawMessageErrorKind::Other => {
            Err(unreachable(&error))
        }
    }
}

/// Asks the broker's own interface.
pub(super) async fn api<T: DeserializeOwned>(
    (context, denials): (&Context, &Denials),
    subject: &str,
    payload: &impl Serialize,
) -> Result<T, Error> {
    let answer = context.request(subject.to_owned(), payload);
    match denial::permitted(denials, &format!("$JS.API.{subject}"), answer).await? {
        Ok(Response::Ok(answer)) => Ok(answer),
        Ok(Response::Err { error }) => Err(broker_error(&error)),
        Err(error) => Err(unreachable(&error)),
    }
}

fn broker_error(error: &async_nats::jetstream::Error) -> Error {
    Error::Broker { code: error.error_code().0, description: error.to_string() }
}

fn unreachable(error: &impl ToString) -> Error {
    Error::Unreachable(error.to_string())
}
