//! The one thread that writes: takes what is waiting, checks it, commits it, then answers.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread::JoinHandle;

use chrono::{DateTime, Utc};
use redb::{Durability, ReadableTable, Table, WriteTransaction};
use tokio::sync::{mpsc, oneshot, watch};

use super::file::{ENTRIES, File, SUBJECTS, storage};
use super::row;
use crate::duplicates::{Duplicates, Known, window_start};
use crate::entry::{Append, Entry, Stored};
use crate::error::{AppendError, Doubt, Error, Refusal};

/// The most entries of one commit, give or take one append.
const GROUP_ENTRIES_MAX: usize = 4096;
/// The most bytes of one commit, give or take one append.
const GROUP_BYTES_MAX: usize = 8 << 20;

type Outcome = Result<Stored, AppendError>;

/// An append that waits for its answer.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) append: Append,
    pub(super) reply: oneshot::Sender<Outcome>,
}

struct Writer {
    file: Arc<File>,
    duplicates: Duplicates,
    last: u64,
    last_recorded_at: DateTime<Utc>,
    announce: watch::Sender<u64>,
    failed: bool,
}

/// What one commit will hold.
struct Group<'txn> {
    entries: Table<'txn, u64, &'static [u8]>,
    subjects: Table<'txn, &'static str, u64>,
    // The subjects that this group has written, to be stored once each.
    heads: HashMap<String, u64>,
    buffer: Vec<u8>,
    last: u64,
    recorded_at: DateTime<Utc>,
}

/// Starts the thread, which ends when all senders of jobs are gone.
pub(super) fn start(
    file: Arc<File>,
    jobs: mpsc::Receiver<Job>,
) -> Result<(watch::Receiver<u64>, JoinHandle<()>), Error> {
    let mut writer = Writer::new(file)?;
    let last = writer.announce.subscribe();
    let thread = std::thread::Builder::new()
        .name("journal-writer".into())
        .spawn(move || writer.run(jobs))
        .map_err(storage)?;
    Ok((last, thread))
}

impl Writer {
    fn new(file: Arc<File>) -> Result<Self, Error> {
        let last = file.state()?.last;
        let last_recorded_at = match last {
            0 => DateTime::<Utc>::MIN_UTC,
            _ => file.get(last)?.ok_or(Error::Row { sequence: last })?.recorded_at,
        };
        let start = window_start(last_recorded_at.max(Utc::now()));
        let mut duplicates = Duplicates::default();
        for record in file.newest_while(|record| record.recorded_at >= start)?.iter().rev() {
            duplicates.insert(record.entry.id, record.sequence, record.recorded_at);
        }
        let (announce, _) = watch::channel(last);
        Ok(Self { file, duplicates, last, last_recorded_at, announce, failed: false })
    }

    fn run(&mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(first) = jobs.blocking_recv() {
            let group = take_group(first, &mut jobs);
            let (replies, appends): (Vec<_>, Vec<_>) =
                group.into_iter().map(|job| (job.reply, job.append)).unzip();
            let outcomes = self.store(&appends);
            for (reply, outcome) in replies.into_iter().zip(outcomes) {
                // The caller may have gone; what is stored stays stored.
                let _ = reply.send(outcome);
            }
            // After a failed write redb takes no more, and what it wrote is not known until the
            // file is opened again: readers learn that the log has ended.
            if self.failed {
                return;
            }
        }
    }

    /// Stores a group in one transaction and returns the outcome of each append.
    fn store(&mut self, appends: &[Append]) -> Vec<Outcome> {
        match self.try_store(appends) {
            Ok(outcomes) => outcomes,
            Err(failure) => {
                self.duplicates.forget_after(self.last);
                self.failed = true;
                tracing::error!(error = %failure.description(), "journal commit failed");
                appends.iter().map(|_| Err(failure.outcome())).collect()
            }
        }
    }

    fn try_store(&mut self, appends: &[Append]) -> Result<Vec<Outcome>, Failure> {
        let recorded_at = self.last_recorded_at.max(Utc::now());
        self.duplicates.forget_before_window(recorded_at);
        let (txn, last, outcomes) =
            self.fill(appends, recorded_at).map_err(|error| Failure::before_commit(&error))?;
        if last > self.last {
            // What a commit that fails has written, for want of space as well, is not known: the
            // header goes first, and all may be there but the last sync.
            txn.commit().map_err(|error| Failure::AtCommit(describe(&storage(error))))?;
            self.last = last;
            self.last_recorded_at = recorded_at;
            self.announce.send_replace(last);
        }
        Ok(outcomes)
    }

