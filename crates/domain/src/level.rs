//! Levels: a share of contacts, or of requests, that the city promises to reach in each window of
//! time, such as calls answered within two minutes, 80 % of the time.
//!
//! Everything is a whole number. A contact belongs to the window in which it began, a request to the
//! one in which its promise falls due: when the window has closed, each is decided.

mod fact;
mod hours;
mod window;

pub use fact::{LevelFact, LevelFactKind, Stated, Statement, statements};
pub use hours::{ArrivalHours, arrival_hours};
pub use window::{Arrival, LevelWindow};

use crate::catalogue::Bilingual;
use crate::{Channel, Code, ContactOutcome, Label, Period, PromiseKind, Span, Verdict};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A level that the city promises.
///
/// A definition is never changed in place: another one gets another code, and the old one a last day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// Which one.
    pub code: Code,
    /// What people call it.
    pub name: Bilingual<Label>,
    /// What must be reached.
    pub definition: Definition,
    /// The lengths of the windows in which it must be reached, each once: days, weeks, months.
    pub windows: Vec<Period>,
    /// The first day on which it is promised; `None`: always was.
    pub first_day: Option<NaiveDate>,
    /// The last day on which it is promised; `None`: until further notice.
    pub last_day: Option<NaiveDate>,
}

/// What must be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// What is counted.
    pub measure: Measure,
    /// The share that must be reached, in percent, 1 to 100.
    pub percent: u8,
}

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Measure {
    /// Contacts that were answered soon.
    Contacts {
        /// Those of these channels.
        channels: Vec<Channel>,
        /// The longest wait that is still soon, in seconds.
        within_secs: u32,
        /// How those count who left before an answer.
        hang_ups: HangUps,
    },
    /// Requests of which a promise was kept in time.
    Requests {
        /// Which promise.
        promise: PromiseKind,
    },
}

/// How those count who left before an answer. What lasts exactly as long as a limit is within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HangUps {
    /// Not at all.
    Ignored,
    /// As not answered in time, however soon they left.
    Offered,
    /// Those who left within this time not at all, the others as not answered in time.
    ShortExcluded {
        /// The longest wait that is short, in seconds.
        secs: u32,
    },
    /// Those who left within this time as answered in time, the others as not.
    ShortGood {
        /// The longest wait that is short, in seconds.
        secs: u32,
    },
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// How many were in time.
    pub within: u64,
    /// How many count.
    pub of: u64,
}

/// How a share compares with a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// Nothing counts: neither reached nor missed.
    NoData,
    /// The share is reached.
    Reached,
    /// The share is missed.
    Missed,
}

impl Level {
    /// Whether it is promised for a window: one of its lengths that begins on one of its days.
    pub fn is_promised(&self, window: Span) -> bool {
        let first = window.first();
        self.windows.contains(&window.period())
            && self.first_day.is_none_or(|it| it <= first)
            && self.last_day.is_none_or(|it| first <= it)
    }
}

impl Definition {
    /// Whether a contact was in time; `None`: it does not count. What was sent to 9-1-1 was not the
    /// 311's to answer; where nobody waits at the other end, a wait of 0 was not measured.
    pub fn contact(
        &self,
        channel: Channel,
        outcome: ContactOutcome,
        waited_secs: u32,
    ) -> Option<bool> {
        let Measure::Contacts { channels, within_secs, hang_ups } = &self.measure else {
            return None;
        };
        if !channels.contains(&channel) || (waited_secs == 0 && !channel.is_spoken()) {
            return None;
        }
        match outcome {
            ContactOutcome::TransferredTo911 => None,
            ContactOutcome::Abandoned => hang_ups.count(waited_secs),
            ContactOutcome::Informed
            | ContactOutcome::RequestOpened
            | ContactOutcome::FollowedUp => Some(waited_secs <= *within_secs),
        }
    }

    /// Whether a promise was kept in time; `None`: it does not count, or is not decided yet.
    pub fn promise(&self, kind: PromiseKind, verdict: Verdict) -> Option<bool> {
        match (&self.measure, verdict) {
            (Measure::Requests { promise }, Verdict::OnTime) if *promise == kind => Some(true),
            (Measure::Requests { promise }, Verdict::Late) if *promise == kind => Some(false),
            (Measure::Requests { .. } | Measure::Contacts { .. }, _) => None,
        }
    }

    /// How a share compares with what must be reached. Exactly the percentage is reached.
    pub fn standing(&self, share: Share) -> Standing {
        if share.of == 0 {
            Standing::NoData
        } else if u128::from(share.within) * 100 >= u128::from(share.of) * u128::from(self.percent)
        {
            Standing::Reached
        } else {
            Standing::Missed
        }
    }
}

impl HangUps {
    /// Whether somebody who left after so many seconds counts as answered in time.
    fn count(self, waited_secs: u32) -> Option<bool> {
        match self {
            Self::Ignored => None,
            Self::Offered => Some(false),
            Self::ShortExcluded { secs } => (waited_secs > secs).then_some(false),
            Self::ShortGood { secs } => Some(waited_secs <= secs),
        }
    }

    /// The name in files and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ignored => "ignored",
            Self::Offered => "offered",
            Self::ShortExcluded { .. } => "short_excluded",
            Self::ShortGood { .. } => "short_good",
        }
    }
}

impl Share {
    /// Counts one more.
    pub fn add(&mut self, in_time: bool) {
        self.within += u64::from(in_time);
        self.of += 1;
    }
}

#[cfg(test)]
mod tests;
