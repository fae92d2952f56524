//! Folding the log anew beside projections that serve, and putting the new ones in their place.
//!
//! Nothing is raised from the new ones before the swap: the timekeeper looks at those that serve. The
//! new ones never get ahead, so that both come to the very same place of the log; there, between two
//! batches, the new ones are put in place of the old. Whoever still reads the old ones goes on.

use crate::compare::renumbered;
use crate::fold::Decoded;
use crate::follow::{Source, Stopped, bind, fold_all, read_ahead, sync};
use crate::older::{Why, beside};
use crate::refold::remove;
use crate::store::{Error, Projections, Store};
use beffroi_journal::Journal;
use redb::Durability;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Events that the new projections may be behind when they are put in place: folded while nothing
/// else is.
const NEAR: u64 = 4096;
/// How long the last of them may take to come.
const LAST_WAIT: Duration = Duration::from_secs(1);
/// Between two commits that wait for the disk: what a crash takes back is folded again.
const SYNC_EVERY: Duration = Duration::from_secs(1);
const UNSYNCED_MAX: usize = 32_768;
/// Between two lines of the log about it.
const TELL_EVERY: Duration = Duration::from_secs(30);
/// Between two looks at whether somebody still reads the old projections.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A fold beside that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Folding {
    /// Why.
    pub why: Why,
    /// Where it began: not at 0 if an earlier one was cut off.
    pub from: u64,
    /// Events folded.
    pub done: u64,
    /// Events to fold in all, as far as they are known.
    pub total: u64,
    /// When it began.
    since: Instant,
}

impl Folding {
    /// How long the rest will take at the pace so far; `None`: it cannot be told yet.
    pub fn left(&self) -> Option<Duration> {
        let folded = u32::try_from(self.done - self.from).ok().filter(|it| *it > 0)?;
        let left = u32::try_from(self.total.saturating_sub(self.done)).ok()?;
        Some(self.since.elapsed() / folded * left)
    }
}

/// Folds the log anew beside the projections of a node; cheap to clone.
#[derive(Clone, Debug)]
pub struct Refolder {
    journal: Journal,
    projections: Projections,
    directory: PathBuf,
    shutdown: CancellationToken,
    state: Arc<watch::Sender<Option<Folding>>>,
}

/// How a fold beside ended.
enum Ended {
    /// The new projections serve, in place of these.
    Swapped(u64, Arc<Store>),
    /// The node stops: it goes on at the next start.
    Stopping(u64),
}

impl Refolder {
    /// For the projections of `directory`, until `shutdown`.
    pub fn new(
        journal: Journal,
        projections: Projections,
        directory: &Path,
        shutdown: CancellationToken,
    ) -> Self {
        let (directory, state) = (directory.to_owned(), Arc::default());
        Self { journal, projections, directory, shutdown, state }
    }

    /// The fold that goes on; `None`: none does.
    pub fn folding(&self) -> Option<Folding> {
        *self.state.borrow()
    }

    /// Waits until none goes on.
    pub async fn ended(&self) {
        let mut state = self.state.subscribe();
        // The sender lives as long as `self`: it cannot have gone.
        let _ = state.wait_for(Option::is_none).await;
    }

