//! The bytes of a stored entry: a version, then postcard.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::entry::{Entry, Record};
use crate::error::Error;

const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct Row<'a> {
    recorded_at_micros: i64,
    id: [u8; 16],
    #[serde(borrow)]
    subject: &'a str,
    #[serde(borrow)]
    headers: Vec<(&'a str, &'a str)>,
    #[serde(borrow)]
    payload: &'a [u8],
}

pub(super) fn encode(
    entry: &Entry,
    recorded_at: DateTime<Utc>,
    buffer: Vec<u8>,
) -> Result<Vec<u8>, postcard::Error> {
    let mut bytes = buffer;
    bytes.clear();
    bytes.push(VERSION);
    let row = Row {
        recorded_at_micros: recorded_at.timestamp_micros(),
        id: entry.id.into_bytes(),
        subject: &entry.subject,
        headers: entry
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect(),
        payload: &entry.payload,
    };
    postcard::to_extend(&row, bytes)
}

pub(super) fn decode(sequence: u64, bytes: &[u8]) -> Result<Record, Error> {
    let unreadable = || Error::Row { sequence };
    let Some((&VERSION, body)) = bytes.split_first() else {
        return Err(unreadable());
    };
    let row: Row<'_> = postcard::from_bytes(body).map_err(|_| unreadable())?;
    let recorded_at =
        DateTime::from_timestamp_micros(row.recorded_at_micros).ok_or_else(unreadable)?;
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Ok(Record {
        sequence,
        recorded_at,
        entry: Entry {
            id: Uuid::from_bytes(row.id),
            subject: row.subject.to_owned(),
            headers: row.headers.into_iter().map(own).collect(),
            payload: row.payload.to_vec().into(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_another_version_is_not_read() {
        assert!(matches!(decode(7, &[2, 0, 0]), Err(Error::Row { sequence: 7 })));
    }

    #[test]
    fn a_row_reads_back_as_written() {
        let entry = Entry {
            id: Uuid::from_u128(5),
            subject: "request.0001".into(),
            headers: vec![("kind".into(), "opened".into())],
            payload: vec![1, 2, 3].into(),
        };
        let recorded_at = DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap();
        let bytes = encode(&entry, recorded_at, Vec::new()).unwrap();
        assert_eq!(decode(9, &bytes).unwrap(), Record { sequence: 9, recorded_at, entry });
    }
}
