//! Projections of an older version: which of them can serve while the log is folded anew.
//!
//! Rows carry the version that wrote them. Those of a version in [`READABLE`] are read as they are,
//! but for what is in quarantine, which is completed from the log when the projections are bound to it.
//! From then on the checkpoint is of this version: an older release refuses the file, rather than
//! read rows that it does not know.

use crate::fold::Decoded;
use crate::follow::Stopped;
use crate::refold::remove;
use crate::schema::{self, QuarantineRow, READABLE, SetAside, VERSION, to_row};
use crate::store::{Error, Projections};
use beffroi_journal::Journal;
use redb::{Durability, ReadableTable};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Why the log is folded beside the projections that serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// They are of an older version.
    Version(u8),
    /// Another release of the program set something aside, which this one may understand.
    Release,
    /// Operations asked for it; or a fold that they had asked for was cut off.
    Asked,
}

/// The projections with which a node starts.
#[derive(Debug)]
pub struct Opened {
    /// They fold and serve.
    pub projections: Projections,
    /// The log has to be folded anew beside them.
    pub beside: Option<Why>,
    /// Projections of a version that cannot be read any more, for which the log is folded first.
    pub unreadable: Option<PathBuf>,
}

/// Opens the projections in `directory`: those of this version; else of an older one that can be read;
/// else new ones.
pub fn open(directory: &Path) -> Result<Opened, Error> {
    let place = Projections::file(directory);
    if place.exists() {
        let projections = Projections::open(&place)?;
        for (_, older) in older_files(directory) {
            remove(&older)?;
        }
        let beside = if beside(&place).exists() {
            Some(Why::Asked)
        } else if projections.snapshot()?.is_of_this_release()? {
            None
        } else {
            Some(Why::Release)
        };
        return Ok(Opened { projections, beside, unreadable: None });
    }
    let older = older_files(directory);
    if let Some((version, file)) = older.iter().find(|(version, _)| READABLE.contains(version)) {
        let projections = Projections::open(file)?;
        let beside = Some(Why::Version(*version));
        return Ok(Opened { projections, beside, unreadable: None });
    }
    let unreadable = older.into_iter().next().map(|(_, file)| file);
    Ok(Opened { projections: Projections::open(&place)?, beside: None, unreadable })
}

/// Where the projections are built that shall come in the place of others.
pub(crate) fn beside(place: &Path) -> PathBuf {
    place.with_extension("rebuild.redb")
}

/// Refuses a directory whose projections are in use, of whatever version.
pub(crate) fn check_unused(directory: &Path) -> Result<(), Error> {
    let place = Projections::file(directory);
    let older = older_files(directory).into_iter().map(|(_, file)| file);
    for file in older.chain([beside(&place), place]).filter(|it| it.exists()) {
        let opened = redb::Builder::new().open(&file);
        if matches!(opened, Err(redb::DatabaseError::DatabaseAlreadyOpen)) {
            return Err(Error::InUse(file));
        }
    }
    Ok(())
}

/// The files of older versions that are there, the newest first.
fn older_files(directory: &Path) -> Vec<(u8, PathBuf)> {
    let files = (1..VERSION).rev().map(|it| (it, Projections::file_of(directory, it)));
    files.filter(|(_, file)| file.exists()).collect()
}

/// What was in quarantine in version 6.
#[derive(Serialize, Deserialize)]
struct QuarantineRow6 {
    subject: String,
    reason: String,
}

/// The reason of version 6 for what waits.
const WAITS_6: &str = "an earlier event of the same aggregate is in quarantine";

/// Makes projections of an older version such that this code folds on in them.
pub(crate) async fn upcast(journal: &Journal, projections: &Projections) -> Result<(), Stopped> {
    let mut rows = Vec::new();
    for (sequence, row) in older_quarantine(projections)? {
        let record = journal.get(sequence).await?.ok_or(Stopped::Changed { sequence })?;
        let waits = row.reason == WAITS_6;
        let why = if waits { SetAside::Waits } else { SetAside::Fails(row.reason) };
        rows.push((sequence, Decoded::new(record).set_aside(why, "")));
    }
    let checkpoint = projections.snapshot()?.checkpoint().clone();
    write(projections, &rows, &to_row(&checkpoint).map_err(Error::Encode)?)?;
    Ok(())
}

impl Projections {
    /// The checkpoint was written by an older version.
    pub(crate) fn is_older(&self) -> Result<bool, Error> {
        let meta = self.snapshot()?.table(schema::META)?;
        let checkpoint = meta.get("checkpoint")?;
        Ok(checkpoint.is_some_and(|it| it.value().first() != Some(&VERSION)))
    }
}

fn older_quarantine(projections: &Projections) -> Result<Vec<(u64, QuarantineRow6)>, Error> {
    let quarantine = projections.snapshot()?.table(schema::QUARANTINE)?;
    let mut found = Vec::new();
    for row in quarantine.iter()? {
        let (sequence, row) = row?;
        let Some((version, bytes)) = row.value().split_first() else { continue };
        if *version == VERSION {
            continue;
        }
        let damaged = || Error::Row { table: "quarantine", key: sequence.value().to_string() };
        found.push((sequence.value(), postcard::from_bytes(bytes).map_err(|_| damaged())?));
    }
    Ok(found)
}

fn write(
    projections: &Projections,
    rows: &[(u64, QuarantineRow)],
    checkpoint: &[u8],
) -> Result<(), Error> {
    let txn = projections.begin(Durability::Immediate)?;
    {
        let mut quarantine = txn.open_table(schema::QUARANTINE)?;
        let mut queue = txn.open_table(schema::QUARANTINE_QUEUE)?;
        for (sequence, row) in rows {
            quarantine.insert(sequence, to_row(row).map_err(Error::Encode)?.as_slice())?;
            if let Some(aggregate) = row.aggregate {
                queue.insert((aggregate, *sequence), ())?;
            }
        }
        txn.open_table(schema::META)?.insert("checkpoint", checkpoint)?;
    }
    txn.commit()?;
    Ok(())
}
