//! Many subscribers at once: some slow, some gone in the midst of it, and nobody loses anything.

use beffroi_wire::pb::query::v1::subscribe_breaches_response::Event;
use beffroi_wire::pb::query::v1::{
    Breach, BreachKind, ListBreachesRequest, SubscribeBreachesRequest, SubscribeBreachesResponse,
};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::Streaming;

use crate::support::{Api, Node, open};

const SUBSCRIBERS: usize = 1_000;
const CONNECTIONS: usize = 10;
const REQUESTS: usize = 40;

/// How a subscriber behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// Reads what comes.
    Quick,
    /// Reads nothing until everything has been raised.
    Slow,
    /// Reads a few and is gone.
    Gone,
}

async fn subscribe(api: &mut Api) -> Streaming<SubscribeBreachesResponse> {
    let call = SubscribeBreachesRequest::default();
    api.query.subscribe_breaches(call).await.unwrap().into_inner()
}

/// The ids of the next facts of a stream, at most so many.
async fn read(stream: &mut Streaming<SubscribeBreachesResponse>, most: usize) -> Vec<String> {
    let mut seen = Vec::new();
    while seen.len() < most {
        let message = stream.message().await.unwrap().expect("the stream goes on");
        if let Some(Event::Breach(fact)) = message.event {
            seen.push(fact.id);
        }
    }
    seen
}

async fn follow(
    mut stream: Streaming<SubscribeBreachesResponse>,
    manner: Manner,
    mut raised: watch::Receiver<usize>,
) -> (Manner, Vec<String>) {
    let seen = match manner {
        Manner::Gone => read(&mut stream, 3).await,
        Manner::Quick => read(&mut stream, REQUESTS).await,
        Manner::Slow => {
            raised.wait_for(|raised| *raised == REQUESTS).await.unwrap();
            read(&mut stream, REQUESTS).await
        }
    };
    (manner, seen)
}

async fn listed(api: &mut Api) -> Vec<Breach> {
    let call = ListBreachesRequest {
        kind: BreachKind::Breach.into(),
        page_size: 1000,
        ..ListBreachesRequest::default()
    };
    api.query.list_breaches(call).await.unwrap().into_inner().breaches
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_subscribers_get_each_fact_once_in_order_whoever_is_slow_or_goes() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let (raised, is_raised) = watch::channel(0);
    let mut subscribers = JoinSet::new();
    for connection in 0..CONNECTIONS {
        // Streams of one connection share its window: those that do not read have their own.
        let manner = if connection < 2 { Manner::Slow } else { Manner::Quick };
        let mut api = Api::connect(&node.url).await;
        for at in 0..SUBSCRIBERS / CONNECTIONS {
            let manner = if at % 5 == 4 { Manner::Gone } else { manner };
            let stream = subscribe(&mut api).await;
            subscribers.spawn(follow(stream, manner, is_raised.clone()));
        }
    }
    let mut api = Api::connect(&node.url).await;
    for _ in 0..REQUESTS {
        api.opened(open("Abattage d'arbre", 60)).await;
    }
    // The slow ones have read nothing, and still everything is folded and listed.
    let started = std::time::Instant::now();
    while listed(&mut api).await.len() < REQUESTS {
        assert!(started.elapsed().as_secs() < 120, "the fold is held up");
    }
    raised.send_replace(REQUESTS);
    let expected: Vec<String> = listed(&mut api).await.into_iter().map(|it| it.id).collect();
    let mut counts = [0_usize; 3];
    while let Some(ended) = subscribers.join_next().await {
        let (manner, seen) = ended.unwrap();
        let (count, most) = match manner {
            Manner::Quick => (&mut counts[0], REQUESTS),
            Manner::Slow => (&mut counts[1], REQUESTS),
            Manner::Gone => (&mut counts[2], 3),
        };
        *count += 1;
        assert_eq!(seen, expected[..most], "{manner:?}");
    }
    assert_eq!(counts, [640, 160, 200]);
}
