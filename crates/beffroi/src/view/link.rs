//! Duplicates and relations.

use beffroi_wire::pb::query::v1 as pb;
use serde::Serialize;

use super::PositionView;
use super::request::RequestView;

/// An answer to `merge`.
#[derive(Debug, Serialize)]
pub(crate) struct MergeAnswer {
    /// The id of the merge.
    pub merge_id: String,
    /// The duplicate.
    pub duplicate: RequestView,
    /// The request that goes on for both.
    pub into: RequestView,
    /// Where in the log the answer is true at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionView>,
}

/// An answer to `unmerge`.
#[derive(Debug, Serialize)]
pub(crate) struct UnmergeAnswer {
    /// The id of the call.
    pub unmerge_id: String,
    /// The request that was a duplicate.
    pub duplicate: RequestView,
    /// The request into which it had been merged.
    pub from: RequestView,
    /// Where in the log the answer is true at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionView>,
}

/// An answer to `relate`.
#[derive(Debug, Serialize)]
pub(crate) struct RelationAnswer {
    /// The id of the relation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation_id: Option<String>,
    /// The id of the call that took it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unrelation_id: Option<String>,
    /// The first request.
    pub from: RequestView,
    /// The other one.
    pub to: RequestView,
    /// Where in the log the answer is true at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionView>,
}

/// An answer to `duplicates`.
#[derive(Debug, Serialize)]
pub(crate) struct DuplicatesAnswer {
    candidates: Vec<CandidateView>,
    incomplete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<PositionView>,
}

#[derive(Debug, Serialize)]
struct CandidateView {
    #[serde(skip_serializing_if = "Option::is_none")]
    distance_metres: Option<u32>,
    opened_before_secs: i64,
    same_precision: bool,
    reason: String,
    service_request: RequestView,
}

impl From<pb::SuggestDuplicatesResponse> for DuplicatesAnswer {
    fn from(answer: pb::SuggestDuplicatesResponse) -> Self {
        let candidates = answer.candidates.into_iter().map(|it| CandidateView {
            distance_metres: it.distance_metres,
            opened_before_secs: it.opened_before_secs,
            same_precision: it.same_precision,
            reason: it.reason,
            service_request: it.service_request.unwrap_or_default().into(),
        });
        Self {
            candidates: candidates.collect(),
            incomplete: answer.incomplete,
            position: answer.position.map(Into::into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::request;
    use super::*;

    #[test]
    fn a_candidate_says_why_before_the_request() {
        let candidate = pb::DuplicateCandidate {
            service_request: Some(request()),
            distance_metres: Some(42),
            opened_before_secs: -60,
            same_precision: true,
            reason: "42 m away".to_owned(),
        };
        let answer = pb::SuggestDuplicatesResponse {
            candidates: vec![candidate],
            ..pb::SuggestDuplicatesResponse::default()
        };
        let json = serde_json::to_string(&DuplicatesAnswer::from(answer)).expect("json");
        let expected = r#"{"candidates":[{"distance_metres":42,"opened_before_secs":-60,"#
            .to_owned()
            + r#""same_precision":true,"reason":"42 m away","service_request":{"id":""#;
        assert!(json.starts_with(&expected), "{json}");
        assert!(json.ends_with(r#"}}],"incomplete":false}"#), "{json}");
    }
}
