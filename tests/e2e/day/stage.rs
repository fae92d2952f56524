//! The nodes of the day: real ones in this process, on a clock that is set by hand.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use beffroi_aggregator::{FactRow, ManualClock, Projections};
use beffroi_domain::{City, Event, Timestamp};
use beffroi_journal::{Access, JetStreamConfig, Journal};
use beffroi_server::{Config, Failure, Node};
use beffroi_wire::event::decode;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::script::Left;
use crate::support::{Api, wait_until};

/// Where the log is.
#[derive(Clone, Debug)]
pub(crate) enum Log {
    /// In the node's own directory.
    Embedded,
    /// At a broker.
    JetStream(String),
}

/// When nothing is folded for so long, what is due is never raised.
const STUCK: Duration = Duration::from_secs(60);

/// A node, up or down.
#[derive(Debug)]
pub(crate) struct Place {
    directory: PathBuf,
    city: City,
    log: Log,
    running: Option<Running>,
}

/// A node that is up, on threads of its own.
#[derive(Debug)]
struct Running {
    threads: Runtime,
    clock: ManualClock,
    checked: watch::Receiver<Timestamp>,
    projections: Projections,
    journal: Journal,
    api: Api,
    stop: CancellationToken,
    serving: JoinHandle<Result<(), Failure>>,
}

pub(crate) fn threads() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

impl Place {
    pub(crate) fn new(directory: PathBuf, city: City, log: Log) -> Self {
        fs::create_dir_all(&directory).unwrap();
        Self { directory, city, log, running: None }
    }

    pub(crate) fn is_up(&self) -> bool {
        self.running.is_some()
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("the node is up")
    }

    pub(crate) fn api(&self) -> Api {
        self.running().api.clone()
    }

    fn journal_file(&self) -> PathBuf {
        self.directory.join("journal.redb")
    }

    async fn journal(&self) -> Journal {
        match &self.log {
            Log::Embedded => {
                let mut opened = None;
                // The node before may still be letting go of it.
                wait_until("the log to be free", || {
                    opened = Journal::open_embedded(&self.journal_file()).ok();
                    opened.is_some()
                });
                opened.expect("an opened log")
            }
            Log::JetStream(url) => {
                let config = JetStreamConfig {
                    url: url.clone(),
                    access: Access::default(),
                    stream: "beffroi-v1-city".to_owned(),
                    subject_prefix: "beffroi.v1.city".to_owned(),
                    replicas: 1,
                };
                Journal::connect(config).await.unwrap()
            }
        }
    }

    /// Starts the node at a time; its client lives on `hands`.
    pub(crate) fn start(&mut self, now: Timestamp, hands: &Runtime) {
        let threads = threads();
        let (clock, seen) = ManualClock::new(now);
        let (journal, node, listener) = threads.block_on(async {
            let journal = self.journal().await;
            let config = Config {
                journal: journal.clone(),
                city: self.city.clone(),
                clock: seen,
                identifier_key: self.directory.join("identifier.key"),
            };
            let node = Node::start(config, &self.directory, |_, _| {}).await.unwrap();
            (journal, node, TcpListener::bind("127.0.0.1:0").await.unwrap())
        });
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (checked, projections) = (node.checked(), node.projections());
        let stop = CancellationToken::new();
        let serving = threads.spawn(node.serve(listener, stop.clone().cancelled_owned()));
        let api = hands.block_on(Api::connect(&url));
        let running = Running { threads, clock, checked, projections, journal, api, stop, serving };
        self.running = Some(running);
    }

    /// Stops the node in order.
    pub(crate) fn stop(&mut self) {
        let Running { threads, projections, journal, stop, serving, .. } =
            self.running.take().expect("the node is up");
        stop.cancel();
        threads.block_on(serving).expect("it does not panic").expect("it ends in order");
        drop((projections, journal, threads));
        self.wait_for_projections();
    }

    /// Makes an end of the node, whatever it is about: nothing is drained, written or told.
    pub(crate) fn vanish(&mut self) {
        let Running { threads, .. } = self.running.take().expect("the node is up");
        threads.shutdown_timeout(Duration::from_secs(60));
        self.wait_for_projections();
    }

    /// Waits until nothing of a node holds its projections any more.
    fn wait_for_projections(&self) {
        let file = Projections::file(&self.directory);
        wait_until("the projections to be free", || Projections::open(&file).is_ok());
    }

    /// What a node will find of its projections. Those that it loses are kept for a later end.
    pub(crate) fn leave(&self, left: Left) {
        let file = Projections::file(&self.directory);
        let (older, kept) = (self.directory.join("older"), self.directory.join("kept"));
        if left == Left::All {
            return;
        }
        fs::rename(&file, &kept).unwrap();
        if left == Left::Older && older.exists() {
            fs::rename(&older, &file).unwrap();
        }
        fs::rename(kept, older).unwrap();
    }

    /// Moves the clock; what is due is raised from now on.
    pub(crate) fn set(&self, now: Timestamp) {
        self.running().clock.set(now);
    }

    /// Waits until everything due has been raised and folded, on a state that has all of the log.
    pub(crate) async fn settle(&mut self, now: Timestamp) {
        let Running { clock, checked, projections, journal, .. } =
            self.running.as_mut().expect("the node is up");
        projections.folded(journal.state().await.unwrap().last).await;
        // The first answer may be to an earlier look, the second is not.
        for _ in 0..2 {
            checked.mark_unchanged();
            clock.set(now);
            let mut folded = projections.sequence();
            loop {
                match timeout(STUCK, checked.changed()).await {
                    Ok(told) => told.expect("the timekeeper is up"),
                    Err(_) => {
                        let since = std::mem::replace(&mut folded, projections.sequence());
                        assert_ne!(since, folded, "the timekeeper does not get on");
                    }
                }
                if *checked.borrow_and_update() == now {
                    break;
                }
            }
        }
    }

    /// Waits until something is raised, or nothing is due.
    pub(crate) async fn until_raising(&self, now: Timestamp) {
        let Running { checked, projections, .. } = self.running();
        let mut checked = checked.clone();
        tokio::select! {
            () = projections.folded(projections.sequence() + 1) => {}
            checked = checked.wait_for(|it| *it >= now) => drop(checked.unwrap()),
        }
    }

    /// What the node tells of promises: the facts by their ids, in the order of the log.
    pub(crate) fn told(&self) -> Vec<uuid::Uuid> {
        let rows = self.running().projections.snapshot().unwrap();
        let rows = rows.breaches_after(0, usize::MAX).unwrap();
        rows.iter()
            .filter_map(|(_, row)| match row {
                FactRow::Promise(row) => Some(row.id),
                FactRow::Level(_) => None,
            })
            .collect()
    }

    /// All that the log holds.
    pub(crate) async fn log(&self) -> Vec<Event> {
        let journal = &self.running().journal;
        let last = usize::try_from(journal.state().await.unwrap().last).unwrap();
        let mut reader = journal.read(0);
        let mut events = Vec::with_capacity(last);
        while events.len() < last {
            let records = reader.next(4096, 8 << 20).await.unwrap();
            events.extend(records.iter().map(|it| decode(&it.entry.payload).unwrap()));
        }
        events
    }
}
