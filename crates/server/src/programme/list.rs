//! Programmes, and the requests that wait in them.

use super::filter::Filter;
use super::words::{known, words};
use crate::error::{ApiError, Problem};
use crate::query::list::{ANY_LOG, page_size, token};
use crate::query::view::View;
use crate::shared::Shared;
use crate::token::read;
use beffroi_aggregator::Snapshot;
use beffroi_domain::{Code, Language, Timestamp};
use beffroi_wire::pb::programme::v1 as pb;
use beffroi_wire::time;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) async fn programmes(
    node: Arc<Shared>,
    call: pb::ListProgrammesRequest,
    language: Language,
) -> Result<pb::ListProgrammesResponse, ApiError> {
    node.at_least(call.min_position.as_ref()).await?;
    // All that waits is looked at.
    let count = {
        let node = Arc::clone(&node);
        move || count(&node, language)
    };
    node.admission.reads.run(count).await
}

fn count(node: &Shared, language: Language) -> Result<pb::ListProgrammesResponse, ApiError> {
    let snapshot = node.projections.snapshot()?;
    let mut waiting: BTreeMap<Code, (u64, Option<Timestamp>)> =
        known(&node.catalogues, &snapshot)?.into_iter().map(|code| (code, (0, None))).collect();
    for row in snapshot.planned()? {
        let (_, row) = row?;
        let (count, oldest) = waiting.entry(row.programme).or_default();
        *count += 1;
        *oldest = Some(oldest.map_or(row.opened_at, |it| it.min(row.opened_at)));
    }
    let programmes = waiting.into_iter().map(|(code, (count, oldest))| {
        let words = words(&node.catalogues, &snapshot, (&code, 0), language)?;
        Ok(pb::Programme {
            code: code.to_string(),
            name: words.name,
            notice: words.notice,
            count,
            oldest_opened_at: oldest.map(time::to_pb),
        })
    });
    Ok(pb::ListProgrammesResponse {
        programmes: programmes.collect::<Result<_, ApiError>>()?,
        position: Some(node.position(snapshot.checkpoint().sequence)),
    })
}

pub(super) async fn requests(
    node: Arc<Shared>,
    call: pb::ListProgrammeRequestsRequest,
    language: Language,
) -> Result<pb::ListProgrammeRequestsResponse, ApiError> {
    let wire = call.filter.unwrap_or_default();
    let binding = format!("programme {wire:?}");
    let filter = Filter::parse(&wire, node.clock.now())?;
    let size = page_size(call.page_size)?;
    let from = match call.page_token.as_str() {
        "" => None,
        token => Some(read(("page_token", || Problem::PageToken), ANY_LOG, &binding, token)?),
    };
    node.at_least(call.min_position.as_ref()).await?;
    let page = {
        let node = Arc::clone(&node);
        move || page(&node, &filter, (from, size), &binding, language)
    };
    node.admission.reads.run(page).await
}

fn page(
    node: &Shared,
    filter: &Filter,
    (from, size): (Option<u64>, usize),
    binding: &str,
    language: Language,
) -> Result<pb::ListProgrammeRequestsResponse, ApiError> {
    let snapshot = node.projections.snapshot()?;
    let Found { ordinals, next, total, programme } = find(&snapshot, filter, from, size)?;
    // A list that has begun goes on when the last of its programme has left.
    if let (false, None, Some(code)) = (programme, from, &filter.programme)
        && !known(&node.catalogues, &snapshot)?.contains(code)
    {
        return Err(ApiError::UnknownProgramme(code.to_string()));
    }
    let view = View::new(node, &snapshot, language);
    let views = ordinals.into_iter().map(|it| view.service_request(&snapshot.request_at(it)?));
    Ok(pb::ListProgrammeRequestsResponse {
        service_requests: views.collect::<Result<_, ApiError>>()?,
        next_page_token: token(next, binding),
        total,
        position: Some(node.position(snapshot.checkpoint().sequence)),
    })
}

/// A page of what waits.
struct Found {
    ordinals: Vec<u64>,
    next: Option<u64>,
    /// How many there are on all pages.
    total: u64,
    /// Whether anything at all waits in the programme.
    programme: bool,
}

fn find(
    snapshot: &Snapshot,
    filter: &Filter,
    from: Option<u64>,
    size: usize,
) -> Result<Found, ApiError> {
    let mut found = Found { ordinals: Vec::new(), next: None, total: 0, programme: false };
    for row in snapshot.planned()? {
        let (ordinal, row) = row?;
        found.programme |= filter.programme.as_ref() == Some(&row.programme);
        if !filter.takes(&row) {
            continue;
        }
        found.total += 1;
        if from.is_some_and(|from| ordinal < from) {
            continue;
        }
        if found.ordinals.len() < size {
            found.ordinals.push(ordinal);
        } else if found.next.is_none() {
            found.next = Some(ordinal);
        }
    }
    Ok(found)
}
