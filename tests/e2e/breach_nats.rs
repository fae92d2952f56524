//! The same facts, read from the broker by a client that is not Beffroi's.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::{self, consumer};
use beffroi_harness::NatsServer;
use beffroi_wire::pb::event::v1 as event;
use beffroi_wire::pb::query::v1::{
    Audience, Breach, BreachKind, GetServiceRequestHistoryRequest, ListBreachesRequest, Position,
};
use futures::StreamExt as _;
use prost::Message as _;
use uuid::Uuid;

use crate::support::{Api, Node, open};

const STREAM: &str = "beffroi-v1-city";
const FACTS: &str = "beffroi.v1.city.sla.*";

/// A fact as the broker has it.
#[derive(Clone, Debug)]
struct Fact {
    id: String,
    kind: String,
    aggregate: String,
    subject: String,
    headers: HeaderMap,
    sequence: u64,
    event: event::Event,
}

/// A durable consumer of the facts, as somebody else's service makes it.
async fn consumer(nats: &NatsServer) -> consumer::PullConsumer {
    let stream = jetstream::new(nats.reader().await).get_stream(STREAM).await.unwrap();
    let config = consumer::pull::Config {
        durable_name: Some("somebody".to_owned()),
        filter_subject: FACTS.to_owned(),
        ..consumer::pull::Config::default()
    };
    stream.get_or_create_consumer("somebody", config).await.unwrap()
}

/// The next facts, at most so many, each acknowledged; none waits when fewer come.
async fn next(consumer: &consumer::PullConsumer, most: usize) -> Vec<Fact> {
    let messages = consumer.fetch().max_messages(most).messages().await.unwrap();
    let each = messages.then(|message| async {
        let message = message.unwrap();
        message.double_ack().await.unwrap();
        let headers = message.headers.clone().unwrap();
        let header = |name: &str| headers.get(name).unwrap().as_str().to_owned();
        Fact {
            id: header("Nats-Msg-Id"),
            kind: header("Beffroi-Kind"),
            aggregate: header("Beffroi-Aggregate"),
            subject: message.subject.to_string(),
            sequence: message.info().unwrap().stream_sequence,
            event: event::Event::decode(message.payload.clone()).unwrap(),
            headers,
        }
    });
    each.collect().await
}

async fn given(requests: usize) -> (NatsServer, Node, Api, tempfile::TempDir, Vec<Breach>) {
    let nats = NatsServer::start_temporary();
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start_on(&folder.path().join("node"), &nats.url());
    let mut api = Api::connect(&node.url).await;
    let facts = raised(&mut api, requests, requests).await;
    (nats, node, api, folder, facts)
}

/// All facts, once so many more requests are opened and so many are broken.
async fn raised(api: &mut Api, requests: usize, broken: usize) -> Vec<Breach> {
    for _ in 0..requests {
        api.opened(open("Abattage d'arbre", 60)).await;
    }
    let started = std::time::Instant::now();
    loop {
        let call = ListBreachesRequest { page_size: 1000, ..Default::default() };
        let facts = api.query.list_breaches(call).await.unwrap().into_inner().breaches;
        if facts.iter().filter(|it| it.kind() == BreachKind::Breach).count() == broken {
            return facts;
        }
        assert!(started.elapsed() < Duration::from_secs(60));
    }
}

fn uuid(bytes: &[u8]) -> String {
    Uuid::from_slice(bytes).unwrap().to_string()
}

fn ids(facts: &[Breach]) -> Vec<&str> {
    facts.iter().map(|it| it.id.as_str()).collect()
}

