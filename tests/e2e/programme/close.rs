//! Closing many at once.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

use beffroi_harness::NatsServer;
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::intake::v1::{MergeServiceRequestsRequest, Reopen};
use beffroi_wire::pb::programme::v1::{
    CloseProgrammeRequestsRequest, CloseResult, ProgrammeFilter,
};
use beffroi_wire::pb::query::v1::{
    BatchGetServiceRequestsRequest, GetServiceRequestHistoryRequest, ServiceRequest, Status,
};
use serde_json::json;
use tonic::Code;
use uuid::Uuid;

use super::{SIDEWALKS, closed, closing, entered, given, is_closed, listed, many, planned};
use crate::support::{Api, Node, beffroi, change, open, refusal};

async fn standing(api: &mut Api, requests: &[String]) -> Vec<ServiceRequest> {
    let service_requests = requests.to_vec();
    let call = BatchGetServiceRequestsRequest { service_requests, min_position: None };
    api.query.batch_get_service_requests(call).await.unwrap().into_inner().service_requests
}

/// How often events of a kind are in the histories of requests.
async fn events(api: &mut Api, requests: &[String], kind: &str) -> BTreeMap<usize, usize> {
    let mut counts = BTreeMap::new();
    for request in requests {
        let call = GetServiceRequestHistoryRequest {
            service_request: request.clone(),
            ..Default::default()
        };
        let history = api.query.get_service_request_history(call).await.unwrap().into_inner();
        let times = history.entries.iter().filter(|it| it.kind == kind).count();
        *counts.entry(times).or_default() += 1;
    }
    counts
}

async fn check_many(api: &mut Api, count: usize) {
    let requests = many(api, count).await;
    let call = closing(&requests);
    let before = api.sequence().await;
    let first = closed(api, call.clone()).await;
    assert_eq!(first.results, requests.iter().map(|it| is_closed(it)).collect::<Vec<_>>());
    let after = before + count as u64;
    assert_eq!(first.position.as_ref().unwrap().sequence, after);
    let again = closed(api, call).await;
    assert_eq!(again, first);
    assert_eq!(api.sequence().await, after);
    let rows = standing(api, &requests).await;
    assert!(rows.iter().all(|it| it.status() == Status::Resolved && it.programme.is_empty()));
    assert_eq!(listed(api, ProgrammeFilter::default()).await.total, 0);
}

#[tokio::test]
async fn five_hundred_are_closed_at_once_and_once() {
    let (_node, mut api, _folder) = given().await;
    check_many(&mut api, 500).await;
}

#[tokio::test]
async fn many_are_closed_at_once_and_once_on_a_broker() {
    let folder = tempfile::tempdir().unwrap();
    let nats = NatsServer::start_temporary();
    let node = Node::start_on(folder.path(), &nats.url());
    check_many(&mut Api::connect(&node.url).await, 100).await;
}

