//! Quarantine as operators see it on a running node, and a log folded anew while it serves.

use std::path::Path;
use std::time::{Duration, Instant};

use beffroi_aggregator::entry;
use beffroi_domain::{
    About, Channel, Event, EventId, Kind, Meta, Origin, Personal, PersonalData, RequestId,
    Timestamp,
};
use beffroi_harness::NatsServer;
use beffroi_journal::{Append, Entry, JetStreamConfig, Journal};
use beffroi_wire::pb::operations::v1::operations_service_client::OperationsServiceClient;
use beffroi_wire::pb::operations::v1::{
    Fold, FoldCause, GetProjectionsRequest, GetProjectionsResponse, RefoldProjectionsRequest,
};
use beffroi_wire::pb::query::v1::subscribe_breaches_response::Event as Message;
use beffroi_wire::pb::query::v1::{GetServiceRequestRequest, SubscribeBreachesRequest};
use bytes::Bytes;
use serde_json::{Value, json};
use tonic::transport::Channel as Transport;
use uuid::Uuid;

use crate::support::{Api, Node, beffroi, open, wait_until};

const PAYLOAD: &[u8] = b"\xff\xffnot an event";

/// Bytes that nobody can read, said to be of a request.
fn poison(request: Uuid) -> Entry {
    Entry {
        id: Uuid::now_v7(),
        subject: "request.0000".to_owned(),
        headers: vec![("Beffroi-Aggregate".to_owned(), request.to_string())],
        payload: Bytes::from_static(PAYLOAD),
    }
}

/// The cancellation of a request, by a node that did not see what was set aside.
fn cancelled(request: Uuid) -> Entry {
    entry(&Event {
        id: EventId::new(Uuid::now_v7()).unwrap(),
        about: About::Request(RequestId::new(request).unwrap()),
        meta: Meta {
            occurred_at: Timestamp::try_from(chrono::Utc::now()).unwrap(),
            approximate: false,
            origin: Origin::Live,
            actor: None,
            channel: Channel::App,
            causation: None,
            correlation: None,
            catalogue_version: 0,
            source_status: None,
        },
        personal: Personal(PersonalData::default()),
        kind: Kind::Cancelled,
    })
}

async fn append(journal: &Journal, entries: Vec<Entry>) {
    let append = Append { entries, expected: Vec::new() };
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    journal.append(append, deadline).await.unwrap();
}

async fn broker(nats: &NatsServer) -> Journal {
    let config = JetStreamConfig {
        url: nats.url(),
        stream: "beffroi-v1-city".to_owned(),
        subject_prefix: "beffroi.v1.city".to_owned(),
        replicas: 1,
        access: beffroi_journal::Access::default(),
    };
    Journal::connect(config).await.unwrap()
}

/// What operators do about events 3 and 4, of which 4 waits for 3.
fn look_and_release(node: &Node, request: &str) {
    let refused = node.run(&["change", request, "resolve", "--output", "json"]).error(1);
    assert_eq!(refused["reason"], json!("QUARANTINED"));

    let list = node.ask(&["quarantine", "list"]);
    assert_eq!(list["held"], json!(2));
    let events = list["events"].as_array().unwrap();
    let sequences: Vec<_> = events.iter().map(|it| &it["position"]["sequence"]).collect();
    assert_eq!(sequences, [&json!(3), &json!(4)]);
    assert_eq!(events[0]["reason"], json!("the bytes are not an event"));
    assert_eq!(events[0]["aggregate_id"], json!(request));
    assert_eq!(events[1]["waits_for"], json!(3));
    assert_eq!(events[1]["kind"], json!("request_cancelled"));
    let table = node.run(&["quarantine", "list", "--lang", "fr"]).stdout;
    assert!(table.contains("attend 3") && table.contains("Annulation"), "{table}");

    let shown = node.ask(&["quarantine", "show", "3"]);
    assert_eq!(shown["waiting"], json!([4]));
    assert_eq!(shown["payload"], json!("ffff6e6f7420616e206576656e74"));
    assert_eq!(shown["set_aside_by"], json!(env!("CARGO_PKG_VERSION")));
    let card = node.run(&["quarantine", "show", "3", "--lang", "fr"]).stdout;
    assert!(card.contains("L'attendent"), "{card}");

    let release = |options: &[&str]| {
        let all = [&["quarantine", "release"], options, &["--output", "json"]].concat();
        node.run(&all)
    };
    let waits = release(&["4", "--why", "ressaisi"]).error(5);
    assert_eq!(waits["reason"], json!("WAITS_IN_QUARANTINE"), "{waits}");
    assert!(waits["message"].as_str().unwrap().contains("the event 3"), "{waits}");
    let unknown = release(&["1", "--why", "ressaisi", "--lang", "fr"]).error(4);
    assert_eq!(unknown["reason"], json!("NOT_IN_QUARANTINE"), "{unknown}");
    assert!(unknown["message"].as_str().unwrap().contains("pas en quarantaine"), "{unknown}");
    assert_eq!(release(&["3", "--why", " "]).error(5)["reason"], json!("INVALID_FIELD"));

    let id = Uuid::now_v7().to_string();
    let released = release(&["3", "--why", "ressaisi", "--actor", "agent:1", "--id", &id]).json();
    assert_eq!(released["released"]["why"], json!("ressaisi"));
    assert_eq!(released["released"]["actor"], json!("agent:1"));
    // Sent again it is answered as the first time, under whatever id.
    assert_eq!(release(&["3", "--why", "ressaisi", "--id", &id]).json(), released);
    assert_eq!(release(&["3", "--why", "encore"]).json(), released);
    assert_eq!(node.ask(&["show", request])["service_request"]["status"], json!("cancelled"));
    assert_eq!(node.ask(&["quarantine", "list"])["held"], json!(0));
    let table = node.run(&["quarantine", "list", "--lang", "fr"]).stdout;
    assert!(table.contains("Rien n'est en quarantaine"), "{table}");
    let all = node.ask(&["quarantine", "list", "--all"]);
    assert_eq!(all["events"].as_array().unwrap().len(), 1);
    assert_eq!(all["events"][0]["released"], released["released"]);
}

