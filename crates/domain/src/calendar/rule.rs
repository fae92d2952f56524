//! The rules by which a due time is counted. A rule never changes; another one gets another name.

use serde::{Deserialize, Serialize};

/// Business days, and working time after them: a day and a quarter of a day of 8 hours is 1 and
/// 7,200 s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Days {
    /// How many days.
    pub days: u32,
    /// How much working time after them, in seconds.
    pub extra_secs: u32,
}

/// When a day is over for what comes in, and when it goes on: see [`Rule::BusinessDaysCutOffV1`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CutOff {
    /// From this minute of the day on, what comes in counts from the next business day.
    pub at_minute: u16,
    /// The minute of the day from which it counts then.
    pub restart_minute: u16,
    /// What comes in before the restart waits for it; otherwise it keeps its time.
    pub waits_for_restart: bool,
    /// What comes in on a day off counts from the restart of the next business day; otherwise from
    /// the same time of that day, to which the cut-off applies in turn.
    pub day_off_restarts: bool,
}

/// How a due time was found.
///
/// A business day is a date that exists and has working time; the day of reception is the local date.
/// *n days later* are the n-th business days after; *the same time* is the same local time, in a gap
/// the end of the gap, twice the first. `docs/business-time.md` works out an example of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Rule {
    /// The closing of the n-th business day after the day of reception. Reception on a day off counts
    /// as reception on the next business day; after hours it does not cost a day. (Québec; GLPI's
    /// end of working day.)
    BusinessDaysEodV1(u32),
    /// Taken over with imported history: nothing is counted.
    Source,
    /// The closing of the n-th business day after the day of reception, a day off as well: the first
    /// business day after it is day 1.
    BusinessDaysLandingV1(u32),
    /// n days later at the same time, within hours or not. (moment-business-time, `FixMyStreet`.)
    BusinessDaysSameTimeV1(Days),
    /// n days later at the same time; reception on a day off counts from the midnight with which the
    /// next business day begins. (Signalen.)
    BusinessDaysMidnightV1(Days),
    /// Reception out of hours counts from the next opening; n days later at the same time; out of
    /// hours again, at the next opening. (The gem `business_time`.)
    BusinessDaysOpeningV1(Days),
    /// n days later at the same time; out of hours, at the next opening. (The gem `biz`.)
    BusinessDaysThenOpeningV1(Days),
    /// Reception on a day off counts from the opening of the next business day; n days later at the
    /// same time, at the latest at that day's closing. (GLPI's work in days.)
    BusinessDaysWithinV1(Days),
    /// n days later at the same time; reception on a day off counts from the closing of the next
    /// business day, which is day 1. (php-business-time.)
    BusinessDaysClosingV1(Days),
    /// n days later at the same time, where a day is over at its cut-off. (Boston.)
    BusinessDaysCutOffV1(Days, CutOff),
    /// When this much working time is used up. Used up exactly at a closing: at that closing. None at
    /// all: at the first instant of working time. (OTOBO, Frappe, Chatwoot, …)
    BusinessTimeV1 {
        /// How much.
        secs: u64,
    },
    /// The same; used up exactly at a closing: at the next opening. (Zammad.)
    BusinessTimeOpeningV1 {
        /// How much.
        secs: u64,
    },
    /// n calendar days later at the same time, days off or not. (Baltimore, Boston, Signalen.)
    CalendarDaysV1(u32),
    /// This much time later, whatever the clocks show: 24 hours are not always a day.
    CalendarTimeV1 {
        /// How much.
        secs: u64,
    },
}

impl Rule {
    /// The name, the same on the log, in the API and in the documentation: never change one.
    pub fn name(&self) -> &'static str {
        match self {
            Self::BusinessDaysEodV1(_) => "business_days_eod_v1",
            Self::Source => "source",
            Self::BusinessDaysLandingV1(_) => "business_days_landing_v1",
            Self::BusinessDaysSameTimeV1(_) => "business_days_same_time_v1",
            Self::BusinessDaysMidnightV1(_) => "business_days_midnight_v1",
            Self::BusinessDaysOpeningV1(_) => "business_days_opening_v1",
            Self::BusinessDaysThenOpeningV1(_) => "business_days_then_opening_v1",
            Self::BusinessDaysWithinV1(_) => "business_days_within_v1",
            Self::BusinessDaysClosingV1(_) => "business_days_closing_v1",
            Self::BusinessDaysCutOffV1(..) => "business_days_cut_off_v1",
            Self::BusinessTimeV1 { .. } => "business_time_v1",
            Self::BusinessTimeOpeningV1 { .. } => "business_time_opening_v1",
            Self::CalendarDaysV1(_) => "calendar_days_v1",
            Self::CalendarTimeV1 { .. } => "calendar_time_v1",
        }
    }
}

impl Days {
    /// Whole days.
    pub fn whole(days: u32) -> Self {
        Self { days, extra_secs: 0 }
    }
}
