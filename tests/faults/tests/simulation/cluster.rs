//! Nodes over one broker, each on its own disk, with everything failing at any moment.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use beffroi_aggregator::Projections;
use beffroi_domain::{Commitment, Delay, Event, FactKind, PromiseRef, Request, Timestamp, Verdict};
use beffroi_journal::{Entry, Record};
use beffroi_wire::event;
use fastrand::Rng;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::broker::{self, Broker};
use crate::client::{Shared, book, command, give};
use crate::disk::{self, Fault};
use crate::node::{self, Slot, World, supervise};
use crate::records::{at, city};
use crate::seeds;
use crate::stream::Stream;
use crate::tasks;

/// How much came of some seeds.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    disk: disk::Counts,
    broker: broker::Counts,
    node: node::Counts,
    commands: u64,
    acknowledged: u64,
    refused: u64,
    unknown: u64,
    events: u64,
    facts: u64,
    duplicates: u64,
    wrong_last: u64,
    in_flight: u64,
    regressions: u64,
}

impl std::ops::AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.disk += other.disk;
        self.broker.lost_requests += other.broker.lost_requests;
        self.broker.late_requests += other.broker.late_requests;
        self.broker.lost_acks += other.broker.lost_acks;
        self.broker.late_acks += other.broker.late_acks;
        self.broker.cuts += other.broker.cuts;
        self.broker.restarts += other.broker.restarts;
        self.broker.leaders += other.broker.leaders;
        self.node.starts += other.node.starts;
        self.node.kills += other.node.kills;
        self.node.disk_failures += other.node.disk_failures;
        self.commands += other.commands;
        self.acknowledged += other.acknowledged;
        self.refused += other.refused;
        self.unknown += other.unknown;
        self.events += other.events;
        self.facts += other.facts;
        self.duplicates += other.duplicates;
        self.wrong_last += other.wrong_last;
        self.in_flight += other.in_flight;
        self.regressions += other.regressions;
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { broker, node, .. } = self;
        write!(
            f,
            "{} commands: {} acknowledged, {} refused, {} answers lost or unknown; {} events, {} of \
             them facts; nodes: {} starts, {} kills, {} disk failures; disks: {} crashes, {} torn; \
             broker: {} requests lost, {} late, {} acks lost, {} late, {} connections cut, {} \
             restarts, {} new leaders, {} duplicates recognised, {} wrong sequences, {} in flight; \
             {} logs regressed",
            self.commands,
            self.acknowledged,
            self.refused,
            self.unknown,
            self.events,
            self.facts,
            node.starts,
            node.kills,
            node.disk_failures,
            self.disk.crashes,
            self.disk.torn,
            broker.lost_requests,
            broker.late_requests,
            broker.lost_acks,
            broker.late_acks,
            broker.cuts,
            broker.restarts,
            broker.leaders,
            self.duplicates,
            self.wrong_last,
            self.in_flight,
            self.regressions,
        )
    }
}