/// Kills a node while it closes, and closes again on one that has taken its place.
async fn check_killed(data: &Path, options: &[&str], count: usize) {
    let node = Node::start_with(data, options).expect("started");
    let mut api = Api::connect(&node.url).await;
    let requests = many(&api, count).await;
    let call = closing(&requests);
    let before = api.sequence().await;
    let (mut closer, sent) = (api.clone(), call.clone());
    let closing =
        tokio::spawn(async move { closer.programme.close_programme_requests(sent).await });
    while api.sequence().await < before + 5 {}
    node.kill();
    closing.await.unwrap().expect_err("it was killed before it had closed all");

    let node = Node::start_with(data, options).expect("started again");
    let mut api = Api::connect(&node.url).await;
    let found = api.sequence().await - before;
    assert!((5..count as u64).contains(&found), "{found} were closed before the kill");
    let answer = closed(&mut api, call).await;
    assert_eq!(answer.results, requests.iter().map(|it| is_closed(it)).collect::<Vec<_>>());
    assert_eq!(api.sequence().await, before + count as u64);
    let resolved = events(&mut api, &requests, "request_resolved").await;
    assert_eq!(resolved, BTreeMap::from([(1, count)]));
    assert!(node.stop().success());
    let data = data.to_str().unwrap();
    let verified = beffroi(&[&["verify", "--data", data, "--output", "json"], options].concat());
    assert_eq!(verified.json()["same"], json!(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closing_survives_a_kill_of_the_node() {
    let folder = tempfile::tempdir().unwrap();
    check_killed(folder.path(), &[], 500).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closing_survives_a_kill_of_the_node_on_a_broker() {
    let folder = tempfile::tempdir().unwrap();
    let nats = NatsServer::start_temporary();
    check_killed(&folder.path().join("node"), &["--nats", &nats.url()], 200).await;
}

fn refused(it: &CloseResult, reason: &str, says: &str) {
    assert!(!it.closed, "{it:?}");
    assert_eq!(it.reason, reason, "{it:?}");
    assert!(it.message.contains(says), "{it:?}");
}

#[tokio::test]
async fn one_that_cannot_be_closed_does_not_hold_up_the_others() {
    let (_node, mut api, _folder) = given().await;
    let good = many(&api, 2).await;
    let open_one = api.opened(open("Trottoir brisé", 0)).await;
    let late = planned(&mut api, (SIDEWALKS, "Bordure", 0), ("Limoilou", None)).await;
    let call = CloseProgrammeRequestsRequest {
        // Before the last of them was even opened.
        occurred_at: Some((SystemTime::now() - Duration::from_secs(3600)).into()),
        ..closing(&[
            good[0].clone(),
            "99-0000001-9".to_owned(),
            Uuid::now_v7().to_string(),
            open_one.number.clone(),
            late.number.clone(),
            good[1].clone(),
            good[0].clone(),
        ])
    };
    // What was planned just now was not done an hour ago.
    let answer = closed(&mut api, call.clone()).await.results;
    refused(&answer[0], "TOO_EARLY", "last change");
    let call = CloseProgrammeRequestsRequest { occurred_at: None, ..call };
    let answer = closed(&mut api, call.clone()).await.results;
    let names: Vec<_> = answer.iter().map(|it| &it.service_request).collect();
    assert_eq!(names, call.service_requests.iter().collect::<Vec<_>>());
    refused(&answer[1], "INVALID_FIELD", "check");
    refused(&answer[2], "UNKNOWN_REQUEST", "check the number");
    refused(&answer[3], "WRONG_STATUS", "open");
    let done: Vec<_> = [0, 4, 5, 6].map(|at| answer[at].closed).into();
    assert_eq!(done, [true; 4], "{answer:?}");
    let resolved = events(&mut api, &good, "request_resolved").await;
    assert_eq!(resolved, BTreeMap::from([(1, 2)]));
    assert_eq!(standing(&mut api, &[open_one.id]).await[0].status(), Status::Open);
    // A second closing finds them closed.
    let again = closed(&mut api, closing(&good[..1])).await.results;
    refused(&again[0], "WRONG_STATUS", "resolved");
}

#[tokio::test]
async fn a_closing_that_cannot_be_is_refused_whole() {
    let (_node, mut api, _folder) = given().await;
    let one = many(&api, 1).await;
    let valid = closing(&one);
    let future = (SystemTime::now() + Duration::from_secs(3600)).into();
    let before = api.sequence().await;
    for (call, field) in [
        (closing(&vec![one[0].clone(); 501]), "service_requests"),
        (closing(&[]), "service_requests"),
        (
            CloseProgrammeRequestsRequest { closing_id: String::new(), ..valid.clone() },
            "closing_id",
        ),
        (CloseProgrammeRequestsRequest { note: "x".repeat(10_001), ..valid.clone() }, "note"),
        (
            CloseProgrammeRequestsRequest { occurred_at: Some(future), ..valid.clone() },
            "occurred_at",
        ),
    ] {
        let refused = refusal(api.programme.close_programme_requests(call).await);
        assert_eq!(refused.code, Code::InvalidArgument, "{refused:?}");
        assert_eq!(refused.fields, [field], "{refused:?}");
    }
    assert_eq!(api.sequence().await, before);
}

#[tokio::test]
async fn duplicates_are_closed_with_the_request_they_were_merged_into() {
    let (_node, mut api, _folder) = given().await;
    let survivor = many(&api, 1).await.remove(0);
    let duplicate = api.opened(open("Trottoir brisé", 0)).await;
    let merge = MergeServiceRequestsRequest {
        merge_id: Uuid::now_v7().to_string(),
        duplicate: duplicate.id.clone(),
        into: survivor.clone(),
        ..MergeServiceRequestsRequest::default()
    };
    api.intake.merge_service_requests(merge).await.expect("merged");
    let waiting = listed(&mut api, ProgrammeFilter::default()).await;
    assert_eq!(waiting.total, 1);
    assert_eq!(waiting.service_requests[0].duplicates, std::slice::from_ref(&duplicate.number));
    // Whichever comes first, the duplicate is not closed by itself.
    let call = closing(&[survivor.clone(), duplicate.id.clone()]);
    let answer = closed(&mut api, call.clone()).await;
    assert_eq!(answer.results[0], is_closed(&survivor));
    refused(&answer.results[1], "MERGED", "merged into another request");
    assert_eq!(closed(&mut api, call).await.results, answer.results);
    let rows = standing(&mut api, &[survivor.clone(), duplicate.id.clone()]).await;
    assert!(rows.iter().all(|it| it.status() == Status::Resolved), "{rows:?}");
    let both = [survivor, duplicate.id];
    let resolved = events(&mut api, &both, "request_resolved").await;
    assert_eq!(resolved, BTreeMap::from([(1, 2)]));
}

#[tokio::test]
async fn a_closing_may_close_again_what_was_reopened_only_as_another() {
    let (_node, mut api, _folder) = given().await;
    let request = many(&api, 1).await;
    let first = closing(&request);
    closed(&mut api, first.clone()).await;
    api.changed(change(&request[0], Change::Reopen(Reopen {}))).await;
    entered(&mut api, &request[0], SIDEWALKS).await;
    assert_eq!(closed(&mut api, first).await.results, [is_closed(&request[0])]);
    assert_eq!(listed(&mut api, ProgrammeFilter::default()).await.total, 1);
    closed(&mut api, closing(&request)).await;
    assert_eq!(listed(&mut api, ProgrammeFilter::default()).await.total, 0);
}
