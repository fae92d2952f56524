//! A simulated broker and its network: delays, losses, cut connections, restarts, changes of leader.

mod delivery;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::HeaderMap;
use beffroi_journal::{Call, Entry, Link, State};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep};

use self::delivery::{consume, delivered};
use crate::records::recorded_at;
use crate::stream::{Stream, Taken};
use crate::tasks;

pub(crate) const PREFIX: &str = "beffroi.v1.simulated";

/// A broker; clones share it.
#[derive(Clone)]
pub(crate) struct Broker(Arc<Mutex<Inner>>);

struct Inner {
    stream: Stream,
    rng: Rng,
    since: Instant,
    /// Nothing is lost or late any more.
    is_calm: bool,
    keeps_ids: bool,
    /// No server leads, or the only one is down.
    is_away: bool,
    /// Changes when what was asked of a server will not be answered any more.
    term: u64,
    wires: HashMap<u64, Wire>,
    next_wire: u64,
    acks: HashMap<u64, (u64, oneshot::Sender<Bytes>)>,
    last: watch::Sender<u64>,
    counts: Counts,
}

/// The broker's side of a connection.
struct Wire {
    up: watch::Sender<bool>,
    lost: watch::Sender<u64>,
    /// Changes when the connection is cut.
    generation: u64,
}

/// How much went wrong.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub lost_requests: u64,
    pub lost_acks: u64,
    pub late_acks: u64,
    pub late_requests: u64,
    pub cuts: u64,
    pub restarts: u64,
    pub leaders: u64,
}

