//! A disk that forgets and tears what was not synced, fills up, and fails.

use std::io::{self, ErrorKind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use fastrand::Rng;
use redb::StorageBackend;

/// What a disk writes whole, if it writes it.
const SECTOR: usize = 512;

/// A disk; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Disk(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// What a crash leaves for certain.
    synced: Vec<u8>,
    /// What a process reads.
    seen: Vec<u8>,
    /// What was written since the last sync.
    unsynced: Vec<Write>,
    /// Writes and syncs still to come before the fault.
    fault_in: u32,
    fault: Fault,
    /// Nothing goes wrong but at a sync, when most is not synced.
    is_at_sync: bool,
    health: Health,
    /// Writes wait.
    is_held: bool,
    /// Somebody waits to write.
    is_waited_for: bool,
    rng: Rng,
    counts: Counts,
}

#[derive(Clone, Debug)]
enum Write {
    Bytes(usize, Vec<u8>),
    Length(usize),
}

impl Write {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Length(length) => content.resize(*length, 0),
            Self::Bytes(offset, bytes) => {
                if let Some(place) = content.get_mut(*offset..offset + bytes.len()) {
                    place.copy_from_slice(bytes);
                }
            }
        }
    }
}

/// What goes wrong with a disk, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// The power goes: nothing is read or written any more.
    Crash,
    /// A write or a sync fails, and all that follow.
    Error,
    /// There is no space for a write or at a sync, nor for any that follow.
    Full,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Health {
    Well,
    /// No write succeeds.
    Failing(ErrorKind),
    Dead,
}

/// How much happened.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub writes: u64,
    pub syncs: u64,
    pub crashes: u64,
    /// Crashes in which a write survived in part.
    pub torn: u64,
    /// Crashes in which a write was lost although a later one survived.
    pub reordered: u64,
    pub errors: u64,
    pub full: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.writes += other.writes;
        self.syncs += other.syncs;
        self.crashes += other.crashes;
        self.torn += other.torn;
        self.reordered += other.reordered;
        self.errors += other.errors;
        self.full += other.full;
    }
}

impl Disk {
    pub(crate) fn new(rng: Rng) -> Self {
        Self::of(Vec::new(), Vec::new(), Vec::new(), (rng, Counts::default()))
    }

