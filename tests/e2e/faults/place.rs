//! The nodes, their broker and the ways between them, and what happens to them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use async_nats::jetstream;
use async_nats::jetstream::consumer::pull;
use beffroi_domain::Event;
use beffroi_harness::{NatsCluster, NatsServer, Proxy, SERVERS};
use beffroi_journal::Journal;
use beffroi_wire::event::decode;
use fastrand::Rng;
use futures::StreamExt as _;

use crate::support::{Ended, Node, beffroi, wait_until};

/// What is promised for a request of the product `fast`, in microseconds.
pub(crate) const PROMISED: i64 = 3_600_000_000;

const PRODUCTS: &str = r#"
[[product]]
code = "fast"
name = { fr = "Vite", en = "Fast" }
unit = "voirie"
nature = "service"
[[product]]
code = "slow"
name = { fr = "Lent", en = "Slow" }
unit = "voirie"
nature = "service"
[[commitment]]
code = "fast"
name = { fr = "Vite", en = "Fast" }
promise = "resolution"
product = "fast"
rule = "calendar_time_v1"
minutes = 60
warn_at_percent = []
[[commitment]]
code = "slow"
name = { fr = "Lent", en = "Slow" }
promise = "resolution"
product = "slow"
rule = "calendar_days_v1"
days = 60
warn_at_percent = []
"#;

const STREAM: &str = "beffroi-v1-city";
/// How long something stays broken, in milliseconds.
const BROKEN: (u64, u64) = (30, 1_200);

/// How long a broker may take to answer after a fault.
const BROKER_WITHIN: Duration = Duration::from_secs(60);

/// Where the log is.
#[derive(Debug)]
pub(crate) enum Broker {
    /// In the node's own directory.
    None,
    Single(Box<NatsServer>),
    Cluster(Box<NatsCluster>),
}

impl Broker {
    pub(crate) fn single() -> Self {
        Self::Single(Box::new(NatsServer::start_temporary()))
    }

    pub(crate) fn cluster() -> Self {
        Self::Cluster(Box::new(NatsCluster::start()))
    }
}

/// What was suffered so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    nodes_killed: usize,
    brokers_killed: usize,
    paused: usize,
    ways_broken: usize,
    flipped: usize,
    rebuilt: usize,
}

impl Tally {
    pub(crate) fn kills(&self) -> usize {
        self.nodes_killed + self.brokers_killed
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { nodes_killed, brokers_killed, paused, ways_broken, flipped, rebuilt } = self;
        write!(
            f,
            "{nodes_killed} nodes and {brokers_killed} brokers killed, {paused} paused, {ways_broken} \
             connections broken, {flipped} projections damaged ({rebuilt} folded anew)"
        )
    }
}

/// A node's place: where it is found, whether it is up or not.
#[derive(Debug)]
struct Seat {
    data: PathBuf,
    options: Vec<String>,
    url: String,
    node: Option<Node>,
    /// Bits of its projections were flipped, and they were not folded anew since.
    is_damaged: bool,
    rebuilds: usize,
    /// Its ways to the brokers.
    ways: Vec<Proxy>,
}

impl Seat {
    fn node(&mut self) -> &mut Node {
        self.node.as_mut().expect("the node is up")
    }

    /// Starts it; one that ends because its broker does not answer yet is started again, as by an
    /// operator's supervisor.
    fn start(&self) -> Result<Node, Ended> {
        let options: Vec<&str> = self.options.iter().map(String::as_str).collect();
        let begun = Instant::now();
        loop {
            match Node::start_with_at(&self.data, &self.url, &options) {
                Err(ended) if is_early(&ended) && begun.elapsed() < BROKER_WITHIN => {}
                outcome => return outcome,
            }
        }
    }

    /// Ends it as a crash would.
    fn kill(&mut self) {
        self.node.take().expect("the node is up").kill();
    }

    /// Starts it again. Projections that the node finds damaged are folded anew.
    fn start_again(&mut self) {
        match self.start() {
            Ok(node) => self.node = Some(node),
            Err(ended) => self.rebuild(&ended),
        }
    }

    fn rebuild(&mut self, ended: &Ended) {
        assert!(self.is_damaged && !ended.stderr.contains("panicked"), "{ended:?}");
        let data = self.data.to_str().expect("a path in UTF-8");
        let options = self.options.iter().map(String::as_str);
        let rebuild: Vec<_> = ["rebuild", "--data", data].into_iter().chain(options).collect();
        let begun = Instant::now();
        let mut rebuilt = beffroi(&rebuild);
        while is_early(&rebuilt) && begun.elapsed() < BROKER_WITHIN {
            rebuilt = beffroi(&rebuild);
        }
        assert_eq!(rebuilt.code, Some(0), "{rebuilt:?} after {ended:?}");
        self.is_damaged = false;
        self.rebuilds += 1;
        self.node = Some(self.start().unwrap_or_else(|ended| panic!("{ended:?}")));
    }
}

