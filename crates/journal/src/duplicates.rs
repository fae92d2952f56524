//! Which entries were stored lately: what makes sending twice harmless.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::entry::{Entry, Stored};

/// How long a stored id is recognised, at least.
pub(crate) const DUPLICATE_WINDOW: Duration = Duration::from_secs(120);

/// The start of the window that ends at `now`.
pub(crate) fn window_start(now: DateTime<Utc>) -> DateTime<Utc> {
    let window = TimeDelta::from_std(DUPLICATE_WINDOW).unwrap_or(TimeDelta::MAX);
    now.checked_sub_signed(window).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

/// The ids stored within the window, with their sequences.
#[derive(Debug, Default)]
pub(crate) struct Duplicates {
    sequences: HashMap<Uuid, u64>,
    // In the order of storing, so that the front is the first to leave the window.
    ages: VecDeque<(DateTime<Utc>, Uuid)>,
}

/// How much of an append the log holds already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// Nothing.
    Nothing,
    /// Everything, in the same order without a gap.
    All(Stored),
    /// Something else.
    Part,
}

impl Duplicates {
    pub(crate) fn insert(&mut self, id: Uuid, sequence: u64, recorded_at: DateTime<Utc>) {
        self.sequences.insert(id, sequence);
        self.ages.push_back((recorded_at, id));
    }

    /// Forgets what was stored before the window that ends at `now`.
    pub(crate) fn forget_before_window(&mut self, now: DateTime<Utc>) {
        let start = window_start(now);
        while let Some((recorded_at, id)) = self.ages.front()
            && *recorded_at < start
        {
            self.sequences.remove(id);
            self.ages.pop_front();
        }
    }

    /// Forgets what was to be stored after `last` and then was not.
    pub(crate) fn forget_after(&mut self, last: u64) {
        while let Some((_, id)) = self.ages.back()
            && self.sequences.get(id).is_some_and(|sequence| *sequence > last)
        {
            self.sequences.remove(id);
            self.ages.pop_back();
        }
    }

    pub(crate) fn sequence(&self, id: Uuid) -> Option<u64> {
        self.sequences.get(&id).copied()
    }

    pub(crate) fn look_up(&self, entries: &[Entry]) -> Known {
        known(entries.iter().map(|entry| self.sequence(entry.id)))
    }
}

/// Judges the sequences at which the entries of an append were found.
pub(crate) fn known(found: impl Iterator<Item = Option<u64>>) -> Known {
    let found: Vec<Option<u64>> = found.collect();
    if found.iter().all(Option::is_none) {
        return Known::Nothing;
    }
    let Some(sequences) = found.into_iter().collect::<Option<Vec<u64>>>() else {
        return Known::Part;
    };
    let contiguous = sequences.windows(2).all(|pair| matches!(pair, [a, b] if a + 1 == *b));
    match (sequences.first(), sequences.last()) {
        (Some(&first), Some(&last)) if contiguous => {
            Known::All(Stored { first, last, duplicate: true })
        }
        _ => Known::Part,
    }
}
