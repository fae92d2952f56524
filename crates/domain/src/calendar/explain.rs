//! An explanation: a count day by day, as a person would check it.
//!
//! It is what the count tells while it is made, not a second count.

use super::count::{Watch, due};
use super::pause::union;
use super::zone::{date_of, day_at};
use super::{Calendar, CannotCount, Cause, Count, timestamp};
use crate::Timestamp;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// How a due time was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// When it is due.
    pub due: Timestamp,
    /// When it would be due without pauses, for rules that count days.
    pub without_pauses: Option<Timestamp>,
    /// The last date for which the calendar is known, when it is due after it: holidays may be
    /// missing.
    pub known_until: Option<NaiveDate>,
    /// Every date from the first that counts to the last; none for a calendar rule, which looks at
    /// none of them.
    pub days: Vec<ExplainedDay>,
}

/// What a date did to a count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedDay {
    /// The date.
    pub date: NaiveDate,
    /// What kind of day it is.
    pub kind: DayKind,
    /// Its working time, as instants: around a clock change cut as it is counted.
    pub openings: Vec<(Timestamp, Timestamp)>,
    /// What pauses took of it.
    pub paused: Vec<(Timestamp, Timestamp)>,
    /// What was counted, in order; nothing on a day that was passed over.
    pub steps: Vec<Step>,
}

/// What kind of day a date is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// Open, as that day of every week.
    Usual,
    /// Closed, as that day of every week.
    DayOff,
    /// Not like that day of every week.
    Special(Cause),
    /// Left out by the zone: it does not exist.
    LeftOut,
}

/// Something counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Business days are counted from here: it is day 0.
    Start {
        /// From this time of day, where it matters.
        at: Option<Timestamp>,
    },
    /// A business day was counted.
    Day {
        /// Which one.
        number: u32,
        /// How many are left.
        left: u32,
    },
    /// Working time was counted.
    Time {
        /// From when.
        from: Timestamp,
        /// Until when.
        to: Timestamp,
        /// How much is left.
        left_micros: i64,
    },
    /// Working time was given back for a pause, after the due time of a rule that counts days.
    GivenBack {
        /// From when.
        from: Timestamp,
        /// Until when.
        to: Timestamp,
        /// How much of the pause is left.
        left_micros: i64,
    },
}

impl Calendar {
    /// [`Calendar::due`], and how it was found.
    pub fn explain(&self, count: &Count<'_>) -> Result<Explanation, CannotCount> {
        let mut record = Record::default();
        let due = timestamp(due(self, count, &mut record)?)?;
        let pauses = union(count.pauses, count.received.micros());
        let first = record.steps.first_key_value().map(|(day, _)| *day);
        let days = first.map(|first| {
            let last = record.steps.last_key_value().map_or(first, |(day, _)| *day);
            let received = day_at(self.zone.local_of(count.received.micros()));
            let explain = |day| self.explained(day, &pauses, record.steps.get(&day));
            (first.min(received)..=last).map(explain).collect()
        });
        let without_pauses = record.base.and_then(|it| timestamp(it).ok());
        let known_until = self.known_until.filter(|_| self.is_beyond_known(due));
        Ok(Explanation { due, without_pauses, known_until, days: days.unwrap_or_default() })
    }

    fn explained(
        &self,
        day: i32,
        pauses: &[(i64, i64)],
        steps: Option<&Vec<Step>>,
    ) -> ExplainedDay {
        let instants = |(from, to)| Some((timestamp(from).ok()?, timestamp(to).ok()?));
        let paused = self.openings_on(day).flat_map(|(from, to)| {
            let within = pauses.iter().map(move |it| (it.0.max(from), it.1.min(to)));
            within.filter(|(from, to)| from < to)
        });
        let kind = match self.era(day).1.get(&day) {
            _ if !self.exists(day) => DayKind::LeftOut,
            _ if self.is_overlaid(day) => DayKind::Special(Cause::Regime),
            Some(special) => DayKind::Special(special.cause.clone()),
            None if self.hours(day).is_closed() => DayKind::DayOff,
            None => DayKind::Usual,
        };
        ExplainedDay {
            date: date_of(day),
            kind,
            openings: self.openings_on(day).filter_map(instants).collect(),
            paused: paused.filter_map(instants).collect(),
            steps: steps.cloned().unwrap_or_default(),
        }
    }
}

/// What a count told.
#[derive(Default)]
struct Record {
    steps: BTreeMap<i32, Vec<Step>>,
    base: Option<i64>,
}

impl Record {
    fn push(&mut self, day: i32, step: Step) {
        let steps = self.steps.entry(day).or_default();
        // Around a clock change, time goes on where it was cut.
        match (steps.last_mut(), step) {
            (
                Some(Step::Time { to: end, left_micros: rest, .. }),
                Step::Time { from, to, left_micros },
            )
            | (
                Some(Step::GivenBack { to: end, left_micros: rest, .. }),
                Step::GivenBack { from, to, left_micros },
            ) if *end == from && left_micros <= *rest => (*end, *rest) = (to, left_micros),
            _ => steps.push(step),
        }
    }
}

impl Watch for Record {
    fn start(&mut self, day: i32, at: Option<i64>) {
        let at = at.and_then(|it| timestamp(it).ok());
        self.push(day, Step::Start { at });
    }

    fn day(&mut self, day: i32, number: u32, left: u32) {
        self.push(day, Step::Day { number, left });
    }

    fn time(&mut self, day: i32, (from, to): (i64, i64), left_micros: i64) {
        let (Ok(from), Ok(to)) = (timestamp(from), timestamp(to)) else { return };
        let step = match self.base {
            None => Step::Time { from, to, left_micros },
            Some(_) => Step::GivenBack { from, to, left_micros },
        };
        self.push(day, step);
    }

    fn base(&mut self, due: i64) {
        self.base = Some(due);
    }
}
