//! The programme service: what planners ask of the requests that wait.

mod close;
mod filter;
mod list;
pub(crate) mod words;

use crate::error::ApiError;
use crate::language;
use crate::shared::Shared;
use beffroi_domain::Language;
use beffroi_wire::pb::programme::v1 as pb;
use beffroi_wire::pb::programme::v1::programme_service_server::ProgrammeService;
use std::sync::Arc;
use tonic::{Request, Response, Status};

/// The programme service of a node.
#[derive(Debug)]
pub(crate) struct Programme {
    node: Arc<Shared>,
}

impl Programme {
    pub(crate) fn new(node: Arc<Shared>) -> Self {
        Self { node }
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl ProgrammeService for Programme {
    async fn list_programmes(
        &self,
        call: Request<pb::ListProgrammesRequest>,
    ) -> Answer<pb::ListProgrammesResponse> {
        let language = language::of(call.metadata());
        let node = Arc::clone(&self.node);
        answer(list::programmes(node, call.into_inner(), language).await, language)
    }

    async fn list_programme_requests(
        &self,
        call: Request<pb::ListProgrammeRequestsRequest>,
    ) -> Answer<pb::ListProgrammeRequestsResponse> {
        let language = language::of(call.metadata());
        let node = Arc::clone(&self.node);
        answer(list::requests(node, call.into_inner(), language).await, language)
    }

    async fn close_programme_requests(
        &self,
        call: Request<pb::CloseProgrammeRequestsRequest>,
    ) -> Answer<pb::CloseProgrammeRequestsResponse> {
        let language = language::of(call.metadata());
        answer(close::close(&self.node, call.into_inner(), language).await, language)
    }
}

fn answer<T>(found: Result<T, ApiError>, language: Language) -> Answer<T> {
    found.map(Response::new).map_err(|error| error.into_status(language))
}
