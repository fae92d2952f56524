//! Following the log: a reader that decodes ahead, and the fold on a thread of its own.

use crate::batch::Batch;
use crate::digest;
use crate::fold::{Decoded, fold};
use crate::older::upcast;
use crate::store::{Checkpoint, Error, Projections};
use beffroi_journal::{Journal, ReadError};
use redb::Durability;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use thiserror::Error as ThisError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Records read at once, and folded at most in one transaction.
const READ_MAX: usize = 4096;
const READ_BYTES_MAX: usize = 8 << 20;
const BATCH_MAX: usize = 16_384;
/// Reads that may wait for the fold.
const QUEUE_MAX: usize = 8;
/// How long commits may wait for the disk: the log holds what a crash takes back.
const SYNC_EVERY: Duration = Duration::from_millis(100);

/// Why the fold cannot go on. Nothing was folded over.
#[derive(Debug, ThisError)]
pub enum Stopped {
    /// The projections belong to another log.
    #[error(
        "the projections were folded from log `{expected}` but this is log `{found}`: \
         start with the data directory that belongs to it, or run `beffroi rebuild`"
    )]
    OtherLog {
        /// The log the projections know.
        expected: String,
        /// The log that was found.
        found: String,
    },
    /// The log is shorter than what was folded from it.
    #[error(
        "the log ends at sequence {last} but {folded} were folded from it: it was truncated or \
         restored from an older backup; restore the newer log"
    )]
    Regressed {
        /// The log's last sequence.
        last: u64,
        /// The last sequence folded.
        folded: u64,
    },
    /// The log's content has changed.
    #[error(
        "sequence {sequence} of the log is not what was folded from it: the log was replaced; \
         restore the original log"
    )]
    Changed {
        /// The sequence that differs.
        sequence: u64,
    },
    /// The log cannot be read on.
    #[error("the log cannot be read")]
    Read(#[from] ReadError),
    /// The log's state cannot be learnt.
    #[error("the log cannot be reached")]
    Journal(#[from] beffroi_journal::Error),
    /// The store failed.
    #[error("the projections cannot be written")]
    Store(#[from] Error),
    /// The thread could not be started, or it ended without saying why.
    #[error("the fold's thread ended")]
    Thread(#[source] std::io::Error),
}

/// A running fold.
#[derive(Debug)]
pub struct Follower {
    ended: oneshot::Receiver<Result<(), Stopped>>,
}

/// Waits until the fold ends: after shutdown with everything written to the disk, or with the
/// reason why it cannot go on.
impl Future for Follower {
    type Output = Result<(), Stopped>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let gone = |_| Err(Stopped::Thread(std::io::Error::other("it panicked")));
        Pin::new(&mut self.ended).poll(context).map(|ended| ended.unwrap_or_else(gone))
    }
}

/// Checks that the projections belong to the log, then folds what it holds and what comes, until
/// `shutdown`.
pub async fn follow(
    journal: Journal,
    projections: Projections,
    shutdown: CancellationToken,
) -> Result<Follower, Stopped> {
    let checkpoint = bind(&journal, &projections).await?;
    let (sender, ended) = oneshot::channel();
    let source = read_ahead(&journal, checkpoint.sequence, shutdown.clone());
    #[cfg(feature = "simulation")]
    if projections.is_simulated() {
        tokio::spawn(async move { sender.send(run(&projections, source, &shutdown).await) });
        return Ok(Follower { ended });
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(Stopped::Thread)?;
    std::thread::Builder::new()
        .name("fold".to_owned())
        .spawn(move || {
            let _ = sender.send(runtime.block_on(run(&projections, source, &shutdown)));
        })
        .map_err(Stopped::Thread)?;
    Ok(Follower { ended })
}

/// Refuses a log that is not the one the projections were folded from, or no longer is.
pub async fn bind(journal: &Journal, projections: &Projections) -> Result<Checkpoint, Stopped> {
    let state = journal.state().await?;
    let mut checkpoint = projections.snapshot()?.checkpoint().clone();
    if checkpoint.log.is_empty() {
        checkpoint.log = state.epoch;
        let mut batch = Batch::new(&projections.snapshot()?)?;
        batch.checkpoint = checkpoint.clone();
        commit(projections, batch, Durability::Immediate)?;
        return Ok(checkpoint);
    }
    if checkpoint.log != state.epoch {
        return Err(Stopped::OtherLog { expected: checkpoint.log, found: state.epoch });
    }
    let sequence = checkpoint.sequence;
    if state.last < sequence {
        return Err(Stopped::Regressed { last: state.last, folded: sequence });
    }
    if sequence > 0 {
        let record = journal.get(sequence).await?;
        if record.map(|it| digest::of(&it)) != Some(checkpoint.digest.last) {
            return Err(Stopped::Changed { sequence });
        }
    }
    if projections.is_older()? {
        upcast(journal, projections).await?;
    }
    Ok(checkpoint)
}

pub(crate) type Source = mpsc::Receiver<Result<Vec<Decoded>, ReadError>>;

/// Reads and decodes what comes after `after`, ahead of whoever takes it.
pub(crate) fn read_ahead(journal: &Journal, after: u64, shutdown: CancellationToken) -> Source {
    let (sender, source) = mpsc::channel(QUEUE_MAX);
    let mut reader = journal.read(after);
    tokio::spawn(async move {
        loop {
            let read = tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                read = reader.next(READ_MAX, READ_BYTES_MAX) => read,
            };
            let failed = read.is_err();
            let decoded = read.map(|records| records.into_iter().map(Decoded::new).collect());
            if sender.send(decoded).await.is_err() || failed {
                return;
            }
        }
    });
    source
}

async fn run(
    projections: &Projections,
    mut source: Source,
    shutdown: &CancellationToken,
) -> Result<(), Stopped> {
    let mut synced = Instant::now();
    let mut dirty = false;
    loop {
        let waited = tokio::time::timeout(SYNC_EVERY, source.recv()).await;
        let records = match waited {
            Ok(Some(records)) => records?,
            // Shut down, or nothing came for a while: put on the disk what is not there yet.
            Ok(None) | Err(_) => {
                if dirty {
                    let _gate = projections.gate().await;
                    sync(projections)?;
                    dirty = false;
                    synced = Instant::now();
                }
                match waited {
                    Err(_) => {}
                    Ok(_) if shutdown.is_cancelled() => return Ok(()),
                    Ok(_) => return Err(Stopped::Thread(std::io::Error::other("no reader"))),
                }
                continue;
            }
        };
        let records = with_waiting(records, &mut source)?;
        dirty = synced.elapsed() < SYNC_EVERY;
        let durability = if dirty { Durability::None } else { Durability::Immediate };
        let _gate = projections.gate().await;
        for (sequence, reason) in fold_all(projections, &records, durability)? {
            tracing::warn!(journal.sequence = sequence, reason, "quarantined an event");
        }
        if !dirty {
            synced = Instant::now();
        }
    }
}

/// Adds what is waiting already, up to the most that is folded at once.
fn with_waiting(mut records: Vec<Decoded>, source: &mut Source) -> Result<Vec<Decoded>, Stopped> {
    while records.len() < BATCH_MAX {
        match source.try_recv() {
            Ok(more) => records.extend(more?),
            Err(_) => break,
        }
    }
    Ok(records)
}

/// Folds records in one transaction and makes them visible; tells which events were set aside, and why.
pub(crate) fn fold_all(
    projections: &Projections,
    records: &[Decoded],
    durability: Durability,
) -> Result<Vec<(u64, String)>, Error> {
    let mut batch = Batch::new(&projections.snapshot()?)?;
    for record in records {
        fold(&mut batch, record)?;
    }
    let set_aside = batch.set_aside_now();
    commit(projections, batch, durability)?;
    Ok(set_aside)
}

fn commit(projections: &Projections, batch: Batch, durability: Durability) -> Result<(), Error> {
    let mark = batch.mark();
    let txn = projections.begin(durability)?;
    batch.write(&txn)?;
    txn.commit()?;
    projections.publish(mark);
    Ok(())
}

/// Puts everything committed so far on the disk.
pub(crate) fn sync(projections: &Projections) -> Result<(), Error> {
    projections.begin(Durability::Immediate)?.commit()?;
    Ok(())
}
