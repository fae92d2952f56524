//! The projections on the simulated disk: whatever it forgot, they are what a fold from scratch
//! gives at their checkpoint, and what was synced is there.

use std::fmt;

use beffroi_aggregator::{Projections, compare, fold_records};
use beffroi_journal::Record;
use fastrand::Rng;
use redb::backends::InMemoryBackend;

use crate::disk::{Counts, Disk, Fault};
use crate::records::history;
use crate::seeds;

/// How much came of some seeds.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    disk: Counts,
    opened: u64,
    folded: u64,
    synced: u64,
    back: u64,
}

impl std::ops::AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.disk += other.disk;
        self.opened += other.opened;
        self.folded += other.folded;
        self.synced += other.synced;
        self.back += other.back;
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { disk, opened, folded, synced, back } = self;
        write!(
            f,
            "{disk}, opened {opened} times, {back} times at an older checkpoint, {folded} events \
             folded, {synced} batches synced"
        )
    }
}

/// A fold that nothing ever happens to, event by event.
pub(crate) struct Reference {
    projections: Projections,
    sequence: u64,
}

impl Reference {
    pub(crate) fn new() -> Self {
        let projections = Projections::open_on(InMemoryBackend::new()).unwrap();
        Self { projections, sequence: 0 }
    }

    /// Compares projections with what a fold of `log` up to their checkpoint gives.
    pub(crate) fn check(&mut self, checked: &Projections, log: &[Record]) {
        let checked = checked.snapshot().unwrap();
        let sequence = checked.checkpoint().sequence;
        if sequence < self.sequence {
            *self = Self::new();
        }
        let place = |it: u64| usize::try_from(it).unwrap();
        assert!(place(sequence) <= log.len(), "the checkpoint is beyond the log");
        for record in &log[place(self.sequence)..place(sequence)] {
            fold_records(&self.projections, vec![record.clone()], false).unwrap();
        }
        self.sequence = sequence;
        let expected = self.projections.snapshot().unwrap();
        let differences: Vec<String> = compare(&expected, &checked, 10)
            .unwrap()
            .iter()
            // Whose log it is was told to one of them only.
            .filter(|it| !it.key.contains("checkpoint"))
            .map(ToString::to_string)
            .collect();
        assert!(differences.is_empty(), "at {sequence}: {}", differences.join("; "));
        let mut checkpoint = expected.checkpoint().clone();
        checkpoint.log.clone_from(&checked.checkpoint().log);
        assert_eq!(checkpoint, *checked.checkpoint());
    }
}

/// Folds on until the disk fails or it is enough.
fn fold(
    (projections, disk): (&Projections, &Disk),
    log: &[Record],
    synced: &mut u64,
    (rng, sum): (&mut Rng, &mut Sum),
) {
    for _ in 0..rng.usize(1..16) {
        let from = projections.sequence();
        let rest = &log[usize::try_from(from).unwrap()..];
        let most = if rng.u8(0..5) == 0 { 60 } else { 6 };
        let batch = rest[..rng.usize(0..=most.min(rest.len()))].to_vec();
        let is_synced = rng.u8(0..3) == 0;
        let last = from + batch.len() as u64;
        sum.folded += batch.len() as u64;
        if let Err(error) = fold_records(projections, batch, is_synced) {
            assert!(!disk.is_well(), "the fold fails: {error:?}");
            return;
        }
        assert_eq!(projections.sequence(), last);
        if is_synced {
            *synced = last;
            sum.synced += 1;
        }
    }
}

fn one(seed: u64) -> Sum {
    let mut rng = Rng::with_seed(seed);
    let count = rng.usize(20..160);
    let log = history(&mut rng, count);
    let mut disk = Disk::new(rng.fork());
    let mut reference = Reference::new();
    let mut sum = Sum::default();
    // What was folded at most, and what must be there after a crash.
    let (mut folded, mut synced, mut was_opened) = (0, 0, false);
    for round in 0..rng.usize(3..9) {
        let fault =
            rng.choice([Fault::None, Fault::Crash, Fault::Crash, Fault::Error, Fault::Full]);
        disk.plan(fault.unwrap_or(Fault::None), &mut rng);
        let opened = Projections::open_on(disk.clone());
        if let Err(error) = &opened {
            assert!(!disk.is_well(), "round {round}: they cannot be opened: {error:?}");
        }
        if let Ok(projections) = &opened {
            was_opened = true;
            sum.opened += 1;
            let found = projections.sequence();
            assert!(synced <= found, "synced to {synced}, found at {found}");
            assert!(found <= folded, "folded to {folded}, found at {found}");
            sum.back += u64::from(found < folded);
            reference.check(projections, &log);
            fold((projections, &disk), &log, &mut synced, (&mut rng, &mut sum));
            // A commit that failed may be found.
            folded = projections.sequence() + if disk.is_well() { 0 } else { 60 };
            if disk.is_well() {
                reference.check(projections, &log);
            }
        }
        disk = match rng.u8(0..4) {
            0 => disk.after_kill(),
            1 if disk.is_well() => {
                drop(opened);
                disk.after_crash()
            }
            _ => disk.after_crash(),
        };
        // The file is made beside its place and is not there before it is complete.
        if !was_opened {
            disk = disk.empty();
        }
    }
    let projections = Projections::open_on(disk.clone()).unwrap();
    reference.check(&projections, &log);
    let rest = log[usize::try_from(projections.sequence()).unwrap()..].to_vec();
    fold_records(&projections, rest, true).unwrap();
    reference.check(&projections, &log);
    sum.disk = disk.counts();
    sum
}

#[test]
fn the_projections_recover_to_a_consistent_checkpoint() {
    seeds::run("projections on disk", (100, 10_000), one);
}