fn verify(data: &Path, options: &[&str]) {
    let data = data.to_str().unwrap();
    let all = [&["verify", "--data", data, "--output", "json"], options].concat();
    assert_eq!(beffroi(&all).json()["same"], json!(true));
}

#[tokio::test]
async fn operators_give_up_what_nobody_can_read() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    let node = Node::start(&data);
    let mut api = Api::connect(&node.url).await;
    let request = api.opened(open("Nid-de-poule", 1)).await.id;
    api.opened(open("Eau potable", 0)).await;
    assert!(node.stop().success());
    let journal = Journal::open_embedded(&data.join("journal.redb")).unwrap();
    let uuid: Uuid = request.parse().unwrap();
    append(&journal, vec![poison(uuid), cancelled(uuid)]).await;
    journal.close().await;
    let node = Node::start(&data);
    look_and_release(&node, &request);
    // Tried again it is still what nobody can read, and given up.
    let retried = node.ask(&["quarantine", "retry"]);
    assert_eq!(retried, json!({"held_before": 0, "held": 0}));
    let projections = node.ask(&["projections"]);
    assert_eq!((&projections["swaps"], &projections["quarantined"]), (&json!(1), &json!(0)));
    let card = node.run(&["projections", "--lang", "fr"]).stdout;
    assert!(card.contains("En quarantaine"), "{card}");
    assert!(node.stop().success());
    verify(&data, &[]);
}

#[tokio::test]
async fn what_one_node_releases_is_released_on_all() {
    let folder = tempfile::tempdir().unwrap();
    let nats = NatsServer::start_temporary();
    let nodes = ["one", "other"].map(|it| Node::start_on(&folder.path().join(it), &nats.url()));
    let [one, other] = &nodes;
    let mut api = Api::connect(&one.url).await;
    let request = api.opened(open("Nid-de-poule", 1)).await.id;
    api.opened(open("Eau potable", 0)).await;
    let uuid: Uuid = request.parse().unwrap();
    let journal = broker(&nats).await;
    append(&journal, vec![poison(uuid)]).await;
    append(&journal, vec![cancelled(uuid)]).await;
    for node in &nodes {
        wait_until("what was set aside", || node.ask(&["quarantine", "list"])["held"] == json!(2));
    }
    look_and_release(one, &request);
    wait_until("the release", || other.ask(&["quarantine", "list"])["held"] == json!(0));
    assert_eq!(other.ask(&["show", &request])["service_request"]["status"], json!("cancelled"));
    let [one, other] = nodes;
    for node in [one, other] {
        let data = node.data.clone();
        assert!(node.stop().success());
        verify(&data, &["--nats", &nats.url()]);
    }
}

type Operations = OperationsServiceClient<Transport>;

async fn projections(operations: &mut Operations) -> GetProjectionsResponse {
    operations.get_projections(GetProjectionsRequest {}).await.unwrap().into_inner()
}

