//! The embedded journal on the simulated disk: what was acknowledged is there, once and whole,
//! whatever the disk forgot; what was refused is not.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::time::Duration;

use beffroi_journal::{Append, AppendError, Entry, Error, Journal, Record, Refusal, Stored};
use fastrand::Rng;
use futures::future::{join_all, poll_immediate};
use tokio::time::Instant;
use uuid::Uuid;

use crate::disk::{Counts, Disk, Fault};
use crate::seeds;

const PATIENCE: Duration = Duration::from_secs(60);

/// How much came of some seeds.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    disk: Counts,
    opened: u64,
    acknowledged: u64,
    doubtful: u64,
    survived: u64,
    refused: u64,
}

impl std::ops::AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.disk += other.disk;
        self.opened += other.opened;
        self.acknowledged += other.acknowledged;
        self.doubtful += other.doubtful;
        self.survived += other.survived;
        self.refused += other.refused;
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { disk, opened, acknowledged, doubtful, survived, refused } = self;
        write!(
            f,
            "{disk}, opened {opened} times, {acknowledged} entries acknowledged, {doubtful} appends \
             in doubt of which {survived} were stored, {refused} refused for want of space"
        )
    }
}

/// What a journal must hold, and may.
#[derive(Default)]
struct Model {
    epoch: Option<String>,
    log: Vec<Entry>,
    /// In the order in which they were sent.
    doubtful: Vec<Append>,
    /// May never be found, unless they are sent again.
    refused: Vec<Append>,
    sum: Sum,
}

/// What an append must come to.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Stored(Stored),
    Conflict,
    PartlyStored,
}

impl Model {
    fn head(&self, subject: &str) -> u64 {
        let found = self.log.iter().rposition(|it| it.subject == subject);
        found.map_or(0, |it| it as u64 + 1)
    }

    /// What must come of an append now.
    fn expect(&self, append: &Append) -> Outcome {
        let sequences: HashMap<Uuid, u64> = self.log.iter().map(|it| it.id).zip(1..).collect();
        let found: Vec<Option<u64>> =
            append.entries.iter().map(|it| sequences.get(&it.id).copied()).collect();
        let count = append.entries.len() as u64;
        if let Some(first) = found[0]
            && found.iter().zip(first..).all(|(it, at)| *it == Some(at))
        {
            return Outcome::Stored(Stored { first, last: first + count - 1, duplicate: true });
        }
        if found.iter().any(Option::is_some) {
            return Outcome::PartlyStored;
        }
        if append.expected.iter().any(|(subject, last)| self.head(subject) != *last) {
            return Outcome::Conflict;
        }
        let first = self.log.len() as u64 + 1;
        Outcome::Stored(Stored { first, last: first + count - 1, duplicate: false })
    }

    /// Takes what an append came to; says whether the journal goes on.
    fn take(&mut self, append: Append, outcome: Result<Stored, AppendError>) -> bool {
        let outcome = match outcome {
            Ok(stored) => Outcome::Stored(stored),
            Err(AppendError::Conflict) => Outcome::Conflict,
            Err(AppendError::Refused(Refusal::PartlyStored)) => Outcome::PartlyStored,
            Err(AppendError::Refused(Refusal::Backend { .. } | Refusal::Closed)) => {
                self.sum.refused += 1;
                self.refused.push(append);
                return false;
            }
            Err(AppendError::Unknown(_)) => {
                self.sum.doubtful += 1;
                self.doubtful.push(append);
                return false;
            }
            Err(error @ AppendError::Refused(_)) => panic!("{error}"),
        };
        assert_eq!(outcome, self.expect(&append));
        if let Outcome::Stored(Stored { duplicate: false, .. }) = outcome {
            self.sum.acknowledged += append.entries.len() as u64;
            self.log.extend(append.entries);
        }
        true
    }

    /// Compares with what is found on opening, and takes what was in doubt and is there.
    fn find(&mut self, found: &[Entry]) {
        assert!(found.len() >= self.log.len(), "acknowledged entries are lost");
        let (acknowledged, mut rest) = found.split_at(self.log.len());
        assert!(acknowledged == self.log, "acknowledged entries have changed");
        for append in self.doubtful.drain(..) {
            if let Some(left) = rest.strip_prefix(append.entries.as_slice()) {
                self.sum.survived += 1;
                rest = left;
            }
        }
        let refused: HashSet<Uuid> =
            self.refused.drain(..).flat_map(|it| it.entries).map(|it| it.id).collect();
        let known: HashSet<Uuid> = self.log.iter().map(|it| it.id).collect();
        for entry in rest {
            assert!(!refused.contains(&entry.id), "an entry that was refused is there");
            assert!(!known.contains(&entry.id), "an entry is there twice");
        }
        assert!(rest.is_empty(), "entries are there in part, or were never sent");
        self.log = found.to_vec();
    }

    fn append(&self, rng: &mut Rng) -> Append {
        let chosen = rng.u8(0..100);
        if chosen < 12 && !self.log.is_empty() {
            // Sent again, or something that overlaps.
            let from = rng.usize(0..self.log.len());
            let to = rng.usize(from + 1..=self.log.len().min(from + 3));
            let mut entries = self.log[from..to].to_vec();
            if rng.u8(0..4) == 0 {
                entries.push(entry(rng));
            }
            return Append { entries, expected: Vec::new() };
        }
        let count = if rng.u8(0..10) == 0 { rng.usize(5..40) } else { rng.usize(1..4) };
        let entries: Vec<Entry> = (0..count).map(|_| entry(rng)).collect();
        let subjects: HashSet<&String> = entries.iter().map(|it| &it.subject).collect();
        let mut subjects: Vec<&String> = subjects.into_iter().collect();
        subjects.sort();
        let expected = subjects.into_iter().filter(|_| chosen > 50).map(|subject| {
            let wrong = u64::from(chosen > 85 && rng.bool());
            (subject.clone(), self.head(subject) + wrong)
        });
        let expected = expected.collect();
        Append { entries, expected }
    }
}

