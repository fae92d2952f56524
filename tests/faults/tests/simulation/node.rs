//! A node in a simulation: the real one on a simulated disk and connection, killed and started again.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use beffroi_aggregator::{ManualClock, Projections, Stopped};
use beffroi_domain::{City, Timestamp};
use beffroi_journal::{Journal, ReadError, Record};
use beffroi_server::{Config, Failure, Node};
use beffroi_wire::pb::intake::v1::intake_service_server::IntakeService;
use fastrand::Rng;
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::broker::{Broker, PREFIX};
use crate::disk::Disk;
use crate::projections::Reference;
use crate::records::at;

/// What all nodes share.
pub(crate) struct World {
    pub(crate) broker: Broker,
    pub(crate) city: City,
    pub(crate) identifier_key: PathBuf,
    /// The city's time, in seconds since everything began.
    pub(crate) secs: watch::Sender<i64>,
    /// The log is not what it was: nodes must refuse.
    pub(crate) is_regressed: watch::Sender<bool>,
}

/// A node, running or not; clones share it.
#[derive(Clone)]
pub(crate) struct Slot(Arc<Mutex<State>>);

struct State {
    disk: Disk,
    rng: Rng,
    reference: Reference,
    /// How far its clock is ahead, in seconds.
    ahead: i64,
    /// The projections were opened on the disk once.
    is_created: bool,
    running: Option<Running>,
    /// Ends what runs, or waits to run.
    kill: CancellationToken,
    refusal: Option<String>,
    counts: Counts,
}

/// A node that answers calls.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) intake: Arc<dyn IntakeService>,
    pub(crate) projections: Projections,
    pub(crate) checked: watch::Receiver<Timestamp>,
    /// Cancelled when it is no more.
    pub(crate) gone: CancellationToken,
    pub(crate) disk: Disk,
    pub(crate) wire: u64,
    /// Where it was when it was last looked at.
    position: Arc<Mutex<u64>>,
}

/// How often what happened.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub starts: u64,
    pub kills: u64,
    pub disk_failures: u64,
}

