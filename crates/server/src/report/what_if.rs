//! What if: the requests of a window replayed under another calendar or other commitments. It reads
//! one moment of the projections and records nothing.

mod premise;
mod problem;

pub(crate) use problem::SupposedProblem;

use super::groups::{Groups, Value};
use super::window::Window;
use super::{Report, SCAN_QUEUE};
use crate::error::{ApiError, Violation};
use crate::language;
use crate::parse::Fields;
use crate::shared::Shared;
use beffroi_aggregator::{RequestRow, Snapshot};
use beffroi_domain::what_if::{Outcome, WhatIf};
use beffroi_domain::{City, Timestamp};
use beffroi_wire::pb::report::v1 as pb;
use beffroi_wire::time;
use pb::what_if_response::Message;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Status};

/// The stream of answers.
pub(super) type Answers = ReceiverStream<Result<pb::WhatIfResponse, Status>>;

/// How many requests are looked at between two messages of progress.
const PROGRESS_EVERY: u64 = 2_000;

/// What is asked.
struct Asked {
    window: Window,
    what_if: WhatIf,
}

impl Asked {
    fn parse(city: &City, call: &pb::WhatIfRequest) -> Result<Self, Vec<Violation>> {
        let mut fields = Fields::default();
        let window = Window::parse(&mut fields, &city.calendar, call.window.as_ref());
        let what_if = premise::parse(&mut fields, city, call.premise.as_ref());
        let asked = window.zip(what_if).map(|(window, what_if)| Self { window, what_if });
        fields.finish(asked)
    }
}

impl Report {
    /// Starts a replay, which ends when its caller has gone or the node goes.
    pub(super) async fn replay(
        &self,
        call: Request<pb::WhatIfRequest>,
    ) -> Result<Answers, ApiError> {
        let language = language::of(call.metadata());
        let call = call.into_inner();
        // What is wrong is said at once.
        Asked::parse(self.node.city(), &call)?;
        self.node.at_least(call.min_position.as_ref()).await?;
        let turn = self.node.admission.reports.turn().await?;
        let snapshot = self.node.projections.snapshot()?;
        let asked = Asked::parse(&self.node.city_at(&snapshot)?.city, &call)?;
        let node = Arc::clone(&self.node);
        let (answers, receiver) = mpsc::channel(SCAN_QUEUE);
        let run = move || {
            let _turn = turn;
            let answer = match replay(&node, &snapshot, (&asked, &answers)) {
                Ok(Some(result)) => Ok(message(Message::Result(result))),
                Ok(None) => return,
                Err(error) => Err(error.into_status(language)),
            };
            // Who has left needs no answer.
            let _ = answers.blocking_send(answer);
        };
        drop(tokio::task::spawn_blocking(run));
        Ok(ReceiverStream::new(receiver))
    }
}

type Sender = mpsc::Sender<Result<pb::WhatIfResponse, Status>>;

/// `None`: nobody is there any more to be told.
fn replay(
    node: &Shared,
    snapshot: &Snapshot,
    (asked, answers): (&Asked, &Sender),
) -> Result<Option<pb::WhatIfResult>, ApiError> {
    let now = node.clock.now();
    let total = snapshot.request_count()?;
    let mut groups = Groups::<pb::WhatIfFigures>::default();
    for (row, done) in snapshot.requests()?.zip(0_u64..) {
        if node.shutdown.is_cancelled() {
            return Err(ApiError::ShuttingDown);
        }
        if done % PROGRESS_EVERY == 0 {
            let progress = message(Message::Progress(pb::WhatIfProgress { done, total }));
            if answers.blocking_send(Ok(progress)).is_err() {
                return Ok(None);
            }
        }
        let row = row?;
        if !asked.window.holds(row.request.opened_at) {
            continue;
        }
        let outcomes = outcomes(snapshot, &row, (&asked.what_if, now))?;
        let is_rough = row.request.approximate || row.request.status_approximate;
        let promises = u64::try_from(outcomes.len()).unwrap_or(u64::MAX);
        let product = Value::Text(row.request.product.to_string());
        let (row, total) = groups.of(vec![product])?;
        for figures in [row, total] {
            figures.requests += 1;
            for outcome in &outcomes {
                count(figures, *outcome);
            }
            figures.approximate += if is_rough { promises } else { 0 };
        }
    }
    let (rows, total) = groups.into_parts();
    let row = |(key, figures): (Vec<Value>, pb::WhatIfFigures)| {
        let product = key.into_iter().find_map(|it| match it {
            Value::Text(text) => Some(text),
            Value::Promised(_) | Value::Word(_) | Value::Period(_) => None,
        });
        pb::WhatIfRow { product: product.unwrap_or_default(), figures: Some(figures) }
    };
    Ok(Some(pb::WhatIfResult {
        rows: rows.into_iter().map(row).collect(),
        total: Some(total),
        as_of: Some(time::to_pb(now)),
        position: Some(node.position(snapshot.checkpoint().sequence)),
    }))
}

/// What becomes of the promises of a request.
fn outcomes(
    snapshot: &Snapshot,
    row: &RequestRow,
    (what_if, now): (&WhatIf, Timestamp),
) -> Result<Vec<Outcome>, ApiError> {
    let request = &row.request;
    if what_if.leaves_alone(request) {
        return Ok(vec![Outcome::NotRecounted; request.promises.len()]);
    }
    let history = snapshot.history(row)?;
    let replayed = what_if.replay(history.iter().map(|it| &it.event));
    let replayed = replayed.ok_or(ApiError::Quarantined)?;
    Ok(what_if.outcomes(request, &replayed, now))
}

fn count(figures: &mut pb::WhatIfFigures, outcome: Outcome) {
    let counted = match outcome {
        Outcome::OnTimeToLate => &mut figures.on_time_to_late,
        Outcome::LateToOnTime => &mut figures.late_to_on_time,
        Outcome::OpenToLate => &mut figures.open_to_late,
        Outcome::LateToOpen => &mut figures.late_to_open,
        Outcome::RescindedToLate => &mut figures.rescinded_to_late,
        Outcome::LateToRescinded => &mut figures.late_to_rescinded,
        Outcome::NewlyPromised { is_late } => {
            figures.newly_promised_late += u64::from(is_late);
            &mut figures.newly_promised
        }
        Outcome::NoLongerPromised => &mut figures.no_longer_promised,
        Outcome::Unchanged => &mut figures.unchanged,
        Outcome::StillOpen => &mut figures.still_open,
        Outcome::NotRecounted => &mut figures.not_recounted,
    };
    *counted += 1;
}

fn message(message: Message) -> pb::WhatIfResponse {
    pb::WhatIfResponse { message: Some(message) }
}
