//! Links between two requests: both sides in one append, or neither.
//!
//! The event of the request that a call names first carries the call's id, and its history so
//! remembers the call for ever; the id of the other side's event is derived from it.

use super::again::is_same_text;
use super::{Asked, BothStanding, derived, event_id, find, subject};
use crate::commit::Decision;
use crate::error::ApiError;
use crate::parse::{Fields, Name, only_text};
use crate::shared::Shared;
use beffroi_aggregator::{Aggregate, RequestRow, Snapshot};
use beffroi_domain::{
    Change, Channel, City, Command, Duplicate, Event, EventId, Kind, Label, LinkRejection, Merge,
    Origin, Rejection, Relation, RelationKind, Request, RequestId, Text, Timestamp, decide,
};
use beffroi_wire::pb::intake::v1 as pb;
use beffroi_wire::vocabulary;
use std::collections::BTreeSet;

pub(super) async fn merge(
    node: &Shared,
    message: pb::MergeServiceRequestsRequest,
) -> Result<BothStanding, ApiError> {
    let call = Call {
        id: ("merge_id", &message.merge_id),
        first: ("duplicate", &message.duplicate),
        second: Some(("into", &message.into)),
        note: &message.note,
        occurred_at: message.occurred_at.as_ref(),
        actor: &message.actor,
    };
    call.run(node, Fields::default(), Some(Link::Merge)).await
}

pub(super) async fn unmerge(
    node: &Shared,
    message: pb::UnmergeServiceRequestRequest,
) -> Result<BothStanding, ApiError> {
    let call = Call {
        id: ("unmerge_id", &message.unmerge_id),
        first: ("duplicate", &message.duplicate),
        second: None,
        note: &message.note,
        occurred_at: message.occurred_at.as_ref(),
        actor: &message.actor,
    };
    call.run(node, Fields::default(), Some(Link::Unmerge)).await
}

pub(super) async fn relate(
    node: &Shared,
    message: pb::RelateServiceRequestsRequest,
) -> Result<BothStanding, ApiError> {
    let mut fields = Fields::default();
    let kind = vocabulary::relation_kind::from_pb(message.kind);
    let kind = fields.word("kind", message.kind, kind);
    let call = Call {
        id: ("relation_id", &message.relation_id),
        first: ("from", &message.from),
        second: Some(("to", &message.to)),
        note: &message.note,
        occurred_at: message.occurred_at.as_ref(),
        actor: &message.actor,
    };
    call.run(node, fields, kind.map(Link::Relate)).await
}

pub(super) async fn unrelate(
    node: &Shared,
    message: pb::UnrelateServiceRequestsRequest,
) -> Result<BothStanding, ApiError> {
    let call = Call {
        id: ("unrelation_id", &message.unrelation_id),
        first: ("from", &message.from),
        second: Some(("to", &message.to)),
        note: &message.note,
        occurred_at: message.occurred_at.as_ref(),
        actor: &message.actor,
    };
    call.run(node, Fields::default(), Some(Link::Unrelate)).await
}

/// What is done to two requests.
#[derive(Clone, Copy, Debug)]
enum Link {
    Merge,
    Unmerge,
    Relate(RelationKind),
    Unrelate,
}

/// A call about two requests, as it came: fields with their names.
struct Call<'a> {
    id: (&'static str, &'a str),
    first: (&'static str, &'a str),
    /// `None`: the one into which the first was merged.
    second: Option<(&'static str, &'a str)>,
    note: &'a str,
    occurred_at: Option<&'a prost_types::Timestamp>,
    actor: &'a str,
}

impl Call<'_> {
    async fn run(
        self,
        node: &Shared,
        mut fields: Fields,
        link: Option<Link>,
    ) -> Result<BothStanding, ApiError> {
        let parsed = self.parse(node, &mut fields, link);
        let (first, second, linking) = fields.finish(parsed)?;
        let first = find(node, self.first.1, first)?.request;
        let second = match (self.second, second) {
            (Some((_, text)), Some(name)) => Some(find(node, text, name)?.request.id),
            _ => None,
        };
        let other = second.or(first.merged.as_ref().map(|it| it.into));
        let ids = [Some(first.id), other].into_iter().flatten();
        let subjects: BTreeSet<_> = ids.map(|id| subject(Aggregate::Request, id.uuid())).collect();
        let decide = |snapshot: &Snapshot| linking.decide(node, snapshot, (first.id, second));
        node.committer.commit(subjects, decide).await
    }

    fn parse(
        &self,
        node: &Shared,
        fields: &mut Fields,
        link: Option<Link>,
    ) -> Option<(Name, Option<Name>, Linking)> {
        let id = event_id(fields, self.id.0, self.id.1);
        let first = fields.name(self.first.0, self.first.1);
        let second = match self.second {
            None => Some(None),
            Some((field, text)) => fields.name(field, text).map(Some),
        };
        let note = fields.text("note", self.note, Text::MAX);
        let now = node.clock.now();
        let occurred_at = fields.optional_past("occurred_at", self.occurred_at, now);
        let actor = fields.optional_label("actor", self.actor);
        let (id, link, note) = (id?, link?, note?);
        let linking = Linking { id, link, occurred_at: occurred_at?, actor: actor?, note };
        Some((first?, second?, linking))
    }
}

