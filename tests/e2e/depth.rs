//! Requests in depth, told over gRPC: reclassified, transferred, planned, merged, related,
//! illustrated.

mod attachments;
mod catalogue;
mod commands;
mod concurrent;
mod life;
mod links;
mod refusals;
mod suggestions;

use std::path::Path;

use beffroi_wire::pb::event::v1::RelationKind;
use beffroi_wire::pb::intake::v1::{
    AddAttachmentRequest, MergeServiceRequestsRequest, RelateServiceRequestsRequest,
    UnmergeServiceRequestRequest, UnrelateServiceRequestsRequest,
};
use beffroi_wire::pb::query::v1::{
    Audience, GetServiceRequestHistoryRequest, GetServiceRequestRequest, HistoryEntry,
    ServiceRequest,
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::{Api, Node};

async fn given() -> (Node, Api, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let api = Api::connect(&node.url).await;
    (node, api, folder)
}

fn merge(duplicate: &ServiceRequest, into: &ServiceRequest) -> MergeServiceRequestsRequest {
    MergeServiceRequestsRequest {
        merge_id: Uuid::now_v7().to_string(),
        duplicate: duplicate.number.clone(),
        into: into.number.clone(),
        ..MergeServiceRequestsRequest::default()
    }
}

fn unmerge(duplicate: &ServiceRequest) -> UnmergeServiceRequestRequest {
    UnmergeServiceRequestRequest {
        unmerge_id: Uuid::now_v7().to_string(),
        duplicate: duplicate.number.clone(),
        ..UnmergeServiceRequestRequest::default()
    }
}

fn relate(
    from: &ServiceRequest,
    to: &ServiceRequest,
    kind: RelationKind,
) -> RelateServiceRequestsRequest {
    RelateServiceRequestsRequest {
        relation_id: Uuid::now_v7().to_string(),
        from: from.number.clone(),
        to: to.number.clone(),
        kind: kind.into(),
        ..RelateServiceRequestsRequest::default()
    }
}

fn unrelate(from: &ServiceRequest, to: &ServiceRequest) -> UnrelateServiceRequestsRequest {
    UnrelateServiceRequestsRequest {
        unrelation_id: Uuid::now_v7().to_string(),
        from: from.number.clone(),
        to: to.number.clone(),
        ..UnrelateServiceRequestsRequest::default()
    }
}

fn attachment(to: &ServiceRequest) -> AddAttachmentRequest {
    AddAttachmentRequest {
        attachment_id: Uuid::now_v7().to_string(),
        service_request: to.number.clone(),
        media_type: "image/jpeg".to_owned(),
        size_bytes: 48_213,
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        file_name: "chez-moi.jpg".to_owned(),
        reference: "https://photos.example/17".to_owned(),
        ..AddAttachmentRequest::default()
    }
}

async fn get(api: &mut Api, request: &ServiceRequest) -> ServiceRequest {
    let service_request = request.id.clone();
    let call = GetServiceRequestRequest { service_request, min_position: None };
    let answer = api.query.get_service_request(call).await.expect("there");
    answer.into_inner().service_request.expect("a request")
}

async fn history(api: &mut Api, request: &ServiceRequest, who: Audience) -> Vec<HistoryEntry> {
    let call = GetServiceRequestHistoryRequest {
        service_request: request.id.clone(),
        audience: who.into(),
        min_position: None,
    };
    api.query.get_service_request_history(call).await.expect("there").into_inner().entries
}

async fn kinds(api: &mut Api, request: &ServiceRequest) -> Vec<String> {
    let entries = history(api, request, Audience::Staff).await;
    entries.into_iter().map(|it| it.kind).collect()
}

/// Stops the node and checks that its projections are what its log says.
fn check_verified(node: Node, data: &Path) {
    assert!(node.stop().success());
    let verified = crate::support::beffroi(&["verify", "--data", data.to_str().unwrap()]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
}