fn entry(rng: &mut Rng) -> Entry {
    let size = match rng.u8(0..20) {
        0 => rng.usize(0..60_000),
        1..=4 => rng.usize(0..4_000),
        _ => rng.usize(0..200),
    };
    Entry {
        id: Uuid::from_u128(rng.u128(1..)),
        subject: format!("request.{:04}", rng.u8(0..6)),
        headers: vec![("kind".into(), "test".into())],
        payload: vec![rng.u8(..); size].into(),
    }
}

async fn send(journal: &Journal, append: &Append) -> Result<Stored, AppendError> {
    journal.append(append.clone(), Instant::now() + PATIENCE).await
}

/// Appends, alone and in groups that one commit stores, until the disk fails or it is enough.
async fn live(journal: &Journal, disk: &Disk, model: &mut Model, rng: &mut Rng) {
    for _ in 0..rng.usize(1..12) {
        let first = model.append(rng);
        let is_fresh =
            matches!(model.expect(&first), Outcome::Stored(Stored { duplicate: false, .. }));
        if !is_fresh || rng.bool() {
            let outcome = send(journal, &first).await;
            if !model.take(first, outcome) {
                return;
            }
            continue;
        }
        // While the first is being written, the others come together.
        disk.hold();
        let mut leading = Box::pin(send(journal, &first));
        while !disk.is_waited_for() {
            assert!(poll_immediate(&mut leading).await.is_none(), "stored on a disk that is held");
            std::thread::yield_now();
        }
        let mut appends: Vec<Append> = (0..rng.usize(1..6)).map(|_| model.append(rng)).collect();
        if rng.u8(0..3) == 0 {
            // Twice at once.
            appends.push(rng.choice(&appends).cloned().unwrap_or_else(|| first.clone()));
        }
        let mut following: Vec<_> = appends.iter().map(|it| Box::pin(send(journal, it))).collect();
        for it in &mut following {
            assert!(poll_immediate(it).await.is_none(), "stored on a disk that is held");
        }
        disk.release();
        let outcome = leading.await;
        let outcomes = join_all(following).await;
        let mut goes_on = model.take(first, outcome);
        for (append, outcome) in appends.into_iter().zip(outcomes) {
            goes_on &= model.take(append, outcome);
        }
        if !goes_on {
            return;
        }
    }
}

async fn read(journal: &Journal) -> Vec<Entry> {
    let state = journal.state().await.unwrap();
    let mut reader = journal.read(0);
    let mut records: Vec<Record> = Vec::new();
    while (records.len() as u64) < state.last {
        records.extend(reader.next(100, 1 << 20).await.unwrap());
    }
    let mut ids = HashSet::new();
    for (record, sequence) in records.iter().zip(1..) {
        assert_eq!(record.sequence, sequence, "the log has a gap");
        assert!(ids.insert(record.entry.id), "an entry is there twice");
    }
    records.into_iter().map(|it| it.entry).collect()
}

/// Opens the journal, which must succeed on a disk that is well, and compares what it holds.
async fn open(disk: &Disk, model: &mut Model) -> Option<Journal> {
    let journal = match Journal::open_embedded_on(disk.clone()) {
        Ok(journal) => journal,
        Err(error) => {
            assert!(!disk.is_well(), "the journal cannot be opened: {}", describe(&error));
            return None;
        }
    };
    model.sum.opened += 1;
    // With the power gone nothing can be read.
    let Ok(state) = journal.state().await else {
        assert!(!disk.is_well(), "the journal cannot be read");
        return None;
    };
    let epoch = model.epoch.get_or_insert_with(|| state.epoch.clone());
    assert_eq!(*epoch, state.epoch, "another log was created");
    let found = read(&journal).await;
    model.find(&found);
    Some(journal)
}

fn describe(error: &Error) -> String {
    format!("{error:?}")
}

fn one(seed: u64) -> Sum {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let mut rng = Rng::with_seed(seed);
    let mut disk = Disk::new(rng.fork());
    let mut model = Model::default();
    for _ in 0..rng.usize(3..9) {
        let fault =
            rng.choice([Fault::None, Fault::Crash, Fault::Crash, Fault::Error, Fault::Full]);
        let fault = fault.unwrap_or(Fault::None);
        disk.plan(fault, &mut rng);
        let journal = runtime.block_on(async {
            let journal = open(&disk, &mut model).await?;
            live(&journal, &disk, &mut model, &mut rng).await;
            Some(journal)
        });
        disk = match rng.u8(0..4) {
            0 => disk.after_kill(),
            1 if disk.is_well() => {
                // A stop in order syncs nothing more than it must.
                drop(journal);
                disk.after_crash()
            }
            _ => disk.after_crash(),
        };
        // The file is made beside its place and is not there before it is complete.
        if model.epoch.is_none() {
            disk = disk.empty();
        }
    }
    let found = runtime.block_on(open(&disk, &mut model));
    assert!(found.is_some(), "the journal cannot be opened on a disk that is well");
    model.sum.disk = disk.counts();
    model.sum
}

#[test]
fn the_embedded_journal_keeps_what_it_acknowledged() {
    seeds::run("journal on disk", (150, 10_000), one);
}
