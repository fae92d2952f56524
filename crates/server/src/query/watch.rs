//! Watching one request.

use super::view::View;
use super::{Outlet, find, told};
use crate::error::ApiError;
use crate::shared::Shared;
use beffroi_domain::{Language, RequestId};
use beffroi_wire::pb::query::v1 as pb;
use std::sync::Arc;
use std::time::Duration;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

const HEARTBEAT: Duration = Duration::from_secs(15);

type Message = pb::WatchServiceRequestResponse;

pub(super) fn watch(
    node: Arc<Shared>,
    call: &pb::WatchServiceRequestRequest,
    language: Language,
) -> Result<ReceiverStream<Result<Message, Status>>, ApiError> {
    let row = find(&node.projections.snapshot()?, "service_request", &call.service_request)?;
    let (outlet, stream) = Outlet::open(&node, language)?;
    tokio::spawn(async move {
        if let Err(error) = run(&node, &outlet, row.request.id, language).await {
            outlet.end(error).await;
        }
    });
    Ok(stream)
}

/// Sends the request now and whenever it changed, until the reader or the node goes.
async fn run(
    node: &Shared,
    outlet: &Outlet<Message>,
    id: RequestId,
    language: Language,
) -> Result<(), ApiError> {
    let mut sent = 0;
    let mut beat = tokio::time::Instant::now() + HEARTBEAT;
    loop {
        let snapshot = node.projections.snapshot()?;
        let sequence = snapshot.checkpoint().sequence;
        let row = snapshot.request(id)?;
        let last = row.as_ref().map(|row| told::last_sequence(&snapshot, row)).transpose()?;
        let row = row.filter(|_| last.is_some_and(|last| last > sent));
        let view = View::new(node, &snapshot, language);
        let seen = row.as_ref().map(|row| view.service_request(row)).transpose()?;
        drop(snapshot);
        let beats = tokio::time::Instant::now() >= beat;
        if row.is_some() || beats {
            sent = last.unwrap_or(sent);
            beat = tokio::time::Instant::now() + HEARTBEAT;
            let position = Some(node.position(sequence));
            if !outlet.send(Message { service_request: seen, position }).await {
                return Ok(());
            }
        }
        tokio::select! {
            () = node.projections.folded(sequence + 1) => {}
            () = tokio::time::sleep_until(beat) => {}
            () = outlet.gone() => return Ok(()),
            () = node.shutdown.cancelled() => return Err(ApiError::ShuttingDown),
        }
    }
}
