//! Merging and un-merging citizens' records: one fact in each of the two, in one append.

use super::{Writer, derived, subject};
use crate::commit::Decision;
use crate::error::ApiError;
use crate::shared::Shared;
use beffroi_aggregator::{CitizenRow, Snapshot};
use beffroi_domain::{Citizen, CitizenFact, CitizenId, Event, EventId, Kin, Kind};
use std::collections::BTreeSet;

/// A call that merges or un-merges a record.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub id: EventId,
    pub citizen: CitizenId,
    pub writer: Writer,
}

pub(super) async fn merge(node: &Shared, asked: &Asked, into: CitizenId) -> Result<(), ApiError> {
    let Asked { id, citizen, .. } = *asked;
    let decide = |snapshot: &Snapshot| {
        let row = known(snapshot, citizen)?;
        let fact = CitizenFact::Merged { into };
        if was_made(snapshot, &row, id, |it| *it == fact)? {
            return Ok(Decision::Done(()));
        }
        let other = known(snapshot, into)?;
        let one = row.record.unwrap_or_else(|| Citizen::new(citizen));
        let other = other.record.unwrap_or_else(|| Citizen::new(into));
        let (own, theirs) = Citizen::decide_merge(&kin(snapshot, &one)?, &kin(snapshot, &other)?)?;
        Ok(Decision::Record(pair(node, asked, own, (into, theirs))?))
    };
    node.committer.commit(BTreeSet::from([subject(citizen), subject(into)]), decide).await
}

pub(super) async fn unmerge(node: &Shared, asked: &Asked) -> Result<(), ApiError> {
    let Asked { id, citizen, .. } = *asked;
    let record = node.projections.snapshot()?.citizen(citizen)?.and_then(|row| row.record);
    let from = record.and_then(|it| it.merged_into);
    let subjects = [citizen].into_iter().chain(from).map(subject).collect();
    let decide = |snapshot: &Snapshot| {
        let row = known(snapshot, citizen)?;
        if was_made(snapshot, &row, id, |it| matches!(it, CitizenFact::Unmerged { .. }))? {
            return Ok(Decision::Done(()));
        }
        let one = row.record.unwrap_or_else(|| Citizen::new(citizen));
        let (from, own, theirs) = one.decide_unmerge()?;
        Ok(Decision::Record(pair(node, asked, own, (from, theirs))?))
    };
    node.committer.commit(subjects, decide).await
}

/// The record's own fact under the caller's id, and the other's under one derived from it.
fn pair(
    node: &Shared,
    asked: &Asked,
    own: CitizenFact,
    (other, theirs): (CitizenId, CitizenFact),
) -> Result<Vec<Event>, ApiError> {
    let Asked { id, citizen, writer } = asked;
    let second = (derived(*id, theirs.name())?, Some(id.uuid()));
    Ok(vec![
        writer.event(node, (*id, None), *citizen, own),
        writer.event(node, second, other, theirs),
    ])
}

/// Whether the call with this id was carried out before; an error when it was another one.
fn was_made(
    snapshot: &Snapshot,
    row: &CitizenRow,
    id: EventId,
    is_same: impl Fn(&CitizenFact) -> bool,
) -> Result<bool, ApiError> {
    let Some(sequence) = row.sequence_of(id.uuid()) else { return Ok(false) };
    if let Kind::Citizen(fact) = snapshot.recorded(sequence)?.event.kind
        && is_same(&fact)
    {
        return Ok(true);
    }
    Err(ApiError::IdTaken(id.uuid().to_string()))
}

fn known(snapshot: &Snapshot, citizen: CitizenId) -> Result<CitizenRow, ApiError> {
    if snapshot.is_quarantined(citizen.uuid())? {
        return Err(ApiError::Quarantined);
    }
    snapshot.citizen(citizen)?.ok_or_else(|| ApiError::UnknownCitizen(citizen.to_string()))
}

fn kin<'a>(snapshot: &Snapshot, citizen: &'a Citizen) -> Result<Kin<'a>, ApiError> {
    let root = snapshot.root(citizen.id)?;
    Ok(Kin { citizen, root, records: snapshot.family(root)?.len() })
}