    fn fill(
        &mut self,
        appends: &[Append],
        recorded_at: DateTime<Utc>,
    ) -> Result<(WriteTransaction, u64, Vec<Outcome>), Error> {
        let mut txn = self.file.begin_write()?;
        txn.set_durability(Durability::Immediate).map_err(storage)?;
        let mut group = Group {
            entries: txn.open_table(ENTRIES).map_err(storage)?,
            subjects: txn.open_table(SUBJECTS).map_err(storage)?,
            heads: HashMap::new(),
            buffer: Vec::new(),
            last: self.last,
            recorded_at,
        };
        let mut outcomes = Vec::with_capacity(appends.len());
        for append in appends {
            let outcome = match self.duplicates.look_up(&append.entries) {
                Known::All(stored) => Ok(stored),
                Known::Part => Err(Refusal::PartlyStored.into()),
                Known::Nothing => group.add(append)?,
            };
            // Known at once, so that a second copy in the same group is seen.
            if let Ok(stored @ Stored { duplicate: false, .. }) = outcome {
                self.remember(append, stored, recorded_at);
            }
            outcomes.push(outcome);
        }
        let last = group.last;
        group.finish()?;
        Ok((txn, last, outcomes))
    }

    fn remember(&mut self, append: &Append, stored: Stored, recorded_at: DateTime<Utc>) {
        for (entry, sequence) in append.entries.iter().zip(stored.first..) {
            self.duplicates.insert(entry.id, sequence, recorded_at);
        }
    }
}

impl Group<'_> {
    /// Adds all entries of an append, or none if an expectation does not hold.
    fn add(&mut self, append: &Append) -> Result<Outcome, Error> {
        for (subject, expected) in &append.expected {
            if self.head(subject)? != *expected {
                return Ok(Err(AppendError::Conflict));
            }
        }
        let first = self.last + 1;
        for entry in &append.entries {
            self.add_entry(entry)?;
        }
        Ok(Ok(Stored { first, last: self.last, duplicate: false }))
    }

    fn add_entry(&mut self, entry: &Entry) -> Result<(), Error> {
        let sequence = self.last + 1;
        let buffer = std::mem::take(&mut self.buffer);
        self.buffer =
            row::encode(entry, self.recorded_at, buffer).map_err(|_| Error::Row { sequence })?;
        self.entries.insert(sequence, self.buffer.as_slice()).map_err(storage)?;
        if let Some(head) = self.heads.get_mut(&entry.subject) {
            *head = sequence;
        } else {
            self.heads.insert(entry.subject.clone(), sequence);
        }
        self.last = sequence;
        Ok(())
    }

    /// The last sequence of a subject, with what the group has added.
    fn head(&self, subject: &str) -> Result<u64, Error> {
        if let Some(&head) = self.heads.get(subject) {
            return Ok(head);
        }
        Ok(self.subjects.get(subject).map_err(storage)?.map_or(0, |it| it.value()))
    }

    fn finish(mut self) -> Result<(), Error> {
        for (subject, sequence) in &self.heads {
            self.subjects.insert(subject.as_str(), sequence).map_err(storage)?;
        }
        Ok(())
    }
}

/// Why a group was not stored, and whether that is certain.
enum Failure {
    BeforeCommit(String),
    AtCommit(String),
}

impl Failure {
    fn before_commit(error: &Error) -> Self {
        Self::BeforeCommit(describe(error))
    }

    fn description(&self) -> &str {
        match self {
            Self::BeforeCommit(description) | Self::AtCommit(description) => description,
        }
    }

    fn outcome(&self) -> AppendError {
        match self {
            Self::BeforeCommit(description) => {
                Refusal::Backend { code: 0, description: description.clone() }.into()
            }
            Self::AtCommit(description) => {
                Doubt::Commit { description: description.clone() }.into()
            }
        }
    }
}

fn describe(error: &Error) -> String {
    let mut description = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        description = format!("{description}: {error}");
        cause = error.source();
    }
    description
}

/// Takes what is waiting, in order, up to the size of one commit.
fn take_group(first: Job, jobs: &mut mpsc::Receiver<Job>) -> Vec<Job> {
    let mut entries = first.append.entries.len();
    let mut bytes = first.append.size();
    let mut group = vec![first];
    while entries < GROUP_ENTRIES_MAX
        && bytes < GROUP_BYTES_MAX
        && let Ok(job) = jobs.try_recv()
    {
        entries += job.append.entries.len();
        bytes += job.append.size();
        group.push(job);
    }
    group
}