/// A command on two requests, as it was parsed.
struct Linking {
    id: EventId,
    link: Link,
    /// `None`: now.
    occurred_at: Option<Timestamp>,
    actor: Option<Label>,
    note: Option<Text>,
}

impl Linking {
    fn decide(
        &self,
        node: &Shared,
        snapshot: &Snapshot,
        (first, second): (RequestId, Option<RequestId>),
    ) -> Result<Decision<BothStanding>, ApiError> {
        let first = snapshot.request(first)?.ok_or(Rejection::Unknown)?;
        if let Some(sequence) = first.sequence_of(self.id.uuid()) {
            if !self.made(&snapshot.recorded(sequence)?.event, second) {
                return Err(ApiError::IdTaken(self.id.to_string()));
            }
            let second = match second {
                Some(second) => second,
                None => merged_before(snapshot, &first, sequence)?,
            };
            let second = snapshot.request(second)?.ok_or(Rejection::Unknown)?;
            return Ok(Decision::Done((first, second, snapshot.checkpoint().sequence)));
        }
        let into = first.request.merged.as_ref().map(|it| it.into);
        let second = match second.or(into) {
            Some(second) => snapshot.request(second)?.ok_or(Rejection::Unknown)?,
            None => return Err(on(&first)(LinkRejection::NotMerged.into())),
        };
        for row in [&first, &second] {
            if snapshot.is_quarantined(row.request.id.uuid())? {
                return Err(ApiError::Quarantined);
            }
        }
        let city = node.city_at(snapshot)?;
        let now = node.clock.now();
        Ok(Decision::Record(self.events((&city.city, now), &first, &second)?))
    }

    fn events(
        &self,
        (city, now): (&City, Timestamp),
        first: &RequestRow,
        second: &RequestRow,
    ) -> Result<Vec<Event>, ApiError> {
        // Without a time of its own it happens now, after whatever another clock has dated.
        let now = now.max(first.request.status_changed_at).max(second.request.opened_at);
        let occurred_at = self.occurred_at.unwrap_or(now);
        let (change, counterpart) = self.changes(&first.request, &second.request);
        let asked = |change| Asked {
            id: self.id,
            change,
            occurred_at: self.occurred_at,
            actor: self.actor.clone(),
            channel: Channel::Unknown,
            catalogue_version: 0,
            exchange: None,
            personal: only_text(self.note.clone()),
        };
        let decided = |row: &RequestRow, change: &Change| {
            let command = Command { change: change.clone(), occurred_at, origin: Origin::Live };
            decide(city, Some(&row.request), &command).map_err(on(row))
        };
        // The second first: should it have ended, it is the one to be named.
        let of_second = decided(second, &counterpart)?;
        let of_first = decided(first, &change)?;
        let one = asked(change).event(first.request.id, occurred_at, of_first);
        let mut other = asked(counterpart).event(second.request.id, occurred_at, of_second);
        other.id = derived(self.id, "counterpart")?;
        other.meta.causation = Some(self.id.uuid());
        Ok(vec![one, other])
    }

    fn changes(&self, first: &Request, second: &Request) -> (Change, Change) {
        match self.link {
            Link::Merge => {
                let duplicate = Duplicate { request: first.id, citizen: first.citizen };
                let merge = Merge::into(second);
                (Change::Merge(Box::new(merge)), Change::AddDuplicate(duplicate))
            }
            Link::Unmerge => (Change::Unmerge, Change::RemoveDuplicate(first.id)),
            Link::Relate(kind) => {
                let relation = Relation { request: second.id, kind };
                let inverse = Relation { request: first.id, kind: kind.inverse() };
                (Change::Relate(relation), Change::Relate(inverse))
            }
            Link::Unrelate => (Change::Unrelate(second.id), Change::Unrelate(first.id)),
        }
    }

    /// Whether `recorded` is what this command made when it was sent before.
    fn made(&self, recorded: &Event, second: Option<RequestId>) -> bool {
        let same = match (self.link, &recorded.kind) {
            (Link::Merge, Kind::Merged(it)) => second == Some(it.into),
            (Link::Unmerge, Kind::Unmerged) => true,
            (Link::Relate(kind), Kind::Related(it)) => {
                second == Some(it.request) && kind == it.kind
            }
            (Link::Unrelate, Kind::Unrelated(it)) => second == Some(*it),
            (Link::Merge | Link::Unmerge | Link::Relate(_) | Link::Unrelate, _) => false,
        };
        same && is_same_text(self.note.as_ref(), recorded.personal.text.as_ref())
    }
}

/// Names the one of the two that the rules do not allow it for.
fn on(row: &RequestRow) -> impl Fn(Rejection) -> ApiError + '_ {
    |rejection| ApiError::RejectedOn { number: row.number.to_string(), rejection }
}

/// The request into which one was merged until `sequence`.
fn merged_before(
    snapshot: &Snapshot,
    row: &RequestRow,
    sequence: u64,
) -> Result<RequestId, ApiError> {
    for step in row.steps.iter().rev().skip_while(|it| it.sequence >= sequence) {
        if let Kind::Merged(merged) = snapshot.recorded(step.sequence)?.event.kind {
            return Ok(merged.into);
        }
    }
    Err(Rejection::from(LinkRejection::NotMerged).into())
}
