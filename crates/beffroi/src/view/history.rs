//! What happened to a request.

use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1 as pb;
use serde::Serialize;

use super::request::{NamesView, RequestView};
use super::{PositionView, is_false, key, key_or_unknown, said};
use crate::time::rfc3339;

/// A request's history.
#[derive(Debug, Serialize)]
pub(crate) struct HistoryAnswer {
    service_request: RequestView,
    entries: Vec<EntryView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<PositionView>,
}

impl From<pb::GetServiceRequestHistoryResponse> for HistoryAnswer {
    fn from(answer: pb::GetServiceRequestHistoryResponse) -> Self {
        Self {
            service_request: answer.service_request.unwrap_or_default().into(),
            entries: answer.entries.into_iter().map(EntryView::from).collect(),
            position: answer.position.map(Into::into),
        }
    }
}

#[derive(Debug, Serialize)]
struct EntryView {
    id: String,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_at: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    approximate: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    programme: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    other_request: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    classified_before: Option<ClassificationView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    classified_after: Option<ClassificationView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attachment: Option<AttachmentView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<ContactView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    visibility: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    names: Option<NamesView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    names_before: Option<NamesView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<PositionView>,
}

impl From<pb::HistoryEntry> for EntryView {
    fn from(entry: pb::HistoryEntry) -> Self {
        Self {
            id: entry.id,
            kind: entry.kind,
            occurred_at: rfc3339(entry.occurred_at.as_ref()),
            approximate: entry.approximate,
            actor: said(entry.actor),
            channel: key::<event::Channel>(entry.channel),
            unit: said(entry.unit),
            unit_before: said(entry.unit_before),
            programme: said(entry.programme),
            other_request: said(entry.other_request),
            relation: key::<event::RelationKind>(entry.relation),
            classified_before: entry.classified_before.map(Into::into),
            classified_after: entry.classified_after.map(Into::into),
            attachment: entry.attachment.map(Into::into),
            contact: entry.contact.map(Into::into),
            hold_reason: key::<event::HoldReason>(entry.hold_reason),
            visibility: key::<event::Visibility>(entry.visibility),
            author: key::<event::Author>(entry.author),
            due_at: rfc3339(entry.due_at.as_ref()),
            text: said(entry.text),
            source_status: said(entry.source_status),
            summary: said(entry.summary),
            notice: said(entry.notice),
            names: entry.names.map(Into::into),
            names_before: entry.names_before.map(Into::into),
            position: entry.position.map(Into::into),
        }
    }
}

#[derive(Debug, Serialize)]
struct ClassificationView {
    product: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    precision: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    precision_code: Option<String>,
    nature: String,
    urgency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    names: Option<NamesView>,
}

impl From<pb::Classification> for ClassificationView {
    fn from(it: pb::Classification) -> Self {
        Self {
            product: it.product,
            precision: said(it.precision),
            product_code: said(it.product_code),
            precision_code: said(it.precision_code),
            nature: key_or_unknown::<event::Nature>(it.nature),
            urgency: key_or_unknown::<event::Urgency>(it.urgency),
            names: it.names.map(Into::into),
        }
    }
}

#[derive(Debug, Serialize)]
struct ContactView {
    outcome: String,
    waited_secs: u32,
    handled_secs: u32,
}

impl From<pb::Contact> for ContactView {
    fn from(it: pb::Contact) -> Self {
        let outcome = key_or_unknown::<event::ContactOutcome>(it.outcome);
        Self { outcome, waited_secs: it.waited_secs, handled_secs: it.handled_secs }
    }
}

#[derive(Debug, Serialize)]
struct AttachmentView {
    media_type: String,
    size_bytes: u64,
    sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
}

impl From<pb::Attachment> for AttachmentView {
    fn from(it: pb::Attachment) -> Self {
        Self {
            media_type: it.media_type,
            size_bytes: it.size_bytes,
            sha256: it.sha256,
            file_name: said(it.file_name),
            reference: said(it.reference),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{at, position};
    use super::*;

    #[test]
    fn an_entry_leaves_out_what_was_not_said() {
        let entry = pb::HistoryEntry {
            id: "e".to_owned(),
            kind: "request_put_on_hold".to_owned(),
            occurred_at: at(0),
            hold_reason: event::HoldReason::ThirdParty.into(),
            position: Some(position()),
            ..Default::default()
        };
        assert_eq!(
            serde_json::to_string(&EntryView::from(entry)).expect("json"),
            r#"{"id":"e","kind":"request_put_on_hold","occurred_at":"2026-11-02T13:30:00Z","#
                .to_owned()
                + r#""hold_reason":"third_party","position":{"log":"quebec","sequence":7,"#
                + r#""recorded_at":"2026-11-02T13:30:01Z"}}"#
        );
    }
}
