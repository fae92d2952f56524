//! The intake service: parse, decide, record, answer with what was made of it.

mod again;
mod asker;
mod attachment;
mod change;
mod contact;
mod exchange;
mod follow_up;
mod import;
mod known;
mod links;
mod open;
pub(crate) mod planned;

use crate::centre;
use crate::commit::Decision;
use crate::error::{ApiError, Problem};
use crate::language;
use crate::parse::Name;
use crate::query::view::View;
use crate::shared::Shared;
use beffroi_aggregator::{Aggregate, RequestRow, Snapshot, Subject, partition, revision};
use beffroi_domain::{
    About, Change, Channel, Command, Event, EventId, Kind, Label, Language, Meta, Origin, Personal,
    PersonalData, Rejection, Request, RequestId, Timestamp, decide, mirror,
};
use beffroi_wire::pb::intake::v1 as pb;
use beffroi_wire::pb::intake::v1::intake_service_server::IntakeService;
use beffroi_wire::pb::query::v1 as query;
use exchange::{Exchange, with_exchange};
use known::tell_beyond;
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
        let message = call.into_inner();
        let emergency_suggestion = open::suggestion(&message, language);
        let opened = self.node.current(|| open::open(&self.node, message.clone(), language));
        let opened = opened.await;
        let regime = self.regime(language).map_err(|error| error.into_status(language))?;
        let (opened, others) = opened.map_err(|error| error.into_status(language))?;
        let (service_request, position) = self.answer(Ok(opened), language)?;
        let other_citizens = others.iter().map(ToString::to_string).collect();
        Ok(Response::new(pb::OpenServiceRequestResponse {
            service_request,
            position,
            emergency_suggestion,
            other_citizens,
            regime,
        }))
    }

    async fn change_service_request(
        &self,
        call: tonic::Request<pb::ChangeServiceRequestRequest>,
    ) -> Result<Response<pb::ChangeServiceRequestResponse>, Status> {
        let language = language::of(call.metadata());
        let call = call.into_inner();
        let changed = || change::change(&self.node, call.clone(), language);
        let changed = self.node.current(changed).await;
        let (service_request, position) = self.answer(changed, language)?;
        Ok(Response::new(pb::ChangeServiceRequestResponse { service_request, position }))
    }

    async fn add_follow_up(
        &self,
        call: tonic::Request<pb::AddFollowUpRequest>,
    ) -> Result<Response<pb::AddFollowUpResponse>, Status> {
        let language = language::of(call.metadata());
        let call = call.into_inner();
        let added = self.node.current(|| follow_up::add(&self.node, call.clone())).await;
        let (service_request, position) = self.answer(added, language)?;
        Ok(Response::new(pb::AddFollowUpResponse { service_request, position }))
    }

    async fn add_attachment(
        &self,
        call: tonic::Request<pb::AddAttachmentRequest>,
    ) -> Result<Response<pb::AddAttachmentResponse>, Status> {
        let language = language::of(call.metadata());
        let call = call.into_inner();
        let added = self.node.current(|| attachment::add(&self.node, call.clone())).await;
        let (service_request, position) = self.answer(added, language)?;
        Ok(Response::new(pb::AddAttachmentResponse { service_request, position }))
    }

    async fn merge_service_requests(
        &self,
        call: tonic::Request<pb::MergeServiceRequestsRequest>,
    ) -> Result<Response<pb::MergeServiceRequestsResponse>, Status> {
        let language = language::of(call.metadata());
        let call = call.into_inner();
        let merged = self.node.current(|| links::merge(&self.node, call.clone())).await;
        let (duplicate, into, position) = self.answer_both(merged, language)?;
        Ok(Response::new(pb::MergeServiceRequestsResponse { duplicate, into, position }))
    }

    async fn unmerge_service_request(
        &self,
        call: tonic::Request<pb::UnmergeServiceRequestRequest>,
    ) -> Result<Response<pb::UnmergeServiceRequestResponse>, Status> {
        let language = language::of(call.metadata());
        let call = call.into_inner();
        let taken_apart = self.node.current(|| links::unmerge(&self.node, call.clone())).await;
        let (duplicate, from, position) = self.answer_both(taken_apart, language)?;
        Ok(Response::new(pb::UnmergeServiceRequestResponse { duplicate, from, position }))
    }

    async fn relate_service_requests(
        &self,
        call: tonic::Request<pb::RelateServiceRequestsRequest>,
    ) -> Result<Response<pb::RelateServiceRequestsResponse>, Status> {
        let language = language::of(call.metadata());
        let call = call.into_inner();
        let related = self.node.current(|| links::relate(&self.node, call.clone())).await;
        let (from, to, position) = self.answer_both(related, language)?;
        Ok(Response::new(pb::RelateServiceRequestsResponse { from, to, position }))
    }

    async fn unrelate_service_requests(
        &self,
        call: tonic::Request<pb::UnrelateServiceRequestsRequest>,
    ) -> Result<Response<pb::UnrelateServiceRequestsResponse>, Status> {
        let language = language::of(call.metadata());
        let call = call.into_inner();
        let unrelated = self.node.current(|| links::unrelate(&self.node, call.clone())).await;
        let (from, to, position) = self.answer_both(unrelated, language)?;
        Ok(Response::new(pb::UnrelateServiceRequestsResponse { from, to, position }))
    }

    async fn record_contact(
        &self,
        call: tonic::Request<pb::RecordContactRequest>,
    ) -> Result<Response<pb::RecordContactResponse>, Status> {
        let language = language::of(call.metadata());
        let recorded = contact::record(&self.node, call.into_inner(), language).await;
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
/// Two requests as they stood when a call was done, and the position of that moment.
type BothStanding = (RequestRow, RequestRow, u64);
/// What a call about two requests answers.
type BothAnswered =
    (Option<query::ServiceRequest>, Option<query::ServiceRequest>, Option<query::Position>);

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

    fn answer_both(
        &self,
        done: Result<BothStanding, ApiError>,
        language: Language,
    ) -> Result<BothAnswered, Status> {
        let viewed = done.and_then(|(one, other, sequence)| {
            let snapshot = self.node.projections.snapshot()?;
            let view = View::new(&self.node, &snapshot, language);
            let (one, other) = (view.service_request(&one)?, view.service_request(&other)?);
            Ok((Some(one), Some(other), Some(self.node.position(sequence))))
        });
        viewed.map_err(|error| error.into_status(language))
    }

    fn regime(&self, language: Language) -> Result<Option<query::RegimeNotice>, ApiError> {
        centre::notice(&self.node, &self.node.projections.snapshot()?, language)
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

    /// The event of a duplicate that follows the request it was merged into, which carries this
    /// command's own id; `nth`: a command may make several for one duplicate.
    fn mirrored(
        &self,
        duplicate: RequestId,
        nth: usize,
        (occurred_at, kind): (Timestamp, Kind),
    ) -> Result<Event, ApiError> {
        let mut event = self.event(duplicate, occurred_at, kind);
        if matches!(event.kind, Kind::FollowUpAdded(_)) {
            event.personal = Personal(PersonalData::default());
        }
        event.id = mirrored_id(self.id, duplicate, nth)?;
        event.meta.causation = Some(self.id.uuid());
        Ok(event)
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
    let subjects = subjects(node, request)?;
    let id = asked.id.uuid();
    let decide = |snapshot: &Snapshot| {
        let row = snapshot.request(request)?;
        if let Some(row) = &row
            && let Some(sequence) = row.sequence_of(id)
        {
            return if again::is_same(&asked, &snapshot.recorded(sequence)?.event) {
                Ok(Decision::Done((row.clone(), snapshot.checkpoint().sequence)))
            } else {
                Err(ApiError::IdTaken(id.to_string()))
            };
        }
        if snapshot.is_quarantined(request.uuid())? {
            return Err(ApiError::Quarantined);
        }
        let now = node.clock.now();
        let city = node.city_at(snapshot)?;
        // What is settled is judged by the due time of now, whoever has not counted it again yet.
        let recounted = row.as_ref().and_then(|row| revision(&city, row, now));
        let state = row.as_ref().map(|row| &row.request);
        let revised = row.as_ref().zip(recounted.as_ref()).and_then(|(row, it)| row.after(it));
        let state = revised.as_ref().map(|it| &it.request).or(state);
        state.map_or(Ok(()), require)?;
        // Without a time of its own it happens now, after whatever another clock has dated.
        let now = state.map_or(now, |request| now.max(request.status_changed_at));
        let occurred_at = asked.occurred_at.unwrap_or(now);
        let change = asked.change.clone();
        let command = Command { change, occurred_at, origin: Origin::Live };
        let kind = decide(&city.city, state, &command)?;
        tell_beyond(&city.city, request, &kind);
        let event = asked.event(request, occurred_at, kind);
        let mut events = with_exchange(snapshot, &asked, (event, request, state))?;
        events.splice(0..0, recounted);
        for duplicate in state.map(|it| it.duplicates.as_slice()).unwrap_or_default() {
            // Its row is there: nothing is merged that does not exist.
            let Some(row) = snapshot.request(duplicate.request)? else { continue };
            let recounted = revision(&city, &row, now);
            let row = recounted.as_ref().and_then(|it| row.after(it)).unwrap_or(row);
            events.extend(recounted);
            let mirrored = mirror(&city.city, &row.request, &command)?;
            for (nth, it) in mirrored.into_iter().enumerate() {
                events.push(asked.mirrored(duplicate.request, nth, it)?);
            }
        }
        Ok(Decision::Record(events))
    };
    let exchange = asked.exchange.as_ref().map(Exchange::subject);
    node.committer.commit(subjects.into_iter().chain(exchange).collect(), decide).await
}

/// Where a change of a request is recorded, and what follows for its duplicates.
fn subjects(node: &Shared, request: RequestId) -> Result<BTreeSet<Subject>, ApiError> {
    let row = node.projections.snapshot()?.request(request)?;
    let duplicates = row.into_iter().flat_map(|row| row.request.duplicates);
    let ids = std::iter::once(request).chain(duplicates.map(|it| it.request));
    Ok(ids.map(|id| subject(Aggregate::Request, id.uuid())).collect())
}

/// The id of the `nth` event that follows for a duplicate from the event `id` of its survivor.
fn mirrored_id(id: EventId, duplicate: RequestId, nth: usize) -> Result<EventId, ApiError> {
    derived(id, &format!("mirrored/{duplicate}/{nth}"))
}

/// The id that `name` derives from a command's own, always the same.
fn derived(id: EventId, name: &str) -> Result<EventId, ApiError> {
    // A derived id is never nil, for its version is written in it.
    EventId::new(id.derive(name)).map_err(|_| ApiError::Task)
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
