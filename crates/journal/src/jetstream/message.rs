//! Entries as messages: the id and the headers become headers.

use async_nats::header::{HeaderMap, NATS_MESSAGE_ID};
use async_nats::jetstream::message::StreamMessage;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::entry::{Entry, Record};
use crate::error::Error;

/// The headers under which an entry is published.
pub(super) fn headers(entry: &Entry) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(NATS_MESSAGE_ID, entry.id.to_string());
    for (name, value) in &entry.headers {
        headers.append(name.as_str(), value.as_str());
    }
    headers
}

/// The record in a message that a consumer delivered.
pub(super) fn from_delivered(prefix: &str, message: async_nats::Message) -> Result<Record, Error> {
    let place = message.reply.as_deref().and_then(parse_reply);
    let (sequence, nanos) = place
        .ok_or_else(|| Error::Unreachable("a delivered message has no position".to_owned()))?;
    let headers = message.headers.unwrap_or_default();
    Ok(Record {
        sequence,
        recorded_at: DateTime::from_timestamp_nanos(nanos),
        entry: entry(prefix, &message.subject, &headers, message.payload),
    })
}

/// The record in a message that was read by its sequence.
pub(super) fn from_stored(prefix: &str, message: StreamMessage) -> Result<Record, Error> {
    Ok(Record {
        sequence: message.sequence,
        recorded_at: stored_at(&message)
            .ok_or_else(|| Error::Unreachable("a message's time is out of range".to_owned()))?,
        entry: entry(prefix, &message.subject, &message.headers, message.payload),
    })
}

fn stored_at(message: &StreamMessage) -> Option<DateTime<Utc>> {
    let time = message.time;
    DateTime::from_timestamp(time.unix_timestamp(), time.nanosecond())
}

/// Reads stream sequence and time from the reply subject of a delivered message.
fn parse_reply(reply: &str) -> Option<(u64, i64)> {
    let tokens: Vec<&str> = reply.split('.').collect();
    // The newer form has domain and account before the stream's name.
    let (sequence_at, time_at) = if tokens.len() == 9 { (5, 7) } else { (7, 9) };
    Some((tokens.get(sequence_at)?.parse().ok()?, tokens.get(time_at)?.parse().ok()?))
}

fn entry(prefix: &str, subject: &str, headers: &HeaderMap, payload: Bytes) -> Entry {
    let id = headers.get(NATS_MESSAGE_ID).and_then(|it| Uuid::try_parse(it.as_str()).ok());
    let mut own: Vec<(String, String)> = headers
        .iter()
        .filter(|(name, _)| !AsRef::<str>::as_ref(name).starts_with("Nats-"))
        .flat_map(|(name, values)| {
            values.iter().map(move |value| (name.to_string(), value.as_str().to_owned()))
        })
        .collect();
    // The client's map has no order.
    own.sort_by(|(a, _), (b, _)| a.cmp(b));
    Entry {
        id: id.unwrap_or(Uuid::nil()),
        subject: subject.strip_prefix(prefix).unwrap_or(subject).to_owned(),
        headers: own,
        payload,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_the_reply_subject_give_sequence_and_time() {
        assert_eq!(parse_reply("$JS.ACK.S.C.1.42.7.1700.0"), Some((42, 1700)));
        assert_eq!(parse_reply("$JS.ACK._.hash.S.C.1.42.7.1700.0.x"), Some((42, 1700)));
        assert_eq!(parse_reply("_INBOX.x"), None);
    }
}