#[tokio::test]
async fn a_durable_consumer_of_the_broker_gets_the_facts_of_the_stream_and_goes_on_where_it_was() {
    let (nats, _node, mut api, _folder, facts) = given(10).await;
    let first = next(&consumer(&nats).await, 4).await;
    assert_eq!(first.len(), 4);
    // A connection of its own each time, as after a restart.
    let more = raised(&mut api, 5, 15).await;
    let rest = next(&consumer(&nats).await, 1000).await;
    let read: Vec<&Fact> = first.iter().chain(&rest).collect();
    let found: Vec<&str> = read.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(found, ids(&more));
    assert_eq!(&found[..facts.len()], ids(&facts));
    for (fact, told) in read.iter().zip(&more) {
        assert_eq!(fact.sequence, told.position.as_ref().unwrap().sequence);
        assert_eq!(fact.aggregate, told.request_id);
        assert_eq!(uuid(&fact.event.id), told.id);
        assert_eq!(uuid(&fact.event.aggregate_id), told.request_id);
        let (name, about) = match &fact.event.kind {
            Some(event::event::Kind::PromiseWarned(it)) => ("promise_warned", &it.promise),
            Some(event::event::Kind::PromiseBreached(it)) => ("promise_breached", &it.promise),
            other => panic!("{other:?}"),
        };
        assert_eq!(fact.kind, name);
        let about = about.as_ref().unwrap();
        assert_eq!((about.kind, about.cycle), (told.promise_kind, told.cycle));
        assert_eq!((about.due_at, about.noticed_at), (told.due_at, told.noticed_at));
        // Subjects and headers say ids and words, and nothing that a person wrote.
        let partition = fact.subject.strip_prefix("beffroi.v1.city.sla.").unwrap();
        assert!(partition.len() == 4 && partition.parse::<u16>().unwrap() < 4096);
        let known = ["Nats-Msg-Id", "Beffroi-Kind", "Beffroi-Aggregate"];
        let own = |name: &&str| !name.starts_with("Nats-") || known.contains(name);
        let mut names: Vec<&str> = fact.headers.iter().map(|(name, _)| name.as_ref()).collect();
        names.retain(own);
        names.sort_unstable();
        assert_eq!(names, ["Beffroi-Aggregate", "Beffroi-Kind", "Nats-Msg-Id"]);
    }
}

#[tokio::test]
async fn a_fact_that_lost_a_race_is_on_the_broker_and_a_node_says_that_it_is_void() {
    let (nats, _node, mut api, _folder, facts) = given(1).await;
    let consumer = consumer(&nats).await;
    let read = next(&consumer, 1000).await;
    // Another node raises what was raised already, under an id of another due time.
    let id = Uuid::new_v4();
    let stray = id.to_string();
    let last = read.last().unwrap();
    let payload =
        event::Event { id: id.as_bytes().to_vec().into(), ..last.event.clone() }.encode_to_vec();
    let mut headers = HeaderMap::new();
    headers.insert("Nats-Msg-Id", stray.as_str());
    headers.insert("Beffroi-Kind", last.kind.as_str());
    headers.insert("Beffroi-Aggregate", last.aggregate.as_str());
    let sent = jetstream::new(nats.operator().await);
    let sent = sent.publish_with_headers(last.subject.clone(), headers, payload.into()).await;
    sent.unwrap().await.unwrap();
    let void = next(&consumer, 1000).await;
    assert_eq!(void.iter().map(|it| &it.id).collect::<Vec<_>>(), [&stray]);
    // What the documentation tells them to ask: whether it is in the history, once a node has come
    // to its place.
    let log = facts[0].position.clone().unwrap().log;
    let mut is_fact = async |fact: &Fact| {
        let call = GetServiceRequestHistoryRequest {
            service_request: fact.aggregate.clone(),
            audience: Audience::Staff.into(),
            min_position: Some(Position {
                log: log.clone(),
                sequence: fact.sequence,
                recorded_at: None,
            }),
        };
        let history = api.query.get_service_request_history(call).await.unwrap().into_inner();
        history.entries.iter().any(|it| it.id == fact.id)
    };
    assert!(is_fact(last).await);
    assert!(!is_fact(&void[0]).await);
    let listed = ListBreachesRequest { page_size: 1000, ..Default::default() };
    let listed = api.query.list_breaches(listed).await.unwrap().into_inner().breaches;
    assert_eq!(ids(&listed), ids(&facts));
}