    fn of(
        synced: Vec<u8>,
        seen: Vec<u8>,
        unsynced: Vec<Write>,
        (rng, counts): (Rng, Counts),
    ) -> Self {
        let state = State {
            synced,
            seen,
            unsynced,
            fault_in: 0,
            fault: Fault::None,
            is_at_sync: false,
            health: Health::Well,
            is_held: false,
            is_waited_for: false,
            rng,
            counts,
        };
        Self(Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets something go wrong after so many writes and syncs.
    pub(crate) fn plan(&self, fault: Fault, rng: &mut Rng) {
        let within = rng.choice([8, 40, 160]).unwrap_or(40);
        let mut state = self.state();
        (state.fault, state.fault_in) = (fault, rng.u32(0..within));
        state.is_at_sync = rng.bool();
    }

    /// Nothing is planned any more.
    pub(crate) fn calm(&self) {
        self.state().fault = Fault::None;
    }

    /// Whether nothing has gone wrong yet.
    pub(crate) fn is_well(&self) -> bool {
        self.state().health == Health::Well
    }

    pub(crate) fn counts(&self) -> Counts {
        self.state().counts
    }

    /// The power goes now.
    pub(crate) fn cut(&self) {
        self.state().health = Health::Dead;
        self.0.changed.notify_all();
    }

    /// Lets writes wait until [`Self::release`].
    pub(crate) fn hold(&self) {
        self.state().is_held = true;
    }

    /// Whether somebody waits to write, or would in vain.
    pub(crate) fn is_waited_for(&self) -> bool {
        let state = self.state();
        state.is_waited_for || state.health != Health::Well
    }

    pub(crate) fn release(&self) {
        self.state().is_held = false;
        self.0.changed.notify_all();
    }

    /// The disk that a process finds after another ended, without its faults. The old one is dead.
    pub(crate) fn after_kill(&self) -> Self {
        self.cut();
        let mut state = self.state();
        let (seen, unsynced) = (state.seen.clone(), state.unsynced.clone());
        let rng = state.rng.fork();
        Self::of(state.synced.clone(), seen, unsynced, (rng, state.counts))
    }

    /// Another disk, with nothing on it. The old one is dead.
    pub(crate) fn empty(&self) -> Self {
        self.cut();
        let mut state = self.state();
        let (rng, counts) = (state.rng.fork(), state.counts);
        Self::of(Vec::new(), Vec::new(), Vec::new(), (rng, counts))
    }

    /// The disk that is found after the power went. The old one is dead.
    pub(crate) fn after_crash(&self) -> Self {
        self.cut();
        let mut state = self.state();
        let found = state.survivors();
        let (rng, counts) = (state.rng.fork(), state.counts);
        Self::of(found.clone(), found, Vec::new(), (rng, counts))
    }
}

/// How much of what was not synced survives.
#[derive(Clone, Copy)]
enum Survival {
    Nothing,
    Everything,
    /// Each write, whole, in three of four cases.
    Most,
    /// Each sector of each write, in half of the cases.
    Sectors,
    /// Each sector of each write, in one of fifty cases lost.
    NearlyAll,
}

impl State {
    fn survivors(&mut self) -> Vec<u8> {
        let kinds = [
            Survival::Nothing,
            Survival::Everything,
            Survival::Most,
            Survival::Sectors,
            Survival::NearlyAll,
            Survival::NearlyAll,
        ];
        let survival = self.rng.choice(kinds).unwrap_or(Survival::Nothing);
        let mut found = self.synced.clone();
        // A file system keeps the order of a file's lengths.
        let lengths = self.unsynced.iter().filter(|it| matches!(it, Write::Length(_))).count();
        let kept = match survival {
            Survival::Nothing => 0,
            Survival::Everything => lengths,
            Survival::Most | Survival::Sectors | Survival::NearlyAll => self.rng.usize(0..=lengths),
        };
        let mut writes = Vec::new();
        let mut lengths = 0;
        for write in &self.unsynced {
            match write {
                Write::Length(length) if lengths < kept => {
                    lengths += 1;
                    found.resize(*length, 0);
                }
                Write::Length(_) => {}
                Write::Bytes(offset, bytes) => writes.push((*offset, bytes.clone())),
            }
        }
        if matches!(survival, Survival::Most | Survival::Sectors) {
            self.rng.shuffle(&mut writes);
        }
        let (mut torn, mut lost, mut reordered) = (false, false, false);
        for (offset, bytes) in writes {
            let sectors = bytes.chunks(SECTOR).zip((offset..).step_by(SECTOR));
            let whole = self.rng.f64() < 0.75;
            let (mut some, mut all) = (false, true);
            for (sector, at) in sectors {
                let survives = match survival {
                    Survival::Nothing => false,
                    Survival::Everything => true,
                    Survival::Most => whole,
                    Survival::Sectors => self.rng.bool(),
                    Survival::NearlyAll => self.rng.f64() > 0.02,
                };
                let place = found.get_mut(at..at + sector.len());
                if let Some(place) = place.filter(|_| survives) {
                    place.copy_from_slice(sector);
                    some = true;
                } else {
                    all = false;
                }
            }
            torn |= some && !all;
            reordered |= some && lost;
            lost |= !all;
        }
        self.counts.crashes += 1;
        self.counts.torn += u64::from(torn);
        self.counts.reordered += u64::from(reordered);
        found
    }

    /// What comes of a write or a sync: whether it is done, and what is answered.
    fn step(&mut self, is_sync: bool) -> io::Result<()> {
        match self.health {
            Health::Dead => return Err(io::Error::other("the power is gone")),
            Health::Failing(kind) => return Err(kind.into()),
            Health::Well => {}
        }
        if self.fault_in > 0 || self.fault == Fault::None {
            self.fault_in = self.fault_in.saturating_sub(1);
            return Ok(());
        }
        if self.is_at_sync && !is_sync {
            return Ok(());
        }
        match self.fault {
            Fault::None => Ok(()),
            Fault::Crash => {
                self.health = Health::Dead;
                Err(io::Error::other("the power is gone"))
            }
            Fault::Error => {
                self.counts.errors += 1;
                self.health = Health::Failing(ErrorKind::Other);
                Err(ErrorKind::Other.into())
            }
            Fault::Full => {
                self.counts.full += 1;
                self.health = Health::Failing(ErrorKind::StorageFull);
                Err(ErrorKind::StorageFull.into())
            }
        }
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> io::Result<()> {
        let outcome = self.step(false);
        // A write that fails may have been done in part, the last of a dying disk as well.
        let done = match (&outcome, self.health) {
            (Ok(()), _) => bytes.len(),
            (Err(_), _) => self.rng.usize(0..=bytes.len() / SECTOR) * SECTOR,
        };
        let bytes = bytes.get(..done).unwrap_or_default();
        let place = self.seen.get_mut(offset..offset + bytes.len());
        place.ok_or(ErrorKind::UnexpectedEof)?.copy_from_slice(bytes);
        self.unsynced.push(Write::Bytes(offset, bytes.to_vec()));
        self.counts.writes += 1;
        outcome
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        let state = self.state();
        if state.health == Health::Dead {
            return Err(io::Error::other("the power is gone"));
        }
        Ok(state.seen.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.state();
        if state.health == Health::Dead {
            return Err(io::Error::other("the power is gone"));
        }
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let bytes = state.seen.get(offset..offset + out.len());
        out.copy_from_slice(bytes.ok_or(ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let mut state = self.waited();
        state.step(false)?;
        let length = usize::try_from(length).map_err(io::Error::other)?;
        state.seen.resize(length, 0);
        state.unsynced.push(Write::Length(length));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.waited();
        state.step(true)?;
        state.counts.syncs += 1;
        for write in std::mem::take(&mut state.unsynced) {
            write.apply(&mut state.synced);
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        self.waited().write(offset, data)
    }
}

impl Disk {
    /// The state, once nobody holds writes.
    fn waited(&self) -> MutexGuard<'_, State> {
        let mut state = self.state();
        while state.is_held && state.health == Health::Well {
            state.is_waited_for = true;
            state = self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.is_waited_for = false;
        state
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { writes, syncs, crashes, torn, reordered, errors, full } = self;
        write!(
            f,
            "{writes} writes, {syncs} syncs, {crashes} crashes ({torn} tore a write, {reordered} kept \
             a later one only), {errors} disk errors, {full} full disks"
        )
    }
}
