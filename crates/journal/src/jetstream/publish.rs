//! One attempt to store entries: a single message, or an atomic batch.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::client::RequestErrorKind;
use async_nats::header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE;
use serde::Deserialize;
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use super::{Log, message};
use crate::entry::{Append, Entry};
use crate::error::{Denial, Error};

/// How long one attempt waits for its answer, should the connection not break first.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a broken connection is looked at.
const RECONNECT_POLL: Duration = Duration::from_millis(20);

/// What the broker made of one attempt.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// Stored, this the sequence of the last entry.
    Stored { last: u64, duplicate: bool },
    /// Not stored.
    Rejected(Rejection),
    /// No answer: it may have been stored.
    Lost,
}

/// The broker's error.
#[derive(Clone, Debug)]
pub(super) struct Rejection {
    pub(super) code: u64,
    pub(super) status: u64,
    pub(super) description: String,
}

/// A message that is denied is not stored, nor is the batch that it is part of.
impl From<Denial> for Rejection {
    fn from(denial: Denial) -> Self {
        let description = Error::from(denial).to_string();
        Self { code: 0, status: 403, description }
    }
}

#[derive(Deserialize)]
struct Ack {
    #[serde(default)]
    seq: u64,
    #[serde(default)]
    duplicate: bool,
    error: Option<AckError>,
}

#[derive(Deserialize)]
struct AckError {
    #[serde(default)]
    code: u64,
    #[serde(default)]
    err_code: u64,
    #[serde(default)]
    description: String,
}

/// Sends appends together, in order, and waits for the answer.
pub(super) async fn publish(log: &Log, appends: &[&Append]) -> Answer {
    // What is sent into a broken connection waits there, and goes out after newer attempts.
    if timeout(ATTEMPT_TIMEOUT, connected(log)).await.is_err() {
        return Answer::Lost;
    }
    let deadline = Instant::now() + ATTEMPT_TIMEOUT;
    match tokio::time::timeout_at(deadline, send(log, appends)).await {
        Ok(answer) => answer,
        Err(_) => Answer::Lost,
    }
}

async fn connected(log: &Log) {
    while !log.connection.is_up() {
        sleep(RECONNECT_POLL).await;
    }
}

async fn send(log: &Log, appends: &[&Append]) -> Answer {
    let count: usize = appends.iter().map(|append| append.entries.len()).sum();
    let batch = (count > 1).then(|| Uuid::new_v4().simple().to_string());
    let mut number = 0;
    for append in appends {
        let mut expected: Vec<(&str, u64)> =
            append.expected.iter().map(|(subject, last)| (subject.as_str(), *last)).collect();
        for entry in &append.entries {
            number += 1;
            let mut headers = message::headers(entry);
            // Only a subject's first entry is checked: the following ones come after it.
            if let Some(at) = expected.iter().position(|(subject, _)| *subject == entry.subject) {
                let (_, last) = expected.swap_remove(at);
                headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, last.to_string());
            }
            if let Some(batch) = &batch {
                headers.insert("Nats-Batch-Id", batch.as_str());
                headers.insert("Nats-Batch-Sequence", number.to_string());
            }
            if number == count {
                if batch.is_some() {
                    headers.insert("Nats-Batch-Commit", "1");
                }
                return send_last(log, entry, headers).await;
            }
            let subject = format!("{}{}", log.prefix, entry.subject);
            let sent = log.connection.publish((subject, headers, entry.payload.clone()));
            if sent.await.is_err() {
                return Answer::Lost;
            }
        }
    }
    Answer::Lost
}

/// Sends the entry whose acknowledgement stands for all.
async fn send_last(log: &Log, entry: &Entry, headers: HeaderMap) -> Answer {
    let subject = format!("{}{}", log.prefix, entry.subject);
    let message = (subject, headers, entry.payload.clone());
    let answer = match log.connection.request(message, ATTEMPT_TIMEOUT).await {
        Ok(answer) => answer,
        Err(error @ RequestErrorKind::MaxPayloadExceeded) => {
            return Answer::Rejected(Rejection {
                code: 0,
                status: 400,
                description: error.to_string(),
            });
        }
        Err(_) => return Answer::Lost,
    };
    match serde_json::from_slice::<Ack>(&answer) {
        Ok(Ack { error: Some(error), .. }) => Answer::Rejected(Rejection {
            code: error.err_code,
            status: error.code,
            description: error.description,
        }),
        Ok(Ack { seq, duplicate, error: None }) if seq > 0 => {
            Answer::Stored { last: seq, duplicate }
        }
        Ok(_) | Err(_) => Answer::Lost,
    }
}
