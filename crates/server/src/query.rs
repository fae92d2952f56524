//! The query service: reads of one moment, and streams that go on from there.

mod breaches;
pub(crate) mod citizen;
mod explain;
mod history;
pub(crate) mod list;
mod suggest;
mod told;
pub(crate) mod view;
mod watch;

pub(crate) use breaches::Latest;

use crate::centre;
use crate::error::{ApiError, Problem};
use crate::language;
use crate::parse::{Name, name};
use crate::shared::{STREAMS_MAX, Shared};
use beffroi_aggregator::{RequestRow, Snapshot};
use beffroi_domain::Language;
use beffroi_wire::pb::query::v1 as pb;
use beffroi_wire::pb::query::v1::query_service_server::QueryService;
use beffroi_wire::vocabulary;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};
use view::View;

/// The query service of a node.
#[derive(Debug)]
pub(crate) struct Query {
    node: Arc<Shared>,
}

/// Messages of a stream that wait for a slow reader; then the stream waits as well.
const STREAM_QUEUE: usize = 16;
const BATCH_MAX: usize = 1_000;

impl Query {
    pub(crate) fn new(node: Arc<Shared>) -> Self {
        Self { node }
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl QueryService for Query {
    async fn get_service_request(
        &self,
        call: Request<pb::GetServiceRequestRequest>,
    ) -> Answer<pb::GetServiceRequestResponse> {
        let language = language::of(call.metadata());
        answer(get(&self.node, call.into_inner(), language).await, language)
    }

    async fn batch_get_service_requests(
        &self,
        call: Request<pb::BatchGetServiceRequestsRequest>,
    ) -> Answer<pb::BatchGetServiceRequestsResponse> {
        let language = language::of(call.metadata());
        answer(batch_get(&self.node, call.into_inner(), language).await, language)
    }

    async fn list_service_requests(
        &self,
        call: Request<pb::ListServiceRequestsRequest>,
    ) -> Answer<pb::ListServiceRequestsResponse> {
        let language = language::of(call.metadata());
        answer(list::list(&self.node, call.into_inner(), language).await, language)
    }

    async fn get_service_request_history(
        &self,
        call: Request<pb::GetServiceRequestHistoryRequest>,
    ) -> Answer<pb::GetServiceRequestHistoryResponse> {
        let language = language::of(call.metadata());
        answer(history::history(&self.node, call.into_inner(), language).await, language)
    }

    async fn explain_promises(
        &self,
        call: Request<pb::ExplainPromisesRequest>,
    ) -> Answer<pb::ExplainPromisesResponse> {
        let language = language::of(call.metadata());
        answer(explain::explain(&self.node, call.into_inner(), language).await, language)
    }

    async fn get_citizen(
        &self,
        call: Request<pb::GetCitizenRequest>,
    ) -> Answer<pb::GetCitizenResponse> {
        let language = language::of(call.metadata());
        let node = Arc::clone(&self.node);
        answer(citizen::citizen(node, call.into_inner(), language).await, language)
    }

    type WatchServiceRequestStream =
        ReceiverStream<Result<pb::WatchServiceRequestResponse, Status>>;

    async fn watch_service_request(
        &self,
        call: Request<pb::WatchServiceRequestRequest>,
    ) -> Answer<Self::WatchServiceRequestStream> {
        let language = language::of(call.metadata());
        let node = Arc::clone(&self.node);
        answer(watch::watch(node, &call.into_inner(), language), language)
    }

    async fn list_breaches(
        &self,
        call: Request<pb::ListBreachesRequest>,
    ) -> Answer<pb::ListBreachesResponse> {
        let language = language::of(call.metadata());
        let node = Arc::clone(&self.node);
        answer(breaches::list(node, call.into_inner(), language).await, language)
    }

    type SubscribeBreachesStream = ReceiverStream<Result<pb::SubscribeBreachesResponse, Status>>;

    async fn subscribe_breaches(
        &self,
        call: Request<pb::SubscribeBreachesRequest>,
    ) -> Answer<Self::SubscribeBreachesStream> {
        let language = language::of(call.metadata());
        let node = Arc::clone(&self.node);
        answer(breaches::subscribe(node, &call.into_inner(), language), language)
    }

    async fn suggest_duplicates(
        &self,
        call: Request<pb::SuggestDuplicatesRequest>,
    ) -> Answer<pb::SuggestDuplicatesResponse> {
        let language = language::of(call.metadata());
        answer(suggest::suggest(&self.node, call.into_inner(), language).await, language)
    }

    async fn get_volumes(
        &self,
        call: Request<pb::GetVolumesRequest>,
    ) -> Answer<pb::GetVolumesResponse> {
        let language = language::of(call.metadata());
        answer(volumes(&self.node, call.into_inner()).await, language)
    }
}

fn answer<T>(found: Result<T, ApiError>, language: Language) -> Answer<T> {
    found.map(Response::new).map_err(|error| error.into_status(language))
}

async fn get(
    node: &Shared,
    call: pb::GetServiceRequestRequest,
    language: Language,
) -> Result<pb::GetServiceRequestResponse, ApiError> {
    node.at_least(call.min_position.as_ref()).await?;
    let snapshot = node.projections.snapshot()?;
    let row = find(&snapshot, "service_request", &call.service_request)?;
    let view = View::new(node, &snapshot, language).service_request(&row)?;
    let (answers, address) = view::opening(node, &snapshot, &row, language)?;
    let position = Some(node.position(snapshot.checkpoint().sequence));
    let regime = centre::notice(node, &snapshot, language)?;
    let service_request = Some(view);
    Ok(pb::GetServiceRequestResponse { service_request, position, answers, address, regime })
}

async fn batch_get(
    node: &Shared,
    call: pb::BatchGetServiceRequestsRequest,
    language: Language,
) -> Result<pb::BatchGetServiceRequestsResponse, ApiError> {
    let found = call.service_requests.len();
    if found == 0 || found > BATCH_MAX {
        return Err(Problem::TooMany { found, max: BATCH_MAX }.at("service_requests").into());
    }
    node.at_least(call.min_position.as_ref()).await?;
    let snapshot = node.projections.snapshot()?;
    let view = View::new(node, &snapshot, language);
    let rows = call.service_requests.iter().enumerate().map(|(at, text)| {
        let row = find(&snapshot, &format!("service_requests[{at}]"), text)?;
        view.service_request(&row)
    });
    let service_requests = rows.collect::<Result<Vec<_>, ApiError>>()?;
    let position = Some(node.position(snapshot.checkpoint().sequence));
    Ok(pb::BatchGetServiceRequestsResponse { service_requests, position })
}

/// The request that a caller names.
fn find(snapshot: &Snapshot, field: &str, text: &str) -> Result<RequestRow, ApiError> {
    let row = match name(text).map_err(|problem| problem.at(field))? {
        Name::Id(id) => snapshot.request(id)?,
        Name::Number(number) => snapshot.numbered(number)?,
    };
    row.ok_or_else(|| ApiError::UnknownRequest(text.trim().to_owned()))
}

async fn volumes(
    node: &Shared,
    call: pb::GetVolumesRequest,
) -> Result<pb::GetVolumesResponse, ApiError> {
    node.at_least(call.min_position.as_ref()).await?;
    let snapshot = node.projections.snapshot()?;
    let requests = snapshot.request_volumes()?.into_iter().map(|(key, count)| pb::RequestVolume {
        channel: vocabulary::channel::to_pb(key.channel).into(),
        product: key.product,
        status: vocabulary::status::to_pb(key.status).into(),
        count,
    });
    let contacts = snapshot.contact_volumes()?.into_iter().map(|(channel, outcome, count)| {
        pb::ContactVolume {
            channel: vocabulary::channel::to_pb(channel).into(),
            outcome: vocabulary::contact_outcome::to_pb(outcome).into(),
            count,
        }
    });
    Ok(pb::GetVolumesResponse {
        requests: requests.collect(),
        contacts: contacts.collect(),
        position: Some(node.position(snapshot.checkpoint().sequence)),
    })
}

/// Leave to keep a stream open.
fn leave(node: &Shared) -> Result<OwnedSemaphorePermit, ApiError> {
    let leave = Arc::clone(&node.streams).try_acquire_owned();
    leave.map_err(|_| ApiError::TooManyStreams(STREAMS_MAX))
}

/// The sending end of a stream. Sending waits for a slow reader.
struct Outlet<T> {
    sender: mpsc::Sender<Result<T, Status>>,
    language: Language,
    _leave: OwnedSemaphorePermit,
}

impl<T> Outlet<T> {
    fn open(
        node: &Shared,
        language: Language,
    ) -> Result<(Self, ReceiverStream<Result<T, Status>>), ApiError> {
        let (sender, receiver) = mpsc::channel(STREAM_QUEUE);
        let outlet = Self { sender, language, _leave: leave(node)? };
        Ok((outlet, ReceiverStream::new(receiver)))
    }

    /// Whether the reader is still there.
    async fn send(&self, message: T) -> bool {
        self.sender.send(Ok(message)).await.is_ok()
    }

    fn is_gone(&self) -> bool {
        self.sender.is_closed()
    }

    async fn gone(&self) {
        self.sender.closed().await;
    }

    async fn end(self, error: ApiError) {
        let _ = self.sender.send(Err(error.into_status(self.language))).await;
    }
}
