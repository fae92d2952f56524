//! Sends batches: one at a time, again while the server cannot be reached.

use super::read::Batch;
use beffroi_wire::pb::intake::v1::import_result::Outcome;
use beffroi_wire::pb::intake::v1::intake_service_client::IntakeServiceClient;
use beffroi_wire::pb::intake::v1::{ImportResult, ImportServiceRequestsRequest};
use std::error::Error;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};
use tonic::body::Body;
use tonic::codegen::{Service, StdError, http};
use tonic::{Code, Status};

/// How long a batch is tried.
const GIVE_UP_AFTER: Duration = Duration::from_secs(60);
/// How long one answer is awaited.
const ATTEMPT_MAX: Duration = Duration::from_secs(30);
const WAIT_MIN: Duration = Duration::from_millis(100);
const WAIT_MAX: Duration = Duration::from_secs(5);

/// What the server made of a batch.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) created: u64,
    pub(crate) updated: u64,
    pub(crate) unchanged: u64,
    /// In the order of their lines.
    pub(crate) refusals: Vec<Answer>,
    /// On requests that were taken, in the order of their lines.
    pub(crate) remarks: Vec<Answer>,
}

/// Why the server did not take a request, or what it did not take over of one.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The place of the request in its batch.
    pub(crate) at: usize,
    pub(crate) line: u64,
    pub(crate) field: String,
    pub(crate) reason: String,
    pub(crate) message: String,
}

/// A batch that was not taken.
#[derive(Debug)]
pub(crate) enum Failure {
    Refused(Box<Status>),
    Answer { requests: usize, results: usize },
}

impl Taken {
    /// True when the server refused the request of this line.
    pub(crate) fn refuses(&self, line: u64) -> bool {
        self.refusals.binary_search_by_key(&line, |it| it.line).is_ok()
    }

    fn count(&mut self, (at, line): (usize, u64), result: ImportResult) {
        self.remarks.extend(result.remarks.iter().map(|it| Answer {
            at,
            line,
            field: it.field.clone(),
            reason: it.reason.clone(),
            message: it.message.clone(),
        }));
        match result.outcome() {
            Outcome::Created => self.created += 1,
            Outcome::Updated => self.updated += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Rejected | Outcome::Unspecified => {
                let error = result.error.unwrap_or_default();
                self.refusals.push(Answer {
                    at,
                    line,
                    field: error.field,
                    reason: error.reason,
                    message: error.message,
                });
            }
        }
    }
}

/// Sends a batch until it is answered. Ids are derived from the source, so sending again is safe.
pub(crate) async fn batch<C>(
    client: &IntakeServiceClient<C>,
    batch: &Batch,
) -> Result<Taken, Failure>
where
    C: Service<http::Request<Body>, Response = http::Response<Body>, Error: Into<StdError>> + Clone,
{
    let mut taken = Taken::default();
    if batch.requests.is_empty() {
        return Ok(taken);
    }
    let answer = persist(|| {
        let mut client = client.clone();
        let service_requests = batch.requests.clone();
        async move {
            let request = ImportServiceRequestsRequest { service_requests };
            client.import_service_requests(request).await
        }
    });
    let answer = answer.await.map_err(|it| Failure::Refused(Box::new(it)))?;
    let results = answer.into_inner().results;
    if results.len() != batch.lines.len() {
        return Err(Failure::Answer { requests: batch.lines.len(), results: results.len() });
    }
    for (at, result) in batch.lines.iter().copied().enumerate().zip(results) {
        taken.count(at, result);
    }
    Ok(taken)
}

/// Tries again while that can help, at growing distances.
async fn persist<T, F>(mut attempt: impl FnMut() -> F) -> Result<T, Status>
where
    F: Future<Output = Result<T, Status>>,
{
    let give_up_at = Instant::now() + GIVE_UP_AFTER;
    let mut wait = WAIT_MIN;
    loop {
        let status = match timeout(ATTEMPT_MAX, attempt()).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(status)) => status,
            Err(_) => Status::deadline_exceeded("the server did not answer in time"),
        };
        if !is_passing(&status) || give_up_at <= Instant::now() + wait {
            return Err(status);
        }
        sleep(wait).await;
        wait = (wait * 2).min(WAIT_MAX);
    }
}

/// True when the same call may succeed later.
fn is_passing(status: &Status) -> bool {
    let codes =
        [Code::Unavailable, Code::DeadlineExceeded, Code::Cancelled, Code::ResourceExhausted];
    // The server's own answers have no source: one that has comes from a lost connection.
    codes.contains(&status.code()) || status.source().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(code: Code, failures: u32) -> (Result<u32, Code>, u32, Duration) {
        let start = Instant::now();
        let mut attempts = 0;
        let answer = persist(|| {
            attempts += 1;
            let answer = if attempts <= failures { Err(Status::new(code, "")) } else { Ok(7) };
            std::future::ready(answer)
        });
        let answer = answer.await.map_err(|it| it.code());
        (answer, attempts, start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_tried_again() {
        for code in
            [Code::Unavailable, Code::DeadlineExceeded, Code::Cancelled, Code::ResourceExhausted]
        {
            let (answer, attempts, _) = check(code, 3).await;
            assert_eq!((answer, attempts), (Ok(7), 4));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_pass_is_not_tried_again() {
        let (answer, attempts, _) = check(Code::InvalidArgument, 1).await;
        assert_eq!((answer, attempts), (Err(Code::InvalidArgument), 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_stays_away_is_given_up_within_a_minute() {
        let (answer, _, elapsed) = check(Code::Unavailable, u32::MAX).await;
        assert_eq!(answer, Err(Code::Unavailable));
        assert!((50..=60).contains(&elapsed.as_secs()), "{elapsed:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_does_not_come_counts_as_a_failure() {
        let answer = persist(std::future::pending::<Result<(), Status>>).await;
        assert_eq!(answer.map_err(|it| it.code()), Err(Code::DeadlineExceeded));
    }
}
