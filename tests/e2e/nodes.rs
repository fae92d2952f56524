//! Several nodes on one log: calls that meet, timekeepers that meet, and how fresh each node is.

mod behind;
mod broker;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use beffroi_wire::pb::event::v1::Visibility;
use beffroi_wire::pb::query::v1::{
    Audience, Breach, BreachKind, GetServiceRequestHistoryRequest, GetServiceRequestRequest,
    GetVolumesResponse, ListBreachesRequest, Position,
};
use futures::future::join_all;
use tonic::{Code, Status};

use self::broker::Broker;
use crate::support::{Api, Node, beffroi, follow_up, open};

/// Long enough for a busy machine; no test waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(120);
const REQUESTS: usize = 8;
/// How many follow-ups of each request each node gets, those that both get apart.
const EACH: usize = 3;

/// Makes one test of a check for one server and one for three.
macro_rules! on_both_brokers {
    ($check:ident, $one:ident, $three:ident) => {
        #[tokio::test]
        async fn $one() {
            $check(Broker::one()).await;
        }

        #[tokio::test]
        async fn $three() {
            $check(Broker::three()).await;
        }
    };
}

/// Two nodes of one log.
struct Pair {
    nodes: [Node; 2],
    apis: [Api; 2],
    folder: tempfile::TempDir,
}

impl Pair {
    async fn start(broker: &Broker) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let nodes = ["one", "other"].map(|name| broker.node(&folder.path().join(name)));
        let apis = [Api::connect(&nodes[0].url).await, Api::connect(&nodes[1].url).await];
        Self { nodes, apis, folder }
    }

    /// Ends both nodes, and checks that each has what the log says.
    fn verify(self, broker: &Broker) {
        for node in self.nodes {
            assert!(node.stop().success());
        }
        for name in ["one", "other"] {
            let data = self.folder.path().join(name);
            let options = broker.options();
            let options: Vec<&str> = options.iter().map(String::as_str).collect();
            let verify = ["verify", "--data", data.to_str().unwrap()];
            let verified = beffroi(&[&verify, options.as_slice()].concat());
            assert_eq!(verified.code, Some(0), "{verified:?}");
        }
    }
}

/// Sends a call until it is answered, as a client does that is told to try again.
async fn answered<T>(mut call: impl AsyncFnMut() -> Result<T, Status>) -> T {
    let started = Instant::now();
    loop {
        match call().await {
            Ok(answer) => return answer,
            Err(status) if status.code() == Code::Unavailable && started.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(status) => panic!("{status:?}"),
        }
    }
}

/// Opens requests and follows them up on both nodes at once, some calls on both of them, while
/// `disturb` does what it does; then both nodes must tell each call once.
async fn check_calls_meet(mut broker: Broker, disturb: impl AsyncFnOnce(&mut Broker)) {
    let pair = Pair::start(&broker).await;
    let calls: Vec<_> = (0..REQUESTS).map(|_| open("Graffiti", 0)).collect();
    let opened = join_all(calls.iter().map(async |call| {
        let [one, other] = &pair.apis;
        let send = |api: &Api| {
            let api = api.clone();
            answered(async move || api.clone().intake.open_service_request(call.clone()).await)
        };
        let (one, other) = tokio::join!(send(one), send(other));
        let [one, other] = [one, other].map(|it| it.into_inner().service_request.unwrap());
        assert_eq!((&one.id, &one.number), (&other.id, &other.number));
        one
    }));
    let opened = opened.await;
    let mut sent = Vec::new();
    for request in &opened {
        for at in 0..2 * EACH {
            sent.push((at % 2, follow_up(&request.number, "noted", Visibility::Internal)));
        }
        let shared = follow_up(&request.number, "noted twice", Visibility::Internal);
        sent.extend([(0, shared.clone()), (1, shared)]);
    }
    let sending = join_all(sent.iter().map(async |(at, call)| {
        let api = &pair.apis[*at];
        answered(async || api.clone().intake.add_follow_up(call.clone()).await).await;
    }));
    tokio::join!(sending, disturb(&mut broker));
    let last = pair.apis[0].clone().volumes().await.position.unwrap();
    for api in &pair.apis {
        for request in &opened {
            let sent = sent.iter().filter(|(_, call)| call.service_request == request.number);
            let expected: BTreeSet<String> = sent.map(|(_, it)| it.follow_up_id.clone()).collect();
            let mut found = follow_ups(api, &request.id, &last).await;
            found.sort_unstable();
            assert_eq!(found, Vec::from_iter(expected), "each call once");
        }
        assert_eq!(requests(&api.clone().volumes().await), REQUESTS as u64);
    }
    pair.verify(&broker);
}

