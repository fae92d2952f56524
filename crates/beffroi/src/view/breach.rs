//! Warnings and breaches.

use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1 as pb;
use serde::Serialize;

use super::level::BreachedLevelView;
use super::request::{NamesView, ThresholdView};
use super::{PositionView, key_or_unknown, said};
use crate::time::rfc3339;

/// A list of facts.
#[derive(Debug, Serialize)]
pub(crate) struct BreachesAnswer {
    /// The facts, oldest first.
    pub breaches: Vec<BreachView>,
    /// There are more than were asked for.
    pub more: bool,
    /// Follow from here, after the last fact of the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resume_token: Option<String>,
    /// Where in the log the answer is true at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionView>,
}

/// One fact of a stream.
#[derive(Debug, Serialize)]
pub(crate) struct BreachMessage {
    /// The fact.
    #[serde(flatten)]
    pub breach: BreachView,
    /// Goes on after this fact.
    pub resume_token: String,
}

/// A promise about to be broken, or broken; or a level that was missed or is reached again. Of a
/// level there is no request.
#[derive(Debug, Serialize)]
pub(crate) struct BreachView {
    id: String,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    urgency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    promise_kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commitment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<ThresholdView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cycle: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    noticed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    names: Option<NamesView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<BreachedLevelView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<PositionView>,
}

impl BreachView {
    /// The fact's id.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }
}

impl From<pb::Breach> for BreachView {
    fn from(breach: pb::Breach) -> Self {
        let of_request = breach.level.is_none();
        let promise_kind = || key_or_unknown::<event::PromiseKind>(breach.promise_kind);
        let urgency = || key_or_unknown::<event::Urgency>(breach.urgency);
        Self {
            promise_kind: of_request.then(promise_kind),
            id: breach.id,
            kind: key_or_unknown::<pb::BreachKind>(breach.kind),
            request_id: said(breach.request_id),
            number: said(breach.number),
            product: said(breach.product),
            product_code: said(breach.product_code),
            urgency: of_request.then(urgency),
            unit: said(breach.unit),
            commitment: said(breach.commitment),
            threshold: breach.threshold.map(ThresholdView::from),
            cycle: of_request.then_some(breach.cycle),
            due_at: rfc3339(breach.due_at.as_ref()),
            noticed_at: rfc3339(breach.noticed_at.as_ref()),
            names: breach.names.map(NamesView::from),
            level: breach.level.map(Into::into),
            position: breach.position.map(Into::into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::breach;
    use super::*;

    #[test]
    fn a_streamed_fact_carries_its_token() {
        let message = BreachMessage { breach: breach().into(), resume_token: "after-7".to_owned() };
        assert_eq!(
            serde_json::to_string(&message).expect("json"),
            r#"{"id":"0192f0c1-2f5e-7c3a-9d41-5f0f6a9be0ff","kind":"breach","#.to_owned()
                + r#""request_id":"0192f0c1-2f5e-7c3a-9d41-5f0f6a9be001","#
                + r#""number":"26-0000001-2","product":"Eau potable","#
                + r#""product_code":"eau-potable","urgency":"urgent","#
                + r#""promise_kind":"resolution","cycle":1,"due_at":"2026-11-04T13:30:00Z","#
                + r#""noticed_at":"2026-11-04T13:30:01Z","position":{"log":"quebec","#
                + r#""sequence":7,"recorded_at":"2026-11-02T13:30:01Z"},"resume_token":"after-7"}"#
        );
    }
}
