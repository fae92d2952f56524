//! The intake service: parse, decide, record, answer with what was made of it.

mod change;
mod contact;
mod follow_up;
mod import;
mod open;

use crate::commit::{Committer, Decision};
use crate::error::{ApiError, Problem};
use crate::language;
use crate::parse::Name;
use crate::query::view;
use crate::shared::Shared;
use beffroi_aggregator::{Aggregate, RequestRow, Snapshot, Subject, partition};
use beffroi_domain::{
    About, Channel, Event, EventId, Kind, Label, Language, Meta, Origin, Personal, PersonalData,
    Request, RequestId, Timestamp,
};
use beffroi_wire::pb::intake::v1 as pb;
use beffroi_wire::pb::intake::v1::intake_service_server::IntakeService;
use beffroi_wire::pb::query::v1 as query;
use std::collections::BTreeSet;
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
        let opened = open::open(&self.node, call.into_inner()).await;
        let (service_request, position) = self.answer(opened, language)?;
        Ok(Response::new(pb::OpenServiceRequestResponse { service_request, position }))
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
        let (row, sequence) = done.map_err(|error| error.into_status(language))?;
        let view = view::service_request(&row, &self.node.city, self.node.clock.now(), language);
        Ok((Some(view), Some(self.node.position(sequence))))
    }
}

/// What a command on a request carries besides the change itself.
struct Envelope {
    id: EventId,
    occurred_at: Timestamp,
    actor: Option<Label>,
    channel: Channel,
    personal: PersonalData,
}

impl Envelope {
    fn event(&self, request: RequestId, kind: Kind) -> Event {
        Event {
            id: self.id,
            about: About::Request(request),
            meta: Meta {
                occurred_at: self.occurred_at,
                approximate: false,
                origin: Origin::Live,
                actor: self.actor.clone(),
                channel: self.channel,
                causation: None,
                correlation: None,
                catalogue_version: 0,
                source_status: None,
            },
            personal: Personal(self.personal.clone()),
            kind,
        }
    }
}

/// Carries out a command on one request: decided, recorded once, folded.
async fn execute(
    committer: &Committer,
    request: RequestId,
    envelope: Envelope,
    decide: impl Fn(Option<&Request>) -> Result<Kind, ApiError>,
) -> Result<Standing, ApiError> {
    let subject = subject(Aggregate::Request, request.uuid());
    let id = envelope.id.uuid();
    committer
        .commit(BTreeSet::from([subject]), |snapshot: &Snapshot| {
            let row = snapshot.request(request)?;
            if let Some(row) = row.as_ref().filter(|row| row.sequence_of(id).is_some()) {
                return Ok(Decision::Done((row.clone(), snapshot.checkpoint().sequence)));
            }
            let kind = decide(row.as_ref().map(|row| &row.request))?;
            Ok(Decision::Record(vec![envelope.event(request, kind)]))
        })
        .await
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

fn event_id(fields: &mut crate::parse::Fields, field: &str, text: &str) -> Option<EventId> {
    let uuid = fields.uuid(field, text)?;
    match EventId::new(uuid) {
        Ok(id) => Some(id),
        Err(error) => {
            fields.wrong(field, Problem::Id(error));
            None
        }
    }
}
