//! Planned intervention programmes.

use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::programme::v1 as pb;
use beffroi_wire::pb::query::v1::ServiceRequest;
use serde::Serialize;
use uuid::Uuid;

use super::request::RequestView;
use super::{PositionView, key, said};
use crate::time::rfc3339;

/// The programmes.
#[derive(Debug, Serialize)]
pub(crate) struct ProgrammesAnswer {
    /// By code.
    pub programmes: Vec<ProgrammeView>,
    /// Where in the log the answer is true at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionView>,
}

/// A programme.
#[derive(Debug, Serialize)]
pub(crate) struct ProgrammeView {
    code: String,
    name: String,
    notice: String,
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_opened_at: Option<String>,
}

impl From<pb::Programme> for ProgrammeView {
    fn from(programme: pb::Programme) -> Self {
        Self {
            code: programme.code,
            name: programme.name,
            notice: programme.notice,
            count: programme.count,
            oldest_opened_at: rfc3339(programme.oldest_opened_at.as_ref()),
        }
    }
}

/// Requests that wait.
#[derive(Debug, Serialize)]
pub(crate) struct PlannedAnswer {
    /// The requests, oldest recorded first.
    pub service_requests: Vec<RequestView>,
    /// How many there are, listed or not.
    pub total: u64,
    /// Where in the log the answer is true at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionView>,
}

/// A request that waits, as exported: flat, always with the same fields, and without a word on who
/// asked.
#[derive(Debug, Serialize)]
pub(crate) struct PlannedView {
    number: String,
    programme: String,
    product: String,
    product_code: Option<String>,
    precision: Option<String>,
    borough: Option<String>,
    unit: Option<String>,
    urgency: Option<String>,
    opened_at: Option<String>,
    approximate: bool,
    planned_since: Option<String>,
    duplicates: usize,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
}

impl PlannedView {
    /// Its fields, in their order.
    pub(crate) const COLUMNS: [&str; 14] = [
        "number",
        "programme",
        "product",
        "product_code",
        "precision",
        "borough",
        "unit",
        "urgency",
        "opened_at",
        "approximate",
        "planned_since",
        "duplicates",
        "latitude",
        "longitude",
    ];

    /// For a spreadsheet, which takes a text that begins like a formula for one: words that people
    /// chose get an apostrophe before them then. Numbers stay numbers.
    pub(crate) fn for_spreadsheet(self) -> Self {
        Self {
            product: quoted(self.product),
            precision: self.precision.map(quoted),
            borough: self.borough.map(quoted),
            unit: self.unit.map(quoted),
            ..self
        }
    }
}

fn quoted(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

impl From<&ServiceRequest> for PlannedView {
    fn from(request: &ServiceRequest) -> Self {
        let place = request.place.clone().unwrap_or_default();
        Self {
            number: request.number.clone(),
            programme: request.programme.clone(),
            product: request.product.clone(),
            product_code: said(request.product_code.clone()),
            precision: said(request.precision.clone()),
            borough: said(place.borough),
            unit: said(request.unit.clone()),
            urgency: key::<event::Urgency>(request.urgency),
            opened_at: rfc3339(request.opened_at.as_ref()),
            approximate: request.approximate,
            planned_since: rfc3339(request.status_changed_at.as_ref()),
            duplicates: request.duplicates.len(),
            latitude: place.coordinates.as_ref().map(|it| it.latitude),
            longitude: place.coordinates.as_ref().map(|it| it.longitude),
        }
    }
}

/// What became of a closing.
#[derive(Debug, Serialize)]
pub(crate) struct CloseAnswer {
    /// The id of the closing.
    pub closing_id: String,
    /// How many requests it has resolved.
    pub closed: u64,
    /// How many it could not resolve.
    pub refused: u64,
    /// One for each request, in the order in which they were named.
    pub results: Vec<CloseView>,
    /// Where in the log the answer is true at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionView>,
}

/// What became of one request.
#[derive(Debug, Serialize)]
pub(crate) struct CloseView {
    /// As it was named.
    pub service_request: String,
    /// It is resolved.
    pub closed: bool,
    /// Otherwise why not, for scripts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Otherwise why not, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl CloseAnswer {
    /// Nothing is closed yet.
    pub(crate) fn new(id: Uuid) -> Self {
        let closing_id = id.to_string();
        Self { closing_id, closed: 0, refused: 0, results: Vec::new(), position: None }
    }

    /// What one call has come to.
    pub(crate) fn add(&mut self, answer: pb::CloseProgrammeRequestsResponse) {
        self.position = answer.position.map(Into::into);
        for result in answer.results {
            let counted = if result.closed { &mut self.closed } else { &mut self.refused };
            *counted += 1;
            self.results.push(CloseView {
                service_request: result.service_request,
                closed: result.closed,
                reason: said(result.reason),
                message: said(result.message),
            });
        }
    }
}
