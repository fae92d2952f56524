//! What consumers are delivered.

use std::time::Duration;

use async_nats::{Message, StatusCode};
use beffroi_journal::{Error, Reply};
use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::{Broker, reply};
use crate::stream::Stored;
use crate::tasks;

const HEARTBEAT: Duration = Duration::from_secs(5);

pub(super) fn consume(
    broker: &Broker,
    asked_by: (u64, u64),
    (from, messages, sender): (u64, mpsc::UnboundedSender<Message>, Reply<()>),
) {
    let (last, term) = {
        let inner = broker.inner();
        (inner.last.subscribe(), inner.term)
    };
    tasks::spawn(deliver(broker.clone(), (asked_by, term), (from, messages), last));
    reply(broker, asked_by, (sender, Ok::<(), Error>(())));
}

/// Delivers what comes, and a heartbeat when nothing does, until the connection is cut, another
/// server leads, or the consumer is forgotten.
async fn deliver(
    broker: Broker,
    ((wire, generation), term): ((u64, u64), u64),
    (from, messages): (u64, mpsc::UnboundedSender<Message>),
    mut last: watch::Receiver<u64>,
) {
    let mut next = from;
    loop {
        let (delay, is_live, is_forgotten) = {
            let mut inner = broker.inner();
            let is_live = inner.generation(wire) == Some(generation) && inner.term == term;
            let most = if inner.one_in(12) { 3_000 } else { 4 };
            (inner.millis(most), is_live, inner.one_in(150))
        };
        if !is_live || messages.is_closed() {
            return;
        }
        if is_forgotten {
            // The node finds out by the silence.
            return messages.closed().await;
        }
        sleep(delay).await;
        let (found, is_live) = {
            let inner = broker.inner();
            let is_live = inner.generation(wire) == Some(generation) && inner.term == term;
            let log = inner.stream.log();
            let place = usize::try_from(next - 1).unwrap().min(log.len());
            (log[place..].iter().map(delivered).collect::<Vec<_>>(), is_live)
        };
        if !is_live {
            return;
        }
        if found.is_empty() {
            let heard = tokio::time::timeout(HEARTBEAT, last.wait_for(|it| *it >= next)).await;
            if heard.is_err() {
                let _ = messages.send(heartbeat());
            }
            continue;
        }
        next += found.len() as u64;
        for message in found {
            let _ = messages.send(message);
        }
    }
}

pub(super) fn delivered(stored: &Stored) -> Message {
    let (subject, headers, payload) = stored.message.clone();
    let record = &stored.record;
    let nanos = record.recorded_at.timestamp_nanos_opt().unwrap();
    let place = format!("$JS.ACK.LOG.C.1.{0}.{0}.{nanos}.0", record.sequence);
    Message {
        subject: subject.into(),
        reply: Some(place.into()),
        length: payload.len(),
        payload,
        headers: Some(headers),
        status: None,
        description: None,
    }
}

fn heartbeat() -> Message {
    Message {
        subject: "_INBOX".into(),
        reply: None,
        payload: Bytes::new(),
        headers: None,
        status: Some(StatusCode::IDLE_HEARTBEAT),
        description: None,
        length: 0,
    }
}