/// Whether a process ended because its broker has not come to itself.
fn is_early(ended: &Ended) -> bool {
    ended.code == Some(1) && ended.stderr.contains("the broker does not answer")
}

/// Nodes with one log.
#[derive(Debug)]
pub(crate) struct Place {
    broker: Broker,
    seats: Vec<Seat>,
    pub tally: Tally,
}

impl Place {
    /// Starts nodes and publishes what is promised.
    pub(crate) fn start(broker: Broker, nodes: usize, folder: &Path) -> Self {
        let seat = |number: usize| {
            let data = folder.join(format!("node-{number}"));
            let (options, ways) = ways(&broker);
            let node = {
                let options: Vec<&str> = options.iter().map(String::as_str).collect();
                Node::start_with(&data, &options).unwrap_or_else(|ended| panic!("{ended:?}"))
            };
            let url = node.url.clone();
            Seat { data, options, url, node: Some(node), is_damaged: false, rebuilds: 0, ways }
        };
        let mut seats: Vec<Seat> = (0..nodes).map(seat).collect();
        seats.first_mut().expect("a node").node().publish(folder, PRODUCTS);
        Self { broker, seats, tally: Tally::default() }
    }

    pub(crate) fn urls(&self) -> Vec<String> {
        self.seats.iter().map(|it| it.url.clone()).collect()
    }

    /// Something happens, and is over.
    pub(crate) fn suffer(&mut self, rng: &mut Rng) {
        let node = rng.usize(0..self.seats.len());
        let broken = Duration::from_millis(rng.u64(BROKEN.0..BROKEN.1));
        match (rng.u8(0..10), &self.broker) {
            (0..3, _) | (4.., Broker::None) => self.kill_node(node, rng),
            (3, _) => self.pause_node(node, broken),
            (4..6, Broker::Single(_) | Broker::Cluster(_)) => self.kill_broker(broken, rng),
            (6, Broker::Single(_) | Broker::Cluster(_)) => self.pause_broker(broken, rng),
            (7, Broker::Single(_) | Broker::Cluster(_)) => {
                // The node goes while its broker is away, and comes back after it.
                self.seat(node).kill();
                self.tally.nodes_killed += 1;
                self.kill_broker(broken, rng);
                self.seat(node).start_again();
            }
            (8.., Broker::Single(_) | Broker::Cluster(_)) => self.break_way(node, broken, rng),
        }
    }

    fn seat(&mut self, number: usize) -> &mut Seat {
        self.seats.get_mut(number).expect("a seat")
    }

    fn kill_node(&mut self, node: usize, rng: &mut Rng) {
        let seat = self.seat(node);
        seat.kill();
        let flips = rng.u8(0..8) == 0;
        if flips {
            flip_bits(&seat.data, rng);
            seat.is_damaged = true;
        }
        seat.start_again();
        self.tally.nodes_killed += 1;
        self.tally.flipped += usize::from(flips);
    }

    fn pause_node(&mut self, node: usize, broken: Duration) {
        let node = self.seat(node).node();
        node.pause();
        std::thread::sleep(broken);
        node.resume();
        self.tally.paused += 1;
    }

    fn kill_broker(&mut self, broken: Duration, rng: &mut Rng) {
        match &mut self.broker {
            Broker::None => return,
            Broker::Single(server) => {
                server.kill();
                std::thread::sleep(broken / 4);
                server.restart();
            }
            Broker::Cluster(cluster) => {
                let server = rng.usize(0..SERVERS);
                cluster.kill(server);
                std::thread::sleep(broken);
                cluster.restart(server);
            }
        }
        self.tally.brokers_killed += 1;
    }

    fn pause_broker(&mut self, broken: Duration, rng: &mut Rng) {
        match &mut self.broker {
            Broker::None => return,
            Broker::Single(server) => {
                server.pause();
                std::thread::sleep(broken);
                server.resume();
            }
            Broker::Cluster(cluster) => {
                let server = rng.usize(0..SERVERS);
                cluster.pause(server);
                std::thread::sleep(broken);
                cluster.resume(server);
            }
        }
        self.tally.paused += 1;
    }

    fn break_way(&mut self, node: usize, broken: Duration, rng: &mut Rng) {
        let ways = &self.seats.get(node).expect("a seat").ways;
        let way = rng.choice(ways).expect("a node has a way to its broker");
        match rng.u8(0..4) {
            0 => way.cut(),
            1 => way.delay(broken / 4),
            2 => way.lose_to_client(),
            _ => way.lose_to_server(),
        }
        std::thread::sleep(broken);
        way.heal();
        self.tally.ways_broken += 1;
    }

