//! Requests.

use beffroi_wire::pb::event::v1::{self as event, threshold::Measure};
use beffroi_wire::pb::query::v1 as pb;
use serde::Serialize;

use super::{
    AnsweredView, PositionView, RegimeNoticeView, ScreenAnswer, is_false, is_zero, key,
    key_or_unknown, said,
};
use crate::time::rfc3339;

/// An answer about one request.
#[derive(Debug, Serialize)]
pub(crate) struct RequestAnswer {
    /// The request.
    pub service_request: RequestView,
    /// What was asked when it was opened, and what was answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<AnsweredView>,
    /// The address it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The exceptional regime that holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regime: Option<RegimeNoticeView>,
    /// Where in the log the answer is true at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionView>,
}

impl RequestAnswer {
    /// From what the server answered.
    pub(crate) fn new(request: pb::ServiceRequest, position: Option<pb::Position>) -> Self {
        Self {
            service_request: request.into(),
            answers: Vec::new(),
            address: None,
            regime: None,
            position: position.map(Into::into),
        }
    }

    /// With what was said when it was opened.
    pub(crate) fn told(answer: pb::GetServiceRequestResponse) -> Self {
        Self {
            answers: answer.answers.into_iter().map(AnsweredView::from).collect(),
            address: said(answer.address),
            regime: answer.regime.map(RegimeNoticeView::from),
            ..Self::new(answer.service_request.unwrap_or_default(), answer.position)
        }
    }
}

/// An answer to an opening.
#[derive(Debug, Serialize)]
pub(crate) struct OpenAnswer {
    /// What the description suggests: a person decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emergency_suggestion: Option<ScreenAnswer>,
    /// The request.
    #[serde(flatten)]
    pub answer: RequestAnswer,
    /// Other citizens who are found by the contact details.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_citizens: Vec<String>,
}

/// An answer to a change of a request.
#[derive(Debug, Serialize)]
pub(crate) struct Written {
    /// The id of the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_id: Option<String>,
    /// The id of the follow-up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow_up_id: Option<String>,
    /// The id of the attachment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment_id: Option<String>,
    /// The request as it now stands.
    #[serde(flatten)]
    pub answer: RequestAnswer,
}

/// A list of requests.
#[derive(Debug, Serialize)]
pub(crate) struct RequestsAnswer {
    /// The requests, newest first.
    pub service_requests: Vec<RequestView>,
    /// Asks for more; absent: there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
    /// Where in the log the answer is true at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionView>,
}

/// A request.
#[derive(Debug, Serialize)]
pub(crate) struct RequestView {
    id: String,
    number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    citizen_id: Option<String>,
    product: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    precision: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    precision_code: Option<String>,
    #[serde(skip_serializing_if = "is_zero")]
    catalogue_version: u64,
    nature: String,
    urgency: String,
    channel: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    other_channels: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<PlaceView>,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opened_at: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    approximate: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_changed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved_at: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    status_approximate: bool,
    promises: Vec<PromiseView>,
    origin: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<SourceView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_status: Option<String>,
    public_follow_ups: u32,
    citizen_messages: u32,
    attachments: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    programme: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    duplicates: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    followers: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relations: Vec<RelationView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    names: Option<NamesView>,
    summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_follow_up: Option<FollowUpView>,
}

/// What the city told a citizen last.
#[derive(Debug, Serialize)]
struct FollowUpView {
    kind: String,
    summary: String,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_at: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    approximate: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_request: Option<String>,
}

impl From<pb::FollowUp> for FollowUpView {
    fn from(it: pb::FollowUp) -> Self {
        Self {
            kind: it.kind,
            summary: it.summary,
            text: it.text,
            occurred_at: rfc3339(it.occurred_at.as_ref()),
            approximate: it.approximate,
            service_request: said(it.service_request),
        }
    }
}

/// What people call things, where that is not what was recorded.
#[derive(Debug, Serialize)]
pub(crate) struct NamesView {
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    precision: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    programme: Option<String>,
}

impl From<pb::Names> for NamesView {
    fn from(names: pb::Names) -> Self {
        Self {
            product: said(names.product),
            precision: said(names.precision),
            unit: said(names.unit),
            programme: said(names.programme),
        }
    }
}

