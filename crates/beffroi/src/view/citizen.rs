//! A citizen's synthesis.

use std::collections::BTreeMap;

use beffroi_wire::pb::event::v1::{IdentifierKind, Language};
use beffroi_wire::pb::query::v1 as pb;
use serde::Serialize;

use super::request::RequestsAnswer;
use super::{PositionView, key, key_or_unknown, said};
use crate::time::rfc3339;

/// A citizen and their requests.
#[derive(Debug, Serialize)]
pub(crate) struct CitizenAnswer {
    /// The synthesis.
    pub citizen: CitizenView,
    /// Their requests.
    #[serde(flatten)]
    pub requests: RequestsAnswer,
}

/// A citizen's record: found, or as a write left it.
#[derive(Debug, Serialize)]
pub(crate) struct RecordAnswer {
    /// The id of the write, under which it can be sent again.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub write: Option<CitizenWrite>,
    /// The synthesis.
    pub citizen: CitizenView,
    /// Where in the log the answer is true at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionView>,
}

/// The id of a call that writes in citizens' records.
#[derive(Debug, Serialize)]
pub(crate) enum CitizenWrite {
    /// Of a save.
    #[serde(rename = "save_id")]
    Save(String),
    /// Of a merge.
    #[serde(rename = "merge_id")]
    Merge(String),
    /// Of an un-merging.
    #[serde(rename = "unmerge_id")]
    Unmerge(String),
}

/// A citizen's synthesis.
#[derive(Debug, Serialize)]
pub(crate) struct CitizenView {
    id: String,
    contacts: u64,
    status_counts: BTreeMap<String, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_activity_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<String>,
    records: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    identifiers: BTreeMap<String, u32>,
}

impl From<pb::Citizen> for CitizenView {
    fn from(citizen: pb::Citizen) -> Self {
        let counts = citizen.status_counts.into_iter();
        Self {
            id: citizen.id,
            contacts: citizen.contacts,
            status_counts: counts
                .map(|it| (key_or_unknown::<pb::Status>(it.status), it.count))
                .collect(),
            last_activity_at: rfc3339(citizen.last_activity_at.as_ref()),
            merged_into: said(citizen.merged_into),
            records: citizen.records,
            language: key::<Language>(citizen.language),
            identifiers: citizen
                .identifiers
                .into_iter()
                .map(|it| (key_or_unknown::<IdentifierKind>(it.kind), it.count))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::at;
    use super::*;

    #[test]
    fn a_synthesis_counts_by_status() {
        let citizen = pb::Citizen {
            id: "c".to_owned(),
            contacts: 3,
            status_counts: vec![pb::StatusCount { status: pb::Status::OnHold.into(), count: 2 }],
            last_activity_at: at(0),
            merged_into: "r".to_owned(),
            records: vec!["r".to_owned(), "c".to_owned()],
            language: 1,
            identifiers: vec![pb::IdentifierCount { kind: 1, count: 2 }],
        };
        assert_eq!(
            serde_json::to_string(&CitizenView::from(citizen)).expect("json"),
            r#"{"id":"c","contacts":3,"status_counts":{"on_hold":2},"#.to_owned()
                + r#""last_activity_at":"2026-11-02T13:30:00Z","merged_into":"r","#
                + r#""records":["r","c"],"language":"french","identifiers":{"telephone":2}}"#
        );
    }
}
