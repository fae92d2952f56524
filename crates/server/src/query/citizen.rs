//! A citizen's synthesis, over all the records merged with theirs.

use super::view::View;
use super::{list, told};
use crate::error::ApiError;
use crate::parse::Fields;
use crate::shared::Shared;
use beffroi_aggregator::{CitizenRow, Snapshot};
use beffroi_domain::{CitizenId, IdentifierKind, Language, Status, Timestamp};
use beffroi_wire::pb::query::v1 as pb;
use beffroi_wire::{time, vocabulary};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many bytes of follow-ups a page holds, from which on it is short.
const TEXTS_MAX: usize = 1 << 20;

pub(super) async fn citizen(
    node: Arc<Shared>,
    call: pb::GetCitizenRequest,
    language: Language,
) -> Result<pb::GetCitizenResponse, ApiError> {
    let mut fields = Fields::default();
    let id = fields.id("citizen_id", &call.citizen_id);
    let id: CitizenId = fields.finish(id)?;
    let size = list::page_size(call.page_size)?;
    let place = list::place(&call.page_token, &binding(id))?;
    node.at_least(call.min_position.as_ref()).await?;
    // Some citizens ask a lot.
    let read = {
        let node = Arc::clone(&node);
        move || synthesis(&node, id, (place, size), language)
    };
    node.admission.reads.run(read).await
}

/// What page tokens of a citizen's requests are bound to.
fn binding(id: CitizenId) -> String {
    format!("citizen {id}")
}

fn synthesis(
    node: &Shared,
    id: CitizenId,
    (place, size): (u64, usize),
    language: Language,
) -> Result<pb::GetCitizenResponse, ApiError> {
    let snapshot = node.projections.snapshot()?;
    let family = Family::of(&snapshot, id)?;
    let view = View::new(node, &snapshot, language);
    let mut older = family.requests.iter().rev().filter(|it| **it < place);
    let (mut service_requests, mut bytes) = (Vec::new(), 0);
    while service_requests.len() < size
        && bytes < TEXTS_MAX
        && let Some(ordinal) = older.next()
    {
        let row = snapshot.request_at(*ordinal)?;
        let mut request = view.service_request(&row)?;
        request.last_follow_up = told::last(&view, &row)?;
        bytes += request.last_follow_up.as_ref().map_or(0, |it| it.text.len());
        service_requests.push(request);
    }
    let next = older.next().map(|ordinal| ordinal + 1);
    Ok(pb::GetCitizenResponse {
        citizen: Some(family.head(&snapshot, id)?),
        service_requests,
        next_page_token: list::token(next, &binding(id)),
        position: Some(node.position(snapshot.checkpoint().sequence)),
    })
}

/// The synthesis of a citizen without their requests.
pub(crate) fn head(snapshot: &Snapshot, id: CitizenId) -> Result<pb::Citizen, ApiError> {
    Family::of(snapshot, id)?.head(snapshot, id)
}

/// The ordinals of the requests of a citizen, in any of the records merged with theirs; oldest first.
pub(super) fn requests(snapshot: &Snapshot, id: CitizenId) -> Result<Vec<u64>, ApiError> {
    match Family::of(snapshot, id) {
        Ok(family) => Ok(family.requests),
        Err(ApiError::UnknownCitizen(_)) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// What the records of one person hold together.
#[derive(Default)]
struct Family {
    records: Vec<CitizenId>,
    requests: Vec<u64>,
    contacts: u64,
    last_contact_at: Option<Timestamp>,
    language: Option<Language>,
    identifiers: BTreeMap<IdentifierKind, u32>,
}

impl Family {
    fn of(snapshot: &Snapshot, id: CitizenId) -> Result<Self, ApiError> {
        if snapshot.citizen(id)?.is_none() {
            return Err(ApiError::UnknownCitizen(id.to_string()));
        }
        let records = snapshot.family(snapshot.root(id)?)?;
        let mut family = Self::default();
        for record in &records {
            family.add(snapshot.citizen(*record)?.unwrap_or_default());
        }
        family.records = records;
        family.requests.sort_unstable();
        Ok(family)
    }

    fn add(&mut self, row: CitizenRow) {
        self.requests.extend(row.requests);
        self.contacts += row.contacts;
        self.last_contact_at = self.last_contact_at.max(row.last_contact_at);
        let Some(record) = row.record else { return };
        // The nearest to the root who has said so speaks for all.
        self.language = self.language.or(record.language);
        for hash in record.identifiers {
            *self.identifiers.entry(hash.kind).or_default() += 1;
        }
    }

    fn head(&self, snapshot: &Snapshot, id: CitizenId) -> Result<pb::Citizen, ApiError> {
        let mut counts: BTreeMap<Status, u64> = BTreeMap::new();
        let mut last = self.last_contact_at;
        for ordinal in &self.requests {
            let request = snapshot.request_at(*ordinal)?.request;
            *counts.entry(request.status).or_default() += 1;
            last = last.max(Some(request.status_changed_at));
        }
        let status_counts = counts.into_iter().map(|(status, count)| pb::StatusCount {
            status: vocabulary::status::to_pb(status).into(),
            count,
        });
        let identifiers = self.identifiers.iter().map(|(kind, count)| pb::IdentifierCount {
            kind: vocabulary::identifier_kind::to_pb(*kind).into(),
            count: *count,
        });
        let root = self.records.first().filter(|root| **root != id);
        Ok(pb::Citizen {
            id: id.to_string(),
            contacts: self.contacts,
            status_counts: status_counts.collect(),
            last_activity_at: last.map(time::to_pb),
            merged_into: root.map(ToString::to_string).unwrap_or_default(),
            records: self.records.iter().map(ToString::to_string).collect(),
            language: self.language.map(vocabulary::language::to_pb).unwrap_or_default().into(),
            identifiers: identifiers.collect(),
        })
    }
}
