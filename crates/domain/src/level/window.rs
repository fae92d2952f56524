//! One window of a level: what is counted in it.

use super::{ArrivalHours, Share};
use crate::Timestamp;

/// What is counted of one window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LevelWindow {
    /// Those who arrived in ordinary hours: what the level is judged by.
    pub ordinary: Share,
    /// Those who arrived in the hours of an exceptional regime, shown apart.
    pub exceptional: Share,
    /// The revision of the figure: how many of those counted were recorded late, when the log
    /// already told of a time after the window.
    pub revision: u32,
    /// The log sequence of the last one counted; 0: none.
    pub last: u64,
}

/// Somebody or something that counts in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// It was in time.
    pub in_time: bool,
    /// The hours in which it arrived.
    pub hours: ArrivalHours,
    /// The latest time of which the log told when it was recorded.
    pub known_until: Option<Timestamp>,
    /// Its log sequence.
    pub sequence: u64,
}

impl LevelWindow {
    /// Counts an arrival in the window that ends at `end`. When the centre is closed nobody counts.
    pub fn add(&mut self, arrival: Arrival, end: Timestamp) {
        match arrival.hours {
            ArrivalHours::Ordinary => self.ordinary.add(arrival.in_time),
            ArrivalHours::Exceptional => self.exceptional.add(arrival.in_time),
            ArrivalHours::Closed => return,
        }
        if arrival.known_until.is_some_and(|it| end <= it) {
            self.revision = self.revision.saturating_add(1);
        }
        self.last = self.last.max(arrival.sequence);
    }
}
