//! From a decision to a fact: decide on a projected state, append with the sequence that state was
//! at, wait until the fold shows it.

use crate::admission::Admission;
use crate::error::ApiError;
use beffroi_aggregator::{Aggregate, PARTITIONS, Projections, Snapshot, Subject};
use beffroi_domain::Event;
use beffroi_journal::{Append, AppendError, Journal, Refusal, Stored};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

/// How long a call may take to be recorded before it is answered as unknown.
const DEADLINE: Duration = Duration::from_secs(10);
/// Between a conflict and the next try.
const PAUSE: Duration = Duration::from_millis(2);

/// Appends what is decided. Commands on one partition take turns, so that on one node they do not
/// run into each other; between nodes the expected sequence keeps them apart.
#[derive(Clone, Debug)]
pub(crate) struct Committer {
    journal: Journal,
    projections: Projections,
    admission: Arc<Admission>,
    turns: Arc<[Mutex<()>]>,
}

/// What a decision came to.
#[derive(Debug)]
pub(crate) enum Decision<T, R = Vec<Event>> {
    /// Nothing more is to be done: it was recorded before, or there is nothing to record.
    Done(T),
    /// These facts must be recorded first; then it is decided again.
    Record(R),
}

impl Committer {
    pub(crate) fn new(
        journal: Journal,
        projections: Projections,
        admission: Arc<Admission>,
    ) -> Self {
        let turns = (0..4 * usize::from(PARTITIONS)).map(|_| Mutex::new(())).collect();
        Self { journal, projections, admission, turns }
    }

    /// Decides, appends, and decides again until there is nothing more to append. Nothing is refused
    /// on a state that is behind the log.
    ///
    /// `decide` sees a moment of the projections that includes everything recorded on `subjects`
    /// by this node, and must answer `Done` once its own events are part of it.
    pub(crate) async fn commit<T>(
        &self,
        subjects: BTreeSet<Subject>,
        mut decide: impl FnMut(&Snapshot) -> Result<Decision<T>, ApiError>,
    ) -> Result<T, ApiError> {
        let deadline = Instant::now() + DEADLINE;
        let _leave = self.admission.command()?;
        let turns = tokio::time::timeout_at(deadline, self.take_turns(&subjects));
        let _turns = turns.await.map_err(|_| ApiError::OutcomeUnknown)?;
        let mut stored: Option<Stored> = None;
        let mut is_current = false;
        loop {
            let append = match self.prepare(&mut decide) {
                Ok(Decision::Done(answer)) => return Ok(answer),
                Ok(Decision::Record(append)) => append,
                // Another node may have recorded what allows it, or this very command.
                Err(_) if !is_current => {
                    self.catch_up(deadline).await?;
                    is_current = true;
                    continue;
                }
                Err(refused) => return Err(refused),
            };
            // It was stored and folded, and yet is not part of what it was stored for.
            match stored {
                Some(Stored { duplicate: true, .. }) => {
                    let id = append.entries.first().map(|it| it.id.to_string());
                    return Err(ApiError::IdTaken(id.unwrap_or_default()));
                }
                Some(_) => return Err(ApiError::Quarantined),
                None => {}
            }
            match self.journal.append(append, deadline).await {
                Ok(done) => {
                    self.folded(done.last, deadline).await?;
                    stored = Some(done);
                }
                // Fold past what came between, look whether it was our own, decide again.
                Err(AppendError::Conflict | AppendError::Refused(Refusal::PartlyStored)) => {
                    self.catch_up(deadline).await?;
                    if Instant::now() >= deadline {
                        return Err(ApiError::OutcomeUnknown);
                    }
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn prepare<T>(
        &self,
        decide: &mut impl FnMut(&Snapshot) -> Result<Decision<T>, ApiError>,
    ) -> Result<Decision<T, Append>, ApiError> {
        let snapshot = self.projections.snapshot()?;
        let events = match decide(&snapshot)? {
            Decision::Done(answer) => return Ok(Decision::Done(answer)),
            Decision::Record(events) => events,
        };
        Ok(Decision::Record(snapshot.append(&events)?))
    }

    /// Waits until the fold has come to where the log is now; says whether that is after `seen`.
    pub(crate) async fn come_after(&self, seen: u64) -> Result<bool, ApiError> {
        let last = self.catch_up(Instant::now() + DEADLINE).await?;
        Ok(seen < last)
    }

    /// Waits until the fold has come to where the log is now, and says where that is.
    async fn catch_up(&self, deadline: Instant) -> Result<u64, ApiError> {
        let state = self.journal.state().await;
        let last = state.map_err(|_| ApiError::OutcomeUnknown)?.last;
        self.folded(last, deadline).await?;
        Ok(last)
    }

    async fn folded(&self, sequence: u64, deadline: Instant) -> Result<(), ApiError> {
        let folded = tokio::time::timeout_at(deadline, self.projections.folded(sequence));
        folded.await.map_err(|_| ApiError::OutcomeUnknown)
    }

    async fn take_turns(&self, subjects: &BTreeSet<Subject>) -> Vec<MutexGuard<'_, ()>> {
        // Always in the order of the subjects: two callers never wait for each other.
        let mut turns = Vec::with_capacity(subjects.len());
        for subject in subjects {
            let part = match subject.aggregate {
                Aggregate::Request | Aggregate::Sla => 0,
                Aggregate::Contact => 1,
                Aggregate::Citizen => 2,
                Aggregate::Reference => 3,
            };
            let turn = part * usize::from(PARTITIONS) + usize::from(subject.partition);
            if let Some(turn) = self.turns.get(turn) {
                turns.push(turn.lock().await);
            }
        }
        turns
    }
}