impl Slot {
    pub(crate) fn new(mut rng: Rng) -> Self {
        let disk = Disk::new(rng.fork());
        Self(Arc::new(Mutex::new(State {
            disk,
            ahead: rng.i64(0..90),
            rng,
            reference: Reference::new(),
            is_created: false,
            running: None,
            kill: CancellationToken::new(),
            refusal: None,
            counts: Counts::default(),
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn running(&self) -> Option<Running> {
        self.state().running.clone()
    }

    pub(crate) fn disk(&self) -> Disk {
        self.state().disk.clone()
    }

    pub(crate) fn counts(&self) -> Counts {
        self.state().counts
    }

    pub(crate) fn refusal(&self) -> Option<String> {
        self.state().refusal.clone()
    }

    /// Ends what runs, wherever it is; it starts again by itself.
    pub(crate) fn kill(&self) {
        let mut state = self.state();
        state.counts.kills += 1;
        state.kill.cancel();
    }

    /// Compares the projections with a fold from scratch, and looks whether they went back.
    pub(crate) fn check(&self, world: &World, is_thorough: bool) {
        let Some(running) = self.running() else { return };
        let sequence = running.projections.sequence();
        let mut position = running.position.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(*position <= sequence, "a node went back from {position} to {sequence}");
        *position = sequence;
        if is_thorough && running.disk.is_well() {
            self.compare(world, &running.projections);
        }
    }

    pub(crate) fn compare(&self, world: &World, projections: &Projections) {
        let log = world.broker.with(crate::stream::Stream::records);
        self.compare_with(projections, &log);
    }

    pub(crate) fn compare_with(&self, projections: &Projections, log: &[Record]) {
        self.state().reference.check(projections, log);
    }
}

/// Why a node ended.
enum Ended {
    Killed,
    Failed(Failure),
}

/// Starts a node, again and again, until it refuses the log.
pub(crate) async fn supervise(world: Arc<World>, slot: Slot) {
    loop {
        let (disk, kill, pause) = {
            let mut state = slot.state();
            state.kill = CancellationToken::new();
            let pause = state.rng.u64(10..3_000);
            (state.disk.clone(), state.kill.clone(), Duration::from_millis(pause))
        };
        sleep(pause).await;
        let (wire, link) = world.broker.connect();
        let ended = tokio::select! {
            biased;
            () = kill.cancelled() => Ended::Killed,
            failure = run(&world, &slot, (&disk, &kill), (wire, link)) => Ended::Failed(failure),
        };
        world.broker.forget(wire);
        kill.cancel();
        let mut state = slot.state();
        state.running = None;
        let is_well = disk.is_well();
        if let Ended::Failed(failure) = ended {
            match judge(&failure, is_well) {
                Judged::Unreachable => {}
                Judged::Disk => state.counts.disk_failures += 1,
                Judged::Refused => {
                    assert!(*world.is_regressed.borrow(), "a node refuses its log: {failure:?}");
                    state.refusal = Some(describe(&failure));
                    state.disk = disk.after_crash();
                    return;
                }
            }
        }
        state.disk = if state.rng.u8(0..4) == 0 { disk.after_kill() } else { disk.after_crash() };
        // The file is made beside its place and is not there before it is complete.
        if !state.is_created {
            state.disk = state.disk.empty();
        }
    }
}

enum Judged {
    Unreachable,
    Disk,
    Refused,
}

fn judge(failure: &Failure, is_well: bool) -> Judged {
    match failure {
        Failure::Journal(_) | Failure::Fold(Stopped::Journal(_)) => Judged::Unreachable,
        Failure::Fold(Stopped::Store(_)) | Failure::Store(_) if !is_well => Judged::Disk,
        Failure::Fold(Stopped::Read(ReadError::Backend(error))) => {
            panic!("a node cannot read its log: {error:?}")
        }
        Failure::Fold(
            Stopped::OtherLog { .. }
            | Stopped::Regressed { .. }
            | Stopped::Changed { .. }
            | Stopped::Read(_),
        ) => Judged::Refused,
        Failure::Fold(Stopped::Store(_) | Stopped::Thread(_))
        | Failure::Store(_)
        | Failure::Grpc(_)
        | Failure::Task(_)
        | Failure::IdentifierKey(_)
        | Failure::Reflection(_) => panic!("a node ended: {}", describe(failure)),
    }
}

fn describe(failure: &Failure) -> String {
    let mut text = failure.to_string();
    let mut cause = std::error::Error::source(failure);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Runs a node until it ends by itself.
async fn run(
    world: &World,
    slot: &Slot,
    (disk, gone): (&Disk, &CancellationToken),
    (wire, link): (u64, beffroi_journal::Link),
) -> Failure {
    let journal = match Journal::simulated(link, PREFIX).await {
        Ok(journal) => journal,
        Err(error) => return error.into(),
    };
    let projections = match Projections::open_on(disk.clone()) {
        Ok(projections) => projections,
        Err(error) => return error.into(),
    };
    slot.state().is_created = true;
    if !*world.is_regressed.borrow() {
        slot.compare(world, &projections);
    }
    let mut secs = world.secs.subscribe();
    let ahead = slot.state().ahead;
    let now = *secs.borrow_and_update();
    let (hand, clock) = ManualClock::new(at(now + ahead));
    let identifier_key = world.identifier_key.clone();
    let config = Config { journal, city: world.city.clone(), clock, identifier_key };
    let started = Node::simulated(config, projections.clone());
    let node = match started.await {
        Ok(node) => node,
        Err(error) => return error,
    };
    let position = Arc::new(Mutex::new(projections.sequence()));
    let running = Running {
        intake: Arc::new(node.intake()),
        projections,
        checked: node.checked(),
        gone: gone.clone(),
        disk: disk.clone(),
        wire,
        position,
    };
    {
        let mut state = slot.state();
        state.counts.starts += 1;
        state.running = Some(running);
    }
    let keeping = async {
        while secs.changed().await.is_ok() {
            hand.set(at(*secs.borrow_and_update() + ahead));
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        biased;
        ended = node.ended() => match ended {
            Ok(()) => panic!("a node ended without a reason"),
            Err(failure) => failure,
        },
        () = keeping => unreachable!("the clock never ends"),
    }
}
