//! Breaches as a subscriber sees them: each exactly once, whatever is killed.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use beffroi_wire::pb::query::v1::subscribe_breaches_response::Event;
use beffroi_wire::pb::query::v1::{
    Breach, BreachKind, ListBreachesRequest, SubscribeBreachesRequest,
};
use serde_json::Value;
use tonic::Code;

use crate::support::{Api, Node, open, refusal, terminate, wait_until};

/// Requests whose time has passed when they are opened: each is warned of or broken at once.
const REQUESTS: usize = 60;

async fn given() -> (Node, Api, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(&folder.path().join("node"));
    let api = Api::connect(&node.url).await;
    (node, api, folder)
}

async fn open_overdue(api: &mut Api, count: usize) {
    for _ in 0..count {
        api.opened(open("Abattage d'arbre", 60)).await;
    }
}

async fn facts(api: &mut Api) -> Vec<Breach> {
    let call = ListBreachesRequest { page_size: 1000, ..ListBreachesRequest::default() };
    api.query.list_breaches(call).await.unwrap().into_inner().breaches
}

/// Waits until every overdue request is in breach, and gives all facts.
async fn all_facts(api: &mut Api, requests: usize) -> Vec<Breach> {
    let started = std::time::Instant::now();
    loop {
        let facts = facts(api).await;
        let broken = facts.iter().filter(|it| it.kind() == BreachKind::Breach).count();
        if broken == requests {
            return facts;
        }
        assert!(started.elapsed().as_secs() < 60, "{broken} of {requests}");
    }
}

/// A subscriber that deals with a fact and remembers its token in one step.
#[derive(Debug, Default)]
struct Subscriber {
    token: String,
    seen: Vec<Breach>,
    caught_up: bool,
}

impl Subscriber {
    /// Follows for `count` facts, or until it has caught up, then loses the connection.
    async fn follow(&mut self, url: &str, count: usize) {
        // A connection of its own, cut off with everything that is under way on it.
        let mut api = Api::connect(url).await;
        let call = SubscribeBreachesRequest {
            resume_token: self.token.clone(),
            ..SubscribeBreachesRequest::default()
        };
        let mut stream = api.query.subscribe_breaches(call).await.unwrap().into_inner();
        let until = self.seen.len() + count;
        while self.seen.len() < until {
            let message = stream.message().await.unwrap().expect("the stream goes on");
            match message.event {
                Some(Event::Breach(breach)) => self.seen.push(breach),
                Some(Event::CaughtUp(_)) => self.caught_up = true,
                Some(Event::Heartbeat(_)) | None => {}
            }
            self.token = message.resume_token;
            if self.caught_up {
                return;
            }
        }
    }
}

#[tokio::test]
async fn a_subscriber_that_resumes_sees_each_fact_exactly_once_across_kills_of_the_node() {
    let (mut node, mut api, folder) = given().await;
    let mut subscriber = Subscriber::default();
    let mut opened = 0;
    for cut in [7, 1, 13, 20] {
        open_overdue(&mut api, REQUESTS / 4).await;
        opened += REQUESTS / 4;
        all_facts(&mut api, opened).await;
        subscriber.follow(&node.url, cut).await;
        node.kill();
        node = Node::start(&folder.path().join("node"));
        api = Api::connect(&node.url).await;
    }
    let expected = all_facts(&mut api, opened).await;
    while !subscriber.caught_up {
        subscriber.follow(&node.url, usize::MAX / 2).await;
    }
    let ids = |facts: &[Breach]| facts.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&subscriber.seen), ids(&expected));
    let mut unique = ids(&expected);
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), expected.len());
    // One breach for each request, though the node was killed in between.
    let broken = expected.iter().filter(|it| it.kind() == BreachKind::Breach);
    let mut requests: Vec<&str> = broken.map(|it| it.request_id.as_str()).collect();
    requests.sort_unstable();
    requests.dedup();
    assert_eq!(requests.len(), REQUESTS);
}

/// The facts in what `breaches --follow` printed; a line that a kill cut short is none.
fn printed(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Starts `breaches --follow`, which adds what it prints to a file.
fn follow(node: &Node, out: &Path, token: &Path) -> Child {
    let file = File::options().create(true).append(true).open(out).unwrap();
    Command::new(env!("CARGO_BIN_EXE_beffroi"))
        .args(["breaches", "--follow", "--output", "json", "--server", &node.url])
        .arg("--resume-file")
        .arg(token)
        .stdout(Stdio::from(file))
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn following_with_a_token_file_misses_nothing_and_repeats_at_most_the_last_fact() {
    let (node, mut api, folder) = given().await;
    let (out, token) = (folder.path().join("out"), folder.path().join("token"));
    let (mut kills, mut opened) = (0, 0);
    while opened < REQUESTS {
        let before = printed(&out).len();
        let mut follower = follow(&node, &out, &token);
        open_overdue(&mut api, REQUESTS / 6).await;
        opened += REQUESTS / 6;
        wait_until("some facts", || printed(&out).len() > before + 3);
        follower.kill().unwrap();
        follower.wait().unwrap();
        kills += 1;
    }
    let mut follower = follow(&node, &out, &token);
    open_overdue(&mut api, 1).await;
    let expected = all_facts(&mut api, opened + 1).await;
    let last = expected.last().unwrap().id.clone();
    wait_until("the last fact", || printed(&out).iter().any(|it| it["id"] == last.as_str()));
    terminate(&follower);
    assert!(follower.wait().unwrap().success(), "a follower that is told to end has not failed");
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for fact in printed(&out) {
        *times.entry(fact["id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    assert_eq!(times.len(), expected.len());
    assert!(expected.iter().all(|it| times.contains_key(&it.id)));
    let repeated: usize = times.values().map(|it| it - 1).sum();
    assert!(repeated <= kills, "{repeated} repeated after {kills} kills");
}

#[tokio::test]
async fn a_fact_is_raised_once_and_stays_whatever_becomes_of_the_request() {
    let (node, mut api, folder) = given().await;
    open_overdue(&mut api, 1).await;
    let expected = all_facts(&mut api, 1).await;
    let number = expected[0].number.clone();
    let resolved = node.ask(&["change", &number, "resolve"]);
    assert_eq!(resolved["service_request"]["promises"][0]["verdict"], "late");
    node.kill();
    let node = Node::start(&folder.path().join("node"));
    let mut api = Api::connect(&node.url).await;
    assert_eq!(facts(&mut api).await, expected);
}

#[tokio::test]
async fn resume_tokens_that_cannot_be_gone_on_from_are_refused() {
    let (node, mut api, _folder) = given().await;
    open_overdue(&mut api, 1).await;
    all_facts(&mut api, 1).await;
    let mut subscriber = Subscriber::default();
    subscriber.follow(&node.url, 1).await;
    let subscribe = |token: &str| SubscribeBreachesRequest {
        resume_token: token.to_owned(),
        ..SubscribeBreachesRequest::default()
    };
    let refused = refusal(api.query.subscribe_breaches(subscribe("nonsense")).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::InvalidArgument, "INVALID_FIELD"));
    assert_eq!(refused.fields, ["resume_token"]);
    assert!(refused.message.contains("begin with the first"), "{}", refused.message);
    let folder = tempfile::tempdir().unwrap();
    let other = Node::start(folder.path());
    let mut api = Api::connect(&other.url).await;
    let refused = refusal(api.query.subscribe_breaches(subscribe(&subscriber.token)).await);
    assert_eq!((refused.code, refused.reason.as_str()), (Code::FailedPrecondition, "OTHER_LOG"));
    assert!(refused.message.contains("begin again"), "{}", refused.message);
}
