//! Saving a citizen's record.
//!
//! An append is checked against what happened to the citizens it is about, not against all others:
//! two nodes may give one identifier to two citizens at the same time. The fold then lets the first
//! in the log have it, and the other save is void as a whole. Whoever sent that one decides again,
//! under an id derived from the first, and finds whose the identifier is.

use super::{Writer, derived, hash, subject};
use crate::commit::Decision;
use crate::error::{ApiError, CitizenError};
use crate::shared::Shared;
use beffroi_aggregator::{Aggregate, Save, Snapshot, Subject, partition};
use beffroi_domain::{
    Citizen, CitizenFact, CitizenId, CitizenRejection, CitizenSaved, Event, EventId, Identifier,
    IdentifierHash, Language, Personal, PersonalData, SaveCitizen, Text,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How often a save is decided again after another came before it.
const ATTEMPTS_MAX: usize = 8;

/// A save, as it was parsed.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) id: EventId,
    /// `None`: whoever is found, or a new one.
    pub(crate) citizen: Option<CitizenId>,
    pub(crate) add: Vec<Identifier>,
    pub(crate) withdraw: Vec<Identifier>,
    pub(crate) language: Option<Language>,
    pub(crate) name: Personal<Option<Text>>,
    pub(crate) writer: Writer,
}

/// Saves, and gives the citizen who was found or made.
pub(crate) async fn save(node: &Shared, asked: &Asked) -> Result<CitizenId, ApiError> {
    let mut id = asked.id;
    for attempt in 1..=ATTEMPTS_MAX {
        let turns = turns(node, asked, id)?;
        let decide = |snapshot: &Snapshot| decide(node, snapshot, asked, id);
        if let Save::Of(citizen) = node.committer.commit(turns, decide).await? {
            return Ok(citizen);
        }
        id = derived(asked.id, &format!("again {attempt}"))?;
    }
    Err(ApiError::OutcomeUnknown)
}

/// What must not happen at the same time on this node: saves of the same citizen, and saves of the
/// same identifiers.
fn turns(node: &Shared, asked: &Asked, id: EventId) -> Result<BTreeSet<Subject>, ApiError> {
    let snapshot = node.projections.snapshot()?;
    let hashes = Hashes::of(node, &snapshot, asked)?;
    let mut turns: BTreeSet<Subject> = hashes.add.iter().map(turn_of).collect();
    if snapshot.save(id.uuid())?.is_none() {
        turns.insert(subject(hashes.target(&snapshot, asked)?));
    }
    Ok(turns)
}

fn turn_of(hash: &IdentifierHash) -> Subject {
    let first = hash.digest.first_chunk().map(|it| Uuid::from_bytes(*it));
    Subject { aggregate: Aggregate::Citizen, partition: partition(first.unwrap_or_default()) }
}

fn decide(
    node: &Shared,
    snapshot: &Snapshot,
    asked: &Asked,
    id: EventId,
) -> Result<Decision<Save>, ApiError> {
    match snapshot.save(id.uuid())? {
        Some(Save::Of(citizen)) if asked.citizen.is_some_and(|it| it != citizen) => {
            return Err(ApiError::IdTaken(asked.id.uuid().to_string()));
        }
        Some(save) => return Ok(Decision::Done(save)),
        None => {}
    }
    let hashes = Hashes::of(node, snapshot, asked)?;
    let citizen = hashes.target(snapshot, asked)?;
    let root = snapshot.root(citizen)?;
    let mut command = SaveCitizen {
        add: hashes.add.clone(),
        withdraw: hashes.withdraw.clone(),
        language: asked.language,
    };
    if command.add.iter().any(|it| command.withdraw.contains(it)) {
        return Err(CitizenRejection::Contradictory.into());
    }
    // What another record of the same person has already need not be written.
    for hash in &hashes.add {
        if let Some(holder) = snapshot.identified(hash)?
            && holder != citizen
        {
            let by = snapshot.root(holder)?;
            if by != root {
                return Err(ApiError::Citizen(CitizenError::Taken { kind: hash.kind, by }));
            }
            command.add.retain(|it| it != hash);
        }
    }
    let state = record(snapshot, citizen)?;
    // A save that changes nothing is recorded all the same: sent again later, it must not undo what
    // came in between.
    let fact = Citizen::decide_save(state.as_ref(), &command)?
        .unwrap_or_else(|| CitizenFact::Saved(CitizenSaved::default()));
    let mut event = asked.writer.event(node, (id, None), citizen, fact);
    event.personal =
        Personal(PersonalData { name: asked.name.0.clone(), ..PersonalData::default() });
    let mut events = vec![event];
    if citizen == root {
        events.extend(withdraw_elsewhere(node, snapshot, (asked, id), (root, &hashes.withdraw))?);
    }
    Ok(Decision::Record(events))
}

/// The facts of the other records of `root`'s family that lose what is withdrawn.
fn withdraw_elsewhere(
    node: &Shared,
    snapshot: &Snapshot,
    (asked, id): (&Asked, EventId),
    (root, withdraw): (CitizenId, &[IdentifierHash]),
) -> Result<Vec<Event>, ApiError> {
    let mut holders: BTreeMap<CitizenId, Vec<IdentifierHash>> = BTreeMap::new();
    for hash in withdraw {
        if let Some(holder) = snapshot.identified(hash)?
            && holder != root
            && snapshot.root(holder)? == root
        {
            holders.entry(holder).or_default().push(*hash);
        }
    }
    let mut events = Vec::new();
    for (holder, withdraw) in holders {
        let command = SaveCitizen { withdraw, ..SaveCitizen::default() };
        let state = record(snapshot, holder)?;
        if let Some(fact) = Citizen::decide_save(state.as_ref(), &command)? {
            let ids = (derived(id, &format!("withdraw {holder}"))?, Some(id.uuid()));
            events.push(asked.writer.event(node, ids, holder, fact));
        }
    }
    Ok(events)
}

fn record(snapshot: &Snapshot, citizen: CitizenId) -> Result<Option<Citizen>, ApiError> {
    if snapshot.is_quarantined(citizen.uuid())? {
        return Err(ApiError::Quarantined);
    }
    Ok(snapshot.citizen(citizen)?.and_then(|row| row.record))
}

/// The identifiers of a save, by kind.
struct Hashes {
    add: Vec<IdentifierHash>,
    withdraw: Vec<IdentifierHash>,
}

impl Hashes {
    fn of(node: &Shared, snapshot: &Snapshot, asked: &Asked) -> Result<Self, ApiError> {
        let sorted = |identifiers: &[Identifier]| {
            let hashes = identifiers.iter().map(|it| hash(node, snapshot, it));
            let mut hashes = hashes.collect::<Result<Vec<_>, _>>()?;
            hashes.sort_by_key(|it| it.kind);
            Ok::<_, ApiError>(hashes)
        };
        Ok(Self { add: sorted(&asked.add)?, withdraw: sorted(&asked.withdraw)? })
    }

    /// The citizen to save: the one named, else the first found, else a new one.
    fn target(&self, snapshot: &Snapshot, asked: &Asked) -> Result<CitizenId, ApiError> {
        if let Some(citizen) = asked.citizen {
            return Ok(citizen);
        }
        for hash in self.add.iter().chain(&self.withdraw) {
            if let Some(holder) = snapshot.identified(hash)? {
                return Ok(snapshot.root(holder)?);
            }
        }
        if self.add.is_empty() {
            return Err(ApiError::Citizen(CitizenError::Nobody));
        }
        CitizenId::new(asked.id.derive("citizen")).map_err(|_| ApiError::Task)
    }
}
