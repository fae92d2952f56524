//! Lists of requests.

use super::citizen::requests;
use super::view::View;
use crate::error::{ApiError, Problem};
use crate::parse::Fields;
use crate::shared::Shared;
use crate::token;
use beffroi_aggregator::{Page, RequestRow, Snapshot};
use beffroi_domain::{Channel, CitizenId, Label, Language, Request, Status, Timestamp, Urgency};
use beffroi_wire::pb::query::v1 as pb;
use beffroi_wire::{time, vocabulary};

const PAGE_DEFAULT: usize = 50;
const PAGE_MAX: usize = 1_000;
/// Rows looked at for one page: a filter that fits little gives short pages, not slow ones.
pub(super) const SCAN_MAX: usize = 20_000;

struct Filter {
    statuses: Vec<Status>,
    product: Option<Label>,
    unit: Option<Label>,
    channel: Option<Channel>,
    citizen: Option<CitizenId>,
    opened_from: Option<Timestamp>,
    opened_before: Option<Timestamp>,
    source_system: Option<Label>,
    urgency: Option<Urgency>,
    merged: Option<bool>,
}

impl Filter {
    fn takes(&self, request: &Request) -> bool {
        let source = request.source.as_ref().map(|it| &it.system);
        (self.statuses.is_empty() || self.statuses.contains(&request.status))
            && self.product.as_ref().is_none_or(|it| *it == request.product)
            && self.unit.as_ref().is_none_or(|it| Some(it) == request.unit.as_ref())
            && self.channel.is_none_or(|it| it == request.channel)
            && self.opened_from.is_none_or(|it| request.opened_at >= it)
            && self.opened_before.is_none_or(|it| request.opened_at < it)
            && self.source_system.as_ref().is_none_or(|it| Some(it) == source)
            && self.urgency.is_none_or(|it| it == request.urgency)
            && self.merged.is_none_or(|it| it == request.merged.is_some())
    }
}

pub(super) async fn list(
    node: &Shared,
    call: pb::ListServiceRequestsRequest,
    language: Language,
) -> Result<pb::ListServiceRequestsResponse, ApiError> {
    let wire = call.filter.unwrap_or_default();
    let binding = format!("list {wire:?}");
    let filter = parse(&wire)?;
    let size = page_size(call.page_size)?;
    let before = place(&call.page_token, &binding)?;
    node.at_least(call.min_position.as_ref()).await?;
    let snapshot = node.projections.snapshot()?;
    let sequence = snapshot.checkpoint().sequence;
    let scan = move || find(&snapshot, &filter, before, size).map(|page| (page, snapshot));
    let (page, snapshot) = node.admission.reads.run(scan).await?;
    let view = View::new(node, &snapshot, language);
    let views = page.items.iter().map(|row| view.service_request(row));
    Ok(pb::ListServiceRequestsResponse {
        service_requests: views.collect::<Result<_, _>>()?,
        next_page_token: token(page.next, &binding),
        position: Some(node.position(sequence)),
    })
}

fn find(
    snapshot: &Snapshot,
    filter: &Filter,
    before: u64,
    size: usize,
) -> Result<Page<RequestRow>, ApiError> {
    let Some(citizen) = filter.citizen else {
        let takes = |row: &RequestRow| filter.takes(&row.request);
        return Ok(snapshot.requests_before(before, size, SCAN_MAX, takes)?);
    };
    let mut items = Vec::new();
    for ordinal in requests(snapshot, citizen)?.into_iter().rev().filter(|it| *it < before) {
        if items.len() == size {
            return Ok(Page { items, next: Some(ordinal + 1) });
        }
        let row = snapshot.request_at(ordinal)?;
        if filter.takes(&row.request) {
            items.push(row);
        }
    }
    Ok(Page { items, next: None })
}

fn parse(wire: &pb::ServiceRequestFilter) -> Result<Filter, ApiError> {
    let mut fields = Fields::default();
    let statuses = wire.statuses.iter().enumerate().map(|(at, number)| {
        let status = vocabulary::status::from_pb(*number);
        fields.word(&format!("filter.statuses[{at}]"), *number, status)
    });
    let statuses: Vec<Option<Status>> = statuses.collect();
    let product = fields.optional_label("filter.product", &wire.product);
    let unit = fields.optional_label("filter.unit", &wire.unit);
    let channel = vocabulary::channel::from_pb(wire.channel);
    let channel = fields.word("filter.channel", wire.channel, channel);
    let citizen = fields.citizen("filter.citizen_id", &wire.citizen_id);
    let opened_from = time_of(&mut fields, "filter.opened_from", wire.opened_from.as_ref());
    let opened_before = time_of(&mut fields, "filter.opened_before", wire.opened_before.as_ref());
    let source_system = fields.optional_label("filter.source_system", &wire.source_system);
    let urgency = vocabulary::urgency::from_pb(wire.urgency);
    let urgency = fields.word("filter.urgency", wire.urgency, urgency);
    let parsed = (|| {
        Some(Filter {
            statuses: statuses.into_iter().collect::<Option<_>>()?,
            product: product?,
            unit: unit?,
            channel: channel.filter(|_| wire.channel != 0),
            citizen: citizen?,
            opened_from: opened_from?,
            opened_before: opened_before?,
            source_system: source_system?,
            urgency: urgency.filter(|_| wire.urgency != 0),
            merged: wire.merged,
        })
    })();
    Ok(fields.finish(parsed)?)
}

pub(crate) fn time_of(
    fields: &mut Fields,
    field: &str,
    at: Option<&prost_types::Timestamp>,
) -> Option<Option<Timestamp>> {
    let Some(at) = at else { return Some(None) };
    match time::from_pb(at) {
        Ok(at) => Some(Some(at)),
        Err(_) => {
            fields.wrong(field, Problem::Time);
            None
        }
    }
}

/// The size of a page: a wish of the caller, held within bounds.
pub(crate) fn page_size(wish: i32) -> Result<usize, ApiError> {
    match usize::try_from(wish) {
        Ok(0) => Ok(PAGE_DEFAULT),
        Ok(wish) => Ok(wish.min(PAGE_MAX)),
        Err(_) => Err(Problem::Negative.at("page_size").into()),
    }
}

/// What seals the tokens of lists: logs that hold the same requests give the same tokens.
pub(crate) const ANY_LOG: &str = "";

/// Where a page begins: before this ordinal.
pub(crate) fn place(page_token: &str, binding: &str) -> Result<u64, ApiError> {
    if page_token.is_empty() {
        return Ok(u64::MAX);
    }
    token::read(("page_token", || Problem::PageToken), ANY_LOG, binding, page_token)
}

/// The token of the next page, empty at the end.
pub(crate) fn token(next: Option<u64>, binding: &str) -> String {
    next.map(|place| token::write(ANY_LOG, binding, place)).unwrap_or_default()
}
