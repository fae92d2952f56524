//! What is in quarantine: listed, shown, given up.

use crate::commit::Decision;
use crate::error::{ApiError, Problem};
use crate::intake::event_id;
use crate::parse::Fields;
use crate::query::list;
use crate::shared::Shared;
use beffroi_aggregator::{QuarantineRow, SetAside, Snapshot, Subject};
use beffroi_domain::{
    About, Channel, Event, EventId, Kind, Label, Meta, Origin, Personal, PersonalData,
    QuarantineReleased, Reference, Timestamp,
};
use beffroi_wire::pb::operations::v1 as pb;
use beffroi_wire::pb::query::v1 as query;
use beffroi_wire::time;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Events that are named as waiting for one.
const WAITING_MAX: usize = 1_000;
/// Rows looked at for one page.
const SCAN_MAX: usize = 10_000;

pub(super) async fn list(
    node: &Shared,
    call: &pb::ListQuarantinedEventsRequest,
) -> Result<pb::ListQuarantinedEventsResponse, ApiError> {
    let binding = format!("quarantine {}", call.include_released);
    let size = list::page_size(call.page_size)?;
    let mut after = match call.page_token.as_str() {
        "" => 0,
        token => list::place(token, &binding)?,
    };
    node.at_least(call.min_position.as_ref()).await?;
    let snapshot = node.projections.snapshot()?;
    let rows = snapshot.set_aside_after(after, SCAN_MAX)?;
    let mut more = rows.len() == SCAN_MAX;
    let mut events = Vec::new();
    for (sequence, row) in rows {
        if events.len() == size {
            more = true;
            break;
        }
        after = sequence;
        if call.include_released || row.is_held() {
            events.push(view(node, &snapshot, (sequence, &row))?);
        }
    }
    Ok(pb::ListQuarantinedEventsResponse {
        events,
        next_page_token: list::token(more.then_some(after), &binding),
        held_total: snapshot.quarantined()?,
        position: Some(node.position(snapshot.checkpoint().sequence)),
    })
}

pub(super) async fn get(
    node: &Shared,
    call: &pb::GetQuarantinedEventRequest,
) -> Result<pb::GetQuarantinedEventResponse, ApiError> {
    node.at_least(call.min_position.as_ref()).await?;
    let snapshot = node.projections.snapshot()?;
    let row = snapshot.set_aside(call.sequence)?;
    let row = row.ok_or(ApiError::NotInQuarantine(call.sequence))?;
    let mut waiting = Vec::new();
    if let Some(aggregate) = row.aggregate.filter(|_| row.is_held() && row.fails()) {
        waiting = snapshot.held_after(Uuid::from_u128(aggregate), call.sequence, WAITING_MAX)?;
    }
    Ok(pb::GetQuarantinedEventResponse {
        event: Some(view(node, &snapshot, (call.sequence, &row))?),
        payload: row.payload.into(),
        waiting,
        position: Some(node.position(snapshot.checkpoint().sequence)),
    })
}

/// A release as a caller wants it.
struct Asked {
    id: EventId,
    sequence: u64,
    why: Label,
    actor: Option<Label>,
}

pub(super) async fn release(
    node: &Shared,
    call: &pb::ReleaseQuarantinedEventRequest,
) -> Result<pb::ReleaseQuarantinedEventResponse, ApiError> {
    let mut fields = Fields::default();
    let id = event_id(&mut fields, "release_id", &call.release_id);
    if call.sequence == 0 {
        fields.wrong("sequence", Problem::Missing);
    }
    let why = fields.label("why", &call.why);
    let actor = fields.optional_label("actor", &call.actor);
    let sequence = call.sequence;
    let parsed = (|| {
        (sequence > 0).then_some(())?;
        Some(Asked { id: id?, sequence, why: why?, actor: actor? })
    })();
    let asked = fields.finish(parsed)?;
    let decide = |snapshot: &Snapshot| {
        let row = snapshot.set_aside(sequence)?.ok_or(ApiError::NotInQuarantine(sequence))?;
        if !row.is_held() {
            let event = view(node, snapshot, (sequence, &row))?;
            return Ok(Decision::Done((event, snapshot.checkpoint().sequence)));
        }
        if let Some(first) = waits_for(snapshot, sequence, &row)? {
            return Err(ApiError::WaitsInQuarantine { sequence, first });
        }
        Ok(Decision::Record(vec![asked.event(node.clock.now())]))
    };
    let subjects = BTreeSet::from([Subject::of(&asked.event(Timestamp::EPOCH))]);
    let (event, position) = node.committer.commit(subjects, decide).await?;
    Ok(pb::ReleaseQuarantinedEventResponse {
        event: Some(event),
        position: Some(node.position(position)),
    })
}

impl Asked {
    fn event(&self, occurred_at: Timestamp) -> Event {
        Event {
            id: self.id,
            about: About::Reference(Reference::Quarantine),
            meta: Meta {
                occurred_at,
                approximate: false,
                origin: Origin::Live,
                actor: self.actor.clone(),
                channel: Channel::System,
                causation: None,
                correlation: None,
                catalogue_version: 0,
                source_status: None,
            },
            personal: Personal(PersonalData::default()),
            kind: Kind::QuarantineReleased(Box::new(QuarantineReleased {
                sequence: self.sequence,
                why: self.why.clone(),
            })),
        }
    }
}

/// The event for which one waits; `None`: it waits for none.
fn waits_for(
    snapshot: &Snapshot,
    sequence: u64,
    row: &QuarantineRow,
) -> Result<Option<u64>, ApiError> {
    let Some(aggregate) = row.aggregate.filter(|_| row.is_held() && !row.fails()) else {
        return Ok(None);
    };
    let first = snapshot.first_held(Uuid::from_u128(aggregate))?;
    Ok(first.filter(|it| *it != sequence))
}

fn view(
    node: &Shared,
    snapshot: &Snapshot,
    (sequence, row): (u64, &QuarantineRow),
) -> Result<pb::QuarantinedEvent, ApiError> {
    let reason = match &row.why {
        SetAside::Fails(reason) => reason.clone(),
        SetAside::Waits => String::new(),
    };
    let release = row.given_up.as_ref().map(|it| pb::QuarantineRelease {
        position: Some(node.position(it.sequence)),
        released_at: Some(time::to_pb(it.at)),
        why: it.why.clone(),
        actor: it.actor.clone().unwrap_or_default(),
    });
    let recorded_at = Some(time::to_pb(row.recorded_at));
    Ok(pb::QuarantinedEvent {
        position: Some(query::Position { recorded_at, ..node.position(sequence) }),
        kind: row.kind.clone().unwrap_or_default(),
        aggregate_id: row.aggregate.map(|it| Uuid::from_u128(it).to_string()).unwrap_or_default(),
        subject: row.subject.clone(),
        reason,
        waits_for: waits_for(snapshot, sequence, row)?.unwrap_or_default(),
        set_aside_by: row.release.clone(),
        release,
        size_bytes: row.payload.len() as u64,
    })
}
