//! Which ids the stream took lately, as its leader tells.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::Log;
use crate::duplicates::{Duplicates, Known, known, window_start};
use crate::entry::Append;
use crate::error::Error;

/// How long a start found for the window is used; an old one only makes reads longer.
const START_KEPT: Duration = Duration::from_secs(30);
/// How many subjects are remembered before all are forgotten.
const SUBJECTS_MAX: usize = 8192;

/// Finds the sequences of entries stored within the window.
///
/// What was read of a subject is remembered, so that a subject under contention is read once.
#[derive(Debug)]
pub(super) struct Recent {
    log: Log,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    start: Option<(u64, Instant)>,
    subjects: HashMap<String, Subject>,
}

#[derive(Debug, Default)]
struct Subject {
    next: u64,
    stored: Duplicates,
}

impl Recent {
    pub(super) fn new(log: Log) -> Self {
        Self { log, seen: Mutex::default() }
    }

    /// How much of an append the stream holds already.
    pub(super) async fn look_up(&self, append: &Append) -> Result<Known, Error> {
        let mut seen = self.seen.lock().await;
        let start = self.window_start(&mut seen).await?;
        if seen.subjects.len() > SUBJECTS_MAX {
            seen.subjects.clear();
        }
        let names: BTreeSet<&str> = append.entries.iter().map(|it| it.subject.as_str()).collect();
        for name in names {
            let subject = seen.subjects.entry(name.to_owned()).or_default();
            self.read_on(name, subject, start).await?;
        }
        Ok(known(
            append
                .entries
                .iter()
                .map(|entry| seen.subjects.get(&entry.subject)?.stored.sequence(entry.id)),
        ))
    }

    async fn read_on(&self, name: &str, subject: &mut Subject, start: u64) -> Result<(), Error> {
        subject.next = subject.next.max(start);
        while let Some(record) = self.log.next_of(name, subject.next).await? {
            subject.next = record.sequence + 1;
            subject.stored.insert(record.entry.id, record.sequence, record.recorded_at);
        }
        subject.stored.forget_before_window(self.log.connection.now() - START_KEPT);
        Ok(())
    }

    /// A sequence at or before the first entry of the window.
    async fn window_start(&self, seen: &mut Seen) -> Result<u64, Error> {
        if let Some((start, found_at)) = seen.start
            && found_at.elapsed() < START_KEPT
        {
            return Ok(start);
        }
        let begin = window_start(self.log.connection.now() - START_KEPT);
        let state = self.log.state().await?;
        let (mut low, mut high) = (state.first, state.last + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.log.get(middle).await? {
                Some(record) if record.recorded_at >= begin => high = middle,
                Some(_) | None => low = middle + 1,
            }
        }
        seen.start = Some((low, Instant::now()));
        Ok(low)
    }
}