impl From<pb::ServiceRequest> for RequestView {
    fn from(request: pb::ServiceRequest) -> Self {
        let channels = request.other_channels.into_iter();
        Self {
            id: request.id,
            number: request.number,
            citizen_id: said(request.citizen_id),
            product: request.product,
            precision: said(request.precision),
            product_code: said(request.product_code),
            precision_code: said(request.precision_code),
            catalogue_version: request.catalogue_version,
            nature: key_or_unknown::<event::Nature>(request.nature),
            urgency: key_or_unknown::<event::Urgency>(request.urgency),
            channel: key_or_unknown::<event::Channel>(request.channel),
            other_channels: channels.map(key_or_unknown::<event::Channel>).collect(),
            unit: said(request.unit),
            place: request.place.map(PlaceView::from),
            status: key_or_unknown::<pb::Status>(request.status),
            hold_reason: key::<event::HoldReason>(request.hold_reason),
            opened_at: rfc3339(request.opened_at.as_ref()),
            approximate: request.approximate,
            status_changed_at: rfc3339(request.status_changed_at.as_ref()),
            resolved_at: rfc3339(request.resolved_at.as_ref()),
            status_approximate: request.status_approximate,
            promises: request.promises.into_iter().map(PromiseView::from).collect(),
            origin: key_or_unknown::<event::Origin>(request.origin),
            source: request.source.map(|it| SourceView { system: it.system, id: it.id }),
            source_status: said(request.source_status),
            public_follow_ups: request.public_follow_ups,
            citizen_messages: request.citizen_messages,
            attachments: request.attachments,
            programme: said(request.programme),
            merged_into: said(request.merged_into),
            duplicates: request.duplicates,
            followers: request.followers,
            relations: request.relations.into_iter().map(RelationView::from).collect(),
            names: request.names.map(NamesView::from),
            summary: request.summary,
            last_follow_up: request.last_follow_up.map(FollowUpView::from),
        }
    }
}

#[derive(Debug, Serialize)]
struct PlaceView {
    #[serde(skip_serializing_if = "Option::is_none")]
    borough: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    longitude: Option<f64>,
}

impl From<event::Place> for PlaceView {
    fn from(place: event::Place) -> Self {
        Self {
            borough: said(place.borough),
            latitude: place.coordinates.as_ref().map(|it| it.latitude),
            longitude: place.coordinates.as_ref().map(|it| it.longitude),
        }
    }
}

#[derive(Debug, Serialize)]
struct RelationView {
    service_request: String,
    kind: String,
}

impl From<pb::Relation> for RelationView {
    fn from(relation: pb::Relation) -> Self {
        let kind = key_or_unknown::<event::RelationKind>(relation.kind);
        Self { service_request: relation.service_request, kind }
    }
}

#[derive(Debug, Serialize)]
struct SourceView {
    system: String,
    id: String,
}

#[derive(Debug, Serialize)]
struct PromiseView {
    kind: String,
    cycle: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    business_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    calendar_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commitment: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<WarningView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    verdict: String,
    warned: bool,
    breached: bool,
}

/// When a warning is due.
#[derive(Debug, Serialize)]
pub(crate) struct WarningView {
    #[serde(flatten)]
    threshold: ThresholdView,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
}

/// How long before a due time to warn.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ThresholdView {
    /// After this share of the delay.
    Percent(u32),
    /// So much working time after the due time.
    WorkingSecs(i64),
    /// So many business days after the due time.
    BusinessDays(i32),
}

impl From<event::Threshold> for ThresholdView {
    fn from(it: event::Threshold) -> Self {
        match it.measure {
            Some(Measure::Percent(percent)) => Self::Percent(percent),
            Some(Measure::WorkingSecs(secs)) => Self::WorkingSecs(secs),
            Some(Measure::BusinessDays(days)) => Self::BusinessDays(days),
            None => Self::Percent(DEFAULT_PERCENT),
        }
    }
}

/// Where a promise says only when to warn, it is after this share of the delay.
const DEFAULT_PERCENT: u32 = 80;

