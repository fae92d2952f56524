//! A citizen's synthesis.

use std::collections::BTreeMap;

use beffroi_wire::pb::query::v1 as pb;
use serde::Serialize;

use super::key_or_unknown;
use super::request::RequestsAnswer;
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

/// A citizen's synthesis.
#[derive(Debug, Serialize)]
pub(crate) struct CitizenView {
    id: String,
    contacts: u64,
    status_counts: BTreeMap<String, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_activity_at: Option<String>,
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
        };
        assert_eq!(
            serde_json::to_string(&CitizenView::from(citizen)).expect("json"),
            r#"{"id":"c","contacts":3,"status_counts":{"on_hold":2},"#.to_owned()
                + r#""last_activity_at":"2026-11-02T13:30:00Z"}"#
        );
    }
}
