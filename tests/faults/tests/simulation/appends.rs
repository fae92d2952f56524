//! Appends over the broker, from several connections at once: what is said of each is true of the
//! stream, now and at the end.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use beffroi_journal::{Append, AppendError, Entry, Journal, Refusal, Stored};
use fastrand::Rng;
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use crate::broker::{Broker, PREFIX};
use crate::seeds;
use crate::stream::Stream;
use crate::tasks;

/// How much came of some seeds.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    appends: u64,
    stored: u64,
    duplicates: u64,
    conflicts: u64,
    partly: u64,
    refused: u64,
    unknown: u64,
    entries: u64,
}

impl std::ops::AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.appends += other.appends;
        self.stored += other.stored;
        self.duplicates += other.duplicates;
        self.conflicts += other.conflicts;
        self.partly += other.partly;
        self.refused += other.refused;
        self.unknown += other.unknown;
        self.entries += other.entries;
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { appends, stored, duplicates, conflicts, partly, refused, unknown, entries } =
            self;
        write!(
            f,
            "{appends} appends: {stored} stored, {duplicates} found stored, {conflicts} conflicts, \
             {partly} stored in part before, {refused} refused for want of space, {unknown} times unknown; {entries} entries"
        )
    }
}

/// What was said so far.
#[derive(Default)]
struct Said {
    /// Stored, and where.
    stored: Vec<(u64, Entry)>,
    /// Never to be found on the stream.
    never: HashSet<Uuid>,
    sum: Sum,
    left: usize,
}

#[derive(Clone)]
struct World {
    broker: Broker,
    said: Arc<Mutex<Said>>,
    /// Every entry has an expectation; then the server may lose its memory of ids.
    is_guarded: bool,
}