/// A log of so many requests, each of which was cancelled.
async fn long_log(data: &Path, requests: u128) {
    let node = Node::start(data);
    let mut api = Api::connect(&node.url).await;
    api.opened(open("Nid-de-poule", 1)).await;
    assert!(node.stop().success());
    let journal = Journal::open_embedded(&data.join("journal.redb")).unwrap();
    let first = journal.get(1).await.unwrap().unwrap().entry;
    let opened = beffroi_wire::event::decode(&first.payload).unwrap();
    for part in 0..requests / 1_000 {
        let mut entries = Vec::new();
        for id in 0..1_000 {
            let id = Uuid::from_u128((9 << 64) + part * 1_000 + id);
            let about = About::Request(RequestId::new(id).unwrap());
            entries.push(entry(&Event { id: EventId::new(id).unwrap(), about, ..opened.clone() }));
        }
        append(&journal, entries).await;
    }
    journal.close().await;
}

#[tokio::test]
async fn a_fold_anew_goes_on_after_a_crash_while_the_node_serves() {
    const REQUESTS: u128 = 120_000;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    long_log(&data, REQUESTS).await;
    let node = Node::start(&data);
    let mut operations = Operations::connect(node.url.clone()).await.unwrap();
    let call = RefoldProjectionsRequest {};
    let fold = operations.refold_projections(call).await.unwrap().into_inner().fold;
    assert_eq!(fold.map(|it| it.cause()), Some(FoldCause::Asked));
    // Enough for the disk to have some of it.
    let started = Instant::now();
    loop {
        let now = projections(&mut operations).await;
        let Some(Fold { done, total, .. }) = now.fold else {
            panic!("the fold ended before it could be cut off: {:?}", started.elapsed());
        };
        assert!(done <= total, "{done} of {total}");
        if done > 40_000 {
            break;
        }
    }
    node.kill();

    let node = Node::start(&data);
    let mut operations = Operations::connect(node.url.clone()).await.unwrap();
    let mut api = Api::connect(&node.url).await;
    let mut from = 0;
    let mut written = 0;
    // It serves: each call is answered as it must be.
    let after = loop {
        let now = projections(&mut operations).await;
        let opened = api.opened(open("Eau potable", 0)).await;
        written += 1;
        let service_request = opened.number.clone();
        let call = GetServiceRequestRequest { service_request, min_position: None };
        let read = api.query.get_service_request(call).await.unwrap().into_inner();
        assert_eq!(read.service_request.unwrap().id, opened.id);
        let Some(fold) = now.fold else { break now };
        from = from.max(fold.from);
    };
    assert!(from > 0, "it began again");
    assert_eq!(after.swaps, 1, "{}", node.said());
    assert_eq!(
        u128::from(api.volumes().await.requests.iter().map(|it| it.count).sum::<u64>()),
        REQUESTS + 1 + written
    );
    let files = || -> Vec<String> {
        let entries = std::fs::read_dir(&data).unwrap().flatten();
        let names = entries.map(|it| it.file_name().to_string_lossy().into_owned());
        names.filter(|it| it.starts_with("projections")).collect()
    };
    assert_eq!(files().len(), 1, "{:?}", files());
    assert!(node.stop().success());
    verify(&data, &[]);
}

#[tokio::test]
async fn a_stream_goes_on_over_an_exchange_of_the_projections() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let mut api = Api::connect(&node.url).await;
    let first = api.opened(open("Abattage d'arbre", 60)).await.id;
    let call = SubscribeBreachesRequest::default();
    let mut stream = api.query.subscribe_breaches(call).await.unwrap().into_inner();
    let mut expected = vec![first];
    for _ in 0..3 {
        let wanted = expected.last().cloned().unwrap();
        loop {
            let message = stream.message().await.unwrap().expect("the stream goes on");
            if let Some(Message::Breach(breach)) = message.event {
                assert_eq!(breach.request_id, wanted, "each comes once");
                break;
            }
        }
        assert_eq!(node.ask(&["quarantine", "retry"])["held"], json!(0));
        expected.push(api.opened(open("Abattage d'arbre", 60)).await.id);
    }
    assert_eq!(node.ask(&["projections"])["swaps"], json!(3));
}

#[tokio::test]
async fn projections_of_another_version_are_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("node");
    let node = Node::start(&data);
    let mut api = Api::connect(&node.url).await;
    api.opened(open("Nid-de-poule", 1)).await;
    assert!(node.stop().success());
    let file = std::fs::read_dir(&data).unwrap().flatten().map(|it| it.path());
    let file = file.into_iter().find(|it| it.to_string_lossy().contains("projections-")).unwrap();
    std::fs::rename(file, data.join("projections-v5.redb")).unwrap();
    let node = Node::start(&data);
    let said = node.said();
    assert!(said.contains("projections-v5.redb"), "{said}");
    let list: Value = node.ask(&["list"]);
    assert_eq!(list["service_requests"].as_array().unwrap().len(), 1);
}
