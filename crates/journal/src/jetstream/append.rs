//! An append from the caller's side: attempts until the outcome is known or the deadline passes.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::JetStream;
use super::publish::Rejection;
use super::publisher::{Attempt, Job, Request};
use crate::duplicates::Known;
use crate::entry::{Append, Stored, check_size};
use crate::error::{AppendError, Doubt, Refusal};

/// Attempts end well within the broker's duplicate window, or a late one would store twice.
const ATTEMPTS_WITHIN: Duration = Duration::from_secs(60);
const PAUSE_MIN: Duration = Duration::from_millis(2);
const PAUSE_MAX: Duration = Duration::from_millis(250);
/// Room that the broker's own headers take in a message.
const OWN_HEADERS_BYTES_MAX: usize = 512;

/// What an attempt means for the append.
enum Verdict {
    Final(Result<Stored, AppendError>),
    TryAgain,
}

impl JetStream {
    pub(crate) async fn append(
        &self,
        append: Append,
        deadline: Instant,
    ) -> Result<Stored, AppendError> {
        let payload_max = self.log.connection.max_payload();
        for entry in &append.entries {
            check_size(entry.size() + OWN_HEADERS_BYTES_MAX, payload_max)?;
        }
        let append = Arc::new(append);
        let deadline = deadline.min(Instant::now() + ATTEMPTS_WITHIN);
        let mut pause = PAUSE_MIN;
        let mut may_be_stored = false;
        loop {
            let attempt = match self.attempt(&append, deadline).await {
                Ok(attempt) => attempt,
                // Not sent this time, but perhaps the time before.
                Err(AppendError::Refused(_)) if may_be_stored => {
                    return Err(Doubt::Deadline.into());
                }
                Err(error) => return Err(error),
            };
            may_be_stored |= matches!(attempt, Attempt::Lost);
            match self.judge(&append, attempt, deadline).await {
                // The broker speaks of this attempt, not of one before whose answer was lost.
                Verdict::Final(Err(AppendError::Refused(Refusal::Backend { .. })))
                    if may_be_stored => {}
                Verdict::Final(outcome) => return outcome,
                Verdict::TryAgain => {}
            }
            sleep_until(deadline.min(Instant::now() + pause)).await;
            if Instant::now() >= deadline {
                return Err(Doubt::Deadline.into());
            }
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// Hands the append to the publisher once, and waits for the answer.
    async fn attempt(
        &self,
        append: &Arc<Append>,
        deadline: Instant,
    ) -> Result<Attempt, AppendError> {
        let (reply, answer) = oneshot::channel();
        let request = Request { append: Arc::clone(append), reply };
        let slot = timeout_at(deadline, self.jobs.reserve()).await.map_err(|_| Refusal::Busy)?;
        slot.map_err(|_| Refusal::Closed)?.send(Job::Append(request));
        match timeout_at(deadline, answer).await {
            Ok(Ok(attempt)) => Ok(attempt),
            Ok(Err(_)) => Err(Doubt::WriterEnded.into()),
            Err(_) => Err(Doubt::Deadline.into()),
        }
    }

    async fn judge(&self, append: &Append, attempt: Attempt, deadline: Instant) -> Verdict {
        let rejection = match attempt {
            Attempt::Stored(stored) => return Verdict::Final(Ok(stored)),
            Attempt::Lost => return Verdict::TryAgain,
            Attempt::Rejected(rejection) => rejection,
        };
        match Meaning::of(&rejection) {
            Meaning::Passing => Verdict::TryAgain,
            Meaning::Refused => Verdict::Final(Err(refused(rejection))),
            meaning @ (Meaning::Conflict | Meaning::Duplicate | Meaning::StoreFailed) => {
                match timeout_at(deadline, self.recent.look_up(append)).await {
                    Ok(Ok(known)) => resolve(&meaning, known, rejection),
                    Ok(Err(_)) | Err(_) => Verdict::TryAgain,
                }
            }
        }
    }
}

/// What an error code of the broker says about the entries.
enum Meaning {
    /// An expectation did not hold, perhaps because these very entries are stored.
    Conflict,
    /// Some or all of the ids are known.
    Duplicate,
    /// The disk failed, perhaps midway.
    StoreFailed,
    /// It may succeed when tried again.
    Passing,
    /// It will not.
    Refused,
}

impl Meaning {
    fn of(rejection: &Rejection) -> Self {
        match (rejection.code, rejection.status) {
            // Wrong last sequence.
            (10071, _) => Self::Conflict,
            // The batch contains a known message id.
            (10201, _) => Self::Duplicate,
            // The stream could not store the message.
            (10077, _) => Self::StoreFailed,
            // Wrong last sequence or duplicate because of a message still on its way, no leader,
            // a batch of which a part was lost or that the broker gave up, too much at once.
            (10164 | 10158 | 10008 | 10009 | 10176 | 10210, _) | (_, 429) => Self::Passing,
            _ => Self::Refused,
        }
    }
}

fn resolve(meaning: &Meaning, known: Known, rejection: Rejection) -> Verdict {
    match (known, meaning) {
        (Known::All(stored), _) => Verdict::Final(Ok(stored)),
        (Known::Part | Known::Nothing, Meaning::StoreFailed) => {
            Verdict::Final(Err(refused(rejection)))
        }
        (Known::Part, _) => Verdict::Final(Err(Refusal::PartlyStored.into())),
        (Known::Nothing, Meaning::Conflict) => Verdict::Final(Err(AppendError::Conflict)),
        // A known id that cannot be read yet is one still on its way.
        (Known::Nothing, _) => Verdict::TryAgain,
    }
}

fn refused(rejection: Rejection) -> AppendError {
    Refusal::Backend { code: rejection.code, description: rejection.description }.into()
}