/// A simulation of one seed.
struct Simulation {
    world: Arc<World>,
    slots: Vec<Slot>,
    book: Shared,
    rng: Rng,
    _directory: tempfile::TempDir,
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let directory = tempfile::tempdir().unwrap();
        let identifier_key = directory.path().join("identifier.key");
        let commitment = Commitment {
            product: None,
            nature: None,
            channel: None,
            delay: Delay::resolved_within(1),
        };
        let replicas = if rng.bool() { 1 } else { 3 };
        let world = Arc::new(World {
            broker: Broker::new(replicas, rng.fork()),
            city: beffroi_domain::City { commitments: vec![commitment], ..city() },
            identifier_key,
            secs: watch::Sender::new(0),
            is_regressed: watch::Sender::new(false),
        });
        let slots: Vec<Slot> = (0..rng.usize(1..=3)).map(|_| Slot::new(rng.fork())).collect();
        for slot in &slots {
            tasks::spawn(supervise(Arc::clone(&world), slot.clone()));
        }
        Self { world, slots, book: Shared::default(), rng, _directory: directory }
    }

    /// One thing more happens.
    async fn step(&mut self) {
        let rng = &mut self.rng;
        let slot = rng.choice(&self.slots).cloned().unwrap();
        let back_in = Duration::from_millis(rng.u64(10..4_000));
        match rng.u8(0..40) {
            0..=19 => {
                let opened = book(&self.book, |it| it.opened.clone());
                let given = (command(rng, &opened), Arc::clone(&self.book));
                // Some send it twice at once.
                for _ in 0..if rng.u8(0..8) == 0 { 2 } else { 1 } {
                    let (world, slots) = (Arc::clone(&self.world), self.slots.clone());
                    tasks::spawn(give(world, slots, given.clone(), rng.fork()));
                }
            }
            20..=27 => {
                let secs = rng.i64(60..20_000);
                self.world.secs.send_modify(|it| *it += secs);
            }
            28 | 29 => slot.kill(),
            30 => {
                let fault = rng.choice([Fault::Crash, Fault::Error, Fault::Full]).unwrap();
                slot.disk().plan(fault, rng);
            }
            31 => self.world.broker.fail_over(back_in),
            33 => self.world.broker.fill(back_in),
            32 => {
                if let Some(running) = slot.running() {
                    self.world.broker.cut(running.wire, back_in);
                }
            }
            _ => {}
        }
        let most = if rng.u8(0..4) == 0 { 4_000 } else { 60 };
        sleep(Duration::from_millis(rng.u64(0..most))).await;
        let is_thorough = self.rng.u8(0..10) == 0;
        for slot in &self.slots {
            slot.check(&self.world, is_thorough);
        }
        tasks::check();
    }

    /// Nothing fails any more: waits until every command is settled and every fact is raised.
    async fn settle(&self) {
        self.world.broker.calm();
        for slot in &self.slots {
            slot.disk().calm();
        }
        self.world.secs.send_modify(|it| *it += 3 * 86_400);
        let now = at(*self.world.secs.borrow());
        let (mut patience, mut settled) = (6_000, 0);
        // Longer than the latest of what is still under way.
        while settled < 150 {
            patience -= 1;
            assert!(patience > 0, "it does not settle: {}", self.unsettled(now));
            sleep(Duration::from_millis(200)).await;
            settled = if self.is_settled(now) { settled + 1 } else { 0 };
            tasks::check();
        }
    }

    fn is_settled(&self, now: Timestamp) -> bool {
        let last = self.world.broker.with(Stream::last);
        let is_done = book(&self.book, |it| {
            it.senders.values().all(|it| *it == 0)
                && it.given.len() == it.acknowledged.len() + it.refused.len()
        });
        is_done
            && self.slots.iter().all(|it| {
                it.running().is_some_and(|it| {
                    *it.checked.borrow() >= now && it.projections.sequence() == last
                })
            })
    }

    fn unsettled(&self, now: Timestamp) -> String {
        let last = self.world.broker.with(Stream::last);
        let nodes: Vec<String> = self
            .slots
            .iter()
            .map(|it| match it.running() {
                None => "down".to_owned(),
                Some(it) => {
                    let (at, checked) = (it.projections.sequence(), *it.checked.borrow());
                    format!("at {at}, checked {checked} of {now}")
                }
            })
            .collect();
        book(&self.book, |it| {
            let (given, acked, refused) = (it.given.len(), it.acknowledged.len(), it.refused.len());
            format!(
                "{given} given, {acked} acknowledged, {refused} refused; log at {last}; {nodes:?}"
            )
        })
    }

    /// What must hold when all is settled.
    fn check(&self) -> u64 {
        for slot in &self.slots {
            slot.check(&self.world, true);
        }
        let log = self.world.broker.with(Stream::records);
        let ids: HashSet<Uuid> = log.iter().map(|it| it.entry.id).collect();
        book(&self.book, |it| {
            let lost: Vec<_> = it.acknowledged.difference(&ids).collect();
            assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
            let stored: Vec<_> = it.refused.iter().filter(|(id, _)| ids.contains(id)).collect();
            assert!(stored.is_empty(), "refused and stored: {stored:?}");
        });
        check_facts(&log, at(*self.world.secs.borrow()))
    }

    /// The log loses its end, or all: every node refuses it and touches nothing.
    async fn regress(&mut self) {
        let broker = self.world.broker.clone();
        let last = broker.with(Stream::last);
        if last == 0 {
            return;
        }
        let log = broker.with(Stream::records);
        // Until all that was folded is on the disks.
        sleep(Duration::from_secs(1)).await;
        self.world.is_regressed.send_replace(true);
        let kept = self.rng.u64(0..last);
        match self.rng.u8(0..3) {
            0 => broker.regress(None),
            1 => broker.regress(Some(kept)),
            _ => {
                // Somebody writes something else in its place.
                broker.regress(Some(kept));
                let others = log.iter().skip(usize::try_from(kept).unwrap()).rev();
                for record in others.cycle().take(self.rng.usize(1..400)) {
                    let id = Uuid::from_u128(self.rng.u128(1..));
                    broker.write(Entry { id, ..record.entry.clone() });
                }
            }
        }
        // Some find out while they run, others when they start.
        for slot in &self.slots {
            if self.rng.bool() {
                slot.kill();
            }
        }
        let mut patience = 3_000;
        while self.slots.iter().any(|it| it.refusal().is_none()) {
            patience -= 1;
            assert!(patience > 0, "a node goes on over a log that regressed");
            sleep(Duration::from_millis(100)).await;
            tasks::check();
        }
        for slot in &self.slots {
            let projections = Projections::open_on(slot.disk()).unwrap();
            assert_eq!(projections.sequence(), last, "{:?}", slot.refusal());
            slot.compare_with(&projections, &log);
        }
    }
}

