//! The citizen service: what citizens are found by, and which records are one person.

mod merge;
mod parse;
mod save;

pub(crate) use save::{Asked as Save, save};

use self::parse::identifier;
use crate::error::{ApiError, CitizenError};
use crate::language;
use crate::parse::Fields;
use crate::query::citizen::head;
use crate::shared::Shared;
use beffroi_aggregator::{Aggregate, Snapshot, Subject, partition};
use beffroi_domain::{
    About, Channel, CitizenFact, CitizenId, Event, EventId, Identifier, IdentifierHash, Kind,
    Label, Meta, Origin, Personal, PersonalData,
};
use beffroi_wire::pb::citizen::v1 as pb;
use beffroi_wire::pb::citizen::v1::citizen_service_server::CitizenService;
use beffroi_wire::pb::query::v1 as query;
use std::sync::Arc;
use tonic::{Request, Response, Status};
use uuid::Uuid;

/// The citizen service of a node.
#[derive(Debug)]
pub(crate) struct Citizens {
    node: Arc<Shared>,
}

impl Citizens {
    pub(crate) fn new(node: Arc<Shared>) -> Self {
        Self { node }
    }

    async fn answer(&self, citizen: CitizenId) -> Result<Answer, ApiError> {
        let node = Arc::clone(&self.node);
        // Some citizens ask a lot.
        let read = move || {
            let snapshot = node.projections.snapshot()?;
            let position = node.position(snapshot.checkpoint().sequence);
            Ok((Some(head(&snapshot, citizen)?), Some(position)))
        };
        self.node.admission.reads.run(read).await
    }

    async fn saved(&self, call: &pb::SaveCitizenRequest) -> Result<Answer, ApiError> {
        let asked = parse::save(call)?;
        self.answer(save(&self.node, &asked).await?).await
    }

    async fn found(&self, call: &pb::FindCitizenRequest) -> Result<Answer, ApiError> {
        let mut fields = Fields::default();
        let identifier = identifier(&mut fields, "identifier", call.identifier.as_ref());
        let identifier = fields.finish(identifier)?;
        self.node.at_least(call.min_position.as_ref()).await?;
        let found = find(&self.node, &self.node.projections.snapshot()?, &identifier)?;
        self.answer(found.ok_or(ApiError::Citizen(CitizenError::Nobody))?).await
    }

    async fn merged(&self, call: &pb::MergeCitizensRequest) -> Result<Answer, ApiError> {
        let (asked, into) = parse::merge(call)?;
        merge::merge(&self.node, &asked, into).await?;
        self.answer(into).await
    }

    async fn unmerged(&self, call: &pb::UnmergeCitizenRequest) -> Result<Answer, ApiError> {
        let asked = parse::unmerge(call)?;
        merge::unmerge(&self.node, &asked).await?;
        self.answer(asked.citizen).await
    }
}

/// A citizen's synthesis, and where in the log it is true at.
type Answer = (Option<query::Citizen>, Option<query::Position>);

#[tonic::async_trait]
impl CitizenService for Citizens {
    async fn save_citizen(
        &self,
        call: Request<pb::SaveCitizenRequest>,
    ) -> Result<Response<pb::SaveCitizenResponse>, Status> {
        let language = language::of(call.metadata());
        let answer = self.saved(call.get_ref()).await;
        let (citizen, position) = answer.map_err(|error| error.into_status(language))?;
        Ok(Response::new(pb::SaveCitizenResponse { citizen, position }))
    }

    async fn find_citizen(
        &self,
        call: Request<pb::FindCitizenRequest>,
    ) -> Result<Response<pb::FindCitizenResponse>, Status> {
        let language = language::of(call.metadata());
        let answer = self.found(call.get_ref()).await;
        let (citizen, position) = answer.map_err(|error| error.into_status(language))?;
        Ok(Response::new(pb::FindCitizenResponse { citizen, position }))
    }

    async fn merge_citizens(
        &self,
        call: Request<pb::MergeCitizensRequest>,
    ) -> Result<Response<pb::MergeCitizensResponse>, Status> {
        let language = language::of(call.metadata());
        let answer = self.merged(call.get_ref()).await;
        let (citizen, position) = answer.map_err(|error| error.into_status(language))?;
        Ok(Response::new(pb::MergeCitizensResponse { citizen, position }))
    }

    async fn unmerge_citizen(
        &self,
        call: Request<pb::UnmergeCitizenRequest>,
    ) -> Result<Response<pb::UnmergeCitizenResponse>, Status> {
        let language = language::of(call.metadata());
        let answer = self.unmerged(call.get_ref()).await;
        let (citizen, position) = answer.map_err(|error| error.into_status(language))?;
        Ok(Response::new(pb::UnmergeCitizenResponse { citizen, position }))
    }
}

/// The citizen who has an identifier, under the record that speaks for all of theirs.
pub(crate) fn find(
    node: &Shared,
    snapshot: &Snapshot,
    identifier: &Identifier,
) -> Result<Option<CitizenId>, ApiError> {
    let hash = hash(node, snapshot, identifier)?;
    let Some(holder) = snapshot.identified(&hash)? else { return Ok(None) };
    Ok(Some(snapshot.root(holder)?))
}

/// The hash of an identifier; an error when those of the log were made with another key, with which
/// nobody would ever be found.
fn hash(
    node: &Shared,
    snapshot: &Snapshot,
    identifier: &Identifier,
) -> Result<IdentifierHash, ApiError> {
    let own = node.identifier_key.id();
    match snapshot.identifier_key()? {
        Some(log) if log != own => Err(ApiError::Citizen(CitizenError::OtherKey { own, log })),
        Some(_) | None => Ok(node.identifier_key.hash(identifier)),
    }
}

fn subject(citizen: CitizenId) -> Subject {
    Subject { aggregate: Aggregate::Citizen, partition: partition(citizen.uuid()) }
}

/// Who writes in a citizen's record, and through which channel.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    pub(crate) actor: Option<Label>,
    pub(crate) channel: Channel,
}

impl Writer {
    /// An event of a citizen's record that happens now.
    fn event(
        &self,
        node: &Shared,
        (id, cause): (EventId, Option<Uuid>),
        citizen: CitizenId,
        fact: CitizenFact,
    ) -> Event {
        Event {
            id,
            about: About::Citizen(citizen),
            meta: Meta {
                occurred_at: node.clock.now(),
                approximate: false,
                origin: Origin::Live,
                actor: self.actor.clone(),
                channel: self.channel,
                causation: cause,
                correlation: None,
                catalogue_version: 0,
                source_status: None,
            },
            personal: Personal(PersonalData::default()),
            kind: Kind::Citizen(fact),
        }
    }
}

/// The id that belongs to a part of a call, always the same.
fn derived(id: EventId, name: &str) -> Result<EventId, ApiError> {
    EventId::new(id.derive(name)).map_err(|_| ApiError::Task)
}