fn requests(volumes: &GetVolumesResponse) -> u64 {
    volumes.requests.iter().map(|it| it.count).sum()
}

/// The ids of the follow-ups of a request.
async fn follow_ups(api: &Api, request: &str, position: &Position) -> Vec<String> {
    let call = GetServiceRequestHistoryRequest {
        service_request: request.to_owned(),
        audience: Audience::Staff.into(),
        min_position: Some(position.clone()),
    };
    let history =
        answered(async || api.clone().query.get_service_request_history(call.clone()).await).await;
    let entries = history.into_inner().entries.into_iter();
    entries.filter(|it| it.kind == "follow_up_added").map(|it| it.id).collect()
}

#[tokio::test]
async fn calls_that_meet_on_two_nodes_are_each_done_once_on_one_server() {
    check_calls_meet(Broker::one(), async |_: &mut Broker| {}).await;
}

#[tokio::test]
async fn calls_that_meet_on_two_nodes_are_each_done_once_while_servers_come_and_go() {
    check_calls_meet(Broker::three(), async |broker: &mut Broker| broker.come_and_go().await).await;
}

/// All facts, once so many promises are broken.
async fn facts(api: &Api, broken: usize) -> Vec<Breach> {
    let started = Instant::now();
    loop {
        assert!(started.elapsed() < PATIENCE, "not all is raised");
        let call = ListBreachesRequest { page_size: 1000, ..Default::default() };
        let facts = api.clone().query.list_breaches(call).await.unwrap().into_inner().breaches;
        if facts.iter().filter(|it| it.kind() == BreachKind::Breach).count() == broken {
            return facts;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn check_facts_meet(broker: Broker) {
    let pair = Pair::start(&broker).await;
    // Long overdue: both timekeepers see it as soon as it is folded.
    join_all((0..20).map(async |at| {
        let mut api = pair.apis[at % 2].clone();
        api.opened(open("Abattage d'arbre", 60)).await;
    }))
    .await;
    let [one, other] = [facts(&pair.apis[0], 20).await, facts(&pair.apis[1], 20).await];
    assert_eq!(one, other);
    let what = |it: &Breach| (it.request_id.clone(), it.kind, it.promise_kind, it.cycle);
    let told: BTreeSet<_> = one.iter().map(what).collect();
    assert_eq!(told.len(), one.len(), "each fact once");
    let on_log = broker.facts().await;
    let ids: BTreeSet<_> = on_log.iter().collect();
    assert_eq!(ids.len(), on_log.len(), "on the log too");
    assert!(one.iter().all(|it| ids.contains(&it.id)));
    pair.verify(&broker);
}
on_both_brokers!(
    check_facts_meet,
    two_timekeepers_raise_each_fact_once_on_one_server,
    two_timekeepers_raise_each_fact_once_on_three_servers
);

async fn check_own_writes(broker: Broker) {
    let pair = Pair::start(&broker).await;
    for at in 0..40 {
        let (mut writer, mut reader) = (pair.apis[at % 2].clone(), pair.apis[(at + 1) % 2].clone());
        let written = writer.intake.open_service_request(open("Graffiti", 0)).await.unwrap();
        let written = written.into_inner();
        let request = written.service_request.unwrap();
        let call = GetServiceRequestRequest {
            service_request: request.number.clone(),
            min_position: written.position.clone(),
        };
        let read = reader.query.get_service_request(call).await.unwrap().into_inner();
        assert_eq!(read.service_request.unwrap().id, request.id);
        assert!(read.position.unwrap().sequence >= written.position.unwrap().sequence);
    }
}
on_both_brokers!(
    check_own_writes,
    what_one_node_wrote_is_read_on_the_other_by_its_position_on_one_server,
    what_one_node_wrote_is_read_on_the_other_by_its_position_on_three_servers
);
