//! The facts that were raised, at a moment of the projections.

use crate::schema::{self, FactRow};
use crate::snapshot::{Snapshot, row_of};
use crate::store::Error;
use redb::ReadableTable;

impl Snapshot {
    /// Warnings, breaches and what was stated of levels that show after `sequence`, oldest first: at
    /// most `limit`, and what shows at the same place as the last. Several that had waited in
    /// quarantine may show at one place.
    pub fn breaches_after(
        &self,
        sequence: u64,
        limit: usize,
    ) -> Result<Vec<(u64, FactRow)>, Error> {
        let breaches = self.table(schema::BREACHES)?;
        let late = self.table(schema::LATE_BREACHES)?;
        let next = sequence.saturating_add(1);
        let mut timely = breaches.range(next..)?.peekable();
        let mut late = late.range((next, 0)..)?.peekable();
        let mut found: Vec<(u64, FactRow)> = Vec::new();
        loop {
            let one = match timely.peek() {
                Some(Ok((at, _))) => at.value(),
                Some(Err(_)) | None => u64::MAX,
            };
            let other = match late.peek() {
                Some(Ok((key, _))) => key.value().0,
                Some(Err(_)) | None => u64::MAX,
            };
            let is_full = found.len() >= limit;
            if is_full && found.last().is_some_and(|(at, _)| *at < one.min(other)) {
                return Ok(found);
            }
            let row = if one <= other {
                timely.next().map(|row| row.map(|(at, row)| (at.value(), row)))
            } else {
                late.next().map(|row| row.map(|(key, row)| (key.value().0, row)))
            };
            let Some(row) = row else { return Ok(found) };
            let (at, row) = row?;
            found.push((at, row_of("breaches", at, row.value())?));
        }
    }

    /// Where the last of them shows; 0: there are none.
    pub(crate) fn last_breach(&self) -> Result<u64, Error> {
        let breaches = self.table(schema::BREACHES)?;
        let timely = breaches.last()?.map_or(0, |(at, _)| at.value());
        let late = self.table(schema::LATE_BREACHES)?;
        let late = late.last()?.map_or(0, |(key, _)| key.value().0);
        Ok(timely.max(late))
    }
}