    /// All ways are open, all brokers and nodes are up.
    pub(crate) fn heal(&mut self) {
        if let Broker::Cluster(cluster) = &mut self.broker {
            cluster.restart_all();
        }
        for seat in &mut self.seats {
            seat.ways.iter().for_each(Proxy::heal);
            if let Some(ended) = seat.node().has_ended() {
                seat.node = None;
                seat.rebuild(&ended);
            }
        }
        self.tally.rebuilt = self.seats.iter().map(|it| it.rebuilds).sum();
    }

    /// Ends all nodes in order; the broker stays. Gives the arguments by which a command finds the data
    /// of each, and its log.
    pub(crate) fn stop(&mut self) -> Vec<Vec<String>> {
        let stopped = self.seats.iter_mut().map(|seat| {
            let ended = seat.node.take().expect("the node is up").stop();
            assert!(ended.success(), "{ended:?}");
            let data = ["--data".to_owned(), seat.data.display().to_string()];
            data.into_iter().chain(seat.options.iter().cloned()).collect()
        });
        stopped.collect()
    }

    /// All that the log holds, once all nodes have ended, read without Beffroi where it is at a broker.
    pub(crate) async fn log(&self) -> Vec<(u64, Event)> {
        let client = match &self.broker {
            Broker::None => {
                let data = &self.seats.first().expect("a seat").data;
                return embedded(&data.join("journal.redb")).await;
            }
            Broker::Single(server) => server.operator().await,
            Broker::Cluster(cluster) => cluster.operator().await,
        };
        let mut stream = jetstream::new(client).get_stream(STREAM).await.expect("the stream");
        let last = stream.info().await.expect("its state").state.last_sequence;
        let reader =
            stream.create_consumer(pull::OrderedConfig::default()).await.expect("a reader");
        let messages = reader.messages().await.expect("messages");
        let last = usize::try_from(last).expect("a length");
        let events = messages.take(last).map(|message| {
            let message = message.expect("a message");
            let sequence = message.info().expect("its place").stream_sequence;
            (sequence, decode(&message.payload).expect("an event"))
        });
        events.collect().await
    }
}

async fn embedded(file: &Path) -> Vec<(u64, Event)> {
    let journal = Journal::open_embedded(file).expect("the log");
    let last = journal.state().await.expect("its state").last;
    let mut reader = journal.read(0);
    let mut events = Vec::new();
    while events.last().map_or(0, |it: &(u64, Event)| it.0) < last {
        let records = reader.next(4096, 8 << 20).await.expect("records");
        let decoded = records.iter().map(|it| (it.sequence, decode(&it.entry.payload)));
        events.extend(decoded.map(|(sequence, event)| (sequence, event.expect("an event"))));
    }
    events
}

/// The options of a node that has the log of a broker, and its ways there.
fn ways(broker: &Broker) -> (Vec<String>, Vec<Proxy>) {
    match broker {
        Broker::None => (Vec::new(), Vec::new()),
        Broker::Single(server) => {
            let way = Proxy::start(server.address());
            let url = server.url().replace(&server.address(), &way.address());
            (vec!["--nats".to_owned(), url], vec![way])
        }
        Broker::Cluster(cluster) => {
            let (mut urls, mut ways) = (Vec::new(), Vec::new());
            for server in 0..SERVERS {
                let way = Proxy::start(cluster.address_of(server));
                urls.push(format!("tls://{}", way.address()));
                ways.push(way);
            }
            let file = |path: &Path| path.display().to_string();
            let options = [
                ("--nats", urls.join(",")),
                ("--nats-nkey", file(cluster.nkey())),
                ("--nats-ca", file(cluster.ca())),
                ("--nats-replicas", SERVERS.to_string()),
            ];
            let options = options.into_iter().flat_map(|(name, value)| [name.to_owned(), value]);
            (options.collect(), ways)
        }
    }
}

/// Flips some bits of a node's projections.
fn flip_bits(data: &Path, rng: &mut Rng) {
    let files = std::fs::read_dir(data).expect("the directory of the node");
    let file = files
        .map(|it| it.expect("an entry").path())
        .find(|it| it.file_name().is_some_and(|it| it.to_string_lossy().starts_with("projections")))
        .expect("the projections");
    wait_until("the projections to be free", || std::fs::read(&file).is_ok());
    let mut bytes = std::fs::read(&file).expect("the projections");
    for _ in 0..rng.usize(1..2_000) {
        let at = rng.usize(0..bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << rng.u8(0..8);
        }
    }
    std::fs::write(&file, bytes).expect("the projections can be written");
}
