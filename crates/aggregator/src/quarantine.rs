//! What is in quarantine, at a moment of the projections.

use crate::schema::{self, QuarantineRow, RELEASE};
use crate::snapshot::{Snapshot, damaged};
use crate::store::Error;
use crate::subject::{Aggregate, Subject, partition};
use beffroi_domain::Reference;
use redb::ReadableTableMetadata;
use uuid::Uuid;

impl Snapshot {
    /// Whether events of an aggregate are held in quarantine: what is recorded of it waits there, too.
    pub fn is_quarantined(&self, aggregate: Uuid) -> Result<bool, Error> {
        Ok(self.first_held(aggregate)?.is_some())
    }

    /// The event in quarantine that keeps others of its aggregate waiting.
    pub fn first_held(&self, aggregate: Uuid) -> Result<Option<u64>, Error> {
        let key = aggregate.as_u128();
        let queue = self.table(schema::QUARANTINE_QUEUE)?;
        let first = queue.range((key, 0)..=(key, u64::MAX))?.next().transpose()?;
        Ok(first.map(|(key, _)| key.value().1))
    }

    /// The events of an aggregate that are held after a place of the log, in order, at most `limit`.
    pub fn held_after(
        &self,
        aggregate: Uuid,
        sequence: u64,
        limit: usize,
    ) -> Result<Vec<u64>, Error> {
        let key = aggregate.as_u128();
        let queue = self.table(schema::QUARANTINE_QUEUE)?;
        let rows = queue.range((key, sequence.saturating_add(1))..=(key, u64::MAX))?.take(limit);
        rows.map(|row| Ok(row?.0.value().1)).collect()
    }

    /// How many events are in quarantine and were not given up.
    pub fn quarantined(&self) -> Result<u64, Error> {
        let mut held = 0;
        for row in self.quarantine_after(0)? {
            held += u64::from(row?.1.is_held());
        }
        Ok(held)
    }

    /// What is in quarantine at a place of the log.
    pub fn set_aside(&self, sequence: u64) -> Result<Option<QuarantineRow>, Error> {
        let quarantine = self.table(schema::QUARANTINE)?;
        let Some(row) = quarantine.get(sequence)? else { return Ok(None) };
        let row = QuarantineRow::read(row.value());
        row.map(Some).ok_or_else(|| damaged("quarantine", &sequence))
    }

    /// What is in quarantine after a place of the log, at most `limit`, given up or not.
    pub fn set_aside_after(
        &self,
        sequence: u64,
        limit: usize,
    ) -> Result<Vec<(u64, QuarantineRow)>, Error> {
        self.quarantine_after(sequence)?.take(limit).collect()
    }

    fn quarantine_after(
        &self,
        sequence: u64,
    ) -> Result<impl Iterator<Item = Result<(u64, QuarantineRow), Error>> + use<>, Error> {
        let rows = self.table(schema::QUARANTINE)?.range(sequence.saturating_add(1)..)?;
        Ok(rows.map(|row| {
            let (sequence, row) = row?;
            let sequence = sequence.value();
            let row = QuarantineRow::read(row.value());
            Ok((sequence, row.ok_or_else(|| damaged("quarantine", &sequence))?))
        }))
    }

    /// Where the last release from quarantine is recorded, or what shares its partition; 0: nowhere.
    pub(crate) fn last_release(&self) -> Result<u64, Error> {
        let partition = partition(Reference::Quarantine.uuid());
        self.last_of(Subject { aggregate: Aggregate::Reference, partition })
    }

    /// Whether anything was ever set aside, and not folded since.
    pub(crate) fn has_set_aside(&self) -> Result<bool, Error> {
        Ok(!self.table(schema::QUARANTINE)?.is_empty()?)
    }

    /// Whether this release of the program set aside all that is in quarantine: another one may
    /// understand more.
    pub(crate) fn is_of_this_release(&self) -> Result<bool, Error> {
        for row in self.quarantine_after(0)? {
            if row?.1.release != RELEASE {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
