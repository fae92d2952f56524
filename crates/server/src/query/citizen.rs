//! A citizen's synthesis.

use super::list;
use super::view::View;
use crate::error::ApiError;
use crate::parse::Fields;
use crate::shared::Shared;
use beffroi_domain::{CitizenId, Language, Status};
use beffroi_wire::pb::query::v1 as pb;
use beffroi_wire::{time, vocabulary};
use std::collections::BTreeMap;
use std::sync::Arc;

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
    // Some citizens ask a lot: reading all their requests must not hold up calls that read one.
    let read = move || synthesis(&node, id, (place, size), language);
    tokio::task::spawn_blocking(read).await.map_err(|_| ApiError::Task)?
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
    let row = snapshot.citizen(id)?.ok_or_else(|| ApiError::UnknownCitizen(id.to_string()))?;
    let view = View::new(node, &snapshot, language);
    let mut counts: BTreeMap<Status, u64> = BTreeMap::new();
    let mut last = row.last_contact_at;
    let mut service_requests = Vec::new();
    let mut next = None;
    for ordinal in row.requests.iter().rev() {
        let row = snapshot.request_at(*ordinal)?;
        *counts.entry(row.request.status).or_default() += 1;
        last = last.max(Some(row.request.status_changed_at));
        if *ordinal >= place {
            continue;
        }
        if service_requests.len() < size {
            service_requests.push(view.service_request(&row)?);
        } else if next.is_none() {
            next = Some(ordinal + 1);
        }
    }
    let status_counts = counts.into_iter().map(|(status, count)| pb::StatusCount {
        status: vocabulary::status::to_pb(status).into(),
        count,
    });
    let citizen = pb::Citizen {
        id: id.to_string(),
        contacts: row.contacts,
        status_counts: status_counts.collect(),
        last_activity_at: last.map(time::to_pb),
    };
    Ok(pb::GetCitizenResponse {
        citizen: Some(citizen),
        service_requests,
        next_page_token: list::token(next, &binding(id)),
        position: Some(node.position(snapshot.checkpoint().sequence)),
    })
}
