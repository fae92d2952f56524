//! Merges that meet: one wins, wherever they come in.

use beffroi_harness::NatsServer;
use beffroi_wire::pb::intake::v1::change_service_request_request::Change;
use beffroi_wire::pb::intake::v1::{PutOnHold, Resolve, Resume};
use beffroi_wire::pb::query::v1::Status;
use futures::future::join_all;

use super::{get, given, merge, unmerge};
use crate::support::{Api, Node, change, open, refusal};

/// Merges each of two requests into the other, at once, again and again.
async fn check_one_wins(apis: &mut [Api; 2]) {
    for _ in 0..10 {
        let one = apis[0].opened(open("Graffiti", 0)).await;
        let other = apis[0].opened(open("Graffiti", 0)).await;
        // The other node must know both.
        let sequence = apis[0].sequence().await;
        while apis[1].sequence().await < sequence {}
        let [first, second] = &mut *apis;
        let (there, back) = tokio::join!(
            first.intake.merge_service_requests(merge(&one, &other)),
            second.intake.merge_service_requests(merge(&other, &one)),
        );
        assert_eq!(u8::from(there.is_ok()) + u8::from(back.is_ok()), 1, "{there:?} {back:?}");
        let won = there.is_ok();
        let refused = refusal(if won { back } else { there });
        assert!(["MERGED", "HAS_DUPLICATES"].contains(&refused.reason.as_str()), "{refused:?}");
        let (duplicate, into) = if won { (one, other) } else { (other, one) };
        for api in &mut *apis {
            while get(api, &duplicate).await.merged_into.is_empty() {}
            assert_eq!(get(api, &duplicate).await.merged_into, into.number);
            while get(api, &into).await.duplicates.is_empty() {}
            assert_eq!(get(api, &into).await.duplicates, std::slice::from_ref(&duplicate.number));
            assert!(get(api, &into).await.merged_into.is_empty());
        }
    }
}

#[tokio::test]
async fn of_two_merges_each_into_the_other_one_wins() {
    let (_node, api, _folder) = given().await;
    check_one_wins(&mut [api.clone(), api]).await;
}

#[tokio::test]
async fn of_two_merges_each_into_the_other_on_two_nodes_one_wins() {
    let folder = tempfile::tempdir().unwrap();
    let nats = NatsServer::start_temporary();
    let one = Node::start_on(&folder.path().join("one"), &nats.url());
    let other = Node::start_on(&folder.path().join("other"), &nats.url());
    check_one_wins(&mut [Api::connect(&one.url).await, Api::connect(&other.url).await]).await;
}

#[tokio::test]
async fn duplicates_stand_where_their_survivor_stands_whatever_happens_at_once_on_two_nodes() {
    let folder = tempfile::tempdir().unwrap();
    let nats = NatsServer::start_temporary();
    let nodes = ["one", "other"].map(|name| Node::start_on(&folder.path().join(name), &nats.url()));
    let mut apis = Vec::new();
    for node in &nodes {
        apis.push(Api::connect(&node.url).await);
    }
    let into = apis[0].opened(open("Graffiti", 0)).await;
    let mut duplicates = Vec::new();
    for _ in 0..6 {
        duplicates.push(apis[0].opened(open("Graffiti", 0)).await);
    }
    let sequence = apis[0].sequence().await;
    while apis[1].sequence().await < sequence {}
    let hold = || Change::PutOnHold(PutOnHold { reason: 1 });
    let mut busy = apis[1].clone();
    let number = into.number.clone();
    let changing = async move {
        for _ in 0..4 {
            busy.changed(change(&number, hold())).await;
            busy.changed(change(&number, Change::Resume(Resume {}))).await;
        }
        busy.changed(change(&number, Change::Resolve(Resolve {}))).await
    };
    let merging = join_all(duplicates.iter().enumerate().map(|(at, duplicate)| {
        let mut api = apis[at % 2].clone();
        let call = merge(duplicate, &into);
        let apart = unmerge(duplicate);
        async move {
            let merged = api.intake.merge_service_requests(call).await.is_ok();
            // Every third one is taken apart again.
            if merged && at % 3 == 0 {
                api.intake.unmerge_service_request(apart).await.unwrap();
            }
        }
    }));
    tokio::join!(changing, merging);
    let into = get(&mut apis[1], &into).await;
    assert_eq!(into.status(), Status::Resolved);
    let sequence = apis[1].sequence().await.max(apis[0].sequence().await);
    for api in &mut apis {
        while api.sequence().await < sequence {}
        for duplicate in &duplicates {
            let it = get(api, duplicate).await;
            let expected = if it.merged_into.is_empty() { Status::Open } else { Status::Resolved };
            assert_eq!(it.status(), expected, "{it:#?}");
            assert_eq!(into.duplicates.contains(&it.number), !it.merged_into.is_empty());
        }
    }
    let data = folder.path().join("one");
    for node in nodes {
        assert!(node.stop().success());
    }
    let arguments = ["verify", "--data", data.to_str().unwrap(), "--nats", &nats.url()];
    let verified = crate::support::beffroi(&arguments);
    assert_eq!(verified.code, Some(0), "{verified:?}");
}
