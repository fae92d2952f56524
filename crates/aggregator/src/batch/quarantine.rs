//! What a batch sets aside, and what it takes up again.

use super::Batch;
use crate::schema::{QuarantineRow, SetAside};
use crate::store::Error;
use beffroi_domain::RequestId;
use std::collections::BTreeSet;
use uuid::Uuid;

impl Batch {
    /// Whether events of an aggregate are held: what comes of it waits behind them.
    pub(crate) fn is_quarantined(&self, aggregate: Uuid) -> Result<bool, Error> {
        if self.queue.is_empty() && !self.any_held {
            return Ok(false);
        }
        Ok(!self.held_of(aggregate)?.is_empty())
    }

    /// Whether they were before this batch.
    pub(super) fn was_quarantined(&self, aggregate: Uuid) -> Result<bool, Error> {
        if !self.any_held {
            return Ok(false);
        }
        let key = aggregate.as_u128();
        Ok(self.before.queue.range((key, 0)..=(key, u64::MAX))?.next().is_some())
    }

    /// The events of an aggregate that are held, in log order.
    pub(crate) fn held_of(&self, aggregate: Uuid) -> Result<BTreeSet<u64>, Error> {
        let key = aggregate.as_u128();
        let range = (key, 0)..=(key, u64::MAX);
        let mut held = BTreeSet::new();
        for row in self.before.queue.range(range.clone())? {
            held.insert(row?.0.value().1);
        }
        for ((_, sequence), is_held) in self.queue.range(range) {
            if *is_held {
                held.insert(*sequence);
            } else {
                held.remove(sequence);
            }
        }
        Ok(held)
    }

    /// What is in quarantine at a place of the log.
    pub(crate) fn set_aside(&self, sequence: u64) -> Result<Option<QuarantineRow>, Error> {
        if let Some(row) = self.quarantine.get(&sequence) {
            return Ok(row.clone());
        }
        let Some(row) = self.before.quarantine.get(sequence)? else { return Ok(None) };
        let row = QuarantineRow::read(row.value());
        let damaged = || Error::Row { table: "quarantine", key: sequence.to_string() };
        row.map(Some).ok_or_else(damaged)
    }

    /// Keeps an event in quarantine, as `row` says.
    pub(crate) fn quarantine(&mut self, sequence: u64, row: QuarantineRow) -> Result<(), Error> {
        if let Some(aggregate) = row.aggregate {
            self.queue.insert((aggregate, sequence), row.is_held());
            self.touch(Uuid::from_u128(aggregate))?;
        }
        self.quarantine.insert(sequence, Some(row));
        Ok(())
    }

    /// An event was folded after all.
    pub(crate) fn taken_up(&mut self, sequence: u64, aggregate: Uuid) {
        self.queue.insert((aggregate.as_u128(), sequence), false);
        self.quarantine.insert(sequence, None);
    }

    /// The events that were set aside for a reason of their own, and why.
    pub(crate) fn set_aside_now(&self) -> Vec<(u64, String)> {
        let rows = self.quarantine.iter().filter_map(|(at, row)| Some((at, row.as_ref()?)));
        let reasons =
            rows.filter(|(_, row)| row.is_held()).filter_map(|(at, row)| match &row.why {
                SetAside::Fails(reason) => Some((*at, reason.clone())),
                SetAside::Waits => None,
            });
        reasons.collect()
    }

    /// Brings a request into the batch: what is raised of it depends on whether it is in quarantine.
    fn touch(&mut self, aggregate: Uuid) -> Result<(), Error> {
        let Ok(id) = RequestId::new(aggregate) else { return Ok(()) };
        if let Some(ordinal) = self.ordinal(id)? {
            self.load(ordinal)?;
        }
        Ok(())
    }
}
