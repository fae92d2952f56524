//! The operations service of a node.

use super::quarantine;
use crate::error::ApiError;
use crate::language;
use crate::shared::Shared;
use beffroi_aggregator::{Folding, Refolder, Why};
use beffroi_domain::Language;
use beffroi_wire::pb::operations::v1 as pb;
use beffroi_wire::pb::operations::v1::operations_service_server::OperationsService;
use std::sync::Arc;
use tonic::{Request, Response, Status};

/// The operations service of a node.
#[derive(Debug)]
pub(crate) struct Operations {
    node: Arc<Shared>,
    refolder: Refolder,
}

impl Operations {
    pub(crate) fn new(node: Arc<Shared>, refolder: Refolder) -> Self {
        Self { node, refolder }
    }
}

type Answer<T> = Result<Response<T>, Status>;

fn answer<T>(found: Result<T, ApiError>, language: Language) -> Answer<T> {
    found.map(Response::new).map_err(|error| error.into_status(language))
}

#[tonic::async_trait]
impl OperationsService for Operations {
    async fn list_quarantined_events(
        &self,
        call: Request<pb::ListQuarantinedEventsRequest>,
    ) -> Answer<pb::ListQuarantinedEventsResponse> {
        let language = language::of(call.metadata());
        answer(quarantine::list(&self.node, call.get_ref()).await, language)
    }

    async fn get_quarantined_event(
        &self,
        call: Request<pb::GetQuarantinedEventRequest>,
    ) -> Answer<pb::GetQuarantinedEventResponse> {
        let language = language::of(call.metadata());
        answer(quarantine::get(&self.node, call.get_ref()).await, language)
    }

    async fn release_quarantined_event(
        &self,
        call: Request<pb::ReleaseQuarantinedEventRequest>,
    ) -> Answer<pb::ReleaseQuarantinedEventResponse> {
        let language = language::of(call.metadata());
        answer(quarantine::release(&self.node, call.get_ref()).await, language)
    }

    async fn get_projections(
        &self,
        call: Request<pb::GetProjectionsRequest>,
    ) -> Answer<pb::GetProjectionsResponse> {
        let language = language::of(call.metadata());
        answer(projections(&self.node, &self.refolder), language)
    }

    async fn refold_projections(
        &self,
        _call: Request<pb::RefoldProjectionsRequest>,
    ) -> Answer<pb::RefoldProjectionsResponse> {
        self.refolder.start(Why::Asked);
        let fold = self.refolder.folding().map(fold);
        Ok(Response::new(pb::RefoldProjectionsResponse { fold }))
    }
}

fn projections(node: &Shared, refolder: &Refolder) -> Result<pb::GetProjectionsResponse, ApiError> {
    // Before the snapshot: one that has ended since is part of it.
    let folding = refolder.folding();
    let snapshot = node.projections.snapshot()?;
    Ok(pb::GetProjectionsResponse {
        position: Some(node.position(snapshot.checkpoint().sequence)),
        quarantined_total: snapshot.quarantined()?,
        fold: folding.map(fold),
        swaps: snapshot.generation(),
        release: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

fn fold(it: Folding) -> pb::Fold {
    let cause = match it.why {
        Why::Version(_) => pb::FoldCause::Version,
        Why::Release => pb::FoldCause::Release,
        Why::Asked => pb::FoldCause::Asked,
    };
    let left = it.left().and_then(|it| it.try_into().ok());
    pb::Fold { cause: cause.into(), from: it.from, done: it.done, total: it.total, left }
}
