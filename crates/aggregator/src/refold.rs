//! Folding the whole log again: to rebuild the projections, or to verify them.

use crate::follow::{Stopped, bind, fold_all, read_ahead, sync};
use crate::older::{beside, check_unused};
use crate::store::{Error, Projections};
use beffroi_journal::Journal;
use redb::Durability;
use std::path::Path;
use tokio_util::sync::CancellationToken;

/// How far a fold of the whole log has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Events folded.
    pub done: u64,
    /// Events to fold in all.
    pub total: u64,
}

/// Folds the log from the projections' checkpoint up to `until`.
pub async fn refold(
    journal: &Journal,
    projections: &Projections,
    until: u64,
    mut progress: impl FnMut(Progress),
) -> Result<(), Stopped> {
    let mut done = bind(journal, projections).await?.sequence;
    let last = journal.state().await?.last;
    if last < until {
        return Err(Stopped::Regressed { last, folded: until });
    }
    let shutdown = CancellationToken::new();
    let _stop_reading = shutdown.clone().drop_guard();
    let mut source = read_ahead(journal, done, shutdown);
    while done < until {
        progress(Progress { done, total: until });
        let Some(records) = source.recv().await else { break };
        let mut records = records?;
        records.retain(|it| it.record.sequence <= until);
        done = records.last().map_or(until, |it| it.record.sequence);
        let own = projections.clone();
        let folded = projections.aside(move || fold_all(&own, &records, Durability::None));
        folded.await.map_err(|error| Stopped::Thread(std::io::Error::other(error)))??;
    }
    sync(projections)?;
    progress(Progress { done, total: until });
    Ok(())
}

/// Builds the projections in `directory` anew from the log, beside the old file, and puts them in
/// its place when they are complete.
pub async fn rebuild(
    journal: &Journal,
    directory: &Path,
    progress: impl FnMut(Progress),
) -> Result<u64, Stopped> {
    let place = Projections::file(directory);
    // Nobody may be using what is about to be replaced; a file that cannot be opened may go.
    check_unused(directory)?;
    let beside = beside(&place);
    remove(&beside)?;
    let until = journal.state().await?.last;
    let projections = Projections::open(&beside)?;
    refold(journal, &projections, until, progress).await?;
    drop(projections);
    std::fs::rename(&beside, &place).map_err(Error::from)?;
    Ok(until)
}

pub(crate) fn remove(file: &Path) -> Result<(), Error> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::from(error)),
        _ => Ok(()),
    }
}
