//! What a node takes on at once. More is refused rather than suffered: whatever was admitted is
//! answered in time, and nobody waits in a queue without end.

use crate::error::ApiError;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// Commands under way at once: a log that stores some thousands a second answers the last of them
/// within a second.
pub(crate) const COMMANDS_MAX: usize = 1024;
/// Calls and streams at once on one connection; a client's library waits for one to end.
pub(crate) const CONNECTION_STREAMS_MAX: u32 = 4096;
/// Reads of many rows that run at once, and that may wait for their turn.
const READS: (usize, usize) = (16, 1024);
/// Reports that run at once, and that may wait for their turn.
const REPORTS: (usize, usize) = (4, 64);
/// What must be left free on the disk for a command to be taken, in MiB: the fold and the timekeeper
/// go on writing when commands are refused.
pub(crate) const DISK_RESERVE_MIB: u64 = 256;

/// What is under way on a node.
#[derive(Debug)]
pub(crate) struct Admission {
    commands: Semaphore,
    /// Reads of many rows.
    pub reads: Turns,
    /// Reports, which read all of them.
    pub reports: Turns,
    disk: Disk,
}

impl Admission {
    /// For a node whose data are in `directory`.
    pub(crate) fn new(directory: &Path) -> Self {
        Self {
            commands: Semaphore::new(COMMANDS_MAX),
            reads: Turns::new(READS),
            reports: Turns::new(REPORTS),
            disk: Disk { directory: directory.to_owned(), is_full: AtomicBool::new(false) },
        }
    }

    /// Leave for a command to be recorded, held until it is.
    pub(crate) fn command(&self) -> Result<SemaphorePermit<'_>, ApiError> {
        self.disk.check()?;
        self.commands.try_acquire().map_err(|_| ApiError::Overloaded)
    }
}

/// Some run at once, some wait, the rest is refused.
#[derive(Debug)]
pub(crate) struct Turns {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _running: OwnedSemaphorePermit,
    _admitted: OwnedSemaphorePermit,
}

impl Turns {
    fn new((running, waiting): (usize, usize)) -> Self {
        Self {
            running: Arc::new(Semaphore::new(running)),
            admitted: Arc::new(Semaphore::new(running + waiting)),
        }
    }

    /// Waits for a turn.
    pub(crate) async fn turn(&self) -> Result<Turn, ApiError> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned();
        let admitted = admitted.map_err(|_| ApiError::Overloaded)?;
        let running = Arc::clone(&self.running).acquire_owned().await;
        let running = running.map_err(|_| ApiError::ShuttingDown)?;
        Ok(Turn { _running: running, _admitted: admitted })
    }

    /// Runs what touches many pages, where it holds up no call that touches one.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let turn = self.turn().await?;
        let work = move || {
            let _turn = turn;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| ApiError::Task)?
    }
}

/// The disk that the node writes to.
#[derive(Debug)]
struct Disk {
    directory: PathBuf,
    is_full: AtomicBool,
}

impl Disk {
    /// Refuses while less is free than the reserve; says so in the log when that changes.
    fn check(&self) -> Result<(), ApiError> {
        // A disk that does not tell is tried.
        let Ok(disk) = rustix::fs::statvfs(&self.directory) else { return Ok(()) };
        let is_full = disk.f_bavail.saturating_mul(disk.f_frsize) >> 20 < DISK_RESERVE_MIB;
        if self.is_full.swap(is_full, Ordering::Relaxed) != is_full {
            if is_full {
                tracing::error!(
                    "less than {DISK_RESERVE_MIB} MiB are free in `{}`: commands are refused until \
                     there is more",
                    self.directory.display()
                );
            } else {
                tracing::warn!("there is room on the disk again: commands are taken");
            }
        }
        if is_full { Err(ApiError::DiskFull) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::{Result, ensure};
    use std::sync::mpsc;

    #[tokio::test]
    async fn what_finds_no_place_to_wait_is_refused_until_there_is_one() -> Result<()> {
        let turns = Arc::new(Turns::new((1, 1)));
        let (go, gate) = mpsc::channel::<()>();
        let run = |work: Box<dyn FnOnce() -> Result<u8, ApiError> + Send>| {
            let turns = Arc::clone(&turns);
            tokio::spawn(async move { turns.run(work).await })
        };
        let running = run(Box::new(move || {
            let _ = gate.recv();
            Ok(1)
        }));
        while turns.running.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let waiting = run(Box::new(|| Ok(2)));
        while turns.admitted.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let refused = turns.run(|| Ok(3)).await;
        ensure!(matches!(refused, Err(ApiError::Overloaded)), "{refused:?}");
        go.send(())?;
        ensure!(matches!(running.await?, Ok(1)) && matches!(waiting.await?, Ok(2)));
        ensure!(matches!(turns.run(|| Ok(4)).await, Ok(4)));
        Ok(())
    }

    #[test]
    fn commands_beyond_the_limit_are_refused_until_one_is_done() -> Result<()> {
        let directory = tempfile::tempdir()?;
        let admission = Admission::new(directory.path());
        let admitted: Result<Vec<_>, _> = (0..COMMANDS_MAX).map(|_| admission.command()).collect();
        let mut admitted = admitted.map_err(|error| anyhow::anyhow!("{error:?}"))?;
        ensure!(matches!(admission.command(), Err(ApiError::Overloaded)));
        drop(admitted.pop());
        ensure!(admission.command().is_ok());
        Ok(())
    }
}