    /// Begins one, unless one goes on already. To be called on an async runtime.
    pub fn start(&self, why: Why) {
        let total = self.projections.sequence();
        let folding = Folding { why, from: 0, done: 0, total, since: Instant::now() };
        let begins = self.state.send_if_modified(|state| {
            let begins = state.is_none();
            state.get_or_insert(folding);
            begins
        });
        if !begins {
            return;
        }
        let (refolder, handle) = (self.clone(), Handle::current());
        let spawned = std::thread::Builder::new().name("refold".to_owned()).spawn(move || {
            let old = match refolder.run(&handle) {
                Ok(Ended::Swapped(at, old)) => {
                    tracing::info!(journal.sequence = at, "projections folded anew serve now");
                    Some(old)
                }
                Ok(Ended::Stopping(at)) => {
                    tracing::info!(journal.sequence = at, "the fold goes on at the next start");
                    None
                }
                Err(error) => {
                    let is_of_store = matches!(error, Stopped::Store(_));
                    let cause = causes(&error);
                    let error = error.to_string();
                    tracing::error!(error, cause, "the log could not be folded anew");
                    // Should the disk be full, what serves needs the room.
                    let file = beside(&Projections::file(&refolder.directory));
                    if is_of_store && let Err(error) = remove(&file) {
                        tracing::warn!(error = %error, "what was folded stays on the disk");
                    }
                    None
                }
            };
            refolder.state.send_replace(None);
            // It is closed here, not by whoever happens to read it last.
            let is_read = || old.as_ref().is_some_and(|it| Arc::strong_count(it) > 1);
            while is_read() && !refolder.shutdown.is_cancelled() {
                std::thread::sleep(LOOK_EVERY);
            }
        });
        if let Err(error) = spawned {
            tracing::error!(error = %error, "the log could not be folded anew");
            self.state.send_replace(None);
        }
    }

    fn run(&self, handle: &Handle) -> Result<Ended, Stopped> {
        let place = Projections::file(&self.directory);
        let (new, from) = self.begin(handle, &beside(&place))?;
        self.tell(|it| {
            (it.from, it.done) = (from, from);
        });
        let why = self.folding().map(|it| it.why);
        tracing::info!(journal.sequence = from, why = ?why, "folding the log anew, beside");
        let reading = self.shutdown.child_token();
        let _stop_reading = reading.clone().drop_guard();
        let source = {
            let _runtime = handle.enter();
            read_ahead(&self.journal, from, reading)
        };
        let mut building =
            Building { new, source, waiting: Vec::new(), synced: Instant::now(), unsynced: 0 };
        let mut told = Instant::now();
        loop {
            let before = self.behind(&building);
            let began = Instant::now();
            if !self.fold_some(handle, &mut building)? {
                sync(&building.new)?;
                return Ok(Ended::Stopping(building.new.sequence()));
            }
            let (done, total) = (building.new.sequence(), self.projections.sequence());
            self.tell(|it| (it.done, it.total) = (done, total));
            if told.elapsed() > TELL_EVERY {
                told = Instant::now();
                self.log_progress();
            }
            let behind = self.behind(&building);
            if behind <= NEAR {
                sync(&building.new)?;
                self.tell_renumbered(&building.new)?;
                if let Some(old) = self.swap(handle, &mut building, &place)? {
                    return Ok(Ended::Swapped(self.projections.sequence(), old));
                }
                std::thread::sleep(LAST_WAIT);
            } else if behind < before {
                // Whatever serves goes first, as long as this one gains on it.
                std::thread::sleep(began.elapsed());
            }
        }
    }

    /// The projections to be built: those of a fold that was cut off, if they can be gone on with.
    fn begin(&self, handle: &Handle, file: &Path) -> Result<(Projections, u64), Stopped> {
        if file.exists() {
            match self.bound(handle, file) {
                Ok((new, from)) => {
                    // What another release set aside, or what got ahead, is folded from the beginning.
                    if from <= self.projections.sequence()
                        && new.snapshot()?.is_of_this_release()?
                    {
                        return Ok((new, from));
                    }
                }
                Err(Stopped::Store(in_use @ Error::InUse(_))) => return Err(in_use.into()),
                Err(error) => tracing::info!(error = %error, "the fold begins again"),
            }
            remove(file)?;
        }
        self.bound(handle, file)
    }

    fn bound(&self, handle: &Handle, file: &Path) -> Result<(Projections, u64), Stopped> {
        let new = Projections::open(file)?;
        let from = handle.block_on(bind(&self.journal, &new))?.sequence;
        Ok((new, from))
    }

    fn behind(&self, building: &Building) -> u64 {
        self.projections.sequence().saturating_sub(building.new.sequence())
    }