/// When the warnings of a promise are due.
pub(crate) fn warnings(promise: &event::Promise) -> Vec<WarningView> {
    let plain = promise.warn_at.as_ref().map(|at| WarningView {
        threshold: ThresholdView::Percent(DEFAULT_PERCENT),
        at: rfc3339(Some(at)),
    });
    let others = promise.warnings.iter().map(|it| WarningView {
        threshold: it.threshold.unwrap_or_default().into(),
        at: rfc3339(it.at.as_ref()),
    });
    plain.into_iter().chain(others).collect()
}

impl From<pb::PromiseStatus> for PromiseView {
    fn from(status: pb::PromiseStatus) -> Self {
        let promise = status.promise.unwrap_or_default();
        Self {
            kind: key_or_unknown::<event::PromiseKind>(promise.kind),
            cycle: status.cycle,
            warnings: warnings(&promise),
            rule: said(promise.rule),
            business_days: (promise.business_days > 0).then_some(promise.business_days),
            calendar_days: (promise.calendar_days > 0).then_some(promise.calendar_days),
            seconds: (promise.seconds > 0).then_some(promise.seconds),
            commitment: said(promise.commitment),
            due_at: rfc3339(promise.due_at.as_ref()),
            verdict: key_or_unknown::<pb::Verdict>(status.verdict),
            warned: status.warned,
            breached: status.breached,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{position, request};
    use super::*;

    #[test]
    fn a_request_has_a_stable_shape() {
        let answer = RequestAnswer::new(request(), Some(position()));
        let expected = r#"{
  "service_request": {
    "id": "0192f0c1-2f5e-7c3a-9d41-5f0f6a9be001",
    "number": "26-0000001-2",
    "product": "Eau potable",
    "nature": "service",
    "urgency": "normal",
    "channel": "web_form",
    "unit": "Travaux publics",
    "place": {
      "borough": "Limoilou",
      "latitude": 46.83,
      "longitude": -71.22
    },
    "status": "on_hold",
    "opened_at": "2026-11-02T13:30:00Z",
    "status_changed_at": "2026-11-02T13:31:00Z",
    "promises": [
      {
        "kind": "resolution",
        "cycle": 1,
        "rule": "business_days_eod_v1",
        "business_days": 2,
        "due_at": "2026-11-04T13:30:00Z",
        "verdict": "paused",
        "warned": false,
        "breached": false
      }
    ],
    "origin": "live",
    "public_follow_ups": 1,
    "citizen_messages": 0,
    "attachments": 0,
    "summary": "Waiting on you."
  },
  "position": {
    "log": "quebec",
    "sequence": 7,
    "recorded_at": "2026-11-02T13:30:01Z"
  }
}"#;
        assert_eq!(serde_json::to_string_pretty(&answer).expect("json"), expected);
    }

    #[test]
    fn a_change_says_its_id_beside_the_request() {
        let answer = RequestAnswer::new(request(), None);
        let written = Written {
            change_id: Some("x".to_owned()),
            follow_up_id: None,
            attachment_id: None,
            answer,
        };
        let json = serde_json::to_string(&written).expect("json");
        assert!(json.starts_with(r#"{"change_id":"x","service_request":{"id":"#), "{json}");
    }

    #[test]
    fn links_to_other_requests_are_shown() {
        let relation = pb::Relation {
            service_request: "26-0000003-6".to_owned(),
            kind: event::RelationKind::CausedBy.into(),
        };
        let view = RequestView::from(pb::ServiceRequest {
            merged_into: "26-0000002-4".to_owned(),
            relations: vec![relation],
            ..request()
        });
        let json = serde_json::to_string(&view).expect("json");
        let expected = r#""attachments":0,"merged_into":"26-0000002-4","relations":[{"#.to_owned()
            + r#""service_request":"26-0000003-6","kind":"caused_by"}],"summary""#;
        assert!(json.contains(&expected), "{json}");
    }

    #[test]
    fn unknown_words_of_a_newer_server_do_not_fail() {
        let view = RequestView::from(pb::ServiceRequest { status: 99, ..request() });
        assert_eq!(view.status, "unknown");
    }
}