impl Broker {
    pub(crate) fn new(replicas: usize, rng: Rng) -> Self {
        let (last, _) = watch::channel(0);
        Self(Arc::new(Mutex::new(Inner {
            stream: Stream::new(&format!("{PREFIX}."), replicas),
            rng,
            since: Instant::now(),
            is_calm: false,
            keeps_ids: false,
            is_away: false,
            term: 0,
            wires: HashMap::new(),
            next_wire: 0,
            acks: HashMap::new(),
            last,
            counts: Counts::default(),
        })))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn with<T>(&self, look: impl FnOnce(&Stream) -> T) -> T {
        look(&self.inner().stream)
    }

    pub(crate) fn counts(&self) -> Counts {
        self.inner().counts
    }

    /// A restart never loses the ids that the server remembers.
    pub(crate) fn keep_ids(&self, keeps: bool) {
        self.inner().keeps_ids = keeps;
    }

    /// Nothing goes wrong from now on.
    pub(crate) fn calm(&self) {
        self.inner().is_calm = true;
    }

    /// A new connection, and its number.
    pub(crate) fn connect(&self) -> (u64, Link) {
        let (up_sender, up) = watch::channel(true);
        let (lost, disconnects) = watch::channel(0);
        let (calls, said) = mpsc::unbounded_channel();
        let mut inner = self.inner();
        inner.next_wire += 1;
        let number = inner.next_wire;
        inner.wires.insert(number, Wire { up: up_sender, lost, generation: 0 });
        let since = (inner.since, recorded_at(0));
        tasks::spawn(listen(self.clone(), number, said));
        (number, Link { calls, up, disconnects, since })
    }

    /// The connection's other end is dead: nothing of what is under way comes back.
    pub(crate) fn forget(&self, wire: u64) {
        self.inner().wires.remove(&wire);
    }

    /// Cuts a connection; it comes back after a while.
    pub(crate) fn cut(&self, wire: u64, back_in: Duration) {
        let mut inner = self.inner();
        inner.counts.cuts += 1;
        let Some(wire_of) = inner.wires.get_mut(&wire) else { return };
        wire_of.generation += 1;
        wire_of.up.send_replace(false);
        wire_of.lost.send_modify(|it| *it += 1);
        let broker = self.clone();
        tasks::spawn(async move {
            sleep(back_in).await;
            if let Some(wire) = broker.inner().wires.get(&wire) {
                wire.up.send_replace(true);
            }
        });
    }

    /// The only server is killed and comes back, or another leads.
    pub(crate) fn fail_over(&self, back_in: Duration) {
        let mut inner = self.inner();
        inner.term += 1;
        inner.is_away = true;
        inner.acks.clear();
        let now = inner.now();
        let wires: Vec<u64> = if inner.stream.replicas == 1 {
            inner.counts.restarts += 1;
            let are_ids_read = inner.keeps_ids || inner.rng.bool();
            inner.stream.restart(now, are_ids_read);
            inner.wires.keys().copied().collect()
        } else {
            inner.counts.leaders += 1;
            let proposed = inner.stream.proposed();
            let kept = inner.rng.usize(0..=proposed);
            inner.stream.change_leader(kept, now);
            Vec::new()
        };
        inner.announce();
        drop(inner);
        for wire in sorted(wires) {
            self.cut(wire, back_in);
        }
        let broker = self.clone();
        tasks::spawn(async move {
            sleep(back_in).await;
            broker.inner().is_away = false;
        });
    }

    /// Has no space for a while.
    pub(crate) fn fill(&self, free_in: Duration) {
        self.inner().stream.is_full = true;
        let broker = self.clone();
        tasks::spawn(async move {
            sleep(free_in).await;
            broker.inner().stream.is_full = false;
        });
    }

    /// The log loses its end, or is made anew, and every connection is cut.
    pub(crate) fn regress(&self, last: Option<u64>) {
        let mut inner = self.inner();
        inner.term += 1;
        inner.acks.clear();
        let now = inner.now();
        match last {
            Some(last) => inner.stream.truncate(last, now),
            None => inner.stream.recreate(now),
        }
        inner.announce();
        let wires = inner.wires.keys().copied().collect();
        drop(inner);
        for wire in sorted(wires) {
            self.cut(wire, Duration::from_millis(500));
        }
    }

    /// What was stored within a while.
    pub(crate) fn recent(&self, within: Duration) -> Vec<Entry> {
        let inner = self.inner();
        let since = inner.now() - TimeDelta::from_std(within).unwrap();
        let log = inner.stream.log().iter().map(|it| &it.record);
        log.filter(|it| it.recorded_at > since).map(|it| it.entry.clone()).collect()
    }

    /// Somebody else writes, as after a regression.
    pub(crate) fn write(&self, entry: Entry) {
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Msg-Id", entry.id.to_string());
        for (name, value) in &entry.headers {
            headers.insert(name.as_str(), value.as_str());
        }
        let message = (format!("{PREFIX}.{}", entry.subject), headers, entry.payload);
        let mut inner = self.inner();
        let now = inner.now();
        if let Taken::Proposed(number) = inner.stream.take(message, now) {
            while inner.stream.apply(number, now).is_some() {}
        }
        inner.announce();
    }
}

fn sorted(mut wires: Vec<u64>) -> Vec<u64> {
    wires.sort_unstable();
    wires
}

impl Inner {
    fn now(&self) -> DateTime<Utc> {
        recorded_at(0) + TimeDelta::from_std(self.since.elapsed()).unwrap()
    }

    fn generation(&self, wire: u64) -> Option<u64> {
        self.wires.get(&wire).filter(|it| *it.up.borrow()).map(|it| it.generation)
    }

    /// Whether something that happens in one of so many cases happens now.
    fn one_in(&mut self, cases: u32) -> bool {
        !self.is_calm && self.rng.u32(0..cases) == 0
    }

    fn millis(&mut self, most: u64) -> Duration {
        Duration::from_micros(self.rng.u64(0..most * 1000))
    }

    fn announce(&self) {
        self.last.send_replace(self.stream.last());
    }

