//! Quarantine, and how the projections of a node stand.

use std::fmt::Write as _;

use beffroi_wire::pb::operations::v1 as pb;
use serde::Serialize;

use super::{PositionView, is_zero, key_or_unknown, said};
use crate::time::rfc3339;

/// What is in quarantine.
#[derive(Debug, Serialize)]
pub(crate) struct QuarantineAnswer {
    held: u64,
    events: Vec<QuarantinedView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<PositionView>,
}

impl QuarantineAnswer {
    pub(crate) fn new(
        events: Vec<pb::QuarantinedEvent>,
        held: u64,
        position: Option<beffroi_wire::pb::query::v1::Position>,
    ) -> Self {
        let events = events.into_iter().map(QuarantinedView::from).collect();
        Self { held, events, position: position.map(PositionView::from) }
    }
}

/// An event in quarantine.
#[derive(Debug, Serialize)]
pub(crate) struct QuarantinedView {
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<PositionView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aggregate_id: Option<String>,
    subject: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "is_zero")]
    waits_for: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    set_aside_by: Option<String>,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    released: Option<ReleasedView>,
}

#[derive(Debug, Serialize)]
struct ReleasedView {
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    why: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<PositionView>,
}

impl From<pb::QuarantinedEvent> for QuarantinedView {
    fn from(it: pb::QuarantinedEvent) -> Self {
        Self {
            position: it.position.map(PositionView::from),
            kind: said(it.kind),
            aggregate_id: said(it.aggregate_id),
            subject: it.subject,
            reason: said(it.reason),
            waits_for: it.waits_for,
            set_aside_by: said(it.set_aside_by),
            bytes: it.size_bytes,
            released: it.release.map(|it| ReleasedView {
                at: rfc3339(it.released_at.as_ref()),
                why: it.why,
                actor: said(it.actor),
                position: it.position.map(PositionView::from),
            }),
        }
    }
}

/// One event in quarantine, whole.
#[derive(Debug, Serialize)]
pub(crate) struct QuarantinedAnswer {
    #[serde(flatten)]
    event: QuarantinedView,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waiting: Vec<u64>,
    /// In hexadecimal digits.
    payload: String,
}

impl From<pb::GetQuarantinedEventResponse> for QuarantinedAnswer {
    fn from(it: pb::GetQuarantinedEventResponse) -> Self {
        let mut payload = String::with_capacity(2 * it.payload.len());
        for byte in &it.payload {
            let _ = write!(payload, "{byte:02x}");
        }
        let event = it.event.unwrap_or_default().into();
        Self { event, waiting: it.waiting, payload }
    }
}

/// What became of what was in quarantine.
#[derive(Debug, Serialize)]
pub(crate) struct RetryAnswer {
    /// How many events were held before.
    pub held_before: u64,
    /// How many still are; absent: the fold goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<u64>,
}

/// How the projections of a node stand.
#[derive(Debug, Serialize)]
pub(crate) struct ProjectionsAnswer {
    release: String,
    quarantined: u64,
    swaps: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    fold: Option<FoldView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<PositionView>,
}

#[derive(Debug, Serialize)]
struct FoldView {
    cause: String,
    from: u64,
    done: u64,
    total: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_secs: Option<i64>,
}

impl From<pb::GetProjectionsResponse> for ProjectionsAnswer {
    fn from(it: pb::GetProjectionsResponse) -> Self {
        Self {
            release: it.release,
            quarantined: it.quarantined_total,
            swaps: it.swaps,
            fold: it.fold.map(|it| FoldView {
                cause: key_or_unknown::<pb::FoldCause>(it.cause),
                from: it.from,
                done: it.done,
                total: it.total,
                left_secs: it.left.map(|it| it.seconds),
            }),
            position: it.position.map(PositionView::from),
        }
    }
}
