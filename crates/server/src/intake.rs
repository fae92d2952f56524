//! The intake service: parse, decide, record, answer with what was made of it.

mod asker;
mod change;
mod contact;
mod exchange;
mod follow_up;
mod import;
mod open;
pub(crate) mod planned;

use crate::commit::Decision;
use crate::error::{ApiError, Problem};
use crate::language;
use crate::parse::Name;
use crate::query::view::View;
use crate::shared::Shared;
use beffroi_aggregator::{Aggregate, RequestRow, Snapshot, Subject, partition};
use beffroi_domain::{
    About, Change, Channel, Command, Event, EventId, Kind, Label, Language, Meta, Origin, Personal,
    PersonalData, Rejection, Request, RequestId, Timestamp, decide,
};
use beffroi_wire::pb::intake::v1 as pb;
use beffroi_wire::pb::intake::v1::intake_service_server::IntakeService;
use beffroi_wire::pb::query::v1 as query;
use exchange::{Exchange, with_exchange};
use std::sync::Arc;
use tonic::{Response, Status};
use uuid::Uuid;

/// The intake service of a node.
#[derive(Debug)]
pub(crate) struct Intake {
    node: Arc<Shared>,
}

impl Intake {
    pub(crate) fn new(node: Arc<Shared>) -> Self {
        Self { node }
    }
}

#[tonic::async_trait]
impl IntakeService for Intake {
    async fn open_service_request(
        &self,
        call: tonic::Request<pb::OpenServiceRequestRequest>,
    ) -> Result<Response<pb::OpenServiceRequestResponse>, Status> {
        let language = language::of(call.metadata());
        let message = call.into_inner();
        let emergency_suggestion = open::suggestion(&message, language);
        let opened = open::open(&self.node, message, language).await;
        let (opened, others) = opened.map_err(|error| error.into_status(language))?;
        let (service_request, position) = self.answer(Ok(opened), language)?;
        let other_citizens = others.iter().map(ToString::to_string).collect();
        Ok(Response::new(pb::OpenServiceRequestResponse {
            service_request,
            position,
            emergency_suggestion,
            other_citizens,
        }))
    }

    async fn change_service_request(
        &self,
        call: tonic::Request<pb::ChangeServiceRequestRequest>,
    ) -> Result<Response<pb::ChangeServiceRequestResponse>, Status> {
        let language = language::of(call.metadata());
        let changed = change::change(&self.node, call.into_inner()).await;
        let (service_request, position) = self.answer(changed, language)?;
        Ok(Response::new(pb::ChangeServiceRequestResponse { service_request, position }))
    }

    async fn add_follow_up(
        &self,
        call: tonic::Request<pb::AddFollowUpRequest>,
    ) -> Result<Response<pb::AddFollowUpResponse>, Status> {
        let language = language::of(call.metadata());
        let added = follow_up::add(&self.node, call.into_inner()).await;
        let (service_request, position) = self.answer(added, language)?;
        Ok(Response::new(pb::AddFollowUpResponse { service_request, position }))
    }

    async fn record_contact(
        &self,
        call: tonic::Request<pb::RecordContactRequest>,
    ) -> Result<Response<pb::RecordContactResponse>, Status> {
        let language = language::of(call.metadata());
        let recorded = contact::record(&self.node, call.into_inner()).await;
        recorded.map(Response::new).map_err(|error| error.into_status(language))
    }

    async fn import_service_requests(
        &self,
        call: tonic::Request<pb::ImportServiceRequestsRequest>,
    ) -> Result<Response<pb::ImportServiceRequestsResponse>, Status> {
        let language = language::of(call.metadata());
        let imported = import::import(&self.node, call.into_inner(), language).await;
        imported.map(Response::new).map_err(|error| error.into_status(language))
    }
}

/// A request as it stood when a call was done, and the position of that moment.
type Standing = (RequestRow, u64);

impl Intake {
    fn answer(
        &self,
        done: Result<Standing, ApiError>,
        language: Language,
    ) -> Result<(Option<query::ServiceRequest>, Option<query::Position>), Status> {
        let viewed = done.and_then(|(row, sequence)| {
            let snapshot = self.node.projections.snapshot()?;
            let view = View::new(&self.node, &snapshot, language).service_request(&row)?;
            Ok((Some(view), Some(self.node.position(sequence))))
        });
        viewed.map_err(|error| error.into_status(language))
    }
}