    fn state(&self) -> State {
        let stream = &self.stream;
        State { epoch: format!("LOG@{}", stream.epoch), first: 1, last: stream.last() }
    }
}

/// Takes what comes over a connection, in order, until its other end is gone.
async fn listen(broker: Broker, wire: u64, mut said: mpsc::UnboundedReceiver<Call>) {
    while let Some(call) = said.recv().await {
        let (generation, delay) = {
            let mut inner = broker.inner();
            (inner.generation(wire), inner.millis(3))
        };
        // What is said over a broken connection is not heard.
        let Some(generation) = generation else { continue };
        sleep(delay).await;
        let fate = {
            let mut inner = broker.inner();
            let is_cut = inner.generation(wire) != Some(generation);
            match (is_cut, inner.rng.u8(0..4)) {
                (true, 0 | 1) => Fate::Lost,
                (true, 2) => Fate::Late,
                _ if inner.one_in(60) => Fate::Lost,
                _ if inner.one_in(60) => Fate::Late,
                _ => Fate::Heard,
            }
        };
        match fate {
            Fate::Heard => hear(&broker, (wire, generation), call),
            Fate::Lost => {
                broker.inner().counts.lost_requests += 1;
                // Nobody says that it is lost.
                tasks::spawn(async move {
                    sleep(Duration::from_secs(30)).await;
                    drop(call);
                });
            }
            Fate::Late => {
                let broker = broker.clone();
                let late = {
                    let mut inner = broker.inner();
                    inner.counts.late_requests += 1;
                    inner.millis(20_000)
                };
                tasks::spawn(async move {
                    sleep(late).await;
                    hear(&broker, (wire, generation), call);
                });
            }
        }
    }
}

enum Fate {
    Heard,
    Lost,
    /// It overtakes nothing, but what comes later overtakes it.
    Late,
}

/// Sends an answer back, if the connection still is the one over which it was asked.
fn reply<T: Send + 'static>(
    broker: &Broker,
    (wire, generation): (u64, u64),
    (sender, answer): (oneshot::Sender<T>, T),
) {
    let (delay, is_lost) = {
        let mut inner = broker.inner();
        let is_late = inner.one_in(50);
        let delay = inner.millis(if is_late { 15_000 } else { 3 });
        inner.counts.late_acks += u64::from(is_late);
        let is_lost = inner.one_in(40);
        inner.counts.lost_acks += u64::from(is_lost);
        (delay, is_lost)
    };
    let broker = broker.clone();
    tasks::spawn(async move {
        sleep(delay).await;
        let is_up = broker.inner().generation(wire) == Some(generation);
        if is_up && !is_lost {
            // Whoever asked may have gone.
            let _ = sender.send(answer);
        } else {
            // It never comes: whoever asked waits until their patience ends.
            sleep(Duration::from_secs(30)).await;
        }
    });
}

fn hear(broker: &Broker, asked_by: (u64, u64), call: Call) {
    // Without a server nobody answers, and what was published is gone.
    if broker.inner().is_away {
        return;
    }
    match call {
        Call::Publish(message, ack) => {
            let taken = {
                let mut inner = broker.inner();
                let now = inner.now();
                let taken = inner.stream.take(message, now);
                inner.announce();
                taken
            };
            match (taken, ack) {
                (Taken::Answer(answer), Some(ack)) => reply(broker, asked_by, (ack, answer)),
                (Taken::Proposed(number), ack) => propose(broker, asked_by, (number, ack)),
                (Taken::Answer(_) | Taken::Part, _) => {}
            }
        }
        Call::State(sender) => {
            let state = broker.inner().state();
            reply(broker, asked_by, (sender, Ok(state)));
        }
        Call::Get(sequence, sender) => {
            let found = broker.with(|it| it.get(sequence).map(delivered));
            reply(broker, asked_by, (sender, Ok(found)));
        }
        Call::NextOf(subject, sequence, sender) => {
            let found = broker.with(|it| it.next_of(&subject, sequence).map(delivered));
            reply(broker, asked_by, (sender, Ok(found)));
        }
        Call::Consume(from, messages, sender) => {
            consume(broker, asked_by, (from, messages, sender));
        }
    }
}

/// Applies a proposal once the other servers have it, unless another leads by then.
fn propose(
    broker: &Broker,
    asked_by: (u64, u64),
    (number, ack): (u64, Option<oneshot::Sender<Bytes>>),
) {
    let (delay, term) = {
        let mut inner = broker.inner();
        if let Some(ack) = ack {
            inner.acks.insert(number, (asked_by.0, ack));
        }
        let is_slow = inner.one_in(20);
        (inner.millis(if is_slow { 800 } else { 4 }), inner.term)
    };
    let broker = broker.clone();
    tasks::spawn(async move {
        sleep(delay).await;
        let mut answers = Vec::new();
        {
            let mut inner = broker.inner();
            if inner.term != term {
                return;
            }
            let now = inner.now();
            while let Some((number, answer)) = inner.stream.apply(number, now) {
                if let Some((_, ack)) = inner.acks.remove(&number) {
                    answers.push((ack, answer));
                }
            }
            inner.announce();
        }
        for answer in answers {
            reply(&broker, asked_by, answer);
        }
    });
}