    /// Folds what comes next, but nothing that the projections that serve have not folded; `false`:
    /// the node stops.
    fn fold_some(&self, handle: &Handle, building: &mut Building) -> Result<bool, Stopped> {
        if building.waiting.is_empty() {
            let next = handle.block_on(async {
                tokio::select! {
                    () = self.shutdown.cancelled() => None,
                    next = building.source.recv() => next,
                    // Both may be at the end of the log.
                    () = tokio::time::sleep(LOOK_EVERY) => Some(Ok(Vec::new())),
                }
            });
            let Some(next) = next else { return Ok(false) };
            building.waiting = next?;
        }
        building.fold_up_to(self.projections.sequence())?;
        if !building.waiting.is_empty() {
            let wanted = building.new.sequence() + 1;
            handle.block_on(async {
                tokio::select! {
                    () = self.shutdown.cancelled() => {}
                    () = self.projections.folded(wanted) => {}
                }
            });
        }
        Ok(!self.shutdown.is_cancelled())
    }

    /// Puts the new projections in place once they have come to where the old ones are, which fold
    /// nothing meanwhile; gives the old ones. `None`: what is missing did not come in time.
    fn swap(
        &self,
        handle: &Handle,
        building: &mut Building,
        place: &Path,
    ) -> Result<Option<Arc<Store>>, Stopped> {
        let gate = handle.block_on(self.projections.gate());
        let target = self.projections.sequence();
        let deadline = Instant::now() + LAST_WAIT;
        while building.new.sequence() < target {
            if building.waiting.is_empty() {
                let left = deadline.saturating_duration_since(Instant::now());
                let next = handle
                    .block_on(async { tokio::time::timeout(left, building.source.recv()).await });
                let Ok(Some(next)) = next else { return Ok(None) };
                building.waiting = next?;
            }
            building.fold_up_to(target)?;
        }
        sync(&building.new)?;
        let old = self.projections.put_in_place(&building.new, place)?;
        drop(gate);
        let at = old.path.clone();
        if at != place {
            remove(&at)?;
        }
        Ok(Some(old))
    }

    /// What this release understands, and another set aside, may take a number at its place: those
    /// after it move up.
    fn tell_renumbered(&self, new: &Projections) -> Result<(), Error> {
        let (old, new) = (self.projections.snapshot()?, new.snapshot()?);
        if !old.has_set_aside()? {
            return Ok(());
        }
        let requests = renumbered(&old, &new)?;
        if requests > 0 {
            tracing::error!(requests, "requests get other numbers than they were told");
        }
        Ok(())
    }

    fn tell(&self, change: impl FnOnce(&mut Folding)) {
        self.state.send_modify(|state| {
            if let Some(folding) = state {
                change(folding);
            }
        });
    }

    fn log_progress(&self) {
        let Some(it) = self.folding() else { return };
        let left = it.left().map(|it| it.as_secs());
        tracing::info!(done = it.done, total = it.total, left_secs = left, "folding anew");
    }
}

/// The new projections, and what comes for them.
struct Building {
    new: Projections,
    source: Source,
    /// Read, but not folded yet.
    waiting: Vec<Decoded>,
    synced: Instant,
    unsynced: usize,
}

impl Building {
    fn fold_up_to(&mut self, until: u64) -> Result<(), Error> {
        let later = self.waiting.partition_point(|it| it.record.sequence <= until);
        let later = self.waiting.split_off(later);
        let records = std::mem::replace(&mut self.waiting, later);
        if records.is_empty() {
            return Ok(());
        }
        self.unsynced += records.len();
        let to_disk = self.unsynced >= UNSYNCED_MAX || self.synced.elapsed() >= SYNC_EVERY;
        let durability = if to_disk { Durability::Immediate } else { Durability::None };
        // What cannot be folded was told when it was folded first.
        fold_all(&self.new, &records, durability)?;
        if to_disk {
            (self.synced, self.unsynced) = (Instant::now(), 0);
        }
        Ok(())
    }
}

/// What an error was caused by, the nearest cause first.
fn causes(error: &Stopped) -> String {
    let first = std::error::Error::source(error);
    let causes = std::iter::successors(first, |it| it.source()).map(ToString::to_string);
    causes.collect::<Vec<_>>().join(": ")
}
