//! What can go wrong, by what the caller must do about it.

use std::io;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use thiserror::Error;
use uuid::Uuid;

use crate::entry::MAX_ENTRIES;

/// The journal cannot be opened, or cannot answer.
#[derive(Debug, Error)]
pub enum Error {
    /// The file is open in another process, or twice in this one.
    #[error("`{}` is in use by another process", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The file is not an embedded journal.
    #[error("`{}` is not a journal: {reason}", path.display())]
    NotAJournal {
        /// The file.
        path: PathBuf,
        /// What was found instead.
        reason: String,
    },
    /// The file was written by another version of the journal.
    #[error("`{}` has journal format {found}, this version reads format {needed}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The format of the file.
        found: u64,
        /// The format that this version reads.
        needed: u64,
    },
    /// The embedded store failed.
    #[error("the embedded journal failed")]
    Storage(#[source] redb::Error),
    /// A stored row cannot be read: the file is damaged.
    #[error("entry {sequence} cannot be read")]
    Row {
        /// Which one.
        sequence: u64,
    },
    /// The journal was closed.
    #[error("the journal is closed")]
    Closed,
    /// The broker cannot be reached or does not answer.
    #[error("the broker does not answer: {0}")]
    Unreachable(String),
    /// A file by which the node and the broker know each other cannot be used.
    #[error("`{}` {fault}", file.display())]
    Access {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        fault: AccessFault,
    },
    /// The broker does not know the node, or no longer.
    #[error("the broker refuses who the node says it is")]
    Unauthorized,
    /// The broker's certificate, or the node's, is not accepted.
    #[error("no secure connection to the broker: {0}")]
    Tls(String),
    /// The broker does not let the node do something that it must.
    #[error("the broker does not permit to {0}")]
    NotPermitted(#[from] Denial),
    /// The broker is too old for atomic batches.
    #[error("the broker is version {found}, needed is {needed} or newer")]
    ServerTooOld {
        /// The broker's version.
        found: String,
        /// The oldest that will do.
        needed: &'static str,
    },
    /// The stream exists with settings that can lose events.
    #[error("stream `{stream}` can lose events: {}", list(settings))]
    UnsafeStream {
        /// The stream.
        stream: String,
        /// Each setting that must change.
        settings: Vec<UnsafeSetting>,
    },
    /// The broker refused a request.
    #[error("the broker refused (code {code}): {description}")]
    Broker {
        /// The broker's error code.
        code: u64,
        /// The broker's words.
        description: String,
    },
}

/// What is wrong with a file of [`Access`](crate::Access). It never tells what the file says.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AccessFault {
    /// It is not there, or not for this user to read.
    #[error("cannot be read: {0}")]
    Unreadable(io::ErrorKind),
    /// It is not what `nsc` writes.
    #[error("holds no JWT with its seed")]
    NotCredentials,
    /// It is not the seed of a user.
    #[error("holds no seed of a user's NKey")]
    NoSeed,
    /// It is not in PEM, or holds something else.
    #[error("does not hold what is expected in PEM")]
    NotPem,
    /// Its time is over.
    #[error("expired at {}", .0.to_rfc3339())]
    Expired(DateTime<Utc>),
}

/// What the broker did not permit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{action} on `{subject}`")]
pub struct Denial {
    /// `publish` or `subscribe`.
    pub action: &'static str,
    /// The subject.
    pub subject: String,
}

/// A setting of a stream under which events can be lost.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{name} is {found}, needed is {needed}")]
pub struct UnsafeSetting {
    /// The setting's name in the broker's configuration.
    pub name: &'static str,
    /// The value found.
    pub found: String,
    /// The value needed.
    pub needed: String,
}

/// An append was not, or may not have been, stored.
#[derive(Debug, Error)]
pub enum AppendError {
    /// An expected sequence no longer holds; nothing was stored.
    #[error("the subject has newer entries than expected")]
    Conflict,
    /// Nothing was stored, and sending the same again will not help.
    #[error("not stored: {0}")]
    Refused(#[from] Refusal),
    /// It may have been stored; sending the same entries again tells.
    #[error("may have been stored: {0}")]
    Unknown(#[from] Doubt),
}

/// Why an append was definitely not stored.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// There are no entries.
    #[error("no entries")]
    Empty,
    /// There are too many entries.
    #[error("{found} entries, at most {MAX_ENTRIES} are stored together")]
    TooManyEntries {
        /// How many there are.
        found: usize,
    },
    /// An entry is too large.
    #[error("{found} bytes, at most {max} are stored")]
    TooLarge {
        /// Its bytes.
        found: usize,
        /// The most that is stored.
        max: usize,
    },
    /// A subject is not a series of literal tokens.
    #[error("`{0}` is not a literal subject")]
    InvalidSubject(String),
    /// A header's name is reserved or repeated, or it contains what a header cannot carry.
    #[error("header `{0}` cannot be stored")]
    InvalidHeader(String),
    /// Two entries have the same id.
    #[error("id {0} occurs twice")]
    RepeatedId(Uuid),
    /// A subject is expected twice, or no entry has it.
    #[error("the expectation on `{0}` does not belong to exactly one subject of the entries")]
    InvalidExpectation(String),
    /// Some of the ids are in the log already, but not these entries together in this order.
    #[error("some of the entries are stored already, but not all together")]
    PartlyStored,
    /// The journal was closed.
    #[error("the journal is closed")]
    Closed,
    /// More appends are waiting than the journal takes; none of this one was sent.
    #[error("too many appends are waiting")]
    Busy,
    /// The store or the broker refused: no space, sealed, not permitted.
    #[error("{description} (code {code})")]
    Backend {
        /// The broker's error code; 0 for the embedded journal.
        code: u64,
        /// What it said.
        description: String,
    },
}

/// Why the outcome of an append is not known.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Doubt {
    /// The deadline passed first.
    #[error("no answer before the deadline")]
    Deadline,
    /// The writer ended before it answered.
    #[error("the writer ended without an answer")]
    WriterEnded,
    /// The commit failed at a point where its entries may be on the disk.
    #[error("the commit failed: {description}")]
    Commit {
        /// What the store said.
        description: String,
    },
}

/// Reading cannot go on; all but [`ReadError::Backend`] mean that this is not the log the reader
/// has been following.
#[derive(Debug, Error)]
pub enum ReadError {
    /// Entries are missing.
    #[error("entry {expected} is missing, the next is {found}")]
    Gap {
        /// The sequence that should follow.
        expected: u64,
        /// The sequence that does.
        found: u64,
    },
    /// The log was deleted and created again.
    #[error("the log was created again: it was `{expected}`, now it is `{found}`")]
    Recreated {
        /// The epoch when the journal was opened.
        expected: String,
        /// The epoch now.
        found: String,
    },
    /// The log is shorter than what has been read of it.
    #[error("the log ends at {last}, before position {position}")]
    Regressed {
        /// Where the reader stands.
        position: u64,
        /// The log's last sequence.
        last: u64,
    },
    /// The log's content has changed.
    #[error("entry {sequence} is not the one that was read: the log was replaced")]
    Changed {
        /// The sequence that differs.
        sequence: u64,
    },
    /// The journal failed in a way that waiting does not mend.
    #[error("the log cannot be read")]
    Backend(#[from] Error),
}

fn list(settings: &[UnsafeSetting]) -> String {
    settings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