impl World {
    fn said<T>(&self, with: impl FnOnce(&mut Said) -> T) -> T {
        with(&mut self.said.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn append(&self, rng: &mut Rng) -> Append {
        // What the server knows by its id, for a while yet.
        let within = Duration::from_secs(if self.is_guarded { 0 } else { 20 });
        let known = self.broker.recent(within);
        let mut entries: Vec<Entry> = (0..rng.usize(1..6)).map(|_| entry(rng)).collect();
        if rng.u8(0..6) == 0 && !known.is_empty() {
            // Some of what is stored again, perhaps with something new.
            let from = rng.usize(0..known.len());
            let again = known[from..known.len().min(from + rng.usize(1..4))].to_vec();
            entries.truncate(usize::from(rng.bool()));
            entries.splice(0..0, again);
        }
        let subjects: BTreeSet<String> = entries.iter().map(|it| it.subject.clone()).collect();
        let head = |subject: &String| {
            let subject = format!("{PREFIX}.{subject}");
            self.broker.with(|it| it.head(&subject))
        };
        let is_wrong = rng.u8(0..8) == 0;
        let expected = subjects
            .into_iter()
            .filter(|_| self.is_guarded || rng.bool())
            .map(|it| (it.clone(), head(&it).saturating_sub(u64::from(is_wrong))))
            .collect();
        Append { entries, expected }
    }

    /// What is there of an append.
    fn found(&self, append: &Append) -> Vec<Option<u64>> {
        let log = self.broker.with(Stream::records);
        let place = |id| log.iter().find(|it| it.entry.id == id).map(|it| it.sequence);
        append.entries.iter().map(|it| place(it.id)).collect()
    }

    fn is_stored_as_said(&self, append: &Append, stored: Stored) -> bool {
        let places = (stored.first..=stored.last).map(Some);
        let log = self.broker.with(Stream::records);
        let before = &log[..usize::try_from(stored.first).unwrap() - 1];
        let head = |subject: &str| {
            let last = before.iter().rfind(|it| it.entry.subject == subject);
            last.map_or(0, |it| it.sequence)
        };
        let is_as_expected = append.expected.iter().all(|(it, last)| head(it) == *last);
        self.found(append).into_iter().eq(places) && (stored.duplicate || is_as_expected)
    }
}

fn entry(rng: &mut Rng) -> Entry {
    Entry {
        id: Uuid::from_u128(rng.u128(1..)),
        subject: format!("request.{:04}", rng.u8(0..8)),
        headers: vec![("kind".into(), "test".into())],
        payload: vec![rng.u8(..); rng.usize(0..40)].into(),
    }
}

/// Appends again and again until it is known what became of it.
async fn settle(world: World, journal: Journal, (append, mut rng): (Append, Rng)) {
    let fresh: Vec<Uuid> = {
        let found = world.found(&append);
        let fresh = append.entries.iter().zip(found).filter(|(_, found)| found.is_none());
        fresh.map(|(it, _)| it.id).collect()
    };
    let (started, mut was_unknown) = (Instant::now(), false);
    loop {
        // The server recognises an id for two minutes.
        if !world.is_guarded && started.elapsed() > Duration::from_secs(60) {
            return world.said(|it| it.left -= 1);
        }
        let patience = Duration::from_millis(rng.u64(20..30_000));
        let outcome = journal.append(append.clone(), Instant::now() + patience).await;
        world.said(|it| it.sum.appends += 1);
        let never = match outcome {
            Ok(stored) => {
                let is_true = world.is_stored_as_said(&append, stored);
                assert!(is_true, "{stored:?} of {append:?}: {:?}", world.found(&append));
                world.said(|it| {
                    it.stored.extend((stored.first..).zip(append.entries.clone()));
                    it.sum.stored += u64::from(!stored.duplicate);
                    it.sum.duplicates += u64::from(stored.duplicate);
                });
                Vec::new()
            }
            Err(AppendError::Conflict) => {
                world.said(|it| it.sum.conflicts += 1);
                fresh
            }
            Err(AppendError::Refused(Refusal::PartlyStored)) => {
                let is_true = world.found(&append).iter().any(Option::is_some);
                assert!(is_true, "nothing is stored of {append:?}");
                world.said(|it| it.sum.partly += 1);
                fresh
            }
            // It speaks of this call; the one before may have stored it.
            Err(AppendError::Refused(Refusal::Backend { code: 10002, .. })) => {
                world.said(|it| it.sum.refused += 1);
                if was_unknown {
                    sleep(Duration::from_millis(100)).await;
                    continue;
                }
                fresh
            }
            // None of this attempt was sent.
            Err(AppendError::Refused(Refusal::Busy)) => continue,
            Err(AppendError::Unknown(_)) => {
                world.said(|it| it.sum.unknown += 1);
                was_unknown = true;
                continue;
            }
            Err(error @ AppendError::Refused(_)) => panic!("{error} of {append:?}"),
        };
        world.said(|it| {
            it.never.extend(never);
            it.left -= 1;
        });
        return;
    }
}

async fn live(seed: u64) -> Sum {
    let mut rng = Rng::with_seed(seed);
    let is_guarded = rng.bool();
    let replicas = if rng.bool() { 1 } else { 3 };
    let broker = Broker::new(replicas, rng.fork());
    broker.keep_ids(!is_guarded);
    let world = World { broker: broker.clone(), said: Arc::default(), is_guarded };
    let mut journals = Vec::new();
    for _ in 0..rng.usize(1..=3) {
        let (wire, link) = broker.connect();
        // The first question may be lost as well.
        let journal = loop {
            if let Ok(journal) = Journal::simulated(link.clone(), PREFIX).await {
                break journal;
            }
        };
        journals.push((wire, journal));
    }
    for _ in 0..rng.usize(20..120) {
        let (wire, journal) = rng.choice(&journals).cloned().unwrap();
        let back_in = Duration::from_millis(rng.u64(10..6_000));
        match rng.u8(0..30) {
            0 => broker.cut(wire, back_in),
            1 => broker.fail_over(back_in),
            2 => broker.fill(back_in),
            _ => {
                for _ in 0..rng.usize(1..4) {
                    let append = world.append(&mut rng);
                    world.said(|it| it.left += 1);
                    let given = (append, rng.fork());
                    tasks::spawn(settle(world.clone(), journal.clone(), given));
                }
            }
        }
        let most = if rng.u8(0..4) == 0 { 4_000 } else { 20 };
        sleep(Duration::from_millis(rng.u64(0..most))).await;
        tasks::check();
    }
    broker.calm();
    while world.said(|it| it.left > 0) {
        sleep(Duration::from_millis(100)).await;
        tasks::check();
    }
    // Longer than the latest of what is still under way.
    sleep(Duration::from_secs(30)).await;
    tasks::check();
    let log = broker.with(Stream::records);
    world.said(|said| {
        for (sequence, entry) in &said.stored {
            let found = log.get(usize::try_from(*sequence).unwrap() - 1);
            assert!(found.is_some_and(|it| it.entry == *entry), "{entry:?} is not at {sequence}");
        }
        let found = log.iter().find(|it| said.never.contains(&it.entry.id));
        assert!(found.is_none(), "was said not to be stored: {found:?}");
        said.sum.entries = log.len() as u64;
        said.sum
    })
}

fn one(seed: u64) -> Sum {
    let lived = async { timeout(Duration::from_secs(86_400), live(seed)).await };
    tasks::runtime().block_on(lived).unwrap()
}

#[test]
fn what_is_said_of_an_append_is_true() {
    seeds::run("appends over a broker", (150, 10_000), one);
}