/// The facts of the log are those of the requests as the domain has them, each once; gives how many.
fn check_facts(log: &[Record], now: Timestamp) -> u64 {
    let mut requests: BTreeMap<Uuid, Request> = BTreeMap::new();
    let mut standing: HashMap<Key, i64> = HashMap::new();
    let mut said: HashSet<String> = HashSet::new();
    let mut facts = 0;
    for record in log {
        let event: Event = event::decode(&record.entry.payload).unwrap();
        let about = event.about.uuid();
        let request = requests.get(&about).cloned();
        if request.as_ref().is_some_and(|it| it.is_void(&event.kind)) {
            continue;
        }
        if let Some((kind, fact)) = event.kind.fact() {
            facts += 1;
            let PromiseRef { cycle, due_at, revision, threshold, .. } = fact;
            let words = format!("{kind:?} {about} {cycle} {due_at} {revision} {threshold:?}");
            let is_new = said.insert(words);
            assert!(is_new, "a fact is there twice: {event:?}");
            let change = match kind {
                FactKind::Warning => 0,
                FactKind::Breach => 1,
                FactKind::Withdrawal => -1,
            };
            *standing.entry(key(about, fact)).or_default() += change;
        }
        let request = Request::evolve(request, &event).unwrap();
        requests.insert(about, request);
    }
    for (id, request) in &requests {
        for promise in &request.promises {
            let key = (*id, promise.cycle, promise.term.due_at);
            let breaches = standing.get(&key).copied().unwrap_or(0);
            let is_late = request.verdict(promise, now) == Verdict::Late;
            assert_eq!(breaches, i64::from(is_late), "{id}: {promise:?}");
        }
    }
    facts
}

type Key = (Uuid, u32, Timestamp);

fn key(request: Uuid, fact: &PromiseRef) -> Key {
    (request, fact.cycle, fact.due_at)
}

async fn live(seed: u64) -> Sum {
    let mut simulation = Simulation::new(seed);
    for _ in 0..simulation.rng.usize(40..200) {
        simulation.step().await;
    }
    simulation.settle().await;
    let facts = simulation.check();
    let mut sum = simulation.sum();
    sum.facts = facts;
    if simulation.rng.u8(0..3) == 0 {
        simulation.regress().await;
        sum.regressions += 1;
    }
    tasks::check();
    sum
}

impl Simulation {
    fn sum(&self) -> Sum {
        let mut sum = Sum { broker: self.world.broker.counts(), ..Sum::default() };
        for slot in &self.slots {
            sum.disk += slot.disk().counts();
            let counts = slot.counts();
            sum.node.starts += counts.starts;
            sum.node.kills += counts.kills;
            sum.node.disk_failures += counts.disk_failures;
        }
        book(&self.book, |it| {
            sum.commands = it.given.len() as u64;
            sum.acknowledged = it.acknowledged.len() as u64;
            sum.refused = it.refused.len() as u64;
            sum.unknown = it.unknown;
        });
        self.world.broker.with(|it| {
            sum.events = it.last();
            sum.duplicates = it.duplicates;
            let rejected = |code: u64| it.rejected.get(&code).copied().unwrap_or(0);
            sum.duplicates += rejected(10201);
            sum.wrong_last = rejected(10071);
            sum.in_flight = rejected(10164) + rejected(10158);
        });
        sum
    }
}

fn one(seed: u64) -> Sum {
    let lived = async { timeout(Duration::from_secs(86_400), live(seed)).await };
    tasks::runtime().block_on(lived).unwrap()
}

#[test]
fn nothing_is_lost_and_nothing_is_there_twice() {
    seeds::run("nodes over a broker", (40, 2_000), one);
}
