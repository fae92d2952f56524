//! What goes into the log and what comes out of it.

use std::collections::HashSet;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::error::Refusal;

/// The most entries that one [`Append`] may hold.
pub const MAX_ENTRIES: usize = 1000;

/// The most bytes that subject, headers, and framing of one entry may take.
///
/// The broker's header block is counted in 16 bits; the rest is room for its own headers.
const HEADER_BYTES_MAX: usize = 60_000;

/// The most bytes of one payload, whatever larger value a broker would accept.
const PAYLOAD_BYTES_MAX: usize = 8 << 20;

/// One event to store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What makes a second sending of this entry recognisable.
    ///
    /// Nil when read from a stream that someone else wrote to without an identifier.
    pub id: Uuid,
    /// Literal tokens joined by dots, such as `request.0123`.
    pub subject: String,
    /// Distinct names and their values, read back in the order of the names; names that begin with
    /// `Nats-` are refused.
    pub headers: Vec<(String, String)>,
    /// The event itself.
    pub payload: Bytes,
}

/// Entries stored together or not at all, in this order, possibly over several subjects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// Between one and [`MAX_ENTRIES`] entries with distinct ids.
    pub entries: Vec<Entry>,
    /// The last sequence of a subject as the caller knows it, 0 for none; at most one per subject,
    /// and only for subjects of the entries. A subject left out is not checked.
    pub expected: Vec<(String, u64)>,
}

/// Where an [`Append`] is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The sequence of the first entry.
    pub first: u64,
    /// The sequence of the last entry; the others lie between without a gap.
    pub last: u64,
    /// The entries were in the log already, perhaps from an earlier attempt of the same call whose
    /// answer was lost.
    pub duplicate: bool,
}

/// A stored entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The position in the log, from 1 on without gaps.
    pub sequence: u64,
    /// When the journal stored it, by its own clock.
    pub recorded_at: DateTime<Utc>,
    /// What was stored.
    pub entry: Entry,
}

/// What the log holds at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The identity of this log: differs when the log was deleted and created again.
    pub epoch: String,
    /// The sequence of the oldest entry; 1 for an empty log.
    pub first: u64,
    /// The sequence of the newest entry; 0 for an empty log.
    pub last: u64,
}

impl Entry {
    /// About as many bytes as the entry takes in the log.
    pub(crate) fn size(&self) -> usize {
        self.payload.len() + self.header_size()
    }

    fn header_size(&self) -> usize {
        let headers: usize =
            self.headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
        self.subject.len() + headers
    }

    fn check(&self) -> Result<(), Refusal> {
        check_subject(&self.subject)?;
        let mut names = HashSet::with_capacity(self.headers.len());
        for (name, value) in &self.headers {
            check_header(name, value)?;
            if !names.insert(name) {
                return Err(Refusal::InvalidHeader(name.clone()));
            }
        }
        check_size(self.header_size(), HEADER_BYTES_MAX)?;
        check_size(self.payload.len(), PAYLOAD_BYTES_MAX)
    }
}

impl Append {
    pub(crate) fn size(&self) -> usize {
        self.entries.iter().map(Entry::size).sum()
    }

    pub(crate) fn check(&self) -> Result<(), Refusal> {
        if self.entries.is_empty() {
            return Err(Refusal::Empty);
        }
        if self.entries.len() > MAX_ENTRIES {
            return Err(Refusal::TooManyEntries { found: self.entries.len() });
        }
        let mut ids = HashSet::with_capacity(self.entries.len());
        let mut subjects = HashSet::with_capacity(self.entries.len());
        for entry in &self.entries {
            entry.check()?;
            subjects.insert(entry.subject.as_str());
            if !ids.insert(entry.id) {
                return Err(Refusal::RepeatedId(entry.id));
            }
        }
        for (subject, _) in &self.expected {
            // Removing shows a second expectation for one subject as well.
            if !subjects.remove(subject.as_str()) {
                return Err(Refusal::InvalidExpectation(subject.clone()));
            }
        }
        Ok(())
    }
}

fn check_subject(subject: &str) -> Result<(), Refusal> {
    let literal = |token: &str| {
        !token.is_empty()
            && token.chars().all(|it| it.is_ascii_graphic() && !matches!(it, '*' | '>' | '.'))
    };
    if subject.split('.').all(literal) && !subject.starts_with('$') {
        Ok(())
    } else {
        Err(Refusal::InvalidSubject(subject.to_owned()))
    }
}

fn check_header(name: &str, value: &str) -> Result<(), Refusal> {
    let name_is_valid = !name.is_empty()
        && name.bytes().all(|it| it.is_ascii_graphic() && it != b':')
        && !name.get(..5).is_some_and(|it| it.eq_ignore_ascii_case("Nats-"));
    // The broker's text form does not keep spaces at the ends of a value.
    let value_is_valid = !value.contains(['\r', '\n']) && value.trim() == value;
    if name_is_valid && value_is_valid {
        Ok(())
    } else {
        Err(Refusal::InvalidHeader(name.to_owned()))
    }
}

/// Checks that `found` bytes are at most `max`.
pub(crate) fn check_size(found: usize, max: usize) -> Result<(), Refusal> {
    if found <= max { Ok(()) } else { Err(Refusal::TooLarge { found, max }) }
}