/// A command on a request, as it was parsed.
struct Asked {
    id: EventId,
    change: Change,
    /// `None`: now.
    occurred_at: Option<Timestamp>,
    actor: Option<Label>,
    channel: Channel,
    /// The version of the catalogue under which it was decided, 0 where none matters.
    catalogue_version: u64,
    personal: PersonalData,
    /// The exchange in which it was asked, when it is recorded with it.
    exchange: Option<Exchange>,
}

impl Asked {
    fn event(&self, request: RequestId, occurred_at: Timestamp, kind: Kind) -> Event {
        Event {
            id: self.id,
            about: About::Request(request),
            meta: Meta {
                occurred_at,
                approximate: false,
                origin: Origin::Live,
                actor: self.actor.clone(),
                channel: self.channel,
                causation: None,
                correlation: None,
                catalogue_version: self.catalogue_version,
                source_status: None,
            },
            personal: Personal(self.personal.clone()),
            kind,
        }
    }

    /// Whether `recorded` is what this command made when it was sent before.
    fn made(&self, recorded: &Event) -> bool {
        recorded.kind.name() == self.change.event_name() && recorded.meta.origin == Origin::Live
    }
}

/// Carries out a command on one request: decided, recorded once, folded.
async fn execute(node: &Shared, request: RequestId, asked: Asked) -> Result<Standing, ApiError> {
    execute_if(node, request, asked, |_| Ok(())).await
}

/// [`execute`], if the request is as the caller requires.
async fn execute_if(
    node: &Shared,
    request: RequestId,
    asked: Asked,
    require: fn(&Request) -> Result<(), Rejection>,
) -> Result<Standing, ApiError> {
    let subject = subject(Aggregate::Request, request.uuid());
    let id = asked.id.uuid();
    let decide = |snapshot: &Snapshot| {
        let row = snapshot.request(request)?;
        if let Some(row) = &row
            && let Some(sequence) = row.sequence_of(id)
        {
            return if asked.made(&snapshot.recorded(sequence)?.event) {
                Ok(Decision::Done((row.clone(), snapshot.checkpoint().sequence)))
            } else {
                Err(ApiError::IdTaken(id.to_string()))
            };
        }
        if snapshot.is_quarantined(request.uuid())? {
            return Err(ApiError::Quarantined);
        }
        let state = row.as_ref().map(|row| &row.request);
        state.map_or(Ok(()), require)?;
        // Without a time of its own it happens now, after whatever another clock has dated.
        let now = node.clock.now();
        let now = state.map_or(now, |request| now.max(request.status_changed_at));
        let occurred_at = asked.occurred_at.unwrap_or(now);
        let change = asked.change.clone();
        let command = Command { change, occurred_at, origin: Origin::Live };
        let kind = decide(&node.city, state, &command)?;
        let event = asked.event(request, occurred_at, kind);
        with_exchange(snapshot, &asked, (event, request, state)).map(Decision::Record)
    };
    let exchange = asked.exchange.as_ref().map(Exchange::subject);
    node.committer.commit([subject].into_iter().chain(exchange).collect(), decide).await
}

fn subject(aggregate: Aggregate, id: Uuid) -> Subject {
    Subject { aggregate, partition: partition(id) }
}

/// The request that a caller names.
fn find(node: &Shared, text: &str, name: Name) -> Result<RequestRow, ApiError> {
    let snapshot = node.projections.snapshot()?;
    let row = match name {
        Name::Id(id) => snapshot.request(id)?,
        Name::Number(number) => snapshot.numbered(number)?,
    };
    row.ok_or_else(|| ApiError::UnknownRequest(text.trim().to_owned()))
}

pub(crate) fn event_id(
    fields: &mut crate::parse::Fields,
    field: &str,
    text: &str,
) -> Option<EventId> {
    let uuid = fields.uuid(field, text)?;
    match EventId::new(uuid) {
        Ok(id) => Some(id),
        Err(error) => {
            fields.wrong(field, Problem::Id(error));
            None
        }
    }
}
